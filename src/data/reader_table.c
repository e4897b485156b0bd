#include "data/reader.h"

#include <inttypes.h>
#include <strings.h>
#include <unistd.h>

const struct sw_record_format sw_record_formats[] = {
    {"jsonl", "a JSON object a line", &sw_record_reader_jsonl},
    {"json", "an array of JSON objects, or one after another", &sw_record_reader_json},
    {"csv", "rows of fields with commas between them (RFC 4180)", &sw_record_reader_csv},
    {"tsv", "rows of fields with tabs between them", &sw_record_reader_tsv},
    {"lines", "plain text, a sample a line", &sw_record_reader_lines},
    {"dir", "files, each of which is a sample", &sw_record_reader_dir},
    {"dolma", "documents of Dolma, a JSON object a line, with attribute files",
        &sw_record_reader_dolma},
};
const size_t sw_record_format_count = SW_COUNT(sw_record_formats);

const struct sw_record_format *sw_record_format_named(const char *name)
{
    for (size_t i = 0; i < sw_record_format_count; i++) {
        if (strcmp(sw_record_formats[i].name, name) == 0) {
            return &sw_record_formats[i];
        }
    }
    return NULL;
}

static bool ends_with(struct sw_str name, const char *suffix)
{
    size_t len = strlen(suffix);
    return name.len > len && strncasecmp(name.ptr + name.len - len, suffix, len) == 0;
}

bool sw_record_format_has_name(const struct sw_record_format *format, const char *name)
{
    static const char *const packed[] = {".gz", ".zst", ".zstd"};
    struct sw_str bare = sw_str(name);
    for (size_t i = 0; i < SW_COUNT(packed); i++) {
        if (ends_with(bare, packed[i])) {
            bare.len -= strlen(packed[i]);
            break;
        }
    }
    for (const char *const *suffix = format->reader->suffixes; *suffix != NULL; suffix++) {
        if (ends_with(bare, *suffix)) {
            return true;
        }
    }
    return false;
}

/* --- by content ------------------------------------------------------------------------------ */

/* Bytes of a file that are looked at. */
#define HEAD_MAX ((size_t)64 << 10)

static sw_result read_head(
    struct sw_records *r, size_t file, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    struct sw_source source;
    size_t got;
    SW_TRY(sw_records_source(r, file, &fd, &source, err));
    SW_TRY(sw_inflate_new(&stream, &source, err));
    SW_TRY(sw_buf_reserve(out, HEAD_MAX));
    enum sw_code rc = sw_inflate_read(stream, out->data, HEAD_MAX, &got, err);
    if (rc == SW_E_FORMAT || rc == SW_E_LIMIT) {
        return SW_OK; /* nothing comes out: the reader will say why */
    }
    out->len = got;
    return rc;
}

static struct sw_bytes pass_space(struct sw_bytes bytes)
{
    while (bytes.len > 0 && strchr(" \t\r\n", bytes.ptr[0]) != NULL && bytes.ptr[0] != '\0') {
        bytes = sw_bytes(bytes.ptr + 1, bytes.len - 1);
    }
    return bytes;
}

/* An object that is over where its line is, so that the next can be another. */
static bool first_line_is_object(struct sw_bytes head)
{
    const uint8_t *end = memchr(head.ptr, '\n', head.len);
    size_t len = end == NULL ? head.len : (size_t)(end - head.ptr);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json value;
    return sw_json_parse(&arena, sw_bytes(head.ptr, len), NULL, &value, NULL) == SW_OK &&
           value.type == SW_JSON_OBJECT;
}

/* Text that may be cut within its last character. */
static bool is_text(struct sw_bytes head)
{
    for (size_t cut = 0; cut < 4 && cut <= head.len; cut++) {
        if (sw_utf8_valid(sw_bytes(head.ptr, head.len - cut))) {
            return memchr(head.ptr, 0, head.len) == NULL;
        }
    }
    return false;
}

/* The name of the format, or NULL. */
static const char *format_of_head(struct sw_bytes head)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    if (head.len >= sizeof(mark) && memcmp(head.ptr, mark, sizeof(mark)) == 0) {
        head = sw_bytes(head.ptr + sizeof(mark), head.len - sizeof(mark));
    }
    struct sw_bytes text = pass_space(head);
    if (text.len > 0 && text.ptr[0] == '[') {
        return "json";
    }
    if (text.len > 0 && text.ptr[0] == '{') {
        return first_line_is_object(text) ? "jsonl" : "json";
    }
    return head.len == 0 || is_text(head) ? "lines" : NULL;
}

