/* What of files of advisories is told to who imports them: in a process of its own. */
#include "supply/advisory_parse.h"

#include "supply/advisory_ghsa.h"
#include "supply/wire.h"

#include <stdlib.h>

#define TOLD_AT_ONCE ((size_t)512 << 10)

struct sw_advisory_parser {
    bool keep_going;
    uint64_t bytes; /* of the file */
    struct sw_osv_reader *reader;
    struct sw_arena arena;
    struct sw_buf told; /* that is not sent yet */
    struct sw_advisory_found found;
};

static void release(struct sw_advisory_parser *im)
{
    sw_osv_reader_free(im->reader);
    sw_arena_release(&im->arena);
    sw_buf_release(&im->told);
}
SW_DEFINE_CLEANUP(parser, struct sw_advisory_parser, release)

/* --- telling ---------------------------------------------------------------------------------- */

static sw_result send_told(struct sw_advisory_parser *im, struct sw_error *err)
{
    if (im->told.len == 0) {
        return SW_OK;
    }
    SW_TRY(sw_worker_ask(sw_buf_bytes(&im->told), NULL, err));
    sw_buf_clear(&im->told);
    return SW_OK;
}

static sw_result begin_telling(
    struct sw_advisory_parser *im, enum sw_advisory_word word, struct sw_error *err)
{
    SW_TRY(im->told.len >= TOLD_AT_ONCE ? send_told(im, err) : SW_OK);
    return sw_buf_putc(&im->told, (char)word);
}

static sw_result tell_record(
    struct sw_advisory_parser *im, struct sw_bytes text, struct sw_error *err)
{
    struct sw_osv_record record;
    SW_TRY(sw_osv_read(im->reader, text, &record, err));
    SW_TRY(begin_telling(im, SW_ADVISORY_RECORD, err));
    return sw_osv_record_write(&record, &im->told);
}

static sw_result tell_entry(void *ctx, const struct sw_feed_entry *entry, struct sw_error *err)
{
    struct sw_advisory_parser *im = ctx;
    SW_TRY(begin_telling(im, SW_ADVISORY_ENTRY, err));
    return sw_feed_entry_write(entry, &im->told);
}

/* --- advisories ------------------------------------------------------------------------------- */

/* One that cannot be read ends the import, or is left out and counted. */
static sw_result take(struct sw_advisory_parser *im, enum sw_code code, const struct sw_error *why,
    const char *where, struct sw_error *err)
{
    bool broken = code == SW_E_FORMAT || code == SW_E_LIMIT;
    if (code == SW_OK) {
        im->found.records++;
        return SW_OK;
    }
    if (broken && im->keep_going) {
        im->found.left_out++;
        return SW_OK;
    }
    return sw_fail(
        err, code, "%s: %s", where, why->text[0] != '\0' ? why->text : sw_code_text(code));
}

static sw_result put_one_of_github(struct sw_advisory_parser *im, struct sw_arena *arena,
    const struct sw_json *advisory, struct sw_buf *osv, struct sw_error *err)
{
    struct sw_str cve;
    unsigned score = 0;
    unsigned percentile = 0;
    sw_buf_clear(osv);
    struct sw_feed_entry entry = {.kind = SW_FEED_EPSS_ONE, .added = sw_str("")};
    SW_TRY(sw_ghsa_to_osv(advisory, osv, err));
    SW_TRY(tell_record(im, sw_buf_bytes(osv), err));
    if (!sw_ghsa_epss(arena, advisory, &cve, &score, &percentile) ||
        !sw_advisory_cve(cve, &entry.cve)) {
        return SW_OK;
    }
    entry.score = score;
    entry.percentile = percentile;
    return tell_entry(im, &entry, err);
}

