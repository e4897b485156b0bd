#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const mode_names[] = {
    [SW_GUARD_BEST] = "best",
    [SW_GUARD_COPY] = "copy",
    [SW_GUARD_VERITY] = "verity",
    [SW_GUARD_WATCH] = "watch",
};

const char *sw_guard_mode_name(enum sw_guard_mode mode)
{
    return mode_names[mode];
}

/* --- choosing -------------------------------------------------------------------------------- */

/* By what lies there now; the pass that verifies asks again. */
static sw_result choose(struct sw_guard *guard, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    const struct sw_tree_options options = {.follow_symlinks = true};
    struct sw_error ignored = {0};
    SW_TRY(sw_tree_open(&tree, guard->path, &options, err));
    guard->mode = SW_GUARD_COPY; /* which says what is missing when nothing will do */
    if (sw_guard_verity_has(&tree)) {
        guard->mode = SW_GUARD_VERITY;
    } else if (sw_guard_memory_needed(&tree) > sw_guard_memory_free() &&
               sw_guard_watch_possible(&ignored) == SW_OK) {
        guard->mode = SW_GUARD_WATCH;
    }
    return SW_OK;
}

sw_result sw_guard_start(struct sw_guard *guard, enum sw_guard_mode wanted, struct sw_error *err)
{
    guard->memory = -1;
    guard->cover = -1;
    guard->moves = -1;
    guard->mode = wanted;
    if (wanted == SW_GUARD_BEST) {
        SW_TRY(choose(guard, err));
    }
    if (guard->mode == SW_GUARD_WATCH) {
        SW_TRY(sw_guard_watch_possible(err)); /* before a user namespace hides what we may do */
    }
    SW_TRY(sw_mount_enter(err));
    /* What this process holds open is nobody else's, though he be of the same user. */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return SW_OK;
}

void sw_guard_reading(struct sw_guard *guard, struct sw_model_options *out,
    struct sw_consumer *consumer, const struct sw_consumer **list)
{
    if (guard->mode == SW_GUARD_WATCH) {
        return;
    }
    bool copies = guard->mode == SW_GUARD_COPY;
    *consumer = copies ? sw_guard_copy_consumer(guard)
                       : (struct sw_consumer){.ctx = guard, .begin = sw_guard_verity_begin};
    list[0] = consumer;
    out->consumers = list;
    out->consumer_count = 1;
    out->tree_ready = copies ? sw_guard_copy_tree : sw_guard_verity_tree;
    out->tree_ctx = guard;
}

/* --- the file system in memory --------------------------------------------------------------- */

/* The names are ordered, so that a directory's come one behind the other. */
static sw_result make_directories(int root, const char *name, struct sw_error *err)
{
    char path[PATH_MAX];
    size_t len = strlen(name);
    if (len >= sizeof(path)) {
        return sw_fail(err, SW_E_LIMIT, "the name '%s' is too long", name);
    }
    memcpy(path, name, len + 1);
    for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdirat(root, path, 0755) != 0 && errno != EEXIST) {
            return sw_fail_errno(err, errno, "cannot make the directory '%s'", path);
        }
        *slash = '/';
    }
    return SW_OK;
}

static sw_result make_file(int root, const char *name, struct sw_error *err)
{
    SW_TRY(make_directories(root, name, err));
    SW_CLEANUP(fd) int fd = sw_open_beneath(root, name, O_WRONLY | O_CREAT | O_EXCL, 0644, false);
    return fd < 0 ? sw_fail_errno(err, errno, "cannot make the file '%s'", name) : SW_OK;
}

static uint64_t count_places(const char *const *names, size_t count)
{
    uint64_t places = 64;
    for (size_t i = 0; i < count; i++) {
        for (const char *p = names[i]; *p != '\0'; p++) {
            places += *p == '/' ? 1 : 0;
        }
        places++;
    }
    return places;
}

