#include "claim/predicate.h"

#include <math.h>
#include <stdio.h>

struct reading {
    struct sw_arena *arena;
    const char *what;
    struct sw_error *err;
};

enum sw_code sw_claim_broken(struct sw_error *err, const char *what, const char *fmt, ...)
{
    char why[SW_ERROR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    return sw_fail(err, SW_E_FORMAT, "the %s claim is broken: %s", what, why);
}

static enum sw_code is_no(const struct reading *r, const struct sw_field *f, const char *wanted)
{
    return sw_claim_broken(r->err, r->what, "'%s' is no %s", f->name, wanted);
}

static void *member_of(void *base, const struct sw_field *f)
{
    return (uint8_t *)base + f->at;
}

static const void *member_in(const void *base, const struct sw_field *f)
{
    return (const uint8_t *)base + f->at;
}

static size_t *counter_of(void *base, const struct sw_field *f)
{
    return (size_t *)(void *)((uint8_t *)base + f->count_at);
}

static size_t counted(const void *base, const struct sw_field *f)
{
    size_t count;
    memcpy(&count, (const uint8_t *)base + f->count_at, sizeof(count));
    return count;
}

/* --- reading --------------------------------------------------------------------------------- */

static sw_result read_object(const struct reading *r, const struct sw_field *table,
    const struct sw_json *object, void *base);

static enum sw_code read_text(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    struct sw_str text;
    if (!sw_json_str(value, &text)) {
        return is_no(r, f, "text");
    }
    if (text.len == 0 && !f->optional) {
        return sw_claim_broken(r->err, r->what, "'%s' is empty", f->name);
    }
    *(struct sw_str *)member_of(base, f) = text;
    return SW_OK;
}

static enum sw_code read_word(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    for (unsigned i = 0; f->words[i] != NULL; i++) {
        if (sw_json_is(value, f->words[i])) {
            *(unsigned *)member_of(base, f) = i;
            return SW_OK;
        }
    }
    return is_no(r, f, "word that may stand there");
}

static bool get_digest(const struct sw_json *value, struct sw_digest *out)
{
    struct sw_str text;
    return sw_json_str(value, &text) && sw_digest_parse(text, out);
}

static enum sw_code read_digest(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    return get_digest(value, member_of(base, f)) ? SW_OK : is_no(r, f, "digest");
}

static enum sw_code read_count(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    return sw_json_u64(value, member_of(base, f)) ? SW_OK : is_no(r, f, "count");
}

static enum sw_code read_number(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    double number;
    if (!sw_json_double(value, &number) || !isfinite(number)) {
        return is_no(r, f, "number");
    }
    *(double *)member_of(base, f) = number;
    return SW_OK;
}

static enum sw_code read_truth(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    return sw_json_bool(value, member_of(base, f)) ? SW_OK : is_no(r, f, "truth value");
}

static enum sw_code read_agrees(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    bool agrees;
    if (!sw_json_bool(value, &agrees)) {
        return is_no(r, f, "truth value");
    }
    *(enum sw_agreement *)member_of(base, f) = agrees ? SW_AGREES : SW_DIFFERS;
    return SW_OK;
}

/* A date alone is no time (RFC 3339, 5.6). */
static enum sw_code read_time(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    struct sw_str text;
    bool good = sw_json_str(value, &text) && text.len > strlen("2026-11-23") &&
                sw_time_parse(text, member_of(base, f));
    return good ? SW_OK : is_no(r, f, "time");
}

static enum sw_code read_json(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    if (value->type != SW_JSON_OBJECT) {
        return is_no(r, f, "object");
    }
    *(const struct sw_json **)member_of(base, f) = value;
    return SW_OK;
}

/* Room for as many elements as the list has. */
static enum sw_code make_list(const struct reading *r, const struct sw_field *f,
    const struct sw_json *value, size_t size, void *base, void **out)
{
    if (value->type != SW_JSON_ARRAY) {
        return is_no(r, f, "list");
    }
    *out = sw_arena_zalloc(r->arena, value->count, size);
    SW_TRY_PTR(*out);
    *(void **)member_of(base, f) = *out;
    *counter_of(base, f) = value->count;
    return SW_OK;
}

static enum sw_code read_texts(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    void *list = NULL;
    SW_TRY(make_list(r, f, value, sizeof(struct sw_str), base, &list));
    struct sw_str *text = list;
    SW_JSON_EACH (item, value) {
        if (!sw_json_str(item, text++)) {
            return is_no(r, f, "list of texts");
        }
    }
    return SW_OK;
}

static enum sw_code read_digests(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    void *list = NULL;
    SW_TRY(make_list(r, f, value, sizeof(struct sw_digest), base, &list));
    struct sw_digest *digest = list;
    SW_JSON_EACH (item, value) {
        if (!get_digest(item, digest++)) {
            return is_no(r, f, "list of digests");
        }
    }
    return SW_OK;
}

static enum sw_code read_reasons(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    if (value->type != SW_JSON_OBJECT) {
        return is_no(r, f, "mapping of counts");
    }
    struct sw_reason_count *reason =
        sw_arena_zalloc(r->arena, value->count, sizeof(struct sw_reason_count));
    SW_TRY_PTR(reason);
    *(struct sw_reason_count **)member_of(base, f) = reason;
    *counter_of(base, f) = value->count;
    SW_JSON_EACH_MEMBER (member, value) {
        reason->reason = sw_arena_strndup(r->arena, member->name);
        SW_TRY_PTR(reason->reason);
        if (strlen(reason->reason) != member->name.len ||
            !sw_json_u64(&member->value, &reason->count)) {
            return is_no(r, f, "mapping of counts");
        }
        reason++;
    }
    return SW_OK;
}

static enum sw_code read_struct(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    return read_object(r, f->of, value, member_of(base, f));
}

static enum sw_code read_pointed(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    void *made = sw_arena_zalloc(r->arena, 1, f->size);
    SW_TRY_PTR(made);
    *(void **)member_of(base, f) = made;
    return read_object(r, f->of, value, made);
}

static enum sw_code read_list(
    const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base)
{
    void *list = NULL;
    SW_TRY(make_list(r, f, value, f->size, base, &list));
    uint8_t *at = list;
    SW_JSON_EACH (item, value) {
        SW_TRY(read_object(r, f->of, item, at));
        at += f->size;
    }
    return SW_OK;
}

/* --- writing --------------------------------------------------------------------------------- */

static void write_members(struct sw_json_writer *w, const struct sw_field *table, const void *base);

static void write_text(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_str(w, f->name, *(const struct sw_str *)member_in(base, f));
}

static void write_word(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_text(w, f->name, f->words[*(const unsigned *)member_in(base, f)]);
}

static void put_digest(struct sw_json_writer *w, const char *name, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(digest, text);
    sw_jw_text(w, name, text);
}

static void write_digest(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    put_digest(w, f->name, member_in(base, f));
}

static void write_count(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_u64(w, f->name, *(const uint64_t *)member_in(base, f));
}

static void write_number(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_double(w, f->name, *(const double *)member_in(base, f));
}

static void write_truth(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_bool(w, f->name, *(const bool *)member_in(base, f));
}

static void write_agrees(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_bool(w, f->name, *(const enum sw_agreement *)member_in(base, f) == SW_AGREES);
}

static void write_time(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    char text[SW_TIME_TEXT_SIZE];
    sw_time_format(*(const int64_t *)member_in(base, f), text);
    sw_jw_text(w, f->name, text);
}

static void write_json(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_json(w, f->name, *(const struct sw_json *const *)member_in(base, f));
}

static void write_texts(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    const struct sw_str *text = *(const struct sw_str *const *)member_in(base, f);
    sw_jw_array(w, f->name);
    for (size_t i = 0; i < counted(base, f); i++) {
        sw_jw_str(w, NULL, text[i]);
    }
    sw_jw_array_end(w);
}

static void write_digests(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    const struct sw_digest *digest = *(const struct sw_digest *const *)member_in(base, f);
    sw_jw_array(w, f->name);
    for (size_t i = 0; i < counted(base, f); i++) {
        put_digest(w, NULL, &digest[i]);
    }
    sw_jw_array_end(w);
}

static void write_reasons(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    const struct sw_reason_count *reason =
        *(const struct sw_reason_count *const *)member_in(base, f);
    sw_jw_object(w, f->name);
    for (size_t i = 0; i < counted(base, f); i++) {
        sw_jw_u64(w, reason[i].reason, reason[i].count);
    }
    sw_jw_object_end(w);
}

static void write_struct(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_object(w, f->name);
    write_members(w, f->of, member_in(base, f));
    sw_jw_object_end(w);
}

static void write_pointed(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    sw_jw_object(w, f->name);
    write_members(w, f->of, *(const void *const *)member_in(base, f));
    sw_jw_object_end(w);
}

static void write_list(struct sw_json_writer *w, const struct sw_field *f, const void *base)
{
    const uint8_t *at = *(const uint8_t *const *)member_in(base, f);
    sw_jw_array(w, f->name);
    for (size_t i = 0; i < counted(base, f); i++) {
        sw_jw_object(w, NULL);
        write_members(w, f->of, at + i * f->size);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

/* --- what is absent -------------------------------------------------------------------------- */

static const uint64_t absent_count = SW_ABSENT;
static const double absent_number = NAN;

static bool no_text(const struct sw_field *f, const void *base)
{
    return ((const struct sw_str *)member_in(base, f))->len == 0;
}

static bool no_digest(const struct sw_field *f, const void *base)
{
    return ((const struct sw_digest *)member_in(base, f))->alg == 0;
}

static bool no_count(const struct sw_field *f, const void *base)
{
    return *(const uint64_t *)member_in(base, f) == SW_ABSENT;
}

static bool no_number(const struct sw_field *f, const void *base)
{
    return isnan(*(const double *)member_in(base, f));
}

static bool no_truth(const struct sw_field *f, const void *base)
{
    return !*(const bool *)member_in(base, f);
}

static bool no_agreement(const struct sw_field *f, const void *base)
{
    return *(const enum sw_agreement *)member_in(base, f) == SW_AGREEMENT_NONE;
}

static bool no_time(const struct sw_field *f, const void *base)
{
    return *(const int64_t *)member_in(base, f) == 0;
}

static bool no_pointer(const struct sw_field *f, const void *base)
{
    return *(const void *const *)member_in(base, f) == NULL;
}

static bool no_elements(const struct sw_field *f, const void *base)
{
    return counted(base, f) == 0;
}

/* --- the kinds ------------------------------------------------------------------------------- */

static const struct kind {
    enum sw_code (*read)(
        const struct reading *r, const struct sw_field *f, const struct sw_json *value, void *base);
    void (*write)(struct sw_json_writer *w, const struct sw_field *f, const void *base);
    bool (*absent)(const struct sw_field *f, const void *base); /* NULL: never */
    const void *nothing; /* what stands for absent when that is not zeros, of 8 bytes */
} kinds[] = {
    [SW_FIELD_TEXT] = {read_text, write_text, no_text, NULL},
    [SW_FIELD_WORD] = {read_word, write_word, NULL, NULL},
    [SW_FIELD_DIGEST] = {read_digest, write_digest, no_digest, NULL},
    [SW_FIELD_COUNT] = {read_count, write_count, no_count, &absent_count},
    [SW_FIELD_NUMBER] = {read_number, write_number, no_number, &absent_number},
    [SW_FIELD_TRUTH] = {read_truth, write_truth, no_truth, NULL},
    [SW_FIELD_AGREES] = {read_agrees, write_agrees, no_agreement, NULL},
    [SW_FIELD_TIME] = {read_time, write_time, no_time, NULL},
    [SW_FIELD_JSON] = {read_json, write_json, no_pointer, NULL},
    [SW_FIELD_TEXTS] = {read_texts, write_texts, no_elements, NULL},
    [SW_FIELD_DIGESTS] = {read_digests, write_digests, no_elements, NULL},
    [SW_FIELD_REASONS] = {read_reasons, write_reasons, no_elements, NULL},
    [SW_FIELD_OBJECT] = {read_struct, write_struct, NULL, NULL},
    [SW_FIELD_POINTED] = {read_pointed, write_pointed, no_pointer, NULL},
    [SW_FIELD_LIST] = {read_list, write_list, no_elements, NULL},
};

static sw_result read_object(
    const struct reading *r, const struct sw_field *table, const struct sw_json *object, void *base)
{
    if (object->type != SW_JSON_OBJECT) {
        return sw_claim_broken(r->err, r->what, "what should hold '%s' is no object", table->name);
    }
    for (const struct sw_field *f = table; f->name != NULL; f++) {
        const struct sw_json *value = sw_json_get(object, f->name);
        const struct kind *kind = &kinds[f->kind];
        if (value != NULL) {
            SW_TRY(kind->read(r, f, value, base));
            continue;
        }
        if (!f->optional) {
            return sw_claim_broken(r->err, r->what, "it has no '%s'", f->name);
        }
        if (kind->nothing != NULL) {
            memcpy(member_of(base, f), kind->nothing, sizeof(uint64_t));
        }
    }
    return SW_OK;
}

static void write_members(struct sw_json_writer *w, const struct sw_field *table, const void *base)
{
    for (const struct sw_field *f = table; f->name != NULL; f++) {
        const struct kind *kind = &kinds[f->kind];
        if (!f->optional || kind->absent == NULL || !kind->absent(f, base)) {
            kind->write(w, f, base);
        }
    }
}

sw_result sw_predicate_read(struct sw_arena *arena, const struct sw_field *table, const char *what,
    const struct sw_json *predicate, void *out, struct sw_error *err)
{
    const struct reading reading = {arena, what, err};
    return read_object(&reading, table, predicate, out);
}

sw_result sw_predicate_write(const struct sw_field *table, const void *from, struct sw_buf *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    write_members(&w, table, from);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    struct sw_error ignored = {0};
    return sw_json_canonicalize(out, sw_buf_bytes(&text), &ignored);
}
