#include "cli/bom_file.h"

struct diff_args {
    bool unused;
};

static const char *const changes[] = {"added", "removed", "changed"};

static const struct sw_bom_component *either(const struct sw_bom_difference *d)
{
    return d->after != NULL ? d->after : d->before;
}

static sw_result print_json(const struct sw_bom_diff *diff, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_bool(w, "same", diff->count == 0);
    sw_jw_array(w, "differences");
    for (size_t i = 0; i < diff->count; i++) {
        const struct sw_bom_difference *d = &diff->list[i];
        const struct sw_bom_component *c = either(d);
        sw_jw_object(w, NULL);
        sw_jw_text(w, "change", changes[d->change]);
        sw_jw_text(w, "type", sw_bom_kind_name(c->kind));
        sw_jw_str(w, "name", sw_bom_get(c, SW_BOM_NAME));
        sw_json_text_or_null(w, "version", sw_bom_get(c, SW_BOM_VERSION));
        sw_jw_text(w, "what", d->what);
        sw_json_text_or_null(w, "before", d->from);
        sw_json_text_or_null(w, "after", d->to);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show(struct sw_cli *cli, const struct sw_bom_diff *diff)
{
    static const enum sw_tone tones[] = {SW_TONE_WARN, SW_TONE_BAD, SW_TONE_PLAIN};
    for (size_t i = 0; i < diff->count; i++) {
        const struct sw_bom_difference *d = &diff->list[i];
        sw_say(cli, tones[d->change], "%-8s", changes[d->change]);
        sw_say(cli, SW_TONE_PLAIN, " %s", sw_bom_component_show(cli, either(d)));
        if (d->what != NULL) {
            sw_say(cli, SW_TONE_PLAIN, ": %s '" SW_STR_FMT "' -> '" SW_STR_FMT "'", d->what,
                SW_STR_ARG(d->from), SW_STR_ARG(d->to));
        }
        sw_say(cli, SW_TONE_PLAIN, "\n");
    }
    sw_say(cli, SW_TONE_PLAIN, "%s\n",
        diff->count == 0 ? "the same" : sw_count_show(cli, diff->count, "difference"));
}

static sw_result answer(
    struct sw_cli *cli, const void *data, struct sw_buf *result, struct sw_error *err)
{
    struct sw_bom before;
    struct sw_bom after;
    struct sw_bom_diff diff;
    (void)result;
    (void)data;
    SW_TRY(sw_bom_file_read(cli, cli->operands[0], &before, err));
    SW_TRY(sw_bom_file_read(cli, cli->operands[1], &after, err));
    SW_TRY(sw_bom_compare(&before, &after, &cli->arena, &diff));
    cli->status = diff.count == 0 ? 0 : 1;
    if (cli->json) {
        return print_json(&diff, err);
    }
    show(cli, &diff);
    return SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    return sw_bom_confined(cli, data, answer, err);
}

const struct sw_command sw_cmd_bom_diff = {
    .name = "bom diff",
    .summary = "compare two bills of materials",
    .operands = "BEFORE AFTER",
    .min_operands = 2,
    .max_operands = 2,
    .options = NULL,
    .args_size = sizeof(struct diff_args),
    .description =
        "Tells which components and services were added, removed or changed (version, licence, "
        "supplier, hashes, model card and more). Their order, what they are called inside the "
        "document, and when it was made do not matter. The same component is the one with the same "
        "package URL, versions aside, or else with the same type and name.\n\n"
        "Exits 1 when there is a difference.",
    .examples = "  sealwright bom diff released.cdx.json now.cdx.json\n",
    .run = run,
};
