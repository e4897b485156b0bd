#include "codec/json.h"

#include "codec/json_build.h"
#include "codec/json_lex.h"
#include "codec/json_number.h"

static sw_result take_event(struct sw_json_builder *b, const struct sw_json_event *event)
{
    switch (event->type) {
    case SW_JSON_EVENT_VALUE: return sw_json_builder_value(b, &event->value);
    case SW_JSON_EVENT_NAME: return sw_json_builder_name(b, event->value.text);
    case SW_JSON_EVENT_ARRAY: return sw_json_builder_open(b, false, event->value.where);
    case SW_JSON_EVENT_OBJECT: return sw_json_builder_open(b, true, event->value.where);
    case SW_JSON_EVENT_ARRAY_END:
    case SW_JSON_EVENT_OBJECT_END: return sw_json_builder_close(b);
    case SW_JSON_EVENT_END: break;
    }
    return SW_OK;
}

sw_result sw_json_parse(struct sw_arena *arena, struct sw_bytes text,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err)
{
    struct sw_json_limits filled = sw_json_limits_filled(limits);
    SW_TRY(sw_json_check_size(text, &filled, err));
    SW_CLEANUP(json_lexer) struct sw_json_lexer lexer;
    sw_json_lexer_init(&lexer, &filled, false, 0);
    lexer.start = text.len == 0 ? (const uint8_t *)"" : text.ptr;
    lexer.p = lexer.start;
    lexer.end = lexer.start + text.len;
    lexer.last = true;
    lexer.arena = arena;
    SW_CLEANUP(json_builder) struct sw_json_builder b = {.arena = arena};
    struct sw_json_event event;
    do {
        SW_TRY(sw_json_lexer_next(&lexer, &event, err));
        SW_TRY(take_event(&b, &event));
    } while (event.type != SW_JSON_EVENT_END);
    *out = b.root;
    return SW_OK;
}

const struct sw_json_member *sw_json_members(const struct sw_json *object)
{
    return object != NULL && object->type == SW_JSON_OBJECT && object->count != 0 ? object->members
                                                                                  : NULL;
}

const struct sw_json *sw_json_get_str(const struct sw_json *object, struct sw_str name)
{
    SW_JSON_EACH_MEMBER (member, object) {
        if (sw_str_equal(member->name, name)) {
            return &member->value;
        }
    }
    return NULL;
}

const struct sw_json *sw_json_get(const struct sw_json *object, const char *name)
{
    return sw_json_get_str(object, sw_str(name));
}

const struct sw_json *sw_json_item(const struct sw_json *array, size_t index)
{
    return array != NULL && array->type == SW_JSON_ARRAY && index < array->count
               ? &array->items[index]
               : NULL;
}

/* True when the step, whose backslashes only protect, spells this name. */
static bool step_is(struct sw_str step, struct sw_str name)
{
    size_t used = 0;
    for (size_t i = 0; i < step.len; i++) {
        i += step.ptr[i] == '\\' && i + 1 < step.len;
        if (used == name.len || name.ptr[used] != step.ptr[i]) {
            return false;
        }
        used++;
    }
    return used == name.len;
}

static const struct sw_json *take_step(const struct sw_json *from, struct sw_str step)
{
    uint64_t index;
    if (from != NULL && from->type == SW_JSON_ARRAY) {
        return sw_parse_u64(step, &index) && index < from->count ? &from->items[index] : NULL;
    }
    SW_JSON_EACH_MEMBER (member, from) {
        if (step_is(step, member->name)) {
            return &member->value;
        }
    }
    return NULL;
}

const struct sw_json *sw_json_path(const struct sw_json *root, struct sw_str path)
{
    const struct sw_json *at = root;
    size_t pos = 0;
    while (at != NULL && pos <= path.len) {
        size_t end = pos;
        while (end < path.len && path.ptr[end] != '.') {
            end += path.ptr[end] == '\\' && end + 1 < path.len ? 2 : 1;
        }
        at = take_step(at, sw_str_n(path.ptr + pos, end - pos));
        pos = end + 1;
    }
    return at;
}

bool sw_json_str(const struct sw_json *value, struct sw_str *out)
{
    if (value == NULL || value->type != SW_JSON_STRING) {
        return false;
    }
    *out = value->text;
    return true;
}

bool sw_json_bool(const struct sw_json *value, bool *out)
{
    if (value == NULL || value->type != SW_JSON_BOOL) {
        return false;
    }
    *out = value->boolean;
    return true;
}

bool sw_json_u64(const struct sw_json *value, uint64_t *out)
{
    bool negative;
    uint64_t magnitude;
    if (value == NULL || value->type != SW_JSON_NUMBER ||
        !sw_json_number_integer(value->text, &negative, &magnitude) ||
        (negative && magnitude != 0)) {
        return false;
    }
    *out = magnitude;
    return true;
}

bool sw_json_i64(const struct sw_json *value, int64_t *out)
{
    bool negative;
    uint64_t magnitude;
    if (value == NULL || value->type != SW_JSON_NUMBER ||
        !sw_json_number_integer(value->text, &negative, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

bool sw_json_double(const struct sw_json *value, double *out)
{
    return value != NULL && value->type == SW_JSON_NUMBER &&
           sw_json_number_double(value->text, out);
}

bool sw_json_is(const struct sw_json *value, const char *text)
{
    return value != NULL && value->type == SW_JSON_STRING && sw_str_is(value->text, text);
}

const char *sw_json_type_name(enum sw_json_type type)
{
    static const char *const names[] = {"null", "bool", "number", "string", "array", "object"};
    return (size_t)type < SW_COUNT(names) ? names[type] : "unknown";
}
