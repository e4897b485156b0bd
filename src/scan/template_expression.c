/* Expressions of templates, in the order of precedence in which Jinja reads them: choice, or, and,
 * not, comparison, sums, ~, products, powers, signs, and what stands behind a value. */
#include "scan/template.h"

sw_result sw_template_fail(const struct sw_template_parser *parser, const char *what)
{
    return sw_fail(parser->err, SW_E_FORMAT, "%s at byte %zu", what, parser->token->at);
}

static bool next_is(
    const struct sw_template_parser *parser, enum sw_token_kind kind, const char *text)
{
    return parser->token->kind == kind && sw_str_is(parser->token->text, text);
}

bool sw_template_take(struct sw_template_parser *parser, enum sw_token_kind kind, const char *text)
{
    if (!next_is(parser, kind, text)) {
        return false;
    }
    parser->token++;
    return true;
}

sw_result sw_template_need(
    struct sw_template_parser *parser, enum sw_token_kind kind, const char *text)
{
    if (sw_template_take(parser, kind, text)) {
        return SW_OK;
    }
    return sw_fail(
        parser->err, SW_E_FORMAT, "there is no '%s' at byte %zu", text, parser->token->at);
}

sw_result sw_template_name(struct sw_template_parser *parser, struct sw_str *out)
{
    if (parser->token->kind != SW_TOKEN_NAME) {
        return sw_template_fail(parser, "there is no name");
    }
    *out = parser->token->text;
    parser->token++;
    return SW_OK;
}

static sw_result make(struct sw_template_parser *parser, enum sw_node_kind kind, struct sw_str text,
    struct sw_node *first, struct sw_node **out)
{
    struct sw_node *node = SW_ARENA_NEW(parser->arena, struct sw_node);
    SW_TRY_PTR(node);
    node->kind = kind;
    node->text = text;
    node->at = first != NULL ? first->at : parser->token->at;
    node->first = first;
    *out = node;
    return SW_OK;
}

static sw_result enter(struct sw_template_parser *parser)
{
    if (++parser->depth > SW_TEMPLATE_DEPTH_MAX) {
        return sw_fail(parser->err, SW_E_LIMIT, "an expression that is nested too deep at byte %zu",
            parser->token->at);
    }
    return SW_OK;
}

/* --- values ---------------------------------------------------------------------------------- */

/* Neighbours are one string. */
static sw_result read_string(struct sw_template_parser *parser, struct sw_node **out)
{
    SW_TRY(make(parser, SW_NODE_STRING, parser->token->text, NULL, out));
    parser->token++;
    while (parser->token->kind == SW_TOKEN_STRING) {
        struct sw_str a = (*out)->text;
        struct sw_str b = parser->token->text;
        char *both = sw_arena_alloc(parser->arena, a.len + b.len);
        SW_TRY_PTR(both);
        memcpy(both, a.ptr, a.len);
        memcpy(both + a.len, b.ptr, b.len);
        (*out)->text = sw_str_n(both, a.len + b.len);
        parser->token++;
    }
    return SW_OK;
}

static bool is_constant(struct sw_str name)
{
    static const char *const names[] = {"true", "false", "none", "True", "False", "None"};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_str_is(name, names[i])) {
            return true;
        }
    }
    return false;
}

/* What is between brackets, the first of which is passed. */
static sw_result read_list(struct sw_template_parser *parser, const char *end, struct sw_node **out)
{
    bool pairs = end[0] == '}';
    SW_TRY(make(parser, pairs ? SW_NODE_DICT : SW_NODE_LIST, sw_str(""), NULL, out));
    struct sw_node **last = &(*out)->first;
    while (!sw_template_take(parser, SW_TOKEN_SIGN, end)) {
        SW_TRY(sw_template_expression(parser, true, last));
        last = &(*last)->next;
        if (pairs) {
            SW_TRY(sw_template_need(parser, SW_TOKEN_SIGN, ":"));
            SW_TRY(sw_template_expression(parser, true, last));
            last = &(*last)->next;
        }
        if (!sw_template_take(parser, SW_TOKEN_SIGN, ",") && !next_is(parser, SW_TOKEN_SIGN, end)) {
            return sw_template_need(parser, SW_TOKEN_SIGN, end);
        }
    }
    return SW_OK;
}

