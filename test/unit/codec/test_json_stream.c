#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "json_agree.h"

static struct sw_error err;

static int make(void **state)
{
    err = (struct sw_error){0};
    return 0;
}

static struct sw_bytes bytes_of(const char *text)
{
    return sw_bytes(text, strlen(text));
}

static void gives_events_with_place_and_depth(void **state)
{
    static const struct {
        enum sw_json_event_type type;
        uint32_t depth;
        uint64_t where;
        const char *text;
    } expected[] = {
        {SW_JSON_EVENT_OBJECT, 0, 1, NULL},
        {SW_JSON_EVENT_NAME, 1, 2, "a"},
        {SW_JSON_EVENT_ARRAY, 1, 7, NULL},
        {SW_JSON_EVENT_VALUE, 2, 8, "x\ny"},
        {SW_JSON_EVENT_VALUE, 2, 15, "-1.0"},
        {SW_JSON_EVENT_VALUE, 2, 21, NULL},
        {SW_JSON_EVENT_ARRAY_END, 1, 25, NULL},
        {SW_JSON_EVENT_NAME, 1, 27, "b"},
        {SW_JSON_EVENT_OBJECT, 1, 31, NULL},
        {SW_JSON_EVENT_OBJECT_END, 1, 32, NULL},
        {SW_JSON_EVENT_OBJECT_END, 0, 33, NULL},
        {SW_JSON_EVENT_END, 0, 35, NULL},
        {SW_JSON_EVENT_END, 0, 35, NULL},
    };
    static const char text[] = " {\"a\": [\"x\\ny\",-1.0, true],\"b\":{}} ";
    for (size_t chunk = 0; chunk < 10; chunk++) {
        struct chunks chunks = {.text = bytes_of(text), .chunk = chunk};
        SW_CLEANUP(json_stream) struct sw_json_stream *s = NULL;
        assert_int_equal(sw_json_stream_new(&s, chunks_read, &chunks, NULL), SW_OK);
        for (size_t i = 0; i < SW_COUNT(expected); i++) {
            struct sw_json_event e;
            assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
            assert_int_equal(e.type, expected[i].type);
            assert_int_equal(e.depth, expected[i].depth);
            assert_int_equal(e.value.where, expected[i].where);
            assert_true(expected[i].text == NULL || sw_str_is(e.value.text, expected[i].text));
        }
    }
}

static void agrees_with_the_tree_at_every_chunk_size(void **state)
{
    static const char *const texts[] = {
        "{\"a\":[1,2.5e-3,\"\\u00e9\\ud834\\udd1e\",null],\"b\":{}}",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "[1,2", "{\"a\":1,\"a\":2}", "[\"\\ud800\"]",
        "nul", "tru", "truex", "12", "1.", "-", "\"a\\", "\"a\\\"", "[\"\xff\"]", "  ", "", "[1]x",
        "\x01", "{\"a\" :\n1 , \"b\": [ ] }", "\"\\u004", "[\"a\nb\"]", "[\"\\\xffz\", \"\xff\"]"};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        for (size_t chunk = 0; chunk <= 12; chunk++) {
            bool accepted;
            const char *difference = json_disagreement(bytes_of(texts[i]), chunk, &accepted);
            if (difference != NULL) {
                fail_msg("%s, %zu at a time: %s", texts[i], chunk, difference);
            }
        }
    }
}

/* An array of strings of growing length, some of them larger than the first window. */
static void carries_tokens_over_the_edge_of_the_window(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_buf_puts(&text, "[0"), SW_OK);
    for (size_t len = 1; len < 400000; len = len * 3 + 1) {
        assert_int_equal(sw_buf_puts(&text, ", \""), SW_OK);
        for (size_t i = 0; i < len; i++) {
            assert_int_equal(i % 5 == 0 ? sw_buf_puts(&text, "\\u00e9")
                                        : sw_buf_putc(&text, (char)('a' + i % 26)),
                SW_OK);
        }
        assert_int_equal(sw_buf_printf(&text, "\",%zu.%zu", len, len), SW_OK);
    }
    assert_int_equal(sw_buf_putc(&text, ']'), SW_OK);
    static const size_t chunk_sizes[] = {0, 1, 13, 4096, 65536, 65537};
    for (size_t i = 0; i < SW_COUNT(chunk_sizes); i++) {
        bool accepted;
        assert_null(json_disagreement(sw_buf_bytes(&text), chunk_sizes[i], &accepted));
        assert_true(accepted);
    }
}

