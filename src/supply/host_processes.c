/* Processes: what they are, which models they have mapped or open, at which ports they listen,
 * which devices they hold. Of each, everything is read first; when it is another process by then,
 * with the same number, nothing of it counts.
 * Source: proc(5). */
#include "supply/ascii.h"
#include "supply/host.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PROCESS_MEMORY ((size_t)256 << 20)
#define CMDLINE_MAX ((size_t)128 << 10)
#define ENVIRON_MAX ((size_t)1 << 20)
#define MAPS_MAX ((size_t)16 << 20)
#define ARGUMENT_FILES_MAX 64

struct process {
    unsigned pid;
    uint64_t started; /* ticks since boot */
    struct sw_str exe, space, container;
    struct sw_buf cmdline, variables, maps, cgroup;
    struct sw_str *links; /* of open files */
    size_t link_count;
    bool denied;
    struct sw_host_command command;
    bool has_model;
    uint64_t listeners;
};

static void release(struct process *p)
{
    sw_buf_release(&p->cmdline);
    sw_buf_wipe(&p->variables);
    sw_buf_release(&p->maps);
    sw_buf_release(&p->cgroup);
}
SW_DEFINE_CLEANUP(process, struct process, release)

/* --- reading ---------------------------------------------------------------------------------- */

/* The 22nd field, counted from the end of the name, which may hold anything. False: it is gone. */
static sw_result read_started(struct sw_host *h, unsigned pid, uint64_t *out, bool *found)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const char *path = sw_host_path(h, "/proc/%u/stat", pid);
    SW_TRY_PTR(path);
    SW_TRY(sw_host_read(h, path, 4096, &text, found));
    const char *at = *found ? strrchr(sw_buf_cstr(&text), ')') : NULL;
    *out = 0;
    for (unsigned field = 2; at != NULL && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    if (at != NULL) {
        const size_t len = strspn(at + 1, "0123456789");
        (void)sw_parse_u64(sw_str_n(at + 1, len), out);
    }
    return SW_OK;
}

static sw_result read_part(
    struct sw_host *h, struct process *p, const char *name, size_t max, struct sw_buf *out)
{
    bool found;
    const char *path = sw_host_path(h, "/proc/%u/%s", p->pid, name);
    SW_TRY_PTR(path);
    errno = 0;
    SW_TRY(sw_host_read(h, path, max, out, &found));
    const int why = errno;
    p->denied = p->denied || (!found && (why == EACCES || why == EPERM));
    return SW_OK;
}

static sw_result read_links(struct sw_host *h, struct process *p)
{
    const char **links;
    size_t count;
    int why;
    const char *path = sw_host_path(h, "/proc/%u/fd", p->pid);
    SW_TRY_PTR(path);
    SW_TRY(sw_host_links(h, path, &links, &count, &why));
    p->denied = p->denied || why == EACCES || why == EPERM;
    p->links = SW_ARENA_ARRAY(h->look.arena, struct sw_str, count + 1);
    SW_TRY_PTR(p->links);
    for (size_t i = 0; i < count; i++) {
        p->links[p->link_count++] = sw_str(links[i]);
    }
    return SW_OK;
}

static sw_result read_process(struct sw_host *h, struct process *p)
{
    const char *exe = sw_host_path(h, "/proc/%u/exe", p->pid);
    const char *space = sw_host_path(h, "/proc/%u/ns/net", p->pid);
    SW_TRY_PTR(exe);
    SW_TRY_PTR(space);
    SW_TRY(read_part(h, p, "cmdline", CMDLINE_MAX, &p->cmdline));
    SW_TRY(read_part(h, p, "cgroup", 65536, &p->cgroup));
    SW_TRY(read_part(h, p, "environ", ENVIRON_MAX, &p->variables));
    SW_TRY(read_part(h, p, "maps", MAPS_MAX, &p->maps));
    SW_TRY(sw_host_link(h, exe, &p->exe));
    SW_TRY(sw_host_link(h, space, &p->space));
    SW_TRY(read_links(h, p));
    p->container = sw_host_container_of(sw_buf_str(&p->cgroup));
    sw_host_command_read(sw_buf_str(&p->cmdline), &p->command);
    return SW_OK;
}

/* --- what it is ------------------------------------------------------------------------------- */

