#include "cli/show_report.h"

#define ROWS_SHOWN 12u /* of a list; all of them are in the JSON */

/* --- small things ---------------------------------------------------------------------------- */

/* "  words        1,234" */
static void say_label(struct sw_cli *cli, const char *label)
{
    sw_say(cli, SW_TONE_DIM, "  %-12s ", label);
}

static void say_title(struct sw_cli *cli, const char *title)
{
    sw_say(cli, SW_TONE_PLAIN, "\n");
    sw_say(cli, SW_TONE_BOLD, "  %s\n", title);
}

static void say_share(struct sw_cli *cli, double part, double whole)
{
    char share[SW_PERCENT_SIZE];
    sw_report_show_percent(part, whole, share);
    sw_say(cli, SW_TONE_PLAIN, " %8s", share);
}

static void say_hidden(struct sw_cli *cli, size_t count)
{
    if (count > ROWS_SHOWN) {
        sw_say(cli, SW_TONE_DIM, "    and %zu more; --json has them all\n", count - ROWS_SHOWN);
    }
}

static size_t shown_of(size_t count)
{
    return count < ROWS_SHOWN ? count : ROWS_SHOWN;
}

static const char *size_show(struct sw_cli *cli, uint64_t bytes)
{
    char size[16];
    sw_format_size(bytes, size);
    const char *copy = sw_arena_strdup(&cli->arena, size);
    return copy == NULL ? "" : copy;
}

/* --- what it is ------------------------------------------------------------------------------ */

