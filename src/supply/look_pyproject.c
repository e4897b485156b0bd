/* pyproject.toml and Pipfile.
 * Source: PyPA "pyproject.toml specification" (PEP 518, 621, 735), Poetry's and Pipenv's documents.
 */
#include "supply/look_readers.h"
#include "supply/packages.h"

struct reading {
    struct sw_look *look;
    struct sw_str own;     /* the project's name: it may name its own extras */
    struct sw_names local; /* what is part of the repository itself, in small letters */
};

static sw_result lower(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    char *copy = sw_arena_strndup(arena, text);
    SW_TRY_PTR(copy);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = sw_ascii_lower(copy[i]);
    }
    *out = sw_str_n(copy, text.len);
    return SW_OK;
}

/* Sources of uv: "lib = {workspace = true}", "{path = …}". */
static sw_result collect_local(struct reading *r, const struct sw_json *sources)
{
    uint32_t number;
    SW_JSON_EACH_MEMBER (member, sources) {
        bool workspace = false;
        struct sw_str name;
        (void)sw_json_bool(sw_json_get(&member->value, "workspace"), &workspace);
        if (workspace || sw_json_get(&member->value, "path") != NULL) {
            SW_TRY(lower(r->look->arena, member->name, &name));
            SW_TRY(sw_names_number(&r->local, 0, name, &number));
        }
    }
    return SW_OK;
}

static sw_result is_own(const struct reading *r, struct sw_str name, bool *out)
{
    uint32_t number;
    struct sw_str small;
    *out = sw_ascii_equal(name, r->own);
    if (r->local.count == 0) {
        return SW_OK;
    }
    SW_TRY(lower(r->look->arena, name, &small));
    *out = *out || sw_names_find(&r->local, 0, small, &number);
    return SW_OK;
}

/* ["torch>=2", …] */
static sw_result see_list(struct reading *r, const struct sw_json *list, bool development)
{
    SW_JSON_EACH (item, list) {
        struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI,
            .line = (uint32_t)item->where,
            .development = development};
        bool own = true;
        if (item->type == SW_JSON_STRING && sw_package_of_python(item->text, &package)) {
            SW_TRY(is_own(r, package.name, &own));
            SW_TRY(own ? SW_OK : sw_package_wanted(r->look, &package));
        }
    }
    return SW_OK;
}

/* What uv takes when anybody asks for it. */
static sw_result see_constraints(struct reading *r, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI, .line = (uint32_t)item->where};
        if (item->type == SW_JSON_STRING && sw_package_of_python(item->text, &package)) {
            SW_TRY(sw_package_constrained(r->look, &package));
        }
    }
    return SW_OK;
}

/* {dev = […], gpu = […]}; `development` for all, or for those whose name says so. */
static sw_result see_groups(struct reading *r, const struct sw_json *groups, bool development)
{
    SW_JSON_EACH_MEMBER (group, groups) {
        SW_TRY(see_list(r, &group->value, development || sw_package_is_development(group->name)));
    }
    return SW_OK;
}

/* --- tables of Poetry and Pipenv -------------------------------------------------------------- */

/* Poetry's own ranges: a bare version is exact, unlike "^1.2". */
static struct sw_str exact_of(struct sw_str range)
{
    struct sw_str version = sw_package_python_version(range);
    range = sw_ascii_trim(range);
    return version.len == 0 && range.len > 0 && sw_ascii_digit(range.ptr[0]) &&
                   sw_package_is_version(range)
               ? range
               : version;
}

static sw_result see_entry(
    struct reading *r, struct sw_str name, const struct sw_json *value, bool development)
{
    const struct sw_json *first = value->type == SW_JSON_ARRAY ? sw_json_item(value, 0) : value;
    const struct sw_json *version = sw_json_get(first, "version");
    struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI,
        .name = name,
        .range = sw_text_of(version == NULL ? first : version),
        .line = (uint32_t)value->where,
        .development = development};
    if (sw_ascii_equal(name, sw_str("python")) || sw_json_get(first, "path") != NULL) {
        return SW_OK;
    }
    package.version = value->type == SW_JSON_ARRAY ? sw_str("") : exact_of(package.range);
    return sw_package_wanted(r->look, &package);
}

