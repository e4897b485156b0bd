#include "data/graph_private.h"

#include <stdlib.h>

void sw_graph_free(struct sw_graph *graph)
{
    sw_buf_release(&graph->body);
    sw_arena_release(&graph->arena);
    free(graph);
}

/* --- nodes from bytes ------------------------------------------------------------------------ */

static uint8_t **list_of(struct sw_graph *graph, const struct sw_graph_kind *kind)
{
    return (uint8_t **)(void *)((uint8_t *)graph + kind->list_at);
}

static uint32_t *count_of(struct sw_graph *graph, const struct sw_graph_kind *kind)
{
    return (uint32_t *)(void *)((uint8_t *)graph + kind->count_at);
}

static sw_result read_one(struct sw_graph *graph, size_t caps[SW_NODE_END], struct sw_cursor *cur)
{
    uint8_t id;
    SW_TRY(sw_cur_u8(cur, &id));
    if (id < SW_NODE_SOURCE || id >= SW_NODE_END) {
        return SW_E_FORMAT;
    }
    const struct sw_graph_kind *kind = &sw_graph_kinds[id];
    uint8_t **list = list_of(graph, kind);
    uint32_t *count = count_of(graph, kind);
    if (*count == SW_GRAPH_NONE) {
        return SW_E_LIMIT;
    }
    uint8_t *grown = sw_arena_grow(&graph->arena, *list, *count, &caps[id], kind->size);
    SW_TRY_PTR(grown);
    *list = grown;
    memset(grown + *count * kind->size, 0, kind->size);
    SW_TRY(sw_graph_get(&graph->arena, kind->fields, cur, grown + *count * kind->size));
    *count += 1;
    return SW_OK;
}

static sw_result read_nodes(struct sw_graph *graph)
{
    size_t caps[SW_NODE_END] = {0};
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&graph->body));
    while (sw_cur_left(&cur) > 0) {
        SW_TRY(read_one(graph, caps, &cur));
    }
    return SW_OK;
}

/* Every node begins with its stamp. */
static int by_leaf(const void *a, const void *b)
{
    const struct sw_graph_stamp *left = a;
    const struct sw_graph_stamp *right = b;
    return (left->leaf > right->leaf) - (left->leaf < right->leaf);
}

static void sort_nodes(struct sw_graph *graph)
{
    for (int id = SW_NODE_SOURCE; id < SW_NODE_END; id++) {
        const struct sw_graph_kind *kind = &sw_graph_kinds[id];
        if (*count_of(graph, kind) > 1) {
            qsort(*list_of(graph, kind), *count_of(graph, kind), kind->size, by_leaf);
        }
    }
}

/* --- sets and models ------------------------------------------------------------------------- */

static int compare_digests(const struct sw_digest *a, const struct sw_digest *b)
{
    if (a->alg != b->alg) {
        return a->alg < b->alg ? -1 : 1;
    }
    return memcmp(a->bytes, b->bytes, a->len);
}

static int by_manifest(const void *a, const void *b)
{
    return compare_digests(
        &((const struct sw_graph_set *)a)->manifest, &((const struct sw_graph_set *)b)->manifest);
}

static int by_root(const void *a, const void *b)
{
    return compare_digests(
        &((const struct sw_graph_model *)a)->root, &((const struct sw_graph_model *)b)->root);
}

struct set_list {
    struct sw_graph *graph;
    size_t cap;
};

static sw_result add_set(struct set_list *list, const struct sw_dataset_ref *ref)
{
    struct sw_graph *g = list->graph;
    struct sw_graph_set *sets =
        sw_arena_grow(&g->arena, g->sets, g->set_count, &list->cap, sizeof(*sets));
    SW_TRY_PTR(sets);
    g->sets = sets;
    sets[g->set_count++] = (struct sw_graph_set){.manifest = ref->manifest,
        .samples = ref->samples,
        .dataset = SW_GRAPH_NONE,
        .name = ref->name,
        .version = ref->version};
    return SW_OK;
}

