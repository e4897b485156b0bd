#include "codec/json_names.h"

#include "base/base.h"

#include <stdlib.h>

/* Up to here comparing with each is faster than hashing. */
#define FEW 12

/* What a name costs beside its bytes: an item and its share of the slots. */
#define NAME_OVERHEAD (sizeof(struct sw_json_name) + 4 * sizeof(struct sw_json_name_slot))

void *sw_json_grow(void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return array;
    }
    size_t next = *cap == 0 ? 16 : *cap;
    size_t total;
    if ((*cap != 0 && !sw_mul_size(next, 2, &next)) || !sw_mul_size(next, size, &total)) {
        return NULL;
    }
    void *grown = realloc(array, total);
    if (grown != NULL) {
        *cap = next;
    }
    return grown;
}

void sw_json_names_init(struct sw_json_names *names, bool copy, uint64_t max)
{
    *names = (struct sw_json_names){.copy = copy, .max = max, .key = sw_hash_key_of_process()};
}

void sw_json_names_release(struct sw_json_names *names)
{
    free(names->items);
    names->items = NULL;
    sw_buf_release(&names->copies);
}

struct sw_json_scope sw_json_scope_open(const struct sw_json_names *names)
{
    return (struct sw_json_scope){.first = names->count};
}

void sw_json_scope_close(struct sw_json_names *names, struct sw_json_scope *scope)
{
    if (names->copy && names->count > scope->first) {
        names->copies.len = names->items[scope->first].offset;
    }
    names->count = scope->first;
    free(scope->slots);
    scope->slots = NULL;
    scope->slot_count = 0;
}

static struct sw_str name_text(const struct sw_json_names *names, size_t index)
{
    const struct sw_json_name *item = &names->items[index];
    return sw_str_n(
        names->copy ? (const char *)names->copies.data + item->offset : item->ptr, item->len);
}

static bool found_among_few(
    const struct sw_json_names *names, const struct sw_json_scope *scope, struct sw_str name)
{
    for (size_t i = scope->first; i < names->count; i++) {
        if (names->items[i].len == name.len && sw_str_equal(name_text(names, i), name)) {
            return true;
        }
    }
    return false;
}

/* The slot that holds the name, or the free one where it belongs. */
static struct sw_json_name_slot *find_slot(const struct sw_json_names *names,
    const struct sw_json_scope *scope, uint32_t hash, struct sw_str name)
{
    size_t mask = scope->slot_count - 1;
    size_t at = hash & mask;
    while (scope->slots[at].index != 0) {
        const struct sw_json_name_slot *slot = &scope->slots[at];
        if (slot->hash == hash &&
            sw_str_equal(name_text(names, scope->first + slot->index - 1), name)) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &scope->slots[at];
}

static void place_slot(struct sw_json_scope *scope, struct sw_json_name_slot slot)
{
    size_t mask = scope->slot_count - 1;
    size_t at = slot.hash & mask;
    while (scope->slots[at].index != 0) {
        at = (at + 1) & mask;
    }
    scope->slots[at] = slot;
}

static sw_result grow_slots(const struct sw_json_names *names, struct sw_json_scope *scope)
{
    struct sw_json_scope grown = {
        .first = scope->first, .slot_count = scope->slots == NULL ? 64 : scope->slot_count * 2};
    grown.slots = calloc(grown.slot_count, sizeof(*grown.slots));
    SW_TRY_PTR(grown.slots);
    if (scope->slots == NULL) {
        for (size_t i = scope->first; i < names->count; i++) {
            uint32_t hash = (uint32_t)sw_siphash(names->key, sw_bytes_of_str(name_text(names, i)));
            place_slot(&grown, (struct sw_json_name_slot){hash, (uint32_t)(i - scope->first) + 1});
        }
    }
    for (size_t i = 0; i < scope->slot_count; i++) {
        if (scope->slots[i].index != 0) {
            place_slot(&grown, scope->slots[i]);
        }
    }
    free(scope->slots);
    *scope = grown;
    return SW_OK;
}

static sw_result push_name(struct sw_json_names *names, struct sw_str name)
{
    if (names->max != 0 &&
        (uint64_t)names->copies.len + name.len + (names->count + 1) * NAME_OVERHEAD > names->max) {
        return SW_E_LIMIT;
    }
    void *items = sw_json_grow(names->items, names->count, &names->cap, sizeof(*names->items));
    SW_TRY_PTR(items);
    names->items = items;
    struct sw_json_name item = {.ptr = name.ptr, .len = name.len};
    if (names->copy) {
        item.offset = names->copies.len;
        SW_TRY(sw_buf_put_str(&names->copies, name));
    }
    names->items[names->count++] = item;
    return SW_OK;
}

sw_result sw_json_scope_add(
    struct sw_json_names *names, struct sw_json_scope *scope, struct sw_str name)
{
    size_t count = names->count - scope->first;
    if (scope->slots == NULL && count < FEW) {
        return found_among_few(names, scope, name) ? SW_E_REFUSED : push_name(names, name);
    }
    if (count * 2 >= scope->slot_count) {
        SW_TRY(grow_slots(names, scope));
    }
    uint32_t hash = (uint32_t)sw_siphash(names->key, sw_bytes_of_str(name));
    struct sw_json_name_slot *slot = find_slot(names, scope, hash, name);
    if (slot->index != 0) {
        return SW_E_REFUSED;
    }
    SW_TRY(push_name(names, name));
    *slot = (struct sw_json_name_slot){hash, (uint32_t)count + 1};
    return SW_OK;
}
