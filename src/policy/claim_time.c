#include "policy/claim_time.h"

/* The field of a predicate that says when the claim was made, by its specification; '*' at the end
 * of a type is any ending. Of several rows for a type the first whose field is there counts. */
static const struct {
    const char *type;
    const char *field;
} fields[] = {
    {SW_PREDICATE_SCAN, "predicate.scannedAt"},
    {"urn:sealwright:claim:*", "predicate.time"},
    /* slsa.dev/spec/v1.1: verification_summary, provenance; v0.2/provenance */
    {SW_PREDICATE_VSA, "predicate.timeVerified"},
    {"https://slsa.dev/provenance/v1", "predicate.runDetails.metadata.finishedOn"},
    {"https://slsa.dev/provenance/v0.*", "predicate.metadata.buildFinishedOn"},
    /* in-toto attestation spec/predicates: vulns, runtime-trace, svr */
    {"https://in-toto.io/attestation/vulns*", "predicate.metadata.scanFinishedOn"},
    {"https://in-toto.io/attestation/runtime-trace/*", "predicate.metadata.buildFinishedOn"},
    {"https://in-toto.io/attestation/svr/*", "predicate.timeCreated"},
    /* cosign specs/COSIGN_VULN_ATTESTATION_SPEC.md */
    {"https://cosign.sigstore.dev/attestation/vuln/v1", "predicate.metadata.scanFinishedOn"},
    /* CycloneDX 1.2 and later; SPDX 2.2 and 2.3, 6.9; OpenVEX 0.2.0, "Document Struct Fields" */
    {"https://cyclonedx.org/bom*", "predicate.metadata.timestamp"},
    {"https://spdx.dev/Document*", "predicate.creationInfo.created"},
    {"https://openvex.dev/ns*", "predicate.last_updated"},
    {"https://openvex.dev/ns*", "predicate.timestamp"},
};

static bool is_type(const char *pattern, struct sw_str type)
{
    size_t n = strlen(pattern) - 1;
    return pattern[n] == '*' ? type.len >= n && memcmp(pattern, type.ptr, n) == 0
                             : sw_str_is(type, pattern);
}

/* null says as little as a missing field. */
static const struct sw_json *find_field(
    const struct sw_json *statement, struct sw_str type, const char **field)
{
    for (size_t i = 0; i < SW_COUNT(fields); i++) {
        if (!is_type(fields[i].type, type)) {
            continue;
        }
        const struct sw_json *value = sw_json_path(statement, sw_str(fields[i].field));
        if (value != NULL && value->type != SW_JSON_NULL) {
            *field = fields[i].field;
            return value;
        }
    }
    return NULL;
}

struct sw_claim_time sw_claim_time_of(
    const struct sw_json *statement, struct sw_str type, int64_t recorded)
{
    struct sw_claim_time time = {.made = recorded};
    const struct sw_json *value = find_field(statement, type, &time.field);
    struct sw_str text;
    int64_t said;
    if (value == NULL) {
        return time;
    }
    if (!sw_json_str(value, &text) || !sw_time_parse(text, &said)) {
        time.fault = SW_CLAIM_TIME_UNREADABLE;
        return time;
    }
    time.said = said;
    time.made = said < recorded ? said : recorded;
    bool ahead = said > recorded && (uint64_t)said - (uint64_t)recorded > SW_GATE_CLOCK_SKEW;
    time.fault = ahead ? SW_CLAIM_TIME_AHEAD : SW_CLAIM_TIME_GOOD;
    return time;
}

bool sw_policy_claim_time(const struct sw_statement *statement, int64_t recorded, int64_t *made)
{
    struct sw_claim_time time =
        sw_claim_time_of(&statement->root, statement->predicate_type, recorded);
    *made = time.made;
    return time.fault == SW_CLAIM_TIME_GOOD;
}
