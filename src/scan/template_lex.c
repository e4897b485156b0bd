/* The tokens of a template (Jinja, "Template Designer Documentation"): text, tags, and in tags
 * names, numbers, strings and signs. */
#include "scan/template.h"

#include <strings.h>

struct lexer {
    struct sw_arena *arena;
    struct sw_str text;
    size_t at;
    struct sw_token *tokens;
    size_t count;
    size_t cap;
    struct sw_error *err;
};

static sw_result fail(const struct lexer *lexer, const char *what)
{
    return sw_fail(lexer->err, SW_E_FORMAT, "%s at byte %zu", what, lexer->at);
}

static sw_result push(struct lexer *lexer, enum sw_token_kind kind, struct sw_str text, size_t at)
{
    struct sw_token *grown = sw_arena_grow(
        lexer->arena, lexer->tokens, lexer->count, &lexer->cap, sizeof(lexer->tokens[0]));
    SW_TRY_PTR(grown);
    lexer->tokens = grown;
    lexer->tokens[lexer->count++] = (struct sw_token){kind, text, at};
    return SW_OK;
}

static bool at_text(const struct lexer *lexer, const char *text)
{
    size_t len = strlen(text);
    return lexer->text.len - lexer->at >= len &&
           memcmp(lexer->text.ptr + lexer->at, text, len) == 0;
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    return lexer->text.len - lexer->at > ahead ? lexer->text.ptr[lexer->at + ahead] : '\0';
}

static bool is_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0 ||
           (!first && c >= '0' && c <= '9');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* --- strings --------------------------------------------------------------------------------- */

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static size_t put_utf8(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t leads[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(leads[more] | code);
    return more + 1;
}

/* \xNN, \uNNNN, \UNNNNNNNN and octal: as many digits as there are, which Python would refuse when
 * they are too few. Gives how many bytes of the source it took after the backslash; 0: none. */
static size_t numeric_escape(const char *text, size_t left, uint32_t *code)
{
    size_t most = text[0] == 'x' ? 2 : text[0] == 'u' ? 4 : text[0] == 'U' ? 8 : 0;
    size_t base = 16;
    size_t n = 1;
    if (most == 0 && text[0] >= '0' && text[0] <= '7') {
        most = 3;
        base = 8;
        n = 0;
    }
    size_t end = n + most;
    *code = 0;
    for (; n < end && n < left; n++) {
        int digit = hex_of(text[n]);
        if (digit < 0 || (size_t)digit >= base) {
            break;
        }
        *code = *code * (uint32_t)base + (uint32_t)digit;
    }
    return most == 0 ? 0 : n;
}

/* \N{NAME}: those of which names of attributes can be spelled; for the others something that none
 * holds. Gives how many bytes it took after the backslash; 0: none. */
static size_t named_escape(const char *text, size_t left, uint32_t *code)
{
    static const char letter[] = "LATIN SMALL LETTER ";
    const char *end = left > 2 && text[0] == 'N' && text[1] == '{' ? memchr(text, '}', left) : NULL;
    if (end == NULL) {
        return 0;
    }
    size_t len = (size_t)(end - text) - 2;
    bool small = len == sizeof(letter) && strncasecmp(text + 2, letter, sizeof(letter) - 1) == 0;
    bool line = len == 8 && strncasecmp(text + 2, "LOW LINE", 8) == 0;
    *code = line ? '_' : small ? (uint32_t)(end[-1] | 0x20) & 0x7f : 0xfffd;
    return len + 3;
}

static char simple_escape(char c)
{
    static const char from[] = "abfnrtv";
    static const char to[] = "\a\b\f\n\r\t\v";
    const char *at = c == '\0' ? NULL : strchr(from, c);
    return at == NULL ? c : to[at - from];
}

/* What a literal between its quotes means (Python, "String and Bytes literals"). */
static sw_result unescape(struct lexer *lexer, struct sw_str raw, struct sw_str *out)
{
    char *text = sw_arena_alloc(lexer->arena, raw.len + 4);
    SW_TRY_PTR(text);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] != '\\' || i + 1 == raw.len) {
            text[len++] = raw.ptr[i];
            continue;
        }
        uint32_t code;
        size_t taken = numeric_escape(raw.ptr + i + 1, raw.len - i - 1, &code);
        taken = taken > 0 ? taken : named_escape(raw.ptr + i + 1, raw.len - i - 1, &code);
        if (taken > 0) {
            len += put_utf8(code > 0x10ffff ? 0xfffd : code, text + len);
            i += taken;
            continue;
        }
        i++;
        if (raw.ptr[i] != '\n') {
            text[len++] = simple_escape(raw.ptr[i]);
        }
    }
    *out = sw_str_n(text, len);
    return SW_OK;
}

