/* The lineage claim: doc/claims/lineage.md. */
#include "data/claims_fields.h"

#define OUTPUTS(kind, json) SW_FIELD(struct sw_lineage_totals, outputs[kind], json, SW_FIELD_COUNT)

static const struct sw_field output_fields[] = {
    OUTPUTS(SW_EDGE_KEPT, "kept"),
    OUTPUTS(SW_EDGE_EDITED, "edited"),
    OUTPUTS(SW_EDGE_SPLIT, "split"),
    OUTPUTS(SW_EDGE_PACKED, "packed"),
    OUTPUTS(SW_EDGE_MERGED, "merged"),
    OUTPUTS(SW_EDGE_DUPLICATED, "duplicated"),
    OUTPUTS(SW_EDGE_GENERATED, "generated"),
    SW_FIELD_END,
};

static const struct sw_field totals_fields[] = {
    {.name = "outputs", .kind = SW_FIELD_OBJECT, .at = 0, .of = output_fields},
    SW_FIELD(struct sw_lineage_totals, reordered, "reordered", SW_FIELD_COUNT),
    SW_FIELD(struct sw_lineage_totals, inputs_used, "inputs_used", SW_FIELD_COUNT),
    SW_FIELD(struct sw_lineage_totals, inputs_dropped, "inputs_dropped", SW_FIELD_COUNT),
    SW_FIELD(struct sw_lineage_totals, dropped_unknown, "dropped_unknown", SW_FIELD_COUNT),
    SW_FIELD_MANY(struct sw_lineage_totals, reasons, reason_count, "dropped_for", SW_FIELD_REASONS),
    SW_FIELD_END,
};

static const struct sw_field lineage_fields[] = {
    SW_FIELD(struct sw_lineage_claim, step, "step", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_lineage_claim, step_name, "step_name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_lineage_claim, lineage, "lineage", SW_FIELD_DIGEST),
    SW_FIELD_MANY_OF(struct sw_lineage_claim, inputs, input_count, "inputs", sw_dataset_ref_fields),
    {.name = "output",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_lineage_claim, output),
        .of = sw_dataset_ref_fields},
    SW_FIELD(struct sw_lineage_claim, match, "match", SW_FIELD_TEXT),
    {.name = "totals",
        .kind = SW_FIELD_POINTED,
        .at = offsetof(struct sw_lineage_claim, totals),
        .size = sizeof(struct sw_lineage_totals),
        .of = totals_fields},
    SW_FIELD(struct sw_lineage_claim, complete, "complete", SW_FIELD_TRUTH),
    SW_FIELD_MANY(struct sw_lineage_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD_OPTIONAL(struct sw_lineage_claim, how, "how", SW_FIELD_JSON),
    SW_FIELD(struct sw_lineage_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_lineage_claim_write(const struct sw_lineage_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(lineage_fields, claim, out);
}

static bool sum(const uint64_t *values, size_t count, size_t stride, uint64_t *out)
{
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t *value = (const void *)((const uint8_t *)values + i * stride);
        if (!sw_add_u64(total, *value, &total)) {
            return false;
        }
    }
    *out = total;
    return true;
}

/* Every output has one kind, every input was used or dropped, every drop has a reason. */
static bool balances(const struct sw_lineage_claim *claim)
{
    const struct sw_lineage_totals *t = claim->totals;
    uint64_t outputs = 0;
    uint64_t inputs = 0;
    uint64_t accounted = 0;
    uint64_t reasons = 0;
    bool summed = sum(t->outputs, SW_COUNT(t->outputs), sizeof(t->outputs[0]), &outputs) &&
                  (claim->input_count == 0 || sum(&claim->inputs[0].samples, claim->input_count,
                                                  sizeof(claim->inputs[0]), &inputs)) &&
                  (t->reason_count == 0 || sum(&t->reasons[0].count, t->reason_count,
                                               sizeof(t->reasons[0]), &reasons)) &&
                  sw_add_u64(t->inputs_used, t->inputs_dropped, &accounted);
    return summed && outputs == claim->output.samples && accounted == inputs &&
           reasons == t->inputs_dropped;
}

sw_result sw_lineage_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_lineage_claim *out, struct sw_error *err)
{
    struct sw_lineage_claim claim = {0};
    SW_TRY(sw_predicate_read(arena, lineage_fields, "lineage", statement->predicate, &claim, err));
    if (claim.complete && (claim.gap_count != 0 || !balances(&claim))) {
        return sw_claim_broken(
            err, "lineage", "it says to be complete, and has gaps or counts that do not balance");
    }
    *out = claim;
    return SW_OK;
}
