/* What the files about matching share. */
#ifndef SW_DATA_MATCH_PRIVATE_H
#define SW_DATA_MATCH_PRIVATE_H

#include "data/match.h"
#include "data/minhash.h"
#include "data/rowset.h"
#include "data/spill.h"

/* One run. */
struct sw_matching {
    const struct sw_match *match;
    struct sw_match_report report;
    uint32_t min_similarity;
    /* For near matching: rows that equal contents settled. */
    bool near;
    struct sw_rowset matched;               /* outputs */
    struct sw_rowset used[SW_LINEAGE_SETS]; /* inputs */
    /* Inputs whose content an input before them has: what is a part of one is a part of all. */
    struct sw_rowset copies[SW_LINEAGE_SETS];
    struct sw_spill *twins; /* inputs of one content: set and row of the first, of each */
};

sw_result sw_matching_edge(struct sw_matching *matching, uint32_t output, struct sw_input_row input,
    unsigned kind, uint32_t confidence, struct sw_error *err);

/* Whoever is asked to stop. */
static inline sw_result sw_matching_go_on(const struct sw_matching *matching, struct sw_error *err)
{
    return sw_progress_check(matching->match->progress, err);
}

/* By equal keys: ids, lines, contents (match_key.c). */
sw_result sw_match_keys(struct sw_matching *matching, struct sw_error *err);
/* Once all is settled: of inputs with one content, some of which were used, the others were dropped
 * as duplicates. */
sw_result sw_match_twins(struct sw_matching *matching, struct sw_error *err);

/* --- what is alike --------------------------------------------------------------------------- */

/* An output that is much like an input, but longer: it may be made of others besides. */
struct sw_near_edge {
    uint32_t output;
    struct sw_input_row input;
    uint32_t confidence;
};

/* Outputs that equal contents left over, by their likeness to one input (match_near.c). Those that
 * may be made of more are appended to `longer` instead of being told, as struct sw_near_edge,
 * ascending by output. */
sw_result sw_match_alike(struct sw_matching *matching, const struct sw_shingle_key *key,
    struct sw_buf *longer, struct sw_error *err);
/* Outputs that are still left over, and `longer` ones, by what they contain (match_contain.c). */
sw_result sw_match_contained(struct sw_matching *matching, const struct sw_shingle_key *key,
    struct sw_bytes longer, struct sw_error *err);

/* Records of one size in a scratch file: appended in order, read anywhere (match_pile.c). */
struct sw_pile {
    int fd;
    size_t size;
    uint64_t count;
    struct sw_buf tail; /* what is not written yet */
    uint64_t tail_first;
    struct sw_buf window; /* what was read last, when it is read in order */
    uint64_t window_first;
    uint64_t next; /* the record behind the one that was read last */
};
#define SW_PILE_INIT(record) ((struct sw_pile){.fd = -1, .size = sizeof(record)})
sw_result sw_pile_open(struct sw_pile *pile, const char *scratch, struct sw_error *err);
void sw_pile_close(struct sw_pile *pile);
SW_DEFINE_CLEANUP(pile, struct sw_pile, sw_pile_close)
sw_result sw_pile_add(struct sw_pile *pile, const void *record, struct sw_error *err);
sw_result sw_pile_at(struct sw_pile *pile, uint64_t index, void *out, struct sw_error *err);

/* Which 64-bit keys may be among those that were added; never "no" for one that was. */
struct sw_sieve {
    uint64_t *bits;
    uint64_t mask;
};
sw_result sw_sieve_make(struct sw_sieve *sieve, uint64_t keys);
void sw_sieve_release(struct sw_sieve *sieve);
SW_DEFINE_CLEANUP(sieve, struct sw_sieve, sw_sieve_release)
void sw_sieve_add(struct sw_sieve *sieve, uint64_t key);
bool sw_sieve_may_have(const struct sw_sieve *sieve, uint64_t key);

#endif
