/* What licences ask for, as a claim that the gate can decide on (doc/claims/licence.md). */
#ifndef SW_SUPPLY_LICENCE_CLAIM_H
#define SW_SUPPLY_LICENCE_CLAIM_H

#include "supply/licence.h"

#define SW_LICENCE_PREDICATE "urn:sealwright:claim:licence:v1"

struct sw_licence_claim {
    const struct sw_licence_model *models; /* as they were evaluated */
    size_t count;
    const struct sw_licence_policy *policy;
    const struct sw_licence_verdict *verdict;
    const char *word; /* "pass", "unknown" or "conflict" */
    int64_t time;
};

/* Appends the predicate. `arena` is for working. SW_E_NOMEM. */
sw_result sw_licence_write(
    struct sw_arena *arena, const struct sw_licence_claim *claim, struct sw_buf *out);

#endif
