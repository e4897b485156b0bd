/* Saying that data is bad, or has to go: the claims, and what they are about. */
#ifndef SW_DATA_TAINT_H
#define SW_DATA_TAINT_H

#include "data/reach.h"

#define SW_TAINT_KEYED_MAX 1000u /* samples of keyed sets that one text may stand for */

/* What has to be named so that a later look needs neither text nor salt: the selector itself and,
 * for a text, each sample that it is in a set with keyed digests. A set that cannot be asked is a
 * gap. SW_E_LIMIT over SW_TAINT_KEYED_MAX. */
sw_result sw_taint_selectors(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selected *what, struct sw_selector **out, size_t *count, struct sw_gaps *gaps,
    struct sw_error *err);

/* Records one claim for each selector; `more` says the rest. *receipts (in data->arena) are in
 * their order. The store must be open to write. */
sw_result sw_taint_record(const struct sw_data *data, const struct sw_selector *selectors,
    size_t count, const struct sw_taint_claim *more, struct sw_receipt **receipts,
    struct sw_error *err);
/* The same for a takedown, with what it reaches now. */
sw_result sw_takedown_record(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selector *selectors, size_t count, const struct sw_takedown_claim *more,
    const struct sw_reach *reach, struct sw_receipt **receipts, struct sw_error *err);

#endif
