#include "supply/clike.h"
#include "supply/python_values.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#define PYTHON (SW_CLIKE_CSHARP + 1)

/* The last thing that the call "told" is given. */
static const struct sw_py_node *find_told(const struct sw_py_node *node)
{
    if (node->kind == SW_PY_CALL && node->first->kind == SW_PY_NAME &&
        sw_str_is(node->first->name, "told")) {
        return node->last;
    }
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        const struct sw_py_node *found = find_told(n);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static bool constant(const void *ctx, struct sw_str name, struct sw_str *out)
{
    *out = sw_str("constant");
    return sw_str_is(name, "CONSTANT");
}

static void values_of(const char *source, unsigned language, struct sw_buf *out)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_py_node *root = NULL;
    struct sw_py_values *values = NULL;
    struct sw_py_value_list list = {0};
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    enum sw_code code = language == PYTHON ? sw_py_parse(&arena, sw_str(source), &root, &err)
                                           : sw_clike_parse(&arena, sw_str(source),
                                                 (enum sw_clike_language)language, &root);
    assert_int_equal(code, SW_OK);
    assert_int_equal(sw_py_values_new(&arena, &values), SW_OK);
    if (language != PYTHON) {
        sw_py_values_loosen(values, constant, NULL);
    }
    assert_int_equal(sw_py_values_add(values, root), SW_OK);
    const struct sw_py_node *told = find_told(root);
    assert_non_null(told);
    sw_py_values_of(values, told, &list);
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(
            sw_buf_printf(out, "%s" SW_STR_FMT, i > 0 ? " " : "", SW_STR_ARG(list.list[i].text)),
            SW_OK);
    }
}

