#include "data/minhash.h"

#include <stdlib.h>

#define BIN_BITS 7u
#define EMPTY UINT32_MAX
#define BINS_PER_BAND 3u
#define FEW 64u       /* fingerprints that there is room for at first */
#define SLOTS_EACH 2u /* of the table of those that are there, a power of two */

/* --- shingles -------------------------------------------------------------------------------- */

/* What a byte counts as: letters A to Z as small ones, white space and controls as a space. */
static inline uint8_t normal(uint8_t byte)
{
    uint8_t small = (uint8_t)(byte - 'A') < 26 ? byte + 32 : byte;
    return small <= ' ' ? ' ' : small;
}

/* Takes the next byte into the window; false when it adds nothing. */
static inline bool take_byte(uint64_t *window, uint8_t byte)
{
    uint8_t c = normal(byte);
    if (c == ' ' && (uint8_t)*window == ' ') {
        return false;
    }
    *window = *window << 8 | c;
    return true;
}

/* A permutation of 64-bit numbers: different shingles have different hashes. */
static inline uint64_t hash_of(const struct sw_shingle_key *key, uint64_t shingle)
{
    uint64_t h = (shingle ^ key->add) * key->first;
    h = (h ^ h >> 32) * key->second;
    return h ^ h >> 29;
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void sw_shingle_key(struct sw_bytes seed, struct sw_shingle_key *out)
{
    uint64_t words[3] = {1, 2, 3};
    for (size_t i = 0; i < seed.len; i++) {
        words[i % 3] = mix(words[i % 3] * 257 + seed.ptr[i] + 1);
    }
    *out = (struct sw_shingle_key){words[0], words[1] | 1, words[2] | 1};
}

/* --- signatures ------------------------------------------------------------------------------ */

/* Bins that no shingle fell into take the value of another, the same one for every text. */
static void densify(uint32_t bins[SW_MINHASH_BINS])
{
    uint32_t filled[SW_MINHASH_BINS];
    memcpy(filled, bins, sizeof(filled));
    for (uint64_t b = 0; b < SW_MINHASH_BINS; b++) {
        for (uint64_t attempt = 1; filled[b] == EMPTY; attempt++) {
            filled[b] = bins[mix(b << 32 | attempt) % SW_MINHASH_BINS];
        }
    }
    memcpy(bins, filled, sizeof(filled));
}

bool sw_minhash_of(const struct sw_shingle_key *key, struct sw_bytes text, struct sw_minhash *out)
{
    uint32_t bins[SW_MINHASH_BINS];
    uint64_t window = ' ';
    uint64_t taken = 0;
    memset(bins, 0xff, sizeof(bins));
    for (size_t i = 0; i < text.len; i++) {
        if (!take_byte(&window, text.ptr[i]) || ++taken < SW_SHINGLE_SIZE) {
            continue;
        }
        uint64_t h = hash_of(key, window);
        uint32_t value = (uint32_t)(h >> BIN_BITS) >> 1;
        uint32_t *bin = &bins[h % SW_MINHASH_BINS];
        *bin = value < *bin ? value : *bin;
    }
    uint64_t shingles = taken < SW_SHINGLE_SIZE ? 0 : taken - SW_SHINGLE_SIZE + 1;
    out->shingles = shingles < UINT32_MAX ? (uint32_t)shingles : UINT32_MAX;
    if (shingles < SW_MINHASH_SHORTEST) {
        return false;
    }
    densify(bins);
    for (size_t b = 0; b < SW_MINHASH_BINS; b++) {
        out->bins[b] = (uint16_t)bins[b];
    }
    return true;
}

uint32_t sw_minhash_similarity(const struct sw_minhash *a, const struct sw_minhash *b)
{
    uint32_t equal = 0;
    for (size_t i = 0; i < SW_MINHASH_BINS; i++) {
        equal += a->bins[i] == b->bins[i] ? 1 : 0;
    }
    return equal * 10000 / SW_MINHASH_BINS;
}

uint64_t sw_minhash_band(const struct sw_minhash *hash, unsigned band)
{
    const uint16_t *bins = hash->bins + (size_t)band * BINS_PER_BAND;
    uint64_t all =
        (uint64_t)band << 48 | (uint64_t)bins[0] << 32 | (uint64_t)bins[1] << 16 | bins[2];
    return mix(all + 1);
}

/* --- fingerprints ---------------------------------------------------------------------------- */

void sw_fingerprints_release(struct sw_fingerprints *fingerprints)
{
    free(fingerprints->hashes);
    free(fingerprints->slots);
    *fingerprints = (struct sw_fingerprints){0};
}

static sw_result make_room(struct sw_fingerprints *f)
{
    size_t cap = f->cap == 0 ? FEW : f->cap * 2;
    uint64_t *hashes = realloc(f->hashes, cap * sizeof(*hashes));
    SW_TRY_PTR(hashes);
    f->hashes = hashes;
    uint32_t *slots = realloc(f->slots, SLOTS_EACH * cap * sizeof(*slots));
    SW_TRY_PTR(slots);
    f->slots = slots;
    f->cap = cap;
    return SW_OK;
}

/* The free slot of a hash, or the one where it stands. */
static size_t slot_of(const struct sw_fingerprints *f, uint64_t hash)
{
    size_t slot = hash & (f->slot_count - 1);
    while (f->slots[slot] != 0 && f->hashes[f->slots[slot] - 1] != hash) {
        slot = (slot + 1) & (f->slot_count - 1);
    }
    return slot;
}

/* Makes the part of the slots that is used larger. */
static void spread(struct sw_fingerprints *f, size_t slot_count)
{
    f->slot_count = slot_count;
    memset(f->slots, 0, slot_count * sizeof(f->slots[0]));
    for (size_t i = 0; i < f->count; i++) {
        f->slots[slot_of(f, f->hashes[i])] = (uint32_t)i + 1;
    }
}

static sw_result add_fingerprint(struct sw_fingerprints *f, uint64_t hash)
{
    if (f->count == f->cap) {
        SW_TRY(make_room(f));
    }
    if (f->slot_count < SLOTS_EACH * (f->count + 1)) {
        spread(f, f->slot_count == 0 ? SLOTS_EACH * FEW : f->slot_count * 2);
    }
    size_t slot = slot_of(f, hash);
    if (f->slots[slot] == 0) {
        f->hashes[f->count++] = hash;
        f->slots[slot] = (uint32_t)f->count;
    }
    return SW_OK;
}

/* The hashes of the last shingles, and the least of them. */
struct winnow {
    uint64_t hashes[SW_WINNOW_WINDOW];
    uint64_t count; /* so far */
    uint64_t least_at;
};

/* Takes one more; true when the window's least one changed. */
static bool winnow_take(struct winnow *w, uint64_t hash)
{
    uint64_t at = w->count++;
    uint64_t least = w->hashes[w->least_at % SW_WINNOW_WINDOW];
    w->hashes[at % SW_WINNOW_WINDOW] = hash;
    if (at == 0 || hash <= least) {
        w->least_at = at;
        return true;
    }
    if (at - w->least_at < SW_WINNOW_WINDOW) {
        return false;
    }
    /* It left the window: the rightmost of the least ones that remain. */
    w->least_at = at - SW_WINNOW_WINDOW + 1;
    for (uint64_t i = w->least_at + 1; i <= at; i++) {
        if (w->hashes[i % SW_WINNOW_WINDOW] <= w->hashes[w->least_at % SW_WINNOW_WINDOW]) {
            w->least_at = i;
        }
    }
    return true;
}

sw_result sw_fingerprints_of(
    const struct sw_shingle_key *key, struct sw_bytes text, struct sw_fingerprints *fingerprints)
{
    struct winnow w = {.count = 0};
    uint64_t window = ' ';
    uint64_t taken = 0;
    bool pending = false; /* the least one of a window that is not full yet */
    fingerprints->count = 0;
    fingerprints->slot_count = 0;
    for (size_t i = 0; i < text.len && fingerprints->count < SW_FINGERPRINTS_MAX; i++) {
        if (!take_byte(&window, text.ptr[i]) || ++taken < SW_SHINGLE_SIZE) {
            continue;
        }
        bool changed = winnow_take(&w, hash_of(key, window)) || pending;
        pending = changed && w.count < SW_WINNOW_WINDOW;
        if (changed && !pending) {
            SW_TRY(add_fingerprint(fingerprints, w.hashes[w.least_at % SW_WINNOW_WINDOW]));
        }
    }
    return pending ? add_fingerprint(fingerprints, w.hashes[w.least_at % SW_WINNOW_WINDOW]) : SW_OK;
}
