/* How far the signing of a model has come, by the levels of "Signing ML Artifacts" (CoSAI, section
 * 4): 1 basic artifact integrity, 2 signature chaining and lineage, 3 structured attestations and
 * policy. What is asked for each is in doc/chains.md. */
#ifndef SW_MODEL_MATURITY_H
#define SW_MODEL_MATURITY_H

#include "model/chain.h"

enum sw_maturity_part {
    SW_MATURITY_SIGNATURE,  /* level 1 */
    SW_MATURITY_LINEAGE,    /* level 2: a claim says what it was made from… */
    SW_MATURITY_CHAIN,      /* … and every ancestor's claim was verified */
    SW_MATURITY_EVALUATION, /* level 3: red team or test results, … */
    SW_MATURITY_BOM,        /* … a bill of materials, … */
    SW_MATURITY_CARD,       /* … and a model card are signed claims, … */
    SW_MATURITY_POLICY,     /* … and a policy admitted the model */
    SW_MATURITY_PARTS,
};

struct sw_maturity {
    unsigned level; /* 0 to 3 */
    bool has[SW_MATURITY_PARTS];
};

/* The words for a part: "a bill of materials". */
const char *sw_maturity_part_words(enum sw_maturity_part part);
const char *sw_maturity_part_name(enum sw_maturity_part part); /* for JSON: "bom" */
/* The level that a part belongs to. */
unsigned sw_maturity_part_level(enum sw_maturity_part part);

/* Of a model that was verified, with its chain walked. Counts claims in the log that somebody
 * trusted signed about this model; of verdicts, the newest. */
sw_result sw_maturity_of(struct sw_arena *arena, const struct sw_chain_options *options,
    const struct sw_chain *chain, struct sw_maturity *out, struct sw_error *err);

#endif
