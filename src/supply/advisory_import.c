#include "supply/advisory_feeds.h"
#include "supply/advisory_ghsa.h"
#include "supply/advisory_osv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_FILE SW_ADVISORY_FILE ".new"
#define LOCK_FILE SW_ADVISORY_FILE ".lock"
#define ENTRIES_MAX 2000000
#define DEPTH_MAX 16

struct importer {
    const struct sw_advisory_import_options *options;
    struct sw_advisory_db db;
    struct sw_osv_writer *writer;
    struct sw_arena arena; /* of one file */
    uint64_t left_out;     /* of one file */
};

static void release(struct importer *im)
{
    sw_osv_writer_free(im->writer);
    sw_advisory_db_close(&im->db);
    sw_arena_release(&im->arena);
}

/* One file, or the loose advisories of one directory. */
struct file {
    struct sw_str name; /* to be stored */
    const char *kind;
    struct sw_digest digest;
    uint64_t bytes;
    uint64_t records;
    int64_t date;
    int64_t row;
};

/* --- the list of imports ---------------------------------------------------------------------- */

static sw_result begin_file(struct importer *im, struct file *f, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    im->left_out = 0;
    f->date = INT64_MIN;
    SW_TRY(sw_advisory_db_query(&im->db,
        "INSERT INTO imports(name, kind, sha256, bytes, time, date, records, left_out)"
        " VALUES(?1, ?2, zeroblob(32), ?3, ?4, 0, 0, 0)",
        &stmt, err));
    sw_advisory_db_bind(stmt, 1, f->name);
    sw_advisory_db_bind(stmt, 2, sw_str(f->kind));
    (void)sqlite3_bind_int64(stmt, 3, (sqlite3_int64)f->bytes);
    (void)sqlite3_bind_int64(stmt, 4, im->options->now);
    SW_TRY(sw_advisory_db_once(&im->db, stmt, err));
    f->row = sqlite3_last_insert_rowid(im->db.db);
    sw_osv_writer_begin(im->writer, f->row);
    return SW_OK;
}

/* The same file again, and older scores, leave no trace. */
static sw_result drop_older(struct importer *im, const struct file *f, struct sw_error *err)
{
    static const char *const steps[] = {
        "UPDATE ecosystems SET import = ?1 WHERE import IN (SELECT id FROM imports"
        " WHERE id < ?1 AND kind = ?2 AND (kind <> 'osv' OR sha256 = ?3))",
        "DELETE FROM imports WHERE id < ?1 AND kind = ?2 AND (kind <> 'osv' OR sha256 = ?3)"};
    for (size_t i = 0; i < SW_COUNT(steps); i++) {
        SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
        SW_TRY(sw_advisory_db_query(&im->db, steps[i], &stmt, err));
        (void)sqlite3_bind_int64(stmt, 1, f->row);
        sw_advisory_db_bind(stmt, 2, sw_str(f->kind));
        (void)sqlite3_bind_blob(stmt, 3, f->digest.bytes, f->digest.len, SQLITE_STATIC);
        SW_TRY(sw_advisory_db_once(&im->db, stmt, err));
    }
    return SW_OK;
}

/* A date in the future would make the data look fresh for ever. */
static sw_result end_file(struct importer *im, const struct file *f, struct sw_error *err)
{
    SW_CLEAN_STMT struct sqlite3_stmt *stmt = NULL;
    int64_t date = f->date < im->options->now ? f->date : im->options->now;
    if (f->records == 0) {
        return sw_fail(err, SW_E_FORMAT, "there is no advisory in it");
    }
    SW_TRY(sw_advisory_db_query(&im->db,
        "UPDATE imports SET sha256 = ?2, date = ?3, records = ?4, left_out = ?5, kind = ?6"
        " WHERE id = ?1",
        &stmt, err));
    (void)sqlite3_bind_int64(stmt, 1, f->row);
    (void)sqlite3_bind_blob(stmt, 2, f->digest.bytes, f->digest.len, SQLITE_STATIC);
    (void)sqlite3_bind_int64(stmt, 3, date);
    (void)sqlite3_bind_int64(stmt, 4, (sqlite3_int64)f->records);
    (void)sqlite3_bind_int64(stmt, 5, (sqlite3_int64)im->left_out);
    sw_advisory_db_bind(stmt, 6, sw_str(f->kind));
    SW_TRY(sw_advisory_db_once(&im->db, stmt, err));
    SW_TRY(sw_osv_writer_end(im->writer, f->records, err));
    return drop_older(im, f, err);
}

