/* The log entry of one claim: doc/format/log.md, "The leaf of a claim". */
#ifndef SW_EVIDENCE_LEAF_H
#define SW_EVIDENCE_LEAF_H

#include "evidence/evidence.h"

#define SW_LEAF_SUBJECTS 64u /* further ones are only counted */
#define SW_LEAF_PREDICATE_MAX 1024u

/* A bundle, and what the record of it says. All in the arena that it was read into. */
struct sw_leaf_claim {
    struct sw_bundle bundle;
    struct sw_evidence_record record; /* without leaf and time */
};

/* Reads a bundle and its statement. */
sw_result sw_leaf_claim_read(struct sw_arena *arena, struct sw_bytes bundle,
    struct sw_leaf_claim *out, struct sw_error *err);

/* Appends the entry of a claim that was recorded at `time`. `spki` is the signer's public key (DER)
 * for a bundle that names only its hint; empty when it is not known. Certificates speak for
 * themselves. */
sw_result sw_leaf_write(const struct sw_leaf_claim *claim, int64_t time, struct sw_bytes spki,
    struct sw_buf *out, struct sw_error *err);

struct sw_leaf {
    struct sw_digest claim;
    int64_t time;
    struct sw_bytes signature; /* empty when the entry has none */
    struct sw_bytes spki;      /* likewise */
    struct sw_str predicate_type;
    struct sw_str subjects[SW_LEAF_SUBJECTS]; /* "sha256:…" */
    size_t subject_count;
    bool subjects_left_out; /* the claim has more than the leaf names */
};

/* Is this entry meant to be a claim's? Other entries are nobody's business here. */
bool sw_leaf_is(struct sw_bytes entry);
sw_result sw_leaf_read(
    struct sw_arena *arena, struct sw_bytes entry, struct sw_leaf *out, struct sw_error *err);

#endif
