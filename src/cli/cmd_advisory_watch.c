#include "cli/claim_record.h"
#include "cli/file_watch.h"
#include "cli/show_advisory.h"
#include "cli/watch_inventory.h"
#include "cli/watch_vex.h"

#include "version.h"

struct watch_args {
    struct sw_signer_args signer;
    struct sw_text_list vex;
    bool once;
    bool record;
};

static const struct sw_option options[] = {
    {"once", SW_OPTION_FLAG, offsetof(struct watch_args, once), NULL,
        "look all inventories up once and end"},
    {"vex", SW_OPTION_LIST, offsetof(struct watch_args, vex), "FILE",
        "what somebody found out: OpenVEX, or CycloneDX with analysis; may be given again"},
    {"record", SW_OPTION_FLAG, offsetof(struct watch_args, record), NULL,
        "sign the answer about each model and application as a claim and put it into the log"},
    SW_SIGNER_OPTIONS(struct watch_args, signer),
    {NULL, 0, 0, NULL, NULL},
};

struct watching {
    struct sw_cli *cli;
    const struct watch_args *args;
    const char *store;
    struct sw_progress progress;    /* asks to stop */
    struct sw_documents *documents; /* reads what others wrote: VEX files and recorded bills */
    struct sw_watch_vex vex;
    struct sw_names told; /* "ROOT ID PURL": what was told, or closed, since the start */
    bool *closed;         /* of each: it was when it was looked at last */
    size_t closed_cap;
    uint64_t fresh; /* findings that were told since the start */
    bool trouble;
    bool empty; /* the last pass found no inventory */
};

/* One look at all inventories. */
struct pass {
    struct watching *watch;
    struct sw_arena arena;
    struct sw_data_context context;
    struct sw_advisories *advisories;
    struct sw_advisory_status status;
    struct sw_vex vex;
    struct sw_watch_inventory *inventories;
    size_t count;
    size_t models, applications, affected;
    uint64_t fresh;
};

static void pass_release(struct pass *pass)
{
    sw_data_context_release(&pass->context);
    sw_advisories_close(pass->advisories);
    sw_arena_release(&pass->arena);
}
SW_DEFINE_CLEANUP(pass, struct pass, pass_release)

/* One recorded inventory, and what is known against it. */
struct found {
    const struct sw_watch_inventory *inventory;
    const struct sw_json *before; /* the predicate of the last answer; NULL without one */
    struct sw_components components;
    struct sw_advisory_report report;
    bool *fresh; /* of each finding */
    size_t fresh_count;
    struct sw_digest claim; /* that was recorded now */
};

/* The last claim of a type about the root; NULL without one. */
static sw_result last_of(struct pass *p, const char *type, const struct sw_digest *root,
    const struct sw_data_claim **out, struct sw_error *err)
{
    struct sw_data_claim *claims;
    size_t count;
    SW_TRY(sw_data_claims(&p->context.data, type, root, &claims, &count, NULL, err));
    *out = count == 0 ? NULL : &claims[count - 1];
    return SW_OK;
}

/* --- one inventory ---------------------------------------------------------------------------- */

/* "ROOT ID PURL" of a finding. */
static const char *key_of(
    struct sw_arena *arena, const struct found *f, const struct sw_advisory_finding *finding)
{
    char root[SW_DIGEST_TEXT_SIZE];
    const struct sw_component *c = &f->components.items[finding->component];
    sw_digest_text(&sw_watch_root(f->inventory)->digest, root);
    return sw_arena_printf(arena, "%s " SW_STR_FMT " " SW_STR_FMT, root, SW_STR_ARG(finding->id),
        SW_STR_ARG(c->text.len > 0 ? c->text : c->ref));
}

/* It was told already, and was not closed since. */
static bool was_told(const struct watching *w, const char *key)
{
    uint32_t number;
    return sw_names_find(&w->told, 0, sw_str(key), &number) && !w->closed[number];
}

/* What VEX closed here is news when it opens again, whatever was recorded before. */
static bool was_closed(const struct watching *w, const char *key)
{
    uint32_t number;
    return sw_names_find(&w->told, 0, sw_str(key), &number) && w->closed[number];
}

