#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HEAD "version: 1\ncases:\n"
#define SUBJECT "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define HEX "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define OMS "https://model_signing/signature/v1.0"
#define SCAN "urn:sealwright:claim:scan:v1"
#define TAINT "urn:sealwright:claim:taint:v1"
#define DATA "urn:sealwright:claim:data-provenance:v1"

#define SIGNED "      - {signer: release, age: 1d, statement: {predicateType: \"" OMS "\"}}\n"
#define SCANNED(signer, age, verdict)                                               \
    "      - {signer: " signer ", age: " age ", statement: {predicateType: \"" SCAN \
    "\", predicate: {verdict: " verdict "}}}\n"

static const char good_cases[] = HEAD "  - name: sealed\n    claims:\n" SIGNED SCANNED("ci", "2d",
    "clean") "    expect: {verdict: pass, rules: {signed: pass, scanned: pass, not-tainted: "
             "pass}}\n"
             "  - name: nothing\n    expect: {verdict: no-evidence, rules: {not-tainted: pass}}\n"
             "  - name: stale\n    claims:\n" SIGNED SCANNED("ci", "31d",
                 "clean") "    expect: {rules: {scanned: no-evidence}}\n"
                          "  - name: not yet\n    claims:\n" SCANNED("ci", "-1h",
                              "clean") "    expect: {rules: {scanned: no-evidence}}\n"
                                       "  - name: the newest one counts, not the last one\n    "
                                       "claims:\n" SCANNED("ci", "1d", "malicious") SCANNED("ci",
                                           "2d",
                                           "clean") "    expect: {verdict: fail, rules: {scanned: "
                                                    "fail}}\n"
                                                    "  - name: of one age the last one counts\n    "
                                                    "claims:\n" SCANNED(
                                                        "ci", "1d", "malicious") SCANNED("ci", "1d",
                                                        "clean") "    expect: {rules: {scanned: "
                                                                 "pass}}\n"
                                                                 "  - name: signed by nobody\n    "
                                                                 "claims:\n"
                                                                 "      - {statement: "
                                                                 "{predicateType: \"" OMS "\"}}\n"
                                                                 "      - {statement: "
                                                                 "{predicateType: \"" TAINT "\"}}\n"
                                                                 "    expect: {rules: {signed: "
                                                                 "no-evidence, not-tainted: "
                                                                 "pass}}\n"
                                                                 "  - name: tainted\n    now: "
                                                                 "2030-01-01T00:00:00Z\n    "
                                                                 "claims:\n"
                                                                 "      - {signer: x, age: 900d, "
                                                                 "statement: {predicateType: "
                                                                 "\"" TAINT "\", predicate: "
                                                                 "{state: tainted}}}\n"
                                                                 "    expect: {verdict: fail}\n"
                                                                 "  - name: about another\n    "
                                                                 "subject: " SUBJECT
                                                                 "\n    claims:\n"
                                                                 "      - signer: release\n        "
                                                                 "statement:\n          "
                                                                 "predicateType: " OMS "\n"
                                                                 "          subject: [{digest: "
                                                                 "{sha256: ab}}]\n"
                                                                 "    expect: {rules: {signed: "
                                                                 "no-evidence}}\n"
                                                                 "  - name: about this one\n    "
                                                                 "subject: " SUBJECT
                                                                 "\n    claims:\n"
                                                                 "      - signer: release\n        "
                                                                 "statement:\n          _type: "
                                                                 "https://in-toto.io/Statement/v1\n"
                                                                 "          predicateType: " OMS
                                                                 "\n"
                                                                 "          subject: [{digest: "
                                                                 "{sha512: cd}}, {name: m, digest: "
                                                                 "{sha256: " HEX "}}]\n"
                                                                 "    expect: {rules: {signed: "
                                                                 "pass}}\n";

static struct sw_policy *default_policy(struct sw_arena *arena)
{
    struct sw_policy *policy = NULL;
    const char *text = sw_policy_default_text();
    assert_int_equal(sw_policy_parse(arena, sw_bytes(text, strlen(text)), &policy, NULL), SW_OK);
    return policy;
}

static enum sw_code run(struct sw_arena *arena, const char *yaml,
    struct sw_policy_test_result **results, size_t *count, struct sw_error *err)
{
    return sw_policy_run_tests(
        arena, default_policy(arena), sw_bytes(yaml, strlen(yaml)), results, count, err);
}

