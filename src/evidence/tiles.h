/* The growing edge of the log: entries go in, full tiles and entry bundles come out (C2SP
 * tlog-tiles). It never reads tiles back: the journal holds what it needs to go on. */
#ifndef SW_EVIDENCE_TILES_H
#define SW_EVIDENCE_TILES_H

#include "claim/claim.h"

#define SW_TILE_WIDTH 256u
#define SW_TILE_LEVELS 8u
#define SW_LOG_SIZE_MAX ((uint64_t)1 << 56) /* so that the highest level is never full */
#define SW_ENTRY_MAX 65535u
#define SW_ENTRIES_LEVEL (-1) /* entry bundles, as in sw_tile_path() */

/* Takes one tile (level 0 and up) or entry bundle (level -1); `width` < 256 for a partial one. */
typedef enum sw_code (*sw_tile_sink)(void *ctx, int level, uint64_t index, unsigned width,
    struct sw_bytes data, struct sw_error *err);

struct sw_tiles {
    uint64_t size; /* entries that are in */
    struct sw_tile_edge {
        uint64_t index; /* of the tile that is being filled */
        unsigned count; /* 256 only while its writing failed and must be tried again */
        struct sw_hash256 hash[SW_TILE_WIDTH];
    } edge[SW_TILE_LEVELS];
    struct sw_buf bundle; /* the entries of edge[0], with their lengths before them */
    sw_tile_sink sink;
    void *ctx;
};

void sw_tiles_init(struct sw_tiles *tiles, sw_tile_sink sink, void *ctx);
void sw_tiles_release(struct sw_tiles *tiles);
SW_DEFINE_CLEANUP(tiles, struct sw_tiles, sw_tiles_release)

/* Adds `count` entries that stand next in `entries`, each behind its length (u16, big-endian). When
 * the sink fails, `size` says how far it came; adding the rest later tries the sink again. */
sw_result sw_tiles_add(
    struct sw_tiles *tiles, struct sw_cursor *entries, uint64_t count, struct sw_error *err);
/* Gives every partial tile and the partial bundle to the sink. */
sw_result sw_tiles_partials(struct sw_tiles *tiles, struct sw_error *err);
void sw_tiles_root(const struct sw_tiles *tiles, struct sw_hash256 *out);

/* The edge in bytes: size (u64), the partial tiles' hashes from level 0 up, the partial bundle. The
 * widths follow from the size. Not while a tile waits to be written again (SW_E_INTERNAL). */
sw_result sw_tiles_save(const struct sw_tiles *tiles, struct sw_buf *out);
/* SW_E_FORMAT also when the entries do not have the hashes of their tile. */
sw_result sw_tiles_load(struct sw_tiles *tiles, struct sw_bytes saved, struct sw_error *err);

/* The root over `count` hashes of complete subtrees of one size, 1 to 256 of them, and `tail`, the
 * root of what stands to their right (NULL: nothing). */
void sw_tile_fold(const struct sw_hash256 *hashes, unsigned count, const struct sw_hash256 *tail,
    struct sw_hash256 *out);

/* One entry behind its length. */
sw_result sw_entry_next(struct sw_cursor *entries, struct sw_bytes *out);

#endif
