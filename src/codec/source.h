/* A place to read hostile bytes from at any offset: memory, an open file, or a part of either. A
 * parser written over it runs the same on a file, on an archive member and under a fuzzer. */
#ifndef SW_CODEC_SOURCE_H
#define SW_CODEC_SOURCE_H

#include "base/base.h"

/* Something else that can be read at any offset, such as what comes out of compression. */
struct sw_backing {
    sw_result (*read)(void *ctx, uint64_t offset, void *out, size_t len, struct sw_error *err);
    void *ctx;
};

/* A small value: copy it freely. What it reads from must outlive it. */
struct sw_source {
    uint64_t size;
    const uint8_t *memory; /* NULL: a file, or what is behind `backing` */
    uint64_t held;         /* bytes of `memory` that are there, at most size */
    const struct sw_backing *backing;
    int fd;
    uint64_t base; /* where byte 0 stands in the file, or in what is behind `backing` */
};

struct sw_source sw_source_memory(struct sw_bytes bytes);
/* `size` is what the descriptor's owner measured. */
struct sw_source sw_source_fd(int fd, uint64_t size);
/* Reads inside `size` bytes alone are passed on. */
struct sw_source sw_source_backed(const struct sw_backing *backing, uint64_t size);
/* Only the first bytes of something of `size` bytes: reading behind them gives SW_E_LIMIT. */
struct sw_source sw_source_head(struct sw_bytes head, uint64_t size);
/* A view of [offset, offset + len). SW_E_FORMAT when that is not inside. */
sw_result sw_source_part(
    const struct sw_source *source, uint64_t offset, uint64_t len, struct sw_source *out);

/* Reads exactly `len` bytes. SW_E_FORMAT when they are not inside, SW_E_IO when reading fails or
 * the file became shorter. */
sw_result sw_source_read(
    const struct sw_source *source, uint64_t offset, void *out, size_t len, struct sw_error *err);
/* Appends the part [offset, offset + len). */
sw_result sw_source_append(const struct sw_source *source, uint64_t offset, uint64_t len,
    struct sw_buf *out, struct sw_error *err);

/* The CRC-32 of all of it. */
sw_result sw_source_crc(const struct sw_source *source, uint32_t *out, struct sw_error *err);

#define SW_WINDOW_SIZE ((size_t)64 << 10)

/* Reading mostly forward, in few system calls. Lives anywhere; big, so rather not on the stack. */
struct sw_window {
    const struct sw_source *source;
    uint64_t start;
    size_t len;
    uint8_t bytes[SW_WINDOW_SIZE];
};

void sw_window_init(struct sw_window *window, const struct sw_source *source);
/* A view of up to `want` (at most SW_WINDOW_SIZE) bytes from `offset` on: fewer only at the end of
 * the source, or of the head that is held. Valid until the next call. */
sw_result sw_window_view(struct sw_window *window, uint64_t offset, size_t want,
    struct sw_bytes *out, struct sw_error *err);

#endif
