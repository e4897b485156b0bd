/* Lexical analysis (The Python Language Reference, 2). */
#include "codec/python.h"

void sw_py_lexer_init(struct sw_py_lexer *lexer, struct sw_str text)
{
    *lexer = (struct sw_py_lexer){.text = text, .line = 1, .line_begins = true, .indent_count = 1};
    if (sw_str_starts(text, "\xef\xbb\xbf")) {
        lexer->at = 3;
    }
}

/* NUL behind the end. */
static char peek(const struct sw_py_lexer *l, size_t ahead)
{
    return ahead < l->text.len - l->at ? l->text.ptr[l->at + ahead] : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || (c & 0x80) != 0;
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r' || c == '\0';
}

/* "\r\n" is one end of a line. */
static void pass_line_end(struct sw_py_lexer *l)
{
    if (peek(l, 0) == '\r' && peek(l, 1) == '\n') {
        l->at++;
    }
    l->at += l->at < l->text.len ? 1 : 0;
    l->line++;
}

/* Blanks, comments, and lines that go on behind a backslash. */
static void pass_blanks(struct sw_py_lexer *l)
{
    for (;;) {
        char c = peek(l, 0);
        if (c == ' ' || c == '\t' || c == '\f') {
            l->at++;
        } else if (c == '\\' && (peek(l, 1) == '\n' || peek(l, 1) == '\r')) {
            l->at++;
            pass_line_end(l);
        } else if (c == '#') {
            while (l->at < l->text.len && !ends_line(peek(l, 0))) {
                l->at++;
            }
        } else {
            return;
        }
    }
}

/* --- lines and indents (2.1) ------------------------------------------------------------------ */

static unsigned pass_indent(struct sw_py_lexer *l)
{
    unsigned column = 0;
    for (;; l->at++) {
        char c = peek(l, 0);
        if (c == ' ') {
            column++;
        } else if (c == '\t') {
            column = (column / 8 + 1) * 8;
        } else if (c == '\f') {
            column = 0;
        } else {
            return column;
        }
    }
}

/* The indent of the next line that has something on it. */
static unsigned next_indent(struct sw_py_lexer *l)
{
    for (;;) {
        unsigned column = pass_indent(l);
        pass_blanks(l);
        if (l->at == l->text.len || !ends_line(peek(l, 0))) {
            return l->at == l->text.len ? 0 : column;
        }
        pass_line_end(l);
    }
}

static sw_result give(struct sw_py_lexer *l, enum sw_py_token_type type, struct sw_py_token *out)
{
    *out = (struct sw_py_token){.type = type, .line = l->line};
    return SW_OK;
}

/* *out stays as it is where the indent does not change. */
static sw_result lex_indent(struct sw_py_lexer *l, struct sw_py_token *out, bool *given)
{
    unsigned column = next_indent(l);
    l->line_begins = false;
    if (column > l->indents[l->indent_count - 1]) {
        if (l->indent_count == SW_PY_INDENTS) {
            return SW_E_LIMIT;
        }
        l->indents[l->indent_count++] = column;
        *given = true;
        return give(l, SW_PY_INDENT, out);
    }
    while (column < l->indents[l->indent_count - 1]) {
        l->indent_count--;
        l->dedents++;
    }
    return column == l->indents[l->indent_count - 1] ? SW_OK : SW_E_FORMAT;
}

/* --- strings (2.5) ---------------------------------------------------------------------------- */

/* Letters before a quote that make it one; the length, or 0 when it is none. */
static size_t string_prefix(const struct sw_py_lexer *l)
{
    size_t n = 0;
    while (n < 3 && peek(l, n) != '\0' && strchr("rRbBuUfFtT", peek(l, n)) != NULL) {
        n++;
    }
    return n;
}

static bool begins_string(const struct sw_py_lexer *l)
{
    char quote = peek(l, string_prefix(l));
    return quote == '"' || quote == '\'';
}

static sw_result pass_string(struct sw_py_lexer *l, unsigned depth);

