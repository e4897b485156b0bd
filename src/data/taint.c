#include "data/taint.h"

/* --- what is meant --------------------------------------------------------------------------- */

struct naming {
    const struct sw_data *data;
    const struct sw_graph *graph;
    struct sw_selector *list;
    size_t count;
    size_t cap;
};

static sw_result add(struct naming *n, const struct sw_selector *selector, struct sw_error *err)
{
    if (n->count > SW_TAINT_KEYED_MAX) {
        return sw_fail(err, SW_E_LIMIT,
            "the text stands for more than %u samples of sets with keyed digests",
            SW_TAINT_KEYED_MAX);
    }
    struct sw_selector *list =
        sw_arena_grow(n->data->arena, n->list, n->count, &n->cap, sizeof(*list));
    SW_TRY_PTR(list);
    n->list = list;
    list[n->count++] = *selector;
    return SW_OK;
}

static sw_result add_row(
    struct naming *n, uint32_t set, struct sw_rows *rows, uint32_t index, struct sw_error *err)
{
    struct sw_selector selector = {
        .kind = SW_SELECT_SAMPLE, .digest = {.alg = SW_SHA256, .len = 32}};
    const char *name = sw_graph_set_name(n->data->arena, n->graph, set);
    const char *text = name == NULL ? NULL : sw_arena_printf(n->data->arena, "%s#%u", name, index);
    struct sw_row row;
    SW_TRY_PTR(text);
    SW_TRY(sw_rows_at(rows, index, &row, err));
    selector.name = sw_str(text);
    memcpy(selector.digest.bytes, row.record, 32);
    return add(n, &selector, err);
}

static bool is_keyed(const struct sw_graph *graph, uint32_t set)
{
    uint32_t dataset = graph->sets[set].dataset;
    return dataset != SW_GRAPH_NONE && graph->datasets[dataset].claim.salt.len > 0;
}

static sw_result add_rows_of(struct naming *n, uint32_t set, const struct sw_selected *what,
    struct sw_gaps *gaps, struct sw_error *err)
{
    static const struct sw_reach_options how = {.prove = false};
    SW_CLEANUP(rowset) struct sw_rowset found = SW_ROWSET_INIT;
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    bool opened;
    uint32_t row = 0;
    SW_TRY(sw_reach_seeds(n->data, n->graph, set, what, &how, &found, gaps, err));
    if (sw_rowset_count(&found) == 0) {
        return SW_OK;
    }
    SW_TRY(sw_reach_open_set(n->data, n->graph, set, &rows, &opened, gaps, err));
    for (bool more = sw_rowset_next(&found, 0, &row); opened && more;) {
        SW_TRY(add_row(n, set, &rows, row, err));
        more = row < UINT32_MAX && sw_rowset_next(&found, row + 1, &row);
    }
    return SW_OK;
}

sw_result sw_taint_selectors(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selected *what, struct sw_selector **out, size_t *count, struct sw_gaps *gaps,
    struct sw_error *err)
{
    struct naming n = {.data = data, .graph = graph};
    SW_TRY(add(&n, &what->selector, err));
    for (uint32_t i = 0; what->has_text && i < graph->set_count; i++) {
        SW_TRY(is_keyed(graph, i) ? add_rows_of(&n, i, what, gaps, err) : SW_OK);
    }
    *out = n.list;
    *count = n.count;
    return SW_OK;
}

/* --- recording ------------------------------------------------------------------------------- */

/* What stands for one selector; writes its predicate. */
struct drafting {
    const char *type;
    const void *more;
    sw_result (*write)(const void *more, const struct sw_selector *selector, struct sw_buf *out);
};

