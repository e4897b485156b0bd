#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

#define ROW(text)              \
    {                          \
        text, sizeof(text) - 1 \
    }

struct text_row {
    const char *text;
    size_t len;
};

static void well_formed_utf8_is_accepted(void **state)
{
    (void)state;
    static const struct text_row rows[] = {
        ROW(""),
        ROW("a"),
        ROW("\0"),
        ROW("\x7f"),
        ROW("\xc2\x80"),
        ROW("\xdf\xbf"),
        ROW("\xe0\xa0\x80"),
        ROW("\xe1\x80\x80"),
        ROW("\xec\xbf\xbf"),
        ROW("\xed\x80\x80"),
        ROW("\xed\x9f\xbf"), /* the last before the surrogates */
        ROW("\xee\x80\x80"),
        ROW("\xef\xbf\xbf"),
        ROW("\xf0\x90\x80\x80"),
        ROW("\xf1\x80\x80\x80"),
        ROW("\xf3\xbf\xbf\xbf"),
        ROW("\xf4\x80\x80\x80"),
        ROW("\xf4\x8f\xbf\xbf"), /* U+10FFFF */
        ROW("eight by\xc3\xa4 eight ascii then \xe2\x82\xac and \xf0\x9f\x99\x82 end"),
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (!sw_utf8_valid(sw_bytes(rows[i].text, rows[i].len))) {
            fail_msg("row %zu was refused", i);
        }
    }
    assert_true(sw_utf8_valid((struct sw_bytes){NULL, 0}));
}

static void malformed_utf8_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    static const struct text_row rows[] = {
        ROW("\x80"),
        ROW("\xbf"),
        ROW("\xc0\x80"), /* overlong */
        ROW("\xc0\xaf"),
        ROW("\xc1\xbf"),
        ROW("\xc2"),
        ROW("\xc2\x7f"),
        ROW("\xc2\xc0"),
        ROW("\xe0\x80\x80"),
        ROW("\xe0\x9f\xbf"),
        ROW("\xe0\xa0"),
        ROW("\xe1\x80\x7f"),
        ROW("\xe1\x80\xc0"),
        ROW("\xed\xa0\x80"), /* surrogates */
        ROW("\xed\xbf\xbf"),
        ROW("\xef\xbf"),
        ROW("\xf0\x80\x80\x80"),
        ROW("\xf0\x8f\xbf\xbf"),
        ROW("\xf0\x90\x80"),
        ROW("\xf1\x80\x80\x7f"),
        ROW("\xf1\x80\x7f\x80"),
        ROW("\xf4\x90\x80\x80"), /* over U+10FFFF */
        ROW("\xf5\x80\x80\x80"),
        ROW("\xf8\x88\x80\x80\x80"),
        ROW("\xfe"),
        ROW("\xff"),
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        /* Behind 0 to 16 good bytes, and with good bytes following. */
        for (size_t before = 0; before <= 16; before++) {
            for (size_t after = 0; after <= 16; after += 8) {
                char text[64];
                memset(text, 'a', sizeof(text));
                memcpy(text + before, rows[i].text, rows[i].len);
                if (sw_utf8_valid(sw_bytes(text, before + rows[i].len + after))) {
                    fail_msg("row %zu was accepted behind %zu bytes", i, before);
                }
            }
        }
    }
}

/* Compares with the definition, for every string of two bytes and every three behind E0..EF. */
static void short_strings_agree_with_the_definition(void **state)
{
    (void)state;
    for (unsigned a = 0x80; a < 0x100; a++) {
        for (unsigned b = 0; b < 0x100; b++) {
            const uint8_t two[] = {(uint8_t)a, (uint8_t)b};
            bool expected = a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf;
            assert_int_equal(sw_utf8_valid(sw_bytes(two, 2)), expected);
            const uint8_t three[] = {(uint8_t)a, (uint8_t)b, 0x80};
            uint32_t point = (a & 0xfu) << 12 | (b & 0x3fu) << 6;
            expected = a >= 0xe0 && a <= 0xef && b >= 0x80 && b <= 0xbf && point >= 0x800 &&
                       !(point >= 0xd800 && point <= 0xdfff);
            assert_int_equal(sw_utf8_valid(sw_bytes(three, 3)), expected);
        }
    }
}

