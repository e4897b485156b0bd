/* The index: claims by what they are about, in SQLite. It holds nothing that the log and the blobs
 * do not hold, and says for which tree it is current (doc/format/store.md, "index.db"). */
#ifndef SW_EVIDENCE_INDEX_H
#define SW_EVIDENCE_INDEX_H

#include "evidence/store.h"

struct sqlite3;
struct sqlite3_stmt;

/* Writes an empty index for an empty log. */
sw_result sw_index_make(const struct sw_disk *disk, struct sw_error *err);

/* Sets store->index unless it is there. Writing: the file, brought up to the log, made anew when it
 * is of no use. Reading: the file when it is current, else an index in memory. The caller holds
 * store->claims. */
sw_result sw_index_need(struct sw_store *store, struct sw_error *err);
/* What was not committed is forgotten. NULL is fine. */
void sw_index_close(struct sw_index *index);
SW_DEFINE_CLEANUP_PTR(index, struct sw_index, sw_index_close)
/* Removes the file, so that the next sw_index_need() makes a new one. */
sw_result sw_index_remove(const struct sw_disk *disk, struct sw_error *err);

/* Adds a claim. One that is there under an earlier leaf stays as it is. */
sw_result sw_index_put(
    struct sw_index *index, const struct sw_evidence_record *record, struct sw_error *err);
/* Says that the index is complete for this tree, and makes it last. */
sw_result sw_index_commit(
    struct sw_index *index, uint64_t size, const struct sw_hash256 *root, struct sw_error *err);

/* The leaf of a claim; SW_E_NOENT without words when there is none. */
sw_result sw_index_leaf_of(
    struct sw_index *index, const struct sw_digest *claim, uint64_t *leaf, struct sw_error *err);
/* A statement to read with, for sw_index_done(). Leaves from `sw_index_limit` on are not to be
 * seen. */
sw_result sw_index_query(
    struct sw_index *index, const char *sql, struct sqlite3_stmt **out, struct sw_error *err);
uint64_t sw_index_limit(const struct sw_index *index);
/* A row (true), or no more. */
sw_result sw_index_step(
    struct sw_index *index, struct sqlite3_stmt *stmt, bool *row, struct sw_error *err);

/* An index in memory over the first `size` entries of the published log; and a digest over every
 * row of an index, in order, so that two can be compared. */
sw_result sw_index_in_memory(
    struct sw_store *store, uint64_t size, struct sw_index **out, struct sw_error *err);
/* The file, to read, when it is current for this tree. SW_E_NOEVIDENCE when it is for another, or
 * was left in the middle of a change. */
sw_result sw_index_open_for(const struct sw_disk *disk, uint64_t size,
    const struct sw_hash256 *root, struct sw_index **out, struct sw_error *err);
sw_result sw_index_digest(
    struct sw_index *index, uint64_t limit, struct sw_digest *out, struct sw_error *err);

#endif
