/* Predicates of the data room: the first byte chooses the kind, the rest is JSON. What is read must
 * be written and read again to the same bytes. */
#include "data/data.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static struct sw_statement statement_of(struct sw_arena *arena, struct sw_bytes text, bool *good)
{
    struct sw_json *json = SW_ARENA_NEW(arena, struct sw_json);
    struct sw_error err = {0};
    *good = json != NULL && sw_json_parse(arena, text, NULL, json, &err) == SW_OK &&
            json->type == SW_JSON_OBJECT;
    return (struct sw_statement){.predicate = json};
}

/* Everything but a number that JSON cannot hold can be written. */
#define TRY_KIND(which, type)                                                             \
    static void try_##which(struct sw_arena *arena, struct sw_bytes text)                 \
    {                                                                                     \
        SW_CLEANUP(buf) struct sw_buf first = SW_BUF_INIT;                                \
        SW_CLEANUP(buf) struct sw_buf second = SW_BUF_INIT;                               \
        struct sw_error err = {0};                                                        \
        type claim;                                                                       \
        bool good;                                                                        \
        struct sw_statement statement = statement_of(arena, text, &good);                 \
        if (!good || sw_##which##_claim_read(arena, &statement, &claim, &err) != SW_OK || \
            sw_##which##_claim_write(&claim, &first) != SW_OK) {                          \
            return;                                                                       \
        }                                                                                 \
        statement = statement_of(arena, sw_buf_bytes(&first), &good);                     \
        expect(good &&sw_##which##_claim_read(arena, &statement, &claim, &err) == SW_OK); \
        expect(sw_##which##_claim_write(&claim, &second) == SW_OK);                       \
        expect(sw_bytes_equal(sw_buf_bytes(&first), sw_buf_bytes(&second)));              \
    }

TRY_KIND(source, struct sw_source_record)
TRY_KIND(dataset, struct sw_dataset_claim)
TRY_KIND(lineage, struct sw_lineage_claim)
TRY_KIND(mixture, struct sw_mixture_claim)
TRY_KIND(consumption, struct sw_consumption_claim)
TRY_KIND(training, struct sw_training_claim)
TRY_KIND(taint, struct sw_taint_claim)
TRY_KIND(takedown, struct sw_takedown_claim)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const kinds[])(struct sw_arena * arena, struct sw_bytes text) = {try_source,
        try_dataset, try_lineage, try_mixture, try_consumption, try_training, try_taint,
        try_takedown};
    if (size == 0) {
        return 0;
    }
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    kinds[data[0] % SW_COUNT(kinds)](&arena, sw_bytes(data + 1, size - 1));
    return 0;
}
