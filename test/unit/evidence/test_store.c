#include "evidence/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/evidence/store_help.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/wait.h>

static void makes_a_store_with_an_empty_signed_log(void **state)
{
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_read(path);
    assert_string_equal(sw_store_origin(store), ORIGIN);
    assert_string_equal(sw_store_path(store), path);
    MUST(sw_store_head(store, &must_error));
    assert_int_equal(store->head.size, 0);
    expect_root(&store->head.root, 0);
    MUST(sw_store_close(store, &must_error));
    struct stat st;
    assert_int_equal(stat(temp_tree_path(&tree, "store/keys/log.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

/* flock(2) asks for no more than an open descriptor. */
static void others_cannot_take_the_lock_by_reading_it(void **state)
{
    struct temp_tree tree;
    struct stat st;
    const char *path = new_store_dir(&tree);
    MUST(sw_store_close(open_to_write(path), &must_error));
    assert_int_equal(stat(temp_tree_path(&tree, "store/lock"), &st), 0);
    assert_int_equal(st.st_mode & 0077, 0);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void refuses_to_make_a_store_over_something(void **state)
{
    struct temp_tree tree;
    struct sw_error err;
    const char *path = new_store_dir(&tree);
    assert_int_equal(sw_store_init(path, ORIGIN, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "already"));
    temp_tree_write(&tree, "other/file", "x");
    assert_int_equal(sw_store_init(temp_tree_path(&tree, "other"), ORIGIN, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "not empty"));
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void refuses_an_origin_that_no_note_can_name(void **state)
{
    static const char *const bad[] = {"", "a b", "a+b", "a\nb", "caf\xc3\xa9", "a\tb"};
    struct temp_tree tree;
    temp_tree_make(&tree);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_int_equal(sw_store_init(temp_tree_path(&tree, "store"), bad[i], NULL), SW_E_USAGE);
        assert_false(sw_dir_exists(temp_tree_path(&tree, "store")));
    }
    temp_tree_remove(&tree);
}

static void says_what_is_no_store(void **state)
{
    struct temp_tree tree;
    struct sw_error err;
    struct sw_store *store = NULL;
    temp_tree_make(&tree);
    assert_int_equal(sw_store_open(tree.path, SW_STORE_READ, &store, &err), SW_E_NOENT);
    assert_non_null(strstr(err.text, "is not a store"));
    assert_int_equal(
        sw_store_open(temp_tree_path(&tree, "absent"), SW_STORE_WRITE, &store, &err), SW_E_NOENT);
    assert_null(store);
    temp_tree_remove(&tree);
}

static void publishes_what_was_appended(void **state)
{
    static const uint64_t sizes[] = {1, 2, 255, 256, 257, 511, 512, 600, 1030};
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    uint64_t size = 0;
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        append_entries(store, size, sizes[i] - size);
        size = sizes[i];
        MUST(sw_log_publish(store, &must_error));
        struct sw_store *reader = open_to_read(path);
        MUST(sw_store_head(reader, &must_error));
        assert_int_equal(reader->head.size, size);
        expect_root(&reader->head.root, size);
        for (uint64_t leaf = 0; leaf < size; leaf += 1 + leaf / 3) {
            SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
            char text[256];
            MUST(sw_log_entry(reader, leaf, &entry, &must_error));
            assert_true(sw_bytes_equal(sw_buf_bytes(&entry), test_entry(leaf, text)));
        }
        assert_int_equal(sw_log_entry(reader, size, NULL, NULL), SW_E_NOENT);
        MUST(sw_store_close(reader, &must_error));
    }
    MUST(sw_store_close(store, &must_error));
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void drops_partial_tiles_when_the_full_one_is_there(void **state)
{
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    append_entries(store, 0, 10);
    MUST(sw_log_publish(store, &must_error));
    append_entries(store, 10, 10);
    MUST(sw_log_publish(store, &must_error));
    assert_true(sw_file_exists(temp_tree_path(&tree, "store/log/tile/0/000.p/10")));
    assert_true(sw_file_exists(temp_tree_path(&tree, "store/log/tile/0/000.p/20")));
    append_entries(store, 20, 300);
    assert_false(sw_dir_exists(temp_tree_path(&tree, "store/log/tile/0/000.p")));
    assert_false(sw_dir_exists(temp_tree_path(&tree, "store/log/tile/entries/000.p")));
    assert_true(sw_file_exists(temp_tree_path(&tree, "store/log/tile/0/000")));
    MUST(sw_store_close(store, &must_error));
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

/* Somebody has put something under the name of a tile that is to come. */
static void a_name_that_is_taken_is_replaced(void **state)
{
    struct temp_tree tree;
    SW_CLEANUP(buf) struct sw_buf outside = SW_BUF_INIT;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    temp_tree_write(&tree, "outside", "mine");
    temp_tree_write(&tree, "store/log/tile/0/000", "old");
    temp_tree_write(&tree, "store/log/tile/entries/001", "");
    temp_tree_link(&tree, temp_tree_path(&tree, "outside"), "store/log/tile/0/001");
    temp_tree_link(&tree, "nowhere", "store/log/tile/entries/000");
    append_entries(store, 0, 600);
    MUST(sw_store_close(store, &must_error));
    MUST(sw_file_read(temp_tree_path(&tree, "outside"), 100, &outside, &must_error));
    assert_string_equal(sw_buf_cstr(&outside), "mine");
    assert_false(sw_file_exists(temp_tree_path(&tree, "store/log/tile/entries/nowhere")));
    store = open_to_read(path);
    for (uint64_t leaf = 0; leaf < 600; leaf += 50) {
        SW_CLEANUP(buf) struct sw_buf proof = SW_BUF_INIT;
        MUST(sw_log_prove(store, leaf, &proof, &must_error));
    }
    sw_store_abandon(store);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void keeps_what_was_appended_when_it_is_abandoned(void **state)
{
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    append_entries(store, 0, 300);
    sw_store_abandon(store);
    store = open_to_write(path);
    append_entries(store, 300, 1);
    MUST(sw_store_close(store, &must_error));
    store = open_to_read(path);
    MUST(sw_store_head(store, &must_error));
    assert_int_equal(store->head.size, 301);
    expect_root(&store->head.root, 301);
    sw_store_abandon(store);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void begins_a_new_journal_when_the_old_one_is_long(void **state)
{
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    store->rotate_at = 4096;
    for (uint64_t i = 0; i < 2000; i += 100) {
        append_entries(store, i, 100);
        MUST(sw_log_publish(store, &must_error));
        assert_true(store->journal.good < 3 * 4096 + 256 * 200);
    }
    assert_true(store->journal.base > 0);
    sw_store_abandon(store);
    store = open_to_write(path);
    append_entries(store, 2000, 100);
    MUST(sw_log_publish(store, &must_error));
    expect_root(&store->head.root, 2100);
    sw_store_abandon(store);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void lets_one_writer_in(void **state)
{
    struct temp_tree tree;
    struct sw_error err;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    struct sw_store *second = NULL;
    sw_store_set_lock_wait(40);
    assert_int_equal(sw_store_open(path, SW_STORE_WRITE, &second, &err), SW_E_BUSY);
    struct sw_store *reader = open_to_read(path);
    assert_int_equal(sw_log_publish(reader, &err), SW_E_USAGE);
    sw_store_abandon(reader);
    sw_store_abandon(store);
    second = open_to_write(path);
    sw_store_abandon(second);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void expect_entry(struct sw_store *store, uint64_t leaf)
{
    SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
    char text[256];
    MUST(sw_log_entry(store, leaf, &entry, &must_error));
    assert_true(sw_bytes_equal(sw_buf_bytes(&entry), test_entry(leaf, text)));
}

static void a_reader_becomes_the_writer_of_what_is_there_then(void **state)
{
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_read(path);
    MUST(sw_store_head(store, &must_error));
    assert_int_equal(store->head.size, 0);
    struct sw_store *other = open_to_write(path);
    append_entries(other, 0, 300);
    sw_store_abandon(other); /* durable, and not published */
    MUST(sw_store_promote(store, NULL, &must_error));
    MUST(sw_store_promote(store, NULL, &must_error));
    assert_int_equal(sw_store_open(path, SW_STORE_WRITE, &other, NULL), SW_E_BUSY);
    append_entries(store, 300, 5);
    MUST(sw_log_publish(store, &must_error));
    expect_root(&store->head.root, 305);
    expect_entry(store, 299);
    MUST(sw_store_close(store, &must_error));
    store = open_to_write(path);
    append_entries(store, 305, 1);
    MUST(sw_store_close(store, &must_error));
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void a_reader_that_may_not_write_stays_a_reader(void **state)
{
    struct temp_tree tree;
    struct sw_error err = {0};
    const char *path = new_store_dir(&tree);
    struct sw_progress progress = {0};
    struct sw_store *writer = open_to_write(path);
    append_entries(writer, 0, 3);
    MUST(sw_log_publish(writer, &must_error));
    struct sw_store *store = open_to_read(path);
    sw_store_set_lock_wait(40);
    assert_int_equal(sw_store_promote(store, &progress, &err), SW_E_BUSY);
    expect_entry(store, 2);
    assert_int_equal(sw_log_publish(store, NULL), SW_E_USAGE);
    sw_store_abandon(writer);
    atomic_store(&progress.cancel, true);
    assert_int_equal(sw_store_promote(store, &progress, &err), SW_E_INTERRUPTED);
    expect_entry(store, 2);
    /* The lock went back with each refusal. */
    writer = open_to_write(path);
    sw_store_abandon(writer);
    MUST(sw_store_promote(store, NULL, &must_error));
    append_entries(store, 3, 1);
    MUST(sw_store_close(store, &must_error));
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void a_reader_of_a_store_that_cannot_be_written_stays_one(void **state)
{
    struct temp_tree tree;
    struct sw_error err = {0};
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    append_entries(store, 0, 3);
    MUST(sw_store_close(store, &must_error));
    store = open_to_read(path);
    MUST(sw_store_check_access(store, &must_error));
    const char *away = temp_tree_path(&tree, "away");
    char *key = strdup(temp_tree_path(&tree, "store/keys/log.key"));
    assert_int_equal(rename(key, away), 0);
    assert_int_equal(sw_store_check_access(store, &err), SW_E_NOENT);
    assert_non_null(strstr(err.text, "keys/log.key"));
    assert_int_equal(sw_store_promote(store, NULL, &err), SW_E_NOENT);
    expect_entry(store, 2);
    assert_int_equal(rename(temp_tree_path(&tree, "away"), key), 0);
    /* A journal that does not hold what was published. */
    char *journal = strdup(temp_tree_path(&tree, "store/journal"));
    SW_CLEANUP(buf) struct sw_buf kept = SW_BUF_INIT;
    MUST(sw_file_read(journal, 1 << 20, &kept, &must_error));
    assert_int_equal(truncate(journal, (off_t)kept.len - 1), 0);
    assert_int_equal(sw_store_promote(store, NULL, &err), SW_E_REFUSED);
    expect_entry(store, 2);
    temp_tree_write_bytes(&tree, "store/journal", kept.data, kept.len);
    MUST(sw_store_promote(store, NULL, &must_error));
    append_entries(store, 3, 1);
    MUST(sw_store_close(store, &must_error));
    free(key);
    free(journal);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void refuses_entries_that_do_not_fit(void **state)
{
    static const char claim_like[] =
        "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"sealwright\":{}}";
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    uint8_t *large = calloc(1, SW_ENTRY_MAX + 1);
    assert_non_null(large);
    struct sw_bytes entries[] = {sw_bytes("a", 1), sw_bytes(large, SW_ENTRY_MAX + 1)};
    uint64_t first = 77;
    assert_int_equal(sw_log_append(store, entries, 2, &first, NULL), SW_E_LIMIT);
    assert_int_equal(sw_log_append(store, entries, 0, &first, NULL), SW_E_USAGE);
    entries[1] = sw_bytes(claim_like, strlen(claim_like));
    assert_int_equal(sw_log_append(store, entries, 2, &first, NULL), SW_E_REFUSED);
    assert_int_equal(first, 77);
    entries[1] = sw_bytes(large, SW_ENTRY_MAX);
    MUST(sw_log_append(store, entries, 2, &first, &must_error));
    assert_int_equal(first, 0);
    entries[1] = sw_bytes(NULL, 0);
    MUST(sw_log_append(store, entries, 2, &first, &must_error));
    MUST(sw_log_publish(store, &must_error));
    SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
    MUST(sw_log_entry(store, 3, &entry, &must_error));
    assert_int_equal(entry.len, 0);
    free(large);
    sw_store_abandon(store);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

#define THREADS 8u
#define ROUNDS 40u

struct appender {
    struct sw_store *store;
    _Atomic unsigned next;
    uint64_t first[THREADS * ROUNDS];
    _Atomic enum sw_code failed;
};

static void append_in_turn(void *ctx, unsigned index)
{
    struct appender *appender = ctx;
    for (;;) {
        unsigned job = atomic_fetch_add(&appender->next, 1);
        if (job >= THREADS * ROUNDS) {
            return;
        }
        char text[3][32];
        struct sw_bytes entries[3];
        for (unsigned i = 0; i < 3; i++) {
            int n = snprintf(text[i], sizeof(text[i]), "job %u part %u", job, i);
            entries[i] = sw_bytes(text[i], (size_t)n);
        }
        enum sw_code rc = sw_log_append(appender->store, entries, 3, &appender->first[job], NULL);
        if (rc == SW_OK && job % 50 == 0) {
            rc = sw_log_publish(appender->store, NULL);
        }
        if (rc != SW_OK) {
            atomic_store(&appender->failed, rc);
        }
    }
}

static void eight_threads_get_an_index_each(void **state)
{
    struct temp_tree tree;
    const char *path = new_store_dir(&tree);
    struct appender appender = {.store = open_to_write(path)};
    sw_parallel(THREADS, append_in_turn, &appender);
    assert_int_equal(appender.failed, SW_OK);
    MUST(sw_store_close(appender.store, &must_error));
    struct sw_store *store = open_to_read(path);
    for (unsigned job = 0; job < THREADS * ROUNDS; job++) {
        for (unsigned i = 0; i < 3; i++) {
            SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
            char text[32];
            (void)snprintf(text, sizeof(text), "job %u part %u", job, i);
            MUST(sw_log_entry(store, appender.first[job] + i, &entry, &must_error));
            assert_string_equal(sw_buf_cstr(&entry), text);
        }
    }
    MUST(sw_store_head(store, &must_error));
    assert_int_equal(store->head.size, THREADS * ROUNDS * 3);
    sw_store_abandon(store);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_a_store_with_an_empty_signed_log),
        cmocka_unit_test(others_cannot_take_the_lock_by_reading_it),
        cmocka_unit_test(refuses_to_make_a_store_over_something),
        cmocka_unit_test(refuses_an_origin_that_no_note_can_name),
        cmocka_unit_test(says_what_is_no_store),
        cmocka_unit_test(publishes_what_was_appended),
        cmocka_unit_test(drops_partial_tiles_when_the_full_one_is_there),
        cmocka_unit_test(a_name_that_is_taken_is_replaced),
        cmocka_unit_test(keeps_what_was_appended_when_it_is_abandoned),
        cmocka_unit_test(begins_a_new_journal_when_the_old_one_is_long),
        cmocka_unit_test(lets_one_writer_in),
        cmocka_unit_test(a_reader_becomes_the_writer_of_what_is_there_then),
        cmocka_unit_test(a_reader_that_may_not_write_stays_a_reader),
        cmocka_unit_test(a_reader_of_a_store_that_cannot_be_written_stays_one),
        cmocka_unit_test(refuses_entries_that_do_not_fit),
        cmocka_unit_test(eight_threads_get_an_index_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
