/* Names that a file gives itself, or takes from the program that it is of: what is called like the
 * client of a maker there is none. */
#include "supply/ascii.h"
#include "supply/look_tree.h"

#define TREE_DEPTH 4096

struct own {
    struct sw_look *look;
    const struct sw_look_language *language;
    struct sw_names *names;
};

static bool is_among(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(text, list[i])) {
            return true;
        }
    }
    return false;
}

static sw_result take(struct own *own, struct sw_str name)
{
    uint32_t number;
    return name.len == 0 ? SW_OK : sw_names_number(own->names, 0, name, &number);
}

/* Of a call, "OpenAI(…)" behind "class", what is called. */
static struct sw_str name_of(const struct sw_py_node *node)
{
    const struct sw_py_node *n = node->kind == SW_PY_CALL ? node->first : node;
    return n != NULL && n->kind == SW_PY_NAME ? n->name : sw_str("");
}

/* "./client", "@/lib/client", "$lib/client": modules of the same program. */
static bool is_beside(struct sw_str module)
{
    static const char *const starts[] = {".", "/", "@/", "~", "#", "$", "src/"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        if (sw_str_starts(module, starts[i])) {
            return true;
        }
    }
    return false;
}

/* What "{ a, b as c }" and "a" name in front of "from". */
static sw_result take_imported(struct own *own, const struct sw_py_node *node)
{
    if (node->kind == SW_PY_NAME || node->kind == SW_PY_IMPORT) {
        return take(own, node->name);
    }
    const bool braces = node->kind == SW_PY_GROUP || node->kind == SW_PY_DICT;
    for (const struct sw_py_node *n = braces ? node->first : NULL; n != NULL; n = n->next) {
        SW_TRY(n->kind == SW_PY_NAME || n->kind == SW_PY_IMPORT || n->kind == SW_PY_TEXT
                   ? take(own, n->name)
                   : SW_OK);
    }
    return SW_OK;
}

/* const { OpenAI } = require("./client") */
static sw_result take_required(struct own *own, const struct sw_py_node *assign)
{
    const struct sw_py_node *call = assign->last;
    const struct sw_py_node *given =
        call != NULL && call->kind == SW_PY_CALL ? call->first->next : NULL;
    const bool beside = given != NULL && given->kind == SW_PY_TEXT &&
                        sw_str_is(name_of(call), "require") && is_beside(given->name);
    return beside ? take_imported(own, assign->first) : SW_OK;
}

/* Of "com.example.client.OpenAI" and "example.com/app/openai" the last part, when the package is
 * none of the catalogue. */
static sw_result take_path(struct own *own, struct sw_str path)
{
    struct sw_str package;
    const char mark = own->language->ecosystem == SW_CATALOGUE_GOLANG ? '/' : '.';
    const char *at = memrchr(path.ptr, mark, path.len);
    const bool paths = own->language->ecosystem == SW_CATALOGUE_GOLANG ||
                       own->language->ecosystem == SW_CATALOGUE_MAVEN;
    return !paths || at == NULL || own->language->package_of(own->look, path, &package)
               ? SW_OK
               : take(own, sw_str_n(at + 1, path.len - (size_t)(at + 1 - path.ptr)));
}

/* Imports of scripts stand behind what they give names to, since `start`. */
static sw_result take_import(
    struct own *own, const struct sw_py_node *start, const struct sw_py_node *import)
{
    if (own->language->ecosystem != SW_CATALOGUE_NPM) {
        return take_path(own, import->module);
    }
    for (const struct sw_py_node *n = start; n != import && is_beside(import->module);
         n = n->next) {
        SW_TRY(take_imported(own, n));
    }
    return SW_OK;
}

static bool defines(const struct sw_py_node *node)
{
    static const char *const words[] = {"class", "interface", "struct", "type", "function", "enum",
        "object", "record", "trait", "fun", "func", "def", "fn"};
    return node->kind == SW_PY_NAME && is_among(node->name, words, SW_COUNT(words));
}

static sw_result take_node(
    struct own *own, const struct sw_py_node *node, const struct sw_py_node *start)
{
    switch ((int)node->kind) {
    case SW_PY_CLASS:
    case SW_PY_DEF: return take(own, node->name);
    case SW_PY_ASSIGN: return node->first == NULL ? SW_OK : take_required(own, node);
    case SW_PY_IMPORT:
        return own->language->clike && node->name.len == 0 && node->module.len > 0
                   ? take_import(own, start, node)
                   : SW_OK;
    case SW_PY_NAME:
        return own->language->clike && defines(node) && node->next != NULL
                   ? take(own, name_of(node->next))
                   : SW_OK;
    default: return SW_OK;
    }
}

static bool begins_import(const struct sw_py_node *node)
{
    return (node->kind == SW_PY_NAME &&
               (sw_str_is(node->name, "import") || sw_str_is(node->name, "export"))) ||
           (node->kind == SW_PY_IMPORT && node->name.len == 0);
}

static sw_result walk(struct own *own, const struct sw_py_node *node, unsigned depth)
{
    const struct sw_py_node *start = node->first;
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(take_node(own, n, start));
        SW_TRY(walk(own, n, depth + 1));
        start = begins_import(n) ? n->next : start;
    }
    return SW_OK;
}

sw_result sw_look_own_names(struct sw_look *look, const struct sw_look_language *language,
    const struct sw_look_tree *trees, size_t count, struct sw_names *out)
{
    struct own own = {.look = look, .language = language, .names = out};
    sw_names_init(out, look->arena);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(walk(&own, trees[i].root, 0));
    }
    return SW_OK;
}
