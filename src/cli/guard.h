/* A model that a command can read only as it was signed: its directory (or file) is covered, for
 * the command alone, by mounts that hold the signed files and nothing else. Three ways:
 *
 *   copy    the files lie in memory, written there by the pass that hashed them
 *   verity  they are the model's own, and fs-verity keeps their bytes (FS_IOC_MEASURE_VERITY)
 *   watch   they are the model's own; each is hashed when it is first opened (fanotify(7)), and a
 *           lease (F_SETLEASE) holds off who wants to write to it until the command is ended
 *
 * doc/verified-load.md says what each holds off. */
#ifndef SW_CLI_GUARD_H
#define SW_CLI_GUARD_H

#include "cli/cli.h"

enum sw_guard_mode {
    SW_GUARD_BEST, /* verity where all files have it, else copy where there is memory, else watch */
    SW_GUARD_COPY,
    SW_GUARD_VERITY,
    SW_GUARD_WATCH,
};
const char *sw_guard_mode_name(enum sw_guard_mode mode);

/* --- what happens (guard_event.c) ------------------------------------------------------------ */

/* Lines of JSON (doc/json.md, "run") go to a file and, with --json, to standard error in place of
 * words. */
struct sw_guard_log {
    struct sw_cli *cli;
    int fd;       /* -1: no file */
    bool trouble; /* an event could not be written */
};

sw_result sw_guard_log_open(struct sw_guard_log *log, const char *path, struct sw_error *err);
void sw_guard_log_close(struct sw_guard_log *log);
/* `path` is a file of the model, or ""; `detail` is for people. */
void sw_guard_tell(
    struct sw_guard_log *log, const char *event, const char *path, const char *detail);
/* With a number: "ended" and its status. */
void sw_guard_tell_status(
    struct sw_guard_log *log, const char *event, const char *detail, int status);

/* --- the cover ------------------------------------------------------------------------------- */

struct sw_guard_verity;
struct sw_guard_watch;

/* A name in a directory that must not change. */
struct sw_guard_step {
    int watch;
    const char *name;
};

struct sw_guard {
    struct sw_cli *cli;
    struct sw_guard_log *log;
    enum sw_guard_mode mode;
    const char *path;            /* the model, as the user named it */
    int memory;                  /* root of the file system in memory; -1 before there is one */
    int cover;                   /* the mount that stands in the model's place; -1 before */
    int moves;                   /* inotify: somebody moves what the path goes through; -1 before */
    struct sw_guard_step *steps; /* what is watched by `moves` */
    size_t step_count;
    size_t steps_cap;
    enum sw_code code; /* why the pass over the files failed, for consumers run on many threads */
    struct sw_error why;
    const struct sw_tree *tree; /* while the pass runs */
    struct sw_guard_verity *verity;
    struct sw_guard_watch *watch;
};

/* Enters mounts of our own, and chooses the mode where the user chose none. */
sw_result sw_guard_start(struct sw_guard *guard, enum sw_guard_mode wanted, struct sw_error *err);
/* What the mode wants of the pass that verifies the model. */
void sw_guard_reading(struct sw_guard *guard, struct sw_model_options *out,
    struct sw_consumer *consumer, const struct sw_consumer **list);
/* Covers the model, which was admitted and whose signed files are `load`'s. */
sw_result sw_guard_place(struct sw_guard *guard, struct sw_load *load, struct sw_error *err);
void sw_guard_release(struct sw_guard *guard);
SW_DEFINE_CLEANUP(guard, struct sw_guard, sw_guard_release)

/* --- the modes ------------------------------------------------------------------------------- */

/* A file system in memory with a directory for each directory and an empty file for each name;
 * `size_of` may be NULL (nothing will be written). */
sw_result sw_guard_skeleton(struct sw_guard *guard, const char *const *names, size_t count,
    uint64_t bytes, struct sw_error *err);
/* The name that a model of one file has in it. */
#define SW_GUARD_SINGLE "model"

/* Bytes of memory that can be had now: what the system says is available, within what the control
 * groups of this process leave (cgroup v2). UINT64_MAX when nothing says it. */
uint64_t sw_guard_memory_free(void);
/* What the files of a tree take in memory. */
uint64_t sw_guard_memory_needed(const struct sw_tree *tree);

/* A consumer of the pass that verifies: it keeps what the others hashed. */
struct sw_consumer sw_guard_copy_consumer(struct sw_guard *guard);
void sw_guard_copy_tree(void *guard, const struct sw_tree *tree);

sw_result sw_guard_verity_begin(
    void *guard, void *state, const struct sw_unit *unit, int fd, struct sw_error *err);
void sw_guard_verity_tree(void *guard, const struct sw_tree *tree);
void sw_guard_verity_free(struct sw_guard_verity *verity);
/* Has the file system of this program it? Others may differ. */
bool sw_guard_verity_possible(void);
/* Can this user make mounts of his own? Tried in a process of its own. */
sw_result sw_guard_mounts_possible(struct sw_error *err);
/* Has every file of the tree fs-verity? */
bool sw_guard_verity_has(const struct sw_tree *tree);
/* Is the open file the one that was hashed? */
sw_result sw_guard_verity_check(
    const struct sw_guard *guard, const char *name, int fd, struct sw_error *err);
/* Is there what the mode needs? SW_E_IO says what is missing. */
sw_result sw_guard_watch_possible(struct sw_error *err);
sw_result sw_guard_watch_new(struct sw_guard *guard, struct sw_load *load,
    struct sw_guard_watch **out, struct sw_error *err);
/* The mount of a file, by its number: each time that something opens it, it is asked about. */
sw_result sw_guard_watch_add(
    struct sw_guard_watch *watch, size_t file, int mount, struct sw_error *err);
sw_result sw_guard_watch_start(struct sw_guard_watch *watch, struct sw_error *err);
/* The file that somebody waits to write to and the command may have read; NULL when there is none.
 */
const char *sw_guard_watch_broken(struct sw_guard_watch *watch);
/* In the command's process: undoes what was changed for the watcher alone. */
void sw_guard_watch_leave(const struct sw_guard_watch *watch);
void sw_guard_watch_free(struct sw_guard_watch *watch);

/* From now on every change of a name that the path goes through is seen (guard_path.c). */
sw_result sw_guard_path_watch(struct sw_guard *guard, struct sw_error *err);
/* Has one changed? */
bool sw_guard_path_moved(struct sw_guard *guard);
/* The number of the mount that a path or an open file is on. */
sw_result sw_guard_mount_of(int fd, const char *path, uint64_t *out, struct sw_error *err);

/* --- the command ----------------------------------------------------------------------------- */

/* Exit status when the command had to be ended, and when it could not be run (as env(1)). */
#define SW_GUARD_TAMPERED 120
#define SW_GUARD_CANNOT_RUN 126
#define SW_GUARD_NOT_FOUND 127

/* Runs the command to its end under the cover, and gives the exit status: the command's own, 128
 * and the number of the signal that ended it, or one of the three above. */
sw_result sw_guard_run(
    struct sw_guard *guard, const char *const *words, int *status, struct sw_error *err);

#endif
