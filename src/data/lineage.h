/* What one step did with samples, row by row: what each output is made of, how and how surely, and
 * what became of each input. Reader and writer of doc/format/lineage.md, over data/chunks.h. Both
 * directions are stored, and each must be the transpose of the other. */
#ifndef SW_DATA_LINEAGE_H
#define SW_DATA_LINEAGE_H

#include "data/rows.h"
#include "data/rowset.h"

#define SW_LINEAGE_SETS 64u       /* inputs of one step, at most */
#define SW_LINEAGE_FAN 1048576u   /* inputs of one output row, at most */
#define SW_LINEAGE_REASONS 4096u  /* different reasons of one step, at most */
#define SW_CONFIDENCE_FULL 10000u /* certain: the same bytes or id, or the pipeline said so */
#define SW_REASON_MAX 200u        /* bytes */
#define SW_REASON_UNKNOWN "unknown"

enum sw_edge_kind {
    SW_EDGE_KEPT = 1,   /* the content of one input, unchanged */
    SW_EDGE_EDITED,     /* one input, changed */
    SW_EDGE_SPLIT,      /* a part of one input that has several outputs */
    SW_EDGE_PACKED,     /* several inputs, one behind the other */
    SW_EDGE_MERGED,     /* several inputs made into one */
    SW_EDGE_DUPLICATED, /* a further copy of an input that was kept elsewhere */
    SW_EDGE_GENERATED,  /* no input */
};
/* "kept", "edited", …; NULL for another number. */
const char *sw_edge_kind_name(enum sw_edge_kind kind);

struct sw_input_row {
    uint32_t set; /* index into the step's inputs */
    uint32_t row;
};

/* One output row. */
struct sw_edge {
    enum sw_edge_kind kind;
    uint32_t confidence; /* of 10,000; of a generated row: FULL when the step said that it makes
                            rows, 0 when only nothing was found that it could come from */
    const struct sw_input_row *inputs; /* ascending by set, then row; empty when generated */
    size_t input_count;
};

/* What became of one input row. */
struct sw_fate {
    const uint32_t *outputs; /* ascending; empty: dropped */
    size_t output_count;
    struct sw_str reason; /* why it was dropped; "unknown" when nobody said it; else empty */
};

struct sw_lineage_set {
    struct sw_digest manifest; /* of the dataset version */
    uint64_t rows;
};

/* --- writing --------------------------------------------------------------------------------- */

struct sw_lineage_writer;

/* Begins the file `path`. The output's rows are then told one after the other, and the reasons of
 * dropped inputs in any order before sw_lineage_finish(). Memory does not grow with the rows, but
 * by 12 bytes for each group of 65,536 rows and set. `scratch`: a directory for what does not fit;
 * NULL: beside the file. */
sw_result sw_lineage_create(struct sw_lineage_writer **out, const char *path,
    const struct sw_lineage_set *inputs, size_t input_count, const char *scratch,
    struct sw_error *err);
void sw_lineage_abandon(struct sw_lineage_writer *writer);
SW_DEFINE_CLEANUP_PTR(lineage_writer, struct sw_lineage_writer, sw_lineage_abandon)
/* SW_E_FORMAT for an edge that makes no sense: inputs out of order or range, or another number of
 * them than the kind has. SW_E_LIMIT when 65,536 neighbouring rows have over 33,554,432 inputs. */
sw_result sw_lineage_add(
    struct sw_lineage_writer *writer, const struct sw_edge *edge, struct sw_error *err);
/* Why an input row has no output: 1 to 200 bytes of UTF-8 without control characters. SW_E_FORMAT
 * at the end when it has one, or was dropped twice. */
sw_result sw_lineage_drop(struct sw_lineage_writer *writer, struct sw_input_row row,
    struct sw_str reason, struct sw_error *err);
/* Why inputs have no output of which nobody says it; else "unknown". */
sw_result sw_lineage_drop_others(
    struct sw_lineage_writer *writer, struct sw_str reason, struct sw_error *err);

struct sw_lineage_totals {
    uint64_t outputs[8];        /* by enum sw_edge_kind */
    uint64_t generated_unknown; /* generated, with confidence 0 */
    uint64_t reordered; /* kept rows that stand before one whose input stands before theirs */
    uint64_t inputs_used;
    uint64_t inputs_dropped; /* all, with and without a known reason */
    uint64_t dropped_unknown;
    struct sw_reason_count *reasons; /* sorted; "unknown" among them */
    size_t reason_count;
};

/* `step` names what was done (its description's digest), `output` the set that came out. Totals are
 * in `arena`. The writer is gone afterwards, also on failure. */
sw_result sw_lineage_finish(struct sw_lineage_writer *writer, const struct sw_digest *step,
    const struct sw_lineage_set *output, struct sw_arena *arena, struct sw_lineage_totals *totals,
    struct sw_digest *digest, struct sw_error *err);

/* --- reading --------------------------------------------------------------------------------- */

struct sw_lineage {
    struct sw_chunks chunks;
    struct sw_digest step;
    struct sw_lineage_set *inputs;
    size_t input_count;
    struct sw_lineage_set output;
    struct sw_lineage_totals totals;
    struct sw_lineage_cache *cache;
};

#define SW_LINEAGE_INIT ((struct sw_lineage){.chunks = SW_CHUNKS_INIT})

sw_result sw_lineage_open(struct sw_lineage *lineage, const char *path,
    const struct sw_digest *expected, struct sw_error *err);
void sw_lineage_close(struct sw_lineage *lineage);
SW_DEFINE_CLEANUP(lineage, struct sw_lineage, sw_lineage_close)

/* What one output row is made of; valid until the next call. */
sw_result sw_lineage_edge(
    struct sw_lineage *lineage, uint32_t output, struct sw_edge *out, struct sw_error *err);
/* What became of one input row; valid until the next call. */
sw_result sw_lineage_fate(struct sw_lineage *lineage, struct sw_input_row input,
    struct sw_fate *out, struct sw_error *err);
/* The outputs that any of these rows of input `set` are in; adds to `out`. */
sw_result sw_lineage_forward(struct sw_lineage *lineage, uint32_t set, const struct sw_rowset *rows,
    struct sw_rowset *out, struct sw_error *err);
/* The rows of input `set` that any of these outputs is made of; adds to `out`. */
sw_result sw_lineage_backward(struct sw_lineage *lineage, const struct sw_rowset *outputs,
    uint32_t set, struct sw_rowset *out, struct sw_error *err);
/* Rows of input `set` that were dropped for `reason` (empty: for any), from row `from` on, at most
 * `max`, ascending. */
sw_result sw_lineage_dropped(struct sw_lineage *lineage, uint32_t set, struct sw_str reason,
    uint32_t from, uint32_t *rows, size_t max, size_t *count, struct sw_error *err);
/* Recomputes all: chunks, that both directions say the same, that counts balance. */
sw_result sw_lineage_verify(struct sw_lineage *lineage,
    void (*bad)(void *ctx, const struct sw_chunk_ref *ref, const char *why), void *ctx,
    struct sw_progress *progress, struct sw_error *err);

#endif
