#include "evidence/index.h"
#include "evidence/leaf.h"

#define GROUP_BYTES ((uint64_t)64 << 20) /* nobody joins a group that is larger */
#define DRAFT_KEEP ((size_t)16 << 20)    /* memory kept from one commit to the next */

/* --- putting records where readers look ------------------------------------------------------ */

/* Partial tiles served their time once the full one is there (C2SP tlog-tiles, "Partial Tiles"). */
static sw_result drop_partials(
    struct sw_store *store, int level, uint64_t index, struct sw_error *err)
{
    char file[SW_TILE_FILE_SIZE];
    sw_tile_file(level, index, 1, file);
    *strrchr(file, '/') = '\0';
    return sw_disk_remove_dir(&store->disk, file, err);
}

enum sw_code sw_store_put_tile(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err)
{
    struct sw_store *store = ctx;
    char file[SW_TILE_FILE_SIZE];
    sw_tile_file(level, index, width, file);
    bool full = width == SW_TILE_WIDTH;
    /* The higher levels' partial tiles seldom change from one publication to the next. */
    bool may_be_there = store->repairing || (level > 0 && !full);
    /* Nobody asks for a full tile before a checkpoint covers it, and that is written last. */
    SW_TRY(may_be_there ? sw_disk_ensure(&store->disk, file, data, err)
                        : sw_disk_put(&store->disk, file, data, full ? SW_DISK_NEW : 0, err));
    if (!full) {
        return SW_OK;
    }
    unsigned shift = 8 * (unsigned)(level < 0 ? 1 : level + 1);
    bool had_partials = store->repairing || store->edge >> shift == index;
    return had_partials ? drop_partials(store, level, index, err) : SW_OK;
}

sw_result sw_store_integrate(struct sw_store *store, const struct sw_journal_record *record,
    uint64_t limit, struct sw_error *err)
{
    struct sw_tiles *tiles = &store->tiles;
    struct sw_cursor blobs = sw_cursor(record->blobs);
    struct sw_cursor entries = sw_cursor(record->entries);
    struct sw_bytes part;
    uint64_t end = record->first + record->count;
    end = end < limit ? end : limit;
    if (record->type != SW_JOURNAL_BATCH || end <= tiles->size) {
        return SW_OK;
    }
    for (uint32_t i = 0; i < record->blob_count; i++) {
        SW_TRY(sw_journal_blob(&blobs, &part));
        SW_TRY(sw_blob_put(store, part, err));
    }
    for (uint64_t i = record->first; i < tiles->size; i++) {
        SW_TRY(sw_entry_next(&entries, &part));
    }
    return sw_tiles_add(tiles, &entries, end - tiles->size, err);
}

static enum sw_code integrate_again(
    void *ctx, const struct sw_journal_record *record, struct sw_error *err)
{
    return sw_store_integrate(ctx, record, UINT64_MAX, err);
}

sw_result sw_store_catch_up(struct sw_store *store, struct sw_error *err)
{
    if (store->tiles.size == store->journal.end) {
        return SW_OK;
    }
    store->repairing = true;
    enum sw_code rc = sw_journal_replay(&store->journal, integrate_again, store, err);
    store->repairing = false;
    return rc;
}

/* --- group commit ---------------------------------------------------------------------------- */

struct sw_waiter {
    struct sw_journal_batch batch;
    struct sw_waiter *next;
    bool done;
    enum sw_code rc;
    struct sw_error *err;
};

/* Takes who waits, as many as fit into one record, off the queue. */
static struct sw_waiter *take_group(struct sw_store *store)
{
    struct sw_waiter *group = store->first;
    struct sw_waiter *last = group;
    uint64_t bytes = sw_journal_size_of(&last->batch);
    uint64_t count = last->batch.count;
    while (last->next != NULL) {
        bytes += sw_journal_size_of(&last->next->batch);
        count += last->next->batch.count;
        if (bytes > GROUP_BYTES || count > SW_JOURNAL_BATCH_MAX) {
            break;
        }
        last->batch.next = &last->next->batch;
        last = last->next;
    }
    store->first = last->next;
    store->last = store->first == NULL ? NULL : store->last;
    last->next = NULL;
    return group;
}

/* Tells a group how its commit went; their batches are not looked at any more. */
static void finish_group(
    struct sw_store *store, struct sw_waiter *group, enum sw_code rc, const struct sw_error *why)
{
    (void)pthread_mutex_lock(&store->queue);
    while (group != NULL) {
        struct sw_waiter *next = group->next;
        if (rc != SW_OK && group->err != NULL) {
            *group->err = *why;
        }
        group->rc = rc;
        group->done = true;
        group = next;
    }
    (void)pthread_cond_broadcast(&store->moved);
    (void)pthread_mutex_unlock(&store->queue);
}

