#include "cli/show_source.h"

/* --- what is left open ----------------------------------------------------------------------- */

sw_result sw_show_source_gaps(struct sw_cli *cli, const struct sw_source_record *record)
{
    struct sw_str *list = NULL;
    size_t count = 0;
    SW_TRY(sw_source_gaps(&cli->arena, record, &list, &count));
    for (size_t i = 0; i < count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap");
        sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT "\n", SW_STR_ARG(list[i]));
    }
    SW_TRY(sw_source_missing(&cli->arena, record, &list, &count));
    for (size_t i = 0; i < count; i++) {
        sw_say(cli, SW_TONE_DIM, "%s" SW_STR_FMT, i == 0 ? "  the standard asks for  " : ", ",
            SW_STR_ARG(list[i]));
    }
    sw_say(cli, SW_TONE_PLAIN, count == 0 ? "" : "\n");
    return SW_OK;
}

sw_result sw_show_source_gaps_json(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_source_record *record)
{
    struct sw_str *list = NULL;
    size_t count = 0;
    SW_TRY(sw_source_gaps(&cli->arena, record, &list, &count));
    sw_json_texts(w, "gaps", list, count);
    SW_TRY(sw_source_missing(&cli->arena, record, &list, &count));
    sw_json_texts(w, "missing", list, count);
    return SW_OK;
}

/* --- data source list ------------------------------------------------------------------------ */

static void state_members(struct sw_json_writer *w, const struct sw_source_state *state)
{
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(state->claim.time, time);
    sw_json_digest(w, "claim", &state->claim.claim);
    sw_jw_u64(w, "leaf", state->claim.leaf);
    sw_jw_text(w, "time", time);
    sw_jw_text(w, "signer", state->claim.signer);
    sw_json_text_or_null(w, "by", state->record.by);
    sw_json_text_or_null(w, "reason", state->record.reason);
}

static sw_result list_json(
    struct sw_cli *cli, const struct sw_source_state *states, size_t count, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_array(w, NULL);
    for (size_t i = 0; i < count; i++) {
        const struct sw_source_record *record = &states[i].record;
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", record->name);
        sw_json_text_or_null(w, "licence", sw_source_licence(record));
        sw_json_text_or_null(w, "origin", sw_source_origin(record));
        sw_json_text_or_null(w, "consent", sw_source_consent(record));
        SW_TRY(sw_show_source_gaps_json(cli, w, record));
        state_members(w, &states[i]);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return sw_json_out_end(&out, err);
}

static void say_missing(struct sw_cli *cli, struct sw_str text, const char *what)
{
    if (text.len == 0) {
        sw_say(cli, SW_TONE_WARN, "  no %s", what);
        return;
    }
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT, SW_STR_ARG(text));
}

