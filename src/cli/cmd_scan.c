#include "cli/show_scan.h"

/* clean 0, malicious 1, and what was not understood is no evidence of being clean. */
static int status_of(enum sw_scan_verdict verdict)
{
    static const int status[] = {
        [SW_SCAN_CLEAN] = 0,
        [SW_SCAN_SUSPICIOUS] = 1,
        [SW_SCAN_MALICIOUS] = 1,
        [SW_SCAN_INCONCLUSIVE] = 3,
    };
    return status[verdict];
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    struct sw_bar *bar = sw_bar_start(cli, "scanning");
    struct sw_scan_report report;
    enum sw_code code =
        sw_scan_path(&cli->arena, cli->operands[0], sw_bar_progress(bar), &report, err);
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
    .description =
        "Recognises every file by its content, not its name, and looks into it without running "
        "anything: pickles are walked opcode by opcode and every import is named, tensor files are "
        "checked to the byte. The parsers run in a confined process. A .git directory at the root "
        "is left out."
        " Clean means that nothing "
        "was found by the present rules, not that the model is safe.",
    .examples = "  sealwright scan model/\n"
                "  sealwright scan --json pytorch_model.bin\n",
    .run = run,
};
