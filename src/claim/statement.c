#include "claim/statement.h"
#include "claim/bundle.h"

/* A statement that names no predicate means an empty one (in-toto spec/v1/statement.md). */
static const struct sw_json no_predicate = {.type = SW_JSON_OBJECT};

static enum sw_code bad(struct sw_error *err, const struct sw_json *at, const char *words)
{
    return sw_fail(
        err, SW_E_FORMAT, "statement: byte %llu: %s", (unsigned long long)at->where, words);
}

/* All digests that we know must be well formed; the first in the order of enum sw_digest_alg is
 * kept. Others are passed over, as the in-toto digest set asks. */
static sw_result read_digest(const struct sw_json *set, struct sw_digest *out, struct sw_error *err)
{
    struct sw_digest best = {0};
    for (enum sw_digest_alg alg = SW_SHA256; alg <= SW_BLAKE2B; alg++) {
        const struct sw_json *value = sw_json_get(set, sw_digest_alg_name(alg));
        struct sw_str hex;
        struct sw_digest digest;
        if (value == NULL) {
            continue;
        }
        if (!sw_json_str(value, &hex) || !sw_digest_from_hex(alg, hex, &digest)) {
            return bad(err, value, "the digest is not lower-case hexadecimal of the right length");
        }
        if (best.len == 0) {
            best = digest;
        }
    }
    if (best.len == 0) {
        return bad(err, set, "a subject has no digest of a known algorithm");
    }
    *out = best;
    return SW_OK;
}

static sw_result read_subject(
    const struct sw_json *item, struct sw_subject *out, struct sw_error *err)
{
    if (item->type != SW_JSON_OBJECT) {
        return bad(err, item, "a subject is not an object");
    }
    const struct sw_json *name = sw_json_get(item, "name");
    const struct sw_json *digest = sw_json_get(item, "digest");
    if (name != NULL && !sw_json_str(name, &out->name)) {
        return bad(err, name, "a subject's name is not a string");
    }
    if (digest == NULL || digest->type != SW_JSON_OBJECT) {
        return bad(err, item, "a subject has no digest");
    }
    return read_digest(digest, &out->digest, err);
}

static sw_result read_subjects(
    struct sw_arena *arena, struct sw_statement *out, struct sw_error *err)
{
    const struct sw_json *list = sw_json_get(&out->root, "subject");
    if (list == NULL || list->type != SW_JSON_ARRAY || list->count == 0) {
        return bad(err, list == NULL ? &out->root : list, "there is no subject");
    }
    out->subjects = SW_ARENA_ARRAY(arena, struct sw_subject, list->count);
    SW_TRY_PTR(out->subjects);
    SW_JSON_EACH (item, list) {
        SW_TRY(read_subject(item, &out->subjects[out->subject_count], err));
        out->subject_count++;
    }
    return SW_OK;
}

static sw_result read_predicate(struct sw_statement *out, struct sw_error *err)
{
    const struct sw_json *type = sw_json_get(&out->root, "predicateType");
    if (!sw_json_str(type, &out->predicate_type) || out->predicate_type.len == 0) {
        return bad(err, type == NULL ? &out->root : type, "there is no predicateType");
    }
    const struct sw_json *predicate = sw_json_get(&out->root, "predicate");
    if (predicate != NULL && predicate->type != SW_JSON_OBJECT) {
        return bad(err, predicate, "the predicate is not an object");
    }
    out->predicate = predicate == NULL ? &no_predicate : predicate;
    return SW_OK;
}

sw_result sw_statement_parse(
    struct sw_arena *arena, struct sw_bytes payload, struct sw_statement *out, struct sw_error *err)
{
    static const struct sw_json_limits limits = {.max_bytes = SW_BUNDLE_MAX_BYTES};
    struct sw_statement statement = {0};
    enum sw_code rc = sw_json_parse(arena, payload, &limits, &statement.root, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "statement");
    }
    if (!sw_json_is(sw_json_get(&statement.root, "_type"), SW_STATEMENT_TYPE)) {
        return bad(err, &statement.root, "the _type is not " SW_STATEMENT_TYPE);
    }
    SW_TRY(read_subjects(arena, &statement, err));
    SW_TRY(read_predicate(&statement, err));
    *out = statement;
    return SW_OK;
}

