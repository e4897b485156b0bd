#include "data/rowset.h"

#include <roaring/roaring.h>

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

sw_result sw_rowset_add_many(struct sw_rowset *set, const uint32_t *rows, size_t count)
{
    SW_TRY(ensure(set));
    roaring_bitmap_add_many(set->bitmap, count, rows);
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
