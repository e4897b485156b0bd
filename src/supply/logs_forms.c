/* The forms of logs that have no header.
 * Sources: Squid, logformat `squid`; Apache httpd, mod_log_config, and nginx, `combined`; Envoy,
 * access logging, default format string; HAProxy configuration manual, 8.2; dnsmasq --log-queries;
 * BIND 9 reference manual, queries. */
#include "supply/ascii.h"
#include "supply/logs.h"

/* The next word of a line, and moves behind it; empty at the end. */
static struct sw_str word(struct sw_str *rest)
{
    while (rest->len > 0 && rest->ptr[0] == ' ') {
        *rest = sw_str_n(rest->ptr + 1, rest->len - 1);
    }
    const char *end = memchr(rest->ptr, ' ', rest->len);
    const struct sw_str found =
        sw_str_n(rest->ptr, end == NULL ? rest->len : (size_t)(end - rest->ptr));
    *rest = sw_str_n(rest->ptr + found.len, rest->len - found.len);
    return found;
}

/* What stands between two marks at the front, after blanks; false when it does not. A backslash
 * takes the meaning of what follows it away. */
static bool between(struct sw_str *rest, char open, char close, struct sw_str *out)
{
    while (rest->len > 0 && rest->ptr[0] == ' ') {
        *rest = sw_str_n(rest->ptr + 1, rest->len - 1);
    }
    if (rest->len == 0 || rest->ptr[0] != open) {
        return false;
    }
    for (size_t i = 1; i < rest->len; i++) {
        if (rest->ptr[i] == close) {
            *out = sw_str_n(rest->ptr + 1, i - 1);
            *rest = sw_str_n(rest->ptr + i + 1, rest->len - i - 1);
            return true;
        }
        i += rest->ptr[i] == '\\' ? 1 : 0;
    }
    return false;
}

static bool is_number(struct sw_str text, bool dotted)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_ascii_digit(text.ptr[i]) && !(dotted && text.ptr[i] == '.')) {
            return false;
        }
    }
    return text.len > 0;
}

static struct sw_str none_if_dash(struct sw_str text)
{
    return sw_str_is(text, "-") ? sw_str("") : text;
}

static uint64_t count_of(struct sw_str text)
{
    uint64_t value = 0;
    return sw_parse_u64(text, &value) ? value : 0;
}

/* "CONNECT host:443 HTTP/1.1", "GET http://host/path HTTP/1.1": the host. A path has none. */
static bool read_request(struct sw_str request, struct sw_str *host)
{
    const struct sw_str method = word(&request);
    const struct sw_str target = word(&request);
    *host = target.len > 0 && (target.ptr[0] == '/' || target.ptr[0] == '*') ? sw_str("") : target;
    for (size_t i = 0; i < method.len; i++) {
        if ((method.ptr[i] < 'A' || method.ptr[i] > 'Z') && method.ptr[i] != '-' &&
            method.ptr[i] != '_') {
            return false;
        }
    }
    return method.len > 0 && target.len > 0;
}

/* --- Squid ------------------------------------------------------------------------------------ */

/* time elapsed client code/status bytes method URL user hierarchy/peer type */
static enum sw_log_line read_squid(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    (void)reader;
    record->time = word(&line);
    const struct sw_str elapsed = word(&line);
    const struct sw_str client = word(&line);
    const struct sw_str code = word(&line);
    const struct sw_str bytes = word(&line);
    (void)word(&line); /* the method */
    record->host = word(&line);
    const struct sw_str user = word(&line);
    const struct sw_str hierarchy = word(&line);
    if (!is_number(record->time, true) || !is_number(bytes, false) ||
        memchr(code.ptr, '/', code.len) == NULL ||
        memchr(hierarchy.ptr, '/', hierarchy.len) == NULL || elapsed.len == 0) {
        return SW_LOG_NONE;
    }
    record->received = count_of(bytes);
    record->user = none_if_dash(user).len > 0 ? user : client;
    return SW_LOG_RECORD;
}

/* --- nginx and Apache --------------------------------------------------------------------------
 */

/* The words in front of the time: three, or four with a virtual host first; 0 for anything else. */
static size_t read_front(struct sw_str *line, struct sw_str words[4])
{
    size_t count = 0;
    while (count < 4 && line->len > 1 && !(count > 2 && sw_str_starts(*line, " ["))) {
        words[count++] = word(line);
    }
    return count < 3 ? 0 : count;
}

