/* What the files of checkpoints share. Private to the room. */
#ifndef SW_MODEL_CHECKPOINT_PRIVATE_H
#define SW_MODEL_CHECKPOINT_PRIVATE_H

#include "model/checkpoint.h"

#define SW_RUN_STATE_NAME 192

/* The claim from which a run goes on; alg 0: nobody said. SW_E_REFUSED when somebody else wrote it.
 */
sw_result sw_resume_read(
    const char *store, const char *run, struct sw_digest *claim, struct sw_error *err);
sw_result sw_resume_write(
    const char *store, const char *run, const struct sw_digest *claim, struct sw_error *err);
void sw_resume_clear(const char *store, const char *run);

/* A claim of the log that somebody trusted signed. SW_E_NOENT: it is not in the store; SW_E_REFUSED
 * and others as sw_claim_verify(). */
sw_result sw_checkpoint_believe(const struct sw_checkpoint_context *context,
    const struct sw_digest *claim, int64_t recorded, struct sw_claim *out, struct sw_error *err);

/* The texts must be constants or in the arena; NULL there is lack of memory. */
sw_result sw_chain_add_break(
    struct sw_arena *arena, struct sw_checkpoint_chain *chain, const struct sw_chain_break *broken);
sw_result sw_chain_break_link(struct sw_arena *arena, struct sw_checkpoint_chain *chain,
    struct sw_checkpoint_link *link, enum sw_break kind, const char *what);
void sw_chain_sort_breaks(struct sw_checkpoint_chain *chain);

#endif
