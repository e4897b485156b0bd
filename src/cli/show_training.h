/* A model that was trained, or a checkpoint: how it is named, hashed and shown; train and
 * checkpoint do the same. */
#ifndef SW_CLI_SHOW_TRAINING_H
#define SW_CLI_SHOW_TRAINING_H

#include "cli/data_context.h"

/* Hashes a model as `seal` does, with its default options, and names it in the claim. SW_E_NOENT.
 * `progress` may be NULL. */
sw_result sw_flow_hash_trained(struct sw_arena *arena, const char *path, const char *store_path,
    struct sw_progress *progress, struct sw_training_claim *claim, struct sw_error *err);
/* The same, with a bar. */
sw_result sw_training_hash(struct sw_cli *cli, const char *path, const char *store_path,
    struct sw_training_claim *claim, struct sw_error *err);
/* The root of a model: a digest, or that of the model on disk. SW_E_USAGE when it is neither. */
sw_result sw_model_root_of(
    struct sw_cli *cli, const char *text, struct sw_digest *root, struct sw_error *err);
/* What was recorded. */
void sw_show_training(
    struct sw_cli *cli, const struct sw_training_claim *claim, const struct sw_receipt receipts[2]);
sw_result sw_training_json(const struct sw_training_claim *claim,
    const struct sw_receipt receipts[2], struct sw_error *err);

#endif
