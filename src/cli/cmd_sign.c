#include "cli/ancestry.h"
#include "cli/model_args.h"

struct sign_args {
    struct sw_model_args model;
    struct sw_method_args method;
    struct sw_signer_args signer;
    struct sw_text_list parent;
};

static const struct sw_option options[] = {
    SW_MODEL_OPTIONS(struct sign_args, model),
    SW_METHOD_OPTIONS(struct sign_args, method),
    SW_SIGNER_OPTIONS(struct sign_args, signer),
    SW_PARENT_OPTION(struct sign_args, parent),
    {NULL, 0, 0, NULL, NULL},
};

/* A private key file needs no store; a named key does, and so do parents. */
static sw_result load_signer(struct sw_cli *cli, const struct sign_args *args,
    struct sw_held_signer *held, struct sw_error *err)
{
    const char *store = NULL;
    if (args->signer.private_key == NULL) {
        SW_TRY(sw_cli_store_path(cli, &store, err));
    }
    return sw_cli_signer(cli, store, &args->signer, held, err);
}

/* A model and what it is signed with. */
struct signing {
    struct sw_cli *cli;
    const struct sign_args *args;
    struct sw_model_options options;
    struct sw_manifest manifest;
    struct sw_store *store; /* NULL without parents */
    struct sw_ancestry ancestry;
    struct sw_receipt derivation;
};

static sw_result open_parents(struct signing *s, struct sw_error *err)
{
    if (s->args->parent.count == 0) {
        return SW_OK;
    }
    SW_TRY(sw_cli_store_open(s->cli, SW_STORE_READ, &s->store, err));
    SW_TRY(sw_store_check_access(s->store, err));
    SW_TRY(sw_cli_store_outside(sw_store_path(s->store), &s->options, s->cli->operands[0], err));
    return sw_cli_parents(s->cli, s->store, &s->args->parent, &s->ancestry, err);
}

static sw_result hash(struct signing *s, struct sw_error *err)
{
    struct sw_bar *bar = sw_bar_start(s->cli, "hashing");
    s->options.progress = sw_bar_progress(bar);
    enum sw_code code =
        sw_model_hash(&s->cli->arena, s->cli->operands[0], &s->options, &s->manifest, err);
    sw_bar_stop(bar);
    return code;
}

/* The log first, as when a model is sealed. */
static sw_result record(struct signing *s, const struct sw_signer *signer,
    const struct sw_buf *signature, struct sw_error *err)
{
    if (s->store == NULL) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf derivation = SW_BUF_INIT;
    SW_TRY(sw_flow_derivation(signer, &s->manifest, &s->ancestry, &derivation, err));
    SW_TRY(sw_store_promote(s->store, NULL, err));
    return sw_flow_add_derivation(&s->cli->arena, s->store, sw_buf_bytes(signature),
        sw_buf_bytes(&derivation), &s->ancestry, &s->derivation, err);
}

static sw_result sign(struct signing *s, const struct sw_signer *signer, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(hash(s, err));
    SW_TRY(sw_model_statement(&s->manifest, &statement, err));
    SW_TRY(sw_bundle_sign(signer, sw_buf_bytes(&statement), &bundle, err));
    SW_TRY(record(s, signer, &bundle, err));
    return sw_output_write(s->options.signature, sw_buf_bytes(&bundle), 0666, SW_WRITE_SYNC, err);
}

static sw_result report(const struct signing *s, const struct sw_key *key, struct sw_error *err)
{
    struct sw_cli *cli = s->cli;
    const struct sw_manifest *manifest = &s->manifest;
    const char *signature = s->options.signature;
    char hint[SW_KEY_HINT_SIZE];
    sw_key_hint(key, hint);
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "signed ");
        sw_say(cli, SW_TONE_PLAIN, "%s, %s -> %s\n", sw_count_show(cli, manifest->files, "file"),
            sw_count_show(cli, manifest->bytes, "byte"), signature);
        sw_say(cli, SW_TONE_PLAIN, "  model root  %s\n", sw_digest_show(cli, &manifest->root));
        sw_say(cli, SW_TONE_PLAIN, "  key         %s %.16s\n", sw_key_alg_name(sw_key_alg_of(key)),
            hint);
        sw_show_parents(cli, &s->ancestry, &s->derivation);
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
    sw_parents_json(w, &s->ancestry, &s->derivation);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct sign_args *args = data;
    const char *path = cli->operands[0];
    struct signing s = {.cli = cli, .args = args};
    SW_CLEANUP(held_signer) struct sw_held_signer held = {0};
    SW_TRY(sw_model_options_from(cli, &args->model, path, &s.options, err));
    SW_TRY(sw_method_options_from(&args->method, &s.options, err));
    SW_TRY(load_signer(cli, args, &held, err));
    if (s.options.signature == NULL) {
        s.options.signature = sw_model_signature_path(&cli->arena, path, true);
        SW_TRY_PTR(s.options.signature);
    }
    enum sw_code code = open_parents(&s, err);
    code = code == SW_OK ? sign(&s, &held.signer, err) : code;
    code = code == SW_OK ? report(&s, held.key, err) : code;
    if (s.store == NULL || code != SW_OK) {
        sw_store_abandon(s.store);
        return code;
    }
    return sw_store_close(s.store, err);
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
        "scanned or logged: *seal* does that too.\n\n"
        "*--parent* names a model that this one was made from. The parent is verified first, and a "
        "claim that names its signature is put into the log, with both signatures, for *verify "
        "--depth*.",
    .examples = "  sealwright sign --private-key key.pem model/\n"
                "  sealwright sign --method shards --signature model.sig model/\n"
                "  sealwright sign --private-key key.pem --signing-certificate leaf.pem \\\n"
                "      --certificate-chain ca.pem model/\n"
                "  sealwright sign --parent base/:finetune tuned/\n",
    .run = run,
};
