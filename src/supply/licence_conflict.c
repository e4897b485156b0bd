/* What stands against a model: its declared licence, its ancestors' and the user's policy. */
#include "supply/licence_private.h"

#include "supply/ascii.h"
#include "supply/spdx_list.h"

/* --- the declared licence leaves something out ------------------------------------------------ */

/* A limit that another licence brings just as well. */
static bool is_as_strict(const struct sw_licence_terms *terms, const struct sw_licence_rule *rule)
{
    const struct sw_licence_rule *same = sw_licence_rule_of(terms, rule->kind);
    enum sw_licence_rule_kind kind = rule->kind;
    if (kind == SW_RULE_NON_COMMERCIAL || kind == SW_RULE_RESEARCH_ONLY) {
        return same != NULL || sw_licence_rule_of(terms, SW_RULE_RESEARCH_ONLY) != NULL;
    }
    if (kind == SW_RULE_USERS_LIMIT || kind == SW_RULE_REVENUE_LIMIT) {
        return same != NULL && same->value <= rule->value;
    }
    return same != NULL && kind == SW_RULE_NO_DERIVATIVES;
}

static bool accepts(const struct sw_licence_rule *rule, const struct sw_licence_leaf *leaf)
{
    for (size_t i = 0; i < rule->accept_count; i++) {
        if (sw_ascii_equal(rule->accepts[i], leaf->id) ||
            (leaf->terms != NULL && sw_licence_by_id(rule->accepts[i]) == leaf->terms)) {
            return true;
        }
    }
    return false;
}

static bool is_kept(const struct sw_licence_leaves *own, const struct sw_licence_rule *rule)
{
    for (size_t i = 0; i < own->count; i++) {
        const struct sw_licence_leaf *leaf = &own->list[i];
        if (accepts(rule, leaf) || (leaf->terms != NULL && is_as_strict(leaf->terms, rule))) {
            return true;
        }
    }
    return false;
}

static bool may_be_left_out(enum sw_licence_rule_kind kind)
{
    return sw_licence_rule_class(kind) != SW_RULE_LIMIT && kind != SW_RULE_SHARE_ALIKE;
}

static sw_result put_rule(struct sw_buf *out, const struct sw_licence_rule *rule)
{
    return sw_buf_printf(out, "%s%s (" SW_STR_FMT ")", out->len > 0 ? ", " : "",
        sw_licence_rule_name(rule->kind), SW_STR_ARG(rule->clause));
}

static sw_result check_relicensed(
    struct sw_licence_weighing *w, size_t model, const struct sw_licence_terms *terms)
{
    SW_CLEANUP(buf) struct sw_buf left = SW_BUF_INIT;
    for (size_t i = 0; i < terms->rule_count; i++) {
        const struct sw_licence_rule *rule = &terms->rules[i];
        if (may_be_left_out(rule->kind) || !sw_licence_reaches(w, model, rule) ||
            is_kept(&w->leaves[0], rule)) {
            continue;
        }
        SW_TRY(put_rule(&left, rule));
    }
    if (left.len == 0) {
        return SW_OK;
    }
    struct sw_str declared = sw_spdx_text(w->arena, w->out->own[0].concluded);
    return sw_licence_conflict(w, SW_CONFLICT_RELICENSED, model, terms->id,
        "it is said to be under " SW_STR_FMT ", which leaves out what " SW_STR_FMT " asks for: %s",
        SW_STR_ARG(declared), SW_STR_ARG(terms->id), sw_buf_cstr(&left));
}

/* What a licence leaves out is only known of one whose rules are. */
static bool is_understood(const struct sw_licence_leaves *own)
{
    for (size_t i = 0; i < own->count; i++) {
        const struct sw_licence_terms *terms = own->list[i].terms;
        if (terms == NULL || terms->family || terms->read == SW_LICENCE_READ_NO) {
            return false;
        }
    }
    return own->count > 0;
}

