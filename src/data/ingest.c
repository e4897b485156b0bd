#include "data/ingest_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAVE_EVERY_NS ((uint64_t)1000000000) /* a save costs two fsyncs */

struct ingesting {
    const struct sw_data *data;
    const struct sw_ingest_request *request;
    struct sw_records *records;
    struct sw_rows_writer *writer;
    struct sw_tallies tallies;
    struct sw_id_set ids;
    bool compares_ids;
    uint64_t resumed_at;
    uint64_t saved_at; /* monotonic */
    uint64_t consumed;
    int lock;
};

/* --- one process at a time ------------------------------------------------------------------- */

static sw_result take_lock(struct ingesting *ingesting, struct sw_error *err)
{
    const char *path = sw_arena_printf(ingesting->data->arena, "%s.lock", ingesting->request->work);
    SW_TRY_PTR(path);
    ingesting->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (ingesting->lock < 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", path);
    }
    if (flock(ingesting->lock, LOCK_EX | LOCK_NB) != 0) {
        return sw_fail(err, errno == EWOULDBLOCK ? SW_E_BUSY : SW_E_IO,
            "another process is ingesting the same input");
    }
    return SW_OK;
}

static bool remove_beside(struct ingesting *ingesting, const char *ending)
{
    const char *path =
        sw_arena_printf(ingesting->data->arena, "%s%s", ingesting->request->work, ending);
    return path != NULL && unlink(path) == 0;
}

/* What a later run can go on with stays; anything else goes. */
static void tidy(struct ingesting *ingesting, bool done)
{
    const char *state =
        sw_arena_printf(ingesting->data->arena, "%s.state", ingesting->request->work);
    bool can_go_on = !done && state != NULL && sw_file_exists(state);
    if (ingesting->lock >= 0 && !can_go_on) {
        (void)(done || remove_beside(ingesting, ""));
        (void)remove_beside(ingesting, ".lock");
    }
    sw_cleanup_fd(&ingesting->lock);
}

/* --- stopping and going on ------------------------------------------------------------------- */

/* What the input was when it was read: its files by name and size. A file that is changed in place
 * and keeps its size is not noticed here, but by "data verify". */
static sw_result input_digest(const struct ingesting *ingesting, struct sw_digest *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    size_t count;
    const struct sw_input_file *files = sw_records_files(ingesting->records, &count);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_buf_put_u64be(&text, files[i].size));
        SW_TRY(sw_buf_puts(&text, files[i].path));
        SW_TRY(sw_buf_putc(&text, '\0'));
    }
    sw_sha256(sw_buf_bytes(&text), out);
    return SW_OK;
}

static sw_result write_note(const struct ingesting *ingesting, uint32_t file, uint64_t offset,
    uint64_t line, struct sw_buf *out)
{
    struct sw_digest input;
    char text[SW_DIGEST_TEXT_SIZE];
    struct sw_json_writer w;
    SW_TRY(input_digest(ingesting, &input));
    sw_digest_text(&input, text);
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "input", text);
    sw_jw_u64(&w, "file", file);
    sw_jw_u64(&w, "offset", offset);
    sw_jw_u64(&w, "line", line);
    SW_TRY(sw_tallies_write(&ingesting->tallies, &w));
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}

/* At the end of a group, before the record that begins the next one. */
static sw_result save_now_and_then(struct ingesting *ingesting, uint32_t file, uint64_t offset,
    uint64_t line, struct sw_error *err)
{
    if (!sw_rows_at_group(ingesting->writer)) {
        return SW_OK;
    }
    uint64_t now = sw_time_monotonic_ns();
    if (now - ingesting->saved_at < SAVE_EVERY_NS) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf note = SW_BUF_INIT;
    SW_TRY(write_note(ingesting, file, offset, line, &note));
    SW_TRY(sw_rows_save(ingesting->writer, sw_buf_bytes(&note), err));
    ingesting->saved_at = now;
    return SW_OK;
}

