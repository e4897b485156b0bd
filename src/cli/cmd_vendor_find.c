#include "cli/data_context.h"
#include "cli/show_vendor.h"

struct find_args {
    bool mcp_server;
    const char *at;
};

static const struct sw_option options[] = {
    {"mcp-server", SW_OPTION_FLAG, offsetof(struct find_args, mcp_server), NULL,
        "SERVICE is the name of an MCP server"},
    SW_VENDOR_AT_OPTION(struct find_args, at),
    {NULL, 0, 0, NULL, NULL},
};

/* A word with a dot in it may be a host and a name. */
static struct sw_vendor_asked asked_of(const struct find_args *args, struct sw_str text)
{
    const struct sw_str none = sw_str("");
    struct sw_vendor_asked asked = {none, none, none, none};
    bool host = memchr(text.ptr, '.', text.len) != NULL && memchr(text.ptr, ' ', text.len) == NULL;
    if (args->mcp_server) {
        asked.mcp_server = text;
        return asked;
    }
    if (sw_str_starts(text, "pkg:")) {
        asked.purl = text;
        return asked;
    }
    asked.host = host ? text : none;
    asked.name = text;
    return asked;
}

static sw_result print_json(
    const char *service, const struct sw_vendor_cover *cover, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "service", service);
    if (cover->claim == NULL) {
        sw_jw_null(w, "vendor");
        sw_jw_object_end(w);
        return sw_json_out_end(&out, err);
    }
    sw_jw_str(w, "vendor", cover->claim->vendor.name);
    sw_jw_str(w, "as", cover->service->name);
    sw_jw_text(w, "by", sw_vendor_by_name(cover->by));
    sw_jw_text(w, "state", sw_vendor_state_name(cover->state));
    sw_jw_str(w, "due", cover->claim->vendor.review.due);
    sw_json_digest(w, "claim", &cover->claim->claim);
    sw_jw_text(w, "signer", cover->claim->signer);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void print_text(
    struct sw_cli *cli, const char *service, const struct sw_vendor_cover *cover, size_t ignored)
{
    if (cover->claim == NULL) {
        sw_say(cli, SW_TONE_BAD, "not known");
        sw_say(cli, SW_TONE_PLAIN, "  %s: no review of anybody trusted covers it\n", service);
        sw_data_say_ignored(cli, ignored);
        return;
    }
    sw_say(cli, sw_vendor_state_tone(cover->state), "%s", sw_vendor_state_name(cover->state));
    sw_say(cli, SW_TONE_PLAIN,
        "  %s: " SW_STR_FMT " of " SW_STR_FMT ", by its %s, due " SW_STR_FMT "\n", service,
        SW_STR_ARG(cover->service->name), SW_STR_ARG(cover->claim->vendor.name),
        sw_vendor_by_name(cover->by), SW_STR_ARG(cover->claim->vendor.review.due));
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct find_args *args = data;
    const struct sw_vendor_asked asked = asked_of(args, sw_str(cli->operands[0]));
    SW_CLEANUP(data_context) struct sw_data_context context = {0};
    struct sw_vendor_claims claims;
    struct sw_vendor_cover cover;
    int64_t at;
    SW_TRY(sw_vendor_at(cli, args->at, &at, err));
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(sw_vendor_claims(cli, context.store, context.trust, &claims, err));
    SW_TRY(sw_vendor_cover(&cli->arena, claims.list, claims.count, &asked, at, &cover));
    cli->status = cover.claim == NULL ? 3 : sw_vendor_state_status(cover.state);
    if (cli->json) {
        return print_json(cli->operands[0], &cover, err);
    }
    print_text(cli, cli->operands[0], &cover, claims.ignored);
    return SW_OK;
}

const struct sw_command sw_cmd_vendor_find = {
    .name = "vendor find",
    .summary = "say which reviewed supplier a service belongs to",
    .operands = "SERVICE",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct find_args),
    .description =
        "SERVICE is a host, a URL, a package URL, or the name by which *discover* calls it. A host "
        "belongs to a supplier when it is one of its hosts, or below one that has a dot before it. "
        "Exit status 0 when its review holds, 1 when it is overdue, refused or its documents have "
        "run out, 3 when no review covers it.",
    .examples = "  sealwright vendor find https://api.example.com/v1/chat\n"
                "  sealwright vendor find pkg:pypi/example\n",
    .run = run,
};
