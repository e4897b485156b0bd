/* Sigstore bundle (protobuf-specs, sigstore_bundle.proto, JSON mapping): v0.3 written, v0.1 to v0.3
 * read; DSSE content only. */
#ifndef SW_CLAIM_BUNDLE_H
#define SW_CLAIM_BUNDLE_H

#include "claim/dsse.h"
#include "claim/tlog_entry.h"

#define SW_BUNDLE_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define SW_BUNDLE_MAX_BYTES ((uint64_t)1 << 30)
#define SW_BUNDLE_MAX_CERTIFICATES 16
#define SW_BUNDLE_MAX_ENTRIES 32
#define SW_BUNDLE_MAX_TIMESTAMPS 32

enum sw_bundle_method {
    SW_BUNDLE_KEY = 1,     /* publicKey */
    SW_BUNDLE_CHAIN,       /* x509CertificateChain */
    SW_BUNDLE_CERTIFICATE, /* certificate: one Fulcio leaf ("sigstore" method) */
};

struct sw_bundle {
    unsigned version; /* 1, 2 or 3 for v0.1, v0.2, v0.3 */
    enum sw_bundle_method method;
    struct sw_str hint;      /* of the key; empty when absent */
    struct sw_bytes raw_key; /* before model-signing 1.1: PEM in publicKey.rawBytes; else empty */
    struct sw_bytes certificates[SW_BUNDLE_MAX_CERTIFICATES]; /* DER, leaf first */
    size_t certificate_count;
    struct sw_str payload_type;
    struct sw_bytes payload;
    struct sw_bytes signature;
    struct sw_str keyid; /* empty when absent or null */
    const struct sw_tlog_entry *entries;
    size_t entry_count;
    struct sw_bytes timestamps[SW_BUNDLE_MAX_TIMESTAMPS]; /* RFC 3161 responses, DER */
    size_t timestamp_count;
};

/* Parses; everything is in `arena` and does not refer to `text`. Refused: unknown media types, no
 * or several verification materials, several signatures (only one would be checked), a message
 * signature instead of DSSE, and whatever strict JSON refuses. */
sw_result sw_bundle_parse(
    struct sw_arena *arena, struct sw_bytes text, struct sw_bundle *out, struct sw_error *err);

/* Writes v0.3. Key method: hint. Chain method: certificates. */
sw_result sw_bundle_write(const struct sw_bundle *bundle, struct sw_buf *out);

/* Who signs: a private key, and for the certificate method its chain, leaf first, DER. */
struct sw_signer {
    const struct sw_key *key;
    struct sw_bytes certificates[SW_BUNDLE_MAX_CERTIFICATES];
    size_t certificate_count;
};

/* Signs `payload` (an in-toto statement) and appends the bundle. */
sw_result sw_bundle_sign(const struct sw_signer *signer, struct sw_bytes payload,
    struct sw_buf *out, struct sw_error *err);

#endif
