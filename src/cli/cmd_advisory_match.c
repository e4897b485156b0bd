#include "cli/advisory_tree.h"
#include "cli/show_advisory.h"

#include "version.h"

#define DOCUMENT_MAX ((uint64_t)256 << 20)
#define DAY 86400

struct match_args {
    struct sw_signer_args signer;
    struct sw_text_list purls;
    struct sw_text_list digests;
    struct sw_text_list vex;
    const char *openvex;
    const char *max_age;
    const char *about;
    bool withdrawn;
    bool record;
};

static const struct sw_option options[] = {
    {"purl", SW_OPTION_LIST, offsetof(struct match_args, purls), "PURL",
        "look this package up; may be given again"},
    {"digest", SW_OPTION_LIST, offsetof(struct match_args, digests), "DIGEST",
        "look this file up, by sha256: and its digest; may be given again"},
    {"vex", SW_OPTION_LIST, offsetof(struct match_args, vex), "FILE",
        "what somebody found out: OpenVEX, or CycloneDX with analysis; may be given again"},
    {"openvex", SW_OPTION_TEXT, offsetof(struct match_args, openvex), "FILE",
        "write the findings to this file, as OpenVEX"},
    {"max-age", SW_OPTION_TEXT, offsetof(struct match_args, max_age), "DAYS",
        "give no answer by data that is older"},
    {"withdrawn", SW_OPTION_FLAG, offsetof(struct match_args, withdrawn), NULL,
        "also report advisories that were withdrawn"},
    {"record", SW_OPTION_FLAG, offsetof(struct match_args, record), NULL,
        "sign the answer as a claim about the model that TARGET is about, and put it into the log"},
    {"about", SW_OPTION_TEXT, offsetof(struct match_args, about), "MODEL",
        "with --record: a model on disk or its root (default: the root that TARGET tells)"},
    SW_SIGNER_OPTIONS(struct match_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* Everything that lives until the answer is printed. */
struct work {
    struct sw_components components;
    struct sw_vex vex;
    struct sw_vulns_vex *vex_files;
    struct sw_document *list; /* TARGET, when it is a file, and then the files of VEX */
    size_t count;
    struct sw_documents *documents;
    struct sw_claim_about told;   /* by TARGET; with --record */
    struct sw_advisory_tree tree; /* TARGET, when it is a directory */
    bool is_tree;
    struct sw_advisory_question question;
    int64_t all_data; /* the date of the whole database; with --record */
    struct sw_data_context context;
    struct sw_claim_about about;
};

/* --- what is asked ---------------------------------------------------------------------------- */

/* A file's bytes, for as long as the command runs. */
static sw_result add_document(
    struct sw_cli *cli, struct work *work, const char *path, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, DOCUMENT_MAX, &buf, err));
    const void *copy = sw_arena_copy(&cli->arena, sw_buf_bytes(&buf));
    SW_TRY_PTR(copy);
    work->list[work->count++] = (struct sw_document){sw_bytes(copy, buf.len), path};
    return SW_OK;
}

static bool is_file(const struct sw_cli *cli, const struct work *work)
{
    return cli->operand_count > 0 && !work->is_tree;
}

/* Read here, and understood in processes of their own. */
static sw_result read_documents(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    work->list = SW_ARENA_ARRAY(&cli->arena, struct sw_document, args->vex.count + 1);
    SW_TRY_PTR(work->list);
    SW_TRY(is_file(cli, work) ? add_document(cli, work, cli->operands[0], err) : SW_OK);
    for (size_t i = 0; i < args->vex.count; i++) {
        SW_TRY(add_document(cli, work, args->vex.items[i], err));
    }
    return work->count == 0 ? SW_OK : sw_documents_new(UINT64_MAX, NULL, &work->documents, err);
}

static sw_result read_told(struct sw_cli *cli, struct work *work, struct sw_error *err)
{
    struct sw_subject *subject = &work->told.subjects[0];
    SW_TRY(sw_documents_about(
        work->documents, &work->list[0], &cli->arena, &subject->name, &subject->digest, err));
    work->told.count = subject->digest.alg == 0 ? 0 : 1;
    return SW_OK;
}

static sw_result read_tree(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    const char *store = NULL;
    SW_TRY(args->record ? sw_advisory_store(cli, &store, err) : SW_OK);
    SW_TRY(
        sw_advisory_tree_read(cli, cli->operands[0], store, &work->tree, &work->components, err));
    work->told = work->tree.about;
    return SW_OK;
}

static sw_result read_target(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    if (cli->operand_count == 0) {
        return SW_OK;
    }
    work->question.target = cli->operands[0];
    if (work->is_tree) {
        return read_tree(cli, args, work, err);
    }
    enum sw_code code = sw_documents_components(
        work->documents, &work->list[0], &cli->arena, &work->components, err);
    code = code == SW_OK && args->record ? read_told(cli, work, err) : code;
    return code == SW_OK ? SW_OK : sw_error_prefix(err, code, "'%s'", cli->operands[0]);
}

