/* Datasets of real files in a store, for tests of what reads them again. */
#ifndef SW_TEST_REPORT_HELP_H
#define SW_TEST_REPORT_HELP_H

#include "unit/data/data_help.h"

struct ingest {
    const char *name;
    const char *version;
    const char *path; /* of the input */
    /* Source of record n, counted from 0; NULL: "forum" for all. */
    const char *(*source)(uint64_t n);
    const struct sw_digest *step; /* which all of them went through; NULL: none */
    uint32_t flags;
    struct sw_record_options how;
    const struct sw_salt *salt; /* NULL: none */
    const char *salt_name;
    bool elsewhere; /* the claim does not say where the data is */
};

static inline uint32_t ingest_origin(
    struct sw_rows_writer *writer, const struct ingest *in, uint64_t n)
{
    struct sw_str source = sw_str(in->source == NULL ? "forum" : in->source(n));
    const struct sw_origin origin = {
        .sources = &source, .source_count = 1, .steps = in->step, .step_count = in->step != NULL};
    uint32_t index;
    MUST(sw_rows_origin(writer, &origin, &index, &must_error));
    return index;
}

/* Adds all samples; gives how many records were bad. */
static inline uint64_t ingest_records(struct sw_rows_writer *writer, const struct ingest *in)
{
    SW_CLEANUP(records) struct sw_records *records = NULL;
    struct sw_salt none;
    uint64_t bad = 0;
    sw_salt_none(&none);
    MUST(sw_records_open(&records, in->path, &in->how, &must_error));
    for (uint64_t n = 0;;) {
        struct sw_record_step step;
        MUST(sw_records_next(records, &step, &must_error));
        if (step.kind == SW_RECORD_END) {
            break;
        }
        if (step.kind == SW_RECORD_BAD) {
            bad++;
            continue;
        }
        struct sw_row row;
        sw_row_of_record(in->salt == NULL ? &none : in->salt, &step.record, false, &row);
        row.origin = ingest_origin(writer, in, n++);
        row.flags |= in->flags;
        MUST(sw_rows_add(writer, &row, &must_error));
    }
    SW_CLEANUP(buf) struct sw_buf files = SW_BUF_INIT;
    size_t count;
    const struct sw_input_file *list = sw_records_files(records, &count);
    for (size_t i = 0; i < count; i++) {
        MUST(sw_buf_printf(&files, "%s\n", list[i].path));
    }
    MUST(sw_rows_extra(writer, SW_ROWS_FILES, sw_buf_bytes(&files), &must_error));
    return bad;
}

static inline struct sw_dataset_claim ingest(struct data_test *t, const struct ingest *in)
{
    const struct sw_rows_options options = {
        .reader = "jsonl", .salt = sw_str(in->salt_name == NULL ? "" : in->salt_name)};
    struct sw_rows_writer *writer = NULL;
    const char *dir = NULL;
    struct sw_digest digest;
    MUST(sw_data_file_dir(&t->data, SW_DATA_FILE_SET, &dir, &must_error));
    const char *draft = sw_path_join(&t->arena, dir, "draft");
    MUST(sw_rows_create(&writer, draft, &options, &must_error));
    uint64_t bad = ingest_records(writer, in);
    const struct sw_reason_count reasons[] = {{"invalid-json", bad}};
    MUST(sw_rows_finish(writer, reasons, bad > 0 ? 1 : 0, NULL, &digest, &must_error));
    MUST(sw_data_file_keep(&t->data, SW_DATA_FILE_SET, draft, &digest, &must_error));
    SW_CLEANUP(buf) struct sw_buf how = SW_BUF_INIT;
    MUST(sw_record_options_write(&in->how, &how));
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    MUST(sw_rows_open(
        &rows, sw_data_file_path(&t->data, SW_DATA_FILE_SET, &digest), &digest, &must_error));
    const struct sw_dataset_claim more = {.name = sw_str(in->name),
        .version = sw_str(in->version),
        .location = sw_str(in->elsewhere ? "" : in->path),
        .options = data_test_json(t, sw_arena_strdup(&t->arena, sw_buf_cstr(&how)))};
    struct sw_dataset_claim made;
    struct sw_receipt receipt;
    MUST(sw_dataset_claim_record(&t->data, &rows, &more, &made, &receipt, &must_error));
    return made;
}

#endif