static sw_result add_refs(struct set_list *list, const struct sw_dataset_ref *refs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(add_set(list, &refs[i]));
    }
    return SW_OK;
}

static sw_result collect_sets(struct sw_graph *g)
{
    struct set_list list = {.graph = g};
    for (uint32_t i = 0; i < g->dataset_count; i++) {
        const struct sw_dataset_claim *c = &g->datasets[i].claim;
        SW_TRY(
            add_set(&list, &(struct sw_dataset_ref){c->name, c->version, c->manifest, c->samples}));
    }
    for (uint32_t i = 0; i < g->step_count; i++) {
        const struct sw_lineage_claim *c = &g->steps[i].claim;
        SW_TRY(add_refs(&list, c->inputs, c->input_count));
        SW_TRY(add_set(&list, &c->output));
    }
    for (uint32_t i = 0; i < g->declaration_count; i++) {
        SW_TRY(add_refs(&list, g->declarations[i].sets, g->declarations[i].set_count));
    }
    for (uint32_t i = 0; i < g->training_count; i++) {
        const struct sw_training_claim *c = &g->trainings[i].claim;
        SW_TRY(add_refs(&list, c->datasets, c->dataset_count));
    }
    for (uint32_t i = 0; i < g->consumption_count; i++) {
        const struct sw_consumption_claim *c = &g->consumptions[i].claim;
        SW_TRY(add_refs(&list, c->datasets, c->dataset_count));
    }
    return SW_OK;
}

static sw_result add_model(struct sw_graph *g, size_t *cap, const struct sw_graph_model *model)
{
    struct sw_graph_model *models =
        sw_arena_grow(&g->arena, g->models, g->model_count, cap, sizeof(*models));
    SW_TRY_PTR(models);
    g->models = models;
    models[g->model_count] = *model;
    models[g->model_count++].verdict = SW_GRAPH_NONE;
    return SW_OK;
}

static sw_result collect_models(struct sw_graph *g)
{
    size_t cap = 0;
    for (uint32_t i = 0; i < g->training_count; i++) {
        const struct sw_training_claim *c = &g->trainings[i].claim;
        SW_TRY(add_model(g, &cap,
            &(struct sw_graph_model){.root = c->root,
                .name = c->model,
                .checkpoint = c->kind == SW_TRAINED_CHECKPOINT}));
        for (size_t k = 0; k < c->base_count; k++) {
            SW_TRY(add_model(g, &cap,
                &(struct sw_graph_model){.root = c->bases[k].root, .name = c->bases[k].name}));
        }
    }
    return SW_OK;
}

/* Sorted; of those that are equal one stays. Names are settled by the claims about them. */
static uint32_t unite(
    void *list, uint32_t count, size_t size, int (*compare)(const void *, const void *))
{
    uint8_t *items = list;
    uint32_t kept = 0;
    if (count > 1) {
        qsort(items, count, size, compare);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || compare(items + (kept - 1) * size, items + i * size) != 0) {
            memmove(items + kept * size, items + i * size, size);
            kept++;
        }
    }
    return kept;
}

uint32_t sw_graph_find_set(const struct sw_graph *graph, const struct sw_digest *manifest)
{
    struct sw_graph_set key = {.manifest = *manifest};
    const struct sw_graph_set *found =
        graph->set_count == 0
            ? NULL
            : bsearch(&key, graph->sets, graph->set_count, sizeof(key), by_manifest);
    return found == NULL ? SW_GRAPH_NONE : (uint32_t)(found - graph->sets);
}

uint32_t sw_graph_find_model(const struct sw_graph *graph, const struct sw_digest *root)
{
    struct sw_graph_model key = {.root = *root};
    const struct sw_graph_model *found =
        graph->model_count == 0
            ? NULL
            : bsearch(&key, graph->models, graph->model_count, sizeof(key), by_root);
    return found == NULL ? SW_GRAPH_NONE : (uint32_t)(found - graph->models);
}

