/* What is left out of a model: exact paths, each with what is below it (OMS v1.0, 6.2.1). Private
 * to the room. */
#ifndef SW_MODEL_EXCLUDE_H
#define SW_MODEL_EXCLUDE_H

#include "model/model.h"

struct sw_exclude {
    const char **paths; /* plain, ordered by bytes, each once */
    size_t count;
    size_t cap;
    struct sw_str signature; /* the base name of the one at hand; empty when there is none */
};

/* Starts with what the caller of sign or verify asks for: the options' ignore paths, the names that
 * git uses unless they are kept, and the signature when it lies inside the model at `model_path`.
 */
sw_result sw_exclude_init(struct sw_exclude *exclude, struct sw_arena *arena,
    const char *model_path, const struct sw_model_options *options, struct sw_error *err);
/* Adds a path that is known to be plain; it must live as long as `exclude`. */
sw_result sw_exclude_add(struct sw_exclude *exclude, struct sw_arena *arena, const char *path);
/* Puts the paths in order. Call it after the last sw_exclude_add. */
void sw_exclude_sort(struct sw_exclude *exclude);

/* Is `name` one of the paths, or below one? A path that names a signature stands for a file only:
 * neither a directory of that name is covered, nor what is below. */
bool sw_exclude_covers(const struct sw_exclude *exclude, const char *name, bool is_dir);

/* Is `name`, or its first directory, one of the names that git uses? */
bool sw_exclude_is_git(const char *name);

#endif
