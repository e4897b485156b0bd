#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/json.h"

static struct sw_arena arena;
static struct sw_error err;

static int make(void **state)
{
    sw_arena_init(&arena, 0);
    err = (struct sw_error){0};
    return 0;
}

static int clean(void **state)
{
    sw_arena_release(&arena);
    return 0;
}

static enum sw_code parse_bytes(struct sw_bytes text, struct sw_json *out)
{
    return sw_json_parse(&arena, text, NULL, out, &err);
}

static struct sw_json parse(const char *text)
{
    struct sw_json out = {0};
    enum sw_code rc = parse_bytes(sw_bytes(text, strlen(text)), &out);
    if (rc != SW_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return out;
}

static void fills_a_small_node(void **state)
{
    if (sizeof(void *) != 8) {
        skip();
    }
    assert_int_equal(sizeof(struct sw_json), 32);
    assert_int_equal(sizeof(struct sw_json_member), 48);
}

static void reads_each_type_with_its_place(void **state)
{
    struct sw_json v = parse(" [null, true,false, -1.50e+2, \"x\", [], {}]");
    static const struct {
        enum sw_json_type type;
        uint64_t where;
    } expected[] = {{SW_JSON_NULL, 2}, {SW_JSON_BOOL, 8}, {SW_JSON_BOOL, 13}, {SW_JSON_NUMBER, 20},
        {SW_JSON_STRING, 30}, {SW_JSON_ARRAY, 35}, {SW_JSON_OBJECT, 39}};
    assert_int_equal(v.type, SW_JSON_ARRAY);
    assert_int_equal(v.where, 1);
    assert_int_equal(v.count, SW_COUNT(expected));
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        assert_int_equal(v.items[i].type, expected[i].type);
        assert_int_equal(v.items[i].where, expected[i].where);
    }
    assert_true(v.items[1].boolean);
    assert_false(v.items[2].boolean);
    assert_true(sw_str_is(v.items[3].text, "-1.50e+2"));
}

static void keeps_members_in_the_order_of_the_document(void **state)
{
    struct sw_json v = parse("{\"b\":1,\"a\":{\"c\":[1,2,{\"d\":3}]},\"\":4}");
    static const char *const names[] = {"b", "a", ""};
    size_t i = 0;
    SW_JSON_EACH_MEMBER (member, &v) {
        assert_true(sw_str_is(member->name, names[i++]));
    }
    assert_int_equal(i, 3);
}

static void decodes_every_escape(void **state)
{
    struct sw_json v =
        parse("[\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\", \"\\u0041\\u00e9\\u20AC\\ud834\\udd1e\","
              "\"plain \xc3\xa9 text\"]");
    assert_true(sw_json_is(sw_json_item(&v, 0), "a\"\\/\b\f\n\r\tz"));
    assert_true(sw_json_is(sw_json_item(&v, 1), "A\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e"));
    assert_true(sw_json_is(sw_json_item(&v, 2), "plain \xc3\xa9 text"));
}

static void keeps_nul_in_strings(void **state)
{
    struct sw_json v = parse("\"a\\u0000b\"");
    assert_int_equal(v.text.len, 3);
    assert_memory_equal(v.text.ptr, "a\0b", 3);
    assert_false(sw_json_is(&v, "a"));
}

static void views_plain_strings_without_a_copy(void **state)
{
    static const char text[] = "[\"view\",12]";
    struct sw_json v = parse(text);
    assert_ptr_equal(v.items[0].text.ptr, text + 2);
    assert_ptr_equal(v.items[1].text.ptr, text + 8);
}

