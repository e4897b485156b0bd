#include "inspect_one.h"

#include "zip_build.h"

struct document_case {
    const char *what;
    const char *text;
    enum sw_severity worst;
    const char *rule; /* NULL: nothing is found */
    const char *words;
};

#define DENSE \
    "{\"class_name\":\"Dense\",\"config\":{\"name\":\"d\",\"units\":2,\"activation\":\"relu\"}}"
#define MODEL(layers) \
    "{\"class_name\":\"Sequential\",\"config\":{\"name\":\"m\",\"layers\":[" layers "]}}"

static const struct document_case keras[] = {
    {"layers of Keras 2", MODEL(DENSE), SW_SEVERITY_INFO, NULL, NULL},
    {"layers of Keras 3",
        MODEL(
            "{\"module\":\"keras.layers\",\"class_name\":\"Dense\",\"registered_name\":null,"
            "\"config\":{\"name\":\"d\",\"kernel_initializer\":{\"module\":\"keras.initializers\","
            "\"class_name\":\"GlorotUniform\",\"config\":{\"seed\":null}}}}"),
        SW_SEVERITY_INFO, NULL, NULL},
    {"a function of Keras",
        MODEL(
            "{\"module\":\"keras.layers\",\"class_name\":\"Activation\",\"config\":{\"activation\":"
            "{\"module\":\"builtins\",\"class_name\":\"function\",\"config\":\"relu\"}}}"),
        SW_SEVERITY_INFO, NULL, NULL},
    {"a vocabulary in the settings",
        MODEL("{\"class_name\":\"StringLookup\",\"config\":{\"vocabulary\":[\"a\",\"/etc\"]}}"),
        SW_SEVERITY_INFO, NULL, NULL},
    {"a class of a package that is known",
        MODEL("{\"class_name\":\"keras_nlp>TokenAndPositionEmbedding\",\"config\":{}}"),
        SW_SEVERITY_INFO, NULL, NULL},
    {"a Lambda of Keras 2",
        MODEL("{\"class_name\":\"Lambda\",\"config\":{\"name\":\"hidden\",\"function\":[\"4wEA\","
              "null,"
              "null],\"function_type\":\"lambda\",\"module\":\"__main__\"}}"),
        SW_SEVERITY_CRITICAL, "keras-lambda", "\"hidden\" holds Python code"},
    {"a Lambda of Keras 3",
        MODEL("{\"module\":\"keras.layers\",\"class_name\":\"Lambda\",\"config\":{\"name\":\"l\","
              "\"function\":{\"class_name\":\"__lambda__\",\"config\":{\"value\":\"4wEA\"}}}}"),
        SW_SEVERITY_CRITICAL, "keras-lambda", "__lambda__"},
    {"a Lambda with a function by its name",
        MODEL("{\"class_name\":\"Lambda\",\"config\":{\"function\":\"mine\",\"function_type\":"
              "\"function\"}}"),
        SW_SEVERITY_HIGH, "keras-lambda", "by name"},
    {"code without a class",
        MODEL("{\"deep\":{\"function_type\":\"lambda\",\"function\":[\"4wEA\"]}}"),
        SW_SEVERITY_CRITICAL, "keras-lambda", "function_type"},
    {"a module of the system",
        MODEL("{\"module\":\"os\",\"class_name\":\"function\",\"config\":\"system\","
              "\"registered_name\":\"system\"}"),
        SW_SEVERITY_CRITICAL, "keras-import", "imports the module \"os\""},
    {"and what of it",
        MODEL("{\"module\":\"os\",\"class_name\":\"function\",\"config\":\"system\"}"),
        SW_SEVERITY_CRITICAL, "keras-import", "takes out of it \"system\""},
    {"in what compiles the model",
        "{\"module\":\"keras\",\"class_name\":\"Functional\",\"config\":{},\"compile_config\":{"
        "\"loss\":"
        "{\"module\":\"subprocess\",\"class_name\":\"Popen\",\"config\":{}}}}",
        SW_SEVERITY_CRITICAL, "keras-import", "subprocess"},
    {"a module that only begins like Keras",
        MODEL("{\"module\":\"kerasx.layers\",\"class_name\":\"Dense\",\"config\":{}}"),
        SW_SEVERITY_CRITICAL, "keras-import", "kerasx.layers"},
    {"a function of Keras that fetches",
        MODEL("{\"module\":\"keras.utils\",\"class_name\":\"function\",\"config\":\"get_file\"}"),
        SW_SEVERITY_CRITICAL, "keras-import", "get_file"},
    {"a function of Keras that switches the guard off",
        MODEL("{\"module\":\"keras.config\",\"class_name\":\"function\",\"config\":"
              "\"enable_unsafe_deserialization\"}"),
        SW_SEVERITY_CRITICAL, "keras-import", "enable_unsafe_deserialization"},
    {"a layer that holds a pickle",
        MODEL("{\"module\":\"keras.layers\",\"class_name\":\"TorchModuleWrapper\",\"config\":{}}"),
        SW_SEVERITY_CRITICAL, "keras-import", "TorchModuleWrapper"},
    {"a built-in function",
        MODEL("{\"module\":\"builtins\",\"class_name\":\"function\",\"config\":\"eval\"}"),
        SW_SEVERITY_CRITICAL, "keras-import", "\"eval\""},
    {"a class of somebody", MODEL("{\"class_name\":\"Mine\",\"config\":{}}"), SW_SEVERITY_HIGH,
        "keras-custom", "\"Mine\""},
    {"a class of somebody's package",
        MODEL("{\"module\":null,\"class_name\":\"Dense\",\"registered_name\":\"pkg>Dense\","
              "\"config\":{}}"),
        SW_SEVERITY_HIGH, "keras-custom", "pkg>Dense"},
    {"a class of Keras behind the name of a package that is known",
        MODEL("{\"class_name\":\"TFSMLayer\",\"registered_name\":\"keras_hub>X\",\"config\":{}}"),
        SW_SEVERITY_CRITICAL, "keras-import", "TFSMLayer"},
    {"a vocabulary from a file elsewhere",
        MODEL("{\"class_name\":\"StringLookup\",\"config\":{\"name\":\"s\",\"vocabulary\":"
              "\"/etc/passwd\"}}"),
        SW_SEVERITY_HIGH, "keras-path", "opens \"/etc/passwd\""},
    {"a vocabulary from a file",
        MODEL("{\"class_name\":\"StringLookup\",\"config\":{\"vocabulary\":"
              "\"words.txt\"}}"),
        SW_SEVERITY_MEDIUM, "keras-path", "words.txt"},
    {"a name of a class in other letters",
        MODEL("{\"\\u0063lass_name\":\"L\\u0061mbda\",\"config\":{\"function_type\":\"lambda\"}}"),
        SW_SEVERITY_CRITICAL, "keras-lambda", "Python code"},
    {"a name that stands twice", MODEL("{\"class_name\":\"Dense\",\"class_name\":\"Lambda\"}"),
        SW_SEVERITY_HIGH, "keras-broken", "not read"},
    {"no JSON", "{\"class_name\":", SW_SEVERITY_HIGH, "keras-broken", "not read"},
};

