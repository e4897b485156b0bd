/* The digest of a manifest, and what signing and verifying share about one. Private to the room. */
#ifndef SW_MODEL_MANIFEST_H
#define SW_MODEL_MANIFEST_H

#include "model/model.h"

/* One file or shard, as the manifest digest binds it. */
struct sw_manifest_item {
    struct sw_str name; /* of the file */
    uint64_t start;
    uint64_t end;
    struct sw_bytes digest;
};

/* doc/format/manifest.md. Items come in the order of their names, then of their starts. */
sw_result sw_manifest_digest_begin(struct sw_hash *hash, enum sw_model_method method,
    enum sw_digest_alg alg, uint64_t shard_size, uint64_t count);
void sw_manifest_digest_add(struct sw_hash *hash, const struct sw_manifest_item *item);

/* "files", "shards". */
const char *sw_model_method_name(enum sw_model_method method);

/* `path` without "." or ".." at its end, so that its last component is the model's name. */
const char *sw_model_named_path(struct sw_arena *arena, const char *path);

#endif
