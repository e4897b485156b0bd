#include "cli/data_context.h"

#include <stdlib.h>

struct ingest_args {
    const char *source;
    const char *as;
    struct sw_record_args how;
    const char *attributes;
    bool no_header;
    uint64_t record_max;
    bool one_digest;
    bool salted;
    const char *salt;
    bool strict;
    bool restart;
    const char *part;
    const char *out;
    struct sw_signer_args signer;
};

static const struct sw_option options[] = {
    {"source", SW_OPTION_TEXT, offsetof(struct ingest_args, source), "NAME",
        "where the samples come from: a source of 'data source add'"},
    {"as", SW_OPTION_TEXT, offsetof(struct ingest_args, as), "DATASET",
        "the dataset, NAME or NAME@VERSION (default version: the next number)"},
    SW_RECORD_OPTIONS(struct ingest_args, how),
    {"attributes", SW_OPTION_TEXT, offsetof(struct ingest_args, attributes), "DIR",
        "Dolma: the directory of attribute files"},
    {"no-header", SW_OPTION_FLAG, offsetof(struct ingest_args, no_header), NULL,
        "CSV: the first row is a sample; fields are named by their number, from 1"},
    {"record-max", SW_OPTION_NUMBER, offsetof(struct ingest_args, record_max), "BYTES",
        "a longer record is set aside (default: 67108864)"},
    {"one-digest", SW_OPTION_FLAG, offsetof(struct ingest_args, one_digest), NULL,
        "keep one digest a sample, of the whole record: half the space, but no text can be looked "
        "for"},
    {"salted", SW_OPTION_FLAG, offsetof(struct ingest_args, salted), NULL,
        "key the digests with a new salt, so that short texts cannot be guessed"},
    {"salt", SW_OPTION_TEXT, offsetof(struct ingest_args, salt), "NAME",
        "key the digests with this salt of the store"},
    {"strict", SW_OPTION_FLAG, offsetof(struct ingest_args, strict), NULL,
        "refuse the input at the first record that cannot be a sample"},
    {"restart", SW_OPTION_FLAG, offsetof(struct ingest_args, restart), NULL,
        "begin anew, also when an earlier run of this was stopped"},
    {"part", SW_OPTION_TEXT, offsetof(struct ingest_args, part), "I/N",
        "read only the I-th of N parts, and write it to --out; nothing is recorded"},
    {"out", SW_OPTION_TEXT, offsetof(struct ingest_args, out), "FILE",
        "with --part: the file of the part"},
    SW_SIGNER_OPTIONS(struct ingest_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* --- what was asked -------------------------------------------------------------------------- */

static sw_result parse_part(
    const struct ingest_args *args, struct sw_record_options *out, struct sw_error *err)
{
    if (args->part == NULL) {
        return args->out == NULL ? SW_OK : sw_fail(err, SW_E_USAGE, "--out goes with --part I/N");
    }
    struct sw_str text = sw_str(args->part);
    const char *slash = strchr(args->part, '/');
    uint64_t part = 0;
    uint64_t parts = 0;
    if (slash == NULL || !sw_parse_u64(sw_str_n(text.ptr, (size_t)(slash - text.ptr)), &part) ||
        !sw_parse_u64(sw_str(slash + 1), &parts) || part == 0 || part > parts || parts > 1000000) {
        return sw_fail(err, SW_E_USAGE, "--part takes I/N, such as 2/8, and not '%s'", args->part);
    }
    if (args->out == NULL) {
        return sw_fail(err, SW_E_USAGE, "--part needs --out FILE, where the part is written");
    }
    if (args->salted) {
        return sw_fail(err, SW_E_USAGE,
            "each part would get a salt of its own; name one for all of them with --salt");
    }
    out->part = (uint32_t)part;
    out->parts = (uint32_t)parts;
    return SW_OK;
}

static sw_result record_options(
    const struct ingest_args *args, struct sw_record_options *out, struct sw_error *err)
{
    *out = (struct sw_record_options){.format = args->how.format,
        .text_field = args->how.text_field,
        .id_field = args->how.id_field,
        .label_field = args->how.label_field,
        .weight_field = args->how.weight_field,
        .language_field = args->how.language_field,
        .csv_delimiter = args->how.delimiter,
        .attributes = args->attributes,
        .csv_no_header = args->no_header,
        .record_max = args->record_max};
    return parse_part(args, out, err);
}

static sw_result check_args(const struct ingest_args *args, struct sw_error *err)
{
    if (args->source == NULL) {
        return sw_fail(err, SW_E_USAGE, "--source NAME says where the samples come from");
    }
    if (args->as == NULL && args->part == NULL) {
        return sw_fail(err, SW_E_USAGE, "--as DATASET says how the dataset is called");
    }
    if (args->salted && args->salt != NULL) {
        return sw_fail(err, SW_E_USAGE, "--salted makes a new salt and --salt names one: say one");
    }
    if (args->as != NULL) {
        struct sw_dataset_name name;
        SW_TRY(sw_dataset_name_parse(sw_str(args->as), &name, err));
    }
    return sw_name_check(sw_str(args->source), "source", err);
}

static bool is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0' || dir[n - 1] == '/');
}

/* What is written must not be what is read. */
static sw_result check_places(
    struct sw_cli *cli, const struct ingest_args *args, const char *location, struct sw_error *err)
{
    const char *store = NULL;
    SW_TRY(sw_cli_store_path(cli, &store, err));
    SW_TRY(sw_data_location(cli, store, &store, err));
    if (is_below(store, location) && !sw_str_is(sw_path_base(store), ".sealwright")) {
        return sw_fail(err, SW_E_USAGE,
            "the store stands in what is to be read, '%s': put it beside, or call it .sealwright",
            location);
    }
    if (args->out == NULL) {
        return SW_OK;
    }
    const char *dir = sw_arena_strndup(&cli->arena, sw_path_dir(args->out));
    SW_TRY_PTR(dir);
    SW_TRY(sw_data_location(cli, dir, &dir, err));
    const char *out =
        sw_arena_printf(&cli->arena, "%s/" SW_STR_FMT, dir, SW_STR_ARG(sw_path_base(args->out)));
    SW_TRY_PTR(out);
    return is_below(out, location)
               ? sw_fail(err, SW_E_USAGE, "--out would write into what is read, '%s'", location)
               : SW_OK;
}

/* The same words of the same command lead to the same name, so that a later run finds what an
 * earlier one left. */
static sw_result work_path(struct sw_data *data, const struct ingest_args *args,
    const char *location, const struct sw_record_options *how, const char **out,
    struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const char *dir;
    struct sw_digest digest;
    char hex[2 * SW_DIGEST_MAX + 1];
    SW_TRY(sw_record_options_write(how, &text));
    SW_TRY(sw_buf_printf(&text, "|%s|%s|%s|%s|%d%d", location, args->source, args->as,
        args->salt == NULL ? "" : args->salt, args->one_digest, args->salted));
    sw_sha256(sw_buf_bytes(&text), &digest);
    sw_digest_hex(&digest, hex);
    SW_TRY(sw_data_file_dir(data, SW_DATA_FILE_SET, &dir, err));
    *out = sw_arena_printf(data->arena, "%s/%.16s.partial", dir, hex);
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

struct ingestion {
    struct sw_ingest_request request;
    struct sw_ingested done;
    struct sw_dataset_claim claim;
    struct sw_receipt receipt;
    struct sw_salt salt;
    char salt_name[SW_SALT_NAME_SIZE];
};

/* A run that is taken up again must not get another salt: with --salted it always begins anew. */
static sw_result load_salt(struct sw_data *data, const struct ingest_args *args,
    struct ingestion *ingestion, struct sw_error *err)
{
    struct sw_str name = sw_str(args->salt == NULL ? "" : args->salt);
    if (args->salted) {
        SW_TRY(sw_salt_make(data, ingestion->salt_name, err));
        name = sw_str(ingestion->salt_name);
        ingestion->request.resume = false;
        ingestion->request.at_once = true;
    }
    ingestion->request.salt = &ingestion->salt;
    ingestion->request.salt_name = name;
    return sw_salt_load(data, name, &ingestion->salt, err);
}

/* --- doing it -------------------------------------------------------------------------------- */

static sw_result read_input(
    struct sw_cli *cli, struct sw_data *data, struct ingestion *ingestion, struct sw_error *err)
{
    struct sw_bar *bar = sw_bar_start(cli, "ingesting");
    data->progress = sw_bar_progress(bar);
    enum sw_code code = sw_ingest(data, &ingestion->request, &ingestion->done, err);
    sw_bar_stop(bar);
    data->progress = NULL;
    return code;
}

/* What is read again later is read in the format that was found now. */
static sw_result describe(struct sw_data *data, const struct ingest_args *args,
    const char *location, struct ingestion *ingestion, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_record_options how = ingestion->request.options;
    struct sw_json *json = SW_ARENA_NEW(data->arena, struct sw_json);
    struct sw_dataset_name name;
    SW_TRY_PTR(json);
    how.format = ingestion->done.format;
    SW_TRY(sw_record_options_write(&how, &text));
    void *kept = sw_arena_copy(data->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    SW_TRY(sw_json_parse(data->arena, sw_bytes(kept, text.len), NULL, json, err));
    SW_TRY(sw_dataset_name_parse(sw_str(args->as), &name, err));
    struct sw_dataset_claim *claim = &ingestion->claim;
    *claim = (struct sw_dataset_claim){
        .name = name.name, .version = name.version, .location = sw_str(location), .options = json};
    return sw_ingest_gaps(data, &ingestion->done, &claim->gaps, &claim->gap_count);
}

/* The store gets no file that it has no name for. */
static sw_result keep(struct sw_data *data, struct ingestion *ingestion, struct sw_error *err)
{
    const struct sw_digest *manifest = &ingestion->done.manifest;
    const struct sw_dataset_name name = {ingestion->claim.name, ingestion->claim.version};
    SW_TRY(sw_dataset_version_free(data, &name, manifest, err));
    return sw_data_file_keep(data, SW_DATA_FILE_SET, ingestion->request.work, manifest, err);
}

static sw_result record(struct sw_data *data, struct ingestion *ingestion, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    const struct sw_digest *manifest = &ingestion->done.manifest;
    const char *path = sw_data_file_path(data, SW_DATA_FILE_SET, manifest);
    SW_TRY_PTR(path);
    SW_TRY(sw_rows_open(&rows, path, manifest, err));
    SW_TRY(sw_store_promote(data->store, NULL, err));
    struct sw_dataset_claim more = ingestion->claim;
    return sw_dataset_claim_record(data, &rows, &more, &ingestion->claim, &ingestion->receipt, err);
}

/* --- telling --------------------------------------------------------------------------------- */

static void reasons_json(struct sw_json_writer *w, const struct sw_ingested *done)
{
    sw_jw_array(w, "quarantined");
    for (size_t i = 0; i < done->reason_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "reason", done->reasons[i].reason);
        sw_jw_u64(w, "count", done->reasons[i].count);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_text(w, "first_fault", done->first_bad);
}

static void members_json(struct sw_json_writer *w, const struct ingestion *ingestion)
{
    const struct sw_ingested *done = &ingestion->done;
    sw_jw_u64(w, "samples", done->samples);
    sw_json_digest(w, "manifest", &done->manifest);
    sw_jw_text(w, "format", done->format);
    sw_jw_u64(w, "resumed_at", done->resumed_at);
    sw_jw_u64(w, "bad", done->bad);
    sw_jw_u64(w, "repeated_ids", done->repeated);
    reasons_json(w, done);
}

static sw_result print_json(const struct ingestion *ingestion, bool is_part, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    const struct sw_dataset_claim *claim = &ingestion->claim;
    sw_jw_object(w, NULL);
    if (!is_part) {
        sw_jw_str(w, "name", claim->name);
        sw_jw_str(w, "version", claim->version);
        sw_jw_u64(w, "bytes", claim->bytes);
    }
    members_json(w, ingestion);
    if (!is_part) {
        sw_json_digest(w, "ordered_head", &claim->ordered_head);
        sw_json_digest(w, "sorted_head", &claim->sorted_head);
        sw_json_texts(w, "gaps", claim->gaps, claim->gap_count);
        sw_json_digest(w, "claim", &ingestion->receipt.claim);
        sw_jw_u64(w, "leaf", ingestion->receipt.leaf);
    }
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show_faults(struct sw_cli *cli, const struct sw_ingested *done)
{
    if (done->bad > 0) {
        sw_say(cli, SW_TONE_WARN, "  set aside   %s:", sw_count_show(cli, done->bad, "record"));
        for (size_t i = 0; i < done->reason_count; i++) {
            sw_say(cli, SW_TONE_PLAIN, "%s %s %s", i == 0 ? "" : ",",
                sw_group_digits(cli, done->reasons[i].count), done->reasons[i].reason);
        }
        sw_say(cli, SW_TONE_PLAIN, "\n");
    }
    if (done->first_bad != NULL) {
        sw_say(cli, SW_TONE_DIM, "  the first   %s\n", done->first_bad);
    }
}

static void show_size(struct sw_cli *cli, const struct ingestion *ingestion, uint64_t bytes)
{
    char size[16];
    sw_format_size(bytes, size);
    sw_say(cli, SW_TONE_PLAIN, "%s, %s (%s)\n",
        sw_count_show(cli, ingestion->done.samples, "sample"), size, ingestion->done.format);
    if (ingestion->done.resumed_at > 0) {
        sw_say(cli, SW_TONE_DIM, "  went on behind the first %s, which an earlier run had read\n",
            sw_group_digits(cli, ingestion->done.resumed_at));
    }
}

static void show(struct sw_cli *cli, const struct ingestion *ingestion)
{
    const struct sw_dataset_claim *claim = &ingestion->claim;
    sw_say(cli, SW_TONE_GOOD, "ingested");
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT "@" SW_STR_FMT ": ", SW_STR_ARG(claim->name),
        SW_STR_ARG(claim->version));
    show_size(cli, ingestion, claim->bytes);
    sw_say(cli, SW_TONE_DIM, "  manifest    %s\n", sw_digest_show(cli, &ingestion->done.manifest));
    show_faults(cli, &ingestion->done);
    for (size_t i = 0; i < claim->gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap         " SW_STR_FMT "\n", SW_STR_ARG(claim->gaps[i]));
    }
    sw_say(cli, SW_TONE_PLAIN, "  in the log  leaf %llu\n",
        (unsigned long long)ingestion->receipt.leaf);
}

/* --- both ways ------------------------------------------------------------------------------- */

/* The file has its name only when it is whole: what is there under it stays until then. */
static sw_result ingest_part(struct sw_cli *cli, struct sw_data *data,
    const struct ingest_args *args, struct ingestion *ingestion, struct sw_error *err)
{
    ingestion->request.work = sw_arena_printf(&cli->arena, "%s.partial", args->out);
    SW_TRY_PTR(ingestion->request.work);
    SW_TRY(read_input(cli, data, ingestion, err));
    SW_TRY(sw_file_rename(ingestion->request.work, args->out, err));
    if (cli->json) {
        return print_json(ingestion, true, err);
    }
    sw_say(cli, SW_TONE_GOOD, "ingested");
    sw_say(cli, SW_TONE_PLAIN, "  part %s -> %s: %s\n", args->part, args->out,
        sw_count_show(cli, ingestion->done.samples, "sample"));
    show_faults(cli, &ingestion->done);
    return SW_OK;
}

static sw_result ingest_all(struct sw_cli *cli, struct sw_data *data,
    const struct ingest_args *args, const char *location, struct ingestion *ingestion,
    struct sw_error *err)
{
    SW_TRY(work_path(
        data, args, location, &ingestion->request.options, &ingestion->request.work, err));
    SW_TRY(read_input(cli, data, ingestion, err));
    SW_TRY(describe(data, args, location, ingestion, err));
    SW_TRY(keep(data, ingestion, err));
    SW_TRY(record(data, ingestion, err));
    if (cli->json) {
        return print_json(ingestion, false, err);
    }
    show(cli, ingestion);
    return SW_OK;
}

static sw_result ingest(struct sw_cli *cli, struct sw_data_context *context,
    const struct ingest_args *args, const char *location, struct ingestion *ingestion,
    struct sw_error *err)
{
    struct sw_data *data = &context->data;
    struct sw_source_record source;
    SW_TRY(sw_source_find(data, sw_str(args->source), &source, NULL, err));
    struct sw_str name = source.name;
    struct sw_origin origin = {.sources = &name, .source_count = 1};
    ingestion->request.origin = &origin;
    SW_TRY(load_salt(data, args, ingestion, err));
    return args->part != NULL ? ingest_part(cli, data, args, ingestion, err)
                              : ingest_all(cli, data, args, location, ingestion, err);
}

/* A salt that was made for a set which is not there is the salt of nothing. */
static void drop_salt(const struct sw_data *data, const struct ingestion *ingestion)
{
    bool recorded = ingestion->receipt.claim.alg != 0;
    if (ingestion->salt_name[0] != '\0' && !recorded) {
        (void)!sw_salt_forget(data, sw_str(ingestion->salt_name), NULL);
    }
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct ingest_args *args = data;
    struct ingestion ingestion = {.request = {.path = cli->operands[0],
                                      .one_digest = args->one_digest,
                                      .strict = args->strict,
                                      .resume = !args->restart},
        .done = SW_INGESTED_INIT};
    SW_TRY(check_args(args, err));
    SW_TRY(record_options(args, &ingestion.request.options, err));
    const char *location;
    SW_TRY(sw_data_location(cli, cli->operands[0], &location, err));
    SW_TRY(check_places(cli, args, location, err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    bool is_part = args->part != NULL;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, is_part ? NULL : &args->signer, &context, err));
    SW_TRY(is_part ? SW_OK : sw_store_check_access(context.store, err));
    enum sw_code code = ingest(cli, &context, args, location, &ingestion, err);
    sw_ingested_release(&ingestion.done);
    sw_salt_wipe(&ingestion.salt);
    drop_salt(&context.data, &ingestion);
    SW_TRY(code);
    return sw_data_context_close(&context, err);
}

const struct sw_command sw_cmd_data_ingest = {
    .name = "data ingest",
    .summary = "record every sample of a file or directory",
    .operands = "PATH",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct ingest_args),
    .description =
        "Reads JSON lines (plain, gzip or zstd), JSON arrays, CSV, TSV, text by line, Dolma "
        "documents, or a directory in which each file is a sample. Each sample gets a digest of "
        "its record and one of its content, its place, its source and its weight; all of them "
        "stand under two Merkle roots, which are signed and put into the log. The data itself "
        "stays where it is.\n\n"
        "A record that cannot be a sample is set aside, with its place and the reason, and "
        "counted; *data show --quarantine* lists them. A run that was stopped goes on where it "
        "was when the same command is given again.\n\n"
        "With *--part* several machines can each read a part; *data join* puts the parts "
        "together, to what one machine would have made.",
    .examples = "  sealwright data ingest mails.jsonl.zst --source forum --as mails\n"
                "  sealwright data ingest images/ --source camera --as images@2 --label-field "
                "directory\n"
                "  sealwright data ingest big.jsonl --source web --part 2/8 --out part-2.data\n",
    .run = run,
};
