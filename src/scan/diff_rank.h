/* The rank of a difference that is never held as a whole: a random sketch of each row goes into a
 * small Gram matrix (Halko, Martinsson and Tropp, "Finding structure with randomness", 2011; the
 * first step is a count sketch, so that an element costs one addition). Private to scan. */
#ifndef SW_SCAN_DIFF_RANK_H
#define SW_SCAN_DIFF_RANK_H

#include "scan/diff.h"

/* Longer rows have no sketch. */
#define SW_RANK_COLUMNS_MAX ((uint64_t)1 << 20)

struct sw_rank;
/* For rows of so many columns; NULL when there is no memory. */
struct sw_rank *sw_rank_new(uint64_t columns);
void sw_rank_free(struct sw_rank *rank);
SW_DEFINE_CLEANUP_PTR(rank, struct sw_rank, sw_rank_free)

/* Elements of the present row, from column `at` on. */
void sw_rank_add(struct sw_rank *rank, uint64_t at, const double *values, size_t count);
/* The row is complete. */
void sw_rank_row(struct sw_rank *rank);
/* The rank of the rows, where what is as small as `noise` (the expected square sum of rounding,
 * over all elements) does not count. At most SW_DIFF_RANK_MAX + 1, which stands for more. */
unsigned sw_rank_of(const struct sw_rank *rank, double noise);

#endif
