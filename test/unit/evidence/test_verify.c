#include "evidence/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/evidence/claim_help.h"

#include <ftw.h>

#define TYPE "urn:sealwright:claim:scan:v1"

struct report {
    struct sw_arena arena;
    struct sw_log_report log;
};

static enum sw_code verify(const char *path, struct report *out, struct sw_error *err)
{
    struct sw_store *store = NULL;
    struct sw_bytes none = {NULL, 0};
    sw_arena_init(&out->arena, 0);
    enum sw_code rc = sw_store_open(path, SW_STORE_READ, &store, err);
    if (rc == SW_OK) {
        rc = sw_log_verify(store, NULL, none, NULL, &out->arena, &out->log, err);
        sw_store_abandon(store);
    }
    return rc;
}

static void expect_clean(const char *path)
{
    struct report report;
    MUST(verify(path, &report, &must_error));
    if (report.log.problem_count > 0) {
        fail_msg("%s: %s", report.log.problems[0].file, report.log.problems[0].what);
    }
    sw_arena_release(&report.arena);
}

/* --- every byte ------------------------------------------------------------------------------ */

static struct {
    char names[64][160];
    size_t count;
    size_t below; /* length of the store's path and '/' */
} files;

static int list_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    if (type == FTW_F && st->st_size > 0) {
        assert_true(files.count < 64);
        (void)snprintf(files.names[files.count++], 160, "%s", path + files.below);
    }
    return 0;
}

/* What a byte more or less in the index is worth is another test's question; the key is secret, the
 * lock has no content. */
static bool is_checked(const char *name)
{
    return strncmp(name, "index.db", 8) != 0 && strncmp(name, "keys/", 5) != 0;
}

static void flip_each_byte(const struct temp_tree *tree, const char *path, const char *name)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    char full[256];
    (void)snprintf(full, sizeof(full), "store/%s", name);
    MUST(sw_file_read(temp_tree_path(tree, full), 1 << 20, &bytes, &must_error));
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t was = bytes.data[i];
        struct report report;
        struct sw_error err;
        bytes.data[i] = (uint8_t)(was ^ (1u << i % 8));
        temp_tree_write_bytes(tree, full, bytes.data, bytes.len);
        bytes.data[i] = was;
        enum sw_code rc = verify(path, &report, &err);
        if (rc == SW_OK &&
            (report.log.problem_count == 0 || strcmp(report.log.problems[0].file, name) != 0)) {
            fail_msg("byte %zu of %s changed: %s", i, name,
                report.log.problem_count == 0 ? "not found" : report.log.problems[0].file);
        }
        assert_true(rc == SW_OK || strcmp(name, "format") == 0 || strcmp(name, "log.policy") == 0);
        sw_arena_release(&report.arena);
    }
    temp_tree_write_bytes(tree, full, bytes.data, bytes.len);
}

