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

/* "NAME" or "NAME@VERSION", each as sw_name_check() asks; the version is empty when it was not
 * said. SW_E_USAGE. */
struct sw_dataset_name {
    struct sw_str name;
    struct sw_str version;
};
sw_result sw_dataset_name_parse(
    struct sw_str text, struct sw_dataset_name *out, struct sw_error *err);

/* Files of the room below the store. */
#define SW_DATA_DIR "data"
/* "STORE/data/sets/<hex>.data", "STORE/data/lineage/<hex>.data", "STORE/data/order/<hex>.data". */
enum sw_data_file {
    SW_DATA_FILE_SET,
    SW_DATA_FILE_LINEAGE,
    SW_DATA_FILE_ORDER, /* draws of a run */
};
/* In data->arena; NULL when there is no memory. */
const char *sw_data_file_path(
    const struct sw_data *data, enum sw_data_file kind, const struct sw_digest *digest);
/* The directory of such files, made when it is not there: where a file is written before it has its
 * digest, so that it can be given its lasting name. */
sw_result sw_data_file_dir(
    const struct sw_data *data, enum sw_data_file kind, const char **dir, struct sw_error *err);
/* Gives a finished, durable file of that directory its lasting name, durably. */
sw_result sw_data_file_keep(const struct sw_data *data, enum sw_data_file kind, const char *made,
    const struct sw_digest *digest, struct sw_error *err);

/* Signs `predicate` (any JSON object) about the subjects, adds it to the log and publishes.
 * SW_E_USAGE without a signer. */
sw_result sw_data_record(const struct sw_data *data, const struct sw_subject *subjects,
    size_t subject_count, const char *predicate_type, struct sw_bytes predicate,
    struct sw_receipt *receipt, struct sw_error *err);

/* As sw_data_record for several claims that belong together: all are recorded, or none. */
struct sw_data_draft {
    const struct sw_subject *subjects;
    size_t subject_count;
    const char *predicate_type;
    struct sw_bytes predicate;
};
sw_result sw_data_record_all(const struct sw_data *data, const struct sw_data_draft *drafts,
    size_t count, struct sw_receipt *receipts, struct sw_error *err);

/* A claim of this room that somebody trusted signed. */
struct sw_data_claim {
    struct sw_digest claim;
    uint64_t leaf;
    int64_t time; /* when the log recorded it */
    int64_t made; /* when it says it was made, but not later than it was recorded */
    const char *signer;
    struct sw_statement statement;
};
/* All trusted claims of one type (about `subject`, unless NULL), in the order in which they were
 * made, in data->arena: one that is imported late is not the newest word.
 * Those that nobody trusted signed are counted in *ignored (may be NULL) and not given.
 * SW_E_REFUSED when the store has lost or changed a claim that its log names: an answer without it
 * could be wrong. Where claims stand is taken from the index; the gate's own look
 * (sw_evidence_gather) trusts the log alone. */
sw_result sw_data_claims(const struct sw_data *data, const char *predicate_type,
    const struct sw_digest *subject, struct sw_data_claim **out, size_t *count, size_t *ignored,
    struct sw_error *err);

/* --- source ---------------------------------------------------------------------------------- */

/* A source as it is declared. */
struct sw_source_record {
    struct sw_str name;
    /* The record of the Data Provenance Standards v1.0.0 (Data & Trust Alliance) in its JSON form:
     * an object of the groups "source", "provenance" and "use". */
    const struct sw_json *fields;
    struct sw_str by;     /* who says so, in words; may be empty: the signer is what is proven */
    struct sw_str reason; /* why it was changed; may be empty */
    int64_t time;
};
/* The claim is about the source's name, and about its record: SHA-256 of its canonical JSON. */
sw_result sw_source_claim_write(const struct sw_source_record *record, struct sw_buf *out);
/* SW_E_FORMAT also when the record breaks the standard's JSON Schema in what it does say. */
sw_result sw_source_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_source_record *out, struct sw_error *err);
/* What is known of it as of its newest trusted claim. `claim` may be NULL. SW_E_NOENT. */
sw_result sw_source_find(const struct sw_data *data, struct sw_str name,
    struct sw_source_record *out, struct sw_data_claim *claim, struct sw_error *err);
