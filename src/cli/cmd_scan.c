#include "cli/show_scan.h"

struct scan_args {
    struct sw_scan_args scan;
    bool metadata_only;
};

static const struct sw_option options[] = {
    SW_SCAN_OPTIONS(struct scan_args, scan),
    {"metadata-only", SW_OPTION_FLAG, offsetof(struct scan_args, metadata_only), NULL,
        "pass over tensors and other large data; the coverage says how much was skipped"},
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

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct scan_args *args = data;
    struct sw_scan_options scan = {0};
    SW_TRY(sw_scan_args_time_limit(&args->scan, &scan.time_limit, err));
    scan.metadata_only = args->metadata_only;
    struct sw_bar *bar = sw_bar_start(cli, "scanning");
    scan.progress = sw_bar_progress(bar);
    struct sw_scan_report report;
    enum sw_code code = sw_scan_path(&cli->arena, cli->operands[0], &scan, &report, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    cli->status = status_of(report.verdict);
    if (!cli->json) {
        sw_show_scan(cli, &report);
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_scan_json(w, &report);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
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
        "checked to the byte. Each file is parsed in a confined process of its own. A .git "
        "directory at the root is left out. Clean means that every file was read, or is text or "
        "an image, and that nothing was found by the present rules; not that the model is safe. "
        "Notes are findings of low or medium severity, of which none is a reason to refuse. "
        "Refused "
        "is what has a finding of high or critical severity (exit 1), and what was not read to its "
        "end, such as a format that has no parser here (exit 3).",
    .examples = "  sealwright scan model/\n"
                "  sealwright scan --time-limit 10m model/\n"
                "  sealwright scan --json pytorch_model.bin\n",
    .run = run,
};
