/* Strict JSON (RFC 8259) as a tree. Refused: duplicate names, invalid UTF-8, lone surrogates,
 * control characters in strings, anything behind the value, a byte order mark, and whatever is over
 * the limits. Numbers keep their text. The same tree carries YAML (codec/yaml.h). */
#ifndef SW_CODEC_JSON_H
#define SW_CODEC_JSON_H

#include "base/base.h"

enum sw_json_type {
    SW_JSON_NULL,
    SW_JSON_BOOL,
    SW_JSON_NUMBER,
    SW_JSON_STRING,
    SW_JSON_ARRAY,
    SW_JSON_OBJECT,
};

struct sw_json_member;

struct sw_json {
    enum sw_json_type type;
    uint32_t count; /* items of an array, members of an object */
    uint64_t where; /* JSON: byte offset of the value's first byte; YAML: its line, from 1 */
    union {
        bool boolean;
        struct sw_str text; /* a string's decoded content; a number's text as written */
        struct sw_json *items;
        struct sw_json_member *members; /* in the order of the document */
    };
};

struct sw_json_member {
    struct sw_str name;
    struct sw_json value;
};

/* 0 in any field means its default. */
struct sw_json_limits {
    uint64_t max_bytes;  /* default 256 MiB */
    uint32_t max_depth;  /* default 64: "[" is depth 1 */
    uint32_t max_values; /* default 16,777,216 values and names */
};

/* Parses one document. Everything is in `arena`; strings without escapes and numbers are views into
 * `text`, which must live as long as the tree. SW_E_FORMAT with "byte N: …", SW_E_LIMIT,
 * SW_E_NOMEM. `limits` may be NULL. */
sw_result sw_json_parse(struct sw_arena *arena, struct sw_bytes text,
    const struct sw_json_limits *limits, struct sw_json *out, struct sw_error *err);

/* The member's value, or NULL: also when `object` is NULL or no object, so look-ups can be chained.
 */
const struct sw_json *sw_json_get(const struct sw_json *object, const char *name);
const struct sw_json *sw_json_get_str(const struct sw_json *object, struct sw_str name);
/* The item, or NULL when there is none or `array` is no array. */
const struct sw_json *sw_json_item(const struct sw_json *array, size_t index);
/* A dotted path of names and indices, "predicate.resources.0.name"; NULL when a step is missing. A
 * backslash before '.' or '\' makes it part of the name. */
const struct sw_json *sw_json_path(const struct sw_json *root, struct sw_str path);

/* Each gives false (and leaves *out) when the value is absent (NULL), of another type, or out of
 * range. Integers accept integral floats ("10.0", "1e3") within range: OMS v1.0 writers emit them.
 */
bool sw_json_str(const struct sw_json *value, struct sw_str *out);
bool sw_json_bool(const struct sw_json *value, bool *out);
bool sw_json_u64(const struct sw_json *value, uint64_t *out);
bool sw_json_i64(const struct sw_json *value, int64_t *out);
bool sw_json_double(const struct sw_json *value, double *out);
/* True for a string equal to `text`. */
bool sw_json_is(const struct sw_json *value, const char *text);

const char *sw_json_type_name(enum sw_json_type type);

/* for (const struct sw_json *item …) over an array; nothing when it is NULL or no array. */
#define SW_JSON_EACH(item, array)                                                        \
    for (const struct sw_json *item = sw_json_item((array), 0),                          \
                              *item##_end = item == NULL ? NULL : item + (array)->count; \
         item != item##_end; item++)

/* for (const struct sw_json_member *member …) over an object; nothing when it is NULL or none. */
#define SW_JSON_EACH_MEMBER(member, object)                                                     \
    for (const struct sw_json_member *member = sw_json_members(object),                         \
                                     *member##_end = member == NULL ? NULL                      \
                                                                    : member + (object)->count; \
         member != member##_end; member++)

const struct sw_json_member *sw_json_members(const struct sw_json *object);

#endif
