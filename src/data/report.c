#include "data/report_private.h"

#include <stdio.h>

const char *sw_report_kind_name(enum sw_report_kind kind)
{
    static const char *const names[] = {
        [SW_REPORT_DATASET] = "dataset",
        [SW_REPORT_MIXTURE] = "mixture",
        [SW_REPORT_MODEL] = "model",
    };
    return names[kind];
}

void sw_report_show_count(uint64_t count, char out[SW_COUNT_SIZE])
{
    char plain[24];
    int len = snprintf(plain, sizeof(plain), "%llu", (unsigned long long)count);
    size_t used = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            out[used++] = ',';
        }
        out[used++] = plain[i];
    }
    out[used] = '\0';
}

void sw_report_show_percent(double part, double whole, char out[SW_PERCENT_SIZE])
{
    /* In whole numbers, since printf takes the decimal point from the locale. */
    double tenths = whole > 0 && part > 0 ? 1000 * part / whole + 0.5 : 0;
    unsigned shown = tenths < 1e6 ? (unsigned)tenths : 1000000;
    (void)snprintf(out, SW_PERCENT_SIZE, "%u.%u %%", shown / 10, shown % 10);
}

bool sw_report_is_partial(const struct sw_report *report)
{
    for (size_t i = 0; i < report->set_count; i++) {
        const struct sw_report_content *content = &report->sets[i].content;
        if (!content->asked && (!content->read || content->missing > 0)) {
            return true;
        }
    }
    return false;
}

/* --- what the words name --------------------------------------------------------------------- */

/* One kind or several may be meant. SW_E_NOENT when it is none of this kind. */
struct subject {
    struct sw_str text;
    bool told[3]; /* by kind: the words say that it is one */
};

static const char *const prefixes[] = {
    [SW_REPORT_DATASET] = "dataset:",
    [SW_REPORT_MIXTURE] = "mixture:",
    [SW_REPORT_MODEL] = "model:",
};

static struct subject parse_subject(struct sw_str text)
{
    struct subject subject = {text, {true, true, true}};
    for (size_t i = 0; i < SW_COUNT(prefixes); i++) {
        if (sw_str_starts(text, prefixes[i])) {
            size_t len = strlen(prefixes[i]);
            subject = (struct subject){sw_str_n(text.ptr + len, text.len - len), {false}};
            subject.told[i] = true;
            break;
        }
    }
    return subject;
}

/* Is a failure only that there is none? Everything else is passed up. */
static sw_result only_absent(
    enum sw_code code, const struct sw_error *why, bool *there, struct sw_error *err)
{
    *there = code == SW_OK;
    if (code == SW_OK || code == SW_E_NOENT || code == SW_E_USAGE) {
        return SW_OK;
    }
    return sw_fail(err, code, "%s", why->text);
}

static sw_result find_dataset(const struct sw_data *data, struct sw_str text,
    struct sw_report_set *out, bool *there, struct sw_error *err)
{
    struct sw_error why = {0};
    return only_absent(sw_dataset_find(data, text, &out->claim, &out->by, &why), &why, there, err);
}

static sw_result find_mixture(const struct sw_data *data, struct sw_str text,
    struct sw_mixture_history *out, bool *there, struct sw_error *err)
{
    struct sw_error why = {0};
    *there = false;
    if (sw_name_check(text, "mixture", &why) != SW_OK) {
        return SW_OK;
    }
    return only_absent(sw_mixture_read(data, text, out, &why), &why, there, err);
}

/* The newest claim of how it was trained. */
static sw_result find_model(const struct sw_data *data, struct sw_str text,
    struct sw_report *report, bool *there, struct sw_error *err)
{
    struct sw_digest root;
    struct sw_data_claim *claims = NULL;
    size_t count = 0;
    *there = false;
    if (!sw_digest_parse(text, &root)) {
        return SW_OK;
    }
    SW_TRY(sw_data_claims(data, SW_PREDICATE_TRAINING, &root, &claims, &count, NULL, err));
    for (size_t i = count; i-- > 0 && !*there;) {
        struct sw_training_claim *claim = SW_ARENA_NEW(data->arena, struct sw_training_claim);
        SW_TRY_PTR(claim);
        SW_TRY(sw_training_claim_read(data->arena, &claims[i].statement, claim, err));
        *there = sw_digest_equal(&claim->root, &root) || sw_digest_equal(&claim->manifest, &root);
        report->training = claim;
        report->training_by = claims[i];
    }
    return SW_OK;
}

