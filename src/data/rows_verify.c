#include "data/rows_private.h"

#include <stdlib.h>

typedef void (*bad_fn)(void *ctx, const struct sw_chunk_ref *ref, const char *why);

struct checking {
    struct sw_rows *rows;
    bad_fn bad;
    void *ctx;
    struct sw_progress *progress;
    struct sw_tree_builder tree; /* of the rows, then of the sorted order */
    uint64_t *origin_samples;
    struct sw_buf stored; /* a column of the file to compare with */
    uint32_t stored_group;
    bool order_is_bad;
};

static void bad_column(struct checking *checking, uint16_t column, uint32_t group, const char *why)
{
    checking->bad(checking->ctx, sw_chunks_find(&checking->rows->chunks, column, group), why);
}

/* Does the file hold these hashes? Whether the chunk is whole was asked before. */
static sw_result compare_hashes(struct checking *checking, uint16_t column, uint32_t group,
    struct sw_bytes wanted, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    enum sw_code code = sw_chunks_get(&checking->rows->chunks, column, group, &bytes, err);
    if (code == SW_E_IO || code == SW_E_NOMEM) {
        return code;
    }
    if (code != SW_OK || !sw_bytes_equal(sw_buf_bytes(&bytes), wanted)) {
        bad_column(checking, column, group, "it does not hold the hashes of the rows");
    }
    return SW_OK;
}

static sw_result close_group(
    struct checking *checking, uint16_t column, uint32_t group, bool whole, struct sw_error *err)
{
    SW_TRY(compare_hashes(checking, column, group, sw_tree_builder_tiles(&checking->tree), err));
    return whole ? sw_tree_builder_group(&checking->tree) : SW_OK;
}

static sw_result close_tree(struct checking *checking, uint16_t column,
    const struct sw_hash256 *root, const char *why, struct sw_error *err)
{
    struct sw_hash256 made;
    SW_TRY(compare_hashes(checking, column, 0, sw_buf_bytes(&checking->tree.groups), err));
    SW_TRY(sw_tree_builder_root(&checking->tree, &made, err));
    if (memcmp(made.bytes, root->bytes, sizeof(made.bytes)) != 0) {
        checking->bad(checking->ctx, NULL, why);
    }
    sw_tree_builder_release(&checking->tree);
    return SW_OK;
}

/* --- rows ------------------------------------------------------------------------------------ */

static void add_row(struct checking *checking, const struct sw_row *row)
{
    uint8_t text[SW_SAMPLE_LEAF_SIZE];
    sw_sample_leaf(row, checking->rows->origin_digests[row->origin], text);
    sw_tree_builder_add(&checking->tree, sw_bytes(text, sizeof(text)));
    checking->origin_samples[row->origin]++;
}

static uint32_t group_count(const struct sw_rows *rows)
{
    return (uint32_t)((rows->count + SW_ROWS_GROUP - 1) / SW_ROWS_GROUP);
}

static sw_result check_rows(struct checking *checking, struct sw_error *err)
{
    struct sw_rows *rows = checking->rows;
    for (uint32_t g = 0; g < group_count(rows); g++) {
        const struct sw_row *list;
        size_t count;
        SW_TRY(sw_rows_group(rows, g, &list, &count, err));
        for (size_t i = 0; i < count; i++) {
            add_row(checking, &list[i]);
        }
        SW_TRY(close_group(checking, SW_COL_TREE, g, count == SW_ROWS_GROUP, err));
        sw_progress_add(checking->progress, count * 32, count);
        if (sw_progress_cancelled(checking->progress)) {
            return sw_fail(err, SW_E_INTERRUPTED, "interrupted");
        }
    }
    return close_tree(checking, SW_COL_TREE_UPPER, &rows->ordered,
        "the rows do not have the ordered root that the header names", err);
}

/* Samples of one source, by the origins that have it. */
static uint64_t samples_of(const struct checking *checking, struct sw_str source)
{
    const struct sw_rows *rows = checking->rows;
    uint64_t samples = 0;
    for (size_t o = 0; o < rows->origin_count; o++) {
        for (size_t s = 0; s < rows->origins[o].source_count; s++) {
            bool is_it = sw_str_equal(rows->origins[o].sources[s], source);
            samples += is_it ? checking->origin_samples[o] : 0;
        }
    }
    return samples;
}

