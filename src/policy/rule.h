/* What a policy is in memory. Private to the room. */
#ifndef SW_POLICY_RULE_H
#define SW_POLICY_RULE_H

#include "policy/condition.h"
#include "policy/policy.h"

struct sw_rule {
    const char *name;
    const char *description; /* "" when there is none */
    const char *type;        /* the predicate type, exactly */
    bool forbid;             /* a claim of the type makes it fail; else one is required */
    const char **by;         /* names of signers; NULL: any that is trusted */
    size_t by_count;
    const char *fresh_text; /* as written; NULL: any age */
    int64_t fresh;          /* seconds */
    struct sw_condition *where;
    size_t where_count;
};

struct sw_waiver {
    const char *rule;
    struct sw_digest subject;
    const char *owner;
    const char *reason;
    int64_t expires;
    uint64_t line;
};

/* "any trusted signer", or "release or ci". NULL when out of memory. */
const char *sw_rule_signers(struct sw_arena *arena, const struct sw_rule *rule);
/* Every condition: "predicate.verdict is "clean" and predicate.files is at least 1". */
const char *sw_rule_where(struct sw_arena *arena, const struct sw_rule *rule);

struct sw_policy {
    const char *name;
    const char *description; /* "" when there is none */
    struct sw_digest digest;
    struct sw_rule *rules;
    size_t rule_count;
    struct sw_waiver *waivers;
    size_t waiver_count;
};

const struct sw_rule *sw_policy_rule(const struct sw_policy *policy, struct sw_str name);

#endif
