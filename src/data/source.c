/* The source claim: doc/claims/source.md. */
#include "data/source.h"
#include "data/claims_fields.h"

#include <stdio.h>
#include <stdlib.h>

const struct sw_source_field sw_source_fields[] = {
    {"source", "version", SW_SHAPE_TEXT, true, "version of the standard"},
    {"source", "title", SW_SHAPE_TEXT, true, "title"},
    {"source", "id", SW_SHAPE_TEXT, true, "identifier of the metadata"},
    {"source", "location", SW_SHAPE_TEXT, false, "location of the metadata"},
    {"source", "issuer", SW_SHAPE_ORGS, true, "issuer"},
    {"source", "description", SW_SHAPE_TEXT, true, "description"},
    {"provenance", "source", SW_SHAPE_TEXT, false, "metadata of what it was made from"},
    {"provenance", "origin", SW_SHAPE_ORGS, false, "origin"},
    {"provenance", "origin-geography", SW_SHAPE_PLACES, true, "geography of the origin"},
    {"provenance", "date", SW_SHAPE_TEXT, true, "date of issue"},
    {"provenance", "previous-date", SW_SHAPE_TEXT, false, "date of the issue before"},
    {"provenance", "generation-period", SW_SHAPE_PERIOD, false, "collection period"},
    {"provenance", "generation-method", SW_SHAPE_CODES, true, "collection method"},
    {"provenance", "format", SW_SHAPE_TEXTS, false, "format"},
    {"use", "classification", SW_SHAPE_CLASSES, false, "confidentiality"},
    {"use", "consents", SW_SHAPE_TEXTS, false, "consent"},
    {"use", "privacy-indicators", SW_SHAPE_TOOLS, false, "privacy techniques"},
    {"use", "processing-included", SW_SHAPE_PLACES, false, "may be processed in"},
    {"use", "processing-excluded", SW_SHAPE_PLACES, false, "may not be processed in"},
    {"use", "storage-allowed", SW_SHAPE_PLACES, false, "may be stored in"},
    {"use", "storage-forbidden", SW_SHAPE_PLACES, false, "may not be stored in"},
    {"use", "license", SW_SHAPE_TEXT, false, "licence"},
    {"use", "intended-purpose", SW_SHAPE_USES, false, "intended use"},
    {"use", "copyright", SW_SHAPE_TEXTS, false, "copyright"},
    {"use", "patent", SW_SHAPE_TEXTS, false, "patents"},
    {"use", "trademark", SW_SHAPE_TEXTS, false, "trademarks"},
};
const size_t sw_source_field_count = SW_COUNT(sw_source_fields);

/* --- the standard's shapes ------------------------------------------------------------------- */

static bool is_text(const struct sw_json *value)
{
    return value != NULL && value->type == SW_JSON_STRING;
}

static bool is_text_or_none(const struct sw_json *value)
{
    return value == NULL || value->type == SW_JSON_STRING;
}

/* Compared by their canonical forms. */
static bool is_same(const struct sw_json *a, const struct sw_json *b)
{
    SW_CLEANUP(buf) struct sw_buf x = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf y = SW_BUF_INIT;
    struct sw_error ignored = {0};
    return sw_json_canonical(&x, a, &ignored) == SW_OK &&
           sw_json_canonical(&y, b, &ignored) == SW_OK &&
           sw_bytes_equal(sw_buf_bytes(&x), sw_buf_bytes(&y));
}

static bool stands_before(const struct sw_json *list, const struct sw_json *item)
{
    SW_JSON_EACH (other, list) {
        if (other == item) {
            return false;
        }
        if (is_same(other, item)) {
            return true;
        }
    }
    return false;
}

static bool is_each(const struct sw_json *value, bool (*good)(const struct sw_json *item))
{
    if (value == NULL || value->type != SW_JSON_ARRAY || value->count > SW_SOURCE_LIST_MAX) {
        return false;
    }
    SW_JSON_EACH (item, value) {
        if (!good(item) || stands_before(value, item)) {
            return false;
        }
    }
    return true;
}

static bool is_texts(const struct sw_json *value)
{
    return is_each(value, is_text);
}

static bool is_org(const struct sw_json *value)
{
    const struct sw_json *address = sw_json_get(value, "address");
    return is_text(sw_json_get(value, "name")) && (address == NULL || is_texts(address));
}

