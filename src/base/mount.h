/* File systems that only this process and what it starts can see: how a directory is given another
 * content without anybody else noticing. Needs Linux 5.12. Private mounts end with the last process
 * that sees them. */
#ifndef SW_BASE_MOUNT_H
#define SW_BASE_MOUNT_H

#include "base/result.h"

/* Gives this process mounts of its own: what is mounted elsewhere still comes in, what is mounted
 * here does not go out. Without the privilege it first enters a user namespace in which the user
 * keeps the number. To be called while there is one thread, once. SW_E_IO when the system forbids
 * it. */
sw_result sw_mount_enter(struct sw_error *err);
/* Where a mount stands on the directory: what is mounted on it elsewhere no longer comes in. */
sw_result sw_mount_shut(const char *dir, struct sw_error *err);
/* A file system in memory that holds at most so much, seen by nobody: its root. */
sw_result sw_mount_memory(uint64_t bytes, uint64_t files, int *fd, struct sw_error *err);
/* Nobody can write to it any more, wherever it is mounted. Nothing of it may be open to write. */
sw_result sw_mount_seal(int fd, struct sw_error *err);
/* A mount of one open file or directory (O_PATH will do) and what is below, to be read only. */
sw_result sw_mount_clone(int of, int *fd, struct sw_error *err);
/* Puts a mount that is seen by nobody in the place of an open file or directory. */
sw_result sw_mount_over(int mount, int target, struct sw_error *err);
/* Takes the mount that stands where the open one's root is out of sight. */
sw_result sw_mount_remove(int mount, struct sw_error *err);

/* Forbids this process, for good, to change what is mounted where, and to gain privileges by
 * running programs; nothing else is taken away. *held is false where the kernel has no Landlock, so
 * that only the second was done: a process without privileges cannot mount anyway. Before Linux
 * 5.19 it also forbids to move files between directories. */
sw_result sw_mount_hold(bool *held, struct sw_error *err);
/* Forbids this process, for good, to have copies of its mounts, which fanotify's marks do not go
 * with: new mount namespaces, and detached mounts. After sw_mount_hold(). SW_E_UNSUPPORTED where
 * the kernel has no seccomp filters. */
sw_result sw_mount_stay(struct sw_error *err);

#endif
