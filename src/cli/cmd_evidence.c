#include "cli/cli.h"

#include <unistd.h>

struct find_args {
    const char *type;
    const char *since;
    uint64_t limit;
    bool oldest_first;
    struct sw_text_list ignore_paths;
};

#define FIND_OPTIONS                                                                             \
    {"type", SW_OPTION_TEXT, offsetof(struct find_args, type), "TYPE",                           \
        "only this predicate type; '*' at the end matches"},                                     \
        {"since", SW_OPTION_TEXT, offsetof(struct find_args, since), "TIME",                     \
            "recorded since this date (2026-11-23) or span before now (7d)"},                    \
        {"limit", SW_OPTION_NUMBER, offsetof(struct find_args, limit), "N", "at most N claims"}, \
    {                                                                                            \
        "oldest-first", SW_OPTION_FLAG, offsetof(struct find_args, oldest_first), NULL,          \
            "begin with the oldest (default: the newest)"                                        \
    }

static const struct sw_option find_options[] = {FIND_OPTIONS, {NULL, 0, 0, NULL, NULL}};

static const struct sw_option query_options[] = {
    FIND_OPTIONS,
    {"ignore-paths", SW_OPTION_LIST, offsetof(struct find_args, ignore_paths), "PATH",
        "when SUBJECT is a model on disk: leave this path out of its digest"},
    {NULL, 0, 0, NULL, NULL},
};

/* A predicate type in a word, for a narrow column: of ours "urn:sealwright:claim:NAME:v1" the name.
 */
static const char *short_type(struct sw_cli *cli, struct sw_str type)
{
    static const char ours[] = "urn:sealwright:claim:";
    static const char version[] = ":v1";
    static const struct {
        const char *type;
        const char *shown;
    } known[] = {
        {SW_PREDICATE_OMS, "signature"},
        {SW_PREDICATE_OMS_V02, "signature v0.2"},
        {SW_PREDICATE_VSA, "verdict"},
        {SW_PREDICATE_SLSA_PROVENANCE, "provenance"},
    };
    for (size_t i = 0; i < SW_COUNT(known); i++) {
        if (sw_str_is(type, known[i].type)) {
            return known[i].shown;
        }
    }
    size_t around = strlen(ours) + strlen(version);
    if (type.len > around && sw_str_starts(type, ours) && sw_str_ends(type, version)) {
        type = sw_str_n(type.ptr + strlen(ours), type.len - around);
    }
    const char *copy = sw_arena_strndup(&cli->arena, type);
    return copy == NULL ? "" : copy;
}

static void show_record(struct sw_cli *cli, const struct sw_evidence_record *r)
{
    sw_say(cli, SW_TONE_BOLD, "%6llu", (unsigned long long)r->leaf);
    sw_say(cli, SW_TONE_DIM, "  %s", sw_time_show(cli, r->time));
    sw_say(cli, SW_TONE_PLAIN, "  %-15s  %.23s  " SW_STR_FMT "\n",
        short_type(cli, r->predicate_type), sw_digest_show(cli, &r->subjects[0].digest),
        SW_STR_ARG(r->subjects[0].name));
}

