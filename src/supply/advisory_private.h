/* The opened database. Private to the advisory files. */
#ifndef SW_SUPPLY_ADVISORY_PRIVATE_H
#define SW_SUPPLY_ADVISORY_PRIVATE_H

#include "supply/advisory_db.h"

struct sw_advisory_covered {
    struct sw_str name;
    int64_t id;
    int64_t date;
};

struct sw_advisories {
    struct sw_advisory_db db;
    struct sw_arena arena;
    const char *path;
    struct sw_digest digest;             /* of the sources */
    struct sw_advisory_covered *covered; /* the ecosystems, by name */
    size_t covered_count;
};

const struct sw_advisory_covered *sw_advisories_covered(
    const struct sw_advisories *advisories, struct sw_str ecosystem);

#endif
