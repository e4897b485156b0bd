#include "data/reach.h"

#include <stdlib.h>

/* One question on its way. */
struct reaching {
    const struct sw_data *data;
    const struct sw_graph *graph;
    const struct sw_selected *what;
    const struct sw_reach_options *options;
    struct sw_reach *out;
    struct sw_rowset *rows; /* by set; for what is followed row by row */
    bool *waiting;          /* by set: it has rows that were not handed on */
};

static bool asks(const struct reaching *r, uint32_t set)
{
    return r->options->within == NULL || r->options->within[set];
}

/* --- counted by origins ---------------------------------------------------------------------- */

/* What a claim says of its sources, its signer took from the rows' origins, which are the same for
 * ever: who claims the set once more and leaves a source out takes nothing back. */
static void count_source(struct reaching *r)
{
    for (uint32_t d = 0; d < r->graph->dataset_count; d++) {
        const struct sw_dataset_claim *claim = &r->graph->datasets[d].claim;
        uint64_t *samples = &r->out->samples[r->graph->datasets[d].set];
        for (size_t i = 0; i < claim->source_count && asks(r, r->graph->datasets[d].set); i++) {
            if (sw_str_equal(claim->sources[i].name, r->what->selector.name) &&
                claim->sources[i].samples > *samples) {
                *samples = claim->sources[i].samples;
            }
        }
    }
}

static bool went_through(const struct sw_origin *origin, const struct sw_digest *step)
{
    for (size_t i = 0; i < origin->step_count; i++) {
        if (sw_digest_equal(&origin->steps[i], step)) {
            return true;
        }
    }
    return false;
}

static sw_result count_step(struct reaching *r, uint32_t set, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    bool opened;
    SW_TRY(sw_reach_open_set(r->data, r->graph, set, &rows, &opened, &r->out->gaps, err));
    for (size_t i = 0; opened && i < rows.origin_count; i++) {
        if (went_through(&rows.origins[i], &r->what->selector.digest)) {
            r->out->samples[set] += rows.origin_samples[i];
        }
    }
    return SW_OK;
}

static sw_result count_steps(struct reaching *r, struct sw_error *err)
{
    for (uint32_t i = 0; i < r->graph->set_count; i++) {
        SW_TRY(sw_progress_check(r->data->progress, err));
        SW_TRY(asks(r, i) ? count_step(r, i, err) : SW_OK);
    }
    return SW_OK;
}

/* --- followed row by row --------------------------------------------------------------------- */

static sw_result gather_seeds(struct reaching *r, struct sw_error *err)
{
    for (uint32_t i = 0; i < r->graph->set_count; i++) {
        SW_TRY(sw_progress_check(r->data->progress, err));
        if (!asks(r, i)) {
            continue;
        }
        SW_TRY(sw_reach_seeds(
            r->data, r->graph, i, r->what, r->options, &r->rows[i], &r->out->gaps, err));
        r->waiting[i] = sw_rowset_count(&r->rows[i]) > 0;
    }
    return SW_OK;
}

static sw_result hand_on(struct reaching *r, uint32_t set, uint32_t step, struct sw_error *err)
{
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    const struct sw_graph_step *s = &r->graph->steps[step];
    struct sw_rowset *to = &r->rows[s->output];
    uint64_t before = sw_rowset_count(to);
    struct sw_error why = {0};
    bool opened;
    if (!sw_graph_is_trusted(&s->stamp)) {
        return SW_OK;
    }
    SW_TRY(sw_reach_open_step(r->data, r->graph, step, &lineage, &opened, &r->out->gaps, err));
    for (uint32_t i = 0; opened && i < s->claim.input_count; i++) {
        if (s->inputs[i] != set) {
            continue;
        }
        enum sw_code code = sw_lineage_forward(&lineage, i, &r->rows[set], to, &why);
        if (code == SW_E_REFUSED || code == SW_E_FORMAT) {
            return sw_gap_add(&r->out->gaps, SW_GAP_LOST,
                "the lineage file of step " SW_STR_FMT " was changed: %s",
                SW_STR_ARG(s->claim.step_name), why.text);
        }
        if (code != SW_OK) {
            return sw_fail(err, code, "%s", why.text);
        }
    }
    if (sw_rowset_count(to) > before) {
        r->waiting[s->output] = true;
    }
    return SW_OK;
}

static sw_result hand_on_all(struct reaching *r, uint32_t set, struct sw_error *err)
{
    const struct sw_graph_set *s = &r->graph->sets[set];
    r->waiting[set] = false;
    for (uint32_t i = 0; i < s->used_count; i++) {
        SW_TRY(sw_progress_check(r->data->progress, err));
        SW_TRY(hand_on(r, set, s->used_by[i], err));
    }
    return SW_OK;
}

