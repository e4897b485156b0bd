#include "claim/key_private.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

/* One row per algorithm; the details are the names of sigstore_common.proto, PublicKeyDetails. */
static const struct key_row {
    const char *name;
    const char *group;   /* OpenSSL's name of the curve; NULL: none */
    const char *display; /* OpenSSL's name to generate with */
    const char *details;
    enum sw_digest_alg hash; /* 0: the algorithm hashes by itself */
} rows[] = {
    [SW_KEY_P256] = {"ecdsa-p256", "prime256v1", "P-256", "PKIX_ECDSA_P256_SHA_256", SW_SHA256},
    [SW_KEY_P384] = {"ecdsa-p384", "secp384r1", "P-384", "PKIX_ECDSA_P384_SHA_384", SW_SHA384},
    [SW_KEY_P521] = {"ecdsa-p521", "secp521r1", "P-521", "PKIX_ECDSA_P521_SHA_512", SW_SHA512},
    [SW_KEY_ED25519] = {"ed25519", NULL, "ED25519", "PKIX_ED25519", 0},
};

static const EVP_MD *md_of(enum sw_digest_alg hash)
{
    switch (hash) {
    case SW_SHA256: return EVP_sha256();
    case SW_SHA384: return EVP_sha384();
    case SW_SHA512: return EVP_sha512();
    case SW_BLAKE2B: break;
    }
    return NULL;
}

static bool is_known(enum sw_key_alg alg)
{
    return (size_t)alg < SW_COUNT(rows) && rows[alg].name != NULL;
}

const char *sw_key_alg_name(enum sw_key_alg alg)
{
    return is_known(alg) ? rows[alg].name : "none";
}

const char *sw_key_alg_details(enum sw_key_alg alg)
{
    return is_known(alg) ? rows[alg].details : "PUBLIC_KEY_DETAILS_UNSPECIFIED";
}

bool sw_key_alg_parse(struct sw_str name, enum sw_key_alg *out)
{
    for (size_t i = SW_KEY_P256; i < SW_COUNT(rows); i++) {
        if (sw_str_is(name, rows[i].name)) {
            *out = (enum sw_key_alg)i;
            return true;
        }
    }
    return false;
}

/* A curve given by its parameters instead of its name may be one that somebody made to break it
 * (CVE-2020-0601); RFC 5480 section 2.1.1 forbids it. */
static bool has_explicit_curve(const EVP_PKEY *pkey)
{
    int is_explicit = 0;
    return EVP_PKEY_get_int_param(
               pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &is_explicit) != 1 ||
           is_explicit != 0;
}

static sw_result classify_curve(const EVP_PKEY *pkey, enum sw_key_alg *out, struct sw_error *err)
{
    char group[64] = "";
    if (has_explicit_curve(pkey) ||
        EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "the key's elliptic curve is not given by name; use P-256, P-384 or P-521");
    }
    for (size_t i = SW_KEY_P256; i < SW_COUNT(rows); i++) {
        if (rows[i].group != NULL && strcmp(group, rows[i].group) == 0) {
            *out = (enum sw_key_alg)i;
            return SW_OK;
        }
    }
    return sw_fail(err, SW_E_UNSUPPORTED,
        "keys on the curve %s are not supported; use P-256, P-384 or P-521", group);
}

static sw_result classify(const EVP_PKEY *pkey, enum sw_key_alg *out, struct sw_error *err)
{
    if (EVP_PKEY_is_a(pkey, "EC") == 1) {
        return classify_curve(pkey, out, err);
    }
    if (EVP_PKEY_is_a(pkey, "ED25519") == 1) {
        *out = SW_KEY_ED25519;
        return SW_OK;
    }
    const char *name = EVP_PKEY_get0_type_name(pkey);
    return sw_fail(err, SW_E_UNSUPPORTED,
        "%s keys are not supported; use ECDSA (P-256, P-384, P-521) or Ed25519",
        name == NULL ? "such" : name);
}

/* A point off the curve or at infinity, or a private half that does not belong to the public one,
 * would make signatures that mean nothing. */