/* --- edges ----------------------------------------------------------------------------------- */

static sw_result find_sets(
    struct sw_graph *g, const struct sw_dataset_ref *refs, size_t count, uint32_t **out)
{
    uint32_t *sets = SW_ARENA_ARRAY(&g->arena, uint32_t, count);
    SW_TRY_PTR(sets);
    for (size_t i = 0; i < count; i++) {
        sets[i] = sw_graph_find_set(g, &refs[i].manifest);
    }
    *out = sets;
    return SW_OK;
}

static sw_result name_ends(struct sw_graph *g)
{
    for (uint32_t i = 0; i < g->dataset_count; i++) {
        g->datasets[i].set = sw_graph_find_set(g, &g->datasets[i].claim.manifest);
    }
    for (uint32_t i = 0; i < g->step_count; i++) {
        struct sw_graph_step *step = &g->steps[i];
        SW_TRY(find_sets(g, step->claim.inputs, step->claim.input_count, &step->inputs));
        step->output = sw_graph_find_set(g, &step->claim.output.manifest);
    }
    for (uint32_t i = 0; i < g->training_count; i++) {
        struct sw_graph_training *training = &g->trainings[i];
        const struct sw_training_claim *c = &training->claim;
        SW_TRY(find_sets(g, c->datasets, c->dataset_count, &training->sets));
        training->model = sw_graph_find_model(g, &c->root);
        training->bases = SW_ARENA_ARRAY(&g->arena, uint32_t, c->base_count);
        SW_TRY_PTR(training->bases);
        for (size_t k = 0; k < c->base_count; k++) {
            training->bases[k] = sw_graph_find_model(g, &c->bases[k].root);
        }
    }
    return SW_OK;
}

static sw_result find_manifests(
    struct sw_graph *g, const struct sw_digest *manifests, uint32_t count, uint32_t **out)
{
    uint32_t *sets = SW_ARENA_ARRAY(&g->arena, uint32_t, count);
    SW_TRY_PTR(sets);
    for (uint32_t i = 0; i < count; i++) {
        sets[i] = sw_graph_find_set(g, &manifests[i]);
        if (sets[i] == SW_GRAPH_NONE) {
            return SW_E_FORMAT; /* a step of a set that its declaration does not list */
        }
    }
    *out = sets;
    return SW_OK;
}

static sw_result make_hearsay(struct sw_graph *g)
{
    size_t cap = 0;
    for (uint32_t d = 0; d < g->declaration_count; d++) {
        const struct sw_graph_declaration *declaration = &g->declarations[d];
        for (size_t i = 0; i < declaration->step_count; i++) {
            const struct sw_declared_step *step = &declaration->steps[i];
            struct sw_graph_hearsay *list =
                sw_arena_grow(&g->arena, g->hearsay, g->hearsay_count, &cap, sizeof(*list));
            SW_TRY_PTR(list);
            g->hearsay = list;
            struct sw_graph_hearsay *made = &list[g->hearsay_count];
            *made = (struct sw_graph_hearsay){.declaration = d,
                .name = step->name,
                .input_count = (uint32_t)step->input_count,
                .output_count = (uint32_t)step->output_count};
            SW_TRY(find_manifests(g, step->inputs, made->input_count, &made->inputs));
            SW_TRY(find_manifests(g, step->outputs, made->output_count, &made->outputs));
            g->hearsay_count++;
        }
    }
    return SW_OK;
}

/* Appends to a list that is counted first and filled then: `list` NULL counts. */
static void push(uint32_t *list, uint32_t *count, uint32_t value)
{
    if (list != NULL) {
        list[*count] = value;
    }
    *count += 1;
}

