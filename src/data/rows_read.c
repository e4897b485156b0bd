#include "data/reader.h"
#include "data/rows_private.h"

#include <stdlib.h>

#define NO_GROUP UINT32_MAX
#define NO_TILE UINT64_MAX

/* What was decoded last of one tree. */
struct tree_cache {
    struct sw_pyramid upper; /* from level 16 */
    bool upper_read;
    struct sw_pyramid tiles; /* from level 8, of one group */
    uint32_t group;
    struct sw_pyramid leaves; /* of one tile */
    uint64_t tile;
    struct sw_row *rows; /* ordered tree: the rows of that tile */
};

struct sw_rows_cache {
    struct sw_row_group group;
    uint32_t group_index;
    struct tree_cache ordered;
    struct tree_cache sorted;
    struct sw_buf files;
    size_t *file_ends;
    size_t file_count;
    bool files_read;
};

/* --- opening --------------------------------------------------------------------------------- */

static sw_result bad_header(const struct sw_rows *rows, const char *what, struct sw_error *err)
{
    return sw_fail(
        err, SW_E_FORMAT, "'%s' is no dataset: its header has no %s", rows->chunks.path, what);
}

static bool get_root(const struct sw_json *header, const char *name, struct sw_hash256 *out)
{
    struct sw_str text;
    struct sw_digest digest;
    if (!sw_json_str(sw_json_get(header, name), &text) || !sw_digest_parse(text, &digest) ||
        digest.alg != SW_SHA256) {
        return false;
    }
    memcpy(out->bytes, digest.bytes, 32);
    return true;
}

static bool get_parts(struct sw_rows *rows, const struct sw_json *header)
{
    uint64_t part = 0;
    uint64_t parts = 0;
    const struct sw_json *value = sw_json_get(header, "parts");
    if (value != NULL &&
        (!sw_json_u64(value, &parts) || !sw_json_u64(sw_json_get(header, "part"), &part) ||
            part == 0 || part > parts || parts > UINT32_MAX)) {
        return false;
    }
    rows->part = (uint32_t)part;
    rows->parts = (uint32_t)parts;
    return true;
}

static sw_result read_counts(struct sw_rows *rows, struct sw_error *err)
{
    const struct sw_json *header = &rows->chunks.header;
    if (!sw_json_is(sw_json_get(header, "format"), SW_ROWS_FORMAT)) {
        return bad_header(rows, "format \"" SW_ROWS_FORMAT "\"", err);
    }
    if (!sw_json_u64(sw_json_get(header, "samples"), &rows->count) ||
        !sw_json_u64(sw_json_get(header, "bytes"), &rows->bytes) || rows->count > SW_ROWS_MAX) {
        return bad_header(rows, "counts", err);
    }
    if (!sw_json_bool(sw_json_get(header, "one_digest"), &rows->one_digest) ||
        !sw_json_str(sw_json_get(header, "salt"), &rows->salt) ||
        !sw_json_str(sw_json_get(header, "reader"), &rows->reader) || !get_parts(rows, header)) {
        return bad_header(rows, "kind", err);
    }
    if (!get_root(header, "ordered", &rows->ordered) ||
        !get_root(header, "sorted", &rows->sorted)) {
        return bad_header(rows, "roots", err);
    }
    return SW_OK;
}

static sw_result read_sources(struct sw_rows *rows, struct sw_error *err)
{
    const struct sw_json *list = sw_json_get(&rows->chunks.header, "sources");
    if (list == NULL || list->type != SW_JSON_ARRAY) {
        return bad_header(rows, "sources", err);
    }
    rows->sources = SW_ARENA_ARRAY(&rows->chunks.arena, struct sw_source_count, list->count);
    SW_TRY_PTR(rows->sources);
    SW_JSON_EACH (item, list) {
        struct sw_source_count *source = &rows->sources[rows->source_count++];
        if (!sw_json_str(sw_json_get(item, "name"), &source->name) ||
            !sw_json_u64(sw_json_get(item, "samples"), &source->samples) ||
            !sw_json_u64(sw_json_get(item, "bytes"), &source->bytes)) {
            return bad_header(rows, "sources with counts", err);
        }
    }
    return SW_OK;
}

