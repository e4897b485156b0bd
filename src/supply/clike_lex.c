/* Tokens of languages that look like C. */
#include "supply/ascii.h"
#include "supply/clike.h"

#define NESTED_MAX 16   /* templates in templates */
#define UNCLOSED_MAX 64 /* strings without an end, past which only lines are looked through */

void sw_clike_lexer_init(
    struct sw_clike_lexer *lexer, struct sw_str text, enum sw_clike_language language)
{
    *lexer = (struct sw_clike_lexer){.text = text, .line = 1, .language = language};
    if (sw_str_starts(text, "\xef\xbb\xbf")) {
        lexer->at = 3;
    }
    if (sw_str_starts(sw_str_n(text.ptr + lexer->at, text.len - lexer->at), "#!")) {
        while (lexer->at < text.len && text.ptr[lexer->at] != '\n') {
            lexer->at++;
        }
    }
}

/* NUL behind the end. */
static char peek(const struct sw_clike_lexer *l, size_t ahead)
{
    return ahead < l->text.len - l->at ? l->text.ptr[l->at + ahead] : '\0';
}

static bool stands(const struct sw_clike_lexer *l, const char *text)
{
    if (peek(l, 0) != text[0]) {
        return false;
    }
    const size_t len = strlen(text);
    return len <= l->text.len - l->at && memcmp(l->text.ptr + l->at, text, len) == 0;
}

static bool is_word(char c)
{
    return sw_ascii_alnum(c) || c == '_' || c == '$' || (c & 0x80) != 0;
}

/* Moves on, and counts lines. */
static void pass(struct sw_clike_lexer *l, size_t count)
{
    for (; count > 0 && l->at < l->text.len; count--) {
        l->line += l->text.ptr[l->at++] == '\n' ? 1 : 0;
    }
}

/* --- comments --------------------------------------------------------------------------------- */

static void pass_line(struct sw_clike_lexer *l)
{
    const char *end = memchr(l->text.ptr + l->at, '\n', l->text.len - l->at);
    l->at = end == NULL ? l->text.len : (size_t)(end - l->text.ptr);
}

/* Comments of one line, and those that have an end. */
static bool begins_line(const struct sw_clike_lexer *l)
{
    static const char *const begins[] = {[SW_CLIKE_HASH] = "#", [SW_CLIKE_LUA] = "--"};
    const bool other = l->language == SW_CLIKE_HASH || l->language == SW_CLIKE_LUA;
    return stands(l, other ? begins[l->language] : "//");
}

static bool begins_block(const struct sw_clike_lexer *l)
{
    return l->language == SW_CLIKE_LUA ? stands(l, "--[[")
                                       : l->language != SW_CLIKE_HASH && stands(l, "/*");
}

static void pass_comment(struct sw_clike_lexer *l)
{
    const char *close = l->language == SW_CLIKE_LUA ? "]]" : "*/";
    const bool nests = l->language == SW_CLIKE_RUST || l->language == SW_CLIKE_KOTLIN ||
                       l->language == SW_CLIKE_SCALA;
    size_t open = 1;
    pass(l, 2);
    while (l->at < l->text.len && open > 0) {
        if (stands(l, close)) {
            open--;
            pass(l, 2);
        } else if (nests && stands(l, "/*")) {
            open++;
            pass(l, 2);
        } else {
            pass(l, 1);
        }
    }
}

static void pass_blanks(struct sw_clike_lexer *l)
{
    while (l->at < l->text.len) {
        if (sw_ascii_space(peek(l, 0)) || peek(l, 0) == '\f') {
            pass(l, 1);
        } else if (begins_block(l)) {
            pass_comment(l);
        } else if (begins_line(l)) {
            pass_line(l);
        } else {
            return;
        }
    }
}

/* --- strings ---------------------------------------------------------------------------------- */

/* How a string begins and ends. `line`: it ends with its line at the latest, and is none then. */
struct quoting {
    const char *open, *close;
    bool raw, line, doubled;
};

