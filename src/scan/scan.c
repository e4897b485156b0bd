#include "scan/pack.h"
#include "scan/scan_private.h"

/* What one file may take (doc/format/scan.md, "Limits"). */
#define CPU_SECONDS 300
#define WALL_SECONDS 900
#define MEMORY_MAX ((uint64_t)1 << 30)
#define REPLY_MAX ((size_t)8 << 20)
#define ARENA_MAX ((size_t)512 << 20)

/* The head of the file that is being read. */
struct capture {
    bool wanted;
    size_t len;
    uint8_t head[SW_HEAD_SIZE];
};

/* --- in the worker ---------------------------------------------------------------------------- */

static sw_result look_at_file(
    struct sw_inspection *in, int fd, struct sw_cursor *cur, struct sw_error *err)
{
    uint8_t wishes;
    uint64_t size;
    struct sw_bytes name;
    SW_TRY(sw_cur_u8(cur, &wishes));
    SW_TRY(sw_cur_u64be(cur, &size));
    SW_TRY(sw_cur_until(cur, 0, &name));
    in->metadata_only = (wishes & SW_WISH_METADATA) != 0;
    in->wants_digests = (wishes & SW_WISH_DIGESTS) != 0;
    in->wants_profile = (wishes & SW_WISH_PROFILE) != 0;
    struct sw_source source = sw_source_fd(fd, size);
    return sw_inspect(in, &source, (const char *)name.ptr);
}

static sw_result look_at_repository(
    struct sw_inspection *in, struct sw_cursor *cur, struct sw_error *err)
{
    struct sw_repository repository = {0};
    struct sw_bytes rest;
    SW_TRY(sw_cur_bytes(cur, sw_cur_left(cur), &rest));
    SW_TRY(sw_repository_decode(&repository, in->arena, rest, err));
    return sw_repository_inspect(in, &repository, err);
}

static enum sw_code work(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(request);
    uint8_t task;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, ARENA_MAX);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    in.packs = ctx;
    SW_TRY(sw_cur_u8(&cur, &task));
    SW_TRY(task == SW_TASK_FILE ? look_at_file(&in, fd, &cur, err)
                                : look_at_repository(&in, &cur, err));
    return sw_inspection_encode(&in, reply);
}

/* --- one file --------------------------------------------------------------------------------- */

static sw_result ask(struct sw_scan *scan, int fd, const struct sw_specimen *specimen,
    struct sw_buf *reply, bool *late, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_TRY(sw_buf_putc(&request, SW_TASK_FILE));
    int wishes = (scan->metadata_only ? SW_WISH_METADATA : 0) |
                 (scan->hash_tensors ? SW_WISH_DIGESTS : 0) | (scan->profile ? SW_WISH_PROFILE : 0);
    SW_TRY(sw_buf_putc(&request, (char)wishes));
    SW_TRY(sw_buf_put_u64be(&request, specimen->source.size));
    SW_TRY(sw_buf_append(&request, specimen->name, strlen(specimen->name) + 1));
    struct sw_worker_task task = {
        .fd = fd, .request = sw_buf_bytes(&request), .progress = scan->progress};
    return sw_pool_call(scan->pool, &task, reply, late, err);
}

/* A parser that gives no answer leaves the file without evidence; the rest of the pass goes on,
 * unless somebody asked it to stop. */
static sw_result parse_in_worker(struct sw_scan *scan, int fd, const struct sw_specimen *specimen,
    struct sw_inspection *in, struct sw_error *stop)
{
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    struct sw_inspection parsed;
    bool late = false;
    enum sw_code code = ask(scan, fd, specimen, &reply, &late, &err);
    if (code == SW_OK) {
        code = sw_inspection_decode(&parsed, in->arena, sw_buf_bytes(&reply), &err);
    }
    if (code == SW_OK) {
        *in = parsed;
        return SW_OK;
    }
    SW_TRY(sw_progress_check(scan->progress, stop));
    if (late) {
        return sw_give_up(in, "time-limit", SW_SEVERITY_LOW,
            "not read: the time limit of the whole scan was reached");
    }
    return sw_give_up(in, "parser-failed", SW_SEVERITY_MEDIUM, "not read: %s",
        err.text[0] != '\0' ? err.text : sw_code_text(code));
}

