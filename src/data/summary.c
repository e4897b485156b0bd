#include "data/summary.h"

#include <stdlib.h>

/* The work on one model. */
struct summing {
    const struct sw_data *data;
    const struct sw_graph *graph;
    const struct sw_digest *root;
    const struct sw_digest *manifest; /* alg 0: any */
    uint32_t model;
    bool *models;   /* by model: it, and what it is made from */
    bool *trained;  /* by set: one of these was trained on it */
    bool *upstream; /* by set: those, and what they were made of */
    bool *
        asked; /* by set: those, and what the runs drew from besides; a taint is looked for there */
    struct sw_gaps gaps;
    struct sw_provenance *out;
    size_t hit_caps[2], source_cap, dataset_cap, model_cap;
};

#define ADD(s, list, counter, cap, value)                                                  \
    do {                                                                                   \
        __typeof__((s)->out->list) grown_ = sw_arena_grow(                                 \
            (s)->data->arena, (s)->out->list, (s)->out->counter, &(cap), sizeof(*grown_)); \
        SW_TRY_PTR(grown_);                                                                \
        (s)->out->list = grown_;                                                           \
        grown_[(s)->out->counter++] = (value);                                             \
    } while (0)

#define GAP(s, ...) SW_TRY(sw_gap_add(&(s)->gaps, SW_GAP_UNKNOWN, __VA_ARGS__))

/* --- what belongs to the model --------------------------------------------------------------- */

/* Bad news goes by content: a model does not get rid of its training by renaming a file. That it is
 * under other names now is a gap, so that good news does not go by content alone. */
static bool counts(const struct sw_graph_training *t)
{
    return sw_graph_is_trusted(&t->stamp);
}

static bool is_renamed(const struct summing *s, uint32_t model, const struct sw_graph_training *t)
{
    return model == s->model && s->manifest->alg != 0 &&
           !sw_digest_equal(&t->claim.manifest, s->manifest);
}

static bool has_training(const struct summing *s, uint32_t model)
{
    const struct sw_graph_model *m = &s->graph->models[model];
    for (uint32_t i = 0; i < m->training_count; i++) {
        if (counts(&s->graph->trainings[m->trainings[i]])) {
            return true;
        }
    }
    return false;
}

/* Marks the sets of one training, and gives the bases that are new. */
static uint32_t mark_training(
    struct summing *s, const struct sw_graph_training *t, uint32_t *stack, uint32_t depth)
{
    for (size_t i = 0; i < t->claim.dataset_count; i++) {
        s->trained[t->sets[i]] = true;
    }
    for (size_t i = 0; i < t->claim.base_count; i++) {
        if (!s->models[t->bases[i]]) {
            s->models[t->bases[i]] = true;
            stack[depth++] = t->bases[i];
        }
    }
    return depth;
}

static sw_result mark_models(struct summing *s)
{
    uint32_t *stack = SW_ARENA_ARRAY(s->data->arena, uint32_t, s->graph->model_count);
    uint32_t depth = 1;
    SW_TRY_PTR(stack);
    s->models[s->model] = true;
    stack[0] = s->model;
    while (depth > 0) {
        uint32_t at = stack[--depth];
        const struct sw_graph_model *m = &s->graph->models[at];
        for (uint32_t i = 0; i < m->training_count; i++) {
            const struct sw_graph_training *t = &s->graph->trainings[m->trainings[i]];
            if (counts(t)) {
                depth = mark_training(s, t, stack, depth);
            }
        }
    }
    return SW_OK;
}

static void mark_set(struct summing *s, uint32_t set, uint32_t *stack, uint32_t *depth)
{
    if (!s->upstream[set]) {
        s->upstream[set] = true;
        stack[(*depth)++] = set;
    }
}

