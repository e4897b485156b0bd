#include "codec/decode.h"

#include <bzlib.h>
#include <limits.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* LZ4 frame format 1.6, "Legacy frame": every block but the last unpacks to this. */
#define LEGACY_BLOCK (8 << 20)
#define LEGACY_MAGIC 0x184c2102u
#define ZSTD_WINDOW_LOG_MAX 27

struct legacy {
    uint8_t *packed; /* one block, with its length before it */
    size_t have;
    uint8_t *plain;
    size_t len; /* what came out of it… */
    size_t given;
};

struct row {
    const char *name;
    sw_result (*open)(struct sw_decoder *d, struct sw_error *err);
    sw_result (*restart)(struct sw_decoder *d, struct sw_error *err);
    sw_result (*step)(struct sw_decoder *d, struct sw_decode_step *step, struct sw_error *err);
    void (*close)(struct sw_decoder *d);
};

struct sw_decoder {
    const struct row *row;
    enum sw_packing packing;
    const struct sw_lzma_chain *chain;
    size_t want; /* what a step may take, so that each ends with a block: 0 is anything */
    z_stream z;
    bz_stream bz;
    bool bz_open;
    lzma_stream lzma;
    ZSTD_DStream *zstd;
    LZ4F_dctx *lz4;
    struct legacy legacy;
};

static enum sw_code broken(const struct sw_decoder *d, const char *why, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "broken %s data%s%s", d->row->name, why == NULL ? "" : ": ",
        why == NULL ? "" : why);
}

static enum sw_code too_large(const struct sw_decoder *d, struct sw_error *err)
{
    return sw_fail(err, SW_E_LIMIT, "%s data that needs more than %u MiB to unpack", d->row->name,
        (unsigned)(SW_DECODE_MEMORY_MAX >> 20));
}

static enum sw_code no_memory(struct sw_error *err)
{
    return sw_fail(err, SW_E_NOMEM, "no memory to unpack");
}

static unsigned narrow(size_t len)
{
    return len > INT_MAX ? INT_MAX : (unsigned)len;
}

/* --- DEFLATE, bare and in zlib's clothes -------------------------------------------------------
 */

static sw_result zlib_open(struct sw_decoder *d, struct sw_error *err)
{
    int bits = d->packing == SW_PACK_ZLIB ? MAX_WBITS : -MAX_WBITS;
    return inflateInit2(&d->z, bits) == Z_OK ? SW_OK : no_memory(err);
}

static sw_result zlib_restart(struct sw_decoder *d, struct sw_error *err)
{
    return inflateReset(&d->z) == Z_OK ? SW_OK : SW_E_INTERNAL;
}

static sw_result zlib_step(struct sw_decoder *d, struct sw_decode_step *step, struct sw_error *err)
{
    unsigned in = narrow(step->in.len);
    unsigned room = narrow(step->room);
    d->z.next_in = (Bytef *)(uintptr_t)step->in.ptr;
    d->z.avail_in = in;
    d->z.next_out = step->out;
    d->z.avail_out = room;
    int rc = inflate(&d->z, Z_NO_FLUSH);
    step->used = in - d->z.avail_in;
    step->got = room - d->z.avail_out;
    step->ended = rc == Z_STREAM_END;
    if (rc == Z_MEM_ERROR) {
        return no_memory(err);
    }
    bool good = rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR;
    return good ? SW_OK : broken(d, rc == Z_NEED_DICT ? "needs a dictionary" : d->z.msg, err);
}

static void zlib_close(struct sw_decoder *d)
{
    (void)inflateEnd(&d->z);
}

/* --- bzip2 ------------------------------------------------------------------------------------ */

static sw_result bzip2_open(struct sw_decoder *d, struct sw_error *err)
{
    return SW_OK;
}

static void bzip2_close(struct sw_decoder *d)
{
    if (d->bz_open) {
        (void)BZ2_bzDecompressEnd(&d->bz);
    }
    d->bz_open = false;
}

static sw_result bzip2_restart(struct sw_decoder *d, struct sw_error *err)
{
    bzip2_close(d);
    d->bz = (bz_stream){0};
    d->bz_open = BZ2_bzDecompressInit(&d->bz, 0, 0) == BZ_OK;
    return d->bz_open ? SW_OK : no_memory(err);
}

