#include "codec/json_lex.h"

#include "codec/json_number.h"
#include "codec/json_string.h"

#include <inttypes.h>
#include <stdlib.h>

#define DEFAULT_BYTES (UINT64_C(256) << 20)
#define DEFAULT_DEPTH 64
#define DEFAULT_VALUES (16u << 20)

/* Bytes of a hostile name that an error message repeats. */
#define NAME_SHOWN 80

struct sw_json_limits sw_json_limits_filled(const struct sw_json_limits *limits)
{
    static const struct sw_json_limits none = {0};
    limits = limits == NULL ? &none : limits;
    return (struct sw_json_limits){
        .max_bytes = limits->max_bytes == 0 ? DEFAULT_BYTES : limits->max_bytes,
        .max_depth = limits->max_depth == 0 ? DEFAULT_DEPTH : limits->max_depth,
        .max_values = limits->max_values == 0 ? DEFAULT_VALUES : limits->max_values,
    };
}

sw_result sw_json_check_size(
    struct sw_bytes text, const struct sw_json_limits *limits, struct sw_error *err)
{
    if (text.len <= limits->max_bytes) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_LIMIT,
        "byte %" PRIu64 ": the document is %zu bytes, more than the %" PRIu64 " that are read",
        limits->max_bytes, text.len, limits->max_bytes);
}

void sw_json_lexer_init(struct sw_json_lexer *lexer, const struct sw_json_limits *limits,
    bool copy_names, uint64_t max_names)
{
    struct sw_json_limits filled = sw_json_limits_filled(limits);
    *lexer = (struct sw_json_lexer){
        .max_token = UINT64_MAX,
        .max_depth = filled.max_depth,
        .max_values = filled.max_values,
    };
    sw_json_names_init(&lexer->names, copy_names, max_names);
}

void sw_json_lexer_release(struct sw_json_lexer *lexer)
{
    for (size_t i = 0; i < lexer->depth; i++) {
        free(lexer->levels[i].scope.slots);
    }
    free(lexer->levels);
    lexer->levels = NULL;
    lexer->depth = 0;
    sw_json_names_release(&lexer->names);
}

static uint64_t offset_of(const struct sw_json_lexer *lexer, const uint8_t *at)
{
    return lexer->base + (uint64_t)(at - lexer->start);
}

static enum sw_code fail_at(
    const struct sw_json_lexer *lexer, const uint8_t *at, const char *what, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "byte %" PRIu64 ": %s", offset_of(lexer, at), what);
}