/* What a set was made of, also by what documents say. */
static void mark_inputs(struct summing *s, uint32_t at, uint32_t *stack, uint32_t *depth)
{
    const struct sw_graph *g = s->graph;
    const struct sw_graph_set *set = &g->sets[at];
    for (uint32_t i = 0; i < set->made_count; i++) {
        const struct sw_graph_step *step = &g->steps[set->made_by[i]];
        for (size_t k = 0; k < step->claim.input_count && sw_graph_is_trusted(&step->stamp); k++) {
            mark_set(s, step->inputs[k], stack, depth);
        }
    }
    for (uint32_t i = 0; i < set->said_made_count; i++) {
        const struct sw_graph_hearsay *hearsay = &g->hearsay[set->said_made[i]];
        bool trusted = sw_graph_is_trusted(sw_graph_hearsay_stamp(g, set->said_made[i]));
        for (uint32_t k = 0; k < hearsay->input_count && trusted; k++) {
            mark_set(s, hearsay->inputs[k], stack, depth);
        }
    }
}

static sw_result mark_upstream(struct summing *s)
{
    const struct sw_graph *g = s->graph;
    uint32_t *stack = SW_ARENA_ARRAY(s->data->arena, uint32_t, g->set_count);
    uint32_t depth = 0;
    SW_TRY_PTR(stack);
    for (uint32_t i = 0; i < g->set_count; i++) {
        if (s->trained[i]) {
            mark_set(s, i, stack, &depth);
        }
    }
    while (depth > 0) {
        uint32_t at = stack[--depth];
        mark_inputs(s, at, stack, &depth);
    }
    return SW_OK;
}

static void mark_asked(struct summing *s)
{
    for (uint32_t i = 0; i < s->graph->set_count; i++) {
        s->asked[i] = s->upstream[i];
    }
    for (uint32_t i = 0; i < s->graph->consumption_count; i++) {
        const struct sw_consumption_claim *c = &s->graph->consumptions[i].claim;
        for (size_t k = 0; k < c->dataset_count; k++) {
            s->asked[sw_graph_find_set(s->graph, &c->datasets[k].manifest)] = true;
        }
    }
}

/* --- its trainings --------------------------------------------------------------------------- */

static sw_result sum_training(struct summing *s, const struct sw_graph_training *t)
{
    const struct sw_training_claim *claim = &t->claim;
    s->out->verified = s->out->verified && claim->verified;
    for (size_t i = 0; i < claim->gap_count; i++) {
        GAP(s, "training of '" SW_STR_FMT "': " SW_STR_FMT, SW_STR_ARG(claim->model),
            SW_STR_ARG(claim->gaps[i]));
    }
    if (claim->dataset_count == 0) {
        GAP(s, "the training of '" SW_STR_FMT "' names no dataset", SW_STR_ARG(claim->model));
    }
    for (size_t i = 0; i < claim->base_count; i++) {
        const struct sw_training_base *base = &claim->bases[i];
        ADD(s, models, model_count, s->model_cap,
            ((struct sw_provenance_model){base->name, base->root, base->relation}));
    }
    return SW_OK;
}

static sw_result sum_models(struct summing *s)
{
    const struct sw_graph *g = s->graph;
    s->out->verified = true;
    for (uint32_t i = 0; i < g->model_count; i++) {
        const struct sw_graph_model *m = &g->models[i];
        if (!s->models[i]) {
            continue;
        }
        if (!has_training(s, i)) {
            s->out->verified = false;
            GAP(s, "nobody trusted says how '" SW_STR_FMT "' was trained, which it is made from",
                SW_STR_ARG(m->name));
        }
        for (uint32_t k = 0; k < m->training_count; k++) {
            const struct sw_graph_training *t = &g->trainings[m->trainings[k]];
            if (counts(t) && is_renamed(s, i, t)) {
                GAP(s, "the training of '" SW_STR_FMT "' is about the same files under other names",
                    SW_STR_ARG(m->name));
            }
            SW_TRY(counts(t) ? sum_training(s, t) : SW_OK);
        }
    }
    return SW_OK;
}

/* --- its weights ----------------------------------------------------------------------------- */

