/* What the files about steps share. */
#ifndef SW_DATA_RUN_PRIVATE_H
#define SW_DATA_RUN_PRIVATE_H

#include "data/ingest_private.h"
#include "data/lineage_private.h"
#include "data/match_private.h"
#include "data/run.h"

/* How contents are digested, so that those of inputs and output can be compared. */
struct sw_run_digests {
    struct sw_salt salt;
    char made[SW_SALT_NAME_SIZE]; /* a salt's name of our own, when the inputs have several */
    struct sw_str salt_name;
    bool one_digest;
};

/* --- an input that is read again (run_input.c) ----------------------------------------------- */

struct sw_run_reading {
    const struct sw_data *data;
    struct sw_run_input *input;
    const struct sw_run_digests *digests; /* the output's */
    bool comparable;         /* the set's own contents are digested like the output's */
    struct sw_pile contents; /* else: those that are, once they were made */
    bool contents_made;
    bool verified; /* every sample was read and is the one that was recorded */
    struct sw_records *records;
    bool whole;
    uint64_t next;
    uint64_t consumed;
    uint8_t content[32];
};
sw_result sw_run_reading_open(struct sw_run_reading *reading, const struct sw_data *data,
    struct sw_run_input *input, const struct sw_run_digests *digests, const char *scratch,
    struct sw_error *err);
void sw_run_reading_close(struct sw_run_reading *reading);
struct sw_match_source sw_run_reading_source(struct sw_run_reading *reading);
/* Reads all of it unless that was done. */
sw_result sw_run_reading_verify(struct sw_run_reading *reading, struct sw_error *err);
/* The content of a row, as the output's are digested; rows are asked for in order. */
sw_result sw_run_reading_content(
    struct sw_run_reading *reading, uint32_t row, uint8_t out[32], struct sw_error *err);

/* --- the output that is read for the first time (run_output.c) ------------------------------- */

struct sw_run_output {
    const struct sw_data *data;
    const char *path;
    struct sw_record_options options;
    const struct sw_run_digests *digests;
    uint64_t input_bytes;       /* for progress */
    struct sw_records *records; /* of the pass that is under way, then of the first one */
    struct sw_pile rows;        /* struct sw_row, without origin */
    struct sw_tallies tallies;
    struct sw_ids ids;
    const char *format;
    bool taken;
    bool whole;
    uint64_t next;
    uint64_t consumed;
    struct sw_row row;
};
sw_result sw_run_output_open(struct sw_run_output *output, const struct sw_data *data,
    const struct sw_run_plan *plan, const struct sw_run_digests *digests, const char *scratch,
    struct sw_error *err);
void sw_run_output_close(struct sw_run_output *output);
struct sw_match_source sw_run_output_source(struct sw_run_output *output);
/* Reads all of it unless that was done. */
sw_result sw_run_output_take(struct sw_run_output *output, struct sw_error *err);
/* Adds what stands beside the rows. */
sw_result sw_run_output_extras(
    struct sw_run_output *output, struct sw_rows_writer *writer, struct sw_error *err);

/* --- drafts (run_draft.c) -------------------------------------------------------------------- */

/* Names the files that will be made, and removes what a killed run left. */
sw_result sw_run_drafts_open(
    const struct sw_data *data, struct sw_run_made *made, struct sw_error *err);

/* --- origins (run_origin.c) ------------------------------------------------------------------ */

/* Gives an output row the origin that is the union of its inputs', plus the step. */
struct sw_run_origins;
sw_result sw_run_origins_new(struct sw_run_origins **out, const struct sw_run_plan *plan,
    const struct sw_digest *step, struct sw_rows_writer *writer);
void sw_run_origins_free(struct sw_run_origins *origins);
SW_DEFINE_CLEANUP_PTR(run_origins, struct sw_run_origins, sw_run_origins_free)
sw_result sw_run_origins_of(struct sw_run_origins *origins, const struct sw_output_edge *edge,
    uint32_t *out, struct sw_error *err);

#endif
