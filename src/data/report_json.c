#include "data/report.h"

#include <math.h>

/* --- small things ---------------------------------------------------------------------------- */

static void put_digest(struct sw_json_writer *w, const char *name, const struct sw_digest *digest)
{
    char text[SW_DIGEST_TEXT_SIZE];
    if (digest->alg == 0) {
        sw_jw_null(w, name);
        return;
    }
    sw_digest_text(digest, text);
    sw_jw_text(w, name, text);
}

static void put_time(struct sw_json_writer *w, const char *name, int64_t time)
{
    char text[SW_TIME_TEXT_SIZE];
    sw_time_format(time, text);
    sw_jw_text(w, name, text);
}

static void put_name(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len == 0) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_str(w, name, text);
}

/* Sums of weights may be past what a double holds. */
static void put_number(struct sw_json_writer *w, const char *name, double value)
{
    if (!isfinite(value)) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_double(w, name, value);
}

static void put_texts(
    struct sw_json_writer *w, const char *name, const struct sw_str *texts, size_t count)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_str(w, NULL, texts[i]);
    }
    sw_jw_array_end(w);
}

/* --- distributions --------------------------------------------------------------------------- */

static void put_octaves(struct sw_json_writer *w, const struct sw_histogram *histogram)
{
    uint64_t counts[SW_HISTOGRAM_OCTAVES];
    sw_histogram_octaves(histogram, counts);
    sw_jw_array(w, "histogram");
    for (unsigned i = 0; i < SW_HISTOGRAM_OCTAVES; i++) {
        if (counts[i] > 0) {
            sw_jw_object(w, NULL);
            sw_jw_u64(w, "from", sw_octave_first(i));
            sw_jw_u64(w, "to", sw_octave_last(i));
            sw_jw_u64(w, "samples", counts[i]);
            sw_jw_object_end(w);
        }
    }
    sw_jw_array_end(w);
}

static void put_histogram(
    struct sw_json_writer *w, const char *name, const struct sw_histogram *histogram)
{
    static const struct {
        const char *name;
        double percent;
    } quantiles[] = {
        {"p1", 1}, {"p5", 5}, {"p25", 25}, {"p50", 50}, {"p75", 75}, {"p95", 95}, {"p99", 99}};
    if (histogram == NULL || histogram->count == 0) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_object(w, name);
    sw_jw_u64(w, "smallest", histogram->smallest);
    sw_jw_u64(w, "largest", histogram->largest);
    sw_jw_double(w, "mean", sw_histogram_mean(histogram));
    for (size_t i = 0; i < SW_COUNT(quantiles); i++) {
        sw_jw_u64(w, quantiles[i].name, sw_histogram_quantile(histogram, quantiles[i].percent));
    }
    put_octaves(w, histogram);
    sw_jw_object_end(w);
}

