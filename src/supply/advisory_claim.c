#include "supply/advisory_claim.h"

#include "supply/purl.h"
#include "supply/vex.h"

#include <stdlib.h>

static void write_digest(struct sw_json_writer *w, const char *name, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE];
    if (digest->alg == 0) {
        sw_jw_null(w, name);
        return;
    }
    sw_digest_text(digest, text);
    sw_jw_text(w, name, text);
}

static void write_time(struct sw_json_writer *w, const char *name, int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    if (time == INT64_MIN) {
        sw_jw_null(w, name);
        return;
    }
    sw_time_format(time, text);
    sw_jw_text(w, name, text);
}

static void write_texts(
    struct sw_json_writer *w, const char *name, const struct sw_str *list, size_t count)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_str(w, NULL, list[i]);
    }
    sw_jw_array_end(w);
}

/* The oldest of the data that covers a component; of a bill that nothing covers, of all of it. */
static int64_t date_of(const struct sw_vulns_claim *c)
{
    return c->report->date == INT64_MIN ? c->date : c->report->date;
}

/* --- results ---------------------------------------------------------------------------------- */

static void write_score(struct sw_json_writer *w, const char *method, const char *score)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "method", method);
    sw_jw_text(w, "score", score);
    sw_jw_object_end(w);
}

/* The scores are texts in this predicate. */
static void write_severity(struct sw_json_writer *w, const struct sw_advisory_finding *f)
{
    char method[16];
    char score[32];
    sw_jw_array(w, "severity");
    write_score(w, "severity", sw_advisory_severity(f));
    if (f->cvss_version > 0) {
        (void)snprintf(
            method, sizeof(method), "CVSS_V%u.%u", f->cvss_version / 10, f->cvss_version % 10);
        (void)snprintf(score, sizeof(score), "%u.%u", f->cvss / 10, f->cvss % 10);
        write_score(w, method, score);
    }
    if (f->has_epss) {
        (void)snprintf(score, sizeof(score), "%.5f", f->epss / 100000.0);
        write_score(w, "EPSS", score);
    }
    sw_jw_array_end(w);
}

static void write_vex(struct sw_json_writer *w, const struct sw_vex_statement *s)
{
    if (s == NULL) {
        sw_jw_null(w, "vex");
        return;
    }
    sw_jw_object(w, "vex");
    sw_jw_text(w, "status", sw_vex_status_name(s->status));
    sw_jw_str(w, "justification", s->justification);
    write_digest(w, "digest", &s->digest);
    sw_jw_object_end(w);
}

static void write_component(struct sw_json_writer *w, const struct sw_component *c)
{
    sw_jw_str(w, "component", c->name.len > 0 ? c->name : c->ref);
    sw_jw_str(w, "version", c->version);
    sw_jw_str(w, "purl", c->text);
    if (c->digest_count > 0) {
        write_digest(w, "digest", &c->digests[0]);
    }
}

static void write_annotations(struct sw_json_writer *w, const struct sw_advisory_report *r,
    const struct sw_advisory_finding *f)
{
    sw_jw_array(w, "annotations");
    sw_jw_object(w, NULL);
    write_component(w, &r->components->items[f->component]);
    write_texts(w, "names", f->ids, f->id_count);
    write_texts(w, "fixed", f->fixed, f->fixed_count);
    sw_jw_bool(w, "open", sw_advisory_is_open(f));
    sw_jw_bool(w, "undecided", f->undecided);
    sw_jw_bool(w, "exploited", f->kev);
    sw_jw_text(w, "reachable", sw_advisory_reach_name(f->reach));
    sw_jw_str(w, "reachableAt", f->reach_at);
    write_vex(w, f->vex);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
}

static void write_results(struct sw_json_writer *w, const struct sw_advisory_report *r)
{
    size_t count = 0;
    sw_jw_array(w, "result");
    for (size_t i = 0; i < r->finding_count && count < SW_VULNS_RESULTS_MAX; i++) {
        const struct sw_advisory_finding *f = &r->findings[i];
        if (f->withdrawn) {
            continue;
        }
        sw_jw_object(w, NULL);
        sw_jw_str(w, "id", f->id);
        write_severity(w, f);
        write_annotations(w, r, f);
        sw_jw_object_end(w);
        count++;
    }
    sw_jw_array_end(w);
}

