#include "data/mixture.h"

#include <stdio.h>
#include <stdlib.h>

/* --- weights --------------------------------------------------------------------------------- */

static size_t count_digits(struct sw_str text, size_t from)
{
    size_t n = 0;
    while (from + n < text.len && text.ptr[from + n] >= '0' && text.ptr[from + n] <= '9') {
        n++;
    }
    return n;
}

/* A JSON number without sign and exponent. */
bool sw_weight_parse(struct sw_str text, double *out)
{
    size_t whole = count_digits(text, 0);
    bool pointed = whole < text.len && text.ptr[whole] == '.';
    size_t fraction = pointed ? count_digits(text, whole + 1) : 0;
    size_t len = whole + (pointed ? 1 + fraction : 0);
    bool good = whole > 0 && (!pointed || fraction > 0) && len == text.len &&
                text.len <= SW_WEIGHT_TEXT_MAX && (whole == 1 || text.ptr[0] != '0');
    const struct sw_json number = {.type = SW_JSON_NUMBER, .text = text};
    return good && sw_json_double(&number, out);
}

struct sw_str sw_mixture_weight_name(const struct sw_mixture_weight *weight)
{
    return weight->source.len != 0 ? weight->source : weight->dataset;
}

sw_result sw_mixture_shares(struct sw_arena *arena, const struct sw_mixture_claim *decision,
    double **shares, struct sw_error *err)
{
    double *list = SW_ARENA_ARRAY(arena, double, decision->weight_count);
    SW_TRY_PTR(list);
    double sum = 0;
    for (size_t i = 0; i < decision->weight_count; i++) {
        if (!sw_weight_parse(decision->weights[i].new, &list[i])) {
            return sw_fail(err, SW_E_FORMAT,
                "decision %llu of mixture " SW_STR_FMT " has a weight that is none: '" SW_STR_FMT
                "'",
                (unsigned long long)decision->sequence, SW_STR_ARG(decision->name),
                SW_STR_ARG(decision->weights[i].new));
        }
        sum += list[i];
    }
    for (size_t i = 0; i < decision->weight_count; i++) {
        list[i] = sum > 0 ? list[i] / sum : 0;
    }
    *shares = list;
    return SW_OK;
}

static bool same_thing(const struct sw_mixture_weight *a, const struct sw_mixture_weight *b)
{
    return sw_str_equal(a->source, b->source) && sw_str_equal(a->dataset, b->dataset);
}

static const struct sw_mixture_weight *find_weight(
    const struct sw_mixture_weight *list, size_t count, const struct sw_mixture_weight *wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (same_thing(&list[i], wanted)) {
            return &list[i];
        }
    }
    return NULL;
}

/* --- history --------------------------------------------------------------------------------- */

struct entry {
    struct sw_mixture_claim decision;
    struct sw_data_claim claim;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->decision.sequence != y->decision.sequence) {
        return x->decision.sequence < y->decision.sequence ? -1 : 1;
    }
    return x->claim.leaf < y->claim.leaf ? -1 : x->claim.leaf > y->claim.leaf;
}

static bool keeps_weights(
    const struct sw_mixture_claim *before, const struct sw_mixture_claim *after)
{
    for (size_t i = 0; i < before->weight_count; i++) {
        const struct sw_mixture_weight *then = &before->weights[i];
        const struct sw_mixture_weight *now =
            find_weight(after->weights, after->weight_count, then);
        if (now == NULL || !sw_str_equal(now->old, then->new)) {
            return false;
        }
    }
    for (size_t i = 0; i < after->weight_count; i++) {
        const struct sw_mixture_weight *now = &after->weights[i];
        if (now->old.len != 0 && find_weight(before->weights, before->weight_count, now) == NULL) {
            return false;
        }
    }
    return true;
}

/* A decision without an end gives way to the next; one with an end keeps what it was given. */
static bool overlaps(const struct sw_mixture_claim *before, uint64_t from_step)
{
    return from_step <= before->from_step ||
           (before->to_step != SW_ABSENT && from_step <= before->to_step);
}