static void constants_are_followed(void **state)
{
    (void)state;
    static const struct {
        unsigned language;
        const char *source, *values;
    } rows[] = {
        {PYTHON, "a = 'x'\ntold(a)\n", "x"},
        {PYTHON, "told(Literal['x', 'y'])\n", "x y"},
        {PYTHON, "a = typing.Literal['x']\ntold(a)\n", "x"},
        {PYTHON, "told(Other['x', 'y'])\n", ""},
        {PYTHON, "a = 'x'\na = b\nb = 'y'\ntold(a)\n", "x y"},
        {PYTHON, "o = 'org'\nn = 'name'\ntold(f'{o}/{n}')\n", "org/name"},
        {PYTHON, "o = 'org'\ntold(f'{o}/{n}')\n", ""},
        {PYTHON, "o = 'org'\ntold(f'{o:>9}/x')\n", ""},
        {PYTHON, "o = 'org'\ntold(f'{{o}}')\n", ""},
        {PYTHON, "told(f'plain')\n", "plain"},
        {PYTHON, "told('a' + 'b')\n", "ab"},
        {PYTHON, "y = [told(m) for m in ('x', 'y')]\n", "x y"},
        {PYTHON, "y = {m: told(m) for m in l if m}\nl = ['x']\n", "x"},
        {PYTHON, "class A:\n    m: str = 'x'\ntold(a.m)\n", "x"},
        {PYTHON, "class A:\n    m = field(default='x')\ntold(A().m)\n", "x"},
        {PYTHON, "m = 'x'\ntold(a.m)\n", ""},
        {PYTHON, "a = {'m': 'x', 'n': 'y'}\ntold(a['m'])\n", "x"},
        {PYTHON, "a = {'m': 'x', 'n': 'y'}\ntold(a[k])\n", "x y"},
        {PYTHON, "told(os.environ.get('A', 'x'))\n", "x"},
        {PYTHON, "if a == 'x':\n    told(a)\n", "x"},
        {PYTHON, "if a in ['x', 'y']:\n    told(a)\n", "x y"},
        {PYTHON, "if a != 'x' or b.a == 'y' or 'z' in a:\n    told(a)\n", ""},
        {PYTHON, "told(os.environ['A'] or 'x')\n", "x"},
        {PYTHON, "a = a\nb = [b]\ntold(a, b)\n", ""},
        {SW_CLIKE_SCRIPT, "const a = 'x'; told(a)", "x"},
        {SW_CLIKE_SCRIPT, "let a: string = `x`\nvar b = a as const\ntold(b)", "x"},
        {SW_CLIKE_SCRIPT, "const a = process.env.A ?? 'x'; told(a)", "x"},
        {SW_CLIKE_SCRIPT, "const a = process.env.A || b || 'x'; told(a)", "x"},
        {SW_CLIKE_SCRIPT, "const a = b ? 'x' : 'y'; told(a)", "x y"},
        {SW_CLIKE_SCRIPT, "const a = b ? c : { k: 'y' }.k; told(a)", "y"},
        {SW_CLIKE_SCRIPT, "const M = { a: 'x', b: 'y' } as const; told(M.b)", "y"},
        {SW_CLIKE_SCRIPT, "const M = { a: 'x', b: 'y' }; told(M['a'])", "x"},
        {SW_CLIKE_SCRIPT, "const o = 'org'; told(`${o}/x`)", "org/x"},
        {SW_CLIKE_SCRIPT, "told(`${o}/x`)", ""},
        {SW_CLIKE_SCRIPT, "const { a = 'x', b: c = 'y' } = d; told(c)", "y"},
        {SW_CLIKE_SCRIPT, "function f(a = 'x', { b = 'y' } = {}) { told(a) }", "x"},
        {SW_CLIKE_SCRIPT, "f(a?: string = 'x') { told(a) }", "x"},
        {SW_CLIKE_SCRIPT, "class A { private m: string = 'x'; f() { told(this.m) } }", "x"},
        {SW_CLIKE_SCRIPT, "const a = new B(), c = await 'x'\ntold(c!)", "x"},
        {SW_CLIKE_SCRIPT, "const a: Record<string, string> = { k: 'x' }; told(string)", ""},
        {SW_CLIKE_SCRIPT, "const a: Map<K, V<'y'>> = { k: 'x' }; told(a.k)", "x"},
        {SW_CLIKE_JAVA, "Map<String, List<T>> a = \"x\"; told(a);", "x"},
        {SW_CLIKE_SCRIPT, "for (let i = 0; i < n; i++) { const a = 'x'; told(a) }", "x"},
        {SW_CLIKE_SCRIPT, "told(a === 'x')", ""},
        {SW_CLIKE_SCRIPT, "const [a, s] = useState<string>('x'); told(a)", ""},
        {SW_CLIKE_SCRIPT, "told(e.CONSTANT)", "constant"},
        {SW_CLIKE_GO, "const (\n\tA string = \"x\"\n)\nfunc f() { told(A) }", "x"},
        {SW_CLIKE_GO, "a := `x`; told(a)", "x"},
        {SW_CLIKE_JAVA, "static final String A = \"x\"; void f() { told(A); told(b); }", "x"},
        {SW_CLIKE_JAVA, "List<String> a = List.of(\"x\"); int b = told(a);", "x"},
        {SW_CLIKE_KOTLIN, "fun f(a: String = \"x\") = told(a)", "x"},
        {SW_CLIKE_KOTLIN, "val a = b ?: \"x\"; told(a)", "x"},
        {SW_CLIKE_RUST, "const A: &str = \"x\"; told(A.to_string())", "x"},
        {SW_CLIKE_RUST, "let a = b.unwrap_or(\"x\".into())?; told(a)", "x"},
        {SW_CLIKE_CSHARP, "const string A = @\"x\"; told(A);", "x"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        values_of(rows[i].source, rows[i].language, &out);
        if (strcmp(sw_buf_cstr(&out), rows[i].values) != 0) {
            print_message("%s\n", rows[i].source);
        }
        assert_string_equal(sw_buf_cstr(&out), rows[i].values);
    }
}

/* Names that stand for each other, many times over, end all the same. */
static void circles_end(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf source = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(
            sw_buf_printf(&source, "a = f'{b}{b}' + b + a\nb = a or [a, b, 'x%u']\n", i), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&source, "told(a)\n"), SW_OK);
    values_of(sw_buf_cstr(&source), PYTHON, &out);
}

/* A text that would be as long as the source by the power of its lines is none. */
static void sums_are_bounded(void **state)
{
    (void)state;
    SW_CLEANUP(buf) struct sw_buf source = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_buf_printf(&source, "a0 = '%0500d'\n", 7), SW_OK);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(sw_buf_printf(&source, "a%u = a%u + a%u\n", i + 1, i, i), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&source, "told(a10)\n"), SW_OK);
    values_of(sw_buf_cstr(&source), PYTHON, &out);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_followed),
        cmocka_unit_test(circles_end),
        cmocka_unit_test(sums_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
