/* The template of the AI Office for the public summary of training content (Article 53(1)(d) of
 * Regulation (EU) 2024/1689; Commission, 24 July 2025), as rows. Its sections, order and terms are
 * kept; what is filled in comes from records only. */
#include "data/report_summary.h"
#include "data/report_private.h"

static const struct sw_summary_row rows[] = {
    {"", "Document", "version", "Version of the Summary", NULL, 0},
    {"", "Document", "last_update", "Last update", sw_summary_updated, 0},

    {"1.1", "Provider identification", "provider", "Provider name and contact details", NULL, 0},
    {"1.1", "Provider identification", "representative",
        "Authorised representative name and contact details", NULL, 0},

    {"1.2", "Model identification", "model", "Versioned model name(s)", sw_summary_model, 0},
    {"1.2", "Model identification", "dependencies", "Model dependencies", sw_summary_bases, 0},
    {"1.2", "Model identification", "placement",
        "Date of placement of the model on the Union market", NULL, 0},

#define CHARACTERISTICS "Modalities, overall training data size and other characteristics"
    {"1.3", CHARACTERISTICS, "text", "Text", sw_summary_size, SW_MODALITY_TEXT},
    {"1.3", CHARACTERISTICS, "image", "Image", sw_summary_size, SW_MODALITY_IMAGE},
    {"1.3", CHARACTERISTICS, "audio", "Audio", sw_summary_size, SW_MODALITY_AUDIO},
    {"1.3", CHARACTERISTICS, "video", "Video", sw_summary_size, SW_MODALITY_VIDEO},
    {"1.3", CHARACTERISTICS, "other_modality", "Other", sw_summary_size, SW_MODALITY_OTHER},
    {"1.3", CHARACTERISTICS, "latest_acquisition",
        "Latest date of data acquisition/collection for model training", sw_summary_latest, 0},
    {"1.3", CHARACTERISTICS, "languages",
        "Description of the linguistic characteristics of the overall training data",
        sw_summary_languages, 0},
    {"1.3", CHARACTERISTICS, "other", "Other relevant characteristics of the overall training data",
        sw_summary_other, 0},

    {"2.1", "Publicly available datasets", "used",
        "Have you used publicly available datasets to train the model?", sw_summary_used,
        SW_SOURCE_PUBLIC},
    {"2.1", "Publicly available datasets", "modalities",
        "Modality(ies) of the content covered by the datasets concerned", sw_summary_formats,
        SW_SOURCE_PUBLIC},
    {"2.1", "Publicly available datasets", "datasets",
        "List of publicly available datasets, the largest first", sw_summary_list,
        SW_SOURCE_PUBLIC},

#define LICENSED "Datasets commercially licensed by rightsholders or their representatives"
    {"2.2.1", LICENSED, "used",
        "Have you concluded transactional commercial licensing agreement(s) with rightsholder(s) "
        "or with their representatives?",
        sw_summary_used, SW_SOURCE_LICENSED},
    {"2.2.1", LICENSED, "modalities",
        "Modality(ies) of the content covered by the datasets concerned", sw_summary_formats,
        SW_SOURCE_LICENSED},
    {"2.2.1", LICENSED, "datasets", "Datasets concerned", sw_summary_list, SW_SOURCE_LICENSED},

#define THIRD_PARTY "Private datasets obtained from other third parties"
    {"2.2.2", THIRD_PARTY, "used",
        "Have you obtained private datasets from third parties that are not licensed as described "
        "in Section 2.2.1?",
        sw_summary_used, SW_SOURCE_PRIVATE},
    {"2.2.2", THIRD_PARTY, "modalities",
        "Modality(ies) of the content covered by the datasets concerned", sw_summary_formats,
        SW_SOURCE_PRIVATE},
    {"2.2.2", THIRD_PARTY, "datasets", "Private datasets obtained from other third parties",
        sw_summary_list, SW_SOURCE_PRIVATE},

#define CRAWLED "Data crawled and scraped from online sources"
    {"2.3", CRAWLED, "used", "Were crawlers used by the provider or on behalf of?", sw_summary_used,
        SW_SOURCE_CRAWLED},
    {"2.3", CRAWLED, "crawlers", "Crawler name(s)/identifier(s)", sw_summary_unrecorded,
        SW_SOURCE_CRAWLED},
    {"2.3", CRAWLED, "purposes", "Purposes of the crawler(s)", sw_summary_unrecorded,
        SW_SOURCE_CRAWLED},
    {"2.3", CRAWLED, "behaviour", "General description of crawler behaviour", sw_summary_unrecorded,
        SW_SOURCE_CRAWLED},
    {"2.3", CRAWLED, "period", "Period of data collection", sw_summary_period, SW_SOURCE_CRAWLED},
    {"2.3", CRAWLED, "content",
        "Comprehensive description of the type of content and online sources crawled",
        sw_summary_list, SW_SOURCE_CRAWLED},
    {"2.3", CRAWLED, "modalities", "Type of modality covered", sw_summary_formats,
        SW_SOURCE_CRAWLED},
    {"2.3", CRAWLED, "domains", "Summary of the most relevant domain names crawled",
        sw_summary_unrecorded, SW_SOURCE_CRAWLED},

    {"2.4", "User data", "used",
        "Was data from user interactions with the AI model or with the provider's other services "
        "or products used to train the model?",
        sw_summary_used, SW_SOURCE_USERS},
    {"2.4", "User data", "services",
        "General description of the services or products that were used to collect the user data",
        sw_summary_list, SW_SOURCE_USERS},
    {"2.4", "User data", "modalities", "Type of modality covered", sw_summary_formats,
        SW_SOURCE_USERS},

    {"2.5", "Synthetic data", "used",
        "Was synthetic AI-generated data created by the provider or on their behalf to train the "
        "model?",
        sw_summary_used, SW_SOURCE_SYNTHETIC},
    {"2.5", "Synthetic data", "modalities", "Modality of the synthetic data", sw_summary_formats,
        SW_SOURCE_SYNTHETIC},
    {"2.5", "Synthetic data", "models",
        "General-purpose AI model(s) used to generate the synthetic data", sw_summary_unrecorded,
        SW_SOURCE_SYNTHETIC},
    {"2.5", "Synthetic data", "datasets", "Description of the synthetic data", sw_summary_generated,
        SW_SOURCE_SYNTHETIC},

    {"2.6", "Other sources of data", "used",
        "Have data sources other than those described in Sections 2.1 to 2.5 been used to train "
        "the model?",
        sw_summary_used, SW_SOURCE_OTHER},
    {"2.6", "Other sources of data", "description",
        "Narrative description of these data sources and the data", sw_summary_list,
        SW_SOURCE_OTHER},
#define UNKNOWN "Not part of the template: sources of a kind that nobody recorded"
    {"", UNKNOWN, "sources", "To be sorted into Sections 2.1 to 2.6 by a person", sw_summary_list,
        SW_SOURCE_UNKNOWN},

#define RIGHTS "Respect of reservation of rights from text and data mining exception or limitation"
    {"3.1", RIGHTS, "signatory", "Signatory to the Code of Practice for general-purpose AI models",
        NULL, 0},
    {"3.1", RIGHTS, "measures",
        "Measures to respect reservations of rights before and during data collection, including "
        "opt-outs",
        sw_summary_rights, 0},

    {"3.2", "Removal of illegal content", "measures", "General description of measures taken",
        sw_summary_removed, 0},

    {"3.3", "Other information", "other", "Other relevant information about data processing",
        sw_summary_processing, 0},
};