/* "200 2326" */
static bool read_result(struct sw_str *line, uint64_t *bytes)
{
    const struct sw_str status = word(line);
    const struct sw_str size = word(line);
    *bytes = count_of(size);
    return is_number(status, false) && (is_number(size, false) || sw_str_is(size, "-"));
}

/* host ident user [time] "request" status bytes "referer" "agent", perhaps with a virtual host in
 * front. */
static enum sw_log_line read_common(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    struct sw_str words[4];
    struct sw_str request;
    const size_t count = read_front(&line, words);
    (void)reader;
    if (count == 0 || !between(&line, '[', ']', &record->time) ||
        !between(&line, '"', '"', &request) || !read_result(&line, &record->received)) {
        return SW_LOG_NONE;
    }
    if (!read_request(request, &record->host)) {
        return SW_LOG_OTHER; /* a broken request is a line all the same */
    }
    record->host = record->host.len == 0 && count == 4 ? words[0] : record->host;
    record->user = none_if_dash(words[count - 1]);
    record->user = record->user.len > 0 ? record->user : words[count - 3];
    return record->host.len > 0 ? SW_LOG_RECORD : SW_LOG_OTHER;
}

/* --- Envoy ------------------------------------------------------------------------------------ */

/* The first two numbers, past words and quotes; and goes to the next quote. */
static void read_counts(struct sw_str *line, struct sw_log_record *record)
{
    uint64_t counts[2] = {0, 0};
    struct sw_str text;
    for (size_t i = 0; line->len > 1 && i < 2;) {
        if (between(line, '"', '"', &text)) {
            continue;
        }
        text = word(line);
        const bool number = is_number(text, false);
        counts[i] = number ? count_of(text) : 0;
        i += number ? 1 : 0;
    }
    record->sent = counts[0];
    record->received = counts[1];
    const char *quote = memchr(line->ptr, '"', line->len);
    *line = quote == NULL ? sw_str("") : sw_str_n(quote, line->len - (size_t)(quote - line->ptr));
}

/* [time] "request" code flags… received sent duration service "forwarded" "agent" "id" "authority"
 * "upstream": between the flags and the bytes, versions have more words. */
static enum sw_log_line read_envoy(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    struct sw_str request;
    struct sw_str target;
    struct sw_str client;
    struct sw_str skipped;
    (void)reader;
    if (!between(&line, '[', ']', &record->time) || !between(&line, '"', '"', &request) ||
        memchr(record->time.ptr, 'T', record->time.len) == NULL || !is_number(word(&line), false)) {
        return SW_LOG_NONE;
    }
    (void)word(&line); /* the flags of the response */
    read_counts(&line, record);
    if (!between(&line, '"', '"', &client) || !between(&line, '"', '"', &skipped) ||
        !between(&line, '"', '"', &skipped) || !between(&line, '"', '"', &record->host)) {
        return SW_LOG_NONE;
    }
    if (sw_str_is(record->host, "-") && read_request(request, &target)) {
        record->host = target;
    }
    record->user = none_if_dash(client);
    return SW_LOG_RECORD;
}

/* --- HAProxy ---------------------------------------------------------------------------------- */

/* What was captured, "{api.openai.com|agent}": the first that has a dot. */
static struct sw_str captured(struct sw_str text)
{
    for (size_t start = 0, i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '|') {
            continue;
        }
        const struct sw_str one = sw_str_n(text.ptr + start, i - start);
        if (memchr(one.ptr, '.', one.len) != NULL && memchr(one.ptr, ' ', one.len) == NULL) {
            return one;
        }
        start = i + 1;
    }
    return sw_str("");
}

/* haproxy[pid]: client:port [date] frontend backend/server times (code) bytes … {captured}
 * "request"
 */
