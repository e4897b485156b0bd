#include "cli/data_context.h"

struct verify_args {
    const char *at;
    bool store_only;
};

static const struct sw_option options[] = {
    {"at", SW_OPTION_TEXT, offsetof(struct verify_args, at), "PATH",
        "where the data is now (default: where it was when it was ingested)"},
    {"store-only", SW_OPTION_FLAG, offsetof(struct verify_args, store_only), NULL,
        "check what the store keeps, and do not read the data again"},
    {NULL, 0, 0, NULL, NULL},
};

enum data_verdict {
    DATA_PASS,
    DATA_FAIL,
    DATA_NO_EVIDENCE,
};

struct checked {
    struct sw_dataset_claim set;
    struct sw_data_verification found;
    size_t lineages;  /* files that were checked */
    uint64_t entries; /* of the log */
    bool compared;    /* the data was read again */
    const char *why_not;
    enum data_verdict verdict;
};

/* --- checking -------------------------------------------------------------------------------- */

/* Each lineage that made this set. */
static sw_result check_lineages(struct sw_data *data, struct checked *checked, struct sw_error *err)
{
    struct sw_data_claim *claims;
    size_t count;
    SW_TRY(sw_data_claims(
        data, SW_PREDICATE_LINEAGE, &checked->set.manifest, &claims, &count, NULL, err));
    for (size_t i = 0; i < count; i++) {
        struct sw_lineage_claim claim;
        SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
        SW_TRY(sw_lineage_claim_read(data->arena, &claims[i].statement, &claim, err));
        const char *path = sw_data_file_path(data, SW_DATA_FILE_LINEAGE, &claim.lineage);
        SW_TRY_PTR(path);
        struct sw_error why = {0};
        enum sw_code code = sw_lineage_open(&lineage, path, &claim.lineage, &why);
        checked->lineages++;
        SW_TRY(code == SW_OK ? sw_data_check_lineage(data, &lineage, &checked->found, err)
                             : sw_data_broken_file(data, &checked->found, code, &why, err));
    }
    return SW_OK;
}

/* The log and all that it holds: what was signed about the set stands in it. */
static sw_result check_log(struct sw_data *data, struct checked *checked, struct sw_error *err)
{
    struct sw_log_report report = {0};
    SW_TRY(sw_log_verify(
        data->store, NULL, sw_bytes(NULL, 0), data->progress, data->arena, &report, err));
    checked->entries = report.entries;
    for (size_t i = 0; i < report.kept; i++) {
        const struct sw_log_problem *p = &report.problems[i];
        struct sw_error why = {.code = SW_E_REFUSED};
        (void)sw_fail(&why, SW_E_REFUSED, "%s: %s", p->file, p->what);
        SW_TRY(sw_data_broken_file(data, &checked->found, SW_E_REFUSED, &why, err));
    }
    return SW_OK;
}

/* Reads the data again, where it is known how and where. */
static sw_result compare(struct sw_data *data, const struct verify_args *args, struct sw_rows *rows,
    struct checked *checked, struct sw_error *err)
{
    struct sw_record_options how;
    struct sw_salt salt;
    struct sw_error why = {0};
    const char *path = args->at;
    if (path == NULL && checked->set.location.len > 0) {
        path = sw_arena_strndup(data->arena, checked->set.location);
        SW_TRY_PTR(path);
    }
    if (args->store_only || path == NULL) {
        checked->why_not = args->store_only ? "it was asked to check the store only"
                                            : "nobody said where it is; name it with --at";
        return SW_OK;
    }
    SW_TRY(sw_record_options_read(data->arena, checked->set.options, &how, err));
    enum sw_code code = sw_salt_load(data, checked->set.salt, &salt, &why);
    if (code == SW_E_NOENT) {
        checked->why_not = "its salt was forgotten: no digest can be made again";
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text);
    }
    checked->compared = true;
    code = sw_data_compare(data, rows, &salt, path, &how, &checked->found, err);
    sw_salt_wipe(&salt);
    return code;
}

static uint64_t problems_of(const struct checked *checked)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SW_COUNT(checked->found.counts); i++) {
        sum += checked->found.counts[i];
    }
    return sum;
}

static sw_result check(struct sw_data *data, const struct verify_args *args,
    struct checked *checked, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    enum sw_code code = sw_dataset_open(data, &checked->set, &rows, err);
    checked->found.samples = checked->set.samples;
    if (code == SW_E_REFUSED || code == SW_E_FORMAT) {
        struct sw_error why = *err;
        SW_TRY(sw_data_broken_file(data, &checked->found, code, &why, err));
    } else {
        SW_TRY(code);
        SW_TRY(sw_data_check_set(data, &rows, &checked->found, err));
    }
    SW_TRY(check_lineages(data, checked, err));
    SW_TRY(check_log(data, checked, err));
    /* Rows that are not those that were signed say nothing about the data. */
    if (checked->found.counts[SW_SAMPLE_BROKEN_FILE] == 0) {
        SW_TRY(compare(data, args, &rows, checked, err));
    } else {
        checked->why_not = "what the store keeps of it is broken";
    }
    bool unsure = !checked->compared && !args->store_only;
    checked->verdict = problems_of(checked) > 0 ? DATA_FAIL : unsure ? DATA_NO_EVIDENCE : DATA_PASS;
    return SW_OK;
}