/* --- keeping what was found ------------------------------------------------------------------- */

static sw_result keep_facts(
    struct sw_scan *scan, struct sw_scan_result *result, const struct sw_inspection *in)
{
    result->facts = SW_ARENA_ARRAY(&scan->arena, struct sw_fact, in->fact_count);
    SW_TRY_PTR(result->facts);
    for (size_t i = 0; i < in->fact_count; i++) {
        const struct sw_fact *from = &in->facts[i];
        const char *bytes = sw_arena_strndup(&scan->arena, sw_str_of_bytes(from->bytes));
        result->facts[i] = (struct sw_fact){.kind = sw_arena_strdup(&scan->arena, from->kind),
            .member = sw_arena_strdup(&scan->arena, from->member),
            .bytes = sw_bytes(bytes, from->bytes.len)};
        SW_TRY_PTR(bytes);
        SW_TRY_PTR(result->facts[i].kind);
        SW_TRY_PTR(result->facts[i].member);
        scan->fact_bytes += sw_fact_is_for_checks(from) ? from->bytes.len : 0;
    }
    result->fact_count = in->fact_count;
    return SW_OK;
}

/* Of a file that was dropped, what else comes can only add findings: it stays without evidence. */
static sw_result keep_locked(
    struct sw_scan *scan, struct sw_scan_result *result, const struct sw_inspection *in)
{
    if (!result->dropped) {
        scan->kept -= result->finding_count;
        result->finding_count = 0;
    }
    SW_TRY(sw_scan_add_findings(scan, result, in));
    if (result->dropped && in->status != SW_SCAN_FAILED) {
        return SW_OK;
    }
    result->format = sw_arena_strdup(&scan->arena, in->format);
    result->unread = sw_keep_words(&scan->arena, in->unread, in->unread_count);
    result->unread_count = in->unread_count;
    SW_TRY_PTR(result->format);
    SW_TRY_PTR(result->unread);
    SW_TRY(keep_facts(scan, result, in));
    result->coverage = in->coverage;
    result->status = in->status;
    result->listed = true;
    return SW_OK;
}

static sw_result keep(
    struct sw_scan *scan, size_t entry, const struct sw_inspection *in, struct sw_error *err)
{
    (void)pthread_mutex_lock(&scan->lock);
    enum sw_code code = keep_locked(scan, &scan->results[entry], in);
    (void)pthread_mutex_unlock(&scan->lock);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "no memory for what the scan found");
}

static sw_result keep_unread(struct sw_scan *scan, size_t entry, const char *why)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    SW_TRY(sw_give_up(&in, "unreadable", SW_SEVERITY_LOW, "%s", why));
    return keep(scan, entry, &in, NULL);
}

/* --- the consumer ----------------------------------------------------------------------------- */

/* A parser reads from where it wants to, so it needs a file once and not its bytes in order: of a
 * file that is cut into ranges, the first one brings it. */
static sw_result on_begin(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    const struct sw_scan *scan = ctx;
    struct capture *capture = state;
    if (!scan->told || unit->entry >= scan->result_count) {
        return sw_fail(err, SW_E_INTERNAL, "the scan was not told of the tree");
    }
    capture->wanted = unit->start == 0;
    return SW_OK;
}

static sw_result on_update(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err)
{
    struct capture *capture = state;
    size_t room = capture->wanted ? sizeof(capture->head) - capture->len : 0;
    size_t len = chunk.len < room ? chunk.len : room;
    if (len > 0) {
        memcpy(capture->head + capture->len, chunk.ptr, len);
        capture->len += len;
    }
    return SW_OK;
}

