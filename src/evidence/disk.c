#include "evidence/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMP_NAME "new.tmp"
#define PATH_SIZE 256 /* the longest name below a store is a blob's, under 100 bytes */

static struct {
    sw_disk_fault_fn fn;
    void *ctx;
} fault;

void sw_disk_set_fault(sw_disk_fault_fn fn, void *ctx)
{
    fault.fn = fn;
    fault.ctx = ctx;
}

bool sw_disk_step(const char *step, int fd, struct sw_bytes data)
{
    if (fault.fn == NULL) {
        return true;
    }
    int errnum = fault.fn(fault.ctx, step, fd, data);
    errno = errnum;
    return errnum == 0;
}

static enum sw_code fail_at(const struct sw_disk *disk, int errnum, const char *what,
    const char *path, struct sw_error *err)
{
    if (errnum == ELOOP) {
        return sw_fail(err, SW_E_IO,
            "cannot %s '%s/%s': a link stands in its place or on the way; a store has none", what,
            disk->name, path);
    }
    return sw_fail_errno(err, errnum, "cannot %s '%s/%s'", what, disk->name, path);
}

static sw_result open_regular(
    const struct sw_disk *disk, const char *path, int *out, uint64_t *size, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = openat(disk->dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return fail_at(disk, errno, "open", path, err);
    }
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return fail_at(disk, errno, "examine", path, err);
    }
    if (!S_ISREG(st.st_mode)) {
        return sw_fail(
            err, SW_E_FORMAT, "cannot read '%s/%s': not a regular file", disk->name, path);
    }
    *size = (uint64_t)st.st_size;
    *out = SW_TAKE_FD(fd);
    return SW_OK;
}

sw_result sw_disk_get(const struct sw_disk *disk, const char *path, uint64_t max,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    uint64_t size = 0;
    SW_TRY(open_regular(disk, path, &fd, &size, err));
    if (size > max) {
        return sw_fail(err, SW_E_LIMIT, "'%s/%s' has %llu bytes, over the limit of %llu",
            disk->name, path, (unsigned long long)size, (unsigned long long)max);
    }
    if (sw_buf_reserve(out, (size_t)size) != SW_OK) {
        return sw_fail(err, SW_E_NOMEM, "cannot read '%s/%s': out of memory", disk->name, path);
    }
    size_t start = out->len;
    while (out->len - start < size) {
        ssize_t n = read(fd, out->data + out->len, (size_t)(size - (out->len - start)));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            int errnum = errno;
            out->len = start;
            return fail_at(disk, errnum, "read", path, err);
        }
        if (n == 0) {
            break;
        }
        out->len += (size_t)n;
    }
    return SW_OK;
}

/* The directory that `path` stands in, reached through no link: whoever can write to a store must
 * not have others write outside it. *base is the last part of the path. Gives -1 and errno. */
