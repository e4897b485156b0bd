#include "data/graph_private.h"
#include "data/source.h"

#include <stdlib.h>

/* --- what is kept ---------------------------------------------------------------------------- */

static const struct sw_field stamp_fields[] = {
    SW_FIELD(struct sw_graph_stamp, claim, "claim", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_graph_stamp, leaf, "leaf", SW_FIELD_COUNT),
    SW_FIELD(struct sw_graph_stamp, time, "time", SW_FIELD_TIME),
    SW_FIELD(struct sw_graph_stamp, signer, "signer", SW_FIELD_TEXT),
    SW_FIELD_END,
};

/* The first row of every table: a node begins with its stamp. */
#define STAMP                                                                 \
    {                                                                         \
        .name = "stamp", .kind = SW_FIELD_OBJECT, .at = 0, .of = stamp_fields \
    }
#define OBJECT(type, member, table)                                                           \
    {                                                                                         \
        .name = #member, .kind = SW_FIELD_OBJECT, .at = offsetof(type, member), .of = (table) \
    }
#define WORD(type, member, list)                                                              \
    {                                                                                         \
        .name = #member, .kind = SW_FIELD_WORD, .at = offsetof(type, member), .words = (list) \
    }

static const struct sw_field source_fields[] = {
    STAMP,
    SW_FIELD(struct sw_graph_source, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_graph_source, licence, "licence", SW_FIELD_TEXT),
    SW_FIELD(struct sw_graph_source, consent, "consent", SW_FIELD_TEXT),
    SW_FIELD(struct sw_graph_source, origin, "origin", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_graph_source, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD(struct sw_graph_source, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field part_fields[] = {
    SW_FIELD(struct sw_dataset_source, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_source, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD(struct sw_dataset_source, bytes, "bytes", SW_FIELD_COUNT),
    SW_FIELD(struct sw_dataset_source, licence, "licence", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_source, consent, "consent", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_source, origin, "origin", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field dataset_fields[] = {
    SW_FIELD(struct sw_dataset_claim, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_claim, version, "version", SW_FIELD_TEXT),
    SW_FIELD(struct sw_dataset_claim, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_dataset_claim, ordered_head, "ordered_head", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_dataset_claim, sorted_head, "sorted_head", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_dataset_claim, samples, "samples", SW_FIELD_COUNT),
    SW_FIELD(struct sw_dataset_claim, bytes, "bytes", SW_FIELD_COUNT),
    SW_FIELD(struct sw_dataset_claim, salt, "salt", SW_FIELD_TEXT),
    SW_FIELD_MANY_OF(struct sw_dataset_claim, sources, source_count, "sources", part_fields),
    SW_FIELD_MANY(struct sw_dataset_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD(struct sw_dataset_claim, declared, "declared", SW_FIELD_TRUTH),
    SW_FIELD(struct sw_dataset_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field dataset_node_fields[] = {
    STAMP, OBJECT(struct sw_graph_dataset, claim, dataset_fields), SW_FIELD_END};

static const struct sw_field lineage_fields[] = {
    SW_FIELD(struct sw_lineage_claim, step, "step", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_lineage_claim, step_name, "step_name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_lineage_claim, lineage, "lineage", SW_FIELD_DIGEST),
    SW_FIELD_MANY_OF(struct sw_lineage_claim, inputs, input_count, "inputs", sw_dataset_ref_fields),
    OBJECT(struct sw_lineage_claim, output, sw_dataset_ref_fields),
    SW_FIELD(struct sw_lineage_claim, match, "match", SW_FIELD_TEXT),
    SW_FIELD(struct sw_lineage_claim, complete, "complete", SW_FIELD_TRUTH),
    SW_FIELD_MANY(struct sw_lineage_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD(struct sw_lineage_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field step_fields[] = {
    STAMP, OBJECT(struct sw_graph_step, claim, lineage_fields), SW_FIELD_END};

static const struct sw_field told_fields[] = {
    SW_FIELD(struct sw_declared_step, name, "name", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_declared_step, inputs, input_count, "inputs", SW_FIELD_DIGESTS),
    SW_FIELD_MANY(struct sw_declared_step, outputs, output_count, "outputs", SW_FIELD_DIGESTS),
    SW_FIELD_END,
};

static const struct sw_field declaration_fields[] = {
    STAMP,
    SW_FIELD(struct sw_graph_declaration, document, "document", SW_FIELD_DIGEST),
    SW_FIELD_MANY_OF(struct sw_graph_declaration, sets, set_count, "sets", sw_dataset_ref_fields),
    SW_FIELD_MANY_OF(struct sw_graph_declaration, steps, step_count, "steps", told_fields),
    SW_FIELD_END,
};

static const char *const trained_words[] = {"model", "checkpoint", NULL};

static const struct sw_field base_fields[] = {
    SW_FIELD(struct sw_training_base, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_base, relation, "relation", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_base, root, "root", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_training_base, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD_END,
};

static const struct sw_field training_fields[] = {
    WORD(struct sw_training_claim, kind, trained_words),
    SW_FIELD(struct sw_training_claim, run, "run", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_claim, step, "step", SW_FIELD_COUNT),
    SW_FIELD(struct sw_training_claim, model, "model", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_claim, root, "root", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_training_claim, manifest, "manifest", SW_FIELD_DIGEST),
    SW_FIELD_MANY_OF(
        struct sw_training_claim, datasets, dataset_count, "datasets", sw_dataset_ref_fields),
    SW_FIELD(struct sw_training_claim, verified, "verified", SW_FIELD_TRUTH),
    SW_FIELD(struct sw_training_claim, mixture, "mixture", SW_FIELD_TEXT),
    SW_FIELD(struct sw_training_claim, decision, "decision", SW_FIELD_DIGEST),
    SW_FIELD_MANY(struct sw_training_claim, consumed, consumed_count, "consumed", SW_FIELD_DIGESTS),
    SW_FIELD_MANY_OF(struct sw_training_claim, bases, base_count, "bases", base_fields),
    SW_FIELD_MANY(struct sw_training_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD(struct sw_training_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field training_node_fields[] = {
    STAMP, OBJECT(struct sw_graph_training, claim, training_fields), SW_FIELD_END};

static const struct sw_field consumption_fields[] = {
    SW_FIELD(struct sw_consumption_claim, run, "run", SW_FIELD_TEXT),
    SW_FIELD_MANY_OF(
        struct sw_consumption_claim, datasets, dataset_count, "datasets", sw_dataset_ref_fields),
    SW_FIELD(struct sw_consumption_claim, mixture, "mixture", SW_FIELD_TEXT),
    SW_FIELD(struct sw_consumption_claim, decision, "decision", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_consumption_claim, draws, "draws", SW_FIELD_COUNT),
    SW_FIELD(struct sw_consumption_claim, agrees, "agrees", SW_FIELD_AGREES),
    SW_FIELD_MANY(struct sw_consumption_claim, gaps, gap_count, "gaps", SW_FIELD_TEXTS),
    SW_FIELD(struct sw_consumption_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field consumption_node_fields[] = {
    STAMP, OBJECT(struct sw_graph_consumption, claim, consumption_fields), SW_FIELD_END};

static const char *const selector_words[] = {
    "source", "dataset", "step", "sample", "content", "model", NULL};
static const char *const severity_words[] = {"low", "medium", "high", "critical", NULL};
static const char *const state_words[] = {"tainted", "lifted", NULL};

static const struct sw_field selector_fields[] = {
    WORD(struct sw_selector, kind, selector_words),
    SW_FIELD(struct sw_selector, name, "name", SW_FIELD_TEXT),
    SW_FIELD(struct sw_selector, digest, "digest", SW_FIELD_DIGEST),
    SW_FIELD_END,
};

static const struct sw_field taint_fields[] = {
    OBJECT(struct sw_taint_claim, selector, selector_fields),
    WORD(struct sw_taint_claim, severity, severity_words),
    SW_FIELD(struct sw_taint_claim, reason, "reason", SW_FIELD_TEXT),
    SW_FIELD_MANY(struct sw_taint_claim, evidence, evidence_count, "evidence", SW_FIELD_TEXTS),
    WORD(struct sw_taint_claim, state, state_words),
    SW_FIELD(struct sw_taint_claim, by, "by", SW_FIELD_TEXT),
    SW_FIELD(struct sw_taint_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field taint_node_fields[] = {
    STAMP,
    OBJECT(struct sw_graph_taint, claim, taint_fields),
    SW_FIELD(struct sw_graph_taint, signature, "signature", SW_FIELD_TEXT),
    SW_FIELD_END,
};

static const struct sw_field takedown_fields[] = {
    OBJECT(struct sw_takedown_claim, selector, selector_fields),
    SW_FIELD(struct sw_takedown_claim, reason, "reason", SW_FIELD_TEXT),
    SW_FIELD(struct sw_takedown_claim, requested_by, "requested_by", SW_FIELD_TEXT),
    SW_FIELD(struct sw_takedown_claim, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field takedown_node_fields[] = {
    STAMP, OBJECT(struct sw_graph_takedown, claim, takedown_fields), SW_FIELD_END};

static const struct sw_field verdict_fields[] = {
    STAMP,
    SW_FIELD(struct sw_graph_verdict, subject, "subject", SW_FIELD_DIGEST),
    SW_FIELD(struct sw_graph_verdict, passed, "passed", SW_FIELD_TRUTH),
    SW_FIELD(struct sw_graph_verdict, time, "time", SW_FIELD_TIME),
    SW_FIELD_END,
};

static const struct sw_field damage_fields[] = {
    STAMP,
    SW_FIELD(struct sw_graph_damage, type, "type", SW_FIELD_TEXT),
    SW_FIELD(struct sw_graph_damage, why, "why", SW_FIELD_TEXT),
    SW_FIELD_END,
};

/* --- how claims are read --------------------------------------------------------------------- */

static enum sw_code read_source(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    struct sw_graph_source *source = node;
    struct sw_source_record record;
    SW_TRY(sw_source_claim_read(arena, statement, &record, err));
    source->name = record.name;
    source->licence = sw_source_licence(&record);
    source->consent = sw_source_consent(&record);
    source->origin = sw_source_origin(&record);
    source->time = record.time;
    return sw_source_gaps(arena, &record, &source->gaps, &source->gap_count);
}

static enum sw_code read_dataset(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    return sw_dataset_claim_read(arena, statement, &((struct sw_graph_dataset *)node)->claim, err);
}

static enum sw_code read_step(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    return sw_lineage_claim_read(arena, statement, &((struct sw_graph_step *)node)->claim, err);
}

static enum sw_code read_training(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    return sw_training_claim_read(
        arena, statement, &((struct sw_graph_training *)node)->claim, err);
}

static enum sw_code read_consumption(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    return sw_consumption_claim_read(
        arena, statement, &((struct sw_graph_consumption *)node)->claim, err);
}

static enum sw_code read_taint(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    return sw_taint_claim_read(arena, statement, &((struct sw_graph_taint *)node)->claim, err);
}

static enum sw_code read_takedown(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    return sw_takedown_claim_read(
        arena, statement, &((struct sw_graph_takedown *)node)->claim, err);
}

static int by_bytes(const void *a, const void *b)
{
    const struct sw_digest *x = a;
    const struct sw_digest *y = b;
    int order = (x->alg > y->alg) - (x->alg < y->alg);
    return order != 0 ? order : memcmp(x->bytes, y->bytes, x->len);
}

/* Digests to look others up in; there may be many of both. */
struct digest_list {
    struct sw_digest *sorted;
    size_t count;
};

static bool has_digest(const struct digest_list *list, const struct sw_digest *digest)
{
    return list->count > 0 &&
           bsearch(digest, list->sorted, list->count, sizeof(*digest), by_bytes) != NULL;
}

static bool has_all(const struct digest_list *list, const struct sw_digest *digests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!has_digest(list, &digests[i])) {
            return false;
        }
    }
    return true;
}

/* The gate finds a declaration by the sets that it is about, so it is about each that it lists. */
static sw_result check_sets(struct sw_arena *arena, const struct sw_statement *statement,
    const struct sw_graph_declaration *node, struct sw_error *err)
{
    struct digest_list subjects = {
        SW_ARENA_ARRAY(arena, struct sw_digest, statement->subject_count),
        statement->subject_count};
    SW_TRY_PTR(subjects.sorted);
    for (size_t i = 0; i < subjects.count; i++) {
        subjects.sorted[i] = statement->subjects[i].digest;
    }
    qsort(subjects.sorted, subjects.count, sizeof(*subjects.sorted), by_bytes);
    for (size_t i = 0; i < node->set_count; i++) {
        if (!has_digest(&subjects, &node->sets[i].manifest)) {
            return sw_fail(err, SW_E_FORMAT, "it tells of a dataset that it is not about");
        }
    }
    return SW_OK;
}

static sw_result check_steps(
    struct sw_arena *arena, const struct sw_graph_declaration *node, struct sw_error *err)
{
    struct digest_list sets = {
        SW_ARENA_ARRAY(arena, struct sw_digest, node->set_count), node->set_count};
    SW_TRY_PTR(sets.sorted);
    for (size_t i = 0; i < sets.count; i++) {
        sets.sorted[i] = node->sets[i].manifest;
    }
    if (sets.count > 1) {
        qsort(sets.sorted, sets.count, sizeof(*sets.sorted), by_bytes);
    }
    for (size_t i = 0; i < node->step_count; i++) {
        const struct sw_declared_step *step = &node->steps[i];
        if (!has_all(&sets, step->inputs, step->input_count) ||
            !has_all(&sets, step->outputs, step->output_count)) {
            return sw_fail(err, SW_E_FORMAT, "a step is of a dataset that it does not list");
        }
    }
    return SW_OK;
}

static enum sw_code read_declaration(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    struct sw_graph_declaration *made = node;
    struct sw_declaration_claim claim;
    SW_TRY(sw_declaration_claim_read(arena, statement, &claim, err));
    made->document = claim.document;
    made->sets = SW_ARENA_ARRAY(arena, struct sw_dataset_ref, claim.set_count);
    SW_TRY_PTR(made->sets);
    made->set_count = claim.set_count;
    for (size_t i = 0; i < claim.set_count; i++) {
        const struct sw_declared_set *set = &claim.sets[i];
        uint64_t samples = set->samples == SW_ABSENT ? 0 : set->samples;
        made->sets[i] = (struct sw_dataset_ref){set->name, set->version, set->manifest, samples};
    }
    made->steps = claim.steps;
    made->step_count = claim.step_count;
    SW_TRY(check_sets(arena, statement, made, err));
    return check_steps(arena, made, err);
}

/* SLSA VSA v1. */
static enum sw_code read_verdict(
    struct sw_arena *arena, const struct sw_statement *statement, void *node, struct sw_error *err)
{
    struct sw_graph_verdict *verdict = node;
    struct sw_str time;
    (void)arena;
    if (!sw_json_str(sw_json_get(statement->predicate, "timeVerified"), &time) ||
        !sw_time_parse(time, &verdict->time)) {
        return sw_fail(err, SW_E_FORMAT, "the verification summary has no time");
    }
    verdict->subject = statement->subjects[0].digest;
    verdict->passed = sw_json_is(sw_json_get(statement->predicate, "verificationResult"), "PASSED");
    return SW_OK;
}

/* --- what they are about --------------------------------------------------------------------- */

static void about_source(const void *node, struct sw_digest *out)
{
    sw_name_digest(SW_NAME_SOURCE, ((const struct sw_graph_source *)node)->name, out);
}

static void about_dataset(const void *node, struct sw_digest *out)
{
    *out = ((const struct sw_graph_dataset *)node)->claim.manifest;
}

static void about_step(const void *node, struct sw_digest *out)
{
    *out = ((const struct sw_graph_step *)node)->claim.output.manifest;
}

static void about_declaration(const void *node, struct sw_digest *out)
{
    *out = ((const struct sw_graph_declaration *)node)->document;
}

static void about_training(const void *node, struct sw_digest *out)
{
    *out = ((const struct sw_graph_training *)node)->claim.root;
}

static void about_consumption(const void *node, struct sw_digest *out)
{
    sw_name_digest(SW_NAME_RUN, ((const struct sw_graph_consumption *)node)->claim.run, out);
}

static void about_taint(const void *node, struct sw_digest *out)
{
    sw_selector_subject(&((const struct sw_graph_taint *)node)->claim.selector, out);
}

static void about_takedown(const void *node, struct sw_digest *out)
{
    sw_selector_subject(&((const struct sw_graph_takedown *)node)->claim.selector, out);
}

static void about_verdict(const void *node, struct sw_digest *out)
{
    *out = ((const struct sw_graph_verdict *)node)->subject;
}

#define KIND(node, plural, counter)                                            \
    .size = sizeof(struct node), .list_at = offsetof(struct sw_graph, plural), \
    .count_at = offsetof(struct sw_graph, counter)

const struct sw_graph_kind sw_graph_kinds[SW_NODE_END] = {
    [SW_NODE_SOURCE] = {.type = SW_PREDICATE_SOURCE,
        .fields = source_fields,
        .read = read_source,
        .about = about_source,
        KIND(sw_graph_source, sources, source_count)},
    [SW_NODE_DATASET] = {.type = SW_PREDICATE_DATASET,
        .fields = dataset_node_fields,
        .read = read_dataset,
        .about = about_dataset,
        KIND(sw_graph_dataset, datasets, dataset_count)},
    [SW_NODE_STEP] = {.type = SW_PREDICATE_LINEAGE,
        .fields = step_fields,
        .read = read_step,
        .about = about_step,
        .untrusted = true,
        KIND(sw_graph_step, steps, step_count)},
    [SW_NODE_TRAINING] = {.type = SW_PREDICATE_TRAINING,
        .fields = training_node_fields,
        .read = read_training,
        .about = about_training,
        .untrusted = true,
        KIND(sw_graph_training, trainings, training_count)},
    [SW_NODE_CONSUMPTION] = {.type = SW_PREDICATE_CONSUMPTION,
        .fields = consumption_node_fields,
        .read = read_consumption,
        .about = about_consumption,
        KIND(sw_graph_consumption, consumptions, consumption_count)},
    [SW_NODE_TAINT] = {.type = SW_PREDICATE_TAINT,
        .fields = taint_node_fields,
        .read = read_taint,
        .about = about_taint,
        KIND(sw_graph_taint, taints, taint_count)},
    [SW_NODE_TAKEDOWN] = {.type = SW_PREDICATE_TAKEDOWN,
        .fields = takedown_node_fields,
        .read = read_takedown,
        .about = about_takedown,
        KIND(sw_graph_takedown, takedowns, takedown_count)},
    [SW_NODE_VERDICT] = {.type = SW_PREDICATE_VSA,
        .fields = verdict_fields,
        .read = read_verdict,
        .about = about_verdict,
        KIND(sw_graph_verdict, verdicts, verdict_count)},
    [SW_NODE_DECLARATION] = {.type = SW_PREDICATE_DECLARATION,
        .fields = declaration_fields,
        .read = read_declaration,
        .about = about_declaration,
        .untrusted = true,
        KIND(sw_graph_declaration, declarations, declaration_count)},
    [SW_NODE_DAMAGE] = {.fields = damage_fields, KIND(sw_graph_damage, damages, damage_count)},
};
