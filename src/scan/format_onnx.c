/* ONNX: a protobuf message that holds a graph and, mostly, its weights. doc/format/scan-graphs.md.
 */
#include "scan/data_files.h"
#include "scan/format.h"
#include "scan/message.h"
#include "scan/onnx.h"
#include "scan/template.h"
#include "scan/tensor.h"

#define NAME_MAX_LEN ((uint64_t)64 << 10)
#define DIMS_MAX 64
#define SMALL 1024 /* bytes of a constant below which it is not weighed by itself */

struct reading {
    struct sw_inspection *in;
    struct sw_graph_model *model;
    struct sw_message_reader reader;
    struct sw_tensor *tensors;
    size_t tensor_count, tensor_cap;
    struct sw_names places; /* names of other files, and… */
    uint64_t *needs;        /* …the bytes that each must have */
    size_t need_count, need_cap;
    uint32_t scope; /* of names: the graph, or one function */
    unsigned depth; /* of graphs in graphs */
};

#define ROWS(rows) rows, SW_COUNT(rows)

static struct reading *reading_of(struct sw_message_reader *reader)
{
    return reader->ctx;
}

static enum sw_code take_text(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    return sw_message_text(message, field, r->model->arena, NAME_MAX_LEN, out, reader->err);
}

/* --- values ----------------------------------------------------------------------------------- */

static enum sw_code take_id(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, struct sw_graph_ids *ids)
{
    struct reading *r = reading_of(reader);
    struct sw_str text = {0};
    uint32_t id;
    SW_TRY(take_text(reader, message, field, &text));
    SW_TRY(sw_graph_number(r->model, r->scope, text, &id));
    return sw_graph_add_id(r->model, ids, id);
}

/* --- tensors ---------------------------------------------------------------------------------- */

/* TensorProto.DataType by number; bits of an element, 0 where the bytes do not tell. */
static const struct {
    const char *name;
    uint8_t bits;
} types[] = {
    {"UNDEFINED", 0},
    {"F32", 32},
    {"U8", 8},
    {"I8", 8},
    {"U16", 16},
    {"I16", 16},
    {"I32", 32},
    {"I64", 64},
    {"STRING", 0},
    {"BOOL", 8},
    {"F16", 16},
    {"F64", 64},
    {"U32", 32},
    {"U64", 64},
    {"C64", 64},
    {"C128", 128},
    {"BF16", 16},
    {"F8_E4M3", 8},
    {"F8_E4M3FNUZ", 8},
    {"F8_E5M2", 8},
    {"F8_E5M2FNUZ", 8},
    {"U4", 4},
    {"I4", 4},
    {"F4_E2M1", 4},
    {"F8_E8M0", 8},
    {"U2", 2},
    {"I2", 2},
};

struct tensor {
    struct sw_str name;
    uint64_t dims[DIMS_MAX];
    size_t dim_count;
    uint64_t type;
    struct sw_message_field raw;    /* raw_data */
    struct sw_message_field packed; /* numbers as they stand in memory: float_data, double_data */
    uint64_t listed;                /* bytes in the other lists */
    bool has_raw, has_packed, external, told_external;
    struct sw_onnx_external place;
    uint64_t at;
    uint64_t elements;
    uint64_t bits;        /* of the first number… */
    unsigned bits_values; /* …when there is one alone, as far as was told */
};

/* Of a number that stands by itself. */
static sw_result take_bits(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, struct tensor *t)
{
    struct sw_str bytes = {0};
    t->bits_values++;
    if (field->type != SW_WIRE_BYTES || field->value == 0 || field->value > sizeof(t->bits)) {
        return SW_OK;
    }
    SW_TRY(sw_message_text(
        message, field, reading_of(reader)->model->arena, sizeof(t->bits), &bytes, reader->err));
    t->bits = 0;
    for (size_t i = bytes.len; i > 0; i--) {
        t->bits = t->bits << 8 | (uint8_t)bytes.ptr[i - 1];
    }
    return SW_OK;
}

