/* What names and expressions of Python refer to, as far as that can be told without running
 * anything. */
#include "codec/codec.h"
#include "scan/python.h"

#define DEPTH 64
#define FOLD_MAX ((size_t)1 << 20)

/* What is known of a name. */
struct binding {
    struct sw_str path; /* of an import or an alias */
    struct sw_str text; /* of a constant */
    const struct sw_py_node *definition;
    bool has_text, decoded;
    bool several; /* different texts: which one only the run tells */
    bool variable;
    bool outermost; /* the definition stands in no other, and under no condition */
};

#define STARS_MAX 64

struct sw_py_names {
    struct sw_arena *arena;
    struct sw_names names;
    struct binding *bindings;
    size_t count, cap;
    struct sw_str stars[STARS_MAX]; /* modules of which all names are imported */
    size_t star_count;
};

static struct binding *find(const struct sw_py_names *names, struct sw_str name)
{
    uint32_t number;
    return sw_names_find(&names->names, 0, name, &number) ? &names->bindings[number] : NULL;
}

static sw_result bind(struct sw_py_names *names, struct sw_str name, struct binding **out)
{
    uint32_t number;
    SW_TRY(sw_names_number(&names->names, 0, name, &number));
    while (names->count < names->names.count) {
        struct binding *grown =
            sw_arena_grow(names->arena, names->bindings, names->count, &names->cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        names->bindings = grown;
        grown[names->count++] = (struct binding){0};
    }
    *out = &names->bindings[number];
    return SW_OK;
}

/* --- folding ---------------------------------------------------------------------------------- */

static struct sw_str resolve(
    const struct sw_py_names *names, const struct sw_py_node *node, unsigned depth);
static bool fold(const struct sw_py_names *names, const struct sw_py_node *node, unsigned depth,
    struct sw_buf *out);

static bool append(struct sw_buf *out, struct sw_str text)
{
    return out->len + text.len <= FOLD_MAX && sw_buf_append(out, text.ptr, text.len) == SW_OK;
}

static bool fold_all(const struct sw_py_names *names, const struct sw_py_node *first,
    struct sw_str between, unsigned depth, struct sw_buf *out)
{
    for (const struct sw_py_node *n = first; n != NULL; n = n->next) {
        if ((n != first && !append(out, between)) || !fold(names, n, depth, out)) {
            return false;
        }
    }
    return true;
}

static bool fold_reversed(const struct sw_py_names *names, const struct sw_py_node *node,
    unsigned depth, struct sw_buf *out)
{
    size_t start = out->len;
    if (!sw_str_is(node->module, "::-1") || !fold(names, node->first, depth, out)) {
        return false;
    }
    for (size_t i = start, k = out->len; i + 1 < k; i++, k--) {
        uint8_t byte = out->data[i];
        out->data[i] = out->data[k - 1];
        out->data[k - 1] = byte;
    }
    return true;
}

/* chr(115), bytes([115, 121]) */
static bool fold_number(const struct sw_py_node *node, struct sw_buf *out)
{
    uint64_t value;
    if (node == NULL || node->kind != SW_PY_NUMBER || !sw_parse_u64(node->name, &value) ||
        value > 0x7f) {
        return false;
    }
    char c = (char)value;
    return append(out, sw_str_n(&c, 1));
}

static bool fold_numbers(const struct sw_py_node *list, struct sw_buf *out)
{
    const struct sw_py_node *n = list != NULL && list->kind == SW_PY_LIST ? list->first : NULL;
    if (n == NULL) {
        return false;
    }
    for (; n != NULL; n = n->next) {
        if (!fold_number(n, out)) {
            return false;
        }
    }
    return true;
}

static bool unhex(struct sw_str text, struct sw_buf *out)
{
    char pair[3];
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        uint8_t byte;
        memcpy(pair, text.ptr + i, 2);
        if (!sw_hex_decode(sw_str_n(pair, 2), &byte, 1) || sw_buf_append(out, &byte, 1) != SW_OK) {
            return false;
        }
    }
    return text.len % 2 == 0;
}

static bool fold_decoded(const struct sw_py_names *names, struct sw_str path,
    const struct sw_py_node *argument, unsigned depth, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf plain = SW_BUF_INIT;
    bool hex = sw_str_is(path, "bytes.fromhex") || sw_str_is(path, "bytearray.fromhex") ||
               sw_str_is(path, "binascii.unhexlify");
    bool base64 = sw_str_is(path, "base64.b64decode") || sw_str_is(path, "binascii.a2b_base64");
    if ((!hex && !base64) || argument == NULL || !fold(names, argument, depth, &packed)) {
        return false;
    }
    bool good = hex ? unhex(sw_buf_str(&packed), &plain)
                    : sw_base64_decode(&plain, sw_buf_str(&packed), false) == SW_OK;
    return good && append(out, sw_buf_str(&plain));
}

