/* What trusted claims say of the sources and steps that samples come from. */
#include "data/report_private.h"

#include <stdlib.h>

/* Steps whose lineage is looked up; a chain of more is told by its digests. */
#define STEPS_MAX 256u

sw_result sw_report_gap(struct sw_arena *arena, struct sw_report *report, const char *text)
{
    SW_TRY_PTR(text);
    for (size_t i = 0; i < report->gap_count; i++) {
        if (sw_str_is(report->gaps[i], text)) {
            return SW_OK;
        }
    }
    report->gaps = sw_arena_grow(
        arena, report->gaps, report->gap_count, &report->gap_cap, sizeof(report->gaps[0]));
    SW_TRY_PTR(report->gaps);
    report->gaps[report->gap_count++] = sw_str(text);
    return SW_OK;
}

/* --- sources --------------------------------------------------------------------------------- */

static int compare_sources(const void *a, const void *b)
{
    const struct sw_report_source *x = a;
    const struct sw_report_source *y = b;
    return sw_str_compare(x->name, y->name);
}

/* Those of one set: by its rows, or by its claim when they are not there. */
static void list_sources(const struct sw_report_set *set, struct sw_report_source *out, size_t *n)
{
    for (size_t i = 0; i < set->source_count && set->rows_read; i++) {
        const struct sw_report_part *part = &set->sources[i];
        out[(*n)++] = (struct sw_report_source){.name = part->name,
            .samples = part->samples,
            .bytes = part->bytes,
            .words = part->words};
    }
    for (size_t i = 0; i < set->claim.source_count && !set->rows_read; i++) {
        const struct sw_dataset_source *source = &set->claim.sources[i];
        out[(*n)++] = (struct sw_report_source){
            .name = source->name, .samples = source->samples, .bytes = source->bytes};
    }
}

static const struct sw_mixture_claim *decision_of(const struct sw_report *report)
{
    return report->mixture == NULL ? NULL : &report->mixture->decisions[report->decision];
}

/* One entry a name. */
static size_t merge_sources(struct sw_report_source *list, size_t count)
{
    size_t kept = 0;
    qsort(list, count, sizeof(*list), compare_sources);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && sw_str_equal(list[kept - 1].name, list[i].name)) {
            list[kept - 1].samples += list[i].samples;
            list[kept - 1].bytes += list[i].bytes;
            list[kept - 1].words += list[i].words;
            continue;
        }
        list[kept++] = list[i];
    }
    return kept;
}

static sw_result describe_source(const struct sw_data *data, struct sw_report *report,
    struct sw_report_source *source, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_source_find(data, source->name, &source->record, &source->by, &why);
    source->described = code == SW_OK;
    if (code == SW_E_NOENT) {
        return sw_report_gap(data->arena, report,
            sw_arena_printf(
                data->arena, "source " SW_STR_FMT " is not known", SW_STR_ARG(source->name)));
    }
    return code == SW_OK ? SW_OK : sw_fail(err, code, "%s", why.text);
}

static sw_result find_sources(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err)
{
    const struct sw_mixture_claim *decision = decision_of(report);
    size_t count = decision == NULL ? 0 : decision->weight_count;
    for (size_t i = 0; i < report->set_count; i++) {
        count += report->sets[i].source_count + report->sets[i].claim.source_count;
    }
    report->sources = SW_ARENA_ARRAY(data->arena, struct sw_report_source, count);
    SW_TRY_PTR(report->sources);
    size_t n = 0;
    for (size_t i = 0; i < report->set_count; i++) {
        list_sources(&report->sets[i], report->sources, &n);
    }
    for (size_t i = 0; decision != NULL && i < decision->weight_count; i++) {
        if (decision->weights[i].source.len != 0) {
            report->sources[n++].name = decision->weights[i].source;
        }
    }
    report->source_count = merge_sources(report->sources, n);
    for (size_t i = 0; i < report->source_count; i++) {
        SW_TRY(describe_source(data, report, &report->sources[i], err));
    }
    return SW_OK;
}

/* --- steps ----------------------------------------------------------------------------------- */

static int compare_steps(const void *a, const void *b)
{
    const struct sw_report_step *x = a;
    const struct sw_report_step *y = b;
    return memcmp(x->step.bytes, y->step.bytes, sizeof(x->step.bytes));
}