static sw_result read_origins(struct sw_rows *rows, struct sw_error *err)
{
    struct sw_arena *arena = &rows->chunks.arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_chunks_get(&rows->chunks, SW_COL_ORIGINS, 0, &text, err));
    void *kept = sw_arena_copy(arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    struct sw_origin_entry *entries;
    size_t n;
    SW_TRY(sw_origins_read(arena, sw_bytes(kept, text.len), &entries, &n, err));
    rows->origins = SW_ARENA_ARRAY(arena, struct sw_origin, n);
    rows->origin_samples = SW_ARENA_ARRAY(arena, uint64_t, n);
    if (rows->origins == NULL || rows->origin_samples == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        rows->origins[i] = entries[i].origin;
        rows->origin_samples[i] = entries[i].samples;
    }
    rows->origin_count = n;
    return SW_OK;
}

sw_result sw_rows_hash_origins(struct sw_rows *rows)
{
    if (rows->origin_digests != NULL) {
        return SW_OK;
    }
    uint8_t(*digests)[32] =
        sw_arena_zalloc(&rows->chunks.arena, rows->origin_count, sizeof(digests[0]));
    SW_TRY_PTR(digests);
    for (size_t i = 0; i < rows->origin_count; i++) {
        SW_TRY(sw_origin_digest(&rows->origins[i], digests[i]));
    }
    rows->origin_digests = digests;
    return SW_OK;
}

static sw_result make_cache(struct sw_rows *rows)
{
    struct sw_rows_cache *cache = calloc(1, sizeof(*cache));
    SW_TRY_PTR(cache);
    rows->cache = cache;
    cache->group_index = NO_GROUP;
    cache->ordered.group = cache->sorted.group = NO_GROUP;
    cache->ordered.tile = cache->sorted.tile = NO_TILE;
    return SW_OK;
}

static void tree_cache_release(struct tree_cache *tree)
{
    sw_pyramid_release(&tree->upper);
    sw_pyramid_release(&tree->tiles);
    sw_pyramid_release(&tree->leaves);
    free(tree->rows);
}

void sw_rows_close(struct sw_rows *rows)
{
    if (rows->cache != NULL) {
        free(rows->cache->group.rows);
        tree_cache_release(&rows->cache->ordered);
        tree_cache_release(&rows->cache->sorted);
        sw_buf_release(&rows->cache->files);
        free(rows->cache->file_ends);
        free(rows->cache);
    }
    sw_chunks_close(&rows->chunks);
    *rows = SW_ROWS_INIT;
}

sw_result sw_rows_open(
    struct sw_rows *rows, const char *path, const struct sw_digest *expected, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows made = SW_ROWS_INIT;
    SW_TRY(sw_chunks_open(&made.chunks, path, expected, err));
    SW_TRY(read_counts(&made, err));
    SW_TRY(read_sources(&made, err));
    SW_TRY(read_origins(&made, err));
    SW_TRY(make_cache(&made));
    *rows = made;
    made = SW_ROWS_INIT;
    return SW_OK;
}

bool sw_rows_hold_records(const struct sw_rows *rows)
{
    for (size_t i = 0; i < sw_record_format_count; i++) {
        const struct sw_record_format *format = &sw_record_formats[i];
        if (rows->one_digest && !format->reader->fields && sw_str_is(rows->reader, format->name)) {
            return false;
        }
    }
    return rows->one_digest;
}

enum sw_tree_kind sw_rows_sorted_kind(const struct sw_rows *rows)
{
    if (rows->salt.len > 0) {
        return SW_TREE_KEYED;
    }
    return sw_rows_hold_records(rows) ? SW_TREE_RECORDS : SW_TREE_SORTED;
}

/* --- rows ------------------------------------------------------------------------------------ */

static size_t rows_in_group(const struct sw_rows *rows, uint32_t group)
{
    uint64_t left = rows->count - (uint64_t)group * SW_ROWS_GROUP;
    return left < SW_ROWS_GROUP ? (size_t)left : SW_ROWS_GROUP;
}

static sw_result load_group(struct sw_rows *rows, uint32_t group, struct sw_error *err)
{
    struct sw_rows_cache *cache = rows->cache;
    if (cache->group_index == group) {
        return SW_OK;
    }
    if (cache->group.rows == NULL) {
        cache->group.rows = malloc(SW_ROWS_GROUP * sizeof(cache->group.rows[0]));
        SW_TRY_PTR(cache->group.rows);
    }
    cache->group_index = NO_GROUP;
    SW_TRY(sw_row_group_read(
        &cache->group, &rows->chunks, group, rows_in_group(rows, group), rows->one_digest, err));
    for (size_t i = 0; i < cache->group.count; i++) {
        if (cache->group.rows[i].origin >= rows->origin_count) {
            return sw_fail(err, SW_E_FORMAT, "'%s': row %llu has an origin that is not there",
                rows->chunks.path, (unsigned long long)group * SW_ROWS_GROUP + i);
        }
    }
    cache->group_index = group;
    return SW_OK;
}

