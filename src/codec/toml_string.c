/* Strings of TOML (sections "String" and "Keys"). */
#include "codec/toml_private.h"

#define ESCAPES "btnfr\"\\"
#define ESCAPED "\b\t\n\f\r\"\\"

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

static bool at_break(const struct sw_toml *t)
{
    return sw_toml_peek(t, 0) == '\n' || (sw_toml_peek(t, 0) == '\r' && sw_toml_peek(t, 1) == '\n');
}

static void skip_break(struct sw_toml *t)
{
    t->at += sw_toml_peek(t, 0) == '\r' ? 2 : 1;
    t->line++;
}

static sw_result put_code_point(struct sw_toml *t, struct sw_buf *out, uint32_t c)
{
    char bytes[4];
    size_t len = 0;
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return sw_toml_refuse(t, "an escape that is no character");
    }
    if (c < 0x80) {
        bytes[len++] = (char)c;
    } else if (c < 0x800) {
        bytes[len++] = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        bytes[len++] = (char)(0xe0 | c >> 12);
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3f));
    } else {
        bytes[len++] = (char)(0xf0 | c >> 18);
        bytes[len++] = (char)(0x80 | (c >> 12 & 0x3f));
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3f));
    }
    if (c >= 0x80) {
        bytes[len++] = (char)(0x80 | (c & 0x3f));
    }
    return sw_buf_append(out, bytes, len);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static sw_result take_code_point(struct sw_toml *t, struct sw_buf *out, size_t digits)
{
    uint32_t c = 0;
    for (size_t i = 0; i < digits; i++) {
        int value = hex_value(sw_toml_peek(t, 0));
        if (value < 0) {
            return sw_toml_refuse(t, "an escape with too few digits");
        }
        c = c << 4 | (uint32_t)value;
        t->at++;
    }
    return put_code_point(t, out, c);
}

/* A backslash at the end of a line: what is white behind it is left out. False: there is none. */
static bool skip_joint(struct sw_toml *t)
{
    size_t ahead = 0;
    while (sw_toml_peek(t, ahead) == ' ' || sw_toml_peek(t, ahead) == '\t') {
        ahead++;
    }
    char c = sw_toml_peek(t, ahead);
    if (c != '\n' && (c != '\r' || sw_toml_peek(t, ahead + 1) != '\n')) {
        return false;
    }
    t->at += ahead;
    for (;;) {
        if (at_break(t)) {
            skip_break(t);
        } else if (sw_toml_peek(t, 0) == ' ' || sw_toml_peek(t, 0) == '\t') {
            t->at++;
        } else {
            return true;
        }
    }
}

/* Behind the backslash. */
static sw_result take_escape(struct sw_toml *t, bool lines, struct sw_buf *out)
{
    const char c = sw_toml_peek(t, 0);
    const char *known = c == '\0' ? NULL : strchr(ESCAPES, c);
    if (known != NULL) {
        t->at++;
        return sw_buf_putc(out, ESCAPED[known - ESCAPES]);
    }
    if (c == 'u' || c == 'U') {
        t->at++;
        return take_code_point(t, out, c == 'u' ? 4 : 8);
    }
    return lines && skip_joint(t) ? SW_OK : sw_toml_refuse(t, "an escape that there is not");
}

struct quoting {
    char quote;
    bool lines;
    bool decoded; /* `out` is used: there were escapes */
    size_t start; /* what is not in `out` yet begins here */
    struct sw_buf out;
};

/* Whether the string ends here; then past its quotes, of which up to two more are its own. */
static bool take_end(struct sw_toml *t, const struct quoting *q, size_t *end)
{
    size_t quotes = 0;
    while (quotes < 5 && sw_toml_peek(t, quotes) == q->quote) {
        quotes++;
    }
    const size_t wanted = q->lines ? 3 : 1;
    if (quotes < wanted) {
        t->at += quotes;
        return false;
    }
    quotes = q->lines ? quotes : 1;
    *end = t->at + quotes - wanted;
    t->at += quotes;
    return true;
}

static sw_result take_character(struct sw_toml *t, struct quoting *q)
{
    if (q->lines && at_break(t)) {
        skip_break(t);
        return SW_OK;
    }
    if (is_control(sw_toml_peek(t, 0))) {
        return sw_toml_refuse(
            t, t->at == t->text.len ? "a string does not end" : "a control character in a string");
    }
    if (sw_toml_peek(t, 0) != '\\' || q->quote == '\'') {
        t->at++;
        return SW_OK;
    }
    q->decoded = true;
    SW_TRY(sw_buf_append(&q->out, t->text.ptr + q->start, t->at - q->start));
    t->at++;
    SW_TRY(take_escape(t, q->lines, &q->out));
    q->start = t->at;
    return SW_OK;
}

static sw_result take_string(struct sw_toml *t, struct quoting *q, struct sw_str *out)
{
    size_t end = 0;
    q->start = t->at;
    while (sw_toml_peek(t, 0) != q->quote || !take_end(t, q, &end)) {
        if (sw_toml_peek(t, 0) != q->quote) {
            SW_TRY(take_character(t, q));
        }
    }
    if (!q->decoded) {
        *out = sw_str_n(t->text.ptr + q->start, end - q->start);
        return SW_OK;
    }
    SW_TRY(sw_buf_append(&q->out, t->text.ptr + q->start, end - q->start));
    const char *copy = sw_arena_strndup(t->arena, sw_buf_str(&q->out));
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, q->out.len);
    return SW_OK;
}

sw_result sw_toml_string(struct sw_toml *t, bool lines, struct sw_str *out)
{
    struct quoting q = {.quote = sw_toml_peek(t, 0)};
    q.lines = lines && sw_toml_peek(t, 1) == q.quote && sw_toml_peek(t, 2) == q.quote;
    t->at += q.lines ? 3 : 1;
    if (q.lines && at_break(t)) {
        skip_break(t);
    }
    sw_buf_init(&q.out, 0);
    enum sw_code code = take_string(t, &q, out);
    sw_buf_release(&q.out);
    return code;
}
