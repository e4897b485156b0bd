/* The way of single samples: back to what they were made of, forward to what became of them, each
 * hop with what proves it. */
#ifndef SW_DATA_TRACE_H
#define SW_DATA_TRACE_H

#include "data/reach.h"

#define SW_TRACE_LIMIT 1000u /* samples that one answer names, by default */
#define SW_TRACE_LIMIT_MAX 1000000u

/* What shows that something signed is what we say it is. */
struct sw_trace_proof {
    bool holds;
    const char *why_not; /* "" when it holds */
};

/* A row of a dataset version. */
struct sw_trace_sample {
    uint32_t set; /* of the graph */
    uint32_t row;
    bool asked;              /* it is what was asked about */
    bool back;               /* something asked about is made of it, or it is that itself */
    bool forward;            /* it is made of something asked about, or is that itself */
    bool seen;               /* its row could be read: the members below are set */
    struct sw_row content;   /* row.origin is not to be used */
    struct sw_origin origin; /* sources and steps */
    struct sw_str file;
    size_t hashes;               /* of its inclusion proof */
    struct sw_trace_proof proof; /* it is at its place in the tree that the dataset's claim signs */
};

/* One sample was made of another, among others perhaps. */
struct sw_trace_hop {
    uint32_t from; /* index of a sample */
    uint32_t to;
    uint32_t step; /* of the graph; its lineage file has the digest that the claim signs */
    enum sw_edge_kind kind;
    uint32_t confidence; /* of 10,000 */
};

/* A step left a sample out. */
struct sw_trace_drop {
    uint32_t sample;
    uint32_t step;
    const char *reason;
};

/* A sample, or what it became, was trained on. */
struct sw_trace_use {
    uint32_t sample;
    uint32_t training; /* of the graph */
};

/* Between whole sets, by what a document declares: no sample is named, and nothing proves it. */
struct sw_trace_leap {
    struct sw_leap hop;
    bool back; /* on the way back from what was asked about; else forward */
};

struct sw_trace {
    struct sw_trace_sample *samples; /* those asked about first */
    size_t sample_count;
    struct sw_trace_hop *hops;
    size_t hop_count;
    struct sw_trace_drop *drops;
    size_t drop_count;
    struct sw_trace_use *uses;
    size_t use_count;
    struct sw_trace_leap *leaps;
    size_t leap_count;
    bool *models;                       /* by model: is it reached, directly or over a base? */
    bool *declared_models;              /* by model: only over what a document declares */
    struct sw_trace_proof *set_claims;  /* by set: its newest claim stands in the signed log */
    struct sw_trace_proof *step_claims; /* by step */
    struct sw_trace_proof *training_claims;
    struct sw_trace_proof *declaration_claims; /* that the document was imported, no more */
    bool cut;                                  /* there is more than the limit */
    struct sw_gaps gaps;
};

enum sw_trace_ways {
    SW_TRACE_BACK = 1,
    SW_TRACE_FORWARD = 2,
};

struct sw_trace_options {
    enum sw_trace_ways ways;
    size_t limit;   /* 0: SW_TRACE_LIMIT */
    uint32_t in;    /* begin with samples of this set only; NONE: of any */
    bool no_proofs; /* for quick looks */
};

/* Everything is in data->arena. Finding nothing is an answer without samples. */
sw_result sw_trace(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selected *what, const struct sw_trace_options *options, struct sw_trace *out,
    struct sw_error *err);

#endif
