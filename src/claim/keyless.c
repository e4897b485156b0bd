#include "claim/keyless_private.h"

/* Fulcio's extensions (sigstore/fulcio docs/oid-info.md): who told the authority the identity. The
 * older one holds bare text, the newer one a DER string. */
#define ISSUER_V1 "1.3.6.1.4.1.57264.1.1"
#define ISSUER_V2 "1.3.6.1.4.1.57264.1.8"

SW_DEFINE_CLEANUP_PTR(asn1_object, ASN1_OBJECT, ASN1_OBJECT_free)
SW_DEFINE_CLEANUP_PTR(asn1_utf8, ASN1_UTF8STRING, ASN1_UTF8STRING_free)

/* --- issuer ----------------------------------------------------------------------------------- */

static enum sw_code bad_issuer(struct sw_error *err, const char *words)
{
    ERR_clear_error();
    return sw_fail(err, SW_E_REFUSED, "the signing certificate is refused: %s", words);
}

/* The content of an extension; ptr NULL when it is absent. */
static sw_result find_extension(
    X509 *leaf, const char *oid, struct sw_bytes *out, struct sw_error *err)
{
    SW_CLEANUP(asn1_object) ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    SW_TRY_PTR(object);
    *out = sw_bytes(NULL, 0);
    int at = X509_get_ext_by_OBJ(leaf, object, -1);
    if (at < 0) {
        return SW_OK;
    }
    if (X509_get_ext_by_OBJ(leaf, object, at) >= 0) {
        return bad_issuer(err, "it names its issuer of identities twice");
    }
    const ASN1_OCTET_STRING *data = X509_EXTENSION_get_data(X509_get_ext(leaf, at));
    *out = sw_bytes(ASN1_STRING_get0_data(data), (size_t)ASN1_STRING_length(data));
    return SW_OK;
}

static sw_result copy_issuer(
    struct sw_arena *arena, struct sw_bytes text, const char **out, struct sw_error *err)
{
    char shown[512];
    sw_escape_line((const char *)text.ptr, text.len, shown, sizeof(shown));
    if (text.len == 0 || !sw_str_is(sw_str_of_bytes(text), shown)) {
        return bad_issuer(err, "its issuer of identities is malformed");
    }
    *out = sw_arena_strdup(arena, shown);
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result read_issuer_v2(
    struct sw_arena *arena, struct sw_bytes der, const char **out, struct sw_error *err)
{
    const unsigned char *end = der.ptr;
    SW_CLEANUP(asn1_utf8)
    ASN1_UTF8STRING *text = d2i_ASN1_UTF8STRING(NULL, &end, (long)der.len);
    if (text == NULL || end != der.ptr + der.len) {
        return bad_issuer(err, "its issuer of identities is malformed");
    }
    return copy_issuer(
        arena, sw_bytes(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text)), out, err);
}

/* Where both are there they must agree, or two readers would see two issuers. */
static sw_result read_issuer(
    struct sw_arena *arena, X509 *leaf, const char **out, struct sw_error *err)
{
    struct sw_bytes old;
    struct sw_bytes new;
    const char *issuer = NULL;
    SW_TRY(find_extension(leaf, ISSUER_V1, &old, err));
    SW_TRY(find_extension(leaf, ISSUER_V2, &new, err));
    if (new.ptr != NULL) {
        SW_TRY(read_issuer_v2(arena, new, &issuer, err));
    }
    if (new.ptr != NULL && old.ptr != NULL && !sw_str_is(sw_str_of_bytes(old), issuer)) {
        return bad_issuer(err, "it names two issuers of identities");
    }
    if (issuer == NULL && old.ptr != NULL) {
        SW_TRY(copy_issuer(arena, old, &issuer, err));
    }
    if (issuer == NULL) {
        return bad_issuer(err, "it does not say who issued the identity");
    }
    *out = issuer;
    return SW_OK;
}

static sw_result check_issuer(struct sw_arena *arena, X509 *leaf,
    const struct sw_keyless_rules *rules, const char **out, struct sw_error *err)
{
    SW_TRY(read_issuer(arena, leaf, out, err));
    if (rules->issuer != NULL && strcmp(rules->issuer, *out) != 0) {
        return sw_fail(err, SW_E_REFUSED,
            "the identity in the signing certificate is issued by %.100s, not by %.100s", *out,
            rules->issuer);
    }
    return SW_OK;
}

/* --- chain ------------------------------------------------------------------------------------ */

