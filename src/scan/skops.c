#include "scan/skops.h"

#include "codec/codec.h"
#include "scan/pack.h"

/* Loaders that skops has, and what they are when they are more than data. */
static const struct {
    const char *loader;
    const char *does; /* NULL: data */
} loaders[] = {
    {"BytearrayNode", NULL},
    {"BytesNode", NULL},
    {"DatetimeTimedeltaNode", NULL},
    {"DefaultDictNode", NULL},
    {"DictNode", NULL},
    {"DTypeNode", NULL},
    {"FunctionNode", NULL}, /* a function by its name, judged as a type */
    {"JsonNode", NULL},
    {"ListNode", NULL},
    {"LossNode", NULL},
    {"MaskedArrayNode", NULL},
    {"MethodNode", "takes a method of an object by its name"},
    {"NdArrayNode", NULL},
    {"ObjectNode", NULL},
    {"OperatorFuncNode", "calls a function of the module operator"},
    {"PartialNode", NULL},
    {"RandomGeneratorNode", NULL},
    {"RandomStateNode", NULL},
    {"ReduceNode", NULL},
    {"SGDNode", NULL},
    {"SetNode", NULL},
    {"SliceNode", NULL},
    {"SparseMatrixNode", NULL},
    {"TreeNode", NULL},
    {"TupleNode", NULL},
    {"TypeNode", NULL},
    {"_DictWithDeprecatedKeysNode", NULL},
    {"CachedNode", NULL},
    {"QuantileForestNode", NULL},
};

/* Libraries whose classes compute, those that the packs do not list as well: a loader makes them
 * without calling them, and sets what they hold. */
static const char *const estimators[] = {
    "sklearn", "imblearn", "quantile_forest", "xgboost", "lightgbm", "catboost"};

/* What is there for other ends. */
static const char *const never[] = {"sklearn.datasets", "sklearn.utils._testing",
    "sklearn.externals", "numpy.f2py", "numpy.testing", "numpy.distutils", "numpy.ctypeslib",
    "numpy.load", "numpy.save", "numpy.savez", "numpy.loadtxt", "numpy.savetxt", "numpy.genfromtxt",
    "numpy.fromfile", "numpy.fromregex", "numpy.memmap", "numpy.lib", "numpy.DataSource",
    "scipy.io", "scipy.datasets", "scipy._lib", "pandas.read_", "pandas.io", "pandas.eval",
    "pandas.core.computation"};

static const char *const builtins[] = {"bool", "bytearray", "bytes", "complex", "dict", "float",
    "frozenset", "int", "list", "range", "set", "slice", "str", "tuple", "type", "NoneType",
    "function", "builtin_function_or_method", "method", "object"};

static bool is_among(const char *const *list, size_t count, struct sw_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(name, list[i])) {
            return true;
        }
    }
    return false;
}

static bool is_within(struct sw_str name, const char *module)
{
    size_t len = strlen(module);
    return sw_str_starts(name, module) &&
           (module[len - 1] == '_' || name.len == len || name.ptr[len] == '.');
}

enum trust { TRUST, CUSTOM, NEVER };

static bool is_barred(struct sw_str full)
{
    for (size_t i = 0; i < SW_COUNT(never); i++) {
        if (is_within(full, never[i])) {
            return true;
        }
    }
    return false;
}

/* By its name, as everybody writes them. */
static bool is_class(struct sw_str name)
{
    while (sw_str_starts(name, "_")) {
        name = sw_str_n(name.ptr + 1, name.len - 1);
    }
    return name.len > 0 && name.ptr[0] >= 'A' && name.ptr[0] <= 'Z';
}

