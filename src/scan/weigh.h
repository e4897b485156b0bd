/* Statistics of weights in one pass over their bytes (doc/format/scan-weights.md says what they
 * show and what they cannot). weigh_count.c counts, weigh_magic.c looks for programs and archives,
 * weigh.c judges and tells. Private to scan. */
#ifndef SW_SCAN_WEIGH_H
#define SW_SCAN_WEIGH_H

#include "scan/tensor.h"

#define SW_WEIGH_CHUNK ((size_t)256 << 10) /* bytes that are added at once, at most */
#define SW_WEIGH_BLOCK ((size_t)2 << 20)   /* bytes over which exponents are judged */
#define SW_PLANES_MAX 8

/* What is known of the numbers of one tensor. Values and signs of opaque ones are not known. */
struct sw_weight {
    uint64_t elements;
    uint64_t nan, inf, zeros, negative;
    uint64_t huge; /* finite, over 2^100, and not the largest that there is, which masks are */
    double min, max, sum, squares;       /* of what is finite; min > max when nothing is */
    uint64_t planes[SW_PLANES_MAX][256]; /* bytes by their place in the element */
    uint64_t exponents[256];             /* of floating point, as they are stored */
    uint64_t odd_blocks;                 /* whose exponents look like chance, not like numbers */
    uint64_t odd_at;                     /* where the first of them begins, in the tensor */
    uint64_t repeated;                   /* bytes in runs of one element over and over */
};

/* The tables that are counted in: about 600 KiB, so one for all tensors. */
struct sw_scales;
struct sw_scales *sw_scales_new(void);
void sw_scales_free(struct sw_scales *scales);
SW_DEFINE_CLEANUP_PTR(scales, struct sw_scales, sw_scales_free)

void sw_scales_begin(struct sw_scales *scales, enum sw_number number, struct sw_weight *weight);
/* Whole elements, at most SW_WEIGH_CHUNK bytes, aligned as an allocation. */
void sw_scales_add(struct sw_scales *scales, const uint8_t *bytes, size_t len);
void sw_scales_end(struct sw_scales *scales);

/* Bits of information in a byte, by how often each value is there: 0 to 8. */
double sw_entropy(const uint64_t counts[256]);
/* Exponents of a type of floating point; 0 when it is none. */
unsigned sw_number_exponents(enum sw_number number);

/* Programs, archives and pickles in bytes that should be numbers, at multiples of four bytes. */
struct sw_magic_search {
    struct sw_inspection *in;
    const struct sw_source *source;
    uint64_t end; /* of the tensor */
    struct sw_str tensor;
    uint64_t looked; /* candidates so far, of the whole file */
    uint64_t found;  /* that are what they look like */
};
/* Looks at `len` bytes that stand at `offset` of the source. */
sw_result sw_magic_look(
    struct sw_magic_search *search, const uint8_t *bytes, size_t len, uint64_t offset);
/* Candidates at which the search of a file stops. */
#define SW_MAGIC_LOOKS_MAX ((uint64_t)1 << 20)

/* Reads, weighs and hashes (unless `digests` is NULL, an array of `count`) all tensors, and tells
 * what they weigh. */
sw_result sw_weigh(struct sw_inspection *in, const struct sw_source *source,
    const struct sw_tensor *tensors, size_t count, struct sw_digest *digests, struct sw_error *err);

/* The same for tensors in many sources. */
struct sw_weighing;
sw_result sw_weighing_new(struct sw_inspection *in, struct sw_weighing **out, struct sw_error *err);
void sw_weighing_free(struct sw_weighing *weighing);
SW_DEFINE_CLEANUP_PTR(weighing, struct sw_weighing, sw_weighing_free)
/* `digest` may be NULL; else it is also made when there is no time left. */
sw_result sw_weighing_add(struct sw_weighing *weighing, const struct sw_source *source,
    const struct sw_tensor *tensor, struct sw_digest *digest, struct sw_error *err);
/* Only reads and hashes. */
sw_result sw_weighing_hash(struct sw_weighing *weighing, const struct sw_source *source,
    const struct sw_tensor *tensor, struct sw_digest *digest, struct sw_error *err);
sw_result sw_weighing_tell(struct sw_weighing *weighing);

#endif
