#include "data/run_private.h"

#include <stdlib.h>

sw_result sw_run_output_open(struct sw_run_output *output, const struct sw_data *data,
    const struct sw_run_plan *plan, const struct sw_run_digests *digests, const char *scratch,
    struct sw_error *err)
{
    *output = (struct sw_run_output){.data = data,
        .path = plan->output_path,
        .options = plan->output_options,
        .digests = digests,
        .rows = SW_PILE_INIT(struct sw_row)};
    for (size_t s = 0; s < plan->input_count; s++) {
        output->input_bytes += plan->inputs[s].claim.bytes;
    }
    SW_TRY(sw_tallies_init(&output->tallies, data->arena));
    SW_TRY(sw_ids_init(&output->ids, scratch, 0, err));
    return sw_pile_open(&output->rows, scratch, err);
}

void sw_run_output_close(struct sw_run_output *output)
{
    sw_pile_close(&output->rows);
    sw_tallies_release(&output->tallies);
    sw_ids_release(&output->ids);
    sw_cleanup_records(&output->records);
    output->records = NULL;
}

/* One pass over everything; further ones show as a bar that stays full. */
static void expect_bytes(const struct sw_run_output *output)
{
    size_t count;
    uint64_t bytes = output->input_bytes;
    const struct sw_input_file *files = sw_records_files(output->records, &count);
    for (size_t i = 0; i < count; i++) {
        bytes += files[i].size;
    }
    sw_progress_expect(output->data->progress, bytes, 0);
}

static enum sw_code start(void *ctx, bool whole, struct sw_error *err)
{
    struct sw_run_output *output = ctx;
    output->whole = whole || !output->taken;
    output->next = 0;
    output->consumed = 0;
    if (!output->whole) {
        return SW_OK;
    }
    sw_cleanup_records(&output->records);
    output->records = NULL;
    SW_TRY(sw_records_open(&output->records, output->path, &output->options, err));
    if (!output->taken) {
        expect_bytes(output);
    }
    return SW_OK;
}

/* --- the first time -------------------------------------------------------------------------- */

static const char *file_of(const struct sw_run_output *output, uint32_t file)
{
    size_t count;
    const struct sw_input_file *files = sw_records_files(output->records, &count);
    return file < count ? files[file].path : "?";
}

static sw_result look_up_all(struct sw_run_output *output, struct sw_error *err)
{
    for (bool any = true; any;) {
        struct sw_id_seen found;
        bool repeated;
        SW_TRY(sw_ids_flush(&output->ids, &found, &repeated, &any, err));
        SW_TRY(repeated ? sw_tallies_repeated(&output->tallies, &found, file_of(output, found.file))
                        : SW_OK);
    }
    return SW_OK;
}

static sw_result take_bad(
    struct sw_run_output *output, const struct sw_bad_record *bad, struct sw_error *err)
{
    struct sw_tallies *tallies = &output->tallies;
    if (output->taken) {
        return SW_OK;
    }
    SW_TRY(look_up_all(output, err));
    tallies->bad++;
    SW_TRY(sw_tallies_list(tallies, bad, file_of(output, bad->file), false));
    return sw_counter_add(&tallies->reasons, sw_str(bad->reason), 1);
}

/* As an ingestion does: a sample is one all the same. */
static sw_result compare_id(
    struct sw_run_output *output, const struct sw_record *record, struct sw_error *err)
{
    struct sw_id_seen found;
    bool repeated;
    if (record->id.len == 0 || strcmp(sw_records_format(output->records), "dir") == 0) {
        return SW_OK;
    }
    struct sw_id_seen seen = sw_ids_seen(&output->ids, record);
    SW_TRY(sw_ids_add(&output->ids, &seen, &found, &repeated, err));
    return repeated ? sw_tallies_repeated(&output->tallies, &found, file_of(output, found.file))
                    : SW_OK;
}

static sw_result finish_ids(struct sw_run_output *output, struct sw_error *err)
{
    uint64_t repeated;
    SW_TRY(look_up_all(output, err));
    SW_TRY(sw_ids_finish(&output->ids, &repeated, err));
    output->tallies.repeated += repeated;
    return SW_OK;
}

