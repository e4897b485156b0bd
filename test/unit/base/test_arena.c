#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

static void pieces_are_aligned_and_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static uint8_t *pieces[COUNT];
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i * 7 % 400;
        pieces[i] = sw_arena_alloc(&arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < i * 7 % 400; j++) {
            assert_int_equal(pieces[i][j], i & 0xff);
        }
    }
}

static void sizes_around_a_block_work(void **state)
{
    (void)state;
    static const size_t sizes[] = {
        0, 1, 15, 16, 17, 16383, 16384, 16385, 65535, 65536, 65537, 1000000};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < SW_COUNT(sizes); i++) {
            uint8_t *p = sw_arena_alloc(&arena, sizes[i]);
            assert_non_null(p);
            memset(p, 0xa5, sizes[i]);
        }
    }
}

/* A large piece stands behind the head: small ones before and after it share one block. */
static void a_large_piece_does_not_waste_the_open_block(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    uint8_t *first = sw_arena_alloc(&arena, 16);
    assert_non_null(sw_arena_alloc(&arena, 500000));
    uint8_t *second = sw_arena_alloc(&arena, 16);
    assert_ptr_equal(second, first + 16);
}

static void the_limit_counts_all_pieces(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 100);
    assert_non_null(sw_arena_alloc(&arena, 48));
    assert_non_null(sw_arena_alloc(&arena, 40)); /* counts as 48 */
    assert_null(sw_arena_alloc(&arena, 16));
    assert_int_equal(arena.used, 96);
    sw_arena_release(&arena);
    assert_int_equal(arena.used, 0);
    assert_non_null(sw_arena_alloc(&arena, 96));
    assert_null(sw_arena_alloc(&arena, 96));
}

static void impossible_sizes_give_null(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    assert_non_null(sw_arena_alloc(&arena, 1));
    static const size_t sizes[] = {
        SIZE_MAX, SIZE_MAX - 14, SIZE_MAX - 15, SIZE_MAX - 16, SIZE_MAX - 64, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        assert_null(sw_arena_alloc(&arena, sizes[i]));
        assert_null(sw_arena_copy(&arena, sw_bytes("x", sizes[i])));
    }
    assert_null(sw_arena_zalloc(&arena, SIZE_MAX / 2, 3));
    assert_null(sw_arena_zalloc(&arena, SIZE_MAX, SIZE_MAX));
    assert_int_equal(arena.used, 16);
}

static void zeroed_memory_is_zero(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    memset(sw_arena_alloc(&arena, 4096), 0xff, 4096);
    sw_arena_release(&arena);
    const uint64_t *array = SW_ARENA_ARRAY(&arena, uint64_t, 512);
    assert_non_null(array);
    for (size_t i = 0; i < 512; i++) {
        assert_true(array[i] == 0);
    }
    assert_non_null(sw_arena_zalloc(&arena, 0, 8));
    assert_int_equal(SW_ARENA_NEW(&arena, struct sw_error)->text[0], 0);
}

static void copies_are_terminated(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    assert_string_equal(sw_arena_strdup(&arena, "sealed"), "sealed");
    assert_string_equal(sw_arena_strdup(&arena, ""), "");
    assert_string_equal(sw_arena_strndup(&arena, sw_str_n("abcdef", 3)), "abc");
    assert_string_equal(sw_arena_strndup(&arena, sw_str_n(NULL, 0)), "");
    const uint8_t *copy = sw_arena_copy(&arena, sw_bytes("a\0b", 3));
    assert_memory_equal(copy, "a\0b", 4);
}

static void printf_makes_room_for_all_of_it(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    assert_string_equal(sw_arena_printf(&arena, "%s-%d", "a", 42), "a-42");
    assert_string_equal(sw_arena_printf(&arena, "%s", ""), "");
    const char *wide = sw_arena_printf(&arena, "%*d", 100000, 1);
    assert_int_equal(strlen(wide), 100000);
    assert_int_equal(wide[99999], '1');
    SW_CLEANUP(arena) struct sw_arena small;
    sw_arena_init(&small, 16);
    assert_null(sw_arena_printf(&small, "%s", "0123456789abcdef"));
    assert_string_equal(sw_arena_printf(&small, "%s", "0123456789abcde"), "0123456789abcde");
}

static void an_array_grows_and_keeps_its_elements(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    uint32_t *array = NULL;
    size_t cap = 0;
    for (size_t count = 0; count < 5000; count++) {
        array = sw_arena_grow(&arena, array, count, &cap, sizeof(*array));
        assert_non_null(array);
        assert_true(cap > count);
        array[count] = (uint32_t)count * 3;
    }
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(array[i], i * 3);
    }
    assert_true(arena.used <= 2 * cap * sizeof(*array));
}

static void an_array_that_cannot_grow_is_left_alone(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 64);
    size_t cap = 0;
    uint64_t *array = sw_arena_grow(&arena, NULL, 0, &cap, sizeof(*array));
    assert_non_null(array);
    assert_int_equal(cap, 8);
    array[7] = 77;
    assert_null(sw_arena_grow(&arena, array, 8, &cap, sizeof(*array)));
    assert_int_equal(cap, 8);
    assert_true(array[7] == 77);
    size_t huge = SIZE_MAX;
    assert_null(sw_arena_grow(&arena, array, SIZE_MAX, &huge, 1));
    huge = SIZE_MAX / 2;
    assert_null(sw_arena_grow(&arena, array, SIZE_MAX / 2, &huge, 8));
    assert_true(huge == SIZE_MAX / 2);
}

static void a_released_arena_may_be_used_again(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    sw_arena_release(&arena);
    for (size_t i = 0; i < 100; i++) {
        assert_non_null(sw_arena_alloc(&arena, 10000));
        assert_non_null(sw_arena_alloc(&arena, 100000));
        if (i % 10 == 0) {
            sw_arena_release(&arena);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_do_not_overlap),
        cmocka_unit_test(sizes_around_a_block_work),
        cmocka_unit_test(a_large_piece_does_not_waste_the_open_block),
        cmocka_unit_test(the_limit_counts_all_pieces),
        cmocka_unit_test(impossible_sizes_give_null),
        cmocka_unit_test(zeroed_memory_is_zero),
        cmocka_unit_test(copies_are_terminated),
        cmocka_unit_test(printf_makes_room_for_all_of_it),
        cmocka_unit_test(an_array_grows_and_keeps_its_elements),
        cmocka_unit_test(an_array_that_cannot_grow_is_left_alone),
        cmocka_unit_test(a_released_arena_may_be_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