/* "x".join([…]), x.decode(), and the functions that put text together. */
static bool fold_call(const struct sw_py_names *names, const struct sw_py_node *node,
    unsigned depth, struct sw_buf *out)
{
    static const char *const same[] = {"decode", "encode", "strip", "format", "tobytes", "hex"};
    const struct sw_py_node *function = node->first;
    const struct sw_py_node *argument = function->next;
    if (function->kind == SW_PY_ATTRIBUTE && sw_str_is(function->name, "join") &&
        argument != NULL && argument->kind == SW_PY_LIST) {
        SW_CLEANUP(buf) struct sw_buf between = SW_BUF_INIT;
        return fold(names, function->first, depth, &between) &&
               fold_all(names, argument->first, sw_buf_str(&between), depth, out);
    }
    for (size_t i = 0; i < SW_COUNT(same); i++) {
        if (function->kind == SW_PY_ATTRIBUTE && sw_str_is(function->name, same[i])) {
            return fold(names, function->first, depth, out);
        }
    }
    struct sw_str path = resolve(names, function, depth);
    if (sw_str_is(path, "chr")) {
        return fold_number(argument, out);
    }
    if (sw_str_is(path, "bytes") || sw_str_is(path, "bytearray")) {
        return fold_numbers(argument, out);
    }
    if (sw_str_is(path, "str")) {
        return argument != NULL && fold(names, argument, depth, out);
    }
    return fold_decoded(names, path, argument, depth, out);
}

static bool fold(const struct sw_py_names *names, const struct sw_py_node *node, unsigned depth,
    struct sw_buf *out)
{
    if (depth > DEPTH) {
        return false;
    }
    switch ((int)node->kind) {
    case SW_PY_TEXT:
    case SW_PY_BYTES: return append(out, node->name);
    case SW_PY_SUM: return fold_all(names, node->first, sw_str(""), depth + 1, out);
    case SW_PY_SUBSCRIPT: return fold_reversed(names, node, depth + 1, out);
    case SW_PY_CALL: return fold_call(names, node, depth + 1, out);
    case SW_PY_NAME: {
        const struct binding *binding = find(names, node->name);
        return binding != NULL && binding->has_text && !binding->several &&
               append(out, binding->text);
    }
    default: return false;
    }
}

bool sw_py_fold(
    const struct sw_py_names *names, const struct sw_py_node *expression, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (!fold(names, expression, 0, &text)) {
        return false;
    }
    const char *copy = sw_arena_strndup(names->arena, sw_buf_str(&text));
    *out = copy == NULL ? (struct sw_str){0} : sw_str_n(copy, text.len);
    return copy != NULL;
}

/* --- resolving -------------------------------------------------------------------------------- */

static const struct sw_str nothing = {"", 0};

static struct sw_str join_path(
    const struct sw_py_names *names, struct sw_str base, struct sw_str name)
{
    if (base.len == 0 || base.len + name.len > 1024) {
        return nothing;
    }
    /* A method that calls is what it calls; names of the built-in module stand for themselves. */
    if (sw_str_is(name, "__call__") || sw_str_is(name, "__dict__")) {
        return base;
    }
    if (sw_str_is(base, "builtins") || sw_str_is(base, "__builtins__")) {
        return name;
    }
    const char *text = sw_arena_printf(
        names->arena, SW_STR_FMT "." SW_STR_FMT, SW_STR_ARG(base), SW_STR_ARG(name));
    return text == NULL ? nothing : sw_str(text);
}

/* A function of Python's own may be hidden by another, or only look so: it counts. */
static struct sw_str resolve_name(const struct sw_py_names *names, struct sw_str name)
{
    const struct binding *binding = find(names, name);
    if (binding == NULL) {
        return name;
    }
    if (binding->path.len > 0) {
        return binding->path;
    }
    bool hidden = binding->definition != NULL || binding->has_text;
    return hidden && (binding->outermost || sw_py_weight(name) <= 1) ? nothing : name;
}

static bool fold_to(
    const struct sw_py_names *names, const struct sw_py_node *node, struct sw_str *out)
{
    return node != NULL && node->kind != SW_PY_KEYWORD && sw_py_fold(names, node, out);
}

