/* Tells when a checkpoint in a run's directory is complete (inotify(7)). Checkpoints are
 * directories and files whose name has a step (sw_checkpoint_is_candidate). One is complete when
 * nobody has a file of it open for writing, every shard that its index names is there, and
 *
 *   - it was renamed into its place, and nothing was written since;
 *   - or a marker is there that is not older than any other file: trainer_state.json or .complete
 *     in it, or `latest` beside it with its name;
 *   - or it is one file that was closed after writing;
 *   - or nothing happened to it for the time to settle.
 */
#ifndef SW_MODEL_WATCHER_H
#define SW_MODEL_WATCHER_H

#include "model/checkpoint.h"

struct sw_watcher;

/* A checkpoint that is complete. Valid until the watcher is asked anything else. */
struct sw_ready {
    const char *name;
    const char *path;
    uint64_t step;
    enum sw_completeness complete;
};

/* Takes in what is there already. SW_E_NOENT, SW_E_IO (no more watches: fs.inotify). */
sw_result sw_watcher_open(
    const char *dir, uint64_t settle_ms, struct sw_watcher **out, struct sw_error *err);
void sw_watcher_free(struct sw_watcher *watcher);
SW_DEFINE_CLEANUP_PTR(watcher, struct sw_watcher, sw_watcher_free)

/* The complete one with the lowest step; false when there is none now. */
sw_result sw_watcher_next(
    struct sw_watcher *watcher, struct sw_ready *out, bool *found, struct sw_error *err);
/* Waits until something happened or something may be complete by now, at most a second, or until a
 * signal comes. SW_E_NOENT when the directory is gone. */
sw_result sw_watcher_wait(struct sw_watcher *watcher, struct sw_error *err);

/* It was dealt with: not to be told again until something is written to it. */
void sw_watcher_done(struct sw_watcher *watcher, const char *name);
/* It changed or was not readable: to be told again once it is complete. */
void sw_watcher_again(struct sw_watcher *watcher, const char *name);
/* How many may still become complete, going by the last sw_watcher_next(). */
size_t sw_watcher_pending(const struct sw_watcher *watcher);
/* Of those that are not whole and to which nothing happens any more, the one behind `index`; NULL
 * behind the last. */
const char *sw_watcher_stuck(const struct sw_watcher *watcher, size_t index);

#endif
