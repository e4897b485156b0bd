#include "cli/show_licence.h"

const char *sw_licence_answer_word(const struct sw_licence_answer *answer)
{
    const struct sw_licence_verdict *v = &answer->verdict;
    return v->conflict_count > 0 ? "conflict" : v->unknown_count > 0 ? "unknown" : "pass";
}

int sw_licence_answer_status(const struct sw_licence_answer *answer)
{
    const struct sw_licence_verdict *v = &answer->verdict;
    return v->conflict_count > 0 ? 1 : v->unknown_count > 0 ? 3 : 0;
}

/* --- for people ------------------------------------------------------------------------------- */

/* Lines of one kind that are shown; --json has all. */
#define SHOWN 40

static const char *expression_text(struct sw_cli *cli, const struct sw_spdx_expression *e)
{
    struct sw_str text = e == NULL ? sw_str("not known") : sw_spdx_text(&cli->arena, e);
    return sw_arena_strndup(&cli->arena, text);
}

static void say_label(struct sw_cli *cli, enum sw_tone tone, const char *label)
{
    sw_say(cli, tone, "  %-10s", label);
}

static bool too_many(struct sw_cli *cli, size_t index, size_t count)
{
    if (index == SHOWN) {
        sw_say(cli, SW_TONE_DIM, "  and %zu more (all of them with --json)\n", count - index);
    }
    return index >= SHOWN;
}

static void show_place(struct sw_cli *cli, const struct sw_licence_declared *d)
{
    if (d->file.len == 0) {
        return;
    }
    sw_say(cli, SW_TONE_DIM, "  " SW_STR_FMT, SW_STR_ARG(d->file));
    if (d->line > 0 && d->evidence == SW_LICENCE_BY_CARD) {
        sw_say(cli, SW_TONE_DIM, ":%llu", (unsigned long long)d->line);
    }
    if (d->evidence != SW_LICENCE_BY_CARD) {
        sw_say(cli, SW_TONE_DIM, " (by its %s)", sw_licence_evidence_name(d->evidence));
    }
}

static void show_declared(struct sw_cli *cli, const struct sw_licence_declared *d)
{
    say_label(cli, SW_TONE_PLAIN, "declared");
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT, SW_STR_ARG(d->text));
    show_place(cli, d);
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

/* The card first. */
static void show_sources(struct sw_cli *cli, const struct sw_licence_model *model)
{
    const struct sw_licence_facts *facts = model->facts;
    size_t shown = 0;
    for (int evidence = SW_LICENCE_BY_CARD; evidence <= SW_LICENCE_BY_NAME; evidence++) {
        for (size_t i = 0; i < facts->declared_count; i++) {
            const struct sw_licence_declared *d = &facts->declared[i];
            if (d->evidence != (enum sw_licence_evidence)evidence) {
                continue;
            }
            if (too_many(cli, shown++, facts->declared_count)) {
                return;
            }
            show_declared(cli, d);
        }
    }
}

