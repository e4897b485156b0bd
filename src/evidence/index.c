#include "evidence/index.h"

#include "evidence/entries.h"
#include "evidence/hashes.h"
#include "evidence/index_vfs.h"
#include "evidence/leaf.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <unistd.h>

#define APPLICATION_ID 1398229336 /* "SWIX" */
#define VERSION 1
#define BUSY_MS 10000
#define READ_TRIES 5 /* a writer may publish between two looks */

struct sw_index {
    sqlite3 *db;
    const char *name; /* for messages */
    uint64_t limit;   /* leaves from here on are not to be seen */
    bool open;        /* a transaction is */
    struct sqlite3_stmt *put_claim;
    struct sqlite3_stmt *put_subject;
    struct sqlite3_stmt *leaf_of;
};

/* What the index was last complete for, and before that: a reader may hold the checkpoint before
 * the newest. */
struct meta {
    uint64_t size[2];
    struct sw_hash256 root[2];
};

static const char tables[] =
    "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), size INTEGER NOT NULL,"
    " root BLOB NOT NULL, old_size INTEGER NOT NULL, old_root BLOB NOT NULL) STRICT;"
    "CREATE TABLE claims(leaf INTEGER PRIMARY KEY, claim BLOB NOT NULL UNIQUE,"
    " predicate TEXT NOT NULL, time INTEGER NOT NULL, hint TEXT NOT NULL) STRICT;"
    "CREATE INDEX claims_predicate ON claims(predicate, leaf);"
    "CREATE TABLE subjects(leaf INTEGER NOT NULL, position INTEGER NOT NULL,"
    " digest BLOB NOT NULL, name TEXT NOT NULL, PRIMARY KEY(leaf, position))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX subjects_digest ON subjects(digest, leaf);";

static const char marks[] = "PRAGMA application_id = 1398229336; PRAGMA user_version = 1;";

static const struct {
    int sqlite;
    enum sw_code code;
} sql_codes[] = {
    {SQLITE_NOMEM, SW_E_NOMEM},
    {SQLITE_BUSY, SW_E_BUSY},
    {SQLITE_LOCKED, SW_E_BUSY},
    /* A writer was stopped while it changed the file, and only a writer may roll it back. */
    {SQLITE_READONLY, SW_E_NOEVIDENCE},
};

static sw_result fail_sql(struct sw_index *index, const char *what, struct sw_error *err)
{
    int code = sqlite3_errcode(index->db) & 0xff;
    enum sw_code rc = SW_E_IO;
    for (size_t i = 0; i < SW_COUNT(sql_codes); i++) {
        rc = sql_codes[i].sqlite == code ? sql_codes[i].code : rc;
    }
    return sw_fail(
        err, rc, "cannot %s index '%s': %s", what, index->name, sqlite3_errmsg(index->db));
}

