/* Ways to the root, of one leaf and of two neighbours, and the packing of text. */
#include "data/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#define LEAVES 130u

static struct sw_hash256 leaves[LEAVES];

static int make_leaves(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LEAVES; i++) {
        sw_merkle_leaf(sw_bytes(&i, sizeof(i)), &leaves[i]);
    }
    return 0;
}

static enum sw_code node_of(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    if (level == 0) {
        *out = leaves[index];
        return SW_OK;
    }
    struct sw_hash256 left;
    struct sw_hash256 right;
    SW_TRY(node_of(ctx, level - 1, 2 * index, &left, err));
    SW_TRY(node_of(ctx, level - 1, 2 * index + 1, &right, err));
    sw_merkle_node(&left, &right, out);
    return SW_OK;
}

static const struct sw_merkle_source source = {node_of, NULL};

static size_t make_path(const struct sw_proof_span *span, struct sw_hash256 *path)
{
    struct sw_hash256 ways[2][SW_MERKLE_PROOF_MAX];
    size_t counts[2] = {0, 0};
    size_t n = 0;
    for (unsigned i = 0; i < span->count; i++) {
        assert_int_equal(sw_merkle_prove_inclusion(
                             &source, span->first + i, span->size, ways[i], &counts[i], NULL),
            SW_OK);
    }
    assert_int_equal(
        sw_proof_path_make(span, ways[0], counts[0], ways[1], counts[1], path, &n), SW_OK);
    return n;
}

/* One leaf's path has the hashes of its inclusion proof; two neighbours' has none twice. */
static void test_every_path_leads_to_the_root(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= LEAVES; size++) {
        struct sw_hash256 root;
        assert_int_equal(sw_merkle_root(&source, size, &root, NULL), SW_OK);
        for (unsigned count = 1; count <= 2; count++) {
            for (uint64_t first = 0; first + count <= size; first++) {
                struct sw_proof_span span = {first, count, size};
                struct sw_hash256 path[SW_PROOF_PATH_MAX];
                struct sw_hash256 found;
                size_t n = make_path(&span, path);
                assert_int_equal(sw_proof_path_root(&span, &leaves[first], path, n, &found), SW_OK);
                assert_memory_equal(found.bytes, root.bytes, 32);
            }
        }
    }
}

static void test_a_path_is_for_one_place_only(void **state)
{
    (void)state;
    struct sw_hash256 root;
    const uint64_t size = 77;
    assert_int_equal(sw_merkle_root(&source, size, &root, NULL), SW_OK);
    for (uint64_t first = 0; first + 2 <= size; first++) {
        struct sw_proof_span span = {first, 2, size};
        struct sw_hash256 path[SW_PROOF_PATH_MAX];
        size_t n = make_path(&span, path);
        for (uint64_t other = 0; other + 2 <= size; other++) {
            struct sw_proof_span moved = {other, 2, size};
            struct sw_hash256 found;
            enum sw_code code = sw_proof_path_root(&moved, &leaves[first], path, n, &found);
            bool same = code == SW_OK && memcmp(found.bytes, root.bytes, 32) == 0;
            assert_int_equal(same, other == first);
        }
    }
}

static void test_paths_of_the_wrong_length_are_refused(void **state)
{
    (void)state;
    struct sw_proof_span span = {30, 2, 100};
    struct sw_hash256 path[SW_PROOF_PATH_MAX + 1];
    struct sw_hash256 root;
    size_t n = make_path(&span, path);
    assert_int_equal(sw_proof_path_root(&span, &leaves[30], path, n - 1, &root), SW_E_REFUSED);
    path[n] = path[0];
    assert_int_equal(sw_proof_path_root(&span, &leaves[30], path, n + 1, &root), SW_E_REFUSED);
}

static void test_spans_that_are_none_are_refused(void **state)
{
    (void)state;
    static const struct sw_proof_span bad[] = {
        {0, 1, 0},
        {0, 0, 5},
        {5, 1, 5},
        {4, 2, 5},
        {0, 3, 5},
        {UINT64_MAX, 1, 5},
        {UINT64_MAX, 2, UINT64_MAX},
        {0, 1, UINT64_MAX},
    };
    struct sw_hash256 path[SW_PROOF_PATH_MAX] = {0};
    struct sw_hash256 root;
    size_t n;
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        for (size_t count = 0; count <= SW_PROOF_PATH_MAX; count++) {
            assert_int_equal(sw_proof_path_root(&bad[i], leaves, path, count, &root), SW_E_REFUSED);
        }
        assert_int_equal(sw_proof_path_make(&bad[i], path, 3, path, 3, path, &n), SW_E_REFUSED);
    }
}