static sw_result on_end(
    void *ctx, void *state, const struct sw_unit *unit, int fd, struct sw_error *err)
{
    struct sw_scan *scan = ctx;
    const struct capture *capture = state;
    if (!capture->wanted) {
        return SW_OK;
    }
    struct sw_specimen specimen = {.source = sw_source_fd(fd, scan->results[unit->entry].size),
        .head = sw_bytes(capture->head, capture->len),
        .name = scan->results[unit->entry].path,
        .outside = true};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    SW_TRY(sw_inspect_specimen(&in, &specimen));
    if (in.wants_parser) {
        SW_TRY(parse_in_worker(scan, fd, &specimen, &in, err));
    }
    return keep(scan, unit->entry, &in, err);
}

/* Without memory even for this the entry stays unlisted, and finish then gives no verdict. */
static void on_drop(void *ctx, void *state, const struct sw_unit *unit)
{
    struct sw_scan *scan = ctx;
    (void)pthread_mutex_lock(&scan->lock);
    bool first = !scan->results[unit->entry].dropped;
    scan->results[unit->entry].dropped = true;
    (void)pthread_mutex_unlock(&scan->lock);
    if (first && keep_unread(scan, unit->entry,
                     "could not be read, or changed while it was read") != SW_OK) {
        scan->results[unit->entry].listed = false;
    }
}

/* --- public ----------------------------------------------------------------------------------- */

static sw_result read_packs(
    struct sw_scan *scan, const struct sw_bytes *packs, size_t count, struct sw_error *err)
{
    if (count == 0) {
        return SW_OK;
    }
    SW_TRY(sw_packs_new(&scan->packs, err));
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_packs_add(scan->packs, packs[i], false, err));
    }
    return SW_OK;
}

sw_result sw_scan_new(struct sw_scan **out, struct sw_error *err)
{
    return sw_scan_new_with_packs(out, NULL, 0, err);
}

/* The packs are there before the zygotes are, whose processes see them. */
sw_result sw_scan_new_with_packs(
    struct sw_scan **out, const struct sw_bytes *packs, size_t pack_count, struct sw_error *err)
{
    SW_CLEANUP(scan) struct sw_scan *scan = calloc(1, sizeof(*scan));
    if (scan == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a scan");
    }
    (void)pthread_mutex_init(&scan->lock, NULL);
    sw_arena_init(&scan->arena, 0);
    scan->consumer = (struct sw_consumer){.ctx = scan,
        .state_size = sizeof(struct capture),
        .begin = on_begin,
        .update = on_update,
        .end = on_end,
        .drop = on_drop};
    sw_scan_limit_time(scan, SW_SCAN_TIME_LIMIT);
    const struct sw_worker_options options = {.memory_max = MEMORY_MAX,
        .cpu_seconds = CPU_SECONDS,
        .wall_seconds = WALL_SECONDS,
        .reply_max = REPLY_MAX};
    SW_TRY(read_packs(scan, packs, pack_count, err));
    SW_TRY(sw_pool_new(&scan->pool, work, scan->packs, &options, err));
    *out = SW_TAKE(scan);
    return SW_OK;
}

void sw_scan_free(struct sw_scan *scan)
{
    if (scan == NULL) {
        return;
    }
    sw_pool_free(scan->pool);
    sw_packs_free(scan->packs);
    (void)pthread_mutex_destroy(&scan->lock);
    sw_arena_release(&scan->arena);
    free(scan);
}

void sw_scan_limit_time(struct sw_scan *scan, uint64_t seconds)
{
    scan->time_limit = UINT64_MAX;
    (void)sw_mul_u64(seconds, 1000000000u, &scan->time_limit);
}

void sw_scan_metadata_only(struct sw_scan *scan, bool only)
{
    scan->metadata_only = only;
}

void sw_scan_profile(struct sw_scan *scan, bool each)
{
    scan->profile = each;
}

