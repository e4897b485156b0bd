#include "evidence/store.h"

#include "evidence/index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "1\n"
#define ROTATE_AT ((uint64_t)16 << 20)
#define ORIGIN_MAX 255u
#define LOCK_STEP 20

static unsigned lock_wait = 10000; /* milliseconds */

void sw_store_set_lock_wait(unsigned milliseconds)
{
    lock_wait = milliseconds;
}

/* --- a handle -------------------------------------------------------------------------------- */

static void free_store(struct sw_store *store)
{
    sw_index_close(store->index);
    sw_journal_close(&store->journal);
    sw_buf_release(&store->draft.bytes);
    sw_tiles_release(&store->tiles);
    sw_buf_release(&store->head.text);
    sw_buf_release(&store->policy);
    sw_key_free(store->key);
    sw_cleanup_fd(&store->lock);
    sw_cleanup_fd(&store->disk.dir);
    (void)pthread_mutex_destroy(&store->claims);
    (void)pthread_mutex_destroy(&store->io);
    (void)pthread_mutex_destroy(&store->queue);
    (void)pthread_cond_destroy(&store->moved);
    sw_arena_release(&store->arena);
    free(store);
}

void sw_store_abandon(struct sw_store *store)
{
    if (store != NULL) {
        free_store(store);
    }
}

static sw_result new_store(
    const char *path, enum sw_store_mode mode, struct sw_store **out, struct sw_error *err)
{
    struct sw_store *store = calloc(1, sizeof(*store));
    if (store == NULL) {
        return sw_fail(err, SW_E_NOMEM, "cannot open store '%s': out of memory", path);
    }
    store->mode = mode;
    store->lock = -1;
    store->disk.dir = -1;
    store->rotate_at = ROTATE_AT;
    (void)pthread_mutex_init(&store->claims, NULL);
    (void)pthread_mutex_init(&store->io, NULL);
    (void)pthread_mutex_init(&store->queue, NULL);
    (void)pthread_cond_init(&store->moved, NULL);
    sw_arena_init(&store->arena, 0);
    sw_journal_init(&store->journal, &store->disk);
    sw_tiles_init(&store->tiles, sw_store_put_tile, store);
    store->path = sw_arena_strdup(&store->arena, path);
    store->disk.name = store->path;
    store->disk.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->path == NULL || store->disk.dir < 0) {
        int errnum = store->path == NULL ? ENOMEM : errno;
        free_store(store);
        return sw_fail_errno(err, errnum, "cannot open store '%s'", path);
    }
    *out = store;
    return SW_OK;
}

const char *sw_store_path(const struct sw_store *store)
{
    return store->path;
}

const char *sw_store_origin(const struct sw_store *store)
{
    return store->origin;
}

sw_result sw_store_writable(const struct sw_store *store, struct sw_error *err)
{
    return store->mode == SW_STORE_WRITE
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "store '%s' is open for reading only", store->path);
}

/* --- opening --------------------------------------------------------------------------------- */

static sw_result check_format(struct sw_store *store, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    enum sw_code rc = sw_disk_get(&store->disk, SW_STORE_FORMAT_FILE, 64, &text, err);
    if (rc == SW_E_NOENT) {
        return sw_fail(err, SW_E_NOENT,
            "'%s' is not a store (it has no file '" SW_STORE_FORMAT_FILE
            "'); 'sealwright init' makes one",
            store->path);
    }
    SW_TRY(rc);
    if (!sw_str_is(sw_buf_str(&text), FORMAT)) {
        return sw_fail(err, SW_E_UNSUPPORTED,
            "'%s/" SW_STORE_FORMAT_FILE "' does not say 1: another version made this store",
            store->path);
    }
    return SW_OK;
}

/* The word behind "log" in the first line that begins so (C2SP tlog-policy, "Defining a log"). */
static struct sw_str first_log(struct sw_bytes policy)
{
    struct sw_cursor cur = sw_cursor(policy);
    struct sw_bytes line;
    while (sw_cur_until(&cur, '\n', &line) == SW_OK) {
        struct sw_cursor words = sw_cursor(line);
        struct sw_str word = {NULL, 0};
        bool is_log = false;
        for (size_t i = 0, start = 0; i <= line.len; i++) {
            if (i < line.len && line.ptr[i] != ' ' && line.ptr[i] != '\t') {
                continue;
            }
            word = sw_str_n((const char *)words.data.ptr + start, i - start);
            if (is_log && word.len > 0) {
                return word;
            }
            is_log = is_log || sw_str_is(word, "log");
            start = i + 1;
            if (word.len > 0 && !is_log) {
                break;
            }
        }
    }
    return (struct sw_str){NULL, 0};
}

