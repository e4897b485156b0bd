#include "evidence/tiles.h"

#include <string.h>

void sw_tiles_init(struct sw_tiles *tiles, sw_tile_sink sink, void *ctx)
{
    memset(tiles, 0, sizeof(*tiles));
    tiles->sink = sink;
    tiles->ctx = ctx;
}

void sw_tiles_release(struct sw_tiles *tiles)
{
    sw_buf_release(&tiles->bundle);
}

sw_result sw_entry_next(struct sw_cursor *entries, struct sw_bytes *out)
{
    struct sw_cursor at = *entries;
    uint16_t len = 0;
    SW_TRY(sw_cur_u16be(&at, &len));
    SW_TRY(sw_cur_bytes(&at, len, out));
    *entries = at;
    return SW_OK;
}

/* The root of a complete subtree: `count` is a power of two, at most 256. */
static void complete_root(const struct sw_hash256 *hashes, unsigned count, struct sw_hash256 *out)
{
    struct sw_hash256 row[SW_TILE_WIDTH];
    memcpy(row, hashes, count * sizeof(row[0]));
    for (; count > 1; count /= 2) {
        for (unsigned i = 0; i < count / 2; i++) {
            struct sw_hash256 node;
            sw_merkle_node(&row[2 * i], &row[2 * i + 1], &node);
            row[i] = node;
        }
    }
    *out = row[0];
}

/* RFC 6962 section 2.1: the largest complete subtree stands left, so the small ones at the right
 * end join first. */
void sw_tile_fold(const struct sw_hash256 *hashes, unsigned count, const struct sw_hash256 *tail,
    struct sw_hash256 *out)
{
    bool have = tail != NULL;
    struct sw_hash256 root = {{0}};
    if (have) {
        root = *tail;
    }
    unsigned end = count;
    for (unsigned bit = 1; bit <= SW_TILE_WIDTH; bit *= 2) {
        if ((count & bit) == 0) {
            continue;
        }
        struct sw_hash256 peak;
        end -= bit;
        complete_root(hashes + end, bit, &peak);
        struct sw_hash256 right = root;
        if (have) {
            sw_merkle_node(&peak, &right, &root);
        } else {
            root = peak;
        }
        have = true;
    }
    *out = root;
}

void sw_tiles_root(const struct sw_tiles *tiles, struct sw_hash256 *out)
{
    struct sw_hash256 root;
    bool have = false;
    sw_merkle_empty(&root);
    for (unsigned level = 0; level < SW_TILE_LEVELS; level++) {
        const struct sw_tile_edge *edge = &tiles->edge[level];
        if (edge->count > 0) {
            struct sw_hash256 tail = root;
            sw_tile_fold(edge->hash, edge->count, have ? &tail : NULL, &root);
            have = true;
        }
    }
    *out = root;
}

static struct sw_bytes edge_bytes(const struct sw_tile_edge *edge)
{
    return sw_bytes(edge->hash, edge->count * sizeof(edge->hash[0]));
}

/* Writes the full tile of one level and puts its root into the level above. Where the sink fails
 * the level stays full, and the next call begins there. */
static sw_result flush(struct sw_tiles *tiles, unsigned level, struct sw_error *err)
{
    struct sw_tile_edge *edge = &tiles->edge[level];
    struct sw_tile_edge *up = edge + 1;
    if (up->count == SW_TILE_WIDTH) {
        SW_TRY(flush(tiles, level + 1, err));
    }
    if (level == 0) {
        SW_TRY(tiles->sink(tiles->ctx, SW_ENTRIES_LEVEL, edge->index, SW_TILE_WIDTH,
            sw_buf_bytes(&tiles->bundle), err));
    }
    SW_TRY(tiles->sink(tiles->ctx, (int)level, edge->index, SW_TILE_WIDTH, edge_bytes(edge), err));
    complete_root(edge->hash, SW_TILE_WIDTH, &up->hash[up->count++]);
    edge->count = 0;
    edge->index++;
    if (level == 0) {
        sw_buf_clear(&tiles->bundle);
    }
    return up->count < SW_TILE_WIDTH ? SW_OK : flush(tiles, level + 1, err);
}

/* Tries again what a failed sink left full. */
static sw_result settle(struct sw_tiles *tiles, struct sw_error *err)
{
    for (unsigned level = 0; level + 1 < SW_TILE_LEVELS; level++) {
        if (tiles->edge[level].count == SW_TILE_WIDTH) {
            SW_TRY(flush(tiles, level, err));
        }
    }
    return SW_OK;
}

