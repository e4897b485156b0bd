#include "supply/advisory_feeds.h"

#include "supply/wire.h"

#include <math.h>

/* --- lines ------------------------------------------------------------------------------------ */

#define CHUNK ((size_t)64 << 10)

void sw_line_reader_init(struct sw_line_reader *r, struct sw_inflate *stream, size_t max)
{
    *r = (struct sw_line_reader){.stream = stream};
    sw_buf_init(&r->held, max + CHUNK);
}

void sw_line_reader_release(struct sw_line_reader *r)
{
    sw_buf_release(&r->held);
}

/* Brings more behind what is not read yet. */
static sw_result fill(struct sw_line_reader *r, struct sw_error *err)
{
    size_t got = 0;
    r->held.len -= r->pos;
    memmove(r->held.data, r->held.data + r->pos, r->held.len);
    r->pos = 0;
    if (sw_buf_reserve(&r->held, CHUNK) != SW_OK) {
        return sw_fail(err, SW_E_LIMIT, "line %llu is too long", (unsigned long long)r->number);
    }
    SW_TRY(sw_inflate_read(r->stream, r->held.data + r->held.len, CHUNK, &got, err));
    r->held.len += got;
    r->over = got == 0;
    return SW_OK;
}

sw_result sw_line_read(
    struct sw_line_reader *r, struct sw_bytes *line, bool *more, struct sw_error *err)
{
    size_t seen = 0;
    const uint8_t *end = NULL;
    r->number++;
    for (;;) {
        size_t left = r->held.len - r->pos;
        end = left == seen ? NULL : memchr(r->held.data + r->pos + seen, '\n', left - seen);
        if (end != NULL || r->over) {
            break;
        }
        seen = left;
        if (r->pos == 0 && r->held.len == 0) {
            SW_TRY(sw_buf_reserve(&r->held, CHUNK));
        }
        SW_TRY(fill(r, err));
    }
    size_t left = r->held.len - r->pos;
    size_t len = end == NULL ? left : (size_t)(end - (r->held.data + r->pos));
    *more = left > 0;
    *line = sw_bytes(left == 0 ? NULL : r->held.data + r->pos, len);
    r->pos += end == NULL ? len : len + 1;
    if (line->len > 0 && line->ptr[line->len - 1] == '\r') {
        line->len--;
    }
    return SW_OK;
}

/* --- EPSS ------------------------------------------------------------------------------------- */

#define EPSS_LINE_MAX 4096

static struct sw_str next_field(struct sw_str *rest)
{
    const char *comma = rest->len == 0 ? NULL : memchr(rest->ptr, ',', rest->len);
    size_t len = comma == NULL ? rest->len : (size_t)(comma - rest->ptr);
    struct sw_str field = sw_str_n(rest->ptr, len);
    size_t taken = comma == NULL ? len : len + 1;
    *rest = sw_str_n(rest->ptr + taken, rest->len - taken);
    return field;
}

#define DIGITS_MAX 17

/* Takes digits off; false for none, and for too many. */
static bool take_digits(struct sw_str *text, uint64_t *value, unsigned *count)
{
    *count = 0;
    while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9') {
        *value = *value * 10 + (uint64_t)(text->ptr[0] - '0');
        *text = sw_str_n(text->ptr + 1, text->len - 1);
        if (++*count > DIGITS_MAX) {
            return false;
        }
    }
    return *count > 0;
}

static bool take(struct sw_str *text, const char *what)
{
    if (!sw_str_starts(*text, what)) {
        return false;
    }
    *text = sw_str_n(text->ptr + strlen(what), text->len - strlen(what));
    return true;
}

