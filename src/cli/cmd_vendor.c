#include "cli/show_vendor.h"

/* --- vendor new ------------------------------------------------------------------------------- */

struct new_args {
    const char *output;
};

static const struct sw_option new_options[] = {
    {"output", SW_OPTION_TEXT, offsetof(struct new_args, output), "FILE",
        "write it to this file, which must be new (default: standard output)"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result run_new(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct new_args *args = data;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const char *name = cli->operands[0];
    SW_TRY(sw_vendor_template(sw_str(name), &text, err));
    if (args->output == NULL) {
        (void)fwrite(text.data, 1, text.len, stdout);
        return SW_OK;
    }
    SW_TRY(sw_file_write(args->output, sw_buf_bytes(&text), 0666, SW_WRITE_EXCLUSIVE, err));
    if (cli->json) {
        struct sw_json_out out;
        struct sw_json_writer *w = sw_json_out_begin(&out);
        sw_jw_object(w, NULL);
        sw_jw_text(w, "vendor", name);
        sw_jw_text(w, "file", args->output);
        sw_jw_object_end(w);
        return sw_json_out_end(&out, err);
    }
    sw_say(cli, SW_TONE_GOOD, "written");
    sw_say(cli, SW_TONE_PLAIN,
        "  %s: fill it in, then 'sealwright vendor check' and 'vendor sign'\n", args->output);
    return SW_OK;
}

const struct sw_command sw_cmd_vendor_new = {
    .name = "vendor new",
    .summary = "write an empty record of a supplier, with every question",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .options = new_options,
    .args_size = sizeof(struct new_args),
    .description =
        "Writes a YAML file to be filled in: the services of the supplier and by what they are "
        "recognised, what depends on it, what of yours it gets, the review, the documents, and "
        "every question with its choices. NAME is the supplier's one name, in small letters.\n\n"
        "The questions are mapped to the controls of the Coalition for Secure AI's risk map.",
    .examples = "  sealwright vendor new example --output vendors/example.yaml\n",
    .run = run_new,
};

/* --- vendor check ----------------------------------------------------------------------------- */

struct check_args {
    const char *documents;
    const char *at;
};

static const struct sw_option check_options[] = {
    {"documents", SW_OPTION_TEXT, offsetof(struct check_args, documents), "DIR",
        "hash the documents below DIR, and compare them with the record"},
    SW_VENDOR_AT_OPTION(struct check_args, at),
    {NULL, 0, 0, NULL, NULL},
};

static int worst_of(const struct sw_vendor_finding *list, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count; i++) {
        bool fails = list[i].status == 1;
        status = fails || (status == 0 && list[i].status != 0) ? list[i].status : status;
    }
    return status;
}

static const char *verdict_of(int status)
{
    return status == 0 ? "pass" : status == 1 ? "fail" : "incomplete";
}

static sw_result check_json(const struct sw_vendor *vendor, const struct sw_vendor_finding *list,
    size_t count, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "vendor", vendor->name);
    sw_jw_text(w, "verdict", verdict_of(worst_of(list, count)));
    sw_jw_u64(w, "score", vendor->score.score);
    sw_jw_str(w, "level", vendor->score.level);
    sw_jw_array(w, "findings");
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "kind", list[i].kind);
        sw_jw_str(w, "about", list[i].about);
        sw_jw_text(w, "text", list[i].text);
        sw_jw_text(w, "verdict", verdict_of(list[i].status));
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void check_text(struct sw_cli *cli, const struct sw_vendor *vendor,
    const struct sw_vendor_finding *list, size_t count)
{
    int status = worst_of(list, count);
    for (size_t i = 0; i < count; i++) {
        sw_say(cli, list[i].status == 1 ? SW_TONE_BAD : SW_TONE_WARN, "%-14s", list[i].kind);
        sw_say(cli, SW_TONE_PLAIN, SW_STR_FMT ": %s\n", SW_STR_ARG(list[i].about), list[i].text);
    }
    sw_say(cli, status == 0 ? SW_TONE_GOOD : SW_TONE_BAD, "%s", verdict_of(status));
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT ": risk %llu of 100, " SW_STR_FMT "\n",
        SW_STR_ARG(vendor->name), (unsigned long long)vendor->score.score,
        SW_STR_ARG(vendor->score.level));
}