/* One number, nought or one: what a mask is compared with. */
static bool is_plain(const struct tensor *t)
{
    static const uint64_t plain[] = {
        0, 1, 0x3c00, 0x3f80, 0x3f800000, 0x3ff0000000000000}; /* F16, BF16, F32, F64 */
    for (size_t i = 0; i < SW_COUNT(plain) && t->elements == 1 && t->bits_values == 1; i++) {
        if (t->bits == plain[i]) {
            return true;
        }
    }
    return false;
}

static enum sw_code take_dims(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    return sw_message_numbers(message, field, t->dims, DIMS_MAX, &t->dim_count, reader->err);
}

static enum sw_code take_type(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    t->type = field->value;
    return field->type == SW_WIRE_VARINT
               ? SW_OK
               : sw_message_fail(field, reader->err, "a tensor's type is no number");
}

static enum sw_code take_raw(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    t->raw = *field;
    t->has_raw = field->value > 0;
    return field->type == SW_WIRE_BYTES
               ? take_bits(reader, message, field, t)
               : sw_message_fail(field, reader->err, "a tensor's bytes are none");
}

/* A list of fixed width, in one piece as all writers have it. */
static enum sw_code take_packed(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    if (t->has_packed) {
        return sw_message_fail(field, reader->err, "the numbers of a tensor stand in two pieces");
    }
    t->packed = *field;
    t->has_packed = true;
    t->packed.value = field->type == SW_WIRE_BYTES ? field->value : 0;
    return take_bits(reader, message, field, t);
}

static enum sw_code take_listed(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    uint64_t first = 0;
    size_t count = 0;
    t->listed += field->type == SW_WIRE_BYTES ? field->value : 8;
    if (field->type == SW_WIRE_VARINT || field->value <= 10) {
        enum sw_code code = sw_message_numbers(message, field, &first, 1, &count, NULL);
        t->bits = first;
        t->bits_values += code == SW_OK && count == 1 ? 1 : 2;
        return SW_OK;
    }
    t->bits_values += 2;
    return SW_OK;
}

static enum sw_code take_location(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    t->external = field->value == 1; /* TensorProto.DataLocation */
    return SW_OK;
}

/* StringStringEntryProto */
struct entry {
    struct sw_str key, value;
};

static enum sw_code take_key(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return take_text(reader, message, field, &((struct entry *)out)->key);
}

static enum sw_code take_value(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    return sw_message_text(message, field, r->model->arena, SW_TEMPLATE_SIZE_MAX,
        &((struct entry *)out)->value, reader->err);
}

static const struct sw_message_row entry_rows[] = {{1, true, take_key}, {2, true, take_value}};

static enum sw_code take_external(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    struct entry entry = {0};
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(entry_rows), &entry));
    bool good = true;
    t->told_external = true;
    t->place.at = t->place.at == 0 ? field->at : t->place.at;
    if (sw_str_is(entry.key, "location")) {
        good = t->place.location.len == 0;
        t->place.location = entry.value;
    } else if (sw_str_is(entry.key, "offset")) {
        good = sw_parse_u64(entry.value, &t->place.offset);
    } else if (sw_str_is(entry.key, "length")) {
        good = sw_parse_u64(entry.value, &t->place.length);
    }
    return good ? SW_OK
                : sw_message_fail(field, reader->err,
                      "the place of a tensor's data is told twice or not at all");
}

static enum sw_code take_tensor_name(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return take_text(reader, message, field, &((struct tensor *)out)->name);
}

/* TensorProto */
static const struct sw_message_row tensor_rows[] = {
    {1, false, take_dims}, {2, true, take_type}, {3, true, NULL},               /* segment */
    {4, false, take_packed},                                                    /* float_data */
    {5, false, take_listed},                                                    /* int32_data */
    {6, false, take_listed},                                                    /* string_data */
    {7, false, take_listed},                                                    /* int64_data */
    {8, true, take_tensor_name}, {9, true, take_raw}, {10, false, take_packed}, /* double_data */
    {11, false, take_listed},                                                   /* uint64_data */
    {12, true, NULL},                                                           /* doc_string */
    {13, false, take_external}, {14, true, take_location}, {16, false, NULL},   /* metadata_props */
};