static sw_result lex_string(struct lexer *lexer)
{
    size_t start = lexer->at;
    char quote = lexer->text.ptr[lexer->at++];
    size_t from = lexer->at;
    while (lexer->at < lexer->text.len && lexer->text.ptr[lexer->at] != quote) {
        lexer->at += lexer->text.ptr[lexer->at] == '\\' && lexer->at + 1 < lexer->text.len ? 2 : 1;
    }
    if (lexer->at >= lexer->text.len) {
        lexer->at = start;
        return fail(lexer, "a string that does not end");
    }
    struct sw_str value;
    SW_TRY(unescape(lexer, sw_str_n(lexer->text.ptr + from, lexer->at - from), &value));
    lexer->at++;
    return push(lexer, SW_TOKEN_STRING, value, start);
}

/* --- the rest of a tag ----------------------------------------------------------------------- */

static sw_result lex_run(struct lexer *lexer, enum sw_token_kind kind)
{
    size_t start = lexer->at;
    while (lexer->at < lexer->text.len &&
           (is_name(lexer->text.ptr[lexer->at], false) ||
               (kind == SW_TOKEN_NUMBER && lexer->text.ptr[lexer->at] == '.' &&
                   is_digit(peek(lexer, 1))))) {
        lexer->at++;
    }
    return push(lexer, kind, sw_str_n(lexer->text.ptr + start, lexer->at - start), start);
}

static sw_result lex_sign(struct lexer *lexer)
{
    static const char *const signs[] = {"**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%",
        "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"};
    for (size_t i = 0; i < SW_COUNT(signs); i++) {
        if (at_text(lexer, signs[i])) {
            size_t start = lexer->at;
            lexer->at += strlen(signs[i]);
            return push(lexer, SW_TOKEN_SIGN, sw_str(signs[i]), start);
        }
    }
    return fail(lexer, "a character that no tag may hold");
}

