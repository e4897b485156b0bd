/* The page of `diff --html`: a bar for each tensor that changed, in the order of its layers. It
 * loads nothing and runs nothing. */
#include "cli/show_diff.h"

#include <math.h>

#define POLICY "default-src 'none'; style-src 'unsafe-inline'"

static const char style[] =
    ":root{color-scheme:light dark;--page:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;"
    "--bar:#0a66c2;--track:#eef1f4;--was:#a3261d;--is:#116329}@media(prefers-color-scheme:dark){:"
    "root{--page:#14171b;"
    "--ink:#e6e9ec;--soft:#9aa4ae;--line:#30363d;--bar:#6cb2ff;--track:#22272e;--was:#ff9a90;"
    "--is:#7ee2a0}}"
    "body{background:var(--page);color:var(--ink);font:16px/1.5 "
    "system-ui,sans-serif;max-width:64rem;"
    "margin:2rem auto;padding:0 1.2rem}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%;font-size:.92rem}"
    "th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:top;font-weight:400;overflow-wrap:anywhere}"
    "thead th,.soft{color:var(--soft)}.num{text-align:right}.num,.word{white-space:nowrap}"
    ".plot{width:26%}.settings{table-layout:fixed}del,ins{text-decoration:none}del{color:var(--was)"
    "}"
    "ins{color:var(--is)}svg{display:block;width:100%;height:.8rem;margin-top:.35rem}"
    ".t{fill:var(--track)}.b{fill:var(--bar)}";

static const char *entity_of(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    default: return NULL;
    }
}

/* Text of others: on one line, and never markup. */
static sw_result put_text(struct sw_buf *out, struct sw_str text)
{
    char line[2048];
    sw_escape_line(text.ptr, text.len, line, sizeof(line));
    for (const char *p = line; *p != '\0'; p++) {
        const char *entity = entity_of(*p);
        SW_TRY(entity == NULL ? sw_buf_putc(out, *p) : sw_buf_puts(out, entity));
    }
    return SW_OK;
}

static sw_result put_head(const struct sw_diff_report *report, int64_t now, struct sw_buf *out)
{
    char time[SW_TIME_TEXT_SIZE];
    const struct sw_model_diff *diff = &report->tensors;
    sw_time_format(now, time);
    SW_TRY(
        sw_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY
                         "\">\n<title>What changed between two models</title>\n<style>"));
    SW_TRY(sw_buf_puts(out, style));
    SW_TRY(sw_buf_puts(out, "</style>\n</head>\n<body>\n<h1>What changed between two models</h1>\n"
                            "<p>From <b>"));
    SW_TRY(put_text(out, sw_str(report->a)));
    SW_TRY(sw_buf_puts(out, "</b> to <b>"));
    SW_TRY(put_text(out, sw_str(report->b)));
    SW_TRY(sw_buf_printf(
        out, "</b>. <span class=\"soft\">%s</span></p>\n<p>Of %zu tensors", time, diff->count));
    for (size_t i = 0; i < SW_COUNT(diff->counts); i++) {
        SW_TRY(sw_buf_printf(out, "%s %zu %s", i == 0 ? "" : ",", diff->counts[i],
            sw_tensor_change_name((enum sw_tensor_change)i)));
    }
    return sw_buf_puts(out, ".</p>\n");
}

static double size_of(const struct sw_tensor_diff *d)
{
    double size = d->norm_a > 0 ? d->norm / d->norm_a : 0;
    return d->measured && isfinite(size) ? size : 0;
}

static sw_result put_rows(const struct sw_diff_report *report, const struct sw_tensor_diff *d,
    bool after_words, struct sw_buf *out)
{
    const struct sw_changed_tokens *tokens = sw_diff_tokens_of(report, d);
    if (!d->rows_known || d->rows_changed == 0 || d->rows_changed == d->rows) {
        return SW_OK;
    }
    SW_TRY(sw_buf_printf(out, "%s%llu of %llu rows", after_words ? ": " : "",
        (unsigned long long)d->rows_changed, (unsigned long long)d->rows));
    for (size_t i = 0; tokens != NULL && i < tokens->count && i < 8; i++) {
        SW_TRY(sw_buf_puts(out, i == 0 ? ": " : ", "));
        SW_TRY(put_text(out, tokens->tokens[i]));
    }
    return SW_OK;
}

