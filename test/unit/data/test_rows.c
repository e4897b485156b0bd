#include "data/rows_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "temp_tree.h"

#include "unit/data/rows_help.h"

static const struct sw_rows_options plain = {.reader = "lines"};

static unsigned bad_count;
static void count_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    (void)ctx;
    (void)ref;
    assert_non_null(why);
    bad_count++;
}

static int compare_contents(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

/* Both roots by adding one leaf after the other. */
static void roots_by_hand(const struct sw_rows *rows, uint64_t seed, struct sw_hash256 *ordered,
    struct sw_hash256 *sorted)
{
    struct sw_frontier by_row = {0};
    struct sw_frontier by_content = {0};
    uint8_t(*contents)[32] = calloc((size_t)rows->count + 1, 32);
    assert_non_null(contents);
    for (uint64_t n = 0; n < rows->count; n++) {
        struct sw_row row = rows_row(seed, n);
        uint8_t text[SW_SAMPLE_LEAF_SIZE];
        struct sw_hash256 leaf;
        if (rows->one_digest) {
            memcpy(row.content, row.record, 32);
        }
        sw_sample_leaf(&row, rows->origin_digests[row.origin], text);
        sw_merkle_leaf(sw_bytes(text, sizeof(text)), &leaf);
        sw_frontier_add(&by_row, &leaf);
        memcpy(contents[n], row.content, 32);
    }
    qsort(contents, (size_t)rows->count, 32, compare_contents);
    for (uint64_t n = 0; n < rows->count; n++) {
        uint8_t text[SW_CONTENT_LEAF_SIZE];
        struct sw_hash256 leaf;
        sw_content_leaf(contents[n], text);
        sw_merkle_leaf(sw_bytes(text, sizeof(text)), &leaf);
        sw_frontier_add(&by_content, &leaf);
    }
    free(contents);
    sw_frontier_root(&by_row, ordered);
    sw_frontier_root(&by_content, sorted);
}

static void check_set(
    const char *path, const struct sw_digest *digest, uint64_t seed, uint64_t count)
{
    struct sw_error err = {0};
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    assert_int_equal(sw_rows_open(&rows, path, digest, &err), SW_OK);
    assert_int_equal(rows.count, count);
    assert_int_equal(rows.bytes, count * 100);
    struct sw_hash256 ordered;
    struct sw_hash256 sorted;
    assert_int_equal(sw_rows_hash_origins(&rows), SW_OK);
    roots_by_hand(&rows, seed, &ordered, &sorted);
    assert_memory_equal(rows.ordered.bytes, ordered.bytes, 32);
    assert_memory_equal(rows.sorted.bytes, sorted.bytes, 32);
    bad_count = 0;
    assert_int_equal(sw_rows_verify(&rows, count_bad, NULL, NULL, &err), SW_OK);
    assert_int_equal(bad_count, 0);
}

static void test_a_proven_row_is_the_row(void **state)
{
    (void)state;
    static const uint64_t counts[] = {1, 255, 257, 65536, 65537, 70001, 140000};
    struct temp_tree tree;
    temp_tree_make(&tree);
    for (size_t i = 0; i < 2 * SW_COUNT(counts); i++) {
        struct sw_error err = {0};
        struct sw_rows_options options = {.reader = "lines", .one_digest = i % 2 == 1};
        const char *path = temp_tree_path(&tree, "set");
        uint64_t count = counts[i / 2];
        struct sw_digest digest = rows_make(path, i, count, &options);
        SW_CLEANUP(rows) struct sw_rows proven = SW_ROWS_INIT;
        SW_CLEANUP(rows) struct sw_rows plain_rows = SW_ROWS_INIT;
        assert_int_equal(sw_rows_open(&proven, path, &digest, &err), SW_OK);
        assert_int_equal(sw_rows_open(&plain_rows, path, &digest, &err), SW_OK);
        for (uint64_t at = 0; at < count; at += count / 40 + 1) {
            struct sw_hash256 hashes[SW_MERKLE_PROOF_MAX];
            struct sw_row one;
            struct sw_row other;
            size_t n;
            assert_int_equal(sw_rows_proven(&proven, at, &one, hashes, &n, &err), SW_OK);
            assert_int_equal(sw_rows_at(&plain_rows, at, &other, &err), SW_OK);
            assert_memory_equal(one.record, other.record, 32);
            assert_memory_equal(one.content, other.content, 32);
            assert_int_equal(one.origin, other.origin);
            assert_int_equal(one.file, other.file);
            assert_int_equal(one.offset, other.offset);
            assert_int_equal(one.length, other.length);
            assert_int_equal(one.flags, other.flags);
            assert_true(memcmp(&one.weight, &other.weight, sizeof(one.weight)) == 0);
        }
        struct sw_row none;
        size_t n;
        struct sw_hash256 hashes[SW_MERKLE_PROOF_MAX];
        assert_int_equal(sw_rows_proven(&proven, count, &none, hashes, &n, &err), SW_E_USAGE);
    }
    temp_tree_remove(&tree);
}

static void test_roots_are_those_of_the_rows_at_every_edge(void **state)
{
    (void)state;
    static const uint64_t counts[] = {
        0, 1, 2, 255, 256, 257, 511, 65535, 65536, 65537, 65536 + 256, 131072, 140000};
    struct temp_tree tree;
    temp_tree_make(&tree);
    for (size_t i = 0; i < SW_COUNT(counts); i++) {
        for (unsigned one = 0; one < 2; one++) {
            struct sw_rows_options options = {.reader = "lines", .one_digest = one == 1};
            const char *path = temp_tree_path(&tree, "set");
            struct sw_digest digest = rows_make(path, i, counts[i], &options);
            check_set(path, &digest, i, counts[i]);
        }
    }
    temp_tree_remove(&tree);
}

static void test_rows_come_back_as_they_were_added(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    const char *path = temp_tree_path(&tree, "set");
    struct sw_digest digest = rows_make(path, 7, 70000, &plain);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    assert_int_equal(sw_rows_open(&rows, path, &digest, &err), SW_OK);
    static const uint64_t picked[] = {0, 1, 69999, 65535, 65536, 999, 1000, 3};
    for (size_t i = 0; i < SW_COUNT(picked); i++) {
        struct sw_row row;
        struct sw_row made = rows_row(7, picked[i]);
        assert_int_equal(sw_rows_at(&rows, picked[i], &row, &err), SW_OK);
        assert_memory_equal(row.record, made.record, 32);
        assert_memory_equal(row.content, made.content, 32);
        assert_int_equal(row.origin, made.origin);
        assert_int_equal(row.file, made.file);
        assert_int_equal(row.offset, made.offset);
        assert_int_equal(row.length, made.length);
        assert_true(row.weight == made.weight);
        assert_int_equal(row.flags, made.flags);
    }
    struct sw_row row;
    assert_int_equal(sw_rows_at(&rows, 70000, &row, &err), SW_E_USAGE);
    struct sw_str name;
    assert_int_equal(sw_rows_file(&rows, 1, &name, &err), SW_OK);
    assert_true(sw_str_is(name, "b"));
    assert_int_equal(sw_rows_file(&rows, 2, &name, &err), SW_E_FORMAT);
    /* Two of three origins have each source. */
    assert_int_equal(rows.source_count, 2);
    assert_true(sw_str_is(rows.sources[0].name, "forum"));
    assert_int_equal(rows.sources[0].samples + rows.sources[1].samples, 70000 + 70000 / 3);
    temp_tree_remove(&tree);
}

static void test_contents_are_found_or_known_to_be_absent(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    const char *path = temp_tree_path(&tree, "set");
    struct sw_digest digest = rows_make(path, 3, 66000, &plain);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    assert_int_equal(sw_rows_open(&rows, path, &digest, &err), SW_OK);
    uint64_t first;
    uint64_t count;
    for (uint64_t n = 1; n < 66000; n += 977) {
        struct sw_row made = rows_row(3, n);
        uint32_t row;
        assert_int_equal(sw_rows_find(&rows, made.content, &first, &count, &err), SW_OK);
        assert_int_equal(count, n % 50 == 0 ? 132 : 1);
        assert_int_equal(sw_rows_sorted(&rows, first, &row, &err), SW_OK);
        assert_true(n % 50 == 0 || row == n);
    }
    for (uint64_t n = 0; n < 100; n++) {
        uint8_t other[32];
        rows_digest(4, n, other);
        assert_int_equal(sw_rows_find(&rows, other, &first, &count, &err), SW_OK);
        assert_int_equal(count, 0);
    }
    uint8_t edge[32] = {0};
    assert_int_equal(sw_rows_find(&rows, edge, &first, &count, &err), SW_OK);
    assert_true(first == 0 && count == 0);
    memset(edge, 0xff, sizeof(edge));
    assert_int_equal(sw_rows_find(&rows, edge, &first, &count, &err), SW_OK);
    assert_true(first == 66000 && count == 0);
    temp_tree_remove(&tree);
}

static void test_every_kind_of_place_is_proven_in_both_trees(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    const char *path = temp_tree_path(&tree, "set");
    struct sw_digest digest = rows_make(path, 5, 66001, &plain);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    assert_int_equal(sw_rows_open(&rows, path, &digest, &err), SW_OK);
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    size_t count;
    static const uint64_t places[] = {0, 255, 256, 65535, 65536, 65791, 65792, 66000, 12345};
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        assert_int_equal(
            sw_rows_prove(&rows, SW_TREE_ORDERED, places[i], proof, &count, &err), SW_OK);
        assert_int_equal(
            sw_rows_prove(&rows, SW_TREE_SORTED, places[i], proof, &count, &err), SW_OK);
        assert_true(count > 0);
    }
    assert_int_equal(sw_rows_prove(&rows, SW_TREE_ORDERED, 66001, proof, &count, &err), SW_E_USAGE);
    temp_tree_remove(&tree);
}

