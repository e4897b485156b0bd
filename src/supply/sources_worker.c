/* Looks at a host, clusters and logs in processes of their own. Those open nothing: a cluster and a
 * log are descriptors, and what a host has is read for them. */
#include "supply/discover_worker.h"
#include "supply/host_serve.h"
#include "supply/look.h"

#include <unistd.h>

#define KEY_LEAST 16
#define KEY_MOST 4096
#define WALL_SECONDS ((uint64_t)14 * 86400) /* a pipe may be as slow as it likes */

enum source { HOST, CLUSTER, LOG };

struct looking {
    const struct sw_discover_sources *sources;
    const struct sw_discover_options *options;
    struct sw_inventory *inventory;
    struct sw_discover_coverage *coverage;
    struct sw_worker *worker;
    enum source source; /* of the call: who reads a log is told nothing of the host */
    struct sw_host_server server;
    struct sw_buf key;
};

static void release(struct looking *l)
{
    sw_worker_free(l->worker);
    sw_host_server_close(&l->server);
    sw_buf_wipe(&l->key);
}
SW_DEFINE_CLEANUP(looking, struct looking, release)

/* --- there ------------------------------------------------------------------------------------ */

/* A request: which kind, and the number of the file. */
static sw_result look_at(const struct looking *l, struct sw_bytes request, int fd,
    struct sw_inventory *inventory, struct sw_discover_coverage *coverage, struct sw_error *err)
{
    const struct sw_discover_sources *s = l->sources;
    const struct sw_log_options log = {.pseudonyms = s->pseudonyms != NULL};
    struct sw_discover_options options = *l->options;
    struct sw_cursor cur = sw_cursor(request);
    uint8_t source;
    uint32_t at;
    options.progress = NULL;
    SW_TRY(sw_cur_u8(&cur, &source));
    SW_TRY(sw_cur_u32be(&cur, &at));
    SW_TRY(sw_discover_own_catalogue(&options, inventory->arena, err));
    switch ((enum source)source) {
    case HOST: return sw_discover_host(inventory, s->host, &options, coverage, err);
    case CLUSTER:
        return sw_discover_cluster(inventory, s->clusters[at], fd, &options, coverage, err);
    case LOG: return sw_discover_log(inventory, s->logs[at], fd, &log, &options, coverage, err);
    }
    return SW_E_INTERNAL;
}

static sw_result look(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_inventory inventory;
    struct sw_discover_coverage coverage = {0};
    sw_arena_init(&arena, 0);
    sw_inventory_init(&inventory, &arena);
    SW_TRY(look_at(ctx, request, fd, &inventory, &coverage, err));
    return sw_discover_answer(&inventory, &coverage, NULL, reply, err);
}

/* --- here ------------------------------------------------------------------------------------- */

static sw_result serve(
    void *ctx, struct sw_bytes question, struct sw_buf *answer, struct sw_error *err)
{
    struct looking *l = ctx;
    if (l->source == LOG && question.len > 0 && question.ptr[0] == SW_LOG_PSEUDONYM &&
        l->key.len > 0) {
        const struct sw_bytes user = sw_bytes(question.ptr + 1, question.len - 1);
        return sw_log_pseudonym(sw_buf_bytes(&l->key), sw_str_of_bytes(user), answer);
    }
    return l->source == HOST && l->sources->host != NULL
               ? sw_host_serve(&l->server, question, answer, err)
               : sw_fail(err, SW_E_REFUSED, "the parser answered nonsense: it asks for something");
}

static sw_result ask(struct looking *l, enum source source, size_t at, int fd, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf request = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    l->source = source;
    SW_TRY(sw_buf_putc(&request, (char)source));
    SW_TRY(sw_buf_put_u32be(&request, (uint32_t)at));
    const struct sw_worker_task task = {.fd = fd,
        .request = sw_buf_bytes(&request),
        .serve = serve,
        .serve_ctx = l,
        .progress = l->options->progress};
    SW_TRY(sw_worker_call(l->worker, &task, &reply, err));
    return sw_discover_take_answer(l->inventory, sw_buf_bytes(&reply), l->coverage, NULL, err);
}

