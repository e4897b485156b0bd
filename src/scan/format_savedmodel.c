/* TensorFlow's graphs: SavedModel, MetaGraphDef (the .meta beside old checkpoints) and GraphDef
 * (frozen graphs), all of them protobuf messages without a magic. doc/format/scan-graphs.md. */
#include "scan/format.h"
#include "scan/keras.h"
#include "scan/message.h"
#include "scan/tensor.h"
#include "scan/tf_graph.h"
#include "scan/tf_ops.h"

#define NAME_MAX_LEN ((uint64_t)64 << 10)
#define PATH_MAX_LEN ((uint64_t)16 << 10)
#define NODES_MAX ((size_t)1 << 20)
#define DIMS_MAX 64
#define ROWS(rows) rows, SW_COUNT(rows)

struct reading {
    struct sw_inspection *in;
    struct sw_arena *arena;
    struct sw_message_reader reader;
    struct sw_tf_graph graph;
    size_t node_total;
    uint32_t scope, scopes;          /* the present one, and how many there were */
    uint32_t meta;                   /* scope of the present graph */
    struct sw_tf_function *function; /* the present one; NULL: in no function */
    struct sw_tensor *tensors;
    size_t tensor_count, tensor_cap;
};

static struct reading *reading_of(struct sw_message_reader *reader)
{
    return reader->ctx;
}

static enum sw_code take_text(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_text(
        message, field, reading_of(reader)->arena, NAME_MAX_LEN, out, reader->err);
}

static struct sw_str shown(struct sw_str text)
{
    text.len = text.len > 200 ? 200 : text.len;
    return text;
}

/* --- tensors ---------------------------------------------------------------------------------- */

/* DataType by number; bits of an element, 0 where the bytes do not tell. */
static const struct {
    const char *name;
    uint8_t bits;
} types[] = {
    {"INVALID", 0},
    {"F32", 32},
    {"F64", 64},
    {"I32", 32},
    {"U8", 8},
    {"I16", 16},
    {"I8", 8},
    {"STRING", 0},
    {"C64", 64},
    {"I64", 64},
    {"BOOL", 8},
    {"QI8", 8},
    {"QU8", 8},
    {"QI32", 32},
    {"BF16", 16},
    {"QI16", 16},
    {"QU16", 16},
    {"U16", 16},
    {"C128", 128},
    {"F16", 16},
    {"RESOURCE", 0},
    {"VARIANT", 0},
    {"U32", 32},
    {"U64", 64},
    {"F8_E5M2", 8},
    {"F8_E4M3", 8},
};

struct tensor {
    struct sw_tf_node *node;
    uint64_t type;
    uint64_t dims[DIMS_MAX];
    size_t dim_count;
    struct sw_message_field content;
    bool has_content;
};

static enum sw_code take_type(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    ((struct tensor *)out)->type = field->value;
    return SW_OK;
}

static enum sw_code take_size(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    *(uint64_t *)out = field->value;
    return SW_OK;
}

/* TensorShapeProto.Dim: 1 size, 2 name */
static const struct sw_message_row dim_rows[] = {{1, true, take_size}, {2, true, NULL}};

static enum sw_code take_dim(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    uint64_t size = 0; /* a default is left out */
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(dim_rows), &size));
    if (t->dim_count == DIMS_MAX) {
        return sw_message_fail(field, reader->err, "a tensor of too many dimensions");
    }
    t->dims[t->dim_count++] = size;
    return SW_OK;
}

static const struct sw_message_row shape_rows[] = {{2, false, take_dim}, {3, true, NULL}};

static enum sw_code take_shape(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(shape_rows), out);
}

static enum sw_code take_content(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct tensor *t = out;
    t->content = *field;
    t->has_content = true;
    return field->type == SW_WIRE_BYTES
               ? SW_OK
               : sw_message_fail(field, reader->err, "a tensor's bytes are none");
}

static enum sw_code add_text(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, struct sw_tf_node *node)
{
    if (node->text_count == SW_TF_TEXTS_MAX || field->value > PATH_MAX_LEN) {
        node->partly = true;
        return SW_OK;
    }
    return sw_message_text(message, field, reading_of(reader)->arena, PATH_MAX_LEN,
        &node->texts[node->text_count++], reader->err);
}