/* The newest claim of what the step did. */
static sw_result describe_step(
    const struct sw_data *data, struct sw_report_step *step, struct sw_error *err)
{
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    SW_TRY(sw_data_claims(data, SW_PREDICATE_LINEAGE, &step->step, &claims, &count, NULL, err));
    for (size_t i = count; i-- > 0 && !step->described;) {
        SW_TRY(sw_lineage_claim_read(data->arena, &claims[i].statement, &step->claim, err));
        step->described = sw_digest_equal(&step->claim.step, &step->step);
    }
    return SW_OK;
}

static void name_steps(struct sw_report *report)
{
    for (size_t i = 0; i < report->set_count; i++) {
        struct sw_report_set *set = &report->sets[i];
        for (size_t j = 0; j < set->step_count; j++) {
            const struct sw_report_step key = {.step = set->steps[j].digest};
            const struct sw_report_step *step =
                bsearch(&key, report->steps, report->step_count, sizeof(key), compare_steps);
            bool named = step != NULL && step->described;
            set->steps[j].name = named ? step->claim.step_name : sw_str("");
        }
    }
}

static sw_result find_steps(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < report->set_count; i++) {
        count += report->sets[i].step_count;
    }
    report->steps = SW_ARENA_ARRAY(data->arena, struct sw_report_step, count);
    SW_TRY_PTR(report->steps);
    size_t n = 0;
    for (size_t i = 0; i < report->set_count; i++) {
        for (size_t j = 0; j < report->sets[i].step_count; j++) {
            report->steps[n++].step = report->sets[i].steps[j].digest;
        }
    }
    qsort(report->steps, n, sizeof(report->steps[0]), compare_steps);
    for (size_t i = 0; i < n; i++) {
        bool new = i == 0 || compare_steps(&report->steps[i - 1], &report->steps[i]) != 0;
        if (new) {
            report->steps[report->step_count++] = report->steps[i];
        }
    }
    for (size_t i = 0; i < report->step_count && i < STEPS_MAX; i++) {
        SW_TRY(describe_step(data, &report->steps[i], err));
    }
    name_steps(report);
    return SW_OK;
}

/* --- gaps ------------------------------------------------------------------------------------ */

static sw_result add_gaps(
    struct sw_arena *arena, struct sw_report *report, const struct sw_str *gaps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_report_gap(arena, report, sw_arena_strndup(arena, gaps[i])));
    }
    return SW_OK;
}

/* Sources were described when the set was made; what was said of them since counts. */
static sw_result add_source_gaps(
    struct sw_arena *arena, struct sw_report *report, const struct sw_report_source *source)
{
    struct sw_str *gaps = NULL;
    size_t count = 0;
    if (!source->described) {
        return SW_OK;
    }
    SW_TRY(sw_source_gaps(arena, &source->record, &gaps, &count));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_report_gap(arena, report,
            sw_arena_printf(arena, "source " SW_STR_FMT " has " SW_STR_FMT,
                SW_STR_ARG(source->name), SW_STR_ARG(gaps[i]))));
    }
    return SW_OK;
}

static sw_result collect_gaps(struct sw_arena *arena, struct sw_report *report)
{
    for (size_t i = 0; i < report->set_count; i++) {
        const struct sw_dataset_claim *claim = &report->sets[i].claim;
        SW_TRY(add_gaps(arena, report, claim->gaps, claim->gap_count));
    }
    for (size_t i = 0; i < report->step_count; i++) {
        const struct sw_report_step *step = &report->steps[i];
        if (step->described) {
            SW_TRY(add_gaps(arena, report, step->claim.gaps, step->claim.gap_count));
        }
    }
    if (report->training != NULL) {
        SW_TRY(add_gaps(arena, report, report->training->gaps, report->training->gap_count));
    }
    for (size_t i = 0; i < report->consumed_count; i++) {
        const struct sw_consumption_claim *claim = &report->consumed[i].claim;
        SW_TRY(add_gaps(arena, report, claim->gaps, claim->gap_count));
    }
    for (size_t i = 0; i < report->source_count; i++) {
        SW_TRY(add_source_gaps(arena, report, &report->sources[i]));
    }
    return SW_OK;
}

sw_result sw_report_context(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err)
{
    SW_TRY(find_sources(data, report, err));
    SW_TRY(find_steps(data, report, err));
    return collect_gaps(data->arena, report);
}
