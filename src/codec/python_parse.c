/* A tree of what is evaluated, and when (The Python Language Reference, 6 to 8, and its grammar).
 * How operators bind is left out: it does not matter for what is called. */
#include "codec/python.h"

struct parser {
    struct sw_arena *arena;
    struct sw_py_lexer lexer;
    struct sw_py_token token; /* the next one */
    struct sw_error *err;
    unsigned depth;
    unsigned names; /* "as NAME" may stand behind an expression: in patterns and with-items */
    bool no_in;     /* `in` ends an expression: in the targets of a loop */
    bool guard;     /* `if` ends one: in patterns */
};

static sw_result fail(struct parser *p, const char *what)
{
    return sw_fail(p->err, SW_E_FORMAT, "line %u: %s", p->token.line, what);
}

static sw_result next(struct parser *p)
{
    enum sw_code code = sw_py_lex(&p->lexer, &p->token);
    if (code == SW_E_LIMIT) {
        return sw_fail(p->err, code, "line %u: blocks nest too deep", p->lexer.line);
    }
    return code == SW_OK ? SW_OK
                         : sw_fail(p->err, code, "line %u: not a token of Python", p->lexer.line);
}

static bool is_operator(const struct parser *p, const char *text)
{
    return p->token.type == SW_PY_OPERATOR && p->token.text.ptr[0] == text[0] &&
           sw_str_is(p->token.text, text);
}

static bool is_word(const struct parser *p, const char *text)
{
    return p->token.type == SW_PY_WORD && p->token.text.ptr[0] == text[0] &&
           sw_str_is(p->token.text, text);
}

static bool is_among(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text.len > 0 && text.ptr[0] == list[i][0] && sw_str_is(text, list[i])) {
            return true;
        }
    }
    return false;
}

static sw_result expect(struct parser *p, const char *text)
{
    if (!is_operator(p, text) && !is_word(p, text)) {
        return fail(p, "something else than the grammar asks for");
    }
    return next(p);
}

static bool is_keyword(struct sw_str text)
{
    static const char *const keywords[] = {"False", "None", "True", "and", "as", "assert", "async",
        "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally",
        "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or",
        "pass", "raise", "return", "try", "while", "with", "yield"};
    return is_among(text, keywords, SW_COUNT(keywords));
}

/* --- nodes ------------------------------------------------------------------------------------ */

static sw_result make(struct parser *p, enum sw_py_kind kind, struct sw_py_node **out)
{
    *out = SW_ARENA_NEW(p->arena, struct sw_py_node);
    if (*out == NULL) {
        return sw_fail(p->err, SW_E_LIMIT, "more source than a scan holds");
    }
    (*out)->kind = kind;
    (*out)->line = p->token.line;
    return SW_OK;
}

static void add(struct sw_py_node *parent, struct sw_py_node *child)
{
    if (child == NULL) {
        return;
    }
    if (parent->last == NULL) {
        parent->first = child;
    } else {
        parent->last->next = child;
    }
    parent->last = child;
}

static sw_result enter(struct parser *p)
{
    return p->depth++ < SW_PY_DEPTH
               ? SW_OK
               : sw_fail(p->err, SW_E_LIMIT, "line %u: expressions nest too deep", p->token.line);
}

static sw_result parse_expression(struct parser *p, struct sw_py_node **out);
static sw_result parse_list(struct parser *p, struct sw_py_node **out);
static sw_result parse_chain(struct parser *p, struct sw_py_node **out);

/* --- strings (2.5, 6.2.2) --------------------------------------------------------------------- */

static bool hex_digits(const char *text, size_t count, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        char c = text[i];
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
                         : (c | 0x20) >= 'a' && (c | 0x20) <= 'f'
                             ? (uint32_t)((c | 0x20) - 'a' + 10)
                             : 16;
        if (digit == 16) {
            return false;
        }
        *out = *out << 4 | digit;
    }
    return true;
}

/* An escape behind its backslash: writes its bytes, gives how many characters it takes; others than
 * these stand for themselves. */
static size_t unescape(struct sw_str rest, char *out, size_t *len)
{
    static const struct {
        char letter, value;
    } plain[] = {{'\\', '\\'}, {'\'', '\''}, {'"', '"'}, {'n', '\n'}, {'t', '\t'}, {'r', '\r'}};
    static const struct {
        char letter;
        uint8_t digits;
    } hex[] = {{'x', 2}, {'u', 4}, {'U', 8}};
    uint32_t value = 0;
    size_t used = 0;
    for (size_t i = 0; i < SW_COUNT(plain); i++) {
        if (rest.ptr[0] == plain[i].letter) {
            out[(*len)++] = plain[i].value;
            return 1;
        }
    }
    for (size_t i = 0; i < SW_COUNT(hex); i++) {
        if (rest.ptr[0] == hex[i].letter && rest.len > hex[i].digits &&
            hex_digits(rest.ptr + 1, hex[i].digits, &value)) {
            out[(*len)++] = value < 0x80 ? (char)value : '?';
            return 1u + hex[i].digits;
        }
    }
    while (used < 3 && used < rest.len && rest.ptr[used] >= '0' && rest.ptr[used] <= '7') {
        value = value << 3 | (uint32_t)(rest.ptr[used++] - '0');
    }
    if (used > 0) {
        out[(*len)++] = value < 0x80 ? (char)value : '?';
        return used;
    }
    if (rest.ptr[0] == '\n') {
        return 1;
    }
    out[(*len)++] = '\\';
    return 0;
}

