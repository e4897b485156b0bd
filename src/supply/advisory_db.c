#include "supply/advisory_db.h"

#include "supply/advisory_vfs.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#define APPLICATION_ID 1398227286 /* "SWAV" */
#define VERSION 2

static const char tables[] =
    "CREATE TABLE imports(id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,"
    " sha256 BLOB NOT NULL, bytes INTEGER NOT NULL, time INTEGER NOT NULL, date INTEGER NOT NULL,"
    " records INTEGER NOT NULL, left_out INTEGER NOT NULL) STRICT;"
    "CREATE TABLE ecosystems(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " import INTEGER NOT NULL) STRICT;"
    "CREATE TABLE packages(id INTEGER PRIMARY KEY, ecosystem INTEGER NOT NULL, name TEXT NOT NULL,"
    " UNIQUE(ecosystem, name)) STRICT;"
    "CREATE TABLE advisories(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " modified INTEGER NOT NULL, withdrawn INTEGER NOT NULL, cvss INTEGER NOT NULL,"
    " summary TEXT NOT NULL, aliases TEXT NOT NULL) STRICT;"
    "CREATE TABLE affected(package INTEGER NOT NULL, advisory INTEGER NOT NULL,"
    " place INTEGER NOT NULL, what TEXT NOT NULL, PRIMARY KEY(package, advisory, place))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE digests(digest BLOB NOT NULL, advisory INTEGER NOT NULL,"
    " PRIMARY KEY(digest, advisory)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE epss(cve INTEGER PRIMARY KEY, score INTEGER NOT NULL,"
    " percentile INTEGER NOT NULL) STRICT;"
    "CREATE TABLE kev(cve INTEGER PRIMARY KEY, added TEXT NOT NULL) STRICT;";

static const char marks[] = "PRAGMA application_id = 1398227286; PRAGMA user_version = 2;";

/* --- running ---------------------------------------------------------------------------------- */

sw_result sw_advisory_db_fail(
    const struct sw_advisory_db *db, const char *what, struct sw_error *err)
{
    enum sw_code code = sqlite3_errcode(db->db) == SQLITE_NOMEM ? SW_E_NOMEM : SW_E_IO;
    return sw_fail(
        err, code, "cannot %s the advisories in '%s': %s", what, db->name, sqlite3_errmsg(db->db));
}