static sw_result run(struct sw_index *index, const char *sql, struct sw_error *err)
{
    return sqlite3_exec(index->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? SW_OK
               : fail_sql(index, "write", err);
}

sw_result sw_index_query(
    struct sw_index *index, const char *sql, struct sqlite3_stmt **out, struct sw_error *err)
{
    return sqlite3_prepare_v2(index->db, sql, -1, out, NULL) == SQLITE_OK
               ? SW_OK
               : fail_sql(index, "read", err);
}

sw_result sw_index_step(
    struct sw_index *index, struct sqlite3_stmt *stmt, bool *row, struct sw_error *err)
{
    int code = sqlite3_step(stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        enum sw_code rc = fail_sql(index, "use", err);
        (void)sqlite3_reset(stmt);
        return rc;
    }
    *row = code == SQLITE_ROW;
    return SW_OK;
}

/* Runs a statement that gives no rows, and readies it for the next time. */
static sw_result step_once(struct sw_index *index, struct sqlite3_stmt *stmt, struct sw_error *err)
{
    bool row = false;
    enum sw_code rc = sw_index_step(index, stmt, &row, err);
    (void)sqlite3_reset(stmt);
    (void)sqlite3_clear_bindings(stmt);
    return rc;
}

uint64_t sw_index_limit(const struct sw_index *index)
{
    return index->limit;
}

void sw_index_close(struct sw_index *index)
{
    if (index == NULL) {
        return;
    }
    (void)sqlite3_finalize(index->put_claim);
    (void)sqlite3_finalize(index->put_subject);
    (void)sqlite3_finalize(index->leaf_of);
    (void)sqlite3_close(index->db);
    free(index);
}

static void finish(struct sqlite3_stmt **stmt)
{
    (void)sqlite3_finalize(*stmt);
}
#define CLEAN_STMT __attribute__((cleanup(finish)))

/* --- files ----------------------------------------------------------------------------------- */

static sw_result new_index(const char *path, int flags, struct sw_index **out, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *index = calloc(1, sizeof(*index));
    if (index == NULL) {
        return sw_fail(err, SW_E_NOMEM, "cannot open index: out of memory");
    }
    index->name = SW_STORE_INDEX_FILE;
    index->limit = UINT64_MAX;
    if (sw_index_vfs_open(path, flags | SQLITE_OPEN_NOMUTEX, &index->db) != SQLITE_OK) {
        return fail_sql(index, "open", err);
    }
    (void)sqlite3_busy_timeout(index->db, BUSY_MS);
    /* The file may come from anywhere: nothing in its schema is to be trusted. */
    (void)sqlite3_db_config(index->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(index->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    SW_TRY(run(index,
        "PRAGMA synchronous = NORMAL; PRAGMA cache_spill = OFF; PRAGMA cell_size_check = ON;",
        err));
    *out = SW_TAKE(index);
    return SW_OK;
}

static sw_result prepare(struct sw_index *index, struct sw_error *err)
{
    SW_TRY(sw_index_query(
        index, "INSERT OR IGNORE INTO claims VALUES(?1, ?2, ?3, ?4, ?5)", &index->put_claim, err));
    SW_TRY(sw_index_query(
        index, "INSERT INTO subjects VALUES(?1, ?2, ?3, ?4)", &index->put_subject, err));
    return sw_index_query(index, "SELECT leaf FROM claims WHERE claim = ?1", &index->leaf_of, err);
}

static sw_result begin(struct sw_index *index, struct sw_error *err)
{
    if (!index->open) {
        SW_TRY(run(index, "BEGIN IMMEDIATE", err));
        index->open = true;
    }
    return SW_OK;
}

/* Tables for an empty log. */
static sw_result fill_new(struct sw_index *index, struct sw_error *err)
{
    struct sw_hash256 root;
    sw_merkle_empty(&root);
    SW_TRY(begin(index, err));
    SW_TRY(run(index, tables, err));
    SW_TRY(run(index, marks, err));
    SW_TRY(prepare(index, err));
    return sw_index_commit(index, 0, &root, err);
}

static sw_result file_name(const struct sw_disk *disk, char out[PATH_MAX], struct sw_error *err)
{
    int n = snprintf(out, PATH_MAX, "%s/" SW_STORE_INDEX_FILE, disk->name);
    return n > 0 && n < PATH_MAX
               ? SW_OK
               : sw_fail_errno(err, ENAMETOOLONG, "cannot open index in '%s'", disk->name);
}

sw_result sw_index_make(const struct sw_disk *disk, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *index = NULL;
    char path[PATH_MAX];
    SW_TRY(file_name(disk, path, err));
    SW_TRY(new_index(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &index, err));
    return fill_new(index, err);
}

sw_result sw_index_remove(const struct sw_disk *disk, struct sw_error *err)
{
    static const char *const names[] = {SW_STORE_INDEX_FILE, SW_STORE_INDEX_FILE "-journal"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (unlinkat(disk->dir, names[i], 0) != 0 && errno != ENOENT) {
            return sw_fail_errno(err, errno, "cannot remove '%s/%s'", disk->name, names[i]);
        }
    }
    return SW_OK;
}

static bool read_root(struct sqlite3_stmt *stmt, int column, struct sw_hash256 *out)
{
    const void *blob = sqlite3_column_blob(stmt, column);
    if (blob == NULL || sqlite3_column_bytes(stmt, column) != (int)sizeof(*out)) {
        return false;
    }
    memcpy(out, blob, sizeof(*out));
    return true;
}

static sw_result pragma_is(struct sw_index *index, const char *sql, int want, struct sw_error *err)
{
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    SW_TRY(sw_index_query(index, sql, &stmt, err));
    SW_TRY(sw_index_step(index, stmt, &row, err));
    return row && sqlite3_column_int(stmt, 0) == want
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "the index is of another kind or version");
}

/* A view in the place of a table, or a trigger, could compute for ever. */
static sw_result check_tables(struct sw_index *index, struct sw_error *err)
{
    static const char sql[] =
        "SELECT group_concat(sql || ';', '') FROM"
        " (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid)";
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    SW_TRY(sw_index_query(index, sql, &stmt, err));
    SW_TRY(sw_index_step(index, stmt, &row, err));
    const char *text = row ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    return text != NULL && strcmp(text, tables) == 0
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "the index has other tables than it should");
}

static sw_result read_meta(struct sw_index *index, struct meta *out, struct sw_error *err)
{
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    SW_TRY(pragma_is(index, "PRAGMA application_id", APPLICATION_ID, err));
    SW_TRY(pragma_is(index, "PRAGMA user_version", VERSION, err));
    SW_TRY(check_tables(index, err));
    SW_TRY(sw_index_query(
        index, "SELECT size, root, old_size, old_root FROM meta WHERE id = 1", &stmt, err));
    SW_TRY(sw_index_step(index, stmt, &row, err));
    if (!row || !read_root(stmt, 1, &out->root[0]) || !read_root(stmt, 3, &out->root[1])) {
        return sw_fail(err, SW_E_FORMAT, "the index does not say which log it is for");
    }
    out->size[0] = (uint64_t)sqlite3_column_int64(stmt, 0);
    out->size[1] = (uint64_t)sqlite3_column_int64(stmt, 2);
    return SW_OK;
}

/* --- writing --------------------------------------------------------------------------------- */

static sw_result bind_text(
    struct sw_index *index, struct sqlite3_stmt *stmt, int at, struct sw_str text)
{
    const char *ptr = text.ptr == NULL ? "" : text.ptr;
    return sqlite3_bind_text64(stmt, at, ptr, text.len, SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK
               ? SW_OK
               : SW_E_NOMEM;
}

/* The algorithm in front keeps digests of one length apart. */
static sw_result bind_digest(struct sqlite3_stmt *stmt, int at, const struct sw_digest *digest)
{
    uint8_t key[1 + SW_DIGEST_MAX];
    key[0] = (uint8_t)digest->alg;
    memcpy(key + 1, digest->bytes, digest->len);
    return sqlite3_bind_blob(stmt, at, key, 1 + digest->len, SQLITE_TRANSIENT) == SQLITE_OK
               ? SW_OK
               : SW_E_NOMEM;
}

static sw_result put_subject(struct sw_index *index, uint64_t leaf, size_t position,
    const struct sw_subject *subject, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = index->put_subject;
    (void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)leaf);
    (void)sqlite3_bind_int64(stmt, 2, (sqlite3_int64)position);
    SW_TRY(bind_digest(stmt, 3, &subject->digest));
    SW_TRY(bind_text(index, stmt, 4, subject->name));
    return step_once(index, stmt, err);
}

sw_result sw_index_put(
    struct sw_index *index, const struct sw_evidence_record *record, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = index->put_claim;
    SW_TRY(begin(index, err));
    (void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)record->leaf);
    (void)sqlite3_bind_blob(stmt, 2, record->claim.bytes, record->claim.len, SQLITE_STATIC);
    SW_TRY(bind_text(index, stmt, 3, record->predicate_type));
    (void)sqlite3_bind_int64(stmt, 4, record->time);
    SW_TRY(bind_text(index, stmt, 5, record->hint));
    SW_TRY(step_once(index, stmt, err));
    if (sqlite3_changes(index->db) == 0) {
        return SW_OK;
    }
    for (size_t i = 0; i < record->subject_count; i++) {
        SW_TRY(put_subject(index, record->leaf, i, &record->subjects[i], err));
    }
    return SW_OK;
}

