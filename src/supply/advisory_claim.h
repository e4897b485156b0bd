/* What a look-up of known vulnerabilities found, as a claim: in-toto's predicate "vulns" v0.2, with
 * a summary of our own beside it (doc/claims/vulns.md). */
#ifndef SW_SUPPLY_ADVISORY_CLAIM_H
#define SW_SUPPLY_ADVISORY_CLAIM_H

#include "supply/advisory.h"

#define SW_VULNS_PREDICATE "https://in-toto.io/attestation/vulns/v0.2"
/* Results that a claim lists: the most urgent ones. All are counted. */
#define SW_VULNS_RESULTS_MAX 10000

/* A VEX file that was taken into account. */
struct sw_vulns_vex {
    const char *file;
    struct sw_digest digest;
};

struct sw_vulns_claim {
    const struct sw_advisory_report *report;
    int64_t date; /* of the data, when none of it covers a component; INT64_MIN: not known */
    const struct sw_vulns_vex *vex;
    size_t vex_count;
    struct sw_digest bom_claim;       /* where the bill was recorded; alg 0: it was a file */
    struct sw_digest discovery_claim; /* whose components were looked up as well; alg 0: none */
    const char *version;              /* of who looked it up */
    int64_t started, finished;
};

/* Appends the predicate. `arena` is for working. */
sw_result sw_vulns_write(
    struct sw_arena *arena, const struct sw_vulns_claim *claim, struct sw_buf *out);

/* Does an earlier claim of that kind tell the finding, as open or as closed by VEX? By one of its
 * names and the component's purl, or else its digest or name. One that was closed and that VEX says
 * now is open is not told. `predicate` may be NULL. */
bool sw_vulns_tells(const struct sw_json *predicate, const struct sw_advisory_report *report,
    const struct sw_advisory_finding *finding);

/* A VEX file that an earlier claim rests on and that is not among these; alg 0 when there is none.
 * A file of the same name counts as a later state of it; each given one stands for one alone. */
struct sw_digest sw_vulns_vex_missing(
    const struct sw_json *predicate, const struct sw_vulns_vex *vex, size_t count);

#endif
