/* The gate: it reads claims and nothing else. doc/format/policy.md is the language.
 *
 *   version: 1
 *   name: default
 *   rules:
 *     - name: signed
 *       claim: https://model_signing/signature/v1.0
 *       by: any                      # any trusted signer, or a list of names from trust.yaml
 *     - name: scanned
 *       claim: urn:sealwright:claim:scan:v1
 *       fresh: 30d
 *       where:
 *         - field: predicate.verdict
 *           equals: clean
 *     - name: not-tainted
 *       forbid: urn:sealwright:claim:taint:v1
 *   waivers:
 *     - rule: scanned
 *       subject: sha256:…
 *       owner: jane@example.com
 *       reason: reviewed by hand, ticket 1234
 *       expires: 2026-12-31
 */
#ifndef SW_POLICY_POLICY_H
#define SW_POLICY_POLICY_H

#include "evidence/evidence.h"

struct sw_policy;

#define SW_POLICY_MAX_BYTES ((uint64_t)1 << 20)

/* Everything is in `arena` and does not refer to `yaml`. Every key is known and every type checked;
 * errors begin "line N: ", and sw_policy_load puts the path before that. */
sw_result sw_policy_parse(
    struct sw_arena *arena, struct sw_bytes yaml, struct sw_policy **out, struct sw_error *err);
sw_result sw_policy_load(
    struct sw_arena *arena, const char *path, struct sw_policy **out, struct sw_error *err);
const char *sw_policy_name(const struct sw_policy *policy);
const struct sw_digest *sw_policy_digest(const struct sw_policy *policy); /* SHA-256 of its text */
/* The shortest age, in seconds, that a rule of the policy allows a required claim of this type; 0
 * when no rule limits it. */
int64_t sw_policy_fresh(const struct sw_policy *policy, const char *type);
/* When a claim was made, as the gate takes it: the time that its statement says, never later than
 * its recording in the log; without one the recording. False when the statement says a time that it
 * cannot be: then the claim does not make a rule pass. */
bool sw_policy_claim_time(const struct sw_statement *statement, int64_t recorded, int64_t *made);
size_t sw_policy_rule_count(const struct sw_policy *policy);
/* The policy that `init` writes: its text, with comments. */
const char *sw_policy_default_text(void);

/* Appends in plain words what the policy demands, a paragraph a rule. */
sw_result sw_policy_explain(
    struct sw_arena *arena, const struct sw_policy *policy, struct sw_buf *out);

/* Things that are legal but surely not meant: no rules, a signer that trust.yaml does not have, an
 * expired waiver, a waiver for a rule that does not exist. One line each, in `arena`. */
sw_result sw_policy_lint(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_trust *trust, int64_t now, const char ***warnings, size_t *count);

/* Seconds that a claim's recording may be ahead of the clock that asks, and what the claim says of
 * itself ahead of its recording. */
#define SW_GATE_CLOCK_SKEW 300

enum sw_gate_verdict {
    SW_GATE_PASS,
    SW_GATE_FAIL,
    SW_GATE_NO_EVIDENCE,
};
const char *sw_gate_verdict_name(enum sw_gate_verdict verdict); /* "pass", "fail", "no-evidence" */

struct sw_gate_rule {
    const char *name;
    enum sw_gate_verdict verdict;
    const char *reason;     /* why, in one plain sentence */
    const char *satisfy;    /* what would make it pass; "" when it does */
    struct sw_digest claim; /* the claim that decided; alg 0 when none did */
    bool waived;
    struct sw_digest *weighed; /* every claim that was weighed: the newest of each signer */
    size_t weighed_count;
};

struct sw_decision {
    enum sw_gate_verdict verdict; /* fail if any rule fails, else no evidence if any has none */
    struct sw_digest subject;
    int64_t time;
    struct sw_gate_rule *rules; /* in the order of the policy */
    size_t rule_count;
    const char *policy_name;
    struct sw_digest policy_digest;
};

/* A claim that would be recorded if this were no dry run, by whom it would be signed. */
struct sw_gate_draft {
    struct sw_digest claim;    /* stands for it; of no claim in the log */
    const char *type;          /* predicate type */
    const char *signer;        /* the name in trust.yaml of a signer who may sign it */
    struct sw_bytes statement; /* the in-toto statement */
};

struct sw_gate_question {
    struct sw_digest subject; /* what the claims must be about */
    /* The digest that binds the names of a model as well (doc/format/manifest.md); alg 0 when there
     * is none. A claim that says which one it means counts only when it means this one. */
    struct sw_digest manifest;
    int64_t now;
    bool allow_missing_hint;
    const struct sw_gate_draft *drafts; /* weighed as if the log had them, behind all others */
    size_t draft_count;
};

/* Decides. Fails only when the question could not be put (store unreadable, no memory); a claim
 * that does not parse or is not signed by a permitted signer counts as absent and is named in the
 * reason. A claim that the log has but that cannot be read, or whose bytes were changed, keeps its
 * rule from passing, since it may be the one that says no. */
sw_result sw_gate_decide(struct sw_arena *arena, const struct sw_policy *policy,
    const struct sw_trust *trust, struct sw_store *store, const struct sw_gate_question *question,
    struct sw_decision *out, struct sw_error *err);

/* Appends the predicate of the verdict: SLSA VSA v1 (slsa.dev/spec/v1.1/verification_summary), as
 * doc/claims/vsa.md says. `verifier_id` and `resource_uri` are URIs; SW_E_USAGE when one is empty.
 */
sw_result sw_decision_predicate(const struct sw_decision *decision, const char *verifier_id,
    const char *resource_uri, struct sw_buf *out);

/* Does a condition of the rule of that name look at `path` ("predicate.tainted") or below it? */
bool sw_policy_rule_reads(const struct sw_policy *policy, const char *rule, const char *path);

/* --- tests of a policy ----------------------------------------------------------------------- */

struct sw_policy_test_result {
    const char *name;
    uint64_t line; /* of the case in the test file */
    bool passed;
    const char *detail; /* every difference, in one line; "" when it passed */
    struct sw_decision decision;
};

/* Decides every case of a policy test file (doc/format/policy.md, "Testing a policy") without a
 * store, and compares with what the case expects. SW_E_FORMAT: "line N: …", also for a file without
 * cases. A case that fails is a result, not a failure of this function. Everything is in `arena`.
 */
sw_result sw_policy_run_tests(struct sw_arena *arena, const struct sw_policy *policy,
    struct sw_bytes yaml, struct sw_policy_test_result **results, size_t *count,
    struct sw_error *err);

#endif
