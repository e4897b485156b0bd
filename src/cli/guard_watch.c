/* Each file is hashed before the first open of it returns, under a read lease: who wants to write
 * to it waits (fcntl(2), F_SETLEASE) until the command, which may have read it, is ended. */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <unistd.h>

struct watched {
    uint64_t mount;
    size_t file;
};

struct sw_guard_watch {
    struct sw_guard *guard;
    struct sw_load *load;
    struct watched *files; /* by the number of the mount, once it is started */
    size_t count;
    int *leases; /* by file of the load; -1: never opened, or never let through */
    int fan;
    int stop; /* eventfd: the thread should end */
    struct sw_progress progress;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* guards `leases` */
    struct rlimit limit;  /* of open files, as it was and is for the command */
};

static int init_fanotify(void)
{
    return fanotify_init(
        FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS,
        O_RDONLY | O_CLOEXEC | O_LARGEFILE);
}

sw_result sw_guard_watch_possible(struct sw_error *err)
{
    SW_CLEANUP(fd) int fan = init_fanotify();
    return fan < 0 ? sw_fail_errno(err, errno, "only root can watch files here (fanotify)") : SW_OK;
}

/* A lease keeps a file open. */
static void allow_many_files(struct sw_guard_watch *watch)
{
    if (getrlimit(RLIMIT_NOFILE, &watch->limit) == 0) {
        const struct rlimit most = {watch->limit.rlim_max, watch->limit.rlim_max};
        (void)setrlimit(RLIMIT_NOFILE, &most);
    }
}

void sw_guard_watch_leave(const struct sw_guard_watch *watch)
{
    (void)setrlimit(RLIMIT_NOFILE, &watch->limit);
}

static sw_result fill(struct sw_guard_watch *watch, size_t count, struct sw_error *err)
{
    watch->files = calloc(count, sizeof(*watch->files));
    watch->leases = calloc(count, sizeof(*watch->leases));
    if (watch->files == NULL || watch->leases == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        watch->leases[i] = -1;
    }
    watch->stop = eventfd(0, EFD_CLOEXEC);
    watch->fan = init_fanotify();
    if (watch->stop < 0 || watch->fan < 0) {
        return sw_fail_errno(err, errno, "cannot watch files (fanotify)");
    }
    return SW_OK;
}

SW_DEFINE_CLEANUP_PTR(guard_watch, struct sw_guard_watch, sw_guard_watch_free)

sw_result sw_guard_watch_new(
    struct sw_guard *guard, struct sw_load *load, struct sw_guard_watch **out, struct sw_error *err)
{
    SW_CLEANUP(guard_watch) struct sw_guard_watch *watch = calloc(1, sizeof(*watch));
    SW_TRY_PTR(watch);
    watch->guard = guard;
    watch->load = load;
    watch->fan = -1;
    watch->stop = -1;
    (void)pthread_mutex_init(&watch->lock, NULL);
    allow_many_files(watch);
    SW_TRY(fill(watch, sw_load_count(load), err));
    *out = SW_TAKE(watch);
    return SW_OK;
}

sw_result sw_guard_watch_add(
    struct sw_guard_watch *watch, size_t file, int mount, struct sw_error *err)
{
    struct watched *to = &watch->files[watch->count];
    char path[32];
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", mount);
    SW_TRY(sw_guard_mount_of(mount, "", &to->mount, err));
    to->file = file;
    if (fanotify_mark(watch->fan, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN_PERM, AT_FDCWD, path) !=
        0) {
        return sw_fail_errno(
            err, errno, "cannot watch '%s' (fanotify)", sw_load_name(watch->load, file));
    }
    watch->count++;
    return SW_OK;
}

/* --- one open -------------------------------------------------------------------------------- */

/* The lease comes first: what is hashed under it cannot change any more, without our being asked.
 */
static sw_result take_lease(int fd, struct sw_error *err)
{
    if (fcntl(fd, F_SETOWN, getpid()) != 0 || fcntl(fd, F_SETLEASE, F_RDLCK) != 0) {
        return errno == EAGAIN
                   ? sw_fail(err, SW_E_REFUSED, "somebody has it open to write")
                   : sw_fail_errno(err, errno, "it cannot be kept from changing (F_SETLEASE)");
    }
    return SW_OK;
}

static bool lease_holds(int fd)
{
    return fcntl(fd, F_GETLEASE) == F_RDLCK;
}

static sw_result check_first(
    struct sw_guard_watch *watch, size_t file, int fd, struct sw_error *err)
{
    SW_TRY(take_lease(fd, err));
    SW_TRY(sw_load_check(watch->load, file, fd, err));
    return lease_holds(fd)
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED, "somebody wants to write to it while it is hashed");
}

static bool has_lease(struct sw_guard_watch *watch, size_t file)
{
    (void)pthread_mutex_lock(&watch->lock);
    bool has = watch->leases[file] >= 0 && lease_holds(watch->leases[file]);
    (void)pthread_mutex_unlock(&watch->lock);
    return has;
}

