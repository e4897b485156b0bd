#include "supply/advisory_osv.h"

#include "supply/cvss.h"
#include "supply/purl.h"
#include "supply/wire.h"

#include <stdlib.h>

/* What is read of an advisory without a tree. */
enum { ID, MODIFIED, WITHDRAWN, SUMMARY, DETAILS, ALIASES, SEVERITY, AFFECTED, FIELDS };
static const char *const fields[] = {[ID] = "id",
    [MODIFIED] = "modified",
    [WITHDRAWN] = "withdrawn",
    [SUMMARY] = "summary",
    [DETAILS] = "details",
    [ALIASES] = "aliases",
    [SEVERITY] = "severity",
    [AFFECTED] = "affected"};

#define SUMMARY_MAX 200
/* Of one file. OSV defines 40, and some have a dozen releases. */
#define ECOSYSTEMS_MAX 10000

enum {
    FIND_ADVISORY,
    DROP_ADVISORY,
    PUT_ADVISORY,
    PUT_ECOSYSTEM,
    RENEW_ECOSYSTEM,
    FIND_PACKAGE,
    PUT_PACKAGE,
    PUT_AFFECTED,
    PUT_DIGEST,
    STATEMENTS,
};
static const char *const statements[] = {
    [FIND_ADVISORY] = "SELECT id, modified FROM advisories WHERE name = ?1",
    [DROP_ADVISORY] = "DELETE FROM advisories WHERE id = ?1",
    [PUT_ADVISORY] = "INSERT INTO advisories(name, modified, withdrawn, cvss, summary, aliases)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_ECOSYSTEM] = "INSERT INTO ecosystems(name, import) VALUES(?1, ?2)"
                      " ON CONFLICT(name) DO UPDATE SET import = import RETURNING id",
    [RENEW_ECOSYSTEM] = "UPDATE ecosystems SET import = ?2 WHERE id = ?1",
    [FIND_PACKAGE] = "SELECT id FROM packages WHERE ecosystem = ?1 AND name = ?2",
    [PUT_PACKAGE] = "INSERT INTO packages(ecosystem, name) VALUES(?1, ?2)",
    [PUT_AFFECTED] = "INSERT INTO affected VALUES(?1, ?2, ?3, ?4)",
    [PUT_DIGEST] = "INSERT OR IGNORE INTO digests VALUES(?1, ?2)",
};

/* Ecosystems that this import brought already. */
struct seen {
    char *name;
    size_t len;
    int64_t id;
};

struct sw_osv_reader {
    struct sw_json_scanner *scanner;
    struct sw_arena arena; /* of one advisory */
    struct sw_buf text[FIELDS];
    struct sw_buf what;
    int64_t now;
};

struct sw_osv_writer {
    const struct sw_advisory_db *db;
    struct sqlite3_stmt *statements[STATEMENTS];
    struct sw_osv_reader *reader; /* NULL: nothing was read here */
    struct sw_arena names;        /* of the ecosystems */
    struct seen *seen;
    size_t seen_count, seen_cap;
    int64_t now, import, date;
    uint64_t replaced;
};

/* What is known of the advisory that is being read. */
struct record {
    struct sw_json_found found[FIELDS];
    struct sw_str id;
    int64_t modified, withdrawn; /* withdrawn 0: it is not */
    unsigned cvss;               /* version * 1000 + tenths */
    struct sw_str summary;
    struct sw_str aliases; /* one a line */
    struct sw_json affected;
};

/* --- the writer ------------------------------------------------------------------------------- */

void sw_osv_reader_free(struct sw_osv_reader *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < FIELDS; i++) {
        sw_buf_release(&r->text[i]);
    }
    sw_json_scanner_free(r->scanner);
    sw_buf_release(&r->what);
    sw_arena_release(&r->arena);
    free(r);
}

sw_result sw_osv_reader_new(struct sw_osv_reader **out, int64_t now, struct sw_error *err)
{
    static const struct sw_json_limits limits = {.max_bytes = SW_OSV_MAX};
    SW_CLEANUP(osv_reader) struct sw_osv_reader *r = calloc(1, sizeof(*r));
    SW_TRY_PTR(r);
    sw_arena_init(&r->arena, 0);
    r->now = now;
    SW_TRY(sw_json_scanner_new(&r->scanner, fields, FIELDS, &limits, err));
    *out = SW_TAKE(r);
    return SW_OK;
}

