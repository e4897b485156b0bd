#include "policy/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "version: 1\nname: p\n"
#define RULE HEAD "rules:\n  - name: a\n    claim: t\n"
#define WHERE RULE "    where:\n"
#define DIGEST "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define WAIVER                     \
    RULE "waivers:\n  - rule: a\n" \
         "    owner: jane\n"       \
         "    reason: because\n"   \
         "    expires: 2026-12-31\n"

static const char rule_keys[] = "name, description, claim, forbid, by, fresh, where";

static enum sw_code parse(
    struct sw_arena *arena, const char *text, struct sw_policy **out, struct sw_error *err)
{
    return sw_policy_parse(arena, sw_bytes(text, strlen(text)), out, err);
}

static struct sw_policy *must_parse(struct sw_arena *arena, const char *text)
{
    struct sw_policy *policy = NULL;
    struct sw_error err = {0};
    if (parse(arena, text, &policy, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    return policy;
}

static void a_whole_policy_is_read(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const struct sw_policy *policy = must_parse(&arena,
        HEAD "description: |\n  two\n  lines\n"
             "rules:\n"
             "  - name: signed\n    claim: https://model_signing/signature/v1.0\n    by: any\n"
             "  - name: scanned\n    description: often\n    claim: urn:x\n    by: [ci, \"b c\"]\n"
             "    fresh: 2w\n    where:\n"
             "      - field: predicate.a\n        equals: clean\n"
             "      - {at-least: 2, field: predicate.b}\n"
             "  - name: tainted\n    forbid: urn:t\n"
             "waivers:\n"
             "  - {rule: signed, subject: " DIGEST ", owner: o, reason: r, expires: 2026-12-31}\n");
    assert_string_equal(sw_policy_name(policy), "p");
    assert_string_equal(policy->description, "two\nlines\n");
    assert_int_equal(sw_policy_rule_count(policy), 3);
    assert_null(policy->rules[0].by);
    assert_null(policy->rules[0].fresh_text);
    const struct sw_rule *scanned = sw_policy_rule(policy, sw_str("scanned"));
    assert_ptr_equal(scanned, &policy->rules[1]);
    assert_int_equal(scanned->by_count, 2);
    assert_string_equal(scanned->by[1], "b c");
    assert_int_equal(scanned->fresh, 14 * 86400);
    assert_int_equal(scanned->where_count, 2);
    assert_false(scanned->forbid);
    assert_true(policy->rules[2].forbid);
    assert_int_equal(policy->waiver_count, 1);
    assert_int_equal(policy->waivers[0].expires, 1798675200);
    assert_null(sw_policy_rule(policy, sw_str("Signed")));
}

static void the_digest_is_of_the_text(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_digest expected;
    sw_sha256(sw_bytes(HEAD, strlen(HEAD)), &expected);
    assert_true(sw_digest_equal(sw_policy_digest(must_parse(&arena, HEAD)), &expected));
}

static void the_policy_outlives_its_text(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    char text[] = WHERE "      - field: predicate.a\n        equals: clean\n";
    const struct sw_policy *policy = must_parse(&arena, text);
    memset(text, 'x', sizeof(text) - 1);
    assert_string_equal(sw_rule_where(&arena, &policy->rules[0]), "predicate.a is \"clean\"");
    assert_string_equal(policy->rules[0].type, "t");
}

static void the_default_policy_is_a_policy(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const struct sw_policy *policy = must_parse(&arena, sw_policy_default_text());
    assert_string_equal(policy->name, "default");
    assert_int_equal(policy->rule_count, 7);
    assert_string_equal(policy->rules[0].type, SW_PREDICATE_OMS);
    assert_string_equal(policy->rules[1].type, SW_PREDICATE_SCAN);
    assert_int_equal(policy->rules[1].fresh, 30 * 86400);
    assert_true(policy->rules[2].forbid);
    assert_string_equal(policy->rules[2].type, "urn:sealwright:claim:taint:v1");
    assert_int_equal(policy->waiver_count, 0);
}

static void each_mistake_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "line 1: the policy is empty; it needs at least 'version: 1' and 'name'"},
        {"# only a comment\n",
            "line 1: the policy is empty; it needs at least 'version: 1' and 'name'"},
        {"- a\n", "line 1: the policy must be a mapping of keys to values"},
        {"name: p\n", "line 1: the policy needs 'version'"},
        {"version: 1\n", "line 1: the policy needs 'name'"},
        {"version: 2\nname: p\n", "line 1: version 2 is unknown; this sealwright reads version 1"},
        {"version: \"1\"\nname: p\n", "line 1: 'version' must be the number 1"},
        {"version: 1\nname: 7\n", "line 2: 'name' must be text; put it in quotes"},
        {"version: 1\nname: true\n", "line 2: 'name' must be text; put it in quotes"},
        {"version: 1\nname:\n", "line 2: 'name' must be text, not empty"},
        {"version: 1\nname: \"\"\n", "line 2: 'name' must be text, not empty"},
        {"version: 1\nname: [p]\n", "line 2: 'name' must be text, not empty"},
        {"version: 1\nname: a b\n",
            "line 2: 'name' must be at most 64 letters, digits, '.', '_' or '-'"},
        {"version: 1\nname: "
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
            "line 2: 'name' must be at most 64 letters, digits, '.', '_' or '-'"},
        {HEAD "description: \"a\\x07b\"\n",
            "line 3: 'description' must be at most 4096 bytes of text without control characters"},
        {HEAD "rule: []\n", "line 3: the policy has no key 'rule'; its keys are version, name, "
                            "description, rules, waivers"},
        {HEAD "cel: x\n", "line 3: 'cel': CEL expressions are reserved for a later version of the "
                          "policy language"},
        {HEAD "rules: a\n", "line 3: 'rules' must be a list"},
        {HEAD "rules: {a: 1}\n", "line 3: 'rules' must be a list"},
        {HEAD "rules:\n  - signed\n", "line 4: a rule must be a mapping of keys to values"},
        {HEAD "rules:\n  - claim: t\n", "line 4: a rule needs 'name'"},
        {HEAD "rules:\n  - name: a\n", "line 4: a rule needs 'claim' or 'forbid'"},
        {RULE "    forbid: t\n", "line 6: a rule has either 'claim' or 'forbid', not both"},
        {HEAD "rules:\n  - name: a\n    forbid: t\n    claim: t\n",
            "line 6: a rule has either 'claim' or 'forbid', not both"},
        {HEAD "rules:\n  - name: a\n    claim: urn:x:*\n",
            "line 5: 'claim' takes one exact predicate type, without '*' or spaces"},
        {HEAD "rules:\n  - name: a\n    forbid: a b\n",
            "line 5: 'forbid' takes one exact predicate type, without '*' or spaces"},
        {HEAD "rules:\n  - name: a\n    claim:\n", "line 5: 'claim' must be text, not empty"},
        {RULE "  - name: a\n    claim: u\n", "line 6: there are two rules named 'a'"},
        {RULE "    fresh: 30\n", "line 6: 'fresh' must be a whole number, not zero, and one of s, "
                                 "m, h, d, w, such as 30d"},
        {RULE "    fresh: 0d\n", "line 6: 'fresh' must be a whole number, not zero, and one of s, "
                                 "m, h, d, w, such as 30d"},
        {RULE "    fresh: 1.5d\n", "line 6: 'fresh' must be a whole number, not zero, and one of "
                                   "s, m, h, d, w, such as 30d"},
        {HEAD "rules:\n  - name: a\n    forbid: t\n    fresh: 1d\n",
            "line 4: 'fresh' has no meaning with 'forbid': what is forbidden stays so"},
        {RULE "    by: release\n",
            "line 6: 'by' must be any, or a list of 1 to 1000 names of signers"},
        {RULE "    by: []\n", "line 6: 'by' must be any, or a list of 1 to 1000 names of signers"},
        {RULE "    by: [a, any]\n", "line 6: 'any' stands alone: by: any"},
        {RULE "    by: [a, b, a]\n", "line 6: 'by' names 'a' twice"},
        {RULE "    by: [1]\n", "line 6: 'by' must be text; put it in quotes"},
        {RULE "    when: x\n", "line 6: 'when': CEL expressions are reserved for a later version "
                               "of the policy language"},
        {WHERE "    - {field: predicate.a, cel: x}\n",
            "line 7: 'cel': CEL expressions are reserved for a later version of the policy "
            "language"},
        {RULE "    where:\n", "line 6: 'where' is empty; leave it out or add a condition"},
        {RULE "    where: []\n", "line 6: 'where' is empty; leave it out or add a condition"},
        {RULE "    where: {field: a}\n", "line 6: 'where' must be a list"},
        {WHERE "    - a\n", "line 7: a condition must be a mapping of keys to values"},
        {WHERE "    - equals: a\n",
            "line 7: a condition needs 'field' (or 'every', 'any' or 'count')"},
        {WHERE "    - {field: predicate.a, every: predicate.b.*, equals: a}\n",
            "line 7: a condition takes one of field, every, any and count; write 'field' and "
            "'every' as two conditions"},
        {WHERE "    - {any: predicate.a, equals: a}\n",
            "line 7: 'any' needs a '*' for the items of a list, such as "
            "predicate.sources.*.licence"},
        {WHERE "    - {count: 3, equals: a}\n", "line 7: 'count' must be text; put it in quotes"},
        {WHERE "    - {any: predicate.a.*, equals: a, allow-empty: true}\n",
            "line 7: 'allow-empty' goes with 'every'"},
        {WHERE "    - {every: predicate.a.*, equals: a, allow-empty: 'yes'}\n",
            "line 7: 'allow-empty' must be true or false"},
        {WHERE "    - {every: predicate.a.*, allow-empty: true}\n",
            "line 7: a condition needs an operator: one of equals, not, in, not-in, at-least, "
            "at-most, less, greater, contains, exists, older, newer"},
        {WHERE "    - field: predicate.a\n",
            "line 7: a condition needs an operator: one of equals, not, in, not-in, at-least, "
            "at-most, less, greater, contains, exists, older, newer"},
        {WHERE "    - {field: predicate.a, is: 1}\n",
            "line 7: 'is' is no operator; there are equals, not, in, not-in, at-least, at-most, "
            "less, greater, contains, exists, older, newer"},
        {WHERE "    - {field: predicate.a, less: 2, greater: 1}\n",
            "line 7: a condition takes one operator; write 'less' and 'greater' as two "
            "conditions"},
        {WHERE "    - {field: 1, less: 2}\n", "line 7: 'field' must be text; put it in quotes"},
        {WHERE "    - field: verdict\n      equals: clean\n",
            "line 8: 'field' must begin with predicate. or subject.; did you mean "
            "predicate.verdict?"},
        {WHERE "    - field: predicate.a\n      less: abc\n", "line 8: 'less' takes a number"},
        {WAIVER, "line 7: a waiver needs 'subject'"},
        {WAIVER "    subject: \"*\"\n",
            "line 11: 'subject' must be the digest of one artifact; a waiver for everything is a "
            "change of the rules"},
        {WAIVER "    subject: sha256:12\n",
            "line 11: 'subject' must be a digest such as sha256: and 64 hexadecimal digits"},
        {WAIVER "    subject: md5:9f86d081884c7d659a2feaa0c55ad015\n",
            "line 11: 'subject' must be a digest such as sha256: and 64 hexadecimal digits"},
        {WAIVER "    forever: true\n", "line 11: a waiver has no key 'forever'; its keys are rule, "
                                       "subject, owner, reason, expires"},
        {HEAD "waivers:\n  - {rule: a, subject: " DIGEST ", owner: o, reason: r}\n",
            "line 4: a waiver needs 'expires'"},
        {HEAD "waivers:\n  - {rule: a, subject: " DIGEST ", owner: o, expires: 2026-12-31}\n",
            "line 4: a waiver needs 'reason'"},
        {HEAD "waivers:\n  - {rule: a, subject: " DIGEST ", reason: o, expires: 2026-12-31}\n",
            "line 4: a waiver needs 'owner'"},
        {HEAD "waivers:\n  - {subject: " DIGEST ", owner: o, reason: r, expires: 2026-12-31}\n",
            "line 4: a waiver needs 'rule'"},
        {HEAD "waivers:\n  - {rule: a, subject: " DIGEST ", owner: o, reason: r, expires: never}\n",
            "line 4: 'expires' must be a date such as 2026-12-31 or a time such as "
            "2026-12-31T12:00:00Z"},
        {HEAD "waivers:\n  - {rule: a, subject: " DIGEST
              ", owner: o, reason: \"\", expires: 2026-12-31}\n",
            "line 4: 'reason' must be text, not empty"},
        {HEAD "waivers: all\n", "line 3: 'waivers' must be a list"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_policy *policy = NULL;
        struct sw_error err = {0};
        assert_int_equal(parse(&arena, rows[i].text, &policy, &err), SW_E_FORMAT);
        assert_string_equal(err.text, rows[i].message);
        assert_null(policy);
    }
}