/* The value of a literal, as far as it is ASCII; of what is not, something as long. */
static sw_result value_of(struct parser *p, const struct sw_py_literal *literal, struct sw_str *out)
{
    struct sw_str body = literal->body;
    if (literal->raw || body.len == 0 || memchr(body.ptr, '\\', body.len) == NULL) {
        *out = body;
        return SW_OK;
    }
    char *text = sw_arena_alloc(p->arena, body.len + 2);
    SW_TRY_PTR(text);
    size_t len = 0;
    for (size_t i = 0; i < body.len;) {
        if (body.ptr[i] != '\\' || i + 1 == body.len) {
            text[len++] = body.ptr[i++];
            continue;
        }
        i += 1 + unescape(sw_str_n(body.ptr + i + 1, body.len - i - 1), text, &len);
    }
    *out = sw_str_n(text, len);
    return SW_OK;
}

static sw_result parse_format(struct parser *p, struct sw_str body, struct sw_py_node *into);

/* What stands behind an expression: "=", "!r", ":spec", where a spec may have expressions of its
 * own. */
static sw_result parse_field_end(
    struct parser *p, struct sw_str body, size_t *at, struct sw_py_node *into)
{
    unsigned open = 0;
    size_t start = *at;
    while (*at < body.len && (open > 0 || body.ptr[*at] != '}')) {
        open += body.ptr[*at] == '{' ? 1 : 0;
        open -= body.ptr[*at] == '}' ? 1 : 0;
        (*at)++;
    }
    if (*at == body.len) {
        return fail(p, "a formatted string that does not end");
    }
    const char *colon = memchr(body.ptr + start, ':', *at - start);
    size_t from = colon == NULL ? *at : (size_t)(colon - body.ptr) + 1;
    (*at)++;
    return parse_format(p, sw_str_n(body.ptr + from, *at - 1 - from), into);
}

/* One expression, by a lexer of its own that is inside of brackets. */
static sw_result parse_field(
    struct parser *p, struct sw_str body, size_t *at, struct sw_py_node *into)
{
    struct parser inner = *p;
    struct sw_py_node *node = NULL;
    sw_py_lexer_init(&inner.lexer, sw_str_n(body.ptr + *at, body.len - *at));
    inner.lexer.line = p->token.line;
    inner.lexer.brackets = 1;
    inner.lexer.line_begins = false;
    inner.no_in = false;
    inner.names = 0;
    SW_TRY(next(&inner));
    SW_TRY(parse_list(&inner, &node));
    add(into, node);
    bool ends = is_operator(&inner, "}") || is_operator(&inner, "!") || is_operator(&inner, ":") ||
                is_operator(&inner, "=") || is_operator(&inner, ":=") || is_operator(&inner, "!=");
    if (!ends) {
        return fail(p, "a formatted string whose expression is none");
    }
    *at += (size_t)(inner.token.text.ptr - (body.ptr + *at));
    return parse_field_end(p, body, at, into);
}

static sw_result parse_format(struct parser *p, struct sw_str body, struct sw_py_node *into)
{
    SW_TRY(enter(p));
    for (size_t at = 0; at < body.len;) {
        bool doubled = at + 1 < body.len && body.ptr[at + 1] == body.ptr[at];
        if (body.ptr[at] != '{' || doubled) {
            at += (body.ptr[at] == '{' || body.ptr[at] == '}') && doubled ? 2 : 1;
            continue;
        }
        at++;
        SW_TRY(parse_field(p, body, &at, into));
    }
    p->depth--;
    return SW_OK;
}

static sw_result join(struct parser *p, struct sw_str a, struct sw_str b, struct sw_str *out)
{
    char *text = sw_arena_alloc(p->arena, a.len + b.len + 1);
    SW_TRY_PTR(text);
    if (a.len > 0) {
        memcpy(text, a.ptr, a.len);
    }
    if (b.len > 0) {
        memcpy(text + a.len, b.ptr, b.len);
    }
    *out = sw_str_n(text, a.len + b.len);
    return SW_OK;
}

#define JOINED_MAX ((size_t)1 << 20) /* of a value that is put together of many literals */

/* The value of the literal that is next; what is filled in goes below `node`. */
static sw_result parse_literal(struct parser *p, struct sw_py_node *node, struct sw_str *out)
{
    const struct sw_py_literal literal = sw_py_literal(p->token.text);
    if (literal.format) {
        node->kind = SW_PY_GROUP;
        node->module = sw_str("f");
        SW_TRY(parse_format(p, literal.body, node));
    }
    SW_TRY(value_of(p, &literal, out));
    node->kind = literal.bytes && node->kind == SW_PY_TEXT ? SW_PY_BYTES : node->kind;
    return next(p);
}

/* Literals behind the first one, up to a maximum of what they say. */
static sw_result parse_more_strings(struct parser *p, struct sw_py_node *node)
{
    SW_CLEANUP(buf) struct sw_buf joined = SW_BUF_INIT;
    struct sw_str value = node->name;
    for (;;) {
        if (joined.len < JOINED_MAX) {
            SW_TRY(sw_buf_put_str(&joined, value));
        }
        if (p->token.type != SW_PY_STRING) {
            break;
        }
        value = (struct sw_str){0};
        SW_TRY(parse_literal(p, node, &value));
    }
    return join(p, sw_buf_str(&joined), (struct sw_str){0}, &node->name);
}

