/* What the room signs: the predicates of doc/claims/, as structures. Each is written in canonical
 * JSON and read back strictly; a claim is believed only when somebody that trust.yaml names for it
 * signed it. */
#ifndef SW_DATA_CLAIMS_H
#define SW_DATA_CLAIMS_H

#include "data/lineage.h"

#define SW_PREDICATE_SOURCE "urn:sealwright:claim:source:v1"
#define SW_PREDICATE_DATASET "urn:sealwright:claim:dataset:v1"
#define SW_PREDICATE_LINEAGE "urn:sealwright:claim:lineage:v1"
#define SW_PREDICATE_MIXTURE "urn:sealwright:claim:mixture:v1"
#define SW_PREDICATE_CONSUMPTION "urn:sealwright:claim:consumption:v1"
#define SW_PREDICATE_TRAINING "urn:sealwright:claim:training:v1"
#define SW_PREDICATE_TAINT "urn:sealwright:claim:taint:v1"
#define SW_PREDICATE_TAKEDOWN "urn:sealwright:claim:takedown:v1"
#define SW_PREDICATE_DATA_PROVENANCE "urn:sealwright:claim:data-provenance:v1"
#define SW_PREDICATE_SLSA_PROVENANCE "https://slsa.dev/provenance/v1"

/* With what the room works during one command. */
struct sw_data {
    struct sw_store *store;
    const struct sw_trust *trust;
    const struct sw_signer *signer; /* NULL while nothing is signed */
    struct sw_arena *arena;
    struct sw_progress *progress; /* may be NULL */
    int64_t now;
};

/* Names are subjects too: SHA-256("sealwright-name/v1" 0x00 kind 0x00 name). */
enum sw_name_kind {
    SW_NAME_SOURCE,
    SW_NAME_DATASET,
    SW_NAME_MIXTURE,
    SW_NAME_RUN,
};
void sw_name_digest(enum sw_name_kind kind, struct sw_str name, struct sw_digest *out);

/* "NAME" or "NAME@VERSION": letters, digits and "._-" each, 1 to 128; the version is empty when it
 * was not said. SW_E_USAGE. */
struct sw_dataset_name {
    struct sw_str name;
    struct sw_str version;
};
sw_result sw_dataset_name_parse(
    struct sw_str text, struct sw_dataset_name *out, struct sw_error *err);

/* Files of the room below the store. */
#define SW_DATA_DIR "data"
/* "STORE/data/sets/<hex>.data", "STORE/data/lineage/<hex>.data". */
enum sw_data_file {
    SW_DATA_FILE_SET,
    SW_DATA_FILE_LINEAGE,
    SW_DATA_FILE_ORDER, /* draws of a run */
};
const char *sw_data_file_path(
    const struct sw_data *data, enum sw_data_file kind, const struct sw_digest *digest);

/* Signs `predicate` (any JSON object) about the subjects, adds it to the log and publishes. */
sw_result sw_data_record(const struct sw_data *data, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate,
    struct sw_receipt *receipt, struct sw_error *err);

/* A claim of this room that somebody trusted signed. */
struct sw_data_claim {
    struct sw_digest claim;
    uint64_t leaf;
    int64_t time; /* when the log recorded it */
    const char *signer;
    struct sw_statement statement;
};
/* All trusted claims of one type (about `subject`, unless NULL), oldest first, in data->arena.
 * Those that nobody trusted signed are counted in *ignored (may be NULL) and not given. */
sw_result sw_data_claims(const struct sw_data *data, const char *predicate_type,
    const struct sw_digest *subject, struct sw_data_claim **out, size_t *count, size_t *ignored,
    struct sw_error *err);

/* --- source ---------------------------------------------------------------------------------- */

/* A source as it is declared: the Data Provenance Standards v1.0.0 (Data & Trust Alliance). Empty
 * texts are fields that were not given. */
struct sw_source_record {
    struct sw_str name;
    const struct sw_json *fields; /* an object of texts and lists, by the standard's names */
};

/* --- dataset --------------------------------------------------------------------------------- */

struct sw_dataset_source {
    struct sw_str name;
    uint64_t samples;
    uint64_t bytes;
    struct sw_str licence; /* as the source's newest claim says; empty: a gap */
    struct sw_str consent;
    struct sw_str origin; /* where it was collected from; empty: a gap */
};

struct sw_dataset_claim {
    struct sw_str name;
    struct sw_str version;
    struct sw_digest manifest;
    struct sw_digest ordered_head; /* sw_tree_head() */
    struct sw_digest sorted_head;
    uint64_t samples;
    uint64_t bytes;
    struct sw_str reader;
    struct sw_str location;        /* where the files were, as given; may be empty */
    const struct sw_json *options; /* how they were read: to read them again (data verify) */
    struct sw_str salt;            /* its name, empty without one */
    struct sw_dataset_source *sources;
    size_t source_count;
    struct sw_reason_count *quarantined;
    size_t quarantined_count;
    struct sw_str *gaps; /* what is not known, in words; none is good */
    size_t gap_count;
    bool declared; /* imported from somebody's word, without samples that were seen */
    int64_t time;
};
sw_result sw_dataset_claim_write(const struct sw_dataset_claim *claim, struct sw_buf *out);
sw_result sw_dataset_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_dataset_claim *out, struct sw_error *err);
/* Makes the claim of a set that stands in the store's files, and records it. */
sw_result sw_dataset_claim_record(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *more, struct sw_receipt *receipt, struct sw_error *err);
/* The newest trusted claim of NAME, or of NAME@VERSION, or of a manifest digest ("sha256:…").
 * SW_E_NOENT. */
sw_result sw_dataset_find(const struct sw_data *data, struct sw_str name,
    struct sw_dataset_claim *out, struct sw_data_claim *claim, struct sw_error *err);
/* Opens its rows. SW_E_NOENT when the file is not in this store. */
sw_result sw_dataset_open(const struct sw_data *data, const struct sw_dataset_claim *claim,
    struct sw_rows *rows, struct sw_error *err);

/* --- lineage --------------------------------------------------------------------------------- */

struct sw_lineage_claim {
    struct sw_digest step;
    struct sw_str step_name;
    struct sw_digest lineage; /* the file */
    struct sw_dataset_claim_ref {
        struct sw_str name;
        struct sw_str version;
        struct sw_digest manifest;
        uint64_t samples;
    } * inputs;
    size_t input_count;
    struct sw_dataset_claim_ref output;
    struct sw_str match; /* "id", "line", "content", "near", "events" */
    const struct sw_lineage_totals *totals;
    bool complete; /* false: gaps */
    struct sw_str *gaps;
    size_t gap_count;
    const struct sw_json *how; /* command, code digests, parameters, environment */
    int64_t time;
};

#endif
