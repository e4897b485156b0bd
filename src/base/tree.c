#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_MAX_ENTRIES ((size_t)10000000)
#define DEFAULT_MAX_DEPTH 128u

/* A directory that was seen and not yet listed. Open descriptors do not pile up that way, however
 * deep the tree is. */
struct pending {
    struct pending *next;
    const char *name; /* "" is the root */
    unsigned depth;
};

struct walk {
    struct sw_tree *tree;
    const struct sw_tree_options *options;
    size_t max_entries;
    unsigned max_depth;
    size_t cap;
    struct pending *pending;
};

static int64_t nanoseconds(struct timespec ts)
{
    return (int64_t)((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

static void set_file(struct sw_entry *entry, const struct stat *st)
{
    entry->kind = SW_ENTRY_FILE;
    entry->size = (uint64_t)st->st_size;
    entry->stamp.inode = st->st_ino;
    entry->stamp.mtime_ns = nanoseconds(st->st_mtim);
    entry->stamp.ctime_ns = nanoseconds(st->st_ctim);
}

/* Is it a link to a file of this tree? Then it counts as that file. */
static void follow_link(const struct sw_tree *tree, struct sw_entry *entry)
{
    SW_CLEANUP(fd) int fd = sw_open_beneath(tree->root_fd, entry->name, O_PATH, 0, true);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        set_file(entry, &st);
    }
}

static void set_kind(const struct sw_tree *tree, struct sw_entry *entry, const struct stat *st)
{
    if (S_ISREG(st->st_mode)) {
        set_file(entry, st);
        return;
    }
    entry->kind = S_ISLNK(st->st_mode) ? SW_ENTRY_SYMLINK : SW_ENTRY_SPECIAL;
    if (entry->kind == SW_ENTRY_SYMLINK && tree->follow_symlinks) {
        follow_link(tree, entry);
    }
}

static sw_result add_entry(struct walk *walk, const struct sw_entry *entry, struct sw_error *err)
{
    struct sw_tree *tree = walk->tree;
    if (tree->count >= walk->max_entries) {
        return sw_fail(err, SW_E_LIMIT, "'%s' holds more than %zu entries", tree->root_path,
            walk->max_entries);
    }
    struct sw_entry *entries =
        sw_arena_grow(&tree->arena, tree->entries, tree->count, &walk->cap, sizeof(*entries));
    SW_TRY_PTR(entries);
    tree->entries = entries;
    entries[tree->count++] = *entry;
    if (entry->kind == SW_ENTRY_FILE && !sw_add_u64(tree->bytes, entry->size, &tree->bytes)) {
        tree->bytes = UINT64_MAX; /* sparse files can claim any size */
    }
    return SW_OK;
}

static const char *join_name(struct sw_arena *arena, const char *dir, const char *base)
{
    size_t dir_len = strlen(dir);
    size_t base_len = strlen(base);
    char *name = sw_arena_alloc(arena, dir_len + base_len + 2);
    if (name == NULL) {
        return NULL;
    }
    char *end = name;
    if (dir_len != 0) {
        memcpy(end, dir, dir_len);
        end += dir_len;
        *end++ = '/';
    }
    memcpy(end, base, base_len + 1);
    return name;
}

static sw_result add_bad_name(struct walk *walk, const char *name, struct sw_error *err)
{
    char shown[2 * PATH_MAX];
    sw_escape_line(name, strlen(name), shown, sizeof(shown));
    struct sw_entry entry = {.kind = SW_ENTRY_BAD_NAME};
    entry.name = sw_arena_strdup(&walk->tree->arena, shown);
    SW_TRY_PTR(entry.name);
    return add_entry(walk, &entry, err);
}

static sw_result add_unreadable(
    struct walk *walk, const char *name, int errnum, struct sw_error *err)
{
    if (name[0] == '\0') {
        return sw_fail_errno(err, errnum, "cannot list '%s'", walk->tree->root_path);
    }
    struct sw_entry entry = {.name = name, .kind = SW_ENTRY_UNREADABLE, .errnum = errnum};
    return add_entry(walk, &entry, err);
}

static sw_result add_directory(
    struct walk *walk, const char *name, unsigned depth, struct sw_error *err)
{
    if (depth > walk->max_depth && walk->options->list_deeper) {
        return add_unreadable(walk, name, ENAMETOOLONG, err);
    }
    if (depth > walk->max_depth) {
        return sw_fail(err, SW_E_LIMIT, "'%s' holds directories more than %u deep",
            walk->tree->root_path, walk->max_depth);
    }
    struct pending *dir = SW_ARENA_NEW(&walk->tree->arena, struct pending);
    SW_TRY_PTR(dir);
    *dir = (struct pending){.next = walk->pending, .name = name, .depth = depth};
    walk->pending = dir;
    return SW_OK;
}

static bool ignored(const struct walk *walk, const char *name, bool is_dir)
{
    const struct sw_tree_options *options = walk->options;
    return options->ignore != NULL && options->ignore(options->ignore_ctx, name, is_dir);
}

/* One name in a directory that is open as `dir_fd`. */
static sw_result visit(struct walk *walk, int dir_fd, const struct pending *dir, const char *base,
    struct sw_error *err)
{
    struct sw_entry entry = {0};
    entry.name = join_name(&walk->tree->arena, dir->name, base);
    SW_TRY_PTR(entry.name);
    struct stat st;
    bool seen = fstatat(dir_fd, base, &st, AT_SYMLINK_NOFOLLOW) == 0;
    int errnum = errno;
    bool is_dir = seen && S_ISDIR(st.st_mode);
    if (ignored(walk, entry.name, is_dir)) {
        return SW_OK;
    }
    if (!sw_utf8_valid(sw_bytes(base, strlen(base)))) {
        return add_bad_name(walk, entry.name, err);
    }
    if (!seen || strlen(entry.name) >= PATH_MAX) {
        return add_unreadable(walk, entry.name, seen ? ENAMETOOLONG : errnum, err);
    }
    if (is_dir) {
        return add_directory(walk, entry.name, dir->depth + 1, err);
    }
    set_kind(walk->tree, &entry, &st);
    return add_entry(walk, &entry, err);
}

static void close_dir(DIR *dir)
{
    (void)closedir(dir);
}
SW_DEFINE_CLEANUP_PTR(dir, DIR, close_dir)

static sw_result list_directory(
    struct walk *walk, const struct pending *where, struct sw_error *err)
{
    const char *name = where->name[0] == '\0' ? "." : where->name;
    const int flags = O_RDONLY | O_DIRECTORY;
    SW_CLEANUP(fd) int fd = sw_open_beneath(walk->tree->root_fd, name, flags, 0, false);
    if (fd < 0) {
        return add_unreadable(walk, where->name, errno, err);
    }
    SW_CLEANUP(dir) DIR *dir = fdopendir(fd);
    SW_TRY_PTR(dir);
    fd = -1; /* closedir closes it */
    for (;;) {
        errno = 0;
        const struct dirent *found = readdir(dir);
        if (found == NULL) {
            return errno == 0 ? SW_OK : add_unreadable(walk, where->name, errno, err);
        }
        if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0) {
            SW_TRY(visit(walk, dirfd(dir), where, found->d_name, err));
        }
    }
}

static int by_name(const void *a, const void *b)
{
    const struct sw_entry *left = a;
    const struct sw_entry *right = b;
    return strcmp(left->name, right->name);
}

static sw_result list_all(
    struct sw_tree *tree, const struct sw_tree_options *options, struct sw_error *err)
{
    struct walk walk = {
        .tree = tree,
        .options = options,
        .max_entries = options->max_entries == 0 ? DEFAULT_MAX_ENTRIES : options->max_entries,
        .max_depth = options->max_depth == 0 ? DEFAULT_MAX_DEPTH : options->max_depth,
    };
    SW_TRY(add_directory(&walk, "", 0, err));
    while (walk.pending != NULL) {
        struct pending *next = walk.pending;
        walk.pending = next->next;
        SW_TRY(list_directory(&walk, next, err));
    }
    if (tree->count > 1) {
        qsort(tree->entries, tree->count, sizeof(*tree->entries), by_name);
    }
    return SW_OK;
}

/* The user named the file, so a link there is followed; the tree begins behind it. */
static sw_result open_single(struct sw_tree *tree, const char *path, struct sw_error *err)
{
    SW_CLEANUP(free) char *real = realpath(path, NULL);
    if (real == NULL) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    char *dir = sw_arena_strndup(&tree->arena, sw_path_dir(real));
    tree->single = sw_arena_strndup(&tree->arena, sw_path_base(real));
    tree->entries = SW_ARENA_NEW(&tree->arena, struct sw_entry);
    if (dir == NULL || tree->single == NULL || tree->entries == NULL) {
        return SW_E_NOMEM;
    }
    tree->root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat st;
    if (tree->root_fd < 0 || fstatat(tree->root_fd, tree->single, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    if (!S_ISREG(st.st_mode)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is neither a directory nor a regular file", path);
    }
    tree->entries[0].name = ".";
    set_file(&tree->entries[0], &st);
    tree->count = 1;
    tree->bytes = tree->entries[0].size;
    return SW_OK;
}

static sw_result fill_tree(struct sw_tree *tree, const char *path,
    const struct sw_tree_options *options, struct sw_error *err)
{
    tree->root_path = sw_arena_strdup(&tree->arena, path);
    SW_TRY_PTR(tree->root_path);
    tree->root_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (tree->root_fd >= 0) {
        return list_all(tree, options, err);
    }
    if (errno != ENOTDIR) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    return open_single(tree, path, err);
}

sw_result sw_tree_open(struct sw_tree *tree, const char *path,
    const struct sw_tree_options *options, struct sw_error *err)
{
    static const struct sw_tree_options defaults;
    options = options == NULL ? &defaults : options;
    SW_CLEANUP(tree) struct sw_tree opened = SW_TREE_INIT;
    sw_arena_init(&opened.arena, 0);
    opened.follow_symlinks = options->follow_symlinks;
    enum sw_code code = fill_tree(&opened, path, options, err);
    if (code == SW_E_NOMEM) {
        return sw_fail(err, SW_E_NOMEM, "cannot list '%s': out of memory", path);
    }
    SW_TRY(code);
    *tree = opened;
    opened = SW_TREE_INIT;
    return SW_OK;
}

void sw_tree_release(struct sw_tree *tree)
{
    if (tree->root_path != NULL && tree->root_fd >= 0) {
        (void)close(tree->root_fd);
    }
    sw_arena_release(&tree->arena);
    *tree = SW_TREE_INIT;
}

sw_result sw_tree_check_file(const struct sw_entry *entry, int fd, struct sw_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot examine '%s'", entry->name);
    }
    struct sw_entry now = {0};
    set_file(&now, &st);
    if (!S_ISREG(st.st_mode) || now.size != entry->size || now.stamp.inode != entry->stamp.inode ||
        now.stamp.mtime_ns != entry->stamp.mtime_ns ||
        now.stamp.ctime_ns != entry->stamp.ctime_ns) {
        return sw_fail(err, SW_E_IO, "'%s' changed while it was read", entry->name);
    }
    return SW_OK;
}

sw_result sw_tree_open_file(
    const struct sw_tree *tree, const struct sw_entry *entry, int *fd, struct sw_error *err)
{
    const char *name = tree->single != NULL ? tree->single : entry->name;
    /* Not blocking: a FIFO may have taken the file's place since. */
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    SW_CLEANUP(fd)
    int opened = sw_open_beneath(tree->root_fd, name, flags, 0, tree->follow_symlinks);
    if (opened < 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", entry->name);
    }
    SW_TRY(sw_tree_check_file(entry, opened, err));
    *fd = SW_TAKE_FD(opened);
    return SW_OK;
}
