#include "scan/format.h"
#include "scan/pickle.h"

void sw_inspection_init(struct sw_inspection *in, struct sw_arena *arena)
{
    *in = (struct sw_inspection){
        .arena = arena, .format = "unknown", .status = SW_SCAN_UNKNOWN, .member = ""};
}

static enum sw_severity least_severe(const struct sw_inspection *in)
{
    size_t severity = SW_SEVERITY_INFO;
    while (severity < SW_SEVERITY_CRITICAL && in->kept[severity] == 0) {
        severity++;
    }
    return (enum sw_severity)severity;
}

static bool is_kept(const struct sw_inspection *in, enum sw_severity severity)
{
    return in->finding_count < SW_FINDINGS_MAX || severity > least_severe(in);
}

/* Where a finding that is kept goes: behind the others, or, when there are too many, in place of
 * the last one of the least severe. */
static struct sw_finding *find_place(struct sw_inspection *in)
{
    if (in->finding_count < SW_FINDINGS_MAX) {
        struct sw_finding *grown = sw_arena_grow(
            in->arena, in->findings, in->finding_count, &in->finding_cap, sizeof(*grown));
        in->findings = grown == NULL ? in->findings : grown;
        return grown == NULL ? NULL : &grown[in->finding_count++];
    }
    enum sw_severity least = least_severe(in);
    size_t i = in->finding_count - 1;
    while (in->findings[i].severity != least) {
        i--;
    }
    in->kept[least]--;
    return &in->findings[i];
}

/* Two parsers that look at one member may say the same: the graver word counts. */
static struct sw_finding *said_before(
    const struct sw_inspection *in, const char *rule, uint64_t offset, const char *message)
{
    for (size_t i = 0; i < in->finding_count && offset == UINT64_MAX; i++) {
        struct sw_finding *said = &in->findings[i];
        bool member = said->member == in->member || (said->member != NULL && in->member != NULL &&
                                                        strcmp(said->member, in->member) == 0);
        if (member && said->offset == UINT64_MAX && strcmp(said->rule, rule) == 0 &&
            strcmp(said->message, message) == 0) {
            return said;
        }
    }
    return NULL;
}

static void say_graver(struct sw_inspection *in, struct sw_finding *said, enum sw_severity severity)
{
    in->finding_total--;
    if (severity > said->severity) {
        in->kept[said->severity]--;
        in->kept[severity]++;
        said->severity = severity;
    }
}

sw_result sw_found(struct sw_inspection *in, const char *rule, enum sw_severity severity,
    uint64_t offset, const char *fmt, ...)
{
    char raw[1024];
    char message[1024];
    if (sw_scan_rule(rule) == NULL) {
        return SW_E_INTERNAL;
    }
    in->finding_total++;
    if (!is_kept(in, severity)) {
        return SW_OK;
    }
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    sw_escape_line(raw, strlen(raw), message, sizeof(message));
    struct sw_finding *said = said_before(in, rule, offset, message);
    if (said != NULL) {
        say_graver(in, said, severity);
        return SW_OK;
    }
    const char *copy = sw_arena_strdup(in->arena, message);
    SW_TRY_PTR(copy);
    struct sw_finding *place = find_place(in);
    SW_TRY_PTR(place);
    if (offset != UINT64_MAX && !sw_add_u64(offset, in->base, &offset)) {
        offset = UINT64_MAX;
    }
    in->kept[severity]++;
    *place = (struct sw_finding){.rule = rule,
        .severity = severity,
        .member = in->member,
        .offset = offset,
        .message = copy};
    return SW_OK;
}

void sw_skipped(struct sw_inspection *in, uint64_t bytes)
{
    if (!sw_add_u64(in->coverage.skipped, bytes, &in->coverage.skipped)) {
        in->coverage.skipped = UINT64_MAX;
    }
}

