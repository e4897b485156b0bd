/* What one model says of its own licence, in several places. */
#include "supply/licence_private.h"

#include "supply/ascii.h"

static const struct sw_licence_terms *terms_of(const struct sw_spdx_expression *e)
{
    return e == NULL || e->kind != SW_SPDX_LICENSE ? NULL : sw_licence_by_id(e->id);
}

/* A family's name tells less than a text, and so does a name that nobody knows. */
static bool is_vague(const struct sw_spdx_expression *e)
{
    const struct sw_licence_terms *terms = terms_of(e);
    return e != NULL && e->kind == SW_SPDX_LICENSE && (terms == NULL ? !e->listed : terms->family);
}

static bool is_text(enum sw_licence_evidence evidence)
{
    return evidence == SW_LICENCE_BY_TEXT || evidence == SW_LICENCE_BY_TITLE;
}

static const struct sw_spdx_expression *all_of(struct sw_licence_weighing *w,
    const struct sw_licence_facts *facts, bool texts, enum sw_licence_evidence evidence)
{
    const struct sw_spdx_expression **list =
        SW_ARENA_ARRAY(w->arena, const struct sw_spdx_expression *, facts->declared_count);
    size_t count = 0;
    for (size_t i = 0; list != NULL && i < facts->declared_count; i++) {
        const struct sw_licence_declared *d = &facts->declared[i];
        bool wanted =
            texts ? is_text(d->evidence) && !is_vague(d->expression) : d->evidence == evidence;
        if (wanted && d->expression != NULL) {
            list[count++] = d->expression;
        }
    }
    return count == 0 ? NULL : sw_spdx_join(w->arena, SW_SPDX_AND, list, count);
}

static const struct sw_spdx_expression *both(struct sw_licence_weighing *w,
    const struct sw_spdx_expression *a, const struct sw_spdx_expression *b)
{
    const struct sw_spdx_expression *const parts[] = {a, b};
    if (a == NULL || b == NULL) {
        return a == NULL ? b : a;
    }
    return sw_spdx_join(w->arena, SW_SPDX_AND, parts, 2);
}

/* --- whether two places agree ----------------------------------------------------------------- */

/* One licence stands somewhere in an expression. */
static bool holds(const struct sw_spdx_expression *e, const struct sw_spdx_expression *leaf)
{
    if (e->kind == SW_SPDX_LICENSE) {
        const struct sw_licence_terms *terms = terms_of(e);
        return sw_ascii_equal(e->id, leaf->id) || (terms != NULL && terms == terms_of(leaf));
    }
    for (size_t i = 0; i < e->count; i++) {
        if (holds(e->parts[i], leaf)) {
            return true;
        }
    }
    return false;
}

/* At least one licence of `b` is in `a`: what is beside it may be about parts of the model. */
static bool agree(const struct sw_spdx_expression *a, const struct sw_spdx_expression *b)
{
    if (b->kind == SW_SPDX_LICENSE) {
        return holds(a, b);
    }
    for (size_t i = 0; i < b->count; i++) {
        if (agree(a, b->parts[i])) {
            return true;
        }
    }
    return false;
}

/* The LGPL comes with the text of the GPL. */
static bool is_gpl_of_lgpl(
    const struct sw_spdx_expression *told, const struct sw_spdx_expression *text)
{
    return sw_str_starts(text->id, "GPL-") && told->kind == SW_SPDX_LICENSE &&
           sw_str_starts(told->id, "LGPL-");
}

/* The parts of `b` that `a` does not hold. */
static const struct sw_spdx_expression *beside(struct sw_licence_weighing *w,
    const struct sw_spdx_expression *a, const struct sw_spdx_expression *b)
{
    const struct sw_spdx_expression *rest = NULL;
    size_t count = b->kind == SW_SPDX_AND ? b->count : 1;
    for (size_t i = 0; i < count; i++) {
        const struct sw_spdx_expression *part = b->kind == SW_SPDX_AND ? b->parts[i] : b;
        if (!agree(a, part) && !is_gpl_of_lgpl(a, part)) {
            rest = both(w, rest, part);
        }
    }
    return rest;
}

static sw_result merge(struct sw_licence_weighing *w, size_t model, const char *where,
    const struct sw_spdx_expression *other, const struct sw_spdx_expression **told)
{
    if (other == NULL) {
        return SW_OK;
    }
    if (*told == NULL || is_vague(*told)) {
        *told = other;
        return SW_OK;
    }
    if (!agree(*told, other) && !is_vague(other)) {
        struct sw_str a = sw_spdx_text(w->arena, *told);
        struct sw_str b = sw_spdx_text(w->arena, other);
        SW_TRY(sw_licence_conflict(w, SW_CONFLICT_SOURCES, model, b,
            "it is said to be under " SW_STR_FMT ", but %s " SW_STR_FMT, SW_STR_ARG(a), where,
            SW_STR_ARG(b)));
    }
    *told = is_vague(other) ? *told : both(w, *told, beside(w, *told, other));
    SW_TRY_PTR(*told);
    return SW_OK;
}

/* --- one model -------------------------------------------------------------------------------- */