sw_result sw_index_commit(
    struct sw_index *index, uint64_t size, const struct sw_hash256 *root, struct sw_error *err)
{
    static const char sql[] =
        "INSERT INTO meta VALUES(1, ?1, ?2, ?1, ?2) ON CONFLICT(id) DO UPDATE SET"
        " old_size = iif(size <> ?1, size, old_size), old_root = iif(size <> ?1, root, old_root),"
        " size = ?1, root = ?2";
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    SW_TRY(begin(index, err));
    SW_TRY(sw_index_query(index, sql, &stmt, err));
    (void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)size);
    (void)sqlite3_bind_blob(stmt, 2, root, (int)sizeof(*root), SQLITE_STATIC);
    SW_TRY(step_once(index, stmt, err));
    SW_TRY(run(index, "COMMIT", err));
    index->open = false;
    return SW_OK;
}

/* --- keeping up with the log ----------------------------------------------------------------- */

struct catching_up {
    struct sw_store *store;
    struct sw_index *index;
    struct sw_buf blob;
};

static sw_result index_claim(struct catching_up *up, struct sw_arena *arena, uint64_t leaf,
    struct sw_bytes entry, struct sw_error *err)
{
    struct sw_leaf read;
    struct sw_leaf_claim claim;
    SW_TRY(sw_leaf_read(arena, entry, &read, err));
    sw_buf_clear(&up->blob);
    SW_TRY(sw_blob_get(&up->store->disk, &read.claim, &up->blob, err));
    SW_TRY(sw_leaf_claim_read(arena, sw_buf_bytes(&up->blob), &claim, err));
    claim.record.leaf = leaf;
    claim.record.time = read.time;
    return sw_index_put(up->index, &claim.record, err);
}