static void show_coverage(struct sw_cli *cli, const struct sw_report_set *set)
{
    const struct sw_report_content *content = &set->content;
    say_label(cli, "data");
    if (!content->read) {
        sw_say(cli, content->asked ? SW_TONE_DIM : SW_TONE_WARN, "not read again: %s\n",
            content->why_not);
        return;
    }
    bool whole = content->missing == 0;
    sw_say(cli, whole ? SW_TONE_GOOD : SW_TONE_WARN, "read again: %s of %s as recorded",
        sw_group_digits(cli, content->samples), sw_count_show(cli, set->claim.samples, "sample"));
    if (content->strangers > 0) {
        sw_say(cli, SW_TONE_WARN, "; records that are not in the set: %s",
            sw_group_digits(cli, content->strangers));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_identity(struct sw_cli *cli, const struct sw_report_set *set)
{
    const struct sw_dataset_claim *claim = &set->claim;
    sw_say(cli, SW_TONE_BOLD, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(claim->name),
        SW_STR_ARG(claim->version));
    sw_say(cli, SW_TONE_PLAIN, "  %s, %s", sw_count_show(cli, claim->samples, "sample"),
        size_show(cli, claim->bytes));
    sw_say(cli, SW_TONE_PLAIN, claim->declared ? ", declared only\n" : "\n");
    say_label(cli, "manifest");
    sw_say(cli, SW_TONE_PLAIN, "%s\n", sw_digest_show(cli, &claim->manifest));
    say_label(cli, "recorded");
    sw_say(
        cli, SW_TONE_PLAIN, "%s, signed by %s\n", sw_time_show(cli, set->by.time), set->by.signer);
    show_coverage(cli, set);
    if (set->content.read) {
        say_label(cli, "text");
        sw_say(cli, SW_TONE_PLAIN, "%s, %s\n", sw_count_show(cli, set->content.text.words, "word"),
            sw_count_show(cli, set->content.text.characters, "character"));
    }
}

static void show_duplicates(struct sw_cli *cli, const struct sw_report_set *set)
{
    const struct sw_report_duplicates *d = &set->duplicates;
    char share[SW_PERCENT_SIZE];
    say_label(cli, "copies");
    if (d->copies == 0) {
        sw_say(cli, SW_TONE_PLAIN, "none: no two samples have the same content\n");
        return;
    }
    sw_report_show_percent((double)d->copies, (double)set->claim.samples, share);
    sw_say(cli, SW_TONE_PLAIN,
        "exactly as others: %s, %s; the most frequent content is there %s times\n",
        sw_count_show(cli, d->copies, "sample"), share, sw_group_digits(cli, d->largest));
}

static void show_weights(struct sw_cli *cli, const struct sw_report_set *set)
{
    const struct sw_report_weights *weights = &set->weights;
    say_label(cli, "weights");
    if (weights->ones == set->claim.samples) {
        sw_say(cli, SW_TONE_PLAIN, "every sample has weight 1\n");
        return;
    }
    sw_say(cli, SW_TONE_PLAIN, "from %g to %g; samples of weight 1: %s, of weight 0: %s\n",
        weights->smallest, weights->largest, sw_group_digits(cli, weights->ones),
        sw_group_digits(cli, weights->zeros));
}

/* --- distributions --------------------------------------------------------------------------- */

static void show_quantiles(struct sw_cli *cli, const struct sw_histogram *histogram)
{
    static const double percents[] = {1, 5, 25, 50, 75, 95, 99};
    sw_say(cli, SW_TONE_PLAIN, "    smallest %s, mean %s, largest %s\n",
        sw_group_digits(cli, histogram->smallest),
        sw_group_digits(cli, (uint64_t)(sw_histogram_mean(histogram) + 0.5)),
        sw_group_digits(cli, histogram->largest));
    for (size_t i = 0; i < SW_COUNT(percents); i++) {
        sw_say(cli, SW_TONE_PLAIN, "    %2.0f %% of samples: at most %s\n", percents[i],
            sw_group_digits(cli, sw_histogram_quantile(histogram, percents[i])));
    }
}

static void show_histogram(
    struct sw_cli *cli, const char *title, const struct sw_histogram *histogram)
{
    uint64_t counts[SW_HISTOGRAM_OCTAVES];
    if (histogram == NULL || histogram->count == 0) {
        return;
    }
    say_title(cli, title);
    show_quantiles(cli, histogram);
    sw_histogram_octaves(histogram, counts);
    for (unsigned i = 0; i < SW_HISTOGRAM_OCTAVES; i++) {
        if (counts[i] > 0) {
            sw_say(cli, SW_TONE_PLAIN, "    %12s to %-12s %12s",
                sw_group_digits(cli, sw_octave_first(i)), sw_group_digits(cli, sw_octave_last(i)),
                sw_group_digits(cli, counts[i]));
            say_share(cli, (double)counts[i], (double)histogram->count);
            sw_say(cli, SW_TONE_PLAIN, "\n");
        }
    }
}

static void show_part(
    struct sw_cli *cli, const struct sw_report_set *set, const struct sw_report_part *part)
{
    struct sw_str name = part->name;
    if (name.len == 0) {
        name = sw_str(sw_digest_show(cli, &part->digest));
    }
    sw_say(cli, SW_TONE_PLAIN, "    %-24.*s %12s", SW_STR_ARG(name),
        sw_group_digits(cli, part->samples));
    say_share(cli, (double)part->samples, (double)set->claim.samples);
    sw_say(cli, SW_TONE_PLAIN, " %10s", size_show(cli, part->bytes));
    say_share(cli, part->weight, set->weights.sum);
    sw_say(cli, SW_TONE_PLAIN, set->content.read ? " %12s\n" : "\n",
        sw_group_digits(cli, part->words));
}

static void show_parts(struct sw_cli *cli, const char *title, const struct sw_report_set *set,
    const struct sw_report_part *parts, size_t count)
{
    if (count == 0) {
        return;
    }
    say_title(cli, title);
    sw_say(cli, SW_TONE_DIM, "    %-24s %12s %8s %10s %8s%s\n", "", "samples", "share", "size",
        "weight", set->content.read ? "        words" : "");
    for (size_t i = 0; i < shown_of(count); i++) {
        show_part(cli, set, &parts[i]);
    }
    say_hidden(cli, count);
}

static void show_entry(struct sw_cli *cli, const char *name, const struct sw_tally_entry *entry,
    uint64_t samples, const char *how)
{
    if (entry->samples == 0) {
        return;
    }
    struct sw_str shown = name == NULL ? entry->name : sw_str(name);
    sw_say(cli, SW_TONE_PLAIN, "    %-24.*s %12s", SW_STR_ARG(shown),
        sw_group_digits(cli, entry->samples));
    say_share(cli, (double)entry->samples, (double)samples);
    sw_say(cli, SW_TONE_DIM, "%s%s\n", how[0] == '\0' ? "" : "  ", how);
}

static void show_languages(struct sw_cli *cli, const struct sw_report_content *content)
{
    const struct sw_tally *tally = content->languages;
    uint64_t samples = content->modalities[SW_MODALITY_TEXT];
    if (samples == 0) {
        return;
    }
    say_title(cli, "Languages, as declared or else guessed");
    for (size_t i = 0; i < shown_of(tally->count); i++) {
        const struct sw_tally_entry *entry = &tally->entries[i];
        show_entry(cli, sw_language_name(entry->name), entry, samples,
            entry->guessed == 0                ? "declared"
            : entry->guessed == entry->samples ? "guessed"
                                               : "declared or guessed");
    }
    show_entry(cli, "unknown", &tally->none, samples, "");
    show_entry(cli, "other declared ones", &tally->others, samples, "");
    say_hidden(cli, tally->count);
}

static void show_labels(struct sw_cli *cli, const struct sw_report_content *content)
{
    const struct sw_tally *tally = content->labels;
    if (tally->count + tally->others.samples == 0) {
        return;
    }
    say_title(cli, "Labels");
    for (size_t i = 0; i < shown_of(tally->count); i++) {
        show_entry(cli, NULL, &tally->entries[i], content->samples, "");
    }
    show_entry(cli, "without a label", &tally->none, content->samples, "");
    show_entry(cli, "all others together", &tally->others, content->samples, "");
    say_hidden(cli, tally->count);
}

static void show_modalities(struct sw_cli *cli, const struct sw_report_content *content)
{
    if (content->modalities[SW_MODALITY_TEXT] == content->samples) {
        return;
    }
    say_title(cli, "Kinds of content");
    for (size_t i = 0; i < SW_MODALITIES; i++) {
        const struct sw_tally_entry entry = {.samples = content->modalities[i]};
        show_entry(cli, sw_modality_name((enum sw_modality)i), &entry, content->samples, "");
    }
}

static void show_quarantine(struct sw_cli *cli, const struct sw_dataset_claim *claim)
{
    if (claim->quarantined_count == 0) {
        return;
    }
    say_title(cli, "Records left out when it was made");
    for (size_t i = 0; i < claim->quarantined_count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "    %-24s %12s\n", claim->quarantined[i].reason,
            sw_group_digits(cli, claim->quarantined[i].count));
    }
}

static void show_set(struct sw_cli *cli, const struct sw_report_set *set)
{
    show_identity(cli, set);
    if (set->rows_read) {
        show_duplicates(cli, set);
        show_weights(cli, set);
        show_parts(cli, "Sources", set, set->sources, set->source_count);
        show_parts(cli, "Steps that samples went through", set, set->steps, set->step_count);
        show_histogram(cli, "Length of records, in bytes", set->lengths);
    }
    if (set->content.read) {
        show_histogram(cli, "Words of a sample", set->content.words);
        show_languages(cli, &set->content);
        show_labels(cli, &set->content);
        show_modalities(cli, &set->content);
    }
    show_quarantine(cli, &set->claim);
}

/* --- model, mixture, and what needs attention ------------------------------------------------- */

static void show_training(struct sw_cli *cli, const struct sw_report *report)
{
    const struct sw_training_claim *training = report->training;
    if (training == NULL) {
        return;
    }
    sw_say(cli, SW_TONE_BOLD, "model " SW_STR_FMT, SW_STR_ARG(training->model));
    sw_say(cli, SW_TONE_PLAIN, "  trained in run " SW_STR_FMT ", signed by %s\n",
        SW_STR_ARG(training->run), report->training_by.signer);
    say_label(cli, "root");
    sw_say(cli, SW_TONE_PLAIN, "%s\n", sw_digest_show(cli, &training->root));
    for (size_t i = 0; i < report->consumed_count; i++) {
        const struct sw_consumption_claim *claim = &report->consumed[i].claim;
        say_label(cli, "drew");
        sw_say(cli, SW_TONE_PLAIN, "%s draws of %s; 'sealwright data weights " SW_STR_FMT "'\n",
            sw_group_digits(cli, claim->draws), sw_count_show(cli, claim->distinct, "sample"),
            SW_STR_ARG(training->run));
    }
}

static void show_mixture(struct sw_cli *cli, const struct sw_report *report)
{
    if (report->mixture == NULL) {
        return;
    }
    const struct sw_mixture_claim *decision = &report->mixture->decisions[report->decision];
    sw_say(cli, SW_TONE_BOLD, "mixture " SW_STR_FMT, SW_STR_ARG(decision->name));
    sw_say(cli, SW_TONE_PLAIN, "  decision %llu: " SW_STR_FMT "\n",
        (unsigned long long)decision->sequence, SW_STR_ARG(decision->reason));
    if (report->mixture->problem != NULL) {
        sw_say(
            cli, SW_TONE_BAD, "  its decisions are not one chain: %s\n", report->mixture->problem);
    }
    for (size_t i = 0; i < decision->weight_count; i++) {
        const struct sw_mixture_weight *weight = &decision->weights[i];
        sw_say(cli, SW_TONE_PLAIN, "    %-8s %-24.*s weight %.*s\n",
            weight->source.len > 0 ? "source" : "dataset",
            SW_STR_ARG(sw_mixture_weight_name(weight)), SW_STR_ARG(weight->new));
    }
}

static void show_attention(struct sw_cli *cli, const struct sw_report *report)
{
    if (report->mark_count + report->gap_count > 0) {
        sw_say(cli, SW_TONE_PLAIN, "\n");
    }
    for (size_t i = 0; i < report->mark_count; i++) {
        const struct sw_report_mark *mark = &report->marks[i];
        sw_say(cli, SW_TONE_BAD, "  %-8s ", mark->takedown ? "withdrawn" : "tainted");
        sw_say(cli, SW_TONE_PLAIN, "%s: " SW_STR_FMT "\n", mark->what, SW_STR_ARG(mark->reason));
    }
    for (size_t i = 0; i < report->gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap      ");
        sw_say(cli, SW_TONE_PLAIN, SW_STR_FMT "\n", SW_STR_ARG(report->gaps[i]));
    }
}

void sw_show_report(struct sw_cli *cli, const struct sw_report *report)
{
    show_training(cli, report);
    show_mixture(cli, report);
    for (size_t i = 0; i < report->set_count; i++) {
        bool first = i == 0 && report->training == NULL && report->mixture == NULL;
        sw_say(cli, SW_TONE_PLAIN, first ? "" : "\n");
        show_set(cli, &report->sets[i]);
    }
    if (report->set_count == 0) {
        sw_say(cli, SW_TONE_WARN, "  no dataset is named: there are no samples to count\n");
    }
    show_attention(cli, report);
}
