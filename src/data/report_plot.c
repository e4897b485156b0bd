/* Plots as SVG inside the page. Each has its numbers in a table too: a plot is read by nobody who
 * cannot see it. */
#include "data/report_html.h"

#include <math.h>

void sw_plot_bar(struct sw_html *h, double part, double whole)
{
    /* Coordinates are whole numbers, since printf takes the decimal point from the locale. */
    double width = whole > 0 ? 1000 * part / whole : 0;
    width = width > 1000 ? 1000 : width;
    sw_html_format(h,
        "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\"><rect class=\"t\" width=\"1000\" height=\"10\"/>"
        "<rect class=\"b\" width=\"%.0f\" height=\"10\"/></svg>",
        width);
}

/* --- histograms ------------------------------------------------------------------------------ */

#define PLOT_WIDTH 640.0
#define PLOT_HEIGHT 240.0
#define PLOT_LEFT 64.0 /* room for numbers on the left */
#define PLOT_RIGHT 12.0
#define PLOT_TOP 26.0 /* and for the word at the median */
#define PLOT_BOTTOM 30.0
#define LABELS_MAX 11u /* numbers below the axis */

struct plot {
    struct sw_html *html;
    const struct sw_histogram *histogram;
    uint64_t counts[SW_HISTOGRAM_OCTAVES];
    unsigned first; /* octaves that are shown */
    unsigned last;
    uint64_t most; /* the axis ends there: a round number */
};

static double plot_x(const struct plot *plot, double octave)
{
    double bars = (double)(plot->last - plot->first + 1);
    return PLOT_LEFT + (PLOT_WIDTH - PLOT_LEFT - PLOT_RIGHT) * (octave - plot->first) / bars;
}

static double plot_y(const struct plot *plot, double count)
{
    double height = PLOT_HEIGHT - PLOT_TOP - PLOT_BOTTOM;
    return PLOT_HEIGHT - PLOT_BOTTOM - height * count / (double)plot->most;
}

/* At least `count`, in at most two digits that mean something, and half of it is whole. */
static uint64_t round_up(uint64_t count)
{
    uint64_t unit = 2;
    while (count / unit > 10) {
        unit *= 10;
    }
    return (count + unit - 1) / unit * unit;
}

static void find_range(struct plot *plot)
{
    uint64_t most = 1;
    plot->first = SW_HISTOGRAM_OCTAVES;
    for (unsigned i = 0; i < SW_HISTOGRAM_OCTAVES; i++) {
        if (plot->counts[i] > 0) {
            plot->first = plot->first == SW_HISTOGRAM_OCTAVES ? i : plot->first;
            plot->last = i;
            most = plot->counts[i] > most ? plot->counts[i] : most;
        }
    }
    plot->most = round_up(most);
}

static void put_grid(const struct plot *plot)
{
    for (unsigned i = 0; i <= 2; i++) {
        uint64_t count = plot->most / 2 * i;
        double y = plot_y(plot, (double)count);
        sw_html_format(plot->html,
            "<line class=\"g\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.0f\" y2=\"%.0f\"/>"
            "<text class=\"n\" x=\"%.0f\" y=\"%.0f\">",
            PLOT_LEFT, PLOT_WIDTH - PLOT_RIGHT, y, y, PLOT_LEFT - 6, y + 4);
        sw_html_count(plot->html, count);
        sw_html_raw(plot->html, "</text>");
    }
}

static void put_bars(const struct plot *plot)
{
    for (unsigned i = plot->first; i <= plot->last; i++) {
        if (plot->counts[i] == 0) {
            continue;
        }
        double x = plot_x(plot, i);
        double y = plot_y(plot, (double)plot->counts[i]);
        double foot = PLOT_HEIGHT - PLOT_BOTTOM;
        y = foot - y < 1.5 ? foot - 1.5 : y; /* few is not none */
        sw_html_format(plot->html,
            "<rect class=\"b\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>", x + 1, y,
            plot_x(plot, i + 1) - x - 2, foot - y);
    }
}