static enum sw_code fail_expected(
    const struct sw_json_lexer *lexer, const char *expected, struct sw_error *err)
{
    uint64_t offset = offset_of(lexer, lexer->p);
    if (lexer->p == lexer->end) {
        return sw_fail(err, SW_E_FORMAT, "byte %" PRIu64 ": the input ends where %s should stand",
            offset, expected);
    }
    char found[16];
    bool shown = *lexer->p > 0x20 && *lexer->p < 0x7F;
    (void)snprintf(found, sizeof(found), shown ? "'%c'" : "byte 0x%02x", *lexer->p);
    return sw_fail(err, SW_E_FORMAT, "byte %" PRIu64 ": found %s where %s should stand", offset,
        found, expected);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Stands on the next byte that is no white space, or on the end of the input. */
static sw_result skip_space(struct sw_json_lexer *lexer, struct sw_error *err)
{
    for (;;) {
        while (lexer->p < lexer->end && is_space(*lexer->p)) {
            lexer->p++;
        }
        if (lexer->p < lexer->end || lexer->last) {
            return SW_OK;
        }
        SW_TRY(lexer->refill(lexer, err));
    }
}

/* Bytes that a number or a literal may hold, or that would make one wrong if they followed it. */
static bool is_word(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '.';
}

/* Looks for the end of the token at p from `seen` bytes on. True when it is in the window; else
 * *seen says from where to look when there is more. */
static bool find_end(const struct sw_json_lexer *lexer, bool string, size_t *seen)
{
    const uint8_t *at = lexer->p + *seen;
    uint64_t high = 0;
    while (at < lexer->end) {
        if (!string) {
            if (!is_word(*at)) {
                return true;
            }
            at++;
            continue;
        }
        at = sw_json_find_stop(at, lexer->end, &high);
        if (at < lexer->end && *at != '\\') {
            return true;
        }
        if (lexer->end - at < 2) {
            break;
        }
        at += 2;
    }
    *seen = (size_t)(at - lexer->p);
    return false;
}

/* Brings the whole token at p into the window, unless the input ends first. */
static sw_result need_token(struct sw_json_lexer *lexer, struct sw_error *err)
{
    bool string = *lexer->p == '"';
    size_t seen = 1;
    while (!lexer->last && !find_end(lexer, string, &seen)) {
        SW_TRY(lexer->refill(lexer, err));
    }
    return SW_OK;
}

sw_result sw_json_lexer_check_token(
    const struct sw_json_lexer *lexer, const uint8_t *from, const uint8_t *to, struct sw_error *err)
{
    uint64_t quotes = from < to && *from == '"' ? 2 : 0;
    uint64_t len = (uint64_t)(to - from);
    if (len > quotes && len - quotes > lexer->max_token) {
        return sw_fail(err, SW_E_LIMIT,
            "byte %" PRIu64 ": a string or number is longer than %" PRIu64 " bytes",
            offset_of(lexer, from), lexer->max_token);
    }
    return SW_OK;
}

static sw_result count_value(struct sw_json_lexer *lexer, struct sw_error *err)
{
    if (lexer->values == lexer->max_values) {
        return sw_fail(err, SW_E_LIMIT, "byte %" PRIu64 ": more than %" PRIu32 " values and names",
            offset_of(lexer, lexer->p), lexer->max_values);
    }
    lexer->values++;
    return SW_OK;
}

/* Says where the first character that is not UTF-8 stands. */
static enum sw_code fail_utf8(
    const struct sw_json_lexer *lexer, const uint8_t *from, const uint8_t *to, struct sw_error *err)
{
    const uint8_t *at = from;
    while (at < to) {
        size_t len = *at < 0x80 ? 1 : *at < 0xE0 ? 2 : *at < 0xF0 ? 3 : 4;
        if ((size_t)(to - at) < len || !sw_utf8_valid(sw_bytes(at, len))) {
            break;
        }
        at += len;
    }
    return fail_at(lexer, at, "a string is not valid UTF-8", err);
}

/* Decodes [from, end), which holds escapes, each with a byte behind its backslash. What is decoded
 * is never longer than how it was written, so that it fits in its own place. */
static sw_result decode_string(struct sw_json_lexer *lexer, const uint8_t *from, const uint8_t *end,
    struct sw_str *out, struct sw_error *err)
{
    uint8_t *start = lexer->arena == NULL ? (uint8_t *)(uintptr_t)from
                                          : sw_arena_alloc(lexer->arena, (size_t)(end - from));
    SW_TRY_PTR(start);
    uint8_t *to = start;
    const char *wrong = sw_json_decode_string(&from, end, &to);
    if (wrong != NULL) {
        return fail_at(lexer, from, wrong, err);
    }
    *out = sw_str_n((const char *)start, (size_t)(to - start));
    return SW_OK;
}

/* The string at p, which stands on its quote. */
static sw_result lex_string(struct sw_json_lexer *lexer, struct sw_str *out, struct sw_error *err)
{
    const uint8_t *quote = lexer->p;
    const uint8_t *from = quote + 1;
    uint64_t high = 0;
    bool escaped = false;
    const uint8_t *at = sw_json_find_stop(from, lexer->end, &high);
    while (lexer->end - at >= 2 && *at == '\\') {
        escaped = true;
        at = sw_json_find_stop(at + 2, lexer->end, &high);
    }
    if (at == lexer->end || *at == '\\') {
        return fail_at(lexer, quote, "a string has no closing quote", err);
    }
    if (*at != '"') {
        return fail_at(lexer, at, "a control character in a string; it must be escaped", err);
    }
    if (high != 0 && !sw_utf8_valid(sw_bytes(from, (size_t)(at - from)))) {
        return fail_utf8(lexer, from, at, err);
    }
    lexer->p = at + 1;
    SW_TRY(sw_json_lexer_check_token(lexer, quote, lexer->p, err));
    if (escaped) {
        return decode_string(lexer, from, at, out, err);
    }
    *out = sw_str_n((const char *)from, (size_t)(at - from));
    return SW_OK;
}

static sw_result lex_number(struct sw_json_lexer *lexer, struct sw_json *out, struct sw_error *err)
{
    const uint8_t *from = lexer->p;
    const char *wrong = NULL;
    const uint8_t *to = sw_json_number_scan(from, lexer->end, &wrong);
    if (wrong != NULL) {
        return fail_at(lexer, to, wrong, err);
    }
    lexer->p = to;
    SW_TRY(sw_json_lexer_check_token(lexer, from, to, err));
    out->type = SW_JSON_NUMBER;
    out->text = sw_str_n((const char *)from, (size_t)(to - from));
    return SW_OK;
}

static sw_result lex_literal(struct sw_json_lexer *lexer, struct sw_json *out, struct sw_error *err)
{
    static const struct {
        const char *text;
        size_t len;
        enum sw_json_type type;
        bool boolean;
    } literals[] = {
        {"null", 4, SW_JSON_NULL, false},
        {"true", 4, SW_JSON_BOOL, true},
        {"false", 5, SW_JSON_BOOL, false},
    };
    for (size_t i = 0; i < SW_COUNT(literals); i++) {
        size_t len = literals[i].len;
        if ((size_t)(lexer->end - lexer->p) >= len &&
            memcmp(lexer->p, literals[i].text, len) == 0) {
            lexer->p += len;
            out->type = literals[i].type;
            out->boolean = literals[i].boolean;
            return SW_OK;
        }
    }
    return fail_expected(lexer, "a value", err);
}

static sw_result lex_scalar(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (!lexer->last) {
        SW_TRY(need_token(lexer, err));
    }
    event->type = SW_JSON_EVENT_VALUE;
    lexer->expect = lexer->depth == 0 ? SW_JSON_EXPECT_NOTHING : SW_JSON_EXPECT_COMMA_OR_END;
    uint8_t c = *lexer->p;
    if (c == '"') {
        event->value.type = SW_JSON_STRING;
        return lex_string(lexer, &event->value.text, err);
    }
    return c == '-' || is_digit(c) ? lex_number(lexer, &event->value, err)
                                   : lex_literal(lexer, &event->value, err);
}

static sw_result open_container(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->depth == lexer->max_depth) {
        return sw_fail(err, SW_E_LIMIT, "byte %" PRIu64 ": nested deeper than %" PRIu32 " levels",
            event->value.where, lexer->max_depth);
    }
    void *levels =
        sw_json_grow(lexer->levels, lexer->depth, &lexer->level_cap, sizeof(*lexer->levels));
    SW_TRY_PTR(levels);
    lexer->levels = levels;
    bool object = *lexer->p++ == '{';
    lexer->levels[lexer->depth++] =
        (struct sw_json_level){object, sw_json_scope_open(&lexer->names)};
    lexer->expect = object ? SW_JSON_EXPECT_NAME_OR_END : SW_JSON_EXPECT_ITEM_OR_END;
    event->type = object ? SW_JSON_EVENT_OBJECT : SW_JSON_EVENT_ARRAY;
    event->value.type = object ? SW_JSON_OBJECT : SW_JSON_ARRAY;
    return SW_OK;
}

