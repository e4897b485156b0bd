#include "claim/key_private.h"

#include <openssl/asn1t.h>
#include <openssl/pkcs12.h>

/* Enough for any PKCS#8 of ours with its PEM armour. */
#define PEM_MAX ((uint64_t)1 << 20)
#define PBKDF2_ROUNDS 600000
#define PBKDF2_SALT 16
/* A key file that asks for more work than this would stall us for long. */
#define PBKDF2_ROUNDS_MAX 5000000
#define SCRYPT_P_MAX 16

#define SPKI_NAME "PUBLIC KEY"

static sw_result decode_spki(
    const unsigned char *der, size_t len, struct sw_key **out, struct sw_error *err)
{
    if (len > PEM_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the public key is too long");
    }
    const unsigned char *end = der;
    SW_CLEANUP(pkey) EVP_PKEY *pkey = d2i_PUBKEY(NULL, &end, (long)len);
    if (pkey == NULL) {
        return sw_ssl_fail(err, SW_E_FORMAT, "not a public key (SubjectPublicKeyInfo)");
    }
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(sw_key_wrap(pkey, false, &key, err));
    /* One key, one encoding: what does not encode back to itself is not DER, or has a tail. */
    if (key->spki_len != len || memcmp(key->spki, der, len) != 0) {
        return sw_fail(err, SW_E_FORMAT, "the public key is not in DER");
    }
    *out = SW_TAKE(key);
    return SW_OK;
}

sw_result sw_key_read_spki(struct sw_bytes der, struct sw_key **out, struct sw_error *err)
{
    return decode_spki(der.ptr, der.len, out, err);
}

/* Says what a file holds instead of what was wanted. */
static enum sw_code wrong_block(struct sw_error *err, const char *wanted, const char *found)
{
    return sw_fail(err, SW_E_FORMAT, "a PEM %s was expected, and this is a %.40s", wanted, found);
}

sw_result sw_key_read_public(struct sw_bytes pem, struct sw_key **out, struct sw_error *err)
{
    if (pem.len > PEM_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the file is too long for a public key");
    }
    SW_CLEANUP(bio) BIO *bio = sw_ssl_reader(pem);
    SW_TRY_PTR(bio);
    SW_CLEANUP(pem_block) struct sw_pem_block block = {0};
    enum sw_code rc = sw_pem_next(bio, &block, err);
    if (rc == SW_E_NOENT) {
        return sw_fail(err, SW_E_FORMAT, "no PEM public key (\"BEGIN PUBLIC KEY\") here");
    }
    SW_TRY(rc);
    if (strcmp(block.name, SPKI_NAME) != 0) {
        return wrong_block(err, "public key", block.name);
    }
    return decode_spki(block.data, (size_t)block.len, out, err);
}

/* PKCS#8 and SEC 1 both come here as DER, decrypted. */
static sw_result wrap_private(EVP_PKEY *pkey, struct sw_key **out, struct sw_error *err)
{
    if (pkey == NULL) {
        return sw_ssl_fail(err, SW_E_FORMAT, "the private key is damaged");
    }
    return sw_key_wrap(pkey, true, out, err);
}

static sw_result read_plain(
    struct sw_pem_block *block, struct sw_str passphrase, struct sw_key **out, struct sw_error *err)
{
    const unsigned char *end = block->data;
    SW_CLEANUP(p8)
    PKCS8_PRIV_KEY_INFO *p8 = d2i_PKCS8_PRIV_KEY_INFO(NULL, &end, block->len);
    SW_CLEANUP(pkey) EVP_PKEY *pkey = p8 == NULL ? NULL : EVP_PKCS82PKEY(p8);
    return wrap_private(pkey, out, err);
}

static sw_result read_sec1(
    struct sw_pem_block *block, struct sw_str passphrase, struct sw_key **out, struct sw_error *err)
{
    if (block->header != NULL && block->header[0] != '\0') {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "this old kind of encrypted key (Proc-Type) is weak; convert it with openssl pkcs8 "
            "-topk8");
    }
    const unsigned char *end = block->data;
    SW_CLEANUP(pkey) EVP_PKEY *pkey = d2i_PrivateKey(EVP_PKEY_EC, NULL, &end, block->len);
    return wrap_private(pkey, out, err);
}