/* Each edge once: a step may have the same set as input twice. */
static bool is_first(const uint32_t *list, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (list[i] == list[at]) {
            return false;
        }
    }
    return true;
}

static void push_edges(struct sw_graph *g)
{
    for (uint32_t i = 0; i < g->step_count; i++) {
        const struct sw_graph_step *step = &g->steps[i];
        struct sw_graph_set *output = &g->sets[step->output];
        push(output->made_by, &output->made_count, i);
        for (size_t k = 0; k < step->claim.input_count; k++) {
            struct sw_graph_set *input = &g->sets[step->inputs[k]];
            if (is_first(step->inputs, k)) {
                push(input->used_by, &input->used_count, i);
            }
        }
    }
    for (uint32_t i = 0; i < g->training_count; i++) {
        const struct sw_graph_training *training = &g->trainings[i];
        struct sw_graph_model *model = &g->models[training->model];
        push(model->trainings, &model->training_count, i);
        for (size_t k = 0; k < training->claim.dataset_count; k++) {
            struct sw_graph_set *set = &g->sets[training->sets[k]];
            if (is_first(training->sets, k)) {
                push(set->trained, &set->trained_count, i);
            }
        }
        for (size_t k = 0; k < training->claim.base_count; k++) {
            struct sw_graph_model *base = &g->models[training->bases[k]];
            if (is_first(training->bases, k)) {
                push(base->derived, &base->derived_count, i);
            }
        }
    }
}

static void push_hearsay(struct sw_graph *g)
{
    for (uint32_t i = 0; i < g->hearsay_count; i++) {
        const struct sw_graph_hearsay *hearsay = &g->hearsay[i];
        for (uint32_t k = 0; k < hearsay->input_count; k++) {
            struct sw_graph_set *input = &g->sets[hearsay->inputs[k]];
            push(input->said_used, &input->said_used_count, i);
        }
        for (uint32_t k = 0; k < hearsay->output_count; k++) {
            struct sw_graph_set *output = &g->sets[hearsay->outputs[k]];
            push(output->said_made, &output->said_made_count, i);
        }
    }
}

static sw_result make_list(struct sw_arena *arena, uint32_t **list, uint32_t *count)
{
    *list = SW_ARENA_ARRAY(arena, uint32_t, *count);
    SW_TRY_PTR(*list);
    *count = 0;
    return SW_OK;
}

static sw_result make_edges(struct sw_graph *g)
{
    push_edges(g);
    push_hearsay(g);
    for (uint32_t i = 0; i < g->set_count; i++) {
        struct sw_graph_set *set = &g->sets[i];
        SW_TRY(make_list(&g->arena, &set->said_made, &set->said_made_count));
        SW_TRY(make_list(&g->arena, &set->said_used, &set->said_used_count));
        SW_TRY(make_list(&g->arena, &set->made_by, &set->made_count));
        SW_TRY(make_list(&g->arena, &set->used_by, &set->used_count));
        SW_TRY(make_list(&g->arena, &set->trained, &set->trained_count));
    }
    for (uint32_t i = 0; i < g->model_count; i++) {
        struct sw_graph_model *model = &g->models[i];
        SW_TRY(make_list(&g->arena, &model->trainings, &model->training_count));
        SW_TRY(make_list(&g->arena, &model->derived, &model->derived_count));
    }
    push_edges(g);
    push_hearsay(g);
    return SW_OK;
}

/* --- what is newest -------------------------------------------------------------------------- */

static void name_set(struct sw_graph *g, uint32_t set, const struct sw_dataset_ref *ref)
{
    g->sets[set].name = ref->name;
    g->sets[set].version = ref->version;
    g->sets[set].samples = ref->samples;
}

static void name_sets(
    struct sw_graph *g, const uint32_t *sets, const struct sw_dataset_ref *refs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        name_set(g, sets[i], &refs[i]);
    }
}

