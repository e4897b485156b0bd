/* Hashing a tree: one digest per unit of the reader (a file or a shard). Private to the room. */
#ifndef SW_MODEL_HASH_H
#define SW_MODEL_HASH_H

#include "model/model.h"

struct sw_unit_digests {
    enum sw_digest_alg alg;
    size_t len;         /* bytes of one digest */
    size_t count;       /* units, numbered as the reader does */
    uint8_t *bytes;     /* count × len, one behind the other */
    bool *done;         /* by unit: false when it could not be read */
    const char **words; /* by entry: why a unit of it could not be read; NULL when all could */
};

/* Reads the whole tree once. What cannot be read stops it, unless `tolerate`: then it is noted. The
 * options give threads, progress and other consumers. SW_E_LIMIT over SW_MODEL_MAX_RESOURCES. */
sw_result sw_model_hash_tree(struct sw_arena *arena, const struct sw_tree *tree,
    const struct sw_model_options *options, enum sw_digest_alg alg, uint64_t range_size,
    bool tolerate, struct sw_unit_digests *out, struct sw_error *err);

#endif