void sw_osv_writer_free(struct sw_osv_writer *w)
{
    if (w == NULL) {
        return;
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        sw_advisory_db_finish(&w->statements[i]);
    }
    sw_osv_reader_free(w->reader);
    sw_arena_release(&w->names);
    free(w);
}

sw_result sw_osv_writer_new(
    struct sw_osv_writer **out, const struct sw_advisory_db *db, int64_t now, struct sw_error *err)
{
    SW_CLEANUP(osv_writer) struct sw_osv_writer *w = calloc(1, sizeof(*w));
    SW_TRY_PTR(w);
    sw_arena_init(&w->names, 0);
    w->db = db;
    w->now = now;
    w->date = INT64_MIN;
    for (size_t i = 0; i < STATEMENTS; i++) {
        SW_TRY(sw_advisory_db_query(db, statements[i], &w->statements[i], err));
    }
    *out = SW_TAKE(w);
    return SW_OK;
}

void sw_osv_writer_begin(struct sw_osv_writer *w, int64_t import)
{
    w->import = import;
    w->date = INT64_MIN;
    w->seen_count = 0;
}

sw_result sw_osv_writer_end(struct sw_osv_writer *w, uint64_t records, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = w->statements[RENEW_ECOSYSTEM];
    for (size_t i = 0; i < w->seen_count && records > 1; i++) {
        (void)sqlite3_bind_int64(stmt, 1, w->seen[i].id);
        (void)sqlite3_bind_int64(stmt, 2, w->import);
        SW_TRY(sw_advisory_db_once(w->db, stmt, err));
    }
    return SW_OK;
}

int64_t sw_osv_writer_date(const struct sw_osv_writer *w)
{
    return w->date;
}

uint64_t sw_osv_writer_replaced(const struct sw_osv_writer *w)
{
    return w->replaced;
}

/* --- reading ---------------------------------------------------------------------------------- */

static sw_result bad(struct sw_error *err, const char *what)
{
    return sw_fail(err, SW_E_FORMAT, "no advisory: %s", what);
}

/* A name that can be shown and stored: short, on one line. */
static bool is_name(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f) {
            return false;
        }
    }
    return text.len > 0 && text.len <= SW_OSV_NAME_MAX;
}

static sw_result text_of(struct sw_osv_reader *w, const struct record *r, size_t field,
    struct sw_str *out, struct sw_error *err)
{
    *out = sw_str("");
    if (r->found[field].span.ptr == NULL || r->found[field].type == SW_JSON_NULL) {
        return SW_OK;
    }
    return r->found[field].type == SW_JSON_STRING
               ? sw_json_found_text(&r->found[field], &w->text[field], out)
               : sw_fail(err, SW_E_FORMAT, "no advisory: its %s is no text", fields[field]);
}

/* A tree of a field; null when it is not there. */
static sw_result tree_of(struct sw_osv_reader *w, const struct record *r, size_t field,
    struct sw_json *out, struct sw_error *err)
{
    *out = (struct sw_json){.type = SW_JSON_NULL};
    return r->found[field].span.ptr == NULL
               ? SW_OK
               : sw_json_parse(&w->arena, r->found[field].span, NULL, out, err);
}

static sw_result read_times(struct sw_osv_reader *w, struct record *r, struct sw_error *err)
{
    struct sw_str text;
    SW_TRY(text_of(w, r, MODIFIED, &text, err));
    if (!sw_time_parse(text, &r->modified)) {
        return bad(err, "it has no date 'modified'");
    }
    SW_TRY(text_of(w, r, WITHDRAWN, &text, err));
    if (text.len > 0 && !sw_time_parse(text, &r->withdrawn)) {
        return bad(err, "its date 'withdrawn' is none");
    }
    r->withdrawn = text.len > 0 && r->withdrawn == 0 ? 1 : r->withdrawn;
    /* What is announced has not happened; a date to come would outlive all that is newer. */
    r->withdrawn = r->withdrawn > w->now ? 0 : r->withdrawn;
    r->modified = r->modified < w->now ? r->modified : w->now;
    return SW_OK;
}

