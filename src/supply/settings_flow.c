/* Values in brackets and quotes, as JSON, the flow style of YAML and the values of TOML have them.
 */
#include "supply/ascii.h"
#include "supply/settings_private.h"

#define QUOTED_LINES 64 /* that a text in quotes may go over, in YAML */

static bool more(const struct sw_settings_reader *r)
{
    return r->at < r->end;
}

static bool stands(const struct sw_settings_reader *r, const char *text)
{
    return sw_str_starts(sw_str_n(r->at, (size_t)(r->end - r->at)), text);
}

static bool is_comment(const struct sw_settings_reader *r)
{
    return r->syntax == SW_SETTINGS_JSON ? stands(r, "//") : stands(r, "#");
}

static void skip_block_comment(struct sw_settings_reader *r)
{
    while (more(r) && !stands(r, "*/")) {
        r->line += *r->at++ == '\n' ? 1 : 0;
    }
    r->at += more(r) ? 2 : 0;
}

/* White space and comments. */
static void skip(struct sw_settings_reader *r)
{
    while (more(r)) {
        if (is_comment(r)) {
            sw_settings_skip_line(r);
        } else if (r->syntax == SW_SETTINGS_JSON && stands(r, "/*")) {
            skip_block_comment(r);
        } else if (sw_ascii_space(*r->at)) {
            r->line += *r->at++ == '\n' ? 1 : 0;
        } else {
            return;
        }
    }
}

/* --- quotes ----------------------------------------------------------------------------------- */

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | (c >> 12));
    out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

/* The number of characters that an escape takes behind its '\'. */
static size_t unescape(struct sw_str rest, char *out, size_t *len)
{
    static const char from[] = "nrtbf0";
    static const char to[] = {'\n', '\r', '\t', '\b', '\f', ' '};
    uint32_t c = 0;
    const char *known = rest.ptr[0] == '\0' ? NULL : strchr(from, rest.ptr[0]);
    if (rest.ptr[0] != 'u') {
        out[(*len)++] = known == NULL ? rest.ptr[0] : to[known - from];
        return 1;
    }
    for (size_t i = 1; i < 5; i++) {
        const char d = i < rest.len ? sw_ascii_lower(rest.ptr[i]) : 'x';
        if (!sw_ascii_digit(d) && (d < 'a' || d > 'f')) {
            return 1;
        }
        c = c * 16 + (uint32_t)(sw_ascii_digit(d) ? d - '0' : d - 'a' + 10);
    }
    *len += put_utf8(out + *len, c); /* never longer than the escape */
    return 5;
}

static sw_result decode(struct sw_settings_reader *r, struct sw_str raw, struct sw_str *out)
{
    size_t len = 0;
    if (memchr(raw.ptr, '\\', raw.len) == NULL) {
        *out = raw;
        return SW_OK;
    }
    char *text = sw_arena_alloc(r->arena, raw.len + 1);
    SW_TRY_PTR(text);
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] != '\\' || i + 1 == raw.len) {
            text[len++] = raw.ptr[i];
            continue;
        }
        i += unescape(sw_str_n(raw.ptr + i + 1, raw.len - i - 1), text, &len);
    }
    *out = sw_str_n(text, len);
    return SW_OK;
}

static uint32_t lines_of(struct sw_str text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.ptr[i] == '\n' ? 1 : 0;
    }
    return lines;
}

/* YAML writes a single quote twice. */
static bool is_doubled(const struct sw_settings_reader *r, const char *at, char quote)
{
    return quote == '\'' && r->syntax == SW_SETTINGS_YAML && at + 1 < r->end && at[0] == quote &&
           at[1] == quote;
}

static sw_result undouble(struct sw_settings_reader *r, struct sw_str raw, struct sw_str *out)
{
    size_t len = 0;
    if (r->syntax != SW_SETTINGS_YAML || memchr(raw.ptr, '\'', raw.len) == NULL) {
        *out = raw;
        return SW_OK;
    }
    char *text = sw_arena_alloc(r->arena, raw.len + 1);
    SW_TRY_PTR(text);
    for (size_t i = 0; i < raw.len; i++) {
        text[len++] = raw.ptr[i];
        i += raw.ptr[i] == '\'' ? 1 : 0;
    }
    *out = sw_str_n(text, len);
    return SW_OK;
}

/* The quote that ends a text which begins at `at`, or NULL. */
static const char *find_end(const struct sw_settings_reader *r, const char *at, char quote)
{
    uint32_t lines = 0;
    for (; at < r->end && lines <= QUOTED_LINES; at++) {
        if (is_doubled(r, at, quote)) {
            at++;
            continue;
        }
        if (*at == quote) {
            return at;
        }
        lines += *at == '\n' && r->syntax == SW_SETTINGS_YAML ? 1 : 0;
        at += *at == '\\' && quote == '"' && at + 1 < r->end ? 1 : 0;
    }
    return NULL;
}

static sw_result quoted_thrice(struct sw_settings_reader *r, struct sw_str *out)
{
    const char *start = r->at + 3;
    const char *end = memmem(start, (size_t)(r->end - start), *r->at == '"' ? "\"\"\"" : "'''", 3);
    if (end == NULL) {
        return SW_E_FORMAT;
    }
    *out = sw_str_n(start, (size_t)(end - start));
    r->line += lines_of(*out);
    r->at = end + 3;
    return SW_OK;
}

