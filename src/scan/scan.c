#include "scan/inspect.h"

#include <pthread.h>

#define WORKERS_MAX 16
#define REPLY_MAX ((size_t)8 << 20)
#define CPU_SECONDS 300
#define ARENA_MAX ((size_t)512 << 20)

/* What the pass found out about one entry of the tree. */
struct result {
    const char *path;
    const char *format;
    const struct sw_finding *findings;
    size_t finding_count;
    uint64_t size;
    enum sw_scan_status status;
    bool listed; /* the entry counts: it was scanned, or could not be */
};

struct sw_scan {
    struct sw_worker *workers[WORKERS_MAX];
    bool busy[WORKERS_MAX];
    size_t worker_count;
    pthread_mutex_t lock; /* over busy, arena and results */
    pthread_cond_t idle;
    struct sw_arena arena;
    struct result *results; /* by index into the tree */
    size_t result_count;
    bool told; /* of the tree */
    struct sw_consumer consumer;
};

/* The head of the file that is being read. */
struct capture {
    size_t len;
    uint8_t head[SW_HEAD_SIZE];
};

/* --- in the worker ---------------------------------------------------------------------------- */

/* A request is the file's size (big-endian) and its name. */
static enum sw_code work(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    struct sw_cursor cur = sw_cursor(request);
    uint64_t size;
    struct sw_bytes name;
    SW_TRY(sw_cur_u64be(&cur, &size));
    SW_TRY(sw_cur_until(&cur, 0, &name));
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, ARENA_MAX);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    struct sw_source source = sw_source_fd(fd, size);
    SW_TRY(sw_inspect(&in, &source, (const char *)name.ptr));
    return sw_inspection_encode(&in, reply);
}

/* --- the pool --------------------------------------------------------------------------------- */

static size_t borrow(struct sw_scan *scan)
{
    (void)pthread_mutex_lock(&scan->lock);
    for (;;) {
        for (size_t i = 0; i < scan->worker_count; i++) {
            if (!scan->busy[i]) {
                scan->busy[i] = true;
                (void)pthread_mutex_unlock(&scan->lock);
                return i;
            }
        }
        (void)pthread_cond_wait(&scan->idle, &scan->lock);
    }
}

static void give_back(struct sw_scan *scan, size_t index)
{
    (void)pthread_mutex_lock(&scan->lock);
    scan->busy[index] = false;
    (void)pthread_cond_signal(&scan->idle);
    (void)pthread_mutex_unlock(&scan->lock);
}

static sw_result start_workers(struct sw_scan *scan, struct sw_error *err)
{
    const struct sw_worker_options options = {.cpu_seconds = CPU_SECONDS, .reply_max = REPLY_MAX};
    size_t count = sw_cpu_count();
    count = count > WORKERS_MAX ? WORKERS_MAX : count;
    while (scan->worker_count < count) {
        struct sw_worker **worker = &scan->workers[scan->worker_count];
        SW_TRY(sw_worker_new(worker, work, NULL, &options, err));
        scan->worker_count++;
    }
    return SW_OK;
}

/* --- one file --------------------------------------------------------------------------------- */

static sw_result ask(struct sw_scan *scan, int fd, const struct sw_specimen *specimen,
    struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_TRY(sw_buf_put_u64be(&request, specimen->source.size));
    SW_TRY(sw_buf_append(&request, specimen->name, strlen(specimen->name) + 1));
    size_t index = borrow(scan);
    enum sw_code code =
        sw_worker_call(scan->workers[index], fd, sw_buf_bytes(&request), 0, reply, err);
    give_back(scan, index);
    return code;
}

/* A parser that gives no answer leaves the file without evidence; the rest of the pass goes on. */
static sw_result parse_in_worker(
    struct sw_scan *scan, int fd, const struct sw_specimen *specimen, struct sw_inspection *in)
{
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    struct sw_inspection parsed;
    enum sw_code code = ask(scan, fd, specimen, &reply, &err);
    if (code == SW_OK) {
        code = sw_inspection_decode(&parsed, in->arena, sw_buf_bytes(&reply), &err);
    }
    if (code == SW_OK) {
        *in = parsed;
        return SW_OK;
    }
    in->status = SW_SCAN_FAILED;
    return sw_found(in, "parser-failed", SW_SEVERITY_MEDIUM, UINT64_MAX, "not read: %s",
        err.text[0] != '\0' ? err.text : sw_code_text(code));
}

