#include "model/load.h"

#include "model/manifest.h"
#include "model/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* As the reader's: still in the second-level cache when it is hashed. */
#define CHUNK ((size_t)256 * 1024)

struct sw_load {
    struct sw_arena arena;
    struct sw_plan plan;
    const char **names; /* by file of the plan; in a directory also what is opened */
    const char *single; /* the file's name below `root` when the model is one file */
    const char *signer;
    struct sw_digest claim;
    bool follow;
    int root;
    struct sw_progress *progress;
};

/* --- the signature --------------------------------------------------------------------------- */

static sw_result read_signature(struct sw_load *load, struct sw_bytes signature,
    const struct sw_trust *trust, const struct sw_model_verify_options *options,
    struct sw_error *err)
{
    const struct sw_verify_options how = {.now = options->now,
        .signing_time = options->signing_time,
        .allow_missing_hint = options->allow_missing_hint,
        .legacy = options->legacy};
    struct sw_claim claim;
    if (signature.len == 0) {
        return sw_fail(err, SW_E_NOEVIDENCE, "there is no signature to check");
    }
    void *kept = sw_arena_copy(&load->arena, signature); /* the plan refers to it */
    SW_TRY_PTR(kept);
    struct sw_bytes bytes = sw_bytes(kept, signature.len);
    SW_TRY(sw_claim_verify(&load->arena, trust, bytes, &how, &claim, err));
    SW_TRY(sw_plan_read(&load->arena, &claim.statement, options->legacy, &load->plan, err));
    sw_sha256(signature, &load->claim);
    load->signer = sw_arena_strdup(&load->arena, claim.signer);
    SW_TRY_PTR(load->signer);
    load->follow = load->plan.allow_symlinks || options->model.allow_symlinks;
    return SW_OK;
}

static sw_result copy_names(struct sw_load *load)
{
    load->names = SW_ARENA_ARRAY(&load->arena, const char *, load->plan.file_count);
    SW_TRY_PTR(load->names);
    for (size_t i = 0; i < load->plan.file_count; i++) {
        load->names[i] = sw_arena_strndup(&load->arena, load->plan.files[i].name);
        SW_TRY_PTR(load->names[i]);
    }
    return SW_OK;
}

/* The model is one file: it is opened in its directory, by the name that it has there. */
static sw_result open_single(struct sw_load *load, const char *path, struct sw_error *err)
{
    SW_CLEANUP(free) char *real = realpath(path, NULL);
    if (real == NULL) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    const char *named = sw_model_named_path(&load->arena, path);
    SW_TRY_PTR(named);
    const char *dir = sw_arena_strndup(&load->arena, sw_path_dir(real));
    load->single = sw_arena_strndup(&load->arena, sw_path_base(real));
    const char *name = sw_arena_strndup(&load->arena, sw_path_base(named));
    if (dir == NULL || load->single == NULL || name == NULL) {
        return SW_E_NOMEM;
    }
    const char *signed_name = load->names[0];
    if (load->plan.file_count != 1 ||
        (strcmp(signed_name, ".") != 0 && strcmp(signed_name, name) != 0)) {
        return sw_fail(
            err, SW_E_REFUSED, "'%s' is a file, and the signature is for something else", path);
    }
    load->names[0] = name;
    load->plan.files[0].name = sw_str(name);
    load->root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return load->root < 0 ? sw_fail_errno(err, errno, "cannot open '%s'", dir) : SW_OK;
}

