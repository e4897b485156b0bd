#include "claim/proto_json.h"

const struct sw_json *sw_proto_field(const struct sw_json *object, const char *name)
{
    const struct sw_json *value = sw_json_get(object, name);
    return value != NULL && value->type == SW_JSON_NULL ? NULL : value;
}

enum sw_code sw_proto_bad(const struct sw_proto *p, const struct sw_json *at, const char *fmt, ...)
{
    char words[256];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, args);
    va_end(args);
    return sw_fail(p->err, SW_E_FORMAT, "%s: byte %llu: %s", p->document,
        (unsigned long long)at->where, words);
}

/* How much of a name from outside is shown. */
static int shown(size_t len)
{
    return len < 64 ? (int)len : 64;
}

static bool is_listed(const char *const *names, struct sw_str name)
{
    for (; *names != NULL; names++) {
        if (sw_str_is(name, *names)) {
            return true;
        }
    }
    return false;
}

sw_result sw_proto_object(const struct sw_proto *p, const struct sw_json *value,
    const char *const *names, const char *what)
{
    if (value->type != SW_JSON_OBJECT) {
        return sw_proto_bad(p, value, "%s is not an object", what);
    }
    SW_JSON_EACH_MEMBER (member, value) {
        if (!is_listed(names, member->name)) {
            return sw_proto_bad(p, &member->value, "%s has an unknown field \"%.*s\"", what,
                shown(member->name.len), member->name.ptr);
        }
    }
    return SW_OK;
}

sw_result sw_proto_message(const struct sw_proto *p, const struct sw_json *object, const char *name,
    const char *const *names, const struct sw_json **out)
{
    const struct sw_json *value = sw_proto_field(object, name);
    if (value == NULL) {
        return sw_proto_bad(p, object, "there is no %s", name);
    }
    SW_TRY(sw_proto_object(p, value, names, name));
    *out = value;
    return SW_OK;
}

sw_result sw_proto_list(const struct sw_proto *p, const struct sw_json *object, const char *name,
    uint32_t max, const struct sw_json **out)
{
    const struct sw_json *value = sw_proto_field(object, name);
    *out = NULL;
    if (value == NULL) {
        return SW_OK;
    }
    if (value->type != SW_JSON_ARRAY) {
        return sw_proto_bad(p, value, "%s is not a list", name);
    }
    if (value->count > max) {
        return sw_fail(p->err, SW_E_LIMIT, "%s: byte %llu: %s has %u items; at most %u are read",
            p->document, (unsigned long long)value->where, name, value->count, max);
    }
    *out = value;
    return SW_OK;
}

/* Decodes straight into the arena: a payload may be hundreds of megabytes. The maximum keeps the
 * buffer from ever being moved by realloc. */
sw_result sw_proto_decode(
    const struct sw_proto *p, const struct sw_json *value, const char *what, struct sw_bytes *out)
{
    struct sw_str text;
    if (!sw_json_str(value, &text)) {
        return sw_proto_bad(p, value, "%s is not base64", what);
    }
    size_t size = text.len / 4 * 3 + 4;
    uint8_t *room = sw_arena_alloc(p->arena, size);
    SW_TRY_PTR(room);
    struct sw_buf buf = {.data = room, .cap = size, .max = size - 1};
    if (sw_base64_decode(&buf, text, true) != SW_OK) {
        return sw_proto_bad(p, value, "%s is not base64", what);
    }
    *out = sw_buf_bytes(&buf);
    return SW_OK;
}

sw_result sw_proto_bytes(const struct sw_proto *p, const struct sw_json *object, const char *name,
    const char *what, struct sw_bytes *out)
{
    const struct sw_json *value = sw_proto_field(object, name);
    if (value == NULL) {
        return sw_proto_bad(p, object, "there is no %s", what);
    }
    return sw_proto_decode(p, value, what, out);
}

sw_result sw_proto_text(const struct sw_proto *p, const struct sw_json *object, const char *name,
    const char *what, struct sw_str *out)
{
    const struct sw_json *value = sw_proto_field(object, name);
    struct sw_str text;
    if (value == NULL) {
        return sw_proto_bad(p, object, "there is no %s", what);
    }
    if (!sw_json_str(value, &text)) {
        return sw_proto_bad(p, value, "%s is not a string", what);
    }
    const char *copy = sw_arena_strndup(p->arena, text);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, text.len);
    return SW_OK;
}

sw_result sw_proto_u64(
    const struct sw_proto *p, const struct sw_json *object, const char *name, uint64_t *out)
{
    const struct sw_json *value = sw_proto_field(object, name);
    struct sw_str text;
    uint64_t number = 0;
    if (value != NULL && !sw_json_u64(value, &number) &&
        !(sw_json_str(value, &text) && sw_parse_u64(text, &number))) {
        return sw_proto_bad(p, value, "%s is not a number from 0 up", name);
    }
    *out = number;
    return SW_OK;
}
