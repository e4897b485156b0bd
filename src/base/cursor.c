#include "base/base.h"

sw_result sw_cur_bytes(struct sw_cursor *cur, uint64_t len, struct sw_bytes *out)
{
    if (len > sw_cur_left(cur)) {
        return SW_E_FORMAT;
    }
    /* An empty view may have no address, and adding to NULL is undefined (C17 6.5.6). */
    *out = sw_bytes(cur->pos == 0 ? cur->data.ptr : cur->data.ptr + cur->pos, (size_t)len);
    cur->pos += (size_t)len;
    return SW_OK;
}

sw_result sw_cur_skip(struct sw_cursor *cur, uint64_t len)
{
    struct sw_bytes ignored;
    return sw_cur_bytes(cur, len, &ignored);
}

sw_result sw_cur_sub(struct sw_cursor *cur, uint64_t len, struct sw_cursor *out)
{
    struct sw_bytes part;
    SW_TRY(sw_cur_bytes(cur, len, &part));
    *out = sw_cursor(part);
    return SW_OK;
}

sw_result sw_cur_seek(struct sw_cursor *cur, uint64_t pos)
{
    if (pos > cur->data.len) {
        return SW_E_FORMAT;
    }
    cur->pos = (size_t)pos;
    return SW_OK;
}

static sw_result read_le(struct sw_cursor *cur, size_t width, uint64_t *out)
{
    struct sw_bytes b;
    SW_TRY(sw_cur_bytes(cur, width, &b));
    uint64_t value = 0;
    for (size_t i = width; i > 0; i--) {
        value = value << 8 | b.ptr[i - 1];
    }
    *out = value;
    return SW_OK;
}

static sw_result read_be(struct sw_cursor *cur, size_t width, uint64_t *out)
{
    struct sw_bytes b;
    SW_TRY(sw_cur_bytes(cur, width, &b));
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) {
        value = value << 8 | b.ptr[i];
    }
    *out = value;
    return SW_OK;
}

/* One reader per width and byte order; all alike on purpose. */
#define DEFINE_READER(name, type, width, order)               \
    sw_result sw_cur_##name(struct sw_cursor *cur, type *out) \
    {                                                         \
        uint64_t value;                                       \
        SW_TRY(read_##order(cur, width, &value));             \
        *out = (type)value;                                   \
        return SW_OK;                                         \
    }

DEFINE_READER(u8, uint8_t, 1, le)
DEFINE_READER(u16le, uint16_t, 2, le)
DEFINE_READER(u32le, uint32_t, 4, le)
DEFINE_READER(u64le, uint64_t, 8, le)
DEFINE_READER(u16be, uint16_t, 2, be)
DEFINE_READER(u32be, uint32_t, 4, be)
DEFINE_READER(u64be, uint64_t, 8, be)

sw_result sw_cur_until(struct sw_cursor *cur, uint8_t end, struct sw_bytes *out)
{
    if (sw_cur_left(cur) == 0) {
        return SW_E_FORMAT;
    }
    const uint8_t *start = cur->data.ptr + cur->pos;
    const uint8_t *found = memchr(start, end, sw_cur_left(cur));
    if (found == NULL) {
        return SW_E_FORMAT;
    }
    *out = sw_bytes(start, (size_t)(found - start));
    cur->pos += out->len + 1;
    return SW_OK;
}

bool sw_cur_match(struct sw_cursor *cur, const char *text)
{
    size_t n = strlen(text);
    if (n == 0) {
        return true;
    }
    if (n > sw_cur_left(cur) || memcmp(cur->data.ptr + cur->pos, text, n) != 0) {
        return false;
    }
    cur->pos += n;
    return true;
}