static sw_result read_group(struct sw_template_parser *parser, struct sw_node **out)
{
    if (sw_template_take(parser, SW_TOKEN_SIGN, ")")) {
        return make(parser, SW_NODE_LIST, sw_str(""), NULL, out);
    }
    SW_TRY(sw_template_tuple(parser, true, out));
    return sw_template_need(parser, SW_TOKEN_SIGN, ")");
}

static sw_result read_value(struct sw_template_parser *parser, struct sw_node **out)
{
    const struct sw_token *token = parser->token;
    switch ((int)token->kind) {
    case SW_TOKEN_STRING: return read_string(parser, out);
    case SW_TOKEN_NUMBER:
        SW_TRY(make(parser, SW_NODE_NUMBER, token->text, NULL, out));
        parser->token++;
        return SW_OK;
    case SW_TOKEN_NAME:
        SW_TRY(make(parser, is_constant(token->text) ? SW_NODE_NUMBER : SW_NODE_NAME, token->text,
            NULL, out));
        parser->token++;
        return SW_OK;
    case SW_TOKEN_SIGN: break;
    default: return sw_template_fail(parser, "there is no value");
    }
    if (sw_template_take(parser, SW_TOKEN_SIGN, "(")) {
        return read_group(parser, out);
    }
    if (sw_template_take(parser, SW_TOKEN_SIGN, "[")) {
        return read_list(parser, "]", out);
    }
    if (sw_template_take(parser, SW_TOKEN_SIGN, "{")) {
        return read_list(parser, "}", out);
    }
    return sw_template_fail(parser, "there is no value");
}

/* --- what stands behind a value -------------------------------------------------------------- */

static sw_result read_argument(struct sw_template_parser *parser, struct sw_node **out)
{
    while (sw_template_take(parser, SW_TOKEN_SIGN, "*") ||
           sw_template_take(parser, SW_TOKEN_SIGN, "**")) {
    }
    const struct sw_token *token = parser->token;
    if (token->kind == SW_TOKEN_NAME && token[1].kind == SW_TOKEN_SIGN &&
        sw_str_is(token[1].text, "=")) {
        parser->token += 2;
        struct sw_node *value;
        SW_TRY(sw_template_expression(parser, true, &value));
        return make(parser, SW_NODE_NAMED, token->text, value, out);
    }
    return sw_template_expression(parser, true, out);
}

sw_result sw_template_arguments(struct sw_template_parser *parser, struct sw_node ***last)
{
    SW_TRY(sw_template_need(parser, SW_TOKEN_SIGN, "("));
    while (!sw_template_take(parser, SW_TOKEN_SIGN, ")")) {
        SW_TRY(read_argument(parser, *last));
        *last = &(**last)->next;
        if (!sw_template_take(parser, SW_TOKEN_SIGN, ",") && !next_is(parser, SW_TOKEN_SIGN, ")")) {
            return sw_template_need(parser, SW_TOKEN_SIGN, ")");
        }
    }
    return SW_OK;
}

static sw_result read_slice_part(struct sw_template_parser *parser, struct sw_node **out)
{
    if (next_is(parser, SW_TOKEN_SIGN, ":") || next_is(parser, SW_TOKEN_SIGN, "]") ||
        next_is(parser, SW_TOKEN_SIGN, ",")) {
        return make(parser, SW_NODE_NUMBER, sw_str(""), NULL, out);
    }
    return sw_template_expression(parser, true, out);
}

static sw_result read_index(struct sw_template_parser *parser, struct sw_node **out)
{
    struct sw_node *first;
    SW_TRY(read_slice_part(parser, &first));
    if (!next_is(parser, SW_TOKEN_SIGN, ":")) {
        *out = first;
        return SW_OK;
    }
    SW_TRY(make(parser, SW_NODE_SLICE, sw_str(""), first, out));
    struct sw_node **last = &first->next;
    for (size_t i = 0; i < 2 && sw_template_take(parser, SW_TOKEN_SIGN, ":"); i++) {
        SW_TRY(read_slice_part(parser, last));
        last = &(*last)->next;
    }
    return SW_OK;
}

static sw_result read_subscript(struct sw_template_parser *parser, struct sw_node **node)
{
    struct sw_node *index;
    SW_TRY(read_index(parser, &index));
    while (sw_template_take(parser, SW_TOKEN_SIGN, ",")) {
        struct sw_node *more;
        SW_TRY(read_index(parser, &more));
        SW_TRY(make(parser, SW_NODE_LIST, sw_str(""), index, &index));
        index->first->next = more;
    }
    SW_TRY(sw_template_need(parser, SW_TOKEN_SIGN, "]"));
    SW_TRY(make(parser, SW_NODE_ITEM, sw_str(""), *node, node));
    (*node)->first->next = index;
    return SW_OK;
}

