/* PHP's version_compare(), which Composer uses after taking off a leading "v". */
#include "supply/version_private.h"

/* dev < alpha < beta < rc < '#' (a number) < pl; any other word comes before all of them. */
static int rank(struct sw_str word)
{
    static const struct {
        const char *word;
        int rank;
    } rows[] = {{"dev", 0}, {"alpha", 1}, {"a", 1}, {"beta", 2}, {"b", 2}, {"rc", 3}, {"#", 4},
        {"pl", 5}, {"p", 5}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_version_words(word, sw_str(rows[i].word)) == 0) {
            return rows[i].rank;
        }
    }
    return -1;
}

#define RANK_NUMBER 4

/* The next run of digits or of anything else but separators; empty at the end. */
static struct sw_str next(struct sw_str *rest)
{
    while (rest->len > 0 && strchr(".-_+", rest->ptr[0]) != NULL) {
        *rest = sw_str_n(rest->ptr + 1, rest->len - 1);
    }
    size_t len = 0;
    bool digits = rest->len > 0 && sw_version_digit(rest->ptr[0]);
    while (len < rest->len && strchr(".-_+", rest->ptr[len]) == NULL &&
           sw_version_digit(rest->ptr[len]) == digits) {
        len++;
    }
    struct sw_str run = sw_str_n(rest->ptr, len);
    *rest = sw_str_n(rest->ptr + len, rest->len - len);
    return run;
}

static int compare_runs(struct sw_str a, struct sw_str b)
{
    bool a_number = sw_version_all_digits(a);
    bool b_number = sw_version_all_digits(b);
    if (a_number && b_number) {
        return sw_version_numbers(a, b);
    }
    int left = a_number ? RANK_NUMBER : rank(a);
    int right = b_number ? RANK_NUMBER : rank(b);
    return left - right;
}

/* What one has more: a number is later; a word is as it stands to one. */
static int rest_is_later(struct sw_str run, struct sw_str rest)
{
    while (run.len != 0) {
        int order = sw_version_all_digits(run) ? 1 : rank(run) - RANK_NUMBER;
        if (order != 0) {
            return order;
        }
        run = next(&rest);
    }
    return 0;
}

static struct sw_str without_v(struct sw_str text)
{
    bool v = text.len > 0 && (text.ptr[0] == 'v' || text.ptr[0] == 'V');
    return v ? sw_str_n(text.ptr + 1, text.len - 1) : text;
}

int sw_version_packagist(struct sw_str a, struct sw_str b)
{
    struct sw_str x = without_v(a);
    struct sw_str y = without_v(b);
    for (;;) {
        struct sw_str left = next(&x);
        struct sw_str right = next(&y);
        if (left.len == 0 || right.len == 0) {
            return rest_is_later(left, x) - rest_is_later(right, y);
        }
        int order = compare_runs(left, right);
        if (order != 0) {
            return order;
        }
    }
}
