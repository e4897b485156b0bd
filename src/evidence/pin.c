/* What the user keeps of a log elsewhere, against what stands in the store. */
#include "evidence/hashes.h"
#include "evidence/store.h"

#include <stdlib.h>

/* A file of one's own that is malformed says nothing about the store. */
static enum sw_code as_usage(enum sw_code code)
{
    return code == SW_E_FORMAT || code == SW_E_LIMIT ? SW_E_USAGE : code;
}

sw_result sw_store_pin_policy(struct sw_store *store, const char *path, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_tlog_policy *policy = NULL;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_file_read(path, SW_TLOG_POLICY_MAX_BYTES, &text, err));
    enum sw_code rc = sw_tlog_policy_parse(&arena, sw_buf_bytes(&text), &policy, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, as_usage(rc), "the log policy '%s'", path);
    }
    return sw_tlog_policy_names(policy, &store->vkey)
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED,
                     "the log policy '%s' does not name the log '%s' with the key that "
                     "'%s/" SW_STORE_POLICY_FILE
                     "' has: another log was put in its place, or the policy "
                     "is of another log",
                     path, store->origin, store->path);
}

static sw_result check_kept(
    const struct sw_store *store, const struct sw_checkpoint *kept, struct sw_error *err)
{
    if (!sw_str_is(kept->origin, store->origin)) {
        return sw_fail(err, SW_E_REFUSED, "it is of another log than '%s'", store->origin);
    }
    enum sw_code rc = sw_note_check(kept, &store->vkey, NULL, err);
    if (rc == SW_E_NOEVIDENCE || rc == SW_E_REFUSED) {
        return sw_fail(err, SW_E_REFUSED,
            "it is not signed by the key of '%s': another log was put in its place", store->path);
    }
    return rc;
}

sw_result sw_store_pin_checkpoint(struct sw_store *store, const char *path, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_checkpoint kept;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_file_read(path, SW_NOTE_MAX_BYTES, &text, err));
    enum sw_code rc = as_usage(sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &kept, err));
    if (rc == SW_OK) {
        rc = check_kept(store, &kept, err);
    }
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "the kept checkpoint '%s'", path);
    }
    store->kept = (struct sw_kept){
        .path = sw_arena_strdup(&store->arena, path), .size = kept.size, .root = kept.root};
    SW_TRY_PTR(store->kept.path);
    return SW_OK;
}

enum sw_code sw_store_lost(const struct sw_store *store, uint64_t size, struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED,
        "'%s' lost entries: its log has %llu, and the kept checkpoint '%s' has %llu; an older copy "
        "was put in its place, or a power cut brought an older checkpoint back, which 'sealwright "
        "evidence reindex' mends when the journal has the rest",
        store->path, (unsigned long long)size, store->kept.path,
        (unsigned long long)store->kept.size);
}

enum sw_code sw_store_rewritten(const struct sw_store *store, struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED,
        "the log of '%s' did not grow from the kept checkpoint '%s': it was rewritten, or its "
        "tiles "
        "are damaged ('log verify' tells more)",
        store->path, store->kept.path);
}

static sw_result prove_grown(
    const struct sw_store *store, struct sw_hashes *hashes, struct sw_error *err)
{
    const struct sw_kept *kept = &store->kept;
    const struct sw_head *head = &store->head;
    struct sw_hash256 path[SW_MERKLE_PROOF_MAX];
    size_t count = 0;
    sw_hashes_init(hashes, &store->disk, head->size);
    struct sw_merkle_source source = sw_hashes_source(hashes);
    enum sw_code rc =
        sw_merkle_prove_consistency(&source, kept->size, head->size, path, &count, err);
    if (rc == SW_OK) {
        rc = sw_merkle_check_consistency(
            kept->size, head->size, path, count, &kept->root, &head->root);
    }
    return rc == SW_OK || rc == SW_E_NOMEM ? rc : sw_store_rewritten(store, err);
}

sw_result sw_store_check_grown(const struct sw_store *store, struct sw_error *err)
{
    const struct sw_kept *kept = &store->kept;
    if (kept->path == NULL || kept->size == 0) { /* every log begins with the empty one */
        return SW_OK;
    }
    if (kept->size > store->head.size) {
        return sw_store_lost(store, store->head.size, err);
    }
    SW_CLEANUP(free) struct sw_hashes *hashes = malloc(sizeof(*hashes));
    SW_TRY_PTR(hashes);
    return prove_grown(store, hashes, err);
}
