#include "model/hash.h"
#include "model/cache.h"

#include <time.h>

#define CONSUMERS_MAX 15

struct hashing {
    struct sw_unit_digests *digests;
    struct sw_arena *arena;
    size_t entries;
    bool out_of_memory;
    /* With a cache only some files are read, and are numbered anew: */
    struct sw_model_cache *cache;
    struct sw_tree rest;
    size_t *entry_of; /* NULL: all are read */
    size_t *unit_of;
    int64_t now_ns; /* before the first byte was read */
};

/* The numbers in the whole tree. */
static size_t whole_entry(const struct hashing *hashing, size_t entry)
{
    return hashing->entry_of == NULL ? entry : hashing->entry_of[entry];
}

static size_t whole_unit(const struct hashing *hashing, size_t unit)
{
    return hashing->unit_of == NULL ? unit : hashing->unit_of[unit];
}

static void take_digest(struct sw_unit_digests *digests, size_t unit, const uint8_t *bytes)
{
    memcpy(digests->bytes + unit * digests->len, bytes, digests->len);
    digests->done[unit] = true;
}

/* --- the reader's consumer ------------------------------------------------------------------- */

static enum sw_code begin_unit(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    const struct hashing *hashing = ctx;
    if (sw_hash_init(state, hashing->digests->alg) != SW_OK) {
        return sw_fail(err, SW_E_NOMEM, "cannot start a hash: out of memory");
    }
    return SW_OK;
}

static enum sw_code update_unit(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err)
{
    sw_hash_update(state, chunk.ptr, chunk.len);
    return SW_OK;
}

/* The file was listed before it was read, and has not changed since as far as its times tell. */
static void note_digest(const struct hashing *hashing, const struct sw_unit *unit, int fd,
    const struct sw_digest *digest)
{
    struct sw_cache_key key;
    const struct sw_entry *entry = &hashing->rest.entries[unit->entry];
    if (!sw_cache_key_of(fd, entry, &key) || !sw_cache_is_settled(&key, hashing->now_ns)) {
        return;
    }
    key.alg = digest->alg;
    key.start = unit->start;
    key.end = unit->end;
    sw_cache_note(hashing->cache, &key, digest->bytes, digest->len);
}

static enum sw_code end_unit(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    const struct hashing *hashing = ctx;
    struct sw_unit_digests *digests = hashing->digests;
    struct sw_digest digest = {0};
    sw_hash_final(state, &digest);
    if (digest.len != digests->len) {
        return sw_fail(err, SW_E_INTERNAL, "a hash could not be finished");
    }
    take_digest(digests, whole_unit(hashing, unit->index), digest.bytes);
    if (hashing->cache != NULL) {
        note_digest(hashing, unit, fd, &digest);
    }
    return SW_OK;
}

static void drop_unit(void *ctx, void *state, const struct sw_unit *unit)
{
    sw_hash_abort(state);
}

/* The reader calls it from one thread at a time, so the arena is safe here. */
static void note_failure(void *ctx, const struct sw_unit *unit, const struct sw_error *why)
{
    struct hashing *hashing = ctx;
    struct sw_unit_digests *digests = hashing->digests;
    if (digests->words == NULL) {
        digests->words = SW_ARENA_ARRAY(hashing->arena, const char *, hashing->entries);
    }
    if (digests->words == NULL) {
        hashing->out_of_memory = true;
        return;
    }
    const char *words = sw_arena_strdup(hashing->arena, why->text);
    digests->words[whole_entry(hashing, unit->entry)] = words;
    hashing->out_of_memory = hashing->out_of_memory || words == NULL;
}

static sw_result make_digests(struct sw_arena *arena, const struct sw_tree *tree,
    enum sw_digest_alg alg, uint64_t range_size, struct sw_unit_digests *out, struct sw_error *err)
{
    size_t units = sw_reader_units(tree, range_size);
    if (units > SW_MODEL_MAX_RESOURCES) {
        return sw_fail(err, SW_E_LIMIT, "'%s' has more than %zu files or shards", tree->root_path,
            SW_MODEL_MAX_RESOURCES);
    }
    size_t len = sw_digest_alg_len(alg);
    *out = (struct sw_unit_digests){.alg = alg,
        .len = len,
        .count = units,
        .bytes = sw_arena_zalloc(arena, units, len),
        .done = SW_ARENA_ARRAY(arena, bool, units)};
    return out->bytes == NULL || out->done == NULL ? SW_E_NOMEM : SW_OK;
}

/* One read feeds all: the others see the units that are hashed. */
static sw_result list_consumers(const struct sw_model_options *options,
    const struct sw_consumer **list, size_t *count, struct sw_error *err)
{
    if (options->consumer_count > CONSUMERS_MAX) {
        return sw_fail(err, SW_E_INTERNAL, "more than %d consumers of one read", CONSUMERS_MAX);
    }
    for (size_t i = 0; i < options->consumer_count; i++) {
        list[(*count)++] = options->consumers[i];
    }
    return SW_OK;
}

