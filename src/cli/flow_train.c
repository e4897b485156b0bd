#include "cli/show_training.h"

sw_result sw_flow_hash_trained(struct sw_arena *arena, const char *path, const char *store_path,
    struct sw_progress *progress, struct sw_training_claim *claim, struct sw_error *err)
{
    struct sw_model_options options = {
        .signature = sw_model_signature_path(arena, path, false), .progress = progress};
    struct sw_manifest manifest;
    if (!sw_dir_exists(path) && !sw_file_exists(path)) {
        return sw_fail(err, SW_E_NOENT, "there is no model '%s'", path);
    }
    SW_TRY(sw_cli_store_outside(store_path, &options, path, err));
    SW_TRY(sw_model_hash(arena, path, &options, &manifest, err));
    claim->model = sw_str(manifest.name);
    claim->root = manifest.root;
    claim->manifest = manifest.manifest_digest;
    return SW_OK;
}
