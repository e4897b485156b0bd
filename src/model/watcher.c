#include "model/watcher.h"

#include "model/watcher_private.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Writing itself is not watched: a file that is being written is open, which is asked when it
 * matters, and a large one would else wake the watcher with every page. */
#define EVENTS                                                                             \
    (IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF | \
        IN_DELETE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define WAIT_MAX_MS 1000
#define WAIT_MIN_MS 50
#define MAX_DEPTH 8
/* On a network file system what other machines do makes no event. */
#define SCAN_NS UINT64_C(5000000000)

struct candidate {
    char *name;
    uint64_t step;
    uint64_t event_ns; /* the last one */
    bool renamed;
    bool closed;
    bool shrinking; /* a file of it was deleted: it may be on its way out */
    bool done;
    bool stuck;
};

/* A directory that is watched: the run's, or one of a candidate's. */
struct watch {
    int wd;
    char *path;
    char *candidate; /* NULL: the run's */
};

struct sw_watcher {
    int fd;
    char *dir;
    uint64_t settle_ms;
    uint64_t scanned_ns;
    struct candidate *candidates;
    size_t count;
    struct watch *watches;
    size_t watch_count;
    char ready[PATH_MAX];
};

static struct candidate *find(const struct sw_watcher *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++) {
        if (strcmp(w->candidates[i].name, name) == 0) {
            return &w->candidates[i];
        }
    }
    return NULL;
}

static void touch(struct candidate *candidate)
{
    candidate->event_ns = sw_time_monotonic_ns();
    candidate->renamed = false;
    candidate->closed = false;
    candidate->shrinking = false;
    candidate->done = false;
}

/* --- candidates and their directories -------------------------------------------------------- */

static sw_result add_watch(
    struct sw_watcher *w, const char *path, const char *candidate, struct sw_error *err)
{
    int wd = inotify_add_watch(w->fd, path, EVENTS);
    if (wd < 0) {
        /* A directory that is gone already is no harm, and a file needs none. */
        bool harmless = candidate != NULL && (errno == ENOENT || errno == ENOTDIR);
        return harmless ? SW_OK : sw_fail_errno(err, errno, "cannot watch '%s'", path);
    }
    for (size_t i = 0; i < w->watch_count; i++) {
        if (w->watches[i].wd == wd) {
            return SW_OK;
        }
    }
    struct watch *grown = reallocarray(w->watches, w->watch_count + 1, sizeof(*grown));
    SW_TRY_PTR(grown);
    w->watches = grown;
    struct watch watch = {.wd = wd, .path = strdup(path)};
    watch.candidate = candidate == NULL ? NULL : strdup(candidate);
    if (watch.path == NULL || (candidate != NULL && watch.candidate == NULL)) {
        free(watch.path);
        free(watch.candidate);
        return SW_E_NOMEM;
    }
    w->watches[w->watch_count++] = watch;
    return SW_OK;
}

static void drop_watch(struct sw_watcher *w, size_t index)
{
    free(w->watches[index].path);
    free(w->watches[index].candidate);
    w->watches[index] = w->watches[--w->watch_count];
}

static void close_dir(DIR *dir)
{
    (void)closedir(dir);
}
SW_DEFINE_CLEANUP_PTR(dir, DIR, close_dir)

/* The directory and those below. What is made in one before it is watched is found by listing it.
 */
static sw_result watch_below(struct sw_watcher *w, const char *path, const char *candidate,
    unsigned depth, struct sw_error *err)
{
    SW_TRY(add_watch(w, path, candidate, err));
    SW_CLEANUP(dir) DIR *dir = depth < MAX_DEPTH ? opendir(path) : NULL;
    if (dir == NULL) {
        return SW_OK;
    }
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        char below[PATH_MAX];
        bool real = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
        int len = snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
        if (real && e->d_type == DT_DIR && len > 0 && len < PATH_MAX) {
            SW_TRY(watch_below(w, below, candidate, depth + 1, err));
        }
    }
    return SW_OK;
}