/* What the records of a run say together: one that differs decides. */
static sw_result sum_run(struct summing *s, const struct sw_training_claim *training)
{
    struct sw_provenance_weights *weights = &s->out->weights;
    weights->declared = weights->declared || training->mixture.len > 0;
    for (uint32_t i = 0; i < s->graph->consumption_count; i++) {
        const struct sw_consumption_claim *c = &s->graph->consumptions[i].claim;
        if (!sw_str_equal(c->run, training->run)) {
            continue;
        }
        bool other = c->mixture.len > 0 && !sw_str_equal(c->mixture, training->mixture);
        if (other) {
            GAP(s, "run '" SW_STR_FMT "' drew by another mixture than its training names",
                SW_STR_ARG(c->run));
        }
        if (other || c->agrees == SW_DIFFERS) {
            weights->agrees = SW_DIFFERS;
        } else if (c->agrees == SW_AGREES && weights->agrees == SW_AGREEMENT_NONE) {
            weights->agrees = SW_AGREES;
        }
    }
    return SW_OK;
}

static sw_result sum_weights(struct summing *s)
{
    const struct sw_graph_model *m = &s->graph->models[s->model];
    for (uint32_t i = 0; i < m->training_count; i++) {
        const struct sw_graph_training *t = &s->graph->trainings[m->trainings[i]];
        SW_TRY(counts(t) ? sum_run(s, &t->claim) : SW_OK);
    }
    return SW_OK;
}

/* --- its datasets ---------------------------------------------------------------------------- */

/* Gaps of a source's record are taken from its newest claim, which may have filled them since. */
static bool is_about_source(const struct sw_dataset_claim *claim, struct sw_str gap)
{
    static const char prefix[] = "source ";
    size_t skip = sizeof(prefix) - 1;
    for (size_t i = 0; i < claim->source_count; i++) {
        struct sw_str name = claim->sources[i].name;
        if (sw_str_starts(gap, prefix) && gap.len > skip + name.len &&
            memcmp(gap.ptr + skip, name.ptr, name.len) == 0 && gap.ptr[skip + name.len] == ' ') {
            return true;
        }
    }
    return false;
}

static bool has_trusted_step(const struct summing *s, const struct sw_graph_set *set)
{
    for (uint32_t i = 0; i < set->made_count; i++) {
        if (sw_graph_is_trusted(&s->graph->steps[set->made_by[i]].stamp)) {
            return true;
        }
    }
    return false;
}

/* What the rows say of where they come from must be told by somebody. */
static sw_result check_origins(
    struct summing *s, uint32_t set, const char *name, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    bool opened;
    bool stepped = false;
    uint64_t nowhere = 0;
    SW_TRY(sw_reach_open_set(s->data, s->graph, set, &rows, &opened, &s->gaps, err));
    for (size_t i = 0; opened && i < rows.origin_count; i++) {
        bool sourceless = rows.origins[i].source_count == 0 && rows.origins[i].step_count == 0;
        nowhere += sourceless ? rows.origin_samples[i] : 0;
        stepped = stepped || rows.origins[i].step_count > 0;
    }
    if (nowhere > 0) {
        GAP(s, "%llu sample%s of %s %s no source", (unsigned long long)nowhere,
            nowhere == 1 ? "" : "s", name, nowhere == 1 ? "has" : "have");
    }
    if (stepped && !has_trusted_step(s, &s->graph->sets[set])) {
        GAP(s, "%s went through steps that nobody trusted tells of", name);
    }
    return SW_OK;
}

static sw_result check_steps(struct summing *s, const struct sw_graph_set *set, const char *name)
{
    for (uint32_t i = 0; i < set->made_count; i++) {
        const struct sw_graph_step *step = &s->graph->steps[set->made_by[i]];
        if (!sw_graph_is_trusted(&step->stamp) || step->claim.complete) {
            continue;
        }
        struct sw_str gap =
            step->claim.gap_count > 0 ? step->claim.gaps[0] : sw_str("it does not say which");
        GAP(s, "step '" SW_STR_FMT "' to %s has gaps: " SW_STR_FMT,
            SW_STR_ARG(step->claim.step_name), name, SW_STR_ARG(gap));
    }
    return SW_OK;
}