/* --- choosing -------------------------------------------------------------------------------- */

static const struct sw_record_format *format_of_name(const char *name)
{
    for (size_t i = 0; i < sw_record_format_count; i++) {
        if (sw_record_format_has_name(&sw_record_formats[i], name)) {
            return &sw_record_formats[i];
        }
    }
    return NULL;
}

static sw_result choose_for_file(struct sw_records *r, struct sw_error *err)
{
    const char *name = r->tree.single;
    const struct sw_record_format *format = format_of_name(name);
    if (format == NULL || strcmp(format->name, "json") == 0) {
        SW_CLEANUP(buf) struct sw_buf head = SW_BUF_INIT;
        SW_TRY(read_head(r, 0, &head, err));
        const char *found = format_of_head(sw_buf_bytes(&head));
        format = found == NULL || (format != NULL && strcmp(found, "jsonl") != 0)
                     ? format
                     : sw_record_format_named(found);
    }
    if (format == NULL) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s' is neither JSON, CSV nor text; name its format, or give the directory of files "
            "that are samples",
            r->tree.root_path);
    }
    r->format = format;
    return SW_OK;
}

/* In a directory the format whose files are largest together is read. Plain text and single JSON
 * documents are files of records only when nothing else is there; otherwise each file is a sample.
 */
static void choose_for_directory(struct sw_records *r)
{
    static const char *const sure[] = {"jsonl", "csv", "tsv"};
    const struct sw_record_format *json = sw_record_format_named("json");
    uint64_t most = 0;
    bool all_json = true;
    for (size_t f = 0; f < SW_COUNT(sure); f++) {
        const struct sw_record_format *format = sw_record_format_named(sure[f]);
        uint64_t size = 0;
        for (size_t i = 0; i < r->tree.count; i++) {
            const struct sw_entry *entry = &r->tree.entries[i];
            bool is_file = entry->kind == SW_ENTRY_FILE;
            size += is_file && sw_record_format_has_name(format, entry->name) ? entry->size + 1 : 0;
            all_json = all_json && (!is_file || sw_record_format_has_name(json, entry->name));
        }
        if (size > most) {
            most = size;
            r->format = format;
        }
    }
    if (r->format == NULL) {
        r->format = all_json ? json : sw_record_format_named("dir");
    }
}

/* A format that was told for a directory reads the files with its names, or all when none has. */
static bool any_has_name(const struct sw_records *r)
{
    for (size_t i = 0; i < r->tree.count; i++) {
        const struct sw_entry *entry = &r->tree.entries[i];
        if (entry->kind == SW_ENTRY_FILE && sw_record_format_has_name(r->format, entry->name)) {
            return true;
        }
    }
    return false;
}

static sw_result choose_told(struct sw_records *r, struct sw_error *err)
{
    r->format = sw_record_format_named(r->options.format);
    if (r->format != NULL) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf names = SW_BUF_INIT;
    for (size_t i = 0; i < sw_record_format_count; i++) {
        SW_TRY(sw_buf_printf(&names, "%s%s", i == 0 ? "" : ", ", sw_record_formats[i].name));
    }
    return sw_fail(err, SW_E_USAGE, "there is no format '%s'; there are %s", r->options.format,
        sw_buf_cstr(&names));
}

sw_result sw_records_choose(struct sw_records *r, struct sw_error *err)
{
    bool single = r->tree.single != NULL;
    if (r->options.format == NULL && r->options.attributes != NULL) {
        r->format = sw_record_format_named("dolma");
    } else if (r->options.format != NULL) {
        SW_TRY(choose_told(r, err));
    } else if (single) {
        SW_TRY(choose_for_file(r, err));
    } else {
        choose_for_directory(r);
    }
    r->by_name = !single && any_has_name(r);
    return SW_OK;
}

bool sw_records_takes(const struct sw_records *r, const struct sw_entry *entry)
{
    return entry->kind == SW_ENTRY_FILE &&
           (!r->by_name || sw_record_format_has_name(r->format, entry->name));
}
