#include "claim/digest.h"

#include <openssl/evp.h>

/* One row per algorithm. update and final cannot fail for SHA-2; for BLAKE2b a failure drops the
 * context, and the digest then has no algorithm, which equals nothing. */
struct digest_row {
    const char *name;
    uint8_t len;
    bool (*init)(struct sw_hash *hash);
    void (*update)(struct sw_hash *hash, const void *data, size_t len);
    bool (*final)(struct sw_hash *hash, uint8_t *out);
};

static bool sha256_init(struct sw_hash *hash)
{
    return SHA256_Init(&hash->sha256) == 1;
}

static void sha256_update(struct sw_hash *hash, const void *data, size_t len)
{
    (void)SHA256_Update(&hash->sha256, data, len);
}

static bool sha256_final(struct sw_hash *hash, uint8_t *out)
{
    return SHA256_Final(out, &hash->sha256) == 1;
}

static bool sha384_init(struct sw_hash *hash)
{
    return SHA384_Init(&hash->sha512) == 1;
}

static bool sha512_init(struct sw_hash *hash)
{
    return SHA512_Init(&hash->sha512) == 1;
}

static void sha512_update(struct sw_hash *hash, const void *data, size_t len)
{
    (void)SHA512_Update(&hash->sha512, data, len);
}

static bool sha512_final(struct sw_hash *hash, uint8_t *out)
{
    return SHA512_Final(out, &hash->sha512) == 1;
}

static void blake2b_drop(struct sw_hash *hash)
{
    EVP_MD_CTX_free(hash->evp);
    hash->evp = NULL;
}

static bool blake2b_init(struct sw_hash *hash)
{
    hash->evp = EVP_MD_CTX_new();
    if (hash->evp != NULL && EVP_DigestInit_ex(hash->evp, EVP_blake2b512(), NULL) == 1) {
        return true;
    }
    blake2b_drop(hash);
    return false;
}

static void blake2b_update(struct sw_hash *hash, const void *data, size_t len)
{
    if (hash->evp != NULL && EVP_DigestUpdate(hash->evp, data, len) != 1) {
        blake2b_drop(hash);
    }
}

static bool blake2b_final(struct sw_hash *hash, uint8_t *out)
{
    bool done = hash->evp != NULL && EVP_DigestFinal_ex(hash->evp, out, NULL) == 1;
    blake2b_drop(hash);
    return done;
}

static const struct digest_row rows[] = {
    [SW_SHA256] = {"sha256", 32, sha256_init, sha256_update, sha256_final},
    [SW_SHA384] = {"sha384", 48, sha384_init, sha512_update, sha512_final},
    [SW_SHA512] = {"sha512", 64, sha512_init, sha512_update, sha512_final},
    [SW_BLAKE2B] = {"blake2b", 64, blake2b_init, blake2b_update, blake2b_final},
};

/* Names that OMS v1.0 or others use for digests which OpenSSL 3.0 does not have. */
static const char *const known_without_code[] = {"blake3"};

static const struct digest_row *row_of(enum sw_digest_alg alg)
{
    bool known = (size_t)alg < SW_COUNT(rows) && rows[alg].name != NULL;
    return known ? &rows[alg] : NULL;
}

static bool find_alg(struct sw_str name, enum sw_digest_alg *out)
{
    for (size_t i = SW_SHA256; i < SW_COUNT(rows); i++) {
        if (sw_str_is(name, rows[i].name)) {
            *out = (enum sw_digest_alg)i;
            return true;
        }
    }
    return false;
}

const char *sw_digest_alg_name(enum sw_digest_alg alg)
{
    const struct digest_row *row = row_of(alg);
    return row == NULL ? "none" : row->name;
}

size_t sw_digest_alg_len(enum sw_digest_alg alg)
{
    const struct digest_row *row = row_of(alg);
    return row == NULL ? 0 : row->len;
}

