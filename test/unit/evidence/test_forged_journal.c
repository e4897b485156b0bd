/* Who can write to the store and has no key of its log: whole records that the log did not sign, or
 * not for that place, are neither read nor signed into the log. */
#include "evidence/leaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "journal_build.h"
#include "unit/evidence/claim_help.h"

#define TYPE "urn:sealwright:claim:scan:v1"
#define SUBJECT "model 0" /* of the claim; it is in no entry but the claim's */
#define YEAR ((int64_t)365 * 86400)
#define RECORDS_MAX 16u

/* A store whose log has the leaves 0 to 4, all published, in a base and three records. */
struct fixture {
    struct temp_tree tree;
    const char *path;
    struct sw_key *log;   /* its key */
    struct sw_key *other; /* another one */
    struct test_claim claim;
    struct sw_buf file; /* the journal */
    uint64_t at[RECORDS_MAX];
    size_t records; /* at[records]: the end */
};

static void load_journal(struct fixture *f)
{
    sw_buf_clear(&f->file);
    MUST(sw_file_read(temp_tree_path(&f->tree, "store/journal"), 1 << 24, &f->file, &must_error));
    f->records = 0;
    for (uint64_t at = SW_JOURNAL_HEAD_SIZE;; f->records++) {
        struct sw_cursor cur = sw_cursor(sw_bytes(f->file.data + at, f->file.len - at));
        uint64_t length = 0;
        assert_true(f->records < RECORDS_MAX);
        f->at[f->records] = at;
        if (sw_cur_u64be(&cur, &length) != SW_OK) {
            return;
        }
        at += SW_JOURNAL_RECORD_HEAD + length;
    }
}

static void save_journal(struct fixture *f)
{
    temp_tree_write_bytes(&f->tree, "store/journal", f->file.data, f->file.len);
}

static struct sw_bytes record_of(const struct fixture *f, size_t i)
{
    return sw_bytes(f->file.data + f->at[i], f->at[i + 1] - f->at[i]);
}

static struct sw_key *read_log_key(struct fixture *f)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    struct sw_key *key = NULL;
    MUST(sw_file_read(temp_tree_path(&f->tree, "store/keys/log.key"), 1 << 16, &pem, &must_error));
    MUST(sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), &key, &must_error));
    return key;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->path = new_store_dir(&f->tree);
    f->log = read_log_key(f);
    MUST(sw_key_generate(SW_KEY_ED25519, &f->other, &must_error));
    f->claim = make_claim(f->other, "model", 1, TYPE, "x");
    struct sw_store *store = open_to_write(f->path);
    append_entries(store, 0, 2);
    append_entries(store, 2, 2);
    (void)add_claim(store, &f->claim);
    MUST(sw_store_close(store, &must_error));
    load_journal(f);
    assert_int_equal(f->records, 4);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    sw_key_free(f->log);
    sw_key_free(f->other);
    test_claim_free(&f->claim);
    sw_buf_release(&f->file);
    free((void *)(uintptr_t)f->path);
    temp_tree_remove(&f->tree);
    free(f);
    return 0;
}

/* --- what must be said ----------------------------------------------------------------------- */

static enum sw_code gather(const char *path, size_t *count, struct sw_error *err)
{
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_digest subject = digest_of_text(SUBJECT);
    struct sw_evidence_query query = {.subject = &subject};
    struct sw_evidence_record *records = NULL;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_store_open(path, SW_STORE_READ, &store, err));
    return sw_evidence_gather(store, &query, &arena, &records, count, err);
}

static void verify(struct fixture *f, struct sw_arena *arena, struct sw_log_report *report)
{
    struct sw_store *store = open_to_read(f->path);
    MUST(sw_log_verify(store, NULL, sw_bytes(NULL, 0), NULL, arena, report, &must_error));
    sw_store_abandon(store);
}