static enum sw_code take_string(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return add_text(reader, message, field, ((struct tensor *)out)->node);
}

/* tensor.proto, TensorProto: values by type in the fields from 5 on. */
static const struct sw_message_row tensor_rows[] = {
    {1, true, take_type},
    {2, true, take_shape},
    {3, true, NULL},
    {4, true, take_content},
    {5, false, NULL},
    {6, false, NULL},
    {7, false, NULL},
    {8, false, take_string},
    {9, false, NULL},
    {10, false, NULL},
    {11, false, NULL},
    {12, false, NULL},
    {13, false, NULL},
    {14, false, NULL},
    {15, false, NULL},
    {16, false, NULL},
    {17, false, NULL},
    {18, true, NULL},
};

static sw_result list_tensor(struct reading *r, const struct tensor *t)
{
    struct sw_tensor *grown =
        sw_arena_grow(r->arena, r->tensors, r->tensor_count, &r->tensor_cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    r->tensors = grown;
    uint64_t *dims = SW_ARENA_ARRAY(r->arena, uint64_t, t->dim_count + 1);
    SW_TRY_PTR(dims);
    memcpy(dims, t->dims, t->dim_count * sizeof(*dims));
    grown[r->tensor_count++] = (struct sw_tensor){.name = t->node->name,
        .dtype = t->type < SW_COUNT(types) ? types[t->type].name : "UNKNOWN",
        .dims = dims,
        .dim_count = t->dim_count,
        .offset = t->content.at,
        .size = t->content.value};
    return SW_OK;
}

static sw_result check_size(struct reading *r, const struct tensor *t)
{
    uint64_t size = t->type < SW_COUNT(types) ? types[t->type].bits / 8u : 0;
    bool fits = true;
    for (size_t i = 0; i < t->dim_count; i++) {
        fits = fits && sw_mul_u64(size, t->dims[i], &size);
    }
    if (size == 0 && fits) {
        return SW_OK; /* text and the like, or nothing */
    }
    struct sw_str name = shown(t->node->name);
    return fits && size == t->content.value
               ? SW_OK
               : sw_found(r->in, "tf-tensor", SW_SEVERITY_HIGH, t->content.at,
                     "the constant \"" SW_STR_FMT "\" has more or fewer bytes than its shape needs",
                     SW_STR_ARG(name));
}

static enum sw_code take_tensor(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct tensor t = {.node = out};
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(tensor_rows), &t));
    if (!t.has_content) {
        return SW_OK;
    }
    t.node->partly = t.node->partly || (t.type < SW_COUNT(types) && types[t.type].bits == 0);
    SW_TRY(check_size(r, &t));
    return list_tensor(r, &t);
}

/* --- attributes ------------------------------------------------------------------------------- */

static enum sw_code take_attribute_text(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return add_text(reader, message, field, out);
}

static sw_result add_string(
    struct reading *r, struct sw_str text, struct sw_str **list, size_t *count, size_t *cap)
{
    struct sw_str *grown = sw_arena_grow(r->arena, *list, *count, cap, sizeof(*grown));
    SW_TRY_PTR(grown);
    *list = grown;
    grown[(*count)++] = text;
    return SW_OK;
}

static enum sw_code take_called(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct sw_tf_node *node = out;
    struct sw_str name = {0};
    SW_TRY(take_text(reader, message, field, &name));
    return add_string(reading_of(reader), name, &node->calls, &node->call_count, &node->call_cap);
}

/* NameAttrList: 1 name, 2 attr */
static const struct sw_message_row called_rows[] = {{1, true, take_called}, {2, false, NULL}};

static enum sw_code take_function_name(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(called_rows), out);
}

/* attr_value.proto, AttrValue.ListValue */
static const struct sw_message_row list_rows[] = {{2, false, take_attribute_text}, {3, false, NULL},
    {4, false, NULL}, {5, false, NULL}, {6, false, NULL}, {7, false, NULL}, {8, false, take_tensor},
    {9, false, take_function_name}};