/* The summary, or else the beginning of the details: one line. */
static sw_result read_summary(struct sw_osv_reader *w, struct record *r, struct sw_error *err)
{
    struct sw_str text;
    SW_TRY(text_of(w, r, SUMMARY, &text, err));
    SW_TRY(text.len == 0 ? text_of(w, r, DETAILS, &text, err) : SW_OK);
    while (text.len > 0 && (text.ptr[0] == '\n' || text.ptr[0] == '#' || text.ptr[0] == ' ')) {
        text = sw_str_n(text.ptr + 1, text.len - 1);
    }
    size_t len = 0;
    while (len < text.len && text.ptr[len] != '\n' && text.ptr[len] != '\r') {
        len++;
    }
    if (len > SUMMARY_MAX) {
        len = SUMMARY_MAX;
        while (len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    r->summary = sw_str_n(text.ptr, len);
    return SW_OK;
}

static sw_result read_aliases(struct sw_osv_reader *w, struct record *r, struct sw_error *err)
{
    struct sw_json list;
    size_t count = 0;
    SW_TRY(tree_of(w, r, ALIASES, &list, err));
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_JSON_EACH (item, &list) {
        struct sw_str name;
        if (!sw_json_str(item, &name) || !is_name(name)) {
            return bad(err, "one of its aliases is no name");
        }
        if (++count > SW_OSV_ALIASES_MAX) {
            return sw_fail(
                err, SW_E_LIMIT, "an advisory has at most %d aliases", SW_OSV_ALIASES_MAX);
        }
        SW_TRY(sw_buf_puts(&text, text.len == 0 ? "" : "\n"));
        SW_TRY(sw_buf_put_str(&text, name));
    }
    const char *copy = sw_arena_strndup(&w->arena, sw_buf_str(&text));
    SW_TRY_PTR(copy);
    r->aliases = sw_str_n(copy, text.len);
    return SW_OK;
}

/* The score of the newest version that is there; among several of one version, the highest. What
 * cannot be read (CVSS v2, words) has none. */
static void read_scores(struct record *r, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        struct sw_str vector;
        struct sw_cvss score;
        if (sw_json_str(sw_json_get(item, "score"), &vector) &&
            sw_cvss_base(vector, &score, NULL) == SW_OK) {
            unsigned value = score.version * 1000 + score.tenths;
            unsigned major = r->cvss / 10000;
            bool same = major == score.version / 10;
            bool better = same ? r->cvss % 1000 < score.tenths : major < score.version / 10;
            r->cvss = better || r->cvss == 0 ? value : r->cvss;
        }
    }
}

static sw_result read_record(
    struct sw_osv_reader *w, struct sw_bytes bytes, struct record *r, struct sw_error *err)
{
    struct sw_json severity;
    SW_TRY(sw_json_scan(w->scanner, bytes, r->found, err));
    SW_TRY(text_of(w, r, ID, &r->id, err));
    if (!is_name(r->id)) {
        return bad(err, "it has no id");
    }
    SW_TRY(read_times(w, r, err));
    SW_TRY(read_summary(w, r, err));
    SW_TRY(read_aliases(w, r, err));
    SW_TRY(tree_of(w, r, SEVERITY, &severity, err));
    SW_TRY(tree_of(w, r, AFFECTED, &r->affected, err));
    read_scores(r, &severity);
    SW_JSON_EACH (item, &r->affected) {
        read_scores(r, sw_json_get(item, "severity"));
    }
    return SW_OK;
}

/* --- what is affected ------------------------------------------------------------------------- */

/* Where a package stands, and what its purl adds. */
struct place {
    struct sw_str ecosystem, name;
    struct sw_str version; /* of the purl, which OSV's own have none */
};

static sw_result read_purl(
    struct sw_osv_reader *w, struct sw_str text, struct place *out, struct sw_error *err)
{
    struct sw_purl purl;
    struct sw_error why = {0};
    enum sw_code code = sw_purl_parse(&w->arena, text, &purl, &why);
    if (code != SW_OK) {
        return out->ecosystem.len > 0 ? SW_OK : sw_fail(err, code, "no advisory: %s", why.text);
    }
    const char *ecosystem = sw_purl_ecosystem(purl.type);
    bool ours = sw_str_is(purl.type, "huggingface") || sw_str_is(purl.type, "mlflow");
    out->version = ours ? purl.version : sw_str("");
    if (!ours && out->ecosystem.len > 0 && out->name.len > 0) {
        return SW_OK;
    }
    const char *key = ecosystem != NULL ? ecosystem
                                        : sw_arena_printf(&w->arena, SW_ADVISORY_PURL SW_STR_FMT,
                                              SW_STR_ARG(purl.type));
    SW_TRY_PTR(key);
    out->ecosystem = sw_str(key);
    out->name = sw_purl_package(&w->arena, &purl);
    return SW_OK;
}

/* A repository has no package: C and C++ are advised like that. */
static void read_repository(const struct sw_json *affected, struct place *out)
{
    SW_JSON_EACH (range, sw_json_get(affected, "ranges")) {
        if (out->name.len == 0 && sw_json_str(sw_json_get(range, "repo"), &out->name)) {
            out->ecosystem = sw_str("GIT");
        }
    }
}

static sw_result read_place(struct sw_osv_reader *w, const struct sw_json *affected,
    struct place *out, struct sw_error *err)
{
    const struct sw_json *package = sw_json_get(affected, "package");
    struct sw_str purl;
    *out = (struct place){0};
    (void)sw_json_str(sw_json_get(package, "ecosystem"), &out->ecosystem);
    (void)sw_json_str(sw_json_get(package, "name"), &out->name);
    if (sw_json_str(sw_json_get(package, "purl"), &purl)) {
        SW_TRY(read_purl(w, purl, out, err));
    }
    if (out->ecosystem.len == 0 || out->name.len == 0) {
        *out = (struct place){0};
        read_repository(affected, out);
    }
    if (out->ecosystem.len > SW_OSV_NAME_MAX || out->name.len > SW_PURL_MAX) {
        return sw_fail(err, SW_E_LIMIT, "no advisory: the name of a package is too long");
    }
    out->ecosystem = sw_purl_ecosystem_base(out->ecosystem);
    out->name = sw_advisory_package_key(&w->arena, out->ecosystem, out->name);
    return SW_OK;
}

/* "i" introduced, "f" fixed, "l" last_affected, "m" limit; and of GitHub's exports
 * (advisory_ghsa.c) "a" introduced_after, "p" first_patched. */
static const char *const event_names[][2] = {{"introduced", "i"}, {"fixed", "f"},
    {"last_affected", "l"}, {"limit", "m"}, {"introduced_after", "a"}, {"first_patched", "p"}};

static void write_event(struct sw_json_writer *j, const char *kind, struct sw_str version)
{
    sw_jw_array(j, NULL);
    sw_jw_text(j, NULL, kind);
    sw_jw_str(j, NULL, version);
    sw_jw_array_end(j);
}

/* A range that begins nowhere is taken to begin with the first version. */
static void write_events(struct sw_json_writer *j, const struct sw_json *events)
{
    bool begins = events == NULL || events->count == 0;
    sw_jw_array(j, "e");
    SW_JSON_EACH (event, events) {
        for (size_t i = 0; i < SW_COUNT(event_names); i++) {
            struct sw_str version;
            if (sw_json_str(sw_json_get(event, event_names[i][0]), &version)) {
                write_event(j, event_names[i][1], version);
                begins = begins || i == 0 || i == 4;
            }
        }
    }
    if (!begins) {
        write_event(j, "i", sw_str("0"));
    }
    sw_jw_array_end(j);
}

/* What would be passed over would look as if it were not there. */
static sw_result check_events(const struct sw_json *affected, struct sw_error *err)
{
    SW_JSON_EACH (range, sw_json_get(affected, "ranges")) {
        SW_JSON_EACH (event, sw_json_get(range, "events")) {
            for (size_t i = 0; i < SW_COUNT(event_names); i++) {
                const struct sw_json *version = sw_json_get(event, event_names[i][0]);
                if (version != NULL && version->type != SW_JSON_STRING) {
                    return bad(err, "a version of its ranges is no text");
                }
            }
        }
    }
    return SW_OK;
}

/* "S" SEMVER, "E" ECOSYSTEM, "G" GIT. Commits of a repository beside versions of a package say
 * nothing that can be compared with one, so they are left out then. */
static bool is_kept(const struct sw_json *range, bool alone, const char **type)
{
    static const char *const names[][2] = {{"SEMVER", "S"}, {"ECOSYSTEM", "E"}, {"GIT", "G"}};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_json_is(sw_json_get(range, "type"), names[i][0])) {
            *type = names[i][1];
            return alone || i < 2;
        }
    }
    return false;
}

