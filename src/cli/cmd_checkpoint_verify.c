#include "cli/show_checkpoint.h"

struct checkpoint_verify_args {
    const char *dir;
    uint64_t threads;
    bool cache;
};

static const struct sw_option options[] = {
    {"dir", SW_OPTION_TEXT, offsetof(struct checkpoint_verify_args, dir), "DIR",
        "compare the checkpoints in this directory with what was signed, too"},
    {"cache", SW_OPTION_FLAG, offsetof(struct checkpoint_verify_args, cache), NULL,
        "do not read files again that were hashed before and have not changed since, as far as "
        "the kernel tells: for looking often, not before use"},
    {"threads", SW_OPTION_NUMBER, offsetof(struct checkpoint_verify_args, threads), "N",
        "threads that hash (default: one per processor)"},
    {NULL, 0, 0, NULL, NULL},
};

#define BREAKS_SHOWN 50

static const char *const presences[] = {
    [SW_PRESENCE_UNKNOWN] = "not-checked",
    [SW_PRESENCE_GONE] = "gone",
    [SW_PRESENCE_WHOLE] = "whole",
    [SW_PRESENCE_ALTERED] = "altered",
};

/* --- for people ------------------------------------------------------------------------------ */

static size_t count_of(const struct sw_checkpoint_chain *chain, enum sw_presence presence)
{
    size_t count = 0;
    for (size_t i = 0; i < chain->count; i++) {
        count += chain->links[i].presence == presence ? 1 : 0;
    }
    return count;
}

static void show_break(struct sw_cli *cli, const struct sw_chain_break *broken)
{
    sw_say(cli, SW_TONE_BAD, "  %-12s", sw_break_name(broken->kind));
    if (broken->name[0] == '\0') {
        sw_say(cli, SW_TONE_PLAIN, " leaf %llu: ", (unsigned long long)broken->leaf);
    } else {
        sw_say(cli, SW_TONE_PLAIN, " %s%s%s: ", broken->name, broken->path[0] == '\0' ? "" : "/",
            broken->path);
    }
    sw_say(cli, SW_TONE_PLAIN, "%s\n", broken->what);
}

static void show_breaks(struct sw_cli *cli, const struct sw_checkpoint_chain *chain)
{
    for (size_t i = 0; i < chain->break_count && i < BREAKS_SHOWN; i++) {
        show_break(cli, &chain->breaks[i]);
    }
    if (chain->break_count > BREAKS_SHOWN) {
        sw_say(cli, SW_TONE_DIM, "  and %zu more (all of them with --json)\n",
            chain->break_count - BREAKS_SHOWN);
    }
}

static void show_skew(struct sw_cli *cli, const struct sw_checkpoint_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (chain->links[i].skewed) {
            sw_say(cli, SW_TONE_WARN, "  note        ");
            sw_say(cli, SW_TONE_PLAIN,
                "%.*s says an earlier time than the one before: its signer's clock went back\n",
                SW_STR_ARG(chain->links[i].claim.name));
        }
    }
}

static void show(struct sw_cli *cli, const struct checkpoint_verify_args *args,
    const struct sw_checkpoint_chain *chain)
{
    bool pass = chain->break_count == 0;
    sw_say(cli, pass ? SW_TONE_GOOD : SW_TONE_BAD, "%s", pass ? "unbroken" : "broken");
    sw_say(cli, SW_TONE_PLAIN, "  run %s: %s", cli->operands[0],
        sw_count_show(cli, chain->count, "signed checkpoint"));
    if (chain->count > 0) {
        sw_say(cli, SW_TONE_PLAIN, ", step %llu to %llu",
            (unsigned long long)chain->links[0].claim.step,
            (unsigned long long)chain->links[chain->count - 1].claim.step);
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
    if (args->dir != NULL) {
        sw_say(cli, SW_TONE_PLAIN, "  in %s: %zu whole, %zu altered, %zu gone; %s read\n",
            args->dir, count_of(chain, SW_PRESENCE_WHOLE), count_of(chain, SW_PRESENCE_ALTERED),
            count_of(chain, SW_PRESENCE_GONE), sw_count_show(cli, chain->files, "file"));
    } else {
        sw_say(cli, SW_TONE_DIM, "  only the claims were checked; --dir checks the files\n");
    }
    show_breaks(cli, chain);
    show_skew(cli, chain);
}

/* --- for programs ---------------------------------------------------------------------------- */

static void link_json(struct sw_json_writer *w, const struct sw_checkpoint_link *link)
{
    const struct sw_checkpoint_claim *claim = &link->claim;
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", claim->name);
    sw_jw_u64(w, "step", claim->step);
    sw_json_digest(w, "model_root", &claim->root);
    sw_json_digest(w, "claim", &link->digest);
    sw_jw_u64(w, "leaf", link->leaf);
    sw_jw_text(w, "signer", link->signer);
    sw_step_json(w, "parent_step", claim->parent == NULL ? SW_ABSENT : claim->parent->step);
    sw_jw_bool(w, "resumed", claim->resumed);
    sw_jw_bool(w, "current", link->current);
    sw_jw_bool(w, "broken", link->broken);
    sw_jw_bool(w, "clock_went_back", link->skewed);
    sw_jw_text(w, "files", presences[link->presence]);
    sw_jw_object_end(w);
}

static void break_json(struct sw_json_writer *w, const struct sw_chain_break *broken)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "kind", sw_break_name(broken->kind));
    sw_jw_text(w, "name", broken->name[0] == '\0' ? NULL : broken->name);
    sw_step_json(w, "step", broken->step);
    sw_step_json(w, "leaf", broken->leaf);
    sw_jw_text(w, "path", broken->path[0] == '\0' ? NULL : broken->path);
    sw_jw_text(w, "what", broken->what);
    sw_jw_object_end(w);
}

