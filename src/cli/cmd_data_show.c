#include "cli/data_context.h"

/* --- data list ------------------------------------------------------------------------------- */

static void claim_members(struct sw_json_writer *w, const struct sw_dataset_claim *set)
{
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(set->time, time);
    sw_jw_str(w, "name", set->name);
    sw_jw_str(w, "version", set->version);
    sw_json_digest(w, "manifest", &set->manifest);
    sw_jw_u64(w, "samples", set->samples);
    sw_jw_u64(w, "bytes", set->bytes);
    sw_jw_str(w, "format", set->reader);
    sw_json_text_or_null(w, "location", set->location);
    sw_jw_text(w, "time", time);
    sw_jw_bool(w, "declared", set->declared);
    sw_json_texts(w, "gaps", set->gaps, set->gap_count);
}

static sw_result list_json(
    struct sw_cli *cli, const struct sw_data_claim *claims, size_t count, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_array(w, NULL);
    for (size_t i = 0; i < count; i++) {
        struct sw_dataset_claim set;
        SW_TRY(sw_dataset_claim_read(&cli->arena, &claims[i].statement, &set, err));
        sw_jw_object(w, NULL);
        claim_members(w, &set);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    return sw_json_out_end(&out, err);
}

static sw_result show_line(
    struct sw_cli *cli, const struct sw_data_claim *claim, struct sw_error *err)
{
    struct sw_dataset_claim set;
    char size[16];
    SW_TRY(sw_dataset_claim_read(&cli->arena, &claim->statement, &set, err));
    const char *name = sw_arena_printf(
        &cli->arena, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(set.name), SW_STR_ARG(set.version));
    SW_TRY_PTR(name);
    sw_format_size(set.bytes, size);
    sw_say(cli, SW_TONE_BOLD, "%-20s", name);
    sw_say(cli, SW_TONE_PLAIN, "  %12s %-7s  %9s  %-6.*s", sw_group_digits(cli, set.samples),
        set.samples == 1 ? "sample" : "samples", size, SW_STR_ARG(set.reader));
    sw_say(cli, SW_TONE_DIM, "  %s by %s", sw_time_show(cli, claim->time), claim->signer);
    sw_say(cli, SW_TONE_WARN, "%s%s\n", set.declared ? "  declared" : "",
        set.gap_count > 0 ? "  gaps" : "");
    return SW_OK;
}

static sw_result run_list(struct sw_cli *cli, const void *args, struct sw_error *err)
{
    (void)args;
    SW_CLEANUP(data_context) struct sw_data_context context;
    struct sw_data_claim *claims;
    size_t count;
    size_t ignored;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(
        sw_data_claims(&context.data, SW_PREDICATE_DATASET, NULL, &claims, &count, &ignored, err));
    if (cli->json) {
        return list_json(cli, claims, count, err);
    }
    for (size_t i = 0; i < count; i++) {
        SW_TRY(show_line(cli, &claims[i], err));
    }
    if (count == 0) {
        sw_say(cli, SW_TONE_DIM, "no datasets\n");
    }
    sw_data_say_ignored(cli, ignored);
    return SW_OK;
}

const struct sw_command sw_cmd_data_list = {
    .name = "data list",
    .summary = "list the dataset versions",
    .operands = "",
    .description = "One line a version: samples, size, format, and who recorded it when. "
                   "*declared* ones were imported from somebody's word; *gaps* says that something "
                   "about it is not known (see *data show*).",
    .run = run_list,
};

/* --- data show ------------------------------------------------------------------------------- */

struct show_args {
    bool quarantine;
};

static const struct sw_option show_options[] = {
    {"quarantine", SW_OPTION_FLAG, offsetof(struct show_args, quarantine), NULL,
        "list the records that were set aside, one JSON object a line"},
    {NULL, 0, 0, NULL, NULL},
};

static void sources_json(struct sw_json_writer *w, const struct sw_dataset_claim *set)
{
    sw_jw_array(w, "sources");
    for (size_t i = 0; i < set->source_count; i++) {
        const struct sw_dataset_source *s = &set->sources[i];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", s->name);
        sw_jw_u64(w, "samples", s->samples);
        sw_jw_u64(w, "bytes", s->bytes);
        sw_json_text_or_null(w, "licence", s->licence);
        sw_json_text_or_null(w, "consent", s->consent);
        sw_json_text_or_null(w, "origin", s->origin);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "quarantined");
    for (size_t i = 0; i < set->quarantined_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_text(w, "reason", set->quarantined[i].reason);
        sw_jw_u64(w, "count", set->quarantined[i].count);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static sw_result show_json(
    const struct sw_dataset_claim *set, const struct sw_data_claim *claim, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    claim_members(w, set);
    sw_json_digest(w, "ordered_head", &set->ordered_head);
    sw_json_digest(w, "sorted_head", &set->sorted_head);
    sw_json_text_or_null(w, "salt", set->salt);
    sources_json(w, set);
    sw_json_digest(w, "claim", &claim->claim);
    sw_jw_u64(w, "leaf", claim->leaf);
    sw_jw_text(w, "signer", claim->signer);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show_sources(struct sw_cli *cli, const struct sw_dataset_claim *set)
{
    for (size_t i = 0; i < set->source_count; i++) {
        const struct sw_dataset_source *s = &set->sources[i];
        sw_say(cli, SW_TONE_PLAIN, "  source    " SW_STR_FMT ": %s", SW_STR_ARG(s->name),
            sw_count_show(cli, s->samples, "sample"));
        if (s->licence.len > 0) {
            sw_say(cli, SW_TONE_DIM, ", " SW_STR_FMT, SW_STR_ARG(s->licence));
        }
        sw_say(cli, SW_TONE_PLAIN, "\n");
    }
    for (size_t i = 0; i < set->quarantined_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  set aside %s: %s\n",
            sw_group_digits(cli, set->quarantined[i].count), set->quarantined[i].reason);
    }
    for (size_t i = 0; i < set->gap_count; i++) {
        sw_say(cli, SW_TONE_WARN, "  gap       " SW_STR_FMT "\n", SW_STR_ARG(set->gaps[i]));
    }
}

static void show_text(
    struct sw_cli *cli, const struct sw_dataset_claim *set, const struct sw_data_claim *claim)
{
    char size[16];
    sw_format_size(set->bytes, size);
    sw_say(cli, SW_TONE_BOLD, SW_STR_FMT "@" SW_STR_FMT, SW_STR_ARG(set->name),
        SW_STR_ARG(set->version));
    sw_say(cli, SW_TONE_PLAIN, "  %s, %s (" SW_STR_FMT ")%s\n",
        sw_count_show(cli, set->samples, "sample"), size, SW_STR_ARG(set->reader),
        set->declared ? ", declared and never seen" : "");
    sw_say(cli, SW_TONE_DIM, "  manifest  %s\n", sw_digest_show(cli, &set->manifest));
    if (set->location.len > 0) {
        sw_say(cli, SW_TONE_DIM, "  from      " SW_STR_FMT "\n", SW_STR_ARG(set->location));
    }
    sw_say(cli, SW_TONE_DIM, "  recorded  %s by %s, leaf %llu\n", sw_time_show(cli, claim->time),
        claim->signer, (unsigned long long)claim->leaf);
    show_sources(cli, set);
}

static sw_result print_quarantine(
    struct sw_data *data, const struct sw_dataset_claim *set, struct sw_error *err)
{
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    SW_CLEANUP(buf) struct sw_buf lines = SW_BUF_INIT;
    SW_TRY(sw_dataset_open(data, set, &rows, err));
    SW_TRY(sw_rows_get_extra(&rows, SW_ROWS_QUARANTINE, &lines, err));
    (void)fwrite(sw_buf_cstr(&lines), 1, lines.len, stdout);
    return SW_OK;
}

static sw_result run_show(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct show_args *args = data;
    SW_CLEANUP(data_context) struct sw_data_context context;
    struct sw_dataset_claim set;
    struct sw_data_claim claim;
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(sw_dataset_find(&context.data, sw_str(cli->operands[0]), &set, &claim, err));
    if (args->quarantine) {
        return print_quarantine(&context.data, &set, err);
    }
    if (cli->json) {
        return show_json(&set, &claim, err);
    }
    show_text(cli, &set, &claim);
    return SW_OK;
}

const struct sw_command sw_cmd_data_show = {
    .name = "data show",
    .summary = "show what is recorded of a dataset version",
    .operands = "DATASET",
    .min_operands = 1,
    .max_operands = 1,
    .options = show_options,
    .args_size = sizeof(struct show_args),
    .description =
        "DATASET is NAME (its newest version), NAME@VERSION or a manifest digest. Shows its size, "
        "where it came from, what was set aside, and what is not known about it.\n\n"
        "With *--quarantine* the records that were set aside are listed, one JSON object a line: "
        "file, line, offset and length in bytes, the reason, and whether the record was kept as a "
        "sample all the same.",
    .examples = "  sealwright data show mails\n"
                "  sealwright data show mails@1 --quarantine\n",
    .run = run_show,
};
