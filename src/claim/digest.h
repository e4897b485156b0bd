/* Digests. SHA-2 (FIPS 180-4) by OpenSSL's low-level calls, which cost a fifth of the convenience
 * calls on short input; BLAKE2b (RFC 7693, 512-bit output) by its EVP calls. */
#ifndef SW_CLAIM_DIGEST_H
#define SW_CLAIM_DIGEST_H

#include "codec/codec.h"

#include <openssl/sha.h>

enum sw_digest_alg {
    SW_SHA256 = 1,
    SW_SHA384,
    SW_SHA512,
    SW_BLAKE2B, /* the OMS id "blake2b": 512 bits */
};

#define SW_DIGEST_MAX 64
#define SW_DIGEST_TEXT_SIZE (16 + 2 * SW_DIGEST_MAX)

struct sw_digest {
    enum sw_digest_alg alg; /* 0: no digest */
    uint8_t len;
    uint8_t bytes[SW_DIGEST_MAX];
};

/* "sha256", "sha384", "sha512", "blake2b". */
const char *sw_digest_alg_name(enum sw_digest_alg alg);
/* SW_E_UNSUPPORTED for names that are known but not available ("blake3"), SW_E_FORMAT for others.
 */
sw_result sw_digest_alg_parse(struct sw_str name, enum sw_digest_alg *out, struct sw_error *err);
size_t sw_digest_alg_len(enum sw_digest_alg alg);

/* "sha256:" and lower-case hexadecimal. */
void sw_digest_text(const struct sw_digest *digest, char out[SW_DIGEST_TEXT_SIZE]);
/* Only the hexadecimal digits. */
void sw_digest_hex(const struct sw_digest *digest, char out[2 * SW_DIGEST_MAX + 1]);
/* Reads "sha256:<hex>". */
bool sw_digest_parse(struct sw_str text, struct sw_digest *out);
/* Reads bare hexadecimal of a known algorithm. */
bool sw_digest_from_hex(enum sw_digest_alg alg, struct sw_str hex, struct sw_digest *out);
bool sw_digest_equal(const struct sw_digest *a, const struct sw_digest *b);

/* A running hash. Lives anywhere, needs no release after sw_hash_final; copies are not allowed. */
struct sw_hash {
    enum sw_digest_alg alg;
    union {
        SHA256_CTX sha256;
        SHA512_CTX sha512; /* SHA-384 too */
        void *evp;         /* BLAKE2b */
    };
};

sw_result sw_hash_init(struct sw_hash *hash, enum sw_digest_alg alg);
void sw_hash_update(struct sw_hash *hash, const void *data, size_t len);
void sw_hash_final(struct sw_hash *hash, struct sw_digest *out);
/* Gives up a running hash whose result is not wanted. */
void sw_hash_abort(struct sw_hash *hash);

/* SHA-256 in one call; cannot fail. */
void sw_sha256(struct sw_bytes data, struct sw_digest *out);
/* Any algorithm in one call. */
sw_result sw_digest_of(enum sw_digest_alg alg, struct sw_bytes data, struct sw_digest *out);

#endif
