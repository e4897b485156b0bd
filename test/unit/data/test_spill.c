#include "data/spill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "temp_tree.h"

#include "unit/data/random_help.h"

static size_t compared;
static int compare_records(const void *a, const void *b)
{
    return memcmp(a, b, compared);
}

enum shape {
    SHAPE_RANDOM,
    SHAPE_SORTED,
    SHAPE_FALLING,
    SHAPE_FEW, /* many equal records */
};

static void make_record(enum shape shape, struct random *r, uint32_t n, uint8_t *out, size_t size)
{
    memset(out, 0, size);
    for (size_t i = 0; i < size && shape == SHAPE_RANDOM; i++) {
        out[i] = (uint8_t)random_u64(r);
    }
    uint32_t number = shape == SHAPE_FALLING ? UINT32_MAX - n : n;
    number = shape == SHAPE_FEW ? random_below(r, 5) : number;
    if (shape != SHAPE_RANDOM) {
        uint8_t bytes[4];
        sw_put_u32(bytes, number);
        memcpy(out + size - (size < 4 ? size : 4), bytes + (size < 4 ? 4 - size : 0),
            size < 4 ? size : 4);
    }
}

static void check_order(struct sw_spill *spill, const uint8_t *wanted, size_t count, size_t size)
{
    struct sw_error err = {0};
    assert_int_equal(sw_spill_sort(spill, &err), SW_OK);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *record = sw_spill_peek(spill);
        assert_non_null(record);
        assert_memory_equal(record, wanted + i * size, size);
        assert_int_equal(sw_spill_next(spill, &err), SW_OK);
    }
    assert_null(sw_spill_peek(spill));
    assert_int_equal(sw_spill_next(spill, &err), SW_OK);
    assert_null(sw_spill_peek(spill));
}

static void check_one(enum shape shape, size_t size, uint32_t count, size_t in_memory)
{
    struct random r = {count + size};
    struct sw_error err = {0};
    SW_CLEANUP(spill) struct sw_spill *spill = NULL;
    uint8_t *all = malloc((size_t)count * size + 1);
    assert_non_null(all);
    assert_int_equal(sw_spill_new(&spill, size, "/tmp", in_memory), SW_OK);
    for (uint32_t i = 0; i < count; i++) {
        make_record(shape, &r, i, all + i * size, size);
        assert_int_equal(sw_spill_add(spill, all + i * size, &err), SW_OK);
    }
    assert_int_equal(sw_spill_count(spill), count);
    compared = size;
    qsort(all, count, size, compare_records);
    check_order(spill, all, count, size);
    check_order(spill, all, count, size); /* once more */
    free(all);
}

static void test_records_come_in_order_whatever_fits_in_memory(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3, 11, 38, SW_SPILL_RECORD_MAX};
    static const uint32_t counts[] = {0, 1, 2, 17, 1000, 30011};
    static const size_t memory[] = {0, 1, 7, 1000};
    for (int shape = SHAPE_RANDOM; shape <= SHAPE_FEW; shape++) {
        for (size_t s = 0; s < SW_COUNT(sizes); s++) {
            for (size_t c = 0; c < SW_COUNT(counts); c++) {
                for (size_t m = 0; m < SW_COUNT(memory); m++) {
                    if (memory[m] != 1 || counts[c] <= 1000) {
                        check_one((enum shape)shape, sizes[s], counts[c], memory[m]);
                    }
                }
            }
        }
    }
}

static void test_a_directory_that_cannot_be_written_is_said(void **state)
{
    (void)state;
    struct sw_error err = {0};
    SW_CLEANUP(spill) struct sw_spill *spill = NULL;
    assert_int_equal(sw_spill_new(&spill, 4, "/proc/no-such-place", 2), SW_OK);
    assert_int_equal(sw_spill_add(spill, "aaaa", &err), SW_OK);
    assert_int_equal(sw_spill_add(spill, "bbbb", &err), SW_OK);
    assert_int_not_equal(sw_spill_add(spill, "cccc", &err), SW_OK);
    assert_true(strstr(err.text, "/proc/no-such-place") != NULL);
}

static void test_numbers_sort_as_their_bytes(void **state)
{
    (void)state;
    struct random r = {9};
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t a = random_u64(&r) >> random_below(&r, 64);
        uint64_t b = random_u64(&r) >> random_below(&r, 64);
        uint8_t x[8];
        uint8_t y[8];
        sw_put_u64(x, a);
        sw_put_u64(y, b);
        assert_true(sw_get_u64(x) == a);
        assert_int_equal(memcmp(x, y, 8) < 0, a < b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_come_in_order_whatever_fits_in_memory),
        cmocka_unit_test(test_a_directory_that_cannot_be_written_is_said),
        cmocka_unit_test(test_numbers_sort_as_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
