/* Cargo.toml and Cargo.lock.
 * Source: The Cargo Book, "The Manifest Format", "Specifying Dependencies". */
#include "supply/look_readers.h"
#include "supply/packages.h"

/* "=1.2.3"; a bare version is a range. */
static struct sw_str exact_of(struct sw_str range)
{
    range = sw_ascii_trim(range);
    return range.len > 1 && range.ptr[0] == '='
               ? sw_package_npm_version(sw_str_n(range.ptr + 1, range.len - 1))
               : sw_str("");
}

static sw_result see_table(struct sw_look *look, const struct sw_json *table, bool development)
{
    SW_JSON_EACH_MEMBER (member, table) {
        const struct sw_json *value = &member->value;
        const struct sw_json *version = sw_json_get(value, "version");
        struct sw_str other = sw_text_of(sw_json_get(value, "package"));
        struct sw_package package = {.ecosystem = SW_CATALOGUE_CARGO,
            .name = other.len > 0 ? other : member->name,
            .range = sw_text_of(version == NULL ? value : version),
            .line = (uint32_t)value->where,
            .development = development};
        package.version = exact_of(package.range);
        if (sw_json_get(value, "path") == NULL) {
            SW_TRY(sw_package_wanted(look, &package));
        }
    }
    return SW_OK;
}

/* Of the manifest, of a target, of a workspace. */
static sw_result see_tables(struct sw_look *look, const struct sw_json *owner)
{
    SW_TRY(see_table(look, sw_json_get(owner, "dependencies"), false));
    SW_TRY(see_table(look, sw_json_get(owner, "dev-dependencies"), true));
    return see_table(look, sw_json_get(owner, "build-dependencies"), true);
}

static sw_result look_at_manifest(struct sw_look *look, const struct sw_json *root)
{
    SW_TRY(see_tables(look, root));
    SW_TRY(see_tables(look, sw_json_get(root, "workspace")));
    SW_JSON_EACH_MEMBER (target, sw_json_get(root, "target")) {
        SW_TRY(see_tables(look, &target->value));
    }
    return SW_OK;
}

/* The checksum is that of the archive, in hexadecimal digits. */
static sw_result see_locked(struct sw_look *look, const struct sw_json *entry)
{
    const struct sw_json *name = sw_json_get(entry, "name");
    struct sw_str checksum = sw_text_of(sw_json_get(entry, "checksum"));
    struct sw_package package = {.ecosystem = SW_CATALOGUE_CARGO,
        .name = sw_text_of(name),
        .version = sw_text_of(sw_json_get(entry, "version")),
        .line = name == NULL ? 0 : (uint32_t)name->where};
    if (checksum.len == 64) {
        const char *integrity =
            sw_arena_printf(look->arena, "sha256:" SW_STR_FMT, SW_STR_ARG(checksum));
        SW_TRY_PTR(integrity);
        package.integrity = sw_str(integrity);
    }
    return sw_package_locked(look, &package);
}

/* What has no source is part of the repository. */
static sw_result look_at_lock(struct sw_look *look, const struct sw_json *root)
{
    SW_JSON_EACH (entry, sw_json_get(root, "package")) {
        if (sw_json_get(entry, "source") != NULL) {
            SW_TRY(see_locked(look, entry));
        }
    }
    return SW_OK;
}

static sw_result look_at_cargo(struct sw_look *look, struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(sw_package_toml(look, &root, err));
    return sw_look_named(look, "Cargo.toml") ? look_at_manifest(look, &root)
                                             : look_at_lock(look, &root);
}

static bool takes_cargo(const struct sw_look *look)
{
    return sw_look_named(look, "Cargo.toml") || sw_look_named(look, "Cargo.lock");
}

const struct sw_look_reader sw_look_cargo = {
    .name = "cargo",
    .takes = takes_cargo,
    .look = look_at_cargo,
    .gap = "no TOML",
};
