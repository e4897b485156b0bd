#include "cli/data_question.h"

/* One line for each name that a reached set has, oldest claim first, then those without a claim. */
struct listing {
    const struct sw_graph *graph;
    const struct sw_reach *reach;
    uint32_t dataset; /* the next one to look at */
    uint32_t set;
};

struct listed {
    struct sw_str name;
    struct sw_str version;
    uint32_t set;
};

/* The same version may have been claimed again. */
static bool is_last(const struct sw_graph *graph, uint32_t dataset)
{
    const struct sw_graph_dataset *d = &graph->datasets[dataset];
    for (uint32_t i = dataset + 1; i < graph->dataset_count; i++) {
        const struct sw_graph_dataset *other = &graph->datasets[i];
        if (other->set == d->set && sw_str_equal(other->claim.name, d->claim.name) &&
            sw_str_equal(other->claim.version, d->claim.version)) {
            return false;
        }
    }
    return true;
}

static bool next_listed(struct listing *l, struct listed *out)
{
    while (l->dataset < l->graph->dataset_count) {
        const struct sw_graph_dataset *d = &l->graph->datasets[l->dataset++];
        if (l->reach->sets[d->set] && is_last(l->graph, l->dataset - 1)) {
            *out = (struct listed){d->claim.name, d->claim.version, d->set};
            return true;
        }
    }
    while (l->set < l->graph->set_count) {
        const struct sw_graph_set *s = &l->graph->sets[l->set++];
        if (s->dataset == SW_GRAPH_NONE && l->reach->sets[l->set - 1]) {
            *out = (struct listed){s->name, s->version, l->set - 1};
            return true;
        }
    }
    return false;
}

/* Models in the order in which they were trained first. */
struct models {
    const struct sw_graph *graph;
    const struct sw_reach *reach;
    uint32_t only;
    uint32_t training;
    uint32_t model; /* then those that nobody tells of, but that others are made from */
};

static bool is_wanted(const struct models *m, uint32_t model)
{
    return m->reach->models[model] && (m->only == SW_GRAPH_NONE || m->only == model);
}

static bool is_first(const struct sw_graph *graph, uint32_t training)
{
    const struct sw_graph_model *model = &graph->models[graph->trainings[training].model];
    for (uint32_t i = 0; i < model->training_count; i++) {
        if (sw_graph_is_trusted(&graph->trainings[model->trainings[i]].stamp)) {
            return model->trainings[i] == training;
        }
    }
    return false;
}

static bool has_training(const struct sw_graph *graph, const struct sw_graph_model *model)
{
    for (uint32_t i = 0; i < model->training_count; i++) {
        if (sw_graph_is_trusted(&graph->trainings[model->trainings[i]].stamp)) {
            return true;
        }
    }
    return false;
}

static bool next_model(struct models *m, uint32_t *out)
{
    while (m->training < m->graph->training_count) {
        uint32_t at = m->training++;
        *out = m->graph->trainings[at].model;
        if (is_wanted(m, *out) && is_first(m->graph, at)) {
            return true;
        }
    }
    while (m->model < m->graph->model_count) {
        *out = m->model++;
        if (is_wanted(m, *out) && !has_training(m->graph, &m->graph->models[*out])) {
            return true;
        }
    }
    return false;
}

/* What the answer rests on: rows and signed records of them, or a document alone. */
static const char *basis(bool declared)
{
    return declared ? "declared" : "recorded";
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void datasets_json(
    struct sw_json_writer *w, const struct sw_graph *graph, const struct sw_reach *reach)
{
    struct listing listing = {.graph = graph, .reach = reach};
    struct listed listed;
    sw_jw_array(w, "datasets");
    while (next_listed(&listing, &listed)) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", listed.name);
        sw_jw_str(w, "version", listed.version);
        sw_jw_u64(w, "samples", reach->samples[listed.set]);
        sw_jw_u64(w, "of", graph->sets[listed.set].samples);
        sw_json_digest(w, "manifest", &graph->sets[listed.set].manifest);
        sw_jw_text(w, "basis", basis(reach->declared_sets[listed.set]));
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

void sw_reach_json(struct sw_json_writer *w, struct sw_question *question,
    const struct sw_reach *reach, uint32_t model)
{
    const struct sw_graph *graph = question->graph;
    struct models models = {.graph = graph, .reach = reach, .only = model};
    uint32_t at;
    datasets_json(w, graph, reach);
    sw_jw_array(w, "models");
    while (next_model(&models, &at)) {
        const struct sw_graph_model *m = &graph->models[at];
        sw_jw_object(w, NULL);
        sw_json_digest(w, "root", &m->root);
        sw_jw_str(w, "name", m->name);
        sw_jw_text(w, "kind", m->checkpoint ? "checkpoint" : "model");
        sw_jw_u64(w, "samples", reach->model_samples[at]);
        sw_jw_bool(w, "admitted", sw_graph_is_admitted(graph, m));
        sw_jw_text(w, "basis", basis(reach->declared_models[at]));
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

/* --- text ------------------------------------------------------------------------------------ */

static void show_datasets(
    struct sw_cli *cli, const struct sw_graph *graph, const struct sw_reach *reach)
{
    struct listing listing = {.graph = graph, .reach = reach};
    struct listed listed;
    bool none = true;
    sw_say(cli, SW_TONE_BOLD, "datasets\n");
    for (; next_listed(&listing, &listed); none = false) {
        const char *name = sw_arena_printf(&cli->arena, SW_STR_FMT "@" SW_STR_FMT,
            SW_STR_ARG(listed.name), SW_STR_ARG(listed.version));
        sw_say(cli, SW_TONE_PLAIN, "  %-32s %16s of %s", name == NULL ? "" : name,
            sw_group_digits(cli, reach->samples[listed.set]),
            sw_count_show(cli, graph->sets[listed.set].samples, "sample"));
        sw_say(cli, SW_TONE_WARN, "%s\n", reach->declared_sets[listed.set] ? "  declared" : "");
    }
    if (none) {
        sw_say(cli, SW_TONE_DIM, "  none\n");
    }
}

void sw_reach_show(
    struct sw_cli *cli, struct sw_question *question, const struct sw_reach *reach, uint32_t model)
{
    const struct sw_graph *graph = question->graph;
    struct models models = {.graph = graph, .reach = reach, .only = model};
    uint32_t at;
    bool none = true;
    show_datasets(cli, graph, reach);
    sw_say(cli, SW_TONE_BOLD, "models\n");
    for (; next_model(&models, &at); none = false) {
        const struct sw_graph_model *m = &graph->models[at];
        bool admitted = sw_graph_is_admitted(graph, m);
        sw_say(cli, SW_TONE_PLAIN, "  %-32.*s %16s %s", SW_STR_ARG(m->name),
            sw_group_digits(cli, reach->model_samples[at]),
            reach->model_samples[at] == 1 ? "sample" : "samples");
        sw_say(cli, admitted ? SW_TONE_WARN : SW_TONE_DIM, "  %s",
            admitted ? "admitted" : "not admitted");
        sw_say(cli, SW_TONE_WARN, "%s", reach->declared_models[at] ? "  declared" : "");
        sw_say(cli, SW_TONE_DIM, "%s  %s\n", m->checkpoint ? "  checkpoint" : "",
            sw_digest_show(cli, &m->root));
    }
    if (none) {
        sw_say(cli, SW_TONE_DIM, "  none\n");
    }
}
