/* Source of languages that look like C. The first byte is the language. Tokens stand in the text,
 * one behind the other, and a tree is told or refused for what it nests. */
#include "supply/clike.h"
#include "supply/python_values.h"

#include <stdlib.h>

#define TREE_DEPTH 4096

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void lex(struct sw_str text, enum sw_clike_language language)
{
    struct sw_clike_lexer lexer;
    struct sw_clike_token token;
    size_t before = 0;
    uint32_t line = 1;
    sw_clike_lexer_init(&lexer, text, language);
    for (sw_clike_lex(&lexer, &token); token.type != SW_CLIKE_END; sw_clike_lex(&lexer, &token)) {
        expect(lexer.at > before && lexer.at <= text.len);
        expect(token.text.ptr >= text.ptr && token.text.len <= text.len &&
               token.text.ptr + token.text.len <= text.ptr + text.len);
        expect(token.line >= line && lexer.line >= token.line);
        before = lexer.at;
        line = token.line;
    }
    expect(lexer.at == text.len);
}

static void tell(const struct sw_py_values *values, const struct sw_py_node *node, unsigned depth)
{
    struct sw_py_value_list list;
    expect(depth < TREE_DEPTH);
    if (node->kind == SW_PY_CALL) {
        expect(node->first != NULL);
        (void)sw_py_values_callee(values, node);
        sw_py_values_of(values, node, &list);
        expect(list.count <= SW_PY_VALUES_MAX);
    }
    expect(node->kind != SW_PY_ASSIGN || node->first == NULL || node->last != node->first);
    expect(node->last == NULL || node->last->next == NULL);
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        tell(values, n, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_py_node *root;
    struct sw_py_values *values;
    sw_arena_init(&arena, (size_t)256 << 20);
    if (size == 0) {
        return 0;
    }
    const enum sw_clike_language language =
        (enum sw_clike_language)(data[0] % (SW_CLIKE_CSHARP + 1));
    const struct sw_str text = sw_str_n((const char *)data + 1, size - 1);
    lex(text, language);
    if (sw_clike_parse(&arena, text, language, &root) == SW_OK &&
        sw_py_values_new(&arena, &values) == SW_OK && sw_py_values_add(values, root) == SW_OK) {
        tell(values, root, 0);
    }
    return 0;
}
