#include "codec/hex.h"

void sw_hex_encode(struct sw_bytes data, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < data.len; i++) {
        out[2 * i] = digits[data.ptr[i] >> 4];
        out[2 * i + 1] = digits[data.ptr[i] & 15];
    }
    out[2 * data.len] = '\0';
}

/* 16 for everything that is no lower-case digit. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool sw_hex_decode(struct sw_str text, uint8_t *out, size_t len)
{
    size_t digits;
    if (!sw_mul_size(len, 2, &digits) || text.len != digits) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned high = digit_value(text.ptr[2 * i]);
        unsigned low = digit_value(text.ptr[2 * i + 1]);
        if (high > 15 || low > 15) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
