#include "codec/yaml.h"

#include "codec/json_build.h"
#include "codec/json_names.h"
#include "codec/json_number.h"
#include "codec/json_write.h"

#include <inttypes.h>
#include <stdlib.h>
#include <yaml.h>

#define DEFAULT_BYTES (UINT64_C(4) << 20)
#define DEFAULT_DEPTH 32
#define DEFAULT_VALUES 1000000

/* Bytes of a hostile key that an error message repeats. */
#define KEY_SHOWN 80

/* An open mapping or sequence. */
struct level {
    bool mapping;
    bool value_next; /* a key was read and its value was not */
    struct sw_json_scope scope;
};

struct reader {
    yaml_parser_t parser;
    struct sw_json_builder builder;
    struct sw_json_names names;
    struct level *levels;
    size_t depth;
    size_t level_cap;
    uint32_t max_depth;
    uint32_t max_values;
    uint32_t values;
    struct sw_error *err;
};

static void reader_release(struct reader *r)
{
    for (size_t i = 0; i < r->depth; i++) {
        free(r->levels[i].scope.slots);
    }
    free(r->levels);
    sw_json_names_release(&r->names);
    sw_json_builder_release(&r->builder);
    yaml_parser_delete(&r->parser);
}
SW_DEFINE_CLEANUP(reader, struct reader, reader_release)

SW_DEFINE_CLEANUP(event, yaml_event_t, yaml_event_delete)

static uint64_t line_of(const yaml_mark_t *mark)
{
    return (uint64_t)mark->line + 1;
}

static enum sw_code refuse(struct reader *r, const yaml_event_t *event, const char *what)
{
    return sw_fail(r->err, SW_E_FORMAT, "line %" PRIu64 ": %s", line_of(&event->start_mark), what);
}

/* What libyaml found wrong. Its reader knows no line, but has not gone past it either. */
static enum sw_code fail_syntax(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR) {
        return SW_E_NOMEM;
    }
    const yaml_mark_t *mark = p->error == YAML_READER_ERROR ? &p->mark : &p->problem_mark;
    return sw_fail(r->err, SW_E_FORMAT, "line %" PRIu64 ": %s%s%s", line_of(mark),
        p->context == NULL ? "" : p->context, p->context == NULL ? "" : ", ",
        p->problem == NULL ? "malformed YAML" : p->problem);
}

static sw_result next_event(struct reader *r, yaml_event_t *event)
{
    return yaml_parser_parse(&r->parser, event) == 1 ? SW_OK : fail_syntax(r);
}

static sw_result count_value(struct reader *r, const yaml_event_t *event)
{
    if (r->values == r->max_values) {
        return sw_fail(r->err, SW_E_LIMIT,
            "line %" PRIu64 ": more than %" PRIu32 " values and keys", line_of(&event->start_mark),
            r->max_values);
    }
    r->values++;
    return SW_OK;
}

static bool key_comes(const struct reader *r)
{
    return r->depth != 0 && r->levels[r->depth - 1].mapping && !r->levels[r->depth - 1].value_next;
}

/* In a mapping, a key comes behind each value. */
static void value_read(struct reader *r)
{
    if (r->depth != 0) {
        r->levels[r->depth - 1].value_next = false;
    }
}

static struct sw_str scalar_text(const yaml_event_t *event)
{
    return sw_str_n((const char *)event->data.scalar.value, event->data.scalar.length);
}

static bool is_number(struct sw_str text)
{
    const uint8_t *p = (const uint8_t *)text.ptr;
    const char *wrong = NULL;
    return text.len != 0 && sw_json_number_scan(p, p + text.len, &wrong) == p + text.len &&
           wrong == NULL;
}

/* The type of a plain scalar by the JSON schema (YAML 1.2.2 section 10.2), where an absent value is
 * null and what matches nothing is text. */
static struct sw_json plain_value(struct sw_str text)
{
    struct sw_json value = {.type = SW_JSON_STRING, .text = text};
    if (text.len == 0 || sw_str_is(text, "null")) {
        return (struct sw_json){.type = SW_JSON_NULL};
    }
    if (sw_str_is(text, "true") || sw_str_is(text, "false")) {
        return (struct sw_json){.type = SW_JSON_BOOL, .boolean = text.ptr[0] == 't'};
    }
    value.type = is_number(text) ? SW_JSON_NUMBER : SW_JSON_STRING;
    return value;
}

static struct sw_json scalar_value(const yaml_event_t *event)
{
    struct sw_str text = scalar_text(event);
    struct sw_json value = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE
                               ? plain_value(text)
                               : (struct sw_json){.type = SW_JSON_STRING, .text = text};
    value.where = line_of(&event->start_mark);
    return value;
}

/* The scalar as a value whose text is in the arena. */
static sw_result keep_scalar(struct reader *r, const yaml_event_t *event, struct sw_json *out)
{
    struct sw_json value = scalar_value(event);
    if (value.type == SW_JSON_STRING || value.type == SW_JSON_NUMBER) {
        value.text.ptr = sw_arena_strndup(r->builder.arena, value.text);
        SW_TRY_PTR(value.text.ptr);
    }
    *out = value;
    return SW_OK;
}

