#include "cli/data_context.h"
#include "cli/show_vendor.h"

struct view_args {
    const char *at;
};

static const struct sw_option options[] = {
    SW_VENDOR_AT_OPTION(struct view_args, at),
    {NULL, 0, 0, NULL, NULL},
};

struct view {
    struct sw_cli *cli;
    int64_t at;
    struct sw_vendor_claims all;
    const struct sw_vendor_claim **list; /* the newest of each signer */
    size_t count;
};

static sw_result open_view(
    struct sw_cli *cli, const char *at, struct view *out, struct sw_error *err)
{
    SW_CLEANUP(data_context) struct sw_data_context context = {0};
    *out = (struct view){.cli = cli};
    SW_TRY(sw_vendor_at(cli, at, &out->at, err));
    SW_TRY(sw_data_context_open(cli, SW_STORE_READ, NULL, &context, err));
    SW_TRY(sw_vendor_claims(cli, context.store, context.trust, &out->all, err));
    return sw_vendor_newest(
        &cli->arena, out->all.list, out->all.count, out->at, &out->list, &out->count);
}

/* How many from `first` on are about the same vendor, and the worst that one of them says. */
static size_t same_vendor(const struct view *v, size_t first, enum sw_vendor_state *worst)
{
    size_t n = 0;
    *worst = SW_VENDOR_STATE_CURRENT;
    while (first + n < v->count &&
           sw_str_equal(v->list[first + n]->vendor.name, v->list[first]->vendor.name)) {
        const enum sw_vendor_state state = sw_vendor_state(&v->list[first + n]->vendor, v->at);
        *worst = state > *worst ? state : *worst;
        n++;
    }
    return n;
}

/* --- vendor list ------------------------------------------------------------------------------ */

static void row_json(struct sw_json_writer *w, const struct sw_vendor_claim *c,
    enum sw_vendor_state state, size_t signers)
{
    char time[SW_TIME_TEXT_SIZE];
    const struct sw_vendor *v = &c->vendor;
    sw_time_format(c->time, time);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", v->name);
    sw_json_text_or_null(w, "title", v->title);
    sw_jw_text(w, "state", sw_vendor_state_name(state));
    sw_jw_text(w, "decision", sw_vendor_decision_name(v->review.decision));
    sw_jw_str(w, "reviewed", v->review.reviewed);
    sw_jw_str(w, "due", v->review.due);
    sw_jw_u64(w, "score", v->score.score);
    sw_jw_str(w, "level", v->score.level);
    sw_jw_text(w, "signer", c->signer);
    sw_jw_u64(w, "signers", signers);
    sw_json_digest(w, "claim", &c->claim);
    sw_jw_text(w, "time", time);
    sw_jw_object_end(w);
}

