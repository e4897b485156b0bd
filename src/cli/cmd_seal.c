#include "cli/ancestry.h"
#include "cli/model_args.h"
#include "cli/show_scan.h"

struct seal_args {
    struct sw_model_args model;
    struct sw_method_args method;
    struct sw_signer_args signer;
    struct sw_scan_args scan;
    bool despite_findings;
    bool tensors;
    struct sw_text_list parent;
};

static const struct sw_option options[] = {
    SW_MODEL_OPTIONS(struct seal_args, model),
    SW_METHOD_OPTIONS(struct seal_args, method),
    SW_SIGNER_OPTIONS(struct seal_args, signer),
    SW_SCAN_OPTIONS(struct seal_args, scan),
    {"despite-findings", SW_OPTION_FLAG, offsetof(struct seal_args, despite_findings), NULL,
        "sign even what the scan refuses (the scan is recorded all the same)"},
    {"tensors", SW_OPTION_FLAG, offsetof(struct seal_args, tensors), NULL,
        "record the digest of each tensor as well, for 'diff --sealed'"},
    SW_PARENT_OPTION(struct seal_args, parent),
    {NULL, 0, 0, NULL, NULL},
};

static void show(
    struct sw_cli *cli, const struct sw_seal_request *request, const struct sw_sealed *sealed)
{
    const char *path = request->path;
    if (sealed->refused) {
        sw_say(cli, SW_TONE_BAD, "not sealed");
        sw_say(cli, SW_TONE_PLAIN, "  %s: the scan refused it\n", path);
    } else {
        sw_say(cli, SW_TONE_GOOD, "sealed");
        sw_say(cli, SW_TONE_PLAIN, "  %s: %s, %s -> %s\n", path,
            sw_count_show(cli, sealed->manifest.files, "file"),
            sw_count_show(cli, sealed->manifest.bytes, "byte"), sealed->signature_path);
    }
    sw_say(cli, SW_TONE_PLAIN, "  model root  %s\n", sw_digest_show(cli, &sealed->manifest.root));
    sw_say(cli, SW_TONE_PLAIN, "  scan        ");
    sw_show_scan(cli, &sealed->scan);
    if (sealed->refused) {
        sw_say(cli, SW_TONE_PLAIN, "  in the log  the scan, leaf %llu\n",
            (unsigned long long)sealed->scan_receipt.leaf);
        return;
    }
    sw_say(cli, SW_TONE_PLAIN, "  in the log  the signature, leaf %llu; the scan, leaf %llu\n",
        (unsigned long long)sealed->signature_receipt.leaf,
        (unsigned long long)sealed->scan_receipt.leaf);
    if (sealed->tensors.count > 0) {
        sw_say(cli, SW_TONE_PLAIN, "              the digests of %s, leaf %llu: claim %.19s\n",
            sw_count_show(cli, sealed->tensors.count, "tensor"),
            (unsigned long long)sealed->tensors_receipt.leaf,
            sw_digest_show(cli, &sealed->tensors_receipt.claim));
    }
    sw_show_parents(cli, request->ancestry, &sealed->derivation_receipt);
}

static void receipt_json(
    struct sw_json_writer *w, const char *name, const struct sw_receipt *receipt)
{
    if (receipt->claim.alg == 0) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_object(w, name);
    sw_json_digest(w, "claim", &receipt->claim);
    sw_jw_u64(w, "leaf", receipt->leaf);
    sw_jw_object_end(w);
}

