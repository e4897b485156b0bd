#include "cli/child.h"
#include "cli/code_digest.h"
#include "cli/recorded.h"
#include "cli/show_run.h"

#include <stdlib.h>

#define INPUTS_MAX SW_LINEAGE_SETS

struct run_args {
    struct sw_text_list in;
    const char *out;
    const char *match;
    const char *min_similarity;
    const char *events;
    const char *drops;
    const char *generator;
    bool strict;
    const char *name;
    struct sw_text_list param;
    struct sw_text_list code;
    struct sw_text_list env;
    struct sw_record_args how; /* of the output */
    struct sw_signer_args signer;
};

#define TEXT(option, field, value, help)                                      \
    {                                                                         \
        option, SW_OPTION_TEXT, offsetof(struct run_args, field), value, help \
    }
#define LIST(option, field, value, help)                                      \
    {                                                                         \
        option, SW_OPTION_LIST, offsetof(struct run_args, field), value, help \
    }

static const struct sw_option options[] = {
    LIST("in", in, "NAME[@VERSION][=PATH]",
        "what the command reads; PATH says where its files are, when they were moved; may be given "
        "again"),
    TEXT("out", out, "NAME[@VERSION]=PATH",
        "what the command writes, a file or a directory, and the dataset that it becomes"),
    TEXT("match", match, "HOW", "how samples are found again: near (default), content, id or line"),
    TEXT("min-similarity", min_similarity, "X",
        "near: how much like an input an output must be, from 0 to 1 (default: 0.6)"),
    TEXT("events", events, "FILE",
        "the command itself says in FILE what it did; nothing is matched"),
    TEXT("drops", drops, "REASON",
        "why inputs are missing of which nobody says it: the command filters for that"),
    TEXT("generator", generator, "NAME",
        "what made the outputs that come from no input: the command generates"),
    {"strict", SW_OPTION_FLAG, offsetof(struct run_args, strict), NULL,
        "record nothing when anything is unknown"},
    TEXT("name", name, "NAME", "the step's name (default: that of its code, or of its command)"),
    LIST("param", param, "NAME=VALUE", "a parameter of the step; may be given again"),
    LIST("code", code, "PATH",
        "a file, or a directory of files, that the command runs; may be given again"),
    LIST("env", env, "NAME", "record this variable of the environment too"),
    SW_RECORD_OPTIONS(struct run_args, how),
    SW_SIGNER_OPTIONS(struct run_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* One run, from its options to its claims. */
struct running {
    struct sw_cli *cli;
    const struct run_args *args;
    struct sw_data_context *context;
    struct sw_run_input inputs[INPUTS_MAX];
    struct sw_run_plan plan;
    const char *output; /* as given */
    struct sw_digest output_before;
    struct sw_digest events_before;
    struct sw_str gaps[2];
};

/* --- what was asked -------------------------------------------------------------------------- */

static sw_result parse_output(struct running *r, struct sw_error *err)
{
    const char *text = r->args->out;
    const char *equals = text == NULL ? NULL : strchr(text, '=');
    if (equals == NULL || equals[1] == '\0') {
        return sw_fail(err, SW_E_USAGE,
            "--out NAME=PATH says what the command writes, and the dataset that it becomes");
    }
    r->output = equals + 1;
    return sw_dataset_name_parse(sw_str_n(text, (size_t)(equals - text)), &r->plan.output, err);
}

static sw_result parse_similarity(struct running *r, struct sw_error *err)
{
    const char *text = r->args->min_similarity;
    struct sw_json json;
    double value = 0;
    struct sw_error ignored = {0};
    if (text == NULL) {
        return SW_OK;
    }
    if (r->plan.match != SW_MATCH_NEAR || r->plan.events != NULL) {
        return sw_fail(err, SW_E_USAGE, "--min-similarity goes with --match near");
    }
    if (sw_json_parse(&r->cli->arena, sw_bytes(text, strlen(text)), NULL, &json, &ignored) !=
            SW_OK ||
        !sw_json_double(&json, &value) || !(value >= 0.1) || !(value <= 1)) {
        return sw_fail(
            err, SW_E_USAGE, "--min-similarity takes a number from 0.1 to 1, not '%s'", text);
    }
    r->plan.min_similarity = (uint32_t)(value * SW_CONFIDENCE_FULL + 0.5);
    return SW_OK;
}

static sw_result parse_matching(struct running *r, struct sw_error *err)
{
    const struct run_args *args = r->args;
    r->plan.match = SW_MATCH_NEAR;
    r->plan.events = args->events;
    if (args->match != NULL && args->events != NULL) {
        return sw_fail(
            err, SW_E_USAGE, "--events says what the command did, --match finds it out: say one");
    }
    if (args->match != NULL && !sw_match_parse(sw_str(args->match), &r->plan.match)) {
        return sw_fail(
            err, SW_E_USAGE, "--match takes id, line, content or near, not '%s'", args->match);
    }
    return parse_similarity(r, err);
}

/* What goes into claims as words. */
static sw_result check_words(const char *option, const char *text, struct sw_error *err)
{
    struct sw_str words = sw_str(text);
    bool good = text == NULL || (words.len > 0 && words.len <= SW_REASON_MAX &&
                                    sw_utf8_valid(sw_bytes_of_str(words)));
    for (size_t i = 0; good && i < words.len; i++) {
        good = (unsigned char)text[i] >= 0x20 && text[i] != 0x7f;
    }
    return good ? SW_OK
                : sw_fail(err, SW_E_USAGE, "%s takes 1 to %u bytes of text on one line", option,
                      SW_REASON_MAX);
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* The last part of a path, with '_' for what no name holds. */
static sw_result name_of_path(struct sw_cli *cli, const char *path, struct sw_str *out)
{
    struct sw_str base = sw_path_base(path);
    base.len = base.len > 128 ? 128 : base.len;
    char *name = sw_arena_strndup(&cli->arena, base);
    SW_TRY_PTR(name);
    for (size_t i = 0; i < base.len; i++) {
        name[i] = is_name_char(name[i]) && (i > 0 || name[i] != '-') ? name[i] : '_';
    }
    *out = sw_str_n(name, base.len);
    return SW_OK;
}

static sw_result name_step(struct running *r, struct sw_error *err)
{
    const struct run_args *args = r->args;
    if (args->name != NULL) {
        r->plan.step.name = sw_str(args->name);
        return sw_name_check(r->plan.step.name, "step", err);
    }
    const char *path = args->code.count > 0 ? args->code.items[0] : r->cli->operands[0];
    return name_of_path(r->cli, path, &r->plan.step.name);
}

static sw_result add_code(struct running *r, struct sw_error *err)
{
    const struct sw_text_list *list = &r->args->code;
    struct sw_run_code *code = SW_ARENA_ARRAY(&r->cli->arena, struct sw_run_code, list->count);
    SW_TRY_PTR(code);
    for (size_t i = 0; i < list->count; i++) {
        code[i].path = sw_str(list->items[i]);
        SW_TRY(sw_code_digest(r->cli, list->items[i], &code[i].digest, err));
    }
    r->plan.step.code = code;
    r->plan.step.code_count = list->count;
    if (list->count == 0) {
        r->gaps[r->plan.gap_count++] = sw_str("no code was named that the command ran");
    }
    return SW_OK;
}

static sw_result describe_step(struct running *r, struct sw_error *err)
{
    struct sw_cli *cli = r->cli;
    const struct run_args *args = r->args;
    struct sw_str *command = NULL;
    SW_TRY(name_step(r, err));
    SW_TRY(sw_recorded_command(cli, cli->operands, cli->operand_count, &command, err));
    r->plan.step.command = command;
    r->plan.step.command_count = cli->operand_count;
    SW_TRY(sw_recorded_parameters(cli, "--param", &args->param, &r->plan.step.parameters, err));
    SW_TRY(sw_recorded_environment(cli, &args->env, &r->plan.environment, err));
    return add_code(r, err);
}

/* Fields have the names of the first input's, unless they are named. */
static void choose_fields(struct running *r)
{
    const struct sw_record_args *how = &r->args->how;
    struct sw_record_options *to = &r->plan.output_options;
    if (r->plan.input_count > 0) {
        *to = r->inputs[0].options;
    }
    to->format = how->format;
    to->csv_delimiter = how->delimiter;
    to->attributes = NULL;
    const char **const fields[] = {
        &to->text_field, &to->id_field, &to->label_field, &to->weight_field, &to->language_field};
    const char *const named[] = {
        how->text_field, how->id_field, how->label_field, how->weight_field, how->language_field};
    for (size_t i = 0; i < SW_COUNT(fields); i++) {
        *fields[i] = named[i] != NULL ? named[i] : *fields[i];
    }
}

static sw_result find_inputs(struct running *r, struct sw_error *err)
{
    const struct sw_text_list *list = &r->args->in;
    if (list->count > INPUTS_MAX) {
        return sw_fail(err, SW_E_USAGE, "a step can have %u inputs at most", INPUTS_MAX);
    }
    r->plan.inputs = r->inputs;
    for (size_t i = 0; i < list->count; i++) {
        r->inputs[i] = SW_RUN_INPUT_INIT;
        r->plan.input_count++;
        SW_TRY(sw_run_input_find(&r->context->data, list->items[i], &r->inputs[i], err));
    }
    if (r->args->match != NULL && r->plan.match == SW_MATCH_LINE && list->count != 1) {
        return sw_fail(err, SW_E_USAGE, "--match line goes with one --in");
    }
    return SW_OK;
}

static sw_result plan(struct running *r, struct sw_error *err)
{
    const struct run_args *args = r->args;
    SW_TRY(parse_output(r, err));
    SW_TRY(parse_matching(r, err));
    SW_TRY(check_words("--drops", args->drops, err));
    SW_TRY(check_words("--generator", args->generator, err));
    r->plan.drops = sw_str(args->drops);
    r->plan.generator = sw_str(args->generator);
    r->plan.gaps = r->gaps;
    SW_TRY(describe_step(r, err));
    SW_TRY(find_inputs(r, err));
    choose_fields(r);
    return SW_OK;
}

/* --- running --------------------------------------------------------------------------------- */

/* What tells one state of a file, or of a directory of files, from another; alg 0 for none. */
static sw_result look_at(const char *path, struct sw_digest *out, struct sw_error *err)
{
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    SW_CLEANUP(buf) struct sw_buf state = SW_BUF_INIT;
    *out = (struct sw_digest){0};
    enum sw_code code = sw_tree_open(&tree, path, NULL, err);
    if (code != SW_OK) {
        return code == SW_E_NOENT ? SW_OK : code;
    }
    for (size_t i = 0; i < tree.count; i++) {
        const struct sw_entry *entry = &tree.entries[i];
        SW_TRY(sw_buf_append(&state, entry->name, strlen(entry->name) + 1));
        SW_TRY(sw_buf_put_u64be(&state, entry->size));
        SW_TRY(sw_buf_append(&state, &entry->stamp, sizeof(entry->stamp)));
    }
    sw_sha256(sw_buf_bytes(&state), out);
    return SW_OK;
}

/* What cannot be looked at now will be refused when it is read. */
static void look_before(struct running *r)
{
    struct sw_error ignored = {0};
    if (look_at(r->output, &r->output_before, &ignored) != SW_OK) {
        r->output_before = (struct sw_digest){0};
    }
    if (r->plan.events == NULL || look_at(r->plan.events, &r->events_before, &ignored) != SW_OK) {
        r->events_before = (struct sw_digest){0};
    }
}

static sw_result look_after(struct running *r, struct sw_error *err)
{
    struct sw_digest now;
    SW_TRY(look_at(r->output, &now, err));
    if (now.alg == 0) {
        return sw_fail(err, SW_E_REFUSED, "the command left nothing at '%s'", r->output);
    }
    if (r->output_before.alg != 0 && sw_digest_equal(&now, &r->output_before)) {
        r->gaps[r->plan.gap_count++] =
            sw_str("the output was there before the command ran, and is the same");
    }
    if (r->plan.events == NULL) {
        return SW_OK;
    }
    SW_TRY(look_at(r->plan.events, &now, err));
    return now.alg == 0 || (r->events_before.alg != 0 && sw_digest_equal(&now, &r->events_before))
               ? sw_fail(err, SW_E_REFUSED, "the command wrote no events to '%s'", r->plan.events)
               : SW_OK;
}

/* "NAME=" and the inputs' paths, one a line. */
static sw_result list_inputs(const struct running *r, const char **out)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_buf_puts(&text, "SEALWRIGHT_INPUTS="));
    for (size_t i = 0; i < r->plan.input_count; i++) {
        SW_TRY(sw_buf_puts(&text, i == 0 ? "" : "\n"));
        SW_TRY(sw_buf_puts(&text, r->inputs[i].path));
    }
    *out = sw_arena_strndup(&r->cli->arena, sw_buf_str(&text));
    return *out == NULL ? SW_E_NOMEM : SW_OK;
}

static sw_result run_command(struct running *r, struct sw_error *err)
{
    struct sw_arena *arena = &r->cli->arena;
    const char *environment[5] = {NULL};
    const char *store = NULL;
    SW_TRY(sw_cli_store_path(r->cli, &store, err));
    SW_CLEANUP(free) char *absolute = realpath(store, NULL);
    SW_TRY(list_inputs(r, &environment[0]));
    environment[1] = sw_arena_printf(arena, "SEALWRIGHT_OUTPUT=%s", r->output);
    environment[2] =
        sw_arena_printf(arena, "SEALWRIGHT_STORE=%s", absolute == NULL ? store : absolute);
    environment[3] = sw_arena_printf(
        arena, "SEALWRIGHT_EVENTS=%s", r->plan.events == NULL ? "" : r->plan.events);
    if (environment[1] == NULL || environment[2] == NULL || environment[3] == NULL) {
        return SW_E_NOMEM;
    }
    const struct sw_child child = {r->cli->operands, environment};
    r->plan.started = sw_time_now();
    SW_TRY(sw_child_run(r->cli, &child, err));
    r->plan.finished = sw_time_now();
    SW_TRY(look_after(r, err));
    return sw_data_location(r->cli, r->output, &r->plan.output_path, err);
}

/* --- recording ------------------------------------------------------------------------------- */

static sw_result make(struct running *r, struct sw_run_made *made, struct sw_error *err)
{
    struct sw_data *data = &r->context->data;
    struct sw_bar *bar = sw_bar_start(r->cli, "matching");
    data->progress = sw_bar_progress(bar);
    enum sw_code code = sw_run_make(data, &r->plan, made, err);
    sw_bar_stop(bar);
    data->progress = NULL;
    SW_TRY(code);
    if (r->args->strict && made->gap_count > 0) {
        return sw_fail(err, SW_E_REFUSED, SW_STR_FMT, SW_STR_ARG(made->gaps[0]));
    }
    return SW_OK;
}

/* The store is not locked while the command runs, nor while its output is read. */
static sw_result run_and_record(
    struct running *r, struct sw_run_made *made, struct sw_run_recorded *out, struct sw_error *err)
{
    struct sw_data_context *context = r->context;
    look_before(r);
    sw_data_context_pause(context);
    SW_TRY(run_command(r, err));
    SW_TRY(sw_data_context_resume(r->cli, SW_STORE_READ, context, err));
    SW_TRY(make(r, made, err));
    SW_TRY(sw_store_promote(context->store, NULL, err));
    context->data.now = sw_time_now();
    return sw_run_record(&context->data, &r->plan, made, out, err);
}

static sw_result run_step(struct running *r, struct sw_error *err)
{
    SW_CLEANUP(run_made) struct sw_run_made made = SW_RUN_MADE_INIT;
    struct sw_run_recorded recorded;
    SW_TRY(plan(r, err));
    SW_TRY(sw_store_check_access(r->context->store, err));
    enum sw_code code = run_and_record(r, &made, &recorded, err);
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "nothing was recorded");
    }
    if (!r->cli->json) {
        sw_show_run(r->cli, &made, &recorded);
        sw_data_warn_untrusted(r->cli, r->context, &recorded.receipts[SW_RUN_LINEAGE]);
    }
    SW_TRY(sw_data_context_close(r->context, err));
    return r->cli->json ? sw_run_json(&made, &recorded, err) : SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct run_args *args = data;
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, &args->signer, &context, err));
    struct running *r = SW_ARENA_NEW(&cli->arena, struct running);
    SW_TRY_PTR(r);
    r->cli = cli;
    r->args = args;
    r->context = &context;
    enum sw_code code = run_step(r, err);
    for (size_t i = 0; i < r->plan.input_count; i++) {
        sw_run_input_release(&r->inputs[i]);
    }
    return code;
}

