#include "supply/spdx_expression.h"
#include "supply/spdx_list.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

/* --- what is read ----------------------------------------------------------------------------- */

static void expressions_have_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *text, *form;
    } rows[] = {
        {"MIT", "MIT"},
        {"mIt", "MIT"},
        {"  apache-2.0\t", "Apache-2.0"},
        {"0bsd", "0BSD"},
        {"CDDL-1.0+", "CDDL-1.0+"},
        {"cddl-1.0+", "CDDL-1.0+"},
        {"gpl-2.0+", "GPL-2.0+"},
        {"LicenseRef-23", "LicenseRef-23"},
        {"LicenseRef-MIT-Style-1", "LicenseRef-MIT-Style-1"},
        {"DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2",
            "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2"},
        {"MIT OR LGPL-2.1-only", "LGPL-2.1-only OR MIT"},
        {"mit or mit", "MIT"},
        {"MIT AND (MIT AND MIT)", "MIT"},
        {"LicenseRef-a AND LicenseRef-A", "LicenseRef-a"},
        {"LGPL-2.1-only OR MIT OR BSD-3-Clause", "BSD-3-Clause OR LGPL-2.1-only OR MIT"},
        {"LGPL-2.1-only AND MIT and BSD-2-Clause", "BSD-2-Clause AND LGPL-2.1-only AND MIT"},
        {"GPL-2.0-or-later WITH Bison-exception-2.2", "GPL-2.0-or-later WITH Bison-exception-2.2"},
        {"gpl-2.0-or-later with bison-EXCEPTION-2.2", "GPL-2.0-or-later WITH Bison-exception-2.2"},
        {"MIT WITH AdditionRef-mine", "MIT WITH AdditionRef-mine"},
        {"MIT WITH DocumentRef-d:AdditionRef-mine", "MIT WITH DocumentRef-d:AdditionRef-mine"},
        {"LicenseRef-x WITH Bison-exception-2.2", "LicenseRef-x WITH Bison-exception-2.2"},
        /* WITH binds closest, then AND, then OR. */
        {"LGPL-2.1-only OR BSD-3-Clause AND MIT", "LGPL-2.1-only OR BSD-3-Clause AND MIT"},
        {"BSD-3-Clause AND MIT OR LGPL-2.1-only", "LGPL-2.1-only OR BSD-3-Clause AND MIT"},
        {"MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)",
            "MIT AND (BSD-3-Clause OR LGPL-2.1-or-later)"},
        {"MIT AND(ISC)", "ISC AND MIT"},
        {"(MIT)AND(ISC)", "ISC AND MIT"},
        {"((((MIT))))", "MIT"},
        {"(MIT OR ISC) OR Zlib", "ISC OR MIT OR Zlib"},
        {"MIT OR (ISC AND (Zlib OR X11))", "MIT OR ISC AND (X11 OR Zlib)"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        const struct sw_spdx_expression *e = NULL;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        if (sw_spdx_parse(&arena, sw_str(rows[i].text), &e, &err) != SW_OK) {
            fail_msg("'%s': %s", rows[i].text, err.text);
        }
        struct sw_str form = sw_spdx_text(&arena, e);
        if (!sw_str_is(form, rows[i].form)) {
            fail_msg("'%s' became '%.*s'", rows[i].text, SW_STR_ARG(form));
        }
        const struct sw_spdx_expression *again = NULL;
        assert_int_equal(sw_spdx_parse(&arena, form, &again, &err), SW_OK);
        assert_int_equal(sw_spdx_compare(e, again), 0);
    }
}

static void what_is_no_expression_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"", "character 1: a licence is missing"},
        {"   ", "character 4: a licence is missing"},
        {"Foo", "character 1: 'Foo' is not on the SPDX License List"},
        {"licenseref-x", "'licenseref-x' is not on the SPDX License List"},
        {"LicenseRef-", "'LicenseRef-' is not on"},
        {"LicenseRef-a_b", "'LicenseRef-a_b' is not on"},
        {"LicenseRef-a+", "which has no '+'"},
        {"DocumentRef-:LicenseRef-a", "is not on"},
        {"documentref-d:LicenseRef-a", "is not on"},
        {"AdditionRef-a", "is not on"},
        {"MIT +", "character 5: '+' where AND or OR should stand"},
        {"MIT++", "'MIT++' is not on"},
        {"+", "'+' is not on"},
        {"MIT ISC", "character 5: 'ISC' where AND or OR should stand"},
        {"MIT And ISC", "character 5: 'And' is neither in capitals nor in small letters"},
        {"MIT AND", "character 8: a licence is missing"},
        {"AND MIT", "character 1: 'AND' stands where a licence should"},
        {"MIT OR OR ISC", "character 8: 'OR' stands where a licence should"},
        {"MIT WITH", "character 9: an exception is missing"},
        {"MIT WITH ISC", "'ISC' is no exception"},
        {"MIT WITH LicenseRef-x", "'LicenseRef-x' is no exception"},
        {"Bison-exception-2.2", "is an exception, which stands behind WITH"},
        {"(MIT OR ISC) WITH Bison-exception-2.2", "WITH stands behind one licence"},
        {"MIT WITH Bison-exception-2.2 WITH Bison-exception-2.2", "'WITH' is neither"},
        {"(MIT", "character 1: this parenthesis is not closed"},
        {"MIT)", "character 4: a parenthesis that was not opened"},
        {"()", "character 2: a licence is missing"},
        {"MIT (ISC)", "character 5: AND or OR is missing before this"},
        {"(MIT ISC)", "character 6: 'ISC' where AND or OR should stand"},
        {"NONE", "'NONE' is no licence"},
        {"NOASSERTION", "'NOASSERTION' is no licence"},
        {"MIT, ISC", "'MIT,' is not on"},
        {"MIT\nAND\x01ISC", "\\x01"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        const struct sw_spdx_expression *e = NULL;
        struct sw_error err = {0};
        sw_arena_init(&arena, 0);
        assert_int_equal(sw_spdx_parse(&arena, sw_str(rows[i].text), &e, &err), SW_E_FORMAT);
        if (strstr(err.text, rows[i].why) == NULL) {
            fail_msg("'%s': %s", rows[i].text, err.text);
        }
        assert_null(e);
    }
}