static sw_result run_check(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct check_args *args = data;
    struct sw_vendor vendor;
    struct sw_vendor_finding *list = NULL;
    size_t count = 0;
    int64_t at;
    SW_TRY(sw_vendor_at(cli, args->at, &at, err));
    SW_TRY(sw_vendor_open(&cli->arena, cli->operands[0], &vendor, err));
    if (args->documents != NULL) {
        SW_TRY(sw_vendor_hash(&vendor, args->documents, err));
    }
    SW_TRY(sw_vendor_weigh(&cli->arena, &vendor, at));
    SW_TRY(sw_vendor_check(&cli->arena, &vendor, at, &list, &count));
    cli->status = worst_of(list, count);
    if (cli->json) {
        return check_json(&vendor, list, count, err);
    }
    check_text(cli, &vendor, list, count);
    return SW_OK;
}

const struct sw_command sw_cmd_vendor_check = {
    .name = "vendor check",
    .summary = "say what of a supplier's record is unanswered, run out or due",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = check_options,
    .args_size = sizeof(struct check_args),
    .description =
        "Reads a record in a process that has nothing but that file. Exit status 1: something has "
        "run out, is overdue, refused, or cannot be, such as a review in the future. 3: something "
        "is not answered or not said. 0: neither.\n\n"
        "A document that has run out does not matter once there is a current one of its kind.",
    .examples = "  sealwright vendor check vendors/example.yaml\n"
                "  sealwright vendor check vendors/example.yaml --documents vendors/ "
                "--at 2027-01-01\n",
    .run = run_check,
};

/* --- vendor score ----------------------------------------------------------------------------- */

struct score_args {
    const char *max;
    const char *at;
};

static const struct sw_option score_options[] = {
    {"max", SW_OPTION_TEXT, offsetof(struct score_args, max), "N",
        "fail when the risk is over N of 100"},
    SW_VENDOR_AT_OPTION(struct score_args, at),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result read_max(const char *text, uint64_t *out, struct sw_error *err)
{
    *out = SW_VENDOR_SCORE_MAX;
    if (text == NULL || (sw_parse_u64(sw_str(text), out) && *out <= SW_VENDOR_SCORE_MAX)) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE, "--max takes a number from 0 to 100, not '%s'", text);
}

static sw_result score_json(const struct sw_vendor *vendor, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "vendor", vendor->name);
    sw_vendor_score_json(w, vendor);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run_score(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct score_args *args = data;
    struct sw_vendor vendor;
    uint64_t max;
    int64_t at;
    SW_TRY(sw_vendor_at(cli, args->at, &at, err));
    SW_TRY(read_max(args->max, &max, err));
    SW_TRY(sw_vendor_open(&cli->arena, cli->operands[0], &vendor, err));
    SW_TRY(sw_vendor_weigh(&cli->arena, &vendor, at));
    cli->status = vendor.score.score > max ? 1 : 0;
    if (cli->json) {
        return score_json(&vendor, err);
    }
    sw_vendor_show_score(cli, &vendor);
    return SW_OK;
}

const struct sw_command sw_cmd_vendor_score = {
    .name = "vendor score",
    .summary = "show the risk of a supplier with all of its arithmetic",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .options = score_options,
    .args_size = sizeof(struct score_args),
    .description =
        "Each answer has points, from 0 (nothing is left open) to 4, and each question a weight. "
        "Their products over all questions, as a part of the worst that could be, are the "
        "*weakness*, of 1,000. What the supplier gets of yours times what depends on it is the "
        "*inherent* risk, of 16. Both together are the risk, of 100.\n\n"
        "What is not answered counts as the worst. A good answer that wants a document behind it "
        "counts one point worse without a current one. Whole numbers, rounded up: the same record, "
        "questions and day give the same risk everywhere.",
    .examples = "  sealwright vendor score vendors/example.yaml --max 35\n",
    .run = run_score,
};