static sw_result put_tensor(const struct sw_diff_report *report, const struct sw_tensor_diff *d,
    double most, struct sw_buf *out)
{
    char verdict[128];
    double size = size_of(d);
    sw_diff_verdict(d, verdict);
    SW_TRY(sw_buf_puts(out, "<tr><th scope=\"row\">"));
    SW_TRY(put_text(out, d->b != NULL ? d->b->name : d->a->name));
    SW_TRY(sw_buf_printf(out, "</th><td class=\"word\">%s</td><td class=\"num\">",
        sw_tensor_change_name(d->change)));
    if (d->measured) {
        SW_TRY(sw_buf_printf(out, "%.3g %%", 100 * size));
    }
    SW_TRY(sw_buf_printf(out,
        "</td><td class=\"plot\"><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\">"
        "<rect class=\"t\" width=\"1000\" height=\"10\"/>"
        "<rect class=\"b\" width=\"%.0f\" height=\"10\"/></svg></td><td>%s",
        most > 0 ? 1000 * size / most : 0, verdict));
    SW_TRY(put_rows(report, d, verdict[0] != '\0', out));
    return sw_buf_puts(out, "</td></tr>\n");
}

static sw_result put_tensors(const struct sw_diff_report *report, struct sw_buf *out)
{
    double most = 0;
    for (size_t i = 0; i < report->tensors.count; i++) {
        most = fmax(most, size_of(&report->tensors.tensors[i]));
    }
    SW_TRY(sw_buf_puts(out, "<h2>Tensors</h2>\n<table><thead><tr><th>Tensor</th><th>Change</th>"
                            "<th class=\"num\">|B&minus;A| of |A|</th><th>beside the largest</th>"
                            "<th></th></tr></thead><tbody>\n"));
    for (size_t i = 0; i < report->tensors.count; i++) {
        if (report->tensors.tensors[i].change != SW_TENSOR_SAME) {
            SW_TRY(put_tensor(report, &report->tensors.tensors[i], most, out));
        }
    }
    return sw_buf_puts(out, "</tbody></table>\n");
}

static sw_result put_document(const struct sw_changed_document *document, struct sw_buf *out)
{
    SW_TRY(sw_buf_puts(out, "<h2>"));
    SW_TRY(put_text(out, sw_str(document->path)));
    SW_TRY(sw_buf_printf(out,
        ": %s</h2>\n<table "
        "class=\"settings\"><thead><tr><th>Where</th><th>Before</th><th>After</th></tr></"
        "thead><tbody>\n",
        document->change));
    for (size_t i = 0; i < document->diff.count; i++) {
        const struct sw_diff_line *line = &document->diff.lines[i];
        SW_TRY(sw_buf_puts(out, "<tr><th scope=\"row\">"));
        SW_TRY(put_text(out, line->where));
        SW_TRY(sw_buf_puts(out, "</th><td><del>"));
        SW_TRY(put_text(out, line->before));
        SW_TRY(sw_buf_puts(out, "</del></td><td><ins>"));
        SW_TRY(put_text(out, line->after));
        SW_TRY(sw_buf_puts(out, "</ins></td></tr>\n"));
    }
    return sw_buf_puts(out, "</tbody></table>\n");
}

sw_result sw_diff_html(const struct sw_diff_report *report, int64_t now, struct sw_buf *out)
{
    SW_TRY(put_head(report, now, out));
    SW_TRY(put_tensors(report, out));
    for (size_t i = 0; i < report->document_count; i++) {
        SW_TRY(put_document(&report->documents[i], out));
    }
    return sw_buf_puts(out, "</body>\n</html>\n");
}
