/* Compressed data as a source: a parser reads what comes out at any offset, as if it were a file,
 * and memory stays bounded however much that is. The last part of what came out is held; who reads
 * further back makes it unpack anew from the beginning. */
#ifndef SW_CODEC_UNPACK_H
#define SW_CODEC_UNPACK_H

#include "codec/decode.h"

/* What is held of what came out last, and besides of its beginning. */
#define SW_UNPACK_HELD ((size_t)64 << 20)
#define SW_UNPACK_HEAD ((size_t)64 << 10)

struct sw_packed {
    enum sw_packing packing;
    struct sw_lzma_chain chain;
    uint64_t size;   /* where the output ends at the latest; UINT64_MAX: where the stream says */
    uint64_t budget; /* bytes that may come out, if it is read once */
    bool many;       /* the form lets streams follow each other, as in `cat a.gz b.gz` */
};

/* How the data was, once it was unpacked to its end. */
struct sw_unpack_end {
    enum sw_code code; /* SW_OK; SW_E_FORMAT: broken; SW_E_LIMIT: over the budget or the memory… */
    struct sw_error err;
    uint64_t size;    /* bytes that came out, also when it is broken */
    uint64_t stored;  /* bytes of the whole streams, with padding between them */
    uint64_t streams; /* that are whole */
    uint32_t crc;     /* CRC-32 of what came out */
    bool heavy;       /* SW_E_LIMIT, for it needs too much memory */
    bool cut;         /* broken, for the data just ends too early */
    bool loose;       /* a gzip header has flags, or a checksum, that some readers refuse */
};

struct sw_unpack;

/* Unpacks `source` once to its end. What the data does is in `end`; fails for want of memory, and
 * with SW_E_IO. The source is copied; what it reads from must outlive it. */
sw_result sw_unpack_new(struct sw_unpack **out, const struct sw_source *source,
    const struct sw_packed *packed, struct sw_unpack_end *end, struct sw_error *err);
void sw_unpack_free(struct sw_unpack *unpack);
SW_DEFINE_CLEANUP_PTR(unpack, struct sw_unpack, sw_unpack_free)

/* What came out; valid as long as `unpack` is. Reading back and forth too often is SW_E_LIMIT. */
struct sw_source sw_unpack_source(struct sw_unpack *unpack);

#endif
