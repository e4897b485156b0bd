#include "data/reader.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static void close_file(struct sw_records *r)
{
    sw_feed_close(&r->feed);
    if (r->fd >= 0) {
        (void)close(r->fd);
    }
    r->fd = -1;
    r->open = false;
}

void sw_records_free(struct sw_records *records)
{
    if (records == NULL) {
        return;
    }
    close_file(records);
    if (records->format != NULL && records->format->reader->release != NULL) {
        records->format->reader->release(records);
    }
    sw_feed_release(&records->feed);
    sw_tree_release(&records->tree);
    sw_arena_release(&records->arena);
    free(records);
}

uint64_t sw_records_consumed(const struct sw_records *records)
{
    if (!records->open || records->feed.stream == NULL) {
        return records->done;
    }
    uint64_t here = sw_inflate_consumed(records->feed.stream);
    return records->done + (here > records->start ? here - records->start : 0);
}

const struct sw_input_file *sw_records_files(const struct sw_records *records, size_t *count)
{
    *count = records->tree.count;
    return records->files;
}

const char *sw_records_format(const struct sw_records *records)
{
    return records->format->name;
}

/* --- opening --------------------------------------------------------------------------------- */

/* What a version control and a store keep for themselves is no data. */
static bool is_no_data(void *ctx, const char *name, bool is_dir)
{
    struct sw_str base = sw_path_base(name);
    return is_dir && (sw_str_is(base, ".git") || sw_str_is(base, ".sealwright"));
}

/* Paths are kept one a line. */
static sw_result refuse_line_feed(struct sw_records *r, struct sw_entry *entry)
{
    char shown[2 * PATH_MAX];
    if (strchr(entry->name, '\n') == NULL) {
        return SW_OK;
    }
    sw_escape_line(entry->name, strlen(entry->name), shown, sizeof(shown));
    entry->kind = SW_ENTRY_BAD_NAME;
    entry->name = sw_arena_strdup(&r->arena, shown);
    SW_TRY_PTR(entry->name);
    return SW_OK;
}

static sw_result list_files(struct sw_records *r, const char *path, struct sw_error *err)
{
    const struct sw_tree_options options = {.ignore = is_no_data};
    SW_TRY(sw_tree_open(&r->tree, path, &options, err));
    if (r->tree.count == 0) {
        return sw_fail(err, SW_E_REFUSED, "'%s' holds no files", path);
    }
    if (r->tree.count > UINT32_MAX) {
        return sw_fail(err, SW_E_LIMIT, "'%s' holds too many files", path);
    }
    r->files = SW_ARENA_ARRAY(&r->arena, struct sw_input_file, r->tree.count);
    SW_TRY_PTR(r->files);
    for (size_t i = 0; i < r->tree.count; i++) {
        SW_TRY(refuse_line_feed(r, &r->tree.entries[i]));
        r->files[i] = (struct sw_input_file){r->tree.entries[i].name, r->tree.entries[i].size};
    }
    return SW_OK;
}

static sw_result copy_text(struct sw_arena *arena, const char **text)
{
    if (*text != NULL) {
        *text = sw_arena_strdup(arena, *text);
        SW_TRY_PTR(*text);
    }
    return SW_OK;
}

static sw_result copy_options(struct sw_records *r, const struct sw_record_options *options)
{
    static const struct sw_record_options defaults;
    r->options = options == NULL ? defaults : *options;
    const char **texts[] = {&r->options.format, &r->options.text_field, &r->options.id_field,
        &r->options.label_field, &r->options.weight_field, &r->options.language_field,
        &r->options.attributes};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        SW_TRY(copy_text(&r->arena, texts[i]));
    }
    if (r->options.record_max == 0) {
        r->options.record_max = SW_RECORD_MAX;
    }
    return SW_OK;
}

