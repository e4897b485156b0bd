#include "claim/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LEAVES 70

static struct sw_hash256 leaves[LEAVES];

/* The definition of RFC 6962 section 2.1, word for word. */
static struct sw_hash256 tree_hash(uint64_t lo, uint64_t hi)
{
    struct sw_hash256 out;
    if (lo == hi) {
        sw_merkle_empty(&out);
        return out;
    }
    if (hi - lo == 1) {
        return leaves[lo];
    }
    uint64_t half = 1;
    while (half * 2 < hi - lo) {
        half *= 2;
    }
    struct sw_hash256 left = tree_hash(lo, lo + half);
    struct sw_hash256 right = tree_hash(lo + half, hi);
    sw_merkle_node(&left, &right, &out);
    return out;
}

static enum sw_code node_of_leaves(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    assert_true(level < 8);
    uint64_t width = (uint64_t)1 << level;
    assert_true((index + 1) * width <= LEAVES);
    *out = tree_hash(index * width, (index + 1) * width);
    return SW_OK;
}

static const struct sw_merkle_source source = {node_of_leaves, NULL};

static int make_leaves(void **state)
{
    for (size_t i = 0; i < LEAVES; i++) {
        uint8_t entry = (uint8_t)i;
        sw_merkle_leaf(sw_bytes(&entry, 1), &leaves[i]);
    }
    return 0;
}

