/* What the versions share. Private to the cvss files. */
#ifndef SW_SUPPLY_CVSS_PRIVATE_H
#define SW_SUPPLY_CVSS_PRIVATE_H

#include "supply/cvss.h"

/* A metric and the values that it can have, one letter each, those that count first. */
struct sw_cvss_metric {
    const char *name;
    const char *values; /* " Clear Green…": words, with spaces around them; else letters */
    bool required;
};

/* The base metrics of v4.0, in the order of the table; each holds the place of its value. */
enum sw_cvss4_metric {
    SW_CVSS4_AV,
    SW_CVSS4_AC,
    SW_CVSS4_AT,
    SW_CVSS4_PR,
    SW_CVSS4_UI,
    SW_CVSS4_VC,
    SW_CVSS4_VI,
    SW_CVSS4_VA,
    SW_CVSS4_SC,
    SW_CVSS4_SI,
    SW_CVSS4_SA,
    SW_CVSS4_BASE,
};

unsigned sw_cvss4_base(const unsigned value[SW_CVSS4_BASE]);

#endif
