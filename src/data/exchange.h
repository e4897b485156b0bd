/* Documents of other tools about data: Croissant, OpenLineage, PROV-JSON, CycloneDX. One that comes
 * in is read into the same structure that one that goes out is written from.
 * doc/format/exchange.md says what is read, what is written, and what of it is believed. */
#ifndef SW_DATA_EXCHANGE_H
#define SW_DATA_EXCHANGE_H

#include "data/claims.h"

/* --- what a document says -------------------------------------------------------------------- */

enum sw_file_proof {
    SW_FILE_DECLARED,     /* somebody says so; nothing here was compared with it */
    SW_FILE_VERIFIED,     /* the file here has the digest that was said */
    SW_FILE_CONTRADICTED, /* the file here has another digest or size */
};
/* "declared", "verified", "contradicted"; NULL for another number. */
const char *sw_file_proof_name(enum sw_file_proof proof);

struct sw_exchange_file {
    struct sw_str id; /* in its document */
    struct sw_str name;
    struct sw_str url;       /* as written: where its bytes are */
    struct sw_str container; /* the id of what it lies in; empty: it stands alone */
    struct sw_str media_type;
    struct sw_digest digest; /* alg 0: none was said */
    uint64_t size;           /* bytes, or SW_ABSENT */
    bool pattern;            /* it stands for all files that a pattern names */
    enum sw_file_proof proof;
    struct sw_str why; /* why it is not verified: a word of doc/format/exchange.md; else empty */
};

struct sw_exchange_field {
    struct sw_str name;
    struct sw_str type; /* "sc:Text" */
    struct sw_str description;
    struct sw_str file; /* the id of the file it is taken from; may be empty */
    const char *how;    /* "column", "jsonPath" or "fileProperty"; NULL when it is not said */
    struct sw_str what; /* the column, path or property */
};

/* A dataset version. Texts are empty, digests of alg 0 and counts SW_ABSENT when nobody said. */
struct sw_exchange_set {
    struct sw_str space; /* the namespace that its name is of; OpenLineage */
    struct sw_str name;
    struct sw_str version;
    struct sw_str description;
    struct sw_str url;
    struct sw_str licence;
    struct sw_str published; /* a date, as written */
    struct sw_str *creators;
    size_t creator_count;
    struct sw_str *derived_from; /* what it was made from, by names that are no sets here */
    size_t derived_count;
    struct sw_digest manifest;
    struct sw_digest ordered_head;
    struct sw_digest sorted_head;
    uint64_t samples;
    uint64_t bytes;
    struct sw_exchange_file *files;
    size_t file_count;
    struct sw_exchange_field *fields;
    size_t field_count;
    uint32_t *sources; /* indices */
    size_t source_count;
    struct sw_str *gaps;
    size_t gap_count;
    bool declared;          /* it rests on somebody's word */
    struct sw_digest claim; /* where we know it from; alg 0 in what came in */
    struct sw_str signer;
    int64_t time;
};

/* Where samples come from. */
struct sw_exchange_source {
    struct sw_str name;
    struct sw_str title;
    struct sw_str description;
    struct sw_str issuer;
    struct sw_str origin;
    struct sw_str licence;
    struct sw_str consent;
    struct sw_str classification; /* its confidentiality */
    struct sw_digest claim;
    struct sw_str signer;
    int64_t time;
};

#define SW_NO_SET UINT32_MAX
#define SW_NO_MODEL UINT32_MAX

enum sw_exchange_step_kind {
    SW_EXCHANGE_STEP,     /* sets into a set */
    SW_EXCHANGE_TRAINING, /* sets into a model */
};

struct sw_exchange_count {
    struct sw_str name;
    uint64_t count;
};

/* What made sets, or a model, from sets. */
struct sw_exchange_step {
    enum sw_exchange_step_kind kind;
    struct sw_str space;
    struct sw_str name;
    struct sw_str run;     /* its UUID, when it came with one */
    struct sw_str outcome; /* "complete", "fail", "abort", "running"; empty: not said */
    struct sw_digest id;   /* the digest of what was done */
    struct sw_digest lineage;
    int64_t started; /* seconds; 0: not said */
    int64_t ended;
    uint32_t *inputs; /* indices of sets */
    size_t input_count;
    uint32_t *outputs;
    size_t output_count;
    uint32_t model; /* index, or SW_NO_MODEL */
    struct sw_exchange_count *outputs_by_kind;
    size_t kind_count;
    struct sw_exchange_count *dropped_for;
    size_t reason_count;
    uint64_t columns; /* output columns whose inputs are said; OpenLineage */
    struct sw_str *gaps;
    size_t gap_count;
    bool declared;
    struct sw_digest claim;
    struct sw_str signer;
    int64_t time;
};

