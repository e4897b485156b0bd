#include "supply/host_serve.h"

#include "claim/claim.h"
#include "supply/look.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define READ_MAX ((uint64_t)64 << 20)
#define NAMES_MAX ((size_t)65536) /* of a directory */
#define HASH_CHUNK ((size_t)1 << 20)

sw_result sw_host_server_open(
    struct sw_host_server *server, const struct sw_host_options *host, struct sw_error *err)
{
    const char *root = host->root == NULL ? "/" : host->root;
    server->live = host->root == NULL;
    server->hidden[0] = getpid();
    server->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return server->root >= 0 ? SW_OK : sw_fail_errno(err, errno, "cannot open '%s'", root);
}

void sw_host_server_close(struct sw_host_server *server)
{
    sw_cleanup_fd(&server->root);
    sw_cleanup_fd(&server->held);
    for (size_t i = 0; i < server->skip_count; i++) {
        free(server->skips[i]);
    }
}

static bool is_skipped(const struct sw_host_server *server, const char *path)
{
    for (size_t i = 0; i < server->skip_count; i++) {
        if (strcmp(server->skips[i], path) == 0) {
            return true;
        }
    }
    return false;
}

bool sw_host_server_skip(struct sw_host_server *server)
{
    if (server->last[0] == '\0' || server->skip_count == SW_HOST_SKIPS ||
        is_skipped(server, server->last)) {
        return false;
    }
    server->skips[server->skip_count] = strdup(server->last);
    return server->skips[server->skip_count++] != NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* This process, who asks, and their threads: what they hold is nobody's matter. */
static bool is_ours(const struct sw_host_server *server, uint64_t process)
{
    char thread[64];
    (void)snprintf(thread, sizeof(thread), "/proc/self/task/%llu", (unsigned long long)process);
    SW_CLEANUP(fd) int own = open(thread, O_PATH | O_CLOEXEC);
    return (long)process == server->hidden[0] || (long)process == server->hidden[1] || own >= 0;
}

/* Of processes, what discovery knows how to read: the memory of one is nothing for a parser. Goes
 * by what was found, and not by what was asked for. */
static bool may_read(const struct sw_host_server *server, int fd)
{
    static const char *const names[] = {
        "/stat", "/cmdline", "/cgroup", "/environ", "/maps", "/information"};
    char link[64];
    char name[SW_HOST_PATH_MAX];
    uint64_t process;
    struct statfs st;
    if (fstatfs(fd, &st) != 0 || st.f_type != PROC_SUPER_MAGIC) {
        return true;
    }
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    const ssize_t len = readlink(link, name, sizeof(name));
    const struct sw_str path = sw_str_n(name, len < 0 ? 0 : (size_t)len);
    if (sw_str_ends(path, "/net/tcp") || sw_str_ends(path, "/net/tcp6")) {
        return true; /* the same for all that are in one network */
    }
    const char *parent = memmem(path.ptr, path.len, "/proc/", 6);
    const char *number = parent == NULL ? path.ptr : parent + 6;
    const char *end = memchr(number, '/', path.len - (size_t)(number - path.ptr));
    const size_t digits = end == NULL ? 0 : (size_t)(end - number);
    const bool known = sw_parse_u64(sw_str_n(number, digits), &process);
    bool may = !known || !is_ours(server, process);
    may = may && memmem(path.ptr, path.len, "/task/", 6) == NULL;
    for (size_t i = 0; may && i < SW_COUNT(names); i++) {
        if (sw_str_ends(path, names[i])) {
            return true;
        }
    }
    return false;
}

/* Nothing but a regular file is opened, not even for a moment. */
static int open_below(
    const struct sw_host_server *server, int root, const char *path, struct stat *st)
{
    char link[64];
    SW_CLEANUP(fd) int found = sw_open_in_root(root, path, O_PATH);
    if (found < 0 || fstat(found, st) != 0 || !S_ISREG(st->st_mode)) {
        return -1;
    }
    if (!may_read(server, found)) {
        errno = EPERM;
        return -1;
    }
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", found);
    return open(link, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

static int open_file(const struct sw_host_server *server, const char *path, struct stat *st)
{
    return open_below(server, server->root, path, st);
}

static ssize_t read_some(int fd, void *out, size_t len)
{
    ssize_t n;
    do {
        n = read(fd, out, len);
    } while (n < 0 && errno == EINTR);
    return n;
}

/* Cut at `max`; *n is 0 at the end, -1 with errno when it broke off. */
static sw_result read_all(int fd, uint64_t max, struct sw_buf *out, ssize_t *n)
{
    const size_t start = out->len;
    for (*n = 1; *n > 0 && out->len - start < max;) {
        const uint64_t left = max - (out->len - start);
        const size_t room = left < 65536 ? (size_t)left : 65536;
        SW_TRY(sw_buf_reserve(out, room));
        *n = read_some(fd, out->data + out->len, room);
        out->len += *n > 0 ? (size_t)*n : 0;
    }
    return SW_OK;
}

static sw_result serve_read(
    struct sw_host_server *server, struct sw_cursor *cur, const char *path, struct sw_buf *answer)
{
    struct stat st;
    uint64_t max;
    ssize_t n = -1;
    SW_TRY(sw_cur_u64be(cur, &max));
    errno = 0;
    SW_CLEANUP(fd) int fd = open_file(server, path, &st);
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    if (fd >= 0) {
        errno = 0;
        SW_TRY(read_all(fd, max < READ_MAX ? max : READ_MAX, &text, &n));
    }
    const int why = errno;
    SW_TRY(sw_buf_putc(answer, n >= 0));
    SW_TRY(sw_buf_put_u32be(answer, (uint32_t)why));
    return sw_buf_append(answer, text.data, text.len);
}

/* --- names and links -------------------------------------------------------------------------- */

static sw_result put_link(int dir, const char *path, struct sw_buf *out)
{
    char text[SW_HOST_PATH_MAX];
    SW_CLEANUP(fd) int fd = sw_open_in_root(dir, path, O_PATH | O_NOFOLLOW);
    const ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", text, sizeof(text));
    return n <= 0 ? SW_OK : sw_buf_append(out, text, (size_t)n);
}

static sw_result serve_link(
    struct sw_host_server *server, struct sw_cursor *cur, const char *path, struct sw_buf *answer)
{
    (void)cur;
    return put_link(server->root, path, answer);
}

static bool is_hidden(const struct sw_host_server *server, const char *path, const char *name)
{
    uint64_t number;
    return server->live && strcmp(path, "/proc") == 0 && sw_parse_u64(sw_str(name), &number) &&
           ((long)number == server->hidden[0] || (long)number == server->hidden[1]);
}

static sw_result put_name(const struct sw_host_server *server, int dir, const char *path,
    const char *name, struct sw_buf *out)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_hidden(server, path, name)) {
        return SW_OK;
    }
    SW_TRY(dir >= 0 ? put_link(dir, name, out) : sw_buf_puts(out, name));
    return sw_buf_putc(out, '\0');
}

static sw_result put_names(
    const struct sw_host_server *server, const char *path, bool links, struct sw_buf *answer)
{
    SW_CLEANUP(fd)
    int fd = sw_open_in_root(server->root, path, O_RDONLY | O_DIRECTORY | O_NOCTTY | O_NONBLOCK);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    SW_TRY(sw_buf_put_u32be(answer, dir == NULL ? (uint32_t)errno : 0));
    if (dir == NULL) {
        return SW_OK;
    }
    const int from = links ? fd : -1;
    (void)SW_TAKE_FD(fd);
    enum sw_code code = SW_OK;
    size_t count = 0;
    for (const struct dirent *entry;
         code == SW_OK && count < NAMES_MAX && (entry = readdir(dir)) != NULL; count++) {
        code = put_name(server, from, path, entry->d_name, answer);
    }
    (void)closedir(dir);
    return code;
}

static sw_result serve_list(
    struct sw_host_server *server, struct sw_cursor *cur, const char *path, struct sw_buf *answer)
{
    (void)cur;
    return put_names(server, path, false, answer);
}

static sw_result serve_links(
    struct sw_host_server *server, struct sw_cursor *cur, const char *path, struct sw_buf *answer)
{
    (void)cur;
    return put_names(server, path, true, answer);
}

/* --- files of models -------------------------------------------------------------------------- */

/* The file that a process means by a path: ours, or, when that is another one, the one among the
 * files that the process sees. */
static int open_place(const struct sw_host_server *server, const char *path, uint64_t inode,
    uint32_t pid, struct stat *st)
{
    char root[64];
    SW_CLEANUP(fd) int fd = open_file(server, path, st);
    const bool checked = server->live && inode != 0;
    if (fd >= 0 && (!checked || st->st_ino == inode)) {
        return SW_TAKE_FD(fd);
    }
    if (!server->live || pid == 0) {
        return -1;
    }
    (void)snprintf(root, sizeof(root), "proc/%u/root", pid);
    SW_CLEANUP(fd) int other = openat(server->root, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    SW_CLEANUP(fd)
    int theirs = other < 0 ? -1 : open_below(server, other, path, st);
    return theirs >= 0 && (!checked || st->st_ino == inode) ? SW_TAKE_FD(theirs) : -1;
}

static sw_result serve_head(
    struct sw_host_server *server, struct sw_cursor *cur, const char *path, struct sw_buf *answer)
{
    struct stat st;
    uint64_t inode;
    uint32_t pid;
    SW_TRY(sw_cur_u64be(cur, &inode));
    SW_TRY(sw_cur_u32be(cur, &pid));
    sw_cleanup_fd(&server->held);
    server->held = open_place(server, path, inode, pid, &st);
    if (server->held < 0) {
        return SW_OK;
    }
    SW_TRY(sw_buf_put_u64be(answer, st.st_ino));
    SW_TRY(sw_buf_put_u64be(answer, (uint64_t)st.st_size));
    SW_TRY(sw_buf_reserve(answer, SW_LOOK_HEAD));
    const ssize_t n = pread(server->held, answer->data + answer->len, SW_LOOK_HEAD, 0);
    answer->len += n > 0 ? (size_t)n : 0;
    return SW_OK;
}

static sw_result hash_held(struct sw_host_server *server, uint8_t *chunk, struct sw_buf *answer)
{
    struct sw_hash hash;
    struct sw_digest digest;
    ssize_t n;
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    while ((n = read_some(server->held, chunk, HASH_CHUNK)) > 0 &&
           !sw_progress_cancelled(server->progress)) {
        sw_hash_update(&hash, chunk, (size_t)n);
        sw_progress_add(server->progress, (uint64_t)n, 0);
    }
    sw_hash_final(&hash, &digest);
    return n != 0 ? SW_OK : sw_buf_append(answer, digest.bytes, digest.len);
}

static sw_result serve_hash(
    struct sw_host_server *server, struct sw_cursor *cur, const char *path, struct sw_buf *answer)
{
    (void)cur;
    (void)path;
    if (server->held < 0 || lseek(server->held, 0, SEEK_SET) != 0) {
        return SW_OK;
    }
    SW_CLEANUP(free) uint8_t *chunk = malloc(HASH_CHUNK);
    SW_TRY_PTR(chunk);
    return hash_held(server, chunk, answer);
}

/* --- questions -------------------------------------------------------------------------------- */

static const struct {
    uint8_t question;
    size_t numbers; /* bytes in front of the path */
    sw_result (*serve)(struct sw_host_server *server, struct sw_cursor *cur, const char *path,
        struct sw_buf *answer);
} servers[] = {
    {SW_HOST_READ, 8, serve_read},
    {SW_HOST_LINK, 0, serve_link},
    {SW_HOST_LIST, 0, serve_list},
    {SW_HOST_LINKS, 0, serve_links},
    {SW_HOST_HEAD, 12, serve_head},
    {SW_HOST_HASH, 0, serve_hash},
};

static enum sw_code nonsense(struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED, "the parser answered nonsense: a question that is none");
}

/* What is left out looks as if it were not there. */
static sw_result answer_one(struct sw_host_server *server, size_t row, struct sw_bytes rest,
    struct sw_buf *answer, struct sw_error *err)
{
    const size_t numbers = servers[row].numbers;
    struct sw_cursor cur = sw_cursor(rest);
    const size_t len = rest.len - numbers;
    if (len >= sizeof(server->last) || memchr(rest.ptr + numbers, 0, len) != NULL) {
        return nonsense(err);
    }
    if (servers[row].question != SW_HOST_HASH) {
        memcpy(server->last, rest.ptr + numbers, len);
        server->last[len] = '\0';
    }
    const bool skipped = is_skipped(server, server->last);
    enum sw_code code = servers[row].serve(server, &cur, skipped ? "" : server->last, answer);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "no memory to read for the parser");
}

sw_result sw_host_serve(struct sw_host_server *server, struct sw_bytes question,
    struct sw_buf *answer, struct sw_error *err)
{
    for (size_t i = 0; question.len > 0 && i < SW_COUNT(servers); i++) {
        if (servers[i].question == question.ptr[0] && question.len > servers[i].numbers) {
            return answer_one(server, i, sw_bytes(question.ptr + 1, question.len - 1), answer, err);
        }
    }
    return nonsense(err);
}
