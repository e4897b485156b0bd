/* Who is trusted, and for what: trust.yaml (doc/format/trust.md).
 *
 *   version: 1
 *   signers:
 *     - name: release
 *       key: keys/release.pub            # relative to trust.yaml, or `public-key: |` and PEM text
 *       may-sign: ["https://model_signing/signature/v1.0", "urn:sealwright:claim:*"]
 *     - name: ci
 *       roots: [ca.pem]                  # certificate method
 *       identity: "email:ci@example.com"
 *       may-sign: ["*"]
 *       from: 2026-01-01                 # optional validity of this trust
 *       until: 2027-01-01
 *     - name: release-workflow
 *       trusted-root: trusted_root.json  # keyless (Sigstore)
 *       identity: "uri:https://github.com/o/r/.github/workflows/release.yml@refs/heads/main"
 *       issuer: https://token.actions.githubusercontent.com
 *       may-sign: ["*"]
 */
#ifndef SW_CLAIM_TRUST_H
#define SW_CLAIM_TRUST_H

#include "claim/bundle.h"
#include "claim/certificate.h"
#include "claim/keyless.h"
#include "claim/statement.h"

struct sw_trust; /* a set of signers */

sw_result sw_trust_new(struct sw_trust **out);
void sw_trust_free(struct sw_trust *trust);
SW_DEFINE_CLEANUP_PTR(trust, struct sw_trust, sw_trust_free)

/* Adds the signers of a trust.yaml text; files that it names are looked up below `dir`. */
sw_result sw_trust_read(
    struct sw_trust *trust, struct sw_bytes yaml, const char *dir, struct sw_error *err);
/* Reads a trust.yaml file. */
sw_result sw_trust_load(struct sw_trust *trust, const char *path, struct sw_error *err);
/* Adds one signer by hand, for --public-key and --certificate-chain: may sign anything. The key is
 * copied; the roots are taken over, also on failure. SW_E_USAGE: `identity` (NULL: any) is not of
 * the form of struct sw_chain_rules. */
sw_result sw_trust_add_key(struct sw_trust *trust, const char *name, const struct sw_key *key);
sw_result sw_trust_add_roots(
    struct sw_trust *trust, const char *name, struct sw_roots *roots, const char *identity);
/* A keyless signer, for --trusted-root; `root` is taken over, also on failure. SW_E_USAGE: the
 * identity is none of "email:…", "uri:…" and "dns:…", or a '*' in it could stand for a host or for
 * the rest of a name. */
sw_result sw_trust_add_keyless(struct sw_trust *trust, const char *name,
    struct sw_trusted_root *root, const char *identity, const char *issuer);
size_t sw_trust_count(const struct sw_trust *trust);
/* Over all that decides what is believed: the same signers, in the same order, for the same types
 * and times. For caches of what was verified. */
sw_result sw_trust_digest(const struct sw_trust *trust, struct sw_digest *out);
/* The first signer with this key who may sign the type, by any time; NULL when there is none. */
const char *sw_trust_name_of(
    const struct sw_trust *trust, const struct sw_key *key, struct sw_str predicate_type);
/* Is there a signer of this name? (A policy may name one that does not exist.) */
bool sw_trust_has(const struct sw_trust *trust, struct sw_str name);

struct sw_verify_options {
    int64_t now;             /* seconds; the time of the check */
    int64_t signing_time;    /* when the store's log recorded it; 0 when unknown. What the bundle's
                                own logs and time stamps attest, by a trusted root, comes before */
    bool allow_missing_hint; /* take a key bundle without hint (the reference only warns) */
    bool legacy;             /* also try the signature encoding of model-signing 0.2 */
};

/* A claim whose signature was checked. */
struct sw_claim {
    struct sw_bundle bundle;
    struct sw_statement statement;
    const char *signer;   /* name from trust.yaml */
    const char *identity; /* "key:<hint>" or the certificate's identity */
    struct sw_attested attested;
};

/* Parses a bundle, finds a trusted signer whose key or chain fits, checks the signature over
 * exactly the payload bytes, parses the statement, and checks that the signer may sign its
 * predicate type. SW_E_REFUSED: not signed by anybody trusted for it (the text says which of
 * these); SW_E_NOEVIDENCE: a log entry or time stamp that the signer must have is not there;
 * SW_E_FORMAT; SW_E_UNSUPPORTED. Everything is in `arena`. */
sw_result sw_claim_verify(struct sw_arena *arena, const struct sw_trust *trust,
    struct sw_bytes bundle, const struct sw_verify_options *options, struct sw_claim *out,
    struct sw_error *err);

#endif
