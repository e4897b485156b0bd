/* What a dataset version, a mixture or a model is made of: statistics of the samples, and the
 * public summary of training content that the EU AI Act asks for. doc/format/report.md says what
 * each figure means. */
#ifndef SW_DATA_REPORT_H
#define SW_DATA_REPORT_H

#include "data/consumption.h"
#include "data/language.h"
#include "data/report_histogram.h"
#include "data/report_tally.h"
#include "data/salt.h"
#include "data/source.h"

/* --- statistics ------------------------------------------------------------------------------ */

/* The samples that have one source, or went through one step. A sample may have several. */
struct sw_report_part {
    struct sw_str name;      /* of the source; of the step when a trusted claim describes it */
    struct sw_digest digest; /* of the step; alg 0 for a source */
    uint64_t samples;
    uint64_t bytes;
    double weight;  /* sum */
    uint64_t words; /* of those that were read again */
};

/* Samples with equal content digests. */
struct sw_report_duplicates {
    uint64_t groups;      /* contents that stand there more than once */
    uint64_t copies;      /* samples past the first one of each group */
    uint64_t largest;     /* samples of the largest group; 1 or 0 when there is none */
    uint64_t largest_row; /* its first sample */
};

struct sw_report_weights {
    double sum;
    double smallest;
    double largest;
    uint64_t ones;  /* samples of weight 1 */
    uint64_t zeros; /* never drawn */
};

enum sw_modality {
    SW_MODALITY_TEXT,
    SW_MODALITY_IMAGE,
    SW_MODALITY_AUDIO,
    SW_MODALITY_VIDEO,
    SW_MODALITY_OTHER,
    SW_MODALITIES,
};
/* "text", "image", … */
const char *sw_modality_name(enum sw_modality modality);
/* What a sample is, by its first bytes; `counts` is what sw_text_count() found in it. */
enum sw_modality sw_modality_of(struct sw_bytes content, const struct sw_text_counts *counts);

/* What the data says when it is read again. Only samples that are as recorded are counted. */
struct sw_report_content {
    bool read;
    const char *why_not;        /* when it was not */
    bool asked;                 /* it was not read because nobody wanted it */
    uint64_t samples;           /* read again, as recorded */
    uint64_t missing;           /* recorded, and not found any more as they were */
    uint64_t strangers;         /* records that were found and are not in the set */
    struct sw_text_counts text; /* of the samples that are text */
    uint64_t modalities[SW_MODALITIES];
    struct sw_histogram *words; /* by sample that is text */
    struct sw_tally *labels;
    struct sw_tally *languages; /* of samples that are text: as declared, else guessed */
};

struct sw_report_set {
    struct sw_dataset_claim claim;
    struct sw_data_claim by;
    bool rows_read; /* false: nothing is known but the claim */
    const char *rows_why_not;
    uint64_t files;
    uint64_t generated; /* samples that a step generated */
    uint64_t with_id;
    struct sw_histogram *lengths; /* of records, bytes */
    struct sw_report_duplicates duplicates;
    struct sw_report_weights weights;
    struct sw_report_part *sources; /* by samples, most first */
    size_t source_count;
    struct sw_report_part *steps; /* likewise */
    size_t step_count;
    struct sw_report_content content;
};

/* --- what it is about ------------------------------------------------------------------------ */

enum sw_report_kind {
    SW_REPORT_DATASET,
    SW_REPORT_MIXTURE,
    SW_REPORT_MODEL,
};
/* "dataset", "mixture", "model". */
const char *sw_report_kind_name(enum sw_report_kind kind);

/* A source that samples come from, or that a mixture weighs. */
struct sw_report_source {
    struct sw_str name;
    bool described; /* by somebody trusted: `record` holds */
    struct sw_source_record record;
    struct sw_data_claim by;
    uint64_t samples; /* in all datasets of the report */
    uint64_t bytes;
    uint64_t words;
};

