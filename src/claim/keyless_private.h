/* What the files about logs and authorities share. Private to the room. */
#ifndef SW_CLAIM_KEYLESS_PRIVATE_H
#define SW_CLAIM_KEYLESS_PRIVATE_H

#include "claim/certificate_private.h"
#include "claim/keyless.h"
#include "claim/note.h"

/* Clocks differ by this much, in seconds. */
#define SW_CLOCK_SKEW 300

/* The signature that a log must have. */
struct sw_logged {
    const struct sw_bundle *bundle;
    const struct sw_key *key; /* that made it */
};

/* --- tlog_body.c ------------------------------------------------------------------------------ */

/* The kinds of entry that are known; NULL for others. */
struct sw_tlog_kind;
const struct sw_tlog_kind *sw_tlog_kind_of(const struct sw_tlog_entry *entry);
/* Rekor v2: no time of its own, and no promise. */
bool sw_tlog_kind_is_v2(const struct sw_tlog_kind *kind);
/* Is the entry about this payload, this signature and this key or certificate? SW_E_REFUSED;
 * SW_E_FORMAT. (CVE-2026-22703, CVE-2022-36056: whatever else is right, an entry about something
 * else proves nothing.) */
sw_result sw_tlog_body_check(const struct sw_tlog_kind *kind, const struct sw_tlog_entry *entry,
    const struct sw_logged *logged, struct sw_error *err);

/* --- tlog_check.c ----------------------------------------------------------------------------- */

struct sw_tlog_finding {
    const struct sw_root_log *log;
    int64_t time; /* that the log attests; 0: none */
    bool has_tree;
    struct sw_checkpoint tree;
};

/* SW_E_NOEVIDENCE: the log is not in the root, or what is needed is absent; SW_E_UNSUPPORTED: a
 * kind of entry or key that is not known; else as above. */
sw_result sw_tlog_entry_check(struct sw_arena *arena, const struct sw_trusted_root *root,
    const struct sw_tlog_entry *entry, const struct sw_logged *logged, struct sw_tlog_finding *out,
    struct sw_error *err);

/* --- timestamp.c ------------------------------------------------------------------------------ */

/* Checks an RFC 3161 response over the bytes of a signature. SW_E_NOEVIDENCE: by nobody in the
 * root; SW_E_REFUSED; SW_E_FORMAT. */
sw_result sw_timestamp_check(const struct sw_trusted_root *root, struct sw_bytes response,
    struct sw_bytes signature, const struct sw_root_authority **by, int64_t *time,
    struct sw_error *err);

/* --- sct.c ------------------------------------------------------------------------------------ */

/* Adds the certificate logs whose signed certificate timestamps (RFC 6962) in the leaf hold.
 * SW_E_NOEVIDENCE: of fewer than the rules ask for; SW_E_REFUSED: one of a known log is wrong. */
sw_result sw_sct_check(struct sw_arena *arena, const struct sw_keyless_rules *rules, X509 *leaf,
    X509 *issuer, struct sw_attested *attested, struct sw_error *err);

/* --- attest.c --------------------------------------------------------------------------------- */

/* Checks all entries and time stamps of a bundle. What is there by a known log or authority must
 * hold; SW_E_NOEVIDENCE when less is there than the limits ask for. */
sw_result sw_attest(struct sw_arena *arena, const struct sw_logged *logged,
    const struct sw_keyless_rules *rules, struct sw_attested *out, struct sw_error *err);
/* Adds a log or authority, once. */
sw_result sw_attested_add(
    struct sw_arena *arena, struct sw_attested *attested, const struct sw_attestation *one);
unsigned sw_attested_count(const struct sw_attested *attested, enum sw_attested_by by);

/* --- keyless.c -------------------------------------------------------------------------------- */

/* The certificate method with one Fulcio leaf: everything but the signature itself. */
sw_result sw_keyless_check(struct sw_arena *arena, const struct sw_bundle *bundle,
    const struct sw_keyless_rules *rules, struct sw_chain_result *out, struct sw_attested *attested,
    struct sw_error *err);

#endif
