#include "data/run_private.h"

#include <stdlib.h>

/* --- finding --------------------------------------------------------------------------------- */

static sw_result find_files(
    const struct sw_data *data, const char *path, struct sw_run_input *input, struct sw_error *err)
{
    const struct sw_dataset_claim *claim = &input->claim;
    input->path = path;
    if (path == NULL && claim->location.len > 0) {
        input->path = sw_arena_strndup(data->arena, claim->location);
        SW_TRY_PTR(input->path);
    }
    return input->path != NULL
               ? SW_OK
               : sw_fail(err, SW_E_USAGE,
                     "nobody said where the files of " SW_STR_FMT "@" SW_STR_FMT
                     " are; name them: --in " SW_STR_FMT "=PATH",
                     SW_STR_ARG(claim->name), SW_STR_ARG(claim->version), SW_STR_ARG(claim->name));
}

sw_result sw_run_input_find(
    const struct sw_data *data, const char *text, struct sw_run_input *input, struct sw_error *err)
{
    const char *equals = strchr(text, '=');
    size_t len = equals == NULL ? strlen(text) : (size_t)(equals - text);
    SW_TRY(sw_dataset_find(data, sw_str_n(text, len), &input->claim, NULL, err));
    SW_TRY(find_files(data, equals == NULL ? NULL : equals + 1, input, err));
    if (input->claim.options != NULL) {
        SW_TRY(sw_record_options_read(data->arena, input->claim.options, &input->options, err));
    }
    SW_TRY(sw_salt_load(data, input->claim.salt, &input->salt, err));
    return sw_dataset_open(data, &input->claim, &input->rows, err);
}

void sw_run_input_release(struct sw_run_input *input)
{
    sw_rows_close(&input->rows);
    sw_salt_wipe(&input->salt);
}

/* --- reading again --------------------------------------------------------------------------- */

sw_result sw_run_reading_open(struct sw_run_reading *reading, const struct sw_data *data,
    struct sw_run_input *input, const struct sw_run_digests *digests, const char *scratch,
    struct sw_error *err)
{
    *reading = (struct sw_run_reading){.data = data,
        .input = input,
        .digests = digests,
        .comparable = sw_str_equal(input->claim.salt, digests->salt_name) &&
                      input->rows.one_digest == digests->one_digest,
        .contents = SW_PILE_INIT(uint8_t[32])};
    return reading->comparable ? SW_OK : sw_pile_open(&reading->contents, scratch, err);
}

void sw_run_reading_close(struct sw_run_reading *reading)
{
    sw_pile_close(&reading->contents);
    sw_cleanup_records(&reading->records);
    reading->records = NULL;
}

static enum sw_code start(void *ctx, bool whole, struct sw_error *err)
{
    struct sw_run_reading *reading = ctx;
    reading->whole = whole || (!reading->comparable && !reading->contents_made);
    reading->next = 0;
    reading->consumed = 0;
    sw_cleanup_records(&reading->records);
    reading->records = NULL;
    return reading->whole ? sw_records_open(&reading->records, reading->input->path,
                                &reading->input->options, err)
                          : SW_OK;
}

static enum sw_code changed(const struct sw_run_reading *reading, const char *what,
    const struct sw_record *record, struct sw_error *err)
{
    const struct sw_dataset_claim *claim = &reading->input->claim;
    size_t count;
    const struct sw_input_file *files = sw_records_files(reading->records, &count);
    const char *file = record == NULL || record->file >= count ? NULL : files[record->file].path;
    SW_CLEANUP(buf) struct sw_buf where = SW_BUF_INIT;
    if (file != NULL) {
        SW_TRY(sw_buf_printf(&where, " (%s, byte %llu)", file, (unsigned long long)record->offset));
    }
    return sw_fail(err, SW_E_REFUSED,
        "the input " SW_STR_FMT "@" SW_STR_FMT " was changed: %s sample %llu%s",
        SW_STR_ARG(claim->name), SW_STR_ARG(claim->version), what,
        (unsigned long long)reading->next, sw_buf_cstr(&where));
}