static sw_result take_sample(
    struct sw_run_output *output, const struct sw_record *record, struct sw_error *err)
{
    if (output->rows.count == SW_ROWS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "'%s' has too many samples for one dataset", output->path);
    }
    SW_TRY(compare_id(output, record, err));
    if (record->label.len > 0) {
        SW_TRY(sw_counter_add(&output->tallies.labels, record->label, 1));
    }
    if (record->language.len > 0) {
        SW_TRY(sw_counter_add(&output->tallies.languages, record->language, 1));
    }
    return sw_pile_add(&output->rows, &output->row, err);
}

/* --- again ----------------------------------------------------------------------------------- */

static sw_result check_sample(struct sw_run_output *output, struct sw_error *err)
{
    struct sw_row was = {0};
    if (output->next < output->rows.count) {
        SW_TRY(sw_pile_at(&output->rows, output->next, &was, err));
    }
    return output->next < output->rows.count &&
                   memcmp(was.record, output->row.record, sizeof(was.record)) == 0 &&
                   memcmp(was.content, output->row.content, sizeof(was.content)) == 0
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED, "'%s' changed while it was read", output->path);
}

static sw_result end_pass(struct sw_run_output *output, struct sw_error *err)
{
    if (output->taken && output->next != output->rows.count) {
        return sw_fail(err, SW_E_REFUSED, "'%s' changed while it was read", output->path);
    }
    if (!output->taken && output->rows.count == 0) {
        return sw_fail(err, SW_E_REFUSED, "'%s' has no sample%s%s", output->path,
            output->tallies.first_bad == NULL ? "" : "; the first record that is none: ",
            output->tallies.first_bad == NULL ? "" : output->tallies.first_bad);
    }
    SW_TRY(output->taken ? SW_OK : finish_ids(output, err));
    output->taken = true;
    output->format = sw_arena_strdup(output->data->arena, sw_records_format(output->records));
    return output->format == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result next_whole(
    struct sw_run_output *output, struct sw_match_sample *out, bool *more, struct sw_error *err)
{
    struct sw_record_step step;
    for (;;) {
        SW_TRY(sw_records_next(output->records, &step, err));
        if (step.kind != SW_RECORD_BAD) {
            break;
        }
        SW_TRY(take_bad(output, &step.bad, err));
    }
    uint64_t consumed = sw_records_consumed(output->records);
    sw_progress_add(output->data->progress, consumed - output->consumed, 1);
    output->consumed = consumed;
    *more = step.kind == SW_RECORD_SAMPLE;
    if (!*more) {
        return end_pass(output, err);
    }
    output->row = (struct sw_row){0};
    sw_row_of_record(
        &output->digests->salt, &step.record, output->digests->one_digest, &output->row);
    SW_TRY(output->taken ? check_sample(output, err) : take_sample(output, &step.record, err));
    *out = (struct sw_match_sample){.row = (uint32_t)output->next++,
        .content = output->row.content,
        .file = step.record.file,
        .line = step.record.line,
        .id = step.record.id,
        .text = step.record.content};
    return SW_OK;
}

static enum sw_code next(void *ctx, struct sw_match_sample *out, bool *more, struct sw_error *err)
{
    struct sw_run_output *output = ctx;
    SW_TRY(sw_progress_check(output->data->progress, err));
    if (output->whole) {
        return next_whole(output, out, more, err);
    }
    *more = output->next < output->rows.count;
    if (*more) {
        SW_TRY(sw_pile_at(&output->rows, output->next, &output->row, err));
        *out = (struct sw_match_sample){
            .row = (uint32_t)output->next++, .content = output->row.content};
    }
    return SW_OK;
}

struct sw_match_source sw_run_output_source(struct sw_run_output *output)
{
    return (struct sw_match_source){output, start, next};
}

sw_result sw_run_output_take(struct sw_run_output *output, struct sw_error *err)
{
    struct sw_match_sample sample;
    bool more = true;
    if (output->taken) {
        return SW_OK;
    }
    SW_TRY(start(output, true, err));
    while (more) {
        SW_TRY(next(output, &sample, &more, err));
    }
    return SW_OK;
}

sw_result sw_run_output_extras(
    struct sw_run_output *output, struct sw_rows_writer *writer, struct sw_error *err)
{
    SW_TRY(sw_ingest_files(output->records, writer, err));
    return sw_tallies_extras(&output->tallies, writer, err);
}
