#include "data/rowset.h"

#include <roaring/roaring.h>
#include <stdlib.h>

#define CONTAINERS 65536u /* of 65,536 rows each */
#define MANY 4096u        /* rows for which gathering pays */

void sw_rowset_release(struct sw_rowset *set)
{
    if (set->bitmap != NULL) {
        roaring_bitmap_free(set->bitmap);
    }
    set->bitmap = NULL;
}

static sw_result ensure(struct sw_rowset *set)
{
    if (set->bitmap == NULL) {
        set->bitmap = roaring_bitmap_create();
    }
    return set->bitmap != NULL ? SW_OK : SW_E_NOMEM;
}

sw_result sw_rowset_add(struct sw_rowset *set, uint32_t row)
{
    SW_TRY(ensure(set));
    roaring_bitmap_add(set->bitmap, row);
    return SW_OK;
}

/* Rows of one container are added fastest one behind the other. */
static bool is_scattered(const uint32_t *rows, size_t count)
{
    size_t turns = 0;
    for (size_t i = 1; i < count; i++) {
        turns += rows[i] >> 16 != rows[i - 1] >> 16 ? 1 : 0;
    }
    return turns > count / 8;
}

static void gather(const uint32_t *rows, size_t count, uint32_t *starts, uint32_t *out)
{
    for (size_t i = 0; i < count; i++) {
        starts[(rows[i] >> 16) + 1]++;
    }
    for (size_t c = 0; c < CONTAINERS; c++) {
        starts[c + 1] += starts[c];
    }
    for (size_t i = 0; i < count; i++) {
        out[starts[rows[i] >> 16]++] = rows[i];
    }
}

sw_result sw_rowset_add_many(struct sw_rowset *set, const uint32_t *rows, size_t count)
{
    SW_TRY(ensure(set));
    if (count < MANY || count > UINT32_MAX || !is_scattered(rows, count)) {
        roaring_bitmap_add_many(set->bitmap, count, rows);
        return SW_OK;
    }
    SW_CLEANUP(free) uint32_t *starts = calloc(CONTAINERS + 1, sizeof(*starts));
    SW_CLEANUP(free) uint32_t *gathered = malloc(count * sizeof(*gathered));
    if (starts == NULL || gathered == NULL) {
        return SW_E_NOMEM;
    }
    gather(rows, count, starts, gathered);
    roaring_bitmap_add_many(set->bitmap, count, gathered);
    return SW_OK;
}

sw_result sw_rowset_add_range(struct sw_rowset *set, uint32_t first, uint32_t last)
{
    SW_TRY(ensure(set));
    if (first <= last) {
        roaring_bitmap_add_range_closed(set->bitmap, first, last);
    }
    return SW_OK;
}

bool sw_rowset_has(const struct sw_rowset *set, uint32_t row)
{
    return set->bitmap != NULL && roaring_bitmap_contains(set->bitmap, row);
}

bool sw_rowset_has_range(const struct sw_rowset *set, uint32_t first, uint32_t last)
{
    return first > last || (set->bitmap != NULL && roaring_bitmap_contains_range(
                                                       set->bitmap, first, (uint64_t)last + 1));
}

uint64_t sw_rowset_count(const struct sw_rowset *set)
{
    return set->bitmap == NULL ? 0 : roaring_bitmap_get_cardinality(set->bitmap);
}

uint64_t sw_rowset_count_range(const struct sw_rowset *set, uint32_t first, uint32_t last)
{
    return set->bitmap == NULL || first > last
               ? 0
               : roaring_bitmap_range_cardinality(set->bitmap, first, (uint64_t)last + 1);
}

bool sw_rowset_next(const struct sw_rowset *set, uint32_t from, uint32_t *row)
{
    return sw_rowset_list(set, from, row, 1) == 1;
}

size_t sw_rowset_list(const struct sw_rowset *set, uint32_t from, uint32_t *rows, size_t max)
{
    roaring_uint32_iterator_t at;
    if (set->bitmap == NULL || max == 0 || max > UINT32_MAX) {
        return 0;
    }
    roaring_init_iterator(set->bitmap, &at);
    if (!roaring_move_uint32_iterator_equalorlarger(&at, from)) {
        return 0;
    }
    return roaring_read_uint32_iterator(&at, rows, (uint32_t)max);
}

sw_result sw_rowset_join(struct sw_rowset *set, const struct sw_rowset *other)
{
    if (other->bitmap == NULL) {
        return SW_OK;
    }
    SW_TRY(ensure(set));
    roaring_bitmap_or_inplace(set->bitmap, other->bitmap);
    return SW_OK;
}

sw_result sw_rowset_meet(struct sw_rowset *set, const struct sw_rowset *other)
{
    if (other->bitmap == NULL) {
        sw_rowset_release(set);
        return SW_OK;
    }
    SW_TRY(ensure(set));
    roaring_bitmap_and_inplace(set->bitmap, other->bitmap);
    return SW_OK;
}
