/* Is the data still what was recorded? Reads the files of a dataset again and says of each sample
 * that is not there any more, is another, is new, or stands elsewhere. */
#ifndef SW_DATA_VERIFY_H
#define SW_DATA_VERIFY_H

#include "data/salt.h"

enum sw_sample_problem_kind {
    SW_SAMPLE_CHANGED, /* another record stands where the sample stood, or it has another weight */
    SW_SAMPLE_MISSING,
    SW_SAMPLE_ADDED,
    SW_SAMPLE_MOVED,       /* the sample is there, in another order or another file than recorded */
    SW_SAMPLE_BROKEN_FILE, /* a file of the store differs from what was signed */
};
/* "changed", "missing", "added", "moved", "broken". */
const char *sw_sample_problem_name(enum sw_sample_problem_kind kind);

#define SW_NO_SAMPLE UINT64_MAX

struct sw_sample_problem {
    enum sw_sample_problem_kind kind;
    uint64_t sample;   /* its number in the set; SW_NO_SAMPLE for what is not in it */
    const char *where; /* "mails.jsonl, byte 1200": where it is, or was when it is gone */
};

#define SW_SAMPLE_PROBLEMS_KEPT 1000u

struct sw_data_verification {
    uint64_t samples; /* of the set */
    uint64_t read;    /* samples that were read */
    uint64_t bad;     /* records that are none */
    uint64_t bytes;
    uint64_t counts[5];                 /* problems by kind: all of them */
    struct sw_sample_problem *problems; /* the first ones, in the order of the set */
    size_t kept;
};

/* Compares the rows with the input at `path`, read as `options` say. A difference is in the result,
 * not a failure. The rows are believed: sw_data_check_set() comes before. SW_E_LIMIT when so much
 * differs that it is another dataset. */
sw_result sw_data_compare(const struct sw_data *data, struct sw_rows *rows,
    const struct sw_salt *salt, const char *path, const struct sw_record_options *options,
    struct sw_data_verification *out, struct sw_error *err);
/* Adds that a file of the store cannot be believed, when that is what `code` and `why` say; passes
 * every other failure up. */
sw_result sw_data_broken_file(const struct sw_data *data, struct sw_data_verification *out,
    enum sw_code code, const struct sw_error *why, struct sw_error *err);
/* Checks the set's own file in the store, all of it; adds what is wrong. */
sw_result sw_data_check_set(const struct sw_data *data, struct sw_rows *rows,
    struct sw_data_verification *out, struct sw_error *err);
/* The same for a lineage file. */
sw_result sw_data_check_lineage(const struct sw_data *data, struct sw_lineage *lineage,
    struct sw_data_verification *out, struct sw_error *err);

#endif
