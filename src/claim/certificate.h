/* X.509 for the certificate method, by our own rules: explicit roots only, code-signing EKU on the
 * leaf, no leaf that could issue certificates, pinned identity, validity at signing time (RFC
 * 5280; OMS v1.0). doc/format/trust.md lists them; revocation lists are not read.
 * The reference tool's gaps that this closes are listed in doc/format/model-signing.md. */
#ifndef SW_CLAIM_CERTIFICATE_H
#define SW_CLAIM_CERTIFICATE_H

#include "claim/key.h"

struct sw_roots; /* a set of trusted root certificates */

/* Reads every certificate of a PEM text. SW_E_FORMAT when there is none. */
sw_result sw_roots_new(struct sw_roots **out);
sw_result sw_roots_add_pem(struct sw_roots *roots, struct sw_bytes pem, struct sw_error *err);
void sw_roots_free(struct sw_roots *roots);
SW_DEFINE_CLEANUP_PTR(roots, struct sw_roots, sw_roots_free)

/* Splits a PEM text into DER certificates in `arena`; at most `max`. */
sw_result sw_certificates_from_pem(struct sw_arena *arena, struct sw_bytes pem,
    struct sw_bytes *out, size_t max, size_t *count, struct sw_error *err);

struct sw_chain_rules {
    const struct sw_roots *roots;
    int64_t time;         /* when the signature was made, as far as it is known: see `time_known` */
    bool time_known;      /* false: no time stamp; then the check is made for `time` = now */
    const char *identity; /* NULL: any. Else "email:…", "uri:…", "dns:…" or "cn:…" must match */
    bool pattern;         /* a '*' at the end of a "uri:…" stands for any rest */
};

struct sw_chain_result {
    const char *identity; /* of the leaf, in `arena`: the pinned one; without it the first SAN, else
                             the CN, in the form above */
    struct sw_key *key;   /* the leaf's key; the caller frees it */
};

/* Checks a chain (DER, leaf first). SW_E_REFUSED says which rule it breaks. */
sw_result sw_chain_verify(struct sw_arena *arena, const struct sw_bytes *certificates, size_t count,
    const struct sw_chain_rules *rules, struct sw_chain_result *out, struct sw_error *err);

/* The public key of one DER certificate, without any check. */
sw_result sw_certificate_key(struct sw_bytes der, struct sw_key **out, struct sw_error *err);

#endif
