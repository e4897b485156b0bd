/* The set of signers as trust.c reads it and verify.c asks it. Private to the room. */
#ifndef SW_CLAIM_TRUST_PRIVATE_H
#define SW_CLAIM_TRUST_PRIVATE_H

#include "claim/trust.h"

/* Has a key or roots; or neither, and is keyless. */
struct sw_trusted {
    const char *name;
    struct sw_key *key;
    struct sw_roots *roots;
    struct sw_trusted_root *trusted_root; /* whose logs and time stamps count; NULL: nobody's */
    struct sw_attest_limits limits;       /* with trusted_root */
    const char *identity;    /* with roots, and keyless: must be in the leaf; NULL: any */
    const char *issuer;      /* keyless */
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

static inline bool sw_trusted_is_keyless(const struct sw_trusted *signer)
{
    return signer->key == NULL && signer->roots == NULL;
}
bool sw_trusted_may_sign(const struct sw_trusted *signer, struct sw_str predicate_type);

#endif
