#include "cli/flow_data.h"

#include "version.h"

#define VERIFIER_ID "https://sealwright.dev/verifier"

/* --- is there a scan that still counts? ------------------------------------------------------ */

/* The rule set that a scan claim was made with, or an empty digest. */
static struct sw_digest rules_of(const struct sw_claim *claim)
{
    struct sw_digest rules = {0};
    struct sw_str text;
    if (sw_json_str(sw_json_get(claim->statement.predicate, "rules"), &text)) {
        (void)sw_digest_parse(text, &rules);
    }
    return rules;
}

/* Younger than the policy asks (0: any age), as the gate will see it, and not from the future. */
static bool is_fresh(const struct sw_admit_request *request,
    const struct sw_evidence_record *record, const struct sw_claim *claim, int64_t fresh)
{
    int64_t made;
    return record->time - request->options.now <= SW_GATE_CLOCK_SKEW &&
           sw_policy_claim_time(&claim->statement, record->time, &made) &&
           (fresh == 0 || request->options.now - made <= fresh);
}

/* What a scan claim says was scanned; an empty digest when it does not say it. */
static struct sw_digest manifest_of(const struct sw_claim *claim)
{
    for (size_t i = claim->statement.subject_count; i > 0; i--) {
        if (sw_str_is(claim->statement.subjects[i - 1].name, "manifest")) {
            return claim->statement.subjects[i - 1].digest;
        }
    }
    return (struct sw_digest){0};
}

/* Were there files that the scan could not finish? What kept it may be gone by now: its time limit,
 * too little memory. */
static bool gave_up(const struct sw_claim *claim)
{
    const struct sw_json *coverage = sw_json_get(claim->statement.predicate, "coverage");
    SW_JSON_EACH (item, sw_json_get(coverage, "unreadFormats")) {
        if (sw_json_is(item, "failed")) {
            return true;
        }
    }
    return false;
}

/* A scan claim counts when somebody trusted signed it, the rules are the present ones, and it is
 * younger than the policy asks (0: no age limit). Changed rules force a new scan. `manifest` is
 * which model it is about. */
static bool scan_counts(struct sw_arena *arena, const struct sw_admit_request *request,
    const struct sw_evidence_record *record, int64_t fresh, struct sw_digest *manifest)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_error ignored = {0};
    if (sw_evidence_load(request->store, &record->claim, &bundle, &ignored) != SW_OK) {
        return false;
    }
    struct sw_verify_options options = {.now = request->options.now, .signing_time = record->time};
    struct sw_claim claim;
    if (sw_claim_verify(arena, request->trust, sw_buf_bytes(&bundle), &options, &claim, &ignored) !=
        SW_OK) {
        return false;
    }
    struct sw_digest present;
    sw_scan_rules_digest(&present);
    struct sw_digest made_with = rules_of(&claim);
    *manifest = manifest_of(&claim);
    return sw_digest_equal(&made_with, &present) && !gave_up(&claim) &&
           is_fresh(request, record, &claim, fresh);
}

/* The root that the signature claims, before anything was checked: only to ask what is known of it.
 */
static bool claimed_root(
    struct sw_arena *arena, const struct sw_buf *signature, struct sw_digest *root)
{
    struct sw_bundle bundle;
    struct sw_statement statement;
    struct sw_error ignored = {0};
    if (sw_bundle_parse(arena, sw_buf_bytes(signature), &bundle, &ignored) != SW_OK ||
        sw_statement_parse(arena, bundle.payload, &statement, &ignored) != SW_OK ||
        statement.subject_count != 1) {
        return false;
    }
    *root = statement.subjects[0].digest;
    return true;
}

/* The manifest that a scan which still counts is about; an empty digest when there is none. */
static sw_result find_scan(struct sw_arena *arena, const struct sw_admit_request *request,
    struct sw_digest *scanned, struct sw_error *err)
{
    *scanned = (struct sw_digest){0};
    const char *path = request->signature_path;
    path = path != NULL ? path : sw_model_signature_path(arena, request->path, false);
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    struct sw_digest root;
    struct sw_error ignored = {0};
    if (path == NULL || sw_file_read(path, SW_BUNDLE_MAX_BYTES, &signature, &ignored) != SW_OK ||
        !claimed_root(arena, &signature, &root)) {
        return SW_OK;
    }
    struct sw_evidence_query query = {.subject = &root, .predicate_type = SW_PREDICATE_SCAN};
    struct sw_evidence_record *records;
    size_t count;
    SW_TRY(sw_evidence_gather(request->store, &query, arena, &records, &count, err));
    int64_t fresh = sw_policy_fresh(request->policy, SW_PREDICATE_SCAN);
    for (size_t i = 0; i < count; i++) {
        struct sw_digest manifest;
        if (scan_counts(arena, request, &records[i], fresh, &manifest)) {
            *scanned = manifest;
            break;
        }
    }
    return SW_OK;
}

