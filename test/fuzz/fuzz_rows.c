/* Dataset files: what is refused, and what is answered of the others. */
#include "chunks_input.h"

#include "data/rows.h"

static uint16_t column_of(uint8_t byte)
{
    return byte;
}

static void ask(struct sw_rows *rows)
{
    struct sw_row row;
    struct sw_str file;
    struct sw_hash256 proof[SW_MERKLE_PROOF_MAX];
    uint64_t first;
    uint64_t count;
    uint8_t content[32] = {0x80};
    expect_answer(sw_rows_verify(rows, ignore_bad, NULL, NULL, NULL));
    expect_answer(sw_rows_file(rows, 0, &file, NULL));
    if (sw_rows_at(rows, 0, &row, NULL) == SW_OK) {
        expect(row.origin < rows->origin_count);
        size_t len;
        expect_answer(sw_rows_prove(rows, SW_TREE_ORDERED, 0, proof, &len, NULL));
        expect_answer(sw_rows_prove(rows, SW_TREE_SORTED, rows->count - 1, proof, &len, NULL));
    }
    if (sw_rows_find(rows, content, &first, &count, NULL) == SW_OK) {
        expect(first <= rows->count && count <= rows->count - first);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    SW_CLEANUP(chunks_writer) struct sw_chunks_writer writer = SW_CHUNKS_WRITER_INIT;
    SW_CLEANUP(rows) struct sw_rows rows = SW_ROWS_INIT;
    if (chunks_input(sw_bytes(data, size), column_of, &writer, path) &&
        sw_rows_open(&rows, path, NULL, NULL) == SW_OK) {
        ask(&rows);
    }
    return 0;
}
