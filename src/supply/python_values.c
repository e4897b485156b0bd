#include "supply/python_values.h"
#include "supply/ascii.h"

#define DEPTH 24
#define TREE_DEPTH 4096
#define EXPRESSIONS_MAX 8 /* that one name may be */
#define VISITS_MAX 4096   /* of nodes for one expression */
#define SUM_MAX 1024      /* bytes of a text that is put together; no name is as long */

enum scope {
    OF_NAMES,
    OF_ATTRIBUTES, /* of any object: "model" of self.model, args.model */
    OF_FUNCTIONS,
};

struct binding {
    const struct sw_py_node *expressions[EXPRESSIONS_MAX];
    bool lost; /* it is given more */
    size_t count;
    struct sw_str path; /* of an import */
};

struct sw_py_values {
    struct sw_arena *arena;
    struct sw_names names;
    struct binding *bindings;
    size_t count, cap;
    bool loose; /* a member that nothing is given may be a name */
    bool (*constant)(const void *ctx, struct sw_str name, struct sw_str *out);
    const void *ctx;
};

sw_result sw_py_values_new(struct sw_arena *arena, struct sw_py_values **out)
{
    struct sw_py_values *v = SW_ARENA_NEW(arena, struct sw_py_values);
    SW_TRY_PTR(v);
    v->arena = arena;
    sw_names_init(&v->names, arena);
    *out = v;
    return SW_OK;
}

void sw_py_values_loosen(struct sw_py_values *values,
    bool (*constant)(const void *ctx, struct sw_str name, struct sw_str *out), const void *ctx)
{
    values->loose = true;
    values->constant = constant;
    values->ctx = ctx;
}

/* --- taking in -------------------------------------------------------------------------------- */

