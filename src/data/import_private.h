/* What the readers of other tools' documents share. */
#ifndef SW_DATA_IMPORT_PRIVATE_H
#define SW_DATA_IMPORT_PRIVATE_H

#include "data/exchange.h"

/* --- filling the structure (import_read.c) --------------------------------------------------- */

/* Notes that something is wrong with what stands at `where`; the words are kept to one line. */
sw_result sw_import_problem(struct sw_exchange *exchange, const char *kind, struct sw_str where,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A new element at the end, zeroed but for its unsaid counts. SW_E_LIMIT. */
sw_result sw_import_add_set(
    struct sw_exchange *exchange, struct sw_exchange_set **out, struct sw_error *err);
sw_result sw_import_add_step(
    struct sw_exchange *exchange, struct sw_exchange_step **out, struct sw_error *err);

/* Reads a SHA-256 as documents write it: 64 hexadecimal digits of either case, with or without
 * "sha256:" before them. */
bool sw_import_digest(struct sw_str text, struct sw_digest *out);

/* What JSON holds exactly; a larger count is as good as none. */
#define SW_IMPORT_COUNT_MAX ((uint64_t)1 << 53)

/* --- the formats (import_croissant.c, import_openlineage.c) ----------------------------------- */

bool sw_croissant_looks_so(struct sw_bytes text);
sw_result sw_import_croissant(struct sw_bytes text, struct sw_exchange *out, struct sw_error *err);
bool sw_openlineage_looks_so(struct sw_bytes text);
sw_result sw_import_openlineage(
    struct sw_bytes text, struct sw_exchange *out, struct sw_error *err);

/* --- JSON-LD (import_jsonld.c) --------------------------------------------------------------- */

struct sw_ld_term;

struct sw_ld_node {
    struct sw_str id;
    const struct sw_json *json;
};

/* A JSON-LD document whose names, types and data types are written in one way, whatever its context
 * calls them: a keyword ("@id"), a known namespace and the name ("sc:name", "cr:recordSet",
 * "dct:conformsTo", "prov:used", "rai:dataBiases"), or the whole IRI. So a look-up is
 * sw_json_get(node, "sc:name"). */
struct sw_ld {
    struct sw_exchange *exchange; /* takes the problems */
    struct sw_json root;
    struct sw_str vocab;
    struct sw_ld_term *terms; /* by name */
    size_t term_count, term_cap;
    struct sw_ld_node *nodes; /* what has an id and says something, by id */
    size_t node_count, node_cap;
    bool undeclared; /* a prefix or term was taken as the specification has it */
};

/* Parses. Contexts that stand elsewhere are noted and not fetched. SW_E_FORMAT: no JSON-LD, a
 * context that is circular or stands in an inner node, a property that is said twice under two
 * names. */
sw_result sw_ld_read(
    struct sw_ld *ld, struct sw_exchange *exchange, struct sw_bytes text, struct sw_error *err);
/* The node of this id that says something; NULL when there is none. */
const struct sw_json *sw_ld_find(const struct sw_ld *ld, struct sw_str id);
/* What a reference refers to: the node itself when it says something. */
const struct sw_json *sw_ld_follow(const struct sw_ld *ld, const struct sw_json *node);
bool sw_ld_is(const struct sw_json *node, const char *type);
struct sw_str sw_ld_id(const struct sw_json *node);
/* The text of a value: a string, the text of a number, the value or id of an object; of several,
 * the first. */
bool sw_ld_text(const struct sw_json *value, struct sw_str *out);
/* As sw_ld_text; but of an object its name, label or address. */
bool sw_ld_label(const struct sw_json *value, struct sw_str *out);

/* One value or many, a list or a set: all are read alike. */
struct sw_ld_values {
    const struct sw_json *items;
    size_t count;
};
struct sw_ld_values sw_ld_values(const struct sw_json *value);
/* The member's first value; NULL when there is none. */
const struct sw_json *sw_ld_get(const struct sw_json *node, const char *name);

#endif