static void test_a_proven_content_is_that_of_its_place(void **state)
{
    (void)state;
    static const uint64_t places[] = {0, 255, 256, 65535, 65536, 66000, 12345};
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    const char *path = temp_tree_path(&tree, "set");
    struct sw_digest digest = rows_make(path, 5, 66001, &plain);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    uint8_t content[32];
    assert_int_equal(sw_rows_open(&rows, path, &digest, &err), SW_OK);
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        uint32_t index;
        struct sw_row row;
        assert_int_equal(sw_rows_proven_content(&rows, places[i], content, &err), SW_OK);
        assert_int_equal(sw_rows_sorted(&rows, places[i], &index, &err), SW_OK);
        assert_int_equal(sw_rows_at(&rows, index, &row, &err), SW_OK);
        assert_memory_equal(content, row.content, 32);
    }
    assert_int_equal(sw_rows_proven_content(&rows, 66001, content, &err), SW_E_USAGE);
    temp_tree_remove(&tree);
}

/* Writes one byte anew where a column's group has its byte `at`. */
static void spoil(
    const char *path, const struct sw_rows *rows, uint16_t column, uint32_t group, uint64_t at)
{
    const struct sw_chunk_ref *ref = sw_chunks_find(&rows->chunks, column, group);
    assert_non_null(ref);
    assert_false(ref->compressed);
    off_t place = (off_t)(ref->offset + at);
    uint8_t byte;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(fd, &byte, 1, place), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, place), 1);
    assert_int_equal(close(fd), 0);
}

