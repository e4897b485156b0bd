#include "cli/model_args.h"

/* The reference takes paths as the user sees them, "MODEL/cache"; the format wants them relative to
 * the model. Both are accepted; what leads out of the model is refused. */
static sw_result relative_to_model(
    struct sw_cli *cli, const char *model, const char *path, const char **out, struct sw_error *err)
{
    size_t n = strlen(model);
    while (n > 1 && model[n - 1] == '/') {
        n--;
    }
    const char *rest = path;
    if (strncmp(path, model, n) == 0 && path[n] == '/') {
        rest = path + n + 1;
    }
    size_t len = strlen(rest);
    while (len > 0 && rest[len - 1] == '/') {
        len--;
    }
    if (!sw_path_is_plain(sw_str_n(rest, len))) {
        return sw_fail(err, SW_E_USAGE,
            "--ignore-paths '%s' is not a path inside the model (no '.', '..' or leading '/')",
            path);
    }
    *out = sw_arena_strndup(&cli->arena, sw_str_n(rest, len));
    SW_TRY_PTR(*out);
    return SW_OK;
}

sw_result sw_model_options_from(struct sw_cli *cli, const struct sw_model_args *args,
    const char *model, struct sw_model_options *out, struct sw_error *err)
{
    if (args->ignore_git_paths && args->no_ignore_git_paths) {
        return sw_fail(
            err, SW_E_USAGE, "--ignore-git-paths and --no-ignore-git-paths exclude each other");
    }
    if (args->threads > 64) {
        return sw_fail(err, SW_E_USAGE, "--threads takes 1 to 64");
    }
    const char **ignore = SW_ARENA_ARRAY(&cli->arena, const char *, args->ignore_paths.count + 1);
    SW_TRY_PTR(ignore);
    for (size_t i = 0; i < args->ignore_paths.count; i++) {
        SW_TRY(relative_to_model(cli, model, args->ignore_paths.items[i], &ignore[i], err));
    }
    out->ignore = ignore;
    out->ignore_count = args->ignore_paths.count;
    out->keep_git = args->no_ignore_git_paths;
    out->allow_symlinks = args->allow_symlinks;
    out->signature = args->signature;
    out->threads = (unsigned)args->threads;
    return SW_OK;
}

sw_result sw_method_options_from(
    const struct sw_method_args *args, struct sw_model_options *out, struct sw_error *err)
{
    const char *method = args->method == NULL ? "files" : args->method;
    bool shards = strcmp(method, "shards") == 0;
    if (!shards && strcmp(method, "files") != 0) {
        return sw_fail(err, SW_E_USAGE, "--method takes files or shards, not '%s'", method);
    }
    if (args->shard_size != 0 && !shards) {
        return sw_fail(err, SW_E_USAGE, "--shard-size goes with --method shards");
    }
    out->method = shards ? SW_MODEL_SHARDS : SW_MODEL_FILES;
    out->shard_size = args->shard_size;
    out->hash = SW_SHA256;
    if (args->hash == NULL) {
        return SW_OK;
    }
    enum sw_digest_alg alg;
    enum sw_code code = sw_digest_alg_parse(sw_str(args->hash), &alg, err);
    if (code == SW_E_UNSUPPORTED) {
        return code;
    }
    if (code != SW_OK) {
        alg = SW_SHA512; /* any that is not taken: the message below is the better one */
    }
    if (alg != SW_SHA256 && alg != SW_BLAKE2B) {
        return sw_fail(err, SW_E_USAGE, "--hash takes sha256 or blake2b, not '%s'", args->hash);
    }
    out->hash = alg;
    return SW_OK;
}