static void an_unknown_key_of_a_rule_lists_the_known_ones(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_policy *policy = NULL;
    struct sw_error err = {0};
    assert_int_equal(parse(&arena, RULE "    Fresh: 1d\n", &policy, &err), SW_E_FORMAT);
    char expected[SW_ERROR_TEXT_MAX];
    (void)snprintf(expected, sizeof(expected), "line 6: a rule has no key 'Fresh'; its keys are %s",
        rule_keys);
    assert_string_equal(err.text, expected);
}

static void what_yaml_forbids_is_forbidden_here(void **state)
{
    (void)state;
    static const char *const rows[] = {
        HEAD "name: q\n",                      /* a key twice */
        HEAD "description: &a x\nrules: *a\n", /* an alias */
        HEAD "description: !!str x\n",         /* a tag */
        HEAD "---\nversion: 1\n",              /* two documents */
        HEAD "rules: [\n",                     /* not closed */
        "version: 1\nname: \xff\n",            /* not UTF-8 */
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_policy *policy = NULL;
        struct sw_error err = {0};
        if (parse(&arena, rows[i], &policy, &err) == SW_OK) {
            fail_msg("row %zu was taken", i);
        }
        assert_memory_equal(err.text, "line ", 5);
    }
}

static void empty_lists_may_stand_without_a_value(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const struct sw_policy *policy = must_parse(&arena, HEAD "rules:\nwaivers:\n");
    assert_int_equal(policy->rule_count, 0);
    assert_int_equal(policy->waiver_count, 0);
}

