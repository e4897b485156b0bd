#include "policy/condition.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW ((int64_t)1767225600) /* 2026-01-01T00:00:00Z */

static const char statement_text[] =
    "{\"subject\":[{\"name\":\"m\"}],\"predicate\":{"
    "\"verdict\":\"clean\",\"empty\":\"\",\"score\":0.98,\"files\":12,\"big\":9007199254740993,"
    "\"good\":true,\"nothing\":null,\"tags\":[\"a\",\"b\"],\"sizes\":[1,2.0],\"mixed\":[1,\"a\"],"
    "\"none\":[],\"list\":[{\"name\":\"x\"}],\"object\":{\"a\":1},\"a.b\":\"dotted\","
    "\"sources\":[{\"licence\":\"MIT\",\"files\":[{\"n\":1},{\"n\":2}]},"
    "{\"licence\":\"Apache-2.0\",\"files\":[{\"n\":3}]}],"
    "\"bare\":[{\"licence\":\"MIT\",\"files\":[]},{\"files\":[{\"n\":1}]}],\"*\":\"star\","
    "\"at\":\"2025-12-31T12:00:00Z\",\"later\":\"2099-01-01T00:00:00Z\",\"when\":\"yesterday\"}}";

struct fixture {
    struct sw_arena arena;
    struct sw_json statement;
};

static void parse(struct sw_arena *arena, const char *text, struct sw_json *out)
{
    struct sw_error err = {0};
    if (sw_json_parse(arena, sw_bytes(text, strlen(text)), NULL, out, &err) != SW_OK) {
        fail_msg("%s: %s", text, err.text);
    }
}

static int set_up(void **state)
{
    static struct fixture fixture;
    sw_arena_init(&fixture.arena, 0);
    parse(&fixture.arena, statement_text, &fixture.statement);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    sw_arena_release(&fixture->arena);
    return 0;
}

/* A path, behind "every ", "every? " (an empty list is fine), "any " or "count ". */
static struct sw_selection parse_what(const char *field)
{
    static const struct {
        const char *prefix;
        struct sw_selection what;
    } rows[] = {
        {"every ", {.scope = SW_SCOPE_EVERY}},
        {"every? ", {.scope = SW_SCOPE_EVERY, .allow_empty = true}},
        {"any ", {.scope = SW_SCOPE_ANY}},
        {"count ", {.scope = SW_SCOPE_COUNT}},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        size_t n = strlen(rows[i].prefix);
        if (strncmp(field, rows[i].prefix, n) == 0) {
            struct sw_selection what = rows[i].what;
            what.path = sw_str(field + n);
            return what;
        }
    }
    return (struct sw_selection){.scope = SW_SCOPE_FIELD, .path = sw_str(field)};
}

static enum sw_code make(struct fixture *fixture, const char *field, const char *op,
    const char *operand, struct sw_condition *out, struct sw_error *err)
{
    struct sw_json *value = SW_ARENA_NEW(&fixture->arena, struct sw_json);
    assert_non_null(value);
    parse(&fixture->arena, operand, value);
    const struct sw_operator *row = sw_operator_find(sw_str(op));
    assert_non_null(row);
    struct sw_selection what = parse_what(field);
    return sw_condition_init(out, row, &what, value, err);
}

