#include "data/trace.h"

#include <stdlib.h>

/* Samples of one set, linked by sample. */
struct line {
    uint32_t *first; /* by set; NONE: none */
    uint32_t *next;  /* by sample */
};

struct tracing {
    const struct sw_data *data;
    const struct sw_graph *graph;
    const struct sw_trace_options *options;
    size_t limit;
    struct sw_trace *out;
    size_t sample_cap, hop_cap, drop_cap, use_cap, leap_cap;
    bool *uncounted; /* by set: it was asked about, and nobody knows its samples */
    struct line all;
    struct line back;    /* still to be followed back */
    struct line forward; /* and forward */
    uint32_t *batch;     /* samples of one set, by row */
    uint32_t *table;     /* of samples by set and row, open addressing; 0: free, else index + 1 */
    size_t table_size;
};

/* Is it the file that is at fault, and not the machine? */
static bool is_about_file(enum sw_code code)
{
    return code == SW_E_REFUSED || code == SW_E_FORMAT || code == SW_E_USAGE ||
           code == SW_E_NOENT || code == SW_E_LIMIT;
}

static sw_result lost_step(struct tracing *t, uint32_t step, enum sw_code code,
    const struct sw_error *why, struct sw_error *err)
{
    if (!is_about_file(code)) {
        return sw_fail(err, code, "%s", why->text);
    }
    return sw_gap_add(&t->out->gaps, SW_GAP_LOST, "the lineage file of step " SW_STR_FMT ": %s",
        SW_STR_ARG(t->graph->steps[step].claim.step_name), why->text);
}

/* --- samples --------------------------------------------------------------------------------- */

static void put_in_line(struct line *line, uint32_t set, uint32_t sample)
{
    line->next[sample] = line->first[set];
    line->first[set] = sample;
}

static uint32_t *place_of(struct tracing *t, uint32_t set, uint32_t row)
{
    uint64_t hash = ((uint64_t)set << 32 | row) * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = (size_t)(hash >> 20) % t->table_size;; i = (i + 1) % t->table_size) {
        uint32_t at = t->table[i];
        if (at == 0 || (t->out->samples[at - 1].set == set && t->out->samples[at - 1].row == row)) {
            return &t->table[i];
        }
    }
}

/* The index of a sample, a new one perhaps; NONE over the limit. */
static sw_result need_sample(struct tracing *t, uint32_t set, uint32_t row, uint32_t *out)
{
    uint32_t *place = place_of(t, set, row);
    if (*place != 0) {
        *out = *place - 1;
        return SW_OK;
    }
    struct sw_trace *trace = t->out;
    if (trace->sample_count == t->limit) {
        trace->cut = true;
        *out = SW_GRAPH_NONE;
        return SW_OK;
    }
    struct sw_trace_sample *samples = sw_arena_grow(
        t->data->arena, trace->samples, trace->sample_count, &t->sample_cap, sizeof(*samples));
    SW_TRY_PTR(samples);
    trace->samples = samples;
    samples[trace->sample_count] = (struct sw_trace_sample){
        .set = set, .row = row, .proof = {.why_not = "its row could not be read"}};
    *out = (uint32_t)trace->sample_count++;
    *place = *out + 1;
    put_in_line(&t->all, set, *out);
    return SW_OK;
}

static void go_back(struct tracing *t, uint32_t sample)
{
    struct sw_trace_sample *s = &t->out->samples[sample];
    if (!s->back) {
        s->back = true;
        put_in_line(&t->back, s->set, sample);
    }
}

static void go_forward(struct tracing *t, uint32_t sample)
{
    struct sw_trace_sample *s = &t->out->samples[sample];
    if (!s->forward) {
        s->forward = true;
        put_in_line(&t->forward, s->set, sample);
    }
}

#define ADD(t, list, counter, cap, value)                                                     \
    do {                                                                                      \
        __typeof__((t)->out->list) grown_ = sw_arena_grow(                                    \
            (t)->data->arena, (t)->out->list, (t)->out->counter, &(t)->cap, sizeof(*grown_)); \
        SW_TRY_PTR(grown_);                                                                   \
        (t)->out->list = grown_;                                                              \
        grown_[(t)->out->counter++] = (value);                                                \
    } while (0)

