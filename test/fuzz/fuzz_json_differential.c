/* JSON against another parser, jansson: both must accept the same documents and read the same
 * values from them. What is known to differ, and why, is in excused(). */
#include "codec/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* Both count levels; jansson's bound cannot be changed (JSON_PARSER_MAX_DEPTH). */
#define DEPTH 2048

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool has_error(const json_error_t *error, const char *words)
{
    return strstr(error->text, words) != NULL;
}

/* Differences that are meant:
 * - jansson stores integers in 64 bits and refuses others, and reals that overflow a double; here
 *   numbers keep their text;
 * - jansson cannot hold a NUL in a name;
 * - jansson passes over NUL bytes behind a value. */
static bool excused(
    struct sw_bytes text, enum sw_code ours, const json_t *theirs, const json_error_t *error)
{
    if (ours == SW_OK) {
        return theirs == NULL &&
               (has_error(error, "too big") || has_error(error, "real number overflow") ||
                   has_error(error, "NUL byte in object key"));
    }
    return theirs != NULL && memchr(text.ptr, 0, text.len) != NULL;
}

static bool same_value(const struct sw_json *ours, const json_t *theirs);

static bool same_number(const struct sw_json *ours, const json_t *theirs)
{
    if (json_is_integer(theirs)) {
        int64_t value;
        return sw_json_i64(ours, &value) && value == json_integer_value(theirs);
    }
    double value;
    double expected = json_real_value(theirs);
    return sw_json_double(ours, &value) ? value == expected : expected == 0;
}

static bool same_array(const struct sw_json *ours, const json_t *theirs)
{
    if (ours->count != json_array_size(theirs)) {
        return false;
    }
    for (size_t i = 0; i < ours->count; i++) {
        if (!same_value(sw_json_item(ours, i), json_array_get(theirs, i))) {
            return false;
        }
    }
    return true;
}

static bool same_object(const struct sw_json *ours, const json_t *theirs)
{
    if (ours->count != json_object_size(theirs)) {
        return false;
    }
    SW_JSON_EACH_MEMBER (member, ours) {
        SW_CLEANUP(buf) struct sw_buf name = SW_BUF_INIT;
        expect(sw_buf_put_str(&name, member->name) == SW_OK);
        const json_t *value = json_object_get(theirs, sw_buf_cstr(&name));
        if (value == NULL || !same_value(&member->value, value)) {
            return false;
        }
    }
    return true;
}

static bool same_value(const struct sw_json *ours, const json_t *theirs)
{
    switch (ours->type) {
    case SW_JSON_NULL: return json_is_null(theirs);
    case SW_JSON_BOOL: return json_is_boolean(theirs) && json_is_true(theirs) == ours->boolean;
    case SW_JSON_NUMBER: return json_is_number(theirs) && same_number(ours, theirs);
    case SW_JSON_STRING:
        return json_is_string(theirs) &&
               sw_str_equal(
                   ours->text, sw_str_n(json_string_value(theirs), json_string_length(theirs)));
    case SW_JSON_ARRAY: return json_is_array(theirs) && same_array(ours, theirs);
    case SW_JSON_OBJECT: return json_is_object(theirs) && same_object(ours, theirs);
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_bytes text = sw_bytes(data, size);
    const struct sw_json_limits limits = {.max_depth = DEPTH};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json ours;
    enum sw_code rc = sw_json_parse(&arena, text, &limits, &ours, NULL);
    json_error_t error = {0};
    json_t *theirs = json_loadb((const char *)data, size,
        JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if ((rc == SW_OK) != (theirs != NULL)) {
        expect(excused(text, rc, theirs, &error));
    } else if (rc == SW_OK) {
        expect(same_value(&ours, theirs));
    }
    json_decref(theirs);
    return 0;
}
