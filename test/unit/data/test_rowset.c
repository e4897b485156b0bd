#include "data/rowset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "unit/data/random_help.h"

#define SPACE 300000u /* rows that a test knows one by one */

static void fill(struct random *r, struct sw_rowset *set, uint8_t *has)
{
    memset(has, 0, SPACE);
    for (unsigned i = 0; i < 40; i++) {
        uint32_t first = random_below(r, SPACE);
        uint32_t last = first + random_below(r, i % 3 == 0 ? 70000 : 50);
        last = last < SPACE ? last : SPACE - 1;
        assert_int_equal(sw_rowset_add_range(set, first, last), SW_OK);
        memset(has + first, 1, last - first + 1);
    }
    for (unsigned i = 0; i < 2000; i++) {
        uint32_t row = random_below(r, SPACE);
        assert_int_equal(sw_rowset_add(set, row), SW_OK);
        has[row] = 1;
    }
    uint32_t many[3000];
    for (unsigned i = 0; i < SW_COUNT(many); i++) {
        many[i] = random_below(r, SPACE);
        has[many[i]] = 1;
    }
    assert_int_equal(sw_rowset_add_many(set, many, SW_COUNT(many)), SW_OK);
}

static uint64_t count_by_hand(const uint8_t *has, uint32_t first, uint32_t last)
{
    uint64_t n = 0;
    for (uint32_t row = first; row <= last; row++) {
        n += has[row];
    }
    return n;
}

static void check(const struct sw_rowset *set, const uint8_t *has, struct random *r)
{
    assert_int_equal(sw_rowset_count(set), count_by_hand(has, 0, SPACE - 1));
    uint32_t *list = malloc(SPACE * sizeof(*list));
    assert_non_null(list);
    for (unsigned i = 0; i < 300; i++) {
        uint32_t first = random_below(r, SPACE);
        uint32_t last = first + random_below(r, SPACE - first);
        uint64_t n = count_by_hand(has, first, last);
        assert_int_equal(sw_rowset_has(set, first), has[first]);
        assert_int_equal(sw_rowset_count_range(set, first, last), n);
        assert_int_equal(sw_rowset_has_range(set, first, last), n == last - first + 1);
        uint32_t next = 0;
        uint32_t wanted = first;
        while (wanted < SPACE && has[wanted] == 0) {
            wanted++;
        }
        assert_int_equal(sw_rowset_next(set, first, &next), wanted < SPACE);
        assert_true(wanted == SPACE || next == wanted);
        size_t max = random_below(r, 100000);
        size_t got = sw_rowset_list(set, first, list, max);
        size_t at = 0;
        for (uint32_t row = first; row < SPACE && at < max; row++) {
            if (has[row] != 0) {
                assert_true(at < got && list[at] == row);
                at++;
            }
        }
        assert_int_equal(at, got);
    }
    free(list);
}

static void test_rows_are_those_that_were_added(void **state)
{
    (void)state;
    struct random r = {1};
    uint8_t *has = malloc(SPACE);
    assert_non_null(has);
    for (unsigned round = 0; round < 5; round++) {
        SW_CLEANUP(rowset) struct sw_rowset set = SW_ROWSET_INIT;
        fill(&r, &set, has);
        check(&set, has, &r);
    }
    free(has);
}

static void test_joining_and_meeting_are_or_and_and(void **state)
{
    (void)state;
    struct random r = {2};
    uint8_t *a = malloc(3 * SPACE);
    assert_non_null(a);
    uint8_t *b = a + SPACE;
    uint8_t *both = b + SPACE;
    SW_CLEANUP(rowset) struct sw_rowset x = SW_ROWSET_INIT;
    SW_CLEANUP(rowset) struct sw_rowset y = SW_ROWSET_INIT;
    SW_CLEANUP(rowset) struct sw_rowset joined = SW_ROWSET_INIT;
    fill(&r, &x, a);
    fill(&r, &y, b);
    assert_int_equal(sw_rowset_join(&joined, &x), SW_OK);
    assert_int_equal(sw_rowset_join(&joined, &y), SW_OK);
    for (uint32_t i = 0; i < SPACE; i++) {
        both[i] = a[i] | b[i];
    }
    check(&joined, both, &r);
    assert_int_equal(sw_rowset_meet(&x, &y), SW_OK);
    for (uint32_t i = 0; i < SPACE; i++) {
        both[i] = a[i] & b[i];
    }
    check(&x, both, &r);
    free(a);
}

