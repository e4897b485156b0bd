#include "supply/clike.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

/* --- tokens ----------------------------------------------------------------------------------- */

static const char letters[] = {[SW_CLIKE_END] = 'e',
    [SW_CLIKE_WORD] = 'w',
    [SW_CLIKE_NUMBER] = 'n',
    [SW_CLIKE_STRING] = 's',
    [SW_CLIKE_TEMPLATE] = 't',
    [SW_CLIKE_REGEX] = 'r',
    [SW_CLIKE_OPERATOR] = 'o'};

/* "w:a o:= s:x" */
static void tokens_of(const char *text, enum sw_clike_language language, struct sw_buf *out)
{
    struct sw_clike_lexer lexer;
    struct sw_clike_token token;
    sw_clike_lexer_init(&lexer, sw_str(text), language);
    for (sw_clike_lex(&lexer, &token); token.type != SW_CLIKE_END; sw_clike_lex(&lexer, &token)) {
        assert_int_equal(sw_buf_printf(out, "%s%c:" SW_STR_FMT, out->len > 0 ? " " : "",
                             letters[token.type], SW_STR_ARG(token.text)),
            SW_OK);
    }
}

static void tokens_are_those_of_the_language(void **state)
{
    (void)state;
    static const struct {
        enum sw_clike_language language;
        const char *text, *tokens;
    } rows[] = {
        {SW_CLIKE_SCRIPT, "a=1.5//b\n/* c */d", "w:a o:= n:1.5 w:d"},
        {SW_CLIKE_SCRIPT, "#!/usr/bin/node\nx", "w:x"},
        {SW_CLIKE_SCRIPT, "\xef\xbb\xbfx", "w:x"},
        {SW_CLIKE_SCRIPT, "'a\\'b' \"c//d\"", "s:a\\'b s:c//d"},
        {SW_CLIKE_SCRIPT, "it's\nx", "w:it o:' w:s w:x"},
        {SW_CLIKE_SCRIPT, "`a${b+`c${'}'}`}d`e", "t:a${b+`c${'}'}`}d w:e"},
        {SW_CLIKE_SCRIPT, "`a", "o:` w:a"},
        {SW_CLIKE_SCRIPT, "x = /['\"]/g.y", "w:x o:= r:/['\"]/ w:g o:. w:y"},
        {SW_CLIKE_SCRIPT, "a / b / c", "w:a o:/ w:b o:/ w:c"},
        {SW_CLIKE_SCRIPT, "(a) / 2", "o:( w:a o:) o:/ n:2"},
        {SW_CLIKE_SCRIPT, "return /[/]'/", "w:return r:/[/]'/"},
        {SW_CLIKE_SCRIPT, "<a></a>'x'", "o:< w:a o:> o:< o:/ w:a o:> s:x"},
        {SW_CLIKE_SCRIPT, "a?.b ?? c?:d", "w:a o:?. w:b o:?? w:c o:? o:: w:d"},
        {SW_CLIKE_SCRIPT, "a=>b===c", "w:a o:=> w:b o:=== w:c"},
        {SW_CLIKE_GO, "`a\\` b := '\"'", "s:a\\ w:b o::= s:\""},
        {SW_CLIKE_GO, "`a\n`\nb", "s:a\n w:b"},
        {SW_CLIKE_JAVA, "\"\"\"\na \"b\" \\\"\"\"\n\"\"\" c", "s:\na \"b\" \\\"\"\"\n w:c"},
        {SW_CLIKE_JAVA, "'\"' a::b", "s:\" w:a o::: w:b"},
        {SW_CLIKE_KOTLIN, "\"\"\"a\\\"\"\" b ?: c", "s:a\\ w:b o:?: w:c"},
        {SW_CLIKE_KOTLIN, "/* a /* b */ c */ d", "w:d"},
        {SW_CLIKE_JAVA, "/* a /* b */ c", "w:c"},
        {SW_CLIKE_SCALA, "'x + 'y'", "o:' w:x o:+ s:y"},
        {SW_CLIKE_RUST, "&'a str 'b' '\\''", "o:& o:' w:a w:str s:b s:\\'"},
        {SW_CLIKE_RUST, "r#\"a\"b\"# r\"\\\" b\"c\"", "s:a\"b s:\\ s:c"},
        {SW_CLIKE_RUST, "\"a\nb\" c", "s:a\nb w:c"},
        {SW_CLIKE_CSHARP, "@\"C:\\\" $\"a{b}\" @\"a\"\"b\"", "s:C:\\ s:a{b} s:a\"\"b"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        tokens_of(rows[i].text, rows[i].language, &out);
        assert_string_equal(sw_buf_cstr(&out), rows[i].tokens);
    }
}

static void lines_are_counted(void **state)
{
    (void)state;
    struct sw_clike_lexer lexer;
    struct sw_clike_token token = {0};
    sw_clike_lexer_init(&lexer, sw_str("a\n/*\n*/ `\n\n`\n// x\nb"), SW_CLIKE_SCRIPT);
    sw_clike_lex(&lexer, &token);
    assert_int_equal(token.line, 1);
    sw_clike_lex(&lexer, &token);
    assert_int_equal(token.line, 3);
    sw_clike_lex(&lexer, &token);
    assert_int_equal(token.line, 7);
    sw_clike_lex(&lexer, &token);
    assert_int_equal(token.type, SW_CLIKE_END);
    sw_clike_lex(&lexer, &token);
    assert_int_equal(token.type, SW_CLIKE_END);
}

/* --- trees ------------------------------------------------------------------------------------ */

static void modules_of(const struct sw_py_node *node, struct sw_buf *out)
{
    if (node->kind == SW_PY_IMPORT) {
        assert_int_equal(
            sw_buf_printf(out, "%s" SW_STR_FMT, out->len > 0 ? " " : "", SW_STR_ARG(node->module)),
            SW_OK);
    }
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        modules_of(n, out);
    }
}

