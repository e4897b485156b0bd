/* From files to a dataset version: reads records, makes rows of them, sets aside what is none. */
#ifndef SW_DATA_INGEST_H
#define SW_DATA_INGEST_H

#include "data/salt.h"

#define SW_ROWS_INPUT 35 /* a part's note of where and how its input was read: JSON, group 0 */
#define SW_QUARANTINE_LISTED 500000u /* records that are listed; further ones are only counted */
#define SW_LABELS_COUNTED                                                   \
    4096u /* different labels or languages; further ones count as "(other)" \
           */

struct sw_ingest_request {
    const char *path;
    const char
        *work; /* the file that is written; its directory takes what does not fit in memory */
    struct sw_record_options options;
    const struct sw_origin *origin; /* of every sample */
    const struct sw_salt *salt;
    struct sw_str salt_name;
    bool one_digest;
    bool strict; /* the first bad record is a failure (SW_E_REFUSED) */
    bool resume; /* go on where an earlier run of the same request stopped, if one did */
};

struct sw_ingested {
    struct sw_digest manifest;
    uint64_t samples;
    uint64_t resumed_at; /* samples that were there already */
    uint64_t bad;        /* records that are no samples */
    uint64_t repeated;   /* samples whose id stood before; they are samples all the same */
    uint64_t uncompared; /* samples whose id was not compared: too many, or before a stop */
    struct sw_reason_count *reasons; /* sorted */
    size_t reason_count;
    const char *format;
    const char *first_bad; /* "mails.jsonl, line 3, byte 120: invalid-json, …"; NULL: none */
};

/* Reads all of the input. On success request->work is whole; give it its name with
 * sw_data_file_keep(). After a failure (and after kill -9) what was saved of it stays, for a later
 * run with `resume`; SW_E_BUSY when another process is at it. Texts are in data->arena. */
sw_result sw_ingest(const struct sw_data *data, const struct sw_ingest_request *request,
    struct sw_ingested *out, struct sw_error *err);

/* What is not known for sure after an ingestion, in words, for the claim. */
sw_result sw_ingest_gaps(const struct sw_data *data, const struct sw_ingested *ingested,
    struct sw_str **gaps, size_t *count);

#endif
