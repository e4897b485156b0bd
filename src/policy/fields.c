#include "policy/fields.h"

#include <inttypes.h>
#include <stdio.h>

#define MAX_NAME 64
#define MAX_TEXT 4096

enum sw_code sw_fields_prefix(struct sw_fields *fields, const struct sw_json *at, enum sw_code code)
{
    return sw_error_prefix(fields->err, code, "line %" PRIu64, at->where);
}

enum sw_code sw_fields_fail(
    struct sw_fields *fields, const struct sw_json *at, const char *fmt, ...)
{
    char words[SW_ERROR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    return sw_fail(fields->err, SW_E_FORMAT, "line %" PRIu64 ": %s", at->where, words);
}

static const struct sw_key *find_key(const struct sw_key *keys, size_t count, struct sw_str name)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(name, keys[i].name)) {
            return &keys[i];
        }
    }
    return NULL;
}

enum sw_code sw_fields_reserved(struct sw_fields *fields, const struct sw_json_member *member)
{
    if (!sw_str_is(member->name, "when") && !sw_str_is(member->name, "cel")) {
        return SW_OK;
    }
    return sw_fields_fail(fields, &member->value,
        "'" SW_STR_FMT "': CEL expressions are reserved for a later version of the policy language",
        SW_STR_ARG(member->name));
}

static enum sw_code unknown_key(struct sw_fields *fields, const struct sw_json_member *member,
    const char *what, const struct sw_key *keys, size_t count)
{
    SW_TRY(sw_fields_reserved(fields, member));
    char list[SW_ERROR_TEXT_MAX / 2] = "";
    for (size_t i = 0, used = 0; i < count; i++) {
        int n =
            snprintf(list + used, sizeof(list) - used, "%s%s", i == 0 ? "" : ", ", keys[i].name);
        used += n > 0 && (size_t)n < sizeof(list) - used ? (size_t)n : 0;
    }
    return sw_fields_fail(fields, &member->value, "%s has no key '" SW_STR_FMT "'; its keys are %s",
        what, SW_STR_ARG(member->name), list);
}

static enum sw_code check_required(struct sw_fields *fields, const struct sw_json *object,
    const char *what, const struct sw_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (keys[i].required && sw_json_get(object, keys[i].name) == NULL) {
            return sw_fields_fail(fields, object, "%s needs '%s'", what, keys[i].name);
        }
    }
    return SW_OK;
}

enum sw_code sw_policy_fields_read(struct sw_fields *fields, const struct sw_json *object,
    const char *what, const struct sw_key *keys, size_t count, void *target)
{
    if (object->type != SW_JSON_OBJECT) {
        return sw_fields_fail(fields, object, "%s must be a mapping of keys to values", what);
    }
    SW_JSON_EACH_MEMBER (member, object) {
        const struct sw_key *key = find_key(keys, count, member->name);
        if (key == NULL) {
            return unknown_key(fields, member, what, keys, count);
        }
        SW_TRY(key->read(fields, &member->value, target));
    }
    return check_required(fields, object, what, keys, count);
}

static bool is_plain(struct sw_str text, bool lines)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < 0x20 && !(lines && c == '\n')) || c == 0x7F) {
            return false;
        }
    }
    return true;
}

static enum sw_code read_text(struct sw_fields *fields, const struct sw_json *value,
    const char *key, bool lines, const char **out)
{
    struct sw_str text;
    if (value->type == SW_JSON_NUMBER || value->type == SW_JSON_BOOL) {
        return sw_fields_fail(fields, value, "'%s' must be text; put it in quotes", key);
    }
    if (!sw_json_str(value, &text) || text.len == 0) {
        return sw_fields_fail(fields, value, "'%s' must be text, not empty", key);
    }
    if (text.len > MAX_TEXT || !is_plain(text, lines)) {
        return sw_fields_fail(fields, value,
            "'%s' must be at most %d bytes of text%s without control characters", key, MAX_TEXT,
            lines ? "" : " on one line");
    }
    char *copy = sw_arena_strndup(fields->arena, text);
    SW_TRY_PTR(copy);
    *out = copy;
    return SW_OK;
}

enum sw_code sw_fields_text(
    struct sw_fields *fields, const struct sw_json *value, const char *key, const char **out)
{
    return read_text(fields, value, key, false, out);
}

enum sw_code sw_fields_prose(
    struct sw_fields *fields, const struct sw_json *value, const char *key, const char **out)
{
    return read_text(fields, value, key, true, out);
}

enum sw_code sw_fields_name(
    struct sw_fields *fields, const struct sw_json *value, const char *key, const char **out)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    const char *text;
    SW_TRY(sw_fields_text(fields, value, key, &text));
    if (strlen(text) > MAX_NAME || strspn(text, allowed) != strlen(text)) {
        return sw_fields_fail(fields, value,
            "'%s' must be at most %d letters, digits, '.', '_' or '-'", key, MAX_NAME);
    }
    *out = text;
    return SW_OK;
}

enum sw_code sw_fields_time(
    struct sw_fields *fields, const struct sw_json *value, const char *key, int64_t *out)
{
    struct sw_str text;
    if (!sw_json_str(value, &text) || !sw_time_parse(text, out)) {
        return sw_fields_fail(fields, value,
            "'%s' must be a date such as 2026-12-31 or a time such as 2026-12-31T12:00:00Z", key);
    }
    return SW_OK;
}

enum sw_code sw_fields_digest(
    struct sw_fields *fields, const struct sw_json *value, const char *key, struct sw_digest *out)
{
    struct sw_str text;
    if (!sw_json_str(value, &text) || !sw_digest_parse(text, out)) {
        return sw_fields_fail(
            fields, value, "'%s' must be a digest such as sha256: and 64 hexadecimal digits", key);
    }
    return SW_OK;
}

enum sw_code sw_fields_list(struct sw_fields *fields, const struct sw_json *value, const char *key,
    uint32_t max, uint32_t *count)
{
    if (value->type != SW_JSON_ARRAY && value->type != SW_JSON_NULL) {
        return sw_fields_fail(fields, value, "'%s' must be a list", key);
    }
    uint32_t n = value->type == SW_JSON_ARRAY ? value->count : 0;
    if (n > max) {
        return sw_fields_fail(fields, value, "'%s' has more than %" PRIu32 " entries", key, max);
    }
    *count = n;
    return SW_OK;
}

enum sw_code sw_fields_version(struct sw_fields *fields, const struct sw_json *value, void *target)
{
    (void)target;
    uint64_t version;
    if (!sw_json_u64(value, &version)) {
        return sw_fields_fail(fields, value, "'version' must be the number 1");
    }
    if (version != 1) {
        return sw_fields_fail(fields, value,
            "version %" PRIu64 " is unknown; this sealwright reads version 1", version);
    }
    return SW_OK;
}
