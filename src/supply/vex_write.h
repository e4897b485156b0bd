/* Findings as an OpenVEX 0.2.0 document. */
#ifndef SW_SUPPLY_VEX_WRITE_H
#define SW_SUPPLY_VEX_WRITE_H

#include "supply/advisory.h"
#include "supply/vex.h"

/* One statement for each finding that is not withdrawn: what was said of it, or else that it is
 * under investigation. `time` is the document's. */
sw_result sw_vex_write(struct sw_arena *arena, const struct sw_advisory_report *report,
    int64_t time, struct sw_buf *out);

#endif