/* One string in its canonical spelling. */
static sw_result put_string(struct sw_buf *out, struct sw_str text, struct sw_error *err)
{
    const struct sw_json value = {.type = SW_JSON_STRING, .text = text};
    return sw_json_canonical(out, &value, err);
}

static sw_result put_subject(
    struct sw_buf *out, const struct sw_subject *subject, struct sw_error *err)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(&subject->digest, hex);
    SW_TRY(sw_buf_printf(
        out, "{\"digest\":{\"%s\":\"%s\"}", sw_digest_alg_name(subject->digest.alg), hex));
    if (subject->name.len != 0) {
        SW_TRY(sw_buf_puts(out, ",\"name\":"));
        SW_TRY(put_string(out, subject->name, err));
    }
    return sw_buf_putc(out, '}');
}

static sw_result put_subjects(
    struct sw_buf *out, const struct sw_subject *subjects, size_t count, struct sw_error *err)
{
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_buf_puts(out, i == 0 ? "[" : ","));
        SW_TRY(put_subject(out, &subjects[i], err));
    }
    return sw_buf_putc(out, ']');
}

static sw_result put_predicate(struct sw_buf *out, struct sw_bytes predicate, struct sw_error *err)
{
    static const struct sw_json_limits limits = {.max_bytes = SW_BUNDLE_MAX_BYTES};
    SW_CLEANUP(arena) struct sw_arena scratch;
    sw_arena_init(&scratch, 0);
    struct sw_json tree;
    SW_TRY(sw_json_parse(&scratch, predicate, &limits, &tree, err));
    if (tree.type != SW_JSON_OBJECT) {
        return sw_fail(err, SW_E_USAGE, "the predicate is not a JSON object");
    }
    return sw_json_canonical(out, &tree, err);
}

static sw_result check_subjects(
    const struct sw_subject *subjects, size_t count, struct sw_error *err)
{
    if (count == 0) {
        return sw_fail(err, SW_E_USAGE, "a statement needs a subject");
    }
    for (size_t i = 0; i < count; i++) {
        if (subjects[i].digest.len == 0) {
            return sw_fail(err, SW_E_USAGE, "subject %zu has no digest", i);
        }
        if (!sw_utf8_valid(sw_bytes_of_str(subjects[i].name))) {
            return sw_fail(err, SW_E_USAGE, "the name of subject %zu is not UTF-8", i);
        }
    }
    return SW_OK;
}

/* The four names stand in the order of RFC 8785 already. */
static sw_result put_statement(struct sw_buf *out, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate,
    struct sw_error *err)
{
    SW_TRY(sw_buf_reserve(out, predicate.len));
    SW_TRY(sw_buf_puts(out, "{\"_type\":\"" SW_STATEMENT_TYPE "\",\"predicate\":"));
    SW_TRY(put_predicate(out, predicate, err));
    SW_TRY(sw_buf_puts(out, ",\"predicateType\":"));
    SW_TRY(put_string(out, sw_str(predicate_type), err));
    SW_TRY(sw_buf_puts(out, ",\"subject\":"));
    SW_TRY(put_subjects(out, subjects, subject_count, err));
    return sw_buf_putc(out, '}');
}

sw_result sw_statement_write(struct sw_buf *out, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate,
    struct sw_error *err)
{
    SW_TRY(check_subjects(subjects, subject_count, err));
    size_t start = out->len;
    enum sw_code rc = put_statement(out, subjects, subject_count, predicate_type, predicate, err);
    if (rc != SW_OK) {
        out->len = start;
    }
    return rc;
}
