/* What a stopped writer left: the journal decides, and nothing that was published may change. */
#include "evidence/hashes.h"
#include "evidence/store.h"

#include <fcntl.h>
#include <unistd.h>

struct recovery {
    struct sw_store *store;
    bool head_met; /* the tree came by the size of the published one and had its root */
};

/* The tree has just the size of the published one: it must be the same tree. */
static sw_result meet_head(struct recovery *recovery, struct sw_error *err)
{
    struct sw_store *store = recovery->store;
    struct sw_hash256 root;
    sw_tiles_root(&store->tiles, &root);
    if (memcmp(&root, &store->head.root, sizeof(root)) != 0) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s/" SW_JOURNAL_FILE "' and '%s/" SW_STORE_CHECKPOINT_FILE
            "' disagree about the first %llu entries: one of them was altered; restore it from a "
            "copy",
            store->path, store->path, (unsigned long long)store->head.size);
    }
    recovery->head_met = true;
    return sw_tiles_partials(&store->tiles, err);
}

static enum sw_code replay(void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    struct recovery *recovery = ctx;
    struct sw_store *store = recovery->store;
    if (record->type == SW_JOURNAL_BASE) {
        SW_TRY(sw_tiles_load(&store->tiles, record->edge, err));
    }
    if (!recovery->head_met && store->tiles.size <= store->head.size) {
        SW_TRY(sw_store_integrate(store, record, store->head.size, err));
        if (store->tiles.size == store->head.size) {
            SW_TRY(meet_head(recovery, err));
        }
    }
    return recovery->head_met || store->tiles.size > store->head.size
               ? sw_store_integrate(store, record, UINT64_MAX, err)
               : SW_OK;
}

/* A checkpoint that is older than the journal's beginning: somebody put an old copy back, or the
 * last one did not reach the medium. Then the tiles tell whether the log grew from there. */
static sw_result check_old_head(struct sw_store *store, struct sw_error *err)
{
    struct sw_hash256 root;
    enum sw_code rc = sw_hashes_root_at(&store->disk, store->head.size, &root, err);
    if (rc == SW_OK && memcmp(&root, &store->head.root, sizeof(root)) != 0) {
        rc =
            sw_fail(err, SW_E_REFUSED, "the tiles in '%s/log/tile' give another tree", store->path);
    }
    return rc == SW_OK ? SW_OK
                       : sw_error_prefix(err, rc,
                             "cannot go on from '%s/" SW_STORE_CHECKPOINT_FILE "' at size %llu",
                             store->path, (unsigned long long)store->head.size);
}

static sw_result check_reach(const struct sw_store *store, const char *torn, struct sw_error *err)
{
    if (store->journal.end >= store->head.size) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_REFUSED,
        "'%s/" SW_JOURNAL_FILE "' is damaged at byte %llu (%s): it holds the log up to entry %llu, "
        "but %llu were published; restore it from a copy",
        store->path, (unsigned long long)store->journal.good, torn == NULL ? "the file ends" : torn,
        (unsigned long long)store->journal.end, (unsigned long long)store->head.size);
}

sw_result sw_store_recover(struct sw_store *store, struct sw_error *err)
{
    struct recovery recovery = {store, false};
    const char *torn = NULL;
    sw_disk_clean(&store->disk);
    (void)unlinkat(store->disk.dir, SW_JOURNAL_NEW, 0);
    SW_TRY(sw_store_head(store, err));
    store->repairing = true;
    enum sw_code rc = sw_journal_open(&store->journal, true, replay, &recovery, &torn, err);
    store->repairing = false;
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "cannot recover '%s'", store->path);
    }
    SW_TRY(check_reach(store, torn, err));
    if (!recovery.head_met) {
        SW_TRY(check_old_head(store, err));
    }
    store->edge = store->tiles.size;
    return torn == NULL ? SW_OK : sw_journal_cut(&store->journal, err);
}
