/* Claims out: by subject, by type, by leaf. */
#include "evidence/index.h"
#include "evidence/leaf.h"

#include <sqlite3.h>

#define COLUMNS "SELECT leaf, claim, predicate, time, hint FROM claims "

static void finish(struct sqlite3_stmt **stmt)
{
    (void)sqlite3_finalize(*stmt);
}
#define CLEAN_STMT __attribute__((cleanup(finish)))

/* --- rows to records ------------------------------------------------------------------------- */

static sw_result copy_text(
    struct sw_arena *arena, struct sqlite3_stmt *stmt, int column, struct sw_str *out)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    size_t len = (size_t)sqlite3_column_bytes(stmt, column);
    const char *copy = sw_arena_strndup(arena, sw_str_n(text, text == NULL ? 0 : len));
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, text == NULL ? 0 : len);
    return SW_OK;
}

/* As bound by the index: the algorithm, then the digest. */
static bool read_digest(struct sqlite3_stmt *stmt, int column, struct sw_digest *out)
{
    const uint8_t *bytes = sqlite3_column_blob(stmt, column);
    size_t len = (size_t)sqlite3_column_bytes(stmt, column);
    if (bytes == NULL || len < 1 || len - 1 > SW_DIGEST_MAX || bytes[0] < SW_SHA256 ||
        bytes[0] > SW_BLAKE2B || sw_digest_alg_len((enum sw_digest_alg)bytes[0]) != len - 1) {
        return false;
    }
    *out = (struct sw_digest){.alg = (enum sw_digest_alg)bytes[0], .len = (uint8_t)(len - 1)};
    memcpy(out->bytes, bytes + 1, len - 1);
    return true;
}

static bool read_claim(struct sqlite3_stmt *stmt, int column, struct sw_digest *out)
{
    const uint8_t *bytes = sqlite3_column_blob(stmt, column);
    *out = (struct sw_digest){.alg = SW_SHA256, .len = SHA256_DIGEST_LENGTH};
    if (bytes == NULL || sqlite3_column_bytes(stmt, column) != SHA256_DIGEST_LENGTH) {
        return false;
    }
    memcpy(out->bytes, bytes, SHA256_DIGEST_LENGTH);
    return true;
}

static sw_result damaged(struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT,
        "the index holds something that no claim says; 'sealwright evidence reindex' makes it "
        "anew");
}

static sw_result read_subjects(struct sw_index *index, struct sw_arena *arena,
    struct sw_evidence_record *record, struct sw_error *err)
{
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    size_t cap = 0;
    SW_TRY(sw_index_query(
        index, "SELECT digest, name FROM subjects WHERE leaf = ?1 ORDER BY position", &stmt, err));
    (void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)record->leaf);
    for (bool row = true;;) {
        SW_TRY(sw_index_step(index, stmt, &row, err));
        if (!row) {
            return SW_OK;
        }
        record->subjects = sw_arena_grow(
            arena, record->subjects, record->subject_count, &cap, sizeof(*record->subjects));
        SW_TRY_PTR(record->subjects);
        struct sw_subject *subject = &record->subjects[record->subject_count++];
        if (!read_digest(stmt, 0, &subject->digest)) {
            return damaged(err);
        }
        SW_TRY(copy_text(arena, stmt, 1, &subject->name));
    }
}

static sw_result read_record(struct sw_index *index, struct sqlite3_stmt *stmt,
    struct sw_arena *arena, struct sw_evidence_record *out, struct sw_error *err)
{
    struct sw_evidence_record record = {
        .leaf = (uint64_t)sqlite3_column_int64(stmt, 0), .time = sqlite3_column_int64(stmt, 3)};
    if (!read_claim(stmt, 1, &record.claim)) {
        return damaged(err);
    }
    SW_TRY(copy_text(arena, stmt, 2, &record.predicate_type));
    SW_TRY(copy_text(arena, stmt, 4, &record.hint));
    SW_TRY(read_subjects(index, arena, &record, err));
    if (record.subject_count == 0) {
        return damaged(err); /* every claim is about something */
    }
    *out = record;
    return SW_OK;
}

/* --- queries --------------------------------------------------------------------------------- */

/* Leaves are numbered in the order of time, so theirs is the order of the answer. */
static void query_sql(const struct sw_evidence_query *query, bool prefix, char *out, size_t size)
{
    (void)snprintf(out, size,
        COLUMNS "WHERE leaf < ?1 AND time >= ?2%s%s ORDER BY leaf %s LIMIT ?5",
        query->subject == NULL ? "" : " AND leaf IN (SELECT leaf FROM subjects WHERE digest = ?3)",
        query->predicate_type == NULL ? ""
        : prefix                      ? " AND substr(predicate, 1, length(?4)) = ?4"
                                      : " AND predicate = ?4",
        query->oldest_first ? "ASC" : "DESC");
}

