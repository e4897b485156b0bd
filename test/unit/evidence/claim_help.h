/* Signed claims for tests. */
#ifndef SW_TEST_CLAIM_HELP_H
#define SW_TEST_CLAIM_HELP_H

#include "unit/evidence/store_help.h"

static inline struct sw_digest digest_of_text(const char *text)
{
    struct sw_digest digest;
    sw_sha256(sw_bytes(text, strlen(text)), &digest);
    return digest;
}

struct test_claim {
    struct sw_buf bundle;
    struct sw_digest digest;
};

static inline void test_claim_free(struct test_claim *claim)
{
    sw_buf_release(&claim->bundle);
}

/* A claim of type `type` about `count` subjects, "name 0", "name 1"…; `note` makes it different. */
static inline struct test_claim make_claim(
    const struct sw_key *key, const char *name, size_t count, const char *type, const char *note)
{
    SW_CLEANUP(buf) struct sw_buf payload = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    struct sw_subject *subjects = calloc(count, sizeof(*subjects));
    char(*names)[64] = calloc(count, 64);
    struct test_claim claim = {.bundle = SW_BUF_INIT};
    assert_non_null(subjects);
    assert_non_null(names);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names[i], 64, "%s %zu", name, i);
        subjects[i] = (struct sw_subject){sw_str(names[i]), digest_of_text(names[i])};
    }
    MUST(sw_buf_printf(&predicate, "{\"note\":\"%s\"}", note));
    MUST(
        sw_statement_write(&payload, subjects, count, type, sw_buf_bytes(&predicate), &must_error));
    struct sw_signer signer = {.key = key};
    MUST(sw_bundle_sign(&signer, sw_buf_bytes(&payload), &claim.bundle, &must_error));
    sw_sha256(sw_buf_bytes(&claim.bundle), &claim.digest);
    free(subjects);
    free(names);
    return claim;
}

static inline struct sw_receipt add_claim(struct sw_store *store, const struct test_claim *claim)
{
    struct sw_bytes bytes = sw_buf_bytes(&claim->bundle);
    struct sw_receipt receipt;
    MUST(sw_evidence_add(store, &bytes, 1, &receipt, &must_error));
    assert_true(sw_digest_equal(&receipt.claim, &claim->digest));
    return receipt;
}

#endif
