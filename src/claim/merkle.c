#include "claim/merkle.h"
#include "claim/sha256_pair.h"

#include <openssl/sha.h>
#include <string.h>

/* The calls below are OpenSSL's low-level ones: on input of this size they cost a fifth of the
 * convenience calls. They cannot fail with a context of their own. */

void sw_merkle_leaf(struct sw_bytes entry, struct sw_hash256 *out)
{
    static const uint8_t prefix = 0x00;
    SHA256_CTX ctx;
    (void)SHA256_Init(&ctx);
    (void)SHA256_Update(&ctx, &prefix, 1);
    (void)SHA256_Update(&ctx, entry.ptr, entry.len);
    (void)SHA256_Final(out->bytes, &ctx);
}

#define NODE_SIZE (1u + 2 * sizeof(struct sw_hash256))

static struct sw_bytes node_input(
    const struct sw_hash256 *left, const struct sw_hash256 *right, uint8_t out[NODE_SIZE])
{
    out[0] = 0x01;
    memcpy(out + 1, left->bytes, sizeof(left->bytes));
    memcpy(out + 1 + sizeof(left->bytes), right->bytes, sizeof(right->bytes));
    return sw_bytes(out, NODE_SIZE);
}

void sw_merkle_node(
    const struct sw_hash256 *left, const struct sw_hash256 *right, struct sw_hash256 *out)
{
    uint8_t input[NODE_SIZE];
    SHA256_CTX ctx;
    (void)node_input(left, right, input);
    (void)SHA256_Init(&ctx);
    (void)SHA256_Update(&ctx, input, sizeof(input));
    (void)SHA256_Final(out->bytes, &ctx);
}

void sw_merkle_nodes(const struct sw_hash256 *below, size_t count, struct sw_hash256 *out)
{
    for (; count > 1; count -= 2, below += 4, out += 2) {
        uint8_t first[NODE_SIZE];
        uint8_t second[NODE_SIZE];
        sw_sha256_pair(node_input(&below[0], &below[1], first),
            node_input(&below[2], &below[3], second), out[0].bytes, out[1].bytes);
    }
    if (count == 1) {
        sw_merkle_node(&below[0], &below[1], out);
    }
}

void sw_merkle_empty(struct sw_hash256 *out)
{
    SHA256_CTX ctx;
    (void)SHA256_Init(&ctx);
    (void)SHA256_Final(out->bytes, &ctx);
}