static sw_result hash_file(
    int fd, const char *name, struct sw_digest *out, uint64_t *size, struct sw_error *err)
{
    SW_CLEANUP(free) uint8_t *chunk = malloc((size_t)1 << 20);
    struct sw_hash hash;
    SW_TRY_PTR(chunk);
    SW_TRY(sw_hash_init(&hash, SW_SHA256));
    *size = 0;
    for (;;) {
        ssize_t got = pread(fd, chunk, (size_t)1 << 20, (off_t)*size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            sw_hash_abort(&hash);
            return sw_fail_errno(err, errno, "cannot read '%s'", name);
        }
        if (got == 0) {
            break;
        }
        sw_hash_update(&hash, chunk, (size_t)got);
        *size += (uint64_t)got;
    }
    sw_hash_final(&hash, out);
    return SW_OK;
}

/* --- advisories ------------------------------------------------------------------------------- */

/* One that cannot be read ends the import, or is left out and counted. */
static sw_result take(struct importer *im, struct file *f, enum sw_code code,
    const struct sw_error *why, const char *where, struct sw_error *err)
{
    bool broken = code == SW_E_FORMAT || code == SW_E_LIMIT;
    if (code == SW_OK) {
        f->records++;
        return SW_OK;
    }
    if (broken && im->options->keep_going) {
        im->left_out++;
        return SW_OK;
    }
    return sw_fail(
        err, code, "%s: %s", where, why->text[0] != '\0' ? why->text : sw_code_text(code));
}

static sw_result put_one_of_github(struct importer *im, struct sw_arena *arena,
    const struct sw_json *advisory, struct sw_buf *osv, struct sw_error *err)
{
    struct sw_str cve;
    unsigned score = 0;
    unsigned percentile = 0;
    sw_buf_clear(osv);
    SW_TRY(sw_ghsa_to_osv(advisory, osv, err));
    SW_TRY(sw_osv_writer_put(im->writer, sw_buf_bytes(osv), err));
    return sw_ghsa_epss(arena, advisory, &cve, &score, &percentile)
               ? sw_epss_put_one(&im->db, cve, score, percentile, err)
               : SW_OK;
}

