/* Ids that stand there twice. */
#include "data/ingest_private.h"

#include <openssl/rand.h>
#include <stdlib.h>

#define CAP_MAX_DEFAULT ((size_t)1 << 25)
#define CAP_FIRST ((size_t)4096)

sw_result sw_ids_init(struct sw_ids *ids, const char *scratch, size_t cap_max, struct sw_error *err)
{
    *ids = (struct sw_ids){.scratch = scratch, .cap_max = cap_max == 0 ? CAP_MAX_DEFAULT : cap_max};
    if (RAND_bytes((unsigned char *)ids->key, sizeof(ids->key)) != 1) {
        return sw_fail(err, SW_E_IO, "the system gives no random bytes");
    }
    ids->key[1] |= 1;
    return SW_OK;
}

void sw_ids_release(struct sw_ids *ids)
{
    free(ids->slots);
    sw_cleanup_spill(&ids->rest);
    *ids = (struct sw_ids){0};
}

/* --- 64 bits of an id ------------------------------------------------------------------------ */

static uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Two different ids among 25 million meet by chance in one of some 60,000 runs, and are then called
 * repeated. */
uint64_t sw_ids_print(const struct sw_ids *ids, struct sw_str id)
{
    uint64_t hash = ids->key[0] ^ id.len;
    while (id.len > 0) {
        uint64_t part = 0;
        size_t n = id.len < sizeof(part) ? id.len : sizeof(part);
        memcpy(&part, id.ptr, n);
        hash = mix(hash ^ part, ids->key[1]);
        id = sw_str_n(id.ptr + n, id.len - n);
    }
    hash = mix(hash, ids->key[0] | 1);
    return hash == 0 ? 1 : hash;
}

uint64_t sw_id_print_shared(struct sw_str id)
{
    struct sw_digest digest;
    sw_sha256(sw_bytes_of_str(id), &digest);
    uint64_t print = sw_get_u64(digest.bytes);
    return print == 0 ? 1 : print;
}

struct sw_id_seen sw_ids_seen(const struct sw_ids *ids, const struct sw_record *record)
{
    return (struct sw_id_seen){.print = sw_ids_print(ids, record->id),
        .offset = record->offset,
        .length = record->raw.len,
        .line = record->line,
        .file = record->file};
}

/* --- in memory ------------------------------------------------------------------------------- */

/* The slot that holds `print`, or the free one where it belongs. */
static uint64_t *slot_of(uint64_t *slots, size_t cap, uint64_t print)
{
    size_t at = (size_t)print & (cap - 1);
    while (slots[at] != 0 && slots[at] != print) {
        at = (at + 1) & (cap - 1);
    }
    return &slots[at];
}

/* Prints go to one of two neighbourhoods each, in order: growing does not jump about in memory. */
static sw_result grow(struct sw_ids *ids)
{
    size_t cap = ids->cap == 0 ? CAP_FIRST : ids->cap * 2;
    cap = cap > ids->cap_max ? ids->cap_max : cap;
    uint64_t *slots = sw_large_alloc(cap, sizeof(*slots));
    SW_TRY_PTR(slots);
    memset(slots, 0, cap * sizeof(*slots));
    for (size_t i = 0; i < ids->cap; i++) {
        if (ids->slots[i] != 0) {
            *slot_of(slots, cap, ids->slots[i]) = ids->slots[i];
        }
    }
    free(ids->slots);
    ids->slots = slots;
    ids->cap = cap;
    return SW_OK;
}

static bool is_full(const struct sw_ids *ids)
{
    return 4 * (ids->used + 1) > 3 * ids->cap;
}

/* Behind the last slot. */
static sw_result put_aside(struct sw_ids *ids, uint64_t print, struct sw_error *err)
{
    uint8_t record[8];
    if (ids->rest == NULL) {
        SW_TRY(sw_spill_new(&ids->rest, sizeof(record), ids->scratch, 0));
    }
    sw_put_u64(record, print);
    return sw_spill_add(ids->rest, record, err);
}

static sw_result look_up(struct sw_ids *ids, uint64_t print, bool *repeated, struct sw_error *err)
{
    if (is_full(ids) && ids->cap < ids->cap_max) {
        SW_TRY(grow(ids));
    }
    uint64_t *slot = slot_of(ids->slots, ids->cap, print);
    *repeated = *slot == print;
    if (*repeated) {
        return SW_OK;
    }
    if (is_full(ids)) {
        return put_aside(ids, print, err);
    }
    *slot = print;
    ids->used++;
    return SW_OK;
}

/* --- looking ahead --------------------------------------------------------------------------- */

sw_result sw_ids_flush(
    struct sw_ids *ids, struct sw_id_seen *found, bool *repeated, bool *any, struct sw_error *err)
{
    *any = ids->count > 0;
    *repeated = false;
    if (!*any) {
        return SW_OK;
    }
    *found = ids->ahead[ids->first];
    ids->first = (ids->first + 1) % SW_IDS_AHEAD;
    ids->count--;
    return look_up(ids, found->print, repeated, err);
}

sw_result sw_ids_add(struct sw_ids *ids, const struct sw_id_seen *seen, struct sw_id_seen *found,
    bool *repeated, struct sw_error *err)
{
    bool any;
    *repeated = false;
    if (ids->count == SW_IDS_AHEAD) {
        SW_TRY(sw_ids_flush(ids, found, repeated, &any, err));
    }
    if (ids->cap != 0) {
        __builtin_prefetch(&ids->slots[seen->print & (ids->cap - 1)], 1);
    }
    ids->ahead[(ids->first + ids->count) % SW_IDS_AHEAD] = *seen;
    ids->count++;
    return SW_OK;
}

/* --- the rest -------------------------------------------------------------------------------- */

sw_result sw_ids_finish(struct sw_ids *ids, uint64_t *repeated, struct sw_error *err)
{
    uint64_t count = 0;
    uint64_t last = 0;
    free(SW_TAKE(ids->slots)); /* sorting needs memory, too */
    ids->cap = 0;
    ids->used = 0;
    if (ids->rest != NULL) {
        SW_TRY(sw_spill_sort(ids->rest, err));
        for (const uint8_t *at; (at = sw_spill_peek(ids->rest)) != NULL;) {
            uint64_t print = sw_get_u64(at);
            count += print == last ? 1 : 0;
            last = print;
            SW_TRY(sw_spill_next(ids->rest, err));
        }
    }
    *repeated = count;
    return SW_OK;
}
