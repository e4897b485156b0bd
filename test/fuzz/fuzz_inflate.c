/* Packed files. However many bytes are asked for at a time, the same answer and the same bytes come
 * out, or when they are broken the same first ones; and one chunk of a column never writes past its
 * place. The first byte chooses the amount. */
#include "codec/codec.h"

#include <stdlib.h>

/* A stream may go on for ever so to speak; this much of it is enough. */
#define OUT_MAX ((size_t)8 << 20)

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static enum sw_code read_all(
    struct sw_bytes stored, size_t chunk, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(inflate) struct sw_inflate *s = NULL;
    struct sw_source source = sw_source_memory(stored);
    SW_TRY(sw_inflate_new(&s, &source, err));
    size_t got = 1;
    while (got > 0 && out->len < OUT_MAX) {
        size_t want = OUT_MAX - out->len < chunk ? OUT_MAX - out->len : chunk;
        SW_TRY(sw_buf_reserve(out, want));
        SW_TRY(sw_inflate_read(s, out->data + out->len, want, &got, err));
        expect(got <= want);
        out->len += got;
        expect(sw_inflate_consumed(s) <= stored.len);
    }
    expect(got != 0 || sw_inflate_consumed(s) == stored.len);
    return SW_OK;
}

static void check_chunk(struct sw_bytes stored, size_t raw_len)
{
    SW_CLEANUP(free) uint8_t *raw = malloc(raw_len == 0 ? 1 : raw_len);
    SW_CLEANUP(buf) struct sw_buf again = SW_BUF_INIT;
    struct sw_error err = {0};
    enum sw_code code = sw_zstd_decompress(stored, raw, raw_len, &err);
    expect((code == SW_OK) == (err.text[0] == '\0'));
    if (code == SW_OK) {
        expect(sw_zstd_compress(sw_bytes(raw, raw_len), SW_ZSTD_LEVEL, &again) == SW_OK);
        expect(sw_zstd_decompress(sw_buf_bytes(&again), raw, raw_len, &err) == SW_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct sw_bytes stored = sw_bytes(data + 1, size - 1);
    SW_CLEANUP(buf) struct sw_buf large = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf small = SW_BUF_INIT;
    struct sw_error large_error = {0};
    struct sw_error small_error = {0};
    enum sw_code large_code = read_all(stored, OUT_MAX, &large, &large_error);
    enum sw_code small_code = read_all(stored, data[0] * 16u + 1, &small, &small_error);
    size_t shared = large.len < small.len ? large.len : small.len;
    expect(shared == 0 || memcmp(large.data, small.data, shared) == 0);
    expect(large_code != SW_OK || small_code != SW_OK || large.len == small.len);
    if (shared < OUT_MAX) {
        expect(large_code == small_code);
        check_chunk(stored, large.len);
    }
    return 0;
}
