/* Tables and partial predicates that several of the room's claims share. */
#ifndef SW_DATA_CLAIMS_FIELDS_H
#define SW_DATA_CLAIMS_FIELDS_H

#include "data/claims.h"

extern const struct sw_field sw_dataset_ref_fields[];

/* A training claim without its model: what a run is to be made from. */
sw_result sw_training_plan_write(const struct sw_training_claim *plan, struct sw_buf *out);
sw_result sw_training_plan_read(struct sw_arena *arena, const struct sw_json *plan,
    struct sw_training_claim *out, struct sw_error *err);

#endif
