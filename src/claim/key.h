/* Signing keys: ECDSA on P-256 (default), P-384 and P-521, each with the hash the OMS registry
 * names for it (SHA-256, SHA-384, SHA-512), DER signatures; Ed25519 (RFC 8032). PKCS#8 PEM on disk.
 */
#ifndef SW_CLAIM_KEY_H
#define SW_CLAIM_KEY_H

#include "claim/digest.h"

enum sw_key_alg {
    SW_KEY_P256 = 1,
    SW_KEY_P384,
    SW_KEY_P521,
    SW_KEY_ED25519,
};

#define SW_KEY_HINT_SIZE 65

struct sw_key; /* a public key, and the private half when it has one */

void sw_key_free(struct sw_key *key);
SW_DEFINE_CLEANUP_PTR(key, struct sw_key, sw_key_free)

/* "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519". */
const char *sw_key_alg_name(enum sw_key_alg alg);
bool sw_key_alg_parse(struct sw_str name, enum sw_key_alg *out);
/* The Sigstore PublicKeyDetails name, "PKIX_ECDSA_P256_SHA_256". */
const char *sw_key_alg_details(enum sw_key_alg alg);

sw_result sw_key_generate(enum sw_key_alg alg, struct sw_key **out, struct sw_error *err);

/* PEM, PKCS#8 ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY") or SEC 1 ("EC PRIVATE KEY"). `passphrase`
 * may be NULL (ptr NULL); a needed one that is absent gives SW_E_USAGE, a wrong one SW_E_REFUSED.
 * Other key types (RSA, DSA, other curves) give SW_E_UNSUPPORTED. */
sw_result sw_key_read_private(
    struct sw_bytes pem, struct sw_str passphrase, struct sw_key **out, struct sw_error *err);
/* PEM SubjectPublicKeyInfo. */
sw_result sw_key_read_public(struct sw_bytes pem, struct sw_key **out, struct sw_error *err);
/* DER SubjectPublicKeyInfo. */
sw_result sw_key_read_spki(struct sw_bytes der, struct sw_key **out, struct sw_error *err);

/* PKCS#8 PEM; with a passphrase encrypted by PBKDF2 (SHA-256, 600,000 rounds) and AES-256-CBC. */
sw_result sw_key_write_private(
    const struct sw_key *key, struct sw_str passphrase, struct sw_buf *out, struct sw_error *err);
sw_result sw_key_write_public(const struct sw_key *key, struct sw_buf *out, struct sw_error *err);
sw_result sw_key_write_spki(const struct sw_key *key, struct sw_buf *out, struct sw_error *err);
/* The 32 raw bytes of an Ed25519 public key; SW_E_USAGE for other keys. */
sw_result sw_key_raw_ed25519(const struct sw_key *key, uint8_t out[32]);
sw_result sw_key_from_raw_ed25519(const uint8_t raw[32], struct sw_key **out, struct sw_error *err);

enum sw_key_alg sw_key_alg_of(const struct sw_key *key);
bool sw_key_is_private(const struct sw_key *key);
/* Same public half. */
bool sw_key_equal(const struct sw_key *a, const struct sw_key *b);
/* The key hint of OMS v1.0: lower-case hex SHA-256 of the PEM text of the public key. */
void sw_key_hint(const struct sw_key *key, char out[SW_KEY_HINT_SIZE]);

/* Appends the signature over `data` (hashed as the key's algorithm says). */
sw_result sw_key_sign(
    const struct sw_key *key, struct sw_bytes data, struct sw_buf *signature, struct sw_error *err);
/* SW_E_REFUSED when the signature is not by this key over this data. */
sw_result sw_key_verify(const struct sw_key *key, struct sw_bytes data, struct sw_bytes signature,
    struct sw_error *err);
/* Could anybody make one of these signatures, by one key, from the other? Of an ECDSA signature (r,
 * s) everybody can make (r, n - s), which is as good; so those of one r are the same. */
bool sw_signature_same(struct sw_bytes a, struct sw_bytes b);
/* As sw_key_verify for an ECDSA key with a stated hash: model-signing 0.2 always used SHA-256. */
sw_result sw_key_verify_with(const struct sw_key *key, enum sw_digest_alg hash,
    struct sw_bytes data, struct sw_bytes signature, struct sw_error *err);

#endif
