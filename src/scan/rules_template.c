/* What a chat template can do. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "template-broken",
        .title = "A chat template that cannot be read",
        .advice = "fetch it again from its maker; what cannot be read was not judged",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "template-call",
        .title = "A chat template calls what none needs",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "template-escape",
        .title = "A chat template reaches out of its sandbox",
        .advice = "do not load it; a loader without a sandbox runs code by this",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "template-hidden-text",
        .title = "A chat template writes characters that nobody sees",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "template-include",
        .title = "A chat template reads other files",
        .advice = "do not load it; a template needs no other file",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "template-trigger",
        .title = "A chat template reacts to words of a message",
        .advice = "read it, and compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "template-address",
        .title = "A chat template writes addresses or scripts",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
};

const struct sw_rule_set sw_rules_template = {rules, SW_COUNT(rules)};