static enum sw_code take_list(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(list_rows), out);
}

/* AttrValue: 1 list, 2 s, 3 i, 4 f, 5 b, 6 type, 7 shape, 8 tensor, 9 placeholder, 10 func */
static const struct sw_message_row value_rows[] = {{1, true, take_list},
    {2, true, take_attribute_text}, {3, true, NULL}, {4, true, NULL}, {5, true, NULL},
    {6, true, NULL}, {7, true, NULL}, {8, true, take_tensor}, {9, true, NULL},
    {10, true, take_function_name}};

static enum sw_code take_value(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(value_rows), out);
}

static const struct sw_message_row attribute_rows[] = {{1, true, NULL}, {2, true, take_value}};

static enum sw_code take_attribute(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(attribute_rows), out);
}

/* --- nodes ------------------------------------------------------------------------------------ */

static enum sw_code take_input(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct sw_tf_node *node = out;
    struct sw_str name = {0};
    SW_TRY(take_text(reader, message, field, &name));
    return sw_str_starts(name, "^") ? SW_OK
                                    : add_string(reading_of(reader), name, &node->inputs,
                                          &node->input_count, &node->input_cap);
}

static enum sw_code take_node_text(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_tf_node *node = out;
    return take_text(reader, message, field, field->number == 1 ? &node->name : &node->op);
}

/* node_def.proto, NodeDef */
static const struct sw_message_row node_rows[] = {
    {1, true, take_node_text}, {2, true, take_node_text}, {3, false, take_input},
    {4, true, NULL},                             /* device */
    {5, false, take_attribute}, {6, true, NULL}, /* experimental_debug_info */
    {7, true, NULL},                             /* experimental_type */
};

/* An address in an attribute: PrintV2 writes to files so, and others send what they see. */
static sw_result check_attributes(struct reading *r, const struct sw_tf_node *node)
{
    struct sw_str name = shown(node->name);
    if (node->partly && sw_str_is(node->op, "PrintV2")) {
        return sw_tf_say_path(
            r->in, node, "writes a file", sw_str("one of more than were looked at"));
    }
    for (size_t i = 0; i < node->text_count; i++) {
        struct sw_str text = shown(node->texts[i]);
        if (sw_str_starts(text, "file://") || sw_str_starts(text, "grpc://")) {
            SW_TRY(sw_found(r->in, "tf-path", SW_SEVERITY_HIGH, node->at,
                "node \"" SW_STR_FMT "\" names \"" SW_STR_FMT "\"", SW_STR_ARG(name),
                SW_STR_ARG(text)));
        }
    }
    return SW_OK;
}

static enum sw_code take_node(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    const char *does;
    if (r->node_total++ == NODES_MAX) {
        return sw_fail(reader->err, SW_E_LIMIT, "more than %zu nodes", NODES_MAX);
    }
    struct sw_tf_node *node = SW_ARENA_NEW(r->arena, struct sw_tf_node);
    SW_TRY_PTR(node);
    node->at = field->at;
    node->of = r->function;
    node->meta = r->meta;
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(node_rows), node));
    struct sw_tf_graph *g = &r->graph;
    SW_TRY(sw_tf_graph_name(g, r->scope, node));
    SW_TRY(check_attributes(r, node));
    if (node->call_count > 0) {
        SW_TRY(sw_tf_graph_keep(g, node, &g->callers, &g->caller_count, &g->caller_cap));
    }
    return sw_tf_op(node->op, &does) == SW_TF_COMPUTES
               ? SW_OK
               : sw_tf_graph_keep(g, node, &g->openers, &g->opener_count, &g->opener_cap);
}

/* --- functions and graphs --------------------------------------------------------------------- */

/* op_def.proto, OpDef.ArgDef: 1 name */
static enum sw_code take_argument_name(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return take_text(reader, message, field, &((struct sw_tf_node *)out)->name);
}

static const struct sw_message_row argument_rows[] = {{1, true, take_argument_name},
    {2, true, NULL}, {3, true, NULL}, {4, true, NULL}, {5, true, NULL}, {6, true, NULL},
    {7, false, NULL}, {16, true, NULL}, {17, true, NULL}};