/* Options of one format each. */
static sw_result check_own_options(const struct sw_records *r, struct sw_error *err)
{
    const struct sw_record_options *o = &r->options;
    const struct sw_record_reader *reader = r->format->reader;
    const char *name = r->format->name;
    if (o->csv_no_header && !reader->names_row) {
        return sw_fail(
            err, SW_E_USAGE, "the format '%s' has no row of names that could be missing", name);
    }
    if (o->csv_delimiter != NULL && reader != &sw_record_reader_csv) {
        return sw_fail(err, SW_E_USAGE, "a delimiter belongs to the format 'csv', not '%s'", name);
    }
    if (o->attributes != NULL && reader != &sw_record_reader_dolma) {
        return sw_fail(err, SW_E_USAGE, "attribute files belong to the format 'dolma'");
    }
    return SW_OK;
}

/* Options that this format cannot follow are refused, so that nobody believes they were. */
static sw_result check_options(const struct sw_records *r, struct sw_error *err)
{
    const struct sw_record_options *o = &r->options;
    const struct sw_record_reader *reader = r->format->reader;
    const char *name = r->format->name;
    bool label_only =
        reader->whole && o->label_field != NULL && strcmp(o->label_field, SW_LABEL_DIRECTORY) == 0;
    bool fields = o->text_field != NULL || o->id_field != NULL || o->weight_field != NULL ||
                  o->language_field != NULL || (o->label_field != NULL && !label_only);
    if (fields && !reader->fields) {
        return sw_fail(err, SW_E_USAGE,
            reader->whole ? "files that are samples have no fields; as a label there is 'directory'"
                          : "the format '%s' has no fields that could be named",
            name);
    }
    return check_own_options(r, err);
}

/* Where reading begins, by the options. */
static sw_result set_first(struct sw_records *r, struct sw_error *err)
{
    const struct sw_record_options *o = &r->options;
    if (o->first_file > r->tree.count || (o->first_file == r->tree.count && o->first_offset != 0)) {
        return sw_fail(err, SW_E_USAGE, "there is no file %llu to begin at",
            (unsigned long long)o->first_file);
    }
    if (o->first_offset != 0 && r->format->reader->whole) {
        return sw_fail(err, SW_E_USAGE, "a file that is a sample begins at byte 0");
    }
    struct sw_place from = {(size_t)o->first_file, o->first_offset};
    if (sw_place_before(&r->first, &from)) {
        r->first = from;
        r->aligned = true;
    }
    return SW_OK;
}

static sw_result new_records(
    struct sw_records **out, const struct sw_record_options *options, struct sw_error *err)
{
    SW_CLEANUP(records) struct sw_records *r = calloc(1, sizeof(*r));
    SW_TRY_PTR(r);
    r->tree = SW_TREE_INIT;
    r->fd = -1;
    sw_arena_init(&r->arena, 0);
    SW_TRY(copy_options(r, options));
    sw_feed_init(&r->feed, r->options.record_max);
    *out = SW_TAKE(r);
    return SW_OK;
}

/* Once the files are listed. */
static sw_result prepare(struct sw_records *r, struct sw_error *err)
{
    SW_TRY(sw_records_choose(r, err));
    SW_TRY(check_options(r, err));
    if (r->format->reader->init != NULL) {
        SW_TRY(r->format->reader->init(r, err));
    }
    SW_TRY(sw_records_cut(r, err));
    SW_TRY(set_first(r, err));
    r->file = r->first.file;
    return SW_OK;
}

sw_result sw_records_open(struct sw_records **out, const char *path,
    const struct sw_record_options *options, struct sw_error *err)
{
    SW_CLEANUP(records) struct sw_records *r = NULL;
    SW_TRY(new_records(&r, options, err));
    SW_TRY(list_files(r, path, err));
    SW_TRY(prepare(r, err));
    *out = SW_TAKE(r);
    return SW_OK;
}

