/* Logs of proxies and name servers: which hosts of AI were asked for, by whom, when and how much.
 * Read once from front to back; what is kept are tables of a fixed size. */
#include "supply/logs.h"
#include "claim/claim.h"
#include "supply/ascii.h"
#include "supply/discover_sources.h"
#include "supply/look.h"
#include "supply/secrets.h"

#include <errno.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK ((size_t)256 << 10)
#define SNIFFED 64 /* lines by which the form is found */
#define HOSTS_MAX 4096
#define PAIRS_MAX 65536 /* of a host and a user */
#define USER_MAX 128
#define USERS_TOLD 16 /* of a host: those with the most bytes */
#define MEMORY_MAX ((size_t)64 << 20)
#define RATIO_MAX 1000 /* what may come out of a byte, past… */
#define RATIO_FREE ((uint64_t)1 << 30)

struct tally {
    struct sw_str host, service;
    struct sw_str user; /* of a pair */
    uint32_t of;        /* of a pair: the number of its host */
    uint32_t line;      /* the first */
    uint64_t requests, sent, received, users;
    int64_t first, last; /* INT64_MAX: no time was understood */
    bool question;
};

/* A host that is of no AI, as it stood in a line: most lines are of few hosts. */
struct other {
    uint8_t len;
    char text[63];
};
#define OTHERS 1024

struct log {
    struct sw_look look;
    const struct sw_log_options *options;
    struct sw_arena arena; /* of the tables */
    struct sw_names host_names, pair_names;
    struct tally *hosts, *pairs;
    struct other others[OTHERS];
    const struct sw_log_form *form;
    struct sw_log_reader reader;
    uint64_t lines, understood, matched;
    uint64_t long_lines, hosts_over, pairs_over;
};

/* --- tables ----------------------------------------------------------------------------------- */

static void count(struct tally *t, const struct sw_log_record *record, int64_t time)
{
    t->requests++;
    t->sent += record->sent;
    t->received += record->received;
    if (time != INT64_MAX) {
        t->first = t->first == INT64_MAX || time < t->first ? time : t->first;
        t->last = t->last == INT64_MAX || time > t->last ? time : t->last;
    }
}

/* A row of a table, a new one when the name has none; NULL when the table is full. */
static sw_result row_of(struct log *l, struct sw_names *names, struct tally *table, size_t max,
    uint32_t scope, struct sw_str name, struct tally **out)
{
    uint32_t number;
    *out = NULL;
    if (sw_names_find(names, scope, name, &number)) {
        *out = &table[number];
        return SW_OK;
    }
    if (names->count >= max) {
        return SW_OK;
    }
    const char *own = sw_arena_strndup(&l->arena, name);
    SW_TRY_PTR(own);
    SW_TRY(sw_names_number(names, scope, sw_str_n(own, name.len), &number));
    table[number] = (struct tally){.first = INT64_MAX,
        .last = INT64_MAX,
        .of = scope,
        .host = sw_str_n(own, name.len),
        .user = sw_str_n(own, name.len),
        .line = l->lines > UINT32_MAX ? 0 : (uint32_t)l->lines};
    *out = &table[number];
    return SW_OK;
}

static bool holds_key(struct sw_str text)
{
    size_t start = 0;
    size_t end;
    return sw_secret_find(text, &start, &end);
}

static sw_result count_user(
    struct log *l, struct tally *host, const struct sw_log_record *record, int64_t time)
{
    struct tally *pair;
    struct sw_str user = record->user;
    if (user.len == 0) {
        return SW_OK;
    }
    user = holds_key(user) ? sw_str("(a key)") : user;
    user.len = user.len > USER_MAX ? USER_MAX : user.len;
    SW_TRY(
        row_of(l, &l->pair_names, l->pairs, PAIRS_MAX, (uint32_t)(host - l->hosts), user, &pair));
    if (pair == NULL) {
        l->pairs_over++;
        return SW_OK;
    }
    host->users += pair->requests == 0 ? 1 : 0;
    count(pair, record, time);
    return SW_OK;
}