static void look_at_archive(struct looked *out, const char *name, const char *text)
{
    struct zip_member members[] = {
        zip_stored("metadata.json", BYTES("{}")), zip_stored(name, text, strlen(text))};
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    zip_build(&bytes, members, 2);
    look(out, bytes.data, bytes.len, "file");
}

static void check(const struct document_case *row, const struct looked *looked)
{
    bool said = row->rule == NULL ? looked->in.finding_count == 0
                                  : found(looked, row->rule, row->words) != NULL;
    if (!said || looked->worst != row->worst) {
        fail_msg("%s: %s, %s", row->what, sw_severity_name(looked->worst),
            looked->in.finding_count > 0 ? looked->in.findings[0].message : "nothing");
    }
}

static void settings_in_an_archive_are_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(keras); i++) {
        struct looked looked;
        look_at_archive(&looked, "config.json", keras[i].text);
        assert_string_equal(looked.in.format, "keras");
        check(&keras[i], &looked);
        looked_release(&looked);
    }
}

/* What cannot be read there is settings only as far as can be told. */
static void settings_by_themselves_are_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(keras); i++) {
        struct looked looked;
        look(&looked, keras[i].text, strlen(keras[i].text), "model.json");
        if (keras[i].rule != NULL && strcmp(keras[i].rule, "keras-broken") == 0) {
            assert_int_equal(looked.in.status, SW_SCAN_FAILED);
        } else {
            check(&keras[i], &looked);
        }
        looked_release(&looked);
    }
}

/* --- TensorFlow.js ---------------------------------------------------------------------------- */

#define TFJS(topology, paths, shape)                                                           \
    "{\"format\":\"x\",\"modelTopology\":" topology ",\"weightsManifest\":[{\"paths\":[" paths \
    "],\"weights\":[{\"name\":\"w\",\"shape\":" shape ",\"dtype\":\"float32\"}]}]}"
#define NODE(op) "{\"node\":[{\"name\":\"n\",\"op\":\"" op "\"}]}"

static const struct document_case tfjs[] = {
    {"layers", TFJS("{\"model_config\":" MODEL(DENSE) "}", "\"a.bin\"", "[2]"), SW_SEVERITY_INFO,
        NULL, NULL},
    {"a graph", TFJS(NODE("Conv2D"), "\"a.bin\"", "[2]"), SW_SEVERITY_INFO, NULL, NULL},
    {"a class of somebody",
        TFJS("{\"model_config\":" MODEL("{\"class_name\":\"Mine\",\"config\":{}}") "}", "\"a.bin\"",
            "[2]"),
        SW_SEVERITY_HIGH, "keras-custom", "Mine"},
    {"an operator that calls Python", TFJS(NODE("PyFunc"), "\"a.bin\"", "[2]"),
        SW_SEVERITY_CRITICAL, "tf-operator", "PyFunc"},
    {"weights from elsewhere", TFJS(NODE("Conv2D"), "\"https://h/a.bin\"", "[2]"), SW_SEVERITY_HIGH,
        "tfjs-weights", "https://h/a.bin"},
    {"weights from above", TFJS(NODE("Conv2D"), "\"../a.bin\"", "[2]"), SW_SEVERITY_HIGH,
        "tfjs-weights", "../a.bin"},
    {"a shape that overflows", TFJS(NODE("Conv2D"), "\"a.bin\"", "[4294967296,4294967296]"),
        SW_SEVERITY_HIGH, "tfjs-weights", "overflows"},
};

