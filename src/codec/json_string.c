#include "codec/json_string.h"

#define NO_DIGIT 0x80
#define DIGIT(d, c) [c] = (d) ^ NO_DIGIT

/* The value of a hexadecimal digit, XOR NO_DIGIT so that every other byte may stay 0. */
static const uint8_t hex_table[256] = {DIGIT(0, '0'), DIGIT(1, '1'), DIGIT(2, '2'), DIGIT(3, '3'),
    DIGIT(4, '4'), DIGIT(5, '5'), DIGIT(6, '6'), DIGIT(7, '7'), DIGIT(8, '8'), DIGIT(9, '9'),
    DIGIT(10, 'a'), DIGIT(11, 'b'), DIGIT(12, 'c'), DIGIT(13, 'd'), DIGIT(14, 'e'), DIGIT(15, 'f'),
    DIGIT(10, 'A'), DIGIT(11, 'B'), DIGIT(12, 'C'), DIGIT(13, 'D'), DIGIT(14, 'E'), DIGIT(15, 'F')};

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const uint8_t *p, const uint8_t *end)
{
    if (end - p < 4) {
        return -1;
    }
    uint32_t value = 0;
    uint32_t wrong = 0;
    for (size_t i = 0; i < 4; i++) {
        uint32_t digit = hex_table[p[i]] ^ (uint32_t)NO_DIGIT;
        wrong |= digit & NO_DIGIT;
        value = value << 4 | (digit & 15);
    }
    return wrong == 0 ? (int32_t)value : -1;
}

const uint8_t sw_json_simple_escape[256] = {['"'] = '"',
    ['\\'] = '\\',
    ['/'] = '/',
    ['b'] = '\b',
    ['f'] = '\f',
    ['n'] = '\n',
    ['r'] = '\r',
    ['t'] = '\t'};

static size_t put_utf8(uint32_t c, uint8_t *out)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xC0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xE0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}

/* A \u escape, and its second half when it is a surrogate (RFC 8259 section 7). Moves *from past
 * what it read and *to past what it wrote; NULL, or what is wrong. */
static const char *decode_unicode(const uint8_t **from, const uint8_t *end, uint8_t **to)
{
    const uint8_t *p = *from;
    int32_t unit = hex4(p + 2, end);
    if (unit < 0) {
        return "\\u needs four hexadecimal digits";
    }
    uint32_t c = (uint32_t)unit;
    p += 6;
    if (c >= 0xD800 && c <= 0xDFFF) {
        int32_t low =
            c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
        if (low < 0xDC00 || low > 0xDFFF) {
            return "an unpaired surrogate";
        }
        c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
        p += 6;
    }
    *to += put_utf8(c, *to);
    *from = p;
    return NULL;
}

const char *sw_json_decode_escape(const uint8_t **from, const uint8_t *end, uint8_t **to)
{
    uint8_t c = (*from)[1];
    if (c == 'u') {
        return decode_unicode(from, end, to);
    }
    if (sw_json_simple_escape[c] == 0) {
        return "an unknown escape; only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u exist";
    }
    *(*to)++ = sw_json_simple_escape[c];
    *from += 2;
    return NULL;
}

const char *sw_json_decode_string(const uint8_t **from, const uint8_t *end, uint8_t **to)
{
    while (*from < end) {
        const uint8_t *escape = memchr(*from, '\\', (size_t)(end - *from));
        size_t plain = (size_t)((escape == NULL ? end : escape) - *from);
        memmove(*to, *from, plain);
        *to += plain;
        *from += plain;
        const char *wrong = escape == NULL ? NULL : sw_json_decode_escape(from, end, to);
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}
