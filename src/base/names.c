#include "base/names.h"
#include "base/siphash.h"

void sw_names_init(struct sw_names *names, struct sw_arena *arena)
{
    *names = (struct sw_names){.arena = arena, .key = sw_hash_key_of_process()};
}

static uint32_t hash_of(const struct sw_names *names, uint32_t scope, struct sw_str text)
{
    struct sw_hash_key key = names->key;
    key.k[0] ^= scope;
    return (uint32_t)sw_siphash(key, sw_bytes_of_str(text));
}

static uint32_t *find_slot(
    const struct sw_names *names, uint32_t hash, uint32_t scope, struct sw_str text)
{
    size_t mask = names->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &names->slots[at];
        const struct sw_name *name = *slot == 0 ? NULL : &names->names[*slot - 1];
        if (name == NULL ||
            (name->hash == hash && name->scope == scope && sw_str_equal(name->text, text))) {
            return slot;
        }
    }
}

static sw_result grow(struct sw_names *names)
{
    size_t count = names->slot_count == 0 ? 256 : names->slot_count * 2;
    uint32_t *slots = SW_ARENA_ARRAY(names->arena, uint32_t, count);
    SW_TRY_PTR(slots);
    names->slots = slots;
    names->slot_count = count;
    for (size_t i = 0; i < names->count; i++) {
        const struct sw_name *name = &names->names[i];
        *find_slot(names, name->hash, name->scope, name->text) = (uint32_t)i + 1;
    }
    return SW_OK;
}

sw_result sw_names_number(struct sw_names *names, uint32_t scope, struct sw_str text, uint32_t *out)
{
    if (names->count * 2 >= names->slot_count) {
        SW_TRY(grow(names));
    }
    uint32_t hash = hash_of(names, scope, text);
    uint32_t *slot = find_slot(names, hash, scope, text);
    if (*slot == 0) {
        if (names->count == SW_NAMES_MAX) {
            return SW_E_LIMIT;
        }
        struct sw_name *grown =
            sw_arena_grow(names->arena, names->names, names->count, &names->cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        names->names = grown;
        grown[names->count++] = (struct sw_name){text, scope, hash};
        *slot = (uint32_t)names->count;
    }
    *out = *slot - 1;
    return SW_OK;
}

bool sw_names_find(const struct sw_names *names, uint32_t scope, struct sw_str text, uint32_t *out)
{
    if (names->slot_count == 0) {
        return false;
    }
    uint32_t slot = *find_slot(names, hash_of(names, scope, text), scope, text);
    *out = slot - 1;
    return slot != 0;
}