/* What ended its parser is told, and counted. */
static sw_result tell_refused(struct looking *l, const char *path)
{
    struct sw_look look = {
        .inventory = l->inventory, .coverage = l->coverage, .path = sw_str(path)};
    l->coverage->refused++;
    return sw_look_gap(&look, SW_DISCOVER_REFUSED);
}

static sw_result look_at_file(
    struct looking *l, enum source source, size_t at, const char *path, struct sw_error *err)
{
    SW_CLEANUP(fd) int opened = -1;
    const bool standard = strcmp(path, "-") == 0;
    SW_TRY(standard ? SW_OK : sw_file_open(path, &opened, err));
    enum sw_code code = ask(l, source, at, standard ? STDIN_FILENO : opened, err);
    if (code != SW_E_REFUSED) {
        return code;
    }
    l->coverage->files++;
    return tell_refused(l, standard ? "standard input" : path);
}

/* What was being read when its parser ended is left out, and the rest looked at again. */
static sw_result look_at_host(struct looking *l, struct sw_error *err)
{
    struct sw_host_server *server = &l->server;
    enum sw_code code = SW_E_REFUSED;
    while (code == SW_E_REFUSED) {
        code = ask(l, HOST, 0, -1, err);
        if (code == SW_E_REFUSED && !sw_host_server_skip(server)) {
            const struct sw_error why = *err;
            return sw_fail(err, SW_E_IO, "looking at the host was ended: %s", why.text);
        }
    }
    for (size_t i = 0; code == SW_OK && i < server->skip_count; i++) {
        code = tell_refused(l, server->skips[i]);
    }
    return code;
}

/* Once there is the process that starts the others, which must not have it. */
static sw_result read_key(struct looking *l, struct sw_error *err)
{
    const char *path = l->sources->pseudonyms;
    if (path == NULL) {
        return SW_OK;
    }
    SW_TRY(sw_file_read(path, KEY_MOST, &l->key, err));
    return l->key.len >= KEY_LEAST
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "%s: a key has at least %d bytes", path, KEY_LEAST);
}

static sw_result prepare(struct looking *l, struct sw_error *err)
{
    const struct sw_worker_options limits = {.memory_max = SW_DISCOVER_MEMORY_MAX,
        .cpu_seconds = SW_DISCOVER_CPU_SECONDS,
        .wall_seconds = WALL_SECONDS,
        .reply_max = SW_DISCOVER_ANSWER_MAX};
    SW_TRY(sw_discover_prepare_catalogue(l->options, l->inventory->arena, err));
    if (l->sources->host != NULL) {
        l->server.progress = l->options->progress;
        SW_TRY(sw_host_server_open(&l->server, l->sources->host, err));
    }
    SW_TRY(sw_worker_new(&l->worker, look, l, &limits, err));
    l->server.hidden[1] = sw_worker_zygote(l->worker);
    return read_key(l, err);
}

sw_result sw_discover_sources_confined(struct sw_inventory *inventory,
    const struct sw_discover_sources *sources, const struct sw_discover_options *options,
    struct sw_discover_coverage *coverage, struct sw_error *err)
{
    SW_CLEANUP(looking)
    struct looking l = {.sources = sources,
        .options = options,
        .inventory = inventory,
        .coverage = coverage,
        .server = {.root = -1, .held = -1}};
    SW_TRY(prepare(&l, err));
    SW_TRY(sources->host != NULL ? look_at_host(&l, err) : SW_OK);
    for (size_t i = 0; i < sources->cluster_count; i++) {
        SW_TRY(look_at_file(&l, CLUSTER, i, sources->clusters[i], err));
    }
    for (size_t i = 0; i < sources->log_count; i++) {
        SW_TRY(look_at_file(&l, LOG, i, sources->logs[i], err));
    }
    return SW_OK;
}
