/* The part of the page about one dataset version. */
#include "data/report_html.h"

#include <stdio.h>

#define ROWS_SHOWN 40u /* of a table; all of them are in the JSON */

/* --- small things ---------------------------------------------------------------------------- */

static void put_fact(struct sw_html *h, const char *label, uint64_t count)
{
    sw_html_raw(h, "<div><dt>");
    sw_html_raw(h, label);
    sw_html_raw(h, "</dt><dd>");
    sw_html_count(h, count);
    sw_html_raw(h, "</dd></div>");
}

static void put_size_fact(struct sw_html *h, const char *label, uint64_t bytes)
{
    sw_html_raw(h, "<div><dt>");
    sw_html_raw(h, label);
    sw_html_raw(h, "</dt><dd>");
    sw_html_size(h, bytes);
    sw_html_raw(h, "</dd></div>");
}

static void put_count_cell(struct sw_html *h, uint64_t count)
{
    sw_html_raw(h, "<td class=\"num\">");
    sw_html_count(h, count);
    sw_html_raw(h, "</td>");
}

/* A bar and what it shows in numbers. */
static void put_share_cells(struct sw_html *h, double part, double whole)
{
    sw_html_raw(h, "<td class=\"num\">");
    sw_html_percent(h, part, whole);
    sw_html_raw(h, "</td><td class=\"plotted\">");
    sw_plot_bar(h, part, whole);
    sw_html_raw(h, "</td>");
}

/* --- what it is ------------------------------------------------------------------------------ */

static void put_identity(struct sw_html *h, const struct sw_report_set *set)
{
    char digest[SW_DIGEST_TEXT_SIZE];
    char time[SW_TIME_TEXT_SIZE];
    sw_digest_text(&set->claim.manifest, digest);
    sw_time_format(set->by.time, time);
    sw_html_raw(h, "<p class=\"identity\">Manifest <code>");
    sw_html_cstr(h, digest);
    sw_html_raw(h, "</code><br>Recorded ");
    sw_html_cstr(h, time);
    sw_html_raw(h, ", signed by <b>");
    sw_html_cstr(h, set->by.signer);
    sw_html_raw(h, "</b>");
    if (set->claim.reader.len > 0) {
        sw_html_raw(h, ", read as ");
        sw_html_text(h, set->claim.reader);
    }
    sw_html_raw(h, "</p>");
}

/* How far the report speaks of the data itself. */
static void put_coverage(struct sw_html *h, const struct sw_report_set *set)
{
    const struct sw_report_content *content = &set->content;
    if (!content->read) {
        sw_html_raw(h, "<p class=\"note warn\"><b>The data was not read again</b>: ");
        sw_html_cstr(h, content->why_not);
        sw_html_raw(h, ". Words, languages and labels are not known.</p>");
        return;
    }
    bool whole = content->missing == 0;
    sw_html_raw(h, whole ? "<p class=\"note good\"><b>The data was read again</b>: "
                         : "<p class=\"note warn\"><b>Not all of the data was found</b>: ");
    sw_html_count(h, content->samples);
    sw_html_raw(h, " of ");
    sw_html_count(h, set->claim.samples);
    sw_html_raw(h, set->claim.samples == 1 ? " sample as recorded, and only these are counted."
                                           : " samples as recorded, and only these are counted.");
    if (content->strangers > 0) {
        sw_html_raw(h, " Records there that are not in the set: ");
        sw_html_count(h, content->strangers);
        sw_html_raw(h, ".");
    }
    sw_html_raw(h, "</p>");
}

static void put_facts(struct sw_html *h, const struct sw_report_set *set)
{
    sw_html_raw(h, "<dl class=\"facts\">");
    put_fact(h, "Samples", set->claim.samples);
    put_size_fact(h, "Size", set->claim.bytes);
    if (set->content.read) {
        put_fact(h, "Words", set->content.text.words);
        put_fact(h, "Characters", set->content.text.characters);
    }
    put_fact(h, "Sources", set->rows_read ? set->source_count : set->claim.source_count);
    if (set->rows_read) {
        put_fact(h, "Exact copies", set->duplicates.copies);
    }
    sw_html_raw(h, "</dl>");
}