static void show_ancestor(struct sw_cli *cli, const struct sw_licence_answer *answer, size_t m)
{
    const struct sw_licence_model *model = &answer->models[m];
    const struct sw_licence_own *own = &answer->verdict.own[m];
    say_label(cli, SW_TONE_PLAIN, "made from");
    sw_say(cli, SW_TONE_PLAIN, "  " SW_STR_FMT, SW_STR_ARG(model->name));
    if (model->relation.len > 0) {
        sw_say(cli, SW_TONE_DIM, " (" SW_STR_FMT ")", SW_STR_ARG(model->relation));
    }
    sw_say(cli, own->concluded == NULL ? SW_TONE_WARN : SW_TONE_PLAIN, "  %s",
        expression_text(cli, own->concluded));
    if (model->facts == NULL && own->concluded != NULL) {
        sw_say(cli, SW_TONE_DIM, " by its name alone");
    }
    if (model->child != 0) {
        sw_say(cli, SW_TONE_DIM, "  of " SW_STR_FMT, SW_STR_ARG(answer->models[model->child].name));
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

/* "first: second", where there is a second one. */
static void say_more(struct sw_cli *cli, const char *before, struct sw_str text, const char *behind)
{
    if (text.len > 0) {
        sw_say(cli, SW_TONE_PLAIN, "%s" SW_STR_FMT "%s", before, SW_STR_ARG(text), behind);
    }
}

/* The licence that the next rules are of. */
static void show_licence_of(
    struct sw_cli *cli, const struct sw_licence_answer *answer, const struct sw_licence_finding *f)
{
    say_label(cli, SW_TONE_PLAIN, "rules");
    sw_say(cli, SW_TONE_BOLD, "  " SW_STR_FMT, SW_STR_ARG(f->terms->id));
    if (f->model != 0) {
        sw_say(cli, SW_TONE_DIM, "  from " SW_STR_FMT, SW_STR_ARG(answer->models[f->model].name));
    }
    if (answer->verdict.own[f->model].distilled) {
        sw_say(cli, SW_TONE_DIM, ", for what was trained on its outputs");
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_rule(struct sw_cli *cli, const struct sw_licence_finding *f)
{
    const struct sw_licence_rule *rule = f->rule;
    sw_say(
        cli, SW_TONE_PLAIN, "    %-8s", sw_licence_class_name(sw_licence_rule_class(rule->kind)));
    sw_say(cli, SW_TONE_PLAIN, "  %s", sw_licence_rule_words(rule->kind));
    if (rule->value > 0) {
        sw_say(cli, SW_TONE_PLAIN, ": %s", sw_group_digits(cli, rule->value));
    }
    say_more(cli, ": \"", rule->text, "\"");
    say_more(cli, ": ", rule->url, "");
    say_more(cli, " (", rule->only, ")");
    sw_say(cli, SW_TONE_DIM, "  [" SW_STR_FMT "]", SW_STR_ARG(rule->clause));
    if (f->status != SW_LICENCE_NOT_CHECKED) {
        sw_say(cli, f->status == SW_LICENCE_MET ? SW_TONE_GOOD : SW_TONE_WARN, "  %s",
            f->status == SW_LICENCE_MET ? "found" : "not found");
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_findings(struct sw_cli *cli, const struct sw_licence_answer *answer)
{
    const struct sw_licence_verdict *v = &answer->verdict;
    for (size_t i = 0; i < v->finding_count; i++) {
        const struct sw_licence_finding *f = &v->findings[i];
        if (i == 0 || f[-1].terms != f->terms || f[-1].model != f->model) {
            show_licence_of(cli, answer, f);
        }
        show_rule(cli, f);
    }
}

static void say_of(struct sw_cli *cli, const struct sw_licence_answer *answer, size_t model)
{
    if (model != 0) {
        sw_say(cli, SW_TONE_PLAIN, SW_STR_FMT ": ", SW_STR_ARG(answer->models[model].name));
    }
}

static void show_against(struct sw_cli *cli, const struct sw_licence_answer *answer)
{
    const struct sw_licence_verdict *v = &answer->verdict;
    for (size_t i = 0; i < v->conflict_count && !too_many(cli, i, v->conflict_count); i++) {
        const struct sw_licence_conflict *c = &v->conflicts[i];
        say_label(cli, SW_TONE_BAD, "conflict");
        sw_say(cli, SW_TONE_PLAIN, "  ");
        say_of(cli, answer, c->model);
        sw_say(cli, SW_TONE_PLAIN, SW_STR_FMT " [%s]\n", SW_STR_ARG(c->what),
            sw_licence_conflict_name(c->kind));
    }
    for (size_t i = 0; i < v->unknown_count && !too_many(cli, i, v->unknown_count); i++) {
        say_label(cli, SW_TONE_WARN, "unknown");
        sw_say(cli, SW_TONE_PLAIN, "  ");
        say_of(cli, answer, v->unknowns[i].model);
        sw_say(cli, SW_TONE_PLAIN, SW_STR_FMT "\n", SW_STR_ARG(v->unknowns[i].why));
    }
}

/* What to do about models of which only the name is known. */
static void show_unread(struct sw_cli *cli, const struct sw_licence_answer *answer)
{
    for (size_t m = 1; m < answer->count; m++) {
        if (answer->models[m].facts == NULL && answer->verdict.own[m].concluded == NULL) {
            say_label(cli, SW_TONE_DIM, "");
            sw_say(cli, SW_TONE_DIM,
                "  give a copy of " SW_STR_FMT " with --parent PATH:RELATION\n",
                SW_STR_ARG(answer->models[m].name));
            return;
        }
    }
}

void sw_show_licence(struct sw_cli *cli, const struct sw_licence_answer *answer)
{
    const char *word = sw_licence_answer_word(answer);
    int status = sw_licence_answer_status(answer);
    sw_say(cli, status == 0 ? SW_TONE_GOOD : status == 1 ? SW_TONE_BAD : SW_TONE_WARN, "%s", word);
    sw_say(cli, SW_TONE_BOLD, "  %s", answer->path);
    sw_say(cli, SW_TONE_PLAIN, "  %s\n", expression_text(cli, answer->verdict.concluded));
    show_sources(cli, &answer->models[0]);
    for (size_t m = 1; m < answer->count && !too_many(cli, m - 1, answer->count - 1); m++) {
        show_ancestor(cli, answer, m);
    }
    show_against(cli, answer);
    show_unread(cli, answer);
    show_findings(cli, answer);
    if (answer->claim.alg != 0) {
        say_label(cli, SW_TONE_PLAIN, "in the log");
        sw_say(cli, SW_TONE_PLAIN, "  %s\n", sw_digest_show(cli, &answer->claim));
    }
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void expression_json(struct sw_cli *cli, struct sw_json_writer *w, const char *name,
    const struct sw_spdx_expression *e)
{
    sw_json_text_or_null(w, name, e == NULL ? sw_str("") : sw_spdx_text(&cli->arena, e));
}

static void number_or_null(struct sw_json_writer *w, const char *name, uint64_t value)
{
    if (value == 0) {
        sw_jw_null(w, name);
        return;
    }
    sw_jw_u64(w, name, value);
}

static void source_json(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_licence_declared *d)
{
    sw_jw_object(w, NULL);
    sw_jw_str(w, "text", d->text);
    expression_json(cli, w, "licence", d->expression);
    sw_jw_text(w, "evidence", sw_licence_evidence_name(d->evidence));
    sw_json_text_or_null(w, "file", d->file);
    number_or_null(w, "line", d->line);
    sw_jw_object_end(w);
}

static void sources_json(struct sw_cli *cli, struct sw_json_writer *w,
    const struct sw_licence_model *model, const struct sw_licence_own *own)
{
    const struct sw_licence_facts *facts = model->facts;
    const struct sw_licence_declared by_name = {
        .text = model->name, .expression = own->declared, .evidence = SW_LICENCE_BY_NAME};
    sw_jw_array(w, "sources");
    for (size_t i = 0; facts != NULL && i < facts->declared_count; i++) {
        source_json(cli, w, &facts->declared[i]);
    }
    if (facts == NULL && own->declared != NULL) {
        source_json(cli, w, &by_name);
    }
    sw_jw_array_end(w);
}

static void ancestors_json(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_licence_answer *answer)
{
    sw_jw_array(w, "ancestors");
    for (size_t m = 1; m < answer->count; m++) {
        const struct sw_licence_model *model = &answer->models[m];
        const struct sw_licence_own *own = &answer->verdict.own[m];
        sw_jw_object(w, NULL);
        sw_jw_str(w, "name", model->name);
        sw_jw_str(w, "of", answer->models[model->child].name);
        sw_json_text_or_null(w, "relation", model->relation);
        sw_jw_bool(w, "outputs_only", own->distilled);
        sw_jw_bool(w, "read", model->facts != NULL);
        expression_json(cli, w, "declared", own->declared);
        expression_json(cli, w, "concluded", own->concluded);
        sources_json(cli, w, model, own);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void finding_json(struct sw_json_writer *w, const struct sw_licence_answer *answer,
    const struct sw_licence_finding *f)
{
    const struct sw_licence_rule *rule = f->rule;
    sw_jw_object(w, NULL);
    sw_jw_text(w, "rule", sw_licence_rule_name(rule->kind));
    sw_jw_text(w, "class", sw_licence_class_name(sw_licence_rule_class(rule->kind)));
    sw_jw_str(w, "licence", f->terms->id);
    sw_json_text_or_null(w, "clause", rule->clause);
    sw_jw_str(w, "source", f->terms->source);
    sw_jw_text(w, "learned", sw_licence_read_name(f->terms->read));
    sw_jw_str(w, "from", answer->models[f->model].name);
    number_or_null(w, "value", rule->value);
    sw_json_text_or_null(w, "text", rule->text);
    sw_json_text_or_null(w, "url", rule->url);
    sw_json_text_or_null(w, "only", rule->only);
    sw_jw_text(w, "status", sw_licence_status_name(f->status));
    sw_jw_object_end(w);
}

static void against_json(struct sw_json_writer *w, const struct sw_licence_answer *answer)
{
    const struct sw_licence_verdict *v = &answer->verdict;
    sw_jw_array(w, "conflicts");
    for (size_t i = 0; i < v->conflict_count; i++) {
        const struct sw_licence_conflict *c = &v->conflicts[i];
        sw_jw_object(w, NULL);
        sw_jw_text(w, "kind", sw_licence_conflict_name(c->kind));
        sw_jw_str(w, "from", answer->models[c->model].name);
        sw_jw_str(w, "licence", c->id);
        sw_jw_str(w, "what", c->what);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
    sw_jw_array(w, "unknown");
    for (size_t i = 0; i < v->unknown_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "from", answer->models[v->unknowns[i].model].name);
        sw_jw_str(w, "why", v->unknowns[i].why);
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void answer_json(
    struct sw_cli *cli, struct sw_json_writer *w, const struct sw_licence_answer *answer)
{
    const struct sw_licence_verdict *v = &answer->verdict;
    const struct sw_licence_facts *facts = answer->models[0].facts;
    sw_jw_object(w, NULL);
    sw_jw_text(w, "path", answer->path);
    sw_jw_text(w, "verdict", sw_licence_answer_word(answer));
    expression_json(cli, w, "declared", v->own[0].declared);
    expression_json(cli, w, "concluded", v->concluded);
    sources_json(cli, w, &answer->models[0], &v->own[0]);
    ancestors_json(cli, w, answer);
    against_json(w, answer);
    sw_jw_array(w, "findings");
    for (size_t i = 0; i < v->finding_count; i++) {
        finding_json(w, answer, &v->findings[i]);
    }
    sw_jw_array_end(w);
    sw_json_texts(w, "datasets", facts->datasets, facts->dataset_count);
    if (answer->claim.alg == 0) {
        sw_jw_null(w, "claim");
    } else {
        sw_json_digest(w, "claim", &answer->claim);
    }
    sw_jw_object_end(w);
}

sw_result sw_licence_print_json(
    struct sw_cli *cli, const struct sw_licence_answer *answers, size_t count, struct sw_error *err)
{
    struct sw_json_out out;
    struct sw_json_writer *w = sw_json_out_begin(&out);
    sw_jw_object(w, NULL);
    sw_jw_array(w, "models");
    for (size_t i = 0; i < count; i++) {
        answer_json(cli, w, &answers[i]);
    }
    sw_jw_array_end(w);
    sw_jw_str(w, "spdx_list", sw_spdx_list_version());
    sw_jw_text(w, "note", "a reading of what was declared, no legal advice");
    sw_jw_object_end(w);
    return sw_json_out_end(&out, err);
}
