/* deno.json, deno.jsonc and deno.lock (versions 2 to 5): packages of npm. Those of JSR have neither
 * a package URL nor a place in the catalogue: they are counted, and told as not looked at.
 * Source: Deno's documents, "Modules and dependencies", and its lock files. */
#include "supply/look_readers.h"
#include "supply/packages.h"
#include "supply/settings.h"

/* "openai@4.104.0/lib", "@scope/name@1": the first '@' behind a name, which a scope makes longer.
 */
static void cut_name(struct sw_str text, struct sw_str *name, struct sw_str *range)
{
    struct sw_str rest;
    size_t end = text.len > 0 && text.ptr[0] == '@' ? 1 : 0;
    if (end > 0) {
        while (end < text.len && text.ptr[end] != '/') {
            end++;
        }
        end += end < text.len ? 1 : 0;
    }
    while (end < text.len && text.ptr[end] != '@' && text.ptr[end] != '/') {
        end++;
    }
    *name = sw_str_n(text.ptr, end);
    *range = sw_str_n(text.ptr + end, text.len - end);
    if (range->len > 0 && range->ptr[0] == '@') {
        *range = sw_str_n(range->ptr + 1, range->len - 1);
        (void)sw_cut(*range, '/', range, &rest);
        return;
    }
    *range = sw_str("");
}

/* --- deno.json -------------------------------------------------------------------------------- */

struct reading {
    struct sw_look *look;
    uint64_t jsr;
};

/* "npm:/openai@^4", "jsr:@std/assert@1" */
static sw_result see_specifier(struct reading *r, struct sw_str text, uint32_t line)
{
    struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM, .line = line};
    r->jsr += sw_str_starts(text, "jsr:") ? 1 : 0;
    if (!sw_str_starts(text, "npm:")) {
        return SW_OK;
    }
    text = sw_str_n(text.ptr + 4, text.len - 4);
    text = text.len > 0 && text.ptr[0] == '/' ? sw_str_n(text.ptr + 1, text.len - 1) : text;
    cut_name(text, &package.name, &package.range);
    package.version = sw_package_npm_version(package.range);
    return sw_package_wanted(r->look, &package);
}

static sw_result see_imports(struct reading *r, const struct sw_setting *map)
{
    for (const struct sw_setting *s = map == NULL ? NULL : map->first; s != NULL; s = s->next) {
        SW_TRY(see_specifier(r, sw_setting_text(s), s->line));
    }
    return SW_OK;
}

static sw_result look_at_settings(struct reading *r, struct sw_error *err)
{
    struct sw_setting *root;
    SW_TRY(sw_settings_read(r->look->arena, r->look->text, SW_SETTINGS_JSON, 1, &root, err));
    const struct sw_setting *scopes = sw_setting_get(root->first, "scopes");
    SW_TRY(see_imports(r, sw_setting_get(root->first, "imports")));
    for (const struct sw_setting *s = scopes == NULL ? NULL : scopes->first; s != NULL;
         s = s->next) {
        SW_TRY(see_imports(r, s));
    }
    return SW_OK;
}

/* --- deno.lock -------------------------------------------------------------------------------- */

/* "openai@4.104.0_zod@3.25.1": with what it was joined to behind '_'. */
static sw_result see_locked(
    struct reading *r, struct sw_line_count *lines, const struct sw_json_member *member)
{
    struct sw_str peers;
    struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM,
        .integrity = sw_text_of(sw_json_get(&member->value, "integrity")),
        .line = sw_line_of(lines, member->value.where)};
    cut_name(member->name, &package.name, &package.range);
    (void)sw_cut(package.range, '_', &package.range, &peers);
    package.version = sw_package_npm_version(package.range);
    return package.version.len > 0 ? sw_package_locked(r->look, &package) : SW_OK;
}

static sw_result look_at_lock(struct reading *r, struct sw_error *err)
{
    struct sw_json root;
    SW_TRY(sw_package_json(r->look, &root, err));
    struct sw_line_count lines = {.text = r->look->text};
    const struct sw_json *packages = sw_json_get(&root, "packages"); /* of version 3 */
    const struct sw_json *npm = sw_json_get(packages == NULL ? &root : packages, "npm");
    const struct sw_json *jsr = sw_json_get(packages == NULL ? &root : packages, "jsr");
    const struct sw_json *older = sw_json_get(npm, "packages"); /* of version 2 */
    SW_JSON_EACH_MEMBER (member, older == NULL ? npm : older) {
        SW_TRY(see_locked(r, &lines, member));
    }
    r->jsr += jsr != NULL && jsr->type == SW_JSON_OBJECT ? jsr->count : 0;
    return SW_OK;
}

static sw_result look_at_deno(struct sw_look *look, struct sw_error *err)
{
    struct reading r = {.look = look};
    SW_TRY(sw_look_named(look, "deno.lock") ? look_at_lock(&r, err) : look_at_settings(&r, err));
    return sw_look_gaps(look, SW_GAP_JSR, r.jsr);
}

static bool takes_deno(const struct sw_look *look)
{
    return sw_look_named(look, "deno.json") || sw_look_named(look, "deno.jsonc") ||
           sw_look_named(look, "deno.lock") || sw_look_named(look, "import_map.json");
}

const struct sw_look_reader sw_look_deno = {
    .name = "deno",
    .takes = takes_deno,
    .look = look_at_deno,
    .gap = "no settings or lock file of Deno",
};