static sw_result bind(
    struct sw_py_values *v, enum scope scope, struct sw_str name, struct binding **out)
{
    uint32_t number;
    SW_TRY(sw_names_number(&v->names, scope, name, &number));
    while (v->count < v->names.count) {
        struct binding *grown =
            sw_arena_grow(v->arena, v->bindings, v->count, &v->cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        v->bindings = grown;
        grown[v->count++] = (struct binding){0};
    }
    *out = &v->bindings[number];
    return SW_OK;
}

static sw_result give(struct sw_py_values *v, enum scope scope, struct sw_str name,
    const struct sw_py_node *expression)
{
    struct binding *binding;
    SW_TRY(bind(v, scope, name, &binding));
    if (binding->count == EXPRESSIONS_MAX) {
        binding->lost = true;
        return SW_OK;
    }
    binding->expressions[binding->count++] = expression;
    return SW_OK;
}

/* x = …, self.x = …, a, b = …, … */
static sw_result assign(
    struct sw_py_values *v, const struct sw_py_node *target, const struct sw_py_node *value)
{
    if (target->kind == SW_PY_NAME) {
        return give(v, OF_NAMES, target->name, value);
    }
    if (target->kind == SW_PY_ATTRIBUTE) {
        return give(v, OF_ATTRIBUTES, target->name, value);
    }
    if (target->kind == SW_PY_LIST && value->kind == SW_PY_LIST) {
        const struct sw_py_node *b = value->first;
        for (const struct sw_py_node *a = target->first; a != NULL && b != NULL; a = a->next) {
            if (a->kind == SW_PY_NAME) {
                SW_TRY(give(v, OF_NAMES, a->name, b));
            }
            b = b->next;
        }
    }
    return SW_OK;
}

static sw_result assign_all(struct sw_py_values *v, const struct sw_py_node *node)
{
    for (const struct sw_py_node *n = node->first; n != NULL && n != node->last; n = n->next) {
        SW_TRY(assign(v, n, node->last));
    }
    return SW_OK;
}

static const struct sw_py_node *keyword_of(const struct sw_py_node *call, const char *name)
{
    for (const struct sw_py_node *n = call->first; n != NULL; n = n->next) {
        if (n->kind == SW_PY_KEYWORD && sw_str_is(n->name, name)) {
            return n->first;
        }
    }
    return NULL;
}

/* add_argument("-m", "--model-name", default=…): the attribute "model_name". */
static sw_result take_option(struct sw_py_values *v, const struct sw_py_node *call)
{
    const struct sw_py_node *value = keyword_of(call, "default");
    for (const struct sw_py_node *n = call->first->next; n != NULL && value != NULL; n = n->next) {
        if (n->kind != SW_PY_TEXT || !sw_str_starts(n->name, "--")) {
            continue;
        }
        struct sw_str flag = sw_str_n(n->name.ptr + 2, n->name.len - 2);
        char *name = sw_arena_strndup(v->arena, flag);
        SW_TRY_PTR(name);
        for (size_t i = 0; i < flag.len; i++) {
            name[i] = name[i] == '-' ? '_' : name[i];
        }
        SW_TRY(give(v, OF_ATTRIBUTES, sw_str_n(name, flag.len), value));
    }
    return SW_OK;
}

static const struct sw_py_node *function_of(const struct sw_py_values *v, struct sw_str name)
{
    uint32_t number;
    if (!sw_names_find(&v->names, OF_FUNCTIONS, name, &number)) {
        return NULL;
    }
    const struct binding *binding = &v->bindings[number];
    return binding->count == 1 ? binding->expressions[0] : NULL;
}

static const struct sw_py_node *next_parameter(const struct sw_py_node *n)
{
    while (n != NULL && (n->kind != SW_PY_PARAMETER || sw_str_is(n->name, "self") ||
                            sw_str_is(n->name, "cls"))) {
        n = n->next;
    }
    return n;
}

/* What a function of the file is called with, its parameters are. */
static sw_result take_arguments(struct sw_py_values *v, const struct sw_py_node *call)
{
    const struct sw_py_node *callee = call->first;
    const struct sw_py_node *function =
        callee->kind == SW_PY_NAME || callee->kind == SW_PY_ATTRIBUTE ? function_of(v, callee->name)
                                                                      : NULL;
    if (function == NULL || function->kind != SW_PY_DEF || function->first == function->last) {
        return SW_OK;
    }
    const struct sw_py_node *parameter = next_parameter(function->first->first);
    for (const struct sw_py_node *n = callee->next; n != NULL; n = n->next) {
        if (n->kind == SW_PY_KEYWORD) {
            SW_TRY(give(v, OF_NAMES, n->name, n->first));
        } else if (parameter != NULL) {
            SW_TRY(give(v, OF_NAMES, parameter->name, n));
            parameter = next_parameter(parameter->next);
        }
    }
    return SW_OK;
}

static sw_result take_call(struct sw_py_values *v, const struct sw_py_node *call)
{
    return sw_str_is(sw_py_values_callee(v, call), "add_argument") ? take_option(v, call)
                                                                   : take_arguments(v, call);
}

static sw_result take_definition(struct sw_py_values *v, const struct sw_py_node *node)
{
    struct binding *binding;
    switch ((int)node->kind) {
    case SW_PY_IMPORT:
        SW_TRY(bind(v, OF_NAMES, node->name, &binding));
        binding->path = node->module;
        return SW_OK;
    case SW_PY_DEF: return give(v, OF_FUNCTIONS, node->name, node);
    default: return SW_OK;
    }
}

/* What the body of a class gives to names, its objects have. */
static sw_result take_members(struct sw_py_values *v, const struct sw_py_node *class)
{
    const struct sw_py_node *body = class->last;
    for (const struct sw_py_node *n = body == NULL ? NULL : body->first; n != NULL; n = n->next) {
        if (n->kind == SW_PY_ASSIGN && n->first != NULL && n->first->kind == SW_PY_NAME) {
            SW_TRY(give(v, OF_ATTRIBUTES, n->first->name, n->last));
        }
    }
    return SW_OK;
}

/* x == "a", x in ("a", "b"): x may be that. */
static sw_result take_comparison(struct sw_py_values *v, const struct sw_py_node *group)
{
    const struct sw_py_node *name = group->first;
    const struct sw_py_node *value = name == NULL ? NULL : name->next;
    const bool compares = sw_str_is(group->name, "==") || sw_str_is(group->name, "in");
    const bool texts = value != NULL && (value->kind == SW_PY_TEXT || value->kind == SW_PY_LIST);
    return compares && texts && name->kind == SW_PY_NAME ? give(v, OF_NAMES, name->name, value)
                                                         : SW_OK;
}

static sw_result take_value(struct sw_py_values *v, const struct sw_py_node *node)
{
    switch ((int)node->kind) {
    case SW_PY_CLASS: return take_members(v, node);
    case SW_PY_ASSIGN: return node->first == NULL ? SW_OK : assign_all(v, node);
    case SW_PY_LOOP: return assign(v, node->first, node->last);
    case SW_PY_PARAMETER:
        return sw_str_is(node->module, "=") ? give(v, OF_NAMES, node->name, node->last) : SW_OK;
    case SW_PY_CALL: return take_call(v, node);
    case SW_PY_GROUP: return take_comparison(v, node);
    default: return SW_OK;
    }
}

static sw_result take(
    struct sw_py_values *v, const struct sw_py_node *node, bool values, unsigned depth)
{
    if (depth > TREE_DEPTH) {
        return SW_E_LIMIT;
    }
    SW_TRY(values ? take_value(v, node) : take_definition(v, node));
    for (const struct sw_py_node *n = node->first; n != NULL; n = n->next) {
        SW_TRY(take(v, n, values, depth + 1));
    }
    return SW_OK;
}

sw_result sw_py_values_add(struct sw_py_values *values, const struct sw_py_node *root)
{
    SW_TRY(take(values, root, false, 0));
    return take(values, root, true, 0);
}

/* --- telling ---------------------------------------------------------------------------------- */

struct telling {
    const struct sw_py_values *v;
    struct sw_py_value_list *out;
    unsigned visits;
};

static void tell(struct telling *t, const struct sw_py_node *node, unsigned hops, unsigned depth);

static void add(struct telling *t, struct sw_str text, unsigned hops, uint32_t line)
{
    struct sw_py_value_list *out = t->out;
    for (size_t i = 0; i < out->count; i++) {
        if (sw_str_equal(out->list[i].text, text)) {
            return;
        }
    }
    if (out->count == SW_PY_VALUES_MAX) {
        out->lost = true;
        return;
    }
    out->list[out->count++] = (struct sw_py_value){text, hops, line};
}

static void tell_binding(
    struct telling *t, enum scope scope, struct sw_str name, unsigned hops, unsigned depth)
{
    uint32_t number;
    if (!sw_names_find(&t->v->names, scope, name, &number)) {
        return;
    }
    const struct binding *binding = &t->v->bindings[number];
    t->out->lost = t->out->lost || binding->lost;
    for (size_t i = 0; i < binding->count; i++) {
        tell(t, binding->expressions[i], hops + 1, depth);
    }
}

static void tell_all(struct telling *t, const struct sw_py_node *n, unsigned hops, unsigned depth)
{
    for (; n != NULL; n = n->next) {
        tell(t, n, hops, depth);
    }
}

/* What a key of a display stands for; of an unknown key, which is NULL, all. */
static void tell_display(struct telling *t, const struct sw_py_node *dict, const struct sw_str *key,
    unsigned hops, unsigned depth)
{
    for (const struct sw_py_node *n = dict->first; n != NULL && n->next != NULL;
         n = n->next->next) {
        bool other = key != NULL && n->kind == SW_PY_TEXT && !sw_str_equal(n->name, *key);
        if (!other) {
            tell(t, n->next, hops + 1, depth);
        }
    }
}

/* x["key"], x[0]: `base` is a display, or a name that is one. */
static void tell_part(struct telling *t, const struct sw_py_node *base, const struct sw_str *key,
    unsigned hops, unsigned depth)
{
    if (depth > DEPTH || t->visits++ > VISITS_MAX) {
        return;
    }
    if (base->kind == SW_PY_DICT) {
        tell_display(t, base, key, hops, depth + 1);
    } else if (base->kind == SW_PY_LIST) {
        tell_all(t, base->first, hops + 1, depth + 1);
    } else if (base->kind == SW_PY_NAME || base->kind == SW_PY_ATTRIBUTE) {
        uint32_t number;
        enum scope scope = base->kind == SW_PY_NAME ? OF_NAMES : OF_ATTRIBUTES;
        bool found = sw_names_find(&t->v->names, scope, base->name, &number);
        for (size_t i = 0; found && i < t->v->bindings[number].count; i++) {
            tell_part(t, t->v->bindings[number].expressions[i], key, hops + 1, depth + 1);
        }
    }
}

static const struct sw_str *key_of(const struct sw_py_node *node)
{
    return node != NULL && node->kind == SW_PY_TEXT ? &node->name : NULL;
}

/* x.name: what objects have of that name; x may be a display; else a name or a constant. */
static void tell_member(
    struct telling *t, const struct sw_py_node *node, unsigned hops, unsigned depth)
{
    struct sw_str text;
    const size_t before = t->out->count;
    tell_binding(t, OF_ATTRIBUTES, node->name, hops, depth);
    if (!t->v->loose) {
        return;
    }
    tell_part(t, node->first, &node->name, hops, depth);
    if (t->out->count == before) {
        tell_binding(t, OF_NAMES, node->name, hops, depth);
    }
    if (t->out->count == before && t->v->constant != NULL &&
        t->v->constant(t->v->ctx, node->name, &text)) {
        add(t, text, hops, 0);
    }
}

static bool is_among(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(text, list[i])) {
            return true;
        }
    }
    return false;
}