struct sw_exchange_model {
    struct sw_str name;
    struct sw_digest root;
    struct sw_digest manifest;
    uint32_t *bases; /* indices of models that it was made from */
    size_t base_count;
    struct sw_digest claim;
    struct sw_str signer;
    int64_t time;
};

/* Something that a document should not say, or not so. */
struct sw_exchange_problem {
    struct sw_str kind; /* a word of doc/format/exchange.md: "no-digest" */
    struct sw_str where;
    struct sw_str what; /* one line */
};
#define SW_EXCHANGE_PROBLEMS_KEPT 1000u

struct sw_exchange {
    struct sw_arena *arena; /* everything is in it */
    const char *format;     /* a name from a table below */
    struct sw_str conforms; /* the version of the format that the document names */
    struct sw_digest document;
    struct sw_str origin; /* the log that it was taken from; empty in what came in */
    uint32_t about_set;   /* what goes out is about this set, or */
    uint32_t about_model; /* about this model; the other one is NONE */
    struct sw_exchange_set *sets;
    size_t set_count, set_cap;
    struct sw_exchange_source *sources;
    size_t source_count, source_cap;
    struct sw_exchange_step *steps;
    size_t step_count, step_cap;
    struct sw_exchange_model *models;
    size_t model_count, model_cap;
    struct sw_exchange_problem *problems;
    size_t problems_kept, problem_cap;
    size_t problem_count; /* all of them */
};

/* --- reading --------------------------------------------------------------------------------- */

#define SW_IMPORT_MAX ((uint64_t)64 << 20) /* bytes of a document */
#define SW_IMPORT_VALUES ((uint32_t)1 << 22)
#define SW_IMPORT_SETS 4096u /* of one document, at most */
#define SW_IMPORT_STEPS 16384u
#define SW_IMPORT_FILES 65536u
#define SW_IMPORT_FIELDS 65536u
#define SW_IMPORT_LINKS 262144u /* inputs and outputs of all events */

/* A format that comes in: one file import_X.c and one row. */
struct sw_import_format {
    const char *name;
    const char *what; /* for help: one line */
    bool (*looks_so)(struct sw_bytes text);
    sw_result (*read)(struct sw_bytes text, struct sw_exchange *out, struct sw_error *err);
};
extern const struct sw_import_format sw_import_formats[];
extern const size_t sw_import_format_count;

/* Reads a document; `format` is a name from the table, or NULL: by its content. It is checked, and
 * nothing in it is followed: no address is opened, no context fetched. Everything is marked
 * declared. Views into `text` stay in the result. SW_E_USAGE for an unknown format; SW_E_FORMAT,
 * SW_E_LIMIT; SW_E_UNSUPPORTED for a version that is not read. */
sw_result sw_import_read(struct sw_arena *arena, struct sw_bytes text, const char *format,
    struct sw_exchange *out, struct sw_error *err);

/* Compares the files that lie below `dir` with what the document says of them, and marks each as
 * verified or contradicted; what has no digest, lies in another file or is not there stays declared
 * and gets a word why. Only plain relative paths are looked up; with `by_name`, an address is
 * looked up by its last component. A contradiction is a problem in the list. */
sw_result sw_import_check_files(struct sw_exchange *exchange, const char *dir, bool by_name,
    struct sw_progress *progress, struct sw_error *err);

/* --- recording ------------------------------------------------------------------------------- */

#define SW_PREDICATE_DECLARATION "urn:sealwright:claim:declaration:v1"

