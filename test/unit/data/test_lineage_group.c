#include "data/lineage_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/random_help.h"

#define OUTPUT_ROWS 1000000u
#define REASONS 3u

static const struct sw_lineage_shape shape = {.output_rows = OUTPUT_ROWS, .reason_count = REASONS};

/* A group of inputs, as it is stored and as it is decoded whole. */
struct group {
    struct sw_forward_builder builder;
    struct sw_buf counts;
    struct sw_buf outputs;
    struct sw_forward_group *whole;
};

/* How many outputs a row has; most have as many as `most` says or none, a few have many. */
static uint32_t draw_count(struct random *r, uint32_t most)
{
    if (most > 1 && random_below(r, 50) == 0) {
        return 200 + random_below(r, 100); /* a count of two bytes */
    }
    return random_below(r, most + 1);
}

static void add_row(struct group *g, struct random *r, uint32_t count)
{
    uint32_t output = random_below(r, OUTPUT_ROWS - 400);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(sw_forward_builder_output(&g->builder, output), SW_OK);
        output += 1 + (i % 7 == 0 ? 1 : 0);
    }
    assert_int_equal(sw_forward_builder_row(&g->builder, random_below(r, REASONS)), SW_OK);
}

static void take_column(struct group *g, size_t column, struct sw_buf *out, struct sw_bytes *view)
{
    assert_int_equal(sw_forward_builder_column(&g->builder, column, view), SW_OK);
    if (out != NULL) {
        assert_int_equal(sw_buf_append(out, view->ptr, view->len), SW_OK);
        *view = sw_buf_bytes(out);
    }
}

/* `most`: outputs of a usual row; 0: nearly none has one. */
static void group_make(struct group *g, struct random *r, size_t count, uint32_t most)
{
    struct sw_bytes columns[SW_FORWARD_COLUMNS];
    *g = (struct group){0};
    for (size_t row = 0; row < count; row++) {
        add_row(g, r, most == 0 ? random_below(r, 300) == 0 : draw_count(r, most));
    }
    g->whole = calloc(1, sizeof(*g->whole));
    assert_non_null(g->whole);
    take_column(g, 0, &g->counts, &columns[0]);
    take_column(g, 1, &g->outputs, &columns[1]);
    take_column(g, 2, NULL, &columns[2]);
    assert_int_equal(sw_forward_group_read(g->whole, &shape, count, columns), SW_OK);
}

static void group_release(struct group *g)
{
    sw_forward_builder_release(&g->builder);
    sw_buf_release(&g->counts);
    sw_buf_release(&g->outputs);
    sw_forward_group_free(g->whole);
}

/* What the walk gives for these rows. */
static enum sw_code ask(struct sw_bytes counts, struct sw_bytes outputs, size_t count,
    const uint32_t *rows, size_t row_count, struct sw_rowset *out)
{
    uint32_t *scratch = malloc(SW_LINEAGE_GROUP * sizeof(*scratch));
    assert_non_null(scratch);
    enum sw_code code =
        sw_forward_outputs(&shape, count, counts, outputs, rows, row_count, scratch, out);
    free(scratch);
    return code;
}

static void check_rows(const struct group *g, const uint32_t *rows, size_t row_count)
{
    SW_CLEANUP(rowset) struct sw_rowset given = SW_ROWSET_INIT;
    SW_CLEANUP(rowset) struct sw_rowset wanted = SW_ROWSET_INIT;
    assert_int_equal(ask(sw_buf_bytes(&g->counts), sw_buf_bytes(&g->outputs), g->whole->count, rows,
                         row_count, &given),
        SW_OK);
    for (size_t i = 0; i < row_count; i++) {
        for (uint32_t at = sw_group_start(g->whole->ends, rows[i]); at < g->whole->ends[rows[i]];
             at++) {
            assert_int_equal(sw_rowset_add(&wanted, g->whole->outputs[at]), SW_OK);
            assert_true(sw_rowset_has(&given, g->whole->outputs[at]));
        }
    }
    assert_int_equal(sw_rowset_count(&given), sw_rowset_count(&wanted));
}

