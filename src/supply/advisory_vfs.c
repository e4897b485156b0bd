#include "supply/advisory_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>

#define NAME "sealwright-advisories"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over the setting of these two */
static sqlite3_vfs *system_vfs;
static sqlite3_vfs own_vfs;

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        file->pMethods = NULL; /* says that there is nothing to close */
        return SQLITE_CANTOPEN;
    }
    return system_vfs->xOpen(system_vfs, path, file, flags | SQLITE_OPEN_NOFOLLOW, out);
}

/* SQLite asks for journals alone. */
static int is_there(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    (void)vfs;
    (void)path;
    (void)flags;
    *out = 0;
    return SQLITE_OK;
}

static int remove_file(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    (void)path;
    (void)sync;
    return SQLITE_IOERR_DELETE_NOENT;
}

/* The system's own would follow links. */
static int full_name(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
    (void)vfs;
    int len = snprintf(out, (size_t)size, "%s", path);
    return len >= 0 && len < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int make_vfs(void)
{
    if (system_vfs == NULL && (system_vfs = sqlite3_vfs_find(NULL)) != NULL) {
        own_vfs = *system_vfs;
        own_vfs.zName = NAME;
        own_vfs.xOpen = open_file;
        own_vfs.xAccess = is_there;
        own_vfs.xDelete = remove_file;
        own_vfs.xFullPathname = full_name;
    }
    return system_vfs == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

/* SQLite takes a way to files only by its name in a list that belongs to the process, so it stands
 * there no longer than that takes. */
int sw_advisory_vfs_open(const char *path, int flags, struct sqlite3 **out)
{
    (void)pthread_mutex_lock(&lock);
    int code = make_vfs();
    code = code == SQLITE_OK ? sqlite3_vfs_register(&own_vfs, 0) : code;
    if (code == SQLITE_OK) {
        code = sqlite3_open_v2(path, out, flags, NAME);
        (void)sqlite3_vfs_unregister(&own_vfs);
    }
    (void)pthread_mutex_unlock(&lock);
    return code;
}
