#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/settings.h"

#include <stdio.h>

/* --- a tree as one line ----------------------------------------------------------------------- */

static void put(struct sw_buf *out, const struct sw_setting *node)
{
    if (node->key.len > 0) {
        assert_int_equal(sw_buf_printf(out, SW_STR_FMT "=", SW_STR_ARG(node->key)), SW_OK);
    }
    if (node->kind == SW_SETTING_SCALAR) {
        assert_int_equal(
            sw_buf_printf(out, SW_STR_FMT "@%u", SW_STR_ARG(node->text), node->line), SW_OK);
        return;
    }
    assert_int_equal(sw_buf_putc(out, node->kind == SW_SETTING_MAP ? '{' : '['), SW_OK);
    for (const struct sw_setting *n = node->first; n != NULL; n = n->next) {
        put(out, n);
        assert_int_equal(n->next == NULL ? SW_OK : sw_buf_putc(out, ' '), SW_OK);
    }
    assert_int_equal(sw_buf_putc(out, node->kind == SW_SETTING_MAP ? '}' : ']'), SW_OK);
}

static void check(enum sw_settings_syntax syntax, const char *text, const char *wanted)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    struct sw_setting *root;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    enum sw_code code = sw_settings_read(&arena, sw_str(text), syntax, 1, &root, &err);
    if (code != SW_OK) {
        fail_msg("'%s': %s", text, err.text);
    }
    put(&out, root);
    assert_string_equal(sw_buf_cstr(&out), wanted);
}

static const struct {
    const char *text, *wanted;
} yaml[] = {
    {"", "[@1]"},
    {"a: 1\nb: two words # no\n", "[{a=1@1 b=two words@2}]"},
    {"a:\n  b: c\n  d:\n    - e\n    - f\ng: h", "[{a={b=c@2 d=[e@4 f@5]} g=h@6}]"},
    {"a:\n- b: 1\n  c: 2\n- d: 3\ne: 4\n", "[{a=[{b=1@2 c=2@3} {d=3@4}] e=4@5}]"},
    {"- - a\n  - b\n- c\n", "[[[a@1 b@2] c@3]]"},
    {"a: 'it''s'\nb: \"x\\ty\\u00e9\"\n", "[{a=it's@1 b=x\ty\xc3\xa9@2}]"},
    {"\"a b\": c\n'd': e\n", "[{a b=c@1 d=e@2}]"},
    {"a: |\n  x: 1\n\n  y\nb: 2\n", "[{a=  x: 1\n\n  y\n@1 b=2@5}]"},
    {"a: >-\n x\n", "[{a= x\n@1}]"},
    {"a: [b, \"c, d\", {e: f}]\n", "[{a=[b@1 c, d@1 {e=f@1}]}]"},
    {"a: [b,\n  c]\nd: e\n", "[{a=[b@1 c@2] d=e@3}]"},
    {"a: {b: c, 'd': [e]}\n", "[{a={b=c@1 d=[e@1]}}]"},
    {"a: &x\n  b: c\nd: *x\ne: !tag f\n<<: *x\n", "[{a={b=c@2} d=@3 e=f@4 <<=@5}]"},
    {"a: b\n---\n# c\nd: e\n...\nf: g\n", "[{a=b@1} {d=e@4} {f=g@6}]"},
    {"{{- if .x }}\na: {{ .y }}\n  {{- end }}\nb: \"{{ tpl \"z\" . }}\"\nc: d\n",
        "[{a={{ .y }}@2 b={{ tpl @4 c=d@5}]"},
    {"a: http://x:1/y\n- b\nc\n", "[{a=http://x:1/y@1}]"},
    {"a: b\n  c: d\ne: f\n", "[{a=b@1 e=f@3}]"},
    {"- http://x\n- \"K=v: w\"\n", "[[http://x@1 K=v: w@2]]"},
    {"a:\r\n  b: c\r\n", "[{a={b=c@2}}]"},
    {"{a: b}\n", "[{a=b@1}]"},
    {"a: \"open\nb: c\n", "[{a=open@1 b=c@2}]"},
    {"a:\n    b: 1\n  c: 2\nd: 3\n", "[{a={b=1@2} d=3@4}]"},
};

static void yaml_is_read_by_its_indentation(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(yaml); i++) {
        check(SW_SETTINGS_YAML, yaml[i].text, yaml[i].wanted);
    }
}

static void json_may_have_comments_and_commas(void **state)
{
    (void)state;
    check(SW_SETTINGS_JSON,
        "{\"a\": 1, // no\n \"b\": [true, null,], /* c */ \"d\": {\"e\": \"f\\\"g\"},}",
        "[{a=1@1 b=[true@2 null@2] d={e=f\"g@2}}]");
    check(SW_SETTINGS_JSON, "\xef\xbb\xbf[]", "[[]]");
    check(SW_SETTINGS_JSON, "{\"a\": \"http://x/\"}", "[{a=http://x/@1}]");
}

static void toml_has_tables(void **state)
{
    (void)state;
    check(SW_SETTINGS_TOML,
        "a = 1 # no\n[b.\"c d\"]\ne = \"f\"\ng = [1,\n 2]\n[[h]]\ni = 'x\\y'\n[[h]]\nj = { k = "
        "\"l\" }\n[b.m]\nn.o = 3\n",
        "[{a=1@1 b={c d={e=f@3 g=[1@4 2@5]} m={n={o=3@11}}} h=[{i=x\\y@7} {j={k=l@9}}]}]");
    check(SW_SETTINGS_TOML, "a = \"\"\"x\ny\"\"\"\nb = 2\n", "[{a=x\ny@1 b=2@3}]");
}

/* --- what is none, and too much --------------------------------------------------------------- */

static enum sw_code read_repeated(
    enum sw_settings_syntax syntax, const char *start, const char *part, size_t count)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_setting *root;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_buf_puts(&text, start), SW_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sw_buf_puts(&text, part), SW_OK);
    }
    enum sw_code code = sw_settings_read(&arena, sw_buf_str(&text), syntax, 1, &root, &err);
    assert_true(code == SW_OK || err.text[0] != '\0');
    return code;
}

static void what_is_too_deep_or_too_much_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_repeated(SW_SETTINGS_JSON, "", "[", 100000), SW_E_LIMIT);
    assert_int_equal(read_repeated(SW_SETTINGS_JSON, "", "{\"a\":", 100000), SW_E_LIMIT);
    assert_int_equal(read_repeated(SW_SETTINGS_JSON, "[", "1,", 300000), SW_E_LIMIT);
    assert_int_equal(read_repeated(SW_SETTINGS_YAML, "", "- ", 1000), SW_E_LIMIT);
    assert_int_equal(read_repeated(SW_SETTINGS_YAML, "a: ", "[", 1000), SW_E_LIMIT);
    assert_int_equal(read_repeated(SW_SETTINGS_TOML, "[", "a.", 1000), SW_E_LIMIT);
}

static void json_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"", "x", "{", "[1", "{\"a", "\"text\"", "{\"a\": \"b"};
    (void)state;
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        assert_int_equal(read_repeated(SW_SETTINGS_JSON, bad[i], "", 0), SW_E_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yaml_is_read_by_its_indentation),
        cmocka_unit_test(json_may_have_comments_and_commas),
        cmocka_unit_test(toml_has_tables),
        cmocka_unit_test(what_is_too_deep_or_too_much_is_refused),
        cmocka_unit_test(json_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