void sw_scan_hash_tensors(struct sw_scan *scan, bool hash)
{
    scan->hash_tensors = hash;
}

void sw_scan_watch(struct sw_scan *scan, const struct sw_progress *progress)
{
    scan->progress = progress;
}

const struct sw_consumer *sw_scan_consumer(struct sw_scan *scan)
{
    return &scan->consumer;
}

static const char *const unread_kinds[] = {
    [SW_ENTRY_SYMLINK] = "a symbolic link that was not followed",
    [SW_ENTRY_SPECIAL] = "a socket, FIFO or device",
    [SW_ENTRY_BAD_NAME] = "a name that is not UTF-8",
    [SW_ENTRY_UNREADABLE] = "could not be read",
};

/* Where files are cut into ranges, an empty one has none. */
static sw_result keep_empty(struct sw_scan *scan, size_t entry)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    struct sw_source source = sw_source_memory(sw_bytes("", 0));
    SW_TRY(sw_inspect(&in, &source, scan->results[entry].path));
    return keep(scan, entry, &in, NULL);
}

static sw_result learn_tree(struct sw_scan *scan, const struct sw_tree *tree)
{
    scan->results = SW_ARENA_ARRAY(&scan->arena, struct sw_scan_result, tree->count);
    SW_TRY_PTR(scan->results);
    scan->result_count = tree->count;
    for (size_t i = 0; i < tree->count; i++) {
        const struct sw_entry *entry = &tree->entries[i];
        const char *name = tree->single != NULL ? tree->single : entry->name;
        scan->results[i].path = sw_arena_strdup(&scan->arena, name);
        scan->results[i].size = entry->size;
        SW_TRY_PTR(scan->results[i].path);
        if (entry->kind != SW_ENTRY_FILE) {
            SW_TRY(keep_unread(scan, i, unread_kinds[entry->kind]));
        } else if (entry->size == 0) {
            SW_TRY(keep_empty(scan, i));
        }
    }
    return SW_OK;
}

void sw_scan_tree(void *scan, const struct sw_tree *tree)
{
    struct sw_scan *self = scan;
    sw_arena_release(&self->arena);
    self->results = NULL;
    self->result_count = 0;
    self->kept = 0;
    self->fact_bytes = 0;
    sw_pool_allow(self->pool, self->time_limit);
    self->told = learn_tree(self, tree) == SW_OK;
}

/* git's own database is no part of a model (OMS v1.0 leaves it out), and its objects are
 * compressed: they would make every clone inconclusive. The rest of git's files is scanned like any
 * other. */
static bool is_git_database(void *ctx, const char *name, bool is_dir)
{
    (void)ctx;
    return is_dir && strcmp(name, ".git") == 0;
}

sw_result sw_scan_path(struct sw_arena *arena, const char *path,
    const struct sw_scan_options *options, struct sw_scan_report *out, struct sw_error *err)
{
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_CLEANUP(tree) struct sw_tree tree = {.root_fd = -1};
    const struct sw_tree_options tree_options = {
        .follow_symlinks = true, .ignore = is_git_database};
    SW_TRY(sw_scan_new_with_packs(&scan, options->packs, options->pack_count, err));
    sw_scan_limit_time(scan, options->time_limit);
    sw_scan_watch(scan, options->progress);
    sw_scan_metadata_only(scan, options->metadata_only);
    sw_scan_hash_tensors(scan, options->hash_tensors);
    sw_scan_profile(scan, options->profile);
    SW_TRY(sw_tree_open(&tree, path, &tree_options, err));
    sw_scan_tree(scan, &tree);
    const struct sw_consumer *consumer = sw_scan_consumer(scan);
    const struct sw_reader_options reader = {
        .progress = options->progress, .head_size = SW_HEAD_SIZE};
    SW_TRY(sw_reader_run(&tree, &consumer, 1, &reader, err));
    return sw_scan_finish(scan, arena, out, err);
}