/* What GitHub's interfaces give; *is_such is false for everything else. */
static sw_result put_github(struct sw_advisory_parser *im, struct sw_bytes text, const char *where,
    bool *is_such, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf osv = SW_BUF_INIT;
    struct sw_json document;
    bool single = false;
    sw_arena_init(&arena, 0);
    *is_such = false;
    if (!sw_ghsa_may_be(text) || sw_json_parse(&arena, text, NULL, &document, NULL) != SW_OK) {
        return SW_OK;
    }
    const struct sw_json *list = sw_ghsa_list(&document, &single);
    size_t count = list == NULL ? 0 : single ? 1 : list->count;
    *is_such = count > 0;
    if (count > SW_GHSA_COUNT_MAX) {
        return sw_fail(
            err, SW_E_LIMIT, "%s: it holds more than %d advisories", where, SW_GHSA_COUNT_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        struct sw_error why = {0};
        enum sw_code code =
            put_one_of_github(im, &arena, single ? list : sw_json_item(list, i), &osv, &why);
        SW_TRY(take(im, code, &why, where, err));
    }
    return SW_OK;
}

static sw_result put(
    struct sw_advisory_parser *im, struct sw_bytes record, const char *where, struct sw_error *err)
{
    struct sw_error why = {0};
    bool github = false;
    SW_TRY(put_github(im, record, where, &github, err));
    return github ? SW_OK : take(im, tell_record(im, record, &why), &why, where, err);
}

static sw_result read_member(const struct sw_zip *zip, const struct sw_zip_entry *entry,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
    struct sw_source data;
    struct sw_packed how = {0};
    struct sw_unpack_end end;
    uint32_t crc = 0;
    if (entry->size > SW_OSV_MAX) {
        return sw_fail(err, SW_E_LIMIT, "it is larger than an advisory may be");
    }
    SW_TRY(sw_zip_data(zip, entry, &data, &how, err));
    if (entry->method != SW_ZIP_STORED) {
        how.budget = entry->size;
        SW_TRY(sw_unpack_new(&unpack, &data, &how, &end, err));
        if (end.code != SW_OK) {
            return sw_fail(err, end.code, "%s", end.err.text);
        }
        data = sw_unpack_source(unpack);
        crc = end.crc;
    }
    if (data.size != entry->size) {
        return sw_fail(err, SW_E_FORMAT, "it has another size than the archive says");
    }
    SW_TRY(entry->method == SW_ZIP_STORED ? sw_source_crc(&data, &crc, err) : SW_OK);
    return crc == entry->crc ? sw_source_append(&data, 0, data.size, out, err)
                             : sw_fail(err, SW_E_FORMAT, "its checksum is wrong");
}

static sw_result put_member(struct sw_advisory_parser *im, const struct sw_zip *zip,
    const struct sw_zip_entry *entry, struct sw_buf *buf, struct sw_error *err)
{
    char name[256];
    struct sw_error why = {0};
    sw_escape_line(entry->name.ptr, entry->name.len, name, sizeof(name));
    sw_buf_clear(buf);
    enum sw_code code = read_member(zip, entry, buf, &why);
    bool broken = code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_UNSUPPORTED;
    if (broken && im->keep_going) {
        im->found.left_out++;
        return SW_OK;
    }
    return code == SW_OK ? put(im, sw_buf_bytes(buf), name, err)
                         : sw_fail(err, code, "%s: %s", name, why.text);
}

/* Readers that could differ on what is in an archive make it no evidence. Two names that differ in
 * capitals alone are no difference here, for nothing is written under them. */
static sw_result check_zip(const struct sw_zip *zip, struct sw_error *err)
{
    for (size_t i = 0; i < zip->problem_count && i < 1000; i++) {
        const struct sw_zip_problem *problem = &zip->problems[i];
        if (problem->fault != SW_ZIP_SAME_LETTERS && problem->fault != SW_ZIP_BAD_NAME) {
            char name[128];
            sw_escape_line(problem->name.ptr, problem->name.len, name, sizeof(name));
            return sw_fail(err, SW_E_FORMAT, "the archive is not to be trusted: %s%s%s", name,
                name[0] == '\0' ? "" : " ", sw_zip_fault_text(problem->fault));
        }
    }
    return SW_OK;
}

static sw_result put_zip(struct sw_advisory_parser *im, int fd, struct sw_error *err)
{
    struct sw_source source = sw_source_fd(fd, im->bytes);
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_zip zip;
    SW_TRY(sw_zip_open(&zip, &source, &im->arena, err));
    SW_TRY(check_zip(&zip, err));
    for (size_t i = 0; i < zip.count; i++) {
        if (sw_str_ends(zip.entries[i].name, ".json")) {
            SW_TRY(put_member(im, &zip, &zip.entries[i], &buf, err));
        }
    }
    return SW_OK;
}

static sw_result put_lines(
    struct sw_advisory_parser *im, struct sw_inflate *stream, struct sw_error *err)
{
    SW_CLEANUP(line_reader) struct sw_line_reader lines;
    struct sw_bytes line;
    bool more = true;
    sw_line_reader_init(&lines, stream, SW_OSV_MAX);
    for (;;) {
        char where[32];
        SW_TRY(sw_line_read(&lines, &line, &more, err));
        if (!more) {
            return SW_OK;
        }
        if (line.len > 0) {
            (void)snprintf(where, sizeof(where), "line %llu", (unsigned long long)lines.number);
            SW_TRY(put(im, line, where, err));
        }
    }
}

/* --- telling files apart ---------------------------------------------------------------------- */

enum form { FORM_ZIP, FORM_CSV, FORM_LINES, FORM_JSON };

static bool is_of_github(struct sw_bytes text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_json document;
    bool single = false;
    sw_arena_init(&arena, 0);
    return sw_ghsa_may_be(text) && sw_json_parse(&arena, text, NULL, &document, NULL) == SW_OK &&
           sw_ghsa_list(&document, &single) != NULL;
}

/* The first bytes of what comes out, and whether a line of it is an advisory. */
static sw_result look(
    const struct sw_source *source, const char *name, enum form *out, struct sw_error *err)
{
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    SW_CLEANUP(line_reader) struct sw_line_reader lines;
    struct sw_bytes line;
    bool more = false;
    SW_TRY(sw_inflate_new(&stream, source, err));
    sw_line_reader_init(&lines, stream, SW_OSV_MAX);
    SW_TRY(sw_line_read(&lines, &line, &more, err));
    struct sw_str text = sw_str_of_bytes(line);
    if (sw_str_starts(text, "PK\x03\x04") || sw_str_starts(text, "PK\x05\x06")) {
        *out = FORM_ZIP;
        return SW_OK;
    }
    if (sw_str_starts(text, "#model_version") || sw_str_starts(text, "cve,epss")) {
        *out = FORM_CSV;
        return SW_OK;
    }
    if (!more || (text.len > 0 && memchr("{[ ", text.ptr[0], 3) == NULL)) {
        return sw_fail(err, SW_E_FORMAT,
            "'%s' is none of these: OSV JSON, lines or a zip of it, GitHub's advisories, EPSS CSV, "
            "KEV JSON",
            name);
    }
    *out = sw_osv_looks_like(line) || is_of_github(line) ? FORM_LINES : FORM_JSON;
    return SW_OK;
}

/* One advisory, or the KEV. */
static sw_result put_document(
    struct sw_advisory_parser *im, struct sw_inflate *stream, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_json document;
    size_t got = 1;
    sw_buf_init(&buf, SW_KEV_MAX);
    while (got > 0) {
        SW_TRY(sw_buf_reserve(&buf, 1 << 16) == SW_OK
                   ? SW_OK
                   : sw_fail(err, SW_E_LIMIT, "it is too large for one JSON document"));
        SW_TRY(sw_inflate_read(stream, buf.data + buf.len, 1 << 16, &got, err));
        buf.len += got;
    }
    if (sw_osv_looks_like(sw_buf_bytes(&buf)) || is_of_github(sw_buf_bytes(&buf))) {
        return put(im, sw_buf_bytes(&buf), "it", err);
    }
    SW_TRY(sw_json_parse(&im->arena, sw_buf_bytes(&buf), NULL, &document, err));
    if (!sw_kev_looks_like(&document)) {
        return sw_fail(err, SW_E_FORMAT, "it is neither an advisory of OSV nor the KEV catalogue");
    }
    struct sw_feed_result result;
    SW_TRY(sw_kev_read(&document, tell_entry, im, &result, err));
    im->found.kind = SW_ADVISORY_KEV;
    im->found.records = result.records;
    im->found.date = result.date;
    return SW_OK;
}

static sw_result put_csv(
    struct sw_advisory_parser *im, struct sw_inflate *stream, struct sw_error *err)
{
    struct sw_feed_result result;
    SW_TRY(sw_epss_read(stream, tell_entry, im, &result, err));
    im->found.kind = SW_ADVISORY_EPSS;
    im->found.records = result.records;
    im->found.date = result.date;
    return SW_OK;
}

static sw_result put_form(
    struct sw_advisory_parser *im, int fd, enum form form, struct sw_error *err)
{
    struct sw_source source = sw_source_fd(fd, im->bytes);
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    if (form == FORM_ZIP) {
        return put_zip(im, fd, err);
    }
    SW_TRY(sw_inflate_new(&stream, &source, err));
    return form == FORM_CSV     ? put_csv(im, stream, err)
           : form == FORM_LINES ? put_lines(im, stream, err)
                                : put_document(im, stream, err);
}

/* --- the process ------------------------------------------------------------------------------ */

static sw_result parse_file(
    struct sw_advisory_parser *im, int fd, const char *name, struct sw_error *err)
{
    struct sw_source source = sw_source_fd(fd, im->bytes);
    enum form form = FORM_JSON;
    SW_TRY(look(&source, name, &form, err));
    return put_form(im, fd, form, err);
}

/* One after another, until there is no more. */
static sw_result parse_loose(struct sw_advisory_parser *im, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf name = SW_BUF_INIT;
    const char next = SW_ADVISORY_NEXT;
    for (;;) {
        struct sw_str title;
        SW_TRY(send_told(im, err));
        sw_buf_clear(&answer);
        sw_buf_clear(&name);
        SW_TRY(sw_worker_ask(sw_bytes(&next, 1), &answer, err));
        if (answer.len == 0) {
            return SW_OK;
        }
        struct sw_cursor cur = sw_cursor(sw_buf_bytes(&answer));
        struct sw_bytes text;
        SW_TRY(sw_wire_take(&cur, &title));
        SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &text));
        SW_TRY(sw_buf_put_str(&name, title));
        SW_TRY(put(im, text, sw_buf_cstr(&name), err));
    }
}

