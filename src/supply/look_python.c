/* Python: files of source. */
#include "supply/ascii.h"
#include "supply/look_readers.h"
#include "supply/look_tree.h"

static const struct sw_signal import = {"python-import", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
/* By a word or the beginning of its name alone: it may be somebody's own. */
static const struct sw_signal guessed = {"python-import", SW_SOURCE_CODE, SW_GRADE_INFERRED, 600};

#define ABOVE_MAX 16

/* Whether a directory has the module: "name.py", "name/__init__.py". */
static bool has_module(struct sw_look *look, struct sw_str base, struct sw_str name)
{
    const char *stem =
        sw_arena_printf(look->arena, SW_STR_FMT SW_STR_FMT, SW_STR_ARG(base), SW_STR_ARG(name));
    const char *file = stem == NULL ? NULL : sw_arena_printf(look->arena, "%s.py", stem);
    const char *package =
        file == NULL ? NULL : sw_arena_printf(look->arena, "%s/__init__.py", stem);
    const bool itself = file != NULL && sw_str_is(look->path, file); /* means another one */
    return package != NULL && ((!itself && sw_look_has(look, file)) || sw_look_has(look, package));
}

/* A module that stands in the tree itself hides a package of its name: beside the file, or in a
 * directory above, from which it may be run. */
static bool is_own(struct sw_look *look, struct sw_str module)
{
    static const char *const bases[] = {"src/", "python/", "lib/", "backend/", "app/"};
    const char *dot = memchr(module.ptr, '.', module.len);
    const struct sw_str name =
        sw_str_n(module.ptr, dot == NULL ? module.len : (size_t)(dot - module.ptr));
    struct sw_str base = sw_look_directory(look);
    for (size_t i = 0; i < SW_COUNT(bases); i++) {
        if (has_module(look, sw_str(bases[i]), name)) {
            return true;
        }
    }
    for (size_t i = 0; i < ABOVE_MAX; i++) {
        const bool package = i > 0 && has_module(look, base, sw_str("__init__"));
        if (!package && has_module(look, base, name)) {
            return true; /* from inside a package nothing is run */
        }
        if (base.len == 0) {
            return false;
        }
        const char *slash = memrchr(base.ptr, '/', base.len - 1);
        base.len = slash == NULL ? 0 : (size_t)(slash + 1 - base.ptr);
    }
    return false;
}

/* The module that a file of the tree is, by its last name. */
static struct sw_str module_of(const struct sw_entry *entry)
{
    struct sw_str path = sw_str(entry->name);
    if (!sw_str_ends(path, ".py") || strstr(entry->name, "-packages/") != NULL) {
        return sw_str(""); /* what is installed in the tree is not its own */
    }
    path.len -= strlen(".py");
    path.len -= sw_str_ends(path, "/__init__") ? strlen("/__init__") : 0;
    const char *slash = memrchr(path.ptr, '/', path.len);
    const size_t start = slash == NULL ? 0 : (size_t)(slash + 1 - path.ptr);
    return sw_str_n(path.ptr + start, path.len - start);
}

enum { ONCE, TWICE };

static sw_result list_modules(struct sw_look *look)
{
    struct sw_names *modules = SW_ARENA_NEW(look->inventory->arena, struct sw_names);
    uint32_t number;
    SW_TRY_PTR(modules);
    sw_names_init(modules, look->inventory->arena);
    for (size_t i = 0; look->tree != NULL && i < look->tree->count; i++) {
        const struct sw_str module = module_of(&look->tree->entries[i]);
        const bool again = sw_names_find(modules, ONCE, module, &number);
        if (module.len > 0) {
            SW_TRY(sw_names_number(modules, again ? TWICE : ONCE, module, &number));
        }
    }
    look->modules = modules;
    return SW_OK;
}

/* Whether a module of that name stands anywhere in the tree, but for the file that imports it. */
static bool is_anywhere(struct sw_look *look, struct sw_str module)
{
    uint32_t number;
    const char *dot = memchr(module.ptr, '.', module.len);
    const struct sw_str name =
        sw_str_n(module.ptr, dot == NULL ? module.len : (size_t)(dot - module.ptr));
    const bool itself = look->name.len == name.len + strlen(".py") &&
                        sw_str_equal(sw_str_n(look->name.ptr, name.len), name);
    if (look->modules == NULL && list_modules(look) != SW_OK) {
        return false;
    }
    return sw_names_find(look->modules, itself ? TWICE : ONCE, name, &number);
}

/* "langchain_x.y" is of "langchain-x" when the catalogue has all that begin so, and "uform" of
 * "uform" when it has that, and does not say what it is imported as. */
static bool is_of_family(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    struct sw_str found;
    const char *dot = memchr(module.ptr, '.', module.len);
    const struct sw_str root =
        sw_str_n(module.ptr, dot == NULL ? module.len : (size_t)(dot - module.ptr));
    char *name = sw_arena_strndup(look->arena, root);
    for (size_t i = 0; name != NULL && i < root.len; i++) {
        name[i] = name[i] == '_' ? '-' : sw_ascii_lower(name[i]);
    }
    *out = sw_str_n(name, name == NULL ? 0 : root.len);
    if (memchr(root.ptr, '_', root.len) == NULL) {
        return name != NULL && sw_catalogue_find(look->catalogue, SW_CATALOGUE_PYPI, *out, &found);
    }
    return name != NULL && (sw_catalogue_package(look->catalogue, SW_CATALOGUE_PYPI, *out) ||
                               sw_look_speaks_of_models(look, *out));
}

/* "llama_index.llms.openai" is of "llama-index-llms-openai": its integrations share one module. */
static bool is_integration(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    static const char *const kinds[] = {"llms.", "embeddings.", "readers.", "agent.",
        "vector_stores.", "tools.", "postprocessor.", "retrievers.", "graph_stores.",
        "multi_modal_llms.", "callbacks.", "packs.", "extractors.", "indices.managed."};
    static const char root[] = "llama_index.";
    const size_t start = strlen(root);
    for (size_t i = 0; sw_str_starts(module, root) && i < SW_COUNT(kinds); i++) {
        const struct sw_str rest = sw_str_n(module.ptr + start, module.len - start);
        const size_t len = strlen(kinds[i]);
        if (!sw_str_starts(rest, kinds[i]) || rest.len == len) {
            continue;
        }
        const char *dot = memchr(rest.ptr + len, '.', rest.len - len);
        const size_t end = start + (dot == NULL ? rest.len : (size_t)(dot - rest.ptr));
        char *name = sw_arena_strndup(look->arena, sw_str_n(module.ptr, end));
        for (size_t k = 0; name != NULL && k < end; k++) {
            name[k] = name[k] == '_' || name[k] == '.' ? '-' : name[k];
        }
        *out = sw_str_n(name, name == NULL ? 0 : end);
        return name != NULL;
    }
    return false;
}

/* How long the first `count` parts of a path are, "a.b.c" of "a.b.c.d". */
static size_t parts_length(struct sw_str path, size_t count)
{
    size_t i = 0;
    while (i < path.len && (path.ptr[i] != '.' || --count > 0)) {
        i++;
    }
    return i;
}

/* "azure.ai.x" is of "azure-ai-x": many packages share the first parts of their names. */
static bool is_of_namespace(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    static const char *const roots[] = {"azure.", "google.", "opentelemetry.", "openinference.",
        "livekit.", "pyannote.", "databricks.", "unitycatalog."};
    bool shared = false;
    for (size_t i = 0; i < SW_COUNT(roots); i++) {
        shared = shared || sw_str_starts(module, roots[i]);
    }
    const size_t len = parts_length(module, 3);
    char *name = shared ? sw_arena_strndup(look->arena, sw_str_n(module.ptr, len)) : NULL;
    for (size_t i = 0; name != NULL && i < len; i++) {
        name[i] = name[i] == '_' || name[i] == '.' ? '-' : sw_ascii_lower(name[i]);
    }
    *out = sw_str_n(name, name == NULL ? 0 : len);
    return name != NULL && sw_catalogue_package(look->catalogue, SW_CATALOGUE_PYPI, *out);
}

bool sw_look_python_package(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    return (is_integration(look, module, out) ||
               sw_catalogue_import(look->catalogue, module, out) ||
               is_of_namespace(look, module, out) ||
               (is_of_family(look, module, out) && !is_anywhere(look, module))) &&
           !is_own(look, module);
}

static const struct sw_signal *signal_of(const struct sw_look *look, struct sw_str module)
{
    struct sw_str package;
    return sw_catalogue_import(look->catalogue, module, &package) ? &import : &guessed;
}

const struct sw_look_language sw_look_python_language = {.import = &import,
    .signal_of = signal_of,
    .ecosystem = SW_CATALOGUE_PYPI,
    .package_of = sw_look_python_package};

/* --- what is no Python 3 ---------------------------------------------------------------------- */

static bool is_module_char(char c)
{
    return sw_ascii_alnum(c) || c == '_' || c == '.';
}

/* The next name of a line. */
static struct sw_str pass_name(struct sw_str *rest)
{
    size_t len = 0;
    *rest = sw_ascii_trim(*rest);
    while (len < rest->len && is_module_char(rest->ptr[len])) {
        len++;
    }
    const struct sw_str name = sw_str_n(rest->ptr, len);
    *rest = sw_str_n(rest->ptr + len, rest->len - len);
    return name;
}

static sw_result see_module(struct sw_look *look, struct sw_str module, uint32_t line)
{
    struct sw_str package;
    SW_TRY(sw_look_see_module(look, SW_CATALOGUE_PYPI, module, line));
    return module.len > 0 && module.ptr[0] != '.' && sw_look_python_package(look, module, &package)
               ? sw_look_see_package(
                     look, signal_of(look, module), SW_CATALOGUE_PYPI, package, sw_str(""), line)
               : SW_OK;
}

/* "import a, b as c", "from a import b" */
static sw_result see_import_line(struct sw_look *look, struct sw_str text, uint32_t line)
{
    const struct sw_str word = pass_name(&text);
    if (sw_str_is(word, "from")) {
        const struct sw_str module = pass_name(&text);
        return sw_str_is(pass_name(&text), "import") ? see_module(look, module, line) : SW_OK;
    }
    while (sw_str_is(word, "import") && text.len > 0) {
        SW_TRY(see_module(look, pass_name(&text), line));
        const char *comma = memchr(text.ptr, ',', text.len);
        text = comma == NULL ? sw_str_n(text.ptr, 0)
                             : sw_str_n(comma + 1, text.len - (size_t)(comma + 1 - text.ptr));
    }
    return SW_OK;
}

sw_result sw_look_python_lines(struct sw_look *look, struct sw_str text)
{
    uint32_t line = 1;
    for (size_t at = 0; at < text.len; line++) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        const size_t len = end == NULL ? text.len - at : (size_t)(end - text.ptr) - at;
        SW_TRY(see_import_line(look, sw_str_n(text.ptr + at, len), line));
        at += len + 1;
    }
    return SW_OK;
}

