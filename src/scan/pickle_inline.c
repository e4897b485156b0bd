#include "scan/pickle_private.h"

/* joblib writes an array's bytes into the file right behind the BUILD that completes its
 * NumpyArrayWrapper (joblib/numpy_pickle.py, write_array and NumpyUnpickler.load_build): one byte
 * that counts padding, the padding, and the elements; or, for objects, a pickle of its own. */

#define FIELDS_DEPTH_MAX 8

/* The length of the padding is written so that it is never 0 and at most the alignment, 16. */
#define PADDING_MAX 16

static const struct sw_pickle_value *member(
    struct sw_pickle_machine *m, const struct sw_pickle_value *dict, const char *name)
{
    char room[64];
    struct sw_str text;
    bool whole;
    const struct sw_pickle_node *node = sw_pickle_node_of(m, dict);
    for (size_t i = 0; node != NULL && i + 1 < node->kept; i += 2) {
        if (sw_pickle_text(m, &node->items[i], room, sizeof(room), &text, &whole) && whole &&
            sw_str_is(text, name)) {
            return &node->items[i + 1];
        }
    }
    return NULL;
}

struct element {
    uint64_t size;
    bool object;
};

/* "f8", "V56", "O8", "U10" without a byte order, and what dtype's state says of its size. */
static bool named_size(
    struct sw_str code, const struct sw_pickle_value *stated, struct element *out)
{
    static const char letters[] = "?biufcSaUVOmM";
    if (code.len > 0 && strchr("<>=|", code.ptr[0]) != NULL) {
        code = sw_str_n(code.ptr + 1, code.len - 1);
    }
    if (code.len == 0 || code.ptr[0] == '\0' || strchr(letters, code.ptr[0]) == NULL) {
        return false;
    }
    char letter = code.ptr[0];
    uint64_t size = 1;
    bool number = code.len == 1 || sw_parse_u64(sw_str_n(code.ptr + 1, code.len - 1), &size);
    bool flexible = strchr("SaUV", letter) != NULL;
    bool known = stated != NULL && stated->kind == SW_VALUE_INT && (int64_t)stated->text >= 0;
    out->object = out->object || letter == 'O';
    size = letter == 'U' && size < UINT32_MAX ? size * 4 : size;
    out->size = flexible && known ? stated->text : size;
    return number;
}

static bool dtype_size(struct sw_pickle_machine *m, const struct sw_pickle_value *dtype,
    unsigned depth, struct element *out);

/* A structure's fields are (dtype, offset) by name; they only decide whether there are objects. */
static bool look_at_fields(struct sw_pickle_machine *m, const struct sw_pickle_value *fields,
    unsigned depth, struct element *out)
{
    const struct sw_pickle_node *node = sw_pickle_node_of(m, fields);
    if (fields->kind == SW_VALUE_NONE) {
        return true;
    }
    if (node == NULL || node->kept != node->count || fields->kind != SW_VALUE_DICT) {
        return false;
    }
    for (size_t i = 1; i < node->kept; i += 2) {
        struct element field = {0};
        const struct sw_pickle_value *dtype = sw_pickle_item(m, &node->items[i], 0);
        if (dtype == NULL || !dtype_size(m, dtype, depth + 1, &field)) {
            return false;
        }
        out->object = out->object || field.object;
    }
    return true;
}

static const struct sw_pickle_value *part_of(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *value, size_t index)
{
    return value == NULL ? NULL : sw_pickle_item(m, value, index);
}

/* A subarray is (dtype, shape); only its objects matter, since the size is stated. */
static bool look_at_base(struct sw_pickle_machine *m, const struct sw_pickle_value *base,
    unsigned depth, struct element *out)
{
    struct element inner = {0};
    if (base == NULL || base->kind != SW_VALUE_TUPLE) {
        return true;
    }
    const struct sw_pickle_value *dtype = sw_pickle_item(m, base, 0);
    if (dtype == NULL || !dtype_size(m, dtype, depth + 1, &inner)) {
        return false;
    }
    out->object = out->object || inner.object;
    return true;
}

