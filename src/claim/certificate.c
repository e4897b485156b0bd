#include "claim/bundle.h"
#include "claim/certificate_private.h"

#define PEM_MAX ((uint64_t)4 << 20)
#define CERTIFICATE_NAME "CERTIFICATE"

SW_DEFINE_CLEANUP_PTR(store_ctx, X509_STORE_CTX, X509_STORE_CTX_free)

struct sw_roots {
    X509_STORE *store;
};

sw_result sw_roots_new(struct sw_roots **out)
{
    struct sw_roots *roots = calloc(1, sizeof(*roots));
    SW_TRY_PTR(roots);
    roots->store = X509_STORE_new();
    if (roots->store == NULL) {
        free(roots);
        return SW_E_NOMEM;
    }
    *out = roots;
    return SW_OK;
}

void sw_roots_free(struct sw_roots *roots)
{
    if (roots != NULL) {
        X509_STORE_free(roots->store);
        free(roots);
    }
}

sw_result sw_certificate_parse(struct sw_bytes der, X509 **out, struct sw_error *err)
{
    const unsigned char *end = der.ptr;
    SW_CLEANUP(x509) X509 *cert = der.len > PEM_MAX ? NULL : d2i_X509(NULL, &end, (long)der.len);
    if (cert == NULL) {
        return sw_ssl_fail(err, SW_E_FORMAT, "not a DER certificate");
    }
    if (end != der.ptr + der.len) {
        return sw_fail(err, SW_E_FORMAT, "there are bytes behind the DER certificate");
    }
    *out = SW_TAKE(cert);
    return SW_OK;
}

/* Calls `visit` for each certificate of a PEM text. Other blocks are refused, so that a key put
 * here by mistake is noticed. */
static sw_result each_pem(struct sw_bytes pem,
    sw_result (*visit)(void *ctx, struct sw_bytes der, struct sw_error *err), void *ctx,
    struct sw_error *err)
{
    if (pem.len > PEM_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the file is too long for certificates");
    }
    SW_CLEANUP(bio) BIO *bio = sw_ssl_reader(pem);
    SW_TRY_PTR(bio);
    for (size_t count = 0;; count++) {
        SW_CLEANUP(pem_block) struct sw_pem_block block = {0};
        enum sw_code rc = sw_pem_next(bio, &block, err);
        if (rc == SW_E_NOENT && count != 0) {
            return SW_OK;
        }
        if (rc == SW_E_NOENT) {
            return sw_fail(err, SW_E_FORMAT, "no PEM certificate (\"BEGIN CERTIFICATE\") here");
        }
        SW_TRY(rc);
        if (strcmp(block.name, CERTIFICATE_NAME) != 0) {
            return sw_fail(err, SW_E_FORMAT, "PEM certificates were expected, and this is a %.40s",
                block.name);
        }
        SW_TRY(visit(ctx, sw_bytes(block.data, (size_t)block.len), err));
    }
}

sw_result sw_roots_add_der(struct sw_roots *roots, struct sw_bytes der, struct sw_error *err)
{
    SW_CLEANUP(x509) X509 *cert = NULL;
    SW_TRY(sw_certificate_parse(der, &cert, err));
    if (X509_STORE_add_cert(roots->store, cert) != 1) {
        return sw_ssl_fail(err, SW_E_FORMAT, "cannot take the certificate as a root");
    }
    return SW_OK;
}

static sw_result add_root(void *ctx, struct sw_bytes der, struct sw_error *err)
{
    return sw_roots_add_der(ctx, der, err);
}

sw_result sw_roots_add_pem(struct sw_roots *roots, struct sw_bytes pem, struct sw_error *err)
{
    return each_pem(pem, add_root, roots, err);
}

static sw_result hash_der(X509 *cert, struct sw_hash *hash)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    if (len < 0) {
        return SW_E_NOMEM;
    }
    sw_hash_update(hash, der, (size_t)len);
    OPENSSL_free(der);
    return SW_OK;
}

sw_result sw_roots_hash(const struct sw_roots *roots, struct sw_hash *hash)
{
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(roots->store);
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509 *cert = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        SW_TRY(cert == NULL ? SW_OK : hash_der(cert, hash));
    }
    return SW_OK;
}

struct pem_split {
    struct sw_arena *arena;
    struct sw_bytes *out;
    size_t max;
    size_t count;
};

