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
    struct sw_ids ids;
    bool compares_ids;
    bool any_id;
    struct sw_buf prints; /* a part's column of ids, of the group that is being filled */
    uint32_t origin;
    uint64_t resumed_at;
    struct sw_record_options from; /* the record that an earlier run came to… */
    bool recalling;                /* …stands ahead: until there only ids are read */
    uint64_t saved_at;             /* monotonic */
    uint64_t consumed;
    struct sw_ingest_lock lock;
};

/* --- one process at a time ------------------------------------------------------------------- */

/* The lock may be removed between opening and locking it: then it locks nothing. */
static bool is_locked_file(int fd, const char *path)
{
    struct stat mine;
    struct stat there;
    return fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
}

static sw_result take_lock(struct ingesting *ingesting, struct sw_error *err)
{
    struct sw_ingest_lock *lock = &ingesting->lock;
    lock->work = sw_arena_strdup(ingesting->data->arena, ingesting->request->work);
    lock->path = sw_arena_printf(ingesting->data->arena, "%s.lock", ingesting->request->work);
    SW_TRY_PTR(lock->work);
    SW_TRY_PTR(lock->path);
    for (;;) {
        SW_CLEANUP(fd) int fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0) {
            return sw_fail_errno(err, errno, "cannot write '%s'", lock->path);
        }
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            return sw_fail(err, errno == EWOULDBLOCK ? SW_E_BUSY : SW_E_IO,
                "another process is ingesting the same input");
        }
        if (is_locked_file(fd, lock->path)) {
            lock->fd = SW_TAKE_FD(fd);
            return SW_OK;
        }
    }
}

static void release_lock(struct sw_ingest_lock *lock)
{
    if (lock->fd >= 0) {
        (void)unlink(lock->path);
    }
    sw_cleanup_fd(&lock->fd);
}

void sw_ingested_release(struct sw_ingested *ingested)
{
    if (ingested->lock.fd >= 0) {
        (void)unlink(ingested->lock.work);
    }
    release_lock(&ingested->lock);
}

/* Is there what a later run can go on with? Anything else goes. */
static bool tidy(struct ingesting *ingesting)
{
    struct sw_ingest_lock *lock = &ingesting->lock;
    const char *state = sw_arena_printf(ingesting->data->arena, "%s.state", lock->work);
    bool can_go_on = lock->fd >= 0 && state != NULL && sw_file_exists(state);
    if (lock->fd >= 0 && !can_go_on) {
        (void)unlink(lock->work);
    }
    release_lock(lock);
    return can_go_on;
}

/* --- ids ------------------------------------------------------------------------------------- */

static const char *file_of(const struct ingesting *ingesting, uint32_t file)
{
    size_t count;
    const struct sw_input_file *files = sw_records_files(ingesting->records, &count);
    const char *path = file < count ? files[file].path : "?";
    return strcmp(path, ".") == 0 ? sw_path_base(ingesting->request->path).ptr : path;
}

static sw_result take_repeated(
    struct ingesting *ingesting, const struct sw_id_seen *seen, struct sw_error *err)
{
    SW_TRY(sw_tallies_repeated(&ingesting->tallies, seen, file_of(ingesting, seen->file)));
    return ingesting->request->strict
               ? sw_fail(err, SW_E_REFUSED, "%s", ingesting->tallies.first_bad)
               : SW_OK;
}

static sw_result compare_id(
    struct ingesting *ingesting, const struct sw_record *record, struct sw_error *err)
{
    if (!ingesting->compares_ids || record->id.len == 0) {
        return SW_OK;
    }
    struct sw_id_seen seen = sw_ids_seen(&ingesting->ids, record);
    struct sw_id_seen found;
    bool repeated;
    ingesting->any_id = true;
    SW_TRY(sw_ids_add(&ingesting->ids, &seen, &found, &repeated, err));
    return repeated ? take_repeated(ingesting, &found, err) : SW_OK;
}

static sw_result look_up_all(struct ingesting *ingesting, struct sw_error *err)
{
    for (bool any = true; any;) {
        struct sw_id_seen found;
        bool repeated;
        SW_TRY(sw_ids_flush(&ingesting->ids, &found, &repeated, &any, err));
        if (repeated) {
            SW_TRY(take_repeated(ingesting, &found, err));
        }
    }
    return SW_OK;
}

static sw_result write_prints(struct ingesting *ingesting, struct sw_error *err)
{
    SW_TRY(sw_rows_column(ingesting->writer, SW_ROWS_IDS, sw_buf_bytes(&ingesting->prints), err));
    sw_buf_clear(&ingesting->prints);
    return SW_OK;
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
    sw_jw_bool(&w, "ids", ingesting->any_id);
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
    uint64_t every = ingesting->request->save_every_ns;
    uint64_t now = sw_time_monotonic_ns();
    if (ingesting->request->at_once ||
        now - ingesting->saved_at < (every == 0 ? SAVE_EVERY_NS : every)) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf note = SW_BUF_INIT;
    SW_TRY(look_up_all(ingesting, err));
    SW_TRY(write_note(ingesting, file, offset, line, &note));
    SW_TRY(sw_rows_save(ingesting->writer, sw_buf_bytes(&note), err));
    ingesting->saved_at = now;
    return SW_OK;
}

