#include "codec/json_write.h"

#include "codec/base64.h"
#include "codec/json_number.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* Bytes of the well-formed character at `p`, 0 when there is none. */
static size_t character_length(const uint8_t *p, size_t left)
{
    size_t len = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    return left >= len && sw_utf8_valid(sw_bytes(p, len)) ? len : 0;
}

/* RFC 8785 section 3.2.2.2: the two-character escapes where they exist, else \u00xx. */
static sw_result put_escape(struct sw_buf *out, uint8_t c)
{
    static const char letters[32] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (c >= 0x20 || letters[c] != 0) {
        char escape[2] = {'\\', c >= 0x20 ? (char)c : letters[c]};
        return sw_buf_append(out, escape, sizeof(escape));
    }
    return sw_buf_printf(out, "\\u%04x", c);
}

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* What stands between the quotes, for text that is well-formed. */
static sw_result put_content(struct sw_buf *out, struct sw_bytes text)
{
    size_t pos = 0;
    while (pos < text.len) {
        size_t from = pos;
        while (pos < text.len && is_plain(text.ptr[pos])) {
            pos++;
        }
        SW_TRY(sw_buf_append(out, text.ptr + from, pos - from));
        if (pos < text.len) {
            SW_TRY(put_escape(out, text.ptr[pos++]));
        }
    }
    return SW_OK;
}

/* As put_content, each byte that is not UTF-8 replaced by U+FFFD. */
static sw_result put_repaired(struct sw_buf *out, struct sw_bytes text)
{
    size_t pos = 0;
    while (pos < text.len) {
        size_t len = character_length(text.ptr + pos, text.len - pos);
        SW_TRY(len == 0 ? sw_buf_puts(out, "\xEF\xBF\xBD")
                        : put_content(out, sw_bytes(text.ptr + pos, len)));
        pos += len == 0 ? 1 : len;
    }
    return SW_OK;
}

sw_result sw_json_quote(struct sw_buf *out, struct sw_str text)
{
    struct sw_bytes bytes = sw_bytes_of_str(text);
    SW_TRY(sw_buf_putc(out, '"'));
    SW_TRY(sw_utf8_valid(bytes) ? put_content(out, bytes) : put_repaired(out, bytes));
    return sw_buf_putc(out, '"');
}

/* How many bytes are the same in both from the start. */
static size_t common_prefix(const char *a, const char *b, size_t len)
{
    size_t i = 0;
    uint64_t x;
    uint64_t y;
    while (len - i >= sizeof(x)) {
        memcpy(&x, a + i, sizeof(x));
        memcpy(&y, b + i, sizeof(y));
        if (x != y) {
            break;
        }
        i += sizeof(x);
    }
    while (i < len && a[i] == b[i]) {
        i++;
    }
    return i;
}

/* Names in UTF-16 order (RFC 8785 section 3.2.3). UTF-8 sorts by code point; UTF-16 differs only
 * where one character is beyond the basic plane (written with surrogates, D800 to DFFF) and the
 * other is in U+E000 to U+FFFF, whose UTF-8 begins with EE or EF. */
static int compare_utf16(struct sw_str a, struct sw_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    size_t i = common_prefix(a.ptr, b.ptr, len);
    if (i == len) {
        return (a.len > b.len) - (a.len < b.len);
    }
    uint8_t x = (uint8_t)a.ptr[i];
    uint8_t y = (uint8_t)b.ptr[i];
    int order = x < y ? -1 : 1;
    bool swapped = x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0);
    return swapped ? -order : order;
}

static int compare_members(const void *a, const void *b)
{
    const struct sw_json_member *const *x = a;
    const struct sw_json_member *const *y = b;
    return compare_utf16((*x)->name, (*y)->name);
}

/* How a tree is written. */
struct printer {
    struct sw_buf *out;
    struct sw_error *err;
    bool canonical;
    unsigned indent;
    unsigned depth; /* containers that are open around the value */
    unsigned base;  /* levels of indentation before the tree's own */
};

static sw_result print_value(struct printer *p, const struct sw_json *value);

static sw_result print_break(struct printer *p)
{
    if (p->indent == 0) {
        return SW_OK;
    }
    return sw_buf_printf(p->out, "\n%*s", (int)((p->base + p->depth) * p->indent), "");
}

static sw_result print_number(struct printer *p, const struct sw_json *value)
{
    if (!p->canonical) {
        return sw_buf_put_str(p->out, value->text);
    }
    char text[SW_JSON_NUMBER_MAX];
    if (!sw_json_number_canonical(value->text, text)) {
        int shown = value->text.len < 40 ? (int)value->text.len : 40;
        return sw_fail(p->err, SW_E_FORMAT,
            "byte %" PRIu64 ": the number %.*s does not fit a double and has no canonical form",
            value->where, shown, value->text.ptr);
    }
    return sw_buf_puts(p->out, text);
}