static sw_result draft_one(const struct sw_data *data, const struct drafting *how,
    const struct sw_selector *selector, struct sw_data_draft *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf shown = SW_BUF_INIT;
    struct sw_subject *subject = SW_ARENA_NEW(data->arena, struct sw_subject);
    SW_TRY_PTR(subject);
    enum sw_code code = how->write(how->more, selector, &predicate);
    if (code != SW_OK) {
        return sw_fail(err, code, "cannot write the claim: %s", sw_code_text(code));
    }
    SW_TRY(sw_selector_show(selector, &shown));
    const char *name = sw_arena_strdup(data->arena, sw_buf_cstr(&shown));
    const void *kept = sw_arena_copy(data->arena, sw_buf_bytes(&predicate));
    if (name == NULL || kept == NULL) {
        return SW_E_NOMEM;
    }
    subject->name = sw_str(name);
    sw_selector_subject(selector, &subject->digest);
    *out = (struct sw_data_draft){subject, 1, how->type, sw_bytes(kept, predicate.len)};
    return SW_OK;
}

static sw_result record(const struct sw_data *data, const struct drafting *how,
    const struct sw_selector *selectors, size_t count, struct sw_receipt **out,
    struct sw_error *err)
{
    struct sw_receipt *receipts = SW_ARENA_ARRAY(data->arena, struct sw_receipt, count);
    struct sw_data_draft *drafts = SW_ARENA_ARRAY(data->arena, struct sw_data_draft, count);
    if (receipts == NULL || drafts == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(draft_one(data, how, &selectors[i], &drafts[i], err));
    }
    if (count != 0) {
        SW_TRY(sw_data_record_all(data, drafts, count, receipts, err));
    }
    *out = receipts;
    return SW_OK;
}

static sw_result write_taint(
    const void *more, const struct sw_selector *selector, struct sw_buf *out)
{
    struct sw_taint_claim claim = *(const struct sw_taint_claim *)more;
    claim.selector = *selector;
    return sw_taint_claim_write(&claim, out);
}

sw_result sw_taint_record(const struct sw_data *data, const struct sw_selector *selectors,
    size_t count, const struct sw_taint_claim *more, struct sw_receipt **receipts,
    struct sw_error *err)
{
    struct sw_taint_claim claim = *more;
    claim.time = data->now;
    const struct drafting how = {SW_PREDICATE_TAINT, &claim, write_taint};
    return record(data, &how, selectors, count, receipts, err);
}

static sw_result write_takedown(
    const void *more, const struct sw_selector *selector, struct sw_buf *out)
{
    struct sw_takedown_claim claim = *(const struct sw_takedown_claim *)more;
    claim.selector = *selector;
    return sw_takedown_claim_write(&claim, out);
}

static sw_result list_affected(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_reach *reach, struct sw_takedown_claim *claim)
{
    claim->datasets = SW_ARENA_ARRAY(data->arena, struct sw_dataset_ref, graph->set_count);
    claim->models = SW_ARENA_ARRAY(data->arena, struct sw_affected_model, graph->model_count);
    if (claim->datasets == NULL || claim->models == NULL) {
        return SW_E_NOMEM;
    }
    for (uint32_t i = 0; i < graph->set_count; i++) {
        const struct sw_graph_set *set = &graph->sets[i];
        if (reach->sets[i]) {
            /* Which samples of what a document leads to, nobody knows: then none is counted. */
            uint64_t samples = reach->declared_sets[i] ? 0 : reach->samples[i];
            claim->samples += samples;
            claim->datasets[claim->dataset_count++] =
                (struct sw_dataset_ref){set->name, set->version, set->manifest, samples};
        }
    }
    for (uint32_t i = 0; i < graph->model_count; i++) {
        const struct sw_graph_model *model = &graph->models[i];
        if (reach->models[i]) {
            uint64_t samples = reach->declared_models[i] ? SW_ABSENT : reach->model_samples[i];
            claim->models[claim->model_count++] = (struct sw_affected_model){
                model->name, model->root, samples, sw_graph_is_admitted(graph, model)};
        }
    }
    return SW_OK;
}

sw_result sw_takedown_record(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selector *selectors, size_t count, const struct sw_takedown_claim *more,
    const struct sw_reach *reach, struct sw_receipt **receipts, struct sw_error *err)
{
    struct sw_takedown_claim claim = *more;
    const struct drafting how = {SW_PREDICATE_TAKEDOWN, &claim, write_takedown};
    claim.time = data->now;
    SW_TRY(list_affected(data, graph, reach, &claim));
    return record(data, &how, selectors, count, receipts, err);
}
