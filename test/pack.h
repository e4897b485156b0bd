/* Packs bytes as gzip or zstd, with a checksum, for the tests of what unpacks them. */
#ifndef SW_TEST_PACK_H
#define SW_TEST_PACK_H

#include "base/base.h"

#include <zlib.h>
#include <zstd.h>

static inline void pack_zstd(struct sw_buf *out, struct sw_bytes raw)
{
    size_t bound = ZSTD_compressBound(raw.len);
    assert_int_equal(sw_buf_reserve(out, bound), SW_OK);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    assert_non_null(context);
    assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)));
    size_t len = ZSTD_compress2(context, out->data + out->len, bound, raw.ptr, raw.len);
    assert_false(ZSTD_isError(len));
    out->len += len;
    (void)ZSTD_freeCCtx(context);
}

static inline void pack_gzip(struct sw_buf *out, struct sw_bytes raw)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t bound = deflateBound(&z, raw.len);
    assert_int_equal(sw_buf_reserve(out, bound), SW_OK);
    z.next_in = (Bytef *)(uintptr_t)raw.ptr;
    z.avail_in = (uInt)raw.len;
    z.next_out = out->data + out->len;
    z.avail_out = (uInt)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += bound - z.avail_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
}

/* Adds one member or frame. */
static inline void pack(struct sw_buf *out, bool zstd, struct sw_bytes raw)
{
    (zstd ? pack_zstd : pack_gzip)(out, raw);
}

#endif