/* Does a step that is known row by row, and completely, lead from one to the other? */
static bool is_recorded(const struct summing *s, uint32_t from, uint32_t to)
{
    const struct sw_graph_set *set = &s->graph->sets[to];
    for (uint32_t i = 0; i < set->made_count; i++) {
        const struct sw_graph_step *step = &s->graph->steps[set->made_by[i]];
        bool good = sw_graph_is_trusted(&step->stamp) && step->claim.complete;
        for (size_t k = 0; k < step->claim.input_count && good; k++) {
            if (step->inputs[k] == from) {
                return true;
            }
        }
    }
    return false;
}

static sw_result check_hearsay(struct summing *s, uint32_t set, const char *name)
{
    const struct sw_graph *g = s->graph;
    for (uint32_t i = 0; i < g->sets[set].said_made_count; i++) {
        uint32_t at = g->sets[set].said_made[i];
        const struct sw_graph_hearsay *hearsay = &g->hearsay[at];
        bool open = false;
        for (uint32_t k = 0; k < hearsay->input_count && !open; k++) {
            open = hearsay->inputs[k] != set && !is_recorded(s, hearsay->inputs[k], set);
        }
        if (open && sw_graph_is_trusted(sw_graph_hearsay_stamp(g, at))) {
            GAP(s, "step '" SW_STR_FMT "' to %s is declared by a document alone",
                SW_STR_ARG(hearsay->name), name);
        }
    }
    return SW_OK;
}

static sw_result check_set(struct summing *s, uint32_t at, struct sw_error *err)
{
    const struct sw_graph_set *set = &s->graph->sets[at];
    const char *name = sw_graph_set_name(s->data->arena, s->graph, at);
    SW_TRY_PTR(name);
    SW_TRY(check_origins(s, at, name, err)); /* names a set that nobody trusted claims, too */
    if (set->dataset != SW_GRAPH_NONE) {
        const struct sw_dataset_claim *claim = &s->graph->datasets[set->dataset].claim;
        for (size_t i = 0; i < claim->gap_count; i++) {
            if (!is_about_source(claim, claim->gaps[i])) {
                GAP(s, "%s: " SW_STR_FMT, name, SW_STR_ARG(claim->gaps[i]));
            }
        }
        if (claim->declared) {
            GAP(s, "%s was declared by somebody, its samples were not seen", name);
        }
    }
    SW_TRY(check_hearsay(s, at, name));
    return check_steps(s, set, name);
}

static sw_result sum_sets(struct summing *s, struct sw_error *err)
{
    const struct sw_graph *g = s->graph;
    for (uint32_t i = 0; i < g->set_count; i++) {
        SW_TRY(s->upstream[i] ? check_set(s, i, err) : SW_OK);
        if (s->trained[i]) {
            const struct sw_graph_set *set = &g->sets[i];
            ADD(s, datasets, dataset_count, s->dataset_cap,
                ((struct sw_dataset_ref){set->name, set->version, set->manifest, set->samples}));
        }
    }
    return SW_OK;
}

/* --- its sources ----------------------------------------------------------------------------- */

static struct sw_provenance_source *known_source(struct sw_provenance *out, struct sw_str name)
{
    for (size_t i = 0; i < out->source_count; i++) {
        if (sw_str_equal(out->sources[i].name, name)) {
            return &out->sources[i];
        }
    }
    return NULL;
}

