#include "cli/data_question.h"

struct takedown_args {
    const char *reason;
    const char *requested_by;
    struct sw_question_args question;
    struct sw_signer_args signer;
};

static const struct sw_option options[] = {
    {"reason", SW_OPTION_TEXT, offsetof(struct takedown_args, reason), "TEXT",
        "why it has to go (needed)"},
    {"requested-by", SW_OPTION_TEXT, offsetof(struct takedown_args, requested_by), "NAME",
        "who asked for it, in words"},
    SW_QUESTION_OPTIONS(struct takedown_args, question),
    SW_SIGNER_OPTIONS(struct takedown_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

struct taken_down {
    const struct sw_selected *what;
    struct sw_takedown_claim claim;
    struct sw_selector *selectors;
    size_t selector_count;
    struct sw_receipt *receipts;
    struct sw_reach reach;
};

/* A set that is reached and has keyed digests: NONE when there is none from `at` on. */
static uint32_t next_keyed(const struct sw_graph *graph, const struct sw_reach *reach, uint32_t at)
{
    for (; at < graph->set_count; at++) {
        uint32_t dataset = graph->sets[at].dataset;
        if (reach->samples[at] > 0 && !reach->declared_sets[at] && dataset != SW_GRAPH_NONE &&
            graph->datasets[dataset].claim.salt.len > 0) {
            return at;
        }
    }
    return SW_GRAPH_NONE;
}

static sw_result print_json(struct sw_cli *cli, struct sw_question *question,
    const struct taken_down *t, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_question_selector_json(w, &t->what->selector);
    sw_jw_str(w, "reason", t->claim.reason);
    sw_question_claims_json(w, t->selectors, t->receipts, t->selector_count);
    sw_reach_json(w, question, &t->reach, SW_GRAPH_NONE);
    sw_jw_array(w, "salted");
    for (uint32_t i = next_keyed(question->graph, &t->reach, 0); i != SW_GRAPH_NONE;
         i = next_keyed(question->graph, &t->reach, i + 1)) {
        sw_jw_text(w, NULL, sw_graph_set_name(&cli->arena, question->graph, i));
    }
    sw_jw_array_end(w);
    sw_question_gaps_json(w, &t->reach.gaps);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show_work(struct sw_cli *cli, struct sw_question *question, const struct taken_down *t)
{
    const struct sw_graph *graph = question->graph;
    bool any = false;
    for (uint32_t i = 0; i < graph->model_count; i++) {
        any = any || t->reach.models[i];
    }
    sw_say(cli, SW_TONE_BOLD, "to be done\n");
    sw_say(cli, SW_TONE_PLAIN,
        "  remove these samples from the data itself, and make these datasets anew without "
        "them\n");
    if (any) {
        sw_say(cli, SW_TONE_PLAIN, "  train these models anew, or withdraw them\n");
    }
    for (uint32_t i = next_keyed(graph, &t->reach, 0); i != SW_GRAPH_NONE;
         i = next_keyed(graph, &t->reach, i + 1)) {
        const char *name = sw_graph_set_name(&cli->arena, graph, i);
        sw_say(cli, SW_TONE_PLAIN,
            "  the digests of %s are keyed: 'sealwright data forget-salt %s --yes' makes all of "
            "them say nothing\n",
            name == NULL ? "" : name, name == NULL ? "" : name);
    }
}

static sw_result work(struct sw_question *question, struct taken_down *t, struct sw_error *err)
{
    static const struct sw_reach_options how = {.prove = false};
    struct sw_data *data = &question->context.data;
    SW_TRY(sw_reach(data, question->graph, t->what, &how, &t->reach, err));
    SW_TRY(sw_taint_selectors(
        data, question->graph, t->what, &t->selectors, &t->selector_count, &t->reach.gaps, err));
    SW_TRY(sw_store_promote(question->context.store, data->progress, err));
    return sw_takedown_record(data, question->graph, t->selectors, t->selector_count, &t->claim,
        &t->reach, &t->receipts, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct takedown_args *args = data;
    SW_CLEANUP(question) struct sw_question question = {0};
    struct sw_selected what;
    const char *selector = NULL;
    struct taken_down t = {.what = &what};
    if (args->reason == NULL || args->reason[0] == '\0') {
        return sw_fail(err, SW_E_USAGE, "say why with --reason: it stands in the log for ever");
    }
    t.claim.reason = sw_str(args->reason);
    t.claim.requested_by = sw_str(args->requested_by == NULL ? "not said" : args->requested_by);
    SW_TRY(sw_question_selector_text(cli, cli->operands[0], &selector, err));
    SW_TRY(sw_question_open(cli, &args->question, &args->signer, &question, err));
    SW_TRY(sw_selected_parse(&question.context.data, question.graph, sw_str(selector), &what, err));
    SW_TRY(work(&question, &t, err));
    sw_question_done(&question);
    sw_data_warn_untrusted(cli, &question.context, &t.receipts[0]);
    SW_TRY(sw_data_context_close(&question.context, err));
    if (cli->json) {
        return print_json(cli, &question, &t, err);
    }
    sw_say(cli, SW_TONE_WARN, "taken down");
    sw_say(cli, SW_TONE_PLAIN, "  %s: " SW_STR_FMT "\n", sw_question_selector(cli, &what.selector),
        SW_STR_ARG(t.claim.reason));
    sw_say(cli, SW_TONE_DIM, "  in the log  leaf %llu\n", (unsigned long long)t.receipts[0].leaf);
    sw_reach_show(cli, &question, &t.reach, SW_GRAPH_NONE);
    show_work(cli, &question, &t);
    sw_question_show_gaps(cli, &t.reach.gaps);
    return SW_OK;
}

const struct sw_command sw_cmd_data_takedown = {
    .name = "data takedown",
    .summary = "record that data has to go, and list what it is in",
    .operands = "SELECTOR",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct takedown_args),
    .description =
        "SELECTOR is as for 'data reach'. Records a signed claim with every dataset and model that "
        "it reaches, and says what is to be done. From then on 'admit' refuses models that it "
        "reaches. Unlike a taint it is not lifted: make the datasets anew without it, and train on "
        "those.\n\n"
        "Nothing is deleted: the log and the files of the store hold digests, not data. Where the "
        "digests themselves have to go, ingest with --salted and forget the salt.",
    .examples = "  sealwright data takedown source:forum --reason 'consent withdrawn'\n"
                "  sealwright data takedown file:letter.txt --reason 'asked by the author' "
                "--requested-by 'J. Doe'\n",
    .run = run,
};

/* --- data forget-salt ------------------------------------------------------------------------ */

struct forget_args {
    bool yes;
};

static const struct sw_option forget_options[] = {
    {"yes", SW_OPTION_FLAG, offsetof(struct forget_args, yes), NULL, "do it: it cannot be undone"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result forget_json(const struct sw_dataset_claim *claim, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", claim->name);
    sw_jw_str(w, "version", claim->version);
    sw_jw_str(w, "salt", claim->salt);
    sw_jw_bool(w, "forgotten", true);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_forget(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct forget_args *args = data;
    SW_CLEANUP(data_context) struct sw_data_context context = {0};
    struct sw_dataset_claim claim;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(sw_dataset_find(&context.data, sw_str(cli->operands[0]), &claim, NULL, err));
    if (claim.salt.len == 0) {
        return sw_fail(err, SW_E_USAGE,
            SW_STR_FMT "@" SW_STR_FMT " has no salt: its digests are plain", SW_STR_ARG(claim.name),
            SW_STR_ARG(claim.version));
    }
    if (!args->yes) {
        return sw_fail(err, SW_E_USAGE,
            "without its salt nobody can ever tell again which text a digest of " SW_STR_FMT
            "@" SW_STR_FMT " stands for, nor read it again; say --yes to forget it",
            SW_STR_ARG(claim.name), SW_STR_ARG(claim.version));
    }
    SW_TRY(sw_salt_forget(&context.data, claim.salt, err));
    if (cli->json) {
        return forget_json(&claim, err);
    }
    sw_say(cli, SW_TONE_GOOD, "forgotten");
    sw_say(cli, SW_TONE_PLAIN,
        "  the salt of " SW_STR_FMT "@" SW_STR_FMT "; copies and backups of the store may still "
        "have it\n",
        SW_STR_ARG(claim.name), SW_STR_ARG(claim.version));
    return SW_OK;
}

const struct sw_command sw_cmd_data_forget_salt = {
    .name = "data forget-salt",
    .summary = "make the digests of a salted dataset say nothing, for ever",
    .operands = "DATASET",
    .min_operands = 1,
    .max_operands = 1,
    .options = forget_options,
    .args_size = sizeof(struct forget_args),
    .description =
        "Overwrites and removes the salt that the dataset's digests are keyed with (and those of "
        "every dataset made from it by a step). The log, the claims and all proofs stay whole, but "
        "no text can be matched with a digest any more, and 'data verify' cannot read the data "
        "again. Backups of the store may still hold the salt.",
    .examples = "  sealwright data forget-salt chats@3 --yes\n",
    .run = run_forget,
};
