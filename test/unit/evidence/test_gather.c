/* Claims that a decision may rest on come from the log, whatever the other files say. */
#include "evidence/index.h"
#include "evidence/leaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/evidence/claim_help.h"

#include <sqlite3.h>

#define TYPE_A "urn:sealwright:claim:scan:v1"
#define TYPE_B "https://slsa.dev/verification_summary/v1"
#define DAY 86400

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

static void reopen(struct fixture *f, enum sw_store_mode mode)
{
    MUST(sw_store_close(f->store, &must_error));
    MUST(sw_store_open(f->path, mode, &f->store, &must_error));
}

static uint64_t add(struct fixture *f, const char *name, size_t subjects, const char *type)
{
    static unsigned serial;
    char note[16];
    (void)snprintf(note, sizeof(note), "%u", serial++);
    struct test_claim claim = make_claim(f->key, name, subjects, type, note);
    uint64_t leaf = add_claim(f->store, &claim).leaf;
    test_claim_free(&claim);
    return leaf;
}

static enum sw_code gather_query(struct fixture *f, struct sw_evidence_query query,
    const char *subject, char out[256], struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_digest digest = digest_of_text(subject);
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    size_t used = 0;
    sw_arena_init(&arena, 0);
    query.subject = &digest;
    out[0] = '\0';
    SW_TRY(sw_evidence_gather(f->store, &query, &arena, &records, &count, err));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(records[i].subject_count, 1);
        assert_true(sw_digest_equal(&records[i].subjects[0].digest, &digest));
        used += (size_t)snprintf(out + used, 256 - used, "%s%llu", i == 0 ? "" : " ",
            (unsigned long long)records[i].leaf);
    }
    return SW_OK;
}

static void expect(
    struct fixture *f, struct sw_evidence_query query, const char *subject, const char *leaves)
{
    char got[256];
    MUST(gather_query(f, query, subject, got, &must_error));
    assert_string_equal(got, leaves);
}

static void lose_claim(struct fixture *f, const struct sw_digest *claim)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    char path[128];
    sw_digest_hex(claim, hex);
    (void)snprintf(path, sizeof(path), "store/blobs/sha256/%.2s/%s", hex, hex);
    assert_int_equal(remove(temp_tree_path(&f->tree, path)), 0);
}

static void gives_all_of_one_type_without_a_subject(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    sw_arena_init(&arena, 0);
    (void)add(f, "a", 2, TYPE_A);
    (void)add(f, "b", 1, TYPE_B);
    (void)add(f, "c", 100, TYPE_A); /* its leaf names the first 64 */
    struct sw_bytes other = sw_bytes("urn:sealwright:claim:scan:v1", 28);
    uint64_t first;
    MUST(sw_log_append(f->store, &other, 1, &first, &must_error)); /* no claim */
    reopen(f, SW_STORE_READ);
    for (unsigned prefix = 0; prefix < 2; prefix++) {
        struct sw_evidence_query query = {
            .predicate_type = prefix ? "urn:sealwright:claim:*" : TYPE_A, .oldest_first = true};
        MUST(sw_evidence_gather(f->store, &query, &arena, &records, &count, &must_error));
        assert_int_equal(count, 2);
        assert_int_equal(records[0].leaf, 0);
        assert_int_equal(records[0].subject_count, 2);
        struct sw_digest want = digest_of_text("a 1");
        assert_true(sw_digest_equal(&records[0].subjects[1].digest, &want));
        assert_int_equal(records[1].leaf, 2);
        want = digest_of_text("c 99");
        assert_int_equal(records[1].subject_count, 100);
        assert_true(sw_digest_equal(&records[1].subjects[99].digest, &want));
        assert_false(records[1].subjects_left_out);
    }
    lose_claim(f, &records[1].claim);
    struct sw_evidence_query query = {.predicate_type = TYPE_A, .oldest_first = true};
    MUST(sw_evidence_gather(f->store, &query, &arena, &records, &count, &must_error));
    assert_int_equal(records[1].subject_count, SW_LEAF_SUBJECTS);
    assert_true(records[1].subjects_left_out);
}

