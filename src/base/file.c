#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RACE_RETRIES 16

static int open_how(int dir, const char *name, struct open_how how)
{
    int fd = -1;
    /* EAGAIN: somebody renamed a directory above while ".." in a link was looked up. */
    for (int i = 0; i < RACE_RETRIES; i++) {
        fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
            break;
        }
    }
    return fd;
}

int sw_open_beneath(int dir, const char *name, int flags, mode_t mode, bool follow)
{
    const struct open_how how = {
        .flags = (uint64_t)flags | O_CLOEXEC,
        .mode = (flags & O_CREAT) != 0 ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (follow ? 0 : RESOLVE_NO_SYMLINKS),
    };
    return open_how(dir, name, how);
}

int sw_open_in_root(int dir, const char *name, int flags)
{
    const struct open_how how = {
        .flags = (uint64_t)flags | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    return open_how(dir, name, how);
}

sw_result sw_file_open(const char *path, int *fd, struct sw_error *err)
{
    SW_CLEANUP(fd) int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (opened < 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    struct stat st;
    if (fstat(opened, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot examine '%s'", path);
    }
    if (S_ISDIR(st.st_mode)) {
        return sw_fail_errno(err, EISDIR, "cannot read '%s'", path);
    }
    if (!S_ISREG(st.st_mode)) {
        return sw_fail(err, SW_E_IO, "cannot read '%s': not a regular file", path);
    }
    *fd = SW_TAKE_FD(opened);
    return SW_OK;
}

static sw_result over_limit(const char *name, uint64_t max, struct sw_error *err)
{
    return sw_fail(
        err, SW_E_LIMIT, "'%s' is over the limit of %llu bytes", name, (unsigned long long)max);
}

/* Room for the rest of a regular file in one step, so that a large one is not copied by growing. */
static sw_result reserve_for(int fd, uint64_t max, struct sw_buf *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0) {
        return SW_OK;
    }
    off_t pos = lseek(fd, 0, SEEK_CUR);
    uint64_t want = (uint64_t)(pos > 0 && pos < st.st_size ? st.st_size - pos : st.st_size);
    return sw_buf_reserve(out, (size_t)(want < max ? want : max));
}

static sw_result no_room(
    enum sw_code code, const char *name, const struct sw_buf *out, struct sw_error *err)
{
    return code == SW_E_LIMIT
               ? over_limit(name, out->max, err)
               : sw_fail(err, code, "cannot read '%s': %s", name, sw_code_text(code));
}

static sw_result read_to_end(
    int fd, const char *name, uint64_t max, struct sw_buf *out, struct sw_error *err)
{
    enum sw_code code = reserve_for(fd, max, out);
    for (uint64_t total = 0; code == SW_OK;) {
        uint8_t chunk[65536];
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot read '%s'", name);
        }
        if (n == 0) {
            return SW_OK;
        }
        total += (uint64_t)n;
        if (total > max) {
            return over_limit(name, max, err);
        }
        code = sw_buf_append(out, chunk, (size_t)n);
    }
    return no_room(code, name, out, err);
}

sw_result sw_fd_read(
    int fd, const char *name, uint64_t max, struct sw_buf *out, struct sw_error *err)
{
    size_t before = out->len;
    enum sw_code code = read_to_end(fd, name, max, out, err);
    if (code != SW_OK && out->len > before) {
        out->len = before;
        out->data[before] = 0;
    }
    return code;
}

sw_result sw_file_read(const char *path, uint64_t max, struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_TRY(sw_file_open(path, &fd, err));
    struct stat st;
    if (fstat(fd, &st) == 0 && (uint64_t)st.st_size > max) {
        return sw_fail(err, SW_E_LIMIT, "'%s' has %llu bytes, over the limit of %llu", path,
            (unsigned long long)st.st_size, (unsigned long long)max);
    }
    return sw_fd_read(fd, path, max, out, err);
}

sw_result sw_fd_write(int fd, const char *name, struct sw_bytes data, struct sw_error *err)
{
    size_t done = 0;
    while (done < data.len) {
        ssize_t n = write(fd, data.ptr + done, data.len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot write '%s'", name);
        }
        done += (size_t)n;
    }
    return SW_OK;
}

sw_result sw_fd_pread(
    int fd, const char *name, uint64_t offset, void *out, size_t len, struct sw_error *err)
{
    uint64_t end;
    if (!sw_add_u64(offset, len, &end) || end > INT64_MAX) {
        return sw_fail(
            err, SW_E_FORMAT, "'%s' ends before offset %llu", name, (unsigned long long)offset);
    }
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, (uint8_t *)out + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot read '%s'", name);
        }
        if (n == 0) {
            return sw_fail(err, SW_E_FORMAT, "'%s' ends at byte %llu, %llu were expected", name,
                (unsigned long long)(offset + done), (unsigned long long)end);
        }
        done += (size_t)n;
    }
    return SW_OK;
}

