/* A card as one page that needs nothing else: it works under the content security policy that it
 * names itself, on a phone, on paper, and read aloud. */
#include "supply/bom_private.h"
#include "supply/card.h"

#define POLICY "default-src 'none'; style-src 'unsafe-inline'"

static const char style[] =
    ":root{color-scheme:light dark;--page:#fff;--ink:#16191d;--soft:#57606b;--line:#d8dde3;"
    "--card:#f5f7f9;--claim:#1b6e3c;--claimback:#e9f5ee;--cited:#1d5a94;--citedback:#e8f1fa;"
    "--author:#7a4d00;--authorback:#fdf3e0;--bad:#9d1f24}"
    "@media(prefers-color-scheme:dark){:root{--page:#14171a;--ink:#e8eaed;--soft:#a3adb8;"
    "--line:#343b43;--card:#1c2126;--claim:#7fd3a0;--claimback:#15291d;--cited:#8fc1f0;"
    "--citedback:#162636;--author:#f0c070;--authorback:#2e2413;--bad:#f19a9d}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    "main,header,footer{max-width:56rem;margin:0 auto;padding:0 1.25rem}"
    "header{padding-top:2rem}footer{padding:1.5rem 1.25rem 3rem;color:var(--soft);"
    "font-size:.875rem}"
    "h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0 .6rem;overflow-wrap:anywhere}"
    "h2{font-size:1.3rem;margin:2.2rem 0 .3rem;padding-top:.8rem;border-top:2px solid "
    "var(--line)}"
    ".kind{color:var(--soft);margin:0;text-transform:uppercase;letter-spacing:.06em;"
    "font-size:.8rem}"
    "p{margin:.4rem 0}code{font:.86em ui-monospace,'DejaVu Sans Mono',monospace;"
    "overflow-wrap:anywhere}"
    ".legend,.identity{color:var(--soft);font-size:.92rem}"
    "dl{margin:0}dl>div{padding:.6rem 0;border-bottom:1px solid var(--line)}"
    "dt{font-weight:600}dd{margin:.2rem 0 .5rem}"
    "@media(min-width:48rem){dl>div{display:grid;grid-template-columns:13rem 1fr;"
    "column-gap:1.4rem}dt{grid-row:1/span 99}dd{grid-column:2}}"
    ".said{white-space:pre-line;overflow-wrap:anywhere}"
    ".from{display:block;font-size:.84rem;color:var(--soft);overflow-wrap:anywhere}"
    ".tag{display:inline-block;border-radius:.25rem;padding:0 .4rem;margin-right:.35rem;"
    "font-weight:600}"
    ".claim{color:var(--claim);background:var(--claimback)}"
    ".citation{color:var(--cited);background:var(--citedback)}"
    ".author{color:var(--author);background:var(--authorback)}"
    ".hidden{color:var(--bad);font:.86em ui-monospace,'DejaVu Sans Mono',monospace}"
    ".note{background:var(--card);border-left:4px solid var(--line);padding:.5rem .9rem;"
    "overflow-wrap:anywhere}.note ul{margin:.3rem 0;padding-left:1.2rem}"
    "@media(max-width:40rem){body{font-size:15px}h1{font-size:1.5rem}"
    "main,header{padding-left:.9rem;padding-right:.9rem}footer{padding-left:.9rem;"
    "padding-right:.9rem}}"
    "@media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#444;--line:#bbb;"
    "--card:#fff;--claim:#000;--claimback:#fff;--cited:#000;--citedback:#fff;--author:#000;"
    "--authorback:#fff;--bad:#000}body{font-size:10pt}main,header,footer{max-width:none;"
    "padding:0}h2{break-after:avoid}dl>div{break-inside:avoid}.tag{border:1px solid #888}}";

/* --- text ------------------------------------------------------------------------------------- */