static sw_result print_array(struct printer *p, const struct sw_json *array)
{
    SW_TRY(sw_buf_putc(p->out, '['));
    p->depth++;
    for (size_t i = 0; i < array->count; i++) {
        SW_TRY(i == 0 ? SW_OK : sw_buf_putc(p->out, ','));
        SW_TRY(print_break(p));
        SW_TRY(print_value(p, &array->items[i]));
    }
    p->depth--;
    SW_TRY(array->count == 0 ? SW_OK : print_break(p));
    return sw_buf_putc(p->out, ']');
}

static sw_result print_member(struct printer *p, const struct sw_json_member *member)
{
    SW_TRY(print_break(p));
    SW_TRY(sw_json_quote(p->out, member->name));
    SW_TRY(sw_buf_puts(p->out, p->indent == 0 ? ":" : ": "));
    return print_value(p, &member->value);
}

/* Members in canonical order; NULL when there is no memory. */
static const struct sw_json_member **sorted_members(const struct sw_json *object)
{
    const struct sw_json_member **order = calloc(object->count, sizeof(const void *));
    if (order == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < object->count; i++) {
        order[i] = &object->members[i];
    }
    qsort(order, object->count, sizeof(const void *), compare_members);
    return order;
}

static sw_result print_members(struct printer *p, const struct sw_json *object)
{
    SW_CLEANUP(free) const struct sw_json_member **order = NULL;
    if (p->canonical && object->count > 1) {
        order = sorted_members(object);
        SW_TRY_PTR(order);
    }
    for (size_t i = 0; i < object->count; i++) {
        SW_TRY(i == 0 ? SW_OK : sw_buf_putc(p->out, ','));
        SW_TRY(print_member(p, order == NULL ? &object->members[i] : order[i]));
    }
    return SW_OK;
}

static sw_result print_object(struct printer *p, const struct sw_json *object)
{
    SW_TRY(sw_buf_putc(p->out, '{'));
    p->depth++;
    SW_TRY(print_members(p, object));
    p->depth--;
    SW_TRY(object->count == 0 ? SW_OK : print_break(p));
    return sw_buf_putc(p->out, '}');
}

/* Recursion is bounded by SW_JSON_PRINT_DEPTH. */
static sw_result print_value(struct printer *p, const struct sw_json *value)
{
    if (p->depth == SW_JSON_PRINT_DEPTH) {
        return sw_fail(p->err, SW_E_LIMIT, "nested deeper than the %d levels that can be written",
            SW_JSON_PRINT_DEPTH);
    }
    switch (value->type) {
    case SW_JSON_NULL: return sw_buf_puts(p->out, "null");
    case SW_JSON_BOOL: return sw_buf_puts(p->out, value->boolean ? "true" : "false");
    case SW_JSON_NUMBER: return print_number(p, value);
    case SW_JSON_STRING: return sw_json_quote(p->out, value->text);
    case SW_JSON_ARRAY: return print_array(p, value);
    case SW_JSON_OBJECT: return print_object(p, value);
    }
    return SW_E_INTERNAL;
}

/* Appends all of it or nothing. */
static sw_result print_tree(struct printer *p, const struct sw_json *value)
{
    size_t before = p->out->len;
    enum sw_code rc = print_value(p, value);
    if (rc != SW_OK && p->out->len > before) {
        p->out->len = before;
        p->out->data[before] = 0;
    }
    return rc;
}

sw_result sw_json_canonical(struct sw_buf *out, const struct sw_json *value, struct sw_error *err)
{
    struct printer p = {.out = out, .err = err, .canonical = true};
    return print_tree(&p, value);
}

sw_result sw_json_canonicalize(struct sw_buf *out, struct sw_bytes text, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json value;
    SW_TRY(sw_json_parse(&arena, text, NULL, &value, err));
    return sw_json_canonical(out, &value, err);
}

sw_result sw_json_print(struct sw_buf *out, const struct sw_json *value, unsigned indent)
{
    struct printer p = {.out = out, .indent = indent};
    return print_tree(&p, value);
}

void sw_jw_init(struct sw_json_writer *w, struct sw_buf *out, unsigned indent)
{
    *w = (struct sw_json_writer){.out = out, .indent = indent};
    w->empty[0] = true;
}

static void keep(struct sw_json_writer *w, enum sw_code rc)
{
    w->failed = w->failed == SW_OK ? rc : w->failed;
}

static sw_result put_line(struct sw_json_writer *w)
{
    return w->indent == 0 || w->depth == 0
               ? SW_OK
               : sw_buf_printf(w->out, "\n%*s", (int)(w->depth * w->indent), "");
}