static sw_result see_as(struct sw_host *h, enum sw_entity_kind kind, struct sw_str name,
    const struct sw_signal *signal, const char *place, struct sw_str detail)
{
    const struct sw_signal *kept = h->look.as;
    const struct sw_entity_id id = {.kind = kind, .name = name};
    h->look.path = sw_str(place);
    h->look.as = NULL;
    enum sw_code code = sw_look_see(&h->look, signal, &id, 0, detail);
    h->look.as = kept;
    return code;
}

static sw_result see_program(struct sw_host *h, struct process *p, const char *place)
{
    static const struct sw_signal signal = {"process", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    const struct sw_catalogue *catalogue = h->look.catalogue;
    const struct sw_str server = sw_host_server_of(catalogue, &p->command);
    const struct sw_str agent = sw_host_agent_of(catalogue, &p->command);
    SW_TRY(server.len == 0
               ? SW_OK
               : see_as(h, SW_ENTITY_TOOL, server, &signal, place, sw_str("a process of it runs")));
    return agent.len == 0
               ? SW_OK
               : see_as(h, SW_ENTITY_AGENT, agent, &signal, place, sw_str("a process of it runs"));
}

/* Of variables nothing but their names. */
static sw_result see_environment(struct sw_host *h, const struct process *p)
{
    struct sw_str rest = sw_buf_str(&p->variables);
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, 0, rest.len);
        const size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
        const char *equals = memchr(rest.ptr, '=', len);
        if (equals != NULL) {
            SW_TRY(
                sw_look_see_variable(&h->look, sw_str_n(rest.ptr, (size_t)(equals - rest.ptr)), 0));
        }
        const size_t used = end == NULL ? len : len + 1;
        rest = sw_str_n(rest.ptr + used, rest.len - used);
    }
    return SW_OK;
}

/* Models by name, as the readers of commands know them, and hosts of addresses. */
static sw_result see_arguments(struct sw_host *h, const struct process *p)
{
    struct sw_words words = {0};
    struct sw_configuration c;
    h->look.text = sw_buf_str(&p->cmdline);
    sw_configuration_init(&c, &h->look);
    h->look.text = sw_str("");
    SW_TRY(sw_host_command_words(h->look.arena, sw_buf_str(&p->cmdline), &words));
    for (size_t i = 0; i < words.count; i++) {
        SW_TRY(sw_look_see_hosts(&h->look, words.list[i], 0));
    }
    return sw_configuration_commands(&c, &words);
}