/* After a dot: a name, or an index as a number. */
static sw_result read_attribute(struct sw_template_parser *parser, struct sw_node **node)
{
    struct sw_str name = parser->token->text;
    if (parser->token->kind != SW_TOKEN_NAME && parser->token->kind != SW_TOKEN_NUMBER) {
        return sw_template_fail(parser, "there is no name after '.'");
    }
    parser->token++;
    return make(parser, SW_NODE_ATTRIBUTE, name, *node, node);
}

/* The name of a filter or test, which may have dots. */
static sw_result read_dotted(struct sw_template_parser *parser, struct sw_str *name)
{
    SW_TRY(sw_template_name(parser, name));
    while (sw_template_take(parser, SW_TOKEN_SIGN, ".")) {
        struct sw_str part = {0};
        SW_TRY(sw_template_name(parser, &part));
        name->len = (size_t)(part.ptr + part.len - name->ptr);
    }
    return SW_OK;
}

static sw_result read_filter(struct sw_template_parser *parser, struct sw_node **node)
{
    struct sw_str name = {0};
    SW_TRY(read_dotted(parser, &name));
    struct sw_node *value = *node;
    SW_TRY(make(parser, SW_NODE_FILTER, name, value, node));
    struct sw_node **last = &value->next;
    return next_is(parser, SW_TOKEN_SIGN, "(") ? sw_template_arguments(parser, &last) : SW_OK;
}

static bool begins_operand(const struct sw_token *token)
{
    static const char *const others[] = {"else", "or", "and", "is", "in", "if", "not"};
    bool named = token->kind == SW_TOKEN_NAME;
    for (size_t i = 0; named && i < SW_COUNT(others); i++) {
        named = !sw_str_is(token->text, others[i]);
    }
    bool bracket = token->kind == SW_TOKEN_SIGN &&
                   (sw_str_is(token->text, "[") || sw_str_is(token->text, "{"));
    return named || bracket || token->kind == SW_TOKEN_STRING || token->kind == SW_TOKEN_NUMBER;
}

static sw_result read_suffixed(
    struct sw_template_parser *parser, bool filters, struct sw_node **out);

/* `is name`, `is not name`, with arguments in brackets or one without. */
static sw_result read_test(struct sw_template_parser *parser, struct sw_node **node)
{
    bool inverted = sw_template_take(parser, SW_TOKEN_NAME, "not");
    struct sw_str name = {0};
    SW_TRY(read_dotted(parser, &name));
    struct sw_node *value = *node;
    SW_TRY(make(parser, SW_NODE_TEST, name, value, node));
    struct sw_node **last = &value->next;
    if (next_is(parser, SW_TOKEN_SIGN, "(")) {
        SW_TRY(sw_template_arguments(parser, &last));
    } else if (begins_operand(parser->token)) {
        SW_TRY(read_suffixed(parser, false, last));
    }
    return inverted ? make(parser, SW_NODE_UNARY, sw_str("not"), *node, node) : SW_OK;
}

static sw_result read_call(struct sw_template_parser *parser, struct sw_node **node)
{
    struct sw_node *callee = *node;
    SW_TRY(make(parser, SW_NODE_CALL, sw_str(""), callee, node));
    struct sw_node **last = &callee->next;
    return sw_template_arguments(parser, &last);
}

static sw_result read_suffixed(
    struct sw_template_parser *parser, bool filters, struct sw_node **out)
{
    SW_TRY(read_value(parser, out));
    for (;;) {
        if (sw_template_take(parser, SW_TOKEN_SIGN, ".")) {
            SW_TRY(read_attribute(parser, out));
        } else if (sw_template_take(parser, SW_TOKEN_SIGN, "[")) {
            SW_TRY(read_subscript(parser, out));
        } else if (next_is(parser, SW_TOKEN_SIGN, "(")) {
            SW_TRY(read_call(parser, out));
        } else if (filters && sw_template_take(parser, SW_TOKEN_SIGN, "|")) {
            SW_TRY(read_filter(parser, out));
        } else if (filters && sw_template_take(parser, SW_TOKEN_NAME, "is")) {
            SW_TRY(read_test(parser, out));
        } else {
            return SW_OK;
        }
    }
}

/* --- operators ------------------------------------------------------------------------------- */