static sw_result read_policy(struct sw_store *store, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_tlog_policy *policy = NULL;
    sw_arena_init(&arena, 0);
    SW_TRY(
        sw_disk_get(&store->disk, SW_STORE_POLICY_FILE, SW_STORE_POLICY_MAX, &store->policy, err));
    struct sw_bytes text = sw_buf_bytes(&store->policy);
    enum sw_code rc = sw_tlog_policy_parse(&arena, text, &policy, err);
    struct sw_str log = first_log(text);
    if (rc == SW_OK && log.len == 0) {
        rc = sw_fail(err, SW_E_FORMAT, "it names no log");
    }
    if (rc == SW_OK) {
        rc = sw_vkey_parse(&store->arena, log, &store->vkey, err);
    }
    if (rc == SW_OK) {
        rc = sw_key_from_raw_ed25519(store->vkey.key, &store->key, err);
    }
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "'%s/" SW_STORE_POLICY_FILE "'", store->path);
    }
    store->origin = sw_arena_strndup(&store->arena, store->vkey.name);
    SW_TRY_PTR(store->origin);
    sw_journal_bind(&store->journal, store->origin, store->key);
    return SW_OK;
}

static sw_result read_key(struct sw_store *store, struct sw_error *err)
{
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    SW_TRY(sw_disk_get(&store->disk, SW_STORE_KEY_FILE, SW_STORE_POLICY_MAX, &pem, err));
    enum sw_code rc = sw_key_read_private(sw_buf_bytes(&pem), (struct sw_str){NULL, 0}, &key, err);
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "'%s/" SW_STORE_KEY_FILE "'", store->path);
    }
    if (!sw_key_equal(key, store->key)) {
        return sw_fail(err, SW_E_REFUSED,
            "'%s/" SW_STORE_KEY_FILE "' is not the key that '%s/" SW_STORE_POLICY_FILE
            "' names for this log",
            store->path, store->path);
    }
    sw_key_free(store->key);
    store->key = SW_TAKE(key);
    sw_journal_bind(&store->journal, store->origin, store->key);
    return SW_OK;
}

