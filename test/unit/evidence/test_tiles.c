#include "evidence/tiles.h"

#include "evidence/evidence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a sink saw: one line for each file, with the digest of its bytes. */
struct seen {
    struct sw_buf lines;
    int fail_after; /* calls that go well; -1: all */
};

static enum sw_code see(void *ctx, int level, uint64_t index, unsigned width, struct sw_bytes data,
    struct sw_error *err)
{
    struct seen *seen = ctx;
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    char path[SW_TILE_PATH_SIZE];
    if (seen->fail_after == 0) {
        return sw_fail(err, SW_E_IO, "the sink is full");
    }
    seen->fail_after -= seen->fail_after > 0;
    sw_sha256(data, &digest);
    sw_digest_hex(&digest, hex);
    sw_tile_path(level, index, width, path);
    return sw_buf_printf(&seen->lines, "%s %zu %.16s\n", path, data.len, hex);
}

static void put_numbers(struct sw_buf *out, uint64_t from, uint64_t count)
{
    for (uint64_t i = from; i < from + count; i++) {
        assert_int_equal(sw_buf_put_u16be(out, 8), SW_OK);
        assert_int_equal(sw_buf_put_u64be(out, i), SW_OK);
    }
}

static enum sw_code add_numbers(struct sw_tiles *tiles, uint64_t from, uint64_t count)
{
    SW_CLEANUP(buf) struct sw_buf entries = SW_BUF_INIT;
    put_numbers(&entries, from, count);
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&entries));
    enum sw_code rc = sw_tiles_add(tiles, &cur, count, NULL);
    assert_true(rc != SW_OK || sw_cur_left(&cur) == 0);
    return rc;
}

static void expect_numbers_root(const struct sw_tiles *tiles, uint64_t size)
{
    struct sw_frontier frontier = {0};
    struct sw_hash256 want;
    struct sw_hash256 got;
    for (uint64_t i = 0; i < size; i++) {
        SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
        struct sw_hash256 leaf;
        assert_int_equal(sw_buf_put_u64be(&entry, i), SW_OK);
        sw_merkle_leaf(sw_buf_bytes(&entry), &leaf);
        sw_frontier_add(&frontier, &leaf);
    }
    sw_frontier_root(&frontier, &want);
    sw_tiles_root(tiles, &got);
    assert_memory_equal(&got, &want, sizeof(want));
}

static void gives_the_rfc_6962_root_at_every_size(void **state)
{
    struct seen seen = {SW_BUF_INIT, -1};
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    sw_tiles_init(&tiles, see, &seen);
    for (uint64_t size = 0; size < 600; size++) {
        if (size < 20 || size % 37 == 0 || (size > 250 && size < 260) || size > 509) {
            expect_numbers_root(&tiles, size);
        }
        assert_int_equal(add_numbers(&tiles, size, 1), SW_OK);
    }
    sw_buf_release(&seen.lines);
}

/* C2SP tlog-tiles, "Partial Tiles", has these numbers for a tree of 70,000. */
static void writes_the_files_that_c2sp_lists_for_70000(void **state)
{
    struct seen seen = {SW_BUF_INIT, -1};
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    sw_tiles_init(&tiles, see, &seen);
    assert_int_equal(add_numbers(&tiles, 0, 70000), SW_OK);
    assert_int_equal(sw_tiles_partials(&tiles, NULL), SW_OK);
    const char *lines = sw_buf_cstr(&seen.lines);
    unsigned count = 0;
    for (const char *p = lines; (p = strchr(p, '\n')) != NULL; p++) {
        count++;
    }
    assert_int_equal(count, 273 + 1 + 1 + 1 + 1 + 273 + 1);
    assert_non_null(strstr(lines, "tile/0/272 8192 "));
    assert_non_null(strstr(lines, "tile/0/273.p/112 3584 "));
    assert_non_null(strstr(lines, "tile/1/000 8192 "));
    assert_non_null(strstr(lines, "tile/1/001.p/17 544 "));
    assert_non_null(strstr(lines, "tile/2/000.p/1 32 "));
    assert_non_null(strstr(lines, "tile/entries/273.p/112 1120 "));
    expect_numbers_root(&tiles, 70000);
    sw_buf_release(&seen.lines);
}

static void writes_the_same_however_entries_arrive(void **state)
{
    struct seen one = {SW_BUF_INIT, -1};
    struct seen many = {SW_BUF_INIT, -1};
    SW_CLEANUP(tiles) struct sw_tiles a;
    SW_CLEANUP(tiles) struct sw_tiles b;
    sw_tiles_init(&a, see, &one);
    sw_tiles_init(&b, see, &many);
    assert_int_equal(add_numbers(&a, 0, 1000), SW_OK);
    for (uint64_t i = 0; i < 1000; i += 40) {
        assert_int_equal(add_numbers(&b, i, 40), SW_OK);
    }
    assert_string_equal(sw_buf_cstr(&one.lines), sw_buf_cstr(&many.lines));
    sw_buf_release(&one.lines);
    sw_buf_release(&many.lines);
}

