/* One compressed stream after another, through the libraries that everybody's loaders use. It gives
 * all that comes out before the data breaks, since a loader has read that by then. Private to
 * codec; sw_unpack (codec/unpack.h) is what others use. */
#ifndef SW_CODEC_DECODE_H
#define SW_CODEC_DECODE_H

#include "codec/source.h"

/* What a decoder may hold to look back: xz -9 needs 65 MiB, zstd --long 128. */
#define SW_DECODE_MEMORY_MAX ((uint64_t)160 << 20)
#define SW_DECODE_FILTERS_MAX 3

enum sw_packing {
    SW_PACK_DEFLATE,    /* RFC 1951 */
    SW_PACK_GZIP,       /* RFC 1952 */
    SW_PACK_ZLIB,       /* RFC 1950 */
    SW_PACK_BZIP2,      /* bzip2 1.0 */
    SW_PACK_XZ,         /* The .xz File Format 1.1 */
    SW_PACK_LZMA_ALONE, /* the .lzma file format of LZMA Utils */
    SW_PACK_LZMA,       /* LZMA1 without a header, as in 7z; zip puts four bytes before it */
    SW_PACK_LZMA2,      /* likewise */
    SW_PACK_ZSTD,       /* RFC 8878 */
    SW_PACK_LZ4,        /* LZ4 frame format 1.6 */
    SW_PACK_LZ4_LEGACY, /* the same document, "Legacy frame" */
    SW_PACKINGS,
};
const char *sw_packing_name(enum sw_packing packing);

/* How LZMA without a header was made: its properties as 7z has them, and what its output goes
 * through next, in the order of unpacking: liblzma's ids and properties (an x86 jump filter,
 * delta). */
struct sw_lzma_chain {
    uint8_t properties[5];
    uint8_t property_len;
    uint8_t filter_count;
    uint64_t size; /* of the output, when filters follow LZMA1, which need to know the end */
    struct {
        uint8_t id, property_len;
        uint8_t properties[4];
    } filters[SW_DECODE_FILTERS_MAX];
};

struct sw_decoder;

/* SW_E_FORMAT when the chain makes no sense, SW_E_LIMIT when it needs too much memory. `chain` is
 * read for SW_PACK_LZMA and SW_PACK_LZMA2 alone, and must live as long as the decoder. */
sw_result sw_decoder_new(struct sw_decoder **out, enum sw_packing packing,
    const struct sw_lzma_chain *chain, struct sw_error *err);
void sw_decoder_free(struct sw_decoder *decoder);
SW_DEFINE_CLEANUP_PTR(decoder, struct sw_decoder, sw_decoder_free)

/* Begins a stream. */
sw_result sw_decoder_restart(struct sw_decoder *decoder, struct sw_error *err);

struct sw_decode_step {
    struct sw_bytes in;
    uint8_t *out;
    size_t room;
    size_t used;  /* of `in`; set also on failure, as is… */
    size_t got;   /* …what came out */
    bool ended;   /* the stream is complete */
    bool can_end; /* it is if no more data comes */
};
/* Takes and gives what it can. SW_E_FORMAT: broken; SW_E_LIMIT: needs too much memory. */
sw_result sw_decoder_step(
    struct sw_decoder *decoder, struct sw_decode_step *step, struct sw_error *err);

#endif
