#include "cli/show_source.h"

#define RECORD_MAX ((uint64_t)4 << 20)

struct add_args {
    struct sw_signer_args signer;
    const char *file;
    bool update;
    const char *by;
    const char *reason;
    const char *title;
    const char *id;
    const char *location;
    struct sw_text_list issuer;
    const char *description;
    const char *metadata;
    struct sw_text_list from;
    struct sw_text_list geography;
    const char *issued;
    const char *previous;
    const char *collected;
    struct sw_text_list method;
    struct sw_text_list format;
    struct sw_text_list classification;
    struct sw_text_list consent;
    struct sw_text_list privacy;
    struct sw_text_list process_in;
    struct sw_text_list process_not_in;
    struct sw_text_list store_in;
    struct sw_text_list store_not_in;
    const char *licence;
    struct sw_text_list purpose;
    struct sw_text_list copyright;
    struct sw_text_list patent;
    struct sw_text_list trademark;
};

#define AT(field) offsetof(struct add_args, field)

static const struct sw_option add_options[] = {
    {"from", SW_OPTION_LIST, AT(from), "WHO", "where the data comes from; may be given again"},
    {"licence", SW_OPTION_TEXT, AT(licence), "TEXT", "under what terms it may be used"},
    {"consent", SW_OPTION_LIST, AT(consent), "WHERE",
        "where the consent of those concerned is written down"},
    {"collected", SW_OPTION_TEXT, AT(collected), "DATE[..DATE]", "when it came about"},
    {"issuer", SW_OPTION_LIST, AT(issuer), "WHO", "who made the dataset, by legal name"},
    {"title", SW_OPTION_TEXT, AT(title), "TEXT", "its name for people (default: NAME)"},
    {"description", SW_OPTION_TEXT, AT(description), "TEXT", "what it is"},
    {"id", SW_OPTION_TEXT, AT(id), "TEXT",
        "identifier of this description (default: urn:sealwright:source:NAME)"},
    {"location", SW_OPTION_TEXT, AT(location), "URL", "where this description is published"},
    {"metadata", SW_OPTION_TEXT, AT(metadata), "URL",
        "where the data that it was made from is described"},
    {"geography", SW_OPTION_LIST, AT(geography), "COUNTRY[/STATE]", "where it was collected"},
    {"issued", SW_OPTION_TEXT, AT(issued), "DATE", "when the dataset was issued"},
    {"previous-issue", SW_OPTION_TEXT, AT(previous), "DATE", "when the version before was issued"},
    {"method", SW_OPTION_LIST, AT(method), "CODE[=TEXT]", "how it was collected"},
    {"format", SW_OPTION_LIST, AT(format), "TEXT", "of what nature the data is"},
    {"classification", SW_OPTION_LIST, AT(classification), "CODE[=yes|no]",
        "a confidentiality rule, and whether the data falls under it"},
    {"privacy", SW_OPTION_LIST, AT(privacy), "TOOL[=RESULT]",
        "a technique that protects personal data"},
    {"process-in", SW_OPTION_LIST, AT(process_in), "COUNTRY[/STATE]", "it may be processed there"},
    {"process-not-in", SW_OPTION_LIST, AT(process_not_in), "COUNTRY[/STATE]",
        "it may not be processed there"},
    {"store-in", SW_OPTION_LIST, AT(store_in), "COUNTRY[/STATE]", "it may be stored there"},
    {"store-not-in", SW_OPTION_LIST, AT(store_not_in), "COUNTRY[/STATE]",
        "it may not be stored there"},
    {"purpose", SW_OPTION_LIST, AT(purpose), "CODE[=TEXT]", "what it is meant for"},
    {"copyright", SW_OPTION_LIST, AT(copyright), "TEXT", "a copyright on it, with its terms"},
    {"patent", SW_OPTION_LIST, AT(patent), "TEXT", "a patent on it"},
    {"trademark", SW_OPTION_LIST, AT(trademark), "TEXT", "a trademark in it"},
    {"file", SW_OPTION_TEXT, AT(file), "FILE",
        "take the record from a JSON file in the standard's form; options go before it"},
    {"update", SW_OPTION_FLAG, AT(update), NULL,
        "change a source that is there: fields that are not given stay"},
    {"by", SW_OPTION_TEXT, AT(by), "WHO", "who says so, beside the key that signs"},
    {"reason", SW_OPTION_TEXT, AT(reason), "TEXT", "why it is changed"},
    SW_SIGNER_OPTIONS(struct add_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

/* Which option says which field of the standard. */
static const struct said_by {
    const char *group;
    const char *name;
    size_t at;
} said_by[] = {
    {"source", "title", AT(title)},
    {"source", "id", AT(id)},
    {"source", "location", AT(location)},
    {"source", "issuer", AT(issuer)},
    {"source", "description", AT(description)},
    {"provenance", "source", AT(metadata)},
    {"provenance", "origin", AT(from)},
    {"provenance", "origin-geography", AT(geography)},
    {"provenance", "date", AT(issued)},
    {"provenance", "previous-date", AT(previous)},
    {"provenance", "generation-period", AT(collected)},
    {"provenance", "generation-method", AT(method)},
    {"provenance", "format", AT(format)},
    {"use", "classification", AT(classification)},
    {"use", "consents", AT(consent)},
    {"use", "privacy-indicators", AT(privacy)},
    {"use", "processing-included", AT(process_in)},
    {"use", "processing-excluded", AT(process_not_in)},
    {"use", "storage-allowed", AT(store_in)},
    {"use", "storage-forbidden", AT(store_not_in)},
    {"use", "license", AT(licence)},
    {"use", "intended-purpose", AT(purpose)},
    {"use", "copyright", AT(copyright)},
    {"use", "patent", AT(patent)},
    {"use", "trademark", AT(trademark)},
};

/* --- options to JSON ------------------------------------------------------------------------- */

/* "HEAD" or "HEAD<sep>TAIL"; the tail is empty when it was not said. */
static void split(const char *text, char sep, struct sw_str *head, struct sw_str *tail)
{
    const char *at = strchr(text, sep);
    *head = at == NULL ? sw_str(text) : sw_str_n(text, (size_t)(at - text));
    *tail = sw_str(at == NULL ? "" : at + 1);
}

static void put_if_said(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len != 0) {
        sw_jw_str(w, name, text);
    }
}

static sw_result put_text(struct sw_json_writer *w, const char *text, struct sw_error *err)
{
    (void)err;
    sw_jw_text(w, NULL, text);
    return SW_OK;
}

static sw_result put_org(struct sw_json_writer *w, const char *text, struct sw_error *err)
{
    (void)err;
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", text);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result put_place(struct sw_json_writer *w, const char *text, struct sw_error *err)
{
    struct sw_str country;
    struct sw_str state;
    (void)err;
    split(text, '/', &country, &state);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "country", country);
    put_if_said(w, "state", state);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result put_code(struct sw_json_writer *w, const char *text, struct sw_error *err)
{
    struct sw_str code;
    struct sw_str words;
    (void)err;
    split(text, '=', &code, &words);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "code", code);
    put_if_said(w, "description", words);
    sw_jw_object_end(w);
    return SW_OK;
}

/* The standard wants words beside the code of a purpose. */
static sw_result put_use(struct sw_json_writer *w, const char *text, struct sw_error *err)
{
    struct sw_str code;
    struct sw_str words;
    (void)err;
    split(text, '=', &code, &words);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "code", code);
    sw_jw_str(w, "description", words.len == 0 ? code : words);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result put_class(struct sw_json_writer *w, const char *text, struct sw_error *err)
{
    struct sw_str code;
    struct sw_str answer;
    split(text, '=', &code, &answer);
    bool yes = answer.len == 0 || sw_str_is(answer, "yes");
    if (!yes && !sw_str_is(answer, "no")) {
        return sw_fail(
            err, SW_E_USAGE, "--classification takes CODE, CODE=yes or CODE=no, not '%s'", text);
    }
    sw_jw_object(w, NULL);
    sw_jw_object(w, "regulation");
    sw_jw_str(w, "code", code);
    sw_jw_object_end(w);
    sw_jw_bool(w, "evaluated", yes);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result put_tool(struct sw_json_writer *w, const char *text, struct sw_error *err)
{
    struct sw_str code;
    struct sw_str result;
    (void)err;
    split(text, '=', &code, &result);
    sw_jw_object(w, NULL);
    sw_jw_object(w, "tool");
    sw_jw_str(w, "code", code);
    sw_jw_object_end(w);
    put_if_said(w, "result", result);
    sw_jw_object_end(w);
    return SW_OK;
}

/* A year, a month, or what the clock takes. */
static bool is_date(struct sw_str text)
{
    int64_t time;
    char full[16];
    if (sw_time_parse(text, &time)) {
        return true;
    }
    if (text.len != strlen("2026") && text.len != strlen("2026-11")) {
        return false;
    }
    (void)snprintf(
        full, sizeof(full), SW_STR_FMT "%s", SW_STR_ARG(text), text.len == 4 ? "-01-01" : "-01");
    return sw_time_parse(sw_str(full), &time);
}

static sw_result check_date(struct sw_str text, struct sw_error *err)
{
    return is_date(text) ? SW_OK
                         : sw_fail(err, SW_E_USAGE,
                               "'" SW_STR_FMT "' is not a date such as 2026-11-23, 2026-11 or 2026",
                               SW_STR_ARG(text));
}

static sw_result put_period(
    struct sw_json_writer *w, const char *name, const char *text, struct sw_error *err)
{
    const char *dots = strstr(text, "..");
    struct sw_str start = dots == NULL ? sw_str(text) : sw_str_n(text, (size_t)(dots - text));
    struct sw_str end = dots == NULL ? start : sw_str(dots + 2);
    if (start.len != 0 || end.len == 0) {
        SW_TRY(check_date(start, err));
    }
    if (end.len != 0) {
        SW_TRY(check_date(end, err));
    }
    sw_jw_object(w, name);
    put_if_said(w, "start", start);
    put_if_said(w, "end", end);
    sw_jw_object_end(w);
    return SW_OK;
}

/* How one element of a list is written. */
static enum sw_code (*const put_item[])(
    struct sw_json_writer *w, const char *text, struct sw_error *err) = {
    [SW_SHAPE_TEXTS] = put_text,
    [SW_SHAPE_ORGS] = put_org,
    [SW_SHAPE_PLACES] = put_place,
    [SW_SHAPE_CODES] = put_code,
    [SW_SHAPE_USES] = put_use,
    [SW_SHAPE_CLASSES] = put_class,
    [SW_SHAPE_TOOLS] = put_tool,
};

static bool is_single(const struct sw_source_field *field)
{
    return field->shape == SW_SHAPE_TEXT || field->shape == SW_SHAPE_PERIOD;
}

static sw_result put_list(struct sw_json_writer *w, const struct sw_source_field *field,
    const struct sw_text_list *list, struct sw_error *err)
{
    sw_jw_array(w, field->name);
    for (size_t i = 0; i < list->count; i++) {
        SW_TRY(put_item[field->shape](w, list->items[i], err));
    }
    sw_jw_array_end(w);
    return SW_OK;
}

/* The fields that are dates. */
static bool wants_date(const struct sw_source_field *field)
{
    return strcmp(field->name, "date") == 0 || strcmp(field->name, "previous-date") == 0;
}

static sw_result put_single(struct sw_json_writer *w, const struct sw_source_field *field,
    const char *text, struct sw_error *err)
{
    if (field->shape == SW_SHAPE_PERIOD) {
        return put_period(w, field->name, text, err);
    }
    if (wants_date(field)) {
        SW_TRY(check_date(sw_str(text), err));
    }
    sw_jw_text(w, field->name, text);
    return SW_OK;
}

static const void *option_of(const struct add_args *args, const struct sw_source_field *field)
{
    for (size_t i = 0; i < SW_COUNT(said_by); i++) {
        if (strcmp(said_by[i].group, field->group) == 0 &&
            strcmp(said_by[i].name, field->name) == 0) {
            return (const uint8_t *)args + said_by[i].at;
        }
    }
    return NULL;
}

/* What an option says goes before what stands in the file or was there; *put tells whether one did.
 */
static sw_result put_option(struct sw_json_writer *w, const struct add_args *args,
    const struct sw_source_field *field, bool *put, struct sw_error *err)
{
    const void *option = option_of(args, field);
    *put = false;
    if (option == NULL) {
        return SW_OK;
    }
    if (is_single(field)) {
        const char *text = *(const char *const *)option;
        *put = text != NULL;
        return *put ? put_single(w, field, text, err) : SW_OK;
    }
    const struct sw_text_list *list = option;
    *put = list->count != 0;
    return *put ? put_list(w, field, list, err) : SW_OK;
}

/* What nobody said but is known. */
static void put_default(
    struct sw_json_writer *w, const struct sw_source_field *field, const char *name)
{
    char id[256];
    (void)snprintf(id, sizeof(id), "urn:sealwright:source:%s", name);
    const struct {
        const char *name;
        const char *value;
    } rows[] = {{"version", SW_SOURCE_STANDARD_VERSION}, {"title", name}, {"id", id}};
    for (size_t i = 0; i < SW_COUNT(rows) && strcmp(field->group, "source") == 0; i++) {
        if (strcmp(field->name, rows[i].name) == 0) {
            sw_jw_text(w, field->name, rows[i].value);
        }
    }
}

static sw_result put_field(struct sw_json_writer *w, const struct add_args *args,
    const struct sw_source_record *base, const struct sw_source_field *field, struct sw_error *err)
{
    bool put;
    SW_TRY(put_option(w, args, field, &put, err));
    const struct sw_json *there = sw_source_get(base, field);
    if (put) {
        return SW_OK;
    }
    if (there != NULL) {
        sw_jw_json(w, field->name, there);
        return SW_OK;
    }
    put_default(w, field, base->name.ptr);
    return SW_OK;
}

/* The record of `base` with what the options say. */
static sw_result make_fields(struct sw_cli *cli, const struct add_args *args,
    const struct sw_source_record *base, const struct sw_json **out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer w;
    const char *group = "";
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    for (size_t i = 0; i < sw_source_field_count; i++) {
        const struct sw_source_field *field = &sw_source_fields[i];
        if (strcmp(group, field->group) != 0) {
            if (group[0] != '\0') {
                sw_jw_object_end(&w);
            }
            group = field->group;
            sw_jw_object(&w, group);
        }
        SW_TRY(put_field(&w, args, base, field, err));
    }
    sw_jw_object_end(&w);
    sw_jw_object_end(&w);
    SW_TRY(sw_jw_finish(&w));
    const void *kept = sw_arena_copy(&cli->arena, sw_buf_bytes(&text));
    struct sw_json *fields = SW_ARENA_NEW(&cli->arena, struct sw_json);
    if (kept == NULL || fields == NULL) {
        return SW_E_NOMEM;
    }
    SW_TRY(sw_json_parse(&cli->arena, sw_bytes(kept, text.len), NULL, fields, err));
    *out = fields;
    return SW_OK;
}

static sw_result read_file(
    struct sw_cli *cli, const char *path, const struct sw_json **out, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_TRY(sw_file_read(path, RECORD_MAX, &text, err));
    const void *kept = sw_arena_copy(&cli->arena, sw_buf_bytes(&text));
    struct sw_json *fields = SW_ARENA_NEW(&cli->arena, struct sw_json);
    if (kept == NULL || fields == NULL) {
        return SW_E_NOMEM;
    }
    enum sw_code code = sw_json_parse(&cli->arena, sw_bytes(kept, text.len), NULL, fields, err);
    code = code == SW_OK ? sw_source_check(fields, err) : code;
    if (code != SW_OK) {
        return sw_error_prefix(err, code, "'%s'", path);
    }
    *out = fields;
    return SW_OK;
}

/* --- recording ------------------------------------------------------------------------------- */

/* Where the record begins: with the file, with what is known, or with nothing. */
static sw_result find_base(struct sw_cli *cli, const struct add_args *args,
    const struct sw_data *data, struct sw_source_record *base, struct sw_error *err)
{
    struct sw_source_record known;
    enum sw_code code = sw_source_find(data, base->name, &known, NULL, err);
    if (code == SW_OK && !args->update) {
        return sw_fail(err, SW_E_REFUSED,
            "there is a source '%s' already: change it with --update, or choose another name",
            base->name.ptr);
    }
    if (code == SW_OK) {
        base->fields = known.fields;
    }
    if (code != SW_OK && (code != SW_E_NOENT || args->update)) {
        return code;
    }
    return args->file == NULL ? SW_OK : read_file(cli, args->file, &base->fields, err);
}

static sw_result added_json(struct sw_cli *cli, const struct sw_source_record *record,
    const struct sw_receipt *receipt, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", record->name);
    sw_json_digest(w, "claim", &receipt->claim);
    sw_jw_u64(w, "leaf", receipt->leaf);
    SW_TRY(sw_show_source_gaps_json(cli, w, record));
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result added_text(
    struct sw_cli *cli, const struct sw_source_record *record, const struct sw_receipt *receipt)
{
    sw_say(cli, SW_TONE_GOOD, "recorded");
    sw_say(cli, SW_TONE_PLAIN, "  source " SW_STR_FMT ", leaf %llu\n", SW_STR_ARG(record->name),
        (unsigned long long)receipt->leaf);
    return sw_show_source_gaps(cli, record);
}

static sw_result run_add(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct add_args *args = data;
    struct sw_source_record record = {.name = sw_str(cli->operands[0]),
        .by = sw_str(args->by),
        .reason = sw_str(args->reason),
        .time = cli->now};
    SW_TRY(sw_name_check(record.name, "source", err));
    SW_CLEANUP(data_context) struct sw_data_context context;
    SW_TRY(sw_data_context_open(cli, SW_STORE_WRITE, &args->signer, &context, err));
    SW_TRY(find_base(cli, args, &context.data, &record, err));
    SW_TRY(make_fields(cli, args, &record, &record.fields, err));
    struct sw_receipt receipt;
    enum sw_code code = sw_source_record(&context.data, &record, &receipt, err);
    if (code != SW_OK) {
        return code == SW_E_FORMAT ? SW_E_USAGE : code;
    }
    if (!cli->json) {
        SW_TRY(added_text(cli, &record, &receipt));
        sw_data_warn_untrusted(cli, &context, &receipt);
    }
    SW_TRY(sw_data_context_close(&context, err));
    return cli->json ? added_json(cli, &record, &receipt, err) : SW_OK;
}

const struct sw_command sw_cmd_data_source_add = {
    .name = "data source add",
    .summary = "describe where data comes from",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .options = add_options,
    .args_size = sizeof(struct add_args),
    .description =
        "Records a source by the fields of the Data Provenance Standards v1.0.0, as a signed "
        "claim. What has no licence, no origin or no consent is a gap: it is recorded, shown, and "
        "seen by the gate in every dataset that the source is in.\n\n"
        "Options with lists may be given again. A record that is a file in the standard's own JSON "
        "form is taken with *--file*.",
    .examples =
        "  sealwright data source add forum --from forum.example --licence CC-BY-4.0 \\\n"
        "      --consent https://forum.example/terms --collected 2024-01..2024-06 \\\n"
        "      --issuer 'Forum e.V.' --geography DE\n"
        "  sealwright data source add forum --update --licence withdrawn --reason 'by letter'\n",
    .run = run_add,
};