static void gives_what_is_about_the_subject(void **state)
{
    struct fixture *f = *state;
    (void)add(f, "a", 2, TYPE_A); /* 0: about "a 0" and "a 1" */
    (void)add(f, "b", 1, TYPE_A); /* 1 */
    (void)add(f, "a", 1, TYPE_B); /* 2 */
    expect(f, (struct sw_evidence_query){0}, "a 0", "2 0");
    reopen(f, SW_STORE_READ);
    expect(f, (struct sw_evidence_query){0}, "a 0", "2 0");
    expect(f, (struct sw_evidence_query){.oldest_first = true}, "a 0", "0 2");
    expect(f, (struct sw_evidence_query){.limit = 1}, "a 0", "2");
    expect(f, (struct sw_evidence_query){.predicate_type = TYPE_A}, "a 0", "0");
    expect(f, (struct sw_evidence_query){.predicate_type = "https://*"}, "a 0", "2");
    expect(f, (struct sw_evidence_query){.since = sw_time_now() + DAY}, "a 0", "");
    expect(f, (struct sw_evidence_query){0}, "a 1", "0");
    expect(f, (struct sw_evidence_query){0}, "nothing", "");
}

static void an_older_checkpoint_hides_nothing_from_a_reader(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    struct sw_error err = {0};
    char got[256];
    const char *checkpoint = temp_tree_path(&f->tree, "store/log/checkpoint");
    (void)add(f, "a", 1, TYPE_A);
    reopen(f, SW_STORE_WRITE);
    MUST(sw_file_read(checkpoint, 1 << 20, &old, &must_error));
    (void)add(f, "b", 1, TYPE_A);
    (void)add(f, "a", 1, TYPE_B);
    reopen(f, SW_STORE_READ);
    expect(f, (struct sw_evidence_query){0}, "a 0", "2 0");
    temp_tree_write_bytes(&f->tree, "store/log/checkpoint", old.data, old.len);
    reopen(f, SW_STORE_READ);
    expect(f, (struct sw_evidence_query){0}, "a 0", "2 0");
    /* The journal that begins behind it says that there was more. */
    reopen(f, SW_STORE_WRITE);
    f->store->rotate_at = 0;
    (void)add(f, "a", 1, TYPE_A);
    reopen(f, SW_STORE_READ);
    expect(f, (struct sw_evidence_query){0}, "a 0", "3 2 0");
    temp_tree_write_bytes(&f->tree, "store/log/checkpoint", old.data, old.len);
    reopen(f, SW_STORE_READ);
    assert_int_equal(
        gather_query(f, (struct sw_evidence_query){0}, "a 0", got, &err), SW_E_REFUSED);
    assert_int_equal(remove(temp_tree_path(&f->tree, "store/journal")), 0);
    assert_int_equal(gather_query(f, (struct sw_evidence_query){0}, "a 0", got, &err), SW_E_NOENT);
}

static void a_reader_that_is_overtaken_by_a_writer_reads_anew(void **state)
{
    struct fixture *f = *state;
    (void)add(f, "a", 1, TYPE_A);
    reopen(f, SW_STORE_READ);
    MUST(sw_store_head(f->store, &must_error));
    struct sw_store *reader = f->store;
    f->store = open_to_write(f->path);
    f->store->rotate_at = 1;
    (void)add(f, "a", 1, TYPE_A);
    reopen(f, SW_STORE_READ);
    struct sw_store *later = f->store;
    f->store = reader;
    expect(f, (struct sw_evidence_query){0}, "a 0", "1 0");
    sw_store_abandon(later);
}

static void a_question_without_a_subject_makes_no_sense(void **state)
{
    struct fixture *f = *state;
    struct sw_evidence_query query = {0};
    struct sw_evidence_record *records = NULL;
    SW_CLEANUP(arena) struct sw_arena arena;
    size_t count = 0;
    sw_arena_init(&arena, 0);
    assert_int_equal(
        sw_evidence_gather(f->store, &query, &arena, &records, &count, NULL), SW_E_USAGE);
}

/* A leaf names 64 subjects; the claim is about more. */
static void finds_a_subject_that_only_the_claim_names(void **state)
{
    struct fixture *f = *state;
    (void)add(f, "many", 100, TYPE_A);
    (void)add(f, "other", 100, TYPE_A);
    expect(f, (struct sw_evidence_query){0}, "many 99", "0");
    expect(f, (struct sw_evidence_query){0}, "other 99", "1");
    expect(f, (struct sw_evidence_query){0}, "many 3", "0");
    expect(f, (struct sw_evidence_query){0}, "nothing", "");
}

