/* package.json, package-lock.json (versions 1 to 3) and npm-shrinkwrap.json.
 * Source: npm's documents of these files. */
#include "supply/look_readers.h"
#include "supply/packages.h"

static const char modules[] = "node_modules/";

struct reading {
    struct sw_look *look;
    struct sw_line_count lines;
};

/* --- package.json ----------------------------------------------------------------------------- */

static bool is_local(struct sw_str range)
{
    static const char *const starts[] = {"file:", "link:", "workspace:", "portal:", ".", "/", "~/"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        if (sw_str_starts(range, starts[i])) {
            return true;
        }
    }
    return false;
}

/* "npm:other@^1.2": another package under this name. */
static void take_alias(struct sw_package *package)
{
    if (!sw_str_starts(package->range, "npm:")) {
        return;
    }
    struct sw_str text = sw_str_n(package->range.ptr + 4, package->range.len - 4);
    const char *at = text.len < 2 ? NULL : memrchr(text.ptr + 1, '@', text.len - 1);
    const size_t len = at == NULL ? text.len : (size_t)(at - text.ptr);
    package->name = sw_str_n(text.ptr, len);
    package->range = at == NULL ? sw_str("") : sw_str_n(at + 1, text.len - len - 1);
}

static sw_result see_section(struct reading *r, const struct sw_json *section, bool development)
{
    SW_JSON_EACH_MEMBER (member, section) {
        struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM,
            .name = member->name,
            .range = sw_text_of(&member->value),
            .line = sw_line_of(&r->lines, member->value.where),
            .development = development};
        if (member->value.type != SW_JSON_STRING || is_local(package.range)) {
            continue;
        }
        take_alias(&package);
        package.version = sw_package_npm_version(package.range);
        SW_TRY(sw_package_wanted(r->look, &package));
    }
    return SW_OK;
}

/* What a workspace holds in common (Bun). */
static sw_result see_catalog(struct reading *r, const struct sw_json *catalog)
{
    SW_JSON_EACH_MEMBER (member, catalog) {
        struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM,
            .name = member->name,
            .range = sw_text_of(&member->value),
            .line = sw_line_of(&r->lines, member->value.where)};
        package.version = sw_package_npm_version(package.range);
        SW_TRY(member->value.type == SW_JSON_STRING && !sw_str_starts(package.range, "npm:")
                   ? sw_package_constrained(r->look, &package)
                   : SW_OK);
    }
    return SW_OK;
}

static sw_result see_catalogs(struct reading *r, const struct sw_json *holder)
{
    SW_TRY(see_catalog(r, sw_json_get(holder, "catalog")));
    SW_JSON_EACH_MEMBER (member, sw_json_get(holder, "catalogs")) {
        SW_TRY(see_catalog(r, &member->value));
    }
    return SW_OK;
}

static sw_result look_at_manifest(struct reading *r, const struct sw_json *root)
{
    static const struct {
        const char *section;
        bool development;
    } sections[] = {{"dependencies", false}, {"optionalDependencies", false},
        {"peerDependencies", false}, {"devDependencies", true}};
    SW_JSON_EACH_MEMBER (member, root) {
        for (size_t i = 0; i < SW_COUNT(sections); i++) {
            if (sw_str_is(member->name, sections[i].section)) {
                SW_TRY(see_section(r, &member->value, sections[i].development));
            }
        }
    }
    SW_TRY(see_catalogs(r, root));
    return see_catalogs(r, sw_json_get(root, "workspaces"));
}

/* --- package-lock.json ------------------------------------------------------------------------ */

static bool is_true(const struct sw_json *entry, const char *name)
{
    bool value = false;
    (void)sw_json_bool(sw_json_get(entry, name), &value);
    return value;
}

/* "node_modules/a/node_modules/@scope/b": what stands behind the last; empty for what is part of
 * the repository. */
static struct sw_str name_of(struct sw_str path)
{
    const size_t len = sizeof(modules) - 1;
    for (size_t at = path.len; at >= len; at--) {
        if (memcmp(path.ptr + at - len, modules, len) == 0) {
            return sw_str_n(path.ptr + at, path.len - at);
        }
    }
    return sw_str("");
}

static sw_result see_locked(
    struct reading *r, struct sw_str name, const struct sw_json *entry, bool development)
{
    struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM,
        .name = name,
        .range = sw_text_of(sw_json_get(entry, "version")),
        .integrity = sw_text_of(sw_json_get(entry, "integrity")),
        .line = sw_line_of(&r->lines, entry->where),
        .development = development};
    if (is_local(package.range)) {
        return SW_OK;
    }
    take_alias(&package);
    package.version = sw_package_npm_version(package.range);
    return sw_package_locked(r->look, &package);
}

static sw_result look_at_packages(struct reading *r, const struct sw_json *packages)
{
    SW_JSON_EACH_MEMBER (member, packages) {
        const struct sw_json *entry = &member->value;
        struct sw_str name = name_of(member->name);
        struct sw_str alias = sw_text_of(sw_json_get(entry, "name"));
        if (name.len > 0 && entry->type == SW_JSON_OBJECT && !is_true(entry, "link")) {
            SW_TRY(see_locked(r, alias.len > 0 ? alias : name, entry, is_true(entry, "dev")));
        }
    }
    return SW_OK;
}

/* Version 1: each may have its own. The depth is that of the document, which is bounded. */
static sw_result look_at_tree(struct reading *r, const struct sw_json *dependencies)
{
    SW_JSON_EACH_MEMBER (member, dependencies) {
        const struct sw_json *entry = &member->value;
        if (entry->type != SW_JSON_OBJECT) {
            continue;
        }
        SW_TRY(see_locked(r, member->name, entry, is_true(entry, "dev")));
        SW_TRY(look_at_tree(r, sw_json_get(entry, "dependencies")));
    }
    return SW_OK;
}

static sw_result look_at_npm(struct sw_look *look, struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(sw_package_json(look, &root, err));
    struct reading r = {.look = look, .lines = {.text = look->text}};
    if (sw_look_named(look, "package.json")) {
        return look_at_manifest(&r, &root);
    }
    const struct sw_json *packages = sw_json_get(&root, "packages");
    return packages != NULL ? look_at_packages(&r, packages)
                            : look_at_tree(&r, sw_json_get(&root, "dependencies"));
}

static bool takes_npm(const struct sw_look *look)
{
    return sw_look_named(look, "package.json") || sw_look_named(look, "package-lock.json") ||
           sw_look_named(look, "npm-shrinkwrap.json");
}

const struct sw_look_reader sw_look_npm = {
    .name = "npm",
    .takes = takes_npm,
    .look = look_at_npm,
    .gap = "no JSON",
};
