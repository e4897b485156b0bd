/* Small files that only this store's owner can have written: each ends with an HMAC-SHA256 under
 * keys/local.secret (doc/format/cache.md). What somebody else wrote there, or an older program, is
 * told and not used. Private to the room. */
#ifndef SW_MODEL_LOCAL_H
#define SW_MODEL_LOCAL_H

#include "evidence/evidence.h"

#define SW_LOCAL_KEY_SIZE 32

struct sw_local {
    char *store; /* its path */
    uint8_t key[SW_LOCAL_KEY_SIZE];
};

/* Reads the key, and makes it when there is none. */
sw_result sw_local_open(const char *store_path, struct sw_local *out, struct sw_error *err);
/* Wipes the key. */
void sw_local_release(struct sw_local *local);
SW_DEFINE_CLEANUP(local, struct sw_local, sw_local_release)

/* Appends the content of STORE/`name`. SW_E_NOENT; SW_E_REFUSED when it is not what was written. */
sw_result sw_local_read(const struct sw_local *local, const char *name, uint64_t max,
    struct sw_buf *out, struct sw_error *err);
/* Writes it whole, and makes its directory. */
sw_result sw_local_write(
    const struct sw_local *local, const char *name, struct sw_bytes data, struct sw_error *err);
/* It is gone afterwards. */
void sw_local_remove(const struct sw_local *local, const char *name);

#endif
