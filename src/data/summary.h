/* What is known of the data that a model was made from: the claim that the gate decides on
 * (doc/claims/data-provenance.md). */
#ifndef SW_DATA_SUMMARY_H
#define SW_DATA_SUMMARY_H

#include "data/reach.h"

/* A taint or takedown that reaches the model, or may. */
struct sw_provenance_hit {
    struct sw_selector selector;
    struct sw_str reason;
    struct sw_str severity; /* empty for a takedown */
    struct sw_str by;       /* the signer's name in trust.yaml */
    struct sw_digest claim;
    uint64_t samples; /* SW_ABSENT: not known */
    bool certain;     /* false: what would tell it is lost, so it cannot be excluded */
};

struct sw_provenance_source {
    struct sw_str name;
    struct sw_str licence; /* empty where nobody says it, as the next two */
    struct sw_str consent;
    struct sw_str origin;
    uint64_t samples;
};

struct sw_provenance_model {
    struct sw_str name;
    struct sw_digest root;
    struct sw_str relation;
};

enum sw_provenance_status {
    SW_PROVENANCE_COMPLETE,
    SW_PROVENANCE_GAPS,
};

struct sw_provenance_weights {
    bool declared;            /* its training names a mixture */
    enum sw_agreement agrees; /* what was drawn is what was declared; NONE: nobody recorded it */
};

struct sw_provenance {
    int64_t time;
    enum sw_provenance_status status;
    struct sw_str *gaps;
    size_t gap_count;
    struct sw_provenance_hit *tainted;
    size_t tainted_count;
    struct sw_provenance_hit *takedowns;
    size_t takedown_count;
    struct sw_provenance_source *sources; /* of all that it and its bases were trained on */
    size_t source_count;
    struct sw_dataset_ref *datasets; /* likewise */
    size_t dataset_count;
    struct sw_provenance_weights weights; /* of its own training */
    bool verified; /* each training read its data again right before, and it was as claimed */
    struct sw_provenance_model *models; /* its bases, and theirs */
    size_t model_count;
};

/* From the log, each claim checked now. When a training is about another `manifest` (alg 0: any)
 * than this, the same files stand under other names: a gap. SW_E_NOENT when no trusted claim says
 * how the model was trained. Everything is in data->arena. */
sw_result sw_provenance_find(const struct sw_data *data, const struct sw_digest *root,
    const struct sw_digest *manifest, struct sw_provenance *out, struct sw_error *err);
/* Appends the predicate. */
sw_result sw_provenance_write(const struct sw_provenance *provenance, struct sw_buf *out);
sw_result sw_provenance_read(struct sw_arena *arena, const struct sw_statement *statement,
    struct sw_provenance *out, struct sw_error *err);

#endif