static void decimal_numbers_are_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } rows[] = {
        {"0", true, 0},
        {"7", true, 7},
        {"10", true, 10},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"99999999999999999999", false, 0},
        {"100000000000000000000", false, 0},
        {"", false, 0},
        {"00", false, 0},
        {"01", false, 0},
        {"+1", false, 0},
        {"-1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1\n", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"/", false, 0},
        {":", false, 0},
        {"\xb2", false, 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        uint64_t value = 4711;
        if (sw_parse_u64(sw_str(rows[i].text), &value) != rows[i].ok) {
            fail_msg("'%s'", rows[i].text);
        }
        assert_true(value == (rows[i].ok ? rows[i].value : 4711));
    }
    uint64_t value = 4711;
    assert_false(sw_parse_u64(sw_str_n("1\0002", 3), &value));
    assert_true(sw_parse_u64(sw_str_n("123", 2), &value));
    assert_true(value == 12);
}

static void signed_numbers_reach_both_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551615", false, 0},
        {"-", false, 0},
        {"", false, 0},
        {"--1", false, 0},
        {"-01", false, 0},
        {"+1", false, 0},
        {"- 1", false, 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int64_t value = 4711;
        if (sw_parse_i64(sw_str(rows[i].text), &value) != rows[i].ok) {
            fail_msg("'%s'", rows[i].text);
        }
        assert_true(value == (rows[i].ok ? rows[i].value : 4711));
    }
}

static void what_a_terminal_would_obey_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        size_t len;
        const char *shown;
    } rows[] = {
        {"", 0, ""},
        {"plain text", 10, "plain text"},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82", 9, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x99\x82"},
        {"a\nb\rc\td", 7, "a\\x0ab\\x0dc\\x09d"},
        {"\x1b]0;t\x07", 6, "\\x1b]0;t\\x07"},
        {"a\0b", 3, "a\\x00b"},
        {"\x7f", 1, "\\x7f"},
        {"\xc2\x85", 2, "\\xc2\\x85"}, /* next line, C1 */
        {"\xc2\x9b", 2, "\\xc2\\x9b"}, /* control sequence introducer, C1 */
        {"\xc2\xa0", 2, "\xc2\xa0"},
        {"\xff\xfe", 2, "\\xff\\xfe"},
        {"\xe2\x82", 2, "\\xe2\\x82"},
        {"\xe2\x80\x8e\xe2\x80\x8f", 6, "\\xe2\\x80\\x8e\\xe2\\x80\\x8f"}, /* LRM, RLM */
        {"\xe2\x80\xa8\xe2\x80\xa9", 6, "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"}, /* line separators */
        {"\xe2\x80\xae", 3, "\\xe2\\x80\\xae"}, /* right-to-left override */
        {"\xe2\x81\xa6\xe2\x81\xa9", 6, "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"},
        {"\xd8\x9c", 2, "\\xd8\\x9c"},       /* Arabic letter mark */
        {"\xe2\x80\xa7", 3, "\xe2\x80\xa7"}, /* U+2027 and U+202F are plain */
        {"\xe2\x80\xaf", 3, "\xe2\x80\xaf"},
        {"back\\slash", 10, "back\\slash"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char out[128];
        sw_escape_line(rows[i].raw, rows[i].len, out, sizeof(out));
        assert_string_equal(out, rows[i].shown);
    }
}

