#include "data/reader.h"

#include <math.h>

/* The first of these that a record has. */
static const char *const usual[SW_ROLES][SW_ROLE_NAMES] = {
    [SW_ROLE_TEXT] = {"text", "content", "body"},
    [SW_ROLE_ID] = {"id", "_id", "uuid"},
    [SW_ROLE_LABEL] = {"label"},
    [SW_ROLE_LANGUAGE] = {"language", "lang", "metadata.language"},
};

void sw_roles_init(struct sw_roles *roles, const struct sw_record_options *options)
{
    const char *const told[SW_ROLES] = {
        [SW_ROLE_TEXT] = options->text_field,
        [SW_ROLE_ID] = options->id_field,
        [SW_ROLE_LABEL] = options->label_field,
        [SW_ROLE_WEIGHT] = options->weight_field,
        [SW_ROLE_LANGUAGE] = options->language_field,
    };
    *roles = (struct sw_roles){.text_told = options->text_field != NULL};
    for (size_t role = 0; role < SW_ROLES; role++) {
        if (told[role] != NULL) {
            roles->names[role][0] = told[role];
            continue;
        }
        memcpy(roles->names[role], usual[role], sizeof(usual[role]));
    }
}

const char *sw_reason_in_text(struct sw_bytes bytes)
{
    if (!sw_utf8_valid(bytes)) {
        return SW_BAD_UTF8;
    }
    bool nul = bytes.len > 0 && memchr(bytes.ptr, 0, bytes.len) != NULL;
    return nul ? SW_BAD_NUL : NULL;
}

/* What stands for a number: itself, or of Dolma's attributes, which are spans [start, end, value]
 * of the text, the value of the first one. NULL when there is no span. */
static const struct sw_json *number_of(const struct sw_json *value)
{
    return value->type == SW_JSON_ARRAY ? sw_json_item(sw_json_item(value, 0), 2) : value;
}

bool sw_record_set_weight(struct sw_record *record, struct sw_str text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json value;
    double weight = 1;
    if (sw_json_parse(&arena, sw_bytes_of_str(text), NULL, &value, NULL) != SW_OK) {
        return false;
    }
    bool none = value.type == SW_JSON_ARRAY && value.count == 0;
    if (!none && !sw_json_double(number_of(&value), &weight)) {
        return false;
    }
    if (!isfinite(weight) || weight < 0) {
        return false;
    }
    record->weight = weight;
    return true;
}

/* --- JSON ------------------------------------------------------------------------------------ */

/* Gives the path a place among those that are looked for. */
static int add_path(const char **paths, size_t *count, const char *path)
{
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(paths[i], path) == 0) {
            return (int)i;
        }
    }
    paths[(*count)++] = path;
    return (int)*count - 1;
}

sw_result sw_json_fields_init(
    struct sw_json_fields *fields, const struct sw_roles *roles, struct sw_error *err)
{
    /* A record is bounded by record_max, not here. */
    static const struct sw_json_limits limits = {.max_bytes = UINT64_MAX};
    const char *paths[SW_ROLES * SW_ROLE_NAMES];
    *fields = (struct sw_json_fields){.roles = *roles};
    for (size_t role = 0; role < SW_ROLES; role++) {
        for (size_t i = 0; i < SW_ROLE_NAMES; i++) {
            const char *name = roles->names[role][i];
            fields->places[role][i] =
                name == NULL ? -1 : add_path(paths, &fields->path_count, name);
        }
    }
    return sw_json_scanner_new(&fields->scanner, paths, fields->path_count, &limits, err);
}

void sw_json_fields_release(struct sw_json_fields *fields)
{
    sw_json_scanner_free(fields->scanner);
    for (size_t role = 0; role < SW_ROLES; role++) {
        sw_buf_release(&fields->decoded[role]);
    }
}

/* The first name of the role that the record has, which for the text must be a string; NULL when
 * there is none. */
