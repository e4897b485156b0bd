/* Pairs of rows that are gathered in any order, and then given twice in bounded memory: by inputs,
 * to learn what is known of each input and how many outputs it has, and by outputs, as a lineage is
 * written. */
#ifndef SW_DATA_EDGES_H
#define SW_DATA_EDGES_H

#include "data/lineage.h"

#define SW_EDGE_CONTENT 16u /* bytes of a content digest that are carried along */

/* How an output was found, where it takes all outputs of its input to tell what that is: such an
 * edge becomes SW_EDGE_SPLIT or SW_EDGE_EDITED. */
enum sw_edge_found {
    SW_EDGE_PART = 16,    /* it is a part of its input */
    SW_EDGE_SHORTER = 17, /* it is much like its input, and shorter */
    SW_EDGE_SINGLE = 18,  /* one input, and nobody said how: kept when the contents are equal */
};

struct sw_edges;

sw_result sw_edges_new(struct sw_edges **out, const char *scratch, size_t in_memory);
void sw_edges_free(struct sw_edges *edges);
SW_DEFINE_CLEANUP_PTR(edges, struct sw_edges, sw_edges_free)

/* One input of an output. `kind`: enum sw_edge_kind or sw_edge_found; it and the confidence are the
 * same for all inputs of an output. */
sw_result sw_edges_add(struct sw_edges *edges, uint32_t output, struct sw_input_row input,
    unsigned kind, uint32_t confidence, struct sw_error *err);
/* An output that the step says to have made of no input. */
sw_result sw_edges_add_generated(
    struct sw_edges *edges, uint32_t output, uint32_t confidence, struct sw_error *err);
uint64_t sw_edges_count(const struct sw_edges *edges);

/* What is known of an input row; asked once for each that has outputs, in ascending order. */
struct sw_edges_inputs {
    sw_result (*look)(void *ctx, struct sw_input_row input, uint32_t *origin,
        uint8_t content[SW_EDGE_CONTENT], struct sw_error *err);
    void *ctx;
};
/* Ends adding, and goes to the first output. */
sw_result sw_edges_turn(
    struct sw_edges *edges, const struct sw_edges_inputs *inputs, struct sw_error *err);

struct sw_output_edge {
    struct sw_edge edge;     /* generated with confidence 0 when nobody told of it */
    const uint32_t *origins; /* of its inputs */
    bool single;             /* kind is SW_EDGE_KEPT or SW_EDGE_EDITED as `contents` says */
    const uint8_t *contents; /* of its inputs, SW_EDGE_CONTENT bytes each */
};
/* The edge of an output; outputs are asked for in ascending order. Valid until the next call. */
sw_result sw_edges_output(
    struct sw_edges *edges, uint32_t output, struct sw_output_edge *out, struct sw_error *err);

#endif
