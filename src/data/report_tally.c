#include "data/report_tally.h"

#include <stdlib.h>

#define SLOTS (SW_TALLY_NAMES * 2u) /* a power of two */

sw_result sw_tally_init(struct sw_tally *tally, struct sw_arena *arena)
{
    *tally = (struct sw_tally){.arena = arena};
    tally->entries = SW_ARENA_ARRAY(arena, struct sw_tally_entry, SW_TALLY_NAMES);
    tally->slots = SW_ARENA_ARRAY(arena, uint16_t, SLOTS);
    return tally->entries != NULL && tally->slots != NULL ? SW_OK : SW_E_NOMEM;
}

/* FNV-1a. Whoever makes names meet only makes this slow, by at most SW_TALLY_NAMES steps. */
static uint32_t hash_name(struct sw_str name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ (uint8_t)name.ptr[i]) * 16777619u;
    }
    return hash;
}

static size_t find_slot(const struct sw_tally *tally, struct sw_str name)
{
    size_t at = hash_name(name) & (SLOTS - 1);
    while (
        tally->slots[at] != 0 && !sw_str_equal(tally->entries[tally->slots[at] - 1].name, name)) {
        at = (at + 1) & (SLOTS - 1);
    }
    return at;
}

static sw_result find_entry(struct sw_tally *tally, struct sw_str name, struct sw_tally_entry **out)
{
    *out = name.len == 0 ? &tally->none : &tally->others;
    if (name.len == 0 || name.len > SW_TALLY_NAME_MAX) {
        return SW_OK;
    }
    size_t slot = find_slot(tally, name);
    if (tally->slots[slot] != 0) {
        *out = &tally->entries[tally->slots[slot] - 1];
        return SW_OK;
    }
    if (tally->count == SW_TALLY_NAMES) {
        return SW_OK;
    }
    const char *copy = sw_arena_strndup(tally->arena, name);
    SW_TRY_PTR(copy);
    *out = &tally->entries[tally->count++];
    (*out)->name = sw_str_n(copy, name.len);
    tally->slots[slot] = (uint16_t)tally->count;
    return SW_OK;
}

sw_result sw_tally_add(struct sw_tally *tally, const struct sw_tally_entry *entry)
{
    struct sw_tally_entry *to = NULL;
    SW_TRY(find_entry(tally, entry->name, &to));
    to->samples += entry->samples;
    to->bytes += entry->bytes;
    to->words += entry->words;
    to->guessed += entry->guessed;
    return SW_OK;
}

static int compare_entries(const void *a, const void *b)
{
    const struct sw_tally_entry *x = a;
    const struct sw_tally_entry *y = b;
    if (x->samples != y->samples) {
        return x->samples > y->samples ? -1 : 1;
    }
    return sw_str_compare(x->name, y->name);
}

void sw_tally_sort(struct sw_tally *tally)
{
    qsort(tally->entries, tally->count, sizeof(tally->entries[0]), compare_entries);
    tally->slots = NULL;
}
