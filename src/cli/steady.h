/* Files that are looked at in one pass and hashed in another: a claim is about both only when they
 * are the same. */
#ifndef SW_CLI_STEADY_H
#define SW_CLI_STEADY_H

#include "cli/cli.h"

struct sw_steady {
    struct sw_tree tree; /* as it was listed before the first pass */
    const char *path;
    bool follow_symlinks;
};

#define SW_STEADY_INIT ((struct sw_steady){.tree = SW_TREE_INIT})

/* Before the first pass; `path` must stay. Errors are those of sw_tree_open(). */
sw_result sw_steady_begin(
    struct sw_steady *steady, const char *path, bool follow_symlinks, struct sw_error *err);
/* After the last one. SW_E_IO when a file was added, removed, replaced or written since, as far as
 * inodes, sizes and times tell, with its name. SW_E_INTERNAL when nothing was begun. */
sw_result sw_steady_check(const struct sw_steady *steady, struct sw_error *err);
void sw_steady_release(struct sw_steady *steady);
SW_DEFINE_CLEANUP(steady, struct sw_steady, sw_steady_release)

#endif
