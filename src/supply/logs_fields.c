/* Logs whose fields have names: JSON lines, Zeek, the W3C's extended form, CSV. And what a host and
 * a time are in any of them.
 * Sources: Zeek, log formats and logs; W3C, Extended Log File Format; Elastic Common Schema; RFC
 * 4180. */
#include "supply/ascii.h"
#include "supply/logs.h"

#include <stdio.h>
#include <stdlib.h>

/* Bytes are told from the user's side: what a proxy received, the user sent. Dotted names are
 * members of members in JSON; with a backslash they are one name, as Zeek writes them. */
static const struct {
    const char *name;
    enum sw_log_field field;
    bool question;
} names[] = {
    {"host", SW_LOG_HOST, false},
    {"hostname", SW_LOG_HOST, false},
    {"sni", SW_LOG_HOST, false},
    {"ssl_sni", SW_LOG_HOST, false},
    {"tls_sni", SW_LOG_HOST, false},
    {"server_name", SW_LOG_HOST, false},
    {"requested_server_name", SW_LOG_HOST, false},
    {"tls.client.server_name", SW_LOG_HOST, false},
    {"request.host", SW_LOG_HOST, false},
    {"authority", SW_LOG_HOST, false},
    {":authority", SW_LOG_HOST, false},
    {"http_host", SW_LOG_HOST, false},
    {"dest_host", SW_LOG_HOST, false},
    {"dst_host", SW_LOG_HOST, false},
    {"destination_host", SW_LOG_HOST, false},
    {"destination.domain", SW_LOG_HOST, false},
    {"url.domain", SW_LOG_HOST, false},
    {"cs-host", SW_LOG_HOST, false},
    {"cs_host", SW_LOG_HOST, false},
    {"domain", SW_LOG_HOST, false},
    {"fqdn", SW_LOG_HOST, false},
    {"query", SW_LOG_HOST, true},
    {"qname", SW_LOG_HOST, true},
    {"query_name", SW_LOG_HOST, true},
    {"dns.question.name", SW_LOG_HOST, true},
    {"url", SW_LOG_URL, false},
    {"request_url", SW_LOG_URL, false},
    {"url.full", SW_LOG_URL, false},
    {"url.original", SW_LOG_URL, false},
    {"cs-uri", SW_LOG_URL, false},
    {"uri", SW_LOG_URL, false},
    {"user", SW_LOG_USER, false},
    {"username", SW_LOG_USER, false},
    {"user_name", SW_LOG_USER, false},
    {"user.name", SW_LOG_USER, false},
    {"remote_user", SW_LOG_USER, false},
    {"cs-username", SW_LOG_USER, false},
    {"client", SW_LOG_CLIENT, false},
    {"client_ip", SW_LOG_CLIENT, false},
    {"clientip", SW_LOG_CLIENT, false},
    {"client.ip", SW_LOG_CLIENT, false},
    {"src", SW_LOG_CLIENT, false},
    {"src_ip", SW_LOG_CLIENT, false},
    {"source_ip", SW_LOG_CLIENT, false},
    {"source.ip", SW_LOG_CLIENT, false},
    {"c-ip", SW_LOG_CLIENT, false},
    {"remote_addr", SW_LOG_CLIENT, false},
    {"remote_ip", SW_LOG_CLIENT, false},
    {"request.remote_ip", SW_LOG_CLIENT, false},
    {"downstream_remote_address", SW_LOG_CLIENT, false},
    {"x_forwarded_for", SW_LOG_CLIENT, false},
    {"id.orig_h", SW_LOG_CLIENT, false},
    {"id\\.orig_h", SW_LOG_CLIENT, false},
    {"ts", SW_LOG_TIME, false},
    {"date", SW_LOG_TIME, false},
    {"time", SW_LOG_TIME, false},
    {"timestamp", SW_LOG_TIME, false},
    {"@timestamp", SW_LOG_TIME, false},
    {"start_time", SW_LOG_TIME, false},
    {"datetime", SW_LOG_TIME, false},
    {"time_iso8601", SW_LOG_TIME, false},
    {"bytes_out", SW_LOG_SENT, false},
    {"cs-bytes", SW_LOG_SENT, false},
    {"bytes_received", SW_LOG_SENT, false},
    {"request_length", SW_LOG_SENT, false},
    {"request_bytes", SW_LOG_SENT, false},
    {"request_body_len", SW_LOG_SENT, false},
    {"orig_bytes", SW_LOG_SENT, false},
    {"source.bytes", SW_LOG_SENT, false},
    {"bytes_in", SW_LOG_RECEIVED, false},
    {"sc-bytes", SW_LOG_RECEIVED, false},
    {"bytes_sent", SW_LOG_RECEIVED, false},
    {"body_bytes_sent", SW_LOG_RECEIVED, false},
    {"response_bytes", SW_LOG_RECEIVED, false},
    {"response_body_len", SW_LOG_RECEIVED, false},
    {"resp_bytes", SW_LOG_RECEIVED, false},
    {"destination.bytes", SW_LOG_RECEIVED, false},
    {"bytes", SW_LOG_RECEIVED, false},
    {"size", SW_LOG_RECEIVED, false},
};