static sw_result open_model(struct sw_load *load, const char *path, struct sw_error *err)
{
    SW_TRY(copy_names(load));
    load->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (load->root < 0) {
        return errno == ENOTDIR ? open_single(load, path, err)
                                : sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    if (strcmp(load->names[0], ".") == 0) {
        return sw_fail(
            err, SW_E_REFUSED, "the signature is for a single file, and '%s' is a directory", path);
    }
    return SW_OK;
}

sw_result sw_load_open(const char *path, struct sw_bytes signature, const struct sw_trust *trust,
    const struct sw_model_verify_options *options, struct sw_load **out, struct sw_error *err)
{
    SW_CLEANUP(load) struct sw_load *load = calloc(1, sizeof(*load));
    if (load == NULL) {
        return sw_fail(err, SW_E_NOMEM, "cannot load '%s': out of memory", path);
    }
    load->root = -1;
    sw_arena_init(&load->arena, 0);
    enum sw_code code = read_signature(load, signature, trust, options, err);
    code = code == SW_OK ? open_model(load, path, err) : code;
    if (code == SW_E_NOMEM) {
        return sw_fail(err, SW_E_NOMEM, "cannot load '%s': out of memory", path);
    }
    SW_TRY(code);
    *out = SW_TAKE(load);
    return SW_OK;
}

void sw_load_free(struct sw_load *load)
{
    if (load == NULL) {
        return;
    }
    sw_cleanup_fd(&load->root);
    sw_arena_release(&load->arena);
    free(load);
}

void sw_load_watch(struct sw_load *load, struct sw_progress *progress)
{
    load->progress = progress;
}

/* --- what was signed ------------------------------------------------------------------------- */

const char *sw_load_signer(const struct sw_load *load)
{
    return load->signer;
}

const struct sw_digest *sw_load_root(const struct sw_load *load)
{
    return &load->plan.root;
}

const struct sw_digest *sw_load_claim(const struct sw_load *load)
{
    return &load->claim;
}

bool sw_load_is_single(const struct sw_load *load)
{
    return load->single != NULL;
}

size_t sw_load_count(const struct sw_load *load)
{
    return load->plan.file_count;
}

const char *sw_load_name(const struct sw_load *load, size_t file)
{
    return load->names[file];
}

sw_result sw_load_find(
    const struct sw_load *load, const char *name, size_t *file, struct sw_error *err)
{
    size_t at = sw_plan_lower_bound(&load->plan, sw_str(name));
    if (at == load->plan.file_count || strcmp(load->names[at], name) != 0) {
        return sw_fail(err, SW_E_REFUSED, "no file '%s' was signed", name);
    }
    *file = at;
    return SW_OK;
}

/* --- its files ------------------------------------------------------------------------------- */

static sw_result cannot_open(const char *name, int errnum, struct sw_error *err)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR: return sw_fail(err, SW_E_REFUSED, "'%s' was signed and is missing", name);
    case ELOOP: return sw_fail(err, SW_E_REFUSED, "'%s': symbolic links were not signed", name);
    case EXDEV: return sw_fail(err, SW_E_REFUSED, "'%s' leads out of the model", name);
    case ENXIO: return sw_fail(err, SW_E_REFUSED, "'%s' is no regular file", name);
    default: return sw_fail_errno(err, errnum, "cannot open '%s'", name);
    }
}

static sw_result examine(
    const struct sw_load *load, size_t file, int fd, struct stat *st, struct sw_error *err)
{
    const char *name = load->names[file];
    if (fstat(fd, st) != 0) {
        return sw_fail_errno(err, errno, "cannot examine '%s'", name);
    }
    if (!S_ISREG(st->st_mode)) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is no regular file", name);
    }
    return SW_OK;
}

sw_result sw_load_open_file(
    const struct sw_load *load, size_t file, int flags, int *fd, struct sw_error *err)
{
    const char *at = load->single != NULL ? load->single : load->names[file];
    /* Not blocking: a FIFO may have taken the file's place. O_PATH opens nothing. */
    int more = (flags & O_PATH) != 0 ? 0 : O_NONBLOCK | O_NOCTTY;
    SW_CLEANUP(fd) int opened = sw_open_beneath(load->root, at, flags | more, 0, load->follow);
    if (opened < 0) {
        return cannot_open(load->names[file], errno, err);
    }
    struct stat st;
    SW_TRY(examine(load, file, opened, &st, err));
    *fd = SW_TAKE_FD(opened);
    return SW_OK;
}

static sw_result changed(const struct sw_load *load, size_t file, struct sw_error *err)
{
    return sw_fail(err, SW_E_REFUSED, "'%s' is not what was signed", load->names[file]);
}

static sw_result check_size(
    const struct sw_load *load, size_t file, uint64_t size, struct sw_error *err)
{
    uint64_t was = load->plan.files[file].size;
    return was == SW_PLAN_SIZE_UNKNOWN || was == size ? SW_OK : changed(load, file, err);
}

sw_result sw_load_size(
    const struct sw_load *load, size_t file, uint64_t *size, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    struct stat st;
    SW_TRY(sw_load_open_file(load, file, O_PATH, &fd, err));
    SW_TRY(examine(load, file, fd, &st, err));
    SW_TRY(check_size(load, file, (uint64_t)st.st_size, err));
    *size = (uint64_t)st.st_size;
    return SW_OK;
}

/* --- one pass over the bytes ----------------------------------------------------------------- */

/* The bytes are hashed where they lie once they were read: in memory of this process, which nobody
 * else writes. */
struct pass {
    const struct sw_load *load;
    size_t file;
    int fd;
    uint8_t *memory; /* all of the file, or one chunk of it */
    bool whole;
    int to; /* -1: nowhere else */
};

static sw_result read_chunk(
    const struct pass *pass, uint64_t offset, uint8_t *into, size_t len, struct sw_error *err)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(pass->fd, into + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return sw_fail_errno(err, errno, "cannot read '%s'", pass->load->names[pass->file]);
        }
        if (n == 0) {
            return changed(pass->load, pass->file, err); /* it was cut short meanwhile */
        }
        done += (size_t)n;
    }
    return SW_OK;
}

static sw_result hash_range(const struct pass *pass, uint64_t start, uint64_t end,
    struct sw_hash *hash, struct sw_error *err)
{
    const char *name = pass->load->names[pass->file];
    while (start < end) {
        size_t len = end - start < CHUNK ? (size_t)(end - start) : CHUNK;
        uint8_t *into = pass->memory + (pass->whole ? start : 0);
        SW_TRY(sw_progress_check(pass->load->progress, err));
        SW_TRY(read_chunk(pass, start, into, len, err));
        sw_progress_add(pass->load->progress, len, 0);
        sw_hash_update(hash, into, len);
        if (pass->to >= 0) {
            SW_TRY(sw_fd_write(pass->to, name, sw_bytes(into, len), err));
        }
        start += len;
    }
    return SW_OK;
}

