/* When a claim was made. doc/format/policy.md, "When a claim was made". Private to the room. */
#ifndef SW_POLICY_CLAIM_TIME_H
#define SW_POLICY_CLAIM_TIME_H

#include "policy/policy.h"

enum sw_claim_time_fault {
    SW_CLAIM_TIME_GOOD,
    SW_CLAIM_TIME_AHEAD, /* its statement says a time that was still to come when it was logged */
    SW_CLAIM_TIME_UNREADABLE, /* its statement says a time that is none */
};

struct sw_claim_time {
    int64_t made; /* never later than the recording */
    enum sw_claim_time_fault fault;
    const char *field; /* where the statement says it; NULL: nowhere, the recording counts */
    int64_t said;      /* ahead: that time */
};

struct sw_claim_time sw_claim_time_of(
    const struct sw_json *statement, struct sw_str type, int64_t recorded);

#endif
