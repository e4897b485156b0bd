/* A card as Markdown for the Hub: YAML front matter, then the sections, each value with where it is
 * from. Sources: "Model Cards" and "Dataset Cards", Hub documentation; CommonMark 0.31, 2.4. What
 * the Hub would not take in front matter stands in the text alone. */
#include "supply/ascii.h"
#include "supply/bom_private.h"
#include "supply/card.h"

struct writing {
    const struct sw_card *card;
    struct sw_buf *out;
};

/* --- YAML ------------------------------------------------------------------------------------- */

/* A scalar that reads back as the same, in which nothing is hidden from people. */
static sw_result put_scalar(struct sw_buf *out, struct sw_str text)
{
    SW_CLEANUP(buf) struct sw_buf quoted = SW_BUF_INIT;
    SW_TRY(sw_yaml_quote(&quoted, text));
    struct sw_str rest = sw_buf_str(&quoted);
    while (rest.len > 0) {
        struct sw_str bytes;
        uint32_t code;
        if (!sw_card_next_hidden(&rest, &bytes, &code)) {
            SW_TRY(sw_buf_put_str(out, bytes));
            continue;
        }
        SW_TRY(sw_buf_printf(out, code <= 0xffff ? "\\u%04x" : "\\U%08x", code));
    }
    return SW_OK;
}

static sw_result put_member(struct sw_buf *out, const char *key, struct sw_str text)
{
    SW_TRY(sw_buf_printf(out, "%s: ", key));
    SW_TRY(put_scalar(out, text));
    return sw_buf_putc(out, '\n');
}

/* --- what the Hub takes ----------------------------------------------------------------------- */

static bool is_made_of(struct sw_str text, const char *more, size_t max)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (!sw_ascii_alnum(c) && (c == '\0' || strchr(more, c) == NULL)) {
            return false;
        }
    }
    return text.len > 0 && text.len <= max;
}

/* "name" or "organisation/name". */
static bool is_repository(struct sw_str text)
{
    const char *slash = text.len == 0 ? NULL : memchr(text.ptr, '/', text.len);
    const bool again =
        slash != NULL && memchr(slash + 1, '/', text.len - (size_t)(slash + 1 - text.ptr)) != NULL;
    return is_made_of(text, "-_./", 96) && !again && sw_ascii_alnum(text.ptr[0]) &&
           sw_ascii_alnum(text.ptr[text.len - 1]) && memmem(text.ptr, text.len, "..", 2) == NULL &&
           memmem(text.ptr, text.len, "--", 2) == NULL;
}

static bool is_word(struct sw_str text)
{
    return is_made_of(text, "-_.", 96);
}

/* ISO 639-1 to 3, with or without more behind it; "multilingual" and "code" are the Hub's own. */
static bool is_language(struct sw_str text)
{
    size_t n = 0;
    while (n < text.len && text.ptr[n] >= 'a' && text.ptr[n] <= 'z') {
        n++;
    }
    return sw_str_is(text, "multilingual") || sw_str_is(text, "code") ||
           ((n == 2 || n == 3) && (n == text.len || text.ptr[n] == '-') &&
               is_made_of(text, "-", 16));
}

static bool is_size(struct sw_str text)
{
    return is_made_of(text, "<>-", 16);
}

static bool is_relation(struct sw_str text)
{
    return sw_str_is(text, "adapter") || sw_str_is(text, "merge") || sw_str_is(text, "quantized") ||
           sw_str_is(text, "finetune");
}

/* --- front matter ----------------------------------------------------------------------------- */

/* Whether an earlier value of the field has the same text. */
static bool is_repeated(const struct sw_card *card, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (card->values[i].field == card->values[at].field &&
            sw_str_equal(card->values[i].text, card->values[at].text)) {
            return true;
        }
    }
    return false;
}

static sw_result put_list(
    struct writing *w, const char *key, enum sw_card_field field, bool (*takes)(struct sw_str text))
{
    bool open = false;
    for (size_t i = 0; i < w->card->count; i++) {
        const struct sw_card_value *v = &w->card->values[i];
        if (v->field != field || !takes(v->text) || is_repeated(w->card, i)) {
            continue;
        }
        if (!open) {
            SW_TRY(sw_buf_printf(w->out, "%s:\n", key));
            open = true;
        }
        SW_TRY(sw_buf_puts(w->out, "- "));
        SW_TRY(put_scalar(w->out, v->text));
        SW_TRY(sw_buf_putc(w->out, '\n'));
    }
    return SW_OK;
}

