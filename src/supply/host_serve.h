/* What the process that looks at a host may have of it. It opens nothing itself: the kernel would
 * let it read nothing of other processes (ptrace(2), of a process under Landlock), and so its
 * caller reads for it, and understands nothing of what it hands over. Private to the room. */
#ifndef SW_SUPPLY_HOST_SERVE_H
#define SW_SUPPLY_HOST_SERVE_H

#include "supply/discover_sources.h"

#define SW_HOST_PATH_MAX 4096
#define SW_HOST_SKIPS 16

/* The first byte of a question, whose path is what is left of it. */
enum sw_host_question {
    SW_HOST_READ = 'r',  /* u64 the most bytes. Answer: u8 found, u32 errno, the bytes */
    SW_HOST_LINK = 'l',  /* answer: where it leads; nothing when it is none */
    SW_HOST_LIST = 'd',  /* answer: u32 errno, the names, each with a NUL behind it */
    SW_HOST_LINKS = 's', /* of a directory, where each leads: the same */
    SW_HOST_HEAD = 'h',  /* u64 inode or 0, u32 process or 0. Answer: nothing, or u64 inode, u64
                            size, the first bytes */
    SW_HOST_HASH = 'x',  /* of the file of the last SW_HOST_HEAD. Answer: its SHA-256, or nothing */
};

struct sw_host_server {
    int root;
    bool live;      /* this host, and not a copy */
    long hidden[2]; /* processes that are not listed: ours */
    int held;       /* the file of the last head; -1: none */
    struct sw_progress *progress;
    char last[SW_HOST_PATH_MAX]; /* the path that was asked for last */
    char *skips[SW_HOST_SKIPS];  /* paths that nothing is told of any more */
    size_t skip_count;
};

sw_result sw_host_server_open(
    struct sw_host_server *server, const struct sw_host_options *host, struct sw_error *err);
void sw_host_server_close(struct sw_host_server *server);
/* What was asked for last ended who asked, and is there no more. False when it was left out
 * already, or too much was. */
bool sw_host_server_skip(struct sw_host_server *server);
/* Answers a question. SW_E_REFUSED for what is none. */
sw_result sw_host_serve(struct sw_host_server *server, struct sw_bytes question,
    struct sw_buf *answer, struct sw_error *err);

#endif
