#include "codec/source.h"

#include <errno.h>
#include <unistd.h>
#include <zlib.h>

struct sw_source sw_source_memory(struct sw_bytes bytes)
{
    return sw_source_head(bytes, bytes.len);
}

struct sw_source sw_source_head(struct sw_bytes head, uint64_t size)
{
    /* An empty view may have no address, and NULL here would mean a file. */
    static const uint8_t nothing[1];
    return (struct sw_source){
        .size = size, .memory = head.ptr == NULL ? nothing : head.ptr, .held = head.len, .fd = -1};
}

struct sw_source sw_source_fd(int fd, uint64_t size)
{
    return (struct sw_source){.size = size, .fd = fd};
}

struct sw_source sw_source_backed(const struct sw_backing *backing, uint64_t size)
{
    return (struct sw_source){.size = size, .backing = backing, .fd = -1};
}

static bool inside(const struct sw_source *source, uint64_t offset, uint64_t len)
{
    return offset <= source->size && len <= source->size - offset;
}

sw_result sw_source_part(
    const struct sw_source *source, uint64_t offset, uint64_t len, struct sw_source *out)
{
    uint64_t base;
    if (!inside(source, offset, len) || !sw_add_u64(source->base, offset, &base)) {
        return SW_E_FORMAT;
    }
    struct sw_source part = *source;
    part.size = len;
    if (source->memory == NULL) {
        part.base = base;
        *out = part;
        return SW_OK;
    }
    uint64_t held = offset < source->held ? source->held - offset : 0;
    part.memory = source->memory + (held == 0 ? 0 : offset);
    part.held = held < len ? held : len;
    *out = part;
    return SW_OK;
}

static sw_result read_file(
    const struct sw_source *source, uint64_t offset, void *out, size_t len, struct sw_error *err)
{
    uint8_t *at = out;
    uint64_t where = source->base + offset;
    if (where + len > INT64_MAX) {
        return sw_fail(err, SW_E_FORMAT, "an offset is beyond any file");
    }
    while (len > 0) {
        ssize_t n = pread(source->fd, at, len, (off_t)where);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot read");
        }
        if (n == 0) {
            return sw_fail(err, SW_E_IO, "the file became shorter while it was read");
        }
        at += n;
        where += (uint64_t)n;
        len -= (size_t)n;
    }
    return SW_OK;
}

sw_result sw_source_read(
    const struct sw_source *source, uint64_t offset, void *out, size_t len, struct sw_error *err)
{
    if (!inside(source, offset, len)) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: the data ends before %llu more bytes",
            (unsigned long long)offset, (unsigned long long)len);
    }
    if (source->backing != NULL) {
        return source->backing->read(source->backing->ctx, source->base + offset, out, len, err);
    }
    if (source->memory == NULL) {
        return read_file(source, offset, out, len, err);
    }
    if (offset > source->held || len > source->held - offset) {
        return sw_fail(err, SW_E_LIMIT, "byte %llu: the data is too large to be unpacked",
            (unsigned long long)offset);
    }
    if (len > 0) {
        memcpy(out, source->memory + offset, len);
    }
    return SW_OK;
}

sw_result sw_source_append(const struct sw_source *source, uint64_t offset, uint64_t len,
    struct sw_buf *out, struct sw_error *err)
{
    if (!inside(source, offset, len) || len > SIZE_MAX) {
        return sw_fail(err, SW_E_FORMAT, "byte %llu: the data ends before %llu more bytes",
            (unsigned long long)offset, (unsigned long long)len);
    }
    enum sw_code code = sw_buf_reserve(out, (size_t)len);
    if (code != SW_OK) {
        return sw_fail(err, code, "byte %llu: %llu bytes are too many to hold",
            (unsigned long long)offset, (unsigned long long)len);
    }
    SW_TRY(sw_source_read(source, offset, out->data + out->len, (size_t)len, err));
    out->len += (size_t)len;
    out->data[out->len] = 0;
    return SW_OK;
}

sw_result sw_source_crc(const struct sw_source *source, uint32_t *out, struct sw_error *err)
{
    uint8_t part[16384];
    uint32_t crc = 0;
    for (uint64_t at = 0; at < source->size;) {
        uint64_t left = source->size - at;
        size_t len = left < sizeof(part) ? (size_t)left : sizeof(part);
        SW_TRY(sw_source_read(source, at, part, len, err));
        crc = (uint32_t)crc32(crc, part, (uInt)len);
        at += len;
    }
    *out = crc;
    return SW_OK;
}

void sw_window_init(struct sw_window *window, const struct sw_source *source)
{
    window->source = source;
    window->start = 0;
    window->len = 0;
}

static sw_result view_memory(const struct sw_source *source, uint64_t offset, size_t len,
    struct sw_bytes *out, struct sw_error *err)
{
    uint64_t held = offset < source->held ? source->held - offset : 0;
    if (held == 0 && len > 0) {
        return sw_source_read(source, offset, NULL, len, err); /* says why not */
    }
    *out = sw_bytes(source->memory + (held == 0 ? 0 : offset), len < held ? len : (size_t)held);
    return SW_OK;
}

sw_result sw_window_view(struct sw_window *window, uint64_t offset, size_t want,
    struct sw_bytes *out, struct sw_error *err)
{
    const struct sw_source *source = window->source;
    uint64_t left = offset < source->size ? source->size - offset : 0;
    size_t len = left < want ? (size_t)left : want;
    if (source->memory != NULL) {
        return view_memory(source, offset, len, out, err);
    }
    bool have = offset >= window->start && offset - window->start <= window->len &&
                len <= window->len - (offset - window->start);
    if (!have) {
        size_t fill = left < SW_WINDOW_SIZE ? (size_t)left : SW_WINDOW_SIZE;
        window->len = 0;
        SW_TRY(sw_source_read(source, offset, window->bytes, fill, err));
        window->start = offset;
        window->len = fill;
    }
    *out = sw_bytes(window->bytes + (offset - window->start), len);
    return SW_OK;
}
