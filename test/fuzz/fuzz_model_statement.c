/* From a signed payload to what the verifier compares with the disk. The signer may be hostile too:
 * whatever is accepted must name only files inside the model, each once and whole, and must not
 * ignore what it names. */
#include "model/plan.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_file(const struct sw_plan *plan, size_t index, size_t *digests)
{
    const struct sw_plan_file *file = &plan->files[index];
    expect(sw_path_is_plain(file->name) || (sw_str_is(file->name, ".") && plan->file_count == 1));
    expect(index == 0 || sw_str_compare(plan->files[index - 1].name, file->name) < 0);
    expect(file->first == *digests && file->count != 0);
    *digests += file->count;
    expect(sw_plan_has_below(plan, file->name));
    if (plan->method == SW_MODEL_FILES) {
        expect(file->count == 1 && file->size == SW_PLAN_SIZE_UNKNOWN);
        return;
    }
    expect(plan->shard_size != 0 && file->size != 0);
    expect((file->size - 1) / plan->shard_size + 1 == file->count);
}

static void check_plan(const struct sw_plan *plan)
{
    size_t digests = 0;
    expect(plan->file_count != 0);
    for (size_t i = 0; i < plan->file_count; i++) {
        check_file(plan, i, &digests);
    }
    expect(digests == plan->digest_count);
    expect(plan->digest_len == sw_digest_alg_len(plan->alg));
    for (size_t i = 0; i < plan->ignored_count; i++) {
        struct sw_str path = sw_str(plan->ignored[i]);
        expect(sw_path_is_plain(path) && !sw_plan_has_below(plan, path));
    }
}

/* Puts the right root into the statement, which a mutation would never find, so that what lies
 * behind that check is reached too. */
static void mend_root(struct sw_statement *statement)
{
    struct sw_hash hash;
    expect(sw_hash_init(&hash, SW_SHA256) == SW_OK);
    SW_JSON_EACH (resource, sw_json_get(statement->predicate, "resources")) {
        struct sw_str hex;
        struct sw_digest digest = {0};
        if (sw_json_str(sw_json_get(resource, "digest"), &hex)) {
            enum sw_digest_alg alg = hex.len == 64 ? SW_SHA256 : SW_BLAKE2B;
            (void)sw_digest_from_hex(alg, hex, &digest);
        }
        sw_hash_update(&hash, digest.bytes, digest.len);
    }
    sw_hash_final(&hash, &statement->subjects[0].digest);
}

static void fuzz_plan(struct sw_arena *arena, struct sw_bytes input, bool legacy)
{
    struct sw_error err = {0};
    struct sw_statement statement;
    struct sw_plan plan;
    if (sw_statement_parse(arena, input, &statement, &err) != SW_OK) {
        return;
    }
    if (!legacy) {
        mend_root(&statement);
    }
    enum sw_code code = sw_plan_read(arena, &statement, legacy, &plan, &err);
    if (code == SW_OK) {
        check_plan(&plan);
        return;
    }
    expect(code == SW_E_NOMEM || (err.code == code && err.text[0] != '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int legacy = 0; legacy < 2; legacy++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, (size_t)256 << 20);
        fuzz_plan(&arena, sw_bytes(data, size), legacy != 0);
    }
    return 0;
}