/* "x.get(key, default)", "os.getenv(name, default)" */
static void tell_get(
    struct telling *t, const struct sw_py_node *call, unsigned hops, unsigned depth)
{
    const struct sw_py_node *callee = call->first;
    const struct sw_py_node *first = callee->next;
    if (callee->kind == SW_PY_ATTRIBUTE && first != NULL) {
        tell_part(t, callee->first, key_of(first), hops, depth);
    }
    tell_all(t, first == NULL ? NULL : first->next, hops + 1, depth);
}

/* Those, "Field(default=…)", and "f(…).strip()" */
static void tell_call(
    struct telling *t, const struct sw_py_node *call, unsigned hops, unsigned depth)
{
    static const char *const gets[] = {"get", "getenv", "pop", "getOrDefault"};
    static const char *const same[] = {"strip", "lower", "rstrip", "lstrip", "str", "string",
        "cast", "trim", "toString", "to_string", "to_owned", "into", "clone", "as_str", "freeze"};
    static const char *const holders[] = {"Field", "Option", "Argument", "field", "StringField",
        "default", "unwrap_or", "orElse", "Some", "String", "from", "of", "listOf", "asList", "Ptr",
        "F", "useState"};
    const struct sw_py_node *callee = call->first;
    const struct sw_str name = sw_py_values_callee(t->v, call);
    const struct sw_py_node *value = keyword_of(call, "default");
    if (value != NULL) {
        tell(t, value, hops + 1, depth);
    } else if (is_among(name, gets, SW_COUNT(gets))) {
        tell_get(t, call, hops, depth);
    } else if (is_among(name, holders, SW_COUNT(holders)) && callee->next != NULL) {
        tell(t, callee->next, hops + 1, depth);
    } else if (is_among(name, same, SW_COUNT(same)) && callee->kind == SW_PY_ATTRIBUTE) {
        tell(t, callee->first, hops, depth);
    } else if (is_among(name, same, SW_COUNT(same))) {
        tell_all(t, callee->next, hops, depth);
    }
}