/* --- what need not be read ------------------------------------------------------------------- */

/* All units of one file, or none. */
static bool find_units(const struct hashing *hashing, struct sw_cache_key *key, size_t first,
    uint64_t units, uint64_t range_size)
{
    struct sw_unit_digests *digests = hashing->digests;
    key->alg = digests->alg;
    for (uint64_t i = 0; i < units; i++) {
        uint8_t bytes[SW_DIGEST_MAX];
        uint64_t left = key->size - i * range_size;
        key->start = i * range_size;
        key->end = key->start + (range_size == 0 || left < range_size ? left : range_size);
        if (!sw_cache_find(hashing->cache, key, bytes, digests->len)) {
            return false;
        }
        take_digest(digests, first + (size_t)i, bytes);
    }
    return true;
}

static bool is_known(const struct hashing *hashing, const struct sw_tree *tree,
    const struct sw_entry *entry, size_t first, uint64_t range_size)
{
    SW_CLEANUP(fd) int fd = -1;
    struct sw_cache_key key;
    uint64_t units = sw_reader_units_of(entry, range_size);
    struct sw_error ignored = {0};
    if (units == 0 || sw_tree_open_file(tree, entry, &fd, &ignored) != SW_OK ||
        !sw_cache_key_of(fd, entry, &key) || !find_units(hashing, &key, first, units, range_size)) {
        return false;
    }
    struct sw_cache_use *use = sw_model_cache_use(hashing->cache);
    use->files++;
    use->bytes += entry->size;
    return true;
}

static sw_result begin_rest(
    struct hashing *hashing, const struct sw_tree *tree, struct sw_arena *arena)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    hashing->now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    hashing->rest = *tree;
    hashing->rest.entries = SW_ARENA_ARRAY(arena, struct sw_entry, tree->count);
    hashing->entry_of = SW_ARENA_ARRAY(arena, size_t, tree->count);
    hashing->unit_of = SW_ARENA_ARRAY(arena, size_t, hashing->digests->count);
    hashing->rest.count = 0;
    hashing->rest.bytes = 0;
    bool made = hashing->rest.entries != NULL && hashing->entry_of != NULL;
    return made && hashing->unit_of != NULL ? SW_OK : SW_E_NOMEM;
}

/* Leaves in `rest` what the cache does not know; it refers to the tree. */
static sw_result leave_out_known(
    struct hashing *hashing, const struct sw_tree *tree, uint64_t range_size)
{
    size_t unit = 0;
    size_t kept = 0;
    SW_TRY(begin_rest(hashing, tree, hashing->arena));
    struct sw_tree *rest = &hashing->rest;
    for (size_t i = 0; i < tree->count; i++) {
        const struct sw_entry *entry = &tree->entries[i];
        uint64_t units = sw_reader_units_of(entry, range_size);
        if (!is_known(hashing, tree, entry, unit, range_size)) {
            hashing->entry_of[rest->count] = i;
            rest->entries[rest->count++] = *entry;
            rest->bytes += entry->kind == SW_ENTRY_FILE ? entry->size : 0;
            for (uint64_t k = 0; k < units; k++) {
                hashing->unit_of[kept++] = unit + (size_t)k;
            }
        }
        unit += (size_t)units;
    }
    return SW_OK;
}

sw_result sw_model_hash_tree(struct sw_arena *arena, const struct sw_tree *tree,
    const struct sw_model_options *options, enum sw_digest_alg alg, uint64_t range_size,
    bool tolerate, struct sw_unit_digests *out, struct sw_error *err)
{
    struct hashing hashing = {.digests = out, .arena = arena, .entries = tree->count};
    SW_TRY(make_digests(arena, tree, alg, range_size, out, err));
    if (options->cache != NULL && options->consumer_count == 0) {
        hashing.cache = options->cache;
        SW_TRY(leave_out_known(&hashing, tree, range_size));
        tree = &hashing.rest;
    }
    const struct sw_consumer consumer = {.ctx = &hashing,
        .state_size = sizeof(struct sw_hash),
        .begin = begin_unit,
        .update = update_unit,
        .end = end_unit,
        .drop = drop_unit};
    const struct sw_consumer *consumers[CONSUMERS_MAX + 1] = {&consumer};
    size_t count = 1;
    SW_TRY(list_consumers(options, consumers, &count, err));
    if (options->tree_ready != NULL) {
        options->tree_ready(options->tree_ctx, tree);
    }
    const struct sw_reader_options reader = {.threads = options->threads,
        .range_size = range_size,
        .progress = options->progress,
        .failed = tolerate ? note_failure : NULL,
        .failed_ctx = &hashing};
    SW_TRY(sw_reader_run(tree, consumers, count, &reader, err));
    return hashing.out_of_memory ? SW_E_NOMEM : SW_OK;
}
