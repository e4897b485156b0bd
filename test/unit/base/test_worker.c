#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child is asked to do: the first byte of the request picks the row. */
typedef enum sw_code (*deed_fn)(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err);

static enum sw_code deed_echo(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_append(reply, request.ptr, request.len);
}

static enum sw_code deed_read_fd(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    char content[64];
    ssize_t n = pread(fd, content, sizeof(content), 0);
    return n < 0 ? SW_E_IO : sw_buf_append(reply, content, (size_t)n);
}

static enum sw_code deed_fail(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_fail(err, SW_E_FORMAT, "byte 7: a bad thing");
}

static enum sw_code deed_open(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    int other = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    return sw_buf_printf(reply, "%d", other);
}

/* Tells what it was given, and then asks it. */
static enum sw_code deed_ask(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_TRY(sw_worker_ask(request, NULL, err));
    return sw_worker_ask(request, reply, err);
}

/* The request is a path. */
static enum sw_code deed_open_given(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%.*s", (int)request.len, (const char *)request.ptr);
    int other = open(path, O_RDONLY | O_CLOEXEC);
    const int why = other < 0 ? errno : 0;
    sw_cleanup_fd(&other);
    return sw_buf_printf(reply, "%d", why);
}

static enum sw_code deed_write_given(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%.*s", (int)request.len, (const char *)request.ptr);
    int other = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return sw_buf_printf(reply, "%d", other);
}

static enum sw_code deed_socket(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%d", socket(AF_INET, SOCK_STREAM, 0));
}

static enum sw_code deed_fork(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%ld", syscall(SYS_fork));
}

static enum sw_code deed_kill_parent(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%d", kill(getppid(), SIGUSR1));
}

static enum sw_code deed_loop(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    volatile bool on = true;
    while (on) {
    }
    return SW_OK;
}

static enum sw_code deed_crash(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    (void)raise(SIGSEGV);
    volatile uint8_t *nowhere = (volatile uint8_t *)(uintptr_t)(request.len - 1);
    return *nowhere == 1 ? SW_OK : SW_E_IO;
}

static enum sw_code deed_bomb(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    uint64_t got = 0;
    for (int i = 0; i < 1024; i++) {
        void *part =
            mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        got += part != MAP_FAILED;
    }
    return sw_buf_printf(reply, "%llu", (unsigned long long)got);
}

static enum sw_code deed_big_reply(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    for (size_t i = 0; i < (3 << 20); i += 4) {
        SW_TRY(sw_buf_put_u32be(reply, (uint32_t)i));
    }
    return SW_OK;
}

static enum sw_code deed_environment(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%s", getenv("PATH") == NULL ? "none" : "some");
}

static enum sw_code deed_descriptors(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    int open_count = 0;
    for (int i = 0; i < 64; i++) {
        open_count += lseek(i, 0, SEEK_CUR) >= 0 || errno != EBADF;
    }
    return sw_buf_printf(reply, "%d", open_count);
}

static enum sw_code deed_exec_memory(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    void *part = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return sw_buf_printf(reply, "%d", part != MAP_FAILED);
}

/* Where a secret lies in this process, which a child looks for at the same place. */
static char *secret_page;
#define SECRET "PRIVATE KEY of the release team"

static enum sw_code deed_read_secret(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%s", secret_page[0] == '\0' ? "nothing" : secret_page);
}

static char *environment_text; /* of PATH, before the zygote was made */

static enum sw_code deed_read_environment_bytes(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%s", environment_text[0] == '\0' ? "nothing" : environment_text);
}

static enum sw_code deed_open_memory(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%d", open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
}

static enum sw_code deed_read_parent(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    char got[8];
    struct iovec here = {got, sizeof(got)};
    struct iovec there = {secret_page, sizeof(got)};
    return sw_buf_printf(
        reply, "%ld", syscall(SYS_process_vm_readv, getppid(), &here, 1, &there, 1, 0));
}

