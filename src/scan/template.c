/* The statements of templates: tags and their blocks, and what they bind. */
#include "scan/template.h"

#define BLOCKS_MAX 100u
#define GUARDED_WORDS 8u /* behind a mark in a message, so many words are an instruction */

struct block {
    struct sw_str name;
    bool guarded; /* by marks in a message */
    bool said;
    size_t words;
    size_t at;
};

struct reading {
    struct sw_template_parser parser;
    struct sw_template_judge judge;
    struct block blocks[BLOCKS_MAX];
    size_t depth;
};

typedef enum sw_code (*tag_reader)(struct reading *r);

static sw_result fail(struct reading *r, const char *what)
{
    return sw_template_fail(&r->parser, what);
}

static bool take(struct reading *r, enum sw_token_kind kind, const char *text)
{
    return sw_template_take(&r->parser, kind, text);
}

static bool at_end_of_tag(const struct reading *r)
{
    return r->parser.token->kind == SW_TOKEN_CLOSE_BLOCK;
}

static sw_result expression(struct reading *r, struct sw_node **out)
{
    SW_TRY(sw_template_tuple(&r->parser, true, out));
    return sw_template_judge_expression(&r->judge, *out);
}

static sw_result open_block(struct reading *r, const char *name, bool guarded)
{
    if (r->depth == BLOCKS_MAX) {
        return fail(r, "blocks that are nested too deep");
    }
    r->blocks[r->depth++] =
        (struct block){.name = sw_str(name), .guarded = guarded, .at = r->parser.token->at};
    return SW_OK;
}

/* Words that are printed only when a message holds a mark. */
static sw_result print_words(struct reading *r, struct sw_str text)
{
    size_t words = sw_template_words(text);
    for (size_t i = 0; i < r->depth && words > 0; i++) {
        struct block *block = &r->blocks[i];
        block->words += words;
        if (block->guarded && !block->said && block->words >= GUARDED_WORDS) {
            block->said = true;
            SW_TRY(sw_template_found(&r->judge, "template-trigger", SW_SEVERITY_HIGH, block->at,
                "prints words of its own when a message holds a mark"));
        }
    }
    return SW_OK;
}

static bool is_raise(const struct sw_node *node)
{
    return node->kind == SW_NODE_CALL && node->first->kind == SW_NODE_NAME &&
           sw_str_is(node->first->text, "raise_exception");
}

static sw_result print_strings(struct reading *r, const struct sw_node *node)
{
    if (node->kind == SW_NODE_STRING) {
        return print_words(r, node->text);
    }
    for (const struct sw_node *part = node->first; part != NULL && !is_raise(node);
         part = part->next) {
        SW_TRY(print_strings(r, part));
    }
    return SW_OK;
}

/* --- tags ------------------------------------------------------------------------------------ */

static sw_result read_if(struct reading *r)
{
    struct sw_node *condition;
    SW_TRY(expression(r, &condition));
    return open_block(r, "if", r->judge.trigger);
}

static sw_result need_block(struct reading *r, const char *a, const char *b)
{
    struct sw_str name = r->depth == 0 ? sw_str("") : r->blocks[r->depth - 1].name;
    return sw_str_is(name, a) || sw_str_is(name, b) ? SW_OK : fail(r, "a branch of no block");
}

static sw_result read_elif(struct reading *r)
{
    SW_TRY(need_block(r, "if", "if"));
    r->depth--;
    return read_if(r);
}

static sw_result read_else(struct reading *r)
{
    SW_TRY(need_block(r, "if", "for"));
    r->blocks[r->depth - 1].guarded = false;
    return SW_OK;
}

/* a, (b, c): names that are bound. */
static sw_result read_targets(struct reading *r, const struct sw_node *value, bool content)
{
    bool many = false;
    for (;;) {
        if (take(r, SW_TOKEN_SIGN, "(") || take(r, SW_TOKEN_SIGN, ")") ||
            take(r, SW_TOKEN_SIGN, ",")) {
            many = true;
            continue;
        }
        if (r->parser.token->kind != SW_TOKEN_NAME || sw_str_is(r->parser.token->text, "in")) {
            return SW_OK;
        }
        struct sw_str name;
        SW_TRY(sw_template_name(&r->parser, &name));
        while (take(r, SW_TOKEN_SIGN, ".")) {
            SW_TRY(sw_template_name(&r->parser, &name));
        }
        SW_TRY(sw_template_bind(&r->judge, name, many ? NULL : value, content, false));
    }
}

