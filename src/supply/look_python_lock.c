/* What lock files of Python chose: poetry.lock, uv.lock, pdm.lock, pylock.toml (PEP 751) and
 * Pipfile.lock. */
#include "supply/look_readers.h"
#include "supply/packages.h"

/* It is part of the repository itself. */
static bool is_own(const struct sw_json *entry)
{
    static const char *const places[] = {"editable", "virtual", "directory"};
    const struct sw_json *source = sw_json_get(entry, "source");
    const struct sw_json *type = sw_json_get(source, "type");
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        if (sw_json_get(source, places[i]) != NULL) {
            return true;
        }
    }
    return sw_json_is(type, "directory") || sw_json_get(entry, "directory") != NULL ||
           sw_json_get(entry, "path") != NULL;
}

/* "category" of Poetry until 1.4; "groups" of Poetry 2 and PDM. */
static bool is_development(const struct sw_json *entry)
{
    const struct sw_json *groups = sw_json_get(entry, "groups");
    SW_JSON_EACH (group, groups) {
        if (sw_json_is(group, "main") || sw_json_is(group, "default")) {
            return false;
        }
    }
    return sw_json_is(sw_json_get(entry, "category"), "dev") || sw_json_item(groups, 0) != NULL;
}

static sw_result look_at_toml(struct sw_look *look, struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(sw_package_toml(look, &root, err));
    const struct sw_json *list = sw_json_get(&root, "package");
    SW_JSON_EACH (entry, list == NULL ? sw_json_get(&root, "packages") : list) {
        const struct sw_json *name = sw_json_get(entry, "name");
        const struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI,
            .name = sw_text_of(name),
            .version = sw_text_of(sw_json_get(entry, "version")),
            .integrity = sw_text_of(sw_json_get(sw_json_get(entry, "sdist"), "hash")),
            .line = name == NULL ? 0 : (uint32_t)name->where,
            .development = is_development(entry)};
        if (!is_own(entry)) {
            SW_TRY(sw_package_locked(look, &package));
        }
    }
    return SW_OK;
}

/* {"torch": {"version": "==2.1.0", …}} */
static sw_result see_section(struct sw_look *look, struct sw_line_count *lines,
    const struct sw_json *section, bool development)
{
    SW_JSON_EACH_MEMBER (member, section) {
        const struct sw_package package = {.ecosystem = SW_CATALOGUE_PYPI,
            .name = member->name,
            .version =
                sw_package_python_version(sw_text_of(sw_json_get(&member->value, "version"))),
            .line = sw_line_of(lines, member->value.where),
            .development = development};
        if (sw_json_get(&member->value, "path") == NULL) {
            SW_TRY(sw_package_locked(look, &package));
        }
    }
    return SW_OK;
}

static sw_result look_at_json(struct sw_look *look, struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(sw_package_json(look, &root, err));
    struct sw_line_count lines = {.text = look->text};
    SW_JSON_EACH_MEMBER (section, &root) {
        if (!sw_str_is(section->name, "_meta")) {
            SW_TRY(
                see_section(look, &lines, &section->value, !sw_str_is(section->name, "default")));
        }
    }
    return SW_OK;
}

static sw_result look_at_lock(struct sw_look *look, struct sw_error *err)
{
    return sw_look_named(look, "Pipfile.lock") ? look_at_json(look, err) : look_at_toml(look, err);
}

/* pylock.toml, pylock.NAME.toml */
static bool takes_lock(const struct sw_look *look)
{
    return sw_look_named(look, "poetry.lock") || sw_look_named(look, "uv.lock") ||
           sw_look_named(look, "pdm.lock") || sw_look_named(look, "Pipfile.lock") ||
           (sw_str_starts(look->name, "pylock.") && sw_look_ends(look, ".toml"));
}

const struct sw_look_reader sw_look_python_lock = {
    .name = "python-lock",
    .takes = takes_lock,
    .look = look_at_lock,
    .gap = "no lock file of Python",
};
