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
    struct sw_digest manifest;
    struct sw_dataset_claim claim;
    struct sw_receipt receipt;
};

/* How the parts were read, as one of them says; sw_rows_join() sees that all are of one kind. */
static sw_result read_input(
    struct sw_data *data, const char *part, struct sw_json *out, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_rows_open(&rows, part, NULL, err));
    SW_TRY(sw_rows_get_extra(&rows, SW_ROWS_INPUT, &text, err));
    if (text.len == 0) {
        return sw_fail(err, SW_E_REFUSED, "'%s' is not a part: it was not made with --part", part);
    }
    struct sw_record_options how;
    void *kept = sw_arena_copy(data->arena, sw_buf_bytes(&text));
    SW_TRY_PTR(kept);
    SW_TRY(sw_json_parse(data->arena, sw_bytes(kept, text.len), NULL, out, err));
    return sw_record_options_read(data->arena, out, &how, err);
}

static sw_result join(struct sw_cli *cli, struct sw_data *data, struct joined *joined,
    const char **work, struct sw_error *err)
{
    const char *dir;
    SW_TRY(sw_data_file_dir(data, SW_DATA_FILE_SET, &dir, err));
    *work = sw_arena_printf(data->arena, "%s/join-%ld.partial", dir, (long)getpid());
    SW_TRY_PTR(*work);
    struct sw_bar *bar = sw_bar_start(cli, "joining");
    enum sw_code code = sw_rows_join(
        cli->operands, cli->operand_count, *work, sw_bar_progress(bar), &joined->manifest, err);
    sw_bar_stop(bar);
    if (code != SW_OK) {
        (void)unlink(*work);
    }
    return code;
}

static sw_result record(struct sw_cli *cli, struct sw_data *data, const struct join_args *args,
    const char *work, struct sw_json *how, struct joined *joined, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    struct sw_dataset_name name;
    const char *location = "";
    SW_TRY(sw_dataset_name_parse(sw_str(args->as), &name, err));
    if (args->at != NULL) {
        SW_TRY(sw_data_location(cli, args->at, &location, err));
    }
    SW_TRY(sw_data_file_keep(data, SW_DATA_FILE_SET, work, &joined->manifest, err));
    const char *path = sw_data_file_path(data, SW_DATA_FILE_SET, &joined->manifest);
    SW_TRY_PTR(path);
    SW_TRY(sw_rows_open(&rows, path, &joined->manifest, err));
    struct sw_dataset_claim more = {
        .name = name.name, .version = name.version, .location = sw_str(location), .options = how};
    SW_TRY(sw_store_promote(data->store, NULL, err));
    return sw_dataset_claim_record(data, &rows, &more, &joined->claim, &joined->receipt, err);
}

static sw_result print_json(const struct joined *joined, size_t parts, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    const struct sw_dataset_claim *claim = &joined->claim;
    sw_jw_object(w, NULL);
    sw_jw_str(w, "dataset", claim->name);
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
    sw_say(cli, SW_TONE_PLAIN, "  %zu parts -> " SW_STR_FMT "@" SW_STR_FMT ": %s samples\n",
        cli->operand_count, SW_STR_ARG(claim->name), SW_STR_ARG(claim->version),
        sw_group_digits(cli, claim->samples));
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
    struct sw_json how;
    const char *work = NULL;
    if (args->as == NULL) {
        return sw_fail(err, SW_E_USAGE, "--as DATASET says how the dataset is called");
    }
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &context, err));
    SW_TRY(sw_store_check_access(context.store, err));
    SW_TRY(read_input(&context.data, cli->operands[0], &how, err));
    SW_TRY(join(cli, &context.data, &joined, &work, err));
    SW_TRY(record(cli, &context.data, args, work, &how, &joined, err));
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
