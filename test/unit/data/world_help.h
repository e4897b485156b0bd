/* A small world of data, made from a seed: sources, steps and training runs in a real store, beside
 * a plain account of what came from what, to compare answers with. */
#ifndef SW_TEST_WORLD_HELP_H
#define SW_TEST_WORLD_HELP_H

#include "data/salt.h"

#include <stdlib.h>

#include "unit/data/data_help.h"

#define WORLD_SETS 24u
#define WORLD_ROWS 40u /* of one set, at most */
#define WORLD_MODELS 16u
#define WORLD_BITS (WORLD_SETS * WORLD_ROWS)

/* Every row there is has a number: set × WORLD_ROWS + row. */
struct world_bits {
    uint64_t words[WORLD_BITS / 64];
};

static inline void world_bit_set(struct world_bits *bits, unsigned n)
{
    bits->words[n / 64] |= UINT64_C(1) << (n % 64);
}

static inline bool world_bit(const struct world_bits *bits, unsigned n)
{
    return (bits->words[n / 64] >> (n % 64) & 1) != 0;
}

static inline void world_bits_join(struct world_bits *bits, const struct world_bits *other)
{
    for (size_t i = 0; i < SW_COUNT(bits->words); i++) {
        bits->words[i] |= other->words[i];
    }
}

struct world_row {
    uint64_t content;
    uint32_t sources;          /* bits, by source */
    uint32_t steps;            /* bits, by step */
    struct world_bits made_of; /* itself, and all that it was made of */
};

struct world_set {
    char name[16];
    struct world_row rows[WORLD_ROWS];
    unsigned count;
    bool salted;
    struct sw_dataset_claim claim;
    bool made; /* by a step; else ingested */
    unsigned step;
};

struct world_step {
    struct sw_digest digest;
    struct sw_digest lineage;
    unsigned inputs[2];
    unsigned input_count;
    unsigned output;
};

struct world_model {
    char name[16];
    struct sw_digest root;
    unsigned sets[3];
    unsigned set_count;
    unsigned bases[2];
    unsigned base_count;
};

struct world {
    struct data_test t;
    uint64_t random;
    struct world_set sets[WORLD_SETS];
    unsigned set_count;
    struct world_step steps[WORLD_SETS];
    unsigned step_count;
    unsigned source_count;
    struct world_model models[WORLD_MODELS];
    unsigned model_count;
};

static inline uint64_t world_random(struct world *w, uint64_t below)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (w->random >> 33) % below;
}

static inline struct sw_digest world_digest(const char *what, uint64_t n)
{
    char text[64];
    struct sw_digest digest;
    int len = snprintf(text, sizeof(text), "%s %llu", what, (unsigned long long)n);
    sw_sha256(sw_bytes(text, (size_t)len), &digest);
    return digest;
}

/* The words of a content, and what its digest is in a set without a salt. */
static inline struct sw_str world_text(uint64_t content, char out[32])
{
    int len = snprintf(out, 32, "content %llu", (unsigned long long)content);
    return sw_str_n(out, (size_t)len);
}

static inline const char *world_draft(struct world *w, enum sw_data_file kind)
{
    const char *dir = NULL;
    MUST(sw_data_file_dir(&w->t.data, kind, &dir, &must_error));
    const char *draft = sw_path_join(&w->t.arena, dir, "draft");
    assert_non_null(draft);
    return draft;
}

static const char *const world_sources[] = {"alpha", "beta", "delta", "gamma"}; /* sorted */

static inline uint32_t world_origin(
    struct world *w, struct sw_rows_writer *writer, const struct world_row *row)
{
    struct sw_str sources[SW_COUNT(world_sources)];
    struct sw_digest steps[WORLD_SETS];
    struct sw_origin origin = {.sources = sources, .steps = steps};
    uint32_t index;
    for (unsigned i = 0; i < SW_COUNT(world_sources); i++) {
        if ((row->sources >> i & 1) != 0) {
            sources[origin.source_count++] = sw_str(world_sources[i]);
        }
    }
    for (unsigned i = 0; i < w->step_count; i++) {
        if ((row->steps >> i & 1) != 0) {
            steps[origin.step_count++] = w->steps[i].digest;
        }
    }
    MUST(sw_rows_origin(writer, &origin, &index, &must_error));
    return index;
}

