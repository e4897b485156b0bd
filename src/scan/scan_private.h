/* One scan, between the files that make it. Private to scan. */
#ifndef SW_SCAN_SCAN_PRIVATE_H
#define SW_SCAN_SCAN_PRIVATE_H

#include "scan/pool.h"
#include "scan/repository.h"

#include <pthread.h>

/* What the worker is asked for: the first byte of a request. */
enum sw_scan_task {
    SW_TASK_FILE,       /* u8 enum sw_scan_wish, u64 the file's size (big-endian), its name */
    SW_TASK_REPOSITORY, /* what sw_repository_encode() writes */
};

enum sw_scan_wish {
    SW_WISH_METADATA = 1, /* and no more */
    SW_WISH_DIGESTS = 2,  /* of each tensor */
    SW_WISH_PROFILE = 4,  /* likewise */
};

/* What the pass found out about one entry of the tree. */
struct sw_scan_result {
    const char *path;
    const char *format;
    const struct sw_finding *findings;
    size_t finding_count;
    const char *const *unread;
    size_t unread_count;
    struct sw_fact *facts;
    size_t fact_count;
    uint64_t size;
    struct sw_coverage coverage;
    enum sw_scan_status status;
    bool listed;  /* the entry counts: it was scanned, or could not be */
    bool dropped; /* part of it could not be read, whatever its parser said */
};

struct sw_scan {
    struct sw_pool *pool;
    struct sw_packs *packs; /* NULL: those that are compiled in */
    uint64_t time_limit;    /* ns */
    const struct sw_progress *progress;
    pthread_mutex_t lock; /* over what follows */
    struct sw_arena arena;
    struct sw_scan_result *results; /* by index into the tree */
    size_t result_count;
    size_t kept;       /* findings, of all files */
    size_t fact_bytes; /* likewise */
    bool metadata_only;
    bool hash_tensors;
    bool profile;
    bool told; /* of the tree */
    struct sw_consumer consumer;
};

/* Copies into `arena` (scan_report.c). */
sw_result sw_keep_finding(
    struct sw_arena *arena, const struct sw_finding *from, const char *path, struct sw_finding *to);
const char *const *sw_keep_words(struct sw_arena *arena, const char *const *words, size_t count);

/* Is it for the checks of a repository, or for the report alone? (scan_together.c) */
bool sw_fact_is_for_checks(const struct sw_fact *fact);

/* Adds findings behind those that the result has already (scan_report.c). */
sw_result sw_scan_add_findings(
    struct sw_scan *scan, struct sw_scan_result *result, const struct sw_inspection *in);

/* Looks at all files together, when any of them told a fact (scan_together.c). */
sw_result sw_scan_look_together(struct sw_scan *scan, struct sw_error *err);

#endif
