/* Text is checked in blocks where the processor has them; whatever the way, the answer is the same
 * as from the table of Unicode 15, table 3-7. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

#include "base/utf8.h"

#include <stdlib.h>

#define LENGTH 80

/* Where a sequence stands: at the start, over the ends of the first and second block, at the end.
 */
static const size_t places[] = {0, 29, 30, 31, 32, 62, 63, 64, LENGTH - 4, LENGTH - 3};

static bool agrees(const uint8_t *sequence, size_t len, size_t place)
{
    uint8_t text[LENGTH];
    memset(text, 'a', sizeof(text));
    len = len > sizeof(text) - place ? sizeof(text) - place : len;
    memcpy(text + place, sequence, len);
    struct sw_bytes bytes = sw_bytes(text, sizeof(text));
    return sw_utf8_valid(bytes) == sw_utf8_valid_in_words(bytes);
}

static void every_three_bytes_are_judged_by_the_table(void **state)
{
    for (uint32_t n = 0; n < 1u << 24; n++) {
        uint8_t sequence[] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
        size_t place = places[n * 2654435761u >> 16 & 7];
        if (!agrees(sequence, sizeof(sequence), place)) {
            fail_msg("%06x at %zu", n, place);
        }
    }
}

/* Bytes at the borders of every row of the table. */
static const uint8_t borders[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
    0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF};

static void every_four_bytes_at_a_border_are_judged_by_the_table(void **state)
{
    const size_t count = SW_COUNT(borders);
    for (size_t n = 0; n < count * count * count * count; n++) {
        uint8_t sequence[] = {borders[n % count], borders[n / count % count],
            borders[n / count / count % count], borders[n / count / count / count]};
        for (size_t i = 0; i < SW_COUNT(places); i++) {
            if (!agrees(sequence, sizeof(sequence), places[i])) {
                fail_msg("%02x %02x %02x %02x at %zu", sequence[0], sequence[1], sequence[2],
                    sequence[3], places[i]);
            }
        }
    }
}

static void text_that_ends_within_a_character_is_not_valid_at_any_length(void **state)
{
    for (size_t len = 1; len < 200; len++) {
        SW_CLEANUP(free) uint8_t *text = malloc(len); /* so that a read past the end is seen */
        assert_non_null(text);
        memset(text, 'a', len);
        assert_true(sw_utf8_valid(sw_bytes(text, len)));
        text[len - 1] = 0xE2;
        assert_false(sw_utf8_valid(sw_bytes(text, len)));
        for (size_t at = 0; at < len; at++) {
            text[at] = 0x80;
            assert_false(sw_utf8_valid(sw_bytes(text, len)));
            text[at] = 'a';
        }
    }
}

static void random_bytes_are_judged_by_the_table(void **state)
{
    uint64_t seed = 1;
    size_t good = 0;
    for (unsigned n = 0; n < 200000; n++) {
        uint8_t text[LENGTH];
        for (size_t i = 0; i < sizeof(text);) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            static const char *const parts[] = {
                "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
            const char *part = parts[seed >> 40 & 3];
            for (; *part != '\0' && i < sizeof(text); part++) {
                text[i++] = (uint8_t)*part;
            }
        }
        if ((seed >> 50 & 3) == 0) {
            text[(seed >> 33) % sizeof(text)] = (uint8_t)(seed >> 24);
        }
        struct sw_bytes bytes = sw_bytes(text, sizeof(text));
        bool valid = sw_utf8_valid_in_words(bytes);
        assert_int_equal(sw_utf8_valid(bytes), valid);
        good += valid;
    }
    assert_in_range(good, 20000, 180000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_three_bytes_are_judged_by_the_table),
        cmocka_unit_test(every_four_bytes_at_a_border_are_judged_by_the_table),
        cmocka_unit_test(text_that_ends_within_a_character_is_not_valid_at_any_length),
        cmocka_unit_test(random_bytes_are_judged_by_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