/* The end of a tag: with a sign for white space before it, or without. */
static bool ends_tag(struct lexer *lexer, const char *end)
{
    size_t sign = peek(lexer, 0) == '-' || peek(lexer, 0) == '+' ? 1 : 0;
    if (peek(lexer, sign) != end[0] || peek(lexer, sign + 1) != end[1]) {
        return false;
    }
    lexer->at += sign + 2;
    return true;
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static sw_result lex_piece(struct lexer *lexer, char c)
{
    if (is_one_of(c, "\"'")) {
        return lex_string(lexer);
    }
    if (is_digit(c)) {
        return lex_run(lexer, SW_TOKEN_NUMBER);
    }
    return is_name(c, true) ? lex_run(lexer, SW_TOKEN_NAME) : lex_sign(lexer);
}

static sw_result lex_inside(struct lexer *lexer, bool print)
{
    const char *end = print ? "}}" : "%}";
    size_t brackets = 0;
    while (lexer->at < lexer->text.len) {
        char c = peek(lexer, 0);
        size_t start = lexer->at;
        if (is_one_of(c, " \t\n\r\f\v")) {
            lexer->at++;
            continue;
        }
        if (brackets == 0 && ends_tag(lexer, end)) {
            return push(
                lexer, print ? SW_TOKEN_CLOSE_PRINT : SW_TOKEN_CLOSE_BLOCK, sw_str(end), start);
        }
        brackets += is_one_of(c, "([{") ? 1 : 0;
        brackets -= is_one_of(c, ")]}") && brackets > 0 ? 1 : 0;
        SW_TRY(lex_piece(lexer, c));
    }
    return fail(lexer, "a tag that does not end");
}

/* --- outside of tags ------------------------------------------------------------------------- */

static bool find(struct lexer *lexer, const char *what)
{
    size_t len = strlen(what);
    const char *at = memmem(lexer->text.ptr + lexer->at, lexer->text.len - lexer->at, what, len);
    lexer->at = at == NULL ? lexer->text.len : (size_t)(at - lexer->text.ptr) + len;
    return at != NULL;
}

/* {% raw %} … {% endraw %}: what is between is text. False when this is another tag. */
static bool raw_tag(struct lexer *lexer, const char *name)
{
    size_t at = lexer->at + 2;
    const char *text = lexer->text.ptr;
    at += at < lexer->text.len && (text[at] == '-' || text[at] == '+') ? 1 : 0;
    while (at < lexer->text.len && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t')) {
        at++;
    }
    size_t len = strlen(name);
    if (lexer->text.len - at < len || memcmp(text + at, name, len) != 0 ||
        (lexer->text.len - at > len && is_name(text[at + len], false))) {
        return false;
    }
    lexer->at = at + len;
    return find(lexer, "%}");
}

static sw_result lex_raw(struct lexer *lexer)
{
    size_t start = lexer->at;
    while (lexer->at < lexer->text.len) {
        size_t here = lexer->at;
        if (at_text(lexer, "{%") && raw_tag(lexer, "endraw")) {
            return push(
                lexer, SW_TOKEN_DATA, sw_str_n(lexer->text.ptr + start, here - start), start);
        }
        lexer->at = here + 1;
    }
    return fail(lexer, "a raw block that does not end");
}

static sw_result lex_tag(struct lexer *lexer)
{
    size_t start = lexer->at;
    char kind = peek(lexer, 1);
    if (kind == '#') {
        return find(lexer, "#}") ? SW_OK : fail(lexer, "a comment that does not end");
    }
    if (kind == '%' && raw_tag(lexer, "raw")) {
        return lex_raw(lexer);
    }
    lexer->at = start + 2;
    /* "{{+1}}" is a number with its sign, where "{%+" is about white space: so says the lexer. */
    lexer->at += peek(lexer, 0) == '-' || (kind == '%' && peek(lexer, 0) == '+') ? 1 : 0;
    SW_TRY(push(lexer, kind == '{' ? SW_TOKEN_OPEN_PRINT : SW_TOKEN_OPEN_BLOCK,
        sw_str_n(lexer->text.ptr + start, 2), start));
    return lex_inside(lexer, kind == '{');
}

static bool begins_tag(const struct lexer *lexer)
{
    char next = peek(lexer, 1);
    return peek(lexer, 0) == '{' && (next == '{' || next == '%' || next == '#');
}

sw_result sw_template_lex(struct sw_arena *arena, struct sw_bytes text, struct sw_token **out,
    size_t *count, struct sw_error *err)
{
    struct lexer lexer = {.arena = arena, .text = sw_str_of_bytes(text), .err = err};
    while (lexer.at < lexer.text.len) {
        if (begins_tag(&lexer)) {
            SW_TRY(lex_tag(&lexer));
            continue;
        }
        size_t start = lexer.at;
        while (lexer.at < lexer.text.len && !begins_tag(&lexer)) {
            lexer.at++;
        }
        SW_TRY(
            push(&lexer, SW_TOKEN_DATA, sw_str_n(lexer.text.ptr + start, lexer.at - start), start));
    }
    SW_TRY(push(&lexer, SW_TOKEN_END, sw_str(""), lexer.at));
    *out = lexer.tokens;
    *count = lexer.count;
    return SW_OK;
}