/* The service of a host: by the whole name, by an ending, or by a domain that it is in. */
static bool service_of(const struct log *l, struct sw_str host, struct sw_str *service)
{
    const struct sw_catalogue *catalogue = l->look.catalogue;
    if (sw_catalogue_host(catalogue, host, service)) {
        return true;
    }
    while (host.len > 0 && !sw_catalogue_find(catalogue, SW_CATALOGUE_SITES, host, service)) {
        const char *dot = memchr(host.ptr, '.', host.len);
        host =
            dot == NULL ? sw_str("") : sw_str_n(dot + 1, host.len - (size_t)(dot + 1 - host.ptr));
    }
    return host.len > 0;
}

/* Where a host would stand among the others; NULL when it is too long or short for that. */
static struct other *place_of(struct log *l, struct sw_str host)
{
    uint64_t first;
    uint64_t last;
    if (host.len < sizeof(first) || host.len > sizeof(l->others[0].text)) {
        return NULL;
    }
    memcpy(&first, host.ptr, sizeof(first));
    memcpy(&last, host.ptr + host.len - sizeof(last), sizeof(last));
    const uint64_t mixed = (first * 31 + last + host.len) * UINT64_C(0x9e3779b97f4a7c15);
    return &l->others[mixed >> 54];
}

static bool is_other(const struct other *place, struct sw_str host)
{
    return place != NULL && place->len == host.len && memcmp(place->text, host.ptr, host.len) == 0;
}

static void keep_other(struct other *place, struct sw_str host)
{
    if (place != NULL) {
        place->len = (uint8_t)host.len;
        memcpy(place->text, host.ptr, host.len);
    }
}

static sw_result see_record(struct log *l, const struct sw_log_record *record)
{
    char text[256];
    struct sw_str service;
    struct tally *row;
    int64_t time = INT64_MAX;
    struct other *place = place_of(l, record->host);
    if (is_other(place, record->host)) {
        return SW_OK;
    }
    const struct sw_str host = sw_log_host(record->host, text);
    if (host.len == 0 || !service_of(l, host, &service)) {
        keep_other(place, record->host);
        return SW_OK;
    }
    l->matched++;
    SW_TRY(row_of(l, &l->host_names, l->hosts, HOSTS_MAX, 0, host, &row));
    if (row == NULL) {
        l->hosts_over++;
        return SW_OK;
    }
    (void)sw_log_time(record->time, &time);
    row->service = service;
    row->question = record->question;
    count(row, record, time);
    return count_user(l, row, record, time);
}

/* --- lines ------------------------------------------------------------------------------------ */

static struct sw_str without_return(struct sw_str line)
{
    line.len -= line.len > 0 && line.ptr[line.len - 1] == '\r' ? 1 : 0;
    return line;
}

static sw_result see_line(struct log *l, struct sw_str line)
{
    struct sw_log_record record = {0};
    line = without_return(line);
    l->lines++;
    if (line.len == 0) {
        l->understood++;
        return SW_OK;
    }
    switch (l->form->read(&l->reader, line, &record)) {
    case SW_LOG_NONE: return SW_OK;
    case SW_LOG_OTHER: l->understood++; return SW_OK;
    case SW_LOG_RECORD: break;
    }
    l->understood++;
    return see_record(l, &record);
}

/* How many of the first lines a form takes. */
static unsigned takes(const struct sw_log_form *form, struct sw_str text, unsigned *lines)
{
    SW_CLEANUP(log_reader) struct sw_log_reader reader = {0};
    unsigned taken = 0;
    *lines = 0;
    while (text.len > 0 && *lines < SNIFFED) {
        struct sw_log_record record = {0};
        const char *end = memchr(text.ptr, '\n', text.len);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        const struct sw_str line = without_return(sw_str_n(text.ptr, len));
        text = end == NULL ? sw_str("") : sw_str_n(end + 1, text.len - len - 1);
        if (line.len > 0 && line.len <= SW_LOG_LINE_MAX) {
            ++*lines;
            taken += form->read(&reader, line, &record) != SW_LOG_NONE ? 1 : 0;
        }
    }
    return taken;
}

/* The form that takes the most of the first lines, and more than half. */
static const struct sw_log_form *sniff(struct sw_str text)
{
    const struct sw_log_form *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < sw_log_form_count; i++) {
        unsigned lines;
        const unsigned taken = takes(&sw_log_forms[i], text, &lines);
        if (taken > most && 2 * taken > lines) {
            best = &sw_log_forms[i];
            most = taken;
        }
    }
    return best;
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* Where they come from, and the part of a line that is not over yet. */
struct feed {
    const char *path;
    int fd;
    struct sw_unpack *unpack; /* NULL: as they stand */
    struct sw_source source;
    uint64_t at;
    uint64_t size; /* of the file; 0 of a pipe */
    char *buffer;  /* CHUNK + SW_LOG_LINE_MAX */
    size_t held;
    bool skipping; /* in a line that is too long */
};