/* Takes rows from one set as what was asked about. */
static sw_result take_seeds(struct tracing *t, uint32_t set, const struct sw_rowset *rows)
{
    uint32_t row = 0;
    for (bool more = sw_rowset_next(rows, 0, &row); more && !t->out->cut;) {
        uint32_t sample;
        SW_TRY(need_sample(t, set, row, &sample));
        if (sample != SW_GRAPH_NONE) {
            t->out->samples[sample].asked = true;
            if ((t->options->ways & SW_TRACE_BACK) != 0) {
                go_back(t, sample);
            }
            if ((t->options->ways & SW_TRACE_FORWARD) != 0) {
                go_forward(t, sample);
            }
        }
        more = row < UINT32_MAX && sw_rowset_next(rows, row + 1, &row);
    }
    return SW_OK;
}

static sw_result find_seeds(struct tracing *t, const struct sw_selected *what, struct sw_error *err)
{
    static const struct sw_reach_options options = {.prove = false};
    for (uint32_t i = 0; i < t->graph->set_count; i++) {
        if (t->options->in != SW_GRAPH_NONE && t->options->in != i) {
            continue;
        }
        SW_CLEANUP(rowset) struct sw_rowset rows = SW_ROWSET_INIT;
        SW_TRY(sw_progress_check(t->data->progress, err));
        t->uncounted[i] = sw_reach_is_uncounted(t->graph, i, &what->selector);
        SW_TRY(sw_reach_seeds(t->data, t->graph, i, what, &options, &rows, &t->out->gaps, err));
        SW_TRY(take_seeds(t, i, &rows));
    }
    return SW_OK;
}

/* --- steps ----------------------------------------------------------------------------------- */

static sw_result note_gaps_of_step(struct tracing *t, uint32_t step)
{
    const struct sw_graph_step *s = &t->graph->steps[step];
    if (!sw_graph_is_trusted(&s->stamp)) {
        return sw_gap_add(&t->out->gaps, SW_GAP_UNKNOWN,
            "step '" SW_STR_FMT "' (leaf %llu) is signed by nobody trusted and was not followed",
            SW_STR_ARG(s->claim.step_name), (unsigned long long)s->stamp.leaf);
    }
    if (s->claim.complete) {
        return SW_OK;
    }
    struct sw_str first =
        s->claim.gap_count > 0 ? s->claim.gaps[0] : sw_str("it does not say which");
    return sw_gap_add(&t->out->gaps, SW_GAP_UNKNOWN, "step '" SW_STR_FMT "' has gaps: " SW_STR_FMT,
        SW_STR_ARG(s->claim.step_name), SW_STR_ARG(first));
}

static sw_result open_step(struct tracing *t, uint32_t step, struct sw_lineage *lineage,
    bool *opened, struct sw_error *err)
{
    SW_TRY(note_gaps_of_step(t, step));
    *opened = false;
    if (!sw_graph_is_trusted(&t->graph->steps[step].stamp)) {
        return SW_OK;
    }
    return sw_reach_open_step(t->data, t->graph, step, lineage, opened, &t->out->gaps, err);
}

/* --- back ------------------------------------------------------------------------------------ */

static sw_result add_hop(struct tracing *t, uint32_t from, uint32_t to, uint32_t step,
    enum sw_edge_kind kind, uint32_t confidence)
{
    ADD(t, hops, hop_count, hop_cap, ((struct sw_trace_hop){from, to, step, kind, confidence}));
    return SW_OK;
}

static sw_result back_over(struct tracing *t, uint32_t sample, uint32_t step,
    struct sw_lineage *lineage, struct sw_error *err)
{
    const struct sw_graph_step *s = &t->graph->steps[step];
    struct sw_error why = {0};
    struct sw_edge edge;
    enum sw_code code = sw_lineage_edge(lineage, t->out->samples[sample].row, &edge, &why);
    if (code != SW_OK) {
        return lost_step(t, step, code, &why, err);
    }
    for (size_t i = 0; i < edge.input_count; i++) {
        uint32_t from;
        SW_TRY(need_sample(t, s->inputs[edge.inputs[i].set], edge.inputs[i].row, &from));
        if (from == SW_GRAPH_NONE) {
            return SW_OK;
        }
        go_back(t, from);
        SW_TRY(add_hop(t, from, sample, step, edge.kind, edge.confidence));
    }
    return SW_OK;
}

