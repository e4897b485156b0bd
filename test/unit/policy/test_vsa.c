/* The verdict's predicate. With SW_VSA_OUT naming a directory, every predicate that is made here is
 * also written there, for test/cmd/vsa_schema.sh to hold against the schema. */
#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW ((int64_t)1767225600) /* 2026-01-01T00:00:00Z */

static struct sw_digest digest_of(uint8_t byte)
{
    struct sw_digest digest = {.alg = SW_SHA256, .len = 32};
    memset(digest.bytes, byte, 32);
    return digest;
}

static struct sw_digest weighed[4];

/* One rule of each verdict, and one that is waived. */
static struct sw_gate_rule rules[4];

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < SW_COUNT(weighed); i++) {
        weighed[i] = digest_of((uint8_t)(0x11 * (i + 1)));
    }
    rules[0] = (struct sw_gate_rule){
        "signed", SW_GATE_PASS, "it is \"there\"\n", "", weighed[0], false, weighed, 2};
    rules[1] =
        (struct sw_gate_rule){"waived.one", SW_GATE_PASS, "waived by jane", "", {0}, true, NULL, 0};
    rules[2] = (struct sw_gate_rule){"scanned", SW_GATE_NO_EVIDENCE, "nothing is known",
        "run: sealwright seal PATH", {0}, false, weighed + 1, 2};
    rules[3] = (struct sw_gate_rule){"not-tainted", SW_GATE_FAIL, "it is tainted",
        "use another artifact", weighed[3], false, weighed + 3, 1};
    return 0;
}

static struct sw_decision decision_of(enum sw_gate_verdict verdict, size_t rule_count)
{
    return (struct sw_decision){.verdict = verdict,
        .subject = digest_of(1),
        .time = NOW,
        .rules = rules,
        .rule_count = rule_count,
        .policy_name = "default",
        .policy_digest = digest_of(2)};
}

static void keep(const char *name, const struct sw_buf *text)
{
    const char *dir = getenv("SW_VSA_OUT");
    if (dir == NULL) {
        return;
    }
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const char *path = sw_path_join(&arena, dir, name);
    struct sw_error err = {0};
    if (sw_file_write(path, sw_buf_bytes(text), 0644, 0, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static struct sw_json write_and_parse(
    struct sw_arena *arena, const struct sw_decision *decision, const char *name)
{
    struct sw_buf *text = SW_ARENA_NEW(arena, struct sw_buf);
    assert_non_null(text);
    assert_int_equal(
        sw_decision_predicate(decision, "https://example.com/gate", "file:model", text), SW_OK);
    keep(name, text);
    struct sw_json root;
    struct sw_bytes copy = {sw_arena_copy(arena, sw_buf_bytes(text)), text->len};
    assert_int_equal(sw_json_parse(arena, copy, NULL, &root, NULL), SW_OK);
    sw_buf_release(text);
    return root;
}

static void is(const struct sw_json *root, const char *path, const char *expected)
{
    if (!sw_json_is(sw_json_path(root, sw_str(path)), expected)) {
        fail_msg("%s is not \"%s\"", path, expected);
    }
}

static void a_pass_is_passed(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_decision decision = decision_of(SW_GATE_PASS, 2);
    struct sw_json root = write_and_parse(&arena, &decision, "pass.json");
    is(&root, "verifier.id", "https://example.com/gate");
    assert_non_null(sw_json_path(&root, sw_str("verifier.version.sealwright")));
    is(&root, "timeVerified", "2026-01-01T00:00:00Z");
    is(&root, "resourceUri", "file:model");
    is(&root, "policy.uri", "urn:sealwright:policy:default");
    is(&root, "policy.digest.sha256",
        "0202020202020202020202020202020202020202020202020202020202020202");
    is(&root, "verificationResult", "PASSED");
    assert_int_equal(sw_json_get(&root, "verifiedLevels")->count, 0);
    is(&root, "sealwright_verdict", "pass");
    is(&root, "sealwright_rules.0.reason", "it is \"there\"\n");
    assert_null(sw_json_path(&root, sw_str("sealwright_rules.1.claim")));
    bool waived = false;
    assert_true(sw_json_bool(sw_json_path(&root, sw_str("sealwright_rules.1.waived")), &waived));
    assert_true(waived);
}

static void what_is_no_pass_is_failed(void **state)
{
    (void)state;
    static const struct {
        enum sw_gate_verdict verdict;
        size_t rules;
        const char *name;
        const char *file;
    } rows[] = {
        {SW_GATE_FAIL, 4, "fail", "fail.json"},
        {SW_GATE_NO_EVIDENCE, 3, "no-evidence", "no-evidence.json"},
        {SW_GATE_NO_EVIDENCE, 0, "no-evidence", "no-rules.json"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_decision decision = decision_of(rows[i].verdict, rows[i].rules);
        struct sw_json root = write_and_parse(&arena, &decision, rows[i].file);
        is(&root, "verificationResult", "FAILED");
        is(&root, "verifiedLevels.0", "FAILED");
        is(&root, "sealwright_verdict", rows[i].name);
        assert_int_equal(sw_json_get(&root, "sealwright_rules")->count, rows[i].rules);
    }
}

static void every_claim_that_was_weighed_is_listed_once(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_decision decision = decision_of(SW_GATE_FAIL, 4);
    struct sw_json root = write_and_parse(&arena, &decision, "inputs.json");
    const struct sw_json *inputs = sw_json_get(&root, "inputAttestations");
    assert_int_equal(inputs->count, 4);
    for (size_t i = 0; i < SW_COUNT(weighed); i++) {
        char text[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&weighed[i], text);
        is(sw_json_item(inputs, i), "uri",
            sw_arena_printf(&arena, "urn:sealwright:evidence:%s", text));
        is(sw_json_item(inputs, i), "digest.sha256", text + strlen("sha256:"));
    }
}

static void the_same_decision_gives_the_same_bytes(void **state)
{
    (void)state;
    struct sw_decision decision = decision_of(SW_GATE_FAIL, 4);
    SW_CLEANUP(buf) struct sw_buf one = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf two = SW_BUF_INIT;
    assert_int_equal(sw_decision_predicate(&decision, "urn:a", "urn:b", &one), SW_OK);
    assert_int_equal(sw_decision_predicate(&decision, "urn:a", "urn:b", &two), SW_OK);
    assert_string_equal(sw_buf_cstr(&one), sw_buf_cstr(&two));
}

static void a_summary_for_nobody_or_nothing_is_refused(void **state)
{
    (void)state;
    struct sw_decision decision = decision_of(SW_GATE_PASS, 1);
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    assert_int_equal(sw_decision_predicate(&decision, "", "urn:b", &out), SW_E_USAGE);
    assert_int_equal(sw_decision_predicate(&decision, "urn:a", "", &out), SW_E_USAGE);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_passed),
        cmocka_unit_test(what_is_no_pass_is_failed),
        cmocka_unit_test(every_claim_that_was_weighed_is_listed_once),
        cmocka_unit_test(the_same_decision_gives_the_same_bytes),
        cmocka_unit_test(a_summary_for_nobody_or_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