/* Nothing but commits is known. */
static bool is_git_alone(const struct sw_json *affected)
{
    const char *type;
    const struct sw_json *versions = sw_json_get(affected, "versions");
    SW_JSON_EACH (range, sw_json_get(affected, "ranges")) {
        if (is_kept(range, false, &type)) {
            return false;
        }
    }
    return versions == NULL || versions->count == 0;
}

static void write_ranges(struct sw_json_writer *j, const struct sw_json *affected)
{
    bool alone = is_git_alone(affected);
    sw_jw_array(j, "r");
    SW_JSON_EACH (range, sw_json_get(affected, "ranges")) {
        const char *type = NULL;
        if (is_kept(range, alone, &type)) {
            sw_jw_object(j, NULL);
            sw_jw_text(j, "t", type);
            write_events(j, sw_json_get(range, "events"));
            sw_jw_object_end(j);
        }
    }
    sw_jw_array_end(j);
}

/* What of a Go module is vulnerable; nothing when that is not told. */
static void write_paths(struct sw_json_writer *j, const struct sw_json *affected)
{
    const struct sw_json *list =
        sw_json_get(sw_json_get(affected, "ecosystem_specific"), "imports");
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0) {
        return;
    }
    sw_jw_array(j, "p");
    SW_JSON_EACH (item, list) {
        struct sw_str path;
        if (sw_json_str(sw_json_get(item, "path"), &path)) {
            sw_jw_str(j, NULL, path);
        }
    }
    sw_jw_array_end(j);
}

