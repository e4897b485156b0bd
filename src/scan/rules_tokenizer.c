/* What tokenizers can do, and what is left in text. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "secret-in-file",
        .title = "A key to a service stands in a file",
        .advice = "revoke it; whoever has the model has it",
        .advisories = "",
        .atlas = SW_ATLAS_MALWARE,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "template-drift",
        .title = "Two files give different chat templates",
        .advice = "compare with the original of its maker; say to the loader which one to use",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "tokenizer-beyond",
        .title = "A token has an id that the model does not know",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "tokenizer-broken",
        .title = "A tokenizer that cannot be judged",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "tokenizer-drift",
        .title = "Two files give a token different ids or contents",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "tokenizer-id",
        .title = "Two tokens share an id, or one has none",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "tokenizer-replace",
        .title = "A rule of the tokenizer changes words",
        .advice = "do not use it; it can change what the model reads and what it says",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "tokenizer-special",
        .title = "An ordinary word is a mark",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_POISONED_MODEL,
        .cosai = SW_COSAI_TAMPERING,
    },
};

const struct sw_rule_set sw_rules_tokenizer = {rules, SW_COUNT(rules)};
