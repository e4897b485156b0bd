#include "cli/model_args.h"

struct sign_args {
    struct sw_model_args model;
    struct sw_method_args method;
    struct sw_signer_args signer;
};

static const struct sw_option options[] = {
    SW_MODEL_OPTIONS(struct sign_args, model),
    SW_METHOD_OPTIONS(struct sign_args, method),
    SW_SIGNER_OPTIONS(struct sign_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* A private key file needs no store; a named key does. */
static sw_result load_signer(struct sw_cli *cli, const struct sign_args *args,
    struct sw_held_signer *held, struct sw_error *err)
{
    const char *store = NULL;
    if (args->signer.private_key == NULL) {
        SW_TRY(sw_cli_store_path(cli, &store, err));
    }
    return sw_cli_signer(cli, store, &args->signer, held, err);
}

static sw_result report(struct sw_cli *cli, const struct sw_manifest *manifest,
    const char *signature, const struct sw_key *key, struct sw_error *err)
{
    char hint[SW_KEY_HINT_SIZE];
    sw_key_hint(key, hint);
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "signed ");
        sw_say(cli, SW_TONE_PLAIN, "%s, %s -> %s\n", sw_count_show(cli, manifest->files, "file"),
            sw_count_show(cli, manifest->bytes, "byte"), signature);
        sw_say(cli, SW_TONE_PLAIN, "  model root  %s\n", sw_digest_show(cli, &manifest->root));
        sw_say(cli, SW_TONE_PLAIN, "  key         %s %.16s\n", sw_key_alg_name(sw_key_alg_of(key)),
            hint);
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_json_digest(w, "model_root", &manifest->root);
    sw_json_digest(w, "component_root", &manifest->component_root);
    sw_json_digest(w, "manifest", &manifest->manifest_digest);
    sw_jw_u64(w, "files", manifest->files);
    sw_jw_u64(w, "bytes", manifest->bytes);
    sw_jw_text(w, "signature", signature);
    sw_jw_text(w, "key", hint);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct sign_args *args = data;
    const char *path = cli->operands[0];
    struct sw_model_options model = {0};
    SW_TRY(sw_model_options_from(cli, &args->model, path, &model, err));
    SW_TRY(sw_method_options_from(&args->method, &model, err));
    SW_CLEANUP(held_signer) struct sw_held_signer held = {0};
    SW_TRY(load_signer(cli, args, &held, err));
    if (model.signature == NULL) {
        model.signature = sw_model_signature_path(&cli->arena, path, true);
        SW_TRY_PTR(model.signature);
    }
    struct sw_bar *bar = sw_bar_start(cli, "hashing");
    model.progress = sw_bar_progress(bar);
    struct sw_manifest manifest;
    enum sw_code code = sw_model_hash(&cli->arena, path, &model, &manifest, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(sw_model_statement(&manifest, &statement, err));
    SW_TRY(sw_bundle_sign(&held.signer, sw_buf_bytes(&statement), &bundle, err));
    SW_TRY(sw_file_write(model.signature, sw_buf_bytes(&bundle), 0666, SW_WRITE_SYNC, err));
    return report(cli, &manifest, model.signature, held.key, err);
}

const struct sw_command sw_cmd_sign = {
    .name = "sign",
    .summary = "sign a model: OpenSSF Model Signing v1.0",
    .operands = "MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct sign_args),
    .description =
        "Hashes every file of a model (a directory or one file), signs the list, and writes the "
        "signature. Any tool that knows OpenSSF Model Signing v1.0 can verify it. Nothing is "
        "scanned or logged: *seal* does that too.",
    .examples = "  sealwright sign --private-key key.pem model/\n"
                "  sealwright sign --method shards --signature model.sig model/\n"
                "  sealwright sign --private-key key.pem --signing-certificate leaf.pem \\\n"
                "      --certificate-chain ca.pem model/\n",
    .run = run,
};
