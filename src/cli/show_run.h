/* A step that was recorded: how it is shown. */
#ifndef SW_CLI_SHOW_RUN_H
#define SW_CLI_SHOW_RUN_H

#include "cli/data_context.h"

void sw_show_run(
    struct sw_cli *cli, const struct sw_run_made *made, const struct sw_run_recorded *recorded);
/* "data run" of doc/json.md. */
sw_result sw_run_json(
    const struct sw_run_made *made, const struct sw_run_recorded *recorded, struct sw_error *err);

#endif