/* --- limits ----------------------------------------------------------------------------------- */

static enum sw_code parse_repeated(
    const char *before, size_t count, const char *middle, const char *after)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const struct sw_spdx_expression *e = NULL;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_puts(&text, before), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, middle), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_puts(&text, after), SW_OK);
    }
    return sw_spdx_parse(&arena, sw_buf_str(&text), &e, NULL);
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(parse_repeated("(", SW_SPDX_DEPTH_MAX, "MIT", ")"), SW_OK);
    assert_int_equal(parse_repeated("(", SW_SPDX_DEPTH_MAX + 1, "MIT", ")"), SW_E_LIMIT);
    assert_int_equal(parse_repeated("(", 10000, "", ""), SW_E_LIMIT);
    assert_int_equal(parse_repeated("MIT OR ", SW_SPDX_LICENSES_MAX - 1, "MIT", ""), SW_OK);
    assert_int_equal(parse_repeated("MIT OR ", SW_SPDX_LICENSES_MAX, "MIT", ""), SW_E_LIMIT);
    assert_int_equal(parse_repeated("x", SW_SPDX_TEXT_MAX, "x", ""), SW_E_LIMIT);
    assert_int_equal(parse_repeated("x", SW_SPDX_TEXT_MAX, "", ""), SW_E_FORMAT);
}

static void an_arena_that_is_full_is_no_memory(void **state)
{
    (void)state;
    struct sw_str text = sw_str("MIT OR (ISC AND Zlib WITH AdditionRef-x)");
    size_t refused = 0;
    for (size_t limit = 1; limit < 4096; limit += 7) {
        SW_CLEANUP(arena) struct sw_arena arena;
        const struct sw_spdx_expression *e = NULL;
        sw_arena_init(&arena, limit);
        enum sw_code code = sw_spdx_parse(&arena, text, &e, NULL);
        assert_true(code == SW_OK || code == SW_E_NOMEM);
        refused += code == SW_E_NOMEM ? 1 : 0;
    }
    assert_true(refused > 10 && refused < 580);
}

/* --- the list --------------------------------------------------------------------------------- */

static void the_list_is_there(void **state)
{
    (void)state;
    assert_true(sw_spdx_list_version().len > 0);
    assert_non_null(sw_spdx_license(sw_str("0bsd")));
    assert_non_null(sw_spdx_license(sw_str("ZPL-2.1")));
    assert_non_null(sw_spdx_license(sw_str("OpenMDW-1.0")));
    assert_false(sw_spdx_license(sw_str("GPL-2.0-only"))->deprecated);
    assert_true(sw_spdx_license(sw_str("GPL-2.0"))->deprecated);
    assert_true(sw_spdx_exception(sw_str("Nokia-Qt-exception-1.1"))->deprecated);
    assert_null(sw_spdx_license(sw_str("")));
    assert_null(sw_spdx_license(sw_str("Classpath-exception-2.0")));
    assert_null(sw_spdx_exception(sw_str("MIT")));
}

static void a_text_becomes_a_reference(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } rows[] = {
        {"qwen-research", "LicenseRef-qwen-research"},
        {"My Licence (v2)", "LicenseRef-My-Licence-v2"},
        {"openrail++", "LicenseRef-openrail"},
        {"../../x", "LicenseRef-..-..-x"},
        {"  ", ""},
        {"\xC3\xA9", ""},
        {"", ""},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_str id = sw_spdx_reference(&arena, sw_str(rows[i].text));
        if (!sw_str_is(id, rows[i].id)) {
            fail_msg("'%s' became '%.*s'", rows[i].text, SW_STR_ARG(id));
        }
        assert_true(id.len == 0 || sw_spdx_single(&arena, id) != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_have_one_form),
        cmocka_unit_test(what_is_no_expression_is_told),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(an_arena_that_is_full_is_no_memory),
        cmocka_unit_test(the_list_is_there),
        cmocka_unit_test(a_text_becomes_a_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
