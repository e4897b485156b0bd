#include "model/exclude.h"

#include <stdlib.h>

/* OMS v1.0, 6.2: excluded at the model's root unless the user wants them. */
static const char *const git_names[] = {".git", ".gitattributes", ".github", ".gitignore"};

bool sw_exclude_is_git(const char *name)
{
    struct sw_str first = sw_str_n(name, strcspn(name, "/"));
    for (size_t i = 0; i < SW_COUNT(git_names); i++) {
        if (sw_str_is(first, git_names[i])) {
            return true;
        }
    }
    return false;
}

sw_result sw_exclude_add(struct sw_exclude *exclude, struct sw_arena *arena, const char *path)
{
    const char **paths =
        sw_arena_grow(arena, exclude->paths, exclude->count, &exclude->cap, sizeof(*paths));
    SW_TRY_PTR(paths);
    exclude->paths = paths;
    paths[exclude->count++] = path;
    return SW_OK;
}

static int by_bytes(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

void sw_exclude_sort(struct sw_exclude *exclude)
{
    if (exclude->count == 0) {
        return;
    }
    qsort(exclude->paths, exclude->count, sizeof(*exclude->paths), by_bytes);
    size_t kept = 1;
    for (size_t i = 1; i < exclude->count; i++) {
        if (strcmp(exclude->paths[i], exclude->paths[kept - 1]) != 0) {
            exclude->paths[kept++] = exclude->paths[i];
        }
    }
    exclude->count = kept;
}

static int compare_path(const void *key, const void *element)
{
    const struct sw_str *wanted = key;
    const char *const *path = element;
    return sw_str_compare(*wanted, sw_str(*path));
}

/* The format signs that the signature is left out, and does not say that it is a file. */
static bool is_signature_name(const struct sw_exclude *exclude, struct sw_str path)
{
    const char *slash = memrchr(path.ptr, '/', path.len);
    size_t dir = slash == NULL ? 0 : (size_t)(slash + 1 - path.ptr);
    struct sw_str base = sw_str_n(path.ptr + dir, path.len - dir);
    return sw_str_is(base, "model.sig") || sw_str_equal(base, exclude->signature);
}

bool sw_exclude_covers(const struct sw_exclude *exclude, const char *name, bool is_dir)
{
    if (exclude->count == 0) {
        return false;
    }
    for (size_t len = 1;; len++) {
        if (name[len - 1] == '\0') {
            return false;
        }
        if (name[len] != '/' && name[len] != '\0') {
            continue;
        }
        struct sw_str part = sw_str_n(name, len);
        bool as_directory = is_dir || name[len] != '\0';
        if (bsearch(&part, exclude->paths, exclude->count, sizeof(*exclude->paths), compare_path) !=
                NULL &&
            !(as_directory && is_signature_name(exclude, part))) {
            return true;
        }
    }
}

/* The user's spelling of a path below the model: "./a/" is "a". */
static sw_result add_ignored(
    struct sw_exclude *exclude, struct sw_arena *arena, const char *given, struct sw_error *err)
{
    struct sw_str path = sw_str(given);
    while (sw_str_starts(path, "./")) {
        path = sw_str_n(path.ptr + 2, path.len - 2);
    }
    while (path.len > 1 && path.ptr[path.len - 1] == '/') {
        path.len--;
    }
    if (!sw_path_is_plain(path)) {
        return sw_fail(err, SW_E_USAGE,
            "cannot ignore '%s': give a path relative to the model, without '..'", given);
    }
    char *copy = sw_arena_strndup(arena, path);
    SW_TRY_PTR(copy);
    return sw_exclude_add(exclude, arena, copy);
}

/* The signature's name inside the model, or NULL when it lies elsewhere. It need not exist yet, but
 * its directory does. */
static const char *inside_name(
    struct sw_arena *arena, const char *model_path, const char *signature)
{
    char *dir = sw_arena_strndup(arena, sw_path_dir(signature));
    SW_CLEANUP(free) char *root = realpath(model_path, NULL);
    SW_CLEANUP(free) char *real = dir == NULL ? NULL : realpath(dir, NULL);
    if (root == NULL || real == NULL) {
        return NULL;
    }
    struct sw_str base = sw_path_base(signature);
    size_t root_len = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(real, root, root_len) != 0) {
        return NULL;
    }
    const char *below = real + root_len;
    if (below[0] == '\0' || strcmp(below, "/") == 0) {
        return sw_arena_strndup(arena, base);
    }
    return below[0] != '/' ? NULL
                           : sw_arena_printf(arena, "%s/" SW_STR_FMT, below + 1, SW_STR_ARG(base));
}

sw_result sw_exclude_init(struct sw_exclude *exclude, struct sw_arena *arena,
    const char *model_path, const struct sw_model_options *options, struct sw_error *err)
{
    *exclude = (struct sw_exclude){.signature = sw_str("")};
    if (options->signature != NULL) {
        exclude->signature = sw_path_base(options->signature);
        if (sw_dir_exists(options->signature)) {
            return sw_fail(
                err, SW_E_USAGE, "the signature '%s' is a directory", options->signature);
        }
    }
    for (size_t i = 0; i < options->ignore_count; i++) {
        SW_TRY(add_ignored(exclude, arena, options->ignore[i], err));
    }
    for (size_t i = 0; i < SW_COUNT(git_names) && !options->keep_git; i++) {
        SW_TRY(sw_exclude_add(exclude, arena, git_names[i]));
    }
    const char *signature =
        options->signature == NULL ? NULL : inside_name(arena, model_path, options->signature);
    if (signature != NULL && sw_path_is_plain(sw_str(signature))) {
        SW_TRY(sw_exclude_add(exclude, arena, signature));
    }
    sw_exclude_sort(exclude);
    return SW_OK;
}