/* One character, or one string, of an expression; *open counts brackets. */
static sw_result pass_part(struct sw_py_lexer *l, unsigned *open, unsigned depth)
{
    char c = peek(l, 0);
    if (begins_string(l)) {
        return pass_string(l, depth + 1);
    }
    if (ends_line(c)) {
        pass_line_end(l);
        return SW_OK;
    }
    *open += strchr("([{", c) != NULL ? 1 : 0;
    *open -= strchr(")]}", c) != NULL && *open > 0 ? 1 : 0;
    l->at++;
    return SW_OK;
}

/* An expression in a formatted string, which begins behind its '{' and ends behind its '}'. */
static sw_result pass_expression(struct sw_py_lexer *l, bool triple, unsigned depth)
{
    unsigned open = 0;
    if (depth > SW_PY_DEPTH) {
        return SW_E_LIMIT;
    }
    while (l->at < l->text.len) {
        char c = peek(l, 0);
        if (open == 0 && c == '}') {
            l->at++;
            return SW_OK;
        }
        if (!triple && ends_line(c)) {
            return SW_E_FORMAT;
        }
        SW_TRY(pass_part(l, &open, depth));
    }
    return SW_E_FORMAT;
}

/* How a string is written: where the lexer stands behind its opening quotes. */
struct opening {
    char quote;
    bool triple, format;
};

static struct opening pass_opening(struct sw_py_lexer *l)
{
    struct opening out = {0};
    size_t prefix = string_prefix(l);
    for (size_t i = 0; i < prefix; i++) {
        out.format = out.format || strchr("fFtT", peek(l, i)) != NULL;
    }
    l->at += prefix;
    out.quote = peek(l, 0);
    out.triple = peek(l, 1) == out.quote && peek(l, 2) == out.quote;
    l->at += out.triple ? 3 : 1;
    return out;
}

/* One character of a string, or an expression in it. In raw strings, too, a quote behind a
 * backslash does not end them. */
static sw_result pass_inside(struct sw_py_lexer *l, const struct opening *opening, unsigned depth)
{
    char c = peek(l, 0);
    bool escape = c == '\\' && l->at + 1 < l->text.len;
    l->at += escape ? 1 : 0;
    if (ends_line(peek(l, 0))) {
        pass_line_end(l);
        return opening->triple || escape ? SW_OK : SW_E_FORMAT;
    }
    bool field = opening->format && c == '{';
    bool doubled = field && peek(l, 1) == '{';
    l->at += doubled ? 2 : 1;
    return field && !doubled ? pass_expression(l, opening->triple, depth) : SW_OK;
}

static sw_result pass_string(struct sw_py_lexer *l, unsigned depth)
{
    struct opening opening = pass_opening(l);
    while (l->at < l->text.len) {
        bool quote = peek(l, 0) == opening.quote;
        if (quote &&
            (!opening.triple || (peek(l, 1) == opening.quote && peek(l, 2) == opening.quote))) {
            l->at += opening.triple ? 3 : 1;
            return SW_OK;
        }
        SW_TRY(pass_inside(l, &opening, depth));
    }
    return SW_E_FORMAT;
}

struct sw_py_literal sw_py_literal(struct sw_str token)
{
    struct sw_py_literal out = {0};
    size_t i = 0;
    for (; i < token.len && token.ptr[i] != '"' && token.ptr[i] != '\''; i++) {
        char c = token.ptr[i] | 0x20;
        out.raw = out.raw || c == 'r';
        out.bytes = out.bytes || c == 'b';
        out.format = out.format || c == 'f' || c == 't';
    }
    size_t quotes =
        token.len - i >= 6 && token.ptr[i + 1] == token.ptr[i] && token.ptr[i + 2] == token.ptr[i]
            ? 3
            : 1;
    out.body = sw_str_n(token.ptr + i + quotes, token.len - i - 2 * quotes);
    return out;
}

/* --- the rest --------------------------------------------------------------------------------- */

static void pass_number(struct sw_py_lexer *l)
{
    bool hex = peek(l, 0) == '0' && (peek(l, 1) | 0x20) == 'x';
    for (;;) {
        char c = peek(l, 0);
        bool exponent = !hex && (c | 0x20) == 'e';
        if (!is_word(c) && c != '.') {
            return;
        }
        l->at++;
        if (exponent && (peek(l, 0) == '+' || peek(l, 0) == '-') && is_digit(peek(l, 1))) {
            l->at++;
        }
    }
}

