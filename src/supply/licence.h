/* What licences allow for a model, taken together along the models that it was made from: the
 * strictest counts. A reading of what was declared, by rules of our own; not legal advice
 * (doc/licences.md). */
#ifndef SW_SUPPLY_LICENCE_H
#define SW_SUPPLY_LICENCE_H

#include "supply/licence_read.h"

/* Models that are looked at together. */
#define SW_LICENCE_MODELS_MAX 256

/* How a model was made from an ancestor: the words of the Hub's `base_model_relation`, those of
 * derivation claims, and some usual ones. */
enum sw_licence_relation {
    SW_LICENCE_MADE_FROM, /* finetune, adapter, merge, quantized, conversion, or not said */
    SW_LICENCE_DISTILLED, /* trained on its outputs */
};
/* False for a word that is not known. An empty one is SW_LICENCE_MADE_FROM. */
bool sw_licence_relation_parse(struct sw_str word, enum sw_licence_relation *out);

struct sw_licence_model {
    struct sw_str name;                   /* for people */
    struct sw_str relation;               /* as given, to its child; empty for the first */
    size_t child;                         /* the model that was made from it; 0 for the first */
    const struct sw_licence_facts *facts; /* NULL: only its name is known */
};

/* What the user wants to know. */
struct sw_licence_policy {
    const struct sw_str *allow, *deny; /* ids as in expressions */
    size_t allow_count, deny_count;
    bool commercial;
    bool users_known;
    uint64_t users; /* a month */
    bool revenue_known;
    uint64_t revenue; /* US dollars a year */
};

enum sw_licence_status {
    SW_LICENCE_NOT_CHECKED,
    SW_LICENCE_MET,       /* the model has the line or the copy */
    SW_LICENCE_NOT_FOUND, /* it was looked for in the model and is not there */
};
const char *sw_licence_status_name(enum sw_licence_status status); /* "met" */

/* A rule that holds for the model, and from which model it comes. */
struct sw_licence_finding {
    const struct sw_licence_rule *rule;
    const struct sw_licence_terms *terms;
    size_t model;
    enum sw_licence_status status;
};

enum sw_licence_conflict_kind {
    SW_CONFLICT_SOURCES,    /* one model says two things of itself */
    SW_CONFLICT_RELICENSED, /* the declared licence leaves out what an ancestor's asks for */
    SW_CONFLICT_COMBINED,   /* one licence forbids limits that another one brings */
    SW_CONFLICT_DERIVED,    /* an ancestor may not be changed and passed on */
    SW_CONFLICT_OUTPUTS,    /* trained on outputs that may not be used so */
    SW_CONFLICT_COMMERCIAL,
    SW_CONFLICT_USERS,
    SW_CONFLICT_REVENUE,
    SW_CONFLICT_DENIED,
    SW_CONFLICT_NOT_ALLOWED,
};
const char *sw_licence_conflict_name(enum sw_licence_conflict_kind kind); /* "relicensed" */

struct sw_licence_conflict {
    enum sw_licence_conflict_kind kind;
    size_t model;       /* the one whose licence is in the way */
    struct sw_str id;   /* that licence */
    struct sw_str what; /* one sentence without a full stop */
};

/* What is not known of a model. */
struct sw_licence_unknown {
    size_t model;
    struct sw_str why;
};

/* One model by itself. */
struct sw_licence_own {
    const struct sw_spdx_expression *declared;  /* what it says; NULL: nothing that is understood */
    const struct sw_spdx_expression *concluded; /* also what its files are; NULL as above */
    bool distilled; /* the first model was trained on its outputs, somewhere on the way */
};

struct sw_licence_verdict {
    struct sw_licence_own *own; /* one for each model */
    /* Of the first model: all that holds for it; NULL when nothing is known. */
    const struct sw_spdx_expression *concluded;
    struct sw_licence_finding *findings;
    size_t finding_count, finding_cap;
    struct sw_licence_conflict *conflicts;
    size_t conflict_count, conflict_cap;
    struct sw_licence_unknown *unknowns;
    size_t unknown_count, unknown_cap;
};

/* Everything is in the arena. models[0] is the one that is asked about; a child stands before its
 * ancestors. SW_E_LIMIT, SW_E_NOMEM. */
sw_result sw_licence_evaluate(struct sw_arena *arena, const struct sw_licence_model *models,
    size_t count, const struct sw_licence_policy *policy, struct sw_licence_verdict *out,
    struct sw_error *err);

/* The licences of an expression where one of each OR was chosen: the one with the fewest limits
 * that the policy allows. */
struct sw_licence_leaf {
    struct sw_str id;
    const struct sw_licence_terms *terms; /* NULL: not in the table, or something is added to it */
    struct sw_str addition;               /* behind WITH; may be empty */
};
sw_result sw_licence_choose(struct sw_arena *arena, const struct sw_spdx_expression *expression,
    const struct sw_licence_policy *policy, struct sw_licence_leaf **leaves, size_t *count);

#endif
