/* Python and notebooks: imports, the names of models and datasets that calls are given, hosts and
 * variables. */
#include "supply/ascii.h"
#include "supply/look_readers.h"
#include "supply/python_values.h"

#define TREE_DEPTH 4096

static const struct sw_signal import = {"python-import", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
static const struct sw_signal argument = {"model-argument", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
static const struct sw_signal through = {
    "model-through-names", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};
static const struct sw_signal keyed = {"model-by-key", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};
static const struct sw_signal body = {"model-in-body", SW_SOURCE_CODE, SW_GRADE_INFERRED, 750};
static const struct sw_signal dataset = {
    "dataset-argument", SW_SOURCE_CODE, SW_GRADE_INFERRED, 850};

struct reading {
    struct sw_look *look;
    struct sw_py_values *values;
    bool about_models; /* the file imports something of the catalogue */
};

/* --- imports ---------------------------------------------------------------------------------- */

/* A module that stands in the tree itself hides a package of its name. */
static bool is_own(struct sw_look *look, struct sw_str module)
{
    const char *dot = memchr(module.ptr, '.', module.len);
    const int len = (int)(dot == NULL ? module.len : (size_t)(dot - module.ptr));
    const struct sw_str bases[] = {{"", 0}, {"src/", 4}, {"python/", 7}, {"lib/", 4},
        {look->path.ptr, look->path.len - look->name.len}};
    for (size_t i = 0; i < SW_COUNT(bases); i++) {
        const char *stem = sw_arena_printf(
            look->arena, "%.*s%.*s", (int)bases[i].len, bases[i].ptr, len, module.ptr);
        const char *file = stem == NULL ? NULL : sw_arena_printf(look->arena, "%s.py", stem);
        const char *package =
            file == NULL ? NULL : sw_arena_printf(look->arena, "%s/__init__.py", stem);
        if (package != NULL && (sw_look_has(look, file) || sw_look_has(look, package))) {
            return true;
        }
    }
    return false;
}

static sw_result see_import(struct reading *r, const struct sw_py_node *node)
{
    struct sw_str package;
    if (node->module.len == 0 || node->module.ptr[0] == '.' ||
        !sw_catalogue_import(r->look->catalogue, node->module, &package) ||
        is_own(r->look, node->module)) {
        return SW_OK;
    }
    return sw_look_see_package(
        r->look, &import, SW_CATALOGUE_PYPI, package, sw_str(""), node->line);
}

static sw_result find_imports(struct reading *r, const struct sw_py_node *node, unsigned depth)
{
    struct sw_str package;
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    r->about_models =
        r->about_models || (node->kind == SW_PY_IMPORT &&
                               sw_catalogue_import(r->look->catalogue, node->module, &package));
    for (const struct sw_py_node *n = node->first; n != NULL && !r->about_models; n = n->next) {
        SW_TRY(find_imports(r, n, depth + 1));
    }
    return SW_OK;
}

/* --- names of models -------------------------------------------------------------------------- */

static sw_result see_values(struct reading *r, const struct sw_catalogue_call *call,
    const struct sw_py_node *expression, uint32_t line)
{
    struct sw_py_value_list values;
    sw_py_values_of(r->values, expression, &values);
    for (size_t i = 0; i < values.count; i++) {
        const struct sw_py_value *value = &values.list[i];
        const struct sw_signal *signal = value->hops == 0 ? &argument : &through;
        SW_TRY(call->of == SW_ENTITY_DATASET
                   ? sw_look_see_dataset(r->look, &dataset, value->text, line)
                   : sw_look_see_model(r->look, signal, value->text, call->from,
                         call->from == SW_FROM_HUB, line));
    }
    return SW_OK;
}

static const struct sw_py_node *argument_of(
    const struct sw_catalogue_call *call, const struct sw_py_node *node)
{
    uint32_t at = 0;
    for (const struct sw_py_node *n = node->first->next; n != NULL; n = n->next) {
        if (n->kind != SW_PY_KEYWORD) {
            if (at++ == call->at) {
                return n;
            }
            continue;
        }
        for (size_t i = 0; i < call->keyword_count; i++) {
            if (sw_str_equal(n->name, call->keywords[i])) {
                return n->first;
            }
        }
    }
    return NULL;
}

enum keyness {
    NO_KEY,
    LIKE_A_KEY, /* it speaks of models: what it has counts when it is in the catalogue */
    A_KEY,
};

static enum keyness keyness_of(const struct reading *r, struct sw_str name)
{
    struct sw_str known;
    char lower[64];
    if (name.len >= sizeof(lower)) {
        return NO_KEY;
    }
    for (size_t i = 0; i < name.len; i++) {
        lower[i] = sw_ascii_lower(name.ptr[i]);
    }
    if (sw_catalogue_find(
            r->look->catalogue, SW_CATALOGUE_KEYS, sw_str_n(lower, name.len), &known)) {
        return A_KEY;
    }
    return memmem(lower, name.len, "model", 5) != NULL || memmem(lower, name.len, "llm", 3) != NULL
               ? LIKE_A_KEY
               : NO_KEY;
}

/* model=…, {"model": …}, MODEL = …. `display`: it is given to something, and not only kept. */
static sw_result see_keyed(
    struct reading *r, struct sw_str key, const struct sw_py_node *expression, bool display)
{
    struct sw_py_value_list values;
    const enum keyness keyness = keyness_of(r, key);
    const bool known = r->about_models && display && keyness == A_KEY;
    if (keyness == NO_KEY) {
        return SW_OK;
    }
    sw_py_values_of(r->values, expression, &values);
    for (size_t i = 0; i < values.count; i++) {
        SW_TRY(sw_look_see_model(
            r->look, &keyed, values.list[i].text, SW_FROM_ANY, known, expression->line));
    }
    return SW_OK;
}

/* os.environ.get("CHAT_MODEL", "gpt-4o") */
static sw_result see_default(struct reading *r, struct sw_str callee, const struct sw_py_node *call)
{
    const struct sw_py_node *name = call->first->next;
    bool asks = sw_str_is(callee, "get") || sw_str_is(callee, "getenv");
    return asks && name != NULL && name->kind == SW_PY_TEXT && name->next != NULL
               ? see_keyed(r, name->name, name->next, false)
               : SW_OK;
}

static sw_result see_call(struct reading *r, const struct sw_py_node *node)
{
    const struct sw_str callee = sw_py_values_callee(r->values, node);
    const struct sw_catalogue_call *call = sw_catalogue_call(r->look->catalogue, callee);
    const struct sw_py_node *given = call == NULL ? NULL : argument_of(call, node);
    if (given != NULL) {
        SW_TRY(see_values(r, call, given, node->line));
    }
    SW_TRY(see_default(r, callee, node));
    for (const struct sw_py_node *n = node->first->next; n != NULL; n = n->next) {
        if (n->kind == SW_PY_KEYWORD && n->first != given) {
            SW_TRY(see_keyed(r, n->name, n->first, true));
        }
    }
    return SW_OK;
}

static sw_result see_display(struct reading *r, const struct sw_py_node *dict)
{
    for (const struct sw_py_node *n = dict->first; n != NULL && n->next != NULL;
         n = n->next->next) {
        if (n->kind == SW_PY_TEXT) {
            SW_TRY(see_keyed(r, n->name, n->next, true));
        }
    }
    return SW_OK;
}

static sw_result see_assignment(struct reading *r, const struct sw_py_node *node)
{
    for (const struct sw_py_node *n = node->first; n != NULL && n != node->last; n = n->next) {
        const struct sw_py_node *key = n->kind == SW_PY_SUBSCRIPT ? n->last : n;
        if (key != NULL &&
            (key->kind == SW_PY_NAME || key->kind == SW_PY_ATTRIBUTE || key->kind == SW_PY_TEXT)) {
            SW_TRY(see_keyed(r, key->name, node->last, false));
        }
    }
    return SW_OK;
}

/* '{"model": "gpt-4o", …}' as a text. */
static sw_result see_body(struct reading *r, const struct sw_py_node *text)
{
    static const char key[] = "\"model\"";
    const char *at = memmem(text->name.ptr, text->name.len, key, sizeof(key) - 1);
    const char *end = text->name.ptr + text->name.len;
    if (at == NULL) {
        return SW_OK;
    }
    at += sizeof(key) - 1;
    while (at < end && (sw_ascii_space(*at) || *at == ':')) {
        at++;
    }
    const char *stop = at < end && *at == '"' ? memchr(at + 1, '"', (size_t)(end - at - 1)) : NULL;
    return stop == NULL
               ? SW_OK
               : sw_look_see_model(r->look, &body, sw_str_n(at + 1, (size_t)(stop - at - 1)),
                     SW_FROM_ANY, false, text->line);
}

static sw_result see_text(struct reading *r, const struct sw_py_node *text)
{
    SW_TRY(sw_look_see_variable(r->look, text->name, text->line));
    SW_TRY(sw_look_see_hosts(r->look, text->name, text->line));
    return see_body(r, text);
}

static sw_result see_node(struct reading *r, const struct sw_py_node *node)
{
    switch ((int)node->kind) {
    case SW_PY_IMPORT: return see_import(r, node);
    case SW_PY_CALL: return see_call(r, node);
    case SW_PY_DICT: return see_display(r, node);
    case SW_PY_ASSIGN: return node->first == NULL ? SW_OK : see_assignment(r, node);
    case SW_PY_TEXT: return see_text(r, node);
    case SW_PY_PARAMETER:
        return sw_str_is(node->module, "=") ? see_keyed(r, node->name, node->last, false) : SW_OK;
    case SW_PY_GROUP:
        return sw_str_is(node->module, "f") ? sw_look_see_hosts(r->look, node->name, node->line)
                                            : SW_OK;
    default: return SW_OK;
    }
}

static sw_result walk(struct reading *r, const struct sw_py_node *node, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    SW_TRY(see_node(r, node));
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(walk(r, n, depth + 1));
    }
    return SW_OK;
}

/* --- files ------------------------------------------------------------------------------------ */

static sw_result look_at_source(struct sw_look *look, struct sw_error *err)
{
    struct sw_py_node *root;
    struct reading r = {.look = look};
    SW_TRY(sw_py_parse(look->arena, look->text, &root, err));
    SW_TRY(sw_py_values_new(look->arena, &r.values));
    SW_TRY(sw_py_values_add(r.values, root));
    SW_TRY(find_imports(&r, root, 0));
    return walk(&r, root, 0);
}

static bool takes_source(const struct sw_look *look)
{
    return sw_look_ends(look, ".py") || sw_look_ends(look, ".pyi");
}

const struct sw_look_reader sw_look_python = {
    .name = "python",
    .takes = takes_source,
    .look = look_at_source,
    .gap = "no Python 3",
};
