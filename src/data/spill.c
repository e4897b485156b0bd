#include "data/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MEMORY ((size_t)32 << 20)
#define WINDOW_MEMORY ((size_t)32 << 20) /* of all runs while they are merged */
#define WINDOW_MAX ((size_t)1 << 20)
#define WINDOW_MIN ((size_t)4 << 10)
#define FEW 16u /* records that are sorted by insertion */

/* A sorted run in the file, and the window of it that is in memory. */
struct run {
    uint64_t offset;
    uint64_t left; /* records behind the window */
    uint8_t *window;
    size_t at;
    size_t held; /* records */
};

struct span {
    uint64_t offset;
    uint64_t count;
};

struct sw_spill {
    size_t size;
    size_t in_memory;
    char *scratch;
    uint8_t *records;
    size_t cap;
    size_t held;
    bool in_order; /* those that are held */
    uint64_t count;
    int fd;
    uint64_t file_size;
    struct sw_buf spans;
    struct run *runs;
    size_t run_count;
    uint8_t *windows;
    size_t *heap; /* runs by their next record */
    size_t heap_count;
    size_t at; /* when all is in memory */
};

/* --- scratch files --------------------------------------------------------------------------- */

sw_result sw_scratch_open(const char *dir, int *fd, struct sw_error *err)
{
    *fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd >= 0) {
        return SW_OK;
    }
    SW_CLEANUP(buf) struct sw_buf name = SW_BUF_INIT;
    SW_TRY(sw_buf_printf(&name, "%s/.sorting-XXXXXX", dir));
    *fd = mkostemp((char *)name.data, O_CLOEXEC);
    if (*fd < 0) {
        return sw_fail_errno(err, errno, "cannot write in '%s'", dir);
    }
    (void)unlink((const char *)name.data);
    return SW_OK;
}

sw_result sw_scratch_write(int fd, uint64_t offset, struct sw_bytes data, struct sw_error *err)
{
    for (size_t done = 0; done < data.len;) {
        ssize_t n = pwrite(fd, data.ptr + done, data.len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot write what is being sorted");
        }
        done += (size_t)n;
    }
    return SW_OK;
}

/* --- sorting in memory ----------------------------------------------------------------------- */

/* As memcmp, for records that mostly differ in their first bytes. */
static inline bool is_less(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size < 8) {
        return memcmp(a, b, size) < 0;
    }
    uint64_t x = sw_get_u64(a);
    uint64_t y = sw_get_u64(b);
    return x != y ? x < y : memcmp(a + 8, b + 8, size - 8) < 0;
}

struct sorting {
    size_t size;
    uint8_t *other; /* as large as what is sorted */
};

/* `records` share their first `depth` bytes. */
static void insert_few(uint8_t *records, size_t count, size_t depth, size_t size)
{
    uint8_t held[SW_SPILL_RECORD_MAX];
    for (size_t i = 1; i < count; i++) {
        size_t to = i;
        memcpy(held, records + i * size, size);
        while (
            to > 0 && memcmp(records + (to - 1) * size + depth, held + depth, size - depth) > 0) {
            memcpy(records + to * size, records + (to - 1) * size, size);
            to--;
        }
        memcpy(records + to * size, held, size);
    }
}

/* Puts records in the order of one byte, equal ones as they stood. ends[b] is where byte b ends. */
static void spread(
    const struct sorting *sorting, uint8_t *records, size_t count, size_t depth, size_t ends[256])
{
    size_t size = sorting->size;
    size_t at = 0;
    for (unsigned b = 0; b < 256; b++) {
        size_t n = ends[b];
        ends[b] = at;
        at += n;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *record = records + i * size;
        memcpy(sorting->other + ends[record[depth]]++ * size, record, size);
    }
    memcpy(records, sorting->other, count * size);
}