static sw_result refuse_changed(const struct ingesting *ingesting, struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED,
        "'%s' was changed since its ingestion was stopped; begin anew with --restart",
        ingesting->request->path);
}

static sw_result read_note(
    struct ingesting *ingesting, const struct sw_buf *note, struct sw_error *err)
{
    /* What is listed of bad records may be long; the note is our own. */
    static const struct sw_json_limits limits = {.max_bytes = UINT32_MAX};
    struct sw_arena *arena = ingesting->data->arena;
    struct sw_record_options *from = &ingesting->from;
    struct sw_json json;
    struct sw_digest now;
    struct sw_digest then;
    struct sw_str text;
    void *kept = sw_arena_copy(arena, sw_buf_bytes(note));
    SW_TRY_PTR(kept);
    SW_TRY(sw_json_parse(arena, sw_bytes(kept, note->len), &limits, &json, err));
    SW_TRY(input_digest(ingesting, &now));
    if (!sw_json_str(sw_json_get(&json, "input"), &text) || !sw_digest_parse(text, &then) ||
        !sw_json_u64(sw_json_get(&json, "file"), &from->first_file) ||
        !sw_json_u64(sw_json_get(&json, "offset"), &from->first_offset) ||
        !sw_json_u64(sw_json_get(&json, "line"), &from->first_line) ||
        !sw_json_bool(sw_json_get(&json, "ids"), &ingesting->any_id)) {
        return sw_fail(err, SW_E_FORMAT, "the note of a stopped ingestion is broken");
    }
    if (!sw_digest_equal(&now, &then)) {
        return refuse_changed(ingesting, err);
    }
    return sw_tallies_read(&ingesting->tallies, &json, err);
}

/* Ids are compared with those that stand before: these are read again, which is a third of the
 * work. Without ids reading begins where it stopped. */
static sw_result go_on(struct ingesting *ingesting, const struct sw_buf *note, struct sw_error *err)
{
    ingesting->from = ingesting->request->options;
    ingesting->from.raw_only = ingesting->request->one_digest;
    SW_TRY(read_note(ingesting, note, err));
    if (ingesting->request->strict && ingesting->tallies.first_bad != NULL) {
        return sw_fail(err, SW_E_REFUSED, "%s", ingesting->tallies.first_bad);
    }
    ingesting->resumed_at = sw_rows_count(ingesting->writer);
    if (ingesting->any_id) {
        ingesting->recalling = true;
        return SW_OK;
    }
    sw_records_free(SW_TAKE(ingesting->records));
    return sw_records_open(&ingesting->records, ingesting->request->path, &ingesting->from, err);
}

static sw_result open_writer(struct ingesting *ingesting, struct sw_error *err)
{
    const struct sw_ingest_request *request = ingesting->request;
    struct sw_rows_options rows = {.one_digest = request->one_digest,
        .salt = request->salt_name,
        .reader = sw_records_format(ingesting->records),
        .part = request->options.part,
        .parts = request->options.parts,
        .key = ingesting->data->signer == NULL ? NULL : ingesting->data->signer->key};
    SW_CLEANUP(buf) struct sw_buf note = SW_BUF_INIT;
    struct sw_error why = {0};
    enum sw_code code = request->resume
                            ? sw_rows_resume(&ingesting->writer, request->work, &rows, &note, &why)
                            : SW_E_NOENT;
    if (code == SW_OK) {
        return go_on(ingesting, &note, err);
    }
    if (code != SW_E_NOENT && code != SW_E_FORMAT) {
        return sw_fail(err, code, "%s", why.text);
    }
    return sw_rows_create(&ingesting->writer, request->work, &rows, err);
}

/* Names are kept as one chunk: nobody should read for hours to learn that they are too many. */
static sw_result check_files(const struct ingesting *ingesting, struct sw_error *err)
{
    size_t count;
    uint64_t bytes = 0;
    uint64_t names = 0;
    const struct sw_input_file *files = sw_records_files(ingesting->records, &count);
    for (size_t i = 0; i < count; i++) {
        bytes += files[i].size;
        names += strlen(files[i].path) + 1;
    }
    if (names > SW_CHUNK_MAX) {
        return sw_fail(err, SW_E_LIMIT,
            "'%s' holds too many files: their names are over %u bytes together",
            ingesting->request->path, SW_CHUNK_MAX);
    }
    sw_progress_expect(ingesting->data->progress, bytes, 0);
    return SW_OK;
}

