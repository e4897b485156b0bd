#include "supply/wire.h"

#define DIGEST_LEN 32

sw_result sw_wire_put(struct sw_buf *out, struct sw_str text)
{
    if (text.len > UINT32_MAX) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)text.len));
    return sw_buf_put_str(out, text);
}

sw_result sw_wire_take(struct sw_cursor *cur, struct sw_str *out)
{
    uint32_t len;
    struct sw_bytes bytes;
    SW_TRY(sw_cur_u32be(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &bytes));
    *out = len == 0 ? sw_str("") : sw_str_of_bytes(bytes);
    return SW_OK;
}

sw_result sw_wire_take_text(struct sw_cursor *cur, struct sw_str *out)
{
    SW_TRY(sw_wire_take(cur, out));
    return sw_utf8_valid(sw_bytes_of_str(*out)) ? SW_OK : SW_E_FORMAT;
}

sw_result sw_wire_put_digest(struct sw_buf *out, const struct sw_digest *digest)
{
    const bool there = digest->alg == SW_SHA256;
    SW_TRY(sw_buf_putc(out, there));
    return there ? sw_buf_append(out, digest->bytes, DIGEST_LEN) : SW_OK;
}

sw_result sw_wire_take_digest(struct sw_cursor *cur, struct sw_digest *out)
{
    uint8_t there;
    struct sw_bytes bytes;
    *out = (struct sw_digest){.alg = 0};
    SW_TRY(sw_cur_u8(cur, &there));
    if (there == 0) {
        return SW_OK;
    }
    SW_TRY(sw_cur_bytes(cur, DIGEST_LEN, &bytes));
    out->alg = SW_SHA256;
    out->len = DIGEST_LEN;
    memcpy(out->bytes, bytes.ptr, DIGEST_LEN);
    return SW_OK;
}

sw_result sw_wire_take_held_digest(struct sw_cursor *cur, struct sw_digest *out)
{
    SW_TRY(sw_wire_take_digest(cur, out));
    return out->alg == SW_SHA256 ? SW_OK : SW_E_FORMAT;
}

sw_result sw_wire_put_count(struct sw_buf *out, size_t count)
{
    return sw_buf_put_u64be(out, count);
}

sw_result sw_wire_take_count(struct sw_cursor *cur, size_t least, size_t max, size_t *out)
{
    uint64_t count;
    SW_TRY(sw_cur_u64be(cur, &count));
    if (count > max || count > sw_cur_left(cur) / least) {
        return SW_E_FORMAT;
    }
    *out = (size_t)count;
    return SW_OK;
}
