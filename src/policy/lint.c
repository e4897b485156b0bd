/* What is legal in a policy but surely not meant. */
#include "policy/rule.h"

#include <inttypes.h>

struct lint {
    struct sw_arena *arena;
    const char **lines;
    size_t count;
    size_t cap;
};

/* Takes NULL for a line that could not be made. */
static enum sw_code add_line(struct lint *lint, const char *line)
{
    const char **lines =
        sw_arena_grow(lint->arena, lint->lines, lint->count, &lint->cap, sizeof(lint->lines[0]));
    if (lines == NULL || line == NULL) {
        return SW_E_NOMEM;
    }
    lines[lint->count++] = line;
    lint->lines = lines;
    return SW_OK;
}

static enum sw_code lint_rule(
    struct lint *lint, const struct sw_rule *rule, const struct sw_trust *trust)
{
    for (size_t i = 0; i < rule->by_count; i++) {
        if (!sw_trust_has(trust, sw_str(rule->by[i]))) {
            SW_TRY(
                add_line(lint, sw_arena_printf(lint->arena,
                                   "rule '%s' names the signer '%s', whom trust.yaml does not have",
                                   rule->name, rule->by[i])));
        }
    }
    return SW_OK;
}

static enum sw_code lint_waiver(
    struct lint *lint, const struct sw_policy *policy, const struct sw_waiver *waiver, int64_t now)
{
    if (sw_policy_rule(policy, sw_str(waiver->rule)) == NULL) {
        SW_TRY(add_line(
            lint, sw_arena_printf(lint->arena,
                      "line %" PRIu64 ": the waiver is for rule '%s', which does not exist",
                      waiver->line, waiver->rule)));
    }
    if (now < waiver->expires) {
        return SW_OK;
    }
    char until[SW_TIME_TEXT_SIZE];
    sw_time_format(waiver->expires, until);
    return add_line(
        lint, sw_arena_printf(lint->arena,
                  "line %" PRIu64 ": the waiver of rule '%s' expired at %s and no longer applies",
                  waiver->line, waiver->rule, until));
}

enum sw_code sw_policy_lint(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_trust *trust, int64_t now, const char ***warnings, size_t *count)
{
    struct lint lint = {.arena = arena};
    if (policy->rule_count == 0) {
        SW_TRY(add_line(&lint, "the policy has no rules, so nothing can pass"));
    }
    if (sw_trust_has(trust, sw_str("any"))) {
        SW_TRY(add_line(&lint, "trust.yaml has a signer named 'any', whom no rule can name"));
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        SW_TRY(lint_rule(&lint, &policy->rules[i], trust));
    }
    for (size_t i = 0; i < policy->waiver_count; i++) {
        SW_TRY(lint_waiver(&lint, policy, &policy->waivers[i], now));
    }
    *warnings = lint.lines;
    *count = lint.count;
    return SW_OK;
}