static void loading_names_the_file(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_policy *policy = NULL;
    struct sw_error err = {0};
    assert_int_equal(sw_policy_load(&arena, "/nonexistent/policy.yaml", &policy, &err), SW_E_NOENT);
    assert_non_null(strstr(err.text, "/nonexistent/policy.yaml"));

    char path[] = "/tmp/sealwright-policy-XXXXXX";
    SW_CLEANUP(fd) int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(sw_fd_write(fd, path, sw_bytes("version: 3\n", 11), &err), SW_OK);
    enum sw_code rc = sw_policy_load(&arena, path, &policy, &err);
    (void)unlink(path);
    assert_int_equal(rc, SW_E_FORMAT);
    char expected[SW_ERROR_TEXT_MAX];
    (void)snprintf(expected, sizeof(expected),
        "%s: line 1: version 3 is unknown; this sealwright reads version 1", path);
    assert_string_equal(err.text, expected);
}

static void explain_says_all_of_it_in_words(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const struct sw_policy *policy = must_parse(&arena,
        HEAD "description: For servers.\nrules:\n"
             "  - {name: a, claim: t, by: [x, y, z], fresh: 90m, description: Why.}\n"
             "  - name: b\n    forbid: u\n    where:\n"
             "      - {field: predicate.s, at-least: 7}\n"
             "      - {field: predicate.v, in: [p, q]}\n"
             "      - {field: predicate.w, exists: false}\n"
             "      - {field: predicate.t, older: 30d}\n"
             "waivers:\n"
             "  - {rule: a, subject: " DIGEST ", owner: o, reason: r, expires: 2026-12-31}\n");
    char digest[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(sw_policy_digest(policy), digest);
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_policy_explain(&arena, policy, &out), SW_OK);
    const char *expected = sw_arena_printf(&arena,
        "Policy p (%s)\nFor servers.\n"
        "An artifact passes when every one of these rules passes. It fails when any rule fails; "
        "otherwise there is no evidence.\n"
        "1. a: a claim of type t about the artifact, signed by x, y or z, at most 90 minutes "
        "old.\n   Why.\n"
        "2. b: no claim of type u about the artifact, signed by any trusted signer, in which "
        "predicate.s is at least 7 and predicate.v is one of \"p\" or \"q\" and predicate.w is not "
        "there and predicate.t is older than 30d.\n"
        "Until 2026-12-31T00:00:00Z, a is waived for " DIGEST " by o because \"r\".\n",
        digest);
    assert_string_equal(sw_buf_cstr(&out), expected);
}

static void explain_warns_of_a_policy_without_rules(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_policy_explain(&arena, must_parse(&arena, HEAD), &out), SW_OK);
    assert_non_null(strstr(sw_buf_cstr(&out), "nothing can pass"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_policy_is_read),
        cmocka_unit_test(the_digest_is_of_the_text),
        cmocka_unit_test(the_policy_outlives_its_text),
        cmocka_unit_test(the_default_policy_is_a_policy),
        cmocka_unit_test(each_mistake_is_named_with_its_line),
        cmocka_unit_test(an_unknown_key_of_a_rule_lists_the_known_ones),
        cmocka_unit_test(what_yaml_forbids_is_forbidden_here),
        cmocka_unit_test(empty_lists_may_stand_without_a_value),
        cmocka_unit_test(loading_names_the_file),
        cmocka_unit_test(explain_says_all_of_it_in_words),
        cmocka_unit_test(explain_warns_of_a_policy_without_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
