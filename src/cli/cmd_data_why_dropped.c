#include "cli/data_question.h"

#define ID_WORD "id:"
#define SAME_ID_MAX 4u

struct why_args {
    const char *in;
    struct sw_question_args question;
};

static const struct sw_option options[] = {
    {"in", SW_OPTION_TEXT, offsetof(struct why_args, in), "DATASET[=PATH]",
        "the dataset that it was in (default: any)"},
    SW_QUESTION_OPTIONS(struct why_args, question),
    {NULL, 0, 0, NULL, NULL},
};

struct telling {
    struct sw_cli *cli;
    const struct sw_graph *graph;
    const struct sw_trace *trace;
    const char *in; /* the dataset whose ids were looked at; NULL */
};

static const char *sample_name(const struct telling *t, uint32_t sample)
{
    const struct sw_trace_sample *s = &t->trace->samples[sample];
    const char *set = sw_graph_set_name(&t->cli->arena, t->graph, s->set);
    const char *name = set == NULL ? NULL : sw_arena_printf(&t->cli->arena, "%s#%u", set, s->row);
    return name == NULL ? "" : name;
}

/* It is still in a set that nothing was made from. */
static bool is_end(const struct telling *t, uint32_t sample)
{
    for (size_t i = 0; i < t->trace->hop_count; i++) {
        if (t->trace->hops[i].from == sample) {
            return false;
        }
    }
    for (size_t i = 0; i < t->trace->drop_count; i++) {
        if (t->trace->drops[i].sample == sample) {
            return false;
        }
    }
    return t->trace->samples[sample].forward;
}

