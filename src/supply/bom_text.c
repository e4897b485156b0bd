#include "supply/ascii.h"
#include "supply/bom_private.h"
#include "supply/spdx_expression.h"

#include "claim/claim.h"

#include <stdio.h>

void sw_bom_uuid(struct sw_bytes document, char out[SW_BOM_UUID_SIZE])
{
    struct sw_digest hash;
    sw_sha256(document, &hash);
    uint8_t *b = hash.bytes;
    b[6] = (uint8_t)(0x80 | (b[6] & 0x0f)); /* version 8 */
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f)); /* variant 10 */
    (void)snprintf(out, SW_BOM_UUID_SIZE,
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* --- references ------------------------------------------------------------------------------- */

/* The length of "scheme:"; 0 when there is none. */
static size_t scheme_of(struct sw_str text)
{
    size_t i = 0;
    if (text.len == 0 || sw_ascii_digit(text.ptr[0]) || !sw_ascii_alnum(text.ptr[0])) {
        return 0;
    }
    while (i < text.len && (sw_ascii_alnum(text.ptr[i]) || memchr("+-.", text.ptr[i], 3) != NULL)) {
        i++;
    }
    return i < text.len && text.ptr[i] == ':' ? i + 1 : 0;
}

static bool is_plain(char c, bool authority)
{
    static const char marks[] = "-._~!$&'()*+,;=/?";
    if (sw_ascii_alnum(c) || (c != '\0' && strchr(marks, c) != NULL)) {
        return true;
    }
    return !authority && (c == ':' || c == '@');
}

struct reference {
    struct sw_str text;
    size_t scheme;    /* bytes of "scheme:" */
    size_t authority; /* where "//host" ends; 0 without one */
    bool fragment;    /* a '#' was there already */
};

static bool is_hex(char c)
{
    char lower = sw_ascii_lower(c);
    return sw_ascii_digit(c) || (lower >= 'a' && lower <= 'f');
}

/* A port is the one place of a host that has a colon. */
static bool is_port(const struct reference *r, size_t at)
{
    size_t i = at + 1;
    while (i < r->authority && sw_ascii_digit(r->text.ptr[i])) {
        i++;
    }
    return r->text.ptr[at] == ':' && i == r->authority;
}

static bool keeps(struct reference *r, size_t at)
{
    const char c = r->text.ptr[at];
    const bool in_host = at < r->authority;
    if (at < r->scheme) {
        return true;
    }
    if (c == '%') {
        return at + 2 < r->text.len && is_hex(r->text.ptr[at + 1]) && is_hex(r->text.ptr[at + 2]);
    }
    if (c == '#') {
        bool first = !r->fragment;
        r->fragment = true;
        return first;
    }
    if (in_host && is_port(r, at)) {
        return true;
    }
    return is_plain(c, in_host || (r->scheme == 0 && !r->fragment));
}

static size_t authority_of(struct sw_str text, size_t scheme)
{
    size_t i = scheme;
    if (text.len < i + 2 || text.ptr[i] != '/' || text.ptr[i + 1] != '/') {
        return 0;
    }
    for (i += 2; i < text.len && memchr("/?#", text.ptr[i], 3) == NULL; i++) {
    }
    return i;
}

const char *sw_bom_iri(struct sw_arena *arena, struct sw_str text)
{
    struct reference r = {.text = text, .scheme = scheme_of(text)};
    char *out = sw_arena_alloc(arena, text.len * 3 + 1);
    size_t n = 0;
    if (out == NULL) {
        return NULL;
    }
    r.authority = authority_of(text, r.scheme);
    for (size_t i = 0; i < text.len; i++) {
        static const char digits[] = "0123456789ABCDEF";
        const unsigned char c = (unsigned char)text.ptr[i];
        if (keeps(&r, i)) {
            out[n++] = text.ptr[i];
            continue;
        }
        out[n++] = '%';
        out[n++] = digits[c >> 4];
        out[n++] = digits[c & 15];
    }
    out[n] = '\0';
    return out;
}

/* --- others ----------------------------------------------------------------------------------- */

static struct sw_str line_of(struct sw_str *rest)
{
    const char *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
    struct sw_str line = sw_str_n(rest->ptr, len);
    size_t skip = end == NULL ? len : len + 1;
    *rest = sw_str_n(rest->ptr + skip, rest->len - skip);
    return line;
}

struct sw_bom_metric sw_bom_metric_of(struct sw_str text)
{
    struct sw_bom_metric metric;
    metric.type = line_of(&text);
    metric.value = line_of(&text);
    metric.slice = text;
    return metric;
}

bool sw_bom_is_expression(struct sw_arena *arena, struct sw_str licence)
{
    const struct sw_spdx_expression *e;
    struct sw_error err;
    return sw_spdx_parse(arena, licence, &e, &err) == SW_OK;
}

bool sw_bom_is_listed(struct sw_arena *arena, struct sw_str licence)
{
    const struct sw_spdx_expression *e;
    struct sw_error err;
    return sw_spdx_parse(arena, licence, &e, &err) == SW_OK && e->kind == SW_SPDX_LICENSE &&
           e->listed && !e->or_later && e->addition.len == 0 && sw_str_equal(e->id, licence);
}
