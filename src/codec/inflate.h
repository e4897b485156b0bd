/* The bytes of a file one after another, unpacked when it is gzip (RFC 1952, any number of members)
 * or zstd (RFC 8878, any number of frames), which is told by how it begins and not by its name.
 * Memory is bounded, however much comes out. */
#ifndef SW_CODEC_INFLATE_H
#define SW_CODEC_INFLATE_H

#include "codec/source.h"

/* A zstd frame may look back at most this far, in bytes, which is what its reader must hold. */
#define SW_INFLATE_WINDOW_MAX ((uint64_t)128 << 20)

struct sw_inflate;

/* The source is copied; what it reads from must outlive the stream. */
sw_result sw_inflate_new(
    struct sw_inflate **out, const struct sw_source *source, struct sw_error *err);
void sw_inflate_free(struct sw_inflate *stream);
SW_DEFINE_CLEANUP_PTR(inflate, struct sw_inflate, sw_inflate_free)

/* "plain", "gzip" or "zstd". */
const char *sw_inflate_name(const struct sw_inflate *stream);
bool sw_inflate_is_plain(const struct sw_inflate *stream);

/* Fills `out` with the next `len` bytes; fewer only before the end or a failure, none at the end.
 * What came out before the damage is given first (how near to it depends on `len`), and then the
 * failure, every time. SW_E_FORMAT: the file is cut or broken, or something else stands behind its
 * last member; SW_E_LIMIT: it needs too large a window; SW_E_IO, SW_E_NOMEM. The words name the
 * byte of the file as it is stored. A checksum stands behind what it covers, so what came out may
 * turn out to be broken later. */
sw_result sw_inflate_read(
    struct sw_inflate *stream, void *out, size_t len, size_t *got, struct sw_error *err);
/* Passes over `count` bytes of what comes out. SW_E_FORMAT, too, when the data ends first. */
sw_result sw_inflate_skip(struct sw_inflate *stream, uint64_t count, struct sw_error *err);

/* After SW_E_FORMAT: the file just ends too early. */
bool sw_inflate_is_cut(const struct sw_inflate *stream);
/* Bytes of the file, as it is stored, that were used up. */
uint64_t sw_inflate_consumed(const struct sw_inflate *stream);

#endif
