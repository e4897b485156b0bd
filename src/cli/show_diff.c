#include "cli/show_diff.h"

#include <math.h>

bool sw_diff_is_same(const struct sw_diff_report *report)
{
    return report->document_count == 0 &&
           report->tensors.counts[SW_TENSOR_SAME] == report->tensors.count;
}

const struct sw_changed_tokens *sw_diff_tokens_of(
    const struct sw_diff_report *report, const struct sw_tensor_diff *diff)
{
    for (size_t i = 0; i < report->token_count; i++) {
        if (report->tokens[i].of == diff) {
            return &report->tokens[i];
        }
    }
    return NULL;
}

void sw_diff_verdict(const struct sw_tensor_diff *d, char out[128])
{
    out[0] = '\0';
    if (sw_diff_is_low_rank(d)) {
        (void)snprintf(out, 128, "rank <= %u: looks like a merged LoRA", d->rank);
    } else if (d->rank_known && d->rank == 0) {
        (void)snprintf(out, 128, "no more than what rounding leaves");
    } else if (d->rows_known && d->rows_changed > 0 && d->rows_changed * 4 <= d->rows) {
        (void)snprintf(out, 128, "only single rows");
    } else if (d->rank_known && d->rank > SW_DIFF_RANK_MAX) {
        (void)snprintf(out, 128, "rank over %d", SW_DIFF_RANK_MAX);
    } else if (d->rank_known) {
        (void)snprintf(out, 128, "rank %u", d->rank);
    }
}

/* --- for people --------------------------------------------------------------------------------
 */

static const struct sw_listed_tensor *either(const struct sw_tensor_diff *d)
{
    return d->b != NULL ? d->b : d->a;
}

static void show_shape(const struct sw_cli *cli, const struct sw_listed_tensor *t)
{
    sw_say(cli, SW_TONE_DIM, " " SW_STR_FMT " [", SW_STR_ARG(t->dtype));
    for (size_t i = 0; i < t->dim_count; i++) {
        sw_say(cli, SW_TONE_DIM, "%s%llu", i == 0 ? "" : ",", (unsigned long long)t->dims[i]);
    }
    sw_say(cli, SW_TONE_DIM, "]");
}

static void show_rows(
    struct sw_cli *cli, const struct sw_diff_report *report, const struct sw_tensor_diff *d)
{
    enum { SHOWN = 8 };
    const struct sw_changed_tokens *tokens = sw_diff_tokens_of(report, d);
    if (!d->rows_known || d->rows_changed == 0 || d->rows_changed == d->rows) {
        return;
    }
    sw_say(cli, SW_TONE_PLAIN, "             %s of %s rows:", sw_group_digits(cli, d->rows_changed),
        sw_group_digits(cli, d->rows));
    for (size_t i = 0; i < d->rows_changed && i < SHOWN; i++) {
        sw_say(cli, SW_TONE_PLAIN, " %llu", (unsigned long long)d->first_rows[i]);
        if (tokens != NULL && i < tokens->count) {
            sw_say(cli, SW_TONE_PLAIN, " \"" SW_STR_FMT "\"", SW_STR_ARG(tokens->tokens[i]));
        }
    }
    sw_say(cli, SW_TONE_PLAIN, "%s\n", d->rows_changed > SHOWN ? " ..." : "");
}

