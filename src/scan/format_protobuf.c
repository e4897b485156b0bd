/* ONNX and TensorFlow SavedModel: protobuf messages without a magic, told by the shape of their top
 * level, which is walked without reading what the fields hold. */
#include "scan/format.h"

#define FIELD_MAX 64
#define FIELDS_WALKED 65536

struct shape {
    uint32_t count[FIELD_MAX + 1];
    uint64_t first[FIELD_MAX + 1]; /* varint: its value; else where the content begins */
    uint8_t wire[FIELD_MAX + 1];
};

/* Encoding, "Base 128 Varints": at most ten bytes. */
static bool read_varint(struct sw_window *window, uint64_t *at, uint64_t *out)
{
    struct sw_bytes raw;
    uint64_t value = 0;
    if (sw_window_view(window, *at, 10, &raw, NULL) != SW_OK) {
        return false;
    }
    for (size_t i = 0; i < raw.len; i++) {
        value |= (uint64_t)(raw.ptr[i] & 0x7f) << (7 * i);
        if ((raw.ptr[i] & 0x80) == 0) {
            *at += i + 1;
            *out = value;
            return true;
        }
    }
    return false;
}

/* One field; false when it is none or does not fit. */
static bool walk_field(struct sw_window *window, uint64_t *at, struct shape *shape)
{
    uint64_t key;
    if (!read_varint(window, at, &key) || key >> 3 == 0 || key >> 3 > FIELD_MAX) {
        return false;
    }
    uint64_t field = key >> 3;
    uint8_t wire = (uint8_t)(key & 7);
    uint64_t value;
    if ((wire != 0 && wire != 2) || !read_varint(window, at, &value)) {
        return false;
    }
    if (shape->count[field] > 0 && shape->wire[field] != wire) {
        return false;
    }
    shape->first[field] = shape->count[field] > 0 ? shape->first[field] : wire == 0 ? value : *at;
    shape->wire[field] = wire;
    shape->count[field]++;
    if (wire == 2 && (value > window->source->size - *at)) {
        return false;
    }
    *at += wire == 2 ? value : 0;
    return true;
}

static bool walk(const struct sw_source *source, struct shape *shape)
{
    *shape = (struct shape){0};
    struct sw_window window;
    sw_window_init(&window, source);
    uint64_t at = 0;
    for (size_t i = 0; i < FIELDS_WALKED; i++) {
        if (at == source->size) {
            return true;
        }
        if (!walk_field(&window, &at, shape)) {
            return false;
        }
    }
    return false;
}

static bool may_be(const struct sw_specimen *specimen)
{
    return specimen->head.len >= 4 && specimen->head.ptr[0] == 0x08;
}

/* Only the stated fields, with field 1 a number from 1 to `version_max`. */
static bool has_shape(
    const struct sw_specimen *specimen, uint64_t fields, uint64_t version_max, struct shape *shape)
{
    if (!may_be(specimen) || !walk(&specimen->source, shape)) {
        return false;
    }
    for (unsigned i = 1; i <= FIELD_MAX; i++) {
        bool known = i < FIELD_MAX && (fields >> i & 1) != 0;
        if (shape->count[i] > 0 && !known) {
            return false;
        }
    }
    return shape->count[1] == 1 && shape->wire[1] == 0 && shape->first[1] >= 1 &&
           shape->first[1] <= version_max;
}

/* onnx.proto, ModelProto: 1 ir_version, 2 and 3 producer, 4 domain, 5 model_version, 6 doc, 7
 * graph, 8 opset_import, 14 metadata_props, 20 training_info, 25 functions, 26 configuration. */
static bool sniff_onnx(const struct sw_specimen *specimen)
{
    const uint64_t fields = 0x1feu | 1u << 14 | 1u << 20 | 1u << 25 | 1u << 26;
    struct shape shape;
    if (specimen->outside) {
        return may_be(specimen);
    }
    return has_shape(specimen, fields, 64, &shape) && shape.count[7] == 1 && shape.wire[7] == 2;
}

/* saved_model.proto: 1 saved_model_schema_version, 2 meta_graphs, each of which begins with its
 * meta_info_def (field 1). */
static bool sniff_savedmodel(const struct sw_specimen *specimen)
{
    struct shape shape;
    uint8_t first;
    if (specimen->outside) {
        return may_be(specimen);
    }
    return has_shape(specimen, 1u << 1 | 1u << 2, 16, &shape) && shape.count[2] >= 1 &&
           shape.wire[2] == 2 &&
           sw_source_read(&specimen->source, shape.first[2], &first, 1, NULL) == SW_OK &&
           first == 0x0a;
}

const struct sw_format sw_format_onnx = {
    .id = "onnx", .names = ".onnx", .sniff = sniff_onnx, .trial = true};
const struct sw_format sw_format_savedmodel = {
    .id = "savedmodel", .names = "", .sniff = sniff_savedmodel, .trial = true};
