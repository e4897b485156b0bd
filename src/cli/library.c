/* The public C interface: the roof without the command line. */
#include "cli/library.h"

#include "version.h"

#include <stdlib.h>

/* Every result is the first thing in its own arena, so that one release frees it all. */
struct held {
    struct sw_arena arena;
    union {
        struct sealwright_verification verification;
        struct sealwright_decision decision;
        struct sealwright_claims claims;
    };
};

const char *sealwright_version(void)
{
    return SW_VERSION;
}

const char *sealwright_message(const struct sealwright *sw)
{
    return sw == NULL ? "" : sw->error.text;
}

enum sealwright_status sw_library_finish(struct sw_error *error, enum sw_code code)
{
    if (code == SW_OK) {
        *error = (struct sw_error){0};
    } else if (error->text[0] == '\0') {
        (void)sw_fail(error, code, "%s", sw_code_text(code));
    }
    return (enum sealwright_status)sw_code_exit(code);
}

static enum sealwright_status finish(struct sealwright *sw, enum sw_code code)
{
    return sw_library_finish(&sw->error, code);
}

sw_result sw_library_begin(struct sealwright *sw)
{
    sw->error = (struct sw_error){0};
    if (sw->store == NULL) {
        return sw_fail(&sw->error, SW_E_USAGE, "the store is not open");
    }
    return SW_OK;
}

static struct held *new_held(void)
{
    struct held *held = calloc(1, sizeof(*held));
    if (held != NULL) {
        sw_arena_init(&held->arena, 0);
    }
    return held;
}

static void free_held(struct held *held)
{
    if (held != NULL) {
        sw_arena_release(&held->arena);
        free(held);
    }
}

/* From a public result back to the memory that holds it. */
#define HELD_OF(ptr, member) ((struct held *)(void *)((char *)(ptr)-offsetof(struct held, member)))

static const char *digest_text(struct sw_arena *arena, const struct sw_digest *digest)
{
    if (digest->alg == 0) {
        return NULL;
    }
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(digest, text);
    return sw_arena_strdup(arena, text);
}

/* --- the store ------------------------------------------------------------------------------- */

static sw_result load_papers(struct sealwright *sw)
{
    const char *trust_path = sw_path_join(&sw->arena, sw->path, "trust.yaml");
    const char *policy_path = sw_path_join(&sw->arena, sw->path, "policy.yaml");
    SW_TRY_PTR(trust_path);
    SW_TRY_PTR(policy_path);
    SW_TRY(sw_trust_new(&sw->trust));
    SW_TRY(sw_trust_load(sw->trust, trust_path, &sw->error));
    return sw_policy_load(&sw->arena, policy_path, &sw->policy, &sw->error);
}

enum sealwright_status sealwright_open(
    const char *path, enum sealwright_mode mode, struct sealwright **out)
{
    return sealwright_open_pinned(path, mode, NULL, NULL, out);
}

enum sealwright_status sealwright_open_pinned(const char *path, enum sealwright_mode mode,
    const char *log_policy, const char *checkpoint, struct sealwright **out)
{
    struct sw_store_pin pin = {log_policy, checkpoint};
    struct sealwright *sw = calloc(1, sizeof(*sw));
    if (sw == NULL) {
        *out = NULL;
        return SEALWRIGHT_ERROR;
    }
    *out = sw;
    sw->writes = mode != SEALWRIGHT_READ;
    sw_arena_init(&sw->arena, 0);
    sw->path = strdup(path);
    if (sw->path == NULL) {
        return finish(sw, SW_E_NOMEM);
    }
    enum sw_code code = load_papers(sw);
    if (code == SW_OK && mode == SEALWRIGHT_WRITE) {
        code = sw_scan_new(&sw->scan, &sw->error);
    }
    if (code == SW_OK) {
        code = sw_store_open_pinned(
            path, sw->writes ? SW_STORE_WRITE : SW_STORE_READ, &pin, &sw->store, &sw->error);
    }
    return finish(sw, code);
}

enum sealwright_status sealwright_close(struct sealwright *sw)
{
    if (sw == NULL) {
        return SEALWRIGHT_PASS;
    }
    enum sw_code code = sw->store == NULL ? SW_OK : sw_store_close(sw->store, &sw->error);
    sw_trust_free(sw->trust);
    sw_scan_free(sw->scan);
    sw_arena_release(&sw->arena);
    free(sw->path);
    free(sw);
    return (enum sealwright_status)sw_code_exit(code);
}

/* --- verify ---------------------------------------------------------------------------------- */

static enum sealwright_status verdict_of(const struct sw_verification *v)
{
    static const enum sealwright_status verdicts[] = {
        [SW_VERDICT_PASS] = SEALWRIGHT_PASS,
        [SW_VERDICT_FAIL] = SEALWRIGHT_FAIL,
        [SW_VERDICT_NO_EVIDENCE] = SEALWRIGHT_NO_EVIDENCE,
    };
    return v->io_error ? SEALWRIGHT_ERROR : verdicts[v->verdict];
}

