#include "evidence/index.h"
#include "evidence/leaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "unit/evidence/claim_help.h"

#include <sqlite3.h>

#define TYPE_A "urn:sealwright:claim:scan:v1"
#define TYPE_B "https://slsa.dev/verification_summary/v1"

struct fixture {
    struct temp_tree tree;
    const char *path;
    struct sw_key *key;
    struct sw_store *store;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->path = new_store_dir(&f->tree);
    MUST(sw_key_generate(SW_KEY_P256, &f->key, &must_error));
    f->store = open_to_write(f->path);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    sw_store_abandon(f->store);
    sw_key_free(f->key);
    free((void *)(uintptr_t)f->path);
    temp_tree_remove(&f->tree);
    free(f);
    return 0;
}

/* Closes, which publishes, and opens again. */
static void reopen(struct fixture *f, enum sw_store_mode mode)
{
    MUST(sw_store_close(f->store, &must_error));
    MUST(sw_store_open(f->path, mode, &f->store, &must_error));
}

/* What a query answers, in one line of leaves. */
static const char *leaves_of(struct sw_store *store, const struct sw_evidence_query *query)
{
    static char text[4][1024];
    static unsigned next;
    char *out = text[next++ % 4];
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    size_t used = 0;
    sw_arena_init(&arena, 0);
    MUST(sw_evidence_find(store, query, &arena, &records, &count, &must_error));
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(out + used, 1024 - used, "%s%llu", i == 0 ? "" : " ",
            (unsigned long long)records[i].leaf);
    }
    return out;
}

static void finds_claims_by_subject_type_and_time(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"model", "data", "model", "model"};
    static const char *const types[] = {TYPE_A, TYPE_A, TYPE_B, TYPE_A};
    for (size_t i = 0; i < 4; i++) {
        char note[16];
        (void)snprintf(note, sizeof(note), "%zu", i);
        struct test_claim claim = make_claim(f->key, names[i], 2, types[i], note);
        struct sw_receipt receipt = add_claim(f->store, &claim);
        assert_int_equal(receipt.leaf, i);
        assert_false(receipt.existed);
        test_claim_free(&claim);
    }
    struct sw_digest model = digest_of_text("model 1");
    struct sw_digest nobody = digest_of_text("nobody");
    const struct {
        struct sw_evidence_query query;
        const char *leaves;
    } rows[] = {
        {{0}, "3 2 1 0"},
        {{.oldest_first = true}, "0 1 2 3"},
        {{.limit = 2}, "3 2"},
        {{.subject = &model}, "3 2 0"},
        {{.subject = &model, .limit = 1, .oldest_first = true}, "0"},
        {{.subject = &model, .predicate_type = TYPE_A}, "3 0"},
        {{.predicate_type = TYPE_B}, "2"},
        {{.predicate_type = "urn:sealwright:claim:*"}, "3 1 0"},
        {{.predicate_type = "*"}, "3 2 1 0"},
        {{.predicate_type = "urn:sealwright:claim:scan"}, ""},
        {{.subject = &nobody}, ""},
        {{.since = 1}, "3 2 1 0"},
        {{.since = sw_time_now() + 1000}, ""},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_string_equal(leaves_of(f->store, &rows[i].query), rows[i].leaves);
    }
    reopen(f, SW_STORE_READ);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_string_equal(leaves_of(f->store, &rows[i].query), rows[i].leaves);
    }
}

/* A writer that made no claims of late reads no entries back for the index; one that did does. */
static void an_index_that_is_lost_on_the_way_gets_every_claim(void **state)
{
    struct fixture *f = *state;
    struct sw_evidence_query query = {0};
    static const unsigned claim_at[] = {0, 1, 302, 604};
    uint64_t end = 0;
    for (size_t i = 0; i < SW_COUNT(claim_at); i++) {
        char note[16];
        (void)snprintf(note, sizeof(note), "%zu", i);
        struct test_claim claim = make_claim(f->key, "model", 1, TYPE_A, note);
        if (claim_at[i] > end) {
            append_entries(f->store, end, claim_at[i] - end);
        }
        assert_int_equal(add_claim(f->store, &claim).leaf, claim_at[i]);
        end = claim_at[i] + 1;
        sw_index_close(f->store->index);
        f->store->index = NULL;
        test_claim_free(&claim);
    }
    append_entries(f->store, end, 300);
    assert_string_equal(leaves_of(f->store, &query), "604 302 1 0");
    reopen(f, SW_STORE_READ);
    assert_string_equal(leaves_of(f->store, &query), "604 302 1 0");
    reopen(f, SW_STORE_WRITE);
    append_entries(f->store, end + 300, 300);
    reopen(f, SW_STORE_READ);
    assert_string_equal(leaves_of(f->store, &query), "604 302 1 0");
}