/* numpy.dtype(code, …) and its state: (version, order, base, names, fields, size, …). */
static bool dtype_size(struct sw_pickle_machine *m, const struct sw_pickle_value *dtype,
    unsigned depth, struct element *out)
{
    char room[16];
    struct sw_str code;
    bool whole;
    if (dtype->kind != SW_VALUE_RESULT || depth > FIELDS_DEPTH_MAX) {
        return false;
    }
    const struct sw_pickle_value *state = sw_pickle_item(m, dtype, 3);
    const struct sw_pickle_value *fields = part_of(m, state, 4);
    const struct sw_pickle_value *first = part_of(m, sw_pickle_item(m, dtype, 1), 0);
    if (first == NULL || !sw_pickle_text(m, first, room, sizeof(room), &code, &whole) || !whole) {
        return false;
    }
    return look_at_base(m, part_of(m, state, 2), depth, out) &&
           named_size(code, part_of(m, state, 5), out) &&
           (fields == NULL || look_at_fields(m, fields, depth, out));
}

static bool shape_product(
    const struct sw_pickle_machine *m, const struct sw_pickle_value *shape, uint64_t *out)
{
    const struct sw_pickle_value *items;
    size_t count;
    uint64_t product = 1;
    if (!sw_pickle_items(m, shape, &items, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != SW_VALUE_INT || (int64_t)items[i].text < 0 ||
            !sw_mul_u64(product, items[i].text, &product)) {
            return false;
        }
    }
    *out = product;
    return true;
}

static bool is_wrapper(const struct sw_pickle_machine *m, const struct sw_pickle_value *object)
{
    if (object->kind != SW_VALUE_RESULT || object->len == SW_PICKLE_NO_IMPORT) {
        return false;
    }
    const struct sw_pickle_import *import = &m->imports[object->len];
    return sw_str_is(import->module, "joblib.numpy_pickle") &&
           sw_str_is(import->name, "NumpyArrayWrapper");
}

/* What pickle.load() would take for opcodes is either nothing or told. */
static sw_result pass_padding(struct sw_pickle_machine *m, uint64_t *at, struct sw_error *err)
{
    uint8_t padding = 0;
    SW_TRY(sw_source_read(m->reader.window.source, *at, &padding, 1, err));
    if (padding == 0 || padding > PADDING_MAX) {
        sw_pickle_differ(m, *at, "the padding before an array is no padding that joblib writes");
    }
    *at += (uint64_t)padding + 1;
    return SW_OK;
}

static sw_result pass_elements(
    struct sw_pickle_machine *m, uint64_t *at, uint64_t size, struct sw_error *err)
{
    uint64_t there = m->reader.window.source->size;
    if (*at > there || size > there - *at) {
        return sw_fail(
            err, SW_E_FORMAT, "byte %llu: the data ends inside an array", (unsigned long long)*at);
    }
    if (m->hooks != NULL && size > 0) {
        SW_TRY(m->hooks->passed(m->hooks->ctx, *at, size, err));
    }
    *at += size;
    return SW_OK;
}

sw_result sw_pickle_pass_array(struct sw_pickle_machine *m, const struct sw_pickle_value *object,
    const struct sw_pickle_value *state, uint64_t *at, struct sw_error *err)
{
    if (!is_wrapper(m, object)) {
        return SW_OK;
    }
    struct element element = {0};
    uint64_t count = 0;
    uint64_t size = 0;
    const struct sw_pickle_value *dtype = member(m, state, "dtype");
    const struct sw_pickle_value *shape = member(m, state, "shape");
    const struct sw_pickle_value *aligned = member(m, state, "numpy_array_alignment_bytes");
    if (dtype == NULL || shape == NULL || !dtype_size(m, dtype, 0, &element) ||
        !shape_product(m, shape, &count) || !sw_mul_u64(count, element.size, &size)) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: an array whose size cannot be told",
            (unsigned long long)*at);
    }
    m->arrays++;
    if (element.object) {
        return m->hooks != NULL ? m->hooks->nested(m->hooks->ctx, at, err)
                                : sw_fail(err, SW_E_FORMAT, "byte %llu: an array of objects",
                                      (unsigned long long)*at);
    }
    if (aligned != NULL && aligned->kind == SW_VALUE_INT) {
        SW_TRY(pass_padding(m, at, err));
    }
    return pass_elements(m, at, size, err);
}