static sw_result bzip2_step(struct sw_decoder *d, struct sw_decode_step *step, struct sw_error *err)
{
    unsigned in = narrow(step->in.len);
    unsigned room = narrow(step->room);
    d->bz.next_in = (char *)(uintptr_t)step->in.ptr;
    d->bz.avail_in = in;
    d->bz.next_out = (char *)step->out;
    d->bz.avail_out = room;
    int rc = BZ2_bzDecompress(&d->bz);
    step->used = in - d->bz.avail_in;
    step->got = room - d->bz.avail_out;
    step->ended = rc == BZ_STREAM_END;
    if (rc == BZ_MEM_ERROR) {
        return no_memory(err);
    }
    return rc == BZ_OK || rc == BZ_STREAM_END ? SW_OK : broken(d, NULL, err);
}

/* --- xz and LZMA ------------------------------------------------------------------------------ */

/* A jump filter keeps the last bytes until it hears that no more come. */
static void know_the_end(lzma_filter *filter, uint64_t size)
{
    lzma_options_lzma *options = filter->options;
    filter->id = LZMA_FILTER_LZMA1EXT;
    options->ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM;
    lzma_set_ext_size(*options, size);
}

/* liblzma's chains are in the order of packing: the filters last undone stand first. */
static sw_result begin_raw(struct sw_decoder *d, lzma_ret *rc, struct sw_error *err)
{
    const struct sw_lzma_chain *chain = d->chain;
    lzma_filter filters[SW_DECODE_FILTERS_MAX + 2] = {{0}};
    size_t count = 0;
    *rc = LZMA_OK;
    for (size_t i = chain->filter_count; i > 0 && *rc == LZMA_OK; i--) {
        filters[count].id = chain->filters[i - 1].id;
        *rc = lzma_properties_decode(&filters[count], NULL, chain->filters[i - 1].properties,
            chain->filters[i - 1].property_len);
        count += *rc == LZMA_OK;
    }
    if (*rc == LZMA_OK) {
        filters[count].id = d->packing == SW_PACK_LZMA ? LZMA_FILTER_LZMA1 : LZMA_FILTER_LZMA2;
        *rc = lzma_properties_decode(&filters[count], NULL, chain->properties, chain->property_len);
        if (*rc == LZMA_OK && d->packing == SW_PACK_LZMA && chain->filter_count > 0) {
            know_the_end(&filters[count], chain->size);
        }
        count += *rc == LZMA_OK;
    }
    filters[count].id = LZMA_VLI_UNKNOWN;
    bool fits = *rc != LZMA_OK || lzma_raw_decoder_memusage(filters) <= SW_DECODE_MEMORY_MAX ||
                lzma_raw_decoder_memusage(filters) == UINT64_MAX;
    if (*rc == LZMA_OK && fits) {
        *rc = lzma_raw_decoder(&d->lzma, filters);
    }
    for (size_t i = 0; i < count; i++) {
        free(filters[i].options);
    }
    return fits ? SW_OK : too_large(d, err);
}

static sw_result lzma_result(struct sw_decoder *d, lzma_ret rc, struct sw_error *err)
{
    switch ((int)rc) {
    case LZMA_OK:
    case LZMA_STREAM_END:
    case LZMA_BUF_ERROR: return SW_OK;
    case LZMA_MEM_ERROR: return no_memory(err);
    case LZMA_MEMLIMIT_ERROR: return too_large(d, err);
    case LZMA_OPTIONS_ERROR: return broken(d, "options that nothing writes", err);
    default: return broken(d, NULL, err);
    }
}

static sw_result lzma_open(struct sw_decoder *d, struct sw_error *err)
{
    d->lzma = (lzma_stream)LZMA_STREAM_INIT;
    return SW_OK;
}

static sw_result lzma_restart(struct sw_decoder *d, struct sw_error *err)
{
    lzma_ret rc = LZMA_OK;
    if (d->packing == SW_PACK_XZ) {
        rc = lzma_stream_decoder(&d->lzma, SW_DECODE_MEMORY_MAX, 0);
    } else if (d->packing == SW_PACK_LZMA_ALONE) {
        rc = lzma_alone_decoder(&d->lzma, SW_DECODE_MEMORY_MAX);
    } else {
        SW_TRY(begin_raw(d, &rc, err));
    }
    return lzma_result(d, rc, err);
}

static sw_result lzma_step(struct sw_decoder *d, struct sw_decode_step *step, struct sw_error *err)
{
    d->lzma.next_in = step->in.ptr;
    d->lzma.avail_in = step->in.len;
    d->lzma.next_out = step->out;
    d->lzma.avail_out = step->room;
    lzma_ret rc = lzma_code(&d->lzma, LZMA_RUN);
    step->used = step->in.len - d->lzma.avail_in;
    step->got = step->room - d->lzma.avail_out;
    step->ended = rc == LZMA_STREAM_END;
    return lzma_result(d, rc, err);
}

