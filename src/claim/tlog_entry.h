/* One entry of a transparency log inside a bundle (protobuf-specs sigstore_rekor.proto,
 * TransparencyLogEntry): read here, checked by tlog_check.c. */
#ifndef SW_CLAIM_TLOG_ENTRY_H
#define SW_CLAIM_TLOG_ENTRY_H

#include "claim/merkle.h"

struct sw_tlog_entry {
    uint64_t log_index;      /* in the whole log */
    struct sw_bytes log_id;  /* what trusted_root.json knows the log by */
    struct sw_str kind;      /* "dsse", "intoto", "hashedrekord" */
    struct sw_str version;   /* "0.0.1" */
    uint64_t time;           /* seconds; 0: none. Attested only with `promise` (Rekor v1) */
    struct sw_bytes promise; /* the signed entry timestamp; empty when absent */
    bool has_proof;          /* then the following are set */
    uint64_t proof_index;    /* in the tree of the checkpoint: a part of the log, for Rekor v1 */
    uint64_t tree_size;
    struct sw_bytes root;
    const struct sw_hash256 *hashes;
    size_t hash_count;
    struct sw_bytes checkpoint; /* a signed note; empty when absent */
    struct sw_bytes body;       /* canonicalizedBody: what the leaf is the hash of */
};

/* "bundle: byte N: …" is what a failure says. Everything is in `arena`. */
sw_result sw_tlog_entry_read(struct sw_arena *arena, const struct sw_json *value,
    struct sw_tlog_entry *out, struct sw_error *err);

#endif
