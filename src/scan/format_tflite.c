/* TensorFlow Lite: a FlatBuffer of operators, subgraphs and the buffers of their tensors (TFLite's
 * schema.fbs, version 3). doc/format/scan-graphs.md. */
#include "scan/flat.h"
#include "scan/format.h"
#include "scan/graph.h"
#include "scan/tensor.h"
#include "scan/tf_ops.h"

#define NAME_MAX_LEN ((size_t)64 << 10)
#define DIMS_MAX 64

/* Fields of the tables, in the order of the schema. */
enum { MODEL_VERSION, MODEL_CODES, MODEL_SUBGRAPHS, MODEL_DESCRIPTION, MODEL_BUFFERS };
enum { CODE_OLD_BUILTIN, CODE_CUSTOM, CODE_VERSION, CODE_BUILTIN };
enum { SUBGRAPH_TENSORS, SUBGRAPH_INPUTS, SUBGRAPH_OUTPUTS, SUBGRAPH_OPERATORS, SUBGRAPH_NAME };
enum { TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER, TENSOR_NAME };
enum { BUFFER_DATA, BUFFER_OFFSET, BUFFER_SIZE };
enum {
    OPERATOR_CODE,
    OPERATOR_INPUTS,
    OPERATOR_OUTPUTS,
    OPERATOR_OPTIONS_TYPE,
    OPERATOR_OPTIONS,
    OPERATOR_CUSTOM_OPTIONS
};

/* BuiltinOperator */
enum { BUILTIN_CUSTOM = 32, BUILTIN_DELEGATE = 51, BUILTIN_IF = 118, BUILTIN_WHILE = 119 };

/* Operators that the judge of graphs knows, by the names that it has for them. */
static const struct {
    uint16_t code;
    const char *op;
} operators[] = {
    {3, "Conv"},
    {4, "Conv"},
    {7, "Gather"},
    {9, "Gemm"},
    {16, "LSTM"},
    {24, "RNN"},
    {35, "RNN"},
    {36, "Gather"},
    {40, "ReduceMean"},
    {44, "LSTM"},
    {45, "Slice"},
    {48, "TopK"},
    {49, "Split"},
    {56, "ArgMax"},
    {58, "Less"},
    {61, "Greater"},
    {62, "GreaterOrEqual"},
    {63, "LessOrEqual"},
    {64, "Where"},
    {65, "Slice"},
    {67, "ConvTranspose"},
    {71, "Equal"},
    {72, "Equal"}, /* NOT_EQUAL */
    {74, "ReduceSum"},
    {77, "Shape"},
    {79, "ArgMin"},
    {81, "ReduceProd"},
    {82, "ReduceMax"},
    {89, "ReduceMin"},
    {91, "ReduceMax"}, /* REDUCE_ANY */
    {102, "Split"},
    {107, "GatherND"},
    {118, "If"},
    {119, "Loop"},
    {123, "Where"},
    {126, "MatMul"},
    {18, "Mul"},
};

/* TensorType by number; bits of an element, 0 where the bytes do not tell. */
static const struct {
    const char *name;
    uint8_t bits;
} types[] = {
    {"F32", 32},
    {"F16", 16},
    {"I32", 32},
    {"U8", 8},
    {"I64", 64},
    {"STRING", 0},
    {"BOOL", 8},
    {"I16", 16},
    {"C64", 64},
    {"I8", 8},
    {"F64", 64},
    {"C128", 128},
    {"U64", 64},
    {"RESOURCE", 0},
    {"VARIANT", 0},
    {"U32", 32},
    {"U16", 16},
    {"I4", 4},
    {"BF16", 16},
};

struct buffer {
    uint64_t at, size;
    bool listed; /* tensors may share it */
};

struct reading {
    struct sw_inspection *in;
    struct sw_flat flat;
    struct sw_flat_vector codes, subgraphs, buffers;
    struct sw_str *custom; /* names of codes; `ptr` NULL for a built-in operator */
    uint16_t *builtin;
    struct buffer *data;
    struct sw_graph_model model;
    struct sw_tensor *tensors;
    size_t tensor_count, tensor_cap;
};

/* --- operators -------------------------------------------------------------------------------- */