static sw_result check_soundness(EVP_PKEY *pkey, bool is_private, struct sw_error *err)
{
    SW_CLEANUP(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    SW_TRY_PTR(ctx);
    if (EVP_PKEY_public_check_quick(ctx) != 1) {
        return sw_ssl_fail(err, SW_E_FORMAT, "the public key is not valid");
    }
    if (is_private && EVP_PKEY_pairwise_check(ctx) != 1) {
        return sw_ssl_fail(err, SW_E_FORMAT, "the private key does not fit its public half");
    }
    return SW_OK;
}

static sw_result encode_spki(struct sw_key *key, struct sw_error *err)
{
    int len = i2d_PUBKEY(key->pkey, NULL);
    if (len <= 0 || (size_t)len > sizeof(key->spki)) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot encode the public key");
    }
    unsigned char *end = key->spki;
    key->spki_len = (size_t)i2d_PUBKEY(key->pkey, &end);
    return SW_OK;
}

static sw_result compute_hint(struct sw_key *key, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_TRY(sw_key_write_public(key, &pem, err));
    struct sw_digest digest;
    sw_sha256(sw_buf_bytes(&pem), &digest);
    sw_hex_encode(sw_bytes(digest.bytes, digest.len), key->hint);
    return SW_OK;
}

sw_result sw_key_wrap(EVP_PKEY *pkey, bool is_private, struct sw_key **out, struct sw_error *err)
{
    enum sw_key_alg alg = 0;
    SW_TRY(classify(pkey, &alg, err));
    SW_TRY(check_soundness(pkey, is_private, err));
    SW_CLEANUP(key) struct sw_key *key = calloc(1, sizeof(*key));
    SW_TRY_PTR(key);
    if (EVP_PKEY_up_ref(pkey) != 1) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot keep the key");
    }
    key->pkey = pkey;
    key->alg = alg;
    key->is_private = is_private;
    SW_TRY(encode_spki(key, err));
    SW_TRY(compute_hint(key, err));
    *out = SW_TAKE(key);
    return SW_OK;
}

void sw_key_free(struct sw_key *key)
{
    if (key != NULL) {
        EVP_PKEY_free(key->pkey);
        free(key);
    }
}

sw_result sw_key_generate(enum sw_key_alg alg, struct sw_key **out, struct sw_error *err)
{
    if (!is_known(alg)) {
        return sw_fail(err, SW_E_USAGE, "there is no such kind of key");
    }
    const struct key_row *row = &rows[alg];
    SW_CLEANUP(pkey)
    EVP_PKEY *pkey = row->group == NULL ? EVP_PKEY_Q_keygen(NULL, NULL, row->display)
                                        : EVP_PKEY_Q_keygen(NULL, NULL, "EC", row->display);
    if (pkey == NULL) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot generate a key");
    }
    return sw_key_wrap(pkey, true, out, err);
}

enum sw_key_alg sw_key_alg_of(const struct sw_key *key)
{
    return key->alg;
}

bool sw_key_is_private(const struct sw_key *key)
{
    return key->is_private;
}

bool sw_key_equal(const struct sw_key *a, const struct sw_key *b)
{
    bool equal = EVP_PKEY_eq(a->pkey, b->pkey) == 1;
    ERR_clear_error();
    return equal;
}

void sw_key_hint(const struct sw_key *key, char out[SW_KEY_HINT_SIZE])
{
    memcpy(out, key->hint, sizeof(key->hint));
}

static sw_result sign_once(
    EVP_MD_CTX *ctx, struct sw_bytes data, struct sw_buf *signature, struct sw_error *err)
{
    size_t len = 0;
    if (EVP_DigestSign(ctx, NULL, &len, data.ptr, data.len) != 1) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot sign");
    }
    SW_TRY(sw_buf_reserve(signature, len));
    if (EVP_DigestSign(ctx, signature->data + signature->len, &len, data.ptr, data.len) != 1) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot sign");
    }
    signature->len += len;
    signature->data[signature->len] = 0;
    return SW_OK;
}

