/* What travels from the worker to its parent, big-endian:
 *
 *   u8 version (3), u8 status, text format, u8 count of what was not read and a text for each, the
 *   six u64 of the coverage, u32 findings in all, u32 findings that follow, then for each: u8
 *   severity, text rule, text member, u64 offset, text message; then u8 count of facts, and for
 *   each: text kind, text member, u32 length and bytes
 *
 * where a text is u16 length and bytes. A request for the checks of a repository is
 *
 *   u32 count of files, and for each: text path, text format, u64 size, facts as above
 *
 * The parent reads it as it reads any hostile file. */
#include "scan/repository.h"

#define VERSION 3

static sw_result put_text(struct sw_buf *out, const char *text)
{
    size_t len = strnlen(text, UINT16_MAX);
    SW_TRY(sw_buf_put_u16be(out, (uint16_t)len));
    return sw_buf_append(out, text, len);
}

static sw_result put_facts(const struct sw_fact *facts, size_t count, struct sw_buf *out)
{
    SW_TRY(sw_buf_putc(out, (char)count));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(put_text(out, facts[i].kind));
        SW_TRY(put_text(out, facts[i].member));
        SW_TRY(sw_buf_put_u32be(out, (uint32_t)facts[i].bytes.len));
        SW_TRY(sw_buf_append(out, facts[i].bytes.ptr, facts[i].bytes.len));
    }
    return SW_OK;
}

static sw_result put_coverage(const struct sw_coverage *coverage, struct sw_buf *out)
{
    const uint64_t counts[] = {coverage->read, coverage->skipped, coverage->undecodable,
        coverage->members_read, coverage->members_skipped, coverage->members_undecodable};
    for (size_t i = 0; i < SW_COUNT(counts); i++) {
        SW_TRY(sw_buf_put_u64be(out, counts[i]));
    }
    return SW_OK;
}

static sw_result put_finding(const struct sw_finding *finding, struct sw_buf *out)
{
    SW_TRY(sw_buf_putc(out, (char)finding->severity));
    SW_TRY(put_text(out, finding->rule));
    SW_TRY(put_text(out, finding->member));
    SW_TRY(sw_buf_put_u64be(out, finding->offset));
    return put_text(out, finding->message);
}

sw_result sw_inspection_encode(const struct sw_inspection *in, struct sw_buf *out)
{
    SW_TRY(sw_buf_putc(out, VERSION));
    SW_TRY(sw_buf_putc(out, (char)in->status));
    SW_TRY(put_text(out, in->format));
    SW_TRY(sw_buf_putc(out, (char)in->unread_count));
    for (size_t i = 0; i < in->unread_count; i++) {
        SW_TRY(put_text(out, in->unread[i]));
    }
    SW_TRY(put_coverage(&in->coverage, out));
    uint32_t total = in->finding_total > UINT32_MAX ? UINT32_MAX : (uint32_t)in->finding_total;
    SW_TRY(sw_buf_put_u32be(out, total));
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)in->finding_count));
    for (size_t i = 0; i < in->finding_count; i++) {
        SW_TRY(put_finding(&in->findings[i], out));
    }
    return put_facts(in->facts, in->fact_count, out);
}

static sw_result get_text(struct sw_cursor *cur, struct sw_bytes *out)
{
    uint16_t len;
    SW_TRY(sw_cur_u16be(cur, &len));
    return sw_cur_bytes(cur, len, out);
}

