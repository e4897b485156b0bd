/* What changed between two models. Part of scan's public face (scan.h). */
#ifndef SW_SCAN_DIFF_H
#define SW_SCAN_DIFF_H

#include "scan/tensor_list.h"

enum sw_tensor_change {
    SW_TENSOR_SAME,
    SW_TENSOR_CHANGED,
    SW_TENSOR_ADDED,
    SW_TENSOR_REMOVED,
    SW_TENSOR_RENAMED,  /* the same numbers under another name */
    SW_TENSOR_RESHAPED, /* other dimensions, or blocks of another type: numbers are not compared */
};
const char *sw_tensor_change_name(enum sw_tensor_change change);

#define SW_DIFF_ROWS_MAX 64 /* rows that are named */
#define SW_DIFF_RANK_MAX 64 /* ranks that are told apart; one more stands for any above */

struct sw_tensor_diff {
    enum sw_tensor_change change;
    const struct sw_listed_tensor *a; /* NULL when added */
    const struct sw_listed_tensor *b; /* NULL when removed */
    bool measured;                    /* the numbers below hold; else only bytes were compared */
    uint64_t elements;
    uint64_t changed; /* elements */
    double norm;      /* of B - A (Frobenius), over what is finite */
    double norm_a;    /* of A */
    double largest;   /* of the differences, by magnitude */
    bool rows_known;
    uint64_t rows;
    uint64_t rows_changed;
    uint64_t first_rows[SW_DIFF_ROWS_MAX]; /* the first that changed */
    bool rank_known;
    unsigned rank; /* of B - A, beyond what rounding to B's type leaves (diff_rank.h) */
};

struct sw_model_diff {
    struct sw_tensor_diff *tensors; /* by name; the same ones too */
    size_t count;
    size_t counts[SW_TENSOR_RESHAPED + 1];
};

/* One of the two: where its files are, and what is in them. */
struct sw_diff_side {
    const char *path; /* file or directory; NULL: only digests are known */
    const struct sw_tensor_list *list;
};

/* Compares by reading both side by side; where only digests are known of one side, by digests,
 * which then both must have. Memory does not grow with the tensors. In `arena`. */
sw_result sw_diff_tensors(struct sw_arena *arena, const struct sw_diff_side *a,
    const struct sw_diff_side *b, struct sw_progress *progress, struct sw_model_diff *out,
    struct sw_error *err);

/* A difference so small in rank that few numbers made it: low, and not of single rows alone. */
bool sw_diff_is_low_rank(const struct sw_tensor_diff *diff);

/* --- documents beside the weights --------------------------------------------------------------
 */

struct sw_diff_line {
    struct sw_str where;  /* the path in a JSON document, a line of a text */
    struct sw_str before; /* as JSON or text, cut off; empty when it was not there */
    struct sw_str after;
};

struct sw_document_diff {
    struct sw_diff_line *lines;
    size_t count;
    uint64_t total; /* also of those that are not kept */
};

#define SW_DIFF_DOCUMENT_MAX ((uint64_t)64 << 20)
#define SW_DIFF_LINES_MAX 200

/* Parses hostile documents in confined processes. */
struct sw_diff_reader;
sw_result sw_diff_reader_new(struct sw_diff_reader **out, struct sw_error *err);
void sw_diff_reader_free(struct sw_diff_reader *reader);
SW_DEFINE_CLEANUP_PTR(diff_reader, struct sw_diff_reader, sw_diff_reader_free)

/* Two versions of a document: by paths when both are JSON, else by lines. */
sw_result sw_diff_documents(struct sw_diff_reader *reader, struct sw_arena *arena,
    struct sw_bytes a, struct sw_bytes b, struct sw_document_diff *out, struct sw_error *err);

/* The texts of tokens in a tokenizer.json; empty for what it does not have. */
sw_result sw_diff_tokens(struct sw_diff_reader *reader, struct sw_arena *arena,
    struct sw_bytes tokenizer, const uint64_t *ids, size_t count, struct sw_str *out,
    struct sw_error *err);

#endif
