/* Which models a model was made from: the derivation claim (doc/claims/derivation.md). It names its
 * parents' verified claims, so that who checks the child can check them in turn ("Signing ML
 * Artifacts", level 2: signature chaining and lineage). */
#ifndef SW_MODEL_DERIVATION_H
#define SW_MODEL_DERIVATION_H

#include "evidence/evidence.h"

#define SW_PREDICATE_DERIVATION "urn:sealwright:claim:derivation:v1"
#define SW_DERIVATION_MAX_PARENTS 1024

/* How a model was made from a parent. The first four words are those of Hugging Face's
 * `base_model_relation`. */
enum sw_relation {
    SW_RELATION_FINETUNE,
    SW_RELATION_ADAPTER,
    SW_RELATION_MERGE,
    SW_RELATION_QUANTIZED,
    SW_RELATION_CONVERSION,
    SW_RELATION_DISTILLATION,
};
/* "finetune", "adapter", … in that order; ends with NULL. */
extern const char *const sw_relation_words[];
/* Also takes the other usual spellings: "fine-tune", "quantization", "quantized", "converted", … */
bool sw_relation_parse(struct sw_str word, enum sw_relation *out);

struct sw_parent {
    struct sw_str name; /* base name, informational */
    enum sw_relation relation;
    struct sw_digest root;     /* of the parent model */
    struct sw_digest manifest; /* alg 0: only its signature was seen, not its files */
    struct sw_digest claim;    /* SHA-256 of the signature (a bundle) that was verified */
};

struct sw_derivation_claim {
    struct sw_parent *parents;
    size_t parent_count; /* 1 to SW_DERIVATION_MAX_PARENTS */
    int64_t time;
};

sw_result sw_derivation_claim_write(const struct sw_derivation_claim *claim, struct sw_buf *out);
/* Views are into the statement, lists in `arena`. SW_E_FORMAT. */
sw_result sw_derivation_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_derivation_claim *out, struct sw_error *err);

#endif