/* What a dataset's claim repeats of it; empty when the record does not say it: a gap. */
struct sw_str sw_source_licence(const struct sw_source_record *record);
struct sw_str sw_source_consent(const struct sw_source_record *record);
struct sw_str sw_source_origin(const struct sw_source_record *record);

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
/* Makes the claim of a set whose file has its lasting name in the store, and records it. Of `more`,
 * the name, version, location, options and gaps are taken; the rest comes from the rows and from
 * what is known of their sources, whose gaps are added. An empty version becomes the next number
 * that is free ("1" for the first). SW_E_REFUSED when NAME@VERSION is there with other samples.
 * *made (may be NULL) is the claim as it was recorded, in data->arena. */
sw_result sw_dataset_claim_record(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *more, struct sw_dataset_claim *made, struct sw_receipt *receipt,
    struct sw_error *err);
/* SW_E_REFUSED when NAME@VERSION is there with other samples: to ask before the file of a set is
 * kept. An empty version is always free. */
sw_result sw_dataset_version_free(const struct sw_data *data, const struct sw_dataset_name *name,
    const struct sw_digest *manifest, struct sw_error *err);
/* As sw_dataset_claim_record(), for somebody who records it together with other claims: subjects
 * and predicate are in data->arena. */
enum sw_dataset_subject {
    SW_DATASET_MANIFEST,
    SW_DATASET_ORDERED_HEAD,
    SW_DATASET_SORTED_HEAD,
    SW_DATASET_NAME,
    SW_DATASET_SUBJECTS,
};
sw_result sw_dataset_claim_draft(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_dataset_claim *more, struct sw_dataset_claim *made, struct sw_data_draft *draft,
    struct sw_error *err);
/* The newest trusted claim of NAME, or of NAME@VERSION, or of a manifest digest ("sha256:…").
 * `claim` may be NULL. SW_E_NOENT. */
sw_result sw_dataset_find(const struct sw_data *data, struct sw_str name,
    struct sw_dataset_claim *out, struct sw_data_claim *claim, struct sw_error *err);
/* Opens its rows. SW_E_NOENT when the file is not in this store; SW_E_REFUSED when it is not the
 * one that was signed, or, unless the claim is only declared, when its counts, sources or heads are
 * not those that the claim says. */
sw_result sw_dataset_open(const struct sw_data *data, const struct sw_dataset_claim *claim,
    struct sw_rows *rows, struct sw_error *err);

/* --- lineage --------------------------------------------------------------------------------- */

/* A dataset version as another claim names it. */
struct sw_dataset_ref {
    struct sw_str name;
    struct sw_str version;
    struct sw_digest manifest;
    uint64_t samples;
};
/* Opens its rows, by the manifest alone. SW_E_NOENT when the file is not in this store,
 * SW_E_REFUSED when it is not the one that is named. */
sw_result sw_dataset_open_ref(const struct sw_data *data, const struct sw_dataset_ref *ref,
    struct sw_rows *rows, struct sw_error *err);

struct sw_lineage_claim {
    struct sw_digest step;
    struct sw_str step_name;
    struct sw_digest lineage; /* the file */
    struct sw_dataset_ref *inputs;
    size_t input_count;
    struct sw_dataset_ref output;
    struct sw_str match; /* "id", "line", "content", "near", "events" */
    const struct sw_lineage_totals *totals;
    bool complete; /* false: gaps */
    struct sw_str *gaps;
    size_t gap_count;
    const struct sw_json *how; /* command, code digests, parameters, environment */
    int64_t time;
};
/* The claim is about the output's manifest, the step and the lineage file. */
#define SW_LINEAGE_SUBJECTS 3u
sw_result sw_lineage_claim_write(const struct sw_lineage_claim *claim, struct sw_buf *out);
/* SW_E_FORMAT also when it says to be complete and its counts do not balance. */
sw_result sw_lineage_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_lineage_claim *out, struct sw_error *err);

