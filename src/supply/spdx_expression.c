#include "supply/spdx_expression.h"

#include "supply/ascii.h"
#include "supply/spdx_list.h"

/* Bytes of a hostile word that a message repeats. */
#define WORD_SHOWN 64

struct parser {
    struct sw_arena *arena;
    struct sw_str text;
    size_t pos;
    size_t licenses;
    unsigned depth;
    struct sw_error *err;
};

/* --- the one form ----------------------------------------------------------------------------- */

int sw_spdx_compare(const struct sw_spdx_expression *a, const struct sw_spdx_expression *b)
{
    if (a->kind != b->kind) {
        return (int)a->kind - (int)b->kind;
    }
    if (a->kind == SW_SPDX_LICENSE) {
        int order = sw_ascii_compare(a->id, b->id);
        order = order != 0 ? order : (int)a->or_later - (int)b->or_later;
        return order != 0 ? order : sw_ascii_compare(a->addition, b->addition);
    }
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = sw_spdx_compare(a->parts[i], b->parts[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a->count > b->count) - (a->count < b->count);
}

static int by_form(const void *a, const void *b)
{
    const struct sw_spdx_expression *const *x = a;
    const struct sw_spdx_expression *const *y = b;
    return sw_spdx_compare(*x, *y);
}

/* Parts of the same kind give their own parts. */
static size_t flatten(const struct sw_spdx_expression *const *parts, size_t count,
    enum sw_spdx_kind kind, const struct sw_spdx_expression **out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool same = parts[i]->kind == kind;
        size_t own = same ? parts[i]->count : 1;
        for (size_t k = 0; k < own; k++, n++) {
            if (out != NULL) {
                out[n] = same ? parts[i]->parts[k] : parts[i];
            }
        }
    }
    return n;
}

const struct sw_spdx_expression *sw_spdx_join(struct sw_arena *arena, enum sw_spdx_kind kind,
    const struct sw_spdx_expression *const *parts, size_t count)
{
    size_t total = flatten(parts, count, kind, NULL);
    const struct sw_spdx_expression **list =
        SW_ARENA_ARRAY(arena, const struct sw_spdx_expression *, total);
    struct sw_spdx_expression *joined = SW_ARENA_NEW(arena, struct sw_spdx_expression);
    if (total == 0 || list == NULL || joined == NULL) {
        return NULL;
    }
    (void)flatten(parts, count, kind, list);
    qsort(list, total, sizeof(const struct sw_spdx_expression *), by_form);
    size_t kept = 1;
    for (size_t i = 1; i < total; i++) {
        if (sw_spdx_compare(list[kept - 1], list[i]) != 0) {
            list[kept++] = list[i];
        }
    }
    *joined = (struct sw_spdx_expression){.kind = kind, .parts = list, .count = kept};
    return kept == 1 ? list[0] : joined;
}

/* --- text ------------------------------------------------------------------------------------- */

static sw_result put(struct sw_buf *out, const struct sw_spdx_expression *e, bool inside)
{
    if (e->kind == SW_SPDX_LICENSE) {
        SW_TRY(sw_buf_put_str(out, e->id));
        SW_TRY(e->or_later ? sw_buf_putc(out, '+') : SW_OK);
        SW_TRY(e->addition.len > 0 ? sw_buf_puts(out, " WITH ") : SW_OK);
        return sw_buf_put_str(out, e->addition);
    }
    bool wrapped = inside && e->kind == SW_SPDX_OR;
    SW_TRY(wrapped ? sw_buf_putc(out, '(') : SW_OK);
    for (size_t i = 0; i < e->count; i++) {
        SW_TRY(i > 0 ? sw_buf_puts(out, e->kind == SW_SPDX_AND ? " AND " : " OR ") : SW_OK);
        SW_TRY(put(out, e->parts[i], true));
    }
    return wrapped ? sw_buf_putc(out, ')') : SW_OK;
}

struct sw_str sw_spdx_text(struct sw_arena *arena, const struct sw_spdx_expression *expression)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    if (expression == NULL || put(&out, expression, false) != SW_OK) {
        return sw_str("");
    }
    return sw_str(sw_arena_strndup(arena, sw_buf_str(&out)));
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool is_id_char(char c)
{
    return sw_ascii_alnum(c) || c == '-' || c == '.';
}

static bool is_idstring(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_id_char(text.ptr[i])) {
            return false;
        }
    }
    return text.len > 0;
}

static struct sw_str behind(struct sw_str text, size_t count)
{
    return sw_str_n(text.ptr + count, text.len - count);
}

static bool has_prefix_and_id(struct sw_str text, const char *prefix)
{
    return sw_str_starts(text, prefix) && is_idstring(behind(text, strlen(prefix)));
}