static bool hash_equal(const struct sw_hash256 *a, const struct sw_hash256 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* --- subtrees -------------------------------------------------------------------------------- */

/* The smallest power of two that is not below `n`, less one; 0 for 0. All bits set past 2^63. */
static uint64_t mask_over(uint64_t n)
{
    return n <= 1 ? 0 : UINT64_MAX >> __builtin_clzll(n - 1);
}

/* A subtree begins at a multiple of its size rounded up to a power of two (merkle-tree-certs
 * section 4.1), so it is one also in every larger tree. */
static bool is_subtree(uint64_t start, uint64_t end, uint64_t size)
{
    return start <= end && end <= size && (start & mask_over(end - start)) == 0;
}

/* --- checking -------------------------------------------------------------------------------- */

/* The way from a subtree's right edge up to the root, as numbers of nodes at the level reached. */
struct climb {
    uint64_t first; /* the node that holds the subtree's first leaf */
    uint64_t last;  /* the node that holds its last leaf */
    uint64_t edge;  /* the rightmost node of the tree */
};

static void climb_up(struct climb *at)
{
    at->first >>= 1;
    at->last >>= 1;
    at->edge >>= 1;
}

/* Goes to the level of the largest complete subtree at the right end of the subtree: the proof
 * begins there, since all below is known from it (merkle-tree-certs section 4.4.3, steps 2 to 4).
 */
static struct climb climb_begin(uint64_t start, uint64_t end, uint64_t size)
{
    struct climb at = {start, end - 1, size - 1};
    bool at_edge = at.last == at.edge;
    while (at.first != at.last && (at_edge || (at.last & 1) != 0)) {
        climb_up(&at);
    }
    return at;
}

/* One proof hash. Both hashes start as the same node; `subtree` grows only by what lies left of it
 * inside the subtree, `tree` by everything. */
static void climb_step(struct climb *at, const struct sw_hash256 *hash, struct sw_hash256 *subtree,
    struct sw_hash256 *tree)
{
    if ((at->last & 1) != 0 || at->last == at->edge) {
        if (at->first < at->last) {
            sw_merkle_node(hash, subtree, subtree);
        }
        sw_merkle_node(hash, tree, tree);
        /* On the right edge a level without a left neighbour adds no node. `last` is not 0 here:
         * it is odd, or equal to `edge`, which is not 0. */
        while ((at->last & 1) == 0) {
            climb_up(at);
        }
    } else {
        sw_merkle_node(tree, hash, tree);
    }
    climb_up(at);
}

/* Subtree consistency (merkle-tree-certs section 4.4.3) holds the other two: a leaf is a subtree of
 * one, and an earlier tree is a subtree that starts at 0. */
static sw_result check_nonempty(uint64_t start, uint64_t end, uint64_t size,
    const struct sw_hash256 *proof, size_t count, const struct sw_hash256 *subtree_root,
    const struct sw_hash256 *root)
{
    struct climb at = climb_begin(start, end, size);
    struct sw_hash256 subtree = *subtree_root;
    size_t used = 0;
    if (at.first != at.last) {
        if (count == 0) {
            return SW_E_REFUSED;
        }
        subtree = proof[used++];
    }
    struct sw_hash256 tree = subtree;
    for (; used < count; used++) {
        if (at.edge == 0) {
            return SW_E_REFUSED;
        }
        climb_step(&at, &proof[used], &subtree, &tree);
    }
    bool holds = at.edge == 0 && hash_equal(&subtree, subtree_root) && hash_equal(&tree, root);
    return holds ? SW_OK : SW_E_REFUSED;
}

sw_result sw_merkle_check_inclusion(uint64_t index, uint64_t size, const struct sw_hash256 *leaf,
    const struct sw_hash256 *proof, size_t count, const struct sw_hash256 *root)
{
    if (index >= size) {
        return SW_E_REFUSED;
    }
    return check_nonempty(index, index + 1, size, proof, count, leaf, root);
}

sw_result sw_merkle_check_consistency(uint64_t size1, uint64_t size2,
    const struct sw_hash256 *proof, size_t count, const struct sw_hash256 *root1,
    const struct sw_hash256 *root2)
{
    if (size1 == 0 || size1 > size2) {
        return SW_E_REFUSED;
    }
    return check_nonempty(0, size1, size2, proof, count, root1, root2);
}

sw_result sw_merkle_check_subtree_inclusion(uint64_t index, uint64_t start, uint64_t end,
    const struct sw_hash256 *leaf, const struct sw_hash256 *proof, size_t count,
    const struct sw_hash256 *root)
{
    if (index < start || !is_subtree(start, end, UINT64_MAX)) {
        return SW_E_REFUSED;
    }
    return sw_merkle_check_inclusion(index - start, end - start, leaf, proof, count, root);
}

sw_result sw_merkle_check_subtree_consistency(uint64_t start, uint64_t end, uint64_t size,
    const struct sw_hash256 *proof, size_t count, const struct sw_hash256 *subtree_root,
    const struct sw_hash256 *root)
{
    if (!is_subtree(start, end, size)) {
        return SW_E_REFUSED;
    }
    if (start != end) {
        return check_nonempty(start, end, size, proof, count, subtree_root, root);
    }
    /* Nothing is part of every tree, so the root plays no role. */
    struct sw_hash256 empty;
    sw_merkle_empty(&empty);
    return count == 0 && hash_equal(subtree_root, &empty) ? SW_OK : SW_E_REFUSED;
}

/* --- proving --------------------------------------------------------------------------------- */

/* The hash of leaves lo to lo + size - 1: its complete subtrees joined from the right. */
static sw_result range_root(const struct sw_merkle_source *source, uint64_t lo, uint64_t size,
    struct sw_hash256 *out, struct sw_error *err)
{
    struct sw_hash256 joined;
    bool any = false;
    for (unsigned level = 0; level < 64; level++) {
        uint64_t bit = (uint64_t)1 << level;
        if ((size & bit) == 0) {
            continue;
        }
        uint64_t before = size & ~(bit | (bit - 1));
        struct sw_hash256 node;
        SW_TRY(source->node(source->ctx, level, (lo + before) >> level, &node, err));
        if (any) {
            sw_merkle_node(&node, &joined, &joined);
            continue;
        }
        joined = node;
        any = true;
    }
    if (!any) {
        sw_merkle_empty(&joined);
    }
    *out = joined;
    return SW_OK;
}

sw_result sw_merkle_root(const struct sw_merkle_source *source, uint64_t size,
    struct sw_hash256 *out, struct sw_error *err)
{
    return range_root(source, 0, size, out, err);
}

/* One node on the way down from the root, which holds leaves lo to hi - 1, and what is looked for
 * in it. */
struct descent {
    uint64_t lo, hi;
    uint64_t start, end;
    bool known; /* the checker has the hash of start..end, since it is the subtree itself */
};

/* Goes to the child that holds the end of the subtree, and gives the hash of the other one
 * (merkle-tree-certs section 4.4.1). */
static sw_result descend(struct descent *at, const struct sw_merkle_source *source,
    struct sw_hash256 *other, struct sw_error *err)
{
    uint64_t half = (mask_over(at->hi - at->lo) >> 1) + 1;
    uint64_t middle = at->lo + half;
    if (at->end <= middle) {
        SW_TRY(range_root(source, middle, at->hi - middle, other, err));
        at->hi = middle;
        return SW_OK;
    }
    SW_TRY(range_root(source, at->lo, half, other, err));
    if (at->start < middle) {
        at->start = middle;
        at->known = false;
    }
    at->lo = middle;
    return SW_OK;
}

static void reverse(struct sw_hash256 *hashes, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct sw_hash256 swap = hashes[i];
        hashes[i] = hashes[count - 1 - i];
        hashes[count - 1 - i] = swap;
    }
}

