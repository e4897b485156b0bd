#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "codec/json_write.h"
#include "codec/yaml.h"

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
    return sw_yaml_parse(&arena, sw_bytes(text, strlen(text)), NULL, out, &err);
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
        const char *yaml;
        const char *json;
    } cases[] = {
        {"", "null"},
        {"# only a comment\n", "null"},
        {"---\n...\n", "null"},
        {"%YAML 1.1\n---\na: 1\n", "{\"a\":1}"},
        {"\xef\xbb\xbf"
         "a: 1\n",
            "{\"a\":1}"},
        {"a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  - d: {}\n  - []\n",
            "{\"a\":1,\"b\":[\"x\",\"y\",\"z\\n\"],\"c\":[{\"d\":{}},[]]}"},
        {"[null, true, false, ~, Null, TRUE, yes, no, on, off]",
            "[null,true,false,\"~\",\"Null\",\"TRUE\",\"yes\",\"no\",\"on\",\"off\"]"},
        {"[0, -1, 1.5, 1e3, -0.5E-2, 010, +1, 0x1F, 1_000, .5, 1., .inf, 1.2.3, 12:30:00]",
            "[0,-1,1.5,1e3,-0.5E-2,\"010\",\"+1\",\"0x1F\",\"1_000\",\".5\",\"1.\",\".inf\",\"1.2."
            "3\","
            "\"12:30:00\"]"},
        {"['null', \"true\", '1', \"\"]", "[\"null\",\"true\",\"1\",\"\"]"},
        {"a:\nb: \n", "{\"a\":null,\"b\":null}"},
        {"a: |\n  one\n  two\nb: >-\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\"}"},
        {"\"\\0\\u00e9\"", "\"\\u0000\xc3\xa9\""},
        {"'null': 1\n\"1\": 2\n'<<': 3\n", "{\"null\":1,\"1\":2,\"<<\":3}"},
        {"a: {b: 1}\nc: {b: 1}\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_json v = parse(cases[i].yaml);
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        assert_int_equal(sw_json_print(&out, &v, 0), SW_OK);
        assert_string_equal(sw_buf_cstr(&out), cases[i].json);
    }
}

static void values_know_their_line(void **state)
{
    struct sw_json v = parse("# a comment\na: 1\nb:\n  - x\n  - y: z\n");
    assert_int_equal(v.where, 2);
    assert_int_equal(sw_json_get(&v, "a")->where, 2);
    assert_int_equal(sw_json_get(&v, "b")->where, 4);
    assert_int_equal(sw_json_path(&v, sw_str("b.1.y"))->where, 5);
}

static void the_tree_does_not_need_the_text(void **state)
{
    char text[] = "key: [value, 12]\n";
    struct sw_json v = parse(text);
    memset(text, 'x', sizeof(text) - 1);
    assert_true(sw_json_is(sw_json_path(&v, sw_str("key.0")), "value"));
    uint64_t number;
    assert_true(sw_json_u64(sw_json_path(&v, sw_str("key.1")), &number));
    assert_int_equal(number, 12);
}

