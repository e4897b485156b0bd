/* How alike two texts are, from a few hundred bytes about each. Shingles are runs of eight bytes of
 * the normalised text: letters A to Z made small, each run of white space and control characters
 * one space.
 *
 * A signature estimates the Jaccard similarity of two sets of shingles (MinHash, in its form with
 * one permutation and optimal densification: Shrivastava, "Optimal Densification for Fast and
 * Accurate Minwise Hashing", 2017). Fingerprints are the shingles of a text that winnowing picks
 * (Schleimer, Wilkerson and Aiken, "Winnowing", 2003): two texts that share 23 normalised bytes
 * share one. */
#ifndef SW_DATA_MINHASH_H
#define SW_DATA_MINHASH_H

#include "base/base.h"

#define SW_SHINGLE_SIZE 8u
#define SW_MINHASH_BINS 128u
#define SW_MINHASH_BANDS                                                        \
    30u /* three bins each: at a similarity of 0.6 one of them agrees in 999 of \
           1,000 pairs */
#define SW_MINHASH_SHORTEST 12u /* shingles; shorter texts say nothing */
#define SW_WINNOW_WINDOW 16u    /* shingles */
#define SW_FINGERPRINTS_MAX                                               \
    ((size_t)1 << 20) /* of one text; what stands behind is not looked at \
                       */

/* From the inputs of a step, so that who writes a sample cannot choose what it is taken for. */
struct sw_shingle_key {
    uint64_t add;
    uint64_t first;  /* odd */
    uint64_t second; /* odd */
};
void sw_shingle_key(struct sw_bytes seed, struct sw_shingle_key *out);

struct sw_minhash {
    uint32_t shingles; /* of the text, with repetitions; at most UINT32_MAX */
    uint16_t bins[SW_MINHASH_BINS];
};

/* False, and bins without meaning, for a text that is too short. */
bool sw_minhash_of(const struct sw_shingle_key *key, struct sw_bytes text, struct sw_minhash *out);
/* Estimated, of 10,000; the standard error is at most 442, and more for texts of under some 200
 * shingles. */
uint32_t sw_minhash_similarity(const struct sw_minhash *a, const struct sw_minhash *b);
/* What two texts have alike, in one band, when it is equal. */
uint64_t sw_minhash_band(const struct sw_minhash *hash, unsigned band);

/* The different fingerprints of a text, in the order of their first places. Zero it before the
 * first use. */
struct sw_fingerprints {
    uint64_t *hashes;
    size_t count;
    size_t cap;
    uint32_t *slots;   /* which are there already */
    size_t slot_count; /* of them, those in use */
};
void sw_fingerprints_release(struct sw_fingerprints *fingerprints);
SW_DEFINE_CLEANUP(fingerprints, struct sw_fingerprints, sw_fingerprints_release)
/* Replaces what it held. */
sw_result sw_fingerprints_of(
    const struct sw_shingle_key *key, struct sw_bytes text, struct sw_fingerprints *fingerprints);

#endif
