/* What a stopped writer left: the journal decides, and nothing that was published may change. */
#include "evidence/hashes.h"
#include "evidence/store.h"

#include <fcntl.h>
#include <unistd.h>

/* A size at which the root of the tree is known. */
struct mark {
    uint64_t size;
    const struct sw_hash256 *root;
    enum sw_code (*differs)(const struct sw_store *store, struct sw_error *err);
    bool met; /* the tree came by this size and had the root */
};

struct recovery {
    struct sw_store *store;
    struct mark marks[2]; /* the published tree; and the kept one, if it is larger */
    size_t count;
};

enum sw_code sw_store_disagrees(const struct sw_store *store, struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED,
        "'%s/" SW_JOURNAL_FILE "' and '%s/" SW_STORE_CHECKPOINT_FILE
        "' disagree about the first %llu entries: one of them was altered; restore it from a copy",
        store->path, store->path, (unsigned long long)store->head.size);
}

/* A power cut may bring back the checkpoint before the newest, so the kept one can be ahead. */
static void set_marks(struct recovery *recovery)
{
    const struct sw_store *store = recovery->store;
    recovery->marks[0] =
        (struct mark){store->head.size, &store->head.root, sw_store_disagrees, false};
    recovery->marks[1] =
        (struct mark){store->kept.size, &store->kept.root, sw_store_rewritten, false};
    recovery->count = store->kept.path != NULL && store->kept.size > store->head.size ? 2 : 1;
}

/* Goes on with a record, at most up to a mark. */
static sw_result go_to_mark(struct sw_store *store, struct mark *mark,
    const struct sw_journal_record *record, struct sw_error *err)
{
    struct sw_hash256 root;
    SW_TRY(sw_store_integrate(store, record, mark->size, err));
    if (store->tiles.size != mark->size) {
        return SW_OK;
    }
    sw_tiles_root(&store->tiles, &root);
    if (memcmp(&root, mark->root, sizeof(root)) != 0) {
        return mark->differs(store, err);
    }
    mark->met = true;
    return sw_tiles_partials(&store->tiles, err);
}

static enum sw_code replay(void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    struct recovery *recovery = ctx;
    struct sw_store *store = recovery->store;
    if (record->type == SW_JOURNAL_BASE) {
        SW_TRY(sw_tiles_load(&store->tiles, record->edge, err));
    }
    for (size_t i = 0; i < recovery->count; i++) {
        struct mark *mark = &recovery->marks[i];
        if (!mark->met && store->tiles.size <= mark->size) {
            SW_TRY(go_to_mark(store, mark, record, err));
        }
        if (store->tiles.size < mark->size) {
            return SW_OK;
        }
    }
    return sw_store_integrate(store, record, UINT64_MAX, err);
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

/* What the user keeps of the log is checked when everything else is in order. */
static sw_result check_kept(const struct recovery *recovery, struct sw_error *err)
{
    const struct sw_store *store = recovery->store;
    if (recovery->count == 1) {
        return sw_store_check_grown(store, err);
    }
    /* A journal that begins behind it was begun when that much was published, and on the medium. */
    bool ends_before = store->journal.end < store->kept.size;
    return recovery->marks[1].met
               ? SW_OK
               : sw_store_lost(store, ends_before ? store->journal.end : store->head.size, err);
}

sw_result sw_store_recover(struct sw_store *store, struct sw_error *err)
{
    struct recovery recovery = {.store = store};
    const char *torn = NULL;
    sw_disk_clean(&store->disk);
    (void)unlinkat(store->disk.dir, SW_JOURNAL_NEW, 0);
    SW_TRY(sw_store_head(store, err));
    set_marks(&recovery);
    store->repairing = true;
    enum sw_code rc = sw_journal_open(&store->journal, true, replay, &recovery, &torn, err);
    store->repairing = false;
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "cannot recover '%s'", store->path);
    }
    SW_TRY(check_reach(store, torn, err));
    if (!recovery.marks[0].met) {
        SW_TRY(check_old_head(store, err));
    }
    SW_TRY(check_kept(&recovery, err));
    store->edge = store->tiles.size;
    store->claims_end = store->journal.end;
    return torn == NULL ? SW_OK : sw_journal_cut(&store->journal, err);
}
