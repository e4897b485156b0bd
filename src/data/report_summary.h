/* How the fields of the public summary are filled. Private to the report. */
#ifndef SW_DATA_REPORT_SUMMARY_H
#define SW_DATA_REPORT_SUMMARY_H

#include "data/report.h"

#include <stdio.h>

/* Of what kind a source is, in the order of the template's sections. */
enum sw_source_kind {
    SW_SOURCE_PUBLIC,    /* 2.1 */
    SW_SOURCE_LICENSED,  /* 2.2.1 */
    SW_SOURCE_PRIVATE,   /* 2.2.2 */
    SW_SOURCE_CRAWLED,   /* 2.3 */
    SW_SOURCE_USERS,     /* 2.4 */
    SW_SOURCE_SYNTHETIC, /* 2.5 */
    SW_SOURCE_OTHER,     /* 2.6 */
    SW_SOURCE_UNKNOWN,
    SW_SOURCE_KINDS,
};

struct sw_summarizing {
    struct sw_arena *arena;
    const struct sw_report *report;
    enum sw_source_kind *kinds; /* of the report's sources */
    const char **reasons;       /* beside them: which record says so */
    size_t counts[SW_SOURCE_KINDS];
    uint64_t samples; /* of all sets */
    uint64_t bytes;
    bool read; /* the data of every set was read again */
    struct sw_text_counts text;
    uint64_t modalities[SW_MODALITIES];
    uint64_t generated;
};

/* Values of one field, at most; the last one then says how many there are more. */
#define SW_SUMMARY_VALUES_MAX 100u

/* One value, a line. */
sw_result sw_summary_put(struct sw_summarizing *s, struct sw_summary_field *field, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* From which record it comes, or why there is none. */
sw_result sw_summary_basis(struct sw_summarizing *s, struct sw_summary_field *field,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* "1 sample", "1,234 samples"; NULL when there is no memory. */
const char *sw_summary_count(struct sw_summarizing *s, uint64_t count, const char *noun);

/* Says of what kind each source is (report_summary_sources.c). */
sw_result sw_summary_classify(struct sw_summarizing *s);

/* How a field is filled; leaves it empty when nothing is recorded. `which` is its row's. */
typedef sw_result (*sw_summary_fill)(
    struct sw_summarizing *s, struct sw_summary_field *field, unsigned which);

struct sw_summary_row {
    const char *number; /* of its section */
    const char *title;
    const char *name;
    const char *label;
    sw_summary_fill fill; /* NULL: no record has it */
    unsigned which;       /* enum sw_source_kind, enum sw_modality */
};

/* report_summary_general.c */
sw_result sw_summary_updated(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_model(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_bases(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_size(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_latest(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_languages(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_other(struct sw_summarizing *, struct sw_summary_field *, unsigned);
/* report_summary_sources.c */
sw_result sw_summary_unrecorded(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_used(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_list(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_formats(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_period(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_generated(struct sw_summarizing *, struct sw_summary_field *, unsigned);
/* report_summary_processing.c */
sw_result sw_summary_rights(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_removed(struct sw_summarizing *, struct sw_summary_field *, unsigned);
sw_result sw_summary_processing(struct sw_summarizing *, struct sw_summary_field *, unsigned);

#endif
