/* What stands below log/ and blobs/: earlier partial tiles are compared with what became of them,
 * and whatever the log does not know is reported. */
#include "evidence/audit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define DEPTH_MAX 12 /* "tile/entries/x999/…/000.p/255" has at most 9 components */

typedef sw_result (*visit_fn)(struct sw_audit *audit, const char *file, struct sw_error *err);

/* --- walking --------------------------------------------------------------------------------- */

struct listing {
    char **names;
    size_t count;
    size_t cap;
};

static sw_result list_names(struct sw_arena *arena, DIR *dir, struct listing *out)
{
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) {
            continue;
        }
        out->names = sw_arena_grow(arena, out->names, out->count, &out->cap, sizeof(char *));
        SW_TRY_PTR(out->names);
        char *name = sw_arena_strdup(arena, e->d_name);
        SW_TRY_PTR(name);
        out->names[out->count++] = name;
    }
    return SW_OK;
}

static sw_result walk(
    struct sw_audit *audit, const char *path, unsigned depth, visit_fn visit, struct sw_error *err);

static sw_result walk_names(struct sw_audit *audit, const char *path, unsigned depth,
    visit_fn visit, const struct listing *listing, struct sw_error *err)
{
    for (size_t i = 0; i < listing->count; i++) {
        char child[512];
        int n = snprintf(child, sizeof(child), "%s/%s", path, listing->names[i]);
        if (n < 0 || (size_t)n >= sizeof(child)) {
            SW_TRY(sw_audit_problem(
                audit, path, SW_AUDIT_NONE, SW_AUDIT_NONE, "a file here does not belong here"));
            continue;
        }
        SW_TRY(walk(audit, child, depth + 1, visit, err));
    }
    return SW_OK;
}

/* Directories are entered, whatever else there is is visited. */
static sw_result walk(
    struct sw_audit *audit, const char *path, unsigned depth, visit_fn visit, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct listing listing = {0};
    sw_arena_init(&arena, 0);
    int fd = openat(audit->store->disk.dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return SW_OK; /* not there, or gone meanwhile */
    }
    if (fd < 0 || depth > DEPTH_MAX) {
        sw_cleanup_fd(&fd);
        return visit(audit, path, err);
    }
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        sw_cleanup_fd(&fd);
        return sw_fail_errno(err, errno, "cannot read '%s/%s'", audit->store->path, path);
    }
    enum sw_code rc = list_names(&arena, dir, &listing);
    (void)closedir(dir);
    return rc == SW_OK ? walk_names(audit, path, depth, visit, &listing, err) : rc;
}

static sw_result report_surplus(struct sw_audit *audit, const char *file)
{
    return sw_audit_problem(
        audit, file, SW_AUDIT_NONE, SW_AUDIT_NONE, "the log knows no such file");
}

/* --- tiles ----------------------------------------------------------------------------------- */

struct tile_name {
    int level;
    uint64_t index;
    unsigned width;
};

