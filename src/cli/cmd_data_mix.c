#include "cli/data_context.h"

struct mix_args {
    struct sw_signer_args signer;
    struct sw_text_list set;
    const char *reason;
    uint64_t from_step;
    const char *to_step;
    const char *by;
};

static const struct sw_option options[] = {
    {"set", SW_OPTION_LIST, offsetof(struct mix_args, set), "NAME=WEIGHT",
        "the weight of a source from here on; 'dataset:NAME[@VERSION]=WEIGHT' of a dataset"},
    {"reason", SW_OPTION_TEXT, offsetof(struct mix_args, reason), "TEXT", "why"},
    {"from-step", SW_OPTION_NUMBER, offsetof(struct mix_args, from_step), "N",
        "the first training step that it holds for (default: 0)"},
    {"to-step", SW_OPTION_TEXT, offsetof(struct mix_args, to_step), "N",
        "the last one (default: until the next decision)"},
    {"by", SW_OPTION_TEXT, offsetof(struct mix_args, by), "WHO",
        "who decided, beside the key that signs"},
    SW_SIGNER_OPTIONS(struct mix_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* --- deciding -------------------------------------------------------------------------------- */

static sw_result parse_set(const char *text, struct sw_mixture_weight *out, struct sw_error *err)
{
    static const char prefix[] = "dataset:";
    const char *equals = strrchr(text, '=');
    if (equals == NULL) {
        return sw_fail(err, SW_E_USAGE, "--set takes NAME=WEIGHT, not '%s'", text);
    }
    struct sw_str name = sw_str_n(text, (size_t)(equals - text));
    *out = (struct sw_mixture_weight){.source = name, .new = sw_str(equals + 1)};
    if (sw_str_starts(name, prefix)) {
        out->dataset = sw_str_n(name.ptr + strlen(prefix), name.len - strlen(prefix));
        out->source = sw_str("");
    }
    return SW_OK;
}

static sw_result parse_change(struct sw_cli *cli, const struct mix_args *args,
    struct sw_mixture_change *out, struct sw_error *err)
{
    struct sw_mixture_weight *set =
        SW_ARENA_ARRAY(&cli->arena, struct sw_mixture_weight, args->set.count);
    SW_TRY_PTR(set);
    for (size_t i = 0; i < args->set.count; i++) {
        SW_TRY(parse_set(args->set.items[i], &set[i], err));
    }
    if (args->reason == NULL) {
        return sw_fail(err, SW_E_USAGE, "a decision needs its --reason");
    }
    *out = (struct sw_mixture_change){.name = sw_str(cli->operands[0]),
        .set = set,
        .set_count = args->set.count,
        .from_step = args->from_step,
        .to_step = SW_ABSENT,
        .reason = sw_str(args->reason),
        .decided_by = sw_str(args->by)};
    if (args->to_step != NULL && !sw_parse_u64(sw_str(args->to_step), &out->to_step)) {
        return sw_fail(
            err, SW_E_USAGE, "option '--to-step' takes a whole number, not '%s'", args->to_step);
    }
    return SW_OK;
}

static const char *source_name_at(const void *names, size_t index)
{
    return ((const char *const *)names)[index];
}

/* "did you mean" is what most people need: an unknown name is a typo first of all. */
static sw_result refuse_source(
    struct sw_cli *cli, const struct sw_data *data, struct sw_str name, struct sw_error *err)
{
    struct sw_source_state *states = NULL;
    size_t count = 0;
    SW_TRY(sw_source_all(data, &states, &count, NULL, err));
    const char **names = SW_ARENA_ARRAY(&cli->arena, const char *, count);
    const char *word = sw_arena_strndup(&cli->arena, name);
    if (names == NULL || word == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = sw_arena_strndup(&cli->arena, states[i].record.name);
        SW_TRY_PTR(names[i]);
    }
    const char *close = sw_cli_closest(word, source_name_at, names, count);
    return sw_fail(err, SW_E_NOENT,
        "there is no source '%s'%s%s%s 'sealwright data source add %s' describes a new one", word,
        close == NULL ? ";" : "; did you mean '", close == NULL ? "" : close,
        close == NULL ? "" : "'?", word);
}

static sw_result check_known(struct sw_cli *cli, const struct sw_data *data,
    const struct sw_mixture_weight *weight, struct sw_error *err)
{
    struct sw_source_record source;
    struct sw_dataset_claim set;
    struct sw_error why = {0};
    if (weight->source.len == 0) {
        return sw_dataset_find(data, weight->dataset, &set, NULL, err);
    }
    SW_TRY(sw_name_check(weight->source, "source", err));
    enum sw_code code = sw_source_find(data, weight->source, &source, NULL, &why);
    if (code == SW_E_NOENT) {
        return refuse_source(cli, data, weight->source, err);
    }
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s", why.text);
}

static bool is_in(const struct sw_mixture_claim *decision, const struct sw_mixture_weight *weight)
{
    for (size_t i = 0; i < decision->weight_count; i++) {
        if (sw_str_equal(decision->weights[i].source, weight->source) &&
            sw_str_equal(decision->weights[i].dataset, weight->dataset)) {
            return true;
        }
    }
    return false;
}

/* What enters the mixture has to be known, as for 'data ingest'; what is in it already may be
 * changed, and be taken out. */
static sw_result check_all_known(struct sw_cli *cli, const struct sw_data *data,
    const struct sw_mixture_change *change, struct sw_error *err)
{
    struct sw_mixture_history history = {0};
    struct sw_error why = {0};
    enum sw_code code = sw_mixture_read(data, change->name, &history, &why);
    if (code != SW_OK && code != SW_E_NOENT) {
        return sw_fail(err, code, "%s", why.text);
    }
    for (size_t i = 0; i < change->set_count; i++) {
        bool old =
            history.count > 0 && is_in(&history.decisions[history.count - 1], &change->set[i]);
        SW_TRY(old ? SW_OK : check_known(cli, data, &change->set[i], err));
    }
    return SW_OK;
}

static sw_result weights_json(struct sw_cli *cli, struct sw_json_writer *w,
    const struct sw_mixture_claim *decision, struct sw_error *err)
{
    double *shares = NULL;
    SW_TRY(sw_mixture_shares(&cli->arena, decision, &shares, err));
    sw_jw_array(w, "weights");
    for (size_t i = 0; i < decision->weight_count; i++) {
        const struct sw_mixture_weight *weight = &decision->weights[i];
        sw_jw_object(w, NULL);
        sw_jw_str(
            w, weight->source.len != 0 ? "source" : "dataset", sw_mixture_weight_name(weight));
        sw_json_text_or_null(w, "old", weight->old);
        sw_jw_str(w, "new", weight->new);
        sw_jw_double(w, "share", shares[i]);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return SW_OK;
}

static sw_result say_weights(
    struct sw_cli *cli, const struct sw_mixture_claim *decision, struct sw_error *err)
{
    double *shares = NULL;
    SW_TRY(sw_mixture_shares(&cli->arena, decision, &shares, err));
    for (size_t i = 0; i < decision->weight_count; i++) {
        const struct sw_mixture_weight *w = &decision->weights[i];
        struct sw_str name = sw_mixture_weight_name(w);
        bool changed = !sw_str_equal(w->old, w->new);
        sw_say(cli, SW_TONE_PLAIN, "  %-24.*s %6.2f %%  ", SW_STR_ARG(name), shares[i] * 100);
        if (changed && w->old.len != 0) {
            sw_say(cli, SW_TONE_PLAIN, SW_STR_FMT " -> ", SW_STR_ARG(w->old));
        }
        sw_say(cli, changed ? SW_TONE_BOLD : SW_TONE_PLAIN, SW_STR_FMT "\n", SW_STR_ARG(w->new));
    }
    return SW_OK;
}

static sw_result decided_json(struct sw_cli *cli, const struct sw_mixture_claim *made,
    const struct sw_receipt *receipt, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", made->name);
    sw_jw_u64(w, "sequence", made->sequence);
    sw_json_digest(w, "claim", &receipt->claim);
    sw_jw_u64(w, "leaf", receipt->leaf);
    SW_TRY(weights_json(cli, w, made, err));
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result decide(struct sw_cli *cli, const struct mix_args *args, struct sw_error *err)
{
    struct sw_mixture_change change;
    struct sw_mixture_claim made;
    struct sw_receipt receipt;
    SW_TRY(parse_change(cli, args, &change, err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_WRITE, &args->signer, &context, err));
    SW_TRY(check_all_known(cli, &context.data, &change, err));
    SW_TRY(sw_mixture_decide(&context.data, &change, &made, &receipt, err));
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "recorded");
        sw_say(cli, SW_TONE_PLAIN, "  decision %llu of mixture " SW_STR_FMT ", leaf %llu\n",
            (unsigned long long)made.sequence, SW_STR_ARG(made.name),
            (unsigned long long)receipt.leaf);
        SW_TRY(say_weights(cli, &made, err));
        sw_data_warn_untrusted(cli, &context, &receipt);
    }
    SW_TRY(sw_data_context_close(&context, err));
    return cli->json ? decided_json(cli, &made, &receipt, err) : SW_OK;
}

/* --- the history ----------------------------------------------------------------------------- */

static void step_or_null(struct sw_json_writer *w, const char *name, uint64_t step)
{
    if (step == SW_ABSENT) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_u64(w, name, step);
}

static sw_result decision_json(struct sw_cli *cli, struct sw_json_writer *w,
    const struct sw_mixture_history *history, size_t index, struct sw_error *err)
{
    const struct sw_mixture_claim *decision = &history->decisions[index];
    const struct sw_data_claim *claim = &history->claims[index];
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(claim->time, time);
    sw_jw_object(w, NULL);
    sw_jw_u64(w, "sequence", decision->sequence);
    sw_json_digest(w, "claim", &claim->claim);
    sw_jw_u64(w, "leaf", claim->leaf);
    sw_jw_text(w, "time", time);
    sw_jw_text(w, "signer", claim->signer);
    sw_json_text_or_null(w, "decided_by", decision->decided_by);
    sw_jw_str(w, "reason", decision->reason);
    sw_jw_u64(w, "from_step", decision->from_step);
    step_or_null(w, "to_step", sw_mixture_last_step(history, index));
    SW_TRY(weights_json(cli, w, decision, err));
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result history_json(
    struct sw_cli *cli, const struct sw_mixture_history *history, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", history->decisions[0].name);
    sw_jw_bool(w, "whole", history->problem == NULL);
    sw_jw_text(w, "problem", history->problem);
    sw_jw_u64(w, "untrusted", history->ignored);
    sw_jw_array(w, "decisions");
    for (size_t i = 0; i < history->count; i++) {
        SW_TRY(decision_json(cli, w, history, i, err));
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static const char *steps_show(
    struct sw_cli *cli, const struct sw_mixture_history *history, size_t index)
{
    uint64_t last = sw_mixture_last_step(history, index);
    unsigned long long first = history->decisions[index].from_step;
    const char *text = last == SW_ABSENT ? sw_arena_printf(&cli->arena, "from step %llu on", first)
                                         : sw_arena_printf(&cli->arena, "steps %llu to %llu", first,
                                               (unsigned long long)last);
    return text == NULL ? "" : text;
}

static sw_result history_text(
    struct sw_cli *cli, const struct sw_mixture_history *history, struct sw_error *err)
{
    for (size_t i = 0; i < history->count; i++) {
        const struct sw_mixture_claim *decision = &history->decisions[i];
        sw_say(cli, SW_TONE_BOLD, "%llu  %s", (unsigned long long)decision->sequence,
            steps_show(cli, history, i));
        sw_say(cli, SW_TONE_DIM, "  %s", sw_time_show(cli, history->claims[i].time));
        sw_say(cli, SW_TONE_PLAIN, "  signed by %s", history->claims[i].signer);
        if (decision->decided_by.len != 0) {
            sw_say(
                cli, SW_TONE_PLAIN, ", decided by " SW_STR_FMT, SW_STR_ARG(decision->decided_by));
        }
        sw_say(cli, SW_TONE_PLAIN, ": " SW_STR_FMT "\n", SW_STR_ARG(decision->reason));
        SW_TRY(say_weights(cli, decision, err));
    }
    if (history->problem != NULL) {
        sw_say(cli, SW_TONE_BAD, "broken");
        sw_say(cli, SW_TONE_PLAIN, "  %s\n", history->problem);
    }
    sw_data_say_ignored(cli, history->ignored);
    return SW_OK;
}

static sw_result show(struct sw_cli *cli, const struct mix_args *args, struct sw_error *err)
{
    if (args->reason != NULL || args->from_step != 0 || args->to_step != NULL || args->by != NULL) {
        return sw_fail(err, SW_E_USAGE,
            "--reason, --from-step, --to-step and --by go with --set, which decides");
    }
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    struct sw_mixture_history history;
    SW_TRY(sw_mixture_read(&context.data, sw_str(cli->operands[0]), &history, err));
    cli->status = history.problem == NULL ? 0 : 1;
    return cli->json ? history_json(cli, &history, err) : history_text(cli, &history, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct mix_args *args = data;
    SW_TRY(sw_name_check(sw_str(cli->operands[0]), "mixture", err));
    return args->set.count == 0 ? show(cli, args, err) : decide(cli, args, err);
}

const struct sw_command sw_cmd_data_mix = {
    .name = "data mix",
    .summary = "decide with what weights a run draws, or show who decided",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct mix_args),
    .description =
        "With *--set*, records a decision: weights are decimal numbers of at least 0, which are "
        "divided by their sum; what is not set stays as it was, and 0 takes a source out. A source "
        "that nobody described with *data source add*, or a dataset that is not there, is refused. "
        "A "
        "decision holds for the steps from *--from-step* on until the next one begins, or to "
        "*--to-step*; no two may be for the same step. Each names the claim before it.\n\n"
        "Without *--set*, shows every decision: who signed it, when, why, and for which steps. A "
        "chain that forks or has a gap is reported and gives exit status 1.",
    .examples =
        "  sealwright data mix base --set forum=0.3 --set mail=0.7 --reason 'first guess'\n"
        "  sealwright data mix base --set forum=0.1 --from-step 5000 --reason 'too much spam'\n"
        "  sealwright data mix base\n",
    .run = run,
};
