/* Merkle proofs. The input says which tree, which part of it and what to change: the proof that is
 * made must hold, and the changed one must not. Then the input is a proof itself, for any sizes. */
#include "claim/claim.h"

#include <stdlib.h>

#define MAX_LEAVES 300

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* --- a tree ---------------------------------------------------------------------------------- */

static enum sw_code node_of_numbers(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    struct sw_frontier frontier = {0};
    for (uint64_t i = index << level; i < (index + 1) << level; i++) {
        struct sw_hash256 leaf;
        sw_merkle_leaf(sw_bytes(&i, sizeof(i)), &leaf);
        sw_frontier_add(&frontier, &leaf);
    }
    sw_frontier_root(&frontier, out);
    return SW_OK;
}

static const struct sw_merkle_source source = {node_of_numbers, NULL};

/* What a proof is about, as it is handed to the checker. */
struct sample {
    uint64_t start, end, size;
    struct sw_hash256 subtree, root;
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX + 1];
    size_t count;
};

static enum sw_code check(const struct sample *s)
{
    return sw_merkle_check_subtree_consistency(
        s->start, s->end, s->size, s->proof, s->count, &s->subtree, &s->root);
}

static bool make_sample(struct sw_cursor *cur, struct sample *out)
{
    struct sample s = {0};
    uint16_t size;
    uint16_t start;
    uint16_t width;
    if (sw_cur_u16be(cur, &size) != SW_OK || sw_cur_u16be(cur, &start) != SW_OK ||
        sw_cur_u16be(cur, &width) != SW_OK) {
        return false;
    }
    s.size = 1 + size % MAX_LEAVES;
    s.start = start % s.size;
    s.end = s.start + 1 + width % (s.size - s.start);
    if (sw_merkle_prove_subtree(&source, s.start, s.end, s.size, s.proof, &s.count, NULL) !=
        SW_OK) {
        /* No subtree; the tree that ends there is one. */
        s.start = 0;
        expect(
            sw_merkle_prove_consistency(&source, s.end, s.size, s.proof, &s.count, NULL) == SW_OK);
    }
    struct sw_frontier frontier = {0};
    for (uint64_t i = s.start; i < s.end; i++) {
        struct sw_hash256 leaf;
        sw_merkle_leaf(sw_bytes(&i, sizeof(i)), &leaf);
        sw_frontier_add(&frontier, &leaf);
    }
    sw_frontier_root(&frontier, &s.subtree);
    expect(sw_merkle_root(&source, s.size, &s.root, NULL) == SW_OK);
    *out = s;
    return true;
}

/* --- changes --------------------------------------------------------------------------------- */

static void flip(struct sw_hash256 *hash, uint8_t where)
{
    hash->bytes[where & 31] ^= (uint8_t)(1 << (where >> 5));
}

/* Changes one thing; false when this input changes nothing. */
static bool change(struct sample *s, uint8_t what, uint8_t where)
{
    bool had_hashes = s->count > 0;
    switch (what % 6) {
    case 0: flip(&s->subtree, where); return true;
    case 1: flip(&s->root, where); return true;
    case 2:
        if (had_hashes) {
            flip(&s->proof[what / 6 % s->count], where);
        }
        return had_hashes;
    case 3: s->proof[s->count++] = s->root; return true;
    case 4: s->count -= s->count > 0 ? 1 : 0; return had_hashes;
    default: s->size = s->end - 1; return true;
    }
}

/* --- any proof ------------------------------------------------------------------------------- */

static void check_anything(struct sw_bytes input)
{
    struct sw_cursor cur = sw_cursor(input);
    uint64_t number[3];
    for (size_t i = 0; i < SW_COUNT(number); i++) {
        if (sw_cur_u64be(&cur, &number[i]) != SW_OK) {
            return;
        }
    }
    struct sample s = {.start = number[0], .end = number[1], .size = number[2]};
    struct sw_bytes hash;
    while (s.count < SW_MERKLE_PROOF_MAX && sw_cur_bytes(&cur, 32, &hash) == SW_OK) {
        memcpy(s.proof[s.count++].bytes, hash.ptr, hash.len);
    }
    s.subtree = s.proof[0];
    /* Nobody finds hashes that lead to a root of zeroes, but for the two questions that need none:
     * an empty subtree is part of every tree, and a tree is consistent with itself. */
    bool trivial = s.start == s.end || s.count == 0;
    expect(trivial || check(&s) == SW_E_REFUSED);
    expect(trivial || sw_merkle_check_inclusion(
                          s.start, s.size, &s.subtree, s.proof, s.count, &s.root) == SW_E_REFUSED);
    expect(trivial || sw_merkle_check_consistency(
                          s.start, s.size, s.proof, s.count, &s.subtree, &s.root) == SW_E_REFUSED);
    expect(trivial || sw_merkle_check_subtree_inclusion(s.size, s.start, s.end, &s.subtree, s.proof,
                          s.count, &s.root) == SW_E_REFUSED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(data, size));
    struct sample s;
    uint8_t what;
    uint8_t where;
    check_anything(sw_bytes(data, size));
    if (!make_sample(&cur, &s)) {
        return 0;
    }
    expect(check(&s) == SW_OK);
    if (sw_cur_u8(&cur, &what) == SW_OK && sw_cur_u8(&cur, &where) == SW_OK &&
        change(&s, what, where)) {
        expect(check(&s) == SW_E_REFUSED);
    }
    return 0;
}