static sw_result take_key(struct reader *r, const yaml_event_t *event)
{
    struct sw_json key;
    SW_TRY(keep_scalar(r, event, &key));
    if (key.type != SW_JSON_STRING) {
        return refuse(r, event, "a key must be text; put it in quotes");
    }
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && sw_str_is(key.text, "<<")) {
        return refuse(r, event, "merge keys (<<) are not read; write the keys out");
    }
    struct level *level = &r->levels[r->depth - 1];
    enum sw_code rc = sw_json_scope_add(&r->names, &level->scope, key.text);
    if (rc == SW_E_REFUSED) {
        int shown = key.text.len < KEY_SHOWN ? (int)key.text.len : KEY_SHOWN;
        return sw_fail(r->err, SW_E_FORMAT,
            "line %" PRIu64 ": the key \"%.*s\" stands twice in one mapping", key.where, shown,
            key.text.ptr);
    }
    SW_TRY(rc);
    level->value_next = true;
    return sw_json_builder_name(&r->builder, key.text);
}

static sw_result take_scalar(struct reader *r, const yaml_event_t *event)
{
    if (event->data.scalar.anchor != NULL) {
        return refuse(r, event, "anchors are not read; write the value out");
    }
    if (event->data.scalar.tag != NULL) {
        return refuse(r, event, "tags are not read");
    }
    SW_TRY(count_value(r, event));
    if (key_comes(r)) {
        return take_key(r, event);
    }
    struct sw_json value;
    SW_TRY(keep_scalar(r, event, &value));
    value_read(r);
    return sw_json_builder_value(&r->builder, &value);
}

static sw_result open_level(struct reader *r, const yaml_event_t *event, bool mapping)
{
    if (key_comes(r)) {
        return refuse(r, event, "a key must be text, not a mapping or a sequence");
    }
    SW_TRY(count_value(r, event));
    if (r->depth == r->max_depth) {
        return sw_fail(r->err, SW_E_LIMIT,
            "line %" PRIu64 ": nested deeper than %" PRIu32 " levels", line_of(&event->start_mark),
            r->max_depth);
    }
    value_read(r);
    void *levels = sw_json_grow(r->levels, r->depth, &r->level_cap, sizeof(*r->levels));
    SW_TRY_PTR(levels);
    r->levels = levels;
    r->levels[r->depth++] =
        (struct level){.mapping = mapping, .scope = sw_json_scope_open(&r->names)};
    return sw_json_builder_open(&r->builder, mapping, line_of(&event->start_mark));
}

static sw_result take_sequence(struct reader *r, const yaml_event_t *event)
{
    if (event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL) {
        return refuse(r, event, "anchors and tags are not read");
    }
    return open_level(r, event, false);
}

static sw_result take_mapping(struct reader *r, const yaml_event_t *event)
{
    if (event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL) {
        return refuse(r, event, "anchors and tags are not read");
    }
    return open_level(r, event, true);
}

static sw_result take_end(struct reader *r, const yaml_event_t *event)
{
    sw_json_scope_close(&r->names, &r->levels[--r->depth].scope);
    return sw_json_builder_close(&r->builder);
}

static sw_result take_alias(struct reader *r, const yaml_event_t *event)
{
    return refuse(r, event, "aliases are not read; write the value out");
}

static sw_result take_mark(struct reader *r, const yaml_event_t *event)
{
    return SW_OK;
}

static enum sw_code (*const takers[])(struct reader *, const yaml_event_t *) = {
    [YAML_STREAM_START_EVENT] = take_mark,
    [YAML_DOCUMENT_START_EVENT] = take_mark,
    [YAML_DOCUMENT_END_EVENT] = take_mark,
    [YAML_STREAM_END_EVENT] = take_mark,
    [YAML_ALIAS_EVENT] = take_alias,
    [YAML_SCALAR_EVENT] = take_scalar,
    [YAML_SEQUENCE_START_EVENT] = take_sequence,
    [YAML_SEQUENCE_END_EVENT] = take_end,
    [YAML_MAPPING_START_EVENT] = take_mapping,
    [YAML_MAPPING_END_EVENT] = take_end,
};

static sw_result read_events(struct reader *r)
{
    size_t documents = 0;
    for (;;) {
        SW_CLEANUP(event) yaml_event_t event = {0};
        SW_TRY(next_event(r, &event));
        if (event.type == YAML_STREAM_END_EVENT) {
            return SW_OK;
        }
        if (event.type == YAML_DOCUMENT_START_EVENT && ++documents > 1) {
            return refuse(r, &event, "a second document begins; only one is read");
        }
        if ((size_t)event.type >= SW_COUNT(takers) || takers[event.type] == NULL) {
            return SW_E_INTERNAL;
        }
        SW_TRY(takers[event.type](r, &event));
    }
}

/* Whether a line begins at `pos`: at the start, or behind a line break of YAML 1.1 or a byte order
 * mark. */