static sw_result print_json(
    const struct sw_seal_request *request, const struct sw_sealed *sealed, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "sealed", !sealed->refused);
    sw_json_digest(w, "model_root", &sealed->manifest.root);
    sw_json_digest(w, "component_root", &sealed->manifest.component_root);
    sw_json_digest(w, "manifest", &sealed->manifest.manifest_digest);
    sw_jw_u64(w, "files", sealed->manifest.files);
    sw_jw_u64(w, "bytes", sealed->manifest.bytes);
    sw_jw_text(w, "signature_file", sealed->refused ? NULL : sealed->signature_path);
    receipt_json(w, "signature", &sealed->signature_receipt);
    receipt_json(w, "scan_claim", &sealed->scan_receipt);
    receipt_json(w, "tensors_claim", &sealed->tensors_receipt);
    if (!sealed->refused) {
        sw_parents_json(w, request->ancestry, &sealed->derivation_receipt);
    }
    sw_jw_object(w, "scan");
    sw_scan_json(w, &sealed->scan);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result seal(struct sw_cli *cli, const struct seal_args *args,
    struct sw_seal_request *request, struct sw_sealed *sealed, struct sw_error *err)
{
    const char *store_path = sw_store_path(request->store);
    SW_CLEANUP(held_signer) struct sw_held_signer held = {0};
    SW_TRY(sw_cli_signer(cli, store_path, &args->signer, &held, err));
    request->signer = &held.signer;
    struct sw_bar *bar = sw_bar_start(cli, "sealing");
    request->options.progress = sw_bar_progress(bar);
    enum sw_code code = sw_flow_seal(&cli->arena, request, sealed, err);
    sw_bar_stop(bar);
    return code;
}

/* A seal that nobody here trusts is legal, and surely not what most people mean. */
static void warn_untrusted(
    struct sw_cli *cli, struct sw_store *store, const struct sw_sealed *sealed)
{
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_error why = {0};
    struct sw_claim claim;
    struct sw_verify_options judge = {.now = cli->now};
    if (sealed->refused || sw_cli_trust(cli, sw_store_path(store), &trust, &why) != SW_OK ||
        sw_evidence_load(store, &sealed->signature_receipt.claim, &bundle, &why) != SW_OK) {
        return;
    }
    if (sw_claim_verify(&cli->arena, trust, sw_buf_bytes(&bundle), &judge, &claim, &why) != SW_OK) {
        sw_say(cli, SW_TONE_WARN, "  note        ");
        sw_say(cli, SW_TONE_PLAIN, "'admit' will refuse it here: %s\n", why.text);
    }
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct seal_args *args = data;
    struct sw_seal_request request = {.path = cli->operands[0],
        .signature_path = args->model.signature,
        .despite_findings = args->despite_findings,
        .tensors = args->tensors,
        .now = cli->now};
    SW_TRY(sw_model_options_from(cli, &args->model, request.path, &request.options, err));
    SW_TRY(sw_method_options_from(&args->method, &request.options, err));
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_scan_args_start(&args->scan, &scan, err));
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_TRY(sw_store_check_access(store, err));
    SW_TRY(sw_cli_store_outside(sw_store_path(store), &request.options, request.path, err));
    struct sw_ancestry ancestry;
    SW_TRY(sw_cli_parents(cli, store, &args->parent, &ancestry, err));
    request.scan = scan;
    request.store = store;
    request.ancestry = &ancestry;
    struct sw_sealed sealed;
    SW_TRY(seal(cli, args, &request, &sealed, err));
    cli->status = sealed.refused ? 1 : 0;
    if (!cli->json) {
        show(cli, &request, &sealed);
        warn_untrusted(cli, store, &sealed);
    }
    SW_TRY(sw_store_close(SW_TAKE(store), err));
    return cli->json ? print_json(&request, &sealed, err) : SW_OK;
}

const struct sw_command sw_cmd_seal = {
    .name = "seal",
    .summary = "scan, sign and record a model in one step",
    .operands = "MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct seal_args),
    .description =
        "Reads the model once: hashes it, scans it, signs it with a key of the store, and puts the "
        "signature and the scan result into the log. What the scan refuses for a finding is not "
        "signed "
        "(exit 1), but the scan is recorded.",
    .examples = "  sealwright seal model/\n"
                "  sealwright seal --key release --ignore-paths model/cache model/\n",
    .run = run,
};