/* "0.00043" to 43, and "4.3e-04", too. */
static bool read_share(struct sw_str text, int64_t *out)
{
    uint64_t whole = 0;
    uint64_t part = 0;
    uint64_t power = 0;
    unsigned whole_digits = 0;
    unsigned digits = 0;
    unsigned count = 0;
    bool good = take_digits(&text, &whole, &whole_digits);
    if (good && take(&text, ".")) {
        good = take_digits(&text, &part, &digits);
    }
    if (good && take(&text, "e-")) {
        good = take_digits(&text, &power, &count) && power < 100;
    }
    double value = ((double)whole + (double)part / pow(10, digits)) / pow(10, (double)power);
    if (!good || text.len > 0 || value > 1) {
        return false;
    }
    *out = (int64_t)lround(value * 100000);
    return true;
}

/* "#model_version:v2025.03.14,score_date:2025-06-01T00:00:00+0000" */
static void read_date(struct sw_str line, int64_t *out)
{
    static const char key[] = "score_date:";
    const char *found = memmem(line.ptr, line.len, key, sizeof(key) - 1);
    if (found == NULL) {
        return;
    }
    const char *date = found + sizeof(key) - 1;
    size_t left = line.len - (size_t)(date - line.ptr);
    (void)sw_time_parse(sw_str_n(date, left < 10 ? left : 10), out);
}

static sw_result read_score(
    struct sw_str line, uint64_t number, struct sw_feed_entry *out, struct sw_error *err)
{
    struct sw_str name = next_field(&line);
    struct sw_str first = next_field(&line);
    struct sw_str second = next_field(&line);
    *out = (struct sw_feed_entry){.kind = SW_FEED_EPSS, .added = sw_str("")};
    return sw_advisory_cve(name, &out->cve) && read_share(first, &out->score) &&
                   read_share(second, &out->percentile)
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "line %llu: no CVE, score and percentile",
                     (unsigned long long)number);
}

sw_result sw_epss_read(struct sw_inflate *stream, sw_feed_each each, void *ctx,
    struct sw_feed_result *out, struct sw_error *err)
{
    SW_CLEANUP(line_reader) struct sw_line_reader lines;
    struct sw_feed_result result = {0, INT64_MIN};
    struct sw_bytes line;
    bool more = true;
    sw_line_reader_init(&lines, stream, EPSS_LINE_MAX);
    for (;;) {
        struct sw_feed_entry entry;
        SW_TRY(sw_line_read(&lines, &line, &more, err));
        struct sw_str text = sw_str_of_bytes(line);
        if (!more) {
            break;
        }
        if (text.len == 0 || text.ptr[0] == '#' || sw_str_starts(text, "cve,")) {
            read_date(text, &result.date);
            continue;
        }
        SW_TRY(read_score(text, lines.number, &entry, err));
        SW_TRY(each(ctx, &entry, err));
        result.records++;
    }
    *out = result;
    return SW_OK;
}

/* --- KEV -------------------------------------------------------------------------------------- */

bool sw_kev_looks_like(const struct sw_json *document)
{
    return sw_json_get(document, "catalogVersion") != NULL &&
           sw_json_get(document, "vulnerabilities") != NULL;
}

sw_result sw_kev_read(const struct sw_json *document, sw_feed_each each, void *ctx,
    struct sw_feed_result *out, struct sw_error *err)
{
    struct sw_feed_result result = {0, INT64_MIN};
    struct sw_str text;
    SW_JSON_EACH (item, sw_json_get(document, "vulnerabilities")) {
        struct sw_feed_entry entry = {.kind = SW_FEED_KEV};
        int64_t when;
        if (!sw_json_str(sw_json_get(item, "cveID"), &text) || !sw_advisory_cve(text, &entry.cve) ||
            !sw_json_str(sw_json_get(item, "dateAdded"), &entry.added) ||
            !sw_time_parse(entry.added, &when)) {
            return sw_fail(err, SW_E_FORMAT, "a vulnerability has no cveID and dateAdded");
        }
        SW_TRY(each(ctx, &entry, err));
        result.records++;
    }
    if (sw_json_str(sw_json_get(document, "dateReleased"), &text)) {
        (void)sw_time_parse(sw_str_n(text.ptr, text.len < 10 ? text.len : 10), &result.date);
    }
    *out = result;
    return SW_OK;
}

