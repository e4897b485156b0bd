/* The decision over any source of claims: the store is one, a policy's test case another. Private
 * to the room. */
#ifndef SW_POLICY_GATE_H
#define SW_POLICY_GATE_H

#include "policy/rule.h"

struct sw_gate_record {
    struct sw_digest claim;
    int64_t time;              /* when the log recorded it */
    uint64_t leaf;             /* its place in the log */
    struct sw_bytes signature; /* as the log has it; empty when that is not known */
};

enum sw_gate_standing {
    SW_GATE_SIGNED,    /* by a trusted signer who may sign this type */
    SW_GATE_UNTRUSTED, /* by nobody trusted for it */
    SW_GATE_ELSEWHERE, /* about another artifact that has the same digest */
    SW_GATE_DAMAGED,   /* in the log, but what it says cannot be known */
};

struct sw_gate_reading {
    enum sw_gate_standing standing;
    const char *signer;              /* signed: the name in trust.yaml */
    const char *why;                 /* otherwise: why not */
    const struct sw_json *statement; /* signed: its root */
    struct sw_bytes signature;       /* signed: the one that was checked */
};

struct sw_gate_source {
    void *self;
    size_t signer_count; /* how many trusted signers there are */
    /* The claims of one type about the subject, in any order, in `arena`. */
    sw_result (*list)(void *self, struct sw_arena *arena, const char *type,
        struct sw_gate_record **records, size_t *count, struct sw_error *err);
    /* Reads and checks one of them; `out` lives in `scratch`. */
    sw_result (*read)(void *self, struct sw_arena *scratch, const char *type,
        const struct sw_gate_record *record, struct sw_gate_reading *out, struct sw_error *err);
};

sw_result sw_gate_decide_over(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_gate_source *source, const struct sw_gate_question *question,
    struct sw_decision *out, struct sw_error *err);

/* One rule, waivers left aside. */
sw_result sw_gate_rule_decide(struct sw_arena *arena, const struct sw_rule *rule,
    const struct sw_gate_source *source, int64_t now, struct sw_gate_rule *out,
    struct sw_error *err);

/* "3 hours", "45 days". */
const char *sw_gate_span(struct sw_arena *arena, int64_t seconds);

#endif
