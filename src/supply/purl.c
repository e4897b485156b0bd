#include "supply/purl_private.h"

/* --- characters ------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    c = sw_purl_lower_char(c);
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

sw_result sw_purl_lower(struct sw_arena *arena, struct sw_str *text)
{
    size_t i = 0;
    while (i < text->len && text->ptr[i] == sw_purl_lower_char(text->ptr[i])) {
        i++;
    }
    if (i == text->len) {
        return SW_OK;
    }
    char *copy = sw_arena_strndup(arena, *text);
    SW_TRY_PTR(copy);
    for (; i < text->len; i++) {
        copy[i] = sw_purl_lower_char(copy[i]);
    }
    *text = sw_str_n(copy, text->len);
    return SW_OK;
}

static int hex_value(char c)
{
    c = sw_purl_lower_char(c);
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct sw_str trim(struct sw_str text, char c)
{
    while (text.len > 0 && text.ptr[0] == c) {
        text = sw_str_n(text.ptr + 1, text.len - 1);
    }
    while (text.len > 0 && text.ptr[text.len - 1] == c) {
        text.len--;
    }
    return text;
}

/* What stands before and behind a character, wherever it is. */
static struct sw_str before(struct sw_str text, size_t at)
{
    return sw_str_n(text.ptr, at);
}

static struct sw_str behind(struct sw_str text, size_t at)
{
    return sw_str_n(text.ptr + at + 1, text.len - at - 1);
}

static bool find(struct sw_str text, char c, size_t *at)
{
    const char *found = text.len == 0 ? NULL : memchr(text.ptr, c, text.len);
    *at = found == NULL ? 0 : (size_t)(found - text.ptr);
    return found != NULL;
}

static bool find_last(struct sw_str text, char c, size_t *at)
{
    const char *found = text.len == 0 ? NULL : memrchr(text.ptr, c, text.len);
    *at = found == NULL ? 0 : (size_t)(found - text.ptr);
    return found != NULL;
}

/* What stands before the next '/' or '&', which is taken off with it. */
static struct sw_str next_part(struct sw_str *rest, char separator)
{
    size_t at;
    struct sw_str part = *rest;
    if (!find(*rest, separator, &at)) {
        *rest = sw_str_n(rest->ptr + rest->len, 0);
        return part;
    }
    part = before(*rest, at);
    *rest = behind(*rest, at);
    return part;
}

/* --- percent signs ---------------------------------------------------------------------------- */

static sw_result check_text(struct sw_str text, struct sw_error *err)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
            return sw_fail(err, SW_E_FORMAT, "a purl has no control characters");
        }
    }
    return sw_utf8_valid(sw_bytes_of_str(text))
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "the purl is not UTF-8");
}

static sw_result decode(
    struct sw_arena *arena, struct sw_str text, struct sw_str *out, struct sw_error *err)
{
    size_t at;
    if (!find(text, '%', &at)) {
        *out = text;
        return SW_OK;
    }
    char *copy = sw_arena_alloc(arena, text.len);
    SW_TRY_PTR(copy);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.ptr[i] == '%';
        int high = escape && i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        int low = escape && i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
        if (escape && (high < 0 || low < 0)) {
            return sw_fail(err, SW_E_FORMAT, "a '%%' in a purl is followed by two hex digits");
        }
        copy[len++] = escape ? (char)(high * 16 + low) : text.ptr[i];
        i += escape ? 2 : 0;
    }
    *out = sw_str_n(copy, len);
    return check_text(*out, err);
}

/* ':' stands for itself everywhere (ECMA-427, 5.4). */
static sw_result encode(struct sw_buf *out, struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = is_letter(c) || is_digit(c) || (c != '\0' && strchr(".-_~:", c) != NULL);
        SW_TRY(plain ? sw_buf_putc(out, c) : sw_buf_printf(out, "%%%02X", (unsigned char)c));
    }
    return SW_OK;
}

static sw_result encode_segments(struct sw_buf *out, struct sw_str text)
{
    for (bool first = true; text.len > 0; first = false) {
        SW_TRY(sw_buf_puts(out, first ? "" : "/"));
        SW_TRY(encode(out, next_part(&text, '/')));
    }
    return SW_OK;
}

