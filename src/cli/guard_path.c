/* The cover stands on a directory, not on a name. Who may rename what the path goes through can put
 * another directory under the name; that is seen here. */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHANGES ((uint32_t)(IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ONLYDIR))

static bool is_ours(uid_t user)
{
    return user == 0 || user == geteuid();
}

/* May somebody else rename `name` in `dir`? Who is root, or this user, can do worse. */
static bool can_be_renamed(const char *dir, const char *name)
{
    struct stat st;
    SW_CLEANUP(fd) int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !is_ours(st.st_uid)) {
        return true;
    }
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0) {
        return false;
    }
    return (st.st_mode & S_ISVTX) == 0 || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
           !is_ours(st.st_uid);
}

static void tell_unsafe(const struct sw_guard *guard, const char *dir, const char *name)
{
    char text[SW_ERROR_TEXT_MAX];
    if (!can_be_renamed(dir, name)) {
        return;
    }
    (void)snprintf(text, sizeof(text),
        "others can rename '%s' in '%s': the command is ended when they do, and may read something "
        "else for a moment",
        name, dir);
    sw_guard_tell(guard->log, "unsafe", "", text);
}

static sw_result add_step(
    struct sw_guard *guard, const char *dir, const char *name, struct sw_error *err)
{
    struct sw_arena *arena = &guard->cli->arena;
    tell_unsafe(guard, dir, name);
    /* A mount over the name would be no change of the directory: inotify does not tell it. */
    SW_TRY(sw_mount_shut(dir, err));
    int watch = inotify_add_watch(guard->moves, dir, CHANGES | IN_MASK_ADD);
    if (watch < 0) {
        return sw_fail_errno(err, errno, "cannot watch '%s'", dir);
    }
    struct sw_guard_step *steps =
        sw_arena_grow(arena, guard->steps, guard->step_count, &guard->steps_cap, sizeof(*steps));
    SW_TRY_PTR(steps);
    guard->steps = steps;
    const char *kept = sw_arena_strdup(arena, name);
    SW_TRY_PTR(kept);
    steps[guard->step_count++] = (struct sw_guard_step){watch, kept};
    return SW_OK;
}

/* --- the way --------------------------------------------------------------------------------- */

#define LINKS_MAX 40 /* as the kernel's (path_resolution(7)) */

/* A path that is followed as the kernel does it, so that each name that is looked up is seen: also
 * those in symbolic links that lead to symbolic links. */
struct way {
    struct sw_guard *guard;
    char at[PATH_MAX];   /* a directory, by a path without symbolic links; "" is the root */
    char rest[PATH_MAX]; /* what is still to be looked up in it */
    size_t links;
};

static sw_result too_long(const struct way *way, struct sw_error *err)
{
    return sw_fail(err, SW_E_USAGE, "the path '%s' is too long", way->guard->path);
}

/* Takes the next name off the rest; "" when there is none. */
static sw_result next_name(struct way *way, char name[NAME_MAX + 1], struct sw_error *err)
{
    const char *from = way->rest + strspn(way->rest, "/");
    size_t len = strcspn(from, "/");
    if (len > NAME_MAX) {
        return too_long(way, err);
    }
    memcpy(name, from, len);
    name[len] = '\0';
    memmove(way->rest, from + len, strlen(from + len) + 1);
    return SW_OK;
}

static void leave(struct way *way)
{
    char *last = strrchr(way->at, '/');
    if (last != NULL) {
        *last = '\0';
    }
}

static sw_result follow_link(struct way *way, const char *target, struct sw_error *err)
{
    char rest[PATH_MAX];
    int len = snprintf(rest, sizeof(rest), "%s%s", target, way->rest);
    if (len >= PATH_MAX || ++way->links > LINKS_MAX) {
        return too_long(way, err);
    }
    memcpy(way->rest, rest, (size_t)len + 1);
    if (target[0] == '/') {
        way->at[0] = '\0';
    }
    return SW_OK;
}

