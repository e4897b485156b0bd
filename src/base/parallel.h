/* Threads that live for one piece of work. */
#ifndef SW_BASE_PARALLEL_H
#define SW_BASE_PARALLEL_H

#include "base/result.h"

/* Runs `work(ctx, index)` once on each of `threads` threads (index 0 to threads - 1; the caller is
 * thread 0) and waits for all. When a thread cannot be made, fewer run, so `work` takes its jobs
 * from a shared counter and never counts on its index. `threads` 0 means sw_cpu_count(). */
void sw_parallel(unsigned threads, void (*work)(void *ctx, unsigned index), void *ctx);

/* Processors that this process may use, at least 1 and at most 64. */
unsigned sw_cpu_count(void);

#endif
