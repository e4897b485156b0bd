/* How SQLite gets at the index's files. Private to the room. */
#ifndef SW_EVIDENCE_INDEX_VFS_H
#define SW_EVIDENCE_INDEX_VFS_H

struct sqlite3;

/* As sqlite3_open_v2() and by the system's own way to files, but for what a store that somebody
 * else wrote could do with it: touch other files, or keep who opens it waiting. */
int sw_index_vfs_open(const char *path, int flags, struct sqlite3 **out);

#endif