static void write_scanner(struct sw_json_writer *w, const struct sw_vulns_claim *c)
{
    char uri[SW_DIGEST_TEXT_SIZE + 32] = "urn:sealwright:advisories:";
    char version[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&c->report->database, version);
    sw_digest_text(&c->report->database, uri + strlen(uri));
    sw_jw_object(w, "scanner");
    sw_jw_text(w, "uri", "urn:sealwright:scanner:advisory");
    sw_jw_text(w, "version", c->version);
    sw_jw_object(w, "db");
    sw_jw_text(w, "uri", uri);
    sw_jw_text(w, "version", version);
    write_time(w, "lastUpdate", date_of(c));
    sw_jw_object_end(w);
    write_results(w, c->report);
    sw_jw_object_end(w);
    sw_jw_object(w, "metadata");
    write_time(w, "scanStartedOn", c->started);
    write_time(w, "scanFinishedOn", c->finished);
    sw_jw_object_end(w);
}

/* --- the summary ------------------------------------------------------------------------------ */

static void write_counts(
    struct sw_json_writer *w, const char *name, const struct sw_advisory_counts *counts)
{
    sw_jw_object(w, name);
    sw_jw_u64(w, "total", counts->total);
    for (size_t i = 0; i < SW_ADVISORY_SEVERITIES; i++) {
        sw_jw_u64(w, sw_advisory_severities[i], counts->by_severity[i]);
    }
    sw_jw_u64(w, "exploited", counts->exploited);
    sw_jw_u64(w, "malicious", counts->malicious);
    sw_jw_object_end(w);
}

static void write_reach(struct sw_json_writer *w, const struct sw_advisory_counts *counts)
{
    sw_jw_object(w, "reachable");
    sw_jw_u64(w, "imported", counts->by_reach[SW_REACH_IMPORTED]);
    sw_jw_u64(w, "notImported", counts->by_reach[SW_REACH_NOT_IMPORTED]);
    sw_jw_u64(w, "unknown", counts->by_reach[SW_REACH_UNKNOWN]);
    sw_jw_object_end(w);
}

/* A bill out of the log is cited by its claim: the bytes of the document itself are not kept. */
static void write_bom(struct sw_json_writer *w, const struct sw_vulns_claim *c)
{
    const struct sw_components *components = c->report->components;
    if (components->digest.alg == 0 && c->bom_claim.alg == 0) {
        sw_jw_null(w, "bom");
        return;
    }
    sw_jw_object(w, "bom");
    if (c->bom_claim.alg != 0) {
        write_digest(w, "claim", &c->bom_claim);
    } else {
        write_digest(w, "digest", &components->digest);
    }
    sw_jw_str(w, "format", components->format);
    sw_jw_object_end(w);
}