/* Once through is enough, unless steps have a cycle: then until nothing is new. */
static sw_result follow_rows(struct reaching *r, struct sw_error *err)
{
    uint32_t *order;
    SW_TRY(sw_graph_order(r->data->arena, r->graph, &order));
    SW_TRY(gather_seeds(r, err));
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < r->graph->set_count; i++) {
            if (r->waiting[order[i]]) {
                SW_TRY(hand_on_all(r, order[i], err));
                again = true;
            }
        }
    }
    for (uint32_t i = 0; i < r->graph->set_count; i++) {
        r->out->samples[i] = sw_rowset_count(&r->rows[i]);
    }
    return SW_OK;
}

/* --- models ---------------------------------------------------------------------------------- */

static bool is_trained_on_reached(
    const struct reaching *r, const struct sw_graph_training *t, bool declared)
{
    for (size_t i = 0; i < t->claim.dataset_count; i++) {
        if (r->out->sets[t->sets[i]] && r->out->declared_sets[t->sets[i]] == declared) {
            return true;
        }
    }
    return false;
}

static void mark_model(
    struct reaching *r, uint32_t model, bool declared, uint32_t *stack, uint32_t *depth)
{
    if (!r->out->models[model]) {
        r->out->models[model] = true;
        r->out->declared_models[model] = declared;
        stack[(*depth)++] = model;
    }
}

/* Marks what is derived from what was marked; `stack` has room for every model. */
static void mark_derived(struct reaching *r, bool declared, uint32_t *stack, uint32_t depth)
{
    const struct sw_graph *g = r->graph;
    while (depth > 0) {
        const struct sw_graph_model *model = &g->models[stack[--depth]];
        for (uint32_t i = 0; i < model->derived_count; i++) {
            const struct sw_graph_training *t = &g->trainings[model->derived[i]];
            if (sw_graph_is_trusted(&t->stamp)) {
                mark_model(r, t->model, declared, stack, &depth);
            }
        }
    }
}

/* Those trained on sets that are reached so, and what is derived from them. */
static void mark_trained(struct reaching *r, bool declared, uint32_t *stack)
{
    const struct sw_graph *g = r->graph;
    uint32_t depth = 0;
    for (uint32_t i = 0; i < g->training_count; i++) {
        const struct sw_graph_training *t = &g->trainings[i];
        if (sw_graph_is_trusted(&t->stamp) && is_trained_on_reached(r, t, declared)) {
            mark_model(r, t->model, declared, stack, &depth);
        }
    }
    mark_derived(r, declared, stack, depth);
}

/* Samples in the sets that a model, or a base of it, was trained on; each set once. What only a
 * document leads to is not among those of a model that is surely reached. */
struct adding {
    const struct reaching *r;
    bool declared; /* is the model reached over documents only? */
    uint32_t *stack;
    uint32_t *models; /* by model, by set: in which round it was seen last */
    uint32_t *sets;
    uint32_t round;
};

static uint64_t add_training(struct adding *a, const struct sw_graph_training *t, uint32_t *depth)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < t->claim.dataset_count; i++) {
        if (a->sets[t->sets[i]] != a->round) {
            a->sets[t->sets[i]] = a->round;
            bool sure = a->declared || !a->r->out->declared_sets[t->sets[i]];
            sum += sure ? a->r->out->samples[t->sets[i]] : 0;
        }
    }
    for (size_t i = 0; i < t->claim.base_count; i++) {
        if (a->models[t->bases[i]] != a->round) {
            a->models[t->bases[i]] = a->round;
            a->stack[(*depth)++] = t->bases[i];
        }
    }
    return sum;
}

static uint64_t add_samples(struct adding *a, uint32_t model)
{
    const struct sw_graph *g = a->r->graph;
    uint64_t sum = 0;
    uint32_t depth = 1;
    a->round = model + 1;
    a->declared = a->r->out->declared_models[model];
    a->models[model] = a->round;
    a->stack[0] = model;
    while (depth > 0) {
        const struct sw_graph_model *m = &g->models[a->stack[--depth]];
        for (uint32_t i = 0; i < m->training_count; i++) {
            const struct sw_graph_training *t = &g->trainings[m->trainings[i]];
            if (sw_graph_is_trusted(&t->stamp)) {
                sum += add_training(a, t, &depth);
            }
        }
    }
    return sum;
}