static sw_result write_what(struct sw_osv_reader *w, const struct sw_json *affected,
    const struct place *place, struct sw_error *err)
{
    struct sw_json_writer j;
    sw_buf_clear(&w->what);
    sw_jw_init(&j, &w->what, 0);
    sw_jw_object(&j, NULL);
    write_ranges(&j, affected);
    sw_jw_array(&j, "v");
    SW_JSON_EACH (item, sw_json_get(affected, "versions")) {
        struct sw_str version;
        if (!sw_json_str(item, &version)) {
            return bad(err, "one of its versions is no text");
        }
        sw_jw_str(&j, NULL, version);
    }
    if (place->version.len > 0) {
        sw_jw_str(&j, NULL, place->version);
    }
    sw_jw_array_end(&j);
    write_paths(&j, affected);
    sw_jw_object_end(&j);
    return sw_jw_finish(&j);
}

/* --- an advisory as it is stored -------------------------------------------------------------- */

static sw_result take_digests(struct sw_osv_reader *w, const struct sw_json *list,
    struct sw_osv_affected *out, struct sw_error *err)
{
    const size_t count = list != NULL && list->type == SW_JSON_ARRAY ? list->count : 0;
    struct sw_digest *digests = SW_ARENA_ARRAY(&w->arena, struct sw_digest, count + 1);
    SW_TRY_PTR(digests);
    out->digests = digests;
    SW_JSON_EACH (item, list) {
        struct sw_str text;
        struct sw_digest *digest = &digests[out->digest_count];
        if (!sw_json_str(item, &text) || !sw_digest_parse(text, digest) ||
            digest->alg != SW_SHA256) {
            return bad(err, "one of its digests is not \"sha256:\" and 64 hex digits");
        }
        out->digest_count++;
    }
    return SW_OK;
}

static size_t count_of(const struct sw_json *object, const char *name)
{
    const struct sw_json *list = sw_json_get(object, name);
    return list != NULL && list->type == SW_JSON_ARRAY ? list->count : 0;
}

static sw_result take_affected(struct sw_osv_reader *w, const struct sw_json *affected,
    struct sw_osv_affected *out, struct sw_error *err)
{
    const struct sw_json *digests =
        sw_json_get(sw_json_get(affected, "database_specific"), "digests");
    struct place place;
    SW_TRY(read_place(w, affected, &place, err));
    SW_TRY(check_events(affected, err));
    SW_TRY(write_what(w, affected, &place, err));
    *out = (struct sw_osv_affected){.ecosystem = place.ecosystem, .name = place.name};
    SW_TRY(take_digests(w, digests, out, err));
    const bool digests_alone = digests != NULL && count_of(affected, "ranges") == 0 &&
                               count_of(affected, "versions") == 0 && place.version.len == 0;
    if (place.name.len == 0 || digests_alone) {
        return SW_OK;
    }
    const char *what = sw_arena_strndup(&w->arena, sw_buf_str(&w->what));
    SW_TRY_PTR(what);
    out->what = sw_str_n(what, w->what.len);
    return SW_OK;
}

