#include "scan/format.h"
#include "scan/pickle.h"
#include "scan/rule.h"

#include "version.h"

const char *sw_severity_name(enum sw_severity severity)
{
    static const char *const names[] = {"info", "low", "medium", "high", "critical"};
    return (size_t)severity < SW_COUNT(names) ? names[severity] : "unknown";
}

const char *sw_scan_status_name(enum sw_scan_status status)
{
    static const char *const names[] = {"parsed", "plain", "recognised", "unknown", "failed"};
    return (size_t)status < SW_COUNT(names) ? names[status] : "unknown";
}

const char *sw_scan_verdict_name(enum sw_scan_verdict verdict)
{
    static const char *const names[] = {"clean", "notes", "refused", "refused"};
    return (size_t)verdict < SW_COUNT(names) ? names[verdict] : "unknown";
}

const char *sw_scan_verdict_reason(enum sw_scan_verdict verdict)
{
    return verdict == SW_SCAN_REFUSED       ? "found"
           : verdict == SW_SCAN_NO_EVIDENCE ? "not-read"
                                            : NULL;
}

static const struct sw_rule_set *const rule_sets[] = {
    &sw_rules_common,
    &sw_rules_pickle,
    &sw_rules_containers,
    &sw_rules_tensors,
    &sw_rules_graphs,
    &sw_rules_repository,
    &sw_rules_template,
    &sw_rules_settings,
    &sw_rules_code,
    &sw_rules_tokenizer,
    &sw_rules_xml,
};

const struct sw_rule *sw_scan_rule_at(size_t index)
{
    for (size_t i = 0; i < SW_COUNT(rule_sets); i++) {
        if (index < rule_sets[i]->count) {
            return &rule_sets[i]->rules[index];
        }
        index -= rule_sets[i]->count;
    }
    return NULL;
}

const struct sw_rule *sw_scan_rule(const char *id)
{
    const struct sw_rule *rule;
    for (size_t i = 0; (rule = sw_scan_rule_at(i)) != NULL; i++) {
        if (strcmp(rule->id, id) == 0) {
            return rule;
        }
    }
    return NULL;
}

static void hash_rule(struct sw_hash *hash, const struct sw_rule *rule)
{
    const char *const words[] = {
        rule->id, rule->title, rule->advice, rule->advisories, rule->atlas, rule->cosai};
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        sw_hash_update(hash, words[i], strlen(words[i]) + 1);
    }
}

static void hash_format(struct sw_hash *hash, const struct sw_format *format)
{
    uint8_t traits[] = {
        format->parse != NULL, format->holds_files, format->plain, (uint8_t)format->broken};
    sw_hash_update(hash, format->id, strlen(format->id) + 1);
    sw_hash_update(hash, format->names, strlen(format->names) + 1);
    sw_hash_update(hash, traits, sizeof(traits));
}

void sw_scan_rules_digest(struct sw_digest *out)
{
    sw_scan_rules_digest_of(sw_packs_builtin(), out);
}

/* The version, and the edition of what else is in code and not in tables. */
void sw_scan_rules_digest_of(const struct sw_packs *packs, struct sw_digest *out)
{
    static const char title[] =
        "sealwright scan rules " SW_VERSION
        ", 9: tensors of torch archives and legacy files, UBJSON, Keras metadata";
    struct sw_hash hash;
    *out = (struct sw_digest){0};
    if (sw_hash_init(&hash, SW_SHA256) != SW_OK) {
        return;
    }
    sw_hash_update(&hash, title, sizeof(title));
    for (size_t i = 0; i < sw_format_count; i++) {
        hash_format(&hash, sw_formats[i]);
    }
    const struct sw_rule *rule;
    for (size_t i = 0; (rule = sw_scan_rule_at(i)) != NULL; i++) {
        hash_rule(&hash, rule);
    }
    sw_zip_rules_hash(&hash);
    sw_tar_rules_hash(&hash);
    sw_pickle_rules_hash(&hash);
    sw_packs_hash(packs, &hash);
    sw_hash_final(&hash, out);
}