static bool row_of(struct sw_str name, size_t *out)
{
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (sw_ascii_equal(name, sw_str(names[i].name))) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool sw_log_field_of(struct sw_str name, enum sw_log_field *out)
{
    size_t row;
    if (!row_of(name, &row)) {
        return false;
    }
    *out = names[row].field;
    return true;
}

/* "12:00:00", behind a column with the date. */
static bool is_clock(struct sw_str text)
{
    return text.len >= 8 && text.ptr[2] == ':' && text.ptr[5] == ':';
}

void sw_log_put(struct sw_log_record *record, enum sw_log_field field, struct sw_str text)
{
    uint64_t number = 0;
    if (text.len == 0 || sw_str_is(text, "-") || sw_str_is(text, "(empty)") ||
        sw_str_is(text, "null")) {
        return;
    }
    switch (field) {
    case SW_LOG_URL:
        record->host = record->host.len > 0 || text.ptr[0] == '/' ? record->host : text;
        break;
    case SW_LOG_HOST: record->host = text; break;
    case SW_LOG_USER: record->user = text; break;
    case SW_LOG_CLIENT: record->user = record->user.len > 0 ? record->user : text; break;
    case SW_LOG_TIME:
        record->time = is_clock(text) && record->time.len > 0 ? record->time : text;
        break;
    case SW_LOG_SENT: record->sent = sw_parse_u64(text, &number) ? number : record->sent; break;
    case SW_LOG_RECEIVED:
        record->received = sw_parse_u64(text, &number) ? number : record->received;
        break;
    case SW_LOG_FIELDS: break;
    }
}

void sw_log_reader_release(struct sw_log_reader *reader)
{
    sw_json_scanner_free(reader->scanner);
    free(reader->found);
    for (size_t i = 0; i < SW_LOG_FIELDS; i++) {
        sw_buf_release(&reader->texts[i]);
    }
    *reader = (struct sw_log_reader){0};
}

static enum sw_log_line answer(const struct sw_log_record *record)
{
    return record->host.len > 0 ? SW_LOG_RECORD : SW_LOG_OTHER;
}

/* --- JSON ------------------------------------------------------------------------------------- */

static bool has_scanner(struct sw_log_reader *reader)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_LOG_LINE_MAX, .max_depth = 16, .max_values = 4096};
    const char *paths[SW_COUNT(names)];
    struct sw_error err;
    if (reader->scanner != NULL) {
        return true;
    }
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        paths[i] = names[i].name;
    }
    reader->found = calloc(SW_COUNT(names), sizeof(*reader->found));
    return reader->found != NULL &&
           sw_json_scanner_new(&reader->scanner, paths, SW_COUNT(names), &limits, &err) == SW_OK;
}

/* The first name of each field that has a text or a number. */
static void put_found(struct sw_log_reader *reader, struct sw_log_record *record)
{
    bool done[SW_LOG_FIELDS] = {false};
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        const struct sw_json_found *found = &reader->found[i];
        const enum sw_log_field field = names[i].field;
        struct sw_str text;
        if (found->span.ptr == NULL || done[field] ||
            (found->type != SW_JSON_STRING && found->type != SW_JSON_NUMBER) ||
            sw_json_found_text(found, &reader->texts[field], &text) != SW_OK) {
            continue;
        }
        done[field] = text.len > 0;
        record->question = field == SW_LOG_HOST ? names[i].question : record->question;
        sw_log_put(record, field, text);
    }
}

enum sw_log_line sw_log_read_json(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    struct sw_error err;
    if (line.len == 0 || line.ptr[0] != '{' || !has_scanner(reader) ||
        sw_json_scan(reader->scanner, sw_bytes_of_str(line), reader->found, &err) != SW_OK) {
        return SW_LOG_NONE;
    }
    put_found(reader, record);
    return answer(record);
}