/* Writer, reader and `log verify` say no, and name the place; the store stays as it is. */
static void expect_no(struct fixture *f, enum sw_code code, uint64_t offset, const char *words)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf after = SW_BUF_INIT;
    struct sw_store *store = NULL;
    struct sw_log_report report;
    struct sw_error err = {0};
    size_t count = 77;
    sw_arena_init(&arena, 0);
    save_journal(f);
    assert_int_equal(sw_store_open(f->path, SW_STORE_WRITE, &store, &err), code);
    assert_non_null(strstr(err.text, words));
    assert_int_equal(gather(f->path, &count, &err), code);
    assert_non_null(strstr(err.text, words));
    assert_int_equal(count, 77);
    verify(f, &arena, &report);
    assert_int_equal(report.problem_count, 1);
    assert_string_equal(report.problems[0].file, "journal");
    assert_int_equal(report.problems[0].offset, offset);
    assert_non_null(strstr(report.problems[0].what, words));
    MUST(sw_file_read(temp_tree_path(&f->tree, "store/journal"), 1 << 24, &after, &must_error));
    assert_true(sw_bytes_equal(sw_buf_bytes(&after), sw_buf_bytes(&f->file)));
    store = open_to_read(f->path);
    MUST(sw_store_head(store, &must_error));
    assert_int_equal(store->head.size, 5);
    sw_store_abandon(store);
}

/* --- records that somebody made -------------------------------------------------------------- */

/* A batch with a leaf of the claim, a year from now. */
static void make_young_leaf(struct fixture *f, uint64_t first, struct sw_buf *payload)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf leaf = SW_BUF_INIT;
    struct sw_leaf_claim read;
    sw_arena_init(&arena, 0);
    MUST(sw_leaf_claim_read(&arena, sw_buf_bytes(&f->claim.bundle), &read, &must_error));
    MUST(sw_leaf_write(&read, sw_time_now() + YEAR, sw_bytes(NULL, 0), &leaf, &must_error));
    MUST(sw_buf_put_u64be(payload, first));
    MUST(sw_buf_put_u32be(payload, 1));
    MUST(sw_buf_put_u32be(payload, 0));
    MUST(sw_buf_put_u64be(payload, 2 + leaf.len));
    MUST(sw_buf_put_u16be(payload, (uint16_t)leaf.len));
    MUST(sw_buf_append(payload, leaf.data, leaf.len));
}

static void forge(struct fixture *f, const char *origin, const struct sw_key *key, uint64_t first)
{
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    uint8_t check[32];
    memcpy(check, f->file.data + f->at[f->records - 1] + AT_CHECK, sizeof(check));
    make_young_leaf(f, first, &payload);
    MUST(put_record(&f->file, origin, key, SW_JOURNAL_BATCH, sw_buf_bytes(&payload), check));
}

static void an_unsigned_record_is_refused(void **state)
{
    struct fixture *f = *state;
    forge(f, ORIGIN, NULL, 5);
    expect_no(f, SW_E_REFUSED, f->at[4], "is not signed by the log's key");
}

static void a_record_signed_by_another_key_is_refused(void **state)
{
    struct fixture *f = *state;
    forge(f, ORIGIN, f->other, 5);
    expect_no(f, SW_E_REFUSED, f->at[4], "is not signed by the log's key");
}

static void a_record_that_the_key_signed_for_another_log_is_refused(void **state)
{
    struct fixture *f = *state;
    forge(f, "example.com/another", f->log, 5);
    expect_no(f, SW_E_REFUSED, f->at[4], "is not signed by the log's key");
}

/* The same with the right key is what the log itself writes: the forgeries above fail for their
 * signatures alone. */
static void a_record_that_the_log_signed_is_taken(void **state)
{
    struct fixture *f = *state;
    size_t count = 0;
    forge(f, ORIGIN, f->log, 5);
    save_journal(f);
    MUST(gather(f->path, &count, &must_error));
    struct sw_store *store = open_to_write(f->path);
    assert_int_equal(store->journal.end, 6);
    sw_store_abandon(store);
}