sw_result sw_settings_quoted(struct sw_settings_reader *r, struct sw_str *out)
{
    const char quote = *r->at;
    const char *start = r->at + 1;
    if (r->syntax == SW_SETTINGS_TOML && (stands(r, "\"\"\"") || stands(r, "'''"))) {
        return quoted_thrice(r, out);
    }
    const char *end = find_end(r, start, quote);
    if (end == NULL && r->syntax != SW_SETTINGS_YAML) {
        return SW_E_FORMAT;
    }
    if (end == NULL) { /* a line that is broken by itself, or by a template */
        const char *stop = memchr(start, '\n', (size_t)(r->end - start));
        *out = sw_str_n(start, (size_t)((stop == NULL ? r->end : stop) - start));
        r->at = start + out->len;
        return SW_OK;
    }
    const struct sw_str raw = sw_str_n(start, (size_t)(end - start));
    r->line += lines_of(raw);
    r->at = end + 1;
    return quote == '\'' ? undouble(r, raw, out) : decode(r, raw, out);
}

/* --- plain words ------------------------------------------------------------------------------ */

static bool ends_key(const struct sw_settings_reader *r)
{
    switch ((int)r->syntax) {
    case SW_SETTINGS_TOML: return *r->at == '=';
    case SW_SETTINGS_JSON: return *r->at == ':';
    default: return *r->at == ':' && (r->at + 1 == r->end || sw_ascii_space(r->at[1]));
    }
}

static bool ends_plain(const struct sw_settings_reader *r, bool key)
{
    const char c = *r->at;
    const char *marks = r->syntax == SW_SETTINGS_TOML   ? ",}]\n{[#"
                        : r->syntax == SW_SETTINGS_JSON ? ",}]\n{[\"/"
                                                        : ",}]\n{[";
    return memchr(marks, c, strlen(marks)) != NULL || (key && ends_key(r));
}

static struct sw_str plain(struct sw_settings_reader *r, bool key)
{
    const char *start = r->at;
    if (stands(r, "{{")) { /* a template */
        const char *end = memmem(r->at, (size_t)(r->end - r->at), "}}", 2);
        r->at = end == NULL ? r->end : end + 2;
        const struct sw_str all = sw_str_n(start, (size_t)(r->at - start));
        r->line += lines_of(all);
        return all;
    }
    while (more(r) && !ends_plain(r, key)) {
        r->at++;
    }
    return sw_ascii_trim(sw_str_n(start, (size_t)(r->at - start)));
}

/* --- brackets --------------------------------------------------------------------------------- */

static sw_result read_key(struct sw_settings_reader *r, struct sw_str *out)
{
    if (*r->at == '"' || *r->at == '\'') {
        return sw_settings_quoted(r, out);
    }
    *out = plain(r, true);
    return SW_OK;
}

static sw_result read_member(struct sw_settings_reader *r, struct sw_setting *map, unsigned depth)
{
    struct sw_setting *member;
    struct sw_str key;
    SW_TRY(read_key(r, &key));
    SW_TRY(sw_settings_add(r, map, SW_SETTING_MAP, key, &member));
    skip(r);
    if (!more(r) || (*r->at != ':' && *r->at != '=')) {
        return SW_OK;
    }
    r->at++;
    skip(r);
    return more(r) && *r->at != ',' && *r->at != '}' ? sw_settings_flow(r, member, depth + 1)
                                                     : SW_OK;
}

static sw_result read_list_item(
    struct sw_settings_reader *r, struct sw_setting *list, unsigned depth)
{
    struct sw_setting *item;
    SW_TRY(sw_settings_add(r, list, SW_SETTING_LIST, sw_str(""), &item));
    return sw_settings_flow(r, item, depth + 1);
}

static sw_result read_bracket(struct sw_settings_reader *r, struct sw_setting *out, unsigned depth)
{
    const bool map = *r->at == '{';
    const char close = map ? '}' : ']';
    r->at++;
    out->kind = map ? SW_SETTING_MAP : SW_SETTING_LIST;
    for (skip(r); more(r); skip(r)) {
        const char *before = r->at;
        if (*r->at == close) {
            r->at++;
            return SW_OK;
        }
        if (*r->at != ',') {
            SW_TRY(map ? read_member(r, out, depth) : read_list_item(r, out, depth));
        }
        r->at += r->at == before && more(r) ? 1 : 0;
    }
    return r->syntax == SW_SETTINGS_YAML ? SW_OK : SW_E_FORMAT;
}

sw_result sw_settings_flow(struct sw_settings_reader *r, struct sw_setting *out, unsigned depth)
{
    if (depth >= SW_SETTINGS_DEPTH) {
        return SW_E_LIMIT;
    }
    skip(r);
    if (!more(r)) {
        return SW_OK;
    }
    out->line = r->line;
    if (*r->at == '"' || *r->at == '\'') {
        return sw_settings_quoted(r, &out->text);
    }
    if ((*r->at == '{' && !stands(r, "{{")) || *r->at == '[') {
        return read_bracket(r, out, depth);
    }
    out->text = plain(r, false);
    return SW_OK;
}
