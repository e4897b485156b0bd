/* bun.lock, the lock file of Bun as text: JSON with comments and commas too many. bun.lockb, which
 * is binary, is told and not read.
 * Source: Bun's documents of its lock file, "Text-based lockfile". */
#include "supply/look_readers.h"
#include "supply/packages.h"
#include "supply/settings.h"

static bool is_local(struct sw_str version)
{
    static const char *const starts[] = {"workspace:", "file:", "link:", "root:"};
    for (size_t i = 0; i < SW_COUNT(starts); i++) {
        if (sw_str_starts(version, starts[i])) {
            return true;
        }
    }
    return false;
}

/* "sha512-…" is the last of a list. */
static struct sw_str integrity_of(const struct sw_setting *list)
{
    const struct sw_str last = sw_setting_text(list->last);
    return list->last != list->first && sw_str_starts(last, "sha") ? last : sw_str("");
}

/* "name": ["name@1.2.3", "", {…}, "sha512-…"]: what it is stands in the list, an alias before it.
 */
static sw_result see_locked(struct sw_look *look, const struct sw_setting *entry)
{
    struct sw_str rest;
    struct sw_str version;
    const struct sw_str what =
        entry->kind == SW_SETTING_LIST ? sw_setting_text(entry->first) : sw_str("");
    if (what.len < 2 || !sw_cut(sw_str_n(what.ptr + 1, what.len - 1), '@', &rest, &version) ||
        is_local(version)) {
        return SW_OK;
    }
    const struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM,
        .name = sw_str_n(what.ptr, rest.len + 1),
        .version = sw_package_npm_version(version),
        .integrity = integrity_of(entry),
        .line = entry->line};
    return sw_package_locked(look, &package);
}

static sw_result look_at_bun(struct sw_look *look, struct sw_error *err)
{
    struct sw_setting *root;
    enum sw_code code = sw_settings_read(look->arena, look->text, SW_SETTINGS_JSON, 1, &root, err);
    if (code == SW_E_LIMIT) {
        return sw_look_gap(look, SW_GAP_BUN_LIMIT);
    }
    SW_TRY(code);
    const struct sw_setting *packages = sw_setting_get(root->first, "packages");
    if (root->first == NULL || sw_setting_get(root->first, "lockfileVersion") == NULL) {
        return SW_E_FORMAT;
    }
    for (const struct sw_setting *s = packages == NULL ? NULL : packages->first; s != NULL;
         s = s->next) {
        SW_TRY(see_locked(look, s));
    }
    return SW_OK;
}

static bool takes_bun(const struct sw_look *look)
{
    return sw_look_named(look, "bun.lock");
}

const struct sw_look_reader sw_look_bun = {
    .name = "bun",
    .takes = takes_bun,
    .look = look_at_bun,
    .gap = "no lock file of Bun",
};

/* --- the binary one --------------------------------------------------------------------------- */

static sw_result look_at_binary(struct sw_look *look, struct sw_error *err)
{
    const struct sw_str directory = sw_look_directory(look);
    const char *beside = sw_arena_printf(look->arena, SW_STR_FMT "bun.lock", SW_STR_ARG(directory));
    (void)err;
    SW_TRY_PTR(beside);
    return sw_look_has(look, beside) ? SW_OK : sw_look_gap(look, SW_GAP_BUN_LOCKB);
}

static bool takes_binary(const struct sw_look *look)
{
    return sw_look_named(look, "bun.lockb");
}

const struct sw_look_reader sw_look_bun_binary = {
    .name = "bun-binary",
    .takes = takes_binary,
    .look = look_at_binary,
    .gap = "no lock file of Bun",
    .head = true,
};
