/* The command: started under the cover, and ended when that no longer holds. */
#include "cli/guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Passed on when a process sent them; what a terminal sends goes to the command anyhow. */
static const int forwarded[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT};
/* Would end this process before the command is ended, when it says something that nobody hears. */
static const int unheard[] = {SIGPIPE, SIGXFSZ};
/* Would stop this process while others go on, and then nobody looks at what they open. */
static const int stopping[] = {SIGTSTP, SIGTTIN, SIGTTOU};
/* More children than this from before are not known, and are ended with the command. */
#define OTHERS_MAX 64
/* In case that the signal of a lease gets lost. */
#define LOOK_EVERY_MS 1000

struct running {
    struct sw_guard *guard;
    const char *const *words;
    pid_t parent;
    pid_t pid;
    int signals; /* signalfd */
    sigset_t mask_before;
    bool ended;
    int status;               /* as waitpid gives it */
    pid_t others[OTHERS_MAX]; /* children that this process had before: a shell's, which it was */
    size_t other_count;
};

/* --- starting -------------------------------------------------------------------------------- */

static void add_signals(sigset_t *set, const int *signals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        (void)sigaddset(set, signals[i]);
    }
}

static sw_result take_signals(struct running *r, struct sw_error *err)
{
    bool watches = r->guard->mode == SW_GUARD_WATCH;
    sigset_t heard;
    (void)sigemptyset(&heard);
    (void)sigaddset(&heard, SIGCHLD);
    (void)sigaddset(&heard, SIGIO);
    add_signals(&heard, forwarded, SW_COUNT(forwarded));
    sigset_t mask = heard;
    add_signals(&mask, unheard, SW_COUNT(unheard));
    add_signals(&mask, stopping, watches ? SW_COUNT(stopping) : 0);
    (void)pthread_sigmask(SIG_BLOCK, &mask, &r->mask_before);
    r->signals = signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK);
    return r->signals < 0 ? sw_fail_errno(err, errno, "cannot wait for signals") : SW_OK;
}

/* A copy of the mounts would be the same files, unwatched. */
static sw_result stay(const struct running *r, struct sw_error *err)
{
    return r->guard->mode == SW_GUARD_WATCH ? sw_mount_stay(err) : SW_OK;
}

/* In the child. What goes wrong is told through the pipe, which a successful exec closes. */
static void become_command(const struct running *r, int tell)
{
    struct sw_error err = {0};
    bool held = false;
    (void)sigprocmask(SIG_SETMASK, &r->mask_before, NULL);
    /* Without us nobody looks at what it opens. */
    if (r->guard->mode == SW_GUARD_WATCH) {
        sw_guard_watch_leave(r->guard->watch);
        /* We do not stop, so the terminal would belong to nobody. */
        (void)sigaction(SIGTSTP, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (getppid() != r->parent) {
            _exit(SW_GUARD_CANNOT_RUN); /* we ended before that was asked for */
        }
    }
    int code = EPERM;
    if (sw_mount_hold(&held, &err) == SW_OK && stay(r, &err) == SW_OK) {
        /* exec does not write to the words; its type is older than const. */
        char *const *words = (char *const *)(uintptr_t)r->words;
        (void)execvp(words[0], words);
        code = errno;
    }
    (void)!write(tell, &code, sizeof(code));
    _exit(SW_GUARD_CANNOT_RUN);
}

/* Gives what exec said; 0 when it began. */
static sw_result start(struct running *r, int *failed, struct sw_error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return sw_fail_errno(err, errno, "cannot make a pipe");
    }
    SW_CLEANUP(fd) int hear = ends[0];
    SW_CLEANUP(fd) int tell = ends[1];
    (void)fflush(NULL);
    r->parent = getpid();
    r->pid = fork();
    if (r->pid < 0) {
        return sw_fail_errno(err, errno, "cannot start a process");
    }
    if (r->pid == 0) {
        become_command(r, tell);
    }
    (void)close(SW_TAKE_FD(tell));
    ssize_t n;
    do {
        n = read(hear, failed, sizeof(*failed));
    } while (n < 0 && errno == EINTR);
    *failed = n == (ssize_t)sizeof(*failed) ? *failed : 0;
    return SW_OK;
}