/* The targets are read again when it is known what they get. */
static sw_result pass_targets(struct reading *r, const struct sw_token **start)
{
    *start = r->parser.token;
    while (!at_end_of_tag(r) && !sw_str_is(r->parser.token->text, "in") &&
           !sw_str_is(r->parser.token->text, "=") && r->parser.token->kind != SW_TOKEN_END &&
           !sw_str_is(r->parser.token->text, "|")) {
        r->parser.token++;
    }
    return r->parser.token == *start ? fail(r, "there is no name") : SW_OK;
}

static sw_result bind_targets(
    struct reading *r, const struct sw_token *start, const struct sw_node *value, bool content)
{
    const struct sw_token *end = r->parser.token;
    r->parser.token = start;
    SW_TRY(read_targets(r, value, content));
    r->parser.token = end;
    return SW_OK;
}

static sw_result read_for(struct reading *r)
{
    const struct sw_token *start;
    struct sw_node *values;
    SW_TRY(pass_targets(r, &start));
    SW_TRY(sw_template_need(&r->parser, SW_TOKEN_NAME, "in"));
    SW_TRY(sw_template_tuple(&r->parser, false, &values));
    SW_TRY(bind_targets(r, start, NULL, sw_template_is_content(&r->judge, values)));
    SW_TRY(sw_template_judge_expression(&r->judge, values));
    if (take(r, SW_TOKEN_NAME, "if")) {
        struct sw_node *condition;
        SW_TRY(expression(r, &condition));
    }
    (void)take(r, SW_TOKEN_NAME, "recursive");
    return open_block(r, "for", false);
}

/* The filters of a block, judged as what they would be without it: the first as a call. */
static sw_result read_filters(struct reading *r, const char *block)
{
    struct sw_node *filters;
    size_t at = r->parser.token->at;
    SW_TRY(expression(r, &filters));
    SW_TRY(sw_template_found(&r->judge, "template-call", SW_SEVERITY_MEDIUM, at,
        "filters a whole block, which was not followed"));
    return open_block(r, block, false);
}

static sw_result read_filter(struct reading *r)
{
    return read_filters(r, "filter");
}

static sw_result read_set(struct reading *r)
{
    const struct sw_token *start;
    struct sw_node *value;
    SW_TRY(pass_targets(r, &start));
    if (take(r, SW_TOKEN_SIGN, "=")) {
        SW_TRY(expression(r, &value));
        return bind_targets(r, start, value, sw_template_is_content(&r->judge, value));
    }
    SW_TRY(bind_targets(r, start, NULL, true));
    return take(r, SW_TOKEN_SIGN, "|") ? read_filters(r, "set") : open_block(r, "set", false);
}

/* (a, b=c): names with values of their own. `given`: which of them hold what somebody wrote. */
static sw_result read_parameters(struct reading *r, uint64_t given)
{
    if (!take(r, SW_TOKEN_SIGN, "(")) {
        return SW_OK;
    }
    while (!take(r, SW_TOKEN_SIGN, ")")) {
        struct sw_str name;
        struct sw_node *value;
        SW_TRY(sw_template_name(&r->parser, &name));
        SW_TRY(sw_template_bind(&r->judge, name, NULL, (given & 1) != 0, false));
        given >>= 1;
        if (take(r, SW_TOKEN_SIGN, "=")) {
            SW_TRY(sw_template_expression(&r->parser, true, &value));
            SW_TRY(sw_template_judge_expression(&r->judge, value));
        }
        (void)take(r, SW_TOKEN_SIGN, ",");
    }
    return SW_OK;
}

static sw_result read_macro(struct reading *r)
{
    struct sw_str name;
    SW_TRY(sw_template_name(&r->parser, &name));
    SW_TRY(sw_template_bind(&r->judge, name, NULL, false, true));
    SW_TRY(read_parameters(r, sw_template_bound(&r->judge, name)->given));
    return open_block(r, "macro", false);
}

static sw_result read_call(struct reading *r)
{
    struct sw_node *call;
    SW_TRY(read_parameters(r, 0));
    SW_TRY(expression(r, &call));
    return open_block(r, "call", false);
}