static void test_an_empty_set_answers(void **state)
{
    (void)state;
    SW_CLEANUP(rowset) struct sw_rowset set = SW_ROWSET_INIT;
    SW_CLEANUP(rowset) struct sw_rowset other = SW_ROWSET_INIT;
    uint32_t row = 7;
    assert_int_equal(sw_rowset_count(&set), 0);
    assert_false(sw_rowset_has(&set, 0));
    assert_false(sw_rowset_has_range(&set, 0, 0));
    assert_false(sw_rowset_next(&set, 0, &row));
    assert_int_equal(row, 7);
    assert_int_equal(sw_rowset_count_range(&set, 0, UINT32_MAX), 0);
    assert_int_equal(sw_rowset_join(&set, &other), SW_OK);
    assert_int_equal(sw_rowset_add(&set, 3), SW_OK);
    assert_int_equal(sw_rowset_meet(&set, &other), SW_OK);
    assert_int_equal(sw_rowset_count(&set), 0);
}

static void test_the_last_row_of_all_is_a_row(void **state)
{
    (void)state;
    SW_CLEANUP(rowset) struct sw_rowset set = SW_ROWSET_INIT;
    uint32_t row = 0;
    assert_int_equal(sw_rowset_add_range(&set, UINT32_MAX - 1, UINT32_MAX), SW_OK);
    assert_true(sw_rowset_has_range(&set, UINT32_MAX - 1, UINT32_MAX));
    assert_false(sw_rowset_has_range(&set, UINT32_MAX - 2, UINT32_MAX));
    assert_int_equal(sw_rowset_count_range(&set, UINT32_MAX, UINT32_MAX), 1);
    assert_int_equal(sw_rowset_count_range(&set, 0, UINT32_MAX), 2);
    assert_true(sw_rowset_next(&set, UINT32_MAX, &row));
    assert_int_equal(row, UINT32_MAX);
    /* Backwards is no range. */
    assert_int_equal(sw_rowset_add_range(&set, 5, 4), SW_OK);
    assert_int_equal(sw_rowset_count(&set), 2);
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void test_many_rows_from_everywhere_are_all_there(void **state)
{
    (void)state;
    struct random r = {3};
    static uint32_t rows[50000];
    static uint32_t list[50000];
    SW_CLEANUP(rowset) struct sw_rowset set = SW_ROWSET_INIT;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        rows[i] = (uint32_t)random_u64(&r);
    }
    assert_int_equal(sw_rowset_add_many(&set, rows, SW_COUNT(rows)), SW_OK);
    qsort(rows, SW_COUNT(rows), sizeof(rows[0]), compare_u32);
    size_t count = 0;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (i == 0 || rows[i] != rows[i - 1]) {
            rows[count++] = rows[i];
        }
    }
    assert_int_equal(sw_rowset_count(&set), count);
    assert_int_equal(sw_rowset_list(&set, 0, list, SW_COUNT(list)), count);
    assert_memory_equal(list, rows, count * sizeof(rows[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_those_that_were_added),
        cmocka_unit_test(test_joining_and_meeting_are_or_and_and),
        cmocka_unit_test(test_an_empty_set_answers),
        cmocka_unit_test(test_the_last_row_of_all_is_a_row),
        cmocka_unit_test(test_many_rows_from_everywhere_are_all_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