sw_result sw_osv_read(
    struct sw_osv_reader *w, struct sw_bytes bytes, struct sw_osv_record *out, struct sw_error *err)
{
    struct record r = {0};
    sw_arena_release(&w->arena);
    SW_TRY(read_record(w, bytes, &r, err));
    const size_t count = r.affected.type == SW_JSON_ARRAY ? r.affected.count : 0;
    struct sw_osv_affected *affected = SW_ARENA_ARRAY(&w->arena, struct sw_osv_affected, count + 1);
    SW_TRY_PTR(affected);
    *out = (struct sw_osv_record){.id = r.id,
        .modified = r.modified,
        .withdrawn = r.withdrawn,
        .cvss = r.cvss,
        .summary = r.summary,
        .aliases = r.aliases,
        .affected = affected};
    SW_JSON_EACH (item, &r.affected) {
        SW_TRY(take_affected(w, item, &affected[out->affected_count++], err));
    }
    return SW_OK;
}

/* --- for other processes ---------------------------------------------------------------------- */

/* Three texts and a count. */
#define AFFECTED_LEAST (3 * SW_WIRE_TEXT_LEAST + SW_WIRE_COUNT_LEN)

static sw_result put_wire_affected(const struct sw_osv_affected *a, struct sw_buf *out)
{
    SW_TRY(sw_wire_put(out, a->ecosystem));
    SW_TRY(sw_wire_put(out, a->name));
    SW_TRY(sw_wire_put(out, a->what));
    SW_TRY(sw_wire_put_count(out, a->digest_count));
    for (size_t i = 0; i < a->digest_count; i++) {
        SW_TRY(sw_wire_put_digest(out, &a->digests[i]));
    }
    return SW_OK;
}

sw_result sw_osv_record_write(const struct sw_osv_record *r, struct sw_buf *out)
{
    SW_TRY(sw_wire_put(out, r->id));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)r->modified));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)r->withdrawn));
    SW_TRY(sw_buf_put_u32be(out, r->cvss));
    SW_TRY(sw_wire_put(out, r->summary));
    SW_TRY(sw_wire_put(out, r->aliases));
    SW_TRY(sw_wire_put_count(out, r->affected_count));
    for (size_t i = 0; i < r->affected_count; i++) {
        SW_TRY(put_wire_affected(&r->affected[i], out));
    }
    return SW_OK;
}

static sw_result take_wire_text(struct sw_cursor *cur, size_t max, struct sw_str *out)
{
    SW_TRY(sw_wire_take(cur, out));
    return out->len <= max && sw_utf8_valid(sw_bytes_of_str(*out)) ? SW_OK : SW_E_FORMAT;
}

static sw_result take_wire_affected(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_osv_affected *out)
{
    SW_TRY(take_wire_text(cur, SW_OSV_NAME_MAX, &out->ecosystem));
    SW_TRY(take_wire_text(cur, SW_PURL_MAX, &out->name));
    SW_TRY(take_wire_text(cur, SIZE_MAX, &out->what));
    SW_TRY(sw_wire_take_count(cur, SW_WIRE_HELD_DIGEST_LEN, SIZE_MAX, &out->digest_count));
    struct sw_digest *digests = SW_ARENA_ARRAY(arena, struct sw_digest, out->digest_count + 1);
    SW_TRY_PTR(digests);
    out->digests = digests;
    for (size_t i = 0; i < out->digest_count; i++) {
        SW_TRY(sw_wire_take_held_digest(cur, &digests[i]));
    }
    return SW_OK;
}

