#include "supply/advisory_ghsa.h"

/* The two interfaces spell the same names differently. */
static const struct sw_json *get(const struct sw_json *object, const char *rest, const char *graph)
{
    const struct sw_json *value = sw_json_get(object, rest);
    return value != NULL ? value : sw_json_get(object, graph);
}

/* A list, or the nodes of a connection. */
static const struct sw_json *nodes_of(const struct sw_json *value)
{
    const struct sw_json *nodes = sw_json_get(value, "nodes");
    return nodes != NULL ? nodes : value;
}

static struct sw_str text_of(const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    return text;
}

/* --- finding them ----------------------------------------------------------------------------- */

bool sw_ghsa_may_be(struct sw_bytes text)
{
    return text.len > 0 && (memmem(text.ptr, text.len, "\"ghsa_id\"", 9) != NULL ||
                               memmem(text.ptr, text.len, "\"ghsaId\"", 8) != NULL);
}

static bool is_advisory(const struct sw_json *value)
{
    return text_of(get(value, "ghsa_id", "ghsaId")).len > 0;
}

const struct sw_json *sw_ghsa_list(const struct sw_json *document, bool *single)
{
    const struct sw_json *data = sw_json_get(document, "data");
    const struct sw_json *list =
        nodes_of(sw_json_get(data == NULL ? document : data, "securityAdvisories"));
    const struct sw_json *one = sw_json_get(data, "securityAdvisory");
    *single = false;
    if (is_advisory(document) || is_advisory(one)) {
        *single = true;
        return is_advisory(document) ? document : one;
    }
    list = list != NULL ? list : document;
    return is_advisory(sw_json_item(list, 0)) ? list : NULL;
}

/* --- ranges ----------------------------------------------------------------------------------- */

/* A part of ">= 1.0, < 2.0". */
struct bound {
    struct sw_str operator, version;
};

static struct sw_str trim(struct sw_str text)
{
    while (text.len > 0 && text.ptr[0] == ' ') {
        text = sw_str_n(text.ptr + 1, text.len - 1);
    }
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return text;
}

static bool read_bound(struct sw_str part, struct bound *out)
{
    size_t len = 0;
    part = trim(part);
    while (len < part.len && memchr("<>=", part.ptr[len], 3) != NULL) {
        len++;
    }
    out->operator= sw_str_n(part.ptr, len);
    out->version = trim(sw_str_n(part.ptr + len, part.len - len));
    return len > 0 && out->version.len > 0 &&
           memchr(out->version.ptr, ' ', out->version.len) == NULL;
}

static void write_event(struct sw_json_writer *w, const char *name, struct sw_str version)
{
    sw_jw_object(w, NULL);
    sw_jw_str(w, name, version);
    sw_jw_object_end(w);
}

/* "introduced_after" is no event of OSV's: the version itself is not affected. Nor is
 * "first_patched", which ends nothing. The writer takes both. */
static bool write_bound(struct sw_json_writer *w, const struct bound *bound, bool *begun)
{
    static const struct {
        const char *operator, * event;
        bool begins;
    } rows[] = {{">=", "introduced", true}, {">", "introduced_after", true}, {"<", "fixed", false},
        {"<=", "last_affected", false}, {"=", "last_affected", false}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (!sw_str_is(bound->operator, rows[i].operator)) {
            continue;
        }
        bool exact = sw_str_is(bound->operator, "=");
        if (!rows[i].begins && !*begun) {
            write_event(w, "introduced", exact ? bound->version : sw_str("0"));
        }
        write_event(w, rows[i].event, bound->version);
        *begun = true;
        return true;
    }
    return false;
}

