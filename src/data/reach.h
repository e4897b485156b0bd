/* How far something reaches: which samples of which dataset versions come from a source, went
 * through a step, or are made of a sample; and which models were made from those. Counts are exact:
 * what could not be followed is a gap, and nothing is concluded over it. The one exception is what
 * a document declares: there all samples of what it leads to may be reached, and it says so. */
#ifndef SW_DATA_REACH_H
#define SW_DATA_REACH_H

#include "data/graph.h"

/* What one asks about. */
struct sw_selected {
    struct sw_selector selector; /* as a claim holds it */
    /* A sample by its place: the selector's name is then "NAME@VERSION#ROW". */
    bool by_row;
    uint32_t row;
    /* A content whose bytes are at hand, so that keyed sets can be asked too. */
    bool has_text;
    struct sw_bytes text;
};

/* "source:NAME", "dataset:NAME[@VERSION]" or "dataset:sha256:…", "step:sha256:…",
 * "sample:NAME@VERSION#ROW" or "sample:sha256:…" (the record's digest), "content:sha256:…",
 * "text:WORDS", "file:PATH" (its content), "model:sha256:…". Names are looked up: SW_E_NOENT when
 * nobody trusted spoke of one. Everything is in data->arena. SW_E_USAGE. */
sw_result sw_selected_parse(const struct sw_data *data, const struct sw_graph *graph,
    struct sw_str text, struct sw_selected *out, struct sw_error *err);
/* What a taint or takedown of this selector is about. SW_E_FORMAT when it names a row that is none.
 */
sw_result sw_selected_of_claim(
    const struct sw_selector *selector, struct sw_selected *out, struct sw_error *err);
/* Appends it as sw_selected_parse() reads it; a text by its digest. */
sw_result sw_selector_show(const struct sw_selector *selector, struct sw_buf *out);

enum sw_gap_kind {
    SW_GAP_UNKNOWN, /* nobody trusted says more: an incomplete step, an untrusted claim, a keyed set
                     */
    SW_GAP_DECLARED, /* a document says it, and nobody here saw it */
    SW_GAP_LOST,     /* it was known: a file or a claim of the store is missing or changed */
};

struct sw_gap {
    enum sw_gap_kind kind;
    const char *text; /* one line */
};

struct sw_gaps {
    struct sw_arena *arena;
    struct sw_gap *list;
    size_t count;
    size_t cap;
};
/* The same words are kept once. */
sw_result sw_gap_add(struct sw_gaps *gaps, enum sw_gap_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

struct sw_reach_options {
    /* For a decision: where a content stands in a set is proven by its neighbours, so that whoever
     * changes the file hides nothing. */
    bool prove;
    /* By set: those that lead to what is decided on; nothing is asked of the others. NULL: all. */
    const bool *within;
};

struct sw_reach {
    uint64_t *samples; /* by set of the graph */
    bool *sets;        /* by set: is it reached? With 0 samples: nobody said how many it has */
    uint64_t *model_samples; /* by model: in all sets that it or its bases were trained on */
    bool *models;            /* by model: is it reached? */
    /* By set: it is reached only over what a document declares, and `samples` are all it has; by
     * model: only over such sets. */
    bool *declared_sets;
    bool *declared_models;
    struct sw_gaps gaps;
};

/* Everything is in data->arena. Fails only when the question could not be put. */
sw_result sw_reach(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_selected *what, const struct sw_reach_options *options, struct sw_reach *out,
    struct sw_error *err);

/* --- parts, also for other questions ---------------------------------------------------------- */

/* The rows of one set that are selected directly, added to `rows`. A set that cannot be asked is a
 * gap. Not for sources and steps, which are counted and not listed, nor for models. */
sw_result sw_reach_seeds(const struct sw_data *data, const struct sw_graph *graph, uint32_t set,
    const struct sw_selected *what, const struct sw_reach_options *options, struct sw_rowset *rows,
    struct sw_gaps *gaps, struct sw_error *err);
/* Opens a set's rows, or a step's lineage, as their claims name them; *opened is false, and a gap
 * says why, when that cannot be done. */
sw_result sw_reach_open_set(const struct sw_data *data, const struct sw_graph *graph, uint32_t set,
    struct sw_rows *rows, bool *opened, struct sw_gaps *gaps, struct sw_error *err);
sw_result sw_reach_open_step(const struct sw_data *data, const struct sw_graph *graph,
    uint32_t step, struct sw_lineage *lineage, bool *opened, struct sw_gaps *gaps,
    struct sw_error *err);
/* Is the set selected as a whole, or as that of a source, and did nobody count its samples? So it
 * is of what is declared only, and may hold any number. */
bool sw_reach_is_uncounted(
    const struct sw_graph *graph, uint32_t set, const struct sw_selector *selector);
/* From whole sets to whole sets over what documents declare, and from there on, since no row is
 * known, over each recorded step as well. What a complete recorded step says between two sets
 * counts instead of what a document says. */
struct sw_leap {
    uint32_t from; /* sets: what `to` was made of */
    uint32_t to;
    uint32_t step;    /* the recorded step, or NONE */
    uint32_t hearsay; /* what the document says, or NONE */
};
struct sw_leaps {
    struct sw_leap *list; /* the first that leads to each set */
    size_t count;
    bool *whole; /* by set: one leads there */
};
struct sw_leap_options {
    const bool *from;   /* by set: where to begin */
    const bool *within; /* by set: the only ones to lead to; NULL: all */
    bool back;          /* to what they were made of, not to what became of them */
};
/* Everything is in data->arena. Each leap by a document is a gap. */
sw_result sw_leap_from(const struct sw_data *data, const struct sw_graph *graph,
    const struct sw_leap_options *options, struct sw_leaps *out, struct sw_gaps *gaps,
    struct sw_error *err);
/* "NAME@VERSION", or its digest when it has no name; in `arena`. */
const char *sw_graph_set_name(struct sw_arena *arena, const struct sw_graph *graph, uint32_t set);

#endif