/* Adds one to what an earlier call may have left: in memory, and in the place of the file. */
static enum sw_code deed_leave_state(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    static int calls;
    static char *kept;
    const char *found = kept == NULL ? "fresh" : kept;
    kept = strdup("what the last file said");
    return sw_buf_printf(reply, "%d %s", ++calls, found);
}

/* Speaks as a worker that was taken over might: to its caller, and to whoever asks next. */
static enum sw_code deed_babble(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    static char words[4096];
    memset(words, 'x', sizeof(words));
    for (int i = 0; i < 64; i++) {
        (void)send(i, words, sizeof(words), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    return SW_OK;
}

static enum sw_code deed_leave(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    _exit(0);
}

static enum sw_code deed_abort(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    abort();
}

/* Closes its side, and lives on. */
static enum sw_code deed_hang_up(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    for (int i = 3; i < 64; i++) {
        (void)close(i);
    }
    return deed_loop(fd, request, reply, err);
}

static enum sw_code deed_widen_limits(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    const struct rlimit wide = {RLIM_INFINITY, RLIM_INFINITY};
    return sw_buf_printf(reply, "%d", setrlimit(RLIMIT_CPU, &wide));
}

#define MANY 64 /* descriptors: four times what a parser may have open */

/* Sends one descriptor many times over. */
static ssize_t pass_many(int socket, int fd)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(MANY * sizeof(int))];
    } control = {0};
    struct iovec part = {(char[]){'x'}, 1};
    struct msghdr message = {.msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof(control)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(MANY * sizeof(int));
    for (size_t i = 0; i < MANY; i++) {
        memcpy(CMSG_DATA(rights) + i * sizeof(int), &fd, sizeof(fd));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

static enum sw_code deed_pass_descriptors(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    return sw_buf_printf(reply, "%zd", pass_many(fd, fd));
}

/* Says through the given socket that it runs, and does so. */
static enum sw_code deed_run_on(
    int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    (void)send(fd, "r", 1, MSG_NOSIGNAL);
    return deed_loop(fd, request, reply, err);
}

enum deed {
    ECHO,
    READ_FD,
    FAIL,
    OPEN,
    SOCKET,
    FORK,
    KILL_PARENT,
    LOOP,
    CRASH,
    BOMB,
    BIG_REPLY,
    ENVIRONMENT,
    DESCRIPTORS,
    EXEC_MEMORY,
    READ_SECRET,
    READ_ENVIRONMENT_BYTES,
    OPEN_MEMORY,
    READ_PARENT,
    LEAVE_STATE,
    BABBLE,
    LEAVE,
    ABORT,
    HANG_UP,
    WIDEN_LIMITS,
    PASS_DESCRIPTORS,
    RUN_ON,
    ASK,
    OPEN_GIVEN,
    WRITE_GIVEN,
};

static const deed_fn deeds[] = {
    [ECHO] = deed_echo,
    [READ_FD] = deed_read_fd,
    [FAIL] = deed_fail,
    [OPEN] = deed_open,
    [SOCKET] = deed_socket,
    [FORK] = deed_fork,
    [KILL_PARENT] = deed_kill_parent,
    [LOOP] = deed_loop,
    [CRASH] = deed_crash,
    [BOMB] = deed_bomb,
    [BIG_REPLY] = deed_big_reply,
    [ENVIRONMENT] = deed_environment,
    [DESCRIPTORS] = deed_descriptors,
    [EXEC_MEMORY] = deed_exec_memory,
    [READ_SECRET] = deed_read_secret,
    [READ_ENVIRONMENT_BYTES] = deed_read_environment_bytes,
    [OPEN_MEMORY] = deed_open_memory,
    [READ_PARENT] = deed_read_parent,
    [LEAVE_STATE] = deed_leave_state,
    [BABBLE] = deed_babble,
    [LEAVE] = deed_leave,
    [ABORT] = deed_abort,
    [HANG_UP] = deed_hang_up,
    [WIDEN_LIMITS] = deed_widen_limits,
    [PASS_DESCRIPTORS] = deed_pass_descriptors,
    [RUN_ON] = deed_run_on,
    [ASK] = deed_ask,
    [OPEN_GIVEN] = deed_open_given,
    [WRITE_GIVEN] = deed_write_given,
};

static enum sw_code do_deed(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    if (request.len == 0 || request.ptr[0] >= SW_COUNT(deeds)) {
        return sw_fail(err, SW_E_USAGE, "no such deed");
    }
    return deeds[request.ptr[0]](fd, sw_bytes(request.ptr + 1, request.len - 1), reply, err);
}

struct fixture {
    struct sw_worker *worker;
    struct sw_buf reply;
    struct sw_error err;
};

static void setup_with(struct fixture *f, const struct sw_worker_options *options)
{
    *f = (struct fixture){0};
    assert_int_equal(sw_worker_new(&f->worker, do_deed, NULL, options, &f->err), SW_OK);
}

static int setup(void **state)
{
    struct fixture *f = malloc(sizeof(*f));
    if (f == NULL) {
        return -1;
    }
    setup_with(f, &(struct sw_worker_options){.memory_max = 128u << 20, .cpu_seconds = 1});
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sw_worker_free(f->worker);
    sw_buf_release(&f->reply);
    free(f);
    return 0;
}

static enum sw_code ask(struct fixture *f, enum deed deed, int fd)
{
    uint8_t request[] = {(uint8_t)deed, 'h', 'e', 'l', 'l', 'o'};
    sw_buf_clear(&f->reply);
    f->err = (struct sw_error){0};
    const struct sw_worker_task task = {.fd = fd, .request = sw_bytes(request, sizeof(request))};
    return sw_worker_call(f->worker, &task, &f->reply, &f->err);
}

static void assert_alive(struct fixture *f)
{
    assert_int_equal(ask(f, ECHO, -1), SW_OK);
    assert_string_equal(sw_buf_cstr(&f->reply), "hello");
}

static void assert_died(struct fixture *f, enum deed deed)
{
    assert_int_equal(ask(f, deed, -1), SW_E_REFUSED);
    assert_int_equal(f->reply.len, 0);
    assert_non_null(strstr(f->err.text, "the parser"));
    assert_alive(f);
}

static void test_call_after_call_is_answered(void **state)
{
    for (int i = 0; i < 100; i++) {
        assert_alive(*state);
    }
}

static void test_the_given_file_can_be_read(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(fd) int fd = memfd_create("given", MFD_CLOEXEC);
    assert_int_equal(write(fd, "content", 7), 7);
    assert_int_equal(ask(f, READ_FD, fd), SW_OK);
    assert_string_equal(sw_buf_cstr(&f->reply), "content");
}

static void test_a_failure_travels_back_with_its_words(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask(f, FAIL, -1), SW_E_FORMAT);
    assert_string_equal(f->err.text, "byte 7: a bad thing");
    assert_int_equal(f->reply.len, 0);
    assert_alive(f);
}

static void test_opening_another_file_is_denied(void **state)
{
    assert_died(*state, OPEN);
}

static void test_a_socket_kills_the_child(void **state)
{
    assert_died(*state, SOCKET);
}

static void test_a_new_process_kills_the_child(void **state)
{
    assert_died(*state, FORK);
}

static void test_a_signal_to_the_parent_kills_the_child(void **state)
{
    assert_died(*state, KILL_PARENT);
}

static void test_executable_memory_is_denied(void **state)
{
    if (SW_SANITIZED) {
        skip();
    }
    assert_died(*state, EXEC_MEMORY);
}

static void test_an_endless_loop_is_stopped_and_said(void **state)
{
    struct fixture *f = *state;
    assert_died(f, LOOP);
    assert_int_equal(ask(f, LOOP, -1), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "ran over its time"));
}