static void finds_duplicate_names_of_objects_that_left_the_window(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    assert_int_equal(sw_buf_putc(&text, '{'), SW_OK);
    for (size_t i = 0; i < 30000; i++) {
        assert_int_equal(
            sw_buf_printf(&text, "\"name %zu\":{\"name 1\":%zu,\"name\\u00202\":0},", i, i), SW_OK);
    }
    size_t good = text.len;
    assert_int_equal(sw_buf_puts(&text, "\"last\":0}"), SW_OK);
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(dump_stream(&out, sw_buf_bytes(&text), 1000, NULL, &err), SW_OK);
    text.len = good;
    assert_int_equal(sw_buf_puts(&text, "\"name\\u0020"
                                        "7\":0}"),
        SW_OK);
    assert_int_equal(dump_stream(&out, sw_buf_bytes(&text), 1000, NULL, &err), SW_E_FORMAT);
    assert_non_null(strstr(err.text, ": the name \"name 7\" stands twice in one object"));
}

static void fails_the_same_way_for_ever(void **state)
{
    struct chunks chunks = {.text = bytes_of("[1,]")};
    SW_CLEANUP(json_stream) struct sw_json_stream *s = NULL;
    assert_int_equal(sw_json_stream_new(&s, chunks_read, &chunks, NULL), SW_OK);
    struct sw_json_event e = {.depth = 77};
    assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
    assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
    e.depth = 77;
    for (size_t i = 0; i < 3; i++) {
        err = (struct sw_error){0};
        assert_int_equal(sw_json_stream_next(s, &e, &err), SW_E_FORMAT);
        assert_string_equal(err.text, "byte 3: found ']' where a value should stand");
        assert_int_equal(e.depth, 77);
        assert_int_equal(sw_json_stream_next(s, &e, NULL), SW_E_FORMAT);
    }
}

static enum sw_code broken_read(
    void *ctx, uint8_t *out, size_t len, size_t *got, struct sw_error *e)
{
    return sw_fail(e, SW_E_IO, "the disk is gone");
}

static enum sw_code greedy_read(
    void *ctx, uint8_t *out, size_t len, size_t *got, struct sw_error *e)
{
    *got = len + 1;
    return SW_OK;
}

static void passes_the_failure_of_the_reader_up(void **state)
{
    SW_CLEANUP(json_stream) struct sw_json_stream *s = NULL;
    SW_CLEANUP(json_stream) struct sw_json_stream *t = NULL;
    struct sw_json_event e;
    assert_int_equal(sw_json_stream_new(&s, broken_read, NULL, NULL), SW_OK);
    assert_int_equal(sw_json_stream_next(s, &e, &err), SW_E_IO);
    assert_string_equal(err.text, "the disk is gone");
    assert_int_equal(sw_json_stream_new(&t, greedy_read, NULL, NULL), SW_OK);
    assert_int_equal(sw_json_stream_next(t, &e, &err), SW_E_INTERNAL);
}

