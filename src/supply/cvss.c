#include "supply/cvss_private.h"

#include <math.h>

/* --- the metrics ------------------------------------------------------------------------------ */

enum { AV, AC, PR, UI, S, C, I, A, BASE3 };

/* CVSS v3.1, table 15. */
static const struct sw_cvss_metric metrics3[] = {
    {"AV", "NALP", true},
    {"AC", "LH", true},
    {"PR", "NLH", true},
    {"UI", "NR", true},
    {"S", "UC", true},
    {"C", "HLN", true},
    {"I", "HLN", true},
    {"A", "HLN", true},
    {"E", "XUPFH", false},
    {"RL", "XOTWU", false},
    {"RC", "XURC", false},
    {"CR", "XLMH", false},
    {"IR", "XLMH", false},
    {"AR", "XLMH", false},
    {"MAV", "XNALP", false},
    {"MAC", "XLH", false},
    {"MPR", "XNLH", false},
    {"MUI", "XNR", false},
    {"MS", "XUC", false},
    {"MC", "XNLH", false},
    {"MI", "XNLH", false},
    {"MA", "XNLH", false},
};

/* CVSS v4.0, table 23. */
static const struct sw_cvss_metric metrics4[] = {
    {"AV", "NALP", true},
    {"AC", "LH", true},
    {"AT", "NP", true},
    {"PR", "NLH", true},
    {"UI", "NPA", true},
    {"VC", "HLN", true},
    {"VI", "HLN", true},
    {"VA", "HLN", true},
    {"SC", "HLN", true},
    {"SI", "HLN", true},
    {"SA", "HLN", true},
    {"E", "XAPU", false},
    {"CR", "XHML", false},
    {"IR", "XHML", false},
    {"AR", "XHML", false},
    {"MAV", "XNALP", false},
    {"MAC", "XLH", false},
    {"MAT", "XNP", false},
    {"MPR", "XNLH", false},
    {"MUI", "XNPA", false},
    {"MVC", "XHLN", false},
    {"MVI", "XHLN", false},
    {"MVA", "XHLN", false},
    {"MSC", "XHLN", false},
    {"MSI", "XSHLN", false},
    {"MSA", "XSHLN", false},
    {"S", "XNP", false},
    {"AU", "XNY", false},
    {"R", "XAUI", false},
    {"V", "XDC", false},
    {"RE", "XLMH", false},
    {"U", " X Clear Green Amber Red ", false},
};

static const struct {
    const char *prefix;
    unsigned version;
    const struct sw_cvss_metric *metrics;
    size_t count;
} versions[] = {
    {"CVSS:3.0/", 30, metrics3, SW_COUNT(metrics3)},
    {"CVSS:3.1/", 31, metrics3, SW_COUNT(metrics3)},
    {"CVSS:4.0/", 40, metrics4, SW_COUNT(metrics4)},
};

/* --- reading ---------------------------------------------------------------------------------- */

#define METRICS_MAX 40
#define ABSENT UINT32_MAX

static struct sw_str next_part(struct sw_str *rest, char separator)
{
    const char *found = rest->len == 0 ? NULL : memchr(rest->ptr, separator, rest->len);
    size_t len = found == NULL ? rest->len : (size_t)(found - rest->ptr);
    struct sw_str part = sw_str_n(rest->ptr, len);
    size_t taken = found == NULL ? len : len + 1;
    *rest = sw_str_n(rest->ptr + taken, rest->len - taken);
    return part;
}

static bool find_value(const char *values, struct sw_str text, unsigned *out)
{
    if (values[0] != ' ') {
        const char *found = text.len == 1 ? strchr(values, text.ptr[0]) : NULL;
        *out = found == NULL || *found == '\0' ? ABSENT : (unsigned)(found - values);
        return *out != ABSENT;
    }
    const char *found = text.len == 0 ? NULL : memmem(values, strlen(values), text.ptr, text.len);
    *out = 0;
    return found != NULL && found > values && found[-1] == ' ' && found[text.len] == ' ';
}