static sw_result keep_finding(
    struct sw_arena *arena, const struct sw_finding *from, const char *path, struct sw_finding *to)
{
    *to = *from;
    to->path = path;
    to->rule = sw_arena_strdup(arena, from->rule);
    to->member = sw_arena_strdup(arena, from->member);
    to->message = sw_arena_strdup(arena, from->message);
    return to->rule == NULL || to->member == NULL || to->message == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result keep_locked(
    struct sw_scan *scan, struct result *result, const struct sw_inspection *in)
{
    struct sw_finding *findings =
        SW_ARENA_ARRAY(&scan->arena, struct sw_finding, in->finding_count);
    const char *format = sw_arena_strdup(&scan->arena, in->format);
    SW_TRY_PTR(findings);
    SW_TRY_PTR(format);
    for (size_t i = 0; i < in->finding_count; i++) {
        SW_TRY(keep_finding(&scan->arena, &in->findings[i], result->path, &findings[i]));
    }
    result->format = format;
    result->findings = findings;
    result->finding_count = in->finding_count;
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

/* --- the consumer ----------------------------------------------------------------------------- */

static sw_result on_begin(void *ctx, void *state, const struct sw_unit *unit, struct sw_error *err)
{
    const struct sw_scan *scan = ctx;
    if (!scan->told || unit->entry >= scan->result_count) {
        return sw_fail(err, SW_E_INTERNAL, "the scan was not told of the tree");
    }
    return SW_OK;
}

static sw_result on_update(void *ctx, void *state, struct sw_bytes chunk, struct sw_error *err)
{
    struct capture *capture = state;
    size_t room = sizeof(capture->head) - capture->len;
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
    struct sw_specimen specimen = {.source = sw_source_fd(fd, unit->end - unit->start),
        .head = sw_bytes(capture->head, capture->len),
        .name = scan->results[unit->entry].path,
        .outside = true};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    SW_TRY(sw_inspect_specimen(&in, &specimen));
    if (in.wants_parser) {
        SW_TRY(parse_in_worker(scan, fd, &specimen, &in));
    }
    return keep(scan, unit->entry, &in, err);
}

static sw_result keep_unread(struct sw_scan *scan, size_t entry, const char *why)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_inspection in;
    sw_inspection_init(&in, &arena);
    in.status = SW_SCAN_FAILED;
    SW_TRY(sw_found(&in, "unreadable", SW_SEVERITY_LOW, UINT64_MAX, "%s", why));
    return keep(scan, entry, &in, NULL);
}

/* Without memory even for this the entry stays unlisted, and finish then gives no verdict. */
static void on_drop(void *ctx, void *state, const struct sw_unit *unit)
{
    (void)!keep_unread(ctx, unit->entry, "could not be read, or changed while it was read");
}

/* --- public ----------------------------------------------------------------------------------- */

sw_result sw_scan_new(struct sw_scan **out, struct sw_error *err)
{
    SW_CLEANUP(scan) struct sw_scan *scan = calloc(1, sizeof(*scan));
    if (scan == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for a scan");
    }
    (void)pthread_mutex_init(&scan->lock, NULL);
    (void)pthread_cond_init(&scan->idle, NULL);
    sw_arena_init(&scan->arena, 0);
    scan->consumer = (struct sw_consumer){.ctx = scan,
        .state_size = sizeof(struct capture),
        .begin = on_begin,
        .update = on_update,
        .end = on_end,
        .drop = on_drop};
    SW_TRY(start_workers(scan, err));
    *out = SW_TAKE(scan);
    return SW_OK;
}

void sw_scan_free(struct sw_scan *scan)
{
    if (scan == NULL) {
        return;
    }
    for (size_t i = 0; i < scan->worker_count; i++) {
        sw_worker_free(scan->workers[i]);
    }
    (void)pthread_cond_destroy(&scan->idle);
    (void)pthread_mutex_destroy(&scan->lock);
    sw_arena_release(&scan->arena);
    free(scan);
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

static sw_result learn_tree(struct sw_scan *scan, const struct sw_tree *tree)
{
    scan->results = SW_ARENA_ARRAY(&scan->arena, struct result, tree->count);
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
        }
    }
    return SW_OK;
}

void sw_scan_tree(void *scan, const struct sw_tree *tree)
{
    struct sw_scan *self = scan;
    self->told = learn_tree(self, tree) == SW_OK;
}

/* --- the report ------------------------------------------------------------------------------- */

