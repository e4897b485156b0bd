#include "base/base.h"

#include "base/utf8.h"

#include <stdio.h>

int sw_str_compare(struct sw_str a, struct sw_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);
    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

/* One row per lead byte range of Unicode 15, table 3-7. */
static const struct {
    uint8_t lead_min, lead_max;
    uint8_t extra; /* continuation bytes */
    uint8_t second_min, second_max;
} utf8_rows[] = {
    {0xC2, 0xDF, 1, 0x80, 0xBF},
    {0xE0, 0xE0, 2, 0xA0, 0xBF},
    {0xE1, 0xEC, 2, 0x80, 0xBF},
    {0xED, 0xED, 2, 0x80, 0x9F},
    {0xEE, 0xEF, 2, 0x80, 0xBF},
    {0xF0, 0xF0, 3, 0x90, 0xBF},
    {0xF1, 0xF3, 3, 0x80, 0xBF},
    {0xF4, 0xF4, 3, 0x80, 0x8F},
};

/* Length of the well-formed character at `p`, 0 when there is none. */
static size_t utf8_length(const uint8_t *p, size_t left)
{
    if (p[0] < 0x80) {
        return 1;
    }
    for (size_t row = 0; row < SW_COUNT(utf8_rows); row++) {
        if (p[0] < utf8_rows[row].lead_min || p[0] > utf8_rows[row].lead_max) {
            continue;
        }
        size_t extra = utf8_rows[row].extra;
        if (left <= extra || p[1] < utf8_rows[row].second_min || p[1] > utf8_rows[row].second_max) {
            return 0;
        }
        for (size_t i = 2; i <= extra; i++) {
            if ((p[i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return extra + 1;
    }
    return 0;
}

bool sw_utf8_valid_in_words(struct sw_bytes bytes)
{
    size_t pos = 0;
    while (pos < bytes.len) {
        uint64_t word;
        if (bytes.len - pos >= sizeof(word)) {
            memcpy(&word, bytes.ptr + pos, sizeof(word));
            if ((word & 0x8080808080808080u) == 0) {
                pos += sizeof(word);
                continue;
            }
        }
        size_t n = utf8_length(bytes.ptr + pos, bytes.len - pos);
        if (n == 0) {
            return false;
        }
        pos += n;
    }
    return true;
}

bool sw_parse_u64(struct sw_str text, uint64_t *out)
{
    if (text.len == 0 || text.len > 20 || (text.ptr[0] == '0' && text.len > 1)) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.ptr[i] - '0';
        if (digit > 9 || !sw_mul_u64(value, 10, &value) || !sw_add_u64(value, digit, &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

bool sw_parse_i64(struct sw_str text, int64_t *out)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    uint64_t magnitude;
    if (!sw_parse_u64(negative ? sw_str_n(text.ptr + 1, text.len - 1) : text, &magnitude)) {
        return false;
    }
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

/* Characters that end a terminal's line, steer it or reorder what it shows. */
static const struct {
    uint32_t first, last;
} hidden_rows[] = {
    {0x0000, 0x001F}, /* C0 controls */
    {0x007F, 0x009F}, /* delete and C1 controls */
    {0x061C, 0x061C}, /* Arabic letter mark */
    {0x200E, 0x200F}, /* left-to-right and right-to-left marks */
    {0x2028, 0x202E}, /* line and paragraph separators, embeddings and overrides */
    {0x2066, 0x2069}, /* isolates */
};

/* `p` holds one well-formed character of `n` bytes. */
static bool hides_text(const uint8_t *p, size_t n)
{
    static const uint8_t lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t point = p[0] & lead_bits[n];
    for (size_t i = 1; i < n; i++) {
        point = point << 6 | (p[i] & 0x3Fu);
    }
    for (size_t row = 0; row < SW_COUNT(hidden_rows); row++) {
        if (point >= hidden_rows[row].first && point <= hidden_rows[row].last) {
            return true;
        }
    }
    return false;
}

bool sw_shows_itself(struct sw_str text)
{
    const uint8_t *p = (const uint8_t *)text.ptr;
    for (size_t pos = 0; pos < text.len;) {
        const size_t n = utf8_length(p + pos, text.len - pos);
        if (n == 0 || hides_text(p + pos, n)) {
            return false;
        }
        pos += n;
    }
    return true;
}

/* Shows the character (or stray byte) at `p` in `out`, which has room for 16; gives its length in
 * the text, and in *width what it takes when shown. */
static size_t show_one(const uint8_t *p, size_t left, char out[16], size_t *width)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = utf8_length(p, left);
    if (n != 0 && !hides_text(p, n)) {
        memcpy(out, p, n);
        *width = n;
        return n;
    }
    n = n == 0 ? 1 : n;
    for (size_t i = 0; i < n; i++) {
        const char escaped[] = {'\\', 'x', hex[p[i] >> 4], hex[p[i] & 15]};
        memcpy(out + 4 * i, escaped, sizeof(escaped));
    }
    *width = 4 * n;
    return n;
}

void sw_escape_line(const char *raw, size_t len, char *out, size_t out_size)
{
    if (out_size == 0) {
        return;
    }
    const uint8_t *p = (const uint8_t *)raw;
    size_t used = 0;
    size_t cut = 0; /* where the dots go if the rest does not fit */
    for (size_t pos = 0; pos < len;) {
        char shown[16];
        size_t width;
        pos += show_one(p + pos, len - pos, shown, &width);
        if (used + width >= out_size) {
            (void)snprintf(out + cut, out_size - cut, "...");
            return;
        }
        memcpy(out + used, shown, width);
        used += width;
        cut = used + 4 <= out_size ? used : cut;
    }
    out[used] = '\0';
}

void sw_format_size(uint64_t bytes, char out[16])
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        (void)snprintf(out, 16, "%u B", (unsigned)bytes);
        return;
    }
    /* In whole numbers, since printf takes the decimal point from the locale. */
    uint64_t tenth = 100; /* bytes in a tenth of the unit */
    uint64_t tenths = 0;
    size_t unit = 0;
    for (;; unit++, tenth *= 1000) {
        tenths = bytes / tenth + (bytes % tenth >= tenth / 2 ? 1 : 0);
        if (tenths < 10000 || unit + 1 == SW_COUNT(units)) {
            break;
        }
    }
    (void)snprintf(
        out, 16, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[unit]);
}
