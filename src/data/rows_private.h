/* What the files about dataset versions share. */
#ifndef SW_DATA_ROWS_PRIVATE_H
#define SW_DATA_ROWS_PRIVATE_H

#include "data/rows.h"

#define SW_ROWS_FORMAT "sealwright-dataset/v1"

/* Columns by their numbers on disk; doc/format/dataset.md. */
enum sw_rows_column {
    SW_COL_RECORD = 1,
    SW_COL_CONTENT = 2,
    SW_COL_ORIGIN = 3,
    SW_COL_FILE = 4,
    SW_COL_OFFSET = 5,
    SW_COL_LENGTH = 6,
    SW_COL_WEIGHT = 7,
    SW_COL_FLAGS = 8,
    SW_COL_TREE = 9,    /* ordered tree, level 8 */
    SW_COL_PLACES = 10, /* rows in the order of their contents, u32 */
    SW_COL_SORTED = 11, /* sorted tree, level 8 */
    SW_COL_TREE_UPPER = 12,
    SW_COL_SORTED_UPPER = 13,
    SW_COL_ORIGINS = 16,
};

/* --- trees (rows_tree.c) --------------------------------------------------------------------- */

#define SW_TILE_LEAVES 256u
#define SW_TILE_HEIGHT 8u
#define SW_PYRAMID_LEVELS 33u

/* Complete subtrees over `count[0]` neighbours, level by level. */
struct sw_pyramid {
    struct sw_hash256 *level[SW_PYRAMID_LEVELS]; /* one allocation, at level[0] */
    size_t count[SW_PYRAMID_LEVELS];
};
void sw_pyramid_release(struct sw_pyramid *pyramid);
SW_DEFINE_CLEANUP(pyramid, struct sw_pyramid, sw_pyramid_release)
/* Replaces what it held. */
sw_result sw_pyramid_build(struct sw_pyramid *pyramid, const struct sw_hash256 *base, size_t count);

/* A tree that grows by entries: keeps the tile and the group that are being filled, and one node
 * for each whole group. */
struct sw_tree_builder {
    struct sw_hash256 leaf[SW_TILE_LEAVES];
    unsigned leaf_count;
    struct sw_hash256 tile[SW_ROWS_GROUP / SW_TILE_LEAVES]; /* level 8 in this group */
    unsigned tile_count;
    struct sw_buf groups;                     /* level 16 */
    uint64_t size;                            /* entries */
    uint8_t waiting[SW_SAMPLE_LEAF_SIZE + 1]; /* an entry: two are hashed at once */
    size_t waiting_len;                       /* 0: none */
};
void sw_tree_builder_release(struct sw_tree_builder *builder);
SW_DEFINE_CLEANUP(tree_builder, struct sw_tree_builder, sw_tree_builder_release)
/* An entry of at most SW_SAMPLE_LEAF_SIZE bytes. When a group is full, its tiles must be taken
 * (sw_tree_builder_tiles) before the next one. */
void sw_tree_builder_add(struct sw_tree_builder *builder, struct sw_bytes entry);
/* The level-8 hashes of the group that is being filled or just became full. */
struct sw_bytes sw_tree_builder_tiles(const struct sw_tree_builder *builder);
/* Closes a full group. */
sw_result sw_tree_builder_group(struct sw_tree_builder *builder);
/* Ends it: nothing can be added afterwards. */
sw_result sw_tree_builder_root(
    struct sw_tree_builder *builder, struct sw_hash256 *out, struct sw_error *err);

/* --- one group as columns (rows_group.c) ----------------------------------------------------- */

struct sw_row_group {
    struct sw_row *rows; /* SW_ROWS_GROUP of them */
    size_t count;
};
sw_result sw_row_group_write(const struct sw_row_group *group, struct sw_chunks_writer *writer,
    uint32_t index, bool one_digest, struct sw_error *err);
/* `count` is what the set's size asks for. */
sw_result sw_row_group_read(struct sw_row_group *group, const struct sw_chunks *chunks,
    uint32_t index, size_t count, bool one_digest, struct sw_error *err);

/* Only rows `first` to `first + wanted - 1` of the group, to `out`. Their digests are read without
 * a check: the caller proves the rows under the tree's root. SW_E_FORMAT. */
sw_result sw_row_range_read(const struct sw_rows *rows, uint32_t index, size_t count, size_t first,
    size_t wanted, struct sw_row *out, struct sw_error *err);
/* Only which origin each row has: a hundredth of the group's bytes. `origins` has room for
 * SW_ROWS_GROUP. */
sw_result sw_row_group_origins(const struct sw_rows *rows, uint32_t index, size_t count,
    uint32_t *origins, struct sw_error *err);

/* --- origins (rows_origin.c) ----------------------------------------------------------------- */

sw_result sw_origin_write(const struct sw_origin *origin, struct sw_buf *out);
sw_result sw_origin_read(struct sw_arena *arena, const struct sw_json *json, struct sw_origin *out,
    struct sw_error *err);
/* The origins of a set, with what each has: the column SW_COL_ORIGINS. */
struct sw_origin_entry {
    struct sw_origin origin;
    uint64_t samples;
    uint64_t bytes;
};
sw_result sw_origins_read(struct sw_arena *arena, struct sw_bytes text,
    struct sw_origin_entry **out, size_t *count, struct sw_error *err);
bool sw_origin_equal(const struct sw_origin *a, const struct sw_origin *b);
sw_result sw_origin_copy(
    struct sw_arena *arena, const struct sw_origin *from, struct sw_origin *out);

/* --- sorting (rows_sort.c) ------------------------------------------------------------------- */

struct sw_sorter {
    /* Gives the contents of one group, in the order of rows: 32 bytes each. */
    sw_result (*contents)(void *ctx, uint32_t group, struct sw_buf *out, struct sw_error *err);
    /* Takes the rows in the order of their contents; equal contents by row. */
    sw_result (*place)(void *ctx, const uint8_t content[32], uint32_t row, struct sw_error *err);
    void *ctx;
    const char *scratch; /* a directory */
    size_t in_memory;    /* entries sorted in memory at once; 0: 2,097,152 */
};
sw_result sw_rows_sort(const struct sw_sorter *sorter, uint64_t count, struct sw_progress *progress,
    struct sw_error *err);

#endif