/* --- looking at the files -------------------------------------------------------------------- */

/* Whoever asked for the bytes, and the scan. */
struct readers {
    const struct sw_model_options *asked;
    struct sw_scan *scan;
};

static void tell_tree(void *ctx, const struct sw_tree *tree)
{
    const struct readers *readers = ctx;
    if (readers->asked->tree_ready != NULL) {
        readers->asked->tree_ready(readers->asked->tree_ctx, tree);
    }
    if (readers->scan != NULL) {
        sw_scan_tree(readers->scan, tree);
    }
}

static sw_result list_readers(
    struct sw_arena *arena, struct readers *readers, struct sw_model_options *options)
{
    size_t count = readers->asked->consumer_count;
    const struct sw_consumer **list = SW_ARENA_ARRAY(arena, const struct sw_consumer *, count + 1);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < count; i++) {
        list[i] = readers->asked->consumers[i];
    }
    if (readers->scan != NULL) {
        list[count++] = sw_scan_consumer(readers->scan);
        sw_scan_watch(readers->scan, options->progress);
    }
    options->consumers = list;
    options->consumer_count = count;
    options->tree_ready = tell_tree;
    options->tree_ctx = readers;
    return SW_OK;
}

static sw_result look_once(struct sw_arena *arena, const struct sw_admit_request *request,
    bool scan_needed, struct sw_admitted *out, struct sw_buf *signature, struct sw_error *err)
{
    struct sw_verify_request verify = {.path = request->path,
        .signature_path = request->signature_path,
        .trust = request->trust,
        .store = request->store,
        .options = request->options};
    struct readers readers = {&request->options.model, scan_needed ? request->scan : NULL};
    SW_TRY(list_readers(arena, &readers, &verify.options.model));
    SW_TRY(sw_flow_verify(arena, &verify, signature, &out->verification, err));
    /* A scan speaks about the bytes that were read: it counts only when they are the signed ones.
     */
    if (scan_needed && out->verification.verdict == SW_VERDICT_PASS) {
        SW_TRY(sw_scan_finish(request->scan, arena, &out->scan, err));
        out->scanned = true;
    }
    return SW_OK;
}

/* The root binds neither names nor how files are cut into shards, so a scan that was found by it
 * may be another model's. That shows when the files were read, and then they are read again. */
static sw_result look(struct sw_arena *arena, const struct sw_admit_request *request,
    struct sw_admitted *out, struct sw_buf *signature, struct sw_error *err)
{
    struct sw_digest scanned;
    SW_TRY(find_scan(arena, request, &scanned, err));
    SW_TRY(look_once(arena, request, scanned.alg == 0, out, signature, err));
    const struct sw_verification *v = &out->verification;
    if (v->verdict != SW_VERDICT_PASS || out->scanned ||
        sw_digest_equal(&scanned, &v->manifest_digest)) {
        return SW_OK;
    }
    sw_buf_clear(signature);
    return look_once(arena, request, true, out, signature, err);
}

/* What is on disk, by its own digest: a verdict about changed files must not name the signed model.
 * Where the files cannot even be named (a symlink, no file at all), the digest stays empty. */
static sw_result name_subject(struct sw_arena *arena, const struct sw_admit_request *request,
    const struct sw_verification *verification, struct sw_digest *subject, struct sw_error *err)
{
    *subject = verification->root;
    if (verification->verdict == SW_VERDICT_PASS) {
        return SW_OK;
    }
    struct sw_model_options only_hash = request->options.model;
    only_hash.consumer_count = 0;
    only_hash.tree_ready = NULL;
    struct sw_manifest manifest;
    struct sw_error why = {0};
    enum sw_code code = sw_model_hash(arena, request->path, &only_hash, &manifest, &why);
    *subject = code == SW_OK ? manifest.root : (struct sw_digest){0};
    return code == SW_E_INTERRUPTED ? sw_fail(err, code, "%s", why.text) : SW_OK;
}

/* --- recording what was seen ----------------------------------------------------------------- */

static sw_result record_one(struct sw_store *store, const struct sw_buf *bundle,
    struct sw_receipt *receipt, struct sw_error *err)
{
    struct sw_bytes bytes = sw_buf_bytes(bundle);
    return sw_evidence_add(store, &bytes, 1, receipt, err);
}

/* The gate reads claims and nothing else, so what was just established goes into the store first:
 * the signature that came with the model, and the new scan. */
