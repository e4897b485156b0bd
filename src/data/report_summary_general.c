/* Section 1 of the summary: the model, the size of its data, dates and languages. */
#include "data/report_summary.h"

sw_result sw_summary_updated(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    char time[SW_TIME_TEXT_SIZE];
    (void)which;
    sw_time_format(s->report->time, time);
    SW_TRY(sw_summary_basis(s, field, "when this was made from the records"));
    return sw_summary_put(s, field, "%s", time);
}

/* --- the model ------------------------------------------------------------------------------- */

sw_result sw_summary_model(struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    const struct sw_training_claim *training = s->report->training;
    char root[SW_DIGEST_TEXT_SIZE];
    (void)which;
    if (training == NULL) {
        return sw_summary_basis(s, field, "this is the report of a %s, not of a model",
            sw_report_kind_name(s->report->kind));
    }
    sw_digest_text(&training->root, root);
    SW_TRY(
        sw_summary_basis(s, field, "training claim of run " SW_STR_FMT, SW_STR_ARG(training->run)));
    if (training->kind == SW_TRAINED_CHECKPOINT && training->step != SW_ABSENT) {
        return sw_summary_put(s, field, SW_STR_FMT ", checkpoint at step %llu, model root %s",
            SW_STR_ARG(training->model), (unsigned long long)training->step, root);
    }
    return sw_summary_put(
        s, field, SW_STR_FMT ", model root %s", SW_STR_ARG(training->model), root);
}

sw_result sw_summary_bases(struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    const struct sw_training_claim *training = s->report->training;
    (void)which;
    if (training == NULL) {
        return SW_OK;
    }
    for (size_t i = 0; i < training->base_count; i++) {
        const struct sw_training_base *base = &training->bases[i];
        char root[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&base->root, root);
        SW_TRY(sw_summary_put(s, field, SW_STR_FMT " (" SW_STR_FMT "), model root %s",
            SW_STR_ARG(base->name), SW_STR_ARG(base->relation), root));
    }
    return sw_summary_basis(s, field,
        training->base_count == 0 ? "the training claim names no base model" : "training claim");
}

/* --- sizes ----------------------------------------------------------------------------------- */

/* The template's ranges. */
struct size_ranges {
    const char *unit;
    uint64_t low;  /* below it, the first range */
    uint64_t high; /* above it, the last one */
    const char *names[3];
};

static const struct size_ranges ranges[] = {
    [SW_MODALITY_TEXT] = {"tokens", 1000000000, 10000000000000,
        {"less than 1 billion tokens", "1 billion to 10 trillion tokens",
            "more than 10 trillion tokens"}},
    [SW_MODALITY_IMAGE] = {"images", 1000000, 1000000000,
        {"less than 1 million images", "1 million to 1 billion images",
            "more than 1 billion images"}},
};

static const char *range_of(const struct size_ranges *row, uint64_t count)
{
    return row->names[count < row->low ? 0 : count <= row->high ? 1 : 2];
}

/* No tokenizer that works on bytes makes more tokens of a text than it has bytes, so where bytes
 * and words are in one range, so are its tokens, whatever the tokenizer. */
static sw_result put_text_size(struct sw_summarizing *s, struct sw_summary_field *field)
{
    const struct size_ranges *row = &ranges[SW_MODALITY_TEXT];
    uint64_t bytes = s->read ? s->text.bytes : s->bytes;
    if (!s->read) {
        SW_TRY(sw_summary_basis(s, field,
            "bytes of the recorded samples: the data was not read again, so words are not "
            "counted"));
        return bytes >= row->low ? sw_summary_put(s, field, "at most: %s", range_of(row, bytes))
                                 : sw_summary_put(s, field, "%s", range_of(row, bytes));
    }
    const char *samples = sw_summary_count(s, s->modalities[SW_MODALITY_TEXT], "sample");
    const char *words = sw_summary_count(s, s->text.words, "word");
    const char *characters = sw_summary_count(s, s->text.characters, "character");
    if (samples == NULL || words == NULL || characters == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_summary_basis(s, field,
        "counted in the data, which was read again: %s, %s, %s; a model's tokenizer counts "
        "otherwise",
        samples, words, characters));
    const char *by_words = range_of(row, s->text.words);
    const char *by_bytes = range_of(row, bytes);
    return by_words == by_bytes
               ? sw_summary_put(s, field, "%s", by_words)
               : sw_summary_put(s, field, "%s by words; at most %s, by bytes", by_words, by_bytes);
}

sw_result sw_summary_size(struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    uint64_t count = s->modalities[which];
    if (s->report->set_count == 0) {
        return SW_OK;
    }
    if (which == SW_MODALITY_TEXT && (!s->read || count > 0)) {
        return put_text_size(s, field);
    }
    if (!s->read) {
        return sw_summary_basis(s, field, "the data was not read again");
    }
    SW_TRY(sw_summary_basis(s, field, "counted in the data, by the first bytes of samples"));
    if (count == 0) {
        return sw_summary_put(s, field, "none");
    }
    if (which == SW_MODALITY_IMAGE) {
        const char *images = sw_summary_count(s, count, "image");
        SW_TRY_PTR(images);
        return sw_summary_put(s, field, "%s (%s)", range_of(&ranges[which], count), images);
    }
    const char *samples = sw_summary_count(s, count, "sample");
    SW_TRY_PTR(samples);
    return sw_summary_put(s, field, "%s; hours are not counted", samples);
}

/* --- dates ----------------------------------------------------------------------------------- */

