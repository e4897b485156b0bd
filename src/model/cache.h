/* What was hashed before and cannot have changed since, as far as the kernel tells: digests of
 * files by device, inode, size, times and generation (doc/format/cache.md). Only for work that is
 * checked again before a model is used: `admit`, `run` and `checkpoint resume` never take one.
 *
 * Whoever is root, sets the clock back or writes through a mapping that stays dirty can change a
 * file without its times; that is why. Private to the room but for the functions in model.h. */
#ifndef SW_MODEL_CACHE_H
#define SW_MODEL_CACHE_H

#include "model/model.h"

/* One unit of the reader, in one state of its file. Compared as bytes, so it has no padding. */
struct sw_cache_key {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t mtime_ns;
    int64_t ctime_ns;
    uint64_t generation; /* FS_IOC_GETVERSION; 0 where there is none */
    uint64_t start;
    uint64_t end;
    uint64_t alg;
    uint8_t verity[32]; /* SHA-256 of the fs-verity measurement; 0 without */
};

/* The key of a file that is open and was checked against its entry; `unit` fields are left 0. False
 * where times are kept by somebody else (network file systems), so that nothing is cached. */
bool sw_cache_key_of(int fd, const struct sw_entry *entry, struct sw_cache_key *out);
/* Is the file old enough, at `now_ns`, that a later change must show in its times? One that
 * fs-verity protects cannot change. */
bool sw_cache_is_settled(const struct sw_cache_key *key, int64_t now_ns);

/* Writes the digest and gives true when it was known when the cache was opened. */
bool sw_cache_find(
    struct sw_model_cache *cache, const struct sw_cache_key *key, uint8_t *digest, size_t len);
/* May be called from several threads. What does not fit is forgotten. */
void sw_cache_note(struct sw_model_cache *cache, const struct sw_cache_key *key,
    const uint8_t *digest, size_t len);

#endif