static void text_that_does_not_fit_is_cut_visibly(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        size_t size;
        const char *shown;
    } rows[] = {
        {"abcdefgh", 9, "abcdefgh"},
        {"abcdefgh", 8, "abcd..."},
        {"abcdefgh", 5, "a..."},
        {"abcdefgh", 4, "..."},
        {"abcdefgh", 3, ".."},
        {"abcdefgh", 1, ""},
        {"abc", 4, "abc"},
        {"a\nb", 7, "a\\x0ab"},
        {"a\nb", 6, "a..."},
        {"ab\n", 7, "ab\\x0a"},
        {"ab\n", 6, "ab..."},
        {"\xe2\x82\xac\xe2\x82\xac", 7, "\xe2\x82\xac\xe2\x82\xac"},
        {"\xe2\x82\xac\xe2\x82\xac", 6, "..."},
        {"a\xe2\x82\xac\xe2\x82\xac", 7, "a..."},
        {"", 1, ""},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char out[16];
        memset(out, '#', sizeof(out));
        sw_escape_line(rows[i].raw, strlen(rows[i].raw), out, rows[i].size);
        assert_string_equal(out, rows[i].shown);
        assert_int_equal(out[rows[i].size], '#');
    }
    char untouched = '#';
    sw_escape_line("abc", 3, &untouched, 0);
    assert_int_equal(untouched, '#');
}

static void any_bytes_in_any_room_stay_inside_it(void **state)
{
    (void)state;
    uint8_t raw[40];
    uint32_t seed = 12345;
    for (size_t round = 0; round < 20000; round++) {
        size_t len = round % sizeof(raw);
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            raw[i] = (uint8_t)(seed >> 24);
        }
        size_t size = 1 + round % 61;
        char out[64];
        memset(out, '#', sizeof(out));
        sw_escape_line((const char *)raw, len, out, size);
        assert_non_null(memchr(out, '\0', size));
        assert_int_equal(out[size], '#');
        size_t shown = strlen(out);
        assert_true(sw_utf8_valid(sw_bytes(out, shown)));
        for (size_t i = 0; i < shown; i++) {
            assert_true((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
        }
    }
}

static void sizes_are_shown_with_one_digit(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *shown;
    } rows[] = {
        {0, "0 B"},
        {1, "1 B"},
        {999, "999 B"},
        {1000, "1.0 kB"},
        {1049, "1.0 kB"},
        {1050, "1.1 kB"},
        {1500, "1.5 kB"},
        {999949, "999.9 kB"},
        {999950, "1.0 MB"},
        {1000000, "1.0 MB"},
        {2147483648, "2.1 GB"},
        {7000000000000, "7.0 TB"},
        {7000000000000000, "7.0 PB"},
        {UINT64_MAX, "18.4 EB"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char out[16];
        sw_format_size(rows[i].bytes, out);
        assert_string_equal(out, rows[i].shown);
    }
}

static void strings_are_ordered_by_their_bytes(void **state)
{
    (void)state;
    static const char *const ordered[] = {"", "\x01", "A", "a", "a-", "a/", "aa", "b", "\xc3\xa4",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80"};
    for (size_t i = 0; i < SW_COUNT(ordered); i++) {
        for (size_t j = 0; j < SW_COUNT(ordered); j++) {
            int order = sw_str_compare(sw_str(ordered[i]), sw_str(ordered[j]));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
    assert_int_equal(sw_str_compare((struct sw_str){0}, (struct sw_str){0}), 0);
    assert_true(sw_str_compare(sw_str_n("a\0b", 3), sw_str_n("a\0a", 3)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_utf8_is_accepted),
        cmocka_unit_test(malformed_utf8_is_refused_wherever_it_stands),
        cmocka_unit_test(short_strings_agree_with_the_definition),
        cmocka_unit_test(decimal_numbers_are_read_strictly),
        cmocka_unit_test(signed_numbers_reach_both_ends),
        cmocka_unit_test(what_a_terminal_would_obey_is_escaped),
        cmocka_unit_test(text_that_does_not_fit_is_cut_visibly),
        cmocka_unit_test(any_bytes_in_any_room_stay_inside_it),
        cmocka_unit_test(sizes_are_shown_with_one_digit),
        cmocka_unit_test(strings_are_ordered_by_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