/* --- parts that consist of segments ----------------------------------------------------------- */

static bool is_dots(struct sw_str segment)
{
    return sw_str_is(segment, ".") || sw_str_is(segment, "..");
}

/* Joins what is left when empty segments, and in a subpath "." and "..", are dropped. */
static sw_result join_segments(struct sw_arena *arena, struct sw_str text, bool encoded,
    bool subpath, struct sw_str *out, struct sw_error *err)
{
    char *joined = sw_arena_alloc(arena, text.len + 1);
    SW_TRY_PTR(joined);
    size_t len = 0;
    while (text.len > 0) {
        struct sw_str segment = next_part(&text, '/');
        size_t at;
        SW_TRY(encoded ? decode(arena, segment, &segment, err) : SW_OK);
        if (segment.len == 0 || (subpath && is_dots(segment))) {
            continue;
        }
        if (find(segment, '/', &at)) {
            return sw_fail(err, SW_E_FORMAT, "a segment of a purl has a '/' in it");
        }
        joined[len] = '/';
        len += len > 0 ? 1 : 0;
        memcpy(joined + len, segment.ptr, segment.len);
        len += segment.len;
    }
    *out = sw_str_n(joined, len);
    return SW_OK;
}

/* --- qualifiers ------------------------------------------------------------------------------- */

static sw_result check_key(struct sw_str key, bool any_case, struct sw_error *err)
{
    bool good = key.len > 0 && is_letter(key.ptr[0]);
    for (size_t i = 0; good && i < key.len; i++) {
        char c = key.ptr[i];
        good = is_letter(c) || is_digit(c) || (c != '\0' && strchr(".-_", c) != NULL);
    }
    if (!good) {
        return sw_fail(err, SW_E_FORMAT,
            "a qualifier's key begins with a letter and has letters, digits, '.', '-' and '_'");
    }
    return any_case || key.ptr[0] == sw_purl_lower_char(key.ptr[0])
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "a qualifier's key is in small letters");
}

static int by_key(const void *a, const void *b)
{
    const struct sw_purl_qualifier *x = a;
    const struct sw_purl_qualifier *y = b;
    return sw_str_compare(x->key, y->key);
}

struct sw_str sw_purl_qualifier(const struct sw_purl *purl, const char *key)
{
    for (size_t i = 0; i < purl->qualifier_count; i++) {
        if (sw_str_is(purl->qualifiers[i].key, key)) {
            return purl->qualifiers[i].value;
        }
    }
    return sw_str("");
}

static sw_result sort_qualifiers(struct sw_purl_qualifier *list, size_t count, struct sw_error *err)
{
    if (count > 1) {
        qsort(list, count, sizeof(*list), by_key);
    }
    for (size_t i = 1; i < count; i++) {
        if (sw_str_equal(list[i - 1].key, list[i].key)) {
            return sw_fail(err, SW_E_FORMAT, "the qualifier '" SW_STR_FMT "' stands there twice",
                SW_STR_ARG(list[i].key));
        }
    }
    return SW_OK;
}

/* Adds one that has a value. */
static sw_result add_qualifier(struct sw_arena *arena, struct sw_purl_qualifier *list,
    size_t *count, struct sw_purl_qualifier one, bool any_case, struct sw_error *err)
{
    SW_TRY(check_key(one.key, any_case, err));
    SW_TRY(sw_purl_lower(arena, &one.key));
    if (one.value.len == 0) {
        return SW_OK;
    }
    if (*count == SW_PURL_QUALIFIERS_MAX) {
        return sw_fail(
            err, SW_E_FORMAT, "a purl has at most %d qualifiers", SW_PURL_QUALIFIERS_MAX);
    }
    list[(*count)++] = one;
    return SW_OK;
}

