#include "scan/pickle_private.h"

/* Functions that lead from one value to another, by which a name is put together or an attribute is
 * fetched. Each is refused for itself; they are followed so that what they lead to is named. */

static bool argument_text(const struct sw_pickle_fold *fold, size_t index, struct sw_str *text)
{
    return index < fold->count && fold->args[index].kind == SW_VALUE_TEXT &&
           sw_pickle_whole_text(fold->m, &fold->args[index], text);
}

/* --- attributes and modules ------------------------------------------------------------------- */

static bool import_whole(
    const struct sw_pickle_fold *fold, struct sw_str module, struct sw_pickle_value *out)
{
    return module.len < SW_PICKLE_NAME_MAX &&
           sw_pickle_import(fold->m, module, sw_str_n("", 0), fold->at, out) == SW_OK;
}

/* getattr(object, name): of an import another import, of text a method. */
static bool fold_getattr(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    struct sw_str name;
    if (fold->count < 2) {
        return false;
    }
    const struct sw_pickle_value *object = &fold->args[0];
    if (!argument_text(fold, 1, &name)) {
        sw_pickle_unresolved(fold->m, fold->at);
        return false;
    }
    if (object->kind == SW_VALUE_IMPORT) {
        return sw_pickle_attribute(fold->m, object, name, fold->at, out) == SW_OK;
    }
    if (object->kind == SW_VALUE_OTHER || object->kind == SW_VALUE_RESULT) {
        sw_pickle_unresolved(fold->m, fold->at);
    }
    *out = sw_pickle_group(fold->m, SW_VALUE_METHOD, fold->args, 2);
    return true;
}

/* __import__("a.b") gives a. */
static bool fold_import(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    struct sw_str module;
    struct sw_pickle_value inner;
    if (!argument_text(fold, 0, &module)) {
        sw_pickle_unresolved(fold->m, fold->at);
        return false;
    }
    const char *dot = module.len == 0 ? NULL : memchr(module.ptr, '.', module.len);
    size_t top = dot == NULL ? module.len : (size_t)(dot - module.ptr);
    return import_whole(fold, module, &inner) && import_whole(fold, sw_str_n(module.ptr, top), out);
}

static bool fold_import_module(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    struct sw_str module;
    if (!argument_text(fold, 0, &module)) {
        sw_pickle_unresolved(fold->m, fold->at);
        return false;
    }
    return import_whole(fold, module, out);
}

/* pkgutil.resolve_name("a.b:c") or ("a.b.c"). */
static bool fold_resolve_name(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    struct sw_str path;
    if (!argument_text(fold, 0, &path) || path.len == 0 || path.len >= SW_PICKLE_NAME_MAX) {
        sw_pickle_unresolved(fold->m, fold->at);
        return false;
    }
    const char *split = memchr(path.ptr, ':', path.len);
    split = split == NULL ? memrchr(path.ptr, '.', path.len) : split;
    if (split == NULL) {
        return import_whole(fold, path, out);
    }
    size_t module = (size_t)(split - path.ptr);
    return sw_pickle_import(fold->m, sw_str_n(path.ptr, module),
               sw_str_n(split + 1, path.len - module - 1), fold->at, out) == SW_OK;
}

static bool fold_vars(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return fold->count == 1 && fold->args[0].kind == SW_VALUE_IMPORT &&
           sw_pickle_attribute(fold->m, &fold->args[0], sw_str("__dict__"), fold->at, out) == SW_OK;
}

/* --- items ------------------------------------------------------------------------------------ */

static bool same_value(
    struct sw_pickle_machine *m, const struct sw_pickle_value *a, const struct sw_pickle_value *b)
{
    struct sw_str x;
    struct sw_str y;
    if (a->kind != b->kind) {
        return false;
    }
    if (a->kind == SW_VALUE_TEXT || a->kind == SW_VALUE_BYTES) {
        return sw_pickle_whole_text(m, a, &x) && sw_pickle_whole_text(m, b, &y) &&
               sw_str_equal(x, y);
    }
    return a->text == b->text;
}

