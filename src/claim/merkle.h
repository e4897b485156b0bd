/* RFC 6962 Merkle trees: hashes, roots, proofs; subtree proofs as in
 * draft-ietf-plants-merkle-tree-certs. doc/format/log.md tells the one case where implementations
 * differ, and our choice. */
#ifndef SW_CLAIM_MERKLE_H
#define SW_CLAIM_MERKLE_H

#include "claim/digest.h"

struct sw_hash256 {
    uint8_t bytes[32];
};

/* SHA-256(0x00 || entry), SHA-256(0x01 || left || right), SHA-256(""). `out` may be one of the
 * inputs. */
void sw_merkle_leaf(struct sw_bytes entry, struct sw_hash256 *out);
void sw_merkle_node(
    const struct sw_hash256 *left, const struct sw_hash256 *right, struct sw_hash256 *out);
/* `count` nodes, each over two of the hashes `below`; `out` may begin where they do. */
void sw_merkle_nodes(const struct sw_hash256 *below, size_t count, struct sw_hash256 *out);
void sw_merkle_empty(struct sw_hash256 *out);

/* Each gives SW_OK or SW_E_REFUSED. */
sw_result sw_merkle_check_inclusion(uint64_t index, uint64_t size, const struct sw_hash256 *leaf,
    const struct sw_hash256 *proof, size_t count, const struct sw_hash256 *root);
sw_result sw_merkle_check_consistency(uint64_t size1, uint64_t size2,
    const struct sw_hash256 *proof, size_t count, const struct sw_hash256 *root1,
    const struct sw_hash256 *root2);
sw_result sw_merkle_check_subtree_inclusion(uint64_t index, uint64_t start, uint64_t end,
    const struct sw_hash256 *leaf, const struct sw_hash256 *proof, size_t count,
    const struct sw_hash256 *root);
sw_result sw_merkle_check_subtree_consistency(uint64_t start, uint64_t end, uint64_t size,
    const struct sw_hash256 *proof, size_t count, const struct sw_hash256 *subtree_root,
    const struct sw_hash256 *root);

/* Where proofs and roots are made from: `node` gives the hash of the complete subtree of 2^level
 * leaves that begins at leaf index × 2^level. A failure of `node` is passed up. */
struct sw_merkle_source {
    sw_result (*node)(
        void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err);
    void *ctx;
};

/* No proof is longer than this. */
#define SW_MERKLE_PROOF_MAX 65

/* The root of the first `size` leaves. */
sw_result sw_merkle_root(const struct sw_merkle_source *source, uint64_t size,
    struct sw_hash256 *out, struct sw_error *err);
/* That leaf `index` is in the tree of `size` leaves. SW_E_USAGE unless index < size. */
sw_result sw_merkle_prove_inclusion(const struct sw_merkle_source *source, uint64_t index,
    uint64_t size, struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count,
    struct sw_error *err);
/* That the tree of `size2` leaves begins with that of `size1`. SW_E_USAGE unless
 * 0 < size1 <= size2. */
sw_result sw_merkle_prove_consistency(const struct sw_merkle_source *source, uint64_t size1,
    uint64_t size2, struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count,
    struct sw_error *err);
/* That the subtree of leaves start to end - 1 is in the tree of `size` leaves. SW_E_USAGE unless it
 * is one. */
sw_result sw_merkle_prove_subtree(const struct sw_merkle_source *source, uint64_t start,
    uint64_t end, uint64_t size, struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count,
    struct sw_error *err);

/* The right edge of a growing tree: enough to add leaves and to give the root. Begins as zeroes. */
struct sw_frontier {
    uint64_t size; /* below UINT64_MAX; a full tree takes no more leaves */
    struct sw_hash256
        node[64]; /* node[i]: the complete subtree of 2^i leaves, where bit i is set */
};
void sw_frontier_add(struct sw_frontier *frontier, const struct sw_hash256 *leaf);
void sw_frontier_root(const struct sw_frontier *frontier, struct sw_hash256 *out);

#endif
