/* A chain as it goes out: two sources, a set that was ingested, one that a step made of it, and a
 * model that was trained on that one. */
#ifndef SW_TEST_EXPORT_HELP_H
#define SW_TEST_EXPORT_HELP_H

#include "data/exchange.h"

#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EXPORT_TIME INT64_C(1795392000) /* 2026-11-23 */

struct export_test {
    struct sw_arena arena;
    struct sw_exchange exchange;
    struct sw_error err;
    struct sw_exchange_source sources[2];
    struct sw_exchange_set sets[2];
    struct sw_exchange_step steps[2];
    struct sw_exchange_model models[1];
    struct sw_exchange_file files[1];
    struct sw_exchange_field fields[1];
    struct sw_exchange_count kept[1];
    struct sw_exchange_count dropped[1];
    struct sw_str gap;
    uint32_t numbers[2];
};

static inline struct sw_digest export_digest(const char *text)
{
    struct sw_digest digest;
    sw_sha256(sw_bytes(text, strlen(text)), &digest);
    return digest;
}

static inline void export_sources(struct export_test *t)
{
    t->sources[0] = (struct sw_exchange_source){.name = sw_str("forum"),
        .title = sw_str("Forum posts"),
        .description = sw_str("what people wrote"),
        .issuer = sw_str("Forum e.V."),
        .origin = sw_str("forum.example"),
        .licence = sw_str("cc-by-4.0"),
        .classification = sw_str("GDPR"),
        .claim = export_digest("source claim"),
        .signer = sw_str("ada"),
        .time = EXPORT_TIME};
    t->sources[1] = (struct sw_exchange_source){.name = sw_str("press"),
        .licence = sw_str("by agreement"),
        .consent = sw_str("https://press.example/terms"),
        .claim = export_digest("another source claim"),
        .signer = sw_str("bob"),
        .time = EXPORT_TIME};
}

static inline struct sw_exchange_set export_set(
    struct export_test *t, const char *name, const char *version, uint64_t samples)
{
    return (struct sw_exchange_set){.name = sw_str(name),
        .version = sw_str(version),
        .manifest = export_digest(name),
        .ordered_head = export_digest("ordered"),
        .sorted_head = export_digest("sorted"),
        .samples = samples,
        .bytes = 1000,
        .sources = t->numbers,
        .source_count = 2,
        .claim = export_digest(version),
        .signer = sw_str("ada"),
        .time = EXPORT_TIME};
}

static inline void export_steps(struct export_test *t)
{
    t->kept[0] = (struct sw_exchange_count){sw_str("kept"), 8};
    t->dropped[0] = (struct sw_exchange_count){sw_str("too short"), 2};
    t->steps[0] = (struct sw_exchange_step){.kind = SW_EXCHANGE_STEP,
        .name = sw_str("filter"),
        .id = export_digest("step"),
        .lineage = export_digest("lineage"),
        .started = EXPORT_TIME - 60,
        .ended = EXPORT_TIME,
        .inputs = &t->numbers[0],
        .input_count = 1,
        .outputs = &t->numbers[1],
        .output_count = 1,
        .model = SW_NO_MODEL,
        .outputs_by_kind = t->kept,
        .kind_count = 1,
        .dropped_for = t->dropped,
        .reason_count = 1,
        .claim = export_digest("step claim"),
        .signer = sw_str("ada"),
        .time = EXPORT_TIME};
    t->steps[1] = (struct sw_exchange_step){.kind = SW_EXCHANGE_TRAINING,
        .name = sw_str("run-1"),
        .id = export_digest("training claim"),
        .inputs = &t->numbers[1],
        .input_count = 1,
        .model = 0,
        .claim = export_digest("training claim"),
        .signer = sw_str("bob"),
        .time = EXPORT_TIME + 60};
}

static inline void export_chain(struct export_test *t)
{
    *t = (struct export_test){.numbers = {0, 1}};
    sw_arena_init(&t->arena, 0);
    export_sources(t);
    t->sets[0] = export_set(t, "raw", "1", 10);
    t->sets[1] = export_set(t, "clean", "2", 8);
    t->gap = sw_str("source forum has no consent");
    t->sets[0].gaps = &t->gap;
    t->sets[0].gap_count = 1;
    t->files[0] = (struct sw_exchange_file){.id = sw_str("a b.jsonl"),
        .name = sw_str("a b.jsonl"),
        .url = sw_str("a b.jsonl"),
        .media_type = sw_str("application/jsonlines"),
        .size = 3,
        .proof = SW_FILE_VERIFIED};
    (void)sw_digest_from_hex(SW_SHA256, sw_str(SHA_ABC), &t->files[0].digest);
    t->fields[0] = (struct sw_exchange_field){.name = sw_str("content"),
        .type = sw_str("sc:Text"),
        .file = sw_str("a b.jsonl"),
        .how = "jsonPath",
        .what = sw_str("$.text")};
    t->sets[1].files = t->files;
    t->sets[1].file_count = 1;
    t->sets[1].fields = t->fields;
    t->sets[1].field_count = 1;
    export_steps(t);
    t->models[0] = (struct sw_exchange_model){.name = sw_str("model"),
        .root = export_digest("root"),
        .manifest = export_digest("model manifest"),
        .claim = export_digest("training claim"),
        .signer = sw_str("bob"),
        .time = EXPORT_TIME + 60};
    t->exchange = (struct sw_exchange){.arena = &t->arena,
        .origin = sw_str("example.com/log"),
        .about_set = 1,
        .about_model = SW_NO_MODEL,
        .sets = t->sets,
        .set_count = 2,
        .sources = t->sources,
        .source_count = 2,
        .steps = t->steps,
        .step_count = 2,
        .models = t->models,
        .model_count = 1};
}

static inline void export_release(struct export_test *t)
{
    sw_arena_release(&t->arena);
}
SW_DEFINE_CLEANUP(export, struct export_test, export_release)

#endif
