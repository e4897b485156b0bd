/* Base scores of the Common Vulnerability Scoring System, as FIRST specifies it: v3.0, v3.1, v4.0.
 */
#ifndef SW_SUPPLY_CVSS_H
#define SW_SUPPLY_CVSS_H

#include "base/base.h"

struct sw_cvss {
    unsigned version; /* 30, 31 or 40 */
    unsigned tenths;  /* 0 to 100: "9.8" is 98 */
};

/* The base score of a vector, "CVSS:3.1/AV:N/…". Metrics of threat and environment are checked and
 * left out. SW_E_FORMAT for what is no vector, SW_E_UNSUPPORTED for another version. */
sw_result sw_cvss_base(struct sw_str vector, struct sw_cvss *out, struct sw_error *err);

/* "none", "low", "medium", "high" or "critical" (qualitative severity rating scale). */
const char *sw_cvss_severity(unsigned tenths);

#endif
