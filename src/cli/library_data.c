/* The part of the C interface that records training and lineage. */
#include "cli/library.h"
#include "cli/show_training.h"

#include <stdlib.h>

/* --- checkpoints ----------------------------------------------------------------------------- */

static sw_result record_checkpoint(struct sealwright *sw, struct sw_data *data, const char *run,
    const char *model, uint64_t step, uint64_t *leaf)
{
    struct sw_training_claim claim;
    struct sw_receipt receipts[2];
    SW_TRY(sw_training_plan(data, sw_str(run), &claim, &sw->error));
    SW_TRY(sw_flow_hash_trained(data->arena, model, sw->path, NULL, &claim, &sw->error));
    claim.kind = SW_TRAINED_CHECKPOINT;
    claim.step = step;
    claim.finished = 0;
    claim.time = data->now;
    SW_TRY(sw_training_record(data, &claim, receipts, &sw->error));
    if (leaf != NULL) {
        *leaf = receipts[0].leaf;
    }
    return SW_OK;
}

static sw_result checkpoint(
    struct sealwright *sw, const char *run, const char *model, uint64_t step, uint64_t *leaf)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    sw_arena_init(&arena, 0);
    if (!sw->writes) {
        return sw_fail(&sw->error, SW_E_USAGE,
            "the store is open for reading only: open it with SEALWRIGHT_RECORD");
    }
    if (step == SW_ABSENT) {
        return sw_fail(&sw->error, SW_E_USAGE, "a checkpoint is of a training step");
    }
    SW_TRY(sw_library_key(sw, &arena, &key));
    struct sw_signer signer = {.key = key};
    struct sw_data data = {.store = sw->store,
        .trust = sw->trust,
        .signer = &signer,
        .arena = &arena,
        .now = sw_time_now()};
    return record_checkpoint(sw, &data, run, model, step, leaf);
}

enum sealwright_status sealwright_data_checkpoint(
    struct sealwright *sw, const char *run, const char *model, uint64_t step, uint64_t *leaf)
{
    enum sw_code code = sw_library_begin(sw);
    return sw_library_finish(
        &sw->error, code == SW_OK ? checkpoint(sw, run, model, step, leaf) : code);
}

/* --- events ---------------------------------------------------------------------------------- */

struct sealwright_events {
    struct sw_event_writer *writer;
    struct sw_event_sample *inputs; /* of one event */
    size_t cap;
    struct sw_error error;
};

const char *sealwright_events_message(const struct sealwright_events *events)
{
    return events == NULL ? "" : events->error.text;
}

enum sealwright_status sealwright_events_open(const char *path, struct sealwright_events **out)
{
    struct sealwright_events *events = calloc(1, sizeof(*events));
    *out = events;
    if (events == NULL) {
        return SEALWRIGHT_ERROR;
    }
    return sw_library_finish(
        &events->error, sw_event_writer_open(&events->writer, path, &events->error));
}

enum sealwright_status sealwright_events_close(struct sealwright_events *events)
{
    if (events == NULL) {
        return SEALWRIGHT_PASS;
    }
    enum sw_code code = sw_event_writer_close(events->writer, &events->error);
    free(events->inputs);
    free(events);
    return (enum sealwright_status)sw_code_exit(code);
}

static struct sw_event_sample sample_of(const struct sealwright_sample *sample)
{
    return (struct sw_event_sample){.set = sample->set,
        .row = sample->row,
        .id = sample->id == NULL ? (struct sw_str){0} : sw_str(sample->id)};
}

static sw_result begin(struct sealwright_events *events)
{
    events->error = (struct sw_error){0};
    return events->writer != NULL ? SW_OK
                                  : sw_fail(&events->error, SW_E_USAGE, "the stream is not open");
}

static sw_result take_inputs(
    struct sealwright_events *events, const struct sealwright_sample *inputs, size_t count)
{
    if (count > events->cap) {
        struct sw_event_sample *grown = reallocarray(events->inputs, count, sizeof(*grown));
        SW_TRY_PTR(grown);
        events->inputs = grown;
        events->cap = count;
    }
    for (size_t i = 0; i < count; i++) {
        events->inputs[i] = sample_of(&inputs[i]);
    }
    return SW_OK;
}

static sw_result kind_of(struct sealwright_events *events, const char *name, enum sw_edge_kind *out)
{
    *out = (enum sw_edge_kind)0;
    if (name == NULL) {
        return SW_OK;
    }
    for (unsigned kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
        if (strcmp(sw_edge_kind_name((enum sw_edge_kind)kind), name) == 0) {
            *out = (enum sw_edge_kind)kind;
            return SW_OK;
        }
    }
    return sw_fail(&events->error, SW_E_USAGE, "there is no kind '%s' of output", name);
}

static sw_result write_output(struct sealwright_events *events,
    const struct sealwright_sample *output, const struct sealwright_sample *inputs, size_t count,
    const char *kind, double confidence)
{
    enum sw_edge_kind known;
    const struct sw_event_sample made = sample_of(output);
    SW_TRY(begin(events));
    SW_TRY(kind_of(events, kind, &known));
    SW_TRY(take_inputs(events, inputs, count));
    return sw_event_writer_output(
        events->writer, &made, events->inputs, count, known, confidence, &events->error);
}

enum sealwright_status sealwright_events_output(struct sealwright_events *events,
    const struct sealwright_sample *output, const struct sealwright_sample *inputs, size_t count,
    const char *kind, double confidence)
{
    return sw_library_finish(
        &events->error, write_output(events, output, inputs, count, kind, confidence));
}

static sw_result write_drop(
    struct sealwright_events *events, const struct sealwright_sample *input, const char *reason)
{
    const struct sw_event_sample gone = sample_of(input);
    SW_TRY(begin(events));
    return sw_event_writer_drop(events->writer, &gone, sw_str(reason), &events->error);
}

enum sealwright_status sealwright_events_drop(
    struct sealwright_events *events, const struct sealwright_sample *input, const char *reason)
{
    return sw_library_finish(&events->error, write_drop(events, input, reason));
}