static sw_result check_ancestors(struct sw_licence_weighing *w)
{
    for (size_t m = 1; m < w->count && is_understood(&w->leaves[0]); m++) {
        for (size_t i = 0; i < w->leaves[m].count; i++) {
            const struct sw_licence_terms *terms = w->leaves[m].list[i].terms;
            if (terms != NULL && !sw_licence_has(&w->leaves[0], terms)) {
                SW_TRY(check_relicensed(w, m, terms));
            }
        }
    }
    return SW_OK;
}

/* --- licences that do not go together --------------------------------------------------------- */

static bool told_of_pair(const struct sw_licence_verdict *out, struct sw_str id, size_t before)
{
    for (size_t i = before; i < out->conflict_count; i++) {
        if (sw_str_equal(out->conflicts[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* `free` allows no limits beside its own. */
static sw_result check_beside(
    struct sw_licence_weighing *w, const struct sw_licence_finding *free, size_t before)
{
    for (size_t i = 0; i < w->out->finding_count; i++) {
        const struct sw_licence_finding *f = &w->out->findings[i];
        if (f->terms == free->terms || sw_licence_rule_class(f->rule->kind) != SW_RULE_LIMIT ||
            is_as_strict(free->terms, f->rule) || told_of_pair(w->out, f->terms->id, before)) {
            continue;
        }
        SW_TRY(sw_licence_conflict(w, SW_CONFLICT_COMBINED, f->model, f->terms->id,
            SW_STR_FMT " (" SW_STR_FMT ") lets no limits be added, and " SW_STR_FMT
                       " brings %s (" SW_STR_FMT ")",
            SW_STR_ARG(free->terms->id), SW_STR_ARG(free->rule->clause), SW_STR_ARG(f->terms->id),
            sw_licence_rule_name(f->rule->kind), SW_STR_ARG(f->rule->clause)));
    }
    return SW_OK;
}

static sw_result check_combined(struct sw_licence_weighing *w)
{
    for (size_t i = 0; i < w->out->finding_count; i++) {
        if (w->out->findings[i].rule->kind == SW_RULE_NO_FURTHER_LIMITS) {
            SW_TRY(check_beside(w, &w->out->findings[i], w->out->conflict_count));
        }
    }
    return SW_OK;
}

/* --- single rules ----------------------------------------------------------------------------- */

static sw_result check_derived(struct sw_licence_weighing *w, const struct sw_licence_finding *f)
{
    if (f->model == 0) {
        return SW_OK;
    }
    return sw_licence_conflict(w, SW_CONFLICT_DERIVED, f->model, f->terms->id,
        SW_STR_FMT " (" SW_STR_FMT ") does not let changed versions be passed on",
        SW_STR_ARG(f->terms->id), SW_STR_ARG(f->rule->clause));
}

static sw_result check_outputs(struct sw_licence_weighing *w, const struct sw_licence_finding *f)
{
    if (!w->out->own[f->model].distilled || sw_licence_has(&w->leaves[0], f->terms)) {
        return SW_OK;
    }
    return sw_licence_conflict(w, SW_CONFLICT_OUTPUTS, f->model, f->terms->id,
        "it was trained on outputs, from which " SW_STR_FMT " (" SW_STR_FMT
        ") lets be made: " SW_STR_FMT,
        SW_STR_ARG(f->terms->id), SW_STR_ARG(f->rule->clause), SW_STR_ARG(f->rule->text));
}

static sw_result check_commercial(struct sw_licence_weighing *w, const struct sw_licence_finding *f)
{
    if (!w->policy->commercial) {
        return SW_OK;
    }
    return sw_licence_conflict(w, SW_CONFLICT_COMMERCIAL, f->model, f->terms->id,
        SW_STR_FMT " (" SW_STR_FMT "): %s", SW_STR_ARG(f->terms->id), SW_STR_ARG(f->rule->clause),
        sw_licence_rule_words(f->rule->kind));
}

/* "700,000,000" */
static const char *grouped(struct sw_arena *arena, uint64_t value)
{
    char digits[24];
    char out[32];
    size_t len = 0;
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0) {
            out[len++] = ',';
        }
        out[len++] = digits[i];
    }
    const char *text = sw_arena_strndup(arena, sw_str_n(out, len));
    return text == NULL ? "" : text;
}

static sw_result check_users(struct sw_licence_weighing *w, const struct sw_licence_finding *f)
{
    if (!w->policy->users_known || w->policy->users <= f->rule->value) {
        return SW_OK;
    }
    return sw_licence_conflict(w, SW_CONFLICT_USERS, f->model, f->terms->id,
        SW_STR_FMT " (" SW_STR_FMT ") is not for more than %s monthly users%s" SW_STR_FMT,
        SW_STR_ARG(f->terms->id), SW_STR_ARG(f->rule->clause), grouped(w->arena, f->rule->value),
        f->rule->only.len > 0 ? ", " : "", SW_STR_ARG(f->rule->only));
}

static sw_result check_revenue(struct sw_licence_weighing *w, const struct sw_licence_finding *f)
{
    if (!w->policy->revenue_known || w->policy->revenue <= f->rule->value) {
        return SW_OK;
    }
    return sw_licence_conflict(w, SW_CONFLICT_REVENUE, f->model, f->terms->id,
        SW_STR_FMT " (" SW_STR_FMT ") is not for a yearly revenue over %s US dollars",
        SW_STR_ARG(f->terms->id), SW_STR_ARG(f->rule->clause), grouped(w->arena, f->rule->value));
}

static enum sw_code (*const checks[SW_RULE_KINDS])(
    struct sw_licence_weighing *w, const struct sw_licence_finding *f) = {
    [SW_RULE_NO_DERIVATIVES] = check_derived,
    [SW_RULE_OUTPUT_TRAINING] = check_outputs,
    [SW_RULE_NON_COMMERCIAL] = check_commercial,
    [SW_RULE_RESEARCH_ONLY] = check_commercial,
    [SW_RULE_USERS_LIMIT] = check_users,
    [SW_RULE_REVENUE_LIMIT] = check_revenue,
};

static sw_result check_findings(struct sw_licence_weighing *w)
{
    for (size_t i = 0; i < w->out->finding_count; i++) {
        const struct sw_licence_finding *f = &w->out->findings[i];
        SW_TRY(checks[f->rule->kind] == NULL ? SW_OK : checks[f->rule->kind](w, f));
    }
    return SW_OK;
}

/* --- the policy's lists ----------------------------------------------------------------------- */

static bool is_among(const struct sw_str *ids, size_t count, const struct sw_licence_leaf *leaf)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_ascii_equal(ids[i], leaf->id) ||
            (leaf->terms != NULL && sw_ascii_equal(ids[i], leaf->terms->id))) {
            return true;
        }
    }
    return false;
}

