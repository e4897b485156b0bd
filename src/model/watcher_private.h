/* Private to the watcher. */
#ifndef SW_MODEL_WATCHER_PRIVATE_H
#define SW_MODEL_WATCHER_PRIVATE_H

#include "model/watcher.h"

/* What is asked of a checkpoint's files. */
struct sw_completion {
    const char *dir;
    const char *name;
    uint64_t quiet_ms;  /* since the last event */
    uint64_t settle_ms; /* after which quiet counts */
    bool renamed;
    bool closed;
    bool shrinking; /* only time tells */
};

enum sw_completion_answer {
    SW_COMPLETION_GONE,
    SW_COMPLETION_WAIT,
    SW_COMPLETION_STUCK, /* nothing happens any more, and it is not whole */
    SW_COMPLETION_DONE,
};
/* By looking at the files as they are now. Needs memory only for the call. */
enum sw_completion_answer sw_completion_ask(
    const struct sw_completion *completion, enum sw_completeness *how);

#endif