static sw_result fill_verification(struct held *held, const struct sw_verification *v)
{
    struct sealwright_problem *problems =
        SW_ARENA_ARRAY(&held->arena, struct sealwright_problem, v->problem_count);
    SW_TRY_PTR(problems);
    for (size_t i = 0; i < v->problem_count; i++) {
        problems[i] = (struct sealwright_problem){
            v->problems[i].path, sw_problem_kind_name(v->problems[i].kind), v->problems[i].detail};
    }
    held->verification = (struct sealwright_verification){.verdict = verdict_of(v),
        .signer = v->signer,
        .model_root = digest_text(&held->arena, &v->root),
        .files = v->files,
        .bytes = v->bytes,
        .problems = problems,
        .problem_count = v->problem_count,
        .signature = digest_text(&held->arena, &v->claim)};
    return SW_OK;
}

static sw_result verify(
    struct sealwright *sw, const char *model, const char *signature, struct held *held)
{
    struct sw_verify_request request = {.path = model,
        .signature_path = signature,
        .trust = sw->trust,
        .store = sw->store,
        .options = {.now = sw_time_now()}};
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_verification v;
    SW_TRY(sw_flow_verify(&held->arena, &request, &bytes, &v, &sw->error));
    return fill_verification(held, &v);
}

enum sealwright_status sealwright_verify_model(struct sealwright *sw, const char *model,
    const char *signature, struct sealwright_verification **out)
{
    *out = NULL;
    enum sw_code code = sw_library_begin(sw);
    struct held *held = code == SW_OK ? new_held() : NULL;
    if (held == NULL) {
        return finish(sw, code == SW_OK ? SW_E_NOMEM : code);
    }
    code = verify(sw, model, signature, held);
    if (code != SW_OK) {
        free_held(held);
        return finish(sw, code);
    }
    *out = &held->verification;
    return held->verification.verdict;
}

void sealwright_verification_free(struct sealwright_verification *verification)
{
    free_held(verification == NULL ? NULL : HELD_OF(verification, verification));
}

/* --- admit ----------------------------------------------------------------------------------- */

static enum sealwright_status gate_status(enum sw_gate_verdict verdict)
{
    static const enum sealwright_status verdicts[] = {
        [SW_GATE_PASS] = SEALWRIGHT_PASS,
        [SW_GATE_FAIL] = SEALWRIGHT_FAIL,
        [SW_GATE_NO_EVIDENCE] = SEALWRIGHT_NO_EVIDENCE,
    };
    return verdicts[verdict];
}

static sw_result fill_decision(struct held *held, const struct sw_admitted *admitted)
{
    const struct sw_decision *d = &admitted->decision;
    struct sealwright_rule *rules =
        SW_ARENA_ARRAY(&held->arena, struct sealwright_rule, d->rule_count);
    SW_TRY_PTR(rules);
    for (size_t i = 0; i < d->rule_count; i++) {
        rules[i] = (struct sealwright_rule){d->rules[i].name, gate_status(d->rules[i].verdict),
            d->rules[i].reason, d->rules[i].satisfy};
    }
    held->decision = (struct sealwright_decision){
        .verdict = admitted->verification.io_error ? SEALWRIGHT_ERROR : gate_status(d->verdict),
        .rules = rules,
        .rule_count = d->rule_count,
        .claim = digest_text(&held->arena, &admitted->receipt.claim),
        .leaf = admitted->receipt.leaf,
        .signature = digest_text(&held->arena, &admitted->verification.claim)};
    return SW_OK;
}

#define PEM_MAX ((uint64_t)1 << 20)

sw_result sw_library_key(struct sealwright *sw, struct sw_arena *arena, struct sw_key **key)
{
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    const char *path = sw_path_join(arena, sw->path, "keys/default.key");
    SW_TRY_PTR(path);
    SW_TRY(sw_file_read(path, PEM_MAX, &pem, &sw->error));
    return sw_key_read_private(sw_buf_bytes(&pem), sw_str(NULL), key, &sw->error);
}

static sw_result admit(struct sealwright *sw, const char *model, unsigned flags, struct held *held)
{
    bool dry_run = (flags & SEALWRIGHT_DRY_RUN) != 0;
    if (!dry_run && !sw->writes) {
        return sw_fail(&sw->error, SW_E_USAGE,
            "the store is open for reading only: admit with SEALWRIGHT_DRY_RUN, or open it to "
            "write");
    }
    SW_CLEANUP(key) struct sw_key *key = NULL;
    if (sw->scan == NULL) {
        SW_TRY(sw_scan_new(&sw->scan, &sw->error));
    }
    if (!dry_run) {
        SW_TRY(sw_library_key(sw, &held->arena, &key));
    }
    const char *public_key = sw_path_join(&held->arena, sw->path, "keys/default.pub");
    SW_TRY_PTR(public_key);
    struct sw_signer signer = {.key = key};
    struct sw_admit_request request = {.path = model,
        .store = sw->store,
        .trust = sw->trust,
        .policy = sw->policy,
        .scan = sw->scan,
        .signer = &signer,
        .options = {.now = sw_time_now()},
        .dry_run = dry_run,
        .would_sign = public_key};
    struct sw_admitted admitted;
    SW_TRY(sw_flow_admit(&held->arena, &request, &admitted, &sw->error));
    return fill_decision(held, &admitted);
}

