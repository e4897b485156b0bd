/* Lineage files: what is refused, and that the answers of the others fit together. */
#include "chunks_input.h"

#include "data/lineage_private.h"

/* Sixteen columns in the byte's lower half; those of single inputs have their kind in the upper. */
static uint16_t column_of(uint8_t byte)
{
    unsigned kind = byte >> 4;
    return (uint16_t)(kind == 0 ? byte : SW_LINEAGE_FATES + 0x40 * (kind - 1) + (byte & 15));
}

/* Every output of an input has that input, when the file says to be whole. */
static void ask_fate(struct sw_lineage *lineage, struct sw_input_row input, bool whole)
{
    struct sw_fate fate;
    enum sw_code code = sw_lineage_fate(lineage, input, &fate, NULL);
    expect_answer(code);
    expect(!whole || code == SW_OK);
    if (code != SW_OK) {
        return;
    }
    expect((fate.output_count == 0) == (fate.reason.len > 0) || !whole);
    for (size_t i = 0; i < fate.output_count && i < 50; i++) {
        struct sw_edge edge;
        bool found = false;
        expect(i == 0 || fate.outputs[i - 1] < fate.outputs[i]);
        code = sw_lineage_edge(lineage, fate.outputs[i], &edge, NULL);
        expect_answer(code);
        for (size_t k = 0; code == SW_OK && k < edge.input_count; k++) {
            found = found || (edge.inputs[k].set == input.set && edge.inputs[k].row == input.row);
        }
        expect(found || !whole);
    }
}

static unsigned bad_count;

static void count_bad(void *ctx, const struct sw_chunk_ref *ref, const char *why)
{
    ignore_bad(ctx, ref, why);
    bad_count++;
}

static void ask_pushes(struct sw_lineage *lineage, uint32_t set, bool whole)
{
    SW_CLEANUP(rowset) struct sw_rowset all = SW_ROWSET_INIT;
    SW_CLEANUP(rowset) struct sw_rowset there = SW_ROWSET_INIT;
    SW_CLEANUP(rowset) struct sw_rowset back = SW_ROWSET_INIT;
    uint32_t rows[16];
    size_t count;
    expect(sw_rowset_add_range(&all, 0, 200000) == SW_OK);
    enum sw_code there_code = sw_lineage_forward(lineage, set, &all, &there, NULL);
    enum sw_code back_code = sw_lineage_backward(lineage, &there, set, &back, NULL);
    expect_answer(there_code);
    expect_answer(back_code);
    expect_answer(sw_lineage_dropped(lineage, set, sw_str(""), 0, rows, 16, &count, NULL));
    if (whole && lineage->inputs[set].rows <= 200000) {
        expect(there_code == SW_OK && back_code == SW_OK);
        expect(sw_rowset_count(&there) <= lineage->output.rows);
        expect(sw_rowset_count(&back) <= lineage->inputs[set].rows);
    }
}

static void ask(struct sw_lineage *lineage)
{
    bad_count = 0;
    enum sw_code code = sw_lineage_verify(lineage, count_bad, NULL, NULL, NULL);
    expect_answer(code);
    bool whole = code == SW_OK && bad_count == 0;
    for (uint32_t row = 0; row < 20 && row < lineage->output.rows; row++) {
        struct sw_edge edge;
        code = sw_lineage_edge(lineage, row, &edge, NULL);
        expect_answer(code);
        expect(code == SW_OK || !whole);
        expect(code != SW_OK || sw_edge_kind_name(edge.kind) != NULL);
    }
    for (uint32_t set = 0; set < lineage->input_count; set++) {
        for (uint32_t row = 0; row < 20 && row < lineage->inputs[set].rows; row++) {
            ask_fate(lineage, (struct sw_input_row){set, row}, whole);
        }
        ask_pushes(lineage, set, whole);
    }
}

/* What a header claims costs time, not memory; an hour a file would help nobody. */
static bool is_small(const struct sw_lineage *lineage)
{
    uint64_t rows = lineage->output.rows;
    for (size_t s = 0; s < lineage->input_count; s++) {
        rows += lineage->inputs[s].rows;
    }
    return rows <= 500000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    SW_CLEANUP(chunks_writer) struct sw_chunks_writer writer = SW_CHUNKS_WRITER_INIT;
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    if (chunks_input(sw_bytes(data, size), column_of, &writer, path) &&
        sw_lineage_open(&lineage, path, NULL, NULL) == SW_OK && is_small(&lineage)) {
        ask(&lineage);
    }
    return 0;
}