static void test_a_crash_is_said_and_the_next_call_works(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask(f, CRASH, -1), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "the parser"));
    assert_alive(f);
}

static void test_memory_beyond_the_limit_is_not_had(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask(f, BOMB, -1), SW_OK);
    uint64_t got = 0;
    assert_true(sw_parse_u64(sw_buf_str(&f->reply), &got));
    assert_in_range(got, 1, 128);
}

static void test_a_reply_of_megabytes_arrives_whole(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask(f, BIG_REPLY, -1), SW_OK);
    assert_int_equal(f->reply.len, 3 << 20);
    static const uint8_t last[] = {0x00, 0x2f, 0xff, 0xfc};
    assert_memory_equal(f->reply.data + f->reply.len - 4, last, 4);
}

static void test_a_reply_over_the_limit_is_refused(void **state)
{
    struct fixture f;
    setup_with(&f, &(struct sw_worker_options){.reply_max = 1 << 20});
    assert_int_equal(ask(&f, BIG_REPLY, -1), SW_E_LIMIT);
    assert_int_equal(f.reply.len, 0);
    assert_alive(&f);
    sw_worker_free(f.worker);
    sw_buf_release(&f.reply);
}

static void test_a_request_of_megabytes_arrives_whole(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(free) uint8_t *request = calloc(1, 5 << 20);
    assert_non_null(request);
    request[0] = ECHO;
    request[(5 << 20) - 1] = 0xab;
    const struct sw_worker_task task = {.fd = -1, .request = sw_bytes(request, 5 << 20)};
    assert_int_equal(sw_worker_call(f->worker, &task, &f->reply, &f->err), SW_OK);
    assert_int_equal(f->reply.len, (5 << 20) - 1);
    assert_int_equal(f->reply.data[f->reply.len - 1], 0xab);
}

