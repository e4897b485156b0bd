/* What somebody says of vulnerabilities in products: OpenVEX 0.2.0, and the analysis in CycloneDX.
 */
#ifndef SW_SUPPLY_VEX_H
#define SW_SUPPLY_VEX_H

#include "supply/component.h"

#define SW_VEX_STATEMENTS_MAX 1000000

enum sw_vex_status {
    SW_VEX_UNDER_INVESTIGATION,
    SW_VEX_AFFECTED,
    SW_VEX_NOT_AFFECTED,
    SW_VEX_FIXED,
};
const char *sw_vex_status_name(enum sw_vex_status status); /* OpenVEX's: "not_affected" */

/* What is spoken of: all that is there has to hold. */
struct sw_vex_product {
    struct sw_str key;       /* as sw_component_key() makes it; empty: by digest alone */
    struct sw_str version;   /* empty: any */
    struct sw_purl purl;     /* whose qualifiers and subpath are the component's as well */
    struct sw_digest digest; /* alg 0: any */
};

struct sw_vex_statement {
    const struct sw_str *names; /* of the vulnerability, with its aliases */
    size_t name_count;
    enum sw_vex_status status;
    struct sw_str justification; /* OpenVEX's, or CycloneDX's words; may be empty */
    struct sw_str text;          /* impact, action or detail; may be empty */
    int64_t time;                /* INT64_MIN: it does not say */
    const struct sw_vex_product *products;
    size_t product_count;
    const struct sw_vex_product
        *whole; /* the products that these are inside of; NULL: they are it */
    size_t whole_count;
    const char *file;        /* as it was given */
    struct sw_digest digest; /* of that file */
};

struct sw_vex_name;

struct sw_vex {
    struct sw_arena *arena; /* what it was read into */
    struct sw_vex_statement *statements;
    size_t count, cap;
    struct sw_vex_name *index; /* by name; made when it is first asked */
    size_t index_count;
};

/* Adds the statements of a document, always into the same arena. Everything is in the arena, or a
 * view of `text`, which has to live as long, like `file`. SW_E_FORMAT, SW_E_UNSUPPORTED. A
 * statement "not_affected" without a reason is SW_E_FORMAT: OpenVEX asks for one. */
sw_result sw_vex_read(struct sw_arena *arena, struct sw_bytes text, const char *file,
    struct sw_vex *vex, struct sw_error *err);

/* Of what is said of the vulnerability in this component, the latest word; at the same time, the
 * one that was read last. *out is NULL when nothing is. SW_E_NOMEM. */
sw_result sw_vex_find(struct sw_vex *vex, const struct sw_str *names, size_t name_count,
    const struct sw_component *component, const struct sw_component *root,
    const struct sw_vex_statement **out);

#endif