sw_result sw_key_sign(
    const struct sw_key *key, struct sw_bytes data, struct sw_buf *signature, struct sw_error *err)
{
    if (!key->is_private) {
        return sw_fail(err, SW_E_USAGE, "this is a public key; signing needs the private one");
    }
    SW_CLEANUP(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    SW_TRY_PTR(ctx);
    if (EVP_DigestSignInit(ctx, NULL, md_of(rows[key->alg].hash), NULL, key->pkey) != 1) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot sign");
    }
    return sign_once(ctx, data, signature, err);
}

static sw_result verify_with_md(const struct sw_key *key, const EVP_MD *md, struct sw_bytes data,
    struct sw_bytes signature, struct sw_error *err)
{
    SW_CLEANUP(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    SW_TRY_PTR(ctx);
    if (EVP_DigestVerifyInit(ctx, NULL, md, NULL, key->pkey) != 1) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot verify");
    }
    int verdict = EVP_DigestVerify(ctx, signature.ptr, signature.len, data.ptr, data.len);
    ERR_clear_error();
    if (verdict != 1) {
        return sw_fail(
            err, SW_E_REFUSED, "the signature is not by key %.16s... over these bytes", key->hint);
    }
    return SW_OK;
}

sw_result sw_key_verify(
    const struct sw_key *key, struct sw_bytes data, struct sw_bytes signature, struct sw_error *err)
{
    return verify_with_md(key, md_of(rows[key->alg].hash), data, signature, err);
}

/* The r of a DER signature (RFC 3279 section 2.2.3). */
static bool read_r(struct sw_bytes signature, struct sw_bytes *out)
{
    struct sw_cursor cur = sw_cursor(signature);
    uint8_t tag = 0;
    uint8_t len = 0;
    bool sequence = sw_cur_u8(&cur, &tag) == SW_OK && tag == 0x30 && sw_cur_u8(&cur, &len) == SW_OK;
    if (sequence && len == 0x81) { /* the length has a byte of its own: P-521 */
        sequence = sw_cur_u8(&cur, &len) == SW_OK;
    }
    return sequence && sw_cur_u8(&cur, &tag) == SW_OK && tag == 0x02 &&
           sw_cur_u8(&cur, &len) == SW_OK && len > 0 && sw_cur_bytes(&cur, len, out) == SW_OK;
}

bool sw_signature_same(struct sw_bytes a, struct sw_bytes b)
{
    struct sw_bytes r_of_a;
    struct sw_bytes r_of_b;
    if (read_r(a, &r_of_a) && read_r(b, &r_of_b)) {
        return sw_bytes_equal(r_of_a, r_of_b);
    }
    return a.len > 0 && sw_bytes_equal(a, b);
}

sw_result sw_key_verify_with(const struct sw_key *key, enum sw_digest_alg hash,
    struct sw_bytes data, struct sw_bytes signature, struct sw_error *err)
{
    const EVP_MD *md = md_of(hash);
    if (md == NULL || rows[key->alg].hash == 0) {
        return sw_fail(err, SW_E_USAGE, "a hash of one's own choice needs an ECDSA key and SHA-2");
    }
    return verify_with_md(key, md, data, signature, err);
}

sw_result sw_key_raw_ed25519(const struct sw_key *key, uint8_t out[32])
{
    size_t len = 32;
    if (key->alg != SW_KEY_ED25519) {
        return SW_E_USAGE;
    }
    return EVP_PKEY_get_raw_public_key(key->pkey, out, &len) == 1 && len == 32 ? SW_OK
                                                                               : SW_E_INTERNAL;
}

sw_result sw_key_from_raw_ed25519(const uint8_t raw[32], struct sw_key **out, struct sw_error *err)
{
    SW_CLEANUP(pkey)
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, raw, 32);
    if (pkey == NULL) {
        return sw_ssl_fail(err, SW_E_FORMAT, "not an Ed25519 public key");
    }
    return sw_key_wrap(pkey, false, out, err);
}