/* --- mixture --------------------------------------------------------------------------------- */

/* A weight is decimal text, at least 0: "0.3". */
struct sw_mixture_weight {
    struct sw_str source;  /* one of the two is empty */
    struct sw_str dataset; /* "NAME" or "NAME@VERSION" */
    struct sw_str old;     /* empty: it had none */
    struct sw_str new;
};

/* One decision: every weight as it was and as it is from here on. */
struct sw_mixture_claim {
    struct sw_str name;
    uint64_t sequence;         /* 1 for the first decision */
    struct sw_digest previous; /* the claim of the decision before; alg 0 in the first */
    struct sw_mixture_weight *weights;
    size_t weight_count;
    uint64_t from_step;
    uint64_t to_step; /* the last one it holds for; SW_ABSENT: until the next decision */
    struct sw_str reason;
    struct sw_str decided_by; /* in words; may be empty */
    int64_t time;
};
/* The claim is about the mixture's name. */
sw_result sw_mixture_claim_write(const struct sw_mixture_claim *claim, struct sw_buf *out);
sw_result sw_mixture_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_mixture_claim *out, struct sw_error *err);

/* --- consumption ----------------------------------------------------------------------------- */

/* What a run drew of one source, or of one dataset when the mixture weighs datasets. */
struct sw_consumption_share {
    struct sw_str name;
    uint64_t draws;  /* of samples that have this source, perhaps beside others */
    double share;    /* of all draws; a draw of a sample with several sources counts in parts */
    double declared; /* its weight of the mixture, normalised; NAN: none was declared */
    double z;        /* NAN: no statistic */
    double p;        /* NAN: no statistic */
    enum sw_agreement agrees;
};

struct sw_consumption_claim {
    struct sw_str run;
    struct sw_dataset_ref *datasets;
    size_t dataset_count;
    struct sw_str mixture;       /* its name; empty without one */
    struct sw_digest decision;   /* the claim of its newest decision then; alg 0 without one */
    struct sw_str seed;          /* decimal text; may be empty */
    struct sw_digest order;      /* the file of draws, as the store keeps it */
    struct sw_digest order_file; /* SHA-256 of the file that was given */
    struct sw_str order_format;  /* how that file was read: "lines", "u32", "u64", "npy" */
    struct sw_digest blend_file; /* which dataset each draw is of; alg 0 without one */
    uint64_t draws;
    uint64_t distinct;  /* samples that were drawn at least once */
    uint64_t from_step; /* SW_ABSENT: not said */
    uint64_t to_step;
    struct sw_consumption_share *shares;
    size_t share_count;
    double chi_square; /* over all; NAN: no statistic */
    uint64_t degrees;
    double p;     /* NAN: no statistic */
    double alpha; /* below which a difference is no chance; NAN: no statistic */
    enum sw_agreement agrees;
    struct sw_str *gaps;
    size_t gap_count;
    int64_t time;
};
/* The claim is about the run's name, the order file and the manifests of the datasets. */
sw_result sw_consumption_claim_write(const struct sw_consumption_claim *claim, struct sw_buf *out);
sw_result sw_consumption_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_consumption_claim *out, struct sw_error *err);

/* --- training -------------------------------------------------------------------------------- */

enum sw_training_kind {
    SW_TRAINED_MODEL,      /* what a run made */
    SW_TRAINED_CHECKPOINT, /* what it had made by a step */
};

/* A model that this one is made from. */
struct sw_training_base {
    struct sw_str name;
    struct sw_str relation;    /* "finetune", "adapter", "quantized", "merge", "checkpoint", … */
    struct sw_digest root;     /* its model root */
    struct sw_digest manifest; /* binds its names too; alg 0 when only the root is known */
};

struct sw_training_code {
    struct sw_str path; /* as given */
    struct sw_digest digest;
};

