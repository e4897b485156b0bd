#include "supply/advisory_private.h"

#include "supply/version_order.h"

#include <stdlib.h>

/* --- opening ---------------------------------------------------------------------------------- */

void sw_advisories_close(struct sw_advisories *a)
{
    if (a == NULL) {
        return;
    }
    sw_advisory_db_close(&a->db);
    sw_arena_release(&a->arena);
    free(a);
}

static bool read_digest(struct sqlite3_stmt *stmt, int column, struct sw_digest *out)
{
    const void *blob = sqlite3_column_blob(stmt, column);
    if (blob == NULL || sqlite3_column_bytes(stmt, column) != 32) {
        return false;
    }
    *out = (struct sw_digest){.alg = SW_SHA256, .len = 32};
    memcpy(out->bytes, blob, 32);
    return true;
}

/* Lines "KIND SHA256\n" in the order of the imports. */
static sw_result read_sources(struct sw_advisories *a, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool row = true;
    SW_TRY(
        sw_advisory_db_query(&a->db, "SELECT kind, sha256 FROM imports ORDER BY id", &stmt, err));
    for (;;) {
        struct sw_digest digest;
        char hex[2 * SW_DIGEST_MAX + 1];
        SW_TRY(sw_advisory_db_step(&a->db, stmt, &row, err));
        if (!row) {
            break;
        }
        if (!read_digest(stmt, 1, &digest)) {
            return sw_fail(err, SW_E_FORMAT, "'%s' holds a digest that is none", a->path);
        }
        sw_digest_hex(&digest, hex);
        SW_TRY(sw_buf_put_str(&text, sw_advisory_db_text(&a->arena, stmt, 0)));
        SW_TRY(sw_buf_printf(&text, " %s\n", hex));
    }
    sw_sha256(sw_buf_bytes(&text), &a->digest);
    return SW_OK;
}

static sw_result read_covered(struct sw_advisories *a, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    size_t cap = 0;
    bool row = true;
    SW_TRY(sw_advisory_db_query(&a->db,
        "SELECT e.name, e.id, i.date FROM ecosystems e JOIN imports i ON i.id = e.import"
        " ORDER BY e.name",
        &stmt, err));
    for (;;) {
        SW_TRY(sw_advisory_db_step(&a->db, stmt, &row, err));
        if (!row) {
            return SW_OK;
        }
        struct sw_advisory_covered *list =
            sw_arena_grow(&a->arena, a->covered, a->covered_count, &cap, sizeof(*list));
        SW_TRY_PTR(list);
        a->covered = list;
        list[a->covered_count++] =
            (struct sw_advisory_covered){sw_advisory_db_text(&a->arena, stmt, 0),
                sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2)};
    }
}

sw_result sw_advisories_open(
    const char *store_path, struct sw_advisories **out, struct sw_error *err)
{
    SW_CLEANUP(advisories) struct sw_advisories *a = calloc(1, sizeof(*a));
    SW_TRY_PTR(a);
    sw_arena_init(&a->arena, 0);
    SW_TRY(sw_advisory_path(&a->arena, store_path, SW_ADVISORY_FILE, &a->path, err));
    a->db.name = a->path;
    SW_TRY(sw_advisory_db_open(a->path, &a->db, err));
    SW_TRY(read_sources(a, err));
    SW_TRY(read_covered(a, err));
    *out = SW_TAKE(a);
    return SW_OK;
}