static sw_result split_one(void *ctx, struct sw_bytes der, struct sw_error *err)
{
    struct pem_split *split = ctx;
    SW_CLEANUP(x509) X509 *cert = NULL;
    SW_TRY(sw_certificate_parse(der, &cert, err));
    if (split->count == split->max) {
        return sw_fail(
            err, SW_E_LIMIT, "there are more than %zu certificates in a chain", split->max);
    }
    const uint8_t *copy = sw_arena_copy(split->arena, der);
    SW_TRY_PTR(copy);
    split->out[split->count++] = sw_bytes(copy, der.len);
    return SW_OK;
}

sw_result sw_certificates_from_pem(struct sw_arena *arena, struct sw_bytes pem,
    struct sw_bytes *out, size_t max, size_t *count, struct sw_error *err)
{
    struct pem_split split = {arena, out, max, 0};
    SW_TRY(each_pem(pem, split_one, &split, err));
    *count = split.count;
    return SW_OK;
}

static sw_result key_of(const X509 *cert, struct sw_key **out, struct sw_error *err)
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    if (len <= 0) {
        return sw_ssl_fail(err, SW_E_FORMAT, "the certificate's key is damaged");
    }
    enum sw_code rc = sw_key_read_spki(sw_bytes(der, (size_t)len), out, err);
    OPENSSL_free(der);
    return rc == SW_OK ? SW_OK : sw_error_prefix(err, rc, "the certificate's key");
}

sw_result sw_certificate_key(struct sw_bytes der, struct sw_key **out, struct sw_error *err)
{
    SW_CLEANUP(x509) X509 *cert = NULL;
    SW_TRY(sw_certificate_parse(der, &cert, err));
    return key_of(cert, out, err);
}

/* The rules for the leaf, each true when it holds. */
static bool may_make_signatures(X509 *leaf)
{
    /* All bits set when the extension is absent (RFC 5280 section 4.2.1.3: no restriction). */
    return (X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) != 0;
}

static bool has_extended_usage(X509 *leaf)
{
    return (X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) != 0;
}

/* anyExtendedKeyUsage does not count: a certificate made for everything was not made for this. */
static bool may_sign_code(X509 *leaf)
{
    return (X509_get_extended_key_usage(leaf) & XKU_CODE_SIGN) != 0;
}

/* What can issue certificates could issue itself any identity. cA alone does not make that so:
 * a keyUsage without keyCertSign takes it away (RFC 5280 section 4.2.1.9), and leaves with cA and
 * only digitalSignature are in use. */
static bool cannot_issue(X509 *leaf)
{
    bool is_ca = (X509_get_extension_flags(leaf) & EXFLAG_CA) != 0;
    return !is_ca || (X509_get_key_usage(leaf) & KU_KEY_CERT_SIGN) == 0;
}

static bool is_well_formed(X509 *leaf)
{
    return (X509_get_extension_flags(leaf) & EXFLAG_INVALID) == 0;
}

static const struct {
    bool (*holds)(X509 *leaf);
    const char *broken;
} leaf_rules[] = {
    {is_well_formed, "its extensions are malformed"},
    {may_make_signatures, "its keyUsage does not allow digitalSignature"},
    {has_extended_usage, "it has no extendedKeyUsage; codeSigning is required"},
    {may_sign_code, "its extendedKeyUsage does not include codeSigning"},
    {cannot_issue, "it is the certificate of an authority, not of a signer"},
};

static sw_result check_leaf(X509 *leaf, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(leaf_rules); i++) {
        if (!leaf_rules[i].holds(leaf)) {
            return sw_fail(
                err, SW_E_REFUSED, "the signing certificate is refused: %s", leaf_rules[i].broken);
        }
    }
    return SW_OK;
}

/* An issuer that is itself restricted to other uses cannot vouch for code signing. */
static sw_result check_issuers(STACK_OF(X509) * chain, struct sw_error *err)
{
    for (int i = 1; i < sk_X509_num(chain); i++) {
        X509 *issuer = sk_X509_value(chain, i);
        bool restricted = has_extended_usage(issuer);
        uint32_t usage = X509_get_extended_key_usage(issuer);
        if (restricted && (usage & (XKU_CODE_SIGN | XKU_ANYEKU)) == 0) {
            return sw_fail(err, SW_E_REFUSED,
                "certificate %d of the chain is refused: its extendedKeyUsage does not include "
                "codeSigning",
                i);
        }
    }
    return SW_OK;
}

static void set_params(X509_STORE_CTX *ctx, const struct sw_chain_rules *rules)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)rules->time);
    X509_VERIFY_PARAM_set_depth(param, SW_BUNDLE_MAX_CERTIFICATES);
    /* 112 bits: no SHA-1, no RSA below 2048 (SP 800-57 part 1). */
    X509_VERIFY_PARAM_set_auth_level(param, 2);
}