/* Somebody else's short piece of work is waited for; a long-lived writer is reported. */
static sw_result take_lock(
    struct sw_store *store, const struct sw_progress *progress, struct sw_error *err)
{
    store->lock = openat(
        store->disk.dir, SW_STORE_LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (store->lock < 0) {
        return sw_fail_errno(
            err, errno, "cannot write to store '%s': cannot open its lock file", store->path);
    }
    for (unsigned waited = 0;; waited += LOCK_STEP) {
        if (flock(store->lock, LOCK_EX | LOCK_NB) == 0) {
            return SW_OK;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return sw_fail_errno(err, errno, "cannot lock store '%s'", store->path);
        }
        SW_TRY(sw_progress_check(progress, err));
        if (waited >= lock_wait) {
            return sw_fail(err, SW_E_BUSY,
                "store '%s' is being written by another process; try again when it is done",
                store->path);
        }
        (void)poll(NULL, 0, LOCK_STEP);
    }
}

static sw_result take_pin(
    struct sw_store *store, const struct sw_store_pin *pin, struct sw_error *err)
{
    if (pin->log_policy != NULL) {
        SW_TRY(sw_store_pin_policy(store, pin->log_policy, err));
    }
    return pin->checkpoint == NULL ? SW_OK : sw_store_pin_checkpoint(store, pin->checkpoint, err);
}

static sw_result open_parts(
    struct sw_store *store, const struct sw_store_pin *pin, struct sw_error *err)
{
    SW_TRY(check_format(store, err));
    SW_TRY(read_policy(store, err));
    SW_TRY(take_pin(store, pin, err));
    if (store->mode == SW_STORE_READ) {
        return store->kept.path == NULL ? SW_OK : sw_store_head(store, err);
    }
    SW_TRY(take_lock(store, NULL, err));
    SW_TRY(read_key(store, err));
    return sw_store_recover(store, err);
}

static sw_result begin_writing(
    struct sw_store *store, const struct sw_progress *progress, struct sw_error *err)
{
    SW_TRY(take_lock(store, progress, err));
    SW_TRY(read_key(store, err));
    store->mode = SW_STORE_WRITE;
    SW_TRY(sw_store_recover(store, err));
    return sw_progress_check(progress, err);
}

static void end_writing(struct sw_store *store)
{
    store->mode = SW_STORE_READ;
    store->head_read = false;
    sw_journal_close(&store->journal);
    sw_tiles_release(&store->tiles);
    sw_tiles_init(&store->tiles, sw_store_put_tile, store);
    sw_cleanup_fd(&store->lock);
    store->lock = -1;
}

sw_result sw_store_promote(
    struct sw_store *store, const struct sw_progress *progress, struct sw_error *err)
{
    if (store->mode == SW_STORE_WRITE) {
        return SW_OK;
    }
    SW_TRY(sw_progress_check(progress, err));
    sw_index_close(store->index);
    store->index = NULL;
    store->head_read = false;
    enum sw_code rc = begin_writing(store, progress, err);
    if (rc != SW_OK) {
        end_writing(store);
    }
    return rc;
}

sw_result sw_store_check_access(const struct sw_store *store, struct sw_error *err)
{
    static const struct {
        const char *name;
        int mode;
    } needed[] = {
        {".", W_OK | X_OK},
        {SW_JOURNAL_FILE, W_OK},
        {SW_STORE_KEY_FILE, R_OK},
    };
    for (size_t i = 0; i < SW_COUNT(needed); i++) {
        if (faccessat(store->disk.dir, needed[i].name, needed[i].mode, AT_EACCESS) != 0) {
            return sw_fail_errno(
                err, errno, "cannot write to store '%s': '%s'", store->path, needed[i].name);
        }
    }
    return SW_OK;
}

sw_result sw_store_open_pinned(const char *path, enum sw_store_mode mode,
    const struct sw_store_pin *pin, struct sw_store **out, struct sw_error *err)
{
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(new_store(path, mode, &store, err));
    SW_TRY(open_parts(store, pin, err));
    *out = SW_TAKE(store);
    return SW_OK;
}

sw_result sw_store_open(
    const char *path, enum sw_store_mode mode, struct sw_store **out, struct sw_error *err)
{
    return sw_store_open_pinned(path, mode, &(struct sw_store_pin){0}, out, err);
}

sw_result sw_store_close(struct sw_store *store, struct sw_error *err)
{
    enum sw_code rc = store->mode == SW_STORE_WRITE ? sw_log_publish(store, err) : SW_OK;
    free_store(store);
    return rc;
}

static sw_result read_head(struct sw_store *store, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_checkpoint checkpoint;
    int64_t time = 0;
    sw_arena_init(&arena, 0);
    SW_TRY(sw_disk_get(&store->disk, SW_STORE_CHECKPOINT_FILE, SW_NOTE_MAX_BYTES, &text, err));
    enum sw_code rc = sw_checkpoint_parse(&arena, sw_buf_bytes(&text), &checkpoint, err);
    if (rc == SW_OK && !sw_str_is(checkpoint.origin, store->origin)) {
        rc = sw_fail(err, SW_E_REFUSED, "it is the checkpoint of another log");
    }
    if (rc == SW_OK) {
        rc = sw_note_check(&checkpoint, &store->vkey, &time, err);
        rc = rc == SW_E_NOEVIDENCE ? SW_E_REFUSED : rc;
    }
    if (rc == SW_OK && checkpoint.size > SW_LOG_SIZE_MAX) {
        rc = sw_fail(err, SW_E_LIMIT, "its log is too large");
    }
    if (rc != SW_OK) {
        return sw_error_prefix(err, rc, "'%s/" SW_STORE_CHECKPOINT_FILE "'", store->path);
    }
    sw_buf_release(&store->head.text);
    store->head.size = checkpoint.size;
    store->head.root = checkpoint.root;
    store->head.text = text;
    text = SW_BUF_INIT;
    return SW_OK;
}

/* A writer looks at the kept checkpoint when its tiles are in order again. */
sw_result sw_store_head(struct sw_store *store, struct sw_error *err)
{
    if (store->head_read) {
        return SW_OK;
    }
    SW_TRY(read_head(store, err));
    if (store->mode == SW_STORE_READ) {
        SW_TRY(sw_store_check_grown(store, err));
    }
    store->head_read = true;
    return SW_OK;
}

/* --- making ---------------------------------------------------------------------------------- */

/* What sw_store_init() makes, children first. */
static const struct {
    const char *name;
    int flags;
} made[] = {
    {SW_STORE_FORMAT_FILE, 0},
    {SW_STORE_CHECKPOINT_FILE, 0},
    {"log", AT_REMOVEDIR},
    {SW_JOURNAL_FILE, 0},
    {SW_JOURNAL_NEW, 0},
    {SW_STORE_POLICY_FILE, 0},
    {SW_STORE_KEY_FILE, 0},
    {"keys", AT_REMOVEDIR},
    {SW_STORE_INDEX_FILE, 0},
    {SW_STORE_INDEX_FILE "-journal", 0},
};

static sw_result check_empty(const char *path, struct sw_error *err)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return sw_fail_errno(err, errno, "cannot read directory '%s'", path);
    }
    bool store = false;
    bool other = false;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        store = store || strcmp(e->d_name, SW_STORE_FORMAT_FILE) == 0;
        other = other || (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0);
    }
    (void)closedir(dir);
    if (store) {
        return sw_fail(err, SW_E_REFUSED, "there is a store in '%s' already", path);
    }
    return other ? sw_fail(err, SW_E_REFUSED,
                       "cannot make a store in '%s': the directory is not empty", path)
                 : SW_OK;
}

