#include "cli/bom_file.h"
#include "cli/card_evidence.h"
#include "cli/card_file.h"

struct render_args {
    const char *format;
    const char *model;
    const char *output;
    const char *time;
    bool allow_symlinks;
};

#define TEXT(field, value, help) SW_TEXT_OPTION(struct render_args, field, value, help)

static const struct sw_option options[] = {
    TEXT(format, "FORMAT", "markdown (default), html, cyclonedx, spdx or json"),
    TEXT(model, "PATH", "without CARD: the newest trusted card in the log about these files"),
    TEXT(output, "FILE", "write to this file (default: standard output)"),
    TEXT(time, "TIME",
        "cyclonedx and spdx: when the document was made, or 'now' (default: the "
        "card's time, or SOURCE_DATE_EPOCH)"),
    {"allow-symlinks", SW_OPTION_FLAG, offsetof(struct render_args, allow_symlinks), NULL,
        "with --model: follow symlinks to files (to directories never)"},
    {NULL, 0, 0, NULL, NULL},
};

struct rendering {
    struct sw_cli *cli;
    const struct render_args *args;
    struct sw_card card;
    struct sw_buf document;
};

static sw_result as_bom(struct rendering *r, bool spdx, struct sw_error *err)
{
    struct sw_bom bom;
    SW_TRY(sw_card_to_bom(&r->card, &bom));
    if (r->args->time != NULL || !bom.timed) {
        SW_TRY(sw_bom_time_choose(r->cli, r->args->time, &bom, err));
    }
    return spdx ? sw_bom_write_spdx(&bom, &r->document, err)
                : sw_bom_write_cyclonedx(&bom, "1.7", &r->document, err);
}

static sw_result as_cyclonedx(struct rendering *r, struct sw_error *err)
{
    return as_bom(r, false, err);
}

static sw_result as_spdx(struct rendering *r, struct sw_error *err)
{
    return as_bom(r, true, err);
}

static sw_result as_markdown(struct rendering *r, struct sw_error *err)
{
    (void)err;
    return sw_card_write_markdown(&r->card, &r->document);
}

static sw_result as_html(struct rendering *r, struct sw_error *err)
{
    (void)err;
    return sw_card_write_html(&r->card, &r->document);
}

static sw_result as_json(struct rendering *r, struct sw_error *err)
{
    (void)err;
    return sw_card_write(&r->card, &r->document);
}

static const struct format {
    const char *name;
    sw_result (*write)(struct rendering *r, struct sw_error *err);
} formats[] = {{"markdown", as_markdown}, {"html", as_html}, {"cyclonedx", as_cyclonedx},
    {"spdx", as_spdx}, {"json", as_json}};

static sw_result choose(
    const struct render_args *args, const struct format **out, struct sw_error *err)
{
    const char *name = args->format == NULL ? "markdown" : args->format;
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            *out = &formats[i];
            return SW_OK;
        }
    }
    return sw_fail(
        err, SW_E_USAGE, "--format takes markdown, html, cyclonedx, spdx or json, not '%s'", name);
}

static sw_result load(struct rendering *r, struct sw_error *err)
{
    SW_CLEANUP(card_reader) struct sw_card_reader *reader = NULL;
    struct sw_cli *cli = r->cli;
    struct sw_manifest manifest;
    struct sw_digest claim;
    bool readme;
    if ((cli->operand_count == 1) == (r->args->model != NULL)) {
        return sw_fail(err, SW_E_USAGE, "give either a card or --model PATH");
    }
    SW_TRY(sw_card_reader_new(&reader, err));
    if (cli->operand_count == 1) {
        return sw_card_file_read(cli, reader, cli->operands[0], &r->card, &readme, err);
    }
    SW_TRY(sw_card_hash(cli, r->args->model, r->args->allow_symlinks, &manifest, err));
    return sw_card_recorded(cli, &manifest, &r->card, &claim, err);
}

static sw_result deliver(struct rendering *r, const char *format, struct sw_error *err)
{
    const char *file = r->args->output;
    struct sw_json_out out;
    if (file == NULL) {
        (void)fwrite(r->document.data, 1, r->document.len, stdout);
        return SW_OK;
    }
    SW_TRY(sw_output_write(file, sw_buf_bytes(&r->document), 0666, 0, err));
    if (!r->cli->json) {
        sw_say(r->cli, SW_TONE_GOOD, "written");
        sw_say(r->cli, SW_TONE_PLAIN, "  %s: the card as %s\n", file, format);
        return SW_OK;
    }
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "format", format);
    sw_jw_text(w, "file", file);
    sw_jw_u64(w, "bytes", r->document.len);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result render(struct rendering *r, struct sw_error *err)
{
    const struct format *format = NULL;
    SW_TRY(choose(r->args, &format, err));
    SW_TRY(load(r, err));
    SW_TRY(format->write(r, err));
    return deliver(r, format->name, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    struct rendering r = {.cli = cli, .args = data};
    enum sw_code code = render(&r, err);
    sw_buf_release(&r.document);
    return code;
}

const struct sw_command sw_cmd_card_render = {
    .name = "card render",
    .summary = "show a card as Markdown for the Hub, a page, CycloneDX or SPDX",
    .operands = "[CARD]",
    .min_operands = 0,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct render_args),
    .description =
        "CARD is what *card make* writes, or a README.md. *markdown* has the front matter of the "
        "Hub; values that the Hub would not take stand in the text alone. *html* is one page that "
        "loads nothing. *cyclonedx* is a document of version 1.7 whose main component has the "
        "modelCard; *spdx* has an AIPackage or a DatasetPackage.\n\n"
        "Every value has its origin beside it. Markup in values is shown as text, and hidden "
        "characters by their numbers.\n\n"
        "A README.md that is written into the model changes its root: sign after that.",
    .examples = "  sealwright card render model.card.json --output model/README.md\n"
                "  sealwright card render --model model/ --format html --output model.html\n",
    .run = run,
};