/* Literals behind each other are one. */
static sw_result parse_strings(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *node = NULL;
    SW_TRY(make(p, SW_PY_TEXT, &node));
    SW_TRY(parse_literal(p, node, &node->name));
    *out = node;
    return p->token.type == SW_PY_STRING ? parse_more_strings(p, node) : SW_OK;
}

/* --- brackets (6.2) --------------------------------------------------------------------------- */

/* "for x in y", as a loop. */
static sw_result parse_comprehension_loop(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *loop = NULL;
    struct sw_py_node *node = NULL;
    const bool outer = p->no_in;
    SW_TRY(make(p, SW_PY_LOOP, &loop));
    SW_TRY(next(p));
    p->no_in = true;
    SW_TRY(parse_list(p, &node));
    p->no_in = outer;
    add(loop, node);
    SW_TRY(expect(p, "in"));
    SW_TRY(parse_chain(p, &node));
    add(loop, node);
    add(into, loop);
    return SW_OK;
}

/* "for x in y if z …" behind the element. */
static sw_result parse_comprehension(struct parser *p, struct sw_py_node *into)
{
    while (is_word(p, "for") || is_word(p, "async") || is_word(p, "if")) {
        struct sw_py_node *node = NULL;
        if (is_word(p, "async")) {
            SW_TRY(next(p));
        }
        if (is_word(p, "for")) {
            SW_TRY(parse_comprehension_loop(p, into));
            continue;
        }
        SW_TRY(next(p));
        SW_TRY(parse_chain(p, &node));
        add(into, node);
    }
    return SW_OK;
}

/* Elements up to the closing bracket: expressions, "key: value", comprehensions, slices. *pairs
 * tells whether each of them is "key: value". */
static sw_result parse_elements(
    struct parser *p, const char *close, struct sw_py_node *into, bool *pairs)
{
    SW_TRY(enter(p));
    bool outer = p->no_in;
    bool guard = p->guard;
    bool key = true; /* the next expression is one */
    p->no_in = false;
    p->guard = false;
    *pairs = true;
    while (!is_operator(p, close)) {
        struct sw_py_node *node = NULL;
        if (is_operator(p, ":") || is_operator(p, ",")) {
            SW_TRY(next(p));
            continue;
        }
        SW_TRY(parse_expression(p, &node));
        add(into, node);
        *pairs =
            *pairs && (key ? is_operator(p, ":") : is_operator(p, ",") || is_operator(p, close));
        key = !key;
        SW_TRY(parse_comprehension(p, into));
        if (!is_operator(p, close) && !is_operator(p, ",") && !is_operator(p, ":")) {
            return fail(p, "brackets that do not close where they should");
        }
    }
    p->no_in = outer;
    p->guard = guard;
    p->depth--;
    return next(p);
}

static sw_result parse_brackets(struct parser *p, struct sw_py_node **out)
{
    static const struct {
        const char *open, *close;
        enum sw_py_kind kind;
    } pairs[] = {{"(", ")", SW_PY_LIST}, {"[", "]", SW_PY_LIST}, {"{", "}", SW_PY_GROUP}};
    for (size_t i = 0; i < SW_COUNT(pairs); i++) {
        if (!is_operator(p, pairs[i].open)) {
            continue;
        }
        bool dict = false;
        struct sw_py_node *node = NULL;
        SW_TRY(make(p, pairs[i].kind, &node));
        SW_TRY(next(p));
        SW_TRY(parse_elements(p, pairs[i].close, node, &dict));
        node->kind = dict && node->kind == SW_PY_GROUP ? SW_PY_DICT : node->kind;
        /* One expression in parentheses is itself. */
        *out = i == 0 && node->first != NULL && node->first == node->last ? node->first : node;
        return SW_OK;
    }
    return fail(p, "no expression");
}

/* --- primaries (6.3) -------------------------------------------------------------------------- */

static sw_result parse_arguments(struct parser *p, struct sw_py_node *call)
{
    SW_TRY(enter(p));
    bool outer = p->no_in;
    bool guard = p->guard;
    p->no_in = false;
    p->guard = false;
    while (!is_operator(p, ")")) {
        struct sw_py_node *node = NULL;
        if (is_operator(p, ",")) {
            SW_TRY(next(p));
            continue;
        }
        if (is_operator(p, "*") || is_operator(p, "**")) {
            call->module = p->token.text;
        }
        SW_TRY(parse_expression(p, &node));
        if (is_operator(p, "=") && node->kind == SW_PY_NAME) {
            struct sw_py_node *value = NULL;
            struct sw_py_node *keyword = NULL;
            SW_TRY(make(p, SW_PY_KEYWORD, &keyword));
            SW_TRY(next(p));
            SW_TRY(parse_expression(p, &value));
            keyword->name = node->name;
            add(keyword, value);
            node = keyword;
        }
        add(call, node);
        SW_TRY(parse_comprehension(p, call));
        if (!is_operator(p, ")") && !is_operator(p, ",")) {
            return fail(p, "a call that does not close where it should");
        }
    }
    p->no_in = outer;
    p->guard = guard;
    p->depth--;
    return next(p);
}

