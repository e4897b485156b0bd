/* Which findings concern packages that the code itself imports. */
#ifndef SW_SUPPLY_ADVISORY_REACH_H
#define SW_SUPPLY_ADVISORY_REACH_H

#include "supply/advisory.h"
#include "supply/imports.h"

/* Sets `reach` and `reach_at` of all findings; none is hidden. `complete` is false when something
 * of the code could not be read: then nothing counts as not imported. `arena` is for working. */
sw_result sw_advisory_reach(struct sw_arena *arena, const struct sw_imports *imports, bool complete,
    struct sw_advisory_report *report, struct sw_error *err);

#endif