static void lead(struct sw_store *store, struct sw_waiter *group)
{
    struct sw_error why = {0};
    struct sw_journal_draft *draft = &store->draft;
    (void)pthread_mutex_lock(&store->io);
    bool current = store->tiles.size == store->journal.end;
    enum sw_code rc = sw_journal_encode(&store->journal, &group->batch, draft);
    if (rc == SW_OK) {
        rc = sw_journal_commit(&store->journal, draft, &why);
    }
    if (rc != SW_OK && why.text[0] == '\0') {
        (void)sw_fail(&why, rc, "cannot write to the journal: %s", sw_code_text(rc));
    }
    finish_group(store, group, rc, &why);
    if (rc == SW_OK && current) {
        /* The entries are durable whatever happens here: what fails is done again, and then
         * reported, when the tree is published. */
        rc = sw_store_integrate(store, &draft->record, UINT64_MAX, NULL);
    }
    if (draft->bytes.cap > DRAFT_KEEP) {
        sw_buf_release(&draft->bytes);
    }
    (void)pthread_mutex_unlock(&store->io);
}

sw_result sw_store_commit(
    struct sw_store *store, struct sw_journal_batch *batch, struct sw_error *err)
{
    struct sw_waiter self = {.batch = *batch, .err = err};
    self.batch.next = NULL;
    SW_TRY(sw_store_writable(store, err));
    SW_TRY(sw_journal_fits(batch, err));
    (void)pthread_mutex_lock(&store->queue);
    *(store->last == NULL ? &store->first : &store->last->next) = &self;
    store->last = &self;
    while (!self.done && (store->leading || store->first != &self)) {
        (void)pthread_cond_wait(&store->moved, &store->queue);
    }
    if (self.done) {
        (void)pthread_mutex_unlock(&store->queue);
        batch->first = self.batch.first;
        return self.rc;
    }
    store->leading = true;
    struct sw_waiter *group = take_group(store);
    (void)pthread_mutex_unlock(&store->queue);
    lead(store, group);
    (void)pthread_mutex_lock(&store->queue);
    store->leading = false;
    (void)pthread_cond_broadcast(&store->moved);
    (void)pthread_mutex_unlock(&store->queue);
    batch->first = self.batch.first;
    return self.rc;
}

/* --- publishing ------------------------------------------------------------------------------ */

/* Everything that the old journal covers goes to the medium first. */
static sw_result rotate(struct sw_store *store, struct sw_error *err)
{
    enum sw_code rc = sw_disk_sync_all(&store->disk, err);
    if (rc == SW_OK) {
        rc = sw_journal_start(&store->journal, &store->tiles, err);
    }
    return rc == SW_OK ? SW_OK
                       : sw_error_prefix(
                             err, rc, "the log is published, but its journal cannot begin anew");
}

static sw_result write_checkpoint(
    struct sw_store *store, const struct sw_hash256 *root, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_head *head = &store->head;
    SW_TRY(sw_checkpoint_sign(store->origin, store->tiles.size, root, store->key, &text, err));
    SW_TRY(sw_disk_put(
        &store->disk, SW_STORE_CHECKPOINT_FILE, sw_buf_bytes(&text), SW_DISK_SYNC, err));
    sw_buf_release(&head->text);
    head->text = text;
    text = SW_BUF_INIT;
    head->size = store->tiles.size;
    head->root = *root;
    return SW_OK;
}

/* An index that could not be written is forgotten: it is behind then, and the next one to need it
 * brings it up to the log. */
static sw_result commit_index(
    struct sw_store *store, const struct sw_hash256 *root, struct sw_error *err)
{
    enum sw_code rc = sw_index_commit(store->index, store->tiles.size, root, err);
    if (rc != SW_OK) {
        sw_index_close(store->index);
        store->index = NULL;
    }
    return rc;
}

/* The checkpoint comes last: whoever sees it finds everything that it promises. */
static sw_result publish(struct sw_store *store, struct sw_error *err)
{
    struct sw_hash256 root;
    SW_TRY(sw_store_catch_up(store, err));
    if (store->tiles.size == store->head.size) {
        return SW_OK;
    }
    store->edge = store->tiles.size;
    SW_TRY(sw_tiles_partials(&store->tiles, err));
    sw_tiles_root(&store->tiles, &root);
    SW_TRY(commit_index(store, &root, err));
    SW_TRY(write_checkpoint(store, &root, err));
    return store->journal.good > store->rotate_at ? rotate(store, err) : SW_OK;
}

sw_result sw_log_publish(struct sw_store *store, struct sw_error *err)
{
    SW_TRY(sw_store_writable(store, err));
    (void)pthread_mutex_lock(&store->claims);
    enum sw_code rc = sw_index_need(store, err);
    if (rc == SW_OK) {
        (void)pthread_mutex_lock(&store->io);
        rc = publish(store, err);
        (void)pthread_mutex_unlock(&store->io);
    }
    (void)pthread_mutex_unlock(&store->claims);
    return rc;
}

sw_result sw_log_append(struct sw_store *store, const struct sw_bytes *entries, size_t count,
    uint64_t *first, struct sw_error *err)
{
    struct sw_journal_batch batch = {.entries = entries, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (sw_leaf_is(entries[i])) {
            return sw_fail(err, SW_E_REFUSED,
                "entry %zu looks like a claim's; claims are added with their bundle", i);
        }
    }
    SW_TRY(sw_store_commit(store, &batch, err));
    *first = batch.first;
    return SW_OK;
}