/* --- the sets of a kind ---------------------------------------------------------------------- */

static sw_result set_name(const struct sw_data *data, struct sw_report *report, const char *name)
{
    SW_TRY_PTR(name);
    report->name = name;
    report->time = data->now;
    return SW_OK;
}

static sw_result of_dataset(
    const struct sw_data *data, struct sw_report *report, const struct sw_report_set *set)
{
    report->kind = SW_REPORT_DATASET;
    report->sets = SW_ARENA_NEW(data->arena, struct sw_report_set);
    SW_TRY_PTR(report->sets);
    report->sets[0] = *set;
    report->set_count = 1;
    return set_name(data, report,
        sw_arena_printf(data->arena, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(set->claim.name),
            SW_STR_ARG(set->claim.version)));
}

/* Datasets that the newest decision weighs. */
static sw_result of_mixture(const struct sw_data *data, struct sw_report *report,
    const struct sw_mixture_history *history, struct sw_error *err)
{
    report->kind = SW_REPORT_MIXTURE;
    report->mixture = SW_ARENA_NEW(data->arena, struct sw_mixture_history);
    SW_TRY_PTR(report->mixture);
    *report->mixture = *history;
    report->decision = history->count - 1;
    const struct sw_mixture_claim *decision = &history->decisions[report->decision];
    report->sets = SW_ARENA_ARRAY(data->arena, struct sw_report_set, decision->weight_count);
    SW_TRY_PTR(report->sets);
    for (size_t i = 0; i < decision->weight_count; i++) {
        struct sw_str name = decision->weights[i].dataset;
        bool there = false;
        if (name.len == 0) {
            continue;
        }
        SW_TRY(find_dataset(data, name, &report->sets[report->set_count], &there, err));
        report->set_count += there ? 1 : 0;
        if (!there) {
            SW_TRY(sw_report_gap(data->arena, report,
                sw_arena_printf(
                    data->arena, "the dataset " SW_STR_FMT " is not known", SW_STR_ARG(name))));
        }
    }
    return set_name(data, report, sw_arena_strndup(data->arena, decision->name));
}

/* The mixture that it was trained with, as it was decided then. */
static sw_result mixture_of_model(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err)
{
    struct sw_mixture_history history = {0};
    bool there = false;
    if (report->training->mixture.len == 0) {
        return SW_OK;
    }
    SW_TRY(find_mixture(data, report->training->mixture, &history, &there, err));
    size_t at = 0;
    while (at < history.count &&
           !sw_digest_equal(&history.claims[at].claim, &report->training->decision)) {
        at++;
    }
    if (at == history.count) {
        return sw_report_gap(data->arena, report,
            sw_arena_printf(data->arena,
                "the decision of mixture " SW_STR_FMT " that it was trained with is not known",
                SW_STR_ARG(report->training->mixture)));
    }
    report->mixture = SW_ARENA_NEW(data->arena, struct sw_mixture_history);
    SW_TRY_PTR(report->mixture);
    *report->mixture = history;
    report->decision = at;
    return SW_OK;
}

static sw_result of_model(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err)
{
    const struct sw_training_claim *training = report->training;
    char root[SW_DIGEST_TEXT_SIZE];
    report->kind = SW_REPORT_MODEL;
    report->sets = SW_ARENA_ARRAY(data->arena, struct sw_report_set, training->dataset_count);
    SW_TRY_PTR(report->sets);
    for (size_t i = 0; i < training->dataset_count; i++) {
        char manifest[SW_DIGEST_TEXT_SIZE];
        bool there = false;
        sw_digest_text(&training->datasets[i].manifest, manifest);
        SW_TRY(find_dataset(data, sw_str(manifest), &report->sets[report->set_count], &there, err));
        report->set_count += there ? 1 : 0;
        if (!there) {
            SW_TRY(sw_report_gap(data->arena, report,
                sw_arena_printf(data->arena,
                    "the dataset " SW_STR_FMT "@" SW_STR_FMT " is not known",
                    SW_STR_ARG(training->datasets[i].name),
                    SW_STR_ARG(training->datasets[i].version))));
        }
    }
    SW_TRY(mixture_of_model(data, report, err));
    SW_TRY(sw_consumption_find(
        data, training->run, sw_str(""), &report->consumed, &report->consumed_count, err));
    sw_digest_text(&training->root, root);
    return set_name(data, report, sw_arena_strdup(data->arena, root));
}

