/* Data files for fuzz targets. No fuzzer guesses a digest, so the input is a header and chunks, and
 * the file is made from them here with a right table. "@TOC@" in the header stands for its digest.
 */
#ifndef SW_FUZZ_CHUNKS_INPUT_H
#define SW_FUZZ_CHUNKS_INPUT_H

#include "data/chunks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static inline void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* A broken file is refused; it is never a fault of the machine or of ours. */
static inline void expect_answer(enum sw_code code)
{
    expect(code == SW_OK || code == SW_E_FORMAT || code == SW_E_REFUSED || code == SW_E_NOENT ||
           code == SW_E_LIMIT || code == SW_E_USAGE);
}

static inline void ignore_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    (void)ctx;
    (void)ref;
    expect(why != NULL);
}

/* Chunks: column, group, compressed or not, length (u16), bytes. `column_of` makes a column's
 * number from its byte. */
static inline void put_chunks(
    struct sw_chunks_writer *writer, struct sw_cursor *cur, uint16_t (*column_of)(uint8_t byte))
{
    uint8_t head[3];
    uint16_t len;
    struct sw_bytes bytes;
    while (sw_cur_u8(cur, &head[0]) == SW_OK && sw_cur_u8(cur, &head[1]) == SW_OK &&
           sw_cur_u8(cur, &head[2]) == SW_OK && sw_cur_u16be(cur, &len) == SW_OK &&
           sw_cur_bytes(cur, len, &bytes) == SW_OK) {
        expect(
            sw_chunks_put(writer, column_of(head[0]), head[1], bytes, head[2] & 1, NULL) == SW_OK);
    }
}

static inline void put_header(struct sw_chunks_writer *writer, struct sw_bytes given)
{
    static const char mark[] = "@TOC@";
    SW_CLEANUP(buf) struct sw_buf header = SW_BUF_INIT;
    struct sw_digest toc;
    struct sw_digest digest;
    char text[SW_DIGEST_TEXT_SIZE];
    sw_chunks_toc(writer, &toc);
    sw_digest_text(&toc, text);
    const uint8_t *at = given.len == 0 ? NULL : memmem(given.ptr, given.len, mark, 5);
    size_t before = at == NULL ? given.len : (size_t)(at - given.ptr);
    expect(sw_buf_append(&header, given.ptr, before) == SW_OK);
    if (at != NULL) {
        expect(sw_buf_puts(&header, text) == SW_OK);
        expect(sw_buf_append(&header, at + 5, given.len - before - 5) == SW_OK);
    }
    expect(sw_chunks_finish(writer, sw_buf_bytes(&header), &digest, NULL) == SW_OK);
}

/* Makes the file; `writer` holds it open, and `path`, of 64 bytes, names it. False for no input. */
static inline bool chunks_input(struct sw_bytes input, uint16_t (*column_of)(uint8_t byte),
    struct sw_chunks_writer *writer, char *path)
{
    struct sw_cursor cur = sw_cursor(input);
    uint16_t header_len;
    struct sw_bytes header;
    if (sw_cur_u16be(&cur, &header_len) != SW_OK ||
        sw_cur_bytes(&cur, header_len, &header) != SW_OK) {
        return false;
    }
    int fd = memfd_create("chunks", MFD_CLOEXEC);
    expect(fd >= 0);
    (void)snprintf(path, 64, "/proc/self/fd/%d", fd);
    writer->fd = fd;
    writer->path = path;
    expect(sw_fd_write(fd, path, sw_bytes("sealwright-data1", 16), NULL) == SW_OK);
    writer->offset = 16;
    put_chunks(writer, &cur, column_of);
    put_header(writer, header);
    return true;
}

#endif
