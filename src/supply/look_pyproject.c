/* pyproject.toml and Pipfile.
 * Source: PyPA "pyproject.toml specification" (PEP 518, 621, 735), Poetry's and Pipenv's documents.
 */
#include "supply/look_readers.h"
#include "supply/packages.h"

struct reading {
    struct sw_look *look;
    struct sw_str own; /* the project's name: it may name its own extras */
};

/* ["torch>=2", …] */
static sw_result see_list(struct reading *r, const struct sw_json *list, bool development)
{
    SW_JSON_EACH (item, list) {
        struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI,
            .line = (uint32_t)item->where,
            .development = development};
        if (item->type == SW_JSON_STRING && sw_package_of_python(item->text, &package) &&
            !sw_ascii_equal(package.name, r->own)) {
            SW_TRY(sw_package_wanted(r->look, &package));
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
