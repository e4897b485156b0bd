#include "claim/keyless_private.h"
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
    struct sw_attested attested;
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

static struct sw_keyless_rules attest_rules(
    const struct check *check, const struct sw_trusted *signer)
{
    return (struct sw_keyless_rules){
        .root = signer->trusted_root,
        .identity = signer->identity,
        .issuer = signer->issuer,
        .limits = signer->limits,
        .now = check->options->now,
    };
}

/* Where nobody's logs are trusted for a signer, what the bundle holds of them counts for nothing.
 */
static sw_result attest(const struct check *check, const struct sw_trusted *signer,
    const struct sw_key *key, struct sw_attested *out)
{
    const struct sw_bundle *bundle = &check->bundle;
    if (signer->trusted_root == NULL) {
        *out = (struct sw_attested){.unchecked = bundle->entry_count + bundle->timestamp_count};
        return SW_OK;
    }
    const struct sw_logged logged = {bundle, key};
    const struct sw_keyless_rules rules = attest_rules(check, signer);
    return sw_attest(check->arena, &logged, &rules, out, check->err);
}

static sw_result match_key(struct check *check, const struct sw_trusted *signer, struct match *out)
{
    char hint[SW_KEY_HINT_SIZE];
    SW_TRY(verify_signature(check, signer->key));
    sw_key_hint(signer->key, hint);
    const char *identity = sw_arena_printf(check->arena, "key:%s", hint);
    SW_TRY_PTR(identity);
    struct sw_attested attested;
    SW_TRY(attest(check, signer, signer->key, &attested));
    *out = (struct match){signer, identity, attested};
    return SW_OK;
}

/* The time for which a chain is judged must be known before; a leaf that turns out not to be
 * certified makes what was attested of it worthless. */
static sw_result attest_chain(
    struct check *check, const struct sw_trusted *signer, struct sw_attested *out)
{
    SW_CLEANUP(key) struct sw_key *key = NULL;
    if (signer->trusted_root != NULL) {
        enum sw_code rc = sw_certificate_key(check->bundle.certificates[0], &key, check->err);
        if (rc != SW_OK) {
            return sw_error_prefix(check->err, rc, "the signing certificate");
        }
    }
    return attest(check, signer, key, out);
}

static sw_result match_chain(
    struct check *check, const struct sw_trusted *signer, struct match *out)
{
    struct sw_attested attested;
    SW_TRY(attest_chain(check, signer, &attested));
    const struct sw_chain_rules rules = {
        .roots = signer->roots,
        .time = attested.time != 0 ? attested.time : check->time,
        .time_known = attested.time != 0 || check->options->signing_time != 0,
        .identity = signer->identity,
    };
    struct sw_chain_result chain;
    SW_TRY(sw_chain_verify(check->arena, check->bundle.certificates,
        check->bundle.certificate_count, &rules, &chain, check->err));
    SW_CLEANUP(key) struct sw_key *key = chain.key;
    SW_TRY(verify_signature(check, key));
    *out = (struct match){signer, chain.identity, attested};
    return SW_OK;
}

static sw_result match_keyless(
    struct check *check, const struct sw_trusted *signer, struct match *out)
{
    const struct sw_keyless_rules rules = attest_rules(check, signer);
    struct sw_chain_result chain;
    struct sw_attested attested;
    SW_TRY(sw_keyless_check(check->arena, &check->bundle, &rules, &chain, &attested, check->err));
    SW_CLEANUP(key) struct sw_key *key = chain.key;
    SW_TRY(verify_signature(check, key));
    *out = (struct match){signer, chain.identity, attested};
    return SW_OK;
}

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

static bool is_keyless(
    const struct check *check, const struct sw_trusted *signer, const struct sw_key *raw_key)
{
    return sw_trusted_is_keyless(signer);
}

