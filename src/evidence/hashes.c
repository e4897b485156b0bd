#include "evidence/hashes.h"

#define BUNDLE_MAX ((uint64_t)SW_TILE_WIDTH * (2 + SW_ENTRY_MAX))

void sw_hashes_init(struct sw_hashes *hashes, const struct sw_disk *disk, uint64_t size)
{
    hashes->disk = disk;
    hashes->size = size;
    for (unsigned level = 0; level < SW_TILE_LEVELS; level++) {
        hashes->cache[level].count = 0;
    }
}

unsigned sw_tile_width(uint64_t size, int level, uint64_t index)
{
    uint64_t count = size >> (level < 0 ? 0 : 8 * (unsigned)level);
    uint64_t start = index * SW_TILE_WIDTH;
    if (index > SW_LOG_SIZE_MAX / SW_TILE_WIDTH || start >= count) {
        return 0;
    }
    return count - start < SW_TILE_WIDTH ? (unsigned)(count - start) : SW_TILE_WIDTH;
}

/* Keeps the first `width` hashes or entries that stand behind `start`. */
static bool cut_to(struct sw_buf *buf, size_t start, int level, unsigned width)
{
    size_t left = buf->len - start;
    if (level >= 0) {
        size_t want = width * sizeof(struct sw_hash256);
        buf->len = left < want ? buf->len : start + want;
        return left >= want;
    }
    struct sw_cursor cur = sw_cursor(sw_bytes(buf->data + start, left));
    struct sw_bytes entry;
    for (unsigned i = 0; i < width; i++) {
        if (sw_entry_next(&cur, &entry) != SW_OK) {
            return false;
        }
    }
    buf->len = start + cur.pos;
    return true;
}

void sw_tile_file(int level, uint64_t index, unsigned width, char out[SW_TILE_FILE_SIZE])
{
    memcpy(out, "log/", 4);
    sw_tile_path(level, index, width, out + 4);
}

sw_result sw_tile_read(const struct sw_disk *disk, uint64_t size, int level, uint64_t index,
    struct sw_buf *out, unsigned *width, char file[SW_TILE_FILE_SIZE], struct sw_error *err)
{
    size_t start = out->len;
    *width = sw_tile_width(size, level, index);
    sw_tile_file(level, index, *width, file);
    enum sw_code rc = sw_disk_get(disk, file, BUNDLE_MAX, out, err);
    if (rc != SW_E_NOENT || *width == SW_TILE_WIDTH) {
        return rc;
    }
    char full[SW_TILE_FILE_SIZE];
    sw_tile_file(level, index, SW_TILE_WIDTH, full);
    enum sw_code again = sw_disk_get(disk, full, BUNDLE_MAX, out, NULL);
    if (again == SW_E_NOENT) {
        return rc;
    }
    memcpy(file, full, sizeof(full));
    if (again != SW_OK || !cut_to(out, start, level, *width)) {
        return sw_fail(err, SW_E_FORMAT, "'%s/%s' is damaged", disk->name, full);
    }
    return SW_OK;
}

/* One tile of hashes, from the cache when it was the last one at its level. */
static sw_result get_tile(struct sw_hashes *hashes, unsigned level, uint64_t index,
    const struct sw_tile_cache **out, struct sw_error *err)
{
    struct sw_tile_cache *cache = &hashes->cache[level];
    unsigned width = 0;
    if (cache->count > 0 && cache->index == index) {
        *out = cache;
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    char file[SW_TILE_FILE_SIZE];
    SW_TRY(sw_tile_read(hashes->disk, hashes->size, (int)level, index, &bytes, &width, file, err));
    if (width == 0 || bytes.len != width * sizeof(struct sw_hash256)) {
        return sw_fail(err, SW_E_FORMAT, "'%s/%s' has %zu bytes, a tile of %u hashes has %zu",
            hashes->disk->name, file, bytes.len, width, width * sizeof(struct sw_hash256));
    }
    memcpy(cache->hash, bytes.data, bytes.len);
    cache->index = index;
    cache->count = width;
    *out = cache;
    return SW_OK;
}

/* A complete subtree lies in one tile: 2^level leaves are 2^(level mod 8) hashes of tile level
 * level / 8. */
static sw_result node(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    struct sw_hashes *hashes = ctx;
    unsigned count = 1u << level % 8;
    const struct sw_tile_cache *tile = NULL;
    uint64_t at = index * count;
    SW_TRY(get_tile(hashes, level / 8, at / SW_TILE_WIDTH, &tile, err));
    unsigned first = (unsigned)(at % SW_TILE_WIDTH);
    if (first + count > tile->count) {
        return sw_fail(err, SW_E_INTERNAL, "a subtree is not in its tile");
    }
    sw_tile_fold(tile->hash + first, count, NULL, out);
    return SW_OK;
}

struct sw_merkle_source sw_hashes_source(struct sw_hashes *hashes)
{
    return (struct sw_merkle_source){node, hashes};
}

sw_result sw_hashes_leaf(
    struct sw_hashes *hashes, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    return node(hashes, 0, index, out, err);
}

sw_result sw_hashes_root_at(
    const struct sw_disk *disk, uint64_t size, struct sw_hash256 *out, struct sw_error *err)
{
    SW_CLEANUP(free) struct sw_hashes *hashes = malloc(sizeof(*hashes));
    if (hashes == NULL) {
        return sw_fail(err, SW_E_NOMEM, "out of memory");
    }
    sw_hashes_init(hashes, disk, size);
    struct sw_merkle_source source = sw_hashes_source(hashes);
    return sw_merkle_root(&source, size, out, err);
}