static const char *entity_of(char c)
{
    static const struct {
        char c;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (size_t i = 0; i < SW_COUNT(entities); i++) {
        if (entities[i].c == c) {
            return entities[i].entity;
        }
    }
    return NULL;
}

/* `marks`: a hidden character is shown in a mark of its own, which an attribute cannot have. */
static sw_result put_text(struct sw_buf *out, struct sw_str text, bool marks)
{
    while (text.len > 0) {
        struct sw_str bytes;
        uint32_t code;
        if (sw_card_next_hidden(&text, &bytes, &code)) {
            SW_TRY(sw_buf_printf(
                out, marks ? "<span class=\"hidden\">U+%04X</span>" : "[U+%04X]", code));
            continue;
        }
        const char *entity = bytes.len == 1 ? entity_of(bytes.ptr[0]) : NULL;
        SW_TRY(entity == NULL ? sw_buf_put_str(out, bytes) : sw_buf_puts(out, entity));
    }
    return SW_OK;
}

static struct sw_str title_of(const struct sw_card *card)
{
    struct sw_str name = sw_card_get(card, SW_CARD_NAME);
    name = name.len > 0 ? name : card->name;
    return name.len > 0 ? name : sw_str(card->kind == SW_CARD_MODEL ? "A model" : "A dataset");
}

/* --- parts ------------------------------------------------------------------------------------ */

static sw_result put_head(const struct sw_card *card, struct sw_buf *out)
{
    const char *kind = card->kind == SW_CARD_MODEL ? "Model card" : "Dataset card";
    SW_TRY(sw_buf_printf(out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n<title>%s: ",
        kind));
    SW_TRY(put_text(out, title_of(card), false));
    SW_TRY(sw_buf_puts(out, "</title>\n<style>"));
    SW_TRY(sw_buf_puts(out, style));
    SW_TRY(sw_buf_printf(
        out, "</style>\n</head>\n<body>\n<header><p class=\"kind\">%s</p><h1>", kind));
    SW_TRY(put_text(out, title_of(card), true));
    SW_TRY(sw_buf_puts(out, "</h1>"));
    if (card->root.len > 0) {
        SW_TRY(sw_buf_printf(out,
            "<p class=\"identity\">About %llu files of %llu bytes with the root <code>",
            (unsigned long long)card->files, (unsigned long long)card->bytes));
        SW_TRY(put_text(out, card->root, true));
        SW_TRY(sw_buf_puts(out, "</code></p>"));
    } else {
        SW_TRY(sw_buf_puts(out, "<p class=\"identity\">Bound to no files.</p>"));
    }
    return sw_buf_puts(out,
        "<p class=\"legend\"><span class=\"tag claim\">Claim</span> by what this card tells, a "
        "signed claim says so; <code>sealwright card check</code> asks the log. <span class=\"tag "
        "citation\">Cited</span> its own papers say so. <span "
        "class=\"tag author\">Author</span> the author says so, and nothing stands behind "
        "it.</p></header>\n<main>\n");
}

static sw_result put_source(
    const struct sw_card *card, const struct sw_card_source *from, struct sw_buf *out)
{
    static const char *const tags[SW_CARD_ORIGINS] = {"Claim", "Cited", "Author"};
    const char *text = sw_card_source_show(card->arena, from);
    SW_TRY_PTR(text);
    SW_TRY(sw_buf_printf(out, "<span class=\"from\"><span class=\"tag %s\">%s</span> ",
        sw_card_origin_name(from->kind), tags[from->kind]));
    SW_TRY(put_text(out, sw_str(text), true));
    return sw_buf_puts(out, "</span>");
}

static sw_result put_metric(struct sw_buf *out, struct sw_str text)
{
    struct sw_bom_metric metric = sw_bom_metric_of(text);
    SW_TRY(put_text(out, metric.type, true));
    SW_TRY(sw_buf_puts(out, " = "));
    SW_TRY(put_text(out, metric.value, true));
    SW_TRY(sw_buf_puts(out, metric.slice.len > 0 ? " on " : ""));
    return put_text(out, metric.slice, true);
}

static sw_result put_values(const struct sw_card *card, size_t *at, struct sw_buf *out)
{
    const enum sw_card_field field = card->values[*at].field;
    SW_TRY(sw_buf_printf(out, "<div><dt>%s</dt>", sw_card_rows[field].title));
    for (; *at < card->count && card->values[*at].field == field; (*at)++) {
        const struct sw_card_value *v = &card->values[*at];
        SW_TRY(sw_buf_puts(out, "<dd><span class=\"said\">"));
        SW_TRY(field == SW_CARD_METRIC ? put_metric(out, v->text) : put_text(out, v->text, true));
        SW_TRY(sw_buf_puts(out, "</span>"));
        SW_TRY(put_source(card, &v->from, out));
        SW_TRY(sw_buf_puts(out, "</dd>"));
    }
    return sw_buf_puts(out, "</div>\n");
}

static sw_result put_section(const struct sw_card *card, size_t *at, struct sw_buf *out)
{
    const enum sw_card_section section = sw_card_rows[card->values[*at].field].section;
    SW_TRY(sw_buf_printf(out, "<section><h2>%s</h2>\n<dl>\n", sw_card_section_titles[section]));
    while (*at < card->count && sw_card_rows[card->values[*at].field].section == section) {
        SW_TRY(put_values(card, at, out));
    }
    return sw_buf_puts(out, "</dl></section>\n");
}

static sw_result put_unknown(const struct sw_card *card, struct sw_buf *out)
{
    bool open = false;
    for (size_t i = 0; i < SW_CARD_FIELDS; i++) {
        if ((sw_card_rows[i].flags & SW_CARD_EXPECTED) == 0 ||
            !sw_card_has(card->kind, (enum sw_card_field)i) ||
            sw_card_value(card, (enum sw_card_field)i) != NULL) {
            continue;
        }
        SW_TRY(sw_buf_puts(out, open ? ", "
                                     : "<section><h2>What is not known</h2><p "
                                       "class=\"note\">Nobody says: "));
        SW_TRY(sw_buf_puts(out, sw_card_rows[i].title));
        open = true;
    }
    SW_TRY(sw_buf_puts(out, open ? ".</p></section>\n" : ""));
    for (size_t i = 0; i < card->gap_count; i++) {
        SW_TRY(sw_buf_puts(out, i == 0 ? "<section><h2>Gaps</h2><div class=\"note\"><ul>" : ""));
        SW_TRY(sw_buf_puts(out, "<li>"));
        SW_TRY(put_text(out, card->gaps[i], true));
        SW_TRY(sw_buf_puts(out, "</li>"));
    }
    return sw_buf_puts(out, card->gap_count > 0 ? "</ul></div></section>\n" : "");
}

static sw_result put_foot(const struct sw_card *card, struct sw_buf *out)
{
    char time[SW_TIME_TEXT_SIZE] = "";
    if (card->timed) {
        sw_time_format(card->time, time);
    }
    SW_TRY(sw_buf_printf(out, "</main>\n<footer>Made%s%s by ", card->timed ? " " : "", time));
    SW_TRY(put_text(out, card->tool, true));
    SW_TRY(sw_buf_putc(out, ' '));
    SW_TRY(put_text(out, card->tool_version, true));
    return sw_buf_puts(out, ". What is cited or stated here was not judged.</footer>\n"
                            "</body>\n</html>\n");
}

sw_result sw_card_write_html(struct sw_card *card, struct sw_buf *out)
{
    sw_card_sort(card);
    SW_TRY(put_head(card, out));
    for (size_t at = 0; at < card->count;) {
        SW_TRY(put_section(card, &at, out));
    }
    SW_TRY(put_unknown(card, out));
    return put_foot(card, out);
}