struct sw_training_claim {
    enum sw_training_kind kind;
    struct sw_str run;
    uint64_t step; /* of a checkpoint; SW_ABSENT otherwise */
    struct sw_str model;
    struct sw_digest root;     /* the model root */
    struct sw_digest manifest; /* the digest that binds names and sizes as well */
    struct sw_dataset_ref *datasets;
    size_t dataset_count;
    bool verified; /* the datasets' files were read again right before and were as claimed */
    struct sw_str mixture;      /* its name; empty without one */
    struct sw_digest decision;  /* the claim of its newest decision then; alg 0 without one */
    struct sw_digest *consumed; /* consumption claims of the run that were there */
    size_t consumed_count;
    struct sw_training_base *bases;
    size_t base_count;
    struct sw_str *command;
    size_t command_count;
    struct sw_training_code *code;
    size_t code_count;
    const struct sw_json *parameters;  /* an object of texts */
    const struct sw_json *environment; /* an object of texts, only of names that are allowed */
    struct sw_str seed;                /* decimal text; may be empty */
    int64_t started;                   /* 0: not known */
    int64_t finished;
    struct sw_str *gaps;
    size_t gap_count;
    int64_t time;
};
/* The claim is about the model root, the manifest digest and the run's name. */
sw_result sw_training_claim_write(const struct sw_training_claim *claim, struct sw_buf *out);
sw_result sw_training_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_training_claim *out, struct sw_error *err);

/* --- taint, takedown ------------------------------------------------------------------------- */

enum sw_selector_kind {
    SW_SELECT_SOURCE,  /* a name */
    SW_SELECT_DATASET, /* a name, "NAME@VERSION", or a manifest digest */
    SW_SELECT_STEP,    /* a step's digest */
    SW_SELECT_SAMPLE,  /* a record digest */
    SW_SELECT_CONTENT, /* a content digest */
    SW_SELECT_MODEL,   /* a model root */
};
/* "source", "dataset", …; NULL for another number. */
const char *sw_selector_kind_name(enum sw_selector_kind kind);

struct sw_selector {
    enum sw_selector_kind kind;
    struct sw_str name;      /* or */
    struct sw_digest digest; /* one of them, or both when the name was looked up */
};
/* What a claim about the selected is about: the digest, else the digest of the name. */
void sw_selector_subject(const struct sw_selector *selector, struct sw_digest *out);

enum sw_taint_severity {
    SW_TAINT_LOW,
    SW_TAINT_MEDIUM,
    SW_TAINT_HIGH,
    SW_TAINT_CRITICAL,
};
const char *sw_taint_severity_name(enum sw_taint_severity severity);

enum sw_taint_state {
    SW_TAINTED,
    SW_TAINT_LIFTED,
};

struct sw_taint_claim {
    struct sw_selector selector;
    enum sw_taint_severity severity;
    struct sw_str reason;
    struct sw_str *evidence; /* digests, addresses or words */
    size_t evidence_count;
    enum sw_taint_state state;
    struct sw_str by; /* in words; may be empty */
    int64_t time;
};
sw_result sw_taint_claim_write(const struct sw_taint_claim *claim, struct sw_buf *out);
sw_result sw_taint_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_taint_claim *out, struct sw_error *err);

struct sw_affected_model {
    struct sw_str name;
    struct sw_digest root;
    uint64_t samples; /* of the withdrawn, that it was trained on; SW_ABSENT: not known */
    bool admitted;    /* a verdict "pass" stands for it */
};

struct sw_takedown_claim {
    struct sw_selector selector;
    struct sw_str reason;
    struct sw_str requested_by;
    uint64_t samples;                /* rows that are withdrawn, over all datasets */
    struct sw_dataset_ref *datasets; /* where they are; `samples` counts the withdrawn */
    size_t dataset_count;
    struct sw_affected_model *models;
    size_t model_count;
    int64_t time;
};
sw_result sw_takedown_claim_write(const struct sw_takedown_claim *claim, struct sw_buf *out);
sw_result sw_takedown_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_takedown_claim *out, struct sw_error *err);

#endif
