#include "supply/licence_private.h"

#include "supply/ascii.h"

const char *sw_licence_status_name(enum sw_licence_status status)
{
    static const char *const names[] = {
        [SW_LICENCE_NOT_CHECKED] = "not-checked",
        [SW_LICENCE_MET] = "met",
        [SW_LICENCE_NOT_FOUND] = "not-found",
    };
    return names[status];
}

const char *sw_licence_conflict_name(enum sw_licence_conflict_kind kind)
{
    static const char *const names[] = {
        [SW_CONFLICT_SOURCES] = "sources-disagree",
        [SW_CONFLICT_RELICENSED] = "relicensed",
        [SW_CONFLICT_COMBINED] = "incompatible",
        [SW_CONFLICT_DERIVED] = "no-derivatives",
        [SW_CONFLICT_OUTPUTS] = "outputs",
        [SW_CONFLICT_COMMERCIAL] = "commercial",
        [SW_CONFLICT_USERS] = "users",
        [SW_CONFLICT_REVENUE] = "revenue",
        [SW_CONFLICT_DENIED] = "denied",
        [SW_CONFLICT_NOT_ALLOWED] = "not-allowed",
    };
    return names[kind];
}

bool sw_licence_relation_parse(struct sw_str word, enum sw_licence_relation *out)
{
    static const struct {
        const char *word;
        enum sw_licence_relation relation;
    } words[] = {
        {"", SW_LICENCE_MADE_FROM},
        {"finetune", SW_LICENCE_MADE_FROM},
        {"fine-tune", SW_LICENCE_MADE_FROM},
        {"finetuned", SW_LICENCE_MADE_FROM},
        {"adapter", SW_LICENCE_MADE_FROM},
        {"merge", SW_LICENCE_MADE_FROM},
        {"quantized", SW_LICENCE_MADE_FROM},
        {"quantization", SW_LICENCE_MADE_FROM},
        {"conversion", SW_LICENCE_MADE_FROM},
        {"converted", SW_LICENCE_MADE_FROM},
        {"pruned", SW_LICENCE_MADE_FROM},
        {"distilled", SW_LICENCE_DISTILLED},
        {"distillation", SW_LICENCE_DISTILLED},
    };
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        if (sw_ascii_equal(word, sw_str(words[i].word))) {
            *out = words[i].relation;
            return true;
        }
    }
    return false;
}

/* --- the lists -------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 0))) static struct sw_str words_of(
    struct sw_arena *arena, const char *fmt, va_list ap)
{
    enum { LINE_MAX_BYTES = 2048 };
    char line[LINE_MAX_BYTES];
    (void)vsnprintf(line, sizeof(line), fmt, ap);
    return sw_str(sw_arena_strdup(arena, line));
}

sw_result sw_licence_conflict(struct sw_licence_weighing *w, enum sw_licence_conflict_kind kind,
    size_t model, struct sw_str id, const char *what, ...)
{
    struct sw_licence_verdict *out = w->out;
    struct sw_licence_conflict *grown = sw_arena_grow(
        w->arena, out->conflicts, out->conflict_count, &out->conflict_cap, sizeof(*grown));
    va_list ap;
    SW_TRY_PTR(grown);
    out->conflicts = grown;
    va_start(ap, what);
    struct sw_str line = words_of(w->arena, what, ap);
    va_end(ap);
    SW_TRY_PTR(line.ptr);
    grown[out->conflict_count++] = (struct sw_licence_conflict){kind, model, id, line};
    return SW_OK;
}

sw_result sw_licence_unknown(struct sw_licence_weighing *w, size_t model, const char *why, ...)
{
    struct sw_licence_verdict *out = w->out;
    struct sw_licence_unknown *grown = sw_arena_grow(
        w->arena, out->unknowns, out->unknown_count, &out->unknown_cap, sizeof(*grown));
    va_list ap;
    SW_TRY_PTR(grown);
    out->unknowns = grown;
    va_start(ap, why);
    struct sw_str line = words_of(w->arena, why, ap);
    va_end(ap);
    SW_TRY_PTR(line.ptr);
    grown[out->unknown_count++] = (struct sw_licence_unknown){model, line};
    return SW_OK;
}

/* --- rules ------------------------------------------------------------------------------------ */

/* A licence that stands further up too counts once, for the nearest model that has it all. */
static bool is_found(const struct sw_licence_verdict *out, const struct sw_licence_rule *rule)
{
    for (size_t i = 0; i < out->finding_count; i++) {
        if (out->findings[i].rule == rule) {
            return true;
        }
    }
    return false;
}