sw_result sw_merkle_prove_subtree(const struct sw_merkle_source *source, uint64_t start,
    uint64_t end, uint64_t size, struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count,
    struct sw_error *err)
{
    if (start == end || !is_subtree(start, end, size)) {
        return sw_fail(err, SW_E_USAGE,
            "leaves %llu to %llu are no subtree of a tree of %llu leaves",
            (unsigned long long)start, (unsigned long long)end, (unsigned long long)size);
    }
    struct descent at = {0, size, start, end, true};
    size_t used = 0;
    while (at.lo != at.start || at.hi != at.end) {
        SW_TRY(descend(&at, source, &proof[used], err));
        used++;
    }
    if (!at.known) {
        SW_TRY(range_root(source, at.lo, at.hi - at.lo, &proof[used], err));
        used++;
    }
    reverse(proof, used);
    *count = used;
    return SW_OK;
}

sw_result sw_merkle_prove_inclusion(const struct sw_merkle_source *source, uint64_t index,
    uint64_t size, struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count,
    struct sw_error *err)
{
    if (index >= size) {
        return sw_fail(err, SW_E_USAGE, "leaf %llu is not in a tree of %llu leaves",
            (unsigned long long)index, (unsigned long long)size);
    }
    return sw_merkle_prove_subtree(source, index, index + 1, size, proof, count, err);
}

sw_result sw_merkle_prove_consistency(const struct sw_merkle_source *source, uint64_t size1,
    uint64_t size2, struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count,
    struct sw_error *err)
{
    if (size1 == 0 || size1 > size2) {
        return sw_fail(err, SW_E_USAGE,
            "no consistency proof leads from %llu to %llu leaves: it must be 0 < old <= new",
            (unsigned long long)size1, (unsigned long long)size2);
    }
    return sw_merkle_prove_subtree(source, 0, size1, size2, proof, count, err);
}

/* --- growing --------------------------------------------------------------------------------- */

void sw_frontier_add(struct sw_frontier *frontier, const struct sw_hash256 *leaf)
{
    if (frontier->size == UINT64_MAX) {
        return;
    }
    struct sw_hash256 node = *leaf;
    unsigned level = 0;
    for (uint64_t left = frontier->size; (left & 1) != 0; left >>= 1) {
        sw_merkle_node(&frontier->node[level], &node, &node);
        level++;
    }
    frontier->node[level] = node;
    frontier->size++;
}

void sw_frontier_root(const struct sw_frontier *frontier, struct sw_hash256 *out)
{
    if (frontier->size == 0) {
        sw_merkle_empty(out);
        return;
    }
    unsigned level = (unsigned)__builtin_ctzll(frontier->size);
    struct sw_hash256 joined = frontier->node[level];
    for (level++; level < 64; level++) {
        if ((frontier->size >> level & 1) != 0) {
            sw_merkle_node(&frontier->node[level], &joined, &joined);
        }
    }
    *out = joined;
}