/* Writes a set as a file of the store; gives its manifest. */
static inline struct sw_digest world_write_rows(
    struct world *w, const struct world_set *set, const struct sw_salt *salt, struct sw_str name)
{
    const char *draft = world_draft(w, SW_DATA_FILE_SET);
    struct sw_rows_options options = {.reader = "lines", .salt = name};
    struct sw_rows_writer *writer = NULL;
    struct sw_digest digest;
    MUST(sw_rows_create(&writer, draft, &options, &must_error));
    for (unsigned i = 0; i < set->count; i++) {
        char text[32];
        char record[64];
        struct sw_row row = {.offset = i * 10, .length = 10, .weight = 1};
        struct sw_str content = world_text(set->rows[i].content, text);
        int len =
            snprintf(record, sizeof(record), "%s: " SW_STR_FMT, set->name, SW_STR_ARG(content));
        sw_salt_digest(salt, sw_bytes_of_str(content), row.content);
        sw_salt_digest(salt, sw_bytes(record, (size_t)len), row.record);
        row.origin = world_origin(w, writer, &set->rows[i]);
        MUST(sw_rows_add(writer, &row, &must_error));
    }
    MUST(sw_rows_extra(writer, SW_ROWS_FILES, sw_bytes("a\n", 2), &must_error));
    MUST(sw_rows_finish(writer, NULL, 0, NULL, &digest, &must_error));
    MUST(sw_data_file_keep(&w->t.data, SW_DATA_FILE_SET, draft, &digest, &must_error));
    return digest;
}

static inline void world_claim_set(
    struct world *w, struct world_set *set, const struct sw_digest *manifest)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_dataset_claim more = {.name = sw_str(set->name), .version = sw_str("1")};
    struct sw_receipt receipt;
    MUST(sw_rows_open(
        &rows, sw_data_file_path(&w->t.data, SW_DATA_FILE_SET, manifest), manifest, &must_error));
    MUST(sw_dataset_claim_record(&w->t.data, &rows, &more, &set->claim, &receipt, &must_error));
}

static inline void world_keep_set(struct world *w, struct world_set *set)
{
    SW_CLEANUP(salt) struct sw_salt salt;
    char name[SW_SALT_NAME_SIZE] = "";
    if (set->salted) {
        MUST(sw_salt_make(&w->t.data, name, &must_error));
    }
    MUST(sw_salt_load(&w->t.data, sw_str(name), &salt, &must_error));
    struct sw_digest manifest = world_write_rows(w, set, &salt, sw_str(name));
    world_claim_set(w, set, &manifest);
}

static inline struct world_set *world_new_set(struct world *w, const char *prefix)
{
    struct world_set *set = &w->sets[w->set_count];
    *set = (struct world_set){0};
    (void)snprintf(set->name, sizeof(set->name), "%s%u", prefix, w->set_count);
    w->set_count++;
    return set;
}

/* A set that was ingested, of one source. Some contents stand in several sets. */
static inline struct world_set *world_ingest(
    struct world *w, unsigned source, unsigned count, bool salted)
{
    struct world_set *set = world_new_set(w, "in");
    unsigned number = w->set_count - 1;
    set->salted = salted;
    for (unsigned i = 0; i < count; i++) {
        struct world_row *row = &set->rows[set->count++];
        row->content = world_random(w, 60);
        row->sources = 1u << source;
        world_bit_set(&row->made_of, number * WORLD_ROWS + i);
    }
    world_keep_set(w, set);
    return set;
}

/* One output row of a step that is being made. */
struct world_edge {
    enum sw_edge_kind kind;
    struct sw_input_row inputs[3];
    unsigned input_count;
};

static inline struct world_row world_row_of(
    const struct world *w, const struct world_step *step, const struct world_edge *edge)
{
    struct world_row row = {.content = 1000};
    for (unsigned i = 0; i < edge->input_count; i++) {
        const struct world_row *in =
            &w->sets[step->inputs[edge->inputs[i].set]].rows[edge->inputs[i].row];
        row.content = edge->kind == SW_EDGE_KEPT ? in->content : row.content * 7 + in->content;
        row.sources |= in->sources;
        row.steps |= in->steps;
        world_bits_join(&row.made_of, &in->made_of);
    }
    row.steps |= 1u << (step - w->steps);
    return row;
}

static inline void world_record_step(struct world *w, struct world_step *step,
    const struct sw_lineage_totals *totals, const struct sw_digest *lineage, bool complete)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_dataset_ref inputs[2];
    struct sw_str gap = sw_str("two rows could not be told");
    const struct world_set *output = &w->sets[step->output];
    for (unsigned i = 0; i < step->input_count; i++) {
        const struct sw_dataset_claim *c = &w->sets[step->inputs[i]].claim;
        inputs[i] = (struct sw_dataset_ref){c->name, c->version, c->manifest, c->samples};
    }
    struct sw_lineage_claim claim = {.step = step->digest,
        .step_name = sw_str("clean"),
        .lineage = *lineage,
        .inputs = inputs,
        .input_count = step->input_count,
        .output = {output->claim.name, output->claim.version, output->claim.manifest,
            output->claim.samples},
        .match = sw_str("events"),
        .totals = totals,
        .complete = complete,
        .gaps = complete ? NULL : &gap,
        .gap_count = complete ? 0 : 1,
        .time = w->t.data.now};
    struct sw_subject subjects[] = {{sw_str("output"), output->claim.manifest},
        {sw_str("step"), step->digest}, {sw_str("lineage"), *lineage}};
    struct sw_receipt receipt;
    MUST(sw_lineage_claim_write(&claim, &predicate));
    MUST(sw_data_record(&w->t.data, subjects, 3, SW_PREDICATE_LINEAGE, sw_buf_bytes(&predicate),
        &receipt, &must_error));
}