/* Bytes that the elements take; false when that is not to be known. */
static bool tensor_size(struct tensor *t, uint64_t *out)
{
    uint64_t bits = t->type < SW_COUNT(types) ? types[t->type].bits : 0;
    t->elements = 1;
    for (size_t i = 0; i < t->dim_count; i++) {
        if (!sw_mul_u64(t->elements, t->dims[i], &t->elements)) {
            return false;
        }
    }
    return bits != 0 && sw_mul_u64(t->elements, bits, out) && sw_add_u64(*out, 7, out) &&
           (*out /= 8, true);
}

static sw_result list_tensor(
    struct reading *r, const struct tensor *t, const struct sw_message_field *content)
{
    struct sw_tensor *grown =
        sw_arena_grow(r->in->arena, r->tensors, r->tensor_count, &r->tensor_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    r->tensors = grown;
    uint64_t *dims = SW_ARENA_ARRAY(r->in->arena, uint64_t, t->dim_count + 1);
    SW_TRY_PTR(dims);
    memcpy(dims, t->dims, t->dim_count * sizeof(*dims));
    grown[r->tensor_count++] = (struct sw_tensor){.name = t->name,
        .dtype = types[t->type].name,
        .dims = dims,
        .dim_count = t->dim_count,
        .offset = content->at,
        .size = content->value};
    return SW_OK;
}

static sw_result say_tensor(
    struct reading *r, const struct tensor *t, enum sw_severity severity, const char *what)
{
    return sw_found(r->in, "onnx-tensor", severity, t->at, "tensor \"" SW_STR_FMT "\" %s",
        SW_STR_ARG(t->name), what);
}

/* To the end of the file where no length is told: then as much as the shape needs. */
static sw_result note_place(struct reading *r, const struct tensor *t, uint64_t size)
{
    uint32_t id;
    uint64_t end = 0;
    SW_TRY(sw_names_number(&r->places, 0, t->place.location, &id));
    while (r->need_count < r->places.count) {
        uint64_t *grown =
            sw_arena_grow(r->in->arena, r->needs, r->need_count, &r->need_cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        r->needs = grown;
        grown[r->need_count++] = 0;
    }
    uint64_t length = t->place.length > size ? t->place.length : size;
    end = sw_add_u64(t->place.offset, length, &end) ? end : UINT64_MAX;
    r->needs[id] = end > r->needs[id] ? end : r->needs[id];
    return sw_onnx_judge_external(r->in, &t->place);
}

/* Behind the last tensor there may be padding. */
#define PADDING_MAX ((uint64_t)64 << 10)

static sw_result tell_places(struct reading *r)
{
    SW_CLEANUP(data_files) struct sw_data_files data = {0};
    sw_data_files_init(&data);
    for (size_t i = 0; i < r->need_count; i++) {
        uint64_t most = UINT64_MAX;
        most = sw_add_u64(r->needs[i], PADDING_MAX, &most) ? most : UINT64_MAX;
        if (sw_path_stays(r->places.names[i].text)) {
            sw_data_files_begin(&data, "onnx-data", r->needs[i], most);
            SW_TRY(sw_data_files_add(&data, r->places.names[i].text));
            sw_data_files_end(&data);
        }
    }
    return sw_data_files_tell(&data, r->in);
}

static sw_result check_content(struct reading *r, struct tensor *t)
{
    uint64_t size = 0;
    const struct sw_message_field *content = t->has_raw      ? &t->raw
                                             : t->has_packed ? &t->packed
                                                             : NULL;
    if ((t->has_raw + t->has_packed + (t->listed > 0)) > 1) {
        SW_TRY(say_tensor(r, t, SW_SEVERITY_HIGH,
            "has its numbers twice, of which loaders take "
            "either"));
    }
    if (t->external != t->told_external) {
        SW_TRY(say_tensor(r, t, SW_SEVERITY_MEDIUM,
            "says differently in two places whether its numbers stand in another file"));
    }
    bool known = tensor_size(t, &size);
    if (t->told_external) {
        t->place.tensor = t->name;
        return note_place(r, t, known ? size : 0);
    }
    if (content == NULL || !known) {
        return t->type < SW_COUNT(types)
                   ? SW_OK
                   : say_tensor(r, t, SW_SEVERITY_MEDIUM, "is of a type that is not known");
    }
    if (content->value != size) {
        SW_TRY(say_tensor(r, t, SW_SEVERITY_HIGH, "has more or fewer bytes than its shape needs"));
    }
    return content->value >= SMALL || t->name.len > 0 ? list_tensor(r, t, content) : SW_OK;
}

static sw_result read_tensor(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, struct tensor *t)
{
    *t = (struct tensor){.at = field->at};
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(tensor_rows), t));
    return check_content(reading_of(reader), t);
}