const struct sw_command sw_cmd_data_run = {
    .name = "data run",
    .summary = "run a step and record what became of each sample",
    .operands = "-- COMMAND...",
    .min_operands = 1,
    .max_operands = 10000,
    .options = options,
    .args_size = sizeof(struct run_args),
    .description =
        "Runs the command, without a shell; when it succeeds, reads what it wrote as a new dataset "
        "and works out its lineage: which samples were kept, edited, split, packed, merged, "
        "duplicated, generated or dropped, each with a confidence. Dataset, lineage and SLSA "
        "provenance are signed and put into the log. A command that fails leaves no record, and "
        "exit status 1. The inputs are read again meanwhile, and an input that is not as it was "
        "recorded is refused.\n\n"
        "The command finds in its environment SEALWRIGHT\\_INPUTS (the paths of the inputs, one a "
        "line), SEALWRIGHT\\_OUTPUT, SEALWRIGHT\\_EVENTS (empty without *--events*) and "
        "SEALWRIGHT\\_STORE; the store is not locked. Values that look like secrets stand as "
        "[hidden] in the recorded command, and are refused as parameters.\n\n"
        "The output's format is found by its name and content; its fields have the names of the "
        "first input's, unless they are named.\n\n"
        "What cannot be found is not invented: an output of unknown origin, and an input that is "
        "gone for no known reason, are gaps, and a gap is no evidence for the gate. A step that "
        "filters says *--drops*, one that generates says *--generator*, and one that knows its "
        "lineage writes it to *--events*.",
    .examples =
        "  sealwright data run --in mails --out mails-unique=unique.jsonl --match content \\\n"
        "      --code dedup.py -- python3 dedup.py mails.jsonl unique.jsonl\n"
        "  sealwright data run --in web@3 --out web-clean=clean/ --drops 'language filter' \\\n"
        "      --param keep=en --code filter.py -- python3 filter.py web/ clean/\n"
        "  sealwright data run --in docs --out chunks=chunks.jsonl --events events.jsonl \\\n"
        "      --code chunk.py -- python3 chunk.py\n",
    .run = run,
};