sw_result sw_guard_skeleton(struct sw_guard *guard, const char *const *names, size_t count,
    uint64_t bytes, struct sw_error *err)
{
    sw_cleanup_fd(&guard->memory); /* the pass may begin anew */
    guard->memory = -1;
    SW_CLEANUP(fd) int root = -1;
    SW_TRY(sw_mount_memory(bytes, count_places(names, count), &root, err));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(make_file(root, names[i], err));
    }
    guard->memory = SW_TAKE_FD(root);
    return SW_OK;
}

/* --- covering -------------------------------------------------------------------------------- */

static sw_result open_target(const struct sw_guard *guard, int *fd, struct sw_error *err)
{
    *fd = open(guard->path, O_PATH | O_CLOEXEC);
    return *fd < 0 ? sw_fail_errno(err, errno, "cannot open '%s'", guard->path) : SW_OK;
}

/* A mount of one signed file, which is the model's own. */
static sw_result mount_file(
    struct sw_guard *guard, struct sw_load *load, size_t file, int *mount, struct sw_error *err)
{
    bool verity = guard->mode == SW_GUARD_VERITY;
    SW_CLEANUP(fd) int fd = -1;
    SW_CLEANUP(fd) int made = -1;
    SW_TRY(sw_load_open_file(load, file, verity ? O_RDONLY : O_PATH, &fd, err));
    if (verity) {
        SW_TRY(sw_guard_verity_check(guard, sw_load_name(load, file), fd, err));
    }
    SW_TRY(sw_mount_clone(fd, &made, err));
    if (!verity) {
        SW_TRY(sw_guard_watch_add(guard->watch, file, made, err));
    }
    *mount = SW_TAKE_FD(made);
    return SW_OK;
}

static sw_result cover_files(struct sw_guard *guard, struct sw_load *load, struct sw_error *err)
{
    for (size_t i = 0; i < sw_load_count(load); i++) {
        SW_CLEANUP(fd) int mount = -1;
        const char *name = sw_load_name(load, i);
        SW_CLEANUP(fd) int place = sw_open_beneath(guard->memory, name, O_PATH, 0, false);
        if (place < 0) {
            return sw_fail_errno(err, errno, "cannot open the place of '%s'", name);
        }
        SW_TRY(mount_file(guard, load, i, &mount, err));
        enum sw_code code = sw_mount_over(mount, place, err);
        if (code != SW_OK) {
            return sw_error_prefix(err, code, "'%s'", name);
        }
    }
    return SW_OK;
}

static sw_result make_places(struct sw_guard *guard, struct sw_load *load, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    size_t count = sw_load_count(load);
    const char **names = SW_ARENA_ARRAY(&arena, const char *, count);
    SW_TRY_PTR(names);
    for (size_t i = 0; i < count; i++) {
        names[i] = sw_load_name(load, i);
    }
    return sw_guard_skeleton(guard, names, count, (uint64_t)1 << 20, err);
}

static sw_result cover_directory(
    struct sw_guard *guard, struct sw_load *load, int target, struct sw_error *err)
{
    bool copied = guard->mode == SW_GUARD_COPY;
    if (!copied) {
        SW_TRY(make_places(guard, load, err));
    }
    SW_TRY(sw_mount_seal(guard->memory, err));
    SW_TRY(sw_mount_over(guard->memory, target, err));
    guard->cover = SW_TAKE_FD(guard->memory);
    guard->memory = guard->cover;
    SW_TRY(copied ? SW_OK : cover_files(guard, load, err));
    guard->memory = -1;
    return SW_OK;
}

/* The copy of a single file is mounted beside the model for a moment, since only what is in sight
 * can be mounted a second time. */
static sw_result clone_copy(struct sw_guard *guard, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const char *dir = sw_arena_strndup(&arena, sw_path_dir(guard->path));
    SW_TRY_PTR(dir);
    SW_CLEANUP(fd) int beside = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (beside < 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", dir);
    }
    SW_TRY(sw_mount_seal(guard->memory, err));
    SW_TRY(sw_mount_over(guard->memory, beside, err));
    SW_CLEANUP(fd)
    int copy = sw_open_beneath(guard->memory, SW_GUARD_SINGLE, O_PATH, 0, false);
    enum sw_code code = copy < 0 ? sw_fail_errno(err, errno, "cannot open the copy")
                                 : sw_mount_clone(copy, &guard->cover, err);
    SW_TRY(sw_mount_remove(guard->memory, err));
    return code;
}

