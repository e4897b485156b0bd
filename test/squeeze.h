/* Compresses with the libraries that other programs use, for tests of what unpacks it again. */
#ifndef SW_TEST_SQUEEZE_H
#define SW_TEST_SQUEEZE_H

#include "codec/unpack.h"

#include <bzlib.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>

#include "pack.h"

static inline void squeeze_zlib(struct sw_buf *out, struct sw_bytes in, int bits)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&z, in.len) + 64;
    assert_int_equal(sw_buf_reserve(out, bound), SW_OK);
    z.next_in = (Bytef *)(uintptr_t)in.ptr;
    z.avail_in = (uInt)in.len;
    z.next_out = out->data + out->len;
    z.avail_out = (uInt)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
}

static inline void squeeze_bzip2(struct sw_buf *out, struct sw_bytes in)
{
    unsigned len = (unsigned)(in.len + in.len / 50 + 1024);
    assert_int_equal(sw_buf_reserve(out, len), SW_OK);
    char none = 0;
    char *from = in.len == 0 ? &none : (char *)(uintptr_t)in.ptr;
    assert_int_equal(BZ2_bzBuffToBuffCompress(
                         (char *)out->data + out->len, &len, from, (unsigned)in.len, 1, 0, 0),
        BZ_OK);
    out->len += len;
}

static inline void squeeze_coded(struct sw_buf *out, struct sw_bytes in, lzma_stream *lzma)
{
    size_t bound = in.len + in.len / 8 + 1024;
    assert_int_equal(sw_buf_reserve(out, bound), SW_OK);
    lzma->next_in = in.ptr;
    lzma->avail_in = in.len;
    lzma->next_out = out->data + out->len;
    lzma->avail_out = bound;
    assert_int_equal(lzma_code(lzma, LZMA_FINISH), LZMA_STREAM_END);
    out->len += (size_t)lzma->total_out;
    lzma_end(lzma);
}

static inline void squeeze_lzma(struct sw_buf *out, struct sw_bytes in, enum sw_packing packing)
{
    lzma_stream lzma = LZMA_STREAM_INIT;
    lzma_options_lzma options;
    assert_false(lzma_lzma_preset(&options, 1));
    lzma_filter raw[] = {
        {packing == SW_PACK_LZMA ? LZMA_FILTER_LZMA1 : LZMA_FILTER_LZMA2, &options},
        {LZMA_VLI_UNKNOWN, NULL}};
    lzma_ret rc = packing == SW_PACK_XZ           ? lzma_easy_encoder(&lzma, 1, LZMA_CHECK_CRC64)
                  : packing == SW_PACK_LZMA_ALONE ? lzma_alone_encoder(&lzma, &options)
                                                  : lzma_raw_encoder(&lzma, raw);
    assert_int_equal(rc, LZMA_OK);
    squeeze_coded(out, in, &lzma);
}

/* The properties of a raw stream that squeeze_lzma() made. */
static inline struct sw_lzma_chain squeeze_chain(enum sw_packing packing)
{
    struct sw_lzma_chain chain = {.property_len = packing == SW_PACK_LZMA ? 5 : 1};
    lzma_options_lzma options;
    assert_false(lzma_lzma_preset(&options, 1));
    lzma_filter filter = {
        packing == SW_PACK_LZMA ? LZMA_FILTER_LZMA1 : LZMA_FILTER_LZMA2, &options};
    assert_int_equal(lzma_properties_encode(&filter, chain.properties), LZMA_OK);
    return chain;
}

static inline void squeeze_lz4(struct sw_buf *out, struct sw_bytes in)
{
    LZ4F_preferences_t preferences = {.frameInfo = {
                                          .contentChecksumFlag = LZ4F_contentChecksumEnabled,
                                      }};
    size_t bound = LZ4F_compressFrameBound(in.len, &preferences);
    assert_int_equal(sw_buf_reserve(out, bound), SW_OK);
    size_t len = LZ4F_compressFrame(out->data + out->len, bound, in.ptr, in.len, &preferences);
    assert_false(LZ4F_isError(len));
    out->len += len;
}

static inline void squeeze_u32(struct sw_buf *out, uint32_t value)
{
    const uint8_t raw[] = {
        (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    assert_int_equal(sw_buf_append(out, raw, sizeof(raw)), SW_OK);
}

static inline void squeeze_lz4_legacy(struct sw_buf *out, struct sw_bytes in)
{
    enum { BLOCK = 8 << 20 };
    squeeze_u32(out, 0x184c2102);
    for (size_t at = 0; at < in.len; at += BLOCK) {
        int len = in.len - at < BLOCK ? (int)(in.len - at) : BLOCK;
        int bound = LZ4_compressBound(len);
        assert_int_equal(sw_buf_reserve(out, (size_t)bound + 4), SW_OK);
        int got = LZ4_compress_default(
            (const char *)in.ptr + at, (char *)out->data + out->len + 4, len, bound);
        assert_in_range(got, 1, bound);
        for (int i = 0; i < 4; i++) {
            out->data[out->len++] = (uint8_t)((unsigned)got >> 8 * i);
        }
        out->len += (size_t)got;
    }
}

/* Appends `in`, packed. */
static inline void squeeze(struct sw_buf *out, enum sw_packing packing, struct sw_bytes in)
{
    switch ((int)packing) {
    case SW_PACK_DEFLATE: squeeze_zlib(out, in, -MAX_WBITS); break;
    case SW_PACK_GZIP: squeeze_zlib(out, in, MAX_WBITS + 16); break;
    case SW_PACK_ZLIB: squeeze_zlib(out, in, MAX_WBITS); break;
    case SW_PACK_BZIP2: squeeze_bzip2(out, in); break;
    case SW_PACK_ZSTD: pack_zstd(out, in); break;
    case SW_PACK_LZ4: squeeze_lz4(out, in); break;
    case SW_PACK_LZ4_LEGACY: squeeze_lz4_legacy(out, in); break;
    default: squeeze_lzma(out, in, packing);
    }
}

#endif
