/* Sigstore's trusted_root.json (protobuf-specs sigstore_trustroot.proto, JSON mapping): the logs
 * and authorities whose word counts for keyless signatures, and when it did. doc/format/trust.md.
 */
#ifndef SW_CLAIM_TRUSTED_ROOT_H
#define SW_CLAIM_TRUSTED_ROOT_H

#include "claim/key.h"

#define SW_TRUSTED_ROOT_MAX_BYTES ((uint64_t)4 << 20)
#define SW_TRUSTED_ROOT_MAX_ITEMS 64
#define SW_TRUSTED_ROOT_MAX_CHAIN 8

/* start <= time <= end, in seconds. */
struct sw_validity {
    int64_t start;
    int64_t end; /* INT64_MAX: none is named */
};

/* A log of signatures (Rekor), or of certificates (RFC 6962). */
struct sw_root_log {
    const char *url;
    struct sw_bytes id;            /* a bundle knows the log by it */
    struct sw_bytes checkpoint_id; /* its first 4 bytes are the key id in a checkpoint */
    struct sw_bytes spki;          /* its key, DER */
    struct sw_key *key;            /* the same; NULL: of a kind that this room does not check */
    struct sw_validity valid;
};

/* One that issues certificates, or time stamps. */
struct sw_root_authority {
    const char *url;
    struct sw_bytes certificates[SW_TRUSTED_ROOT_MAX_CHAIN]; /* DER, the root last */
    size_t certificate_count;
    struct sw_validity valid;
};

struct sw_trusted_root {
    struct sw_arena arena; /* holds everything but the keys */
    struct sw_root_log *tlogs;
    size_t tlog_count;
    struct sw_root_log *ctlogs;
    size_t ctlog_count;
    struct sw_root_authority *authorities;
    size_t authority_count;
    struct sw_root_authority *stampers;
    size_t stamper_count;
    struct sw_digest digest; /* SHA-256 of the file */
};

/* Refused: what strict JSON refuses, unknown fields, a log or authority whose validity has no
 * start, a key that is not of its keyDetails, and one log or time stamp authority under two
 * entries, which would count twice (CVE-2026-49834). */
sw_result sw_trusted_root_parse(
    struct sw_bytes text, struct sw_trusted_root **out, struct sw_error *err);
void sw_trusted_root_free(struct sw_trusted_root *root);
SW_DEFINE_CLEANUP_PTR(trusted_root, struct sw_trusted_root, sw_trusted_root_free)

static inline bool sw_validity_covers(const struct sw_validity *valid, int64_t time)
{
    return time >= valid->start && time <= valid->end;
}

#endif