static void gives_a_record_as_its_claim_says(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_evidence_record record;
    struct sw_error err;
    char hint[SW_KEY_HINT_SIZE];
    sw_arena_init(&arena, 0);
    append_entries(f->store, 0, 3);
    int64_t before = sw_time_now();
    struct test_claim claim = make_claim(f->key, "model", 3, TYPE_A, "x");
    assert_int_equal(add_claim(f->store, &claim).leaf, 3);
    MUST(sw_evidence_of(f->store, &claim.digest, &arena, &record, &must_error));
    assert_int_equal(record.leaf, 3);
    assert_int_equal(record.subject_count, 3);
    assert_true(sw_str_is(record.subjects[2].name, "model 2"));
    struct sw_digest want = digest_of_text("model 2");
    assert_true(sw_digest_equal(&record.subjects[2].digest, &want));
    assert_true(sw_str_is(record.predicate_type, TYPE_A));
    assert_true(record.time >= before && record.time <= sw_time_now());
    sw_key_hint(f->key, hint);
    assert_true(sw_str_is(record.hint, hint));
    MUST(sw_evidence_at(f->store, 3, &arena, &record, &must_error));
    assert_true(sw_digest_equal(&record.claim, &claim.digest));
    assert_int_equal(sw_evidence_at(f->store, 1, &arena, &record, &err), SW_E_NOENT);
    assert_int_equal(sw_evidence_at(f->store, UINT64_MAX, &arena, &record, &err), SW_E_NOENT);
    assert_int_equal(sw_evidence_of(f->store, &want, &arena, &record, &err), SW_E_NOENT);
    MUST(sw_evidence_load(f->store, &claim.digest, &bundle, &must_error));
    assert_true(sw_bytes_equal(sw_buf_bytes(&bundle), sw_buf_bytes(&claim.bundle)));
    assert_int_equal(sw_evidence_load(f->store, &want, &bundle, &err), SW_E_NOENT);
    test_claim_free(&claim);
}

static void gives_the_old_leaf_for_the_same_bytes(void **state)
{
    struct fixture *f = *state;
    struct test_claim a = make_claim(f->key, "a", 1, TYPE_A, "x");
    struct test_claim b = make_claim(f->key, "b", 1, TYPE_A, "x");
    struct sw_bytes bundles[] = {sw_buf_bytes(&a.bundle), sw_buf_bytes(&b.bundle),
        sw_buf_bytes(&a.bundle), sw_buf_bytes(&b.bundle)};
    struct sw_receipt receipts[4];
    assert_int_equal(add_claim(f->store, &b).leaf, 0);
    MUST(sw_evidence_add(f->store, bundles, 4, receipts, &must_error));
    static const uint64_t leaves[] = {1, 0, 1, 0};
    static const bool existed[] = {false, true, true, true};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(receipts[i].leaf, leaves[i]);
        assert_int_equal(receipts[i].existed, existed[i]);
    }
    reopen(f, SW_STORE_WRITE);
    struct sw_receipt again = add_claim(f->store, &a);
    assert_true(again.existed);
    assert_int_equal(again.leaf, 1);
    reopen(f, SW_STORE_READ);
    MUST(sw_store_head(f->store, &must_error));
    assert_int_equal(f->store->head.size, 2);
    test_claim_free(&a);
    test_claim_free(&b);
}

