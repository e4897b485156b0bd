#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

static void times_are_read_and_shown(void **state)
{
    (void)state;
    /* From `date -u -d … +%s`; the years before 1000 from the proleptic Gregorian calendar. */
    static const struct {
        const char *text;
        int64_t time;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"2000-02-29T12:00:00Z", 951825600},
        {"2001-09-09T01:46:40Z", 1000000000},
        {"2023-11-14T22:13:20Z", 1700000000},
        {"2024-02-29T23:59:59Z", 1709251199},
        {"2024-12-31T23:59:59Z", 1735689599},
        {"2038-01-19T03:14:08Z", 2147483648},
        {"1900-03-01T00:00:00Z", -2203891200},
        {"1600-02-29T00:00:00Z", -11670998400},
        {"0999-12-31T23:59:59Z", -30610224001},
        {"0001-01-01T00:00:00Z", -62135596800},
        {"0000-01-01T00:00:00Z", -62167219200},
        {"9999-12-31T23:59:59Z", 253402300799},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int64_t time = 4711;
        assert_true(sw_time_parse(sw_str(rows[i].text), &time));
        if (time != rows[i].time) {
            fail_msg("%s is %lld", rows[i].text, (long long)time);
        }
        char text[SW_TIME_TEXT_SIZE];
        sw_time_format(rows[i].time, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void every_day_of_four_centuries_round_trips(void **state)
{
    (void)state;
    for (int64_t day = -134774; day < 146097; day++) { /* from 1601-01-01 */
        char text[SW_TIME_TEXT_SIZE];
        int64_t time = day * 86400 + 45296;
        sw_time_format(time, text);
        int64_t back;
        assert_true(sw_time_parse(sw_str(text), &back));
        assert_true(back == time);
        assert_true(sw_time_parse(sw_str_n(text, 10), &back));
        assert_true(back == day * 86400);
    }
}

static void other_forms_of_rfc3339_mean_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time;
    } rows[] = {
        {"1970-01-02", 86400}, {"1970-01-01t00:00:00z", 0}, {"1970-01-01 00:00:00Z", 0},
        {"1970-01-01T00:00:00.5Z", 0}, {"1970-01-01T00:00:01.999999999999999999999Z", 1},
        {"1970-01-01T01:00:00+01:00", 0}, {"1969-12-31T23:00:00-01:00", 0},
        {"1970-01-01T05:30:00+05:30", 0}, {"1970-01-01T00:00:00+00:00", 0},
        {"1970-01-01T00:00:00-00:00", 0}, {"1970-01-01T00:00:00.25-23:59", 86340},
        {"2016-12-31T23:59:60Z", 1483228800}, /* a leap second is the next second */
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int64_t time = 4711;
        assert_true(sw_time_parse(sw_str(rows[i].text), &time));
        if (time != rows[i].time) {
            fail_msg("%s is %lld", rows[i].text, (long long)time);
        }
    }
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "", "1970", "1970-01", "1970-1-1", "70-01-01", "19700-01-01", "-1970-01-01", "+1970-01-01",
        "1970-00-01", "1970-13-01", "1970-01-00", "1970-01-32", "1970-04-31", "1970-02-29",
        "1900-02-29", "2100-02-29", "2024-02-30", "1970/01/01", "1970-01-01T",
        "1970-01-01T00:00:00", "1970-01-01T00:00Z", "1970-01-01T0:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T23:60:00Z", "1970-01-01T23:59:61Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00,5Z", "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00Z ",
        " 1970-01-01T00:00:00Z", "1970-01-01T00:00:00+1:00", "1970-01-01T00:00:00+0100",
        "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+01:60", "1970-01-01T00:00:00+01",
        "1970-01-01T00:00:00+", "1970-01-01_00:00:00Z", "1970-01-01Z", "197O-01-01",
        "\u0661970-01-01", /* an Arabic digit */
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int64_t time = 4711;
        if (sw_time_parse(sw_str(rows[i]), &time)) {
            fail_msg("'%s' was accepted", rows[i]);
        }
        assert_true(time == 4711);
    }
    int64_t time = 4711;
    assert_false(sw_time_parse((struct sw_str){0}, &time));
    assert_false(sw_time_parse(sw_str_n("1970-01-01\0", 11), &time));
    const char whole[] = "1970-01-01T00:00:00+01:00";
    for (size_t len = 11; len < sizeof(whole) - 1; len++) {
        assert_false(sw_time_parse(sw_str_n(whole, len), &time));
    }
}

static void times_out_of_range_are_not_shown_as_others(void **state)
{
    (void)state;
    static const int64_t rows[] = {
        -62167219201, 253402300800, INT64_MAX, INT64_MIN, INT64_MAX / 2, INT64_MIN / 2};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char text[SW_TIME_TEXT_SIZE];
        sw_time_format(rows[i], text);
        assert_string_equal(text, "invalid time");
    }
}

static void durations_have_a_number_and_a_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"0s", 0},
        {"45s", 45},
        {"30m", 1800},
        {"12h", 43200},
        {"90d", 7776000},
        {"2w", 1209600},
        {"2305843009213693951s", INT64_MAX / 4},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int64_t seconds = 4711;
        assert_true(sw_duration_parse(sw_str(rows[i].text), &seconds));
        assert_true(seconds == rows[i].seconds);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "d", "90", "90x", "90D", "-1d", "+1d", "1.5h", " 1d",
        "1 d", "1d ", "1d1h", "01d", "0x1d", "2305843009213693952s", "18446744073709551615w",
        "18446744073709551616s", "9223372036854775807d"};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int64_t seconds = 4711;
        if (sw_duration_parse(sw_str(rows[i]), &seconds)) {
            fail_msg("'%s' was accepted", rows[i]);
        }
        assert_true(seconds == 4711);
    }
    int64_t seconds = 4711;
    assert_false(sw_duration_parse((struct sw_str){0}, &seconds));
    assert_false(sw_duration_parse(sw_str_n("1d\0", 3), &seconds));
}

static void clocks_run(void **state)
{
    (void)state;
    assert_true(sw_time_now() > 1700000000);
    uint64_t before = sw_time_monotonic_ns();
    uint64_t after = sw_time_monotonic_ns();
    while (after == before) {
        after = sw_time_monotonic_ns();
    }
    assert_true(after > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_and_shown),
        cmocka_unit_test(every_day_of_four_centuries_round_trips),
        cmocka_unit_test(other_forms_of_rfc3339_mean_the_same),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(times_out_of_range_are_not_shown_as_others),
        cmocka_unit_test(durations_have_a_number_and_a_unit),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
