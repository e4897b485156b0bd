/* The tensors that a pickle of torch makes, and under which names its dicts hold them. */
#include "scan/pickle_private.h"
#include "scan/torch_legacy.h"

#define NAME_MAX_LEN 1024
#define WALK_DEPTH_MAX 32
#define WALK_STEPS_MAX 1000000

/* --- types ------------------------------------------------------------------------------------ */

/* torch/storage.py and torch/__init__.py; names of safetensors where it has one. */
static const struct {
    const char *storage, *torch, *dtype;
    uint8_t size;
} types[] = {
    {"DoubleStorage", "float64", "F64", 8},
    {"FloatStorage", "float32", "F32", 4},
    {"HalfStorage", "float16", "F16", 2},
    {"BFloat16Storage", "bfloat16", "BF16", 2},
    {"LongStorage", "int64", "I64", 8},
    {"IntStorage", "int32", "I32", 4},
    {"ShortStorage", "int16", "I16", 2},
    {"CharStorage", "int8", "I8", 1},
    {"ByteStorage", "uint8", "U8", 1},
    {"BoolStorage", "bool", "BOOL", 1},
    {"ComplexDoubleStorage", "complex128", "C128", 16},
    {"ComplexFloatStorage", "complex64", "C64", 8},
    {"QUInt8Storage", "quint8", "QU8", 1},
    {"QInt8Storage", "qint8", "QI8", 1},
    {"QInt32Storage", "qint32", "QI32", 4},
    {"QUInt4x2Storage", "quint4x2", "QU4X2", 1},
    {"QUInt2x4Storage", "quint2x4", "QU2X4", 1},
    {"UntypedStorage", "", "U8", 1},
    {"", "double", "F64", 8},
    {"", "float", "F32", 4},
    {"", "half", "F16", 2},
    {"", "long", "I64", 8},
    {"", "int", "I32", 4},
    {"", "short", "I16", 2},
    {"", "uint16", "U16", 2},
    {"", "uint32", "U32", 4},
    {"", "uint64", "U64", 8},
    {"", "float8_e4m3fn", "F8_E4M3", 1},
    {"", "float8_e5m2", "F8_E5M2", 1},
    {"", "float8_e8m0fnu", "F8_E8M0", 1},
    {"", "float8_e4m3fnuz", "F8_E4M3FNUZ", 1},
    {"", "float8_e5m2fnuz", "F8_E5M2FNUZ", 1},
};

uint64_t sw_pickle_storage_width(struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(types) && name.len > 0; i++) {
        if (sw_str_is(name, types[i].storage)) {
            return types[i].size;
        }
    }
    return 0;
}

static bool find_type(struct sw_str name, bool storage, struct sw_torch_tensor *out)
{
    for (size_t i = 0; i < SW_COUNT(types) && name.len > 0; i++) {
        if (sw_str_is(name, storage ? types[i].storage : types[i].torch)) {
            out->dtype = types[i].dtype;
            out->width = types[i].size;
            return true;
        }
    }
    return false;
}

/* --- calls ------------------------------------------------------------------------------------ */

enum sw_pickle_rebuild sw_pickle_rebuild_of(struct sw_str module, struct sw_str name)
{
    static const struct {
        const char *module, *name;
        enum sw_pickle_rebuild rebuild;
    } rows[] = {
        {"torch._utils", "_rebuild_tensor", SW_REBUILD_TENSOR},
        {"torch._utils", "_rebuild_tensor_v2", SW_REBUILD_TENSOR},
        {"torch._utils", "_rebuild_tensor_v3", SW_REBUILD_TENSOR_V3},
        {"torch._utils", "_rebuild_qtensor", SW_REBUILD_TENSOR},
        {"torch._utils", "_rebuild_parameter", SW_REBUILD_PARAMETER},
        {"torch._utils", "_rebuild_parameter_with_state", SW_REBUILD_PARAMETER},
        {"torch._tensor", "_rebuild_from_type", SW_REBUILD_TYPE},
        {"torch._tensor", "_rebuild_from_type_v2", SW_REBUILD_TYPE},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(module, rows[i].module) && sw_str_is(name, rows[i].name)) {
            return rows[i].rebuild;
        }
    }
    return SW_REBUILD_NONE;
}

static bool read_number(const struct sw_pickle_value *value, struct sw_torch_tensor *t)
{
    t->negative |= value->kind == SW_VALUE_LONG || (int64_t)value->text < 0;
    return value->kind == SW_VALUE_INT || value->kind == SW_VALUE_LONG;
}

static bool read_numbers(const struct sw_pickle_machine *m, const struct sw_pickle_value *value,
    uint64_t *out, size_t *count, struct sw_torch_tensor *t)
{
    const struct sw_pickle_value *items;
    if (!sw_pickle_items(m, value, &items, count) || *count > SW_TORCH_DIMS_MAX) {
        return false;
    }
    for (size_t i = 0; i < *count; i++) {
        if (!read_number(&items[i], t)) {
            return false;
        }
        out[i] = items[i].text;
    }
    return true;
}

