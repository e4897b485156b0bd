/* What the files of the report share. */
#ifndef SW_DATA_REPORT_PRIVATE_H
#define SW_DATA_REPORT_PRIVATE_H

#include "data/report.h"

/* What is counted for each origin of a set, before it is told by source and by step. */
struct sw_origin_sums {
    uint64_t samples;
    uint64_t bytes;
    double weight;
    uint64_t words;
};

/* --- statistics (report_rows.c, report_content.c) -------------------------------------------- */

/* Fills what the rows tell; `sums` is one for each origin. */
sw_result sw_report_rows(const struct sw_data *data, struct sw_rows *rows, const char *scratch,
    struct sw_report_set *set, struct sw_origin_sums *sums, struct sw_error *err);
/* Reads the data again and fills set->content, and the words of `sums`. */
sw_result sw_report_content(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_report_options *options, struct sw_report_set *set, struct sw_origin_sums *sums,
    struct sw_error *err);
/* Fills set->sources and set->steps from the sums. */
sw_result sw_report_parts(struct sw_arena *arena, const struct sw_rows *rows,
    const struct sw_origin_sums *sums, struct sw_report_set *set);

/* --- what is known of it (report_context.c, report_marks.c, report_summary.c) ----------------- */

/* Adds a gap that is not there yet; the text is in the report's arena, or NULL when there was no
 * memory for it. */
sw_result sw_report_gap(struct sw_arena *arena, struct sw_report *report, const char *text);
/* Sources, steps and gaps of all sets. */
sw_result sw_report_context(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err);
sw_result sw_report_marks(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err);
sw_result sw_report_summarize(
    const struct sw_data *data, struct sw_report *report, struct sw_error *err);

#endif
