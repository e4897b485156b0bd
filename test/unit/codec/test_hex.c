#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/hex.h"

static void writes_lower_case_digits(void **state)
{
    char out[9];
    sw_hex_encode(sw_bytes("\x00\x9a\xbf\xff", 4), out);
    assert_string_equal(out, "009abfff");
    sw_hex_encode(sw_bytes("", 0), out);
    assert_string_equal(out, "");
}

static void reads_what_it_wrote(void **state)
{
    uint8_t all[256];
    uint8_t back[256];
    char text[513];
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (uint8_t)i;
    }
    sw_hex_encode(sw_bytes(all, sizeof(all)), text);
    assert_true(sw_hex_decode(sw_str(text), back, sizeof(back)));
    assert_memory_equal(all, back, sizeof(all));
}

static void refuses_other_lengths_and_other_digits(void **state)
{
    static const char *const bad[] = {"", "0", "000", "00000", "00A0", "0g00", "00/0", "0:00",
        "`000", " 000", "0x00", "00\xc3\xa9"};
    uint8_t out[2];
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_false(sw_hex_decode(sw_str(bad[i]), out, sizeof(out)));
    }
    assert_false(sw_hex_decode(sw_str("00"), out, SIZE_MAX / 2 + 2));
    assert_true(sw_hex_decode(sw_str(""), out, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_lower_case_digits),
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(refuses_other_lengths_and_other_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
