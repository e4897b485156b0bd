/* Writing HTML: markup is ours, and whatever comes from elsewhere goes through sw_html_text(). The
 * first failure sticks, so that calls in between have no result to check. Private to the report. */
#ifndef SW_DATA_REPORT_HTML_H
#define SW_DATA_REPORT_HTML_H

#include "data/report.h"

struct sw_html {
    struct sw_buf *out;
    enum sw_code failed;
    unsigned ids; /* names for what labels something, given out */
};

/* Markup of our own. */
void sw_html_raw(struct sw_html *h, const char *markup);
/* Markup of our own with numbers in it; never with text of others. */
void sw_html_format(struct sw_html *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Any bytes, as text on one line: what is markup is escaped, and so is what a terminal would take
 * amiss (control characters, bytes that are not UTF-8, bidirectional overrides). */
void sw_html_text(struct sw_html *h, struct sw_str text);
void sw_html_cstr(struct sw_html *h, const char *text);
/* "1,234,567". */
void sw_html_count(struct sw_html *h, uint64_t count);
/* "1.5 MB", and the exact number for whoever asks. */
void sw_html_size(struct sw_html *h, uint64_t bytes);
/* "12.3 %". */
void sw_html_percent(struct sw_html *h, double part, double whole);

/* --- plots (report_plot.c) ------------------------------------------------------------------- */

/* A bar for a cell of a table, which has the number beside it. */
void sw_plot_bar(struct sw_html *h, double part, double whole);
/* Counts by powers of two, with a line at the median, and the same as a table to open. `what` is of
 * our own: "length of records, in bytes". */
void sw_plot_histogram(struct sw_html *h, const struct sw_histogram *histogram, const char *what);

/* --- parts of the page ----------------------------------------------------------------------- */

void sw_html_set(struct sw_html *h, const struct sw_report_set *set, bool alone);
void sw_html_summary(struct sw_html *h, const struct sw_report *report);

#endif