static void adds_all_or_none(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "", "{}", "{\"mediaType\":\"application/json\"}", "[1", "null"};
    struct test_claim a = make_claim(f->key, "a", 1, TYPE_A, "x");
    struct sw_receipt receipts[2];
    struct sw_error err;
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_bytes bundles[] = {sw_buf_bytes(&a.bundle), sw_bytes(bad[i], strlen(bad[i]))};
        receipts[0].leaf = 99;
        enum sw_code rc = sw_evidence_add(f->store, bundles, 2, receipts, &err);
        assert_true(rc == SW_E_FORMAT || rc == SW_E_REFUSED || rc == SW_E_UNSUPPORTED);
        assert_non_null(strstr(err.text, "bundle 2 of 2"));
        assert_int_equal(receipts[0].leaf, 99);
    }
    assert_string_equal(leaves_of(f->store, &(struct sw_evidence_query){0}), "");
    assert_int_equal(f->store->journal.end, 0);
    test_claim_free(&a);
}

/* Everything that a reader can ask, as one digest. */
static struct sw_digest answers(struct fixture *f)
{
    struct sw_digest digest;
    reopen(f, SW_STORE_READ);
    (void)leaves_of(f->store, &(struct sw_evidence_query){0});
    MUST(sw_index_digest(f->store->index, UINT64_MAX, &digest, &must_error));
    return digest;
}

static void add_some(struct fixture *f, size_t count, const char *note)
{
    for (size_t i = 0; i < count; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "model %zu", i % 3);
        struct test_claim claim =
            make_claim(f->key, name, 1 + i * 30, i % 2 == 0 ? TYPE_A : TYPE_B, note);
        (void)add_claim(f->store, &claim);
        test_claim_free(&claim);
        append_entries(f->store, f->store->journal.end, 100);
    }
}

static void answers_the_same_from_a_rebuilt_index(void **state)
{
    struct fixture *f = *state;
    const char *index = temp_tree_path(&f->tree, "store/index.db");
    add_some(f, 7, "one");
    struct sw_digest before = answers(f);
    assert_int_equal(remove(index), 0);
    struct sw_digest in_memory = answers(f);
    assert_true(sw_digest_equal(&before, &in_memory));
    assert_false(sw_file_exists(index));
    reopen(f, SW_STORE_WRITE);
    struct sw_digest rebuilt = answers(f);
    assert_true(sw_digest_equal(&before, &rebuilt));
    assert_true(sw_file_exists(index));
    reopen(f, SW_STORE_WRITE);
    MUST(sw_evidence_reindex(f->store, &must_error));
    rebuilt = answers(f);
    assert_true(sw_digest_equal(&before, &rebuilt));
}

/* An index is of no use when it is older than the log, damaged, empty, or of another log. */
static void does_not_believe_an_index_that_is_not_current(void **state)
{
    struct fixture *f = *state;
    const char *index = temp_tree_path(&f->tree, "store/index.db");
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    add_some(f, 2, "one");
    reopen(f, SW_STORE_WRITE);
    MUST(sw_file_read(index, 1 << 24, &old, &must_error));
    add_some(f, 3, "two");
    reopen(f, SW_STORE_WRITE);
    add_some(f, 2, "three");
    struct sw_digest want = answers(f);
    const struct {
        const void *data;
        size_t len;
    } rows[] = {{old.data, old.len}, {"", 0}, {"no database", 11}, {old.data, old.len / 2}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        temp_tree_write_bytes(&f->tree, "store/index.db", rows[i].data, rows[i].len);
        struct sw_digest got = answers(f);
        assert_true(sw_digest_equal(&want, &got));
        reopen(f, SW_STORE_WRITE);
        got = answers(f);
        assert_true(sw_digest_equal(&want, &got));
    }
}

/* An index whose writer was stopped in the middle of a change: its rollback journal is hot. */
static void leave_a_hot_journal(struct fixture *f)
{
    SW_CLEANUP(buf) struct sw_buf db_file = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf journal_file = SW_BUF_INIT;
    char path[128];
    char journal[160];
    sqlite3 *db = NULL;
    (void)snprintf(path, sizeof(path), "%s/index.db", f->path);
    (void)snprintf(journal, sizeof(journal), "%s-journal", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                         "PRAGMA cache_size = 1; BEGIN; DELETE FROM claims; DELETE FROM subjects;"
                         "UPDATE meta SET size = 77;",
                         NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_db_cacheflush(db), SQLITE_OK);
    MUST(sw_file_read(path, 1 << 24, &db_file, &must_error));
    MUST(sw_file_read(journal, 1 << 24, &journal_file, &must_error));
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    temp_tree_write_bytes(&f->tree, "store/index.db", db_file.data, db_file.len);
    temp_tree_write_bytes(&f->tree, "store/index.db-journal", journal_file.data, journal_file.len);
}