static struct sw_str text_at(const struct sw_report_source *source, const char *path)
{
    struct sw_str text = {NULL, 0};
    if (source->described) {
        (void)sw_json_str(sw_json_path(source->record.fields, sw_str(path)), &text);
    }
    return text;
}

/* Dates of one form, year first, are in the order of their bytes. */
sw_result sw_summary_latest(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    struct sw_str latest = {NULL, 0};
    size_t known = 0;
    (void)which;
    for (size_t i = 0; i < s->report->source_count; i++) {
        struct sw_str end = text_at(&s->report->sources[i], "provenance.generation-period.end");
        known += end.len != 0 ? 1 : 0;
        latest = end.len != 0 && sw_str_compare(end, latest) > 0 ? end : latest;
    }
    for (size_t i = 0; i < s->report->set_count; i++) {
        const struct sw_report_set *set = &s->report->sets[i];
        char time[SW_TIME_TEXT_SIZE];
        sw_time_format(set->by.time, time);
        SW_TRY(sw_summary_put(s, field, SW_STR_FMT "@" SW_STR_FMT " was recorded on %.10s",
            SW_STR_ARG(set->claim.name), SW_STR_ARG(set->claim.version), time));
    }
    if (known > 0) {
        SW_TRY(sw_summary_put(
            s, field, "the latest collection period ends " SW_STR_FMT, SW_STR_ARG(latest)));
    }
    return sw_summary_basis(s, field,
        "source claims, of which %zu of %zu say when collection ended, and the time of the log",
        known, s->report->source_count);
}

/* --- languages ------------------------------------------------------------------------------- */

#define LANGUAGES_SHOWN 24u

static sw_result join_languages(struct sw_summarizing *s, struct sw_tally *all)
{
    SW_TRY(sw_tally_init(all, s->arena));
    for (size_t i = 0; i < s->report->set_count; i++) {
        const struct sw_tally *tally = s->report->sets[i].content.languages;
        if (tally == NULL) {
            continue;
        }
        SW_TRY(sw_tally_add(all, &tally->none));
        for (size_t j = 0; j < tally->count; j++) {
            SW_TRY(sw_tally_add(all, &tally->entries[j]));
        }
        all->others.samples += tally->others.samples;
    }
    sw_tally_sort(all);
    return SW_OK;
}

static sw_result put_language(struct sw_summarizing *s, struct sw_summary_field *field,
    const struct sw_tally_entry *entry, uint64_t samples)
{
    const char *name = sw_language_name(entry->name);
    const char *how = entry->guessed == 0                ? "declared"
                      : entry->guessed == entry->samples ? "guessed"
                                                         : "declared or guessed";
    char share[SW_PERCENT_SIZE];
    sw_report_show_percent((double)entry->samples, (double)samples, share);
    const char *count = sw_summary_count(s, entry->samples, "sample");
    SW_TRY_PTR(count);
    return sw_summary_put(s, field, "%s%s" SW_STR_FMT "%s: %s, %s (%s)", name == NULL ? "" : name,
        name == NULL ? "" : " (", SW_STR_ARG(entry->name), name == NULL ? "" : ")", count, share,
        how);
}

sw_result sw_summary_languages(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    struct sw_tally all;
    uint64_t samples = s->modalities[SW_MODALITY_TEXT];
    (void)which;
    if (samples == 0) {
        return sw_summary_basis(s, field, "no text was read again");
    }
    SW_TRY(join_languages(s, &all));
    for (size_t i = 0; i < all.count && i < LANGUAGES_SHOWN; i++) {
        SW_TRY(put_language(s, field, &all.entries[i], samples));
    }
    uint64_t more = all.none.samples + all.others.samples;
    if (more > 0) {
        char share[SW_PERCENT_SIZE];
        sw_report_show_percent((double)more, (double)samples, share);
        const char *count = sw_summary_count(s, more, "sample");
        SW_TRY_PTR(count);
        SW_TRY(sw_summary_put(s, field, "unknown: %s, %s", count, share));
    }
    return sw_summary_basis(s, field,
        "counted in the data: the language that a sample declares, else a guess by script and "
        "common words");
}

/* --- what else ------------------------------------------------------------------------------- */

static sw_result put_set(
    struct sw_summarizing *s, struct sw_summary_field *field, const struct sw_report_set *set)
{
    const struct sw_dataset_claim *claim = &set->claim;
    const char *samples = sw_summary_count(s, claim->samples, "sample");
    const char *bytes = sw_summary_count(s, claim->bytes, "byte");
    const char *sources = sw_summary_count(s, claim->source_count, "source");
    const char *copies = sw_summary_count(s, set->duplicates.copies, "sample");
    if (samples == NULL || bytes == NULL || sources == NULL || copies == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_summary_put(s, field, SW_STR_FMT "@" SW_STR_FMT ": %s, %s, %s%s",
        SW_STR_ARG(claim->name), SW_STR_ARG(claim->version), samples, bytes, sources,
        claim->declared ? ", declared only" : ""));
    if (set->duplicates.copies == 0) {
        return SW_OK;
    }
    return sw_summary_put(s, field, SW_STR_FMT "@" SW_STR_FMT ": exact copies of others: %s",
        SW_STR_ARG(claim->name), SW_STR_ARG(claim->version), copies);
}

sw_result sw_summary_other(struct sw_summarizing *s, struct sw_summary_field *field, unsigned which)
{
    (void)which;
    for (size_t i = 0; i < s->report->set_count; i++) {
        SW_TRY(put_set(s, field, &s->report->sets[i]));
    }
    return s->report->set_count == 0 ? SW_OK : sw_summary_basis(s, field, "dataset claims");
}
