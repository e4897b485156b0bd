#include "model/checkpoint_private.h"

#include "model/local.h"

/* Enough to find one that somebody trusted signed, as a rule. */
#define FEW 64

/* A checkpoint of the run that somebody trusted signed. */
struct last {
    bool found;
    struct sw_digest digest;
    uint64_t leaf;
    struct sw_checkpoint_claim claim;
};

struct signing {
    const struct sw_checkpoint_context *context;
    const struct sw_checkpoint_request *request;
    struct sw_digest run;
    struct sw_manifest manifest;
    struct sw_buf signature;
    struct sw_buf bundle;
    struct last tip;
    struct last parent;
    struct last known; /* says the same of the same files already */
};

static void signing_release(struct signing *s)
{
    sw_buf_release(&s->signature);
    sw_buf_release(&s->bundle);
}
SW_DEFINE_CLEANUP(signing, struct signing, signing_release)

sw_result sw_checkpoint_believe(const struct sw_checkpoint_context *context,
    const struct sw_digest *claim, int64_t recorded, struct sw_claim *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(sw_evidence_load(context->store, claim, &bundle, err));
    const struct sw_verify_options options = {.now = context->now, .signing_time = recorded};
    return sw_claim_verify(
        context->arena, context->trust, sw_buf_bytes(&bundle), &options, out, err);
}

/* --- what was before ------------------------------------------------------------------------- */

static sw_result read_last(const struct signing *s, const struct sw_evidence_record *record,
    struct last *out, struct sw_error *err)
{
    struct sw_claim claim;
    struct last last = {.found = true, .digest = record->claim, .leaf = record->leaf};
    SW_TRY(sw_checkpoint_believe(s->context, &record->claim, record->time, &claim, err));
    SW_TRY(sw_checkpoint_claim_read(s->context->arena, &claim.statement, &last.claim, err));
    if (!sw_str_is(claim.statement.predicate_type, SW_PREDICATE_CHECKPOINT) ||
        !sw_str_is(last.claim.run, s->request->run)) {
        return sw_fail(err, SW_E_REFUSED, "it is no checkpoint of run %s", s->request->run);
    }
    *out = last;
    return SW_OK;
}

/* Claims that nobody trusted signed are passed over: whoever can add to the log could else stop a
 * run from being signed. `checkpoint verify` names them. */
static sw_result find_tip(struct signing *s, struct sw_error *err)
{
    struct sw_evidence_query query = {
        .subject = &s->run, .predicate_type = SW_PREDICATE_CHECKPOINT};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    for (bool all = false;; all = true) {
        query.limit = all ? 0 : FEW;
        SW_TRY(
            sw_evidence_find(s->context->store, &query, s->context->arena, &records, &count, err));
        for (size_t i = 0; i < count; i++) {
            struct sw_error why = {0};
            enum sw_code code = read_last(s, &records[i], &s->tip, &why);
            if (code == SW_OK || code == SW_E_NOMEM) {
                return code;
            }
        }
        if (all || count < FEW) {
            return SW_OK;
        }
    }
}

static sw_result find_parent(struct signing *s, struct sw_error *err)
{
    struct sw_digest named = {0};
    struct sw_evidence_record record;
    SW_TRY(find_tip(s, err));
    if (s->request->parent != NULL) {
        named = *s->request->parent;
    } else {
        SW_TRY(sw_resume_read(sw_store_path(s->context->store), s->request->run, &named, err));
    }
    s->parent = s->tip;
    if (named.alg == 0) {
        return SW_OK;
    }
    SW_TRY(sw_evidence_of(s->context->store, &named, s->context->arena, &record, err));
    struct sw_error why = {0};
    enum sw_code code = read_last(s, &record, &s->parent, &why);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "the parent is not believed: %s", why.text);
}

/* --- what is recorded ------------------------------------------------------------------------ */

