#include "base/base.h"

#include <pthread.h>
#include <sched.h>

#define THREADS_MAX 64u

struct thread_job {
    void (*work)(void *ctx, unsigned index);
    void *ctx;
    unsigned index;
};

static void *thread_main(void *arg)
{
    const struct thread_job *job = arg;
    job->work(job->ctx, job->index);
    return NULL;
}

unsigned sw_cpu_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) != 0) {
        return 1;
    }
    int count = CPU_COUNT(&set);
    if (count < 1) {
        return 1;
    }
    return (unsigned)count > THREADS_MAX ? THREADS_MAX : (unsigned)count;
}

void sw_parallel(unsigned threads, void (*work)(void *ctx, unsigned index), void *ctx)
{
    threads = threads == 0 ? sw_cpu_count() : threads;
    threads = threads > THREADS_MAX ? THREADS_MAX : threads;
    pthread_t ids[THREADS_MAX];
    struct thread_job jobs[THREADS_MAX];
    unsigned made = 1;
    for (; made < threads; made++) {
        jobs[made] = (struct thread_job){work, ctx, made};
        if (pthread_create(&ids[made], NULL, thread_main, &jobs[made]) != 0) {
            break;
        }
    }
    work(ctx, 0);
    for (unsigned i = 1; i < made; i++) {
        (void)pthread_join(ids[i], NULL);
    }
}
