#include "evidence/entries.h"

#include "evidence/hashes.h"

/* The writer has the last bundle in memory; the others are files. */
static sw_result read_bundle(
    struct sw_store *store, uint64_t index, struct sw_buf *out, struct sw_error *err)
{
    bool writing = store->mode == SW_STORE_WRITE;
    unsigned width = 0;
    char file[SW_TILE_FILE_SIZE];
    sw_buf_clear(out);
    if (writing && index == store->tiles.edge[0].index) {
        return sw_buf_append(out, store->tiles.bundle.data, store->tiles.bundle.len);
    }
    uint64_t size = writing ? store->tiles.size : store->head.size;
    return sw_tile_read(&store->disk, size, SW_ENTRIES_LEVEL, index, out, &width, file, err);
}

sw_result sw_entries_each(struct sw_store *store, uint64_t from, uint64_t to, sw_entry_fn fn,
    void *ctx, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    uint64_t leaf = from - from % SW_TILE_WIDTH;
    while (leaf < to) {
        SW_TRY(read_bundle(store, leaf / SW_TILE_WIDTH, &bundle, err));
        struct sw_cursor cur = sw_cursor(sw_buf_bytes(&bundle));
        for (unsigned i = 0; i < SW_TILE_WIDTH && leaf < to; i++, leaf++) {
            struct sw_bytes entry;
            if (sw_entry_next(&cur, &entry) != SW_OK) {
                return sw_fail(err, SW_E_FORMAT, "the entry bundle of leaf %llu is too short",
                    (unsigned long long)leaf);
            }
            if (leaf >= from) {
                SW_TRY(fn(ctx, leaf, entry, err));
            }
        }
    }
    return SW_OK;
}

struct wanted {
    struct sw_buf *out;
    struct sw_hash256 hash;
};

static enum sw_code take_entry(
    void *ctx, uint64_t leaf, struct sw_bytes entry, struct sw_error *err)
{
    struct wanted *wanted = ctx;
    sw_merkle_leaf(entry, &wanted->hash);
    return sw_buf_append(wanted->out, entry.ptr, entry.len);
}

/* What is published is checked against its tile, so that an altered entry is not given out. */
static sw_result check_leaf(
    struct sw_store *store, uint64_t leaf, const struct sw_hash256 *got, struct sw_error *err)
{
    struct sw_hash256 hash;
    if (leaf >= store->head.size) {
        return SW_OK;
    }
    SW_CLEANUP(free) struct sw_hashes *hashes = malloc(sizeof(*hashes));
    SW_TRY_PTR(hashes);
    sw_hashes_init(hashes, &store->disk, store->head.size);
    SW_TRY(sw_hashes_leaf(hashes, leaf, &hash, err));
    return memcmp(&hash, got, sizeof(hash)) == 0
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED,
                     "entry %llu does not have its hash in the log: one of them was altered ('log "
                     "verify' tells which)",
                     (unsigned long long)leaf);
}

sw_result sw_store_entry(
    struct sw_store *store, uint64_t leaf, struct sw_buf *out, struct sw_error *err)
{
    struct wanted wanted = {.out = out};
    SW_TRY(sw_store_head(store, err));
    uint64_t size = store->mode == SW_STORE_WRITE ? store->tiles.size : store->head.size;
    if (leaf >= size) {
        return sw_fail(err, SW_E_NOENT, "the log has no leaf %llu, it ends before %llu",
            (unsigned long long)leaf, (unsigned long long)size);
    }
    size_t start = out->len;
    enum sw_code rc = sw_entries_each(store, leaf, leaf + 1, take_entry, &wanted, err);
    if (rc == SW_OK) {
        rc = check_leaf(store, leaf, &wanted.hash, err);
    }
    out->len = rc == SW_OK ? out->len : start;
    return rc;
}

sw_result sw_log_entry(
    struct sw_store *store, uint64_t leaf, struct sw_buf *out, struct sw_error *err)
{
    (void)pthread_mutex_lock(&store->io);
    enum sw_code rc = sw_store_entry(store, leaf, out, err);
    (void)pthread_mutex_unlock(&store->io);
    return rc;
}
