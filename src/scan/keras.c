#include "scan/keras.h"

struct judge {
    struct sw_inspection *in;
    struct sw_str layer; /* the nearest name around */
    bool revived;        /* classes that are not known are made anew, without their code */
    bool lambda;         /* inside of such a layer, which was told of */
};

static struct sw_str shown(struct sw_str text)
{
    text.len = text.len > 120 ? 120 : text.len;
    return text;
}

static sw_result say(struct judge *j, const char *rule, enum sw_severity severity, const char *verb,
    struct sw_str what, const char *rest)
{
    struct sw_str layer = shown(j->layer);
    what = shown(what);
    return sw_found(j->in, rule, severity, UINT64_MAX, "\"" SW_STR_FMT "\" %s \"" SW_STR_FMT "\"%s",
        SW_STR_ARG(layer), verb, SW_STR_ARG(what), rest);
}

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = {0};
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static bool has_text(const struct sw_json *object, const char *name)
{
    struct sw_str text;
    return sw_json_str(sw_json_get(object, name), &text);
}

/* --- modules and classes ---------------------------------------------------------------------- */

static bool is_within(struct sw_str module, const char *package)
{
    size_t len = strlen(package);
    return sw_str_starts(module, package) && (module.len == len || module.ptr[len] == '.');
}

static bool is_keras_module(struct sw_str module)
{
    static const char *const packages[] = {"keras", "tf_keras", "tensorflow.keras",
        "tensorflow.python.keras", "keras_hub", "keras_nlp", "keras_cv"};
    for (size_t i = 0; i < SW_COUNT(packages); i++) {
        if (is_within(module, packages[i])) {
            return true;
        }
    }
    return false;
}

/* Packages whose classes are named as theirs, "package>Class", and that only compute. */
static bool is_known_package(struct sw_str name)
{
    return sw_str_starts(name, "keras_hub>") || sw_str_starts(name, "keras_nlp>") ||
           sw_str_starts(name, "keras_cv>") || sw_str_starts(name, "keras.");
}

static sw_result judge_class(struct judge *j, struct sw_str name, bool function)
{
    enum sw_keras_name known = sw_keras_name_of(name, function);
    if (known == SW_KERAS_DANGEROUS) {
        return say(j, "keras-import", SW_SEVERITY_CRITICAL, "uses Keras'", name,
            ", which opens files, loads code or runs what it is given");
    }
    if (known == SW_KERAS_KNOWN || is_known_package(name)) {
        return SW_OK;
    }
    if (j->revived) {
        return SW_OK;
    }
    return say(j, "keras-custom", SW_SEVERITY_HIGH, function ? "calls" : "is made of the class",
        name, ", which is none of Keras that is known: it needs code from elsewhere");
}

