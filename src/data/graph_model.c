/* The part of the graph that bears on one model, for a decision: from the log itself. */
#include "data/graph_private.h"

#include <stdlib.h>

#define OUR_CLAIMS "urn:sealwright:claim:*"

/* A claim that speaks of a subject. */
struct mention {
    struct sw_digest subject;
    enum sw_graph_kind_id kind;
    size_t record;
    bool met; /* of the first of a subject and kind: all of them were taken */
};

/* Something that is to be known: every claim of a kind about a subject. */
struct demand {
    enum sw_graph_kind_id kind;
    struct sw_digest subject;
};

struct collecting {
    struct sw_graph_builder builder;
    struct sw_arena arena;
    struct sw_evidence_record *records;
    size_t record_count;
    bool *taken; /* by record */
    struct mention *mentions;
    size_t mention_count;
    size_t mention_cap;
    struct demand *demands;
    size_t demand_count;
    size_t demand_cap;
};

static int compare_digests(const struct sw_digest *a, const struct sw_digest *b)
{
    if (a->alg != b->alg) {
        return a->alg < b->alg ? -1 : 1;
    }
    return memcmp(a->bytes, b->bytes, a->len);
}

static int by_subject(const void *a, const void *b)
{
    const struct mention *x = a;
    const struct mention *y = b;
    int order = compare_digests(&x->subject, &y->subject);
    order = order != 0 ? order : (x->kind > y->kind) - (x->kind < y->kind);
    return order != 0 ? order : (x->record > y->record) - (x->record < y->record);
}

/* --- what the log has ------------------------------------------------------------------------ */

static enum sw_graph_kind_id kind_of(struct sw_str type)
{
    for (int kind = SW_NODE_SOURCE; kind < SW_NODE_DAMAGE; kind++) {
        if (sw_str_is(type, sw_graph_kinds[kind].type)) {
            return (enum sw_graph_kind_id)kind;
        }
    }
    return SW_NODE_END;
}

static sw_result mention_all(struct collecting *c, size_t record)
{
    const struct sw_evidence_record *r = &c->records[record];
    enum sw_graph_kind_id kind = kind_of(r->predicate_type);
    for (size_t i = 0; i < r->subject_count && kind != SW_NODE_END; i++) {
        struct mention *mentions = sw_arena_grow(
            &c->arena, c->mentions, c->mention_count, &c->mention_cap, sizeof(*mentions));
        SW_TRY_PTR(mentions);
        c->mentions = mentions;
        mentions[c->mention_count++] = (struct mention){r->subjects[i].digest, kind, record, false};
    }
    return SW_OK;
}

static sw_result read_log(struct collecting *c, struct sw_error *err)
{
    struct sw_evidence_query query = {.predicate_type = OUR_CLAIMS, .oldest_first = true};
    SW_TRY(sw_evidence_gather(
        c->builder.data->store, &query, &c->arena, &c->records, &c->record_count, err));
    c->taken = SW_ARENA_ARRAY(&c->arena, bool, c->record_count);
    SW_TRY_PTR(c->taken);
    for (size_t i = 0; i < c->record_count; i++) {
        SW_TRY(mention_all(c, i));
    }
    if (c->mention_count > 1) {
        qsort(c->mentions, c->mention_count, sizeof(*c->mentions), by_subject);
    }
    return SW_OK;
}

/* --- what is wanted of it -------------------------------------------------------------------- */

static sw_result demand(
    struct collecting *c, enum sw_graph_kind_id kind, const struct sw_digest *subject)
{
    struct demand *demands =
        sw_arena_grow(&c->arena, c->demands, c->demand_count, &c->demand_cap, sizeof(*demands));
    SW_TRY_PTR(demands);
    c->demands = demands;
    demands[c->demand_count++] = (struct demand){kind, *subject};
    return SW_OK;
}

static sw_result demand_name(
    struct collecting *c, enum sw_graph_kind_id kind, enum sw_name_kind names, struct sw_str name)
{
    struct sw_digest subject;
    sw_name_digest(names, name, &subject);
    return demand(c, kind, &subject);
}

/* A dataset version, and how it was made. */
static sw_result demand_sets(struct collecting *c, const struct sw_dataset_ref *refs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(demand(c, SW_NODE_DATASET, &refs[i].manifest));
        SW_TRY(demand(c, SW_NODE_STEP, &refs[i].manifest));
        SW_TRY(demand(c, SW_NODE_DECLARATION, &refs[i].manifest));
    }
    return SW_OK;
}

static sw_result demand_by_training(struct collecting *c, const void *node)
{
    const struct sw_training_claim *claim = &((const struct sw_graph_training *)node)->claim;
    SW_TRY(demand_sets(c, claim->datasets, claim->dataset_count));
    for (size_t i = 0; i < claim->base_count; i++) {
        SW_TRY(demand(c, SW_NODE_TRAINING, &claim->bases[i].root));
    }
    return demand_name(c, SW_NODE_CONSUMPTION, SW_NAME_RUN, claim->run);
}