static bool same(const struct sw_hash256 *a, const struct sw_hash256 *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static struct sw_hash256 hash_of_hex(const char *hex)
{
    struct sw_hash256 out;
    for (size_t i = 0; i < sizeof(out.bytes); i++) {
        const char *digits = "0123456789abcdef";
        out.bytes[i] = (uint8_t)((strchr(digits, hex[2 * i]) - digits) << 4 |
                                 (strchr(digits, hex[2 * i + 1]) - digits));
    }
    return out;
}

/* Roots of the trees of the first 1 to 8 of the entries "", 00, 10, 2021, 3031, 40414243,
 * 5051525354555657, 606162636465666768696a6b6c6d6e6f: the known answers of the first Certificate
 * Transparency implementation. */
static const char *const known_roots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static const struct {
    const char *bytes;
    size_t len;
} known_entries[] = {
    {"", 0},
    {"\x00", 1},
    {"\x10", 1},
    {"\x20\x21", 2},
    {"\x30\x31", 2},
    {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

static void roots_of_known_entries_are_the_known_ones(void **state)
{
    struct sw_frontier frontier = {0};
    struct sw_hash256 root;
    sw_frontier_root(&frontier, &root);
    struct sw_hash256 empty =
        hash_of_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(same(&root, &empty));
    for (size_t i = 0; i < SW_COUNT(known_entries); i++) {
        struct sw_hash256 leaf;
        sw_merkle_leaf(sw_bytes(known_entries[i].bytes, known_entries[i].len), &leaf);
        sw_frontier_add(&frontier, &leaf);
        sw_frontier_root(&frontier, &root);
        struct sw_hash256 want = hash_of_hex(known_roots[i]);
        assert_true(same(&root, &want));
    }
}

static void frontier_and_source_agree_with_the_definition_at_every_size(void **state)
{
    struct sw_frontier frontier = {0};
    for (uint64_t size = 0; size <= LEAVES; size++) {
        struct sw_hash256 want = tree_hash(0, size);
        struct sw_hash256 got;
        sw_frontier_root(&frontier, &got);
        assert_true(same(&got, &want));
        assert_int_equal(sw_merkle_root(&source, size, &got, NULL), SW_OK);
        assert_true(same(&got, &want));
        assert_int_equal(frontier.size, size);
        if (size < LEAVES) {
            sw_frontier_add(&frontier, &leaves[size]);
        }
    }
}

/* --- proofs ---------------------------------------------------------------------------------- */

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

/* Nothing of a good proof may be changed. */
static void refuses_every_change(const struct sample *good)
{
    struct sample s = *good;
    s.subtree.bytes[31] ^= 1;
    assert_int_equal(check(&s), SW_E_REFUSED);
    s = *good;
    s.root.bytes[0] ^= 0x80;
    assert_int_equal(check(&s), SW_E_REFUSED);
    for (size_t i = 0; i < good->count; i++) {
        s = *good;
        s.proof[i].bytes[i % 32] ^= 4;
        assert_int_equal(check(&s), SW_E_REFUSED);
    }
    s = *good;
    s.proof[s.count++] = good->root;
    assert_int_equal(check(&s), SW_E_REFUSED);
    s = *good;
    memmove(s.proof + 1, s.proof, s.count * sizeof(s.proof[0]));
    s.count++;
    assert_int_equal(check(&s), SW_E_REFUSED);
    if (good->count > 0) {
        s = *good;
        s.count--;
        assert_int_equal(check(&s), SW_E_REFUSED);
    }
}

static void every_subtree_of_every_tree_proves_and_every_change_is_refused(void **state)
{
    size_t proved = 0;
    for (uint64_t size = 1; size <= LEAVES; size += size < 18 ? 1 : 13) {
        struct sample s = {.size = size, .root = tree_hash(0, size)};
        for (s.start = 0; s.start < size; s.start++) {
            for (s.end = s.start + 1; s.end <= size; s.end++) {
                if (sw_merkle_prove_subtree(
                        &source, s.start, s.end, size, s.proof, &s.count, NULL) != SW_OK) {
                    continue; /* no subtree */
                }
                s.subtree = tree_hash(s.start, s.end);
                assert_int_equal(check(&s), SW_OK);
                refuses_every_change(&s);
                proved++;
            }
        }
    }
    assert_true(proved > 1000);
}

static void every_leaf_of_every_tree_proves(void **state)
{
    for (uint64_t size = 1; size <= LEAVES; size++) {
        struct sw_hash256 root = tree_hash(0, size);
        for (uint64_t index = 0; index < size; index++) {
            struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
            size_t count;
            assert_int_equal(
                sw_merkle_prove_inclusion(&source, index, size, proof, &count, NULL), SW_OK);
            assert_int_equal(
                sw_merkle_check_inclusion(index, size, &leaves[index], proof, count, &root), SW_OK);
            assert_int_equal(
                sw_merkle_check_inclusion(index ^ 1, size, &leaves[index], proof, count, &root),
                SW_E_REFUSED);
        }
    }
}

static void every_earlier_tree_is_consistent(void **state)
{
    for (uint64_t size2 = 1; size2 <= LEAVES; size2++) {
        struct sw_hash256 root2 = tree_hash(0, size2);
        for (uint64_t size1 = 1; size1 <= size2; size1++) {
            struct sw_hash256 root1 = tree_hash(0, size1);
            struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
            size_t count;
            assert_int_equal(
                sw_merkle_prove_consistency(&source, size1, size2, proof, &count, NULL), SW_OK);
            assert_int_equal(
                sw_merkle_check_consistency(size1, size2, proof, count, &root1, &root2), SW_OK);
            if (size1 != size2) {
                assert_int_equal(
                    sw_merkle_check_consistency(size1, size2, proof, count, &root2, &root1),
                    SW_E_REFUSED);
            }
        }
    }
}

static void leaf_of_a_subtree_proves_against_the_subtree(void **state)
{
    /* Leaves 64 to 68 of the tree are a subtree of five; leaf 68 is its index 4. */
    struct sw_hash256 root = tree_hash(64, 69);
    struct sw_hash256 proof = tree_hash(64, 68);
    assert_int_equal(
        sw_merkle_check_subtree_inclusion(68, 64, 69, &leaves[68], &proof, 1, &root), SW_OK);
    assert_int_equal(
        sw_merkle_check_subtree_inclusion(67, 64, 69, &leaves[68], &proof, 1, &root), SW_E_REFUSED);
    assert_int_equal(
        sw_merkle_check_subtree_inclusion(63, 64, 69, &leaves[68], &proof, 1, &root), SW_E_REFUSED);
    assert_int_equal(
        sw_merkle_check_subtree_inclusion(68, 60, 69, &leaves[68], &proof, 1, &root), SW_E_REFUSED);
}

/* --- the edges ------------------------------------------------------------------------------- */

static void equal_trees_need_no_proof_and_an_empty_one_proves_nothing(void **state)
{
    struct sw_hash256 any = {{1, 2, 3}};
    struct sw_hash256 other = {{1, 2, 4}};
    assert_int_equal(sw_merkle_check_consistency(1, 1, NULL, 0, &any, &any), SW_OK);
    assert_int_equal(sw_merkle_check_consistency(1, 1, NULL, 0, &any, &other), SW_E_REFUSED);
    assert_int_equal(sw_merkle_check_consistency(1, 1, &any, 1, &any, &any), SW_E_REFUSED);
    struct sw_hash256 empty;
    sw_merkle_empty(&empty);
    assert_int_equal(sw_merkle_check_consistency(0, 0, NULL, 0, &empty, &empty), SW_E_REFUSED);
    assert_int_equal(sw_merkle_check_consistency(0, 1, NULL, 0, &empty, &any), SW_E_REFUSED);
    assert_int_equal(sw_merkle_check_subtree_consistency(5, 5, 9, NULL, 0, &empty, &any), SW_OK);
    assert_int_equal(
        sw_merkle_check_subtree_consistency(5, 5, 4, NULL, 0, &empty, &any), SW_E_REFUSED);
}

/* A tree in which every leaf is the same has one node a level, so that a tree of any size is at
 * hand. */
static enum sw_code node_of_equal_leaves(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    assert_true(level < 64);
    assert_true(index <= UINT64_MAX >> level);
    struct sw_hash256 node = leaves[0];
    for (unsigned i = 0; i < level; i++) {
        sw_merkle_node(&node, &node, &node);
    }
    *out = node;
    return SW_OK;
}

static const struct sw_merkle_source huge = {node_of_equal_leaves, NULL};

static void prove_huge(uint64_t index, uint64_t size)
{
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX + 1] = {0};
    struct sw_hash256 old_root;
    struct sw_hash256 root;
    size_t count = 0;
    assert_int_equal(sw_merkle_root(&huge, index + 1, &old_root, NULL), SW_OK);
    assert_int_equal(sw_merkle_root(&huge, size, &root, NULL), SW_OK);
    assert_int_equal(sw_merkle_prove_inclusion(&huge, index, size, proof, &count, NULL), SW_OK);
    assert_int_equal(
        sw_merkle_check_inclusion(index, size, &leaves[0], proof, count, &root), SW_OK);
    assert_int_equal(
        sw_merkle_check_inclusion(index, size, &leaves[0], proof, count + 1, &root), SW_E_REFUSED);
    assert_int_equal(
        sw_merkle_prove_consistency(&huge, index + 1, size, proof, &count, NULL), SW_OK);
    assert_int_equal(
        sw_merkle_check_consistency(index + 1, size, proof, count, &old_root, &root), SW_OK);
    assert_int_equal(
        sw_merkle_check_consistency(index + 1, size, proof, count + 1, &old_root, &root),
        SW_E_REFUSED);
}

static void sizes_near_two_to_the_64_do_not_overflow(void **state)
{
    const uint64_t half = (uint64_t)1 << 63;
    const uint64_t sizes[] = {half - 1, half, half + 1, half + 2, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < SW_COUNT(sizes); i++) {
        uint64_t size = sizes[i];
        const uint64_t indices[] = {0, 1, size / 2 - 1, size / 2, size - 2, size - 1};
        for (size_t j = 0; j < SW_COUNT(indices); j++) {
            prove_huge(indices[j], size);
        }
        struct sw_hash256 any = {{0}};
        assert_int_equal(sw_merkle_check_inclusion(size, size, &any, NULL, 0, &any), SW_E_REFUSED);
        assert_int_equal(sw_merkle_check_consistency(size, size, NULL, 0, &any, &any), SW_OK);
        assert_int_equal(
            sw_merkle_check_subtree_consistency(1, size, size, NULL, 0, &any, &any), SW_E_REFUSED);
    }
}

/* The whole tree of 2^64 - 1 leaves cannot be built, but its last leaf's way up can be checked: 63
 * left neighbours. */
static void last_leaf_of_the_largest_tree_proves(void **state)
{
    struct sw_hash256 proof[63];
    struct sw_hash256 root = leaves[0];
    for (size_t i = 0; i < SW_COUNT(proof); i++) {
        memset(proof[i].bytes, (int)i, sizeof(proof[i].bytes));
        sw_merkle_node(&proof[i], &root, &root);
    }
    uint64_t index = UINT64_MAX - 1;
    assert_int_equal(
        sw_merkle_check_inclusion(index, UINT64_MAX, &leaves[0], proof, 63, &root), SW_OK);
    assert_int_equal(
        sw_merkle_check_inclusion(index, UINT64_MAX, &leaves[0], proof, 62, &root), SW_E_REFUSED);
    assert_int_equal(sw_merkle_check_inclusion(index - 1, UINT64_MAX, &leaves[0], proof, 63, &root),
        SW_E_REFUSED);
}

static void full_frontier_takes_no_more(void **state)
{
    struct sw_frontier frontier = {.size = UINT64_MAX - 1};
    sw_frontier_add(&frontier, &leaves[0]);
    assert_true(frontier.size == UINT64_MAX);
    assert_true(same(&frontier.node[0], &leaves[0]));
    sw_frontier_add(&frontier, &leaves[1]);
    assert_true(frontier.size == UINT64_MAX);
    assert_true(same(&frontier.node[0], &leaves[0]));
}

static void impossible_proofs_are_wrong_usage(void **state)
{
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    size_t count = 7;
    struct sw_error err = {0};
    assert_int_equal(sw_merkle_prove_inclusion(&source, 3, 3, proof, &count, &err), SW_E_USAGE);
    assert_string_equal(err.text, "leaf 3 is not in a tree of 3 leaves");
    assert_int_equal(sw_merkle_prove_consistency(&source, 0, 3, proof, &count, NULL), SW_E_USAGE);
    assert_int_equal(sw_merkle_prove_consistency(&source, 4, 3, proof, &count, NULL), SW_E_USAGE);
    assert_int_equal(sw_merkle_prove_subtree(&source, 2, 5, 8, proof, &count, NULL), SW_E_USAGE);
    assert_int_equal(sw_merkle_prove_subtree(&source, 2, 2, 8, proof, &count, NULL), SW_E_USAGE);
    assert_int_equal(count, 7);
}

static enum sw_code node_that_fails(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    return sw_fail(err, SW_E_IO, "level %u", level);
}

static void failure_of_the_source_is_passed_up(void **state)
{
    static const struct sw_merkle_source failing = {node_that_fails, NULL};
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    struct sw_hash256 root = {{9}};
    size_t count;
    struct sw_error err = {0};
    assert_int_equal(sw_merkle_root(&failing, 4, &root, &err), SW_E_IO);
    assert_string_equal(err.text, "level 2");
    assert_int_equal(root.bytes[0], 9);
    assert_int_equal(sw_merkle_prove_inclusion(&failing, 0, 2, proof, &count, NULL), SW_E_IO);
}

static void nodes_are_those_that_are_made_one_by_one(void **state)
{
    for (size_t count = 0; count <= LEAVES / 2; count++) {
        struct sw_hash256 made[LEAVES];
        struct sw_hash256 in_place[LEAVES];
        memcpy(in_place, leaves, sizeof(in_place));
        sw_merkle_nodes(leaves, count, made);
        sw_merkle_nodes(in_place, count, in_place);
        for (size_t i = 0; i < count; i++) {
            struct sw_hash256 node;
            sw_merkle_node(&leaves[2 * i], &leaves[2 * i + 1], &node);
            assert_true(same(&made[i], &node));
            assert_true(same(&in_place[i], &node));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_of_known_entries_are_the_known_ones),
        cmocka_unit_test(frontier_and_source_agree_with_the_definition_at_every_size),
        cmocka_unit_test(every_subtree_of_every_tree_proves_and_every_change_is_refused),
        cmocka_unit_test(every_leaf_of_every_tree_proves),
        cmocka_unit_test(every_earlier_tree_is_consistent),
        cmocka_unit_test(leaf_of_a_subtree_proves_against_the_subtree),
        cmocka_unit_test(equal_trees_need_no_proof_and_an_empty_one_proves_nothing),
        cmocka_unit_test(sizes_near_two_to_the_64_do_not_overflow),
        cmocka_unit_test(last_leaf_of_the_largest_tree_proves),
        cmocka_unit_test(full_frontier_takes_no_more),
        cmocka_unit_test(impossible_proofs_are_wrong_usage),
        cmocka_unit_test(failure_of_the_source_is_passed_up),
        cmocka_unit_test(nodes_are_those_that_are_made_one_by_one),
    };
    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
