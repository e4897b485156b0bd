/* What a card has of what others ask for, and what speaks against what it says. */
#include "supply/ascii.h"
#include "supply/card.h"

/* --- elements --------------------------------------------------------------------------------- */

static const char *const states[] = {"present", "absent", "needs a person"};

const char *sw_card_state_name(enum sw_card_state state)
{
    return states[state];
}

#define FIELDS_MAX 4
#define BOUND SW_CARD_FIELDS /* stands for: bound to files */

/* An element is there when one of its fields is. Those of a law are for a person to judge even
 * then. */
struct element {
    const char *scheme, *name;
    unsigned kinds;
    bool law;
    int fields[FIELDS_MAX]; /* -1 ends */
};

#define M SW_CARD_OF_MODEL
#define D SW_CARD_OF_DATASET
#define ROW(scheme, kinds, name, ...) \
    {                                 \
        scheme, name, kinds, false,   \
        {                             \
            __VA_ARGS__               \
        }                             \
    }
#define LAW(name, ...)              \
    {                               \
        "EU AI Act", name, M, true, \
        {                           \
            __VA_ARGS__             \
        }                           \
    }

/* Sources: "Annotated Model Card Template" and "Dataset Cards", Hub documentation; CycloneDX 1.7,
 * modelCard; Regulation (EU) 2024/1689, Annex IV. Wording ours. */
