/* The published tree, read from its tiles. */
#ifndef SW_EVIDENCE_HASHES_H
#define SW_EVIDENCE_HASHES_H

#include "evidence/disk.h"
#include "evidence/tiles.h"
#include "evidence/tlog.h"

#define SW_TILE_FILE_SIZE (sizeof("log/") + SW_TILE_PATH_SIZE)

struct sw_hashes {
    const struct sw_disk *disk;
    uint64_t size; /* of the tree */
    struct sw_tile_cache {
        uint64_t index;
        unsigned count; /* 0: nothing cached */
        struct sw_hash256 hash[SW_TILE_WIDTH];
    } cache[SW_TILE_LEVELS]; /* the tile read last at each level */
};

void sw_hashes_init(struct sw_hashes *hashes, const struct sw_disk *disk, uint64_t size);

/* Reads one file of a tree of `size` entries: the tile or bundle (level -1) at `index`, cut to the
 * width that it has in that tree when only a later, wider one is left. *width says how many hashes
 * or entries it must hold, `file` which file it was (also when it is not there). */
sw_result sw_tile_read(const struct sw_disk *disk, uint64_t size, int level, uint64_t index,
    struct sw_buf *out, unsigned *width, char file[SW_TILE_FILE_SIZE], struct sw_error *err);
/* "log/tile/0/000". */
void sw_tile_file(int level, uint64_t index, unsigned width, char out[SW_TILE_FILE_SIZE]);
/* Hashes or entries that the tile at `index` has in a tree of `size` entries; 0: it is not there.
 */
unsigned sw_tile_width(uint64_t size, int level, uint64_t index);

/* One leaf's hash. */
sw_result sw_hashes_leaf(
    struct sw_hashes *hashes, uint64_t index, struct sw_hash256 *out, struct sw_error *err);
/* What sw_merkle_root() and the proofs are made from. */
struct sw_merkle_source sw_hashes_source(struct sw_hashes *hashes);
sw_result sw_hashes_root_at(
    const struct sw_disk *disk, uint64_t size, struct sw_hash256 *out, struct sw_error *err);

#endif