sw_result sw_records_open_memory(struct sw_records **out, struct sw_bytes bytes, const char *name,
    size_t read, const struct sw_record_options *options, struct sw_error *err)
{
    SW_CLEANUP(records) struct sw_records *r = NULL;
    SW_TRY(new_records(&r, options, err));
    r->memory = sw_bytes(bytes.len == 0 ? (const uint8_t *)"" : bytes.ptr, bytes.len);
    r->feed.read = read;
    r->tree.single = sw_arena_strdup(&r->arena, name);
    r->tree.root_path = r->tree.single;
    r->tree.entries = SW_ARENA_NEW(&r->arena, struct sw_entry);
    r->files = SW_ARENA_NEW(&r->arena, struct sw_input_file);
    if (r->tree.single == NULL || r->tree.entries == NULL || r->files == NULL) {
        return SW_E_NOMEM;
    }
    r->tree.entries[0] = (struct sw_entry){.name = ".", .size = bytes.len, .kind = SW_ENTRY_FILE};
    r->files[0] = (struct sw_input_file){".", bytes.len};
    r->tree.count = 1;
    SW_TRY(prepare(r, err));
    *out = SW_TAKE(r);
    return SW_OK;
}

/* --- reading --------------------------------------------------------------------------------- */

void sw_step_bad(struct sw_records *r, struct sw_record_step *step, const struct sw_item *item,
    const char *reason)
{
    step->kind = SW_RECORD_BAD;
    step->bad = (struct sw_bad_record){
        .file = (uint32_t)r->file,
        .offset = item->offset,
        .length = item->length,
        .line = r->numbered ? r->line : 0,
        .reason = reason,
        .detail = r->detail.text,
    };
}

void sw_step_sample(struct sw_records *r, struct sw_record_step *step, const struct sw_item *item)
{
    step->kind = SW_RECORD_SAMPLE;
    step->record = (struct sw_record){
        .raw = item->bytes,
        .content = item->bytes,
        .weight = 1,
        .file = (uint32_t)r->file,
        .offset = item->offset,
        .line = r->numbered ? r->line : 0,
    };
}

static bool is_blank(struct sw_bytes line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r') {
            return false;
        }
    }
    return true;
}

sw_result sw_records_line(
    struct sw_records *r, struct sw_item *item, bool *found, struct sw_error *err)
{
    do {
        *found = false;
        if (sw_feed_offset(&r->feed) >= r->stop) {
            return SW_OK;
        }
        SW_TRY(sw_feed_line(&r->feed, item, found, err));
        r->line++;
    } while (*found && !item->too_long && is_blank(item->bytes));
    return SW_OK;
}

sw_result sw_records_source(
    struct sw_records *r, size_t file, int *fd, struct sw_source *out, struct sw_error *err)
{
    const struct sw_entry *entry = &r->tree.entries[file];
    if (r->memory.ptr != NULL) {
        *out = sw_source_memory(r->memory);
        return SW_OK;
    }
    SW_TRY(sw_tree_open_file(&r->tree, entry, fd, err));
    *out = sw_source_fd(*fd, entry->size);
    return SW_OK;
}

/* Stands on the first record of a plain file that begins at or behind r->start: a line that begins
 * before belongs to the part before. */
static sw_result align(struct sw_records *r, struct sw_error *err)
{
    struct sw_item passed;
    bool found;
    SW_TRY(sw_feed_seek(&r->feed, r->start - 1, err));
    return sw_feed_line(&r->feed, &passed, &found, err);
}

/* Opens the feed, and stands where the format begins. */
static sw_result begin_file(struct sw_records *r, struct sw_error *err)
{
    const struct sw_record_reader *reader = r->format->reader;
    SW_TRY(sw_feed_open(&r->feed, &r->source, err));
    if (r->start == 0 || reader->header) {
        SW_TRY(sw_feed_pass_mark(&r->feed, err));
        /* The first line belongs to the part that has the first byte, mark or not. */
        uint64_t behind = sw_feed_offset(&r->feed) + 1;
        r->stop = r->stop < behind ? behind : r->stop;
    } else if (!r->aligned) {
        SW_TRY(align(r, err));
    } else {
        SW_TRY(sw_feed_seek(&r->feed, r->start, err));
    }
    return reader->begin == NULL ? SW_OK : reader->begin(r, err);
}

/* Names the file in a failure. */
static enum sw_code blame(const struct sw_records *r, enum sw_code code, struct sw_error *err)
{
    if (code == SW_OK) {
        return SW_OK;
    }
    return sw_error_prefix(err, code, "cannot read '%s'", r->files[r->file].path);
}