static sw_result list_json(const struct view *v, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    enum sw_vendor_state state;
    sw_jw_object(w, NULL);
    sw_jw_array(w, "vendors");
    for (size_t i = 0, n; i < v->count; i += n) {
        n = same_vendor(v, i, &state);
        row_json(w, v->list[i], state, n);
    }
    sw_jw_array_end(w);
    sw_jw_u64(w, "ignored", v->all.ignored);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void list_text(const struct view *v)
{
    struct sw_cli *cli = v->cli;
    enum sw_vendor_state state;
    for (size_t i = 0, n; i < v->count; i += n) {
        const struct sw_vendor *vendor = &v->list[i]->vendor;
        n = same_vendor(v, i, &state);
        sw_say(cli, SW_TONE_BOLD, "%-20.*s", SW_STR_ARG(vendor->name));
        sw_say(cli, sw_vendor_state_tone(state), "  %-17s", sw_vendor_state_name(state));
        sw_say(cli, SW_TONE_PLAIN, "  risk %3llu %-8.*s  due " SW_STR_FMT,
            (unsigned long long)vendor->score.score, SW_STR_ARG(vendor->score.level),
            SW_STR_ARG(vendor->review.due));
        sw_say(cli, SW_TONE_DIM, "  %s by %s\n", sw_time_show(cli, v->list[i]->time),
            v->list[i]->signer);
    }
}

static int list_status(const struct view *v)
{
    int status = v->count == 0 ? 3 : 0;
    enum sw_vendor_state state;
    for (size_t i = 0, n; i < v->count; i += n) {
        n = same_vendor(v, i, &state);
        status = sw_vendor_state_status(state) != 0 ? 1 : status;
    }
    return status;
}

static sw_result run_list(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct view_args *args = data;
    struct view v;
    SW_TRY(open_view(cli, args->at, &v, err));
    cli->status = list_status(&v);
    if (cli->json) {
        return list_json(&v, err);
    }
    list_text(&v);
    if (v.count == 0) {
        sw_say(cli, SW_TONE_DIM,
            "no suppliers: nobody trusted has signed a review; see 'vendor sign'\n");
    }
    sw_data_say_ignored(cli, v.all.ignored);
    return SW_OK;
}

const struct sw_command sw_cmd_vendor_list = {
    .name = "vendor list",
    .summary = "list the suppliers that were reviewed, and whether that still holds",
    .operands = "",
    .options = options,
    .args_size = sizeof(struct view_args),
    .description =
        "One line a supplier, from the newest claim of each trusted signer: *current*, *review "
        "due* (within 30 days), *documents expired*, *overdue*, *refused*. Where signers differ, "
        "the worst counts. Exit status 1 when one is in one of the last three states, 3 when there "
        "is none.",
    .examples = "  sealwright vendor list\n  sealwright vendor list --at 2027-01-01\n",
    .run = run_list,
};

/* --- vendor show ------------------------------------------------------------------------------ */

static sw_result claim_json(struct sw_cli *cli, struct sw_json_writer *w, const struct view *v,
    size_t i, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json predicate;
    char time[SW_TIME_TEXT_SIZE];
    const struct sw_vendor_claim *c = v->list[i];
    SW_TRY(sw_vendor_claim_write(&c->vendor, &text));
    SW_TRY(sw_json_parse(&cli->arena, sw_buf_bytes(&text), NULL, &predicate, err));
    sw_time_format(c->time, time);
    sw_jw_object(w, NULL);
    sw_jw_text(w, "signer", c->signer);
    sw_json_digest(w, "claim", &c->claim);
    sw_jw_u64(w, "leaf", c->leaf);
    sw_jw_text(w, "time", time);
    sw_jw_text(w, "state", sw_vendor_state_name(sw_vendor_state(&c->vendor, v->at)));
    sw_jw_json(w, "predicate", &predicate);
    sw_jw_object_end(w);
    return SW_OK;
}

static sw_result show_json(const struct view *v, size_t first, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    enum sw_vendor_state state;
    size_t n = same_vendor(v, first, &state);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "name", v->list[first]->vendor.name);
    sw_jw_text(w, "state", sw_vendor_state_name(state));
    sw_jw_array(w, "claims");
    for (size_t i = first; i < first + n; i++) {
        SW_TRY(claim_json(v->cli, w, v, i, err));
    }
    sw_jw_array_end(w);
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}

static void show_texts(
    struct sw_cli *cli, const char *label, const struct sw_str *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sw_say(cli, SW_TONE_PLAIN, "%s" SW_STR_FMT, i == 0 ? label : ", ", SW_STR_ARG(texts[i]));
    }
    sw_say(cli, SW_TONE_PLAIN, count == 0 ? "" : "\n");
}

static void show_services(struct sw_cli *cli, const struct sw_vendor *vendor)
{
    for (size_t i = 0; i < vendor->service_count; i++) {
        const struct sw_vendor_service *s = &vendor->services[i];
        sw_say(cli, SW_TONE_PLAIN, "  service    " SW_STR_FMT "\n", SW_STR_ARG(s->name));
        show_texts(cli, "    hosts    ", s->hosts, s->host_count);
        show_texts(cli, "    packages ", s->purls, s->purl_count);
        show_texts(cli, "    MCP      ", s->mcp_servers, s->mcp_server_count);
    }
}