static sw_result feed_more(struct feed *f, size_t *got, struct sw_error *err)
{
    char *into = f->buffer + f->held;
    if (f->unpack == NULL) {
        ssize_t n;
        do {
            n = read(f->fd, into, CHUNK);
        } while (n < 0 && errno == EINTR);
        *got = n < 0 ? 0 : (size_t)n;
        f->at += *got;
        return n < 0 ? sw_fail_errno(err, errno, "cannot read '%s'", f->path) : SW_OK;
    }
    const uint64_t left = f->source.size - f->at;
    *got = left < CHUNK ? (size_t)left : CHUNK;
    SW_TRY(*got == 0 ? SW_OK : sw_source_read(&f->source, f->at, into, *got, err));
    f->at += *got;
    return SW_OK;
}

/* All whole lines; the rest is kept, when a line may be as long. */
static sw_result see_lines(struct log *l, struct feed *f, size_t len, bool last)
{
    size_t at = 0;
    while (at < len) {
        const char *end = memchr(f->buffer + at, '\n', len - at);
        if (end == NULL && !last) {
            break;
        }
        const size_t stop = end == NULL ? len : (size_t)(end - f->buffer);
        if (f->skipping || stop - at > SW_LOG_LINE_MAX) {
            l->lines++;
            l->long_lines++;
        } else {
            SW_TRY(see_line(l, sw_str_n(f->buffer + at, stop - at)));
        }
        f->skipping = false;
        at = stop + 1;
    }
    f->held = at < len ? len - at : 0;
    if (f->held > SW_LOG_LINE_MAX) {
        f->skipping = true;
        f->held = 0;
    }
    f->held = f->skipping ? 0 : f->held;
    if (f->held > 0) {
        memmove(f->buffer, f->buffer + at, f->held);
    }
    return SW_OK;
}

static sw_result see_all(struct log *l, struct feed *f, struct sw_error *err)
{
    size_t got = 1;
    while (got > 0) {
        SW_TRY(sw_progress_check(l->look.options->progress, err));
        SW_TRY(feed_more(f, &got, err));
        sw_progress_add(l->look.options->progress, got, 0);
        const size_t len = f->held + got;
        if (l->form == NULL && got > 0 && len <= SW_LOG_LINE_MAX) {
            f->held = len; /* of a pipe, perhaps not a whole line yet */
            continue;
        }
        if (l->form == NULL && len > 0) {
            l->form = sniff(sw_str_n(f->buffer, len));
        }
        if (l->form == NULL) {
            return len == 0 ? SW_OK : sw_look_gap(&l->look, "logs of no form that is known");
        }
        SW_TRY(see_lines(l, f, len, got == 0));
    }
    l->look.coverage->read_files++;
    return f->skipping ? sw_look_gap(&l->look, "lines of logs longer than 64 KiB") : SW_OK;
}

/* --- opening ---------------------------------------------------------------------------------- */

static bool packing_of(const uint8_t *magic, size_t len, enum sw_packing *out)
{
    if (len >= 3 && memcmp(magic, "\x1f\x8b\x08", 3) == 0) {
        *out = SW_PACK_GZIP;
        return true;
    }
    if (len >= 4 && memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0) {
        *out = SW_PACK_ZSTD;
        return true;
    }
    return false;
}

/* What comes out of a file that is compressed. */
static sw_result open_packed(struct log *l, struct feed *f, uint64_t size, struct sw_error *err)
{
    uint8_t magic[4];
    struct sw_packed packed = {.size = UINT64_MAX, .many = true};
    struct sw_unpack_end end = {0};
    const ssize_t n = pread(f->fd, magic, sizeof(magic), 0);
    if (n < 4 || !packing_of(magic, (size_t)n, &packed.packing)) {
        return SW_OK;
    }
    packed.budget =
        size > UINT64_MAX / RATIO_MAX - RATIO_FREE ? UINT64_MAX : size * RATIO_MAX + RATIO_FREE;
    const struct sw_source source = sw_source_fd(f->fd, size);
    SW_TRY(sw_unpack_new(&f->unpack, &source, &packed, &end, err));
    f->source = sw_unpack_source(f->unpack);
    f->source.size = end.size < f->source.size ? end.size : f->source.size;
    return end.code == SW_OK ? SW_OK : sw_look_gap(&l->look, "compressed logs that break off");
}

