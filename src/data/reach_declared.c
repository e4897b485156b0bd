/* Over what documents declare. A document tells of no rows, so it leads from whole sets to whole
 * sets. */
#include "data/reach.h"

struct leaping {
    const struct sw_data *data;
    const struct sw_graph *graph;
    const bool *within;
    bool back;
    struct sw_leaps *out;
    struct sw_gaps *gaps;
    size_t cap;
    bool *spent;        /* by hearsay: it leads to nothing more */
    uint32_t *recorded; /* by set: one more than the set that it is linked to by a complete step */
    uint32_t *stack;    /* a set stands there once as begun with, and once as a whole */
    uint32_t depth;
};

/* The edges of one direction. */
struct edges {
    const uint32_t *steps;
    const uint32_t *hearsay;
    uint32_t step_count;
    uint32_t hearsay_count;
};

static struct edges edges_of(const struct leaping *l, uint32_t set)
{
    const struct sw_graph_set *s = &l->graph->sets[set];
    return l->back ? (struct edges){s->made_by, s->said_made, s->made_count, s->said_made_count}
                   : (struct edges){s->used_by, s->said_used, s->used_count, s->said_used_count};
}

/* Where a step leads to. */
static const uint32_t *ends_of_step(const struct leaping *l, uint32_t step, size_t *count)
{
    const struct sw_graph_step *s = &l->graph->steps[step];
    *count = l->back ? s->claim.input_count : 1;
    return l->back ? s->inputs : &s->output;
}

static const uint32_t *ends_of_hearsay(const struct leaping *l, uint32_t hearsay, size_t *count)
{
    const struct sw_graph_hearsay *h = &l->graph->hearsay[hearsay];
    *count = l->back ? h->input_count : h->output_count;
    return l->back ? h->inputs : h->outputs;
}

static sw_result leap(
    struct leaping *l, uint32_t set, uint32_t end, uint32_t step, uint32_t hearsay)
{
    struct sw_leaps *out = l->out;
    if (out->whole[end] || (l->within != NULL && !l->within[end])) {
        return SW_OK;
    }
    struct sw_leap *list =
        sw_arena_grow(l->data->arena, out->list, out->count, &l->cap, sizeof(*list));
    SW_TRY_PTR(list);
    out->list = list;
    list[out->count++] = (struct sw_leap){
        .from = l->back ? end : set, .to = l->back ? set : end, .step = step, .hearsay = hearsay};
    out->whole[end] = true;
    l->stack[l->depth++] = end;
    return SW_OK;
}

/* --- hearsay --------------------------------------------------------------------------------- */

/* A step that is known row by row, and completely, tells more than any document about it. */
static void note_recorded(struct leaping *l, const struct edges *edges, uint32_t set)
{
    for (uint32_t i = 0; i < edges->step_count; i++) {
        const struct sw_graph_step *step = &l->graph->steps[edges->steps[i]];
        size_t count;
        const uint32_t *ends = ends_of_step(l, edges->steps[i], &count);
        bool counts = sw_graph_is_trusted(&step->stamp) && step->claim.complete;
        for (size_t k = 0; k < count && counts; k++) {
            l->recorded[ends[k]] = set + 1;
        }
    }
}

static sw_result name_stranger(struct leaping *l, uint32_t set, const struct sw_graph_stamp *stamp)
{
    const char *name = sw_graph_set_name(l->data->arena, l->graph, set);
    SW_TRY_PTR(name);
    return sw_gap_add(l->gaps, SW_GAP_UNKNOWN,
        "what a document says of %s (leaf %llu) is signed by nobody trusted and was not followed",
        name, (unsigned long long)stamp->leaf);
}