/* A step that samples went through, as its newest trusted lineage claim tells. */
struct sw_report_step {
    struct sw_digest step;
    bool described;
    struct sw_lineage_claim claim;
};

/* A taint that stands, or a takedown, of what the report is about. */
struct sw_report_mark {
    bool takedown;
    const char *what; /* "source forum" */
    struct sw_str reason;
    const char *severity; /* of a taint */
    uint64_t samples;     /* of a takedown: withdrawn */
    int64_t time;
};

struct sw_summary;

struct sw_report {
    enum sw_report_kind kind;
    const char *name; /* "mails@1", the mixture's name, the model's root */
    int64_t time;     /* when it was made */
    struct sw_report_set *sets;
    size_t set_count;
    struct sw_report_source *sources; /* of all sets, by name */
    size_t source_count;
    struct sw_report_step *steps; /* of all sets, by digest */
    size_t step_count;
    struct sw_report_mark *marks; /* oldest first */
    size_t mark_count;
    struct sw_str *gaps; /* what is not known, in words */
    size_t gap_count;
    size_t gap_cap; /* what `gaps` has room for */
    /* A mixture, or the one that a model was trained with; NULL without. */
    struct sw_mixture_history *mixture;
    size_t decision; /* its index */
    /* Of a model. */
    struct sw_training_claim *training;
    struct sw_data_claim training_by;
    struct sw_consumption_state *consumed; /* what the run drew */
    size_t consumed_count;
    struct sw_summary *summary;
};

struct sw_report_options {
    const char *at;      /* where the data of the one dataset is now; NULL: where its claim says */
    bool rows_only;      /* do not read the data again */
    const char *scratch; /* a directory for what does not fit in memory; NULL: beside the rows */
};

/* Makes the report of a dataset (as sw_dataset_find() takes it), of a mixture by its name, or of a
 * model by its root. Everything is in data->arena. SW_E_USAGE when the name is of a dataset and of
 * a mixture; SW_E_NOENT; SW_E_REFUSED when the store's own files are not what was signed. Data that
 * is not there or has changed is no failure: the report says what was read. */
sw_result sw_report_make(const struct sw_data *data, struct sw_str subject,
    const struct sw_report_options *options, struct sw_report **out, struct sw_error *err);
/* True when samples were to be read again and not all of them were. */
bool sw_report_is_partial(const struct sw_report *report);

/* --- the public summary of training content -------------------------------------------------- */

/* One field of the template of the AI Office (Article 53(1)(d) of Regulation (EU) 2024/1689). */
struct sw_summary_field {
    const char *name;    /* for programs: "provider" */
    const char *label;   /* in the words of the template */
    const char **values; /* a line each; none: it is not recorded */
    size_t count;
    const char *basis; /* from which record it comes, or why there is none; may be NULL */
};

struct sw_summary_section {
    const char *number; /* "1.1" */
    const char *title;
    struct sw_summary_field *fields;
    size_t count;
};

struct sw_summary {
    struct sw_summary_section *sections;
    size_t count;
};

#define SW_SUMMARY_NOT_RECORDED "not recorded"

/* Appends it as Markdown that reads well as it is; whatever others wrote stays plain text. */
sw_result sw_summary_markdown(const struct sw_report *report, struct sw_buf *out);

/* "1,234,567". */
#define SW_COUNT_SIZE 32u
void sw_report_show_count(uint64_t count, char out[SW_COUNT_SIZE]);
/* "12.3 %", whatever the locale; "0.0 %" of nothing. */
#define SW_PERCENT_SIZE 16u
void sw_report_show_percent(double part, double whole, char out[SW_PERCENT_SIZE]);

/* --- other forms ----------------------------------------------------------------------------- */

/* Members of the current object; doc/json.md, "data report". */
void sw_report_json(const struct sw_report *report, struct sw_json_writer *w);
/* Appends one page that needs nothing else: no script, nothing from elsewhere. */
sw_result sw_report_html(const struct sw_report *report, struct sw_buf *out, struct sw_error *err);

#endif