/* SparseTensorProto: its name is that of its values. */
static enum sw_code take_sparse_part(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct tensor part;
    struct tensor *t = out;
    SW_TRY(read_tensor(reader, message, field, &part));
    t->name = field->number == 1 ? part.name : t->name;
    t->elements += part.elements;
    return SW_OK;
}

static const struct sw_message_row sparse_rows[] = {
    {1, true, take_sparse_part}, {2, true, take_sparse_part}, {3, false, NULL}};

static enum sw_code take_initializer(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct tensor t = {0};
    uint32_t id;
    if (field->number == 15) {
        SW_TRY(sw_message_walk_in(reader, message, field, ROWS(sparse_rows), &t));
    } else {
        SW_TRY(read_tensor(reader, message, field, &t));
    }
    SW_TRY(sw_graph_number(r->model, r->scope, t.name, &id));
    r->model->values[id] = (struct sw_graph_value){t.elements, true, is_plain(&t)};
    return SW_OK;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static sw_result read_graph(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, struct sw_graph *graph);

static enum sw_code take_attribute_tensor(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_graph_node *node = out;
    struct tensor t = {0};
    if (field->number == 22 || field->number == 23) {
        SW_TRY(sw_message_walk_in(reader, message, field, ROWS(sparse_rows), &t));
    } else {
        SW_TRY(read_tensor(reader, message, field, &t));
    }
    node->constant += t.elements;
    node->plain = is_plain(&t);
    return SW_OK;
}

static enum sw_code take_attribute_graph(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct sw_graph_node *node = out;
    struct sw_graph *graph = NULL;
    SW_TRY(sw_graph_add_inner(r->model, node, &graph));
    return read_graph(reader, message, field, graph);
}

/* AttributeProto */
static const struct sw_message_row attribute_rows[] = {
    {1, true, NULL},                  /* name */
    {2, true, NULL},                  /* f */
    {3, true, NULL},                  /* i */
    {4, true, NULL},                  /* s */
    {5, true, take_attribute_tensor}, /* t */
    {6, true, take_attribute_graph},  /* g */
    {7, false, NULL},                 /* floats */
    {8, false, NULL},                 /* ints */
    {9, false, NULL},                 /* strings */
    {10, false, take_attribute_tensor},
    {11, false, take_attribute_graph},
    {13, true, NULL},  /* doc_string */
    {14, true, NULL},  /* tp */
    {15, false, NULL}, /* type_protos */
    {20, true, NULL},  /* type */
    {21, true, NULL},  /* ref_attr_name */
    {22, true, take_attribute_tensor},
    {23, false, take_attribute_tensor},
};

static enum sw_code take_attribute(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(attribute_rows), out);
}

static enum sw_code take_node_value(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_graph_node *node = out;
    return take_id(reader, message, field, field->number == 1 ? &node->inputs : &node->outputs);
}

static enum sw_code take_node_text(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_graph_node *node = out;
    return take_text(reader, message, field,
        field->number == 3   ? &node->name
        : field->number == 4 ? &node->op
                             : &node->domain);
}

/* NodeProto */
static const struct sw_message_row node_rows[] = {
    {1, false, take_node_value}, {2, false, take_node_value}, {3, true, take_node_text},
    {4, true, take_node_text}, {5, false, take_attribute}, {6, true, NULL}, /* doc_string */
    {7, true, take_node_text}, {8, true, NULL},                             /* overload */
    {9, false, NULL},                                                       /* metadata_props */
    {10, false, NULL}, /* device_configurations */
};

static enum sw_code take_node(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct sw_graph *graph = out;
    struct sw_graph_node node = {.at = field->at};
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(node_rows), &node));
    return sw_graph_add_node(r->model, graph, &node);
}

