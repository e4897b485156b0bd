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
    {
        .id = "data-missing",
        .title = "A file that holds numbers of the model is not there",
        .advice = "fetch all files of the model",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "data-size",
        .title = "The files that hold the numbers of a model are not of the size that it needs",
        .advice = "fetch them again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_TAMPERING,
    },
};

const struct sw_rule_set sw_rules_repository = {rules, SW_COUNT(rules)};