static bool is_place(const struct sw_json *value)
{
    return is_text(sw_json_get(value, "country")) && is_text_or_none(sw_json_get(value, "state"));
}

static bool is_code(const struct sw_json *value)
{
    return is_text(sw_json_get(value, "code")) && is_text_or_none(sw_json_get(value, "system")) &&
           is_text_or_none(sw_json_get(value, "description"));
}

static bool is_use(const struct sw_json *value)
{
    return is_code(value) && is_text(sw_json_get(value, "description"));
}

static bool is_class(const struct sw_json *value)
{
    bool evaluated;
    return is_code(sw_json_get(value, "regulation")) &&
           sw_json_bool(sw_json_get(value, "evaluated"), &evaluated);
}

static bool is_tool(const struct sw_json *value)
{
    return is_code(sw_json_get(value, "tool")) &&
           is_text_or_none(sw_json_get(value, "parameters")) &&
           is_text_or_none(sw_json_get(value, "result"));
}

static bool is_orgs(const struct sw_json *value)
{
    return is_each(value, is_org);
}

static bool is_places(const struct sw_json *value)
{
    return is_each(value, is_place);
}

static bool is_codes(const struct sw_json *value)
{
    return is_each(value, is_code);
}

static bool is_uses(const struct sw_json *value)
{
    return is_each(value, is_use);
}

static bool is_classes(const struct sw_json *value)
{
    return is_each(value, is_class);
}

static bool is_tools(const struct sw_json *value)
{
    return is_each(value, is_tool);
}

static bool is_period(const struct sw_json *value)
{
    return value != NULL && value->type == SW_JSON_OBJECT &&
           is_text_or_none(sw_json_get(value, "start")) &&
           is_text_or_none(sw_json_get(value, "end"));
}

static const struct {
    bool (*good)(const struct sw_json *value);
    const char *what;
} shapes[] = {
    [SW_SHAPE_TEXT] = {is_text, "a text"},
    [SW_SHAPE_TEXTS] = {is_texts, "a list of texts"},
    [SW_SHAPE_ORGS] = {is_orgs, "a list of organisations, each with a name"},
    [SW_SHAPE_PLACES] = {is_places, "a list of places, each with a country"},
    [SW_SHAPE_PERIOD] = {is_period, "a period with start and end"},
    [SW_SHAPE_CODES] = {is_codes, "a list of codes"},
    [SW_SHAPE_USES] = {is_uses, "a list of codes, each with a description"},
    [SW_SHAPE_CLASSES] = {is_classes, "a list of regulations, each evaluated or not"},
    [SW_SHAPE_TOOLS] = {is_tools, "a list of tools"},
};

static const struct sw_source_field *find_field(struct sw_str group, struct sw_str name)
{
    for (size_t i = 0; i < sw_source_field_count; i++) {
        const struct sw_source_field *field = &sw_source_fields[i];
        if (sw_str_is(group, field->group) && sw_str_is(name, field->name)) {
            return field;
        }
    }
    return NULL;
}

static sw_result check_member(
    struct sw_str group, const struct sw_json_member *member, struct sw_error *err)
{
    const struct sw_source_field *field = find_field(group, member->name);
    if (field == NULL) {
        return sw_fail(err, SW_E_FORMAT,
            "the source record has '" SW_STR_FMT "." SW_STR_FMT
            "', which the Data Provenance Standards v1.0.0 do not have",
            SW_STR_ARG(group), SW_STR_ARG(member->name));
    }
    if (!shapes[field->shape].good(&member->value)) {
        bool many = member->value.type == SW_JSON_ARRAY;
        return sw_fail(err, SW_E_FORMAT, "the source record's '%s.%s' must be %s%s", field->group,
            field->name, shapes[field->shape].what, many ? ", at most 256 and none twice" : "");
    }
    return SW_OK;
}

static bool is_group(struct sw_str name)
{
    return sw_str_is(name, "source") || sw_str_is(name, "provenance") || sw_str_is(name, "use");
}