sw_result sw_advisory_request(
    struct sw_buf *out, bool loose, bool keep_going, int64_t now, uint64_t bytes, const char *name)
{
    SW_TRY(sw_buf_putc(out, loose));
    SW_TRY(sw_buf_putc(out, keep_going));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)now));
    SW_TRY(sw_buf_put_u64be(out, bytes));
    return sw_buf_puts(out, name);
}

static sw_result put_found(const struct sw_advisory_found *found, struct sw_buf *reply)
{
    SW_TRY(sw_buf_putc(reply, (char)found->kind));
    SW_TRY(sw_buf_put_u64be(reply, found->records));
    SW_TRY(sw_buf_put_u64be(reply, found->left_out));
    return sw_buf_put_u64be(reply, (uint64_t)found->date);
}

sw_result sw_advisory_found_read(struct sw_bytes reply, struct sw_advisory_found *out)
{
    struct sw_cursor cur = sw_cursor(reply);
    uint8_t kind;
    uint64_t date;
    SW_TRY(sw_cur_u8(&cur, &kind));
    SW_TRY(sw_cur_u64be(&cur, &out->records));
    SW_TRY(sw_cur_u64be(&cur, &out->left_out));
    SW_TRY(sw_cur_u64be(&cur, &date));
    out->kind = (enum sw_advisory_kind)kind;
    out->date = (int64_t)date;
    const bool good = kind <= SW_ADVISORY_KEV && out->records <= INT64_MAX &&
                      out->left_out <= INT64_MAX && sw_cur_left(&cur) == 0;
    return good ? SW_OK : SW_E_FORMAT;
}

