#include "cli/show_checkpoint.h"

struct checkpoint_resume_args {
    const char *dir;
    bool dry_run;
};

static const struct sw_option options[] = {
    {"dir", SW_OPTION_TEXT, offsetof(struct checkpoint_resume_args, dir), "DIR",
        "where the checkpoints are, when none is named (default: the working directory)"},
    {"dry-run", SW_OPTION_FLAG, offsetof(struct checkpoint_resume_args, dry_run), NULL,
        "only check; the next checkpoint does not become this one's child"},
    {NULL, 0, 0, NULL, NULL},
};

static sw_result print_json(const struct sw_checkpoint_resumption *found, struct sw_error *err)
{
    const struct sw_checkpoint_link *link = &found->link;
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "path", found->path);
    sw_jw_str(w, "run", link->claim.run);
    sw_jw_u64(w, "step", link->claim.step);
    sw_json_digest(w, "model_root", &link->claim.root);
    sw_json_digest(w, "claim", &link->digest);
    sw_jw_text(w, "signer", link->signer);
    sw_jw_u64(w, "files", found->verification.files);
    sw_jw_u64(w, "bytes", found->verification.bytes);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct checkpoint_resume_args *args = data;
    struct sw_checkpoint_resumption found;
    const char *path = cli->operand_count > 1 ? cli->operands[1] : NULL;
    SW_CLEANUP(data_context) struct sw_data_context context = {0};
    if (path != NULL && args->dir != NULL) {
        return sw_fail(err, SW_E_USAGE, "name either a checkpoint or --dir");
    }
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    struct sw_checkpoint_context own = sw_checkpoint_context_of(&context, &cli->arena);
    struct sw_bar *bar = sw_bar_start(cli, "verifying");
    enum sw_code code = sw_checkpoint_resume(&own, cli->operands[0], path,
        args->dir == NULL ? "." : args->dir, !args->dry_run, sw_bar_progress(bar), &found, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    if (cli->json) {
        return print_json(&found, err);
    }
    sw_say(cli, SW_TONE_PLAIN, "%s\n", found.path);
    return SW_OK;
}

const struct sw_command sw_cmd_checkpoint_resume = {
    .name = "checkpoint resume",
    .summary = "refuse to resume a run from a checkpoint that is not as it was signed",
    .operands = "RUN [CHECKPOINT]",
    .min_operands = 1,
    .max_operands = 2,
    .options = options,
    .args_size = sizeof(struct checkpoint_resume_args),
    .description =
        "Checks the run's chain from its first checkpoint up to this one, reads every byte of it, "
        "and prints its path, for scripts. Without CHECKPOINT it is the last one that is in "
        "*--dir*. One that is not signed, that is altered, or whose chain is broken, is refused "
        "(exit 1). Nothing is printed then, so let the shell start nothing with it.\n\n"
        "The next checkpoint of the run that is signed has this one as its parent, and says that "
        "the run was resumed.",
    .examples = "  from=$(sealwright checkpoint resume --dir out run-7) &&\n"
                "      train.py --resume-from \"$from\"\n"
                "  sealwright checkpoint resume run-7 out/checkpoint-500\n",
    .run = run,
};
