#include "model/manifest.h"

/* "NAME.sig" or "model.sig" in the directory that holds the model. */
static const char *beside(struct sw_arena *arena, const char *named, bool by_name)
{
    char *dir = sw_arena_strndup(arena, sw_path_dir(named));
    struct sw_str base = sw_path_base(named);
    char *file = by_name ? sw_arena_printf(arena, SW_STR_FMT ".sig", SW_STR_ARG(base))
                         : sw_arena_strdup(arena, "model.sig");
    if (dir == NULL || file == NULL) {
        return NULL;
    }
    return strcmp(dir, ".") == 0 ? file : sw_path_join(arena, dir, file);
}

const char *sw_model_signature_path(struct sw_arena *arena, const char *path, bool for_writing)
{
    const char *named = sw_model_named_path(arena, path);
    if (named == NULL) {
        return NULL;
    }
    bool is_dir = sw_dir_exists(path);
    const char *inside = is_dir ? sw_path_join(arena, path, "model.sig") : NULL;
    if (for_writing) {
        return is_dir ? inside : beside(arena, named, true);
    }
    const char *const places[] = {inside, beside(arena, named, true), beside(arena, named, false)};
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        if (places[i] != NULL && sw_file_exists(places[i])) {
            return places[i];
        }
    }
    return NULL;
}