/* What makes an entry of the input unreadable, or NULL. */
static const char *reason_not_to_read(const struct sw_records *r, const struct sw_entry *entry)
{
    static const char *const reasons[] = {
        [SW_ENTRY_SYMLINK] = SW_BAD_LINK,
        [SW_ENTRY_SPECIAL] = SW_BAD_SPECIAL,
        [SW_ENTRY_BAD_NAME] = SW_BAD_NAME,
        [SW_ENTRY_UNREADABLE] = SW_BAD_UNREADABLE,
    };
    if (entry->kind != SW_ENTRY_FILE) {
        return reasons[entry->kind];
    }
    return sw_records_takes(r, entry) ? NULL : SW_BAD_OTHER;
}

/* Opens r->file, which is one of this part. The step is BAD when it is not to be read. */
static sw_result open_file(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    const struct sw_entry *entry = &r->tree.entries[r->file];
    const char *reason = reason_not_to_read(r, entry);
    r->numbered = false;
    if (reason != NULL) {
        struct sw_item all = {.length = entry->size};
        sw_step_bad(r, step, &all, reason);
        r->file++;
        return SW_OK;
    }
    SW_TRY(sw_records_source(r, r->file, &r->fd, &r->source, err));
    r->open = true;
    r->past = false;
    r->start = r->file == r->first.file ? r->first.offset : 0;
    r->stop = r->file == r->end.file ? r->end.offset : UINT64_MAX;
    bool told = r->start != 0 && r->start == r->options.first_offset;
    r->line = told && r->options.first_line != 0 ? r->options.first_line - 1 : 0;
    if (r->format->reader->whole) {
        return SW_OK;
    }
    r->numbered = r->start == 0 || (told && r->options.first_line != 0);
    return blame(r, begin_file(r, err), err);
}

/* What is wrong with the file itself, once everything before was given. True when there is. */
static bool report_broken(struct sw_records *r, struct sw_record_step *step)
{
    struct sw_feed *feed = &r->feed;
    if (feed->stream == NULL || feed->broken.code == SW_OK) {
        return false;
    }
    struct sw_item rest = {
        .offset = sw_feed_offset(feed), .length = feed->end - feed->pos, .unfinished = true};
    r->detail = feed->broken;
    sw_step_bad(r, step, &rest,
        feed->broken.code == SW_E_LIMIT   ? SW_BAD_WINDOW
        : sw_inflate_is_cut(feed->stream) ? SW_BAD_CUT
                                          : SW_BAD_BROKEN);
    feed->broken = (struct sw_error){0};
    feed->pos = feed->end;
    r->past = true;
    return true;
}

static sw_result end_file(struct sw_records *r, struct sw_error *err)
{
    const struct sw_entry *entry = &r->tree.entries[r->file];
    if (r->fd >= 0) {
        SW_TRY(sw_tree_check_file(entry, r->fd, err));
    }
    uint64_t end = r->stop < entry->size ? r->stop : entry->size;
    r->done += end > r->start ? end - r->start : 0;
    close_file(r);
    r->file++;
    return SW_OK;
}

/* One step in the file that is open; SW_RECORD_END at its end. */
static sw_result read_file(struct sw_records *r, struct sw_record_step *step, struct sw_error *err)
{
    r->detail.text[0] = '\0';
    step->kind = SW_RECORD_END;
    if (!r->past) {
        SW_TRY(blame(r, r->format->reader->next(r, step, err), err));
    }
    if (step->kind == SW_RECORD_END && !report_broken(r, step)) {
        return end_file(r, err);
    }
    return SW_OK;
}

static bool is_over(const struct sw_records *r)
{
    struct sw_place here = {r->file, 0};
    return !sw_place_before(&here, &r->end);
}

sw_result sw_records_next(
    struct sw_records *records, struct sw_record_step *step, struct sw_error *err)
{
    struct sw_records *r = records;
    step->kind = SW_RECORD_END;
    while (step->kind == SW_RECORD_END && (r->open || !is_over(r))) {
        SW_TRY(r->open ? read_file(r, step, err) : open_file(r, step, err));
    }
    return SW_OK;
}
