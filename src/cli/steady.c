#include "cli/steady.h"

sw_result sw_steady_begin(
    struct sw_steady *steady, const char *path, bool follow_symlinks, struct sw_error *err)
{
    const struct sw_tree_options how = {.follow_symlinks = follow_symlinks};
    sw_steady_release(steady);
    steady->path = path;
    steady->follow_symlinks = follow_symlinks;
    return sw_tree_open(&steady->tree, path, &how, err);
}

static bool is_same(const struct sw_entry *a, const struct sw_entry *b)
{
    return a->kind == b->kind && a->size == b->size && a->stamp.inode == b->stamp.inode &&
           a->stamp.mtime_ns == b->stamp.mtime_ns && a->stamp.ctime_ns == b->stamp.ctime_ns;
}

/* Both are ordered by name. The first name that only one has, or that changed; NULL: none. */
static const char *find_change(const struct sw_tree *before, const struct sw_tree *now)
{
    for (size_t i = 0; i < before->count && i < now->count; i++) {
        const struct sw_entry *a = &before->entries[i];
        const struct sw_entry *b = &now->entries[i];
        const int order = strcmp(a->name, b->name);
        if (order != 0 || !is_same(a, b)) {
            return order <= 0 ? a->name : b->name;
        }
    }
    if (before->count == now->count) {
        return NULL;
    }
    const struct sw_tree *longer = before->count > now->count ? before : now;
    return longer->entries[before->count > now->count ? now->count : before->count].name;
}

sw_result sw_steady_check(const struct sw_steady *steady, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree now = SW_TREE_INIT;
    const struct sw_tree_options how = {.follow_symlinks = steady->follow_symlinks};
    char shown[256];
    if (steady->path == NULL) {
        return sw_fail(err, SW_E_INTERNAL, "no files were listed before they were looked at");
    }
    SW_TRY(sw_tree_open(&now, steady->path, &how, err));
    const char *name = find_change(&steady->tree, &now);
    if (name == NULL) {
        return SW_OK;
    }
    name = strcmp(name, ".") == 0 ? steady->path : name;
    sw_escape_line(name, strlen(name), shown, sizeof(shown));
    return sw_fail(err, SW_E_IO,
        "'%s' changed while it was looked at: run it again when nobody writes there", shown);
}

void sw_steady_release(struct sw_steady *steady)
{
    sw_tree_release(&steady->tree);
    *steady = SW_STEADY_INIT;
}