/* "[DocumentRef-x:]LicenseRef-y", the prefixes in their own case only. */
static bool is_reference(struct sw_str text, const char *prefix)
{
    const char *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
    if (colon == NULL) {
        return has_prefix_and_id(text, prefix);
    }
    size_t len = (size_t)(colon - text.ptr);
    return has_prefix_and_id(sw_str_n(text.ptr, len), "DocumentRef-") &&
           has_prefix_and_id(behind(text, len + 1), prefix);
}

static sw_result wrong(struct parser *p, size_t pos, const char *what)
{
    return sw_fail(p->err, SW_E_FORMAT, "character %zu: %s", pos + 1, what);
}

/* A message that repeats a word of the text. */
static sw_result wrong_word(struct parser *p, struct sw_str word, const char *what)
{
    char shown[WORD_SHOWN];
    sw_escape_line(word.ptr, word.len, shown, sizeof(shown));
    return sw_fail(p->err, SW_E_FORMAT, "character %zu: '%s' %s",
        (size_t)(word.ptr - p->text.ptr) + 1, shown, what);
}

static void skip_space(struct parser *p)
{
    while (p->pos < p->text.len && sw_ascii_space(p->text.ptr[p->pos])) {
        p->pos++;
    }
}

/* Everything up to white space or a parenthesis. */
static struct sw_str peek_word(struct parser *p)
{
    skip_space(p);
    size_t end = p->pos;
    while (end < p->text.len && !sw_ascii_space(p->text.ptr[end]) && p->text.ptr[end] != '(' &&
           p->text.ptr[end] != ')') {
        end++;
    }
    return sw_str_n(p->text.ptr + p->pos, end - p->pos);
}

static bool is_operator(struct sw_str word, const char *upper, const char *lower)
{
    return sw_str_is(word, upper) || sw_str_is(word, lower);
}

/* "And", which is no operator, and those that stand where a licence should. */
static bool like_operator(struct sw_str word)
{
    return sw_ascii_equal(word, sw_str("and")) || sw_ascii_equal(word, sw_str("or")) ||
           sw_ascii_equal(word, sw_str("with"));
}

static bool take_operator(struct parser *p, const char *upper, const char *lower)
{
    struct sw_str word = peek_word(p);
    if (!is_operator(word, upper, lower)) {
        return false;
    }
    p->pos += word.len;
    return true;
}

static sw_result name_license(struct parser *p, struct sw_str word, struct sw_spdx_expression *out)
{
    struct sw_str id = word;
    bool plus = id.len > 1 && id.ptr[id.len - 1] == '+';
    id.len -= plus ? 1 : 0;
    const struct sw_spdx_id *known = sw_spdx_license(id);
    if (known != NULL) {
        out->id = known->id;
        out->listed = true;
        out->or_later = plus;
        out->deprecated = known->deprecated;
        return SW_OK;
    }
    if (is_reference(id, "LicenseRef-")) {
        out->id = id;
        return plus ? wrong_word(p, word, "is a reference, which has no '+'") : SW_OK;
    }
    if (sw_spdx_exception(id) != NULL) {
        return wrong_word(p, word, "is an exception, which stands behind WITH");
    }
    if (sw_str_is(id, "NONE") || sw_str_is(id, "NOASSERTION")) {
        return wrong_word(p, word, "is no licence");
    }
    return wrong_word(p, word, "is not on the SPDX License List, and is no LicenseRef-…");
}

static sw_result read_license(struct parser *p, struct sw_spdx_expression *out)
{
    struct sw_str word = peek_word(p);
    if (word.len == 0) {
        return wrong(p, p->pos, "a licence is missing");
    }
    if (like_operator(word)) {
        return wrong_word(p, word, "stands where a licence should");
    }
    if (++p->licenses > SW_SPDX_LICENSES_MAX) {
        return sw_fail(p->err, SW_E_LIMIT, "more than %d licences", SW_SPDX_LICENSES_MAX);
    }
    SW_TRY(name_license(p, word, out));
    p->pos += word.len;
    return SW_OK;
}

static sw_result read_addition(struct parser *p, struct sw_spdx_expression *out)
{
    struct sw_str word = peek_word(p);
    if (word.len == 0) {
        return wrong(p, p->pos, "an exception is missing behind WITH");
    }
    const struct sw_spdx_id *known = sw_spdx_exception(word);
    if (known == NULL && !is_reference(word, "AdditionRef-")) {
        return wrong_word(
            p, word, "is no exception of the SPDX License List, and is no AdditionRef-…");
    }
    out->addition = known == NULL ? word : known->id;
    out->deprecated = out->deprecated || (known != NULL && known->deprecated);
    p->pos += word.len;
    return SW_OK;
}

