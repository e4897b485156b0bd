#include "model/watcher_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MARKER_MAX ((uint64_t)4096)
#define INDEX_MAX ((uint64_t)64 << 20)

struct asking {
    const struct sw_completion *completion;
    struct sw_arena *arena;
    const char *path;
    struct sw_tree tree;
    int64_t newest_ns;  /* when a file was written to last; 0: none */
    int64_t changed_ns; /* the same as the kernel has it: copying with times sets the other one */
};

static const char *const markers[] = {"trainer_state.json", ".complete"};
static const char *const indexes[] = {
    "model.safetensors.index.json", "pytorch_model.bin.index.json"};

static bool is_signature(const char *name)
{
    return sw_str_is(sw_path_base(name), "model.sig");
}

static const struct sw_entry *find_entry(const struct sw_tree *tree, struct sw_str name)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (sw_str_is(name, tree->entries[i].name)) {
            return &tree->entries[i];
        }
    }
    return NULL;
}

static void find_newest(struct asking *a)
{
    for (size_t i = 0; i < a->tree.count; i++) {
        const struct sw_entry *entry = &a->tree.entries[i];
        const struct sw_stamp *stamp = &entry->stamp;
        if (entry->kind != SW_ENTRY_FILE || is_signature(entry->name)) {
            continue;
        }
        a->newest_ns = stamp->mtime_ns > a->newest_ns ? stamp->mtime_ns : a->newest_ns;
        a->changed_ns = stamp->ctime_ns > a->changed_ns ? stamp->ctime_ns : a->changed_ns;
    }
}

/* --- markers --------------------------------------------------------------------------------- */

/* DeepSpeed and Megatron write the name of the last one into a file beside it. */
static bool is_the_latest(const struct asking *a)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_error ignored = {0};
    struct stat st;
    const char *path = sw_path_join(a->arena, a->completion->dir, "latest");
    if (path == NULL || stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        sw_file_read(path, MARKER_MAX, &text, &ignored) != SW_OK) {
        return false;
    }
    while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r')) {
        text.len--;
    }
    int64_t written = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return sw_str_is(sw_buf_str(&text), a->completion->name) && written >= a->newest_ns;
}

/* One that is older than another file was left of what was there before. */
static bool has_marker(const struct asking *a)
{
    for (size_t i = 0; i < SW_COUNT(markers); i++) {
        const struct sw_entry *entry = find_entry(&a->tree, sw_str(markers[i]));
        if (entry != NULL && entry->stamp.mtime_ns >= a->newest_ns) {
            return true;
        }
    }
    return is_the_latest(a);
}

/* A time that lies ahead of the clock says nothing. */
static bool is_old(const struct asking *a, int64_t ns)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    int64_t age_ms = (now_ns - ns) / 1000000;
    return age_ms < 0 || (uint64_t)age_ms >= a->completion->settle_ms;
}

static bool is_quiet(const struct asking *a)
{
    return a->completion->quiet_ms >= a->completion->settle_ms && is_old(a, a->newest_ns) &&
           is_old(a, a->changed_ns);
}

static bool choose(const struct asking *a, enum sw_completeness *how)
{
    bool file = a->tree.single != NULL;
    bool grows = !a->completion->shrinking;
    const struct {
        bool holds;
        enum sw_completeness how;
    } rows[] = {
        {a->completion->renamed, SW_COMPLETE_RENAMED},
        {grows && !file && has_marker(a), SW_COMPLETE_MARKER},
        {file && a->completion->closed, SW_COMPLETE_CLOSED},
        {is_quiet(a), SW_COMPLETE_SETTLED},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (rows[i].holds) {
            *how = rows[i].how;
            return true;
        }
    }
    return false;
}

/* --- what must be so in any case ------------------------------------------------------------- */

static bool shards_are_there(const struct asking *a, const char *index)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json json;
    struct sw_error ignored = {0};
    const char *path = sw_path_join(a->arena, a->path, index);
    if (path == NULL || sw_file_read(path, INDEX_MAX, &text, &ignored) != SW_OK ||
        sw_json_parse(a->arena, sw_buf_bytes(&text), NULL, &json, &ignored) != SW_OK) {
        return false;
    }
    const struct sw_json *map = sw_json_get(&json, "weight_map");
    SW_JSON_EACH_MEMBER (member, map) {
        struct sw_str shard;
        if (sw_json_str(&member->value, &shard) && find_entry(&a->tree, shard) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_whole(const struct asking *a)
{
    for (size_t i = 0; i < SW_COUNT(indexes); i++) {
        if (find_entry(&a->tree, sw_str(indexes[i])) != NULL && !shards_are_there(a, indexes[i])) {
            return false;
        }
    }
    return true;
}

/* A read lease is given only on a file that nobody has open for writing (fcntl(2)). It is held for
 * no time; who would open the file to write in between makes the kernel send a signal, which is to
 * be one that does no harm. Without the right to ask, times must do. */
static bool is_written(int fd)
{
    (void)fcntl(fd, F_SETSIG, SIGURG);
    if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0) {
        return errno == EAGAIN;
    }
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
    return false;
}

static bool nobody_writes(const struct asking *a)
{
    for (size_t i = 0; i < a->tree.count; i++) {
        const struct sw_entry *entry = &a->tree.entries[i];
        SW_CLEANUP(fd) int fd = -1;
        struct sw_error ignored = {0};
        if (entry->kind != SW_ENTRY_FILE || is_signature(entry->name)) {
            continue;
        }
        if (sw_tree_open_file(&a->tree, entry, &fd, &ignored) != SW_OK || is_written(fd)) {
            return false;
        }
    }
    return true;
}

static enum sw_completion_answer ask(struct asking *a, enum sw_completeness *how)
{
    struct sw_error why = {0};
    enum sw_code code = sw_tree_open(&a->tree, a->path, NULL, &why);
    if (code != SW_OK) {
        return code == SW_E_NOENT ? SW_COMPLETION_GONE : SW_COMPLETION_STUCK;
    }
    find_newest(a);
    bool whole = a->newest_ns != 0 && is_whole(a);
    if (!choose(a, how) || !nobody_writes(a)) {
        return SW_COMPLETION_WAIT;
    }
    if (whole) {
        return SW_COMPLETION_DONE;
    }
    return is_quiet(a) ? SW_COMPLETION_STUCK : SW_COMPLETION_WAIT;
}

enum sw_completion_answer sw_completion_ask(
    const struct sw_completion *completion, enum sw_completeness *how)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct asking a = {.completion = completion, .arena = &arena, .tree = SW_TREE_INIT};
    a.path = sw_path_join(&arena, completion->dir, completion->name);
    enum sw_completion_answer answer = a.path == NULL ? SW_COMPLETION_WAIT : ask(&a, how);
    sw_tree_release(&a.tree);
    return answer;
}
