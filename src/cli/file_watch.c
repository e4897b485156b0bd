#include "cli/file_watch.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

void sw_file_watch_close(struct sw_file_watch *watch)
{
    sw_cleanup_fd(&watch->events);
    sw_cleanup_fd(&watch->timer);
    sw_cleanup_fd(&watch->wait);
}

static struct stat look(const char *path)
{
    struct stat now;
    return stat(path, &now) == 0 ? now : (struct stat){0};
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool add(const struct sw_file_watch *watch, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    return epoll_ctl(watch->wait, EPOLL_CTL_ADD, fd, &event) == 0;
}

#define EVENTS (IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE | IN_ONLYDIR)

/* A file is replaced by renaming, so its directory is what is watched. */
static void open_events(struct sw_file_watch *watch, const char *dir, const char **why)
{
    watch->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (watch->events >= 0 && inotify_add_watch(watch->events, dir, EVENTS) >= 0 &&
        add(watch, watch->events)) {
        return;
    }
    sw_cleanup_fd(&watch->events);
    *why = strerrordesc_np(errno);
}

sw_result sw_file_watch_open(const char *dir, const char *path, struct sw_file_watch *out,
    const char **why, struct sw_error *err)
{
    const struct itimerspec every = {{SW_FILE_WATCH_SECONDS, 0}, {SW_FILE_WATCH_SECONDS, 0}};
    *out = (struct sw_file_watch){.path = path, .wait = -1, .events = -1, .timer = -1};
    *why = NULL;
    out->wait = epoll_create1(EPOLL_CLOEXEC);
    out->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (out->wait < 0 || out->timer < 0 || timerfd_settime(out->timer, 0, &every, NULL) != 0 ||
        !add(out, out->timer)) {
        enum sw_code code = sw_fail_errno(err, errno, "cannot watch '%s'", path);
        sw_file_watch_close(out);
        return code;
    }
    open_events(out, dir, why);
    out->seen = look(path);
    return SW_OK;
}

void sw_file_watch_more(struct sw_file_watch *watch, const char *const *paths, size_t count,
    struct stat *seen, const char **why)
{
    watch->more = paths;
    watch->more_count = count;
    watch->more_seen = seen;
    for (size_t i = 0; i < count; i++) {
        const struct sw_str dir = sw_path_dir(paths[i]);
        char path[PATH_MAX];
        seen[i] = look(paths[i]);
        const int n = snprintf(path, sizeof(path), SW_STR_FMT, SW_STR_ARG(dir));
        const bool fits = n > 0 && (size_t)n < sizeof(path);
        if (watch->events >= 0 && (!fits || inotify_add_watch(watch->events, path, EVENTS) < 0)) {
            *why = strerrordesc_np(fits ? errno : ENAMETOOLONG);
        }
    }
}

/* What they are now counts as seen. */
static bool has_more(struct sw_file_watch *watch)
{
    bool changed = false;
    for (size_t i = 0; i < watch->more_count; i++) {
        const struct stat now = look(watch->more[i]);
        changed = changed || !is_same(&now, &watch->more_seen[i]);
        watch->more_seen[i] = now;
    }
    return changed;
}

/* Which event it was does not matter; whether it was the timer. */
static bool drain(const struct sw_file_watch *watch)
{
    char bytes[4096];
    while (watch->events >= 0 && read(watch->events, bytes, sizeof(bytes)) > 0) {
    }
    return read(watch->timer, bytes, sizeof(uint64_t)) > 0;
}

bool sw_file_watch_wait(struct sw_file_watch *watch)
{
    while (sw_interrupt_wait(watch->wait)) {
        const bool due = drain(watch) && watch->again;
        struct stat now = look(watch->path);
        const bool more = has_more(watch);
        if (due || more || !is_same(&now, &watch->seen)) {
            watch->seen = now;
            watch->again = false;
            return true;
        }
    }
    return false;
}
