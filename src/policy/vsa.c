/* The verdict as a claim: SLSA Verification Summary v1. doc/claims/vsa.md is the page, and
 * doc/claims/vsa.schema.json the schema. */
#include "policy/policy.h"

#include "version.h"

static void write_digest(struct sw_json_writer *w, const struct sw_digest *digest)
{
    char hex[2 * SW_DIGEST_MAX + 1];
    sw_digest_hex(digest, hex);
    sw_jw_object(w, "digest");
    sw_jw_text(w, sw_digest_alg_name(digest->alg), hex);
    sw_jw_object_end(w);
}

static void write_verifier(struct sw_json_writer *w, const char *verifier_id)
{
    sw_jw_object(w, "verifier");
    sw_jw_text(w, "id", verifier_id);
    sw_jw_object(w, "version");
    sw_jw_text(w, "sealwright", SW_VERSION);
    sw_jw_object_end(w);
    sw_jw_object_end(w);
}

/* A name has only letters, digits, '.', '_' and '-', which a URN takes as they are (RFC 8141). */
static enum sw_code write_policy(struct sw_json_writer *w, const struct sw_decision *decision)
{
    SW_CLEANUP(buf) struct sw_buf uri = SW_BUF_INIT;
    SW_TRY(sw_buf_printf(&uri, "urn:sealwright:policy:%s", decision->policy_name));
    sw_jw_object(w, "policy");
    sw_jw_text(w, "uri", sw_buf_cstr(&uri));
    write_digest(w, &decision->policy_digest);
    sw_jw_object_end(w);
    return SW_OK;
}

static bool was_written(const struct sw_decision *decision, size_t rule, size_t index)
{
    const struct sw_digest *digest = &decision->rules[rule].weighed[index];
    for (size_t r = 0; r <= rule; r++) {
        size_t end = r == rule ? index : decision->rules[r].weighed_count;
        for (size_t i = 0; i < end; i++) {
            if (sw_digest_equal(&decision->rules[r].weighed[i], digest)) {
                return true;
            }
        }
    }
    return false;
}

static void write_input(struct sw_json_writer *w, const struct sw_digest *digest)
{
    char uri[SW_DIGEST_TEXT_SIZE + 32] = "urn:sealwright:evidence:";
    sw_digest_text(digest, uri + strlen(uri));
    sw_jw_object(w, NULL);
    sw_jw_text(w, "uri", uri);
    write_digest(w, digest);
    sw_jw_object_end(w);
}

/* Every claim that was weighed, each once: "all the attestations used" (VSA, inputAttestations). */
static void write_inputs(struct sw_json_writer *w, const struct sw_decision *decision)
{
    sw_jw_array(w, "inputAttestations");
    for (size_t r = 0; r < decision->rule_count; r++) {
        for (size_t i = 0; i < decision->rules[r].weighed_count; i++) {
            if (!was_written(decision, r, i)) {
                write_input(w, &decision->rules[r].weighed[i]);
            }
        }
    }
    sw_jw_array_end(w);
}

/* The summary knows no third answer: what is not a pass is FAILED, and the level then too (VSA,
 * verifiedLevels). No SLSA level was looked at, so a pass has none. */
static void write_result(struct sw_json_writer *w, enum sw_gate_verdict verdict)
{
    bool passed = verdict == SW_GATE_PASS;
    sw_jw_text(w, "verificationResult", passed ? "PASSED" : "FAILED");
    sw_jw_array(w, "verifiedLevels");
    if (!passed) {
        sw_jw_text(w, NULL, "FAILED");
    }
    sw_jw_array_end(w);
    sw_jw_text(w, "sealwright_verdict", sw_gate_verdict_name(verdict));
}

static void write_rule(struct sw_json_writer *w, const struct sw_gate_rule *rule)
{
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", rule->name);
    sw_jw_text(w, "verdict", sw_gate_verdict_name(rule->verdict));
    sw_jw_text(w, "reason", rule->reason);
    sw_jw_text(w, "satisfy", rule->satisfy);
    sw_jw_bool(w, "waived", rule->waived);
    if (rule->claim.alg != 0) {
        char claim[SW_DIGEST_TEXT_SIZE];
        sw_digest_text(&rule->claim, claim);
        sw_jw_text(w, "claim", claim);
    }
    sw_jw_object_end(w);
}

enum sw_code sw_decision_predicate(const struct sw_decision *decision, const char *verifier_id,
    const char *resource_uri, struct sw_buf *out)
{
    if (verifier_id[0] == '\0' || resource_uri[0] == '\0') {
        return SW_E_USAGE;
    }
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(decision->time, time);
    struct sw_json_writer w;
    sw_jw_init(&w, out, 0);
    sw_jw_object(&w, NULL);
    write_verifier(&w, verifier_id);
    sw_jw_text(&w, "timeVerified", time);
    sw_jw_text(&w, "resourceUri", resource_uri);
    SW_TRY(write_policy(&w, decision));
    write_inputs(&w, decision);
    write_result(&w, decision->verdict);
    sw_jw_array(&w, "sealwright_rules");
    for (size_t i = 0; i < decision->rule_count; i++) {
        write_rule(&w, &decision->rules[i]);
    }
    sw_jw_array_end(&w);
    sw_jw_object_end(&w);
    return sw_jw_finish(&w);
}
