/* What archives can do. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "compressed-broken",
        .title = "Compressed data breaks off or is damaged",
        .advice = "fetch it again from its maker; what came before the damage was looked at",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "compressed-structure",
        .title = "Some readers unpack this and others refuse it",
        .advice = "do not load it; have it packed anew",
        .advisories = "",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "compressed-trailing",
        .title = "Bytes stand behind compressed data",
        .advice = "find out who appended them; readers differ in what they do with them",
        .advisories = "",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "zip-structure",
        .title = "Two readers of this archive see different content",
        .advice = "do not load it; have it packed anew from its members",
        .advisories = "CVE-2025-1944 CVE-2025-1945 CVE-2025-10156",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "zip-appended",
        .title = "An archive stands at the end of a file of another format",
        .advice = "do not load it; find out who appended it",
        .advisories = "",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "zip-broken",
        .title = "An archive whose directory cannot be listed",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "zip-crc",
        .title = "A member has another checksum than stated",
        .advice = "fetch it again from its maker",
        .advisories = "CVE-2025-10156",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_TAMPERING,
    },
    {
        .id = "zip-flags",
        .title = "A member claims to be encrypted and is not",
        .advice = "do not load it; some scanners pass over such members",
        .advisories = "CVE-2025-1945",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "zip-member",
        .title = "A member cannot be read",
        .advice = "fetch it again from its maker",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "zip-size",
        .title = "A member has another size than stated",
        .advice = "do not load it",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
};

const struct sw_rule_set sw_rules_containers = {rules, SW_COUNT(rules)};
