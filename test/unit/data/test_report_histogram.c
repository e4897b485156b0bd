/* Distributions in bounded memory: quantiles, powers of two, counts by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "data/report_histogram.h"
#include "data/report_tally.h"

/* --- histograms ------------------------------------------------------------------------------ */

static void small_numbers_have_exact_quantiles(void **state)
{
    struct sw_histogram *h = *state;
    for (uint64_t n = 1; n <= 100; n++) {
        sw_histogram_add(h, n);
    }
    assert_int_equal(h->count, 100);
    assert_int_equal(h->smallest, 1);
    assert_int_equal(h->largest, 100);
    assert_int_equal(h->sum, 5050);
    assert_true(sw_histogram_mean(h) == 50.5);
    static const struct {
        double percent;
        uint64_t value;
    } cases[] = {{0, 1}, {1, 1}, {1.5, 2}, {25, 25}, {50, 50}, {75, 75}, {99, 99}, {100, 100}};
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        assert_int_equal(sw_histogram_quantile(h, cases[i].percent), cases[i].value);
    }
}

static void nothing_has_no_quantiles(void **state)
{
    struct sw_histogram *h = *state;
    assert_int_equal(sw_histogram_quantile(h, 50), 0);
    assert_true(sw_histogram_mean(h) == 0);
}

/* Every number from 0 on is in one bucket with its neighbours at most, and none is told too small
 * or more than 1/128 too large. */
static void large_numbers_are_at_most_a_little_too_large(void **state)
{
    struct sw_histogram *h = *state;
    static const uint64_t around[] = {0, 255, 256, 257, 511, 512, 65535, 65536, 1000003,
        UINT64_C(1) << 40, (UINT64_C(1) << 63) - 1, UINT64_C(1) << 63, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < SW_COUNT(around); i++) {
        memset(h, 0, sizeof(*h));
        sw_histogram_add(h, around[i]);
        sw_histogram_add(h, UINT64_MAX); /* so that the largest does not bound it */
        uint64_t got = sw_histogram_quantile(h, 50);
        assert_true(got >= around[i]);
        assert_true(got - around[i] <= around[i] / 128);
    }
    assert_int_equal(h->sum, UINT64_MAX); /* and no further */
}

static void the_largest_number_is_never_passed(void **state)
{
    struct sw_histogram *h = *state;
    sw_histogram_add(h, 1000);
    assert_int_equal(sw_histogram_quantile(h, 1), 1000);
    assert_int_equal(sw_histogram_quantile(h, 100), 1000);
}

static void octaves_are_powers_of_two(void **state)
{
    struct sw_histogram *h = *state;
    uint64_t counts[SW_HISTOGRAM_OCTAVES];
    static const uint64_t values[] = {0, 1, 2, 3, 4, 7, 8, 1023, 1024, 2047, 2048, UINT64_MAX};
    for (size_t i = 0; i < SW_COUNT(values); i++) {
        sw_histogram_add(h, values[i]);
    }
    sw_histogram_octaves(h, counts);
    uint64_t sum = 0;
    for (unsigned i = 0; i < SW_HISTOGRAM_OCTAVES; i++) {
        uint64_t expected = 0;
        for (size_t j = 0; j < SW_COUNT(values); j++) {
            expected += values[j] >= sw_octave_first(i) && values[j] <= sw_octave_last(i) ? 1 : 0;
        }
        assert_int_equal(counts[i], expected);
        sum += counts[i];
    }
    assert_int_equal(sum, SW_COUNT(values));
    assert_int_equal(sw_octave_first(1), 1);
    assert_int_equal(sw_octave_last(1), 1);
    assert_int_equal(sw_octave_first(11), 1024);
    assert_int_equal(sw_octave_last(11), 2047);
    assert_int_equal(sw_octave_last(64), UINT64_MAX);
}

