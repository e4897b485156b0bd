#include "cli/model_args.h"
#include "cli/show_checkpoint.h"

struct checkpoint_sign_args {
    struct sw_model_args model;
    struct sw_method_args method;
    struct sw_signer_args signer;
    const char *run;
    const char *step;
    const char *parent;
    bool no_cache;
};

static const struct sw_option options[] = {
    {"run", SW_OPTION_TEXT, offsetof(struct checkpoint_sign_args, run), "RUN",
        "the training run that the checkpoint is of"},
    {"step", SW_OPTION_TEXT, offsetof(struct checkpoint_sign_args, step), "N",
        "its training step (default: the last number of its name)"},
    {"parent", SW_OPTION_TEXT, offsetof(struct checkpoint_sign_args, parent), "CLAIM",
        "the claim of the checkpoint that it came from, a digest (default: where the run was "
        "resumed, else the last one of the run)"},
    SW_CACHE_OPTION(struct checkpoint_sign_args, no_cache),
    SW_MODEL_OPTIONS(struct checkpoint_sign_args, model),
    SW_METHOD_OPTIONS(struct checkpoint_sign_args, method),
    SW_SIGNER_OPTIONS(struct checkpoint_sign_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result find_step(
    struct sw_cli *cli, const char *said, const char *path, uint64_t *step, struct sw_error *err)
{
    if (said != NULL) {
        bool number = sw_parse_u64(sw_str(said), step) && *step <= (uint64_t)1 << 53;
        return number ? SW_OK
                      : sw_fail(err, SW_E_USAGE, "option '--step' takes a whole number, not '%s'",
                            said);
    }
    const char *name = sw_arena_strndup(&cli->arena, sw_path_base(path));
    SW_TRY_PTR(name);
    return sw_checkpoint_step(name, step)
               ? SW_OK
               : sw_fail(err, SW_E_USAGE, "there is no step in the name '%s': say it with --step",
                     name);
}

static sw_result sign(struct sw_cli *cli, const struct checkpoint_sign_args *args,
    struct sw_data_context *context, struct sw_checkpoint_request *request,
    struct sw_checkpoint_signed *done, struct sw_error *err)
{
    SW_CLEANUP(model_cache) struct sw_model_cache *cache = NULL;
    const char *store = sw_store_path(context->store);
    SW_TRY(sw_cli_store_outside(store, &request->options, request->path, err));
    SW_TRY(sw_cli_cache(cli, store, args->no_cache, &cache, err));
    struct sw_bar *bar = sw_bar_start(cli, "hashing");
    request->options.progress = sw_bar_progress(bar);
    request->options.cache = cache;
    struct sw_checkpoint_context own = sw_checkpoint_context_of(context, &cli->arena);
    enum sw_code code = sw_model_checkpoint_sign(&own, request, done, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    const struct sw_cache_use *use = cache == NULL ? NULL : sw_model_cache_use(cache);
    SW_TRY(cache == NULL ? SW_OK : sw_model_cache_save(cache, err));
    if (cli->json) {
        return sw_checkpoint_json(done, use, err);
    }
    sw_show_checkpoint(cli, done, use);
    sw_data_warn_untrusted(cli, context, &done->receipt);
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct checkpoint_sign_args *args = data;
    struct sw_checkpoint_request request = {.path = cli->operands[0], .run = args->run};
    struct sw_checkpoint_signed done;
    struct sw_digest parent;
    if (args->run == NULL) {
        return sw_fail(err, SW_E_USAGE, "--run says which training run the checkpoint is of");
    }
    if (args->parent != NULL) {
        if (!sw_digest_parse(sw_str(args->parent), &parent)) {
            return sw_fail(
                err, SW_E_USAGE, "--parent takes the digest of a claim, not '%s'", args->parent);
        }
        request.parent = &parent;
    }
    SW_TRY(find_step(cli, args->step, request.path, &request.step, err));
    SW_TRY(sw_model_options_from(cli, &args->model, request.path, &request.options, err));
    SW_TRY(sw_method_options_from(&args->method, &request.options, err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &context, err));
    SW_TRY(sign(cli, args, &context, &request, &done, err));
    return sw_data_context_close(&context, err);
}

const struct sw_command sw_cmd_checkpoint_sign = {
    .name = "checkpoint sign",
    .summary = "sign a checkpoint of a training run and chain it to the one before",
    .operands = "CHECKPOINT",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct checkpoint_sign_args),
    .description =
        "Hashes a checkpoint (a directory or one file) that is complete, signs it as *sign* does, "
        "and records the signature with a claim that names the run, the step and the checkpoint "
        "before. The step is the last number of its name, as in checkpoint-500, or *--step*. It "
        "has to be after that of the one before.\n\n"
        "Files that were hashed before and have not changed since are not read again.",
    .examples = "  sealwright checkpoint sign --run run-7 out/checkpoint-500\n"
                "  sealwright checkpoint sign --run run-7 --step 500 out/last.safetensors\n",
    .run = run,
};