/* --- graphs ----------------------------------------------------------------------------------- */

/* ValueInfoProto, as deep as the count of elements: TypeProto, Tensor, TensorShapeProto, Dimension.
 */
struct info {
    struct sw_str name;
    uint64_t elements; /* 0: not fixed */
    bool shaped;
};

static enum sw_code take_dim_value(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    *(uint64_t *)out = field->type == SW_WIRE_VARINT ? field->value : 0;
    return SW_OK;
}

static const struct sw_message_row dimension_rows[] = {
    {1, true, take_dim_value}, {2, true, NULL}, {3, true, NULL}};

static enum sw_code take_dimension(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct info *info = out;
    uint64_t value = 0; /* named, or not said */
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(dimension_rows), &value));
    info->elements = sw_mul_u64(info->elements, value, &info->elements) ? info->elements : 0;
    return SW_OK;
}

static const struct sw_message_row shape_rows[] = {{1, false, take_dimension}};

static enum sw_code take_shape(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct info *info = out;
    info->elements = 1;
    return sw_message_walk_in(reader, message, field, ROWS(shape_rows), out);
}

static const struct sw_message_row tensor_type_rows[] = {{1, true, NULL}, {2, true, take_shape}};

static enum sw_code take_tensor_type(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(tensor_type_rows), out);
}

/* Sequences, maps, sparse and optional values: what they hold is not asked for. */
static const struct sw_message_row type_rows[] = {{1, true, take_tensor_type}, {4, true, NULL},
    {5, true, NULL}, {6, true, NULL}, {7, true, NULL}, {8, true, NULL}, {9, true, NULL}};

static enum sw_code take_value_type(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(type_rows), out);
}

static enum sw_code take_info_name(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return take_text(reader, message, field, &((struct info *)out)->name);
}

static const struct sw_message_row info_rows[] = {
    {1, true, take_info_name}, {2, true, take_value_type}, {3, true, NULL}, {4, false, NULL}};

static enum sw_code take_graph_value(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct sw_graph *graph = out;
    struct info info = {0};
    uint32_t id;
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(info_rows), &info));
    SW_TRY(sw_graph_number(r->model, r->scope, info.name, &id));
    if (field->number == 12) {
        return sw_graph_add_id(r->model, &graph->outputs, id);
    }
    struct sw_graph_value *value = &r->model->values[id];
    value->elements = value->initializer ? value->elements : info.elements;
    return sw_graph_add_id(r->model, &graph->inputs, id);
}

/* GraphProto */
static const struct sw_message_row graph_rows[] = {
    {1, false, take_node}, {2, true, NULL},         /* name */
    {5, false, take_initializer}, {10, true, NULL}, /* doc_string */
    {11, false, take_graph_value}, {12, false, take_graph_value},
    {13, false, NULL},                                /* value_info */
    {14, false, NULL},                                /* quantization_annotation */
    {15, false, take_initializer}, {16, false, NULL}, /* metadata_props */
};

static sw_result read_graph(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, struct sw_graph *graph)
{
    struct reading *r = reading_of(reader);
    if (r->depth == SW_GRAPH_DEPTH) {
        return sw_fail(reader->err, SW_E_LIMIT, "graphs nest too deep");
    }
    r->depth++;
    enum sw_code code = sw_message_walk_in(reader, message, field, ROWS(graph_rows), graph);
    r->depth--;
    return code;
}

/* --- functions and the model ------------------------------------------------------------------ */

static enum sw_code take_function_value(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_graph *body = &((struct sw_graph_function *)out)->body;
    return take_id(reader, message, field, field->number == 4 ? &body->inputs : &body->outputs);
}

static enum sw_code take_function_text(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_graph_function *function = out;
    return take_text(
        reader, message, field, field->number == 1 ? &function->name : &function->domain);
}

static enum sw_code take_function_node(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return take_node(reader, message, field, &((struct sw_graph_function *)out)->body);
}

static enum sw_code take_default(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct sw_graph_node holder = {0};
    return sw_message_walk_in(reader, message, field, ROWS(attribute_rows), &holder);
}

