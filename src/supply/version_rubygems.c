/* Gem::Version: runs of digits and of letters; letters are a pre-release. */
#include "supply/version_private.h"

struct segments {
    struct sw_str rest;
};

/* The next run; empty at the end. */
static struct sw_str next(struct segments *s)
{
    while (s->rest.len > 0 && !sw_version_digit(s->rest.ptr[0]) &&
           !sw_version_letter(s->rest.ptr[0])) {
        s->rest = sw_str_n(s->rest.ptr + 1, s->rest.len - 1);
    }
    size_t len = 0;
    bool digits = s->rest.len > 0 && sw_version_digit(s->rest.ptr[0]);
    while (len < s->rest.len &&
           (digits ? sw_version_digit(s->rest.ptr[len]) : sw_version_letter(s->rest.ptr[len]))) {
        len++;
    }
    struct sw_str run = sw_str_n(s->rest.ptr, len);
    s->rest = sw_str_n(s->rest.ptr + len, s->rest.len - len);
    return run;
}

/* Letters come before numbers, and before the end, which is 0. */
static int compare_runs(struct sw_str a, struct sw_str b)
{
    bool a_number = a.len == 0 || sw_version_digit(a.ptr[0]);
    bool b_number = b.len == 0 || sw_version_digit(b.ptr[0]);
    if (a_number != b_number) {
        return a_number ? 1 : -1;
    }
    return a_number ? sw_version_numbers(a, b) : sw_version_texts(a, b);
}

int sw_version_rubygems(struct sw_str a, struct sw_str b)
{
    struct segments x = {a};
    struct segments y = {b};
    for (;;) {
        struct sw_str left = next(&x);
        struct sw_str right = next(&y);
        int order = compare_runs(left, right);
        if (order != 0 || (left.len == 0 && right.len == 0)) {
            return order;
        }
    }
}