static sw_result read_note(struct ingesting *ingesting, const struct sw_buf *note,
    struct sw_record_options *from, struct sw_error *err)
{
    struct sw_arena *arena = ingesting->data->arena;
    struct sw_json json;
    struct sw_digest now;
    struct sw_digest then;
    struct sw_str text;
    void *kept = sw_arena_copy(arena, sw_buf_bytes(note));
    SW_TRY_PTR(kept);
    SW_TRY(sw_json_parse(arena, sw_bytes(kept, note->len), NULL, &json, err));
    SW_TRY(input_digest(ingesting, &now));
    if (!sw_json_str(sw_json_get(&json, "input"), &text) || !sw_digest_parse(text, &then) ||
        !sw_json_u64(sw_json_get(&json, "file"), &from->first_file) ||
        !sw_json_u64(sw_json_get(&json, "offset"), &from->first_offset) ||
        !sw_json_u64(sw_json_get(&json, "line"), &from->first_line)) {
        return sw_fail(err, SW_E_FORMAT, "the note of a stopped ingestion is broken");
    }
    if (!sw_digest_equal(&now, &then)) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s' was changed since its ingestion was stopped; begin anew with --restart",
            ingesting->request->path);
    }
    return sw_tallies_read(&ingesting->tallies, &json, err);
}

static sw_result open_records(
    struct ingesting *ingesting, const struct sw_record_options *options, struct sw_error *err)
{
    if (ingesting->records != NULL) {
        sw_records_free(SW_TAKE(ingesting->records));
    }
    return sw_records_open(&ingesting->records, ingesting->request->path, options, err);
}

static sw_result begin(struct ingesting *ingesting, struct sw_error *err)
{
    const struct sw_ingest_request *request = ingesting->request;
    struct sw_record_options options = request->options;
    SW_TRY(open_records(ingesting, &options, err));
    struct sw_rows_options rows = {.one_digest = request->one_digest,
        .salt = request->salt_name,
        .reader = sw_records_format(ingesting->records),
        .part = options.part,
        .parts = options.parts};
    SW_CLEANUP(buf) struct sw_buf note = SW_BUF_INIT;
    struct sw_error why = {0};
    enum sw_code code = request->resume
                            ? sw_rows_resume(&ingesting->writer, request->work, &rows, &note, &why)
                            : SW_E_NOENT;
    if (code == SW_OK) {
        SW_TRY(read_note(ingesting, &note, &options, err));
        ingesting->resumed_at = sw_rows_count(ingesting->writer);
        return open_records(ingesting, &options, err);
    }
    return sw_rows_create(&ingesting->writer, request->work, &rows, err);
}

static void expect_bytes(const struct ingesting *ingesting)
{
    size_t count;
    uint64_t bytes = 0;
    const struct sw_input_file *files = sw_records_files(ingesting->records, &count);
    for (size_t i = 0; i < count; i++) {
        bytes += files[i].size;
    }
    sw_progress_expect(ingesting->data->progress, bytes, 0);
}

/* --- records --------------------------------------------------------------------------------- */

static const char *file_of(const struct ingesting *ingesting, uint32_t file)
{
    size_t count;
    const struct sw_input_file *files = sw_records_files(ingesting->records, &count);
    const char *path = file < count ? files[file].path : "?";
    return strcmp(path, ".") == 0 ? sw_path_base(ingesting->request->path).ptr : path;
}

static sw_result take_bad(
    struct ingesting *ingesting, const struct sw_bad_record *bad, struct sw_error *err)
{
    const char *file = file_of(ingesting, bad->file);
    ingesting->tallies.bad++;
    SW_TRY(sw_tallies_list(&ingesting->tallies, bad, file, false));
    if (ingesting->request->strict) {
        return sw_fail(err, SW_E_REFUSED, "%s", ingesting->tallies.first_bad);
    }
    return sw_counter_add(&ingesting->tallies.reasons, sw_str(bad->reason), 1);
}