/* --- columns ---------------------------------------------------------------------------------- */

/* Where the inside of quotes at the front of a text ends; two quotes are one inside. */
static size_t quoted_end(struct sw_str text)
{
    size_t end = 1;
    while (end < text.len) {
        const bool quote = text.ptr[end] == '"';
        if (quote && (end + 1 == text.len || text.ptr[end + 1] != '"')) {
            return end;
        }
        end += quote ? 2 : 1;
    }
    return text.len;
}

/* The next cell, without its quotes, and moves behind the separator. False at the end. */
static bool next_cell(struct sw_str *rest, char separator, struct sw_str *out)
{
    if (rest->ptr == NULL) {
        return false;
    }
    const bool quoted = rest->len > 0 && rest->ptr[0] == '"';
    const size_t inner = quoted ? quoted_end(*rest) : 0;
    const char *next = memchr(rest->ptr + inner, separator, rest->len - inner);
    const size_t end = next == NULL ? rest->len : (size_t)(next - rest->ptr);
    *out = quoted ? sw_str_n(rest->ptr + 1, inner - 1) : sw_str_n(rest->ptr, end);
    *rest = next == NULL ? sw_str_n(NULL, 0) : sw_str_n(next + 1, rest->len - end - 1);
    return true;
}

/* What the columns are; false when no host is among them. */
static bool read_header(struct sw_log_reader *reader, struct sw_str line, char separator)
{
    struct sw_str cell;
    size_t row;
    bool host = false;
    reader->separator = separator;
    reader->column_count = 0;
    while (reader->column_count < SW_LOG_COLUMNS && next_cell(&line, separator, &cell)) {
        const bool known = row_of(sw_ascii_trim(cell), &row);
        reader->columns[reader->column_count++] = known ? (uint8_t)(names[row].field + 1) : 0;
        const bool names_host =
            known && (names[row].field == SW_LOG_HOST || names[row].field == SW_LOG_URL);
        reader->question = names_host && !host ? names[row].question : reader->question;
        host = host || names_host;
    }
    reader->column_count = host && reader->column_count > 1 ? reader->column_count : 0;
    return reader->column_count > 0;
}

static enum sw_log_line read_cells(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    struct sw_str cell;
    size_t count = 0;
    while (count < reader->column_count && next_cell(&line, reader->separator, &cell)) {
        const uint8_t column = reader->columns[count++];
        if (column > 0) {
            sw_log_put(record, (enum sw_log_field)(column - 1), cell);
        }
    }
    record->question = reader->question;
    return count < reader->column_count ? SW_LOG_NONE : answer(record);
}

enum sw_log_line sw_log_read_zeek(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    static const char fields[] = "#fields\t";
    if (sw_str_starts(line, fields)) {
        const size_t len = sizeof(fields) - 1;
        return read_header(reader, sw_str_n(line.ptr + len, line.len - len), '\t') ? SW_LOG_OTHER
                                                                                   : SW_LOG_NONE;
    }
    if (line.len > 0 && line.ptr[0] == '#') {
        return sw_str_starts(line, "#Fields") ? SW_LOG_NONE : SW_LOG_OTHER;
    }
    return reader->column_count == 0 ? SW_LOG_NONE : read_cells(reader, line, record);
}

/* "#Fields: date time c-ip cs-host": then words, and again a header wherever one stands. */
static enum sw_log_line read_extended(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    static const char fields[] = "#Fields: ";
    if (sw_str_starts(line, fields)) {
        const size_t len = sizeof(fields) - 1;
        return read_header(reader, sw_str_n(line.ptr + len, line.len - len), ' ') ? SW_LOG_OTHER
                                                                                  : SW_LOG_NONE;
    }
    if (line.len > 0 && line.ptr[0] == '#') {
        return SW_LOG_OTHER;
    }
    return reader->column_count == 0 ? SW_LOG_NONE : read_cells(reader, line, record);
}

enum sw_log_line sw_log_read_table(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    static const char separators[] = {',', '\t', ';'};
    if (reader->separator == ' ' || (line.len > 0 && line.ptr[0] == '#')) {
        return read_extended(reader, line, record);
    }
    if (reader->column_count > 0) {
        return read_cells(reader, line, record);
    }
    line = sw_str_starts(line, "\xef\xbb\xbf") ? sw_str_n(line.ptr + 3, line.len - 3) : line;
    for (size_t i = 0; i < SW_COUNT(separators); i++) {
        if (read_header(reader, line, separators[i])) {
            return SW_LOG_OTHER;
        }
    }
    return SW_LOG_NONE;
}

