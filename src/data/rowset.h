/* A set of row numbers, compressed (CRoaring behind it). */
#ifndef SW_DATA_ROWSET_H
#define SW_DATA_ROWSET_H

#include "evidence/evidence.h"

struct sw_rowset {
    void *bitmap; /* roaring_bitmap_t; NULL: empty */
};

#define SW_ROWSET_INIT ((struct sw_rowset){NULL})

void sw_rowset_release(struct sw_rowset *set);
SW_DEFINE_CLEANUP(rowset, struct sw_rowset, sw_rowset_release)
sw_result sw_rowset_add(struct sw_rowset *set, uint32_t row);
/* Many at once; fastest when neighbours stand together. */
sw_result sw_rowset_add_many(struct sw_rowset *set, const uint32_t *rows, size_t count);
/* Rows first to last, both in it. */
sw_result sw_rowset_add_range(struct sw_rowset *set, uint32_t first, uint32_t last);
bool sw_rowset_has(const struct sw_rowset *set, uint32_t row);
/* All of [first, last]. */
bool sw_rowset_has_range(const struct sw_rowset *set, uint32_t first, uint32_t last);
uint64_t sw_rowset_count(const struct sw_rowset *set);
/* The smallest row that is at least `from`; false when there is none. */
bool sw_rowset_next(const struct sw_rowset *set, uint32_t from, uint32_t *row);
/* Rows of the set in [first, last]. */
uint64_t sw_rowset_count_range(const struct sw_rowset *set, uint32_t first, uint32_t last);
/* The rows of the set from `from` on, ascending, at most `max`. Gives how many were written. */
size_t sw_rowset_list(const struct sw_rowset *set, uint32_t from, uint32_t *rows, size_t max);
/* set = set ∪ other, set = set ∩ other. */
sw_result sw_rowset_join(struct sw_rowset *set, const struct sw_rowset *other);
sw_result sw_rowset_meet(struct sw_rowset *set, const struct sw_rowset *other);

#endif