static const struct method_row methods[] = {
    [SW_BUNDLE_KEY] = {match_key, key_fits},
    [SW_BUNDLE_CHAIN] = {match_chain, has_roots},
    [SW_BUNDLE_CERTIFICATE] = {match_keyless, is_keyless},
};

static sw_result check_time(const struct check *check, const struct match *match)
{
    const struct sw_trusted *signer = match->signer;
    bool attested = match->attested.time != 0;
    int64_t time = attested ? match->attested.time : check->time;
    if (time >= signer->from && time < signer->until) {
        return SW_OK;
    }
    bool early = time < signer->from;
    char when[SW_TIME_TEXT_SIZE];
    char bound[SW_TIME_TEXT_SIZE];
    sw_time_format(time, when);
    sw_time_format(early ? signer->from : signer->until, bound);
    return sw_fail(check->err, SW_E_REFUSED,
        "it is signed by %s, who is trusted %s %s, and the time of %s is %s", signer->name,
        early ? "only from" : "only until", bound,
        attested || check->options->signing_time != 0 ? "signing" : "this check", when);
}

/* Nothing of the payload is looked at before the signature over it was checked. */
static sw_result check_statement(
    struct check *check, const struct match *match, struct sw_statement *out)
{
    const struct sw_trusted *signer = match->signer;
    SW_TRY(check_time(check, match));
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
    *out = (struct sw_claim){check->bundle, *statement, signer, match->identity, match->attested};
    return SW_OK;
}

/* How much a refusal tells: of a signature that is by nobody asked, of one that lacks what would
 * tell, of a signer who signed but may not. The most telling one is kept. */
enum telling { BY_ANOTHER = 1, LACKING, MAY_NOT };

/* What came of asking the signers one by one. */
struct search {
    size_t tried;
    enum telling telling;
    enum sw_code code;
    struct sw_error why;
};

static bool is_refusal(enum sw_code rc)
{
    return rc == SW_E_REFUSED || rc == SW_E_NOEVIDENCE;
}

static void keep_refusal(
    struct search *search, const struct check *check, enum sw_code rc, bool matched)
{
    enum telling telling = matched ? MAY_NOT : rc == SW_E_NOEVIDENCE ? LACKING : BY_ANOTHER;
    search->tried++;
    if (telling >= search->telling) {
        search->telling = telling;
        search->code = rc;
        search->why = *check->err;
    }
}

static sw_result try_signer(struct check *check, const struct sw_trusted *signer,
    struct search *search, struct sw_claim *out)
{
    struct match match = {0};
    struct sw_statement statement;
    check->by_v02 = false;
    enum sw_code rc = methods[check->bundle.method].match(check, signer, &match);
    if (rc == SW_OK) {
        rc = check_statement(check, &match, &statement);
    }
    if (rc == SW_OK) {
        return finish(check, &match, &statement, out);
    }
    if (is_refusal(rc)) {
        keep_refusal(search, check, rc, match.signer != NULL);
    }
    return rc;
}

static enum sw_code nobody(const struct check *check, const struct search *search)
{
    if (search->tried != 0) {
        bool unclear = search->tried > 1 && search->telling == BY_ANOTHER;
        return sw_fail(check->err, search->code, "%s%s",
            unclear ? "it is signed by no trusted signer; the last one tried: " : "",
            search->why.text);
    }
    if (check->bundle.method == SW_BUNDLE_CHAIN) {
        return sw_fail(check->err, SW_E_REFUSED,
            "it is signed with a certificate, and no trusted signer has roots");
    }
    if (check->bundle.method == SW_BUNDLE_CERTIFICATE) {
        return sw_fail(check->err, SW_E_REFUSED,
            "it is signed keyless (Sigstore), and no trusted signer has a trusted-root and an "
            "identity for that");
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
        if (!is_refusal(rc)) {
            return rc;
        }
    }
    return nobody(check, &search);
}

static sw_result check_kind(const struct check *check)
{
    const struct sw_bundle *bundle = &check->bundle;
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
