#include "cli/ancestry.h"

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

/* What a seal puts into the log, beside the parents' signatures. */
struct claims {
    struct sw_buf signature;
    struct sw_buf scan;
    struct sw_buf tensors;    /* empty: not asked for */
    struct sw_buf derivation; /* empty: no parents */
};

static void claims_release(struct claims *claims)
{
    sw_buf_release(&claims->signature);
    sw_buf_release(&claims->scan);
    sw_buf_release(&claims->tensors);
    sw_buf_release(&claims->derivation);
}
SW_DEFINE_CLEANUP(claims, struct claims, claims_release)

/* Bundles, and where their receipts go. */
struct batch {
    struct sw_bytes *bundles;
    struct sw_receipt **wanted; /* NULL: nobody asks */
    struct sw_receipt *receipts;
    size_t count;
};

static sw_result batch_init(struct batch *batch, struct sw_arena *arena, size_t max)
{
    batch->count = 0;
    batch->bundles = SW_ARENA_ARRAY(arena, struct sw_bytes, max);
    batch->wanted = SW_ARENA_ARRAY(arena, struct sw_receipt *, max);
    batch->receipts = SW_ARENA_ARRAY(arena, struct sw_receipt, max);
    bool made = batch->bundles != NULL && batch->wanted != NULL && batch->receipts != NULL;
    return made ? SW_OK : SW_E_NOMEM;
}

static void batch_put(struct batch *batch, struct sw_bytes bundle, struct sw_receipt *receipt)
{
    if (bundle.len > 0) {
        batch->bundles[batch->count] = bundle;
        batch->wanted[batch->count++] = receipt;
    }
}

/* The log first: if the signature cannot be written then, the log holds a true claim, and no model
 * carries a signature that the log does not know. */
static sw_result record_seal(struct sw_arena *arena, const struct sw_seal_request *request,
    struct sw_sealed *out, const struct claims *claims, struct sw_error *err)
{
    const struct sw_ancestry *ancestry = request->ancestry;
    struct batch batch;
    SW_TRY(batch_init(&batch, arena, 4 + ancestry->signature_count));
    batch_put(&batch, sw_buf_bytes(&claims->signature), &out->signature_receipt);
    batch_put(&batch, sw_buf_bytes(&claims->scan), &out->scan_receipt);
    batch_put(&batch, sw_buf_bytes(&claims->tensors), &out->tensors_receipt);
    batch_put(&batch, sw_buf_bytes(&claims->derivation), &out->derivation_receipt);
    for (size_t i = 0; i < ancestry->signature_count; i++) {
        batch_put(&batch, ancestry->signatures[i], NULL);
    }
    SW_TRY(sw_evidence_add(request->store, batch.bundles, batch.count, batch.receipts, err));
    SW_TRY(sw_log_publish(request->store, err));
    for (size_t i = 0; i < batch.count; i++) {
        if (batch.wanted[i] != NULL) {
            *batch.wanted[i] = batch.receipts[i];
        }
    }
    return sw_file_write(
        out->signature_path, sw_buf_bytes(&claims->signature), 0666, SW_WRITE_SYNC, err);
}

/* What is signed of a model that was read. */
static sw_result make_claims(struct sw_arena *arena, const struct sw_seal_request *request,
    struct sw_sealed *sealed, struct claims *claims, struct sw_error *err)
{
    SW_TRY(scan_claim(request, sealed, &claims->scan, err));
    if (sealed->refused) {
        return SW_OK;
    }
    SW_TRY(signature_claim(request, sealed, &claims->signature, err));
    if (request->tensors) {
        SW_TRY(tensors_claim(arena, request, sealed, &claims->tensors, err));
    }
    return request->ancestry->claim.parent_count == 0
               ? SW_OK
               : sw_flow_derivation(request->signer, &sealed->manifest, request->ancestry,
                     &claims->derivation, err);
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
    sealed.refused = sealed.scan.verdict == SW_SCAN_REFUSED && !request->despite_findings;
    SW_CLEANUP(claims) struct claims claims = {SW_BUF_INIT, SW_BUF_INIT, SW_BUF_INIT, SW_BUF_INIT};
    SW_TRY(make_claims(arena, request, &sealed, &claims, err));
    /* Only now: reading a model can take hours, and others write to the store meanwhile. */
    SW_TRY(sw_store_promote(request->store, request->options.progress, err));
    SW_TRY(sealed.refused ? record_refusal(request, &sealed, &claims.scan, err)
                          : record_seal(arena, request, &sealed, &claims, err));
    *out = sealed;
    return SW_OK;
}
