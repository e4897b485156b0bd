/* One chunk of bytes as one zstd frame (RFC 8878), for formats that say themselves how long the
 * chunk is and what its digest must be. */
#ifndef SW_CODEC_COMPRESS_H
#define SW_CODEC_COMPRESS_H

#include "base/base.h"

/* What columns are stored with. */
#define SW_ZSTD_LEVEL 3

/* Appends `raw` as one frame to `out`, at a level from 1 to 19. The frame names its size and has no
 * checksum. The same bytes come out for the same library version, not for every version. A thread
 * keeps its working memory (a few MiB) until it ends. SW_E_NOMEM, or SW_E_LIMIT when `out` is full.
 */
sw_result sw_zstd_compress(struct sw_bytes raw, int level, struct sw_buf *out);

/* Unpacks a chunk of exactly `raw_len` bytes. `stored` must be one whole frame that names that
 * size, with nothing before or behind it; anything else is SW_E_FORMAT, and `out` then holds
 * nothing of use. No memory is taken for what the frame claims. */
sw_result sw_zstd_decompress(
    struct sw_bytes stored, void *out, size_t raw_len, struct sw_error *err);

#endif
