/* The files of the dataset that goes out, as they are now, and what its records hold. */
#include "data/export_private.h"
#include "data/verify.h"

#include <limits.h>
#include <stdlib.h>

#define FILES_MAX SW_IMPORT_FILES /* of more, one pattern is written */

struct filing {
    const struct sw_data *data;
    struct sw_exchange *exchange;
    struct sw_exchange_set *set;
    struct sw_dataset_claim claim;
    struct sw_record_options options;
    const char *at;       /* where the files are looked for; NULL: nobody said */
    struct sw_str prefix; /* what leads from the document to `at`; empty or ends with '/' */
    struct sw_str root;   /* the name of a file that is the whole input */
    const char *why;      /* why they cannot be compared; NULL: they were, and are the same */
    struct sw_error *err;
};

/* --- are they what was recorded? ------------------------------------------------------------- */

static uint64_t differences(const struct sw_data_verification *found)
{
    uint64_t count = 0;
    for (size_t i = 0; i < SW_COUNT(found->counts); i++) {
        count += found->counts[i];
    }
    return count;
}

static sw_result compare_with(struct filing *f, struct sw_rows *rows, const struct sw_salt *salt)
{
    struct sw_data_verification found = {0};
    SW_TRY(sw_data_compare(f->data, rows, salt, f->at, &f->options, &found, f->err));
    uint64_t count = differences(&found);
    if (count != 0) {
        return sw_fail(f->err, SW_E_REFUSED,
            "in '%s' %llu sample%s no longer what was recorded; see 'sealwright data verify', or "
            "leave "
            "the files out with --no-files",
            f->at, (unsigned long long)count, count == 1 ? " is" : "s are");
    }
    return SW_OK;
}

static sw_result compare(struct filing *f, struct sw_rows *rows)
{
    SW_CLEANUP(salt) struct sw_salt salt;
    struct sw_error why = {0};
    sw_salt_none(&salt);
    if (f->at == NULL || (!sw_file_exists(f->at) && !sw_dir_exists(f->at))) {
        f->why = f->at == NULL ? "elsewhere" : "not-here";
        return SW_OK;
    }
    enum sw_code code = sw_salt_load(f->data, f->claim.salt, &salt, &why);
    if (code == SW_E_NOENT) {
        f->why = "salt-forgotten";
        return SW_OK;
    }
    return code == SW_OK ? compare_with(f, rows, &salt) : sw_fail(f->err, code, "%s", why.text);
}

/* --- formats --------------------------------------------------------------------------------- */

static const struct {
    const char *ending;
    const char *media_type;
} endings[] = {
    {".gz", "application/gzip"},
    {".zst", "application/zstd"},
    {".jsonl", "application/jsonlines"},
    {".ndjson", "application/jsonlines"},
    {".json", "application/json"},
    {".csv", "text/csv"},
    {".tsv", "text/tab-separated-values"},
    {".txt", "text/plain"},
    {".md", "text/markdown"},
    {".html", "text/html"},
    {".eml", "message/rfc822"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
};

static const struct {
    const char *reader;
    const char *media_type;
    const char *how;  /* how Croissant takes the content from a file */
    const char *what; /* NULL: the option text_field */
} readers[] = {
    {"jsonl", "application/jsonlines", "column", NULL},
    {"json", "application/json", "jsonPath", NULL},
    {"dolma", "application/jsonlines", "column", "text"},
    {"csv", "text/csv", "column", NULL},
    {"tsv", "text/tab-separated-values", "column", NULL},
    {"lines", "text/plain", "fileProperty", "lines"},
    {"dir", "application/octet-stream", "fileProperty", "content"},
};

/* By the file's name, or else by how it was read. */
static const char *media_type_of(const struct filing *f, struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(endings); i++) {
        if (sw_str_ends(name, endings[i].ending)) {
            return endings[i].media_type;
        }
    }
    for (size_t i = 0; i < SW_COUNT(readers); i++) {
        if (sw_str_is(f->claim.reader, readers[i].reader)) {
            return readers[i].media_type;
        }
    }
    return "application/octet-stream";
}

/* --- files ----------------------------------------------------------------------------------- */

