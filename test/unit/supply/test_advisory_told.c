#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/advisory_parse.h"

/* Words as letters: a record, a score that it tells, EPSS, KEV. */
static enum sw_code tell(struct sw_advisory_told *told, const char *words)
{
    for (; *words != '\0'; words++) {
        const struct sw_feed_entry entry = {.kind = *words == 'k'   ? SW_FEED_KEV
                                                    : *words == 'e' ? SW_FEED_EPSS
                                                                    : SW_FEED_EPSS_ONE};
        SW_TRY(
            *words == 'r' ? sw_advisory_told_record(told) : sw_advisory_told_entry(told, &entry));
    }
    return SW_OK;
}

/* One that was taken over cannot put a feed's entries in place of the real ones under another
 * file's name. */
static void words_are_of_one_kind(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        bool good;
    } rows[] = {{"", true}, {"rrr", true}, {"rsrs", true}, {"rrss", true}, {"eee", true},
        {"kk", true}, {"rk", false}, {"re", false}, {"ek", false}, {"ke", false}, {"er", false},
        {"kr", false}, {"s", false}, {"rss", false}, {"es", false}, {"ks", false}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_advisory_told told = {0};
        if (tell(&told, rows[i].words) != (rows[i].good ? SW_OK : SW_E_FORMAT)) {
            fail_msg("%s", rows[i].words);
        }
    }
}

static void the_end_is_what_was_told(void **state)
{
    (void)state;
    static const struct {
        const char *words;
        enum sw_advisory_kind kind;
        uint64_t records;
        bool good;
    } rows[] = {{"", SW_ADVISORY_OSV, 0, true}, {"", SW_ADVISORY_EPSS, 0, true},
        {"rsr", SW_ADVISORY_OSV, 2, true}, {"ee", SW_ADVISORY_EPSS, 2, true},
        {"k", SW_ADVISORY_KEV, 1, true}, {"", SW_ADVISORY_OSV, 777, false},
        {"r", SW_ADVISORY_OSV, 0, false}, {"rsr", SW_ADVISORY_OSV, 3, false},
        {"k", SW_ADVISORY_OSV, 1, false}, {"e", SW_ADVISORY_KEV, 1, false},
        {"r", SW_ADVISORY_EPSS, 1, false}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_advisory_told told = {0};
        const struct sw_advisory_found found = {.kind = rows[i].kind, .records = rows[i].records};
        assert_int_equal(tell(&told, rows[i].words), SW_OK);
        if (sw_advisory_told_check(&told, &found) != (rows[i].good ? SW_OK : SW_E_FORMAT)) {
            fail_msg("row %zu", i);
        }
    }
}

static void what_is_told_is_bounded_by_the_file(void **state)
{
    (void)state;
    static const uint64_t always = (uint64_t)64 << 20;
    struct sw_advisory_told told = {0};
    assert_int_equal(sw_advisory_told_bytes(&told, always, 0), SW_OK);
    assert_int_equal(sw_advisory_told_bytes(&told, 1, 0), SW_E_LIMIT);
    assert_int_equal(sw_advisory_told_bytes(&told, 64, 1), SW_OK);
    assert_int_equal(sw_advisory_told_bytes(&told, 1, 1), SW_E_LIMIT);
    assert_int_equal(sw_advisory_told_bytes(&told, UINT64_MAX, 1), SW_E_LIMIT);
    assert_int_equal(sw_advisory_told_bytes(&told, 1, UINT64_MAX), SW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_of_one_kind),
        cmocka_unit_test(the_end_is_what_was_told),
        cmocka_unit_test(what_is_told_is_bounded_by_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
