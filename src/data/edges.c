#include "data/edges.h"
#include "data/spill.h"

#include <stdlib.h>

#define NO_INPUT 0xffu /* the set of an output that was made of nothing */

/* By inputs: set, row, output, kind, confidence. */
#define IN_SIZE 12u
enum in_at {
    IN_SET = 0,
    IN_ROW = 1,
    IN_OUTPUT = 5,
    IN_KIND = 9,
    IN_CONFIDENCE = 10,
};

/* By outputs: output, set, row, kind, confidence, origin, content. */
#define OUT_SIZE (14u + SW_EDGE_CONTENT)
enum out_at {
    OUT_OUTPUT = 0,
    OUT_SET = 4,
    OUT_ROW = 5,
    OUT_KIND = 9,
    OUT_CONFIDENCE = 10,
    OUT_ORIGIN = 12, /* at most SW_ORIGINS_MAX of them */
    OUT_CONTENT = 14,
};

struct sw_edges {
    struct sw_spill *by_input;
    struct sw_spill *by_output;
    uint8_t (*same)[IN_SIZE]; /* edges of one input */
    size_t same_count;
    size_t same_cap;
    struct sw_input_row *inputs; /* of one output */
    uint32_t *origins;
    uint8_t *contents;
    size_t input_cap;
};

sw_result sw_edges_new(struct sw_edges **out, const char *scratch, size_t in_memory)
{
    SW_CLEANUP(edges) struct sw_edges *edges = calloc(1, sizeof(*edges));
    SW_TRY_PTR(edges);
    SW_TRY(sw_spill_new(&edges->by_input, IN_SIZE, scratch, in_memory));
    SW_TRY(sw_spill_new(&edges->by_output, OUT_SIZE, scratch, in_memory));
    *out = SW_TAKE(edges);
    return SW_OK;
}

void sw_edges_free(struct sw_edges *edges)
{
    sw_cleanup_spill(&edges->by_input);
    sw_cleanup_spill(&edges->by_output);
    free(edges->same);
    free(edges->inputs);
    free(edges->origins);
    free(edges->contents);
    free(edges);
}

uint64_t sw_edges_count(const struct sw_edges *edges)
{
    return sw_spill_count(edges->by_input);
}

static sw_result add(struct sw_edges *edges, uint32_t output, struct sw_input_row input,
    unsigned kind, uint32_t confidence, struct sw_error *err)
{
    uint8_t record[IN_SIZE];
    record[IN_SET] = (uint8_t)input.set;
    sw_put_u32(record + IN_ROW, input.row);
    sw_put_u32(record + IN_OUTPUT, output);
    record[IN_KIND] = (uint8_t)kind;
    sw_put_u16(record + IN_CONFIDENCE, (uint16_t)confidence);
    return sw_spill_add(edges->by_input, record, err);
}

sw_result sw_edges_add(struct sw_edges *edges, uint32_t output, struct sw_input_row input,
    unsigned kind, uint32_t confidence, struct sw_error *err)
{
    return add(edges, output, input, kind, confidence, err);
}

sw_result sw_edges_add_generated(
    struct sw_edges *edges, uint32_t output, uint32_t confidence, struct sw_error *err)
{
    struct sw_input_row none = {NO_INPUT, output}; /* so that no two have the same */
    return add(edges, output, none, SW_EDGE_GENERATED, confidence, err);
}

/* --- by inputs ------------------------------------------------------------------------------- */

static sw_result keep_same(struct sw_edges *edges, const uint8_t *record)
{
    if (edges->same_count == edges->same_cap) {
        size_t cap = edges->same_cap == 0 ? 16 : edges->same_cap * 2;
        void *grown = realloc(edges->same, cap * IN_SIZE);
        SW_TRY_PTR(grown);
        edges->same = grown;
        edges->same_cap = cap;
    }
    memcpy(edges->same[edges->same_count++], record, IN_SIZE);
    return SW_OK;
}

/* Gathers the edges of the next input; false at the end. */
static sw_result next_input(struct sw_edges *edges, bool *more, struct sw_error *err)
{
    edges->same_count = 0;
    for (;;) {
        const uint8_t *record = sw_spill_peek(edges->by_input);
        bool other = record == NULL ||
                     (edges->same_count > 0 && memcmp(edges->same[0], record, IN_OUTPUT) != 0);
        if (other) {
            break;
        }
        SW_TRY(keep_same(edges, record));
        SW_TRY(sw_spill_next(edges->by_input, err));
    }
    *more = edges->same_count > 0;
    return SW_OK;
}

/* An input that has a part among several outputs was split: what is only shorter than it is a part
 * then, too. */
