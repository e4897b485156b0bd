/* The set of signers as trust.c reads it and verify.c asks it. Private to the room. */
#ifndef SW_CLAIM_TRUST_PRIVATE_H
#define SW_CLAIM_TRUST_PRIVATE_H

#include "claim/trust.h"

/* Has either a key or roots. */
struct sw_trusted {
    const char *name;
    struct sw_key *key;
    struct sw_roots *roots;
    const char *identity;    /* with roots: must be in the leaf; NULL: any */
    struct sw_str *may_sign; /* predicate types; a trailing '*' stands for any rest */
    size_t may_sign_count;
    int64_t from; /* this trust holds for from <= time < until */
    int64_t until;
};

struct sw_trust {
    struct sw_arena arena;
    struct sw_trusted *signers;
    size_t count;
    size_t cap;
};

bool sw_trusted_may_sign(const struct sw_trusted *signer, struct sw_str predicate_type);

#endif
