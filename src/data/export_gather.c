/* What goes out is taken from the graph of trusted claims: everything upstream of one dataset
 * version or model, oldest first. */
#include "data/export_private.h"
#include "data/graph.h"
#include "data/source.h"

#include <stdlib.h>

struct gathering {
    const struct sw_data *data;
    const struct sw_graph *graph;
    struct sw_exchange *exchange;
    uint32_t *set_places;   /* of the graph's sets; SW_NO_SET: not upstream */
    uint32_t *model_places; /* likewise */
    uint32_t *sets;         /* of the graph, in the order in which they were found */
    uint32_t *models;
    size_t set_count;
    size_t model_count;
    struct sw_error *err;
};

/* --- what is upstream ------------------------------------------------------------------------ */

static void want_set(struct gathering *g, uint32_t set)
{
    if (g->set_places[set] == SW_NO_SET) {
        g->set_places[set] = 0;
        g->sets[g->set_count++] = set;
    }
}

static void want_model(struct gathering *g, uint32_t model)
{
    if (g->model_places[model] == SW_NO_MODEL) {
        g->model_places[model] = 0;
        g->models[g->model_count++] = model;
    }
}

static void follow_set(struct gathering *g, const struct sw_graph_set *set)
{
    for (uint32_t i = 0; i < set->made_count; i++) {
        const struct sw_graph_step *step = &g->graph->steps[set->made_by[i]];
        for (size_t k = 0; sw_graph_is_trusted(&step->stamp) && k < step->claim.input_count; k++) {
            want_set(g, step->inputs[k]);
        }
    }
}

static void follow_model(struct gathering *g, const struct sw_graph_model *model)
{
    for (uint32_t i = 0; i < model->training_count; i++) {
        const struct sw_graph_training *training = &g->graph->trainings[model->trainings[i]];
        if (!sw_graph_is_trusted(&training->stamp)) {
            continue;
        }
        for (size_t k = 0; k < training->claim.dataset_count; k++) {
            want_set(g, training->sets[k]);
        }
        for (size_t k = 0; k < training->claim.base_count; k++) {
            want_model(g, training->bases[k]);
        }
    }
}

/* Each is followed once, so that a circle ends. */
static void follow_all(struct gathering *g)
{
    size_t set = 0;
    size_t model = 0;
    while (set < g->set_count || model < g->model_count) {
        if (model < g->model_count) {
            follow_model(g, &g->graph->models[g->models[model++]]);
        } else {
            follow_set(g, &g->graph->sets[g->sets[set++]]);
        }
    }
}

/* --- claims in full -------------------------------------------------------------------------- */

/* The graph leaves out what questions do not need. The claim's digest is what was verified. */
static sw_result load_statement(
    struct gathering *g, const struct sw_digest *claim, struct sw_statement *out)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    struct sw_bundle parsed;
    SW_TRY(sw_evidence_load(g->data->store, claim, &bundle, g->err));
    SW_TRY(sw_bundle_parse(g->exchange->arena, sw_buf_bytes(&bundle), &parsed, g->err));
    return sw_statement_parse(g->exchange->arena, parsed.payload, out, g->err);
}

/* --- sources --------------------------------------------------------------------------------- */

static struct sw_str text_at(const struct sw_json *fields, const char *path)
{
    struct sw_str text = {NULL, 0};
    (void)sw_json_str(sw_json_path(fields, sw_str(path)), &text);
    return text;
}

/* The regulations that it names. */
static sw_result classify(struct gathering *g, const struct sw_json *fields, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_JSON_EACH (item, sw_json_path(fields, sw_str("use.classification"))) {
        struct sw_str code = text_at(item, "regulation.code");
        if (code.len != 0) {
            SW_TRY(sw_buf_puts(&text, text.len == 0 ? "" : ", "));
            SW_TRY(sw_buf_put_str(&text, code));
        }
    }
    const char *copy = sw_arena_strndup(g->exchange->arena, sw_buf_str(&text));
    SW_TRY_PTR(copy);
    *out = sw_str(copy);
    return SW_OK;
}

static sw_result describe_source(struct gathering *g, struct sw_exchange_source *source)
{
    struct sw_source_record record;
    struct sw_data_claim claim;
    struct sw_error why = {0};
    enum sw_code code = sw_source_find(g->data, source->name, &record, &claim, &why);
    if (code == SW_E_NOENT) {
        return SW_OK; /* its name is all that is known */
    }
    if (code != SW_OK) {
        return sw_fail(g->err, code, "%s", why.text);
    }
    source->title = text_at(record.fields, "source.title");
    source->description = text_at(record.fields, "source.description");
    source->issuer = text_at(record.fields, "source.issuer.0.name");
    source->origin = sw_source_origin(&record);
    source->licence = sw_source_licence(&record);
    source->consent = sw_source_consent(&record);
    source->claim = claim.claim;
    source->signer = sw_str(claim.signer);
    source->time = claim.time;
    return classify(g, record.fields, &source->classification);
}

