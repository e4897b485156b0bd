#include "scan/pool.h"

#include <pthread.h>

#define WORKERS_MAX 16

struct sw_pool {
    pthread_mutex_t lock; /* over what follows, but not over the workers that are busy */
    pthread_cond_t idle;
    struct sw_worker *workers[WORKERS_MAX];
    bool busy[WORKERS_MAX];
    size_t worker_count;
    size_t running;     /* calls */
    uint64_t since;     /* when the clock was started, while any runs */
    uint64_t time_left; /* at that moment */
};

/* --- the clock; under the lock ---------------------------------------------------------------- */

static uint64_t time_left(const struct sw_pool *pool)
{
    uint64_t gone = pool->running == 0 ? 0 : sw_time_monotonic_ns() - pool->since;
    return gone < pool->time_left ? pool->time_left - gone : 0;
}

static void run_clock(struct sw_pool *pool)
{
    if (pool->running++ == 0) {
        pool->since = sw_time_monotonic_ns();
    }
}

static void stop_clock(struct sw_pool *pool)
{
    if (pool->running == 1) {
        pool->time_left = time_left(pool);
    }
    pool->running--;
}

/* --- borrowing ------------------------------------------------------------------------------- */

static size_t borrow(struct sw_pool *pool)
{
    for (;;) {
        for (size_t i = 0; i < pool->worker_count; i++) {
            if (!pool->busy[i]) {
                pool->busy[i] = true;
                return i;
            }
        }
        (void)pthread_cond_wait(&pool->idle, &pool->lock);
    }
}

/* Gives a worker and what is left of the time, which is 0 when there is nothing to be done. */
static size_t begin(struct sw_pool *pool, uint64_t *left)
{
    (void)pthread_mutex_lock(&pool->lock);
    size_t index = borrow(pool);
    *left = time_left(pool);
    run_clock(pool);
    (void)pthread_mutex_unlock(&pool->lock);
    return index;
}

static bool end(struct sw_pool *pool, size_t index)
{
    (void)pthread_mutex_lock(&pool->lock);
    bool late = time_left(pool) == 0;
    stop_clock(pool);
    pool->busy[index] = false;
    (void)pthread_cond_signal(&pool->idle);
    (void)pthread_mutex_unlock(&pool->lock);
    return late;
}

/* --- public ---------------------------------------------------------------------------------- */

sw_result sw_pool_new(struct sw_pool **out, sw_worker_fn fn, void *ctx,
    const struct sw_worker_options *options, struct sw_error *err)
{
    SW_CLEANUP(pool) struct sw_pool *pool = calloc(1, sizeof(*pool));
    if (pool == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the scan's workers");
    }
    (void)pthread_mutex_init(&pool->lock, NULL);
    (void)pthread_cond_init(&pool->idle, NULL);
    size_t count = sw_cpu_count();
    count = count > WORKERS_MAX ? WORKERS_MAX : count;
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_worker_new(&pool->workers[i], fn, ctx, options, err));
        pool->worker_count++;
    }
    *out = SW_TAKE(pool);
    return SW_OK;
}

void sw_pool_free(struct sw_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (size_t i = 0; i < pool->worker_count; i++) {
        sw_worker_free(pool->workers[i]);
    }
    (void)pthread_cond_destroy(&pool->idle);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void sw_pool_allow(struct sw_pool *pool, uint64_t ns)
{
    (void)pthread_mutex_lock(&pool->lock);
    pool->time_left = ns;
    pool->since = sw_time_monotonic_ns();
    (void)pthread_mutex_unlock(&pool->lock);
}

sw_result sw_pool_call(struct sw_pool *pool, struct sw_worker_task *task, struct sw_buf *reply,
    bool *late, struct sw_error *err)
{
    uint64_t left;
    size_t index = begin(pool, &left);
    task->deadline = UINT64_MAX;
    (void)sw_add_u64(sw_time_monotonic_ns(), left, &task->deadline);
    enum sw_code code =
        left == 0 ? SW_E_REFUSED : sw_worker_call(pool->workers[index], task, reply, err);
    bool over = end(pool, index);
    *late = code != SW_OK && (left == 0 || over);
    return code;
}