static void a_changed_record_is_refused_though_its_checksums_are_mended(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf forged = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    uint8_t check[32];
    struct sw_bytes was = record_of(f, 3);
    memcpy(check, f->file.data + f->at[2] + AT_CHECK, sizeof(check));
    MUST(sw_buf_append(
        &payload, was.ptr + SW_JOURNAL_RECORD_HEAD, was.len - SW_JOURNAL_RECORD_HEAD));
    payload.data[40] ^= 1;
    MUST(put_record(&forged, ORIGIN, NULL, SW_JOURNAL_BATCH, sw_buf_bytes(&payload), check));
    memcpy(forged.data + AT_SIGNATURE, was.ptr + AT_SIGNATURE, 64);
    hash_into(sw_bytes(forged.data, AT_CHECK), forged.data + AT_CHECK);
    memcpy(f->file.data + f->at[3], forged.data, forged.len);
    expect_no(f, SW_E_REFUSED, f->at[3], "is not signed by the log's key");
}

static void any_changed_byte_of_a_signature_is_refused(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->records; i++) {
        for (size_t k = 0; k < 64; k += 9) {
            uint8_t *head = f->file.data + f->at[i];
            uint8_t check[32];
            memcpy(check, head + AT_CHECK, sizeof(check));
            head[AT_SIGNATURE + k] ^= 1;
            hash_into(sw_bytes(head, AT_CHECK), head + AT_CHECK);
            expect_no(f, SW_E_REFUSED, f->at[i], "is not signed by the log's key");
            head[AT_SIGNATURE + k] ^= 1;
            memcpy(head + AT_CHECK, check, sizeof(check));
        }
    }
}

/* --- records that the log wrote elsewhere ----------------------------------------------------- */

static void a_record_that_is_repeated_is_refused(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->records; i++) {
        SW_CLEANUP(buf) struct sw_buf copy = SW_BUF_INIT;
        struct sw_bytes record = record_of(f, i);
        MUST(sw_buf_append(&copy, record.ptr, record.len));
        MUST(sw_buf_append(&f->file, copy.data, copy.len));
        expect_no(f, SW_E_REFUSED, f->at[4], "was not written there");
        f->file.len = f->at[4];
    }
}

static void records_that_change_places_are_refused(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf swapped = SW_BUF_INIT;
    static const size_t order[] = {2, 1, 3};
    MUST(sw_buf_append(&swapped, f->file.data, f->at[1]));
    for (size_t i = 0; i < SW_COUNT(order); i++) {
        struct sw_bytes record = record_of(f, order[i]);
        MUST(sw_buf_append(&swapped, record.ptr, record.len));
    }
    memcpy(f->file.data, swapped.data, swapped.len);
    expect_no(f, SW_E_REFUSED, f->at[1], "was not written there");
}

static void a_record_that_is_left_out_is_missed(void **state)
{
    struct fixture *f = *state;
    struct sw_bytes last = record_of(f, 3);
    memmove(f->file.data + f->at[2], last.ptr, last.len);
    f->file.len = f->at[2] + last.len;
    expect_no(f, SW_E_REFUSED, f->at[2], "was not written there");
}

/* The same journal file, begun anew: what the old one held does not fit behind the new base. */
static void a_record_from_before_the_journal_began_anew_is_refused(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    struct sw_store *store = open_to_write(f->path);
    /* One that would come next by its number: durable in the old journal, and signed. */
    append_entries(store, 5, 1);
    load_journal(f);
    struct sw_bytes record = record_of(f, 4);
    MUST(sw_buf_append(&old, record.ptr, record.len));
    assert_int_equal(ftruncate(store->journal.fd, (off_t)f->at[4]), 0);
    sw_store_abandon(store);
    store = open_to_write(f->path);
    assert_int_equal(store->journal.end, 5);
    MUST(sw_journal_start(&store->journal, &store->tiles, &must_error));
    sw_store_abandon(store);
    load_journal(f);
    assert_int_equal(f->records, 1);
    MUST(sw_buf_append(&f->file, old.data, old.len));
    expect_no(f, SW_E_REFUSED, f->at[1], "was not written there");
}