static sw_result source_of(struct gathering *g, struct sw_str name, uint32_t *out)
{
    struct sw_exchange *x = g->exchange;
    for (uint32_t i = 0; i < x->source_count; i++) {
        if (sw_str_equal(x->sources[i].name, name)) {
            *out = i;
            return SW_OK;
        }
    }
    const char *copy = sw_arena_strndup(x->arena, name);
    x->sources =
        sw_arena_grow(x->arena, x->sources, x->source_count, &x->source_cap, sizeof(x->sources[0]));
    if (copy == NULL || x->sources == NULL) {
        return SW_E_NOMEM;
    }
    *out = (uint32_t)x->source_count;
    x->sources[x->source_count] = (struct sw_exchange_source){.name = sw_str(copy)};
    return describe_source(g, &x->sources[x->source_count++]);
}

/* --- sets ------------------------------------------------------------------------------------ */

static sw_result copy_text(struct gathering *g, struct sw_str text, struct sw_str *out)
{
    const char *copy = sw_arena_strndup(g->exchange->arena, text);
    SW_TRY_PTR(copy);
    *out = sw_str_n(copy, text.len);
    return SW_OK;
}

static sw_result copy_texts(struct gathering *g, const struct sw_str *texts, size_t count,
    struct sw_str **out, size_t *out_count)
{
    struct sw_str *list = SW_ARENA_ARRAY(g->exchange->arena, struct sw_str, count);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(copy_text(g, texts[i], &list[i]));
    }
    *out = list;
    *out_count = count;
    return SW_OK;
}

static sw_result copy_signer(
    struct gathering *g, const struct sw_graph_stamp *stamp, struct sw_str *out)
{
    return copy_text(g, stamp->signer, out);
}

static sw_result unclaimed(struct gathering *g, struct sw_exchange_set *to)
{
    const struct sw_str gap = sw_str("no trusted signer claimed this dataset");
    to->declared = true;
    return copy_texts(g, &gap, 1, &to->gaps, &to->gap_count);
}

static sw_result fill_set(
    struct gathering *g, const struct sw_graph_set *from, struct sw_exchange_set *to)
{
    *to = (struct sw_exchange_set){
        .manifest = from->manifest, .samples = from->samples, .bytes = SW_ABSENT};
    SW_TRY(copy_text(g, from->name, &to->name));
    SW_TRY(copy_text(g, from->version, &to->version));
    if (from->dataset == SW_GRAPH_NONE) {
        return unclaimed(g, to);
    }
    const struct sw_graph_dataset *dataset = &g->graph->datasets[from->dataset];
    const struct sw_dataset_claim *claim = &dataset->claim;
    to->ordered_head = claim->ordered_head;
    to->sorted_head = claim->sorted_head;
    to->samples = claim->samples;
    to->bytes = claim->bytes;
    to->declared = claim->declared;
    to->claim = dataset->stamp.claim;
    to->time = dataset->stamp.time;
    SW_TRY(copy_signer(g, &dataset->stamp, &to->signer));
    SW_TRY(copy_texts(g, claim->gaps, claim->gap_count, &to->gaps, &to->gap_count));
    to->sources = SW_ARENA_ARRAY(g->exchange->arena, uint32_t, claim->source_count);
    SW_TRY_PTR(to->sources);
    for (size_t i = 0; i < claim->source_count; i++) {
        SW_TRY(source_of(g, claim->sources[i].name, &to->sources[to->source_count++]));
    }
    return SW_OK;
}

static uint64_t leaf_of(const struct sw_graph *graph, uint32_t set)
{
    uint32_t dataset = graph->sets[set].dataset;
    return dataset == SW_GRAPH_NONE ? UINT64_MAX : graph->datasets[dataset].stamp.leaf;
}

static int compare_sets(const void *a, const void *b, void *ctx)
{
    const struct sw_graph *graph = ctx;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    uint64_t x_leaf = leaf_of(graph, x);
    uint64_t y_leaf = leaf_of(graph, y);
    if (x_leaf != y_leaf) {
        return x_leaf < y_leaf ? -1 : 1;
    }
    return x < y ? -1 : x > y; /* by manifest */
}