static sw_result read_unary(struct sw_template_parser *parser, struct sw_node **out)
{
    SW_TRY(enter(parser));
    bool minus = sw_template_take(parser, SW_TOKEN_SIGN, "-");
    if (minus || sw_template_take(parser, SW_TOKEN_SIGN, "+")) {
        SW_TRY(read_unary(parser, out));
        SW_TRY(make(parser, SW_NODE_UNARY, sw_str(minus ? "-" : "+"), *out, out));
    } else {
        SW_TRY(read_suffixed(parser, true, out));
    }
    parser->depth--;
    return SW_OK;
}

/* From the loosest that binds two values to the tightest. */
static const char *const levels[][10] = {
    {"or", NULL},
    {"and", NULL},
    {"not", NULL}, /* stands before one value */
    {"==", "!=", ">=", "<=", ">", "<", "in", "not in", NULL},
    {"+", "-", NULL},
    {"~", NULL},
    {"*", "//", "/", "%", NULL},
    {"**", NULL},
};
enum { LEVEL_NOT = 2 };

static bool take_operator(struct sw_template_parser *parser, size_t level, struct sw_str *out)
{
    for (size_t i = 0; levels[level][i] != NULL; i++) {
        const char *text = levels[level][i];
        *out = sw_str(text);
        if (strcmp(text, "not in") == 0 && next_is(parser, SW_TOKEN_NAME, "not") &&
            parser->token[1].kind == SW_TOKEN_NAME && sw_str_is(parser->token[1].text, "in")) {
            parser->token += 2;
            return true;
        }
        if (sw_template_take(parser, SW_TOKEN_SIGN, text) ||
            sw_template_take(parser, SW_TOKEN_NAME, text)) {
            return true;
        }
    }
    return false;
}

static sw_result read_level(struct sw_template_parser *parser, size_t level, struct sw_node **out)
{
    if (level == SW_COUNT(levels)) {
        return read_unary(parser, out);
    }
    if (level == LEVEL_NOT) {
        if (!sw_template_take(parser, SW_TOKEN_NAME, "not")) {
            return read_level(parser, level + 1, out);
        }
        SW_TRY(enter(parser));
        SW_TRY(read_level(parser, level, out));
        parser->depth--;
        return make(parser, SW_NODE_UNARY, sw_str("not"), *out, out);
    }
    SW_TRY(read_level(parser, level + 1, out));
    struct sw_str sign;
    while (take_operator(parser, level, &sign)) {
        struct sw_node *right;
        SW_TRY(read_level(parser, level + 1, &right));
        SW_TRY(make(parser, SW_NODE_BINARY, sign, *out, out));
        (*out)->first->next = right;
    }
    return SW_OK;
}

sw_result sw_template_expression(
    struct sw_template_parser *parser, bool choice, struct sw_node **out)
{
    SW_TRY(enter(parser));
    SW_TRY(read_level(parser, 0, out));
    while (choice && sw_template_take(parser, SW_TOKEN_NAME, "if")) {
        struct sw_node *condition;
        SW_TRY(read_level(parser, 0, &condition));
        (*out)->next = condition;
        struct sw_node *value = *out;
        if (sw_template_take(parser, SW_TOKEN_NAME, "else")) {
            SW_TRY(sw_template_expression(parser, true, &condition->next));
        }
        SW_TRY(make(parser, SW_NODE_CHOICE, sw_str(""), value, out));
    }
    parser->depth--;
    return SW_OK;
}

sw_result sw_template_tuple(struct sw_template_parser *parser, bool choice, struct sw_node **out)
{
    SW_TRY(sw_template_expression(parser, choice, out));
    if (!next_is(parser, SW_TOKEN_SIGN, ",")) {
        return SW_OK;
    }
    struct sw_node *first = *out;
    struct sw_node **last = &first->next;
    SW_TRY(make(parser, SW_NODE_LIST, sw_str(""), first, out));
    while (sw_template_take(parser, SW_TOKEN_SIGN, ",")) {
        if (parser->token->kind == SW_TOKEN_CLOSE_BLOCK ||
            parser->token->kind == SW_TOKEN_CLOSE_PRINT || next_is(parser, SW_TOKEN_SIGN, ")") ||
            next_is(parser, SW_TOKEN_SIGN, "=") || next_is(parser, SW_TOKEN_NAME, "in")) {
            break;
        }
        SW_TRY(sw_template_expression(parser, choice, last));
        last = &(*last)->next;
    }
    return SW_OK;
}
