/* VEX files that are read again when they change. */
#ifndef SW_CLI_WATCH_VEX_H
#define SW_CLI_WATCH_VEX_H

#include "cli/cli.h"
#include "supply/supply.h"

/* The last good word of each file. All 0 to begin with. */
struct sw_watch_vex {
    struct sw_vulns_vex *files; /* what is cited of them */
    struct sw_buf *texts;
    struct sw_documents *documents; /* reads them; not owned */
    size_t count;
};

/* Reads all files for the first time; one that cannot be read is an error. */
sw_result sw_watch_vex_open(struct sw_cli *cli, struct sw_documents *documents,
    const struct sw_text_list *files, struct sw_watch_vex *out, struct sw_error *err);
/* Reads them again. Of one that cannot be read any more, the last good word stays; it is told, and
 * *kept is set. Fails when none can be read any more, or when it was asked to stop. */
sw_result sw_watch_vex_again(
    struct sw_cli *cli, struct sw_watch_vex *vex, bool *kept, struct sw_error *err);
/* What they say, in the arena; the texts are views that hold until they are read again. */
sw_result sw_watch_vex_read(
    struct sw_arena *arena, struct sw_watch_vex *vex, struct sw_vex *out, struct sw_error *err);
void sw_watch_vex_release(struct sw_watch_vex *vex);

#endif