/* The two ways part at the root, where they share least: this is the longest path there is. */
static void test_the_longest_path_fits(void **state)
{
    (void)state;
    struct sw_hash256 ways[2][SW_MERKLE_PROOF_MAX] = {0};
    struct sw_hash256 path[SW_PROOF_PATH_MAX];
    struct sw_hash256 root;
    size_t n = 0;
    struct sw_proof_span span = {(1u << 31) - 1, 2, SW_ROWS_MAX};
    assert_int_equal(sw_proof_path_make(&span, ways[0], 32, ways[1], 32, path, &n), SW_OK);
    assert_true(n <= SW_PROOF_PATH_MAX);
    assert_int_equal(n, 31 + 31);
    assert_int_equal(sw_proof_path_root(&span, leaves, path, n, &root), SW_OK);
}

/* --- packing --------------------------------------------------------------------------------- */

static void check_round_trip(const char *text, size_t len, size_t at_most)
{
    SW_CLEANUP(buf) struct sw_buf packed = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf back = SW_BUF_INIT;
    assert_int_equal(sw_proof_pack(sw_bytes(text, len), &packed), SW_OK);
    assert_int_equal(sw_proof_unpack(sw_buf_bytes(&packed), &back), SW_OK);
    assert_int_equal(back.len, len);
    assert_memory_equal(sw_buf_cstr(&back), text, len);
    assert_true(packed.len <= at_most);
}

static void test_text_comes_back_as_it_was(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at_most;
    } rows[] = {
        {"", 0},
        {"x", 2},
        {"sha256:", 8},
        {"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 33},
        {"sha256:9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 72},
        {"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0", 72},
        {"\"},\"signature\":{\"content\":\"MEUCIQDxPnq1Vt8v5Q3cZ6yqvJd0aA==\"}}}}}}", 26},
        {"MEUCIQDxPnq1Vt8v5Q3cZ6yqvJd0aB==", 33}, /* unused bits are not zero: as it is */
        {"MEUCIQDxPnq1Vt8v5Q3cZ6yqvJd0aA=", 32},
        {"====MEUCIQDxPnq1Vt8v5Q3cZ6yqvJd0", 33},
        {"log.example/1\n12\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
         "\xe2\x80\x94 log.example/1 Az3grnmrIUEDFqHzAElIQCPNoRFRAAdFo47fooyWKMHb89k11Gmh5mSk"
         "\n",
            16 + 4 + 34 + 2 + 16 + 60},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        check_round_trip(rows[i].text, strlen(rows[i].text), rows[i].at_most);
    }
}

static void test_any_bytes_come_back(void **state)
{
    (void)state;
    uint64_t random = 1;
    static const char alphabet[] = "abcdef0123456789sha256:ABC+/=\"\n,{}";
    for (unsigned round = 0; round < 2000; round++) {
        char text[600];
        size_t len = round % sizeof(text);
        for (size_t i = 0; i < len; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            text[i] = round % 2 == 0 ? (char)(random >> 56)
                                     : alphabet[(random >> 40) % (sizeof(alphabet) - 1)];
        }
        check_round_trip(text, len, len + len / 64 + 1);
    }
}

static void test_what_was_not_packed_is_refused(void **state)
{
    (void)state;
    static const struct sw_bytes bad[] = {
        {(const uint8_t *)"\x00", 1}, /* a literal byte that is not there */
        {(const uint8_t *)"\x05"
                          "abc",
            4}, /* fewer than it says */
        {(const uint8_t *)"\x80"
                          "abc",
            4},                       /* half a digest */
        {(const uint8_t *)"\x81", 1}, /* base64 without a length */
        {(const uint8_t *)"\x81\x04"
                          "ab",
            4},
        {(const uint8_t *)"\x82", 1}, /* no such operation */
        {(const uint8_t *)"\xff", 1}, /* no such phrase */
    };
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        SW_CLEANUP(buf) struct sw_buf back = SW_BUF_INIT;
        assert_int_equal(sw_proof_unpack(bad[i], &back), SW_E_FORMAT);
    }
    SW_CLEANUP(buf) struct sw_buf back = SW_BUF_INIT;
    uint8_t many[100];
    memset(many, 0x90, sizeof(many));
    sw_buf_init(&back, 1000);
    assert_int_equal(sw_proof_unpack(sw_bytes(many, sizeof(many)), &back), SW_E_LIMIT);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_path_leads_to_the_root),
        cmocka_unit_test(test_a_path_is_for_one_place_only),
        cmocka_unit_test(test_paths_of_the_wrong_length_are_refused),
        cmocka_unit_test(test_spans_that_are_none_are_refused),
        cmocka_unit_test(test_the_longest_path_fits),
        cmocka_unit_test(test_text_comes_back_as_it_was),
        cmocka_unit_test(test_any_bytes_come_back),
        cmocka_unit_test(test_what_was_not_packed_is_refused),
    };
    return cmocka_run_group_tests(tests, make_leaves, NULL);
}