sw_result sw_osv_record_read(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_osv_record *out)
{
    uint64_t modified;
    uint64_t withdrawn;
    uint32_t cvss;
    SW_TRY(take_wire_text(cur, SW_OSV_NAME_MAX, &out->id));
    SW_TRY(sw_cur_u64be(cur, &modified));
    SW_TRY(sw_cur_u64be(cur, &withdrawn));
    SW_TRY(sw_cur_u32be(cur, &cvss));
    SW_TRY(take_wire_text(cur, SUMMARY_MAX, &out->summary));
    SW_TRY(take_wire_text(cur, (size_t)SW_OSV_ALIASES_MAX * (SW_OSV_NAME_MAX + 1), &out->aliases));
    SW_TRY(sw_wire_take_count(cur, AFFECTED_LEAST, SIZE_MAX, &out->affected_count));
    out->modified = (int64_t)modified;
    out->withdrawn = (int64_t)withdrawn;
    out->cvss = cvss;
    struct sw_osv_affected *affected =
        SW_ARENA_ARRAY(arena, struct sw_osv_affected, out->affected_count + 1);
    SW_TRY_PTR(affected);
    out->affected = affected;
    for (size_t i = 0; i < out->affected_count; i++) {
        SW_TRY(take_wire_affected(arena, cur, &affected[i]));
    }
    return is_name(out->id) ? SW_OK : SW_E_FORMAT;
}

/* --- into the tables -------------------------------------------------------------------------- */

static sw_result find_ecosystem(
    struct sw_osv_writer *w, struct sw_str name, int64_t *out, struct sw_error *err)
{
    for (size_t i = 0; i < w->seen_count; i++) {
        if (sw_str_equal(name, sw_str_n(w->seen[i].name, w->seen[i].len))) {
            *out = w->seen[i].id;
            return SW_OK;
        }
    }
    struct sqlite3_stmt *stmt = w->statements[PUT_ECOSYSTEM];
    bool row = false;
    if (w->seen_count == ECOSYSTEMS_MAX) {
        return sw_fail(err, SW_E_REFUSED, "there are too many ecosystems in one file");
    }
    sw_advisory_db_bind(stmt, 1, name);
    (void)sqlite3_bind_int64(stmt, 2, w->import);
    SW_TRY(sw_advisory_db_step(w->db, stmt, &row, err));
    *out = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_reset(stmt);
    struct seen *seen =
        sw_arena_grow(&w->names, w->seen, w->seen_count, &w->seen_cap, sizeof(*w->seen));
    char *copy = sw_arena_strndup(&w->names, name);
    SW_TRY_PTR(seen);
    SW_TRY_PTR(copy);
    w->seen = seen;
    w->seen[w->seen_count++] = (struct seen){copy, name.len, *out};
    return SW_OK;
}