static void test_a_content_of_a_changed_file_is_not_proven(void **state)
{
    (void)state;
    static const uint64_t place = 12345;
    struct temp_tree tree;
    temp_tree_make(&tree);
    const char *path = temp_tree_path(&tree, "set");
    struct sw_digest digest = rows_make(path, 5, 66001, &plain);
    for (unsigned i = 0; i < 2; i++) {
        SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
        SW_CLEANUP(rows) struct sw_rows changed = SW_ROWS_INIT;
        struct sw_error err = {0};
        uint32_t row;
        uint8_t content[32];
        assert_int_equal(sw_rows_open(&rows, path, &digest, &err), SW_OK);
        assert_int_equal(sw_rows_sorted(&rows, place, &row, &err), SW_OK);
        uint16_t column = i == 0 ? SW_COL_CONTENT : SW_COL_PLACES;
        uint32_t group = i == 0 ? row / SW_ROWS_GROUP : 0;
        uint64_t at = i == 0 ? row % SW_ROWS_GROUP * UINT64_C(32) + 31 : place * 4 + 3;
        spoil(path, &rows, column, group, at);
        assert_int_equal(sw_rows_open(&changed, path, &digest, &err), SW_OK);
        assert_int_equal(sw_rows_proven_content(&changed, place, content, &err), SW_E_REFUSED);
        spoil(path, &rows, column, group, at); /* as it was */
        assert_int_equal(sw_rows_proven_content(&rows, place, content, &err), SW_OK);
    }
    temp_tree_remove(&tree);
}