static sw_result follow_hearsay(struct leaping *l, uint32_t set, uint32_t hearsay)
{
    const struct sw_graph_stamp *stamp = sw_graph_hearsay_stamp(l->graph, hearsay);
    size_t count;
    const uint32_t *ends = ends_of_hearsay(l, hearsay, &count);
    bool spent = true;
    if (l->spent[hearsay] || count == 0) {
        return SW_OK;
    }
    if (!sw_graph_is_trusted(stamp)) {
        return name_stranger(l, set, stamp);
    }
    for (size_t i = 0; i < count; i++) {
        if (ends[i] == set || l->recorded[ends[i]] == set + 1) {
            spent = spent && l->out->whole[ends[i]];
            continue;
        }
        SW_TRY(leap(l, set, ends[i], SW_GRAPH_NONE, hearsay));
    }
    l->spent[hearsay] = spent;
    return SW_OK;
}

/* --- the walk -------------------------------------------------------------------------------- */

static sw_result visit(struct leaping *l, uint32_t set)
{
    const struct edges edges = edges_of(l, set);
    note_recorded(l, &edges, set);
    for (uint32_t i = 0; i < edges.hearsay_count; i++) {
        SW_TRY(follow_hearsay(l, set, edges.hearsay[i]));
    }
    for (uint32_t i = 0; i < edges.step_count && l->out->whole[set]; i++) {
        size_t count;
        const uint32_t *ends = ends_of_step(l, edges.steps[i], &count);
        bool trusted = sw_graph_is_trusted(&l->graph->steps[edges.steps[i]].stamp);
        for (size_t k = 0; k < count && trusted; k++) {
            SW_TRY(leap(l, set, ends[k], edges.steps[i], SW_GRAPH_NONE));
        }
    }
    return SW_OK;
}

static sw_result prepare(struct leaping *l)
{
    struct sw_arena *arena = l->data->arena;
    uint32_t sets = l->graph->set_count;
    l->out->whole = SW_ARENA_ARRAY(arena, bool, sets);
    l->spent = SW_ARENA_ARRAY(arena, bool, l->graph->hearsay_count);
    l->recorded = SW_ARENA_ARRAY(arena, uint32_t, sets);
    l->stack = SW_ARENA_ARRAY(arena, uint32_t, (size_t)sets * 2);
    bool room =
        l->out->whole != NULL && l->spent != NULL && l->recorded != NULL && l->stack != NULL;
    return room ? SW_OK : SW_E_NOMEM;
}

/* A document may tell of many steps; each that was gone over is a gap, by its words once. */
static sw_result name_leaps(struct leaping *l)
{
    for (size_t i = 0; i < l->out->count; i++) {
        const struct sw_leap *leap = &l->out->list[i];
        if (leap->hearsay == SW_GRAPH_NONE) {
            continue;
        }
        const char *from = sw_graph_set_name(l->data->arena, l->graph, leap->from);
        const char *to = sw_graph_set_name(l->data->arena, l->graph, leap->to);
        if (from == NULL || to == NULL) {
            return SW_E_NOMEM;
        }
        SW_TRY(sw_gap_add(l->gaps, SW_GAP_DECLARED,
            "that %s was made of %s (step '" SW_STR_FMT
            "') is declared by a document alone: which samples, nobody here saw",
            to, from, SW_STR_ARG(l->graph->hearsay[leap->hearsay].name)));
    }
    return SW_OK;
}

sw_result sw_leap_from(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_leap_options *options, struct sw_leaps *out, struct sw_gaps *gaps,
    struct sw_error *err)
{
    struct sw_leaps made = {0};
    struct leaping l = {.data = data,
        .graph = graph,
        .within = options->within,
        .back = options->back,
        .out = &made,
        .gaps = gaps};
    SW_TRY(prepare(&l));
    for (uint32_t i = 0; i < graph->set_count && graph->hearsay_count > 0; i++) {
        if (options->from[i]) {
            l.stack[l.depth++] = i;
        }
    }
    while (l.depth > 0) {
        SW_TRY(sw_progress_check(data->progress, err));
        SW_TRY(visit(&l, l.stack[--l.depth]));
    }
    SW_TRY(name_leaps(&l));
    *out = made;
    return SW_OK;
}
