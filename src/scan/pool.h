/* The workers of a scan, one for each processor, and the time that they may take together. Private
 * to scan. */
#ifndef SW_SCAN_POOL_H
#define SW_SCAN_POOL_H

#include "base/base.h"

struct sw_pool;

/* Starts the workers' zygotes, so call it early (base/worker.h). */
sw_result sw_pool_new(struct sw_pool **out, sw_worker_fn fn, void *ctx,
    const struct sw_worker_options *options, struct sw_error *err);
void sw_pool_free(struct sw_pool *pool);
SW_DEFINE_CLEANUP_PTR(pool, struct sw_pool, sw_pool_free)

/* From now on calls may take `ns` together. The clock runs while any of them does, so it does not
 * matter how many there are at once, nor what else goes on in between. */
void sw_pool_allow(struct sw_pool *pool, uint64_t ns);

/* As sw_worker_call(), from any thread; waits for a worker, and sets the task's deadline. `late`
 * says that the call failed because the time of all calls was over, before or while it ran. */
sw_result sw_pool_call(struct sw_pool *pool, struct sw_worker_task *task, struct sw_buf *reply,
    bool *late, struct sw_error *err);

#endif