/* The next record that is a sample. */
static sw_result next_record(
    struct sw_run_reading *reading, struct sw_record_step *step, struct sw_error *err)
{
    do {
        SW_TRY(sw_records_next(reading->records, step, err));
    } while (step->kind == SW_RECORD_BAD);
    uint64_t consumed = sw_records_consumed(reading->records);
    sw_progress_add(reading->data->progress, consumed - reading->consumed, 1);
    reading->consumed = consumed;
    return SW_OK;
}

/* As it was recorded, or refused; and its content as the output's are digested. */
static sw_result check_record(
    struct sw_run_reading *reading, const struct sw_record *record, struct sw_error *err)
{
    struct sw_run_input *input = reading->input;
    struct sw_row was;
    struct sw_row read;
    SW_TRY(sw_rows_at(&input->rows, reading->next, &was, err));
    sw_row_of_record(&input->salt, record, input->rows.one_digest, &read);
    if (memcmp(was.record, read.record, sizeof(was.record)) != 0 ||
        memcmp(was.content, read.content, sizeof(was.content)) != 0) {
        return changed(reading, "another record stands where it had", record, err);
    }
    if (!reading->comparable) {
        sw_row_of_record(&reading->digests->salt, record, reading->digests->one_digest, &read);
        SW_TRY(reading->contents_made ? SW_OK : sw_pile_add(&reading->contents, read.content, err));
    }
    memcpy(reading->content, read.content, sizeof(reading->content));
    return SW_OK;
}

static sw_result next_whole(
    struct sw_run_reading *reading, struct sw_match_sample *out, bool *more, struct sw_error *err)
{
    struct sw_record_step step;
    bool over = reading->next == reading->input->rows.count;
    SW_TRY(next_record(reading, &step, err));
    if (over != (step.kind == SW_RECORD_END)) {
        return changed(
            reading, over ? "it has a further" : "it has no", over ? &step.record : NULL, err);
    }
    *more = !over;
    if (over) {
        reading->verified = true;
        reading->contents_made = !reading->comparable;
        return SW_OK;
    }
    SW_TRY(check_record(reading, &step.record, err));
    *out = (struct sw_match_sample){.row = (uint32_t)reading->next++,
        .content = reading->content,
        .file = step.record.file,
        .line = step.record.line,
        .id = step.record.id,
        .text = step.record.content};
    return SW_OK;
}

sw_result sw_run_reading_content(
    struct sw_run_reading *reading, uint32_t row, uint8_t out[32], struct sw_error *err)
{
    struct sw_row there;
    if (!reading->comparable) {
        return sw_pile_at(&reading->contents, row, out, err);
    }
    SW_TRY(sw_rows_at(&reading->input->rows, row, &there, err));
    memcpy(out, there.content, sizeof(there.content));
    return SW_OK;
}

static enum sw_code next(void *ctx, struct sw_match_sample *out, bool *more, struct sw_error *err)
{
    struct sw_run_reading *reading = ctx;
    SW_TRY(sw_progress_check(reading->data->progress, err));
    if (reading->whole) {
        return next_whole(reading, out, more, err);
    }
    *more = reading->next < reading->input->rows.count;
    if (*more) {
        uint32_t row = (uint32_t)reading->next++;
        SW_TRY(sw_run_reading_content(reading, row, reading->content, err));
        *out = (struct sw_match_sample){.row = row, .content = reading->content};
    }
    return SW_OK;
}

struct sw_match_source sw_run_reading_source(struct sw_run_reading *reading)
{
    return (struct sw_match_source){reading, start, next};
}

sw_result sw_run_reading_verify(struct sw_run_reading *reading, struct sw_error *err)
{
    struct sw_match_sample sample;
    bool more = true;
    if (reading->verified) {
        return SW_OK;
    }
    SW_TRY(start(reading, true, err));
    while (more) {
        SW_TRY(next(reading, &sample, &more, err));
    }
    return SW_OK;
}