static int try_mounts(void)
{
    struct sw_error ignored = {0};
    SW_CLEANUP(fd) int fd = -1;
    bool entered = sw_mount_enter(&ignored) == SW_OK;
    return entered && sw_mount_memory((uint64_t)1 << 20, 16, &fd, &ignored) == SW_OK ? 0 : 1;
}

sw_result sw_guard_mounts_possible(struct sw_error *err)
{
    int status = 0;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        _exit(try_mounts());
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && status == 0
               ? SW_OK
               : sw_fail(err, SW_E_IO,
                     "this system lets the user make no mounts (a user namespace is needed, or "
                     "root)");
}

/* --- ending ---------------------------------------------------------------------------------- */

/* The parent of a process (proc(5), stat: the name may hold anything but ends with the last ')').
 */
static pid_t parent_of(const char *number)
{
    char path[64];
    char text[512];
    (void)snprintf(path, sizeof(path), "/proc/%s/stat", number);
    SW_CLEANUP(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (n <= 0) {
        return -1;
    }
    text[n] = '\0';
    const char *after = strrchr(text, ')');
    uint64_t parent = 0;
    if (after == NULL || strlen(after) < 5) {
        return -1;
    }
    after += 4;
    return sw_parse_u64(sw_str_n(after, strcspn(after, " ")), &parent) ? (pid_t)parent : -1;
}

static size_t find_other(const struct running *r, pid_t pid)
{
    size_t at = 0;
    while (at < r->other_count && r->others[at] != pid) {
        at++;
    }
    return at;
}

/* Those that a shell had started before it became this process, as in `exec … 2> >(logger)`. */
static void remember_other(struct running *r, pid_t pid)
{
    if (r->other_count < OTHERS_MAX) {
        r->others[r->other_count++] = pid;
    }
}

static void kill_one(struct running *r, pid_t pid)
{
    (void)kill(pid, SIGKILL);
}

/* Gives how many children there were besides the others. */
static size_t each_child(struct running *r, void (*what)(struct running *r, pid_t pid))
{
    DIR *proc = opendir("/proc");
    pid_t here = getpid();
    size_t count = 0;
    for (const struct dirent *entry = proc == NULL ? NULL : readdir(proc); entry != NULL;
         entry = readdir(proc)) {
        uint64_t pid = 0;
        if (sw_parse_u64(sw_str(entry->d_name), &pid) && parent_of(entry->d_name) == here &&
            find_other(r, (pid_t)pid) == r->other_count) {
            what(r, (pid_t)pid);
            count++;
        }
    }
    if (proc != NULL) {
        (void)closedir(proc);
    }
    return count;
}

static void note_end(struct running *r, pid_t pid, int status)
{
    size_t at = find_other(r, pid);
    if (at < r->other_count) {
        r->others[at] = r->others[--r->other_count];
    }
    if (pid == r->pid) {
        r->ended = true;
        r->status = status;
    }
}

/* The command and whatever it started: orphans come to us (PR_SET_CHILD_SUBREAPER), one generation
 * with each that ends. Without /proc the command alone. */
static void kill_all(struct running *r)
{
    int status = 0;
    if (!r->ended) {
        (void)kill(r->pid, SIGKILL);
    }
    while (each_child(r, kill_one) > 0 || !r->ended) {
        pid_t pid = waitpid(-1, &status, 0);
        if (pid < 0 && errno != EINTR) {
            return;
        }
        note_end(r, pid, status);
    }
}

/* --- waiting --------------------------------------------------------------------------------- */

static void reap(struct running *r)
{
    int status = 0;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
        note_end(r, pid, status);
    }
}