static sw_result parse_subscript(struct parser *p, struct sw_py_node *node)
{
    bool pairs;
    const char *start = p->token.text.ptr;
    SW_TRY(parse_elements(p, "]", node, &pairs));
    /* "::-1" and the like, for what turns text around. */
    if (node->first != NULL && p->lexer.text.ptr <= start) {
        const char *end =
            memchr(start, ']', (size_t)(p->lexer.text.ptr + p->lexer.text.len - start));
        size_t len = end == NULL ? 0 : (size_t)(end - start);
        node->module = len <= 16 ? sw_str_n(start, len) : (struct sw_str){0};
    }
    return SW_OK;
}

static sw_result parse_trailer(struct parser *p, struct sw_py_node *value, struct sw_py_node **out)
{
    struct sw_py_node *node = NULL;
    enum sw_py_kind kind = is_operator(p, ".")   ? SW_PY_ATTRIBUTE
                           : is_operator(p, "(") ? SW_PY_CALL
                                                 : SW_PY_SUBSCRIPT;
    SW_TRY(make(p, kind, &node));
    add(node, value);
    SW_TRY(next(p));
    if (kind == SW_PY_ATTRIBUTE) {
        if (p->token.type != SW_PY_WORD) {
            return fail(p, "no name behind a dot");
        }
        node->name = p->token.text;
        SW_TRY(next(p));
    } else if (kind == SW_PY_CALL) {
        SW_TRY(parse_arguments(p, node));
    } else {
        SW_TRY(parse_subscript(p, node));
    }
    *out = node;
    return SW_OK;
}

static sw_result parse_atom(struct parser *p, struct sw_py_node **out)
{
    if (p->token.type == SW_PY_STRING) {
        return parse_strings(p, out);
    }
    if (p->token.type == SW_PY_OPERATOR && !sw_str_is(p->token.text, "...")) {
        return parse_brackets(p, out);
    }
    struct sw_py_node *node = NULL;
    enum sw_py_kind kind = p->token.type == SW_PY_WORD ? SW_PY_NAME : SW_PY_NUMBER;
    bool constant = is_word(p, "None") || is_word(p, "True") || is_word(p, "False");
    bool word = kind == SW_PY_NAME && is_keyword(p->token.text) && !constant;
    if (word || p->token.type < SW_PY_WORD) {
        return fail(p, "no expression");
    }
    SW_TRY(make(p, kind, &node));
    node->name = p->token.text;
    *out = node;
    return next(p);
}

/* Each trailer makes the tree deeper by one. */
#define TRAILERS_MAX 500

static sw_result parse_primary(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *node = NULL;
    size_t count = 0;
    SW_TRY(parse_atom(p, &node));
    while (is_operator(p, ".") || is_operator(p, "(") || is_operator(p, "[")) {
        if (count++ == TRAILERS_MAX) {
            return sw_fail(p->err, SW_E_LIMIT, "line %u: a chain of too many calls", p->token.line);
        }
        SW_TRY(parse_trailer(p, node, &node));
    }
    *out = node;
    return SW_OK;
}

/* --- operators (6.4 to 6.12) ------------------------------------------------------------------ */

static sw_result parse_operand(struct parser *p, struct sw_py_node **out)
{
    while (is_operator(p, "-") || is_operator(p, "+") || is_operator(p, "~") ||
           is_operator(p, "*") || is_operator(p, "**") || is_word(p, "not") ||
           is_word(p, "await")) {
        SW_TRY(next(p));
    }
    return parse_primary(p, out);
}

static bool is_binary(const struct parser *p)
{
    static const char *const words[] = {"and", "or", "is", "not"};
    static const char *const operators[] = {"+", "-", "*", "/", "//", "%", "@", "**", "<<", ">>",
        "&", "|", "^", "<", ">", "<=", ">=", "==", "!="};
    return p->token.type == SW_PY_WORD
               ? is_among(p->token.text, words, SW_COUNT(words)) || (is_word(p, "in") && !p->no_in)
               : p->token.type == SW_PY_OPERATOR &&
                     is_among(p->token.text, operators, SW_COUNT(operators));
}

/* "is not", "not in". */
static sw_result pass_binary(struct parser *p)
{
    bool is = is_word(p, "is");
    bool not = is_word(p, "not");
    SW_TRY(next(p));
    if (is && is_word(p, "not")) {
        return next(p);
    }
    return not ? expect(p, "in") : SW_OK;
}

static sw_result parse_chain(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *node = NULL;
    struct sw_py_node *chain = NULL;
    if (is_word(p, "lambda")) {
        return parse_expression(p, out);
    }
    SW_TRY(parse_operand(p, &node));
    while (is_binary(p)) {
        bool sum = is_operator(p, "+");
        if (chain == NULL) {
            SW_TRY(make(p, SW_PY_SUM, &chain));
            chain->name = p->token.text;
            add(chain, node);
        }
        chain->kind = sum ? chain->kind : SW_PY_GROUP;
        chain->module = sw_str_equal(chain->name, p->token.text) ? chain->module : sw_str("mixed");
        SW_TRY(pass_binary(p));
        if (is_word(p, "lambda")) {
            SW_TRY(parse_expression(p, &node));
        } else {
            SW_TRY(parse_operand(p, &node));
        }
        add(chain, node);
    }
    *out = chain == NULL ? node : chain;
    return SW_OK;
}

