#include "base/base.h"

#include "base/confine.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_DEFAULT ((uint64_t)1 << 30)
#define CPU_SECONDS_DEFAULT 60
#define REPLY_DEFAULT ((size_t)64 << 20)

/* On the wire, host byte order: both ends are the same program. The parent believes nothing in a
 * reply header but what it checks: the child may have been taken over by the file it read. */
struct request_head {
    uint64_t len;
    uint64_t has_fd;
};

struct reply_head {
    uint32_t code;
    uint32_t text_len; /* of the error text */
    uint64_t len;
};

struct sw_worker {
    sw_worker_fn fn;
    void *ctx;
    struct sw_worker_options options;
    pid_t child; /* 0: none */
    int socket;  /* -1: none */
    uint64_t deadline;
};

/* --- the child ------------------------------------------------------------------------------- */

static bool child_write(int socket, const void *data, size_t len)
{
    const uint8_t *at = data;
    while (len > 0) {
        struct iovec part = {.iov_base = (void *)(uintptr_t)at, .iov_len = len};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        ssize_t n = sendmsg(socket, &message, MSG_NOSIGNAL);
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

static int received_fd(struct msghdr *message)
{
    int fd = -1;
    struct cmsghdr *part = CMSG_FIRSTHDR(message);
    if (part != NULL && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) {
        memcpy(&fd, CMSG_DATA(part), sizeof(fd));
    }
    return fd;
}

/* The head travels in one message with the descriptor. */
static bool child_receive(int socket, struct request_head *head, int *fd)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = head, .iov_len = sizeof(*head)};
    struct msghdr message = {.msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control)};
    ssize_t n;
    do {
        n = recvmsg(socket, &message, MSG_WAITALL);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof(*head)) {
        return false;
    }
    *fd = received_fd(&message);
    return (head->has_fd != 0) == (*fd >= 0);
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

/* One request; false when the parent is gone or out of step. */
static bool child_serve(const struct sw_worker *worker, int socket)
{
    struct request_head head;
    SW_CLEANUP(fd) int fd = -1;
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    if (!child_receive(socket, &head, &fd) || head.len > SIZE_MAX ||
        sw_buf_reserve(&request, (size_t)head.len) != SW_OK ||
        !child_read(socket, request.data, (size_t)head.len)) {
        return false;
    }
    request.len = (size_t)head.len;
    reply.max = worker->options.reply_max;
    struct sw_error err = {0};
    enum sw_code code = worker->fn(worker->ctx, fd, sw_buf_bytes(&request), &reply, &err);
    return child_answer(socket, code, &err, sw_buf_bytes(&reply));
}

static _Noreturn void child_main(const struct sw_worker *worker, int socket)
{
    struct sw_error err = {0};
    struct sw_confine_options options = {
        .keep_fd = socket, .memory_max = worker->options.memory_max};
    enum sw_code code = sw_confine_self(&options, &err);
    bool alive = child_answer(SW_CONFINED_FD, code, &err, sw_bytes(NULL, 0)) && code == SW_OK;
    while (alive) {
        alive = child_serve(worker, SW_CONFINED_FD);
    }
    _exit(code == SW_OK ? 0 : 1);
}

/* --- the parent: talking with a deadline ------------------------------------------------------ */

