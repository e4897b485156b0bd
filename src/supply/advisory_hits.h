/* The advisories that concern one component, put together by their names. Private to the advisory
 * files. */
#ifndef SW_SUPPLY_ADVISORY_HITS_H
#define SW_SUPPLY_ADVISORY_HITS_H

#include "supply/advisory_private.h"
#include "supply/advisory_range.h"

/* An advisory that concerns a component, or may. */
struct sw_advisory_hit {
    int64_t row;
    struct sw_str name;
    struct sw_str aliases; /* one a line */
    struct sw_str summary;
    unsigned cvss; /* version * 1000 + tenths */
    bool withdrawn;
    bool by_digest;
    struct sw_advisory_answer answer;
    size_t group; /* hits that share a name, over some others, have the same one */
    size_t
        next; /* the next one of its group, or SW_ADVISORY_NO_HIT; a group begins at its number */
};

#define SW_ADVISORY_NO_HIT SIZE_MAX

struct sw_advisory_hits {
    struct sw_advisory_hit *items;
    size_t count, cap;
    size_t sorted; /* so many are by row */
    size_t before; /* so many were there before the present query */
};

/* A query begins, whose rows come in order. What the first one gives is sorted. */
void sw_advisory_hits_begin(struct sw_advisory_hits *hits);

/* The hit of an advisory, made when there is none. */
sw_result sw_advisory_hits_get(struct sw_arena *arena, struct sw_advisory_hits *hits,
    struct sqlite3_stmt *stmt, struct sw_advisory_hit **out);

/* Joins the ones that share a name; sets `group` and `next`. */
sw_result sw_advisory_hits_group(struct sw_arena *arena, struct sw_advisory_hits *hits);

/* All names of a group, each once: CVE, GHSA, others; each by its bytes. */
sw_result sw_advisory_hits_names(struct sw_arena *arena, const struct sw_advisory_hits *hits,
    size_t group, const struct sw_str **out, size_t *count);

#endif
