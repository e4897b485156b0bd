/* Writes tar archives header by header, right or wrong as a test wants them. */
#ifndef SW_TEST_TAR_BUILD_H
#define SW_TEST_TAR_BUILD_H

#include "codec/tar.h"

static inline void tar_append(struct sw_buf *out, const void *bytes, size_t len)
{
    assert_int_equal(sw_buf_append(out, bytes, len), SW_OK);
}

static inline void tar_zeros(struct sw_buf *out, size_t len)
{
    static const uint8_t zeros[SW_TAR_BLOCK];
    for (; len > 0; len -= len < sizeof(zeros) ? len : sizeof(zeros)) {
        tar_append(out, zeros, len < sizeof(zeros) ? len : sizeof(zeros));
    }
}

/* Sets the checksum of the header at `at`. */
static inline void tar_sum(struct sw_buf *out, size_t at)
{
    unsigned sum = 0;
    memset(out->data + at + 148, ' ', 8);
    for (size_t i = 0; i < SW_TAR_BLOCK; i++) {
        sum += out->data[at + i];
    }
    (void)snprintf((char *)out->data + at + 148, 7, "%06o", sum);
}

/* A ustar header; gives its place. */
static inline size_t tar_header(
    struct sw_buf *out, const char *name, char type, uint64_t size, const char *link)
{
    uint8_t block[SW_TAR_BLOCK] = {0};
    size_t at = out->len;
    memcpy(block, name, strlen(name) < 100 ? strlen(name) : 100);
    memcpy(block + 100, "0000644", 7);
    memcpy(block + 108, "0000000", 7);
    memcpy(block + 116, "0000000", 7);
    (void)snprintf((char *)block + 124, 12, "%011llo", (unsigned long long)size);
    memcpy(block + 136, "00000000000", 11);
    block[156] = (uint8_t)type;
    memcpy(block + 157, link, strlen(link));
    memcpy(block + 257,
        "ustar\0"
        "00",
        8);
    tar_append(out, block, sizeof(block));
    tar_sum(out, at);
    return at;
}

static inline void tar_content(struct sw_buf *out, const void *bytes, size_t len)
{
    tar_append(out, bytes, len);
    tar_zeros(out, (SW_TAR_BLOCK - len % SW_TAR_BLOCK) % SW_TAR_BLOCK);
}

static inline void tar_file(struct sw_buf *out, const char *name, const void *bytes, size_t len)
{
    (void)tar_header(out, name, '0', len, "");
    tar_content(out, bytes, len);
}

static inline void tar_pax(struct sw_buf *out, char type, const char *records)
{
    (void)tar_header(out, "PaxHeaders/x", type, strlen(records), "");
    tar_content(out, records, strlen(records));
}

static inline void tar_end(struct sw_buf *out)
{
    tar_zeros(out, 2 * SW_TAR_BLOCK);
}

#endif