/* Each lineage file is opened once for all samples of a set that are known by then. */
static sw_result back_from(
    struct tracing *t, uint32_t set, const uint32_t *samples, size_t count, struct sw_error *err)
{
    const struct sw_graph_set *s = &t->graph->sets[set];
    for (uint32_t i = 0; i < s->made_count; i++) {
        SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
        bool opened;
        SW_TRY(open_step(t, s->made_by[i], &lineage, &opened, err));
        for (size_t k = 0; opened && k < count; k++) {
            SW_TRY(back_over(t, samples[k], s->made_by[i], &lineage, err));
        }
    }
    return SW_OK;
}

/* --- forward --------------------------------------------------------------------------------- */

static sw_result take_outputs(struct tracing *t, uint32_t sample, uint32_t step,
    struct sw_lineage *lineage, const struct sw_fate *fate, struct sw_error *err)
{
    uint32_t *outputs = SW_ARENA_ARRAY(t->data->arena, uint32_t, fate->output_count);
    size_t count = fate->output_count;
    SW_TRY_PTR(outputs);
    memcpy(outputs, fate->outputs, count * sizeof(*outputs));
    for (size_t i = 0; i < count; i++) {
        struct sw_error why = {0};
        struct sw_edge edge;
        uint32_t to;
        SW_TRY(need_sample(t, t->graph->steps[step].output, outputs[i], &to));
        if (to == SW_GRAPH_NONE) {
            return SW_OK;
        }
        enum sw_code code = sw_lineage_edge(lineage, outputs[i], &edge, &why);
        if (code != SW_OK) {
            return lost_step(t, step, code, &why, err);
        }
        go_forward(t, to);
        if (!t->out->samples[to].back) { /* else the way back has named all that it is made of */
            SW_TRY(add_hop(t, sample, to, step, edge.kind, edge.confidence));
        }
    }
    return SW_OK;
}

static sw_result forward_over(struct tracing *t, uint32_t sample, uint32_t step,
    struct sw_lineage *lineage, uint32_t input, struct sw_error *err)
{
    struct sw_input_row row = {input, t->out->samples[sample].row};
    struct sw_error why = {0};
    struct sw_fate fate;
    enum sw_code code = sw_lineage_fate(lineage, row, &fate, &why);
    if (code != SW_OK) {
        return lost_step(t, step, code, &why, err);
    }
    if (fate.output_count > 0) {
        return take_outputs(t, sample, step, lineage, &fate, err);
    }
    const char *reason = sw_arena_strndup(t->data->arena, fate.reason);
    SW_TRY_PTR(reason);
    ADD(t, drops, drop_count, drop_cap, ((struct sw_trace_drop){sample, step, reason}));
    return SW_OK;
}

static sw_result take_use(struct tracing *t, uint32_t sample, uint32_t training)
{
    const struct sw_graph_training *s = &t->graph->trainings[training];
    if (!sw_graph_is_trusted(&s->stamp)) {
        return sw_gap_add(&t->out->gaps, SW_GAP_UNKNOWN,
            "a training of '" SW_STR_FMT "' (leaf %llu) is signed by nobody trusted and was not "
            "followed",
            SW_STR_ARG(s->claim.model), (unsigned long long)s->stamp.leaf);
    }
    ADD(t, uses, use_count, use_cap, ((struct sw_trace_use){sample, training}));
    return SW_OK;
}

static sw_result forward_step(struct tracing *t, uint32_t set, uint32_t step,
    const uint32_t *samples, size_t count, struct sw_error *err)
{
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    const struct sw_graph_step *s = &t->graph->steps[step];
    bool opened;
    SW_TRY(open_step(t, step, &lineage, &opened, err));
    for (uint32_t i = 0; opened && i < s->claim.input_count; i++) {
        for (size_t k = 0; k < count && s->inputs[i] == set; k++) {
            SW_TRY(forward_over(t, samples[k], step, &lineage, i, err));
        }
    }
    return SW_OK;
}