/* Each refusal names the byte. */
static void refuses_bad_documents_with_their_place(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        {"", "byte 0: the input ends where a value should stand"},
        {"  ", "byte 2: the input ends where a value should stand"},
        {"nul", "byte 0: found 'n' where a value should stand"},
        {"\xef\xbb\xbf{}", "byte 0: found byte 0xef where a value should stand"},
        {"{} x", "byte 3: found 'x' where the end of the document should stand"},
        {"[1,]", "byte 3: found ']' where a value should stand"},
        {"[1 2]", "byte 3: found '2' where ',' or ']' should stand"},
        {"[1", "byte 2: the input ends where ',' or ']' should stand"},
        {"{\"a\" 1}", "byte 5: found '1' where ':' should stand"},
        {"{\"a\":1,}", "byte 7: found '}' where a name in quotes should stand"},
        {"{\"a\":1]", "byte 6: found ']' where ',' or '}' should stand"},
        {"{a:1}", "byte 1: found 'a' where a name in quotes should stand"},
        {"[01]", "byte 1: a number with a leading zero"},
        {"[-]", "byte 2: a number without digits"},
        {"[1.]", "byte 3: a number without digits behind its point"},
        {"[1e+]", "byte 4: a number without digits in its exponent"},
        {"[\"abc", "byte 1: a string has no closing quote"},
        {"[\"abc\\", "byte 1: a string has no closing quote"},
        {"[\"abc\\\"", "byte 1: a string has no closing quote"},
        {"[\"a\nb\"]", "byte 3: a control character in a string; it must be escaped"},
        {"[\"a\\x\"]",
            "byte 3: an unknown escape; only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u exist"},
        {"[\"a\\u12\"]", "byte 3: \\u needs four hexadecimal digits"},
        {"[\"\\ud800\"]", "byte 2: an unpaired surrogate"},
        {"[\"\\udc00\\ud800\"]", "byte 2: an unpaired surrogate"},
        {"[\"\\ud800\\u0041\"]", "byte 2: an unpaired surrogate"},
        {"[\"\\ud800\\ud800\"]", "byte 2: an unpaired surrogate"},
        {"[\"ok\xc3\xa9\xff\"]", "byte 6: a string is not valid UTF-8"},
        {"[\"\xc0\x80\"]", "byte 2: a string is not valid UTF-8"},
        {"[\"\xed\xa0\x80\"]", "byte 2: a string is not valid UTF-8"},
        {"[\"\xf4\x90\x80\x80\"]", "byte 2: a string is not valid UTF-8"},
        {"[\"abc\xe2\x82\"]", "byte 5: a string is not valid UTF-8"},
        {"{\"a\":1,\"a\":2}", "byte 7: the name \"a\" stands twice in one object"},
        {"{\"a\":1,\"\\u0061\":2}", "byte 7: the name \"a\" stands twice in one object"},
        {"{\"\":1,\"\":2}", "byte 6: the name \"\" stands twice in one object"},
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_json out = {.where = 77};
        assert_int_equal(
            parse_bytes(sw_bytes(bad[i].text, strlen(bad[i].text)), &out), SW_E_FORMAT);
        assert_string_equal(err.text, bad[i].words);
        assert_int_equal(out.where, 77);
    }
}

static void refuses_a_nul_behind_the_value(void **state)
{
    struct sw_json out;
    assert_int_equal(parse_bytes(sw_bytes("{}\0", 3), &out), SW_E_FORMAT);
    assert_string_equal(
        err.text, "byte 2: found byte 0x00 where the end of the document should stand");
}

static void lets_objects_repeat_each_others_names(void **state)
{
    struct sw_json v = parse("{\"a\":{\"a\":{\"a\":1},\"b\":2},\"b\":[{\"a\":1},{\"a\":2}]}");
    assert_int_equal(v.count, 2);
}

/* {"n0":0,…} of `count` members, with `extra` behind them. */
static void many_members(struct sw_buf *out, size_t count, const char *extra)
{
    assert_int_equal(sw_buf_putc(out, '{'), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_printf(out, "%s\"n%zu\":%zu", i == 0 ? "" : ",", i, i), SW_OK);
    }
    assert_int_equal(sw_buf_printf(out, "%s}", extra), SW_OK);
}

