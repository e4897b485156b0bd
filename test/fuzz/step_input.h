/* Small steps for fuzz targets: samples in memory, and a lineage that must be sound whatever they
 * are. */
#ifndef SW_FUZZ_STEP_INPUT_H
#define SW_FUZZ_STEP_INPUT_H

#include "data/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

#define SAMPLES_MAX 64u

struct samples {
    struct sample {
        struct sw_bytes text;
        struct sw_str id;
        uint8_t content[32];
    } list[SAMPLES_MAX];
    size_t count;
    size_t next;
};

static inline void add_sample(struct samples *samples, struct sw_bytes text, struct sw_str id)
{
    struct sample *sample = &samples->list[samples->count++];
    struct sw_digest digest;
    sw_sha256(text, &digest);
    memcpy(sample->content, digest.bytes, 32);
    sample->text = text;
    sample->id = id;
}

static inline enum sw_code start_samples(void *ctx, bool whole, struct sw_error *err)
{
    (void)whole;
    (void)err;
    ((struct samples *)ctx)->next = 0;
    return SW_OK;
}

static inline enum sw_code next_sample(
    void *ctx, struct sw_match_sample *out, bool *more, struct sw_error *err)
{
    (void)err;
    struct samples *samples = ctx;
    *more = samples->next < samples->count;
    if (*more) {
        const struct sample *sample = &samples->list[samples->next];
        *out = (struct sw_match_sample){.row = (uint32_t)samples->next++,
            .content = sample->content,
            .line = samples->next,
            .id = sample->id,
            .text = sample->text};
    }
    return SW_OK;
}

static inline struct sw_match_source source_of(struct samples *samples)
{
    return (struct sw_match_source){samples, start_samples, next_sample};
}

static inline enum sw_code look_at_input(void *ctx, struct sw_input_row input, uint32_t *origin,
    uint8_t content[SW_EDGE_CONTENT], struct sw_error *err)
{
    (void)err;
    struct samples *inputs = ctx;
    expect(input.row < inputs[input.set].count);
    *origin = 0;
    memcpy(content, inputs[input.set].list[input.row].content, SW_EDGE_CONTENT);
    return SW_OK;
}

static inline void never_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    (void)ctx;
    (void)ref;
    (void)why;
    abort();
}

/* A file that each run writes anew. */
static inline const char *scratch_path(const char *name)
{
    static char path[64];
    (void)snprintf(path, sizeof(path), "/tmp/sealwright-fuzz-%ld-%s", (long)getpid(), name);
    return path;
}

static inline void check_lineage(const char *path)
{
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    expect(sw_lineage_open(&lineage, path, NULL, NULL) == SW_OK);
    expect(sw_lineage_verify(&lineage, never_bad, NULL, NULL, NULL) == SW_OK);
}

/* Writes what edges say, and checks it. False when events did not stand the check of contents. */
static inline bool write_edges(struct sw_edges *edges, struct sw_events *events,
    struct sw_lineage_writer *writer, struct samples *inputs, struct samples *output)
{
    struct sw_edges_inputs look = {look_at_input, inputs};
    struct sw_error err = {0};
    expect(sw_edges_turn(edges, &look, &err) == SW_OK);
    for (uint32_t row = 0; row < output->count; row++) {
        struct sw_output_edge edge;
        expect(sw_edges_output(edges, row, &edge, &err) == SW_OK);
        enum sw_code code =
            events == NULL ? SW_OK
                           : sw_events_check(events, row, output->list[row].content, &edge, &err);
        if (code != SW_OK) {
            expect(code == SW_E_REFUSED && strstr(err.text, "line ") != NULL);
            sw_lineage_abandon(writer);
            return false;
        }
        expect(sw_lineage_add(writer, &edge.edge, &err) == SW_OK);
    }
    SW_CLEANUP(arena) struct sw_arena arena = {0};
    struct sw_lineage_set made = {.rows = output->count};
    struct sw_lineage_totals totals;
    struct sw_digest digest;
    sw_sha256(sw_bytes("output", 6), &made.manifest);
    expect(
        sw_lineage_finish(writer, &made.manifest, &made, &arena, &totals, &digest, &err) == SW_OK);
    return true;
}

static inline void sets_of(const struct samples *inputs, size_t count, struct sw_lineage_set *sets)
{
    for (size_t s = 0; s < count; s++) {
        sets[s].rows = inputs[s].count;
        sw_sha256(sw_bytes("input", 5), &sets[s].manifest);
    }
}

#endif