/* What GitHub's interfaces give; *is_such is false for everything else. */
static sw_result put_github(struct importer *im, struct file *f, struct sw_bytes text,
    const char *where, bool *is_such, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf osv = SW_BUF_INIT;
    struct sw_json document;
    bool single = false;
    sw_arena_init(&arena, 0);
    *is_such = false;
    if (!sw_ghsa_may_be(text) || sw_json_parse(&arena, text, NULL, &document, NULL) != SW_OK) {
        return SW_OK;
    }
    const struct sw_json *list = sw_ghsa_list(&document, &single);
    size_t count = list == NULL ? 0 : single ? 1 : list->count;
    *is_such = count > 0;
    if (count > SW_GHSA_COUNT_MAX) {
        return sw_fail(
            err, SW_E_LIMIT, "%s: it holds more than %d advisories", where, SW_GHSA_COUNT_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        struct sw_error why = {0};
        SW_TRY(sw_progress_check(im->options->progress, err));
        enum sw_code code =
            put_one_of_github(im, &arena, single ? list : sw_json_item(list, i), &osv, &why);
        SW_TRY(take(im, f, code, &why, where, err));
    }
    return SW_OK;
}

static sw_result put(struct importer *im, struct file *f, struct sw_bytes record, const char *where,
    struct sw_error *err)
{
    struct sw_error why = {0};
    bool github = false;
    SW_TRY(sw_progress_check(im->options->progress, err));
    SW_TRY(put_github(im, f, record, where, &github, err));
    return github ? SW_OK
                  : take(im, f, sw_osv_writer_put(im->writer, record, &why), &why, where, err);
}

static sw_result read_member(const struct sw_zip *zip, const struct sw_zip_entry *entry,
    struct sw_buf *out, struct sw_error *err)
{
    SW_CLEANUP(unpack) struct sw_unpack *unpack = NULL;
    struct sw_source data;
    struct sw_packed how = {0};
    struct sw_unpack_end end;
    uint32_t crc = 0;
    if (entry->size > SW_OSV_MAX) {
        return sw_fail(err, SW_E_LIMIT, "it is larger than an advisory may be");
    }
    SW_TRY(sw_zip_data(zip, entry, &data, &how, err));
    if (entry->method != SW_ZIP_STORED) {
        how.budget = entry->size;
        SW_TRY(sw_unpack_new(&unpack, &data, &how, &end, err));
        if (end.code != SW_OK) {
            return sw_fail(err, end.code, "%s", end.err.text);
        }
        data = sw_unpack_source(unpack);
        crc = end.crc;
    }
    if (data.size != entry->size) {
        return sw_fail(err, SW_E_FORMAT, "it has another size than the archive says");
    }
    SW_TRY(entry->method == SW_ZIP_STORED ? sw_source_crc(&data, &crc, err) : SW_OK);
    return crc == entry->crc ? sw_source_append(&data, 0, data.size, out, err)
                             : sw_fail(err, SW_E_FORMAT, "its checksum is wrong");
}

static sw_result put_member(struct importer *im, struct file *f, const struct sw_zip *zip,
    const struct sw_zip_entry *entry, struct sw_buf *buf, struct sw_error *err)
{
    char name[256];
    struct sw_error why = {0};
    sw_escape_line(entry->name.ptr, entry->name.len, name, sizeof(name));
    sw_buf_clear(buf);
    enum sw_code code = read_member(zip, entry, buf, &why);
    bool broken = code == SW_E_FORMAT || code == SW_E_LIMIT || code == SW_E_UNSUPPORTED;
    if (broken && im->options->keep_going) {
        im->left_out++;
        return SW_OK;
    }
    return code == SW_OK ? put(im, f, sw_buf_bytes(buf), name, err)
                         : sw_fail(err, code, "%s: %s", name, why.text);
}

/* Readers that could differ on what is in an archive make it no evidence. Two names that differ in
 * capitals alone are no difference here, for nothing is written under them. */
static sw_result check_zip(const struct sw_zip *zip, struct sw_error *err)
{
    for (size_t i = 0; i < zip->problem_count && i < 1000; i++) {
        const struct sw_zip_problem *problem = &zip->problems[i];
        if (problem->fault != SW_ZIP_SAME_LETTERS && problem->fault != SW_ZIP_BAD_NAME) {
            char name[128];
            sw_escape_line(problem->name.ptr, problem->name.len, name, sizeof(name));
            return sw_fail(err, SW_E_FORMAT, "the archive is not to be trusted: %s%s%s", name,
                name[0] == '\0' ? "" : " ", sw_zip_fault_text(problem->fault));
        }
    }
    return SW_OK;
}

static sw_result put_zip(struct importer *im, struct file *f, int fd, struct sw_error *err)
{
    struct sw_source source = sw_source_fd(fd, f->bytes);
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_zip zip;
    SW_TRY(sw_zip_open(&zip, &source, &im->arena, err));
    SW_TRY(check_zip(&zip, err));
    for (size_t i = 0; i < zip.count; i++) {
        if (sw_str_ends(zip.entries[i].name, ".json")) {
            SW_TRY(put_member(im, f, &zip, &zip.entries[i], &buf, err));
            sw_progress_add(im->options->progress, zip.entries[i].stored, 1);
        }
    }
    return SW_OK;
}

static sw_result put_lines(
    struct importer *im, struct file *f, struct sw_inflate *stream, struct sw_error *err)
{
    SW_CLEANUP(line_reader) struct sw_line_reader lines;
    struct sw_bytes line;
    bool more = true;
    sw_line_reader_init(&lines, stream, SW_OSV_MAX);
    for (;;) {
        char where[32];
        SW_TRY(sw_line_read(&lines, &line, &more, err));
        if (!more) {
            return SW_OK;
        }
        if (line.len > 0) {
            (void)snprintf(where, sizeof(where), "line %llu", (unsigned long long)lines.number);
            SW_TRY(put(im, f, line, where, err));
            sw_progress_add(im->options->progress, line.len, 1);
        }
    }
}

/* --- telling files apart ---------------------------------------------------------------------- */

enum form { FORM_ZIP, FORM_CSV, FORM_LINES, FORM_JSON };

static bool is_of_github(struct sw_bytes text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_json document;
    bool single = false;
    sw_arena_init(&arena, 0);
    return sw_ghsa_may_be(text) && sw_json_parse(&arena, text, NULL, &document, NULL) == SW_OK &&
           sw_ghsa_list(&document, &single) != NULL;
}

/* The first bytes of what comes out, and whether a line of it is an advisory. */
static sw_result look(
    const struct sw_source *source, const char *name, enum form *out, struct sw_error *err)
{
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    SW_CLEANUP(line_reader) struct sw_line_reader lines;
    struct sw_bytes line;
    bool more = false;
    SW_TRY(sw_inflate_new(&stream, source, err));
    sw_line_reader_init(&lines, stream, SW_OSV_MAX);
    SW_TRY(sw_line_read(&lines, &line, &more, err));
    struct sw_str text = sw_str_of_bytes(line);
    if (sw_str_starts(text, "PK\x03\x04") || sw_str_starts(text, "PK\x05\x06")) {
        *out = FORM_ZIP;
        return SW_OK;
    }
    if (sw_str_starts(text, "#model_version") || sw_str_starts(text, "cve,epss")) {
        *out = FORM_CSV;
        return SW_OK;
    }
    if (!more || (text.len > 0 && memchr("{[ ", text.ptr[0], 3) == NULL)) {
        return sw_fail(err, SW_E_FORMAT,
            "'%s' is none of these: OSV JSON, lines or a zip of it, GitHub's advisories, EPSS CSV, "
            "KEV JSON",
            name);
    }
    *out = sw_osv_looks_like(line) || is_of_github(line) ? FORM_LINES : FORM_JSON;
    return SW_OK;
}

/* One advisory, or the KEV. */
static sw_result put_document(
    struct importer *im, struct file *f, struct sw_inflate *stream, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_json document;
    size_t got = 1;
    sw_buf_init(&buf, SW_KEV_MAX);
    while (got > 0) {
        SW_TRY(sw_buf_reserve(&buf, 1 << 16) == SW_OK
                   ? SW_OK
                   : sw_fail(err, SW_E_LIMIT, "it is too large for one JSON document"));
        SW_TRY(sw_inflate_read(stream, buf.data + buf.len, 1 << 16, &got, err));
        buf.len += got;
    }
    if (sw_osv_looks_like(sw_buf_bytes(&buf)) || is_of_github(sw_buf_bytes(&buf))) {
        return put(im, f, sw_buf_bytes(&buf), "it", err);
    }
    SW_TRY(sw_json_parse(&im->arena, sw_buf_bytes(&buf), NULL, &document, err));
    if (!sw_kev_looks_like(&document)) {
        return sw_fail(err, SW_E_FORMAT, "it is neither an advisory of OSV nor the KEV catalogue");
    }
    struct sw_feed_result result;
    SW_TRY(sw_kev_put(&im->db, &document, &result, err));
    f->kind = "kev";
    f->records = result.records;
    f->date = result.date;
    return SW_OK;
}

static sw_result put_csv(
    struct importer *im, struct file *f, struct sw_inflate *stream, struct sw_error *err)
{
    struct sw_feed_result result;
    SW_TRY(sw_epss_put(&im->db, stream, &result, err));
    f->kind = "epss";
    f->records = result.records;
    f->date = result.date;
    return SW_OK;
}

static sw_result put_form(
    struct importer *im, struct file *f, int fd, enum form form, struct sw_error *err)
{
    struct sw_source source = sw_source_fd(fd, f->bytes);
    SW_CLEANUP(inflate) struct sw_inflate *stream = NULL;
    if (form == FORM_ZIP) {
        return put_zip(im, f, fd, err);
    }
    SW_TRY(sw_inflate_new(&stream, &source, err));
    return form == FORM_CSV     ? put_csv(im, f, stream, err)
           : form == FORM_LINES ? put_lines(im, f, stream, err)
                                : put_document(im, f, stream, err);
}

static sw_result put_open_file(
    struct importer *im, int fd, const char *path, struct sw_str name, struct sw_error *err)
{
    struct file f = {.name = name, .kind = "osv"};
    struct sw_digest after;
    enum form form = FORM_JSON;
    sw_arena_release(&im->arena);
    SW_TRY(hash_file(fd, path, &f.digest, &f.bytes, err));
    struct sw_source source = sw_source_fd(fd, f.bytes);
    SW_TRY(look(&source, path, &form, err));
    SW_TRY(begin_file(im, &f, err));
    SW_TRY(put_form(im, &f, fd, form, err));
    f.date = f.date == INT64_MIN ? sw_osv_writer_date(im->writer) : f.date;
    SW_TRY(end_file(im, &f, err));
    SW_TRY(hash_file(fd, path, &after, &f.bytes, err));
    return sw_digest_equal(&after, &f.digest)
               ? SW_OK
               : sw_fail(err, SW_E_IO, "it changed while it was read");
}

/* --- directories ------------------------------------------------------------------------------ */

/* Loose advisories are one import; its digest is that of lines "DIGEST  NAME\n", by name. */
struct loose {
    struct importer *im;
    const struct sw_tree *tree;
    struct file file;
    struct sw_hash hash;
};

static bool is_loose(const struct sw_entry *entry)
{
    return entry->kind == SW_ENTRY_FILE && sw_str_ends(sw_str(entry->name), ".json");
}

static sw_result put_loose_one(struct loose *l, const struct sw_entry *entry, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    SW_TRY(sw_tree_open_file(l->tree, entry, &fd, err));
    SW_TRY(sw_fd_read(fd, entry->name, SW_OSV_MAX, &buf, err));
    sw_sha256(sw_buf_bytes(&buf), &digest);
    sw_digest_hex(&digest, hex);
    sw_hash_update(&l->hash, hex, strlen(hex));
    sw_hash_update(&l->hash, "  ", 2);
    sw_hash_update(&l->hash, entry->name, strlen(entry->name));
    sw_hash_update(&l->hash, "\n", 1);
    l->file.bytes += buf.len;
    return put(l->im, &l->file, sw_buf_bytes(&buf), entry->name, err);
}

static sw_result put_loose(
    struct importer *im, const struct sw_tree *tree, struct sw_str name, struct sw_error *err)
{
    struct loose l = {.im = im, .tree = tree, .file = {.name = name, .kind = "osv"}};
    size_t count = 0;
    for (size_t i = 0; i < tree->count; i++) {
        count += is_loose(&tree->entries[i]) ? 1 : 0;
    }
    if (count == 0) {
        return SW_OK;
    }
    SW_TRY(begin_file(im, &l.file, err));
    SW_TRY(sw_hash_init(&l.hash, SW_SHA256));
    for (size_t i = 0; i < tree->count; i++) {
        enum sw_code code =
            is_loose(&tree->entries[i]) ? put_loose_one(&l, &tree->entries[i], err) : SW_OK;
        if (code != SW_OK) {
            sw_hash_abort(&l.hash);
            return code;
        }
    }
    sw_hash_final(&l.hash, &l.file.digest);
    l.file.date = sw_osv_writer_date(im->writer);
    return end_file(im, &l.file, err);
}

static bool has_packed_name(const struct sw_entry *entry)
{
    static const char *const ends[] = {".zip", ".jsonl", ".jsonl.gz", ".csv", ".csv.gz"};
    for (size_t i = 0; i < SW_COUNT(ends); i++) {
        if (sw_str_ends(sw_str(entry->name), ends[i])) {
            return true;
        }
    }
    return false;
}

static bool is_packed(const struct sw_entry *entry)
{
    return entry->kind == SW_ENTRY_FILE && has_packed_name(entry);
}

/* What would be read if it could be must not be missing unseen. */
static sw_result check_entry(const struct sw_entry *entry, struct sw_error *err)
{
    bool wanted = has_packed_name(entry) || sw_str_ends(sw_str(entry->name), ".json");
    if (entry->kind == SW_ENTRY_UNREADABLE) {
        return sw_fail_errno(err, entry->errnum, "cannot read '%s'", entry->name);
    }
    return entry->kind == SW_ENTRY_FILE || !wanted
               ? SW_OK
               : sw_fail(err, SW_E_FORMAT, "'%s' is no file of this directory", entry->name);
}

static sw_result put_entry(struct importer *im, const struct sw_tree *tree,
    const struct sw_entry *entry, struct sw_str base, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(fd) int fd = -1;
    sw_arena_init(&arena, 0);
    const char *name = sw_arena_printf(&arena, SW_STR_FMT "/%s", SW_STR_ARG(base), entry->name);
    SW_TRY_PTR(name);
    SW_TRY(sw_tree_open_file(tree, entry, &fd, err));
    enum sw_code code = put_open_file(im, fd, entry->name, sw_str(name), err);
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "%s", entry->name);
}