static sw_result compare_id(
    struct ingesting *ingesting, const struct sw_record *record, struct sw_error *err)
{
    bool seen;
    if (!ingesting->compares_ids || record->id.len == 0) {
        return SW_OK;
    }
    SW_TRY(sw_id_set_add(&ingesting->ids, record->id, &seen));
    ingesting->tallies.uncompared += ingesting->ids.full ? 1 : 0;
    if (!seen) {
        return SW_OK;
    }
    struct sw_bad_record repeated = {.file = record->file,
        .offset = record->offset,
        .length = record->raw.len,
        .line = record->line,
        .reason = "repeated-id",
        .detail = "its id stood before"};
    ingesting->tallies.repeated++;
    SW_TRY(sw_tallies_list(&ingesting->tallies, &repeated, file_of(ingesting, record->file), true));
    return ingesting->request->strict
               ? sw_fail(err, SW_E_REFUSED, "%s", ingesting->tallies.first_bad)
               : SW_OK;
}

static sw_result take_sample(struct ingesting *ingesting, const struct sw_record *record,
    uint32_t origin, struct sw_error *err)
{
    struct sw_row row = {.origin = origin};
    SW_TRY(save_now_and_then(ingesting, record->file, record->offset, record->line, err));
    SW_TRY(compare_id(ingesting, record, err));
    sw_row_of_record(ingesting->request->salt, record, ingesting->request->one_digest, &row);
    if (record->label.len > 0) {
        SW_TRY(sw_counter_add(&ingesting->tallies.labels, record->label, 1));
    }
    if (record->language.len > 0) {
        SW_TRY(sw_counter_add(&ingesting->tallies.languages, record->language, 1));
    }
    return sw_rows_add(ingesting->writer, &row, err);
}

static sw_result read_all(struct ingesting *ingesting, struct sw_error *err)
{
    uint32_t origin;
    SW_TRY(sw_rows_origin(ingesting->writer, ingesting->request->origin, &origin, err));
    for (uint64_t n = 0;; n++) {
        struct sw_record_step step;
        SW_TRY(sw_records_next(ingesting->records, &step, err));
        if (step.kind == SW_RECORD_END) {
            return SW_OK;
        }
        SW_TRY(step.kind == SW_RECORD_BAD ? take_bad(ingesting, &step.bad, err)
                                          : take_sample(ingesting, &step.record, origin, err));
        if (n % 256 == 0) {
            uint64_t consumed = sw_records_consumed(ingesting->records);
            sw_progress_add(ingesting->data->progress, consumed - ingesting->consumed, 0);
            ingesting->consumed = consumed;
            SW_TRY(sw_progress_check(ingesting->data->progress, err));
        }
    }
}

/* --- what stands beside the rows ------------------------------------------------------------- */

sw_result sw_ingest_files(
    const struct sw_records *records, struct sw_rows_writer *writer, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    size_t count;
    const struct sw_input_file *files = sw_records_files(records, &count);
    for (size_t i = 0; i < count; i++) {
        if (strchr(files[i].path, '\n') != NULL) {
            return sw_fail(err, SW_E_REFUSED, "a file's name has a line feed: rename it");
        }
        SW_TRY(sw_buf_puts(&text, files[i].path));
        SW_TRY(sw_buf_putc(&text, '\n'));
    }
    return sw_rows_extra(writer, SW_ROWS_FILES, sw_buf_bytes(&text), err);
}

/* Where and how a part was read: for the claim of the set that it will be joined to. */
static sw_result write_input(struct ingesting *ingesting, struct sw_error *err)
{
    if (ingesting->request->options.parts == 0) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_record_options_write(&ingesting->request->options, &text));
    return sw_rows_extra(ingesting->writer, SW_ROWS_INPUT, sw_buf_bytes(&text), err);
}

