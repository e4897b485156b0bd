#include "cli/claim_record.h"

#include "supply/supply.h"

sw_result sw_claim_about_model(struct sw_cli *cli, const char *store_path, const char *path,
    struct sw_claim_about *out, struct sw_error *err)
{
    struct sw_manifest manifest;
    return sw_claim_manifest(cli, store_path, path, &manifest, out, err);
}

sw_result sw_claim_manifest(struct sw_cli *cli, const char *store_path, const char *path,
    struct sw_manifest *manifest, struct sw_claim_about *out, struct sw_error *err)
{
    struct sw_model_options options = {.hash = SW_SHA256};
    options.signature = sw_model_signature_path(&cli->arena, path, true);
    SW_TRY_PTR(options.signature);
    SW_TRY(store_path == NULL ? SW_OK : sw_cli_store_outside(store_path, &options, path, err));
    struct sw_bar *bar = sw_bar_start(cli, "hashing");
    options.progress = sw_bar_progress(bar);
    enum sw_code code = sw_model_hash(&cli->arena, path, &options, manifest, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    out->subjects[0] = (struct sw_subject){sw_str(manifest->name), manifest->root};
    out->subjects[1] = (struct sw_subject){sw_str("manifest"), manifest->manifest_digest};
    out->count = 2;
    return SW_OK;
}

sw_result sw_claim_about_text(struct sw_cli *cli, const char *store_path, const char *text,
    struct sw_claim_about *out, struct sw_error *err)
{
    struct sw_digest digest;
    if (!sw_digest_parse(sw_str(text), &digest)) {
        return sw_claim_about_model(cli, store_path, text, out, err);
    }
    out->subjects[0] = (struct sw_subject){sw_str(text), digest};
    out->count = 1;
    return SW_OK;
}

sw_result sw_claim_record(struct sw_cli *cli, struct sw_data_context *context,
    const struct sw_claim_about *about, const char *type, struct sw_bytes predicate,
    struct sw_receipt *receipt, struct sw_error *err)
{
    SW_TRY(sw_data_context_promote(context, err));
    SW_TRY(sw_data_record(
        &context->data, about->subjects, about->count, type, predicate, receipt, err));
    SW_TRY(sw_log_publish(context->store, err));
    if (!cli->json) {
        sw_data_warn_untrusted(cli, context, receipt);
    }
    return SW_OK;
}