static void refuses_what_is_not_the_json_model(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } bad[] = {
        {"a: &x 1\n", "line 1: anchors are not read; write the value out"},
        {"a: 1\nb: *x\n", "line 2: aliases are not read; write the value out"},
        {"a: &x [1]\n", "line 1: anchors and tags are not read"},
        {"a: &x {b: 1}\n", "line 1: anchors and tags are not read"},
        {"a: !!int 1\n", "line 1: tags are not read"},
        {"a: !thing 1\n", "line 1: tags are not read"},
        {"a: ! 1\n", "line 1: tags are not read"},
        {"!!set {a}\n", "line 1: anchors and tags are not read"},
        {"!!seq [a]\n", "line 1: anchors and tags are not read"},
        {"!!python/object/apply:os.system ['x']\n", "line 1: anchors and tags are not read"},
        {"%TAG ! tag:x,2000:\n---\na: 1\n", "line 1: tags are not read"},
        {"# c\r%TAG ! tag:x,2000:\n---\na: 1\n", "line 1: tags are not read"},
        {"a: {}\n<<: {b: 1}\n", "line 2: merge keys (<<) are not read; write the keys out"},
        {"a: 1\nb: 2\na: 3\n", "line 3: the key \"a\" stands twice in one mapping"},
        {"{a: 1, \"\\u0061\": 2}", "line 1: the key \"a\" stands twice in one mapping"},
        {"1: x\n", "line 1: a key must be text; put it in quotes"},
        {"null: x\n", "line 1: a key must be text; put it in quotes"},
        {"?\n: x\n", "line 1: a key must be text; put it in quotes"},
        {"? [a]\n: x\n", "line 1: a key must be text, not a mapping or a sequence"},
        {"? {a: b}\n: x\n", "line 1: a key must be text, not a mapping or a sequence"},
        {"a: 1\n---\nb: 2\n", "line 2: a second document begins; only one is read"},
        {"--- a\n--- b\n", "line 2: a second document begins; only one is read"},
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_json out = {.where = 77};
        assert_int_equal(parse_text(bad[i].text, &out), SW_E_FORMAT);
        assert_string_equal(err.text, bad[i].words);
        assert_int_equal(out.where, 77);
    }
}

static void refuses_malformed_text_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *line;
    } bad[] = {
        {"a: [1, 2\n", "line "},
        {"a: 1\n b: 2\n", "line 2: "},
        {"a: 'x\n", "line "},
        {"a: \"\\ud800\"\n", "line 1: "},
        {"a: \"\\q\"\n", "line 1: "},
        {"a:\n\t- x\n", "line 2: "},
        {"a: @x\n", "line 1: "},
        {"a: \x01\n", "line 1: "},
        {"a: \xff\n", "line 1: "},
        {"a: \xed\xa0\x80\n", "line 1: "},
        {"}", "line 1: "},
        {"%YAML 3.0\n---\na\n", "line 1: "},
        {"\xff\xfe"
         "a\0:\0 \0b\0",
            "line 1: "},
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        struct sw_json out = {.where = 77};
        err = (struct sw_error){0};
        assert_int_equal(parse_text(bad[i].text, &out), SW_E_FORMAT);
        assert_int_equal(strncmp(err.text, bad[i].line, strlen(bad[i].line)), 0);
        assert_null(strchr(err.text, '\n'));
        assert_int_equal(out.where, 77);
    }
}