static sw_result forward_from(
    struct tracing *t, uint32_t set, const uint32_t *samples, size_t count, struct sw_error *err)
{
    const struct sw_graph_set *s = &t->graph->sets[set];
    for (uint32_t i = 0; i < s->used_count; i++) {
        SW_TRY(forward_step(t, set, s->used_by[i], samples, count, err));
    }
    for (uint32_t i = 0; i < s->trained_count; i++) {
        for (size_t k = 0; k < count; k++) {
            SW_TRY(take_use(t, samples[k], s->trained[i]));
        }
    }
    return SW_OK;
}

/* --- the walk -------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Takes a set's samples out of a line, in the order in which they were found. */
static size_t take_line(struct tracing *t, struct line *line, uint32_t set)
{
    size_t count = 0;
    for (uint32_t at = line->first[set]; at != SW_GRAPH_NONE; at = line->next[at]) {
        t->batch[count++] = at;
    }
    line->first[set] = SW_GRAPH_NONE;
    if (count > 1) {
        qsort(t->batch, count, sizeof(t->batch[0]), by_number);
    }
    return count;
}

typedef enum sw_code (*from_fn)(
    struct tracing *t, uint32_t set, const uint32_t *samples, size_t count, struct sw_error *err);

/* Set by set, so that all samples of one are known before its files are opened; once through is
 * enough, unless steps have a cycle. `order` leads the way, from its end when `backwards`. */
static sw_result walk(
    struct tracing *t, const uint32_t *order, bool backwards, from_fn from, struct sw_error *err)
{
    struct line *line = backwards ? &t->back : &t->forward;
    uint32_t count = t->graph->set_count;
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t set = order[backwards ? count - 1 - i : i];
            size_t samples = take_line(t, line, set);
            SW_TRY(sw_progress_check(t->data->progress, err));
            if (samples > 0) {
                again = true;
                SW_TRY(from(t, set, t->batch, samples, err));
            }
        }
    }
    return SW_OK;
}

/* --- models ---------------------------------------------------------------------------------- */

/* Marks models; `declared` says whether nothing but a document leads to them. */
struct marking {
    struct tracing *t;
    uint32_t *stack;
    uint32_t depth;
    bool declared;
};

static void mark_model(struct marking *m, const struct sw_graph_training *training)
{
    struct sw_trace *out = m->t->out;
    if (sw_graph_is_trusted(&training->stamp) && !out->models[training->model]) {
        out->models[training->model] = true;
        out->declared_models[training->model] = m->declared;
        m->stack[m->depth++] = training->model;
    }
}

static void mark_derived(struct marking *m)
{
    const struct sw_graph *g = m->t->graph;
    while (m->depth > 0) {
        const struct sw_graph_model *model = &g->models[m->stack[--m->depth]];
        for (uint32_t i = 0; i < model->derived_count; i++) {
            mark_model(m, &g->trainings[model->derived[i]]);
        }
    }
}

static void mark_trained(struct marking *m, const bool *sets)
{
    const struct sw_graph *g = m->t->graph;
    for (uint32_t set = 0; set < g->set_count; set++) {
        for (uint32_t i = 0; sets[set] && i < g->sets[set].trained_count; i++) {
            mark_model(m, &g->trainings[g->sets[set].trained[i]]);
        }
    }
}

/* Those trained on a sample that is reached, or on all of a set that is asked about or may be
 * reached, and those derived from them. */
static sw_result find_models(struct tracing *t, const bool *whole)
{
    const struct sw_graph *g = t->graph;
    struct marking m = {
        .t = t, .stack = SW_ARENA_ARRAY(t->data->arena, uint32_t, g->model_count + 1)};
    SW_TRY_PTR(m.stack);
    for (size_t i = 0; i < t->out->use_count; i++) {
        mark_model(&m, &g->trainings[t->out->uses[i].training]);
    }
    if ((t->options->ways & SW_TRACE_FORWARD) != 0) {
        mark_trained(&m, t->uncounted);
    }
    mark_derived(&m);
    m.declared = true;
    mark_trained(&m, whole);
    mark_derived(&m);
    return SW_OK;
}

