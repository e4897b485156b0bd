#include "codec/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Value + 1 of each digit, so that every byte that is none reads as 0. */
#define DIGITS_SHARED                                                                              \
    ['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,        \
    ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, \
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23,            \
    ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30,            \
    ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37,            \
    ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44,            \
    ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51,            \
    ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58,            \
    ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62

static const uint8_t digits_standard[256] = {DIGITS_SHARED, ['+'] = 63, ['/'] = 64};
static const uint8_t digits_url[256] = {DIGITS_SHARED, ['-'] = 63, ['_'] = 64};

static void encode_group(const uint8_t *in, size_t len, uint8_t *out)
{
    uint32_t bits = (uint32_t)in[0] << 16;
    bits |= len > 1 ? (uint32_t)in[1] << 8 : 0;
    bits |= len > 2 ? in[2] : 0;
    out[0] = (uint8_t)alphabet[bits >> 18];
    out[1] = (uint8_t)alphabet[bits >> 12 & 63];
    out[2] = len > 1 ? (uint8_t)alphabet[bits >> 6 & 63] : '=';
    out[3] = len > 2 ? (uint8_t)alphabet[bits & 63] : '=';
}

sw_result sw_base64_encode(struct sw_buf *out, struct sw_bytes data)
{
    size_t size;
    if (!sw_mul_size(data.len / 3 + (data.len % 3 != 0), 4, &size)) {
        return SW_E_LIMIT;
    }
    SW_TRY(sw_buf_reserve(out, size));
    uint8_t *to = out->data + out->len;
    for (size_t pos = 0; pos < data.len; pos += 3, to += 4) {
        encode_group(data.ptr + pos, data.len - pos, to);
    }
    out->len += size;
    out->data[out->len] = 0;
    return SW_OK;
}

/* Decodes two to four digits into one to three bytes. False: no digit, or unused bits set (RFC 4648
 * section 3.5). */
static bool decode_group(const uint8_t *digits, const uint8_t *in, size_t len, uint8_t *out)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t digit = i < len ? digits[in[i]] : 1;
        if (digit == 0) {
            return false;
        }
        bits = bits << 6 | (digit - 1);
    }
    if (len < 4 && (bits & (len == 3 ? 0xFFu : 0xFFFFu)) != 0) {
        return false;
    }
    for (size_t i = 0; i + 1 < len; i++) {
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    }
    return true;
}

/* Digits before the padding. False when the padding is wrong for a text of this length. */
static bool strip_padding(struct sw_str text, bool optional, size_t *digits)
{
    size_t len = text.len;
    while (len > 0 && text.len - len < 2 && text.ptr[len - 1] == '=') {
        len--;
    }
    bool padded = len != text.len;
    if (len % 4 == 1 || (padded && text.len % 4 != 0)) {
        return false;
    }
    if (!padded && len % 4 != 0 && !optional) {
        return false;
    }
    *digits = len;
    return true;
}

/* One text has one alphabet: a mixture of both is refused. */
static const uint8_t *choose_alphabet(struct sw_str text, bool url_too)
{
    bool url = url_too && text.len != 0 &&
               (memchr(text.ptr, '-', text.len) != NULL || memchr(text.ptr, '_', text.len) != NULL);
    return url ? digits_url : digits_standard;
}

sw_result sw_base64_decode(struct sw_buf *out, struct sw_str text, bool url_too)
{
    size_t len;
    if (!strip_padding(text, url_too, &len)) {
        return SW_E_FORMAT;
    }
    size_t size = len / 4 * 3 + (len % 4 == 0 ? 0 : len % 4 - 1);
    SW_TRY(sw_buf_reserve(out, size));
    const uint8_t *digits = choose_alphabet(text, url_too);
    const uint8_t *in = (const uint8_t *)text.ptr;
    uint8_t *to = out->data + out->len;
    for (size_t pos = 0; pos < len; pos += 4, to += 3) {
        if (!decode_group(digits, in + pos, len - pos < 4 ? len - pos : 4, to)) {
            out->data[out->len] = 0;
            return SW_E_FORMAT;
        }
    }
    out->len += size;
    out->data[out->len] = 0;
    return SW_OK;
}