static sw_result describe_source(
    struct summing *s, struct sw_str name, struct sw_provenance_source *out)
{
    const struct sw_graph_source *node = sw_graph_find_source(s->graph, name);
    *out = (struct sw_provenance_source){.name = name};
    if (node == NULL) {
        GAP(s, "source " SW_STR_FMT " is not known", SW_STR_ARG(name));
        return SW_OK;
    }
    out->licence = node->licence;
    out->consent = node->consent;
    out->origin = node->origin;
    for (size_t i = 0; i < node->gap_count; i++) {
        GAP(s, "source " SW_STR_FMT " has " SW_STR_FMT, SW_STR_ARG(name),
            SW_STR_ARG(node->gaps[i]));
    }
    return SW_OK;
}

/* What rows come from is the same for ever, so every trusted claim of a set counts: who claims it
 * once more and leaves a source out takes nothing back. A source without a count is one all the
 * same: of a set that was only declared, nobody may have counted. */
static uint64_t samples_of(const struct sw_graph *g, uint32_t set, struct sw_str source)
{
    uint64_t most = 0;
    for (uint32_t d = 0; d < g->dataset_count; d++) {
        const struct sw_dataset_claim *claim = &g->datasets[d].claim;
        for (size_t i = 0; i < claim->source_count && g->datasets[d].set == set; i++) {
            bool is_it = sw_str_equal(claim->sources[i].name, source);
            most = is_it && claim->sources[i].samples > most ? claim->sources[i].samples : most;
        }
    }
    return most;
}

static sw_result need_source(struct summing *s, struct sw_str name)
{
    struct sw_provenance_source made;
    if (known_source(s->out, name) != NULL) {
        return SW_OK;
    }
    SW_TRY(describe_source(s, name, &made));
    ADD(s, sources, source_count, s->source_cap, made);
    return SW_OK;
}

static sw_result sum_sources(struct summing *s)
{
    const struct sw_graph *g = s->graph;
    for (uint32_t d = 0; d < g->dataset_count; d++) {
        const struct sw_dataset_claim *claim = &g->datasets[d].claim;
        for (size_t i = 0; i < claim->source_count && s->trained[g->datasets[d].set]; i++) {
            SW_TRY(need_source(s, claim->sources[i].name));
        }
    }
    for (uint32_t set = 0; set < g->set_count; set++) {
        for (size_t i = 0; i < s->out->source_count && s->trained[set]; i++) {
            s->out->sources[i].samples += samples_of(g, set, s->out->sources[i].name);
        }
    }
    return SW_OK;
}

/* --- taints and takedowns -------------------------------------------------------------------- */

enum hit_kind {
    HIT_TAINT,
    HIT_TAKEDOWN,
};

static sw_result add_hit(struct summing *s, enum hit_kind kind, const struct sw_provenance_hit *hit)
{
    if (kind == HIT_TAINT) {
        ADD(s, tainted, tainted_count, s->hit_caps[kind], *hit);
    } else {
        ADD(s, takedowns, takedown_count, s->hit_caps[kind], *hit);
    }
    return SW_OK;
}

static sw_result show(struct summing *s, const struct sw_selector *selector, const char **out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_selector_show(selector, &text));
    *out = sw_arena_strdup(s->data->arena, sw_buf_cstr(&text));
    SW_TRY_PTR(*out);
    return SW_OK;
}

static struct sw_provenance_hit hit_of_taint(const struct sw_graph_taint *taint)
{
    return (struct sw_provenance_hit){.selector = taint->claim.selector,
        .reason = taint->claim.reason,
        .severity = sw_str(sw_taint_severity_name(taint->claim.severity)),
        .by = taint->stamp.signer,
        .claim = taint->stamp.claim,
        .samples = SW_ABSENT};
}

static struct sw_provenance_hit hit_of_takedown(const struct sw_graph_takedown *takedown)
{
    return (struct sw_provenance_hit){.selector = takedown->claim.selector,
        .reason = takedown->claim.reason,
        .by = takedown->stamp.signer,
        .claim = takedown->stamp.claim,
        .samples = SW_ABSENT};
}

/* What is lost could have led here, and somebody may have lost it for that: so it counts as if it
 * did. What nobody ever said leaves a gap. */
