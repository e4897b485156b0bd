/* Waits until a file, or one of some more, is another one than before: replaced, written, made, or
 * gone. */
#ifndef SW_CLI_FILE_WATCH_H
#define SW_CLI_FILE_WATCH_H

#include "cli/cli.h"

#include <sys/stat.h>

struct sw_file_watch {
    const char *path; /* not owned */
    int wait;         /* epoll, over the two below */
    int events;       /* inotify of its directory; -1: there is none to be had */
    int timer;        /* since on network file systems what other machines do makes no event */
    bool again;       /* to be set when what was seen could not be dealt with: the timer tells of it
                         once more, be it the same */
    struct stat seen; /* as it was when it was looked at last; all 0: it was not there */
    const char *const *more; /* not owned */
    size_t more_count;
    struct stat *more_seen;
};

/* Begins to watch; what the file is now counts as seen. SW_E_IO. Where the kernel cannot tell of
 * changes, *why (static words) says so and the file is looked at every so often alone. */
sw_result sw_file_watch_open(const char *dir, const char *path, struct sw_file_watch *out,
    const char **why, struct sw_error *err);
/* Watches these as well; what they are now counts as seen. `seen` has as many places as there are
 * paths; both have to stay. *why is set where the kernel cannot tell of changes. */
void sw_file_watch_more(struct sw_file_watch *watch, const char *const *paths, size_t count,
    struct stat *seen, const char **why);
void sw_file_watch_close(struct sw_file_watch *watch);
SW_DEFINE_CLEANUP(file_watch, struct sw_file_watch, sw_file_watch_close)

/* Waits until it changed; false when a signal asks to stop (sw_interrupt_watch() before). */
bool sw_file_watch_wait(struct sw_file_watch *watch);

#define SW_FILE_WATCH_SECONDS 60

#endif