/* A dataset that a document names, and what it is here. */
struct sw_declared_set {
    struct sw_str space;   /* as the document has it */
    struct sw_str title;   /* its name there */
    struct sw_str edition; /* its version there */
    struct sw_str name;    /* here */
    struct sw_str version;
    struct sw_digest manifest;
    bool attached; /* it was ingested; else nothing but the document stands for it */
    struct sw_str licence;
    struct sw_str url;
    struct sw_str *creators;
    size_t creator_count;
    struct sw_str *derived_from;
    size_t derived_count;
    uint64_t samples; /* SW_ABSENT: it does not say */
    uint64_t bytes;
    uint64_t fields;
    struct sw_exchange_file *files;
    size_t file_count;
};

/* A step that a document tells of. */
struct sw_declared_step {
    struct sw_str space;
    struct sw_str name;
    struct sw_str run;
    struct sw_str outcome;
    int64_t started; /* 0: it does not say */
    int64_t ended;
    struct sw_digest *inputs; /* manifests of the declared sets */
    size_t input_count;
    struct sw_digest *outputs;
    size_t output_count;
    uint64_t columns;
};

/* What a document says, and what of it was borne out. doc/claims/declaration.md. */
struct sw_declaration_claim {
    struct sw_digest document;
    struct sw_str format;
    struct sw_str conforms; /* the version of the format; may be empty */
    struct sw_declared_set *sets;
    size_t set_count;
    struct sw_declared_step *steps;
    size_t step_count;
    struct sw_exchange_problem *problems; /* the first of them */
    size_t problems_kept;
    uint64_t problem_count;
    int64_t time;
};
sw_result sw_declaration_claim_write(const struct sw_declaration_claim *claim, struct sw_buf *out);
sw_result sw_declaration_claim_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_declaration_claim *out, struct sw_error *err);

struct sw_imported {
    struct sw_declaration_claim claim;
    struct sw_receipt receipt;  /* of it; alg 0 when nothing was recorded */
    struct sw_str *new_sources; /* that were recorded with it */
    size_t new_source_count;
    size_t new_set_count; /* declared datasets that were not known before */
};

/* Records a document that was read: one claim of what it says, a declared dataset for each one that
 * is not known yet, and, for Croissant, a source. What was ingested is never declared anew: the
 * document is attached to it. `as` ("NAME" or "NAME@VERSION", NULL: as the document names it) is
 * for a document with one dataset. Without data->signer, nothing is recorded and `out` says what
 * would be. SW_E_REFUSED when a file contradicts the document, or the document names something that
 * is known otherwise. */
sw_result sw_import_record(const struct sw_data *data, const struct sw_exchange *exchange,
    const char *as, struct sw_imported *out, struct sw_error *err);

/* --- writing --------------------------------------------------------------------------------- */

/* Takes everything upstream of a dataset version ("NAME", "NAME@VERSION", or its manifest's digest)
 * or a model (its root's digest, or its name) from what trusted signers claimed; in data->arena.
 * SW_E_NOENT. */
sw_result sw_export_gather(
    const struct sw_data *data, struct sw_str name, struct sw_exchange *out, struct sw_error *err);
/* Adds the files that the set in question was read from, and its fields. They are looked for at
 * `at`, or, when that is NULL, where they were. What is there is read again: SW_E_REFUSED when it
 * is no longer what was recorded. What cannot be compared stays declared, with a word why. Their
 * addresses are relative to the directory `beside`, where the document will stand, when they lie in
 * or below it; else, or when it is NULL, to the dataset's own. */
sw_result sw_export_add_files(const struct sw_data *data, struct sw_exchange *exchange,
    const char *at, const char *beside, struct sw_error *err);

/* A format that goes out: one file export_X.c and one row. */
struct sw_export_format {
    const char *name;
    const char *what;    /* for help: one line */
    const char *refuses; /* why it cannot be about a model; NULL: it can */
    sw_result (*write)(
        const struct sw_exchange *exchange, struct sw_buf *out, struct sw_error *err);
};
extern const struct sw_export_format sw_export_formats[];
extern const size_t sw_export_format_count;

/* Appends a document, with a newline at its end. The same structure gives the same bytes.
 * SW_E_USAGE for an unknown format, or one that has no word for a model. */
sw_result sw_export_write(const struct sw_exchange *exchange, const char *format,
    struct sw_buf *out, struct sw_error *err);

/* SHA-256 and size of a file as it is now. */
sw_result sw_exchange_hash_file(const char *path, struct sw_progress *progress,
    struct sw_digest *digest, uint64_t *size, struct sw_error *err);

#endif
