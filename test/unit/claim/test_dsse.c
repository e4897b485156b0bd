#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void pae_is_as_in_the_protocol(void **state)
{
    (void)state;
    /* dsse/protocol.md, "Test vectors". */
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_dsse_pae(&out, sw_str("http://example.com/HelloWorld"),
                         sw_bytes_of_str(sw_str("hello world"))),
        SW_OK);
    assert_string_equal(
        sw_buf_cstr(&out), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    sw_buf_clear(&out);
    assert_int_equal(sw_dsse_pae(&out, sw_str(""), (struct sw_bytes){0}), SW_OK);
    assert_string_equal(sw_buf_cstr(&out), "DSSEv1 0  0 ");
}

static void pae_counts_bytes_and_keeps_them(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    static const uint8_t payload[] = {0, 0xff, '\n', 0xc3, 0xa9};
    assert_int_equal(sw_dsse_pae(&out, sw_str("é"), sw_bytes(payload, sizeof(payload))), SW_OK);
    static const char head[] = "DSSEv1 2 é 5 ";
    assert_int_equal(out.len, sizeof(head) - 1 + sizeof(payload));
    assert_memory_equal(out.data, head, sizeof(head) - 1);
    assert_memory_equal(out.data + sizeof(head) - 1, payload, sizeof(payload));
}

/* What Python 3 prints for repr() of these bytes. */
static const struct {
    const char *payload;
    size_t len;
    const char *repr;
} reprs[] = {
    {"", 0, "b''"},
    {"plain", 5, "b'plain'"},
    {"it's", 4, "b\"it's\""},
    {"\"", 1, "b'\"'"},
    {"it's \"x\"", 8, "b'it\\'s \"x\"'"},
    {"\t\n\r\\\x00\x1f\x7f\x80\xff ~", 11, "b'\\t\\n\\r\\\\\\x00\\x1f\\x7f\\x80\\xff ~'"},
    {"\a\b\f\v", 4, "b'\\x07\\x08\\x0c\\x0b'"},
};

static void the_old_encoding_is_the_repr_of_python(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(reprs); i++) {
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf wanted = SW_BUF_INIT;
        assert_int_equal(sw_buf_printf(&wanted, "DSSEV1 28 application/vnd.in-toto+json %zu %s",
                             reprs[i].len, reprs[i].repr),
            SW_OK);
        assert_int_equal(sw_dsse_pae_v02(&out, sw_str(SW_DSSE_INTOTO_TYPE),
                             sw_bytes(reprs[i].payload, reprs[i].len)),
            SW_OK);
        assert_string_equal(sw_buf_cstr(&out), sw_buf_cstr(&wanted));
    }
}

static void a_full_buffer_is_an_error(void **state)
{
    (void)state;
    for (size_t max = 1; max < 24; max++) {
        struct sw_buf out;
        sw_buf_init(&out, max);
        assert_int_equal(
            sw_dsse_pae(&out, sw_str("type"), sw_bytes("payload bytes", 13)), SW_E_LIMIT);
        sw_buf_clear(&out);
        assert_int_equal(
            sw_dsse_pae_v02(&out, sw_str("type"), sw_bytes("payload bytes", 13)), SW_E_LIMIT);
        sw_buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pae_is_as_in_the_protocol),
        cmocka_unit_test(pae_counts_bytes_and_keeps_them),
        cmocka_unit_test(the_old_encoding_is_the_repr_of_python),
        cmocka_unit_test(a_full_buffer_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
