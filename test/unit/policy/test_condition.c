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

static enum sw_code make(struct fixture *fixture, const char *field, const char *op,
    const char *operand, struct sw_condition *out, struct sw_error *err)
{
    struct sw_json *value = SW_ARENA_NEW(&fixture->arena, struct sw_json);
    assert_non_null(value);
    parse(&fixture->arena, operand, value);
    const struct sw_operator *row = sw_operator_find(sw_str(op));
    assert_non_null(row);
    return sw_condition_init(out, row, sw_str(field), value, err);
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
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_condition condition;
        assert_int_equal(
            make(fixture, rows[i].field, rows[i].op, rows[i].operand, &condition, NULL), SW_OK);
        bool decided = sw_condition_test(&condition, &fixture->statement, NOW) != SW_TRUTH_UNKNOWN;
        SW_CLEANUP(buf) struct sw_buf must = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
        assert_int_equal(
            sw_condition_explain(&condition, SW_PHRASE_MUST, decided, &fixture->statement, &must),
            SW_OK);
        assert_int_equal(
            sw_condition_explain(&condition, SW_PHRASE_IS, decided, &fixture->statement, &plain),
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
        sw_condition_explain(&condition, SW_PHRASE_MUST, true, &statement, &text), SW_OK);
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
