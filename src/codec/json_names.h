/* Private to the room: which names the open objects have, so that a second one is refused. */
#ifndef SW_CODEC_JSON_NAMES_H
#define SW_CODEC_JSON_NAMES_H

#include "base/base.h"
#include "codec/json.h"

/* A name by its place in memory that stays, or by its offset in sw_json_names.copies. */
struct sw_json_name {
    union {
        const char *ptr;
        size_t offset;
    };
    size_t len;
};

struct sw_json_name_slot {
    uint32_t hash;
    uint32_t index; /* into the scope's names, plus 1; 0 means free */
};

/* One open object. */
struct sw_json_scope {
    size_t first;                    /* its first name in sw_json_names.items */
    struct sw_json_name_slot *slots; /* NULL while there are few */
    size_t slot_count;               /* a power of two */
};

/* The names of all open objects, the innermost last. */
struct sw_json_names {
    struct sw_json_name *items;
    size_t count;
    size_t cap;
    bool copy;            /* names must be copied, since their memory does not stay */
    struct sw_buf copies; /* used with `copy` */
    uint64_t max;         /* bound on what the names take, in bytes; 0 means none */
    struct sw_hash_key key;
};

void sw_json_names_init(struct sw_json_names *names, bool copy, uint64_t max);
void sw_json_names_release(struct sw_json_names *names);

struct sw_json_scope sw_json_scope_open(const struct sw_json_names *names);
void sw_json_scope_close(struct sw_json_names *names, struct sw_json_scope *scope);

/* Adds a name to the innermost scope. SW_E_REFUSED: it is there already; SW_E_LIMIT, SW_E_NOMEM. */
sw_result sw_json_scope_add(
    struct sw_json_names *names, struct sw_json_scope *scope, struct sw_str name);

/* Makes room for one more element behind `count`; NULL when there is no memory. */
void *sw_json_grow(void *array, size_t count, size_t *cap, size_t size);

#endif