static sw_result judge(struct summing *s, enum hit_kind kind, const struct sw_reach *reach,
    struct sw_provenance_hit *hit)
{
    const char *what;
    SW_TRY(show(s, &hit->selector, &what));
    if (reach->models[s->model] && !reach->declared_models[s->model]) {
        hit->samples = reach->model_samples[s->model];
        hit->certain = true;
        return add_hit(s, kind, hit);
    }
    if (reach->models[s->model]) {
        return add_hit(s, kind, hit); /* by what a document declares: the steps are gaps anyway */
    }
    bool lost = false;
    for (size_t i = 0; i < reach->gaps.count; i++) {
        lost = lost || reach->gaps.list[i].kind == SW_GAP_LOST;
        GAP(s, "whether the %s of %s reaches it is not sure: %s",
            kind == HIT_TAINT ? "taint" : "takedown", what, reach->gaps.list[i].text);
    }
    return lost ? add_hit(s, kind, hit) : SW_OK;
}

static sw_result follow(
    struct summing *s, enum hit_kind kind, struct sw_provenance_hit *hit, struct sw_error *err)
{
    const struct sw_reach_options options = {.prove = true, .within = s->asked};
    struct sw_selected what;
    struct sw_reach reach;
    struct sw_error why = {0};
    if (sw_selected_of_claim(&hit->selector, &what, &why) != SW_OK) {
        return add_hit(s, kind, hit);
    }
    SW_TRY(sw_reach(s->data, s->graph, &what, &options, &reach, err));
    return judge(s, kind, &reach, hit);
}

static sw_result sum_taints(struct summing *s, struct sw_error *err)
{
    for (uint32_t i = 0; i < s->graph->taint_count; i++) {
        struct sw_provenance_hit hit = hit_of_taint(&s->graph->taints[i]);
        SW_TRY(s->graph->taints[i].stands ? follow(s, HIT_TAINT, &hit, err) : SW_OK);
    }
    for (uint32_t i = 0; i < s->graph->takedown_count; i++) {
        struct sw_provenance_hit hit = hit_of_takedown(&s->graph->takedowns[i]);
        SW_TRY(follow(s, HIT_TAKEDOWN, &hit, err));
    }
    return SW_OK;
}

/* The log has a claim about the training, and it is gone: then no taint can be excluded. */
static sw_result sum_blindly(struct summing *s)
{
    for (uint32_t i = 0; i < s->graph->taint_count; i++) {
        struct sw_provenance_hit hit = hit_of_taint(&s->graph->taints[i]);
        SW_TRY(s->graph->taints[i].stands ? add_hit(s, HIT_TAINT, &hit) : SW_OK);
    }
    for (uint32_t i = 0; i < s->graph->takedown_count; i++) {
        struct sw_provenance_hit hit = hit_of_takedown(&s->graph->takedowns[i]);
        SW_TRY(add_hit(s, HIT_TAKEDOWN, &hit));
    }
    return SW_OK;
}

/* A claim that cannot be read may be the one that says no; one that only breaks its format was
 * made so by a trusted signer, who can say it again. */