sw_result sw_advisory_parse(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(parser) struct sw_advisory_parser im = {.found = {.date = INT64_MIN}};
    SW_CLEANUP(buf) struct sw_buf name = SW_BUF_INIT;
    struct sw_cursor cur = sw_cursor(request);
    struct sw_bytes rest;
    uint8_t loose;
    uint8_t keep_going;
    uint64_t now;
    (void)ctx;
    sw_arena_init(&im.arena, 0);
    SW_TRY(sw_cur_u8(&cur, &loose));
    SW_TRY(sw_cur_u8(&cur, &keep_going));
    SW_TRY(sw_cur_u64be(&cur, &now));
    SW_TRY(sw_cur_u64be(&cur, &im.bytes));
    SW_TRY(sw_cur_bytes(&cur, sw_cur_left(&cur), &rest));
    SW_TRY(sw_buf_append(&name, rest.ptr, rest.len));
    im.keep_going = keep_going != 0;
    SW_TRY(sw_osv_reader_new(&im.reader, (int64_t)now, err));
    SW_TRY(loose ? parse_loose(&im, err) : parse_file(&im, fd, sw_buf_cstr(&name), err));
    SW_TRY(send_told(&im, err));
    return put_found(&im.found, reply);
}

/* --- for who hears it ------------------------------------------------------------------------- */