static sw_result reach_models(struct reaching *r)
{
    const struct sw_graph *g = r->graph;
    struct sw_arena *arena = r->data->arena;
    struct adding adding = {.r = r,
        .stack = SW_ARENA_ARRAY(arena, uint32_t, g->model_count + 1),
        .models = SW_ARENA_ARRAY(arena, uint32_t, g->model_count + 1),
        .sets = SW_ARENA_ARRAY(arena, uint32_t, g->set_count + 1)};
    uint32_t depth = 0;
    if (adding.stack == NULL || adding.models == NULL || adding.sets == NULL) {
        return SW_E_NOMEM;
    }
    uint32_t itself = r->what->selector.kind == SW_SELECT_MODEL
                          ? sw_graph_find_model(g, &r->what->selector.digest)
                          : SW_GRAPH_NONE;
    if (itself != SW_GRAPH_NONE) {
        mark_model(r, itself, false, adding.stack, &depth);
    }
    mark_derived(r, false, adding.stack, depth);
    mark_trained(r, false, adding.stack);
    mark_trained(r, true, adding.stack);
    for (uint32_t i = 0; i < g->model_count; i++) {
        r->out->model_samples[i] = r->out->models[i] ? add_samples(&adding, i) : 0;
    }
    return SW_OK;
}

/* --- what is not known ----------------------------------------------------------------------- */

static const char *first_gap(const struct sw_str *gaps, size_t count, struct sw_arena *arena)
{
    return count == 0 ? "it does not say which" : sw_arena_strndup(arena, gaps[0]);
}

static sw_result step_gap(struct reaching *r, const struct sw_graph_step *step, const char *from)
{
    struct sw_arena *arena = r->data->arena;
    const char *to = sw_graph_set_name(arena, r->graph, step->output);
    SW_TRY_PTR(to);
    if (!sw_graph_is_trusted(&step->stamp)) {
        return sw_gap_add(&r->out->gaps, SW_GAP_UNKNOWN,
            "a step from %s to %s (leaf %llu) is signed by nobody trusted and was not followed",
            from, to, (unsigned long long)step->stamp.leaf);
    }
    if (!step->claim.complete) {
        const char *gap = first_gap(step->claim.gaps, step->claim.gap_count, arena);
        SW_TRY_PTR(gap);
        SW_TRY(sw_gap_add(&r->out->gaps, SW_GAP_UNKNOWN,
            "step " SW_STR_FMT " from %s to %s has gaps: %s", SW_STR_ARG(step->claim.step_name),
            from, to, gap));
    }
    if (r->graph->sets[step->output].dataset == SW_GRAPH_NONE) {
        return sw_gap_add(
            &r->out->gaps, SW_GAP_UNKNOWN, "nobody trusted claims the dataset %s", to);
    }
    return SW_OK;
}

static sw_result training_gap(
    struct reaching *r, const struct sw_graph_training *training, const char *on)
{
    if (sw_graph_is_trusted(&training->stamp)) {
        return SW_OK;
    }
    return sw_gap_add(&r->out->gaps, SW_GAP_UNKNOWN,
        "a training of '" SW_STR_FMT
        "' on %s (leaf %llu) is signed by nobody trusted and was not followed",
        SW_STR_ARG(training->claim.model), on, (unsigned long long)training->stamp.leaf);
}

/* Where something reached leads on to what cannot be followed. */
static sw_result set_gaps(struct reaching *r, uint32_t set)
{
    const struct sw_graph *g = r->graph;
    const struct sw_graph_set *s = &g->sets[set];
    const char *name = sw_graph_set_name(r->data->arena, g, set);
    SW_TRY_PTR(name);
    if (r->out->samples[set] == 0) {
        SW_TRY(
            sw_gap_add(&r->out->gaps, SW_GAP_UNKNOWN, "nobody said how many samples %s has", name));
    }
    for (uint32_t i = 0; i < s->used_count; i++) {
        SW_TRY(step_gap(r, &g->steps[s->used_by[i]], name));
    }
    for (uint32_t i = 0; i < s->trained_count; i++) {
        SW_TRY(training_gap(r, &g->trainings[s->trained[i]], name));
    }
    return SW_OK;
}

static sw_result model_gaps(struct reaching *r, uint32_t model)
{
    const struct sw_graph_model *m = &r->graph->models[model];
    for (uint32_t i = 0; i < m->derived_count; i++) {
        const struct sw_graph_training *t = &r->graph->trainings[m->derived[i]];
        if (!sw_graph_is_trusted(&t->stamp)) {
            SW_TRY(sw_gap_add(&r->out->gaps, SW_GAP_UNKNOWN,
                "a training of '" SW_STR_FMT "' from '" SW_STR_FMT
                "' (leaf %llu) is signed by nobody trusted and was not followed",
                SW_STR_ARG(t->claim.model), SW_STR_ARG(m->name),
                (unsigned long long)t->stamp.leaf));
        }
    }
    return SW_OK;
}