/* --- whole expressions (6.13 to 6.15) --------------------------------------------------------- */

static sw_result parse_parameters(
    struct parser *p, const char *end, bool annotated, struct sw_py_node *defaults);

static sw_result parse_lambda(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *node = NULL;
    struct sw_py_node *body = NULL;
    SW_TRY(enter(p));
    SW_TRY(make(p, SW_PY_LAMBDA, &node));
    SW_TRY(next(p));
    SW_TRY(parse_parameters(p, ":", false, node));
    SW_TRY(next(p));
    SW_TRY(parse_expression(p, &body));
    add(node, body);
    p->depth--;
    *out = node;
    return SW_OK;
}

static sw_result parse_yield(struct parser *p, struct sw_py_node **out)
{
    SW_TRY(next(p));
    if (is_word(p, "from")) {
        SW_TRY(next(p));
    }
    bool nothing = p->token.type == SW_PY_NEWLINE || is_operator(p, ")") || is_operator(p, "]") ||
                   is_operator(p, "}") || is_operator(p, ";") || is_operator(p, "=");
    return nothing ? make(p, SW_PY_GROUP, out) : parse_list(p, out);
}

/* A condition, a name that is given, or a name behind "as". */
static sw_result parse_tail(struct parser *p, struct sw_py_node **node)
{
    struct sw_py_node *group = NULL;
    struct sw_py_node *part = NULL;
    if (is_word(p, "if") && !p->guard) {
        SW_TRY(make(p, SW_PY_GROUP, &group));
        group->name = p->token.text;
        add(group, *node);
        SW_TRY(next(p));
        SW_TRY(parse_chain(p, &part));
        add(group, part);
        if (is_word(p, "else")) {
            SW_TRY(next(p));
            SW_TRY(parse_expression(p, &part));
            add(group, part);
        } else {
            return fail(p, "a condition without \"else\"");
        }
        *node = group;
    } else if (is_operator(p, ":=")) {
        SW_TRY(make(p, SW_PY_ASSIGN, &group));
        add(group, *node);
        SW_TRY(next(p));
        SW_TRY(parse_expression(p, &part));
        add(group, part);
        *node = group;
    } else if (is_word(p, "as") && p->names > 0) {
        SW_TRY(next(p));
        SW_TRY(parse_primary(p, &part));
    }
    return SW_OK;
}

static sw_result parse_expression(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *node = NULL;
    SW_TRY(enter(p));
    if (is_word(p, "lambda")) {
        SW_TRY(parse_lambda(p, &node));
    } else if (is_word(p, "yield")) {
        SW_TRY(parse_yield(p, &node));
    } else {
        SW_TRY(parse_chain(p, &node));
        SW_TRY(parse_tail(p, &node));
    }
    p->depth--;
    *out = node;
    return SW_OK;
}

static bool ends_list(const struct parser *p)
{
    static const char *const ends[] = {")", "]", "}", "=", ":", ";", "!"};
    return p->token.type == SW_PY_NEWLINE || p->token.type == SW_PY_END || is_word(p, "in") ||
           (p->token.type == SW_PY_OPERATOR && is_among(p->token.text, ends, SW_COUNT(ends)));
}

/* Expressions with commas, without brackets. */
static sw_result parse_list(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *node = NULL;
    struct sw_py_node *list = NULL;
    SW_TRY(parse_expression(p, &node));
    while (is_operator(p, ",")) {
        if (list == NULL) {
            SW_TRY(make(p, SW_PY_LIST, &list));
            add(list, node);
        }
        SW_TRY(next(p));
        if (ends_list(p)) {
            break;
        }
        SW_TRY(parse_expression(p, &node));
        add(list, node);
    }
    *out = list == NULL ? node : list;
    return SW_OK;
}

/* --- functions and classes (8.7, 8.8) --------------------------------------------------------- */

/* The expression behind the present token. */
static sw_result parse_into(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    SW_TRY(next(p));
    SW_TRY(parse_expression(p, &node));
    add(into, node);
    return SW_OK;
}

/* Defaults and annotations are evaluated where the function is made. */
static sw_result parse_parameters(
    struct parser *p, const char *end, bool annotated, struct sw_py_node *defaults)
{
    while (!is_operator(p, end)) {
        struct sw_py_node *node = NULL;
        if (is_operator(p, ",") || is_operator(p, "*") || is_operator(p, "**") ||
            is_operator(p, "/")) {
            SW_TRY(next(p));
            continue;
        }
        if (p->token.type != SW_PY_WORD || is_keyword(p->token.text)) {
            return fail(p, "a parameter that is no name");
        }
        SW_TRY(make(p, SW_PY_PARAMETER, &node));
        node->name = p->token.text;
        add(defaults, node);
        SW_TRY(next(p));
        if (annotated && is_operator(p, ":")) {
            SW_TRY(parse_into(p, node));
        }
        if (is_operator(p, "=")) {
            node->module = p->token.text;
            SW_TRY(parse_into(p, node));
        }
        if (!is_operator(p, ",") && !is_operator(p, end)) {
            return fail(p, "parameters that do not end where they should");
        }
    }
    return SW_OK;
}

static sw_result parse_block(struct parser *p, struct sw_py_node *into);