static sw_result record_findings(const struct sw_admit_request *request,
    struct sw_admitted *admitted, const struct sw_buf *signature, struct sw_error *err)
{
    if (admitted->verification.verdict != SW_VERDICT_PASS) {
        return SW_OK;
    }
    struct sw_receipt receipt;
    SW_TRY(record_one(request->store, signature, &receipt, err));
    if (!admitted->scanned) {
        return sw_log_publish(request->store, err);
    }
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(sw_scan_predicate(&admitted->scan, request->options.now, &predicate));
    struct sw_subject subjects[] = {
        {sw_path_base(request->path), admitted->verification.root},
        {sw_str("manifest"), admitted->verification.manifest_digest},
    };
    size_t count = subjects[1].digest.alg == 0 ? 1 : 2;
    SW_TRY(sw_flow_claim(request->signer, subjects, count, SW_PREDICATE_SCAN,
        sw_buf_bytes(&predicate), &bundle, err));
    SW_TRY(record_one(request->store, &bundle, &receipt, err));
    admitted->scan_claim = receipt.claim;
    return sw_log_publish(request->store, err);
}

static sw_result record_verdict(struct sw_arena *arena, const struct sw_admit_request *request,
    struct sw_admitted *admitted, struct sw_error *err)
{
    if (admitted->decision.subject.alg == 0) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_str base = sw_path_base(request->path);
    const char *name = sw_arena_strndup(arena, base);
    SW_TRY_PTR(name);
    SW_TRY(sw_decision_predicate(&admitted->decision, VERIFIER_ID, name, &predicate));
    struct sw_subject subject = {base, admitted->decision.subject};
    SW_TRY(sw_flow_claim(
        request->signer, &subject, 1, SW_PREDICATE_VSA, sw_buf_bytes(&predicate), &bundle, err));
    SW_TRY(record_one(request->store, &bundle, &admitted->receipt, err));
    return sw_log_publish(request->store, err);
}

/* --- deciding -------------------------------------------------------------------------------- */

/* What would mend the first problem. */
static const char *integrity_advice(const struct sw_verification *v)
{
    if (v->verdict == SW_VERDICT_PASS) {
        return "";
    }
    switch ((int)v->problems[0].kind) {
    case SW_PROBLEM_NO_SIGNATURE: return "run: sealwright seal MODEL, with a key that is trusted";
    case SW_PROBLEM_SIGNATURE:
        return "a signer in trust.yaml must seal it; or, if you trust this signer, add the public "
               "key there";
    default: return "restore the signed files, or have the model sealed again by a trusted signer";
    }
}

static const char *integrity_reason(struct sw_arena *arena, const struct sw_verification *v)
{
    if (v->verdict == SW_VERDICT_PASS) {
        return v->files == 1 ? sw_arena_printf(arena, "its one file is as %s signed it", v->signer)
                             : sw_arena_printf(arena, "all %llu files are as %s signed them",
                                   (unsigned long long)v->files, v->signer);
    }
    const struct sw_problem *first = &v->problems[0];
    if (v->problem_count == 1) {
        return sw_arena_printf(arena, "%s: %s%s%s", first->path, sw_problem_kind_name(first->kind),
            first->detail[0] == '\0' ? "" : ", ", first->detail);
    }
    return sw_arena_printf(arena, "%llu problems, the first is %s: %s",
        (unsigned long long)v->problem_count, first->path, sw_problem_kind_name(first->kind));
}

/* "integrity" is no rule of the policy: no policy can leave it out. */
static sw_result integrity_rule(
    struct sw_arena *arena, const struct sw_verification *v, struct sw_gate_rule *rule)
{
    static const enum sw_gate_verdict verdicts[] = {
        [SW_VERDICT_PASS] = SW_GATE_PASS,
        [SW_VERDICT_FAIL] = SW_GATE_FAIL,
        [SW_VERDICT_NO_EVIDENCE] = SW_GATE_NO_EVIDENCE,
    };
    *rule = (struct sw_gate_rule){.name = "integrity",
        .verdict = verdicts[v->verdict],
        .reason = integrity_reason(arena, v),
        .satisfy = integrity_advice(v),
        .claim = v->claim};
    SW_TRY_PTR(rule->reason);
    return SW_OK;
}

static bool was_weighed(const struct sw_decision *gate, const struct sw_digest *claim)
{
    for (size_t r = 0; r < gate->rule_count; r++) {
        for (size_t i = 0; i < gate->rules[r].weighed_count; i++) {
            if (sw_digest_equal(&gate->rules[r].weighed[i], claim)) {
                return true;
            }
        }
    }
    return false;
}

/* "scan" is no rule of the policy either: what was just refused does not pass because its
 * scan did not reach the gate (a dry run records none, the key may not sign scans), or because the
 * policy asks for none. A rule that weighed it has decided, and may have been waived. */