static sw_result read_simple(struct parser *p, const struct sw_spdx_expression **out)
{
    struct sw_spdx_expression *e = SW_ARENA_NEW(p->arena, struct sw_spdx_expression);
    SW_TRY_PTR(e);
    e->kind = SW_SPDX_LICENSE;
    SW_TRY(read_license(p, e));
    if (take_operator(p, "WITH", "with")) {
        SW_TRY(read_addition(p, e));
    }
    *out = e;
    return SW_OK;
}

static sw_result read_any(struct parser *p, const struct sw_spdx_expression **out);

static sw_result read_part(struct parser *p, const struct sw_spdx_expression **out)
{
    skip_space(p);
    if (p->pos == p->text.len || p->text.ptr[p->pos] != '(') {
        return read_simple(p, out);
    }
    size_t open = p->pos++;
    if (++p->depth > SW_SPDX_DEPTH_MAX) {
        return sw_fail(p->err, SW_E_LIMIT, "parentheses deeper than %d", SW_SPDX_DEPTH_MAX);
    }
    SW_TRY(read_any(p, out));
    skip_space(p);
    if (p->pos == p->text.len || p->text.ptr[p->pos] != ')') {
        return p->pos == p->text.len ? wrong(p, open, "this parenthesis is not closed")
                                     : wrong_word(p, peek_word(p), "where AND or OR should stand");
    }
    p->pos++;
    p->depth--;
    if (take_operator(p, "WITH", "with")) {
        return wrong(p, open, "WITH stands behind one licence, not behind parentheses");
    }
    return SW_OK;
}

/* Parts with one operator between them. */
static sw_result read_row(struct parser *p, enum sw_spdx_kind kind, const char *upper,
    const char *lower,
    enum sw_code (*read)(struct parser *p, const struct sw_spdx_expression **out),
    const struct sw_spdx_expression **out)
{
    const struct sw_spdx_expression **parts = NULL;
    size_t count = 0;
    size_t cap = 0;
    do {
        parts = sw_arena_grow(p->arena, parts, count, &cap, sizeof(*parts));
        SW_TRY_PTR(parts);
        SW_TRY(read(p, &parts[count]));
        count++;
    } while (take_operator(p, upper, lower));
    *out = sw_spdx_join(p->arena, kind, parts, count);
    SW_TRY_PTR(*out);
    return SW_OK;
}

static sw_result read_all(struct parser *p, const struct sw_spdx_expression **out)
{
    return read_row(p, SW_SPDX_AND, "AND", "and", read_part, out);
}

static sw_result read_any(struct parser *p, const struct sw_spdx_expression **out)
{
    return read_row(p, SW_SPDX_OR, "OR", "or", read_all, out);
}

static sw_result read_end(struct parser *p)
{
    struct sw_str word = peek_word(p);
    if (p->pos == p->text.len) {
        return SW_OK;
    }
    if (word.len == 0) {
        return wrong(p, p->pos,
            p->text.ptr[p->pos] == ')' ? "a parenthesis that was not opened"
                                       : "AND or OR is missing before this");
    }
    return like_operator(word) ? wrong_word(p, word, "is neither in capitals nor in small letters")
                               : wrong_word(p, word, "where AND or OR should stand");
}

sw_result sw_spdx_parse(struct sw_arena *arena, struct sw_str text,
    const struct sw_spdx_expression **out, struct sw_error *err)
{
    struct parser p = {.arena = arena, .err = err};
    const struct sw_spdx_expression *read;
    if (text.len > SW_SPDX_TEXT_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a licence expression of %zu bytes, more than %d", text.len,
            SW_SPDX_TEXT_MAX);
    }
    /* Ids are views of the text, which need not live as long as the arena. */
    p.text = sw_str_n(sw_arena_strndup(arena, text), text.len);
    SW_TRY_PTR(p.text.ptr);
    SW_TRY(read_any(&p, &read));
    SW_TRY(read_end(&p));
    *out = read;
    return SW_OK;
}

const struct sw_spdx_expression *sw_spdx_single(struct sw_arena *arena, struct sw_str id)
{
    const struct sw_spdx_expression *e = NULL;
    return sw_spdx_parse(arena, id, &e, NULL) == SW_OK && e->kind == SW_SPDX_LICENSE ? e : NULL;
}

struct sw_str sw_spdx_reference(struct sw_arena *arena, struct sw_str text)
{
    enum { SHOWN = 128 };
    char *id = sw_arena_printf(
        arena, "LicenseRef-%.*s", text.len < SHOWN ? (int)text.len : SHOWN, text.ptr);
    if (id == NULL) {
        return sw_str("");
    }
    size_t start = strlen("LicenseRef-");
    size_t end = start;
    for (size_t i = start; id[i] != '\0'; i++) {
        bool good = is_id_char(id[i]);
        if (good || id[end - 1] != '-') {
            id[end++] = good ? id[i] : '-';
        }
    }
    while (end > start && id[end - 1] == '-') {
        end--;
    }
    return sw_str_n(id, end == start ? 0 : end);
}
