#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

static const uint8_t octets[] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88, 0x09};

static void integers_are_read_in_their_byte_order(void **state)
{
    (void)state;
    struct sw_cursor cur = sw_cursor(sw_bytes(octets, sizeof(octets)));
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    assert_int_equal(sw_cur_u8(&cur, &u8), SW_OK);
    assert_int_equal(u8, 0x01);
    assert_int_equal(sw_cur_u16le(&cur, &u16), SW_OK);
    assert_int_equal(u16, 0x0382);
    assert_int_equal(sw_cur_u16be(&cur, &u16), SW_OK);
    assert_int_equal(u16, 0x8405);
    assert_int_equal(cur.pos, 5);
    assert_int_equal(sw_cur_seek(&cur, 1), SW_OK);
    assert_int_equal(sw_cur_u32le(&cur, &u32), SW_OK);
    assert_int_equal(u32, 0x05840382);
    assert_int_equal(sw_cur_u32be(&cur, &u32), SW_OK);
    assert_int_equal(u32, 0x86078809);
    assert_int_equal(sw_cur_seek(&cur, 1), SW_OK);
    assert_int_equal(sw_cur_u64le(&cur, &u64), SW_OK);
    assert_true(u64 == 0x0988078605840382);
    assert_int_equal(sw_cur_seek(&cur, 1), SW_OK);
    assert_int_equal(sw_cur_u64be(&cur, &u64), SW_OK);
    assert_true(u64 == 0x8203840586078809);
    assert_int_equal(sw_cur_left(&cur), 0);
}

/* Runs one read of a fixed width; each gives its code only. */
static sw_result read_width(struct sw_cursor *cur, size_t which)
{
    static uint64_t sink;
    switch (which) {
    case 0: return sw_cur_u8(cur, (uint8_t *)&sink);
    case 1: return sw_cur_u16le(cur, (uint16_t *)&sink);
    case 2: return sw_cur_u16be(cur, (uint16_t *)&sink);
    case 3: return sw_cur_u32le(cur, (uint32_t *)&sink);
    case 4: return sw_cur_u32be(cur, (uint32_t *)&sink);
    case 5: return sw_cur_u64le(cur, &sink);
    default: return sw_cur_u64be(cur, &sink);
    }
}

static void a_read_past_the_end_moves_nothing(void **state)
{
    (void)state;
    static const size_t widths[] = {1, 2, 2, 4, 4, 8, 8};
    for (size_t which = 0; which < SW_COUNT(widths); which++) {
        for (size_t len = 0; len <= 9; len++) {
            struct sw_cursor cur = sw_cursor(sw_bytes(octets, len));
            for (size_t start = 0; start <= len; start++) {
                assert_int_equal(sw_cur_seek(&cur, start), SW_OK);
                bool fits = len - start >= widths[which];
                assert_int_equal(read_width(&cur, which), fits ? SW_OK : SW_E_FORMAT);
                assert_int_equal(cur.pos, fits ? start + widths[which] : start);
            }
        }
    }
}

static void a_failed_read_leaves_its_result_alone(void **state)
{
    (void)state;
    struct sw_cursor cur = sw_cursor(sw_bytes(octets, 1));
    uint32_t value = 0xdeadbeef;
    struct sw_bytes part = {octets, 9};
    struct sw_cursor sub = {{octets, 9}, 3};
    assert_int_equal(sw_cur_u32le(&cur, &value), SW_E_FORMAT);
    assert_int_equal(sw_cur_bytes(&cur, 2, &part), SW_E_FORMAT);
    assert_int_equal(sw_cur_sub(&cur, 2, &sub), SW_E_FORMAT);
    assert_int_equal(sw_cur_until(&cur, 0x77, &part), SW_E_FORMAT);
    assert_int_equal(value, 0xdeadbeef);
    assert_int_equal(part.len, 9);
    assert_int_equal(sub.pos, 3);
    assert_int_equal(cur.pos, 0);
}

