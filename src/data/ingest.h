/* From files to a dataset version: reads records, makes rows of them, sets aside what is none. */
#ifndef SW_DATA_INGEST_H
#define SW_DATA_INGEST_H

#include "data/salt.h"

#define SW_ROWS_INPUT 35 /* a part's note of what it was read from and how: JSON, group 0 */
/* Different labels or languages; further ones count as "(other)". */
#define SW_LABELS_COUNTED 4096u

struct sw_ingest_request {
    const char *path;
    const char
        *work; /* the file that is written; its directory takes what does not fit in memory */
    struct sw_record_options options;
    const struct sw_origin *origin; /* of every sample */
    const struct sw_salt *salt;
    struct sw_str salt_name;
    bool one_digest;
    bool strict;            /* the first bad record is a failure (SW_E_REFUSED) */
    bool resume;            /* go on where an earlier run of the same request stopped, if one did */
    bool at_once;           /* keep nothing for a later run */
    uint64_t save_every_ns; /* 0: every second */
};

/* The right to write a file, which other processes see. */
struct sw_ingest_lock {
    int fd; /* -1: none */
    const char *work;
    const char *path;
};
#define SW_INGEST_LOCK_INIT ((struct sw_ingest_lock){.fd = -1})

struct sw_ingested {
    struct sw_digest manifest;
    uint64_t samples;
    uint64_t resumed_at; /* samples that were there already */
    uint64_t bad;        /* records that are no samples */
    uint64_t repeated;   /* samples whose id stood before; they are samples all the same */
    struct sw_reason_count *reasons; /* sorted */
    size_t reason_count;
    const char *format;
    const char *first_bad; /* "mails.jsonl, line 3, byte 120: invalid-json, …"; NULL: none */
    struct sw_ingest_lock lock;
};
#define SW_INGESTED_INIT ((struct sw_ingested){.lock = SW_INGEST_LOCK_INIT})

/* Reads all of the input. On success request->work is whole; give it its name before
 * sw_ingested_release(). After a failure (and after kill -9) what was saved of it stays, for a
 * later run with `resume`; SW_E_BUSY when another process is at it. Texts are in data->arena. */
sw_result sw_ingest(const struct sw_data *data, const struct sw_ingest_request *request,
    struct sw_ingested *out, struct sw_error *err);
/* Lets others write request->work, and removes it when it is still there. */
void sw_ingested_release(struct sw_ingested *ingested);
SW_DEFINE_CLEANUP(ingested, struct sw_ingested, sw_ingested_release)

/* What is not known for sure after an ingestion, in words, for the claim. */
sw_result sw_ingest_gaps(const struct sw_data *data, const struct sw_ingested *ingested,
    struct sw_str **gaps, size_t *count);

/* Parts that were put together. */
struct sw_ingest_joined {
    struct sw_digest manifest;
    uint64_t repeated;             /* as above, over all parts */
    const struct sw_json *options; /* how they were read, for the claim; in data->arena */
};
/* Writes the set of an input from its parts, as sw_rows_join(). Also SW_E_REFUSED when they were
 * not read alike, or the input was changed in between. */
sw_result sw_ingest_join(const struct sw_data *data, const char *const *parts, size_t count,
    const char *work, struct sw_ingest_joined *out, struct sw_error *err);

#endif