/* Well above what packed advisories become: they shrink by 10 or 20 times. */
#define TOLD_PER_BYTE 64
#define TOLD_ALWAYS ((uint64_t)64 << 20)

sw_result sw_advisory_told_bytes(struct sw_advisory_told *told, uint64_t bytes, uint64_t size)
{
    const uint64_t max = size > (UINT64_MAX - TOLD_ALWAYS) / TOLD_PER_BYTE
                             ? UINT64_MAX
                             : size * TOLD_PER_BYTE + TOLD_ALWAYS;
    if (told->bytes > max || bytes > max - told->bytes) {
        return SW_E_LIMIT;
    }
    told->bytes += bytes;
    return SW_OK;
}

static sw_result told_of(struct sw_advisory_told *told, enum sw_advisory_kind kind)
{
    if (!told->begun) {
        told->begun = true;
        told->kind = kind;
    }
    return told->kind == kind ? SW_OK : SW_E_FORMAT;
}

sw_result sw_advisory_told_record(struct sw_advisory_told *told)
{
    SW_TRY(told_of(told, SW_ADVISORY_OSV));
    told->records++;
    return SW_OK;
}

sw_result sw_advisory_told_entry(struct sw_advisory_told *told, const struct sw_feed_entry *entry)
{
    if (entry->kind == SW_FEED_EPSS_ONE) {
        SW_TRY(told_of(told, SW_ADVISORY_OSV));
        return ++told->scores <= told->records ? SW_OK : SW_E_FORMAT;
    }
    SW_TRY(told_of(told, entry->kind == SW_FEED_KEV ? SW_ADVISORY_KEV : SW_ADVISORY_EPSS));
    told->records++;
    return SW_OK;
}

sw_result sw_advisory_told_check(
    const struct sw_advisory_told *told, const struct sw_advisory_found *found)
{
    return found->records == told->records && (!told->begun || found->kind == told->kind)
               ? SW_OK
               : SW_E_FORMAT;
}