static enum sw_code take_argument(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct sw_tf_node *node = SW_ARENA_NEW(r->arena, struct sw_tf_node);
    SW_TRY_PTR(node);
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(argument_rows), node));
    node->at = field->at;
    node->meta = r->meta;
    node->of = r->function;
    node->is_argument = true;
    node->argument = r->function->argument_count++;
    return sw_tf_graph_name(&r->graph, r->scope, node);
}

static enum sw_code take_function_text(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return take_text(reader, message, field, &reading_of(reader)->function->name);
}

/* OpDef: 1 name, 2 input_arg, 3 output_arg, 4 attr; the rest says what it is like */
static const struct sw_message_row signature_rows[] = {{1, true, take_function_text},
    {2, false, take_argument}, {3, false, NULL}, {4, false, NULL}, {5, true, NULL}, {6, true, NULL},
    {8, true, NULL}, {16, true, NULL}, {17, true, NULL}, {18, true, NULL}, {19, true, NULL},
    {20, false, NULL}, {21, true, NULL}};

static enum sw_code take_signature(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(signature_rows), out);
}

/* function.proto, FunctionDef: 1 signature, 3 node_def, 4 ret, 5 attr, 6 control_ret, 7 arg_attr, 8
 * resource_arg_unique_id */
static const struct sw_message_row function_rows[] = {{1, true, take_signature},
    {3, false, take_node}, {4, false, NULL}, {5, false, NULL}, {6, false, NULL}, {7, false, NULL},
    {8, false, NULL}};

static enum sw_code take_function(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    uint32_t outer = r->scope;
    r->scope = ++r->scopes;
    r->function = SW_ARENA_NEW(r->arena, struct sw_tf_function);
    SW_TRY_PTR(r->function);
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(function_rows), out));
    SW_TRY(sw_tf_graph_function(&r->graph, r->meta, r->function));
    r->function = NULL;
    r->scope = outer;
    return SW_OK;
}

/* FunctionDefLibrary: 1 function, 2 gradient, 3 registered_gradients */
static const struct sw_message_row library_rows[] = {
    {1, false, take_function}, {2, false, NULL}, {3, false, NULL}};

static enum sw_code take_library(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(library_rows), out);
}

/* graph.proto, GraphDef: 1 node, 2 library, 3 version, 4 versions, 5 debug_info */
static const struct sw_message_row graph_rows[] = {{1, false, take_node}, {2, true, take_library},
    {3, true, NULL}, {4, true, NULL}, {5, true, NULL}};

static enum sw_code take_graph(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(graph_rows), out);
}

/* --- assets ----------------------------------------------------------------------------------- */

/* AssetFileDef: 1 tensor_info {1 name}, 2 filename */
struct asset {
    struct sw_str tensor, file;
};

static enum sw_code take_asset_tensor(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return take_text(reader, message, field, &((struct asset *)out)->tensor);
}

static const struct sw_message_row info_rows[] = {
    {1, true, take_asset_tensor}, {2, true, NULL}, {3, true, NULL}, {4, true, NULL}};

static enum sw_code take_asset_info(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(info_rows), out);
}

static enum sw_code take_asset_file(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    return take_text(reader, message, field, &((struct asset *)out)->file);
}

static const struct sw_message_row asset_rows[] = {
    {1, true, take_asset_info}, {2, true, take_asset_file}};

