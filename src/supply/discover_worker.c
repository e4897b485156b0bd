/* Discovery in a process of its own, which has nothing but the trees. When a file ends it,
 * discovery begins again without that file. */
#include "supply/discover_worker.h"

#include <sys/mman.h>
#include <sys/time.h>

#define SKIPS_MAX 16

struct asked {
    const char *const *paths;
    size_t count;
    const struct sw_discover_options *options;
    struct sw_discover_mark *mark; /* this process sees it, too */
};

/* --- the catalogue ---------------------------------------------------------------------------- */

sw_result sw_discover_prepare_catalogue(
    const struct sw_discover_options *options, struct sw_arena *arena, struct sw_error *err)
{
    return options->catalogue_text.len > 0 ||
                   sw_discover_catalogue(arena, options->catalogue) != NULL
               ? SW_OK
               : sw_fail(err, SW_E_NOMEM, "no memory for the catalogue");
}

sw_result sw_discover_own_catalogue(
    struct sw_discover_options *options, struct sw_arena *arena, struct sw_error *err)
{
    return options->catalogue_text.len == 0
               ? SW_OK
               : sw_catalogue_read(arena, options->catalogue_text, &options->catalogue, err);
}

/* --- there ------------------------------------------------------------------------------------ */

/* Names, each with a NUL behind it. */
static sw_result read_skips(struct sw_bytes request, struct sw_str *skips, size_t *count)
{
    size_t start = 0;
    for (size_t i = 0; i < request.len; i++) {
        if (request.ptr[i] != 0) {
            continue;
        }
        if (*count == SKIPS_MAX) {
            return SW_E_INTERNAL;
        }
        skips[(*count)++] = sw_str_n((const char *)request.ptr + start, i - start);
        start = i + 1;
    }
    return SW_OK;
}

sw_result sw_discover_answer(struct sw_inventory *inventory,
    const struct sw_discover_coverage *coverage, const struct sw_imports *imports,
    struct sw_buf *reply, struct sw_error *err)
{
    struct sw_json_writer w;
    enum sw_code code = sw_inventory_finish(inventory);
    if (code != SW_OK) {
        return sw_fail(err, code, "no memory for the inventory");
    }
    sw_jw_init(&w, reply, 0);
    sw_jw_object(&w, NULL);
    sw_inventory_write_whole(&w, inventory);
    sw_discover_write_coverage(&w, coverage);
    sw_jw_u64(&w, "refused", coverage->refused);
    if (imports != NULL) {
        sw_imports_write(&w, imports);
    }
    sw_jw_object_end(&w);
    code = sw_jw_finish(&w);
    return code == SW_OK ? SW_OK : sw_fail(err, code, "discovery found more than can be told");
}

/* Where several trees are looked at, their names tell their files apart: those that all of them
 * have in front, as a home directory, say nothing. */
const char *sw_discover_prefix(const char *const *paths, size_t count, size_t at)
{
    const char *first = paths[0];
    size_t shared = 0;
    for (size_t i = 0; first[0] == '/' && first[i] != '\0'; i++) {
        for (size_t k = 1; k < count; k++) {
            if (paths[k][i] != first[i]) {
                return paths[at] + shared;
            }
        }
        shared = first[i] == '/' ? i + 1 : shared;
    }
    return paths[at] + shared;
}

static sw_result look(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    static const struct itimerval no_limit = {0};
    const struct asked *asked = ctx;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_str skips[SKIPS_MAX];
    struct sw_inventory inventory;
    struct sw_discover_coverage coverage = {0};
    struct sw_discover_options options = *asked->options;
    struct sw_imports imports;
    (void)fd;
    sw_arena_init(&arena, 0);
    sw_inventory_init(&inventory, &arena);
    sw_imports_init(&imports, &arena);
    options.imports = options.imports == NULL ? NULL : &imports;
    options.mark = asked->mark;
    options.skip = skips;
    options.progress = NULL;
    SW_TRY(read_skips(request, skips, &options.skip_count));
    SW_TRY(sw_discover_own_catalogue(&options, &arena, err));
    for (size_t i = 0; i < asked->count; i++) {
        options.prefix = asked->count > 1 ? sw_discover_prefix(asked->paths, asked->count, i)
                                          : asked->options->prefix;
        SW_TRY(sw_discover_path(&inventory, asked->paths[i], &options, &coverage, err));
    }
    asked->mark->name[0] = '\0'; /* what is done now is no file's fault */
    (void)setitimer(ITIMER_PROF, &no_limit, NULL);
    return sw_discover_answer(&inventory, &coverage, options.imports, reply, err);
}

/* --- here ------------------------------------------------------------------------------------- */

/* The sources of a document are added to those that are there. */
static sw_result add_sources(struct sw_inventory *inventory,
    const struct sw_discover_coverage *from, struct sw_discover_coverage *coverage)
{
    for (size_t i = 0; i < from->source_count; i++) {
        SW_TRY(sw_discover_tell(inventory, coverage, &from->sources[i]));
    }
    return SW_OK;
}

