/* What settings can do of which loaders make objects: Keras' and skops'. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "keras-lambda",
        .title = "A Keras model carries Python code",
        .advice = "do not load it; ask its maker for one whose layers are Keras' own",
        .advisories = "CVE-2024-3660 CVE-2025-9905 CVE-2025-9906",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "keras-import",
        .title = "A Keras model imports what is not for models",
        .advice = "do not load it",
        .advisories = "CVE-2025-1550 CVE-2025-8747 CVE-2025-9906 CVE-2025-49655",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "keras-custom",
        .title = "A Keras model needs a class or function that is not Keras' own",
        .advice = "load it only with the code of its maker, after a look at that",
        .advisories = "CVE-2024-3660",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "keras-path",
        .title = "A layer of a Keras model opens a file that its settings name",
        .advice = "put the words themselves into the model",
        .advisories = "CVE-2025-12058",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "keras-broken",
        .title = "The settings of a Keras model cannot be read",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "skops-type",
        .title = "A skops model names a type or function that is not for models",
        .advice = "do not load it",
        .advisories = "CVE-2025-54412 CVE-2025-54413 CVE-2024-37065",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "skops-custom",
        .title = "A skops model needs a type of a library that is not known",
        .advice = "load it only after a look at that library",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "skops-broken",
        .title = "The schema of a skops model cannot be read",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "tfjs-weights",
        .title = "A TensorFlow.js model takes its weights from where they should not be",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_TAMPERING,
    },
};

const struct sw_rule_set sw_rules_settings = {rules, SW_COUNT(rules)};