static sw_result read_metric(const struct sw_cvss_metric *metrics, size_t count,
    struct sw_str field, unsigned *values, struct sw_error *err)
{
    struct sw_str value = field;
    struct sw_str name = next_part(&value, ':');
    for (size_t i = 0; i < count; i++) {
        if (!sw_str_is(name, metrics[i].name)) {
            continue;
        }
        if (values[i] != ABSENT) {
            return sw_fail(
                err, SW_E_FORMAT, "the CVSS metric %s stands there twice", metrics[i].name);
        }
        return find_value(metrics[i].values, value, &values[i])
                   ? SW_OK
                   : sw_fail(
                         err, SW_E_FORMAT, "the CVSS metric %s has no such value", metrics[i].name);
    }
    return sw_fail(err, SW_E_FORMAT, "the CVSS vector has an unknown metric");
}

static sw_result read_metrics(const struct sw_cvss_metric *metrics, size_t count,
    struct sw_str rest, unsigned *values, struct sw_error *err)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = ABSENT;
    }
    do {
        struct sw_str field = next_part(&rest, '/');
        SW_TRY(read_metric(metrics, count, field, values, err));
    } while (rest.len > 0);
    for (size_t i = 0; i < count; i++) {
        if (metrics[i].required && values[i] == ABSENT) {
            return sw_fail(
                err, SW_E_FORMAT, "the CVSS vector lacks the metric %s", metrics[i].name);
        }
    }
    return SW_OK;
}

/* --- version 3 -------------------------------------------------------------------------------- */

/* CVSS v3.1, section 7.4. */
static const double attack_vector[] = {0.85, 0.62, 0.55, 0.2};
static const double attack_complexity[] = {0.77, 0.44};
static const double privileges[2][3] = {{0.85, 0.62, 0.27}, {0.85, 0.68, 0.5}};
static const double interaction[] = {0.85, 0.62};
static const double impact[] = {0.56, 0.22, 0};

/* Up to the next tenth, by whole numbers, so that no machine rounds otherwise (appendix A). */
static unsigned round_up(double score)
{
    long whole = lround(score * 100000);
    return (unsigned)((whole + 9999) / 10000);
}

/* Section 7.1. */
static unsigned base3(const unsigned *value)
{
    bool changed = value[S] == 1;
    double iss = 1 - (1 - impact[value[C]]) * (1 - impact[value[I]]) * (1 - impact[value[A]]);
    double harm = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
    double ease = 8.22 * attack_vector[value[AV]] * attack_complexity[value[AC]] *
                  privileges[changed ? 1 : 0][value[PR]] * interaction[value[UI]];
    if (harm <= 0) {
        return 0;
    }
    double sum = changed ? 1.08 * (harm + ease) : harm + ease;
    return round_up(sum < 10 ? sum : 10);
}

sw_result sw_cvss_base(struct sw_str vector, struct sw_cvss *out, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(versions); i++) {
        unsigned values[METRICS_MAX];
        if (!sw_str_starts(vector, versions[i].prefix)) {
            continue;
        }
        size_t head = strlen(versions[i].prefix);
        struct sw_str rest = sw_str_n(vector.ptr + head, vector.len - head);
        SW_TRY(read_metrics(versions[i].metrics, versions[i].count, rest, values, err));
        out->version = versions[i].version;
        out->tenths = out->version == 40 ? sw_cvss4_base(values) : base3(values);
        return SW_OK;
    }
    return sw_str_starts(vector, "CVSS:")
               ? sw_fail(err, SW_E_UNSUPPORTED, "this version of CVSS is not known")
               : sw_fail(err, SW_E_FORMAT, "a CVSS vector begins with 'CVSS:'");
}

const char *sw_cvss_severity(unsigned tenths)
{
    static const struct {
        unsigned from;
        const char *name;
    } rows[] = {{90, "critical"}, {70, "high"}, {40, "medium"}, {1, "low"}, {0, "none"}};
    size_t i = 0;
    while (tenths < rows[i].from) {
        i++;
    }
    return rows[i].name;
}
