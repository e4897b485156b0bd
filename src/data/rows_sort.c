/* Rows in the order of their contents, in bounded memory. Digests are spread evenly, so a set that
 * does not fit is split by one byte after the other into a file without a name; what cannot be
 * split (the same content very often) is in order already, since rows keep theirs. */
#include "data/rows_private.h"
#include "data/spill.h"

#include <stdlib.h>

#define IN_MEMORY_DEFAULT ((size_t)2 << 20)
#define FAN 256u
#define BLOCK_ENTRIES 1820u /* of one buffer of a split: 64 KiB */
#define DEPTH_MAX 8u        /* equal in 64 bits of SHA-256: equal */

struct entry {
    uint8_t content[32];
    uint32_t row;
};

struct sorting {
    const struct sw_sorter *sorter;
    size_t in_memory;
    struct sw_progress *progress;
};

/* --- what fits in memory --------------------------------------------------------------------- */

/* Keys are sorted, since entries are too large to be moved about. */
struct key {
    uint64_t prefix; /* of the content, behind the bytes that all entries share */
    uint32_t entry;  /* ascending like the rows */
};

#define FEW 32u /* keys that are sorted by insertion */

static bool is_before(const struct entry *entries, const struct key *a, const struct key *b)
{
    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix;
    }
    int order = memcmp(entries[a->entry].content, entries[b->entry].content, 32);
    return order != 0 ? order < 0 : a->entry < b->entry;
}

static void sort_few(const struct entry *entries, struct key *keys, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct key key = keys[i];
        size_t at = i;
        for (; at > 0 && is_before(entries, &key, &keys[at - 1]); at--) {
            keys[at] = keys[at - 1];
        }
        keys[at] = key;
    }
}

static int compare_keys(const void *a, const void *b, void *entries)
{
    return is_before(entries, a, b) ? -1 : is_before(entries, b, a) ? 1 : 0;
}

/* By one byte of the prefix after the other, from the highest. */
static void sort_keys(
    struct entry *entries, struct key *keys, struct key *spare, size_t count, unsigned bits)
{
    if (count <= FEW) {
        sort_few(entries, keys, count);
        return;
    }
    if (bits == 0) {
        qsort_r(keys, count, sizeof(*keys), compare_keys, entries);
        return;
    }
    size_t starts[FAN + 1] = {0};
    unsigned shift = bits - 8;
    for (size_t i = 0; i < count; i++) {
        starts[(keys[i].prefix >> shift & 255) + 1]++;
    }
    for (size_t b = 0; b < FAN; b++) {
        starts[b + 1] += starts[b];
    }
    for (size_t i = 0; i < count; i++) {
        spare[starts[keys[i].prefix >> shift & 255]++] = keys[i];
    }
    memcpy(keys, spare, count * sizeof(*keys));
    /* Each start moved to its end, which is where the next began. */
    for (size_t b = 0, from = 0; b < FAN; from = starts[b], b++) {
        sort_keys(entries, keys + from, spare + from, starts[b] - from, shift);
    }
}

static sw_result place_entries(
    struct sorting *sorting, const struct entry *entries, size_t count, struct sw_error *err)
{
    const struct sw_sorter *sorter = sorting->sorter;
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sorter->place(sorter->ctx, entries[i].content, entries[i].row, err));
    }
    if (sw_progress_cancelled(sorting->progress)) {
        return sw_fail(err, SW_E_INTERRUPTED, "interrupted");
    }
    return SW_OK;
}

#define AHEAD 8u /* keys whose entries are on their way into the cache */

static sw_result place_by_keys(struct sorting *sorting, const struct entry *entries,
    const struct key *keys, size_t count, struct sw_error *err)
{
    const struct sw_sorter *sorter = sorting->sorter;
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &entries[keys[i].entry];
        if (i + AHEAD < count) {
            __builtin_prefetch(&entries[keys[i + AHEAD].entry]);
        }
        SW_TRY(sorter->place(sorter->ctx, entry->content, entry->row, err));
        if (i % 65536 == 0) {
            SW_TRY(sw_progress_check(sorting->progress, err));
        }
    }
    return SW_OK;
}