static bool item_of_dict(const struct sw_pickle_fold *fold, const struct sw_pickle_node *node,
    const struct sw_pickle_value *key, struct sw_pickle_value *out)
{
    for (size_t i = node->kept & ~(size_t)1; i >= 2; i -= 2) { /* the last one counts */
        if (same_value(fold->m, &node->items[i - 2], key)) {
            *out = node->items[i - 1];
            return true;
        }
    }
    return false;
}

static int64_t bound(const struct sw_pickle_value *value, int64_t len, int64_t otherwise)
{
    if (value->kind != SW_VALUE_INT) {
        return otherwise;
    }
    int64_t at = (int64_t)value->text;
    at = at < 0 ? at + len : at;
    return at < 0 ? 0 : at > len ? len : at;
}

/* text[a:b] and text[::-1]; other slices are not worked out. */
static bool slice_text(const struct sw_pickle_fold *fold, const struct sw_pickle_value *object,
    const struct sw_pickle_value *slice, struct sw_pickle_value *out)
{
    const struct sw_pickle_value *parts = sw_pickle_item(fold->m, slice, 1);
    const struct sw_pickle_value *bounds;
    size_t count;
    struct sw_str text;
    if (parts == NULL || !sw_pickle_items(fold->m, parts, &bounds, &count) || count != 3 ||
        !sw_pickle_whole_text(fold->m, object, &text)) {
        return false;
    }
    if (bounds[2].kind == SW_VALUE_INT && (int64_t)bounds[2].text == -1) {
        bool all = bounds[0].kind != SW_VALUE_INT && bounds[1].kind != SW_VALUE_INT;
        return all && sw_pickle_string_function(sw_str("builtins.reversed"))(
                          &(struct sw_pickle_fold){.m = fold->m, .args = object, .count = 1}, out);
    }
    int64_t len = (int64_t)text.len;
    int64_t low = bound(&bounds[0], len, 0);
    int64_t high = bound(&bounds[1], len, len);
    if ((bounds[2].kind == SW_VALUE_INT && bounds[2].text != 1) || high < low) {
        return false;
    }
    *out = sw_pickle_made(
        (enum sw_pickle_kind)object->kind, sw_str_n(text.ptr + low, (size_t)(high - low)));
    return true;
}

static bool item_of_text(const struct sw_pickle_fold *fold, const struct sw_pickle_value *object,
    const struct sw_pickle_value *key, struct sw_pickle_value *out)
{
    struct sw_str text;
    if (key->kind == SW_VALUE_RESULT) {
        return slice_text(fold, object, key, out);
    }
    if (key->kind != SW_VALUE_INT || !sw_pickle_whole_text(fold->m, object, &text)) {
        return false;
    }
    int64_t at = (int64_t)key->text;
    at = at < 0 ? at + (int64_t)text.len : at;
    if (at < 0 || (uint64_t)at >= text.len) {
        return false;
    }
    *out = object->kind == SW_VALUE_TEXT ? sw_pickle_made(SW_VALUE_TEXT, sw_str_n(text.ptr + at, 1))
                                         : sw_pickle_int((uint8_t)text.ptr[at]);
    return true;
}

/* sys.modules[name] is a module, and X.__dict__[name] an attribute of X. */
static bool item_of_import(const struct sw_pickle_fold *fold, const struct sw_pickle_value *object,
    const struct sw_pickle_value *key, struct sw_pickle_value *out)
{
    static const char dict[] = "__dict__";
    struct sw_str text;
    const struct sw_pickle_import import = fold->m->imports[object->text];
    if (key->kind != SW_VALUE_TEXT || !sw_pickle_whole_text(fold->m, key, &text)) {
        sw_pickle_unresolved(fold->m, fold->at);
        return false;
    }
    if (sw_str_is(import.module, "sys") && sw_str_is(import.name, "modules")) {
        return import_whole(fold, text, out);
    }
    if (!sw_str_ends(import.name, dict)) {
        return sw_pickle_attribute(fold->m, object, text, fold->at, out) == SW_OK;
    }
    size_t len = import.name.len - (sizeof(dict) - 1);
    struct sw_pickle_value owner;
    return sw_pickle_import(fold->m, import.module,
               sw_str_n(import.name.ptr, len > 0 ? len - 1 : 0), fold->at, &owner) == SW_OK &&
           sw_pickle_attribute(fold->m, &owner, text, fold->at, out) == SW_OK;
}

