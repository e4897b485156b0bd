#include "scan/stream.h"

void sw_stream_init(struct sw_stream *stream, const struct sw_source *source, struct sw_error *err)
{
    sw_window_init(&stream->window, source);
    stream->at = 0;
    stream->err = err;
}

sw_result sw_stream_fail(const struct sw_stream *stream, const char *what)
{
    return sw_fail(stream->err, SW_E_FORMAT, "byte %llu: %s", (unsigned long long)stream->at, what);
}

static sw_result ends(const struct sw_stream *stream, const char *what)
{
    return sw_fail(stream->err, SW_E_FORMAT, "byte %llu: the file ends in %s",
        (unsigned long long)stream->at, what);
}

sw_result sw_stream_bytes(
    struct sw_stream *stream, size_t len, struct sw_bytes *out, const char *what)
{
    struct sw_bytes view;
    if (len > sw_stream_left(stream)) {
        return ends(stream, what);
    }
    SW_TRY(sw_window_view(&stream->window, stream->at, len, &view, stream->err));
    if (view.len < len) {
        return sw_fail(stream->err, SW_E_LIMIT, "byte %llu: the data is too large to be unpacked",
            (unsigned long long)stream->at);
    }
    stream->at += len;
    *out = view;
    return SW_OK;
}

sw_result sw_stream_u64(struct sw_stream *stream, size_t width, uint64_t *out, const char *what)
{
    struct sw_bytes raw;
    SW_TRY(sw_stream_bytes(stream, width, &raw, what));
    uint64_t value = 0;
    for (size_t i = width; i > 0; i--) {
        value = value << 8 | raw.ptr[i - 1];
    }
    *out = value;
    return SW_OK;
}

sw_result sw_stream_skip(struct sw_stream *stream, uint64_t len, const char *what)
{
    if (len > sw_stream_left(stream)) {
        return ends(stream, what);
    }
    stream->at += len;
    return SW_OK;
}

sw_result sw_stream_until_nul(struct sw_stream *stream, size_t max, uint64_t *len, const char *what)
{
    struct sw_bytes view;
    SW_TRY(sw_window_view(&stream->window, stream->at, max + 1, &view, stream->err));
    const uint8_t *nul = view.len == 0 ? NULL : memchr(view.ptr, 0, view.len);
    if (nul == NULL) {
        return view.len <= max ? ends(stream, what) : sw_stream_fail(stream, "a word without end");
    }
    *len = (uint64_t)(nul - view.ptr);
    stream->at += *len + 1;
    return SW_OK;
}
