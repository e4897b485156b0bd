/* Every vector of the corpus of inclusion, consistency and subtree proofs, good and bad. */
#include "claim/claim.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* --- one vector ------------------------------------------------------------------------------ */

static bool decode(const struct sw_json *vector, const char *name, struct sw_buf *out)
{
    struct sw_str text;
    return sw_json_str(sw_json_get(vector, name), &text) &&
           sw_base64_decode(out, text, false) == SW_OK;
}

/* A hash that goes into other hashes must have 32 bytes; our types hold no other. */
static bool read_hash(const struct sw_json *vector, const char *name, struct sw_hash256 *out)
{
    struct sw_str text;
    return sw_json_str(sw_json_get(vector, name), &text) && sw_hash256_parse(text, out);
}

/* Some vectors give a text for a root, since roots of a certain kind are only compared. Its SHA-256
 * stands for it: equal stays equal, and different different. */
static bool read_root(const struct sw_json *vector, const char *name, struct sw_hash256 *out)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    if (!decode(vector, name, &bytes)) {
        return false;
    }
    struct sw_digest digest = {.len = sizeof(out->bytes)};
    if (bytes.len == sizeof(out->bytes)) {
        memcpy(digest.bytes, bytes.data, bytes.len);
    } else {
        sw_sha256(sw_buf_bytes(&bytes), &digest);
    }
    memcpy(out->bytes, digest.bytes, sizeof(out->bytes));
    return true;
}

struct proof {
    struct sw_hash256 hashes[SW_MERKLE_PROOF_MAX];
    size_t count;
};

static bool read_proof(const struct sw_json *vector, struct proof *out)
{
    out->count = 0;
    SW_JSON_EACH (item, sw_json_get(vector, "proof")) {
        struct sw_str text;
        assert_true(out->count < SW_MERKLE_PROOF_MAX);
        if (!sw_json_str(item, &text) || !sw_hash256_parse(text, &out->hashes[out->count])) {
            return false;
        }
        out->count++;
    }
    return true;
}

static uint64_t number(const struct sw_json *vector, const char *name)
{
    uint64_t value = 0;
    assert_true(sw_json_u64(sw_json_get(vector, name), &value));
    return value;
}

static enum sw_code inclusion(const struct sw_json *vector)
{
    struct proof proof;
    struct sw_hash256 leaf;
    struct sw_hash256 root;
    if (!read_hash(vector, "leafHash", &leaf) || !read_root(vector, "root", &root) ||
        !read_proof(vector, &proof)) {
        return SW_E_FORMAT;
    }
    return sw_merkle_check_inclusion(number(vector, "leafIdx"), number(vector, "treeSize"), &leaf,
        proof.hashes, proof.count, &root);
}

static enum sw_code subtree_inclusion(const struct sw_json *vector)
{
    struct proof proof;
    struct sw_hash256 leaf;
    struct sw_hash256 root;
    if (!read_hash(vector, "leafHash", &leaf) || !read_root(vector, "root", &root) ||
        !read_proof(vector, &proof)) {
        return SW_E_FORMAT;
    }
    return sw_merkle_check_subtree_inclusion(number(vector, "leafIdx"), number(vector, "start"),
        number(vector, "end"), &leaf, proof.hashes, proof.count, &root);
}

static enum sw_code consistency(const struct sw_json *vector)
{
    struct proof proof;
    struct sw_hash256 root1;
    struct sw_hash256 root2;
    if (!read_root(vector, "root1", &root1) || !read_root(vector, "root2", &root2) ||
        !read_proof(vector, &proof)) {
        return SW_E_FORMAT;
    }
    return sw_merkle_check_consistency(number(vector, "size1"), number(vector, "size2"),
        proof.hashes, proof.count, &root1, &root2);
}

static enum sw_code subtree_consistency(const struct sw_json *vector)
{
    struct proof proof;
    struct sw_hash256 root1;
    struct sw_hash256 root2;
    if (!read_root(vector, "root1", &root1) || !read_root(vector, "root2", &root2) ||
        !read_proof(vector, &proof)) {
        return SW_E_FORMAT;
    }
    return sw_merkle_check_subtree_consistency(number(vector, "start"), number(vector, "end"),
        number(vector, "size"), proof.hashes, proof.count, &root1, &root2);
}

/* --- all of them ----------------------------------------------------------------------------- */

struct tally {
    enum sw_code (*check)(const struct sw_json *vector);
    size_t accepted, refused;
};

static void run_file(const char *path, struct tally *tally)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json vector;
    bool want_error;
    assert_int_equal(sw_file_read(path, 1 << 20, &text, NULL), SW_OK);
    assert_int_equal(sw_json_parse(&arena, sw_buf_bytes(&text), NULL, &vector, NULL), SW_OK);
    assert_true(sw_json_bool(sw_json_get(&vector, "wantErr"), &want_error));
    bool refused = tally->check(&vector) != SW_OK;
    if (refused != want_error) {
        fail_msg("%s: it must be %s", path, want_error ? "refused" : "accepted");
    }
    tally->refused += refused;
    tally->accepted += !refused;
}

static void run_directory(const char *path, struct tally *tally)
{
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        char below[4096];
        (void)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
        if (sw_str_ends(sw_str(entry->d_name), ".json")) {
            run_file(below, tally);
        } else if (entry->d_name[0] != '.' && sw_dir_exists(below)) {
            run_directory(below, tally);
        }
    }
    (void)closedir(dir);
}

static void run_kind(const char *kind, enum sw_code (*check)(const struct sw_json *vector))
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/merkle/%s", SW_CORPORA, kind);
    if (!sw_dir_exists(path)) {
        print_message("skipped: there is no %s\n", path);
        skip();
    }
    struct tally tally = {.check = check};
    run_directory(path, &tally);
    print_message("%s: %zu accepted, %zu refused\n", kind, tally.accepted, tally.refused);
    assert_true(tally.accepted > 0 && tally.refused > 0);
}

static void inclusion_vectors_agree(void **state)
{
    run_kind("inclusion", inclusion);
}

static void consistency_vectors_agree(void **state)
{
    run_kind("consistency", consistency);
}

static void subtree_inclusion_vectors_agree(void **state)
{
    run_kind("subtreeinclusion", subtree_inclusion);
}

static void subtree_consistency_vectors_agree(void **state)
{
    run_kind("subtreeconsistency", subtree_consistency);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inclusion_vectors_agree),
        cmocka_unit_test(consistency_vectors_agree),
        cmocka_unit_test(subtree_inclusion_vectors_agree),
        cmocka_unit_test(subtree_consistency_vectors_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
