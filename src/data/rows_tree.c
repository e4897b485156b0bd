#include "data/rows_private.h"

#include <stdlib.h>

/* --- pyramids -------------------------------------------------------------------------------- */

void sw_pyramid_release(struct sw_pyramid *pyramid)
{
    free(pyramid->level[0]);
    *pyramid = (struct sw_pyramid){0};
}

sw_result sw_pyramid_build(struct sw_pyramid *pyramid, const struct sw_hash256 *base, size_t count)
{
    struct sw_hash256 *hashes = calloc(2 * count + 1, sizeof(*hashes));
    SW_TRY_PTR(hashes);
    sw_pyramid_release(pyramid);
    pyramid->level[0] = hashes;
    pyramid->count[0] = count;
    if (count > 0) {
        memcpy(hashes, base, count * sizeof(*base));
    }
    for (unsigned l = 1; l < SW_PYRAMID_LEVELS; l++) {
        const struct sw_hash256 *below = pyramid->level[l - 1];
        pyramid->level[l] = pyramid->level[l - 1] + pyramid->count[l - 1];
        pyramid->count[l] = pyramid->count[l - 1] / 2;
        sw_merkle_nodes(below, pyramid->count[l], pyramid->level[l]);
    }
    return SW_OK;
}

/* --- growing --------------------------------------------------------------------------------- */

void sw_tree_builder_release(struct sw_tree_builder *builder)
{
    sw_buf_release(&builder->groups);
    *builder = (struct sw_tree_builder){0};
}

/* The root over a power of two of hashes; overwrites them. */
static void fold(struct sw_hash256 *hashes, unsigned count, struct sw_hash256 *out)
{
    for (; count > 1; count /= 2) {
        sw_merkle_nodes(hashes, count / 2, hashes);
    }
    *out = hashes[0];
}

/* What is hashed of an entry. */
static size_t put_entry(struct sw_bytes entry, uint8_t out[SW_SAMPLE_LEAF_SIZE + 1])
{
    out[0] = 0x00;
    memcpy(out + 1, entry.ptr, entry.len);
    return entry.len + 1;
}

void sw_tree_builder_add(struct sw_tree_builder *builder, struct sw_bytes entry)
{
    uint8_t text[SW_SAMPLE_LEAF_SIZE + 1];
    builder->size++;
    if (builder->waiting_len == 0) {
        builder->waiting_len = put_entry(entry, builder->waiting);
        return;
    }
    struct sw_hash256 *leaf = &builder->leaf[builder->leaf_count];
    sw_sha256_pair(sw_bytes(builder->waiting, builder->waiting_len),
        sw_bytes(text, put_entry(entry, text)), leaf[0].bytes, leaf[1].bytes);
    builder->waiting_len = 0;
    builder->leaf_count += 2;
    if (builder->leaf_count == SW_TILE_LEAVES) {
        fold(builder->leaf, SW_TILE_LEAVES, &builder->tile[builder->tile_count]);
        builder->tile_count++;
        builder->leaf_count = 0;
    }
}

struct sw_bytes sw_tree_builder_tiles(const struct sw_tree_builder *builder)
{
    return sw_bytes(builder->tile, builder->tile_count * sizeof(builder->tile[0]));
}

sw_result sw_tree_builder_group(struct sw_tree_builder *builder)
{
    struct sw_hash256 node;
    fold(builder->tile, SW_ROWS_GROUP / SW_TILE_LEAVES, &node);
    builder->tile_count = 0;
    return sw_buf_append(&builder->groups, &node, sizeof(node));
}

/* The pieces of a tree at its right edge, as sw_merkle_root() asks for them. */
struct edge {
    struct sw_pyramid groups;
    struct sw_pyramid tiles;
    struct sw_pyramid leaves;
};