static sw_result open_feed(struct log *l, struct feed *f, struct sw_error *err)
{
    f->buffer = sw_arena_alloc(&l->arena, CHUNK + SW_LOG_LINE_MAX);
    SW_TRY_PTR(f->buffer);
    l->look.coverage->files++;
    const off_t size = lseek(f->fd, 0, SEEK_END);
    if (size <= 0 || lseek(f->fd, 0, SEEK_SET) < 0) {
        return SW_OK; /* a pipe, or empty */
    }
    f->size = (uint64_t)size;
    l->look.coverage->bytes += f->size;
    return open_packed(l, f, (uint64_t)size, err);
}

/* --- telling ---------------------------------------------------------------------------------- */

/* Rows of one host together, those with the most bytes first. */
static int compare_pairs(const void *left, const void *right)
{
    const struct tally *a = left;
    const struct tally *b = right;
    const uint64_t volumes[] = {a->sent + a->received, b->sent + b->received};
    if (a->of != b->of) {
        return a->of < b->of ? -1 : 1;
    }
    if (volumes[0] != volumes[1]) {
        return volumes[0] > volumes[1] ? -1 : 1;
    }
    if (a->requests != b->requests) {
        return a->requests > b->requests ? -1 : 1;
    }
    return sw_str_compare(a->user, b->user);
}

/* The key is not here: whoever asked for this log has it. */
static sw_result shown_user(
    const struct log *l, struct sw_arena *arena, struct sw_str user, struct sw_str *out)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    struct sw_error ignored;
    if (!l->options->pseudonyms) {
        *out = user;
        return SW_OK;
    }
    SW_TRY(sw_buf_putc(&question, SW_LOG_PSEUDONYM));
    SW_TRY(sw_buf_put_str(&question, user));
    SW_TRY(sw_worker_ask(sw_buf_bytes(&question), &answer, &ignored));
    const char *text = sw_arena_strndup(arena, sw_buf_str(&answer));
    SW_TRY_PTR(text);
    *out = sw_str(text);
    return SW_OK;
}

/* HMAC-SHA-256 of the name, so far that no two are alike. */
sw_result sw_log_pseudonym(struct sw_bytes key, struct sw_str user, struct sw_buf *out)
{
    struct sw_digest digest = {.alg = SW_SHA256, .len = 32};
    char hex[2 * SW_DIGEST_MAX + 1];
    unsigned len = 0;
    if (key.len > INT32_MAX ||
        HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)user.ptr, user.len,
            digest.bytes, &len) == NULL) {
        return SW_E_NOMEM;
    }
    sw_digest_hex(&digest, hex);
    return sw_buf_printf(out, "user-%.16s", hex);
}

static sw_result see_tally(struct log *l, const struct tally *host, const struct tally *t)
{
    static const struct sw_signal proxy = {
        "proxy-record", SW_SOURCE_TRAFFIC, SW_GRADE_OBSERVED, 800};
    static const struct sw_signal query = {"dns-query", SW_SOURCE_TRAFFIC, SW_GRADE_OBSERVED, 800};
    SW_CLEANUP(arena) struct sw_arena arena;
    char first[SW_TIME_TEXT_SIZE];
    char last[SW_TIME_TEXT_SIZE];
    struct sw_str user = sw_str("");
    struct sw_fact facts[8] = {{.name = "host", .text = host->host}};
    size_t n = 1;
    const struct sw_entity_id id = {.kind = SW_ENTITY_SERVICE, .name = host->service};
    sw_arena_init(&arena, 0);
    SW_TRY(t == host ? SW_OK : shown_user(l, &arena, t->user, &user));
    facts[n++] = t == host ? (struct sw_fact){.name = "users", .number = t->users}
                           : (struct sw_fact){.name = "user", .text = user};
    facts[n++] = (struct sw_fact){.name = "requests", .number = t->requests};
    facts[n++] = (struct sw_fact){.name = "bytesOut", .number = t->sent};
    facts[n++] = (struct sw_fact){.name = "bytesIn", .number = t->received};
    if (t->first != INT64_MAX) {
        sw_time_format(t->first, first);
        sw_time_format(t->last, last);
        facts[n++] = (struct sw_fact){.name = "firstSeen", .text = sw_str(first)};
        facts[n++] = (struct sw_fact){.name = "lastSeen", .text = sw_str(last)};
    }
    const char *detail = sw_arena_printf(&arena, SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(host->host),
        t == host ? "" : ", ", SW_STR_ARG(user));
    SW_TRY_PTR(detail);
    l->look.facts = facts;
    l->look.fact_count = n;
    enum sw_code code =
        sw_look_see(&l->look, host->question ? &query : &proxy, &id, t->line, sw_str(detail));
    l->look.facts = NULL;
    l->look.fact_count = 0;
    return code;
}

