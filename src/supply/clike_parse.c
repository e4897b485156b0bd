/* A tree of what is called with what. Statements, types and how most operators bind are passed
 * over: whatever follows a value without an operator is the next one. */
#include "supply/ascii.h"
#include "supply/clike.h"

#define DEPTH_MAX 250
#define IMPORT_TOKENS_MAX 512
#define TYPE_TOKENS_MAX 24

struct parser {
    struct sw_arena *arena;
    struct sw_clike_lexer lexer;
    struct sw_clike_token token; /* the next one */
    unsigned depth;
    bool no_pair;   /* a ':' ends an expression: behind a '?' */
    bool importing; /* "a as b" gives a name */
};

static void next(struct parser *p)
{
    sw_clike_lex(&p->lexer, &p->token);
}

static bool is_operator(const struct parser *p, const char *text)
{
    return p->token.type == SW_CLIKE_OPERATOR && p->token.text.ptr[0] == text[0] &&
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

static bool is_operator_of(const struct parser *p, const char *const *list, size_t count)
{
    return p->token.type == SW_CLIKE_OPERATOR && is_among(p->token.text, list, count);
}

static bool is_word_of(const struct parser *p, const char *const *list, size_t count)
{
    return p->token.type == SW_CLIKE_WORD && is_among(p->token.text, list, count);
}

static bool is_script(const struct parser *p)
{
    return p->lexer.language == SW_CLIKE_SCRIPT;
}

static struct sw_clike_token peek_token(const struct parser *p)
{
    struct sw_clike_lexer ahead = p->lexer;
    struct sw_clike_token token;
    sw_clike_lex(&ahead, &token);
    return token;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static sw_result make(
    struct parser *p, enum sw_py_kind kind, struct sw_str name, struct sw_py_node **out)
{
    struct sw_py_node *node = SW_ARENA_NEW(p->arena, struct sw_py_node);
    if (node == NULL) {
        return SW_E_LIMIT;
    }
    node->kind = kind;
    node->line = p->token.line;
    node->name = name;
    *out = node;
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

/* A node around one that stands there already. */
static sw_result wrap(struct parser *p, enum sw_py_kind kind, struct sw_str name,
    struct sw_py_node *child, struct sw_py_node **out)
{
    SW_TRY(make(p, kind, name, out));
    (*out)->line = child == NULL ? p->token.line : child->line;
    add(*out, child);
    return SW_OK;
}

static sw_result parse_expression(struct parser *p, struct sw_py_node **out);
static sw_result parse_items(struct parser *p, const char *close, struct sw_py_node *into);

/* --- strings ---------------------------------------------------------------------------------- */

static size_t unescape(struct sw_str rest, char *out)
{
    static const char letters[] = "ntr";
    static const char values[] = "\n\t\r";
    const char c = rest.ptr[0];
    const char *letter = c == '\0' ? NULL : strchr(letters, c);
    if (letter != NULL) {
        *out = values[letter - letters];
    } else if ((c == 'u' || c == 'x') && rest.len > 2) {
        *out = '?'; /* no name has one */
    } else {
        *out = c;
    }
    return 1;
}

static sw_result text_of(struct parser *p, const struct sw_clike_token *token, struct sw_str *out)
{
    struct sw_str body = token->text;
    *out = body;
    if (token->raw || body.len == 0 || memchr(body.ptr, '\\', body.len) == NULL) {
        return SW_OK;
    }
    char *text = sw_arena_alloc(p->arena, body.len + 1);
    size_t len = 0;
    SW_TRY_PTR(text);
    for (size_t i = 0; i < body.len; len++) {
        if (body.ptr[i] != '\\' || i + 1 == body.len) {
            text[len] = body.ptr[i++];
            continue;
        }
        i += 1 + unescape(sw_str_n(body.ptr + i + 1, body.len - i - 1), text + len);
    }
    *out = sw_str_n(text, len);
    return SW_OK;
}

static sw_result parse_string(struct parser *p, struct sw_py_node **out)
{
    struct sw_str text;
    SW_TRY(text_of(p, &p->token, &text));
    SW_TRY(make(p, SW_PY_TEXT, text, out));
    next(p);
    return SW_OK;
}

static sw_result enter(struct parser *p)
{
    return p->depth++ < DEPTH_MAX ? SW_OK : SW_E_LIMIT;
}

/* What is filled in between "${" and '}', by a lexer of its own. */
static sw_result parse_filling(struct parser *p, struct sw_str text, struct sw_py_node *into)
{
    struct parser inner = {.arena = p->arena, .depth = p->depth};
    struct sw_py_node *node = NULL;
    sw_clike_lexer_init(&inner.lexer, text, SW_CLIKE_SCRIPT);
    inner.lexer.line = p->token.line;
    next(&inner);
    SW_TRY(enter(&inner));
    SW_TRY(make(p, SW_PY_GROUP, sw_str(""), &node));
    SW_TRY(parse_items(&inner, "", node));
    add(into, node->first != NULL && node->first == node->last ? node->first : node);
    return SW_OK;
}

static size_t filling_length(struct sw_str rest)
{
    size_t open = 1;
    size_t i = 0;
    while (i < rest.len && open > 0) {
        open += rest.ptr[i] == '{' ? 1 : 0;
        open -= rest.ptr[i] == '}' ? 1 : 0;
        i++;
    }
    return open == 0 ? i - 1 : i;
}

static sw_result add_piece(struct parser *p, struct sw_str text, struct sw_py_node *into)
{
    struct sw_py_node *piece;
    if (text.len == 0) {
        return SW_OK;
    }
    const struct sw_clike_token token = {.text = text};
    SW_TRY(text_of(p, &token, &text));
    SW_TRY(make(p, SW_PY_TEXT, text, &piece));
    add(into, piece);
    return SW_OK;
}

/* Texts and what is filled in, as a sum. */
static sw_result parse_template(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *sum;
    const struct sw_str text = p->token.text;
    size_t start = 0;
    SW_TRY(make(p, SW_PY_SUM, sw_str(""), &sum));
    for (size_t i = 0; i + 1 < text.len;) {
        if (text.ptr[i] != '$' || text.ptr[i + 1] != '{') {
            i += text.ptr[i] == '\\' ? 2 : 1;
            continue;
        }
        const struct sw_str rest = sw_str_n(text.ptr + i + 2, text.len - i - 2);
        const size_t len = filling_length(rest);
        SW_TRY(add_piece(p, sw_str_n(text.ptr + start, i - start), sum));
        SW_TRY(parse_filling(p, sw_str_n(rest.ptr, len), sum));
        start = i = i + 2 + len + (len < rest.len ? 1 : 0);
    }
    SW_TRY(add_piece(p, sw_str_n(text.ptr + start, text.len - start), sum));
    next(p);
    *out = sum->first != NULL && sum->first == sum->last ? sum->first : sum;
    return SW_OK;
}

/* --- brackets --------------------------------------------------------------------------------- */

/* The members of a display: its pairs; of "{a, b}" its names; anything else behind an empty key. */
static sw_result add_member(struct parser *p, struct sw_py_node *item, struct sw_py_node *into)
{
    struct sw_py_node *key;
    struct sw_py_node *value = item;
    if (item->kind == SW_PY_KEYWORD) {
        SW_TRY(make(p, SW_PY_TEXT, item->name, &key));
        value = item->first;
    } else if (item->kind == SW_PY_NAME) {
        SW_TRY(make(p, SW_PY_TEXT, item->name, &key));
    } else {
        SW_TRY(make(p, SW_PY_GROUP, sw_str(""), &key));
        SW_TRY(wrap(p, SW_PY_GROUP, sw_str(""), item, &value));
    }
    key->line = item->line;
    add(into, key);
    add(into, value);
    return SW_OK;
}

static sw_result as_display(struct parser *p, struct sw_py_node *braces, struct sw_py_node **out)
{
    struct sw_py_node *after;
    bool pairs = false;
    bool names = braces->first != NULL && is_script(p) && sw_str_is(braces->module, ",");
    for (const struct sw_py_node *n = braces->first; n != NULL; n = n->next) {
        pairs = pairs || n->kind == SW_PY_KEYWORD;
        names = names && n->kind == SW_PY_NAME;
    }
    *out = braces;
    if (!pairs && !names) {
        return SW_OK;
    }
    SW_TRY(make(p, SW_PY_DICT, braces->name, out));
    (*out)->line = braces->line;
    for (struct sw_py_node *n = braces->first; n != NULL; n = after) {
        after = n->next;
        n->next = NULL;
        SW_TRY(add_member(p, n, *out));
    }
    return SW_OK;
}

static sw_result parse_inside(struct parser *p, const char *close, struct sw_py_node *into)
{
    const bool outer = p->no_pair;
    SW_TRY(enter(p));
    p->no_pair = false;
    next(p);
    SW_TRY(parse_items(p, close, into));
    if (is_operator(p, close)) {
        next(p);
    }
    p->no_pair = outer;
    p->depth--;
    return SW_OK;
}

/* "[]string{", "[2]pkg.Type{" of Go, behind the brackets: stands at the braces then. */
static bool pass_element_type(struct parser *p, const struct sw_py_node *brackets)
{
    static const char *const kinds[] = {"struct", "interface", "func", "map", "chan"};
    struct parser ahead = *p;
    if (brackets->first != NULL && brackets->first->kind != SW_PY_NUMBER) {
        return false;
    }
    while (is_operator(&ahead, "*") || is_operator(&ahead, ".") ||
           (ahead.token.type == SW_CLIKE_WORD && !is_word_of(&ahead, kinds, SW_COUNT(kinds)))) {
        const bool word = ahead.token.type == SW_CLIKE_WORD;
        next(&ahead);
        if (word && is_operator(&ahead, "{")) {
            *p = ahead;
            return true;
        }
        if (word && !is_operator(&ahead, ".")) {
            return false;
        }
    }
    return false;
}

static sw_result parse_brackets(struct parser *p, struct sw_py_node **out)
{
    struct sw_py_node *node;
    const bool braces = is_operator(p, "{");
    const bool parentheses = is_operator(p, "(");
    SW_TRY(make(p, braces ? SW_PY_GROUP : SW_PY_LIST, sw_str(""), &node));
    SW_TRY(parse_inside(p, braces ? "}" : parentheses ? ")" : "]", node));
    if (braces) {
        return as_display(p, node, out);
    }
    if (!parentheses && p->lexer.language == SW_CLIKE_GO && pass_element_type(p, node)) {
        return parse_inside(p, "}", *out = node);
    }
    /* One value in parentheses is itself. */
    *out = parentheses && node->first != NULL && node->first == node->last ? node->first : node;
    return SW_OK;
}

/* --- values ----------------------------------------------------------------------------------- */

static sw_result parse_leaf(struct parser *p, enum sw_py_kind kind, struct sw_py_node **out)
{
    SW_TRY(make(p, kind, p->token.text, out));
    next(p);
    return SW_OK;
}

/* *out is NULL where no value begins. */
static sw_result parse_primary(struct parser *p, struct sw_py_node **out)
{
    static const char *const open[] = {"(", "[", "{"};
    *out = NULL;
    switch (p->token.type) {
    case SW_CLIKE_STRING: return parse_string(p, out);
    case SW_CLIKE_TEMPLATE: return parse_template(p, out);
    case SW_CLIKE_WORD: return parse_leaf(p, SW_PY_NAME, out);
    case SW_CLIKE_NUMBER:
    case SW_CLIKE_REGEX: return parse_leaf(p, SW_PY_NUMBER, out);
    case SW_CLIKE_OPERATOR:
        return is_operator_of(p, open, SW_COUNT(open)) ? parse_brackets(p, out) : SW_OK;
    case SW_CLIKE_END: return SW_OK;
    }
    return SW_OK;
}

static sw_result parse_attribute(
    struct parser *p, struct sw_py_node *value, struct sw_py_node **out)
{
    next(p);
    *out = value;
    if (p->token.type != SW_CLIKE_WORD) {
        return SW_OK; /* "a?.[0]", "a.*": the rest is the next one */
    }
    SW_TRY(wrap(p, SW_PY_ATTRIBUTE, p->token.text, value, out));
    next(p);
    return SW_OK;
}

/* Types behind a name: "useState<string>(…)", "Map<String, List<T>> x". */
static bool pass_type_arguments(struct parser *p)
{
    static const char *const inside[] = {"<", ">", ",", ".", "[", "]", "?", "|", "&", "::"};
    struct parser ahead = *p;
    size_t open = 0;
    for (size_t i = 0; i < TYPE_TOKENS_MAX; i++) {
        const bool mark = ahead.token.type == SW_CLIKE_OPERATOR;
        if (ahead.token.type == SW_CLIKE_NUMBER || ahead.token.type == SW_CLIKE_END ||
            (mark && !is_operator_of(&ahead, inside, SW_COUNT(inside)))) {
            return false;
        }
        open += is_operator(&ahead, "<") ? 1 : 0;
        open -= is_operator(&ahead, ">") ? 1 : 0;
        next(&ahead);
        if (open == 0) {
            *p = ahead;
            return true;
        }
    }
    return false;
}

static sw_result parse_call(struct parser *p, struct sw_py_node *value, struct sw_py_node **out)
{
    SW_TRY(wrap(p, SW_PY_CALL, sw_str(""), value, out));
    return parse_inside(p, ")", *out);
}

/* "x as T" is x; where things are imported, T is then the name of x. */
static sw_result parse_as(struct parser *p, struct sw_py_node *value, struct sw_py_node **out)
{
    struct sw_py_node *type;
    const bool names = p->importing && value->kind == SW_PY_NAME;
    *out = value;
    next(p);
    SW_TRY(parse_primary(p, &type));
    if (!names || type == NULL || type->kind != SW_PY_NAME) {
        return SW_OK;
    }
    char *original = sw_arena_printf(p->arena, "." SW_STR_FMT, SW_STR_ARG(value->name));
    SW_TRY_PTR(original);
    SW_TRY(make(p, SW_PY_IMPORT, type->name, out));
    (*out)->module = sw_str(original);
    return SW_OK;
}

/* *more is false when nothing was there. */
static sw_result parse_trailer(
    struct parser *p, struct sw_py_node *value, struct sw_py_node **out, bool *more)
{
    static const char *const members[] = {".", "?.", "::"};
    static const char *const casts[] = {"as", "satisfies"};
    *more = true;
    *out = value;
    if (is_operator_of(p, members, SW_COUNT(members))) {
        return parse_attribute(p, value, out);
    }
    if (is_operator(p, "<") && (value->kind == SW_PY_NAME || value->kind == SW_PY_ATTRIBUTE) &&
        pass_type_arguments(p)) {
        return SW_OK;
    }
    if (is_operator(p, "(")) {
        return parse_call(p, value, out);
    }
    if (is_operator(p, "[")) {
        SW_TRY(wrap(p, SW_PY_SUBSCRIPT, sw_str(""), value, out));
        return parse_inside(p, "]", *out);
    }
    if (is_operator(p, "!")) {
        next(p); /* "it is there" */
        return SW_OK;
    }
    if (is_word_of(p, casts, SW_COUNT(casts))) {
        return parse_as(p, value, out);
    }
    *more = false;
    return SW_OK;
}

/* Words and operators in front of a value that change nothing here. */
static void pass_prefixes(struct parser *p)
{
    static const char *const operators[] = {
        "!", "-", "+", "~", "&", "*", "...", "++", "--", "@", "&&", "#"};
    static const char *const words[] = {
        "new", "await", "return", "yield", "typeof", "throw", "mut", "void"};
    for (;;) {
        if (is_operator_of(p, operators, SW_COUNT(operators))) {
            next(p);
            continue;
        }
        if (!is_word_of(p, words, SW_COUNT(words))) {
            return;
        }
        const struct sw_clike_token after = peek_token(p);
        if (after.type == SW_CLIKE_OPERATOR && strchr(".=:,);}", after.text.ptr[0]) != NULL) {
            return;
        }
        next(p);
    }
}

static sw_result parse_value(struct parser *p, struct sw_py_node **out)
{
    bool more = true;
    pass_prefixes(p);
    SW_TRY(parse_primary(p, out));
    while (*out != NULL && more) {
        SW_TRY(parse_trailer(p, *out, out, &more));
    }
    return SW_OK;
}

/* --- operators -------------------------------------------------------------------------------- */

typedef enum sw_code parse_function(struct parser *p, struct sw_py_node **out);

/* Values with one of the operators between them; *out is the first alone where there is none. */
static sw_result parse_joined(struct parser *p, parse_function *parse, const char *const *operators,
    size_t count, enum sw_py_kind kind, const char *name, struct sw_py_node **out)
{
    struct sw_py_node *part;
    struct sw_py_node *whole = NULL;
    SW_TRY(parse(p, &part));
    *out = part;
    while (part != NULL && is_operator_of(p, operators, count)) {
        if (whole == NULL) {
            SW_TRY(wrap(p, kind, sw_str(name), part, &whole));
            whole->module = p->token.text;
            *out = whole;
        }
        next(p);
        SW_TRY(parse(p, &part));
        add(whole, part);
    }
    if (whole != NULL && whole->first == whole->last) {
        *out = whole->first; /* with an operator of nothing behind it */
    }
    return SW_OK;
}

static sw_result parse_sum(struct parser *p, struct sw_py_node **out)
{
    static const char *const plus[] = {"+"};
    return parse_joined(p, parse_value, plus, SW_COUNT(plus), SW_PY_SUM, "", out);
}

static sw_result parse_operation(struct parser *p, struct sw_py_node **out)
{
    static const char *const others[] = {
        "===", "!==", "==", "!=", "<=", ">=", "<", ">", "&&", "&", "|", "^", "-", "*", "/", "%"};
    return parse_joined(p, parse_sum, others, SW_COUNT(others), SW_PY_GROUP, "op", out);
}

static sw_result parse_or(struct parser *p, struct sw_py_node **out)
{
    static const char *const ors[] = {"||", "??", "?:"};
    return parse_joined(p, parse_operation, ors, SW_COUNT(ors), SW_PY_GROUP, "or", out);
}

/* "test ? a : b", as Python has it: a, the test, b. */
static sw_result parse_choice(struct parser *p, struct sw_py_node **out)
{
    static const char *const none[] = {":", "=", ",", ")", "]", "}", ">", ";", "?"};
    struct sw_py_node *test;
    struct sw_py_node *a;
    struct sw_py_node *b = NULL;
    const bool outer = p->no_pair;
    SW_TRY(parse_or(p, &test));
    *out = test;
    if (test == NULL || !is_operator(p, "?")) {
        return SW_OK;
    }
    next(p);
    if (is_operator_of(p, none, SW_COUNT(none))) {
        return SW_OK; /* "name?: type", "type?" */
    }
    p->no_pair = true;
    SW_TRY(parse_expression(p, &a));
    p->no_pair = outer;
    if (is_operator(p, ":")) {
        next(p);
        SW_TRY(parse_expression(p, &b));
    }
    if (a == NULL) {
        return SW_OK;
    }
    SW_TRY(wrap(p, SW_PY_GROUP, sw_str(b == NULL ? "op" : "if"), a, out));
    add(*out, test);
    add(*out, b);
    return SW_OK;
}

/* --- assignments and pairs -------------------------------------------------------------------- */

/* Of "List<String> names" the name. */
static struct sw_py_node *target_of(struct sw_py_node *node)
{
    return node->kind == SW_PY_GROUP && sw_str_is(node->name, "op") && node->last != NULL &&
                   node->last->kind == SW_PY_NAME
               ? node->last
               : node;
}

/* Of markup, 'model="x">text' and "model={x}": what is given; *rest is what stands behind it. */
static struct sw_py_node *markup_value(
    const struct parser *p, struct sw_py_node *value, struct sw_py_node **rest)
{
    struct sw_py_node *first = value->first;
    *rest = NULL;
    if (!is_script(p) || value->kind != SW_PY_GROUP || first == NULL) {
        return value;
    }
    if (value->name.len == 0 && first == value->last) {
        return first;
    }
    if (first->kind != SW_PY_TEXT || !sw_str_is(value->module, ">")) {
        return value;
    }
    value->first = first->next;
    first->next = NULL;
    *rest = value;
    return first;
}

static sw_result parse_assignment(
    struct parser *p, struct sw_py_node *target, struct sw_py_node **out)
{
    struct sw_py_node *value;
    struct sw_py_node *rest;
    next(p);
    SW_TRY(parse_expression(p, &value));
    if (value == NULL) {
        *out = target;
        return SW_OK;
    }
    value = markup_value(p, value, &rest);
    SW_TRY(wrap(p, SW_PY_ASSIGN, sw_str(""), target_of(target), out));
    (*out)->first->next = NULL;
    add(*out, rest);
    add(*out, value);
    return SW_OK;
}

static bool is_type_word(struct sw_str name)
{
    static const char *const types[] = {
        "string", "number", "boolean", "any", "unknown", "object", "str", "bool"};
    return is_among(name, types, SW_COUNT(types));
}

static bool is_type(struct sw_str name)
{
    return is_type_word(name) || (name.ptr[0] >= 'A' && name.ptr[0] <= 'Z');
}

/* "name: type = value" gives the name a value; "name: other = value" of a pattern both. */
static sw_result typed_assignment(
    struct parser *p, struct sw_py_node *name, struct sw_py_node *assign, struct sw_py_node **out)
{
    struct sw_py_node *other = assign->first;
    struct sw_py_node *value = assign->last;
    other->next = NULL;
    SW_TRY(wrap(p, SW_PY_ASSIGN, sw_str(""), name, out));
    (*out)->module = sw_str(":");
    if (is_script(p) && other->kind == SW_PY_NAME && !is_type(other->name)) {
        add(*out, other);
    }
    add(*out, value);
    return SW_OK;
}

static sw_result parse_pair(struct parser *p, struct sw_py_node *key, struct sw_py_node **out)
{
    struct sw_py_node *value;
    next(p);
    SW_TRY(parse_expression(p, &value));
    *out = value == NULL ? key : value;
    if (value == NULL || value->kind == SW_PY_KEYWORD) {
        return SW_OK;
    }
    if (value->kind == SW_PY_ASSIGN && key->kind == SW_PY_NAME) {
        return typed_assignment(p, key, value, out);
    }
    return wrap(p, SW_PY_KEYWORD, key->name, value, out);
}

static bool is_key(const struct parser *p, const struct sw_py_node *node)
{
    return is_operator(p, ":") && !p->no_pair &&
           (node->kind == SW_PY_NAME || node->kind == SW_PY_TEXT);
}

/* "a => b", "(a) -> b": both are seen. */
static sw_result parse_arrow(struct parser *p, struct sw_py_node *left, struct sw_py_node **out)
{
    struct sw_py_node *body;
    next(p);
    SW_TRY(wrap(p, SW_PY_GROUP, sw_str("op"), left, out));
    SW_TRY(parse_expression(p, &body));
    add(*out, body);
    return SW_OK;
}

static sw_result parse_expression(struct parser *p, struct sw_py_node **out)
{
    static const char *const assigns[] = {"=", ":=", "||=", "?\?="};
    static const char *const arrows[] = {"=>", "->"};
    struct sw_py_node *node;
    SW_TRY(enter(p));
    SW_TRY(parse_choice(p, &node));
    *out = node;
    if (node == NULL) {
        p->depth--;
        return SW_OK;
    }
    enum sw_code code = SW_OK;
    if (is_operator_of(p, assigns, SW_COUNT(assigns))) {
        code = parse_assignment(p, node, out);
    } else if (is_operator_of(p, arrows, SW_COUNT(arrows))) {
        code = parse_arrow(p, node, out);
    } else if (is_key(p, node)) {
        code = parse_pair(p, node, out);
    }
    p->depth--;
    return code;
}

/* --- imports ---------------------------------------------------------------------------------- */

static sw_result add_import(struct parser *p, struct sw_str module, struct sw_py_node *into)
{
    struct sw_py_node *node;
    SW_TRY(make(p, SW_PY_IMPORT, sw_str(""), &node));
    node->module = module;
    add(into, node);
    return SW_OK;
}

/* import "x"; import name "x"; import ( … ) */
static sw_result parse_go_import(struct parser *p, struct sw_py_node *into)
{
    next(p);
    const bool many = is_operator(p, "(");
    for (size_t i = 0; i < IMPORT_TOKENS_MAX && p->token.type != SW_CLIKE_END; i++) {
        const bool string = p->token.type == SW_CLIKE_STRING;
        if (string) {
            SW_TRY(add_import(p, p->token.text, into));
        }
        const bool ends = many ? is_operator(p, ")") : string;
        next(p);
        if (ends) {
            return SW_OK;
        }
    }
    return SW_OK;
}

/* import a.b.C, use a::b::{…}, using A.B: up to what is no name. */
static sw_result parse_path_import(struct parser *p, struct sw_py_node *into)
{
    static const char *const joints[] = {".", "::"};
    static const char *const words[] = {"static", "crate"};
    next(p);
    while (is_word_of(p, words, SW_COUNT(words))) {
        next(p);
    }
    const char *start = p->token.text.ptr;
    const char *end = start;
    while (p->token.type == SW_CLIKE_WORD) {
        end = p->token.text.ptr + p->token.text.len;
        next(p);
        if (!is_operator_of(p, joints, SW_COUNT(joints))) {
            break;
        }
        next(p);
    }
    return end == start ? SW_OK : add_import(p, sw_str_n(start, (size_t)(end - start)), into);
}

/* from "x", import "x": what stands between "import" and "from" are expressions like others. */
static sw_result parse_script_import(struct parser *p, struct sw_py_node *into, bool *done)
{
    const bool from = sw_str_is(p->token.text, "from");
    const struct sw_clike_token after = peek_token(p);
    *done = after.type == SW_CLIKE_STRING;
    p->importing = sw_str_is(p->token.text, "import") && !*done && !sw_str_is(after.text, "(");
    if (!from && sw_str_is(after.text, "*")) {
        next(p);
        next(p);
        *done = true; /* "* as name from" is no product */
        return SW_OK;
    }
    if (!*done || sw_str_is(p->token.text, "export")) {
        *done = false;
        return SW_OK;
    }
    next(p);
    SW_TRY(add_import(p, p->token.text, into));
    next(p);
    return SW_OK;
}

static sw_result parse_import(struct parser *p, struct sw_py_node *into, bool *done)
{
    static const struct {
        enum sw_clike_language language;
        const char *words[2];
    } rows[] = {{SW_CLIKE_SCRIPT, {"import", "from"}}, {SW_CLIKE_SCRIPT, {"export", "from"}},
        {SW_CLIKE_GO, {"import", "import"}}, {SW_CLIKE_JAVA, {"import", "import"}},
        {SW_CLIKE_KOTLIN, {"import", "import"}}, {SW_CLIKE_SCALA, {"import", "import"}},
        {SW_CLIKE_RUST, {"use", "extern"}}, {SW_CLIKE_CSHARP, {"using", "using"}}};
    *done = false;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (rows[i].language != p->lexer.language || !is_word_of(p, rows[i].words, 2)) {
            continue;
        }
        if (is_script(p)) {
            return parse_script_import(p, into, done);
        }
        *done = true;
        return p->lexer.language == SW_CLIKE_GO ? parse_go_import(p, into)
                                                : parse_path_import(p, into);
    }
    return SW_OK;
}

/* --- what stands behind each other ------------------------------------------------------------ */

/* Go's "name type = value": the name is what stood before. */
static void fix_target(
    const struct parser *p, const struct sw_py_node *before, struct sw_py_node *node)
{
    if (p->lexer.language == SW_CLIKE_GO && before != NULL && before->kind == SW_PY_NAME &&
        !sw_str_is(before->name, "var") && !sw_str_is(before->name, "const") &&
        node->kind == SW_PY_ASSIGN && node->first->kind == SW_PY_NAME) {
        node->first->name = before->name;
    }
}

/* What is left of "name: some type = value" gives the type no value. */
static void drop_type(struct sw_py_node *node)
{
    if (node->kind == SW_PY_ASSIGN && node->first->kind == SW_PY_NAME &&
        is_type_word(node->first->name)) {
        node->kind = SW_PY_GROUP;
        node->name = sw_str("op");
    }
}

/* Of Kotlin and Scala, and of annotations, what is given a name in a call is no assignment. */
static void fix_argument(
    const struct parser *p, const struct sw_py_node *into, struct sw_py_node *node)
{
    const enum sw_clike_language language = p->lexer.language;
    const bool named =
        language == SW_CLIKE_KOTLIN || language == SW_CLIKE_SCALA || language == SW_CLIKE_JAVA;
    if (named && into->kind == SW_PY_CALL && node->kind == SW_PY_ASSIGN && node->module.len == 0 &&
        node->first->kind == SW_PY_NAME && node->first->next == node->last) {
        node->kind = SW_PY_KEYWORD;
        node->name = node->first->name;
        node->first = node->last;
    }
}

static bool is_close(const struct parser *p)
{
    static const char *const closes[] = {")", "]", "}"};
    return is_operator_of(p, closes, SW_COUNT(closes));
}

static sw_result parse_item(
    struct parser *p, struct sw_py_node *into, const struct sw_py_node *before)
{
    struct sw_py_node *node = NULL;
    bool done = false;
    if (p->token.type == SW_CLIKE_WORD) {
        SW_TRY(parse_import(p, into, &done));
    }
    if (done) {
        return SW_OK;
    }
    const size_t at = p->lexer.at;
    SW_TRY(parse_expression(p, &node));
    if (node == NULL && p->lexer.at == at && !is_close(p)) {
        next(p); /* an operator of nothing */
    }
    if (node != NULL) {
        fix_target(p, before, node);
        drop_type(node);
        fix_argument(p, into, node);
        add(into, node);
    }
    return SW_OK;
}

/* Up to `close`, which is left; "" for all there is. A bracket of another kind ends it, too, for
 * what is read may be no source. */
/* "...options": a call has it as its `module`, a display as its `name`. */
static void mark_spread(const struct parser *p, struct sw_py_node *into)
{
    if (!is_operator(p, "...")) {
        return;
    }
    if (into->kind == SW_PY_CALL) {
        into->module = p->token.text;
    } else if (into->kind == SW_PY_GROUP) {
        into->name = p->token.text;
    }
}

static sw_result parse_items(struct parser *p, const char *close, struct sw_py_node *into)
{
    const struct sw_py_node *before = NULL;
    while (p->token.type != SW_CLIKE_END) {
        if (is_operator(p, ",") || is_operator(p, ";")) {
            into->module =
                into->kind == SW_PY_GROUP ? sw_str_n(p->token.text.ptr, 1) : into->module;
            before = NULL;
            next(p);
            continue;
        }
        if (is_close(p) && close[0] != '\0') {
            return SW_OK;
        }
        if (is_close(p)) {
            next(p);
            continue;
        }
        mark_spread(p, into);
        SW_TRY(parse_item(p, into, before));
        before = into->last;
    }
    return SW_OK;
}

sw_result sw_clike_parse(struct sw_arena *arena, struct sw_str text,
    enum sw_clike_language language, struct sw_py_node **out)
{
    struct parser p = {.arena = arena};
    struct sw_py_node *root;
    sw_clike_lexer_init(&p.lexer, text, language);
    next(&p);
    SW_TRY(make(&p, SW_PY_BLOCK, sw_str(""), &root));
    SW_TRY(parse_items(&p, "", root));
    *out = root;
    return SW_OK;
}