/* --- telling --------------------------------------------------------------------------------- */

static const char *const verdict_names[] = {"pass", "fail", "no-evidence"};

static void problems_json(struct sw_json_writer *w, const struct sw_data_verification *found)
{
    sw_jw_object(w, "counts");
    for (size_t i = 0; i < SW_COUNT(found->counts); i++) {
        sw_jw_u64(w, sw_sample_problem_name((enum sw_sample_problem_kind)i), found->counts[i]);
    }
    sw_jw_object_end(w);
    sw_jw_array(w, "problems");
    for (size_t i = 0; i < found->kept; i++) {
        const struct sw_sample_problem *p = &found->problems[i];
        sw_jw_object(w, NULL);
        if (p->sample == SW_NO_SAMPLE) {
            sw_jw_null(w, "sample");
        } else {
            sw_jw_u64(w, "sample", p->sample);
        }
        sw_jw_text(w, "kind", sw_sample_problem_name(p->kind));
        sw_jw_text(w, "where", p->where);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result print_json(const struct checked *checked, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "verdict", verdict_names[checked->verdict]);
    sw_jw_str(w, "name", checked->set.name);
    sw_jw_str(w, "version", checked->set.version);
    sw_json_digest(w, "manifest", &checked->set.manifest);
    sw_jw_u64(w, "samples", checked->found.samples);
    sw_jw_bool(w, "compared", checked->compared);
    sw_jw_text(w, "not_compared_because", checked->compared ? NULL : checked->why_not);
    sw_jw_u64(w, "read", checked->found.read);
    sw_jw_u64(w, "bad", checked->found.bad);
    sw_jw_u64(w, "bytes", checked->found.bytes);
    sw_jw_u64(w, "lineages", checked->lineages);
    sw_jw_u64(w, "log_entries", checked->entries);
    problems_json(w, &checked->found);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show_problem(struct sw_cli *cli, const struct sw_sample_problem *p)
{
    sw_say(cli, SW_TONE_BAD, "  %-8s", sw_sample_problem_name(p->kind));
    if (p->sample != SW_NO_SAMPLE) {
        sw_say(cli, SW_TONE_BOLD, "  sample %llu", (unsigned long long)p->sample);
    }
    sw_say(cli, SW_TONE_PLAIN, "  %s\n", p->where);
}

static void show(struct sw_cli *cli, const struct checked *checked)
{
    static const enum sw_tone tones[] = {SW_TONE_GOOD, SW_TONE_BAD, SW_TONE_WARN};
    static const char *const words[] = {"as recorded", "changed", "no evidence"};
    sw_say(cli, tones[checked->verdict], "%s", words[checked->verdict]);
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT "@" SW_STR_FMT ": %s", SW_STR_ARG(checked->set.name),
        SW_STR_ARG(checked->set.version), sw_count_show(cli, checked->found.samples, "sample"));
    if (checked->compared) {
        sw_say(cli, SW_TONE_PLAIN, ", %s read again\n",
            sw_count_show(cli, checked->found.read, "record"));
    } else {
        sw_say(cli, SW_TONE_WARN, ", the data was not read: %s\n", checked->why_not);
    }
    sw_say(cli, SW_TONE_DIM, "  in the store  the set, %s, %s of the log\n",
        sw_count_show(cli, checked->lineages, "lineage"),
        sw_count_show(cli, checked->entries, "claim"));
    for (size_t i = 0; i < checked->found.kept && i < 20; i++) {
        show_problem(cli, &checked->found.problems[i]);
    }
    if (problems_of(checked) > 20) {
        sw_say(cli, SW_TONE_DIM, "  and %s more; --json names up to %u\n",
            sw_group_digits(cli, problems_of(checked) - 20), SW_SAMPLE_PROBLEMS_KEPT);
    }
}

static sw_result run(struct sw_cli *cli, const void *args, struct sw_error *err)
{
    static const int statuses[] = {0, 1, 3};
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    struct checked checked = {.why_not = ""};
    SW_TRY(sw_dataset_find(&context.data, sw_str(cli->operands[0]), &checked.set, NULL, err));
    struct sw_bar *bar = sw_bar_start(cli, "reading");
    context.data.progress = sw_bar_progress(bar);
    sw_progress_expect(context.data.progress, checked.set.bytes, checked.set.samples);
    enum sw_code code = check(&context.data, args, &checked, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    cli->status = statuses[checked.verdict];
    if (cli->json) {
        return print_json(&checked, err);
    }
    show(cli, &checked);
    return SW_OK;
}

const struct sw_command sw_cmd_data_verify = {
    .name = "data verify",
    .summary = "read a dataset again and name every sample that is not as recorded",
    .operands = "DATASET",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct verify_args),
    .description =
        "DATASET is NAME, NAME@VERSION or a manifest digest. Reads the data again and compares "
        "each "
        "record with what was recorded: changed, missing, added and moved samples are named by "
        "their number and place. Also checks every byte of what the store keeps of it: its rows, "
        "both trees, the lineages that made it, and the log.\n\n"
        "When the data cannot be read again (nobody said where it is, or the set's salt was "
        "forgotten) the answer is no evidence (exit 3), never a pass.",
    .examples = "  sealwright data verify mails\n"
                "  sealwright data verify mails@2 --at /mnt/copy/mails.jsonl\n"
                "  sealwright data verify mails --store-only\n",
    .run = run,
};