/* Ids are of our own making: lower-case letters, digits, hyphens. */
static sw_result get_id(struct sw_cursor *cur, struct sw_arena *arena, const char **out)
{
    struct sw_bytes raw;
    SW_TRY(get_text(cur, &raw));
    bool good = raw.len > 0 && raw.len <= 64;
    for (size_t i = 0; i < raw.len && good; i++) {
        uint8_t c = raw.ptr[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!good) {
        return SW_E_FORMAT;
    }
    *out = sw_arena_strndup(arena, sw_str_of_bytes(raw));
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

/* Words are escaped by the child, and once more here, in case that it no longer is itself. */
static sw_result get_words(struct sw_cursor *cur, struct sw_arena *arena, const char **out)
{
    struct sw_bytes raw;
    char line[2048];
    SW_TRY(get_text(cur, &raw));
    sw_escape_line((const char *)raw.ptr, raw.len, line, sizeof(line));
    *out = sw_arena_strdup(arena, line);
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result get_finding(struct sw_cursor *cur, struct sw_arena *arena, struct sw_finding *out)
{
    uint8_t severity;
    SW_TRY(sw_cur_u8(cur, &severity));
    if (severity > SW_SEVERITY_CRITICAL) {
        return SW_E_FORMAT;
    }
    out->severity = (enum sw_severity)severity;
    SW_TRY(get_id(cur, arena, &out->rule));
    const struct sw_rule *rule = sw_scan_rule(out->rule);
    if (rule == NULL) {
        return SW_E_FORMAT;
    }
    out->rule = rule->id;
    SW_TRY(get_words(cur, arena, &out->member));
    SW_TRY(sw_cur_u64be(cur, &out->offset));
    return get_words(cur, arena, &out->message);
}

/* Each kind once, and none exactly where the file counts as read. */
static sw_result get_unread(struct sw_cursor *cur, struct sw_inspection *in)
{
    uint8_t count;
    SW_TRY(sw_cur_u8(cur, &count));
    for (size_t i = 0; i < count; i++) {
        const char *id;
        SW_TRY(get_id(cur, in->arena, &id));
        SW_TRY(sw_unread(in, id));
    }
    bool read = in->status == SW_SCAN_PARSED || in->status == SW_SCAN_PLAIN;
    return in->unread_count == count && read == (count == 0) ? SW_OK : SW_E_FORMAT;
}

static sw_result get_coverage(struct sw_cursor *cur, struct sw_coverage *out)
{
    uint64_t *const counts[] = {&out->read, &out->skipped, &out->undecodable, &out->members_read,
        &out->members_skipped, &out->members_undecodable};
    for (size_t i = 0; i < SW_COUNT(counts); i++) {
        SW_TRY(sw_cur_u64be(cur, counts[i]));
    }
    return SW_OK;
}

static sw_result get_fact(struct sw_cursor *cur, struct sw_arena *arena, struct sw_fact *fact)
{
    uint32_t len;
    struct sw_bytes raw;
    SW_TRY(get_id(cur, arena, &fact->kind));
    SW_TRY(get_words(cur, arena, &fact->member));
    SW_TRY(sw_cur_u32be(cur, &len));
    SW_TRY(sw_cur_bytes(cur, len, &raw));
    const char *copy = sw_arena_strndup(arena, sw_str_of_bytes(raw));
    fact->bytes = sw_bytes(copy, raw.len);
    return copy == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result get_facts(
    struct sw_cursor *cur, struct sw_arena *arena, struct sw_fact **out, size_t *count)
{
    uint8_t many;
    SW_TRY(sw_cur_u8(cur, &many));
    struct sw_fact *facts = SW_ARENA_ARRAY(arena, struct sw_fact, many);
    SW_TRY_PTR(facts);
    if (many > SW_FACTS_MAX) {
        return SW_E_FORMAT;
    }
    for (size_t i = 0; i < many; i++) {
        SW_TRY(get_fact(cur, arena, &facts[i]));
    }
    *out = facts;
    *count = many;
    return SW_OK;
}

static sw_result get_head(struct sw_cursor *cur, struct sw_inspection *in, uint32_t *count)
{
    uint8_t version;
    uint8_t status;
    uint32_t total;
    SW_TRY(sw_cur_u8(cur, &version));
    SW_TRY(sw_cur_u8(cur, &status));
    if (version != VERSION || status > SW_SCAN_FAILED) {
        return SW_E_FORMAT;
    }
    in->status = (enum sw_scan_status)status;
    SW_TRY(get_id(cur, in->arena, &in->format));
    SW_TRY(get_unread(cur, in));
    SW_TRY(get_coverage(cur, &in->coverage));
    SW_TRY(sw_cur_u32be(cur, &total));
    SW_TRY(sw_cur_u32be(cur, count));
    if (*count > SW_FINDINGS_MAX || total < *count) {
        return SW_E_FORMAT;
    }
    in->finding_total = total;
    return SW_OK;
}

static sw_result decode(struct sw_inspection *in, struct sw_bytes reply)
{
    struct sw_cursor cur = sw_cursor(reply);
    uint32_t count;
    SW_TRY(get_head(&cur, in, &count));
    in->findings = SW_ARENA_ARRAY(in->arena, struct sw_finding, count);
    SW_TRY_PTR(in->findings);
    in->finding_cap = count;
    for (uint32_t i = 0; i < count; i++) {
        SW_TRY(get_finding(&cur, in->arena, &in->findings[i]));
        in->kept[in->findings[i].severity]++;
        in->finding_count++;
    }
    SW_TRY(get_facts(&cur, in->arena, &in->facts, &in->fact_count));
    return sw_cur_left(&cur) == 0 ? SW_OK : SW_E_FORMAT;
}

sw_result sw_inspection_decode(
    struct sw_inspection *in, struct sw_arena *arena, struct sw_bytes reply, struct sw_error *err)
{
    struct sw_inspection made;
    sw_inspection_init(&made, arena);
    enum sw_code code = decode(&made, reply);
    if (code != SW_OK) {
        return sw_fail(err, code, "the parser's answer is malformed");
    }
    *in = made;
    return SW_OK;
}

/* --- the repository --------------------------------------------------------------------------- */

sw_result sw_repository_encode(const struct sw_repository *repository, struct sw_buf *out)
{
    SW_TRY(sw_buf_put_u32be(out, (uint32_t)repository->count));
    for (size_t i = 0; i < repository->count; i++) {
        const struct sw_repository_file *file = &repository->files[i];
        SW_TRY(put_text(out, file->path));
        SW_TRY(put_text(out, file->format));
        SW_TRY(sw_buf_put_u64be(out, file->size));
        SW_TRY(put_facts(file->facts, file->fact_count, out));
    }
    return SW_OK;
}

/* Paths are compared byte for byte, so they are taken as they are. */
static sw_result get_path(struct sw_cursor *cur, struct sw_arena *arena, const char **out)
{
    struct sw_bytes raw;
    SW_TRY(get_text(cur, &raw));
    *out = sw_arena_strndup(arena, sw_str_of_bytes(raw));
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result get_file(
    struct sw_cursor *cur, struct sw_arena *arena, struct sw_repository_file *file)
{
    SW_TRY(get_path(cur, arena, &file->path));
    SW_TRY(get_id(cur, arena, &file->format));
    SW_TRY(sw_cur_u64be(cur, &file->size));
    return get_facts(cur, arena, &file->facts, &file->fact_count);
}

sw_result sw_repository_decode(struct sw_repository *repository, struct sw_arena *arena,
    struct sw_bytes request, struct sw_error *err)
{
    enum { LEAST_BYTES = 13 }; /* of one file */
    struct sw_cursor cur = sw_cursor(request);
    uint32_t count = 0;
    enum sw_code code = sw_cur_u32be(&cur, &count);
    if (code != SW_OK || count > sw_cur_left(&cur) / LEAST_BYTES) {
        return sw_fail(err, SW_E_FORMAT, "the list of files is malformed");
    }
    repository->files = SW_ARENA_ARRAY(arena, struct sw_repository_file, count);
    if (repository->files == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a list of files");
    }
    for (repository->count = 0; repository->count < count; repository->count++) {
        repository->files[repository->count].index = repository->count;
        code = get_file(&cur, arena, &repository->files[repository->count]);
        if (code != SW_OK) {
            return sw_fail(err, code, "the list of files is malformed");
        }
    }
    return SW_OK;
}
