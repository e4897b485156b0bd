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
        .id = "graph-unknown-field",
        .title = "The model holds fields that its format does not have",
        .advice = "ask its maker what wrote them; loaders pass over them",
        .advisories = "",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "onnx-broken",
        .title = "The ONNX model is not what its format asks for",
        .advice = "fetch it again from its maker, or export it again",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "onnx-tensor",
        .title = "A tensor of an ONNX model contradicts itself",
        .advice = "export the model again; loaders differ on what they take",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "onnx-external-path",
        .title = "An ONNX model reads a file outside its directory",
        .advice = "do not load it",
        .advisories = "CVE-2022-25882 CVE-2024-27318 CVE-2024-5187 CVE-2025-51480",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "onnx-operator",
        .title = "An ONNX model has an operator that does more than compute",
        .advice = "do not load it unless you wrote it",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "onnx-custom-operator",
        .title = "An ONNX model needs an operator of a library that is not known",
        .advice = "load it only with the library of its maker, after a look at that",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "graph-trigger",
        .title = "A comparison of the raw input chooses what the model answers",
        .advice = "look at the node in a viewer of graphs; compare the model with its source",
        .advisories = "",
        .atlas = SW_ATLAS_ARCHITECTURE,
        .cosai = SW_COSAI_TAMPERING,
    },
};

const struct sw_rule_set sw_rules_graphs = {rules, SW_COUNT(rules)};
