/* Universal Binary JSON: the tree that JSON gives for the same document, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/codec.h"

#define LEN(n) "L\0\0\0\0\0\0\0" n
#define BYTES(text) (text), sizeof(text) - 1

struct row {
    const char *name;
    const char *bytes;
    size_t size;
    const char *json; /* NULL: refused, with… */
    const char *words;
};

static void write_value(struct sw_json_writer *w, const char *name, const struct sw_json *value)
{
    int64_t integer;
    double real;
    switch (value->type) {
    case SW_JSON_NULL: sw_jw_null(w, name); break;
    case SW_JSON_BOOL: sw_jw_bool(w, name, value->boolean); break;
    case SW_JSON_STRING: sw_jw_str(w, name, value->text); break;
    case SW_JSON_NUMBER:
        if (sw_json_i64(value, &integer)) {
            sw_jw_i64(w, name, integer);
        } else {
            assert_true(sw_json_double(value, &real));
            sw_jw_double(w, name, real);
        }
        break;
    case SW_JSON_ARRAY:
        sw_jw_array(w, name);
        SW_JSON_EACH (item, value) {
            write_value(w, NULL, item);
        }
        sw_jw_array_end(w);
        break;
    case SW_JSON_OBJECT:
        sw_jw_object(w, name);
        SW_JSON_EACH_MEMBER (member, value) {
            char text[32] = {0};
            assert_true(member->name.len < sizeof(text));
            memcpy(text, member->name.ptr, member->name.len);
            write_value(w, text, &member->value);
        }
        sw_jw_object_end(w);
        break;
    }
}

static void check(const struct row *row)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json root = {0};
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    enum sw_code code = sw_ubjson_parse(&arena, sw_bytes(row->bytes, row->size), NULL, &root, &err);
    if (row->json == NULL) {
        if (code == SW_OK || strstr(err.text, row->words) == NULL) {
            fail_msg("%s: %d, '%s'", row->name, (int)code, err.text);
        }
        return;
    }
    if (code != SW_OK) {
        fail_msg("%s: %s", row->name, err.text);
    }
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    write_value(&w, NULL, &root);
    assert_int_equal(sw_jw_finish(&w), SW_OK);
    assert_true(sw_str_is(sw_str_n((const char *)text.data, text.len), row->json));
}

static const struct row good[] = {
    {"nothing", BYTES("Z"), "null", NULL},
    {"truths", BYTES("[TF]"), "[true,false]", NULL},
    {"small numbers",
        BYTES("[i\xff"
              "U\xff"
              "I\xff\0]"),
        "[-1,255,-256]", NULL},
    {"large numbers", BYTES("[l\x80\0\0\0" LEN("\x09") "]"), "[-2147483648,9]", NULL},
    {"reals",
        BYTES("[d\x3f\0\0\0"
              "D\xbf\xe0\0\0\0\0\0\0]"),
        "[0.5,-0.5]", NULL},
    {"no numbers",
        BYTES("[d\x7f\x80\0\0"
              "d\x7f\xc0\0\0]"),
        "[null,null]", NULL},
    {"a string", BYTES("S" LEN("\2") "hi"), "\"hi\"", NULL},
    {"an object", BYTES("{" LEN("\1") "ai\1" LEN("\1") "b[]}"), "{\"a\":1,\"b\":[]}", NULL},
    {"a counted array", BYTES("[#" LEN("\2") "i\1[#" LEN("\1") "Z"), "[1,[null]]", NULL},
    {"an empty one", BYTES("[[#" LEN("\0") "i\1]"), "[[],1]", NULL},
    {"one type", BYTES("[$I#" LEN("\2") "\0\1\xff\xff"), "[1,-1]", NULL},
    {"one type inside", BYTES("{" LEN("\1") "a[$U#" LEN("\0") "}"), "{\"a\":[]}", NULL},
};

static const struct row refused[] = {
    {"no bytes", BYTES(""), NULL, "ends inside"},
    {"a half number", BYTES("l\0\0"), NULL, "ends inside"},
    {"an open array", BYTES("[i\1"), NULL, "ends inside"},
    {"an open object", BYTES("{"), NULL, "ends inside"},
    {"something behind", BYTES("ZZ"), NULL, "behind the document"},
    {"a counted array with an end", BYTES("[#" LEN("\1") "Z]"), NULL, "behind the document"},
    {"an end for the other", BYTES("[}"), NULL, "type that is not read"},
    {"a no-op", BYTES("[N]"), NULL, "type that is not read"},
    {"a number of digits",
        BYTES("Hi\1"
              "1"),
        NULL, "type that is not read"},
    {"a length of another type", BYTES("Si\1a"), NULL, "not of type L"},
    {"a length past the end", BYTES("S" LEN("\5") "a"), NULL, "past the end"},
    {"a negative length", BYTES("SL\xff\xff\xff\xff\xff\xff\xff\xff"), NULL, "past the end"},
    {"a count past the end", BYTES("[$d#" LEN("\5") "aaaa"), NULL, "past the end"},
    {"many reals in few bytes", BYTES("[$D#" LEN("\2") "12345678"), NULL, "ends inside"},
    {"many of no size", BYTES("[$Z#" LEN("\1") "a"), NULL, "of no number"},
    {"a type without count", BYTES("[$d]"), NULL, "has no count"},
    {"no UTF-8", BYTES("S" LEN("\1") "\xff"), NULL, "not UTF-8"},
    {"a name twice", BYTES("{" LEN("\1") "aZ" LEN("\1") "aZ}"), NULL, "stands twice"},
};

static void test_values_are_those_of_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(good); i++) {
        check(&good[i]);
    }
}

static void test_what_is_not_whole_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(refused); i++) {
        check(&refused[i]);
    }
}

static void test_limits_hold(void **state)
{
    (void)state;
    static const struct sw_json_limits few = {.max_values = 3};
    char deep[100];
    memset(deep, '[', sizeof(deep));
    struct row nested = {"deep", deep, sizeof(deep), NULL, "nested deeper than 64"};
    check(&nested);
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_json root;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_ubjson_parse(&arena, sw_bytes("[ZZZ]", 5), &few, &root, &err), SW_E_LIMIT);
    assert_int_equal(sw_ubjson_parse(&arena, sw_bytes("[ZZ]", 4), &few, &root, &err), SW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_those_of_json),
        cmocka_unit_test(test_what_is_not_whole_is_refused),
        cmocka_unit_test(test_limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