static void sees_through_a_change_that_was_stopped(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_log_report report;
    sw_arena_init(&arena, 0);
    add_some(f, 4, "one");
    struct sw_digest want = answers(f);
    sw_store_abandon(SW_TAKE(f->store));
    leave_a_hot_journal(f);
    f->store = open_to_read(f->path);
    struct sw_digest got = answers(f);
    assert_true(sw_digest_equal(&want, &got));
    MUST(sw_log_verify(f->store, NULL, sw_bytes(NULL, 0), NULL, &arena, &report, &must_error));
    assert_int_equal(report.problem_count, 0);
    assert_true(sw_file_exists(temp_tree_path(&f->tree, "store/index.db-journal")));
    reopen(f, SW_STORE_WRITE);
    got = answers(f);
    assert_true(sw_digest_equal(&want, &got));
    assert_false(sw_file_exists(temp_tree_path(&f->tree, "store/index.db-journal")));
}

/* Closes the store, changes its index, and opens it again. */
static void edit_index(struct fixture *f, enum sw_store_mode mode, const char *sql)
{
    sqlite3 *db = NULL;
    MUST(sw_store_close(f->store, &must_error));
    assert_int_equal(sqlite3_open(temp_tree_path(&f->tree, "store/index.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_true(sqlite3_total_changes(db) > 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    MUST(sw_store_open(f->path, mode, &f->store, &must_error));
}

/* Else whoever edits the index could keep a claim out of the log for ever. */
static void an_index_cannot_say_that_a_claim_is_there(void **state)
{
    struct fixture *f = *state;
    static const char *const places[] = {"0", "1", "77"};
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        char note[16];
        char sql[256];
        char hex[2 * SW_DIGEST_MAX + 1];
        struct sw_receipt receipt;
        struct sw_error err = {0};
        (void)snprintf(note, sizeof(note), "%zu", i);
        struct test_claim there = make_claim(f->key, "a", 1, TYPE_A, note);
        struct test_claim kept_out = make_claim(f->key, "b", 1, TYPE_A, note);
        (void)add_claim(f->store, &there);
        append_entries(f->store, f->store->journal.end, 1);
        sw_digest_hex(&kept_out.digest, hex);
        (void)snprintf(sql, sizeof(sql),
            "UPDATE claims SET claim = x'%s', leaf = %s WHERE leaf = 0", hex, places[i]);
        edit_index(f, SW_STORE_WRITE, sql);
        struct sw_bytes bytes = sw_buf_bytes(&kept_out.bundle);
        assert_int_equal(sw_evidence_add(f->store, &bytes, 1, &receipt, &err), SW_E_FORMAT);
        assert_non_null(strstr(err.text, "reindex"));
        MUST(sw_evidence_reindex(f->store, &must_error));
        assert_false(add_claim(f->store, &kept_out).existed);
        test_claim_free(&there);
        test_claim_free(&kept_out);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        f = *state;
    }
}

static void a_claim_without_subjects_is_a_damaged_index(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_query query = {0};
    struct sw_evidence_record *records = NULL;
    struct sw_error err = {0};
    size_t count = 0;
    sw_arena_init(&arena, 0);
    add_some(f, 1, "one");
    edit_index(f, SW_STORE_READ, "DELETE FROM subjects");
    assert_int_equal(
        sw_evidence_find(f->store, &query, &arena, &records, &count, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.text, "reindex"));
}

static void a_claim_whose_blob_is_gone_is_not_hidden(void **state)
{
    struct fixture *f = *state;
    char file[SW_BLOB_FILE_SIZE];
    char full[128];
    struct sw_error err;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    sw_arena_init(&arena, 0);
    struct test_claim claim = make_claim(f->key, "a", 1, TYPE_A, "x");
    (void)add_claim(f->store, &claim);
    reopen(f, SW_STORE_READ);
    sw_blob_file(&claim.digest, file);
    (void)snprintf(full, sizeof(full), "store/%s", file);
    assert_int_equal(remove(temp_tree_path(&f->tree, full)), 0);
    assert_int_equal(remove(temp_tree_path(&f->tree, "store/index.db")), 0);
    struct sw_evidence_query query = {0};
    assert_int_equal(
        sw_evidence_find(f->store, &query, &arena, &records, &count, &err), SW_E_NOENT);
    assert_non_null(strstr(err.text, file));
    assert_non_null(strstr(err.text, "leaf 0"));
    temp_tree_write(&f->tree, full, "something else");
    assert_int_equal(
        sw_evidence_find(f->store, &query, &arena, &records, &count, &err), SW_E_REFUSED);
    test_claim_free(&claim);
}

static void carries_claims_to_another_store(void **state)
{
    struct fixture *f = *state;
    struct temp_tree other;
    SW_CLEANUP(buf) struct sw_buf lines = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf about = SW_BUF_INIT;
    struct sw_error err;
    size_t added = 77;
    size_t known = 77;
    add_some(f, 5, "one");
    MUST(sw_evidence_export(f->store, NULL, &lines, &must_error));
    struct sw_digest subject = digest_of_text("model 1 0");
    MUST(sw_evidence_export(f->store, &subject, &about, &must_error));
    assert_true(about.len > 0 && about.len < lines.len);
    const char *path = new_store_dir(&other);
    struct sw_store *store = open_to_write(path);
    MUST(sw_evidence_import(store, sw_buf_bytes(&about), &added, &known, &must_error));
    assert_int_equal(added, 2);
    MUST(sw_evidence_import(store, sw_buf_bytes(&lines), &added, &known, &must_error));
    assert_int_equal(added, 3);
    assert_int_equal(known, 2);
    MUST(sw_buf_puts(&lines, "\r\n\nnot a bundle\n"));
    assert_true(sw_evidence_import(store, sw_buf_bytes(&lines), &added, &known, &err) != SW_OK);
    assert_int_equal(added, 3);
    sw_store_abandon(store);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&other);
}

/* --- leaves ---------------------------------------------------------------------------------- */

static struct sw_json leaf_of(struct fixture *f, uint64_t leaf, struct sw_arena *arena)
{
    SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf canonical = SW_BUF_INIT;
    struct sw_json root;
    MUST(sw_log_entry(f->store, leaf, &entry, &must_error));
    assert_true(sw_leaf_is(sw_buf_bytes(&entry)));
    MUST(sw_json_canonicalize(&canonical, sw_buf_bytes(&entry), &must_error));
    assert_true(sw_bytes_equal(sw_buf_bytes(&entry), sw_buf_bytes(&canonical)));
    void *copy = sw_arena_copy(arena, sw_buf_bytes(&entry));
    MUST(sw_json_parse(arena, sw_bytes(copy, entry.len), NULL, &root, &must_error));
    return root;
}

static bool leaf_has(const struct sw_json *root, const char *path, const char *want)
{
    return sw_json_is(sw_json_path(root, sw_str(path)), want);
}

static void expect_base64(
    const struct sw_json *root, const char *path, const void *data, size_t len)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    MUST(sw_base64_encode(&text, sw_bytes(data, len)));
    assert_true(leaf_has(root, path, sw_buf_cstr(&text)));
}