static sw_result begin(struct ingesting *ingesting, struct sw_error *err)
{
    const struct sw_ingest_request *request = ingesting->request;
    struct sw_record_options options = request->options;
    options.raw_only = request->one_digest;
    SW_TRY(sw_records_open(&ingesting->records, request->path, &options, err));
    SW_TRY(check_files(ingesting, err));
    const char *scratch = sw_arena_strndup(ingesting->data->arena, sw_path_dir(request->work));
    SW_TRY_PTR(scratch);
    SW_TRY(sw_ids_init(&ingesting->ids, scratch, 0, err));
    /* Paths are different by themselves. */
    ingesting->compares_ids = strcmp(sw_records_format(ingesting->records), "dir") != 0;
    SW_TRY(open_writer(ingesting, err));
    ingesting->saved_at = sw_time_monotonic_ns();
    return sw_rows_origin(ingesting->writer, request->origin, &ingesting->origin, err);
}

/* --- records --------------------------------------------------------------------------------- */

static sw_result take_bad(
    struct ingesting *ingesting, const struct sw_bad_record *bad, struct sw_error *err)
{
    const char *file = file_of(ingesting, bad->file);
    SW_TRY(look_up_all(ingesting, err)); /* what is listed stands in the order of the input */
    ingesting->tallies.bad++;
    SW_TRY(sw_tallies_list(&ingesting->tallies, bad, file, false));
    if (ingesting->request->strict) {
        return sw_fail(err, SW_E_REFUSED, "%s", ingesting->tallies.first_bad);
    }
    return sw_counter_add(&ingesting->tallies.reasons, sw_str(bad->reason), 1);
}

/* A part says which ids it has, for whoever joins it with the others. */
static sw_result put_print(
    struct ingesting *ingesting, const struct sw_record *record, struct sw_error *err)
{
    if (ingesting->request->options.parts == 0 || !ingesting->compares_ids) {
        return SW_OK;
    }
    SW_TRY(sw_buf_put_u64be(
        &ingesting->prints, record->id.len == 0 ? 0 : sw_id_print_shared(record->id)));
    return sw_rows_at_group(ingesting->writer) ? write_prints(ingesting, err) : SW_OK;
}

static sw_result take_sample(
    struct ingesting *ingesting, const struct sw_record *record, struct sw_error *err)
{
    struct sw_row row = {.origin = ingesting->origin};
    SW_TRY(save_now_and_then(ingesting, record->file, record->offset, record->line, err));
    SW_TRY(compare_id(ingesting, record, err));
    sw_row_of_record(ingesting->request->salt, record, ingesting->request->one_digest, &row);
    if (record->label.len > 0) {
        SW_TRY(sw_counter_add(&ingesting->tallies.labels, record->label, 1));
    }
    if (record->language.len > 0) {
        SW_TRY(sw_counter_add(&ingesting->tallies.languages, record->language, 1));
    }
    SW_TRY(sw_rows_add(ingesting->writer, &row, err));
    return put_print(ingesting, record, err);
}

/* Before the record that an earlier run came to. What repeats there was told already. */
static sw_result recall(
    struct ingesting *ingesting, const struct sw_record_step *step, struct sw_error *err)
{
    const struct sw_record_options *from = &ingesting->from;
    const struct sw_record *record = &step->record;
    struct sw_id_seen found;
    bool repeated;
    bool any = true;
    if (step->kind == SW_RECORD_END) {
        return refuse_changed(ingesting, err);
    }
    if (step->kind == SW_RECORD_BAD) {
        return SW_OK;
    }
    if (record->file != from->first_file || record->offset != from->first_offset) {
        struct sw_id_seen seen = sw_ids_seen(&ingesting->ids, record);
        return record->id.len == 0 ? SW_OK
                                   : sw_ids_add(&ingesting->ids, &seen, &found, &repeated, err);
    }
    while (any) {
        SW_TRY(sw_ids_flush(&ingesting->ids, &found, &repeated, &any, err));
    }
    ingesting->recalling = false;
    return SW_OK;
}

static sw_result take(
    struct ingesting *ingesting, const struct sw_record_step *step, struct sw_error *err)
{
    if (ingesting->recalling) {
        SW_TRY(recall(ingesting, step, err));
    }
    if (ingesting->recalling || step->kind == SW_RECORD_END) {
        return SW_OK;
    }
    return step->kind == SW_RECORD_BAD ? take_bad(ingesting, &step->bad, err)
                                       : take_sample(ingesting, &step->record, err);
}