static void operators_hold_fail_or_cannot_be_decided(void **state)
{
    struct fixture *fixture = *state;
    enum { NO = SW_TRUTH_NO, YES = SW_TRUTH_YES, UNKNOWN = SW_TRUTH_UNKNOWN };
    static const struct {
        const char *field;
        const char *op;
        const char *operand;
        int truth;
    } rows[] = {
        {"predicate.verdict", "equals", "\"clean\"", YES},
        {"predicate.verdict", "equals", "\"Clean\"", NO},
        {"predicate.verdict", "equals", "5", UNKNOWN},
        {"predicate.files", "equals", "12", YES},
        {"predicate.files", "equals", "1.2e1", YES},
        {"predicate.files", "equals", "\"12\"", UNKNOWN},
        {"predicate.big", "equals", "9007199254740992", NO},
        {"predicate.good", "equals", "true", YES},
        {"predicate.good", "equals", "false", NO},
        {"predicate.good", "equals", "\"true\"", UNKNOWN},
        {"predicate.nothing", "equals", "false", UNKNOWN},
        {"predicate.missing", "equals", "\"clean\"", UNKNOWN},
        {"predicate.tags", "equals", "\"a\"", UNKNOWN},
        {"predicate.verdict", "not", "\"malicious\"", YES},
        {"predicate.verdict", "not", "\"clean\"", NO},
        {"predicate.verdict", "not", "7", UNKNOWN},
        {"predicate.missing", "not", "\"malicious\"", UNKNOWN},
        {"predicate.verdict", "in", "[\"clean\",\"reviewed\"]", YES},
        {"predicate.verdict", "in", "[\"bad\",\"worse\"]", NO},
        {"predicate.verdict", "in", "[1,2]", UNKNOWN},
        {"predicate.files", "in", "[11,12.0]", YES},
        {"predicate.missing", "in", "[\"clean\"]", UNKNOWN},
        {"predicate.verdict", "not-in", "[\"bad\",\"worse\"]", YES},
        {"predicate.verdict", "not-in", "[\"clean\"]", NO},
        {"predicate.verdict", "not-in", "[true]", UNKNOWN},
        {"predicate.missing", "not-in", "[\"bad\"]", UNKNOWN},
        {"predicate.score", "at-least", "0.98", YES},
        {"predicate.score", "at-least", "0.981", NO},
        {"predicate.verdict", "at-least", "0", UNKNOWN},
        {"predicate.missing", "at-least", "0", UNKNOWN},
        {"predicate.score", "at-most", "0.98", YES},
        {"predicate.score", "at-most", "0.97", NO},
        {"predicate.good", "at-most", "1", UNKNOWN},
        {"predicate.files", "less", "13", YES},
        {"predicate.files", "less", "12", NO},
        {"predicate.tags", "less", "12", UNKNOWN},
        {"predicate.files", "greater", "11", YES},
        {"predicate.files", "greater", "12", NO},
        {"predicate.big", "greater", "9007199254740992", YES},
        {"predicate.missing", "greater", "0", UNKNOWN},
        {"predicate.verdict", "contains", "\"lea\"", YES},
        {"predicate.verdict", "contains", "\"dirty\"", NO},
        {"predicate.verdict", "contains", "\"\"", YES},
        {"predicate.empty", "contains", "\"x\"", NO},
        {"predicate.verdict", "contains", "1", UNKNOWN},
        {"predicate.tags", "contains", "\"b\"", YES},
        {"predicate.tags", "contains", "\"c\"", NO},
        {"predicate.tags", "contains", "1", UNKNOWN},
        {"predicate.sizes", "contains", "2", YES},
        {"predicate.mixed", "contains", "\"a\"", YES},
        {"predicate.mixed", "contains", "\"c\"", UNKNOWN},
        {"predicate.none", "contains", "\"c\"", NO},
        {"predicate.list", "contains", "\"x\"", UNKNOWN},
        {"predicate.object", "contains", "\"a\"", UNKNOWN},
        {"predicate.files", "contains", "1", UNKNOWN},
        {"predicate.verdict", "exists", "true", YES},
        {"predicate.verdict", "exists", "false", NO},
        {"predicate.missing", "exists", "true", NO},
        {"predicate.missing", "exists", "false", YES},
        {"predicate.nothing", "exists", "true", NO},
        {"predicate.none", "exists", "true", YES},
        {"predicate.at", "older", "12h", NO},
        {"predicate.at", "older", "11h", YES},
        {"predicate.at", "newer", "12h", YES},
        {"predicate.at", "newer", "11h", NO},
        {"predicate.at", "older", "\"2025-12-31T12:00:01Z\"", YES},
        {"predicate.at", "older", "\"2025-12-31T12:00:00Z\"", NO},
        {"predicate.at", "newer", "\"2025-12-31\"", YES},
        {"predicate.at", "newer", "\"2026-01-01\"", NO},
        {"predicate.later", "newer", "0s", YES},
        {"predicate.when", "newer", "30d", UNKNOWN},
        {"predicate.files", "older", "30d", UNKNOWN},
        {"predicate.missing", "older", "30d", UNKNOWN},
        {"predicate.list.0.name", "equals", "\"x\"", YES},
        {"predicate.list.1.name", "equals", "\"x\"", UNKNOWN},
        {"predicate.object.a", "equals", "1", YES},
        {"predicate.object.a.b", "equals", "1", UNKNOWN},
        {"predicate.a\\.b", "equals", "\"dotted\"", YES},
        {"predicate.a.b", "equals", "\"dotted\"", UNKNOWN},
        {"subject.0.name", "equals", "\"m\"", YES},
        {"predicate.\\*", "equals", "\"star\"", YES},
        /* every: one no decides, then one that cannot be decided */
        {"every predicate.sources.*.licence", "in", "[\"MIT\",\"Apache-2.0\"]", YES},
        {"every predicate.sources.*.licence", "in", "[\"MIT\",\"BSD-3-Clause\"]", NO},
        {"every predicate.sources.*.licence", "not", "\"GPL-3.0\"", YES},
        {"every predicate.sources.*.licence", "equals", "1", UNKNOWN},
        {"every predicate.bare.*.licence", "equals", "\"MIT\"", UNKNOWN},
        {"every predicate.bare.*.licence", "equals", "\"BSD-3-Clause\"", NO},
        {"every predicate.bare.*.licence", "exists", "true", NO},
        {"every predicate.sources.*.licence", "exists", "true", YES},
        {"every predicate.tags.*", "in", "[\"a\",\"b\",\"c\"]", YES},
        {"every predicate.mixed.*", "equals", "1", UNKNOWN},
        {"every predicate.mixed.*", "equals", "2", NO},
        {"every predicate.sizes.*", "at-most", "2", YES},
        {"every subject.*.name", "equals", "\"m\"", YES},
        /* an empty list says nothing, unless the rule lets it */
        {"every predicate.none.*", "equals", "1", UNKNOWN},
        {"every? predicate.none.*", "equals", "1", YES},
        {"every predicate.none.*", "exists", "true", UNKNOWN},
        {"every? predicate.none.*.licence", "equals", "1", YES},
        {"every? predicate.missing.*", "equals", "1", UNKNOWN},
        {"every? predicate.nothing.*", "equals", "1", UNKNOWN},
        {"every? predicate.object.*", "equals", "1", UNKNOWN},
        {"every? predicate.verdict.*", "equals", "1", UNKNOWN},
        {"every? predicate.sources.*.licence", "equals", "\"MIT\"", NO},
        /* any: one yes decides, then one that cannot be decided */
        {"any predicate.sources.*.licence", "equals", "\"MIT\"", YES},
        {"any predicate.sources.*.licence", "equals", "\"GPL-3.0\"", NO},
        {"any predicate.bare.*.licence", "equals", "\"MIT\"", YES},
        {"any predicate.bare.*.licence", "equals", "\"GPL-3.0\"", UNKNOWN},
        {"any predicate.mixed.*", "equals", "\"a\"", YES},
        {"any predicate.mixed.*", "equals", "\"b\"", UNKNOWN},
        {"any predicate.none.*", "equals", "1", NO},
        {"any predicate.missing.*", "equals", "1", UNKNOWN},
        {"any predicate.object.*", "equals", "1", UNKNOWN},
        {"any predicate.bare.*.licence", "exists", "false", YES},
        /* lists in lists */
        {"every predicate.sources.*.files.*.n", "greater", "0", YES},
        {"every predicate.sources.*.files.*.n", "greater", "1", NO},
        {"any predicate.sources.*.files.*.n", "equals", "3", YES},
        {"any predicate.sources.*.files.*.n", "equals", "4", NO},
        {"every predicate.bare.*.files.*.n", "equals", "1", UNKNOWN},
        {"every? predicate.bare.*.files.*.n", "equals", "1", YES},
        {"every predicate.bare.*.files.*.n", "equals", "2", NO},
        {"any predicate.bare.*.files.*.n", "equals", "1", YES},
        {"any predicate.bare.*.files.*.n", "equals", "2", NO},
        {"every predicate.sources.*.licence.*", "equals", "1", UNKNOWN},
        /* counting */
        {"count predicate.none", "equals", "0", YES},
        {"count predicate.sources", "equals", "0", NO},
        {"count predicate.sources", "at-least", "2", YES},
        {"count predicate.sources", "less", "2", NO},
        {"count predicate.sources", "in", "[1,2.0]", YES},
        {"count predicate.missing", "equals", "0", UNKNOWN},
        {"count predicate.nothing", "equals", "0", UNKNOWN},
        {"count predicate.object", "equals", "1", UNKNOWN},
        {"count predicate.files", "equals", "12", UNKNOWN},
        {"count predicate.sources.0.files", "equals", "2", YES},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_condition condition;
        struct sw_error err = {0};
        char operand[64];
        bool bare = strchr("0123456789", rows[i].operand[0]) != NULL &&
                    strpbrk(rows[i].operand, "hds") != NULL;
        (void)snprintf(
            operand, sizeof(operand), bare ? "\"%s\"" : "%s", rows[i].operand); /* spans are text */
        if (make(fixture, rows[i].field, rows[i].op, operand, &condition, &err) != SW_OK) {
            fail_msg("row %zu: %s", i, err.text);
        }
        int truth = (int)sw_condition_test(&condition, &fixture->statement, NOW);
        if (truth != rows[i].truth) {
            fail_msg("%s %s %s gave %d", rows[i].field, rows[i].op, operand, truth);
        }
    }
}