#define SPEC "spec.hashedRekordV002."

static void logs_a_hashed_rekord_of_the_signed_bytes(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    struct sw_bundle bundle;
    struct sw_digest digest;
    char text[SW_DIGEST_TEXT_SIZE];
    sw_arena_init(&arena, 0);
    struct test_claim claim = make_claim(f->key, "a", 2, TYPE_A, "x");
    (void)add_claim(f->store, &claim);
    struct sw_json root = leaf_of(f, 0, &arena);
    MUST(sw_bundle_parse(&arena, sw_buf_bytes(&claim.bundle), &bundle, &must_error));
    MUST(sw_dsse_pae(&pae, bundle.payload_type, bundle.payload));
    sw_sha256(sw_buf_bytes(&pae), &digest);
    assert_true(leaf_has(&root, "apiVersion", "0.0.2"));
    assert_true(leaf_has(&root, "kind", "hashedrekord"));
    assert_true(leaf_has(&root, SPEC "data.algorithm", "SHA2_256"));
    expect_base64(&root, SPEC "data.digest", digest.bytes, digest.len);
    expect_base64(&root, SPEC "signature.content", bundle.signature.ptr, bundle.signature.len);
    assert_null(sw_json_path(&root, sw_str(SPEC "signature.verifier")));
    sw_digest_text(&claim.digest, text);
    assert_true(leaf_has(&root, "sealwright.claim", text));
    assert_true(leaf_has(&root, "sealwright.predicateType", TYPE_A));
    assert_int_equal(sw_json_path(&root, sw_str("sealwright.subject"))->count, 2);
    assert_null(sw_json_path(&root, sw_str("sealwright.subjects")));
    test_claim_free(&claim);
}

