/* What the findings of a report come to. */
#include "supply/advisory.h"

#include "supply/cvss.h"

/* Nothing was checked, or something could not be. */
static bool is_incomplete(const struct sw_advisory_report *r)
{
    static const enum sw_advisory_state gaps[] = {SW_ADVISORY_UNDECIDED, SW_ADVISORY_NO_VERSION,
        SW_ADVISORY_NOT_COVERED, SW_ADVISORY_NOT_IDENTIFIED};
    for (size_t i = 0; i < SW_COUNT(gaps); i++) {
        if (r->states[gaps[i]] > 0) {
            return true;
        }
    }
    return r->states[SW_ADVISORY_CLEAR] + r->states[SW_ADVISORY_AFFECTED] == 0;
}

const char *sw_advisory_verdict(const struct sw_advisory_report *r)
{
    return r->open > 0 ? "affected" : is_incomplete(r) ? "incomplete" : "clear";
}

const char *sw_advisory_severity(const struct sw_advisory_finding *f)
{
    return f->cvss_version == 0 ? "unrated" : sw_cvss_severity(f->cvss);
}

bool sw_advisory_is_malicious(const struct sw_advisory_finding *f)
{
    for (size_t i = 0; i < f->id_count; i++) {
        if (sw_str_starts(f->ids[i], "MAL-")) {
            return true;
        }
    }
    return false;
}

void sw_advisory_count(
    const struct sw_advisory_report *r, bool unspoken, struct sw_advisory_counts *out)
{
    *out = (struct sw_advisory_counts){0};
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct sw_advisory_finding *f = &r->findings[i];
        if (!sw_advisory_is_open(f) || (unspoken && f->vex != NULL)) {
            continue;
        }
        const char *severity = sw_advisory_severity(f);
        out->total++;
        for (size_t s = 0; s < SW_ADVISORY_SEVERITIES; s++) {
            out->by_severity[s] += strcmp(sw_advisory_severities[s], severity) == 0 ? 1 : 0;
        }
        out->exploited += f->kev ? 1 : 0;
        out->malicious += sw_advisory_is_malicious(f) ? 1 : 0;
        out->by_reach[f->reach]++;
    }
}

const char *const sw_advisory_severities[SW_ADVISORY_SEVERITIES] = {
    "critical", "high", "medium", "low", "none", "unrated"};

const char *sw_advisory_reach_name(enum sw_advisory_reach reach)
{
    static const char *const names[] = {
        [SW_REACH_UNKNOWN] = "unknown",
        [SW_REACH_IMPORTED] = "imported",
        [SW_REACH_NOT_IMPORTED] = "not imported",
    };
    return names[reach];
}