static void a_condition_that_makes_no_sense_is_refused(void **state)
{
    struct fixture *fixture = *state;
    static const char scalar[] = "'equals' takes text, a number, true or false";
    static const char list[] = "'in' takes a list, not empty, of values of one type";
    static const char star[] = "'field' takes no '*'; 'every' and 'any' look at the items of a "
                               "list (a name '*' is written \\*)";
    static const char count[] = "'count' is a number: compare it with one, by equals, not, in, "
                                "not-in, at-least, at-most, less or greater";
    static const char time[] = "'older' takes a span such as 30d, or a date such as 2026-11-23";
    static const struct {
        const char *field;
        const char *op;
        const char *operand;
        const char *message;
    } rows[] = {
        {"predicate.a", "equals", "null", scalar},
        {"predicate.a", "equals", "[1]", scalar},
        {"predicate.a", "equals", "{}", scalar},
        {"predicate.a", "equals", "1e99999999999999999", scalar},
        {"predicate.a", "in", "[]", list},
        {"predicate.a", "in", "\"a\"", list},
        {"predicate.a", "in", "[1,\"a\"]", list},
        {"predicate.a", "in", "[null]", list},
        {"predicate.a", "in", "[[1]]", list},
        {"predicate.a", "less", "\"1\"", "'less' takes a number"},
        {"predicate.a", "at-most", "true", "'at-most' takes a number"},
        {"predicate.a", "exists", "\"true\"", "'exists' takes true or false"},
        {"predicate.a", "older", "30", time},
        {"predicate.a", "older", "\"30 d\"", time},
        {"predicate.a", "older", "\"2026-13-01\"", time},
        {"verdict", "equals", "1",
            "'field' must begin with predicate. or subject.; did you mean predicate.verdict?"},
        {"predicate", "exists", "true",
            "'field' must begin with predicate. or subject.; did you mean predicate.predicate?"},
        {"predicate.", "equals", "1",
            "'field' must be a dotted path such as predicate.verdict, not 'predicate.'"},
        {"predicate..a", "equals", "1",
            "'field' must be a dotted path such as predicate.verdict, not 'predicate..a'"},
        {".a", "equals", "1", "'field' must be a dotted path such as predicate.verdict, not '.a'"},
        {"predicate.a\\", "equals", "1",
            "'field' must be a dotted path such as predicate.verdict, not 'predicate.a\\'"},
        {"predicate.a\\b", "equals", "1",
            "'field' must be a dotted path such as predicate.verdict, not 'predicate.a\\b'"},
        {"predicate.a.*.b", "equals", "1", star},
        {"count predicate.a.*", "equals", "1",
            "'count' takes no '*'; 'every' and 'any' look at the items of a list (a name '*' is "
            "written \\*)"},
        {"every predicate.a", "equals", "1",
            "'every' needs a '*' for the items of a list, such as predicate.sources.*.licence"},
        {"any predicate.\\*", "equals", "1",
            "'any' needs a '*' for the items of a list, such as predicate.sources.*.licence"},
        {"any predicate.a*.b", "equals", "1",
            "'any' needs a '*' for the items of a list, such as predicate.sources.*.licence"},
        {"any a.*", "equals", "1",
            "'any' must begin with predicate. or subject.; did you mean predicate.a.*?"},
        {"any predicate.*.*.*.*.*", "equals", "1", "'any' takes at most 4 '*'"},
        {"count predicate.a", "equals", "\"1\"", count},
        {"count predicate.a", "in", "[\"1\"]", count},
        {"count predicate.a", "contains", "1", count},
        {"count predicate.a", "exists", "true", count},
        {"count predicate.a", "older", "\"30d\"", count},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_condition condition;
        struct sw_error err = {0};
        assert_int_equal(
            make(fixture, rows[i].field, rows[i].op, rows[i].operand, &condition, &err),
            SW_E_FORMAT);
        assert_string_equal(err.text, rows[i].message);
    }
    assert_null(sw_operator_find(sw_str("matches")));
    assert_null(sw_operator_find(sw_str("")));
}

