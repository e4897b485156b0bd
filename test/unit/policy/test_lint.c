#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW ((int64_t)1767225600) /* 2026-01-01T00:00:00Z */
#define SUBJECT "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define WAIVER(rule, expires) \
    "  - {rule: " rule ", subject: " SUBJECT ", owner: o, reason: r, expires: " expires "}\n"

static struct sw_trust *trust_of(const char *name)
{
    struct sw_trust *trust = NULL;
    SW_CLEANUP(key) struct sw_key *key = NULL;
    assert_int_equal(sw_trust_new(&trust), SW_OK);
    assert_int_equal(sw_key_generate(SW_KEY_ED25519, &key, NULL), SW_OK);
    assert_int_equal(sw_trust_add_key(trust, name, key), SW_OK);
    return trust;
}

static void what_is_surely_not_meant_is_named(void **state)
{
    (void)state;
    static const char text[] =
        "version: 1\nname: p\nrules:\n"
        "  - {name: a, claim: t, by: [release, relaese]}\n"
        "  - {name: b, forbid: t}\n"
        "waivers:\n" WAIVER("a", "2026-01-02") WAIVER("a", "2026-01-01") WAIVER("c", "2026-01-02");
    static const char *const expected[] = {
        "rule 'a' names the signer 'relaese', whom trust.yaml does not have",
        "line 8: the waiver of rule 'a' expired at 2026-01-01T00:00:00Z and no longer applies",
        "line 9: the waiver is for rule 'c', which does not exist",
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(trust) struct sw_trust *trust = trust_of("release");
    struct sw_policy *policy;
    const char **warnings;
    size_t count;
    assert_int_equal(sw_policy_parse(&arena, sw_bytes(text, strlen(text)), &policy, NULL), SW_OK);
    assert_int_equal(sw_policy_lint(&arena, policy, trust, NOW, &warnings, &count), SW_OK);
    assert_int_equal(count, SW_COUNT(expected));
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        assert_string_equal(warnings[i], expected[i]);
    }
}

static void a_policy_without_rules_is_warned_of(void **state)
{
    (void)state;
    static const char text[] = "version: 1\nname: p\n";
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(trust) struct sw_trust *trust = trust_of("release");
    struct sw_policy *policy;
    const char **warnings;
    size_t count;
    assert_int_equal(sw_policy_parse(&arena, sw_bytes(text, strlen(text)), &policy, NULL), SW_OK);
    assert_int_equal(sw_policy_lint(&arena, policy, trust, NOW, &warnings, &count), SW_OK);
    assert_int_equal(count, 1);
    assert_string_equal(warnings[0], "the policy has no rules, so nothing can pass");
}

static void a_signer_whom_no_rule_can_name_is_warned_of(void **state)
{
    (void)state;
    const char *text = sw_policy_default_text();
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(trust) struct sw_trust *trust = trust_of("any");
    struct sw_policy *policy;
    const char **warnings;
    size_t count;
    assert_int_equal(sw_policy_parse(&arena, sw_bytes(text, strlen(text)), &policy, NULL), SW_OK);
    assert_int_equal(sw_policy_lint(&arena, policy, trust, NOW, &warnings, &count), SW_OK);
    assert_int_equal(count, 1);
    assert_string_equal(warnings[0], "trust.yaml has a signer named 'any', whom no rule can name");
}

static void the_default_policy_has_nothing_odd(void **state)
{
    (void)state;
    const char *text = sw_policy_default_text();
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(trust) struct sw_trust *trust = trust_of("anybody");
    struct sw_policy *policy;
    const char **warnings;
    size_t count = 99;
    assert_int_equal(sw_policy_parse(&arena, sw_bytes(text, strlen(text)), &policy, NULL), SW_OK);
    assert_int_equal(sw_policy_lint(&arena, policy, trust, NOW, &warnings, &count), SW_OK);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_surely_not_meant_is_named),
        cmocka_unit_test(a_policy_without_rules_is_warned_of),
        cmocka_unit_test(a_signer_whom_no_rule_can_name_is_warned_of),
        cmocka_unit_test(the_default_policy_has_nothing_odd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