/* The first value that the Hub takes; empty when there is none. */
static struct sw_str first_of(
    const struct sw_card *card, enum sw_card_field field, bool (*takes)(struct sw_str text))
{
    for (size_t i = 0; i < card->count; i++) {
        if (card->values[i].field == field && takes(card->values[i].text)) {
            return card->values[i].text;
        }
    }
    return sw_str("");
}

static sw_result put_one(
    struct writing *w, const char *key, enum sw_card_field field, bool (*takes)(struct sw_str text))
{
    struct sw_str text = first_of(w->card, field, takes);
    return text.len > 0 ? put_member(w->out, key, text) : SW_OK;
}

/* A name that the Hub takes for `license_name`: small letters, digits, '-' and '.'. */
static sw_result put_licence_name(struct writing *w, struct sw_str licence)
{
    char *name = sw_arena_strndup(w->card->arena, licence);
    SW_TRY_PTR(name);
    if (sw_str_starts(licence, "LicenseRef-")) {
        name += strlen("LicenseRef-");
    }
    for (char *c = name; *c != '\0'; c++) {
        *c = sw_ascii_alnum(*c) || *c == '.' ? sw_ascii_lower(*c) : '-';
    }
    return put_member(w->out, "license_name", sw_str(name));
}

static sw_result put_licence_link(struct writing *w)
{
    struct sw_str link = sw_card_get(w->card, SW_CARD_LICENCE_URL);
    const char *iri = sw_bom_iri(w->card->arena, link);
    SW_TRY_PTR(iri);
    return link.len > 0 ? put_member(w->out, "license_link", sw_str(iri)) : SW_OK;
}

/* One licence that the Hub has an id for; for every other one "other" and its name. */
static sw_result put_licence(struct writing *w)
{
    struct sw_str licence = sw_card_get(w->card, SW_CARD_LICENCE);
    if (licence.len == 0) {
        return SW_OK;
    }
    const struct sw_licence_terms *terms = sw_licence_by_id(licence);
    if (terms == NULL && sw_str_starts(licence, "LicenseRef-")) {
        terms = sw_licence_by_hub(sw_str_n(licence.ptr + 11, licence.len - 11));
    }
    if (terms != NULL && terms->hub_count > 0) {
        return put_member(w->out, "license", terms->hub[0]);
    }
    SW_TRY(put_member(w->out, "license", sw_str("other")));
    SW_TRY(put_licence_name(w, licence));
    return put_licence_link(w);
}

/* --- results ---------------------------------------------------------------------------------- */

/* The Hub asks for the task and the dataset of a result: one without them stands in the text. */
static bool has_result(const struct sw_card_value *v)
{
    struct sw_bom_metric metric = sw_bom_metric_of(v->text);
    return v->field == SW_CARD_METRIC && is_made_of(metric.type, "-_./ @", 64) &&
           is_repository(metric.slice);
}

static bool is_number(struct sw_arena *arena, struct sw_str text)
{
    struct sw_json value;
    struct sw_error err;
    return sw_json_parse(arena, sw_bytes_of_str(text), NULL, &value, &err) == SW_OK &&
           value.type == SW_JSON_NUMBER && sw_str_equal(value.text, text);
}

static sw_result put_result(struct writing *w, const struct sw_card_value *v, struct sw_str task)
{
    struct sw_bom_metric metric = sw_bom_metric_of(v->text);
    struct sw_buf *out = w->out;
    SW_TRY(sw_buf_puts(out, "  - task:\n      type: "));
    SW_TRY(put_scalar(out, task));
    SW_TRY(sw_buf_puts(out, "\n    dataset:\n      type: "));
    SW_TRY(put_scalar(out, metric.slice));
    SW_TRY(sw_buf_puts(out, "\n      name: "));
    SW_TRY(put_scalar(out, metric.slice));
    SW_TRY(sw_buf_puts(out, "\n    metrics:\n    - type: "));
    SW_TRY(put_scalar(out, metric.type));
    SW_TRY(sw_buf_puts(out, "\n      value: "));
    SW_TRY(is_number(w->card->arena, metric.value) ? sw_buf_put_str(out, metric.value)
                                                   : put_scalar(out, metric.value));
    return sw_buf_putc(out, '\n');
}

static struct sw_str title_of(const struct sw_card *card)
{
    struct sw_str name = sw_card_get(card, SW_CARD_NAME);
    name = name.len > 0 ? name : card->name;
    return name.len > 0 ? name : sw_str(card->kind == SW_CARD_MODEL ? "A model" : "A dataset");
}

