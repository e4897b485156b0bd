#include "supply/advisory_feeds.h"
#include "supply/advisory_parse.h"
#include "supply/wire.h"

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
#define MEMORY_MAX ((uint64_t)2 << 30) /* of the process that parses a file */
#define CPU_SECONDS 600
#define MESSAGE_MAX ((size_t)256 << 20)

struct importer {
    const struct sw_advisory_import_options *options;
    struct sw_advisory_db db;
    struct sw_worker *parser;
    struct sw_osv_writer *writer;
    struct sw_feed_writer feeds;
    struct sw_arena arena; /* of one record */
    uint64_t left_out;     /* of one file */
};

static void release(struct importer *im)
{
    sw_worker_free(im->parser);
    sw_osv_writer_free(im->writer);
    sw_feed_writer_release(&im->feeds);
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
    sw_feed_writer_begin(&im->feeds, &im->db);
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

/* --- what the process says that parses -------------------------------------------------------- */

struct loose;

/* A file that is being parsed there. */
struct parsing {
    struct importer *im;
    const struct file *file; /* of loose ones: what was given of them so far */
    struct loose *loose;     /* NULL: a file */
    struct sw_advisory_told told;
};

/* One word of a message. */
static sw_result put_word(struct parsing *p, struct sw_cursor *cur, struct sw_error *err)
{
    struct importer *im = p->im;
    struct sw_osv_record record;
    struct sw_feed_entry entry;
    uint8_t word;
    SW_TRY(sw_cur_u8(cur, &word));
    if (word == SW_ADVISORY_ENTRY) {
        SW_TRY(sw_feed_entry_read(cur, &entry));
        SW_TRY(sw_advisory_told_entry(&p->told, &entry));
        return sw_feed_writer_put(&im->feeds, &entry, err);
    }
    if (word != SW_ADVISORY_RECORD) {
        return SW_E_FORMAT;
    }
    sw_arena_release(&im->arena);
    SW_TRY(sw_osv_record_read(&im->arena, cur, &record));
    SW_TRY(sw_advisory_told_record(&p->told));
    return sw_osv_writer_put_record(im->writer, &record, err);
}

static sw_result next_loose(struct loose *loose, struct sw_buf *answer, struct sw_error *err);
static bool heard_all(const struct loose *loose, const struct sw_advisory_found *found);

static sw_result serve(
    void *ctx, struct sw_bytes question, struct sw_buf *answer, struct sw_error *err)
{
    struct parsing *p = ctx;
    struct sw_cursor cur = sw_cursor(question);
    if (p->loose != NULL && question.len == 1 && question.ptr[0] == SW_ADVISORY_NEXT) {
        return next_loose(p->loose, answer, err);
    }
    if (sw_advisory_told_bytes(&p->told, question.len, p->file->bytes) != SW_OK) {
        return sw_fail(err, SW_E_LIMIT, "it tells too much for its size");
    }
    while (sw_cur_left(&cur) > 0) {
        enum sw_code code = put_word(p, &cur, err);
        if (code == SW_E_FORMAT) {
            return sw_fail(err, SW_E_REFUSED, "the parser answered nonsense");
        }
        SW_TRY(code);
        sw_progress_add(p->im->options->progress, 0, 1);
    }
    return SW_OK;
}

static sw_result parse(struct importer *im, struct file *f, int fd, const char *path,
    struct loose *loose, struct sw_error *err)
{
    static const char *const kinds[] = {"osv", "epss", "kev"};
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    struct parsing p = {.im = im, .file = f, .loose = loose};
    struct sw_advisory_found found;
    SW_TRY(sw_advisory_request(
        &request, loose != NULL, im->options->keep_going, im->options->now, f->bytes, path));
    const struct sw_worker_task task = {.fd = fd,
        .request = sw_buf_bytes(&request),
        .serve = serve,
        .serve_ctx = &p,
        .progress = im->options->progress};
    SW_TRY(sw_worker_call(im->parser, &task, &reply, err));
    if (sw_advisory_found_read(sw_buf_bytes(&reply), &found) != SW_OK ||
        sw_advisory_told_check(&p.told, &found) != SW_OK || !heard_all(loose, &found)) {
        return sw_fail(err, SW_E_REFUSED, "the parser answered nonsense");
    }
    f->kind = kinds[found.kind];
    f->records = found.records;
    f->date = found.kind == SW_ADVISORY_OSV ? sw_osv_writer_date(im->writer) : found.date;
    im->left_out = found.left_out;
    return SW_OK;
}

static sw_result put_open_file(
    struct importer *im, int fd, const char *path, struct sw_str name, struct sw_error *err)
{
    struct file f = {.name = name, .kind = "osv"};
    struct sw_digest after;
    SW_TRY(hash_file(fd, path, &f.digest, &f.bytes, err));
    SW_TRY(begin_file(im, &f, err));
    SW_TRY(parse(im, &f, fd, path, NULL, err));
    SW_TRY(end_file(im, &f, err));
    SW_TRY(hash_file(fd, path, &after, &f.bytes, err));
    return sw_digest_equal(&after, &f.digest)
               ? SW_OK
               : sw_fail(err, SW_E_IO, "it changed while it was read");
}

/* --- directories ------------------------------------------------------------------------------ */

/* Loose advisories are one import; its digest is that of lines "DIGEST  NAME\n", by name. */
struct loose {
    const struct sw_tree *tree;
    size_t at; /* the next entry */
    struct file file;
    struct sw_hash hash;
};

static bool is_loose(const struct sw_entry *entry)
{
    return entry->kind == SW_ENTRY_FILE && sw_str_ends(sw_str(entry->name), ".json");
}

static sw_result give_loose(
    struct loose *l, const struct sw_entry *entry, struct sw_buf *answer, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    SW_TRY(sw_tree_open_file(l->tree, entry, &fd, err));
    SW_TRY(sw_wire_put(answer, sw_str(entry->name)));
    const size_t start = answer->len;
    SW_TRY(sw_fd_read(fd, entry->name, SW_OSV_MAX, answer, err));
    sw_sha256(sw_bytes(answer->data + start, answer->len - start), &digest);
    sw_digest_hex(&digest, hex);
    sw_hash_update(&l->hash, hex, strlen(hex));
    sw_hash_update(&l->hash, "  ", 2);
    sw_hash_update(&l->hash, entry->name, strlen(entry->name));
    sw_hash_update(&l->hash, "\n", 1);
    l->file.bytes += answer->len - start;
    return SW_OK;
}

/* Nothing behind the last. */
static sw_result next_loose(struct loose *l, struct sw_buf *answer, struct sw_error *err)
{
    while (l->at < l->tree->count && !is_loose(&l->tree->entries[l->at])) {
        l->at++;
    }
    return l->at == l->tree->count ? SW_OK : give_loose(l, &l->tree->entries[l->at++], answer, err);
}

/* Each of them was asked for; a feed is never loose. */
static bool heard_all(const struct loose *l, const struct sw_advisory_found *found)
{
    return l == NULL || (l->at == l->tree->count && found->kind == SW_ADVISORY_OSV);
}

static sw_result put_loose(
    struct importer *im, const struct sw_tree *tree, struct sw_str name, struct sw_error *err)
{
    struct loose l = {.tree = tree, .file = {.name = name, .kind = "osv"}};
    size_t count = 0;
    for (size_t i = 0; i < tree->count; i++) {
        count += is_loose(&tree->entries[i]) ? 1 : 0;
    }
    if (count == 0) {
        return SW_OK;
    }
    SW_TRY(begin_file(im, &l.file, err));
    SW_TRY(sw_hash_init(&l.hash, SW_SHA256));
    enum sw_code code = parse(im, &l.file, -1, "", &l, err);
    if (code != SW_OK) {
        sw_hash_abort(&l.hash);
        return code;
    }
    sw_hash_final(&l.hash, &l.file.digest);
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
    const struct sw_worker_options limits = {
        .memory_max = MEMORY_MAX, .cpu_seconds = CPU_SECONDS, .reply_max = MESSAGE_MAX};
    SW_TRY(sw_worker_new(&im->parser, sw_advisory_parse, NULL, &limits, err));
    SW_TRY(sw_osv_writer_new(&im->writer, &im->db, im->options->now, err));
    for (size_t i = 0; i < count; i++) {
        enum sw_code code = put_operand(im, files[i], err);
        if (code != SW_OK) {
            return sw_error_prefix(err, code, "cannot import '%s'", files[i]);
        }
    }
    SW_TRY(sweep(im, err));
    sw_osv_writer_free(SW_TAKE(im->writer));
    sw_feed_writer_release(&im->feeds);
    im->feeds = (struct sw_feed_writer){0};
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
