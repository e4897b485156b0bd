#include "scan/keras_json.h"

#include "scan/data_files.h"
#include "scan/keras.h"
#include "scan/tf_ops.h"

bool sw_keras_json_may_be(struct sw_bytes text)
{
    static const char *const signs[] = {"\"class_name\"", "\"modelTopology\"", "\\u00"};
    for (size_t i = 0; i < SW_COUNT(signs); i++) {
        if (memmem(text.ptr, text.len, signs[i], strlen(signs[i])) != NULL) {
            return true;
        }
    }
    return false;
}

/* --- TensorFlow.js ---------------------------------------------------------------------------- */

/* A GraphDef in JSON: "node", and in functions "nodeDef", are lists of {name, op}. */
static sw_result judge_nodes(struct sw_inspection *in, const struct sw_json *value)
{
    struct sw_str name = {0};
    struct sw_str op = {0};
    SW_JSON_EACH (item, value) {
        SW_TRY(judge_nodes(in, item));
    }
    if (sw_json_str(sw_json_get(value, "op"), &op)) {
        (void)sw_json_str(sw_json_get(value, "name"), &name);
        SW_TRY(sw_tf_op_judge(in, name, op, UINT64_MAX));
    }
    SW_JSON_EACH_MEMBER (member, value) {
        SW_TRY(judge_nodes(in, &member->value));
    }
    return SW_OK;
}

/* Bytes of an element, in the files: of text, and of what is quantized, not by its type. */
static uint64_t element_size(struct sw_str dtype)
{
    static const struct {
        const char *name;
        uint8_t size;
    } types[] = {{"float32", 4}, {"int32", 4}, {"bool", 1}, {"uint8", 1}, {"uint16", 2},
        {"float16", 2}, {"complex64", 8}};
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        if (sw_str_is(dtype, types[i].name)) {
            return types[i].size;
        }
    }
    return 0;
}

/* {name, shape, dtype, quantization: {dtype}}; 0 in *out: not known. */
static bool weight_size(const struct sw_json *weight, uint64_t *out)
{
    struct sw_str dtype = {0};
    (void)sw_json_str(sw_json_get(weight, "dtype"), &dtype);
    (void)sw_json_str(sw_json_get(sw_json_get(weight, "quantization"), "dtype"), &dtype);
    *out = element_size(dtype);
    SW_JSON_EACH (dim, sw_json_get(weight, "shape")) {
        uint64_t n;
        if (!sw_json_u64(dim, &n) || !sw_mul_u64(*out, n, out)) {
            return false;
        }
    }
    return true;
}

static sw_result judge_group(
    struct sw_inspection *in, const struct sw_json *group, struct sw_data_files *data)
{
    uint64_t sum = 0;
    bool exact = true;
    SW_JSON_EACH (weight, sw_json_get(group, "weights")) {
        uint64_t size;
        if (!weight_size(weight, &size) || !sw_add_u64(sum, size, &sum)) {
            return sw_found(in, "tfjs-weights", SW_SEVERITY_HIGH, UINT64_MAX,
                "a weight whose shape is none, or overflows");
        }
        struct sw_str dtype = {0};
        (void)sw_json_str(sw_json_get(weight, "dtype"), &dtype);
        exact = exact && !sw_str_is(dtype, "string");
    }
    sw_data_files_begin(data, "tfjs-weights", sum, exact ? sum : UINT64_MAX);
    SW_JSON_EACH (item, sw_json_get(group, "paths")) {
        struct sw_str path = {0};
        if (!sw_json_str(item, &path) || !sw_path_stays(path)) {
            path.len = path.len > 200 ? 200 : path.len;
            SW_TRY(sw_found(in, "tfjs-weights", SW_SEVERITY_HIGH, UINT64_MAX,
                "weights are fetched from \"" SW_STR_FMT "\", which is not beside the model",
                SW_STR_ARG(path)));
            continue;
        }
        SW_TRY(sw_data_files_add(data, path));
    }
    sw_data_files_end(data);
    return SW_OK;
}

static sw_result judge_tfjs(struct sw_inspection *in, const struct sw_json *root)
{
    SW_CLEANUP(data_files) struct sw_data_files data = {0};
    in->format = "tfjs";
    in->status = SW_SCAN_PARSED;
    SW_TRY(sw_keras_judge_value(in, sw_json_get(root, "modelTopology")));
    SW_TRY(judge_nodes(in, sw_json_get(root, "modelTopology")));
    sw_data_files_init(&data);
    SW_JSON_EACH (group, sw_json_get(root, "weightsManifest")) {
        SW_TRY(judge_group(in, group, &data));
    }
    return sw_data_files_tell(&data, in);
}

/* --- which ------------------------------------------------------------------------------------ */

/* As Keras' model_from_json takes it. */
static bool is_keras(const struct sw_json *root)
{
    struct sw_str class;
    return sw_json_str(sw_json_get(root, "class_name"), &class) &&
           sw_json_get(root, "config") != NULL;
}

static bool looks_like_one(struct sw_bytes text)
{
    static const char keras[] = "\"class_name\"";
    static const char tfjs[] = "\"modelTopology\"";
    return memmem(text.ptr, text.len, keras, sizeof(keras) - 1) != NULL ||
           memmem(text.ptr, text.len, tfjs, sizeof(tfjs) - 1) != NULL;
}

sw_result sw_keras_json_inspect(struct sw_inspection *in, struct sw_bytes text)
{
    static const struct sw_json_limits limits = {.max_depth = 256};
    struct sw_json root;
    struct sw_error err = {0};
    if (!sw_keras_json_may_be(text)) {
        return SW_OK;
    }
    enum sw_code code = sw_json_parse(in->arena, text, &limits, &root, &err);
    if (code != SW_OK) {
        return code == SW_E_NOMEM || !looks_like_one(text)
                   ? (code == SW_E_NOMEM ? code : SW_OK)
                   : sw_give_up(in, "keras-broken", SW_SEVERITY_MEDIUM,
                         "what a loader makes of it was not read: %s", err.text);
    }
    if (sw_json_get(&root, "modelTopology") != NULL) {
        return judge_tfjs(in, &root);
    }
    return is_keras(&root) ? sw_keras_judge_value(in, &root) : SW_OK;
}
