/* FlatBuffers, read where they stand in a file (flatbuffers.dev, "Internals"): tables with an index
 * of their fields, vectors, text. Every place is checked before it is read. Private to scan. */
#ifndef SW_SCAN_FLAT_H
#define SW_SCAN_FLAT_H

#include "scan/inspect.h"

/* Tables and texts that are looked at in one file, so that what refers to the same place over and
 * over comes to an end. */
#define SW_FLAT_VISITS_MAX ((uint64_t)1 << 24)

struct sw_flat {
    struct sw_window *window;
    uint64_t visits;
    struct sw_error *err;
};

struct sw_flat_table {
    uint64_t at;
    uint64_t index; /* of its fields */
    uint16_t index_len, len;
};

struct sw_flat_vector {
    uint64_t at; /* of the first element */
    uint32_t count;
};

void sw_flat_init(struct sw_flat *flat, struct sw_window *window, struct sw_error *err);
sw_result sw_flat_root(struct sw_flat *flat, struct sw_flat_table *out);
/* A number of `width` bytes; `absent` where the field is left out. */
sw_result sw_flat_number(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    size_t width, uint64_t absent, uint64_t *out);
/* A vector of elements of `width` bytes, all of them inside; of none where it is left out. */
sw_result sw_flat_vector(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    size_t width, struct sw_flat_vector *out);
/* Element `i`, a number. */
sw_result sw_flat_item(struct sw_flat *flat, const struct sw_flat_vector *vector, size_t i,
    size_t width, uint64_t *out);
/* Element `i`, a table. */
sw_result sw_flat_item_table(
    struct sw_flat *flat, const struct sw_flat_vector *vector, size_t i, struct sw_flat_table *out);
/* *there is false, and *out untouched, where it is left out. */
sw_result sw_flat_inner(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    struct sw_flat_table *out, bool *there);
/* Copied into `arena`, NUL behind; "" where it is left out. SW_E_LIMIT over `max` bytes. */
sw_result sw_flat_text(struct sw_flat *flat, const struct sw_flat_table *table, unsigned field,
    struct sw_arena *arena, size_t max, struct sw_str *out);

#endif
