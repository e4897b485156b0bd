/* Section 3 of the summary: rights, removals and what else was done. Records say what was done, not
 * whether it is enough. */
#include "data/report_summary.h"

/* --- rights ---------------------------------------------------------------------------------- */

/* Fields of a source's record that tell of rights. */
static const struct {
    const char *words;
    const char *path;
} rights[] = {
    {"terms", "use.license"},
    {"copyright", "use.copyright"},
    {"consent", "use.consents"},
};

static sw_result put_rights(
    struct sw_summarizing *s, struct sw_summary_field *field, const struct sw_report_source *source)
{
    for (size_t i = 0; i < SW_COUNT(rights) && source->described; i++) {
        const struct sw_json *value = sw_json_path(source->record.fields, sw_str(rights[i].path));
        struct sw_str text = {NULL, 0};
        if (sw_json_str(value, &text) && text.len > 0) {
            SW_TRY(sw_summary_put(s, field, SW_STR_FMT ", %s: " SW_STR_FMT,
                SW_STR_ARG(source->name), rights[i].words, SW_STR_ARG(text)));
        }
        SW_JSON_EACH (item, value) {
            if (sw_json_str(item, &text) && text.len > 0) {
                SW_TRY(sw_summary_put(s, field, SW_STR_FMT ", %s: " SW_STR_FMT,
                    SW_STR_ARG(source->name), rights[i].words, SW_STR_ARG(text)));
            }
        }
    }
    return SW_OK;
}

sw_result sw_summary_rights(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    (void)which;
    for (size_t i = 0; i < s->report->source_count; i++) {
        SW_TRY(put_rights(s, field, &s->report->sources[i]));
    }
    for (size_t i = 0; i < s->report->mark_count; i++) {
        const struct sw_report_mark *mark = &s->report->marks[i];
        if (mark->takedown) {
            const char *samples = sw_summary_count(s, mark->samples, "sample");
            SW_TRY_PTR(samples);
            SW_TRY(sw_summary_put(s, field, "withdrawn: %s, %s: " SW_STR_FMT, mark->what, samples,
                SW_STR_ARG(mark->reason)));
        }
    }
    return sw_summary_basis(s, field,
        "source claims and takedown claims; whether a crawler honoured an opt-out is not recorded");
}

/* --- removals -------------------------------------------------------------------------------- */

static sw_result put_step(
    struct sw_summarizing *s, struct sw_summary_field *field, const struct sw_report_step *step)
{
    if (!step->described || step->claim.totals == NULL) {
        return SW_OK;
    }
    const struct sw_lineage_totals *totals = step->claim.totals;
    for (size_t i = 0; i < totals->reason_count; i++) {
        const char *samples = sw_summary_count(s, totals->reasons[i].count, "sample");
        SW_TRY_PTR(samples);
        SW_TRY(sw_summary_put(s, field, "step " SW_STR_FMT " removed %s: %s",
            SW_STR_ARG(step->claim.step_name), samples, totals->reasons[i].reason));
    }
    return SW_OK;
}

sw_result sw_summary_removed(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    (void)which;
    for (size_t i = 0; i < s->report->step_count; i++) {
        SW_TRY(put_step(s, field, &s->report->steps[i]));
    }
    return sw_summary_basis(s, field,
        field->count == 0 ? "no step recorded what it removed"
                          : "lineage claims, in the words of whoever ran the step");
}

/* --- what else ------------------------------------------------------------------------------- */

static sw_result put_privacy(
    struct sw_summarizing *s, struct sw_summary_field *field, const struct sw_report_source *source)
{
    if (!source->described) {
        return SW_OK;
    }
    SW_JSON_EACH (item, sw_json_path(source->record.fields, sw_str("use.privacy-indicators"))) {
        struct sw_str code = {NULL, 0};
        struct sw_str result = {NULL, 0};
        (void)sw_json_str(sw_json_path(item, sw_str("tool.code")), &code);
        (void)sw_json_str(sw_json_get(item, "result"), &result);
        SW_TRY(sw_summary_put(s, field,
            SW_STR_FMT ", privacy technique: " SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(source->name),
            SW_STR_ARG(code), result.len > 0 ? ": " : "", SW_STR_ARG(result)));
    }
    return SW_OK;
}

sw_result sw_summary_processing(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    (void)which;
    for (size_t i = 0; i < s->report->source_count; i++) {
        SW_TRY(put_privacy(s, field, &s->report->sources[i]));
    }
    for (size_t i = 0; i < s->report->mark_count; i++) {
        const struct sw_report_mark *mark = &s->report->marks[i];
        if (!mark->takedown) {
            SW_TRY(sw_summary_put(s, field, "tainted, and still in: %s (%s): " SW_STR_FMT,
                mark->what, mark->severity, SW_STR_ARG(mark->reason)));
        }
    }
    for (size_t i = 0; i < s->report->set_count; i++) {
        const struct sw_dataset_claim *claim = &s->report->sets[i].claim;
        for (size_t j = 0; j < claim->quarantined_count; j++) {
            const char *records = sw_summary_count(s, claim->quarantined[j].count, "record");
            SW_TRY_PTR(records);
            SW_TRY(sw_summary_put(s, field, SW_STR_FMT "@" SW_STR_FMT ": %s left out: %s",
                SW_STR_ARG(claim->name), SW_STR_ARG(claim->version), records,
                claim->quarantined[j].reason));
        }
    }
    for (size_t i = 0; i < s->report->gap_count; i++) {
        SW_TRY(sw_summary_put(s, field, "not known: " SW_STR_FMT, SW_STR_ARG(s->report->gaps[i])));
    }
    return field->count == 0
               ? SW_OK
               : sw_summary_basis(s, field, "source, dataset, training and taint claims");
}