static sw_result write_extras(struct ingesting *ingesting, struct sw_error *err)
{
    SW_TRY(sw_ingest_files(ingesting->records, ingesting->writer, err));
    SW_TRY(sw_tallies_extras(&ingesting->tallies, ingesting->writer, err));
    return write_input(ingesting, err);
}

static sw_result fill_result(struct ingesting *ingesting, struct sw_ingested *out)
{
    const struct sw_tallies *tallies = &ingesting->tallies;
    *out = (struct sw_ingested){.samples = sw_rows_count(ingesting->writer),
        .resumed_at = ingesting->resumed_at,
        .bad = tallies->bad,
        .repeated = tallies->repeated,
        .uncompared = tallies->uncompared + (ingesting->compares_ids ? ingesting->resumed_at : 0),
        .first_bad = tallies->first_bad,
        .format = sw_arena_strdup(ingesting->data->arena, sw_records_format(ingesting->records))};
    SW_TRY_PTR(out->format);
    return sw_tallies_reasons(tallies, &out->reasons, &out->reason_count);
}

static sw_result ingest(struct ingesting *ingesting, struct sw_ingested *out, struct sw_error *err)
{
    SW_TRY(take_lock(ingesting, err));
    SW_TRY(begin(ingesting, err));
    /* Paths are different by themselves. */
    ingesting->compares_ids = strcmp(sw_records_format(ingesting->records), "dir") != 0;
    ingesting->saved_at = sw_time_monotonic_ns();
    expect_bytes(ingesting);
    SW_TRY(read_all(ingesting, err));
    if (sw_rows_count(ingesting->writer) == 0 && ingesting->request->options.parts == 0) {
        return sw_fail(err, SW_E_REFUSED, "'%s' has no sample%s%s", ingesting->request->path,
            ingesting->tallies.first_bad == NULL ? "" : "; the first record that is none: ",
            ingesting->tallies.first_bad == NULL ? "" : ingesting->tallies.first_bad);
    }
    SW_TRY(write_extras(ingesting, err));
    SW_TRY(fill_result(ingesting, out));
    return sw_rows_finish(SW_TAKE(ingesting->writer), out->reasons, out->reason_count,
        ingesting->data->progress, &out->manifest, err);
}

sw_result sw_ingest(const struct sw_data *data, const struct sw_ingest_request *request,
    struct sw_ingested *out, struct sw_error *err)
{
    struct ingesting ingesting = {.data = data, .request = request, .lock = -1};
    struct sw_ingested ingested;
    SW_TRY(sw_tallies_init(&ingesting.tallies, data->arena));
    enum sw_code code = ingest(&ingesting, &ingested, err);
    sw_cleanup_rows_writer(&ingesting.writer);
    tidy(&ingesting, code == SW_OK);
    sw_cleanup_records(&ingesting.records);
    sw_id_set_release(&ingesting.ids);
    sw_tallies_release(&ingesting.tallies);
    if (code == SW_OK) {
        *out = ingested;
    }
    return code;
}

sw_result sw_ingest_gaps(const struct sw_data *data, const struct sw_ingested *ingested,
    struct sw_str **gaps, size_t *count)
{
    struct sw_str *list = SW_ARENA_ARRAY(data->arena, struct sw_str, 2);
    SW_TRY_PTR(list);
    size_t n = 0;
    const struct {
        uint64_t samples;
        const char *words;
    } rows[] = {
        {ingested->repeated, "samples have an id that stood before"},
        {ingested->uncompared, "samples have an id that was not compared with the others"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (rows[i].samples == 0) {
            continue;
        }
        const char *text = sw_arena_printf(
            data->arena, "%llu %s", (unsigned long long)rows[i].samples, rows[i].words);
        SW_TRY_PTR(text);
        list[n++] = sw_str(text);
    }
    *gaps = list;
    *count = n;
    return SW_OK;
}