static void record_members(struct sw_json_writer *w, const struct sw_evidence_record *r)
{
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(r->time, time);
    sw_jw_u64(w, "leaf", r->leaf);
    sw_json_digest(w, "claim", &r->claim);
    sw_jw_str(w, "predicate_type", r->predicate_type);
    sw_jw_text(w, "time", time);
    sw_jw_str(w, "key", r->hint);
    sw_jw_array(w, "subjects");
    for (size_t i = 0; i < r->subject_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", r->subjects[i].name);
        sw_json_digest(w, "digest", &r->subjects[i].digest);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result print_records(struct sw_cli *cli, const struct sw_evidence_record *records,
    size_t count, struct sw_error *err)
{
    if (!cli->json) {
        for (size_t i = 0; i < count; i++) {
            show_record(cli, &records[i]);
        }
        if (count == 0) {
            sw_say(cli, SW_TONE_DIM, "no claims\n");
        }
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_array(w, NULL);
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        record_members(w, &records[i]);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result parse_since(
    const struct sw_cli *cli, const char *text, int64_t *since, struct sw_error *err)
{
    int64_t span;
    if (text == NULL) {
        *since = 0;
        return SW_OK;
    }
    if (sw_duration_parse(sw_str(text), &span)) {
        *since = cli->now - span;
        return SW_OK;
    }
    if (sw_time_parse(sw_str(text), since)) {
        return SW_OK;
    }
    return sw_fail(err, SW_E_USAGE,
        "--since takes a date such as 2026-11-23 or a span such as 7d, not '%s'", text);
}

static sw_result find_and_print(struct sw_cli *cli, const struct find_args *args,
    const struct sw_digest *subject, struct sw_store *store, struct sw_error *err)
{
    struct sw_evidence_query query = {.subject = subject,
        .predicate_type = args->type,
        .limit = args->limit,
        .oldest_first = args->oldest_first};
    SW_TRY(parse_since(cli, args->since, &query.since, err));
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    SW_TRY(sw_evidence_find(store, &query, &cli->arena, &records, &count, err));
    if (subject != NULL && count == 0) {
        cli->status = 3; /* somebody asked about this digest, and there is no evidence */
    }
    return print_records(cli, records, count, err);
}

static sw_result run_list(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    return find_and_print(cli, data, NULL, store, err);
}

const struct sw_command sw_cmd_evidence_list = {
    .name = "evidence list",
    .summary = "list the claims in the store",
    .operands = "",
    .options = find_options,
    .args_size = sizeof(struct find_args),
    .description = "One line a claim, the newest first: its leaf in the log, when it was recorded, "
                   "its type, the digest it is about, and that artifact's name.",
    .examples = "  sealwright evidence list --type 'urn:sealwright:claim:*' --since 7d\n",
    .run = run_list,
};

/* A digest, or a model on disk: then its root digest. */
static sw_result subject_of(struct sw_cli *cli, struct sw_store *store,
    const struct find_args *args, const char *text, struct sw_digest *subject, struct sw_error *err)
{
    if (sw_digest_parse(sw_str(text), subject)) {
        return SW_OK;
    }
    if (!sw_dir_exists(text) && !sw_file_exists(text)) {
        if (sw_cli_is_abbreviation(text)) {
            enum sw_code code =
                sw_cli_digest(cli, store, SW_DIGEST_OF_SUBJECTS, text, subject, err);
            return code == SW_E_NOENT ? SW_E_NOEVIDENCE : code;
        }
        return sw_fail(err, SW_E_USAGE,
            "'%s' is neither a digest (sha256: and 64 hexadecimal digits, or the first eight or "
            "more) nor a model on disk",
            text);
    }
    struct sw_model_options options = {.ignore = args->ignore_paths.items,
        .ignore_count = args->ignore_paths.count,
        .signature = sw_model_signature_path(&cli->arena, text, false)};
    struct sw_bar *bar = sw_bar_start(cli, "hashing");
    options.progress = sw_bar_progress(bar);
    struct sw_manifest manifest;
    enum sw_code code = sw_model_hash(&cli->arena, text, &options, &manifest, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    *subject = manifest.root;
    return SW_OK;
}

static sw_result run_query(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct find_args *args = data;
    struct sw_digest subject;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_TRY(subject_of(cli, store, args, cli->operands[0], &subject, err));
    return find_and_print(cli, args, &subject, store, err);
}

const struct sw_command sw_cmd_evidence_query = {
    .name = "evidence query",
    .summary = "find the claims about one artifact",
    .operands = "SUBJECT",
    .min_operands = 1,
    .max_operands = 1,
    .options = query_options,
    .args_size = sizeof(struct find_args),
    .description =
        "SUBJECT is a digest (sha256:..., or its first digits, at least eight) or a model "
        "on disk, which is hashed first. When there is no claim about it, the exit "
        "status is 3.",
    .examples = "  sealwright evidence query model/\n"
                "  sealwright evidence query sha256:52cb... --type 'https://slsa.dev/*'\n",
    .run = run_query,
};

/* --- evidence show --------------------------------------------------------------------------- */

/* A leaf number, or a claim's digest. The first digits of one can look like a number. */
static sw_result find_one(struct sw_cli *cli, struct sw_store *store, const char *text,
    struct sw_evidence_record *record, struct sw_error *err)
{
    uint64_t leaf;
    if (sw_parse_u64(sw_str(text), &leaf)) {
        enum sw_code code = sw_evidence_at(store, leaf, &cli->arena, record, err);
        if (code != SW_E_NOENT || !sw_cli_is_abbreviation(text)) {
            return code;
        }
    }
    return sw_cli_claim(cli, store, text, record, err);
}

static sw_result show_text(struct sw_cli *cli, const struct sw_evidence_record *record,
    const char *judgement, bool trusted, const struct sw_statement *statement, struct sw_error *err)
{
    sw_say(cli, SW_TONE_PLAIN, "leaf       %llu\n", (unsigned long long)record->leaf);
    sw_say(cli, SW_TONE_PLAIN, "claim      %s\n", sw_digest_show(cli, &record->claim));
    sw_say(cli, SW_TONE_PLAIN, "recorded   %s\n", sw_time_show(cli, record->time));
    sw_say(cli, SW_TONE_PLAIN, "type       " SW_STR_FMT "\n", SW_STR_ARG(record->predicate_type));
    sw_say(cli, trusted ? SW_TONE_GOOD : SW_TONE_BAD, "signature  %s\n", judgement);
    for (size_t i = 0; i < record->subject_count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "about      %s  " SW_STR_FMT "\n",
            sw_digest_show(cli, &record->subjects[i].digest), SW_STR_ARG(record->subjects[i].name));
    }
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    enum sw_code code = sw_json_print(&text, statement->predicate, 2);
    if (code != SW_OK) {
        return sw_fail(err, code, "cannot print the predicate");
    }
    /* Long predicates are for a pager, not for one escaped line: print by lines. */
    sw_say(cli, SW_TONE_PLAIN, "\n");
    const char *line = sw_buf_cstr(&text);
    while (*line != '\0') {
        const char *end = strchr(line, '\n');
        size_t len = end == NULL ? strlen(line) : (size_t)(end - line);
        sw_say(cli, SW_TONE_PLAIN, "%.*s\n", (int)len, line);
        line += end == NULL ? len : len + 1;
    }
    return SW_OK;
}

static sw_result show_json(const struct sw_evidence_record *record, const char *judgement,
    bool trusted, const struct sw_statement *statement, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    record_members(w, record);
    sw_jw_bool(w, "trusted", trusted);
    sw_jw_text(w, "signature", judgement);
    sw_jw_json(w, "statement", &statement->root);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

struct show_args {
    bool raw;
};

static const struct sw_option show_options[] = {
    {"raw", SW_OPTION_FLAG, offsetof(struct show_args, raw), NULL,
        "print the signed bundle's bytes as they are"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result show_claim(struct sw_cli *cli, struct sw_store *store,
    const struct sw_evidence_record *record, const struct sw_buf *bundle, struct sw_error *err)
{
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_TRY(sw_cli_trust(cli, sw_store_path(store), &trust, err));
    struct sw_verify_options options = {
        .now = cli->now, .signing_time = record->time, .allow_missing_hint = true};
    struct sw_claim claim;
    struct sw_error why = {0};
    bool trusted =
        sw_claim_verify(&cli->arena, trust, sw_buf_bytes(bundle), &options, &claim, &why) == SW_OK;
    if (!trusted) {
        struct sw_bundle parsed;
        SW_TRY(sw_bundle_parse(&cli->arena, sw_buf_bytes(bundle), &parsed, err));
        SW_TRY(sw_statement_parse(&cli->arena, parsed.payload, &claim.statement, err));
    }
    const char *judgement =
        trusted ? sw_arena_printf(&cli->arena, "by %s (%s)", claim.signer, claim.identity)
                : why.text;
    SW_TRY_PTR(judgement);
    if (cli->json) {
        return show_json(record, judgement, trusted, &claim.statement, err);
    }
    return show_text(cli, record, judgement, trusted, &claim.statement, err);
}

static sw_result run_show(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct show_args *args = data;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    struct sw_evidence_record record;
    SW_TRY(find_one(cli, store, cli->operands[0], &record, err));
    SW_CLEANUP(buf) struct sw_buf bundle = SW_BUF_INIT;
    SW_TRY(sw_evidence_load(store, &record.claim, &bundle, err));
    if (args->raw) {
        (void)fwrite(bundle.data, 1, bundle.len, stdout);
        return SW_OK;
    }
    return show_claim(cli, store, &record, &bundle, err);
}

const struct sw_command sw_cmd_evidence_show = {
    .name = "evidence show",
    .summary = "show one claim and who signed it",
    .operands = "LEAF|CLAIM",
    .min_operands = 1,
    .max_operands = 1,
    .options = show_options,
    .args_size = sizeof(struct show_args),
    .description = "CLAIM is its digest, or the first digits of that, at least eight. Says whether "
                   "a signer in trust.yaml signed it and may sign "
                   "this type, and prints what it says.",
    .run = run_show,
};

/* --- claims.jsonl ---------------------------------------------------------------------------- */

static sw_result run_export(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    static const struct find_args no_args = {0};
    (void)data;
    struct sw_digest subject;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    bool one = cli->operand_count == 1;
    if (one) {
        SW_TRY(subject_of(cli, store, &no_args, cli->operands[0], &subject, err));
    }
    SW_CLEANUP(buf) struct sw_buf lines = SW_BUF_INIT;
    SW_TRY(sw_evidence_export(store, one ? &subject : NULL, &lines, err));
    (void)fwrite(lines.data, 1, lines.len, stdout);
    cli->status = one && lines.len == 0 ? 3 : 0;
    return SW_OK;
}

const struct sw_command sw_cmd_evidence_export = {
    .name = "evidence export",
    .summary = "write claims as claims.jsonl",
    .operands = "[SUBJECT]",
    .max_operands = 1,
    .description = "Prints the signed bundles about SUBJECT (a digest or a model on disk; without "
                   "it all of them), one a line, the oldest first, to travel with a model.",
    .examples = "  sealwright evidence export model/ > claims.jsonl\n",
    .run = run_export,
};

#define IMPORT_MAX ((uint64_t)1 << 30)

static sw_result run_import(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    SW_CLEANUP(buf) struct sw_buf lines = SW_BUF_INIT;
    if (strcmp(cli->operands[0], "-") == 0) {
        SW_TRY(sw_fd_read(STDIN_FILENO, "standard input", IMPORT_MAX, &lines, err));
    } else {
        SW_TRY(sw_file_read(cli->operands[0], IMPORT_MAX, &lines, err));
    }
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_WRITE, &store, err));
    size_t added = 0;
    size_t known = 0;
    SW_TRY(sw_evidence_import(store, sw_buf_bytes(&lines), &added, &known, err));
    SW_TRY(sw_store_close(SW_TAKE(store), err));
    if (!cli->json) {
        sw_say(cli, SW_TONE_PLAIN, "%zu claims added, %zu were known\n", added, known);
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_u64(w, "added", added);
    sw_jw_u64(w, "known", known);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

const struct sw_command sw_cmd_evidence_import = {
    .name = "evidence import",
    .summary = "record the claims of a claims.jsonl",
    .operands = "FILE",
    .min_operands = 1,
    .max_operands = 1,
    .description = "Records every line of FILE ('-': standard input), all or none. Recording is "
                   "not trusting: the gate counts only what a signer in trust.yaml signed.",
    .run = run_import,
};

/* --- evidence reindex ------------------------------------------------------------------------ */

static sw_result run_reindex(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    (void)data;
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_WRITE, &store, err));
    SW_TRY(sw_evidence_reindex(store, err));
    struct sw_evidence_query all = {0};
    struct sw_evidence_record *records = NULL;
    size_t count = 0;
    SW_TRY(sw_evidence_find(store, &all, &cli->arena, &records, &count, err));
    SW_TRY(sw_store_close(SW_TAKE(store), err));
    if (!cli->json) {
        sw_say(cli, SW_TONE_PLAIN, "%zu claims indexed\n", count);
        return SW_OK;
    }
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_u64(w, "claims", count);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

const struct sw_command sw_cmd_evidence_reindex = {
    .name = "evidence reindex",
    .summary = "build the index anew from the log",
    .operands = "",
    .description = "The index (index.db) only makes searching fast; it holds nothing that the log "
                   "and the claims do not hold. Decisions do not rest on it.",
    .run = run_reindex,
};