static sw_result read_all(struct ingesting *ingesting, struct sw_error *err)
{
    struct sw_record_step step = {.kind = SW_RECORD_BAD};
    for (uint64_t n = 0; step.kind != SW_RECORD_END; n++) {
        SW_TRY(sw_records_next(ingesting->records, &step, err));
        SW_TRY(take(ingesting, &step, err));
        if (n % 256 == 0) {
            uint64_t consumed = sw_records_consumed(ingesting->records);
            sw_progress_add(ingesting->data->progress, consumed - ingesting->consumed, 0);
            ingesting->consumed = consumed;
            SW_TRY(sw_progress_check(ingesting->data->progress, err));
        }
    }
    return look_up_all(ingesting, err);
}

/* Ids that stood behind as many as are compared in memory; where, nobody knows any more. */
static sw_result finish_ids(struct ingesting *ingesting, struct sw_error *err)
{
    uint64_t repeated;
    SW_TRY(sw_ids_finish(&ingesting->ids, &repeated, err));
    ingesting->tallies.repeated += repeated;
    if (repeated > 0 && ingesting->request->strict) {
        return sw_fail(err, SW_E_REFUSED, "%llu sample%s of '%s' %s an id that stood before",
            (unsigned long long)repeated, repeated == 1 ? "" : "s", ingesting->request->path,
            repeated == 1 ? "has" : "have");
    }
    sw_ids_release(&ingesting->ids);
    return ingesting->prints.len > 0 ? write_prints(ingesting, err) : SW_OK;
}

/* --- what stands beside the rows ------------------------------------------------------------- */

sw_result sw_ingest_files(
    const struct sw_records *records, struct sw_rows_writer *writer, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    size_t count;
    const struct sw_input_file *files = sw_records_files(records, &count);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_buf_puts(&text, files[i].path));
        SW_TRY(sw_buf_putc(&text, '\n'));
    }
    return sw_rows_extra(writer, SW_ROWS_FILES, sw_buf_bytes(&text), err);
}

/* What a part was read from and how: for the claim of the set that it will be joined to. */
static sw_result write_input(struct ingesting *ingesting, struct sw_error *err)
{
    if (ingesting->request->options.parts == 0) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_record_options how = ingesting->request->options;
    struct sw_digest input;
    char input_text[SW_DIGEST_TEXT_SIZE];
    SW_TRY(input_digest(ingesting, &input));
    sw_digest_text(&input, input_text);
    how.format = sw_records_format(ingesting->records);
    SW_TRY(sw_buf_printf(&text, "{\"input\":\"%s\",\"options\":", input_text));
    SW_TRY(sw_record_options_write(&how, &text));
    SW_TRY(sw_buf_putc(&text, '}'));
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
        .first_bad = tallies->first_bad,
        .format = sw_arena_strdup(ingesting->data->arena, sw_records_format(ingesting->records))};
    SW_TRY_PTR(out->format);
    return sw_tallies_reasons(tallies, &out->reasons, &out->reason_count);
}

static sw_result ingest(struct ingesting *ingesting, struct sw_ingested *out, struct sw_error *err)
{
    SW_TRY(take_lock(ingesting, err));
    SW_TRY(begin(ingesting, err));
    SW_TRY(read_all(ingesting, err));
    SW_TRY(finish_ids(ingesting, err));
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
    struct ingesting ingesting = {
        .data = data, .request = request, .lock = SW_INGEST_LOCK_INIT, .prints = SW_BUF_INIT};
    struct sw_ingested ingested = SW_INGESTED_INIT;
    SW_TRY(sw_tallies_init(&ingesting.tallies, data->arena));
    enum sw_code code = ingest(&ingesting, &ingested, err);
    sw_cleanup_rows_writer(&ingesting.writer);
    sw_cleanup_records(&ingesting.records);
    sw_ids_release(&ingesting.ids);
    sw_buf_release(&ingesting.prints);
    sw_tallies_release(&ingesting.tallies);
    if (code == SW_OK) {
        ingested.lock = ingesting.lock;
        *out = ingested;
        return SW_OK;
    }
    bool can_go_on = tidy(&ingesting);
    return code == SW_E_INTERRUPTED && can_go_on
               ? sw_fail(err, code,
                     "interrupted; nothing was recorded; the same command goes on where it was")
               : code;
}

sw_result sw_ingest_gaps(const struct sw_data *data, const struct sw_ingested *ingested,
    struct sw_str **gaps, size_t *count)
{
    *gaps = NULL;
    *count = 0;
    if (ingested->repeated == 0) {
        return SW_OK;
    }
    const char *text = sw_arena_printf(data->arena, "%llu %s an id that stood before",
        (unsigned long long)ingested->repeated,
        ingested->repeated == 1 ? "sample has" : "samples have");
    struct sw_str *list = SW_ARENA_NEW(data->arena, struct sw_str);
    SW_TRY_PTR(text);
    SW_TRY_PTR(list);
    *list = sw_str(text);
    *gaps = list;
    *count = 1;
    return SW_OK;
}
