#include "cli/show_training.h"

/* --- shared with data train ------------------------------------------------------------------ */

sw_result sw_training_hash(struct sw_cli *cli, const char *path, const char *store_path,
    struct sw_training_claim *claim, struct sw_error *err)
{
    struct sw_bar *bar = sw_bar_start(cli, "hashing the model");
    enum sw_code code =
        sw_flow_hash_trained(&cli->arena, path, store_path, sw_bar_progress(bar), claim, err);
    sw_bar_stop(bar);
    return code;
}

sw_result sw_model_root_of(
    struct sw_cli *cli, const char *text, struct sw_digest *root, struct sw_error *err)
{
    struct sw_training_claim hashed = {0};
    const char *store = NULL;
    if (sw_digest_parse(sw_str(text), root)) {
        return SW_OK;
    }
    if (!sw_dir_exists(text) && !sw_file_exists(text)) {
        return sw_fail(
            err, SW_E_USAGE, "'%s' is neither a model on disk nor the digest of its root", text);
    }
    SW_TRY(sw_cli_store_path(cli, &store, err));
    SW_TRY(sw_training_hash(cli, text, store, &hashed, err));
    *root = hashed.root;
    return SW_OK;
}

void sw_show_training(
    struct sw_cli *cli, const struct sw_training_claim *claim, const struct sw_receipt receipts[2])
{
    bool checkpoint = claim->kind == SW_TRAINED_CHECKPOINT;
    sw_say(cli, SW_TONE_GOOD, "recorded");
    sw_say(cli, SW_TONE_PLAIN, "  %s " SW_STR_FMT " of run " SW_STR_FMT,
        checkpoint ? "checkpoint" : "model", SW_STR_ARG(claim->model), SW_STR_ARG(claim->run));
    if (checkpoint) {
        sw_say(cli, SW_TONE_PLAIN, ", step %llu", (unsigned long long)claim->step);
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
    sw_say(cli, SW_TONE_DIM, "  model root  %s\n", sw_digest_show(cli, &claim->root));
    for (size_t i = 0; i < claim->dataset_count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "  trained on  " SW_STR_FMT "@" SW_STR_FMT ", %s\n",
            SW_STR_ARG(claim->datasets[i].name), SW_STR_ARG(claim->datasets[i].version),
            sw_count_show(cli, claim->datasets[i].samples, "sample"));
    }
    for (size_t i = 0; i < claim->base_count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "  made from   " SW_STR_FMT " (" SW_STR_FMT ")\n",
            SW_STR_ARG(claim->bases[i].name), SW_STR_ARG(claim->bases[i].relation));
    }
    for (size_t i = 0; i < claim->gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap         ");
        sw_say(cli, SW_TONE_PLAIN, SW_STR_FMT "\n", SW_STR_ARG(claim->gaps[i]));
    }
    sw_say(cli, SW_TONE_PLAIN, "  in the log  the training, leaf %llu; its provenance, leaf %llu\n",
        (unsigned long long)receipts[0].leaf, (unsigned long long)receipts[1].leaf);
}

static void receipt_json(
    struct sw_json_writer *w, const char *name, const struct sw_receipt *receipt)
{
    sw_jw_object(w, name);
    sw_json_digest(w, "claim", &receipt->claim);
    sw_jw_u64(w, "leaf", receipt->leaf);
    sw_jw_object_end(w);
}

static void inputs_json(struct sw_json_writer *w, const struct sw_training_claim *claim)
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
    sw_jw_bool(w, "verified", claim->verified);
    sw_json_text_or_null(w, "mixture", claim->mixture);
    sw_jw_array(w, "bases");
    for (size_t i = 0; i < claim->base_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", claim->bases[i].name);
        sw_jw_str(w, "relation", claim->bases[i].relation);
        sw_json_digest(w, "root", &claim->bases[i].root);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "consumed");
    for (size_t i = 0; i < claim->consumed_count; i++) {
        sw_json_digest(w, NULL, &claim->consumed[i]);
    }
    sw_jw_array_end(w);
}

sw_result sw_training_json(const struct sw_training_claim *claim,
    const struct sw_receipt receipts[2], struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "kind", claim->kind == SW_TRAINED_CHECKPOINT ? "checkpoint" : "model");
    sw_jw_str(w, "run", claim->run);
    if (claim->step == SW_ABSENT) {
        sw_jw_null(w, "step");
    } else {
        sw_jw_u64(w, "step", claim->step);
    }
    sw_jw_str(w, "model", claim->model);
    sw_json_digest(w, "model_root", &claim->root);
    sw_json_digest(w, "manifest", &claim->manifest);
    inputs_json(w, claim);
    sw_json_texts(w, "gaps", claim->gaps, claim->gap_count);
    receipt_json(w, "training", &receipts[0]);
    receipt_json(w, "provenance", &receipts[1]);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* --- data checkpoint ------------------------------------------------------------------------- */

struct checkpoint_args {
    struct sw_signer_args signer;
    const char *step;
};

static const struct sw_option options[] = {
    {"step", SW_OPTION_TEXT, offsetof(struct checkpoint_args, step), "N",
        "the training step that the checkpoint is of"},
    SW_SIGNER_OPTIONS(struct checkpoint_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result record(struct sw_cli *cli, const char *path, struct sw_data_context *context,
    struct sw_training_claim *claim, struct sw_receipt receipts[2], struct sw_error *err)
{
    SW_TRY(sw_training_hash(cli, path, sw_store_path(context->store), claim, err));
    SW_TRY(sw_data_context_promote(context, err));
    claim->time = context->data.now;
    return sw_training_record(&context->data, claim, receipts, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct checkpoint_args *args = data;
    struct sw_str name = sw_str(cli->operands[0]);
    struct sw_training_claim claim;
    struct sw_receipt receipts[2];
    uint64_t step;
    if (args->step == NULL) {
        return sw_fail(err, SW_E_USAGE, "--step says which training step the checkpoint is of");
    }
    if (!sw_parse_u64(sw_str(args->step), &step) || step == SW_ABSENT) {
        return sw_fail(
            err, SW_E_USAGE, "option '--step' takes a whole number, not '%s'", args->step);
    }
    SW_TRY(sw_name_check(name, "run", err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &context, err));
    SW_TRY(sw_training_plan(&context.data, name, &claim, err));
    claim.kind = SW_TRAINED_CHECKPOINT;
    claim.step = step;
    claim.finished = 0;
    SW_TRY(record(cli, cli->operands[1], &context, &claim, receipts, err));
    if (!cli->json) {
        sw_show_training(cli, &claim, receipts);
        sw_data_warn_untrusted(cli, &context, &receipts[0]);
    }
    SW_TRY(sw_data_context_close(&context, err));
    return cli->json ? sw_training_json(&claim, receipts, err) : SW_OK;
}

const struct sw_command sw_cmd_data_checkpoint = {
    .name = "data checkpoint",
    .summary = "record a checkpoint of a training run",
    .operands = "RUN MODEL",
    .min_operands = 2,
    .max_operands = 2,
    .options = options,
    .args_size = sizeof(struct checkpoint_args),
    .description =
        "Records that MODEL is what run RUN had made by a step, linked to the datasets, weights, "
        "code and parameters that the run was begun with. To be called from inside the command of "
        "*data train*, which sets SEALWRIGHT\\_RUN and SEALWRIGHT\\_STORE for it, or afterwards.",
    .examples = "  sealwright data checkpoint \"$SEALWRIGHT_RUN\" checkpoints/1000 --step 1000\n",
    .run = run,
};