/* A package by the path of a file in it: ".../site-packages/torch/lib/libtorch.so". */
static sw_result see_package(struct sw_host *h, struct sw_str path)
{
    static const struct sw_signal signal = {
        "process-library", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    static const struct {
        const char *mark;
        enum sw_catalogue_section ecosystem;
    } places[] = {{"/site-packages/", SW_CATALOGUE_PYPI}, {"/dist-packages/", SW_CATALOGUE_PYPI},
        {"/node_modules/", SW_CATALOGUE_NPM}};
    const struct sw_signal *kept = h->look.as;
    for (size_t i = 0; i < SW_COUNT(places); i++) {
        const size_t len = strlen(places[i].mark);
        const char *at = memmem(path.ptr, path.len, places[i].mark, len);
        if (at == NULL) {
            continue;
        }
        struct sw_str name = sw_str_n(at + len, path.len - (size_t)(at + len - path.ptr));
        const char *slash = memchr(name.ptr, '/', name.len);
        if (slash != NULL && name.ptr[0] == '@') {
            slash = memchr(slash + 1, '/', name.len - (size_t)(slash + 1 - name.ptr));
        }
        name.len = slash == NULL ? 0 : (size_t)(slash - name.ptr);
        if (name.len == 0 || (places[i].ecosystem == SW_CATALOGUE_PYPI &&
                                 !sw_catalogue_import(h->look.catalogue, name, &name))) {
            return SW_OK;
        }
        h->look.as = NULL;
        enum sw_code code =
            sw_look_see_package(&h->look, &signal, places[i].ecosystem, name, sw_str(""), 0);
        h->look.as = kept;
        return code;
    }
    return SW_OK;
}

/* --- files ------------------------------------------------------------------------------------ */

static bool may_be_model(struct sw_str path)
{
    static const char *const not [] = {"/dev/", "/proc/", "/sys/", "/memfd:", "/usr/share/locale",
        "/usr/lib/locale", "/SYSV", "/anon_hugepage"};
    for (size_t i = 0; i < SW_COUNT(not ); i++) {
        if (sw_str_starts(path, not [i])) {
            return false;
        }
    }
    return path.len > 1 && path.ptr[0] == '/' && !sw_str_ends(path, " (deleted)") &&
           !sw_str_ends(path, ".so") && memmem(path.ptr, path.len, ".so.", 4) == NULL;
}

static sw_result see_path(struct sw_host *h, struct process *p, struct sw_str path, uint64_t inode)
{
    bool model;
    const char *own = sw_arena_strndup(h->look.arena, path);
    SW_TRY_PTR(own);
    if (!may_be_model(path)) {
        return SW_OK;
    }
    const struct sw_host_place place = {
        .path = own, .inode = inode, .pid = p->pid, .any_name = true};
    SW_TRY(sw_host_see_file(h, &place, &model));
    p->has_model = p->has_model || model;
    return SW_OK;
}

/* "start-end perms offset dev inode          path" */
static sw_result see_mapping(
    struct sw_host *h, struct process *p, struct sw_str line, struct sw_str *last)
{
    uint64_t inode = 0;
    size_t at = 0;
    for (unsigned field = 0; field < 5; field++) {
        const char *blank = memchr(line.ptr + at, ' ', line.len - at);
        if (blank == NULL) {
            return SW_OK;
        }
        const size_t end = (size_t)(blank - line.ptr);
        (void)(field == 4 && sw_parse_u64(sw_str_n(line.ptr + at, end - at), &inode));
        at = end + 1;
    }
    const struct sw_str path = sw_ascii_trim(sw_str_n(line.ptr + at, line.len - at));
    if (path.len == 0 || path.ptr[0] != '/' || sw_str_equal(path, *last)) {
        return SW_OK;
    }
    *last = path;
    SW_TRY(see_package(h, path));
    return see_path(h, p, path, inode);
}

static sw_result see_maps(struct sw_host *h, struct process *p)
{
    struct sw_str rest = sw_buf_str(&p->maps);
    struct sw_str last = sw_str("");
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        const size_t len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
        SW_TRY(see_mapping(h, p, sw_str_n(rest.ptr, len), &last));
        const size_t used = end == NULL ? len : len + 1;
        rest = sw_str_n(rest.ptr + used, rest.len - used);
    }
    return SW_OK;
}

/* Files that the command line names, of models by their endings. */
static sw_result see_argument_files(struct sw_host *h, struct process *p)
{
    struct sw_words words = {0};
    unsigned files = 0;
    SW_TRY(sw_host_command_words(h->look.arena, sw_buf_str(&p->cmdline), &words));
    for (size_t i = 0; i < words.count && files < ARGUMENT_FILES_MAX; i++) {
        struct sw_str word = words.list[i];
        const char *equals = memchr(word.ptr, '=', word.len);
        if (equals != NULL) {
            word = sw_str_n(equals + 1, word.len - (size_t)(equals + 1 - word.ptr));
        }
        if (word.len < 2 || word.ptr[0] != '/') {
            continue;
        }
        bool model;
        const char *path = sw_arena_strndup(h->look.arena, word);
        SW_TRY_PTR(path);
        files++;
        SW_TRY(sw_host_see_file(h, &(struct sw_host_place){.path = path, .pid = p->pid}, &model));
        p->has_model = p->has_model || model;
    }
    return SW_OK;
}

/* --- ports and devices ------------------------------------------------------------------------ */