/* Custom operators of TFLite itself, of MediaPipe and of the text libraries. */
static const char *const known_custom[] = {
    "AlignedPoints",
    "AudioSpectrogram",
    "Convolution2DTransposeBias",
    "Landmarks2TransformMatrix",
    "Landmarks2TransformMatrixV2",
    "MaxPoolingWithArgmax2D",
    "MaxUnpooling2D",
    "Mfcc",
    "NumericVerify",
    "Resampler",
    "RoIToTransformMatrix",
    "SentencepieceEncodeSparse",
    "TFSentencepieceTokenizeOp",
    "TFLite_Detection_PostProcess",
    "TransformLandmarks",
    "TransformLandmarksV2",
    "TransformTensor",
    "TransformTensorBilinear",
    "TransformTensorBilinearV2",
    "UnsortedSegmentJoin",
};

/* Compiled for an accelerator: the driver runs what nobody can read. */
static const char *const compiled[] = {"edgetpu-custom-op", "ethos-u", "QNN", "DISPATCH_OP"};

static bool is_among(const char *const *list, size_t count, struct sw_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(name, list[i])) {
            return true;
        }
    }
    return false;
}

static struct sw_str shown(struct sw_str text)
{
    text.len = text.len > 200 ? 200 : text.len;
    return text;
}

static sw_result judge_custom(struct reading *r, struct sw_str name, uint64_t at)
{
    struct sw_str op = shown(name);
    if (sw_str_starts(name, "Flex")) {
        return sw_tf_op_judge(r->in, name, sw_str_n(name.ptr + 4, name.len - 4), at);
    }
    if (is_among(compiled, SW_COUNT(compiled), name)) {
        return sw_found(r->in, "tflite-operator", SW_SEVERITY_MEDIUM, at,
            "operator \"" SW_STR_FMT "\" holds a program for an accelerator, which cannot be read",
            SW_STR_ARG(op));
    }
    if (is_among(known_custom, SW_COUNT(known_custom), name) || sw_str_starts(name, "TFText>")) {
        return SW_OK;
    }
    return sw_found(r->in, "tflite-custom-operator", SW_SEVERITY_MEDIUM, at,
        "operator \"" SW_STR_FMT "\" needs a library that loaders do not bring", SW_STR_ARG(op));
}

/* The code stood in one byte, until there were more than it holds: readers take the larger. */
static sw_result read_code(struct reading *r, size_t i)
{
    struct sw_flat_table code = {0};
    uint64_t old;
    uint64_t builtin;
    SW_TRY(sw_flat_item_table(&r->flat, &r->codes, i, &code));
    SW_TRY(sw_flat_number(&r->flat, &code, CODE_OLD_BUILTIN, 1, 0, &old));
    SW_TRY(sw_flat_number(&r->flat, &code, CODE_BUILTIN, 4, 0, &builtin));
    old = old > 127 ? 0 : old;
    builtin = builtin > INT32_MAX || builtin < old ? old : builtin;
    r->builtin[i] = builtin > UINT16_MAX ? UINT16_MAX : (uint16_t)builtin;
    if (builtin == BUILTIN_DELEGATE) {
        return sw_found(r->in, "tflite-operator", SW_SEVERITY_MEDIUM, code.at,
            "an operator of a delegate, which only the program that made the file has");
    }
    if (builtin != BUILTIN_CUSTOM) {
        return SW_OK;
    }
    SW_TRY(sw_flat_text(&r->flat, &code, CODE_CUSTOM, r->in->arena, NAME_MAX_LEN, &r->custom[i]));
    return judge_custom(r, r->custom[i], code.at);
}

static sw_result read_codes(struct reading *r)
{
    r->custom = SW_ARENA_ARRAY(r->in->arena, struct sw_str, r->codes.count + 1);
    SW_TRY_PTR(r->custom);
    r->builtin = SW_ARENA_ARRAY(r->in->arena, uint16_t, r->codes.count + 1);
    SW_TRY_PTR(r->builtin);
    for (size_t i = 0; i < r->codes.count; i++) {
        SW_TRY(read_code(r, i));
    }
    return SW_OK;
}

/* --- buffers and tensors ---------------------------------------------------------------------- */