enum sealwright_status sealwright_admit(
    struct sealwright *sw, const char *model, unsigned flags, struct sealwright_decision **out)
{
    *out = NULL;
    enum sw_code code = sw_library_begin(sw);
    struct held *held = code == SW_OK ? new_held() : NULL;
    if (held == NULL) {
        return finish(sw, code == SW_OK ? SW_E_NOMEM : code);
    }
    code = admit(sw, model, flags, held);
    if (code != SW_OK) {
        free_held(held);
        return finish(sw, code);
    }
    *out = &held->decision;
    return held->decision.verdict;
}

void sealwright_decision_free(struct sealwright_decision *decision)
{
    free_held(decision == NULL ? NULL : HELD_OF(decision, decision));
}

/* --- evidence -------------------------------------------------------------------------------- */

enum sealwright_status sealwright_append(
    struct sealwright *sw, const void *bundle, size_t size, uint64_t *leaf)
{
    enum sw_code code = sw_library_begin(sw);
    struct sw_bytes bytes = sw_bytes(bundle, size);
    struct sw_receipt receipt;
    if (code == SW_OK) {
        code = sw_evidence_add(sw->store, &bytes, 1, &receipt, &sw->error);
    }
    if (code == SW_OK && leaf != NULL) {
        *leaf = receipt.leaf;
    }
    return finish(sw, code);
}

static sw_result find(
    struct sealwright *sw, const char *subject, const char *predicate_type, struct held *held)
{
    struct sw_digest digest;
    if (subject != NULL && !sw_digest_parse(sw_str(subject), &digest)) {
        return sw_fail(&sw->error, SW_E_USAGE, "'%s' is not a digest", subject);
    }
    struct sw_evidence_query query = {
        .subject = subject == NULL ? NULL : &digest, .predicate_type = predicate_type};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    SW_TRY(sw_evidence_find(sw->store, &query, &held->arena, &records, &count, &sw->error));
    struct sealwright_claim *claims = SW_ARENA_ARRAY(&held->arena, struct sealwright_claim, count);
    SW_TRY_PTR(claims);
    for (size_t i = 0; i < count; i++) {
        claims[i] = (struct sealwright_claim){.leaf = records[i].leaf,
            .claim = digest_text(&held->arena, &records[i].claim),
            .predicate_type = sw_arena_strndup(&held->arena, records[i].predicate_type),
            .time = records[i].time};
        SW_TRY_PTR(claims[i].claim);
        SW_TRY_PTR(claims[i].predicate_type);
    }
    held->claims = (struct sealwright_claims){claims, count};
    return SW_OK;
}

enum sealwright_status sealwright_find(struct sealwright *sw, const char *subject,
    const char *predicate_type, struct sealwright_claims **out)
{
    *out = NULL;
    enum sw_code code = sw_library_begin(sw);
    struct held *held = code == SW_OK ? new_held() : NULL;
    if (held == NULL) {
        return finish(sw, code == SW_OK ? SW_E_NOMEM : code);
    }
    code = find(sw, subject, predicate_type, held);
    if (code != SW_OK) {
        free_held(held);
        return finish(sw, code);
    }
    *out = &held->claims;
    return held->claims.count == 0 ? SEALWRIGHT_NO_EVIDENCE : SEALWRIGHT_PASS;
}

void sealwright_claims_free(struct sealwright_claims *claims)
{
    free_held(claims == NULL ? NULL : HELD_OF(claims, claims));
}

static sw_result load(struct sealwright *sw, const char *claim, void **bundle, size_t *size)
{
    struct sw_digest digest;
    if (!sw_digest_parse(sw_str(claim), &digest)) {
        return sw_fail(&sw->error, SW_E_USAGE, "'%s' is not a digest", claim);
    }
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    SW_TRY(sw_evidence_load(sw->store, &digest, &buf, &sw->error));
    *size = buf.len;
    *bundle = SW_TAKE(buf.data);
    return SW_OK;
}

enum sealwright_status sealwright_load(
    struct sealwright *sw, const char *claim, void **bundle, size_t *size)
{
    enum sw_code code = sw_library_begin(sw);
    return finish(sw, code == SW_OK ? load(sw, claim, bundle, size) : code);
}