/* --- one field ------------------------------------------------------------------------------- */

static const char *vprint(struct sw_arena *arena, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
static const char *vprint(struct sw_arena *arena, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = len < 0 ? NULL : sw_arena_alloc(arena, (size_t)len + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)len + 1, fmt, ap);
    }
    return text;
}

sw_result sw_summary_put(
    struct sw_summarizing *s, struct sw_summary_field *field, const char *fmt, ...)
{
    if (field->count >= SW_SUMMARY_VALUES_MAX) {
        size_t more = ++field->count - SW_SUMMARY_VALUES_MAX + 1;
        field->values[SW_SUMMARY_VALUES_MAX - 1] = sw_arena_printf(s->arena, "and %zu more", more);
        return field->values[SW_SUMMARY_VALUES_MAX - 1] == NULL ? SW_E_NOMEM : SW_OK;
    }
    if (field->values == NULL) {
        field->values = SW_ARENA_ARRAY(s->arena, const char *, SW_SUMMARY_VALUES_MAX);
        SW_TRY_PTR(field->values);
    }
    va_list ap;
    va_start(ap, fmt);
    const char *text = vprint(s->arena, fmt, ap);
    va_end(ap);
    SW_TRY_PTR(text);
    field->values[field->count++] = text;
    return SW_OK;
}