static enum sw_code take_asset(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    struct asset asset = {0};
    SW_TRY(sw_message_walk_in(reader, message, field, ROWS(asset_rows), &asset));
    if (sw_tf_leads_out(asset.file)) {
        struct sw_str file = shown(asset.file);
        SW_TRY(sw_found(r->in, "tf-path", SW_SEVERITY_HIGH, field->at,
            "an asset is the file \"" SW_STR_FMT "\", which is not below the model's directory",
            SW_STR_ARG(file)));
    }
    const char *colon =
        memchr(asset.tensor.ptr == NULL ? "" : asset.tensor.ptr, ':', asset.tensor.len);
    asset.tensor.len = colon == NULL ? asset.tensor.len : (size_t)(colon - asset.tensor.ptr);
    struct sw_tf_graph *g = &r->graph;
    return add_string(r, asset.tensor, &g->assets, &g->asset_count, &g->asset_cap);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* saved_object_graph.proto: SavedObjectGraph 1 nodes, SavedObject 4 user_object, SavedUserObject 3
 * metadata, which is Keras' settings where there is no keras_metadata.pb. */
static enum sw_code take_metadata(struct sw_message_reader *reader,
    const struct sw_message *message, const struct sw_message_field *field, void *out)
{
    struct sw_str text = {0};
    SW_TRY(sw_message_text(
        message, field, reading_of(reader)->arena, SW_KERAS_MAX, &text, reader->err));
    /* Objects that are not Keras' have what they like there. */
    return text.len == 0 || strchr("{[ \t\r\n", text.ptr[0]) == NULL
               ? SW_OK
               : sw_keras_judge_saved(reading_of(reader)->in, sw_bytes_of_str(text), reader->err);
}

static const struct sw_message_row user_rows[] = {
    {1, true, NULL}, {2, true, NULL}, {3, true, take_metadata}};

static enum sw_code take_user(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(user_rows), out);
}

static const struct sw_message_row object_rows[] = {{1, false, NULL}, {3, false, NULL},
    {4, true, take_user}, {5, true, NULL}, {6, true, NULL}, {7, true, NULL}, {8, true, NULL},
    {9, true, NULL}, {10, true, NULL}, {11, false, NULL}, {12, true, NULL}, {13, true, NULL},
    {14, true, NULL}, {15, false, NULL}, {16, true, NULL}};

static enum sw_code take_object(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(object_rows), out);
}

static const struct sw_message_row objects_rows[] = {{1, false, take_object}, {2, false, NULL}};

static enum sw_code take_objects(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    return sw_message_walk_in(reader, message, field, ROWS(objects_rows), out);
}

/* meta_graph.proto, MetaGraphDef: 1 meta_info_def, 2 graph_def, 3 saver_def, 4 collection_def, 5
 * signature_def, 6 asset_file_def, 7 object_graph_def */
static const struct sw_message_row meta_rows[] = {{1, true, NULL}, {2, true, take_graph},
    {3, true, NULL}, {4, false, NULL}, {5, false, NULL}, {6, false, take_asset},
    {7, true, take_objects}};

static enum sw_code take_meta(struct sw_message_reader *reader, const struct sw_message *message,
    const struct sw_message_field *field, void *out)
{
    struct reading *r = reading_of(reader);
    r->scope = ++r->scopes;
    r->meta = r->scope;
    return sw_message_walk_in(reader, message, field, ROWS(meta_rows), out);
}

static const struct sw_message_row saved_rows[] = {{1, true, NULL}, {2, false, take_meta}};

static sw_result parse_as(struct sw_inspection *in, const struct sw_specimen *specimen,
    const struct sw_message_row *rows, size_t count, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_window *window = malloc(sizeof(*window));
    SW_TRY_PTR(window);
    sw_window_init(window, &specimen->source);
    struct reading r = {.in = in, .arena = in->arena};
    sw_tf_graph_init(&r.graph, in);
    r.reader = (struct sw_message_reader){.ctx = &r, .err = err};
    SW_TRY(sw_message_walk(&r.reader, sw_message(window), rows, count, NULL));
    if (r.reader.unknown > 0) {
        SW_TRY(sw_found(in, "graph-unknown-field", SW_SEVERITY_LOW, r.reader.unknown_at,
            "%llu bytes stand in fields that the format does not have",
            (unsigned long long)r.reader.unknown));
    }
    SW_TRY(sw_tf_graph_judge(&r.graph));
    return sw_tensors_done(in, &specimen->source, r.tensors, r.tensor_count, err);
}

static sw_result parse_saved(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return parse_as(in, specimen, ROWS(saved_rows), err);
}

static sw_result parse_meta(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return parse_as(in, specimen, ROWS(meta_rows), err);
}