static bool wait_ready(const struct sw_worker *worker, short events)
{
    for (;;) {
        uint64_t now = sw_time_monotonic_ns();
        if (now >= worker->deadline) {
            return false;
        }
        uint64_t ms = (worker->deadline - now) / 1000000 + 1;
        struct pollfd wanted = {.fd = worker->socket, .events = events};
        int n = poll(&wanted, 1, ms > INT_MAX ? INT_MAX : (int)ms);
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

static bool parent_send(struct sw_worker *worker, struct msghdr *message)
{
    for (;;) {
        ssize_t n = sendmsg(worker->socket, message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            return (size_t)n == message->msg_iov->iov_len;
        }
        if (!again(n) || !wait_ready(worker, POLLOUT)) {
            return false;
        }
    }
}

static bool parent_write(struct sw_worker *worker, struct sw_bytes data)
{
    while (data.len > 0) {
        ssize_t n = send(worker->socket, data.ptr, data.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            data = sw_bytes(data.ptr + n, data.len - (size_t)n);
        } else if (!again(n) || !wait_ready(worker, POLLOUT)) {
            return false;
        }
    }
    return true;
}

static bool parent_read(struct sw_worker *worker, void *out, size_t len)
{
    uint8_t *at = out;
    while (len > 0) {
        ssize_t n = recv(worker->socket, at, len, MSG_DONTWAIT);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        } else if (!again(n) || !wait_ready(worker, POLLIN)) {
            return false;
        }
    }
    return true;
}

static bool send_head(struct sw_worker *worker, int fd, uint64_t len)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof(control));
    struct request_head head = {.len = len, .has_fd = fd >= 0};
    struct iovec part = {.iov_base = &head, .iov_len = sizeof(head)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
    }
    return parent_send(worker, &message);
}

/* --- the parent: life and death of the child -------------------------------------------------- */

static void forget_child(struct sw_worker *worker)
{
    if (worker->socket >= 0) {
        (void)close(worker->socket);
    }
    worker->socket = -1;
    worker->child = 0;
}

static int reap(struct sw_worker *worker)
{
    int status = 0;
    pid_t got;
    do {
        got = waitpid(worker->child, &status, 0);
    } while (got < 0 && errno == EINTR);
    forget_child(worker);
    return status;
}

static enum sw_code say_death(
    const struct sw_worker *worker, int status, bool late, struct sw_error *err)
{
    if (late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)) {
        return sw_fail(err, SW_E_REFUSED, "the parser ran over its time (%llu CPU seconds)",
            (unsigned long long)worker->options.cpu_seconds);
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
        return sw_fail(err, SW_E_REFUSED, "the parser tried what its confinement forbids");
    }
    if (WIFSIGNALED(status)) {
        return sw_fail(err, SW_E_REFUSED, "the parser crashed (signal %d)", (int)WTERMSIG(status));
    }
    return sw_fail(err, SW_E_REFUSED, "the parser crashed (exit status %d)", WEXITSTATUS(status));
}

/* The exchange broke off: the child died, is over its time, or does not keep to the protocol. It is
 * killed whatever the reason, so that the next call starts from nothing. */
static enum sw_code bury(struct sw_worker *worker, const char *nonsense, struct sw_error *err)
{
    bool late = sw_time_monotonic_ns() >= worker->deadline;
    if (late || nonsense != NULL) {
        (void)kill(worker->child, SIGKILL);
    } else {
        /* The socket is closed from the far side, so the child is gone or going; one that closed it
         * and lives on must not hold this process up. */
        (void)shutdown(worker->socket, SHUT_RDWR);
        siginfo_t info = {0};
        for (int i = 0; i < 50 && info.si_pid == 0; i++) {
            (void)waitid(P_PID, (id_t)worker->child, &info, WEXITED | WNOHANG | WNOWAIT);
            if (info.si_pid == 0) {
                (void)poll(NULL, 0, 20);
            }
        }
        if (info.si_pid == 0) {
            (void)kill(worker->child, SIGKILL);
        }
    }
    int status = reap(worker);
    if (nonsense != NULL) {
        return sw_fail(err, SW_E_REFUSED, "the parser answered nonsense: %s", nonsense);
    }
    return say_death(worker, status, late, err);
}

static bool read_text(struct sw_worker *worker, const struct reply_head *head, char *out)
{
    if (head->text_len >= SW_ERROR_TEXT_MAX || !parent_read(worker, out, head->text_len)) {
        return false;
    }
    out[head->text_len] = '\0';
    return true;
}

