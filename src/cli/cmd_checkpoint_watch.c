#include "cli/show_checkpoint.h"

#define SETTLE_DEFAULT 5
#define SETTLE_MAX 86400

struct checkpoint_watch_args {
    struct sw_signer_args signer;
    const char *run;
    uint64_t threads;
    int64_t settle;
    bool once;
    bool no_cache;
};

static const struct sw_option options[] = {
    {"run", SW_OPTION_TEXT, offsetof(struct checkpoint_watch_args, run), "RUN",
        "the training run that writes there"},
    {"settle", SW_OPTION_DURATION, offsetof(struct checkpoint_watch_args, settle), "SPAN",
        "one without a marker is complete when nothing was written for so long (default: 5s)"},
    {"once", SW_OPTION_FLAG, offsetof(struct checkpoint_watch_args, once), NULL,
        "sign what is there, as it gets complete, and end"},
    SW_CACHE_OPTION(struct checkpoint_watch_args, no_cache),
    {"threads", SW_OPTION_NUMBER, offsetof(struct checkpoint_watch_args, threads), "N",
        "threads that hash (default: one, since the run has better uses for the others)"},
    SW_SIGNER_OPTIONS(struct checkpoint_watch_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

struct watching {
    struct sw_cli *cli;
    const struct checkpoint_watch_args *args;
    const char *dir;
    struct sw_data_context context;
    struct sw_watcher *watcher;
    struct sw_checkpoint_chain known; /* when the watch began */
    struct sw_progress progress;
    uint64_t signed_count;
    uint64_t refused_count;
};

static void watching_release(struct watching *w)
{
    sw_interrupt_release();
    sw_data_context_release(&w->context);
    sw_watcher_free(w->watcher);
}
SW_DEFINE_CLEANUP(watching, struct watching, watching_release)

/* --- one checkpoint -------------------------------------------------------------------------- */

static sw_result show(struct watching *w, const struct sw_checkpoint_signed *done,
    const struct sw_cache_use *use, struct sw_error *err)
{
    if (w->cli->json) {
        SW_TRY(sw_checkpoint_json(done, use, err));
    } else {
        sw_show_checkpoint(w->cli, done, use);
    }
    (void)fflush(stdout);
    return SW_OK;
}

static sw_result sign_ready(
    struct watching *w, const struct sw_ready *ready, struct sw_arena *arena, struct sw_error *err)
{
    SW_CLEANUP(model_cache) struct sw_model_cache *cache = NULL;
    struct sw_checkpoint_signed done;
    SW_TRY(sw_cli_cache(w->cli, sw_store_path(w->context.store), w->args->no_cache, &cache, err));
    const struct sw_checkpoint_request request = {.path = ready->path,
        .run = w->args->run,
        .step = ready->step,
        .complete = ready->complete,
        .options = {.threads = w->args->threads == 0 ? 1 : (unsigned)w->args->threads,
            .progress = &w->progress,
            .cache = cache}};
    struct sw_checkpoint_context own = sw_checkpoint_context_of(&w->context, arena);
    SW_TRY(sw_model_checkpoint_sign(&own, &request, &done, err));
    w->signed_count += done.known ? 0 : 1;
    SW_TRY(cache == NULL ? SW_OK : sw_model_cache_save(cache, err));
    return show(w, &done, cache == NULL ? NULL : sw_model_cache_use(cache), err);
}

/* What is wrong with one checkpoint does not end the watch over the others. */
static sw_result take_failure(struct watching *w, const struct sw_ready *ready, enum sw_code code,
    const struct sw_error *why, struct sw_error *err)
{
    bool here = sw_dir_exists(ready->path) || sw_file_exists(ready->path);
    const char *words = why->text[0] == '\0' ? sw_code_text(code) : why->text;
    if (code == SW_E_INTERRUPTED || code == SW_E_NOMEM || code == SW_E_INTERNAL) {
        return sw_fail(err, code, "%s", words);
    }
    if (!here && (code == SW_E_NOENT || code == SW_E_IO)) {
        sw_note(w->cli, "%s went away before it was signed", ready->name);
        sw_watcher_done(w->watcher, ready->name);
        return SW_OK;
    }
    if (code == SW_E_IO || code == SW_E_NOENT || code == SW_E_BUSY) {
        sw_note(w->cli, "%s is not signed yet: %s", ready->name, words);
        sw_watcher_again(w->watcher, ready->name);
        return SW_OK;
    }
    sw_note(w->cli, "%s is not signed: %s", ready->name, words);
    sw_watcher_done(w->watcher, ready->name);
    w->refused_count++;
    return SW_OK;
}

/* The store is open for reading only meanwhile, so that others can write between checkpoints. */
static sw_result take_ready(struct watching *w, const struct sw_ready *ready, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_error why = {0};
    sw_arena_init(&arena, 0);
    if (sw_checkpoint_is_recorded(&arena, &w->known, ready->path)) {
        sw_watcher_done(w->watcher, ready->name);
        return SW_OK;
    }
    SW_TRY(sw_data_context_resume(w->cli, SW_STORE_READ, &w->context, err));
    enum sw_code code = sign_ready(w, ready, &arena, &why);
    sw_data_context_pause(&w->context);
    if (code != SW_OK) {
        return take_failure(w, ready, code, &why, err);
    }
    sw_watcher_done(w->watcher, ready->name);
    return SW_OK;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* What --once leaves behind. */
static void tell_stuck(struct watching *w)
{
    const char *name;
    for (size_t i = 0; (name = sw_watcher_stuck(w->watcher, i)) != NULL; i++) {
        sw_note(w->cli, "%s is not signed: it is not complete, and nothing happens to it", name);
        w->refused_count++;
    }
}

static sw_result watch(struct watching *w, struct sw_error *err)
{
    for (;;) {
        struct sw_ready ready;
        bool found = false;
        SW_TRY(sw_progress_check(&w->progress, err));
        SW_TRY(sw_watcher_next(w->watcher, &ready, &found, err));
        if (found) {
            SW_TRY(take_ready(w, &ready, err));
        } else if (w->args->once && sw_watcher_pending(w->watcher) == 0) {
            tell_stuck(w);
            return SW_OK;
        } else {
            SW_TRY(sw_watcher_wait(w->watcher, err));
        }
    }
}

static sw_result check_args(const struct checkpoint_watch_args *args, struct sw_error *err)
{
    if (args->run == NULL) {
        return sw_fail(err, SW_E_USAGE, "--run says which training run writes there");
    }
    if (args->settle > SETTLE_MAX || args->threads > 64) {
        return sw_fail(err, SW_E_USAGE, "--settle takes at most a day, --threads 1 to 64");
    }
    return sw_name_check(sw_str(args->run), "run", err);
}

/* What the run has already. */
static sw_result read_known(struct watching *w, struct sw_error *err)
{
    struct sw_error why = {0};
    struct sw_checkpoint_context own = sw_checkpoint_context_of(&w->context, &w->cli->arena);
    enum sw_code code = sw_checkpoint_chain_read(&own, w->args->run, &w->known, &why);
    if (code == SW_OK || code == SW_E_NOEVIDENCE) {
        return SW_OK;
    }
    return sw_fail(err, code, "%s", why.text);
}

static sw_result begin(struct watching *w, struct sw_error *err)
{
    const struct checkpoint_watch_args *args = w->args;
    const struct sw_model_options nothing = {0};
    SW_TRY(sw_data_context_open(w->cli, SW_STORE_READ, &args->signer, &w->context, err));
    if (sw_cli_store_outside(sw_store_path(w->context.store), &nothing, w->dir, err) != SW_OK) {
        return sw_fail(err, SW_E_USAGE, "the store '%s' lies inside '%s': put it beside",
            sw_store_path(w->context.store), w->dir);
    }
    SW_TRY(read_known(w, err));
    sw_data_context_pause(&w->context);
    uint64_t settle = args->settle == 0 ? SETTLE_DEFAULT : (uint64_t)args->settle;
    SW_TRY(sw_watcher_open(w->dir, settle * 1000, &w->watcher, err));
    sw_interrupt_watch(&w->progress);
    if (!args->once) {
        sw_note(w->cli, "watching '%s'; run %s has %s", w->dir, args->run,
            sw_count_show(w->cli, w->known.count, "signed checkpoint"));
    }
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct checkpoint_watch_args *args = data;
    SW_CLEANUP(watching)
    struct watching w = {.cli = cli, .args = args, .dir = cli->operands[0]};
    SW_TRY(check_args(args, err));
    SW_TRY(begin(&w, err));
    enum sw_code code = watch(&w, err);
    if (code == SW_E_INTERRUPTED) {
        return sw_fail(
            err, code, "stopped; %s signed", sw_count_show(cli, w.signed_count, "checkpoint"));
    }
    SW_TRY(code);
    if (w.signed_count == 0 && w.refused_count == 0) {
        sw_note(cli, "nothing to sign in '%s'; run %s has %s", w.dir, args->run,
            sw_count_show(cli, w.known.count, "signed checkpoint"));
    }
    cli->status = w.refused_count > 0 ? 1 : 0;
    return SW_OK;
}

const struct sw_command sw_cmd_checkpoint_watch = {
    .name = "checkpoint watch",
    .summary = "sign the checkpoints of a run as they are completed",
    .operands = "DIR",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct checkpoint_watch_args),
    .description =
        "Watches the directory that a training run writes its checkpoints to (subdirectories and "
        "files whose name ends in a step, such as checkpoint-500 or model-500.safetensors), and "
        "signs each as *checkpoint sign* does when it is complete: when it was renamed into "
        "place; when trainer\\_state.json or .complete in it, or the file latest beside it, says "
        "so; when it is one file that was closed; or when nothing was written for the time of "
        "*--settle*. Nobody may have a file of it open for writing, and the shards that an index "
        "names have to be there.\n\n"
        "What is there at the start is signed first, in the order of the steps. Old ones may be "
        "deleted at any time. The watch ends with exit 4 when the directory goes away, and at "
        "SIGINT or SIGTERM (by that signal), when the one that is being hashed is left for the "
        "next time.",
    .examples = "  sealwright checkpoint watch --run run-7 out/\n"
                "  sealwright checkpoint watch --run run-7 --once --json out/\n",
    .run = run,
};