static void check_counts(struct checking *checking)
{
    const struct sw_rows *rows = checking->rows;
    for (size_t o = 0; o < rows->origin_count; o++) {
        if (rows->origin_samples[o] != checking->origin_samples[o]) {
            checking->bad(checking->ctx, NULL, "an origin has another number of rows than it says");
        }
    }
    for (size_t s = 0; s < rows->source_count; s++) {
        if (rows->sources[s].samples != samples_of(checking, rows->sources[s].name)) {
            checking->bad(checking->ctx, NULL, "a source has another number of rows than it says");
        }
    }
}

/* --- the sorted order ------------------------------------------------------------------------ */

static enum sw_code give_contents(
    void *ctx, uint32_t group, struct sw_buf *out, struct sw_error *err)
{
    struct checking *checking = ctx;
    uint16_t column = checking->rows->one_digest ? SW_COL_RECORD : SW_COL_CONTENT;
    return sw_chunks_get(&checking->rows->chunks, column, group, out, err);
}

static sw_result load_places(struct checking *checking, uint32_t group, struct sw_error *err)
{
    checking->stored_group = group;
    return sw_chunks_get(&checking->rows->chunks, SW_COL_PLACES, group, &checking->stored, err);
}

static void check_place(struct checking *checking, size_t place, uint32_t row)
{
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&checking->stored));
    uint32_t there = 0;
    bool is_right = sw_cur_seek(&cur, place * 4) == SW_OK && sw_cur_u32be(&cur, &there) == SW_OK &&
                    there == row;
    if (!is_right && !checking->order_is_bad) {
        checking->order_is_bad = true;
        bad_column(checking, SW_COL_PLACES, checking->stored_group,
            "its rows are not in the order of their contents");
    }
}

static enum sw_code take_place(
    void *ctx, const uint8_t content[32], uint32_t row, struct sw_error *err)
{
    struct checking *checking = ctx;
    uint64_t place = checking->tree.size;
    uint32_t group = (uint32_t)(place / SW_ROWS_GROUP);
    if (place % SW_ROWS_GROUP == 0) {
        SW_TRY(load_places(checking, group, err));
    }
    check_place(checking, (size_t)(place % SW_ROWS_GROUP), row);
    uint8_t text[SW_CONTENT_LEAF_SIZE];
    sw_content_leaf(content, text);
    sw_tree_builder_add(&checking->tree, sw_bytes(text, sizeof(text)));
    uint64_t done = place + 1;
    bool whole = done % SW_ROWS_GROUP == 0;
    return whole || done == checking->rows->count
               ? close_group(checking, SW_COL_SORTED, group, whole, err)
               : SW_OK;
}

static sw_result check_order(struct checking *checking, struct sw_error *err)
{
    struct sw_sorter sorter = {
        .contents = give_contents, .place = take_place, .ctx = checking, .scratch = "/tmp"};
    SW_TRY(sw_rows_sort(&sorter, checking->rows->count, checking->progress, err));
    return close_tree(checking, SW_COL_SORTED_UPPER, &checking->rows->sorted,
        "the contents do not have the sorted root that the header names", err);
}

/* A chunk that is not the one the table names was told already; what follows from it is not. */
static void note_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    struct checking *checking = ctx;
    checking->order_is_bad = true;
    checking->bad(checking->ctx, ref, why);
}

static sw_result verify(struct checking *checking, struct sw_error *err)
{
    SW_TRY(sw_chunks_verify(&checking->rows->chunks, note_bad, checking, err));
    if (checking->order_is_bad) {
        return SW_OK;
    }
    SW_TRY(sw_rows_hash_origins(checking->rows));
    SW_TRY(check_rows(checking, err));
    check_counts(checking);
    return check_order(checking, err);
}

sw_result sw_rows_verify(struct sw_rows *rows,
    void (*bad)(void *ctx, const struct sw_chunk_ref *ref, const char *why), void *ctx,
    struct sw_progress *progress, struct sw_error *err)
{
    struct checking checking = {.rows = rows, .bad = bad, .ctx = ctx, .progress = progress};
    checking.origin_samples = calloc(rows->origin_count + 1, sizeof(uint64_t));
    SW_TRY_PTR(checking.origin_samples);
    enum sw_code code = verify(&checking, err);
    free(checking.origin_samples);
    sw_tree_builder_release(&checking.tree);
    sw_buf_release(&checking.stored);
    return code;
}