static void imports_are_seen(void **state)
{
    (void)state;
    static const struct {
        enum sw_clike_language language;
        const char *text, *modules;
    } rows[] = {
        {SW_CLIKE_SCRIPT, "import a from 'b'; import 'c'\nimport * as d from \"e/f\"", "b c e/f"},
        {SW_CLIKE_SCRIPT, "import { a as b } from 'c'", ".a c"},
        {SW_CLIKE_SCRIPT, "export * from './d'; const from = 'x', y = from", "./d"},
        {SW_CLIKE_GO, "import \"a\"\nimport (\n\tb \"c/d\"\n\t\"e\"\n)\nvar x = \"f\"", "a c/d e"},
        {SW_CLIKE_JAVA, "import a.b.C;\nimport static d.E.*;", "a.b.C d.E"},
        {SW_CLIKE_KOTLIN, "import a.b as c\nimport d.*", "a.b d"},
        {SW_CLIKE_SCALA, "import a.b.{C, D}", "a.b"},
        {SW_CLIKE_RUST, "use a::b::{C, D};\nextern crate e;", "a::b e"},
        {SW_CLIKE_CSHARP, "using A.B;\nusing (var x = y) {}", "A.B"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        struct sw_py_node *root = NULL;
        sw_arena_init(&arena, 0);
        assert_int_equal(
            sw_clike_parse(&arena, sw_str(rows[i].text), rows[i].language, &root), SW_OK);
        modules_of(root, &out);
        assert_string_equal(sw_buf_cstr(&out), rows[i].modules);
    }
}

static void what_nests_too_deep_is_refused(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_py_node *root = NULL;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < 100000; i++) {
        assert_int_equal(sw_buf_putc(&text, '('), SW_OK);
    }
    assert_int_equal(sw_clike_parse(&arena, sw_buf_str(&text), SW_CLIKE_SCRIPT, &root), SW_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_those_of_the_language),
        cmocka_unit_test(lines_are_counted),
        cmocka_unit_test(imports_are_seen),
        cmocka_unit_test(what_nests_too_deep_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