static sw_result read_reply(struct sw_worker *worker, struct sw_buf *reply, struct sw_error *err)
{
    struct reply_head head;
    if (!parent_read(worker, &head, sizeof(head))) {
        return bury(worker, NULL, err);
    }
    if (head.code > SW_E_INTERNAL || head.text_len >= SW_ERROR_TEXT_MAX) {
        return bury(worker, "an unknown code", err);
    }
    if (head.len > worker->options.reply_max) {
        return bury(worker, "a reply over the limit", err);
    }
    char text[SW_ERROR_TEXT_MAX];
    if (!read_text(worker, &head, text)) {
        return bury(worker, NULL, err);
    }
    if (sw_buf_reserve(reply, (size_t)head.len) != SW_OK) {
        (void)bury(worker, "a reply over memory", err);
        return sw_fail(err, SW_E_NOMEM, "no memory for the parser's reply");
    }
    if (!parent_read(worker, reply->data + reply->len, (size_t)head.len)) {
        return bury(worker, NULL, err);
    }
    if (head.code != SW_OK) {
        return sw_fail(err, (enum sw_code)head.code, "%s", text);
    }
    reply->len += (size_t)head.len;
    reply->data[reply->len] = '\0';
    return SW_OK;
}

/* The kernel counts the child's processor time over its whole life, so each call moves the limit
 * on. Wall time is bounded too: a child may wait for a slow disk, but not for ever. */
static void start_clock(struct sw_worker *worker)
{
    uint64_t seconds = worker->options.cpu_seconds;
    worker->deadline = sw_time_monotonic_ns() + (seconds * 4 + 10) * 1000000000u;
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(worker->child, &clock) == 0 && clock_gettime(clock, &used) == 0) {
        struct rlimit limit = {(rlim_t)used.tv_sec + seconds, RLIM_INFINITY};
        (void)prlimit(worker->child, RLIMIT_CPU, &limit, NULL);
    }
}

static sw_result start_child(struct sw_worker *worker, struct sw_error *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return sw_fail_errno(err, errno, "cannot make a socket pair for the parser");
    }
    pid_t child = fork();
    if (child == 0) {
        child_main(worker, pair[1]);
    }
    int fork_errno = errno;
    (void)close(pair[1]);
    if (child < 0) {
        (void)close(pair[0]);
        return sw_fail_errno(err, fork_errno, "cannot start the parser's process");
    }
    worker->child = child;
    worker->socket = pair[0];
    start_clock(worker);
    /* The child's first word is whether it could confine itself. */
    SW_CLEANUP(buf) struct sw_buf hello = SW_BUF_INIT;
    enum sw_code code = read_reply(worker, &hello, err);
    if (code != SW_OK && worker->child != 0) {
        (void)reap(worker);
    }
    return code;
}

/* --- public ---------------------------------------------------------------------------------- */

sw_result sw_worker_new(struct sw_worker **worker, sw_worker_fn fn, void *ctx,
    const struct sw_worker_options *options, struct sw_error *err)
{
    struct sw_worker *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a worker");
    }
    *made = (struct sw_worker){.fn = fn, .ctx = ctx, .socket = -1};
    if (options != NULL) {
        made->options = *options;
    }
    struct sw_worker_options *o = &made->options;
    o->memory_max = o->memory_max == 0 ? MEMORY_DEFAULT : o->memory_max;
    o->cpu_seconds = o->cpu_seconds == 0 ? CPU_SECONDS_DEFAULT : o->cpu_seconds;
    o->reply_max = o->reply_max == 0 ? REPLY_DEFAULT : o->reply_max;
    *worker = made;
    return SW_OK;
}

void sw_worker_free(struct sw_worker *worker)
{
    if (worker == NULL) {
        return;
    }
    if (worker->child != 0) {
        (void)kill(worker->child, SIGKILL);
        (void)reap(worker);
    }
    free(worker);
}

sw_result sw_worker_call(struct sw_worker *worker, int fd, struct sw_bytes request,
    struct sw_buf *reply, struct sw_error *err)
{
    if (worker->child == 0) {
        SW_TRY(start_child(worker, err));
    }
    start_clock(worker);
    if (!send_head(worker, fd, request.len) || !parent_write(worker, request)) {
        return bury(worker, NULL, err);
    }
    return read_reply(worker, reply, err);
}

const char *sw_worker_confinement(void)
{
    return sw_confine_words();
}