/* An empty range stands for every version. */
static sw_result write_events(
    struct sw_json_writer *w, struct sw_str range, struct sw_str fix, struct sw_error *err)
{
    bool begun = false;
    sw_jw_array(w, "events");
    while (range.len > 0) {
        struct bound bound;
        const char *comma = memchr(range.ptr, ',', range.len);
        size_t len = comma == NULL ? range.len : (size_t)(comma - range.ptr);
        if (!read_bound(sw_str_n(range.ptr, len), &bound) || !write_bound(w, &bound, &begun)) {
            return sw_fail(err, SW_E_FORMAT,
                "no advisory: '" SW_STR_FMT "' is no range of versions", (int)(len < 80 ? len : 80),
                range.ptr);
        }
        size_t taken = comma == NULL ? len : len + 1;
        range = sw_str_n(range.ptr + taken, range.len - taken);
    }
    if (!begun) {
        write_event(w, "introduced", sw_str("0"));
    }
    if (fix.len > 0) {
        write_event(w, "first_patched", fix);
    }
    sw_jw_array_end(w);
    return SW_OK;
}

/* A fix that the range does not end with: "<= 1.9" with 2.0 as the first one that is patched. */
static struct sw_str fix_of(const struct sw_json *vulnerability)
{
    const struct sw_json *fix = get(vulnerability, "first_patched_version", "firstPatchedVersion");
    const struct sw_json *inner = sw_json_get(fix, "identifier");
    return text_of(inner != NULL ? inner : fix);
}

/* --- packages --------------------------------------------------------------------------------- */

/* GitHub's names of ecosystems, and OSV's. What is not among them keeps its name. */
static struct sw_str ecosystem_of(struct sw_str name)
{
    static const char *const rows[][2] = {{"pip", "PyPI"}, {"npm", "npm"}, {"maven", "Maven"},
        {"go", "Go"}, {"nuget", "NuGet"}, {"composer", "Packagist"}, {"rubygems", "RubyGems"},
        {"rust", "crates.io"}, {"actions", "GitHub Actions"}, {"erlang", "Hex"}, {"pub", "Pub"},
        {"swift", "SwiftURL"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (name.len == strlen(rows[i][0]) && strncasecmp(name.ptr, rows[i][0], name.len) == 0) {
            return sw_str(rows[i][1]);
        }
    }
    return name;
}

static sw_result write_affected(
    struct sw_json_writer *w, const struct sw_json *vulnerability, struct sw_error *err)
{
    const struct sw_json *package = sw_json_get(vulnerability, "package");
    struct sw_str name = text_of(sw_json_get(package, "name"));
    struct sw_str ecosystem = ecosystem_of(text_of(sw_json_get(package, "ecosystem")));
    if (name.len == 0 || ecosystem.len == 0) {
        return SW_OK; /* what is no package cannot be found in a product */
    }
    sw_jw_object(w, NULL);
    sw_jw_object(w, "package");
    sw_jw_str(w, "ecosystem", ecosystem);
    sw_jw_str(w, "name", name);
    sw_jw_object_end(w);
    sw_jw_array(w, "ranges");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "ECOSYSTEM");
    SW_TRY(write_events(w,
        text_of(get(vulnerability, "vulnerable_version_range", "vulnerableVersionRange")),
        fix_of(vulnerability), err));
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result write_packages(
    struct sw_json_writer *w, const struct sw_json *advisory, struct sw_error *err)
{
    size_t count = 0;
    sw_jw_array(w, "affected");
    SW_JSON_EACH (item, nodes_of(sw_json_get(advisory, "vulnerabilities"))) {
        if (++count > SW_GHSA_PACKAGES_MAX) {
            return sw_fail(err, SW_E_LIMIT, "no advisory: it names more than %d packages",
                SW_GHSA_PACKAGES_MAX);
        }
        SW_TRY(write_affected(w, item, err));
    }
    sw_jw_array_end(w);
    return SW_OK;
}

/* --- the rest --------------------------------------------------------------------------------- */

static void write_alias(struct sw_json_writer *w, struct sw_str id, struct sw_str name)
{
    if (name.len > 0 && !sw_str_equal(id, name)) {
        sw_jw_str(w, NULL, name);
    }
}

static void write_aliases(
    struct sw_json_writer *w, const struct sw_json *advisory, struct sw_str id)
{
    sw_jw_array(w, "aliases");
    write_alias(w, id, text_of(sw_json_get(advisory, "cve_id")));
    SW_JSON_EACH (item, sw_json_get(advisory, "identifiers")) {
        write_alias(w, id, text_of(sw_json_get(item, "value")));
    }
    sw_jw_array_end(w);
}

static void write_vector(struct sw_json_writer *w, const struct sw_json *scores, const char *type)
{
    struct sw_str vector = text_of(get(scores, "vector_string", "vectorString"));
    if (vector.len > 0) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "type", type);
        sw_jw_str(w, "score", vector);
        sw_jw_object_end(w);
    }
}

