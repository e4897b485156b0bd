/* What a model directory holds: every entry below a root, found without following links out of it.
 */
#ifndef SW_BASE_TREE_H
#define SW_BASE_TREE_H

#include "base/arena.h"

enum sw_entry_kind {
    SW_ENTRY_FILE,
    SW_ENTRY_SYMLINK,    /* not followed: the options say no, or it leads to a directory */
    SW_ENTRY_SPECIAL,    /* a socket, FIFO or device */
    SW_ENTRY_BAD_NAME,   /* the name is not UTF-8; `name` holds it escaped */
    SW_ENTRY_UNREADABLE, /* a directory that could not be listed, or an entry that vanished */
};

/* What tells one state of a file from another, as far as the kernel says. */
struct sw_stamp {
    uint64_t inode;
    int64_t mtime_ns;
    int64_t ctime_ns;
};

struct sw_entry {
    const char *name; /* relative, '/' between components; "." when the root is a single file */
    uint64_t size;    /* bytes, for files */
    struct sw_stamp stamp; /* when it was listed, for files */
    enum sw_entry_kind kind;
    int errnum; /* for SW_ENTRY_UNREADABLE */
};

struct sw_tree_options {
    /* Symlinks to regular files below the root count as files. Those to directories, and those that
     * lead out of the tree, never do. */
    bool follow_symlinks;
    size_t max_entries; /* 0 means 10,000,000 */
    unsigned max_depth; /* 0 means 128 */
    /* Directories below max_depth are listed as SW_ENTRY_UNREADABLE, with ENAMETOOLONG, instead of
     * failing the whole. */
    bool list_deeper;
    /* True leaves an entry (and what is below it) out. `name` as in struct sw_entry. */
    bool (*ignore)(void *ctx, const char *name, bool is_dir);
    void *ignore_ctx;
};

struct sw_tree {
    int root_fd; /* a directory; for a single file, its parent directory */
    const char *root_path;
    const char *single; /* the file's name below root_fd when the root is a single file, or NULL */
    struct sw_entry *entries; /* ordered by the bytes of `name` */
    size_t count;
    uint64_t bytes; /* sum over files */
    bool follow_symlinks;
    struct sw_arena arena;
};

#define SW_TREE_INIT ((struct sw_tree){.root_fd = -1})

/* Lists a directory or a single file. Entries that cannot be used are listed with their kind, not
 * dropped: the caller decides what they mean. Fails when the root itself cannot be opened
 * (SW_E_NOENT, SW_E_IO), is neither directory nor regular file (SW_E_REFUSED) or holds too much
 * (SW_E_LIMIT). Needs Linux 5.6 (openat2). */
sw_result sw_tree_open(struct sw_tree *tree, const char *path,
    const struct sw_tree_options *options, struct sw_error *err);
void sw_tree_release(struct sw_tree *tree);
SW_DEFINE_CLEANUP(tree, struct sw_tree, sw_tree_release)

/* Opens one file of the tree for reading, again without leaving the tree. SW_E_IO when it is no
 * longer the file that was listed (another inode, size or time). */
sw_result sw_tree_open_file(
    const struct sw_tree *tree, const struct sw_entry *entry, int *fd, struct sw_error *err);
/* SW_E_IO when the open file has changed since it was listed. To be asked again after reading. */
sw_result sw_tree_check_file(const struct sw_entry *entry, int fd, struct sw_error *err);

#endif
