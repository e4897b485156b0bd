/* An index that somebody else wrote, for whoever uses the store. */
#include "evidence/index.h"
#include "evidence/leaf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "unit/evidence/claim_help.h"

#define TYPE "urn:sealwright:claim:scan:v1"

struct fixture {
    struct temp_tree tree;
    const char *path;
    struct sw_key *key;
    struct sw_store *store; /* open only while it is asked */
};

static void add_claims(struct fixture *f)
{
    f->store = open_to_write(f->path);
    for (unsigned i = 0; i < 3; i++) {
        char note[16];
        (void)snprintf(note, sizeof(note), "%u", i);
        struct test_claim claim = make_claim(f->key, "a model", 1, TYPE, note);
        (void)add_claim(f->store, &claim);
        test_claim_free(&claim);
    }
    MUST(sw_store_close(SW_TAKE(f->store), &must_error));
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->path = new_store_dir(&f->tree);
    MUST(sw_key_generate(SW_KEY_P256, &f->key, &must_error));
    add_claims(f);
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

static const char *file_of(struct fixture *f, const char *name)
{
    char below[64];
    (void)snprintf(below, sizeof(below), "store/%s", name);
    return temp_tree_path(&f->tree, below);
}

static void assert_answers(struct fixture *f, enum sw_store_mode mode)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_evidence_query query = {.oldest_first = true};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    sw_arena_init(&arena, 0);
    MUST(sw_store_open(f->path, mode, &f->store, &must_error));
    MUST(sw_evidence_find(f->store, &query, &arena, &records, &count, &must_error));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(records[i].leaf, i);
        assert_true(sw_str_is(records[i].predicate_type, TYPE));
    }
    MUST(sw_store_close(SW_TAKE(f->store), &must_error));
}

/* A reader answers from the log; a writer makes the index anew, and is believed. */
static void assert_answers_all_the_same(struct fixture *f)
{
    assert_answers(f, SW_STORE_READ);
    assert_answers(f, SW_STORE_WRITE);
    struct stat st;
    assert_int_equal(lstat(file_of(f, "index.db"), &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_answers(f, SW_STORE_READ);
}

/* https://sqlite.org/fileformat2.html, "The Rollback Journal"; the name of a super-journal stands
 * at the end: a page number that there cannot be, the name, its length, its sum, the magic. */
static void put_journal_that_names(struct fixture *f, const char *victim)
{
    static const uint8_t magic[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    enum { SECTOR = 512, PAGE = 4096, LOCK_PAGE = 0x40000000 / PAGE + 1 };
    SW_CLEANUP(buf) struct sw_buf journal = SW_BUF_INIT;
    uint32_t sum = 0;
    for (const char *c = victim; *c != '\0'; c++) {
        sum += (uint32_t)(int32_t)*c;
    }
    MUST(sw_buf_append(&journal, magic, sizeof(magic)));
    const uint32_t head[] = {0, 0, 7, SECTOR, PAGE}; /* no records; 7 pages before */
    for (size_t i = 0; i < SW_COUNT(head); i++) {
        MUST(sw_buf_put_u32be(&journal, head[i]));
    }
    while (journal.len < SECTOR) {
        MUST(sw_buf_putc(&journal, '\0'));
    }
    MUST(sw_buf_put_u32be(&journal, LOCK_PAGE));
    MUST(sw_buf_puts(&journal, victim));
    MUST(sw_buf_put_u32be(&journal, (uint32_t)strlen(victim)));
    MUST(sw_buf_put_u32be(&journal, sum));
    MUST(sw_buf_append(&journal, magic, sizeof(magic)));
    temp_tree_write_bytes(&f->tree, "store/index.db-journal", journal.data, journal.len);
}

static void a_journal_beside_the_index_takes_no_other_file_away(void **state)
{
    struct fixture *f = *state;
    const char *victim = temp_tree_path(&f->tree, "thesis");
    temp_tree_write_bytes(&f->tree, "thesis", "years of work", 13);
    put_journal_that_names(f, victim);
    assert_answers_all_the_same(f);
    assert_true(sw_file_exists(victim));
    assert_false(sw_file_exists(file_of(f, "index.db-journal")));
}

static void what_is_no_file_keeps_nobody_waiting(void **state)
{
    static const char *const names[] = {"index.db", "index.db-journal"};
    struct fixture *f = *state;
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        const char *fifo = file_of(f, names[i]);
        (void)remove(fifo);
        assert_int_equal(mkfifo(fifo, 0600), 0);
        assert_answers_all_the_same(f);
    }
}

static void a_link_to_another_database_is_not_followed(void **state)
{
    struct fixture *f = *state;
    const char *other = temp_tree_path(&f->tree, "other.db");
    SW_CLEANUP(buf) struct sw_buf before = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf after = SW_BUF_INIT;
    assert_int_equal(rename(file_of(f, "index.db"), other), 0);
    assert_int_equal(symlink(other, file_of(f, "index.db")), 0);
    MUST(sw_file_read(other, 1 << 24, &before, &must_error));
    assert_answers_all_the_same(f);
    add_claims(f);
    MUST(sw_file_read(other, 1 << 24, &after, &must_error));
    assert_true(sw_bytes_equal(sw_buf_bytes(&before), sw_buf_bytes(&after)));
}

static void a_write_ahead_log_is_not_taken_up(void **state)
{
    struct fixture *f = *state;
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(file_of(f, "index.db"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA journal_mode = WAL; UPDATE meta SET id = id", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_answers(f, SW_STORE_READ);
    assert_false(sw_file_exists(file_of(f, "index.db-shm")));
    assert_answers_all_the_same(f);
}

/* With a view that has no end, everybody would wait for ever. */
static void tables_that_are_computed_are_not_asked(void **state)
{
    static const char sql[] =
        "ALTER TABLE claims RENAME TO real;"
        "CREATE VIEW claims AS SELECT leaf + 40 AS leaf, claim, predicate, time, hint FROM real;"
        "CREATE TRIGGER put INSTEAD OF INSERT ON claims BEGIN SELECT 1; END;";
    struct fixture *f = *state;
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(file_of(f, "index.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_answers_all_the_same(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_journal_beside_the_index_takes_no_other_file_away),
        TEST(what_is_no_file_keeps_nobody_waiting),
        TEST(a_link_to_another_database_is_not_followed),
        TEST(a_write_ahead_log_is_not_taken_up),
        TEST(tables_that_are_computed_are_not_asked),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