/* C2SP signed-note: key names have neither white space nor '+'. */
static sw_result check_origin(const char *origin, struct sw_error *err)
{
    struct sw_str text = sw_str(origin);
    bool plain = text.len > 0 && text.len <= ORIGIN_MAX;
    for (size_t i = 0; i < text.len && plain; i++) {
        plain = origin[i] > ' ' && origin[i] < 0x7f && origin[i] != '+';
    }
    return plain ? SW_OK
                 : sw_fail(err, SW_E_USAGE,
                       "a log's origin is 1 to %u visible ASCII characters without '+', such as "
                       "\"example.com/log\"",
                       ORIGIN_MAX);
}

static sw_result make_key(struct sw_store *store, const char *origin, struct sw_error *err)
{
    SW_CLEANUP(secret) struct sw_buf pem = SW_BUF_INIT;
    uint8_t raw[32];
    SW_TRY(sw_key_generate(SW_KEY_ED25519, &store->key, err));
    SW_TRY(sw_key_raw_ed25519(store->key, raw));
    SW_TRY(sw_vkey_make(&store->arena, origin, SW_VKEY_ED25519, raw, &store->vkey));
    SW_TRY(sw_key_write_private(store->key, (struct sw_str){NULL, 0}, &pem, err));
    if (mkdirat(store->disk.dir, "keys", 0755) != 0) {
        return sw_fail_errno(err, errno, "cannot make directory '%s/keys'", store->path);
    }
    return sw_disk_put(
        &store->disk, SW_STORE_KEY_FILE, sw_buf_bytes(&pem), SW_DISK_SYNC | SW_DISK_PRIVATE, err);
}

static sw_result make_policy(struct sw_store *store, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_buf_puts(&text, "log "));
    SW_TRY(sw_vkey_write(&store->vkey, &text));
    SW_TRY(sw_buf_puts(&text, "\nquorum none\n"));
    return sw_disk_put(&store->disk, SW_STORE_POLICY_FILE, sw_buf_bytes(&text), SW_DISK_SYNC, err);
}

static sw_result make_log(struct sw_store *store, const char *origin, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_hash256 root;
    sw_tiles_root(&store->tiles, &root);
    sw_journal_bind(&store->journal, origin, store->key);
    SW_TRY(sw_checkpoint_sign(origin, 0, &root, store->key, &text, err));
    SW_TRY(sw_disk_put(
        &store->disk, SW_STORE_CHECKPOINT_FILE, sw_buf_bytes(&text), SW_DISK_SYNC, err));
    return sw_journal_start(&store->journal, &store->tiles, err);
}

static sw_result make_parts(struct sw_store *store, const char *origin, struct sw_error *err)
{
    SW_TRY(make_key(store, origin, err));
    SW_TRY(make_policy(store, err));
    SW_TRY(make_log(store, origin, err));
    SW_TRY(sw_index_make(&store->disk, err));
    /* The format stands last: without it this is not a store. */
    SW_TRY(sw_disk_put(
        &store->disk, SW_STORE_FORMAT_FILE, sw_bytes(FORMAT, strlen(FORMAT)), SW_DISK_SYNC, err));
    return sw_disk_sync_all(&store->disk, err);
}

sw_result sw_store_init(const char *path, const char *origin, struct sw_error *err)
{
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(check_origin(origin, err));
    bool was_there = sw_dir_exists(path);
    SW_TRY(sw_dir_make(path, 0755, err));
    SW_TRY(check_empty(path, err));
    SW_TRY(new_store(path, SW_STORE_WRITE, &store, err));
    enum sw_code rc = make_parts(store, origin, err);
    if (rc == SW_OK) {
        return SW_OK;
    }
    sw_disk_clean(&store->disk);
    for (size_t i = 0; i < SW_COUNT(made); i++) {
        (void)unlinkat(store->disk.dir, made[i].name, made[i].flags);
    }
    if (!was_there) {
        (void)rmdir(path);
    }
    return sw_error_prefix(err, rc, "cannot make a store in '%s'", path);
}