static void finds_every_changed_byte_and_names_its_file(void **state)
{
    struct temp_tree tree;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    MUST(sw_key_generate(SW_KEY_P256, &key, &must_error));
    struct test_claim claim = make_claim(key, "m", 1, TYPE, "x");
    append_entries(store, 0, 2);
    MUST(sw_log_publish(store, &must_error));
    (void)add_claim(store, &claim);
    MUST(sw_store_close(store, &must_error));
    expect_clean(path);
    files.count = 0;
    files.below = strlen(path) + 1;
    assert_int_equal(nftw(path, list_file, 16, FTW_PHYS), 0);
    size_t checked = 0;
    for (size_t i = 0; i < files.count; i++) {
        if (is_checked(files.names[i])) {
            flip_each_byte(&tree, path, files.names[i]);
            checked++;
        }
    }
    assert_int_equal(checked, 3 + 1 + 4 + 1); /* journal, policy, format; head; tiles; blob */
    expect_clean(path);
    test_claim_free(&claim);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

/* --- a log of three levels ------------------------------------------------------------------- */

#define LARGE 66000u /* 257 full tiles and one of 208; level 1: one full, one of 1; level 2: 1 */

struct large {
    struct temp_tree tree;
    const char *path;
};

static int make_large(void **state)
{
    static struct large large;
    large.path = new_store_dir(&large.tree);
    struct sw_store *store = open_to_write(large.path);
    store->rotate_at = 1; /* so that the journal says nothing about the tiles */
    append_entries(store, 0, LARGE);
    MUST(sw_store_close(store, &must_error));
    *state = &large;
    return 0;
}

static int remove_large(void **state)
{
    struct large *large = *state;
    free((void *)(uintptr_t)large->path);
    temp_tree_remove(&large->tree);
    return 0;
}

static void reads_a_large_log_as_it_was_written(void **state)
{
    struct large *large = *state;
    struct report report;
    MUST(verify(large->path, &report, &must_error));
    assert_int_equal(report.log.problem_count, 0);
    assert_int_equal(report.log.entries, LARGE);
    assert_int_equal(report.log.claims, 0);
    expect_root(&report.log.root, LARGE);
    sw_arena_release(&report.arena);
}

/* One change to a file, and what must be said of it. */
struct change {
    const char *file;
    uint64_t at; /* the byte to change */
    uint64_t leaf;
    uint64_t offset;
};

static void change_byte(struct large *large, const char *file, uint64_t at)
{
    char full[256];
    uint8_t byte;
    (void)snprintf(full, sizeof(full), "store/%s", file);
    int fd = open(temp_tree_path(&large->tree, full), O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= 4;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    assert_int_equal(close(fd), 0);
}

static uint64_t entry_offset(uint64_t first, uint64_t leaf)
{
    uint64_t offset = 0;
    for (uint64_t i = first; i < leaf; i++) {
        char text[256];
        offset += 2 + test_entry(i, text).len;
    }
    return offset;
}

static void expect_problem(struct large *large, const char *file, uint64_t leaf, uint64_t offset)
{
    struct report report;
    MUST(verify(large->path, &report, &must_error));
    assert_int_equal(report.log.problem_count, 1);
    assert_string_equal(report.log.problems[0].file, file);
    assert_int_equal(report.log.problems[0].leaf, leaf);
    assert_int_equal(report.log.problems[0].offset, offset);
    sw_arena_release(&report.arena);
}

static void tells_an_altered_entry_from_an_altered_tile(void **state)
{
    struct large *large = *state;
    const struct change rows[] = {
        {"log/tile/0/003", 8191, 1023, 8191},
        {"log/tile/0/000", 0, 0, 0},
        {"log/tile/0/257.p/208", 40, 257 * 256 + 1, 40},
        {"log/tile/1/000", 33, 256, 33},
        {"log/tile/1/001.p/1", 31, 65536, 31},
        {"log/tile/2/000.p/1", 3, 0, 3},
        {"log/tile/entries/000", entry_offset(0, 200) + 3, 200, entry_offset(0, 200)},
        {"log/tile/entries/100", 0, 25600, 0}, /* the length of its first entry */
        {"log/tile/entries/257.p/208", entry_offset(65792, 65999) + 5, 65999,
            entry_offset(65792, 65999)},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        change_byte(large, rows[i].file, rows[i].at);
        expect_problem(large, rows[i].file, rows[i].leaf, rows[i].offset);
        change_byte(large, rows[i].file, rows[i].at);
    }
    expect_clean(large->path);
}

static void finds_several_alterations_at_once(void **state)
{
    struct large *large = *state;
    const struct change rows[] = {
        {"log/tile/entries/005", 3, 1280, 0},
        {"log/tile/0/006", 100, 1539, 100},
        {"log/tile/1/001.p/1", 31, 65536, 31},
    };
    struct report report;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        change_byte(large, rows[i].file, rows[i].at);
    }
    MUST(verify(large->path, &report, &must_error));
    assert_int_equal(report.log.problem_count, SW_COUNT(rows));
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_string_equal(report.log.problems[i].file, rows[i].file);
        assert_int_equal(report.log.problems[i].leaf, rows[i].leaf);
        assert_int_equal(report.log.problems[i].offset, rows[i].offset);
        change_byte(large, rows[i].file, rows[i].at);
    }
    sw_arena_release(&report.arena);
}