static sw_result parse_graph(
    struct sw_inspection *in, const struct sw_specimen *specimen, struct sw_error *err)
{
    return parse_as(in, specimen, ROWS(graph_rows), err);
}

/* --- recognising ------------------------------------------------------------------------------ */

/* saved_model.proto: 1 saved_model_schema_version, 2 meta_graphs, each of which begins with its
 * meta_info_def (field 1). */
static bool sniff_saved(const struct sw_specimen *specimen)
{
    struct sw_message_shape shape;
    uint8_t first;
    if (specimen->head.len < 4 ||
        (specimen->head.ptr[0] != 0x08 && specimen->head.ptr[0] != 0x12)) {
        return false;
    }
    if (specimen->outside) {
        return true;
    }
    return sw_message_shape(&specimen->source, 1u << 1 | 1u << 2, &shape) && shape.count[1] == 1 &&
           shape.first[1].type == SW_WIRE_VARINT && shape.count[2] >= 1 &&
           shape.first[2].type == SW_WIRE_BYTES &&
           sw_source_read(&specimen->source, shape.first[2].at, &first, 1, NULL) == SW_OK &&
           first == 0x0a;
}

static bool is_identifier(const struct sw_source *source, const struct sw_message_field *field)
{
    char text[128];
    if (field->type != SW_WIRE_BYTES || field->value == 0 || field->value > sizeof(text) ||
        sw_source_read(source, field->at, text, (size_t)field->value, NULL) != SW_OK) {
        return false;
    }
    for (size_t i = 0; i < field->value; i++) {
        uint8_t c = (uint8_t)text[i];
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && strchr("_.>", c) == NULL) {
            return false;
        }
    }
    return true;
}

/* A NodeDef: its name, and its operator, which is an identifier. */
static bool is_node(const struct sw_source *source, const struct sw_message_field *field)
{
    struct sw_source part;
    struct sw_message_shape shape;
    return field->type == SW_WIRE_BYTES &&
           sw_source_part(source, field->at, field->value, &part) == SW_OK &&
           sw_message_shape(&part, 0xfe, &shape) && shape.count[1] == 1 && shape.count[2] == 1 &&
           is_identifier(&part, &shape.first[2]);
}

static bool is_graph(const struct sw_source *source)
{
    struct sw_message_shape shape;
    return sw_message_shape(source, 0x3e, &shape) && shape.count[1] > 0 && shape.count[2] <= 1 &&
           is_node(source, &shape.first[1]);
}

static bool may_be(const struct sw_specimen *specimen)
{
    return specimen->head.len >= 4 && specimen->head.ptr[0] == 0x0a;
}

static bool sniff_graph(const struct sw_specimen *specimen)
{
    return may_be(specimen) && (specimen->outside || is_graph(&specimen->source));
}

static bool sniff_meta(const struct sw_specimen *specimen)
{
    struct sw_message_shape shape;
    struct sw_source graph;
    if (!may_be(specimen) || specimen->outside) {
        return false; /* what it is outside of the worker is a guess already: see sniff_graph() */
    }
    return sw_message_shape(&specimen->source, 0xfe, &shape) && shape.count[1] == 1 &&
           shape.count[2] == 1 && shape.first[2].type == SW_WIRE_BYTES &&
           sw_source_part(&specimen->source, shape.first[2].at, shape.first[2].value, &graph) ==
               SW_OK &&
           is_graph(&graph);
}

const struct sw_format sw_format_savedmodel = {
    .id = "savedmodel",
    .names = "",
    .sniff = sniff_saved,
    .trial = true,
    .parse = parse_saved,
    .broken = SW_SEVERITY_HIGH,
};
const struct sw_format sw_format_metagraph = {
    .id = "metagraph",
    .names = "",
    .sniff = sniff_meta,
    .trial = true,
    .parse = parse_meta,
    .broken = SW_SEVERITY_HIGH,
};
const struct sw_format sw_format_graphdef = {
    .id = "graphdef",
    .names = "",
    .sniff = sniff_graph,
    .trial = true,
    .parse = parse_graph,
    .broken = SW_SEVERITY_HIGH,
};
