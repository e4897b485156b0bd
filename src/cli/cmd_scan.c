#include "cli/show_scan.h"

struct scan_args {
    struct sw_scan_args scan;
    struct sw_text_list packs;
    bool metadata_only;
    bool profile;
    bool tensors;
    const char *format;
};

static const struct sw_option options[] = {
    SW_SCAN_OPTIONS(struct scan_args, scan),
    {"format", SW_OPTION_TEXT, offsetof(struct scan_args, format), "FORMAT",
        "print the report as text, json, sarif (SARIF 2.1.0) or cyclonedx (CycloneDX 1.6)"},
    {"pack", SW_OPTION_LIST, offsetof(struct scan_args, packs), "FILE",
        "also allow what this pack allows: FILE.sigstore.json must be its signature by somebody "
        "whom the store's trust.yaml names; may be given again"},
    {"metadata-only", SW_OPTION_FLAG, offsetof(struct scan_args, metadata_only), NULL,
        "pass over tensors and other large data; the coverage says how much was skipped"},
    {"profile", SW_OPTION_FLAG, offsetof(struct scan_args, profile), NULL,
        "print what the numbers of each tensor are like"},
    {"tensors", SW_OPTION_FLAG, offsetof(struct scan_args, tensors), NULL,
        "print the digest of each tensor, and the root over them"},
    {NULL, 0, 0, NULL, NULL},
};

/* Notes are no reason to refuse; what was not understood is no evidence of being clean. */
static int status_of(enum sw_scan_verdict verdict)
{
    static const int status[] = {
        [SW_SCAN_CLEAN] = 0,
        [SW_SCAN_NOTES] = 0,
        [SW_SCAN_REFUSED] = 1,
        [SW_SCAN_NO_EVIDENCE] = 3,
    };
    return status[verdict];
}

/* How a report can be printed. */
typedef void (*document_fn)(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_scan_report *report);

enum { FORMAT_TEXT, FORMAT_JSON };
static const struct {
    const char *name;
    document_fn write; /* NULL: here */
} formats[] = {
    [FORMAT_TEXT] = {"text", NULL},
    [FORMAT_JSON] = {"json", NULL},
    {"sarif", sw_scan_sarif},
    {"cyclonedx", sw_scan_cyclonedx},
};

static sw_result choose_format(
    const struct sw_cli *cli, const struct scan_args *args, size_t *out, struct sw_error *err)
{
    const char *name = args->format != NULL ? args->format : cli->json ? "json" : "text";
    for (size_t i = 0; i < SW_COUNT(formats); i++) {
        if (strcmp(name, formats[i].name) == 0) {
            *out = i;
            return SW_OK;
        }
    }
    return sw_fail(
        err, SW_E_USAGE, "option '--format' takes text, json, sarif or cyclonedx, not '%s'", name);
}

static sw_result scan_it(struct sw_cli *cli, const struct scan_args *args,
    struct sw_scan_report *report, struct sw_error *err)
{
    if (args->metadata_only && (args->tensors || args->profile)) {
        return sw_fail(err, SW_E_USAGE,
            "--metadata-only passes over tensors, so it does not go with --tensors or --profile");
    }
    struct sw_scan_options scan = {.metadata_only = args->metadata_only,
        .profile = args->profile,
        .hash_tensors = args->tensors};
    SW_TRY(sw_scan_args_time_limit(&args->scan, &scan.time_limit, err));
    SW_TRY(sw_scan_args_packs(cli, &args->packs, &scan, err));
    struct sw_bar *bar = sw_bar_start(cli, "scanning");
    scan.progress = sw_bar_progress(bar);
    enum sw_code code = sw_scan_path(&cli->arena, cli->operands[0], &scan, report, err);
    sw_bar_stop(bar);
    return code;
}

static sw_result show(struct sw_cli *cli, const struct scan_args *args,
    const struct sw_scan_report *report, struct sw_error *err)
{
    sw_show_scan(cli, report);
    if (args->profile) {
        sw_show_profile(cli, report);
    }
    return args->tensors ? sw_show_tensors(cli, report, err) : SW_OK;
}

static sw_result write_json(struct sw_cli *cli, const struct scan_args *args,
    const struct sw_scan_report *report, struct sw_json_writer *w, struct sw_error *err)
{
    sw_jw_object(w, NULL);
    sw_scan_json(w, report);
    if (args->profile) {
        sw_profile_json(w, report);
    }
    SW_TRY(args->tensors ? sw_tensors_json(w, cli, report, err) : SW_OK);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result print_document(struct sw_cli *cli, const struct scan_args *args, size_t format,
    const struct sw_scan_report *report, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    enum sw_code code = SW_OK;
    if (format == FORMAT_JSON) {
        code = write_json(cli, args, report, w, err);
    } else {
        formats[format].write(cli, w, report);
    }
    if (code != SW_OK) {
        sw_buf_release(&out.buf);
        return code;
    }
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct scan_args *args = data;
    size_t format = FORMAT_TEXT;
    struct sw_scan_report report;
    SW_TRY(choose_format(cli, args, &format, err));
    SW_TRY(scan_it(cli, args, &report, err));
    cli->status = status_of(report.verdict);
    return format == FORMAT_TEXT ? show(cli, args, &report, err)
                                 : print_document(cli, args, format, &report, err);
}

const struct sw_command sw_cmd_scan = {
    .name = "scan",
    .summary = "say what the bytes of a model can do",
    .operands = "PATH",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct scan_args),
    .description =
        "Recognises every file by its content, not its name, and looks into it without running "
        "anything: pickles are walked opcode by opcode and every import is named, tensor files are "
        "checked to the byte and their numbers weighed. Each file is parsed in a confined process "
        "of its own. A .git "
        "directory at the root is left out. Clean means that every file was read, or is text or "
        "an image, and that nothing was found by the present rules; not that the model is safe. "
        "Notes are findings of low or medium severity, of which none is a reason to refuse. "
        "Refused "
        "is what has a finding of high or critical severity (exit 1), and what was not read to its "
        "end, such as a format that has no parser here (exit 3).",
    .examples = "  sealwright scan model/\n"
                "  sealwright scan --time-limit 10m model/\n"
                "  sealwright scan --json pytorch_model.bin\n"
                "  sealwright scan --format sarif model/ >model.sarif\n"
                "  sealwright scan --pack our-models.yaml model/\n",
    .run = run,
};