static void write_severity(struct sw_json_writer *w, const struct sw_json *advisory)
{
    const struct sw_json *all = get(advisory, "cvss_severities", "cvssSeverities");
    sw_jw_array(w, "severity");
    write_vector(w, get(all, "cvss_v4", "cvssV4"), "CVSS_V4");
    write_vector(w, get(all, "cvss_v3", "cvssV3"), "CVSS_V3");
    write_vector(w, sw_json_get(advisory, "cvss"), "CVSS_V3");
    sw_jw_array_end(w);
}

static void write_time(struct sw_json_writer *w, const char *name, const struct sw_json *value)
{
    struct sw_str text = text_of(value);
    if (text.len > 0) {
        sw_jw_str(w, name, text);
    }
}

sw_result sw_ghsa_to_osv(const struct sw_json *advisory, struct sw_buf *out, struct sw_error *err)
{
    struct sw_json_writer w;
    struct sw_str id = text_of(get(advisory, "ghsa_id", "ghsaId"));
    if (id.len == 0) {
        return sw_fail(err, SW_E_FORMAT, "no advisory: it has no GHSA id");
    }
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_str(&w, "id", id);
    write_time(&w, "modified", get(advisory, "updated_at", "updatedAt"));
    write_time(&w, "withdrawn", get(advisory, "withdrawn_at", "withdrawnAt"));
    sw_jw_str(&w, "summary", text_of(sw_json_get(advisory, "summary")));
    sw_jw_str(&w, "details", text_of(sw_json_get(advisory, "description")));
    write_aliases(&w, advisory, id);
    write_severity(&w, advisory);
    SW_TRY(write_packages(&w, advisory, err));
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}

/* --- EPSS ------------------------------------------------------------------------------------- */

/* A number, or a text with one. */
static bool share_of(struct sw_arena *arena, const struct sw_json *value, unsigned *out)
{
    struct sw_json number;
    double share = 0;
    if (value == NULL || (value->type != SW_JSON_NUMBER && value->type != SW_JSON_STRING) ||
        sw_json_parse(arena, sw_bytes_of_str(value->text), NULL, &number, NULL) != SW_OK ||
        !sw_json_double(&number, &share) || share < 0 || share > 1) {
        return false;
    }
    *out = (unsigned)(share * 100000 + 0.5);
    return true;
}

bool sw_ghsa_epss(struct sw_arena *arena, const struct sw_json *advisory, struct sw_str *cve,
    unsigned *score, unsigned *percentile)
{
    const struct sw_json *epss = sw_json_get(advisory, "epss");
    *cve = text_of(sw_json_get(advisory, "cve_id"));
    SW_JSON_EACH (item, sw_json_get(advisory, "identifiers")) {
        struct sw_str name = text_of(sw_json_get(item, "value"));
        *cve = cve->len == 0 && sw_str_starts(name, "CVE-") ? name : *cve;
    }
    return cve->len > 0 && share_of(arena, sw_json_get(epss, "percentage"), score) &&
           share_of(arena, sw_json_get(epss, "percentile"), percentile);
}
