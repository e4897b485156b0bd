/* One step: what was made of which datasets, by what command. The command itself is run by whoever
 * calls; here its output becomes a dataset, its lineage is found or read, and both are recorded. */
#ifndef SW_DATA_RUN_H
#define SW_DATA_RUN_H

#include "data/events.h"
#include "data/salt.h"

#define SW_BUILD_TYPE_STEP "urn:sealwright:build:data-step:v1"
#define SW_STEP_FORMAT "sealwright-step/v1"

/* --- inputs ---------------------------------------------------------------------------------- */

/* A dataset that goes into a step. Zero it first. */
struct sw_run_input {
    struct sw_dataset_claim claim;
    struct sw_rows rows;
    struct sw_salt salt;
    const char *path; /* where its files are */
    struct sw_record_options options;
};
#define SW_RUN_INPUT_INIT ((struct sw_run_input){.rows = SW_ROWS_INIT})

/* Finds "NAME[@VERSION][=PATH]"; without PATH the files are where they were when it was ingested.
 * SW_E_USAGE when nobody said where they are, SW_E_NOENT when it is unknown or its salt is
 * forgotten.
 */
sw_result sw_run_input_find(
    const struct sw_data *data, const char *text, struct sw_run_input *input, struct sw_error *err);
void sw_run_input_release(struct sw_run_input *input);

/* --- the step -------------------------------------------------------------------------------- */

struct sw_run_code {
    struct sw_str path; /* as given */
    struct sw_digest digest;
};

/* What the step does, whoever runs it on what: its digest names it in origins, lineages and taints.
 */
struct sw_run_step {
    struct sw_str name;
    const struct sw_str *command;
    size_t command_count;
    const struct sw_run_code *code;
    size_t code_count;
    const struct sw_json *parameters; /* an object of texts; NULL: none */
};
/* Appends the description in canonical JSON; *digest is its SHA-256. */
sw_result sw_run_step_write(
    const struct sw_run_step *step, struct sw_buf *out, struct sw_digest *digest);

struct sw_run_plan {
    struct sw_run_step step;
    struct sw_run_input *inputs;
    size_t input_count;
    struct sw_dataset_name output;
    const char *output_path;
    struct sw_record_options output_options;
    const char *events; /* the stream in which the step said its lineage; NULL: match */
    enum sw_match_method match;
    uint32_t min_similarity; /* of 10,000; 0: the default */
    struct sw_str drops;     /* the reason of all drops that nobody told; empty: unknown */
    struct sw_str generator; /* what made the outputs that come from no input; empty: nobody did */
    const struct sw_json *environment;
    int64_t started;
    int64_t finished;
    const struct sw_str *gaps; /* what the caller knows to be missing */
    size_t gap_count;
    size_t in_memory; /* records sorted at once; 0: the usual number */
};

/* --- what came of it ------------------------------------------------------------------------- */

/* Both files are drafts until they are recorded. */
struct sw_run_made {
    int lock; /* held as long as there are drafts */
    const char *lock_path;
    const char *rows_draft;
    struct sw_digest manifest;
    const char *lineage_draft;
    struct sw_digest lineage;
    struct sw_digest step;
    struct sw_bytes step_text; /* its description */
    struct sw_digest events;   /* alg 0 without a stream */
    struct sw_lineage_totals totals;
    uint64_t samples;
    uint64_t quarantined;
    struct sw_match_report report;
    struct sw_str *gaps;
    size_t gap_count;
};
#define SW_RUN_MADE_INIT ((struct sw_run_made){.lock = -1})

/* Reads inputs and output, matches them or reads the events, and writes both files below the store.
 * SW_E_REFUSED when an input is not what its manifest says, when files change meanwhile, or when
 * events contradict. Everything is in data->arena. */
sw_result sw_run_make(const struct sw_data *data, struct sw_run_plan *plan,
    struct sw_run_made *made, struct sw_error *err);
/* Removes drafts that were not recorded. */
void sw_run_made_release(struct sw_run_made *made);
SW_DEFINE_CLEANUP(run_made, struct sw_run_made, sw_run_made_release)

enum sw_run_receipt {
    SW_RUN_DATASET,
    SW_RUN_LINEAGE,
    SW_RUN_PROVENANCE,
    SW_RUN_RECEIPTS,
};
struct sw_run_recorded {
    struct sw_dataset_claim dataset;
    struct sw_lineage_claim lineage;
    struct sw_receipt receipts[SW_RUN_RECEIPTS];
};

/* Gives the files their lasting names and records dataset, lineage and SLSA provenance v1, all or
 * none. */
sw_result sw_run_record(const struct sw_data *data, const struct sw_run_plan *plan,
    struct sw_run_made *made, struct sw_run_recorded *out, struct sw_error *err);
/* Appends the provenance's predicate (slsa.dev/provenance/v1). */
sw_result sw_run_provenance(const struct sw_run_plan *plan, const struct sw_lineage_claim *lineage,
    const char *builder, struct sw_buf *out);

#endif