static sw_result check_index(const struct sw_rows *rows, uint64_t index, struct sw_error *err)
{
    if (index < rows->count) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE, "there is no sample %llu: '%s' has %llu",
        (unsigned long long)index, rows->chunks.path, (unsigned long long)rows->count);
}

sw_result sw_rows_at(struct sw_rows *rows, uint64_t index, struct sw_row *out, struct sw_error *err)
{
    SW_TRY(check_index(rows, index, err));
    SW_TRY(load_group(rows, (uint32_t)(index / SW_ROWS_GROUP), err));
    *out = rows->cache->group.rows[index % SW_ROWS_GROUP];
    return SW_OK;
}

sw_result sw_rows_group(struct sw_rows *rows, uint32_t group, const struct sw_row **out,
    size_t *count, struct sw_error *err)
{
    SW_TRY(check_index(rows, (uint64_t)group * SW_ROWS_GROUP, err));
    SW_TRY(load_group(rows, group, err));
    *out = rows->cache->group.rows;
    *count = rows->cache->group.count;
    return SW_OK;
}

sw_result sw_rows_get_extra(
    struct sw_rows *rows, enum sw_rows_extra which, struct sw_buf *out, struct sw_error *err)
{
    sw_buf_clear(out);
    if (sw_chunks_find(&rows->chunks, (uint16_t)which, 0) == NULL) {
        return SW_OK;
    }
    return sw_chunks_get(&rows->chunks, (uint16_t)which, 0, out, err);
}

static sw_result read_files(struct sw_rows *rows, struct sw_error *err)
{
    struct sw_rows_cache *cache = rows->cache;
    if (cache->files_read) {
        return SW_OK;
    }
    SW_TRY(sw_rows_get_extra(rows, SW_ROWS_FILES, &cache->files, err));
    size_t lines = 0;
    for (size_t i = 0; i < cache->files.len; i++) {
        lines += cache->files.data[i] == '\n' ? 1 : 0;
    }
    cache->file_ends = calloc(lines + 1, sizeof(cache->file_ends[0]));
    SW_TRY_PTR(cache->file_ends);
    for (size_t i = 0; i < cache->files.len; i++) {
        if (cache->files.data[i] == '\n') {
            cache->file_ends[cache->file_count++] = i;
        }
    }
    cache->files_read = true;
    return SW_OK;
}

sw_result sw_rows_file(
    struct sw_rows *rows, uint32_t file, struct sw_str *path, struct sw_error *err)
{
    SW_TRY(read_files(rows, err));
    const struct sw_rows_cache *cache = rows->cache;
    if (file >= cache->file_count) {
        return sw_fail(err, SW_E_FORMAT, "'%s' names a file %u that it does not list",
            rows->chunks.path, file);
    }
    size_t from = file == 0 ? 0 : cache->file_ends[file - 1] + 1;
    *path = sw_str_n((const char *)cache->files.data + from, cache->file_ends[file] - from);
    return SW_OK;
}

/* --- the sorted order ------------------------------------------------------------------------ */

/* Those of one group. */
static sw_result peek_places(
    struct sw_rows *rows, uint64_t place, size_t count, uint32_t *out, struct sw_error *err)
{
    uint32_t group = (uint32_t)(place / SW_ROWS_GROUP);
    const struct sw_chunk_ref *ref = sw_chunks_find(&rows->chunks, SW_COL_PLACES, group);
    if (ref == NULL) {
        return sw_fail(err, SW_E_FORMAT, "'%s' has no sorted order", rows->chunks.path);
    }
    uint64_t at = (place % SW_ROWS_GROUP) * sizeof(*out);
    SW_TRY(sw_chunks_peek(&rows->chunks, ref, at, out, count * sizeof(*out), err));
    for (size_t i = 0; i < count; i++) {
        out[i] = be32toh(out[i]);
    }
    return SW_OK;
}

