/* What the parts of host discovery share. Everything is read below one directory, which is "/" or
 * the root of a copy; nothing leads out of it. Private to the room. */
#ifndef SW_SUPPLY_HOST_H
#define SW_SUPPLY_HOST_H

#include "supply/host_serve.h"
#include "supply/look_configuration.h"

#define SW_HOST_LISTENERS_MAX ((size_t)65536)
#define SW_HOST_FILES_MAX ((size_t)65536)

/* A socket that waits for connections. */
struct sw_host_listener {
    uint16_t port;
    bool everywhere; /* not on the host itself alone */
    bool owned;      /* a process is known that has it */
};

/* A file that was looked at, so that it is read once. */
struct sw_host_file {
    bool model;
    struct sw_str digest;
};

struct sw_host {
    struct sw_look look; /* its arena is that of the process or the place that is looked at */
    const struct sw_host_options *options;
    bool live;            /* this host, and not a copy */
    uint64_t boot, ticks; /* seconds since 1970, and ticks of a second; 0: not known */
    struct sw_arena arena;
    struct sw_host_listener *listeners;
    size_t listener_count, listener_cap;
    struct sw_names sockets; /* of the listeners: "socket:[inode]" */
    struct sw_names spaces;  /* network namespaces whose sockets are known */
    struct sw_names files;   /* paths */
    struct sw_host_file *file_list;
    size_t file_count, file_cap;
    struct sw_names running; /* containers that processes are in, by their ids */
    uint64_t processes, read, matched;
};

/* --- files (host_files.c) --------------------------------------------------------------------- */

/* Asked of the caller (host_serve.h). Paths begin with '/', and are below the root. */
/* Reads a file of at most `max` bytes, cut there; *found is false, with errno, when it cannot be.
 */
sw_result sw_host_read(
    const struct sw_host *h, const char *path, size_t max, struct sw_buf *out, bool *found);
/* Where a link leads; empty with errno when it is none. In the arena of the look. */
sw_result sw_host_link(struct sw_host *h, const char *path, struct sw_str *out);
/* The names in a directory, in order; in the arena of the look. *count is 0 with errno in *why when
 * it cannot be listed. */
sw_result sw_host_list(
    struct sw_host *h, const char *path, const char ***names, size_t *count, int *why);
/* Where the links in a directory lead; empty for what is none. */
sw_result sw_host_links(
    struct sw_host *h, const char *path, const char ***links, size_t *count, int *why);
/* "…/a", in the arena of the look; NULL without memory. */
char *sw_host_path(struct sw_host *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A file that may be one of a model: by its content. `inode` is what it must have, 0 for any; `pid`
 * is a process that sees it, perhaps among other files than ours, 0 for none. */
struct sw_host_place {
    const char *path;
    uint64_t inode;
    unsigned pid;
    bool any_name; /* also when its name says nothing */
};
sw_result sw_host_see_file(struct sw_host *h, const struct sw_host_place *place, bool *model);
/* Settings, by a reader of discovery. */
sw_result sw_host_see_settings(
    struct sw_host *h, const char *path, const struct sw_look_reader *reader);

/* --- parts ------------------------------------------------------------------------------------ */

sw_result sw_host_see_processes(struct sw_host *h, struct sw_error *err); /* host_processes.c */
sw_result sw_host_see_devices(struct sw_host *h);                         /* host_devices.c */
sw_result sw_host_see_containers(struct sw_host *h);                      /* host_containers.c */
sw_result sw_host_see_homes(struct sw_host *h);                           /* host_homes.c */

/* The sockets of /proc/net, or of a process in another network namespace (host_ports.c). */
sw_result sw_host_read_listeners(struct sw_host *h, const char *directory);
struct sw_host_listener *sw_host_listener_of(struct sw_host *h, struct sw_str link);
/* Ports that nobody is known to own, at which one server alone listens by default. */
sw_result sw_host_see_ports(struct sw_host *h);
/* What podman keeps of containers (host_containers.c). */
sw_result sw_host_see_storage(struct sw_host *h, const char *path);
/* The same for a port whose process is no server that is known. */
sw_result sw_host_see_port_alone(struct sw_host *h, const struct sw_host_listener *listener);

/* The accelerator that a file of a device belongs to; false for other files (host_devices.c). */
bool sw_host_device_of(struct sw_host *h, struct sw_str path, struct sw_str *out);
/* The id of the container in a line of /proc/PID/cgroup; empty when there is none. */
struct sw_str sw_host_container_of(struct sw_str cgroup);

/* --- commands (host_command.c) ---------------------------------------------------------------- */

/* What a command line says of its program: nothing of it is a value. Views of it. */
struct sw_host_command {
    struct sw_str program; /* without its path: "python3" */
    struct sw_str script;  /* of an interpreter: "serve.py", without its path */
    struct sw_str path;    /* of the script, whole */
    struct sw_str module;  /* of "python -m" */
};
/* `cmdline` is as /proc has it: words that end in NUL, or one text. */
void sw_host_command_read(struct sw_str cmdline, struct sw_host_command *out);
/* The program and the names of its options: "python3 -m vllm serve --model --api-key". No value is
 * in it, and no word that is not known. */
sw_result sw_host_command_show(struct sw_arena *arena, struct sw_str cmdline, struct sw_str *out);
/* The words, for the readers of commands, without what options are given that take secrets. */
sw_result sw_host_command_words(
    struct sw_arena *arena, struct sw_str cmdline, struct sw_words *words);
/* The server or the agent that a command runs; empty when it is none. */
struct sw_str sw_host_server_of(
    const struct sw_catalogue *catalogue, const struct sw_host_command *command);
struct sw_str sw_host_agent_of(
    const struct sw_catalogue *catalogue, const struct sw_host_command *command);

#endif