static enum trust judge_name(struct sw_str module, struct sw_str name, struct sw_str full)
{
    /* Of these nothing is data. */
    static const char *const gone[] = {"os", "posix", "nt", "sys", "subprocess", "operator",
        "runpy", "importlib", "pickle", "joblib", "shutil", "socket", "ctypes", "code", "pty",
        "functools", "webbrowser", "urllib", "builtins", "types", "marshal", "multiprocessing",
        "pathlib", "io"};
    if (sw_str_is(module, "builtins") && is_among(builtins, SW_COUNT(builtins), name)) {
        return TRUST;
    }
    if (sw_str_is(full, "functools.partial") || sw_str_is(full, "types.NoneType")) {
        return TRUST;
    }
    for (size_t i = 0; i < SW_COUNT(gone); i++) {
        if (is_within(module, gone[i])) {
            return NEVER;
        }
    }
    if (is_barred(full)) {
        return NEVER;
    }
    bool known = is_within(module, "sklearn.metrics") ||
                 is_within(module, "sklearn.feature_selection") ||
                 sw_packs_find(sw_packs_builtin(), module, name) != NULL;
    for (size_t i = 0; i < SW_COUNT(estimators) && !known; i++) {
        known = is_within(module, estimators[i]) && is_class(name);
    }
    return known ? TRUST : CUSTOM;
}

static struct sw_str shown(struct sw_str text)
{
    text.len = text.len > 120 ? 120 : text.len;
    return text;
}

static sw_result judge_type(struct sw_inspection *in, struct sw_str module, struct sw_str name)
{
    char *text =
        sw_arena_printf(in->arena, SW_STR_FMT "." SW_STR_FMT, SW_STR_ARG(module), SW_STR_ARG(name));
    SW_TRY_PTR(text);
    struct sw_str full = sw_str(text);
    enum trust trust = judge_name(module, name, full);
    if (trust == TRUST) {
        return SW_OK;
    }
    full = shown(full);
    return trust == NEVER
               ? sw_found(in, "skops-type", SW_SEVERITY_CRITICAL, UINT64_MAX,
                     "its loader imports " SW_STR_FMT ", which is not for models", SW_STR_ARG(full))
               : sw_found(in, "skops-custom", SW_SEVERITY_HIGH, UINT64_MAX,
                     "its loader imports " SW_STR_FMT ", which is not among what models need",
                     SW_STR_ARG(full));
}

static sw_result judge_loader(struct sw_inspection *in, struct sw_str loader)
{
    for (size_t i = 0; i < SW_COUNT(loaders); i++) {
        if (sw_str_is(loader, loaders[i].loader)) {
            return loaders[i].does == NULL
                       ? SW_OK
                       : sw_found(in, "skops-type", SW_SEVERITY_HIGH, UINT64_MAX,
                             "its loader %s (%s)", loaders[i].does, loaders[i].loader);
        }
    }
    loader = shown(loader);
    return sw_found(in, "skops-custom", SW_SEVERITY_HIGH, UINT64_MAX,
        "a node is for the loader \"" SW_STR_FMT "\", which is not known", SW_STR_ARG(loader));
}

/* Operators of `operator` are data's when they are arithmetic, but CVE-2025-54412 shows that the
 * type that is shown and the one that is used may differ: so both are judged, wherever they stand.
 */
static sw_result judge_node(struct sw_inspection *in, const struct sw_json *node)
{
    static const struct {
        const char *module, *name;
    } pairs[] = {{"__module__", "__class__"}, {"__module__", "func"}, {"module_path", "function"}};
    struct sw_str loader;
    for (size_t i = 0; i < SW_COUNT(pairs); i++) {
        struct sw_str module;
        struct sw_str name;
        if (sw_json_str(sw_json_get(node, pairs[i].module), &module) &&
            sw_json_str(sw_json_get(node, pairs[i].name), &name)) {
            SW_TRY(judge_type(in, module, name));
        }
    }
    return sw_json_str(sw_json_get(node, "__loader__"), &loader) ? judge_loader(in, loader) : SW_OK;
}

static sw_result walk(struct sw_inspection *in, const struct sw_json *value)
{
    SW_JSON_EACH (item, value) {
        SW_TRY(walk(in, item));
    }
    if (value->type != SW_JSON_OBJECT) {
        return SW_OK;
    }
    SW_TRY(judge_node(in, value));
    SW_JSON_EACH_MEMBER (member, value) {
        SW_TRY(walk(in, &member->value));
    }
    return SW_OK;
}

sw_result sw_skops_judge(struct sw_inspection *in, struct sw_bytes document, struct sw_error *err)
{
    static const struct sw_json_limits limits = {.max_depth = 256};
    struct sw_json root;
    SW_TRY(sw_json_parse(in->arena, document, &limits, &root, err));
    return walk(in, &root);
}
