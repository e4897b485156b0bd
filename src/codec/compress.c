#include "codec/compress.h"

#include <pthread.h>
#include <zstd.h>

/* A context that a thread makes once: making one costs 8 microseconds, as much as unpacking 10 KB.
 */
struct kept {
    void *(*make)(void);
    void (*drop)(void *context);
    pthread_key_t key;
    bool ready;
};

static void *make_compressor(void)
{
    return ZSTD_createCCtx();
}

static void drop_compressor(void *context)
{
    (void)ZSTD_freeCCtx(context);
}

static void *make_decompressor(void)
{
    return ZSTD_createDCtx();
}

static void drop_decompressor(void *context)
{
    (void)ZSTD_freeDCtx(context);
}

static struct kept compressor = {.make = make_compressor, .drop = drop_compressor};
static struct kept decompressor = {.make = make_decompressor, .drop = drop_decompressor};

static void make_keys(void)
{
    compressor.ready = pthread_key_create(&compressor.key, compressor.drop) == 0;
    decompressor.ready = pthread_key_create(&decompressor.key, decompressor.drop) == 0;
}

/* This thread's context, or NULL. */
static void *context_of(const struct kept *kept)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make_keys);
    void *context = kept->ready ? pthread_getspecific(kept->key) : NULL;
    if (context != NULL || !kept->ready) {
        return context;
    }
    context = kept->make();
    if (context != NULL && pthread_setspecific(kept->key, context) != 0) {
        kept->drop(context);
        return NULL;
    }
    return context;
}

sw_result sw_zstd_compress(struct sw_bytes raw, int level, struct sw_buf *out)
{
    ZSTD_CCtx *context = context_of(&compressor);
    SW_TRY_PTR(context);
    size_t bound = ZSTD_compressBound(raw.len);
    SW_TRY(ZSTD_isError(bound) ? SW_E_LIMIT : sw_buf_reserve(out, bound));
    size_t used = ZSTD_compressCCtx(context, out->data + out->len, bound, raw.ptr, raw.len, level);
    if (ZSTD_isError(used)) {
        return SW_E_NOMEM; /* there is room and no dictionary: nothing else can fail */
    }
    out->len += used;
    out->data[out->len] = 0;
    return SW_OK;
}

/* Frames of the formats before RFC 8878, which the library may still read, are refused. */
static bool is_one_frame(struct sw_bytes stored)
{
    static const uint8_t magic[] = {0x28, 0xB5, 0x2F, 0xFD};
    return stored.len >= sizeof(magic) && memcmp(stored.ptr, magic, sizeof(magic)) == 0 &&
           ZSTD_findFrameCompressedSize(stored.ptr, stored.len) == stored.len;
}

sw_result sw_zstd_decompress(
    struct sw_bytes stored, void *out, size_t raw_len, struct sw_error *err)
{
    if (!is_one_frame(stored)) {
        return sw_fail(err, SW_E_FORMAT, "a compressed chunk is not one whole zstd frame");
    }
    if (ZSTD_getFrameContentSize(stored.ptr, stored.len) != raw_len) {
        return sw_fail(
            err, SW_E_FORMAT, "a compressed chunk does not hold %zu bytes as it should", raw_len);
    }
    ZSTD_DCtx *context = context_of(&decompressor);
    SW_TRY_PTR(context);
    size_t got = ZSTD_decompressDCtx(context, out, raw_len, stored.ptr, stored.len);
    if (ZSTD_isError(got) || got != raw_len) {
        return sw_fail(err, SW_E_FORMAT, "a compressed chunk is broken: %s",
            ZSTD_isError(got) ? ZSTD_getErrorName(got) : "it is too short");
    }
    return SW_OK;
}