/* A claim that cannot be read stops the work: an index without it would hide it. */
static enum sw_code index_entry(
    void *ctx, uint64_t leaf, struct sw_bytes entry, struct sw_error *err)
{
    struct catching_up *up = ctx;
    if (!sw_leaf_is(entry)) {
        return SW_OK;
    }
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    enum sw_code rc = index_claim(up, &arena, leaf, entry, err);
    return rc == SW_OK ? SW_OK
                       : sw_error_prefix(err, rc,
                             "cannot index the claim at leaf %llu ('log verify' tells more)",
                             (unsigned long long)leaf);
}

static sw_result catch_up(struct sw_store *store, struct sw_index *index, uint64_t from,
    uint64_t to, struct sw_error *err)
{
    struct catching_up up = {store, index, SW_BUF_INIT};
    enum sw_code rc = sw_entries_each(store, from, to, index_entry, &up, err);
    sw_buf_release(&up.blob);
    return rc;
}

sw_result sw_index_in_memory(
    struct sw_store *store, uint64_t size, struct sw_index **out, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *index = NULL;
    SW_TRY(new_index(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &index, err));
    index->name = "(in memory)";
    SW_TRY(fill_new(index, err));
    SW_TRY(catch_up(store, index, 0, size, err));
    index->limit = size;
    *out = SW_TAKE(index);
    return SW_OK;
}

static sw_result open_file(const struct sw_disk *disk, bool write, struct sw_index **out,
    struct meta *meta, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *index = NULL;
    char path[PATH_MAX];
    SW_TRY(file_name(disk, path, err));
    SW_TRY(new_index(path, write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, &index, err));
    SW_TRY(read_meta(index, meta, err));
    SW_TRY(prepare(index, err));
    *out = SW_TAKE(index);
    return SW_OK;
}

/* The file serves for a tree when it was complete for just that one, now or before. */
static bool is_current(const struct meta *meta, uint64_t size, const struct sw_hash256 *root)
{
    for (size_t i = 0; i < 2; i++) {
        if (meta->size[i] == size && memcmp(&meta->root[i], root, sizeof(*root)) == 0) {
            return true;
        }
    }
    return false;
}

sw_result sw_index_open_for(const struct sw_disk *disk, uint64_t size,
    const struct sw_hash256 *root, struct sw_index **out, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *index = NULL;
    struct meta meta;
    SW_TRY(open_file(disk, false, &index, &meta, err));
    if (!is_current(&meta, size, root)) {
        return sw_fail(err, SW_E_NOEVIDENCE, "the index is for %llu entries, not for %llu",
            (unsigned long long)meta.size[0], (unsigned long long)size);
    }
    index->limit = size;
    *out = SW_TAKE(index);
    return SW_OK;
}

/* Is it the index of this log, as far as it goes? */
static bool belongs(struct sw_store *store, const struct meta *meta)
{
    struct sw_hash256 root;
    if (meta->size[0] > store->tiles.size) {
        return false;
    }
    if (meta->size[0] == store->head.size) {
        root = store->head.root;
    } else if (sw_hashes_root_at(&store->disk, meta->size[0], &root, NULL) != SW_OK) {
        return false;
    }
    return memcmp(&root, &meta->root[0], sizeof(root)) == 0;
}

static sw_result open_current(
    struct sw_store *store, struct sw_index **out, uint64_t *size, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *index = NULL;
    struct meta meta;
    SW_TRY(open_file(&store->disk, true, &index, &meta, err));
    if (!belongs(store, &meta)) {
        return sw_fail(err, SW_E_FORMAT, "the index is of another log");
    }
    *size = meta.size[0];
    *out = SW_TAKE(index);
    return SW_OK;
}

