/* What differs between two dataset versions, by content: exact, in bounded memory. */
#ifndef SW_DATA_DIFF_H
#define SW_DATA_DIFF_H

#include "data/claims.h"

#define SW_DIFF_LIMIT 20u /* samples named of each kind, by default */

enum sw_diff_kind {
    SW_DIFF_ONLY_A,
    SW_DIFF_ONLY_B,
    SW_DIFF_MOVED,   /* in both, in another order among those that are in both */
    SW_DIFF_WEIGHT,  /* in both, with another weight */
    SW_DIFF_SOURCES, /* in both, from other sources */
    SW_DIFF_KINDS,
};
/* "only_in_a", "only_in_b", "moved", "weight", "sources". */
const char *sw_diff_kind_name(enum sw_diff_kind kind);

/* One sample that differs. */
struct sw_diff_sample {
    uint32_t row_a;      /* not set for SW_DIFF_ONLY_B */
    uint32_t row_b;      /* not set for SW_DIFF_ONLY_A */
    uint8_t content[32]; /* not set for SW_DIFF_MOVED */
    float weight_a;
    float weight_b;
    uint32_t origin_a; /* index into the set's origins */
    uint32_t origin_b;
};

struct sw_diff_source {
    struct sw_str name;
    uint64_t in_a; /* samples that have it, perhaps beside others */
    uint64_t in_b;
    uint64_t only_a;
    uint64_t only_b;
};

struct sw_diff {
    uint64_t common; /* samples that are in both; each of several equal ones pairs once */
    /* Of SW_DIFF_MOVED: so many need be put elsewhere, at most, to make one order of the other. Of
     * the two ways to count them (those that stand behind one that they stood before, and those
     * that stand before one that they stood behind) the one that finds fewer. */
    uint64_t counts[SW_DIFF_KINDS];
    struct sw_diff_sample *samples[SW_DIFF_KINDS]; /* the first ones, at most the limit */
    size_t kept[SW_DIFF_KINDS];
    struct sw_diff_source *sources; /* by name */
    size_t source_count;
};

/* Samples pair by their contents, or by their records where one of the sets has one digest only;
 * of several equal ones the first with the first. SW_E_REFUSED when their digests cannot be
 * compared: other salts. `scratch` is a directory; everything else is in data->arena. */
sw_result sw_diff(const struct sw_data *data, struct sw_rows *a, struct sw_rows *b,
    const char *scratch, size_t limit, struct sw_diff *out, struct sw_error *err);

#endif
