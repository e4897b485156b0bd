/* The schema of a skops archive (skops.io, "File format"): a tree of nodes, each of a type that its
 * loader imports, and a loader that says what is done with it. Private to scan. */
#ifndef SW_SCAN_SKOPS_H
#define SW_SCAN_SKOPS_H

#include "scan/inspect.h"

/* Judges every node. What is no JSON, or has a name twice, is SW_E_FORMAT. */
sw_result sw_skops_judge(struct sw_inspection *in, struct sw_bytes document, struct sw_error *err);

#endif
