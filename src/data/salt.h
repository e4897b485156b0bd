/* Digests of samples, plain or keyed. A salted set's digests are HMAC-SHA-256 (RFC 2104), so that
 * short texts cannot be guessed from them; without the salt they say nothing any more. */
#ifndef SW_DATA_SALT_H
#define SW_DATA_SALT_H

#include "data/claims.h"
#include "data/record.h"

#define SW_SALT_NAME_SIZE 33u

struct sw_salt {
    bool keyed;       /* false: plain SHA-256 */
    SHA256_CTX inner; /* after the key's first block */
    SHA256_CTX outer;
};

/* No salt: plain SHA-256. */
void sw_salt_none(struct sw_salt *salt);
/* From its 32 bytes. */
void sw_salt_from(struct sw_salt *salt, const uint8_t key[32]);
void sw_salt_wipe(struct sw_salt *salt);
SW_DEFINE_CLEANUP(salt, struct sw_salt, sw_salt_wipe)

void sw_salt_digest(const struct sw_salt *salt, struct sw_bytes data, uint8_t out[32]);
/* Fills the digests, the place, the weight and the flags of a row; not its origin. */
void sw_row_of_record(const struct sw_salt *salt, const struct sw_record *record, bool one_digest,
    struct sw_row *out);

/* Makes a new salt in the store's data/salts/, mode 0600; `name` is random and says nothing of it.
 */
sw_result sw_salt_make(
    const struct sw_data *data, char name[SW_SALT_NAME_SIZE], struct sw_error *err);
/* The salt of that name; an empty name is none. SW_E_NOENT when it was forgotten. */
sw_result sw_salt_load(
    const struct sw_data *data, struct sw_str name, struct sw_salt *out, struct sw_error *err);
/* Overwrites and removes it. SW_E_NOENT when it is not there. */
sw_result sw_salt_forget(const struct sw_data *data, struct sw_str name, struct sw_error *err);

/* How an input was read, as JSON in a dataset's claim, to read it again. */
sw_result sw_record_options_write(const struct sw_record_options *options, struct sw_buf *out);
/* Texts are in `arena`. Parts and places to begin at are not among them. */
sw_result sw_record_options_read(struct sw_arena *arena, const struct sw_json *json,
    struct sw_record_options *out, struct sw_error *err);

#endif
