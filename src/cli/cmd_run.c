#include "cli/admit_args.h"
#include "cli/guard.h"

struct run_args {
    struct sw_admit_args ask;
    const char *model;
    const char *protect;
    const char *events;
    bool distinct_status;
};

static const struct sw_option options[] = {
    {"model", SW_OPTION_TEXT, offsetof(struct run_args, model), "PATH",
        "the model that the command reads, a directory or a file"},
    {"protect", SW_OPTION_TEXT, offsetof(struct run_args, protect), "MODE",
        "copy, verity or watch (default: the best that this machine and model allow)"},
    {"events", SW_OPTION_TEXT, offsetof(struct run_args, events), "FILE",
        "append what happens to this file, as lines of JSON"},
    {"distinct-status", SW_OPTION_FLAG, offsetof(struct run_args, distinct_status), NULL,
        "when nothing was started, give 101 to 104 in place of 1 to 4"},
    SW_ADMIT_OPTIONS(struct run_args, ask),
    {NULL, 0, 0, NULL, NULL},
};

static sw_result mode_of(const char *text, enum sw_guard_mode *out, struct sw_error *err)
{
    static const enum sw_guard_mode modes[] = {SW_GUARD_COPY, SW_GUARD_VERITY, SW_GUARD_WATCH};
    *out = SW_GUARD_BEST;
    if (text == NULL) {
        return SW_OK;
    }
    for (size_t i = 0; i < SW_COUNT(modes); i++) {
        if (strcmp(text, sw_guard_mode_name(modes[i])) == 0) {
            *out = modes[i];
            return SW_OK;
        }
    }
    return sw_fail(err, SW_E_USAGE, "--protect takes copy, verity or watch, not '%s'", text);
}

static void tell_refusal(struct sw_guard *guard, const struct sw_admitted *admitted)
{
    const struct sw_decision *d = &admitted->decision;
    sw_note(guard->cli, "'%s' is not admitted, and nothing was started", guard->path);
    for (size_t i = 0; i < d->rule_count; i++) {
        const struct sw_gate_rule *rule = &d->rules[i];
        if (rule->verdict == SW_GATE_PASS || rule->waived) {
            continue;
        }
        sw_guard_tell(guard->log, "refused", "", rule->reason);
        if (!guard->cli->json) {
            sw_note(guard->cli, "%s: %s%s%s", rule->name, rule->reason,
                rule->satisfy[0] == '\0' ? "" : "; to satisfy it: ", rule->satisfy);
        }
    }
}

/* The signature that was admitted, read again for what it says of each file. */
static sw_result load_signed(struct sw_cli *cli, const struct run_args *args,
    const struct sw_admitted *admitted, struct sw_load **out, struct sw_error *err)
{
    SW_CLEANUP(store) struct sw_store *store = NULL;
    SW_CLEANUP(trust) struct sw_trust *trust = NULL;
    SW_CLEANUP(load) struct sw_load *load = NULL;
    SW_TRY(sw_cli_store_open(cli, SW_STORE_READ, &store, err));
    SW_TRY(sw_cli_trust(cli, sw_store_path(store), &trust, err));
    const struct sw_verify_request request = {.path = args->model,
        .signature_path = args->ask.model.signature,
        .trust = trust,
        .store = store,
        .options = {.now = cli->now,
            .legacy = args->ask.judge.legacy,
            .allow_missing_hint = args->ask.judge.allow_missing_hint,
            .model = {.allow_symlinks = args->ask.model.allow_symlinks}}};
    SW_TRY(sw_flow_load(&cli->arena, &request, &load, err));
    if (!sw_digest_equal(sw_load_claim(load), &admitted->verification.claim)) {
        return sw_fail(err, SW_E_REFUSED,
            "the signature of '%s' was replaced since it was admitted", args->model);
    }
    *out = SW_TAKE(load);
    return SW_OK;
}