static bool reaches_at_all(
    const struct sw_licence_weighing *w, size_t model, const struct sw_licence_terms *terms)
{
    bool any = terms == NULL || !w->out->own[model].distilled;
    for (size_t i = 0; !any && i < terms->rule_count; i++) {
        any = sw_licence_reaches(w, model, &terms->rules[i]);
    }
    return any;
}

static sw_result check_lists(struct sw_licence_weighing *w, size_t model)
{
    const struct sw_licence_policy *policy = w->policy;
    for (size_t i = 0; i < w->leaves[model].count; i++) {
        const struct sw_licence_leaf *leaf = &w->leaves[model].list[i];
        if (!reaches_at_all(w, model, leaf->terms)) {
            continue;
        }
        if (is_among(policy->deny, policy->deny_count, leaf)) {
            SW_TRY(sw_licence_conflict(w, SW_CONFLICT_DENIED, model, leaf->id,
                SW_STR_FMT " is denied", SW_STR_ARG(leaf->id)));
        } else if (policy->allow_count > 0 && !is_among(policy->allow, policy->allow_count, leaf)) {
            SW_TRY(sw_licence_conflict(w, SW_CONFLICT_NOT_ALLOWED, model, leaf->id,
                SW_STR_FMT " is not among those that are allowed", SW_STR_ARG(leaf->id)));
        }
    }
    return SW_OK;
}