static enum sw_code path_refused(
    X509_STORE_CTX *ctx, const struct sw_chain_rules *rules, struct sw_error *err)
{
    char when[SW_TIME_TEXT_SIZE];
    sw_time_format(rules->time, when);
    const char *reason = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
    int depth = X509_STORE_CTX_get_error_depth(ctx);
    ERR_clear_error();
    return sw_fail(err, SW_E_REFUSED, "certificate %d of the chain is refused: %s (at %s, %s)",
        depth, reason, when, rules->time_known ? "the time of signing" : "the time of the check");
}

/* RFC 5280 section 6 by OpenSSL, over the caller's roots and nothing else. A leaf that is itself
 * one of them is trusted as such: whoever named it as a root named its key. OpenSSL's strict mode
 * stays off: it refuses the roots that `openssl req -x509` makes, and adds nothing to roots that a
 * person chose. */
static sw_result check_path(X509 *leaf, STACK_OF(X509) * issuers,
    const struct sw_chain_rules *rules, STACK_OF(X509) * *path, struct sw_error *err)
{
    SW_CLEANUP(store_ctx) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    SW_TRY_PTR(ctx);
    if (X509_STORE_CTX_init(ctx, rules->roots->store, leaf, issuers) != 1) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot check certificates");
    }
    set_params(ctx, rules);
    if (X509_verify_cert(ctx) != 1) {
        return path_refused(ctx, rules, err);
    }
    *path = X509_STORE_CTX_get1_chain(ctx);
    SW_TRY_PTR(*path);
    return check_issuers(*path, err);
}

static sw_result parse_chain(const struct sw_bytes *certificates, size_t count, X509 **leaf,
    STACK_OF(X509) * issuers, struct sw_error *err)
{
    for (size_t i = 0; i < count; i++) {
        SW_CLEANUP(x509) X509 *cert = NULL;
        enum sw_code rc = sw_certificate_parse(certificates[i], &cert, err);
        if (rc != SW_OK) {
            return sw_error_prefix(err, rc, "certificate %zu of the chain", i);
        }
        if (i == 0) {
            *leaf = SW_TAKE(cert);
            continue;
        }
        if (sk_X509_push(issuers, cert) == 0) {
            return SW_E_NOMEM;
        }
        (void)SW_TAKE(cert);
    }
    return SW_OK;
}

static sw_result check_request(
    size_t count, const struct sw_chain_rules *rules, struct sw_error *err)
{
    if (count == 0 || count > SW_BUNDLE_MAX_CERTIFICATES) {
        return sw_fail(err, SW_E_LIMIT, "a chain has 1 to %d certificates, not %zu",
            SW_BUNDLE_MAX_CERTIFICATES, count);
    }
    if (rules->identity != NULL && !sw_identity_is_valid(sw_str(rules->identity))) {
        return sw_fail(err, SW_E_USAGE,
            "identity \"%.100s\" does not begin with email:, uri:, dns: or cn:", rules->identity);
    }
    return SW_OK;
}

void sw_chain_release(struct sw_chain *chain)
{
    sw_x509_stack_free(chain->path);
    sw_key_free(chain->key);
    *chain = (struct sw_chain){0};
}

sw_result sw_chain_check(struct sw_arena *arena, const struct sw_bytes *certificates, size_t count,
    const struct sw_chain_rules *rules, struct sw_chain *out, struct sw_error *err)
{
    SW_TRY(check_request(count, rules, err));
    SW_CLEANUP(x509) X509 *leaf = NULL;
    SW_CLEANUP(x509_stack) STACK_OF(X509) *issuers = sk_X509_new_null();
    SW_CLEANUP(chain) struct sw_chain chain = {0};
    SW_TRY_PTR(issuers);
    SW_TRY(parse_chain(certificates, count, &leaf, issuers, err));
    SW_TRY(check_path(leaf, issuers, rules, &chain.path, err));
    SW_TRY(check_leaf(leaf, err));
    SW_TRY(sw_identity_check(arena, leaf, rules, &chain.identity, err));
    SW_TRY(key_of(leaf, &chain.key, err));
    *out = (struct sw_chain){SW_TAKE(chain.path), chain.identity, SW_TAKE(chain.key)};
    return SW_OK;
}

sw_result sw_chain_verify(struct sw_arena *arena, const struct sw_bytes *certificates, size_t count,
    const struct sw_chain_rules *rules, struct sw_chain_result *out, struct sw_error *err)
{
    SW_CLEANUP(chain) struct sw_chain chain = {0};
    SW_TRY(sw_chain_check(arena, certificates, count, rules, &chain, err));
    *out = (struct sw_chain_result){.identity = chain.identity, .key = SW_TAKE(chain.key)};
    return SW_OK;
}