/* The first `depth` bytes of all contents are the same. */
static sw_result sort_and_place(struct sorting *sorting, struct entry *entries, size_t count,
    unsigned depth, struct sw_error *err)
{
    SW_CLEANUP(free) struct key *keys = sw_large_alloc(count, sizeof(*keys));
    SW_CLEANUP(free) struct key *spare = sw_large_alloc(count, sizeof(*spare));
    if (keys == NULL || spare == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = (struct key){sw_get_u64(entries[i].content + depth), (uint32_t)i};
    }
    sort_keys(entries, keys, spare, count, 64);
    return place_by_keys(sorting, entries, keys, count, err);
}

/* --- what does not --------------------------------------------------------------------------- */

/* A run of entries in a file. */
struct run {
    int fd;
    uint64_t first; /* entry */
    uint64_t count;
};

/* Gives entries one block after the other. */
struct feed {
    sw_result (*next)(void *ctx, struct entry *out, size_t max, size_t *got, struct sw_error *err);
    void *ctx;
};

struct split {
    int fd;
    uint64_t at[FAN + 1]; /* where the next entry of each byte goes */
    struct entry *block;  /* BLOCK_ENTRIES for each byte */
    uint16_t held[FAN];
};

/* Entries are written as they are in memory: the file is ours alone and has no name. */
static sw_result split_flush(struct split *split, unsigned byte, struct sw_error *err)
{
    const struct entry *held = &split->block[(size_t)byte * BLOCK_ENTRIES];
    uint64_t at = split->at[byte] * sizeof(*held);
    SW_TRY(sw_scratch_write(split->fd, at, sw_bytes(held, split->held[byte] * sizeof(*held)), err));
    split->at[byte] += split->held[byte];
    split->held[byte] = 0;
    return SW_OK;
}

static sw_result split_add(
    struct split *split, const struct entry *entry, unsigned depth, struct sw_error *err)
{
    unsigned byte = entry->content[depth];
    split->block[(size_t)byte * BLOCK_ENTRIES + split->held[byte]++] = *entry;
    return split->held[byte] < BLOCK_ENTRIES ? SW_OK : split_flush(split, byte, err);
}

/* Reads the feed twice: to count each byte, and to put entries where they go. */
static sw_result split_feed(struct sorting *sorting, struct feed *(*again)(void *), void *ctx,
    unsigned depth, struct split *split, struct sw_error *err)
{
    SW_CLEANUP(free) struct entry *block = malloc(BLOCK_ENTRIES * sizeof(*block));
    SW_TRY_PTR(block);
    for (unsigned pass = 0; pass < 2; pass++) {
        struct feed *feed = again(ctx);
        for (size_t got = 1; got > 0;) {
            SW_TRY(feed->next(feed->ctx, block, BLOCK_ENTRIES, &got, err));
            for (size_t i = 0; i < got && pass == 0; i++) {
                split->at[block[i].content[depth] + 1]++;
            }
            for (size_t i = 0; i < got && pass == 1; i++) {
                SW_TRY(split_add(split, &block[i], depth, err));
            }
        }
        for (unsigned b = 0; b < FAN && pass == 0; b++) {
            split->at[b + 1] += split->at[b];
        }
        if (sw_progress_cancelled(sorting->progress)) {
            return sw_fail(err, SW_E_INTERRUPTED, "interrupted");
        }
    }
    for (unsigned b = 0; b < FAN; b++) {
        SW_TRY(split_flush(split, b, err));
    }
    return SW_OK;
}

static sw_result sort_run(
    struct sorting *sorting, const struct run *run, unsigned depth, struct sw_error *err);

static sw_result sort_split(struct sorting *sorting, struct feed *(*again)(void *), void *ctx,
    unsigned depth, struct sw_error *err)
{
    SW_CLEANUP(free) struct split *split = calloc(1, sizeof(*split));
    SW_CLEANUP(free) struct entry *blocks = malloc(FAN * BLOCK_ENTRIES * sizeof(*blocks));
    SW_CLEANUP(fd) int fd = -1;
    if (split == NULL || blocks == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_scratch_open(sorting->sorter->scratch, &fd, err));
    split->fd = fd;
    split->block = blocks;
    SW_TRY(split_feed(sorting, again, ctx, depth, split, err));
    /* Each place moved to its end. The blocks are not needed while the parts are sorted. */
    free(SW_TAKE(blocks));
    for (unsigned b = 0; b < FAN; b++) {
        uint64_t from = b == 0 ? 0 : split->at[b - 1];
        struct run part = {fd, from, split->at[b] - from};
        SW_TRY(sort_run(sorting, &part, depth + 1, err));
    }
    return SW_OK;
}

struct run_feed {
    struct feed feed;
    const struct run *run;
    uint64_t done;
};

