#include "claim/trust_private.h"

/* One check of one bundle. */
struct check {
    struct sw_arena *arena;
    const struct sw_trust *trust;
    const struct sw_verify_options *options;
    struct sw_bundle bundle;
    int64_t time; /* when it was signed, as far as that is known; else now */
    bool by_v02;  /* the signature is over the encoding of model-signing 0.2 */
    struct sw_error *err;
};

/* A signer whose signature this is, and the name that stands for it. */
struct match {
    const struct sw_trusted *signer;
    const char *identity;
};

/* model-signing 0.2 hashed with SHA-256 whatever the curve. */
static sw_result verify_v02(struct check *check, const struct sw_key *key)
{
    const struct sw_bundle *bundle = &check->bundle;
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    SW_TRY(sw_dsse_pae_v02(&pae, bundle->payload_type, bundle->payload));
    SW_TRY(sw_key_verify_with(key, SW_SHA256, sw_buf_bytes(&pae), bundle->signature, check->err));
    check->by_v02 = true;
    return SW_OK;
}

static sw_result verify_signature(struct check *check, const struct sw_key *key)
{
    const struct sw_bundle *bundle = &check->bundle;
    SW_CLEANUP(buf) struct sw_buf pae = SW_BUF_INIT;
    SW_TRY(sw_buf_reserve(&pae, bundle->payload.len + bundle->payload_type.len + 64));
    SW_TRY(sw_dsse_pae(&pae, bundle->payload_type, bundle->payload));
    enum sw_code rc = sw_key_verify(key, sw_buf_bytes(&pae), bundle->signature, check->err);
    bool ecdsa = sw_key_alg_of(key) != SW_KEY_ED25519;
    if (rc != SW_E_REFUSED || !check->options->legacy || !ecdsa) {
        return rc;
    }
    sw_buf_release(&pae);
    return verify_v02(check, key);
}

/* Before 1.1, model-signing put the key itself into the bundle. It says which key is meant and
 * nothing more: whoever wrote the bundle wrote it. */
static sw_result read_raw_key(const struct check *check, struct sw_key **out)
{
    if (check->bundle.raw_key.len == 0) {
        return SW_OK;
    }
    enum sw_code rc = sw_key_read_public(check->bundle.raw_key, out, check->err);
    return rc == SW_OK ? SW_OK : sw_error_prefix(check->err, rc, "bundle: publicKey.rawBytes");
}

static bool key_fits(
    const struct check *check, const struct sw_trusted *signer, const struct sw_key *raw_key)
{
    char hint[SW_KEY_HINT_SIZE];
    if (signer->key == NULL) {
        return false;
    }
    sw_key_hint(signer->key, hint);
    if (check->bundle.hint.len != 0 && !sw_str_is(check->bundle.hint, hint)) {
        return false;
    }
    return raw_key == NULL || sw_key_equal(raw_key, signer->key);
}

static sw_result check_hint(const struct check *check)
{
    const struct sw_verify_options *options = check->options;
    if (check->bundle.hint.len != 0 || options->legacy || options->allow_missing_hint) {
        return SW_OK;
    }
    return sw_fail(check->err, SW_E_REFUSED,
        "the bundle has no key hint, as model-signing before 1.1 wrote it; allow a missing hint or "
        "legacy bundles to take it");
}

static enum sw_code unknown_key(const struct check *check)
{
    struct sw_str hint = check->bundle.hint;
    if (hint.len == 0) {
        return sw_fail(
            check->err, SW_E_REFUSED, "it is not signed by the key of any trusted signer");
    }
    return sw_fail(check->err, SW_E_REFUSED,
        "it is signed by the key %.*s..., which no trusted signer has",
        hint.len < 16 ? (int)hint.len : 16, hint.ptr);
}

static sw_result match_key(struct check *check, const struct sw_trusted *signer, struct match *out)
{
    char hint[SW_KEY_HINT_SIZE];
    SW_TRY(verify_signature(check, signer->key));
    sw_key_hint(signer->key, hint);
    const char *identity = sw_arena_printf(check->arena, "key:%s", hint);
    SW_TRY_PTR(identity);
    *out = (struct match){signer, identity};
    return SW_OK;
}

static sw_result match_chain(
    struct check *check, const struct sw_trusted *signer, struct match *out)
{
    const struct sw_chain_rules rules = {
        .roots = signer->roots,
        .time = check->time,
        .time_known = check->options->signing_time != 0,
        .identity = signer->identity,
    };
    struct sw_chain_result chain;
    SW_TRY(sw_chain_verify(check->arena, check->bundle.certificates,
        check->bundle.certificate_count, &rules, &chain, check->err));
    SW_CLEANUP(key) struct sw_key *key = chain.key;
    SW_TRY(verify_signature(check, key));
    *out = (struct match){signer, chain.identity};
    return SW_OK;
}

/* The two methods that this room checks. */
struct method_row {
    sw_result (*match)(struct check *check, const struct sw_trusted *signer, struct match *out);
    bool (*fits)(
        const struct check *check, const struct sw_trusted *signer, const struct sw_key *raw_key);
};

static bool has_roots(
    const struct check *check, const struct sw_trusted *signer, const struct sw_key *raw_key)
{
    return signer->roots != NULL;
}

static const struct method_row methods[] = {
    [SW_BUNDLE_KEY] = {match_key, key_fits},
    [SW_BUNDLE_CHAIN] = {match_chain, has_roots},
};

