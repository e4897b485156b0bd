/* Files beside a model that loaders read settings from, told whole as the fact "json" so that the
 * checks of a repository can judge them together. Private to scan. */
#ifndef SW_SCAN_SETTINGS_H
#define SW_SCAN_SETTINGS_H

#include "scan/repository.h"

#define SW_SETTINGS_MAX ((size_t)1 << 20)
#define SW_SETTINGS_INDEX_MAX ((size_t)3 << 20) /* it names every tensor */

/* Is it one of them, by its name? */
bool sw_is_settings(const char *path);
/* Tells the content of such a file; says so when it is too large. */
sw_result sw_settings_tell(struct sw_inspection *in, const char *path, struct sw_bytes text);
/* "config.json" of "a/b/config.json". */
const char *sw_base_name(const char *path);
/* Is it the index of a model in shards, "model.safetensors.index.json"? */
bool sw_is_shard_index(const char *path);

/* The file of that name in the directory of another one; NULL when there is none. */
const struct sw_repository_file *sw_repository_beside(
    const struct sw_repository *repository, const char *path, struct sw_str name);
/* Parses a fact of a file itself (not of a member). False when there is none or it is no JSON. */
bool sw_repository_json(struct sw_arena *arena, const struct sw_repository_file *file,
    const char *kind, struct sw_json *out);
/* As much of a text from a file as a finding shows. */
static inline struct sw_str sw_shown(struct sw_str text)
{
    return (struct sw_str){text.ptr, text.len > 120 ? 120 : text.len};
}

#endif
