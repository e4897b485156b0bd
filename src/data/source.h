/* Sources: where samples come from, as the Data Provenance Standards v1.0.0 ask (Data & Trust
 * Alliance, dataandtrustalliance.org). doc/claims/source.md lists the fields. */
#ifndef SW_DATA_SOURCE_H
#define SW_DATA_SOURCE_H

#include "data/claims.h"

#define SW_SOURCE_STANDARD "https://dataandtrustalliance.org/data-standard-1.0.0.schema.json"
#define SW_SOURCE_STANDARD_VERSION "1.0.0"

#define SW_SOURCE_LIST_MAX 256u /* elements of one list */

/* How a field looks in the standard's JSON form. The elements of a list differ. */
enum sw_source_shape {
    SW_SHAPE_TEXT,
    SW_SHAPE_TEXTS,   /* list of texts */
    SW_SHAPE_ORGS,    /* list of {name, address: list of texts} */
    SW_SHAPE_PLACES,  /* list of {country, state} */
    SW_SHAPE_PERIOD,  /* {start, end} */
    SW_SHAPE_CODES,   /* list of {code, system, description} */
    SW_SHAPE_USES,    /* the same, each with a description */
    SW_SHAPE_CLASSES, /* list of {regulation: a code, evaluated: truth value} */
    SW_SHAPE_TOOLS,   /* list of {tool: a code, parameters, result} */
};

/* One field of the standard. Three of its fields (processing and storage geography, proprietary
 * data) have several members. */
struct sw_source_field {
    const char *group; /* "source", "provenance", "use" */
    const char *name;  /* the member */
    enum sw_source_shape shape;
    bool required; /* by the standard's JSON Schema */
    const char *title;
};
extern const struct sw_source_field sw_source_fields[];
extern const size_t sw_source_field_count;

/* The field's value in a record; NULL when it is not given. An empty text or list is none. */
const struct sw_json *sw_source_get(
    const struct sw_source_record *record, const struct sw_source_field *field);

/* Checks a record against the standard's shapes. What it does not know is refused, so that a
 * misspelt field is not lost. SW_E_FORMAT. */
sw_result sw_source_check(const struct sw_json *fields, struct sw_error *err);

/* What is not said, in words, in `arena`: gaps ("no licence", "no origin", "no consent"), which
 * every dataset with this source has too, and what else the standard requires. */
sw_result sw_source_gaps(struct sw_arena *arena, const struct sw_source_record *record,
    struct sw_str **gaps, size_t *count);
sw_result sw_source_missing(struct sw_arena *arena, const struct sw_source_record *record,
    struct sw_str **missing, size_t *count);

/* Records it. SW_E_USAGE for a bad name, SW_E_FORMAT for a bad record. */
sw_result sw_source_record(const struct sw_data *data, const struct sw_source_record *record,
    struct sw_receipt *receipt, struct sw_error *err);

/* One source at one time. */
struct sw_source_state {
    struct sw_source_record record;
    struct sw_data_claim claim;
};
/* Every state of one source, oldest first. *ignored (may be NULL) counts what nobody trusted says.
 * SW_E_NOENT when there is none. */
sw_result sw_source_history(const struct sw_data *data, struct sw_str name,
    struct sw_source_state **states, size_t *count, size_t *ignored, struct sw_error *err);
/* The newest state of every source, by name. */
sw_result sw_source_all(const struct sw_data *data, struct sw_source_state **states, size_t *count,
    size_t *ignored, struct sw_error *err);

#endif
