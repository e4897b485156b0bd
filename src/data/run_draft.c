/* Files that are being made have names of their own until they are recorded. A lock that its
 * process holds tells them from what a killed one left; such leavings go when the next step begins.
 */
#include "data/run_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "draft-"
#define LOCK ".lock"

struct places {
    struct sw_arena *arena;
    const char *sets;
    const char *lineages;
};

static sw_result find_places(
    const struct sw_data *data, struct places *places, struct sw_error *err)
{
    places->arena = data->arena;
    SW_TRY(sw_data_file_dir(data, SW_DATA_FILE_SET, &places->sets, err));
    return sw_data_file_dir(data, SW_DATA_FILE_LINEAGE, &places->lineages, err);
}

/* Held, and still what the name means: whoever sweeps may just have taken it away. */
static bool take_lock(const char *path, int flags, int *out)
{
    struct stat here;
    struct stat named;
    SW_CLEANUP(fd) int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0644);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &here) != 0 ||
        stat(path, &named) != 0 || here.st_ino != named.st_ino || here.st_dev != named.st_dev) {
        return false;
    }
    *out = SW_TAKE_FD(fd);
    return true;
}

static void remove_named(const struct places *places, const char *dir, struct sw_str name)
{
    const char *path = sw_arena_printf(places->arena, "%s/" SW_STR_FMT, dir, SW_STR_ARG(name));
    if (path != NULL) {
        (void)unlink(path);
    }
}

/* The files of a lock that nobody holds. */
static void sweep_one(const struct places *places, struct sw_str lock_name)
{
    SW_CLEANUP(fd) int fd = -1;
    const char *lock =
        sw_arena_printf(places->arena, "%s/" SW_STR_FMT, places->lineages, SW_STR_ARG(lock_name));
    if (lock == NULL || !take_lock(lock, 0, &fd)) {
        return;
    }
    struct sw_str name = sw_str_n(lock_name.ptr, lock_name.len - strlen(LOCK));
    remove_named(places, places->sets, name);
    remove_named(places, places->lineages, name);
    remove_named(places, places->lineages, lock_name);
}

static void sweep(const struct places *places)
{
    DIR *dir = opendir(places->lineages);
    for (struct dirent *entry = dir == NULL ? NULL : readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        struct sw_str name = sw_str(entry->d_name);
        if (sw_str_starts(name, PREFIX) && sw_str_ends(name, LOCK)) {
            sweep_one(places, name);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

sw_result sw_run_drafts_open(
    const struct sw_data *data, struct sw_run_made *made, struct sw_error *err)
{
    struct places places;
    uint64_t number;
    SW_TRY(find_places(data, &places, err));
    sweep(&places);
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number)) {
        return sw_fail(err, SW_E_IO, "the system has no random numbers");
    }
    const char *name = sw_arena_printf(data->arena, PREFIX "%016llx", (unsigned long long)number);
    SW_TRY_PTR(name);
    const char *lock = sw_arena_printf(data->arena, "%s/%s" LOCK, places.lineages, name);
    SW_TRY_PTR(lock);
    if (!take_lock(lock, O_CREAT | O_EXCL, &made->lock)) {
        return sw_fail_errno(err, errno, "cannot write '%s'", lock);
    }
    made->lock_path = lock;
    made->rows_draft = sw_path_join(data->arena, places.sets, name);
    made->lineage_draft = sw_path_join(data->arena, places.lineages, name);
    return made->rows_draft == NULL || made->lineage_draft == NULL ? SW_E_NOMEM : SW_OK;
}

void sw_run_made_release(struct sw_run_made *made)
{
    const char *const paths[] = {made->rows_draft, made->lineage_draft, made->lock_path};
    for (size_t i = 0; i < SW_COUNT(paths); i++) {
        if (paths[i] != NULL) {
            (void)unlink(paths[i]);
        }
    }
    sw_cleanup_fd(&made->lock);
    made->rows_draft = made->lineage_draft = made->lock_path = NULL;
}