static sw_result run_next(
    void *ctx, struct entry *out, size_t max, size_t *got, struct sw_error *err)
{
    struct run_feed *self = ctx;
    uint64_t left = self->run->count - self->done;
    size_t n = left < max ? (size_t)left : max;
    uint64_t at = (self->run->first + self->done) * sizeof(*out);
    SW_TRY(sw_fd_pread(self->run->fd, "what is being sorted", at, out, n * sizeof(*out), err));
    self->done += n;
    *got = n;
    return SW_OK;
}

static struct feed *run_again(void *ctx)
{
    struct run_feed *self = ctx;
    self->done = 0;
    return &self->feed;
}

/* A run whose entries have one content: it is in the order of rows. */
static sw_result place_run(struct sorting *sorting, struct run_feed *run, struct sw_error *err)
{
    SW_CLEANUP(free) struct entry *block = malloc(BLOCK_ENTRIES * sizeof(*block));
    SW_TRY_PTR(block);
    struct feed *feed = run_again(run);
    for (size_t got = 1; got > 0;) {
        SW_TRY(feed->next(feed->ctx, block, BLOCK_ENTRIES, &got, err));
        SW_TRY(place_entries(sorting, block, got, err));
    }
    return SW_OK;
}

static sw_result sort_run(
    struct sorting *sorting, const struct run *run, unsigned depth, struct sw_error *err)
{
    struct run_feed feed = {.run = run};
    feed.feed = (struct feed){run_next, &feed};
    if (run->count > sorting->in_memory) {
        return depth >= DEPTH_MAX ? place_run(sorting, &feed, err)
                                  : sort_split(sorting, run_again, &feed, depth, err);
    }
    if (run->count == 0) {
        return SW_OK;
    }
    SW_CLEANUP(free) struct entry *entries = sw_large_alloc((size_t)run->count, sizeof(*entries));
    SW_TRY_PTR(entries);
    size_t got;
    SW_TRY(run_next(&feed, entries, (size_t)run->count, &got, err));
    return sort_and_place(sorting, entries, got, depth, err);
}

/* --- the whole set --------------------------------------------------------------------------- */

struct set_feed {
    struct feed feed;
    const struct sw_sorter *sorter;
    uint64_t count;
    uint64_t done;
    struct sw_buf group; /* the contents of the group that is being given */
};

static sw_result set_next(
    void *ctx, struct entry *out, size_t max, size_t *got, struct sw_error *err)
{
    struct set_feed *self = ctx;
    size_t n = 0;
    for (; n < max && self->done < self->count; n++, self->done++) {
        size_t in_group = (size_t)(self->done % SW_ROWS_GROUP);
        if (in_group == 0) {
            uint32_t group = (uint32_t)(self->done / SW_ROWS_GROUP);
            SW_TRY(self->sorter->contents(self->sorter->ctx, group, &self->group, err));
        }
        if (self->group.len < (in_group + 1) * 32) {
            return sw_fail(err, SW_E_FORMAT, "a group has fewer contents than rows");
        }
        memcpy(out[n].content, self->group.data + in_group * 32, 32);
        out[n].row = (uint32_t)self->done;
    }
    *got = n;
    return SW_OK;
}

static struct feed *set_again(void *ctx)
{
    struct set_feed *self = ctx;
    self->done = 0;
    return &self->feed;
}

static sw_result sort_set(struct sorting *sorting, struct set_feed *set, struct sw_error *err)
{
    if (set->count > sorting->in_memory) {
        return sort_split(sorting, set_again, set, 0, err);
    }
    SW_CLEANUP(free) struct entry *entries = sw_large_alloc((size_t)set->count, sizeof(*entries));
    SW_TRY_PTR(entries);
    size_t got;
    SW_TRY(set_next(set, entries, (size_t)set->count, &got, err));
    return sort_and_place(sorting, entries, got, 0, err);
}

sw_result sw_rows_sort(const struct sw_sorter *sorter, uint64_t count, struct sw_progress *progress,
    struct sw_error *err)
{
    struct sorting sorting = {
        sorter, sorter->in_memory != 0 ? sorter->in_memory : IN_MEMORY_DEFAULT, progress};
    struct set_feed set = {.sorter = sorter, .count = count, .group = SW_BUF_INIT};
    set.feed = (struct feed){set_next, &set};
    enum sw_code code = sort_set(&sorting, &set, err);
    sw_buf_release(&set.group);
    return code;
}
