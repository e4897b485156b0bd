/* Taking away what a parser does not need: Landlock, seccomp, rlimits, descriptors, environment.
 * Private to base. */
#ifndef SW_BASE_CONFINE_H
#define SW_BASE_CONFINE_H

#include "base/result.h"

/* Where the kept descriptor stands afterwards. */
#define SW_CONFINED_FD 3

struct sw_confine_options {
    int keep_fd;         /* the one descriptor that stays, as SW_CONFINED_FD */
    uint64_t memory_max; /* bytes of address space above what the process has now */
};

/* Confines this process for good. SW_E_UNSUPPORTED when the kernel has no seccomp filters: that
 * part is not optional. Landlock, where the kernel has it, is a second wall behind the same system
 * calls, so its absence is said (sw_confine_words) and not a failure. */
sw_result sw_confine_self(const struct sw_confine_options *options, struct sw_error *err);

/* "landlock+seccomp+rlimits", "seccomp+rlimits" or "rlimits", by asking the kernel once. */
const char *sw_confine_words(void);

#endif