sw_result sw_source_check(const struct sw_json *fields, struct sw_error *err)
{
    if (fields == NULL || fields->type != SW_JSON_OBJECT) {
        return sw_fail(err, SW_E_FORMAT, "the source record is no JSON object");
    }
    SW_JSON_EACH_MEMBER (group, fields) {
        if (!is_group(group->name) || group->value.type != SW_JSON_OBJECT) {
            return sw_fail(err, SW_E_FORMAT,
                "the source record has '" SW_STR_FMT
                "'; it has the groups source, provenance and use",
                SW_STR_ARG(group->name));
        }
        SW_JSON_EACH_MEMBER (member, &group->value) {
            SW_TRY(check_member(group->name, member, err));
        }
    }
    return SW_OK;
}

/* --- what it says ---------------------------------------------------------------------------- */

const struct sw_json *sw_source_get(
    const struct sw_source_record *record, const struct sw_source_field *field)
{
    const struct sw_json *value =
        sw_json_get(sw_json_get(record->fields, field->group), field->name);
    if (value == NULL) {
        return NULL;
    }
    bool empty = value->type == SW_JSON_STRING ? value->text.len == 0 : value->count == 0;
    return empty ? NULL : value;
}

static struct sw_str text_at(const struct sw_source_record *record, const char *path)
{
    struct sw_str text = {NULL, 0};
    (void)sw_json_str(sw_json_path(record->fields, sw_str(path)), &text);
    return text;
}

struct sw_str sw_source_licence(const struct sw_source_record *record)
{
    return text_at(record, "use.license");
}

struct sw_str sw_source_consent(const struct sw_source_record *record)
{
    return text_at(record, "use.consents.0");
}

/* Who it comes from, or else where the metadata of what it was made from is. */
struct sw_str sw_source_origin(const struct sw_source_record *record)
{
    struct sw_str origin = text_at(record, "provenance.origin.0.name");
    return origin.len != 0 ? origin : text_at(record, "provenance.source");
}

sw_result sw_source_gaps(struct sw_arena *arena, const struct sw_source_record *record,
    struct sw_str **gaps, size_t *count)
{
    const struct {
        struct sw_str said;
        const char *gap;
    } needed[] = {{sw_source_licence(record), "no licence"},
        {sw_source_origin(record), "no origin"}, {sw_source_consent(record), "no consent"}};
    struct sw_str *list = SW_ARENA_ARRAY(arena, struct sw_str, SW_COUNT(needed));
    SW_TRY_PTR(list);
    size_t n = 0;
    for (size_t i = 0; i < SW_COUNT(needed); i++) {
        if (needed[i].said.len == 0) {
            list[n++] = sw_str(needed[i].gap);
        }
    }
    *gaps = list;
    *count = n;
    return SW_OK;
}

sw_result sw_source_missing(struct sw_arena *arena, const struct sw_source_record *record,
    struct sw_str **missing, size_t *count)
{
    struct sw_str *list = SW_ARENA_ARRAY(arena, struct sw_str, sw_source_field_count);
    SW_TRY_PTR(list);
    size_t n = 0;
    for (size_t i = 0; i < sw_source_field_count; i++) {
        const struct sw_source_field *field = &sw_source_fields[i];
        if (field->required && sw_source_get(record, field) == NULL) {
            list[n++] = sw_str(field->title);
        }
    }
    *missing = list;
    *count = n;
    return SW_OK;
}

/* --- the claim ------------------------------------------------------------------------------- */

/* As it is written: what is missing stands beside the record, for readers who do not know the
 * standard. */
struct source_claim {
    struct sw_source_record record;
    struct sw_str standard;
    struct sw_str *gaps;
    size_t gap_count;
};

