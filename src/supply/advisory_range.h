/* Is a version affected? The evaluation of the OSV Schema 1.7. Private to the advisory files. */
#ifndef SW_SUPPLY_ADVISORY_RANGE_H
#define SW_SUPPLY_ADVISORY_RANGE_H

#include "supply/advisory.h"

#define SW_ADVISORY_FIXED_MAX 16

enum sw_affects {
    SW_AFFECTS_NO,
    SW_AFFECTS_MAYBE, /* a range that cannot be compared with this version */
    SW_AFFECTS_YES,
    SW_AFFECTS_ALL, /* every version there is */
};

struct sw_advisory_answer {
    enum sw_affects affects;
    struct sw_str fixed[SW_ADVISORY_FIXED_MAX]; /* later versions that end a range */
    size_t fixed_count;
    struct sw_str *paths; /* of a Go module: what of it is vulnerable */
    size_t path_count, path_cap;
    bool whole; /* all of it may be */
};

/* `what` is an entry of the table "affected"; an empty version is not known. SW_E_FORMAT when it is
 * no such entry. Texts are in the arena, or views of `what`. */
sw_result sw_advisory_decide(struct sw_arena *arena, struct sw_str ecosystem, struct sw_str version,
    struct sw_str what, struct sw_advisory_answer *out, struct sw_error *err);

/* Appends one; SW_E_NOMEM. */
sw_result sw_advisory_add_path(
    struct sw_arena *arena, struct sw_advisory_answer *answer, struct sw_str path);

#endif