static void test_a_few_rows_are_read_as_in_the_whole_group(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 7, 8, 9, 64, 1000, SW_LINEAGE_GROUP};
    struct random r = {5};
    uint32_t *rows = malloc(SW_LINEAGE_GROUP * sizeof(*rows));
    assert_non_null(rows);
    for (size_t i = 0; i < SW_COUNT(counts) * 3; i++) {
        struct group g;
        size_t count = counts[i / 3];
        group_make(&g, &r, count, (uint32_t)(i % 3));
        for (uint32_t every = 1; every < 20000; every = every * 3 + 1) {
            size_t n = 0;
            for (size_t row = 0; row < count; row++) {
                rows[n] = (uint32_t)row;
                n += random_below(&r, every) == 0 ? 1 : 0;
            }
            check_rows(&g, rows, n);
        }
        group_release(&g);
    }
    free(rows);
}

/* One row is asked for; the columns are those of a good group of 100 rows with one thing wrong. */
static void test_columns_that_do_not_hold_the_rows_are_refused(void **state)
{
    (void)state;
    struct random r = {6};
    struct group g;
    group_make(&g, &r, 100, 1);
    SW_CLEANUP(rowset) struct sw_rowset out = SW_ROWSET_INIT;
    struct sw_bytes counts = sw_buf_bytes(&g.counts);
    struct sw_bytes outputs = sw_buf_bytes(&g.outputs);
    uint32_t row = 40;
    while (g.whole->ends[row] == sw_group_start(g.whole->ends, row)) {
        row++;
    }
    const struct {
        struct sw_bytes counts;
        struct sw_bytes outputs;
        size_t count;
    } bad[] = {
        {sw_bytes(counts.ptr, counts.len - 1), outputs, 100},
        {counts, sw_bytes(outputs.ptr, outputs.len - 4), 100},
        {counts, sw_bytes(outputs.ptr, outputs.len - 1), 100},
        {counts, sw_bytes(outputs.ptr, 0), 100},
        {counts, outputs, 99},
        {counts, outputs, 101},
        {sw_bytes(counts.ptr, 0), outputs, 100},
    };
    assert_int_equal(ask(counts, outputs, 100, &row, 1, &out), SW_OK);
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_int_equal(
            ask(bad[i].counts, bad[i].outputs, bad[i].count, &row, 1, &out), SW_E_FORMAT);
    }
    g.outputs.data[sw_group_start(g.whole->ends, row)] = 0x7f; /* the highest byte of the first */
    assert_int_equal(ask(counts, outputs, 100, &row, 1, &out), SW_E_FORMAT);
    group_release(&g);
}

static void test_counts_that_are_too_large_are_refused(void **state)
{
    (void)state;
    static const uint8_t huge[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
    static const uint8_t many[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const uint8_t broken[] = {0x80};
    static const uint8_t outputs[8 * 4] = {0};
    static const uint32_t last = 9;
    static const uint32_t first = 0;
    SW_CLEANUP(rowset) struct sw_rowset out = SW_ROWSET_INIT;
    struct sw_bytes eight = sw_bytes(outputs, sizeof(outputs));
    assert_int_equal(ask(sw_bytes(huge, sizeof(huge)), eight, 1, &first, 1, &out), SW_E_FORMAT);
    assert_int_equal(ask(sw_bytes(broken, 1), eight, 1, &first, 1, &out), SW_E_FORMAT);
    assert_int_equal(ask(sw_bytes(many, sizeof(many)), eight, 10, &last, 1, &out), SW_E_FORMAT);
    assert_int_equal(ask(sw_bytes(many, sizeof(many)), eight, 10, &first, 1, &out), SW_E_FORMAT);
    assert_int_equal(ask(sw_bytes(many, 8), eight, 8, &first, 1, &out), SW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_few_rows_are_read_as_in_the_whole_group),
        cmocka_unit_test(test_columns_that_do_not_hold_the_rows_are_refused),
        cmocka_unit_test(test_counts_that_are_too_large_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