static sw_result make_roots(
    const struct sw_root_authority *authority, struct sw_roots **out, struct sw_error *err)
{
    SW_CLEANUP(roots) struct sw_roots *roots = NULL;
    SW_TRY(sw_roots_new(&roots));
    for (size_t i = 0; i < authority->certificate_count; i++) {
        SW_TRY(sw_roots_add_der(roots, authority->certificates[i], err));
    }
    *out = SW_TAKE(roots);
    return SW_OK;
}

/* One authority, at one time. */
static sw_result check_under(struct sw_arena *arena, const struct sw_bundle *bundle,
    const struct sw_keyless_rules *rules, const struct sw_root_authority *authority, int64_t time,
    struct sw_chain *out, struct sw_error *err)
{
    SW_CLEANUP(roots) struct sw_roots *roots = NULL;
    SW_TRY(make_roots(authority, &roots, err));
    const struct sw_chain_rules chain_rules = {.roots = roots,
        .time = time,
        .time_known = true,
        .identity = rules->identity,
        .pattern = true};
    return sw_chain_check(
        arena, bundle->certificates, bundle->certificate_count, &chain_rules, out, err);
}

/* By any authority that was valid then. The last refusal is told. */
static sw_result check_at(struct sw_arena *arena, const struct sw_bundle *bundle,
    const struct sw_keyless_rules *rules, int64_t time, struct sw_chain *out, struct sw_error *err)
{
    char when[SW_TIME_TEXT_SIZE];
    enum sw_code rc = SW_E_NOEVIDENCE;
    for (size_t i = 0; i < rules->root->authority_count; i++) {
        const struct sw_root_authority *authority = &rules->root->authorities[i];
        if (!sw_validity_covers(&authority->valid, time)) {
            continue;
        }
        rc = check_under(arena, bundle, rules, authority, time, out, err);
        if (rc == SW_OK) {
            return rc;
        }
    }
    sw_time_format(time, when);
    return rc != SW_E_NOEVIDENCE ? rc
                                 : sw_fail(err, SW_E_REFUSED,
                                       "no certificate authority of the trusted root was valid at "
                                       "%s, the time of signing",
                                       when);
}

/* Whatever else attests a time, it must be one at which the certificate was valid. */
static sw_result check_other_times(struct sw_arena *arena, const struct sw_bundle *bundle,
    const struct sw_keyless_rules *rules, const struct sw_attested *attested, struct sw_error *err)
{
    for (size_t i = 0; i < attested->count; i++) {
        int64_t time = attested->list[i].time;
        if (time == 0 || time == attested->time) {
            continue;
        }
        SW_CLEANUP(chain) struct sw_chain chain = {0};
        SW_TRY(check_at(arena, bundle, rules, time, &chain, err));
    }
    return SW_OK;
}

static sw_result check_chain(struct sw_arena *arena, const struct sw_bundle *bundle,
    const struct sw_keyless_rules *rules, struct sw_chain *chain, struct sw_attested *attested,
    struct sw_error *err)
{
    SW_TRY(check_at(arena, bundle, rules, attested->time, chain, err));
    SW_TRY(check_other_times(arena, bundle, rules, attested, err));
    X509 *leaf = sk_X509_value(chain->path, 0);
    SW_TRY(check_issuer(arena, leaf, rules, &attested->issuer, err));
    if (sk_X509_num(chain->path) < 2) {
        return bad_issuer(err, "it is an authority of the trusted root itself");
    }
    return sw_sct_check(arena, rules, leaf, sk_X509_value(chain->path, 1), attested, err);
}

/* The key that the entries must be about; who certified it is checked behind them, since they say
 * for which time (GHSA-fx35-mq7g-6g98: a bare key here is no certificate). */
static sw_result leaf_key(const struct sw_bundle *bundle, struct sw_key **out, struct sw_error *err)
{
    enum sw_code rc = sw_certificate_key(bundle->certificates[0], out, err);
    return rc == SW_OK ? SW_OK : sw_error_prefix(err, rc, "the signing certificate");
}

sw_result sw_keyless_check(struct sw_arena *arena, const struct sw_bundle *bundle,
    const struct sw_keyless_rules *rules, struct sw_chain_result *out, struct sw_attested *attested,
    struct sw_error *err)
{
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_CLEANUP(chain) struct sw_chain chain = {0};
    struct sw_attested found;
    SW_TRY(leaf_key(bundle, &key, err));
    const struct sw_logged logged = {bundle, key};
    SW_TRY(sw_attest(arena, &logged, rules, &found, err));
    if (found.time == 0) {
        return sw_fail(err, SW_E_NOEVIDENCE, "nobody attests when it was signed");
    }
    SW_TRY(check_chain(arena, bundle, rules, &chain, &found, err));
    *out = (struct sw_chain_result){.identity = chain.identity, .key = SW_TAKE(chain.key)};
    *attested = found;
    return SW_OK;
}
