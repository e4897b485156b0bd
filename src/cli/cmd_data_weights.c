#include "cli/show_weights.h"

#include <math.h>

sw_result sw_alpha_parse(const char *text, double *out, struct sw_error *err)
{
    *out = 0;
    if (text != NULL && (!sw_weight_parse(sw_str(text), out) || *out <= 0 || *out >= 1)) {
        return sw_fail(err, SW_E_USAGE,
            "--alpha takes a probability between 0 and 1, such as 0.001, not '%s'", text);
    }
    return SW_OK;
}

/* --- one claim ------------------------------------------------------------------------------- */

static const char *agreement_words(enum sw_agreement agrees)
{
    static const char *const words[] = {[SW_AGREEMENT_NONE] = "nothing was declared",
        [SW_AGREES] = "agrees",
        [SW_DIFFERS] = "differs beyond chance"};
    return words[agrees];
}

static enum sw_tone agreement_tone(enum sw_agreement agrees)
{
    static const enum sw_tone tones[] = {
        [SW_AGREEMENT_NONE] = SW_TONE_DIM, [SW_AGREES] = SW_TONE_GOOD, [SW_DIFFERS] = SW_TONE_BAD};
    return tones[agrees];
}

static void show_number(const struct sw_cli *cli, double value)
{
    if (isnan(value)) {
        sw_say(cli, SW_TONE_DIM, "         -");
        return;
    }
    sw_say(cli, SW_TONE_PLAIN, " %9.3g", value);
}

static void show_share(struct sw_cli *cli, const struct sw_consumption_share *share)
{
    sw_say(cli, SW_TONE_PLAIN, "  %-24.*s", SW_STR_ARG(share->name));
    if (isnan(share->declared)) {
        sw_say(cli, SW_TONE_DIM, "         -");
    } else {
        sw_say(cli, SW_TONE_PLAIN, " %7.2f %%", share->declared * 100);
    }
    sw_say(cli, SW_TONE_PLAIN, " %7.2f %% %12s", share->share * 100,
        sw_group_digits(cli, share->draws));
    show_number(cli, share->z);
    show_number(cli, share->p);
    sw_say(
        cli, agreement_tone(share->agrees), "%s\n", share->agrees == SW_DIFFERS ? "  differs" : "");
}

static void show_head(struct sw_cli *cli, const struct sw_consumption_claim *claim)
{
    sw_say(cli, SW_TONE_BOLD, "run " SW_STR_FMT, SW_STR_ARG(claim->run));
    for (size_t i = 0; i < claim->dataset_count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "%s" SW_STR_FMT "@" SW_STR_FMT, i == 0 ? " of " : ", ",
            SW_STR_ARG(claim->datasets[i].name), SW_STR_ARG(claim->datasets[i].version));
    }
    if (claim->mixture.len != 0) {
        sw_say(cli, SW_TONE_PLAIN, " by mixture " SW_STR_FMT, SW_STR_ARG(claim->mixture));
    }
    if (claim->from_step != SW_ABSENT) {
        sw_say(cli, SW_TONE_PLAIN, ", steps %llu to %llu", (unsigned long long)claim->from_step,
            (unsigned long long)claim->to_step);
    }
    sw_say(cli, SW_TONE_PLAIN, ": %s of %s\n", sw_count_show(cli, claim->draws, "draw"),
        sw_count_show(cli, claim->distinct, "sample"));
}

void sw_show_consumption(struct sw_cli *cli, const struct sw_consumption_claim *claim)
{
    show_head(cli, claim);
    sw_say(cli, SW_TONE_DIM, "  %-24s %9s %9s %12s %9s %9s\n", "", "declared", "realised", "draws",
        "z", "p");
    for (size_t i = 0; i < claim->share_count; i++) {
        show_share(cli, &claim->shares[i]);
    }
    sw_say(cli, agreement_tone(claim->agrees), "  %s", agreement_words(claim->agrees));
    if (!isnan(claim->chi_square)) {
        sw_say(cli, SW_TONE_PLAIN, ": chi-square %.4g over %s of freedom, p %.3g",
            claim->chi_square, sw_count_show(cli, claim->degrees, "degree"), claim->p);
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
    for (size_t i = 0; i < claim->gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap");
        sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT "\n", SW_STR_ARG(claim->gaps[i]));
    }
}

void sw_show_difference(struct sw_cli *cli, const struct sw_consumption_claim *claim)
{
    if (claim->agrees == SW_DIFFERS) {
        sw_say(cli, SW_TONE_WARN, "  note");
        sw_say(cli, SW_TONE_PLAIN,
            "  run " SW_STR_FMT " did not draw by mixture " SW_STR_FMT
            ", beyond chance; see 'sealwright data weights " SW_STR_FMT "'\n",
            SW_STR_ARG(claim->run), SW_STR_ARG(claim->mixture), SW_STR_ARG(claim->run));
    }
}

