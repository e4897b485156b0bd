#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { JOBS = 10000 };

struct jobs {
    _Atomic unsigned next;
    _Atomic unsigned done[JOBS];
    _Atomic unsigned threads;
    _Atomic uint64_t seen; /* one bit per index */
};

static void take_jobs(void *ctx, unsigned index)
{
    struct jobs *jobs = ctx;
    atomic_fetch_add(&jobs->threads, 1);
    atomic_fetch_or(&jobs->seen, (uint64_t)1 << index);
    for (unsigned i = atomic_fetch_add(&jobs->next, 1); i < JOBS;
         i = atomic_fetch_add(&jobs->next, 1)) {
        atomic_fetch_add(&jobs->done[i], 1);
    }
}

static void every_job_is_done_once_by_any_number_of_threads(void **state)
{
    (void)state;
    static const struct {
        unsigned asked;
        unsigned most;
    } rows[] = {{1, 1}, {2, 2}, {3, 3}, {8, 8}, {64, 64}, {65, 64}, {UINT32_MAX, 64}};
    for (size_t row = 0; row < SW_COUNT(rows); row++) {
        static struct jobs jobs;
        memset(&jobs, 0, sizeof(jobs));
        sw_parallel(rows[row].asked, take_jobs, &jobs);
        for (unsigned i = 0; i < JOBS; i++) {
            assert_int_equal(jobs.done[i], 1);
        }
        assert_int_equal(jobs.threads, rows[row].most);
        uint64_t all = rows[row].most == 64 ? UINT64_MAX : ((uint64_t)1 << rows[row].most) - 1;
        assert_true(jobs.seen == all);
    }
}

static void zero_means_one_thread_per_processor(void **state)
{
    (void)state;
    static struct jobs jobs;
    memset(&jobs, 0, sizeof(jobs));
    sw_parallel(0, take_jobs, &jobs);
    assert_int_equal(jobs.threads, sw_cpu_count());
}

static void note_thread(void *ctx, unsigned index)
{
    if (index == 0) {
        *(pthread_t *)ctx = pthread_self();
    }
}

static void the_caller_does_the_first_share(void **state)
{
    (void)state;
    pthread_t first;
    sw_parallel(4, note_thread, &first);
    assert_true(pthread_equal(first, pthread_self()));
}

struct nested {
    _Atomic unsigned next;
    struct jobs inner[4];
};

static void nest(void *ctx, unsigned index)
{
    (void)index;
    struct nested *nested = ctx;
    sw_parallel(2, take_jobs, &nested->inner[atomic_fetch_add(&nested->next, 1)]);
}

static void work_may_itself_be_parallel(void **state)
{
    (void)state;
    static struct nested nested;
    sw_parallel(4, nest, &nested);
    assert_int_equal(nested.next, 4);
    for (size_t i = 0; i < 4; i++) {
        for (size_t job = 0; job < JOBS; job++) {
            assert_int_equal(nested.inner[i].done[job], 1);
        }
    }
}

static void only_processors_that_may_be_used_count(void **state)
{
    (void)state;
    unsigned all = sw_cpu_count();
    assert_true(all >= 1 && all <= 64);
    cpu_set_t before;
    assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
    int first = 0;
    while (!CPU_ISSET(first, &before)) {
        first++;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(sw_cpu_count(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
    assert_int_equal(sw_cpu_count(), all);
}

static void counting_progress_without_a_listener_is_fine(void **state)
{
    (void)state;
    sw_progress_expect(NULL, 1, 1);
    sw_progress_add(NULL, 1, 1);
    assert_false(sw_progress_cancelled(NULL));
    struct sw_progress progress = {0};
    sw_progress_expect(&progress, 10, 2);
    sw_progress_add(&progress, 4, 1);
    sw_progress_add(&progress, 6, 1);
    assert_true(progress.bytes_done == progress.bytes_total && progress.bytes_total == 10);
    assert_true(progress.items_done == progress.items_total && progress.items_total == 2);
    assert_false(sw_progress_cancelled(&progress));
    progress.cancel = true;
    assert_true(sw_progress_cancelled(&progress));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_done_once_by_any_number_of_threads),
        cmocka_unit_test(zero_means_one_thread_per_processor),
        cmocka_unit_test(the_caller_does_the_first_share),
        cmocka_unit_test(work_may_itself_be_parallel),
        cmocka_unit_test(only_processors_that_may_be_used_count),
        cmocka_unit_test(counting_progress_without_a_listener_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
