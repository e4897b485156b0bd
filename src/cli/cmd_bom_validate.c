#include "cli/bom_file.h"

struct validate_args {
    bool unused;
};

static sw_result print_json(const struct sw_bom_check *check, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "valid", check->count == 0);
    sw_jw_text(w, "format", check->format);
    sw_json_text_or_null(w, "spec", check->spec);
    sw_jw_u64(w, "problem_count", check->count);
    sw_jw_array(w, "problems");
    for (size_t i = 0; i < check->kept; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "pointer", check->problems[i].pointer);
        sw_jw_text(w, "what", check->problems[i].what);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static const char *format_told(const struct sw_bom_check *check)
{
    if (check->format == NULL) {
        return "no bill of materials";
    }
    return strcmp(check->format, "spdx") == 0 ? "SPDX" : "CycloneDX";
}

static void show(struct sw_cli *cli, const struct sw_bom_check *check)
{
    for (size_t i = 0; i < check->kept; i++) {
        const struct sw_bom_problem *p = &check->problems[i];
        sw_say(cli, SW_TONE_BOLD, "%s", p->pointer[0] == '\0' ? "/" : p->pointer);
        sw_say(cli, SW_TONE_PLAIN, ": %s\n", p->what);
    }
    if (check->count > check->kept) {
        sw_say(cli, SW_TONE_DIM, "and %s more\n", sw_group_digits(cli, check->count - check->kept));
    }
    sw_say(cli, check->count == 0 ? SW_TONE_GOOD : SW_TONE_BAD, "%s",
        check->count == 0 ? "valid" : "not valid");
    sw_say(cli, SW_TONE_PLAIN, "  %s: %s", cli->operands[0], format_told(check));
    if (check->spec.len > 0) {
        sw_say(cli, SW_TONE_PLAIN, " %.*s", (int)(check->spec.len < 20 ? check->spec.len : 20),
            check->spec.ptr);
    }
    if (check->count > 0) {
        sw_say(cli, SW_TONE_PLAIN, ", %s", sw_count_show(cli, check->count, "problem"));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static sw_result answer(
    struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err)
{
    struct sw_json document;
    struct sw_bom_check check;
    (void)result;
    (void)data;
    SW_TRY(sw_bom_file_parse(cli, cli->operands[0], &document, err));
    SW_TRY(sw_bom_validate(&cli->arena, &document, &check));
    cli->status = check.count == 0 ? 0 : 1;
    if (cli->json) {
        return print_json(&check, err);
    }
    show(cli, &check);
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    return sw_bom_confined(cli, data, answer, err);
}

const struct sw_command sw_cmd_bom_validate = {
    .name = "bom validate",
    .summary = "hold a bill of materials against the rules of its format",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = NULL,
    .args_size = sizeof(struct validate_args),
    .description =
        "Reads CycloneDX 1.4 to 1.7 or SPDX 3.0.1, both as JSON (FILE '-': standard input), and "
        "tells each problem with its JSON pointer: members that are missing, that the version does "
        "not have or that are of the wrong type, words that may not stand there, names that are "
        "there twice or that nothing bears, hashes, package URLs and licence expressions that are "
        "none.\n\n"
        "Exits 1 when there is one.",
    .examples = "  sealwright bom validate model.cdx.json\n"
                "  sealwright bom make model/ | sealwright bom validate -\n",
    .run = run,
};