static void goes_on_from_a_saved_edge(void **state)
{
    struct seen seen = {SW_BUF_INIT, -1};
    for (uint64_t size = 0; size < 1500; size += 293) {
        SW_CLEANUP(buf) struct sw_buf saved = SW_BUF_INIT;
        SW_CLEANUP(tiles) struct sw_tiles first;
        SW_CLEANUP(tiles) struct sw_tiles second;
        sw_tiles_init(&first, see, &seen);
        sw_tiles_init(&second, see, &seen);
        assert_int_equal(add_numbers(&first, 0, size), SW_OK);
        assert_int_equal(sw_tiles_save(&first, &saved), SW_OK);
        assert_int_equal(sw_tiles_load(&second, sw_buf_bytes(&saved), NULL), SW_OK);
        assert_int_equal(add_numbers(&second, size, 700), SW_OK);
        expect_numbers_root(&second, size + 700);
    }
    sw_buf_release(&seen.lines);
}

static void refuses_a_damaged_edge(void **state)
{
    struct seen seen = {SW_BUF_INIT, -1};
    SW_CLEANUP(buf) struct sw_buf saved = SW_BUF_INIT;
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    SW_CLEANUP(tiles) struct sw_tiles again;
    sw_tiles_init(&tiles, see, &seen);
    sw_tiles_init(&again, see, &seen);
    assert_int_equal(add_numbers(&tiles, 0, 3), SW_OK);
    assert_int_equal(sw_tiles_save(&tiles, &saved), SW_OK);
    for (size_t len = 0; len < saved.len; len++) {
        assert_int_equal(sw_tiles_load(&again, sw_bytes(saved.data, len), NULL), SW_E_FORMAT);
    }
    for (size_t i = 0; i < saved.len; i++) {
        saved.data[i] ^= 1;
        assert_int_equal(sw_tiles_load(&again, sw_buf_bytes(&saved), NULL), SW_E_FORMAT);
        saved.data[i] ^= 1;
    }
    assert_int_equal(sw_tiles_load(&again, sw_buf_bytes(&saved), NULL), SW_OK);
    sw_buf_release(&seen.lines);
}

/* A file may be written twice, with the same content. */
static void expect_same_files(const struct sw_buf *want, const struct sw_buf *got)
{
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(want));
    struct sw_bytes line;
    while (sw_cur_until(&cur, '\n', &line) == SW_OK) {
        assert_non_null(memmem(got->data, got->len, line.ptr, line.len + 1));
    }
    cur = sw_cursor(sw_buf_bytes(got));
    while (sw_cur_until(&cur, '\n', &line) == SW_OK) {
        assert_non_null(memmem(want->data, want->len, line.ptr, line.len + 1));
    }
}

/* Fails at every call in turn, then lets it go on: the files must be those of a run without. */
static void tries_a_failed_file_again(void **state)
{
    struct seen whole = {SW_BUF_INIT, -1};
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    const uint64_t size = 65536 + 300;
    sw_tiles_init(&tiles, see, &whole);
    assert_int_equal(add_numbers(&tiles, 0, size), SW_OK);
    assert_int_equal(sw_tiles_partials(&tiles, NULL), SW_OK);
    for (int stop = 509; stop < 520; stop++) {
        struct seen seen = {SW_BUF_INIT, stop};
        SW_CLEANUP(tiles) struct sw_tiles again;
        sw_tiles_init(&again, see, &seen);
        assert_int_equal(add_numbers(&again, 0, size), stop < 515 ? SW_E_IO : SW_OK);
        seen.fail_after = -1;
        assert_int_equal(add_numbers(&again, again.size, size - again.size), SW_OK);
        assert_int_equal(sw_tiles_partials(&again, NULL), SW_OK);
        expect_numbers_root(&again, size);
        expect_same_files(&whole.lines, &seen.lines);
        sw_buf_release(&seen.lines);
    }
    sw_buf_release(&whole.lines);
}

static void refuses_entries_that_end_early(void **state)
{
    static const uint8_t bytes[] = {0, 2, 'a', 'b', 0, 3, 'c'};
    struct seen seen = {SW_BUF_INIT, -1};
    SW_CLEANUP(tiles) struct sw_tiles tiles;
    struct sw_cursor cur = sw_cursor(sw_bytes(bytes, sizeof(bytes)));
    sw_tiles_init(&tiles, see, &seen);
    assert_int_equal(sw_tiles_add(&tiles, &cur, 2, NULL), SW_E_FORMAT);
    assert_int_equal(tiles.size, 0);
    sw_buf_release(&seen.lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_rfc_6962_root_at_every_size),
        cmocka_unit_test(writes_the_files_that_c2sp_lists_for_70000),
        cmocka_unit_test(writes_the_same_however_entries_arrive),
        cmocka_unit_test(goes_on_from_a_saved_edge),
        cmocka_unit_test(refuses_a_damaged_edge),
        cmocka_unit_test(tries_a_failed_file_again),
        cmocka_unit_test(refuses_entries_that_end_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
