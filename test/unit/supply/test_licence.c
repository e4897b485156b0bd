#include "supply/licence.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

/* A model, its parent, the parent's parent…: what each declares ("" for nothing that was read), and
 * by which relation the one before was made from it. */
struct chain {
    struct sw_arena arena;
    struct sw_licence_facts facts[4];
    struct sw_licence_model models[4];
    size_t count;
    struct sw_licence_policy policy;
    struct sw_licence_verdict verdict;
};

static void declare(
    struct chain *c, size_t model, const char *licence, enum sw_licence_evidence evidence)
{
    struct sw_licence_declared d = {
        .text = sw_str(licence), .file = sw_str("README.md"), .evidence = evidence};
    d.expression = sw_licence_named(&c->arena, sw_str(licence), sw_str(""), sw_str(""));
    assert_int_equal(sw_licence_add_declared(&c->arena, &c->facts[model], &d), SW_OK);
}

static void add(struct chain *c, const char *name, const char *relation, const char *licence)
{
    size_t m = c->count++;
    c->models[m] = (struct sw_licence_model){.name = sw_str(name),
        .relation = sw_str(relation),
        .child = m == 0 ? 0 : m - 1,
        .facts = licence == NULL ? NULL : &c->facts[m]};
    if (licence != NULL && licence[0] != '\0') {
        declare(c, m, licence, SW_LICENCE_BY_CARD);
    }
}

static void begin(struct chain *c)
{
    *c = (struct chain){0};
    sw_arena_init(&c->arena, 0);
}

static void weigh(struct chain *c)
{
    struct sw_error err = {0};
    assert_int_equal(
        sw_licence_evaluate(&c->arena, c->models, c->count, &c->policy, &c->verdict, &err), SW_OK);
}

static const char *conflicts(struct chain *c)
{
    const char *all = "";
    for (size_t i = 0; i < c->verdict.conflict_count; i++) {
        all = sw_arena_printf(&c->arena, "%s%s%s", all, i > 0 ? " " : "",
            sw_licence_conflict_name(c->verdict.conflicts[i].kind));
    }
    return all;
}

/* --- two models ------------------------------------------------------------------------------- */