static int compare_findings(const void *a, const void *b)
{
    const struct sw_finding *x = a;
    const struct sw_finding *y = b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    return (x->severity < y->severity) - (x->severity > y->severity);
}

static sw_result copy_result(
    struct sw_arena *arena, const struct result *from, struct sw_scan_report *out)
{
    struct sw_scan_file *file = &out->files[out->file_count++];
    file->path = sw_arena_strdup(arena, from->path);
    file->format = sw_arena_strdup(arena, from->format);
    file->status = from->status;
    file->size = from->size;
    if (file->path == NULL || file->format == NULL ||
        !sw_add_u64(out->bytes, from->size, &out->bytes)) {
        return SW_E_NOMEM;
    }
    struct sw_finding *first = &out->findings[out->finding_count];
    for (size_t i = 0; i < from->finding_count; i++) {
        SW_TRY(keep_finding(arena, &from->findings[i], file->path, &first[i]));
    }
    qsort(first, from->finding_count, sizeof(*first), compare_findings);
    out->finding_count += from->finding_count;
    return SW_OK;
}

/* What is certain to be bad outweighs what could not be read; that outweighs what is only odd. */
static enum sw_scan_verdict judge(const struct sw_scan_report *report)
{
    enum sw_severity worst = SW_SEVERITY_INFO;
    bool unread = report->file_count == 0; /* an empty run shows nothing */
    for (size_t i = 0; i < report->finding_count; i++) {
        worst = report->findings[i].severity > worst ? report->findings[i].severity : worst;
    }
    for (size_t i = 0; i < report->file_count; i++) {
        unread = unread || report->files[i].status == SW_SCAN_FAILED;
    }
    if (worst >= SW_SEVERITY_HIGH) {
        return SW_SCAN_MALICIOUS;
    }
    if (unread) {
        return SW_SCAN_INCONCLUSIVE;
    }
    return worst >= SW_SEVERITY_MEDIUM ? SW_SCAN_SUSPICIOUS : SW_SCAN_CLEAN;
}

sw_result sw_scan_finish(
    struct sw_scan *scan, struct sw_arena *arena, struct sw_scan_report *out, struct sw_error *err)
{
    struct sw_scan_report report = {0};
    size_t findings = 0;
    for (size_t i = 0; i < scan->result_count; i++) {
        if (!scan->results[i].listed) {
            return sw_fail(err, SW_E_IO, "%s was not scanned", scan->results[i].path);
        }
        findings += scan->results[i].finding_count;
    }
    report.files = SW_ARENA_ARRAY(arena, struct sw_scan_file, scan->result_count);
    report.findings = SW_ARENA_ARRAY(arena, struct sw_finding, findings);
    if (!scan->told || report.files == NULL || report.findings == NULL) {
        return sw_fail(err, SW_E_NOMEM, "no memory for the scan's report");
    }
    for (size_t i = 0; i < scan->result_count; i++) {
        if (copy_result(arena, &scan->results[i], &report) != SW_OK) {
            return sw_fail(err, SW_E_NOMEM, "no memory for the scan's report");
        }
    }
    report.verdict = judge(&report);
    sw_scan_rules_digest(&report.rules);
    *out = report;
    return SW_OK;
}

/* git's own database is no part of a model (OMS v1.0 leaves it out), and its objects are
 * compressed: they would make every clone inconclusive. The rest of git's files is scanned like any
 * other. */
static bool is_git_database(void *ctx, const char *name, bool is_dir)
{
    (void)ctx;
    return is_dir && strcmp(name, ".git") == 0;
}

sw_result sw_scan_path(struct sw_arena *arena, const char *path, struct sw_progress *progress,
    struct sw_scan_report *out, struct sw_error *err)
{
    SW_CLEANUP(scan) struct sw_scan *scan = NULL;
    SW_CLEANUP(tree) struct sw_tree tree = {.root_fd = -1};
    const struct sw_tree_options options = {.follow_symlinks = true, .ignore = is_git_database};
    SW_TRY(sw_scan_new(&scan, err));
    SW_TRY(sw_tree_open(&tree, path, &options, err));
    sw_scan_tree(scan, &tree);
    const struct sw_consumer *consumer = sw_scan_consumer(scan);
    const struct sw_reader_options reader = {.progress = progress};
    SW_TRY(sw_reader_run(&tree, &consumer, 1, &reader, err));
    return sw_scan_finish(scan, arena, out, err);
}
