/* The consumption and training claims: doc/claims/consumption.md, doc/claims/training.md. */
#include "data/claims_fields.h"

/* --- consumption ----------------------------------------------------------------------------- */

static const struct sw_field share_fields[] = {
    SW_FIELD(struct sw_consumption_share, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_consumption_share, draws, "draws", SW_FIELD_COUNT),
    SW_FIELD(struct sw_consumption_share, share, "share", SW_FIELD_NUMBER),
    SW_FIELD_OPTIONAL(struct sw_consumption_share, declared, "declared", SW_FIELD_NUMBER),
    SW_FIELD_OPTIONAL(struct sw_consumption_share, z, "z", SW_FIELD_NUMBER),
    SW_FIELD_OPTIONAL(struct sw_consumption_share, p, "p", SW_FIELD_NUMBER),
    SW_FIELD_OPTIONAL(struct sw_consumption_share, agrees, "agrees", SW_FIELD_AGREES),
    SW_FIELD_END,
};

static const struct sw_field consumption_fields[] = {
    SW_FIELD(struct sw_consumption_claim, run, "run", SW_FIELD_TEXT),
    SW_FIELD_MANY_OF(
        struct sw_consumption_claim, datasets, dataset_count, "datasets", sw_dataset_ref_fields),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, mixture, "mixture", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, decision, "decision", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, seed, "seed", SW_FIELD_TEXT),
    SW_FIELD(struct sw_consumption_claim, order, "order", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_consumption_claim, order_file, "order_file", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_consumption_claim, order_format, "order_format", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, blend_file, "blend_file", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_consumption_claim, draws, "draws", SW_FIELD_COUNT),
    SW_FIELD(struct sw_consumption_claim, distinct, "distinct", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, from_step, "from_step", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, to_step, "to_step", SW_FIELD_COUNT),
    SW_FIELD_MANY_OF(struct sw_consumption_claim, shares, share_count, "shares", share_fields),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, chi_square, "chi_square", SW_FIELD_NUMBER),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, degrees, "degrees", SW_FIELD_COUNT),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, p, "p", SW_FIELD_NUMBER),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, alpha, "alpha", SW_FIELD_NUMBER),
    SW_FIELD_OPTIONAL(struct sw_consumption_claim, agrees, "agrees", SW_FIELD_AGREES),
    SW_FIELD_MANY(struct sw_consumption_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD(struct sw_consumption_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_consumption_claim_write(const struct sw_consumption_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(consumption_fields, claim, out);
}

sw_result sw_consumption_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_consumption_claim *out, struct sw_error *err)
{
    struct sw_consumption_claim claim = {0};
    SW_TRY(sw_predicate_read(
        arena, consumption_fields, "consumption", statement->predicate, &claim, err));
    if (claim.dataset_count == 0) {
        return sw_claim_broken(err, "consumption", "it names no dataset");
    }
    if (claim.distinct > claim.draws) {
        return sw_claim_broken(err, "consumption", "it draws more samples than there are draws");
    }
    *out = claim;
    return SW_OK;
}

/* --- training -------------------------------------------------------------------------------- */

static const char *const kind_words[] = {
    [SW_TRAINED_MODEL] = "model", [SW_TRAINED_CHECKPOINT] = "checkpoint", NULL};

static const struct sw_field base_fields[] = {
    SW_FIELD(struct sw_training_base, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_base, relation, "relation", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_base, root, "root", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_training_base, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD_END,
};

static const struct sw_field code_fields[] = {
    SW_FIELD(struct sw_training_code, path, "path", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_code, digest, "digest", SW_FIELD_DIGEST),
    SW_FIELD_END,
};

/* What is known before there is a model. */
#define PLAN_FIELDS                                                                                \
    SW_FIELD(struct sw_training_claim, run, "run", SW_FIELD_TEXT),                                 \
        SW_FIELD_MANY_OF(                                                                          \
            struct sw_training_claim, datasets, dataset_count, "datasets", sw_dataset_ref_fields), \
        SW_FIELD(struct sw_training_claim, verified, "verified", SW_FIELD_TRUTH),                  \
        SW_FIELD_OPTIONAL(struct sw_training_claim, mixture, "mixture", SW_FIELD_TEXT),            \
        SW_FIELD_OPTIONAL(struct sw_training_claim, decision, "decision", SW_FIELD_DIGEST),        \
        SW_FIELD_MANY_OF(struct sw_training_claim, bases, base_count, "bases", base_fields),       \
        SW_FIELD_MANY(                                                                             \
            struct sw_training_claim, command, command_count, "command", SW_FIELD_TEXTS),          \
        SW_FIELD_MANY_OF(struct sw_training_claim, code, code_count, "code", code_fields),         \
        SW_FIELD_OPTIONAL(struct sw_training_claim, parameters, "parameters", SW_FIELD_JSON),      \
        SW_FIELD_OPTIONAL(struct sw_training_claim, environment, "environment", SW_FIELD_JSON),    \
        SW_FIELD_OPTIONAL(struct sw_training_claim, seed, "seed", SW_FIELD_TEXT),                  \
        SW_FIELD_OPTIONAL(struct sw_training_claim, started, "started", SW_FIELD_TIME),            \
        SW_FIELD_MANY(struct sw_training_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS)

static const struct sw_field plan_fields[] = {PLAN_FIELDS, SW_FIELD_END};

static const struct sw_field training_fields[] = {
    PLAN_FIELDS,
    {.name = "kind",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_training_claim, kind),
        .words = kind_words},
    SW_FIELD_OPTIONAL(struct sw_training_claim, step, "step", SW_FIELD_COUNT),
    SW_FIELD(struct sw_training_claim, model, "model", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_claim, root, "root", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_training_claim, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD_MANY(struct sw_training_claim, consumed, consumed_count, "consumed", SW_FIELD_DIGESTS),
    SW_FIELD_OPTIONAL(struct sw_training_claim, finished, "finished", SW_FIELD_TIME),
    SW_FIELD(struct sw_training_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_training_plan_write(const struct sw_training_claim *plan, struct sw_buf *out)
{
    return sw_predicate_write(plan_fields, plan, out);
}

sw_result sw_training_plan_read(struct sw_arena *arena, const struct sw_json *plan,
    struct sw_training_claim *out, struct sw_error *err)
{
    struct sw_training_claim read = {.step = SW_ABSENT};
    SW_TRY(sw_predicate_read(arena, plan_fields, "training plan", plan, &read, err));
    *out = read;
    return SW_OK;
}

sw_result sw_training_claim_write(const struct sw_training_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(training_fields, claim, out);
}

sw_result sw_training_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_training_claim *out, struct sw_error *err)
{
    struct sw_training_claim claim = {0};
    SW_TRY(
        sw_predicate_read(arena, training_fields, "training", statement->predicate, &claim, err));
    if ((claim.kind == SW_TRAINED_CHECKPOINT) != (claim.step != SW_ABSENT)) {
        return sw_claim_broken(err, "training", "a checkpoint has a step, a model has none");
    }
    *out = claim;
    return SW_OK;
}