static sw_result read_block(struct reading *r)
{
    struct sw_str name;
    SW_TRY(sw_template_name(&r->parser, &name));
    while (take(r, SW_TOKEN_NAME, "scoped") || take(r, SW_TOKEN_NAME, "required")) {
    }
    return open_block(r, "block", false);
}

static sw_result read_with(struct reading *r)
{
    while (!at_end_of_tag(r)) {
        const struct sw_token *start;
        struct sw_node *value;
        SW_TRY(pass_targets(r, &start));
        SW_TRY(sw_template_need(&r->parser, SW_TOKEN_SIGN, "="));
        SW_TRY(sw_template_expression(&r->parser, true, &value));
        SW_TRY(sw_template_judge_expression(&r->judge, value));
        SW_TRY(bind_targets(r, start, value, sw_template_is_content(&r->judge, value)));
        (void)take(r, SW_TOKEN_SIGN, ",");
    }
    return open_block(r, "with", false);
}

static sw_result read_generation(struct reading *r)
{
    return open_block(r, "generation", false);
}

static sw_result read_autoescape(struct reading *r)
{
    struct sw_node *value;
    SW_TRY(expression(r, &value));
    return open_block(r, "autoescape", false);
}

static sw_result read_do(struct reading *r)
{
    struct sw_node *value;
    return expression(r, &value);
}

static sw_result read_nothing(struct reading *r)
{
    (void)r;
    return SW_OK;
}

/* include, import, from and extends: another file. */
static sw_result read_file(struct reading *r)
{
    size_t at = r->parser.token->at;
    struct sw_node *name;
    SW_TRY(sw_template_expression(&r->parser, true, &name));
    bool constant = name->kind == SW_NODE_STRING;
    SW_TRY(sw_template_found(&r->judge, "template-include",
        constant ? SW_SEVERITY_HIGH : SW_SEVERITY_CRITICAL, at, "reads the file %s" SW_STR_FMT "%s",
        constant ? "'" : "that it computes", SW_STR_ARG(constant ? name->text : sw_str("")),
        constant ? "'" : ""));
    SW_TRY(sw_template_judge_expression(&r->judge, name));
    while (!at_end_of_tag(r) && r->parser.token->kind == SW_TOKEN_NAME) {
        struct sw_str word = r->parser.token->text;
        r->parser.token++;
        SW_TRY(sw_template_bind(&r->judge, word, NULL, true, true));
        (void)take(r, SW_TOKEN_SIGN, ",");
    }
    return SW_OK;
}

static const struct {
    const char *name;
    tag_reader read;
} tags[] = {
    {"if", read_if},
    {"elif", read_elif},
    {"else", read_else},
    {"for", read_for},
    {"set", read_set},
    {"macro", read_macro},
    {"call", read_call},
    {"filter", read_filter},
    {"block", read_block},
    {"with", read_with},
    {"generation", read_generation},
    {"autoescape", read_autoescape},
    {"do", read_do},
    {"break", read_nothing},
    {"continue", read_nothing},
    {"include", read_file},
    {"import", read_file},
    {"from", read_file},
    {"extends", read_file},
};

static sw_result end_block(struct reading *r, struct sw_str name)
{
    struct sw_str what = sw_str_n(name.ptr + 3, name.len - 3);
    if (r->depth == 0 || !sw_str_equal(r->blocks[r->depth - 1].name, what)) {
        return fail(r, "the end of a block that did not begin");
    }
    r->depth--;
    if (sw_str_is(what, "block") && r->parser.token->kind == SW_TOKEN_NAME) {
        r->parser.token++;
    }
    return SW_OK;
}

static sw_result read_tag(struct reading *r)
{
    struct sw_str name;
    SW_TRY(sw_template_name(&r->parser, &name));
    enum sw_code code = SW_E_UNSUPPORTED;
    for (size_t i = 0; i < SW_COUNT(tags) && code == SW_E_UNSUPPORTED; i++) {
        code = sw_str_is(name, tags[i].name) ? tags[i].read(r) : code;
    }
    if (code == SW_E_UNSUPPORTED) {
        code = sw_str_starts(name, "end") ? end_block(r, name) : fail(r, "a tag of no known name");
    }
    SW_TRY(code);
    return at_end_of_tag(r) ? SW_OK : fail(r, "a tag that goes on behind its end");
}

