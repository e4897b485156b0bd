/* Claims in: parsed, logged, kept, indexed. */
#include "evidence/index.h"
#include "evidence/leaf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PUBLIC_KEY_MAX 65536u

/* --- keys that the store knows --------------------------------------------------------------- */

struct known_key {
    char hint[SW_KEY_HINT_SIZE];
    struct sw_bytes spki;
    struct known_key *next;
};

static sw_result spki_of(struct sw_arena *arena, const struct sw_key *key, struct sw_bytes *out)
{
    SW_CLEANUP(buf) struct sw_buf der = SW_BUF_INIT;
    SW_TRY(sw_key_write_spki(key, &der, NULL));
    const uint8_t *copy = sw_arena_copy(arena, sw_buf_bytes(&der));
    SW_TRY_PTR(copy);
    *out = sw_bytes(copy, der.len);
    return SW_OK;
}

static sw_result read_key(
    const struct sw_disk *disk, struct sw_arena *arena, const char *name, struct known_key **keys)
{
    SW_CLEANUP(buf) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    const char *file = sw_path_join(arena, "keys", name);
    struct known_key *known = SW_ARENA_NEW(arena, struct known_key);
    if (file == NULL || known == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_disk_get(disk, file, PUBLIC_KEY_MAX, &pem, NULL));
    SW_TRY(sw_key_read_public(sw_buf_bytes(&pem), &key, NULL));
    SW_TRY(spki_of(arena, key, &known->spki));
    sw_key_hint(key, known->hint);
    known->next = *keys;
    *keys = known;
    return SW_OK;
}

/* keys/NAME.pub. It is only a help for readers of the log, so what cannot be read is passed over.
 */
static struct known_key *read_keys(const struct sw_disk *disk, struct sw_arena *arena)
{
    struct known_key *keys = NULL;
    int fd = openat(disk->dir, "keys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        sw_cleanup_fd(&fd);
        return NULL;
    }
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        enum sw_code rc = SW_E_NOENT;
        if (sw_str_ends(sw_str(e->d_name), ".pub")) {
            rc = read_key(disk, arena, e->d_name, &keys);
        }
        if (rc == SW_E_NOMEM) {
            break;
        }
    }
    (void)closedir(dir);
    return keys;
}

static struct sw_bytes signer_of(
    struct sw_arena *arena, const struct known_key *keys, const struct sw_bundle *bundle)
{
    SW_CLEANUP(key) struct sw_key *key = NULL;
    struct sw_bytes spki = {NULL, 0};
    if (bundle->raw_key.len > 0 && sw_key_read_public(bundle->raw_key, &key, NULL) == SW_OK &&
        spki_of(arena, key, &spki) == SW_OK) {
        return spki;
    }
    for (; keys != NULL; keys = keys->next) {
        if (sw_str_is(bundle->hint, keys->hint)) {
            return keys->spki;
        }
    }
    return (struct sw_bytes){NULL, 0};
}

/* --- one batch ------------------------------------------------------------------------------- */

struct addition {
    struct sw_leaf_claim claim;
    size_t leaf_end;   /* in `leaves` */
    size_t twin;       /* an earlier one of the same bytes; itself when there is none */
    uint64_t existing; /* its leaf when the log has it; else UINT64_MAX */
};

struct batch {
    struct sw_store *store;
    struct sw_arena arena;
    struct known_key *keys;
    int64_t time;
    const struct sw_bytes *bundles;
    size_t count;
    struct addition *additions;
    size_t *slots; /* a hash table of additions, by claim; SIZE_MAX: free */
    size_t slot_count;
    struct sw_buf leaves;
    struct sw_bytes *new_leaves;
    struct sw_bytes *new_bundles;
    size_t new_count;
};

static sw_result batch_init(
    struct batch *batch, struct sw_store *store, const struct sw_bytes *bundles, size_t count)
{
    *batch = (struct batch){.store = store, .bundles = bundles, .count = count};
    sw_arena_init(&batch->arena, 0);
    batch->time = sw_time_now();
    for (batch->slot_count = 16; batch->slot_count < 2 * count;) {
        batch->slot_count *= 2;
    }
    batch->additions = SW_ARENA_ARRAY(&batch->arena, struct addition, count);
    batch->slots = SW_ARENA_ARRAY(&batch->arena, size_t, batch->slot_count);
    batch->new_leaves = SW_ARENA_ARRAY(&batch->arena, struct sw_bytes, count);
    batch->new_bundles = SW_ARENA_ARRAY(&batch->arena, struct sw_bytes, count);
    if (batch->additions == NULL || batch->slots == NULL || batch->new_leaves == NULL ||
        batch->new_bundles == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < batch->slot_count; i++) {
        batch->slots[i] = SIZE_MAX;
    }
    batch->keys = read_keys(&store->disk, &batch->arena);
    return SW_OK;
}

static void batch_release(struct batch *batch)
{
    sw_buf_release(&batch->leaves);
    sw_arena_release(&batch->arena);
}
SW_DEFINE_CLEANUP(batch, struct batch, batch_release)

/* The first addition of the batch with this claim, which may be `at` itself. */
static size_t find_twin(struct batch *batch, size_t at)
{
    const struct sw_digest *claim = &batch->additions[at].claim.record.claim;
    size_t slot;
    memcpy(&slot, claim->bytes, sizeof(slot));
    for (;; slot++) {
        size_t *found = &batch->slots[slot & (batch->slot_count - 1)];
        if (*found == SIZE_MAX) {
            *found = at;
        }
        if (sw_digest_equal(&batch->additions[*found].claim.record.claim, claim)) {
            return *found;
        }
    }
}

