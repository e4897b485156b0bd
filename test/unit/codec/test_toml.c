#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/json_write.h"
#include "codec/toml.h"

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

static enum sw_code parse_text(const char *text, struct sw_json *out)
{
    return sw_toml_parse(&arena, sw_bytes(text, strlen(text)), NULL, out, &err);
}

static struct sw_json parse(const char *text)
{
    struct sw_json out = {0};
    if (parse_text(text, &out) != SW_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return out;
}

static void reads_documents_as_their_json(void **state)
{
    static const struct {
        const char *toml;
        const char *json;
    } cases[] = {
        {"", "{}"},
        {"# only a comment", "{}"},
        {"\xef\xbb\xbf"
         "a = 1\r\n",
            "{\"a\":1}"},
        {"a.b.c = 1\na.b.d = 2\n\"x.y\".'' = 3\n",
            "{\"a\":{\"b\":{\"c\":1,\"d\":2}},\"x.y\":{\"\":3}}"},
        {"[a.b]\nx = 1\n[a]\ny = 2\n[a.c]", "{\"a\":{\"b\":{\"x\":1},\"y\":2,\"c\":{}}}"},
        {"[[p]]\nn = 1\n[p.q]\nm = 2\n[[p]]\nn = 3\n[[p.r]]\n[[p.r]]\n",
            "{\"p\":[{\"n\":1,\"q\":{\"m\":2}},{\"n\":3,\"r\":[{},{}]}]}"},
        {"[fruit]\napple.color = 1\n[fruit.apple.taste]\nsweet = true\n",
            "{\"fruit\":{\"apple\":{\"color\":1,\"taste\":{\"sweet\":true}}}}"},
        {"a = [\n 1, # one\n 2,\n]\nb = []\nc = [[], [{}], {x.y = 1, z = [2]}]\n",
            "{\"a\":[1,2],\"b\":[],\"c\":[[],[{}],{\"x\":{\"y\":1},\"z\":[2]}]}"},
        {"a = \"x\\t\\u00e9\\U0001F600\\\\\\\"\"\nb = 'C:\\dir'",
            "{\"a\":\"x\\t\xc3\xa9\xf0\x9f\x98\x80\\\\\\\"\",\"b\":\"C:\\\\dir\"}"},
        {"a = \"\"\"\none \\\n   two\n\"three\"\"\"\"\nb = '''\n'x''''",
            "{\"a\":\"one two\\n\\\"three\\\"\",\"b\":\"'x'\"}"},
        {"a = '''''''\nb = \"\"\"\"\"\"\"\"\nc = \"\"",
            "{\"a\":\"'\",\"b\":\"\\\"\\\"\",\"c\":\"\"}"},
        {"a = [0, -0, +1, 1_000, 0x1F, 0xdead_beef, 0o17, 0b1_01, 9223372036854775807]",
            "{\"a\":[0,-0,1,1000,31,3735928559,15,5,9223372036854775807]}"},
        {"a = [1.5, -1e5, 6.02_3e+2_3, +0.0, inf, -inf, nan]",
            "{\"a\":[1.5,-1e5,6.023e+23,0.0,\"inf\",\"-inf\",\"nan\"]}"},
        {"a = [1979-05-27, 1979-05-27T07:32:00Z, 1979-05-27 07:32:00.5-07:00, 07:32:00]",
            "{\"a\":[\"1979-05-27\",\"1979-05-27T07:32:00Z\",\"1979-05-27 07:32:00.5-07:00\","
            "\"07:32:00\"]}"},
        {"1234 = true\n-_- = false", "{\"1234\":true,\"-_-\":false}"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_json v = parse(cases[i].toml);
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        assert_int_equal(sw_json_print(&out, &v, 0), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), cases[i].json);
    }
}

static void values_know_their_line(void **state)
{
    struct sw_json v = parse("# one\na = '''\n\n'''\n[[p]]\nx = [\n  1,\n  2]\n\n[[p]]\ny = 3\n");
    assert_int_equal(sw_json_get(&v, "a")->where, 2);
    assert_int_equal(sw_json_path(&v, sw_str("p.0"))->where, 5);
    assert_int_equal(sw_json_path(&v, sw_str("p.0.x"))->where, 6);
    assert_int_equal(sw_json_path(&v, sw_str("p.0.x.1"))->where, 8);
    assert_int_equal(sw_json_path(&v, sw_str("p.1"))->where, 10);
    assert_int_equal(sw_json_path(&v, sw_str("p.1.y"))->where, 11);
}

static void refuses_what_is_not_toml(void **state)
{
    static const char *const cases[] = {
        "a",
        "a =",
        "= 1",
        "a = 1 b = 2",
        "a b = 1",
        "a. = 1",
        ".a = 1",
        "a..b = 1",
        "a = b",
        "a = 1\na = 2",
        "a = 1\na.b = 2",
        "a.b = 1\na = 2",
        "a = {b = 1}\na.c = 2",
        "a = {b = 1}\n[a]",
        "a = {b = 1}\n[a.c]",
        "a = {b.c = 1}\n[a.b.d]",
        "a = {x = 1, x = 2}",
        "a = {x = 1,}",
        "a = {x = 1\n}",
        "a = {,}",
        "a = {",
        "a = {x",
        "[a]\n[a]",
        "[a",
        "[a]]",
        "[[a]",
        "[]",
        "[a.]",
        "[a] x = 1",
        "[a]\nb.c = 1\n[a.b]",
        "a = []\n[[a]]",
        "a = [{}]\n[a.b]",
        "[[a]]\n[a]",
        "[a]\n[[a]]",
        "[a.b.c.d]\n[a]\nb.c.d.k = 1",
        "a = [1 2]",
        "a = [1,,2]",
        "a = [,]",
        "a = [",
        "a = [1",
        "a = \"x",
        "a = \"x\ny\"",
        "a = 'x",
        "a = 'x\n'",
        "a = \"\"\"x",
        "a = '''x",
        "a = '''x''",
        "a = \"\\q\"",
        "a = \"\\u12\"",
        "a = \"\\ud800\"",
        "a = \"\\U00110000\"",
        "a = \"\\",
        "a = \"\x01\"",
        "a = 'x' # \x01",
        "a = 1\rb = 2",
        "\"\"\"a\"\"\" = 1",
        "a = 01",
        "a = 1_",
        "a = _1",
        "a = 1__0",
        "a = 1_.0",
        "a = 1.",
        "a = .1",
        "a = 1.e1",
        "a = 1e",
        "a = 0x",
        "a = +0x1",
        "a = 0x1G",
        "a = 0b2",
        "a = 0x_1",
        "a = ++1",
        "a = +-1",
        "a = 9223372036854775808",
        "a = 0xffffffffffffffff",
        "a = True",
        "a = 1979-13-01",
        "a = 1979-02-29",
        "a = 1979-05-27T",
        "a = 1979-05-27T25:00:00",
        "a = 1979-05-27T07:32:00+25:00",
        "a = 07:32",
        "a = 07:32:60.",
        "a = infinity",
        "a = \xff",
        "\xc3\xa9 = 1",
        "a = 1\n\xef\xbb\xbf",
        "a = -",
        "a = +inf1",
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_json out = {.count = 77};
        if (parse_text(cases[i], &out) != SW_E_FORMAT) {
            fail_msg("this is read: %s", cases[i]);
        }
        assert_true(sw_str_starts(sw_str(err.text), "line "));
        assert_int_equal(out.count, 77);
    }
}

static void limits_hold(void **state)
{
    const struct sw_json_limits few = {.max_bytes = 40, .max_depth = 3, .max_values = 6};
    static const struct {
        const char *toml;
        enum sw_code code;
    } cases[] = {
        {"a = [[1]]", SW_OK},
        {"a = [[[1]]]", SW_E_LIMIT},
        {"a.b.c = 1", SW_OK},
        {"a.b.c.d = 1", SW_E_LIMIT},
        {"[a.b.c.d]", SW_E_LIMIT},
        {"[[a]]\n[[a.b]]", SW_E_LIMIT},
        {"a = [1,2,3,4]", SW_OK},
        {"a = [1,2,3,4,5]", SW_E_LIMIT},
        {"# a comment that is longer than forty bytes", SW_E_LIMIT},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_json out;
        const struct sw_bytes text = sw_bytes(cases[i].toml, strlen(cases[i].toml));
        assert_int_equal(sw_toml_parse(&arena, text, &few, &out, &err), cases[i].code);
    }
}

static void many_keys_are_found_again(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json out;
    for (unsigned i = 0; i < 200000; i++) {
        assert_int_equal(sw_buf_printf(&text, "k%u = %u\n", i, i), SW_OK);
    }
    assert_int_equal(sw_toml_parse(&arena, sw_buf_bytes(&text), NULL, &out, &err), SW_OK);
    assert_int_equal(out.count, 200000);
    assert_int_equal(sw_buf_puts(&text, "k77 = 1\n"), SW_OK);
    assert_int_equal(sw_toml_parse(&arena, sw_buf_bytes(&text), NULL, &out, &err), SW_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_documents_as_their_json, make, clean),
        cmocka_unit_test_setup_teardown(values_know_their_line, make, clean),
        cmocka_unit_test_setup_teardown(refuses_what_is_not_toml, make, clean),
        cmocka_unit_test_setup_teardown(limits_hold, make, clean),
        cmocka_unit_test_setup_teardown(many_keys_are_found_again, make, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
