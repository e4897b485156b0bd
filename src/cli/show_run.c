#include "cli/show_run.h"

/* --- for people ------------------------------------------------------------------------------ */

/* "1,200 kept, 3 edited" */
static void show_outputs(struct sw_cli *cli, const struct sw_lineage_totals *totals)
{
    bool first = true;
    sw_say(cli, SW_TONE_PLAIN, "  outputs     ");
    for (unsigned kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
        uint64_t count = totals->outputs[kind];
        if (count > 0) {
            sw_say(cli, SW_TONE_PLAIN, "%s%s %s", first ? "" : ", ", sw_group_digits(cli, count),
                sw_edge_kind_name((enum sw_edge_kind)kind));
            first = false;
        }
    }
    if (totals->reordered > 0) {
        sw_say(cli, SW_TONE_DIM, "; %s stand elsewhere", sw_group_digits(cli, totals->reordered));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_inputs(struct sw_cli *cli, const struct sw_lineage_totals *totals)
{
    sw_say(cli, SW_TONE_PLAIN, "  inputs      %s used, %s dropped",
        sw_group_digits(cli, totals->inputs_used), sw_group_digits(cli, totals->inputs_dropped));
    for (size_t i = 0; i < totals->reason_count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "%s%s %s", i == 0 ? ": " : ", ",
            sw_group_digits(cli, totals->reasons[i].count), totals->reasons[i].reason);
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

void sw_show_run(
    struct sw_cli *cli, const struct sw_run_made *made, const struct sw_run_recorded *recorded)
{
    const struct sw_lineage_claim *lineage = &recorded->lineage;
    sw_say(cli, lineage->complete ? SW_TONE_GOOD : SW_TONE_WARN, "recorded");
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT " -> " SW_STR_FMT "@" SW_STR_FMT ": %s\n",
        SW_STR_ARG(lineage->step_name), SW_STR_ARG(lineage->output.name),
        SW_STR_ARG(lineage->output.version), sw_count_show(cli, made->samples, "sample"));
    show_outputs(cli, &made->totals);
    show_inputs(cli, &made->totals);
    sw_say(cli, SW_TONE_DIM, "  step        %s\n", sw_digest_show(cli, &made->step));
    sw_say(cli, SW_TONE_DIM, "  manifest    %s\n", sw_digest_show(cli, &made->manifest));
    for (size_t i = 0; i < made->gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap         " SW_STR_FMT "\n", SW_STR_ARG(made->gaps[i]));
    }
    sw_say(cli, SW_TONE_PLAIN, "  in the log  the dataset, leaf %llu; its lineage, leaf %llu\n",
        (unsigned long long)recorded->receipts[SW_RUN_DATASET].leaf,
        (unsigned long long)recorded->receipts[SW_RUN_LINEAGE].leaf);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void totals_json(struct sw_json_writer *w, const struct sw_lineage_totals *totals)
{
    sw_jw_object(w, "outputs");
    for (unsigned kind = SW_EDGE_KEPT; kind <= SW_EDGE_GENERATED; kind++) {
        sw_jw_u64(w, sw_edge_kind_name((enum sw_edge_kind)kind), totals->outputs[kind]);
    }
    sw_jw_object_end(w);
    sw_jw_u64(w, "generated_unknown", totals->generated_unknown);
    sw_jw_u64(w, "reordered", totals->reordered);
    sw_jw_u64(w, "inputs_used", totals->inputs_used);
    sw_jw_u64(w, "inputs_dropped", totals->inputs_dropped);
    sw_jw_object(w, "dropped_for");
    for (size_t i = 0; i < totals->reason_count; i++) {
        sw_jw_u64(w, totals->reasons[i].reason, totals->reasons[i].count);
    }
    sw_jw_object_end(w);
}

static void inputs_json(struct sw_json_writer *w, const struct sw_lineage_claim *lineage)
{
    sw_jw_array(w, "inputs");
    for (size_t i = 0; i < lineage->input_count; i++) {
        const struct sw_dataset_ref *ref = &lineage->inputs[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", ref->name);
        sw_jw_str(w, "version", ref->version);
        sw_json_digest(w, "manifest", &ref->manifest);
        sw_jw_u64(w, "samples", ref->samples);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void receipts_json(struct sw_json_writer *w, const struct sw_receipt *receipts)
{
    static const char *const names[SW_RUN_RECEIPTS] = {
        [SW_RUN_DATASET] = "dataset_claim",
        [SW_RUN_LINEAGE] = "lineage_claim",
        [SW_RUN_PROVENANCE] = "provenance",
    };
    for (size_t i = 0; i < SW_RUN_RECEIPTS; i++) {
        sw_jw_object(w, names[i]);
        sw_json_digest(w, "claim", &receipts[i].claim);
        sw_jw_u64(w, "leaf", receipts[i].leaf);
        sw_jw_object_end(w);
    }
}

sw_result sw_run_json(
    const struct sw_run_made *made, const struct sw_run_recorded *recorded, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    const struct sw_lineage_claim *lineage = &recorded->lineage;
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", lineage->output.name);
    sw_jw_str(w, "version", lineage->output.version);
    sw_json_digest(w, "manifest", &made->manifest);
    sw_jw_u64(w, "samples", made->samples);
    sw_jw_u64(w, "bytes", recorded->dataset.bytes);
    sw_jw_u64(w, "bad", made->quarantined);
    sw_jw_str(w, "step_name", lineage->step_name);
    sw_json_digest(w, "step", &made->step);
    sw_json_digest(w, "lineage", &made->lineage);
    sw_jw_str(w, "match", lineage->match);
    inputs_json(w, lineage);
    totals_json(w, &made->totals);
    sw_jw_bool(w, "complete", lineage->complete);
    sw_json_texts(w, "gaps", made->gaps, made->gap_count);
    receipts_json(w, recorded->receipts);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}