/* Writes output set, lineage file and both claims; `dropped` says why. */
static inline void world_keep_step(struct world *w, struct world_step *step,
    const struct world_edge *edges, unsigned count, bool complete)
{
    const char *draft = world_draft(w, SW_DATA_FILE_LINEAGE);
    struct world_set *output = &w->sets[step->output];
    struct sw_lineage_set inputs[2];
    struct sw_lineage_writer *writer = NULL;
    struct sw_lineage_totals totals;
    for (unsigned i = 0; i < count; i++) {
        output->rows[i] = world_row_of(w, step, &edges[i]);
        world_bit_set(&output->rows[i].made_of, step->output * WORLD_ROWS + i);
    }
    output->count = count;
    output->made = true;
    output->step = (unsigned)(step - w->steps);
    world_keep_set(w, output);
    for (unsigned i = 0; i < step->input_count; i++) {
        const struct world_set *in = &w->sets[step->inputs[i]];
        inputs[i] = (struct sw_lineage_set){in->claim.manifest, in->count};
    }
    MUST(sw_lineage_create(&writer, draft, inputs, step->input_count, NULL, &must_error));
    for (unsigned i = 0; i < count; i++) {
        struct sw_edge edge = {edges[i].kind, SW_CONFIDENCE_FULL,
            edges[i].input_count == 0 ? NULL : edges[i].inputs, edges[i].input_count};
        MUST(sw_lineage_add(writer, &edge, &must_error));
    }
    MUST(sw_lineage_drop_others(writer, sw_str("too short"), &must_error));
    struct sw_lineage_set out = {output->claim.manifest, count};
    MUST(sw_lineage_finish(
        writer, &step->digest, &out, &w->t.arena, &totals, &step->lineage, &must_error));
    MUST(sw_data_file_keep(&w->t.data, SW_DATA_FILE_LINEAGE, draft, &step->lineage, &must_error));
    world_record_step(w, step, &totals, &step->lineage, complete);
}

static inline struct world_step *world_new_step(struct world *w, unsigned first, unsigned second)
{
    struct world_step *step = &w->steps[w->step_count];
    *step = (struct world_step){.digest = world_digest("step", w->step_count),
        .inputs = {first, second},
        .input_count = first == second ? 1 : 2};
    w->step_count++;
    step->output = w->set_count;
    (void)world_new_set(w, "out");
    return step;
}

/* Takes some rows, drops some, edits, merges and makes some, in any order. */
static inline unsigned world_random_edges(
    struct world *w, const struct world_step *step, struct world_edge *edges)
{
    unsigned count = 0;
    unsigned wanted = (unsigned)world_random(w, WORLD_ROWS);
    while (count < wanted) {
        struct world_edge edge = {.kind = SW_EDGE_GENERATED};
        unsigned set = (unsigned)world_random(w, step->input_count);
        unsigned rows = w->sets[step->inputs[set]].count;
        uint64_t what = world_random(w, 10);
        if (what < 9 && rows > 0) {
            uint32_t row = (uint32_t)world_random(w, rows);
            edge.kind = what < 6 ? SW_EDGE_KEPT : SW_EDGE_EDITED;
            edge.inputs[edge.input_count++] = (struct sw_input_row){set, row};
            if (what == 8 && row + 1 < rows) {
                edge.kind = SW_EDGE_MERGED;
                edge.inputs[edge.input_count++] = (struct sw_input_row){set, row + 1};
            }
        }
        edges[count++] = edge;
    }
    return count;
}

static inline void world_random_step(struct world *w)
{
    struct world_edge edges[WORLD_ROWS];
    unsigned first = (unsigned)world_random(w, w->set_count);
    unsigned second = (unsigned)world_random(w, w->set_count);
    struct world_step *step = world_new_step(w, first, second);
    unsigned count = world_random_edges(w, step, edges);
    world_keep_step(w, step, edges, count, true);
}