/* Inside the FlatBuffer, or, in files over 2 GiB, behind it. */
static sw_result read_buffer(struct reading *r, size_t i)
{
    struct sw_flat_table buffer = {0};
    struct sw_flat_vector data = {0};
    struct buffer *out = &r->data[i];
    SW_TRY(sw_flat_item_table(&r->flat, &r->buffers, i, &buffer));
    SW_TRY(sw_flat_vector(&r->flat, &buffer, BUFFER_DATA, 1, &data));
    *out = (struct buffer){.at = data.at, .size = data.count};
    uint64_t size;
    SW_TRY(sw_flat_number(&r->flat, &buffer, BUFFER_OFFSET, 8, 0, &out->at));
    SW_TRY(sw_flat_number(&r->flat, &buffer, BUFFER_SIZE, 8, 0, &size));
    if (out->at <= 1) {
        out->at = data.at; /* 0 and 1 mean that there is none */
        return SW_OK;
    }
    uint64_t end;
    if (data.count > 0 || !sw_add_u64(out->at, size, &end) || end > r->flat.window->source->size) {
        return sw_fail(r->flat.err, SW_E_FORMAT,
            "byte %llu: a buffer outside of the file, or in two places",
            (unsigned long long)buffer.at);
    }
    out->size = size;
    return SW_OK;
}

static sw_result read_buffers(struct reading *r)
{
    r->data = SW_ARENA_ARRAY(r->in->arena, struct buffer, r->buffers.count + 1);
    SW_TRY_PTR(r->data);
    for (size_t i = 0; i < r->buffers.count; i++) {
        SW_TRY(read_buffer(r, i));
    }
    return SW_OK;
}

struct tensor {
    struct sw_str name;
    uint64_t dims[DIMS_MAX];
    size_t dim_count;
    uint64_t type, buffer;
    uint64_t elements; /* 0: not fixed, or too many */
    uint64_t at;
};

static sw_result read_shape(struct reading *r, const struct sw_flat_table *table, struct tensor *t)
{
    struct sw_flat_vector shape = {0};
    SW_TRY(sw_flat_vector(&r->flat, table, TENSOR_SHAPE, 4, &shape));
    if (shape.count > DIMS_MAX) {
        return sw_fail(r->flat.err, SW_E_FORMAT, "byte %llu: a tensor of %u dimensions",
            (unsigned long long)table->at, shape.count);
    }
    t->dim_count = shape.count;
    t->elements = 1;
    for (size_t i = 0; i < shape.count; i++) {
        SW_TRY(sw_flat_item(&r->flat, &shape, i, 4, &t->dims[i]));
        bool fixed = t->dims[i] <= INT32_MAX && sw_mul_u64(t->elements, t->dims[i], &t->elements);
        t->elements = fixed ? t->elements : 0;
    }
    return SW_OK;
}

