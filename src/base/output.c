#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* "/dev/stdout", and a file that standard output goes to: replacing it would part the two. */
static int own_stream(const struct stat *st)
{
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
        struct stat own;
        if (fstat(fd, &own) == 0 && own.st_dev == st->st_dev && own.st_ino == st->st_ino) {
            return fd;
        }
    }
    return -1;
}

/* Opening does not wait for somebody to read a pipe; writing waits until they do. */
static int open_through(const char *path)
{
    const int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && fcntl(fd, F_SETFL, 0) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static sw_result write_through(
    const char *path, int stream, struct sw_bytes data, struct sw_error *err)
{
    SW_CLEANUP(fd)
    int fd = stream >= 0 ? fcntl(stream, F_DUPFD_CLOEXEC, 3) : open_through(path);
    if (fd < 0) {
        return errno == ENXIO ? sw_fail(err, SW_E_IO, "cannot write '%s': nobody reads it", path)
                              : sw_fail_errno(err, errno, "cannot write '%s'", path);
    }
    SW_TRY(sw_fd_write(fd, path, data, err));
    return close(SW_TAKE_FD(fd)) == 0 ? SW_OK
                                      : sw_fail_errno(err, errno, "cannot write '%s'", path);
}

sw_result sw_output_write(const char *path, struct sw_bytes data, mode_t mode,
    enum sw_write_flags flags, struct sw_error *err)
{
    struct stat named;
    struct stat st;
    if ((flags & SW_WRITE_EXCLUSIVE) != 0 || lstat(path, &named) != 0) {
        return sw_file_write(path, data, mode, flags, err);
    }
    if (stat(path, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot write '%s', a link", path);
    }
    const int stream = own_stream(&st);
    if (stream >= 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) {
        return write_through(path, stream, data, err);
    }
    if (!S_ISLNK(named.st_mode)) {
        return sw_file_write(path, data, mode, flags, err);
    }
    SW_CLEANUP(free) char *real = realpath(path, NULL);
    if (real == NULL) {
        return sw_fail_errno(err, errno, "cannot write '%s'", path);
    }
    return sw_file_write(real, data, mode, flags, err);
}