static sw_result parse_qualifiers(struct sw_arena *arena, struct sw_str text, bool any_case,
    struct sw_purl *out, struct sw_error *err)
{
    if (text.len == 0) {
        return SW_OK;
    }
    struct sw_purl_qualifier *list =
        SW_ARENA_ARRAY(arena, struct sw_purl_qualifier, SW_PURL_QUALIFIERS_MAX);
    SW_TRY_PTR(list);
    size_t count = 0;
    while (text.len > 0) {
        struct sw_str pair = next_part(&text, '&');
        size_t at;
        if (pair.len == 0) {
            continue;
        }
        if (!find(pair, '=', &at)) {
            return sw_fail(err, SW_E_FORMAT, "a qualifier is written key=value");
        }
        struct sw_purl_qualifier one = {.key = before(pair, at)};
        SW_TRY(decode(arena, behind(pair, at), &one.value, err));
        SW_TRY(add_qualifier(arena, list, &count, one, any_case, err));
    }
    SW_TRY(sort_qualifiers(list, count, err));
    out->qualifiers = list;
    out->qualifier_count = count;
    return SW_OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

static sw_result check_type(struct sw_str type, struct sw_error *err)
{
    bool good = type.len > 0 && is_letter(type.ptr[0]);
    for (size_t i = 0; good && i < type.len; i++) {
        char c = type.ptr[i];
        good = is_letter(c) || is_digit(c) || c == '.' || c == '-';
    }
    return good ? SW_OK
                : sw_fail(err, SW_E_FORMAT,
                      "a purl's type begins with a letter and has letters, digits, '.' and '-'");
}

/* An '@' that begins a segment which is not the last is a scope's ("@babel/core"). */
static bool find_version(struct sw_str path, size_t *at)
{
    size_t slash;
    return find_last(path, '@', at) &&
           !((*at == 0 || path.ptr[*at - 1] == '/') && find(behind(path, *at), '/', &slash));
}

/* namespace/name@version */
static sw_result parse_path(
    struct sw_arena *arena, struct sw_str path, struct sw_purl *out, struct sw_error *err)
{
    size_t at;
    if (find_version(path, &at)) {
        SW_TRY(decode(arena, behind(path, at), &out->version, err));
        path = before(path, at);
        if (path.len > 0 && path.ptr[path.len - 1] == '/') {
            return sw_fail(err, SW_E_FORMAT, "the purl has no name");
        }
    }
    path = trim(path, '/');
    if (find_last(path, '/', &at)) {
        SW_TRY(join_segments(arena, before(path, at), true, false, &out->namespace, err));
        path = behind(path, at);
    }
    SW_TRY(decode(arena, path, &out->name, err));
    return out->name.len > 0 ? SW_OK : sw_fail(err, SW_E_FORMAT, "the purl has no name");
}

static sw_result split(struct sw_arena *arena, struct sw_str text, bool any_case,
    struct sw_purl *out, struct sw_error *err)
{
    struct sw_purl purl = {0};
    size_t at;
    if (find_last(text, '#', &at)) {
        SW_TRY(join_segments(arena, behind(text, at), true, true, &purl.subpath, err));
        text = before(text, at);
    }
    if (find_last(text, '?', &at)) {
        SW_TRY(parse_qualifiers(arena, behind(text, at), any_case, &purl, err));
        text = before(text, at);
    }
    text = sw_str_n(text.ptr + 4, text.len - 4);
    while (text.len > 0 && text.ptr[0] == '/') {
        text = behind(text, 0);
    }
    purl.type = next_part(&text, '/');
    SW_TRY(check_type(purl.type, err));
    SW_TRY(sw_purl_lower(arena, &purl.type));
    SW_TRY(parse_path(arena, text, &purl, err));
    SW_TRY(sw_purl_apply_type(arena, &purl, err));
    *out = purl;
    return SW_OK;
}

static sw_result parse(struct sw_arena *arena, struct sw_str text, bool any_case,
    struct sw_purl *out, struct sw_error *err)
{
    bool begins = text.len > 4 && strncasecmp(text.ptr, "pkg:", 4) == 0;
    if (!begins) {
        return sw_fail(err, SW_E_FORMAT, "a purl begins with 'pkg:'");
    }
    if (text.len > SW_PURL_MAX) {
        return sw_fail(err, SW_E_FORMAT, "a purl has at most %d bytes", SW_PURL_MAX);
    }
    SW_TRY(check_text(text, err));
    return split(arena, text, any_case, out, err);
}

sw_result sw_purl_parse(
    struct sw_arena *arena, struct sw_str text, struct sw_purl *out, struct sw_error *err)
{
    return parse(arena, text, false, out, err);
}

/* --- writing ---------------------------------------------------------------------------------- */

static sw_result normalize(struct sw_arena *arena, struct sw_purl *purl, struct sw_error *err)
{
    const struct sw_str parts[] = {purl->namespace, purl->name, purl->version, purl->subpath};
    for (size_t i = 0; i < SW_COUNT(parts); i++) {
        SW_TRY(check_text(parts[i], err));
    }
    SW_TRY(check_type(purl->type, err));
    SW_TRY(sw_purl_lower(arena, &purl->type));
    SW_TRY(sw_purl_is_git(purl) ? join_segments(arena, purl->name, false, false, &purl->name, err)
                                : SW_OK);
    if (purl->name.len == 0) {
        return sw_fail(err, SW_E_FORMAT, "the purl has no name");
    }
    SW_TRY(join_segments(arena, purl->namespace, false, false, &purl->namespace, err));
    SW_TRY(join_segments(arena, purl->subpath, false, true, &purl->subpath, err));
    struct sw_purl_qualifier *list =
        SW_ARENA_ARRAY(arena, struct sw_purl_qualifier, SW_PURL_QUALIFIERS_MAX);
    SW_TRY_PTR(list);
    size_t count = 0;
    for (size_t i = 0; i < purl->qualifier_count; i++) {
        SW_TRY(check_text(purl->qualifiers[i].value, err));
        SW_TRY(add_qualifier(arena, list, &count, purl->qualifiers[i], true, err));
    }
    SW_TRY(sort_qualifiers(list, count, err));
    purl->qualifiers = list;
    purl->qualifier_count = count;
    return sw_purl_apply_type(arena, purl, err);
}

static sw_result write_tail(struct sw_buf *out, const struct sw_purl *purl)
{
    if (purl->version.len > 0) {
        SW_TRY(sw_buf_putc(out, '@'));
        SW_TRY(encode(out, purl->version));
    }
    for (size_t i = 0; i < purl->qualifier_count; i++) {
        SW_TRY(sw_buf_putc(out, i == 0 ? '?' : '&'));
        SW_TRY(sw_buf_put_str(out, purl->qualifiers[i].key));
        SW_TRY(sw_buf_putc(out, '='));
        SW_TRY(encode(out, purl->qualifiers[i].value));
    }
    SW_TRY(sw_buf_puts(out, purl->subpath.len > 0 ? "#" : ""));
    return encode_segments(out, purl->subpath);
}

static sw_result write_purl(struct sw_buf *out, const struct sw_purl *purl)
{
    SW_TRY(sw_buf_puts(out, "pkg:"));
    SW_TRY(sw_buf_put_str(out, purl->type));
    SW_TRY(sw_buf_putc(out, '/'));
    SW_TRY(encode_segments(out, purl->namespace));
    SW_TRY(sw_buf_puts(out, purl->namespace.len > 0 ? "/" : ""));
    SW_TRY(sw_purl_is_git(purl) ? encode_segments(out, purl->name) : encode(out, purl->name));
    return write_tail(out, purl);
}

sw_result sw_purl_format(
    struct sw_arena *arena, const struct sw_purl *purl, struct sw_str *out, struct sw_error *err)
{
    struct sw_purl parts = *purl;
    SW_TRY(normalize(arena, &parts, err));
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(write_purl(&text, &parts));
    if (text.len > SW_PURL_MAX) {
        return sw_fail(err, SW_E_FORMAT, "a purl has at most %d bytes", SW_PURL_MAX);
    }
    char *copy = sw_arena_strndup(arena, sw_buf_str(&text));
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, text.len);
    return SW_OK;
}

sw_result sw_purl_canonical(
    struct sw_arena *arena, struct sw_str text, struct sw_str *out, struct sw_error *err)
{
    struct sw_purl purl;
    SW_TRY(parse(arena, text, true, &purl, err));
    return sw_purl_format(arena, &purl, out, err);
}
