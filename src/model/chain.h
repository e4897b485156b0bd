/* A model's ancestors: from claim to claim down to the models that were made from no other, each
 * checked against trust.yaml. What was hashed is the first model; of its ancestors the claims are
 * checked, since their files need not be here. */
#ifndef SW_MODEL_CHAIN_H
#define SW_MODEL_CHAIN_H

#include "model/derivation.h"

#define SW_CHAIN_MAX_NODES 4096

/* One model is named by another's claim. */
struct sw_chain_link {
    struct sw_str name;
    struct sw_str relation; /* "finetune", …; empty for the model that is asked about */
    struct sw_digest root;
    struct sw_digest manifest; /* alg 0: not known */
    struct sw_digest claim;    /* its signature; alg 0: not said */
};

/* A kind of claim that names a model's parents. */
struct sw_chain_reader {
    const char *predicate_type;
    sw_result (*read)(struct sw_arena *arena, const struct sw_statement *statement,
        struct sw_chain_link **links, size_t *count, struct sw_error *err);
};
extern const struct sw_chain_reader sw_chain_derivations;

enum sw_chain_verdict {
    SW_CHAIN_PASS,
    SW_CHAIN_NO_EVIDENCE, /* a claim that would have to be checked is not in the log */
    SW_CHAIN_FAIL,        /* a claim is not what it is said to be, or nobody trusted signed it */
};

struct sw_chain_node {
    struct sw_chain_link link;
    enum sw_chain_verdict verdict;
    const char *signer; /* name from trust.yaml; NULL without a pass */
    const char *why;    /* what keeps it from a pass; "" otherwise */
    uint64_t depth;     /* 0: the model itself */
    size_t child;       /* the node that names it; itself for the first */
    bool again;         /* the same model stands further up already, with its parents */
    bool cut;           /* its parents are beyond the depth that was asked for */
};

struct sw_chain_options {
    struct sw_store *store;
    const struct sw_trust *trust;
    int64_t now;
    uint64_t depth; /* how many generations; UINT64_MAX: all */
    const struct sw_chain_reader *const *readers;
    size_t reader_count; /* at most 8 */
};

struct sw_chain {
    struct sw_chain_node *nodes; /* a model before its parents; the first is the one asked about */
    size_t count;
    enum sw_chain_verdict verdict; /* the worst of the ancestors'; a pass when there are none */
    bool complete;                 /* nothing was cut */
    size_t
        untrusted; /* claims about parents that nobody trusted signed, and that were not followed */
};

/* Walks from `start`, which has been verified by `signer`. Everything is read from the signed log,
 * not from the index. SW_E_LIMIT: over SW_CHAIN_MAX_NODES. In `arena`. */
sw_result sw_chain_walk(struct sw_arena *arena, const struct sw_chain_options *options,
    const struct sw_chain_link *start, const char *signer, struct sw_chain *out,
    struct sw_error *err);

/* The signature that stands for a model which is known by its root alone: the newest in the log
 * that somebody trusted made. SW_E_NOENT when there is none. */
sw_result sw_chain_signature(struct sw_arena *arena, const struct sw_chain_options *options,
    const struct sw_digest *root, struct sw_digest *claim, struct sw_error *err);

const char *sw_chain_verdict_name(enum sw_chain_verdict verdict); /* "pass", "no-evidence", … */

#endif