sw_result sw_rows_places(
    struct sw_rows *rows, uint64_t place, size_t count, uint32_t *out, struct sw_error *err)
{
    while (count > 0) {
        SW_TRY(check_index(rows, place, err));
        size_t left = SW_ROWS_GROUP - (size_t)(place % SW_ROWS_GROUP);
        size_t n = count < left ? count : left;
        SW_TRY(peek_places(rows, place, n, out, err));
        place += n;
        out += n;
        count -= n;
    }
    return SW_OK;
}

sw_result sw_rows_sorted(struct sw_rows *rows, uint64_t place, uint32_t *row, struct sw_error *err)
{
    return sw_rows_places(rows, place, 1, row, err);
}

static sw_result peek_digest(struct sw_rows *rows, enum sw_rows_column column, uint64_t row,
    uint8_t out[32], struct sw_error *err)
{
    SW_TRY(check_index(rows, row, err));
    const struct sw_chunk_ref *ref =
        sw_chunks_find(&rows->chunks, column, (uint32_t)(row / SW_ROWS_GROUP));
    if (ref == NULL) {
        return sw_fail(err, SW_E_FORMAT, "'%s' has no digests", rows->chunks.path);
    }
    return sw_chunks_peek(&rows->chunks, ref, (row % SW_ROWS_GROUP) * 32, out, 32, err);
}

sw_result sw_rows_peek(struct sw_rows *rows, uint64_t row, uint8_t record[32], struct sw_error *err)
{
    return peek_digest(rows, SW_COL_RECORD, row, record, err);
}

/* The content of a row, without decoding its group. */
static sw_result peek_content(
    struct sw_rows *rows, uint32_t row, uint8_t out[32], struct sw_error *err)
{
    return peek_digest(rows, rows->one_digest ? SW_COL_RECORD : SW_COL_CONTENT, row, out, err);
}

static sw_result content_at(
    struct sw_rows *rows, uint64_t place, uint8_t out[32], struct sw_error *err)
{
    uint32_t row;
    SW_TRY(sw_rows_sorted(rows, place, &row, err));
    return peek_content(rows, row, out, err);
}

static uint64_t prefix_of(const uint8_t content[32])
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        value = value << 8 | content[i];
    }
    return value;
}

/* Where `content` would stand between two places if digests are spread evenly, which they are. */
static uint64_t guess(
    uint64_t low, uint64_t high, uint64_t low_value, uint64_t high_value, uint64_t value)
{
    if (value <= low_value || high_value <= low_value) {
        return low;
    }
    if (value >= high_value) {
        return high - 1;
    }
    __uint128_t way = (__uint128_t)(high - low) * (value - low_value);
    uint64_t at = low + (uint64_t)(way / (high_value - low_value));
    return at < high ? at : high - 1;
}

/* The first place whose content is not below `content` (with `behind`: is above it). Interpolates,
 * and halves in between, so that no distribution makes it slow. */
static sw_result find_bound(struct sw_rows *rows, const uint8_t content[32], bool behind,
    uint64_t *out, struct sw_error *err)
{
    uint64_t low = 0;
    uint64_t high = rows->count;
    uint64_t low_value = 0;
    uint64_t high_value = UINT64_MAX;
    uint64_t value = prefix_of(content);
    for (unsigned step = 0; low < high; step++) {
        uint64_t at =
            step % 3 == 2 ? low + (high - low) / 2 : guess(low, high, low_value, high_value, value);
        uint8_t there[32];
        SW_TRY(content_at(rows, at, there, err));
        int order = memcmp(there, content, 32);
        if (order < 0 || (behind && order == 0)) {
            low = at + 1;
            low_value = prefix_of(there);
        } else {
            high = at;
            high_value = prefix_of(there);
        }
    }
    *out = low;
    return SW_OK;
}

sw_result sw_rows_find(struct sw_rows *rows, const uint8_t content[32], uint64_t *first,
    uint64_t *count, struct sw_error *err)
{
    uint64_t from;
    uint64_t to;
    uint8_t there[32];
    SW_TRY(find_bound(rows, content, false, &from, err));
    to = from;
    if (from < rows->count) {
        SW_TRY(content_at(rows, from, there, err));
        SW_TRY(memcmp(there, content, 32) == 0 ? find_bound(rows, content, true, &to, err) : SW_OK);
    }
    *first = from;
    *count = to - from;
    return SW_OK;
}

/* --- proofs ---------------------------------------------------------------------------------- */

struct tree_view {
    struct sw_rows *rows;
    enum sw_tree_kind kind;
    struct tree_cache *cache;
};

