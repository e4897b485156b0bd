#include "cli/ancestry.h"
#include "cli/child.h"
#include "cli/code_digest.h"
#include "cli/recorded.h"
#include "cli/show_training.h"
#include "cli/show_weights.h"

#include <stdlib.h>

struct train_args {
    struct sw_signer_args signer;
    struct sw_text_list dataset;
    const char *mix;
    const char *run;
    struct sw_text_list base;
    struct sw_text_list param;
    const char *seed;
    struct sw_text_list code;
    struct sw_text_list env;
    const char *out;
    bool verify;
};

static const struct sw_option options[] = {
    {"dataset", SW_OPTION_LIST, offsetof(struct train_args, dataset), "NAME[@VERSION]",
        "what it trains on; may be given again"},
    {"out", SW_OPTION_TEXT, offsetof(struct train_args, out), "MODEL",
        "the model that the command writes, a file or a directory"},
    {"mix", SW_OPTION_TEXT, offsetof(struct train_args, mix), "NAME",
        "the mixture that says with what weights it draws"},
    {"run", SW_OPTION_TEXT, offsetof(struct train_args, run), "NAME",
        "the run's name (default: the model's, and the time)"},
    {"base", SW_OPTION_LIST, offsetof(struct train_args, base), "MODEL[:RELATION]",
        "a model on disk, or its root digest, that it is made from: finetune (default), adapter, "
        "quantized, merge, distilled, checkpoint, or another word"},
    {"param", SW_OPTION_LIST, offsetof(struct train_args, param), "NAME=VALUE",
        "a parameter of the run; may be given again"},
    {"seed", SW_OPTION_TEXT, offsetof(struct train_args, seed), "N", "the seed of the run"},
    {"code", SW_OPTION_LIST, offsetof(struct train_args, code), "PATH",
        "a file, or a directory of files, that the command runs; may be given again"},
    {"env", SW_OPTION_LIST, offsetof(struct train_args, env), "NAME",
        "record this variable of the environment too"},
    {"verify", SW_OPTION_FLAG, offsetof(struct train_args, verify), NULL,
        "first read the datasets' files again, and do not train on what changed"},
    SW_SIGNER_OPTIONS(struct train_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* One training, from its options to its claim. */
struct training {
    struct sw_cli *cli;
    const struct train_args *args;
    struct sw_data_context *context;
    struct sw_training_claim claim;
    struct sw_digest before;            /* what stood at --out before; alg 0: nothing */
    struct sw_consumption_state *drawn; /* what the run recorded of its draws */
    size_t drawn_count;
};

/* --- reading datasets again ------------------------------------------------------------------ */

static sw_result cannot_reread(
    const struct sw_dataset_claim *set, const char *why, struct sw_error *err)
{
    return sw_fail(err, SW_E_NOEVIDENCE,
        "the files of " SW_STR_FMT "@" SW_STR_FMT " cannot be read again: %s",
        SW_STR_ARG(set->name), SW_STR_ARG(set->version), why);
}

static sw_result judge_reread(const struct sw_dataset_claim *set,
    const struct sw_data_verification *found, struct sw_error *err)
{
    for (size_t i = 0; i < SW_COUNT(found->counts); i++) {
        if (found->counts[i] != 0) {
            return sw_fail(err, SW_E_REFUSED,
                SW_STR_FMT "@" SW_STR_FMT
                           " is not what was recorded: %llu %s, perhaps more; see 'sealwright data "
                           "verify " SW_STR_FMT "'",
                SW_STR_ARG(set->name), SW_STR_ARG(set->version),
                (unsigned long long)found->counts[i],
                sw_sample_problem_name((enum sw_sample_problem_kind)i), SW_STR_ARG(set->name));
        }
    }
    return SW_OK;
}

static sw_result reread(
    const struct sw_data *data, const struct sw_dataset_claim *set, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    SW_CLEANUP(salt) struct sw_salt salt;
    struct sw_data_verification found = {0};
    struct sw_record_options how;
    sw_salt_none(&salt);
    if (set->declared || set->location.len == 0) {
        return cannot_reread(set, "nobody recorded where they are", err);
    }
    const char *path = sw_arena_strndup(data->arena, set->location);
    SW_TRY_PTR(path);
    SW_TRY(sw_dataset_open(data, set, &rows, err));
    SW_TRY(sw_record_options_read(data->arena, set->options, &how, err));
    struct sw_error why = {0};
    enum sw_code code = sw_salt_load(data, set->salt, &salt, &why);
    if (code != SW_OK) {
        return code == SW_E_NOENT ? cannot_reread(set, "its salt was forgotten", err)
                                  : sw_fail(err, code, "%s", why.text);
    }
    SW_TRY(sw_data_check_set(data, &rows, &found, err));
    SW_TRY(sw_data_compare(data, &rows, &salt, path, &how, &found, err));
    return judge_reread(set, &found, err);
}

static sw_result reread_with_bar(
    struct training *t, const struct sw_dataset_claim *set, struct sw_error *err)
{
    struct sw_data data = t->context->data;
    struct sw_bar *bar = sw_bar_start(t->cli, "reading the dataset again");
    data.progress = sw_bar_progress(bar);
    enum sw_code code = reread(&data, set, err);
    sw_bar_stop(bar);
    return code;
}

/* --- what goes in ---------------------------------------------------------------------------- */

static sw_result add_datasets(struct training *t, struct sw_error *err)
{
    struct sw_arena *arena = &t->cli->arena;
    const struct sw_text_list *list = &t->args->dataset;
    t->claim.datasets = SW_ARENA_ARRAY(arena, struct sw_dataset_ref, list->count);
    SW_TRY_PTR(t->claim.datasets);
    for (size_t i = 0; i < list->count; i++) {
        struct sw_dataset_claim set;
        SW_TRY(sw_training_dataset(&t->context->data, sw_str(list->items[i]),
            &t->claim.datasets[t->claim.dataset_count++], &set, err));
        if (t->args->verify) {
            SW_TRY(reread_with_bar(t, &set, err));
        }
        if (set.declared) {
            SW_TRY(sw_training_add_gap(arena, &t->claim,
                sw_arena_printf(arena, "dataset " SW_STR_FMT "@" SW_STR_FMT " is declared only",
                    SW_STR_ARG(set.name), SW_STR_ARG(set.version))));
        }
    }
    t->claim.verified = t->args->verify;
    return SW_OK;
}

/* "MODEL", "MODEL:RELATION", "sha256:…", "sha256:…:RELATION". */
static sw_result add_base(
    struct training *t, const char *text, struct sw_training_base *out, struct sw_error *err)
{
    const char *model = NULL;
    const char *word = NULL;
    SW_TRY(sw_cli_split_model(t->cli, text, &model, &word));
    out->relation = sw_str(word == NULL ? "finetune" : word);
    if (sw_digest_parse(sw_str(model), &out->root)) {
        out->name = sw_str(model);
        return SW_OK;
    }
    struct sw_training_claim hashed = {0};
    SW_TRY(sw_training_hash(t->cli, model, sw_store_path(t->context->store), &hashed, err));
    out->name = hashed.model;
    out->root = hashed.root;
    out->manifest = hashed.manifest;
    return SW_OK;
}

static sw_result add_bases(struct training *t, struct sw_error *err)
{
    const struct sw_text_list *list = &t->args->base;
    t->claim.bases = SW_ARENA_ARRAY(&t->cli->arena, struct sw_training_base, list->count);
    SW_TRY_PTR(t->claim.bases);
    for (size_t i = 0; i < list->count; i++) {
        SW_TRY(add_base(t, list->items[i], &t->claim.bases[t->claim.base_count++], err));
    }
    return SW_OK;
}

static sw_result add_code(struct training *t, struct sw_error *err)
{
    const struct sw_text_list *list = &t->args->code;
    t->claim.code = SW_ARENA_ARRAY(&t->cli->arena, struct sw_training_code, list->count);
    SW_TRY_PTR(t->claim.code);
    for (size_t i = 0; i < list->count; i++) {
        struct sw_training_code *code = &t->claim.code[t->claim.code_count++];
        code->path = sw_str(list->items[i]);
        SW_TRY(sw_code_digest(t->cli, list->items[i], &code->digest, err));
    }
    return list->count > 0 ? SW_OK
                           : sw_training_add_gap(&t->cli->arena, &t->claim,
                                 "no code was named that the command ran");
}

static sw_result add_how(struct training *t, struct sw_error *err)
{
    struct sw_cli *cli = t->cli;
    const struct train_args *args = t->args;
    uint64_t seed;
    if (args->seed != NULL && !sw_parse_u64(sw_str(args->seed), &seed)) {
        return sw_fail(err, SW_E_USAGE, "--seed takes a whole number, not '%s'", args->seed);
    }
    t->claim.seed = sw_str(args->seed);
    t->claim.command_count = cli->operand_count;
    SW_TRY(sw_recorded_command(cli, cli->operands, cli->operand_count, &t->claim.command, err));
    SW_TRY(sw_recorded_parameters(cli, "--param", &args->param, &t->claim.parameters, err));
    return sw_recorded_environment(cli, &args->env, &t->claim.environment, err);
}

/* --- the run's name -------------------------------------------------------------------------- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* "model-20261123T010203Z" */
static sw_result default_run(struct sw_cli *cli, const char *out, struct sw_str *run)
{
    struct sw_str base = sw_path_base(out);
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(cli->now, time);
    char *name =
        sw_arena_printf(&cli->arena, "%.*s-%s", base.len > 64 ? 64 : (int)base.len, base.ptr, time);
    SW_TRY_PTR(name);
    size_t kept = 0;
    for (size_t i = 0; name[i] != '\0'; i++) {
        bool of_time = i >= strlen(name) - strlen(time);
        if (of_time && (name[i] == '-' || name[i] == ':')) {
            continue;
        }
        name[kept++] = is_name_char(name[i]) && (i > 0 || name[i] != '-') ? name[i] : '_';
    }
    *run = sw_str_n(name, kept);
    return SW_OK;
}

/* --- running --------------------------------------------------------------------------------- */

static sw_result plan(struct training *t, struct sw_error *err)
{
    const struct train_args *args = t->args;
    t->claim.step = SW_ABSENT;
    t->claim.run = sw_str(args->run);
    if (args->run == NULL) {
        SW_TRY(default_run(t->cli, args->out, &t->claim.run));
    }
    SW_TRY(sw_name_check(t->claim.run, "run", err));
    SW_TRY(add_how(t, err));
    SW_TRY(add_datasets(t, err));
    if (args->mix != NULL) {
        SW_TRY(sw_training_mixture(&t->context->data, sw_str(args->mix), &t->claim, err));
    }
    SW_TRY(add_code(t, err));
    return add_bases(t, err);
}

/* A model that was there before and is the same after was perhaps not made by this command. */
static sw_result note_before(struct training *t, struct sw_error *err)
{
    struct sw_training_claim hashed = {0};
    const char *out = t->args->out;
    if (!sw_file_exists(out) && !sw_dir_exists(out)) {
        return SW_OK;
    }
    struct sw_error why = {0};
    enum sw_code code =
        sw_training_hash(t->cli, out, sw_store_path(t->context->store), &hashed, &why);
    if (code == SW_E_USAGE) {
        return sw_fail(err, code, "%s", why.text); /* the store lies inside */
    }
    t->before = code == SW_OK ? hashed.manifest : (struct sw_digest){0};
    return SW_OK;
}

static sw_result run_command(struct training *t, struct sw_error *err)
{
    struct sw_cli *cli = t->cli;
    const char *path = NULL;
    SW_TRY(sw_cli_store_path(cli, &path, err));
    SW_CLEANUP(free) char *absolute = realpath(path, NULL);
    const char *const environment[] = {
        sw_arena_printf(&cli->arena, "SEALWRIGHT_RUN=" SW_STR_FMT, SW_STR_ARG(t->claim.run)),
        sw_arena_printf(&cli->arena, "SEALWRIGHT_STORE=%s", absolute == NULL ? path : absolute),
        NULL};
    if (environment[0] == NULL || environment[1] == NULL) {
        return SW_E_NOMEM;
    }
    const struct sw_child child = {cli->operands, environment};
    t->claim.started = sw_time_now();
    SW_TRY(sw_child_run(cli, &child, err));
    t->claim.finished = sw_time_now();
    return SW_OK;
}

static sw_result record(struct training *t, struct sw_receipt receipts[2], struct sw_error *err)
{
    struct sw_data_context *context = t->context;
    SW_TRY(sw_training_hash(t->cli, t->args->out, sw_store_path(context->store), &t->claim, err));
    if (t->before.alg != 0 && sw_digest_equal(&t->before, &t->claim.manifest)) {
        SW_TRY(sw_training_add_gap(&t->cli->arena, &t->claim,
            "the model was there before the command ran, and is the same"));
    }
    SW_TRY(sw_data_context_promote(context, err));
    t->claim.time = context->data.now;
    SW_TRY(sw_training_record(&context->data, &t->claim, receipts, err));
    return sw_consumption_find(
        &context->data, t->claim.run, sw_str(""), &t->drawn, &t->drawn_count, err);
}

static sw_result train(struct training *t, struct sw_receipt receipts[2], struct sw_error *err)
{
    SW_TRY(plan(t, err));
    SW_TRY(note_before(t, err));
    SW_CLEANUP(training_run) struct sw_training_run held = SW_TRAINING_RUN_INIT;
    SW_TRY(sw_training_begin(&t->context->data, &t->claim, &held, err));
    enum sw_code code = run_command(t, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "nothing was recorded");
    }
    return record(t, receipts, err);
}

static sw_result check_args(const struct train_args *args, struct sw_error *err)
{
    if (args->dataset.count == 0) {
        return sw_fail(err, SW_E_USAGE, "--dataset says what it trains on");
    }
    if (args->out == NULL) {
        return sw_fail(err, SW_E_USAGE, "--out says where the command writes the model");
    }
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct train_args *args = data;
    struct sw_receipt receipts[2];
    SW_TRY(check_args(args, err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &context, err));
    struct training t = {.cli = cli, .args = args, .context = &context};
    SW_TRY(train(&t, receipts, err));
    if (!cli->json) {
        sw_show_training(cli, &t.claim, receipts);
        for (size_t i = 0; i < t.drawn_count; i++) {
            sw_show_difference(cli, &t.drawn[i].claim);
        }
        sw_data_warn_untrusted(cli, &context, &receipts[0]);
    }
    SW_TRY(sw_data_context_close(&context, err));
    return cli->json ? sw_training_json(&t.claim, receipts, err) : SW_OK;
}

const struct sw_command sw_cmd_data_train = {
    .name = "data train",
    .summary = "run a training command and record what the model is made from",
    .operands = "-- COMMAND...",
    .min_operands = 1,
    .max_operands = 10000,
    .options = options,
    .args_size = sizeof(struct train_args),
    .description =
        "Runs the command; when it succeeds, hashes the model that it wrote and records a training "
        "claim and SLSA provenance about it: the datasets, the mixture, base models, code, "
        "parameters, seed, and the variables of the environment that bear on results. A command "
        "that fails leaves no record, and exit status 1.\n\n"
        "The command finds the run's name in SEALWRIGHT\\_RUN and the store in SEALWRIGHT\\_STORE, "
        "and may call *data checkpoint* and *data consume*; the store is not locked meanwhile. "
        "Values that look like secrets stand as [hidden] in the recorded command, and are refused "
        "as parameters.",
    .examples =
        "  sealwright data train --dataset mails --out model.bin --code train.sh --seed 1 \\\n"
        "      -- sh train.sh mails.txt model.bin\n"
        "  sealwright data train --dataset chats --mix base --base llama/:finetune --out tuned/ "
        "\\\n"
        "      --param lr=1e-5 --code finetune.py -- python3 finetune.py\n",
    .run = run,
};