static void models_of_tensorflow_js_are_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(tfjs); i++) {
        struct looked looked;
        look(&looked, tfjs[i].text, strlen(tfjs[i].text), "model.json");
        assert_string_equal(looked.in.format, "tfjs");
        assert_int_equal(looked.in.status, SW_SCAN_PARSED);
        check(&tfjs[i], &looked);
        looked_release(&looked);
    }
}

/* --- skops ------------------------------------------------------------------------------------ */

#define NODE_OF(module, class, loader)                                                    \
    "{\"__class__\":\"" class "\",\"__module__\":\"" module "\",\"__loader__\":\"" loader \
                              "\",\"content\":{}}"

static const struct document_case skops[] = {
    {"an estimator", NODE_OF("sklearn.linear_model._logistic", "LogisticRegression", "ObjectNode"),
        SW_SEVERITY_INFO, NULL, NULL},
    {"a built-in type", NODE_OF("builtins", "dict", "DictNode"), SW_SEVERITY_INFO, NULL, NULL},
    {"a function",
        "{\"__class__\":\"function\",\"__module__\":\"builtins\",\"__loader__\":\"FunctionNode\","
        "\"content\":{\"module_path\":\"sklearn.metrics\",\"function\":\"accuracy_score\"}}",
        SW_SEVERITY_INFO, NULL, NULL},
    {"a function of the system",
        "{\"__class__\":\"function\",\"__module__\":\"builtins\",\"__loader__\":\"FunctionNode\","
        "\"content\":{\"module_path\":\"os\",\"function\":\"system\"}}",
        SW_SEVERITY_CRITICAL, "skops-type", "os.system"},
    {"a built-in that runs code", NODE_OF("builtins", "eval", "TypeNode"), SW_SEVERITY_CRITICAL,
        "skops-type", "builtins.eval"},
    {"a type of the system, deep down",
        "{\"content\":[[{\"a\":" NODE_OF("subprocess", "Popen", "ObjectNode") "}]]}",
        SW_SEVERITY_CRITICAL, "skops-type", "subprocess.Popen"},
    {"a function of a module that computes, which opens files",
        NODE_OF("numpy", "load", "FunctionNode"), SW_SEVERITY_CRITICAL, "skops-type", "numpy.load"},
    {"a function of arrays", NODE_OF("numpy", "log", "FunctionNode"), SW_SEVERITY_INFO, NULL, NULL},
    {"one that is no estimator's", NODE_OF("numpy", "test", "FunctionNode"), SW_SEVERITY_HIGH,
        "skops-custom", "numpy.test"},
    {"a type of tables that opens files", NODE_OF("pandas", "HDFStore", "ObjectNode"),
        SW_SEVERITY_HIGH, "skops-custom", "pandas.HDFStore"},
    {"where it is defined", NODE_OF("pandas.io.pytables", "HDFStore", "ObjectNode"),
        SW_SEVERITY_CRITICAL, "skops-type", "pandas.io"},
    {"a function of an estimator's library", NODE_OF("sklearn.utils", "shuffle", "FunctionNode"),
        SW_SEVERITY_HIGH, "skops-custom", "sklearn.utils.shuffle"},
    {"a type of somebody", NODE_OF("mine", "Model", "ObjectNode"), SW_SEVERITY_HIGH, "skops-custom",
        "mine.Model"},
    {"a method by its name", NODE_OF("builtins", "str", "MethodNode"), SW_SEVERITY_HIGH,
        "skops-type", "method"},
    {"a function of the module operator", NODE_OF("builtins", "str", "OperatorFuncNode"),
        SW_SEVERITY_HIGH, "skops-type", "operator"},
    {"a loader that skops does not have", NODE_OF("builtins", "str", "ShellNode"), SW_SEVERITY_HIGH,
        "skops-custom", "ShellNode"},
    {"no JSON", "{", SW_SEVERITY_HIGH, "skops-broken", "not read"},
};

static void schemas_of_skops_are_judged(void **state)
{
    for (size_t i = 0; i < SW_COUNT(skops); i++) {
        struct looked looked;
        look_at_archive(&looked, "schema.json", skops[i].text);
        assert_string_equal(looked.in.format, "skops");
        check(&skops[i], &looked);
        looked_release(&looked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_in_an_archive_are_judged),
        cmocka_unit_test(settings_by_themselves_are_judged),
        cmocka_unit_test(models_of_tensorflow_js_are_judged),
        cmocka_unit_test(schemas_of_skops_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
