/* Advisories as GitHub's own interfaces give them: its REST interface (an advisory, or a list of
 * them) and its GraphQL interface. They are put into the form of OSV, in which the database takes
 * them. Private to the advisory files. */
#ifndef SW_SUPPLY_ADVISORY_GHSA_H
#define SW_SUPPLY_ADVISORY_GHSA_H

#include "codec/codec.h"

/* Advisories in one document, and packages in one advisory. */
#define SW_GHSA_COUNT_MAX 100000
#define SW_GHSA_PACKAGES_MAX 10000

/* Can these bytes be such a document? Cheap: for each record of a large import. */
bool sw_ghsa_may_be(struct sw_bytes text);

/* The advisories in a document: itself, the items of a list, or the nodes of a GraphQL answer. NULL
 * when it is nothing of these. *single is true for the first. */
const struct sw_json *sw_ghsa_list(const struct sw_json *document, bool *single);

/* Appends one as OSV JSON. SW_E_FORMAT with what is wrong with it, SW_E_LIMIT. */
sw_result sw_ghsa_to_osv(const struct sw_json *advisory, struct sw_buf *out, struct sw_error *err);

/* The probability of its exploitation, in 100,000ths, with its CVE; false when it does not say.
 * `arena` is for working. */
bool sw_ghsa_epss(struct sw_arena *arena, const struct sw_json *advisory, struct sw_str *cve,
    unsigned *score, unsigned *percentile);

#endif