/* Two copies of a store went on, each for itself, with one key. */
static void a_record_from_a_copy_of_the_store_is_refused(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf before = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf theirs = SW_BUF_INIT;
    struct sw_store *store = open_to_write(f->path);
    MUST(sw_buf_append(&before, f->file.data, f->file.len));
    struct sw_bytes entry = sw_bytes("theirs", 6);
    uint64_t first = 0;
    MUST(sw_log_append(store, &entry, 1, &first, &must_error));
    MUST(sw_log_append(store, &entry, 1, &first, &must_error));
    sw_store_abandon(store);
    load_journal(f);
    struct sw_bytes record = record_of(f, 5); /* begins at entry 6 */
    MUST(sw_buf_append(&theirs, record.ptr, record.len));
    temp_tree_write_bytes(&f->tree, "store/journal", before.data, before.len);
    store = open_to_write(f->path);
    append_entries(store, 5, 1);
    sw_store_abandon(store);
    load_journal(f);
    assert_int_equal(f->records, 5);
    MUST(sw_buf_append(&f->file, theirs.data, theirs.len));
    expect_no(f, SW_E_REFUSED, f->at[5], "was not written there");
}

static void another_store_s_journal_is_refused(void **state)
{
    struct fixture *f = *state;
    struct temp_tree other;
    const char *path = new_store_dir(&other);
    sw_buf_clear(&f->file);
    MUST(sw_file_read(temp_tree_path(&other, "store/journal"), 1 << 24, &f->file, &must_error));
    expect_no(f, SW_E_REFUSED, SW_JOURNAL_HEAD_SIZE, "is not signed by the log's key");
    free((void *)(uintptr_t)path);
    temp_tree_remove(&other);
}

/* --- what an older version believed ---------------------------------------------------------- */

/* Version 1 had a chain of checksums and no signatures. */
static void put_old_record(
    struct sw_buf *out, uint64_t type, struct sw_bytes payload, uint8_t check[16])
{
    SW_CLEANUP(buf) struct sw_buf sealed = SW_BUF_INIT;
    uint8_t digest[32];
    MUST(sw_buf_append(&sealed, check, 16));
    MUST(sw_buf_put_u64be(&sealed, payload.len));
    MUST(sw_buf_put_u64be(&sealed, type << 56));
    MUST(sw_buf_append(&sealed, payload.ptr, payload.len));
    hash_into(sw_buf_bytes(&sealed), digest);
    MUST(sw_buf_append(out, sealed.data + 16, 16));
    MUST(sw_buf_append(out, digest, 16));
    MUST(sw_buf_append(out, payload.ptr, payload.len));
    memcpy(check, digest, 16);
}

static void a_journal_of_version_1_is_not_believed(void **state)
{
    struct fixture *f = *state;
    static const char head[] = "SWJOURNL\0\0\0\1\0\0\0"; /* and a NUL */
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    uint8_t check[16];
    memcpy(check, head, sizeof(check));
    MUST(sw_buf_append(&old, head, sizeof(head)));
    for (size_t i = 0; i < f->records; i++) {
        struct sw_bytes record = record_of(f, i);
        struct sw_bytes said =
            sw_bytes(record.ptr + SW_JOURNAL_RECORD_HEAD, record.len - SW_JOURNAL_RECORD_HEAD);
        put_old_record(&old, record.ptr[8], said, check);
    }
    make_young_leaf(f, 5, &payload);
    put_old_record(&old, SW_JOURNAL_BATCH, sw_buf_bytes(&payload), check);
    sw_buf_clear(&f->file);
    MUST(sw_buf_append(&f->file, old.data, old.len));
    expect_no(f, SW_E_UNSUPPORTED, 0, "version 1, whose records are not signed");
}

/* --- cutting --------------------------------------------------------------------------------- */