/* --- files ------------------------------------------------------------------------------------ */

static sw_result look_at_source(struct sw_look *look, struct sw_error *err)
{
    struct sw_py_node *root;
    const bool manifest =
        sw_look_named(look, "setup.py"); /* look_setup.c leaves the telling to us */
    if (!manifest && !sw_look_wants_source(look)) {
        return SW_OK;
    }
    SW_TRY(sw_look_see_keys(look, look->text, 1));
    enum sw_code code = sw_py_parse(look->arena, look->text, &root, err);
    if (code == SW_E_FORMAT || code == SW_E_LIMIT) {
        SW_TRY(sw_look_python_lines(look, look->text));
    }
    if (code == SW_E_LIMIT) {
        return sw_look_gap(look, "source that nests too deep or is too large");
    }
    SW_TRY(code);
    struct sw_py_node *constants;
    SW_TRY(sw_look_python_constants(look, root, &constants));
    const struct sw_look_tree trees[] = {{.root = root, .path = look->path},
        {.root = constants, .path = look->path, .values_only = true}};
    return sw_look_trees(look, &sw_look_python_language, trees, SW_COUNT(trees));
}

static bool takes_source(const struct sw_look *look)
{
    return sw_look_ends(look, ".py") || sw_look_ends(look, ".pyi");
}

const struct sw_look_reader sw_look_python = {
    .name = "python",
    .takes = takes_source,
    .look = look_at_source,
    .gap = "no Python 3",
};
