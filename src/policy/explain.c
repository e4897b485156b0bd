/* A policy in plain words. */
#include "policy/gate.h"

const char *sw_rule_signers(struct sw_arena *arena, const struct sw_rule *rule)
{
    if (rule->by == NULL) {
        return "any trusted signer";
    }
    const char *text = rule->by[0];
    for (size_t i = 1; i < rule->by_count && text != NULL; i++) {
        text = sw_arena_printf(
            arena, "%s%s%s", text, i + 1 == rule->by_count ? " or " : ", ", rule->by[i]);
    }
    return text;
}

const char *sw_rule_where(struct sw_arena *arena, const struct sw_rule *rule)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < rule->where_count; i++) {
        if ((i > 0 && sw_buf_puts(&text, " and ") != SW_OK) ||
            sw_condition_describe(&rule->where[i], SW_PHRASE_IS, &text) != SW_OK) {
            return NULL;
        }
    }
    return sw_arena_strdup(arena, sw_buf_cstr(&text));
}

static enum sw_code explain_rule(
    struct sw_arena *arena, const struct sw_rule *rule, size_t number, struct sw_buf *out)
{
    const char *signers = sw_rule_signers(arena, rule);
    SW_TRY_PTR(signers);
    SW_TRY(sw_buf_printf(out, "%zu. %s: %s claim of type %s about the artifact, signed by %s",
        number, rule->name, rule->forbid ? "no" : "a", rule->type, signers));
    if (rule->fresh_text != NULL) {
        const char *span = sw_gate_span(arena, rule->fresh);
        SW_TRY_PTR(span);
        SW_TRY(sw_buf_printf(out, ", at most %s old", span));
    }
    if (rule->where_count > 0) {
        const char *where = sw_rule_where(arena, rule);
        SW_TRY_PTR(where);
        SW_TRY(sw_buf_printf(out, ", in which %s", where));
    }
    SW_TRY(sw_buf_puts(out, ".\n"));
    return rule->description[0] == '\0' ? SW_OK : sw_buf_printf(out, "   %s\n", rule->description);
}

static enum sw_code explain_waiver(const struct sw_waiver *waiver, struct sw_buf *out)
{
    char subject[SW_DIGEST_TEXT_SIZE];
    char until[SW_TIME_TEXT_SIZE];
    sw_digest_text(&waiver->subject, subject);
    sw_time_format(waiver->expires, until);
    return sw_buf_printf(out, "Until %s, %s is waived for %s by %s because \"%s\".\n", until,
        waiver->rule, subject, waiver->owner, waiver->reason);
}

enum sw_code sw_policy_explain(
    struct sw_arena *arena, const struct sw_policy *policy, struct sw_buf *out)
{
    char digest[SW_DIGEST_TEXT_SIZE];
    sw_digest_text(&policy->digest, digest);
    SW_TRY(sw_buf_printf(out, "Policy %s (%s)\n", policy->name, digest));
    if (policy->description[0] != '\0') {
        SW_TRY(sw_buf_printf(out, "%s\n", policy->description));
    }
    if (policy->rule_count == 0) {
        return sw_buf_puts(out, "It has no rules, so nothing can pass: the answer is always no "
                                "evidence.\n");
    }
    SW_TRY(sw_buf_printf(out,
        "An artifact passes when %s. It fails when any rule fails; otherwise there is "
        "no evidence.\n",
        policy->rule_count == 1 ? "this rule passes" : "every one of these rules passes"));
    for (size_t i = 0; i < policy->rule_count; i++) {
        SW_TRY(explain_rule(arena, &policy->rules[i], i + 1, out));
    }
    for (size_t i = 0; i < policy->waiver_count; i++) {
        SW_TRY(explain_waiver(&policy->waivers[i], out));
    }
    return SW_OK;
}
