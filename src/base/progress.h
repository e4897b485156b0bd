/* How far long work is. The library only counts; who shows it (a bar, a log line, nothing) reads
 * the counters from another thread. Every function that takes one takes NULL too. */
#ifndef SW_BASE_PROGRESS_H
#define SW_BASE_PROGRESS_H

#include "base/result.h"

#include <stdatomic.h>

struct sw_progress {
    _Atomic uint64_t bytes_total; /* 0 while unknown */
    _Atomic uint64_t bytes_done;
    _Atomic uint64_t items_total;
    _Atomic uint64_t items_done;
    _Atomic bool cancel; /* set it to ask the work to stop; it then gives SW_E_INTERRUPTED */
};

static inline void sw_progress_expect(struct sw_progress *p, uint64_t bytes, uint64_t items)
{
    if (p != NULL) {
        atomic_store(&p->bytes_total, bytes);
        atomic_store(&p->items_total, items);
    }
}

static inline void sw_progress_add(struct sw_progress *p, uint64_t bytes, uint64_t items)
{
    if (p != NULL) {
        atomic_fetch_add_explicit(&p->bytes_done, bytes, memory_order_relaxed);
        atomic_fetch_add_explicit(&p->items_done, items, memory_order_relaxed);
    }
}

static inline bool sw_progress_cancelled(const struct sw_progress *p)
{
    return p != NULL && atomic_load_explicit(&p->cancel, memory_order_relaxed);
}

/* SW_E_INTERRUPTED when it was asked to stop. */
static inline sw_result sw_progress_check(const struct sw_progress *p, struct sw_error *err)
{
    return sw_progress_cancelled(p) ? sw_fail(err, SW_E_INTERRUPTED, "interrupted") : SW_OK;
}

#endif