static void test_the_child_has_no_environment(void **state)
{
    struct fixture *f = *state;
    assert_non_null(getenv("PATH"));
    assert_int_equal(ask(f, ENVIRONMENT, -1), SW_OK);
    assert_string_equal(sw_buf_cstr(&f->reply), "none");
}

static void test_the_child_holds_no_other_descriptor(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(fd) int extra = open("/", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    assert_true(extra >= 0);
    assert_int_equal(ask(f, DESCRIPTORS, -1), SW_OK);
    assert_string_equal(sw_buf_cstr(&f->reply), SW_SANITIZED ? "2" : "1");
}

/* In a process of its own, which cannot widen its limits again. */
static void test_tighter_limits_of_the_caller_stay(void **state)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit few = {12, 12};
        struct sw_worker *worker = NULL;
        SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
        const uint8_t request[] = {ECHO};
        const struct sw_worker_task task = {.fd = -1, .request = sw_bytes(request, 1)};
        bool good = setrlimit(RLIMIT_NOFILE, &few) == 0 &&
                    sw_worker_new(&worker, do_deed, NULL, NULL, NULL) == SW_OK &&
                    sw_worker_call(worker, &task, &reply, NULL) == SW_OK;
        sw_worker_free(worker);
        _exit(good ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* The kernel counts descriptors that are on the way for all processes of a user together, against
 * the limit of who sends (unix(7), ETOOMANYREFS); but not for root, which this process is no more.
 */
static _Noreturn void call_beside_descriptors_on_the_way(void)
{
    int pair[2];
    struct sw_worker *worker = NULL;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    const uint8_t request[] = {ECHO};
    const struct sw_worker_task task = {.fd = -1, .request = sw_bytes(request, 1)};
    bool ordinary = geteuid() != 0 || setresuid(65534, 65534, 65534) == 0;
    bool good = ordinary && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 &&
                pass_many(pair[0], pair[1]) == 1 &&
                sw_worker_new(&worker, do_deed, NULL, NULL, NULL) == SW_OK;
    for (int i = 0; i < 3 && good; i++) {
        good = sw_worker_call(worker, &task, &reply, NULL) == SW_OK;
    }
    sw_worker_free(worker);
    _exit(good ? 0 : 1);
}

static void test_descriptors_that_others_have_on_the_way_do_not_matter(void **state)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        call_beside_descriptors_on_the_way();
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* They would count against the zygotes of all other parsers. */
static void test_passing_descriptors_kills_the_child(void **state)
{
    struct fixture *f = *state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(ask(f, PASS_DESCRIPTORS, pair[0]), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "what its confinement forbids"));
    assert_alive(f);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static char *map_page(void)
{
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(page, MAP_FAILED);
    return page;
}

static void assert_says(struct fixture *f, enum deed deed, const char *words)
{
    assert_int_equal(ask(f, deed, -1), SW_OK);
    assert_string_equal(sw_buf_cstr(&f->reply), words);
}

/* Also not by a child that is made after one crashed. */
static void test_a_secret_that_came_later_is_not_in_any_child(void **state)
{
    secret_page = map_page();
    struct fixture f;
    setup_with(&f, NULL);
    memcpy(secret_page, SECRET, sizeof(SECRET));
    assert_says(&f, READ_SECRET, "nothing");
    assert_died(&f, CRASH);
    assert_says(&f, READ_SECRET, "nothing");
    assert_string_equal(secret_page, SECRET);
    sw_worker_free(f.worker);
    sw_buf_release(&f.reply);
    (void)munmap(secret_page, 4096);
}

static void test_the_bytes_of_the_environment_are_gone(void **state)
{
    environment_text = getenv("PATH");
    assert_non_null(environment_text);
    assert_string_not_equal(environment_text, "");
    struct fixture f;
    setup_with(&f, NULL);
    assert_says(&f, READ_ENVIRONMENT_BYTES, "nothing");
    sw_worker_free(f.worker);
    sw_buf_release(&f.reply);
}

static void test_memory_cannot_be_opened_as_a_file(void **state)
{
    assert_died(*state, OPEN_MEMORY);
}

static void test_the_memory_of_the_parent_cannot_be_read(void **state)
{
    assert_died(*state, READ_PARENT);
}

static void test_limits_cannot_be_widened_again(void **state)
{
    assert_died(*state, WIDEN_LIMITS);
}

static void test_what_a_child_leaves_behind_is_not_seen_by_the_next(void **state)
{
    for (int i = 0; i < 3; i++) {
        assert_says(*state, LEAVE_STATE, "1 fresh");
    }
}

static void test_babble_is_refused_and_does_not_reach_the_next_call(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask(f, BABBLE, -1), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "nonsense"));
    assert_int_equal(f->reply.len, 0);
    assert_alive(f);
}

