#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/base64.h"

/* RFC 4648 section 10, and each byte value once. */
static const struct {
    const char *plain;
    const char *coded;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/"},
};

static void encodes_the_vectors(void **state)
{
    for (size_t i = 0; i < SW_COUNT(vectors); i++) {
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        assert_int_equal(
            sw_base64_encode(&out, sw_bytes(vectors[i].plain, strlen(vectors[i].plain))), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), vectors[i].coded);
    }
}

static void decodes_the_vectors(void **state)
{
    for (size_t i = 0; i < SW_COUNT(vectors); i++) {
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        assert_int_equal(sw_base64_decode(&out, sw_str(vectors[i].coded), false), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), vectors[i].plain);
    }
}

static void reads_the_url_alphabet_and_no_padding_when_asked(void **state)
{
    static const struct {
        const char *coded;
        const char *plain;
    } good[] = {{"-_-_", "\xfb\xff\xbf"}, {"+/+/", "\xfb\xff\xbf"}, {"Zg", "f"}, {"Zg==", "f"},
        {"Zm8", "fo"}};
    for (size_t i = 0; i < SW_COUNT(good); i++) {
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        assert_int_equal(sw_base64_decode(&out, sw_str(good[i].coded), true), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), good[i].plain);
    }
}

static void refuse(const char *text, size_t len, bool url_too)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&out, "kept"), SW_OK);
    assert_int_equal(sw_base64_decode(&out, sw_str_n(text, len), url_too), SW_E_FORMAT);
    assert_string_equal(sw_buf_cstr(&out), "kept");
    assert_int_equal(out.len, 4);
}

static void refuses_what_has_another_spelling(void **state)
{
    static const char *const bad[] = {"Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "Zm8",
        "Zh==", "Zm9=", "Zm9v Zg==", "Zm9v\n", "Zm9vZ", "Zg==Zg==", "Z===", "Zm=v", "-_-_", "Zm9$",
        "Zm9\xff"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        refuse(bad[i], strlen(bad[i]), false);
    }
    refuse("Zm9\0", 4, false);
}

static void refuses_wrong_url_text(void **state)
{
    static const char *const bad[] = {"Z", "Zg=", "Zg===", "-_+/", "Zh", "Zm9", "====", " Zg"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        refuse(bad[i], strlen(bad[i]), true);
    }
}

static void brings_back_every_length_and_byte(void **state)
{
    uint8_t data[300];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i * 7 + i / 256);
    }
    for (size_t len = 0; len <= sizeof(data); len++) {
        SW_CLEANUP(buf) struct sw_buf coded = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
        assert_int_equal(sw_base64_encode(&coded, sw_bytes(data, len)), SW_OK);
        assert_int_equal(coded.len, (len + 2) / 3 * 4);
        assert_int_equal(sw_base64_decode(&plain, sw_buf_str(&coded), false), SW_OK);
        assert_true(sw_bytes_equal(sw_buf_bytes(&plain), sw_bytes(data, len)));
    }
}

static void keeps_to_the_maximum_of_the_buffer(void **state)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    sw_buf_init(&out, 7);
    assert_int_equal(sw_base64_encode(&out, sw_bytes("foob", 4)), SW_E_LIMIT);
    assert_int_equal(out.len, 0);
    assert_int_equal(sw_base64_encode(&out, sw_bytes("foo", 3)), SW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_the_vectors),
        cmocka_unit_test(decodes_the_vectors),
        cmocka_unit_test(reads_the_url_alphabet_and_no_padding_when_asked),
        cmocka_unit_test(refuses_what_has_another_spelling),
        cmocka_unit_test(refuses_wrong_url_text),
        cmocka_unit_test(brings_back_every_length_and_byte),
        cmocka_unit_test(keeps_to_the_maximum_of_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
