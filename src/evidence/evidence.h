/* The store: claims in a log that cannot be rewritten, found again by what they are about. This
 * header is the room's public face; doc/format/store.md is the layout on disk. */
#ifndef SW_EVIDENCE_EVIDENCE_H
#define SW_EVIDENCE_EVIDENCE_H

#include "claim/claim.h"

#include "evidence/tlog.h"

struct sw_store;

/* --- the store ------------------------------------------------------------------------------- */

#define SW_STORE_DIR ".sealwright"

/* Makes a store in a new or empty directory: its log key, an empty signed log, an empty index.
 * `origin` is the log's name, a URL without scheme (C2SP tlog-checkpoint). SW_E_REFUSED when a
 * store is there already; nothing is left behind on failure. */
sw_result sw_store_init(const char *path, const char *origin, struct sw_error *err);

enum sw_store_mode {
    SW_STORE_READ, /* takes no lock and writes nothing, so it works on a read-only medium; the index
                      is used when it is there and current, else built in memory */
    SW_STORE_WRITE, /* the one writer (SW_E_BUSY when there is another); repairs what a crash left
                     */
};

sw_result sw_store_open(
    const char *path, enum sw_store_mode mode, struct sw_store **out, struct sw_error *err);
/* Makes a store that is open for reading the one writer: what it read is read anew. Nothing for one
 * that is. No other thread may use the store meanwhile. SW_E_BUSY as above, SW_E_INTERRUPTED when
 * `progress` (which may be NULL) was asked to stop; after a failure it is open for reading still.
 */
sw_result sw_store_promote(
    struct sw_store *store, const struct sw_progress *progress, struct sw_error *err);
/* Could this process write, as far as can be told without the lock? For before long work. */
sw_result sw_store_check_access(const struct sw_store *store, struct sw_error *err);
/* What its user keeps elsewhere, so that who can write to the store can put neither another one nor
 * an older copy in its place. Files; NULL: none. */
struct sw_store_pin {
    const char *log_policy; /* a C2SP tlog-policy that names the log and its key (its quorum is not
                               asked) */
    const char *checkpoint; /* an earlier checkpoint of the log, from which it must have grown */
};
/* SW_E_REFUSED when the store is not what is pinned; SW_E_USAGE when a file is malformed. */
sw_result sw_store_open_pinned(const char *path, enum sw_store_mode mode,
    const struct sw_store_pin *pin, struct sw_store **out, struct sw_error *err);
/* Publishes what is not yet published and closes. The store is gone also when that fails; nothing
 * that was acknowledged is lost. */
sw_result sw_store_close(struct sw_store *store, struct sw_error *err);
/* Closes without publishing: for failure paths. Nothing that was acknowledged is lost. */
void sw_store_abandon(struct sw_store *store);
SW_DEFINE_CLEANUP_PTR(store, struct sw_store, sw_store_abandon)
const char *sw_store_path(const struct sw_store *store);
const char *sw_store_origin(const struct sw_store *store);

/* --- adding ---------------------------------------------------------------------------------- */

struct sw_receipt {
    struct sw_digest claim; /* SHA-256 of the bundle's bytes */
    uint64_t leaf;
    bool existed; /* the same bytes were in the log already; `leaf` is where */
};

/* Adds signed claims (Sigstore bundles). Each must parse as bundle and statement; its signature is
 * not judged here (the gate does that with trust.yaml in hand). On return they are durable: one
 * group commit for all. All or none. */
sw_result sw_evidence_add(struct sw_store *store, const struct sw_bytes *bundles, size_t count,
    struct sw_receipt *receipts, struct sw_error *err);

/* Appends entries as they are, at most 65,535 bytes each; *first is the first one's index. Durable
 * on return. Several threads may call it at once: they share one fdatasync (group commit). */
sw_result sw_log_append(struct sw_store *store, const struct sw_bytes *entries, size_t count,
    uint64_t *first, struct sw_error *err);

/* Writes tiles and entry bundles for everything appended so far, and signs the checkpoint. */
sw_result sw_log_publish(struct sw_store *store, struct sw_error *err);

/* --- finding --------------------------------------------------------------------------------- */

struct sw_evidence_query {
    const struct sw_digest *subject; /* NULL: any */
    const char *predicate_type;      /* NULL: any; a trailing '*' matches any ending */
    int64_t since;                   /* recorded at or after; 0: any */
    uint64_t limit;                  /* 0: all */
    bool oldest_first;               /* default: newest first */
};

struct sw_evidence_record {
    uint64_t leaf;
    struct sw_digest claim;
    struct sw_subject *subjects;
    size_t subject_count;
    struct sw_str predicate_type;
    int64_t time;       /* when the log recorded it */
    struct sw_str hint; /* key hint or certificate digest of the signer, as the bundle says */
    struct sw_bytes signature; /* as the leaf has it; only sw_evidence_gather() gives it */
    bool subjects_left_out;    /* likewise: it has more that cannot be read */
};

sw_result sw_evidence_find(struct sw_store *store, const struct sw_evidence_query *query,
    struct sw_arena *arena, struct sw_evidence_record **records, size_t *count,
    struct sw_error *err);
/* As sw_evidence_find for one subject, or (subject NULL) for all of one type, but trusts nothing
 * that the log's checkpoint does not sign: every entry is read and hashed, so whoever edits the
 * index can neither hide a claim nor change its time. For decisions; it costs a pass over the log
 * (bench/gather.sh). What is durable and not published yet is taken from the journal. Records hold
 * the asked-for subject alone (without one, all of them) and no hint. SW_E_REFUSED when the entries
 * are not those that were signed. A claim that cannot be read and whose leaf does not name all its
 * subjects is given too: it may be about this one. */