static size_t leaves_in_tile(const struct sw_rows *rows, uint64_t tile)
{
    uint64_t left = rows->count - tile * SW_TILE_LEAVES;
    return left < SW_TILE_LEAVES ? (size_t)left : SW_TILE_LEAVES;
}

static void hash_content(const uint8_t content[32], struct sw_hash256 *out)
{
    uint8_t leaf[SW_CONTENT_LEAF_SIZE];
    sw_content_leaf(content, leaf);
    sw_merkle_leaf(sw_bytes(leaf, sizeof(leaf)), out);
}

static sw_result sorted_leaves(
    struct tree_view *view, uint64_t tile, struct sw_hash256 *out, struct sw_error *err)
{
    uint32_t places[SW_TILE_LEAVES];
    size_t count = leaves_in_tile(view->rows, tile);
    SW_TRY(sw_rows_places(view->rows, tile * SW_TILE_LEAVES, count, places, err));
    for (size_t i = 0; i < count; i++) {
        uint8_t content[32];
        SW_TRY(peek_content(view->rows, places[i], content, err));
        hash_content(content, &out[i]);
    }
    return SW_OK;
}

/* The rows are not checked against their chunks: the root says whether they are right. */
static sw_result ordered_leaves(
    struct tree_view *view, uint64_t tile, struct sw_hash256 *out, struct sw_error *err)
{
    struct sw_rows *rows = view->rows;
    uint64_t first = tile * SW_TILE_LEAVES;
    uint32_t group = (uint32_t)(first / SW_ROWS_GROUP);
    size_t count = leaves_in_tile(rows, tile);
    if (view->cache->rows == NULL) {
        view->cache->rows = malloc(SW_TILE_LEAVES * sizeof(view->cache->rows[0]));
        SW_TRY_PTR(view->cache->rows);
    }
    SW_TRY(sw_rows_hash_origins(rows));
    SW_TRY(sw_row_range_read(rows, group, rows_in_group(rows, group),
        (size_t)(first % SW_ROWS_GROUP), count, view->cache->rows, err));
    for (size_t i = 0; i < count; i++) {
        const struct sw_row *row = &view->cache->rows[i];
        uint8_t leaf[SW_SAMPLE_LEAF_SIZE];
        sw_sample_leaf(row, rows->origin_digests[row->origin], leaf);
        sw_merkle_leaf(sw_bytes(leaf, sizeof(leaf)), &out[i]);
    }
    return SW_OK;
}

static sw_result load_tile(struct tree_view *view, uint64_t tile, struct sw_error *err)
{
    if (view->cache->tile == tile) {
        return SW_OK;
    }
    struct sw_hash256 leaves[SW_TILE_LEAVES];
    view->cache->tile = NO_TILE;
    SW_TRY(view->kind == SW_TREE_SORTED ? sorted_leaves(view, tile, leaves, err)
                                        : ordered_leaves(view, tile, leaves, err));
    SW_TRY(sw_pyramid_build(&view->cache->leaves, leaves, leaves_in_tile(view->rows, tile)));
    view->cache->tile = tile;
    return SW_OK;
}

static sw_result load_hashes(struct tree_view *view, uint16_t column, uint32_t group,
    struct sw_pyramid *pyramid, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf bytes = SW_BUF_INIT;
    SW_TRY(sw_chunks_get(&view->rows->chunks, column, group, &bytes, err));
    return sw_pyramid_build(
        pyramid, (const void *)bytes.data, bytes.len / sizeof(struct sw_hash256));
}

static sw_result load_tiles(struct tree_view *view, uint32_t group, struct sw_error *err)
{
    if (view->cache->group == group) {
        return SW_OK;
    }
    bool ordered = view->kind == SW_TREE_ORDERED;
    view->cache->group = NO_GROUP;
    SW_TRY(
        load_hashes(view, ordered ? SW_COL_TREE : SW_COL_SORTED, group, &view->cache->tiles, err));
    view->cache->group = group;
    return SW_OK;
}

static sw_result load_upper(struct tree_view *view, struct sw_error *err)
{
    if (view->cache->upper_read) {
        return SW_OK;
    }
    bool ordered = view->kind == SW_TREE_ORDERED;
    SW_TRY(load_hashes(
        view, ordered ? SW_COL_TREE_UPPER : SW_COL_SORTED_UPPER, 0, &view->cache->upper, err));
    view->cache->upper_read = true;
    return SW_OK;
}