sw_result sw_advisory_db_run(const struct sw_advisory_db *db, const char *sql, struct sw_error *err)
{
    return sqlite3_exec(db->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? SW_OK
               : sw_advisory_db_fail(db, "write", err);
}

sw_result sw_advisory_db_query(const struct sw_advisory_db *db, const char *sql,
    struct sqlite3_stmt **out, struct sw_error *err)
{
    return sqlite3_prepare_v3(db->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK
               ? SW_OK
               : sw_advisory_db_fail(db, "read", err);
}

sw_result sw_advisory_db_step(
    const struct sw_advisory_db *db, struct sqlite3_stmt *stmt, bool *row, struct sw_error *err)
{
    int code = sqlite3_step(stmt);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        enum sw_code failed = sw_advisory_db_fail(db, "use", err);
        (void)sqlite3_reset(stmt);
        return failed;
    }
    *row = code == SQLITE_ROW;
    return SW_OK;
}

sw_result sw_advisory_db_once(
    const struct sw_advisory_db *db, struct sqlite3_stmt *stmt, struct sw_error *err)
{
    bool row = false;
    enum sw_code code = sw_advisory_db_step(db, stmt, &row, err);
    (void)sqlite3_reset(stmt);
    return code;
}

void sw_advisory_db_bind(struct sqlite3_stmt *stmt, int at, struct sw_str text)
{
    (void)sqlite3_bind_text64(
        stmt, at, text.len == 0 ? "" : text.ptr, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

struct sw_str sw_advisory_db_text(struct sw_arena *arena, struct sqlite3_stmt *stmt, int column)
{
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    int len = sqlite3_column_bytes(stmt, column);
    const char *copy =
        text == NULL || len <= 0 ? NULL : sw_arena_strndup(arena, sw_str_n(text, (size_t)len));
    return copy == NULL ? sw_str("") : sw_str_n(copy, (size_t)len);
}

void sw_advisory_db_finish(struct sqlite3_stmt **stmt)
{
    (void)sqlite3_finalize(*stmt);
}

/* --- files ------------------------------------------------------------------------------------ */

sw_result sw_advisory_path(struct sw_arena *arena, const char *store_path, const char *name,
    const char **out, struct sw_error *err)
{
    SW_CLEANUP(free) char *real = realpath(store_path, NULL);
    if (real == NULL) {
        return sw_fail_errno(err, errno, "cannot open store '%s'", store_path);
    }
    *out = sw_path_join(arena, real, name);
    SW_TRY_PTR(*out);
    return SW_OK;
}

void sw_advisory_db_close(struct sw_advisory_db *db)
{
    (void)sqlite3_close(db->db);
    db->db = NULL;
}

static sw_result open_file(
    const char *path, int flags, struct sw_advisory_db *out, struct sw_error *err)
{
    if (sw_advisory_vfs_open(path, flags | SQLITE_OPEN_NOMUTEX, &out->db) != SQLITE_OK) {
        enum sw_code code = sw_advisory_db_fail(out, "open", err);
        sw_advisory_db_close(out);
        return code;
    }
    /* The file may come from anywhere: nothing in its schema is to be trusted. */
    (void)sqlite3_db_config(out->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(out->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return SW_OK;
}

/* The defensive setting would keep a journal, for which there is no place. */
static sw_result ready_to_write(struct sw_advisory_db *db, struct sw_error *err)
{
    (void)sqlite3_db_config(db->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    return sw_advisory_db_run(db,
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
        " PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; BEGIN",
        err);
}

sw_result sw_advisory_db_make(const char *path, struct sw_advisory_db *out, struct sw_error *err)
{
    SW_TRY(open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, out, err));
    SW_TRY(ready_to_write(out, err));
    SW_TRY(sw_advisory_db_run(out, tables, err));
    return sw_advisory_db_run(out, marks, err);
}

static sw_result number_of(
    const struct sw_advisory_db *db, const char *sql, int *out, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    SW_TRY(sw_advisory_db_query(db, sql, &stmt, err));
    SW_TRY(sw_advisory_db_step(db, stmt, &row, err));
    *out = row ? sqlite3_column_int(stmt, 0) : -1;
    return SW_OK;
}

/* A view in the place of a table, or a trigger, could compute for ever. */
static sw_result check_tables(const struct sw_advisory_db *db, struct sw_error *err)
{
    static const char sql[] =
        "SELECT group_concat(sql || ';', '') FROM"
        " (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid)";
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    bool row = false;
    SW_TRY(sw_advisory_db_query(db, sql, &stmt, err));
    SW_TRY(sw_advisory_db_step(db, stmt, &row, err));
    const char *text = row ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    return text != NULL && strcmp(text, tables) == 0
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT,
                     "'%s' has other tables than it should; import anew with --replace", db->name);
}

static sw_result check(const struct sw_advisory_db *db, struct sw_error *err)
{
    int id = 0;
    int version = 0;
    SW_TRY(number_of(db, "PRAGMA application_id", &id, err));
    SW_TRY(number_of(db, "PRAGMA user_version", &version, err));
    return id == APPLICATION_ID && version == VERSION
               ? check_tables(db, err)
               : sw_fail(err, SW_E_FORMAT,
                     "'%s' is of another kind or version; import anew with --replace", db->name);
}

sw_result sw_advisory_db_edit(const char *path, struct sw_advisory_db *out, struct sw_error *err)
{
    SW_TRY(open_file(path, SQLITE_OPEN_READWRITE, out, err));
    SW_TRY(sw_advisory_db_run(out, "PRAGMA temp_store = MEMORY", err));
    SW_TRY(check(out, err));
    return ready_to_write(out, err);
}

/* Nobody changes the file: a new one takes its place. So no journal beside it is believed. */
sw_result sw_advisory_db_open(const char *path, struct sw_advisory_db *out, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct stat st;
    sw_arena_init(&arena, 0);
    if (lstat(path, &st) != 0) {
        return errno == ENOENT ? sw_fail(err, SW_E_NOEVIDENCE,
                                     "there are no advisories in the store; get some with "
                                     "'sealwright advisory import'")
                               : sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    if (!S_ISREG(st.st_mode)) {
        return sw_fail(err, SW_E_IO, "'%s' is no regular file", path);
    }
    const char *escaped = sw_arena_percent(&arena, sw_str(path));
    SW_TRY_PTR(escaped);
    const char *uri = sw_arena_printf(&arena, "file:%s?immutable=1", escaped);
    SW_TRY_PTR(uri);
    SW_TRY(open_file(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, out, err));
    SW_TRY(sw_advisory_db_run(
        out, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY", err));
    return check(out, err);
}

/* --- names ------------------------------------------------------------------------------------ */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_joint(char c)
{
    return c == '-' || c == '_' || c == '.';
}

/* Ecosystems in which names have no case. */
static const char *const caseless[] = {
    "PyPI", "NuGet", "Packagist", "SwiftURL", "GitHub Actions", "VSCode"};

struct sw_str sw_advisory_package_key(
    struct sw_arena *arena, struct sw_str ecosystem, struct sw_str name)
{
    size_t at = 0;
    while (at < SW_COUNT(caseless) && !sw_str_is(ecosystem, caseless[at])) {
        at++;
    }
    if (at == SW_COUNT(caseless)) {
        return name;
    }
    bool pypi = at == 0;
    char *key = sw_arena_alloc(arena, name.len + 1);
    size_t len = 0;
    for (size_t i = 0; key != NULL && i < name.len; i++) {
        bool again = pypi && i > 0 && is_joint(name.ptr[i]) && is_joint(name.ptr[i - 1]);
        if (!again) {
            key[len++] = pypi && is_joint(name.ptr[i]) ? '-' : lower(name.ptr[i]);
        }
    }
    return sw_str_n(key, len);
}

#define CVE_NUMBERS 1000000000 /* of a year, at most */

bool sw_advisory_cve(struct sw_str id, int64_t *out)
{
    uint64_t year = 0;
    uint64_t number = 0;
    if (!sw_str_starts(id, "CVE-") || id.len < 10 || id.ptr[8] != '-' ||
        !sw_parse_u64(sw_str_n(id.ptr + 4, 4), &year)) {
        return false;
    }
    struct sw_str digits = sw_str_n(id.ptr + 9, id.len - 9);
    while (digits.len > 1 && digits.ptr[0] == '0') { /* CVE-2024-0012 */
        digits = sw_str_n(digits.ptr + 1, digits.len - 1);
    }
    if (!sw_parse_u64(digits, &number) || number >= CVE_NUMBERS) {
        return false;
    }
    *out = (int64_t)(year * CVE_NUMBERS + number);
    return true;
}