static sw_result run_list(struct sw_cli *cli, const void *args, struct sw_error *err)
{
    (void)args;
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    struct sw_source_state *states = NULL;
    size_t count = 0;
    size_t ignored = 0;
    SW_TRY(sw_source_all(&context.data, &states, &count, &ignored, err));
    if (cli->json) {
        return list_json(cli, states, count, err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct sw_source_record *record = &states[i].record;
        sw_say(cli, SW_TONE_BOLD, "%-16.*s", SW_STR_ARG(record->name));
        say_missing(cli, sw_source_licence(record), "licence");
        say_missing(cli, sw_source_origin(record), "origin");
        say_missing(cli, sw_source_consent(record), "consent");
        sw_say(cli, SW_TONE_DIM, "  %s by %s\n", sw_time_show(cli, states[i].claim.time),
            states[i].claim.signer);
    }
    if (count == 0) {
        sw_say(cli, SW_TONE_DIM, "no sources\n");
    }
    sw_data_say_ignored(cli, ignored);
    return SW_OK;
}

const struct sw_command sw_cmd_data_source_list = {
    .name = "data source list",
    .summary = "list the sources of data",
    .operands = "",
    .description = "One line a source: its name, licence, origin and consent as the newest claim "
                   "of a trusted signer says, and who signed that when.",
    .run = run_list,
};

/* --- data source show ------------------------------------------------------------------------ */

/* The parts of a value in the order in which people say them: canonical JSON sorts by name. */
static const char *const said_order[] = {"name", "address", "country", "state", "start", "end",
    "regulation", "tool", "code", "system", "description", "evaluated", "parameters", "result"};

static sw_result flatten(const struct sw_json *value, struct sw_buf *out);

static sw_result flatten_members(const struct sw_json *object, struct sw_buf *out)
{
    const struct sw_json *last = NULL;
    for (size_t i = 0; i < SW_COUNT(said_order); i++) {
        const struct sw_json *value = sw_json_get(object, said_order[i]);
        bool again = value != NULL && last != NULL && value->type == SW_JSON_STRING &&
                     last->type == SW_JSON_STRING && sw_str_equal(value->text, last->text);
        if (value == NULL || again) {
            continue;
        }
        SW_TRY(sw_buf_puts(out, last == NULL ? "" : ", "));
        SW_TRY(flatten(value, out));
        last = value;
    }
    return SW_OK;
}

static sw_result flatten(const struct sw_json *value, struct sw_buf *out)
{
    SW_JSON_EACH (item, value) {
        SW_TRY(sw_buf_puts(out, item == value->items ? "" : "; "));
        SW_TRY(flatten(item, out));
    }
    SW_TRY(flatten_members(value, out));
    if (value->type == SW_JSON_BOOL) {
        return sw_buf_puts(out, value->boolean ? "yes" : "no");
    }
    return value->type == SW_JSON_STRING ? sw_buf_put_str(out, value->text) : SW_OK;
}

static sw_result show_fields(struct sw_cli *cli, const struct sw_source_record *record)
{
    for (size_t i = 0; i < sw_source_field_count; i++) {
        const struct sw_json *value = sw_source_get(record, &sw_source_fields[i]);
        if (value == NULL) {
            continue;
        }
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        SW_TRY(flatten(value, &text));
        sw_say(cli, SW_TONE_DIM, "  %-32s", sw_source_fields[i].title);
        sw_say(cli, SW_TONE_PLAIN, " %s\n", sw_buf_cstr(&text));
    }
    return SW_OK;
}

static sw_result field_text(const struct sw_source_record *record,
    const struct sw_source_field *field, struct sw_buf *out, struct sw_error *err)
{
    const struct sw_json *value = record == NULL ? NULL : sw_source_get(record, field);
    return value == NULL ? SW_OK : sw_json_canonical(out, value, err);
}

/* The fields in which two states differ; `before` is NULL for the first. */
static sw_result changed_fields(struct sw_cli *cli, const struct sw_source_record *before,
    const struct sw_source_record *after, struct sw_str **out, size_t *count, struct sw_error *err)
{
    struct sw_str *names = SW_ARENA_ARRAY(&cli->arena, struct sw_str, sw_source_field_count);
    SW_TRY_PTR(names);
    size_t n = 0;
    for (size_t i = 0; i < sw_source_field_count; i++) {
        const struct sw_source_field *field = &sw_source_fields[i];
        SW_CLEANUP(buf) struct sw_buf a = SW_BUF_INIT;
        SW_CLEANUP(buf) struct sw_buf b = SW_BUF_INIT;
        SW_TRY(field_text(before, field, &a, err));
        SW_TRY(field_text(after, field, &b, err));
        if (!sw_bytes_equal(sw_buf_bytes(&a), sw_buf_bytes(&b))) {
            const char *name = sw_arena_printf(&cli->arena, "%s.%s", field->group, field->name);
            SW_TRY_PTR(name);
            names[n++] = sw_str(name);
        }
    }
    *out = names;
    *count = n;
    return SW_OK;
}

static sw_result show_history(
    struct sw_cli *cli, const struct sw_source_state *states, size_t count, struct sw_error *err)
{
    for (size_t i = count; i-- > 0;) {
        struct sw_str *changed = NULL;
        size_t n = 0;
        SW_TRY(changed_fields(
            cli, i == 0 ? NULL : &states[i - 1].record, &states[i].record, &changed, &n, err));
        sw_say(cli, SW_TONE_DIM, "  %s", sw_time_show(cli, states[i].claim.time));
        sw_say(cli, SW_TONE_PLAIN, "  signed by %s", states[i].claim.signer);
        if (states[i].record.by.len != 0) {
            sw_say(cli, SW_TONE_PLAIN, ", said by " SW_STR_FMT, SW_STR_ARG(states[i].record.by));
        }
        if (states[i].record.reason.len != 0) {
            sw_say(cli, SW_TONE_PLAIN, ": " SW_STR_FMT, SW_STR_ARG(states[i].record.reason));
        }
        sw_say(cli, SW_TONE_PLAIN, "\n");
        for (size_t k = 0; k < n && i != 0; k++) {
            sw_say(cli, SW_TONE_PLAIN, "    changed " SW_STR_FMT "\n", SW_STR_ARG(changed[k]));
        }
    }
    return SW_OK;
}

static sw_result show_json(struct sw_cli *cli, const struct sw_source_state *states, size_t count,
    size_t ignored, struct sw_error *err)
{
    const struct sw_source_state *newest = &states[count - 1];
    struct sw_str *list = NULL;
    size_t n = 0;
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", newest->record.name);
    state_members(w, newest);
    sw_jw_json(w, "record", newest->record.fields);
    SW_TRY(sw_show_source_gaps_json(cli, w, &newest->record));
    sw_jw_u64(w, "untrusted", ignored);
    sw_jw_array(w, "history");
    for (size_t i = 0; i < count; i++) {
        SW_TRY(changed_fields(
            cli, i == 0 ? NULL : &states[i - 1].record, &states[i].record, &list, &n, err));
        sw_jw_object(w, NULL);
        state_members(w, &states[i]);
        sw_json_texts(w, "changed", list, n);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result show_text(struct sw_cli *cli, const struct sw_source_state *states, size_t count,
    size_t ignored, struct sw_error *err)
{
    const struct sw_source_record *newest = &states[count - 1].record;
    sw_say(cli, SW_TONE_BOLD, SW_STR_FMT "\n", SW_STR_ARG(newest->name));
    SW_TRY(show_fields(cli, newest));
    SW_TRY(sw_show_source_gaps(cli, newest));
    sw_say(cli, SW_TONE_BOLD, "history\n");
    SW_TRY(show_history(cli, states, count, err));
    sw_data_say_ignored(cli, ignored);
    return SW_OK;
}

static sw_result run_show(struct sw_cli *cli, const void *args, struct sw_error *err)
{
    (void)args;
    struct sw_str name = sw_str(cli->operands[0]);
    SW_TRY(sw_name_check(name, "source", err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    struct sw_source_state *states = NULL;
    size_t count = 0;
    size_t ignored = 0;
    SW_TRY(sw_source_history(&context.data, name, &states, &count, &ignored, err));
    return cli->json ? show_json(cli, states, count, ignored, err)
                     : show_text(cli, states, count, ignored, err);
}

const struct sw_command sw_cmd_data_source_show = {
    .name = "data source show",
    .summary = "show a source and how its description changed",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .description = "Prints every field that was given, what is missing, and each change with who "
                   "signed it, when and why. Claims that nobody in trust.yaml signed are counted "
                   "and not shown.",
    .examples = "  sealwright data source show forum\n",
    .run = run_show,
};