/* --- over documents -------------------------------------------------------------------------- */

/* On from each set of which a sample is on this way; *whole (by set) is what that leads to. */
static sw_result leap_on(
    struct tracing *t, enum sw_trace_ways way, const bool **whole, struct sw_error *err)
{
    bool *from = SW_ARENA_ARRAY(t->data->arena, bool, t->graph->set_count);
    bool back = way == SW_TRACE_BACK;
    struct sw_leap_options how = {.from = from, .back = back};
    struct sw_leaps leaps;
    SW_TRY_PTR(from);
    for (uint32_t i = 0; i < t->graph->set_count; i++) {
        from[i] = t->uncounted[i] && (t->options->ways & way) != 0;
    }
    for (size_t i = 0; i < t->out->sample_count; i++) {
        const struct sw_trace_sample *s = &t->out->samples[i];
        from[s->set] = from[s->set] || (back ? s->back : s->forward);
    }
    SW_TRY(sw_leap_from(t->data, t->graph, &how, &leaps, &t->out->gaps, err));
    for (size_t i = 0; i < leaps.count; i++) {
        ADD(t, leaps, leap_count, leap_cap, ((struct sw_trace_leap){leaps.list[i], back}));
    }
    *whole = leaps.whole;
    return SW_OK;
}

/* --- proofs ---------------------------------------------------------------------------------- */

static bool is_signed_head(const struct tracing *t, uint32_t set, const struct sw_rows *rows)
{
    uint32_t dataset = t->graph->sets[set].dataset;
    struct sw_digest head;
    sw_tree_head(SW_TREE_ORDERED, rows->count, &rows->ordered, &head);
    return dataset != SW_GRAPH_NONE &&
           sw_digest_equal(&head, &t->graph->datasets[dataset].claim.ordered_head);
}

static void refuse(struct sw_trace_proof *proof, const char *why)
{
    *proof = (struct sw_trace_proof){false, why};
}

static sw_result copy_origin(
    struct tracing *t, const struct sw_rows *rows, struct sw_trace_sample *sample)
{
    struct sw_arena *arena = t->data->arena;
    const struct sw_origin *origin = &rows->origins[sample->content.origin];
    struct sw_str *sources = SW_ARENA_ARRAY(arena, struct sw_str, origin->source_count);
    struct sw_digest *steps = SW_ARENA_ARRAY(arena, struct sw_digest, origin->step_count);
    if (sources == NULL || steps == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < origin->source_count; i++) {
        const char *copy = sw_arena_strndup(arena, origin->sources[i]);
        SW_TRY_PTR(copy);
        sources[i] = sw_str_n(copy, origin->sources[i].len);
    }
    if (origin->step_count > 0) {
        memcpy(steps, origin->steps, origin->step_count * sizeof(*steps));
    }
    sample->origin = (struct sw_origin){sources, origin->source_count, steps, origin->step_count};
    return SW_OK;
}

static sw_result copy_file(struct tracing *t, struct sw_rows *rows, struct sw_trace_sample *sample)
{
    struct sw_error ignored = {0};
    struct sw_str file;
    if (sw_rows_file(rows, sample->content.file, &file, &ignored) != SW_OK) {
        return SW_OK; /* a set that a step made has no files */
    }
    const char *copy = sw_arena_strndup(t->data->arena, file);
    SW_TRY_PTR(copy);
    sample->file = sw_str_n(copy, file.len);
    return SW_OK;
}

