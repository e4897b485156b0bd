/* Private to the room: numbers of columns. LEB128, and zigzag for what may be negative. */
#ifndef SW_DATA_VARINT_H
#define SW_DATA_VARINT_H

#include "base/base.h"

#define SW_VARINT_MAX 10u /* bytes */

/* There must be room for SW_VARINT_MAX bytes. */
static inline void sw_varint_put(struct sw_buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        out->data[out->len++] = (uint8_t)(value | 0x80);
    }
    out->data[out->len++] = (uint8_t)value;
}

static inline sw_result sw_varint_get(struct sw_cursor *cur, uint64_t *out)
{
    /* Most are one byte. */
    if (cur->pos < cur->data.len && cur->data.ptr[cur->pos] < 0x80) {
        *out = cur->data.ptr[cur->pos++];
        return SW_OK;
    }
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (cur->pos == cur->data.len) {
            return SW_E_FORMAT;
        }
        uint8_t byte = cur->data.ptr[cur->pos++];
        if (shift == 63 && byte > 1) {
            return SW_E_FORMAT;
        }
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return SW_OK;
        }
    }
    return SW_E_FORMAT;
}

static inline uint64_t sw_zigzag(uint64_t difference)
{
    return (difference << 1) ^ (uint64_t)((int64_t)difference >> 63);
}

static inline uint64_t sw_unzigzag(uint64_t value)
{
    return (value >> 1) ^ (0 - (value & 1));
}

#endif
