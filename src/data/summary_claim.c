/* The data provenance claim: doc/claims/data-provenance.md. */
#include "data/claims_fields.h"
#include "data/summary.h"

static const char *const status_words[] = {
    [SW_PROVENANCE_COMPLETE] = "complete", [SW_PROVENANCE_GAPS] = "gaps", NULL};

static const char *const selector_words[] = {
    "source", "dataset", "step", "sample", "content", "model", NULL};

static const struct sw_field selector_fields[] = {
    {.name = "kind",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_selector, kind),
        .words = selector_words},
    SW_FIELD_OPTIONAL(struct sw_selector, name, "name", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_selector, digest, "digest", SW_FIELD_DIGEST),
    SW_FIELD_END,
};

static const struct sw_field hit_fields[] = {
    {.name = "selector",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_provenance_hit, selector),
        .of = selector_fields},
    SW_FIELD(struct sw_provenance_hit, reason, "reason", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_provenance_hit, severity, "severity", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_provenance_hit, by, "by", SW_FIELD_TEXT),
    SW_FIELD(struct sw_provenance_hit, claim, "claim", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_provenance_hit, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD(struct sw_provenance_hit, certain, "certain", SW_FIELD_TRUTH),
    SW_FIELD_END,
};

static const struct sw_field source_fields[] = {
    SW_FIELD(struct sw_provenance_source, name, "name", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_provenance_source, licence, "licence", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_provenance_source, consent, "consent", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_provenance_source, origin, "origin", SW_FIELD_TEXT),
    SW_FIELD(struct sw_provenance_source, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD_END,
};

static const struct sw_field weight_fields[] = {
    SW_FIELD(struct sw_provenance_weights, declared, "declared", SW_FIELD_TRUTH),
    SW_FIELD_OPTIONAL(struct sw_provenance_weights, agrees, "agrees", SW_FIELD_AGREES),
    SW_FIELD_END,
};

static const struct sw_field model_fields[] = {
    SW_FIELD(struct sw_provenance_model, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_provenance_model, root, "root", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_provenance_model, relation, "relation", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field provenance_fields[] = {
    SW_FIELD(struct sw_provenance, time, "time", SW_FIELD_TIME),
    {.name = "status",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_provenance, status),
        .words = status_words},
    SW_FIELD_MANY(struct sw_provenance, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD_MANY_OF(struct sw_provenance, tainted, tainted_count, "tainted", hit_fields),
    SW_FIELD_MANY_OF(struct sw_provenance, takedowns, takedown_count, "takedowns", hit_fields),
    SW_FIELD_MANY_OF(struct sw_provenance, sources, source_count, "sources", source_fields),
    SW_FIELD_MANY_OF(
        struct sw_provenance, datasets, dataset_count, "datasets", sw_dataset_ref_fields),
    {.name = "weights",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_provenance, weights),
        .of = weight_fields},
    SW_FIELD(struct sw_provenance, verified, "verified", SW_FIELD_TRUTH),
    SW_FIELD_MANY_OF(struct sw_provenance, models, model_count, "models", model_fields),
    SW_FIELD_END,
};

sw_result sw_provenance_write(const struct sw_provenance *provenance, struct sw_buf *out)
{
    return sw_predicate_write(provenance_fields, provenance, out);
}

sw_result sw_provenance_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_provenance *out, struct sw_error *err)
{
    struct sw_provenance read = {0};
    SW_TRY(sw_predicate_read(
        arena, provenance_fields, "data provenance", statement->predicate, &read, err));
    if ((read.status == SW_PROVENANCE_GAPS) != (read.gap_count > 0)) {
        return sw_claim_broken(err, "data provenance", "its status is not what its gaps say");
    }
    *out = read;
    return SW_OK;
}