static bool says_the_same(const struct signing *s, const struct sw_checkpoint_claim *claim)
{
    return claim->step == s->request->step && sw_digest_equal(&claim->root, &s->manifest.root) &&
           sw_digest_equal(&claim->manifest, &s->manifest.manifest_digest) &&
           sw_str_is(claim->name, s->manifest.name);
}

static bool is_named(const struct sw_evidence_record *record, const char *name)
{
    for (size_t i = 0; i < record->subject_count; i++) {
        if (sw_str_is(record->subjects[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* The newest claim of this name decides: what an earlier branch had there is not to come back. */
static sw_result find_by_name(struct signing *s, struct sw_error *err)
{
    const struct sw_evidence_query query = {
        .subject = &s->run, .predicate_type = SW_PREDICATE_CHECKPOINT};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    SW_TRY(sw_evidence_find(s->context->store, &query, s->context->arena, &records, &count, err));
    for (size_t i = 0; i < count; i++) {
        struct last found;
        struct sw_error why = {0};
        if (!is_named(&records[i], s->manifest.name)) {
            continue;
        }
        enum sw_code code = read_last(s, &records[i], &found, &why);
        SW_TRY(code == SW_E_NOMEM ? code : SW_OK);
        if (code == SW_OK && sw_str_is(found.claim.name, s->manifest.name)) {
            s->known = says_the_same(s, &found.claim) ? found : s->known;
            return SW_OK;
        }
    }
    return SW_OK;
}

/* What is not after the parent is no new one: another watch may have signed it, and those behind
 * it, while this one read. */
static sw_result find_known(struct signing *s, struct sw_error *err)
{
    if (s->request->parent != NULL || !s->tip.found) {
        return SW_OK;
    }
    if (says_the_same(s, &s->tip.claim)) {
        s->known = s->tip;
        return SW_OK;
    }
    return s->request->step > s->parent.claim.step ? SW_OK : find_by_name(s, err);
}

static sw_result check_step(const struct signing *s, struct sw_error *err)
{
    if (!s->parent.found || s->request->step > s->parent.claim.step) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_REFUSED,
        "step %llu is not after step %llu of %.*s, the last one of run %s: when the run was taken "
        "up "
        "again, say from where with 'sealwright checkpoint resume'",
        (unsigned long long)s->request->step, (unsigned long long)s->parent.claim.step,
        SW_STR_ARG(s->parent.claim.name), s->request->run);
}

static sw_result fill_claim(
    const struct signing *s, struct sw_checkpoint_claim *out, struct sw_error *err)
{
    const struct sw_manifest *m = &s->manifest;
    *out = (struct sw_checkpoint_claim){.run = sw_str(s->request->run),
        .step = s->request->step,
        .name = sw_str(m->name),
        .root = m->root,
        .manifest = m->manifest_digest,
        .files = m->files,
        .bytes = m->bytes,
        .complete = s->request->complete,
        .time = sw_time_now()};
    sw_sha256(sw_buf_bytes(&s->signature), &out->signature);
    if (!s->parent.found) {
        return SW_OK;
    }
    out->parent = SW_ARENA_NEW(s->context->arena, struct sw_checkpoint_parent);
    SW_TRY_PTR(out->parent);
    *out->parent =
        (struct sw_checkpoint_parent){s->parent.digest, s->parent.claim.root, s->parent.claim.step};
    out->resumed = !sw_digest_equal(&s->parent.digest, &s->tip.digest);
    return SW_OK;
}

static sw_result sign_claim(
    struct signing *s, const struct sw_checkpoint_claim *claim, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    const struct sw_subject subjects[] = {
        {claim->name, claim->root},
        {sw_str("manifest"), claim->manifest},
        {sw_str("run"), s->run},
    };
    SW_TRY(sw_checkpoint_claim_write(claim, &predicate));
    SW_TRY(sw_statement_write(&statement, subjects, SW_COUNT(subjects), SW_PREDICATE_CHECKPOINT,
        sw_buf_bytes(&predicate), err));
    return sw_bundle_sign(s->context->signer, sw_buf_bytes(&statement), &s->bundle, err);
}

static sw_result hash_and_sign(struct signing *s, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf statement = SW_BUF_INIT;
    SW_TRY(sw_model_hash(
        s->context->arena, s->request->path, &s->request->options, &s->manifest, err));
    SW_TRY(sw_model_statement(&s->manifest, &statement, err));
    return sw_bundle_sign(s->context->signer, sw_buf_bytes(&statement), &s->signature, err);
}

/* The log first, as when a model is sealed: no checkpoint carries a signature that the log does not
 * know. */
static sw_result record(struct signing *s, struct sw_checkpoint_signed *out, struct sw_error *err)
{
    struct sw_store *store = s->context->store;
    struct sw_receipt receipts[2];
    SW_TRY(check_step(s, err));
    SW_TRY(fill_claim(s, &out->claim, err));
    SW_TRY(sign_claim(s, &out->claim, err));
    const struct sw_bytes bundles[] = {sw_buf_bytes(&s->signature), sw_buf_bytes(&s->bundle)};
    SW_TRY(sw_evidence_add(store, bundles, SW_COUNT(bundles), receipts, err));
    SW_TRY(sw_log_publish(store, err));
    sw_resume_clear(sw_store_path(store), s->request->run);
    out->signature_receipt = receipts[0];
    out->receipt = receipts[1];
    return sw_file_write(out->signature_path, bundles[0], 0666, SW_WRITE_SYNC, err);
}

/* Whoever recorded it may have been stopped before its signature was written. One that is there is
 * left alone: the model may have been signed anew since. */
static sw_result restore_signature(
    const struct signing *s, const struct sw_checkpoint_signed *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    struct sw_error why = {0};
    if (sw_file_exists(out->signature_path)) {
        return SW_OK;
    }
    enum sw_code code =
        sw_evidence_load(s->context->store, &out->claim.signature, &signature, &why);
    if (code != SW_OK) {
        return sw_fail(err, code == SW_E_NOENT ? SW_E_REFUSED : code,
            "it is signed already, and its signature cannot be read: %s", why.text);
    }
    return sw_file_write(out->signature_path, sw_buf_bytes(&signature), 0666, SW_WRITE_SYNC, err);
}

static sw_result tell_known(
    const struct signing *s, struct sw_checkpoint_signed *out, struct sw_error *err)
{
    out->known = true;
    out->claim = s->known.claim;
    out->receipt = (struct sw_receipt){s->known.digest, s->known.leaf, true};
    return restore_signature(s, out, err);
}

sw_result sw_model_checkpoint_sign(const struct sw_checkpoint_context *context,
    const struct sw_checkpoint_request *request, struct sw_checkpoint_signed *out,
    struct sw_error *err)
{
    struct sw_checkpoint_request own = *request;
    struct sw_checkpoint_signed made = {0};
    SW_CLEANUP(signing) struct signing s = {.context = context, .request = &own};
    SW_TRY(sw_name_check(sw_str(request->run), "run", err));
    if (own.options.signature == NULL) {
        own.options.signature = sw_model_signature_path(context->arena, request->path, true);
        SW_TRY_PTR(own.options.signature);
    }
    made.signature_path = own.options.signature;
    sw_name_digest(SW_NAME_RUN, sw_str(request->run), &s.run);
    SW_TRY(hash_and_sign(&s, err));
    /* Only now: reading can take long, and others write to the store meanwhile. */
    SW_TRY(sw_store_promote(context->store, own.options.progress, err));
    SW_TRY(find_parent(&s, err));
    SW_TRY(find_known(&s, err));
    SW_TRY(s.known.found ? tell_known(&s, &made, err) : record(&s, &made, err));
    *out = made;
    return SW_OK;
}
