/* Numbers of JSON, compared exactly: no rounding, so 9007199254740993 is more than
 * 9007199254740992.0, and 0.10 equals 1e-1. */
#ifndef SW_POLICY_DECIMAL_H
#define SW_POLICY_DECIMAL_H

#include "base/base.h"

struct sw_decimal {
    bool negative;
    struct sw_str whole;    /* digits before the point, without leading zeros */
    struct sw_str fraction; /* digits behind it; without leading zeros when `whole` is empty */
    int64_t point;          /* the value is 0.<whole><fraction> times ten to the power of this */
};

/* Reads a number as JSON writes it (RFC 8259 section 6); false for anything else, and for exponents
 * outside ±10^15. The result refers to `text`. */
bool sw_decimal_parse(struct sw_str text, struct sw_decimal *out);
/* <0, 0, >0. */
int sw_decimal_compare(const struct sw_decimal *a, const struct sw_decimal *b);

#endif