/* One part of a formatted text, when it is one text. */
static bool append_one(
    struct telling *t, const struct sw_py_node *node, struct sw_buf *text, unsigned depth)
{
    struct sw_py_value_list parts = {0};
    struct telling inner = {.v = t->v, .out = &parts, .visits = t->visits};
    tell(&inner, node, 0, depth);
    t->visits = inner.visits;
    return parts.count == 1 && sw_buf_put_str(text, parts.list[0].text) == SW_OK;
}

/* "a" + b, when each part is one text. */
static void tell_sum(struct telling *t, const struct sw_py_node *sum, unsigned hops, unsigned depth)
{
    SW_CLEANUP(buf) struct sw_buf text = {.max = SUM_MAX};
    for (const struct sw_py_node *n = sum->first; n != NULL; n = n->next) {
        if (!append_one(t, n, &text, depth)) {
            return;
        }
    }
    const char *copy = sw_arena_strndup(t->v->arena, sw_buf_str(&text));
    if (copy != NULL) {
        add(t, sw_str_n(copy, text.len), hops + 1, 0);
    }
}

/* f"{a}/{b}", when each of them is one text, and without any more to it ("{a!r:>8}"). */
static void tell_format(
    struct telling *t, const struct sw_py_node *group, unsigned hops, unsigned depth)
{
    SW_CLEANUP(buf) struct sw_buf text = {.max = SUM_MAX};
    const struct sw_str body = group->name;
    const struct sw_py_node *part = group->first;
    for (size_t i = 0; i < body.len;) {
        if (body.ptr[i] != '{') {
            if (sw_buf_putc(&text, body.ptr[i++]) != SW_OK) {
                return;
            }
            continue;
        }
        const char *close = memchr(body.ptr + i, '}', body.len - i);
        const size_t len = close == NULL ? 0 : (size_t)(close - body.ptr) - i;
        if (len == 0 || part == NULL || memchr(body.ptr + i, ':', len) != NULL ||
            !append_one(t, part, &text, depth)) {
            return;
        }
        part = part->next;
        i += len + 1;
    }
    const char *copy = part != NULL ? NULL : sw_arena_strndup(t->v->arena, sw_buf_str(&text));
    if (copy != NULL) {
        add(t, sw_str_n(copy, text.len), group->first == NULL ? hops : hops + 1, 0);
    }
}

