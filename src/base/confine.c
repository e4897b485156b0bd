#include "base/base.h"

#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Set by the build: sanitizers map terabytes, keep threads and write their reports, so the walls
 * stand a little further out in such builds. */
#ifndef SW_SANITIZED
#define SW_SANITIZED 0
#endif

/* The child becomes a child of the zygote's parent, which so can wait for it, and has a descriptor
 * by which it can be ended without doubt about who is meant. */
#define FORK_FLAGS ((uint64_t)(CLONE_PARENT | CLONE_PIDFD | SIGCHLD))

/* --- Landlock (linux/landlock.h; the numbers are here because older headers lack the later ones)
 */

#define LANDLOCK_VERSION_FLAG 1u

struct landlock_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; /* from ABI 4 */
    uint64_t scoped;             /* from ABI 6 */
};

#define LANDLOCK_READ_FILE (1u << 2)
#define LANDLOCK_READ_DIRECTORY (1u << 3)
#define LANDLOCK_PATH_BENEATH 1

struct landlock_path {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

/* Every right that an ABI version knows. Where no rule is added, all of them are denied. */
static const struct {
    long abi;
    size_t size;
    struct landlock_attr attr;
} landlock_table[] = {
    {6, 24, {(1u << 16) - 1, 3, 3}},
    {5, 16, {(1u << 16) - 1, 3, 0}},
    {4, 16, {(1u << 15) - 1, 3, 0}},
    {3, 8, {(1u << 15) - 1, 0, 0}},
    {2, 8, {(1u << 14) - 1, 0, 0}},
    {1, 8, {(1u << 13) - 1, 0, 0}},
};

static long landlock_abi(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
}

/* What is not there is not to be had: who wants it says so. */
static sw_result allow_reading(int ruleset, const char *path, struct sw_error *err)
{
    struct stat st;
    SW_CLEANUP(fd) int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        return SW_OK;
    }
    const struct landlock_path rule = {
        .allowed_access =
            S_ISDIR(st.st_mode) ? LANDLOCK_READ_FILE | LANDLOCK_READ_DIRECTORY : LANDLOCK_READ_FILE,
        .parent_fd = fd};
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0) != 0) {
        return sw_fail_errno(err, errno, "Landlock cannot be told of '%s'", path);
    }
    return SW_OK;
}

static sw_result confine_files(const struct sw_confine_options *options, struct sw_error *err)
{
    long abi = landlock_abi();
    for (size_t i = 0; i < SW_COUNT(landlock_table); i++) {
        if (abi < landlock_table[i].abi) {
            continue;
        }
        SW_CLEANUP(fd)
        int fd = (int)syscall(
            SYS_landlock_create_ruleset, &landlock_table[i].attr, landlock_table[i].size, 0);
        for (size_t k = 0; fd >= 0 && k < options->readable_count; k++) {
            SW_TRY(allow_reading(fd, options->readable[k], err));
        }
        if (fd < 0 || syscall(SYS_landlock_restrict_self, fd, 0) != 0) {
            return sw_fail_errno(err, errno, "Landlock is there but cannot be used");
        }
        return SW_OK;
    }
    return SW_OK; /* a kernel without Landlock: seccomp lets no file be opened, or only to read */
}

/* --- seccomp --------------------------------------------------------------------------------- */

/* What a parser needs: to read what it was given, to answer, and to have memory. No call here takes
 * a path (those of calls_reading do), makes a socket, a process or a thread, or passes a
 * descriptor. Pattern: OpenSSH sandbox-seccomp-filter.c. */
static const int calls_allowed[] = {
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(close),
    SCMP_SYS(sendto), /* as send() does it */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime), SCMP_SYS(getrandom), SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(sysinfo), /* qsort() asks how much memory there is before it takes any */
};

/* What one needs besides that opens files itself: to list directories, and to bound its time for
 * each file. */
static const int calls_reading[] = {SCMP_SYS(openat2), SCMP_SYS(newfstatat), SCMP_SYS(getdents64),
    SCMP_SYS(readlink), SCMP_SYS(getcwd), /* as realpath() needs them */
    SCMP_SYS(fadvise64), SCMP_SYS(setitimer)};

/* The zygote hands descriptors on. Its children do not: what they have on the way would count
 * against the limits of all processes of this user (unix(7), ETOOMANYREFS). */
static const int calls_zygote[] = {SCMP_SYS(recvmsg), SCMP_SYS(sendmsg)};

/* What abort() tries before it halts: refused rather than deadly, so that the death is told as the
 * crash that it is. */
static const int calls_refused[] = {
    SCMP_SYS(tgkill), SCMP_SYS(rt_sigaction), /* last: a sanitizer needs it */
};

/* What a sanitizer's run-time needs besides, to work and to write its report. */
static const int calls_sanitizer[] = {
    SCMP_SYS(write),
    SCMP_SYS(mmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage),
    SCMP_SYS(prctl),
};

static bool add_calls(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (seccomp_rule_add(filter, action, calls[i], 0) != 0) {
            return false;
        }
    }
    return true;
}

