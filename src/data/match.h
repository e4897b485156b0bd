/* Which samples of a step's output come from which samples of its inputs, found by comparing them
 * when nobody says it. doc/format/matching.md says what each way finds, and how sure it is. */
#ifndef SW_DATA_MATCH_H
#define SW_DATA_MATCH_H

#include "data/edges.h"

#define SW_MATCH_SAME ((size_t)8 << 20)        /* samples with one key that are told apart */
#define SW_MATCH_SIMILARITY 6000u              /* the least, of 10,000, by default */
#define SW_MATCH_SURE (SW_CONFIDENCE_FULL - 1) /* the most that a likeness can say */
#define SW_REASON_DUPLICATE "duplicate"

enum sw_match_method {
    SW_MATCH_ID,      /* equal ids */
    SW_MATCH_LINE,    /* the same line of the same file */
    SW_MATCH_CONTENT, /* equal contents */
    SW_MATCH_NEAR,    /* equal contents, then alike ones */
};
/* "id", "line", "content", "near". */
const char *sw_match_name(enum sw_match_method method);
bool sw_match_parse(struct sw_str name, enum sw_match_method *out);

struct sw_match_sample {
    uint32_t row;
    const uint8_t *content; /* digest, 32 bytes */
    /* Only in a whole pass: */
    uint32_t file;
    uint64_t line; /* 0: its format has no lines */
    struct sw_str id;
    struct sw_bytes text;
};

/* Samples of one set, in the order of their rows; views are valid until the next call. A pass that
 * is not whole gives row and content alone, which costs less. */
struct sw_match_source {
    void *ctx;
    sw_result (*start)(void *ctx, bool whole, struct sw_error *err);
    sw_result (*next)(void *ctx, struct sw_match_sample *out, bool *more, struct sw_error *err);
};

struct sw_match {
    enum sw_match_method method;
    uint32_t min_similarity; /* of 10,000; 0: SW_MATCH_SIMILARITY */
    const struct sw_match_source *inputs;
    size_t input_count;
    struct sw_match_source output;
    const struct sw_lineage_set *sets; /* the inputs': what shingles are keyed with */
    const char *scratch;               /* a directory */
    size_t in_memory;                  /* records sorted at once; 0: the usual number */
    struct sw_edges *edges;            /* where edges go */
    struct sw_lineage_writer *drops;   /* where reasons of dropped inputs go; may be NULL */
    struct sw_progress *progress;
};

/* What was found besides edges. */
struct sw_match_report {
    uint64_t outputs;
    uint64_t without_id; /* outputs (SW_MATCH_ID) */
    uint64_t too_short;  /* outputs that near matching could not look at */
};

/* SW_E_REFUSED when the method cannot work: lines where the format has none. SW_E_LIMIT over
 * SW_MATCH_SAME. */
sw_result sw_match_run(
    const struct sw_match *match, struct sw_match_report *report, struct sw_error *err);

#endif