static void bind_query(struct sqlite3_stmt *stmt, const struct sw_evidence_query *query,
    struct sw_str predicate, uint64_t limit)
{
    uint8_t key[1 + SW_DIGEST_MAX];
    bool all = query->limit == 0 || query->limit > INT64_MAX;
    (void)sqlite3_bind_int64(stmt, 1, (sqlite3_int64)(limit < INT64_MAX ? limit : INT64_MAX));
    (void)sqlite3_bind_int64(stmt, 2, query->since == 0 ? INT64_MIN : query->since);
    if (query->subject != NULL) {
        key[0] = (uint8_t)query->subject->alg;
        memcpy(key + 1, query->subject->bytes, query->subject->len);
        (void)sqlite3_bind_blob(stmt, 3, key, 1 + query->subject->len, SQLITE_TRANSIENT);
    }
    if (query->predicate_type != NULL) {
        (void)sqlite3_bind_text64(
            stmt, 4, predicate.ptr, predicate.len, SQLITE_STATIC, SQLITE_UTF8);
    }
    (void)sqlite3_bind_int64(stmt, 5, all ? -1 : (sqlite3_int64)query->limit);
}

static sw_result find(struct sw_store *store, const struct sw_evidence_query *query,
    struct sw_arena *arena, struct sw_evidence_record **records, size_t *count,
    struct sw_error *err)
{
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    struct sw_evidence_record *found = NULL;
    struct sw_str predicate = sw_str(query->predicate_type);
    size_t n = 0;
    size_t cap = 0;
    char sql[320];
    bool prefix = sw_str_ends(predicate, "*");
    predicate.len -= prefix;
    SW_TRY(sw_index_need(store, err));
    query_sql(query, prefix, sql, sizeof(sql));
    SW_TRY(sw_index_query(store->index, sql, &stmt, err));
    bind_query(stmt, query, predicate, sw_index_limit(store->index));
    for (;;) {
        bool row = false;
        SW_TRY(sw_index_step(store->index, stmt, &row, err));
        if (!row) {
            break;
        }
        found = sw_arena_grow(arena, found, n, &cap, sizeof(*found));
        SW_TRY_PTR(found);
        SW_TRY(read_record(store->index, stmt, arena, &found[n++], err));
    }
    *records = found;
    *count = n;
    return SW_OK;
}

sw_result sw_evidence_find(struct sw_store *store, const struct sw_evidence_query *query,
    struct sw_arena *arena, struct sw_evidence_record **records, size_t *count,
    struct sw_error *err)
{
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = find(store, query, arena, records, count, err);
    (void)pthread_mutex_unlock(&store->claims);
    return rc;
}

static sw_result record_at(struct sw_store *store, uint64_t leaf, struct sw_arena *arena,
    struct sw_evidence_record *out, struct sw_error *err)
{
    CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    SW_TRY(sw_index_need(store, err));
    SW_TRY(sw_index_query(store->index, COLUMNS "WHERE leaf = ?1", &stmt, err));
    (void)sqlite3_bind_int64(stmt, 1, leaf > INT64_MAX ? (sqlite3_int64)-1 : (sqlite3_int64)leaf);
    SW_TRY(sw_index_step(store->index, stmt, &row, err));
    if (!row || leaf >= sw_index_limit(store->index)) {
        return sw_fail(err, SW_E_NOENT, "there is no claim at leaf %llu of '%s'",
            (unsigned long long)leaf, store->path);
    }
    return read_record(store->index, stmt, arena, out, err);
}

sw_result sw_evidence_at(struct sw_store *store, uint64_t leaf, struct sw_arena *arena,
    struct sw_evidence_record *out, struct sw_error *err)
{
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = record_at(store, leaf, arena, out, err);
    (void)pthread_mutex_unlock(&store->claims);
    return rc;
}

static sw_result leaf_of(
    struct sw_store *store, const struct sw_digest *claim, uint64_t *leaf, struct sw_error *err)
{
    char text[SW_DIGEST_TEXT_SIZE];
    SW_TRY(sw_index_need(store, err));
    enum sw_code rc = sw_index_leaf_of(store->index, claim, leaf, err);
    if (rc == SW_E_NOENT) {
        sw_digest_text(claim, text);
        return sw_fail(err, SW_E_NOENT, "there is no claim %s in '%s'", text, store->path);
    }
    return rc;
}

sw_result sw_evidence_of(struct sw_store *store, const struct sw_digest *claim,
    struct sw_arena *arena, struct sw_evidence_record *out, struct sw_error *err)
{
    uint64_t leaf = 0;
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = leaf_of(store, claim, &leaf, err);
    rc = rc == SW_OK ? record_at(store, leaf, arena, out, err) : rc;
    (void)pthread_mutex_unlock(&store->claims);
    return rc;
}

