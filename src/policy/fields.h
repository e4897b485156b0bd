/* Reading the mappings of a policy file by a table of keys: each key is known, typed, and there
 * when it must be. Every error names its line. Private to the room. */
#ifndef SW_POLICY_FIELDS_H
#define SW_POLICY_FIELDS_H

#include "claim/claim.h"

struct sw_fields {
    struct sw_arena *arena;
    struct sw_error *err;
};

struct sw_key {
    const char *name;
    bool required;
    sw_result (*read)(struct sw_fields *fields, const struct sw_json *value, void *target);
};

/* Fails with "line N: " and the words. */
enum sw_code sw_fields_fail(struct sw_fields *fields, const struct sw_json *at, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* Puts "line N: " before what the error says already. */
enum sw_code sw_fields_prefix(
    struct sw_fields *fields, const struct sw_json *at, enum sw_code code);

/* Refuses the keys whose place is kept for expressions. */
sw_result sw_fields_reserved(struct sw_fields *fields, const struct sw_json_member *member);

/* Reads a mapping into `target`. `what` names it in messages: "a rule". */
sw_result sw_policy_fields_read(struct sw_fields *fields, const struct sw_json *object,
    const char *what, const struct sw_key *keys, size_t count, void *target);

/* The value as text: not empty, one line, without control characters; a copy in the arena. */
sw_result sw_fields_text(
    struct sw_fields *fields, const struct sw_json *value, const char *key, const char **out);
/* The same, where several lines are fine. */
sw_result sw_fields_prose(
    struct sw_fields *fields, const struct sw_json *value, const char *key, const char **out);
/* The same, only letters, digits, '.', '_' and '-', at most 64. */
sw_result sw_fields_name(
    struct sw_fields *fields, const struct sw_json *value, const char *key, const char **out);
sw_result sw_fields_time(
    struct sw_fields *fields, const struct sw_json *value, const char *key, int64_t *out);
sw_result sw_fields_digest(
    struct sw_fields *fields, const struct sw_json *value, const char *key, struct sw_digest *out);
/* Checks that a value is a list of at most `max`; an empty value is an empty list. */
sw_result sw_fields_list(struct sw_fields *fields, const struct sw_json *value, const char *key,
    uint32_t max, uint32_t *count);
/* `version: 1` */
sw_result sw_fields_version(struct sw_fields *fields, const struct sw_json *value, void *target);

#endif