static void test_a_child_that_leaves_without_a_word_is_a_crash(void **state)
{
    assert_died(*state, LEAVE);
}

static void test_a_child_that_aborts_is_a_crash(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask(f, ABORT, -1), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "crashed"));
    assert_alive(f);
}

static void test_a_child_that_hangs_up_and_lives_on_is_ended(void **state)
{
    assert_died(*state, HANG_UP);
}

static void test_a_deadline_that_has_passed_leaves_no_time(void **state)
{
    struct fixture *f = *state;
    uint8_t request[] = {ECHO};
    const struct sw_worker_task task = {.fd = -1, .request = sw_bytes(request, 1), .deadline = 1};
    assert_int_equal(sw_worker_call(f->worker, &task, &f->reply, &f->err), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "no time"));
    assert_alive(f);
}

static void test_the_clock_stops_a_child_too(void **state)
{
    struct fixture *f = *state;
    uint8_t request[] = {LOOP};
    const struct sw_worker_task task = {
        .fd = -1, .request = sw_bytes(request, 1), .deadline = sw_time_monotonic_ns() + 20000000};
    assert_int_equal(sw_worker_call(f->worker, &task, &f->reply, &f->err), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "time"));
    assert_alive(f);
}

struct asked {
    struct sw_progress progress;
    int socket;
};

static void *cancel_when_it_runs(void *arg)
{
    struct asked *asked = arg;
    char word;
    (void)!read(asked->socket, &word, 1);
    atomic_store(&asked->progress.cancel, true);
    return NULL;
}

