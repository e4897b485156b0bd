/* Taking away what a parser does not need: Landlock, seccomp, rlimits, descriptors, environment. In
 * two steps, since a fresh process is wanted for each file: a zygote is confined early and for
 * good, and each of its children confines itself further. Private to base. */
#ifndef SW_BASE_CONFINE_H
#define SW_BASE_CONFINE_H

#include "base/result.h"

/* Where the kept descriptor stands afterwards. */
#define SW_CONFINED_FD 3

struct sw_confine_options {
    int keep_fd;                 /* the one descriptor that stays, as SW_CONFINED_FD */
    uint64_t memory_max;         /* bytes of address space above what the process has now */
    const char *const *readable; /* paths that its children may read, with all below them */
    size_t readable_count;
};

struct sock_filter;

/* A seccomp program for sw_confine_child(). */
struct sw_filter {
    struct sock_filter *code; /* lives as long as the zygote */
    uint16_t len;
    bool readable; /* it opens files itself */
};

/* Confines this process for good: what is left to it is to talk through the kept descriptor and to
 * sw_confine_fork(). Gives the filter of its children. SW_E_UNSUPPORTED when the kernel has no
 * seccomp filters: that part is not optional. Landlock, where the kernel has it, is a second wall
 * behind the same system calls, so its absence is said (sw_confine_words) and not a failure. */
sw_result sw_confine_zygote(
    const struct sw_confine_options *options, struct sw_filter *filter, struct sw_error *err);

/* In the zygote: a new process, which is a child of the zygote's parent. Gives 0 in the child; in
 * the zygote its number and a descriptor of it, or -1 with errno. */
long sw_confine_fork(int *pidfd);

/* In the child: takes away forking as well, bounds its processor time, and ends it with its parent.
 */
sw_result sw_confine_child(
    const struct sw_filter *filter, uint64_t cpu_seconds, struct sw_error *err);

/* "landlock+seccomp+rlimits", "seccomp+rlimits" or "rlimits", by asking the kernel once. */
const char *sw_confine_words(void);

#endif
