/* Processes that parse hostile files with nothing in their hands: no files but those that they are
 * given, no network, no new processes, bounded memory and time (Landlock, seccomp, rlimits;
 * pattern: OpenSSH sandbox-seccomp-filter.c). Each call has a fresh one. They are forked by a
 * zygote, which is made once, before there is anything worth stealing in this process, and never
 * reads a file itself. */
#ifndef SW_BASE_WORKER_H
#define SW_BASE_WORKER_H

#include "base/buf.h"
#include "base/progress.h"

struct sw_worker;

/* What one call may use. */
struct sw_worker_options {
    uint64_t memory_max;   /* bytes of address space that it may add; 0 means 1 GiB */
    uint64_t cpu_seconds;  /* 0 means 60 */
    uint64_t wall_seconds; /* 0 means 4 * cpu_seconds + 10: it may wait for a slow disk */
    size_t reply_max;      /* bytes; 0 means 64 MiB */
    /* Files and directories, with all below them, that it may open itself, to read. None: it has
     * the one file that each call gives it, which is better where that is enough. They are kept by
     * the caller. Without Landlock in the kernel it can read others, too. */
    const char *const *readable;
    size_t readable_count;
};

/* Runs in the child. `fd` is the file to look at (-1 when none was given), `request` the caller's
 * words; the answer goes to `reply`. The code and error text travel back to the caller. */
typedef enum sw_code (*sw_worker_fn)(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err);

/* Forks the zygote: what this process holds in memory now is what a parser can come to see, and
 * nothing that it gets later. Not to be shared between threads, but any thread may have it. */
sw_result sw_worker_new(struct sw_worker **worker, sw_worker_fn fn, void *ctx,
    const struct sw_worker_options *options, struct sw_error *err);
void sw_worker_free(struct sw_worker *worker);
SW_DEFINE_CLEANUP_PTR(worker, struct sw_worker, sw_worker_free)

/* Runs here, when the child asks for something while it is at work: the bytes of a file, say, that
 * it may not open. The child may have been taken over: it gets what anybody may have who could read
 * its files. What this fails with ends the call, and is what the call fails with. */
typedef enum sw_code (*sw_worker_serve_fn)(
    void *ctx, struct sw_bytes question, struct sw_buf *answer, struct sw_error *err);

/* What one call is about. */
struct sw_worker_task {
    int fd; /* -1: no file */
    struct sw_bytes request;
    sw_worker_serve_fn serve; /* NULL: it may ask for nothing */
    void *serve_ctx;
    uint64_t deadline;                  /* sw_time_monotonic_ns(); 0: the worker's own alone */
    const struct sw_progress *progress; /* asks to stop; NULL: nobody does */
};

/* One call in a fresh child, which is gone when this returns. A child that died, ran over its
 * limits or talked nonsense gives SW_E_REFUSED with the reason, and the next call works. SW_E_IO
 * when no child could be made (a zygote that is gone is not made again), SW_E_INTERRUPTED when the
 * call was asked to stop. */
sw_result sw_worker_call(struct sw_worker *worker, const struct sw_worker_task *task,
    struct sw_buf *reply, struct sw_error *err);

/* The same with a worker for this call alone. */
sw_result sw_worker_once(sw_worker_fn fn, void *ctx, const struct sw_worker_options *options,
    const struct sw_worker_task *task, struct sw_buf *reply, struct sw_error *err);
/* Whether the zygote is gone: no call can work any more. */
bool sw_worker_is_gone(const struct sw_worker *worker);
/* The zygote's process number. */
long sw_worker_zygote(const struct sw_worker *worker);

/* In the child, while its function runs: asks the caller, and appends what it answers. `answer`
 * NULL: tells it something, and does not wait. SW_E_IO when nobody hears it. */
sw_result sw_worker_ask(struct sw_bytes question, struct sw_buf *answer, struct sw_error *err);

/* What confines the child on this kernel, for `doctor`: "landlock+seccomp+rlimits" or less. */
const char *sw_worker_confinement(void);

#endif