static bool starts_with_old_weights(const struct sw_mixture_claim *decision)
{
    for (size_t i = 0; i < decision->weight_count; i++) {
        if (decision->weights[i].old.len != 0) {
            return true;
        }
    }
    return false;
}

/* What is wrong with the place of one decision behind the one before it; NULL when nothing is. */
static const char *check_link(struct sw_arena *arena, const struct entry *before,
    const struct entry *after, uint64_t expected)
{
    unsigned long long n = after->decision.sequence;
    unsigned long long leaf = after->claim.leaf;
    if (before != NULL && after->decision.sequence == before->decision.sequence) {
        return sw_arena_printf(arena,
            "decision %llu was made twice, by %s at leaf %llu and by %s at leaf %llu: the chain "
            "forks",
            n, before->claim.signer, (unsigned long long)before->claim.leaf, after->claim.signer,
            leaf);
    }
    if (after->decision.sequence != expected) {
        return sw_arena_printf(
            arena, "decision %llu is missing before leaf %llu", (unsigned long long)expected, leaf);
    }
    if (before == NULL) {
        return starts_with_old_weights(&after->decision)
                   ? sw_arena_printf(arena, "decision 1 (leaf %llu) has weights before it", leaf)
                   : NULL;
    }
    if (!sw_digest_equal(&after->decision.previous, &before->claim.claim)) {
        return sw_arena_printf(arena,
            "decision %llu (leaf %llu) follows another claim than the one at leaf %llu", n, leaf,
            (unsigned long long)before->claim.leaf);
    }
    if (!keeps_weights(&before->decision, &after->decision)) {
        return sw_arena_printf(arena,
            "decision %llu (leaf %llu) names other old weights than were decided before it", n,
            leaf);
    }
    if (overlaps(&before->decision, after->decision.from_step)) {
        return sw_arena_printf(
            arena, "decision %llu (leaf %llu) is for steps that the one before it is for", n, leaf);
    }
    return NULL;
}

static sw_result take(const struct sw_data *data, const struct entry *entries, size_t count,
    struct sw_mixture_history *out)
{
    struct sw_mixture_history history = {.count = count, .ignored = out->ignored};
    history.decisions = SW_ARENA_ARRAY(data->arena, struct sw_mixture_claim, count);
    history.claims = SW_ARENA_ARRAY(data->arena, struct sw_data_claim, count);
    if (history.decisions == NULL || history.claims == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        history.decisions[i] = entries[i].decision;
        history.claims[i] = entries[i].claim;
        if (history.problem == NULL) {
            history.problem = check_link(
                data->arena, i == 0 ? NULL : &entries[i - 1], &entries[i], (uint64_t)i + 1);
            history.problem_at = i;
        }
    }
    *out = history;
    return SW_OK;
}

static sw_result read_entries(const struct sw_data *data, struct sw_str name,
    struct entry **entries, size_t *count, size_t *ignored, struct sw_error *err)
{
    struct sw_digest subject;
    struct sw_data_claim *claims = NULL;
    size_t found = 0;
    sw_name_digest(SW_NAME_MIXTURE, name, &subject);
    SW_TRY(sw_data_claims(data, SW_PREDICATE_MIXTURE, &subject, &claims, &found, ignored, err));
    struct entry *list = SW_ARENA_ARRAY(data->arena, struct entry, found);
    SW_TRY_PTR(list);
    for (size_t i = 0; i < found; i++) {
        list[i].claim = claims[i];
        SW_TRY(sw_mixture_claim_read(data->arena, &claims[i].statement, &list[i].decision, err));
        if (!sw_str_equal(list[i].decision.name, name)) {
            return sw_fail(err, SW_E_FORMAT,
                "leaf %llu is about mixture " SW_STR_FMT " and names another",
                (unsigned long long)claims[i].leaf, SW_STR_ARG(name));
        }
    }
    qsort(list, found, sizeof(*list), compare_entries);
    *entries = list;
    *count = found;
    return SW_OK;
}