sw_result sw_evidence_gather(struct sw_store *store, const struct sw_evidence_query *query,
    struct sw_arena *arena, struct sw_evidence_record **records, size_t *count,
    struct sw_error *err);
/* When the log recorded a claim, proven to the checkpoint; seconds. SW_E_NOENT when it did not. */
sw_result sw_evidence_recorded(
    struct sw_store *store, const struct sw_digest *claim, int64_t *time, struct sw_error *err);
/* The record at one leaf or of one claim; SW_E_NOENT when there is none. */
sw_result sw_evidence_at(struct sw_store *store, uint64_t leaf, struct sw_arena *arena,
    struct sw_evidence_record *out, struct sw_error *err);
sw_result sw_evidence_of(struct sw_store *store, const struct sw_digest *claim,
    struct sw_arena *arena, struct sw_evidence_record *out, struct sw_error *err);
/* Appends the claim's bundle; its digest is checked (SW_E_REFUSED when it differs). */
sw_result sw_evidence_load(struct sw_store *store, const struct sw_digest *claim,
    struct sw_buf *out, struct sw_error *err);

/* The beginning of a digest, for people who look something up; never for a decision. */
struct sw_abbreviation {
    enum sw_digest_alg alg; /* 0: any */
    struct sw_str digits;   /* hexadecimal, lower case */
};
enum sw_digest_of {
    SW_DIGEST_OF_CLAIMS,
    SW_DIGEST_OF_SUBJECTS,
};

/* "9c0903b9" or "sha256:9c0903b9". False for what no digest begins with. It refers to `text`. */
bool sw_abbreviation_parse(struct sw_str text, struct sw_abbreviation *out);
/* The digests in the store that begin so, each once, in order; at most `max`. */
sw_result sw_evidence_digests(struct sw_store *store, enum sw_digest_of of,
    const struct sw_abbreviation *abbreviation, size_t max, struct sw_arena *arena,
    struct sw_digest **digests, size_t *count, struct sw_error *err);

/* Deletes and rebuilds the index from the log and the blobs. */
sw_result sw_evidence_reindex(struct sw_store *store, struct sw_error *err);

/* claims.jsonl: one bundle a line. Export appends the claims about `subject` (NULL: all), oldest
 * first; import adds every line, all or none, and says how many were new. */
sw_result sw_evidence_export(struct sw_store *store, const struct sw_digest *subject,
    struct sw_buf *out, struct sw_error *err);
sw_result sw_evidence_import(struct sw_store *store, struct sw_bytes jsonl, size_t *added,
    size_t *known, struct sw_error *err);

/* --- proving --------------------------------------------------------------------------------- */

/* Appends the current signed checkpoint. */
sw_result sw_log_checkpoint(struct sw_store *store, struct sw_buf *out, struct sw_error *err);
/* Appends one entry's bytes. */
sw_result sw_log_entry(
    struct sw_store *store, uint64_t leaf, struct sw_buf *out, struct sw_error *err);
/* Appends a .tlog-proof for one leaf in the current checkpoint; the leaf's bytes travel in `extra`,
 * so that the file and a policy are enough to check it. */
sw_result sw_log_prove(
    struct sw_store *store, uint64_t leaf, struct sw_buf *out, struct sw_error *err);
/* What a claim's entry says (doc/format/log.md). Who signed the claim was not judged when it was
 * recorded: the log vouches for what it wrote and when, for nothing else. */
struct sw_log_claim {
    struct sw_digest claim;
    int64_t time; /* when the log recorded it */
    struct sw_str predicate_type;
    struct sw_digest *subjects; /* the first 64 */
    size_t subject_count;
    struct sw_bytes spki; /* the signer's public key, DER; empty when the log did not know it */
};
/* In `arena`; refers to `entry`. SW_E_FORMAT when it is no claim's entry. */
sw_result sw_log_claim_read(
    struct sw_arena *arena, struct sw_bytes entry, struct sw_log_claim *out, struct sw_error *err);
/* RFC 6962 consistency proof between two sizes. */
sw_result sw_log_consistency(struct sw_store *store, uint64_t old_size, uint64_t new_size,
    struct sw_arena *arena, struct sw_hash256 **hashes, size_t *count, struct sw_error *err);
/* Appends the log's own policy (C2SP tlog-policy: its vkey, no quorum). */
sw_result sw_log_policy(struct sw_store *store, struct sw_buf *out, struct sw_error *err);

struct sw_log_report {
    uint64_t entries;
    uint64_t claims; /* entries that are claims, whose blobs were checked */
    uint64_t bytes;
    struct sw_hash256 root;
    size_t problem_count; /* all of them */
    struct sw_log_problem {
        const char *file; /* below the store: "log/tile/entries/000.p/5" */
        uint64_t leaf;    /* first leaf that it touches; UINT64_MAX when none */
        uint64_t offset;  /* first bad byte in the file; UINT64_MAX when it has no place */
        const char *what;
    } * problems; /* at most 1000 are kept */
    size_t kept;
};

/* Reads the whole log: checkpoint signature (against the store's policy file, or `policy_path`),
 * every entry, every tile at every level, the root, journal and blobs; collects every difference. A
 * difference is in the report, not a failure of this function. With `earlier` (a checkpoint saved
 * before) also checks that the log only grew from there. */
sw_result sw_log_verify(struct sw_store *store, const char *policy_path, struct sw_bytes earlier,
    struct sw_progress *progress, struct sw_arena *arena, struct sw_log_report *report,
    struct sw_error *err);

#endif