static void names_the_key_that_the_store_knows(void **state)
{
    static const struct {
        enum sw_key_alg alg;
        const char *details;
        const char *hash;
    } rows[] = {
        {SW_KEY_P256, "PKIX_ECDSA_P256_SHA_256", "SHA2_256"},
        {SW_KEY_P384, "PKIX_ECDSA_P384_SHA_384", "SHA2_384"},
        {SW_KEY_P521, "PKIX_ECDSA_P521_SHA_512", "SHA2_512"},
        {SW_KEY_ED25519, "PKIX_ED25519", "SHA2_256"},
    };
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    temp_tree_write(&f->tree, "store/keys/broken.pub", "no key");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(key) struct sw_key *key = NULL;
        SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf spki = SW_BUF_INIT;
        MUST(sw_key_generate(rows[i].alg, &key, &must_error));
        MUST(sw_key_write_public(key, &pem, &must_error));
        MUST(sw_key_write_spki(key, &spki, &must_error));
        char name[64];
        (void)snprintf(name, sizeof(name), "store/keys/k%zu.pub", i);
        temp_tree_write_bytes(&f->tree, name, pem.data, pem.len);
        struct test_claim claim = make_claim(key, "a", 1, TYPE_A, "x");
        (void)add_claim(f->store, &claim);
        struct sw_json root = leaf_of(f, i, &arena);
        assert_true(leaf_has(&root, SPEC "data.algorithm", rows[i].hash));
        assert_true(leaf_has(&root, SPEC "signature.verifier.keyDetails", rows[i].details));
        expect_base64(&root, SPEC "signature.verifier.publicKey.rawBytes", spki.data, spki.len);
        test_claim_free(&claim);
    }
}

static void a_leaf_stays_small_when_a_claim_has_many_subjects(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_record record;
    uint64_t count = 0;
    sw_arena_init(&arena, 0);
    struct test_claim claim = make_claim(f->key, "file", 3000, TYPE_A, "x");
    (void)add_claim(f->store, &claim);
    struct sw_json root = leaf_of(f, 0, &arena);
    assert_int_equal(sw_json_path(&root, sw_str("sealwright.subject"))->count, SW_LEAF_SUBJECTS);
    assert_true(sw_json_u64(sw_json_path(&root, sw_str("sealwright.subjects")), &count));
    assert_int_equal(count, 3000);
    struct sw_digest last = digest_of_text("file 2999");
    assert_string_equal(leaves_of(f->store, &(struct sw_evidence_query){.subject = &last}), "0");
    MUST(sw_evidence_at(f->store, 0, &arena, &record, &must_error));
    assert_int_equal(record.subject_count, 3000);
    test_claim_free(&claim);
}

static void refuses_leaves_that_are_not_a_claims(void **state)
{
    static const char *const bad[] = {
        "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"sealwright\":{}}",
        "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"sealwright\":{\"claim\":\"sha256:"
        "00\","
        "\"time\":\"2026-01-01T00:00:00Z\"}}",
        ("{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"sealwright\":{\"claim\":\"sha256:"
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}}"),
        "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"sealwright\":{",
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_leaf leaf;
    struct sw_error err;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_bytes entry = sw_bytes(bad[i], strlen(bad[i]));
        assert_int_equal(sw_leaf_read(&arena, entry, &leaf, &err), SW_E_FORMAT);
    }
    assert_false(sw_leaf_is(sw_bytes("{\"kind\":\"hashedrekord\"}", 23)));
}

/* --- proofs ---------------------------------------------------------------------------------- */