/* --- distributions --------------------------------------------------------------------------- */

static void put_quantiles(struct sw_html *h, const struct sw_histogram *histogram)
{
    static const struct {
        const char *label;
        double percent;
    } rows[] = {{"1 %", 1}, {"5 %", 5}, {"25 %", 25}, {"50 %", 50}, {"75 %", 75}, {"95 %", 95},
        {"99 %", 99}};
    sw_html_raw(h, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Of the samples"
                   "</th><th scope=\"col\" class=\"num\">smallest</th>");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        sw_html_format(h, "<th scope=\"col\" class=\"num\">%s</th>", rows[i].label);
    }
    sw_html_raw(h, "<th scope=\"col\" class=\"num\">largest</th><th scope=\"col\" class=\"num\">"
                   "mean</th></tr></thead><tbody><tr><th scope=\"row\">have at most</th>");
    put_count_cell(h, histogram->smallest);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        put_count_cell(h, sw_histogram_quantile(histogram, rows[i].percent));
    }
    put_count_cell(h, histogram->largest);
    put_count_cell(h, (uint64_t)(sw_histogram_mean(histogram) + 0.5));
    sw_html_raw(h, "</tr></tbody></table></div>");
}

static void put_histogram(
    struct sw_html *h, const char *title, const struct sw_histogram *histogram, const char *what)
{
    if (histogram == NULL || histogram->count == 0) {
        return;
    }
    sw_html_format(h, "<section><h3>%s</h3>", title);
    sw_plot_histogram(h, histogram, what);
    put_quantiles(h, histogram);
    sw_html_raw(h, "</section>");
}

/* The head of a table whose first column is `first`, with a bar for the share. */
static void begin_table(struct sw_html *h, const char *title, const char *first, const char *more)
{
    sw_html_format(h,
        "<section><h3>%s</h3><div class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th>",
        title, first);
    sw_html_raw(h, "<th scope=\"col\" class=\"num\">Samples</th>"
                   "<th scope=\"col\" class=\"num\">Share</th>"
                   "<th class=\"plotted\" aria-hidden=\"true\"></th>");
    sw_html_raw(h, more);
    sw_html_raw(h, "</tr></thead><tbody>");
}

static void end_table(struct sw_html *h, size_t hidden)
{
    sw_html_raw(h, "</tbody></table></div>");
    if (hidden > 0) {
        sw_html_format(h, "<p class=\"more\">and %zu more; the JSON has them all</p>", hidden);
    }
    sw_html_raw(h, "</section>");
}

static size_t shown_of(size_t count)
{
    return count < ROWS_SHOWN ? count : ROWS_SHOWN;
}

static void put_weight_cell(struct sw_html *h, double weight, double sum)
{
    sw_html_raw(h, "<td class=\"num\">");
    sw_html_percent(h, weight, sum);
    sw_html_raw(h, "</td>");
}

static void put_part(
    struct sw_html *h, const struct sw_report_set *set, const struct sw_report_part *part)
{
    char digest[SW_DIGEST_TEXT_SIZE] = "";
    sw_html_raw(h, "<tr><th scope=\"row\">");
    sw_html_text(h, part->name);
    if (part->digest.alg != 0) {
        sw_digest_text(&part->digest, digest);
        sw_html_format(h, "%s<code title=\"%s\">%.19s\xE2\x80\xA6</code>",
            part->name.len > 0 ? " " : "", digest, digest);
    }
    sw_html_raw(h, "</th>");
    put_count_cell(h, part->samples);
    put_share_cells(h, (double)part->samples, (double)set->claim.samples);
    sw_html_raw(h, "<td class=\"num\">");
    sw_html_size(h, part->bytes);
    sw_html_raw(h, "</td>");
    put_weight_cell(h, part->weight, set->weights.sum);
    if (set->content.read) {
        put_count_cell(h, part->words);
    }
    sw_html_raw(h, "</tr>");
}