static sw_result mark_fresh(struct pass *p, struct found *f)
{
    f->fresh = SW_ARENA_ARRAY(&p->arena, bool, f->report.finding_count);
    SW_TRY_PTR(f->fresh);
    for (size_t i = 0; i < f->report.finding_count; i++) {
        const struct sw_advisory_finding *finding = &f->report.findings[i];
        const char *key = key_of(&p->arena, f, finding);
        SW_TRY_PTR(key);
        f->fresh[i] =
            sw_advisory_is_open(finding) && !was_told(p->watch, key) &&
            (was_closed(p->watch, key) || !sw_vulns_tells(f->before, &f->report, finding));
        f->fresh_count += f->fresh[i] ? 1 : 0;
    }
    return SW_OK;
}

static sw_result remember_one(struct watching *w, const char *key, bool is_closed)
{
    const size_t count = w->told.count;
    uint32_t number;
    SW_TRY(sw_names_number(&w->told, 0, sw_str(key), &number));
    if (number == count) {
        bool *grown =
            sw_arena_grow(&w->cli->arena, w->closed, count, &w->closed_cap, sizeof(*grown));
        SW_TRY_PTR(grown);
        w->closed = grown;
    }
    w->closed[number] = is_closed;
    return SW_OK;
}

/* So that it is not told again while this process lasts, unless VEX closes and opens it. */
static sw_result remember(struct pass *p, const struct found *f)
{
    for (size_t i = 0; i < f->report.finding_count; i++) {
        const struct sw_advisory_finding *finding = &f->report.findings[i];
        const bool is_closed = finding->vex != NULL && !sw_advisory_is_open(finding);
        uint32_t number;
        const char *key = key_of(&p->arena, f, finding);
        SW_TRY_PTR(key);
        if (!sw_names_find(&p->watch->told, 0, sw_str(key), &number)) {
            key = f->fresh[i] || is_closed ? sw_arena_strdup(&p->watch->cli->arena, key) : NULL;
            SW_TRY(key == NULL ? SW_OK : remember_one(p->watch, key, is_closed));
        } else {
            p->watch->closed[number] = is_closed;
        }
    }
    return SW_OK;
}

/* What ends its parser cannot be read, and no more than that. */
static sw_result read_components(struct pass *p, struct found *f, struct sw_error *err)
{
    struct sw_documents *documents = p->watch->documents;
    struct sw_error why = {0};
    enum sw_code code =
        sw_watch_components(documents, &p->arena, f->inventory, &f->components, &why);
    code = code == SW_E_IO && !sw_documents_are_gone(documents) ? SW_E_FORMAT : code;
    return code == SW_OK
               ? SW_OK
               : sw_fail(err, code, "%s", why.text[0] == '\0' ? sw_code_text(code) : why.text);
}

static sw_result match(struct pass *p, struct found *f, struct sw_error *err)
{
    const struct sw_advisory_match_options how = {.vex = p->watch->vex.count > 0 ? &p->vex : NULL};
    const struct sw_data_claim *before = NULL;
    SW_TRY(read_components(p, f, err));
    SW_TRY(sw_advisory_match(p->advisories, &f->components, &how, &p->arena, &f->report, err));
    SW_TRY(last_of(p, SW_VULNS_PREDICATE, &sw_watch_root(f->inventory)->digest, &before, err));
    f->before = before == NULL ? NULL : before->statement.predicate;
    return mark_fresh(p, f);
}

/* --- the claim -------------------------------------------------------------------------------- */

/* An answer without the VEX of the one before would open again what somebody closed. */
static bool lacks_vex(struct pass *p, const struct found *f)
{
    struct watching *w = p->watch;
    const struct sw_digest missing = sw_vulns_vex_missing(f->before, w->vex.files, w->vex.count);
    if (missing.alg == 0) {
        return false;
    }
    sw_note(w->cli,
        SW_STR_FMT ": not recorded, since the answer before rests on a VEX file that "
                   "was not given (%s)",
        SW_STR_ARG(sw_watch_root(f->inventory)->name), sw_digest_show(w->cli, &missing));
    w->trouble = true;
    return true;
}