static bool fold_getitem(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    if (fold->count < 2) {
        return false;
    }
    const struct sw_pickle_value *object = &fold->args[0];
    const struct sw_pickle_value *key = &fold->args[1];
    const struct sw_pickle_node *node = sw_pickle_node_of(fold->m, object);
    if (object->kind == SW_VALUE_IMPORT) {
        return item_of_import(fold, object, key, out);
    }
    if (object->kind == SW_VALUE_TEXT || object->kind == SW_VALUE_BYTES) {
        return item_of_text(fold, object, key, out);
    }
    if (object->kind == SW_VALUE_DICT && node != NULL) {
        return item_of_dict(fold, node, key, out);
    }
    const struct sw_pickle_value *items;
    size_t count;
    if (key->kind != SW_VALUE_INT || !sw_pickle_items(fold->m, object, &items, &count)) {
        return false;
    }
    int64_t at = (int64_t)key->text;
    at = at < 0 ? at + (int64_t)count : at;
    if (at < 0 || (uint64_t)at >= count) {
        return false;
    }
    *out = items[at];
    return true;
}

/* --- calling what is given -------------------------------------------------------------------- */

/* map(f, items): the list of what f gives. */
static bool fold_map(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    const struct sw_pickle_value *items;
    size_t count;
    if (fold->count != 2 || !sw_pickle_items(fold->m, &fold->args[1], &items, &count)) {
        return false;
    }
    const struct sw_pickle_value function = fold->args[0];
    struct sw_pickle_value list = sw_pickle_group(fold->m, SW_VALUE_LIST, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        struct sw_pickle_call call = {.at = fold->at,
            .callable = function,
            .args = sw_pickle_group(fold->m, SW_VALUE_TUPLE, &items[i], 1),
            .keywords = sw_pickle_plain(SW_VALUE_NONE)};
        struct sw_pickle_value result = sw_pickle_plain(SW_VALUE_OTHER);
        if (sw_pickle_call(fold->m, &call, &result) != SW_OK) {
            return false;
        }
        sw_pickle_extend(fold->m, &list, &result, 1);
    }
    *out = list;
    return true;
}

/* operator.call(f, …). */
static bool fold_call(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    if (fold->count < 1) {
        return false;
    }
    const struct sw_pickle_call call = {.at = fold->at,
        .callable = fold->args[0],
        .args = sw_pickle_group(fold->m, SW_VALUE_TUPLE, fold->args + 1, fold->count - 1),
        .keywords = sw_pickle_plain(SW_VALUE_NONE)};
    return sw_pickle_call(fold->m, &call, out) == SW_OK;
}

/* apply(f, args) of Python 2. */
static bool fold_apply(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    if (fold->count < 2) {
        return false;
    }
    const struct sw_pickle_call call = {.at = fold->at,
        .callable = fold->args[0],
        .args = fold->args[1],
        .keywords = sw_pickle_plain(SW_VALUE_NONE)};
    return sw_pickle_call(fold->m, &call, out) == SW_OK;
}

/* list(x), tuple(x): the same items. */
static bool fold_sequence(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    const struct sw_pickle_value *items;
    size_t count;
    if (fold->count != 1 || !sw_pickle_items(fold->m, &fold->args[0], &items, &count)) {
        return false;
    }
    *out = sw_pickle_group(fold->m, SW_VALUE_LIST, items, count);
    return true;
}