static bool in_range(const ASN1_INTEGER *number, uint64_t max)
{
    uint64_t value = 0;
    return ASN1_INTEGER_get_uint64(&value, number) == 1 && value >= 1 && value <= max;
}

static bool pbkdf2_is_bounded(const ASN1_TYPE *parameter)
{
    PBKDF2PARAM *kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), parameter);
    bool bounded = kdf != NULL && in_range(kdf->iter, PBKDF2_ROUNDS_MAX);
    PBKDF2PARAM_free(kdf);
    return bounded;
}

/* OpenSSL bounds scrypt's memory (N and r) itself, but not p. */
static bool scrypt_is_bounded(const ASN1_TYPE *parameter)
{
    SCRYPT_PARAMS *kdf = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), parameter);
    bool bounded = kdf != NULL && in_range(kdf->parallelizationParameter, SCRYPT_P_MAX);
    SCRYPT_PARAMS_free(kdf);
    return bounded;
}

/* RFC 8018 appendix A.4: PBES2 with PBKDF2 or scrypt (RFC 7914 section 7) of bounded work. */
static bool work_is_bounded(const PBE2PARAM *params)
{
    const ASN1_TYPE *parameter = params->keyfunc->parameter;
    switch (OBJ_obj2nid(params->keyfunc->algorithm)) {
    case NID_id_pbkdf2: return pbkdf2_is_bounded(parameter);
    case NID_id_scrypt: return scrypt_is_bounded(parameter);
    default: return false;
    }
}

static sw_result check_encryption(const X509_SIG *sig, struct sw_error *err)
{
    const X509_ALGOR *alg;
    X509_SIG_get0(sig, &alg, NULL);
    if (OBJ_obj2nid(alg->algorithm) != NID_pbes2) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "the key is encrypted by an old scheme; convert it with openssl pkcs8 -topk8 -v2 "
            "aes-256-cbc");
    }
    PBE2PARAM *params = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);
    bool bounded = params != NULL && work_is_bounded(params);
    PBE2PARAM_free(params);
    ERR_clear_error();
    if (!bounded) {
        return sw_fail(err, SW_E_FORMAT,
            "the key's encryption parameters are damaged or ask for more than %d rounds",
            PBKDF2_ROUNDS_MAX);
    }
    return SW_OK;
}

static sw_result read_encrypted(
    struct sw_pem_block *block, struct sw_str passphrase, struct sw_key **out, struct sw_error *err)
{
    const unsigned char *end = block->data;
    SW_CLEANUP(x509_sig) X509_SIG *sig = d2i_X509_SIG(NULL, &end, block->len);
    if (sig == NULL) {
        return sw_ssl_fail(err, SW_E_FORMAT, "the encrypted private key is damaged");
    }
    SW_TRY(check_encryption(sig, err));
    if (passphrase.ptr == NULL) {
        return sw_fail(err, SW_E_USAGE, "the private key is encrypted; it needs a passphrase");
    }
    if (passphrase.len > INT32_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the passphrase is too long");
    }
    SW_CLEANUP(p8)
    PKCS8_PRIV_KEY_INFO *p8 = PKCS8_decrypt(sig, passphrase.ptr, (int)passphrase.len);
    if (p8 == NULL) {
        ERR_clear_error();
        return sw_fail(
            err, SW_E_REFUSED, "the passphrase does not open the private key (or it is damaged)");
    }
    SW_CLEANUP(pkey) EVP_PKEY *pkey = EVP_PKCS82PKEY(p8);
    return wrap_private(pkey, out, err);
}

static const struct private_row {
    const char *name;
    sw_result (*read)(struct sw_pem_block *block, struct sw_str passphrase, struct sw_key **out,
        struct sw_error *err);
} private_rows[] = {
    {"PRIVATE KEY", read_plain},
    {"ENCRYPTED PRIVATE KEY", read_encrypted},
    {"EC PRIVATE KEY", read_sec1},
};

static sw_result read_private_block(
    struct sw_pem_block *block, struct sw_str passphrase, struct sw_key **out, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(private_rows); i++) {
        if (strcmp(block->name, private_rows[i].name) == 0) {
            return private_rows[i].read(block, passphrase, out, err);
        }
    }
    if (sw_str_ends(sw_str(block->name), " PRIVATE KEY")) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "a %.40s is not supported; use ECDSA (P-256, P-384, P-521) or Ed25519", block->name);
    }
    return wrong_block(err, "private key", block->name);
}

