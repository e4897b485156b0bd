/* fs-verity: the kernel refuses every byte that is not as it was when it was turned on for the
 * file. What it measured of a file before that was hashed names the same bytes for ever. */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fsverity.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>

struct measured {
    const char *name;
    struct sw_bytes digest;
};

struct sw_guard_verity {
    struct sw_arena arena;
    struct measured *files; /* by entry of the tree, thus by name */
    size_t count;
    bool single;
    pthread_mutex_t lock; /* guards the arena: files are hashed by many threads */
};

/* The measure with its algorithm, so that two are equal only when both are. */
static bool measure(int fd, uint8_t out[2 + SW_DIGEST_MAX], size_t *len)
{
    union {
        struct fsverity_digest head;
        uint8_t bytes[sizeof(struct fsverity_digest) + SW_DIGEST_MAX];
    } m = {.head = {.digest_size = SW_DIGEST_MAX}};
    if (ioctl(fd, FS_IOC_MEASURE_VERITY, &m) != 0 || m.head.digest_size > SW_DIGEST_MAX) {
        return false;
    }
    out[0] = (uint8_t)(m.head.digest_algorithm >> 8);
    out[1] = (uint8_t)m.head.digest_algorithm;
    memcpy(out + 2, m.bytes + sizeof(struct fsverity_digest), m.head.digest_size);
    *len = (size_t)m.head.digest_size + 2;
    return true;
}

static sw_result has_none(const char *name, struct sw_error *err)
{
    return sw_fail(err, SW_E_IO,
        "'%s' has no fs-verity (turn it on with 'fsverity enable', where the file system has it, "
        "or "
        "use --protect copy)",
        name);
}

/* What has it, and no file of it, says ENODATA; others do not know the question. */
bool sw_guard_verity_possible(void)
{
    SW_CLEANUP(fd) int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    uint8_t digest[2 + SW_DIGEST_MAX];
    size_t len;
    return fd >= 0 && (measure(fd, digest, &len) || errno == ENODATA);
}

bool sw_guard_verity_has(const struct sw_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        SW_CLEANUP(fd) int fd = -1;
        struct sw_error ignored = {0};
        uint8_t digest[2 + SW_DIGEST_MAX];
        size_t len;
        if (tree->entries[i].kind == SW_ENTRY_FILE &&
            (sw_tree_open_file(tree, &tree->entries[i], &fd, &ignored) != SW_OK ||
                !measure(fd, digest, &len))) {
            return false;
        }
    }
    return tree->count > 0;
}

static sw_result start(struct sw_guard *guard, const struct sw_tree *tree)
{
    sw_guard_verity_free(guard->verity);
    guard->verity = calloc(1, sizeof(*guard->verity));
    SW_TRY_PTR(guard->verity);
    sw_arena_init(&guard->verity->arena, 0);
    (void)pthread_mutex_init(&guard->verity->lock, NULL);
    guard->verity->files = SW_ARENA_ARRAY(&guard->verity->arena, struct measured, tree->count);
    SW_TRY_PTR(guard->verity->files);
    guard->verity->count = tree->count;
    guard->verity->single = tree->single != NULL;
    for (size_t i = 0; i < tree->count; i++) {
        guard->verity->files[i].name =
            sw_arena_strdup(&guard->verity->arena, tree->entries[i].name);
        SW_TRY_PTR(guard->verity->files[i].name);
    }
    return SW_OK;
}

void sw_guard_verity_tree(void *ctx, const struct sw_tree *tree)
{
    struct sw_guard *guard = ctx;
    guard->tree = tree;
    guard->why = (struct sw_error){0};
    guard->code = start(guard, tree);
}

/* On the descriptor that is hashed, and before that: what has its measure then keeps its bytes. A
 * file of several shards is measured several times. */
sw_result sw_guard_verity_begin(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    struct sw_guard *guard = ctx;
    uint8_t digest[2 + SW_DIGEST_MAX];
    size_t len;
    if (guard->code != SW_OK) {
        return sw_fail(err, guard->code, "out of memory");
    }
    if (fd < 0) {
        return SW_OK; /* which fails by itself */
    }
    if (!measure(fd, digest, &len)) {
        return has_none(guard->verity->files[unit->entry].name, err);
    }
    struct measured *file = &guard->verity->files[unit->entry];
    (void)pthread_mutex_lock(&guard->verity->lock);
    const void *kept = sw_arena_copy(&guard->verity->arena, sw_bytes(digest, len));
    bool same = file->digest.len == 0 || sw_bytes_equal(file->digest, sw_bytes(digest, len));
    file->digest = sw_bytes(kept, len);
    (void)pthread_mutex_unlock(&guard->verity->lock);
    if (kept == NULL) {
        return sw_fail(err, SW_E_NOMEM, "out of memory");
    }
    return same ? SW_OK : sw_fail(err, SW_E_REFUSED, "'%s' was replaced", file->name);
}

static int by_name(const void *key, const void *element)
{
    const struct measured *file = element;
    return strcmp(key, file->name);
}

sw_result sw_guard_verity_check(
    const struct sw_guard *guard, const char *name, int fd, struct sw_error *err)
{
    const struct sw_guard_verity *verity = guard->verity;
    uint8_t digest[2 + SW_DIGEST_MAX];
    size_t len;
    const struct measured *file = verity->single ? &verity->files[0]
                                                 : bsearch(name, verity->files, verity->count,
                                                       sizeof(*verity->files), by_name);
    if (!measure(fd, digest, &len)) {
        return has_none(name, err);
    }
    if (file == NULL || !sw_bytes_equal(file->digest, sw_bytes(digest, len))) {
        return sw_fail(err, SW_E_REFUSED, "'%s' was replaced since it was verified", name);
    }
    return SW_OK;
}

void sw_guard_verity_free(struct sw_guard_verity *verity)
{
    if (verity != NULL) {
        (void)pthread_mutex_destroy(&verity->lock);
        sw_arena_release(&verity->arena);
        free(verity);
    }
}
