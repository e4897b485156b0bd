#include "base/base.h"

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

bool sw_utf8_valid(struct sw_bytes bytes)
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

/* U+200E/F, U+202A..E and U+2066..9 reorder what follows them on a terminal; C1 controls are
 * E0-free two-byte characters C2 80..9F. */
static bool hides_text(const uint8_t *p, size_t n)
{
    if (n == 1) {
        return p[0] < 0x20 || p[0] == 0x7F;
    }
    if (n == 2) {
        return p[0] == 0xC2 && p[1] < 0xA0;
    }
    if (n != 3 || p[0] != 0xE2) {
        return false;
    }
    return (p[1] == 0x80 && (p[2] == 0x8E || p[2] == 0x8F || (p[2] >= 0xA8 && p[2] <= 0xAE))) ||
           (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9);
}

void sw_escape_line(const char *raw, size_t len, char *out, size_t out_size)
{
    const uint8_t *p = (const uint8_t *)raw;
    size_t used = 0;
    size_t pos = 0;
    while (pos < len) {
        size_t n = utf8_length(p + pos, len - pos);
        bool plain = n != 0 && !hides_text(p + pos, n);
        size_t width = plain ? n : 4 * (n == 0 ? 1 : n);
        if (used + width + 4 > out_size) {
            (void)snprintf(out + used, out_size - used, "...");
            return;
        }
        n = n == 0 ? 1 : n;
        for (size_t i = 0; i < n; i++) {
            if (plain) {
                out[used++] = (char)p[pos + i];
                continue;
            }
            used += (size_t)snprintf(out + used, 5, "\\x%02x", p[pos + i]);
        }
        pos += n;
    }
    out[used] = '\0';
}

void sw_format_size(uint64_t bytes, char out[16])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.95 && unit + 1 < SW_COUNT(units)) {
        value /= 1000;
        unit++;
    }
    (void)snprintf(out, 16, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}