sw_result sw_digest_alg_parse(struct sw_str name, enum sw_digest_alg *out, struct sw_error *err)
{
    if (find_alg(name, out)) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(known_without_code); i++) {
        if (sw_str_is(name, known_without_code[i])) {
            return sw_fail(err, SW_E_UNSUPPORTED,
                "digest algorithm %s is not available in this build; use sha256 or blake2b",
                known_without_code[i]);
        }
    }
    return sw_fail(err, SW_E_FORMAT,
        "unknown digest algorithm \"" SW_STR_FMT "\"; known are sha256, sha384, sha512, blake2b",
        (int)(name.len < 64 ? name.len : 64), name.ptr);
}

void sw_digest_hex(const struct sw_digest *digest, char out[2 * SW_DIGEST_MAX + 1])
{
    sw_hex_encode(sw_bytes(digest->bytes, digest->len), out);
}

void sw_digest_text(const struct sw_digest *digest, char out[SW_DIGEST_TEXT_SIZE])
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    (void)snprintf(out, SW_DIGEST_TEXT_SIZE, "%s:%s", sw_digest_alg_name(digest->alg), hex);
}

bool sw_digest_parse(struct sw_str text, struct sw_digest *out)
{
    const char *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
    if (colon == NULL) {
        return false;
    }
    size_t name_len = (size_t)(colon - text.ptr);
    enum sw_digest_alg alg;
    return find_alg(sw_str_n(text.ptr, name_len), &alg) &&
           sw_digest_from_hex(alg, sw_str_n(colon + 1, text.len - name_len - 1), out);
}

bool sw_digest_from_hex(enum sw_digest_alg alg, struct sw_str hex, struct sw_digest *out)
{
    const struct digest_row *row = row_of(alg);
    struct sw_digest digest = {.alg = alg};
    if (row == NULL || hex.len != (size_t)2 * row->len ||
        !sw_hex_decode(hex, digest.bytes, row->len)) {
        return false;
    }
    digest.len = row->len;
    *out = digest;
    return true;
}

bool sw_digest_equal(const struct sw_digest *a, const struct sw_digest *b)
{
    return a->len != 0 && a->alg == b->alg && a->len == b->len &&
           memcmp(a->bytes, b->bytes, a->len) == 0;
}

sw_result sw_hash_init(struct sw_hash *hash, enum sw_digest_alg alg)
{
    const struct digest_row *row = row_of(alg);
    if (row == NULL) {
        return SW_E_UNSUPPORTED;
    }
    hash->alg = alg;
    return row->init(hash) ? SW_OK : SW_E_NOMEM;
}

void sw_hash_update(struct sw_hash *hash, const void *data, size_t len)
{
    rows[hash->alg].update(hash, data, len);
}

void sw_hash_final(struct sw_hash *hash, struct sw_digest *out)
{
    const struct digest_row *row = &rows[hash->alg];
    *out = (struct sw_digest){0};
    if (row->final(hash, out->bytes)) {
        out->alg = hash->alg;
        out->len = row->len;
    }
}

void sw_hash_abort(struct sw_hash *hash)
{
    struct sw_digest unwanted;
    sw_hash_final(hash, &unwanted);
}

void sw_sha256(struct sw_bytes data, struct sw_digest *out)
{
    *out = (struct sw_digest){.alg = SW_SHA256, .len = SHA256_DIGEST_LENGTH};
    SHA256_CTX ctx;
    (void)SHA256_Init(&ctx);
    (void)SHA256_Update(&ctx, data.ptr, data.len);
    (void)SHA256_Final(out->bytes, &ctx);
}

sw_result sw_digest_of(enum sw_digest_alg alg, struct sw_bytes data, struct sw_digest *out)
{
    struct sw_hash hash;
    SW_TRY(sw_hash_init(&hash, alg));
    sw_hash_update(&hash, data.ptr, data.len);
    sw_hash_final(&hash, out);
    return SW_OK;
}