/* "65,536", or "1.0 M" where that would be too long. */
static void put_short(struct sw_html *h, uint64_t count)
{
    char size[16];
    if (count < 100000) {
        sw_html_count(h, count);
        return;
    }
    sw_format_size(count, size);
    size[strlen(size) - 1] = '\0'; /* the B */
    sw_html_raw(h, size);
}

/* The numbers that bars begin at. */
static void put_axis(const struct plot *plot)
{
    unsigned bars = plot->last - plot->first + 1;
    unsigned every = (bars + LABELS_MAX - 1) / LABELS_MAX;
    for (unsigned i = plot->first; i <= plot->last; i += every) {
        sw_html_format(plot->html, "<text class=\"x\" x=\"%.0f\" y=\"%.0f\">", plot_x(plot, i) + 1,
            PLOT_HEIGHT - PLOT_BOTTOM + 18);
        put_short(plot->html, sw_octave_first(i));
        sw_html_raw(plot->html, "</text>");
    }
}

static void put_median(const struct plot *plot)
{
    uint64_t median = sw_histogram_quantile(plot->histogram, 50);
    double octave = median == 0 ? 0.5 : log2((double)median) + 1;
    double x = plot_x(plot, octave);
    bool right = x > PLOT_WIDTH - 150; /* no room for the word behind the line */
    sw_html_format(plot->html,
        "<line class=\"m\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.0f\" y2=\"%.0f\"/>"
        "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">half: at most ",
        x, x, PLOT_TOP - 8, PLOT_HEIGHT - PLOT_BOTTOM, right ? "n" : "l", right ? x - 6 : x + 6,
        PLOT_TOP - 10);
    sw_html_count(plot->html, median);
    sw_html_raw(plot->html, "</text>");
}

static void put_table(const struct plot *plot, const char *what)
{
    struct sw_html *h = plot->html;
    sw_html_raw(h, "<details><summary>The numbers of this plot</summary><div class=\"scroll\">"
                   "<table><thead><tr><th scope=\"col\">");
    sw_html_cstr(h, what);
    sw_html_raw(h, "</th><th scope=\"col\" class=\"num\">Samples</th>"
                   "<th scope=\"col\" class=\"num\">Share</th></tr></thead><tbody>");
    for (unsigned i = plot->first; i <= plot->last; i++) {
        sw_html_raw(h, "<tr><th scope=\"row\">");
        sw_html_count(h, sw_octave_first(i));
        if (sw_octave_last(i) != sw_octave_first(i)) {
            sw_html_raw(h, " to ");
            sw_html_count(h, sw_octave_last(i));
        }
        sw_html_raw(h, "</th><td class=\"num\">");
        sw_html_count(h, plot->counts[i]);
        sw_html_raw(h, "</td><td class=\"num\">");
        sw_html_percent(h, (double)plot->counts[i], (double)plot->histogram->count);
        sw_html_raw(h, "</td></tr>");
    }
    sw_html_raw(h, "</tbody></table></div></details>");
}

void sw_plot_histogram(struct sw_html *h, const struct sw_histogram *histogram, const char *what)
{
    struct plot plot = {.html = h, .histogram = histogram};
    sw_histogram_octaves(histogram, plot.counts);
    find_range(&plot);
    if (histogram->count == 0) {
        return;
    }
    sw_html_format(h,
        "<figure><svg class=\"plot\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
        "aria-labelledby=\"p%u\"><title id=\"p%u\">Histogram of the ",
        PLOT_WIDTH, PLOT_HEIGHT, h->ids, h->ids);
    h->ids++;
    sw_html_cstr(h, what);
    sw_html_raw(h, ", by powers of two; its numbers stand in the table below</title>");
    put_grid(&plot);
    put_bars(&plot);
    put_axis(&plot);
    put_median(&plot);
    sw_html_raw(h, "</svg><figcaption>Samples by ");
    sw_html_cstr(h, what);
    sw_html_raw(h, "; each bar begins at the number below it and is twice as wide as the one "
                   "before.</figcaption></figure>");
    put_table(&plot, what);
}