/* "[T: bound, *Ts]" behind a name. */
static sw_result parse_type_parameters(struct parser *p, struct sw_py_node *into)
{
    if (!is_operator(p, "[")) {
        return SW_OK;
    }
    SW_TRY(next(p));
    SW_TRY(parse_parameters(p, "]", true, into));
    return next(p);
}

static sw_result parse_head(struct parser *p, struct sw_py_node *node, struct sw_py_node *head)
{
    bool function = node->kind == SW_PY_DEF;
    struct sw_py_node *annotation = NULL;
    SW_TRY(parse_type_parameters(p, head));
    if (function) {
        SW_TRY(expect(p, "("));
        SW_TRY(parse_parameters(p, ")", true, head));
        SW_TRY(next(p));
    } else if (is_operator(p, "(")) {
        SW_TRY(next(p));
        SW_TRY(parse_arguments(p, head));
    }
    if (function && is_operator(p, "->")) {
        SW_TRY(next(p));
        SW_TRY(parse_list(p, &annotation));
        add(head, annotation);
    }
    return SW_OK;
}

/* `head` holds the decorators already. */
static sw_result parse_definition(
    struct parser *p, struct sw_py_node *head, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    struct sw_py_node *body = NULL;
    SW_TRY(make(p, is_word(p, "def") ? SW_PY_DEF : SW_PY_CLASS, &node));
    SW_TRY(next(p));
    if (p->token.type != SW_PY_WORD || is_keyword(p->token.text)) {
        return fail(p, "a function or class without a name");
    }
    node->name = p->token.text;
    SW_TRY(next(p));
    SW_TRY(parse_head(p, node, head));
    add(node, head);
    SW_TRY(make(p, SW_PY_BLOCK, &body));
    SW_TRY(parse_block(p, body));
    add(node, body);
    add(into, node);
    return SW_OK;
}

static sw_result parse_decorated(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *head = NULL;
    SW_TRY(make(p, SW_PY_GROUP, &head));
    while (is_operator(p, "@")) {
        struct sw_py_node *decorator = NULL;
        struct sw_py_node *call = NULL;
        SW_TRY(next(p));
        /* A decorator is called with what it decorates. */
        SW_TRY(make(p, SW_PY_CALL, &call));
        SW_TRY(parse_expression(p, &decorator));
        add(call, decorator);
        add(head, call);
        if (p->token.type != SW_PY_NEWLINE) {
            return fail(p, "a decorator that does not end with its line");
        }
        SW_TRY(next(p));
    }
    if (is_word(p, "async")) {
        SW_TRY(next(p));
    }
    if (!is_word(p, "def") && !is_word(p, "class")) {
        return fail(p, "a decorator of nothing");
    }
    return parse_definition(p, head, into);
}

/* --- imports (7.11) --------------------------------------------------------------------------- */

static sw_result parse_dotted(struct parser *p, struct sw_str *out, struct sw_str *first)
{
    *out = (struct sw_str){0};
    for (;;) {
        if (p->token.type != SW_PY_WORD || is_keyword(p->token.text)) {
            return fail(p, "an import of what is no name");
        }
        if (out->len == 0) {
            *out = p->token.text;
            *first = p->token.text;
        } else {
            SW_TRY(join(p, *out, sw_str("."), out));
            SW_TRY(join(p, *out, p->token.text, out));
        }
        SW_TRY(next(p));
        if (!is_operator(p, ".")) {
            return SW_OK;
        }
        SW_TRY(next(p));
    }
}

static sw_result add_import(
    struct parser *p, struct sw_str bound, struct sw_str module, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    SW_TRY(make(p, SW_PY_IMPORT, &node));
    node->module = module;
    node->name = bound;
    if (is_word(p, "as")) {
        SW_TRY(next(p));
        if (p->token.type != SW_PY_WORD) {
            return fail(p, "no name behind \"as\"");
        }
        node->name = p->token.text;
        SW_TRY(next(p));
    }
    add(into, node);
    return SW_OK;
}

static sw_result parse_import(struct parser *p, struct sw_py_node *into)
{
    do {
        struct sw_str module;
        struct sw_str first;
        SW_TRY(next(p));
        SW_TRY(parse_dotted(p, &module, &first));
        /* "import a.b" binds a; "import a.b as c" binds a.b. */
        bool renamed = is_word(p, "as");
        SW_TRY(add_import(p, first, renamed ? module : first, into));
        if (!renamed && module.len > first.len) {
            struct sw_py_node *path = NULL;
            SW_TRY(make(p, SW_PY_PATH, &path));
            path->name = module;
            add(into->last, path);
        }
    } while (is_operator(p, ","));
    return SW_OK;
}

/* Modules of the package itself have dots in front, which stay there. */
static sw_result parse_from(struct parser *p, struct sw_py_node *into)
{
    struct sw_str module = {0};
    struct sw_str dots = {0};
    struct sw_str first;
    SW_TRY(next(p));
    while (is_operator(p, ".") || is_operator(p, "...")) {
        SW_TRY(join(p, dots, p->token.text, &dots));
        SW_TRY(next(p));
    }
    if (!is_word(p, "import")) {
        SW_TRY(parse_dotted(p, &module, &first));
    }
    SW_TRY(join(p, dots, module, &module));
    SW_TRY(expect(p, "import"));
    bool brackets = is_operator(p, "(");
    SW_TRY(brackets ? next(p) : SW_OK);
    while (!is_operator(p, ")") && p->token.type != SW_PY_NEWLINE && !is_operator(p, ";")) {
        struct sw_str full = {0};
        if (p->token.type != SW_PY_WORD && !is_operator(p, "*")) {
            return fail(p, "an import of what is no name");
        }
        struct sw_str name = p->token.text;
        SW_TRY(next(p));
        SW_TRY(join(p, module, sw_str("."), &full));
        SW_TRY(join(p, full, name, &full));
        SW_TRY(add_import(p, name, full, into));
        if (!is_operator(p, ",")) {
            break;
        }
        SW_TRY(next(p));
    }
    return brackets ? expect(p, ")") : SW_OK;
}

