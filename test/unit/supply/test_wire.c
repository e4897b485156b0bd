#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/wire.h"

static void counts_are_what_is_left_can_hold(void **state)
{
    (void)state;
    static const struct {
        size_t count, left, least, max;
        bool good;
    } rows[] = {{0, 0, 33, 9, true}, {2, 8, 4, 9, true}, {3, 11, 4, 9, false}, {3, 12, 4, 9, true},
        {3, 12, 4, 2, false}, {SIZE_MAX, 12, 4, SIZE_MAX, false}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
        size_t count;
        assert_int_equal(sw_wire_put_count(&buf, rows[i].count), SW_OK);
        for (size_t k = 0; k < rows[i].left; k++) {
            assert_int_equal(sw_buf_putc(&buf, 'x'), SW_OK);
        }
        struct sw_cursor cur = sw_cursor(sw_buf_bytes(&buf));
        if (sw_wire_take_count(&cur, rows[i].least, rows[i].max, &count) !=
            (rows[i].good ? SW_OK : SW_E_FORMAT)) {
            fail_msg("row %zu", i);
        }
    }
}

static void no_digest_is_none_in_a_list(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_digest digest;
    struct sw_digest back;
    const struct sw_digest none = {.alg = 0};
    sw_sha256(sw_bytes("a", 1), &digest);
    assert_int_equal(sw_wire_put_digest(&buf, &digest), SW_OK);
    assert_int_equal(buf.len, SW_WIRE_HELD_DIGEST_LEN);
    assert_int_equal(sw_wire_put_digest(&buf, &none), SW_OK);
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&buf));
    assert_int_equal(sw_wire_take_held_digest(&cur, &back), SW_OK);
    assert_true(sw_digest_equal(&back, &digest));
    assert_int_equal(sw_wire_take_held_digest(&cur, &back), SW_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_what_is_left_can_hold),
        cmocka_unit_test(no_digest_is_none_in_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
