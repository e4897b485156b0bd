/* What models that are graphs or programs can do. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "graph-broken",
        .title = "The model is not what its format asks for",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "xgboost-broken",
        .title = "A model that is not what XGBoost writes",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "xgboost-index",
        .title = "A tree leads to a node or feature that is not there",
        .advice = "do not load it; loaders read out of bounds by this",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
};

const struct sw_rule_set sw_rules_graphs = {rules, SW_COUNT(rules)};
