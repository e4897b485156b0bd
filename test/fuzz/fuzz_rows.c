/* Dataset files. No fuzzer guesses a digest, so the input is a header and chunks, and the file is
 * made from them here with a right table. "@TOC@" in the header stands for its digest. */
#include "data/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* A broken set is refused; it is never a fault of the machine or of ours. */
static void expect_answer(enum sw_code code)
{
    expect(code == SW_OK || code == SW_E_FORMAT || code == SW_E_REFUSED || code == SW_E_NOENT ||
           code == SW_E_LIMIT || code == SW_E_USAGE);
}

static void ignore(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    (void)ctx;
    (void)ref;
    expect(why != NULL);
}

/* Chunks: column, group, compressed or not, length (u16), bytes. */
static void put_chunks(struct sw_chunks_writer *writer, struct sw_cursor *cur)
{
    uint8_t head[3];
    uint16_t len;
    struct sw_bytes bytes;
    while (sw_cur_u8(cur, &head[0]) == SW_OK && sw_cur_u8(cur, &head[1]) == SW_OK &&
           sw_cur_u8(cur, &head[2]) == SW_OK && sw_cur_u16be(cur, &len) == SW_OK &&
           sw_cur_bytes(cur, len, &bytes) == SW_OK) {
        expect(sw_chunks_put(writer, head[0], head[1], bytes, head[2] & 1, NULL) == SW_OK);
    }
}

static void put_header(struct sw_chunks_writer *writer, struct sw_bytes given)
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

static void ask(struct sw_rows *rows)
{
    struct sw_row row;
    struct sw_str file;
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    uint64_t first;
    uint64_t count;
    uint8_t content[32] = {0x80};
    expect_answer(sw_rows_verify(rows, ignore, NULL, NULL, NULL));
    expect_answer(sw_rows_file(rows, 0, &file, NULL));
    if (sw_rows_at(rows, 0, &row, NULL) == SW_OK) {
        expect(row.origin < rows->origin_count);
        size_t len;
        expect_answer(sw_rows_prove(rows, SW_TREE_ORDERED, 0, proof, &len, NULL));
        expect_answer(sw_rows_prove(rows, SW_TREE_SORTED, rows->count - 1, proof, &len, NULL));
    }
    if (sw_rows_find(rows, content, &first, &count, NULL) == SW_OK) {
        expect(first <= rows->count && count <= rows->count - first);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(data, size));
    uint16_t header_len;
    struct sw_bytes header;
    if (sw_cur_u16be(&cur, &header_len) != SW_OK ||
        sw_cur_bytes(&cur, header_len, &header) != SW_OK) {
        return 0;
    }
    char path[64];
    int fd = memfd_create("rows", MFD_CLOEXEC);
    expect(fd >= 0);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    SW_CLEANUP(chunks_writer) struct sw_chunks_writer writer = SW_CHUNKS_WRITER_INIT;
    writer.fd = fd;
    writer.path = path;
    writer.offset = 0;
    expect(sw_fd_write(fd, path, sw_bytes("sealwright-data1", 16), NULL) == SW_OK);
    writer.offset = 16;
    put_chunks(&writer, &cur);
    put_header(&writer, header);
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    if (sw_rows_open(&rows, path, NULL, NULL) == SW_OK) {
        ask(&rows);
    }
    return 0;
}