static sw_result print_json(
    const struct sw_cli *cli, const struct sw_checkpoint_chain *chain, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "run", cli->operands[0]);
    sw_jw_text(w, "verdict", chain->break_count == 0 ? "pass" : "fail");
    sw_jw_array(w, "checkpoints");
    for (size_t i = 0; i < chain->count; i++) {
        link_json(w, &chain->links[i]);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "breaks");
    for (size_t i = 0; i < chain->break_count; i++) {
        break_json(w, &chain->breaks[i]);
    }
    sw_jw_array_end(w);
    sw_jw_u64(w, "files_read", chain->files);
    sw_jw_u64(w, "bytes", chain->bytes);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

/* --- the command ----------------------------------------------------------------------------- */

static sw_result check_files(struct sw_cli *cli, const struct checkpoint_verify_args *args,
    const struct sw_checkpoint_context *context, struct sw_checkpoint_chain *chain,
    struct sw_error *err)
{
    SW_CLEANUP(model_cache) struct sw_model_cache *cache = NULL;
    SW_TRY(sw_cli_cache(cli, sw_store_path(context->store), !args->cache, &cache, err));
    struct sw_bar *bar = sw_bar_start(cli, "verifying");
    const struct sw_model_options model = {
        .threads = (unsigned)args->threads, .cache = cache, .progress = sw_bar_progress(bar)};
    enum sw_code code = sw_checkpoint_chain_check(context, args->dir, &model, chain, err);
    sw_bar_stop(bar);
    SW_TRY(code);
    if (cache != NULL) {
        chain->files -= sw_model_cache_use(cache)->files;
        chain->bytes -= sw_model_cache_use(cache)->bytes;
        return sw_model_cache_save(cache, err);
    }
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct checkpoint_verify_args *args = data;
    struct sw_checkpoint_chain chain;
    SW_CLEANUP(data_context) struct sw_data_context context = {0};
    if (args->threads > 64 || (args->cache && args->dir == NULL)) {
        return sw_fail(err, SW_E_USAGE, "--threads takes 1 to 64, and --cache goes with --dir");
    }
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    struct sw_checkpoint_context own = sw_checkpoint_context_of(&context, &cli->arena);
    SW_TRY(sw_checkpoint_chain_read(&own, cli->operands[0], &chain, err));
    if (args->dir != NULL) {
        SW_TRY(check_files(cli, args, &own, &chain, err));
    }
    cli->status = chain.break_count == 0 ? 0 : 1;
    if (cli->json) {
        return print_json(cli, &chain, err);
    }
    show(cli, args, &chain);
    return SW_OK;
}

const struct sw_command sw_cmd_checkpoint_verify = {
    .name = "checkpoint verify",
    .summary = "check the chain of a run's checkpoints, and name where it breaks",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct checkpoint_verify_args),
    .description =
        "Reads all claims about the run's checkpoints from the signed log, checks who signed them "
        "and that each follows the one before, and with *--dir* compares every file that is still "
        "there with what was signed. Every break is named, the first one first: a claim of nobody "
        "trusted, a lost or malformed one, a gap, a fork, a step that goes backwards, a parent of "
        "another run, an altered file, a checkpoint that the log does not know.\n\n"
        "Exit 0 when there is none, 1 when there is, 3 when the log has no checkpoint of the run. "
        "To know that the log is not an older copy, keep its checkpoint and name it with "
        "*--checkpoint*.",
    .examples = "  sealwright checkpoint verify run-7\n"
                "  sealwright checkpoint verify --dir out/ --json run-7\n",
    .run = run,
};