sw_result sw_mixture_read(const struct sw_data *data, struct sw_str name,
    struct sw_mixture_history *out, struct sw_error *err)
{
    struct entry *entries = NULL;
    size_t count = 0;
    struct sw_mixture_history history = {0};
    SW_TRY(read_entries(data, name, &entries, &count, &history.ignored, err));
    if (count == 0) {
        return sw_fail(err, SW_E_NOENT,
            "there is no mixture '" SW_STR_FMT "' that a trusted signer decided", SW_STR_ARG(name));
    }
    SW_TRY(take(data, entries, count, &history));
    *out = history;
    return SW_OK;
}

uint64_t sw_mixture_last_step(const struct sw_mixture_history *history, size_t decision)
{
    uint64_t last = history->decisions[decision].to_step;
    if (decision + 1 < history->count && history->decisions[decision + 1].from_step > 0 &&
        last == SW_ABSENT) {
        last = history->decisions[decision + 1].from_step - 1;
    }
    return last;
}

size_t sw_mixture_at(const struct sw_mixture_history *history, uint64_t step)
{
    for (size_t i = history->count; i-- > 0;) {
        if (history->decisions[i].from_step <= step) {
            return step <= sw_mixture_last_step(history, i) ? i : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

/* --- deciding -------------------------------------------------------------------------------- */

static sw_result check_name(const struct sw_mixture_weight *weight, struct sw_error *err)
{
    struct sw_dataset_name parsed;
    return weight->source.len != 0 ? sw_name_check(weight->source, "source", err)
                                   : sw_dataset_name_parse(weight->dataset, &parsed, err);
}

static sw_result check_set(const struct sw_mixture_change *change, struct sw_error *err)
{
    if (change->set_count == 0 || change->set_count > SW_MIXTURE_WEIGHTS_MAX) {
        return sw_fail(err, SW_E_USAGE, "a mixture has 1 to %u weights", SW_MIXTURE_WEIGHTS_MAX);
    }
    for (size_t i = 0; i < change->set_count; i++) {
        const struct sw_mixture_weight *w = &change->set[i];
        struct sw_str name = sw_mixture_weight_name(w);
        double weight;
        SW_TRY(check_name(w, err));
        if (!sw_weight_parse(w->new, &weight)) {
            return sw_fail(err, SW_E_USAGE,
                "the weight of " SW_STR_FMT
                " is a decimal number of at least 0, such as 0.3, not '" SW_STR_FMT "'",
                SW_STR_ARG(name), SW_STR_ARG(w->new));
        }
        if (find_weight(change->set, i, w) != NULL) {
            return sw_fail(
                err, SW_E_USAGE, "the weight of " SW_STR_FMT " is set twice", SW_STR_ARG(name));
        }
    }
    return SW_OK;
}

/* The weights as they were, then those that are new. */
static sw_result merge_weights(struct sw_arena *arena, const struct sw_mixture_claim *before,
    const struct sw_mixture_change *change, struct sw_mixture_claim *out, struct sw_error *err)
{
    size_t old_count = before == NULL ? 0 : before->weight_count;
    struct sw_mixture_weight *list =
        SW_ARENA_ARRAY(arena, struct sw_mixture_weight, old_count + change->set_count);
    SW_TRY_PTR(list);
    size_t n = 0;
    for (size_t i = 0; i < old_count; i++) {
        const struct sw_mixture_weight *set =
            find_weight(change->set, change->set_count, &before->weights[i]);
        list[n] = before->weights[i];
        list[n].old = before->weights[i].new;
        list[n].new = set == NULL ? list[n].old : set->new;
        n++;
    }
    for (size_t i = 0; i < change->set_count; i++) {
        if (old_count == 0 || find_weight(before->weights, old_count, &change->set[i]) == NULL) {
            list[n] = change->set[i];
            list[n++].old = sw_str("");
        }
    }
    if (n > SW_MIXTURE_WEIGHTS_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a mixture has at most %u weights", SW_MIXTURE_WEIGHTS_MAX);
    }
    out->weights = list;
    out->weight_count = n;
    return SW_OK;
}

/* Shares of sources and shares of datasets are no shares of one whole. */
static sw_result check_whole(
    struct sw_arena *arena, const struct sw_mixture_claim *claim, struct sw_error *err)
{
    double *shares = NULL;
    double sum = 0;
    SW_TRY(sw_mixture_shares(arena, claim, &shares, err));
    for (size_t i = 0; i < claim->weight_count; i++) {
        sum += shares[i];
        if ((claim->weights[i].source.len == 0) != (claim->weights[0].source.len == 0)) {
            return sw_fail(err, SW_E_USAGE,
                "mixture " SW_STR_FMT " weighs sources or datasets, not both",
                SW_STR_ARG(claim->name));
        }
    }
    return sum > 0 ? SW_OK
                   : sw_fail(err, SW_E_USAGE, "the weights of mixture " SW_STR_FMT " are all 0",
                         SW_STR_ARG(claim->name));
}

static sw_result check_steps(const struct sw_mixture_change *change,
    const struct sw_mixture_claim *before, struct sw_error *err)
{
    if (change->to_step < change->from_step) {
        return sw_fail(err, SW_E_USAGE, "the steps end before they begin");
    }
    if (before == NULL || !overlaps(before, change->from_step)) {
        return SW_OK;
    }
    uint64_t last = before->to_step == SW_ABSENT ? before->from_step : before->to_step;
    return sw_fail(err, SW_E_REFUSED,
        "decision %llu of mixture " SW_STR_FMT
        " is for steps up to %llu already: a new one must begin behind them (--from-step)",
        (unsigned long long)before->sequence, SW_STR_ARG(before->name), (unsigned long long)last);
}

static sw_result find_newest(const struct sw_data *data, struct sw_str name,
    struct sw_mixture_history *history, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = sw_mixture_read(data, name, history, &why);
    if (code == SW_E_NOENT) {
        *history = (struct sw_mixture_history){0};
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    if (history->problem != NULL) {
        return sw_fail(err, SW_E_REFUSED,
            "the decisions of mixture " SW_STR_FMT " are not one chain: %s", SW_STR_ARG(name),
            history->problem);
    }
    return SW_OK;
}

static sw_result record(const struct sw_data *data, const struct sw_mixture_claim *claim,
    struct sw_receipt *receipt, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_subject subject = {.name = claim->name};
    sw_name_digest(SW_NAME_MIXTURE, claim->name, &subject.digest);
    SW_TRY(sw_mixture_claim_write(claim, &predicate));
    return sw_data_record(
        data, &subject, 1, SW_PREDICATE_MIXTURE, sw_buf_bytes(&predicate), receipt, err);
}

sw_result sw_mixture_decide(const struct sw_data *data, const struct sw_mixture_change *change,
    struct sw_mixture_claim *made, struct sw_receipt *receipt, struct sw_error *err)
{
    struct sw_mixture_history history = {0};
    SW_TRY(sw_name_check(change->name, "mixture", err));
    SW_TRY(check_set(change, err));
    if (change->reason.len == 0) {
        return sw_fail(err, SW_E_USAGE, "a decision needs its reason");
    }
    SW_TRY(find_newest(data, change->name, &history, err));
    const struct sw_mixture_claim *before =
        history.count == 0 ? NULL : &history.decisions[history.count - 1];
    SW_TRY(check_steps(change, before, err));
    struct sw_mixture_claim claim = {.name = change->name,
        .sequence = (uint64_t)history.count + 1,
        .from_step = change->from_step,
        .to_step = change->to_step,
        .reason = change->reason,
        .decided_by = change->decided_by,
        .time = data->now};
    if (before != NULL) {
        claim.previous = history.claims[history.count - 1].claim;
    }
    SW_TRY(merge_weights(data->arena, before, change, &claim, err));
    SW_TRY(check_whole(data->arena, &claim, err));
    SW_TRY(record(data, &claim, receipt, err));
    *made = claim;
    return SW_OK;
}
