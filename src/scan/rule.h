/* What the scanner can find, by topic: one file of rows each (rules_*.c), and one line here and in
 * rules.c. Private to scan. */
#ifndef SW_SCAN_RULE_H
#define SW_SCAN_RULE_H

#include "scan/scan.h"

struct sw_rule_set {
    const struct sw_rule *rules;
    size_t count;
};

extern const struct sw_rule_set sw_rules_common;
extern const struct sw_rule_set sw_rules_pickle;
extern const struct sw_rule_set sw_rules_containers;
extern const struct sw_rule_set sw_rules_tensors;
extern const struct sw_rule_set sw_rules_graphs;
extern const struct sw_rule_set sw_rules_repository;
extern const struct sw_rule_set sw_rules_template;
extern const struct sw_rule_set sw_rules_settings;
extern const struct sw_rule_set sw_rules_code;
extern const struct sw_rule_set sw_rules_tokenizer;
extern const struct sw_rule_set sw_rules_xml;

/* Sources of the ids: MITRE ATLAS 5.1, and the CoSAI risk map. */
#define SW_ATLAS_UNSAFE_ARTIFACT "AML.T0011.000"
#define SW_ATLAS_POISONED_MODEL "AML.T0018.000"
#define SW_ATLAS_ARCHITECTURE "AML.T0018.001"
#define SW_ATLAS_MALWARE "AML.T0018.002"
#define SW_ATLAS_MASQUERADE "AML.T0074"
#define SW_ATLAS_CORRUPT "AML.T0076"
#define SW_COSAI_LOADER "riskMaliciousLoaderDeserialization"
#define SW_COSAI_TAMPERING "riskModelSourceTampering"
#define SW_COSAI_DENIAL "riskDenialOfMLService"

#endif