/* --- hosts ------------------------------------------------------------------------------------ */

/* Where the host of a URL or an authority begins: behind the scheme, and behind "user:password@".
 */
static struct sw_str authority_of(struct sw_str text)
{
    const char *mark = memmem(text.ptr, text.len, "://", 3);
    if (mark != NULL) {
        text = sw_str_n(mark + 3, text.len - (size_t)(mark + 3 - text.ptr));
    }
    size_t end = 0;
    while (end < text.len && memchr("/?#", text.ptr[end], 3) == NULL) {
        end++;
    }
    const char *at = memrchr(text.ptr, '@', end);
    return at == NULL ? sw_str_n(text.ptr, end)
                      : sw_str_n(at + 1, end - (size_t)(at + 1 - text.ptr));
}

struct sw_str sw_log_host(struct sw_str text, char out[256])
{
    size_t len = 0;
    bool letter = false;
    text = authority_of(sw_ascii_trim(text));
    for (size_t i = 0; i < text.len && text.ptr[i] != ':'; i++) {
        const char c = sw_ascii_lower(text.ptr[i]);
        if (len == 255 || (!sw_ascii_alnum(c) && c != '.' && c != '-' && c != '_')) {
            return sw_str("");
        }
        letter = letter || (c >= 'a' && c <= 'z');
        out[len++] = c;
    }
    len -= len > 0 && out[len - 1] == '.' ? 1 : 0; /* the root of the names */
    return letter ? sw_str_n(out, len) : sw_str("");
}

/* --- times ------------------------------------------------------------------------------------ */

/* Seconds, thousandths or millionths of one, since 1970. */
static bool parse_seconds(struct sw_str text, int64_t *out)
{
    uint64_t whole;
    const char *dot = memchr(text.ptr, '.', text.len);
    const size_t len = dot == NULL ? text.len : (size_t)(dot - text.ptr);
    if (!sw_parse_u64(sw_str_n(text.ptr, len), &whole)) {
        return false;
    }
    while (whole > (uint64_t)100000000000) {
        whole /= 1000;
    }
    *out = (int64_t)whole;
    return true;
}

static unsigned month_of(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (unsigned i = 0; i < 12; i++) {
        if (memcmp(text, months + (size_t)3 * i, 3) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* "10/Oct/2000:13:55:36 -0700" and "01-Jan-2024 12:00:00.000", as RFC 3339 has them. */
static bool parse_named_month(struct sw_str text, int64_t *out)
{
    char made[48];
    if (text.len < 20 || (text.ptr[2] != '/' && text.ptr[2] != '-')) {
        return false;
    }
    const unsigned month = month_of(text.ptr + 3);
    const char *t = text.ptr;
    const char *sign = text.len >= 26 && (t[21] == '+' || t[21] == '-') ? t + 21 : NULL;
    int n = snprintf(made, sizeof(made), "%.4s-%02u-%.2sT%.8s", t + 7, month, t, t + 12);
    if (month == 0 || n != 19) {
        return false;
    }
    n = sign == NULL ? snprintf(made + 19, sizeof(made) - 19, "Z")
                     : snprintf(made + 19, sizeof(made) - 19, "%.3s:%.2s", sign, sign + 3);
    return n > 0 && sw_time_parse(sw_str(made), out);
}

/* "2024-01-01 12:00:00", and RFC 3339 with more behind it. */
static bool parse_plain(struct sw_str text, int64_t *out)
{
    char made[24];
    const char *blank = memchr(text.ptr, ' ', text.len);
    const size_t len = blank == NULL ? text.len : (size_t)(blank - text.ptr);
    if (blank == NULL || len > 10) {
        return sw_time_parse(sw_str_n(text.ptr, len), out);
    }
    if (text.len < 19) {
        return false;
    }
    (void)snprintf(made, sizeof(made), "%.10sT%.8sZ", text.ptr, text.ptr + 11);
    return sw_time_parse(sw_str(made), out);
}

bool sw_log_time(struct sw_str text, int64_t *out)
{
    text = sw_ascii_trim(text);
    return text.len > 0 &&
           (parse_seconds(text, out) || parse_named_month(text, out) || parse_plain(text, out));
}