static sw_result demand_by_step(struct collecting *c, const void *node)
{
    const struct sw_lineage_claim *claim = &((const struct sw_graph_step *)node)->claim;
    return demand_sets(c, claim->inputs, claim->input_count);
}

/* What any of its steps was made of: which of them lead to the model shows when all is linked. */
static sw_result demand_by_declaration(struct collecting *c, const void *node)
{
    const struct sw_graph_declaration *declaration = node;
    for (size_t i = 0; i < declaration->step_count; i++) {
        const struct sw_declared_step *step = &declaration->steps[i];
        for (size_t k = 0; k < step->input_count; k++) {
            SW_TRY(demand_sets(c, &(struct sw_dataset_ref){.manifest = step->inputs[k]}, 1));
        }
    }
    return SW_OK;
}

static sw_result demand_by_dataset(struct collecting *c, const void *node)
{
    const struct sw_dataset_claim *claim = &((const struct sw_graph_dataset *)node)->claim;
    for (size_t i = 0; i < claim->source_count; i++) {
        SW_TRY(demand_name(c, SW_NODE_SOURCE, SW_NAME_SOURCE, claim->sources[i].name));
    }
    return SW_OK;
}

/* What a node leads to; NULL: nothing. */
static enum sw_code (*const followers[SW_NODE_END])(struct collecting *c, const void *node) = {
    [SW_NODE_DATASET] = demand_by_dataset,
    [SW_NODE_STEP] = demand_by_step,
    [SW_NODE_TRAINING] = demand_by_training,
    [SW_NODE_DECLARATION] = demand_by_declaration,
};

static sw_result take(
    struct collecting *c, enum sw_graph_kind_id kind, size_t record, struct sw_error *err)
{
    const void *node = NULL;
    if (c->taken[record]) {
        return SW_OK;
    }
    c->taken[record] = true;
    SW_TRY(sw_graph_take(&c->builder, kind, &c->records[record], &node, err));
    return node == NULL || followers[kind] == NULL ? SW_OK : followers[kind](c, node);
}

static bool is_wanted(const struct collecting *c, size_t mention, const struct demand *wanted)
{
    return mention < c->mention_count && c->mentions[mention].kind == wanted->kind &&
           sw_digest_equal(&c->mentions[mention].subject, &wanted->subject);
}

static sw_result meet(struct collecting *c, const struct demand *wanted, struct sw_error *err)
{
    struct mention key = {.subject = wanted->subject, .kind = wanted->kind};
    size_t low = 0;
    size_t high = c->mention_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_subject(&c->mentions[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = low; is_wanted(c, i, wanted) && !c->mentions[low].met; i++) {
        SW_TRY(take(c, wanted->kind, c->mentions[i].record, err));
    }
    if (is_wanted(c, low, wanted)) {
        c->mentions[low].met = true; /* many claims may ask for the same */
    }
    return SW_OK;
}

/* What is lost, and may be about anything, may be about this. */
static sw_result take_unsure(struct collecting *c, struct sw_error *err)
{
    for (size_t i = 0; i < c->record_count; i++) {
        enum sw_graph_kind_id kind = kind_of(c->records[i].predicate_type);
        bool unsure = c->records[i].subjects_left_out && kind != SW_NODE_END;
        SW_TRY(unsure ? take(c, kind, i, err) : SW_OK);
    }
    return SW_OK;
}

/* A taint may be on anything that the model is made of, so each is needed. */
static sw_result take_all(struct collecting *c, enum sw_graph_kind_id kind, struct sw_error *err)
{
    for (size_t i = 0; i < c->record_count; i++) {
        if (kind_of(c->records[i].predicate_type) == kind) {
            SW_TRY(take(c, kind, i, err));
        }
    }
    return SW_OK;
}

static sw_result collect(struct collecting *c, const struct sw_digest *root, struct sw_error *err)
{
    SW_TRY(read_log(c, err));
    SW_TRY(take_unsure(c, err));
    SW_TRY(demand(c, SW_NODE_TRAINING, root));
    for (size_t i = 0; i < c->demand_count; i++) {
        struct demand wanted = c->demands[i]; /* the list may move */
        SW_TRY(sw_progress_check(c->builder.data->progress, err));
        SW_TRY(meet(c, &wanted, err));
    }
    SW_TRY(take_all(c, SW_NODE_TAINT, err));
    return take_all(c, SW_NODE_TAKEDOWN, err);
}

sw_result sw_graph_load_model(const struct sw_data *data, const struct sw_digest *root,
    struct sw_graph **out, struct sw_error *err)
{
    struct collecting c = {.builder = {.data = data}};
    sw_arena_init(&c.builder.scratch, 0);
    sw_arena_init(&c.arena, 0);
    enum sw_code code = collect(&c, root, err);
    if (code == SW_OK) {
        code = sw_graph_link(&c.builder.body, out, err);
    }
    sw_graph_builder_release(&c.builder);
    sw_arena_release(&c.arena);
    return code;
}