/* Takes entries until the bundle is full or there are no more; their bytes are copied at once. */
static sw_result fill(struct sw_tiles *tiles, struct sw_cursor *entries, uint64_t *count)
{
    struct sw_tile_edge *edge = &tiles->edge[0];
    struct sw_cursor at = *entries;
    unsigned done = 0;
    while (done < *count && edge->count + done < SW_TILE_WIDTH) {
        struct sw_bytes entry;
        SW_TRY(sw_entry_next(&at, &entry));
        sw_merkle_leaf(entry, &edge->hash[edge->count + done]);
        done++;
    }
    SW_TRY(sw_buf_append(&tiles->bundle, entries->data.ptr + entries->pos, at.pos - entries->pos));
    edge->count += done;
    tiles->size += done;
    *count -= done;
    *entries = at;
    return SW_OK;
}

sw_result sw_tiles_add(
    struct sw_tiles *tiles, struct sw_cursor *entries, uint64_t count, struct sw_error *err)
{
    if (count > SW_LOG_SIZE_MAX - tiles->size) {
        return sw_fail(err, SW_E_LIMIT, "the log is full");
    }
    SW_TRY(settle(tiles, err));
    while (count > 0) {
        enum sw_code rc = fill(tiles, entries, &count);
        if (rc != SW_OK) {
            return sw_fail(err, rc, "entry %llu: %s", (unsigned long long)tiles->size,
                rc == SW_E_NOMEM ? "out of memory" : "the bytes end first");
        }
        if (tiles->edge[0].count == SW_TILE_WIDTH) {
            SW_TRY(flush(tiles, 0, err));
        }
    }
    return SW_OK;
}

sw_result sw_tiles_partials(struct sw_tiles *tiles, struct sw_error *err)
{
    SW_TRY(settle(tiles, err));
    const struct sw_tile_edge *edge = tiles->edge;
    if (edge->count > 0) {
        SW_TRY(tiles->sink(tiles->ctx, SW_ENTRIES_LEVEL, edge->index, edge->count,
            sw_buf_bytes(&tiles->bundle), err));
    }
    for (unsigned level = 0; level < SW_TILE_LEVELS; level++, edge++) {
        if (edge->count > 0) {
            SW_TRY(tiles->sink(
                tiles->ctx, (int)level, edge->index, edge->count, edge_bytes(edge), err));
        }
    }
    return SW_OK;
}

sw_result sw_tiles_save(const struct sw_tiles *tiles, struct sw_buf *out)
{
    SW_TRY(sw_buf_put_u64be(out, tiles->size));
    for (unsigned level = 0; level < SW_TILE_LEVELS; level++) {
        struct sw_bytes hashes = edge_bytes(&tiles->edge[level]);
        if (tiles->edge[level].count == SW_TILE_WIDTH) {
            return SW_E_INTERNAL;
        }
        SW_TRY(sw_buf_append(out, hashes.ptr, hashes.len));
    }
    return sw_buf_append(out, tiles->bundle.data, tiles->bundle.len);
}

/* The entries must be there, all of them and nothing else, with the hashes of level 0. */
static sw_result load_bundle(struct sw_tiles *tiles, struct sw_cursor *cur)
{
    const struct sw_tile_edge *edge = &tiles->edge[0];
    size_t start = cur->pos;
    for (unsigned i = 0; i < edge->count; i++) {
        struct sw_bytes entry;
        struct sw_hash256 hash;
        SW_TRY(sw_entry_next(cur, &entry));
        sw_merkle_leaf(entry, &hash);
        if (memcmp(&hash, &edge->hash[i], sizeof(hash)) != 0) {
            return SW_E_FORMAT;
        }
    }
    if (sw_cur_left(cur) != 0) {
        return SW_E_FORMAT;
    }
    sw_buf_clear(&tiles->bundle);
    return sw_buf_append(&tiles->bundle, cur->data.ptr + start, cur->pos - start);
}

static sw_result load_edges(struct sw_tiles *tiles, struct sw_cursor *cur)
{
    uint64_t size = 0;
    SW_TRY(sw_cur_u64be(cur, &size));
    if (size > SW_LOG_SIZE_MAX) {
        return SW_E_FORMAT;
    }
    tiles->size = size;
    for (unsigned level = 0; level < SW_TILE_LEVELS; level++, size /= SW_TILE_WIDTH) {
        struct sw_tile_edge *edge = &tiles->edge[level];
        struct sw_bytes hashes;
        edge->count = (unsigned)(size % SW_TILE_WIDTH);
        edge->index = size / SW_TILE_WIDTH;
        SW_TRY(sw_cur_bytes(cur, edge->count * sizeof(edge->hash[0]), &hashes));
        if (hashes.len > 0) {
            memcpy(edge->hash, hashes.ptr, hashes.len);
        }
    }
    return SW_OK;
}

sw_result sw_tiles_load(struct sw_tiles *tiles, struct sw_bytes saved, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(saved);
    enum sw_code rc = load_edges(tiles, &cur);
    if (rc == SW_OK) {
        rc = load_bundle(tiles, &cur);
    }
    return rc == SW_OK
               ? SW_OK
               : sw_fail(err, rc, "the edge of the log is damaged at byte %llu of its record",
                     (unsigned long long)cur.pos);
}