/* A set that nobody trusted claims is what those who are trusted call it. */
static void settle_refs(struct sw_graph *g)
{
    for (uint32_t i = 0; i < g->declaration_count; i++) {
        const struct sw_graph_declaration *d = &g->declarations[i];
        for (size_t k = 0; k < d->set_count && sw_graph_is_trusted(&d->stamp); k++) {
            name_set(g, sw_graph_find_set(g, &d->sets[k].manifest), &d->sets[k]);
        }
    }
    for (uint32_t i = 0; i < g->step_count; i++) {
        const struct sw_graph_step *step = &g->steps[i];
        if (sw_graph_is_trusted(&step->stamp)) {
            name_sets(g, step->inputs, step->claim.inputs, step->claim.input_count);
            name_sets(g, &step->output, &step->claim.output, 1);
        }
    }
    for (uint32_t i = 0; i < g->training_count; i++) {
        const struct sw_graph_training *training = &g->trainings[i];
        if (sw_graph_is_trusted(&training->stamp)) {
            name_sets(g, training->sets, training->claim.datasets, training->claim.dataset_count);
        }
    }
}

/* Nodes stand by leaf, so the last one wins. */
static void settle_names(struct sw_graph *g)
{
    settle_refs(g);
    for (uint32_t i = 0; i < g->dataset_count; i++) {
        struct sw_graph_set *set = &g->sets[g->datasets[i].set];
        set->dataset = i;
        set->name = g->datasets[i].claim.name;
        set->version = g->datasets[i].claim.version;
        set->samples = g->datasets[i].claim.samples;
    }
    for (uint32_t i = 0; i < g->training_count; i++) {
        struct sw_graph_model *model = &g->models[g->trainings[i].model];
        if (sw_graph_is_trusted(&g->trainings[i].stamp)) {
            model->name = g->trainings[i].claim.model;
            model->checkpoint = g->trainings[i].claim.kind == SW_TRAINED_CHECKPOINT;
        }
    }
}

/* When its signer said it: never later than it was recorded. */
static int64_t said_at(int64_t time, const struct sw_graph_stamp *stamp)
{
    return time < stamp->time ? time : stamp->time;
}

static void settle_verdicts(struct sw_graph *g)
{
    for (uint32_t i = 0; i < g->verdict_count; i++) {
        uint32_t at = sw_graph_find_model(g, &g->verdicts[i].subject);
        if (at == SW_GRAPH_NONE) {
            continue;
        }
        uint32_t *newest = &g->models[at].verdict;
        if (*newest == SW_GRAPH_NONE ||
            said_at(g->verdicts[i].time, &g->verdicts[i].stamp) >=
                said_at(g->verdicts[*newest].time, &g->verdicts[*newest].stamp)) {
            *newest = i;
        }
    }
}

static bool same_selector(const struct sw_selector *a, const struct sw_selector *b)
{
    bool both = a->digest.alg != 0 && b->digest.alg != 0;
    return a->kind == b->kind &&
           (both ? sw_digest_equal(&a->digest, &b->digest) : a->digest.alg == b->digest.alg) &&
           (both || sw_str_equal(a->name, b->name));
}

/* Of one signer about one selector, in the order of their being said; what was said in one second,
 * in the order of the log. */
static int by_voice(const void *a, const void *b)
{
    const struct sw_graph_taint *x = *(struct sw_graph_taint *const *)a;
    const struct sw_graph_taint *y = *(struct sw_graph_taint *const *)b;
    const struct sw_selector *s = &x->claim.selector;
    const struct sw_selector *t = &y->claim.selector;
    int order = sw_str_compare(x->stamp.signer, y->stamp.signer);
    order = order != 0 ? order : (s->kind > t->kind) - (s->kind < t->kind);
    order = order != 0 ? order : compare_digests(&s->digest, &t->digest);
    if (order == 0 && s->digest.alg == 0) {
        order = sw_str_compare(s->name, t->name);
    }
    if (order != 0) {
        return order;
    }
    int64_t m = said_at(x->claim.time, &x->stamp);
    int64_t n = said_at(y->claim.time, &y->stamp);
    return m != n ? (m > n) - (m < n) : by_leaf(&x->stamp, &y->stamp);
}

