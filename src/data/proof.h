/* That a sample is in a dataset version, or that a content is not, in a file that the log's policy
 * alone is enough to check. Reader and writer of doc/format/sample-proof.md. */
#ifndef SW_DATA_PROOF_H
#define SW_DATA_PROOF_H

#include "data/claims.h"

#define SW_PROOF_MAX_BYTES 262144u /* of a file; ours have at most 3 KB (doc/format says when) */
#define SW_PROOF_NAME_MAX 128u
/* Two neighbours in a tree of SW_ROWS_MAX leaves have at most this many nodes beside their ways to
 * the root. */
#define SW_PROOF_PATH_MAX 64u

enum sw_proof_kind {
    SW_PROOF_PRESENT = 1, /* the sample at `index` is this one */
    SW_PROOF_ABSENT = 2,  /* no sample has this content */
};

struct sw_sample_proof {
    enum sw_proof_kind kind;
    struct sw_str name; /* of the dataset, without its version; empty when the proof says none */
    uint64_t size;      /* samples of the set */

    /* Present: its place in the ordered tree, and what its leaf is made of. row.origin is 0. */
    uint64_t index;
    struct sw_row row;
    uint8_t origin[32];

    /* Absent: it would stand at `place` of the sorted order, behind `left` (when place > 0) and
     * before `right` (when place < size), which are neighbours. */
    uint64_t place;
    uint8_t content[32];
    uint8_t left[32];
    uint8_t right[32];

    struct sw_hash256 *path; /* in the set's tree, as sw_proof_path_root() takes it */
    size_t path_count;

    uint64_t leaf; /* of the dataset's claim in the log */
    struct sw_hash256 *log_path;
    size_t log_count;
    struct sw_bytes entry;      /* the leaf's bytes */
    struct sw_bytes checkpoint; /* signed, as text */
};

/* What a proof shows when it holds. */
struct sw_proof_statement {
    struct sw_digest head;  /* of the set's tree */
    enum sw_tree_kind tree; /* SW_TREE_ORDERED, or what the absent digest is one of */
    struct sw_digest claim; /* the dataset's; that somebody trusted signed it is not shown */
    struct sw_digest key; /* whose claim it is by the log's word: SHA-256 of the key's PEM text, as
                             key hints are; alg 0 when the log did not know */
    int64_t time;         /* when the log recorded the claim */
    struct sw_str origin; /* of the log; in the proof's memory */
    uint64_t log_size;
};

/* Writes it. SW_E_LIMIT when a part does not fit the format. */
sw_result sw_sample_proof_write(
    const struct sw_sample_proof *proof, struct sw_buf *out, struct sw_error *err);
/* Reads strictly; nothing is checked yet. In `arena`. SW_E_FORMAT, SW_E_LIMIT. */
sw_result sw_sample_proof_read(struct sw_arena *arena, struct sw_bytes file,
    struct sw_sample_proof *out, struct sw_error *err);
/* From the sample up to the checkpoint, and that by the policy. SW_E_REFUSED: it does not hold. */
sw_result sw_sample_proof_check(struct sw_arena *arena, const struct sw_sample_proof *proof,
    const struct sw_tlog_policy *policy, struct sw_proof_statement *out, struct sw_error *err);

/* Proves what stands in `rows`, the set of `claim`. The log must be published. Everything is in
 * data->arena. SW_E_USAGE behind the end; SW_E_REFUSED when the files are not what was signed. */
sw_result sw_sample_prove(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *claim, const struct sw_data_claim *record, uint64_t index,
    struct sw_sample_proof *out, struct sw_error *err);
/* SW_E_USAGE when it is there; *index is then where. */
sw_result sw_sample_prove_absent(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *claim, const struct sw_data_claim *record,
    const uint8_t content[32], struct sw_sample_proof *out, uint64_t *index, struct sw_error *err);

/* --- ways to the root (proof_path.c) --------------------------------------------------------- */

/* One leaf, or two neighbours. The hashes beside their ways to the root stand in the order in which
 * a walk from the root to the leaves, left before right, passes them: so what the two ways share is
 * there once. */
struct sw_proof_span {
    uint64_t first;
    unsigned count; /* 1 or 2 */
    uint64_t size;  /* of the tree */
};

/* Puts the inclusion proofs of the one or two leaves together. `path` holds SW_PROOF_PATH_MAX. */
sw_result sw_proof_path_make(const struct sw_proof_span *span, const struct sw_hash256 *first,
    size_t first_count, const struct sw_hash256 *second, size_t second_count,
    struct sw_hash256 *path, size_t *count);
/* The root that the leaves' hashes and the path lead to. SW_E_REFUSED when there are too many or
 * too few hashes for this place. */
sw_result sw_proof_path_root(const struct sw_proof_span *span, const struct sw_hash256 *leaves,
    const struct sw_hash256 *path, size_t count, struct sw_hash256 *root);

/* --- text in few bytes (proof_pack.c) -------------------------------------------------------- */

/* Appends `text` with its digests, base64 and usual phrases as bytes. Any bytes will do. */
sw_result sw_proof_pack(struct sw_bytes text, struct sw_buf *out);
/* Appends what was packed. SW_E_FORMAT; SW_E_LIMIT when out->max is reached. */
sw_result sw_proof_unpack(struct sw_bytes packed, struct sw_buf *out);

#endif
