/* What trusted claims say about data, as one graph: sources, dataset versions, steps, training
 * runs, models, taints and verdicts. Questions are asked of it; doc/format/graph.md is its file,
 * which may be deleted at any time. */
#ifndef SW_DATA_GRAPH_H
#define SW_DATA_GRAPH_H

#include "data/exchange.h"

#define SW_GRAPH_NONE UINT32_MAX

/* Which claim says it. */
struct sw_graph_stamp {
    struct sw_digest claim;
    uint64_t leaf;
    int64_t time; /* when the log recorded it */
    struct sw_str
        signer; /* the name in trust.yaml; empty: nobody trusted, then it is not followed */
};

/* Nodes hold of their claims what questions need; what is left out says each. */
struct sw_graph_source {
    struct sw_graph_stamp stamp;
    struct sw_str name;
    struct sw_str licence; /* empty where the record does not say it, as the next two */
    struct sw_str consent;
    struct sw_str origin;
    struct sw_str *gaps; /* what the record should say and does not, in words */
    size_t gap_count;
    int64_t time;
};

struct sw_graph_dataset {
    struct sw_graph_stamp stamp;
    struct sw_dataset_claim claim; /* without reader, location, options and quarantined */
    uint32_t set;
};

struct sw_graph_step {
    struct sw_graph_stamp stamp;
    struct sw_lineage_claim claim; /* without totals and how */
    uint32_t *inputs;              /* sets, in the order of claim.inputs */
    uint32_t output;               /* set */
};

/* What a document says of how sets were made. Its signer says that it says so; nobody here saw a
 * sample. */
struct sw_graph_declaration {
    struct sw_graph_stamp stamp;
    struct sw_digest document;
    struct sw_dataset_ref *sets;
    size_t set_count;
    struct sw_declared_step *steps; /* name, inputs and outputs alone */
    size_t step_count;
};

/* One step of a declaration. Never more than this: no rows, no lineage file. */
struct sw_graph_hearsay {
    uint32_t declaration;
    struct sw_str name; /* may be empty */
    uint32_t *inputs;   /* sets */
    uint32_t *outputs;
    uint32_t input_count;
    uint32_t output_count;
};

struct sw_graph_training {
    struct sw_graph_stamp stamp;
    struct sw_training_claim claim; /* without command, code, parameters, environment */
    uint32_t model;
    uint32_t *sets;  /* in the order of claim.datasets */
    uint32_t *bases; /* models, in the order of claim.bases */
};

struct sw_graph_consumption {
    struct sw_graph_stamp stamp;
    struct sw_consumption_claim claim; /* run, datasets, mixture, decision, draws, agrees, gaps */
};

struct sw_graph_taint {
    struct sw_graph_stamp stamp;
    struct sw_taint_claim claim;
    struct sw_str signature; /* to know a claim that was recorded once more */
    bool stands;             /* the newest word of its signer on this selector, and not a lifting */
};

struct sw_graph_takedown {
    struct sw_graph_stamp stamp;
    struct sw_takedown_claim claim; /* without what was affected then */
};

struct sw_graph_verdict {
    struct sw_graph_stamp stamp;
    struct sw_digest subject;
    bool passed;
    int64_t time;
};

/* A claim that the log has and that says nothing: it cannot be read back, or breaks its format. */
struct sw_graph_damage {
    struct sw_graph_stamp stamp;
    struct sw_str type;
    struct sw_str why;
};

/* A dataset version's samples, by its manifest; several names may mean the same. */
struct sw_graph_set {
    struct sw_digest manifest;
    uint64_t samples;
    uint32_t dataset;   /* its newest claim; NONE when nobody trusted claimed it */
    struct sw_str name; /* by that claim, else by who refers to it */
    struct sw_str version;
    uint32_t *made_by;   /* steps whose output it is */
    uint32_t *used_by;   /* steps that it is an input of */
    uint32_t *trained;   /* trainings on it */
    uint32_t *said_made; /* hearsay that has it as output; the same one may stand there twice */
    uint32_t *said_used; /* and as input */
    uint32_t made_count;
    uint32_t used_count;
    uint32_t trained_count;
    uint32_t said_made_count;
    uint32_t said_used_count;
};