static void holds_depth_bytes_and_values_to_their_limits(void **state)
{
    static const struct {
        const char *text;
        struct sw_json_limits limits;
        const char *words;
    } cases[] = {
        {"[[1]]", {.max_depth = 2}, NULL},
        {"[[[1]]]", {.max_depth = 2}, "line 1: nested deeper than 2 levels"},
        {"- - - x\n", {.max_depth = 2}, "line 1: nested deeper than 2 levels"},
        {"a: [1, 2]\n", {.max_values = 5}, NULL},
        {"a: [1, 2]\n", {.max_values = 4}, "line 1: more than 4 values and keys"},
        {"a: 1", {.max_bytes = 4}, NULL},
        {"a: 1\n", {.max_bytes = 4},
            "line 1: the document is 5 bytes, more than the 4 that are read"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_json out;
        enum sw_code rc = sw_yaml_parse(
            &arena, sw_bytes(cases[i].text, strlen(cases[i].text)), &cases[i].limits, &out, &err);
        assert_int_equal(rc, cases[i].words == NULL ? SW_OK : SW_E_LIMIT);
        if (cases[i].words != NULL) {
            assert_string_equal(err.text, cases[i].words);
        }
    }
}

static void refuses_depth_33_and_four_mebibytes_by_default(void **state)
{
    char deep[33 * 2 + 1] = {0};
    memset(deep, '[', 33);
    memset(deep + 33, ']', 33);
    struct sw_json out;
    assert_int_equal(parse_text(deep, &out), SW_E_LIMIT);
    deep[65] = '\0';
    assert_int_equal(parse_text(deep + 1, &out), SW_OK);
    SW_CLEANUP(buf) struct sw_buf big = SW_BUF_INIT;
    assert_int_equal(sw_buf_reserve(&big, (4u << 20) + 1), SW_OK);
    memset(big.data, '#', (4u << 20) + 1);
    assert_int_equal(
        sw_yaml_parse(&arena, sw_bytes(big.data, (4u << 20) + 1), NULL, &out, &err), SW_E_LIMIT);
    assert_int_equal(sw_yaml_parse(&arena, sw_bytes(big.data, 4u << 20), NULL, &out, &err), SW_OK);
}

static void quoted_text_reads_back_as_itself(void **state)
{
    static const char *const texts[] = {"", "plain", "two words", "a/b.c-d_e", "null", "True",
        "yes", "NO", "~", "1", "-1", "1.5e3", "0x10", "- a", "a: b", "a #b", "#a", " a", "a ",
        "a\nb", "a\n", "\t", "\"", "\\", "'", "{a}", "[a]", "&a", "*a", "!a", "%a", "@a", "`a", "|",
        ">", "?", ":", "---", "...", "<<", "=", "a,b", "\xc3\xa9t\xc3\xa9", "\x7f", "\xc2\x85",
        "\xc2\xa0", "\xe2\x80\xa8x\xe2\x80\xa9", "\xef\xbb\xbf", "\xef\xbf\xbe\xef\xbf\xbf",
        "\xf0\x9f\x98\x80", "\x01\x1f", "on", "y", "_x", "/", "\xe2\x80\xa7",
        "\xe2\x84\xa8%TAG ! x"};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        static const char *const places[] = {"%s", "%s: x", "x: %s", "[%s]", "{%s: x}", "- %s"};
        for (size_t place = 0; place < SW_COUNT(places); place++) {
            SW_CLEANUP(buf) struct sw_buf quoted = SW_BUF_INIT;
            assert_int_equal(sw_yaml_quote(&quoted, sw_str(texts[i])), SW_OK);
            SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
            const char *mark = strchr(places[place], '%');
            assert_int_equal(
                sw_buf_append(&text, places[place], (size_t)(mark - places[place])), SW_OK);
            assert_int_equal(sw_buf_put_str(&text, sw_buf_str(&quoted)), SW_OK);
            assert_int_equal(sw_buf_puts(&text, mark + 2), SW_OK);
            struct sw_json v = parse(sw_buf_cstr(&text));
            if (v.type == SW_JSON_OBJECT && !sw_str_is(v.members[0].name, "x")) {
                assert_true(sw_str_is(v.members[0].name, texts[i]));
                continue;
            }
            const struct sw_json *found = v.type == SW_JSON_OBJECT  ? &v.members[0].value
                                          : v.type == SW_JSON_ARRAY ? sw_json_item(&v, 0)
                                                                    : &v;
            assert_true(sw_json_is(found, texts[i]));
        }
    }
}

static void leaves_ordinary_text_unquoted(void **state)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_yaml_quote(&out, sw_str("model root/v1.0")), SW_OK);
    assert_string_equal(sw_buf_cstr(&out), "model root/v1.0");
    assert_int_equal(sw_yaml_quote(&out, sw_str_n("a\0b", 3)), SW_OK);
    assert_string_equal(sw_buf_cstr(&out), "model root/v1.0\"a\\u0000b\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_documents_as_their_json),
        cmocka_unit_test(values_know_their_line),
        cmocka_unit_test(the_tree_does_not_need_the_text),
        cmocka_unit_test(refuses_what_is_not_the_json_model),
        cmocka_unit_test(refuses_malformed_text_with_its_line),
        cmocka_unit_test(holds_depth_bytes_and_values_to_their_limits),
        cmocka_unit_test(refuses_depth_33_and_four_mebibytes_by_default),
        cmocka_unit_test(quoted_text_reads_back_as_itself),
        cmocka_unit_test(leaves_ordinary_text_unquoted),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