static void a_child_keeps_what_its_parent_asks_for(void **state)
{
    (void)state;
    static const struct {
        const char *child, *parent, *relation, *conflicts, *concluded;
        size_t unknown;
    } rows[] = {
        {"mit", "apache-2.0", "finetune", "", "Apache-2.0 AND MIT", 0},
        {"apache-2.0", "apache-2.0", "quantized", "", "Apache-2.0", 0},
        {"mit", "llama3.1", "finetune", "relicensed", "LicenseRef-llama-3.1 AND MIT", 0},
        {"llama3.1", "llama3.1", "adapter", "", "LicenseRef-llama-3.1", 0},
        {"llama3", "llama3.1", "adapter", "relicensed", NULL, 0},
        {"apache-2.0", "cc-by-nc-4.0", "merge", "relicensed", NULL, 0},
        {"cc-by-nc-4.0", "cc-by-nc-3.0", "merge", "", NULL, 0},
        {"cc-by-nc-4.0", "cc-by-nc-sa-4.0", "merge", "relicensed", NULL, 0},
        {"cc-by-nc-sa-4.0", "cc-by-nc-sa-3.0", "merge", "", NULL, 0},
        {"mit", "gpl-3.0", "finetune", "relicensed", NULL, 0},
        {"agpl-3.0", "gpl-3.0", "finetune", "", NULL, 0},
        {"gpl-3.0", "lgpl-2.1", "finetune", "", NULL, 0},
        {"gpl-3.0", "gemma", "finetune", "relicensed incompatible", NULL, 0},
        {"cc-by-sa-4.0", "cc-by-nc-4.0", "merge", "relicensed incompatible", NULL, 0},
        {"cc-by-nc-sa-4.0", "cc-by-nc-4.0", "merge", "", NULL, 0},
        {"mit", "cc-by-nd-4.0", "finetune", "relicensed no-derivatives", NULL, 0},
        {"openrail++", "openrail++", "finetune", "", NULL, 0},
        {"mit", "openrail", "finetune", "relicensed", NULL, 1},
        {"mit", "", "finetune", "", "MIT", 1},
        {"", "mit", "finetune", "", "MIT", 1},
        {"mit", "no-such-licence", "finetune", "", "LicenseRef-no-such-licence AND MIT", 1},
        {"mit", "h-research", "finetune", "", NULL, 1},
        {"my-own", "llama3.1", "finetune", "", NULL, 1},
        {"openrail", "openrail++", "finetune", "", NULL, 1},
        {"grok2-community", "cc-by-nc-4.0", "finetune", "", NULL, 1},
        {"mit", "cc", "finetune", "", NULL, 1},
        /* Only what was trained on outputs: */
        {"mit", "apache-2.0", "distilled", "", "MIT", 0},
        {"mit", "gemma", "distilled", "relicensed", NULL, 0},
        {"mit", "llama3.1", "distilled", "", "LicenseRef-llama-3.1 AND MIT", 0},
        {"mit", "llama2", "distilled", "relicensed outputs", NULL, 0},
        {"llama2", "llama2", "distilled", "", "LicenseRef-llama-2", 0},
        {"mit", "cc-by-nc-4.0", "distilled", "", "MIT", 0},
        /* Where there is a choice: */
        {"mit or gpl-3.0", "mit", "merge", "", "MIT AND (GPL-3.0 OR MIT)", 0},
        {"mit", "llama3.1 or apache-2.0", "merge", "", NULL, 1},
        {"mit", "MIT OR CC-BY-NC-4.0", "merge", "", NULL, 0},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct chain c;
        begin(&c);
        add(&c, "child", "", rows[i].child);
        add(&c, "parent", rows[i].relation, rows[i].parent);
        weigh(&c);
        struct sw_str text = sw_spdx_text(&c.arena, c.verdict.concluded);
        if (strcmp(conflicts(&c), rows[i].conflicts) != 0 ||
            c.verdict.unknown_count != rows[i].unknown ||
            (rows[i].concluded != NULL && !sw_str_is(text, rows[i].concluded))) {
            fail_msg("'%s' from '%s' by %s: '%s', %zu unknown, %.*s", rows[i].child, rows[i].parent,
                rows[i].relation, conflicts(&c), c.verdict.unknown_count, SW_STR_ARG(text));
        }
        sw_arena_release(&c.arena);
    }
}

/* --- further up ------------------------------------------------------------------------------- */

static void limits_come_down_a_chain(void **state)
{
    (void)state;
    struct chain c;
    begin(&c);
    add(&c, "small", "", "mit");
    add(&c, "tuned", "quantized", "mit");
    add(&c, "meta-llama/Llama-3.2-1B", "finetune", NULL);
    weigh(&c);
    assert_string_equal(conflicts(&c), "relicensed");
    assert_int_equal(c.verdict.conflicts[0].model, 2);
    assert_int_equal(c.verdict.unknown_count, 0);
    bool users = false;
    for (size_t i = 0; i < c.verdict.finding_count; i++) {
        const struct sw_licence_finding *f = &c.verdict.findings[i];
        users = users || (f->rule->kind == SW_RULE_USERS_LIMIT && f->model == 2);
    }
    assert_true(users);
    sw_arena_release(&c.arena);
}

static void outputs_stay_outputs_further_up(void **state)
{
    (void)state;
    struct chain c;
    begin(&c);
    add(&c, "student", "", "mit");
    add(&c, "teacher", "distilled", "llama3.1");
    add(&c, "base", "finetune", "llama3.1");
    weigh(&c);
    assert_string_equal(conflicts(&c), "");
    assert_int_equal(c.verdict.finding_count, 2); /* MIT's notices, Llama's name */
    sw_arena_release(&c.arena);
}