/* By one byte after the other, the first one first. */
static void sort_from(const struct sorting *sorting, uint8_t *records, size_t count, size_t depth)
{
    size_t size = sorting->size;
    size_t ends[256];
    for (; depth < size; depth++) {
        if (count <= FEW) {
            insert_few(records, count, depth, size);
            return;
        }
        memset(ends, 0, sizeof(ends));
        for (size_t i = 0; i < count; i++) {
            ends[records[i * size + depth]]++;
        }
        if (ends[records[depth]] < count) {
            break;
        }
    }
    if (depth == size) {
        return;
    }
    spread(sorting, records, count, depth, ends);
    for (unsigned b = 0; b < 256; b++) {
        size_t from = b == 0 ? 0 : ends[b - 1];
        if (ends[b] - from > 1) {
            sort_from(sorting, records + from * size, ends[b] - from, depth + 1);
        }
    }
}

static sw_result sort_held(struct sw_spill *spill)
{
    if (spill->in_order || spill->held < 2) {
        return SW_OK;
    }
    SW_CLEANUP(free) uint8_t *other = malloc(spill->held * spill->size);
    SW_TRY_PTR(other);
    struct sorting sorting = {spill->size, other};
    sort_from(&sorting, spill->records, spill->held, 0);
    spill->in_order = true;
    return SW_OK;
}

/* --- adding ---------------------------------------------------------------------------------- */

sw_result sw_spill_new(struct sw_spill **out, size_t size, const char *scratch, size_t in_memory)
{
    SW_CLEANUP(spill) struct sw_spill *spill = calloc(1, sizeof(*spill));
    SW_TRY_PTR(spill);
    spill->fd = -1;
    spill->size = size;
    spill->in_memory = in_memory != 0 ? in_memory : MEMORY / size;
    spill->in_order = true;
    spill->scratch = strdup(scratch);
    SW_TRY_PTR(spill->scratch);
    *out = SW_TAKE(spill);
    return SW_OK;
}

void sw_spill_free(struct sw_spill *spill)
{
    sw_cleanup_fd(&spill->fd);
    free(spill->scratch);
    free(spill->records);
    free(spill->runs);
    free(spill->windows);
    free(spill->heap);
    sw_buf_release(&spill->spans);
    free(spill);
}

uint64_t sw_spill_count(const struct sw_spill *spill)
{
    return spill->count;
}

static sw_result write_run(struct sw_spill *spill, struct sw_error *err)
{
    if (spill->fd < 0) {
        SW_TRY(sw_scratch_open(spill->scratch, &spill->fd, err));
    }
    SW_TRY(sort_held(spill));
    struct span span = {spill->file_size, spill->held};
    size_t len = spill->held * spill->size;
    SW_TRY(sw_scratch_write(spill->fd, span.offset, sw_bytes(spill->records, len), err));
    SW_TRY(sw_buf_append(&spill->spans, &span, sizeof(span)));
    spill->file_size += len;
    spill->held = 0;
    spill->in_order = true;
    return SW_OK;
}

static sw_result make_room(struct sw_spill *spill, struct sw_error *err)
{
    if (spill->held == spill->in_memory) {
        return write_run(spill, err);
    }
    size_t cap = spill->cap == 0 ? 256 : spill->cap * 2;
    cap = cap < spill->in_memory ? cap : spill->in_memory;
    uint8_t *grown = realloc(spill->records, cap * spill->size);
    SW_TRY_PTR(grown);
    spill->records = grown;
    spill->cap = cap;
    return SW_OK;
}

sw_result sw_spill_add(struct sw_spill *spill, const void *record, struct sw_error *err)
{
    size_t size = spill->size;
    if (spill->held == spill->cap || spill->held == spill->in_memory) {
        SW_TRY(make_room(spill, err));
    }
    uint8_t *to = spill->records + spill->held * size;
    memcpy(to, record, size);
    if (spill->in_order && spill->held > 0 && is_less(to, to - size, size)) {
        spill->in_order = false;
    }
    spill->held++;
    spill->count++;
    return SW_OK;
}

/* --- merging --------------------------------------------------------------------------------- */

static sw_result load(struct sw_spill *spill, struct run *run, size_t window, struct sw_error *err)
{
    size_t n = run->left < window ? (size_t)run->left : window;
    SW_TRY(sw_fd_pread(
        spill->fd, "what is being sorted", run->offset, run->window, n * spill->size, err));
    run->offset += n * spill->size;
    run->left -= n;
    run->at = 0;
    run->held = n;
    return SW_OK;
}

