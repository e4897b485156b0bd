#include "cli/data_context.h"

#include <unistd.h>

struct join_args {
    const char *as;
    const char *at;
    struct sw_signer_args signer;
};

static const struct sw_option options[] = {
    {"as", SW_OPTION_TEXT, offsetof(struct join_args, as), "DATASET",
        "the dataset, NAME or NAME@VERSION (default version: the next number)"},
    {"at", SW_OPTION_TEXT, offsetof(struct join_args, at), "PATH",
        "where the whole input is, to read it again later ('data verify')"},
    SW_SIGNER_OPTIONS(struct join_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

struct joined {
    struct sw_ingest_joined made;
    struct sw_dataset_claim claim;
    struct sw_receipt receipt;
    const char *work;
};

/* Before anything is read: nobody should wait to be told that a name is none. */
static sw_result check_args(struct sw_cli *cli, const struct join_args *args,
    struct sw_dataset_claim *claim, struct sw_error *err)
{
    struct sw_dataset_name name;
    const char *location = "";
    if (args->as == NULL) {
        return sw_fail(err, SW_E_USAGE, "--as DATASET says how the dataset is called");
    }
    SW_TRY(sw_dataset_name_parse(sw_str(args->as), &name, err));
    if (args->at != NULL) {
        SW_TRY(sw_data_location(cli, args->at, &location, err));
    }
    *claim = (struct sw_dataset_claim){
        .name = name.name, .version = name.version, .location = sw_str(location)};
    return SW_OK;
}

static sw_result join(
    struct sw_cli *cli, struct sw_data *data, struct joined *joined, struct sw_error *err)
{
    const char *dir;
    SW_TRY(sw_data_file_dir(data, SW_DATA_FILE_SET, &dir, err));
    joined->work = sw_arena_printf(data->arena, "%s/join-%ld.partial", dir, (long)getpid());
    SW_TRY_PTR(joined->work);
    struct sw_bar *bar = sw_bar_start(cli, "joining");
    data->progress = sw_bar_progress(bar);
    enum sw_code code =
        sw_ingest_join(data, cli->operands, cli->operand_count, joined->work, &joined->made, err);
    sw_bar_stop(bar);
    data->progress = NULL;
    return code;
}

static sw_result record(struct sw_data *data, struct joined *joined, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_dataset_claim more = joined->claim;
    const struct sw_digest *manifest = &joined->made.manifest;
    const struct sw_dataset_name name = {more.name, more.version};
    struct sw_ingested counts = SW_INGESTED_INIT;
    SW_TRY(sw_dataset_version_free(data, &name, manifest, err));
    SW_TRY(sw_data_file_keep(data, SW_DATA_FILE_SET, joined->work, manifest, err));
    const char *path = sw_data_file_path(data, SW_DATA_FILE_SET, manifest);
    SW_TRY_PTR(path);
    SW_TRY(sw_rows_open(&rows, path, manifest, err));
    counts.repeated = joined->made.repeated;
    SW_TRY(sw_ingest_gaps(data, &counts, &more.gaps, &more.gap_count));
    more.options = joined->made.options;
    SW_TRY(sw_store_promote(data->store, NULL, err));
    return sw_dataset_claim_record(data, &rows, &more, &joined->claim, &joined->receipt, err);
}

static sw_result print_json(const struct joined *joined, size_t parts, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    const struct sw_dataset_claim *claim = &joined->claim;
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", claim->name);
    sw_jw_str(w, "version", claim->version);
    sw_jw_u64(w, "parts", parts);
    sw_jw_u64(w, "samples", claim->samples);
    sw_jw_u64(w, "bytes", claim->bytes);
    sw_json_digest(w, "manifest", &claim->manifest);
    sw_json_digest(w, "ordered_head", &claim->ordered_head);
    sw_json_digest(w, "sorted_head", &claim->sorted_head);
    sw_json_texts(w, "gaps", claim->gaps, claim->gap_count);
    sw_json_digest(w, "claim", &joined->receipt.claim);
    sw_jw_u64(w, "leaf", joined->receipt.leaf);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show(struct sw_cli *cli, const struct joined *joined)
{
    const struct sw_dataset_claim *claim = &joined->claim;
    sw_say(cli, SW_TONE_GOOD, "joined");
    sw_say(cli, SW_TONE_PLAIN, "  %s -> " SW_STR_FMT "@" SW_STR_FMT ": %s\n",
        sw_count_show(cli, cli->operand_count, "part"), SW_STR_ARG(claim->name),
        SW_STR_ARG(claim->version), sw_count_show(cli, claim->samples, "sample"));
    sw_say(cli, SW_TONE_DIM, "  manifest    %s\n", sw_digest_show(cli, &claim->manifest));
    for (size_t i = 0; i < claim->gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap         " SW_STR_FMT "\n", SW_STR_ARG(claim->gaps[i]));
    }
    sw_say(
        cli, SW_TONE_PLAIN, "  in the log  leaf %llu\n", (unsigned long long)joined->receipt.leaf);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct join_args *args = data;
    struct joined joined = {0};
    SW_TRY(check_args(cli, args, &joined.claim, err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &context, err));
    SW_TRY(sw_store_check_access(context.store, err));
    enum sw_code code = join(cli, &context.data, &joined, err);
    code = code == SW_OK ? record(&context.data, &joined, err) : code;
    if (code != SW_OK && joined.work != NULL) {
        (void)unlink(joined.work);
    }
    SW_TRY(code);
    SW_TRY(sw_data_context_close(&context, err));
    if (cli->json) {
        return print_json(&joined, cli->operand_count, err);
    }
    show(cli, &joined);
    return SW_OK;
}

const struct sw_command sw_cmd_data_join = {
    .name = "data join",
    .summary = "put the parts of an input together as one dataset version",
    .operands = "PART...",
    .min_operands = 1,
    .max_operands = 100000,
    .options = options,
    .args_size = sizeof(struct join_args),
    .description =
        "The parts are files that *data ingest --part I/N* wrote, all N of them, in any order. The "
        "result has the same rows, roots and digest that one machine would have made of the whole "
        "input.",
    .examples = "  sealwright data join part-1.data part-2.data --as web --at /data/web.jsonl\n",
    .run = run,
};
