#include "cli/data_question.h"

#define EVIDENCE_MAX ((uint64_t)1 << 30)

struct taint_args {
    const char *reason;
    const char *severity;
    struct sw_text_list evidence;
    const char *by;
    bool lift;
    struct sw_question_args question;
    struct sw_signer_args signer;
};

static const struct sw_option options[] = {
    {"reason", SW_OPTION_TEXT, offsetof(struct taint_args, reason), "TEXT",
        "why it is bad, or why it is not any more (needed)"},
    {"severity", SW_OPTION_TEXT, offsetof(struct taint_args, severity), "WORD",
        "low, medium, high or critical (default: high)"},
    {"evidence", SW_OPTION_LIST, offsetof(struct taint_args, evidence), "FILE",
        "a file that shows it, named by its digest, or an address; may be given again"},
    {"by", SW_OPTION_TEXT, offsetof(struct taint_args, by), "NAME", "who says so, in words"},
    {"lift", SW_OPTION_FLAG, offsetof(struct taint_args, lift), NULL,
        "take back what the same signer said before"},
    SW_QUESTION_OPTIONS(struct taint_args, question),
    SW_SIGNER_OPTIONS(struct taint_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

struct tainted {
    const struct sw_selected *what;
    struct sw_taint_claim claim;
    struct sw_selector *selectors;
    size_t selector_count;
    struct sw_receipt *receipts;
    struct sw_reach reach;
    struct sw_graph *after; /* what stands now */
};

/* --- what is said ---------------------------------------------------------------------------- */

static sw_result read_severity(const char *text, enum sw_taint_severity *out, struct sw_error *err)
{
    *out = SW_TAINT_HIGH;
    for (unsigned i = 0; text != NULL && sw_taint_severity_name((enum sw_taint_severity)i) != NULL;
         i++) {
        if (strcmp(text, sw_taint_severity_name((enum sw_taint_severity)i)) == 0) {
            *out = (enum sw_taint_severity)i;
            return SW_OK;
        }
    }
    return text == NULL ? SW_OK
                        : sw_fail(err, SW_E_USAGE,
                              "--severity is low, medium, high or critical, not '%s'", text);
}

/* A file by its digest, so that it can be checked later; anything else as it is. */
static sw_result read_evidence(
    struct sw_cli *cli, const char *text, struct sw_str *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    struct sw_digest digest;
    *out = sw_str(text);
    if (!sw_file_exists(text)) {
        return SW_OK;
    }
    SW_TRY(sw_file_read(text, EVIDENCE_MAX, &bytes, err));
    sw_sha256(sw_buf_bytes(&bytes), &digest);
    *out = sw_str(sw_digest_show(cli, &digest));
    return SW_OK;
}

static sw_result read_claim(struct sw_cli *cli, const struct taint_args *args,
    struct sw_taint_claim *out, struct sw_error *err)
{
    if (args->reason == NULL || args->reason[0] == '\0') {
        return sw_fail(err, SW_E_USAGE, "say why with --reason: whoever is refused will ask");
    }
    *out = (struct sw_taint_claim){.reason = sw_str(args->reason),
        .state = args->lift ? SW_TAINT_LIFTED : SW_TAINTED,
        .by = sw_str(args->by)};
    SW_TRY(read_severity(args->severity, &out->severity, err));
    out->evidence = SW_ARENA_ARRAY(&cli->arena, struct sw_str, args->evidence.count);
    SW_TRY_PTR(out->evidence);
    for (size_t i = 0; i < args->evidence.count; i++) {
        SW_TRY(read_evidence(
            cli, args->evidence.items[i], &out->evidence[out->evidence_count++], err));
    }
    return SW_OK;
}

/* --- what stands ----------------------------------------------------------------------------- */

static bool is_about(const struct tainted *t, const struct sw_selector *selector)
{
    struct sw_digest mine;
    struct sw_digest other;
    sw_selector_subject(selector, &other);
    for (size_t i = 0; i < t->selector_count; i++) {
        sw_selector_subject(&t->selectors[i], &mine);
        if (sw_digest_equal(&mine, &other)) {
            return true;
        }
    }
    return false;
}

static const struct sw_graph_taint *next_standing(
    const struct tainted *t, const struct sw_graph *graph, uint32_t *at)
{
    while (*at < graph->taint_count) {
        const struct sw_graph_taint *taint = &graph->taints[(*at)++];
        if (taint->stands && is_about(t, &taint->claim.selector)) {
            return taint;
        }
    }
    return NULL;
}

/* --- telling --------------------------------------------------------------------------------- */

static sw_result print_json(
    struct sw_question *question, const struct tainted *t, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    const struct sw_graph_taint *taint;
    uint32_t at = 0;
    sw_jw_object(w, NULL);
    sw_question_selector_json(w, &t->what->selector);
    sw_jw_text(w, "state", t->claim.state == SW_TAINTED ? "tainted" : "lifted");
    sw_jw_text(w, "severity", sw_taint_severity_name(t->claim.severity));
    sw_jw_str(w, "reason", t->claim.reason);
    sw_question_claims_json(w, t->selectors, t->receipts, t->selector_count);
    sw_jw_array(w, "standing");
    while ((taint = next_standing(t, t->after, &at)) != NULL) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "signer", taint->stamp.signer);
        sw_jw_str(w, "reason", taint->claim.reason);
        sw_json_digest(w, "claim", &taint->stamp.claim);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_reach_json(w, question, &t->reach, SW_GRAPH_NONE);
    sw_question_gaps_json(w, &t->reach.gaps);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show(struct sw_cli *cli, struct sw_question *question, const struct tainted *t)
{
    const struct sw_graph_taint *taint;
    bool lifted = t->claim.state == SW_TAINT_LIFTED;
    uint32_t at = 0;
    sw_say(cli, lifted ? SW_TONE_GOOD : SW_TONE_BAD, lifted ? "lifted" : "tainted");
    sw_say(cli, SW_TONE_PLAIN, "  %s: " SW_STR_FMT "\n",
        sw_question_selector(cli, &t->what->selector), SW_STR_ARG(t->claim.reason));
    sw_say(cli, SW_TONE_DIM, "  in the log  leaf %llu", (unsigned long long)t->receipts[0].leaf);
    if (t->selector_count > 1) {
        sw_say(cli, SW_TONE_DIM, ", and %s of sets with keyed digests",
            sw_count_show(cli, t->selector_count - 1, "sample"));
    }
    sw_say(cli, SW_TONE_DIM, "\n");
    while (lifted && (taint = next_standing(t, t->after, &at)) != NULL) {
        sw_say(cli, SW_TONE_WARN, "  it stays tainted: " SW_STR_FMT " says \"" SW_STR_FMT "\"\n",
            SW_STR_ARG(taint->stamp.signer), SW_STR_ARG(taint->claim.reason));
    }
    sw_reach_show(cli, question, &t->reach, SW_GRAPH_NONE);
    sw_question_show_gaps(cli, &t->reach.gaps);
}

/* --- the command ----------------------------------------------------------------------------- */

/* Whoever lifts what nobody said has surely named another thing than they meant. */
static sw_result check_lift(
    struct sw_cli *cli, struct sw_question *question, const struct tainted *t, struct sw_error *err)
{
    uint32_t at = 0;
    if (t->claim.state != SW_TAINT_LIFTED || next_standing(t, question->graph, &at) != NULL) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_NOENT, "%s is not tainted: there is nothing to lift",
        sw_question_selector(cli, &t->what->selector));
}

static sw_result work(
    struct sw_cli *cli, struct sw_question *question, struct tainted *t, struct sw_error *err)
{
    static const struct sw_reach_options how = {.prove = false};
    struct sw_data *data = &question->context.data;
    SW_TRY(sw_reach(data, question->graph, t->what, &how, &t->reach, err));
    SW_TRY(sw_taint_selectors(
        data, question->graph, t->what, &t->selectors, &t->selector_count, &t->reach.gaps, err));
    SW_TRY(check_lift(cli, question, t, err));
    SW_TRY(sw_store_promote(question->context.store, data->progress, err));
    SW_TRY(sw_taint_record(data, t->selectors, t->selector_count, &t->claim, &t->receipts, err));
    return sw_graph_load(data, SW_GRAPH_CACHED, &t->after, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct taint_args *args = data;
    SW_CLEANUP(question) struct sw_question question = {0};
    SW_CLEANUP(graph) struct sw_graph *after = NULL;
    struct sw_selected what;
    const char *selector = NULL;
    struct tainted t = {.what = &what};
    SW_TRY(read_claim(cli, args, &t.claim, err));
    SW_TRY(sw_question_selector_text(cli, cli->operands[0], &selector, err));
    SW_TRY(sw_question_open(cli, &args->question, &args->signer, &question, err));
    SW_TRY(sw_selected_parse(&question.context.data, question.graph, sw_str(selector), &what, err));
    enum sw_code code = work(cli, &question, &t, err);
    after = t.after;
    SW_TRY(code);
    sw_question_done(&question);
    sw_data_warn_untrusted(cli, &question.context, &t.receipts[0]);
    SW_TRY(sw_data_context_close(&question.context, err));
    if (cli->json) {
        return print_json(&question, &t, err);
    }
    show(cli, &question, &t);
    return SW_OK;
}

const struct sw_command sw_cmd_data_taint = {
    .name = "data taint",
    .summary = "say that a source, dataset, step, sample or model is bad",
    .operands = "SELECTOR",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct taint_args),
    .description =
        "SELECTOR is as for 'data reach'. Records a signed claim and shows what it reaches. From "
        "then on 'admit' refuses every model that it reaches, however many steps and models are "
        "between. A name without a version means every version, also those to come.\n\n"
        "With *--lift* it is taken back: of each signer the newest word counts, and nobody lifts "
        "what "
        "another signer said. What nobody tainted is not lifted.",
    .examples = "  sealwright data taint source:spam --reason 'planted trigger phrases'\n"
                "  sealwright data taint 'text:buy now' --reason spam --severity low\n"
                "  sealwright data taint source:spam --lift --reason 'was a false alarm'\n",
    .run = run,
};
