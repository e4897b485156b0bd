/* The database of advisories, in SQLite. It holds nothing that the imported files do not hold.
 * Private to the advisory files. */
#ifndef SW_SUPPLY_ADVISORY_DB_H
#define SW_SUPPLY_ADVISORY_DB_H

#include "supply/advisory.h"

#include <sqlite3.h>

/* The name under which packages without an ecosystem of OSV's stand: their purl's type. */
#define SW_ADVISORY_PURL "purl:"

struct sw_advisory_db {
    sqlite3 *db;
    const char *name; /* for messages; not owned */
};

/* The absolute path of a file in a store. In the arena. */
sw_result sw_advisory_path(struct sw_arena *arena, const char *store_path, const char *name,
    const char **out, struct sw_error *err);

void sw_advisory_db_close(struct sw_advisory_db *db);
SW_DEFINE_CLEANUP(advisory_db, struct sw_advisory_db, sw_advisory_db_close)

/* Paths are absolute. */
/* To write: a file that is there and empty, that nobody else sees yet, and that is worth nothing
 * after a crash; or ":memory:". */
sw_result sw_advisory_db_make(const char *path, struct sw_advisory_db *out, struct sw_error *err);
/* The same, of a copy of a database. */
sw_result sw_advisory_db_edit(const char *path, struct sw_advisory_db *out, struct sw_error *err);
/* To read. */
sw_result sw_advisory_db_open(const char *path, struct sw_advisory_db *out, struct sw_error *err);

sw_result sw_advisory_db_fail(
    const struct sw_advisory_db *db, const char *what, struct sw_error *err);
sw_result sw_advisory_db_run(
    const struct sw_advisory_db *db, const char *sql, struct sw_error *err);
sw_result sw_advisory_db_query(const struct sw_advisory_db *db, const char *sql,
    struct sqlite3_stmt **out, struct sw_error *err);
/* A row (true), or no more. */
sw_result sw_advisory_db_step(
    const struct sw_advisory_db *db, struct sqlite3_stmt *stmt, bool *row, struct sw_error *err);
/* Runs a statement that gives no rows, and readies it for the next time. */
sw_result sw_advisory_db_once(
    const struct sw_advisory_db *db, struct sqlite3_stmt *stmt, struct sw_error *err);
/* The text has to live until the statement is run. */
void sw_advisory_db_bind(struct sqlite3_stmt *stmt, int at, struct sw_str text);
/* A copy in the arena; empty for NULL, and without memory. */
struct sw_str sw_advisory_db_text(struct sw_arena *arena, struct sqlite3_stmt *stmt, int column);

void sw_advisory_db_finish(struct sqlite3_stmt **stmt);
#define SW_CLEAN_STMT __attribute__((cleanup(sw_advisory_db_finish)))

/* The form in which names of packages are kept and looked up: PyPI's by PEP 503, those of some
 * others in small letters. In the arena; an empty text without memory. */
struct sw_str sw_advisory_package_key(
    struct sw_arena *arena, struct sw_str ecosystem, struct sw_str name);

/* "CVE-2024-12345" as one number; false for what is none. */
bool sw_advisory_cve(struct sw_str id, int64_t *out);

#endif