static sw_result fill_sets(struct gathering *g)
{
    struct sw_exchange *x = g->exchange;
    x->sets = SW_ARENA_ARRAY(x->arena, struct sw_exchange_set, g->set_count);
    SW_TRY_PTR(x->sets);
    if (g->set_count != 0) {
        qsort_r(
            g->sets, g->set_count, sizeof(g->sets[0]), compare_sets, (void *)(uintptr_t)g->graph);
    }
    for (size_t i = 0; i < g->set_count; i++) {
        g->set_places[g->sets[i]] = (uint32_t)i;
        SW_TRY(fill_set(g, &g->graph->sets[g->sets[i]], &x->sets[i]));
        x->set_count++;
    }
    return SW_OK;
}

/* --- models ---------------------------------------------------------------------------------- */

/* Its newest training is what is known of it; its bases are those of all. */
static sw_result fill_model(
    struct gathering *g, const struct sw_graph_model *from, struct sw_exchange_model *to)
{
    *to = (struct sw_exchange_model){.root = from->root};
    SW_TRY(copy_text(g, from->name, &to->name));
    for (uint32_t i = 0; i < from->training_count; i++) {
        const struct sw_graph_training *training = &g->graph->trainings[from->trainings[i]];
        if (!sw_graph_is_trusted(&training->stamp)) {
            continue;
        }
        to->manifest = training->claim.manifest;
        to->claim = training->stamp.claim;
        to->time = training->stamp.time;
        SW_TRY(copy_signer(g, &training->stamp, &to->signer));
    }
    return SW_OK;
}

static sw_result fill_models(struct gathering *g)
{
    struct sw_exchange *x = g->exchange;
    x->models = SW_ARENA_ARRAY(x->arena, struct sw_exchange_model, g->model_count);
    SW_TRY_PTR(x->models);
    for (size_t i = 0; i < g->model_count; i++) {
        g->model_places[g->models[i]] = (uint32_t)i;
        SW_TRY(fill_model(g, &g->graph->models[g->models[i]], &x->models[i]));
        x->model_count++;
    }
    return SW_OK;
}

/* --- steps ----------------------------------------------------------------------------------- */

static sw_result add_step(struct gathering *g, struct sw_exchange_step **out)
{
    struct sw_exchange *x = g->exchange;
    x->steps = sw_arena_grow(x->arena, x->steps, x->step_count, &x->step_cap, sizeof(x->steps[0]));
    SW_TRY_PTR(x->steps);
    *out = &x->steps[x->step_count++];
    **out = (struct sw_exchange_step){.model = SW_NO_MODEL};
    return SW_OK;
}

static int64_t time_at(const struct sw_json *json, const char *name)
{
    struct sw_str text = {NULL, 0};
    int64_t time;
    (void)sw_json_str(sw_json_get(json, name), &text);
    return text.len != 0 && sw_time_parse(text, &time) ? time : 0;
}

static sw_result fill_totals(
    struct gathering *g, const struct sw_lineage_totals *totals, struct sw_exchange_step *to)
{
    struct sw_arena *arena = g->exchange->arena;
    to->outputs_by_kind =
        SW_ARENA_ARRAY(arena, struct sw_exchange_count, SW_COUNT(totals->outputs));
    to->dropped_for = SW_ARENA_ARRAY(arena, struct sw_exchange_count, totals->reason_count);
    if (to->outputs_by_kind == NULL || to->dropped_for == NULL) {
        return SW_E_NOMEM;
    }
    for (unsigned i = 0; i < SW_COUNT(totals->outputs); i++) {
        const char *name = sw_edge_kind_name((enum sw_edge_kind)i);
        if (name != NULL && totals->outputs[i] != 0) {
            to->outputs_by_kind[to->kind_count++] =
                (struct sw_exchange_count){sw_str(name), totals->outputs[i]};
        }
    }
    for (size_t i = 0; i < totals->reason_count; i++) {
        to->dropped_for[to->reason_count++] =
            (struct sw_exchange_count){sw_str(totals->reasons[i].reason), totals->reasons[i].count};
    }
    return SW_OK;
}

static bool is_of_lineage(const struct sw_json *provenance, const struct sw_digest *lineage)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(lineage, hex);
    SW_JSON_EACH (product, sw_json_path(provenance, sw_str("runDetails.byproducts"))) {
        if (sw_json_is(sw_json_path(product, sw_str("digest.sha256")), hex)) {
            return true;
        }
    }
    return false;
}

