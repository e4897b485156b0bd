#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* Large enough that the calls vanish, small enough that the bytes are still in the second-level
 * cache when they are hashed; 128 to 512 KiB measure alike. */
#define BUFFER_SIZE ((size_t)256 * 1024)
/* Below this the kernel's ordinary read-ahead has the whole file already. */
#define ADVISE_SIZE ((uint64_t)1024 * 1024)
#define STATE_ALIGNMENT ((size_t)64)
#define CONSUMERS_MAX 16

struct job {
    size_t entry;
    size_t first_unit;
};

struct run {
    const struct sw_tree *tree;
    const struct sw_consumer *const *consumers;
    size_t consumer_count;
    const struct sw_reader_options *options;
    struct job *jobs; /* one per file, largest first, so that no thread begins a long one last */
    size_t job_count;
    size_t state_offset[CONSUMERS_MAX];
    size_t worker_size; /* buffer and states of one thread */

    pthread_mutex_t lock; /* guards what follows */
    size_t next_job;
    uint64_t next_start;
    size_t next_index; /* within the file */
    enum sw_code code; /* why the run stops */
    struct sw_error error;
};

struct worker {
    struct run *run;
    uint8_t *memory;
    struct sw_unit unit;
    size_t begun; /* consumers whose begin succeeded and that got neither end nor drop */
};

enum outcome {
    UNIT_DONE,
    UNIT_FAILED, /* this unit could not be read; go on with the next */
    UNIT_STOP,
};

uint64_t sw_reader_units_of(const struct sw_entry *entry, uint64_t range_size)
{
    if (entry->kind != SW_ENTRY_FILE) {
        return 0;
    }
    if (range_size == 0) {
        return 1;
    }
    return entry->size / range_size + (entry->size % range_size != 0 ? 1 : 0);
}

size_t sw_reader_units(const struct sw_tree *tree, uint64_t range_size)
{
    size_t units = 0;
    for (size_t i = 0; i < tree->count; i++) {
        if (!sw_add_size(units, sw_reader_units_of(&tree->entries[i], range_size), &units)) {
            return SIZE_MAX;
        }
    }
    return units;
}

static int by_size(const void *a, const void *b, void *ctx)
{
    const struct sw_tree *tree = ctx;
    const struct job *left = a;
    const struct job *right = b;
    uint64_t left_size = tree->entries[left->entry].size;
    uint64_t right_size = tree->entries[right->entry].size;
    if (left_size != right_size) {
        return left_size > right_size ? -1 : 1;
    }
    return left->entry < right->entry ? -1 : 1;
}

static sw_result list_jobs(struct run *run, struct sw_arena *arena)
{
    uint64_t range_size = run->options->range_size;
    run->jobs = SW_ARENA_ARRAY(arena, struct job, run->tree->count);
    SW_TRY_PTR(run->jobs);
    size_t unit = 0;
    for (size_t i = 0; i < run->tree->count; i++) {
        uint64_t units = sw_reader_units_of(&run->tree->entries[i], range_size);
        if (units != 0) {
            run->jobs[run->job_count++] = (struct job){i, unit};
            unit += (size_t)units;
        }
    }
    union {
        const struct sw_tree *in;
        void *out;
    } tree = {.in = run->tree};
    qsort_r(run->jobs, run->job_count, sizeof(*run->jobs), by_size, tree.out);
    return SW_OK;
}

static void stop_run(struct run *run, enum sw_code code, const struct sw_error *why)
{
    (void)pthread_mutex_lock(&run->lock);
    if (run->code == SW_OK) {
        run->code = code;
        run->error = *why;
    }
    (void)pthread_mutex_unlock(&run->lock);
}

static bool take_unit(struct run *run, struct sw_unit *unit)
{
    (void)pthread_mutex_lock(&run->lock);
    bool more = run->code == SW_OK && run->next_job < run->job_count;
    if (more) {
        const struct job *job = &run->jobs[run->next_job];
        uint64_t size = run->tree->entries[job->entry].size;
        uint64_t range_size = run->options->range_size;
        uint64_t left = size - run->next_start;
        uint64_t len = range_size == 0 || left < range_size ? left : range_size;
        *unit = (struct sw_unit){.entry = job->entry,
            .index = job->first_unit + run->next_index,
            .start = run->next_start,
            .end = run->next_start + len};
        run->next_start += len;
        run->next_index++;
        if (run->next_start == size) {
            run->next_job++;
            run->next_start = 0;
            run->next_index = 0;
        }
    }
    (void)pthread_mutex_unlock(&run->lock);
    return more;
}