static void edit_index(struct fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    MUST(sw_store_close(f->store, &must_error));
    assert_int_equal(sqlite3_open(temp_tree_path(&f->tree, "store/index.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_true(sqlite3_total_changes(db) > 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    MUST(sw_store_open(f->path, SW_STORE_READ, &f->store, &must_error));
}

static void an_edited_index_hides_nothing(void **state)
{
    struct fixture *f = *state;
    (void)add(f, "a", 1, TYPE_A);
    (void)add(f, "a", 1, TYPE_B);
    edit_index(f, "DELETE FROM subjects; DELETE FROM claims");
    expect(f, (struct sw_evidence_query){0}, "a 0", "1 0");
}

static void an_edited_index_makes_nothing_young(void **state)
{
    struct fixture *f = *state;
    (void)add(f, "a", 1, TYPE_A);
    edit_index(f, "UPDATE claims SET time = time + 864000");
    expect(f, (struct sw_evidence_query){.since = sw_time_now() + DAY}, "a 0", "");
}

/* The time of a leaf, which a second leaf of the same claim must not renew. */
static void a_claim_that_is_logged_twice_keeps_its_first_time(void **state)
{
    struct fixture *f = *state;
    struct test_claim claim = make_claim(f->key, "a", 1, TYPE_A, "twice");
    (void)add_claim(f->store, &claim);
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf leaf = SW_BUF_INIT;
    struct sw_leaf_claim read;
    sw_arena_init(&arena, 0);
    MUST(sw_leaf_claim_read(&arena, sw_buf_bytes(&claim.bundle), &read, &must_error));
    MUST(sw_leaf_write(&read, sw_time_now() + DAY, sw_bytes(NULL, 0), &leaf, &must_error));
    struct sw_bytes entry = sw_buf_bytes(&leaf);
    struct sw_journal_batch batch = {.entries = &entry, .count = 1};
    MUST(sw_store_commit(f->store, &batch, &must_error));
    MUST(sw_log_publish(f->store, &must_error));
    expect(f, (struct sw_evidence_query){0}, "a 0", "0");
    expect(f, (struct sw_evidence_query){.since = sw_time_now() + DAY / 2}, "a 0", "");
    test_claim_free(&claim);
}

static void an_altered_entry_is_refused(void **state)
{
    struct fixture *f = *state;
    (void)add(f, "a", 1, TYPE_A);
    (void)add(f, "b", 1, TYPE_A);
    reopen(f, SW_STORE_READ);
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    const char *file = "store/log/tile/entries/000.p/2";
    MUST(sw_file_read(temp_tree_path(&f->tree, file), 1 << 20, &bundle, &must_error));
    for (size_t i = 0; i < bundle.len; i += 37) {
        char got[256];
        struct sw_error err = {0};
        bundle.data[i] ^= 0x01;
        temp_tree_write_bytes(&f->tree, file, bundle.data, bundle.len);
        enum sw_code rc = gather_query(f, (struct sw_evidence_query){0}, "a 0", got, &err);
        assert_true(rc == SW_E_REFUSED || rc == SW_E_FORMAT);
        bundle.data[i] ^= 0x01;
    }
}

/* Signed by the log's key, but in a history that an older copy of the store led to. */
static void a_journal_of_another_history_is_refused_to_readers(void **state)
{
    struct fixture *f = *state;
    char got[256];
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf journal = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf checkpoint = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf other = SW_BUF_INIT;
    const char *journal_file = temp_tree_path(&f->tree, "store/journal");
    const char *checkpoint_file = temp_tree_path(&f->tree, "store/log/checkpoint");
    (void)add(f, "a", 1, TYPE_A);
    reopen(f, SW_STORE_WRITE);
    MUST(sw_file_read(journal_file, 1 << 20, &journal, &must_error));
    MUST(sw_file_read(checkpoint_file, 1 << 20, &checkpoint, &must_error));
    (void)add(f, "b", 1, TYPE_A);
    (void)add(f, "a", 1, TYPE_B); /* 2 */
    reopen(f, SW_STORE_READ);
    MUST(sw_file_read(journal_file, 1 << 20, &other, &must_error));
    temp_tree_write_bytes(&f->tree, "store/journal", journal.data, journal.len);
    temp_tree_write_bytes(&f->tree, "store/log/checkpoint", checkpoint.data, checkpoint.len);
    reopen(f, SW_STORE_WRITE);
    (void)add(f, "c", 1, TYPE_A);
    reopen(f, SW_STORE_READ);
    expect(f, (struct sw_evidence_query){0}, "a 0", "0");
    temp_tree_write_bytes(&f->tree, "store/journal", other.data, other.len);
    assert_int_equal(
        gather_query(f, (struct sw_evidence_query){0}, "a 0", got, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "disagree about the first 2 entries"));
}

static int refuse_files(void *ctx, const char *step, int fd, struct sw_bytes data)
{
    return strcmp(step, "write") == 0 ? ENOSPC : 0;
}

/* It is durable and was acknowledged, so it counts, or there is no answer. */
static void what_found_no_room_but_in_the_journal_is_not_hidden(void **state)
{
    struct fixture *f = *state;
    char got[256];
    struct sw_error err = {0};
    (void)add(f, "a", 1, TYPE_A);
    sw_disk_set_fault(refuse_files, NULL);
    (void)add(f, "a", 1, TYPE_B);
    assert_int_equal(gather_query(f, (struct sw_evidence_query){0}, "a 0", got, &err), SW_E_IO);
    sw_disk_set_fault(NULL, NULL);
    expect(f, (struct sw_evidence_query){0}, "a 0", "1 0");
}

/* No checkpoint signs it yet; the writer knows from the journal what it must be. */
static void an_altered_entry_that_is_not_published_is_refused(void **state)
{
    struct fixture *f = *state;
    char got[256];
    struct sw_error err = {0};
    (void)add(f, "a", 1, TYPE_A);
    append_entries(f->store, 1, 299); /* the first bundle is a file now */
    expect(f, (struct sw_evidence_query){0}, "a 0", "0");
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    const char *file = "store/log/tile/entries/000";
    MUST(sw_file_read(temp_tree_path(&f->tree, file), 1 << 20, &bundle, &must_error));
    static const char word[] = "\"subject";
    uint8_t *at = memmem(bundle.data, bundle.len, word, strlen(word));
    assert_non_null(at);
    at[1] ^= 0x01; /* so it looks like a claim about something else */
    temp_tree_write_bytes(&f->tree, file, bundle.data, bundle.len);
    assert_int_equal(
        gather_query(f, (struct sw_evidence_query){0}, "a 0", got, &err), SW_E_REFUSED);
}

static void the_recorded_time_is_proven(void **state)
{
    struct fixture *f = *state;
    int64_t before = sw_time_now();
    int64_t time = 0;
    struct test_claim claim = make_claim(f->key, "a", 1, TYPE_A, "time");
    struct test_claim other = make_claim(f->key, "b", 1, TYPE_A, "time");
    assert_int_equal(sw_evidence_recorded(f->store, &claim.digest, &time, NULL), SW_E_NOENT);
    (void)add_claim(f->store, &claim);
    (void)add_claim(f->store, &other);
    edit_index(f, "UPDATE claims SET time = 5");
    MUST(sw_evidence_recorded(f->store, &claim.digest, &time, &must_error));
    assert_true(time >= before && time <= sw_time_now());
    /* The index leads to another claim's leaf. */
    edit_index(f, "UPDATE claims SET leaf = leaf + 10; UPDATE claims SET leaf = 11 - leaf");
    struct sw_error err = {0};
    assert_int_not_equal(sw_evidence_recorded(f->store, &claim.digest, &time, &err), SW_OK);
    test_claim_free(&claim);
    test_claim_free(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_what_is_about_the_subject),
        TEST(gives_all_of_one_type_without_a_subject),
        TEST(an_older_checkpoint_hides_nothing_from_a_reader),
        TEST(a_reader_that_is_overtaken_by_a_writer_reads_anew),
        TEST(a_question_without_a_subject_makes_no_sense),
        TEST(finds_a_subject_that_only_the_claim_names),
        TEST(an_edited_index_hides_nothing),
        TEST(an_edited_index_makes_nothing_young),
        TEST(a_claim_that_is_logged_twice_keeps_its_first_time),
        TEST(an_altered_entry_is_refused),
        TEST(a_journal_of_another_history_is_refused_to_readers),
        TEST(what_found_no_room_but_in_the_journal_is_not_hidden),
        TEST(an_altered_entry_that_is_not_published_is_refused),
        TEST(the_recorded_time_is_proven),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