static sw_result tell_unread(
    struct sw_licence_weighing *w, size_t model, const struct sw_licence_facts *facts)
{
    for (size_t i = 0; i < facts->problem_count; i++) {
        const struct sw_licence_problem *p = &facts->problems[i];
        SW_TRY(sw_licence_unknown(w, model, SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(p->file),
            p->file.len > 0 ? ": " : "", SW_STR_ARG(p->why)));
    }
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct sw_licence_declared *d = &facts->declared[i];
        if (d->expression == NULL) {
            SW_TRY(sw_licence_unknown(w, model,
                is_text(d->evidence) ? SW_STR_FMT ": no licence text that is known here begins "
                                                  "'" SW_STR_FMT "'"
                                     : SW_STR_FMT ": it says '" SW_STR_FMT
                                                  "', which names no licence",
                SW_STR_ARG(d->file), SW_STR_ARG(d->text)));
        }
    }
    return SW_OK;
}

static sw_result conclude_by_name(struct sw_licence_weighing *w, size_t model)
{
    const struct sw_licence_terms *terms = sw_licence_by_base(w->models[model].name);
    if (terms == NULL) {
        return sw_licence_unknown(w, model, "its licence was not read, and its name tells none");
    }
    w->out->own[model].declared = sw_spdx_single(w->arena, terms->id);
    w->out->own[model].concluded = w->out->own[model].declared;
    return SW_OK;
}

static bool has_limits(const struct sw_licence_terms *terms)
{
    for (size_t i = 0; i < terms->rule_count; i++) {
        if (sw_licence_rule_class(terms->rules[i].kind) == SW_RULE_LIMIT) {
            return true;
        }
    }
    return false;
}

/* A copy whose card says less than its publisher does is no way around the limits. */
static sw_result merge_name(
    struct sw_licence_weighing *w, size_t model, const struct sw_spdx_expression **told)
{
    const struct sw_licence_terms *terms =
        model == 0 ? NULL : sw_licence_by_base(w->models[model].name);
    if (terms == NULL || !has_limits(terms)) {
        return SW_OK;
    }
    return merge(w, model, "its publisher has put models of that name under",
        sw_spdx_single(w->arena, terms->id), told);
}

sw_result sw_licence_conclude(struct sw_licence_weighing *w, size_t model)
{
    const struct sw_licence_facts *facts = w->models[model].facts;
    struct sw_licence_own *own = &w->out->own[model];
    if (facts == NULL) {
        return conclude_by_name(w, model);
    }
    const struct sw_spdx_expression *card = all_of(w, facts, false, SW_LICENCE_BY_CARD);
    const struct sw_spdx_expression *metadata = all_of(w, facts, false, SW_LICENCE_BY_METADATA);
    const struct sw_spdx_expression *texts = all_of(w, facts, true, SW_LICENCE_BY_TITLE);
    const struct sw_spdx_expression *told = card;
    own->declared = card != NULL ? card : metadata != NULL ? metadata : texts;
    SW_TRY(merge(w, model, "its weights say", metadata, &told));
    SW_TRY(merge(w, model, "beside it lies the text of", texts, &told));
    SW_TRY(merge_name(w, model, &told));
    own->concluded = told;
    SW_TRY(tell_unread(w, model, facts));
    if (facts->declared_count > 0 || facts->problem_count > 0) {
        return SW_OK;
    }
    return sw_licence_unknown(w, model, "nothing in it tells a licence");
}

/* --- what its files meet ---------------------------------------------------------------------- */

static bool contains(struct sw_str words, struct sw_str line)
{
    return line.len > 0 && words.len >= line.len &&
           memmem(words.ptr, words.len, line.ptr, line.len) != NULL;
}

static bool ships_text(const struct sw_licence_facts *facts, const struct sw_licence_terms *terms)
{
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct sw_licence_declared *d = &facts->declared[i];
        if (is_text(d->evidence) && terms_of(d->expression) == terms) {
            return true;
        }
    }
    return false;
}

static enum sw_licence_status status_of(struct sw_licence_weighing *w,
    const struct sw_licence_facts *facts, const struct sw_licence_finding *f)
{
    struct sw_str line = sw_licence_words(w->arena, sw_bytes_of_str(f->rule->text), 1024);
    enum sw_licence_rule_kind kind = f->rule->kind;
    bool met = (kind == SW_RULE_NAMING && contains(facts->card_words, line)) ||
               (kind == SW_RULE_NOTICE && contains(facts->notice_words, line)) ||
               (kind == SW_RULE_LICENCE_COPY && ships_text(facts, f->terms));
    bool looked_for =
        kind == SW_RULE_NAMING || kind == SW_RULE_NOTICE || kind == SW_RULE_LICENCE_COPY;
    return met ? SW_LICENCE_MET : looked_for ? SW_LICENCE_NOT_FOUND : SW_LICENCE_NOT_CHECKED;
}

sw_result sw_licence_check_duties(struct sw_licence_weighing *w)
{
    const struct sw_licence_facts *facts = w->models[0].facts;
    for (size_t i = 0; facts != NULL && i < w->out->finding_count; i++) {
        struct sw_licence_finding *f = &w->out->findings[i];
        f->status = status_of(w, facts, f);
    }
    return SW_OK;
}
