/* Reading a binary header forward: numbers and counted bytes, with the place in every error.
 * Private to scan. */
#ifndef SW_SCAN_STREAM_H
#define SW_SCAN_STREAM_H

#include "scan/inspect.h"

struct sw_stream {
    struct sw_window window;
    uint64_t at;
    struct sw_error *err;
};

void sw_stream_init(struct sw_stream *stream, const struct sw_source *source, struct sw_error *err);
static inline uint64_t sw_stream_left(const struct sw_stream *stream)
{
    return stream->window.source->size - stream->at;
}
/* Little endian, `width` bytes. SW_E_FORMAT when the data ends first; `what` names the field. */
sw_result sw_stream_u64(struct sw_stream *stream, size_t width, uint64_t *out, const char *what);
sw_result sw_stream_skip(struct sw_stream *stream, uint64_t len, const char *what);
/* At most SW_WINDOW_SIZE bytes; the view is valid until the next read. */
sw_result sw_stream_bytes(
    struct sw_stream *stream, size_t len, struct sw_bytes *out, const char *what);
/* Passes over the next NUL and gives the count of bytes before it, at most `max`. */
sw_result sw_stream_until_nul(
    struct sw_stream *stream, size_t max, uint64_t *len, const char *what);
/* A failure at the present place. */
sw_result sw_stream_fail(const struct sw_stream *stream, const char *what);

#endif
