/* What a process that looks tells the one that asked it. Private to the room. */
#ifndef SW_SUPPLY_DISCOVER_WORKER_H
#define SW_SUPPLY_DISCOVER_WORKER_H

#include "supply/discover.h"

#define SW_DISCOVER_MEMORY_MAX ((uint64_t)2 << 30)
#define SW_DISCOVER_CPU_SECONDS \
    1800 /* of all files together; those of trees have their own limit */
#define SW_DISCOVER_ANSWER_MAX ((size_t)512 << 20)
#define SW_DISCOVER_VALUES_MAX ((uint32_t)32 << 20) /* JSON of SEEN_MAX places (discover.c) */

/* Finishes the inventory and writes all of it. `imports` may be NULL. */
sw_result sw_discover_answer(struct sw_inventory *inventory,
    const struct sw_discover_coverage *coverage, const struct sw_imports *imports,
    struct sw_buf *reply, struct sw_error *err);
/* Adds what one wrote. SW_E_IO when it makes no sense. */
sw_result sw_discover_take_answer(struct sw_inventory *inventory, struct sw_bytes reply,
    struct sw_discover_coverage *coverage, struct sw_imports *imports, struct sw_error *err);
/* Before the process is made: reads the catalogue that is compiled in, if that is the one, so that
 * it is read once. */
sw_result sw_discover_prepare_catalogue(
    const struct sw_discover_options *options, struct sw_arena *arena, struct sw_error *err);
/* In the process: reads the one that nobody has read yet into the arena. */
sw_result sw_discover_own_catalogue(
    struct sw_discover_options *options, struct sw_arena *arena, struct sw_error *err);
/* Files of one gap are told together. Its texts are kept as they are. */
void sw_discover_add_gap(struct sw_discover_coverage *coverage, const struct sw_discover_gap *gap);
/* Why a file is not looked at that ended its parser. */
#define SW_DISCOVER_REFUSED "the parser crashed or ran over its limits"

#endif
