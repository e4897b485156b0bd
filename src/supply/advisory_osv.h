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

/* Adds one advisory; the newer one of two with the same name stays. SW_E_FORMAT, SW_E_LIMIT for
 * what is none; the database has nothing of it then. */
sw_result sw_osv_writer_put(
    struct sw_osv_writer *writer, struct sw_bytes record, struct sw_error *err);

/* True for a document that is an advisory: it has an id and a date. */
bool sw_osv_looks_like(struct sw_bytes record);

#endif