static sw_result record(struct pass *p, struct found *f, struct sw_error *err)
{
    struct watching *w = p->watch;
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    const struct sw_watch_inventory *inventory = f->inventory;
    const struct sw_statement *statement = &sw_watch_claim(inventory)->statement;
    struct sw_claim_about about = {.count = statement->subject_count > 1 ? 2 : 1};
    struct sw_receipt receipt;
    const int64_t now = sw_time_now();
    const struct sw_vulns_claim claim = {.report = &f->report,
        .date = p->status.date,
        .vex = w->vex.files,
        .vex_count = w->vex.count,
        .bom_claim = inventory->bom == NULL ? (struct sw_digest){0} : inventory->bom->claim,
        .discovery_claim =
            inventory->discovery == NULL ? (struct sw_digest){0} : inventory->discovery->claim,
        .version = SW_VERSION,
        .started = now,
        .finished = now};
    if (!w->args->record || lacks_vex(p, f)) {
        return SW_OK;
    }
    memcpy(about.subjects, statement->subjects, about.count * sizeof(about.subjects[0]));
    SW_TRY(sw_vulns_write(&p->arena, &claim, &predicate));
    SW_TRY(sw_claim_record(
        w->cli, &p->context, &about, SW_VULNS_PREDICATE, sw_buf_bytes(&predicate), &receipt, err));
    f->claim = receipt.claim;
    return SW_OK;
}

/* --- telling ---------------------------------------------------------------------------------- */

static struct sw_str text_at(const struct sw_data_claim *claim, const char *name)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(sw_json_get(claim->statement.predicate, name), &text);
    return text;
}

/* Where it was admitted: the last verdict of each signer for each place. */
static sw_result list_verdicts(const struct pass *p, const struct sw_digest *root,
    struct sw_data_claim **out, size_t *count, struct sw_error *err)
{
    struct sw_arena *arena = p->context.data.arena;
    struct sw_names seen;
    size_t all;
    size_t first;
    SW_TRY(sw_data_claims(&p->context.data, SW_PREDICATE_VSA, root, out, &all, NULL, err));
    sw_names_init(&seen, arena);
    first = all;
    for (size_t i = all; i-- > 0;) {
        const struct sw_str uri = text_at(&(*out)[i], "resourceUri");
        const char *key =
            sw_arena_printf(arena, "%s\n" SW_STR_FMT, (*out)[i].signer, SW_STR_ARG(uri));
        uint32_t number;
        SW_TRY_PTR(key);
        if (uri.len == 0 || !sw_names_find(&seen, 0, sw_str(key), &number)) {
            SW_TRY(sw_names_number(&seen, 0, sw_str(key), &number));
            (*out)[--first] = (*out)[i];
        }
    }
    *out += first;
    *count = all - first;
    return SW_OK;
}