/* The digest is all that is needed, and the index is not asked: it may be edited. A blob that could
 * not be written when its claim was added is written now, from the journal. */
static sw_result load(
    struct sw_store *store, const struct sw_digest *claim, struct sw_buf *out, struct sw_error *err)
{
    if (store->mode == SW_STORE_WRITE) {
        (void)pthread_mutex_lock(&store->io);
        enum sw_code rc = sw_store_catch_up(store, err);
        (void)pthread_mutex_unlock(&store->io);
        SW_TRY(rc);
    }
    return sw_blob_get(&store->disk, claim, out, err);
}

sw_result sw_evidence_load(
    struct sw_store *store, const struct sw_digest *claim, struct sw_buf *out, struct sw_error *err)
{
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = load(store, claim, out, err);
    (void)pthread_mutex_unlock(&store->claims);
    return rc;
}

static sw_result reindex(struct sw_store *store, struct sw_error *err)
{
    sw_index_close(store->index);
    store->index = NULL;
    SW_TRY(sw_index_remove(&store->disk, err));
    return sw_index_need(store, err);
}

sw_result sw_evidence_reindex(struct sw_store *store, struct sw_error *err)
{
    SW_TRY(sw_store_writable(store, err));
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = reindex(store, err);
    (void)pthread_mutex_unlock(&store->claims);
    return rc;
}

/* --- claims.jsonl ---------------------------------------------------------------------------- */

/* A line break in a bundle can only be white space between its tokens (RFC 8259 section 7). */
static sw_result put_line(
    struct sw_store *store, const struct sw_digest *claim, struct sw_buf *out, struct sw_error *err)
{
    size_t start = out->len;
    SW_TRY(sw_evidence_load(store, claim, out, err));
    for (size_t i = start; i < out->len; i++) {
        bool breaks = out->data[i] == '\n' || out->data[i] == '\r';
        out->data[i] = breaks ? ' ' : out->data[i];
    }
    return sw_buf_putc(out, '\n');
}

sw_result sw_evidence_export(struct sw_store *store, const struct sw_digest *subject,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_query query = {.subject = subject, .oldest_first = true};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    size_t start = out->len;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_evidence_find(store, &query, &arena, &records, &count, err));
    for (size_t i = 0; i < count; i++) {
        enum sw_code rc = put_line(store, &records[i].claim, out, err);
        if (rc != SW_OK) {
            out->len = start;
            return rc;
        }
    }
    return SW_OK;
}

/* The lines that are not empty. With `lines` NULL it only counts. */
static size_t split_lines(struct sw_bytes text, struct sw_bytes *lines)
{
    size_t count = 0;
    for (size_t start = 0, i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '\n') {
            continue;
        }
        size_t end = i > start && text.ptr[i - 1] == '\r' ? i - 1 : i;
        if (end > start && lines != NULL) {
            lines[count] = sw_bytes(text.ptr + start, end - start);
        }
        count += end > start;
        start = i + 1;
    }
    return count;
}

/* Looks at every line first, so that an error names the line of the file. */
static sw_result check_lines(
    struct sw_bytes text, const struct sw_bytes *lines, size_t count, struct sw_error *err)
{
    size_t number = 1;
    const uint8_t *at = text.ptr;
    for (size_t i = 0; i < count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_leaf_claim claim;
        for (; at < lines[i].ptr; at++) {
            number += *at == '\n';
        }
        enum sw_code rc = sw_leaf_claim_read(&arena, lines[i], &claim, err);
        if (rc != SW_OK) {
            return sw_error_prefix(err, rc, "line %zu", number);
        }
    }
    return SW_OK;
}

sw_result sw_evidence_import(struct sw_store *store, struct sw_bytes jsonl, size_t *added,
    size_t *known, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    size_t count = split_lines(jsonl, NULL);
    struct sw_bytes *lines = SW_ARENA_ARRAY(&arena, struct sw_bytes, count);
    struct sw_receipt *receipts = SW_ARENA_ARRAY(&arena, struct sw_receipt, count);
    if (lines == NULL || receipts == NULL) {
        return sw_fail(err, SW_E_NOMEM, "cannot import %zu claims: out of memory", count);
    }
    (void)split_lines(jsonl, lines);
    SW_TRY(check_lines(jsonl, lines, count, err));
    SW_TRY(sw_evidence_add(store, lines, count, receipts, err));
    size_t old = 0;
    for (size_t i = 0; i < count; i++) {
        old += receipts[i].existed;
    }
    *added = count - old;
    *known = old;
    return SW_OK;
}
