/* The mixture claim: doc/claims/mixture.md. */
#include "data/claims_fields.h"
#include "data/mixture.h"

static const struct sw_field weight_fields[] = {
    SW_FIELD_OPTIONAL(struct sw_mixture_weight, source, "source", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_mixture_weight, dataset, "dataset", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_mixture_weight, old, "old", SW_FIELD_TEXT),
    SW_FIELD(struct sw_mixture_weight, new, "new", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field mixture_fields[] = {
    SW_FIELD(struct sw_mixture_claim, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_mixture_claim, sequence, "sequence", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_mixture_claim, previous, "previous", SW_FIELD_DIGEST),
    SW_FIELD_MANY_OF(struct sw_mixture_claim, weights, weight_count, "weights", weight_fields),
    SW_FIELD(struct sw_mixture_claim, from_step, "from_step", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_mixture_claim, to_step, "to_step", SW_FIELD_COUNT),
    SW_FIELD(struct sw_mixture_claim, reason, "reason", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_mixture_claim, decided_by, "decided_by", SW_FIELD_TEXT),
    SW_FIELD(struct sw_mixture_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_mixture_claim_write(const struct sw_mixture_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(mixture_fields, claim, out);
}

static sw_result broken(struct sw_error *err, const char *why)
{
    return sw_claim_broken(err, "mixture", "%s", why);
}

static sw_result check_weights(const struct sw_mixture_claim *claim, struct sw_error *err)
{
    if (claim->weight_count == 0 || claim->weight_count > SW_MIXTURE_WEIGHTS_MAX) {
        return broken(err, "it weighs nothing, or too much");
    }
    for (size_t i = 0; i < claim->weight_count; i++) {
        const struct sw_mixture_weight *w = &claim->weights[i];
        if ((w->source.len == 0) == (w->dataset.len == 0)) {
            return broken(err, "a weight is for a source or for a dataset");
        }
    }
    return SW_OK;
}

sw_result sw_mixture_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_mixture_claim *out, struct sw_error *err)
{
    struct sw_mixture_claim claim = {0};
    SW_TRY(sw_predicate_read(arena, mixture_fields, "mixture", statement->predicate, &claim, err));
    if (claim.sequence == 0 || (claim.sequence == 1) != (claim.previous.alg == 0)) {
        return broken(err, "only the first decision of a mixture has none before it");
    }
    if (claim.to_step < claim.from_step) {
        return broken(err, "its steps end before they begin");
    }
    SW_TRY(check_weights(&claim, err));
    *out = claim;
    return SW_OK;
}
