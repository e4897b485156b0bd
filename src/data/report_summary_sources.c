/* Section 2 of the summary: where the data comes from. The template asks for kinds of sources that
 * no record names as such, so a kind is only given where a record says what makes it one, and which
 * record that was is told. */
#include "data/report_summary.h"

#include <stdlib.h>
#include <strings.h>

/* --- kinds ----------------------------------------------------------------------------------- */

/* Words of the field "generation-method" that make a source one of these. */
static const struct {
    const char *word;
    enum sw_source_kind kind;
} methods[] = {
    {"crawl", SW_SOURCE_CRAWLED},
    {"scrap", SW_SOURCE_CRAWLED},
    {"synthetic", SW_SOURCE_SYNTHETIC},
    {"machine generated", SW_SOURCE_SYNTHETIC},
    {"machine-generated", SW_SOURCE_SYNTHETIC},
    {"user interaction", SW_SOURCE_USERS},
    {"user-interaction", SW_SOURCE_USERS},
    {"user feedback", SW_SOURCE_USERS},
    {"user-feedback", SW_SOURCE_USERS},
    {"user prompt", SW_SOURCE_USERS},
};

/* Beginnings of licences by which anybody may have the data. */
static const char *const open_licences[] = {"CC0", "CC-BY", "CC BY", "ODC-By", "ODbL", "PDDL",
    "CDLA-", "OGL-", "MIT", "Apache-", "Apache 2", "BSD-", "BSD ", "ISC", "GPL-", "LGPL-", "AGPL-",
    "MPL-", "EUPL-", "Unlicense", "public domain"};