static sw_result see_tables(struct log *l)
{
    const size_t pairs = l->pair_names.count;
    for (size_t i = 0; i < l->host_names.count; i++) {
        SW_TRY(see_tally(l, &l->hosts[i], &l->hosts[i]));
    }
    if (pairs > 0) {
        qsort(l->pairs, pairs, sizeof(*l->pairs), compare_pairs);
    }
    for (size_t i = 0, told = 0; i < pairs; i++) {
        told = i > 0 && l->pairs[i - 1].of == l->pairs[i].of ? told + 1 : 0;
        SW_TRY(told < USERS_TOLD ? see_tally(l, &l->hosts[l->pairs[i].of], &l->pairs[i]) : SW_OK);
    }
    return SW_OK;
}

static sw_result tell(struct log *l, const struct feed *f)
{
    l->look.coverage->read_bytes += l->form == NULL ? 0 : f->size > 0 ? f->size : f->at;
    SW_TRY(sw_look_gaps(&l->look, "lines of logs longer than 64 KiB", l->long_lines));
    SW_TRY(sw_look_gaps(&l->look, "lines of logs that are not understood",
        l->lines - l->understood - l->long_lines));
    SW_TRY(sw_look_gaps(&l->look, "requests to hosts past the first 4,096", l->hosts_over));
    SW_TRY(sw_look_gaps(&l->look, "requests of users past the first 65,536", l->pairs_over));
    return sw_discover_tell(l->look.inventory, l->look.coverage,
        &(struct sw_discover_source){.kind = "log",
            .name = l->look.path,
            .form = l->form == NULL ? NULL : l->form->name,
            .records = l->lines,
            .understood = l->understood,
            .matched = l->matched});
}

static void release(struct log *l)
{
    sw_log_reader_release(&l->reader);
    sw_arena_release(&l->arena);
}
SW_DEFINE_CLEANUP(log, struct log, release)

static sw_result prepare(struct log *l, struct sw_error *err)
{
    sw_arena_init(&l->arena, MEMORY_MAX);
    sw_names_init(&l->host_names, &l->arena);
    sw_names_init(&l->pair_names, &l->arena);
    l->hosts = SW_ARENA_ARRAY(&l->arena, struct tally, HOSTS_MAX);
    l->pairs = SW_ARENA_ARRAY(&l->arena, struct tally, PAIRS_MAX);
    l->look.arena = &l->arena;
    if (l->hosts == NULL || l->pairs == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a log");
    }
    return sw_look_catalogue(&l->look, err);
}

sw_result sw_discover_log(struct sw_inventory *inventory, const char *path, int fd,
    const struct sw_log_options *log, const struct sw_discover_options *options,
    struct sw_discover_coverage *coverage, struct sw_error *err)
{
    SW_CLEANUP(log) struct log l = {.options = log};
    SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
    struct feed f = {.path = path, .fd = fd};
    l.look = (struct sw_look){.inventory = inventory,
        .options = options,
        .coverage = coverage,
        .path = sw_str(path),
        .name = sw_path_base(path)};
    SW_TRY(prepare(&l, err));
    enum sw_code code = open_feed(&l, &f, err);
    unpack = f.unpack;
    SW_TRY(code);
    SW_TRY(see_all(&l, &f, err));
    SW_TRY(see_tables(&l));
    return tell(&l, &f);
}