static sw_result read_all(struct reading *r)
{
    struct sw_node *value;
    while (r->parser.token->kind != SW_TOKEN_END) {
        const struct sw_token *token = r->parser.token++;
        switch ((int)token->kind) {
        case SW_TOKEN_DATA:
            SW_TRY(sw_template_judge_text(&r->judge, token->text, token->at));
            SW_TRY(print_words(r, token->text));
            break;
        case SW_TOKEN_OPEN_PRINT:
            SW_TRY(expression(r, &value));
            SW_TRY(print_strings(r, value));
            SW_TRY(sw_template_need(&r->parser, SW_TOKEN_CLOSE_PRINT, "}}"));
            break;
        default: SW_TRY(read_tag(r)); r->parser.token++;
        }
    }
    return r->depth == 0 ? SW_OK : fail(r, "a block that does not end");
}

/* --- whole texts ----------------------------------------------------------------------------- */

/* In a loop, and in a macro, a name may hold what is only bound further down: the first round tells
 * what names hold, the second one judges. */
static sw_result inspect(
    struct sw_inspection *in, struct sw_bytes text, bool sure, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)256 << 20);
    struct sw_token *tokens;
    size_t count;
    SW_TRY(sw_template_lex(&arena, text, &tokens, &count, err));
    struct reading reading = {.parser = {.arena = &arena, .token = tokens, .err = err},
        .judge = {.in = in, .arena = &arena, .sure = sure, .first = true}};
    SW_TRY(read_all(&reading));
    reading.judge.first = false;
    reading.judge.work = 0;
    reading.parser = (struct sw_template_parser){.arena = &arena, .token = tokens, .err = err};
    return read_all(&reading);
}

sw_result sw_template_inspect(struct sw_inspection *in, struct sw_bytes text)
{
    struct sw_error err = {0};
    if (text.len > SW_TEMPLATE_SIZE_MAX) {
        return sw_found(in, "template-broken", SW_SEVERITY_HIGH, UINT64_MAX,
            "a chat template of %zu bytes, which was not read", text.len);
    }
    enum sw_code code = inspect(in, text, true, &err);
    if (code == SW_OK || (code == SW_E_NOMEM && err.text[0] == '\0')) {
        return code;
    }
    return sw_found(in, "template-broken", SW_SEVERITY_HIGH, UINT64_MAX,
        "a chat template cannot be read: %s", err.text[0] != '\0' ? err.text : sw_code_text(code));
}

static bool has(struct sw_bytes text, const char *word)
{
    return text.len > 0 && memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

bool sw_text_has_tags(struct sw_bytes text)
{
    return has(text, "{%") || has(text, "{{");
}

static bool begins_as_template(struct sw_bytes text)
{
    size_t at = 0;
    while (at < text.len && memchr(" \t\r\n", text.ptr[at], 4) != NULL) {
        at++;
    }
    return text.len - at >= 2 && text.ptr[at] == '{' &&
           memchr("{%#", text.ptr[at + 1], 3) != NULL && (has(text, "%}") || has(text, "}}"));
}

/* Tags about what a loader calls by these names. */
static bool speaks_as_template(struct sw_bytes text)
{
    return has(text, "{%") &&
           (has(text, "messages") || has(text, "bos_token") || has(text, "add_generation_prompt"));
}

#define WORD_MAX 64u /* bytes: vocabularies have words such as "{{" and "{%-" */

/* What cannot be read is then no template, but for signs that it wants to be taken for one. */
sw_result sw_text_find_template(struct sw_inspection *in, struct sw_bytes text)
{
    struct sw_error err = {0};
    if (!sw_text_has_tags(text)) {
        return SW_OK;
    }
    bool speaks = speaks_as_template(text);
    bool sure = speaks || begins_as_template(text);
    bool word = text.len < WORD_MAX && !speaks;
    enum sw_code code = text.len > SW_TEMPLATE_SIZE_MAX
                            ? sw_fail(&err, SW_E_LIMIT, "it is larger than a template may be")
                            : inspect(in, text, sure, &err);
    if (code == SW_OK || (code == SW_E_FORMAT && (!sure || word))) {
        return SW_OK;
    }
    return sw_found(in, "template-broken", speaks ? SW_SEVERITY_HIGH : SW_SEVERITY_MEDIUM,
        UINT64_MAX, "a text with the look of a template cannot be read: %s",
        err.text[0] != '\0' ? err.text : sw_code_text(code));
}
