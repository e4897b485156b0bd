/* The part of the C interface that signs and checks the checkpoints of a run. */
#include "cli/library.h"

static struct sw_checkpoint_context context_of(struct sealwright *sw, struct sw_arena *arena)
{
    return (struct sw_checkpoint_context){
        .arena = arena, .store = sw->store, .trust = sw->trust, .now = sw_time_now()};
}

static sw_result sign(
    struct sealwright *sw, const char *run, const char *path, uint64_t step, uint64_t *leaf)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_CLEANUP(model_cache) struct sw_model_cache *cache = NULL;
    struct sw_checkpoint_signed done;
    sw_arena_init(&arena, 0);
    if (!sw->writes) {
        return sw_fail(&sw->error, SW_E_USAGE,
            "the store is open for reading only: open it with SEALWRIGHT_RECORD");
    }
    if (step > (uint64_t)1 << 53) {
        return sw_fail(&sw->error, SW_E_USAGE, "a training step is at most 2^53");
    }
    SW_TRY(sw_library_key(sw, &arena, &key));
    SW_TRY(sw_model_cache_open(sw->path, &cache, &sw->error));
    const struct sw_signer signer = {.key = key};
    struct sw_checkpoint_context context = context_of(sw, &arena);
    context.signer = &signer;
    const struct sw_checkpoint_request request = {
        .path = path, .run = run, .step = step, .options = {.cache = cache}};
    SW_TRY(sw_model_checkpoint_sign(&context, &request, &done, &sw->error));
    if (leaf != NULL) {
        *leaf = done.receipt.leaf;
    }
    return sw_model_cache_save(cache, &sw->error);
}

enum sealwright_status sealwright_checkpoint_sign(
    struct sealwright *sw, const char *run, const char *path, uint64_t step, uint64_t *leaf)
{
    enum sw_code code = sw_library_begin(sw);
    return sw_library_finish(&sw->error, code == SW_OK ? sign(sw, run, path, step, leaf) : code);
}

static sw_result check(struct sealwright *sw, const char *run, const char *path)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_checkpoint_resumption found;
    sw_arena_init(&arena, 0);
    const struct sw_checkpoint_context context = context_of(sw, &arena);
    return sw_checkpoint_resume(&context, run, path, NULL, sw->writes, NULL, &found, &sw->error);
}

enum sealwright_status sealwright_checkpoint_check(
    struct sealwright *sw, const char *run, const char *path)
{
    enum sw_code code = sw_library_begin(sw);
    if (code == SW_OK && path == NULL) {
        code = sw_fail(&sw->error, SW_E_USAGE, "no checkpoint is named");
    }
    return sw_library_finish(&sw->error, code == SW_OK ? check(sw, run, path) : code);
}