static sw_result check_range(
    const struct pass *pass, size_t digest, uint64_t start, uint64_t end, struct sw_error *err)
{
    const struct sw_plan *plan = &pass->load->plan;
    struct sw_hash hash;
    struct sw_digest is = {0};
    if (sw_hash_init(&hash, plan->alg) != SW_OK) {
        return sw_fail(err, SW_E_NOMEM, "cannot start a hash: out of memory");
    }
    enum sw_code code = hash_range(pass, start, end, &hash, err);
    if (code != SW_OK) {
        sw_hash_abort(&hash);
        return code;
    }
    sw_hash_final(&hash, &is);
    struct sw_bytes was = sw_bytes(plan->digests + digest * plan->digest_len, plan->digest_len);
    return sw_bytes_equal(was, sw_bytes(is.bytes, is.len)) ? SW_OK
                                                           : changed(pass->load, pass->file, err);
}

static sw_result run_pass(const struct pass *pass, uint64_t size, struct sw_error *err)
{
    const struct sw_plan *plan = &pass->load->plan;
    const struct sw_plan_file *file = &plan->files[pass->file];
    SW_TRY(check_size(pass->load, pass->file, size, err));
    uint64_t start = 0;
    for (size_t i = 0; i < file->count; i++) {
        uint64_t left = size - start;
        bool last = plan->method == SW_MODEL_FILES || left < plan->shard_size;
        uint64_t end = start + (last ? left : plan->shard_size);
        SW_TRY(check_range(pass, file->first + i, start, end, err));
        start = end;
    }
    return start == size ? SW_OK
                         : changed(pass->load, pass->file, err); /* bytes that nobody signed */
}

static sw_result pass_open_file(struct pass *pass, struct stat *st, struct sw_error *err)
{
    SW_TRY(examine(pass->load, pass->file, pass->fd, st, err));
    if ((uint64_t)st->st_size >= CHUNK) {
        (void)posix_fadvise(pass->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    return SW_OK;
}

static sw_result by_chunks(struct pass *pass, uint64_t size, struct sw_error *err)
{
    SW_CLEANUP(free) uint8_t *chunk = malloc(CHUNK);
    if (chunk == NULL) {
        return sw_fail(err, SW_E_NOMEM, "out of memory");
    }
    pass->memory = chunk;
    return run_pass(pass, size, err);
}

/* What has another size may have been changed, and else it was the caller who was wrong. */
static sw_result other_size(
    const struct pass *pass, uint64_t size, uint64_t len, struct sw_error *err)
{
    struct pass check = {pass->load, pass->file, pass->fd, NULL, false, -1};
    SW_TRY(by_chunks(&check, size, err));
    return sw_fail(err, SW_E_USAGE, "'%s' has %" PRIu64 " bytes, not %" PRIu64,
        pass->load->names[pass->file], size, len);
}

static sw_result read_all(struct pass *pass, uint64_t len, struct sw_error *err)
{
    struct stat st;
    SW_TRY(pass_open_file(pass, &st, err));
    uint64_t size = (uint64_t)st.st_size;
    return size == len ? run_pass(pass, len, err) : other_size(pass, size, len, err);
}

sw_result sw_load_read(
    const struct sw_load *load, size_t file, void *out, uint64_t len, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    enum sw_code code = sw_load_open_file(load, file, O_RDONLY, &fd, err);
    struct pass pass = {load, file, fd, out, true, -1};
    code = code == SW_OK ? read_all(&pass, len, err) : code;
    if (code != SW_OK && len != 0) {
        memset(out, 0, len); /* nobody gets to use what was not checked */
    }
    return code;
}

sw_result sw_load_copy(
    const struct sw_load *load, size_t file, int to, uint64_t most, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = -1;
    struct stat st;
    SW_TRY(sw_load_open_file(load, file, O_RDONLY, &fd, err));
    struct pass pass = {load, file, fd, NULL, false, -1};
    SW_TRY(pass_open_file(&pass, &st, err));
    uint64_t size = (uint64_t)st.st_size;
    pass.to = size <= most ? to : -1;
    SW_TRY(by_chunks(&pass, size, err));
    return size <= most ? SW_OK
                        : sw_fail(err, SW_E_IO, "'%s' has %" PRIu64 " bytes, and %" PRIu64 " fit",
                              load->names[file], size, most);
}

sw_result sw_load_check(const struct sw_load *load, size_t file, int fd, struct sw_error *err)
{
    struct stat st;
    struct pass pass = {load, file, fd, NULL, false, -1};
    SW_TRY(pass_open_file(&pass, &st, err));
    return by_chunks(&pass, (uint64_t)st.st_size, err);
}