/* An entry and its hash in the tile changed together still do not have the root. */
static void finds_an_entry_that_was_altered_with_its_tile(void **state)
{
    struct large *large = *state;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    const char *path = temp_tree_path(&large->tree, "store/log/tile/entries/009");
    struct report report;
    struct sw_hash256 hash;
    struct sw_bytes entry;
    change_byte(large, "log/tile/entries/009", 4);
    MUST(sw_file_read(path, 1 << 20, &bundle, &must_error));
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&bundle));
    MUST(sw_entry_next(&cur, &entry));
    sw_merkle_leaf(entry, &hash);
    SW_CLEANUP(buf) struct sw_buf tile = SW_BUF_INIT;
    path = temp_tree_path(&large->tree, "store/log/tile/0/009");
    MUST(sw_file_read(path, 1 << 20, &tile, &must_error));
    struct sw_buf changed = SW_BUF_INIT;
    MUST(sw_buf_append(&changed, &hash, sizeof(hash)));
    MUST(sw_buf_append(&changed, tile.data + sizeof(hash), tile.len - sizeof(hash)));
    temp_tree_write_bytes(&large->tree, "store/log/tile/0/009", changed.data, changed.len);
    MUST(verify(large->path, &report, &must_error));
    assert_int_equal(report.log.problem_count, 1);
    assert_string_equal(report.log.problems[0].file, "log/tile/0/009");
    assert_int_equal(report.log.problems[0].leaf, 9 * 256);
    temp_tree_write_bytes(&large->tree, "store/log/tile/0/009", tile.data, tile.len);
    change_byte(large, "log/tile/entries/009", 4);
    sw_buf_release(&changed);
    sw_arena_release(&report.arena);
    expect_clean(large->path);
}

static void finds_missing_files(void **state)
{
    struct large *large = *state;
    static const struct {
        const char *file;
        uint64_t leaf;
    } rows[] = {
        {"log/tile/0/002", 512},
        {"log/tile/1/000", 0},
        {"log/tile/2/000.p/1", 0},
        {"log/tile/entries/256", 65536},
        {"log/tile/entries/257.p/208", 65792},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char full[256];
        char aside[sizeof(large->tree.path) + 16];
        (void)snprintf(full, sizeof(full), "store/%s", rows[i].file);
        (void)snprintf(aside, sizeof(aside), "%s/aside", large->tree.path);
        const char *path = temp_tree_path(&large->tree, full);
        assert_int_equal(rename(path, aside), 0);
        expect_problem(large, rows[i].file, rows[i].leaf, UINT64_MAX);
        path = temp_tree_path(&large->tree, full);
        assert_int_equal(rename(aside, path), 0);
    }
    expect_clean(large->path);
}

static void finds_files_that_do_not_belong(void **state)
{
    struct large *large = *state;
    static const char *const names[] = {"log/tile/0/258", "log/tile/0/257.p/209",
        "log/tile/entries/300", "log/tile/0/7", "log/tile/0/0000", "log/tile/3/000.p/1",
        "log/tile/0/001.p/0", "log/tile/x/000", "log/notes.txt", "blobs/sha256/00/0011",
        "blobs/sha256/e3/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        char full[256];
        (void)snprintf(full, sizeof(full), "store/%s", names[i]);
        temp_tree_write(&large->tree, full, "");
        expect_problem(large, names[i], UINT64_MAX, UINT64_MAX);
        assert_int_equal(remove(temp_tree_path(&large->tree, full)), 0);
    }
    expect_clean(large->path);
}

