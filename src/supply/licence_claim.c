#include "supply/licence_claim.h"

#include "claim/claim.h"
#include "supply/pack_file.h"
#include "supply/spdx_list.h"

static void write_expression(struct sw_arena *arena, struct sw_json_writer *w, const char *name,
    const struct sw_spdx_expression *e)
{
    if (e == NULL) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_str(w, name, sw_spdx_text(arena, e));
}

/* What is given as a path is called by its last part: where a model lies is nobody's business. */
static struct sw_str name_of(const struct sw_licence_claim *c, size_t index)
{
    struct sw_str name = c->models[index].name;
    bool ends = name.len > 1 && name.ptr[name.len - 1] == '/';
    bool path = index == 0 || ends || name.len == 0 || name.ptr[0] == '/' || name.ptr[0] == '.';
    while (name.len > 1 && name.ptr[name.len - 1] == '/') {
        name.len--;
    }
    const char *slash = path && name.len > 1 ? memrchr(name.ptr, '/', name.len - 1) : NULL;
    size_t before = slash == NULL ? 0 : (size_t)(slash - name.ptr) + 1;
    return sw_str_n(name.ptr + before, name.len - before);
}

/* --- licences and terms ----------------------------------------------------------------------- */

/* A null stands for what is not known: a condition on every licence is not decided then, unless one
 * that is known fails it. */
static sw_result write_licences(
    struct sw_arena *arena, struct sw_json_writer *w, const struct sw_licence_claim *c)
{
    struct sw_licence_leaf *leaves = NULL;
    size_t count = 0;
    if (c->verdict->concluded != NULL) {
        SW_TRY(sw_licence_choose(arena, c->verdict->concluded, c->policy, &leaves, &count));
    }
    sw_jw_array(w, "licences");
    for (size_t i = 0; i < count; i++) {
        sw_jw_str(w, NULL, leaves[i].id);
    }
    if (c->verdict->unknown_count > 0 || count == 0) {
        sw_jw_null(w, NULL);
    }
    sw_jw_array_end(w);
    return SW_OK;
}

static const struct sw_licence_finding *strictest(
    const struct sw_licence_verdict *v, enum sw_licence_rule_kind kind)
{
    const struct sw_licence_finding *found = NULL;
    for (size_t i = 0; i < v->finding_count; i++) {
        const struct sw_licence_finding *f = &v->findings[i];
        bool lower =
            f->rule->kind == kind && (found == NULL || f->rule->value < found->rule->value);
        found = lower ? f : found;
    }
    return found;
}

/* Whether a rule of each kind holds, by whatever model. That one does not is only sure where all
 * is known. */
static void write_terms(struct sw_json_writer *w, const struct sw_licence_verdict *v)
{
    sw_jw_object(w, "terms");
    for (int kind = 0; kind < SW_RULE_KINDS; kind++) {
        const char *name = sw_licence_rule_name((enum sw_licence_rule_kind)kind);
        bool holds = strictest(v, (enum sw_licence_rule_kind)kind) != NULL;
        if (!holds && v->unknown_count > 0) {
            sw_jw_null(w, name);
        } else {
            sw_jw_bool(w, name, holds);
        }
    }
    sw_jw_object_end(w);
}

static void write_threshold(struct sw_json_writer *w, const char *name,
    const struct sw_licence_verdict *v, enum sw_licence_rule_kind kind)
{
    const struct sw_licence_finding *f = strictest(v, kind);
    if (f != NULL) {
        sw_jw_u64(w, name, f->rule->value);
    } else {
        sw_jw_null(w, name);
    }
}

/* --- rules ------------------------------------------------------------------------------------ */

static void write_text(struct sw_json_writer *w, const char *name, struct sw_str text)
{
    if (text.len > 0) {
        sw_jw_str(w, name, text);
    }
}

static void write_finding(
    struct sw_json_writer *w, const struct sw_licence_claim *c, const struct sw_licence_finding *f)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "rule", sw_licence_rule_name(f->rule->kind));
    sw_jw_str(w, "licence", f->terms->id);
    write_text(w, "clause", f->rule->clause);
    sw_jw_str(w, "from", name_of(c, f->model));
    if (f->rule->value > 0) {
        sw_jw_u64(w, "value", f->rule->value);
    }
    write_text(w, "text", f->rule->text);
    write_text(w, "url", f->rule->url);
    sw_jw_text(w, "status", sw_licence_status_name(f->status));
    sw_jw_object_end(w);
}