struct sw_graph_model {
    struct sw_digest root;
    struct sw_str name;
    bool checkpoint;
    uint32_t verdict;    /* the newest trusted one; NONE without one */
    uint32_t *trainings; /* that made it */
    uint32_t *derived;   /* trainings that it is a base of */
    uint32_t training_count;
    uint32_t derived_count;
};

#define SW_GRAPH_LIST(type, plural, counter) \
    struct type *plural;                     \
    uint32_t counter

struct sw_graph {
    struct sw_arena arena;
    struct sw_buf body; /* what texts and lists are views of */
    SW_GRAPH_LIST(sw_graph_source, sources, source_count);
    SW_GRAPH_LIST(sw_graph_dataset, datasets, dataset_count); /* by leaf, as all that follow */
    SW_GRAPH_LIST(sw_graph_step, steps, step_count);
    SW_GRAPH_LIST(sw_graph_declaration, declarations, declaration_count);
    SW_GRAPH_LIST(sw_graph_hearsay, hearsay, hearsay_count); /* of all declarations */
    SW_GRAPH_LIST(sw_graph_training, trainings, training_count);
    SW_GRAPH_LIST(sw_graph_consumption, consumptions, consumption_count);
    SW_GRAPH_LIST(sw_graph_taint, taints, taint_count);
    SW_GRAPH_LIST(sw_graph_takedown, takedowns, takedown_count);
    SW_GRAPH_LIST(sw_graph_verdict, verdicts, verdict_count);
    SW_GRAPH_LIST(sw_graph_damage, damages, damage_count);
    SW_GRAPH_LIST(sw_graph_set, sets, set_count);       /* by manifest */
    SW_GRAPH_LIST(sw_graph_model, models, model_count); /* by root */
};

void sw_graph_free(struct sw_graph *graph);
SW_DEFINE_CLEANUP_PTR(graph, struct sw_graph, sw_graph_free)

enum sw_graph_cache {
    SW_GRAPH_CACHED, /* take STORE/data/graph.cache when it is of this log and trust; else make it,
                        where the store can be written to */
    SW_GRAPH_FRESH,  /* check every claim now, leave the file alone */
};

/* The whole store. Where claims stand is taken from the index. */
sw_result sw_graph_load(const struct sw_data *data, enum sw_graph_cache cache,
    struct sw_graph **out, struct sw_error *err);
/* For a decision: what bears on one model, taken from the log itself (sw_evidence_gather) and each
 * claim checked now; neither the index nor the cache is asked. All taints and takedowns are in it;
 * verdicts are not. */
sw_result sw_graph_load_model(const struct sw_data *data, const struct sw_digest *root,
    struct sw_graph **out, struct sw_error *err);

/* NONE when there is none. */
uint32_t sw_graph_find_set(const struct sw_graph *graph, const struct sw_digest *manifest);
uint32_t sw_graph_find_model(const struct sw_graph *graph, const struct sw_digest *root);
const struct sw_graph_source *sw_graph_find_source(
    const struct sw_graph *graph, struct sw_str name);
/* Is there a trusted verdict that lets the model pass, and none that is newer? */
bool sw_graph_is_admitted(const struct sw_graph *graph, const struct sw_graph_model *model);
/* All sets in an order in which a step's inputs come before its output, as far as steps have no
 * cycle. In `arena`. */
sw_result sw_graph_order(struct sw_arena *arena, const struct sw_graph *graph, uint32_t **out);
/* Who says it. */
static inline const struct sw_graph_stamp *sw_graph_hearsay_stamp(
    const struct sw_graph *graph, uint32_t hearsay)
{
    return &graph->declarations[graph->hearsay[hearsay].declaration].stamp;
}
/* Does a signer whom we trust say it? */
static inline bool sw_graph_is_trusted(const struct sw_graph_stamp *stamp)
{
    return stamp->signer.len != 0;
}

#endif