static int by_text(const void *a, const void *b)
{
    return sw_str_compare(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

/* Ecosystem of a component, as OSV calls it, or else its purl's type. */
static struct sw_str ecosystem_of(const struct sw_component *c)
{
    if (c->purl.type.len == 0) {
        return sw_str("no package URL");
    }
    const char *known = sw_purl_ecosystem(c->purl.type);
    return known == NULL ? c->purl.type : sw_str(known);
}

/* Each ecosystem once, by name, with so many components. */
static sw_result write_not_covered(
    struct sw_arena *arena, struct sw_json_writer *w, const struct sw_advisory_report *r)
{
    struct sw_str *names = SW_ARENA_ARRAY(arena, struct sw_str, r->states[SW_ADVISORY_NOT_COVERED]);
    size_t count = 0;
    SW_TRY_PTR(names);
    for (size_t i = 0; i < r->components->count; i++) {
        if (r->checked[i].state == SW_ADVISORY_NOT_COVERED) {
            names[count++] = ecosystem_of(&r->components->items[i]);
        }
    }
    if (count > 1) {
        qsort(names, count, sizeof(*names), by_text);
    }
    sw_jw_array(w, "notCovered");
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && sw_str_equal(names[end], names[i]); end++) {
        }
        sw_jw_object(w, NULL);
        sw_jw_str(w, "ecosystem", names[i]);
        sw_jw_u64(w, "components", end - i);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return SW_OK;
}

static void write_states(struct sw_json_writer *w, const struct sw_advisory_report *r)
{
    static const struct {
        const char *name;
        enum sw_advisory_state state;
    } rows[] = {{"clear", SW_ADVISORY_CLEAR}, {"affected", SW_ADVISORY_AFFECTED},
        {"undecided", SW_ADVISORY_UNDECIDED}, {"noVersion", SW_ADVISORY_NO_VERSION},
        {"notCovered", SW_ADVISORY_NOT_COVERED}, {"notIdentified", SW_ADVISORY_NOT_IDENTIFIED},
        {"aside", SW_ADVISORY_ASIDE}};
    sw_jw_object(w, "states");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        sw_jw_u64(w, rows[i].name, r->states[rows[i].state]);
    }
    sw_jw_object_end(w);
}

static void write_database(struct sw_json_writer *w, const struct sw_vulns_claim *c)
{
    int64_t date = date_of(c);
    sw_jw_object(w, "database");
    write_digest(w, "digest", &c->report->database);
    write_time(w, "date", date);
    if (date == INT64_MIN) {
        sw_jw_null(w, "ageDays");
    } else {
        sw_jw_i64(w, "ageDays", (c->finished - date) / 86400);
    }
    sw_jw_object_end(w);
}

static void write_cited(struct sw_json_writer *w, const struct sw_vulns_claim *c)
{
    sw_jw_array(w, "vex");
    for (size_t i = 0; i < c->vex_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "file", sw_path_base(c->vex[i].file));
        write_digest(w, "digest", &c->vex[i].digest);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static size_t count_undecided(const struct sw_advisory_report *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->finding_count; i++) {
        count += r->findings[i].undecided && !r->findings[i].withdrawn ? 1 : 0;
    }
    return count;
}

sw_result sw_vulns_write(struct sw_arena *arena, const struct sw_vulns_claim *c, struct sw_buf *out)
{
    const struct sw_advisory_report *r = c->report;
    struct sw_advisory_counts open;
    struct sw_advisory_counts unspoken;
    struct sw_json_writer w;
    sw_advisory_count(r, false, &open);
    sw_advisory_count(r, true, &unspoken);
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    write_scanner(&w, c);
    sw_jw_object(&w, "sealwright_summary");
    sw_jw_text(&w, "verdict", sw_advisory_verdict(r));
    write_bom(&w, c);
    if (c->discovery_claim.alg != 0) {
        write_digest(&w, "discovery", &c->discovery_claim);
    }
    sw_jw_u64(&w, "components", r->components->count);
    sw_jw_u64(&w, "lookedUp",
        r->states[SW_ADVISORY_CLEAR] + r->states[SW_ADVISORY_AFFECTED] +
            r->states[SW_ADVISORY_ASIDE]);
    write_counts(&w, "open", &open);
    write_counts(&w, "unspoken", &unspoken);
    write_reach(&w, &open);
    sw_jw_u64(&w, "closed", r->closed);
    sw_jw_u64(&w, "undecided", count_undecided(r));
    write_states(&w, r);
    SW_TRY(write_not_covered(arena, &w, r));
    write_database(&w, c);
    write_cited(&w, c);
    sw_jw_object_end(&w);
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}

/* --- an earlier claim ------------------------------------------------------------------------- */

static bool is_named(const struct sw_advisory_finding *f, const struct sw_json *result,
    const struct sw_json *annotation)
{
    struct sw_str name;
    for (size_t i = 0; i < f->id_count; i++) {
        if (sw_json_str(sw_json_get(result, "id"), &name) && sw_str_equal(name, f->ids[i])) {
            return true;
        }
        SW_JSON_EACH (item, sw_json_get(annotation, "names")) {
            if (sw_json_str(item, &name) && sw_str_equal(name, f->ids[i])) {
                return true;
            }
        }
    }
    return false;
}