static sw_result find_package(struct sw_osv_writer *w, int64_t ecosystem, struct sw_str name,
    int64_t *out, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = w->statements[FIND_PACKAGE];
    bool row = false;
    (void)sqlite3_bind_int64(stmt, 1, ecosystem);
    sw_advisory_db_bind(stmt, 2, name);
    SW_TRY(sw_advisory_db_step(w->db, stmt, &row, err));
    *out = row ? sqlite3_column_int64(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    if (row) {
        return SW_OK;
    }
    stmt = w->statements[PUT_PACKAGE];
    (void)sqlite3_bind_int64(stmt, 1, ecosystem);
    sw_advisory_db_bind(stmt, 2, name);
    SW_TRY(sw_advisory_db_once(w->db, stmt, err));
    *out = sqlite3_last_insert_rowid(w->db->db);
    return SW_OK;
}

static sw_result put_digests(struct sw_osv_writer *w, int64_t row,
    const struct sw_osv_affected *affected, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = w->statements[PUT_DIGEST];
    for (size_t i = 0; i < affected->digest_count; i++) {
        const struct sw_digest *digest = &affected->digests[i];
        (void)sqlite3_bind_blob(stmt, 1, digest->bytes, digest->len, SQLITE_TRANSIENT);
        (void)sqlite3_bind_int64(stmt, 2, row);
        SW_TRY(sw_advisory_db_once(w->db, stmt, err));
    }
    return SW_OK;
}

static sw_result put_affected(struct sw_osv_writer *w, int64_t row, size_t index,
    const struct sw_osv_affected *affected, struct sw_error *err)
{
    int64_t ecosystem = 0;
    int64_t package = 0;
    SW_TRY(put_digests(w, row, affected, err));
    if (affected->name.len == 0) {
        return SW_OK;
    }
    SW_TRY(find_ecosystem(w, affected->ecosystem, &ecosystem, err));
    SW_TRY(find_package(w, ecosystem, affected->name, &package, err));
    if (affected->what.len == 0) {
        return SW_OK;
    }
    struct sqlite3_stmt *stmt = w->statements[PUT_AFFECTED];
    (void)sqlite3_bind_int64(stmt, 1, package);
    (void)sqlite3_bind_int64(stmt, 2, row);
    (void)sqlite3_bind_int64(stmt, 3, (sqlite3_int64)index);
    sw_advisory_db_bind(stmt, 4, affected->what);
    return sw_advisory_db_once(w->db, stmt, err);
}

/* True: the one that is there is as new. An older one is dropped; what it affects is swept later.
 */
static sw_result make_room(
    struct sw_osv_writer *w, const struct sw_osv_record *r, bool *known, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = w->statements[FIND_ADVISORY];
    bool row = false;
    sw_advisory_db_bind(stmt, 1, r->id);
    SW_TRY(sw_advisory_db_step(w->db, stmt, &row, err));
    int64_t id = row ? sqlite3_column_int64(stmt, 0) : 0;
    *known = row && sqlite3_column_int64(stmt, 1) >= r->modified;
    (void)sqlite3_reset(stmt);
    if (!row || *known) {
        return SW_OK;
    }
    w->replaced++;
    (void)sqlite3_bind_int64(w->statements[DROP_ADVISORY], 1, id);
    return sw_advisory_db_once(w->db, w->statements[DROP_ADVISORY], err);
}

/* An ecosystem is as fresh as the file that it came in last, also when nothing in it is new. */
static sw_result touch(struct sw_osv_writer *w, const struct sw_osv_record *r, struct sw_error *err)
{
    for (size_t i = 0; i < r->affected_count; i++) {
        int64_t id;
        SW_TRY(r->affected[i].name.len > 0 ? find_ecosystem(w, r->affected[i].ecosystem, &id, err)
                                           : SW_OK);
    }
    return SW_OK;
}

static sw_result put_record(
    struct sw_osv_writer *w, const struct sw_osv_record *r, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = w->statements[PUT_ADVISORY];
    bool known = false;
    SW_TRY(make_room(w, r, &known, err));
    if (known) {
        return touch(w, r, err);
    }
    sw_advisory_db_bind(stmt, 1, r->id);
    (void)sqlite3_bind_int64(stmt, 2, r->modified);
    (void)sqlite3_bind_int64(stmt, 3, r->withdrawn);
    (void)sqlite3_bind_int64(stmt, 4, r->cvss);
    sw_advisory_db_bind(stmt, 5, r->summary);
    sw_advisory_db_bind(stmt, 6, r->aliases);
    SW_TRY(sw_advisory_db_once(w->db, stmt, err));
    const int64_t row = sqlite3_last_insert_rowid(w->db->db);
    for (size_t i = 0; i < r->affected_count; i++) {
        SW_TRY(put_affected(w, row, i, &r->affected[i], err));
    }
    return SW_OK;
}

sw_result sw_osv_writer_put_record(
    struct sw_osv_writer *w, const struct sw_osv_record *record, struct sw_error *err)
{
    SW_TRY(put_record(w, record, err));
    const int64_t date = record->modified < w->now ? record->modified : w->now;
    w->date = date > w->date ? date : w->date;
    return SW_OK;
}

sw_result sw_osv_writer_put(struct sw_osv_writer *w, struct sw_bytes bytes, struct sw_error *err)
{
    struct sw_osv_record record;
    SW_TRY(w->reader == NULL ? sw_osv_reader_new(&w->reader, w->now, err) : SW_OK);
    SW_TRY(sw_osv_read(w->reader, bytes, &record, err));
    return sw_osv_writer_put_record(w, &record, err);
}

bool sw_osv_looks_like(struct sw_bytes record)
{
    static const char *const paths[] = {"id", "modified"};
    static const struct sw_json_limits limits = {.max_bytes = SW_OSV_MAX};
    SW_CLEANUP(json_scanner) struct sw_json_scanner *scanner = NULL;
    struct sw_json_found found[2];
    return sw_json_scanner_new(&scanner, paths, 2, &limits, NULL) == SW_OK &&
           sw_json_scan(scanner, record, found, NULL) == SW_OK && found[0].span.ptr != NULL &&
           found[1].span.ptr != NULL;
}