/* `openssl ecparam -genkey` writes the curve's name as a block of its own before the key. */
static bool is_preamble(const struct sw_pem_block *block)
{
    return strcmp(block->name, "EC PARAMETERS") == 0;
}

sw_result sw_key_read_private(
    struct sw_bytes pem, struct sw_str passphrase, struct sw_key **out, struct sw_error *err)
{
    if (pem.len > PEM_MAX) {
        return sw_fail(err, SW_E_LIMIT, "the file is too long for a private key");
    }
    SW_CLEANUP(bio) BIO *bio = sw_ssl_reader(pem);
    SW_TRY_PTR(bio);
    SW_CLEANUP(pem_block) struct sw_pem_block block = {0};
    enum sw_code rc;
    do {
        sw_pem_block_release(&block);
        rc = sw_pem_next(bio, &block, err);
    } while (rc == SW_OK && is_preamble(&block));
    if (rc == SW_E_NOENT) {
        return sw_fail(err, SW_E_FORMAT, "no PEM private key (\"BEGIN PRIVATE KEY\") here");
    }
    SW_TRY(rc);
    return read_private_block(&block, passphrase, out, err);
}

/* Moves what a memory BIO holds to `out`, in one reservation, so that no copy of a secret stays
 * behind in a moved buffer. */
static sw_result take_bio(BIO *bio, struct sw_buf *out)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    return len <= 0 ? SW_E_NOMEM : sw_buf_append(out, data, (size_t)len);
}

static sw_result encrypt(
    PKCS8_PRIV_KEY_INFO *p8, struct sw_str passphrase, X509_SIG **out, struct sw_error *err)
{
    if (passphrase.len == 0 || passphrase.len > INT32_MAX) {
        return sw_fail(err, SW_E_USAGE, "the passphrase is empty or too long");
    }
    *out = PKCS8_encrypt(NID_hmacWithSHA256, EVP_aes_256_cbc(), passphrase.ptr, (int)passphrase.len,
        NULL, PBKDF2_SALT, PBKDF2_ROUNDS, p8);
    if (*out == NULL) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot encrypt the private key");
    }
    return SW_OK;
}

static sw_result write_pkcs8(
    BIO *bio, PKCS8_PRIV_KEY_INFO *p8, struct sw_str passphrase, struct sw_error *err)
{
    if (passphrase.ptr == NULL) {
        return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, p8) == 1 ? SW_OK : SW_E_NOMEM;
    }
    SW_CLEANUP(x509_sig) X509_SIG *sig = NULL;
    SW_TRY(encrypt(p8, passphrase, &sig, err));
    return PEM_write_bio_PKCS8(bio, sig) == 1 ? SW_OK : SW_E_NOMEM;
}

sw_result sw_key_write_private(
    const struct sw_key *key, struct sw_str passphrase, struct sw_buf *out, struct sw_error *err)
{
    if (!key->is_private) {
        return sw_fail(err, SW_E_USAGE, "this is a public key; there is no private half to write");
    }
    SW_CLEANUP(p8) PKCS8_PRIV_KEY_INFO *p8 = EVP_PKEY2PKCS8(key->pkey);
    /* Secure memory is wiped when it is freed. */
    SW_CLEANUP(bio) BIO *bio = BIO_new(BIO_s_secmem());
    SW_TRY_PTR(p8);
    SW_TRY_PTR(bio);
    SW_TRY(write_pkcs8(bio, p8, passphrase, err));
    return take_bio(bio, out);
}

sw_result sw_key_write_public(const struct sw_key *key, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(bio) BIO *bio = BIO_new(BIO_s_mem());
    SW_TRY_PTR(bio);
    if (PEM_write_bio(bio, SPKI_NAME, "", key->spki, (long)key->spki_len) <= 0) {
        return sw_ssl_fail(err, SW_E_INTERNAL, "cannot write the public key");
    }
    return take_bio(bio, out);
}

sw_result sw_key_write_spki(const struct sw_key *key, struct sw_buf *out, struct sw_error *err)
{
    return sw_buf_append(out, key->spki, key->spki_len);
}
