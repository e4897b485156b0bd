/* Taints that stand and takedowns, of what a report is about. */
#include "data/report_private.h"

static bool is_set(const struct sw_report *report, const struct sw_selector *selector)
{
    for (size_t i = 0; i < report->set_count; i++) {
        const struct sw_dataset_claim *claim = &report->sets[i].claim;
        struct sw_dataset_name named = {0};
        struct sw_error ignored = {0};
        bool by_name = sw_dataset_name_parse(selector->name, &named, &ignored) == SW_OK &&
                       sw_str_equal(named.name, claim->name) &&
                       (named.version.len == 0 || sw_str_equal(named.version, claim->version));
        if (by_name || sw_digest_equal(&selector->digest, &claim->manifest)) {
            return true;
        }
    }
    return false;
}

static bool is_source(const struct sw_report *report, const struct sw_selector *selector)
{
    for (size_t i = 0; i < report->source_count; i++) {
        if (sw_str_equal(report->sources[i].name, selector->name)) {
            return true;
        }
    }
    return false;
}

static bool is_step(const struct sw_report *report, const struct sw_selector *selector)
{
    for (size_t i = 0; i < report->step_count; i++) {
        if (sw_digest_equal(&report->steps[i].step, &selector->digest)) {
            return true;
        }
    }
    return false;
}

static bool is_model(const struct sw_report *report, const struct sw_selector *selector)
{
    return report->training != NULL && sw_digest_equal(&report->training->root, &selector->digest);
}

/* Samples and contents are asked for by `data reach`; here only what is named counts. */
static bool is_about(const struct sw_report *report, const struct sw_selector *selector)
{
    static bool (*const tests[])(const struct sw_report *, const struct sw_selector *) = {
        [SW_SELECT_SOURCE] = is_source,
        [SW_SELECT_DATASET] = is_set,
        [SW_SELECT_STEP] = is_step,
        [SW_SELECT_SAMPLE] = NULL,
        [SW_SELECT_CONTENT] = NULL,
        [SW_SELECT_MODEL] = is_model,
    };
    return tests[selector->kind] != NULL && tests[selector->kind](report, selector);
}

static const char *selector_words(struct sw_arena *arena, const struct sw_selector *selector)
{
    char digest[SW_DIGEST_TEXT_SIZE] = "";
    if (selector->name.len == 0 && selector->digest.alg != 0) {
        sw_digest_text(&selector->digest, digest);
    }
    return sw_arena_printf(arena, "%s %.*s%s", sw_selector_kind_name(selector->kind),
        SW_STR_ARG(selector->name), digest);
}

static sw_result add_mark(struct sw_arena *arena, struct sw_report *report, size_t *cap,
    const struct sw_selector *selector, const struct sw_report_mark *mark)
{
    report->marks =
        sw_arena_grow(arena, report->marks, report->mark_count, cap, sizeof(report->marks[0]));
    SW_TRY_PTR(report->marks);
    struct sw_report_mark *to = &report->marks[report->mark_count];
    *to = *mark;
    to->what = selector_words(arena, selector);
    SW_TRY_PTR(to->what);
    report->mark_count++;
    return SW_OK;
}

static bool same_subject(const struct sw_selector *a, const struct sw_selector *b)
{
    struct sw_digest x;
    struct sw_digest y;
    sw_selector_subject(a, &x);
    sw_selector_subject(b, &y);
    return a->kind == b->kind && sw_digest_equal(&x, &y);
}

/* The newest word about something is the one that stands. */
static bool is_superseded(const struct sw_taint_claim *taints, size_t count, size_t at)
{
    for (size_t i = at + 1; i < count; i++) {
        if (same_subject(&taints[at].selector, &taints[i].selector)) {
            return true;
        }
    }
    return false;
}

static sw_result find_taints(
    const struct sw_data *data, struct sw_report *report, size_t *cap, struct sw_error *err)
{
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    size_t n = 0;
    SW_TRY(sw_data_claims(data, SW_PREDICATE_TAINT, NULL, &claims, &count, NULL, err));
    struct sw_taint_claim *taints = SW_ARENA_ARRAY(data->arena, struct sw_taint_claim, count);
    SW_TRY_PTR(taints);
    for (size_t i = 0; i < count; i++) {
        SW_TRY(sw_taint_claim_read(data->arena, &claims[i].statement, &taints[n], err));
        n += is_about(report, &taints[n].selector) ? 1 : 0;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sw_taint_claim *taint = &taints[i];
        const struct sw_report_mark mark = {.reason = taint->reason,
            .severity = sw_taint_severity_name(taint->severity),
            .time = taint->time};
        if (taint->state == SW_TAINTED && !is_superseded(taints, n, i)) {
            SW_TRY(add_mark(data->arena, report, cap, &taint->selector, &mark));
        }
    }
    return SW_OK;
}

static sw_result find_takedowns(
    const struct sw_data *data, struct sw_report *report, size_t *cap, struct sw_error *err)
{
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    SW_TRY(sw_data_claims(data, SW_PREDICATE_TAKEDOWN, NULL, &claims, &count, NULL, err));
    for (size_t i = 0; i < count; i++) {
        struct sw_takedown_claim takedown;
        SW_TRY(sw_takedown_claim_read(data->arena, &claims[i].statement, &takedown, err));
        const struct sw_report_mark mark = {.takedown = true,
            .reason = takedown.reason,
            .samples = takedown.samples,
            .time = takedown.time};
        bool about = is_about(report, &takedown.selector);
        for (size_t j = 0; j < takedown.dataset_count && !about; j++) {
            const struct sw_selector set = {
                .kind = SW_SELECT_DATASET, .digest = takedown.datasets[j].manifest};
            about = is_about(report, &set);
        }
        if (about) {
            SW_TRY(add_mark(data->arena, report, cap, &takedown.selector, &mark));
        }
    }
    return SW_OK;
}

sw_result sw_report_marks(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err)
{
    size_t cap = 0;
    SW_TRY(find_taints(data, report, &cap, err));
    return find_takedowns(data, report, &cap, err);
}
