/* Semantic Versioning 2.0.0, and NuGet's, which has a fourth number and no case. What is not a
 * number in the first places begins the pre-release. */
#include "supply/version_private.h"

struct parts {
    struct sw_str numbers[4];
    struct sw_str pre;
    bool has_pre;
};

/* Up to `count` numbers with dots between them. */
static void read_numbers(struct sw_str *rest, size_t count, struct parts *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = 0;
        while (len < rest->len && sw_version_digit(rest->ptr[len])) {
            len++;
        }
        out->numbers[i] = sw_str_n(rest->ptr, len);
        *rest = sw_str_n(rest->ptr + len, rest->len - len);
        bool more = rest->len > 1 && rest->ptr[0] == '.' && sw_version_digit(rest->ptr[1]);
        if (!more || i + 1 == count) {
            return;
        }
        *rest = sw_str_n(rest->ptr + 1, rest->len - 1);
    }
}

static struct parts read(struct sw_str text, size_t count)
{
    struct parts parts = {0};
    struct sw_str rest = text;
    if (rest.len > 0 && (rest.ptr[0] == 'v' || rest.ptr[0] == 'V')) {
        rest = sw_str_n(rest.ptr + 1, rest.len - 1);
    }
    rest = sw_version_part(&rest, "+");
    read_numbers(&rest, count, &parts);
    /* Numbers past the last place are build metadata. */
    parts.has_pre = rest.len > 0 && rest.ptr[0] != '.';
    bool dash = parts.has_pre && rest.ptr[0] == '-';
    parts.pre = dash ? sw_str_n(rest.ptr + 1, rest.len - 1) : rest;
    return parts;
}

/* Numbers come before words; in NuGet words have no case. */
static int compare_identifiers(struct sw_str a, struct sw_str b, bool no_case)
{
    bool a_number = sw_version_all_digits(a);
    bool b_number = sw_version_all_digits(b);
    if (a_number && b_number) {
        return sw_version_numbers(a, b);
    }
    if (a_number != b_number) {
        return a_number ? -1 : 1;
    }
    return no_case ? sw_version_words(a, b) : sw_version_texts(a, b);
}

static int compare_pre(const struct parts *a, const struct parts *b, bool no_case)
{
    if (!a->has_pre || !b->has_pre) {
        return (int)b->has_pre - (int)a->has_pre;
    }
    struct sw_str x = a->pre;
    struct sw_str y = b->pre;
    while (x.len > 0 && y.len > 0) {
        struct sw_str left = sw_version_part(&x, ".");
        struct sw_str right = sw_version_part(&y, ".");
        int order = compare_identifiers(left, right, no_case);
        if (order != 0) {
            return order;
        }
    }
    return (x.len > 0) - (y.len > 0);
}

static int compare(struct sw_str a, struct sw_str b, size_t count, bool no_case)
{
    struct parts x = read(a, count);
    struct parts y = read(b, count);
    for (size_t i = 0; i < count; i++) {
        int order = sw_version_numbers(x.numbers[i], y.numbers[i]);
        if (order != 0) {
            return order;
        }
    }
    return compare_pre(&x, &y, no_case);
}

int sw_version_semver(struct sw_str a, struct sw_str b)
{
    return compare(a, b, 3, false);
}

int sw_version_nuget(struct sw_str a, struct sw_str b)
{
    return compare(a, b, 4, true);
}