/* "a or b", "a if c else b"; of other operators nothing is known. */
static void tell_group(
    struct telling *t, const struct sw_py_node *group, unsigned hops, unsigned depth)
{
    if (sw_str_is(group->module, "f")) {
        tell_format(t, group, hops, depth);
    } else if (sw_str_is(group->name, "or")) {
        tell_all(t, group->first, hops, depth);
    } else if (sw_str_is(group->name, "if") && group->first != group->last) {
        tell(t, group->first, hops, depth);
        tell(t, group->last, hops, depth);
    }
}

bool sw_py_is_literal(const struct sw_py_node *node)
{
    const struct sw_py_node *of = node->kind == SW_PY_SUBSCRIPT ? node->first : NULL;
    return of != NULL && (of->kind == SW_PY_NAME || of->kind == SW_PY_ATTRIBUTE) &&
           sw_str_is(of->name, "Literal");
}

static void tell(struct telling *t, const struct sw_py_node *node, unsigned hops, unsigned depth)
{
    if (depth > DEPTH || t->visits++ > VISITS_MAX) {
        return;
    }
    switch ((int)node->kind) {
    case SW_PY_TEXT: add(t, node->name, hops, node->line); break;
    case SW_PY_NAME: tell_binding(t, OF_NAMES, node->name, hops, depth + 1); break;
    case SW_PY_ATTRIBUTE: tell_member(t, node, hops, depth + 1); break;
    case SW_PY_LIST: tell_all(t, node->first, hops + 1, depth + 1); break;
    case SW_PY_DICT: tell_display(t, node, NULL, hops, depth + 1); break;
    case SW_PY_CALL: tell_call(t, node, hops, depth + 1); break;
    case SW_PY_SUM: tell_sum(t, node, hops, depth + 1); break;
    case SW_PY_GROUP: tell_group(t, node, hops, depth + 1); break;
    case SW_PY_SUBSCRIPT:
        if (sw_py_is_literal(node)) {
            tell_all(t, node->first->next, hops, depth + 1);
        } else if (node->first != NULL) {
            tell_part(t, node->first, key_of(node->first->next), hops, depth + 1);
        }
        break;
    default: break;
    }
}

void sw_py_values_of(const struct sw_py_values *values, const struct sw_py_node *expression,
    struct sw_py_value_list *out)
{
    struct telling t = {.v = values, .out = out};
    out->count = 0;
    out->lost = false;
    tell(&t, expression, 0, 0);
    out->lost = out->lost || t.visits > VISITS_MAX;
}

struct sw_str sw_py_values_callee(const struct sw_py_values *values, const struct sw_py_node *call)
{
    uint32_t number;
    const struct sw_py_node *callee = call->first;
    struct sw_str name =
        callee != NULL && (callee->kind == SW_PY_NAME || callee->kind == SW_PY_ATTRIBUTE)
            ? callee->name
            : (struct sw_str){"", 0};
    if (callee == NULL || callee->kind != SW_PY_NAME ||
        !sw_names_find(&values->names, OF_NAMES, name, &number) ||
        values->bindings[number].path.len == 0) {
        return name;
    }
    struct sw_str path = values->bindings[number].path;
    const char *dot = memrchr(path.ptr, '.', path.len);
    return dot == NULL ? path : sw_str_n(dot + 1, path.len - (size_t)(dot + 1 - path.ptr));
}

struct sw_str sw_py_values_import(const struct sw_py_values *values, struct sw_str name)
{
    uint32_t number;
    return sw_names_find(&values->names, OF_NAMES, name, &number) ? values->bindings[number].path
                                                                  : sw_str("");
}
