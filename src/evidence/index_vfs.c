#include "evidence/index_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <sys/stat.h>

#define NAME "sealwright-index"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over the setting of these two */
static sqlite3_vfs *system_vfs;
static sqlite3_vfs own_vfs;

/* A rollback journal can name a super-journal, which SQLite deletes then, wherever it is; and a
 * database can ask for a write-ahead log, to which readers write, too. The index has neither. What
 * is no regular file may be somebody else's behind a link, or a FIFO that nobody writes to. */
static bool is_foreign(const char *path, int flags)
{
    struct stat st;
    return (flags & (SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL)) != 0 ||
           (path != NULL && lstat(path, &st) == 0 && !S_ISREG(st.st_mode));
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    if (is_foreign(path, flags)) {
        file->pMethods = NULL; /* says that there is nothing to close */
        return SQLITE_CANTOPEN;
    }
    return system_vfs->xOpen(system_vfs, path, file, flags, out);
}

/* Here links are resolved, so one in the place of the index is seen before that. */
static int find_file(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
    (void)vfs;
    return is_foreign(path, 0) ? SQLITE_CANTOPEN
                               : system_vfs->xFullPathname(system_vfs, path, size, out);
}

static bool make_vfs(void)
{
    if (system_vfs == NULL && (system_vfs = sqlite3_vfs_find(NULL)) != NULL) {
        own_vfs = *system_vfs;
        own_vfs.zName = NAME;
        own_vfs.xOpen = open_file;
        own_vfs.xFullPathname = find_file;
    }
    return system_vfs != NULL;
}

/* SQLite takes a way to files only by its name in a list that belongs to the process, so it stands
 * there no longer than that takes. */
int sw_index_vfs_open(const char *path, int flags, struct sqlite3 **out)
{
    (void)pthread_mutex_lock(&lock);
    int code = make_vfs() ? sqlite3_vfs_register(&own_vfs, 0) : SQLITE_NOMEM;
    if (code == SQLITE_OK) {
        code = sqlite3_open_v2(path, out, flags, NAME);
        (void)sqlite3_vfs_unregister(&own_vfs);
    }
    (void)pthread_mutex_unlock(&lock);
    return code;
}