static sw_result hash_file(struct filing *f, struct sw_str name, struct sw_exchange_file *file)
{
    const char *path = f->at;
    if (f->why != NULL) {
        file->why = sw_str(f->why);
        return SW_OK;
    }
    if (!sw_str_is(name, ".")) {
        const char *below = sw_arena_strndup(f->exchange->arena, name);
        SW_TRY_PTR(below);
        path = sw_path_join(f->exchange->arena, f->at, below);
        SW_TRY_PTR(path);
    }
    file->proof = SW_FILE_VERIFIED;
    return sw_exchange_hash_file(path, f->data->progress, &file->digest, &file->size, f->err);
}

/* What leads from the directory of the document to the input, when it lies there or below. */
static sw_result find_prefix(struct filing *f, const char *beside)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    const char *location =
        f->at != NULL ? f->at : sw_arena_strndup(f->exchange->arena, f->claim.location);
    SW_TRY_PTR(location);
    f->root = sw_path_base(location);
    if (f->at == NULL || beside == NULL || realpath(beside, from) == NULL ||
        realpath(f->at, to) == NULL) {
        return SW_OK;
    }
    size_t n = strcmp(from, "/") == 0 ? 0 : strlen(from);
    if (strncmp(from, to, n) != 0 || to[n] != '/') {
        return SW_OK;
    }
    bool file = sw_file_exists(f->at);
    struct sw_str below = sw_str(to + n + 1);
    below.len -= file ? f->root.len : 0;
    const char *prefix = sw_arena_printf(
        f->exchange->arena, SW_STR_FMT "%s", SW_STR_ARG(below), file || below.len == 0 ? "" : "/");
    SW_TRY_PTR(prefix);
    f->prefix = sw_str(prefix);
    return SW_OK;
}

static sw_result add_file(struct filing *f, struct sw_str line, size_t *cap)
{
    struct sw_exchange_file file = {.size = SW_ABSENT};
    struct sw_str shown = sw_str_is(line, ".") ? f->root : line; /* the input is the file */
    const char *name = sw_arena_strndup(f->exchange->arena, shown);
    const char *url = sw_arena_printf(
        f->exchange->arena, SW_STR_FMT SW_STR_FMT, SW_STR_ARG(f->prefix), SW_STR_ARG(shown));
    if (name == NULL || url == NULL) {
        return SW_E_NOMEM;
    }
    file.name = sw_str(name);
    file.id = file.name;
    file.url = sw_str(url);
    file.media_type = sw_str(media_type_of(f, file.name));
    SW_TRY(hash_file(f, line, &file));
    f->set->files =
        sw_arena_grow(f->exchange->arena, f->set->files, f->set->file_count, cap, sizeof(file));
    SW_TRY_PTR(f->set->files);
    f->set->files[f->set->file_count++] = file;
    return SW_OK;
}

/* All files as one: fields are taken from it when there are several. */
static sw_result add_pattern(struct filing *f, size_t *cap)
{
    const struct sw_exchange_file file = {.id = sw_str("all-files"),
        .name = sw_str("all-files"),
        .url = f->prefix,
        .media_type = sw_str(media_type_of(f, sw_str_n(NULL, 0))),
        .size = SW_ABSENT,
        .pattern = true,
        .why = sw_str("no-digest")};
    f->set->files =
        sw_arena_grow(f->exchange->arena, f->set->files, f->set->file_count, cap, sizeof(file));
    SW_TRY_PTR(f->set->files);
    f->set->files[f->set->file_count++] = file;
    return SW_OK;
}

static struct sw_str next_line(struct sw_str *rest)
{
    const char *end = rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    struct sw_str line = sw_str_n(rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr));
    size_t used = line.len + (end == NULL ? 0 : 1);
    *rest = sw_str_n(rest->ptr + used, rest->len - used);
    return line;
}

static sw_result add_files(struct filing *f, struct sw_rows *rows)
{
    SW_CLEANUP(buf) struct sw_buf names = SW_BUF_INIT;
    size_t cap = 0;
    SW_TRY(sw_rows_get_extra(rows, SW_ROWS_FILES, &names, f->err));
    struct sw_str rest = sw_buf_str(&names);
    size_t count = 0;
    while (rest.len != 0) {
        (void)next_line(&rest);
        count++;
    }
    rest = sw_buf_str(&names);
    while (rest.len != 0 && count <= FILES_MAX) {
        SW_TRY(add_file(f, next_line(&rest), &cap));
    }
    return count == 1 ? SW_OK : add_pattern(f, &cap);
}