static sw_result print_json(
    const struct telling *t, const struct sw_selected *what, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_question_selector_json(w, &what->selector);
    sw_jw_array(w, "dropped");
    for (size_t i = 0; i < t->trace->drop_count; i++) {
        const struct sw_trace_drop *drop = &t->trace->drops[i];
        const struct sw_graph_step *step = &t->graph->steps[drop->step];
        sw_jw_object(w, NULL);
        sw_jw_text(w, "sample", sample_name(t, drop->sample));
        sw_json_digest(w, "step", &step->claim.step);
        sw_jw_str(w, "step_name", step->claim.step_name);
        sw_jw_text(w, "to", sw_graph_set_name(&t->cli->arena, t->graph, step->output));
        sw_jw_text(w, "reason", drop->reason);
        sw_json_digest(w, "claim", &step->stamp.claim);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "still_in");
    for (uint32_t i = 0; i < t->trace->sample_count; i++) {
        if (is_end(t, i)) {
            sw_jw_text(w, NULL, sample_name(t, i));
        }
    }
    sw_jw_array_end(w);
    sw_question_gaps_json(w, &t->trace->gaps);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* "id:" stands for itself; what may be an id as well as a text was neither. */
static const char *missed(struct sw_cli *cli, const char *in)
{
    const char *text = cli->operands[0];
    const char *words = sw_question_missed(cli, text);
    if (in == NULL || strcmp(sw_question_word(text), "text:") != 0) {
        return words;
    }
    words = sw_arena_printf(
        &cli->arena, "no sample has this text, and none of %s this id: %s", in, text);
    return words == NULL ? "" : words;
}

static void show(const struct telling *t)
{
    for (size_t i = 0; i < t->trace->drop_count; i++) {
        const struct sw_trace_drop *drop = &t->trace->drops[i];
        const struct sw_graph_step *step = &t->graph->steps[drop->step];
        const char *to = sw_graph_set_name(&t->cli->arena, t->graph, step->output);
        sw_say(t->cli, SW_TONE_BOLD, "%s", sample_name(t, drop->sample));
        sw_say(t->cli, SW_TONE_WARN, "  dropped by " SW_STR_FMT ": %s",
            SW_STR_ARG(step->claim.step_name), drop->reason);
        sw_say(t->cli, SW_TONE_DIM, "  (on the way to %s, leaf %llu)\n", to == NULL ? "" : to,
            (unsigned long long)step->stamp.leaf);
    }
    for (uint32_t i = 0; i < t->trace->sample_count; i++) {
        if (is_end(t, i)) {
            sw_say(t->cli, SW_TONE_BOLD, "%s", sample_name(t, i));
            sw_say(t->cli, SW_TONE_GOOD, "  is there\n");
        }
    }
    if (t->trace->sample_count == 0) {
        sw_say(t->cli, SW_TONE_WARN, "%s; it was never ingested, or was quarantined\n",
            missed(t->cli, t->in));
    }
    sw_question_show_gaps(t->cli, &t->trace->gaps);
}

/* --- ids ------------------------------------------------------------------------------------- */

static sw_result several(const struct sw_dataset_claim *claim, const char *id, const uint32_t *rows,
    size_t count, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf names = SW_BUF_INIT;
    for (size_t i = 0; i < count && i < SAME_ID_MAX; i++) {
        SW_TRY(sw_buf_printf(&names, "%s" SW_STR_FMT "@" SW_STR_FMT "#%u", i == 0 ? "" : ", ",
            SW_STR_ARG(claim->name), SW_STR_ARG(claim->version), rows[i]));
    }
    return sw_fail(err, SW_E_USAGE, "%zu samples have the id '%s': ask for one of them: %s%s",
        count, id, sw_buf_cstr(&names), count > SAME_ID_MAX ? ", …" : "");
}

static sw_result find_id(struct sw_question *question, struct sw_run_input *input, const char *id,
    struct sw_selected *what, bool *found, struct sw_error *err)
{
    const struct sw_dataset_claim *claim = &input->claim;
    uint32_t rows[SAME_ID_MAX];
    size_t count;
    *found = false;
    SW_TRY(sw_sample_id_find(
        &question->context.data, input, sw_str(id), rows, SAME_ID_MAX, &count, err));
    if (count > 1) {
        return several(claim, id, rows, count, err);
    }
    if (count == 0) {
        return SW_OK;
    }
    const char *sample =
        sw_arena_printf(question->context.data.arena, "sample:" SW_STR_FMT "@" SW_STR_FMT "#%u",
            SW_STR_ARG(claim->name), SW_STR_ARG(claim->version), rows[0]);
    SW_TRY_PTR(sample);
    *found = true;
    return sw_question_sample(question, sample, what, err);
}

/* The sample of that id, from the files of the dataset. */
static sw_result by_id(struct sw_question *question, const char *in, const char *id,
    struct sw_selected *what, bool *found, struct sw_error *err)
{
    struct sw_run_input input = SW_RUN_INPUT_INIT;
    enum sw_code code = sw_run_input_find(&question->context.data, in, &input, err);
    code = code != SW_OK ? code : find_id(question, &input, id, what, found, err);
    sw_run_input_release(&input);
    return code;
}

/* --- the command ----------------------------------------------------------------------------- */

static sw_result find_set(
    struct sw_question *question, const char *in, uint32_t *set, struct sw_error *err)
{
    const char *name =
        sw_arena_strndup(question->context.data.arena, sw_str_n(in, strcspn(in, "=")));
    SW_TRY_PTR(name);
    return sw_question_dataset(question, name, set, err);
}

/* What is no known text may be an id. */
static sw_result ask(struct sw_question *question, const struct why_args *args, const char *text,
    struct sw_selected *what, struct sw_trace *trace, struct sw_error *err)
{
    struct sw_data *data = &question->context.data;
    struct sw_trace_options how = {
        .ways = SW_TRACE_FORWARD, .in = SW_GRAPH_NONE, .no_proofs = true};
    bool says_so = sw_str_starts(sw_str(text), ID_WORD);
    bool found = false;
    SW_TRY(args->in == NULL ? SW_OK : find_set(question, args->in, &how.in, err));
    if (says_so && args->in == NULL) {
        return sw_fail(err, SW_E_USAGE, "ids stand in files: say of which dataset: --in DATASET");
    }
    if (!says_so) {
        SW_TRY(sw_question_sample(question, text, what, err));
        SW_TRY(sw_trace(data, question->graph, what, &how, trace, err));
        if (trace->sample_count > 0 || args->in == NULL ||
            strcmp(sw_question_word(text), "text:") != 0) {
            return SW_OK;
        }
    }
    const char *id = says_so ? text + strlen(ID_WORD) : text;
    SW_TRY(by_id(question, args->in, id, what, &found, err));
    if (!found && says_so) {
        return sw_fail(err, SW_E_NOENT, "no sample of %s has the id '%s'", args->in, id);
    }
    return found ? sw_trace(data, question->graph, what, &how, trace, err) : SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct why_args *args = data;
    SW_CLEANUP(question) struct sw_question question = {0};
    struct sw_selected what = {0};
    struct sw_trace trace = {0};
    if (args->in == NULL) { /* else it may be an id, which can look like anything */
        sw_question_doubt(cli, cli->operands[0]);
    }
    SW_TRY(sw_question_open(cli, &args->question, NULL, &question, err));
    SW_TRY(ask(&question, args, cli->operands[0], &what, &trace, err));
    sw_question_done(&question);
    struct telling telling = {.cli = cli, .graph = question.graph, .trace = &trace, .in = args->in};
    bool sure = trace.sample_count > 0 && trace.gaps.count == 0 && !trace.cut;
    cli->status = sure ? 0 : 3;
    if (cli->json) {
        return print_json(&telling, &what, err);
    }
    show(&telling);
    return SW_OK;
}

const struct sw_command sw_cmd_data_why_dropped = {
    .name = "data why-dropped",
    .summary = "say which step left a sample out and why, or where it still is",
    .operands = "SAMPLE|ID|TEXT|FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct why_args),
    .description =
        "A sample is named as for 'data trace', or by its id in the files of the dataset that --in "
        "names: 'id:' and the id, or the id alone where no sample is that text. Those files are "
        "read again; PATH is where they are now. It is followed forward through every step; each "
        "that left it out, or what it had become, is named with its reason.\n\n"
        "Exit status: 0 when all of it is known, 3 when nothing was found or something is not.",
    .examples = "  sealwright data why-dropped mails@1#17\n"
                "  sealwright data why-dropped 'text:buy now' --in mails\n"
                "  sealwright data why-dropped id:msg-1042 --in mails=mails.jsonl\n",
    .run = run,
};
