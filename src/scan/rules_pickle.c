/* What pickles can do. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "pickle-import",
        .title = "Loading runs code that is not on the list of what weights need",
        .advice = "do not load it; ask the maker for safetensors, or allow the import by a pack if "
                  "you know it",
        .advisories = "CVE-2025-32434",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-library",
        .title = "Loading makes objects of a library that a pack allows",
        .advice = "load it with that library at a version that its maker still mends",
        .advisories = "",
        .atlas = "",
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-import-unresolved",
        .title = "Loading imports something whose name is computed",
        .advice = "do not load it",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-extension",
        .title = "Loading imports by a number of the extension registry",
        .advice = "do not load it",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-readers-differ",
        .title = "Python's two unpicklers read the pickle differently",
        .advice = "do not load it; no program that writes pickles makes this",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-call",
        .title = "Loading calls something that is no plain import",
        .advice = "do not load it",
        .advisories = "",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-build",
        .title = "Loading changes a module, class or function",
        .advice = "do not load it",
        .advisories = "GHSA-mhc9-48gj-9gp3",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-store",
        .title = "Loading stores items into what takes none",
        .advice = "do not load it with torch before 2.10",
        .advisories = "CVE-2026-24747",
        .atlas = SW_ATLAS_UNSAFE_ARTIFACT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-hidden",
        .title = "A pickle stands where no loader should find one",
        .advice = "do not load it; find out who put it there",
        .advisories = "CVE-2025-1944",
        .atlas = SW_ATLAS_MALWARE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-polyglot",
        .title = "The file is a pickle besides what it seems to be",
        .advice = "do not load it; find out who made it",
        .advisories = "",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "pickle-trailing",
        .title = "Bytes stand behind the end of the pickle",
        .advice = "compare with the original of its maker",
        .advisories = "",
        .atlas = SW_ATLAS_MALWARE,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "pickle-broken",
        .title = "The pickle breaks off, after what ran before",
        .advice = "fetch it again from its maker; what ran before the break counts",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
};

const struct sw_rule_set sw_rules_pickle = {rules, SW_COUNT(rules)};