static void lengths_from_hostile_headers_are_refused(void **state)
{
    (void)state;
    static const uint64_t lengths[] = {9, 10, UINT32_MAX, (uint64_t)UINT32_MAX + 1, INT64_MAX,
        (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, UINT64_MAX};
    struct sw_cursor cur = sw_cursor(sw_bytes(octets, sizeof(octets)));
    assert_int_equal(sw_cur_skip(&cur, 1), SW_OK);
    for (size_t i = 0; i < SW_COUNT(lengths); i++) {
        struct sw_bytes part;
        struct sw_cursor sub;
        assert_int_equal(sw_cur_bytes(&cur, lengths[i], &part), SW_E_FORMAT);
        assert_int_equal(sw_cur_skip(&cur, lengths[i]), SW_E_FORMAT);
        assert_int_equal(sw_cur_sub(&cur, lengths[i], &sub), SW_E_FORMAT);
        assert_int_equal(cur.pos, 1);
    }
    assert_int_equal(sw_cur_seek(&cur, 10), SW_E_FORMAT);
    assert_int_equal(sw_cur_seek(&cur, UINT64_MAX), SW_E_FORMAT);
    assert_int_equal(cur.pos, 1);
    assert_int_equal(sw_cur_seek(&cur, 9), SW_OK);
}

static void a_sub_cursor_sees_its_part_only(void **state)
{
    (void)state;
    struct sw_cursor cur = sw_cursor(sw_bytes(octets, sizeof(octets)));
    struct sw_cursor sub;
    uint8_t value;
    assert_int_equal(sw_cur_skip(&cur, 2), SW_OK);
    assert_int_equal(sw_cur_sub(&cur, 3, &sub), SW_OK);
    assert_int_equal(cur.pos, 5);
    assert_int_equal(sw_cur_left(&sub), 3);
    assert_int_equal(sw_cur_seek(&sub, 4), SW_E_FORMAT);
    assert_int_equal(sw_cur_skip(&sub, 2), SW_OK);
    assert_int_equal(sw_cur_u8(&sub, &value), SW_OK);
    assert_int_equal(value, 0x05);
    assert_int_equal(sw_cur_u8(&sub, &value), SW_E_FORMAT);
    assert_int_equal(sw_cur_sub(&cur, 0, &sub), SW_OK);
    assert_int_equal(sw_cur_left(&sub), 0);
}

static void until_stops_at_its_byte_and_passes_it(void **state)
{
    (void)state;
    struct sw_cursor cur = sw_cursor(sw_bytes("ab\n\ncd", 6));
    struct sw_bytes line;
    assert_int_equal(sw_cur_until(&cur, '\n', &line), SW_OK);
    assert_true(sw_bytes_equal(line, sw_bytes("ab", 2)));
    assert_int_equal(sw_cur_until(&cur, '\n', &line), SW_OK);
    assert_int_equal(line.len, 0);
    assert_int_equal(sw_cur_until(&cur, '\n', &line), SW_E_FORMAT);
    assert_int_equal(cur.pos, 4);
    assert_int_equal(sw_cur_until(&cur, 'd', &line), SW_OK);
    assert_true(sw_bytes_equal(line, sw_bytes("c", 1)));
    assert_int_equal(sw_cur_until(&cur, 'd', &line), SW_E_FORMAT);
}

static void a_match_is_whole_or_nothing(void **state)
{
    (void)state;
    struct sw_cursor cur = sw_cursor(sw_bytes("magic1", 6));
    assert_false(sw_cur_match(&cur, "magic2"));
    assert_false(sw_cur_match(&cur, "magic12"));
    assert_int_equal(cur.pos, 0);
    assert_true(sw_cur_match(&cur, "magic"));
    assert_true(sw_cur_match(&cur, ""));
    assert_true(sw_cur_match(&cur, "1"));
    assert_false(sw_cur_match(&cur, "1"));
    assert_true(sw_cur_match(&cur, ""));
    assert_int_equal(cur.pos, 6);
}

static void nothing_at_all_can_be_read_from(void **state)
{
    (void)state;
    struct sw_cursor cur = sw_cursor((struct sw_bytes){NULL, 0});
    struct sw_bytes part = {octets, 1};
    assert_int_equal(sw_cur_bytes(&cur, 0, &part), SW_OK);
    assert_int_equal(part.len, 0);
    assert_int_equal(sw_cur_skip(&cur, 0), SW_OK);
    assert_int_equal(sw_cur_skip(&cur, 1), SW_E_FORMAT);
    assert_int_equal(sw_cur_until(&cur, 0, &part), SW_E_FORMAT);
    assert_true(sw_cur_match(&cur, ""));
    assert_false(sw_cur_match(&cur, "a"));
    assert_int_equal(sw_cur_seek(&cur, 0), SW_OK);
    assert_int_equal(sw_cur_left(&cur), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_in_their_byte_order),
        cmocka_unit_test(a_read_past_the_end_moves_nothing),
        cmocka_unit_test(a_failed_read_leaves_its_result_alone),
        cmocka_unit_test(lengths_from_hostile_headers_are_refused),
        cmocka_unit_test(a_sub_cursor_sees_its_part_only),
        cmocka_unit_test(until_stops_at_its_byte_and_passes_it),
        cmocka_unit_test(a_match_is_whole_or_nothing),
        cmocka_unit_test(nothing_at_all_can_be_read_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