/* FunctionProto */
static const struct sw_message_row function_rows[] = {
    {1, true, take_function_text}, {4, false, take_function_value}, {5, false, take_function_value},
    {6, false, NULL},                                /* names of attributes */
    {7, false, take_function_node}, {8, true, NULL}, /* doc_string */
    {9, false, NULL},                                /* opset_import */
    {10, true, take_function_text}, {11, false, take_default}, {12, false, NULL}, /* value_info */
    {13, true, NULL},                                                             /* overload */
    {14, false, NULL}, /* metadata_props */
};

static enum sw_code take_function(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct sw_graph_model *model = r->model;
    struct sw_graph_function *function;
    SW_TRY(sw_graph_add_function(model, &function));
    r->scope = (uint32_t)model->function_count;
    enum sw_code code = sw_message_walk_in(reader, message, field, ROWS(function_rows), function);
    r->scope = 0;
    return code == SW_OK ? sw_graph_name_function(model, function) : code;
}

static enum sw_code take_graph(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return read_graph(reader, message, field, &reading_of(reader)->model->graph);
}

/* Graphs for training run as well, when somebody trains: their nodes are judged with the others. */
static const struct sw_message_row training_rows[] = {
    {1, true, take_graph}, {2, true, take_graph}, {3, false, NULL}, {4, false, NULL}};

static enum sw_code take_training(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(training_rows), out);
}

static enum sw_code take_metadata(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct entry entry = {0};
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(entry_rows), &entry));
    return sw_text_find_template(reading_of(reader)->in, sw_bytes_of_str(entry.value));
}

/* ModelProto */
static const struct sw_message_row model_rows[] = {
    {1, true, NULL},                         /* ir_version */
    {2, true, NULL},                         /* producer_name */
    {3, true, NULL},                         /* producer_version */
    {4, true, NULL},                         /* domain */
    {5, true, NULL},                         /* model_version */
    {6, true, NULL},                         /* doc_string */
    {7, true, take_graph}, {8, false, NULL}, /* opset_import */
    {14, false, take_metadata}, {20, false, take_training}, {25, false, take_function},
    {26, false, NULL}, /* configuration */
};

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    SW_TRY_PTR(window);
    sw_window_init(window, &specimen->source);
    struct sw_graph_work work = {0};
    struct sw_graph_model model = {.arena = in->arena};
    sw_names_init(&model.names, in->arena);
    sw_names_init(&model.called, in->arena);
    struct reading r = {.in = in, .model = &model};
    sw_names_init(&r.places, in->arena);
    r.reader = (struct sw_message_reader){.ctx = &r, .err = err};
    SW_TRY(sw_message_walk(&r.reader, sw_message(window), ROWS(model_rows), NULL));
    if (r.reader.unknown > 0) {
        SW_TRY(sw_found(in, "graph-unknown-field", SW_SEVERITY_LOW, r.reader.unknown_at,
            "%llu bytes stand in fields that the format does not have",
            (unsigned long long)r.reader.unknown));
    }
    SW_TRY(sw_onnx_judge_nodes(in, &model));
    SW_TRY(sw_graph_judge_flow(in, &model, &work));
    SW_TRY(tell_places(&r));
    return sw_tensors_done(in, &specimen->source, r.tensors, r.tensor_count, err);
}

/* No magic: the numbers of the outermost fields, and one graph. */
static bool sniff(const struct sw_specimen *specimen)
{
    const uint64_t fields = 0x1feu | 1u << 14 | 1u << 20 | 1u << 25 | 1u << 26;
    struct sw_message_shape shape;
    if (specimen->head.len < 4 ||
        memchr("\x08\x12\x1a\x22\x28\x32\x3a\x42\x72\xca", specimen->head.ptr[0], 10) == NULL) {
        return false;
    }
    if (specimen->outside) {
        return true;
    }
    return sw_message_shape(&specimen->source, fields, &shape) && shape.count[7] == 1 &&
           shape.first[7].type == SW_WIRE_BYTES && shape.count[1] == 1 &&
           shape.first[1].type == SW_WIRE_VARINT && shape.first[1].value >= 1 &&
           shape.first[1].value <= 64;
}

const struct sw_format sw_format_onnx = {
    .id = "onnx",
    .names = ".onnx",
    .sniff = sniff,
    .trial = true,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};