sw_result sw_summary_basis(
    struct sw_summarizing *s, struct sw_summary_field *field, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    field->basis = vprint(s->arena, fmt, ap);
    va_end(ap);
    return field->basis == NULL ? SW_E_NOMEM : SW_OK;
}

const char *sw_summary_count(struct sw_summarizing *s, uint64_t count, const char *noun)
{
    char digits[SW_COUNT_SIZE];
    sw_report_show_count(count, digits);
    return sw_arena_printf(s->arena, "%s %s%s", digits, noun, count == 1 ? "" : "s");
}

/* --- all of them ----------------------------------------------------------------------------- */

static void add_up(struct sw_summarizing *s)
{
    s->read = s->report->set_count > 0;
    for (size_t i = 0; i < s->report->set_count; i++) {
        const struct sw_report_set *set = &s->report->sets[i];
        s->samples += set->claim.samples;
        s->bytes += set->claim.bytes;
        s->generated += set->generated;
        s->read = s->read && set->content.read && set->content.missing == 0;
        s->text.words += set->content.text.words;
        s->text.characters += set->content.text.characters;
        s->text.bytes += set->content.text.bytes;
        for (size_t j = 0; j < SW_MODALITIES; j++) {
            s->modalities[j] += set->content.modalities[j];
        }
    }
}

static bool begins_section(size_t row)
{
    return row == 0 || strcmp(rows[row - 1].number, rows[row].number) != 0 ||
           strcmp(rows[row - 1].title, rows[row].title) != 0;
}

static sw_result fill_all(struct sw_summarizing *s, struct sw_summary *summary)
{
    struct sw_summary_field *fields =
        SW_ARENA_ARRAY(s->arena, struct sw_summary_field, SW_COUNT(rows));
    summary->sections = SW_ARENA_ARRAY(s->arena, struct sw_summary_section, SW_COUNT(rows));
    if (fields == NULL || summary->sections == NULL) {
        return SW_E_NOMEM;
    }
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (begins_section(i)) {
            summary->sections[summary->count++] = (struct sw_summary_section){
                .number = rows[i].number, .title = rows[i].title, .fields = &fields[i]};
        }
        summary->sections[summary->count - 1].count++;
        fields[i].name = rows[i].name;
        fields[i].label = rows[i].label;
        if (rows[i].fill != NULL) {
            SW_TRY(rows[i].fill(s, &fields[i], rows[i].which));
        }
        fields[i].count =
            fields[i].count > SW_SUMMARY_VALUES_MAX ? SW_SUMMARY_VALUES_MAX : fields[i].count;
    }
    return SW_OK;
}

sw_result sw_report_summarize(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err)
{
    struct sw_summarizing s = {.arena = data->arena, .report = report};
    (void)err;
    report->summary = SW_ARENA_NEW(data->arena, struct sw_summary);
    SW_TRY_PTR(report->summary);
    add_up(&s);
    SW_TRY(sw_summary_classify(&s));
    return fill_all(&s, report->summary);
}
