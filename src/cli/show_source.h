/* What a source's description leaves open, for people and as JSON; add, show and list say the same.
 */
#ifndef SW_CLI_SHOW_SOURCE_H
#define SW_CLI_SHOW_SOURCE_H

#include "cli/data_context.h"

/* One line a gap, and one for what else the standard requires. */
sw_result sw_show_source_gaps(struct sw_cli *cli, const struct sw_source_record *record);
/* The members "gaps" and "missing" of the current object. */
sw_result sw_show_source_gaps_json(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_source_record *record);

#endif