static void show_documents(const struct view *v, const struct sw_vendor *vendor)
{
    for (size_t i = 0; i < vendor->document_count; i++) {
        const struct sw_vendor_document *d = &vendor->documents[i];
        bool over = sw_vendor_is_over(d->expires, v->at);
        sw_say(v->cli, SW_TONE_PLAIN, "  document   " SW_STR_FMT " (" SW_STR_FMT ") %s",
            SW_STR_ARG(d->id), SW_STR_ARG(d->kind), sw_digest_show(v->cli, &d->digest));
        if (d->expires.len > 0) {
            sw_say(v->cli, over ? SW_TONE_WARN : SW_TONE_DIM, "  %s " SW_STR_FMT,
                over ? "ran out" : "until", SW_STR_ARG(d->expires));
        }
        sw_say(v->cli, SW_TONE_PLAIN, "\n");
    }
}

static void show_claim(const struct view *v, const struct sw_vendor_claim *c)
{
    struct sw_cli *cli = v->cli;
    const struct sw_vendor *vendor = &c->vendor;
    const enum sw_vendor_state state = sw_vendor_state(vendor, v->at);
    sw_say(cli, sw_vendor_state_tone(state), "%s", sw_vendor_state_name(state));
    sw_say(cli, SW_TONE_PLAIN,
        "  " SW_STR_FMT ": %s by " SW_STR_FMT ", reviewed " SW_STR_FMT ", due " SW_STR_FMT "\n",
        SW_STR_ARG(vendor->name), sw_vendor_decision_name(vendor->review.decision),
        SW_STR_ARG(vendor->review.by), SW_STR_ARG(vendor->review.reviewed),
        SW_STR_ARG(vendor->review.due));
    show_texts(cli, "  as long as ", vendor->review.conditions, vendor->review.condition_count);
    show_services(cli, vendor);
    show_documents(v, vendor);
    sw_say(cli, SW_TONE_DIM, "  in the log leaf %llu, %s by %s\n", (unsigned long long)c->leaf,
        sw_time_show(cli, c->time), c->signer);
    sw_vendor_show_score(cli, vendor);
}

static sw_result run_show(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    const struct view_args *args = data;
    const struct sw_str name = sw_str(cli->operands[0]);
    struct view v;
    enum sw_vendor_state state;
    size_t first = 0;
    SW_TRY(sw_name_check(name, "vendor", err));
    SW_TRY(open_view(cli, args->at, &v, err));
    while (first < v.count && !sw_str_equal(v.list[first]->vendor.name, name)) {
        first++;
    }
    if (first == v.count) {
        return sw_fail(err, SW_E_NOEVIDENCE, "nobody trusted has signed a review of '%s'%s",
            name.ptr,
            v.all.ignored == 0 ? "; 'vendor list' has those that there are"
                               : sw_arena_printf(&cli->arena, "; passed over: %s of nobody trusted",
                                     sw_count_show(cli, v.all.ignored, "claim")));
    }
    const size_t n = same_vendor(&v, first, &state);
    cli->status = sw_vendor_state_status(state);
    if (cli->json) {
        return show_json(&v, first, err);
    }
    for (size_t i = first; i < first + n; i++) {
        show_claim(&v, v.list[i]);
    }
    return SW_OK;
}

const struct sw_command sw_cmd_vendor_show = {
    .name = "vendor show",
    .summary = "show the review of a supplier, and whether it still holds",
    .operands = "NAME",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .args_size = sizeof(struct view_args),
    .description =
        "The newest claim of each trusted signer about the supplier: decision, dates, services, "
        "documents, and the risk with its arithmetic. Exit status 1 when the review is overdue, "
        "its documents have run out or the supplier is refused, by any of them; 3 when nobody "
        "trusted has signed one.",
    .examples = "  sealwright vendor show example\n",
    .run = run_show,
};
