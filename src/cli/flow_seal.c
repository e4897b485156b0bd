#include "cli/cli.h"

sw_result sw_flow_claim(const struct sw_signer *signer, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate, struct sw_buf *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    SW_TRY(sw_statement_write(&statement, subjects, subject_count, predicate_type, predicate, err));
    return sw_bundle_sign(signer, sw_buf_bytes(&statement), out, err);
}

/* One pass over the bytes feeds the digests and the scanner. */
static sw_result hash_and_scan(struct sw_arena *arena, const struct sw_seal_request *request,
    struct sw_sealed *out, struct sw_error *err)
{
    const struct sw_consumer *consumers[] = {sw_scan_consumer(request->scan)};
    struct sw_model_options options = request->options;
    options.signature = out->signature_path;
    options.consumers = consumers;
    options.consumer_count = SW_COUNT(consumers);
    options.tree_ready = sw_scan_tree;
    options.tree_ctx = request->scan;
    sw_scan_watch(request->scan, options.progress);
    sw_scan_hash_tensors(request->scan, request->tensors);
    SW_TRY(sw_model_hash(arena, request->path, &options, &out->manifest, err));
    return sw_scan_finish(request->scan, arena, &out->scan, err);
}

/* The scan claim names the model by its root and by the digest that binds names as well. */
static sw_result scan_claim(const struct sw_seal_request *request, const struct sw_sealed *sealed,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_TRY(sw_scan_predicate(&sealed->scan, request->now, &predicate));
    struct sw_subject subjects[] = {
        {sw_str(sealed->manifest.name), sealed->manifest.root},
        {sw_str("manifest"), sealed->manifest.manifest_digest},
    };
    return sw_flow_claim(request->signer, subjects, SW_COUNT(subjects), SW_PREDICATE_SCAN,
        sw_buf_bytes(&predicate), out, err);
}

/* About the same subjects. A model without tensors that can be listed has no such claim, and
 * whoever asked for one has to know. */
static sw_result tensors_claim(struct sw_arena *arena, const struct sw_seal_request *request,
    struct sw_sealed *sealed, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_TRY(sw_tensor_list_of(arena, &sealed->scan, &sealed->tensors, err));
    if (sealed->tensors.count == 0) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "there are no safetensors, GGUF or torch files whose tensors could be listed; seal it "
            "without --tensors");
    }
    SW_TRY(sw_tensors_predicate(&sealed->tensors, request->now, &predicate, err));
    struct sw_subject subjects[] = {
        {sw_str(sealed->manifest.name), sealed->manifest.root},
        {sw_str("manifest"), sealed->manifest.manifest_digest},
    };
    return sw_flow_claim(request->signer, subjects, SW_COUNT(subjects), SW_PREDICATE_TENSORS,
        sw_buf_bytes(&predicate), out, err);
}

static sw_result signature_claim(const struct sw_seal_request *request,
    const struct sw_sealed *sealed, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    SW_TRY(sw_model_statement(&sealed->manifest, &statement, err));
    return sw_bundle_sign(request->signer, sw_buf_bytes(&statement), out, err);
}

static sw_result record_refusal(const struct sw_seal_request *request, struct sw_sealed *out,
    const struct sw_buf *scan, struct sw_error *err)
{
    struct sw_bytes bundle = sw_buf_bytes(scan);
    SW_TRY(sw_evidence_add(request->store, &bundle, 1, &out->scan_receipt, err));
    return sw_log_publish(request->store, err);
}

/* The log first: if the signature cannot be written then, the log holds a true claim, and no model
 * carries a signature that the log does not know. */
static sw_result record_seal(const struct sw_seal_request *request, struct sw_sealed *out,
    const struct sw_buf *scan, const struct sw_buf *signature, const struct sw_buf *tensors,
    struct sw_error *err)
{
    struct sw_bytes bundles[] = {
        sw_buf_bytes(signature), sw_buf_bytes(scan), sw_buf_bytes(tensors)};
    struct sw_receipt receipts[SW_COUNT(bundles)] = {0};
    SW_TRY(sw_evidence_add(request->store, bundles, tensors->len == 0 ? 2 : 3, receipts, err));
    SW_TRY(sw_log_publish(request->store, err));
    out->signature_receipt = receipts[0];
    out->scan_receipt = receipts[1];
    out->tensors_receipt = receipts[2];
    return sw_file_write(out->signature_path, sw_buf_bytes(signature), 0666, SW_WRITE_SYNC, err);
}

sw_result sw_flow_seal(struct sw_arena *arena, const struct sw_seal_request *request,
    struct sw_sealed *out, struct sw_error *err)
{
    struct sw_sealed sealed = {.signature_path = request->signature_path};
    if (sealed.signature_path == NULL) {
        sealed.signature_path = sw_model_signature_path(arena, request->path, true);
        SW_TRY_PTR(sealed.signature_path);
    }
    SW_TRY(hash_and_scan(arena, request, &sealed, err));
    SW_CLEANUP(buf) struct sw_buf scan = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf tensors = SW_BUF_INIT;
    sealed.refused = sealed.scan.verdict == SW_SCAN_REFUSED && !request->despite_findings;
    SW_TRY(scan_claim(request, &sealed, &scan, err));
    if (!sealed.refused) {
        SW_TRY(signature_claim(request, &sealed, &signature, err));
    }
    if (!sealed.refused && request->tensors) {
        SW_TRY(tensors_claim(arena, request, &sealed, &tensors, err));
    }
    /* Only now: reading a model can take hours, and others write to the store meanwhile. */
    SW_TRY(sw_store_promote(request->store, request->options.progress, err));
    SW_TRY(sealed.refused ? record_refusal(request, &sealed, &scan, err)
                          : record_seal(request, &sealed, &scan, &signature, &tensors, err));
    *out = sealed;
    return SW_OK;
}
