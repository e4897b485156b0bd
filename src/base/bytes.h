/* Views of memory that somebody else owns. A view is valid as long as its owner says. */
#ifndef SW_BASE_BYTES_H
#define SW_BASE_BYTES_H

#include "base/result.h"

#include <string.h>

/* Any bytes. */
struct sw_bytes {
    const uint8_t *ptr;
    size_t len;
};

/* Text: bytes that were checked to be UTF-8, or that come from our own source. Not terminated. */
struct sw_str {
    const char *ptr;
    size_t len;
};

/* For printf's "%.*s". */
#define SW_STR_FMT "%.*s"
#define SW_STR_ARG(s) ((int)(s).len), ((s).ptr)

static inline struct sw_bytes sw_bytes(const void *ptr, size_t len)
{
    return (struct sw_bytes){ptr, len};
}

static inline struct sw_str sw_str(const char *text)
{
    return (struct sw_str){text, text == NULL ? 0 : strlen(text)};
}

static inline struct sw_str sw_str_n(const char *ptr, size_t len)
{
    return (struct sw_str){ptr, len};
}

static inline struct sw_bytes sw_bytes_of_str(struct sw_str s)
{
    return (struct sw_bytes){(const uint8_t *)s.ptr, s.len};
}

static inline struct sw_str sw_str_of_bytes(struct sw_bytes b)
{
    return (struct sw_str){(const char *)b.ptr, b.len};
}

static inline bool sw_bytes_equal(struct sw_bytes a, struct sw_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool sw_str_equal(struct sw_str a, struct sw_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool sw_str_is(struct sw_str a, const char *b)
{
    return sw_str_equal(a, sw_str(b));
}

static inline bool sw_str_starts(struct sw_str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return n == 0 || (s.len >= n && memcmp(s.ptr, prefix, n) == 0);
}

static inline bool sw_str_ends(struct sw_str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return n == 0 || (s.len >= n && memcmp(s.ptr + s.len - n, suffix, n) == 0);
}

/* Byte order, shorter first when one is a prefix of the other: the order of code points for UTF-8.
 * Gives <0, 0, >0. */
int sw_str_compare(struct sw_str a, struct sw_str b);

#endif
