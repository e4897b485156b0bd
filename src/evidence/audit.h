/* One run of sw_log_verify(): what it knows and what it found. */
#ifndef SW_EVIDENCE_AUDIT_H
#define SW_EVIDENCE_AUDIT_H

#include "evidence/index.h"

#define SW_AUDIT_KEPT 1000u
#define SW_AUDIT_NONE UINT64_MAX /* no leaf, no place */

struct sw_audit {
    struct sw_store *store;
    struct sw_arena *arena;
    struct sw_log_report *report;
    struct sw_progress *progress;
    bool has_head;
    uint64_t size; /* of the signed tree */
    struct sw_hash256 root;
    struct sw_index *index; /* in memory, filled on the way; NULL when a claim could not be read */
    struct sw_tiles *edge;  /* where the journal ends; empty when it cannot be read */
    struct sw_digest *claims; /* that the log or the journal names */
    size_t claim_count;
    size_t claim_cap;
};

/* Reports a difference; the first one of a file stands for all of it. */
sw_result sw_audit_problem(struct sw_audit *audit, const char *file, uint64_t leaf, uint64_t offset,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* Was a difference of this file reported already? */
bool sw_audit_told(const struct sw_audit *audit, const char *file);
/* Counts bytes that were read; SW_E_IO when somebody asked to stop. */
sw_result sw_audit_read(
    struct sw_audit *audit, uint64_t bytes, uint64_t entries, struct sw_error *err);
/* Remembers that a claim is named. */
sw_result sw_audit_claim(struct sw_audit *audit, const struct sw_digest *claim);

/* Every entry and tile of the signed tree. */
sw_result sw_audit_tree(struct sw_audit *audit, struct sw_error *err);
/* An entry that has its place in the tree: if it is a claim's, its blob and what it says of it. */
sw_result sw_audit_entry(struct sw_audit *audit, const char *file, uint64_t leaf, uint64_t offset,
    struct sw_bytes entry, struct sw_error *err);
/* The journal against the tree. */
sw_result sw_audit_journal(struct sw_audit *audit, struct sw_error *err);
/* Files below log/ and blobs/ that have no business there, and earlier partial tiles. */
sw_result sw_audit_files(struct sw_audit *audit, struct sw_error *err);

#endif