static void lzma_close(struct sw_decoder *d)
{
    lzma_end(&d->lzma);
}

/* --- zstd ------------------------------------------------------------------------------------- */

static sw_result zstd_open(struct sw_decoder *d, struct sw_error *err)
{
    d->zstd = ZSTD_createDStream();
    if (d->zstd == NULL) {
        return no_memory(err);
    }
    size_t rc = ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    return ZSTD_isError(rc) ? SW_E_INTERNAL : SW_OK;
}

static sw_result zstd_restart(struct sw_decoder *d, struct sw_error *err)
{
    d->want = 5; /* the smallest header */
    size_t rc = ZSTD_DCtx_reset(d->zstd, ZSTD_reset_session_only);
    return ZSTD_isError(rc) ? SW_E_INTERNAL : SW_OK;
}

/* A failing call tells nothing of what it wrote before, so each gets one block. */
static sw_result zstd_step(struct sw_decoder *d, struct sw_decode_step *step, struct sw_error *err)
{
    ZSTD_inBuffer from = {step->in.ptr, step->in.len, 0};
    ZSTD_outBuffer to = {step->out, step->room, 0};
    size_t rc = ZSTD_decompressStream(d->zstd, &to, &from);
    step->used = from.pos;
    step->got = to.pos;
    step->ended = rc == 0;
    if (!ZSTD_isError(rc)) {
        d->want = rc;
        return SW_OK;
    }
    ZSTD_ErrorCode why = ZSTD_getErrorCode(rc);
    if (why == ZSTD_error_memory_allocation) {
        return no_memory(err);
    }
    return why == ZSTD_error_frameParameter_windowTooLarge ? too_large(d, err)
                                                           : broken(d, ZSTD_getErrorName(rc), err);
}

static void zstd_close(struct sw_decoder *d)
{
    (void)ZSTD_freeDStream(d->zstd);
}

/* --- LZ4 -------------------------------------------------------------------------------------- */

static sw_result lz4_open(struct sw_decoder *d, struct sw_error *err)
{
    return LZ4F_isError(LZ4F_createDecompressionContext(&d->lz4, LZ4F_VERSION)) ? no_memory(err)
                                                                                : SW_OK;
}

static sw_result lz4_restart(struct sw_decoder *d, struct sw_error *err)
{
    d->want = 7; /* the smallest header */
    LZ4F_resetDecompressionContext(d->lz4);
    return SW_OK;
}

/* As with zstd, one block for each call. */
static sw_result lz4_step(struct sw_decoder *d, struct sw_decode_step *step, struct sw_error *err)
{
    size_t used = step->in.len;
    size_t got = step->room;
    size_t rc = LZ4F_decompress(d->lz4, step->out, &got, step->in.ptr, &used, NULL);
    if (LZ4F_isError(rc)) {
        return broken(d, LZ4F_getErrorName(rc), err);
    }
    step->used = used;
    step->got = got;
    step->ended = rc == 0;
    d->want = rc;
    return SW_OK;
}

static void lz4_close(struct sw_decoder *d)
{
    (void)LZ4F_freeDecompressionContext(d->lz4);
}

/* --- LZ4 as the kernel has it ----------------------------------------------------------------- */

#define LEGACY_PACKED_MAX ((size_t)4 + LZ4_COMPRESSBOUND(LEGACY_BLOCK))

static sw_result legacy_open(struct sw_decoder *d, struct sw_error *err)
{
    d->legacy.packed = malloc(LEGACY_PACKED_MAX);
    d->legacy.plain = malloc(LEGACY_BLOCK);
    return d->legacy.packed == NULL || d->legacy.plain == NULL ? no_memory(err) : SW_OK;
}

static sw_result legacy_restart(struct sw_decoder *d, struct sw_error *err)
{
    d->legacy.have = 0;
    d->legacy.len = 0;
    d->legacy.given = 0;
    return SW_OK;
}

static void legacy_give(struct legacy *l, struct sw_decode_step *step)
{
    size_t left = l->len - l->given;
    step->got = left < step->room ? left : step->room;
    memcpy(step->out, l->plain + l->given, step->got);
    l->given += step->got;
}

