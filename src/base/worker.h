/* A child process that parses hostile files with nothing in its hands: no files but the one it is
 * given, no network, no new processes, bounded memory and time (Landlock, seccomp, rlimits;
 * pattern: OpenSSH sandbox-seccomp-filter.c). If it crashes, hangs or breaks its rules, the caller
 * gets a refusal and the next call gets a fresh child. */
#ifndef SW_BASE_WORKER_H
#define SW_BASE_WORKER_H

#include "base/buf.h"

struct sw_worker;

struct sw_worker_options {
    uint64_t memory_max;  /* bytes of address space the child may add; 0 means 1 GiB */
    uint64_t cpu_seconds; /* per call; 0 means 60 */
    size_t reply_max;     /* bytes; 0 means 64 MiB */
};

/* Runs in the child. `fd` is the file to look at (-1 when none was given), `request` the caller's
 * words; the answer goes to `reply`. The code and error text travel back to the caller. */
typedef enum sw_code (*sw_worker_fn)(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err);

/* Prepares a worker; the child is forked at the first call. Not to be shared between threads. */
sw_result sw_worker_new(struct sw_worker **worker, sw_worker_fn fn, void *ctx,
    const struct sw_worker_options *options, struct sw_error *err);
void sw_worker_free(struct sw_worker *worker);
SW_DEFINE_CLEANUP_PTR(worker, struct sw_worker, sw_worker_free)

/* One call. A child that died or ran over its time gives SW_E_REFUSED with the reason. */
sw_result sw_worker_call(struct sw_worker *worker, int fd, struct sw_bytes request,
    struct sw_buf *reply, struct sw_error *err);

/* What confines the child on this kernel, for `doctor`: "landlock+seccomp+rlimits" or less. */
const char *sw_worker_confinement(void);

#endif