static sw_result add_coverage(struct sw_inventory *inventory,
    const struct sw_discover_coverage *from, struct sw_discover_coverage *coverage)
{
    for (size_t i = 0; i < from->gap_count; i++) {
        sw_discover_add_gap(coverage, &from->gaps[i]);
    }
    coverage->files += from->files;
    coverage->bytes += from->bytes;
    coverage->read_files += from->read_files;
    coverage->read_bytes += from->read_bytes;
    coverage->refused += from->refused;
    return add_sources(inventory, from, coverage);
}

static sw_result take_document(struct sw_inventory *inventory, const struct sw_json *document,
    struct sw_discover_coverage *coverage, struct sw_imports *imports, struct sw_error *err)
{
    struct sw_discover_coverage read = {0};
    SW_TRY(sw_inventory_take(inventory, document, err));
    SW_TRY(sw_discover_read_coverage(inventory->arena, document, &read, err));
    if (!sw_json_u64(sw_json_get(document, "refused"), &read.refused)) {
        return SW_E_FORMAT;
    }
    SW_TRY(imports == NULL ? SW_OK : sw_imports_read(imports, document));
    return add_coverage(inventory, &read, coverage);
}

/* The process may have been taken over: its words are looked at like anybody's. */
sw_result sw_discover_take_answer(struct sw_inventory *inventory, struct sw_bytes reply,
    struct sw_discover_coverage *coverage, struct sw_imports *imports, struct sw_error *err)
{
    static const struct sw_json_limits limits = {
        .max_bytes = SW_DISCOVER_ANSWER_MAX, .max_values = SW_DISCOVER_VALUES_MAX};
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_json document;
    sw_arena_init(&arena, 0);
    enum sw_code code = sw_json_parse(&arena, reply, &limits, &document, err);
    code = code == SW_OK ? take_document(inventory, &document, coverage, imports, err) : code;
    if (code == SW_E_LIMIT) {
        return sw_fail(err, SW_E_IO, "discovery found more than can be told");
    }
    return code == SW_E_FORMAT ? sw_fail(err, SW_E_IO, "the process that looked answered nonsense")
                               : code;
}

static sw_result give_up(const char *name, struct sw_error *err)
{
    struct sw_error why = *err;
    char shown[256];
    sw_escape_line(name, strlen(name), shown, sizeof(shown));
    return name[0] == '\0' ? sw_fail(err, SW_E_IO, "discovery was ended: %s", why.text)
                           : sw_fail(err, SW_E_IO, "could not look at '%s': %s", shown, why.text);
}

/* The file that was being read is left out next time. */
static sw_result skip(struct sw_discover_mark *mark, struct sw_buf *skips, struct sw_error *err)
{
    struct sw_str known[SKIPS_MAX];
    size_t count = 0;
    mark->name[sizeof(mark->name) - 1] = '\0';
    const struct sw_str name = sw_str(mark->name);
    SW_TRY(read_skips(sw_buf_bytes(skips), known, &count));
    bool again = name.len == 0 || count == SKIPS_MAX;
    for (size_t i = 0; i < count; i++) {
        again = again || sw_str_equal(known[i], name);
    }
    if (again) {
        return give_up(mark->name, err);
    }
    SW_TRY(sw_buf_put_str(skips, name));
    SW_TRY(sw_buf_putc(skips, '\0'));
    mark->name[0] = '\0';
    return SW_OK;
}

static sw_result ask(
    struct sw_worker *worker, const struct asked *asked, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf skips = SW_BUF_INIT;
    for (;;) {
        const struct sw_worker_task task = {
            .fd = -1, .request = sw_buf_bytes(&skips), .progress = asked->options->progress};
        enum sw_code code = sw_worker_call(worker, &task, reply, err);
        if (code != SW_E_REFUSED) {
            return code;
        }
        SW_TRY(skip(asked->mark, &skips, err));
    }
}

sw_result sw_discover_confined(struct sw_inventory *inventory, const char *const *paths,
    size_t count, const struct sw_discover_options *options, struct sw_discover_coverage *coverage,
    struct sw_error *err)
{
    const struct sw_worker_options limits = {.memory_max = SW_DISCOVER_MEMORY_MAX,
        .cpu_seconds = SW_DISCOVER_CPU_SECONDS,
        .reply_max = SW_DISCOVER_ANSWER_MAX,
        .readable = paths,
        .readable_count = count};
    SW_CLEANUP(worker) struct sw_worker *worker = NULL;
    SW_CLEANUP(buf) struct sw_buf reply = SW_BUF_INIT;
    struct asked asked = {.paths = paths, .count = count, .options = options};
    SW_TRY(sw_discover_prepare_catalogue(options, inventory->arena, err));
    void *shared =
        mmap(NULL, sizeof(*asked.mark), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return sw_fail(err, SW_E_NOMEM, "no memory for discovery");
    }
    asked.mark = shared;
    enum sw_code code = sw_worker_new(&worker, look, &asked, &limits, err);
    code = code == SW_OK ? ask(worker, &asked, &reply, err) : code;
    (void)munmap(shared, sizeof(*asked.mark));
    SW_TRY(code);
    return sw_discover_take_answer(
        inventory, sw_buf_bytes(&reply), coverage, options->imports, err);
}