static void test_a_call_that_is_asked_to_stop_does(void **state)
{
    struct fixture f;
    int pair[2];
    pthread_t thread;
    struct asked asked = {{0}, -1};
    setup_with(&f, NULL);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    asked.socket = pair[0];
    assert_int_equal(pthread_create(&thread, NULL, cancel_when_it_runs, &asked), 0);
    uint8_t request[] = {RUN_ON};
    const struct sw_worker_task task = {
        .fd = pair[1], .request = sw_bytes(request, 1), .progress = &asked.progress};
    assert_int_equal(sw_worker_call(f.worker, &task, &f.reply, &f.err), SW_E_INTERRUPTED);
    assert_string_equal(f.err.text, "interrupted");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_alive(&f);
    sw_worker_free(f.worker);
    sw_buf_release(&f.reply);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

static size_t count_descriptors(void)
{
    size_t count = 0;
    for (int i = 0; i < 1024; i++) {
        count += fcntl(i, F_GETFD) >= 0;
    }
    return count;
}

static void test_calls_leak_no_descriptor_and_no_process(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(fd) int fd = memfd_create("given", MFD_CLOEXEC);
    static const enum deed mix[] = {ECHO, READ_FD, FAIL, LEAVE, BABBLE, OPEN};
    size_t before = count_descriptors();
    for (size_t i = 0; i < 120; i++) {
        (void)!ask(f, mix[i % SW_COUNT(mix)], fd);
    }
    assert_int_equal(count_descriptors(), before);
    /* the zygote lives, and nobody else is there to be waited for */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
    sw_worker_free(SW_TAKE(f->worker));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_a_call_gives_the_child_the_file_and_its_socket_alone(void **state)
{
    struct fixture *f = *state;
    SW_CLEANUP(fd) int fd = memfd_create("given", MFD_CLOEXEC);
    assert_int_equal(ask(f, DESCRIPTORS, fd), SW_OK);
    assert_string_equal(sw_buf_cstr(&f->reply), SW_SANITIZED ? "3" : "2");
}

/* The only child that this process has between calls. */
static pid_t find_zygote(void)
{
    char path[64];
    SW_CLEANUP(buf) struct sw_buf children = SW_BUF_INIT;
    (void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    SW_CLEANUP(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || sw_fd_read(fd, path, 4096, &children, NULL) != SW_OK) {
        return 0;
    }
    uint64_t pid = 0;
    struct sw_str text = sw_buf_str(&children);
    const char *space = text.len == 0 ? NULL : memchr(text.ptr, ' ', text.len);
    bool found =
        space != NULL && sw_parse_u64(sw_str_n(text.ptr, (size_t)(space - text.ptr)), &pid);
    return found ? (pid_t)pid : 0;
}

/* Made anew it would be a copy of this process, with all that it holds by now. */
static void test_a_zygote_that_is_gone_is_not_made_again(void **state)
{
    struct fixture *f = *state;
    assert_alive(f);
    pid_t zygote = find_zygote();
    if (zygote <= 0) {
        print_message("skipped: this kernel does not list a process's children\n");
        skip();
    }
    assert_int_equal(kill(zygote, SIGKILL), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask(f, ECHO, -1), SW_E_IO);
        assert_non_null(strstr(f->err.text, "is gone"));
        assert_int_equal(f->reply.len, 0);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static _Noreturn void call_and_wait(int socket)
{
    struct fixture f;
    setup_with(&f, &(struct sw_worker_options){.cpu_seconds = 5});
    (void)!ask(&f, RUN_ON, socket);
    _exit(0);
}

/* The orphans come to this process, so that it can see how they end. */
static void test_nobody_outlives_a_caller_that_was_killed(void **state)
{
    struct fixture *f = *state;
    int pair[2];
    char word;
    sw_worker_free(SW_TAKE(f->worker));
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    pid_t caller = fork();
    assert_true(caller >= 0);
    if (caller == 0) {
        call_and_wait(pair[1]);
    }
    assert_int_equal(read(pair[0], &word, 1), 1);
    assert_int_equal(kill(caller, SIGKILL), 0);
    int killed = 0;
    int status;
    int count = 0;
    for (; waitpid(-1, &status, 0) > 0; count++) {
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    assert_int_equal(count, 3);  /* the caller, its zygote, the child */
    assert_int_equal(killed, 2); /* the zygote left by itself */
    (void)close(pair[0]);
    (void)close(pair[1]);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
}

/* It never reads a file, and is confined all the same. */
static void test_the_zygote_is_confined_itself(void **state)
{
    char path[64];
    SW_CLEANUP(buf) struct sw_buf status = SW_BUF_INIT;
    pid_t zygote = find_zygote();
    if (zygote <= 0) {
        print_message("skipped: this kernel does not list a process's children\n");
        skip();
    }
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)zygote);
    SW_CLEANUP(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(sw_fd_read(fd, path, 1 << 16, &status, NULL), SW_OK);
    assert_non_null(strstr(sw_buf_cstr(&status), "\nSeccomp:\t2\n"));
    assert_non_null(strstr(sw_buf_cstr(&status), "\nNoNewPrivs:\t1\n"));
}

static void test_two_workers_do_not_hold_each_other(void **state)
{
    struct fixture *f = *state;
    struct fixture other;
    setup_with(&other, NULL);
    sw_worker_free(SW_TAKE(f->worker));
    assert_alive(&other);
    sw_worker_free(other.worker);
    sw_buf_release(&other.reply);
}

static enum sw_code ask_about(struct fixture *f, enum deed deed, const char *path)
{
    char request[256];
    int n = snprintf(request, sizeof(request), "%c%s", (char)deed, path);
    sw_buf_clear(&f->reply);
    f->err = (struct sw_error){0};
    const struct sw_worker_task task = {.fd = -1, .request = sw_bytes(request, (size_t)n)};
    return sw_worker_call(f->worker, &task, &f->reply, &f->err);
}

/* /usr is there and has files; /etc is not below it. */
static void test_what_is_below_a_readable_path_can_be_read_and_nothing_else(void **state)
{
    static const char *const readable[] = {"/usr/bin", "/not/there"};
    struct fixture f;
    char denied[16];
    (void)state;
    (void)snprintf(denied, sizeof(denied), "%d", EACCES);
    if (strstr(sw_worker_confinement(), "landlock") == NULL) {
        skip();
    }
    setup_with(&f, &(struct sw_worker_options){.readable = readable, .readable_count = 2});
    assert_int_equal(ask_about(&f, OPEN_GIVEN, "/usr/bin/env"), SW_OK);
    assert_string_equal(sw_buf_cstr(&f.reply), "0");
    assert_int_equal(ask_about(&f, OPEN_GIVEN, "/etc/passwd"), SW_OK);
    assert_string_equal(sw_buf_cstr(&f.reply), denied);
    assert_int_equal(ask_about(&f, OPEN_GIVEN, "/usr/bin/../../etc/passwd"), SW_OK);
    assert_string_equal(sw_buf_cstr(&f.reply), denied);
    assert_int_equal(ask_about(&f, OPEN_GIVEN, "/proc/self/mem"), SW_OK);
    assert_string_equal(sw_buf_cstr(&f.reply), denied);
    assert_int_equal(ask_about(&f, WRITE_GIVEN, "/usr/bin/env"), SW_E_REFUSED);
    assert_died(&f, SOCKET);
    assert_died(&f, FORK);
    sw_worker_free(f.worker);
    sw_buf_release(&f.reply);
}

static void test_confinement_names_what_holds(void **state)
{
    const char *words = sw_worker_confinement();
    assert_non_null(strstr(words, "seccomp"));
    assert_non_null(strstr(words, "rlimits"));
}

struct heard {
    unsigned times;
    enum sw_code code;
};

static enum sw_code answer_asked(
    void *ctx, struct sw_bytes question, struct sw_buf *answer, struct sw_error *err)
{
    struct heard *heard = ctx;
    heard->times++;
    if (heard->code != SW_OK) {
        return sw_fail(err, heard->code, "not for you");
    }
    SW_TRY(sw_buf_append(answer, question.ptr, question.len));
    return sw_buf_puts(answer, ", you");
}

static enum sw_code ask_asking(struct fixture *f, struct heard *heard)
{
    uint8_t request[] = {ASK, 'h', 'e', 'l', 'l', 'o'};
    const struct sw_worker_task task = {.fd = -1,
        .request = sw_bytes(request, sizeof(request)),
        .serve = heard == NULL ? NULL : answer_asked,
        .serve_ctx = heard};
    sw_buf_clear(&f->reply);
    f->err = (struct sw_error){0};
    return sw_worker_call(f->worker, &task, &f->reply, &f->err);
}

static void test_a_child_may_ask_its_caller(void **state)
{
    struct fixture *f = *state;
    struct heard heard = {.code = SW_OK};
    assert_int_equal(ask_asking(f, &heard), SW_OK);
    assert_string_equal(sw_buf_cstr(&f->reply), "hello, you");
    assert_int_equal(heard.times, 2);
    heard.code = SW_E_NOENT;
    assert_int_equal(ask_asking(f, &heard), SW_E_NOENT);
    assert_string_equal(f->err.text, "not for you");
    assert_int_equal(f->reply.len, 0);
    assert_int_equal(ask_asking(f, NULL), SW_E_REFUSED);
    assert_non_null(strstr(f->err.text, "nobody expects"));
    assert_alive(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(test_a_child_may_ask_its_caller),
        T(test_call_after_call_is_answered),
        T(test_the_given_file_can_be_read),
        T(test_a_failure_travels_back_with_its_words),
        T(test_opening_another_file_is_denied),
        T(test_a_socket_kills_the_child),
        T(test_a_new_process_kills_the_child),
        T(test_a_signal_to_the_parent_kills_the_child),
        T(test_executable_memory_is_denied),
        T(test_an_endless_loop_is_stopped_and_said),
        T(test_a_crash_is_said_and_the_next_call_works),
        T(test_memory_beyond_the_limit_is_not_had),
        T(test_a_reply_of_megabytes_arrives_whole),
        T(test_a_reply_over_the_limit_is_refused),
        T(test_a_request_of_megabytes_arrives_whole),
        T(test_the_child_has_no_environment),
        T(test_the_child_holds_no_other_descriptor),
        T(test_tighter_limits_of_the_caller_stay),
        T(test_descriptors_that_others_have_on_the_way_do_not_matter),
        T(test_passing_descriptors_kills_the_child),
        T(test_a_secret_that_came_later_is_not_in_any_child),
        T(test_the_bytes_of_the_environment_are_gone),
        T(test_memory_cannot_be_opened_as_a_file),
        T(test_the_memory_of_the_parent_cannot_be_read),
        T(test_limits_cannot_be_widened_again),
        T(test_what_a_child_leaves_behind_is_not_seen_by_the_next),
        T(test_babble_is_refused_and_does_not_reach_the_next_call),
        T(test_a_child_that_leaves_without_a_word_is_a_crash),
        T(test_a_child_that_aborts_is_a_crash),
        T(test_a_child_that_hangs_up_and_lives_on_is_ended),
        T(test_a_deadline_that_has_passed_leaves_no_time),
        T(test_the_clock_stops_a_child_too),
        T(test_a_call_that_is_asked_to_stop_does),
        T(test_calls_leak_no_descriptor_and_no_process),
        T(test_a_call_gives_the_child_the_file_and_its_socket_alone),
        T(test_a_zygote_that_is_gone_is_not_made_again),
        T(test_nobody_outlives_a_caller_that_was_killed),
        T(test_the_zygote_is_confined_itself),
        T(test_two_workers_do_not_hold_each_other),
        T(test_what_is_below_a_readable_path_can_be_read_and_nothing_else),
        T(test_confinement_names_what_holds),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