static void skips_the_rest_of_a_value(void **state)
{
    static const char text[] = "{\"a\":[1,{\"x\":[]}],\"b\":2,\"c\":{\"d\":{}},\"e\":[3]}";
    for (size_t chunk = 0; chunk < 5; chunk++) {
        struct chunks chunks = {.text = bytes_of(text), .chunk = chunk};
        SW_CLEANUP(json_stream) struct sw_json_stream *s = NULL;
        assert_int_equal(sw_json_stream_new(&s, chunks_read, &chunks, NULL), SW_OK);
        struct sw_json_event e;
        assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
        static const char names[] = "abce";
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
            assert_int_equal(e.type, SW_JSON_EVENT_NAME);
            assert_int_equal(e.value.text.ptr[0], names[i]);
            if (i % 2 == 0) { /* from the value's first event, else from its name */
                assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
            }
            assert_int_equal(sw_json_stream_skip(s, &err), SW_OK);
        }
        assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
        assert_int_equal(e.type, SW_JSON_EVENT_OBJECT_END);
        assert_int_equal(e.depth, 0);
    }
}

static void checks_what_it_skips(void **state)
{
    static const char *const texts[] = {"[[1,2", "[{\"a\":1,\"a\":2}]", "[\"\\ud800\"]"};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        struct chunks chunks = {.text = bytes_of(texts[i])};
        SW_CLEANUP(json_stream) struct sw_json_stream *s = NULL;
        assert_int_equal(sw_json_stream_new(&s, chunks_read, &chunks, NULL), SW_OK);
        struct sw_json_event e;
        assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
        assert_int_equal(sw_json_stream_skip(s, &err), SW_E_FORMAT);
    }
}

static void reads_values_separated_by_white_space(void **state)
{
    static const struct {
        const char *text;
        const char *dump;
        const char *words;
    } cases[] = {
        {"", "", NULL},
        {" \n", "", NULL},
        {"{\"a\":1}\n{\"a\":2}\n", "5@0(1=a2@5:1)5@8(1=a2@13:2)", NULL},
        {"1 2\n\"x\"", "2@0:12@2:23@4:x", NULL},
        {"1\n2", "2@0:12@2:2", NULL},
        {"{}{}", NULL, "byte 2: found '{' where white space should stand"},
        {"1,2", NULL, "byte 1: found ',' where white space should stand"},
        {"\"a\"\"b\"", NULL, "byte 3: found '\"' where white space should stand"},
        {"1 [", NULL, "byte 3: the input ends where a value should stand"},
        {"1 }", NULL, "byte 2: found '}' where a value should stand"},
    };
    const struct sw_json_stream_limits limits = {.many = true};
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        for (size_t chunk = 0; chunk < 4; chunk++) {
            SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
            enum sw_code rc = dump_stream(&out, bytes_of(cases[i].text), chunk, &limits, &err);
            assert_int_equal(rc, cases[i].words == NULL ? SW_OK : SW_E_FORMAT);
            assert_string_equal(cases[i].words == NULL ? sw_buf_cstr(&out) : err.text,
                cases[i].words == NULL ? cases[i].dump : cases[i].words);
        }
    }
}

static void holds_everything_to_its_limit(void **state)
{
    static const struct {
        const char *text;
        struct sw_json_stream_limits limits;
        const char *words;
    } cases[] = {
        {"[[]]", {.json.max_depth = 1}, "byte 1: nested deeper than 1 levels"},
        {"[1,2]", {.json.max_values = 2}, "byte 3: more than 2 values and names"},
        {"[1] [2] [3]", {.json.max_values = 2, .many = true}, NULL},
        {"[1] [2,3]", {.json.max_values = 2, .many = true}, "byte 7: more than 2 values and names"},
        {"[1,2]", {.json.max_bytes = 5}, NULL},
        {"[1,2] ", {.json.max_bytes = 5},
            "byte 5: the input is longer than the 5 bytes that are read"},
        {"[\"abcd\"]", {.max_string = 4}, NULL},
        {"[\"abcde\"]", {.max_string = 4}, "byte 1: a string or number is longer than 4 bytes"},
        {"[1234]", {.max_string = 4}, NULL},
        {"[12345]", {.max_string = 4}, "byte 1: a string or number is longer than 4 bytes"},
        {"{\"abcde\":1}", {.max_string = 4}, "byte 1: a string or number is longer than 4 bytes"},
        {"{\"a\":{\"b\":1},\"c\":2}", {.max_names = 200}, NULL},
        {"{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":1}}}}}", {.max_names = 200},
            "byte 21: the names of the open objects take more than 200 bytes"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        for (size_t chunk = 0; chunk < 4; chunk++) {
            SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
            err = (struct sw_error){0};
            enum sw_code rc =
                dump_stream(&out, bytes_of(cases[i].text), chunk, &cases[i].limits, &err);
            assert_string_equal(err.text, cases[i].words == NULL ? "" : cases[i].words);
            assert_int_equal(rc, cases[i].words == NULL ? SW_OK : SW_E_LIMIT);
        }
    }
}