static bool contains(struct sw_str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (strncasecmp(text.ptr + i, word, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool begins(struct sw_str text, const char *word)
{
    size_t len = strlen(word);
    return text.len >= len && strncasecmp(text.ptr, word, len) == 0;
}

static bool kind_by_method(const struct sw_json *list, enum sw_source_kind *out)
{
    SW_JSON_EACH (item, list) {
        struct sw_str code = {NULL, 0};
        struct sw_str words = {NULL, 0};
        (void)sw_json_str(sw_json_get(item, "code"), &code);
        (void)sw_json_str(sw_json_get(item, "description"), &words);
        for (size_t i = 0; i < SW_COUNT(methods); i++) {
            if (contains(code, methods[i].word) || contains(words, methods[i].word)) {
                *out = methods[i].kind;
                return true;
            }
        }
    }
    return false;
}

static bool kind_by_licence(struct sw_str licence, enum sw_source_kind *out)
{
    for (size_t i = 0; i < SW_COUNT(open_licences); i++) {
        if (begins(licence, open_licences[i])) {
            *out = SW_SOURCE_PUBLIC;
            return true;
        }
    }
    *out = SW_SOURCE_LICENSED;
    return begins(licence, "commercial licen");
}

static enum sw_source_kind classify(const struct sw_report_source *source, const char **reason)
{
    enum sw_source_kind kind = SW_SOURCE_UNKNOWN;
    *reason = "nobody trusted described it";
    if (!source->described) {
        return SW_SOURCE_UNKNOWN;
    }
    *reason = "by its collection method";
    if (kind_by_method(
            sw_json_path(source->record.fields, sw_str("provenance.generation-method")), &kind)) {
        return kind;
    }
    *reason = "by its licence";
    if (kind_by_licence(sw_source_licence(&source->record), &kind)) {
        return kind;
    }
    *reason = "neither its collection method nor its licence says";
    return SW_SOURCE_UNKNOWN;
}

sw_result sw_summary_classify(struct sw_summarizing *s)
{
    size_t count = s->report->source_count;
    s->kinds = SW_ARENA_ARRAY(s->arena, enum sw_source_kind, count);
    s->reasons = SW_ARENA_ARRAY(s->arena, const char *, count);
    if (s->kinds == NULL || s->reasons == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        s->kinds[i] = classify(&s->report->sources[i], &s->reasons[i]);
        s->counts[s->kinds[i]]++;
    }
    return SW_OK;
}

/* --- one source as a line -------------------------------------------------------------------- */

/* A text, or the texts or names of a list, with commas between. */
static sw_result put_value(struct sw_buf *out, const struct sw_json *value, const char *member)
{
    struct sw_str text = {NULL, 0};
    if (sw_json_str(value, &text)) {
        return sw_buf_put_str(out, text);
    }
    const char *between = "";
    SW_JSON_EACH (item, value) {
        const struct sw_json *named = member == NULL ? item : sw_json_get(item, member);
        if (sw_json_str(named, &text) && text.len > 0) {
            SW_TRY(sw_buf_puts(out, between));
            SW_TRY(sw_buf_put_str(out, text));
            between = ", ";
        }
    }
    return SW_OK;
}

/* What stands in a source's line: words, the path of the field, the member of a list's items. */
static const struct {
    const char *before;
    const char *path;
    const char *member;
} parts[] = {
    {"", "source.title", NULL},
    {"", "source.description", NULL},
    {"from ", "provenance.origin", "name"},
    {"issued by ", "source.issuer", "name"},
    {"described at ", "source.location", NULL},
    {"made from ", "provenance.source", NULL},
    {"geography: ", "provenance.origin-geography", "country"},
    {"collected by ", "provenance.generation-method", "code"},
    {"from ", "provenance.generation-period.start", NULL},
    {"until ", "provenance.generation-period.end", NULL},
    {"licence: ", "use.license", NULL},
};

static sw_result put_parts(const struct sw_report_source *source, struct sw_buf *out)
{
    for (size_t i = 0; i < SW_COUNT(parts) && source->described; i++) {
        const struct sw_json *value = sw_json_path(source->record.fields, sw_str(parts[i].path));
        size_t before = out->len;
        SW_TRY(sw_buf_printf(out, "; %s", parts[i].before));
        size_t empty = out->len;
        SW_TRY(put_value(out, value, parts[i].member));
        struct sw_str said = sw_str_n((const char *)out->data + empty, out->len - empty);
        if (said.len == 0 || sw_str_equal(said, source->name)) {
            out->len = before; /* not said, or said already */
        }
    }
    return SW_OK;
}

static sw_result put_source(struct sw_summarizing *s, struct sw_summary_field *field, size_t index)
{
    const struct sw_report_source *source = &s->report->sources[index];
    SW_CLEANUP(buf) struct sw_buf line = SW_BUF_INIT;
    SW_TRY(sw_buf_put_str(&line, source->name));
    SW_TRY(put_parts(source, &line));
    if (source->samples > 0) {
        const char *samples = sw_summary_count(s, source->samples, "sample");
        const char *bytes = sw_summary_count(s, source->bytes, "byte");
        SW_TRY(sw_buf_printf(
            &line, "; %s, %s", samples == NULL ? "" : samples, bytes == NULL ? "" : bytes));
    }
    if (source->bytes > 0 && s->bytes > 0) {
        char share[SW_PERCENT_SIZE];
        sw_report_show_percent((double)source->bytes, (double)s->bytes, share);
        SW_TRY(sw_buf_printf(&line, " (%s of all bytes)", share));
    }
    return sw_summary_put(
        s, field, SW_STR_FMT "; sorted here: %s", SW_STR_ARG(sw_buf_str(&line)), s->reasons[index]);
}

/* --- fields ---------------------------------------------------------------------------------- */

static bool is_used(const struct sw_summarizing *s, unsigned which)
{
    return s->counts[which] > 0 || (which == SW_SOURCE_SYNTHETIC && s->generated > 0);
}

/* Only where every source is known to be of another kind is there nothing to say. */
static bool is_unused(const struct sw_summarizing *s, unsigned which)
{
    return !is_used(s, which) && s->report->source_count > 0 && s->counts[SW_SOURCE_UNKNOWN] == 0;
}

/* What no record has, where it is asked for. */
sw_result sw_summary_unrecorded(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    return is_unused(s, which) ? sw_summary_put(s, field, "not applicable") : SW_OK;
}

sw_result sw_summary_used(struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    if (s->counts[which] > 0) {
        const char *sources = sw_summary_count(s, s->counts[which], "source");
        SW_TRY_PTR(sources);
        return sw_summary_put(s, field, "Yes: %s", sources);
    }
    if (is_used(s, which)) {
        return sw_summary_put(s, field, "Yes: samples that a step generated");
    }
    if (!is_unused(s, which)) {
        return sw_summary_basis(s, field, "of %zu of %zu sources nobody recorded the kind",
            s->counts[SW_SOURCE_UNKNOWN], s->report->source_count);
    }
    SW_TRY(sw_summary_basis(s, field, "every source is of another kind"));
    return sw_summary_put(s, field, "No recorded source is of this kind");
}

struct by_bytes {
    uint64_t bytes;
    size_t index;
};

static int compare_by_bytes(const void *a, const void *b)
{
    const struct by_bytes *x = a;
    const struct by_bytes *y = b;
    if (x->bytes != y->bytes) {
        return x->bytes > y->bytes ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

sw_result sw_summary_list(struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    struct by_bytes *order = SW_ARENA_ARRAY(s->arena, struct by_bytes, s->report->source_count);
    SW_TRY_PTR(order);
    size_t n = 0;
    for (size_t i = 0; i < s->report->source_count; i++) {
        if (s->kinds[i] == (enum sw_source_kind)which) {
            order[n++] = (struct by_bytes){s->report->sources[i].bytes, i};
        }
    }
    qsort(order, n, sizeof(*order), compare_by_bytes);
    for (size_t i = 0; i < n; i++) {
        SW_TRY(put_source(s, field, order[i].index));
    }
    return n == 0 ? sw_summary_unrecorded(s, field, which)
                  : sw_summary_basis(s, field, "source claims");
}

/* What the sources' records say of the nature of their data. */
sw_result sw_summary_formats(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    for (size_t i = 0; i < s->report->source_count; i++) {
        const struct sw_report_source *source = &s->report->sources[i];
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        if (s->kinds[i] != (enum sw_source_kind)which || !source->described) {
            continue;
        }
        SW_TRY(put_value(
            &text, sw_json_path(source->record.fields, sw_str("provenance.format")), NULL));
        if (text.len > 0) {
            SW_TRY(sw_summary_put(s, field, SW_STR_FMT ": " SW_STR_FMT, SW_STR_ARG(source->name),
                SW_STR_ARG(sw_buf_str(&text))));
        }
    }
    return field->count == 0 ? sw_summary_unrecorded(s, field, which)
                             : sw_summary_basis(s, field, "source claims, field format");
}

sw_result sw_summary_period(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    for (size_t i = 0; i < s->report->source_count; i++) {
        const struct sw_report_source *source = &s->report->sources[i];
        struct sw_str start = {NULL, 0};
        struct sw_str end = {NULL, 0};
        if (s->kinds[i] != (enum sw_source_kind)which || !source->described) {
            continue;
        }
        const struct sw_json *period =
            sw_json_path(source->record.fields, sw_str("provenance.generation-period"));
        (void)sw_json_str(sw_json_get(period, "start"), &start);
        (void)sw_json_str(sw_json_get(period, "end"), &end);
        if (start.len + end.len > 0) {
            SW_TRY(sw_summary_put(s, field, SW_STR_FMT ": %s" SW_STR_FMT "%s" SW_STR_FMT,
                SW_STR_ARG(source->name), start.len > 0 ? "from " : "", SW_STR_ARG(start),
                end.len == 0     ? ""
                : start.len == 0 ? "until "
                                 : " to ",
                SW_STR_ARG(end)));
        }
    }
    return field->count == 0 ? SW_OK
                             : sw_summary_basis(s, field, "source claims, field generation-period");
}

sw_result sw_summary_generated(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    SW_TRY(sw_summary_list(s, field, which));
    if (s->generated > 0) {
        const char *samples = sw_summary_count(s, s->generated, "sample");
        SW_TRY_PTR(samples);
        SW_TRY(sw_summary_put(
            s, field, "generated by a recorded step, not taken from a source: %s", samples));
        SW_TRY(sw_summary_basis(s, field, "source claims, and the rows of the datasets"));
    }
    return SW_OK;
}