static void finds_tiles_of_the_wrong_size(void **state)
{
    struct large *large = *state;
    SW_CLEANUP(buf) struct sw_buf tile = SW_BUF_INIT;
    static const char file[] = "store/log/tile/0/007";
    MUST(sw_file_read(temp_tree_path(&large->tree, file), 1 << 20, &tile, &must_error));
    temp_tree_write_bytes(&large->tree, file, tile.data, 8000);
    expect_problem(large, file + 6, 7 * 256, 8000);
    MUST(sw_buf_putc(&tile, 'x'));
    temp_tree_write_bytes(&large->tree, file, tile.data, tile.len);
    expect_problem(large, file + 6, 7 * 256, 8192);
    temp_tree_write_bytes(&large->tree, file, tile.data, tile.len - 1);
    expect_clean(large->path);
}

static void finds_bytes_behind_the_entries(void **state)
{
    struct large *large = *state;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    static const char file[] = "store/log/tile/entries/008";
    MUST(sw_file_read(temp_tree_path(&large->tree, file), 1 << 20, &bundle, &must_error));
    size_t len = bundle.len;
    MUST(sw_buf_puts(&bundle, "x"));
    temp_tree_write_bytes(&large->tree, file, bundle.data, bundle.len);
    expect_problem(large, file + 6, UINT64_MAX, len);
    temp_tree_write_bytes(&large->tree, file, bundle.data, len);
    expect_clean(large->path);
}

/* --- the rest -------------------------------------------------------------------------------- */

static enum sw_code verify_against(const char *path, const char *policy, struct sw_bytes earlier,
    struct report *out, struct sw_error *err)
{
    struct sw_store *store = open_to_read(path);
    sw_arena_init(&out->arena, 0);
    enum sw_code rc = sw_log_verify(store, policy, earlier, NULL, &out->arena, &out->log, err);
    sw_store_abandon(store);
    return rc;
}

static enum sw_code no_sink(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err)
{
    return SW_OK;
}

static void start_empty_journal(const char *path, const struct sw_key *key)
{
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    SW_CLEANUP(fd) int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct sw_disk disk = {dir, path};
    struct sw_journal journal;
    sw_tiles_init(&tiles, no_sink, NULL);
    sw_journal_init(&journal, &disk);
    sw_journal_bind(&journal, ORIGIN, key);
    MUST(sw_journal_start(&journal, &tiles, &must_error));
    sw_journal_close(&journal);
}

static void sees_a_log_that_was_rewritten(void **state)
{
    struct temp_tree tree;
    SW_CLEANUP(buf) struct sw_buf earlier = SW_BUF_INIT;
    struct report report;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    append_entries(store, 0, 5);
    MUST(sw_log_publish(store, &must_error));
    MUST(sw_log_checkpoint(store, &earlier, &must_error));
    append_entries(store, 5, 300);
    MUST(sw_store_close(store, &must_error));
    MUST(verify_against(path, NULL, sw_buf_bytes(&earlier), &report, &must_error));
    assert_int_equal(report.log.problem_count, 0);
    sw_arena_release(&report.arena);

    /* The operator, who has the key, makes another log of the same size. */
    struct temp_tree other;
    const char *second = new_store_dir(&other);
    assert_int_equal(rename(temp_tree_path(&tree, "store/keys/log.key"),
                         temp_tree_path(&other, "store/keys/log.key")),
        0);
    assert_int_equal(rename(temp_tree_path(&tree, "store/log.policy"),
                         temp_tree_path(&other, "store/log.policy")),
        0);
    assert_int_equal(rename(temp_tree_path(&tree, "store/log/checkpoint"),
                         temp_tree_path(&other, "store/log/checkpoint")),
        0);
    struct sw_error err;
    assert_int_equal(sw_store_open(second, SW_STORE_WRITE, &store, &err), SW_E_REFUSED);
    assert_non_null(strstr(err.text, "journal"));
    SW_CLEANUP(buf) struct sw_buf empty = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    struct sw_hash256 root;
    MUST(sw_file_read(temp_tree_path(&other, "store/keys/log.key"), 1 << 16, &pem, &must_error));
    MUST(sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), &key, &must_error));
    sw_merkle_empty(&root);
    MUST(sw_checkpoint_sign(ORIGIN, 0, &root, key, &empty, &must_error));
    temp_tree_write_bytes(&other, "store/log/checkpoint", empty.data, empty.len);
    start_empty_journal(second, key);
    store = open_to_write(second);
    uint64_t first = 0;
    struct sw_bytes entry = sw_bytes("forged", 6);
    for (int i = 0; i < 10; i++) {
        MUST(sw_log_append(store, &entry, 1, &first, &must_error));
    }
    MUST(sw_store_close(store, &must_error));
    expect_clean(second);
    MUST(verify_against(second, NULL, sw_buf_bytes(&earlier), &report, &must_error));
    assert_int_equal(report.log.problem_count, 1);
    assert_non_null(strstr(report.log.problems[0].what, "rewritten"));
    sw_arena_release(&report.arena);
    MUST(verify_against(second, NULL, sw_buf_bytes(&empty), &report, &must_error));
    assert_int_equal(report.log.problem_count, 0);
    sw_arena_release(&report.arena);
    free((void *)(uintptr_t)path);
    free((void *)(uintptr_t)second);
    temp_tree_remove(&tree);
    temp_tree_remove(&other);
}