sw_result sw_licence_conflicts(struct sw_licence_weighing *w)
{
    SW_TRY(check_ancestors(w));
    SW_TRY(check_combined(w));
    SW_TRY(check_findings(w));
    for (size_t m = 0; m < w->count; m++) {
        SW_TRY(check_lists(w, m));
    }
    return SW_OK;
}

/* --- which one of several is chosen ----------------------------------------------------------- */

/* What speaks against a licence, the gravest in the highest digits. */
static uint64_t weigh_leaf(
    const struct sw_licence_leaf *leaf, const struct sw_licence_policy *policy)
{
    bool denied = is_among(policy->deny, policy->deny_count, leaf);
    bool left = policy->allow_count > 0 && !is_among(policy->allow, policy->allow_count, leaf);
    bool unknown = leaf->terms == NULL || leaf->terms->read == SW_LICENCE_READ_NO;
    uint64_t weight = (denied || left ? UINT64_C(1) << 48 : 0) + (unknown ? UINT64_C(1) << 32 : 0);
    for (size_t i = 0; leaf->terms != NULL && i < leaf->terms->rule_count; i++) {
        bool limit = sw_licence_rule_class(leaf->terms->rules[i].kind) == SW_RULE_LIMIT;
        weight += limit ? UINT64_C(1) << 16 : 1;
    }
    return weight;
}

/* An exception of the list allows more; what somebody else adds may take away, and is unknown. */
static struct sw_licence_leaf leaf_of(const struct sw_spdx_expression *e)
{
    bool known = e->addition.len == 0 || sw_spdx_exception(e->addition) != NULL;
    return (struct sw_licence_leaf){
        .id = e->id, .terms = known ? sw_licence_by_id(e->id) : NULL, .addition = e->addition};
}

static uint64_t weigh(const struct sw_spdx_expression *e, const struct sw_licence_policy *policy)
{
    if (e->kind == SW_SPDX_LICENSE) {
        struct sw_licence_leaf leaf = leaf_of(e);
        return weigh_leaf(&leaf, policy);
    }
    uint64_t sum = 0;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < e->count; i++) {
        uint64_t part = weigh(e->parts[i], policy);
        sum += part;
        least = part < least ? part : least;
    }
    return e->kind == SW_SPDX_AND ? sum : least;
}

static const struct sw_spdx_expression *lightest(
    const struct sw_spdx_expression *e, const struct sw_licence_policy *policy)
{
    const struct sw_spdx_expression *best = e->parts[0];
    for (size_t i = 1; i < e->count; i++) {
        best = weigh(e->parts[i], policy) < weigh(best, policy) ? e->parts[i] : best;
    }
    return best;
}

struct choosing {
    struct sw_arena *arena;
    const struct sw_licence_policy *policy;
    struct sw_licence_leaf *list;
    size_t count, cap;
};

static sw_result choose(struct choosing *c, const struct sw_spdx_expression *e)
{
    if (e->kind == SW_SPDX_OR) {
        return choose(c, lightest(e, c->policy));
    }
    if (e->kind == SW_SPDX_LICENSE) {
        c->list = sw_arena_grow(c->arena, c->list, c->count, &c->cap, sizeof(*c->list));
        SW_TRY_PTR(c->list);
        c->list[c->count++] = leaf_of(e);
        return SW_OK;
    }
    for (size_t i = 0; i < e->count; i++) {
        SW_TRY(choose(c, e->parts[i]));
    }
    return SW_OK;
}

sw_result sw_licence_choose(struct sw_arena *arena, const struct sw_spdx_expression *expression,
    const struct sw_licence_policy *policy, struct sw_licence_leaf **leaves, size_t *count)
{
    struct choosing c = {.arena = arena, .policy = policy};
    SW_TRY(expression == NULL ? SW_OK : choose(&c, expression));
    *leaves = c.list;
    *count = c.count;
    return SW_OK;
}
