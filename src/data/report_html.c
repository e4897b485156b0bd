/* The report as one page that needs nothing else: it works under the content security policy that
 * it names itself, on a phone, on paper, and read aloud. */
#include "data/report_html.h"

#include <math.h>

#define POLICY "default-src 'none'; style-src 'unsafe-inline'"

/* --- looks ----------------------------------------------------------------------------------- */

static const char style[] =
    ":root{color-scheme:light dark;--page:#fff;--ink:#16191d;--soft:#57606b;--line:#d8dde3;"
    "--card:#f5f7f9;--bar:#2a6db0;--track:#e6ebf0;--good:#1b6e3c;--goodback:#e9f5ee;--warn:#7a4d00;"
    "--warnback:#fdf3e0;--bad:#9d1f24;--badback:#fcebeb}"
    "@media(prefers-color-scheme:dark){:root{--page:#14171a;--ink:#e8eaed;--soft:#a3adb8;"
    "--line:#343b43;--card:#1c2126;--bar:#6aa9e6;--track:#2a3138;--good:#7fd3a0;--goodback:#15291d;"
    "--warn:#f0c070;--warnback:#2e2413;--bad:#f19a9d;--badback:#331a1b}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    "main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}"
    "header{padding-top:2rem}footer{padding-bottom:3rem;color:var(--soft);font-size:.875rem}"
    "h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0 .6rem;overflow-wrap:anywhere}"
    "h2{font-size:1.4rem;margin:2.6rem 0 .6rem;padding-top:.8rem;border-top:2px solid var(--line);"
    "overflow-wrap:anywhere}h3{font-size:1.08rem;margin:2rem 0 "
    ".5rem}h4{font-size:1rem;margin:1.6rem 0 .3rem}"
    "p{margin:.5rem 0;max-width:46rem}.kind{color:var(--soft);margin:0;text-transform:uppercase;"
    "letter-spacing:.06em;font-size:.8rem}"
    "code{font:.86em ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}"
    ".identity{color:var(--soft);font-size:.92rem}"
    ".note{border-left:4px solid var(--line);background:var(--card);padding:.6rem .9rem;"
    "border-radius:0 .35rem .35rem 0;margin:1rem 0;max-width:none}"
    ".note.good{border-color:var(--good);background:var(--goodback)}.note.good b{color:var(--good)}"
    ".note.warn{border-color:var(--warn);background:var(--warnback)}.note.warn b{color:var(--warn)}"
    ".note.bad{border-color:var(--bad);background:var(--badback)}.note.bad b{color:var(--bad)}"
    ".note ul{margin:.3rem 0 0;padding-left:1.2rem}"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.7rem;"
    "margin:1.2rem 0}.facts div{background:var(--card);border:1px solid var(--line);"
    "border-radius:.4rem;padding:.6rem .8rem}.facts dt{color:var(--soft);font-size:.85rem}"
    ".facts dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}"
    "th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:top;font-weight:400}th[scope=row]{overflow-wrap:anywhere;min-width:7rem}"
    "thead th{color:var(--soft);font-size:.85rem;white-space:nowrap;border-bottom-width:2px}"
    ".num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    ".plotted{width:28%;min-width:5rem}.rest th,.rest td{color:var(--soft)}"
    ".more{color:var(--soft);font-size:.9rem}"
    "svg.bar{display:block;width:100%;height:.8rem;margin-top:.3rem;border-radius:2px}"
    "svg .t{fill:var(--track)}svg .b{fill:var(--bar)}"
    "figure{margin:.5rem 0 1rem}svg.plot{display:block;width:100%;height:auto;max-width:46rem}"
    "svg text{fill:var(--soft);font-size:12px}svg .n{text-anchor:end}svg .m{stroke:var(--ink);"
    "stroke-width:1.5;stroke-dasharray:4 3}svg .g{stroke:var(--line);stroke-width:1}"
    "figcaption{color:var(--soft);font-size:.88rem;max-width:46rem}"
    "details{margin:.4rem 0 1rem}summary{cursor:pointer;color:var(--soft);font-size:.92rem}"
    ".fields{margin:0}.fields>div{padding:.5rem 0;border-bottom:1px solid var(--line)}"
    "@media(min-width:48rem){.fields>div{display:grid;grid-template-columns:17rem 1fr;"
    "column-gap:1.6rem;grid-template-rows:auto 1fr}.fields dd{grid-column:2}.fields "
    "dt{grid-row:1/span 2}}"
    ".fields dt{font-weight:600}.fields dd{margin:.15rem 0 0}.fields "
    "ul{margin:0;padding-left:1.2rem}"
    ".fields li,.fields dd{overflow-wrap:anywhere}.missing{color:var(--warn);font-style:italic}"
    ".basis{color:var(--soft);font-size:.86rem}nav a{color:var(--bar)}nav{margin:.6rem 0}"
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:0;padding:0}"
    "@media(max-width:40rem){body{font-size:15px}h1{font-size:1.5rem}.plotted{display:none}"
    ".facts dd{font-size:1.15rem}main,header,footer{padding-left:.9rem;padding-right:.9rem}}"
    "@media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#444;--line:#bbb;"
    "--card:#fff;--bar:#444;--track:#eee;--good:#000;--goodback:#fff;--warn:#000;--warnback:#fff;"
    "--bad:#000;--badback:#fff}body{font-size:10pt}nav,details{display:none}"
    "main,header,footer{max-width:none;padding:0}h2,h3,h4{break-after:avoid}"
    "tr,figure,.facts div,.note,.fields>div{break-inside:avoid}.scroll{overflow:visible}"
    "svg rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