/* When the command ran stands in the SLSA provenance that is recorded with a lineage. */
static sw_result fill_times(
    struct gathering *g, const struct sw_digest *output, struct sw_exchange_step *to)
{
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    SW_TRY(sw_data_claims(
        g->data, SW_PREDICATE_SLSA_PROVENANCE, output, &claims, &count, NULL, g->err));
    for (size_t i = 0; i < count; i++) {
        const struct sw_json *provenance = claims[i].statement.predicate;
        const struct sw_json *times = sw_json_path(provenance, sw_str("runDetails.metadata"));
        if (is_of_lineage(provenance, &to->lineage)) {
            to->started = time_at(times, "startedOn");
            to->ended = time_at(times, "finishedOn");
        }
    }
    return SW_OK;
}

/* Places of the graph's sets in what goes out; all are there, since they are upstream. */
static sw_result place_inputs(
    struct gathering *g, const uint32_t *sets, size_t count, struct sw_exchange_step *to)
{
    to->inputs = SW_ARENA_ARRAY(g->exchange->arena, uint32_t, count);
    SW_TRY_PTR(to->inputs);
    for (size_t i = 0; i < count; i++) {
        to->inputs[to->input_count++] = g->set_places[sets[i]];
    }
    return SW_OK;
}

static sw_result fill_step(struct gathering *g, const struct sw_graph_step *from)
{
    struct sw_exchange_step *to;
    struct sw_statement statement;
    struct sw_lineage_claim claim;
    SW_TRY(add_step(g, &to));
    SW_TRY(load_statement(g, &from->stamp.claim, &statement));
    SW_TRY(sw_lineage_claim_read(g->exchange->arena, &statement, &claim, g->err));
    to->kind = SW_EXCHANGE_STEP;
    to->name = claim.step_name;
    to->id = claim.step;
    to->lineage = claim.lineage;
    to->gaps = claim.gaps;
    to->gap_count = claim.gap_count;
    to->claim = from->stamp.claim;
    to->time = from->stamp.time;
    SW_TRY(copy_signer(g, &from->stamp, &to->signer));
    SW_TRY(fill_totals(g, claim.totals, to));
    SW_TRY(fill_times(g, &claim.output.manifest, to));
    SW_TRY(place_inputs(g, from->inputs, from->claim.input_count, to));
    to->outputs = SW_ARENA_ARRAY(g->exchange->arena, uint32_t, 1);
    SW_TRY_PTR(to->outputs);
    to->outputs[to->output_count++] = g->set_places[from->output];
    return SW_OK;
}

static sw_result fill_training(struct gathering *g, const struct sw_graph_training *from)
{
    struct sw_exchange_step *to;
    struct sw_statement statement;
    struct sw_training_claim claim;
    SW_TRY(add_step(g, &to));
    SW_TRY(load_statement(g, &from->stamp.claim, &statement));
    SW_TRY(sw_training_claim_read(g->exchange->arena, &statement, &claim, g->err));
    to->kind = SW_EXCHANGE_TRAINING;
    to->name = claim.run;
    to->id = from->stamp.claim;
    to->started = claim.started;
    to->ended = claim.finished;
    to->gaps = claim.gaps;
    to->gap_count = claim.gap_count;
    to->claim = from->stamp.claim;
    to->time = from->stamp.time;
    to->model = g->model_places[from->model];
    SW_TRY(copy_signer(g, &from->stamp, &to->signer));
    return place_inputs(g, from->sets, from->claim.dataset_count, to);
}

/* Models that a training began from, at the model that it made; each once. */
static sw_result add_bases(struct gathering *g, const struct sw_graph_training *from)
{
    struct sw_exchange_model *model = &g->exchange->models[g->model_places[from->model]];
    uint32_t *all =
        SW_ARENA_ARRAY(g->exchange->arena, uint32_t, model->base_count + from->claim.base_count);
    SW_TRY_PTR(all);
    if (model->base_count != 0) {
        memcpy(all, model->bases, model->base_count * sizeof(all[0]));
    }
    model->bases = all;
    for (size_t i = 0; i < from->claim.base_count; i++) {
        uint32_t base = g->model_places[from->bases[i]];
        bool there = false;
        for (size_t k = 0; k < model->base_count; k++) {
            there = there || all[k] == base;
        }
        if (!there) {
            all[model->base_count++] = base;
        }
    }
    return SW_OK;
}

