/* What the evaluation of licences shares between its files. Private to them. */
#ifndef SW_SUPPLY_LICENCE_PRIVATE_H
#define SW_SUPPLY_LICENCE_PRIVATE_H

#include "supply/licence.h"

struct sw_licence_leaves {
    struct sw_licence_leaf *list;
    size_t count;
};

struct sw_licence_weighing {
    struct sw_arena *arena;
    const struct sw_licence_model *models;
    size_t count;
    const struct sw_licence_policy *policy;
    struct sw_licence_leaves *leaves; /* of each model, as concluded */
    struct sw_licence_verdict *out;
};

/* Appends; SW_E_NOMEM. `what` and `why` are printf formats. */
sw_result sw_licence_conflict(struct sw_licence_weighing *w, enum sw_licence_conflict_kind kind,
    size_t model, struct sw_str id, const char *what, ...) __attribute__((format(printf, 5, 6)));
sw_result sw_licence_unknown(struct sw_licence_weighing *w, size_t model, const char *why, ...)
    __attribute__((format(printf, 3, 4)));

/* What a model says of itself (licence_own.c). */
sw_result sw_licence_conclude(struct sw_licence_weighing *w, size_t model);
/* Everything that stands against it (licence_conflict.c). */
sw_result sw_licence_conflicts(struct sw_licence_weighing *w);
/* Which duties the first model's files meet (licence_own.c). */
sw_result sw_licence_check_duties(struct sw_licence_weighing *w);

/* Whether a rule of a model's licence reaches the first model. */
static inline bool sw_licence_reaches(
    const struct sw_licence_weighing *w, size_t model, const struct sw_licence_rule *rule)
{
    return !w->out->own[model].distilled || rule->outputs;
}

/* Whether one of the leaves is under these terms. */
static inline bool sw_licence_has(
    const struct sw_licence_leaves *leaves, const struct sw_licence_terms *terms)
{
    for (size_t i = 0; i < leaves->count; i++) {
        if (leaves->list[i].terms == terms) {
            return true;
        }
    }
    return false;
}

#endif
