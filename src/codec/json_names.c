#include "codec/json_names.h"

#include <endian.h>
#include <stdlib.h>
#include <sys/auxv.h>

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

/* The kernel gives every process 16 random bytes; reading them needs no system call, which a
 * confined worker may not have. */
void sw_json_names_init(struct sw_json_names *names, bool copy, uint64_t max)
{
    *names = (struct sw_json_names){.copy = copy, .max = max};
    const void *random = (const void *)getauxval(AT_RANDOM);
    if (random != NULL) {
        memcpy(names->key, random, sizeof(names->key));
    }
}

void sw_json_names_release(struct sw_json_names *names)
{
    free(names->items);
    names->items = NULL;
    sw_buf_release(&names->copies);
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
}

/* SipHash-1-3 (Aumasson and Bernstein 2012): who writes a document cannot choose names that meet in
 * one slot, so an object costs no more than its size. */
static uint32_t hash_name(const uint64_t key[2], struct sw_str name)
{
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
        key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u};
    size_t pos = 0;
    uint64_t word;
    for (; name.len - pos >= sizeof(word); pos += sizeof(word)) {
        memcpy(&word, name.ptr + pos, sizeof(word));
        sip_word(v, le64toh(word));
    }
    word = 0;
    memcpy(&word, name.ptr + pos, name.len - pos);
    sip_word(v, le64toh(word) | (uint64_t)name.len << 56);
    v[2] ^= 0xff;
    sip_round(v);
    sip_round(v);
    sip_round(v);
    return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
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
            uint32_t hash = hash_name(names->key, name_text(names, i));
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
    uint32_t hash = hash_name(names->key, name);
    struct sw_json_name_slot *slot = find_slot(names, scope, hash, name);
    if (slot->index != 0) {
        return SW_E_REFUSED;
    }
    SW_TRY(push_name(names, name));
    *slot = (struct sw_json_name_slot){hash, (uint32_t)count + 1};
    return SW_OK;
}
