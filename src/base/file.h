/* Files and paths. Every descriptor is opened O_CLOEXEC. */
#ifndef SW_BASE_FILE_H
#define SW_BASE_FILE_H

#include "base/arena.h"
#include "base/buf.h"

#include <sys/types.h>

/* Opens for reading. Refuses what is not a regular file (a FIFO would block for ever). */
sw_result sw_file_open(const char *path, int *fd, struct sw_error *err);
/* As openat(2) with O_CLOEXEC, but never out of the directory `dir`: not by "..", and, unless
 * `follow` is true, through no link at all (ELOOP), also not one that is swapped in meanwhile.
 * Gives -1 and errno. Needs Linux 5.6 (openat2). */
int sw_open_beneath(int dir, const char *name, int flags, mode_t mode, bool follow);
/* As openat(2) with O_CLOEXEC, for reading, with `dir` as the root directory: absolute links and
 * ".." stay in it, and no magic link of /proc is followed. Gives -1 and errno. Linux 5.6. */
int sw_open_in_root(int dir, const char *name, int flags);
/* Appends the whole file to `out`, at most `max` bytes (SW_E_LIMIT past that). */
sw_result sw_file_read(const char *path, uint64_t max, struct sw_buf *out, struct sw_error *err);
/* As sw_file_read, from the descriptor's position to its end; `name` is for messages. Takes pipes.
 */
sw_result sw_fd_read(
    int fd, const char *name, uint64_t max, struct sw_buf *out, struct sw_error *err);
/* Writes all bytes or fails. */
sw_result sw_fd_write(int fd, const char *name, struct sw_bytes data, struct sw_error *err);
/* Reads exactly `len` bytes at `offset`; SW_E_FORMAT when the file ends first. */
sw_result sw_fd_pread(
    int fd, const char *name, uint64_t offset, void *out, size_t len, struct sw_error *err);

enum sw_write_flags {
    SW_WRITE_SYNC = 1,      /* fsync the file and its directory: it survives a power cut */
    SW_WRITE_EXCLUSIVE = 2, /* fail (SW_E_REFUSED) when the name is taken, and never replace it */
};

/* Writes a new file and then gives it its name, which so never holds half of it; nothing is left
 * behind on failure, and where the file system has files without names (O_TMPFILE) not by a writer
 * that is killed while it writes, either. `mode` is as for open(2), before the umask. */
sw_result sw_file_write(const char *path, struct sw_bytes data, mode_t mode,
    enum sw_write_flags flags, struct sw_error *err);
/* Writes what a person asked for to the place that they named: what a link leads to is written, not
 * the link replaced, and a device, a pipe or this program's own output is written to as it is. Else
 * as above. */
sw_result sw_output_write(const char *path, struct sw_bytes data, mode_t mode,
    enum sw_write_flags flags, struct sw_error *err);

/* Gives a file another name on the same file system, durably; a file of that name is replaced. */
sw_result sw_file_rename(const char *from, const char *to, struct sw_error *err);

/* Makes a directory and its parents; an existing one is fine. */
sw_result sw_dir_make(const char *path, mode_t mode, struct sw_error *err);

bool sw_file_exists(const char *path);
bool sw_dir_exists(const char *path);

/* "dir/name", or `name` when it is absolute or `dir` is empty. NULL when out of memory. */
char *sw_path_join(struct sw_arena *arena, const char *dir, const char *name);
/* The last component without trailing slashes: "/a/b/" gives "b", "/" gives "/". */
struct sw_str sw_path_base(const char *path);
/* Everything before the last component: "a/b" gives "a", "b" gives ".", "/b" gives "/". */
struct sw_str sw_path_dir(const char *path);

/* A relative path in its one allowed form: components joined by single '/', none empty, "." or
 * "..", no leading '/', no NUL, valid UTF-8, at most 4096 bytes (OMS v1.0, path rules). */
bool sw_path_is_plain(struct sw_str path);

#endif