static void close_container(struct sw_json_lexer *lexer, struct sw_json_event *event)
{
    struct sw_json_level *level = &lexer->levels[--lexer->depth];
    sw_json_scope_close(&lexer->names, &level->scope);
    lexer->p++;
    lexer->expect = lexer->depth == 0 ? SW_JSON_EXPECT_NOTHING : SW_JSON_EXPECT_COMMA_OR_END;
    event->type = level->object ? SW_JSON_EVENT_OBJECT_END : SW_JSON_EVENT_ARRAY_END;
    event->value.type = level->object ? SW_JSON_OBJECT : SW_JSON_ARRAY;
    event->depth--;
}

static sw_result lex_value(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->p == lexer->end) {
        return fail_expected(lexer, "a value", err);
    }
    SW_TRY(count_value(lexer, err));
    return *lexer->p == '{' || *lexer->p == '[' ? open_container(lexer, event, err)
                                                : lex_scalar(lexer, event, err);
}

static sw_result lex_name(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->p == lexer->end || *lexer->p != '"') {
        return fail_expected(lexer, "a name in quotes", err);
    }
    SW_TRY(count_value(lexer, err));
    if (!lexer->last) {
        SW_TRY(need_token(lexer, err));
    }
    event->type = SW_JSON_EVENT_NAME;
    event->value.type = SW_JSON_STRING;
    SW_TRY(lex_string(lexer, &event->value.text, err));
    struct sw_json_level *level = &lexer->levels[lexer->depth - 1];
    enum sw_code rc = sw_json_scope_add(&lexer->names, &level->scope, event->value.text);
    if (rc == SW_E_REFUSED) {
        size_t shown = event->value.text.len < NAME_SHOWN ? event->value.text.len : NAME_SHOWN;
        return sw_fail(err, SW_E_FORMAT,
            "byte %" PRIu64 ": the name \"%.*s\" stands twice in one object", event->value.where,
            (int)shown, event->value.text.ptr);
    }
    if (rc == SW_E_LIMIT) {
        return sw_fail(err, SW_E_LIMIT,
            "byte %" PRIu64 ": the names of the open objects take more than %" PRIu64 " bytes",
            event->value.where, lexer->names.max);
    }
    lexer->expect = SW_JSON_EXPECT_COLON;
    return rc;
}

