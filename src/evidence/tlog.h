/* C2SP offline evidence: trust policies (tlog-policy.md) and proofs (tlog-proof.md), and the paths
 * of tiles (tlog-tiles.md). None of it needs a store. */
#ifndef SW_EVIDENCE_TLOG_H
#define SW_EVIDENCE_TLOG_H

#include "evidence/note.h"

#define SW_TLOG_POLICY_MAX 64 /* logs, witnesses and groups, each */

struct sw_tlog_policy; /* logs, witnesses, groups, quorum */

sw_result sw_tlog_policy_parse(struct sw_arena *arena, struct sw_bytes text,
    struct sw_tlog_policy **out, struct sw_error *err);
/* Signed by a known log, and cosigned as the quorum says. SW_E_REFUSED otherwise. */
sw_result sw_tlog_policy_check(const struct sw_tlog_policy *policy,
    const struct sw_checkpoint *checkpoint, struct sw_error *err);

struct sw_tlog_proof {
    struct sw_bytes extra; /* decoded; empty when absent; not authenticated */
    uint64_t index;
    struct sw_hash256 *hashes;
    size_t hash_count;
    struct sw_checkpoint checkpoint;
};

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
