#include "base/base.h"

#include "base/confine.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_DEFAULT ((uint64_t)1 << 30)
#define CPU_SECONDS_DEFAULT 60
#define REPLY_DEFAULT ((size_t)64 << 20)
#define LOOK_UP_MS 50     /* how often a waiting call sees whether it is to stop */
#define ZYGOTE_SECONDS 60 /* for its answers, which take no work: a machine may be very slow */
#define FDS_MAX 2

/* Three talk: this process, the zygote and, for each call, a child.
 *
 *   to the zygote     one byte, the count of descriptors that come with it: the far end of a socket
 *                     pair, and the file when there is one
 *   from the zygote   once a reply that it is confined; then for each call one byte, errno or 0,
 *                     and with 0 a descriptor of the new child
 *   to the child      the request's length and bytes, over the call's own socket
 *   from the child    questions, and one reply
 *   to the child      after a question that waits for it, the answer's length and bytes
 *
 * Numbers are in host byte order: all are the same program. This process believes nothing in a
 * reply but what it checks: the child may have been taken over by the file it read. A socket for
 * each call means that nothing of one child is left for the next. */
struct reply_head {
    uint32_t code;     /* or one of those below */
    uint32_t text_len; /* of the error text */
    uint64_t len;
};
#define CODE_ASKS 1000u  /* it waits for an answer */
#define CODE_TELLS 1001u /* it does not */

struct sw_worker {
    sw_worker_fn fn;
    void *ctx;
    struct sw_worker_options options;
    int control; /* to the zygote */
    int zygote;  /* descriptor of its process; -1: it is gone */
    pid_t zygote_pid;
};

/* A child at work, as this process sees it. */
struct call {
    int socket;
    int child; /* descriptor of its process; -1 until the zygote's answer is read */
    uint64_t deadline;
    const struct sw_progress *progress;
    const struct sw_worker_task *task; /* NULL: of the zygote's first word */
    bool broken; /* it was not to go on, or its side is closed before its reply is whole */
};

static void close_fd(int *fd)
{
    sw_cleanup_fd(fd);
    *fd = -1;
}

/* --- descriptors over a socket ---------------------------------------------------------------- */