static void show_numbers(const struct sw_cli *cli, const struct sw_tensor_diff *d)
{
    char verdict[128];
    sw_diff_verdict(d, verdict);
    if (d->measured) {
        sw_say(cli, SW_TONE_PLAIN, "  |B-A| %.4g", d->norm);
        if (d->norm_a > 0) {
            sw_say(cli, SW_TONE_PLAIN, " (%.3g %% of |A|)", 100 * d->norm / d->norm_a);
        }
    }
    if (verdict[0] != '\0') {
        sw_say(cli, SW_TONE_WARN, "  %s", verdict);
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_tensor(
    struct sw_cli *cli, const struct sw_diff_report *report, const struct sw_tensor_diff *d)
{
    const struct sw_listed_tensor *t = either(d);
    sw_say(cli, SW_TONE_WARN, "  %-9s", sw_tensor_change_name(d->change));
    if (d->change == SW_TENSOR_RENAMED) {
        sw_say(cli, SW_TONE_PLAIN, " " SW_STR_FMT " ->", SW_STR_ARG(d->a->name));
    }
    sw_say(cli, SW_TONE_PLAIN, " " SW_STR_FMT, SW_STR_ARG(t->name));
    if (d->change == SW_TENSOR_RESHAPED) {
        show_shape(cli, d->a);
        sw_say(cli, SW_TONE_PLAIN, " ->");
    }
    show_shape(cli, t);
    show_numbers(cli, d);
    show_rows(cli, report, d);
}

static void show_document(const struct sw_cli *cli, const struct sw_changed_document *document)
{
    enum { SHOWN = 20 };
    sw_say(cli, SW_TONE_WARN, "  %-9s", document->change);
    sw_say(cli, SW_TONE_PLAIN, " %s\n", document->path);
    for (size_t i = 0; i < document->diff.count && i < SHOWN; i++) {
        const struct sw_diff_line *line = &document->diff.lines[i];
        sw_say(cli, SW_TONE_PLAIN, "             " SW_STR_FMT "\n", SW_STR_ARG(line->where));
        if (line->before.len > 0) {
            sw_say(cli, SW_TONE_BAD, "             - " SW_STR_FMT "\n", SW_STR_ARG(line->before));
        }
        if (line->after.len > 0) {
            sw_say(cli, SW_TONE_GOOD, "             + " SW_STR_FMT "\n", SW_STR_ARG(line->after));
        }
    }
    if (document->diff.total > SHOWN) {
        sw_say(cli, SW_TONE_DIM, "             and %llu more\n",
            (unsigned long long)(document->diff.total - SHOWN));
    }
}

/* "3 of 291 tensors changed, 1 added" */
static void show_summary(struct sw_cli *cli, const struct sw_diff_report *report)
{
    const struct sw_model_diff *diff = &report->tensors;
    bool same = sw_diff_is_same(report);
    sw_say(cli, same ? SW_TONE_GOOD : SW_TONE_WARN, same ? "same" : "different");
    sw_say(cli, SW_TONE_PLAIN, "  %s of %s the same",
        sw_group_digits(cli, diff->counts[SW_TENSOR_SAME]),
        sw_count_show(cli, diff->count, "tensor"));
    for (size_t i = SW_TENSOR_CHANGED; i < SW_COUNT(diff->counts); i++) {
        if (diff->counts[i] > 0) {
            sw_say(cli, SW_TONE_PLAIN, ", %s %s", sw_group_digits(cli, diff->counts[i]),
                sw_tensor_change_name((enum sw_tensor_change)i));
        }
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
    if (report->signer != NULL) {
        sw_say(cli, SW_TONE_PLAIN, "  A is what %s signed; only digests are known of it\n",
            report->signer);
    }
}

void sw_show_diff(struct sw_cli *cli, const struct sw_diff_report *report)
{
    enum { SHOWN = 100 };
    size_t shown = 0;
    show_summary(cli, report);
    for (size_t i = 0; i < report->tensors.count; i++) {
        const struct sw_tensor_diff *d = &report->tensors.tensors[i];
        if (d->change != SW_TENSOR_SAME && shown++ < SHOWN) {
            show_tensor(cli, report, d);
        }
    }
    if (shown > SHOWN) {
        sw_say(cli, SW_TONE_DIM, "  and %zu more (all of them with --json)\n", shown - SHOWN);
    }
    for (size_t i = 0; i < report->document_count; i++) {
        show_document(cli, &report->documents[i]);
    }
}

/* --- JSON --------------------------------------------------------------------------------------
 */

static void double_json(struct sw_json_writer *w, const char *name, double value)
{
    if (isfinite(value)) {
        sw_jw_double(w, name, value);
    } else {
        sw_jw_null(w, name);
    }
}

static void side_json(struct sw_json_writer *w, const char *name, const struct sw_listed_tensor *t)
{
    if (t == NULL) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_object(w, name);
    sw_jw_str(w, "name", t->name);
    sw_jw_str(w, "dtype", t->dtype);
    sw_jw_array(w, "shape");
    for (size_t i = 0; i < t->dim_count; i++) {
        sw_jw_u64(w, NULL, t->dims[i]);
    }
    sw_jw_array_end(w);
    sw_jw_text(w, "file", t->file[0] == '\0' ? NULL : t->file);
    sw_jw_object_end(w);
}

static void numbers_json(struct sw_json_writer *w, const struct sw_tensor_diff *d)
{
    sw_jw_u64(w, "elements", d->elements);
    sw_jw_u64(w, "elements_changed", d->changed);
    double_json(w, "norm", d->norm);
    double_json(w, "relative", d->norm_a > 0 ? d->norm / d->norm_a : INFINITY);
    double_json(w, "largest", d->largest);
    if (!d->rank_known) {
        sw_jw_null(w, "rank");
    } else {
        sw_jw_u64(w, "rank", d->rank);
    }
    sw_jw_bool(w, "low_rank", sw_diff_is_low_rank(d));
}

static void rows_json(
    struct sw_json_writer *w, const struct sw_diff_report *report, const struct sw_tensor_diff *d)
{
    const struct sw_changed_tokens *tokens = sw_diff_tokens_of(report, d);
    sw_jw_u64(w, "rows", d->rows);
    sw_jw_u64(w, "rows_changed", d->rows_changed);
    sw_jw_array(w, "first_rows");
    for (size_t i = 0; i < d->rows_changed && i < SW_DIFF_ROWS_MAX; i++) {
        sw_jw_u64(w, NULL, d->first_rows[i]);
    }
    sw_jw_array_end(w);
    if (tokens != NULL) {
        sw_json_texts(w, "tokens", tokens->tokens, tokens->count);
    }
}

static void change_json(
    struct sw_json_writer *w, const struct sw_diff_report *report, const struct sw_tensor_diff *d)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "change", sw_tensor_change_name(d->change));
    side_json(w, "a", d->a);
    side_json(w, "b", d->b);
    if (d->measured) {
        numbers_json(w, d);
    }
    if (d->rows_known) {
        rows_json(w, report, d);
    }
    sw_jw_object_end(w);
}

static void document_json(struct sw_json_writer *w, const struct sw_changed_document *document)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "path", document->path);
    sw_jw_text(w, "change", document->change);
    sw_jw_bool(w, "compared", document->compared);
    sw_jw_u64(w, "line_count", document->diff.total);
    sw_jw_array(w, "lines");
    for (size_t i = 0; i < document->diff.count; i++) {
        const struct sw_diff_line *line = &document->diff.lines[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "where", line->where);
        sw_json_text_or_null(w, "before", line->before);
        sw_json_text_or_null(w, "after", line->after);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

static void counts_json(struct sw_json_writer *w, const struct sw_model_diff *diff)
{
    sw_jw_object(w, "tensors");
    for (size_t i = 0; i < SW_COUNT(diff->counts); i++) {
        sw_jw_u64(w, sw_tensor_change_name((enum sw_tensor_change)i), diff->counts[i]);
    }
    sw_jw_object_end(w);
}

sw_result sw_diff_print_json(const struct sw_diff_report *report, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "same", sw_diff_is_same(report));
    sw_jw_text(w, "a", report->a);
    sw_jw_text(w, "b", report->b);
    sw_jw_text(w, "signer", report->signer);
    counts_json(w, &report->tensors);
    sw_jw_array(w, "changes");
    for (size_t i = 0; i < report->tensors.count; i++) {
        if (report->tensors.tensors[i].change != SW_TENSOR_SAME) {
            change_json(w, report, &report->tensors.tensors[i]);
        }
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "documents");
    for (size_t i = 0; i < report->document_count; i++) {
        document_json(w, &report->documents[i]);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}
