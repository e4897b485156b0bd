/* What a document says is in a product: components with their package URLs and digests. Read from
 * CycloneDX 1.4 to 1.7, SPDX 2.2, 2.3 and 3.0.1 (all JSON), what discovery found, and from a list
 * of package URLs. */
#ifndef SW_SUPPLY_COMPONENT_H
#define SW_SUPPLY_COMPONENT_H

#include "claim/claim.h"
#include "supply/purl.h"

/* Components of one document. */
#define SW_COMPONENTS_MAX 1000000

struct sw_component {
    struct sw_str ref;     /* bom-ref, SPDXID or the line */
    struct sw_str name;    /* as the document has it */
    struct sw_str version; /* the purl's, or else the document's; empty: not known */
    struct sw_str text;    /* the purl as it is written; empty without one */
    struct sw_str why;     /* why it is no purl; empty when it is one */
    struct sw_purl purl;   /* its type is empty without one */
    struct sw_str key;     /* the canonical purl without qualifiers, subpath and version */
    const struct sw_digest *digests; /* SHA-256 */
    size_t digest_count;
    bool aside; /* a file, or what the document is about: looked up, and no gap when nothing is
                   known */
};

struct sw_components {
    struct sw_component *items;
    size_t count, cap;
    struct sw_component root; /* what the document is about; all empty when it does not say. It is
                                 among the items, too, when it has a purl or a digest */
    struct sw_str format;     /* "CycloneDX 1.6", "SPDX 2.3", "purls" */
    struct sw_digest digest;  /* of the document; alg 0 without one */
};

/* Reads a document, or a list with one purl a line ('#' begins a remark). Everything is in the
 * arena, or a view of `text`, which has to live as long. SW_E_FORMAT, SW_E_LIMIT; SW_E_UNSUPPORTED
 * for JSON of another kind or version. A purl that cannot be read is a component that says so. */
sw_result sw_components_read(
    struct sw_arena *arena, struct sw_bytes text, struct sw_components *out, struct sw_error *err);

/* Adds one by hand. The texts are views. */
sw_result sw_components_add_purl(
    struct sw_arena *arena, struct sw_components *list, struct sw_str purl);
sw_result sw_components_add_digest(
    struct sw_arena *arena, struct sw_components *list, const struct sw_digest *digest);
/* Adds what `other` has and `list` does not: by its purl as it is written, or else by its digest.
 * `list` stays about what it was about. SW_E_LIMIT, SW_E_NOMEM. */
sw_result sw_components_join(
    struct sw_arena *arena, struct sw_components *list, const struct sw_components *other);

/* What is matched of a purl: its canonical form without qualifiers, subpath and version. In the
 * arena. SW_E_NOMEM. */
sw_result sw_component_key(struct sw_arena *arena, const struct sw_purl *purl, struct sw_str *out);

#endif
