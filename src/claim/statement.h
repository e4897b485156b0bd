/* in-toto Statement v1 (in-toto/attestation spec/v1/statement.md). */
#ifndef SW_CLAIM_STATEMENT_H
#define SW_CLAIM_STATEMENT_H

#include "claim/digest.h"

#define SW_STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define SW_PREDICATE_OMS "https://model_signing/signature/v1.0"
#define SW_PREDICATE_OMS_V02 "https://model_signing/Digests/v0.1"
#define SW_PREDICATE_VSA "https://slsa.dev/verification_summary/v1"
#define SW_PREDICATE_SCAN "urn:sealwright:claim:scan:v1"
#define SW_PREDICATE_MANIFEST "urn:sealwright:claim:manifest:v1"

struct sw_subject {
    struct sw_str name;      /* may be empty */
    struct sw_digest digest; /* the strongest of those that we know: sha256 first */
};

struct sw_statement {
    struct sw_subject *subjects;
    size_t subject_count;
    struct sw_str predicate_type;
    const struct sw_json *predicate; /* an object */
    struct sw_json root;
};

/* Parses a payload. Refused: another _type, no subject, a subject without a digest that we know, no
 * predicateType. In `arena`; refers to `payload`. */
sw_result sw_statement_parse(struct sw_arena *arena, struct sw_bytes payload,
    struct sw_statement *out, struct sw_error *err);

/* Appends the canonical JSON of a statement. `predicate` is any JSON object (it need not be
 * canonical). */
sw_result sw_statement_write(struct sw_buf *out, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate,
    struct sw_error *err);

#endif