static sw_result enter(struct way *way, const char *name, struct sw_error *err)
{
    char path[PATH_MAX];
    char target[PATH_MAX];
    int len = snprintf(path, sizeof(path), "%s/%s", way->at, name);
    if (len >= PATH_MAX) {
        return too_long(way, err);
    }
    ssize_t n = readlink(path, target, sizeof(target) - 1);
    if (n < 0 && errno != EINVAL) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    if (n >= 0) {
        target[n] = '\0';
        return follow_link(way, target, err);
    }
    memcpy(way->at, path, (size_t)len + 1);
    return SW_OK;
}

/* Each name in the directory that it is looked up in: watched first, and then looked at. */
static sw_result watch_way(struct way *way, struct sw_error *err)
{
    char name[NAME_MAX + 1];
    for (;;) {
        SW_TRY(next_name(way, name, err));
        if (name[0] == '\0') {
            return SW_OK;
        }
        if (strcmp(name, "..") == 0) {
            leave(way);
        } else if (strcmp(name, ".") != 0) {
            SW_TRY(add_step(way->guard, way->at[0] == '\0' ? "/" : way->at, name, err));
            SW_TRY(enter(way, name, err));
        }
    }
}

static sw_result absolute(const struct sw_guard *guard, char out[PATH_MAX], struct sw_error *err)
{
    char here[PATH_MAX] = "";
    bool relative = guard->path[0] != '/';
    if (relative && getcwd(here, sizeof(here)) == NULL) {
        return sw_fail_errno(err, errno, "cannot tell where this directory is");
    }
    int len = snprintf(out, PATH_MAX, "%s%s%s", here, relative ? "/" : "", guard->path);
    return len < PATH_MAX ? SW_OK
                          : sw_fail(err, SW_E_USAGE, "the path '%s' is too long", guard->path);
}

sw_result sw_guard_path_watch(struct sw_guard *guard, struct sw_error *err)
{
    struct way way = {.guard = guard};
    SW_TRY(absolute(guard, way.rest, err));
    guard->moves = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (guard->moves < 0) {
        return sw_fail_errno(err, errno, "cannot watch the path of '%s'", guard->path);
    }
    return watch_way(&way, err);
}

/* --- what happens on it ---------------------------------------------------------------------- */

static bool concerns(const struct sw_guard *guard, const struct inotify_event *event)
{
    if ((event->mask & (IN_Q_OVERFLOW | IN_IGNORED | IN_UNMOUNT)) != 0) {
        return true;
    }
    for (size_t i = 0; i < guard->step_count; i++) {
        if (guard->steps[i].watch == event->wd && event->len > 0 &&
            strcmp(guard->steps[i].name, event->name) == 0) {
            return true;
        }
    }
    return false;
}

bool sw_guard_path_moved(struct sw_guard *guard)
{
    union {
        struct inotify_event event;
        char bytes[16384];
    } buf;
    for (;;) {
        ssize_t n = read(guard->moves, &buf, sizeof(buf));
        if (n <= 0) {
            return false;
        }
        for (size_t at = 0; at < (size_t)n;) {
            const struct inotify_event *event = (const void *)(buf.bytes + at);
            if (concerns(guard, event)) {
                return true;
            }
            at += sizeof(*event) + event->len;
        }
    }
}

sw_result sw_guard_mount_of(int fd, const char *path, uint64_t *out, struct sw_error *err)
{
    struct statx st;
    int flags = path[0] == '\0' ? AT_EMPTY_PATH : 0;
    if (statx(fd, path, flags, STATX_MNT_ID, &st) != 0) {
        return sw_fail_errno(err, errno, "cannot examine '%s'", path);
    }
    if ((st.stx_mask & STATX_MNT_ID) == 0) {
        return sw_fail(err, SW_E_IO, "this kernel does not number mounts (Linux 5.8)");
    }
    *out = st.stx_mnt_id;
    return SW_OK;
}