/* *status stays when the command ran, or could not be. */
static sw_result admit_and_cover(struct sw_guard *guard, const struct run_args *args,
    struct sw_load **load, struct sw_error *err)
{
    struct sw_model_options reading = {0};
    struct sw_consumer consumer;
    const struct sw_consumer *list[1];
    struct sw_admitted admitted;
    sw_guard_reading(guard, &reading, &consumer, list);
    SW_TRY(sw_admit_args_ask(
        guard->cli, &args->ask, args->model, &reading, &admitted, &guard->cli->status, err));
    if (guard->cli->status != 0) {
        tell_refusal(guard, &admitted);
        return SW_OK;
    }
    SW_TRY(load_signed(guard->cli, args, &admitted, load, err));
    return sw_guard_place(guard, *load, err);
}

static sw_result run_guarded(struct sw_cli *cli, const struct run_args *args,
    struct sw_guard_log *log, bool *started, struct sw_error *err)
{
    enum sw_guard_mode mode;
    SW_TRY(mode_of(args->protect, &mode, err));
    SW_TRY(sw_guard_log_open(log, args->events, err));
    SW_CLEANUP(load) struct sw_load *load = NULL;
    SW_CLEANUP(guard)
    struct sw_guard guard = {
        .cli = cli, .log = log, .path = args->model, .memory = -1, .cover = -1, .moves = -1};
    SW_TRY(sw_guard_start(&guard, mode, err));
    SW_TRY(admit_and_cover(&guard, args, &load, err));
    if (cli->status != 0) {
        return SW_OK;
    }
    *started = true;
    return sw_guard_run(&guard, cli->operands, &cli->status, err);
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct run_args *args = data;
    struct sw_guard_log log = {.cli = cli, .fd = -1};
    bool started = false;
    if (args->model == NULL) {
        return sw_fail(err, SW_E_USAGE, "--model PATH says which model the command reads");
    }
    enum sw_code code = run_guarded(cli, args, &log, &started, err);
    if (code != SW_OK) {
        sw_guard_tell(&log, "refused", "", err->text);
    }
    if (log.trouble) {
        sw_note(cli, "not every event could be written");
    }
    sw_guard_log_close(&log);
    if (!args->distinct_status || started) {
        return code;
    }
    if (code != SW_OK) {
        struct sw_cli loud = *cli;
        loud.quiet = false;
        sw_note(&loud, "%s", err->text);
        cli->status = sw_code_exit(code);
    }
    cli->status += cli->status == 0 ? 0 : 100;
    return SW_OK;
}

const struct sw_command sw_cmd_run = {
    .name = "run",
    .summary = "run a command that can read only the verified bytes of a model",
    .operands = "-- COMMAND...",
    .min_operands = 1,
    .max_operands = 10000,
    .options = options,
    .args_size = sizeof(struct run_args),
    .description =
        "Admits the model as *admit* does, and starts the command only when it was admitted. What "
        "the command finds at the model's path are the signed files and nothing else, and their "
        "bytes stay as they were signed whatever is done to the files on the disk:\n\n"
        "*copy*: they lie in memory, written there while they were hashed. Memory for the whole "
        "model is needed.\n\n"
        "*verity*: they are the files themselves, and every one has fs-verity.\n\n"
        "*watch*: they are the files themselves. Each is hashed when it is first opened, and a "
        "changed one cannot be opened. Who then wants to write to one waits until the command has "
        "been ended. Needs root.\n\n"
        "The command cannot write to the model, change mounts or gain privileges. When somebody "
        "renames what the model's path goes through, it is ended.\n\n"
        "The exit status is the command's, or 128 and the signal that ended it; 120 when it was "
        "ended because somebody tampered with the model, 126 or 127 when it could not be run. When "
        "nothing was started it is 1 (refused), 2 (usage), 3 (no evidence) or 4 (could not do it), "
        "and with *--distinct-status* 101 to 104. Standard input and output are the command's; "
        "with *--json* every event is a line of JSON on standard error.",
    .examples =
        "  sealwright run --model models/llama -- llama-server -m models/llama/model.gguf\n"
        "  sealwright run --model m --protect watch --events events.jsonl -- python serve.py\n",
    .run = run,
};