/* The index only says where to look. If it were believed, whoever edits it could keep a claim out
 * of the log for ever by saying that it is there. */
static sw_result check_existing(
    struct batch *batch, const struct addition *add, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf entry = SW_BUF_INIT;
    struct sw_leaf leaf;
    enum sw_code rc = sw_log_entry(batch->store, add->existing, &entry, err);
    if (rc == SW_OK && sw_leaf_is(sw_buf_bytes(&entry)) &&
        sw_leaf_read(&batch->arena, sw_buf_bytes(&entry), &leaf, NULL) == SW_OK &&
        sw_digest_equal(&leaf.claim, &add->claim.record.claim)) {
        return SW_OK;
    }
    SW_TRY(rc == SW_E_NOENT ? SW_OK : rc);
    return sw_fail(err, SW_E_FORMAT,
        "the index says falsely that this claim is at leaf %llu; 'sealwright evidence reindex' "
        "makes "
        "it anew",
        (unsigned long long)add->existing);
}

static sw_result take_bundle(struct batch *batch, size_t at, struct sw_error *err)
{
    struct addition *add = &batch->additions[at];
    SW_TRY(sw_leaf_claim_read(&batch->arena, batch->bundles[at], &add->claim, err));
    add->twin = find_twin(batch, at);
    add->existing = UINT64_MAX;
    if (add->twin != at) {
        return SW_OK;
    }
    enum sw_code rc =
        sw_index_leaf_of(batch->store->index, &add->claim.record.claim, &add->existing, err);
    if (rc != SW_E_NOENT) {
        return rc == SW_OK ? check_existing(batch, add, err) : rc;
    }
    struct sw_bytes spki = signer_of(&batch->arena, batch->keys, &add->claim.bundle);
    SW_TRY(sw_leaf_write(&add->claim, batch->time, spki, &batch->leaves, err));
    add->leaf_end = batch->leaves.len;
    batch->new_bundles[batch->new_count++] = batch->bundles[at];
    return SW_OK;
}

static sw_result take_bundles(struct batch *batch, struct sw_error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        enum sw_code rc = take_bundle(batch, i, err);
        if (rc != SW_OK && batch->count > 1) {
            return sw_error_prefix(err, rc, "bundle %zu of %zu", i + 1, batch->count);
        }
        SW_TRY(rc);
    }
    return SW_OK;
}

static bool is_new(const struct batch *batch, size_t at)
{
    return batch->additions[at].twin == at && batch->additions[at].existing == UINT64_MAX;
}

static sw_result commit_batch(struct batch *batch, struct sw_error *err)
{
    size_t start = 0;
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (is_new(batch, i)) {
            size_t end = batch->additions[i].leaf_end;
            batch->new_leaves[n++] = sw_bytes(batch->leaves.data + start, end - start);
            start = end;
        }
    }
    struct sw_journal_batch entries = {
        .entries = batch->new_leaves, .count = n, .blobs = batch->new_bundles, .blob_count = n};
    if (n > 0) {
        SW_TRY(sw_store_commit(batch->store, &entries, err));
    }
    for (size_t i = 0; i < batch->count; i++) {
        struct addition *add = &batch->additions[i];
        add->claim.record.time = batch->time;
        add->claim.record.leaf = is_new(batch, i) ? entries.first++
                                 : add->twin == i ? add->existing
                                                  : batch->additions[add->twin].claim.record.leaf;
    }
    if (n > 0) {
        batch->store->claims_end = entries.first;
    }
    return SW_OK;
}

/* The claims are durable by now. If the index does not take them, it is forgotten: the next one to
 * need it reads them from the log. */
static void index_batch(struct batch *batch)
{
    struct sw_store *store = batch->store;
    enum sw_code rc = SW_OK;
    for (size_t i = 0; i < batch->count && rc == SW_OK; i++) {
        if (is_new(batch, i)) {
            rc = sw_index_put(store->index, &batch->additions[i].claim.record, NULL);
        }
    }
    if (rc != SW_OK) {
        sw_index_close(store->index);
        store->index = NULL;
    }
}

static sw_result add_claims(struct sw_store *store, const struct sw_bytes *bundles, size_t count,
    struct sw_receipt *receipts, struct sw_error *err)
{
    SW_CLEANUP(batch) struct batch batch = {0};
    SW_TRY(sw_index_need(store, err));
    SW_TRY(batch_init(&batch, store, bundles, count));
    SW_TRY(take_bundles(&batch, err));
    SW_TRY(commit_batch(&batch, err));
    index_batch(&batch);
    for (size_t i = 0; i < count; i++) {
        const struct sw_evidence_record *record = &batch.additions[i].claim.record;
        receipts[i] = (struct sw_receipt){record->claim, record->leaf, !is_new(&batch, i)};
    }
    return SW_OK;
}

sw_result sw_evidence_add(struct sw_store *store, const struct sw_bytes *bundles, size_t count,
    struct sw_receipt *receipts, struct sw_error *err)
{
    SW_TRY(sw_store_writable(store, err));
    if (count == 0) {
        return SW_OK;
    }
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = add_claims(store, bundles, count, receipts, err);
    (void)pthread_mutex_unlock(&store->claims);
    return rc;
}
