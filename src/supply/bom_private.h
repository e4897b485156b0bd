/* What the writers of bills share. Private to the room. */
#ifndef SW_SUPPLY_BOM_PRIVATE_H
#define SW_SUPPLY_BOM_PRIVATE_H

#include "supply/bom.h"

#define SW_BOM_UUID_SIZE 37

/* A UUID of version 8 (RFC 9562, 5.8) out of the digest of a document. */
void sw_bom_uuid(struct sw_bytes document, char out[SW_BOM_UUID_SIZE]);
/* Text as a reference of RFC 3986: what such a one cannot have in percent signs. NULL without
 * memory. */
const char *sw_bom_iri(struct sw_arena *arena, struct sw_str text);
/* The three texts of SW_BOM_METRIC. */
struct sw_bom_metric {
    struct sw_str type, value, slice;
};
struct sw_bom_metric sw_bom_metric_of(struct sw_str text);
/* Whether a text is one licence of the SPDX list without more. */
bool sw_bom_is_listed(struct sw_arena *arena, struct sw_str licence);
/* Whether it is an expression at all. */
bool sw_bom_is_expression(struct sw_arena *arena, struct sw_str licence);

/* A model's name on the Hub, "organisation/name", as a purl; empty for other names, unless the
 * catalogue knows them. */
sw_result sw_bom_hub_purl(struct sw_bom *bom, struct sw_str name, struct sw_str *out);
/* The field that a property of CycloneDX carries; false when it carries none. */
bool sw_bom_field_of_property(struct sw_str name, enum sw_bom_field *out);
sw_result sw_bom_read_cyclonedx(struct sw_bom *bom, const struct sw_json *document);
sw_result sw_bom_read_spdx(struct sw_bom *bom, const struct sw_json *document);

#endif
