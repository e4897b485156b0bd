#include "cli/show_advisory.h"

/* --- what both print -------------------------------------------------------------------------- */

/* The store is opened as every store is, so that the user's pins hold for it, too. */
sw_result sw_advisory_store(struct sw_cli *cli, const char **path, struct sw_error *err)
{
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_path(cli, path, err));
    return sw_cli_store_open_at(cli, *path, SW_STORE_READ, &store, err);
}

const char *sw_advisory_date_show(struct sw_cli *cli, int64_t date)
{
    char text[SW_TIME_TEXT_SIZE];
    if (date == INT64_MIN) {
        return "an unknown date";
    }
    sw_time_format(date, text);
    text[10] = '\0';
    const char *shown = sw_arena_printf(&cli->arena, "%s, %s old", text,
        sw_count_show(cli, (uint64_t)(cli->now > date ? (cli->now - date) / 86400 : 0), "day"));
    return shown == NULL ? "" : shown;
}

void sw_advisory_date_json(struct sw_json_writer *w, const char *name, int64_t date)
{
    char text[SW_TIME_TEXT_SIZE];
    sw_time_format(date, text);
    sw_jw_text(w, name, date == INT64_MIN ? NULL : text);
}

static void show_status(struct sw_cli *cli, const struct sw_advisory_status *s)
{
    for (size_t i = 0; i < s->ecosystem_count; i++) {
        const struct sw_advisory_ecosystem *one = &s->ecosystems[i];
        sw_say(cli, SW_TONE_BOLD, "  %-16.*s", SW_STR_ARG(one->name));
        sw_say(cli, SW_TONE_PLAIN, "  %10s %-10s  %10s %-8s", sw_group_digits(cli, one->advisories),
            one->advisories == 1 ? "advisory" : "advisories", sw_group_digits(cli, one->packages),
            one->packages == 1 ? "package" : "packages");
        sw_say(cli, SW_TONE_DIM, "  of %s%s\n", sw_advisory_date_show(cli, one->date),
            one->ordered ? "" : "; only exact versions can be matched");
    }
    sw_say(cli, SW_TONE_PLAIN, "  %s, %s withdrawn; %s named by digest\n",
        sw_count_show(cli, s->advisories, "advisory record"), sw_group_digits(cli, s->withdrawn),
        sw_count_show(cli, s->digests, "file"));
    sw_say(cli, s->epss == 0 ? SW_TONE_WARN : SW_TONE_PLAIN, "  %s by EPSS",
        sw_count_show(cli, s->epss, "score"));
    sw_say(cli, s->kev == 0 ? SW_TONE_WARN : SW_TONE_PLAIN, ", %s known to be exploited (KEV)\n",
        sw_group_digits(cli, s->kev));
    for (size_t i = 0; i < s->source_count; i++) {
        const struct sw_advisory_source *one = &s->sources[i];
        sw_say(cli, SW_TONE_PLAIN, "  %-4.*s  " SW_STR_FMT ": %s%s, of %s\n", SW_STR_ARG(one->kind),
            SW_STR_ARG(one->name), sw_count_show(cli, one->records, "record"),
            one->left_out == 0 ? ""
                               : sw_arena_printf(&cli->arena, ", %s left out",
                                     sw_group_digits(cli, one->left_out)),
            sw_advisory_date_show(cli, one->date));
        sw_say(cli, SW_TONE_DIM, "        %s, imported %s\n", sw_digest_show(cli, &one->digest),
            sw_time_show(cli, one->imported));
    }
    sw_say(cli, SW_TONE_PLAIN, "  database  %s\n", sw_digest_show(cli, &s->digest));
}