static void deployments_json(
    struct sw_json_writer *w, const struct sw_data_claim *claims, size_t count)
{
    sw_jw_array(w, "deployments");
    for (size_t i = 0; i < count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "uri", text_at(&claims[i], "resourceUri"));
        sw_jw_str(w, "verdict", text_at(&claims[i], "sealwright_verdict"));
        sw_jw_str(w, "time", text_at(&claims[i], "timeVerified"));
        sw_jw_text(w, "signer", claims[i].signer);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

/* Signatures of both versions of the format. */
static sw_result list_signatures(const struct pass *p, const struct sw_digest *root,
    struct sw_watch_model *out, struct sw_error *err)
{
    static const char *const types[] = {SW_PREDICATE_OMS, SW_PREDICATE_OMS_V02};
    struct sw_data_claim *lists[SW_COUNT(types)];
    size_t counts[SW_COUNT(types)];
    for (size_t i = 0; i < SW_COUNT(types); i++) {
        SW_TRY(sw_data_claims(&p->context.data, types[i], root, &lists[i], &counts[i], NULL, err));
    }
    struct sw_data_claim *all =
        SW_ARENA_ARRAY(p->context.data.arena, struct sw_data_claim, counts[0] + counts[1] + 1);
    SW_TRY_PTR(all);
    memcpy(all, lists[0], counts[0] * sizeof(*all));
    memcpy(all + counts[0], lists[1], counts[1] * sizeof(*all));
    out->signatures = all;
    out->signature_count = counts[0] + counts[1];
    return SW_OK;
}

/* The applications in which discovery found this model. */
static sw_result list_users(const struct pass *p, const struct found *f,
    const struct sw_watch_inventory ***out, size_t *count, struct sw_error *err)
{
    struct sw_watch_model model = {.components = &f->components};
    *out = SW_ARENA_ARRAY(p->context.data.arena, const struct sw_watch_inventory *, p->count);
    *count = 0;
    SW_TRY_PTR(*out);
    if (strcmp(sw_watch_kind(f->inventory), "model") != 0) {
        return SW_OK;
    }
    SW_TRY(list_signatures(p, &sw_watch_root(f->inventory)->digest, &model, err));
    for (size_t i = 0; i < p->count; i++) {
        if (&p->inventories[i] != f->inventory && sw_watch_uses(&p->inventories[i], &model)) {
            (*out)[(*count)++] = &p->inventories[i];
        }
    }
    return SW_OK;
}

/* What is told beside the findings. */
struct sw_where {
    struct sw_data_claim *verdicts;
    size_t verdict_count;
    const struct sw_watch_inventory **users;
    size_t user_count;
};

static void users_json(struct sw_json_writer *w, const struct sw_where *where)
{
    sw_jw_array(w, "used_by");
    for (size_t i = 0; i < where->user_count; i++) {
        const struct sw_subject *root = sw_watch_root(where->users[i]);
        sw_jw_object(w, NULL);
        sw_jw_text(w, "kind", sw_watch_kind(where->users[i]));
        sw_jw_str(w, "name", root->name);
        sw_json_digest(w, "root", &root->digest);
        sw_json_digest(w, "discovery", &where->users[i]->discovery->claim);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void finding_json(
    struct sw_json_writer *w, const struct found *f, const struct sw_advisory_finding *finding)
{
    const struct sw_component *c = &f->components.items[finding->component];
    sw_jw_object(w, NULL);
    sw_jw_str(w, "id", finding->id);
    sw_json_texts(w, "ids", finding->ids, finding->id_count);
    sw_json_text_or_null(w, "component", c->name.len > 0 ? c->name : c->ref);
    sw_json_text_or_null(w, "purl", c->text);
    sw_jw_text(w, "severity", sw_advisory_severity(finding));
    sw_json_text_or_null(w, "kev", finding->kev ? finding->kev_added : sw_str(""));
    sw_json_texts(w, "fixed", finding->fixed, finding->fixed_count);
    sw_json_text_or_null(w, "summary", finding->summary);
    sw_jw_object_end(w);
}

/* Each event is a line. */
static struct sw_json_writer *event_begin(
    struct sw_json_out *out, const char *event, const struct pass *p)
{
    struct sw_json_writer *w = sw_json_out_begin(out);
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(sw_time_now(), time);
    w->indent = 0;
    sw_jw_object(w, NULL);
    sw_jw_text(w, "event", event);
    sw_jw_text(w, "time", time);
    sw_jw_object(w, "database");
    sw_json_digest(w, "digest", &p->status.digest);
    sw_advisory_date_json(w, "date", p->status.date);
    sw_jw_object_end(w);
    return w;
}

static void claim_json(
    struct sw_json_writer *w, const char *name, const struct sw_data_claim *claim)
{
    if (claim == NULL) {
        sw_jw_null(w, name);
        return;
    }
    sw_json_digest(w, name, &claim->claim);
}

static void inventory_json(struct sw_json_writer *w, const struct sw_watch_inventory *inventory)
{
    sw_jw_object(w, "model");
    sw_jw_text(w, "kind", sw_watch_kind(inventory));
    sw_jw_str(w, "name", sw_watch_root(inventory)->name);
    sw_json_digest(w, "root", &sw_watch_root(inventory)->digest);
    claim_json(w, "bom", inventory->bom);
    claim_json(w, "discovery", inventory->discovery);
    sw_jw_bool(w, "ai_packages_alone", sw_watch_is_part(inventory));
    sw_jw_object_end(w);
}

/* The database of the last recorded answer, which did not tell what is new. */
static void before_json(struct sw_json_writer *w, const struct sw_json *before)
{
    const struct sw_json *database = sw_json_path(before, sw_str("sealwright_summary.database"));
    struct sw_str digest = sw_str("");
    struct sw_str date = sw_str("");
    if (!sw_json_str(sw_json_get(database, "digest"), &digest)) {
        sw_jw_null(w, "before");
        return;
    }
    (void)sw_json_str(sw_json_get(database, "date"), &date);
    sw_jw_object(w, "before");
    sw_jw_str(w, "digest", digest);
    sw_json_text_or_null(w, "date", date);
    sw_jw_object_end(w);
}

static sw_result event_end(struct sw_json_out *out, struct sw_json_writer *w, struct sw_error *err)
{
    sw_jw_object_end(w);
    SW_TRY(sw_json_out_end(out, err));
    (void)fflush(stdout);
    return SW_OK;
}

static sw_result tell_json(
    const struct pass *p, const struct found *f, const struct sw_where *where, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = event_begin(&out, "affected", p);
    before_json(w, f->before);
    inventory_json(w, f->inventory);
    sw_jw_array(w, "findings");
    for (size_t i = 0; i < f->report.finding_count; i++) {
        if (f->fresh[i]) {
            finding_json(w, f, &f->report.findings[i]);
        }
    }
    sw_jw_array_end(w);
    deployments_json(w, where->verdicts, where->verdict_count);
    users_json(w, where);
    if (f->claim.alg == 0) {
        sw_jw_null(w, "claim");
    } else {
        sw_json_digest(w, "claim", &f->claim);
    }
    return event_end(&out, w, err);
}

static void say_findings(struct sw_cli *cli, const struct found *f)
{
    for (size_t i = 0; i < f->report.finding_count; i++) {
        const struct sw_advisory_finding *finding = &f->report.findings[i];
        const struct sw_component *c = &f->components.items[finding->component];
        if (f->fresh[i]) {
            sw_say(cli, SW_TONE_WARN, "  %-20.*s", SW_STR_ARG(finding->id));
            sw_say(cli, SW_TONE_PLAIN, "  %s%s  " SW_STR_FMT "\n", sw_advisory_severity(finding),
                finding->kev ? ", exploited" : "",
                SW_STR_ARG(c->text.len > 0   ? c->text
                           : c->name.len > 0 ? c->name
                                             : c->ref));
        }
    }
}

static void say_verdicts(struct sw_cli *cli, const struct sw_data_claim *verdicts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sw_say(cli, SW_TONE_PLAIN,
            "  verdict  " SW_STR_FMT "  " SW_STR_FMT ", " SW_STR_FMT " by %s\n",
            SW_STR_ARG(text_at(&verdicts[i], "resourceUri")),
            SW_STR_ARG(text_at(&verdicts[i], "sealwright_verdict")),
            SW_STR_ARG(text_at(&verdicts[i], "timeVerified")), verdicts[i].signer);
    }
}

static void tell_text(const struct pass *p, const struct found *f, const struct sw_where *where)
{
    struct sw_cli *cli = p->watch->cli;
    const struct sw_subject *root = sw_watch_root(f->inventory);
    sw_say(cli, SW_TONE_DIM, "%s", sw_time_show(cli, sw_time_now()));
    sw_say(cli, SW_TONE_BAD, "  affected");
    sw_say(cli, SW_TONE_BOLD, "  " SW_STR_FMT, SW_STR_ARG(root->name));
    sw_say(cli, SW_TONE_PLAIN, "  %s %s, %s new\n", sw_watch_kind(f->inventory),
        sw_digest_show(cli, &root->digest),
        f->fresh_count == 1 ? "1 vulnerability"
                            : sw_arena_printf(&cli->arena, "%zu vulnerabilities", f->fresh_count));
    say_findings(cli, f);
    say_verdicts(cli, where->verdicts, where->verdict_count);
    for (size_t i = 0; i < where->user_count; i++) {
        const struct sw_subject *user = sw_watch_root(where->users[i]);
        sw_say(cli, SW_TONE_PLAIN, "  used by  " SW_STR_FMT "  %s %s\n", SW_STR_ARG(user->name),
            sw_watch_kind(where->users[i]), sw_digest_show(cli, &user->digest));
    }
    (void)fflush(stdout);
}

static sw_result tell(struct pass *p, const struct found *f, struct sw_error *err)
{
    struct sw_where where;
    if (f->fresh_count == 0) {
        return SW_OK;
    }
    SW_TRY(list_verdicts(
        p, &sw_watch_root(f->inventory)->digest, &where.verdicts, &where.verdict_count, err));
    SW_TRY(list_users(p, f, &where.users, &where.user_count, err));
    if (p->watch->cli->json) {
        return tell_json(p, f, &where, err);
    }
    tell_text(p, f, &where);
    return SW_OK;
}

static sw_result tell_end(const struct pass *p, struct sw_error *err)
{
    struct sw_cli *cli = p->watch->cli;
    if (cli->json) {
        struct sw_json_out out;
        struct sw_json_writer *w = event_begin(&out, "checked", p);
        sw_jw_u64(w, "models", p->models);
        sw_jw_u64(w, "applications", p->applications);
        sw_jw_u64(w, "affected", p->affected);
        sw_jw_u64(w, "new", p->fresh);
        return event_end(&out, w, err);
    }
    sw_say(cli, SW_TONE_DIM, "%s", sw_time_show(cli, sw_time_now()));
    sw_say(cli, p->fresh > 0 ? SW_TONE_WARN : SW_TONE_GOOD, "  checked");
    sw_say(cli, SW_TONE_PLAIN, "   %s, %s, %zu affected, %llu new; by the data of %s\n",
        sw_count_show(cli, p->models, "model"), sw_count_show(cli, p->applications, "application"),
        p->affected, (unsigned long long)p->fresh,
        p->status.date == INT64_MIN ? "no date" : sw_advisory_date_show(cli, p->status.date));
    (void)fflush(stdout);
    return SW_OK;
}

/* --- a pass ----------------------------------------------------------------------------------- */

/* An inventory that cannot be read is told, and does not keep the others from being looked up. */
static sw_result check_one(
    struct pass *p, const struct sw_watch_inventory *inventory, struct sw_error *err)
{
    struct found f = {.inventory = inventory};
    struct sw_error why = {0};
    enum sw_code code = match(p, &f, &why);
    if (code == SW_E_FORMAT || code == SW_E_UNSUPPORTED || code == SW_E_LIMIT) {
        sw_note(p->watch->cli, "what is recorded of " SW_STR_FMT " cannot be looked up: %s",
            SW_STR_ARG(sw_watch_root(inventory)->name), why.text);
        p->watch->trouble = true;
        return SW_OK;
    }
    if (code != SW_OK) {
        return sw_fail(err, code, "%s", why.text[0] == '\0' ? sw_code_text(code) : why.text);
    }
    const bool is_application = strcmp(sw_watch_kind(inventory), "application") == 0;
    p->applications += is_application ? 1 : 0;
    p->models += is_application ? 0 : 1;
    p->affected += f.report.open > 0 ? 1 : 0;
    p->fresh += f.fresh_count;
    p->watch->fresh += f.fresh_count;
    SW_TRY(record(p, &f, err));
    SW_TRY(tell(p, &f, err));
    return remember(p, &f);
}

static sw_result check_all(struct pass *p, struct sw_error *err)
{
    struct watching *w = p->watch;
    SW_TRY(sw_watch_vex_again(w->cli, &w->vex, &w->trouble, err));
    SW_TRY(sw_watch_vex_read(&p->arena, &w->vex, &p->vex, err));
    SW_TRY(sw_data_context_open(
        w->cli, SW_STORE_READ, w->args->record ? &w->args->signer : NULL, &p->context, err));
    p->context.data.arena = &p->arena;
    SW_TRY(sw_advisories_open(w->store, &p->advisories, err));
    SW_TRY(sw_advisory_status(p->advisories, &p->arena, &p->status, err));
    SW_TRY(sw_watch_inventories(&p->context, &p->inventories, &p->count, err));
    for (size_t i = 0; i < p->count; i++) {
        SW_TRY(check_one(p, &p->inventories[i], err));
    }
    w->empty = p->models + p->applications == 0;
    return tell_end(p, err);
}

static sw_result make_pass(struct watching *w, struct sw_error *err)
{
    SW_CLEANUP(pass) struct pass pass = {.watch = w};
    sw_arena_init(&pass.arena, 0);
    w->trouble = false;
    return check_all(&pass, err);
}

/* --- the command ------------------------------------------------------------------------------ */

/* While it goes on, what keeps a pass from being made may be gone at the next; but who reads what
 * others wrote cannot be made again, since there may be a key in this process by now. */
static sw_result pass_again(struct watching *w, struct sw_file_watch *file, struct sw_error *err)
{
    struct sw_error why = {0};
    enum sw_code code = make_pass(w, &why);
    file->again = code != SW_OK;
    if (code == SW_OK || code == SW_E_INTERRUPTED) {
        return code;
    }
    if (sw_documents_are_gone(w->documents)) {
        return sw_fail(err, code, "%s; the watch ends, and has to be started again", why.text);
    }
    sw_note(w->cli, "%s", why.text[0] == '\0' ? sw_code_text(code) : why.text);
    return SW_OK;
}

static sw_result watch_on(struct watching *w, struct sw_file_watch *file, struct sw_error *err)
{
    enum sw_code code = make_pass(w, err);
    while (code == SW_OK && sw_file_watch_wait(file)) {
        code = pass_again(w, file, err);
    }
    return code == SW_E_INTERRUPTED ? SW_OK : code;
}

static sw_result watch(struct watching *w, struct sw_error *err)
{
    SW_CLEANUP(file_watch) struct sw_file_watch file = {.wait = -1, .events = -1, .timer = -1};
    const char *why = NULL;
    const struct sw_text_list *vex = &w->args->vex;
    const char *path = sw_path_join(&w->cli->arena, w->store, SW_ADVISORY_FILE);
    struct stat *seen = SW_ARENA_ARRAY(&w->cli->arena, struct stat, vex->count + 1);
    SW_TRY_PTR(path);
    SW_TRY_PTR(seen);
    SW_TRY(sw_file_watch_open(w->store, path, &file, &why, err));
    sw_file_watch_more(&file, vex->items, vex->count, seen, &why);
    if (why != NULL) {
        sw_note(w->cli, "the kernel does not tell of changes here (%s): it is looked at every %d s",
            why, SW_FILE_WATCH_SECONDS);
    }
    sw_interrupt_watch(&w->progress);
    enum sw_code code = watch_on(w, &file, err);
    sw_interrupt_release();
    sw_interrupt_forget();
    return code;
}

static sw_result look(struct watching *w, struct sw_error *err)
{
    SW_TRY(sw_advisory_store(w->cli, &w->store, err));
    SW_TRY(
        sw_documents_new(UINT64_MAX, &w->progress, &w->documents, err)); /* before there is a key */
    SW_TRY(sw_watch_vex_open(w->cli, w->documents, &w->args->vex, &w->vex, err));
    SW_TRY(w->args->once ? make_pass(w, err) : watch(w, err));
    return w->args->once && w->empty && !w->trouble
               ? sw_fail(err, SW_E_NOEVIDENCE,
                     "no bill of materials and no discovery of a trusted signer is in the log; "
                     "record one with 'sealwright bom make --record' or 'sealwright discover "
                     "--record'")
               : SW_OK;
}

static sw_result run(struct sw_cli *cli, const void *data, struct sw_error *err)
{
    struct watching w = {.cli = cli, .args = data};
    sw_names_init(&w.told, &cli->arena);
    enum sw_code code = look(&w, err);
    sw_watch_vex_release(&w.vex);
    sw_documents_free(w.documents);
    SW_TRY(code);
    cli->status = w.fresh > 0 ? 1 : w.trouble ? 3 : 0;
    return SW_OK;
}

const struct sw_command sw_cmd_advisory_watch = {
    .name = "advisory watch",
    .summary = "look recorded inventories up again when new advisories are imported",
    .operands = "",
    .options = options,
    .args_size = sizeof(struct watch_args),
    .description =
        "Takes what trusted signers recorded last of each model, dataset and application: its bill "
        "of materials ('bom make --record'), what discovery found in it ('discover --record'), or "
        "both; looks the components up, and names those for which something is new: what the last "
        "recorded answer ('advisory match --record', or this command with *--record*) does not "
        "tell. With each stand the verdicts of the gate (where it was admitted, when and by whom) "
        "and the applications in which discovery found the model.\n\n"
        "Goes on until it is interrupted, and looks again whenever 'advisory import' has put a "
        "new database in place, or a file of *--vex* has changed. One that cannot be read any more "
        "is told, and what it said last goes on to count. With *--once* it looks once, for a "
        "timer. Should the process be gone that starts the parsers of what others wrote, it ends "
        "with 4.\n\n"
        "With *--record* a new answer is signed and recorded for each, so that the gate "
        "knows it and nothing is told twice. It is not when the last answer rests on a VEX file "
        "that was not given with *--vex*, since it would open again what somebody closed. A file "
        "of the same name counts as given in a later state.\n\n"
        "Exits 1 when something new was found, 3 when nothing was, and an inventory could not be "
        "looked up, a VEX file not be read or an answer not be recorded, or nothing is recorded at "
        "all.",
    .examples = "  sealwright advisory watch --json\n"
                "  sealwright advisory watch --once --record --vex vex.json\n",
    .run = run,
};