static void put_parts(struct sw_html *h, const struct sw_report_set *set, const char *title,
    const char *first, const struct sw_report_part *parts, size_t count)
{
    if (count == 0) {
        return;
    }
    begin_table(h, title, first,
        set->content.read ? "<th scope=\"col\" class=\"num\">Size</th>"
                            "<th scope=\"col\" class=\"num\">Weight</th>"
                            "<th scope=\"col\" class=\"num\">Words</th>"
                          : "<th scope=\"col\" class=\"num\">Size</th>"
                            "<th scope=\"col\" class=\"num\">Weight</th>");
    for (size_t i = 0; i < shown_of(count); i++) {
        put_part(h, set, &parts[i]);
    }
    end_table(h, count - shown_of(count));
}

/* --- labels and languages -------------------------------------------------------------------- */

static void put_language_name(struct sw_html *h, const struct sw_tally_entry *entry)
{
    const char *name = sw_language_name(entry->name);
    if (name == NULL) {
        sw_html_text(h, entry->name);
        return;
    }
    sw_html_format(h, "%s <code>%.*s</code>", name, SW_STR_ARG(entry->name));
}

static void put_label_name(struct sw_html *h, const struct sw_tally_entry *entry)
{
    sw_html_text(h, entry->name);
}

static void put_entry(struct sw_html *h, const struct sw_tally_entry *entry, uint64_t samples,
    void (*put_name)(struct sw_html *h, const struct sw_tally_entry *entry), bool languages)
{
    sw_html_raw(h, "<tr><th scope=\"row\">");
    put_name(h, entry);
    sw_html_raw(h, "</th>");
    put_count_cell(h, entry->samples);
    put_share_cells(h, (double)entry->samples, (double)samples);
    put_count_cell(h, entry->words);
    if (languages) {
        put_count_cell(h, entry->guessed);
    }
    sw_html_raw(h, "</tr>");
}

/* Those without a name, and those past what is told apart. */
static void put_rest(struct sw_html *h, const struct sw_tally_entry *rest, const char *name,
    uint64_t samples, bool languages)
{
    if (rest->samples == 0) {
        return;
    }
    sw_html_format(h, "<tr class=\"rest\"><th scope=\"row\">%s</th>", name);
    put_count_cell(h, rest->samples);
    put_share_cells(h, (double)rest->samples, (double)samples);
    put_count_cell(h, rest->words);
    sw_html_raw(h, languages ? "<td class=\"num\"></td></tr>" : "</tr>");
}

static void put_languages(struct sw_html *h, const struct sw_report_content *content)
{
    const struct sw_tally *tally = content->languages;
    uint64_t samples = content->modalities[SW_MODALITY_TEXT];
    if (samples == 0) {
        return;
    }
    begin_table(h, "Languages", "Language",
        "<th scope=\"col\" class=\"num\">Words</th>"
        "<th scope=\"col\" class=\"num\">Guessed</th>");
    for (size_t i = 0; i < shown_of(tally->count); i++) {
        put_entry(h, &tally->entries[i], samples, put_language_name, true);
    }
    put_rest(h, &tally->none, "unknown", samples, true);
    put_rest(h, &tally->others, "other declared ones", samples, true);
    end_table(h, tally->count - shown_of(tally->count));
}

static void put_labels(struct sw_html *h, const struct sw_report_content *content)
{
    const struct sw_tally *tally = content->labels;
    if (tally->count + tally->others.samples == 0) {
        return;
    }
    begin_table(h, "Labels", "Label", "<th scope=\"col\" class=\"num\">Words</th>");
    for (size_t i = 0; i < shown_of(tally->count); i++) {
        put_entry(h, &tally->entries[i], content->samples, put_label_name, false);
    }
    put_rest(h, &tally->none, "without a label", content->samples, false);
    put_rest(h, &tally->others, "all others together", content->samples, false);
    end_table(h, tally->count - shown_of(tally->count));
}