/* A node of the tree, from the piece of it that was read last or is read now. */
static enum sw_code view_node(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    struct tree_view *view = ctx;
    const struct sw_pyramid *piece;
    unsigned at_level = level;
    uint64_t at = index;
    if (level < SW_TILE_HEIGHT) {
        unsigned up = SW_TILE_HEIGHT - level;
        SW_TRY(load_tile(view, index >> up, err));
        piece = &view->cache->leaves;
        at = index & ((1u << up) - 1);
    } else if (level < 2 * SW_TILE_HEIGHT) {
        unsigned up = 2 * SW_TILE_HEIGHT - level;
        SW_TRY(load_tiles(view, (uint32_t)(index >> up), err));
        piece = &view->cache->tiles;
        at = index & ((1u << up) - 1);
        at_level = level - SW_TILE_HEIGHT;
    } else {
        SW_TRY(load_upper(view, err));
        piece = &view->cache->upper;
        at_level = level - 2 * SW_TILE_HEIGHT;
    }
    if (at_level >= SW_PYRAMID_LEVELS || at >= piece->count[at_level]) {
        return sw_fail(
            err, SW_E_FORMAT, "'%s': its tree has not all its nodes", view->rows->chunks.path);
    }
    *out = piece->level[at_level][at];
    return SW_OK;
}

static struct tree_view view_of(struct sw_rows *rows, enum sw_tree_kind kind)
{
    bool ordered = kind == SW_TREE_ORDERED;
    return (struct tree_view){rows, kind, ordered ? &rows->cache->ordered : &rows->cache->sorted};
}

static sw_result check_leaf(struct tree_view *view, uint64_t index, const struct sw_hash256 *leaf,
    struct sw_hash256 *proof, size_t *count, struct sw_error *err)
{
    struct sw_rows *rows = view->rows;
    struct sw_merkle_source source = {view_node, view};
    SW_TRY(sw_merkle_prove_inclusion(&source, index, rows->count, proof, count, err));
    const struct sw_hash256 *root = view->kind == SW_TREE_ORDERED ? &rows->ordered : &rows->sorted;
    if (sw_merkle_check_inclusion(index, rows->count, leaf, proof, *count, root) != SW_OK) {
        return sw_fail(err, SW_E_REFUSED, "'%s' was changed: sample %llu is not under its root",
            rows->chunks.path, (unsigned long long)index);
    }
    return SW_OK;
}

/* The nodes beside the way may be in other tiles, so what is wanted of this one is taken first. */
static sw_result prove_leaf(struct tree_view *view, uint64_t index, struct sw_row *row,
    struct sw_hash256 *proof, size_t *count, struct sw_error *err)
{
    SW_TRY(check_index(view->rows, index, err));
    SW_TRY(load_tile(view, index / SW_TILE_LEAVES, err));
    struct sw_hash256 leaf = view->cache->leaves.level[0][index % SW_TILE_LEAVES];
    if (row != NULL) {
        *row = view->cache->rows[index % SW_TILE_LEAVES];
    }
    return check_leaf(view, index, &leaf, proof, count, err);
}

sw_result sw_rows_prove(struct sw_rows *rows, enum sw_tree_kind kind, uint64_t index,
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count, struct sw_error *err)
{
    struct tree_view view = view_of(rows, kind);
    size_t n;
    SW_TRY(prove_leaf(&view, index, NULL, proof, &n, err));
    *count = n;
    return SW_OK;
}

sw_result sw_rows_proven(struct sw_rows *rows, uint64_t index, struct sw_row *out,
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX], size_t *count, struct sw_error *err)
{
    struct tree_view view = view_of(rows, SW_TREE_ORDERED);
    struct sw_row row;
    size_t n;
    SW_TRY(prove_leaf(&view, index, &row, proof, &n, err));
    *out = row;
    *count = n;
    return SW_OK;
}

sw_result sw_rows_proven_content(
    struct sw_rows *rows, uint64_t place, uint8_t out[32], struct sw_error *err)
{
    struct tree_view view = view_of(rows, SW_TREE_SORTED);
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    struct sw_hash256 leaf;
    uint8_t content[32];
    size_t count;
    SW_TRY(content_at(rows, place, content, err));
    hash_content(content, &leaf);
    SW_TRY(check_leaf(&view, place, &leaf, proof, &count, err));
    memcpy(out, content, sizeof(content));
    return SW_OK;
}
