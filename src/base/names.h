/* Names of a file as small numbers, so that what is known of each is an array. */
#ifndef SW_BASE_NAMES_H
#define SW_BASE_NAMES_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/siphash.h"

#define SW_NAMES_MAX ((uint32_t)1 << 22)

struct sw_name {
    struct sw_str text;
    uint32_t scope;
    uint32_t hash;
};

struct sw_names {
    struct sw_arena *arena;
    struct sw_name *names; /* by number */
    size_t count, cap;
    uint32_t *slots; /* open addressing: number + 1 */
    size_t slot_count;
    struct sw_hash_key key;
};

void sw_names_init(struct sw_names *names, struct sw_arena *arena);
/* The number of a name in a scope, a new one when it has none. The text is kept and not copied.
 * SW_E_LIMIT past SW_NAMES_MAX. */
sw_result sw_names_number(
    struct sw_names *names, uint32_t scope, struct sw_str text, uint32_t *out);

/* Whether it has one, and which: to look without adding. */
bool sw_names_find(const struct sw_names *names, uint32_t scope, struct sw_str text, uint32_t *out);

#endif
