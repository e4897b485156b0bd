/* Files below the store's directory. Everything the room writes goes through here, so that a test
 * can stop or fail any single step. */
#ifndef SW_EVIDENCE_DISK_H
#define SW_EVIDENCE_DISK_H

#include "base/base.h"

struct sw_disk {
    int dir;          /* the store's directory */
    const char *name; /* its path, for messages */
};

/* For tests: asked before each step with its name and, for writes, the open file and what is about
 * to be written. What it returns is an errno that the step then fails with; 0 lets it go on. */
typedef int (*sw_disk_fault_fn)(void *ctx, const char *step, int fd, struct sw_bytes data);
/* NULL takes it away. Not while other threads write. */
void sw_disk_set_fault(sw_disk_fault_fn fault, void *ctx);
/* Sets errno and gives false when the step shall fail. */
bool sw_disk_step(const char *step, int fd, struct sw_bytes data);

/* Appends the whole file. SW_E_NOENT, SW_E_LIMIT past `max`. */
sw_result sw_disk_get(const struct sw_disk *disk, const char *path, uint64_t max,
    struct sw_buf *out, struct sw_error *err);

enum sw_disk_flags {
    SW_DISK_SYNC = 1,    /* the content is on the medium before the name shows it */
    SW_DISK_PRIVATE = 2, /* mode 0600, not 0644 */
    /* A name that is not there yet is written to at once, so that a stopped write may leave a part
     * under it: for files that count only when something written later says so. */
    SW_DISK_NEW = 4,
};
/* Writes the file whole under its name, and makes its directories; one caller at a time. */
sw_result sw_disk_put(const struct sw_disk *disk, const char *path, struct sw_bytes data,
    enum sw_disk_flags flags, struct sw_error *err);
/* As sw_disk_put, unless the file holds exactly these bytes already. */
sw_result sw_disk_ensure(
    const struct sw_disk *disk, const char *path, struct sw_bytes data, struct sw_error *err);
/* What a stopped sw_disk_put left behind. */
void sw_disk_clean(const struct sw_disk *disk);

sw_result sw_disk_make_dir(const struct sw_disk *disk, const char *path, struct sw_error *err);
bool sw_disk_exists(const struct sw_disk *disk, const char *path);
/* Removes a directory and the files in it, when it is there. */
sw_result sw_disk_remove_dir(const struct sw_disk *disk, const char *path, struct sw_error *err);
/* The store's directory itself: names that were made or replaced in it last. */
sw_result sw_disk_sync_names(const struct sw_disk *disk, struct sw_error *err);
/* Everything on this file system. */
sw_result sw_disk_sync_all(const struct sw_disk *disk, struct sw_error *err);

#endif
