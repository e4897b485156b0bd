/* Source of the languages that look like C: JavaScript and TypeScript, Go, Java, Kotlin, Scala,
 * Rust and C#; of others, only names of models, hosts and variables. */
#include "supply/clike.h"
#include "supply/look_readers.h"
#include "supply/look_tree.h"

#define GO_PARTS_MAX 6 /* of the path of a module: "github.com/aws/sdk/service/part" */

static const struct sw_signal script_import = {
    "script-import", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
static const struct sw_signal go_import = {"go-import", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
static const struct sw_signal java_import = {"java-import", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
static const struct sw_signal rust_use = {"rust-use", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};
static const struct sw_signal csharp_using = {
    "csharp-using", SW_SOURCE_CODE, SW_GRADE_INFERRED, 900};

/* --- packages --------------------------------------------------------------------------------- */

/* Up to the `count`th '/'. */
static struct sw_str parts_of(struct sw_str path, size_t count)
{
    size_t i = 0;
    while (i < path.len && (path.ptr[i] != '/' || --count > 0)) {
        i++;
    }
    return sw_str_n(path.ptr, i);
}

/* "@scope/name/part", "name/part" */
static bool npm_package(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    *out = parts_of(module, module.ptr[0] == '@' ? 2 : 1);
    return sw_catalogue_package(look->catalogue, SW_CATALOGUE_NPM, *out);
}

/* "github.com/owner/module/part": the longest row, or else the shortest path of a row for many. */
static bool go_module(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    struct sw_str found;
    for (size_t parts = GO_PARTS_MAX; parts > 1; parts--) {
        *out = parts_of(module, parts);
        if (sw_catalogue_find(look->catalogue, SW_CATALOGUE_GOLANG, *out, &found)) {
            return true;
        }
    }
    for (size_t parts = 2; parts <= GO_PARTS_MAX; parts++) {
        *out = parts_of(module, parts);
        if (sw_catalogue_package(look->catalogue, SW_CATALOGUE_GOLANG, *out)) {
            return true;
        }
    }
    return false;
}

static bool maven_package(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    return sw_catalogue_path(look->catalogue, SW_CATALOGUE_MAVEN, module, out);
}

static bool nuget_package(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    return sw_catalogue_path(look->catalogue, SW_CATALOGUE_NUGET, module, out);
}

/* "async_openai::types": a crate's name has '-' where its path has '_'. */
static bool crate(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    struct sw_str found;
    const char *colon = memchr(module.ptr, ':', module.len);
    const struct sw_str head =
        sw_str_n(module.ptr, colon == NULL ? module.len : (size_t)(colon - module.ptr));
    if (sw_catalogue_path(look->catalogue, SW_CATALOGUE_CARGO, head, out)) {
        return true;
    }
    char *name = sw_arena_strndup(look->arena, head);
    for (size_t i = 0; name != NULL && i < head.len; i++) {
        name[i] = name[i] == '_' ? '-' : name[i];
    }
    *out = sw_str_n(name, head.len);
    return name != NULL && sw_catalogue_find(look->catalogue, SW_CATALOGUE_CARGO, *out, &found);
}

/* What has no packages that are known here: names of models, hosts and variables count. */
static bool no_package(struct sw_look *look, struct sw_str module, struct sw_str *out)
{
    (void)look;
    (void)module;
    (void)out;
    return false;
}

static const struct sw_look_language other = {
    &script_import, SW_CATALOGUE_MODELS, no_package, .clike = true};
static const struct sw_look_language script = {
    &script_import, SW_CATALOGUE_NPM, npm_package, .clike = true};
static const struct sw_look_language go = {
    &go_import, SW_CATALOGUE_GOLANG, go_module, .clike = true};
static const struct sw_look_language java = {
    &java_import, SW_CATALOGUE_MAVEN, maven_package, .clike = true};
static const struct sw_look_language rust = {&rust_use, SW_CATALOGUE_CARGO, crate, .clike = true};
static const struct sw_look_language csharp = {
    &csharp_using, SW_CATALOGUE_NUGET, nuget_package, .clike = true};

/* --- files ------------------------------------------------------------------------------------ */

static const struct ending {
    const char *text;
    enum sw_clike_language language;
    const struct sw_look_language *look;
} endings[] = {
    {".js", SW_CLIKE_SCRIPT, &script},
    {".jsx", SW_CLIKE_SCRIPT, &script},
    {".mjs", SW_CLIKE_SCRIPT, &script},
    {".cjs", SW_CLIKE_SCRIPT, &script},
    {".ts", SW_CLIKE_SCRIPT, &script},
    {".tsx", SW_CLIKE_SCRIPT, &script},
    {".mts", SW_CLIKE_SCRIPT, &script},
    {".cts", SW_CLIKE_SCRIPT, &script},
    {".vue", SW_CLIKE_SCRIPT, &script},
    {".svelte", SW_CLIKE_SCRIPT, &script},
    {".go", SW_CLIKE_GO, &go},
    {".java", SW_CLIKE_JAVA, &java},
    {".kt", SW_CLIKE_KOTLIN, &java},
    {".kts", SW_CLIKE_KOTLIN, &java},
    {".scala", SW_CLIKE_SCALA, &java},
    {".groovy", SW_CLIKE_JAVA, &java},
    {".rs", SW_CLIKE_RUST, &rust},
    {".cs", SW_CLIKE_CSHARP, &csharp},
    {".swift", SW_CLIKE_KOTLIN, &other},
    {".dart", SW_CLIKE_KOTLIN, &other},
    {".bicep", SW_CLIKE_JAVA, &other},
    {".bicepparam", SW_CLIKE_JAVA, &other},
    {".php", SW_CLIKE_JAVA, &other},
    {".rb", SW_CLIKE_HASH, &other},
    {".ex", SW_CLIKE_HASH, &other},
    {".exs", SW_CLIKE_HASH, &other},
    {".r", SW_CLIKE_HASH, &other},
    {".jl", SW_CLIKE_HASH, &other},
    {".lua", SW_CLIKE_LUA, &other},
    {".cpp", SW_CLIKE_JAVA, &other},
    {".cc", SW_CLIKE_JAVA, &other},
    {".cxx", SW_CLIKE_JAVA, &other},
    {".hpp", SW_CLIKE_JAVA, &other},
    {".mm", SW_CLIKE_JAVA, &other},
    {".astro", SW_CLIKE_SCRIPT, &script},
};

static const struct ending *ending_of(const struct sw_look *look)
{
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        if (sw_look_ends(look, endings[i].text)) {
            return &endings[i];
        }
    }
    return NULL;
}

static bool takes(const struct sw_look *look)
{
    return ending_of(look) != NULL;
}

static sw_result look_at(struct sw_look *look, struct sw_error *err)
{
    const struct ending *ending = ending_of(look);
    struct sw_py_node *root;
    if (!sw_look_wants_source(look)) {
        return SW_OK;
    }
    (void)err;
    SW_TRY(sw_look_see_keys(look, look->text, 1));
    SW_TRY(sw_clike_parse(look->arena, look->text, ending->language, &root));
    const struct sw_look_tree tree = {.root = root, .path = look->path};
    return sw_look_trees(look, ending->look, &tree, 1);
}

const struct sw_look_reader sw_look_code = {
    .name = "code",
    .takes = takes,
    .look = look_at,
    .gap = "source that nests too deep or is too large",
};
