/* Debian Policy, section 5.6.12: epoch, upstream version, revision. */
#include "supply/version_private.h"

struct parts {
    struct sw_str epoch, upstream, revision;
};

static struct parts read(struct sw_str text)
{
    struct parts parts = {.upstream = text};
    const char *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
    if (colon != NULL) {
        size_t len = (size_t)(colon - text.ptr);
        parts.epoch = sw_str_n(text.ptr, len);
        parts.upstream = sw_str_n(colon + 1, text.len - len - 1);
    }
    for (size_t i = parts.upstream.len; i > 0; i--) {
        if (parts.upstream.ptr[i - 1] == '-') {
            parts.revision = sw_str_n(parts.upstream.ptr + i, parts.upstream.len - i);
            parts.upstream.len = i - 1;
            break;
        }
    }
    return parts;
}

/* '~' before the end, the end before letters, letters before all else. */
static int weight(struct sw_str text, size_t at)
{
    if (at >= text.len || sw_version_digit(text.ptr[at])) {
        return 0;
    }
    char c = text.ptr[at];
    return c == '~' ? -1 : sw_version_letter(c) ? (unsigned char)c : 256 + (unsigned char)c;
}

static size_t digits_at(struct sw_str text, size_t at)
{
    size_t end = at;
    while (end < text.len && sw_version_digit(text.ptr[end])) {
        end++;
    }
    return end - at;
}

static bool is_word(struct sw_str text, size_t at)
{
    return at < text.len && !sw_version_digit(text.ptr[at]);
}

/* A run of anything but digits, then one of digits, in turns. */
static int compare_part(struct sw_str a, struct sw_str b)
{
    size_t i = 0;
    size_t j = 0;
    while (i < a.len || j < b.len) {
        while (is_word(a, i) || is_word(b, j)) {
            int order = weight(a, i) - weight(b, j);
            if (order != 0) {
                return order;
            }
            i++;
            j++;
        }
        size_t left = digits_at(a, i);
        size_t right = digits_at(b, j);
        int order = sw_version_numbers(sw_str_n(a.ptr + i, left), sw_str_n(b.ptr + j, right));
        if (order != 0) {
            return order;
        }
        i += left;
        j += right;
    }
    return 0;
}

int sw_version_debian(struct sw_str a, struct sw_str b)
{
    struct parts x = read(a);
    struct parts y = read(b);
    int order = sw_version_numbers(x.epoch, y.epoch);
    order = order != 0 ? order : compare_part(x.upstream, y.upstream);
    return order != 0 ? order : compare_part(x.revision, y.revision);
}
