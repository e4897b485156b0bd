/* Catalogs of versions that a workspace holds in common: pnpm-workspace.yaml and .yarnrc.yml. What
 * asks for a package with "catalog:" gets it from there.
 * Source: pnpm's and Yarn's documents, "Catalogs". */
#include "supply/look_readers.h"
#include "supply/packages.h"
#include "supply/settings.h"

static sw_result see_catalog(struct sw_look *look, const struct sw_setting *map)
{
    for (const struct sw_setting *s = map == NULL ? NULL : map->first; s != NULL; s = s->next) {
        struct sw_package package = {.ecosystem = SW_CATALOGUE_NPM,
            .name = s->key,
            .range = sw_setting_text(s),
            .line = s->line};
        if (sw_str_starts(package.range, "npm:")) {
            continue; /* another package under this name, whose own is with who asks for it */
        }
        package.version = sw_package_npm_version(package.range);
        SW_TRY(sw_package_constrained(look, &package));
    }
    return SW_OK;
}

static sw_result look_at_catalogs(struct sw_look *look, struct sw_error *err)
{
    struct sw_setting *root;
    SW_TRY(sw_settings_read(look->arena, look->text, SW_SETTINGS_YAML, 1, &root, err));
    const struct sw_setting *catalogs = sw_setting_get(root->first, "catalogs");
    SW_TRY(see_catalog(look, sw_setting_get(root->first, "catalog")));
    for (const struct sw_setting *s = catalogs == NULL ? NULL : catalogs->first; s != NULL;
         s = s->next) {
        SW_TRY(see_catalog(look, s));
    }
    return SW_OK;
}

static bool takes_catalogs(const struct sw_look *look)
{
    return sw_look_named(look, "pnpm-workspace.yaml") || sw_look_named(look, ".yarnrc.yml");
}

const struct sw_look_reader sw_look_catalogs = {
    .name = "catalogs",
    .takes = takes_catalogs,
    .look = look_at_catalogs,
    .gap = "no settings of a workspace",
};
