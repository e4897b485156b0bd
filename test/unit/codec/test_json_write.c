#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/json_write.h"

#include <math.h>

static struct sw_buf out;
static struct sw_error err;

static int make(void **state)
{
    sw_buf_init(&out, 0);
    err = (struct sw_error){0};
    return 0;
}

static int clean(void **state)
{
    sw_buf_release(&out);
    return 0;
}

static void canonical_is(const char *text, const char *expected)
{
    sw_buf_clear(&out);
    enum sw_code rc = sw_json_canonicalize(&out, sw_bytes(text, strlen(text)), &err);
    if (rc != SW_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    assert_string_equal(sw_buf_cstr(&out), expected);
}

static void canonical_numbers_are_those_of_ecmascript(void **state)
{
    static const char *const cases[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"0e5", "0"},
        {"1.0", "1"},
        {"10e0", "10"},
        {"-12.50", "-12.5"},
        {"1e20", "100000000000000000000"},
        {"1e21", "1e+21"},
        {"1E22", "1e+22"},
        {"1e23", "1e+23"},
        {"123456789e13", "1.23456789e+21"},
        {"0.000001", "0.000001"},
        {"0.0000012", "0.0000012"},
        {"0.0000001", "1e-7"},
        {"1.5e-10", "1.5e-10"},
        {"0.1", "0.1"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"5e-324", "5e-324"},
        {"4.9406564584124654e-324", "5e-324"},
        {"-5e-324", "-5e-324"},
        {"1e-323", "1e-323"},
        {"2.2250738585072014e-308", "2.2250738585072014e-308"},
        {"2.225073858507201e-308", "2.225073858507201e-308"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"9007199254740991", "9007199254740991"},
        {"9007199254740992", "9007199254740992"},
        {"-9007199254740992", "-9007199254740992"},
        {"9007199254740994.0", "9007199254740994"},
        {"295147905179352825856", "295147905179352830000"},
        {"295147905179352830000", "295147905179352830000"},
        {"333333333.33333329", "333333333.3333333"},
        {"5.684341886080802e-14", "5.684341886080802e-14"},
        {"5.6843418860808015e-14", "5.684341886080802e-14"},
        {"9.5367431640625e-7", "9.5367431640625e-7"},
        {"123456789012345.67", "123456789012345.67"},
        {"99999999999999980000", "99999999999999980000"},
        {"100000000000000000000.0", "100000000000000000000"},
        {"0.99999999999999994", "0.9999999999999999"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        canonical_is(cases[i][0], cases[i][1]);
    }
}

static void canonical_refuses_numbers_that_it_would_change(void **state)
{
    static const char *const bad[] = {"9007199254740993", "-9007199254740993", "9007199254740993.0",
        "9.007199254740993e15", "1e309", "-1e309", "18446744073709551615", "1e-400",
        "123456789012345678901"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        sw_buf_clear(&out);
        assert_int_equal(sw_buf_puts(&out, "kept"), SW_OK);
        char text[64];
        (void)snprintf(text, sizeof(text), "[1,%s]", bad[i]);
        assert_int_equal(
            sw_json_canonicalize(&out, sw_bytes(text, strlen(text)), &err), SW_E_FORMAT);
        assert_non_null(strstr(err.text, "byte 3: the number "));
        assert_string_equal(sw_buf_cstr(&out), "kept");
    }
}

/* RFC 8785 section 3.2.3: by UTF-16 units, in which U+1F600 (D83D DE00) sorts before U+FB33. */
static void canonical_sorts_names_by_utf16(void **state)
{
    canonical_is(
        "{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\u20ac\":3,\"\\r\":4,\"1\":5,\"\\u0080\":6,"
        "\"\\u00f6\":7,\"\\ue000\":8,\"\\ud7ff\":9,\"\":10,\"11\":11}",
        "{\"\":10,\"\\r\":4,\"1\":5,\"11\":11,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":3,"
        "\"\xed\x9f\xbf\":9,\"\xf0\x9f\x98\x80\":2,\"\xee\x80\x80\":8,\"\xef\xac\xb3\":1}");
    canonical_is("{\"a\\ud83d\\ude01\":1,\"a\\ud83d\\ude00\":2,\"a\":3,\"a\\uffff\":4}",
        "{\"a\":3,\"a\xf0\x9f\x98\x80\":2,\"a\xf0\x9f\x98\x81\":1,\"a\xef\xbf\xbf\":4}");
}

static void canonical_sorts_objects_inside_others(void **state)
{
    canonical_is(" { \"b\" : [ { \"d\" : null , \"c\" : true } , [ ] , { } ] , \"a\" : false } ",
        "{\"a\":false,\"b\":[{\"c\":true,\"d\":null},[],{}]}");
}

static void strings_have_their_shortest_escapes(void **state)
{
    canonical_is(
        "\"\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u0000\\u001F\\u007f\\u0022\\u005c\\/"
        "\\u20ac\\u2028\"",
        "\"\\b\\t\\n\\u000b\\f\\r\\u0000\\u001f\x7f\\\"\\\\/\xe2\x82\xac\xe2\x80\xa8\"");
}

static void quote_replaces_what_is_not_utf8(void **state)
{
    static const char raw[] = "a\xff\xc3(\xe2\x82\xac\n\xed\xa0\x80";
    assert_int_equal(sw_json_quote(&out, sw_str(raw)), SW_OK);
    assert_string_equal(sw_buf_cstr(&out), "\"a\xef\xbf\xbd\xef\xbf\xbd(\xe2\x82\xac\\n"
                                           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void print_keeps_order_and_number_text(void **state)
{
    static const char text[] = "{\"b\":[1.0,1e2,{}],\"a\":{\"x\":[],\"y\":\"\\u0001\"}}";
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json v;
    assert_int_equal(sw_json_parse(&arena, sw_bytes(text, strlen(text)), NULL, &v, &err), SW_OK);
    assert_int_equal(sw_json_print(&out, &v, 0), SW_OK);
    assert_string_equal(sw_buf_cstr(&out), text);
    sw_buf_clear(&out);
    assert_int_equal(sw_json_print(&out, &v, 2), SW_OK);
    assert_string_equal(sw_buf_cstr(&out),
        "{\n  \"b\": [\n    1.0,\n    1e2,\n    {}\n  ],\n"
        "  \"a\": {\n    \"x\": [],\n    \"y\": \"\\u0001\"\n  }\n}");
}

static void refuses_to_write_a_tree_that_is_too_deep(void **state)
{
    struct sw_json levels[SW_JSON_PRINT_DEPTH + 1];
    for (size_t i = 0; i < SW_COUNT(levels); i++) {
        bool leaf = i + 1 == SW_COUNT(levels);
        levels[i] = (struct sw_json){.type = SW_JSON_ARRAY, .count = !leaf};
        levels[i].items = leaf ? NULL : &levels[i + 1];
    }
    assert_int_equal(sw_json_print(&out, &levels[0], 0), SW_E_LIMIT);
    assert_int_equal(out.len, 0);
    assert_int_equal(sw_json_canonical(&out, &levels[0], &err), SW_E_LIMIT);
    assert_int_equal(sw_json_print(&out, &levels[1], 0), SW_OK);
    assert_int_equal(out.len, 2 * SW_JSON_PRINT_DEPTH);
}

static void writer_places_commas_names_and_lines(void **state)
{
    static const char *const expected[] = {
        "{\"s\":\"a\\\"b\",\"t\":null,\"n\":[18446744073709551615,-9223372036854775808,0.5,true,"
        "null],"
        "\"o\":{},\"l\":[],\"b\":\"Zm9v\",\"j\":{\"k\":[1]}}",
        "{\n  \"s\": \"a\\\"b\",\n  \"t\": null,\n  \"n\": [\n    18446744073709551615,\n"
        "    -9223372036854775808,\n    0.5,\n    true,\n    null\n  ],\n  \"o\": {},\n  \"l\": "
        "[],\n"
        "  \"b\": \"Zm9v\",\n  \"j\": {\n    \"k\": [\n      1\n    ]\n  }\n}",
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json tree;
    assert_int_equal(sw_json_parse(&arena, sw_bytes("{\"k\":[1]}", 9), NULL, &tree, &err), SW_OK);
    for (unsigned i = 0; i < SW_COUNT(expected); i++) {
        struct sw_json_writer w;
        sw_buf_clear(&out);
        sw_jw_init(&w, &out, 2 * i);
        sw_jw_object(&w, NULL);
        sw_jw_str(&w, "s", sw_str("a\"b"));
        sw_jw_text(&w, "t", NULL);
        sw_jw_array(&w, "n");
        sw_jw_u64(&w, NULL, UINT64_MAX);
        sw_jw_i64(&w, NULL, INT64_MIN);
        sw_jw_double(&w, NULL, 0.5);
        sw_jw_bool(&w, NULL, true);
        sw_jw_null(&w, NULL);
        sw_jw_array_end(&w);
        sw_jw_object(&w, "o");
        sw_jw_object_end(&w);
        sw_jw_array(&w, "l");
        sw_jw_array_end(&w);
        sw_jw_base64(&w, "b", sw_bytes("foo", 3));
        sw_jw_json(&w, "j", &tree);
        sw_jw_object_end(&w);
        assert_int_equal(sw_jw_finish(&w), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), expected[i]);
    }
}

static void unfinished(struct sw_json_writer *w)
{
    sw_jw_object(w, NULL);
}

static void nothing_written(struct sw_json_writer *w)
{
}

static void two_values(struct sw_json_writer *w)
{
    sw_jw_null(w, NULL);
    sw_jw_null(w, NULL);
}

static void name_in_array(struct sw_json_writer *w)
{
    sw_jw_array(w, NULL);
    sw_jw_null(w, "x");
    sw_jw_array_end(w);
}

static void no_name_in_object(struct sw_json_writer *w)
{
    sw_jw_object(w, NULL);
    sw_jw_null(w, NULL);
    sw_jw_object_end(w);
}

static void name_at_the_top(struct sw_json_writer *w)
{
    sw_jw_null(w, "x");
}

static void wrong_end(struct sw_json_writer *w)
{
    sw_jw_object(w, NULL);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static void end_of_nothing(struct sw_json_writer *w)
{
    sw_jw_null(w, NULL);
    sw_jw_object_end(w);
}

static void writer_refuses_unbalanced_calls(void **state)
{
    static void (*const wrong[])(struct sw_json_writer *) = {unfinished, nothing_written,
        two_values, name_in_array, no_name_in_object, name_at_the_top, wrong_end, end_of_nothing};
    for (size_t i = 0; i < SW_COUNT(wrong); i++) {
        struct sw_json_writer w;
        sw_buf_clear(&out);
        sw_jw_init(&w, &out, 0);
        wrong[i](&w);
        assert_int_equal(sw_jw_finish(&w), SW_E_INTERNAL);
    }
}

static void writer_keeps_its_first_failure(void **state)
{
    struct sw_json_writer w;
    sw_jw_init(&w, &out, 0);
    sw_jw_array(&w, NULL);
    sw_jw_double(&w, NULL, (double)NAN);
    sw_jw_object_end(&w);
    assert_int_equal(sw_jw_finish(&w), SW_E_FORMAT);

    sw_jw_init(&w, &out, 0);
    for (size_t i = 0; i <= SW_JSON_WRITER_DEPTH; i++) {
        sw_jw_array(&w, NULL);
    }
    assert_int_equal(sw_jw_finish(&w), SW_E_LIMIT);

    SW_CLEANUP(buf) struct sw_buf small = SW_BUF_INIT;
    sw_buf_init(&small, 8);
    sw_jw_init(&w, &small, 0);
    sw_jw_text(&w, NULL, "more than eight bytes");
    assert_int_equal(sw_jw_finish(&w), SW_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(canonical_numbers_are_those_of_ecmascript, make, clean),
        cmocka_unit_test_setup_teardown(
            canonical_refuses_numbers_that_it_would_change, make, clean),
        cmocka_unit_test_setup_teardown(canonical_sorts_names_by_utf16, make, clean),
        cmocka_unit_test_setup_teardown(canonical_sorts_objects_inside_others, make, clean),
        cmocka_unit_test_setup_teardown(strings_have_their_shortest_escapes, make, clean),
        cmocka_unit_test_setup_teardown(quote_replaces_what_is_not_utf8, make, clean),
        cmocka_unit_test_setup_teardown(print_keeps_order_and_number_text, make, clean),
        cmocka_unit_test_setup_teardown(refuses_to_write_a_tree_that_is_too_deep, make, clean),
        cmocka_unit_test_setup_teardown(writer_places_commas_names_and_lines, make, clean),
        cmocka_unit_test_setup_teardown(writer_refuses_unbalanced_calls, make, clean),
        cmocka_unit_test_setup_teardown(writer_keeps_its_first_failure, make, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