static int open_parent(const struct sw_disk *disk, const char *path, const char **base)
{
    char parent[PATH_SIZE] = ".";
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    *base = slash == NULL ? path : slash + 1;
    if (len >= sizeof(parent)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (len > 0) {
        memcpy(parent, path, len);
        parent[len] = '\0';
    }
    return sw_open_beneath(disk->dir, parent, O_PATH | O_DIRECTORY, 0, false);
}

static bool make_dir_at(const struct sw_disk *disk, const char *path)
{
    const char *base;
    SW_CLEANUP(fd) int parent = open_parent(disk, path, &base);
    return parent >= 0 && sw_disk_step("mkdir", -1, sw_bytes(path, strlen(path))) &&
           (mkdirat(parent, base, 0755) == 0 || errno == EEXIST);
}

/* The directories above `path`. */
static sw_result make_parents(const struct sw_disk *disk, const char *path, struct sw_error *err)
{
    char part[PATH_SIZE];
    size_t len = strlen(path);
    if (len >= sizeof(part)) {
        return fail_at(disk, ENAMETOOLONG, "make", path, err);
    }
    memcpy(part, path, len + 1);
    for (size_t i = 1; i < len; i++) {
        if (part[i] != '/') {
            continue;
        }
        part[i] = '\0';
        if (!make_dir_at(disk, part)) {
            return fail_at(disk, errno, "make directory", part, err);
        }
        part[i] = '/';
    }
    return SW_OK;
}

sw_result sw_disk_make_dir(const struct sw_disk *disk, const char *path, struct sw_error *err)
{
    SW_TRY(make_parents(disk, path, err));
    return make_dir_at(disk, path) ? SW_OK : fail_at(disk, errno, "make directory", path, err);
}

static bool write_all(int fd, struct sw_bytes data)
{
    while (data.len > 0) {
        ssize_t n = write(fd, data.ptr, data.len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        data.ptr += n;
        data.len -= (size_t)n;
    }
    return true;
}

static bool move_temp(const struct sw_disk *disk, const char *path)
{
    const char *base;
    SW_CLEANUP(fd) int parent = open_parent(disk, path, &base);
    return parent >= 0 && sw_disk_step("rename", -1, sw_bytes(path, strlen(path))) &&
           renameat(disk->dir, TEMP_NAME, parent, base) == 0;
}

/* Most directories exist already, so they are made only when the move finds none. */
static sw_result move_into_place(const struct sw_disk *disk, const char *path, struct sw_error *err)
{
    if (move_temp(disk, path)) {
        return SW_OK;
    }
    if (errno != ENOENT) {
        return fail_at(disk, errno, "write", path, err);
    }
    SW_TRY(make_parents(disk, path, err));
    return move_temp(disk, path) ? SW_OK : fail_at(disk, errno, "write", path, err);
}

static bool fill_file(int fd, struct sw_bytes data, enum sw_disk_flags flags)
{
    if (!sw_disk_step("write", fd, data) || !write_all(fd, data)) {
        return false;
    }
    return (flags & SW_DISK_SYNC) == 0 ||
           (sw_disk_step("sync", fd, sw_bytes(NULL, 0)) && fdatasync(fd) == 0);
}

static int create_at(const struct sw_disk *disk, const char *path)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    return sw_disk_step("create", -1, sw_bytes(path, strlen(path)))
               ? sw_open_beneath(disk->dir, path, flags, 0644, false)
               : -1;
}

/* SW_E_BUSY: the name is taken. */
static sw_result put_new(
    const struct sw_disk *disk, const char *path, struct sw_bytes data, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = create_at(disk, path);
    if (fd < 0 && errno == ENOENT) {
        SW_TRY(make_parents(disk, path, err));
        fd = create_at(disk, path);
    }
    if (fd < 0) {
        return errno == EEXIST ? SW_E_BUSY : fail_at(disk, errno, "write", path, err);
    }
    if (fill_file(fd, data, 0)) {
        return SW_OK;
    }
    int errnum = errno;
    (void)unlinkat(disk->dir, path, 0);
    return fail_at(disk, errnum, "write", path, err);
}

static sw_result put_by_temp(const struct sw_disk *disk, const char *path, struct sw_bytes data,
    enum sw_disk_flags flags, struct sw_error *err)
{
    mode_t mode = (flags & SW_DISK_PRIVATE) != 0 ? 0600 : 0644;
    SW_CLEANUP(fd)
    int fd =
        openat(disk->dir, TEMP_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0) {
        return fail_at(disk, errno, "write", path, err);
    }
    enum sw_code rc = fill_file(fd, data, flags) ? SW_OK : fail_at(disk, errno, "write", path, err);
    if (rc == SW_OK) {
        rc = move_into_place(disk, path, err);
    }
    if (rc != SW_OK) {
        sw_disk_clean(disk);
    }
    return rc;
}

sw_result sw_disk_put(const struct sw_disk *disk, const char *path, struct sw_bytes data,
    enum sw_disk_flags flags, struct sw_error *err)
{
    enum sw_code rc = (flags & SW_DISK_NEW) != 0 ? put_new(disk, path, data, err) : SW_E_BUSY;
    return rc == SW_E_BUSY ? put_by_temp(disk, path, data, flags, err) : rc;
}

static bool holds(const struct sw_disk *disk, const char *path, struct sw_bytes data)
{
    SW_CLEANUP(buf) struct sw_buf old = SW_BUF_INIT;
    return sw_disk_get(disk, path, data.len, &old, NULL) == SW_OK &&
           sw_bytes_equal(sw_buf_bytes(&old), data);
}

sw_result sw_disk_ensure(
    const struct sw_disk *disk, const char *path, struct sw_bytes data, struct sw_error *err)
{
    return holds(disk, path, data) ? SW_OK : sw_disk_put(disk, path, data, 0, err);
}

void sw_disk_clean(const struct sw_disk *disk)
{
    (void)unlinkat(disk->dir, TEMP_NAME, 0);
}

bool sw_disk_exists(const struct sw_disk *disk, const char *path)
{
    struct stat st;
    return fstatat(disk->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void close_dir(DIR **dir)
{
    if (*dir != NULL) {
        (void)closedir(*dir);
    }
}

sw_result sw_disk_remove_dir(const struct sw_disk *disk, const char *path, struct sw_error *err)
{
    int fd = sw_open_beneath(disk->dir, path, O_RDONLY | O_DIRECTORY, 0, false);
    if (fd < 0) {
        return errno == ENOENT ? SW_OK : fail_at(disk, errno, "open", path, err);
    }
    __attribute__((cleanup(close_dir))) DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int errnum = errno;
        (void)close(fd);
        return fail_at(disk, errnum, "read directory", path, err);
    }
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        struct sw_bytes name = sw_bytes(e->d_name, strlen(e->d_name));
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        if (!sw_disk_step("unlink", -1, name) || unlinkat(fd, e->d_name, 0) != 0) {
            return fail_at(disk, errno, "empty directory", path, err);
        }
    }
    return unlinkat(disk->dir, path, AT_REMOVEDIR) == 0
               ? SW_OK
               : fail_at(disk, errno, "remove directory", path, err);
}

sw_result sw_disk_sync_names(const struct sw_disk *disk, struct sw_error *err)
{
    if (!sw_disk_step("sync-names", disk->dir, sw_bytes(NULL, 0)) || fsync(disk->dir) != 0) {
        return sw_fail_errno(err, errno, "cannot sync directory '%s'", disk->name);
    }
    return SW_OK;
}

sw_result sw_disk_sync_all(const struct sw_disk *disk, struct sw_error *err)
{
    if (!sw_disk_step("sync-all", disk->dir, sw_bytes(NULL, 0)) || syncfs(disk->dir) != 0) {
        return sw_fail_errno(err, errno, "cannot sync the file system of '%s'", disk->name);
    }
    return SW_OK;
}
