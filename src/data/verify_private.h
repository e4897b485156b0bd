/* How records that are read again find the rows that they were. */
#ifndef SW_DATA_VERIFY_PRIVATE_H
#define SW_DATA_VERIFY_PRIVATE_H

#include "data/verify.h"

#include "data/rowset.h"

#define SW_NO_ROW UINT64_MAX

struct sw_crowd; /* rows of one content, where there are many */

struct sw_finder {
    struct sw_rows *rows;
    struct sw_rowset used; /* rows that a record was found for */
    struct sw_crowd *crowds;
    size_t crowd_count;
    size_t crowd_cap;  /* a power of two, or 0 */
    uint64_t crowded;  /* rows in them */
    uint32_t *scratch; /* places of one crowd */
};

void sw_finder_init(struct sw_finder *finder, struct sw_rows *rows);
void sw_finder_release(struct sw_finder *finder);
/* The first free row with these digests from `next` on, else the first one of all; SW_NO_ROW.
 * SW_E_LIMIT. */
sw_result sw_finder_find(struct sw_finder *finder, const struct sw_row *read, uint64_t next,
    uint64_t *row, struct sw_error *err);
/* The row is taken. */
sw_result sw_finder_use(struct sw_finder *finder, uint64_t row);

#endif