static bool has_text(const struct sw_json *annotation, const char *name, struct sw_str text)
{
    struct sw_str said;
    return sw_json_str(sw_json_get(annotation, name), &said) && sw_str_equal(said, text);
}

static bool is_component(const struct sw_json *annotation, const struct sw_component *c)
{
    if (c->text.len > 0) {
        return has_text(annotation, "purl", c->text) && has_text(annotation, "version", c->version);
    }
    if (c->digest_count > 0) {
        char text[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&c->digests[0], text);
        return has_text(annotation, "digest", sw_str(text));
    }
    return has_text(annotation, "component", c->name.len > 0 ? c->name : c->ref);
}

bool sw_vulns_tells(const struct sw_json *predicate, const struct sw_advisory_report *report,
    const struct sw_advisory_finding *f)
{
    const struct sw_component *c = &report->components->items[f->component];
    SW_JSON_EACH (result, sw_json_get(sw_json_get(predicate, "scanner"), "result")) {
        const struct sw_json *annotation = sw_json_item(sw_json_get(result, "annotations"), 0);
        bool undecided = true;
        bool open = false;
        (void)sw_json_bool(sw_json_get(annotation, "undecided"), &undecided);
        (void)sw_json_bool(sw_json_get(annotation, "open"), &open);
        /* what VEX closed, VEX can open again */
        bool told = !undecided && (open || f->vex == NULL || !sw_advisory_is_open(f));
        if (told && is_component(annotation, c) && is_named(f, result, annotation)) {
            return true;
        }
    }
    return false;
}

/* A VEX file that a claim cites. */
static bool cited(const struct sw_json *item, struct sw_str *file, struct sw_digest *digest)
{
    struct sw_str text;
    *file = sw_str("");
    (void)sw_json_str(sw_json_get(item, "file"), file);
    return sw_json_str(sw_json_get(item, "digest"), &text) && sw_digest_parse(text, digest);
}

static bool is_given(const struct sw_digest *digest, const struct sw_vulns_vex *vex, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_digest_equal(&vex[i].digest, digest)) {
            return true;
        }
    }
    return false;
}

static bool is_cited(const struct sw_json *list, const struct sw_digest *given)
{
    SW_JSON_EACH (item, list) {
        struct sw_digest digest;
        struct sw_str file;
        if (cited(item, &file, &digest) && sw_digest_equal(&digest, given)) {
            return true;
        }
    }
    return false;
}

/* Given files of that name that the claim does not know: each may be a later state of one. */
static size_t later_states(
    const struct sw_json *list, struct sw_str file, const struct sw_vulns_vex *vex, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const bool is_named = sw_str_equal(sw_path_base(vex[i].file), file);
        n += is_named && !is_cited(list, &vex[i].digest) ? 1 : 0;
    }
    return n;
}

/* Files of that name that the claim cites and that were not given as they were. */
static size_t earlier_states(
    const struct sw_json *list, struct sw_str file, const struct sw_vulns_vex *vex, size_t count)
{
    size_t n = 0;
    SW_JSON_EACH (item, list) {
        struct sw_digest digest;
        struct sw_str name;
        n += cited(item, &name, &digest) && sw_str_equal(name, file) &&
                     !is_given(&digest, vex, count)
                 ? 1
                 : 0;
    }
    return n;
}

struct sw_digest sw_vulns_vex_missing(
    const struct sw_json *predicate, const struct sw_vulns_vex *vex, size_t count)
{
    const struct sw_json *list = sw_json_get(sw_json_get(predicate, "sealwright_summary"), "vex");
    SW_JSON_EACH (item, list) {
        struct sw_digest digest;
        struct sw_str file;
        if (cited(item, &file, &digest) && !is_given(&digest, vex, count) &&
            earlier_states(list, file, vex, count) > later_states(list, file, vex, count)) {
            return digest;
        }
    }
    return (struct sw_digest){0};
}