static sw_result find(
    const struct sw_data *data, struct sw_str text, struct sw_report *report, struct sw_error *err)
{
    struct subject subject = parse_subject(text);
    struct sw_report_set set = {0};
    struct sw_mixture_history history = {0};
    bool there[3] = {false, false, false};
    if (subject.told[SW_REPORT_DATASET]) {
        SW_TRY(find_dataset(data, subject.text, &set, &there[SW_REPORT_DATASET], err));
    }
    if (subject.told[SW_REPORT_MIXTURE]) {
        SW_TRY(find_mixture(data, subject.text, &history, &there[SW_REPORT_MIXTURE], err));
    }
    if (subject.told[SW_REPORT_MODEL]) {
        SW_TRY(find_model(data, subject.text, report, &there[SW_REPORT_MODEL], err));
    }
    if (there[SW_REPORT_DATASET] && there[SW_REPORT_MIXTURE]) {
        return sw_fail(err, SW_E_USAGE,
            "'" SW_STR_FMT "' is a dataset and a mixture: say 'dataset:" SW_STR_FMT
            "' or 'mixture:" SW_STR_FMT "'",
            SW_STR_ARG(subject.text), SW_STR_ARG(subject.text), SW_STR_ARG(subject.text));
    }
    if (there[SW_REPORT_DATASET]) {
        return of_dataset(data, report, &set);
    }
    if (there[SW_REPORT_MIXTURE]) {
        return of_mixture(data, report, &history, err);
    }
    return there[SW_REPORT_MODEL] ? of_model(data, report, err)
                                  : sw_fail(err, SW_E_NOENT,
                                        "there is no dataset, mixture or trained model '" SW_STR_FMT
                                        "' that a trusted signer claimed",
                                        SW_STR_ARG(text));
}

/* --- statistics ------------------------------------------------------------------------------ */

static sw_result read_set(const struct sw_data *data, const struct sw_report_options *options,
    struct sw_report_set *set, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_error why = {0};
    enum sw_code code = sw_dataset_open(data, &set->claim, &rows, &why);
    if (code == SW_E_NOENT) {
        set->rows_why_not = set->claim.declared ? "it was declared, and nobody saw its samples"
                                                : "its rows are not in this store";
        set->content.why_not = set->rows_why_not;
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    struct sw_origin_sums *sums =
        SW_ARENA_ARRAY(data->arena, struct sw_origin_sums, rows.origin_count + 1);
    SW_TRY_PTR(sums);
    SW_TRY(sw_report_rows(data, &rows, options->scratch, set, sums, err));
    SW_TRY(sw_report_content(data, &rows, options, set, sums, err));
    return sw_report_parts(data->arena, &rows, sums, set);
}

sw_result sw_report_make(const struct sw_data *data, struct sw_str subject,
    const struct sw_report_options *options, struct sw_report **out, struct sw_error *err)
{
    struct sw_report *report = SW_ARENA_NEW(data->arena, struct sw_report);
    SW_TRY_PTR(report);
    SW_TRY(find(data, subject, report, err));
    if (options->at != NULL && report->set_count != 1) {
        return sw_fail(err, SW_E_USAGE,
            "'%s' has %zu datasets: where the data of one is can only be said of one", report->name,
            report->set_count);
    }
    for (size_t i = 0; i < report->set_count; i++) {
        sw_progress_expect(
            data->progress, report->sets[i].claim.bytes, report->sets[i].claim.samples);
        SW_TRY(read_set(data, options, &report->sets[i], err));
    }
    SW_TRY(sw_report_context(data, report, err));
    SW_TRY(sw_report_marks(data, report, err));
    SW_TRY(sw_report_summarize(data, report, err));
    *out = report;
    return SW_OK;
}