static sw_result sync_dir_of(const char *path, struct sw_error *err)
{
    struct sw_str dir = sw_path_dir(path);
    char name[PATH_MAX];
    if (dir.len >= sizeof(name)) {
        return sw_fail_errno(err, ENAMETOOLONG, "cannot sync the directory of '%s'", path);
    }
    memcpy(name, dir.ptr, dir.len);
    name[dir.len] = '\0';
    SW_CLEANUP(fd) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        return sw_fail_errno(err, errno, "cannot sync directory '%s'", name);
    }
    return SW_OK;
}

/* A new file on its way to its name. Until it is whole it has none where the file system can do
 * that: what a killed writer leaves in the directory of a model would be taken for a part of it. */
struct draft {
    const char *path;
    char dir[PATH_MAX];
    char temp[PATH_MAX]; /* a name in `dir` that nobody guesses */
    bool named;          /* `temp` is there */
    int fd;
    int names; /* open(2), O_TMPFILE: by /proc/self/fd a file gets its name without privileges */
};

/* The name does not grow with the final one, which may be as long as the file system takes. */
static sw_result name_draft(const char *path, struct draft *draft, struct sw_error *err)
{
    uint64_t nonce;
    if (getrandom(&nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce)) {
        return sw_fail_errno(err, errno, "cannot name a temporary file for '%s'", path);
    }
    struct sw_str dir = sw_path_dir(path);
    if (path[0] == '\0' || dir.len >= PATH_MAX - 32) {
        return sw_fail_errno(
            err, path[0] == '\0' ? ENOENT : ENAMETOOLONG, "cannot write '%s'", path);
    }
    *draft = (struct draft){.path = path, .fd = -1, .names = -1};
    (void)snprintf(draft->dir, PATH_MAX, SW_STR_FMT, SW_STR_ARG(dir));
    (void)snprintf(draft->temp, PATH_MAX, SW_STR_FMT "/.%016llx.tmp", SW_STR_ARG(dir),
        (unsigned long long)nonce);
    return SW_OK;
}

