/* How SQLite gets at the database of advisories. Private to the advisory files. */
#ifndef SW_SUPPLY_ADVISORY_VFS_H
#define SW_SUPPLY_ADVISORY_VFS_H

struct sqlite3;

/* As sqlite3_open_v2() of an absolute path, but for the one file and nothing beside it: no journal
 * is read, made or deleted, and no link followed in its last step. A journal that somebody else put
 * into the store could name other files, which SQLite would delete. ":memory:" is as always. */
int sw_advisory_vfs_open(const char *path, int flags, struct sqlite3 **out);

#endif