/* Takes the descriptor. */
static bool may_open(struct sw_guard_watch *watch, size_t file, int event_fd)
{
    SW_CLEANUP(fd) int fd = event_fd;
    struct sw_error why = {0};
    if (has_lease(watch, file)) {
        return true;
    }
    (void)pthread_mutex_lock(&watch->lock);
    bool broken = watch->leases[file] >= 0; /* the command is about to be ended */
    (void)pthread_mutex_unlock(&watch->lock);
    if (broken || check_first(watch, file, fd, &why) != SW_OK) {
        sw_guard_tell(watch->guard->log, "denied", sw_load_name(watch->load, file),
            broken ? "somebody wants to write to it" : why.text);
        return false;
    }
    (void)pthread_mutex_lock(&watch->lock);
    watch->leases[file] = SW_TAKE_FD(fd);
    (void)pthread_mutex_unlock(&watch->lock);
    return true;
}

static int by_mount(const void *a, const void *b)
{
    const struct watched *left = a;
    const struct watched *right = b;
    return left->mount < right->mount ? -1 : left->mount > right->mount ? 1 : 0;
}

static const struct watched *find(const struct sw_guard_watch *watch, int fd)
{
    struct watched key = {0};
    struct sw_error ignored = {0};
    if (sw_guard_mount_of(fd, "", &key.mount, &ignored) != SW_OK) {
        return NULL;
    }
    return bsearch(&key, watch->files, watch->count, sizeof(key), by_mount);
}

/* The kernel has denied it by then. */
static void tell_unread(const struct sw_guard_watch *watch, int errnum)
{
    if (errnum == EMFILE || errnum == ENFILE) {
        sw_guard_tell(watch->guard->log, "denied", "",
            "too many files are open to hold another one (RLIMIT_NOFILE)");
    }
}

static void answer(struct sw_guard_watch *watch, const struct fanotify_event_metadata *event)
{
    if (event->fd < 0) {
        return;
    }
    const struct watched *found = find(watch, event->fd);
    int copy = found == NULL ? -1 : fcntl(event->fd, F_DUPFD_CLOEXEC, 3);
    if (found != NULL && copy < 0) {
        tell_unread(watch, errno);
    }
    bool may = copy >= 0 && may_open(watch, found->file, copy);
    const struct fanotify_response response = {event->fd, may ? FAN_ALLOW : FAN_DENY};
    struct sw_error ignored = {0};
    /* What is not answered stays denied: the other side waits until it is ended. */
    if (sw_fd_write(watch->fan, "fanotify", sw_bytes(&response, sizeof(response)), &ignored) !=
        SW_OK) {
        watch->guard->log->trouble = true;
    }
    (void)close(event->fd);
}

static void answer_all(struct sw_guard_watch *watch)
{
    union {
        struct fanotify_event_metadata event;
        char bytes[4096];
    } buf;
    ssize_t n = read(watch->fan, &buf, sizeof(buf));
    struct fanotify_event_metadata *event = &buf.event;
    if (n < 0) {
        tell_unread(watch, errno);
    }
    while (FAN_EVENT_OK(event, n)) {
        answer(watch, event);
        event = FAN_EVENT_NEXT(event, n);
    }
}

static void *watch_main(void *arg)
{
    struct sw_guard_watch *watch = arg;
    struct pollfd wanted[] = {
        {.fd = watch->stop, .events = POLLIN}, {.fd = watch->fan, .events = POLLIN}};
    for (;;) {
        if (poll(wanted, SW_COUNT(wanted), -1) < 0 && errno != EINTR) {
            return NULL;
        }
        if (wanted[0].revents != 0) {
            return NULL;
        }
        if (wanted[1].revents != 0) {
            answer_all(watch);
        }
    }
}

/* --- all of it ------------------------------------------------------------------------------- */

sw_result sw_guard_watch_start(struct sw_guard_watch *watch, struct sw_error *err)
{
    qsort(watch->files, watch->count, sizeof(*watch->files), by_mount);
    sw_load_watch(watch->load, &watch->progress);
    /* Signals are the main thread's; that of a lease would end the process here. */
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&watch->thread, NULL, watch_main, watch);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) {
        return sw_fail_errno(err, code, "cannot start a thread");
    }
    watch->started = true;
    return SW_OK;
}

const char *sw_guard_watch_broken(struct sw_guard_watch *watch)
{
    const char *name = NULL;
    (void)pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->count && name == NULL; i++) {
        if (watch->leases[i] >= 0 && !lease_holds(watch->leases[i])) {
            name = sw_load_name(watch->load, i);
        }
    }
    (void)pthread_mutex_unlock(&watch->lock);
    return name;
}

void sw_guard_watch_free(struct sw_guard_watch *watch)
{
    if (watch == NULL) {
        return;
    }
    if (watch->started) {
        const uint64_t one = 1;
        atomic_store(&watch->progress.cancel, true);
        (void)!write(watch->stop, &one, sizeof(one));
        (void)pthread_join(watch->thread, NULL);
    }
    for (size_t i = 0; watch->leases != NULL && i < sw_load_count(watch->load); i++) {
        sw_cleanup_fd(&watch->leases[i]);
    }
    sw_cleanup_fd(&watch->fan);
    sw_cleanup_fd(&watch->stop);
    (void)pthread_mutex_destroy(&watch->lock);
    free(watch->files);
    free(watch->leases);
    free(watch);
}