/* --- the table -------------------------------------------------------------------------------- */

static const struct {
    const char *path;
    sw_pickle_fold_fn fn;
} rows[] = {
    {"builtins.getattr", fold_getattr},
    {"builtins.object.__getattribute__", fold_getattr},
    {"inspect.getattr_static", fold_getattr},
    {"builtins.__import__", fold_import},
    {"importlib.__import__", fold_import},
    {"importlib.import_module", fold_import_module},
    {"pydoc.safeimport", fold_import_module},
    {"sys.modules.get", fold_import_module},
    {"sys.modules.pop", fold_import_module},
    {"sys.modules.__getitem__", fold_import_module},
    {"pkgutil.resolve_name", fold_resolve_name},
    {"pydoc.locate", fold_resolve_name},
    {"builtins.vars", fold_vars},
    {"operator.getitem", fold_getitem},
    {"operator.__getitem__", fold_getitem},
    {"builtins.dict.get", fold_getitem},
    {"builtins.dict.pop", fold_getitem},
    {"builtins.dict.__getitem__", fold_getitem},
    {"builtins.list.__getitem__", fold_getitem},
    {"builtins.tuple.__getitem__", fold_getitem},
    {"builtins.str.__getitem__", fold_getitem},
    {"builtins.map", fold_map},
    {"builtins.apply", fold_apply},
    {"operator.call", fold_call},
    {"builtins.list", fold_sequence},
    {"builtins.tuple", fold_sequence},
};

/* Names of modules that are the same, and of Python 2. */
static struct sw_str modern(struct sw_str module)
{
    static const struct {
        const char *other, *name;
    } same[] = {{"__builtin__", "builtins"}, {"_operator", "operator"}, {"codecs", "_codecs"},
        {"__builtins__", "builtins"}};
    for (size_t i = 0; i < SW_COUNT(same); i++) {
        if (sw_str_is(module, same[i].other)) {
            return sw_str(same[i].name);
        }
    }
    return module;
}

static sw_pickle_fold_fn find(struct sw_str path)
{
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(path, rows[i].path)) {
            return rows[i].fn;
        }
    }
    return sw_pickle_string_function(path);
}

sw_pickle_fold_fn sw_pickle_fold_function(struct sw_str module, struct sw_str name)
{
    char path[64];
    module = modern(module);
    if (module.len + 1 + name.len > sizeof(path) || name.len == 0) {
        return NULL;
    }
    memcpy(path, module.ptr, module.len);
    path[module.len] = '.';
    memcpy(path + module.len + 1, name.ptr, name.len);
    return find(sw_str_n(path, module.len + 1 + name.len));
}

bool sw_pickle_fold_attribute(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return fold_getattr(fold, out);
}

bool sw_pickle_fold_item(const struct sw_pickle_fold *fold, struct sw_pickle_value *out)
{
    return fold_getitem(fold, out);
}

/* The object becomes the first argument. */
bool sw_pickle_fold_method(const struct sw_pickle_fold *fold, const struct sw_pickle_value *object,
    struct sw_str name, struct sw_pickle_value *out)
{
    struct sw_pickle_value args[8];
    if (fold->count + 1 > SW_COUNT(args)) {
        return false;
    }
    args[0] = *object;
    if (fold->count > 0) {
        memcpy(args + 1, fold->args, fold->count * sizeof(*args));
    }
    struct sw_pickle_fold inner = *fold;
    inner.args = args;
    inner.count = fold->count + 1;
    bool item = sw_str_is(name, "get") || sw_str_is(name, "__getitem__") || sw_str_is(name, "pop");
    bool attribute = sw_str_is(name, "__getattribute__");
    sw_pickle_fold_fn fn = item        ? fold_getitem
                           : attribute ? fold_getattr
                                       : sw_pickle_string_method(name);
    return fn != NULL && fn(&inner, out);
}