static void take_signal(struct running *r, const struct signalfd_siginfo *signal)
{
    if (signal->ssi_signo == SIGCHLD) {
        reap(r);
        return;
    }
    if (signal->ssi_signo != SIGIO && signal->ssi_code != SI_KERNEL && !r->ended) {
        (void)kill(r->pid, (int)signal->ssi_signo);
    }
}

static void take_all_signals(struct running *r)
{
    struct signalfd_siginfo signal;
    while (read(r->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        take_signal(r, &signal);
    }
    reap(r); /* several that end together give one signal */
}

struct alarm {
    const char *event;
    const char *path;
    const char *detail;
};

/* True when the command must not go on. */
static bool is_tampered(struct running *r, struct alarm *why)
{
    if (sw_guard_path_moved(r->guard)) {
        *why = (struct alarm){"moved", "",
            "somebody changed what the model's path goes through: the command is ended"};
        return true;
    }
    const char *file = r->guard->watch == NULL ? NULL : sw_guard_watch_broken(r->guard->watch);
    *why = (struct alarm){"tampered", file, "somebody wants to write to it: the command is ended"};
    return file != NULL;
}

/* True when it was ended by us. */
static bool wait_for(struct running *r)
{
    struct alarm why;
    struct pollfd wanted[] = {
        {.fd = r->signals, .events = POLLIN}, {.fd = r->guard->moves, .events = POLLIN}};
    while (!r->ended) {
        (void)poll(wanted, SW_COUNT(wanted), LOOK_EVERY_MS);
        if (is_tampered(r, &why)) {
            kill_all(r); /* first: to tell it can take as long as somebody does not read */
            sw_guard_tell(r->guard->log, why.event, why.path, why.detail);
            return true;
        }
        take_all_signals(r);
    }
    return false;
}

static int status_of(const struct running *r)
{
    return WIFSIGNALED(r->status) ? 128 + WTERMSIG(r->status) : WEXITSTATUS(r->status);
}

static sw_result cannot_run(struct running *r, int failed, int *status, struct sw_error *err)
{
    char text[SW_ERROR_TEXT_MAX];
    kill_all(r);
    (void)sw_fail_errno(err, failed, "cannot run '%s'", r->words[0]);
    (void)snprintf(text, sizeof(text), "%s", err->text);
    *err = (struct sw_error){0};
    *status = failed == ENOENT ? SW_GUARD_NOT_FOUND : SW_GUARD_CANNOT_RUN;
    sw_guard_tell_status(r->guard->log, "failed", text, *status);
    return SW_OK;
}

static void tell_start(struct running *r)
{
    char text[256];
    bool held = strstr(sw_worker_confinement(), "landlock") != NULL;
    (void)snprintf(text, sizeof(text), "protected by %s%s", sw_guard_mode_name(r->guard->mode),
        held ? "" : "; without Landlock a command that runs as root could undo it");
    sw_guard_tell(r->guard->log, "started", "", text);
}

static sw_result run(struct running *r, int *status, struct sw_error *err)
{
    int failed = 0;
    SW_TRY(take_signals(r, err));
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    tell_start(r);
    (void)each_child(r, remember_other);
    SW_TRY(start(r, &failed, err));
    if (failed != 0) {
        return cannot_run(r, failed, status, err);
    }
    bool tampered = wait_for(r);
    if (r->guard->mode == SW_GUARD_WATCH) {
        kill_all(r); /* what it left running would no longer be watched */
    }
    *status = tampered ? SW_GUARD_TAMPERED : status_of(r);
    sw_guard_tell_status(
        r->guard->log, "ended", tampered ? "ended by sealwright" : "ended by itself", *status);
    return SW_OK;
}

sw_result sw_guard_run(
    struct sw_guard *guard, const char *const *words, int *status, struct sw_error *err)
{
    struct running r = {.guard = guard, .words = words, .signals = -1};
    enum sw_code code = run(&r, status, err);
    sw_cleanup_fd(&r.signals);
    return code;
}