static enum sw_log_line read_haproxy(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    static const char mark[] = "haproxy[";
    struct sw_str request;
    struct sw_str text;
    (void)reader;
    const char *at = memmem(line.ptr, line.len, mark, sizeof(mark) - 1);
    if (at == NULL) {
        return SW_LOG_NONE;
    }
    line = sw_str_n(at, line.len - (size_t)(at - line.ptr));
    (void)word(&line);
    const struct sw_str client = word(&line);
    if (!between(&line, '[', ']', &record->time)) {
        return SW_LOG_OTHER; /* it tells of itself */
    }
    const char *port = memrchr(client.ptr, ':', client.len);
    record->user = sw_str_n(client.ptr, port == NULL ? client.len : (size_t)(port - client.ptr));
    for (unsigned i = 0; i < 3; i++) {
        (void)word(&line); /* the frontend, the server, the times */
    }
    const struct sw_str code = word(&line);
    const struct sw_str next = word(&line);
    record->received = is_number(next, false) ? count_of(next) : count_of(code);
    const char *brace = memchr(line.ptr, '{', line.len);
    struct sw_str rest =
        brace == NULL ? sw_str("") : sw_str_n(brace, line.len - (size_t)(brace - line.ptr));
    record->host = between(&rest, '{', '}', &text) ? captured(text) : sw_str("");
    const char *quote = memchr(line.ptr, '"', line.len);
    rest = quote == NULL ? sw_str("") : sw_str_n(quote, line.len - (size_t)(quote - line.ptr));
    if (record->host.len == 0 && between(&rest, '"', '"', &request)) {
        (void)read_request(request, &record->host);
    }
    return record->host.len > 0 ? SW_LOG_RECORD : SW_LOG_OTHER;
}

/* --- name servers ------------------------------------------------------------------------------
 */

/* "… dnsmasq[pid]: query[A] NAME from ADDRESS" */
static enum sw_log_line read_dnsmasq(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    static const char mark[] = "dnsmasq[";
    (void)reader;
    const char *at = memmem(line.ptr, line.len, mark, sizeof(mark) - 1);
    if (at == NULL) {
        return SW_LOG_NONE;
    }
    record->time = sw_str_n(line.ptr, (size_t)(at - line.ptr));
    line = sw_str_n(at, line.len - (size_t)(at - line.ptr));
    (void)word(&line);
    struct sw_str what = word(&line);
    if (is_number(what, false)) {
        (void)word(&line); /* --log-queries=extra: a serial number and the address with its port */
        what = word(&line);
    }
    if (!sw_str_starts(what, "query[")) {
        return SW_LOG_OTHER;
    }
    record->host = word(&line);
    (void)word(&line); /* "from" */
    record->user = word(&line);
    record->question = true;
    return SW_LOG_RECORD;
}

/* "time … client @0x… ADDRESS#PORT (NAME): query: NAME IN A …" */
static enum sw_log_line read_bind(
    struct sw_log_reader *reader, struct sw_str line, struct sw_log_record *record)
{
    static const char mark[] = ": query: ";
    static const char who[] = "client ";
    (void)reader;
    const char *client = memmem(line.ptr, line.len, who, sizeof(who) - 1);
    const char *query = memmem(line.ptr, line.len, mark, sizeof(mark) - 1);
    if (client == NULL || query == NULL || client > query) {
        return SW_LOG_NONE;
    }
    record->time = sw_str_n(line.ptr, (size_t)(client - line.ptr));
    struct sw_str rest = sw_str_n(
        query + sizeof(mark) - 1, line.len - (size_t)(query - line.ptr) - (sizeof(mark) - 1));
    record->host = word(&rest);
    struct sw_str from =
        sw_str_n(client + sizeof(who) - 1, (size_t)(query - client) - (sizeof(who) - 1));
    record->user = word(&from);
    record->user = sw_str_starts(record->user, "@") ? word(&from) : record->user;
    const char *port = memchr(record->user.ptr, '#', record->user.len);
    record->user.len = port == NULL ? record->user.len : (size_t)(port - record->user.ptr);
    record->question = true;
    return SW_LOG_RECORD;
}

/* --- the table -------------------------------------------------------------------------------- */

/* What fits more closely stands first. */
const struct sw_log_form sw_log_forms[] = {
    {"zeek", sw_log_read_zeek, true},
    {"json", sw_log_read_json, false},
    {"squid", read_squid, false},
    {"envoy", read_envoy, false},
    {"haproxy", read_haproxy, false},
    {"dnsmasq", read_dnsmasq, false},
    {"bind", read_bind, false},
    {"common", read_common, false},
    {"csv", sw_log_read_table, true},
};
const size_t sw_log_form_count = SW_COUNT(sw_log_forms);