/* Gives the candidate of that name, and makes it when the name is one's. */
static sw_result meet(
    struct sw_watcher *w, const char *name, struct candidate **out, struct sw_error *err)
{
    uint64_t step;
    char path[PATH_MAX];
    *out = find(w, name);
    int len = snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    if (*out != NULL || !sw_checkpoint_is_candidate(name, &step) || len < 0 || len >= PATH_MAX) {
        return SW_OK;
    }
    struct candidate *grown = reallocarray(w->candidates, w->count + 1, sizeof(*grown));
    SW_TRY_PTR(grown);
    w->candidates = grown;
    struct candidate made = {.name = strdup(name), .step = step};
    SW_TRY_PTR(made.name);
    grown[w->count] = made;
    *out = &grown[w->count++];
    touch(*out);
    return watch_below(w, path, (*out)->name, 0, err);
}

/* The kernel has dropped the watches of a directory that was deleted; those of one that went
 * elsewhere are taken away. */
static void forget(struct sw_watcher *w, const char *name)
{
    struct candidate *candidate = find(w, name);
    for (size_t i = w->watch_count; i > 0; i--) {
        if (w->watches[i - 1].candidate != NULL && strcmp(w->watches[i - 1].candidate, name) == 0) {
            (void)inotify_rm_watch(w->fd, w->watches[i - 1].wd);
            drop_watch(w, i - 1);
        }
    }
    if (candidate != NULL) {
        free(candidate->name);
        *candidate = w->candidates[--w->count];
    }
}

static sw_result scan(struct sw_watcher *w, struct sw_error *err)
{
    SW_CLEANUP(dir) DIR *dir = opendir(w->dir);
    if (dir == NULL) {
        return sw_fail_errno(err, errno, "cannot list '%s'", w->dir);
    }
    w->scanned_ns = sw_time_monotonic_ns();
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        struct candidate *candidate = NULL;
        SW_TRY(meet(w, e->d_name, &candidate, err));
    }
    return SW_OK;
}

/* --- events ---------------------------------------------------------------------------------- */

static sw_result is_gone(const struct sw_watcher *w, struct sw_error *err)
{
    return sw_fail(err, SW_E_NOENT, "the run's directory '%s' is gone", w->dir);
}