/* With sanitizers every seventh, which meets every bit of a byte and every column, too. */
static void test_every_flipped_byte_of_a_small_set_is_found(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    const char *path = temp_tree_path(&tree, "set");
    struct sw_digest digest = rows_make(path, 1, 600, &plain);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    assert_int_equal(sw_file_read(path, 1 << 24, &bytes, &err), SW_OK);
    const char *copy = temp_tree_path(&tree, "copy");
    temp_tree_write_bytes(&tree, "copy", bytes.data, bytes.len);
    int fd = open(copy, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t at = 0; at < bytes.len; at += SW_SANITIZED ? 7 : 1) {
        uint8_t flipped = bytes.data[at] ^ (uint8_t)(1u << (at % 8));
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)at), 1);
        SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
        bad_count = 0;
        bool opened = sw_rows_open(&rows, copy, &digest, &err) == SW_OK;
        if (opened) {
            assert_int_equal(sw_rows_verify(&rows, count_bad, NULL, NULL, &err), SW_OK);
        }
        assert_true(!opened || bad_count > 0);
        assert_int_equal(pwrite(fd, &bytes.data[at], 1, (off_t)at), 1);
    }
    (void)close(fd);
    temp_tree_remove(&tree);
}

static void test_a_cut_or_lengthened_file_is_refused(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    const char *path = temp_tree_path(&tree, "set");
    struct sw_digest digest = rows_make(path, 1, 300, &plain);
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    assert_int_equal(sw_file_read(path, 1 << 24, &bytes, &err), SW_OK);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    for (size_t len = 0; len < bytes.len; len += len < 100 ? 1 : 997) {
        temp_tree_write_bytes(&tree, "cut", bytes.data, len);
        assert_int_not_equal(
            sw_rows_open(&rows, temp_tree_path(&tree, "cut"), &digest, &err), SW_OK);
    }
    assert_int_equal(sw_buf_putc(&bytes, 'x'), SW_OK);
    temp_tree_write_bytes(&tree, "long", bytes.data, bytes.len);
    assert_int_not_equal(sw_rows_open(&rows, temp_tree_path(&tree, "long"), &digest, &err), SW_OK);
    temp_tree_remove(&tree);
}

static struct sw_digest make_part(
    const char *path, uint32_t part, uint32_t parts, uint64_t first, uint64_t end)
{
    struct sw_error err = {0};
    struct sw_rows_writer *writer = NULL;
    struct sw_rows_options options = {.reader = "lines", .part = part, .parts = parts};
    struct sw_digest digest;
    assert_int_equal(sw_rows_create(&writer, path, &options, &err), SW_OK);
    rows_origins(writer);
    rows_add(writer, 9, first, end);
    assert_int_equal(sw_rows_extra(writer, SW_ROWS_FILES, sw_bytes("a\nb\n", 4), &err), SW_OK);
    assert_int_equal(sw_rows_finish(writer, NULL, 0, NULL, &digest, &err), SW_OK);
    return digest;
}

