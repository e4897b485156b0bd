/* Mixtures: with what weights a run draws from sources or datasets. Decisions are chained: each
 * names the claim of the one before it. doc/claims/mixture.md. */
#ifndef SW_DATA_MIXTURE_H
#define SW_DATA_MIXTURE_H

#include "data/claims.h"

#define SW_MIXTURE_WEIGHTS_MAX 4096u
#define SW_WEIGHT_TEXT_MAX 32u

/* Decimal text, at least 0: digits, and behind a point more of them. False for anything else. */
bool sw_weight_parse(struct sw_str text, double *out);

struct sw_mixture_history {
    struct sw_mixture_claim *decisions; /* by sequence, then by leaf */
    struct sw_data_claim *claims;       /* beside them */
    size_t count;
    size_t ignored;      /* of nobody trusted */
    const char *problem; /* which decision forks or breaks the chain; NULL: it is whole */
    size_t problem_at;   /* its index; those before it are in order */
};

/* Reads all decisions and checks their chain. A chain that is broken is in `problem`, not a
 * failure. SW_E_NOENT when there is no decision. */
sw_result sw_mixture_read(const struct sw_data *data, struct sw_str name,
    struct sw_mixture_history *out, struct sw_error *err);
/* The last step that a decision holds for: it ends where the next one begins. SW_ABSENT: none. */
uint64_t sw_mixture_last_step(const struct sw_mixture_history *history, size_t decision);
/* Index of the decision that holds at a step; SIZE_MAX when none does. */
size_t sw_mixture_at(const struct sw_mixture_history *history, uint64_t step);
/* What a weight is for, its source or its dataset. */
struct sw_str sw_mixture_weight_name(const struct sw_mixture_weight *weight);
/* The new weights, divided by their sum; in `arena`. SW_E_FORMAT when they are no weights. */
sw_result sw_mixture_shares(struct sw_arena *arena, const struct sw_mixture_claim *decision,
    double **shares, struct sw_error *err);

/* A decision to be made. Weights that are not set stay as they were. */
struct sw_mixture_change {
    struct sw_str name;
    const struct sw_mixture_weight *set; /* `old` is passed over */
    size_t set_count;
    uint64_t from_step;
    uint64_t to_step; /* SW_ABSENT: until the next decision */
    struct sw_str reason;
    struct sw_str decided_by; /* may be empty */
};
/* Records it behind the newest decision. SW_E_USAGE for weights or steps that make no sense,
 * SW_E_REFUSED when its steps overlap those of an earlier decision or the chain is broken. *made is
 * in data->arena. */
sw_result sw_mixture_decide(const struct sw_data *data, const struct sw_mixture_change *change,
    struct sw_mixture_claim *made, struct sw_receipt *receipt, struct sw_error *err);

#endif