/* "x001/x234/067" as a number; what does not read back as the same path is refused later. */
static bool read_index(struct sw_str text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == 'x' || c == '/') {
            continue;
        }
        if (c < '0' || c > '9' || !sw_mul_u64(value, 10, &value) ||
            !sw_add_u64(value, (uint64_t)(c - '0'), &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

static bool read_tile_name(const char *file, struct tile_name *out)
{
    struct sw_cursor cur = sw_cursor(sw_bytes(file, strlen(file)));
    struct sw_bytes level;
    uint64_t number = 0;
    char again[SW_TILE_FILE_SIZE];
    if (!sw_cur_match(&cur, "log/tile/") || sw_cur_until(&cur, '/', &level) != SW_OK) {
        return false;
    }
    bool entries = sw_str_is(sw_str_of_bytes(level), "entries");
    if (!entries && (!sw_parse_u64(sw_str_of_bytes(level), &number) || number >= SW_TILE_LEVELS)) {
        return false;
    }
    const char *rest = file + cur.pos;
    const char *partial = strstr(rest, ".p/");
    uint64_t width = SW_TILE_WIDTH;
    if (partial != NULL &&
        (!sw_parse_u64(sw_str(partial + 3), &width) || width == 0 || width >= SW_TILE_WIDTH)) {
        return false;
    }
    size_t len = partial == NULL ? strlen(rest) : (size_t)(partial - rest);
    out->level = entries ? SW_ENTRIES_LEVEL : (int)number;
    out->width = (unsigned)width;
    if (!read_index(sw_str_n(rest, len), &out->index) || out->index > SW_LOG_SIZE_MAX) {
        return false;
    }
    sw_tile_file(out->level, out->index, out->width, again);
    return strcmp(again, file) == 0;
}

/* The widest version of a tile that there is: in the signed tree, at the journal's end, or whole.
 * `file` is where it was read from, or "". */
static sw_result widest(struct sw_audit *audit, const struct tile_name *name,
    char file[SW_TILE_FILE_SIZE], struct sw_buf *out)
{
    const struct sw_tile_edge *edge = &audit->edge->edge[name->level < 0 ? 0 : name->level];
    unsigned width = 0;
    file[0] = '\0';
    if (sw_tile_width(audit->size, name->level, name->index) >= name->width) {
        return sw_tile_read(
            &audit->store->disk, audit->size, name->level, name->index, out, &width, file, NULL);
    }
    if (edge->index != name->index) {
        sw_tile_file(name->level, name->index, SW_TILE_WIDTH, file);
        return sw_disk_get(&audit->store->disk, file, UINT32_MAX, out, NULL);
    }
    return name->level < 0 ? sw_buf_append(out, audit->edge->bundle.data, audit->edge->bundle.len)
                           : sw_buf_append(out, edge->hash, edge->count * sizeof(edge->hash[0]));
}

/* How many bytes the first `count` hashes or entries take; SIZE_MAX when there are not so many. */
static size_t length_of(const struct tile_name *name, struct sw_bytes data)
{
    struct sw_cursor cur = sw_cursor(data);
    struct sw_bytes entry;
    if (name->level >= 0) {
        size_t want = name->width * sizeof(struct sw_hash256);
        return want <= data.len ? want : SIZE_MAX;
    }
    for (unsigned i = 0; i < name->width; i++) {
        if (sw_entry_next(&cur, &entry) != SW_OK) {
            return SIZE_MAX;
        }
    }
    return cur.pos;
}

static sw_result compare_partial(
    struct sw_audit *audit, const char *file, const struct tile_name *name, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf is = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf want = SW_BUF_INIT;
    enum sw_code rc = sw_disk_get(&audit->store->disk, file, UINT32_MAX, &is, err);
    if (rc == SW_E_NOENT) {
        return SW_OK; /* gone since it was listed */
    }
    SW_TRY(rc);
    char widest_file[SW_TILE_FILE_SIZE];
    rc = widest(audit, name, widest_file, &want);
    size_t len = rc == SW_OK ? length_of(name, sw_buf_bytes(&want)) : SIZE_MAX;
    if (rc == SW_E_NOMEM) {
        return rc;
    }
    if (len == SIZE_MAX) {
        return rc == SW_E_NOENT ? report_surplus(audit, file) : SW_OK;
    }
    size_t i = 0;
    while (i < len && i < is.len && is.data[i] == want.data[i]) {
        i++;
    }
    SW_TRY(sw_audit_read(audit, is.len, 0, err));
    /* An altered file, which was told, says nothing against what it does not agree with. */
    return (i == len && is.len == len) || sw_audit_told(audit, widest_file)
               ? SW_OK
               : sw_audit_problem(audit, file, SW_AUDIT_NONE, i,
                     "the partial tile is not the beginning of what became of it");
}

static sw_result visit_log(struct sw_audit *audit, const char *file, struct sw_error *err)
{
    struct tile_name name;
    uint64_t size = audit->edge->size > audit->size ? audit->edge->size : audit->size;
    if (strcmp(file, SW_STORE_CHECKPOINT_FILE) == 0) {
        return SW_OK;
    }
    if (!read_tile_name(file, &name) || sw_tile_width(size, name.level, name.index) < name.width) {
        return report_surplus(audit, file);
    }
    bool checked = sw_tile_width(audit->size, name.level, name.index) == name.width;
    return checked || name.width == SW_TILE_WIDTH ? SW_OK
                                                  : compare_partial(audit, file, &name, err);
}

/* --- blobs ----------------------------------------------------------------------------------- */

static int compare_claims(const void *a, const void *b)
{
    const struct sw_digest *left = a;
    const struct sw_digest *right = b;
    return memcmp(left->bytes, right->bytes, SHA256_DIGEST_LENGTH);
}

static sw_result visit_blob(struct sw_audit *audit, const char *file, struct sw_error *err)
{
    struct sw_digest digest = {0};
    char again[SW_BLOB_FILE_SIZE];
    if (!sw_digest_from_hex(SW_SHA256, sw_path_base(file), &digest)) {
        return report_surplus(audit, file);
    }
    sw_blob_file(&digest, again);
    bool named = audit->claim_count > 0 && bsearch(&digest, audit->claims, audit->claim_count,
                                               sizeof(*audit->claims), compare_claims) != NULL;
    return named && strcmp(again, file) == 0
               ? SW_OK
               : sw_audit_problem(audit, file, SW_AUDIT_NONE, SW_AUDIT_NONE,
                     "no leaf of the log names this file");
}

sw_result sw_audit_files(struct sw_audit *audit, struct sw_error *err)
{
    if (audit->claim_count > 0) {
        qsort(audit->claims, audit->claim_count, sizeof(*audit->claims), compare_claims);
    }
    SW_TRY(walk(audit, "log", 0, visit_log, err));
    return walk(audit, "blobs", 0, visit_blob, err);
}