static void put_modalities(struct sw_html *h, const struct sw_report_content *content)
{
    if (content->modalities[SW_MODALITY_TEXT] == content->samples) {
        return; /* nothing to tell apart */
    }
    begin_table(h, "Kinds of content", "Kind", "");
    for (size_t i = 0; i < SW_MODALITIES; i++) {
        if (content->modalities[i] > 0) {
            sw_html_format(
                h, "<tr><th scope=\"row\">%s</th>", sw_modality_name((enum sw_modality)i));
            put_count_cell(h, content->modalities[i]);
            put_share_cells(h, (double)content->modalities[i], (double)content->samples);
            sw_html_raw(h, "</tr>");
        }
    }
    end_table(h, 0);
}

/* --- copies, weights, what was left out ------------------------------------------------------ */

static void put_duplicates(struct sw_html *h, const struct sw_report_set *set)
{
    const struct sw_report_duplicates *d = &set->duplicates;
    sw_html_raw(h, "<section><h3>Exact duplicates</h3><p>");
    if (d->copies == 0) {
        sw_html_raw(h, "No two samples have the same content.</p></section>");
        return;
    }
    sw_html_raw(h, "Samples that are exactly as others: ");
    sw_html_count(h, d->copies);
    sw_html_raw(h, " (");
    sw_html_percent(h, (double)d->copies, (double)set->claim.samples);
    sw_html_raw(h, "). Contents that are there more than once: ");
    sw_html_count(h, d->groups);
    sw_html_raw(h, "; the most frequent one is there ");
    sw_html_count(h, d->largest);
    sw_html_raw(h, " times, first as sample ");
    sw_html_count(h, d->largest_row);
    sw_html_raw(h, ".</p></section>");
}

static void put_weights(struct sw_html *h, const struct sw_report_set *set)
{
    const struct sw_report_weights *weights = &set->weights;
    sw_html_raw(h, "<section><h3>Weights of samples</h3><p>");
    if (weights->ones == set->claim.samples) {
        sw_html_raw(h, "Every sample has weight 1.</p></section>");
        return;
    }
    sw_html_format(h, "From %g to %g. Samples of weight 1: ", weights->smallest, weights->largest);
    sw_html_count(h, weights->ones);
    sw_html_raw(h, "; of weight 0, which are never drawn: ");
    sw_html_count(h, weights->zeros);
    sw_html_raw(h, ".</p></section>");
}

static void put_quarantine(struct sw_html *h, const struct sw_dataset_claim *claim)
{
    if (claim->quarantined_count == 0) {
        return;
    }
    sw_html_raw(h, "<section><h3>Records left out when it was made</h3><div class=\"scroll\">"
                   "<table><thead><tr><th scope=\"col\">Reason</th>"
                   "<th scope=\"col\" class=\"num\">Records</th></tr></thead><tbody>");
    for (size_t i = 0; i < claim->quarantined_count; i++) {
        sw_html_raw(h, "<tr><th scope=\"row\">");
        sw_html_cstr(h, claim->quarantined[i].reason);
        sw_html_raw(h, "</th>");
        put_count_cell(h, claim->quarantined[i].count);
        sw_html_raw(h, "</tr>");
    }
    sw_html_raw(h, "</tbody></table></div></section>");
}

void sw_html_set(struct sw_html *h, const struct sw_report_set *set, bool alone)
{
    sw_html_raw(h, "<section class=\"set\"><h2>");
    sw_html_raw(h, alone ? "What it holds" : "");
    if (!alone) {
        sw_html_text(h, set->claim.name);
        sw_html_raw(h, "@");
        sw_html_text(h, set->claim.version);
    }
    sw_html_raw(h, "</h2>");
    put_identity(h, set);
    put_coverage(h, set);
    put_facts(h, set);
    if (set->rows_read) {
        put_parts(h, set, "Sources", "Source", set->sources, set->source_count);
        put_histogram(h, "Length of records", set->lengths, "length of records in bytes");
        put_duplicates(h, set);
        put_weights(h, set);
        put_parts(h, set, "Steps that samples went through", "Step", set->steps, set->step_count);
    }
    if (set->content.read) {
        put_histogram(h, "Words", set->content.words, "number of words");
        put_languages(h, &set->content);
        put_labels(h, &set->content);
        put_modalities(h, &set->content);
    }
    put_quarantine(h, &set->claim);
    sw_html_raw(h, "</section>");
}
