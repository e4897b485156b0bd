/* Text by the line: plain, and JSON objects. */
#include "data/reader.h"

#include <stdlib.h>

/* --- plain ----------------------------------------------------------------------------------- */

static sw_result lines_next(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct sw_item line;
    bool found;
    SW_TRY(sw_records_line(r, &line, &found, err));
    if (!found) {
        return SW_OK;
    }
    const char *reason = line.too_long ? SW_BAD_LONG : sw_reason_in_text(line.bytes);
    if (reason != NULL) {
        sw_step_bad(r, step, &line, reason);
        return SW_OK;
    }
    sw_step_sample(r, step, &line);
    return SW_OK;
}

static const char *const lines_names[] = {".txt", ".text", NULL};

const struct sw_record_reader sw_record_reader_lines = {
    .suffixes = lines_names,
    .lines = true,
    .next = lines_next,
};

/* --- JSON ------------------------------------------------------------------------------------ */

static sw_result jsonl_init(struct sw_records *r, struct sw_error *err)
{
    struct sw_json_fields *fields = calloc(1, sizeof(*fields));
    SW_TRY_PTR(fields);
    r->state = fields;
    struct sw_roles roles;
    sw_roles_init(&roles, &r->options);
    return sw_json_fields_init(fields, &roles, err);
}

static void jsonl_release(struct sw_records *r)
{
    if (r->state != NULL) {
        sw_json_fields_release(r->state);
        free(r->state);
    }
}

static sw_result jsonl_next(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    struct sw_item line;
    bool found;
    SW_TRY(sw_records_line(r, &line, &found, err));
    if (!found) {
        return SW_OK;
    }
    if (line.too_long) {
        sw_step_bad(r, step, &line, SW_BAD_LONG);
        return SW_OK;
    }
    sw_step_sample(r, step, &line);
    return sw_json_fields_fill(r->state, r, step, &line, err);
}

static const char *const jsonl_names[] = {".jsonl", ".ndjson", ".jsonlines", NULL};

const struct sw_record_reader sw_record_reader_jsonl = {
    .suffixes = jsonl_names,
    .fields = true,
    .lines = true,
    .init = jsonl_init,
    .release = jsonl_release,
    .next = jsonl_next,
};