/* getattr(x, "y"), x.__getattribute__("y") */
static struct sw_str resolve_attribute(const struct sw_py_names *names,
    const struct sw_py_node *object, const struct sw_py_node *name, unsigned depth)
{
    struct sw_str text;
    return join_path(
        names, resolve(names, object, depth), fold_to(names, name, &text) ? text : sw_str("?"));
}

static bool is_one_of(struct sw_str path, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(path, list[i])) {
            return true;
        }
    }
    return false;
}

/* And __import__("x"), vars(x), functools.partial(f). */
static struct sw_str resolve_call(
    const struct sw_py_names *names, const struct sw_py_node *node, unsigned depth)
{
    static const char *const imports[] = {
        "__import__", "importlib.import_module", "importlib.__import__"};
    static const char *const through[] = {"vars", "functools.partial"};
    static const char *const scopes[] = {"globals", "locals", "vars"};
    const struct sw_py_node *function = node->first;
    const struct sw_py_node *first = function->next;
    struct sw_str text;
    struct sw_str path = resolve(names, function, depth);
    if (function->kind == SW_PY_CALL && first != NULL &&
        sw_str_is(resolve(names, function->first, depth), "operator.attrgetter")) {
        return resolve_attribute(names, first, function->first->next, depth);
    }
    if (function->kind == SW_PY_ATTRIBUTE && sw_str_is(function->name, "__getattribute__")) {
        return resolve_attribute(names, function->first, first, depth);
    }
    if (first == NULL) {
        return is_one_of(path, scopes, SW_COUNT(scopes)) ? sw_str("builtins") : nothing;
    }
    if (is_one_of(path, imports, SW_COUNT(imports))) {
        return fold_to(names, first, &text) ? text : sw_str("?");
    }
    if (sw_str_is(path, "getattr")) {
        return resolve_attribute(names, first, first->next, depth);
    }
    return is_one_of(path, through, SW_COUNT(through)) ? resolve(names, first, depth) : nothing;
}

/* globals()["x"], sys.modules["x"], x.__dict__["y"] */
static struct sw_str resolve_subscript(
    const struct sw_py_names *names, const struct sw_py_node *node, unsigned depth)
{
    const struct sw_py_node *base = node->first;
    struct sw_str text;
    if (!fold_to(names, base->next, &text)) {
        return nothing;
    }
    struct sw_str path = resolve(names, base, depth);
    if (sw_str_is(path, "sys.modules")) {
        return text;
    }
    bool dict = base->kind == SW_PY_CALL ||
                (base->kind == SW_PY_ATTRIBUTE && sw_str_is(base->name, "__dict__")) ||
                sw_str_is(path, "__builtins__");
    if (!dict) {
        return nothing;
    }
    return sw_str_is(path, "builtins") ? resolve_name(names, text) : join_path(names, path, text);
}

static struct sw_str resolve(
    const struct sw_py_names *names, const struct sw_py_node *node, unsigned depth)
{
    if (depth > DEPTH) {
        return nothing;
    }
    switch ((int)node->kind) {
    case SW_PY_NAME: return resolve_name(names, node->name);
    case SW_PY_ATTRIBUTE:
        return join_path(names, resolve(names, node->first, depth + 1), node->name);
    case SW_PY_CALL: return resolve_call(names, node, depth + 1);
    case SW_PY_SUBSCRIPT: return resolve_subscript(names, node, depth + 1);
    default: return nothing;
    }
}

struct sw_str sw_py_resolve(const struct sw_py_names *names, const struct sw_py_node *expression)
{
    return resolve(names, expression, 0);
}

const struct sw_py_node *sw_py_definition(const struct sw_py_names *names, struct sw_str name)
{
    const struct binding *binding = find(names, name);
    return binding == NULL ? NULL : binding->definition;
}

/* --- collecting ------------------------------------------------------------------------------- */

static bool is_decoder(struct sw_str path)
{
    static const char *const decoders[] = {"base64.", "zlib.decompress", "lzma.decompress",
        "bz2.decompress", "gzip.decompress", "binascii.", "codecs.decode", "bytes.fromhex",
        "bytearray.fromhex", "marshal.loads", "urllib.request.urlopen", "requests.get",
        "requests.post", "httpx.get", "socket.", "zlib.decompressobj"};
    for (size_t i = 0; i < SW_COUNT(decoders); i++) {
        if (sw_str_starts(path, decoders[i])) {
            return true;
        }
    }
    return false;
}