static void sources_json(struct sw_json_writer *w, const struct sw_advisory_status *s)
{
    sw_jw_array(w, "sources");
    for (size_t i = 0; i < s->source_count; i++) {
        const struct sw_advisory_source *one = &s->sources[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", one->name);
        sw_jw_str(w, "kind", one->kind);
        sw_json_digest(w, "digest", &one->digest);
        sw_jw_u64(w, "bytes", one->bytes);
        sw_jw_u64(w, "records", one->records);
        sw_jw_u64(w, "left_out", one->left_out);
        sw_advisory_date_json(w, "date", one->date);
        sw_advisory_date_json(w, "imported", one->imported);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result status_json(const struct sw_advisory_status *s, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_json_digest(w, "digest", &s->digest);
    sw_advisory_date_json(w, "date", s->date);
    sw_jw_u64(w, "advisories", s->advisories);
    sw_jw_u64(w, "withdrawn", s->withdrawn);
    sw_jw_u64(w, "digests", s->digests);
    sw_jw_u64(w, "epss", s->epss);
    sw_jw_u64(w, "kev", s->kev);
    sw_jw_array(w, "ecosystems");
    for (size_t i = 0; i < s->ecosystem_count; i++) {
        const struct sw_advisory_ecosystem *one = &s->ecosystems[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", one->name);
        sw_jw_u64(w, "advisories", one->advisories);
        sw_jw_u64(w, "packages", one->packages);
        sw_advisory_date_json(w, "date", one->date);
        sw_jw_bool(w, "ordered", one->ordered);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sources_json(w, s);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result say_status(
    struct sw_cli *cli, const char *store, const char *head, struct sw_error *err)
{
    SW_CLEANUP(advisories) struct sw_advisories *advisories = NULL;
    struct sw_advisory_status status;
    SW_TRY(sw_advisories_open(store, &advisories, err));
    SW_TRY(sw_advisory_status(advisories, &cli->arena, &status, err));
    if (cli->json) {
        return status_json(&status, err);
    }
    sw_say(cli, SW_TONE_GOOD, "%s", head);
    sw_say(cli, SW_TONE_PLAIN, "\n");
    show_status(cli, &status);
    return SW_OK;
}

/* --- advisory import -------------------------------------------------------------------------- */

struct import_args {
    bool replace;
    bool keep_going;
};

static const struct sw_option import_options[] = {
    {"replace", SW_OPTION_FLAG, offsetof(struct import_args, replace), NULL,
        "forget what was imported before"},
    {"keep-going", SW_OPTION_FLAG, offsetof(struct import_args, keep_going), NULL,
        "leave out advisories that cannot be read, and count them, instead of importing nothing"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result run_import(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct import_args *args = data;
    const char *store = NULL;
    SW_TRY(sw_advisory_store(cli, &store, err));
    struct sw_bar *bar = sw_bar_start(cli, "importing");
    const struct sw_advisory_import_options options = {.now = cli->now,
        .replace = args->replace,
        .keep_going = args->keep_going,
        .progress = sw_bar_progress(bar)};
    enum sw_code code = sw_advisory_import(store, cli->operands, cli->operand_count, &options, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    return say_status(cli, store, "imported", err);
}

const struct sw_command sw_cmd_advisory_import = {
    .name = "advisory import",
    .summary = "import known vulnerabilities",
    .operands = "FILE...",
    .min_operands = 1,
    .max_operands = 10000,
    .options = import_options,
    .args_size = sizeof(struct import_args),
    .description =
        "Each FILE is an advisory in the OSV format (JSON), lines of these, a zip of them (the "
        "all.zip of an ecosystem), a directory with any of these (also the offline layout of "
        "osv-scanner), what GitHub's REST or GraphQL interface gives of its advisories (JSON, or "
        "lines of it), the CSV of EPSS, or the JSON of CISA's KEV catalogue; lines and CSV also "
        "as gzip or zstd. Advisories on models are OSV, too: *package.purl* says "
        "pkg:huggingface/NAMESPACE/NAME, and *database_specific.digests* lists sha256: digests of "
        "files.\n\n"
        "Adds to what is there: the newer one of two advisories with the same id stays, scores of "
        "EPSS and entries of KEV are replaced as a whole. All or nothing: when a file cannot be "
        "read, nothing changes. Nothing is fetched: the files are yours to get, and the digest "
        "and date of each is kept.",
    .examples = "  sealwright advisory import PyPI/all.zip npm/all.zip\n"
                "  sealwright advisory import epss_scores-current.csv.gz "
                "known_exploited_vulnerabilities.json\n"
                "  sealwright advisory import --replace ~/osv-offline\n",
    .run = run_import,
};

/* --- advisory status -------------------------------------------------------------------------- */

static sw_result run_status(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    const char *store = NULL;
    SW_TRY(sw_advisory_store(cli, &store, err));
    return say_status(cli, store, "advisories", err);
}

const struct sw_command sw_cmd_advisory_status = {
    .name = "advisory status",
    .summary = "say what was imported, and as of when",
    .operands = "",
    .description = "Lists the ecosystems with the date of their data, and each file that was "
                   "imported with its digest. Exits 3 when there are none.",
    .run = run_status,
};