static void write_class(struct sw_json_writer *w, const char *name,
    const struct sw_licence_claim *c, enum sw_licence_rule_class class)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < c->verdict->finding_count; i++) {
        const struct sw_licence_finding *f = &c->verdict->findings[i];
        if (sw_licence_rule_class(f->rule->kind) == class) {
            write_finding(w, c, f);
        }
    }
    sw_jw_array_end(w);
}

static void write_conflicts(struct sw_json_writer *w, const struct sw_licence_claim *c)
{
    sw_jw_array(w, "conflicts");
    for (size_t i = 0; i < c->verdict->conflict_count; i++) {
        const struct sw_licence_conflict *x = &c->verdict->conflicts[i];
        sw_jw_object(w, NULL);
        sw_jw_text(w, "kind", sw_licence_conflict_name(x->kind));
        sw_jw_str(w, "from", name_of(c, x->model));
        sw_jw_str(w, "licence", x->id);
        sw_jw_str(w, "what", x->what);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "unknown");
    for (size_t i = 0; i < c->verdict->unknown_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "from", name_of(c, c->verdict->unknowns[i].model));
        sw_jw_str(w, "why", c->verdict->unknowns[i].why);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

/* --- ancestors and the rest ------------------------------------------------------------------- */

static void write_ancestors(
    struct sw_arena *arena, struct sw_json_writer *w, const struct sw_licence_claim *c)
{
    sw_jw_array(w, "ancestors");
    for (size_t m = 1; m < c->count; m++) {
        const struct sw_licence_own *own = &c->verdict->own[m];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", name_of(c, m));
        sw_jw_str(w, "of", name_of(c, c->models[m].child));
        write_text(w, "relation", c->models[m].relation);
        sw_jw_bool(w, "read", c->models[m].facts != NULL);
        sw_jw_bool(w, "outputsOnly", own->distilled);
        write_expression(arena, w, "declared", own->declared);
        write_expression(arena, w, "concluded", own->concluded);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_ids(
    struct sw_json_writer *w, const char *name, const struct sw_str *ids, size_t count)
{
    sw_jw_array(w, name);
    for (size_t i = 0; i < count; i++) {
        sw_jw_str(w, NULL, ids[i]);
    }
    sw_jw_array_end(w);
}

/* What was asked; the answer is among the conflicts. */
static void write_policy(struct sw_json_writer *w, const struct sw_licence_policy *p)
{
    sw_jw_object(w, "asked");
    write_ids(w, "allow", p->allow, p->allow_count);
    write_ids(w, "deny", p->deny, p->deny_count);
    sw_jw_bool(w, "commercial", p->commercial);
    if (p->users_known) {
        sw_jw_u64(w, "users", p->users);
    }
    if (p->revenue_known) {
        sw_jw_u64(w, "revenue", p->revenue);
    }
    sw_jw_object_end(w);
}

static void write_table(struct sw_json_writer *w)
{
    struct sw_digest digest;
    char text[SW_DIGEST_TEXT_SIZE];
    sw_sha256(sw_supply_pack("model-licences"), &digest);
    sw_digest_text(&digest, text);
    sw_jw_object(w, "table");
    sw_jw_text(w, "digest", text);
    sw_jw_str(w, "spdxList", sw_spdx_list_version());
    sw_jw_object_end(w);
}

sw_result sw_licence_write(
    struct sw_arena *arena, const struct sw_licence_claim *c, struct sw_buf *out)
{
    char time[SW_TIME_TEXT_SIZE];
    struct sw_json_writer w;
    sw_time_format(c->time, time);
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "time", time);
    sw_jw_text(&w, "verdict", c->word);
    write_expression(arena, &w, "declared", c->verdict->own[0].declared);
    write_expression(arena, &w, "concluded", c->verdict->concluded);
    SW_TRY(write_licences(arena, &w, c));
    write_terms(&w, c->verdict);
    sw_jw_object(&w, "thresholds");
    write_threshold(&w, "users", c->verdict, SW_RULE_USERS_LIMIT);
    write_threshold(&w, "revenue", c->verdict, SW_RULE_REVENUE_LIMIT);
    sw_jw_object_end(&w);
    write_class(&w, "limits", c, SW_RULE_LIMIT);
    write_class(&w, "duties", c, SW_RULE_DUTY);
    write_conflicts(&w, c);
    write_ancestors(arena, &w, c);
    write_policy(&w, c->policy);
    write_table(&w);
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}
