#include "supply/licence_terms.h"
#include "supply/spdx_expression.h"
#include "supply/spdx_list.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

static void every_row_is_whole(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    size_t count;
    const struct sw_licence_terms *rows = sw_licence_all(&count);
    sw_arena_init(&arena, 0);
    assert_true(count > 90);
    for (size_t i = 0; i < count; i++) {
        const struct sw_licence_terms *t = &rows[i];
        if (sw_spdx_single(&arena, t->id) == NULL) {
            fail_msg("'%.*s' is no licence", SW_STR_ARG(t->id));
        }
        if (!sw_str_starts(t->source, "https://")) {
            fail_msg("'%.*s' has no source", SW_STR_ARG(t->id));
        }
        if (t->family && t->read == SW_LICENCE_READ_TEXT) {
            fail_msg("'%.*s' is a family and has no text", SW_STR_ARG(t->id));
        }
        assert_ptr_equal(sw_licence_by_id(t->id), t);
        for (size_t k = 0; k < t->rule_count; k++) {
            if (t->rules[k].clause.len == 0) {
                fail_msg("'%.*s': %s has no clause", SW_STR_ARG(t->id),
                    sw_licence_rule_name(t->rules[k].kind));
            }
        }
        for (size_t k = 0; k < t->digest_count; k++) {
            assert_int_equal(t->digests[k].len, 64);
            assert_ptr_equal(sw_licence_by_digest(t->digests[k]), t);
        }
        for (size_t k = 0; k < t->title_count; k++) {
            assert_ptr_equal(sw_licence_by_title(t->titles[k]), t);
        }
        for (size_t k = 0; k < t->also_count; k++) {
            assert_non_null(sw_spdx_license(t->also[k]));
        }
    }
}

/* A rule that cannot be read makes a row of the pack one that was not read. */
static void rules_have_what_they_are_about(void **state)
{
    (void)state;
    size_t count;
    const struct sw_licence_terms *rows = sw_licence_all(&count);
    size_t unread = 0;
    for (size_t i = 0; i < count; i++) {
        unread += rows[i].read == SW_LICENCE_READ_NO ? 1 : 0;
        for (size_t k = 0; k < rows[i].rule_count; k++) {
            const struct sw_licence_rule *r = &rows[i].rules[k];
            bool counts = r->kind == SW_RULE_USERS_LIMIT || r->kind == SW_RULE_REVENUE_LIMIT;
            bool says = r->kind == SW_RULE_NAMING || r->kind == SW_RULE_NAME_PREFIX ||
                        r->kind == SW_RULE_NOTICE || r->kind == SW_RULE_TERRITORY ||
                        r->kind == SW_RULE_OUTPUT_TRAINING;
            assert_int_equal(counts, r->value > 0);
            assert_true(!says || r->text.len > 0);
            for (size_t a = 0; a < r->accept_count; a++) {
                assert_non_null(sw_spdx_license(r->accepts[a]));
            }
        }
    }
    assert_int_equal(unread, 14);
}

static void ids_of_the_hub_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *hub, *id;
    } rows[] = {
        {"apache-2.0", "Apache-2.0"},
        {"MIT", "MIT"},
        {"bsl-1.0", "BSL-1.0"},
        {"gpl-3.0", "GPL-3.0-only"},
        {"odbl", "ODbL-1.0"},
        {"pddl", "PDDL-1.0"},
        {"lgpl-lr", "LGPLLR"},
        {"c-uda", "C-UDA-1.0"},
        {"openrail++", "LicenseRef-openrail-plus-plus-m"},
        {"llama3.3", "LicenseRef-llama-3.3"},
        {"gemma", "LicenseRef-gemma"},
        {"cc", "LicenseRef-hub-cc"},
        {"openmdw-1.1", "LicenseRef-openmdw-1.1"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct sw_licence_terms *t = sw_licence_by_hub(sw_str(rows[i].hub));
        if (t == NULL || !sw_str_is(t->id, rows[i].id)) {
            fail_msg("'%s' is not %s", rows[i].hub, rows[i].id);
        }
    }
    assert_null(sw_licence_by_hub(sw_str("other")));
    assert_null(sw_licence_by_hub(sw_str("unknown")));
    assert_null(sw_licence_by_hub(sw_str("")));
}

static void names_links_and_titles_find_it(void **state)
{
    (void)state;
    const struct sw_licence_terms *llama = sw_licence_by_id(sw_str("licenseref-LLAMA-3.1"));
    const struct sw_licence_terms *gemma = sw_licence_by_id(sw_str("LicenseRef-gemma"));
    assert_non_null(llama);
    assert_ptr_equal(sw_licence_by_base(sw_str("meta-llama/Llama-3.1-8B-Instruct")), llama);
    assert_ptr_equal(sw_licence_by_base(sw_str("meta-llama/llama-3.1-8b")), llama);
    assert_null(sw_licence_by_base(sw_str("someone/Llama-3.1-8B")));
    assert_null(sw_licence_by_base(sw_str("meta-llama/Llama-3.1")));
    assert_null(sw_licence_by_base(sw_str("google/gemma-4-9b")));
    assert_null(sw_licence_by_base(sw_str("microsoft/phi-22")));
    assert_ptr_equal(sw_licence_by_base(sw_str("google/gemma-2-9b")), gemma);
    assert_ptr_equal(sw_licence_by_link(sw_str("https://ai.google.dev/gemma/terms/")), gemma);
    assert_null(sw_licence_by_link(sw_str("/")));
    assert_ptr_equal(sw_licence_by_title(sw_str("llama 3 1 community license agreement llama 3 1 "
                                                "version release date")),
        llama);
    assert_null(sw_licence_by_title(sw_str("llama 3 1 community license agreements")));
    assert_null(sw_licence_by_title(sw_str("")));
    assert_true(sw_str_is(
        sw_licence_by_title(sw_str("gnu general public license version 3 29 june 2007"))->id,
        "GPL-3.0-only"));
    assert_true(
        sw_str_is(sw_licence_by_name(sw_str("qwen-research"))->id, "LicenseRef-qwen-research"));
    assert_true(
        sw_licence_by_id(sw_str("GPL-3.0-or-later")) == sw_licence_by_id(sw_str("GPL-3.0-only")));
}

static void llama_says_what_it_says(void **state)
{
    (void)state;
    const struct sw_licence_terms *t = sw_licence_by_hub(sw_str("llama3.1"));
    const struct sw_licence_rule *users = sw_licence_rule_of(t, SW_RULE_USERS_LIMIT);
    const struct sw_licence_rule *prefix = sw_licence_rule_of(t, SW_RULE_NAME_PREFIX);
    assert_int_equal(users->value, 700000000);
    assert_true(prefix->outputs);
    assert_false(
        sw_licence_rule_of(sw_licence_by_hub(sw_str("llama3")), SW_RULE_NAME_PREFIX)->outputs);
    assert_null(sw_licence_rule_of(t, SW_RULE_OUTPUT_TRAINING));
    assert_non_null(
        sw_licence_rule_of(sw_licence_by_hub(sw_str("llama2")), SW_RULE_OUTPUT_TRAINING));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(rules_have_what_they_are_about),
        cmocka_unit_test(ids_of_the_hub_are_known),
        cmocka_unit_test(names_links_and_titles_find_it),
        cmocka_unit_test(llama_says_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
