#include "model/hash.h"

#define CONSUMERS_MAX 15

struct hashing {
    struct sw_unit_digests *digests;
    struct sw_arena *arena;
    size_t entries;
    bool out_of_memory;
};

static enum sw_code begin_unit(
    void *ctx, void *state, const struct sw_unit *unit, struct sw_error *err)
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
    memcpy(digests->bytes + unit->index * digests->len, digest.bytes, digests->len);
    digests->done[unit->index] = true;
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
    digests->words[unit->entry] = sw_arena_strdup(hashing->arena, why->text);
    hashing->out_of_memory = hashing->out_of_memory || digests->words[unit->entry] == NULL;
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

sw_result sw_model_hash_tree(struct sw_arena *arena, const struct sw_tree *tree,
    const struct sw_model_options *options, enum sw_digest_alg alg, uint64_t range_size,
    bool tolerate, struct sw_unit_digests *out, struct sw_error *err)
{
    struct hashing hashing = {.digests = out, .arena = arena, .entries = tree->count};
    SW_TRY(make_digests(arena, tree, alg, range_size, out, err));
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