static sw_result prove_sample(
    struct tracing *t, struct sw_rows *rows, struct sw_trace_sample *sample, struct sw_error *err)
{
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    struct sw_error why = {0};
    enum sw_code code =
        sw_rows_proven(rows, sample->row, &sample->content, proof, &sample->hashes, &why);
    if (code == SW_OK) {
        sample->seen = true;
        SW_TRY(copy_origin(t, rows, sample));
        SW_TRY(copy_file(t, rows, sample));
    }
    if (code != SW_OK && !is_about_file(code)) {
        return sw_fail(err, code, "%s", why.text);
    }
    if (code != SW_OK || !is_signed_head(t, sample->set, rows)) {
        const char *words = code != SW_OK ? sw_arena_strdup(t->data->arena, why.text)
                                          : "the dataset's claim signs another tree";
        SW_TRY_PTR(words);
        refuse(&sample->proof, words);
        return SW_OK;
    }
    sample->proof = (struct sw_trace_proof){true, ""};
    return SW_OK;
}

/* By set, so that each file is opened once. */
static sw_result prove_samples(struct tracing *t, struct sw_error *err)
{
    for (uint32_t set = 0; set < t->graph->set_count; set++) {
        SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
        size_t count = take_line(t, &t->all, set);
        bool opened = false;
        if (count > 0) {
            SW_TRY(sw_reach_open_set(t->data, t->graph, set, &rows, &opened, &t->out->gaps, err));
        }
        for (size_t i = 0; opened && i < count; i++) {
            SW_TRY(prove_sample(t, &rows, &t->out->samples[t->batch[i]], err));
        }
    }
    return SW_OK;
}

/* The claim's entry stands where the log says, under the signed checkpoint. */
static sw_result prove_claim(struct tracing *t, const struct sw_graph_stamp *stamp,
    struct sw_trace_proof *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error why = {0};
    struct sw_tlog_proof proof;
    struct sw_log_claim entry;
    sw_arena_init(&arena, 0);
    enum sw_code code = sw_log_prove(t->data->store, stamp->leaf, &text, &why);
    if (code != SW_OK && !is_about_file(code)) {
        return sw_fail(err, code, "%s", why.text);
    }
    if (code == SW_OK) {
        code = sw_tlog_proof_parse(&arena, sw_buf_bytes(&text), &proof, &why);
    }
    if (code == SW_OK) {
        code = sw_log_claim_read(&arena, proof.extra, &entry, &why);
    }
    if (code == SW_OK && !sw_digest_equal(&entry.claim, &stamp->claim)) {
        code = sw_fail(&why, SW_E_REFUSED, "its leaf in the log is another claim's");
    }
    const char *words = code == SW_OK ? "" : sw_arena_strdup(t->data->arena, why.text);
    SW_TRY_PTR(words);
    *out = (struct sw_trace_proof){code == SW_OK, words};
    return SW_OK;
}

/* That the log has the claim, not that it is so. */
static sw_result prove_leap(struct tracing *t, const struct sw_leap *leap, struct sw_error *err)
{
    const struct sw_graph *g = t->graph;
    bool told = leap->hearsay != SW_GRAPH_NONE;
    uint32_t at = told ? g->hearsay[leap->hearsay].declaration : leap->step;
    const struct sw_graph_stamp *stamp = told ? &g->declarations[at].stamp : &g->steps[at].stamp;
    struct sw_trace_proof *out = told ? &t->out->declaration_claims[at] : &t->out->step_claims[at];
    return out->why_not != NULL ? SW_OK : prove_claim(t, stamp, out, err);
}

