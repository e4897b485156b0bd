/* Letters and digits of ASCII, without any locale. Private to the room. */
#ifndef SW_SUPPLY_ASCII_H
#define SW_SUPPLY_ASCII_H

#include "base/base.h"

static inline char sw_ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool sw_ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool sw_ascii_alnum(char c)
{
    char lower = sw_ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || sw_ascii_digit(c);
}

static inline bool sw_ascii_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* As sw_str_compare(), without the case of letters. */
static inline int sw_ascii_compare(struct sw_str a, struct sw_str b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        int order =
            (unsigned char)sw_ascii_lower(a.ptr[i]) - (unsigned char)sw_ascii_lower(b.ptr[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}

static inline bool sw_ascii_equal(struct sw_str a, struct sw_str b)
{
    return a.len == b.len && sw_ascii_compare(a, b) == 0;
}

static inline bool sw_ascii_starts(struct sw_str s, const char *prefix)
{
    struct sw_str p = sw_str(prefix);
    return s.len >= p.len && sw_ascii_compare(sw_str_n(s.ptr, p.len), p) == 0;
}

/* Without white space at both ends. */
static inline struct sw_str sw_ascii_trim(struct sw_str s)
{
    while (s.len > 0 && sw_ascii_space(s.ptr[0])) {
        s = sw_str_n(s.ptr + 1, s.len - 1);
    }
    while (s.len > 0 && sw_ascii_space(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

#endif
