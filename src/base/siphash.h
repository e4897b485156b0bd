/* A keyed hash for tables (SipHash-1-3, Aumasson and Bernstein 2012): who writes a document cannot
 * choose names that meet in one slot, so a table costs no more than its size. */
#ifndef SW_BASE_SIPHASH_H
#define SW_BASE_SIPHASH_H

#include "base/bytes.h"

struct sw_hash_key {
    uint64_t k[2];
};

/* One of this process. The kernel gives every process 16 random bytes; reading them needs no system
 * call, which a confined worker may not have. */
struct sw_hash_key sw_hash_key_of_process(void);
uint64_t sw_siphash(struct sw_hash_key key, struct sw_bytes bytes);

#endif
