/* What certificate.c (the chain), identity.c (its names) and trust.c share. Private to the room. */
#ifndef SW_CLAIM_CERTIFICATE_PRIVATE_H
#define SW_CLAIM_CERTIFICATE_PRIVATE_H

#include "claim/certificate.h"
#include "claim/ssl_private.h"

/* Hashes the certificates, DER, in the order in which the set keeps them. */
sw_result sw_roots_hash(const struct sw_roots *roots, struct sw_hash *hash);

/* Is `text` of the form of struct sw_chain_rules.identity: a known kind, ':' and a name? */
bool sw_identity_is_valid(struct sw_str text);

/* The name of the leaf that equals `wanted`, or its first one when that is NULL; in `arena`. */
sw_result sw_identity_check(
    struct sw_arena *arena, X509 *leaf, const char *wanted, const char **out, struct sw_error *err);

#endif