static sw_result sum_damage(struct summing *s)
{
    for (uint32_t i = 0; i < s->graph->damage_count; i++) {
        const struct sw_graph_damage *damage = &s->graph->damages[i];
        bool taint = sw_str_is(damage->type, SW_PREDICATE_TAINT);
        GAP(s, "the claim at leaf %llu (" SW_STR_FMT ") cannot be used: " SW_STR_FMT,
            (unsigned long long)damage->stamp.leaf, SW_STR_ARG(damage->type),
            SW_STR_ARG(damage->why));
        if (!taint && !sw_str_is(damage->type, SW_PREDICATE_TAKEDOWN)) {
            continue;
        }
        struct sw_provenance_hit hit = {
            .selector = {.kind = SW_SELECT_MODEL, .digest = s->graph->models[s->model].root},
            .reason = sw_str("a claim that may be about it cannot be read"),
            .severity = taint ? sw_str(sw_taint_severity_name(SW_TAINT_HIGH)) : sw_str(""),
            .claim = damage->stamp.claim,
            .samples = SW_ABSENT};
        SW_TRY(add_hit(s, taint ? HIT_TAINT : HIT_TAKEDOWN, &hit));
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result give_gaps(struct summing *s)
{
    struct sw_str *gaps = SW_ARENA_ARRAY(s->data->arena, struct sw_str, s->gaps.count);
    SW_TRY_PTR(gaps);
    for (size_t i = 0; i < s->gaps.count; i++) {
        gaps[i] = sw_str(s->gaps.list[i].text);
    }
    s->out->gaps = gaps;
    s->out->gap_count = s->gaps.count;
    s->out->status = s->gaps.count == 0 ? SW_PROVENANCE_COMPLETE : SW_PROVENANCE_GAPS;
    return SW_OK;
}

static sw_result sum_up(struct summing *s, struct sw_error *err)
{
    SW_TRY(mark_models(s));
    SW_TRY(mark_upstream(s));
    mark_asked(s);
    SW_TRY(sum_models(s));
    SW_TRY(sum_weights(s));
    SW_TRY(sum_sets(s, err));
    SW_TRY(sum_sources(s));
    return sum_taints(s, err);
}

/* Texts are views of the graph, which is freed: the answer is written and read once more. */
static sw_result detach(struct sw_arena *arena, const struct sw_provenance *from,
    struct sw_provenance *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json *json = SW_ARENA_NEW(arena, struct sw_json);
    SW_TRY_PTR(json);
    enum sw_code code = sw_provenance_write(from, &text);
    if (code != SW_OK) {
        return sw_fail(err, code, "cannot write what is known of the data");
    }
    const void *kept = sw_arena_copy(arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    SW_TRY(sw_json_parse(arena, sw_bytes(kept, text.len), NULL, json, err));
    struct sw_statement statement = {.predicate = json};
    return sw_provenance_read(arena, &statement, out, err);
}

static sw_result find(
    struct summing *s, bool known, struct sw_provenance *out, struct sw_error *err)
{
    struct sw_arena *arena = s->data->arena;
    struct sw_provenance made = {.time = s->data->now};
    s->out = &made;
    s->gaps = (struct sw_gaps){.arena = arena};
    s->models = SW_ARENA_ARRAY(arena, bool, s->graph->model_count);
    s->trained = SW_ARENA_ARRAY(arena, bool, s->graph->set_count);
    s->upstream = SW_ARENA_ARRAY(arena, bool, s->graph->set_count);
    s->asked = SW_ARENA_ARRAY(arena, bool, s->graph->set_count);
    if (s->models == NULL || s->trained == NULL || s->upstream == NULL || s->asked == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(known ? sum_up(s, err) : sum_blindly(s));
    SW_TRY(sum_damage(s));
    SW_TRY(give_gaps(s));
    return detach(arena, &made, out, err);
}

static bool lost_training(const struct sw_graph *graph)
{
    for (uint32_t i = 0; i < graph->damage_count; i++) {
        if (sw_str_is(graph->damages[i].type, SW_PREDICATE_TRAINING)) {
            return true;
        }
    }
    return false;
}

sw_result sw_provenance_find(const struct sw_data *data, const struct sw_digest *root,
    const struct sw_digest *manifest, struct sw_provenance *out, struct sw_error *err)
{
    SW_CLEANUP(graph) struct sw_graph *graph = NULL;
    SW_TRY(sw_graph_load_model(data, root, &graph, err));
    struct summing s = {.data = data,
        .graph = graph,
        .root = root,
        .manifest = manifest,
        .model = sw_graph_find_model(graph, root)};
    bool known = s.model != SW_GRAPH_NONE && has_training(&s, s.model);
    if (!known && !lost_training(graph)) {
        return sw_fail(err, SW_E_NOENT, "no trusted claim says how this model was trained");
    }
    return find(&s, known, out, err);
}