static const struct element elements[] = {
    ROW("Hub", M | D, "licence", SW_CARD_LICENCE, -1),
    ROW("Hub", M | D, "language", SW_CARD_LANGUAGE, -1),
    ROW("Hub", M, "base model", SW_CARD_BASE_MODEL, -1),
    ROW("Hub", M, "library", SW_CARD_LIBRARY, -1),
    ROW("Hub", M | D, "task", SW_CARD_TASK, -1),
    ROW("Hub", M, "training datasets", SW_CARD_DATASET_NAME, -1),
    ROW("Hub", M, "metrics", SW_CARD_METRIC, -1),
    ROW("Hub", M | D, "description", SW_CARD_DESCRIPTION, -1),
    ROW("Hub", M | D, "developers or curators", SW_CARD_DEVELOPER, -1),
    ROW("Hub", M | D, "funding", SW_CARD_FUNDER, -1),
    ROW("Hub", M | D, "direct use", SW_CARD_INTENDED_USE, -1),
    ROW("Hub", M, "downstream use", SW_CARD_DOWNSTREAM_USE, -1),
    ROW("Hub", M | D, "out-of-scope use", SW_CARD_OUT_OF_SCOPE, -1),
    ROW("Hub", M | D, "bias, risks and limitations", SW_CARD_LIMITATION, SW_CARD_RISK, SW_CARD_BIAS,
        -1),
    ROW("Hub", M | D, "recommendations", SW_CARD_RECOMMENDATION, -1),
    ROW("Hub", M, "training data", SW_CARD_TRAINING_DATA, SW_CARD_DATASET_NAME, -1),
    ROW("Hub", M, "training procedure", SW_CARD_PROCEDURE, SW_CARD_HYPERPARAMETERS, -1),
    ROW("Hub", M, "testing data and factors", SW_CARD_TESTING_DATA, SW_CARD_FACTORS, -1),
    ROW("Hub", M, "results", SW_CARD_RESULTS, SW_CARD_METRIC, -1),
    ROW("Hub", M, "environmental impact", SW_CARD_CARBON, SW_CARD_HOURS, SW_CARD_HARDWARE, -1),
    ROW("Hub", D, "structure", SW_CARD_STRUCTURE, -1),
    ROW("Hub", D, "size", SW_CARD_SIZE_CATEGORY, -1),
    ROW("Hub", D, "source data", SW_CARD_SOURCE_DATA, SW_CARD_COLLECTION, -1),
    ROW("Hub", D, "annotations", SW_CARD_ANNOTATION, -1),
    ROW("Hub", D, "personal and sensitive data", SW_CARD_PERSONAL_DATA, -1),
    ROW("Hub", M | D, "how to cite", SW_CARD_CITE, -1),
    ROW("Hub", M | D, "contact", SW_CARD_CONTACT, -1),
    ROW("CycloneDX", M, "task", SW_CARD_TASK, -1),
    ROW("CycloneDX", M, "architecture family", SW_CARD_FAMILY, -1),
    ROW("CycloneDX", M, "model architecture", SW_CARD_ARCHITECTURE, -1),
    ROW("CycloneDX", M, "datasets", SW_CARD_DATASET_NAME, -1),
    ROW("CycloneDX", M, "inputs", SW_CARD_INPUTS, -1),
    ROW("CycloneDX", M, "outputs", SW_CARD_OUTPUTS, -1),
    ROW("CycloneDX", M, "performance metrics", SW_CARD_METRIC, -1),
    ROW("CycloneDX", M, "users", SW_CARD_USERS, -1),
    ROW("CycloneDX", M, "use cases", SW_CARD_INTENDED_USE, -1),
    ROW("CycloneDX", M, "technical limitations", SW_CARD_LIMITATION, -1),
    ROW("CycloneDX", M, "ethical considerations", SW_CARD_ETHICS, SW_CARD_RISK, SW_CARD_BIAS, -1),
    ROW("CycloneDX", M, "environmental considerations", SW_CARD_CARBON, -1),
    ROW("CycloneDX", D, "owner, steward or custodian", SW_CARD_OWNER, SW_CARD_STEWARD,
        SW_CARD_CUSTODIAN, -1),
    ROW("CycloneDX", D, "classification", SW_CARD_CLASSIFICATION, -1),
    ROW("Evidence", M | D, "bound to files", BOUND, -1),
    ROW("Evidence", M | D, "signature", SW_CARD_SIGNATURE, -1),
    ROW("Evidence", M | D, "scan", SW_CARD_SCAN, -1),
    ROW("Evidence", M, "provenance of its data", SW_CARD_DATA_STATUS, -1),
    LAW("Annex IV, 1: purpose, provider and version", SW_CARD_INTENDED_USE, -1),
    LAW("Annex IV, 2: how it was developed", SW_CARD_PROCEDURE, SW_CARD_HYPERPARAMETERS, -1),
    LAW("Annex IV, 2: architecture and resources", SW_CARD_ARCHITECTURE, SW_CARD_HARDWARE, -1),
    LAW("Annex IV, 2: training data, its origin and selection", SW_CARD_TRAINING_DATA,
        SW_CARD_DATASET_NAME, -1),
    LAW("Annex IV, 2: human oversight", -1),
    LAW("Annex IV, 2: validation, testing and metrics", SW_CARD_TESTING_DATA, SW_CARD_METRIC,
        SW_CARD_RESULTS, -1),
    LAW("Annex IV, 2: cybersecurity", SW_CARD_SCAN, SW_CARD_SIGNATURE, -1),
    LAW("Annex IV, 3: limits and foreseeable risks", SW_CARD_LIMITATION, SW_CARD_RISK, -1),
    LAW("Annex IV, 5: risk management", -1),
    LAW("Annex XI, 2: energy used", SW_CARD_CARBON, SW_CARD_HOURS, -1),
};

static bool has_field(const struct sw_card *card, int field)
{
    return field == BOUND ? card->root.len > 0
                          : sw_card_value(card, (enum sw_card_field)field) != NULL;
}

static enum sw_card_state state_of(const struct sw_card *card, const struct element *e)
{
    for (size_t i = 0; i < FIELDS_MAX && e->fields[i] >= 0; i++) {
        if (has_field(card, e->fields[i])) {
            return e->law ? SW_CARD_PERSON : SW_CARD_PRESENT;
        }
    }
    return e->law && e->fields[0] < 0 ? SW_CARD_PERSON : SW_CARD_ABSENT;
}

sw_result sw_card_score(const struct sw_card *card, struct sw_card_element **out, size_t *count)
{
    struct sw_card_element *list =
        SW_ARENA_ARRAY(card->arena, struct sw_card_element, SW_COUNT(elements));
    const unsigned kind = card->kind == SW_CARD_MODEL ? M : D;
    SW_TRY_PTR(list);
    *count = 0;
    for (size_t i = 0; i < SW_COUNT(elements); i++) {
        if ((elements[i].kinds & kind) != 0) {
            list[(*count)++] = (struct sw_card_element){
                elements[i].scheme, elements[i].name, state_of(card, &elements[i])};
        }
    }
    *out = list;
    return SW_OK;
}

