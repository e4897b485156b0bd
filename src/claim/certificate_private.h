/* What certificate.c (the chain), identity.c (its names) and trust.c share. Private to the room. */
#ifndef SW_CLAIM_CERTIFICATE_PRIVATE_H
#define SW_CLAIM_CERTIFICATE_PRIVATE_H

#include "claim/certificate.h"
#include "claim/ssl_private.h"

/* Hashes the certificates, DER, in the order in which the set keeps them. */
sw_result sw_roots_hash(const struct sw_roots *roots, struct sw_hash *hash);

/* Is `text` of the form of struct sw_chain_rules.identity: a known kind, ':' and a name? */
bool sw_identity_is_valid(struct sw_str text);

/* May it stand for several names? A "uri:…" whose path ends in '*', behind a '/' or in what follows
 * an '@': the host is always whole, and so is the name of an organisation or a repository. */
bool sw_identity_is_pattern(struct sw_str text);

/* The name of the leaf that is as the rules ask for, or its first one when they ask for none; in
 * `arena`. */
sw_result sw_identity_check(struct sw_arena *arena, X509 *leaf, const struct sw_chain_rules *rules,
    const char **out, struct sw_error *err);

/* The whole of `der` must be the certificate: a tail would be signed by nobody. */
sw_result sw_certificate_parse(struct sw_bytes der, X509 **out, struct sw_error *err);
sw_result sw_roots_add_der(struct sw_roots *roots, struct sw_bytes der, struct sw_error *err);

static inline void sw_x509_stack_free(STACK_OF(X509) * stack)
{
    sk_X509_pop_free(stack, X509_free);
}
SW_DEFINE_CLEANUP_PTR(x509_stack, STACK_OF(X509), sw_x509_stack_free)

/* A chain that was checked. */
struct sw_chain {
    STACK_OF(X509) * path; /* leaf first, to the root */
    const char *identity;
    struct sw_key *key;
};

void sw_chain_release(struct sw_chain *chain);
SW_DEFINE_CLEANUP(chain, struct sw_chain, sw_chain_release)

/* As sw_chain_verify, and gives the path. */
sw_result sw_chain_check(struct sw_arena *arena, const struct sw_bytes *certificates, size_t count,
    const struct sw_chain_rules *rules, struct sw_chain *out, struct sw_error *err);

#endif
