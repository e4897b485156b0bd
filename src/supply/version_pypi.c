/* "Version specifiers" of the Python Packaging User Guide (PEP 440). What is no such version comes
 * before all that are, in the order of setuptools before 66. */
#include "supply/version_private.h"

struct version {
    struct sw_str epoch;
    struct sw_str release; /* numbers and dots */
    int pre;               /* rank of the word; see below */
    struct sw_str pre_number;
    bool has_post, has_dev, has_local;
    struct sw_str post, dev, local;
};

/* Without a pre-release: after them all, but for a development release of the final one. */
#define PRE_NONE 3
#define PRE_BEFORE (-1)

/* --- reading ---------------------------------------------------------------------------------- */

static struct sw_str skip(struct sw_str text, size_t len)
{
    return sw_str_n(text.ptr + len, text.len - len);
}

static struct sw_str take_digits(struct sw_str *rest)
{
    size_t len = 0;
    while (len < rest->len && sw_version_digit(rest->ptr[len])) {
        len++;
    }
    struct sw_str digits = sw_str_n(rest->ptr, len);
    *rest = skip(*rest, len);
    return digits;
}

static bool is_separator(struct sw_str rest)
{
    return rest.len > 0 && strchr("-_.", rest.ptr[0]) != NULL;
}

static bool take_word(struct sw_str *rest, const char *word)
{
    size_t len = strlen(word);
    if (rest->len < len || sw_version_words(sw_str_n(rest->ptr, len), sw_str(word)) != 0) {
        return false;
    }
    *rest = skip(*rest, len);
    return true;
}

/* [separator] word [separator] [number] */
static bool take_part(struct sw_str *rest, const char *word, struct sw_str *number)
{
    struct sw_str after = is_separator(*rest) ? skip(*rest, 1) : *rest;
    if (!take_word(&after, word)) {
        return false;
    }
    struct sw_str digits = is_separator(after) ? skip(after, 1) : after;
    *number = take_digits(&digits);
    *rest = number->len > 0 ? digits : after;
    return true;
}

static void take_pre(struct sw_str *rest, struct version *v)
{
    static const struct {
        const char *word;
        int rank;
    } rows[] = {{"alpha", 0}, {"a", 0}, {"beta", 1}, {"b", 1}, {"preview", 2}, {"pre", 2},
        {"rc", 2}, {"c", 2}};
    v->pre = PRE_NONE;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (take_part(rest, rows[i].word, &v->pre_number)) {
            v->pre = rows[i].rank;
            return;
        }
    }
}

static void take_post(struct sw_str *rest, struct version *v)
{
    if (rest->len > 1 && rest->ptr[0] == '-' && sw_version_digit(rest->ptr[1])) {
        *rest = skip(*rest, 1);
        v->post = take_digits(rest);
        v->has_post = true;
        return;
    }
    v->has_post = take_part(rest, "post", &v->post) || take_part(rest, "rev", &v->post) ||
                  take_part(rest, "r", &v->post);
}

static bool take_release(struct sw_str *rest, struct version *v)
{
    const char *start = rest->ptr;
    if (take_digits(rest).len == 0) {
        return false;
    }
    while (rest->len > 1 && rest->ptr[0] == '.' && sw_version_digit(rest->ptr[1])) {
        *rest = skip(*rest, 1);
        (void)take_digits(rest);
    }
    v->release = sw_str_n(start, (size_t)(rest->ptr - start));
    return true;
}

static bool take_local(struct sw_str *rest, struct version *v)
{
    if (rest->len == 0 || rest->ptr[0] != '+') {
        return true;
    }
    v->has_local = true;
    v->local = skip(*rest, 1);
    *rest = skip(*rest, rest->len);
    bool part = false;
    for (size_t i = 0; i < v->local.len; i++) {
        char c = v->local.ptr[i];
        bool inside = sw_version_digit(c) || sw_version_letter(c);
        if (!inside && (!part || strchr("-_.", c) == NULL)) {
            return false;
        }
        part = inside;
    }
    return part;
}

static bool read(struct sw_str text, struct version *out)
{
    struct version v = {0};
    struct sw_str rest = text;
    (void)take_word(&rest, "v");
    struct sw_str epoch = rest;
    v.epoch = take_digits(&epoch);
    if (v.epoch.len > 0 && epoch.len > 0 && epoch.ptr[0] == '!') {
        rest = skip(epoch, 1);
    } else {
        v.epoch.len = 0;
    }
    if (!take_release(&rest, &v)) {
        return false;
    }
    take_pre(&rest, &v);
    take_post(&rest, &v);
    v.has_dev = take_part(&rest, "dev", &v.dev);
    if (v.pre == PRE_NONE && !v.has_post && v.has_dev) {
        v.pre = PRE_BEFORE;
    }
    bool whole = take_local(&rest, &v) && rest.len == 0;
    *out = v;
    return whole;
}

/* --- comparing -------------------------------------------------------------------------------- */

