#include "cli/show_training.h"

struct export_args {
    const char *format;
    const char *out;
    const char *at;
    bool no_files;
};

static const struct sw_option options[] = {
    {"format", SW_OPTION_TEXT, offsetof(struct export_args, format), "FORMAT",
        "croissant, openlineage, prov or cyclonedx"},
    {"out", SW_OPTION_TEXT, offsetof(struct export_args, out), "FILE",
        "write to this file (default: standard output)"},
    {"at", SW_OPTION_TEXT, offsetof(struct export_args, at), "PATH",
        "where the dataset's files are now (default: where they were when it was ingested)"},
    {"no-files", SW_OPTION_FLAG, offsetof(struct export_args, no_files), NULL,
        "leave the files out of a Croissant document, and do not read them"},
    {NULL, 0, 0, NULL, NULL},
};

/* --- what it is about ------------------------------------------------------------------------ */

/* The name of a claimed dataset or model comes first, then a model on disk. */
static sw_result gather(
    struct sw_cli *cli, const struct sw_data *data, struct sw_exchange *out, struct sw_error *err)
{
    const char *operand = cli->operands[0];
    struct sw_error why = {0};
    enum sw_code code = sw_export_gather(data, sw_str(operand), out, &why);
    if (code != SW_E_NOENT || (!sw_dir_exists(operand) && !sw_file_exists(operand))) {
        return code == SW_OK ? SW_OK : sw_fail(err, code, "%s", why.text);
    }
    struct sw_digest root;
    SW_TRY(sw_model_root_of(cli, operand, &root, err));
    return sw_export_gather(data, sw_str(sw_digest_show(cli, &root)), out, err);
}

static sw_result add_files(struct sw_cli *cli, const struct export_args *args, struct sw_data *data,
    struct sw_exchange *exchange, struct sw_error *err)
{
    if (args->no_files || strcmp(args->format, "croissant") != 0) {
        return SW_OK;
    }
    const char *beside = ".";
    if (args->out != NULL) {
        beside = sw_arena_strndup(&cli->arena, sw_path_dir(args->out));
        SW_TRY_PTR(beside);
    }
    struct sw_bar *bar = sw_bar_start(cli, "comparing files");
    data->progress = sw_bar_progress(bar);
    enum sw_code code = sw_export_add_files(data, exchange, args->at, beside, err);
    data->progress = NULL;
    sw_bar_stop(bar);
    return code;
}

/* --- the command ----------------------------------------------------------------------------- */

static const char *about_name(struct sw_cli *cli, const struct sw_exchange *x)
{
    if (x->about_set == SW_NO_SET) {
        return sw_arena_printf(
            &cli->arena, "model " SW_STR_FMT, SW_STR_ARG(x->models[x->about_model].name));
    }
    const struct sw_exchange_set *set = &x->sets[x->about_set];
    return sw_arena_printf(&cli->arena, "dataset " SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(set->name),
        SW_STR_ARG(set->version));
}

static sw_result tell(struct sw_cli *cli, const struct export_args *args,
    const struct sw_exchange *x, size_t bytes, struct sw_error *err)
{
    const char *about = about_name(cli, x);
    SW_TRY_PTR(about);
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "written");
        sw_say(cli, SW_TONE_PLAIN, "  %s: %s as %s; %s, %s upstream\n", args->out, about,
            args->format, sw_count_show(cli, x->set_count, "dataset"),
            sw_count_show(cli, x->source_count, "source"));
        return SW_OK;
    }
    bool model = x->about_set == SW_NO_SET;
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "format", args->format);
    sw_jw_text(w, "file", args->out);
    sw_jw_u64(w, "bytes", bytes);
    sw_jw_text(w, "about", about);
    sw_json_digest(
        w, "digest", model ? &x->models[x->about_model].root : &x->sets[x->about_set].manifest);
    sw_jw_u64(w, "sources", x->source_count);
    sw_jw_u64(w, "datasets", x->set_count);
    sw_jw_u64(w, "steps", x->step_count);
    sw_jw_u64(w, "models", x->model_count);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_export(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct export_args *args = data;
    if (args->format == NULL) {
        return sw_fail(err, SW_E_USAGE,
            "say with --format what to write: croissant, openlineage, prov or cyclonedx");
    }
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_exchange exchange;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(gather(cli, &context.data, &exchange, err));
    SW_TRY(add_files(cli, args, &context.data, &exchange, err));
    SW_TRY(sw_export_write(&exchange, args->format, &text, err));
    if (args->out == NULL) {
        (void)fwrite(text.data, 1, text.len, stdout);
        return SW_OK;
    }
    SW_TRY(sw_output_write(args->out, sw_buf_bytes(&text), 0666, 0, err));
    return tell(cli, args, &exchange, text.len, err);
}

const struct sw_command sw_cmd_data_export = {
    .name = "data export",
    .summary = "write a dataset's or model's history for other tools",
    .operands = "NAME[@VERSION]|MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct export_args),
    .description =
        "Writes what trusted signers claimed about a dataset version, or about a model (its name, "
        "its root's digest, or the model on disk), and everything upstream of it:\n\n"
        "*croissant*: Croissant 1.1 metadata with PROV-O, for a dataset. Its files are read again "
        "and must be what was recorded; each gets its SHA-256.\n\n"
        "*openlineage*: OpenLineage 2-0-2 events, one a line, with facets for our digests.\n\n"
        "*prov*: W3C PROV-JSON: sources, datasets and models, the steps and runs that made them, "
        "and who signed.\n\n"
        "*cyclonedx*: CycloneDX 1.6 with components of type data and, for a model, a model card "
        "that refers to them.\n\n"
        "What rests on a document alone is marked as declared in each of them, and gaps are named. "
        "The same store gives the same bytes.",
    .examples = "  sealwright data export mails@2 --format croissant --out mails/croissant.json\n"
                "  sealwright data export model/ --format cyclonedx\n",
    .run = run_export,
};