/* Cut back to an earlier record: what was published is missed. */
static void a_journal_that_was_cut_back_is_refused(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 1; i < f->records; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_log_report report;
        struct sw_store *store = NULL;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        temp_tree_write_bytes(&f->tree, "store/journal", f->file.data, f->at[i]);
        assert_int_equal(sw_store_open(f->path, SW_STORE_WRITE, &store, &err), SW_E_REFUSED);
        assert_non_null(strstr(err.text, "but 5 were published"));
        verify(f, &arena, &report);
        assert_int_equal(report.problem_count, 1);
        assert_string_equal(report.problems[0].file, "journal");
        assert_int_equal(report.problems[0].offset, f->at[i]);
        /* Readers have what was published from the tiles. */
        size_t count = 0;
        MUST(gather(f->path, &count, &must_error));
        assert_int_equal(count, 1);
    }
}

/* A record that is not whole is a write that stopped, whoever made it: it is cut, and the log goes
 * on. */
static void an_unfinished_forgery_is_cut_like_any_unfinished_write(void **state)
{
    struct fixture *f = *state;
    forge(f, ORIGIN, NULL, 5);
    f->file.len--;
    save_journal(f);
    size_t count = 0;
    MUST(gather(f->path, &count, &must_error));
    assert_int_equal(count, 1);
    struct sw_store *store = open_to_write(f->path);
    assert_int_equal(store->journal.end, 5);
    assert_int_equal(store->journal.good, f->at[4]);
    sw_store_abandon(store);
}

/* --- while a writer is at work --------------------------------------------------------------- */

static int refuse_tiles(void *ctx, const char *step, int fd, struct sw_bytes data)
{
    return strcmp(step, "write") == 0 ? ENOSPC : 0;
}

/* The tiles did not keep up, so publishing reads the journal again; meanwhile it was altered. */
static void a_writer_does_not_believe_what_became_of_its_journal(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    struct sw_error err = {0};
    struct sw_store *store = open_to_write(f->path);
    sw_disk_set_fault(refuse_tiles, NULL);
    append_entries(store, 5, 600);
    sw_disk_set_fault(NULL, NULL);
    assert_true(store->tiles.size < store->journal.end);
    load_journal(f);
    uint8_t *last = f->file.data + f->at[4];
    uint64_t length = f->at[5] - f->at[4] - SW_JOURNAL_RECORD_HEAD;
    last[SW_JOURNAL_RECORD_HEAD + 40] ^= 1;
    hash_into(sw_bytes(last + SW_JOURNAL_RECORD_HEAD, length), last + 48);
    hash_into(sw_bytes(last, AT_CHECK), last + AT_CHECK);
    assert_int_equal(pwrite(store->journal.fd, f->file.data, f->file.len, 0), (ssize_t)f->file.len);
    assert_int_equal(sw_log_publish(store, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "is not signed by the log's key"));
    assert_int_equal(store->head.size, 5);
    sw_store_abandon(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_unsigned_record_is_refused),
        TEST(a_record_signed_by_another_key_is_refused),
        TEST(a_record_that_the_key_signed_for_another_log_is_refused),
        TEST(a_record_that_the_log_signed_is_taken),
        TEST(a_changed_record_is_refused_though_its_checksums_are_mended),
        TEST(any_changed_byte_of_a_signature_is_refused),
        TEST(a_record_that_is_repeated_is_refused),
        TEST(records_that_change_places_are_refused),
        TEST(a_record_that_is_left_out_is_missed),
        TEST(a_record_from_before_the_journal_began_anew_is_refused),
        TEST(a_record_from_a_copy_of_the_store_is_refused),
        TEST(another_store_s_journal_is_refused),
        TEST(a_journal_of_version_1_is_not_believed),
        TEST(a_journal_that_was_cut_back_is_refused),
        TEST(an_unfinished_forgery_is_cut_like_any_unfinished_write),
        TEST(a_writer_does_not_believe_what_became_of_its_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