static void the_default_policy_decides_as_meant(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_policy_test_result *results;
    size_t count;
    struct sw_error err = {0};
    if (run(&arena, good_cases, &results, &count, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(count, 10);
    for (size_t i = 0; i < count; i++) {
        if (!results[i].passed) {
            fail_msg("%s: %s", results[i].name, results[i].detail);
        }
        assert_string_equal(results[i].detail, "");
        assert_int_equal(results[i].decision.rule_count, 7);
    }
    assert_string_equal(results[0].name, "sealed");
    assert_int_equal(results[0].line, 3);
}

/* A sealed and scanned model of known data: what is known of it decides. */
#define OF_DATA(name, predicate, verdict, rules)                                         \
    "  - name: " name "\n    claims:\n" SIGNED SCANNED("ci", "2d",                       \
        "clean") "      - {signer: release, age: 1h, statement: {predicateType: \"" DATA \
                 "\", predicate: " predicate "}}\n    expect: {verdict: " verdict        \
                 ", rules: {" rules "}}\n"
#define UNTOUCHED "tainted: [], takedowns: []"

static const char data_cases[] =
    HEAD OF_DATA("all known", "{status: complete, " UNTOUCHED ", weights: {declared: false}}",
        "pass", "data-complete: pass, weights-as-declared: pass")
        OF_DATA("gaps", "{status: gaps, " UNTOUCHED ", weights: {declared: false}}", "fail",
            "data-complete: fail, data-not-tainted: pass") OF_DATA("off its weights",
            "{status: complete, " UNTOUCHED ", weights: {declared: true, agrees: false}}", "fail",
            "data-complete: pass, weights-as-declared: fail") OF_DATA("a claim that says nothing",
            "{}", "no-evidence", "data-complete: no-evidence, weights-as-declared: pass");

static void the_default_policy_asks_for_data_that_is_told_of(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_policy_test_result *results;
    size_t count;
    struct sw_error err = {0};
    if (run(&arena, data_cases, &results, &count, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(results[i].detail, "");
        assert_true(results[i].passed);
    }
}

static void a_case_that_fails_says_every_difference(void **state)
{
    (void)state;
    static const char yaml[] =
        HEAD "  - name: hopeful\n    expect: {verdict: pass, rules: {signed: "
             "pass, not-tainted: fail, scanned: no-evidence}}\n";
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_policy_test_result *results;
    size_t count;
    assert_int_equal(run(&arena, yaml, &results, &count, NULL), SW_OK);
    assert_int_equal(count, 1);
    assert_false(results[0].passed);
    assert_string_equal(results[0].detail,
        "expected pass, got no-evidence; signed: expected pass, got no-evidence: no claim of "
        "type " OMS
        " is about this subject; not-tainted: expected fail, got pass: no claim of type " TAINT
        " is about this subject");
}

static void each_mistake_is_named_with_its_line(void **state)
{
    (void)state;
    static const char claim_keys[] = HEAD "  - name: a\n    expect: {verdict: pass}\n    claims:\n";
    static const struct {
        const char *yaml; /* behind claim_keys when it begins with a space */
        const char *message;
    } rows[] = {
        {"", "line 1: the file is empty; it needs 'version: 1' and 'cases'"},
        {"- a\n", "line 1: a policy test must be a mapping of keys to values"},
        {"version: 1\n", "line 1: a policy test needs 'cases'"},
        {"version: 1\ncases:\n", "line 2: there are no cases; an empty test shows nothing"},
        {"version: 1\ncases: []\n", "line 2: there are no cases; an empty test shows nothing"},
        {"version: 2\ncases: []\n",
            "line 1: version 2 is unknown; this sealwright reads version 1"},
        {HEAD "  - expect: {verdict: pass}\n", "line 3: a case needs 'name'"},
        {HEAD "  - name: a\n", "line 3: a case needs 'expect'"},
        {HEAD "  - {name: a, expect: {}}\n", "line 3: 'expect' needs 'verdict' or 'rules'"},
        {HEAD "  - {name: a, expect: {verdict: maybe}}\n",
            "line 3: 'verdict' must be pass, fail or no-evidence"},
        {HEAD "  - {name: a, expect: {rules: {}}}\n",
            "line 3: 'rules' must map names of rules to verdicts"},
        {HEAD "  - {name: a, expect: {rules: {signed: yes}}}\n",
            "line 3: rule 'signed' must be pass, fail or no-evidence"},
        {HEAD "  - {name: a, expect: {rules: {sined: pass}}}\n",
            "line 3: the policy has no rule 'sined'"},
        {HEAD "  - {name: a, expect: {verdict: pass}, now: today}\n",
            "line 3: 'now' must be a date such as 2026-12-31 or a time such as "
            "2026-12-31T12:00:00Z"},
        {HEAD "  - {name: a, expect: {verdict: pass}, subject: x}\n",
            "line 3: 'subject' must be a digest such as sha256: and 64 hexadecimal digits"},
        {HEAD "  - {name: a, expect: {verdict: pass}, claims: x}\n",
            "line 3: 'claims' must be a list"},
        {HEAD "  - {name: a, expects: {verdict: pass}}\n",
            "line 3: a case has no key 'expects'; its keys are name, now, subject, claims, expect"},
        {"      - {signer: a}\n", "line 6: a claim needs 'statement'"},
        {"      - {age: 1d, signer: 5, statement: {predicateType: t}}\n",
            "line 6: 'signer' must be text; put it in quotes"},
        {"      - {age: 1, statement: {predicateType: t}}\n",
            "line 6: 'age' must be a span such as 2d, or -2d for a time still to come"},
        {"      - {age: --1d, statement: {predicateType: t}}\n",
            "line 6: 'age' must be a span such as 2d, or -2d for a time still to come"},
        {"      - {statement: {}}\n", "line 6: 'statement' needs 'predicateType', a text"},
        {"      - {statement: t}\n", "line 6: 'statement' needs 'predicateType', a text"},
        {"      - {statement: {predicateType: t, predicate: [1]}}\n",
            "line 6: 'predicate' must be a mapping"},
        {"      - {statement: {predicateType: t, subject: x}}\n",
            "line 6: 'subject' must be a list"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        bool inner = rows[i].yaml[0] == ' ';
        const char *yaml = sw_arena_printf(&arena, "%s%s", inner ? claim_keys : "", rows[i].yaml);
        struct sw_policy_test_result *results = NULL;
        size_t count = 99;
        struct sw_error err = {0};
        assert_int_equal(run(&arena, yaml, &results, &count, &err), SW_E_FORMAT);
        assert_string_equal(err.text, rows[i].message);
        assert_null(results);
        assert_int_equal(count, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_policy_decides_as_meant),
        cmocka_unit_test(the_default_policy_asks_for_data_that_is_told_of),
        cmocka_unit_test(a_case_that_fails_says_every_difference),
        cmocka_unit_test(each_mistake_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
