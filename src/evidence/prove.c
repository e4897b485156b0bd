/* What the log shows to others: its checkpoint, policy and proofs. */
#include "evidence/hashes.h"
#include "evidence/store.h"

sw_result sw_log_checkpoint(struct sw_store *store, struct sw_buf *out, struct sw_error *err)
{
    (void)pthread_mutex_lock(&store->io);
    enum sw_code rc = sw_store_head(store, err);
    if (rc == SW_OK) {
        rc = sw_buf_append(out, store->head.text.data, store->head.text.len);
    }
    (void)pthread_mutex_unlock(&store->io);
    return rc;
}

sw_result sw_log_policy(struct sw_store *store, struct sw_buf *out, struct sw_error *err)
{
    enum sw_code rc = sw_buf_append(out, store->policy.data, store->policy.len);
    return rc == SW_OK ? SW_OK : sw_fail(err, rc, "cannot give the policy: %s", sw_code_text(rc));
}

static sw_result new_hashes(
    struct sw_store *store, uint64_t size, struct sw_hashes **out, struct sw_error *err)
{
    struct sw_hashes *hashes = malloc(sizeof(*hashes));
    if (hashes == NULL) {
        return sw_fail(err, SW_E_NOMEM, "cannot make a proof: out of memory");
    }
    sw_hashes_init(hashes, &store->disk, size);
    *out = hashes;
    return SW_OK;
}

/* A proof that does not hold is not given out: then the files are damaged. */
static sw_result check_proof(enum sw_code rc, const struct sw_store *store, struct sw_error *err)
{
    return rc == SW_OK ? SW_OK
                       : sw_fail(err, SW_E_REFUSED,
                             "cannot prove it: the tiles of '%s' do not lead to the signed root "
                             "('log verify' tells which)",
                             store->path);
}

/* --- inclusion ------------------------------------------------------------------------------- */

static sw_result prove_leaf(struct sw_store *store, uint64_t leaf, struct sw_bytes entry,
    struct sw_tlog_proof *proof, struct sw_hash256 *path, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_hashes *hashes = NULL;
    const struct sw_head *head = &store->head;
    struct sw_hash256 hash;
    SW_TRY(new_hashes(store, head->size, &hashes, err));
    struct sw_merkle_source source = sw_hashes_source(hashes);
    SW_TRY(sw_merkle_prove_inclusion(&source, leaf, head->size, path, &proof->hash_count, err));
    sw_merkle_leaf(entry, &hash);
    proof->index = leaf;
    proof->hashes = path;
    proof->extra = entry;
    return check_proof(
        sw_merkle_check_inclusion(leaf, head->size, &hash, path, proof->hash_count, &head->root),
        store, err);
}

static sw_result prove(
    struct sw_store *store, uint64_t leaf, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
    struct sw_hash256 path[SW_MERKLE_PROOF_MAX];
    struct sw_tlog_proof proof = {0};
    SW_TRY(sw_store_head(store, err));
    if (leaf >= store->head.size) {
        return sw_fail(err, SW_E_NOENT, "the published log has no leaf %llu, it ends before %llu",
            (unsigned long long)leaf, (unsigned long long)store->head.size);
    }
    SW_TRY(sw_store_entry(store, leaf, &entry, err));
    SW_TRY(prove_leaf(store, leaf, sw_buf_bytes(&entry), &proof, path, err));
    return sw_tlog_proof_write(&proof, sw_buf_bytes(&store->head.text), out);
}

sw_result sw_log_prove(
    struct sw_store *store, uint64_t leaf, struct sw_buf *out, struct sw_error *err)
{
    (void)pthread_mutex_lock(&store->io);
    enum sw_code rc = prove(store, leaf, out, err);
    (void)pthread_mutex_unlock(&store->io);
    return rc;
}

/* --- consistency ----------------------------------------------------------------------------- */

static sw_result check_growth(struct sw_store *store, const struct sw_merkle_source *source,
    uint64_t old_size, uint64_t new_size, const struct sw_hash256 *path, size_t count,
    struct sw_error *err)
{
    struct sw_hash256 old_root;
    struct sw_hash256 new_root;
    SW_TRY(sw_merkle_root(source, old_size, &old_root, err));
    SW_TRY(sw_merkle_root(source, new_size, &new_root, err));
    bool is_head = new_size == store->head.size;
    return check_proof(sw_merkle_check_consistency(old_size, new_size, path, count, &old_root,
                           is_head ? &store->head.root : &new_root),
        store, err);
}

static sw_result prove_growth(struct sw_store *store, uint64_t old_size, uint64_t new_size,
    struct sw_hash256 *path, size_t *count, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_hashes *hashes = NULL;
    SW_TRY(sw_store_head(store, err));
    if (old_size > new_size || new_size > store->head.size) {
        return sw_fail(err, SW_E_USAGE,
            "cannot prove that %llu entries became %llu: the published log has %llu",
            (unsigned long long)old_size, (unsigned long long)new_size,
            (unsigned long long)store->head.size);
    }
    if (old_size == 0) { /* every log begins with the empty one */
        *count = 0;
        return SW_OK;
    }
    SW_TRY(new_hashes(store, store->head.size, &hashes, err));
    struct sw_merkle_source source = sw_hashes_source(hashes);
    SW_TRY(sw_merkle_prove_consistency(&source, old_size, new_size, path, count, err));
    return check_growth(store, &source, old_size, new_size, path, *count, err);
}

sw_result sw_log_consistency(struct sw_store *store, uint64_t old_size, uint64_t new_size,
    struct sw_arena *arena, struct sw_hash256 **hashes, size_t *count, struct sw_error *err)
{
    struct sw_hash256 path[SW_MERKLE_PROOF_MAX];
    size_t n = 0;
    (void)pthread_mutex_lock(&store->io);
    enum sw_code rc = prove_growth(store, old_size, new_size, path, &n, err);
    (void)pthread_mutex_unlock(&store->io);
    SW_TRY(rc);
    struct sw_hash256 *copy = SW_ARENA_ARRAY(arena, struct sw_hash256, n);
    SW_TRY_PTR(copy);
    if (n > 0) {
        memcpy(copy, path, n * sizeof(*copy));
    }
    *hashes = copy;
    *count = n;
    return SW_OK;
}
