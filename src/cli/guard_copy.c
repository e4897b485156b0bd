/* The copy in memory: written by the pass that hashes, from the same buffer. */
#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define PAGE ((uint64_t)4096)

/* --- how much memory there is ---------------------------------------------------------------- */

/* The number behind `label` in a small file of the kernel's; false when there is none. */
static bool number_in(const char *path, const char *label, uint64_t *out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error ignored = {0};
    if (sw_file_read(path, (uint64_t)64 << 10, &text, &ignored) != SW_OK) {
        return false;
    }
    const char *at = strstr(sw_buf_cstr(&text), label);
    if (at == NULL) {
        return false;
    }
    at += strlen(label);
    at += strspn(at, " \t");
    return sw_parse_u64(sw_str_n(at, strspn(at, "0123456789")), out);
}

/* What one control group leaves; UINT64_MAX without a limit. */
static uint64_t group_leaves(const char *group)
{
    char path[PATH_MAX];
    uint64_t limit = 0;
    uint64_t used = 0;
    (void)snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max", group);
    if (!number_in(path, "", &limit)) {
        return UINT64_MAX;
    }
    (void)snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.current", group);
    if (!number_in(path, "", &used)) {
        return UINT64_MAX;
    }
    return limit > used ? limit - used : 0;
}

/* The limits of all groups above count, too. */
static uint64_t groups_leave(void)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error ignored = {0};
    uint64_t least = UINT64_MAX;
    if (sw_file_read("/proc/self/cgroup", PATH_MAX, &text, &ignored) != SW_OK) {
        return least;
    }
    const char *line = strstr(sw_buf_cstr(&text), "0::/");
    if (line == NULL) {
        return least;
    }
    char group[PATH_MAX];
    (void)snprintf(group, sizeof(group), "%.*s", (int)strcspn(line + 3, "\n"), line + 3);
    for (char *slash = group; slash != NULL; slash = strrchr(group, '/')) {
        uint64_t leaves = group_leaves(strcmp(group, "/") == 0 ? "" : group);
        least = leaves < least ? leaves : least;
        slash = strrchr(group, '/');
        if (slash == NULL || group[0] == '\0') {
            break;
        }
        *slash = '\0';
    }
    return least;
}

uint64_t sw_guard_memory_free(void)
{
    uint64_t kilobytes = 0;
    uint64_t bytes = UINT64_MAX;
    if (number_in("/proc/meminfo", "MemAvailable:", &kilobytes) &&
        !sw_mul_u64(kilobytes, 1024, &bytes)) {
        bytes = UINT64_MAX;
    }
    uint64_t groups = groups_leave();
    return groups < bytes ? groups : bytes;
}

uint64_t sw_guard_memory_needed(const struct sw_tree *tree)
{
    uint64_t sum = (uint64_t)1 << 20;
    for (size_t i = 0; i < tree->count; i++) {
        uint64_t size = tree->entries[i].kind == SW_ENTRY_FILE ? tree->entries[i].size : 0;
        if (!sw_add_u64(size, PAGE - 1, &size) || !sw_add_u64(sum, size - size % PAGE, &sum)) {
            return UINT64_MAX;
        }
    }
    return sum;
}

/* --- the files ------------------------------------------------------------------------------- */

static sw_result list_names(
    const struct sw_tree *tree, struct sw_arena *arena, const char *const **names, size_t *count)
{
    const char **list = SW_ARENA_ARRAY(arena, const char *, tree->count);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->entries[i].kind == SW_ENTRY_FILE) {
            list[(*count)++] = tree->single != NULL ? SW_GUARD_SINGLE : tree->entries[i].name;
        }
    }
    *names = list;
    return SW_OK;
}

static sw_result make_memory(
    struct sw_guard *guard, const struct sw_tree *tree, struct sw_error *err)
{
    uint64_t needed = sw_guard_memory_needed(tree);
    uint64_t there = sw_guard_memory_free();
    char needed_text[16];
    char there_text[16];
    sw_format_size(needed, needed_text);
    sw_format_size(there, there_text);
    if (needed > there) {
        return sw_fail(err, SW_E_IO,
            "a copy of '%s' takes %s of memory, and %s is available; use --protect watch or verity",
            guard->path, needed_text, there_text);
    }
    char text[96];
    (void)snprintf(text, sizeof(text), "copying the model into %s of memory (%s is available)",
        needed_text, there_text);
    sw_guard_tell(guard->log, "copying", "", text);
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const char *const *names = NULL;
    size_t count = 0;
    SW_TRY(list_names(tree, &arena, &names, &count));
    return sw_guard_skeleton(guard, names, count, needed, err);
}

/* It cannot fail, so the first file that is begun tells. */
void sw_guard_copy_tree(void *ctx, const struct sw_tree *tree)
{
    struct sw_guard *guard = ctx;
    guard->tree = tree;
    guard->why = (struct sw_error){0};
    guard->code = make_memory(guard, tree, &guard->why);
}

struct copying {
    int fd;
    uint64_t offset;
};

static const char *name_of(const struct sw_guard *guard, const struct sw_unit *unit)
{
    return guard->tree->single != NULL ? SW_GUARD_SINGLE : guard->tree->entries[unit->entry].name;
}

static enum sw_code begin_unit(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    const struct sw_guard *guard = ctx;
    struct copying *copying = state;
    if (guard->code != SW_OK) {
        return sw_fail(err, guard->code, "%s", guard->why.text);
    }
    const char *name = name_of(guard, unit);
    copying->fd = sw_open_beneath(guard->memory, name, O_WRONLY, 0, false);
    copying->offset = unit->start;
    if (copying->fd < 0) {
        return sw_fail_errno(err, errno, "cannot copy '%s'", name);
    }
    if (unit->start == 0) { /* said beforehand, so that large pages can be used */
        uint64_t size = guard->tree->entries[unit->entry].size;
        if (ftruncate(copying->fd, (off_t)size) != 0) {
            sw_cleanup_fd(&copying->fd);
            return sw_fail_errno(err, errno, "cannot copy '%s'", name);
        }
    }
    return SW_OK;
}

static enum sw_code update_unit(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err)
{
    struct copying *copying = state;
    while (chunk.len > 0) {
        ssize_t n = pwrite(copying->fd, chunk.ptr, chunk.len, (off_t)copying->offset);
        if (n < 0 && errno != EINTR) {
            return sw_fail_errno(err, errno, "cannot copy the model into memory");
        }
        size_t wrote = n < 0 ? 0 : (size_t)n;
        chunk = sw_bytes(chunk.ptr + wrote, chunk.len - wrote);
        copying->offset += wrote;
    }
    return SW_OK;
}

static enum sw_code end_unit(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    struct copying *copying = state;
    (void)close(copying->fd);
    return SW_OK;
}

static void drop_unit(void *ctx, void *state, const struct sw_unit *unit)
{
    struct copying *copying = state;
    (void)close(copying->fd);
}

struct sw_consumer sw_guard_copy_consumer(struct sw_guard *guard)
{
    return (struct sw_consumer){.ctx = guard,
        .state_size = sizeof(struct copying),
        .begin = begin_unit,
        .update = update_unit,
        .end = end_unit,
        .drop = drop_unit};
}
