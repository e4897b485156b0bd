#include "cli/data_question.h"

struct trace_args {
    const char *in;
    uint64_t limit;
    struct sw_question_args question;
};

static const struct sw_option options[] = {
    {"in", SW_OPTION_TEXT, offsetof(struct trace_args, in), "DATASET",
        "begin with samples of this dataset only"},
    {"limit", SW_OPTION_NUMBER, offsetof(struct trace_args, limit), "N",
        "name at most so many samples (default: 1000)"},
    SW_QUESTION_OPTIONS(struct trace_args, question),
    {NULL, 0, 0, NULL, NULL},
};

struct telling {
    struct sw_cli *cli;
    const struct sw_graph *graph;
    const struct sw_trace *trace;
    struct sw_str *files; /* of a set that is one file, its name; empty when nobody said it */
    struct sw_json_writer *w;
};

static const char *sample_name(const struct telling *t, uint32_t sample)
{
    const struct sw_trace_sample *s = &t->trace->samples[sample];
    const char *set = sw_graph_set_name(&t->cli->arena, t->graph, s->set);
    const char *name = set == NULL ? NULL : sw_arena_printf(&t->cli->arena, "%s#%u", set, s->row);
    return name == NULL ? "" : name;
}

static struct sw_digest digest_of(const uint8_t bytes[32])
{
    struct sw_digest digest = {.alg = SW_SHA256, .len = 32};
    memcpy(digest.bytes, bytes, 32);
    return digest;
}

/* A set of one file keeps no name of it: that is in its place, as far as somebody said it. */
static sw_result find_files(struct telling *t, const struct sw_data *data, struct sw_error *err)
{
    struct sw_str *files = SW_ARENA_ARRAY(&t->cli->arena, struct sw_str, t->graph->set_count);
    SW_TRY_PTR(files);
    for (uint32_t i = 0; i < t->trace->sample_count; i++) {
        uint32_t set = t->trace->samples[i].set;
        struct sw_dataset_claim claim;
        struct sw_error why = {0};
        if (!sw_str_is(t->trace->samples[i].file, ".") || files[set].ptr != NULL) {
            continue;
        }
        files[set] = sw_str("");
        struct sw_str manifest = sw_str(sw_digest_show(t->cli, &t->graph->sets[set].manifest));
        enum sw_code code = sw_dataset_find(data, manifest, &claim, NULL, &why);
        if (code != SW_OK && code != SW_E_NOENT) {
            return sw_fail(err, code, "%s", why.text);
        }
        const char *place = code == SW_OK ? sw_arena_strndup(&t->cli->arena, claim.location) : "";
        SW_TRY_PTR(place);
        files[set] = place[0] == '\0' ? sw_str("") : sw_path_base(place);
    }
    t->files = files;
    return SW_OK;
}

