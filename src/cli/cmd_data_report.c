#include "cli/data_context.h"
#include "cli/show_report.h"
#include "cli/show_training.h"

#include <stdlib.h>

struct report_args {
    const char *at;
    const char *html;
    bool store_only;
    bool summary;
};

static const struct sw_option options[] = {
    {"at", SW_OPTION_TEXT, offsetof(struct report_args, at), "PATH",
        "where the data is now (default: where it was when it was ingested)"},
    {"store-only", SW_OPTION_FLAG, offsetof(struct report_args, store_only), NULL,
        "count by what the store keeps, and do not read the data again"},
    {"html", SW_OPTION_TEXT, offsetof(struct report_args, html), "FILE",
        "write the report as one page with plots, replacing FILE"},
    {"summary", SW_OPTION_FLAG, offsetof(struct report_args, summary), NULL,
        "print the public summary of training content (EU AI Act), as Markdown"},
    {NULL, 0, 0, NULL, NULL},
};

#define PAGE_MODE 0666
#define MODEL_WORD "model:"

/* --- making ---------------------------------------------------------------------------------- */

/* The first digits of a digest stand for it, as everywhere. */
static sw_result subject_of(
    struct sw_cli *cli, struct sw_store *store, struct sw_str *out, struct sw_error *err)
{
    const char *text = cli->operands[0];
    struct sw_digest digest;
    *out = sw_str(text);
    if (strchr(text, ':') == NULL || !sw_cli_is_abbreviation(text)) {
        return SW_OK;
    }
    SW_TRY(sw_cli_digest(cli, store, SW_DIGEST_OF_SUBJECTS, text, &digest, err));
    *out = sw_str(sw_digest_show(cli, &digest));
    return SW_OK;
}

static sw_result make_of(struct sw_cli *cli, const struct sw_report_options *how,
    struct sw_data_context *context, struct sw_str subject, struct sw_report **report,
    struct sw_error *err)
{
    struct sw_bar *bar = sw_bar_start(cli, "reading");
    context->data.progress = sw_bar_progress(bar);
    enum sw_code code = sw_report_make(&context->data, subject, how, report, err);
    sw_bar_stop(bar);
    context->data.progress = NULL;
    return code;
}

/* The name of what was claimed comes first, then a model on disk. */
static sw_result make(struct sw_cli *cli, const struct report_args *args,
    struct sw_data_context *context, struct sw_report **report, struct sw_error *err)
{
    const struct sw_report_options how = {
        .at = args->at, .rows_only = args->store_only, .scratch = getenv("TMPDIR")};
    const char *path = cli->operands[0];
    path += sw_str_starts(sw_str(path), MODEL_WORD) ? strlen(MODEL_WORD) : 0;
    struct sw_str subject;
    struct sw_digest root;
    struct sw_error why = {0};
    SW_TRY(subject_of(cli, context->store, &subject, err));
    enum sw_code code = make_of(cli, &how, context, subject, report, &why);
    if (code != SW_E_NOENT || (!sw_dir_exists(path) && !sw_file_exists(path))) {
        return code == SW_OK ? SW_OK : sw_fail(err, code, "%s", why.text);
    }
    SW_TRY(sw_model_root_of(cli, path, &root, err));
    return make_of(cli, &how, context, sw_str(sw_digest_show(cli, &root)), report, err);
}

static sw_result write_page(const char *path, const struct sw_report *report, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf page = SW_BUF_INIT;
    SW_TRY(sw_report_html(report, &page, err));
    return sw_output_write(path, sw_buf_bytes(&page), PAGE_MODE, 0, err);
}

/* --- telling --------------------------------------------------------------------------------- */

static sw_result print_json(
    const struct report_args *args, const struct sw_report *report, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_report_json(report, w);
    sw_jw_text(w, "page", args->html);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result print_summary(
    const struct sw_cli *cli, const struct sw_report *report, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    enum sw_code code = sw_summary_markdown(report, &text);
    if (code != SW_OK) {
        return sw_fail(err, code, "cannot write the summary");
    }
    if (!cli->quiet) {
        (void)fwrite(text.data, 1, text.len, stdout);
    }
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct report_args *args = data;
    SW_CLEANUP(data_context) struct sw_data_context context;
    struct sw_report *report = NULL;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(make(cli, args, &context, &report, err));
    if (args->html != NULL) {
        SW_TRY(write_page(args->html, report, err));
    }
    cli->status = sw_report_is_partial(report) ? 3 : 0;
    if (cli->json) {
        return print_json(args, report, err);
    }
    if (args->summary) {
        return print_summary(cli, report, err);
    }
    sw_show_report(cli, report);
    if (args->html != NULL) {
        sw_say(cli, SW_TONE_DIM, "\n");
        sw_say(cli, SW_TONE_DIM, "page written to %s\n", args->html);
    }
    return SW_OK;
}

const struct sw_command sw_cmd_data_report = {
    .name = "data report",
    .summary = "say what a dataset, a mixture or a model's data is made of",
    .operands = "DATASET|MIXTURE|MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct report_args),
    .description =
        "Counts samples, bytes, lengths, exact duplicates, sources, weights, steps and what was "
        "left out, by what the store keeps; then reads the data again and counts words, languages "
        "and labels of those samples that are as recorded. Also fills the public summary of "
        "training content that Article 53(1)(d) of the EU AI Act asks for, from signed records "
        "only: what they do not say is \"not recorded\".\n\n"
        "DATASET is NAME, NAME@VERSION or a manifest digest, MODEL one on disk or the digest of "
        "its root; where a name is of a dataset and of a mixture, say dataset:NAME, mixture:NAME "
        "or model:MODEL. A word is a run of "
        "letters and digits, an ideograph is one; no model's tokenizer counts so. Languages that "
        "samples do not declare are guessed.\n\n"
        "Exit status: 0 when all was counted, or with --store-only; 3 when samples could not be "
        "read again as they were recorded, and so words, languages and labels are of a part or "
        "missing.",
    .examples = "  sealwright data report mails\n"
                "  sealwright data report mails@2 --at /mnt/copy/mails.jsonl --html mails.html\n"
                "  sealwright data report filter/\n"
                "  sealwright data report sha256:9c0903b9… --summary >summary.md\n",
    .run = run,
};