/* ("storage", type, key, location, count of elements), in its persistent id. Which part of another
 * storage it is may follow, as torch wrote it before 0.4; then the tensor is not placed. */
static bool read_storage(struct sw_pickle_machine *m, const struct sw_pickle_value *value,
    char room[64], struct sw_torch_tensor *t)
{
    bool whole;
    const struct sw_pickle_value *id =
        value->kind == SW_VALUE_PERSISTENT ? sw_pickle_item(m, value, 0) : NULL;
    const struct sw_pickle_value *type = id == NULL ? NULL : sw_pickle_item(m, id, 1);
    const struct sw_pickle_value *key = id == NULL ? NULL : sw_pickle_item(m, id, 2);
    const struct sw_pickle_value *part = id == NULL ? NULL : sw_pickle_item(m, id, 5);
    bool whole_storage = part == NULL || part->kind == SW_VALUE_NONE;
    return whole_storage && type != NULL && key != NULL && type->kind == SW_VALUE_IMPORT &&
           find_type(m->imports[type->text].name, true, t) &&
           sw_pickle_text(m, key, room, 64, &t->key, &whole) && whole;
}

/* (storage, offset, size, stride, …); the seventh of v3 is the type. */
static bool read_tensor(struct sw_pickle_machine *m, const struct sw_pickle_value *args, bool typed,
    char room[64], struct sw_torch_tensor *t)
{
    const struct sw_pickle_value *items;
    size_t count;
    size_t strides;
    if (!sw_pickle_items(m, args, &items, &count) || count < 4 ||
        !read_storage(m, &items[0], room, t) || !read_number(&items[1], t)) {
        return false;
    }
    t->offset = items[1].text;
    if (typed && (count < 7 || items[6].kind != SW_VALUE_IMPORT ||
                     !find_type(m->imports[items[6].text].name, false, t))) {
        return false;
    }
    return read_numbers(m, &items[2], t->dims, &t->dim_count, t) &&
           read_numbers(m, &items[3], t->strides, &strides, t) && strides == t->dim_count;
}

static enum sw_pickle_rebuild rebuild_of(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *callable)
{
    return callable != NULL && callable->kind == SW_VALUE_IMPORT
               ? m->imports[callable->text].rebuild
               : SW_REBUILD_NONE;
}

sw_result sw_pickle_tell_tensor(struct sw_pickle_machine *m, const struct sw_pickle_call *call,
    const struct sw_pickle_value *result)
{
    char room[64];
    struct sw_torch_tensor t = {.node = result->text, .at = call->at};
    enum sw_pickle_rebuild rebuild = rebuild_of(m, &call->callable);
    const struct sw_pickle_value *args = &call->args;
    if (rebuild == SW_REBUILD_TYPE) { /* function, class, arguments, state */
        rebuild = rebuild_of(m, sw_pickle_item(m, &call->args, 0));
        args = sw_pickle_item(m, &call->args, 2);
    }
    bool tensor = rebuild == SW_REBUILD_TENSOR || rebuild == SW_REBUILD_TENSOR_V3;
    if (!tensor || args == NULL || m->hooks == NULL || result->text == SW_PICKLE_NO_NODE ||
        !read_tensor(m, args, rebuild == SW_REBUILD_TENSOR_V3, room, &t)) {
        return SW_OK;
    }
    return m->hooks->tensor(m->hooks->ctx, &t);
}

/* --- names ------------------------------------------------------------------------------------ */

struct walk {
    struct sw_pickle_reading *r;
    size_t steps;
    unsigned depth;
    size_t len;
    char name[NAME_MAX_LEN];
};

/* What modules keep their parts in (torch/nn/modules/module.py), which state_dict() leaves out. */
static bool is_inner(struct sw_str key)
{
    return sw_str_is(key, "_modules") || sw_str_is(key, "_parameters") ||
           sw_str_is(key, "_buffers");
}

static bool add_key(struct walk *w, struct sw_str key)
{
    size_t dot = w->len > 0 ? 1 : 0;
    if (is_inner(key)) {
        return true;
    }
    if (key.len + dot > sizeof(w->name) - w->len || !sw_utf8_valid(sw_bytes_of_str(key))) {
        return false;
    }
    if (dot > 0) {
        w->name[w->len++] = '.';
    }
    memcpy(w->name + w->len, key.ptr, key.len);
    w->len += key.len;
    return true;
}

static sw_result walk_value(struct walk *w, const struct sw_pickle_value *value);

static sw_result walk_under(struct walk *w, struct sw_str key, const struct sw_pickle_value *value)
{
    size_t len = w->len;
    enum sw_code code = add_key(w, key) ? walk_value(w, value) : SW_OK;
    w->len = len;
    return code;
}