static bool is_decoded(
    const struct sw_py_names *names, const struct sw_py_node *node, unsigned depth)
{
    if (depth > DEPTH) {
        return false;
    }
    if (node->kind == SW_PY_NAME) {
        const struct binding *binding = find(names, node->name);
        return binding != NULL && binding->decoded;
    }
    if (node->kind == SW_PY_CALL && is_decoder(resolve(names, node->first, 0))) {
        return true;
    }
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        if (is_decoded(names, n, depth + 1)) {
            return true;
        }
    }
    return false;
}

bool sw_py_is_decoded(const struct sw_py_names *names, const struct sw_py_node *expression)
{
    return is_decoded(names, expression, 0);
}

/* Of two the one that matters more, wherever it stands: which branches run is not known. */
static void bind_path(struct binding *binding, struct sw_str path)
{
    if (binding->path.len == 0 || sw_py_weight(path) > sw_py_weight(binding->path)) {
        binding->path = path;
    }
}

/* x = os.system; x = "text"; x = base64.b64decode(…) */
static sw_result collect_assignment(struct sw_py_names *names, const struct sw_py_node *node)
{
    const struct sw_py_node *target = node->first;
    const struct sw_py_node *value = node->last;
    struct binding *binding;
    if (target == value || target->kind != SW_PY_NAME) {
        return SW_OK;
    }
    SW_TRY(bind(names, target->name, &binding));
    struct sw_str path = resolve(names, value, 0);
    bool itself = sw_str_equal(path, target->name);
    binding->variable = true;
    if (path.len > 0 && !itself) {
        bind_path(binding, path);
    }
    struct sw_str text;
    if (value->kind != SW_PY_NAME && sw_py_fold(names, value, &text)) {
        binding->several =
            binding->several || (binding->has_text && !sw_str_equal(binding->text, text));
        binding->has_text = true;
        binding->text = text;
    }
    binding->decoded = binding->decoded || is_decoded(names, value, 0);
    return SW_OK;
}

static void add_star(struct sw_py_names *names, struct sw_str module)
{
    struct sw_str path = sw_str_n(module.ptr, module.len - 2);
    if (names->star_count < STARS_MAX && sw_py_weight(path) > 0) {
        names->stars[names->star_count++] = path;
    }
}

static sw_result collect_import(struct sw_py_names *names, const struct sw_py_node *node)
{
    struct binding *binding;
    if (sw_str_is(node->name, "*") && sw_str_ends(node->module, ".*")) {
        add_star(names, node->module);
        return SW_OK;
    }
    SW_TRY(bind(names, node->name, &binding));
    bind_path(binding, node->module);
    return SW_OK;
}

static sw_result collect_one(
    struct sw_py_names *names, const struct sw_py_node *node, bool assignments, unsigned depth)
{
    struct binding *binding;
    if (node->kind == SW_PY_ASSIGN && assignments && node->first != NULL) {
        return collect_assignment(names, node);
    }
    if (node->kind == SW_PY_IMPORT && !assignments) {
        return collect_import(names, node);
    }
    if (node->kind == SW_PY_PARAMETER && !assignments) {
        SW_TRY(bind(names, node->name, &binding));
        binding->variable = true;
    }
    if ((node->kind == SW_PY_DEF || node->kind == SW_PY_CLASS) && !assignments) {
        SW_TRY(bind(names, node->name, &binding));
        binding->definition = node;
        binding->outermost = binding->outermost || depth == 1;
    }
    return SW_OK;
}

bool sw_py_is_variable(const struct sw_py_names *names, struct sw_str name)
{
    const struct binding *binding = find(names, name);
    return binding != NULL && binding->variable;
}

struct sw_str sw_py_from_star(const struct sw_py_names *names, struct sw_str name, size_t index)
{
    const struct binding *binding = find(names, name);
    bool explained = binding != NULL && (binding->path.len > 0 || binding->definition != NULL);
    return explained || index >= names->star_count ? nothing
                                                   : join_path(names, names->stars[index], name);
}

/* Deeper than the parser lets expressions and calls be. */
#define TREE_DEPTH 4096

static sw_result collect(
    struct sw_py_names *names, const struct sw_py_node *node, bool assignments, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    SW_TRY(collect_one(names, node, assignments, depth));
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(collect(names, n, assignments, depth + 1));
    }
    return SW_OK;
}

sw_result sw_py_names_of(
    struct sw_arena *arena, const struct sw_py_node *root, struct sw_py_names **out)
{
    struct sw_py_names *names = SW_ARENA_NEW(arena, struct sw_py_names);
    SW_TRY_PTR(names);
    names->arena = arena;
    sw_names_init(&names->names, arena);
    SW_TRY(collect(names, root, false, 0));
    SW_TRY(collect(names, root, true, 0));
    *out = names;
    return SW_OK;
}