static const uint8_t *next_of(const struct sw_spill *spill, size_t run)
{
    return spill->runs[run].window + spill->runs[run].at * spill->size;
}

static bool before(const struct sw_spill *spill, size_t a, size_t b)
{
    return is_less(next_of(spill, a), next_of(spill, b), spill->size);
}

static void sink(struct sw_spill *spill, size_t at)
{
    size_t *heap = spill->heap;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= spill->heap_count) {
            return;
        }
        if (child + 1 < spill->heap_count && before(spill, heap[child + 1], heap[child])) {
            child++;
        }
        if (!before(spill, heap[child], heap[at])) {
            return;
        }
        size_t swapped = heap[at];
        heap[at] = heap[child];
        heap[child] = swapped;
        at = child;
    }
}

/* Records of one run in memory. */
static size_t window_of(const struct sw_spill *spill)
{
    size_t bytes = WINDOW_MEMORY / spill->run_count;
    bytes = bytes > WINDOW_MAX ? WINDOW_MAX : bytes;
    bytes = bytes < WINDOW_MIN ? WINDOW_MIN : bytes;
    size_t records = bytes / spill->size;
    return records < spill->in_memory ? records : spill->in_memory; /* no run has more */
}

static sw_result make_runs(struct sw_spill *spill)
{
    if (spill->runs != NULL) {
        return SW_OK;
    }
    spill->run_count = spill->spans.len / sizeof(struct span);
    spill->runs = calloc(spill->run_count, sizeof(spill->runs[0]));
    spill->heap = calloc(spill->run_count, sizeof(spill->heap[0]));
    spill->windows = malloc(spill->run_count * window_of(spill) * spill->size);
    return spill->runs != NULL && spill->heap != NULL && spill->windows != NULL ? SW_OK
                                                                                : SW_E_NOMEM;
}

static sw_result start_merge(struct sw_spill *spill, struct sw_error *err)
{
    SW_TRY(make_runs(spill));
    size_t window = window_of(spill);
    for (size_t i = 0; i < spill->run_count; i++) {
        struct span span;
        memcpy(&span, spill->spans.data + i * sizeof(span), sizeof(span));
        spill->runs[i] = (struct run){.offset = span.offset,
            .left = span.count,
            .window = spill->windows + i * window * spill->size};
        SW_TRY(load(spill, &spill->runs[i], window, err));
        spill->heap[i] = i;
    }
    spill->heap_count = spill->run_count;
    for (size_t i = spill->heap_count; i > 0; i--) {
        sink(spill, i - 1);
    }
    return SW_OK;
}

sw_result sw_spill_sort(struct sw_spill *spill, struct sw_error *err)
{
    spill->at = 0;
    if (spill->fd < 0) {
        return sort_held(spill);
    }
    if (spill->held > 0) {
        SW_TRY(write_run(spill, err));
    }
    free(SW_TAKE(spill->records));
    spill->cap = 0;
    return start_merge(spill, err);
}

const uint8_t *sw_spill_peek(const struct sw_spill *spill)
{
    if (spill->fd < 0) {
        return spill->at < spill->held ? spill->records + spill->at * spill->size : NULL;
    }
    return spill->heap_count == 0 ? NULL : next_of(spill, spill->heap[0]);
}

sw_result sw_spill_next(struct sw_spill *spill, struct sw_error *err)
{
    if (spill->fd < 0) {
        spill->at += spill->at < spill->held ? 1 : 0;
        return SW_OK;
    }
    if (spill->heap_count == 0) {
        return SW_OK;
    }
    struct run *run = &spill->runs[spill->heap[0]];
    run->at++;
    if (run->at == run->held && run->left > 0) {
        SW_TRY(load(spill, run, window_of(spill), err));
    }
    if (run->at == run->held) {
        spill->heap[0] = spill->heap[--spill->heap_count];
    }
    sink(spill, 0);
    return SW_OK;
}