static sw_result lex_first(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->many && lexer->p == lexer->end) {
        event->type = SW_JSON_EVENT_END;
        return SW_OK;
    }
    lexer->values = 0;
    return lex_value(lexer, event, err);
}

static sw_result lex_item_or_end(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->p < lexer->end && *lexer->p == ']') {
        close_container(lexer, event);
        return SW_OK;
    }
    return lex_value(lexer, event, err);
}

static sw_result lex_name_or_end(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->p < lexer->end && *lexer->p == '}') {
        close_container(lexer, event);
        return SW_OK;
    }
    return lex_name(lexer, event, err);
}

/* Passes over the punctuation at p, to stand on what follows it. */
static sw_result pass(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    lexer->p++;
    SW_TRY(skip_space(lexer, err));
    event->value.where = offset_of(lexer, lexer->p);
    return SW_OK;
}

static sw_result lex_colon(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->p == lexer->end || *lexer->p != ':') {
        return fail_expected(lexer, "':'", err);
    }
    SW_TRY(pass(lexer, event, err));
    return lex_value(lexer, event, err);
}

static sw_result lex_comma_or_end(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    bool object = lexer->levels[lexer->depth - 1].object;
    if (lexer->p < lexer->end && *lexer->p == ',') {
        SW_TRY(pass(lexer, event, err));
        return object ? lex_name(lexer, event, err) : lex_value(lexer, event, err);
    }
    if (lexer->p < lexer->end && *lexer->p == (object ? '}' : ']')) {
        close_container(lexer, event);
        return SW_OK;
    }
    return fail_expected(lexer, object ? "',' or '}'" : "',' or ']'", err);
}

static sw_result lex_end(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->p < lexer->end) {
        return fail_expected(lexer, "the end of the document", err);
    }
    event->type = SW_JSON_EVENT_END;
    return SW_OK;
}

/* Values of one stream must be kept apart, or "12" could be one value or two. */
static sw_result need_separator(struct sw_json_lexer *lexer, struct sw_error *err)
{
    while (lexer->p == lexer->end && !lexer->last) {
        SW_TRY(lexer->refill(lexer, err));
    }
    if (lexer->p < lexer->end && !is_space(*lexer->p)) {
        return fail_expected(lexer, "white space", err);
    }
    lexer->expect = SW_JSON_EXPECT_FIRST;
    return SW_OK;
}

sw_result sw_json_lexer_next(
    struct sw_json_lexer *lexer, struct sw_json_event *event, struct sw_error *err)
{
    if (lexer->many && lexer->expect == SW_JSON_EXPECT_NOTHING) {
        SW_TRY(need_separator(lexer, err));
    }
    SW_TRY(skip_space(lexer, err));
    event->depth = (uint32_t)lexer->depth;
    event->value = (struct sw_json){.where = offset_of(lexer, lexer->p)};
    switch (lexer->expect) {
    case SW_JSON_EXPECT_FIRST: return lex_first(lexer, event, err);
    case SW_JSON_EXPECT_ITEM_OR_END: return lex_item_or_end(lexer, event, err);
    case SW_JSON_EXPECT_NAME_OR_END: return lex_name_or_end(lexer, event, err);
    case SW_JSON_EXPECT_COLON: return lex_colon(lexer, event, err);
    case SW_JSON_EXPECT_COMMA_OR_END: return lex_comma_or_end(lexer, event, err);
    case SW_JSON_EXPECT_NOTHING: return lex_end(lexer, event, err);
    }
    return SW_E_INTERNAL;
}
