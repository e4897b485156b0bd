/* Rows made from a seed, for tests of the data room. */
#ifndef SW_TEST_ROWS_HELP_H
#define SW_TEST_ROWS_HELP_H

#include "data/rows_private.h"

#include <stdio.h>

static inline void rows_digest(uint64_t seed, uint64_t n, uint8_t out[32])
{
    char text[64];
    int len =
        snprintf(text, sizeof(text), "%llu/%llu", (unsigned long long)seed, (unsigned long long)n);
    struct sw_digest digest;
    sw_sha256(sw_bytes(text, (size_t)len), &digest);
    memcpy(out, digest.bytes, 32);
}

/* Row n of a set: every 50th content is one of ten, so that some stand there often. */
static inline struct sw_row rows_row(uint64_t seed, uint64_t n)
{
    struct sw_row row = {.origin = (uint32_t)(n % 3),
        .file = (uint32_t)(n / 1000),
        .offset = (n % 1000) * 101,
        .length = 100,
        .weight = n % 7 == 0 ? 0.5f : 1.0f,
        .flags = n % 5 == 0 ? SW_ROW_HAS_ID : 0};
    rows_digest(seed, n, row.record);
    rows_digest(seed, n % 50 == 0 ? (n / 50) % 10 : n + 1000000000, row.content);
    return row;
}

static const struct sw_str rows_source_names[] = {{"forum", 5}, {"mail", 4}};

static inline void rows_origins(struct sw_rows_writer *writer)
{
    static const struct sw_origin origins[] = {
        {rows_source_names, 1, NULL, 0},
        {rows_source_names + 1, 1, NULL, 0},
        {rows_source_names, 2, NULL, 0},
    };
    struct sw_error err = {0};
    for (uint32_t i = 0; i < SW_COUNT(origins); i++) {
        uint32_t index;
        assert_int_equal(sw_rows_origin(writer, &origins[i], &index, &err), SW_OK);
        assert_int_equal(index, i);
    }
}

/* Rows from `first` up to `end`. */
static inline void rows_add(
    struct sw_rows_writer *writer, uint64_t seed, uint64_t first, uint64_t end)
{
    struct sw_error err = {0};
    for (uint64_t n = first; n < end; n++) {
        struct sw_row row = rows_row(seed, n);
        assert_int_equal(sw_rows_add(writer, &row, &err), SW_OK);
    }
}

static inline struct sw_digest rows_make(
    const char *path, uint64_t seed, uint64_t count, const struct sw_rows_options *options)
{
    struct sw_error err = {0};
    struct sw_rows_writer *writer = NULL;
    struct sw_digest digest;
    assert_int_equal(sw_rows_create(&writer, path, options, &err), SW_OK);
    rows_origins(writer);
    rows_add(writer, seed, 0, count);
    assert_int_equal(sw_rows_extra(writer, SW_ROWS_FILES, sw_bytes("a\nb\n", 4), &err), SW_OK);
    assert_int_equal(sw_rows_finish(writer, NULL, 0, NULL, &digest, &err), SW_OK);
    return digest;
}

#endif