/* Gives one string that has no end. */
static enum sw_code endless_read(
    void *ctx, uint8_t *out, size_t len, size_t *got, struct sw_error *e)
{
    uint64_t *given = ctx;
    memset(out, 'x', len);
    if (*given == 0) {
        out[0] = '"';
    }
    *given += len;
    *got = len;
    return SW_OK;
}

static void stops_reading_an_endless_string(void **state)
{
    uint64_t given = 0;
    SW_CLEANUP(json_stream) struct sw_json_stream *s = NULL;
    assert_int_equal(sw_json_stream_new(&s, endless_read, &given, NULL), SW_OK);
    struct sw_json_event e;
    assert_int_equal(sw_json_stream_next(s, &e, &err), SW_E_LIMIT);
    assert_string_equal(err.text, "byte 0: a string or number is longer than 16777216 bytes");
    assert_true(given <= UINT64_C(64) << 20);
}

#define OBJECTS 3000000

/* Gives a long document without ever holding it: "[", objects of eight bytes, no comma but "]" in
 * the end. */
static enum sw_code many_read(void *ctx, uint8_t *out, size_t len, size_t *got, struct sw_error *e)
{
    static const char object[8] = {'{', '"', 'a', '"', ':', '1', '}', ','};
    uint64_t *given = ctx;
    size_t n = 0;
    for (; n < len && *given <= OBJECTS * 8; n++, ++*given) {
        out[n] = (uint8_t)(*given == 0             ? '['
                           : *given == OBJECTS * 8 ? ']'
                                                   : object[(*given - 1) % 8]);
    }
    *got = n;
    return SW_OK;
}

static void reads_more_than_it_keeps(void **state)
{
    uint64_t given = 0;
    SW_CLEANUP(json_stream) struct sw_json_stream *s = NULL;
    assert_int_equal(sw_json_stream_new(&s, many_read, &given, NULL), SW_OK);
    struct sw_json_event e;
    uint64_t values = 0;
    do {
        assert_int_equal(sw_json_stream_next(s, &e, &err), SW_OK);
        values += e.type == SW_JSON_EVENT_VALUE;
    } while (e.type != SW_JSON_EVENT_END);
    assert_int_equal(values, OBJECTS);
    assert_int_equal(e.value.where, OBJECTS * 8 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gives_events_with_place_and_depth, make),
        cmocka_unit_test_setup(agrees_with_the_tree_at_every_chunk_size, make),
        cmocka_unit_test_setup(carries_tokens_over_the_edge_of_the_window, make),
        cmocka_unit_test_setup(finds_duplicate_names_of_objects_that_left_the_window, make),
        cmocka_unit_test_setup(fails_the_same_way_for_ever, make),
        cmocka_unit_test_setup(passes_the_failure_of_the_reader_up, make),
        cmocka_unit_test_setup(skips_the_rest_of_a_value, make),
        cmocka_unit_test_setup(checks_what_it_skips, make),
        cmocka_unit_test_setup(reads_values_separated_by_white_space, make),
        cmocka_unit_test_setup(holds_everything_to_its_limit, make),
        cmocka_unit_test_setup(stops_reading_an_endless_string, make),
        cmocka_unit_test_setup(reads_more_than_it_keeps, make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