static void *state_of(const struct worker *worker, size_t consumer)
{
    return worker->memory + worker->run->state_offset[consumer];
}

static void drop_unit(struct worker *worker, size_t from)
{
    for (size_t i = from; i < worker->begun; i++) {
        const struct sw_consumer *consumer = worker->run->consumers[i];
        if (consumer->drop != NULL) {
            consumer->drop(consumer->ctx, state_of(worker, i), &worker->unit);
        }
    }
    worker->begun = 0;
}

static sw_result begin_unit(struct worker *worker, int fd, struct sw_error *err)
{
    struct run *run = worker->run;
    for (size_t i = 0; i < run->consumer_count; i++) {
        const struct sw_consumer *consumer = run->consumers[i];
        memset(state_of(worker, i), 0, consumer->state_size);
        if (consumer->begin != NULL) {
            SW_TRY(consumer->begin(consumer->ctx, state_of(worker, i), &worker->unit, fd, err));
        }
        worker->begun = i + 1;
    }
    return SW_OK;
}

static sw_result update_unit(struct worker *worker, struct sw_bytes chunk, struct sw_error *err)
{
    struct run *run = worker->run;
    for (size_t i = 0; i < run->consumer_count; i++) {
        const struct sw_consumer *consumer = run->consumers[i];
        if (consumer->update != NULL) {
            SW_TRY(consumer->update(consumer->ctx, state_of(worker, i), chunk, err));
        }
    }
    return SW_OK;
}

static sw_result end_unit(struct worker *worker, int fd, struct sw_error *err)
{
    struct run *run = worker->run;
    for (size_t i = 0; i < run->consumer_count; i++) {
        const struct sw_consumer *consumer = run->consumers[i];
        if (consumer->end == NULL) {
            continue;
        }
        enum sw_code code =
            consumer->end(consumer->ctx, state_of(worker, i), &worker->unit, fd, err);
        if (code != SW_OK) {
            drop_unit(worker, i + 1);
            return code;
        }
    }
    worker->begun = 0;
    return SW_OK;
}

/* Fills the buffer from `offset`, at most up to `end`. */
static sw_result read_chunk(const struct worker *worker, int fd, uint64_t offset, uint64_t end,
    struct sw_bytes *chunk, struct sw_error *why)
{
    uint64_t left = end - offset;
    size_t want = left < BUFFER_SIZE ? (size_t)left : BUFFER_SIZE;
    const char *name = worker->run->tree->entries[worker->unit.entry].name;
    ssize_t n;
    do {
        n = pread(fd, worker->memory, want, (off_t)offset);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return sw_fail_errno(why, errno, "cannot read '%s'", name);
    }
    if (n == 0) {
        return sw_fail(why, SW_E_IO, "'%s' changed while it was read", name);
    }
    *chunk = sw_bytes(worker->memory, (size_t)n);
    return SW_OK;
}

static enum outcome stop_with(struct worker *worker, enum sw_code code, const struct sw_error *why)
{
    stop_run(worker->run, code, why);
    return UNIT_STOP;
}

static uint64_t end_of_reading(const struct worker *worker)
{
    uint64_t head = worker->run->options->head_size;
    uint64_t len = worker->unit.end - worker->unit.start;
    return head != 0 && head < len ? worker->unit.start + head : worker->unit.end;
}

static enum outcome read_bytes(struct worker *worker, int fd, struct sw_error *why)
{
    struct sw_progress *progress = worker->run->options->progress;
    uint64_t offset = worker->unit.start;
    uint64_t end = end_of_reading(worker);
    while (offset < end) {
        enum sw_code asked = sw_progress_check(progress, why);
        if (asked != SW_OK) {
            return stop_with(worker, asked, why);
        }
        struct sw_bytes chunk;
        if (read_chunk(worker, fd, offset, end, &chunk, why) != SW_OK) {
            return UNIT_FAILED;
        }
        enum sw_code code = update_unit(worker, chunk, why);
        if (code != SW_OK) {
            return stop_with(worker, code, why);
        }
        offset += chunk.len;
        sw_progress_add(progress, chunk.len, 0);
    }
    sw_progress_add(progress, worker->unit.end - end, 0);
    return UNIT_DONE;
}

