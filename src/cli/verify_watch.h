/* Verifying a model again and again. */
#ifndef SW_CLI_VERIFY_WATCH_H
#define SW_CLI_VERIFY_WATCH_H

#include "cli/cli.h"

struct sw_verify_watch {
    bool keep_going;  /* do not end at the first failure */
    uint64_t rate;    /* bytes a second that are read at most; 0: no bound */
    int64_t interval; /* seconds between the end of one pass and the next */
};

/* Until it fails, or SIGINT or SIGTERM come; says what changed from pass to pass. *status is the
 * exit status of the last pass that was whole. */
sw_result sw_verify_watch(struct sw_cli *cli, const struct sw_verify_watch *how,
    struct sw_verify_request *request, int *status, struct sw_error *err);

/* pass 0, fail 1, no evidence 3; what could not be read at all is 4. */
int sw_verify_status(const struct sw_verification *v);

#endif