static const struct sw_field source_claim_fields[] = {
    SW_FIELD(struct source_claim, record.name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct source_claim, standard, "standard", SW_FIELD_TEXT),
    SW_FIELD(struct source_claim, record.fields, "record", SW_FIELD_JSON),
    SW_FIELD_OPTIONAL(struct source_claim, record.by, "by", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct source_claim, record.reason, "reason", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct source_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD(struct source_claim, record.time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_source_claim_write(const struct sw_source_record *record, struct sw_buf *out)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct source_claim claim = {.record = *record, .standard = sw_str(SW_SOURCE_STANDARD)};
    SW_TRY(sw_source_gaps(&arena, record, &claim.gaps, &claim.gap_count));
    return sw_predicate_write(source_claim_fields, &claim, out);
}

sw_result sw_source_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_source_record *out, struct sw_error *err)
{
    struct source_claim claim = {0};
    SW_TRY(
        sw_predicate_read(arena, source_claim_fields, "source", statement->predicate, &claim, err));
    if (!sw_str_is(claim.standard, SW_SOURCE_STANDARD)) {
        return sw_claim_broken(err, "source", "its standard is not " SW_SOURCE_STANDARD);
    }
    SW_TRY(sw_source_check(claim.record.fields, err));
    *out = claim.record;
    return SW_OK;
}

sw_result sw_source_record(const struct sw_data *data, const struct sw_source_record *record,
    struct sw_receipt *receipt, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_subject subjects[] = {{.name = record->name}, {.name = sw_str("record")}};
    SW_TRY(sw_name_check(record->name, "source", err));
    SW_TRY(sw_source_check(record->fields, err));
    SW_TRY(sw_json_canonical(&text, record->fields, err));
    sw_name_digest(SW_NAME_SOURCE, record->name, &subjects[0].digest);
    sw_sha256(sw_buf_bytes(&text), &subjects[1].digest);
    SW_TRY(sw_source_claim_write(record, &predicate));
    return sw_data_record(data, subjects, SW_COUNT(subjects), SW_PREDICATE_SOURCE,
        sw_buf_bytes(&predicate), receipt, err);
}

/* --- finding --------------------------------------------------------------------------------- */

static sw_result read_all(const struct sw_data *data, const struct sw_digest *subject,
    struct sw_source_state **states, size_t *count, size_t *ignored, struct sw_error *err)
{
    struct sw_data_claim *claims = NULL;
    size_t found = 0;
    SW_TRY(sw_data_claims(data, SW_PREDICATE_SOURCE, subject, &claims, &found, ignored, err));
    struct sw_source_state *list = SW_ARENA_ARRAY(data->arena, struct sw_source_state, found);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < found; i++) {
        list[i].claim = claims[i];
        SW_TRY(sw_source_claim_read(data->arena, &claims[i].statement, &list[i].record, err));
    }
    *states = list;
    *count = found;
    return SW_OK;
}

sw_result sw_source_history(const struct sw_data *data, struct sw_str name,
    struct sw_source_state **states, size_t *count, size_t *ignored, struct sw_error *err)
{
    struct sw_digest subject;
    size_t found = 0;
    sw_name_digest(SW_NAME_SOURCE, name, &subject);
    SW_TRY(read_all(data, &subject, states, &found, ignored, err));
    if (found == 0) {
        return sw_fail(err, SW_E_NOENT,
            "there is no source '" SW_STR_FMT "' that a trusted signer described",
            SW_STR_ARG(name));
    }
    *count = found;
    return SW_OK;
}

sw_result sw_source_find(const struct sw_data *data, struct sw_str name,
    struct sw_source_record *out, struct sw_data_claim *claim, struct sw_error *err)
{
    struct sw_source_state *states = NULL;
    size_t count = 0;
    SW_TRY(sw_source_history(data, name, &states, &count, NULL, err));
    *out = states[count - 1].record;
    if (claim != NULL) {
        *claim = states[count - 1].claim;
    }
    return SW_OK;
}

/* By name, then by when they were made. */
static int compare_states(const void *a, const void *b)
{
    const struct sw_source_state *x = a;
    const struct sw_source_state *y = b;
    int order = sw_str_compare(x->record.name, y->record.name);
    if (order != 0) {
        return order;
    }
    if (x->claim.made != y->claim.made) {
        return x->claim.made < y->claim.made ? -1 : 1;
    }
    return x->claim.leaf < y->claim.leaf ? -1 : x->claim.leaf > y->claim.leaf;
}

sw_result sw_source_all(const struct sw_data *data, struct sw_source_state **states, size_t *count,
    size_t *ignored, struct sw_error *err)
{
    struct sw_source_state *list = NULL;
    size_t found = 0;
    SW_TRY(read_all(data, NULL, &list, &found, ignored, err));
    qsort(list, found, sizeof(*list), compare_states);
    size_t kept = 0;
    for (size_t i = 0; i < found; i++) {
        if (i + 1 == found || !sw_str_equal(list[i].record.name, list[i + 1].record.name)) {
            list[kept++] = list[i];
        }
    }
    *states = list;
    *count = kept;
    return SW_OK;
}