static bool key_text(
    struct walk *w, const struct sw_pickle_value *key, char room[NAME_MAX_LEN], struct sw_str *out)
{
    bool whole;
    if (key->kind == SW_VALUE_INT) {
        (void)snprintf(room, NAME_MAX_LEN, "%lld", (long long)key->text);
        *out = sw_str(room);
        return true;
    }
    return sw_pickle_text(w->r->machine, key, room, NAME_MAX_LEN, out, &whole) && whole;
}

static bool may_hold(const struct sw_pickle_value *value)
{
    return value->kind >= SW_VALUE_TUPLE && value->text != SW_PICKLE_NO_NODE;
}

static sw_result walk_pairs(struct walk *w, const struct sw_pickle_node *node)
{
    char room[NAME_MAX_LEN];
    struct sw_str key;
    for (size_t i = 0; i + 1 < node->kept; i += 2) {
        if (may_hold(&node->items[i + 1]) && key_text(w, &node->items[i], room, &key)) {
            SW_TRY(walk_under(w, key, &node->items[i + 1]));
        }
    }
    return SW_OK;
}

static sw_result walk_items(struct walk *w, const struct sw_pickle_node *node)
{
    char number[24];
    for (size_t i = 0; i < node->kept; i++) {
        if (may_hold(&node->items[i])) {
            (void)snprintf(number, sizeof(number), "%zu", i);
            SW_TRY(walk_under(w, sw_str(number), &node->items[i]));
        }
    }
    return SW_OK;
}

/* Callable, arguments, keywords, states; items that were stored into it. */
static sw_result walk_result(struct walk *w, const struct sw_pickle_value *value)
{
    const struct sw_storage_check *check = w->r->in->storages;
    const struct sw_pickle_machine *m = w->r->machine;
    const struct sw_pickle_node *node = sw_pickle_node_of(m, value);
    struct sw_str name = w->len > 0 ? sw_str_n(w->name, w->len) : sw_str("tensor");
    enum sw_code code = check->named(check->ctx, w->r->in, value->text, name);
    if (code != SW_E_NOENT) {
        return code;
    }
    if (node->pairs != 0) {
        SW_TRY(walk_pairs(w, &m->nodes[node->pairs - 1]));
    }
    bool parameter = rebuild_of(m, node->kept > 0 ? &node->items[0] : NULL) == SW_REBUILD_PARAMETER;
    if (parameter && node->kept > 1) {
        const struct sw_pickle_value *data = sw_pickle_item(m, &node->items[1], 0);
        return data == NULL ? SW_OK : walk_value(w, data);
    }
    for (size_t i = 1; i < node->kept; i++) {
        SW_TRY(may_hold(&node->items[i]) ? walk_value(w, &node->items[i]) : SW_OK);
    }
    return SW_OK;
}

static sw_result walk_inside(struct walk *w, const struct sw_pickle_value *value)
{
    const struct sw_pickle_node *node = sw_pickle_node_of(w->r->machine, value);
    switch (value->kind) {
    case SW_VALUE_DICT: return walk_pairs(w, node);
    case SW_VALUE_RESULT: return walk_result(w, value);
    case SW_VALUE_TUPLE:
    case SW_VALUE_LIST: return walk_items(w, node);
    default: return SW_OK;
    }
}

/* Containers may hold themselves, and each other many times over. */
static sw_result walk_value(struct walk *w, const struct sw_pickle_value *value)
{
    if (!may_hold(value) || w->depth >= WALK_DEPTH_MAX || ++w->steps > WALK_STEPS_MAX) {
        return SW_OK;
    }
    w->depth++;
    enum sw_code code = walk_inside(w, value);
    w->depth--;
    return code;
}

sw_result sw_pickle_name_tensors(struct sw_pickle_reading *r, const struct sw_pickle_value *top)
{
    const struct sw_storage_check *check = r->in->storages;
    if (check == NULL || r->depth > 0) {
        return SW_OK;
    }
    struct walk w = {.r = r};
    SW_TRY(walk_value(&w, top));
    check->ended(check->ctx);
    return SW_OK;
}

/* --- legacy files ----------------------------------------------------------------------------- */

sw_result sw_pickle_place_storages(struct sw_pickle_reading *r, const struct sw_pickle_value *keys)
{
    char room[64];
    struct sw_str key;
    bool whole;
    bool placed = true;
    const struct sw_pickle_value *items;
    size_t count;
    if (!sw_pickle_items(r->machine, keys, &items, &count)) {
        return SW_OK; /* what was asked for is not placed, which is said */
    }
    for (size_t i = 0; i < count && placed; i++) {
        if (!sw_pickle_text(r->machine, &items[i], room, sizeof(room), &key, &whole) || !whole) {
            return SW_OK;
        }
        SW_TRY(sw_torch_legacy_place(r->torch, key, &r->at, &placed, r->err));
    }
    return SW_OK;
}
