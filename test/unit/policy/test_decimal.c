#include "policy/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void numbers_are_compared_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        int order;
    } rows[] = {
        {"0", "0", 0},
        {"-0", "0", 0},
        {"0e5", "0.000", 0},
        {"1", "2", -1},
        {"-1", "1", -1},
        {"-1", "-2", 1},
        {"10", "9", 1},
        {"1", "1.0", 0},
        {"100", "1e2", 0},
        {"100", "1E+2", 0},
        {"0.10", "1e-1", 0},
        {"0.01", "0.001", 1},
        {"12.5", "12.49999999999999999999", 1},
        {"1.05", "1.5", -1},
        {"9007199254740993", "9007199254740992.0", 1},
        {"9007199254740993", "9007199254740993.0000000000000000001", -1},
        {"18446744073709551616", "18446744073709551615", 1},
        {"1e400", "1e399", 1},
        {"-1e400", "1e-400", -1},
        {"0", "1e-999999", -1},
        {"0", "-1e-999999", 1},
        {"123456e-3", "123.456", 0},
        {"0.000123", "1.23e-4", 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_decimal a;
        struct sw_decimal b;
        assert_true(sw_decimal_parse(sw_str(rows[i].a), &a));
        assert_true(sw_decimal_parse(sw_str(rows[i].b), &b));
        if (sw_decimal_compare(&a, &b) != rows[i].order ||
            sw_decimal_compare(&b, &a) != -rows[i].order) {
            fail_msg("%s and %s", rows[i].a, rows[i].b);
        }
    }
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1x",
        "0x10", " 1", "1 ", "Infinity", "NaN", "1e10000000000000000", "1e-99999999999999999999999",
        "--1", "1.2.3", "1e1.5"};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_decimal out;
        if (sw_decimal_parse(sw_str(rows[i]), &out)) {
            fail_msg("'%s' was taken", rows[i]);
        }
    }
    struct sw_decimal out;
    assert_false(sw_decimal_parse(sw_str_n("1\0", 2), &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_compared_exactly),
        cmocka_unit_test(what_is_no_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
