/* "Version Order Specification" of Maven's POM reference: tokens between dots, hyphens and changes
 * of digits and letters, without those that say nothing at the end and before hyphens. */
#include "supply/version_private.h"

struct token {
    struct sw_str text;
    bool hyphen; /* a hyphen, or a change, stands before it */
    bool number;
};

struct tokens {
    struct token list[SW_VERSION_MAX + 1];
    size_t count;
};

#define RANK_RELEASE 5
#define RANK_OTHER 7

/* alpha < beta < milestone < rc < snapshot < release < sp < all other words */
static int rank(struct sw_str word)
{
    static const struct {
        const char *word;
        int rank;
    } rows[] = {{"alpha", 0}, {"beta", 1}, {"milestone", 2}, {"rc", 3}, {"cr", 3}, {"snapshot", 4},
        {"", RANK_RELEASE}, {"final", RANK_RELEASE}, {"ga", RANK_RELEASE},
        {"release", RANK_RELEASE}, {"sp", 6}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_version_words(word, sw_str(rows[i].word)) == 0) {
            return rows[i].rank;
        }
    }
    return RANK_OTHER;
}

static bool says_nothing(const struct token *token)
{
    return token->number ? sw_version_numbers(token->text, sw_str("0")) == 0
                         : rank(token->text) == RANK_RELEASE;
}

static void trim(struct tokens *tokens)
{
    while (tokens->count > 0 && says_nothing(&tokens->list[tokens->count - 1])) {
        tokens->count--;
    }
}

static void add(struct tokens *tokens, struct sw_str text, bool hyphen)
{
    if (hyphen) {
        trim(tokens);
    }
    bool number = text.len == 0 || sw_version_digit(text.ptr[0]);
    tokens->list[tokens->count++] = (struct token){text, hyphen, number};
}

/* "a", "b" and "m" are short for words where a number follows at once. */
static struct sw_str full_word(struct sw_str text, bool digit_follows)
{
    static const char *const rows[][2] = {{"a", "alpha"}, {"b", "beta"}, {"m", "milestone"}};
    for (size_t i = 0; i < SW_COUNT(rows) && digit_follows; i++) {
        if (sw_version_words(text, sw_str(rows[i][0])) == 0) {
            return sw_str(rows[i][1]);
        }
    }
    return text;
}

static size_t run_at(struct sw_str text, size_t at)
{
    size_t end = at;
    bool digits = at < text.len && sw_version_digit(text.ptr[at]);
    while (end < text.len && text.ptr[end] != '.' && text.ptr[end] != '-' &&
           sw_version_digit(text.ptr[end]) == digits) {
        end++;
    }
    return end - at;
}

static void read(struct sw_str text, struct tokens *out)
{
    bool hyphen = false;
    out->count = 0;
    for (size_t at = 0; at <= text.len;) {
        size_t len = run_at(text, at);
        size_t end = at + len;
        bool change = end < text.len && text.ptr[end] != '.' && text.ptr[end] != '-';
        bool digit_follows = change && sw_version_digit(text.ptr[end]);
        add(out, full_word(sw_str_n(text.ptr + at, len), digit_follows), hyphen);
        hyphen = change || (end < text.len && text.ptr[end] == '-');
        at = change ? end : end + 1;
    }
    trim(out);
}

/* Words come before "-number", and that before ".number". */
static int class_of(const struct token *token)
{
    return !token->number ? 0 : token->hyphen ? 1 : 2;
}

static int compare_tokens(const struct token *a, const struct token *b)
{
    if (class_of(a) != class_of(b)) {
        return class_of(a) - class_of(b);
    }
    if (a->number) {
        return sw_version_numbers(a->text, b->text);
    }
    int order = rank(a->text) - rank(b->text);
    return order != 0 || rank(a->text) != RANK_OTHER ? order : sw_version_words(a->text, b->text);
}

/* The shorter one is filled up with what says nothing, of the other's kind. */
static struct token token_at(const struct tokens *tokens, size_t i, const struct tokens *other)
{
    if (i < tokens->count) {
        return tokens->list[i];
    }
    struct token filler = other->list[i];
    filler.text = sw_str("");
    return filler;
}

int sw_version_maven(struct sw_str a, struct sw_str b)
{
    struct tokens x;
    struct tokens y;
    read(a, &x);
    read(b, &y);
    for (size_t i = 0; i < x.count || i < y.count; i++) {
        struct token left = token_at(&x, i, &y);
        struct token right = token_at(&y, i, &x);
        int order = compare_tokens(&left, &right);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}