/* Every row of `from`, but for row `dropped` (none when it is behind the end). */
static inline struct world_step *world_filter(
    struct world *w, unsigned from, unsigned dropped, bool complete)
{
    struct world_edge edges[WORLD_ROWS];
    unsigned count = 0;
    struct world_step *step = world_new_step(w, from, from);
    for (unsigned i = 0; i < w->sets[from].count; i++) {
        if (i != dropped) {
            edges[count++] = (struct world_edge){SW_EDGE_KEPT, {{0, i}}, 1};
        }
    }
    world_keep_step(w, step, edges, count, complete);
    return step;
}

/* --- models ---------------------------------------------------------------------------------- */

static inline struct sw_training_claim world_training(struct world *w,
    const struct world_model *model, struct sw_dataset_ref *refs, struct sw_training_base *bases)
{
    for (unsigned i = 0; i < model->set_count; i++) {
        const struct sw_dataset_claim *c = &w->sets[model->sets[i]].claim;
        refs[i] = (struct sw_dataset_ref){c->name, c->version, c->manifest, c->samples};
    }
    for (unsigned i = 0; i < model->base_count; i++) {
        const struct world_model *base = &w->models[model->bases[i]];
        bases[i] = (struct sw_training_base){
            .name = sw_str(base->name), .relation = sw_str("finetune"), .root = base->root};
    }
    return (struct sw_training_claim){.kind = SW_TRAINED_MODEL,
        .run = sw_str("run"),
        .step = SW_ABSENT,
        .model = sw_str(model->name),
        .root = model->root,
        .manifest = world_digest("manifest of", (uint64_t)(model - w->models)),
        .datasets = refs,
        .dataset_count = model->set_count,
        .bases = bases,
        .base_count = model->base_count,
        .verified = true,
        .time = w->t.data.now};
}

static inline void world_record_training(struct world *w, const struct sw_training_claim *claim)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_subject subjects[] = {
        {claim->model, claim->root}, {sw_str("manifest"), claim->manifest}};
    struct sw_receipt receipt;
    MUST(sw_training_claim_write(claim, &predicate));
    MUST(sw_data_record(&w->t.data, subjects, 2, SW_PREDICATE_TRAINING, sw_buf_bytes(&predicate),
        &receipt, &must_error));
}

static inline struct world_model *world_new_model(struct world *w)
{
    struct world_model *model = &w->models[w->model_count];
    *model = (struct world_model){.root = world_digest("model", w->model_count)};
    (void)snprintf(model->name, sizeof(model->name), "model%u", w->model_count);
    w->model_count++;
    return model;
}

static inline void world_keep_model(struct world *w, const struct world_model *model)
{
    struct sw_dataset_ref refs[3];
    struct sw_training_base bases[2];
    struct sw_training_claim claim = world_training(w, model, refs, bases);
    world_record_training(w, &claim);
}

/* Trained on one set, from one base or none (`base` behind the end). */
static inline struct world_model *world_train(struct world *w, unsigned set, unsigned base)
{
    struct world_model *model = world_new_model(w);
    model->sets[model->set_count++] = set;
    if (base < w->model_count - 1) {
        model->bases[model->base_count++] = base;
    }
    world_keep_model(w, model);
    return model;
}

static inline void world_random_model(struct world *w)
{
    struct world_model *model = world_new_model(w);
    unsigned wanted = (unsigned)world_random(w, 3);
    for (unsigned i = 0; i < wanted; i++) {
        model->sets[model->set_count++] = (unsigned)world_random(w, w->set_count);
    }
    if (w->model_count > 1 && world_random(w, 2) == 0) {
        model->bases[model->base_count++] = (unsigned)world_random(w, w->model_count - 1);
    }
    world_keep_model(w, model);
}

/* --- the world ------------------------------------------------------------------------------- */

static inline void world_open(struct world *w, uint64_t seed)
{
    *w = (struct world){.random = seed, .source_count = SW_COUNT(world_sources)};
    data_test_open(&w->t);
}

static inline void world_close(struct world *w)
{
    data_test_close(&w->t);
}

static inline void world_build(struct world *w, unsigned steps, unsigned models)
{
    for (unsigned i = 0; i < w->source_count; i++) {
        world_ingest(w, i, 5 + (unsigned)world_random(w, WORLD_ROWS - 5), false);
    }
    for (unsigned i = 0; i < steps; i++) {
        world_random_step(w);
    }
    for (unsigned i = 0; i < models; i++) {
        world_random_model(w);
    }
}

/* Marks the sets that a model, or a base of it, was trained on. */
static inline void world_sets_of(const struct world *w, unsigned model, bool sets[WORLD_SETS])
{
    const struct world_model *m = &w->models[model];
    for (unsigned i = 0; i < m->set_count; i++) {
        sets[m->sets[i]] = true;
    }
    for (unsigned i = 0; i < m->base_count; i++) {
        world_sets_of(w, m->bases[i], sets);
    }
}

#endif
