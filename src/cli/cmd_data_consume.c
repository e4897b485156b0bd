#include "cli/show_weights.h"

struct consume_args {
    struct sw_signer_args signer;
    struct sw_text_list dataset;
    const char *mix;
    const char *order;
    const char *blend;
    const char *format;
    const char *seed;
    const char *steps;
    const char *alpha;
};

static const struct sw_option options[] = {
    {"dataset", SW_OPTION_LIST, offsetof(struct consume_args, dataset), "NAME[@VERSION]",
        "what was drawn from; may be given again"},
    {"mix", SW_OPTION_TEXT, offsetof(struct consume_args, mix), "NAME",
        "the mixture that says with what weights"},
    {"order", SW_OPTION_TEXT, offsetof(struct consume_args, order), "FILE",
        "the samples in the order of drawing, by their numbers from 0"},
    {"blend", SW_OPTION_TEXT, offsetof(struct consume_args, blend), "FILE",
        "for each draw, which --dataset it is of, by numbers from 0"},
    {"format", SW_OPTION_TEXT, offsetof(struct consume_args, format), "NAME",
        "lines, u32, u64 or npy (default: npy by its look, else lines)"},
    {"seed", SW_OPTION_TEXT, offsetof(struct consume_args, seed), "N",
        "the seed that the order was made from"},
    {"steps", SW_OPTION_TEXT, offsetof(struct consume_args, steps), "FIRST-LAST",
        "the training steps that the order covers, evenly"},
    {"alpha", SW_OPTION_TEXT, offsetof(struct consume_args, alpha), "P",
        "a difference less likely than this is no chance (default: 0.001)"},
    SW_SIGNER_OPTIONS(struct consume_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result parse_steps(
    const char *text, uint64_t *first, uint64_t *last, struct sw_error *err)
{
    *first = *last = SW_ABSENT;
    if (text == NULL) {
        return SW_OK;
    }
    const char *dash = strchr(text, '-');
    if (dash == NULL || !sw_parse_u64(sw_str_n(text, (size_t)(dash - text)), first) ||
        !sw_parse_u64(sw_str(dash + 1), last)) {
        return sw_fail(
            err, SW_E_USAGE, "--steps takes the first and the last step, 0-999, not '%s'", text);
    }
    return SW_OK;
}

static sw_result parse_request(struct sw_cli *cli, const struct consume_args *args,
    struct sw_consumption_request *out, struct sw_error *err)
{
    struct sw_str *datasets = SW_ARENA_ARRAY(&cli->arena, struct sw_str, args->dataset.count);
    SW_TRY_PTR(datasets);
    for (size_t i = 0; i < args->dataset.count; i++) {
        datasets[i] = sw_str(args->dataset.items[i]);
    }
    if (args->dataset.count == 0 || args->order == NULL) {
        return sw_fail(err, SW_E_USAGE, "--dataset and --order say what was drawn");
    }
    *out = (struct sw_consumption_request){.run = sw_str(cli->operands[0]),
        .datasets = datasets,
        .dataset_count = args->dataset.count,
        .mixture = sw_str(args->mix),
        .order_path = args->order,
        .order_format = args->format,
        .blend_path = args->blend,
        .seed = sw_str(args->seed)};
    SW_TRY(sw_alpha_parse(args->alpha, &out->alpha, err));
    return parse_steps(args->steps, &out->from_step, &out->to_step, err);
}

static sw_result consumed_json(
    const struct sw_consumption_claim *made, const struct sw_receipt *receipt, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_json_digest(w, "claim", &receipt->claim);
    sw_jw_u64(w, "leaf", receipt->leaf);
    sw_show_consumption_json(w, made);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct consume_args *args = data;
    struct sw_consumption_request request;
    struct sw_consumption_claim made;
    struct sw_receipt receipt;
    SW_TRY(parse_request(cli, args, &request, err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &context, err));
    struct sw_bar *bar = sw_bar_start(cli, "counting draws");
    context.data.progress = sw_bar_progress(bar);
    enum sw_code code = sw_consumption_record(&context.data, &request, &made, &receipt, err);
    sw_bar_stop(bar);
    context.data.progress = NULL;
    SW_TRY(code);
    if (!cli->json) {
        sw_say(cli, SW_TONE_GOOD, "recorded");
        sw_say(cli, SW_TONE_PLAIN, "  leaf %llu, ", (unsigned long long)receipt.leaf);
        sw_show_consumption(cli, &made);
        sw_show_difference(cli, &made);
        sw_data_warn_untrusted(cli, &context, &receipt);
    }
    SW_TRY(sw_data_context_close(&context, err));
    return cli->json ? consumed_json(&made, &receipt, err) : SW_OK;
}

const struct sw_command sw_cmd_data_consume = {
    .name = "data consume",
    .summary = "record what a run really drew",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct consume_args),
    .description =
        "Reads the order in which a training run drew its samples, keeps it in the store, and "
        "records a signed claim of how often each source was drawn. With *--mix*, the shares are "
        "compared with the weights that were decided for these steps; *data weights* shows the "
        "outcome again, and its exit status is the verdict.\n\n"
        "The order is a list of numbers: one a line, or u32 or u64 little-endian, or a NumPy file. "
        "Of several datasets, numbers go on from one to the next, unless *--blend* says which "
        "dataset each draw is of, as Megatron's dataset_index does.",
    .examples =
        "  sealwright data consume run-7 --dataset mails --mix base --order order.txt --seed 7\n"
        "  sealwright data consume run-7 --dataset a --dataset b --mix sets --steps 0-999 \\\n"
        "      --order dataset_sample_index.npy --blend dataset_index.npy\n",
    .run = run,
};