static void checks_the_signature_by_a_policy_from_elsewhere(void **state)
{
    struct temp_tree tree;
    struct temp_tree other;
    struct report report;
    const char *path = new_store_dir(&tree);
    const char *second = new_store_dir(&other);
    const struct sw_bytes none = {NULL, 0};
    MUST(verify_against(
        path, temp_tree_path(&tree, "store/log.policy"), none, &report, &must_error));
    assert_int_equal(report.log.problem_count, 0);
    sw_arena_release(&report.arena);
    MUST(verify_against(
        path, temp_tree_path(&other, "store/log.policy"), none, &report, &must_error));
    assert_int_equal(report.log.problem_count, 1);
    assert_string_equal(report.log.problems[0].file, "log/checkpoint");
    sw_arena_release(&report.arena);
    struct sw_error err;
    assert_int_equal(
        verify_against(path, temp_tree_path(&tree, "absent"), none, &report, &err), SW_E_NOENT);
    sw_arena_release(&report.arena);
    free((void *)(uintptr_t)path);
    free((void *)(uintptr_t)second);
    temp_tree_remove(&tree);
    temp_tree_remove(&other);
}

static void checks_what_is_not_published_yet(void **state)
{
    struct temp_tree tree;
    struct report report;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    append_entries(store, 0, 10);
    MUST(sw_log_publish(store, &must_error));
    append_entries(store, 10, 600);
    expect_clean(path);
    sw_store_abandon(store);
    expect_clean(path);
    temp_tree_write(&tree, "store/log/tile/0/001", "not a tile");
    MUST(verify(path, &report, &must_error));
    assert_int_equal(report.log.problem_count, 1);
    assert_string_equal(report.log.problems[0].file, "log/tile/0/001");
    assert_int_equal(report.log.problems[0].leaf, 256);
    sw_arena_release(&report.arena);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

/* What a stopped writer leaves of a tile that no checkpoint covers yet is no alteration; nobody
 * believes it, and the next writer completes it. */
static void an_unfinished_tile_that_nobody_signed_is_no_problem(void **state)
{
    static const char *const names[] = {"store/log/tile/0/001", "store/log/tile/entries/001"};
    struct temp_tree tree;
    struct report report;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    append_entries(store, 0, 10);
    MUST(sw_log_publish(store, &must_error));
    append_entries(store, 10, 600);
    sw_store_abandon(store);
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        SW_CLEANUP(buf) struct sw_buf whole = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf mended = SW_BUF_INIT;
        MUST(sw_file_read(temp_tree_path(&tree, names[i]), 1 << 20, &whole, &must_error));
        for (size_t len = 0; len < whole.len; len += 1 + whole.len / 5) {
            temp_tree_write_bytes(&tree, names[i], whole.data, len);
            expect_clean(path);
        }
        whole.data[5] ^= 1;
        temp_tree_write_bytes(&tree, names[i], whole.data, 6);
        MUST(verify(path, &report, &must_error));
        assert_int_equal(report.log.problem_count, 1);
        assert_string_equal(report.log.problems[0].file, names[i] + 6);
        sw_arena_release(&report.arena);
        whole.data[5] ^= 1;
        store = open_to_write(path);
        sw_store_abandon(store);
        MUST(sw_file_read(temp_tree_path(&tree, names[i]), 1 << 20, &mended, &must_error));
        assert_true(sw_bytes_equal(sw_buf_bytes(&mended), sw_buf_bytes(&whole)));
    }
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

/* An index that says it is current and yet hides a claim. */
static void finds_an_index_that_was_altered(void **state)
{
    struct temp_tree tree;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_CLEANUP(buf) struct sw_buf index = SW_BUF_INIT;
    struct report report;
    const char *path = new_store_dir(&tree);
    struct sw_store *store = open_to_write(path);
    MUST(sw_key_generate(SW_KEY_P256, &key, &must_error));
    struct test_claim claim = make_claim(key, "model", 1, TYPE, "x");
    (void)add_claim(store, &claim);
    MUST(sw_store_close(store, &must_error));
    expect_clean(path);
    MUST(sw_file_read(temp_tree_path(&tree, "store/index.db"), 1 << 24, &index, &must_error));
    uint8_t *name = memmem(index.data, index.len, "model 0", 7);
    assert_non_null(name);
    name[0] = 'M';
    temp_tree_write_bytes(&tree, "store/index.db", index.data, index.len);
    MUST(verify(path, &report, &must_error));
    assert_int_equal(report.log.problem_count, 1);
    assert_string_equal(report.log.problems[0].file, "index.db");
    assert_int_equal(report.log.claims, 1);
    sw_arena_release(&report.arena);
    test_claim_free(&claim);
    free((void *)(uintptr_t)path);
    temp_tree_remove(&tree);
}

static void stops_when_asked(void **state)
{
    struct large *large = *state;
    struct sw_progress progress = {0};
    struct report report;
    struct sw_error err;
    struct sw_store *store = open_to_read(large->path);
    sw_arena_init(&report.arena, 0);
    atomic_store(&progress.cancel, true);
    assert_int_equal(sw_log_verify(store, NULL, (struct sw_bytes){NULL, 0}, &progress,
                         &report.arena, &report.log, &err),
        SW_E_INTERRUPTED);
    sw_arena_release(&report.arena);
    sw_store_abandon(store);
}

int main(void)
{
    const struct CMUnitTest large[] = {
        cmocka_unit_test(reads_a_large_log_as_it_was_written),
        cmocka_unit_test(tells_an_altered_entry_from_an_altered_tile),
        cmocka_unit_test(finds_several_alterations_at_once),
        cmocka_unit_test(finds_an_entry_that_was_altered_with_its_tile),
        cmocka_unit_test(finds_missing_files),
        cmocka_unit_test(finds_files_that_do_not_belong),
        cmocka_unit_test(finds_tiles_of_the_wrong_size),
        cmocka_unit_test(finds_bytes_behind_the_entries),
        cmocka_unit_test(stops_when_asked),
    };
    const struct CMUnitTest small[] = {
        cmocka_unit_test(finds_every_changed_byte_and_names_its_file),
        cmocka_unit_test(sees_a_log_that_was_rewritten),
        cmocka_unit_test(checks_the_signature_by_a_policy_from_elsewhere),
        cmocka_unit_test(checks_what_is_not_published_yet),
        cmocka_unit_test(an_unfinished_tile_that_nobody_signed_is_no_problem),
        cmocka_unit_test(finds_an_index_that_was_altered),
    };
    int failed = cmocka_run_group_tests(large, make_large, remove_large);
    return failed + cmocka_run_group_tests(small, NULL, NULL);
}