static bool line_begins(struct sw_bytes text, size_t pos)
{
    static const char *const marks[] = {
        "\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF"};
    struct sw_str before = sw_str_n((const char *)text.ptr, pos);
    for (size_t i = 0; i < SW_COUNT(marks); i++) {
        if (sw_str_ends(before, marks[i])) {
            return true;
        }
    }
    return pos == 0;
}

/* Tags are refused, and libyaml compares each %TAG line with all others before it says anything:
 * look for them first. */
static sw_result refuse_tag_directives(struct sw_bytes text, struct sw_error *err)
{
    static const char directive[] = {'%', 'T', 'A', 'G'};
    uint64_t line = 1;
    for (size_t pos = 0; text.len - pos >= sizeof(directive); pos++) {
        if (memcmp(text.ptr + pos, directive, sizeof(directive)) == 0 && line_begins(text, pos)) {
            return sw_fail(err, SW_E_FORMAT, "line %" PRIu64 ": tags are not read", line);
        }
        line += text.ptr[pos] == '\n';
    }
    return SW_OK;
}

static sw_result reader_init(struct reader *r, struct sw_arena *arena, struct sw_bytes text,
    const struct sw_json_limits *limits)
{
    r->builder.arena = arena;
    r->builder.root = (struct sw_json){.type = SW_JSON_NULL, .where = 1};
    r->max_depth = limits->max_depth == 0 ? DEFAULT_DEPTH : limits->max_depth;
    r->max_values = limits->max_values == 0 ? DEFAULT_VALUES : limits->max_values;
    sw_json_names_init(&r->names, false, 0);
    if (yaml_parser_initialize(&r->parser) != 1) {
        return SW_E_NOMEM;
    }
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &r->parser, text.len == 0 ? (const uint8_t *)"" : text.ptr, text.len);
    return SW_OK;
}

sw_result sw_yaml_parse(struct sw_arena *arena, struct sw_bytes text,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err)
{
    static const struct sw_json_limits defaults = {0};
    limits = limits == NULL ? &defaults : limits;
    uint64_t max_bytes = limits->max_bytes == 0 ? DEFAULT_BYTES : limits->max_bytes;
    if (text.len > max_bytes) {
        return sw_fail(err, SW_E_LIMIT,
            "line 1: the document is %zu bytes, more than the %" PRIu64 " that are read", text.len,
            max_bytes);
    }
    SW_TRY(refuse_tag_directives(text, err));
    SW_CLEANUP(reader) struct reader r = {.err = err};
    SW_TRY(reader_init(&r, arena, text, limits));
    SW_TRY(read_events(&r));
    *out = r.builder.root;
    return SW_OK;
}

/* Words that some reader takes for something else than text. */
static bool is_reserved(struct sw_str text)
{
    static const char *const words[] = {
        "null", "true", "false", "yes", "no", "on", "off", "y", "n"};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (text.len == strlen(words[i]) && strncasecmp(text.ptr, words[i], text.len) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Text that no reader can take for anything but itself, wherever it stands: narrower than YAML. */
static bool is_plain(struct sw_str text)
{
    if (text.len == 0 || text.ptr[text.len - 1] == ' ' || is_reserved(text)) {
        return false;
    }
    if (!is_letter(text.ptr[0]) && text.ptr[0] != '/' && text.ptr[0] != '_') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr("_-./+@ ", c) == NULL)) {
            return false;
        }
    }
    return true;
}

/* Two and three byte characters that a YAML reader refuses, folds as line breaks or drops: C1
 * controls and no-break space, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF. 0 for every other. */
static unsigned special_character(const uint8_t *p, size_t left)
{
    if (left >= 2 && p[0] == 0xC2 && p[1] <= 0xA0) {
        return p[1];
    }
    if (left < 3 || p[0] < 0xE2 || p[0] > 0xEF) {
        return 0;
    }
    unsigned c = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return c == 0x2028 || c == 0x2029 || c == 0xFEFF || c >= 0xFFFE ? c : 0;
}

/* `json` is a JSON string: what YAML reads otherwise is escaped, the rest is the same in both. */
static sw_result put_quoted(struct sw_buf *out, struct sw_bytes json)
{
    size_t pos = 0;
    while (pos < json.len) {
        unsigned special =
            json.ptr[pos] == 0x7F ? 0x7F : special_character(json.ptr + pos, json.len - pos);
        if (special == 0) {
            SW_TRY(sw_buf_putc(out, (char)json.ptr[pos++]));
            continue;
        }
        SW_TRY(sw_buf_printf(out, "\\u%04x", special));
        pos += special < 0x80 ? 1 : special < 0x800 ? 2 : 3;
    }
    return SW_OK;
}

sw_result sw_yaml_quote(struct sw_buf *out, struct sw_str text)
{
    if (is_plain(text)) {
        return sw_buf_put_str(out, text);
    }
    SW_CLEANUP(buf) struct sw_buf json = SW_BUF_INIT;
    SW_TRY(sw_json_quote(&json, text));
    return put_quoted(out, sw_buf_bytes(&json));
}