static void number_or_null(struct sw_json_writer *w, const char *name, double value)
{
    if (isnan(value)) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_double(w, name, value);
}

static void count_or_null(struct sw_json_writer *w, const char *name, uint64_t value)
{
    if (value == SW_ABSENT) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_u64(w, name, value);
}

static void agreement_or_null(struct sw_json_writer *w, const char *name, enum sw_agreement agrees)
{
    if (agrees == SW_AGREEMENT_NONE) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_bool(w, name, agrees == SW_AGREES);
}

static void share_json(struct sw_json_writer *w, const struct sw_consumption_share *share)
{
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", share->name);
    sw_jw_u64(w, "draws", share->draws);
    sw_jw_double(w, "share", share->share);
    number_or_null(w, "declared", share->declared);
    number_or_null(w, "z", share->z);
    number_or_null(w, "p", share->p);
    agreement_or_null(w, "agrees", share->agrees);
    sw_jw_object_end(w);
}

static void datasets_json(struct sw_json_writer *w, const struct sw_consumption_claim *claim)
{
    sw_jw_array(w, "datasets");
    for (size_t i = 0; i < claim->dataset_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", claim->datasets[i].name);
        sw_jw_str(w, "version", claim->datasets[i].version);
        sw_json_digest(w, "manifest", &claim->datasets[i].manifest);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

void sw_show_consumption_json(struct sw_json_writer *w, const struct sw_consumption_claim *claim)
{
    sw_jw_str(w, "run", claim->run);
    datasets_json(w, claim);
    sw_json_text_or_null(w, "mixture", claim->mixture);
    sw_json_digest(w, "decision", &claim->decision);
    sw_json_text_or_null(w, "seed", claim->seed);
    count_or_null(w, "from_step", claim->from_step);
    count_or_null(w, "to_step", claim->to_step);
    sw_json_digest(w, "order", &claim->order);
    sw_jw_u64(w, "draws", claim->draws);
    sw_jw_u64(w, "distinct", claim->distinct);
    sw_jw_array(w, "shares");
    for (size_t i = 0; i < claim->share_count; i++) {
        share_json(w, &claim->shares[i]);
    }
    sw_jw_array_end(w);
    number_or_null(w, "chi_square", claim->chi_square);
    count_or_null(w, "degrees", claim->degrees);
    number_or_null(w, "p", claim->p);
    number_or_null(w, "alpha", claim->alpha);
    agreement_or_null(w, "agrees", claim->agrees);
    sw_json_texts(w, "gaps", claim->gaps, claim->gap_count);
}

/* --- data weights ---------------------------------------------------------------------------- */

struct weights_args {
    const char *alpha;
    bool verify;
};

static const struct sw_option options[] = {
    {"alpha", SW_OPTION_TEXT, offsetof(struct weights_args, alpha), "P",
        "judge by this instead of what was recorded: a difference less likely is no chance"},
    {"verify", SW_OPTION_FLAG, offsetof(struct weights_args, verify), NULL,
        "count the draws again from the order in the store"},
    {NULL, 0, 0, NULL, NULL},
};

struct judged {
    struct sw_consumption_state *states;
    const char **problems; /* beside them; NULL: none */
    size_t count;
};

/* A run's name, or a mixture's. */
static sw_result find(
    struct sw_cli *cli, const struct sw_data *data, struct judged *out, struct sw_error *err)
{
    struct sw_str name = sw_str(cli->operands[0]);
    SW_TRY(sw_name_check(name, "run or mixture", err));
    SW_TRY(sw_consumption_find(data, name, sw_str(""), &out->states, &out->count, err));
    if (out->count == 0) {
        SW_TRY(sw_consumption_find(data, sw_str(""), name, &out->states, &out->count, err));
    }
    out->problems = SW_ARENA_ARRAY(&cli->arena, const char *, out->count);
    SW_TRY_PTR(out->problems);
    if (out->count != 0) {
        return SW_OK;
    }
    struct sw_mixture_history history;
    enum sw_code code = sw_mixture_read(data, name, &history, err);
    if (code == SW_OK) {
        return sw_fail(
            err, SW_E_NOEVIDENCE, "no run has recorded what it drew by mixture %s", name.ptr);
    }
    return code != SW_E_NOENT ? code
                              : sw_fail(err, SW_E_NOENT,
                                    "there is no run '%s' that recorded what it drew, and no "
                                    "mixture",
                                    name.ptr);
}

/* The decision that the claim was compared with must still stand in an unbroken chain. */
static sw_result check_decision(struct sw_cli *cli, const struct sw_data *data,
    const struct sw_consumption_claim *claim, const char **problem, struct sw_error *err)
{
    struct sw_mixture_history history = {0};
    if (claim->mixture.len == 0) {
        return SW_OK;
    }
    struct sw_error why = {0};
    enum sw_code code = sw_mixture_read(data, claim->mixture, &history, &why);
    if (code != SW_OK && code != SW_E_NOENT) {
        return sw_fail(err, code, "%s", why.text);
    }
    size_t at = 0;
    while (at < history.count && !sw_digest_equal(&history.claims[at].claim, &claim->decision)) {
        at++;
    }
    if (at == history.count) {
        *problem = "the decision that it was compared with is not there";
    } else if (history.problem != NULL && history.problem_at <= at) {
        *problem = sw_arena_printf(
            &cli->arena, "the mixture's decisions are not one chain: %s", history.problem);
        SW_TRY_PTR(*problem);
    }
    return SW_OK;
}

/* A difference is an answer; a disk that fails is not. */
static sw_result count_again(struct sw_cli *cli, const struct sw_data *data,
    const struct sw_consumption_claim *claim, const char **problem, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_consumption_verify(data, claim, &why);
    if (code == SW_E_REFUSED || code == SW_E_FORMAT || code == SW_E_NOENT) {
        *problem = sw_arena_strdup(&cli->arena, why.text);
        SW_TRY_PTR(*problem);
        return SW_OK;
    }
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s", why.text);
}

static sw_result judge(struct sw_cli *cli, const struct weights_args *args,
    const struct sw_data *data, struct judged *judged, struct sw_error *err)
{
    double alpha;
    SW_TRY(sw_alpha_parse(args->alpha, &alpha, err));
    for (size_t i = 0; i < judged->count; i++) {
        struct sw_consumption_claim *claim = &judged->states[i].claim;
        SW_TRY(check_decision(cli, data, claim, &judged->problems[i], err));
        if (args->verify && judged->problems[i] == NULL) {
            SW_TRY(count_again(cli, data, claim, &judged->problems[i], err));
        }
        if (alpha != 0) {
            sw_consumption_judge(claim, alpha);
        }
    }
    return SW_OK;
}

/* One that differs or has a problem fails all; one that was compared with nothing proves nothing.
 */
static int status_of(const struct judged *judged)
{
    int status = 0;
    for (size_t i = 0; i < judged->count; i++) {
        enum sw_agreement agrees = judged->states[i].claim.agrees;
        if (judged->problems[i] != NULL || agrees == SW_DIFFERS) {
            return 1;
        }
        status = agrees == SW_AGREEMENT_NONE ? 3 : status;
    }
    return status;
}

static sw_result print_json(struct sw_cli *cli, const struct judged *judged, struct sw_error *err)
{
    static const char *const verdicts[] = {"pass", "fail", NULL, "no-evidence"};
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", cli->operands[0]);
    sw_jw_text(w, "verdict", verdicts[cli->status]);
    sw_jw_array(w, "runs");
    for (size_t i = 0; i < judged->count; i++) {
        const struct sw_data_claim *by = &judged->states[i].by;
        char time[SW_TIME_TEXT_SIZE];
        sw_time_format(by->time, time);
        sw_jw_object(w, NULL);
        sw_json_digest(w, "claim", &by->claim);
        sw_jw_u64(w, "leaf", by->leaf);
        sw_jw_text(w, "time", time);
        sw_jw_text(w, "signer", by->signer);
        sw_jw_text(w, "problem", judged->problems[i]);
        sw_show_consumption_json(w, &judged->states[i].claim);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void print_text(struct sw_cli *cli, const struct judged *judged)
{
    for (size_t i = 0; i < judged->count; i++) {
        sw_show_consumption(cli, &judged->states[i].claim);
        if (judged->problems[i] != NULL) {
            sw_say(cli, SW_TONE_BAD, "  problem");
            sw_say(cli, SW_TONE_PLAIN, "  %s\n", judged->problems[i]);
        }
        sw_say(cli, SW_TONE_DIM, "  recorded %s, signed by %s\n",
            sw_time_show(cli, judged->states[i].by.time), judged->states[i].by.signer);
    }
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    struct judged judged = {0};
    SW_TRY(find(cli, &context.data, &judged, err));
    SW_TRY(judge(cli, data, &context.data, &judged, err));
    cli->status = status_of(&judged);
    if (cli->json) {
        return print_json(cli, &judged, err);
    }
    print_text(cli, &judged);
    return SW_OK;
}

const struct sw_command sw_cmd_data_weights = {
    .name = "data weights",
    .summary = "compare what was drawn with the weights that were decided",
    .operands = "RUN|MIXTURE",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct weights_args),
    .description =
        "Shows declared beside realised shares, and what differs beyond chance: how many standard "
        "deviations a share is off (z), how likely that or more is by chance (p), and the "
        "chi-square over all. Of several shares one is far off soon, so each is held to alpha "
        "divided by their number.\n\n"
        "Exit status: 0 when all agree, 1 when one differs or its mixture's chain is broken, 3 "
        "when nothing was declared to compare with. A run that draws each sample once differs "
        "less than chance would; that is taken to agree.",
    .examples = "  sealwright data weights run-7\n"
                "  sealwright data weights base --alpha 0.01 --verify\n",
    .run = run,
};
