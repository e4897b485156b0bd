#include "cli/advisory_tree.h"
#include "cli/steady.h"

static sw_result look(
    struct sw_cli *cli, const char *path, struct sw_advisory_tree *tree, struct sw_error *err)
{
    /* Nothing that is installed is the tree's own code. */
    static const char installed[] = "directories of installed packages, caches and version control";
    struct sw_discover_coverage coverage = {0};
    struct sw_bar *bar = sw_bar_start(cli, "looking");
    const struct sw_discover_options how = {
        .all_packages = true, .imports = &tree->imports, .progress = sw_bar_progress(bar)};
    sw_inventory_init(&tree->inventory, &cli->arena);
    sw_imports_init(&tree->imports, &cli->arena);
    enum sw_code code = sw_discover_confined(&tree->inventory, &path, 1, &how, &coverage, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    if (coverage.refused > 0) { /* what it names would look as if it were not there */
        return sw_fail(err, SW_E_IO,
            "'%s': %s could not be looked at: the parser crashed or ran over its limits", path,
            sw_count_show(cli, coverage.refused, "file"));
    }
    tree->complete = true;
    for (size_t i = 0; i < coverage.gap_count; i++) {
        tree->complete = tree->complete && (strcmp(coverage.gaps[i].why, installed) == 0 ||
                                               sw_discover_is_about_packages(coverage.gaps[i].why));
    }
    return sw_inventory_finish(&tree->inventory);
}

static sw_result add_packages(
    struct sw_cli *cli, const struct sw_advisory_tree *tree, struct sw_components *out)
{
    for (size_t i = 0; i < tree->inventory.count; i++) {
        const struct sw_entity_id *id = &tree->inventory.entities[i].id;
        if (id->purl.len > 0) {
            SW_TRY(sw_components_add_purl(&cli->arena, out, id->purl));
            out->items[out->count - 1].name = id->name;
        }
    }
    return SW_OK;
}

/* Files are looked up, and no gap when nothing is known of them. */
static sw_result add_files(
    struct sw_cli *cli, const struct sw_manifest *manifest, struct sw_components *out)
{
    for (size_t i = 0; i < manifest->count; i++) {
        const struct sw_resource *file = &manifest->resources[i];
        SW_TRY(sw_components_add_digest(&cli->arena, out, &file->digest));
        out->items[out->count - 1].name = file->name;
        out->items[out->count - 1].aside = true;
    }
    return SW_OK;
}

static sw_result is_model(const char *path, bool *out, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    const struct sw_tree_options how = {0};
    enum sw_bom_kind kind = SW_BOM_APPLICATION;
    const char *why;
    SW_TRY(sw_tree_open(&tree, path, &how, err));
    *out = sw_bom_guess(&tree, &kind, &why) && kind == SW_BOM_MODEL;
    return SW_OK;
}

sw_result sw_advisory_tree_read(struct sw_cli *cli, const char *path, const char *store_path,
    struct sw_advisory_tree *tree, struct sw_components *out, struct sw_error *err)
{
    SW_CLEANUP(steady) struct sw_steady steady = SW_STEADY_INIT;
    struct sw_manifest manifest;
    *tree = (struct sw_advisory_tree){0};
    SW_TRY(is_model(path, &tree->model, err));
    SW_TRY(sw_steady_begin(&steady, path, false, err));
    SW_TRY(look(cli, path, tree, err));
    SW_TRY(add_packages(cli, tree, out));
    if (tree->model || store_path != NULL) {
        SW_TRY(sw_claim_manifest(cli, store_path, path, &manifest, &tree->about, err));
        SW_TRY(sw_steady_check(&steady, err));
        SW_TRY(tree->model ? add_files(cli, &manifest, out) : SW_OK);
    }
    out->format = sw_str(tree->model ? "a model on disk" : "a directory");
    return SW_OK;
}
