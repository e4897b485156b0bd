/* Training runs: what went in, what came out, and the checkpoints in between. The model's digests
 * are handed in: whoever makes them stands elsewhere. doc/claims/training.md. */
#ifndef SW_DATA_TRAINING_H
#define SW_DATA_TRAINING_H

#include "data/claims.h"

#define SW_BUILD_TYPE_TRAINING "urn:sealwright:build:training:v1"

/* A run that is under way: its plan stands in the store, in data/runs/NAME.json, locked as long as
 * this process lives, so that checkpoints know what they are made from. The plan is what a training
 * claim says, without the model. */
struct sw_training_run {
    int fd;
    const char *path; /* in the arena of its data */
};

#define SW_TRAINING_RUN_INIT ((struct sw_training_run){.fd = -1})

/* SW_E_BUSY when a run of that name is under way, SW_E_REFUSED when one is recorded. */
sw_result sw_training_begin(const struct sw_data *data, const struct sw_training_claim *plan,
    struct sw_training_run *run, struct sw_error *err);
/* The run is over, whatever became of it: takes its plan away. */
void sw_training_end(struct sw_training_run *run);
SW_DEFINE_CLEANUP(training_run, struct sw_training_run, sw_training_end)
/* The plan of a run that is under way; else that of the one which is recorded. SW_E_NOENT. */
sw_result sw_training_plan(const struct sw_data *data, struct sw_str run,
    struct sw_training_claim *out, struct sw_error *err);
/* Is there a model of this run in the log? */
sw_result sw_training_recorded(
    const struct sw_data *data, struct sw_str run, bool *recorded, struct sw_error *err);

/* Names a dataset and its mixture as they are now. */
sw_result sw_training_dataset(const struct sw_data *data, struct sw_str name,
    struct sw_dataset_ref *ref, struct sw_dataset_claim *claim, struct sw_error *err);
sw_result sw_training_mixture(const struct sw_data *data, struct sw_str name,
    struct sw_training_claim *plan, struct sw_error *err);
/* Appends to the claim's gaps; `text` must live as long as the claim. */
sw_result sw_training_add_gap(
    struct sw_arena *arena, struct sw_training_claim *claim, const char *text);

/* Records the claim and SLSA provenance v1 about the model, both or none. Consumption claims of the
 * run are added to it (to *claim too). receipts[0] is the training claim's, receipts[1] the
 * provenance's. */
sw_result sw_training_record(const struct sw_data *data, struct sw_training_claim *claim,
    struct sw_receipt receipts[2], struct sw_error *err);
/* Appends the provenance's predicate (slsa.dev/provenance/v1). */
sw_result sw_training_provenance(
    const struct sw_training_claim *claim, const char *builder, struct sw_buf *out);

#endif