sw_result sw_tell(struct sw_inspection *in, const char *kind, struct sw_bytes bytes)
{
    if (in->fact_count == SW_FACTS_MAX || bytes.len > SW_FACT_BYTES_MAX - in->fact_bytes) {
        return SW_E_LIMIT;
    }
    if (in->facts == NULL) {
        in->facts = SW_ARENA_ARRAY(in->arena, struct sw_fact, SW_FACTS_MAX);
        SW_TRY_PTR(in->facts);
    }
    uint8_t *copy = sw_arena_alloc(in->arena, bytes.len + 1);
    SW_TRY_PTR(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    in->facts[in->fact_count++] =
        (struct sw_fact){.kind = kind, .member = in->member, .bytes = sw_bytes(copy, bytes.len)};
    in->fact_bytes += bytes.len;
    return SW_OK;
}

sw_result sw_unread(struct sw_inspection *in, const char *id)
{
    for (size_t i = 0; i < in->unread_count; i++) {
        if (strcmp(in->unread[i], id) == 0) {
            return SW_OK;
        }
    }
    if (in->unread_count == SW_UNREAD_MAX) {
        return SW_E_LIMIT;
    }
    in->unread[in->unread_count++] = id;
    return SW_OK;
}

sw_result sw_give_up(
    struct sw_inspection *in, const char *rule, enum sw_severity severity, const char *fmt, ...)
{
    char words[1024];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    in->status = SW_SCAN_FAILED;
    SW_TRY(sw_unread(in, "failed"));
    return sw_found(in, rule, severity, UINT64_MAX, "%s", words);
}

/* --- recognising ----------------------------------------------------------------------------- */

static bool matches(const struct sw_format *format, const struct sw_specimen *specimen)
{
    if (format->sniff != NULL) {
        return format->sniff(specimen);
    }
    struct sw_cursor cur = sw_cursor(specimen->head);
    struct sw_bytes found;
    return sw_cur_skip(&cur, format->magic_at) == SW_OK &&
           sw_cur_bytes(&cur, format->magic_len, &found) == SW_OK &&
           memcmp(found.ptr, format->magic, format->magic_len) == 0;
}

static const struct sw_format *recognise(const struct sw_specimen *specimen, bool plain_only)
{
    for (size_t i = 0; i < sw_format_count; i++) {
        if ((!plain_only || sw_formats[i]->plain) && matches(sw_formats[i], specimen)) {
            return sw_formats[i];
        }
    }
    return NULL;
}

/* True when `name` ends in one of the space-separated endings, in any case. */
static bool has_ending(const char *name, const char *endings, const char **which, size_t *len)
{
    size_t name_len = strlen(name);
    for (const char *at = endings; *at != '\0';) {
        size_t n = strcspn(at, " ");
        if (name_len > n && strncasecmp(name + name_len - n, at, n) == 0) {
            *which = at;
            *len = n;
            return true;
        }
        at += n + (at[n] == ' ');
    }
    return false;
}

/* A name that claims a format which the content is not: somebody may load it as what it claims. */
static sw_result check_name(
    struct sw_inspection *in, const struct sw_format *format, const char *name)
{
    const char *which;
    size_t len;
    if (format != NULL && has_ending(name, format->names, &which, &len)) {
        return SW_OK;
    }
    for (size_t i = 0; i < sw_format_count; i++) {
        if (has_ending(name, sw_formats[i]->names, &which, &len)) {
            return sw_found(in, "name-mismatch", SW_SEVERITY_MEDIUM, UINT64_MAX,
                "the name ends in %.*s, but the content is %s", (int)len, which,
                strcmp(in->format, "unknown") == 0 ? "of no known format" : in->format);
        }
    }
    return SW_OK;
}

/* --- parsing --------------------------------------------------------------------------------- */

static const char *broken_rule(struct sw_inspection *in, enum sw_code code)
{
    if (code == SW_E_LIMIT || code == SW_E_NOMEM) {
        return "over-limit";
    }
    if (code == SW_E_IO) {
        return "unreadable";
    }
    const char *rule = sw_arena_printf(in->arena, "%s-broken", in->format);
    return rule == NULL || sw_scan_rule(rule) == NULL ? "broken" : rule;
}

static sw_result parse_failed(struct sw_inspection *in, const struct sw_format *format,
    enum sw_code code, const struct sw_error *err)
{
    enum sw_severity severity = code == SW_E_FORMAT ? format->broken : SW_SEVERITY_LOW;
    return sw_give_up(in, broken_rule(in, code), severity, "not read to its end: %s",
        err->text[0] != '\0' ? err->text : sw_code_text(code));
}

/* What has no parser, or turned out to be nothing that has one. NULL: of no known format. */
static sw_result not_parsed(struct sw_inspection *in, const struct sw_format *format)
{
    in->format = format == NULL ? "unknown" : format->id;
    if (format != NULL && format->plain) {
        in->status = SW_SCAN_PLAIN;
        return SW_OK;
    }
    SW_TRY(sw_unread(in, in->format));
    if (format == NULL) {
        in->status = SW_SCAN_UNKNOWN;
        return sw_found(in, "not-read", SW_SEVERITY_INFO, UINT64_MAX,
            "binary content of no known format, which was not read");
    }
    in->status = SW_SCAN_RECOGNISED;
    if (format->holds_files) {
        return sw_found(in, "not-opened", SW_SEVERITY_INFO, UINT64_MAX,
            "a %s container, which was not opened", format->id);
    }
    return sw_found(in, "not-read", SW_SEVERITY_INFO, UINT64_MAX,
        "a %s file: recognised, its content was not read", format->id);
}

static sw_result run_parser(
    struct sw_inspection *in, const struct sw_format *format, const struct sw_specimen *specimen)
{
    in->status = SW_SCAN_PARSED;
    in->declined = false;
    struct sw_error err = {0};
    enum sw_code code = format->parse(in, specimen, &err);
    if (in->declined) {
        in->declined = false;
        return not_parsed(in, recognise(specimen, true));
    }
    return code == SW_OK ? SW_OK : parse_failed(in, format, code, &err);
}

/* A zip is read from its end, so any file may be one as well. */
static bool ends_as_zip(const struct sw_specimen *specimen)
{
    uint64_t size = specimen->source.size;
    if (size <= specimen->head.len) {
        return sw_zip_has_end(specimen->head);
    }
    uint64_t len = size < SW_ZIP_TAIL_MAX ? size : SW_ZIP_TAIL_MAX;
    SW_CLEANUP(buf) struct sw_buf tail = SW_BUF_INIT;
    return sw_source_append(&specimen->source, size - len, len, &tail, NULL) == SW_OK &&
           sw_zip_has_end(sw_buf_bytes(&tail));
}

/* A second reading of a file that has a format: what it cannot read to its end leaves the file
 * without evidence. */
static sw_result also_failed(struct sw_inspection *in, const char *as, enum sw_severity broken,
    enum sw_code code, const struct sw_error *err)
{
    if (code == SW_OK || code == SW_E_NOMEM) {
        return code;
    }
    const char *rule = code == SW_E_LIMIT ? "over-limit" : code == SW_E_IO ? "unreadable" : as;
    return sw_give_up(in, rule, code == SW_E_FORMAT ? broken : SW_SEVERITY_LOW,
        "not read to its end: %s", err->text[0] != '\0' ? err->text : sw_code_text(code));
}

static sw_result look_at_tail(struct sw_inspection *in, const struct sw_specimen *specimen)
{
    struct sw_error err = {0};
    const char *format = in->format;
    enum sw_scan_status status = in->status;
    enum sw_code code = sw_zip_inspect_tail(in, specimen, &err);
    in->format = format;
    in->status = in->status == SW_SCAN_FAILED ? SW_SCAN_FAILED : status;
    return also_failed(in, "zip-broken", SW_SEVERITY_HIGH, code, &err);
}

static bool is_zip(const struct sw_format *format)
{
    return format != NULL && strcmp(format->id, "zip") == 0;
}

/* A pickle may begin with another format's magic, inside a string that it drops. */
static bool begins_as_pickle(const struct sw_format *format, const struct sw_specimen *specimen)
{
    return format != NULL && strcmp(format->id, "pickle") != 0 &&
           sw_pickle_skim(specimen->head, specimen->source.size);
}

static sw_result look_as_pickle(struct sw_inspection *in, const struct sw_specimen *specimen)
{
    struct sw_error err = {0};
    enum sw_code code = sw_pickle_inspect_also(in, specimen, &err);
    return also_failed(in, "pickle-broken", SW_SEVERITY_MEDIUM, code, &err);
}

/* What only a trial or all bytes can tell has no name outside the worker: it could be several. */
static bool is_guess(const struct sw_format *format, const struct sw_specimen *specimen)
{
    return format != NULL && (format->trial || (format->whole && specimen->source.size > SW_LARGE));
}

static sw_result look_at(
    struct sw_inspection *in, const struct sw_format *format, const struct sw_specimen *specimen)
{
    if (format == NULL || format->parse == NULL) {
        return not_parsed(in, format);
    }
    in->format = format->id;
    return run_parser(in, format, specimen);
}

static bool wants_parser(const struct sw_format *format, const struct sw_specimen *specimen)
{
    return format != NULL && format->parse != NULL &&
           (!format->plain || sw_text_wants_parser(specimen));
}

static bool has_format(const struct sw_inspection *in)
{
    return in->status != SW_SCAN_UNKNOWN && in->status != SW_SCAN_PLAIN;
}

static sw_result inspect_specimen(struct sw_inspection *in, const struct sw_specimen *specimen)
{
    const struct sw_format *format = recognise(specimen, false);
    bool also_zip = !is_zip(format) && ends_as_zip(specimen);
    bool also_pickle = begins_as_pickle(format, specimen);
    bool guess = is_guess(format, specimen);
    /* Of what is a guess here, all bytes are for the worker. */
    bool parses = !guess && wants_parser(format, specimen);
    if (specimen->outside && (also_zip || also_pickle || parses || guess)) {
        in->wants_parser = true;
        in->format = format == NULL || guess ? "unknown" : format->id;
        return SW_OK;
    }
    SW_TRY(look_at(in, format, specimen));
    if (also_pickle) {
        SW_TRY(look_as_pickle(in, specimen));
    }
    if (also_zip) {
        SW_TRY(look_at_tail(in, specimen));
    }
    return check_name(in, has_format(in) ? format : NULL, specimen->name);
}

/* What a format had no parser for, or could not be read to its end, is not decoded at all. */
static void settle_coverage(struct sw_inspection *in, uint64_t size)
{
    struct sw_coverage *c = &in->coverage;
    bool parsed = in->status == SW_SCAN_PARSED || in->status == SW_SCAN_PLAIN;
    c->skipped = c->skipped < size ? c->skipped : size;
    c->read = parsed ? size - c->skipped : 0;
    c->undecodable = parsed ? 0 : size - c->skipped;
}

sw_result sw_settle(struct sw_inspection *in, uint64_t size)
{
    settle_coverage(in, size);
    if (in->status == SW_SCAN_FAILED) {
        return sw_unread(in, "failed");
    }
    if (in->unread_count > 0 && in->status != SW_SCAN_UNKNOWN) {
        in->status = SW_SCAN_RECOGNISED;
    }
    return SW_OK;
}

sw_result sw_inspect_specimen(struct sw_inspection *in, const struct sw_specimen *specimen)
{
    SW_TRY(inspect_specimen(in, specimen));
    return in->wants_parser ? SW_OK : sw_settle(in, specimen->source.size);
}

static sw_result inspect_source(
    struct sw_inspection *in, const struct sw_source *source, const char *name)
{
    uint8_t head[SW_HEAD_SIZE];
    size_t len = source->size < sizeof(head) ? (size_t)source->size : sizeof(head);
    if (source->memory != NULL && len > source->held) {
        len = (size_t)source->held;
    }
    struct sw_error err = {0};
    enum sw_code code = sw_source_read(source, 0, head, len, &err);
    if (code != SW_OK) {
        return sw_give_up(in, "unreadable", SW_SEVERITY_LOW, "%s", err.text);
    }
    struct sw_specimen specimen = {.source = *source,
        .head = sw_bytes(head, len),
        .name = name,
        .torchscript = in->torchscript};
    return inspect_specimen(in, &specimen);
}

sw_result sw_inspect(struct sw_inspection *in, const struct sw_source *source, const char *name)
{
    SW_TRY(inspect_source(in, source, name));
    return sw_settle(in, source->size);
}

static void count_member(struct sw_inspection *in)
{
    bool read = in->status == SW_SCAN_PARSED || in->status == SW_SCAN_PLAIN;
    in->coverage.members_read += read;
    in->coverage.members_undecodable += !read;
}

sw_result sw_inspect_member(
    struct sw_inspection *in, const struct sw_source *source, const char *name)
{
    struct sw_inspection outer = *in;
    char escaped[512];
    sw_escape_line(name, strlen(name), escaped, sizeof(escaped));
    in->member = outer.member[0] == '\0'
                     ? sw_arena_strdup(in->arena, escaped)
                     : sw_arena_printf(in->arena, "%s!%s", outer.member, escaped);
    SW_TRY_PTR(in->member);
    in->depth++;
    in->base = 0;
    in->format = "unknown";
    in->status = SW_SCAN_UNKNOWN;
    enum sw_code code = in->depth > SW_DEPTH_MAX
                            ? sw_give_up(in, "over-limit", SW_SEVERITY_LOW,
                                  "more than %d archives in each other", SW_DEPTH_MAX)
                            : inspect_source(in, source, name);
    bool failed = in->status == SW_SCAN_FAILED;
    count_member(in);
    in->member = outer.member;
    in->depth = outer.depth;
    in->base = outer.base;
    in->format = outer.format;
    in->torchscript = outer.torchscript;
    in->declined = outer.declined;
    in->status = failed ? SW_SCAN_FAILED : outer.status;
    return code;
}