/* --- simple statements (7) -------------------------------------------------------------------- */

/* Targets and a value, an annotation, or an expression alone. */
static sw_result parse_assignment(struct parser *p, struct sw_py_node *into)
{
    static const char *const augmented[] = {
        "+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**="};
    struct sw_py_node *node = NULL;
    struct sw_py_node *assign = NULL;
    SW_TRY(parse_list(p, &node));
    if (is_operator(p, ":")) {
        SW_TRY(next(p));
        SW_TRY(make(p, SW_PY_ASSIGN, &assign));
        struct sw_py_node *annotation = NULL;
        SW_TRY(parse_expression(p, &annotation));
        add(into, annotation);
    }
    while (is_operator(p, "=") || (p->token.type == SW_PY_OPERATOR &&
                                      is_among(p->token.text, augmented, SW_COUNT(augmented)))) {
        if (assign == NULL) {
            SW_TRY(make(p, SW_PY_ASSIGN, &assign));
        }
        add(assign, node);
        SW_TRY(next(p));
        SW_TRY(parse_list(p, &node));
    }
    if (assign != NULL && assign->first != NULL) {
        add(assign, node);
        node = assign;
    }
    add(into, node);
    return SW_OK;
}

static bool ends_statement(const struct parser *p)
{
    return p->token.type == SW_PY_NEWLINE || p->token.type == SW_PY_END || is_operator(p, ";");
}

/* return, raise, del, assert, global …: what they evaluate is all that matters. */
static sw_result parse_word_statement(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    SW_TRY(next(p));
    while (!ends_statement(p)) {
        SW_TRY(parse_list(p, &node));
        add(into, node);
        if (is_word(p, "from") || is_operator(p, ",")) {
            SW_TRY(next(p));
        } else if (!ends_statement(p)) {
            return fail(p, "a statement that does not end where it should");
        }
    }
    return SW_OK;
}

static sw_result parse_simple(struct parser *p, struct sw_py_node *into)
{
    static const char *const words[] = {
        "return", "raise", "del", "assert", "global", "nonlocal", "pass", "break", "continue"};
    if (is_word(p, "import")) {
        return parse_import(p, into);
    }
    if (is_word(p, "from")) {
        return parse_from(p, into);
    }
    bool word = p->token.type == SW_PY_WORD && is_among(p->token.text, words, SW_COUNT(words));
    return word ? parse_word_statement(p, into) : parse_assignment(p, into);
}

/* "type X[T] = …" (7.14), where "type" is no keyword. */
static bool is_type_alias(const struct parser *p)
{
    struct parser look = *p;
    struct sw_error none = {0};
    look.err = &none;
    return is_word(p, "type") && next(&look) == SW_OK && look.token.type == SW_PY_WORD &&
           !is_keyword(look.token.text);
}

static sw_result parse_line(struct parser *p, struct sw_py_node *into)
{
    for (;;) {
        if (is_type_alias(p)) {
            SW_TRY(next(p));
        }
        SW_TRY(parse_simple(p, into));
        if (!is_operator(p, ";")) {
            break;
        }
        SW_TRY(next(p));
        if (p->token.type == SW_PY_NEWLINE) {
            break;
        }
    }
    if (p->token.type == SW_PY_END) {
        return SW_OK;
    }
    return p->token.type == SW_PY_NEWLINE
               ? next(p)
               : fail(p, "a statement that does not end where it should");
}

/* --- compound statements (8) ------------------------------------------------------------------ */

static sw_result parse_statement(struct parser *p, struct sw_py_node *into);

static sw_result parse_suite(struct parser *p, struct sw_py_node *into)
{
    if (p->token.type != SW_PY_NEWLINE) {
        return parse_line(p, into);
    }
    SW_TRY(next(p));
    if (p->token.type != SW_PY_INDENT) {
        return fail(p, "a block without a line");
    }
    SW_TRY(next(p));
    while (p->token.type != SW_PY_DEDENT) {
        SW_TRY(parse_statement(p, into));
    }
    return next(p);
}

static sw_result parse_block(struct parser *p, struct sw_py_node *into)
{
    SW_TRY(enter(p));
    SW_TRY(expect(p, ":"));
    SW_TRY(parse_suite(p, into));
    p->depth--;
    return SW_OK;
}

/* if __name__ == "__main__": */
static bool is_main_test(const struct sw_py_node *test)
{
    const struct sw_py_node *a = test == NULL ? NULL : test->first;
    const struct sw_py_node *b = a == NULL ? NULL : a->next;
    return b != NULL && test->kind == SW_PY_GROUP && b->next == NULL &&
           sw_str_is(test->name, "==") &&
           ((a->kind == SW_PY_NAME && sw_str_is(a->name, "__name__") && b->kind == SW_PY_TEXT &&
                sw_str_is(b->name, "__main__")) ||
               (b->kind == SW_PY_NAME && sw_str_is(b->name, "__name__") && a->kind == SW_PY_TEXT &&
                   sw_str_is(a->name, "__main__")));
}

