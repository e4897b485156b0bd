/* A directory for one test, with files made from a few words. */
#ifndef SW_TEST_TEMP_TREE_H
#define SW_TEST_TEMP_TREE_H

#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct temp_tree {
    char path[64];
};

static inline void temp_tree_make(struct temp_tree *tree)
{
    (void)snprintf(tree->path, sizeof(tree->path), "/tmp/sw-test-XXXXXX");
    assert_non_null(mkdtemp(tree->path));
}

static inline int temp_tree_remove_one(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void temp_tree_remove(struct temp_tree *tree)
{
    assert_int_equal(nftw(tree->path, temp_tree_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* "root/name" in a static buffer that the sixteenth following call reuses. */
static inline const char *temp_tree_path(const struct temp_tree *tree, const char *name)
{
    static char paths[16][8192];
    static unsigned next;
    char *path = paths[next++ % 16];
    (void)snprintf(path, sizeof(paths[0]), "%s/%s", tree->path, name);
    return path;
}

/* Makes parent directories too. */
static inline void temp_tree_write_bytes(
    const struct temp_tree *tree, const char *name, const void *data, size_t len)
{
    const char *path = temp_tree_path(tree, name);
    struct sw_str dir = sw_path_dir(path);
    char parent[8192];
    (void)snprintf(parent, sizeof(parent), SW_STR_FMT, SW_STR_ARG(dir));
    assert_int_equal(sw_dir_make(parent, 0777, NULL), SW_OK);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    assert_true(fd >= 0);
    assert_int_equal(sw_fd_write(fd, path, sw_bytes(data, len), NULL), SW_OK);
    assert_int_equal(close(fd), 0);
}

static inline void temp_tree_write(const struct temp_tree *tree, const char *name, const char *text)
{
    temp_tree_write_bytes(tree, name, text, strlen(text));
}

static inline void temp_tree_link(
    const struct temp_tree *tree, const char *target, const char *name)
{
    assert_int_equal(symlink(target, temp_tree_path(tree, name)), 0);
}

#endif
