/* What stands beside the weights: templates, settings, code. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "repository-check-failed",
        .title = "The files could not be looked at together",
        .advice = "scan again; if it stays so, treat the model as hostile",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_DENIAL,
    },
};

const struct sw_rule_set sw_rules_repository = {rules, SW_COUNT(rules)};