static void a_reason_says_what_was_wanted_and_what_is_there(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *field;
        const char *op;
        const char *operand;
        const char *must;
        const char *plain;
    } rows[] = {
        {"predicate.verdict", "equals", "\"bad\"",
            "predicate.verdict must be \"bad\" and is the text \"clean\"",
            "predicate.verdict is the text \"clean\""},
        {"predicate.missing", "equals", "1", "predicate.missing must be 1 but is missing",
            "predicate.missing is missing"},
        {"predicate.verdict", "at-least", "3",
            "predicate.verdict must be at least 3 and cannot be compared with the text \"clean\"",
            "predicate.verdict is the text \"clean\", which cannot be compared with 3"},
        {"predicate.verdict", "in", "[\"a\",\"b\",\"c\"]",
            "predicate.verdict must be one of \"a\", \"b\" or \"c\" and is the text \"clean\"",
            "predicate.verdict is the text \"clean\""},
        {"predicate.tags", "contains", "\"z\"",
            "predicate.tags must contain \"z\" and is a list of 2",
            "predicate.tags is a list of 2"},
        {"predicate.verdict", "exists", "false",
            "predicate.verdict must not be there and is the text \"clean\"",
            "predicate.verdict is the text \"clean\""},
        {"predicate.missing", "exists", "true", "predicate.missing must be there but is missing",
            "predicate.missing is missing"},
        {"predicate.at", "newer", "\"1h\"",
            "predicate.at must be newer than 1h and is the text \"2025-12-31T12:00:00Z\"",
            "predicate.at is the text \"2025-12-31T12:00:00Z\""},
        {"predicate.good", "not", "true", "predicate.good must not be true and is true",
            "predicate.good is true"},
        {"every predicate.sources.*.licence", "in", "[\"MIT\",\"BSD-3-Clause\"]",
            "every predicate.sources.*.licence must be one of \"MIT\" or \"BSD-3-Clause\" and "
            "predicate.sources.1.licence is the text \"Apache-2.0\"",
            "predicate.sources.1.licence is the text \"Apache-2.0\""},
        {"every predicate.bare.*.licence", "equals", "\"MIT\"",
            "every predicate.bare.*.licence must be \"MIT\" but predicate.bare.1.licence is "
            "missing",
            "predicate.bare.1.licence is missing"},
        {"every predicate.mixed.*", "equals", "1",
            "every predicate.mixed.* must be 1 but predicate.mixed.1 is the text \"a\", which "
            "cannot "
            "be compared with 1",
            "predicate.mixed.1 is the text \"a\", which cannot be compared with 1"},
        {"every predicate.none.*", "equals", "1",
            "every predicate.none.* must be 1 but predicate.none is a list of 0, which says "
            "nothing",
            "predicate.none is a list of 0, which says nothing"},
        {"every? predicate.object.*.b", "equals", "1",
            "every predicate.object.*.b must be 1 (there may be none) but predicate.object is an "
            "object, which is no list",
            "predicate.object is an object, which is no list"},
        {"every? predicate.missing.*", "exists", "true",
            "every predicate.missing.* must be there (there may be none) but predicate.missing is "
            "missing",
            "predicate.missing is missing"},
        {"every predicate.sources.*.files.*.n", "greater", "1",
            "every predicate.sources.*.files.*.n must be greater than 1 and "
            "predicate.sources.0.files.0.n is the number 1",
            "predicate.sources.0.files.0.n is the number 1"},
        {"any predicate.sources.*.licence", "equals", "\"GPL-3.0\"",
            "any predicate.sources.*.licence must be \"GPL-3.0\", and none is",
            "no predicate.sources.*.licence is \"GPL-3.0\""},
        {"any predicate.bare.*.licence", "equals", "\"GPL-3.0\"",
            "any predicate.bare.*.licence must be \"GPL-3.0\" but predicate.bare.1.licence is "
            "missing",
            "predicate.bare.1.licence is missing"},
        {"count predicate.sources", "equals", "0",
            "the count of predicate.sources must be 0 and predicate.sources is a list of 2",
            "predicate.sources is a list of 2"},
        {"count predicate.files", "equals", "0",
            "the count of predicate.files must be 0 but predicate.files is the number 12, which is "
            "no list",
            "predicate.files is the number 12, which is no list"},
        {"count predicate.missing", "equals", "0",
            "the count of predicate.missing must be 0 but predicate.missing is missing",
            "predicate.missing is missing"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_condition condition;
        assert_int_equal(
            make(fixture, rows[i].field, rows[i].op, rows[i].operand, &condition, NULL), SW_OK);
        SW_CLEANUP(buf) struct sw_buf must = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
        assert_int_equal(
            sw_condition_explain(&condition, SW_PHRASE_MUST, &fixture->statement, NOW, &must),
            SW_OK);
        assert_int_equal(
            sw_condition_explain(&condition, SW_PHRASE_IS, &fixture->statement, NOW, &plain),
            SW_OK);
        assert_string_equal(sw_buf_cstr(&must), rows[i].must);
        assert_string_equal(sw_buf_cstr(&plain), rows[i].plain);
    }
}

static void hostile_text_in_a_claim_cannot_reach_a_terminal(void **state)
{
    struct fixture *fixture = *state;
    struct sw_json statement;
    parse(&fixture->arena,
        "{\"predicate\":{\"a\":\"\\u001b[2J\\n\\u202e" /* 150 letters follow */
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "\"}}",
        &statement);
    struct sw_condition condition;
    assert_int_equal(make(fixture, "predicate.a", "equals", "\"b\"", &condition, NULL), SW_OK);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(
        sw_condition_explain(&condition, SW_PHRASE_MUST, &statement, NOW, &text), SW_OK);
    assert_non_null(strstr(sw_buf_cstr(&text), "\\x1b[2J\\x0a\\xe2\\x80\\xae"));
    assert_non_null(strstr(sw_buf_cstr(&text), "..."));
    for (size_t i = 0; i < text.len; i++) {
        assert_true(text.data[i] >= 0x20 && text.data[i] < 0x7F);
    }
    assert_true(text.len < 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_hold_fail_or_cannot_be_decided),
        cmocka_unit_test(a_condition_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_reason_says_what_was_wanted_and_what_is_there),
        cmocka_unit_test(hostile_text_in_a_claim_cannot_reach_a_terminal),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