static void test_parts_joined_in_any_order_are_the_whole(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    static const uint64_t cuts[] = {0, 1, 40000, 40000, 140000};
    const char *parts[4];
    for (uint32_t p = 0; p < 4; p++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "part-%u", p);
        parts[p] = temp_tree_path(&tree, name);
        (void)make_part(parts[p], p + 1, 4, cuts[p], cuts[p + 1]);
    }
    const char *whole = temp_tree_path(&tree, "whole");
    const char *joined = temp_tree_path(&tree, "joined");
    struct sw_digest wanted = rows_make(whole, 9, 140000, &plain);
    static const unsigned orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    for (size_t o = 0; o < SW_COUNT(orders); o++) {
        const char *given[4];
        for (unsigned i = 0; i < 4; i++) {
            given[i] = parts[orders[o][i]];
        }
        struct sw_digest digest;
        assert_int_equal(sw_rows_join(given, 4, joined, NULL, &digest, &err), SW_OK);
        assert_true(sw_digest_equal(&digest, &wanted));
    }
    const char *doubled[] = {parts[0], parts[1], parts[2], parts[0]};
    struct sw_digest digest;
    assert_int_equal(sw_rows_join(doubled, 4, joined, NULL, &digest, &err), SW_E_REFUSED);
    assert_int_equal(sw_rows_join(parts, 3, joined, NULL, &digest, &err), SW_E_REFUSED);
    temp_tree_remove(&tree);
}

static void test_a_stopped_set_goes_on_to_the_same_end(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    struct sw_digest wanted = rows_make(temp_tree_path(&tree, "whole"), 2, 140000, &plain);
    const char *path = temp_tree_path(&tree, "set");
    struct sw_rows_writer *writer = NULL;
    assert_int_equal(sw_rows_create(&writer, path, &plain, &err), SW_OK);
    rows_origins(writer);
    rows_add(writer, 2, 0, 65536);
    assert_true(sw_rows_at_group(writer));
    assert_int_equal(sw_rows_save(writer, sw_bytes("here", 4), &err), SW_OK);
    rows_add(writer, 2, 65536, 135000);
    assert_false(sw_rows_at_group(writer));
    sw_rows_abandon(writer);

    SW_CLEANUP(buf) struct sw_buf note = SW_BUF_INIT;
    struct sw_rows_options other = {.reader = "csv"};
    assert_int_equal(sw_rows_resume(&writer, path, &other, &note, &err), SW_E_NOENT);
    assert_int_equal(sw_rows_resume(&writer, path, &plain, &note, &err), SW_OK);
    assert_true(sw_str_is(sw_buf_str(&note), "here"));
    assert_int_equal(sw_rows_count(writer), 65536);
    rows_add(writer, 2, 65536, 140000);
    struct sw_digest digest;
    assert_int_equal(sw_rows_extra(writer, SW_ROWS_FILES, sw_bytes("a\nb\n", 4), &err), SW_OK);
    assert_int_equal(sw_rows_finish(writer, NULL, 0, NULL, &digest, &err), SW_OK);
    assert_true(sw_digest_equal(&digest, &wanted));
    sw_buf_clear(&note);
    assert_int_equal(sw_rows_resume(&writer, path, &plain, &note, &err), SW_E_NOENT);
    temp_tree_remove(&tree);
}

/* What another key saved, and what was changed since it was saved, is nothing to go on with. */
static void test_nobody_else_says_where_to_go_on(void **state)
{
    (void)state;
    struct temp_tree tree;
    temp_tree_make(&tree);
    struct sw_error err = {0};
    SW_CLEANUP(key) struct sw_key *ours = NULL;
    SW_CLEANUP(key) struct sw_key *other = NULL;
    assert_int_equal(sw_key_generate(SW_KEY_P256, &ours, &err), SW_OK);
    assert_int_equal(sw_key_generate(SW_KEY_P256, &other, &err), SW_OK);
    struct sw_rows_options options = {.reader = "lines", .key = other};
    const char *path = temp_tree_path(&tree, "set");
    struct sw_rows_writer *writer = NULL;
    SW_CLEANUP(buf) struct sw_buf note = SW_BUF_INIT;
    assert_int_equal(sw_rows_create(&writer, path, &options, &err), SW_OK);
    rows_origins(writer);
    rows_add(writer, 2, 0, 65536);
    assert_int_equal(sw_rows_save(writer, sw_bytes("here", 4), &err), SW_OK);
    sw_rows_abandon(writer);
    struct sw_rows_options mine = {.reader = "lines", .key = ours};
    assert_int_equal(sw_rows_resume(&writer, path, &mine, &note, &err), SW_E_NOENT);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, 5000), 1);
    assert_int_equal(close(fd), 0);
    assert_int_equal(sw_rows_resume(&writer, path, &options, &note, &err), SW_E_NOENT);
    temp_tree_remove(&tree);
}