static void proves_every_leaf_offline(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf policy_text = SW_BUF_INIT;
    struct sw_tlog_policy *policy = NULL;
    sw_arena_init(&arena, 0);
    append_entries(f->store, 0, 700);
    MUST(sw_log_publish(f->store, &must_error));
    MUST(sw_log_policy(f->store, &policy_text, &must_error));
    MUST(sw_tlog_policy_parse(&arena, sw_buf_bytes(&policy_text), &policy, &must_error));
    for (uint64_t leaf = 0; leaf < 700; leaf += 13) {
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        struct sw_tlog_proof proof;
        char entry[256];
        MUST(sw_log_prove(f->store, leaf, &text, &must_error));
        MUST(sw_tlog_proof_parse(&arena, sw_buf_bytes(&text), &proof, &must_error));
        assert_int_equal(proof.index, leaf);
        assert_true(sw_bytes_equal(proof.extra, test_entry(leaf, entry)));
        MUST(sw_tlog_proof_check(&proof, policy, proof.extra, &must_error));
        assert_int_equal(
            sw_tlog_proof_check(&proof, policy, sw_bytes("other", 5), NULL), SW_E_REFUSED);
    }
    SW_CLEANUP(buf) struct sw_buf none = SW_BUF_INIT;
    assert_int_equal(sw_log_prove(f->store, 700, &none, NULL), SW_E_NOENT);
    assert_int_equal(none.len, 0);
}

static void proves_that_the_log_only_grew(void **state)
{
    static const uint64_t sizes[] = {1, 5, 256, 257, 400, 512, 700};
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_hash256 roots[SW_COUNT(sizes)];
    uint64_t size = 0;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        append_entries(f->store, size, sizes[i] - size);
        MUST(sw_log_publish(f->store, &must_error));
        size = sizes[i];
        roots[i] = f->store->head.root;
    }
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        for (size_t j = i; j < SW_COUNT(sizes); j++) {
            struct sw_hash256 *path = NULL;
            size_t count = 0;
            MUST(sw_log_consistency(
                f->store, sizes[i], sizes[j], &arena, &path, &count, &must_error));
            assert_int_equal(
                sw_merkle_check_consistency(sizes[i], sizes[j], path, count, &roots[i], &roots[j]),
                SW_OK);
        }
    }
    struct sw_hash256 *path = NULL;
    size_t count = 77;
    MUST(sw_log_consistency(f->store, 0, 5, &arena, &path, &count, &must_error));
    assert_int_equal(count, 0);
    assert_int_equal(sw_log_consistency(f->store, 5, 701, &arena, &path, &count, NULL), SW_E_USAGE);
    assert_int_equal(sw_log_consistency(f->store, 6, 5, &arena, &path, &count, NULL), SW_E_USAGE);
}

static void gives_no_proof_from_damaged_tiles(void **state)
{
    struct fixture *f = *state;
    struct sw_error err;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    append_entries(f->store, 0, 5);
    reopen(f, SW_STORE_READ);
    uint8_t tile[5 * 32] = {0};
    temp_tree_write_bytes(&f->tree, "store/log/tile/0/000.p/5", tile, sizeof(tile));
    assert_int_equal(sw_log_prove(f->store, 2, &out, &err), SW_E_REFUSED);
    assert_int_equal(sw_log_entry(f->store, 2, &out, &err), SW_E_REFUSED);
    assert_int_equal(out.len, 0);
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_hash256 *path = NULL;
    size_t count = 0;
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_log_consistency(f->store, 3, 5, &arena, &path, &count, &err), SW_E_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_claims_by_subject_type_and_time),
        TEST(gives_a_record_as_its_claim_says),
        TEST(an_index_that_is_lost_on_the_way_gets_every_claim),
        TEST(gives_the_old_leaf_for_the_same_bytes),
        TEST(adds_all_or_none),
        TEST(answers_the_same_from_a_rebuilt_index),
        TEST(does_not_believe_an_index_that_is_not_current),
        TEST(sees_through_a_change_that_was_stopped),
        TEST(an_index_cannot_say_that_a_claim_is_there),
        TEST(a_claim_without_subjects_is_a_damaged_index),
        TEST(a_claim_whose_blob_is_gone_is_not_hidden),
        TEST(carries_claims_to_another_store),
        TEST(logs_a_hashed_rekord_of_the_signed_bytes),
        TEST(names_the_key_that_the_store_knows),
        TEST(a_leaf_stays_small_when_a_claim_has_many_subjects),
        TEST(refuses_leaves_that_are_not_a_claims),
        TEST(proves_every_leaf_offline),
        TEST(proves_that_the_log_only_grew),
        TEST(gives_no_proof_from_damaged_tiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