static struct sw_str file_of(const struct telling *t, const struct sw_trace_sample *s)
{
    return sw_str_is(s->file, ".") ? t->files[s->set] : s->file;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void claim_json(
    const struct telling *t, const struct sw_graph_stamp *stamp, const struct sw_trace_proof *proof)
{
    sw_json_digest(t->w, "claim", &stamp->claim);
    sw_jw_u64(t->w, "leaf", stamp->leaf);
    sw_jw_str(t->w, "signer", stamp->signer);
    sw_jw_bool(t->w, "in_log", proof->holds);
}

static void sample_proof_json(const struct telling *t, const struct sw_trace_sample *s)
{
    const struct sw_graph_set *set = &t->graph->sets[s->set];
    sw_jw_object(t->w, "proof");
    sw_jw_bool(t->w, "holds", s->proof.holds);
    if (!s->proof.holds) {
        sw_jw_text(t->w, "why_not", s->proof.why_not);
    }
    sw_jw_u64(t->w, "hashes", s->hashes);
    if (set->dataset != SW_GRAPH_NONE) {
        const struct sw_graph_dataset *dataset = &t->graph->datasets[set->dataset];
        sw_json_digest(t->w, "ordered_head", &dataset->claim.ordered_head);
        claim_json(t, &dataset->stamp, &t->trace->set_claims[s->set]);
    }
    sw_jw_object_end(t->w);
}

static void row_json(const struct telling *t, const struct sw_trace_sample *s)
{
    struct sw_digest record = digest_of(s->content.record);
    struct sw_digest content = digest_of(s->content.content);
    sw_json_digest(t->w, "record", &record);
    sw_json_digest(t->w, "content", &content);
    sw_json_text_or_null(t->w, "file", file_of(t, s));
    sw_jw_u64(t->w, "offset", s->content.offset);
    sw_jw_u64(t->w, "length", s->content.length);
    sw_jw_double(t->w, "weight", (double)s->content.weight);
    sw_json_texts(t->w, "sources", s->origin.sources, s->origin.source_count);
    sw_jw_array(t->w, "steps");
    for (size_t i = 0; i < s->origin.step_count; i++) {
        sw_json_digest(t->w, NULL, &s->origin.steps[i]);
    }
    sw_jw_array_end(t->w);
}

static void sample_json(const struct telling *t, uint32_t sample)
{
    const struct sw_trace_sample *s = &t->trace->samples[sample];
    const struct sw_graph_set *set = &t->graph->sets[s->set];
    sw_jw_object(t->w, NULL);
    sw_jw_text(t->w, "sample", sample_name(t, sample));
    sw_jw_str(t->w, "dataset", set->name);
    sw_jw_str(t->w, "version", set->version);
    sw_json_digest(t->w, "manifest", &set->manifest);
    sw_jw_u64(t->w, "row", s->row);
    sw_jw_bool(t->w, "asked", s->asked);
    sw_jw_bool(t->w, "back", s->back);
    sw_jw_bool(t->w, "forward", s->forward);
    if (s->seen) {
        row_json(t, s);
    }
    sample_proof_json(t, s);
    sw_jw_object_end(t->w);
}

static void hop_json(const struct telling *t, const struct sw_trace_hop *hop)
{
    const struct sw_graph_step *step = &t->graph->steps[hop->step];
    sw_jw_object(t->w, NULL);
    sw_jw_text(t->w, "from", sample_name(t, hop->from));
    sw_jw_text(t->w, "to", sample_name(t, hop->to));
    sw_json_digest(t->w, "step", &step->claim.step);
    sw_jw_str(t->w, "step_name", step->claim.step_name);
    sw_jw_text(t->w, "kind", sw_edge_kind_name(hop->kind));
    sw_jw_double(t->w, "confidence", (double)hop->confidence / SW_CONFIDENCE_FULL);
    sw_json_digest(t->w, "lineage", &step->claim.lineage);
    sw_jw_object(t->w, "proof");
    claim_json(t, &step->stamp, &t->trace->step_claims[hop->step]);
    sw_jw_object_end(t->w);
    sw_jw_object_end(t->w);
}

/* No sample is named, and nothing proves it but that somebody said so. */
static void leap_json(const struct telling *t, const struct sw_trace_leap *leap)
{
    const struct sw_graph *g = t->graph;
    const struct sw_leap *hop = &leap->hop;
    bool told = hop->hearsay != SW_GRAPH_NONE;
    uint32_t at = told ? g->hearsay[hop->hearsay].declaration : hop->step;
    sw_jw_object(t->w, NULL);
    sw_jw_text(t->w, "from", sw_graph_set_name(&t->cli->arena, g, hop->from));
    sw_jw_text(t->w, "to", sw_graph_set_name(&t->cli->arena, g, hop->to));
    sw_jw_text(t->w, "way", leap->back ? "back" : "forward");
    sw_jw_text(t->w, "basis", told ? "declared" : "recorded");
    sw_json_text_or_null(t->w, "step_name",
        told ? g->hearsay[hop->hearsay].name : g->steps[hop->step].claim.step_name);
    sw_json_digest(t->w, "document", told ? &g->declarations[at].document : &(struct sw_digest){0});
    sw_jw_null(t->w, "proof");
    sw_jw_object(t->w, "said_in");
    claim_json(t, told ? &g->declarations[at].stamp : &g->steps[at].stamp,
        told ? &t->trace->declaration_claims[at] : &t->trace->step_claims[at]);
    sw_jw_object_end(t->w);
    sw_jw_object_end(t->w);
}

static void drops_json(const struct telling *t)
{
    sw_jw_array(t->w, "dropped");
    for (size_t i = 0; i < t->trace->drop_count; i++) {
        const struct sw_trace_drop *drop = &t->trace->drops[i];
        const struct sw_graph_step *step = &t->graph->steps[drop->step];
        sw_jw_object(t->w, NULL);
        sw_jw_text(t->w, "sample", sample_name(t, drop->sample));
        sw_json_digest(t->w, "step", &step->claim.step);
        sw_jw_str(t->w, "step_name", step->claim.step_name);
        sw_jw_text(t->w, "reason", drop->reason);
        sw_jw_object_end(t->w);
    }
    sw_jw_array_end(t->w);
}

static void model_json(const struct telling *t, uint32_t model)
{
    const struct sw_graph_model *m = &t->graph->models[model];
    sw_jw_object(t->w, NULL);
    sw_json_digest(t->w, "root", &m->root);
    sw_jw_str(t->w, "name", m->name);
    sw_jw_text(t->w, "kind", m->checkpoint ? "checkpoint" : "model");
    sw_jw_bool(t->w, "admitted", sw_graph_is_admitted(t->graph, m));
    sw_jw_text(t->w, "basis", t->trace->declared_models[model] ? "declared" : "recorded");
    sw_jw_array(t->w, "trained_on");
    for (size_t i = 0; i < t->trace->use_count; i++) {
        const struct sw_trace_use *use = &t->trace->uses[i];
        const struct sw_graph_training *training = &t->graph->trainings[use->training];
        if (training->model == model) {
            sw_jw_object(t->w, NULL);
            sw_jw_text(t->w, "sample", sample_name(t, use->sample));
            claim_json(t, &training->stamp, &t->trace->training_claims[use->training]);
            sw_jw_object_end(t->w);
        }
    }
    sw_jw_array_end(t->w);
    sw_jw_object_end(t->w);
}

/* Models that are reached, in the order in which they were trained. */
static void each_model(
    const struct telling *t, void (*tell)(const struct telling *t, uint32_t model))
{
    for (uint32_t i = 0; i < t->graph->training_count; i++) {
        uint32_t model = t->graph->trainings[i].model;
        bool first = true;
        for (uint32_t k = 0; k < i; k++) {
            first = first && t->graph->trainings[k].model != model;
        }
        if (t->trace->models[model] && first) {
            tell(t, model);
        }
    }
}

/* Sources of what the way begins with. */
static void source_json(const struct telling *t, struct sw_str name)
{
    const struct sw_graph_source *source = sw_graph_find_source(t->graph, name);
    sw_jw_object(t->w, NULL);
    sw_jw_str(t->w, "name", name);
    sw_json_text_or_null(t->w, "licence", source == NULL ? sw_str("") : source->licence);
    sw_json_text_or_null(t->w, "consent", source == NULL ? sw_str("") : source->consent);
    sw_json_text_or_null(t->w, "origin", source == NULL ? sw_str("") : source->origin);
    sw_json_digest(t->w, "claim", source == NULL ? &(struct sw_digest){0} : &source->stamp.claim);
    sw_jw_object_end(t->w);
}

static bool is_new_source(const struct sw_trace *trace, uint32_t sample, size_t index)
{
    struct sw_str name = trace->samples[sample].origin.sources[index];
    for (uint32_t i = 0; i <= sample; i++) {
        const struct sw_trace_sample *s = &trace->samples[i];
        size_t end = i == sample ? index : s->origin.source_count;
        for (size_t k = 0; k < end && (s->back || s->asked); k++) {
            if (sw_str_equal(s->origin.sources[k], name)) {
                return false;
            }
        }
    }
    return true;
}

static void each_source(
    const struct telling *t, void (*tell)(const struct telling *t, struct sw_str name))
{
    for (uint32_t i = 0; i < t->trace->sample_count; i++) {
        const struct sw_trace_sample *s = &t->trace->samples[i];
        for (size_t k = 0; k < s->origin.source_count && (s->back || s->asked); k++) {
            if (is_new_source(t->trace, i, k)) {
                tell(t, s->origin.sources[k]);
            }
        }
    }
}

static void lists_json(const struct telling *t)
{
    sw_jw_array(t->w, "sources");
    each_source(t, source_json);
    sw_jw_array_end(t->w);
    sw_jw_array(t->w, "samples");
    for (uint32_t i = 0; i < t->trace->sample_count; i++) {
        sample_json(t, i);
    }
    sw_jw_array_end(t->w);
    sw_jw_array(t->w, "hops");
    for (size_t i = 0; i < t->trace->hop_count; i++) {
        hop_json(t, &t->trace->hops[i]);
    }
    sw_jw_array_end(t->w);
    sw_jw_array(t->w, "declared");
    for (size_t i = 0; i < t->trace->leap_count; i++) {
        leap_json(t, &t->trace->leaps[i]);
    }
    sw_jw_array_end(t->w);
    drops_json(t);
    sw_jw_array(t->w, "models");
    each_model(t, model_json);
    sw_jw_array_end(t->w);
}

static sw_result print_json(struct telling *t, const struct sw_selected *what, struct sw_error *err)
{
    struct sw_json_out out;
    t->w = sw_json_out_begin(&out);
    sw_jw_object(t->w, NULL);
    sw_question_selector_json(t->w, &what->selector);
    lists_json(t);
    sw_jw_bool(t->w, "cut", t->trace->cut);
    sw_question_gaps_json(t->w, &t->trace->gaps);
    sw_jw_object_end(t->w);
    return sw_json_out_end(&out, err);
}

/* --- the picture ----------------------------------------------------------------------------- */

#define DEPTH_MAX 32u

static bool proven(const struct telling *t, uint32_t sample)
{
    const struct sw_trace_sample *s = &t->trace->samples[sample];
    return s->proof.holds && t->trace->set_claims[s->set].holds;
}

static void show_proof(const struct telling *t, uint32_t sample)
{
    if (proven(t, sample)) {
        sw_say(t->cli, SW_TONE_GOOD, "  proven\n");
        return;
    }
    const struct sw_trace_sample *s = &t->trace->samples[sample];
    const char *why = s->proof.holds ? t->trace->set_claims[s->set].why_not : s->proof.why_not;
    sw_say(t->cli, SW_TONE_BAD, "  not proven: %s\n", why == NULL ? "" : why);
}

static void show_sources(const struct telling *t, uint32_t sample)
{
    const struct sw_trace_sample *s = &t->trace->samples[sample];
    for (size_t i = 0; i < s->origin.source_count; i++) {
        sw_say(t->cli, SW_TONE_PLAIN, "%s" SW_STR_FMT, i == 0 ? "  source " : ", ",
            SW_STR_ARG(s->origin.sources[i]));
    }
    struct sw_str file = file_of(t, s);
    if (s->origin.step_count == 0 && file.len > 0) {
        sw_say(t->cli, SW_TONE_DIM, "  " SW_STR_FMT " at byte %llu", SW_STR_ARG(file),
            (unsigned long long)s->content.offset);
    }
}

static void show_indent(const struct telling *t, unsigned depth, const char *arrow)
{
    for (unsigned i = 1; i < depth; i++) {
        sw_say(t->cli, SW_TONE_PLAIN, "    ");
    }
    sw_say(t->cli, SW_TONE_BOLD, "%s", arrow);
}

static void show_hop(const struct telling *t, const struct sw_trace_hop *hop)
{
    const struct sw_graph_step *step = &t->graph->steps[hop->step];
    sw_say(t->cli, SW_TONE_PLAIN, "%s by %.*s", sw_edge_kind_name(hop->kind),
        SW_STR_ARG(step->claim.step_name));
    if (hop->confidence < SW_CONFIDENCE_FULL) {
        sw_say(t->cli, SW_TONE_WARN, " (%u.%02u %%)", hop->confidence / 100, hop->confidence % 100);
    }
}

/* A sample that is reached on several ways is told in full once. */
struct picture {
    const struct telling *t;
    bool *told; /* by sample */
    bool back;
};

static void show_ends(const struct picture *p, uint32_t sample, unsigned depth)
{
    const struct telling *t = p->t;
    for (size_t i = 0; i < t->trace->drop_count && !p->back; i++) {
        const struct sw_trace_drop *drop = &t->trace->drops[i];
        if (drop->sample == sample) {
            show_indent(t, depth + 1, "└─x ");
            sw_say(t->cli, SW_TONE_WARN, "dropped by %.*s: %s\n",
                SW_STR_ARG(t->graph->steps[drop->step].claim.step_name), drop->reason);
        }
    }
    for (size_t i = 0; i < t->trace->use_count && !p->back; i++) {
        const struct sw_trace_use *use = &t->trace->uses[i];
        if (use->sample == sample) {
            const struct sw_graph_training *training = &t->graph->trainings[use->training];
            const struct sw_graph_model *model = &t->graph->models[training->model];
            show_indent(t, depth + 1, "└─> ");
            sw_say(t->cli, SW_TONE_BOLD, "%s " SW_STR_FMT,
                model->checkpoint ? "checkpoint" : "model", SW_STR_ARG(model->name));
            sw_say(t->cli, SW_TONE_DIM, "  %s%s\n", sw_digest_show(t->cli, &model->root),
                sw_graph_is_admitted(t->graph, model) ? "  admitted" : "");
        }
    }
}

static void show_tree(struct picture *p, uint32_t sample, unsigned depth)
{
    const struct telling *t = p->t;
    sw_say(t->cli, SW_TONE_BOLD, "%s", sample_name(t, sample));
    if (p->told[sample]) {
        sw_say(t->cli, SW_TONE_DIM, "  (see above)\n");
        return;
    }
    p->told[sample] = true;
    show_sources(t, sample);
    show_proof(t, sample);
    show_ends(p, sample, depth);
    for (size_t i = 0; i < t->trace->hop_count; i++) {
        const struct sw_trace_hop *hop = &t->trace->hops[i];
        bool mine = p->back ? hop->to == sample : hop->from == sample;
        uint32_t next = p->back ? hop->from : hop->to;
        const struct sw_trace_sample *to = &t->trace->samples[next];
        if (!mine || !(p->back ? to->back : to->forward)) {
            continue;
        }
        show_indent(t, depth + 1, p->back ? "└<─ " : "└─> ");
        show_hop(t, hop);
        sw_say(t->cli, SW_TONE_PLAIN, p->back ? " of " : " as ");
        if (depth + 1 == DEPTH_MAX) {
            sw_say(t->cli, SW_TONE_BOLD, "%s", sample_name(t, next));
            sw_say(t->cli, SW_TONE_DIM, "  and so on (--json has all)\n");
            continue;
        }
        show_tree(p, next, depth + 1);
    }
}

static sw_result show_way(const struct telling *t, bool back)
{
    struct picture p = {
        .t = t, .told = SW_ARENA_ARRAY(&t->cli->arena, bool, t->trace->sample_count), .back = back};
    SW_TRY_PTR(p.told);
    sw_say(t->cli, SW_TONE_DIM,
        back ? "back to where it comes from\n" : "forward to what became of it\n");
    for (uint32_t i = 0; i < t->trace->sample_count; i++) {
        if (t->trace->samples[i].asked) {
            show_indent(t, 1, "  ");
            show_tree(&p, i, 1);
        }
    }
    return SW_OK;
}

static void show_source(const struct telling *t, struct sw_str name)
{
    const struct sw_graph_source *source = sw_graph_find_source(t->graph, name);
    sw_say(t->cli, SW_TONE_BOLD, "  " SW_STR_FMT, SW_STR_ARG(name));
    if (source == NULL) {
        sw_say(t->cli, SW_TONE_WARN, "  nobody trusted describes it\n");
        return;
    }
    const struct {
        const char *what;
        struct sw_str said;
    } rows[] = {
        {"licence", source->licence}, {"consent", source->consent}, {"origin", source->origin}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        bool known = rows[i].said.len > 0;
        sw_say(t->cli, known ? SW_TONE_PLAIN : SW_TONE_WARN, "  %s " SW_STR_FMT, rows[i].what,
            SW_STR_ARG(known ? rows[i].said : sw_str("not known")));
    }
    sw_say(t->cli, SW_TONE_PLAIN, "\n");
}

/* A model that no sample went into itself. */
static void show_derived(const struct telling *t, uint32_t at)
{
    const struct sw_graph_model *model = &t->graph->models[at];
    for (size_t k = 0; k < t->trace->use_count; k++) {
        if (t->graph->trainings[t->trace->uses[k].training].model == at) {
            return;
        }
    }
    sw_say(t->cli, SW_TONE_BOLD, "  %s " SW_STR_FMT, model->checkpoint ? "checkpoint" : "model",
        SW_STR_ARG(model->name));
    sw_say(t->cli, SW_TONE_DIM, "  %s%s  %s\n",
        t->trace->declared_models[at] ? "may be made from one of these, by a document"
                                      : "made from one of these",
        sw_graph_is_admitted(t->graph, model) ? ", admitted" : "",
        sw_digest_show(t->cli, &model->root));
}

static void show_leap(const struct telling *t, const struct sw_trace_leap *leap)
{
    const struct sw_leap *hop = &leap->hop;
    bool told = hop->hearsay != SW_GRAPH_NONE;
    const char *from = sw_graph_set_name(&t->cli->arena, t->graph, hop->from);
    const char *to = sw_graph_set_name(&t->cli->arena, t->graph, hop->to);
    struct sw_str step =
        told ? t->graph->hearsay[hop->hearsay].name : t->graph->steps[hop->step].claim.step_name;
    sw_say(t->cli, SW_TONE_BOLD, "  %s └─> %s", from == NULL ? "" : from, to == NULL ? "" : to);
    sw_say(t->cli, SW_TONE_PLAIN, "  by " SW_STR_FMT, SW_STR_ARG(step));
    sw_say(t->cli, SW_TONE_WARN, "  %s\n",
        told ? "declared by a document, not proven" : "recorded, of which samples is not known");
}

static void show_leaps(const struct telling *t)
{
    if (t->trace->leap_count > 0) {
        sw_say(t->cli, SW_TONE_DIM, "between whole datasets, as documents declare\n");
    }
    for (size_t i = 0; i < t->trace->leap_count; i++) {
        show_leap(t, &t->trace->leaps[i]);
    }
}

static sw_result show(const struct telling *t)
{
    if (t->trace->sample_count > 0) {
        SW_TRY(show_way(t, true));
        SW_TRY(show_way(t, false));
    }
    show_leaps(t);
    each_model(t, show_derived);
    sw_say(t->cli, SW_TONE_DIM, "sources\n");
    each_source(t, show_source);
    if (t->trace->cut) {
        sw_say(t->cli, SW_TONE_WARN, "there is more: --limit names more samples\n");
    }
    sw_question_show_gaps(t->cli, &t->trace->gaps);
    return SW_OK;
}

/* --- the command ----------------------------------------------------------------------------- */

static bool all_proven(const struct telling *t)
{
    bool all = true;
    for (uint32_t i = 0; i < t->trace->sample_count; i++) {
        all = all && (proven(t, i) || !t->trace->samples[i].seen);
    }
    for (size_t i = 0; i < t->trace->hop_count; i++) {
        all = all && t->trace->step_claims[t->trace->hops[i].step].holds;
    }
    for (size_t i = 0; i < t->trace->leap_count; i++) {
        const struct sw_leap *hop = &t->trace->leaps[i].hop;
        const struct sw_trace_proof *proof =
            hop->hearsay == SW_GRAPH_NONE
                ? &t->trace->step_claims[hop->step]
                : &t->trace->declaration_claims[t->graph->hearsay[hop->hearsay].declaration];
        all = all && proof->holds;
    }
    for (size_t i = 0; i < t->trace->use_count; i++) {
        all = all && t->trace->training_claims[t->trace->uses[i].training].holds;
    }
    return all;
}

static int status_of(const struct telling *t)
{
    if (!all_proven(t)) {
        return 1;
    }
    bool sure = t->trace->sample_count > 0 && t->trace->gaps.count == 0 && !t->trace->cut;
    return sure ? 0 : 3;
}

/* Also every sample of a dataset; of one that was only declared, there is no other way to ask. */
static bool names_dataset(const char *text)
{
    return sw_str_starts(sw_str(text), "dataset:");
}

static sw_result parse(
    struct sw_question *question, const char *text, struct sw_selected *out, struct sw_error *err)
{
    return names_dataset(text)
               ? sw_selected_parse(&question->context.data, question->graph, sw_str(text), out, err)
               : sw_question_sample(question, text, out, err);
}

static bool reaches_model(const struct telling *t)
{
    bool any = false;
    for (uint32_t i = 0; i < t->graph->model_count; i++) {
        any = any || t->trace->models[i];
    }
    return any;
}

static void show_none(struct sw_cli *cli, const char *text)
{
    if (names_dataset(text)) {
        sw_say(cli, SW_TONE_WARN, "no sample is known of %s\n", text);
        return;
    }
    sw_say(cli, SW_TONE_WARN, "%s\n", sw_question_missed(cli, text));
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct trace_args *args = data;
    SW_CLEANUP(question) struct sw_question question = {0};
    struct sw_trace_options how = {.ways = SW_TRACE_BACK | SW_TRACE_FORWARD,
        .limit = (size_t)args->limit,
        .in = SW_GRAPH_NONE};
    struct sw_selected what;
    struct sw_trace trace;
    if (!names_dataset(cli->operands[0])) {
        sw_question_doubt(cli, cli->operands[0]);
    }
    SW_TRY(sw_question_open(cli, &args->question, NULL, &question, err));
    SW_TRY(args->in == NULL ? SW_OK : sw_question_dataset(&question, args->in, &how.in, err));
    SW_TRY(parse(&question, cli->operands[0], &what, err));
    SW_TRY(sw_trace(&question.context.data, question.graph, &what, &how, &trace, err));
    sw_question_done(&question);
    struct telling telling = {.cli = cli, .graph = question.graph, .trace = &trace};
    SW_TRY(find_files(&telling, &question.context.data, err));
    cli->status = status_of(&telling);
    if (cli->json) {
        return print_json(&telling, &what, err);
    }
    if (trace.sample_count == 0 && trace.leap_count == 0 && !reaches_model(&telling)) {
        show_none(cli, cli->operands[0]);
        sw_question_show_gaps(cli, &trace.gaps);
        return SW_OK;
    }
    return show(&telling);
}

const struct sw_command sw_cmd_data_trace = {
    .name = "data trace",
    .summary = "follow a sample back to its sources and forward to every model",
    .operands = "SAMPLE|TEXT|FILE|dataset:NAME",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct trace_args),
    .description =
        "A sample is NAME#ROW, NAME@VERSION#ROW, or a content's digest; a text or a file is found "
        "by its content in every dataset, also in those with keyed digests, as long as their salt "
        "is there. Write sample:, content:, text: or file: before it to say which is meant. "
        "dataset:NAME is every sample of a dataset.\n\n"
        "Each row is proven under the ordered tree that its dataset's claim signs, each lineage "
        "file has the digest that its step's claim signs, and each claim stands in the log under "
        "its checkpoint. What an imported document declares is told between whole datasets, marked "
        "as declared: it names no sample, and nothing proves it.\n\n"
        "Exit status: 0 when all of the way is known and proven, 1 when something signed is not as "
        "it was signed, 3 when nothing was found or something is not known.",
    .examples = "  sealwright data trace mails@1#17\n"
                "  sealwright data trace 'text:buy now' --json\n"
                "  sealwright data trace letter.txt\n"
                "  sealwright data trace dataset:mails@1\n",
    .run = run,
};