static const struct quoting *quoting_of(const struct sw_clike_lexer *l)
{
    static const struct quoting go[] = {{.open = "`", .close = "`", .raw = true}, {.open = NULL}};
    static const struct quoting blocks[] = {{.open = "\"\"\"", .close = "\"\"\""}, {.open = NULL}};
    static const struct quoting raw_blocks[] = {
        {.open = "\"\"\"", .close = "\"\"\"", .raw = true}, {.open = NULL}};
    static const struct quoting csharp[] = {
        {.open = "$@\"", .close = "\"", .raw = true, .doubled = true},
        {.open = "@$\"", .close = "\"", .raw = true, .doubled = true},
        {.open = "@\"", .close = "\"", .raw = true, .doubled = true},
        {.open = "\"\"\"", .close = "\"\"\"", .raw = true},
        {.open = "$\"", .close = "\"", .line = true}, {.open = NULL}};
    static const struct quoting rust[] = {{.open = "r\"", .close = "\"", .raw = true},
        {.open = "r#\"", .close = "\"#", .raw = true},
        {.open = "r##\"", .close = "\"##", .raw = true},
        {.open = "br\"", .close = "\"", .raw = true},
        {.open = "br#\"", .close = "\"#", .raw = true}, {.open = "b\"", .close = "\""},
        {.open = "c\"", .close = "\""}, {.open = "\"", .close = "\""}, {.open = NULL}};
    static const struct quoting none[] = {{.open = NULL}};
    static const struct quoting *const of[] = {[SW_CLIKE_SCRIPT] = none,
        [SW_CLIKE_GO] = go,
        [SW_CLIKE_JAVA] = blocks,
        [SW_CLIKE_KOTLIN] = raw_blocks,
        [SW_CLIKE_SCALA] = raw_blocks,
        [SW_CLIKE_RUST] = rust,
        [SW_CLIKE_CSHARP] = csharp,
        [SW_CLIKE_HASH] = none,
        [SW_CLIKE_LUA] = none};
    static const struct quoting plain[] = {{.open = "\"", .close = "\"", .line = true},
        {.open = "'", .close = "'", .line = true}, {.open = NULL}};
    const struct quoting *lists[] = {of[l->language], plain};
    for (size_t i = 0; i < SW_COUNT(lists); i++) {
        for (const struct quoting *q = lists[i]; q->open != NULL; q++) {
            if (stands(l, q->open)) {
                return q;
            }
        }
    }
    return NULL;
}

/* Where the string ends that begins at `from`; false when it does not. */
static bool find_close(
    const struct sw_clike_lexer *l, const struct quoting *q, size_t from, size_t *out)
{
    const size_t len = strlen(q->close);
    struct sw_str text = l->text;
    for (size_t i = from; i + len <= text.len; i++) {
        const char c = text.ptr[i];
        if (c == '\\' && !q->raw) {
            i++;
        } else if (c == '\n' && q->line) {
            return false;
        } else if (c == q->close[0] && memcmp(text.ptr + i, q->close, len) == 0) {
            if (q->doubled && i + 1 < text.len && text.ptr[i + 1] == '"') {
                i++;
                continue;
            }
            *out = i;
            return true;
        }
    }
    return false;
}

/* A lifetime of Rust is no character; nor is a symbol of Scala. */
static bool is_lifetime(const struct sw_clike_lexer *l)
{
    return (l->language == SW_CLIKE_RUST || l->language == SW_CLIKE_SCALA) && peek(l, 0) == '\'' &&
           peek(l, 1) != '\\' && peek(l, 2) != '\'';
}

static bool lex_string(struct sw_clike_lexer *l, struct sw_clike_token *out)
{
    static const char begin[] = "\"'`@$rbc";
    size_t end;
    if (memchr(begin, peek(l, 0), sizeof(begin) - 1) == NULL) {
        return false;
    }
    const struct quoting *q = quoting_of(l);
    if (q == NULL || is_lifetime(l) || (!q->line && l->unclosed > UNCLOSED_MAX)) {
        return false;
    }
    const size_t start = l->at + strlen(q->open);
    if (!find_close(l, q, start, &end)) {
        l->unclosed += q->line ? 0 : 1;
        return false;
    }
    out->type = SW_CLIKE_STRING;
    out->raw = q->raw;
    out->text = sw_str_n(l->text.ptr + start, end - start);
    pass(l, end + strlen(q->close) - l->at);
    return true;
}

/* --- templates (ECMA-262, 12.9.6) ------------------------------------------------------------- */

static bool template_end(struct sw_str text, size_t at, unsigned depth, size_t *out);

/* Behind "${": up to its '}', through strings and templates. */
static bool filling_end(struct sw_str text, size_t at, unsigned depth, size_t *out)
{
    size_t open = 1;
    while (at < text.len) {
        const char c = text.ptr[at];
        if (c == '`') {
            if (!template_end(text, at + 1, depth + 1, &at)) {
                return false;
            }
        } else if (c == '"' || c == '\'') {
            const char *close = memchr(text.ptr + at + 1, c, text.len - at - 1);
            at = close == NULL ? at : (size_t)(close - text.ptr);
        }
        open += c == '{' ? 1 : 0;
        open -= c == '}' ? 1 : 0;
        at++;
        if (open == 0) {
            *out = at;
            return true;
        }
    }
    return false;
}

/* Behind its first '`': where the last one stands. */
static bool template_end(struct sw_str text, size_t at, unsigned depth, size_t *out)
{
    while (at < text.len && depth < NESTED_MAX) {
        const char c = text.ptr[at];
        if (c == '`') {
            *out = at;
            return true;
        }
        if (c == '$' && at + 1 < text.len && text.ptr[at + 1] == '{') {
            if (!filling_end(text, at + 2, depth, &at)) {
                return false;
            }
            continue;
        }
        at += c == '\\' ? 2 : 1;
    }
    return false;
}