static unsigned settle(const struct sw_edges *edges, unsigned kind, bool has_part)
{
    bool split = has_part && edges->same_count > 1;
    return kind == SW_EDGE_PART || kind == SW_EDGE_SHORTER
               ? (split ? SW_EDGE_SPLIT : SW_EDGE_EDITED)
               : kind;
}

static sw_result turn_input(
    struct sw_edges *edges, const struct sw_edges_inputs *inputs, struct sw_error *err)
{
    uint8_t record[OUT_SIZE] = {0};
    struct sw_input_row input = {edges->same[0][IN_SET], sw_get_u32(&edges->same[0][IN_ROW])};
    uint32_t origin = 0;
    bool has_part = false;
    if (input.set != NO_INPUT) {
        SW_TRY(inputs->look(inputs->ctx, input, &origin, record + OUT_CONTENT, err));
    }
    for (size_t i = 0; i < edges->same_count; i++) {
        has_part = has_part || edges->same[i][IN_KIND] == SW_EDGE_PART;
    }
    for (size_t i = 0; i < edges->same_count; i++) {
        const uint8_t *from = edges->same[i];
        memcpy(record + OUT_OUTPUT, from + IN_OUTPUT, 4);
        record[OUT_SET] = from[IN_SET];
        memcpy(record + OUT_ROW, from + IN_ROW, 4);
        record[OUT_KIND] = (uint8_t)settle(edges, from[IN_KIND], has_part);
        memcpy(record + OUT_CONFIDENCE, from + IN_CONFIDENCE, 2);
        sw_put_u16(record + OUT_ORIGIN, (uint16_t)origin);
        SW_TRY(sw_spill_add(edges->by_output, record, err));
    }
    return SW_OK;
}

sw_result sw_edges_turn(
    struct sw_edges *edges, const struct sw_edges_inputs *inputs, struct sw_error *err)
{
    bool more;
    SW_TRY(sw_spill_sort(edges->by_input, err));
    SW_TRY(next_input(edges, &more, err));
    while (more) {
        SW_TRY(turn_input(edges, inputs, err));
        SW_TRY(next_input(edges, &more, err));
    }
    sw_cleanup_spill(&edges->by_input);
    edges->by_input = NULL;
    return sw_spill_sort(edges->by_output, err);
}

/* --- by outputs ------------------------------------------------------------------------------ */

static sw_result make_room(struct sw_edges *edges, size_t count)
{
    if (count <= edges->input_cap) {
        return SW_OK;
    }
    size_t cap = edges->input_cap == 0 ? 16 : edges->input_cap * 2;
    void *inputs = realloc(edges->inputs, cap * sizeof(edges->inputs[0]));
    SW_TRY_PTR(inputs);
    edges->inputs = inputs;
    void *origins = realloc(edges->origins, cap * sizeof(edges->origins[0]));
    SW_TRY_PTR(origins);
    edges->origins = origins;
    void *contents = realloc(edges->contents, cap * SW_EDGE_CONTENT);
    SW_TRY_PTR(contents);
    edges->contents = contents;
    edges->input_cap = cap;
    return SW_OK;
}

static sw_result take_input(struct sw_edges *edges, const uint8_t *record, struct sw_edge *edge)
{
    size_t n = edge->input_count;
    edge->kind = (enum sw_edge_kind)record[OUT_KIND];
    edge->confidence = sw_get_u16(record + OUT_CONFIDENCE);
    if (record[OUT_SET] == NO_INPUT) {
        return SW_OK;
    }
    SW_TRY(make_room(edges, n + 1));
    edges->inputs[n] = (struct sw_input_row){record[OUT_SET], sw_get_u32(record + OUT_ROW)};
    edges->origins[n] = sw_get_u16(record + OUT_ORIGIN);
    memcpy(edges->contents + n * SW_EDGE_CONTENT, record + OUT_CONTENT, SW_EDGE_CONTENT);
    edge->input_count = n + 1;
    return SW_OK;
}

sw_result sw_edges_output(
    struct sw_edges *edges, uint32_t output, struct sw_output_edge *out, struct sw_error *err)
{
    struct sw_edge edge = {.kind = SW_EDGE_GENERATED};
    for (;;) {
        const uint8_t *record = sw_spill_peek(edges->by_output);
        if (record == NULL || sw_get_u32(record + OUT_OUTPUT) != output) {
            break;
        }
        SW_TRY(take_input(edges, record, &edge));
        SW_TRY(sw_spill_next(edges->by_output, err));
    }
    edge.inputs = edges->inputs;
    bool single = (unsigned)edge.kind == SW_EDGE_SINGLE;
    *out = (struct sw_output_edge){edge, edges->origins, single, edges->contents};
    return SW_OK;
}