/* Memory may be had, but never to execute. */
static bool allow_memory(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_exec) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_exec) == 0;
}

/* Nothing is created or written: openat2() is not asked, since its flags are in memory; it has what
 * Landlock and the limit on the size of files leave. */
static bool allow_files(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp to_read =
        SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY);
    struct scmp_arg_cmp get_flags = SCMP_A1(SCMP_CMP_EQ, F_GETFL, 0);
    struct scmp_arg_cmp set_close = SCMP_A1(SCMP_CMP_EQ, F_SETFD, 0);
    return add_calls(filter, SCMP_ACT_ALLOW, calls_reading, SW_COUNT(calls_reading)) &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, to_read) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, get_flags) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, set_close) == 0;
}

static bool add_parser_calls(scmp_filter_ctx filter, bool readable)
{
    if (readable && !allow_files(filter)) {
        return false;
    }
    size_t refused = SW_COUNT(calls_refused) - (SW_SANITIZED ? 1 : 0);
    if (!add_calls(filter, SCMP_ACT_ALLOW, calls_allowed, SW_COUNT(calls_allowed)) ||
        !add_calls(filter, SCMP_ACT_ERRNO(EPERM), calls_refused, refused)) {
        return false;
    }
    return SW_SANITIZED
               ? add_calls(filter, SCMP_ACT_ALLOW, calls_sanitizer, SW_COUNT(calls_sanitizer))
               : allow_memory(filter);
}

/* Filters add up, so the zygote's must let through what its children may do; besides that it may
 * fork in the one way of sw_confine_fork(), and what a child does to itself before it parses. */
static bool add_zygote_calls(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp fork_only = SCMP_A0(SCMP_CMP_EQ, FORK_FLAGS, 0);
    struct scmp_arg_cmp itself = SCMP_A0(SCMP_CMP_EQ, 0, 0);
    struct scmp_arg_cmp narrow = SCMP_A0(SCMP_CMP_EQ, SECCOMP_SET_MODE_FILTER, 0);
    struct scmp_arg_cmp not_outlive = SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG, 0);
    return add_calls(filter, SCMP_ACT_ALLOW, calls_zygote, SW_COUNT(calls_zygote)) &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, fork_only) == 0 &&
           (SW_SANITIZED || /* which may call it anyhow */
               seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, not_outlive) == 0) &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, itself) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(seccomp), 1, narrow) == 0;
}

static enum sw_code no_seccomp(int errnum, struct sw_error *err)
{
    return sw_fail(err, SW_E_UNSUPPORTED,
        "this kernel refuses seccomp filters (error %d), and files are not parsed without them; "
        "see "
        "`sealwright doctor`",
        errnum);
}

/* Negative errno, as libseccomp has it. */
static int export_code(scmp_filter_ctx filter, struct sw_filter *out)
{
    SW_CLEANUP(fd) int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0 || seccomp_export_bpf(filter, fd) != 0) {
        return -EIO;
    }
    off_t size = lseek(fd, 0, SEEK_END);
    size_t count = size <= 0 ? 0 : (size_t)size / sizeof(struct sock_filter);
    SW_CLEANUP(free) struct sock_filter *code = calloc(count + 1, sizeof(*code));
    if (code == NULL || count == 0 || count > UINT16_MAX ||
        pread(fd, code, (size_t)size, 0) != size) {
        return -EIO;
    }
    *out = (struct sw_filter){.code = SW_TAKE(code), .len = (uint16_t)count};
    return 0;
}

/* The filter of the children is made once: making one takes longer than most files do. */
static sw_result compile_child_filter(struct sw_filter *out, bool readable, struct sw_error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) {
        return no_seccomp(ENOSYS, err); /* libseccomp asks the kernel first */
    }
    int failed = add_parser_calls(filter, readable) ? export_code(filter, out) : -EINVAL;
    seccomp_release(filter);
    out->readable = readable;
    return failed == 0 ? SW_OK : no_seccomp(-failed, err);
}

static sw_result confine_zygote_calls(bool readable, struct sw_error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) {
        return no_seccomp(ENOSYS, err);
    }
    bool built = add_parser_calls(filter, readable) && add_zygote_calls(filter);
    int failed = built ? seccomp_load(filter) : -EINVAL;
    seccomp_release(filter);
    return failed == 0 ? SW_OK : no_seccomp(-failed, err);
}

/* --- limits, descriptors, the rest ------------------------------------------------------------ */

/* Bytes of address space in use now (proc(5), statm: pages). 0 when it cannot be read. */
static uint64_t address_space(void)
{
    SW_CLEANUP(fd) int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    char text[64];
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
    const char *space = n <= 0 ? NULL : memchr(text, ' ', (size_t)n);
    uint64_t pages = 0;
    uint64_t bytes = 0;
    if (space == NULL || !sw_parse_u64(sw_str_n(text, (size_t)(space - text)), &pages) ||
        !sw_mul_u64(pages, (uint64_t)sysconf(_SC_PAGESIZE), &bytes)) {
        return 0;
    }
    return bytes;
}