/* --- sorting --------------------------------------------------------------------------------- */

struct sorted {
    uint64_t seed;
    uint64_t count;
    unsigned kinds; /* of contents; 0: all different */
    uint8_t last[32];
    uint32_t last_row;
    uint64_t placed;
};

static void sorted_content(const struct sorted *s, uint64_t row, uint8_t out[32])
{
    rows_digest(s->seed, s->kinds == 0 ? row : row % s->kinds, out);
}

static enum sw_code give(void *ctx, uint32_t group, struct sw_buf *out, struct sw_error *err)
{
    (void)err;
    const struct sorted *s = ctx;
    sw_buf_clear(out);
    uint64_t from = (uint64_t)group * SW_ROWS_GROUP;
    for (uint64_t n = from; n < s->count && n < from + SW_ROWS_GROUP; n++) {
        uint8_t content[32];
        sorted_content(s, n, content);
        SW_TRY(sw_buf_append(out, content, 32));
    }
    return SW_OK;
}

static enum sw_code take(void *ctx, const uint8_t content[32], uint32_t row, struct sw_error *err)
{
    (void)err;
    struct sorted *s = ctx;
    uint8_t wanted[32];
    sorted_content(s, row, wanted);
    assert_memory_equal(content, wanted, 32);
    int order = s->placed == 0 ? -1 : memcmp(s->last, content, 32);
    assert_true(order < 0 || (order == 0 && s->last_row < row));
    memcpy(s->last, content, 32);
    s->last_row = row;
    s->placed++;
    return SW_OK;
}

static void test_sorting_is_the_same_in_little_memory(void **state)
{
    (void)state;
    static const unsigned kinds[] = {0, 1, 2, 3000};
    static const size_t memory[] = {0, 100, 20000};
    struct sw_error err = {0};
    for (size_t k = 0; k < SW_COUNT(kinds); k++) {
        for (size_t m = 0; m < SW_COUNT(memory); m++) {
            struct sorted s = {.seed = k, .count = 70000, .kinds = kinds[k]};
            struct sw_sorter sorter = {.contents = give,
                .place = take,
                .ctx = &s,
                .scratch = "/tmp",
                .in_memory = memory[m]};
            assert_int_equal(sw_rows_sort(&sorter, s.count, NULL, &err), SW_OK);
            assert_int_equal(s.placed, s.count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_proven_row_is_the_row),
        cmocka_unit_test(test_roots_are_those_of_the_rows_at_every_edge),
        cmocka_unit_test(test_rows_come_back_as_they_were_added),
        cmocka_unit_test(test_contents_are_found_or_known_to_be_absent),
        cmocka_unit_test(test_every_kind_of_place_is_proven_in_both_trees),
        cmocka_unit_test(test_a_proven_content_is_that_of_its_place),
        cmocka_unit_test(test_a_content_of_a_changed_file_is_not_proven),
        cmocka_unit_test(test_every_flipped_byte_of_a_small_set_is_found),
        cmocka_unit_test(test_a_cut_or_lengthened_file_is_refused),
        cmocka_unit_test(test_parts_joined_in_any_order_are_the_whole),
        cmocka_unit_test(test_a_stopped_set_goes_on_to_the_same_end),
        cmocka_unit_test(test_nobody_else_says_where_to_go_on),
        cmocka_unit_test(test_sorting_is_the_same_in_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