static int compare_steps(const void *a, const void *b)
{
    const struct sw_exchange_step *x = a;
    const struct sw_exchange_step *y = b;
    if (x->time != y->time) {
        return x->time < y->time ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return memcmp(x->claim.bytes, y->claim.bytes, sizeof(x->claim.bytes));
}

static sw_result fill_steps(struct gathering *g)
{
    for (uint32_t i = 0; i < g->graph->step_count; i++) {
        const struct sw_graph_step *step = &g->graph->steps[i];
        if (sw_graph_is_trusted(&step->stamp) && g->set_places[step->output] != SW_NO_SET) {
            SW_TRY(fill_step(g, step));
        }
    }
    for (uint32_t i = 0; i < g->graph->training_count; i++) {
        const struct sw_graph_training *training = &g->graph->trainings[i];
        if (sw_graph_is_trusted(&training->stamp) &&
            g->model_places[training->model] != SW_NO_MODEL) {
            SW_TRY(fill_training(g, training));
            SW_TRY(add_bases(g, training));
        }
    }
    if (g->exchange->step_count != 0) {
        qsort(g->exchange->steps, g->exchange->step_count, sizeof(g->exchange->steps[0]),
            compare_steps);
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result prepare(struct gathering *g)
{
    struct sw_arena *arena = g->exchange->arena;
    g->set_places = SW_ARENA_ARRAY(arena, uint32_t, g->graph->set_count);
    g->model_places = SW_ARENA_ARRAY(arena, uint32_t, g->graph->model_count);
    g->sets = SW_ARENA_ARRAY(arena, uint32_t, g->graph->set_count);
    g->models = SW_ARENA_ARRAY(arena, uint32_t, g->graph->model_count);
    if (g->set_places == NULL || g->model_places == NULL || g->sets == NULL || g->models == NULL) {
        return SW_E_NOMEM;
    }
    memset(g->set_places, 0xff, g->graph->set_count * sizeof(g->set_places[0]));
    memset(g->model_places, 0xff, g->graph->model_count * sizeof(g->model_places[0]));
    return SW_OK;
}

/* The newest model of this name. */
static uint32_t find_model_named(const struct sw_graph *graph, struct sw_str name)
{
    uint32_t found = SW_GRAPH_NONE;
    uint64_t newest = 0;
    for (uint32_t i = 0; i < graph->training_count; i++) {
        const struct sw_graph_training *training = &graph->trainings[i];
        if (sw_graph_is_trusted(&training->stamp) && training->stamp.leaf >= newest &&
            sw_str_equal(training->claim.model, name)) {
            newest = training->stamp.leaf;
            found = training->model;
        }
    }
    return found;
}

/* What is asked for: a digest of either kind, a dataset's name, a model's name. */
static sw_result find_about(struct gathering *g, struct sw_str name, uint32_t *set, uint32_t *model)
{
    struct sw_digest digest;
    struct sw_dataset_claim claim;
    *set = SW_GRAPH_NONE;
    *model = SW_GRAPH_NONE;
    if (sw_digest_parse(name, &digest)) {
        *set = sw_graph_find_set(g->graph, &digest);
        *model = *set != SW_GRAPH_NONE ? SW_GRAPH_NONE : sw_graph_find_model(g->graph, &digest);
    } else if (sw_dataset_find(g->data, name, &claim, NULL, g->err) == SW_OK) {
        *set = sw_graph_find_set(g->graph, &claim.manifest);
    } else {
        *model = find_model_named(g->graph, name);
    }
    if (*set == SW_GRAPH_NONE && *model == SW_GRAPH_NONE) {
        return sw_fail(g->err, SW_E_NOENT,
            "no trusted signer claimed a dataset or a training of '" SW_STR_FMT "'",
            SW_STR_ARG(name));
    }
    return SW_OK;
}

static sw_result gather(struct gathering *g, struct sw_str name)
{
    uint32_t set;
    uint32_t model;
    SW_TRY(prepare(g));
    SW_TRY(find_about(g, name, &set, &model));
    if (set != SW_GRAPH_NONE) {
        want_set(g, set);
    } else {
        want_model(g, model);
    }
    follow_all(g);
    SW_TRY(fill_sets(g));
    SW_TRY(fill_models(g));
    SW_TRY(fill_steps(g));
    g->exchange->about_set = set == SW_GRAPH_NONE ? SW_NO_SET : g->set_places[set];
    g->exchange->about_model = model == SW_GRAPH_NONE ? SW_NO_MODEL : g->model_places[model];
    return SW_OK;
}

sw_result sw_export_gather(
    const struct sw_data *data, struct sw_str name, struct sw_exchange *out, struct sw_error *err)
{
    SW_CLEANUP(graph) struct sw_graph *graph = NULL;
    SW_TRY(sw_graph_load(data, SW_GRAPH_CACHED, &graph, err));
    struct sw_exchange exchange = {
        .arena = data->arena, .origin = sw_str(sw_store_origin(data->store))};
    struct gathering g = {.data = data, .graph = graph, .exchange = &exchange, .err = err};
    SW_TRY(gather(&g, name));
    *out = exchange;
    return SW_OK;
}
