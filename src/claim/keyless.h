/* What transparency logs, certificate logs and time stamp authorities attest of a signature:
 * checked over a trusted_root.json, offline. doc/format/trust.md has the rules. */
#ifndef SW_CLAIM_KEYLESS_H
#define SW_CLAIM_KEYLESS_H

#include "claim/bundle.h"
#include "claim/trusted_root.h"

/* Logs and authorities count once each, however many entries or tokens of theirs are there. */
struct sw_attest_limits {
    unsigned logs;  /* transparency logs that have the signature */
    unsigned times; /* time stamp authorities and logs that attest when */
    unsigned scts;  /* certificate logs that have the certificate; keyless only */
};

enum sw_attested_by { SW_ATTESTED_LOG = 1, SW_ATTESTED_TIMESTAMP, SW_ATTESTED_SCT };

struct sw_attestation {
    enum sw_attested_by by;
    const char *url;
    char id[2 * SW_DIGEST_MAX + 1]; /* hexadecimal: of the log; of an authority the SHA-256 of its
                                       first certificate in the trusted root */
    uint64_t index;                 /* in the log */
    int64_t time;                   /* 0: none is attested */
};

struct sw_attested {
    struct sw_attestation *list; /* each log and authority once; in the order in which they stand in
                                    the bundle */
    size_t count;
    int64_t time;       /* the earliest that as many attest as `times` asks for; 0: none */
    const char *issuer; /* who told the certificate authority the identity; NULL: not keyless */
    size_t unchecked;   /* entries and tokens that nobody was trusted to check */
};

struct sw_keyless_rules {
    const struct sw_trusted_root *root;
    const char *identity; /* "email:…", "uri:…" or "dns:…"; a URI may end in '*' for any rest */
    const char *issuer;   /* NULL: any; so it must not come from trust.yaml */
    struct sw_attest_limits limits;
    int64_t now; /* a time later than this is attested by nobody */
};

#endif
