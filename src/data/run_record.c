/* What a step's run leaves in the log: the dataset, its lineage, and SLSA provenance v1. */
#include "data/run_private.h"
#include "data/slsa.h"

#include <unistd.h>

/* --- how it was made ------------------------------------------------------------------------- */

static sw_result parse_kept(const struct sw_data *data, const struct sw_buf *text,
    const struct sw_json **out, struct sw_error *err)
{
    struct sw_json *json = SW_ARENA_NEW(data->arena, struct sw_json);
    const void *kept = sw_arena_copy(data->arena, sw_buf_bytes(text));
    if (json == NULL || kept == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_json_parse(data->arena, sw_bytes(kept, text->len), NULL, json, err));
    *out = json;
    return SW_OK;
}

static void matching_json(
    struct sw_json_writer *w, const struct sw_run_plan *plan, const struct sw_run_made *made)
{
    if (made->events.alg != 0) {
        char digest[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&made->events, digest);
        sw_jw_text(w, "events", digest);
    }
    if (made->events.alg == 0 && plan->match == SW_MATCH_NEAR) {
        uint32_t least = plan->min_similarity != 0 ? plan->min_similarity : SW_MATCH_SIMILARITY;
        sw_jw_double(w, "min_similarity", (double)least / SW_CONFIDENCE_FULL);
    }
    if (plan->drops.len > 0) {
        sw_jw_str(w, "drops", plan->drops);
    }
    if (plan->generator.len > 0) {
        sw_jw_str(w, "generator", plan->generator);
    }
}

static sw_result describe(const struct sw_data *data, const struct sw_run_plan *plan,
    const struct sw_run_made *made, const struct sw_json **out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json step;
    struct sw_json_writer w;
    SW_TRY(sw_json_parse(data->arena, made->step_text, NULL, &step, err));
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_jw_json(&w, "step", &step);
    if (plan->environment != NULL) {
        sw_jw_json(&w, "environment", plan->environment);
    }
    matching_json(&w, plan, made);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    return parse_kept(data, &text, out, err);
}

/* --- claims ---------------------------------------------------------------------------------- */

static sw_result describe_output(const struct sw_data *data, const struct sw_run_plan *plan,
    const struct sw_run_made *made, const struct sw_rows *rows, struct sw_dataset_claim *out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_record_options options = plan->output_options;
    options.format = sw_arena_strndup(data->arena, rows->reader);
    SW_TRY_PTR(options.format);
    *out = (struct sw_dataset_claim){.name = plan->output.name,
        .version = plan->output.version,
        .location = sw_str(plan->output_path),
        .gaps = made->gaps,
        .gap_count = made->gap_count};
    SW_TRY(sw_record_options_write(&options, &text));
    return parse_kept(data, &text, &out->options, err);
}

static sw_result describe_lineage(const struct sw_data *data, const struct sw_run_plan *plan,
    const struct sw_run_made *made, const struct sw_dataset_claim *output,
    struct sw_lineage_claim *out, struct sw_error *err)
{
    *out = (struct sw_lineage_claim){.step = made->step,
        .step_name = plan->step.name,
        .lineage = made->lineage,
        .input_count = plan->input_count,
        .output = {output->name, output->version, output->manifest, output->samples},
        .match = sw_str(made->events.alg != 0 ? "events" : sw_match_name(plan->match)),
        .totals = &made->totals,
        .complete = made->gap_count == 0,
        .gaps = made->gaps,
        .gap_count = made->gap_count,
        .time = data->now};
    out->inputs = SW_ARENA_ARRAY(data->arena, struct sw_dataset_ref, plan->input_count);
    SW_TRY_PTR(out->inputs);
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct sw_dataset_claim *input = &plan->inputs[i].claim;
        out->inputs[i] =
            (struct sw_dataset_ref){input->name, input->version, input->manifest, input->samples};
    }
    return describe(data, plan, made, &out->how, err);
}

/* --- SLSA provenance ------------------------------------------------------------------------- */

