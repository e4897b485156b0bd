#include "cli/data_question.h"
#include "cli/show_training.h"

struct reach_args {
    const char *model;
    struct sw_question_args question;
};

static const struct sw_option options[] = {
    {"model", SW_OPTION_TEXT, offsetof(struct reach_args, model), "MODEL",
        "ask about this model only: one on disk, or the digest of its root"},
    SW_QUESTION_OPTIONS(struct reach_args, question),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result find_model(const struct sw_question *question, const char *text,
    const struct sw_digest *root, uint32_t *out, struct sw_error *err)
{
    *out = SW_GRAPH_NONE;
    if (text == NULL) {
        return SW_OK;
    }
    *out = sw_graph_find_model(question->graph, root);
    return *out != SW_GRAPH_NONE
               ? SW_OK
               : sw_fail(err, SW_E_NOENT, "nobody tells how the model %s was trained", text);
}

static sw_result print_json(struct sw_question *question, const struct sw_selected *what,
    const struct sw_reach *reach, uint32_t model, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_question_selector_json(w, &what->selector);
    sw_reach_json(w, question, reach, model);
    sw_question_gaps_json(w, &reach->gaps);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    static const struct sw_reach_options how = {.prove = false};
    const struct reach_args *args = data;
    SW_CLEANUP(question) struct sw_question question = {0};
    struct sw_selected what;
    const char *selector = NULL;
    struct sw_reach reach;
    struct sw_digest root = {0};
    uint32_t model;
    SW_TRY(args->model == NULL ? SW_OK : sw_model_root_of(cli, args->model, &root, err));
    SW_TRY(sw_question_selector_text(cli, cli->operands[0], &selector, err));
    SW_TRY(sw_question_open(cli, &args->question, NULL, &question, err));
    SW_TRY(find_model(&question, args->model, &root, &model, err));
    SW_TRY(sw_selected_parse(&question.context.data, question.graph, sw_str(selector), &what, err));
    SW_TRY(sw_reach(&question.context.data, question.graph, &what, &how, &reach, err));
    sw_question_done(&question);
    cli->status = reach.gaps.count == 0 ? 0 : 3;
    if (cli->json) {
        return print_json(&question, &what, &reach, model, err);
    }
    sw_say(cli, SW_TONE_BOLD, "%s", sw_question_selector(cli, &what.selector));
    sw_say(cli, SW_TONE_PLAIN, " reaches\n");
    sw_reach_show(cli, &question, &reach, model);
    sw_question_show_gaps(cli, &reach.gaps);
    return SW_OK;
}

const struct sw_command sw_cmd_data_reach = {
    .name = "data reach",
    .summary = "name the datasets and models that something reaches, with counts",
    .operands = "SELECTOR",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct reach_args),
    .description =
        "SELECTOR is source:NAME, dataset:NAME (every version), dataset:NAME@VERSION, step:DIGEST, "
        "sample:NAME@VERSION#ROW, sample:DIGEST (of a record), content:DIGEST, text:WORDS, "
        "file:PATH or model:MODEL (one on disk, or the digest of its root). Counts are exact: of a "
        "source or step by what each row says of "
        "its origin, of a sample by finding it and following it row by row through every step. A "
        "model counts the samples in all that it, and the models it is made from, were trained "
        "on.\n\n"
        "What only an imported document says (see 'sealwright data import') is followed from whole "
        "datasets to whole datasets: all samples of what it leads to may be reached, and all that "
        "was made from them. That is marked as declared, and named as not known.\n\n"
        "What could not be followed (a step with gaps, a missing file, a claim that nobody trusted "
        "signed) is named, and nothing is concluded over it. When anything is not known, the exit "
        "status is 3.",
    .examples = "  sealwright data reach source:spam\n"
                "  sealwright data reach 'sample:mails@1#17' --json\n"
                "  sealwright data reach 'text:buy now'\n"
                "  sealwright data reach source:spam --model filter/\n",
    .run = run,
};