static sw_result list_tensor(struct reading *r, const struct tensor *t)
{
    struct sw_tensor *grown =
        sw_arena_grow(r->in->arena, r->tensors, r->tensor_count, &r->tensor_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    r->tensors = grown;
    uint64_t *dims = SW_ARENA_ARRAY(r->in->arena, uint64_t, t->dim_count + 1);
    SW_TRY_PTR(dims);
    memcpy(dims, t->dims, t->dim_count * sizeof(*dims));
    struct buffer *data = &r->data[t->buffer];
    data->listed = true;
    grown[r->tensor_count++] = (struct sw_tensor){.name = t->name,
        .dtype = t->type < SW_COUNT(types) ? types[t->type].name : "UNKNOWN",
        .dims = dims,
        .dim_count = t->dim_count,
        .offset = data->at,
        .size = data->size};
    return SW_OK;
}

/* Sparse tensors have fewer bytes than their shape says; more has none. */
static sw_result check_tensor(struct reading *r, const struct tensor *t)
{
    uint64_t bits = t->type < SW_COUNT(types) ? types[t->type].bits : 0;
    uint64_t size = 0;
    if (t->buffer >= r->buffers.count) {
        return sw_fail(r->flat.err, SW_E_FORMAT,
            "byte %llu: a tensor of a buffer that is not there", (unsigned long long)t->at);
    }
    if (r->data[t->buffer].size == 0) {
        return SW_OK;
    }
    bool known = bits != 0 && t->elements != 0 && sw_mul_u64(t->elements, bits, &size) &&
                 sw_add_u64(size, 7, &size);
    if (known && r->data[t->buffer].size > size / 8) {
        struct sw_str name = shown(t->name);
        SW_TRY(sw_found(r->in, "tflite-tensor", SW_SEVERITY_MEDIUM, t->at,
            "tensor \"" SW_STR_FMT "\" has more bytes than its shape needs", SW_STR_ARG(name)));
    }
    return r->data[t->buffer].listed ? SW_OK : list_tensor(r, t);
}

static sw_result read_tensor(
    struct reading *r, const struct sw_flat_vector *tensors, size_t i, struct tensor *t)
{
    struct sw_flat_table table = {0};
    SW_TRY(sw_flat_item_table(&r->flat, tensors, i, &table));
    *t = (struct tensor){.at = table.at};
    SW_TRY(read_shape(r, &table, t));
    SW_TRY(sw_flat_number(&r->flat, &table, TENSOR_TYPE, 1, 0, &t->type));
    SW_TRY(sw_flat_number(&r->flat, &table, TENSOR_BUFFER, 4, 0, &t->buffer));
    SW_TRY(sw_flat_text(&r->flat, &table, TENSOR_NAME, r->in->arena, NAME_MAX_LEN, &t->name));
    return check_tensor(r, t);
}

/* --- subgraphs -------------------------------------------------------------------------------- */

/* A tensor by its index, which the graph knows by a number of its own. */
static sw_result number_of(struct reading *r, size_t subgraph, uint64_t index, uint32_t *out)
{
    char *key = sw_arena_printf(r->in->arena, "%llu", (unsigned long long)index);
    SW_TRY_PTR(key);
    return sw_graph_number(&r->model, (uint32_t)subgraph, sw_str(key), out);
}

static sw_result read_ids(struct reading *r, const struct sw_flat_table *table, unsigned field,
    size_t subgraph, struct sw_graph_ids *out)
{
    struct sw_flat_vector list = {0};
    SW_TRY(sw_flat_vector(&r->flat, table, field, 4, &list));
    for (size_t i = 0; i < list.count; i++) {
        uint64_t index;
        uint32_t id;
        SW_TRY(sw_flat_item(&r->flat, &list, i, 4, &index));
        SW_TRY(number_of(r, subgraph, index, &id)); /* -1: an input that is left out */
        SW_TRY(sw_graph_add_id(&r->model, out, id));
    }
    return SW_OK;
}

static sw_result read_subgraph(
    struct reading *r, size_t index, unsigned depth, struct sw_graph *graph);

static const char *operator_name(uint16_t code)
{
    for (size_t i = 0; i < SW_COUNT(operators); i++) {
        if (operators[i].code == code) {
            return operators[i].op;
        }
    }
    return "";
}

/* IfOptions and WhileOptions: the numbers of two subgraphs. */
static sw_result read_branches(struct reading *r, const struct sw_flat_table *table, unsigned depth,
    struct sw_graph_node *node)
{
    struct sw_flat_table options = {0};
    bool there = false;
    SW_TRY(sw_flat_inner(&r->flat, table, OPERATOR_OPTIONS, &options, &there));
    for (unsigned i = 0; i < 2 && there; i++) {
        uint64_t index;
        struct sw_graph *inner = NULL;
        SW_TRY(sw_flat_number(&r->flat, &options, i, 4, 0, &index));
        SW_TRY(sw_graph_add_inner(&r->model, node, &inner));
        SW_TRY(read_subgraph(r, (size_t)index, depth + 1, inner));
    }
    return SW_OK;
}

/* A Flex operator runs the node in its options, whatever its own name is. */
static sw_result judge_flex(
    struct reading *r, const struct sw_flat_table *table, struct sw_str name)
{
    struct sw_str options = {0};
    if (!sw_str_starts(name, "Flex")) {
        return SW_OK;
    }
    SW_TRY(sw_flat_text(
        &r->flat, table, OPERATOR_CUSTOM_OPTIONS, r->in->arena, (size_t)16 << 20, &options));
    return sw_tf_op_search(r->in, name, sw_bytes_of_str(options), table->at);
}

static sw_result read_operator(struct reading *r, const struct sw_flat_vector *list, size_t i,
    size_t subgraph, unsigned depth, struct sw_graph *graph)
{
    struct sw_flat_table table = {0};
    uint64_t code;
    SW_TRY(sw_flat_item_table(&r->flat, list, i, &table));
    SW_TRY(sw_flat_number(&r->flat, &table, OPERATOR_CODE, 4, 0, &code));
    if (code >= r->codes.count) {
        return sw_fail(r->flat.err, SW_E_FORMAT, "byte %llu: an operator of an unknown code",
            (unsigned long long)table.at);
    }
    struct sw_graph_node node = {.at = table.at, .op = sw_str(operator_name(r->builtin[code]))};
    SW_TRY(read_ids(r, &table, OPERATOR_INPUTS, subgraph, &node.inputs));
    SW_TRY(read_ids(r, &table, OPERATOR_OUTPUTS, subgraph, &node.outputs));
    if (r->builtin[code] == BUILTIN_IF || r->builtin[code] == BUILTIN_WHILE) {
        SW_TRY(read_branches(r, &table, depth, &node));
    }
    SW_TRY(judge_flex(r, &table, r->custom[code]));
    return sw_graph_add_node(&r->model, graph, &node);
}

static sw_result read_tensors(
    struct reading *r, const struct sw_flat_table *table, size_t subgraph, bool first)
{
    struct sw_flat_vector tensors = {0};
    SW_TRY(sw_flat_vector(&r->flat, table, SUBGRAPH_TENSORS, 4, &tensors));
    for (size_t i = 0; i < tensors.count && first; i++) {
        struct tensor t;
        uint32_t id;
        SW_TRY(read_tensor(r, &tensors, i, &t));
        SW_TRY(number_of(r, subgraph, i, &id));
        r->model.values[id] = (struct sw_graph_value){
            .elements = t.elements, .initializer = r->data[t.buffer].size > 0};
    }
    return SW_OK;
}

static sw_result read_subgraph(
    struct reading *r, size_t index, unsigned depth, struct sw_graph *graph)
{
    struct sw_flat_table table = {0};
    struct sw_flat_vector list = {0};
    if (depth == SW_GRAPH_DEPTH) {
        return sw_fail(r->flat.err, SW_E_LIMIT, "subgraphs nest too deep");
    }
    SW_TRY(sw_flat_item_table(&r->flat, &r->subgraphs, index, &table));
    SW_TRY(read_tensors(r, &table, index, depth == 0));
    SW_TRY(read_ids(r, &table, SUBGRAPH_INPUTS, index, &graph->inputs));
    SW_TRY(read_ids(r, &table, SUBGRAPH_OUTPUTS, index, &graph->outputs));
    SW_TRY(sw_flat_vector(&r->flat, &table, SUBGRAPH_OPERATORS, 4, &list));
    for (size_t i = 0; i < list.count; i++) {
        SW_TRY(read_operator(r, &list, i, index, depth, graph));
    }
    return SW_OK;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int compare_offsets(const void *a, const void *b)
{
    const struct sw_tensor *x = a;
    const struct sw_tensor *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static sw_result read_model(struct reading *r)
{
    struct sw_flat_table model = {0};
    uint64_t version;
    SW_TRY(sw_flat_root(&r->flat, &model));
    SW_TRY(sw_flat_number(&r->flat, &model, MODEL_VERSION, 4, 0, &version));
    if (version != 3) {
        return sw_fail(r->flat.err, SW_E_UNSUPPORTED, "version %llu of the schema is not read",
            (unsigned long long)version);
    }
    SW_TRY(sw_flat_vector(&r->flat, &model, MODEL_CODES, 4, &r->codes));
    SW_TRY(sw_flat_vector(&r->flat, &model, MODEL_SUBGRAPHS, 4, &r->subgraphs));
    SW_TRY(sw_flat_vector(&r->flat, &model, MODEL_BUFFERS, 4, &r->buffers));
    SW_TRY(read_codes(r));
    SW_TRY(read_buffers(r));
    struct sw_graph_work work = {0};
    /* The tensors of all, before any of them is entered by way of another. */
    for (size_t i = r->subgraphs.count; i > 0; i--) {
        r->model.graph = (struct sw_graph){0};
        SW_TRY(read_subgraph(r, i - 1, 0, &r->model.graph));
        SW_TRY(sw_graph_judge_flow(r->in, &r->model, &work));
    }
    return SW_OK;
}

static sw_result parse(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    SW_TRY_PTR(window);
    sw_window_init(window, &specimen->source);
    struct reading r = {.in = in, .model = {.arena = in->arena}};
    sw_names_init(&r.model.names, in->arena);
    sw_flat_init(&r.flat, window, err);
    SW_TRY(read_model(&r));
    if (r.tensor_count > 0) {
        qsort(r.tensors, r.tensor_count, sizeof(*r.tensors), compare_offsets);
    }
    return sw_tensors_done(in, &specimen->source, r.tensors, r.tensor_count, err);
}

const struct sw_format sw_format_tflite = {
    .id = "tflite",
    .names = ".tflite",
    .magic = "TFL3",
    .magic_len = 4,
    .magic_at = 4,
    .parse = parse,
    .broken = SW_SEVERITY_HIGH,
};