static void finds_a_duplicate_among_any_number_of_names(void **state)
{
    static const size_t counts[] = {1, 2, 11, 12, 13, 14, 31, 32, 33, 64, 127, 128, 129, 5000};
    for (size_t i = 0; i < SW_COUNT(counts); i++) {
        for (size_t which = 0; which < counts[i]; which += 1 + counts[i] / 7) {
            SW_CLEANUP(buf) struct sw_buf good = SW_BUF_INIT;
            SW_CLEANUP(buf) struct sw_buf bad = SW_BUF_INIT;
            char extra[32];
            (void)snprintf(extra, sizeof(extra), ",\"n%zu\":0", which);
            many_members(&good, counts[i], ",\"other\":0");
            many_members(&bad, counts[i], extra);
            struct sw_json out;
            assert_int_equal(parse_bytes(sw_buf_bytes(&good), &out), SW_OK);
            assert_int_equal(out.count, counts[i] + 1);
            assert_int_equal(parse_bytes(sw_buf_bytes(&bad), &out), SW_E_FORMAT);
            assert_non_null(strstr(err.text, "stands twice"));
        }
    }
}

static void holds_depth_bytes_and_values_to_their_limits(void **state)
{
    static const struct {
        const char *text;
        struct sw_json_limits limits;
        const char *words; /* NULL: within the limits */
    } cases[] = {
        {"[[[]]]", {.max_depth = 3}, NULL},
        {"[[[]]]", {.max_depth = 2}, "byte 2: nested deeper than 2 levels"},
        {"{\"a\":[1]}", {.max_depth = 1}, "byte 5: nested deeper than 1 levels"},
        {"[1,2,3]", {.max_values = 4}, NULL},
        {"[1,2,3]", {.max_values = 3}, "byte 5: more than 3 values and names"},
        {"{\"a\":1}", {.max_values = 3}, NULL},
        {"{\"a\":1}", {.max_values = 2}, "byte 5: more than 2 values and names"},
        {"[1]", {.max_bytes = 3}, NULL},
        {"[1] ", {.max_bytes = 3},
            "byte 3: the document is 4 bytes, more than the 3 that are read"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_json out;
        enum sw_code rc = sw_json_parse(
            &arena, sw_bytes(cases[i].text, strlen(cases[i].text)), &cases[i].limits, &out, &err);
        assert_int_equal(rc, cases[i].words == NULL ? SW_OK : SW_E_LIMIT);
        if (cases[i].words != NULL) {
            assert_string_equal(err.text, cases[i].words);
        }
    }
}

static void refuses_depth_65_and_takes_depth_64(void **state)
{
    char text[2 * 65];
    struct sw_json out;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(parse_bytes(sw_bytes(text + 1, 128), &out), SW_OK);
    assert_int_equal(parse_bytes(sw_bytes(text, 130), &out), SW_E_LIMIT);
}

/* Only the length is looked at: there are no four gibibytes behind the pointer. */
static void refuses_four_gibibytes_unread(void **state)
{
    if (sizeof(size_t) < 8) {
        skip();
    }
    struct sw_json out;
    assert_int_equal(parse_bytes(sw_bytes("[", (size_t)(UINT64_C(4) << 30)), &out), SW_E_LIMIT);
    assert_string_equal(err.text, "byte 268435456: the document is 4294967296 bytes, more than the "
                                  "268435456 that are read");
}

static void parses_a_million_levels_without_recursion(void **state)
{
    const size_t depth = 1000000;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_buf_reserve(&text, 2 * depth), SW_OK);
    memset(text.data, '[', depth);
    memset(text.data + depth, ']', depth);
    struct sw_json_limits limits = {.max_depth = (uint32_t)depth};
    struct sw_json out;
    assert_int_equal(
        sw_json_parse(&arena, sw_bytes(text.data, 2 * depth), &limits, &out, &err), SW_OK);
    assert_int_equal(out.count, 1);
}

static void says_when_the_arena_is_full(void **state)
{
    struct sw_arena small;
    sw_arena_init(&small, 64);
    struct sw_json out;
    assert_int_equal(sw_json_parse(&small, sw_bytes("[1,2,3]", 7), NULL, &out, &err), SW_E_NOMEM);
    sw_arena_release(&small);
}