/* Each claim once, however many samples and hops rest on it. */
static sw_result prove_claims(struct tracing *t, struct sw_error *err)
{
    const struct sw_graph *g = t->graph;
    for (size_t i = 0; i < t->out->sample_count; i++) {
        uint32_t set = t->out->samples[i].set;
        uint32_t dataset = g->sets[set].dataset;
        if (dataset != SW_GRAPH_NONE && t->out->set_claims[set].why_not == NULL) {
            SW_TRY(prove_claim(t, &g->datasets[dataset].stamp, &t->out->set_claims[set], err));
        }
    }
    for (size_t i = 0; i < t->out->hop_count; i++) {
        uint32_t step = t->out->hops[i].step;
        if (t->out->step_claims[step].why_not == NULL) {
            SW_TRY(prove_claim(t, &g->steps[step].stamp, &t->out->step_claims[step], err));
        }
    }
    for (size_t i = 0; i < t->out->leap_count; i++) {
        SW_TRY(prove_leap(t, &t->out->leaps[i].hop, err));
    }
    for (size_t i = 0; i < t->out->use_count; i++) {
        uint32_t training = t->out->uses[i].training;
        if (t->out->training_claims[training].why_not == NULL) {
            SW_TRY(prove_claim(
                t, &g->trainings[training].stamp, &t->out->training_claims[training], err));
        }
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result answer(struct tracing *t, const struct sw_selected *what, struct sw_error *err)
{
    uint32_t *order;
    const bool *whole;
    SW_TRY(sw_graph_order(t->data->arena, t->graph, &order));
    SW_TRY(find_seeds(t, what, err));
    SW_TRY(walk(t, order, true, back_from, err));
    SW_TRY(walk(t, order, false, forward_from, err));
    SW_TRY(leap_on(t, SW_TRACE_BACK, &whole, err));
    SW_TRY(leap_on(t, SW_TRACE_FORWARD, &whole, err));
    SW_TRY(find_models(t, whole));
    if (t->options->no_proofs) {
        return SW_OK;
    }
    SW_TRY(prove_samples(t, err));
    return prove_claims(t, err);
}

static sw_result make_line(struct tracing *t, struct line *line)
{
    line->first = SW_ARENA_ARRAY(t->data->arena, uint32_t, t->graph->set_count);
    line->next = SW_ARENA_ARRAY(t->data->arena, uint32_t, t->limit);
    if (line->first == NULL || line->next == NULL) {
        return SW_E_NOMEM;
    }
    for (uint32_t i = 0; i < t->graph->set_count; i++) {
        line->first[i] = SW_GRAPH_NONE;
    }
    return SW_OK;
}

static sw_result prepare(struct tracing *t, struct sw_trace *made)
{
    struct sw_arena *arena = t->data->arena;
    const struct sw_graph *g = t->graph;
    t->limit = t->options->limit != 0 ? t->options->limit : SW_TRACE_LIMIT;
    t->table_size = 2 * t->limit + 1;
    t->out = made;
    *made = (struct sw_trace){.models = SW_ARENA_ARRAY(arena, bool, g->model_count),
        .declared_models = SW_ARENA_ARRAY(arena, bool, g->model_count),
        .set_claims = SW_ARENA_ARRAY(arena, struct sw_trace_proof, g->set_count),
        .step_claims = SW_ARENA_ARRAY(arena, struct sw_trace_proof, g->step_count),
        .training_claims = SW_ARENA_ARRAY(arena, struct sw_trace_proof, g->training_count),
        .declaration_claims = SW_ARENA_ARRAY(arena, struct sw_trace_proof, g->declaration_count),
        .gaps = {.arena = arena}};
    t->uncounted = SW_ARENA_ARRAY(arena, bool, g->set_count);
    t->batch = SW_ARENA_ARRAY(arena, uint32_t, t->limit);
    t->table = SW_ARENA_ARRAY(arena, uint32_t, t->table_size);
    SW_TRY(make_line(t, &t->all));
    SW_TRY(make_line(t, &t->back));
    SW_TRY(make_line(t, &t->forward));
    bool room = made->models != NULL && made->set_claims != NULL && made->step_claims != NULL &&
                made->training_claims != NULL && made->declared_models != NULL &&
                made->declaration_claims != NULL && t->uncounted != NULL && t->batch != NULL &&
                t->table != NULL;
    return room ? SW_OK : SW_E_NOMEM;
}

sw_result sw_trace(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selected *what, const struct sw_trace_options *options, struct sw_trace *out,
    struct sw_error *err)
{
    struct tracing t = {.data = data, .graph = graph, .options = options};
    struct sw_trace made;
    if (options->limit > SW_TRACE_LIMIT_MAX) {
        return sw_fail(err, SW_E_USAGE, "at most %u samples can be named", SW_TRACE_LIMIT_MAX);
    }
    SW_TRY(prepare(&t, &made));
    SW_TRY(answer(&t, what, err));
    *out = made;
    return SW_OK;
}