static size_t operator_length(const struct sw_py_lexer *l)
{
    static const char *const operators[] = {"**=", "//=", ">>=", "<<=", "...", "**", "//", ">>",
        "<<", "<=", ">=", "==", "!=", "->",
        "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", ":="};
    struct sw_str rest = sw_str_n(l->text.ptr + l->at, l->text.len - l->at);
    const char second = peek(l, 1);
    const bool more = second != '\0' && strchr("=*/<>.", second) != NULL;
    for (size_t i = 0; more && i < SW_COUNT(operators); i++) {
        if (sw_str_starts(rest, operators[i])) {
            return strlen(operators[i]);
        }
    }
    return peek(l, 0) != '\0' && strchr("+-*/%@&|^~<>()[]{},:.;=!", peek(l, 0)) != NULL ? 1 : 0;
}

static sw_result lex_operator(struct sw_py_lexer *l)
{
    size_t len = operator_length(l);
    if (len == 0) {
        return SW_E_FORMAT;
    }
    if (len == 1 && strchr("([{", peek(l, 0)) != NULL) {
        l->brackets++;
    }
    if (len == 1 && strchr(")]}", peek(l, 0)) != NULL) {
        SW_TRY(l->brackets > 0 ? SW_OK : SW_E_FORMAT);
        l->brackets--;
    }
    l->at += len;
    return SW_OK;
}

/* What is no layout. */
static sw_result lex_visible(struct sw_py_lexer *l, struct sw_py_token *out)
{
    size_t start = l->at;
    uint32_t line = l->line;
    enum sw_py_token_type type = SW_PY_OPERATOR;
    char c = peek(l, 0);
    if (begins_string(l)) {
        type = SW_PY_STRING;
        SW_TRY(pass_string(l, 0));
    } else if (is_digit(c) || (c == '.' && is_digit(peek(l, 1)))) {
        type = SW_PY_NUMERAL;
        pass_number(l);
    } else if (is_word(c)) {
        type = SW_PY_WORD;
        while (is_word(peek(l, 0))) {
            l->at++;
        }
    } else {
        SW_TRY(lex_operator(l));
    }
    *out = (struct sw_py_token){type, sw_str_n(l->text.ptr + start, l->at - start), line};
    return SW_OK;
}

/* At the end, the last line ends, and all blocks do. */
static sw_result lex_end(struct sw_py_lexer *l, struct sw_py_token *out)
{
    if (l->brackets > 0) {
        return SW_E_FORMAT;
    }
    if (!l->line_begins) {
        l->line_begins = true;
        return give(l, SW_PY_NEWLINE, out);
    }
    if (l->indent_count > 1) {
        l->indent_count--;
        return give(l, SW_PY_DEDENT, out);
    }
    return give(l, SW_PY_END, out);
}

sw_result sw_py_lex(struct sw_py_lexer *l, struct sw_py_token *out)
{
    bool given = false;
    if (l->dedents > 0) {
        l->dedents--;
        return give(l, SW_PY_DEDENT, out);
    }
    if (l->line_begins && l->brackets == 0) {
        SW_TRY(lex_indent(l, out, &given));
        if (given) {
            return SW_OK;
        }
        if (l->at == l->text.len) {
            l->line_begins = true;
        }
        if (l->dedents > 0) {
            l->dedents--;
            return give(l, SW_PY_DEDENT, out);
        }
    }
    pass_blanks(l);
    while (l->brackets > 0 && l->at < l->text.len && ends_line(peek(l, 0)) && peek(l, 0) != '\0') {
        pass_line_end(l);
        pass_blanks(l);
    }
    if (l->at == l->text.len) {
        return lex_end(l, out);
    }
    if (ends_line(peek(l, 0))) {
        SW_TRY(give(l, SW_PY_NEWLINE, out));
        pass_line_end(l);
        l->line_begins = true;
        return SW_OK;
    }
    return lex_visible(l, out);
}