static sw_result add_given(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    for (size_t i = 0; i < args->purls.count; i++) {
        struct sw_purl purl;
        struct sw_error why = {0};
        if (sw_purl_parse(&cli->arena, sw_str(args->purls.items[i]), &purl, &why) != SW_OK) {
            return sw_fail(
                err, SW_E_USAGE, "option '--purl': '%s': %s", args->purls.items[i], why.text);
        }
        SW_TRY(
            sw_components_add_purl(&cli->arena, &work->components, sw_str(args->purls.items[i])));
    }
    for (size_t i = 0; i < args->digests.count; i++) {
        struct sw_digest digest;
        if (!sw_digest_parse(sw_str(args->digests.items[i]), &digest) || digest.alg != SW_SHA256) {
            return sw_fail(err, SW_E_USAGE,
                "option '--digest' takes sha256: and 64 hex digits, not '%s'",
                args->digests.items[i]);
        }
        SW_TRY(sw_components_add_digest(&cli->arena, &work->components, &digest));
    }
    return SW_OK;
}

static sw_result read_vex(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    const size_t before = is_file(cli, work) ? 1 : 0;
    work->vex_files = SW_ARENA_ARRAY(&cli->arena, struct sw_vulns_vex, args->vex.count);
    SW_TRY_PTR(work->vex_files);
    for (size_t i = 0; i < args->vex.count; i++) {
        work->vex_files[i].file = args->vex.items[i];
        sw_sha256(work->list[before + i].text, &work->vex_files[i].digest);
        SW_TRY(sw_documents_vex(
            work->documents, &work->list[before + i], &cli->arena, &work->vex, err));
    }
    return SW_OK;
}

static sw_result read_question(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    if (cli->operand_count == 0 && args->purls.count == 0 && args->digests.count == 0) {
        return sw_fail(err, SW_E_USAGE, "say what to look up: a file, --purl or --digest");
    }
    work->is_tree = cli->operand_count > 0 && sw_dir_exists(cli->operands[0]);
    SW_TRY(read_documents(cli, args, work, err));
    SW_TRY(read_target(cli, args, work, err));
    SW_TRY(add_given(cli, args, work, err));
    return read_vex(cli, args, work, err);
}

/* --- the answer ------------------------------------------------------------------------------- */

static sw_result read_age(const char *text, int64_t *out, struct sw_error *err)
{
    uint64_t days = 0;
    if (sw_parse_u64(sw_str(text), &days) && days < 1000000) {
        *out = (int64_t)days * DAY;
        return SW_OK;
    }
    return sw_duration_parse(sw_str(text), out)
               ? SW_OK
               : sw_fail(
                     err, SW_E_USAGE, "option '--max-age' takes days, such as 7, not '%s'", text);
}

/* Old data is no evidence. Data that covers nothing has no age, and is told otherwise. */
static sw_result check_age(struct sw_cli *cli, int64_t max_age,
    const struct sw_advisory_report *report, struct sw_error *err)
{
    if (report->date == INT64_MIN || cli->now - report->date <= max_age) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_NOEVIDENCE,
        "the advisories are of %s, which --max-age does not allow; import newer ones",
        sw_advisory_date_show(cli, report->date));
}

static sw_result read_date(
    struct sw_cli *cli, struct sw_advisories *advisories, struct work *work, struct sw_error *err)
{
    struct sw_advisory_status status;
    SW_TRY(sw_advisory_status(advisories, &cli->arena, &status, err));
    work->all_data = status.date;
    return SW_OK;
}

static sw_result match(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    SW_CLEANUP(advisories) struct sw_advisories *advisories = NULL;
    const struct sw_advisory_match_options how = {
        .withdrawn = args->withdrawn, .vex = args->vex.count > 0 ? &work->vex : NULL};
    const char *store = NULL;
    SW_TRY(sw_advisory_store(cli, &store, err));
    SW_TRY(sw_advisories_open(store, &advisories, err));
    SW_TRY(args->record ? read_date(cli, advisories, work, err) : SW_OK);
    SW_TRY(sw_advisory_match(
        advisories, &work->components, &how, &cli->arena, &work->question.report, err));
    return work->is_tree ? sw_advisory_reach(&cli->arena, &work->tree.imports, work->tree.complete,
                               &work->question.report, err)
                         : SW_OK;
}

static sw_result write_openvex(
    struct sw_cli *cli, const char *path, const struct work *work, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_vex_write(&cli->arena, &work->question.report, cli->now, &text));
    return sw_output_write(path, sw_buf_bytes(&text), 0644, 0, err);
}

/* --- the claim -------------------------------------------------------------------------------- */

/* What --about says and what the bill says must not differ. */
static sw_result find_about(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    const struct sw_claim_about told = work->told;
    if (args->about == NULL) {
        work->about = told;
        return told.count > 0
                   ? SW_OK
                   : sw_fail(err, SW_E_USAGE,
                         "%s does not tell the root of a model; say with --about which one it is "
                         "about",
                         cli->operand_count > 0 ? cli->operands[0] : "what was given");
    }
    SW_TRY(sw_claim_about_text(
        cli, sw_store_path(work->context.store), args->about, &work->about, err));
    return told.count == 0 ||
                   sw_digest_equal(&told.subjects[0].digest, &work->about.subjects[0].digest)
               ? SW_OK
               : sw_fail(err, SW_E_REFUSED, "%s is about another model than %s", cli->operands[0],
                     args->about);
}