union control {
    struct cmsghdr align;
    char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

static bool send_fds(int socket, uint8_t word, const int *fds, size_t count)
{
    union control control;
    memset(&control, 0, sizeof(control));
    struct iovec part = {.iov_base = &word, .iov_len = 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
    }
    ssize_t n;
    do {
        n = sendmsg(socket, &message, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n == 1;
}

/* Gives the count of descriptors, or -1 when the other side is gone or silent. */
static int receive_fds(int socket, uint8_t *word, int fds[FDS_MAX])
{
    union control control;
    struct iovec part = {.iov_base = word, .iov_len = 1};
    struct msghdr message = {.msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control)};
    ssize_t n;
    do {
        n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n != 1) {
        return -1;
    }
    const struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (rights == NULL || rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) {
        return 0;
    }
    size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(rights), count * sizeof(int));
    return (int)count;
}

/* --- the child ------------------------------------------------------------------------------- */

static bool child_write(int socket, const void *data, size_t len)
{
    const uint8_t *at = data;
    while (len > 0) {
        ssize_t n = send(socket, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool child_read(int socket, void *out, size_t len)
{
    uint8_t *at = out;
    while (len > 0) {
        ssize_t n = read(socket, at, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool child_answer(
    int socket, enum sw_code code, const struct sw_error *err, struct sw_bytes reply)
{
    struct reply_head head = {.code = (uint32_t)code};
    head.text_len = code == SW_OK ? 0 : (uint32_t)strnlen(err->text, sizeof(err->text));
    head.len = code == SW_OK ? reply.len : 0;
    return child_write(socket, &head, sizeof(head)) &&
           child_write(socket, err->text, head.text_len) &&
           child_write(socket, reply.ptr, (size_t)head.len);
}

/* Appends what has a length in front. */
static bool child_take(int socket, struct sw_buf *out)
{
    uint64_t len;
    if (!child_read(socket, &len, sizeof(len)) || len > SIZE_MAX ||
        sw_buf_reserve(out, (size_t)len) != SW_OK ||
        !child_read(socket, out->data + out->len, (size_t)len)) {
        return false;
    }
    out->len += (size_t)len;
    return true;
}

/* A child has one call, and so one socket; nobody else has any. */
static int child_socket = -1;

sw_result sw_worker_ask(struct sw_bytes question, struct sw_buf *answer, struct sw_error *err)
{
    const struct reply_head head = {
        .code = answer == NULL ? CODE_TELLS : CODE_ASKS, .len = question.len};
    const bool done = child_socket >= 0 && child_write(child_socket, &head, sizeof(head)) &&
                      child_write(child_socket, question.ptr, question.len) &&
                      (answer == NULL || child_take(child_socket, answer));
    return done ? SW_OK : sw_fail(err, SW_E_IO, "nobody answers what the parser asks");
}

static _Noreturn void child_main(
    const struct sw_worker *worker, const struct sw_filter *filter, int socket, int fd)
{
    struct sw_error err = {0};
    struct sw_buf request = SW_BUF_INIT;
    struct sw_buf reply = SW_BUF_INIT;
    (void)close(SW_CONFINED_FD); /* the zygote's: nobody but it may ask for children */
    enum sw_code code = sw_confine_child(filter, worker->options.cpu_seconds, &err);
    if (code == SW_OK && !child_take(socket, &request)) {
        _exit(1);
    }
    child_socket = socket;
    if (code == SW_OK) {
        reply.max = worker->options.reply_max;
        code = worker->fn(worker->ctx, fd, sw_buf_bytes(&request), &reply, &err);
    }
    _exit(child_answer(socket, code, &err, sw_buf_bytes(&reply)) ? 0 : 1);
}

/* --- the zygote ------------------------------------------------------------------------------ */

/* False when the parent is gone or out of step. */
static bool beget(const struct sw_worker *worker, const struct sw_filter *filter)
{
    int fds[FDS_MAX] = {-1, -1};
    uint8_t wanted;
    int count = receive_fds(SW_CONFINED_FD, &wanted, fds);
    if (count < 1 || count != wanted) {
        return false;
    }
    int child = -1;
    long pid = sw_confine_fork(&child);
    uint8_t failed = pid < 0 ? (uint8_t)errno : 0;
    if (pid == 0) {
        child_main(worker, filter, fds[0], fds[1]);
    }
    bool told = send_fds(SW_CONFINED_FD, failed, &child, failed == 0 ? 1 : 0);
    close_fd(&fds[0]);
    close_fd(&fds[1]);
    close_fd(&child);
    return told;
}

static _Noreturn void zygote_main(const struct sw_worker *worker, int control)
{
    struct sw_error err = {0};
    struct sw_filter filter = {0};
    struct sw_confine_options options = {.keep_fd = control,
        .memory_max = worker->options.memory_max,
        .readable = worker->options.readable,
        .readable_count = worker->options.readable_count};
    char unused[SW_TIME_TEXT_SIZE];
    sw_time_format(0, unused); /* the first one opens a file, of time zones */
    enum sw_code code = sw_confine_zygote(&options, &filter, &err);
    bool alive = child_answer(SW_CONFINED_FD, code, &err, sw_bytes(NULL, 0)) && code == SW_OK;
    while (alive) {
        alive = beget(worker, &filter);
    }
    _exit(code == SW_OK ? 0 : 1);
}

/* --- here: talking with a deadline ------------------------------------------------------------ */

static bool is_late(const struct call *call)
{
    return sw_time_monotonic_ns() >= call->deadline;
}

/* Milliseconds until something is to be looked at again. */
static int patience(const struct call *call, uint64_t now)
{
    uint64_t ms = (call->deadline - now) / 1000000 + 1;
    uint64_t most = call->progress == NULL ? INT_MAX : LOOK_UP_MS;
    return (int)(ms < most ? ms : most);
}

static bool wait_ready(const struct call *call, short events)
{
    for (;;) {
        uint64_t now = sw_time_monotonic_ns();
        if (now >= call->deadline || sw_progress_cancelled(call->progress)) {
            return false;
        }
        struct pollfd wanted = {.fd = call->socket, .events = events};
        int n = poll(&wanted, 1, patience(call, now));
        if (n > 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            return false;
        }
    }
}

static bool again(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static bool write_all(const struct call *call, struct sw_bytes data)
{
    while (data.len > 0) {
        ssize_t n = send(call->socket, data.ptr, data.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            data = sw_bytes(data.ptr + n, data.len - (size_t)n);
        } else if (!again(n) || !wait_ready(call, POLLOUT)) {
            return false;
        }
    }
    return true;
}

static bool read_all(const struct call *call, void *out, size_t len)
{
    uint8_t *at = out;
    while (len > 0) {
        ssize_t n = recv(call->socket, at, len, MSG_DONTWAIT);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        } else if (!again(n) || !wait_ready(call, POLLIN)) {
            return false;
        }
    }
    return true;
}

/* --- here: the end of a process --------------------------------------------------------------- */

struct death {
    int status; /* as from waitpid() */
    uint64_t cpu_seconds;
};

/* waitid() with the resources that were used, which glibc leaves out. A process that somebody else
 * waited for already counts as one that crashed. */
static void wait_for(int process, struct death *death)
{
    siginfo_t info = {0};
    struct rusage used = {0};
    long got;
    do {
        got = syscall(SYS_waitid, P_PIDFD, process, &info, WEXITED, &used);
    } while (got < 0 && errno == EINTR);
    bool exited = got < 0 || info.si_code == CLD_EXITED;
    int detail = got < 0 ? 1 : info.si_status;
    death->status = exited ? W_EXITCODE(detail, 0) : detail;
    death->cpu_seconds = (uint64_t)used.ru_utime.tv_sec + (uint64_t)used.ru_stime.tv_sec;
}

/* Whatever it is doing. */
static void end_process(int *process, struct death *death)
{
    if (*process >= 0) {
        (void)syscall(SYS_pidfd_send_signal, *process, SIGKILL, NULL, 0);
        wait_for(*process, death);
    }
    close_fd(process);
}

static void end_call(struct call *call)
{
    struct death unseen;
    end_process(&call->child, &unseen);
    close_fd(&call->socket);
}
SW_DEFINE_CLEANUP(call, struct call, end_call)

static enum sw_code say_death(
    const struct sw_worker *worker, const struct death *death, struct sw_error *err)
{
    uint64_t limit = worker->options.cpu_seconds;
    int sig = WIFSIGNALED(death->status) ? WTERMSIG(death->status) : 0;
    if (sig == SIGXCPU || (sig == SIGKILL && death->cpu_seconds >= limit)) {
        return sw_fail(err, SW_E_REFUSED, "the parser ran over its time (%llu CPU seconds)",
            (unsigned long long)limit);
    }
    if (sig == SIGPROF) { /* as the parser asked for (setitimer) */
        return sw_fail(err, SW_E_REFUSED, "the parser ran over its time for one file");
    }
    if (sig == SIGSYS) {
        return sw_fail(err, SW_E_REFUSED, "the parser tried what its confinement forbids");
    }
    if (sig != 0) {
        return sw_fail(err, SW_E_REFUSED, "the parser crashed (signal %d)", sig);
    }
    return sw_fail(
        err, SW_E_REFUSED, "the parser crashed (exit status %d)", WEXITSTATUS(death->status));
}

static enum sw_code say_nonsense(const char *what, struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED, "the parser answered nonsense: %s", what);
}

/* A child that closed its side and lives on must not hold this process up. */
static enum sw_code bury(const struct sw_worker *worker, struct call *call, struct sw_error *err)
{
    SW_TRY(sw_progress_check(call->progress, err));
    if (is_late(call)) {
        return sw_fail(err, SW_E_REFUSED, "the parser ran over its time (of the clock)");
    }
    struct pollfd gone = {.fd = call->child, .events = POLLIN};
    (void)poll(&gone, 1, 1000);
    struct death death;
    end_process(&call->child, &death);
    return say_death(worker, &death, err);
}

/* --- here: one exchange ----------------------------------------------------------------------- */

static enum sw_code break_off(struct call *call)
{
    call->broken = true;
    return SW_E_REFUSED;
}

static bool asks(const struct reply_head *head)
{
    return head->code == CODE_ASKS || head->code == CODE_TELLS;
}

/* The time that it takes to answer is not the child's. */
static sw_result serve(const struct sw_worker *worker, struct call *call,
    const struct reply_head *head, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    const struct sw_worker_task *task = call->task;
    if (task == NULL || task->serve == NULL || head->text_len != 0 ||
        head->len > worker->options.reply_max) {
        return say_nonsense("a question that nobody expects", err);
    }
    if (sw_buf_reserve(&question, (size_t)head->len) != SW_OK) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the parser's question");
    }
    if (!read_all(call, question.data, (size_t)head->len)) {
        return break_off(call);
    }
    question.len = (size_t)head->len;
    const uint64_t start = sw_time_monotonic_ns();
    SW_TRY(task->serve(task->serve_ctx, sw_buf_bytes(&question), &answer, err));
    call->deadline += task->deadline == 0 ? sw_time_monotonic_ns() - start : 0;
    const uint64_t len = answer.len;
    if (head->code == CODE_ASKS && (!write_all(call, sw_bytes(&len, sizeof(len))) ||
                                       !write_all(call, sw_buf_bytes(&answer)))) {
        return break_off(call);
    }
    return SW_OK;
}

/* The head of the reply, when all that it asks before is answered. */
static sw_result read_head(const struct sw_worker *worker, struct call *call,
    struct reply_head *head, struct sw_error *err)
{
    do {
        if (!read_all(call, head, sizeof(*head))) {
            return break_off(call);
        }
        SW_TRY(asks(head) ? serve(worker, call, head, err) : SW_OK);
    } while (asks(head));
    return SW_OK;
}

/* What happened to a call that broke off is not known here: see finish_call(). */
static sw_result read_reply(
    const struct sw_worker *worker, struct call *call, struct sw_buf *reply, struct sw_error *err)
{
    struct reply_head head;
    char text[SW_ERROR_TEXT_MAX];
    SW_TRY(read_head(worker, call, &head, err));
    if (head.code > SW_E_INTERNAL || head.text_len >= sizeof(text)) {
        return say_nonsense("an unknown code", err);
    }
    if (head.len > worker->options.reply_max) {
        return say_nonsense("a reply over the limit", err);
    }
    if (!read_all(call, text, head.text_len)) {
        return break_off(call);
    }
    text[head.text_len] = '\0';
    if (head.code != SW_OK) {
        return sw_fail(err, (enum sw_code)head.code, "%s", text);
    }
    if (sw_buf_reserve(reply, (size_t)head.len) != SW_OK) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the parser's reply");
    }
    if (!read_all(call, reply->data + reply->len, (size_t)head.len)) {
        return break_off(call);
    }
    reply->len += (size_t)head.len;
    reply->data[reply->len] = '\0';
    return SW_OK;
}

static void forget_zygote(struct sw_worker *worker)
{
    struct death unseen;
    close_fd(&worker->control);
    end_process(&worker->zygote, &unseen);
}

/* When the zygote is out of step it is ended: its later words could be taken for answers to other
 * calls. */
static enum sw_code lose_zygote(struct sw_worker *worker, struct sw_error *err)
{
    forget_zygote(worker);
    return sw_fail(err, SW_E_IO, "the process that starts parsers is gone");
}

/* Asks for a child at the other end of the call's socket. The answer is read when the call is
 * over, which saves this thread from being woken up for it. */
static sw_result start_call(
    struct sw_worker *worker, int fd, struct call *call, struct sw_error *err)
{
    int pair[2];
    if (worker->zygote < 0) {
        return lose_zygote(worker, err);
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return sw_fail_errno(err, errno, "cannot make a socket pair for the parser");
    }
    call->socket = pair[0];
    const int given[FDS_MAX] = {pair[1], fd};
    uint8_t count = fd >= 0 ? 2 : 1;
    bool sent = send_fds(worker->control, count, given, count);
    (void)close(pair[1]);
    return sent ? SW_OK : lose_zygote(worker, err);
}

static void send_request(const struct call *call, struct sw_bytes request)
{
    uint64_t len = request.len;
    if (!write_all(call, sw_bytes(&len, sizeof(len))) || !write_all(call, request)) {
        (void)shutdown(call->socket, SHUT_WR); /* what it says now is why, if it says anything */
    }
}

/* `code` is what the exchange gave. */
static sw_result finish_call(
    struct sw_worker *worker, struct call *call, enum sw_code code, struct sw_error *err)
{
    int child[FDS_MAX] = {-1, -1};
    uint8_t failed;
    int got = receive_fds(worker->control, &failed, child);
    call->child = child[0];
    if (got < 0) {
        return lose_zygote(worker, err);
    }
    if (got == 0) {
        return sw_fail_errno(err, failed, "cannot start the parser's process");
    }
    return call->broken ? bury(worker, call, err) : code;
}

/* --- public ---------------------------------------------------------------------------------- */

/* The zygote's first word is whether it could confine itself. */
static sw_result hear_zygote(struct sw_worker *worker, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf hello = SW_BUF_INIT;
    struct call call = {.socket = worker->control,
        .child = worker->zygote,
        .deadline = sw_time_monotonic_ns() + ZYGOTE_SECONDS * 1000000000ull};
    enum sw_code code = read_reply(worker, &call, &hello, err);
    code = call.broken ? bury(worker, &call, err) : code;
    worker->zygote = call.child;
    return code;
}

static sw_result start_zygote(struct sw_worker *worker, struct sw_error *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return sw_fail_errno(err, errno, "cannot make a socket pair for the parsers");
    }
    pid_t child = fork();
    if (child == 0) {
        zygote_main(worker, pair[1]);
    }
    int fork_errno = errno;
    (void)close(pair[1]);
    worker->control = pair[0];
    if (child < 0) {
        return sw_fail_errno(err, fork_errno, "cannot start the process that starts parsers");
    }
    worker->zygote_pid = child;
    worker->zygote = (int)syscall(SYS_pidfd_open, child, 0);
    if (worker->zygote < 0) {
        enum sw_code code = sw_fail_errno(err, errno, "this kernel has no pidfd_open");
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
        return code;
    }
    const struct timeval patience = {.tv_sec = ZYGOTE_SECONDS};
    (void)setsockopt(worker->control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return hear_zygote(worker, err);
}

sw_result sw_worker_new(struct sw_worker **worker, sw_worker_fn fn, void *ctx,
    const struct sw_worker_options *options, struct sw_error *err)
{
    SW_CLEANUP(worker) struct sw_worker *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a worker");
    }
    *made = (struct sw_worker){.fn = fn, .ctx = ctx, .control = -1, .zygote = -1};
    if (options != NULL) {
        made->options = *options;
    }
    struct sw_worker_options *o = &made->options;
    o->memory_max = o->memory_max == 0 ? MEMORY_DEFAULT : o->memory_max;
    o->cpu_seconds = o->cpu_seconds == 0 ? CPU_SECONDS_DEFAULT : o->cpu_seconds;
    o->wall_seconds = o->wall_seconds == 0 ? o->cpu_seconds * 4 + 10 : o->wall_seconds;
    o->reply_max = o->reply_max == 0 ? REPLY_DEFAULT : o->reply_max;
    SW_TRY(start_zygote(made, err));
    *worker = SW_TAKE(made);
    return SW_OK;
}

void sw_worker_free(struct sw_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    forget_zygote(worker);
    free(worker);
}

sw_result sw_worker_call(struct sw_worker *worker, const struct sw_worker_task *task,
    struct sw_buf *reply, struct sw_error *err)
{
    uint64_t own = sw_time_monotonic_ns() + worker->options.wall_seconds * 1000000000ull;
    SW_CLEANUP(call)
    struct call call = {
        .socket = -1, .child = -1, .deadline = own, .progress = task->progress, .task = task};
    call.deadline = task->deadline != 0 && task->deadline < own ? task->deadline : own;
    if (is_late(&call)) {
        return sw_fail(err, SW_E_REFUSED, "no time is left for the parser");
    }
    SW_TRY(sw_progress_check(task->progress, err)); /* it may answer before anybody looks again */
    SW_TRY(start_call(worker, task->fd, &call, err));
    send_request(&call, task->request);
    size_t before = reply->len;
    enum sw_code code = finish_call(worker, &call, read_reply(worker, &call, reply, err), err);
    reply->len = code == SW_OK ? reply->len : before;
    return code;
}

sw_result sw_worker_once(sw_worker_fn fn, void *ctx, const struct sw_worker_options *options,
    const struct sw_worker_task *task, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(worker) struct sw_worker *worker = NULL;
    SW_TRY(sw_worker_new(&worker, fn, ctx, options, err));
    return sw_worker_call(worker, task, reply, err);
}

bool sw_worker_is_gone(const struct sw_worker *worker)
{
    return worker->zygote < 0;
}

long sw_worker_zygote(const struct sw_worker *worker)
{
    return worker->zygote_pid;
}

const char *sw_worker_confinement(void)
{
    return sw_confine_words();
}
