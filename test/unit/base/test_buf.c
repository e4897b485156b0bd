#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

static void pieces_are_appended_in_order(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_append(&buf, "ab", 2), SW_OK);
    assert_int_equal(sw_buf_puts(&buf, "cd"), SW_OK);
    assert_int_equal(sw_buf_put_str(&buf, sw_str_n("efgh", 2)), SW_OK);
    assert_int_equal(sw_buf_putc(&buf, 'g'), SW_OK);
    assert_int_equal(sw_buf_printf(&buf, "%d%s", 12, "h"), SW_OK);
    assert_int_equal(sw_buf_append(&buf, NULL, 0), SW_OK);
    assert_int_equal(sw_buf_puts(&buf, ""), SW_OK);
    assert_int_equal(sw_buf_printf(&buf, "%s", ""), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), "abcdefg12h");
    assert_true(sw_str_is(sw_buf_str(&buf), "abcdefg12h"));
    assert_true(sw_bytes_equal(sw_buf_bytes(&buf), sw_bytes("abcdefg12h", 10)));
}

static void it_is_terminated_after_every_append(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(sw_buf_putc(&buf, (char)('a' + i % 26)), SW_OK);
        assert_int_equal(buf.len, i + 1);
        assert_int_equal(buf.data[buf.len], 0);
        assert_true(buf.cap > buf.len);
    }
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(buf.data[i], 'a' + i % 26);
    }
}

static void an_empty_one_reads_as_empty_text(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_string_equal(sw_buf_cstr(&buf), "");
    assert_int_equal(sw_buf_bytes(&buf).len, 0);
    assert_int_equal(sw_buf_reserve(&buf, 100), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), "");
    assert_int_equal(sw_buf_puts(&buf, "old words"), SW_OK);
    const uint8_t *before = buf.data;
    sw_buf_clear(&buf);
    assert_int_equal(buf.len, 0);
    assert_string_equal(sw_buf_cstr(&buf), "");
    assert_int_equal(sw_buf_puts(&buf, "new"), SW_OK);
    assert_ptr_equal(buf.data, before);
    assert_string_equal(sw_buf_cstr(&buf), "new");
}

static void the_maximum_is_met_exactly(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf;
    sw_buf_init(&buf, 10);
    assert_int_equal(sw_buf_puts(&buf, "01234"), SW_OK);
    assert_int_equal(sw_buf_puts(&buf, "567890"), SW_E_LIMIT);
    assert_int_equal(sw_buf_printf(&buf, "%s", "567890"), SW_E_LIMIT);
    assert_int_equal(sw_buf_reserve(&buf, 6), SW_E_LIMIT);
    assert_string_equal(sw_buf_cstr(&buf), "01234");
    assert_int_equal(sw_buf_puts(&buf, "56789"), SW_OK);
    assert_int_equal(sw_buf_putc(&buf, 'x'), SW_E_LIMIT);
    assert_int_equal(sw_buf_puts(&buf, ""), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), "0123456789");
    sw_buf_release(&buf);
    assert_int_equal(buf.max, 10);
    assert_int_equal(sw_buf_puts(&buf, "01234567890"), SW_E_LIMIT);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&buf, "kept"), SW_OK);
    assert_int_equal(sw_buf_reserve(&buf, SIZE_MAX), SW_E_LIMIT);
    assert_int_equal(sw_buf_reserve(&buf, SIZE_MAX - 4), SW_E_LIMIT);
    assert_int_equal(sw_buf_reserve(&buf, SIZE_MAX - 5), SW_E_NOMEM);
    assert_int_equal(sw_buf_reserve(&buf, SIZE_MAX / 2), SW_E_NOMEM);
    assert_string_equal(sw_buf_cstr(&buf), "kept");
}

static void integers_have_the_stated_order(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_put_u16be(&buf, 0x0102), SW_OK);
    assert_int_equal(sw_buf_put_u32be(&buf, 0xfffefdfc), SW_OK);
    assert_int_equal(sw_buf_put_u64be(&buf, 0x8000000000000001), SW_OK);
    static const uint8_t expected[] = {1, 2, 0xff, 0xfe, 0xfd, 0xfc, 0x80, 0, 0, 0, 0, 0, 0, 1};
    assert_int_equal(buf.len, sizeof(expected));
    assert_memory_equal(buf.data, expected, sizeof(expected));
}

static void a_reservation_keeps_later_appends_in_place(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_buf_reserve(&buf, 100000), SW_OK);
    const uint8_t *before = buf.data;
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(sw_buf_putc(&buf, 'x'), SW_OK);
    }
    assert_ptr_equal(buf.data, before);
}

static void a_wiped_one_is_empty_and_reusable(void **state)
{
    (void)state;
    SW_CLEANUP(secret) struct sw_buf buf = SW_BUF_INIT;
    sw_buf_wipe(&buf);
    assert_int_equal(sw_buf_puts(&buf, "secret"), SW_OK);
    sw_buf_wipe(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.cap, 0);
    assert_int_equal(sw_buf_puts(&buf, "again"), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), "again");
}

static void views_compare_by_bytes_and_length(void **state)
{
    (void)state;
    struct sw_str none = {0};
    assert_true(sw_str_equal(none, sw_str("")));
    assert_true(sw_bytes_equal((struct sw_bytes){0}, sw_bytes("x", 0)));
    assert_false(sw_str_is(sw_str("ab"), "abc"));
    assert_false(sw_str_is(sw_str_n("a\0b", 3), "a"));
    assert_true(sw_str_starts(none, ""));
    assert_true(sw_str_ends(none, ""));
    assert_false(sw_str_starts(none, "a"));
    assert_false(sw_str_ends(none, "a"));
    assert_true(sw_str_starts(sw_str("abc"), "ab"));
    assert_false(sw_str_starts(sw_str("abc"), "bc"));
    assert_true(sw_str_ends(sw_str("abc"), "bc"));
    assert_false(sw_str_ends(sw_str("abc"), "ab"));
    assert_false(sw_str_ends(sw_str("bc"), "abc"));
    assert_int_equal(sw_str(NULL).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_appended_in_order),
        cmocka_unit_test(it_is_terminated_after_every_append),
        cmocka_unit_test(an_empty_one_reads_as_empty_text),
        cmocka_unit_test(the_maximum_is_met_exactly),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(integers_have_the_stated_order),
        cmocka_unit_test(a_reservation_keeps_later_appends_in_place),
        cmocka_unit_test(a_wiped_one_is_empty_and_reusable),
        cmocka_unit_test(views_compare_by_bytes_and_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