/* Numbers that are not there are 0. */
static int compare_releases(struct sw_str a, struct sw_str b)
{
    while (a.len > 0 || b.len > 0) {
        struct sw_str left = sw_version_part(&a, ".");
        struct sw_str right = sw_version_part(&b, ".");
        int order = sw_version_numbers(left, right);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

static int compare_locals(const struct version *a, const struct version *b)
{
    if (!a->has_local || !b->has_local) {
        return (int)a->has_local - (int)b->has_local;
    }
    struct sw_str x = a->local;
    struct sw_str y = b->local;
    while (x.len > 0 && y.len > 0) {
        struct sw_str left = sw_version_part(&x, "-_.");
        struct sw_str right = sw_version_part(&y, "-_.");
        bool left_number = sw_version_all_digits(left);
        bool right_number = sw_version_all_digits(right);
        int order = left_number != right_number ? (int)left_number - (int)right_number
                    : left_number               ? sw_version_numbers(left, right)
                                                : sw_version_words(left, right);
        if (order != 0) {
            return order;
        }
    }
    return (x.len > 0) - (y.len > 0);
}

static int first_of(const int *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (orders[i] != 0) {
            return orders[i];
        }
    }
    return 0;
}

static int compare(const struct version *a, const struct version *b)
{
    const int orders[] = {sw_version_numbers(a->epoch, b->epoch),
        compare_releases(a->release, b->release), a->pre - b->pre,
        sw_version_numbers(a->pre_number, b->pre_number), (int)a->has_post - (int)b->has_post,
        sw_version_numbers(a->post, b->post), (int)b->has_dev - (int)a->has_dev,
        sw_version_numbers(a->dev, b->dev), compare_locals(a, b)};
    return first_of(orders, SW_COUNT(orders));
}

/* --- what is no such version ------------------------------------------------------------------ */

/* The key of setuptools' old parse_version(): parts that end with a zero byte. A digit alone takes
 * most room, eight digits and the end. */
struct key {
    char bytes[(SW_VERSION_MAX + 1) * 9 + 8];
    size_t len;
};

static void drop_last(struct key *key, const char *part)
{
    size_t len = strlen(part) + 1;
    while (key->len >= len && memcmp(key->bytes + key->len - len, part, len) == 0 &&
           (key->len == len || key->bytes[key->len - len - 1] == '\0')) {
        key->len -= len;
    }
}

static void append(struct key *key, struct sw_str text)
{
    memcpy(key->bytes + key->len, text.ptr, text.len);
    key->len += text.len;
}

static void add_number(struct key *key, struct sw_str digits)
{
    for (size_t i = digits.len; i < 8; i++) {
        key->bytes[key->len++] = '0';
    }
    append(key, digits);
    key->bytes[key->len++] = '\0';
}

/* What comes before the final release makes zeros and hyphens before it nothing. */
static void add_word(struct key *key, struct sw_str word)
{
    if (sw_version_texts(word, sw_str("final")) < 0) {
        drop_last(key, "*final-");
        drop_last(key, "00000000");
    }
    key->bytes[key->len++] = '*';
    append(key, word);
    key->bytes[key->len++] = '\0';
}

static void add_run(struct key *key, struct sw_str run)
{
    static const char *const rows[][2] = {
        {"pre", "c"}, {"preview", "c"}, {"rc", "c"}, {"dev", "@"}, {"-", "final-"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(run, rows[i][0])) {
            add_word(key, sw_str(rows[i][1]));
            return;
        }
    }
    add_word(key, run);
}

static size_t run_at(struct sw_str text, size_t at)
{
    char c = text.ptr[at];
    if (c == '.' || c == '-') {
        return 1;
    }
    size_t end = at + 1;
    while (end < text.len && text.ptr[end] != '.' && text.ptr[end] != '-' &&
           sw_version_digit(text.ptr[end]) == sw_version_digit(c) &&
           sw_version_letter(text.ptr[end]) == sw_version_letter(c)) {
        end++;
    }
    return end - at;
}

static void make_key(struct sw_str text, struct key *key)
{
    char lower[SW_VERSION_MAX];
    for (size_t i = 0; i < text.len; i++) {
        lower[i] = sw_version_lower(text.ptr[i]);
    }
    text.ptr = lower;
    key->len = 0;
    for (size_t at = 0; at < text.len;) {
        struct sw_str run = sw_str_n(text.ptr + at, run_at(text, at));
        at += run.len;
        if (sw_version_digit(run.ptr[0])) {
            add_number(key, run);
        } else if (run.ptr[0] != '.') {
            add_run(key, run);
        }
    }
    add_word(key, sw_str("final"));
}

static int compare_others(struct sw_str a, struct sw_str b)
{
    struct key x;
    struct key y;
    make_key(a, &x);
    make_key(b, &y);
    return sw_version_texts(sw_str_n(x.bytes, x.len), sw_str_n(y.bytes, y.len));
}

bool sw_version_is_pypi(struct sw_str text)
{
    struct version version;
    return read(text, &version);
}

int sw_version_pypi(struct sw_str a, struct sw_str b)
{
    struct version x;
    struct version y;
    bool left = read(a, &x);
    bool right = read(b, &y);
    if (left && right) {
        return compare(&x, &y);
    }
    return left != right ? (int)left - (int)right : compare_others(a, b);
}