static void finds_values_by_path(void **state)
{
    struct sw_json v =
        parse("{\"a\":{\"b\":[10,{\"c.d\":\"x\",\"e\\\\f\":\"y\"}]},\"\":\"e\",\"0\":\"z\"}");
    static const struct {
        const char *path;
        const char *text;
    } found[] = {{"a.b.1.c\\.d", "x"}, {"a.b.1.e\\\\f", "y"}, {"", "e"}, {"0", "z"}};
    for (size_t i = 0; i < SW_COUNT(found); i++) {
        assert_true(sw_json_is(sw_json_path(&v, sw_str(found[i].path)), found[i].text));
    }
    static const char *const missing[] = {"a.b.2", "a.b.-1", "a.b.01", "a.b.x", "a.x", "a.b.0.x",
        "a.", ".", "a.b.1.c.d", "a..b", "a.b.18446744073709551616", "a.b.1.c\\"};
    for (size_t i = 0; i < SW_COUNT(missing); i++) {
        assert_null(sw_json_path(&v, sw_str(missing[i])));
    }
    assert_null(sw_json_path(NULL, sw_str("a")));
}

static void chains_lookups_through_what_is_absent(void **state)
{
    struct sw_json v = parse("{\"a\":[1]}");
    assert_non_null(sw_json_item(sw_json_get(&v, "a"), 0));
    assert_null(sw_json_item(sw_json_get(&v, "a"), 1));
    assert_null(sw_json_get(sw_json_get(sw_json_get(&v, "b"), "c"), "d"));
    assert_null(sw_json_get(sw_json_get(&v, "a"), "a"));
    size_t seen = 0;
    SW_JSON_EACH (item, sw_json_get(&v, "b")) {
        seen += item->count + 1;
    }
    SW_JSON_EACH_MEMBER (member, sw_json_get(&v, "a")) {
        seen += member->name.len + 1;
    }
    assert_int_equal(seen, 0);
}

static void leaves_the_result_alone_when_the_type_is_another(void **state)
{
    struct sw_json v = parse("[null,true,1,\"1\",[],{}]");
    struct sw_str text = sw_str("kept");
    bool boolean = true;
    uint64_t u = 5;
    int64_t i = 6;
    double d = 7;
    for (size_t n = 0; n <= v.count; n++) {
        const struct sw_json *item = sw_json_item(&v, n);
        assert_true(sw_json_str(item, &text) == (n == 3));
        assert_true(sw_json_bool(item, &boolean) == (n == 1));
        assert_true(sw_json_u64(item, &u) == (n == 2));
        assert_true(sw_json_i64(item, &i) == (n == 2));
        assert_true(sw_json_double(item, &d) == (n == 2));
        assert_false(sw_json_is(item, "2"));
    }
    assert_true(u == 1 && i == 1 && d == 1 && boolean && sw_str_is(text, "1"));
}

static void reads_integers_in_every_spelling(void **state)
{
    static const struct {
        const char *text;
        bool is_u64;
        uint64_t u;
        bool is_i64;
        int64_t i;
    } cases[] = {
        {"0", true, 0, true, 0},
        {"-0", true, 0, true, 0},
        {"-0.0e5", true, 0, true, 0},
        {"0e999999999999999999999", true, 0, true, 0},
        {"10.0", true, 10, true, 10},
        {"1e3", true, 1000, true, 1000},
        {"1.5E1", true, 15, true, 15},
        {"-1.50e2", false, 0, true, -150},
        {"100e-2", true, 1, true, 1},
        {"0.001e3", true, 1, true, 1},
        {"100.0", true, 100, true, 100},
        {"120e-1", true, 12, true, 12},
        {"9223372036854775807", true, INT64_MAX, true, INT64_MAX},
        {"9223372036854775808", true, (uint64_t)INT64_MAX + 1, false, 0},
        {"-9223372036854775808", false, 0, true, INT64_MIN},
        {"-9223372036854775809", false, 0, false, 0},
        {"18446744073709551615", true, UINT64_MAX, false, 0},
        {"18446744073709551615.000", true, UINT64_MAX, false, 0},
        {"18446744073709551616", false, 0, false, 0},
        {"1.8446744073709551616e19", false, 0, false, 0},
        {"1e19", true, UINT64_C(10000000000000000000), false, 0},
        {"1e20", false, 0, false, 0},
        {"1e999999999999999999999", false, 0, false, 0},
        {"1e-999999999999999999999", false, 0, false, 0},
        {"0.1", false, 0, false, 0},
        {"1.00000000000000000000000000001", false, 0, false, 0},
        {"15e-1", false, 0, false, 0},
    };
    for (size_t n = 0; n < SW_COUNT(cases); n++) {
        struct sw_json v = parse(cases[n].text);
        uint64_t u = 0;
        int64_t i = 0;
        assert_true(sw_json_u64(&v, &u) == cases[n].is_u64);
        assert_true(sw_json_i64(&v, &i) == cases[n].is_i64);
        assert_true(u == cases[n].u);
        assert_true(i == cases[n].i);
    }
}