/* --- head ------------------------------------------------------------------------------------ */

static void put_head(struct sw_html *h, const struct sw_report *report)
{
    sw_html_raw(h, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n<title>Training data of ");
    sw_html_cstr(h, report->name);
    sw_html_raw(h, "</title>\n<style>");
    sw_html_raw(h, style);
    sw_html_raw(h, "</style>\n</head>\n");
}

static void put_title(struct sw_html *h, const struct sw_report *report)
{
    static const char *const kinds[] = {
        [SW_REPORT_DATASET] = "Report of a dataset version",
        [SW_REPORT_MIXTURE] = "Report of a mixture",
        [SW_REPORT_MODEL] = "Report of the data of a model",
    };
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(report->time, time);
    sw_html_format(h, "<body>\n<header><p class=\"kind\">%s</p><h1>", kinds[report->kind]);
    if (report->training != NULL) {
        sw_html_text(h, report->training->model);
    } else {
        sw_html_cstr(h, report->name);
    }
    sw_html_format(h, "</h1><p class=\"identity\">Made %s from signed records.</p>", time);
    sw_html_raw(h, "<nav aria-label=\"Parts\"><ul><li><a href=\"#data\">What it holds</a></li>"
                   "<li><a href=\"#summary\">Public summary of training content</a></li>"
                   "<li><a href=\"#words\">What the figures mean</a></li></ul></nav></header>\n");
}

/* --- what needs attention -------------------------------------------------------------------- */

static void put_marks(struct sw_html *h, const struct sw_report *report)
{
    if (report->mark_count == 0) {
        return;
    }
    sw_html_raw(h, "<div class=\"note bad\"><b>Tainted or withdrawn</b><ul>");
    for (size_t i = 0; i < report->mark_count; i++) {
        const struct sw_report_mark *mark = &report->marks[i];
        sw_html_raw(h, "<li>");
        sw_html_cstr(h, mark->what);
        sw_html_raw(h, mark->takedown ? ", withdrawn: " : ", tainted (");
        if (!mark->takedown) {
            sw_html_cstr(h, mark->severity);
            sw_html_raw(h, "): ");
        }
        sw_html_text(h, mark->reason);
        sw_html_raw(h, "</li>");
    }
    sw_html_raw(h, "</ul></div>");
}

static void put_gaps(struct sw_html *h, const struct sw_report *report)
{
    if (report->gap_count == 0) {
        return;
    }
    sw_html_raw(h, "<div class=\"note warn\"><b>What is not known</b><ul>");
    for (size_t i = 0; i < report->gap_count; i++) {
        sw_html_raw(h, "<li>");
        sw_html_text(h, report->gaps[i]);
        sw_html_raw(h, "</li>");
    }
    sw_html_raw(h, "</ul></div>");
}

/* --- model and mixture ----------------------------------------------------------------------- */

static void put_training(struct sw_html *h, const struct sw_report *report)
{
    const struct sw_training_claim *training = report->training;
    char root[SW_DIGEST_TEXT_SIZE];
    if (training == NULL) {
        return;
    }
    sw_digest_text(&training->root, root);
    sw_html_raw(h, "<p class=\"identity\">Model root <code>");
    sw_html_cstr(h, root);
    sw_html_raw(h, "</code><br>Trained in run <b>");
    sw_html_text(h, training->run);
    sw_html_raw(h, "</b>, signed by <b>");
    sw_html_cstr(h, report->training_by.signer);
    sw_html_raw(h, training->verified
                       ? "</b>; its data was read again right before and was as recorded</p>"
                       : "</b>; its data was not read again right before</p>");
}

static void put_weight(struct sw_html *h, const struct sw_mixture_weight *weight, double share)
{
    sw_html_raw(h, "<tr><th scope=\"row\">");
    sw_html_raw(h, weight->source.len > 0 ? "source " : "dataset ");
    sw_html_text(h, sw_mixture_weight_name(weight));
    sw_html_raw(h, "</th><td class=\"num\">");
    sw_html_text(h, weight->new);
    sw_html_raw(h, "</td><td class=\"num\">");
    sw_html_percent(h, share, 1);
    sw_html_raw(h, "</td><td class=\"plotted\">");
    sw_plot_bar(h, share, 1);
    sw_html_raw(h, "</td></tr>");
}

static void put_mixture(struct sw_html *h, const struct sw_report *report)
{
    if (report->mixture == NULL) {
        return;
    }
    const struct sw_mixture_claim *decision = &report->mixture->decisions[report->decision];
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error ignored = {0};
    double *shares = NULL;
    sw_arena_init(&arena, 0);
    if (sw_mixture_shares(&arena, decision, &shares, &ignored) != SW_OK) {
        return;
    }
    sw_html_raw(h, "<section><h2>Weights of mixture ");
    sw_html_text(h, decision->name);
    sw_html_format(h, "</h2><p>Decision %llu: ", (unsigned long long)decision->sequence);
    sw_html_text(h, decision->reason);
    sw_html_raw(h, "</p>");
    if (report->mixture->problem != NULL) {
        sw_html_raw(h, "<p class=\"note bad\"><b>Its decisions are not one chain</b>: ");
        sw_html_cstr(h, report->mixture->problem);
        sw_html_raw(h, "</p>");
    }
    sw_html_raw(h,
        "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Of</th>"
        "<th scope=\"col\" class=\"num\">Weight</th><th scope=\"col\" class=\"num\">"
        "Share</th><th class=\"plotted\" aria-hidden=\"true\"></th></tr></thead><tbody>");
    for (size_t i = 0; i < decision->weight_count; i++) {
        put_weight(h, &decision->weights[i], shares[i]);
    }
    sw_html_raw(h, "</tbody></table></div></section>");
}

static void put_share(struct sw_html *h, const struct sw_consumption_share *share)
{
    sw_html_raw(h, "<tr><th scope=\"row\">");
    sw_html_text(h, share->name);
    sw_html_raw(h, "</th><td class=\"num\">");
    sw_html_count(h, share->draws);
    sw_html_raw(h, "</td><td class=\"num\">");
    sw_html_percent(h, share->share, 1);
    sw_html_raw(h, "</td><td class=\"plotted\">");
    sw_plot_bar(h, share->share, 1);
    sw_html_raw(h, "</td><td class=\"num\">");
    if (isnan(share->declared)) {
        sw_html_raw(h, "none");
    } else {
        sw_html_percent(h, share->declared, 1);
    }
    sw_html_raw(h, share->agrees == SW_DIFFERS ? "</td><td>differs beyond chance</td></tr>"
                                               : "</td><td></td></tr>");
}

static void put_consumed(struct sw_html *h, const struct sw_report *report)
{
    for (size_t i = 0; i < report->consumed_count; i++) {
        const struct sw_consumption_claim *claim = &report->consumed[i].claim;
        sw_html_raw(h, "<section><h2>What the run drew</h2><p>");
        sw_html_count(h, claim->draws);
        sw_html_raw(h, " draws of ");
        sw_html_count(h, claim->distinct);
        sw_html_raw(h, " samples.</p><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Of"
                       "</th><th scope=\"col\" class=\"num\">Draws</th><th scope=\"col\" "
                       "class=\"num\">Share</th><th class=\"plotted\" aria-hidden=\"true\"></th>"
                       "<th scope=\"col\" class=\"num\">Declared</th><th scope=\"col\"></th></tr>"
                       "</thead><tbody>");
        for (size_t j = 0; j < claim->share_count; j++) {
            put_share(h, &claim->shares[j]);
        }
        sw_html_raw(h, "</tbody></table></div></section>");
    }
}

/* --- the datasets of a mixture or model ------------------------------------------------------- */

static void put_overview(struct sw_html *h, const struct sw_report *report)
{
    if (report->set_count < 2) {
        return;
    }
    uint64_t samples = 0;
    for (size_t i = 0; i < report->set_count; i++) {
        samples += report->sets[i].claim.samples;
    }
    sw_html_raw(h,
        "<section><h2>Datasets</h2><div class=\"scroll\"><table><thead><tr>"
        "<th scope=\"col\">Dataset</th><th scope=\"col\" class=\"num\">Samples</th>"
        "<th scope=\"col\" class=\"num\">Share</th><th class=\"plotted\" "
        "aria-hidden=\"true\"></th><th scope=\"col\" class=\"num\">Size</th></tr></thead>"
        "<tbody>");
    for (size_t i = 0; i < report->set_count; i++) {
        const struct sw_dataset_claim *claim = &report->sets[i].claim;
        sw_html_raw(h, "<tr><th scope=\"row\">");
        sw_html_text(h, claim->name);
        sw_html_raw(h, "@");
        sw_html_text(h, claim->version);
        sw_html_raw(h, "</th><td class=\"num\">");
        sw_html_count(h, claim->samples);
        sw_html_raw(h, "</td><td class=\"num\">");
        sw_html_percent(h, (double)claim->samples, (double)samples);
        sw_html_raw(h, "</td><td class=\"plotted\">");
        sw_plot_bar(h, (double)claim->samples, (double)samples);
        sw_html_raw(h, "</td><td class=\"num\">");
        sw_html_size(h, claim->bytes);
        sw_html_raw(h, "</td></tr>");
    }
    sw_html_raw(h, "</tbody></table></div></section>");
}

/* --- the public summary ---------------------------------------------------------------------- */

static void put_field(struct sw_html *h, const struct sw_summary_field *field)
{
    sw_html_raw(h, "<div><dt>");
    sw_html_cstr(h, field->label);
    sw_html_raw(h, "</dt><dd>");
    if (field->count == 0) {
        sw_html_raw(h, "<span class=\"missing\">" SW_SUMMARY_NOT_RECORDED "</span>");
    } else if (field->count == 1) {
        sw_html_cstr(h, field->values[0]);
    } else {
        sw_html_raw(h, "<ul>");
        for (size_t i = 0; i < field->count; i++) {
            sw_html_raw(h, "<li>");
            sw_html_cstr(h, field->values[i]);
            sw_html_raw(h, "</li>");
        }
        sw_html_raw(h, "</ul>");
    }
    sw_html_raw(h, "</dd>");
    if (field->basis != NULL) {
        sw_html_raw(
            h, field->count == 0 ? "<dd class=\"basis\">Why: " : "<dd class=\"basis\">From: ");
        sw_html_cstr(h, field->basis);
        sw_html_raw(h, "</dd>");
    }
    sw_html_raw(h, "</div>");
}

void sw_html_summary(struct sw_html *h, const struct sw_report *report)
{
    static const char *const parts[] = {
        "1. General information", "2. List of data sources", "3. Data processing aspects"};
    size_t part = 0;
    sw_html_raw(h,
        "<section id=\"summary\"><h2>Public summary of training content</h2><p>After the "
        "template of the AI Office for Article 53(1)(d) of Regulation (EU) 2024/1689 "
        "(AI Act). Everything here comes from signed records; what they do not say is "
        "called <span class=\"missing\">" SW_SUMMARY_NOT_RECORDED
        "</span> and is for a person to fill in.</p>");
    for (size_t i = 0; i < report->summary->count; i++) {
        const struct sw_summary_section *section = &report->summary->sections[i];
        if (part < SW_COUNT(parts) && section->number[0] == parts[part][0]) {
            sw_html_format(h, "<h3>%s</h3>", parts[part++]);
        }
        sw_html_format(h, "<h4>%s%s%s</h4><dl class=\"fields\">", section->number,
            section->number[0] == '\0' ? "" : " ", section->title);
        for (size_t j = 0; j < section->count; j++) {
            put_field(h, &section->fields[j]);
        }
        sw_html_raw(h, "</dl>");
    }
    sw_html_raw(h, "</section>");
}

/* --- words ----------------------------------------------------------------------------------- */

static const char meanings[] =
    "<section id=\"words\"><h2>What the figures mean</h2><dl class=\"fields\">"
    "<div><dt>Sample, record</dt><dd>A sample is one record as it stands in a file; its length is "
    "that of the whole record. Words and languages are of its content alone.</dd></div>"
    "<div><dt>Word</dt><dd>A run of letters, marks and digits, in any script; every ideograph is a "
    "word. Thai and other texts without spaces count as few words. This is no model's tokenizer: "
    "one of those usually makes more tokens.</dd></div>"
    "<div><dt>Language</dt><dd>What the sample declares; where it declares nothing, a guess by its "
    "script and its most common words, and \"unknown\" where that is not clear.</dd></div>"
    "<div><dt>Exact duplicate</dt><dd>A sample whose content has the same digest as another one's "
    "of the same dataset.</dd></div>"
    "<div><dt>Share</dt><dd>A sample may have several sources or have gone through several steps: "
    "such shares can be more than 100 % together.</dd></div>"
    "<div><dt>Quantiles</dt><dd>Exact below 256, above that at most 1 in 128 too large.</dd></div>"
    "</dl></section>";

static void put_sets(struct sw_html *h, const struct sw_report *report)
{
    sw_html_raw(h, "<div id=\"data\">");
    put_overview(h, report);
    for (size_t i = 0; i < report->set_count; i++) {
        sw_html_set(h, &report->sets[i], report->set_count == 1);
    }
    if (report->set_count == 0) {
        sw_html_raw(h, "<p class=\"note warn\"><b>No dataset is named</b>: there are no samples to "
                       "count.</p>");
    }
    sw_html_raw(h, "</div>");
}

sw_result sw_report_html(const struct sw_report *report, struct sw_buf *out, struct sw_error *err)
{
    struct sw_html h = {.out = out};
    put_head(&h, report);
    put_title(&h, report);
    sw_html_raw(&h, "<main>");
    put_training(&h, report);
    put_marks(&h, report);
    put_gaps(&h, report);
    put_mixture(&h, report);
    put_consumed(&h, report);
    put_sets(&h, report);
    sw_html_summary(&h, report);
    sw_html_raw(&h, meanings);
    sw_html_raw(&h, "</main>\n<footer><p>Made by sealwright. A signature says who recorded "
                    "something, not that it is true.</p></footer>\n</body>\n</html>\n");
    return h.failed == SW_OK ? SW_OK : sw_fail(err, h.failed, "cannot make the page");
}