static sw_result check_time(const struct check *check, const struct sw_trusted *signer)
{
    if (check->time >= signer->from && check->time < signer->until) {
        return SW_OK;
    }
    bool early = check->time < signer->from;
    char when[SW_TIME_TEXT_SIZE];
    char bound[SW_TIME_TEXT_SIZE];
    sw_time_format(check->time, when);
    sw_time_format(early ? signer->from : signer->until, bound);
    return sw_fail(check->err, SW_E_REFUSED,
        "it is signed by %s, who is trusted %s %s, and the time of %s is %s", signer->name,
        early ? "only from" : "only until", bound,
        check->options->signing_time != 0 ? "signing" : "this check", when);
}

/* Nothing of the payload is looked at before the signature over it was checked. */
static sw_result check_statement(
    struct check *check, const struct sw_trusted *signer, struct sw_statement *out)
{
    SW_TRY(check_time(check, signer));
    SW_TRY(sw_statement_parse(check->arena, check->bundle.payload, out, check->err));
    struct sw_str type = out->predicate_type;
    if (check->by_v02 && !sw_str_is(type, SW_PREDICATE_OMS_V02)) {
        return sw_fail(check->err, SW_E_REFUSED,
            "the signature is in the encoding of model-signing 0.2, which only %s may have",
            SW_PREDICATE_OMS_V02);
    }
    if (!sw_trusted_may_sign(signer, type)) {
        return sw_fail(check->err, SW_E_REFUSED,
            "it is signed by %s, who may not sign %.*s (see may-sign in trust.yaml)", signer->name,
            type.len < 128 ? (int)type.len : 128, type.ptr);
    }
    return SW_OK;
}

static sw_result finish(const struct check *check, const struct match *match,
    const struct sw_statement *statement, struct sw_claim *out)
{
    const char *signer = sw_arena_strdup(check->arena, match->signer->name);
    SW_TRY_PTR(signer);
    *out = (struct sw_claim){check->bundle, *statement, signer, match->identity};
    return SW_OK;
}

/* What came of asking the signers one by one. The most telling refusal is kept: that of a signer
 * who signed but may not, before that of one whose signature it is not. */
struct search {
    size_t tried;
    bool signed_by_one;
    struct sw_error why;
};

static void keep_refusal(struct search *search, const struct check *check, bool matched)
{
    if (matched || !search->signed_by_one) {
        search->why = *check->err;
    }
    search->tried++;
    search->signed_by_one = search->signed_by_one || matched;
}

static sw_result try_signer(struct check *check, const struct sw_trusted *signer,
    struct search *search, struct sw_claim *out)
{
    struct match match = {0};
    struct sw_statement statement;
    check->by_v02 = false;
    enum sw_code rc = methods[check->bundle.method].match(check, signer, &match);
    if (rc == SW_OK) {
        rc = check_statement(check, signer, &statement);
    }
    if (rc == SW_OK) {
        return finish(check, &match, &statement, out);
    }
    if (rc == SW_E_REFUSED) {
        keep_refusal(search, check, match.signer != NULL);
    }
    return rc;
}

static enum sw_code nobody(const struct check *check, const struct search *search)
{
    if (search->tried != 0) {
        bool unclear = search->tried > 1 && !search->signed_by_one;
        return sw_fail(check->err, SW_E_REFUSED, "%s%s",
            unclear ? "it is signed by no trusted signer; the last one tried: " : "",
            search->why.text);
    }
    if (check->bundle.method == SW_BUNDLE_CHAIN) {
        return sw_fail(check->err, SW_E_REFUSED,
            "it is signed with a certificate, and no trusted signer has roots");
    }
    return unknown_key(check);
}

static sw_result find_signer(struct check *check, struct sw_claim *out)
{
    const struct method_row *method = &methods[check->bundle.method];
    struct search search = {0};
    SW_CLEANUP(key) struct sw_key *raw_key = NULL;
    SW_TRY(read_raw_key(check, &raw_key));
    for (size_t i = 0; i < check->trust->count; i++) {
        const struct sw_trusted *signer = &check->trust->signers[i];
        if (!method->fits(check, signer, raw_key)) {
            continue;
        }
        enum sw_code rc = try_signer(check, signer, &search, out);
        if (rc != SW_E_REFUSED) {
            return rc;
        }
    }
    return nobody(check, &search);
}

static sw_result check_kind(const struct check *check)
{
    const struct sw_bundle *bundle = &check->bundle;
    if (bundle->method == SW_BUNDLE_CERTIFICATE) {
        return sw_fail(check->err, SW_E_UNSUPPORTED,
            "keyless (Sigstore) bundles cannot be checked by this build; sign with a key or a "
            "certificate chain");
    }
    if (!sw_str_is(bundle->payload_type, SW_DSSE_INTOTO_TYPE)) {
        return sw_fail(check->err, SW_E_FORMAT, "the payload type \"%.*s\" is not %s",
            bundle->payload_type.len < 64 ? (int)bundle->payload_type.len : 64,
            bundle->payload_type.ptr, SW_DSSE_INTOTO_TYPE);
    }
    return bundle->method == SW_BUNDLE_KEY ? check_hint(check) : SW_OK;
}

sw_result sw_claim_verify(struct sw_arena *arena, const struct sw_trust *trust,
    struct sw_bytes bundle, const struct sw_verify_options *options, struct sw_claim *out,
    struct sw_error *err)
{
    struct sw_error unwanted = {0};
    struct check check = {
        .arena = arena,
        .trust = trust,
        .options = options,
        .time = options->signing_time != 0 ? options->signing_time : options->now,
        .err = err == NULL ? &unwanted : err,
    };
    SW_TRY(sw_bundle_parse(arena, bundle, &check.bundle, check.err));
    SW_TRY(check_kind(&check));
    SW_TRY(find_signer(&check, out));
    *check.err = (struct sw_error){0}; /* what other signers were refused for is no news now */
    return SW_OK;
}