static sw_result need_to_write(struct sw_store *store, struct sw_error *err)
{
    SW_CLEANUP(index) struct sw_index *index = NULL;
    uint64_t end = store->claims_end < store->tiles.size ? store->claims_end : store->tiles.size;
    struct meta meta;
    uint64_t size = 0;
    enum sw_code rc = open_current(store, &index, &size, err);
    SW_TRY(rc == SW_E_NOMEM || rc == SW_E_BUSY ? rc : SW_OK);
    if (rc != SW_OK) {
        SW_TRY(sw_index_remove(&store->disk, err));
        SW_TRY(sw_index_make(&store->disk, err));
        SW_TRY(open_file(&store->disk, true, &index, &meta, err));
        size = 0;
    }
    SW_TRY(catch_up(store, index, size, end, err)); /* what other entries say is not indexed */
    if (rc != SW_OK || size < store->head.size) {
        SW_TRY(sw_index_commit(index, store->head.size, &store->head.root, err));
    }
    store->index = SW_TAKE(index);
    return SW_OK;
}

static sw_result need_to_read(struct sw_store *store, struct sw_error *err)
{
    for (int i = 0; i < READ_TRIES; i++) {
        struct sw_head *head = &store->head;
        SW_TRY(sw_store_head(store, err));
        enum sw_code rc =
            sw_index_open_for(&store->disk, head->size, &head->root, &store->index, NULL);
        if (rc != SW_E_NOEVIDENCE) {
            SW_TRY(rc == SW_E_NOMEM ? rc : SW_OK);
            break;
        }
        store->head_read = false; /* a writer may be between the index and the checkpoint */
    }
    SW_TRY(sw_store_head(store, err));
    return store->index != NULL ? SW_OK
                                : sw_index_in_memory(store, store->head.size, &store->index, err);
}

sw_result sw_index_need(struct sw_store *store, struct sw_error *err)
{
    if (store->index != NULL) {
        return SW_OK;
    }
    (void)pthread_mutex_lock(&store->io);
    enum sw_code rc = SW_OK;
    if (store->mode == SW_STORE_READ) {
        rc = need_to_read(store, err);
    } else {
        rc = sw_store_catch_up(store, err);
        rc = rc == SW_OK ? need_to_write(store, err) : rc;
    }
    (void)pthread_mutex_unlock(&store->io);
    return rc;
}

/* --- reading --------------------------------------------------------------------------------- */

sw_result sw_index_leaf_of(
    struct sw_index *index, const struct sw_digest *claim, uint64_t *leaf, struct sw_error *err)
{
    struct sqlite3_stmt *stmt = index->leaf_of;
    bool row = false;
    (void)sqlite3_bind_blob(stmt, 1, claim->bytes, claim->len, SQLITE_STATIC);
    enum sw_code rc = sw_index_step(index, stmt, &row, err);
    uint64_t found = rc == SW_OK && row ? (uint64_t)sqlite3_column_int64(stmt, 0) : UINT64_MAX;
    (void)sqlite3_reset(stmt);
    (void)sqlite3_clear_bindings(stmt);
    SW_TRY(rc);
    if (claim->alg != SW_SHA256 || found >= index->limit) {
        return SW_E_NOENT;
    }
    *leaf = found;
    return SW_OK;
}

static void hash_row(struct sw_hash *hash, struct sqlite3_stmt *stmt)
{
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        const void *bytes = sqlite3_column_blob(stmt, i);
        uint64_t len = (uint64_t)sqlite3_column_bytes(stmt, i);
        sw_hash_update(hash, &len, sizeof(len));
        sw_hash_update(hash, bytes, bytes == NULL ? 0 : (size_t)len);
    }
}

static sw_result hash_rows(struct sw_index *index, const char *sql, uint64_t limit,
    struct sw_hash *hash, struct sw_error *err)
{
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = true;
    SW_TRY(sw_index_query(index, sql, &stmt, err));
    (void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)(limit < INT64_MAX ? limit : INT64_MAX));
    for (;;) {
        SW_TRY(sw_index_step(index, stmt, &row, err));
        if (!row) {
            return SW_OK;
        }
        hash_row(hash, stmt);
    }
}

sw_result sw_index_digest(
    struct sw_index *index, uint64_t limit, struct sw_digest *out, struct sw_error *err)
{
    static const char *const rows[] = {
        "PRAGMA integrity_check(1)",
        "SELECT leaf, claim, predicate, time, hint FROM claims WHERE leaf < ?1 ORDER BY 1",
        "SELECT leaf, position, digest, name FROM subjects WHERE leaf < ?1 ORDER BY 1, 2",
    };
    struct sw_hash hash;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        enum sw_code rc = hash_rows(index, rows[i], limit, &hash, err);
        if (rc != SW_OK) {
            sw_hash_abort(&hash);
            return rc;
        }
    }
    sw_hash_final(&hash, out);
    return SW_OK;
}