/* --- contradictions --------------------------------------------------------------------------- */

sw_result sw_card_contradict(struct sw_card *card, struct sw_card_problems *problems,
    const char *field, struct sw_str says, struct sw_str but)
{
    struct sw_card_problem *moved =
        sw_arena_grow(card->arena, problems->list, problems->count, &problems->cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    problems->list = moved;
    moved[problems->count++] = (struct sw_card_problem){field, says, but};
    return SW_OK;
}

/* "text (from)" */
static sw_result told(const struct sw_card *card, const struct sw_card_value *v, struct sw_str *out)
{
    const char *from = sw_card_source_show(card->arena, &v->from);
    SW_TRY_PTR(from);
    const char *text = sw_arena_printf(card->arena, SW_STR_FMT " (%s)", SW_STR_ARG(v->text), from);
    SW_TRY_PTR(text);
    *out = sw_str(text);
    return SW_OK;
}

static sw_result against(struct sw_card *card, const struct sw_card_value *says,
    const struct sw_card_value *but, struct sw_card_problems *out)
{
    struct sw_str a = sw_str("");
    struct sw_str b;
    SW_TRY(says == NULL ? SW_OK : told(card, says, &a));
    SW_TRY(told(card, but, &b));
    return sw_card_contradict(card, out, sw_card_rows[but->field].key, a, b);
}

static struct sw_str last_part(struct sw_str name)
{
    const char *slash = name.len == 0 ? NULL : memrchr(name.ptr, '/', name.len);
    const size_t before = slash == NULL ? 0 : (size_t)(slash - name.ptr) + 1;
    return sw_str_n(name.ptr + before, name.len - before);
}

/* "organisation/name", and "name@version" of a dataset: what a directory may be called as well. */
static struct sw_str bare(const struct sw_card_value *v)
{
    struct sw_str name = last_part(v->text);
    const char *at = name.len == 0 ? NULL : memchr(name.ptr, '@', name.len);
    return v->field == SW_CARD_DATASET_NAME && at != NULL
               ? sw_str_n(name.ptr, (size_t)(at - name.ptr))
               : name;
}

static bool agrees(const struct sw_card_value *a, const struct sw_card_value *b)
{
    const bool named = a->field == SW_CARD_BASE_MODEL || a->field == SW_CARD_DATASET_NAME;
    return named ? sw_ascii_equal(bare(a), bare(b)) : sw_str_equal(a->text, b->text);
}

static bool is_digest(struct sw_str text)
{
    struct sw_digest digest;
    return sw_digest_parse(text, &digest);
}

/* Whether it is another model than those that signed claims name as what it was made from. A parent
 * that was given by its digest has no other name, and leaves that open. */
static bool is_other_base(
    const struct sw_card *card, const struct sw_card_value *v, const struct sw_card_value **claimed)
{
    *claimed = NULL;
    for (size_t i = 0; v->field == SW_CARD_BASE_MODEL && i < card->count; i++) {
        const struct sw_card_value *c = &card->values[i];
        if (c->field != v->field || c->from.kind != SW_CARD_CLAIM) {
            continue;
        }
        if (agrees(c, v) || is_digest(c->text)) {
            return false;
        }
        *claimed = c;
    }
    return *claimed != NULL;
}

sw_result sw_card_check_itself(struct sw_card *card, struct sw_card_problems *out)
{
    for (size_t i = 0; i < card->count; i++) {
        const struct sw_card_value *v = &card->values[i];
        const struct sw_card_value *first = sw_card_value(card, v->field);
        const struct sw_card_value *claimed;
        const bool many = (sw_card_rows[v->field].flags & SW_CARD_MANY) != 0;
        if (!many && !sw_str_equal(first->text, v->text)) {
            SW_TRY(against(card, first, v, out));
        }
        if (is_other_base(card, v, &claimed)) {
            SW_TRY(against(card, v, claimed, out));
        }
    }
    return SW_OK;
}

static bool is_said(const struct sw_card *card, const struct sw_card_value *v)
{
    for (size_t i = 0; i < card->count; i++) {
        if (card->values[i].field == v->field && agrees(&card->values[i], v)) {
            return true;
        }
    }
    return false;
}

/* A card that is silent about a field says nothing false of it. */
sw_result sw_card_check_evidence(
    struct sw_card *card, const struct sw_card *evidence, struct sw_card_problems *out)
{
    for (size_t i = 0; i < evidence->count; i++) {
        const struct sw_card_value *v = &evidence->values[i];
        const struct sw_card_value *says = sw_card_value(card, v->field);
        if (says != NULL && !is_said(card, v) && !is_digest(v->text)) {
            SW_TRY(against(card, says, v, out));
        }
    }
    return SW_OK;
}

/* --- licences --------------------------------------------------------------------------------- */

static bool is_sources(const struct sw_licence_verdict *verdict)
{
    for (size_t i = 0; i < verdict->conflict_count; i++) {
        if (verdict->conflicts[i].kind == SW_CONFLICT_SOURCES) {
            return true;
        }
    }
    return false;
}

/* Whether one place and the card name licences of which neither holds the other. */
static sw_result exclude(struct sw_card *card, const struct sw_spdx_expression *says,
    const struct sw_licence_declared *found, bool *out)
{
    struct sw_licence_declared both[] = {
        {.expression = says, .evidence = SW_LICENCE_BY_CARD}, *found};
    const struct sw_licence_policy policy = {0};
    struct sw_licence_verdict verdict = {0};
    struct sw_error err = {0};
    both[1].evidence =
        found->evidence == SW_LICENCE_BY_CARD ? SW_LICENCE_BY_METADATA : found->evidence;
    const struct sw_licence_facts facts = {.declared = both, .declared_count = 2};
    const struct sw_licence_model model = {.name = sw_str("it"), .facts = &facts};
    SW_TRY(sw_licence_evaluate(card->arena, &model, 1, &policy, &verdict, &err));
    *out = is_sources(&verdict);
    return SW_OK;
}

sw_result sw_card_check_licence(
    struct sw_card *card, const struct sw_licence_facts *facts, struct sw_card_problems *out)
{
    const struct sw_card_value *v = sw_card_value(card, SW_CARD_LICENCE);
    const struct sw_spdx_expression *says = NULL;
    struct sw_error err;
    if (v == NULL || sw_spdx_parse(card->arena, v->text, &says, &err) != SW_OK) {
        return SW_OK;
    }
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct sw_licence_declared *d = &facts->declared[i];
        bool differs = false;
        struct sw_str a;
        SW_TRY(d->expression == NULL ? SW_OK : exclude(card, says, d, &differs));
        if (!differs) {
            continue;
        }
        SW_TRY(told(card, v, &a));
        struct sw_str other = sw_spdx_text(card->arena, d->expression);
        const char *but = sw_arena_printf(
            card->arena, SW_STR_FMT " (" SW_STR_FMT ")", SW_STR_ARG(other), SW_STR_ARG(d->file));
        SW_TRY_PTR(but);
        SW_TRY(sw_card_contradict(card, out, sw_card_rows[SW_CARD_LICENCE].key, a, sw_str(but)));
    }
    return SW_OK;
}

/* --- what it cites ---------------------------------------------------------------------------- */

/* Each value of that origin stands in `source`, which was read anew. */
sw_result sw_card_check_cited(struct sw_card *card, const struct sw_card *source,
    enum sw_card_origin origin, const char *but, struct sw_card_problems *out)
{
    for (size_t i = 0; i < card->count; i++) {
        const struct sw_card_value *v = &card->values[i];
        struct sw_str says;
        if (v->from.kind != origin || is_said(source, v)) {
            continue;
        }
        SW_TRY(told(card, v, &says));
        SW_TRY(sw_card_contradict(card, out, sw_card_rows[v->field].key, says, sw_str(but)));
    }
    return SW_OK;
}