static bool same_voice(const struct sw_graph_taint *a, const struct sw_graph_taint *b)
{
    return sw_str_equal(a->stamp.signer, b->stamp.signer) &&
           same_selector(&a->claim.selector, &b->claim.selector);
}

/* Whoever has a claim can put its signature into another bundle that is as good: recorded again, it
 * would be a later word that nobody said. */
static bool is_copy(struct sw_graph_taint *const *voices, uint32_t count, uint32_t at)
{
    struct sw_bytes signature = sw_bytes_of_str(voices[at]->signature);
    for (uint32_t i = 0; i < count; i++) {
        if (voices[i]->stamp.leaf < voices[at]->stamp.leaf &&
            sw_signature_same(signature, sw_bytes_of_str(voices[i]->signature))) {
            return true;
        }
    }
    return false;
}

/* The newest word of one signer about one selector. */
static void settle_voices(struct sw_graph_taint **voices, uint32_t count)
{
    for (uint32_t i = count; i-- > 0;) {
        if (!is_copy(voices, count, i)) {
            voices[i]->stands = voices[i]->claim.state == SW_TAINTED;
            return;
        }
    }
}

static sw_result settle_taints(struct sw_graph *g)
{
    struct sw_graph_taint **order =
        SW_ARENA_ARRAY(&g->arena, struct sw_graph_taint *, g->taint_count);
    SW_TRY_PTR(order);
    for (uint32_t i = 0; i < g->taint_count; i++) {
        order[i] = &g->taints[i];
    }
    if (g->taint_count > 1) {
        qsort(order, g->taint_count, sizeof(*order), by_voice);
    }
    for (uint32_t from = 0, i = 1; from < g->taint_count; i++) {
        if (i == g->taint_count || !same_voice(order[from], order[i])) {
            settle_voices(order + from, i - from);
            from = i;
        }
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result link_all(struct sw_graph *g)
{
    SW_TRY(read_nodes(g));
    sort_nodes(g);
    SW_TRY(collect_sets(g));
    SW_TRY(collect_models(g));
    g->set_count = unite(g->sets, g->set_count, sizeof(*g->sets), by_manifest);
    g->model_count = unite(g->models, g->model_count, sizeof(*g->models), by_root);
    SW_TRY(name_ends(g));
    SW_TRY(make_hearsay(g));
    SW_TRY(make_edges(g));
    settle_names(g);
    settle_verdicts(g);
    return settle_taints(g);
}

sw_result sw_graph_link(struct sw_buf *body, struct sw_graph **out, struct sw_error *err)
{
    SW_CLEANUP(graph) struct sw_graph *graph = calloc(1, sizeof(*graph));
    SW_TRY_PTR(graph);
    sw_arena_init(&graph->arena, 0);
    graph->body = *body;
    *body = SW_BUF_INIT;
    enum sw_code code = link_all(graph);
    if (code != SW_OK) {
        return sw_fail(err, code, "the graph of the data claims: %s", sw_code_text(code));
    }
    *out = SW_TAKE(graph);
    return SW_OK;
}

const struct sw_graph_source *sw_graph_find_source(const struct sw_graph *graph, struct sw_str name)
{
    for (uint32_t i = graph->source_count; i-- > 0;) {
        if (sw_str_equal(graph->sources[i].name, name)) {
            return &graph->sources[i];
        }
    }
    return NULL;
}

bool sw_graph_is_admitted(const struct sw_graph *graph, const struct sw_graph_model *model)
{
    return model->verdict != SW_GRAPH_NONE && graph->verdicts[model->verdict].passed;
}