/* --- fields ---------------------------------------------------------------------------------- */

struct field_row {
    const char *name;
    const char *type;
    const char *description;
    const char *source; /* the option's field; NULL: nobody named one */
};

static sw_result fill_extract(
    struct filing *f, size_t reader, const char *source, struct sw_exchange_field *field)
{
    const char *what = source;
    if (what == NULL) {
        return SW_OK;
    }
    if (strcmp(readers[reader].how, "jsonPath") == 0) {
        what = sw_arena_printf(f->exchange->arena, "$[*].%s", source);
        SW_TRY_PTR(what);
    }
    field->how = readers[reader].how;
    field->what = sw_str(what);
    return SW_OK;
}

static sw_result add_field(
    struct filing *f, size_t reader, const struct field_row *row, size_t *cap)
{
    struct sw_exchange_field field = {.name = sw_str(row->name),
        .type = sw_str(row->type),
        .description = sw_str(row->description),
        .file = f->set->files[f->set->file_count - 1].id};
    SW_TRY(fill_extract(f, reader, row->source, &field));
    f->set->fields =
        sw_arena_grow(f->exchange->arena, f->set->fields, f->set->field_count, cap, sizeof(field));
    SW_TRY_PTR(f->set->fields);
    f->set->fields[f->set->field_count++] = field;
    return SW_OK;
}

/* The content of every record, and what else the options name. */
static sw_result add_fields(struct filing *f)
{
    size_t reader = 0;
    size_t cap = 0;
    while (reader < SW_COUNT(readers) && !sw_str_is(f->claim.reader, readers[reader].reader)) {
        reader++;
    }
    if (reader == SW_COUNT(readers) || f->set->file_count == 0) {
        return SW_OK;
    }
    const char *content = readers[reader].what;
    const struct field_row rows[] = {
        {"content", "sc:Text", "what the content digest covers",
            content != NULL ? content : f->options.text_field},
        {"id", "sc:Text", "the record's identifier", f->options.id_field},
        {"label", "sc:Text", "the record's label", f->options.label_field},
        {"language", "sc:Text", "the record's language", f->options.language_field},
        {"weight", "sc:Float", "the record's weight", f->options.weight_field},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (i == 0 || rows[i].source != NULL) {
            SW_TRY(add_field(f, reader, &rows[i], &cap));
        }
    }
    return SW_OK;
}

/* --- the whole ------------------------------------------------------------------------------- */

static sw_result start(struct filing *f, const char *at)
{
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&f->set->manifest, text);
    SW_TRY(sw_dataset_find(f->data, sw_str(text), &f->claim, NULL, f->err));
    f->at = at;
    if (at == NULL && f->claim.location.len != 0) {
        f->at = sw_arena_strndup(f->exchange->arena, f->claim.location);
        SW_TRY_PTR(f->at);
    }
    return f->claim.options == NULL
               ? SW_OK
               : sw_record_options_read(f->exchange->arena, f->claim.options, &f->options, f->err);
}

sw_result sw_export_add_files(const struct sw_data *data, struct sw_exchange *exchange,
    const char *at, const char *beside, struct sw_error *err)
{
    if (exchange->about_set == SW_NO_SET || exchange->sets[exchange->about_set].claim.alg == 0 ||
        exchange->sets[exchange->about_set].declared) {
        return SW_OK; /* nobody saw its files */
    }
    struct filing f = {.data = data,
        .exchange = exchange,
        .set = &exchange->sets[exchange->about_set],
        .err = err};
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    SW_TRY(start(&f, at));
    struct sw_error why = {0};
    enum sw_code code = sw_dataset_open(data, &f.claim, &rows, &why);
    if (code == SW_E_NOENT) {
        return SW_OK; /* another store has them: nothing is known of its files here */
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    SW_TRY(compare(&f, &rows));
    SW_TRY(find_prefix(&f, beside));
    SW_TRY(add_files(&f, &rows));
    return add_fields(&f);
}