static sw_result put_results(struct writing *w)
{
    const struct sw_card *card = w->card;
    struct sw_str task = first_of(card, SW_CARD_TASK, is_word);
    bool open = false;
    for (size_t i = 0; task.len > 0 && i < card->count; i++) {
        if (!has_result(&card->values[i]) || is_repeated(card, i)) {
            continue;
        }
        if (!open) {
            SW_TRY(sw_buf_puts(w->out, "model-index:\n- name: "));
            SW_TRY(put_scalar(w->out, title_of(card)));
            SW_TRY(sw_buf_puts(w->out, "\n  results:\n"));
            open = true;
        }
        SW_TRY(put_result(w, &card->values[i], task));
    }
    return SW_OK;
}

static bool metric_before(const struct sw_card *card, size_t at, struct sw_str type)
{
    for (size_t i = 0; i < at; i++) {
        if (card->values[i].field == SW_CARD_METRIC &&
            sw_str_equal(sw_bom_metric_of(card->values[i].text).type, type)) {
            return true;
        }
    }
    return false;
}

static sw_result put_metrics(struct writing *w)
{
    bool open = false;
    for (size_t i = 0; i < w->card->count; i++) {
        struct sw_str type = sw_bom_metric_of(w->card->values[i].text).type;
        if (w->card->values[i].field != SW_CARD_METRIC || !is_word(type) ||
            metric_before(w->card, i, type)) {
            continue;
        }
        SW_TRY(sw_buf_puts(w->out, open ? "" : "metrics:\n"));
        open = true;
        SW_TRY(sw_buf_puts(w->out, "- "));
        SW_TRY(put_scalar(w->out, type));
        SW_TRY(sw_buf_putc(w->out, '\n'));
    }
    return SW_OK;
}

static sw_result put_matter(struct writing *w)
{
    const bool model = w->card->kind == SW_CARD_MODEL;
    SW_TRY(put_licence(w));
    SW_TRY(put_list(w, "language", SW_CARD_LANGUAGE, is_language));
    if (!model) {
        SW_TRY(put_member(w->out, "pretty_name", title_of(w->card)));
        SW_TRY(put_list(w, "task_categories", SW_CARD_TASK, is_word));
        return put_list(w, "size_categories", SW_CARD_SIZE_CATEGORY, is_size);
    }
    SW_TRY(put_list(w, "base_model", SW_CARD_BASE_MODEL, is_repository));
    SW_TRY(put_one(w, "base_model_relation", SW_CARD_BASE_RELATION, is_relation));
    SW_TRY(put_list(w, "datasets", SW_CARD_DATASET_NAME, is_repository));
    SW_TRY(put_one(w, "library_name", SW_CARD_LIBRARY, is_word));
    SW_TRY(put_one(w, "pipeline_tag", SW_CARD_TASK, is_word));
    SW_TRY(put_metrics(w));
    return put_results(w);
}

/* --- text ------------------------------------------------------------------------------------- */

/* A character that could be markup, as itself. Only the beginning of a line makes some of them
 * such.
 */
static sw_result put_char(struct sw_buf *out, struct sw_str bytes, bool first)
{
    const char c = bytes.ptr[0];
    if (c == '&' || c == '<' || c == '>') {
        return sw_buf_puts(out, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
    }
    if (strchr("\\`*_[]{}|~$!#^", c) != NULL || (first && strchr("+-=:", c) != NULL)) {
        SW_TRY(sw_buf_putc(out, '\\'));
    }
    return sw_buf_put_str(out, bytes);
}

/* "1." and "1)" begin a list. The digits are looked at last: a line of nothing else is long. */
static bool ends_number(struct sw_str line, size_t at)
{
    const bool last = at + 1 == line.len || sw_ascii_space(line.ptr[at + 1]);
    if (at == 0 || !last || (line.ptr[at] != '.' && line.ptr[at] != ')')) {
        return false;
    }
    for (size_t i = 0; i < at; i++) {
        if (!sw_ascii_digit(line.ptr[i])) {
            return false;
        }
    }
    return true;
}

static sw_result put_line(struct sw_buf *out, struct sw_str line)
{
    struct sw_str rest = line;
    while (rest.len > 0) {
        const size_t at = (size_t)(rest.ptr - line.ptr);
        struct sw_str bytes;
        uint32_t code;
        const bool number = ends_number(line, at);
        if (sw_card_next_hidden(&rest, &bytes, &code)) {
            SW_TRY(sw_buf_printf(out, "\\[U+%04X\\]", code));
            continue;
        }
        SW_TRY(number ? sw_buf_putc(out, '\\') : SW_OK);
        SW_TRY(put_char(out, bytes, at == 0));
    }
    return SW_OK;
}

/* The lines of a text, which stay lines, in an item of a list. */
static sw_result put_text(struct sw_buf *out, struct sw_str text)
{
    bool begun = false;
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        const size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);
        struct sw_str line = sw_ascii_trim(sw_str_n(text.ptr, len));
        const size_t skip = end == NULL ? len : len + 1;
        text = sw_str_n(text.ptr + skip, text.len - skip);
        if (line.len > 0) {
            SW_TRY(sw_buf_puts(out, begun ? "\\\n  " : ""));
            SW_TRY(put_line(out, line));
            begun = true;
        }
    }
    return SW_OK;
}