static const struct sw_json_found *find_role(const struct sw_json_fields *fields, enum sw_role role)
{
    for (size_t i = 0; i < SW_ROLE_NAMES && fields->places[role][i] >= 0; i++) {
        const struct sw_json_found *found = &fields->found[fields->places[role][i]];
        bool fits =
            role == SW_ROLE_TEXT ? found->type == SW_JSON_STRING : found->type != SW_JSON_NULL;
        if (found->span.ptr != NULL && fits) {
            return found;
        }
    }
    return NULL;
}

/* Leaves *out when the record has nothing for the role. */
static sw_result fill_role(struct sw_json_fields *fields, enum sw_role role, struct sw_str *out)
{
    const struct sw_json_found *found = find_role(fields, role);
    return found == NULL ? SW_OK : sw_json_found_text(found, &fields->decoded[role], out);
}

static sw_result fill_text(
    struct sw_json_fields *fields, bool raw_only, struct sw_record *record, bool *missing)
{
    const struct sw_json_found *found = find_role(fields, SW_ROLE_TEXT);
    *missing = found == NULL && fields->roles.text_told;
    if (found == NULL || raw_only) {
        return SW_OK; /* the content stays what it is: the record */
    }
    struct sw_str text;
    SW_TRY(sw_json_found_text(found, &fields->decoded[SW_ROLE_TEXT], &text));
    record->content = sw_bytes_of_str(text);
    return SW_OK;
}

/* Why the scanner refused the item. */
static const char *reason_of(enum sw_code code, struct sw_bytes bytes)
{
    if (code == SW_E_LIMIT) {
        return SW_BAD_COMPLEX;
    }
    return sw_utf8_valid(bytes) ? SW_BAD_JSON : SW_BAD_UTF8;
}

static bool is_object(struct sw_bytes bytes)
{
    size_t at = 0;
    while (at < bytes.len && bytes.ptr[at] <= ' ') {
        at++;
    }
    return at < bytes.len && bytes.ptr[at] == '{';
}

/* What else a record must have; NULL when it has. */
static const char *reason_in_fields(const struct sw_json_fields *fields, struct sw_records *r,
    struct sw_record *record, bool missing)
{
    if (missing) {
        (void)sw_fail(&r->detail, SW_E_FORMAT, "no string is named '%s'",
            fields->roles.names[SW_ROLE_TEXT][0]);
        return SW_BAD_TEXT;
    }
    const struct sw_json_found *found = find_role(fields, SW_ROLE_WEIGHT);
    if (found == NULL || sw_record_set_weight(record, sw_str_of_bytes(found->span))) {
        return NULL;
    }
    return SW_BAD_WEIGHT;
}

sw_result sw_json_fields_fill(struct sw_json_fields *fields, struct sw_records *r,
    struct sw_record_step *step, const struct sw_item *item, struct sw_error *err)
{
    enum sw_code rc = sw_json_scan(fields->scanner, item->bytes, fields->found, &r->detail);
    if (rc == SW_E_FORMAT || rc == SW_E_LIMIT) {
        sw_step_bad(r, step, item, reason_of(rc, item->bytes));
        return SW_OK;
    }
    if (rc != SW_OK) {
        return sw_fail(err, rc, "%s", r->detail.text);
    }
    if (!is_object(item->bytes)) {
        sw_step_bad(r, step, item, SW_BAD_NO_OBJECT);
        return SW_OK;
    }
    bool missing;
    struct sw_record *record = &step->record;
    SW_TRY(fill_text(fields, r->options.raw_only, record, &missing));
    SW_TRY(fill_role(fields, SW_ROLE_ID, &record->id));
    SW_TRY(fill_role(fields, SW_ROLE_LABEL, &record->label));
    SW_TRY(fill_role(fields, SW_ROLE_LANGUAGE, &record->language));
    const char *reason = reason_in_fields(fields, r, record, missing);
    if (reason != NULL) {
        sw_step_bad(r, step, item, reason);
    }
    return SW_OK;
}