static sw_result add_rules(
    struct sw_licence_weighing *w, size_t model, const struct sw_licence_terms *terms)
{
    struct sw_licence_verdict *out = w->out;
    for (size_t i = 0; i < terms->rule_count; i++) {
        const struct sw_licence_rule *rule = &terms->rules[i];
        if (!sw_licence_reaches(w, model, rule) || is_found(out, rule)) {
            continue;
        }
        struct sw_licence_finding *grown = sw_arena_grow(
            w->arena, out->findings, out->finding_count, &out->finding_cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        out->findings = grown;
        grown[out->finding_count++] =
            (struct sw_licence_finding){.rule = rule, .terms = terms, .model = model};
    }
    return SW_OK;
}

static sw_result add_leaf(
    struct sw_licence_weighing *w, size_t model, const struct sw_licence_leaf *leaf)
{
    if (leaf->terms == NULL) {
        return sw_licence_unknown(w, model,
            "what " SW_STR_FMT "%s" SW_STR_FMT " says is not known here", SW_STR_ARG(leaf->id),
            leaf->addition.len > 0 ? " WITH " : "", SW_STR_ARG(leaf->addition));
    }
    if (leaf->terms->family) {
        SW_TRY(sw_licence_unknown(w, model, SW_STR_FMT, SW_STR_ARG(leaf->terms->note)));
    } else if (leaf->terms->read == SW_LICENCE_READ_NO) {
        SW_TRY(sw_licence_unknown(w, model,
            "what " SW_STR_FMT " says is not known here; read " SW_STR_FMT, SW_STR_ARG(leaf->id),
            SW_STR_ARG(leaf->terms->source)));
    }
    return add_rules(w, model, leaf->terms);
}

static sw_result add_findings(struct sw_licence_weighing *w)
{
    for (size_t m = 0; m < w->count; m++) {
        struct sw_licence_leaves *leaves = &w->leaves[m];
        SW_TRY(sw_licence_choose(
            w->arena, w->out->own[m].concluded, w->policy, &leaves->list, &leaves->count));
        for (size_t i = 0; i < leaves->count; i++) {
            SW_TRY(add_leaf(w, m, &leaves->list[i]));
        }
    }
    return SW_OK;
}

/* --- all together ----------------------------------------------------------------------------- */

static bool any_rule_of(const struct sw_licence_verdict *out, size_t model)
{
    for (size_t i = 0; i < out->finding_count; i++) {
        if (out->findings[i].model == model) {
            return true;
        }
    }
    return false;
}

/* What holds for the model; its ancestors' licences too, where they reach it. */
static sw_result conclude_all(struct sw_licence_weighing *w)
{
    const struct sw_spdx_expression **parts =
        SW_ARENA_ARRAY(w->arena, const struct sw_spdx_expression *, w->count);
    size_t count = 0;
    SW_TRY_PTR(parts);
    for (size_t m = 0; m < w->count; m++) {
        const struct sw_licence_own *own = &w->out->own[m];
        if (own->concluded != NULL && (!own->distilled || any_rule_of(w->out, m))) {
            parts[count++] = own->concluded;
        }
    }
    w->out->concluded = count == 0 ? NULL : sw_spdx_join(w->arena, SW_SPDX_AND, parts, count);
    return count > 0 && w->out->concluded == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result mark_distilled(struct sw_licence_weighing *w, struct sw_error *err)
{
    for (size_t m = 1; m < w->count; m++) {
        const struct sw_licence_model *model = &w->models[m];
        enum sw_licence_relation relation = SW_LICENCE_MADE_FROM;
        if (model->child >= m) {
            return sw_fail(err, SW_E_INTERNAL, "an ancestor stands before its child");
        }
        (void)sw_licence_relation_parse(model->relation, &relation);
        w->out->own[m].distilled =
            w->out->own[model->child].distilled || relation == SW_LICENCE_DISTILLED;
    }
    return SW_OK;
}

static sw_result evaluate(struct sw_licence_weighing *w, struct sw_error *err)
{
    for (size_t m = 0; m < w->count; m++) {
        SW_TRY(sw_licence_conclude(w, m));
    }
    SW_TRY(mark_distilled(w, err));
    SW_TRY(add_findings(w));
    SW_TRY(conclude_all(w));
    SW_TRY(sw_licence_check_duties(w));
    return sw_licence_conflicts(w);
}

sw_result sw_licence_evaluate(struct sw_arena *arena, const struct sw_licence_model *models,
    size_t count, const struct sw_licence_policy *policy, struct sw_licence_verdict *out,
    struct sw_error *err)
{
    struct sw_licence_verdict verdict = {0};
    struct sw_licence_weighing w = {
        .arena = arena, .models = models, .count = count, .policy = policy, .out = &verdict};
    if (count == 0 || count > SW_LICENCE_MODELS_MAX) {
        return sw_fail(err, SW_E_LIMIT,
            "licences of %zu models are not weighed together; at most "
            "%d are",
            count, SW_LICENCE_MODELS_MAX);
    }
    verdict.own = SW_ARENA_ARRAY(arena, struct sw_licence_own, count);
    w.leaves = SW_ARENA_ARRAY(arena, struct sw_licence_leaves, count);
    if (verdict.own == NULL || w.leaves == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(evaluate(&w, err));
    *out = verdict;
    return SW_OK;
}
