/* C2SP offline evidence: trust policies (tlog-policy.md) and proofs (tlog-proof.md), and the paths
 * of tiles (tlog-tiles.md). None of it needs a store. */
#ifndef SW_EVIDENCE_TLOG_H
#define SW_EVIDENCE_TLOG_H

#include "claim/claim.h"

#define SW_TLOG_POLICY_MAX 64 /* logs, witnesses and groups, each */
#define SW_TLOG_POLICY_MAX_BYTES 1000000u
#define SW_TLOG_PROOF_MAX_BYTES 4000000u

struct sw_tlog_policy; /* logs, witnesses, groups, quorum */

/* Everything is in `arena`. SW_E_FORMAT with the line; SW_E_LIMIT; SW_E_UNSUPPORTED for keys of
 * types that cannot be checked. */
sw_result sw_tlog_policy_parse(struct sw_arena *arena, struct sw_bytes text,
    struct sw_tlog_policy **out, struct sw_error *err);
/* Signed by a known log whose key is named after the origin, and cosigned as the quorum says.
 * SW_E_REFUSED otherwise, and when any signature by a key of the policy is wrong. */
sw_result sw_tlog_policy_check(const struct sw_tlog_policy *policy,
    const struct sw_checkpoint *checkpoint, struct sw_error *err);

/* Does it list a log of this name and key? */
bool sw_tlog_policy_names(const struct sw_tlog_policy *policy, const struct sw_vkey *log);

struct sw_tlog_proof {
    struct sw_bytes extra; /* decoded; empty when absent; not authenticated */
    uint64_t index;
    struct sw_hash256 *hashes;
    size_t hash_count;
    struct sw_checkpoint checkpoint;
};

/* Parses only; the checkpoint refers to `text`. */
sw_result sw_tlog_proof_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_tlog_proof *out, struct sw_error *err);
sw_result sw_tlog_proof_write(
    const struct sw_tlog_proof *proof, struct sw_bytes checkpoint_text, struct sw_buf *out);
/* Checkpoint by policy, then inclusion of `entry`. */
sw_result sw_tlog_proof_check(const struct sw_tlog_proof *proof,
    const struct sw_tlog_policy *policy, struct sw_bytes entry, struct sw_error *err);

/* "tile/1/x001/234" or with width < 256 "tile/0/000.p/5"; level -1 gives "tile/entries/…". */
#define SW_TILE_PATH_SIZE 64
void sw_tile_path(int level, uint64_t index, unsigned width, char out[SW_TILE_PATH_SIZE]);

#endif
