/* Advisories in the OSV format (OSV Schema 1.7), into the database. Private to the advisory files.
 */
#ifndef SW_SUPPLY_ADVISORY_OSV_H
#define SW_SUPPLY_ADVISORY_OSV_H

#include "supply/advisory_db.h"

/* Bytes of one advisory; the largest known ones have about 3 MB. */
#define SW_OSV_MAX ((size_t)16 << 20)
/* Bytes of an advisory's name, and names that it can have besides. */
#define SW_OSV_NAME_MAX 256
#define SW_OSV_ALIASES_MAX 256

/* --- what one says ---------------------------------------------------------------------------- */

struct sw_osv_affected {
    struct sw_str ecosystem, name; /* of a package; empty: none is named */
    struct sw_str what; /* which versions, as the table has it; empty: the digests alone say it */
    const struct sw_digest *digests; /* of files */
    size_t digest_count;
};

struct sw_osv_record {
    struct sw_str id;
    int64_t modified, withdrawn; /* withdrawn 0: it is not */
    unsigned cvss;               /* version * 1000 + tenths */
    struct sw_str summary;
    struct sw_str aliases; /* one a line */
    const struct sw_osv_affected *affected;
    size_t affected_count;
};

struct sw_osv_reader;
/* `now` bounds the dates that are believed. */
sw_result sw_osv_reader_new(struct sw_osv_reader **out, int64_t now, struct sw_error *err);
void sw_osv_reader_free(struct sw_osv_reader *reader);
SW_DEFINE_CLEANUP_PTR(osv_reader, struct sw_osv_reader, sw_osv_reader_free)
/* Everything is the reader's, or a view of `record`, until the next one. SW_E_FORMAT, SW_E_LIMIT
 * for what is none. */
sw_result sw_osv_read(struct sw_osv_reader *reader, struct sw_bytes record,
    struct sw_osv_record *out, struct sw_error *err);
/* As bytes, for other processes of this program. What is read are views. SW_E_FORMAT. */
sw_result sw_osv_record_write(const struct sw_osv_record *record, struct sw_buf *out);
sw_result sw_osv_record_read(
    struct sw_arena *arena, struct sw_cursor *cur, struct sw_osv_record *out);

/* --- into the database ------------------------------------------------------------------------ */

struct sw_osv_writer;

/* The database has to outlive it. `now` bounds the dates that are believed. */
sw_result sw_osv_writer_new(
    struct sw_osv_writer **out, const struct sw_advisory_db *db, int64_t now, struct sw_error *err);
void sw_osv_writer_free(struct sw_osv_writer *writer);
SW_DEFINE_CLEANUP_PTR(osv_writer, struct sw_osv_writer, sw_osv_writer_free)

/* What follows comes from this import. */
void sw_osv_writer_begin(struct sw_osv_writer *writer, int64_t import);
/* The ecosystems of the file are as fresh as it is; unless it was one advisory alone, which tells
 * nothing of the others. */
sw_result sw_osv_writer_end(struct sw_osv_writer *w, uint64_t records, struct sw_error *err);
/* The newest date since then; INT64_MIN without any. */
int64_t sw_osv_writer_date(const struct sw_osv_writer *writer);
/* Advisories that took the place of older ones, since the writer was made. */
uint64_t sw_osv_writer_replaced(const struct sw_osv_writer *writer);

sw_result sw_osv_writer_put_record(
    struct sw_osv_writer *writer, const struct sw_osv_record *record, struct sw_error *err);
/* Reads and adds one advisory; the newer one of two with the same name stays. SW_E_FORMAT,
 * SW_E_LIMIT for what is none; the database has nothing of it then. */
sw_result sw_osv_writer_put(
    struct sw_osv_writer *writer, struct sw_bytes record, struct sw_error *err);

/* True for a document that is an advisory: it has an id and a date. */
bool sw_osv_looks_like(struct sw_bytes record);

#endif