static bool scan_was_passed_over(const struct sw_admitted *admitted, const struct sw_decision *gate)
{
    return admitted->scanned && admitted->scan.verdict == SW_SCAN_REFUSED &&
           !was_weighed(gate, &admitted->scan_claim);
}

static const struct sw_gate_rule scan_rule = {.name = "scan",
    .verdict = SW_GATE_FAIL,
    .reason = "the scan of just now refused it, and no rule weighed that: it is a dry run, "
              "or the signing key's scans do not count, or the policy asks for no scan",
    .satisfy =
        "use another model; if the finding was reviewed, let the policy require a scan, count "
        "those of the signing key, and write a waiver"};

/* What is known of its data can have changed since, so it is always asked anew. */
static sw_result ask_data(struct sw_arena *arena, const struct sw_admit_request *request,
    struct sw_admitted *admitted, struct sw_error *err)
{
    if (admitted->verification.verdict != SW_VERDICT_PASS) {
        return SW_OK;
    }
    return sw_flow_data(arena, request, &admitted->verification, &admitted->data, err);
}

/* Without signed files in front of it, the gate is not asked: claims about the signed digest say
 * nothing about other bytes. */
static sw_result decide(struct sw_arena *arena, const struct sw_admit_request *request,
    const struct sw_digest *subject, struct sw_admitted *admitted, struct sw_error *err)
{
    struct sw_decision gate = {.verdict = SW_GATE_PASS,
        .subject = *subject,
        .time = request->options.now,
        .policy_name = sw_policy_name(request->policy),
        .policy_digest = *sw_policy_digest(request->policy)};
    if (admitted->verification.verdict == SW_VERDICT_PASS) {
        struct sw_gate_question question = {.subject = gate.subject,
            .manifest = admitted->verification.manifest_digest,
            .now = request->options.now,
            .allow_missing_hint = request->options.allow_missing_hint,
            .drafts = &admitted->data.draft,
            .draft_count = admitted->data.draft.type == NULL ? 0 : 1};
        SW_TRY(sw_gate_decide(
            arena, request->policy, request->trust, request->store, &question, &gate, err));
        SW_TRY(sw_flow_data_explain(arena, request->policy, &admitted->data, &gate));
    }
    struct sw_gate_rule *rules = SW_ARENA_ARRAY(arena, struct sw_gate_rule, gate.rule_count + 3);
    SW_TRY_PTR(rules);
    SW_TRY(integrity_rule(arena, &admitted->verification, &rules[0]));
    for (size_t i = 0; i < gate.rule_count; i++) {
        rules[i + 1] = gate.rules[i];
    }
    bool passed_over = scan_was_passed_over(admitted, &gate);
    struct sw_gate_rule data_rule;
    bool data_passed_over =
        sw_flow_data_passed_over(arena, request->policy, &admitted->data, &gate, &data_rule);
    gate.rules = rules;
    gate.rule_count++;
    if (rules[0].verdict != SW_GATE_PASS) {
        gate.verdict = rules[0].verdict;
    }
    if (passed_over) {
        rules[gate.rule_count++] = scan_rule;
        gate.verdict = SW_GATE_FAIL;
    }
    if (data_passed_over) {
        rules[gate.rule_count++] = data_rule;
        gate.verdict = SW_GATE_FAIL;
    }
    admitted->decision = gate;
    return SW_OK;
}

sw_result sw_flow_admit(struct sw_arena *arena, const struct sw_admit_request *request,
    struct sw_admitted *out, struct sw_error *err)
{
    struct sw_admitted admitted = {0};
    SW_CLEANUP(buf) struct sw_buf signature = SW_BUF_INIT;
    SW_TRY(look(arena, request, &admitted, &signature, err));
    if (admitted.verification.verdict == SW_VERDICT_PASS && admitted.verification.root.alg == 0) {
        return sw_fail(err, SW_E_NOEVIDENCE,
            "the signature of '%s' is in the format of model-signing 0.2, which has no root digest "
            "that claims could be about; seal the model anew",
            request->path);
    }
    struct sw_digest subject;
    SW_TRY(name_subject(arena, request, &admitted.verification, &subject, err));
    if (request->dry_run) {
        SW_TRY(ask_data(arena, request, &admitted, err));
        SW_TRY(decide(arena, request, &subject, &admitted, err));
    } else {
        /* Only now: reading a model can take hours, and others write to the store meanwhile. What
         * they wrote counts, since the gate asks the store again. */
        SW_TRY(sw_store_promote(request->store, request->options.model.progress, err));
        SW_TRY(record_findings(request, &admitted, &signature, err));
        SW_TRY(ask_data(arena, request, &admitted, err));
        SW_TRY(decide(arena, request, &subject, &admitted, err));
        SW_TRY(record_verdict(arena, request, &admitted, err));
    }
    *out = admitted;
    return SW_OK;
}