/* What stands before a value: comma, new line, name. One value at the top; a name in objects and
 * only there. */
static sw_result put_lead(struct sw_json_writer *w, const char *name)
{
    bool empty = w->empty[w->depth];
    if (w->object[w->depth] != (name != NULL) || (w->depth == 0 && !empty)) {
        return SW_E_INTERNAL;
    }
    SW_TRY(empty ? SW_OK : sw_buf_putc(w->out, ','));
    w->empty[w->depth] = false;
    SW_TRY(put_line(w));
    if (name == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_json_quote(w->out, sw_str(name)));
    return sw_buf_puts(w->out, w->indent == 0 ? ":" : ": ");
}

/* True when a value may be written now, with what goes before it written. */
static bool lead(struct sw_json_writer *w, const char *name)
{
    if (w->failed == SW_OK) {
        keep(w, put_lead(w, name));
    }
    return w->failed == SW_OK;
}

static void open_container(struct sw_json_writer *w, const char *name, bool object)
{
    if (!lead(w, name)) {
        return;
    }
    if (w->depth == SW_JSON_WRITER_DEPTH) {
        keep(w, SW_E_LIMIT);
        return;
    }
    w->depth++;
    w->empty[w->depth] = true;
    w->object[w->depth] = object;
    keep(w, sw_buf_putc(w->out, object ? '{' : '['));
}

static void close_container(struct sw_json_writer *w, bool object)
{
    if (w->failed != SW_OK) {
        return;
    }
    if (w->depth == 0 || w->object[w->depth] != object) {
        keep(w, SW_E_INTERNAL);
        return;
    }
    bool empty = w->empty[w->depth];
    w->depth--;
    if (!empty && w->indent != 0) {
        keep(w, sw_buf_printf(w->out, "\n%*s", (int)(w->depth * w->indent), ""));
    }
    keep(w, sw_buf_putc(w->out, object ? '}' : ']'));
}

void sw_jw_object(struct sw_json_writer *w, const char *name)
{
    open_container(w, name, true);
}

void sw_jw_object_end(struct sw_json_writer *w)
{
    close_container(w, true);
}

void sw_jw_array(struct sw_json_writer *w, const char *name)
{
    open_container(w, name, false);
}

void sw_jw_array_end(struct sw_json_writer *w)
{
    close_container(w, false);
}

void sw_jw_str(struct sw_json_writer *w, const char *name, struct sw_str value)
{
    if (lead(w, name)) {
        keep(w, sw_json_quote(w->out, value));
    }
}

void sw_jw_text(struct sw_json_writer *w, const char *name, const char *value)
{
    if (value == NULL) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_str(w, name, sw_str(value));
}

void sw_jw_u64(struct sw_json_writer *w, const char *name, uint64_t value)
{
    if (lead(w, name)) {
        keep(w, sw_buf_printf(w->out, "%" PRIu64, value));
    }
}

void sw_jw_i64(struct sw_json_writer *w, const char *name, int64_t value)
{
    if (lead(w, name)) {
        keep(w, sw_buf_printf(w->out, "%" PRId64, value));
    }
}

void sw_jw_double(struct sw_json_writer *w, const char *name, double value)
{
    if (!isfinite(value)) {
        keep(w, SW_E_FORMAT);
        return;
    }
    char text[SW_JSON_NUMBER_MAX];
    (void)sw_json_number_format(value, text);
    if (lead(w, name)) {
        keep(w, sw_buf_puts(w->out, text));
    }
}

void sw_jw_bool(struct sw_json_writer *w, const char *name, bool value)
{
    if (lead(w, name)) {
        keep(w, sw_buf_puts(w->out, value ? "true" : "false"));
    }
}

void sw_jw_null(struct sw_json_writer *w, const char *name)
{
    if (lead(w, name)) {
        keep(w, sw_buf_puts(w->out, "null"));
    }
}

void sw_jw_base64(struct sw_json_writer *w, const char *name, struct sw_bytes value)
{
    if (lead(w, name)) {
        keep(w, sw_buf_putc(w->out, '"'));
        keep(w, sw_base64_encode(w->out, value));
        keep(w, sw_buf_putc(w->out, '"'));
    }
}

void sw_jw_json(struct sw_json_writer *w, const char *name, const struct sw_json *value)
{
    if (lead(w, name)) {
        struct printer p = {.out = w->out, .indent = w->indent, .base = w->depth};
        keep(w, print_tree(&p, value));
    }
}

sw_result sw_jw_finish(struct sw_json_writer *w)
{
    if (w->failed == SW_OK && (w->depth != 0 || w->empty[0])) {
        w->failed = SW_E_INTERNAL;
    }
    return w->failed;
}