/* --- for other processes ---------------------------------------------------------------------- */

sw_result sw_feed_entry_write(const struct sw_feed_entry *entry, struct sw_buf *out)
{
    SW_TRY(sw_buf_putc(out, (char)entry->kind));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)entry->cve));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)entry->score));
    SW_TRY(sw_buf_put_u64be(out, (uint64_t)entry->percentile));
    return sw_wire_put(out, entry->added);
}

sw_result sw_feed_entry_read(struct sw_cursor *cur, struct sw_feed_entry *out)
{
    uint8_t kind;
    uint64_t numbers[3];
    int64_t when;
    SW_TRY(sw_cur_u8(cur, &kind));
    for (size_t i = 0; i < SW_COUNT(numbers); i++) {
        SW_TRY(sw_cur_u64be(cur, &numbers[i]));
        if (numbers[i] > INT64_MAX) {
            return SW_E_FORMAT;
        }
    }
    SW_TRY(sw_wire_take(cur, &out->added));
    out->kind = (enum sw_feed_kind)kind;
    out->cve = (int64_t)numbers[0];
    out->score = (int64_t)numbers[1];
    out->percentile = (int64_t)numbers[2];
    const bool good = kind < SW_FEED_KINDS && out->score <= 100000 && out->percentile <= 100000 &&
                      (kind != SW_FEED_KEV || sw_time_parse(out->added, &when));
    return good ? SW_OK : SW_E_FORMAT;
}

/* --- into the database ------------------------------------------------------------------------ */

/* What comes first clears what was there, and the statements that put an entry. */
static const struct {
    const char *clear, *put;
} rows[SW_FEED_KINDS] = {
    [SW_FEED_EPSS] = {"DELETE FROM epss", "INSERT OR REPLACE INTO epss VALUES(?1, ?2, ?3)"},
    [SW_FEED_EPSS_ONE] = {NULL, "INSERT OR REPLACE INTO epss SELECT ?1, ?2, ?3"
                                " WHERE NOT EXISTS (SELECT 1 FROM imports WHERE kind = 'epss')"},
    [SW_FEED_KEV] = {"DELETE FROM kev", "INSERT OR REPLACE INTO kev VALUES(?1, ?2)"},
};

void sw_feed_writer_release(struct sw_feed_writer *writer)
{
    for (size_t i = 0; i < SW_FEED_KINDS; i++) {
        sw_advisory_db_finish(&writer->statements[i]);
    }
}

void sw_feed_writer_begin(struct sw_feed_writer *writer, const struct sw_advisory_db *db)
{
    writer->db = db;
    memset(writer->cleared, 0, sizeof(writer->cleared));
}

sw_result sw_feed_writer_put(
    struct sw_feed_writer *w, const struct sw_feed_entry *entry, struct sw_error *err)
{
    struct sqlite3_stmt **stmt = &w->statements[entry->kind];
    if (!w->cleared[entry->kind] && rows[entry->kind].clear != NULL) {
        SW_TRY(sw_advisory_db_run(w->db, rows[entry->kind].clear, err));
    }
    w->cleared[entry->kind] = true;
    if (*stmt == NULL) {
        SW_TRY(sw_advisory_db_query(w->db, rows[entry->kind].put, stmt, err));
    }
    (void)sqlite3_bind_int64(*stmt, 1, entry->cve);
    if (entry->kind == SW_FEED_KEV) {
        sw_advisory_db_bind(*stmt, 2, entry->added);
    } else {
        (void)sqlite3_bind_int64(*stmt, 2, entry->score);
        (void)sqlite3_bind_int64(*stmt, 3, entry->percentile);
    }
    return sw_advisory_db_once(w->db, *stmt, err);
}