sw_result sw_run_provenance(const struct sw_run_plan *plan, const struct sw_lineage_claim *lineage,
    const char *builder, struct sw_buf *out)
{
    const struct sw_run_step *step = &plan->step;
    SW_CLEANUP(slsa) struct sw_slsa slsa = {0};
    sw_slsa_begin(&slsa, SW_BUILD_TYPE_STEP);
    sw_jw_str(&slsa.w, "step", step->name);
    sw_slsa_texts(&slsa, "command", step->command, step->command_count);
    if (step->parameters != NULL) {
        sw_jw_json(&slsa.w, "parameters", step->parameters);
    }
    sw_slsa_dependencies(&slsa, plan->environment);
    for (size_t i = 0; i < lineage->input_count; i++) {
        SW_TRY(sw_slsa_dataset(&slsa, &lineage->inputs[i]));
    }
    for (size_t i = 0; i < step->code_count; i++) {
        sw_slsa_resource(&slsa, "code", step->code[i].path, &step->code[i].digest);
    }
    sw_slsa_run(&slsa, builder, sw_str(""), plan->started, plan->finished);
    sw_slsa_resource(&slsa, "lineage", lineage->step_name, &lineage->lineage);
    return sw_slsa_end(&slsa, out);
}

/* --- recording ------------------------------------------------------------------------------- */

/* A file that got its lasting name now; NULL when the store had the same one already. */
static sw_result keep(const struct sw_data *data, enum sw_data_file kind, const char **draft,
    const struct sw_digest *digest, const char **created, struct sw_error *err)
{
    const char *path = sw_data_file_path(data, kind, digest);
    SW_TRY_PTR(path);
    bool there = sw_file_exists(path);
    SW_TRY(sw_data_file_keep(data, kind, *draft, digest, err));
    *draft = NULL;
    *created = there ? NULL : path;
    return SW_OK;
}

static sw_result record_all(const struct sw_data *data, const struct sw_run_plan *plan,
    const struct sw_data_draft *dataset, struct sw_run_recorded *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf lineage = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf provenance = SW_BUF_INIT;
    const char *builder =
        sw_arena_printf(data->arena, "urn:sealwright:log:%s", sw_store_origin(data->store));
    SW_TRY_PTR(builder);
    SW_TRY(sw_lineage_claim_write(&out->lineage, &lineage));
    SW_TRY(sw_run_provenance(plan, &out->lineage, builder, &provenance));
    const struct sw_subject subjects[SW_LINEAGE_SUBJECTS] = {
        {dataset->subjects[0].name, out->dataset.manifest},
        {sw_str("step"), out->lineage.step},
        {sw_str("lineage"), out->lineage.lineage},
    };
    const struct sw_data_draft drafts[SW_RUN_RECEIPTS] = {
        [SW_RUN_DATASET] = *dataset,
        [SW_RUN_LINEAGE] = {subjects, SW_LINEAGE_SUBJECTS, SW_PREDICATE_LINEAGE,
            sw_buf_bytes(&lineage)},
        [SW_RUN_PROVENANCE] = {subjects, 1, SW_PREDICATE_SLSA_PROVENANCE,
            sw_buf_bytes(&provenance)},
    };
    return sw_data_record_all(data, drafts, SW_RUN_RECEIPTS, out->receipts, err);
}

static sw_result record(const struct sw_data *data, const struct sw_run_plan *plan,
    const struct sw_run_made *made, struct sw_run_recorded *out, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_dataset_claim more;
    struct sw_data_draft draft;
    const char *path = sw_data_file_path(data, SW_DATA_FILE_SET, &made->manifest);
    SW_TRY_PTR(path);
    SW_TRY(sw_rows_open(&rows, path, &made->manifest, err));
    SW_TRY(describe_output(data, plan, made, &rows, &more, err));
    SW_TRY(sw_dataset_claim_draft(data, &rows, &more, &out->dataset, &draft, err));
    SW_TRY(describe_lineage(data, plan, made, &out->dataset, &out->lineage, err));
    return record_all(data, plan, &draft, out, err);
}

sw_result sw_run_record(const struct sw_data *data, const struct sw_run_plan *plan,
    struct sw_run_made *made, struct sw_run_recorded *out, struct sw_error *err)
{
    const char *created[2] = {NULL, NULL};
    SW_TRY(keep(data, SW_DATA_FILE_SET, &made->rows_draft, &made->manifest, &created[0], err));
    enum sw_code code =
        keep(data, SW_DATA_FILE_LINEAGE, &made->lineage_draft, &made->lineage, &created[1], err);
    code = code == SW_OK ? record(data, plan, made, out, err) : code;
    for (size_t i = 0; i < SW_COUNT(created) && code != SW_OK; i++) {
        if (created[i] != NULL) {
            (void)unlink(created[i]); /* nothing in the log names it */
        }
    }
    return code;
}