/* Of Python's own functions, those that run what they are given, open files or reach for names. */
static bool runs_code(struct sw_str name)
{
    static const char *const names[] = {"eval", "exec", "compile", "__import__", "open", "input",
        "breakpoint", "getattr", "setattr", "delattr", "globals", "locals", "vars"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_str_is(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* {"module": "keras.layers", "class_name": "Dense", "config": …, "registered_name": …}; a function
 * has its name in "config" (keras 3, serialization_lib). */
static sw_result judge_module(
    struct judge *j, const struct sw_json *object, struct sw_str module, struct sw_str class)
{
    bool function = sw_str_is(class, "function") || sw_str_is(class, "builtin_function_or_method");
    struct sw_str name = function ? text_of(object, "config") : class;
    bool builtin = sw_str_is(module, "builtins");
    if (builtin && runs_code(function ? name : class)) {
        return say(j, "keras-import", SW_SEVERITY_CRITICAL, "calls Python's own", name, "");
    }
    if (!is_keras_module(module) && !builtin) {
        SW_TRY(say(j, "keras-import", SW_SEVERITY_CRITICAL, "imports the module", module, ""));
        return say(j, "keras-import", SW_SEVERITY_CRITICAL, "takes out of it", name, "");
    }
    if (builtin && !function) {
        return judge_class(j, class, false);
    }
    return judge_class(j, name, function);
}

/* --- Lambda ----------------------------------------------------------------------------------- */

/* The code of a function, marshalled and in base64: [code, defaults, closure], or in keras 3
 * {"class_name": "__lambda__", "config": {"value": …}}. */
static sw_result judge_lambda(struct judge *j, const struct sw_json *object, struct sw_str class)
{
    if (sw_str_is(class, "__lambda__")) {
        return say(j, "keras-lambda", SW_SEVERITY_CRITICAL, "holds Python code, as", class,
            ": it runs when the model is used");
    }
    const struct sw_json *config = sw_json_get(object, "config");
    struct sw_str type = text_of(config, "function_type");
    const struct sw_json *function = sw_json_get(config, "function");
    bool code = sw_str_is(type, "lambda") || (function != NULL && function->type == SW_JSON_ARRAY);
    if (sw_str_is(text_of(function, "class_name"), "__lambda__")) {
        return SW_OK; /* which is told of by itself */
    }
    return code ? say(j, "keras-lambda", SW_SEVERITY_CRITICAL, "holds Python code, as a layer",
                      class, ": it runs when the model is used")
                : say(j, "keras-lambda", SW_SEVERITY_HIGH, "calls a function by name, as a layer",
                      class, "");
}

/* --- files ------------------------------------------------------------------------------------ */

/* Where a server's working directory is the root of its files. */
static bool is_of_the_system(struct sw_str path)
{
    static const char *const tops[] = {"etc/", "proc/", "root/", "home/", "var/", "dev/", "run/"};
    for (size_t i = 0; i < SW_COUNT(tops); i++) {
        if (sw_str_starts(path, tops[i])) {
            return true;
        }
    }
    return false;
}

/* Keys whose text a layer opens, where others have a list. */
static sw_result judge_path(struct judge *j, struct sw_str key, const struct sw_json *value)
{
    static const char *const keys[] = {"vocabulary", "filepath", "file_path", "vocabulary_path",
        "proto", "sentencepiece_model", "merges"};
    struct sw_str path;
    bool opens = false;
    for (size_t i = 0; i < SW_COUNT(keys); i++) {
        opens = opens || sw_str_is(key, keys[i]);
    }
    if (!opens || !sw_json_str(value, &path) || path.len == 0) {
        return SW_OK;
    }
    bool far = memchr("/\\~", path.ptr[0], 3) != NULL ||
               memmem(path.ptr, path.len, "..", 2) != NULL ||
               memmem(path.ptr, path.len, ":/", 2) != NULL ||
               (path.len > 1 && path.ptr[1] == ':') || is_of_the_system(path);
    return say(j, "keras-path", far ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM, "opens", path,
        far ? ", which is not the model's" : "");
}

/* --- the walk --------------------------------------------------------------------------------- */

static sw_result judge_named(struct judge *j, const struct sw_json *object)
{
    const struct sw_json *class_name = sw_json_get(object, "class_name");
    struct sw_str class = {0};
    if (class_name == NULL) {
        return SW_OK;
    }
    if (!sw_json_str(class_name, &class)) {
        return say(
            j, "keras-custom", SW_SEVERITY_HIGH, "names a class that is no text:", j->layer, "");
    }
    if (sw_str_is(class, "Lambda") || sw_str_is(class, "__lambda__")) {
        return judge_lambda(j, object, class);
    }
    struct sw_str registered = text_of(object, "registered_name");
    bool package = registered.len > 0 && memchr(registered.ptr, '>', registered.len) != NULL;
    if (package && !is_known_package(registered)) {
        SW_TRY(judge_class(j, registered, false));
    }
    if (has_text(object, "module")) {
        return judge_module(j, object, text_of(object, "module"), class);
    }
    /* Without a module, keras 3 looks in what was registered, and before that in Keras itself. */
    return package && sw_keras_name_of(class, false) == SW_KERAS_UNKNOWN &&
                   is_known_package(registered)
               ? judge_class(j, registered, false)
               : judge_class(j, class, false);
}

static sw_result judge_value(struct judge *j, const struct sw_json *value);

static sw_result judge_members(struct judge *j, const struct sw_json *object)
{
    SW_JSON_EACH_MEMBER (member, object) {
        SW_TRY(judge_path(j, member->name, &member->value));
        SW_TRY(judge_value(j, &member->value));
    }
    return SW_OK;
}

/* A layer's code may stand in settings that no class is named beside. */
static sw_result judge_code(struct judge *j, const struct sw_json *object)
{
    return sw_str_is(text_of(object, "function_type"), "lambda") && !j->lambda
               ? say(j, "keras-lambda", SW_SEVERITY_CRITICAL,
                     "holds Python code:", sw_str("function_type"), "")
               : SW_OK;
}

static sw_result judge_value(struct judge *j, const struct sw_json *value)
{
    if (value->type == SW_JSON_ARRAY) {
        SW_JSON_EACH (item, value) {
            SW_TRY(judge_value(j, item));
        }
        return SW_OK;
    }
    if (value->type != SW_JSON_OBJECT) {
        return SW_OK;
    }
    struct sw_str outer = j->layer;
    bool inside = j->lambda;
    struct sw_str name = text_of(sw_json_get(value, "config"), "name");
    name = name.len > 0 ? name : text_of(value, "name");
    bool part = sw_str_starts(text_of(value, "class_name"), "__"); /* of a layer */
    name = name.len > 0 || part ? name : text_of(value, "class_name");
    j->layer = name.len > 0 ? name : outer;
    SW_TRY(judge_named(j, value));
    SW_TRY(judge_code(j, value));
    j->lambda = inside || sw_str_is(text_of(value, "class_name"), "Lambda");
    SW_TRY(judge_members(j, value));
    j->layer = outer;
    j->lambda = inside;
    return SW_OK;
}

sw_result sw_keras_judge_value(struct sw_inspection *in, const struct sw_json *value)
{
    struct judge j = {.in = in, .layer = sw_str("the model")};
    return judge_value(&j, value);
}

static sw_result parse_document(
    struct sw_inspection *in, struct sw_bytes document, struct sw_json *root, struct sw_error *err)
{
    static const struct sw_json_limits limits = {.max_depth = 256};
    if (document.len > SW_KERAS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "settings of more than 64 MiB");
    }
    return sw_json_parse(in->arena, document, &limits, root, err);
}

sw_result sw_keras_judge(struct sw_inspection *in, struct sw_bytes document, struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(parse_document(in, document, &root, err));
    return sw_keras_judge_value(in, &root);
}

sw_result sw_keras_judge_saved(
    struct sw_inspection *in, struct sw_bytes document, struct sw_error *err)
{
    struct sw_json root;
    struct judge j = {.in = in, .layer = sw_str("the model"), .revived = true};
    SW_TRY(parse_document(in, document, &root, err));
    return judge_value(&j, &root);
}