static bool lex_template(struct sw_clike_lexer *l, struct sw_clike_token *out)
{
    size_t end;
    if (l->language != SW_CLIKE_SCRIPT || peek(l, 0) != '`' || l->unclosed > UNCLOSED_MAX) {
        return false;
    }
    if (!template_end(l->text, l->at + 1, 0, &end)) {
        l->unclosed++;
        return false;
    }
    out->type = SW_CLIKE_TEMPLATE;
    out->text = sw_str_n(l->text.ptr + l->at + 1, end - l->at - 1);
    pass(l, end + 1 - l->at);
    return true;
}

/* --- regular expressions (ECMA-262, 12.9.5) --------------------------------------------------- */

static bool lex_regex(struct sw_clike_lexer *l, struct sw_clike_token *out)
{
    bool class = false;
    const bool markup = l->at > 0 && l->text.ptr[l->at - 1] == '<';
    if (l->language != SW_CLIKE_SCRIPT || l->value || peek(l, 0) != '/' || markup) {
        return false;
    }
    for (size_t i = l->at + 1; i < l->text.len && l->text.ptr[i] != '\n'; i++) {
        const char c = l->text.ptr[i];
        if (c == '\\') {
            i++;
        } else if (c == '/' && !class) {
            out->type = SW_CLIKE_REGEX;
            out->text = sw_str_n(l->text.ptr + l->at, i + 1 - l->at);
            l->at = i + 1;
            return true;
        }
        class = c == '[' || (class && c != ']');
    }
    return false;
}

/* --- the rest --------------------------------------------------------------------------------- */

static void lex_word(struct sw_clike_lexer *l, struct sw_clike_token *out)
{
    const size_t start = l->at;
    const bool number = sw_ascii_digit(peek(l, 0));
    while (is_word(peek(l, 0)) || (number && peek(l, 0) == '.' && sw_ascii_digit(peek(l, 1)))) {
        l->at++;
    }
    out->type = number ? SW_CLIKE_NUMBER : SW_CLIKE_WORD;
    out->text = sw_str_n(l->text.ptr + start, l->at - start);
}

static bool is_of_language(const struct sw_clike_lexer *l, const char *operator)
{
    return strcmp(operator, "?:") != 0 || l->language == SW_CLIKE_KOTLIN;
}

static void lex_operator(struct sw_clike_lexer *l, struct sw_clike_token *out)
{
    static const char *const long_ones[] = {"===", "!==", "...",
        "?\?=", "||=", "&&=", "<<=", ">>=", "=>", "->", "==", "!=", "<=", ">=", ":=", "::", "??",
        "||", "&&", "?.", "?:", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "++", "--"};
    const char second = peek(l, 1);
    const bool more = second != '\0' && strchr("=<>:?|&.+-", second) != NULL;
    size_t len = 1;
    for (size_t i = 0; more && i < SW_COUNT(long_ones); i++) {
        if (stands(l, long_ones[i]) && is_of_language(l, long_ones[i])) {
            len = strlen(long_ones[i]);
            break;
        }
    }
    out->type = SW_CLIKE_OPERATOR;
    out->text = sw_str_n(l->text.ptr + l->at, len);
    pass(l, len);
}

/* Whether a '/' behind this divides. */
static bool is_value(const struct sw_clike_token *token)
{
    static const char *const words[] = {"return", "typeof", "case", "in", "of", "do", "else",
        "delete", "void", "throw", "new", "instanceof", "yield", "await"};
    for (size_t i = 0; token->type == SW_CLIKE_WORD && i < SW_COUNT(words); i++) {
        if (token->text.ptr[0] == words[i][0] && sw_str_is(token->text, words[i])) {
            return false;
        }
    }
    return token->type != SW_CLIKE_OPERATOR || sw_str_is(token->text, ")") ||
           sw_str_is(token->text, "]") || sw_str_is(token->text, "}") ||
           sw_str_is(token->text, "++") || sw_str_is(token->text, "--");
}

void sw_clike_lex(struct sw_clike_lexer *lexer, struct sw_clike_token *out)
{
    pass_blanks(lexer);
    *out = (struct sw_clike_token){.type = SW_CLIKE_END, .line = lexer->line};
    if (lexer->at == lexer->text.len) {
        return;
    }
    if (!lex_string(lexer, out) && !lex_template(lexer, out) && !lex_regex(lexer, out)) {
        if (is_word(peek(lexer, 0))) {
            lex_word(lexer, out);
        } else {
            lex_operator(lexer, out);
        }
    }
    lexer->value = is_value(out);
}