static sw_result parse_if(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *test = NULL;
    struct sw_py_node *body = NULL;
    SW_TRY(next(p));
    SW_TRY(parse_list(p, &test));
    add(into, test);
    SW_TRY(make(p, is_main_test(test) ? SW_PY_MAIN : SW_PY_BLOCK, &body));
    SW_TRY(parse_block(p, body));
    add(into, body);
    return SW_OK;
}

static sw_result parse_for(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    struct sw_py_node *loop = NULL;
    SW_TRY(make(p, SW_PY_LOOP, &loop));
    SW_TRY(next(p));
    p->no_in = true;
    SW_TRY(parse_list(p, &node));
    p->no_in = false;
    add(loop, node);
    SW_TRY(expect(p, "in"));
    SW_TRY(parse_list(p, &node));
    add(loop, node);
    add(into, loop);
    return parse_block(p, into);
}

/* Items of "with", and of "except": expressions that may be given a name. */
static sw_result parse_items(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    SW_TRY(next(p));
    if (is_operator(p, "*")) {
        SW_TRY(next(p)); /* except* */
    }
    p->names++;
    if (!is_operator(p, ":")) {
        SW_TRY(parse_list(p, &node));
        add(into, node);
    }
    p->names--;
    return parse_block(p, into);
}

static sw_result parse_bare(struct parser *p, struct sw_py_node *into)
{
    SW_TRY(next(p));
    return parse_block(p, into);
}

static sw_result parse_while(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    SW_TRY(next(p));
    SW_TRY(parse_list(p, &node));
    add(into, node);
    return parse_block(p, into);
}

static sw_result parse_plain_definition(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *head = NULL;
    SW_TRY(make(p, SW_PY_GROUP, &head));
    return parse_definition(p, head, into);
}

static const struct {
    const char *word;
    enum sw_code (*parse)(struct parser *p, struct sw_py_node *into);
} compounds[] = {
    {"if", parse_if},
    {"elif", parse_if},
    {"else", parse_bare},
    {"while", parse_while},
    {"for", parse_for},
    {"try", parse_bare},
    {"except", parse_items},
    {"finally", parse_bare},
    {"with", parse_items},
    {"def", parse_plain_definition},
    {"class", parse_plain_definition},
};

/* "case" pattern "if" guard ":" (8.6.3). */
static sw_result parse_case(struct parser *p, struct sw_py_node *into)
{
    struct sw_py_node *node = NULL;
    SW_TRY(expect(p, "case"));
    p->names++;
    p->guard = true;
    SW_TRY(parse_list(p, &node));
    p->guard = false;
    p->names--;
    add(into, node);
    if (is_word(p, "if")) {
        SW_TRY(next(p));
        SW_TRY(parse_expression(p, &node));
        add(into, node);
    }
    return parse_block(p, into);
}

/* "match" is no keyword: it is a statement when a block follows. *is false, and nothing changed,
 * when not. */
static sw_result parse_match(struct parser *p, struct sw_py_node *into, bool *is)
{
    struct parser before = *p;
    struct sw_error none = {0};
    struct sw_py_node *subject = NULL;
    p->err = &none;
    enum sw_code code = next(p);
    code = code == SW_OK ? parse_list(p, &subject) : code;
    code = code == SW_OK ? expect(p, ":") : code;
    *is = code == SW_OK && p->token.type == SW_PY_NEWLINE;
    if (!*is) {
        *p = before;
        return SW_OK;
    }
    p->err = before.err;
    add(into, subject);
    SW_TRY(next(p));
    if (p->token.type != SW_PY_INDENT) {
        return fail(p, "a block without a line");
    }
    SW_TRY(next(p));
    while (p->token.type != SW_PY_DEDENT) {
        SW_TRY(parse_case(p, into));
    }
    return next(p);
}

static sw_result parse_statement(struct parser *p, struct sw_py_node *into)
{
    if (is_operator(p, "@")) {
        return parse_decorated(p, into);
    }
    if (is_word(p, "match")) {
        bool is = false;
        SW_TRY(parse_match(p, into, &is));
        if (is) {
            return SW_OK;
        }
    }
    if (is_word(p, "async")) {
        SW_TRY(next(p));
    }
    for (size_t i = 0; i < SW_COUNT(compounds); i++) {
        if (is_word(p, compounds[i].word)) {
            return compounds[i].parse(p, into);
        }
    }
    return parse_line(p, into);
}

sw_result sw_py_parse(
    struct sw_arena *arena, struct sw_str text, struct sw_py_node **out, struct sw_error *err)
{
    struct parser p = {.arena = arena, .err = err};
    struct sw_py_node *root = NULL;
    sw_py_lexer_init(&p.lexer, text);
    SW_TRY(next(&p));
    SW_TRY(make(&p, SW_PY_BLOCK, &root));
    while (p.token.type != SW_PY_END) {
        if (p.token.type == SW_PY_NEWLINE) {
            SW_TRY(next(&p));
            continue;
        }
        SW_TRY(parse_statement(&p, root));
    }
    *out = root;
    return SW_OK;
}