static void put_tally(
    struct sw_json_writer *w, const char *name, const struct sw_tally *tally, bool languages)
{
    sw_jw_object(w, name);
    sw_jw_array(w, "named");
    for (size_t i = 0; i < tally->count; i++) {
        const struct sw_tally_entry *entry = &tally->entries[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", entry->name);
        sw_jw_u64(w, "samples", entry->samples);
        sw_jw_u64(w, "bytes", entry->bytes);
        sw_jw_u64(w, "words", entry->words);
        if (languages) {
            sw_jw_text(w, "language", sw_language_name(entry->name));
            sw_jw_u64(w, "guessed", entry->guessed);
        }
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_u64(w, languages ? "unknown" : "none", tally->none.samples);
    sw_jw_u64(w, "other", tally->others.samples);
    sw_jw_object_end(w);
}

static void put_parts(struct sw_json_writer *w, const char *name,
    const struct sw_report_part *parts, size_t count, const struct sw_report_set *set, bool steps)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        put_name(w, "name", parts[i].name);
        if (steps) {
            put_digest(w, "step", &parts[i].digest);
        }
        sw_jw_u64(w, "samples", parts[i].samples);
        sw_jw_u64(w, "bytes", parts[i].bytes);
        put_number(w, "weight", parts[i].weight);
        if (set->content.read) {
            sw_jw_u64(w, "words", parts[i].words);
        } else {
            sw_jw_null(w, "words");
        }
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

/* --- one set --------------------------------------------------------------------------------- */

static void put_rows(struct sw_json_writer *w, const struct sw_report_set *set)
{
    if (!set->rows_read) {
        sw_jw_null(w, "rows");
        return;
    }
    sw_jw_object(w, "rows");
    sw_jw_u64(w, "files", set->files);
    sw_jw_u64(w, "with_id", set->with_id);
    sw_jw_u64(w, "generated", set->generated);
    put_histogram(w, "length", set->lengths);
    sw_jw_object(w, "duplicates");
    sw_jw_u64(w, "groups", set->duplicates.groups);
    sw_jw_u64(w, "copies", set->duplicates.copies);
    sw_jw_u64(w, "largest", set->duplicates.largest);
    sw_jw_u64(w, "largest_sample", set->duplicates.largest_row);
    sw_jw_object_end(w);
    sw_jw_object(w, "weights");
    put_number(w, "sum", set->weights.sum);
    put_number(w, "smallest", set->weights.smallest);
    put_number(w, "largest", set->weights.largest);
    sw_jw_u64(w, "ones", set->weights.ones);
    sw_jw_u64(w, "zeros", set->weights.zeros);
    sw_jw_object_end(w);
    put_parts(w, "sources", set->sources, set->source_count, set, false);
    put_parts(w, "steps", set->steps, set->step_count, set, true);
    sw_jw_object_end(w);
}

static void put_content(struct sw_json_writer *w, const struct sw_report_content *content)
{
    if (!content->read) {
        sw_jw_null(w, "content");
        sw_jw_text(w, "content_not_read_because", content->why_not);
        return;
    }
    sw_jw_object(w, "content");
    sw_jw_u64(w, "samples", content->samples);
    sw_jw_u64(w, "missing", content->missing);
    sw_jw_u64(w, "strangers", content->strangers);
    sw_jw_object(w, "modalities");
    for (size_t i = 0; i < SW_MODALITIES; i++) {
        sw_jw_u64(w, sw_modality_name((enum sw_modality)i), content->modalities[i]);
    }
    sw_jw_object_end(w);
    sw_jw_u64(w, "words", content->text.words);
    sw_jw_u64(w, "characters", content->text.characters);
    sw_jw_u64(w, "bytes", content->text.bytes);
    sw_jw_u64(w, "not_utf8", content->text.invalid);
    put_histogram(w, "words_by_sample", content->words);
    put_tally(w, "labels", content->labels, false);
    put_tally(w, "languages", content->languages, true);
    sw_jw_object_end(w);
    sw_jw_null(w, "content_not_read_because");
}

static void put_set(struct sw_json_writer *w, const struct sw_report_set *set)
{
    const struct sw_dataset_claim *claim = &set->claim;
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", claim->name);
    sw_jw_str(w, "version", claim->version);
    put_digest(w, "manifest", &claim->manifest);
    put_digest(w, "claim", &set->by.claim);
    put_time(w, "recorded", set->by.time);
    sw_jw_text(w, "signer", set->by.signer);
    sw_jw_bool(w, "declared", claim->declared);
    put_name(w, "reader", claim->reader);
    sw_jw_u64(w, "samples", claim->samples);
    sw_jw_u64(w, "bytes", claim->bytes);
    sw_jw_array(w, "quarantined");
    for (size_t i = 0; i < claim->quarantined_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "reason", claim->quarantined[i].reason);
        sw_jw_u64(w, "count", claim->quarantined[i].count);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    put_rows(w, set);
    put_content(w, &set->content);
    sw_jw_object_end(w);
}

/* --- what it is about ------------------------------------------------------------------------ */

static void put_mixture(struct sw_json_writer *w, const struct sw_report *report)
{
    if (report->mixture == NULL) {
        sw_jw_null(w, "mixture");
        return;
    }
    const struct sw_mixture_claim *decision = &report->mixture->decisions[report->decision];
    sw_jw_object(w, "mixture");
    sw_jw_str(w, "name", decision->name);
    put_digest(w, "decision", &report->mixture->claims[report->decision].claim);
    sw_jw_u64(w, "sequence", decision->sequence);
    sw_jw_str(w, "reason", decision->reason);
    sw_jw_text(w, "problem", report->mixture->problem);
    sw_jw_array(w, "weights");
    for (size_t i = 0; i < decision->weight_count; i++) {
        sw_jw_object(w, NULL);
        put_name(w, "source", decision->weights[i].source);
        put_name(w, "dataset", decision->weights[i].dataset);
        sw_jw_str(w, "weight", decision->weights[i].new);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static void put_training(struct sw_json_writer *w, const struct sw_report *report)
{
    const struct sw_training_claim *training = report->training;
    if (training == NULL) {
        sw_jw_null(w, "training");
        return;
    }
    sw_jw_object(w, "training");
    sw_jw_str(w, "model", training->model);
    put_digest(w, "root", &training->root);
    sw_jw_str(w, "run", training->run);
    put_digest(w, "claim", &report->training_by.claim);
    sw_jw_text(w, "signer", report->training_by.signer);
    sw_jw_bool(w, "verified", training->verified);
    sw_jw_array(w, "drawn");
    for (size_t i = 0; i < report->consumed_count; i++) {
        const struct sw_consumption_claim *claim = &report->consumed[i].claim;
        for (size_t j = 0; j < claim->share_count; j++) {
            sw_jw_object(w, NULL);
            sw_jw_str(w, "name", claim->shares[j].name);
            sw_jw_u64(w, "draws", claim->shares[j].draws);
            put_number(w, "share", claim->shares[j].share);
            put_number(w, "declared", claim->shares[j].declared);
            sw_jw_object_end(w);
        }
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static void put_marks(struct sw_json_writer *w, const struct sw_report *report)
{
    sw_jw_array(w, "marks");
    for (size_t i = 0; i < report->mark_count; i++) {
        const struct sw_report_mark *mark = &report->marks[i];
        sw_jw_object(w, NULL);
        sw_jw_text(w, "kind", mark->takedown ? "takedown" : "taint");
        sw_jw_text(w, "what", mark->what);
        sw_jw_text(w, "severity", mark->severity);
        sw_jw_str(w, "reason", mark->reason);
        put_time(w, "time", mark->time);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void put_field(struct sw_json_writer *w, const struct sw_summary_field *field)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", field->name);
    sw_jw_text(w, "label", field->label);
    sw_jw_bool(w, "recorded", field->count > 0);
    sw_jw_array(w, "values");
    for (size_t i = 0; i < field->count; i++) {
        sw_jw_text(w, NULL, field->values[i]);
    }
    sw_jw_array_end(w);
    sw_jw_text(w, "basis", field->basis);
    sw_jw_object_end(w);
}

static void put_summary(struct sw_json_writer *w, const struct sw_summary *summary)
{
    sw_jw_array(w, "summary");
    for (size_t i = 0; i < summary->count; i++) {
        const struct sw_summary_section *section = &summary->sections[i];
        sw_jw_object(w, NULL);
        sw_jw_text(w, "section", section->number);
        sw_jw_text(w, "title", section->title);
        sw_jw_array(w, "fields");
        for (size_t j = 0; j < section->count; j++) {
            put_field(w, &section->fields[j]);
        }
        sw_jw_array_end(w);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

void sw_report_json(const struct sw_report *report, struct sw_json_writer *w)
{
    sw_jw_text(w, "kind", sw_report_kind_name(report->kind));
    sw_jw_text(w, "name", report->name);
    put_time(w, "time", report->time);
    sw_jw_bool(w, "complete", !sw_report_is_partial(report));
    sw_jw_array(w, "datasets");
    for (size_t i = 0; i < report->set_count; i++) {
        put_set(w, &report->sets[i]);
    }
    sw_jw_array_end(w);
    put_mixture(w, report);
    put_training(w, report);
    put_marks(w, report);
    put_texts(w, "gaps", report->gaps, report->gap_count);
    put_summary(w, report->summary);
}