const struct sw_advisory_covered *sw_advisories_covered(
    const struct sw_advisories *a, struct sw_str ecosystem)
{
    size_t low = 0;
    size_t high = a->covered_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sw_str_compare(a->covered[middle].name, ecosystem);
        if (order == 0) {
            return &a->covered[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

/* --- status ----------------------------------------------------------------------------------- */

static sw_result count_rows(
    struct sw_advisories *a, const char *sql, uint64_t *out, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    SW_TRY(sw_advisory_db_query(&a->db, sql, &stmt, err));
    SW_TRY(sw_advisory_db_step(&a->db, stmt, &row, err));
    *out = row ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
    return SW_OK;
}

static sw_result status_sources(struct sw_advisories *a, struct sw_arena *arena,
    struct sw_advisory_status *out, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    size_t cap = 0;
    bool row = true;
    SW_TRY(sw_advisory_db_query(&a->db,
        "SELECT name, kind, sha256, bytes, time, date, records, left_out FROM imports ORDER BY id",
        &stmt, err));
    for (;;) {
        SW_TRY(sw_advisory_db_step(&a->db, stmt, &row, err));
        if (!row) {
            return SW_OK;
        }
        struct sw_advisory_source *list =
            sw_arena_grow(arena, out->sources, out->source_count, &cap, sizeof(*list));
        SW_TRY_PTR(list);
        out->sources = list;
        struct sw_advisory_source *one = &list[out->source_count++];
        *one = (struct sw_advisory_source){.name = sw_advisory_db_text(arena, stmt, 0),
            .kind = sw_advisory_db_text(arena, stmt, 1),
            .bytes = (uint64_t)sqlite3_column_int64(stmt, 3),
            .imported = sqlite3_column_int64(stmt, 4),
            .date = sqlite3_column_int64(stmt, 5),
            .records = (uint64_t)sqlite3_column_int64(stmt, 6),
            .left_out = (uint64_t)sqlite3_column_int64(stmt, 7)};
        (void)read_digest(stmt, 2, &one->digest);
    }
}

static sw_result count_ecosystem(struct sw_advisories *a, struct sqlite3_stmt *stmt, int64_t id,
    uint64_t *out, struct sw_error *err)
{
    bool row = false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    SW_TRY(sw_advisory_db_step(&a->db, stmt, &row, err));
    *out = row ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    return SW_OK;
}

static sw_result status_ecosystems(struct sw_advisories *a, struct sw_arena *arena,
    struct sw_advisory_status *out, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *packages = NULL;
    SW_CLEAN_STMT struct sqlite3_stmt *advisories = NULL;
    SW_TRY(sw_advisory_db_query(
        &a->db, "SELECT count(*) FROM packages WHERE ecosystem = ?1", &packages, err));
    SW_TRY(sw_advisory_db_query(&a->db,
        "SELECT count(DISTINCT f.advisory) FROM packages p JOIN affected f ON f.package = p.id"
        " WHERE p.ecosystem = ?1",
        &advisories, err));
    out->ecosystems = SW_ARENA_ARRAY(arena, struct sw_advisory_ecosystem, a->covered_count);
    SW_TRY_PTR(out->ecosystems);
    for (size_t i = 0; i < a->covered_count; i++) {
        const struct sw_advisory_covered *covered = &a->covered[i];
        struct sw_advisory_ecosystem *one = &out->ecosystems[i];
        enum sw_version_scheme scheme;
        const char *name = sw_arena_strndup(arena, covered->name);
        SW_TRY_PTR(name);
        one->name = sw_str_n(name, covered->name.len);
        one->date = covered->date;
        one->ordered = sw_version_scheme_of(covered->name, &scheme);
        SW_TRY(count_ecosystem(a, packages, covered->id, &one->packages, err));
        SW_TRY(count_ecosystem(a, advisories, covered->id, &one->advisories, err));
        out->date = i == 0 || covered->date < out->date ? covered->date : out->date;
    }
    out->ecosystem_count = a->covered_count;
    return SW_OK;
}

sw_result sw_advisory_status(struct sw_advisories *a, struct sw_arena *arena,
    struct sw_advisory_status *out, struct sw_error *err)
{
    *out = (struct sw_advisory_status){.digest = a->digest, .date = INT64_MIN};
    SW_TRY(status_sources(a, arena, out, err));
    SW_TRY(status_ecosystems(a, arena, out, err));
    SW_TRY(count_rows(a, "SELECT count(*) FROM advisories", &out->advisories, err));
    SW_TRY(count_rows(
        a, "SELECT count(*) FROM advisories WHERE withdrawn <> 0", &out->withdrawn, err));
    SW_TRY(count_rows(a, "SELECT count(*) FROM digests", &out->digests, err));
    SW_TRY(count_rows(a, "SELECT count(*) FROM epss", &out->epss, err));
    return count_rows(a, "SELECT count(*) FROM kev", &out->kev, err);
}
