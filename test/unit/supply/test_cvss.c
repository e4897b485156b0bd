#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/cvss.h"

static void vectors_have_their_scores(void **state)
{
    (void)state;
    static const struct {
        const char *vector;
        unsigned version, tenths;
    } rows[] = {
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 31, 98},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 31, 100},
        {"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 30, 61},
        {"CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:N", 31, 0},
        {"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 31, 16},
        {"CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N", 31, 98},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/MAV:X", 31, 98},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 40, 100},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 40, 93},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:L/SA:N", 40, 69},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 40, 0},
        {"CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/U:Red", 40, 73},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_cvss got = {0};
        struct sw_error err = {0};
        if (sw_cvss_base(sw_str(rows[i].vector), &got, &err) != SW_OK) {
            fail_msg("%s: %s", rows[i].vector, err.text);
        }
        assert_int_equal(got.version, rows[i].version);
        if (got.tenths != rows[i].tenths) {
            fail_msg("%s: %u", rows[i].vector, got.tenths);
        }
    }
}

static void what_is_no_vector_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "CVSS:", "AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:3.1/",
        "CVSS:3.1/AV:N", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/Q:1",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H//E:P",
        "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:5.0/AV:N",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/U:reen",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/U:"};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_cvss got = {0};
        struct sw_error err = {0};
        if (sw_cvss_base(sw_str(rows[i]), &got, &err) == SW_OK) {
            fail_msg("%s has a score", rows[i]);
        }
        assert_int_equal(got.version, 0);
        assert_true(err.text[0] != '\0');
    }
}

static void scores_have_words(void **state)
{
    (void)state;
    static const char *const words[] = {
        "none", "low", "low", "medium", "medium", "high", "high", "critical", "critical"};
    static const unsigned tenths[] = {0, 1, 39, 40, 69, 70, 89, 90, 100};
    for (size_t i = 0; i < SW_COUNT(tenths); i++) {
        assert_string_equal(sw_cvss_severity(tenths[i]), words[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_have_their_scores),
        cmocka_unit_test(what_is_no_vector_is_refused),
        cmocka_unit_test(scores_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