/* In the run's own directory. */
static sw_result on_top(
    struct sw_watcher *w, const struct inotify_event *event, struct sw_error *err)
{
    if ((event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0) {
        return is_gone(w, err);
    }
    if (event->len == 0) {
        return SW_OK;
    }
    if ((event->mask & (IN_DELETE | IN_MOVED_FROM)) != 0) {
        forget(w, event->name);
        return SW_OK;
    }
    if ((event->mask & IN_MOVED_TO) != 0) {
        forget(w, event->name); /* what it replaces */
    }
    struct candidate *candidate = NULL;
    SW_TRY(meet(w, event->name, &candidate, err));
    if (candidate != NULL) {
        touch(candidate);
        candidate->renamed = (event->mask & IN_MOVED_TO) != 0;
        candidate->closed = (event->mask & IN_CLOSE_WRITE) != 0;
    }
    return SW_OK;
}

/* Its signature, and the name under which we write it. */
static bool is_ours(const char *name)
{
    return strcmp(name, "model.sig") == 0 ||
           (name[0] == '.' && sw_str_ends(sw_str(name), ".tmp") && strlen(name) == 21);
}

/* Below a candidate. */
static sw_result on_below(
    struct sw_watcher *w, size_t index, const struct inotify_event *event, struct sw_error *err)
{
    const struct watch *watch = &w->watches[index];
    struct candidate *candidate = find(w, watch->candidate);
    if ((event->mask & IN_IGNORED) != 0) {
        drop_watch(w, index);
        return SW_OK;
    }
    if (candidate == NULL || event->len == 0 || is_ours(event->name)) {
        return SW_OK;
    }
    touch(candidate);
    candidate->shrinking = (event->mask & (IN_DELETE | IN_MOVED_FROM)) != 0;
    char path[PATH_MAX];
    int len = snprintf(path, sizeof(path), "%s/%s", watch->path, event->name);
    if ((event->mask & IN_ISDIR) != 0 && (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0 &&
        len > 0 && len < PATH_MAX) {
        return watch_below(w, path, candidate->name, 0, err);
    }
    return SW_OK;
}

/* Events were lost: what is there is looked at anew, and has to settle or to have its marker. */
static sw_result on_overflow(struct sw_watcher *w, struct sw_error *err)
{
    for (size_t i = 0; i < w->count; i++) {
        touch(&w->candidates[i]);
    }
    return scan(w, err);
}

static sw_result on_event(
    struct sw_watcher *w, const struct inotify_event *event, struct sw_error *err)
{
    if ((event->mask & IN_Q_OVERFLOW) != 0) {
        return on_overflow(w, err);
    }
    for (size_t i = 0; i < w->watch_count; i++) {
        if (w->watches[i].wd == event->wd) {
            return w->watches[i].candidate == NULL ? on_top(w, event, err)
                                                   : on_below(w, i, event, err);
        }
    }
    return SW_OK;
}

static sw_result take_some(struct sw_watcher *w, bool *more, struct sw_error *err)
{
    _Alignas(struct inotify_event) char room[16384];
    ssize_t n = read(w->fd, room, sizeof(room));
    *more = n > 0;
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR
                   ? SW_OK
                   : sw_fail_errno(err, errno, "cannot watch '%s'", w->dir);
    }
    for (size_t at = 0; at < (size_t)n;) {
        const struct inotify_event *event = (const void *)(room + at);
        SW_TRY(on_event(w, event, err));
        at += sizeof(*event) + event->len;
    }
    return SW_OK;
}

/* All that happened so far. */
static sw_result take_events(struct sw_watcher *w, struct sw_error *err)
{
    bool more = true;
    while (more) {
        SW_TRY(take_some(w, &more, err));
    }
    return SW_OK;
}

/* --- the face -------------------------------------------------------------------------------- */

sw_result sw_watcher_open(
    const char *dir, uint64_t settle_ms, struct sw_watcher **out, struct sw_error *err)
{
    SW_CLEANUP(watcher) struct sw_watcher *w = calloc(1, sizeof(*w));
    SW_TRY_PTR(w);
    w->settle_ms = settle_ms;
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    w->dir = strdup(dir);
    SW_TRY_PTR(w->dir);
    if (w->fd < 0) {
        return sw_fail_errno(err, errno, "cannot watch '%s'", dir);
    }
    SW_TRY(add_watch(w, dir, NULL, err));
    SW_TRY(scan(w, err));
    for (size_t i = 0; i < w->count; i++) {
        w->candidates[i].event_ns = 0; /* nothing is known of it but its times */
    }
    *out = SW_TAKE(w);
    return SW_OK;
}

void sw_watcher_free(struct sw_watcher *w)
{
    if (w == NULL) {
        return;
    }
    while (w->watch_count > 0) {
        drop_watch(w, w->watch_count - 1);
    }
    for (size_t i = 0; i < w->count; i++) {
        free(w->candidates[i].name);
    }
    if (w->fd >= 0) {
        (void)close(w->fd);
    }
    free(w->candidates);
    free(w->watches);
    free(w->dir);
    free(w);
}

static uint64_t quiet_ms(const struct candidate *candidate)
{
    return (sw_time_monotonic_ns() - candidate->event_ns) / 1000000;
}

static enum sw_completion_answer ask(
    const struct sw_watcher *w, const struct candidate *candidate, enum sw_completeness *how)
{
    const struct sw_completion completion = {.dir = w->dir,
        .name = candidate->name,
        .quiet_ms = quiet_ms(candidate),
        .settle_ms = w->settle_ms,
        .renamed = candidate->renamed,
        .closed = candidate->closed,
        .shrinking = candidate->shrinking};
    return sw_completion_ask(&completion, how);
}

/* The complete one with the lowest step; NULL when there is none. */
static const struct candidate *pick(struct sw_watcher *w, enum sw_completeness *how)
{
    const struct candidate *first = NULL;
    for (size_t i = 0; i < w->count; i++) {
        struct candidate *candidate = &w->candidates[i];
        enum sw_completeness found = SW_COMPLETE_SETTLED;
        if (candidate->done || (first != NULL && candidate->step >= first->step)) {
            continue;
        }
        enum sw_completion_answer answer = ask(w, candidate, &found);
        candidate->stuck = answer == SW_COMPLETION_STUCK || answer == SW_COMPLETION_GONE;
        if (answer == SW_COMPLETION_DONE) {
            first = candidate;
            *how = found;
        }
    }
    return first;
}

static sw_result name_ready(struct sw_watcher *w, const char *name, struct sw_error *err)
{
    int len = snprintf(w->ready, sizeof(w->ready), "%s/%s", w->dir, name);
    return len > 0 && len < PATH_MAX ? SW_OK
                                     : sw_fail_errno(err, ENAMETOOLONG, "cannot open '%s'", name);
}

/* What happened before it was looked at must be taken in before it is given out: it would else look
 * as if it had happened after. */
sw_result sw_watcher_next(
    struct sw_watcher *w, struct sw_ready *out, bool *found, struct sw_error *err)
{
    *found = false;
    for (;;) {
        enum sw_completeness how = SW_COMPLETE_SAID;
        SW_TRY(take_events(w, err));
        const struct candidate *first = pick(w, &how);
        if (first == NULL) {
            return SW_OK;
        }
        uint64_t event_ns = first->event_ns;
        SW_TRY(name_ready(w, first->name, err));
        SW_TRY(take_events(w, err));
        const char *name = strrchr(w->ready, '/') + 1;
        first = find(w, name);
        if (first != NULL && first->event_ns == event_ns) {
            *out = (struct sw_ready){name, w->ready, first->step, how};
            *found = true;
            return SW_OK;
        }
    }
}

/* Until the first one may have settled. */
static int wait_ms(const struct sw_watcher *w)
{
    uint64_t least = WAIT_MAX_MS;
    for (size_t i = 0; i < w->count; i++) {
        uint64_t quiet = quiet_ms(&w->candidates[i]);
        uint64_t left = quiet < w->settle_ms ? w->settle_ms - quiet : 4 * WAIT_MIN_MS;
        if (!w->candidates[i].done && left < least) {
            least = left;
        }
    }
    return least < WAIT_MIN_MS ? WAIT_MIN_MS : (int)least;
}

sw_result sw_watcher_wait(struct sw_watcher *w, struct sw_error *err)
{
    struct pollfd wanted = {.fd = w->fd, .events = POLLIN};
    int n = poll(&wanted, 1, wait_ms(w));
    if (n > 0) {
        SW_TRY(take_events(w, err));
    }
    if (!sw_dir_exists(w->dir)) {
        return is_gone(w, err);
    }
    return sw_time_monotonic_ns() - w->scanned_ns < SCAN_NS ? SW_OK : scan(w, err);
}

void sw_watcher_done(struct sw_watcher *w, const char *name)
{
    struct candidate *candidate = find(w, name);
    if (candidate != NULL) {
        candidate->done = true;
    }
}

void sw_watcher_again(struct sw_watcher *w, const char *name)
{
    struct candidate *candidate = find(w, name);
    if (candidate != NULL) {
        touch(candidate);
    }
}

size_t sw_watcher_pending(const struct sw_watcher *w)
{
    size_t pending = 0;
    for (size_t i = 0; i < w->count; i++) {
        pending += w->candidates[i].done || w->candidates[i].stuck ? 0 : 1;
    }
    return pending;
}

const char *sw_watcher_stuck(const struct sw_watcher *w, size_t index)
{
    for (size_t i = 0; i < w->count; i++) {
        bool stuck = !w->candidates[i].done && w->candidates[i].stuck;
        if (stuck && index-- == 0) {
            return w->candidates[i].name;
        }
    }
    return NULL;
}