static sw_result put_metric(struct sw_buf *out, struct sw_str text)
{
    struct sw_bom_metric metric = sw_bom_metric_of(text);
    SW_TRY(put_text(out, metric.type));
    SW_TRY(sw_buf_puts(out, " = "));
    SW_TRY(put_text(out, metric.value));
    SW_TRY(sw_buf_puts(out, metric.slice.len > 0 ? " on " : ""));
    return put_text(out, metric.slice);
}

static sw_result put_value(struct writing *w, const struct sw_card_value *v)
{
    const char *from = sw_card_source_show(w->card->arena, &v->from);
    SW_TRY_PTR(from);
    SW_TRY(sw_buf_puts(w->out, "- "));
    SW_TRY(v->field == SW_CARD_METRIC ? put_metric(w->out, v->text) : put_text(w->out, v->text));
    SW_TRY(sw_buf_puts(w->out, "\\\n  *"));
    SW_TRY(sw_buf_puts(w->out, v->from.kind == SW_CARD_CLAIM ? "by the card, a claim: " : ""));
    SW_TRY(put_text(w->out, sw_str(from)));
    return sw_buf_puts(w->out, "*\n");
}

static sw_result put_section(struct writing *w, size_t *at)
{
    const struct sw_card *card = w->card;
    const enum sw_card_section section = sw_card_rows[card->values[*at].field].section;
    SW_TRY(sw_buf_printf(w->out, "\n## %s\n", sw_card_section_titles[section]));
    for (; *at < card->count && sw_card_rows[card->values[*at].field].section == section; (*at)++) {
        const enum sw_card_field field = card->values[*at].field;
        if (*at == 0 || card->values[*at - 1].field != field) {
            SW_TRY(sw_buf_printf(w->out, "\n### %s\n\n", sw_card_rows[field].title));
        }
        SW_TRY(put_value(w, &card->values[*at]));
    }
    return SW_OK;
}

static sw_result put_unknown(struct writing *w)
{
    bool open = false;
    for (size_t i = 0; i < SW_CARD_FIELDS; i++) {
        if ((sw_card_rows[i].flags & SW_CARD_EXPECTED) == 0 ||
            !sw_card_has(w->card->kind, (enum sw_card_field)i) ||
            sw_card_value(w->card, (enum sw_card_field)i) != NULL) {
            continue;
        }
        SW_TRY(sw_buf_puts(w->out, open ? "" : "\n## What is not known\n\nNobody says:\n\n"));
        open = true;
        SW_TRY(sw_buf_printf(w->out, "- %s\n", sw_card_rows[i].title));
    }
    for (size_t i = 0; i < w->card->gap_count; i++) {
        SW_TRY(sw_buf_puts(w->out, i == 0 ? "\nGaps:\n\n" : ""));
        SW_TRY(sw_buf_puts(w->out, "- "));
        SW_TRY(put_text(w->out, w->card->gaps[i]));
        SW_TRY(sw_buf_putc(w->out, '\n'));
    }
    return SW_OK;
}

static sw_result put_foot(struct writing *w)
{
    if (w->card->root.len == 0) {
        return sw_buf_puts(w->out, "\n---\n\nThis card is bound to no files.\n");
    }
    return sw_buf_printf(w->out,
        "\n---\n\nThis card is about the files with the root `" SW_STR_FMT
        "` (OpenSSF Model Signing): %llu files, %llu bytes.\n",
        SW_STR_ARG(w->card->root), (unsigned long long)w->card->files,
        (unsigned long long)w->card->bytes);
}

sw_result sw_card_write_markdown(struct sw_card *card, struct sw_buf *out)
{
    struct writing w = {card, out};
    sw_card_sort(card);
    SW_TRY(sw_buf_puts(out, "---\n"));
    SW_TRY(put_matter(&w));
    SW_TRY(sw_buf_puts(out, "---\n\n# "));
    SW_TRY(put_text(out, title_of(card)));
    SW_TRY(sw_buf_putc(out, '\n'));
    for (size_t at = 0; at < card->count;) {
        SW_TRY(put_section(&w, &at));
    }
    SW_TRY(put_unknown(&w));
    return put_foot(&w);
}