static sw_result see_listener(
    struct sw_host *h, struct process *p, struct sw_host_listener *listener, const char *place)
{
    static const struct sw_signal server = {
        "listening-port", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    static const struct sw_signal holder = {
        "listening-port", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 600};
    const struct sw_str name = sw_host_server_of(h->look.catalogue, &p->command);
    const struct sw_str program = name.len > 0 ? name : p->command.program;
    listener->owned = true;
    p->listeners++;
    if (name.len == 0 && !p->has_model) {
        return sw_host_see_port_alone(h, listener);
    }
    const char *text = sw_arena_printf(
        h->look.arena, SW_STR_FMT " at port %u", SW_STR_ARG(program), (unsigned)listener->port);
    const char *detail = sw_arena_printf(h->look.arena, "%s, %s",
        name.len > 0 ? "its process listens" : "a process that has a model open listens",
        listener->everywhere ? "reachable from other hosts" : "on this host alone");
    SW_TRY_PTR(text);
    SW_TRY_PTR(detail);
    return see_as(h, SW_ENTITY_ENDPOINT, sw_str(text), name.len > 0 ? &server : &holder, place,
        sw_str(detail));
}

static sw_result see_device(struct sw_host *h, struct sw_str path)
{
    static const struct sw_signal signal = {"device-open", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    struct sw_str name;
    const char *own = sw_arena_strndup(h->look.arena, path);
    SW_TRY_PTR(own);
    return sw_host_device_of(h, path, &name) ? see_as(h, SW_ENTITY_ACCELERATOR, name, &signal, own,
                                                   sw_str("a process has the device open"))
                                             : SW_OK;
}

static sw_result see_files(struct sw_host *h, struct process *p)
{
    SW_TRY(see_maps(h, p));
    for (size_t i = 0; i < p->link_count; i++) {
        SW_TRY(see_path(h, p, p->links[i], 0));
    }
    return see_argument_files(h, p);
}

static sw_result see_links(struct sw_host *h, struct process *p, const char *place)
{
    for (size_t i = 0; i < p->link_count; i++) {
        struct sw_host_listener *listener = sw_host_listener_of(h, p->links[i]);
        SW_TRY(listener == NULL ? SW_OK : see_listener(h, p, listener, place));
        SW_TRY(sw_str_starts(p->links[i], "/dev/") ? see_device(h, p->links[i]) : SW_OK);
    }
    return SW_OK;
}

/* --- one process ------------------------------------------------------------------------------ */

static const char *started_text(
    const struct sw_host *h, const struct process *p, char out[SW_TIME_TEXT_SIZE])
{
    if (h->boot == 0 || h->ticks == 0) {
        return NULL;
    }
    sw_time_format((int64_t)(h->boot + p->started / h->ticks), out);
    return out;
}

/* Each part says in which file of the process it stands. */
static sw_result see_parts(struct sw_host *h, struct process *p)
{
    static const struct sw_signal argument = {
        "process-argument", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    static const struct sw_signal variable = {
        "process-environment", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    static const struct sw_signal file = {"process-file", SW_SOURCE_HOST, SW_GRADE_OBSERVED, 900};
    const char *cmdline = sw_host_path(h, "/proc/%u/cmdline", p->pid);
    const char *variables = sw_host_path(h, "/proc/%u/environ", p->pid);
    const char *links = sw_host_path(h, "/proc/%u/fd", p->pid);
    SW_TRY_PTR(cmdline);
    SW_TRY_PTR(variables);
    SW_TRY_PTR(links);
    SW_TRY(see_program(h, p, cmdline));
    h->look.path = sw_str(cmdline);
    h->look.as = &argument;
    SW_TRY(see_package(h, p->command.path));
    SW_TRY(see_arguments(h, p));
    h->look.path = sw_str(variables);
    h->look.as = &variable;
    SW_TRY(see_environment(h, p));
    h->look.path = sw_str(links);
    h->look.as = &file;
    SW_TRY(see_files(h, p));
    return see_links(h, p, links);
}

static sw_result see_process(struct sw_host *h, struct process *p)
{
    char started[SW_TIME_TEXT_SIZE];
    struct sw_str shown;
    struct sw_fact facts[5] = {{.name = "process", .number = p->pid}};
    size_t n = 1;
    const uint64_t before = h->look.seen;
    SW_TRY(sw_host_command_show(h->look.arena, sw_buf_str(&p->cmdline), &shown));
    if (started_text(h, p, started) != NULL) {
        facts[n++] = (struct sw_fact){.name = "started", .text = sw_str(started)};
    }
    if (shown.len > 0) {
        facts[n++] = (struct sw_fact){.name = "command", .text = shown};
    }
    if (p->container.len > 0) {
        facts[n++] = (struct sw_fact){.name = "container", .text = p->container};
    }
    h->look.facts = facts;
    h->look.fact_count = n;
    enum sw_code code = see_parts(h, p);
    h->look.facts = NULL;
    h->look.fact_count = 0;
    h->look.as = NULL;
    h->matched += h->look.seen > before ? 1 : 0;
    return code;
}

/* The sockets of a network namespace that no process before was in. */
static sw_result read_space(struct sw_host *h, const struct process *p)
{
    uint32_t number;
    if (p->space.len == 0 || h->spaces.count >= 1024 ||
        sw_names_find(&h->spaces, 0, p->space, &number)) {
        return SW_OK;
    }
    const char *own = sw_arena_strndup(&h->arena, p->space);
    const char *directory = sw_host_path(h, "/proc/%u/net", p->pid);
    SW_TRY_PTR(own);
    SW_TRY_PTR(directory);
    SW_TRY(sw_names_number(&h->spaces, 0, sw_str_n(own, p->space.len), &number));
    return sw_host_read_listeners(h, directory);
}

static sw_result note_container(struct sw_host *h, const struct process *p)
{
    uint32_t number;
    if (p->container.len == 0 || h->running.count >= 65536 ||
        sw_names_find(&h->running, 0, p->container, &number)) {
        return SW_OK;
    }
    const char *own = sw_arena_strndup(&h->arena, p->container);
    SW_TRY_PTR(own);
    return sw_names_number(&h->running, 0, sw_str_n(own, p->container.len), &number);
}

static sw_result tell_missing(struct sw_host *h, unsigned pid, const char *why)
{
    const char *path = sw_host_path(h, "/proc/%u", pid);
    SW_TRY_PTR(path);
    h->look.path = sw_str(path);
    return sw_look_gap(&h->look, why);
}

static sw_result look_at(struct sw_host *h, unsigned pid)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(process) struct process p = {.pid = pid};
    uint64_t again = 0;
    bool there;
    sw_arena_init(&arena, PROCESS_MEMORY);
    h->look.arena = &arena;
    SW_TRY(read_started(h, pid, &p.started, &there));
    if (!there) {
        return tell_missing(h, pid, "processes that ended meanwhile");
    }
    h->processes++;
    SW_TRY(read_process(h, &p));
    SW_TRY(read_started(h, pid, &again, &there));
    if (!there || again != p.started) {
        return tell_missing(h, pid, "processes that ended meanwhile");
    }
    SW_TRY(
        p.denied ? tell_missing(h, pid, "processes of other users: not readable in whole") : SW_OK);
    h->read += p.denied ? 0 : 1;
    if (p.cmdline.len == 0 && p.exe.len == 0) {
        return SW_OK; /* a thread of the kernel */
    }
    SW_TRY(note_container(h, &p));
    SW_TRY(read_space(h, &p));
    return see_process(h, &p);
}

/* --- all of them ------------------------------------------------------------------------------ */

static sw_result read_boot(struct sw_host *h)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    bool found;
    SW_TRY(sw_host_read(h, "/proc/stat", (size_t)4 << 20, &text, &found));
    const char *at = found ? strstr(sw_buf_cstr(&text), "\nbtime ") : NULL;
    const long ticks = sysconf(_SC_CLK_TCK);
    if (at != NULL) {
        const size_t len = strspn(at + 7, "0123456789");
        (void)sw_parse_u64(sw_str_n(at + 7, len), &h->boot);
    }
    h->ticks = ticks > 0 ? (uint64_t)ticks : 0;
    return SW_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    const unsigned left = *(const unsigned *)a;
    const unsigned right = *(const unsigned *)b;
    return left < right ? -1 : left > right;
}

static sw_result list_processes(struct sw_host *h, unsigned **out, size_t *count)
{
    const char **names;
    size_t all;
    int why;
    SW_TRY(sw_host_list(h, "/proc", &names, &all, &why));
    *out = SW_ARENA_ARRAY(&h->arena, unsigned, all + 1);
    *count = 0;
    SW_TRY_PTR(*out);
    for (size_t i = 0; i < all; i++) {
        uint64_t pid;
        if (sw_parse_u64(sw_str(names[i]), &pid) && pid > 0 && pid <= INT32_MAX) {
            (*out)[(*count)++] = (unsigned)pid;
        }
    }
    if (*count > 0) {
        qsort(*out, *count, sizeof(**out), compare_numbers);
    }
    h->look.path = sw_str("/proc");
    return *count > 0 ? SW_OK : sw_look_gap(&h->look, "no processes are listed");
}

sw_result sw_host_see_processes(struct sw_host *h, struct sw_error *err)
{
    struct sw_arena *kept = h->look.arena;
    unsigned *pids;
    size_t count;
    enum sw_code code = SW_OK;
    SW_TRY(read_boot(h));
    SW_TRY(list_processes(h, &pids, &count));
    SW_TRY(sw_host_read_listeners(h, "/proc/net"));
    for (size_t i = 0; i < count && code == SW_OK; i++) {
        SW_TRY(sw_progress_check(h->look.options->progress, err));
        code = h->live && pids[i] == (unsigned)getpid() ? SW_OK : look_at(h, pids[i]);
    }
    h->look.arena = kept;
    return code;
}
