#include "cli/discover_sources.h"

static unsigned standard_inputs(const struct sw_text_list *list)
{
    unsigned count = 0;
    for (size_t i = 0; i < list->count; i++) {
        count += strcmp(list->items[i], "-") == 0 ? 1 : 0;
    }
    return count;
}

bool sw_discover_sources_given(const struct sw_discover_source_args *args)
{
    return args->host || args->k8s.count > 0 || args->logs.count > 0;
}

sw_result sw_discover_sources_check(
    const struct sw_cli *cli, const struct sw_discover_source_args *args, struct sw_error *err)
{
    if (!sw_discover_sources_given(args) && cli->operand_count == 0) {
        return sw_fail(err, SW_E_USAGE, "nothing to look at: give a PATH, --host, --k8s or --logs");
    }
    if (!args->host && (args->root != NULL || args->hash)) {
        return sw_fail(err, SW_E_USAGE, "--root and --hash belong to --host");
    }
    if (args->pseudonyms != NULL && args->logs.count == 0) {
        return sw_fail(err, SW_E_USAGE, "--pseudonyms belongs to --logs");
    }
    if (standard_inputs(&args->k8s) + standard_inputs(&args->logs) > 1) {
        return sw_fail(err, SW_E_USAGE, "standard input can be read once");
    }
    return SW_OK;
}

sw_result sw_discover_sources(struct sw_cli *cli, const struct sw_discover_source_args *args,
    const struct sw_discover_options *options, struct sw_inventory *inventory,
    struct sw_discover_coverage *coverage, struct sw_error *err)
{
    const struct sw_host_options host = {.root = args->root, .hash = args->hash};
    const struct sw_discover_sources sources = {.host = args->host ? &host : NULL,
        .clusters = args->k8s.items,
        .cluster_count = args->k8s.count,
        .logs = args->logs.items,
        .log_count = args->logs.count,
        .pseudonyms = args->pseudonyms};
    (void)cli;
    return sw_discover_sources_given(args)
               ? sw_discover_sources_confined(inventory, &sources, options, coverage, err)
               : SW_OK;
}

/* What is counted of each kind. */
static const char *noun_of(const struct sw_discover_source *source)
{
    static const struct {
        const char *kind, *noun;
    } nouns[] = {{"host", "processes"}, {"cluster", "objects"}, {"log", "lines"}};
    for (size_t i = 0; i < SW_COUNT(nouns); i++) {
        if (strcmp(source->kind, nouns[i].kind) == 0) {
            return nouns[i].noun;
        }
    }
    return "records";
}

void sw_discover_sources_show(struct sw_cli *cli, const struct sw_discover_coverage *coverage)
{
    for (size_t i = 0; i < coverage->source_count; i++) {
        const struct sw_discover_source *s = &coverage->sources[i];
        sw_say(cli, SW_TONE_DIM, "%s " SW_STR_FMT "%s%s: %s %s, ", s->kind, SW_STR_ARG(s->name),
            s->form == NULL ? "" : ", ", s->form == NULL ? "" : s->form,
            sw_group_digits(cli, s->records), noun_of(s));
        sw_say(cli, SW_TONE_DIM, "%s understood, ", sw_group_digits(cli, s->understood));
        sw_say(cli, SW_TONE_DIM, "%s with AI\n", sw_group_digits(cli, s->matched));
    }
}
