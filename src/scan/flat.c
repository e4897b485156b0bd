#include "scan/flat.h"

#include <inttypes.h>

void sw_flat_init(struct sw_flat *flat, struct sw_window *window, struct sw_error *err)
{
    *flat = (struct sw_flat){.window = window, .err = err};
}

static sw_result fail(const struct sw_flat *flat, uint64_t at, const char *what)
{
    return sw_fail(flat->err, SW_E_FORMAT, "byte %" PRIu64 ": %s", at, what);
}

static sw_result read_number(struct sw_flat *flat, uint64_t at, size_t width, uint64_t *out)
{
    struct sw_bytes bytes;
    uint64_t size = flat->window->source->size;
    if (at > size || size - at < width) {
        return fail(flat, at, "a number past the end of the file");
    }
    SW_TRY(sw_window_view(flat->window, at, width, &bytes, flat->err));
    if (bytes.len < width) {
        return fail(flat, at, "a number past the end of the file");
    }
    *out = 0;
    for (size_t i = width; i > 0; i--) {
        *out = *out << 8 | bytes.ptr[i - 1];
    }
    return SW_OK;
}

static sw_result visit(struct sw_flat *flat)
{
    return flat->visits++ < SW_FLAT_VISITS_MAX
               ? SW_OK
               : sw_fail(flat->err, SW_E_LIMIT, "more tables than a scan looks at");
}

/* What an offset that stands at `at` refers to. Offsets lead forward. */
static sw_result follow(struct sw_flat *flat, uint64_t at, uint64_t *out)
{
    uint64_t offset;
    SW_TRY(read_number(flat, at, 4, &offset));
    if (offset == 0 || offset > flat->window->source->size - at) {
        return fail(flat, at, "an offset that leads out of the file");
    }
    *out = at + offset;
    return SW_OK;
}

/* A table begins with the distance back to the index of its fields, which begins with the lengths
 * of both. */
static sw_result open_table(struct sw_flat *flat, uint64_t at, struct sw_flat_table *out)
{
    uint64_t distance;
    uint64_t index_len;
    uint64_t len;
    SW_TRY(visit(flat));
    SW_TRY(read_number(flat, at, 4, &distance));
    int64_t back = (int32_t)(uint32_t)distance;
    if (at > INT64_MAX || back > (int64_t)at) {
        return fail(flat, at, "a table whose index stands before the file");
    }
    uint64_t index = (uint64_t)((int64_t)at - back);
    SW_TRY(read_number(flat, index, 2, &index_len));
    SW_TRY(read_number(flat, index + 2, 2, &len));
    uint64_t size = flat->window->source->size;
    if (index_len < 4 || index_len % 2 != 0 || len < 4 || index_len > size - index ||
        len > size - at) {
        return fail(flat, index, "an index of fields that cannot be");
    }
    *out = (struct sw_flat_table){at, index, (uint16_t)index_len, (uint16_t)len};
    return SW_OK;
}

sw_result sw_flat_root(struct sw_flat *flat, struct sw_flat_table *out)
{
    uint64_t at = 0;
    SW_TRY(follow(flat, 0, &at));
    return open_table(flat, at, out);
}

/* Where a field stands; 0 where it is left out. */
static sw_result find_field(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    size_t width, uint64_t *out)
{
    uint64_t place = 4 + 2 * (uint64_t)field;
    uint64_t offset = 0;
    *out = 0;
    if (place + 2 > table->index_len) {
        return SW_OK;
    }
    SW_TRY(read_number(flat, table->index + place, 2, &offset));
    if (offset == 0) {
        return SW_OK;
    }
    if (offset < 4 || offset + width > table->len) {
        return fail(flat, table->index + place, "a field outside of its table");
    }
    *out = table->at + offset;
    return SW_OK;
}

sw_result sw_flat_number(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    size_t width, uint64_t absent, uint64_t *out)
{
    uint64_t at = 0;
    SW_TRY(find_field(flat, table, field, width, &at));
    if (at == 0) {
        *out = absent;
        return SW_OK;
    }
    return read_number(flat, at, width, out);
}

sw_result sw_flat_vector(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    size_t width, struct sw_flat_vector *out)
{
    uint64_t at = 0;
    uint64_t count;
    SW_TRY(find_field(flat, table, field, 4, &at));
    if (at == 0) {
        *out = (struct sw_flat_vector){0};
        return SW_OK;
    }
    SW_TRY(visit(flat));
    SW_TRY(follow(flat, at, &at));
    SW_TRY(read_number(flat, at, 4, &count));
    if (count > (flat->window->source->size - at - 4) / width) {
        return fail(flat, at, "a vector past the end of the file");
    }
    *out = (struct sw_flat_vector){at + 4, (uint32_t)count};
    return SW_OK;
}

sw_result sw_flat_item(struct sw_flat *flat, const struct sw_flat_vector *vector, size_t i,
    size_t width, uint64_t *out)
{
    SW_TRY(visit(flat));
    return i < vector->count ? read_number(flat, vector->at + i * width, width, out)
                             : fail(flat, vector->at, "an element that a vector does not have");
}

sw_result sw_flat_item_table(
    struct sw_flat *flat, const struct sw_flat_vector *vector, size_t i, struct sw_flat_table *out)
{
    uint64_t at = 0;
    if (i >= vector->count) {
        return fail(flat, vector->at, "an element that a vector does not have");
    }
    SW_TRY(follow(flat, vector->at + i * 4, &at));
    return open_table(flat, at, out);
}

sw_result sw_flat_inner(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    struct sw_flat_table *out, bool *there)
{
    uint64_t at = 0;
    SW_TRY(find_field(flat, table, field, 4, &at));
    *there = at != 0;
    if (at == 0) {
        return SW_OK;
    }
    SW_TRY(follow(flat, at, &at));
    return open_table(flat, at, out);
}

sw_result sw_flat_text(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    struct sw_arena *arena, size_t max, struct sw_str *out)
{
    struct sw_flat_vector vector = {0};
    SW_TRY(sw_flat_vector(flat, table, field, 1, &vector));
    if (vector.count > max) {
        return sw_fail(flat->err, SW_E_LIMIT, "byte %" PRIu64 ": a text of %" PRIu32 " bytes",
            vector.at, vector.count);
    }
    char *copy = sw_arena_alloc(arena, (size_t)vector.count + 1);
    SW_TRY_PTR(copy);
    if (vector.count > 0) {
        SW_TRY(sw_source_read(flat->window->source, vector.at, copy, vector.count, flat->err));
    }
    copy[vector.count] = '\0';
    *out = sw_str_n(copy, vector.count);
    return SW_OK;
}
