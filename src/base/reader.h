/* One read of each byte feeds everybody who needs it. A model is read once: files (or ranges of
 * them) are handed out to threads, and each chunk goes to every registered consumer, so rooms share
 * a pass without knowing each other (DESIGN, "Speed"). Memory does not grow with the input. */
#ifndef SW_BASE_READER_H
#define SW_BASE_READER_H

#include "base/progress.h"
#include "base/tree.h"

/* One unit of work: bytes [start, end) of one file. Without ranges there is one per file, also for
 * empty files. Units of one file are numbered from 0 in the order of their start. */
struct sw_unit {
    size_t entry; /* index into tree->entries */
    size_t index; /* index of this unit in the whole run, entries in order, ranges in order */
    uint64_t start;
    uint64_t end;
};

/* A consumer gets, for each unit, begin, update… in byte order, end; all on one thread, with
 * `state` its private memory of state_size bytes (zeroed before begin, reused after end). Different
 * units run on different threads at the same time. A unit whose bytes could not be read, whose file
 * changed since the tree was listed, or that is given up because the run stops, gets `drop` instead
 * of `end`: after a begin that succeeded comes one of the two. A failure that a consumer returns
 * stops the run, and so does a file that changes during `end`. Each function may be NULL. */
struct sw_consumer {
    void *ctx;
    size_t state_size;
    /* `fd` is open on the file whose bytes follow; -1 when it could not be opened. */
    sw_result (*begin)(
        void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err);
    sw_result (*update)(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err);
    /* `fd` is open on the file for anybody who must look again (pread); do not keep it. */
    sw_result (*end)(
        void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err);
    void (*drop)(void *ctx, void *state, const struct sw_unit *unit);
};

struct sw_reader_options {
    unsigned threads;    /* 0 means one per processor */
    uint64_t range_size; /* 0: a unit is a file; else files are cut into ranges of this many bytes,
                            and empty files have no unit */
    uint64_t head_size;  /* not 0: only so many bytes of each unit are read and handed out, for
                            consumers that look for the rest by themselves */
    struct sw_progress *progress;
    /* Told of each unit that could not be read; may be called from any thread, never two at once.
     * NULL: the first such unit stops the run and is its failure. */
    void (*failed)(void *ctx, const struct sw_unit *unit, const struct sw_error *why);
    void *failed_ctx;
};

/* Units that one entry has: none unless it is a file. */
uint64_t sw_reader_units_of(const struct sw_entry *entry, uint64_t range_size);
/* Units that a run over `tree` has; SIZE_MAX when that is too many to count. */
size_t sw_reader_units(const struct sw_tree *tree, uint64_t range_size);

/* Reads every file of the tree once, large files first (other kinds of entry are passed over). A
 * file that cannot be read goes to `failed`, and the rest is still read. SW_E_INTERRUPTED when
 * `cancel` was set, SW_E_LIMIT when there are too many units to count. */
sw_result sw_reader_run(const struct sw_tree *tree, const struct sw_consumer *const *consumers,
    size_t consumer_count, const struct sw_reader_options *options, struct sw_error *err);

#endif