static void parts_join_to_the_whole(void **state)
{
    struct sw_histogram *whole = *state;
    struct sw_histogram *a = calloc(1, sizeof(*a));
    struct sw_histogram *b = calloc(1, sizeof(*b));
    for (uint64_t n = 0; n < 5000; n++) {
        sw_histogram_add(whole, n * n);
        sw_histogram_add(n % 3 == 0 ? a : b, n * n);
    }
    struct sw_histogram *empty = calloc(1, sizeof(*empty));
    sw_histogram_join(a, b);
    sw_histogram_join(a, empty);
    assert_memory_equal(a, whole, sizeof(*a));
    sw_histogram_join(empty, whole);
    assert_memory_equal(empty, whole, sizeof(*empty));
    free(a);
    free(b);
    free(empty);
}

static int new_histogram(void **state)
{
    *state = calloc(1, sizeof(struct sw_histogram));
    return *state == NULL ? -1 : 0;
}

static int free_histogram(void **state)
{
    free(*state);
    return 0;
}

/* --- tallies --------------------------------------------------------------------------------- */

static void count_name(struct sw_tally *tally, struct sw_str name, uint64_t words)
{
    const struct sw_tally_entry entry = {.name = name, .samples = 1, .bytes = 10, .words = words};
    assert_int_equal(sw_tally_add(tally, &entry), SW_OK);
}

static void names_are_counted_and_sorted_by_their_number(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_tally tally;
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_tally_init(&tally, &arena), SW_OK);
    static const char *const names[] = {"b", "a", "c", "b", "", "a", "b", "\xFF\xFE"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        count_name(&tally, sw_str(names[i]), i);
    }
    sw_tally_sort(&tally);
    assert_int_equal(tally.count, 4);
    assert_true(sw_str_is(tally.entries[0].name, "b"));
    assert_int_equal(tally.entries[0].samples, 3);
    assert_int_equal(tally.entries[0].words, 0 + 3 + 6);
    assert_int_equal(tally.entries[0].bytes, 30);
    assert_true(sw_str_is(tally.entries[1].name, "a"));
    assert_true(sw_str_is(tally.entries[2].name, "c")); /* equal ones by name */
    assert_true(sw_str_is(tally.entries[3].name, "\xFF\xFE"));
    assert_int_equal(tally.none.samples, 1);
    assert_int_equal(tally.others.samples, 0);
}

static void names_past_the_bound_are_counted_together(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_tally tally;
    sw_arena_init(&arena, (size_t)8 << 20);
    assert_int_equal(sw_tally_init(&tally, &arena), SW_OK);
    for (unsigned i = 0; i < 3 * SW_TALLY_NAMES; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "label %u", i);
        count_name(&tally, sw_str(name), 1);
    }
    count_name(&tally, sw_str("label 0"), 1); /* known ones go on */
    char *long_name = malloc(SW_TALLY_NAME_MAX + 1);
    assert_non_null(long_name);
    memset(long_name, 'x', SW_TALLY_NAME_MAX + 1);
    count_name(&tally, sw_str_n(long_name, SW_TALLY_NAME_MAX + 1), 1);
    free(long_name);
    assert_int_equal(tally.count, SW_TALLY_NAMES);
    assert_int_equal(tally.others.samples, 2 * SW_TALLY_NAMES + 1);
    assert_int_equal(tally.others.words, 2 * SW_TALLY_NAMES + 1);
    sw_tally_sort(&tally);
    assert_true(sw_str_is(tally.entries[0].name, "label 0"));
    assert_int_equal(tally.entries[0].samples, 2);
}

int main(void)
{
#define WITH_ONE(f) cmocka_unit_test_setup_teardown(f, new_histogram, free_histogram)
    const struct CMUnitTest tests[] = {
        WITH_ONE(small_numbers_have_exact_quantiles),
        WITH_ONE(nothing_has_no_quantiles),
        WITH_ONE(large_numbers_are_at_most_a_little_too_large),
        WITH_ONE(the_largest_number_is_never_passed),
        WITH_ONE(octaves_are_powers_of_two),
        WITH_ONE(parts_join_to_the_whole),
        cmocka_unit_test(names_are_counted_and_sorted_by_their_number),
        cmocka_unit_test(names_past_the_bound_are_counted_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
