/* What can happen to any file. */
#include "scan/rule.h"

static const struct sw_rule rules[] = {
    {
        .id = "name-mismatch",
        .title = "The name says another format than the content has",
        .advice = "rename the file after its content, or take it away",
        .advisories = "CVE-2025-1889 CVE-2025-10155",
        .atlas = SW_ATLAS_MASQUERADE,
        .cosai = SW_COSAI_LOADER,
    },
    {
        .id = "not-opened",
        .title = "A container was not opened",
        .advice = "unpack it and scan what was in it, or take it away",
        .advisories = "",
        .atlas = "",
        .cosai = "",
    },
    {
        .id = "not-read",
        .title = "Content was not read",
        .advice = "name the format in the policy if you take it unread, or take the file away",
        .advisories = "",
        .atlas = "",
        .cosai = "",
    },
    {
        .id = "over-limit",
        .title = "A limit was reached before the end",
        .advice = "find out why the file is so large or so deep; do not load it before",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_DENIAL,
    },
    {
        .id = "parser-failed",
        .title = "The parser of this file gave no answer",
        .advice = "treat the file as hostile until it is known why",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_DENIAL,
    },
    {
        .id = "time-limit",
        .title = "The time of the whole scan was over",
        .advice = "scan again with a longer --time-limit",
        .advisories = "",
        .atlas = "",
        .cosai = "",
    },
    {
        .id = "unreadable",
        .title = "The file could not be read",
        .advice = "make it readable and leave it alone while it is scanned",
        .advisories = "",
        .atlas = "",
        .cosai = "",
    },
    {
        .id = "broken",
        .title = "The file breaks the rules of its format",
        .advice = "fetch it again from its maker and compare digests",
        .advisories = "",
        .atlas = SW_ATLAS_CORRUPT,
        .cosai = SW_COSAI_LOADER,
    },
};

const struct sw_rule_set sw_rules_common = {rules, SW_COUNT(rules)};