static sw_result put_directory(
    struct importer *im, const char *path, struct sw_str base, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    const struct sw_tree_options options = {
        .follow_symlinks = true, .max_entries = ENTRIES_MAX, .max_depth = DEPTH_MAX};
    size_t count = 0;
    SW_TRY(sw_tree_open(&tree, path, &options, err));
    for (size_t i = 0; i < tree.count; i++) {
        SW_TRY(check_entry(&tree.entries[i], err));
        count += is_packed(&tree.entries[i]) || is_loose(&tree.entries[i]) ? 1 : 0;
    }
    if (count == 0) {
        return sw_fail(err, SW_E_FORMAT, "there is no .json, .jsonl, .zip or .csv in it");
    }
    for (size_t i = 0; i < tree.count; i++) {
        SW_TRY(is_packed(&tree.entries[i]) ? put_entry(im, &tree, &tree.entries[i], base, err)
                                           : SW_OK);
    }
    return put_loose(im, &tree, base, err);
}

static sw_result put_operand(struct importer *im, const char *path, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    struct sw_str base = sw_path_base(path);
    if (sw_dir_exists(path)) {
        return put_directory(im, path, base, err);
    }
    SW_TRY(sw_file_open(path, &fd, err));
    return put_open_file(im, fd, path, base, err);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* What advisories that were replaced left behind. */
static sw_result sweep(struct importer *im, struct sw_error *err)
{
    static const char sql[] =
        "DELETE FROM affected WHERE advisory NOT IN (SELECT id FROM advisories);"
        "DELETE FROM digests WHERE advisory NOT IN (SELECT id FROM advisories);";
    return sw_osv_writer_replaced(im->writer) == 0 ? SW_OK : sw_advisory_db_run(&im->db, sql, err);
}

/* A file of its own, which no name that was there before leads elsewhere. */
static sw_result make_file(const char *path, int *fd, struct sw_error *err)
{
    if (unlink(path) != 0 && errno != ENOENT) {
        return sw_fail_errno(err, errno, "cannot remove '%s'", path);
    }
    *fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    return *fd >= 0 ? SW_OK : sw_fail_errno(err, errno, "cannot write '%s'", path);
}

static sw_result copy_file(const char *from, int out, const char *to, struct sw_error *err)
{
    SW_CLEANUP(fd) int in = -1;
    SW_CLEANUP(free) uint8_t *chunk = malloc((size_t)1 << 20);
    SW_TRY_PTR(chunk);
    SW_TRY(sw_file_open(from, &in, err));
    for (;;) {
        ssize_t got = read(in, chunk, (size_t)1 << 20);
        if (got < 0) {
            return sw_fail_errno(err, errno, "cannot read '%s'", from);
        }
        if (got == 0) {
            return SW_OK;
        }
        SW_TRY(sw_fd_write(out, to, sw_bytes(chunk, (size_t)got), err));
    }
}

static sw_result open_new(
    struct importer *im, const char *old, const char *path, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_TRY(make_file(path, &fd, err));
    im->db.name = old;
    if (im->options->replace || !sw_file_exists(old)) {
        return sw_advisory_db_make(path, &im->db, err);
    }
    SW_TRY(copy_file(old, fd, path, err));
    return sw_advisory_db_edit(path, &im->db, err);
}

static sw_result put_all(
    struct importer *im, const char *const *files, size_t count, struct sw_error *err)
{
    SW_TRY(sw_osv_writer_new(&im->writer, &im->db, im->options->now, err));
    for (size_t i = 0; i < count; i++) {
        enum sw_code code = put_operand(im, files[i], err);
        if (code != SW_OK) {
            return sw_error_prefix(err, code, "cannot import '%s'", files[i]);
        }
    }
    SW_TRY(sweep(im, err));
    sw_osv_writer_free(SW_TAKE(im->writer));
    SW_TRY(sw_advisory_db_run(&im->db, "COMMIT", err));
    sw_advisory_db_close(&im->db);
    return SW_OK;
}

static sw_result sync_file(const char *path, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    SW_TRY(sw_file_open(path, &fd, err));
    return fsync(fd) == 0 ? SW_OK : sw_fail_errno(err, errno, "cannot write '%s'", path);
}

static sw_result take_lock(const char *path, int *fd, struct sw_error *err)
{
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (*fd < 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    return flock(*fd, LOCK_EX | LOCK_NB) == 0
               ? SW_OK
               : sw_fail(err, SW_E_BUSY, "another import into this store runs");
}

sw_result sw_advisory_import(const char *store_path, const char *const *files, size_t count,
    const struct sw_advisory_import_options *options, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(fd) int lock = -1;
    sw_arena_init(&arena, 0);
    const char *path = NULL;
    const char *new_path = NULL;
    const char *lock_path = NULL;
    SW_TRY(sw_advisory_path(&arena, store_path, SW_ADVISORY_FILE, &path, err));
    SW_TRY(sw_advisory_path(&arena, store_path, NEW_FILE, &new_path, err));
    SW_TRY(sw_advisory_path(&arena, store_path, LOCK_FILE, &lock_path, err));
    SW_TRY(take_lock(lock_path, &lock, err));
    struct importer im = {.options = options};
    sw_arena_init(&im.arena, 0);
    enum sw_code code = open_new(&im, path, new_path, err);
    code = code == SW_OK ? put_all(&im, files, count, err) : code;
    release(&im);
    code = code == SW_OK ? sync_file(new_path, err) : code;
    code = code == SW_OK ? sw_file_rename(new_path, path, err) : code;
    if (code != SW_OK) {
        (void)unlink(new_path);
    }
    return code;
}