static void a_name_that_nobody_knows_is_unknown(void **state)
{
    (void)state;
    struct chain c;
    begin(&c);
    add(&c, "child", "", "mit");
    add(&c, "somebody/something", "finetune", NULL);
    weigh(&c);
    assert_string_equal(conflicts(&c), "");
    assert_int_equal(c.verdict.unknown_count, 1);
    sw_arena_release(&c.arena);
}

/* --- one model with several voices ------------------------------------------------------------ */

static void places_of_one_model_must_agree(void **state)
{
    (void)state;
    static const struct {
        const char *card, *text, *conflicts, *concluded;
    } rows[] = {
        {"mit", "mit", "", "MIT"},
        {"mit", "apache-2.0", "sources-disagree", "Apache-2.0 AND MIT"},
        {"mit or apache-2.0", "mit", "", "Apache-2.0 OR MIT"},
        {"openrail", "openrail++", "", "LicenseRef-openrail-plus-plus-m"},
        {"my-own", "mit", "", "MIT"},
        {"gpl-3.0", "GPL-3.0-or-later", "", "GPL-3.0-only"},
        {"mit", "bsd", "", "MIT"},
        {"", "mit", "", "MIT"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct chain c;
        begin(&c);
        add(&c, "model", "", rows[i].card);
        declare(&c, 0, rows[i].text, SW_LICENCE_BY_TITLE);
        weigh(&c);
        struct sw_str text = sw_spdx_text(&c.arena, c.verdict.concluded);
        if (strcmp(conflicts(&c), rows[i].conflicts) != 0 || !sw_str_is(text, rows[i].concluded)) {
            fail_msg("'%s' beside '%s': '%s', %.*s", rows[i].card, rows[i].text, conflicts(&c),
                SW_STR_ARG(text));
        }
        sw_arena_release(&c.arena);
    }
}

static void what_is_declared_is_kept_beside_what_is_concluded(void **state)
{
    (void)state;
    struct chain c;
    begin(&c);
    add(&c, "model", "", "mit");
    declare(&c, 0, "gemma", SW_LICENCE_BY_METADATA);
    weigh(&c);
    assert_true(sw_str_is(sw_spdx_text(&c.arena, c.verdict.own[0].declared), "MIT"));
    assert_true(
        sw_str_is(sw_spdx_text(&c.arena, c.verdict.own[0].concluded), "LicenseRef-gemma AND MIT"));
    assert_string_equal(conflicts(&c), "sources-disagree");
    sw_arena_release(&c.arena);
}

static void the_lgpl_may_bring_the_text_of_the_gpl(void **state)
{
    (void)state;
    struct chain c;
    begin(&c);
    add(&c, "model", "", "lgpl-3.0");
    declare(&c, 0, "gpl-3.0", SW_LICENCE_BY_TITLE);
    declare(&c, 0, "lgpl-3.0", SW_LICENCE_BY_TITLE);
    weigh(&c);
    assert_string_equal(conflicts(&c), "");
    assert_true(sw_str_is(sw_spdx_text(&c.arena, c.verdict.concluded), "LGPL-3.0-only"));
    sw_arena_release(&c.arena);
}

/* --- the user's policy ------------------------------------------------------------------------ */

static void the_policy_decides_what_licences_leave_open(void **state)
{
    (void)state;
    static const struct sw_str mit[] = {{"MIT", 3}};
    static const struct sw_str llama[] = {{"licenseref-llama-3.1", 20}};
    static const struct {
        const char *licence;
        struct sw_licence_policy policy;
        const char *conflicts;
    } rows[] = {
        {"cc-by-nc-4.0", {.commercial = false}, ""},
        {"cc-by-nc-4.0", {.commercial = true}, "commercial"},
        {"MIT OR CC-BY-NC-4.0", {.commercial = true}, ""},
        {"llama3.1", {.commercial = true}, ""},
        {"llama3.1", {.users_known = true, .users = 700000000}, ""},
        {"llama3.1", {.users_known = true, .users = 700000001}, "users"},
        {"stabilityai-ai-community", {.revenue_known = true, .revenue = 1000001}, "revenue"},
        {"mit", {.allow = mit, .allow_count = 1}, ""},
        {"apache-2.0", {.allow = mit, .allow_count = 1}, "not-allowed"},
        {"mit or apache-2.0", {.allow = mit, .allow_count = 1}, ""},
        {"mit and apache-2.0", {.allow = mit, .allow_count = 1}, "not-allowed"},
        {"mit", {.deny = mit, .deny_count = 1}, "denied"},
        {"mit or apache-2.0", {.deny = mit, .deny_count = 1}, ""},
        {"llama3.1", {.deny = llama, .deny_count = 1}, "denied"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct chain c;
        begin(&c);
        c.policy = rows[i].policy;
        add(&c, "model", "", rows[i].licence);
        weigh(&c);
        if (strcmp(conflicts(&c), rows[i].conflicts) != 0) {
            fail_msg("row %zu, '%s': '%s'", i, rows[i].licence, conflicts(&c));
        }
        sw_arena_release(&c.arena);
    }
}

static void duties_are_looked_for_in_the_model(void **state)
{
    (void)state;
    struct chain c;
    begin(&c);
    add(&c, "model", "", "llama3.1");
    c.facts[0].card_words = sw_str("hello built with llama");
    c.facts[0].notice_words = sw_str("llama 3 1 is licensed under the llama 3 1 community license "
                                     "copyright meta platforms inc all rights reserved");
    weigh(&c);
    size_t met = 0;
    size_t missing = 0;
    for (size_t i = 0; i < c.verdict.finding_count; i++) {
        met += c.verdict.findings[i].status == SW_LICENCE_MET ? 1 : 0;
        missing += c.verdict.findings[i].status == SW_LICENCE_NOT_FOUND ? 1 : 0;
    }
    assert_int_equal(met, 2);
    assert_int_equal(missing, 1); /* a copy of the licence */
    sw_arena_release(&c.arena);
}

static void limits_of_the_evaluation(void **state)
{
    (void)state;
    struct chain c;
    struct sw_error err = {0};
    begin(&c);
    add(&c, "model", "", "mit");
    assert_int_equal(
        sw_licence_evaluate(&c.arena, c.models, 0, &c.policy, &c.verdict, &err), SW_E_LIMIT);
    assert_int_equal(sw_licence_evaluate(&c.arena, c.models, SW_LICENCE_MODELS_MAX + 1, &c.policy,
                         &c.verdict, &err),
        SW_E_LIMIT);
    add(&c, "parent", "finetune", "mit");
    c.models[1].child = 1;
    assert_int_equal(
        sw_licence_evaluate(&c.arena, c.models, 2, &c.policy, &c.verdict, &err), SW_E_INTERNAL);
    sw_arena_release(&c.arena);
}

static void relations_are_known_by_their_words(void **state)
{
    (void)state;
    enum sw_licence_relation relation;
    assert_true(sw_licence_relation_parse(sw_str("Distillation"), &relation));
    assert_int_equal(relation, SW_LICENCE_DISTILLED);
    assert_true(sw_licence_relation_parse(sw_str(""), &relation));
    assert_int_equal(relation, SW_LICENCE_MADE_FROM);
    assert_true(sw_licence_relation_parse(sw_str("quantized"), &relation));
    assert_false(sw_licence_relation_parse(sw_str("cousin"), &relation));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_keeps_what_its_parent_asks_for),
        cmocka_unit_test(limits_come_down_a_chain),
        cmocka_unit_test(outputs_stay_outputs_further_up),
        cmocka_unit_test(a_name_that_nobody_knows_is_unknown),
        cmocka_unit_test(places_of_one_model_must_agree),
        cmocka_unit_test(what_is_declared_is_kept_beside_what_is_concluded),
        cmocka_unit_test(the_lgpl_may_bring_the_text_of_the_gpl),
        cmocka_unit_test(the_policy_decides_what_licences_leave_open),
        cmocka_unit_test(duties_are_looked_for_in_the_model),
        cmocka_unit_test(limits_of_the_evaluation),
        cmocka_unit_test(relations_are_known_by_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