static void reads_the_nearest_double(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0.0},
        {"0.1", 0.1},
        {"-1.5e-7", -1.5e-7},
        {"1e22", 1e22},
        {"1e23", 1e23},
        {"123456789012345678", 123456789012345678.0},
        {"1.7976931348623157e308", 0x1.fffffffffffffp1023},
        {"5e-324", 0x1p-1074},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022},
        {"9007199254740993", 9007199254740992.0},
        /* The half way point between two doubles, and just above it: 1 + 2^-53. */
        {"1.00000000000000011102230246251565404236316680908203125", 1.0},
        {"1.00000000000000011102230246251565404236316680908203126", 0x1.0000000000001p0},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_json v = parse(cases[i].text);
        double d = -7;
        assert_true(sw_json_double(&v, &d));
        assert_true(d == cases[i].value);
    }
    static const char *const outside[] = {
        "1e309", "-1.8e308", "1e999999999999999999", "1e-400", "123e-10000000"};
    for (size_t i = 0; i < SW_COUNT(outside); i++) {
        struct sw_json v = parse(outside[i]);
        double d = -7;
        assert_false(sw_json_double(&v, &d));
        assert_true(d == -7);
    }
}

/* A digit far behind what a double holds still decides which way the half way point rounds. */
static void rounds_by_digits_of_any_length(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(
        sw_buf_puts(&text, "1.00000000000000011102230246251565404236316680908203125"), SW_OK);
    for (size_t i = 0; i < 2000; i++) {
        assert_int_equal(sw_buf_putc(&text, '0'), SW_OK);
    }
    struct sw_json v = parse(sw_buf_cstr(&text));
    double d;
    assert_true(sw_json_double(&v, &d));
    assert_true(d == 1.0);
    assert_int_equal(sw_buf_putc(&text, '1'), SW_OK);
    v = parse(sw_buf_cstr(&text));
    assert_true(sw_json_double(&v, &d));
    assert_true(d == 0x1.0000000000001p0);
}

static void names_every_type(void **state)
{
    assert_string_equal(sw_json_type_name(SW_JSON_NULL), "null");
    assert_string_equal(sw_json_type_name(SW_JSON_OBJECT), "object");
    assert_string_equal(sw_json_type_name((enum sw_json_type)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_a_small_node),
        cmocka_unit_test(reads_each_type_with_its_place),
        cmocka_unit_test(keeps_members_in_the_order_of_the_document),
        cmocka_unit_test(decodes_every_escape),
        cmocka_unit_test(keeps_nul_in_strings),
        cmocka_unit_test(views_plain_strings_without_a_copy),
        cmocka_unit_test(refuses_bad_documents_with_their_place),
        cmocka_unit_test(refuses_a_nul_behind_the_value),
        cmocka_unit_test(lets_objects_repeat_each_others_names),
        cmocka_unit_test(finds_a_duplicate_among_any_number_of_names),
        cmocka_unit_test(holds_depth_bytes_and_values_to_their_limits),
        cmocka_unit_test(refuses_depth_65_and_takes_depth_64),
        cmocka_unit_test(refuses_four_gibibytes_unread),
        cmocka_unit_test(parses_a_million_levels_without_recursion),
        cmocka_unit_test(says_when_the_arena_is_full),
        cmocka_unit_test(finds_values_by_path),
        cmocka_unit_test(chains_lookups_through_what_is_absent),
        cmocka_unit_test(leaves_the_result_alone_when_the_type_is_another),
        cmocka_unit_test(reads_integers_in_every_spelling),
        cmocka_unit_test(reads_the_nearest_double),
        cmocka_unit_test(rounds_by_digits_of_any_length),
        cmocka_unit_test(names_every_type),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