static sw_result open_draft(struct draft *draft, mode_t mode, struct sw_error *err)
{
    draft->names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (draft->names >= 0) {
        draft->fd = open(draft->dir, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
    }
    if (draft->fd < 0) {
        draft->fd = open(draft->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        draft->named = draft->fd >= 0;
    }
    return draft->fd >= 0 ? SW_OK : sw_fail_errno(err, errno, "cannot write '%s'", draft->path);
}

static void drop_draft(struct draft *draft)
{
    sw_cleanup_fd(&draft->fd);
    sw_cleanup_fd(&draft->names);
    if (draft->named) {
        (void)unlink(draft->temp);
    }
}
SW_DEFINE_CLEANUP(draft, struct draft, drop_draft)

static bool link_draft(const struct draft *draft, const char *name)
{
    char fd[16];
    (void)snprintf(fd, sizeof(fd), "%d", draft->fd);
    return draft->named ? linkat(AT_FDCWD, draft->temp, AT_FDCWD, name, 0) == 0
                        : linkat(draft->names, fd, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}

/* link where the name must be free, else rename. */
static sw_result move_into_place(
    struct draft *draft, enum sw_write_flags flags, struct sw_error *err)
{
    if ((flags & SW_WRITE_EXCLUSIVE) != 0) {
        if (link_draft(draft, draft->path)) {
            return SW_OK;
        }
        return errno == EEXIST ? sw_fail(err, SW_E_REFUSED, "'%s' exists already", draft->path)
                               : sw_fail_errno(err, errno, "cannot write '%s'", draft->path);
    }
    draft->named = draft->named || link_draft(draft, draft->temp);
    if (!draft->named || rename(draft->temp, draft->path) != 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", draft->path);
    }
    draft->named = false;
    return SW_OK;
}

/* Some file systems say only at the end that there was no room, so close is asked, too; they have
 * no files without names. */
static sw_result fill_draft(
    struct draft *draft, struct sw_bytes data, enum sw_write_flags flags, struct sw_error *err)
{
    SW_TRY(sw_fd_write(draft->fd, draft->path, data, err));
    if ((flags & SW_WRITE_SYNC) != 0 && fsync(draft->fd) != 0) {
        return sw_fail_errno(err, errno, "cannot sync '%s'", draft->path);
    }
    if (draft->named && close(SW_TAKE_FD(draft->fd)) != 0) {
        return sw_fail_errno(err, errno, "cannot write '%s'", draft->path);
    }
    return SW_OK;
}

/* A new file in the place of /dev/null, or of the link /dev/stdout, would break them for everybody.
 */
static sw_result check_target(const char *path, struct sw_error *err)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    return there && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)
               ? sw_fail(err, SW_E_IO, "cannot write '%s': it is no regular file", path)
               : SW_OK;
}

sw_result sw_file_write(const char *path, struct sw_bytes data, mode_t mode,
    enum sw_write_flags flags, struct sw_error *err)
{
    SW_TRY(check_target(path, err));
    SW_CLEANUP(draft) struct draft draft = {.fd = -1, .names = -1};
    SW_TRY(name_draft(path, &draft, err));
    SW_TRY(open_draft(&draft, mode, err));
    SW_TRY(fill_draft(&draft, data, flags, err));
    SW_TRY(move_into_place(&draft, flags, err));
    return (flags & SW_WRITE_SYNC) != 0 ? sync_dir_of(path, err) : SW_OK;
}

sw_result sw_file_rename(const char *from, const char *to, struct sw_error *err)
{
    if (rename(from, to) != 0) {
        return sw_fail_errno(err, errno, "cannot name '%s' '%s'", from, to);
    }
    return sync_dir_of(to, err);
}

sw_result sw_dir_make(const char *path, mode_t mode, struct sw_error *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof(part)) {
        return sw_fail_errno(err, ENAMETOOLONG, "cannot make directory '%s'", path);
    }
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0') {
            continue;
        }
        char kept = part[i];
        part[i] = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST) {
            return sw_fail_errno(err, errno, "cannot make directory '%s'", part);
        }
        part[i] = kept;
    }
    if (!sw_dir_exists(path)) {
        return sw_fail_errno(err, ENOTDIR, "cannot make directory '%s'", path);
    }
    return SW_OK;
}

bool sw_file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool sw_dir_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

char *sw_path_join(struct sw_arena *arena, const char *dir, const char *name)
{
    size_t len = strlen(dir);
    if (len == 0 || name[0] == '/') {
        return sw_arena_strdup(arena, name);
    }
    return sw_arena_printf(arena, dir[len - 1] == '/' ? "%s%s" : "%s/%s", dir, name);
}

static size_t trim_slashes(const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    return len;
}

struct sw_str sw_path_base(const char *path)
{
    size_t end = trim_slashes(path);
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    return start == end ? sw_str_n(path, end) : sw_str_n(path + start, end - start);
}

struct sw_str sw_path_dir(const char *path)
{
    size_t end = trim_slashes(path);
    while (end > 0 && path[end - 1] != '/') {
        end--;
    }
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    return end == 0 ? sw_str(".") : sw_str_n(path, end);
}

bool sw_path_is_plain(struct sw_str path)
{
    if (path.len == 0 || path.len > 4096 || !sw_utf8_valid(sw_bytes_of_str(path)) ||
        memchr(path.ptr, '\0', path.len) != NULL) {
        return false;
    }
    size_t start = 0;
    for (size_t i = 0; i <= path.len; i++) {
        if (i < path.len && path.ptr[i] != '/') {
            continue;
        }
        struct sw_str part = sw_str_n(path.ptr + start, i - start);
        if (part.len == 0 || sw_str_is(part, ".") || sw_str_is(part, "..")) {
            return false;
        }
        start = i + 1;
    }
    return true;
}