static enum outcome read_unit(struct worker *worker, struct sw_error *why)
{
    const struct sw_tree *tree = worker->run->tree;
    const struct sw_entry *entry = &tree->entries[worker->unit.entry];
    SW_CLEANUP(fd) int fd = -1;
    bool opened = sw_tree_open_file(tree, entry, &fd, why) == SW_OK;
    enum sw_code code = begin_unit(worker, fd, why);
    if (code != SW_OK) {
        return stop_with(worker, code, why);
    }
    if (!opened) {
        return UNIT_FAILED;
    }
    if (end_of_reading(worker) - worker->unit.start >= ADVISE_SIZE) {
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    enum outcome outcome = read_bytes(worker, fd, why);
    if (outcome != UNIT_DONE) {
        return outcome;
    }
    if (sw_tree_check_file(entry, fd, why) != SW_OK) {
        return UNIT_FAILED;
    }
    code = end_unit(worker, fd, why);
    /* Consumers that looked again saw what the others were given, as far as the file's times tell.
     */
    if (code == SW_OK) {
        code = sw_tree_check_file(entry, fd, why);
    }
    return code == SW_OK ? UNIT_DONE : stop_with(worker, code, why);
}

static void tell_failure(struct run *run, const struct sw_unit *unit, const struct sw_error *why)
{
    if (run->options->failed == NULL) {
        stop_run(run, why->code, why);
        return;
    }
    (void)pthread_mutex_lock(&run->lock);
    run->options->failed(run->options->failed_ctx, unit, why);
    (void)pthread_mutex_unlock(&run->lock);
}

static void work_units(struct worker *worker)
{
    struct run *run = worker->run;
    while (take_unit(run, &worker->unit)) {
        struct sw_error why = {0};
        enum outcome outcome = read_unit(worker, &why);
        drop_unit(worker, 0);
        if (outcome == UNIT_FAILED) {
            tell_failure(run, &worker->unit, &why);
        }
        sw_progress_add(run->options->progress, 0, 1);
    }
}

static void run_thread(void *ctx, unsigned index)
{
    struct run *run = ctx;
    SW_CLEANUP(free) uint8_t *memory = aligned_alloc(4096, run->worker_size);
    if (memory == NULL) {
        struct sw_error why = {0};
        stop_run(run, sw_fail(&why, SW_E_NOMEM, "out of memory"), &why);
        return;
    }
    struct worker worker = {.run = run, .memory = memory};
    work_units(&worker);
}

/* Behind the buffer lie the states, each on cache lines of its own. */
static sw_result lay_out_states(struct run *run)
{
    size_t used = BUFFER_SIZE;
    for (size_t i = 0; i < run->consumer_count; i++) {
        run->state_offset[i] = used;
        if (!sw_add_size(used, run->consumers[i]->state_size, &used) ||
            !sw_add_size(used, STATE_ALIGNMENT - 1, &used)) {
            return SW_E_LIMIT;
        }
        used -= used % STATE_ALIGNMENT;
    }
    if (!sw_add_size(used, 4095, &used)) {
        return SW_E_LIMIT;
    }
    run->worker_size = used - used % 4096;
    return SW_OK;
}

static unsigned thread_count(const struct run *run, size_t units)
{
    unsigned threads = run->options->threads == 0 ? sw_cpu_count() : run->options->threads;
    return units < threads ? (unsigned)units : threads;
}

sw_result sw_reader_run(const struct sw_tree *tree, const struct sw_consumer *const *consumers,
    size_t consumer_count, const struct sw_reader_options *options, struct sw_error *err)
{
    if (consumer_count > CONSUMERS_MAX) {
        return sw_fail(err, SW_E_INTERNAL, "more than %d consumers of one read", CONSUMERS_MAX);
    }
    size_t units = sw_reader_units(tree, options->range_size);
    if (units == SIZE_MAX) {
        return sw_fail(err, SW_E_LIMIT, "'%s' has too many ranges", tree->root_path);
    }
    struct run run = {.tree = tree,
        .consumers = consumers,
        .consumer_count = consumer_count,
        .options = options,
        .lock = PTHREAD_MUTEX_INITIALIZER};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    if (lay_out_states(&run) != SW_OK || list_jobs(&run, &arena) != SW_OK) {
        return sw_fail(err, SW_E_NOMEM, "cannot read '%s': out of memory", tree->root_path);
    }
    sw_progress_expect(options->progress, tree->bytes, units);
    if (units != 0) {
        sw_parallel(thread_count(&run, units), run_thread, &run);
    }
    (void)pthread_mutex_destroy(&run.lock);
    /* Whoever asked to stop may have stopped others too, whose answers consumers waited for. */
    SW_TRY(run.code == SW_OK ? sw_progress_check(options->progress, err) : SW_OK);
    if (run.code != SW_OK && err != NULL) {
        *err = run.error;
        err->code = run.code;
    }
    return run.code;
}