/* Before the work, so that nobody waits for what cannot be signed or written. */
static sw_result ready_to_record(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    if (!args->record) {
        return args->about == NULL
                   ? SW_OK
                   : sw_fail(err, SW_E_USAGE, "option '--about' goes with '--record'");
    }
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &work->context, err));
    return find_about(cli, args, work, err);
}

static sw_result record(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_advisory_question *q = &work->question;
    struct sw_receipt receipt;
    const struct sw_vulns_claim claim = {.report = &q->report,
        .date = work->all_data,
        .vex = work->vex_files,
        .vex_count = args->vex.count,
        .version = SW_VERSION,
        .started = cli->now,
        .finished = sw_time_now()};
    if (!args->record) {
        return SW_OK;
    }
    SW_TRY(sw_vulns_write(&cli->arena, &claim, &predicate));
    SW_TRY(sw_claim_record(cli, &work->context, &work->about, SW_VULNS_PREDICATE,
        sw_buf_bytes(&predicate), &receipt, err));
    q->claim = receipt.claim;
    q->subject = work->about.subjects[0].digest;
    return SW_OK;
}

static int status_of(const struct sw_advisory_report *report)
{
    const char *verdict = sw_advisory_verdict(report);
    return strcmp(verdict, "clear") == 0 ? 0 : strcmp(verdict, "affected") == 0 ? 1 : 3;
}

static sw_result answer(
    struct sw_cli *cli, const struct match_args *args, struct work *work, struct sw_error *err)
{
    int64_t max_age = 0;
    SW_TRY(args->max_age == NULL ? SW_OK : read_age(args->max_age, &max_age, err));
    SW_TRY(read_question(cli, args, work, err));
    SW_TRY(ready_to_record(cli, args, work, err));
    SW_TRY(match(cli, args, work, err));
    const struct sw_advisory_report *report = &work->question.report;
    SW_TRY(args->max_age == NULL ? SW_OK : check_age(cli, max_age, report, err));
    SW_TRY(args->openvex == NULL ? SW_OK : write_openvex(cli, args->openvex, work, err));
    SW_TRY(record(cli, args, work, err));
    cli->status = status_of(report);
    if (cli->json) {
        return sw_advisories_json(&work->question, err);
    }
    sw_show_advisories(cli, &work->question);
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    struct work work = {0};
    enum sw_code code = answer(cli, data, &work, err);
    sw_documents_free(work.documents);
    sw_data_context_release(&work.context);
    return code;
}

const struct sw_command sw_cmd_advisory_match = {
    .name = "advisory match",
    .summary = "say which known vulnerabilities concern components",
    .operands = "[TARGET]",
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct match_args),
    .description =
        "TARGET is a bill of materials in JSON (CycloneDX 1.4 to 1.7, SPDX 2.2, 2.3 or 3.0.1), or "
        "a list with a package URL on each line; or a directory, in which all packages are looked "
        "up "
        "that *discover* finds, and of a model each file. Each component is looked up in what "
        "*advisory "
        "import* brought, by its package URL and by the SHA-256 of it, with the version order of "
        "its ecosystem. Findings under several names are one, and the most urgent come first: "
        "known to be exploited (KEV), then likely to be (EPSS), then severe (CVSS v4, else "
        "v3).\n\n"
        "Clear (exit 0) means that every component was looked up by its version in data that "
        "covers it, and that nothing concerns it; not that it is without vulnerabilities. "
        "Affected (exit 1) is what something was found in. Else, what has no version, no data or "
        "no identity is no evidence (exit 3), as are data that is too old and a store without any. "
        "Of a directory each finding says whether the code that is there imports the package "
        "itself: imported, with the first place; not imported; or unknown. Nothing is left out for "
        "that, since what packages import in turn is not seen.\n\n"
        "What VEX says is not affected, or fixed, is shown and does not count; its files are "
        "believed as they are.\n\n"
        "With *--record* the answer, whatever it is, is signed and put into the log as a claim "
        "about the root that the bill tells, or that *--about* names: in-toto's predicate of "
        "vulnerabilities with a summary, for rules of the gate. It cites the bill, the database "
        "and the VEX files by their digests. The exit status stays that of the answer.",
    .examples = "  sealwright advisory match app.cdx.json\n"
                "  sealwright advisory match --max-age 7 --vex vex.json app.spdx.json\n"
                "  sealwright advisory match app/\n"
                "  sealwright advisory match --record --vex vex.json model.cdx.json\n"
                "  sealwright advisory match --purl pkg:pypi/torch@2.0.0+cu118\n"
                "  sealwright advisory match --openvex found.json --json app.cdx.json\n",
    .run = run,
};