struct limit {
    int resource;
    struct rlimit value;
};

static rlim_t tighter(rlim_t a, rlim_t b)
{
    return a < b ? a : b;
}

/* A limit that is tighter already stays: only a privileged process may widen it, and none should.
 */
static sw_result set_limits(const struct limit *limits, size_t count, struct sw_error *err)
{
    for (size_t i = 0; i < count; i++) {
        __rlimit_resource_t resource = (__rlimit_resource_t)limits[i].resource;
        struct rlimit now = {RLIM_INFINITY, RLIM_INFINITY};
        (void)getrlimit(resource, &now);
        const struct rlimit wanted = {tighter(limits[i].value.rlim_cur, now.rlim_max),
            tighter(limits[i].value.rlim_max, now.rlim_max)};
        if (setrlimit(resource, &wanted) != 0) {
            return sw_fail_errno(err, errno, "cannot limit the parser's resources");
        }
    }
    return SW_OK;
}

static sw_result limit_resources(uint64_t memory_max, struct sw_error *err)
{
    uint64_t space;
    if (!sw_add_u64(address_space(), memory_max, &space)) {
        space = RLIM_INFINITY;
    }
    const struct limit limits[] = {
        {RLIMIT_AS, {space, space}},
        {RLIMIT_CORE, {0, 0}},  /* a core file would hold what the parser read */
        {RLIMIT_FSIZE, {0, 0}}, /* last: a sanitizer's report may go to a file */
    };
    return set_limits(limits, SW_COUNT(limits) - (SW_SANITIZED ? 1 : 0), err);
}

static sw_result keep_one_fd(int keep, struct sw_error *err)
{
    if (keep != SW_CONFINED_FD && dup2(keep, SW_CONFINED_FD) < 0) {
        return sw_fail_errno(err, errno, "cannot move the parser's socket");
    }
    if (syscall(SYS_close_range, SW_CONFINED_FD + 1, ~0u, 0) != 0) {
        return sw_fail_errno(err, errno, "cannot close the parser's descriptors");
    }
    for (int fd = 0; fd < (SW_SANITIZED ? STDERR_FILENO : STDERR_FILENO + 1); fd++) {
        (void)close(fd);
    }
    return SW_OK;
}

/* Handlers that the program set up are not these processes' business. */
static void default_signals(void)
{
    for (int number = 1; number < NSIG; number++) {
        (void)signal(number, SIG_DFL); /* of no effect for KILL, STOP and the library's own */
    }
    (void)signal(SIGINT, SIG_IGN); /* ^C is for the parent, whose end is the end of these */
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The variables' bytes would stay in memory, and passphrases may be among them. */
static void wipe_environment(void)
{
    for (char **variable = environ; variable != NULL && *variable != NULL; variable++) {
        explicit_bzero(*variable, strlen(*variable));
    }
    (void)clearenv();
}

sw_result sw_confine_zygote(
    const struct sw_confine_options *options, struct sw_filter *filter, struct sw_error *err)
{
    const bool readable = options->readable_count > 0;
    struct sw_filter made;
    default_signals();
    SW_TRY(keep_one_fd(options->keep_fd, err));
    wipe_environment();
    SW_TRY(compile_child_filter(&made, readable, err)); /* writes a file in memory: before limits */
    SW_TRY(limit_resources(options->memory_max, err));  /* reads /proc: before Landlock */
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return sw_fail_errno(err, errno, "cannot give up privileges");
    }
    SW_TRY(confine_files(options, err));
    SW_TRY(confine_zygote_calls(readable, err));
    *filter = made;
    return SW_OK;
}

long sw_confine_fork(int *pidfd)
{
    return syscall(SYS_clone, FORK_FLAGS, NULL, pidfd, NULL, NULL);
}

sw_result sw_confine_child(
    const struct sw_filter *filter, uint64_t cpu_seconds, struct sw_error *err)
{
    const rlim_t files = filter->readable ? 256 : 16; /* as deep as directories may be */
    const struct limit limits[] = {
        {RLIMIT_NOFILE, {files, files}}, /* not for the zygote, which it would keep from sending */
        {RLIMIT_NPROC, {0, 0}},
        {RLIMIT_CPU, {cpu_seconds, cpu_seconds + 1}}, /* one can be blocked, the other cannot */
    };
    const struct sock_fprog program = {.len = filter->len, .filter = filter->code};
    SW_TRY(set_limits(limits, SW_COUNT(limits), err));
    /* Its parent is the zygote's: with nobody to hear the answer it need not go on. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return sw_fail_errno(err, errno, "cannot bind the parser to its parent");
    }
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
        return no_seccomp(errno, err);
    }
    return SW_OK;
}

const char *sw_confine_words(void)
{
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    bool seccomp = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
    bool landlock = landlock_abi() >= 1;
    if (!seccomp) {
        return "rlimits";
    }
    return landlock ? "landlock+seccomp+rlimits" : "seccomp+rlimits";
}