/* Could a claim of this type have led on? */
static bool leads_on(struct sw_str type)
{
    static const char *const types[] = {SW_PREDICATE_DATASET, SW_PREDICATE_LINEAGE,
        SW_PREDICATE_TRAINING, SW_PREDICATE_DECLARATION};
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        if (sw_str_is(type, types[i])) {
            return true;
        }
    }
    return false;
}

static sw_result damage_gaps(struct reaching *r)
{
    for (uint32_t i = 0; i < r->graph->damage_count; i++) {
        const struct sw_graph_damage *d = &r->graph->damages[i];
        SW_TRY(
            !leads_on(d->type)
                ? SW_OK
                : sw_gap_add(&r->out->gaps, SW_GAP_LOST,
                      "the claim at leaf %llu (" SW_STR_FMT ") cannot be used: " SW_STR_FMT,
                      (unsigned long long)d->stamp.leaf, SW_STR_ARG(d->type), SW_STR_ARG(d->why)));
    }
    return SW_OK;
}

static sw_result name_gaps(struct reaching *r)
{
    for (uint32_t i = 0; i < r->graph->set_count; i++) {
        if (r->out->sets[i]) {
            SW_TRY(set_gaps(r, i));
        }
    }
    for (uint32_t i = 0; i < r->graph->model_count; i++) {
        if (r->out->models[i]) {
            SW_TRY(model_gaps(r, i));
        }
    }
    return damage_gaps(r);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* On from what is reached, over what documents declare. What is reached row by row as well keeps
 * its count: that much is sure. */
static sw_result leap_on(struct reaching *r, struct sw_error *err)
{
    const struct sw_leap_options how = {.from = r->out->sets, .within = r->options->within};
    struct sw_leaps leaps;
    SW_TRY(sw_leap_from(r->data, r->graph, &how, &leaps, &r->out->gaps, err));
    for (uint32_t i = 0; i < r->graph->set_count; i++) {
        if (leaps.whole[i] && !r->out->sets[i]) {
            r->out->sets[i] = true;
            r->out->declared_sets[i] = true;
            r->out->samples[i] = r->graph->sets[i].samples;
        }
    }
    return SW_OK;
}

static sw_result answer(struct reaching *r, struct sw_error *err)
{
    switch ((int)r->what->selector.kind) {
    case SW_SELECT_SOURCE: count_source(r); break;
    case SW_SELECT_STEP: SW_TRY(count_steps(r, err)); break;
    case SW_SELECT_MODEL: break;
    default: SW_TRY(follow_rows(r, err)); break;
    }
    for (uint32_t i = 0; i < r->graph->set_count; i++) {
        r->out->sets[i] = asks(r, i) && (r->out->samples[i] > 0 ||
                                            sw_reach_is_uncounted(r->graph, i, &r->what->selector));
    }
    SW_TRY(leap_on(r, err));
    SW_TRY(reach_models(r));
    return name_gaps(r);
}

sw_result sw_reach(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selected *what, const struct sw_reach_options *options, struct sw_reach *out,
    struct sw_error *err)
{
    struct sw_arena *arena = data->arena;
    struct sw_reach made = {.samples = SW_ARENA_ARRAY(arena, uint64_t, graph->set_count),
        .model_samples = SW_ARENA_ARRAY(arena, uint64_t, graph->model_count),
        .sets = SW_ARENA_ARRAY(arena, bool, graph->set_count),
        .models = SW_ARENA_ARRAY(arena, bool, graph->model_count),
        .declared_sets = SW_ARENA_ARRAY(arena, bool, graph->set_count),
        .declared_models = SW_ARENA_ARRAY(arena, bool, graph->model_count),
        .gaps = {.arena = arena}};
    struct reaching r = {.data = data,
        .graph = graph,
        .what = what,
        .options = options,
        .out = &made,
        .rows = SW_ARENA_ARRAY(arena, struct sw_rowset, graph->set_count),
        .waiting = SW_ARENA_ARRAY(arena, bool, graph->set_count)};
    if (made.samples == NULL || made.model_samples == NULL || made.sets == NULL ||
        made.models == NULL || made.declared_sets == NULL || made.declared_models == NULL ||
        r.rows == NULL || r.waiting == NULL) {
        return sw_fail(err, SW_E_NOMEM, "out of memory");
    }
    enum sw_code code = answer(&r, err);
    for (uint32_t i = 0; i < graph->set_count; i++) {
        sw_rowset_release(&r.rows[i]);
    }
    SW_TRY(code);
    *out = made;
    return SW_OK;
}
