/* A policy and its test file, with a NUL between them; without one, a test file for the default
 * policy. Every decision must be whole: words for every rule, and the sum as the rules say. */
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_decision(const struct sw_decision *decision)
{
    bool passed = decision->rule_count > 0;
    for (size_t i = 0; i < decision->rule_count; i++) {
        const struct sw_gate_rule *rule = &decision->rules[i];
        passed = passed && rule->verdict == SW_GATE_PASS;
        if (rule->reason[0] == '\0' ||
            (rule->satisfy[0] == '\0') != (rule->verdict == SW_GATE_PASS)) {
            abort();
        }
    }
    if (passed != (decision->verdict == SW_GATE_PASS)) {
        abort();
    }
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    if (sw_decision_predicate(decision, "urn:a", "urn:b", &predicate) != SW_OK) {
        abort();
    }
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    struct sw_json root;
    if (sw_json_parse(&arena, sw_buf_bytes(&predicate), NULL, &root, NULL) != SW_OK) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, (size_t)64 << 20);
    struct sw_bytes policy_text =
        sw_bytes(sw_policy_default_text(), strlen(sw_policy_default_text()));
    struct sw_bytes cases = sw_bytes(data, size);
    struct sw_cursor cur = sw_cursor(cases);
    if (sw_cur_until(&cur, 0, &policy_text) == SW_OK) {
        cases = sw_bytes(data + cur.pos, sw_cur_left(&cur));
    }
    struct sw_policy *policy;
    struct sw_policy_test_result *results;
    size_t count;
    struct sw_error err = {0};
    if (sw_policy_parse(&arena, policy_text, &policy, &err) != SW_OK ||
        sw_policy_run_tests(&arena, policy, cases, &results, &count, &err) != SW_OK) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        check_decision(&results[i].decision);
    }
    return 0;
}