/* Takes up to `len` bytes of the block. */
static bool legacy_take(struct legacy *l, struct sw_decode_step *step, size_t len)
{
    size_t left = step->in.len - step->used;
    size_t more = len - l->have < left ? len - l->have : left;
    memcpy(l->packed + l->have, step->in.ptr + step->used, more);
    l->have += more;
    step->used += more;
    return l->have == len;
}

static uint32_t peek_u32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static sw_result legacy_step(
    struct sw_decoder *d, struct sw_decode_step *step, struct sw_error *err)
{
    struct legacy *l = &d->legacy;
    if (l->given < l->len) {
        legacy_give(l, step);
        return SW_OK;
    }
    if (l->have < 4 && !legacy_take(l, step, 4)) {
        step->can_end = l->have == 0;
        return SW_OK;
    }
    uint32_t len = peek_u32(l->packed);
    if (len == LEGACY_MAGIC) { /* the next file of `cat` */
        l->have = 0;
        return SW_OK;
    }
    if (len == 0 || len > LEGACY_PACKED_MAX - 4) {
        return broken(d, "a block too large", err);
    }
    if (!legacy_take(l, step, 4 + (size_t)len)) {
        return SW_OK;
    }
    int got =
        LZ4_decompress_safe((const char *)l->packed + 4, (char *)l->plain, (int)len, LEGACY_BLOCK);
    if (got < 0) {
        return broken(d, NULL, err);
    }
    l->have = 0;
    l->len = (size_t)got;
    l->given = 0;
    legacy_give(l, step);
    return SW_OK;
}

static void legacy_close(struct sw_decoder *d)
{
    free(d->legacy.packed);
    free(d->legacy.plain);
}

/* ---------------------------------------------------------------------------------------------- */

#define DEFLATE zlib_open, zlib_restart, zlib_step, zlib_close
#define LZMA lzma_open, lzma_restart, lzma_step, lzma_close

static const struct row rows[SW_PACKINGS] = {
    [SW_PACK_DEFLATE] = {"deflate", DEFLATE},
    [SW_PACK_GZIP] = {"gzip", DEFLATE},
    [SW_PACK_ZLIB] = {"zlib", DEFLATE},
    [SW_PACK_BZIP2] = {"bzip2", bzip2_open, bzip2_restart, bzip2_step, bzip2_close},
    [SW_PACK_XZ] = {"xz", LZMA},
    [SW_PACK_LZMA_ALONE] = {"lzma", LZMA},
    [SW_PACK_LZMA] = {"lzma", LZMA},
    [SW_PACK_LZMA2] = {"lzma2", LZMA},
    [SW_PACK_ZSTD] = {"zstd", zstd_open, zstd_restart, zstd_step, zstd_close},
    [SW_PACK_LZ4] = {"lz4", lz4_open, lz4_restart, lz4_step, lz4_close},
    [SW_PACK_LZ4_LEGACY] = {"lz4", legacy_open, legacy_restart, legacy_step, legacy_close},
};

const char *sw_packing_name(enum sw_packing packing)
{
    return packing < SW_PACKINGS ? rows[packing].name : "unknown";
}

sw_result sw_decoder_new(struct sw_decoder **out, enum sw_packing packing,
    const struct sw_lzma_chain *chain, struct sw_error *err)
{
    SW_CLEANUP(decoder) struct sw_decoder *d = calloc(1, sizeof(*d));
    if (d == NULL) {
        return no_memory(err);
    }
    d->row = &rows[packing];
    d->packing = packing;
    d->chain = chain;
    SW_TRY(d->row->open(d, err));
    *out = SW_TAKE(d);
    return SW_OK;
}

void sw_decoder_free(struct sw_decoder *decoder)
{
    if (decoder != NULL) {
        decoder->row->close(decoder);
        free(decoder);
    }
}

sw_result sw_decoder_restart(struct sw_decoder *decoder, struct sw_error *err)
{
    decoder->want = 0;
    return decoder->row->restart(decoder, err);
}

sw_result sw_decoder_step(
    struct sw_decoder *decoder, struct sw_decode_step *step, struct sw_error *err)
{
    struct sw_decode_step one = *step;
    one.used = 0;
    one.got = 0;
    one.ended = false;
    one.can_end = false;
    if (decoder->want > 0 && one.in.len > decoder->want) {
        one.in.len = decoder->want;
    }
    enum sw_code code = decoder->row->step(decoder, &one, err);
    step->used = one.used;
    step->got = one.got;
    step->ended = one.ended;
    step->can_end = one.can_end;
    return code;
}