static enum sw_code edge_node(
    void *ctx, unsigned level, uint64_t index, struct sw_hash256 *out, struct sw_error *err)
{
    const struct edge *edge = ctx;
    bool in_groups = level >= 2 * SW_TILE_HEIGHT;
    const struct sw_pyramid *piece =
        in_groups ? &edge->groups : (level >= SW_TILE_HEIGHT ? &edge->tiles : &edge->leaves);
    unsigned base = in_groups ? 2 * SW_TILE_HEIGHT : (level >= SW_TILE_HEIGHT ? SW_TILE_HEIGHT : 0);
    /* Tiles and leaves are those of the last group and tile only: their numbers begin there. */
    uint64_t at = in_groups ? index : index & (((uint64_t)SW_TILE_LEAVES >> (level - base)) - 1);
    if (at >= piece->count[level - base]) {
        return sw_fail(err, SW_E_INTERNAL, "a tree was asked for what is not at its edge");
    }
    *out = piece->level[level - base][at];
    return SW_OK;
}

static sw_result edge_root(const struct sw_tree_builder *builder, struct edge *edge,
    struct sw_hash256 *out, struct sw_error *err)
{
    size_t groups = builder->groups.len / sizeof(struct sw_hash256);
    SW_TRY(sw_pyramid_build(&edge->groups, (const void *)builder->groups.data, groups));
    SW_TRY(sw_pyramid_build(&edge->tiles, builder->tile, builder->tile_count));
    SW_TRY(sw_pyramid_build(&edge->leaves, builder->leaf, builder->leaf_count));
    struct sw_merkle_source source = {edge_node, edge};
    return sw_merkle_root(&source, builder->size, out, err);
}

sw_result sw_tree_builder_root(
    struct sw_tree_builder *builder, struct sw_hash256 *out, struct sw_error *err)
{
    struct edge edge = {0};
    if (builder->waiting_len > 0) {
        sw_merkle_leaf(sw_bytes(builder->waiting + 1, builder->waiting_len - 1),
            &builder->leaf[builder->leaf_count++]);
        builder->waiting_len = 0;
    }
    enum sw_code code = edge_root(builder, &edge, out, err);
    sw_pyramid_release(&edge.groups);
    sw_pyramid_release(&edge.tiles);
    sw_pyramid_release(&edge.leaves);
    return code;
}

/* --- what is hashed -------------------------------------------------------------------------- */

static uint8_t *put_be(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    }
    return out + bytes;
}

void sw_sample_leaf(
    const struct sw_row *row, const uint8_t origin[32], uint8_t out[SW_SAMPLE_LEAF_SIZE])
{
    static const char prefix[21] = "sealwright-sample/v1"; /* with its NUL */
    uint32_t weight;
    memcpy(&weight, &row->weight, sizeof(weight));
    memcpy(out, prefix, sizeof(prefix));
    memcpy(out + 21, row->record, 32);
    memcpy(out + 53, row->content, 32);
    memcpy(out + 85, origin, 32);
    uint8_t *at = put_be(out + 117, row->file, 4);
    at = put_be(at, row->offset, 8);
    at = put_be(at, row->length, 8);
    at = put_be(at, weight, 4);
    (void)put_be(at, row->flags, 4);
}

void sw_content_leaf(const uint8_t content[32], uint8_t out[SW_CONTENT_LEAF_SIZE])
{
    static const char prefix[22] = "sealwright-content/v1"; /* with its NUL */
    memcpy(out, prefix, sizeof(prefix));
    memcpy(out + sizeof(prefix), content, 32);
}

void sw_tree_head(
    enum sw_tree_kind kind, uint64_t size, const struct sw_hash256 *root, struct sw_digest *out)
{
    static const char prefix[19] = "sealwright-tree/v1"; /* with its NUL */
    uint8_t text[19 + 1 + 8 + 32];
    memcpy(text, prefix, sizeof(prefix));
    text[19] = (uint8_t)kind;
    uint8_t *at = put_be(text + 20, size, 8);
    memcpy(at, root->bytes, 32);
    sw_sha256(sw_bytes(text, sizeof(text)), out);
}