static sw_result cover_single(
    struct sw_guard *guard, struct sw_load *load, int target, struct sw_error *err)
{
    SW_TRY(guard->mode == SW_GUARD_COPY ? clone_copy(guard, err)
                                        : mount_file(guard, load, 0, &guard->cover, err));
    return sw_mount_over(guard->cover, target, err);
}

/* Where this process stands, when that is in the model; else empty. A directory that one stands in
 * stays what it was, also under a cover. */
static sw_result stands_in(const struct sw_guard *guard, char here[PATH_MAX], struct sw_error *err)
{
    SW_CLEANUP(free) char *real = realpath(guard->path, NULL);
    if (real == NULL) {
        return sw_fail_errno(err, errno, "cannot open '%s'", guard->path);
    }
    if (getcwd(here, PATH_MAX) == NULL) {
        return sw_fail_errno(
            err, errno, "cannot tell where this directory is: start the command elsewhere");
    }
    size_t len = strlen(real);
    bool inside = strncmp(here, real, len) == 0 && (here[len] == '\0' || here[len] == '/');
    here[0] = inside ? here[0] : '\0';
    return SW_OK;
}

/* From beneath the cover onto it. */
static sw_result step_onto(const struct sw_guard *guard, const char *here, struct sw_error *err)
{
    uint64_t covers;
    uint64_t stands;
    if (here[0] == '\0') {
        return SW_OK;
    }
    if (chdir(here) != 0) {
        return errno == ENOENT ? sw_fail(err, SW_E_REFUSED,
                                     "this directory is in the model, and no signed file is in it: "
                                     "start the command elsewhere")
                               : sw_fail_errno(err, errno, "cannot change to '%s'", here);
    }
    SW_TRY(sw_guard_mount_of(guard->cover, "", &covers, err));
    SW_TRY(sw_guard_mount_of(AT_FDCWD, ".", &stands, err));
    return covers == stands
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED, "'%s' was moved while it was covered", here);
}

/* Somebody may have moved the model away while it was covered: then the path leads elsewhere. */
static sw_result check_path(const struct sw_guard *guard, struct sw_error *err)
{
    uint64_t covers;
    uint64_t leads;
    SW_TRY(sw_guard_mount_of(guard->cover, "", &covers, err));
    SW_TRY(sw_guard_mount_of(AT_FDCWD, guard->path, &leads, err));
    return covers == leads
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED, "'%s' was moved while it was covered", guard->path);
}

sw_result sw_guard_place(struct sw_guard *guard, struct sw_load *load, struct sw_error *err)
{
    SW_CLEANUP(fd) int target = -1;
    char here[PATH_MAX];
    SW_TRY(sw_guard_path_watch(guard, err));
    SW_TRY(stands_in(guard, here, err));
    if (guard->mode == SW_GUARD_WATCH) {
        SW_TRY(sw_guard_watch_new(guard, load, &guard->watch, err));
    }
    SW_TRY(open_target(guard, &target, err));
    SW_TRY(sw_load_is_single(load) ? cover_single(guard, load, target, err)
                                   : cover_directory(guard, load, target, err));
    SW_TRY(step_onto(guard, here, err));
    SW_TRY(check_path(guard, err));
    if (sw_guard_path_moved(guard)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' was moved while it was covered", guard->path);
    }
    return guard->watch == NULL ? SW_OK : sw_guard_watch_start(guard->watch, err);
}

void sw_guard_release(struct sw_guard *guard)
{
    sw_guard_watch_free(guard->watch);
    sw_guard_verity_free(guard->verity);
    sw_cleanup_fd(&guard->memory);
    sw_cleanup_fd(&guard->cover);
    sw_cleanup_fd(&guard->moves);
}