static sw_result see_table(struct reading *r, const struct sw_json *table, bool development)
{
    SW_JSON_EACH_MEMBER (member, table) {
        SW_TRY(see_entry(r, member->name, &member->value, development));
    }
    return SW_OK;
}

static sw_result see_poetry(struct reading *r, const struct sw_json *poetry)
{
    SW_TRY(see_table(r, sw_json_get(poetry, "dependencies"), false));
    SW_TRY(see_table(r, sw_json_get(poetry, "dev-dependencies"), true));
    SW_JSON_EACH_MEMBER (group, sw_json_get(poetry, "group")) {
        SW_TRY(see_table(
            r, sw_json_get(&group->value, "dependencies"), !sw_str_is(group->name, "main")));
    }
    return SW_OK;
}

static sw_result see_tools(struct reading *r, const struct sw_json *tool)
{
    SW_TRY(see_poetry(r, sw_json_get(tool, "poetry")));
    SW_TRY(see_groups(r, sw_json_get(sw_json_get(tool, "pdm"), "dev-dependencies"), true));
    SW_TRY(see_list(r, sw_json_get(sw_json_get(tool, "uv"), "dev-dependencies"), true));
    SW_TRY(see_constraints(r, sw_json_get(sw_json_get(tool, "uv"), "constraint-dependencies")));
    SW_TRY(see_constraints(r, sw_json_get(sw_json_get(tool, "uv"), "override-dependencies")));
    SW_JSON_EACH_MEMBER (environment, sw_json_get(sw_json_get(tool, "hatch"), "envs")) {
        SW_TRY(see_list(r, sw_json_get(&environment->value, "dependencies"), true));
        SW_TRY(see_list(r, sw_json_get(&environment->value, "extra-dependencies"), true));
    }
    return SW_OK;
}

static sw_result look_at_project(struct reading *r, const struct sw_json *root)
{
    const struct sw_json *project = sw_json_get(root, "project");
    const struct sw_json *tool = sw_json_get(root, "tool");
    r->own = sw_text_of(sw_json_get(project, "name"));
    SW_TRY(collect_local(r, sw_json_get(sw_json_get(tool, "uv"), "sources")));
    if (r->own.len == 0) {
        r->own = sw_text_of(sw_json_get(sw_json_get(tool, "poetry"), "name"));
    }
    SW_TRY(see_list(r, sw_json_get(project, "dependencies"), false));
    SW_TRY(see_groups(r, sw_json_get(project, "optional-dependencies"), false));
    SW_TRY(see_groups(r, sw_json_get(root, "dependency-groups"), true));
    SW_TRY(see_list(r, sw_json_get(sw_json_get(root, "build-system"), "requires"), true));
    return see_tools(r, tool);
}

static sw_result look_at_toml(struct sw_look *look, struct sw_error *err)
{
    struct sw_json root;
    struct reading r = {.look = look, .own = sw_str("")};
    sw_names_init(&r.local, look->arena);
    SW_TRY(sw_package_toml(look, &root, err));
    if (sw_look_named(look, "pyproject.toml")) {
        return look_at_project(&r, &root);
    }
    SW_TRY(see_table(&r, sw_json_get(&root, "packages"), false));
    return see_table(&r, sw_json_get(&root, "dev-packages"), true);
}

static bool takes_toml(const struct sw_look *look)
{
    return sw_look_named(look, "pyproject.toml") || sw_str_is(look->name, "Pipfile");
}

const struct sw_look_reader sw_look_pyproject = {
    .name = "pyproject",
    .takes = takes_toml,
    .look = look_at_toml,
    .gap = "no TOML",
};
