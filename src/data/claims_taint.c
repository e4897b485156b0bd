/* Taint and takedown: doc/claims/taint.md, doc/claims/takedown.md. */
#include "data/claims_fields.h"

static const char *const selector_words[] = {
    [SW_SELECT_SOURCE] = "source",
    [SW_SELECT_DATASET] = "dataset",
    [SW_SELECT_STEP] = "step",
    [SW_SELECT_SAMPLE] = "sample",
    [SW_SELECT_CONTENT] = "content",
    [SW_SELECT_MODEL] = "model",
    NULL,
};

static const char *const severity_words[] = {
    [SW_TAINT_LOW] = "low",
    [SW_TAINT_MEDIUM] = "medium",
    [SW_TAINT_HIGH] = "high",
    [SW_TAINT_CRITICAL] = "critical",
    NULL,
};

static const char *const state_words[] = {
    [SW_TAINTED] = "tainted", [SW_TAINT_LIFTED] = "lifted", NULL};

const char *sw_selector_kind_name(enum sw_selector_kind kind)
{
    return (size_t)kind < SW_COUNT(selector_words) ? selector_words[kind] : NULL;
}

const char *sw_taint_severity_name(enum sw_taint_severity severity)
{
    return (size_t)severity < SW_COUNT(severity_words) ? severity_words[severity] : NULL;
}

void sw_selector_subject(const struct sw_selector *selector, struct sw_digest *out)
{
    if (selector->digest.alg != 0) {
        *out = selector->digest;
        return;
    }
    sw_name_digest(
        selector->kind == SW_SELECT_SOURCE ? SW_NAME_SOURCE : SW_NAME_DATASET, selector->name, out);
}

static const struct sw_field selector_fields[] = {
    {.name = "kind",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_selector, kind),
        .words = selector_words},
    SW_FIELD_OPTIONAL(struct sw_selector, name, "name", SW_FIELD_TEXT),
    SW_FIELD_OPTIONAL(struct sw_selector, digest, "digest", SW_FIELD_DIGEST),
    SW_FIELD_END,
};

/* Sources have names, datasets a name or a digest, everything else a digest. */
static sw_result check_selector(
    const struct sw_selector *selector, const char *what, struct sw_error *err)
{
    bool named = selector->name.len != 0;
    bool digested = selector->digest.alg != 0;
    bool good = digested || (named && selector->kind <= SW_SELECT_DATASET);
    good = good && (selector->kind != SW_SELECT_SOURCE || named);
    return good ? SW_OK
                : sw_claim_broken(err, what, "its selector does not say which %s is meant",
                      selector_words[selector->kind]);
}

/* --- taint ----------------------------------------------------------------------------------- */

static const struct sw_field taint_fields[] = {
    {.name = "selector",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_taint_claim, selector),
        .of = selector_fields},
    {.name = "severity",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_taint_claim, severity),
        .words = severity_words},
    SW_FIELD(struct sw_taint_claim, reason, "reason", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_taint_claim, evidence, evidence_count, "evidence", SW_FIELD_TEXTS),
    {.name = "state",
        .kind = SW_FIELD_WORD,
        .at = offsetof(struct sw_taint_claim, state),
        .words = state_words},
    SW_FIELD_OPTIONAL(struct sw_taint_claim, by, "by", SW_FIELD_TEXT),
    SW_FIELD(struct sw_taint_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_taint_claim_write(const struct sw_taint_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(taint_fields, claim, out);
}

sw_result sw_taint_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_taint_claim *out, struct sw_error *err)
{
    struct sw_taint_claim claim = {0};
    SW_TRY(sw_predicate_read(arena, taint_fields, "taint", statement->predicate, &claim, err));
    SW_TRY(check_selector(&claim.selector, "taint", err));
    *out = claim;
    return SW_OK;
}

/* --- takedown -------------------------------------------------------------------------------- */

static const struct sw_field model_fields[] = {
    SW_FIELD(struct sw_affected_model, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_affected_model, root, "root", SW_FIELD_DIGEST),
    SW_FIELD_OPTIONAL(struct sw_affected_model, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD(struct sw_affected_model, admitted, "admitted", SW_FIELD_TRUTH),
    SW_FIELD_END,
};

static const struct sw_field affected_fields[] = {
    SW_FIELD(struct sw_takedown_claim, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD_MANY_OF(
        struct sw_takedown_claim, datasets, dataset_count, "datasets", sw_dataset_ref_fields),
    SW_FIELD_MANY_OF(struct sw_takedown_claim, models, model_count, "models", model_fields),
    SW_FIELD_END,
};

static const struct sw_field takedown_fields[] = {
    {.name = "selector",
        .kind = SW_FIELD_OBJECT,
        .at = offsetof(struct sw_takedown_claim, selector),
        .of = selector_fields},
    SW_FIELD(struct sw_takedown_claim, reason, "reason", SW_FIELD_TEXT),
    SW_FIELD(struct sw_takedown_claim, requested_by, "requested_by", SW_FIELD_TEXT),
    {.name = "affected", .kind = SW_FIELD_OBJECT, .at = 0, .of = affected_fields},
    SW_FIELD(struct sw_takedown_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

sw_result sw_takedown_claim_write(const struct sw_takedown_claim *claim, struct sw_buf *out)
{
    return sw_predicate_write(takedown_fields, claim, out);
}

sw_result sw_takedown_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_takedown_claim *out, struct sw_error *err)
{
    struct sw_takedown_claim claim = {0};
    SW_TRY(
        sw_predicate_read(arena, takedown_fields, "takedown", statement->predicate, &claim, err));
    SW_TRY(check_selector(&claim.selector, "takedown", err));
    *out = claim;
    return SW_OK;
}
