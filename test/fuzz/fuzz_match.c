/* Matching: whatever the texts and ids are, what is found is sound, and equal contents are kept.
 * Bytes 0 end a sample, bytes 1 end a side; an id is what stands before the first byte 2. */
#include "step_input.h"

#include "data/minhash.h"

static const uint8_t *add_samples(struct samples *samples, const uint8_t *at, const uint8_t *end)
{
    while (at < end && samples->count < SAMPLES_MAX) {
        const uint8_t *stop = at;
        while (stop<end && * stop> 1) {
            stop++;
        }
        const uint8_t *id = at == stop ? NULL : memchr(at, 2, (size_t)(stop - at));
        struct sw_str name =
            id == NULL ? sw_str("") : sw_str_n((const char *)at, (size_t)(id - at));
        const uint8_t *text = id == NULL ? at : id + 1;
        add_sample(samples, sw_bytes(text, (size_t)(stop - text)), name);
        at = stop < end ? stop + 1 : end;
        if (stop < end && *stop == 1) {
            break;
        }
    }
    return at;
}

/* Every output whose content is in an input is kept, or a copy. */
static void check_contents(
    const char *path, const struct samples *inputs, const struct samples *output)
{
    SW_CLEANUP(lineage) struct sw_lineage lineage = SW_LINEAGE_INIT;
    expect(sw_lineage_open(&lineage, path, NULL, NULL) == SW_OK);
    for (uint32_t row = 0; row < output->count; row++) {
        struct sw_edge edge;
        bool there = false;
        for (size_t i = 0; i < inputs->count && !there; i++) {
            there = memcmp(inputs->list[i].content, output->list[row].content, 32) == 0;
        }
        expect(sw_lineage_edge(&lineage, row, &edge, NULL) == SW_OK);
        bool kept = edge.kind == SW_EDGE_KEPT || edge.kind == SW_EDGE_DUPLICATED;
        expect(kept == there);
        expect(kept == (edge.confidence == SW_CONFIDENCE_FULL));
    }
}

static void match(
    enum sw_match_method method, struct samples *inputs, struct samples *output, size_t in_memory)
{
    struct sw_error err = {0};
    struct sw_lineage_set set;
    struct sw_match_source source = source_of(inputs);
    SW_CLEANUP(edges) struct sw_edges *edges = NULL;
    struct sw_lineage_writer *writer = NULL;
    const char *path = scratch_path("lineage");
    sets_of(inputs, 1, &set);
    expect(sw_edges_new(&edges, "/tmp", in_memory) == SW_OK);
    expect(sw_lineage_create(&writer, path, &set, 1, NULL, &err) == SW_OK);
    struct sw_match request = {.method = method,
        .inputs = &source,
        .input_count = 1,
        .output = source_of(output),
        .sets = &set,
        .scratch = "/tmp",
        .in_memory = in_memory,
        .edges = edges,
        .drops = writer};
    struct sw_match_report report;
    expect(sw_match_run(&request, &report, &err) == SW_OK);
    expect(report.outputs == output->count);
    expect(write_edges(edges, NULL, writer, inputs, output));
    check_lineage(path);
    if (method == SW_MATCH_CONTENT || method == SW_MATCH_NEAR) {
        check_contents(path, inputs, output);
    }
    (void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct samples inputs = {.count = 0};
    struct samples output = {.count = 0};
    const uint8_t *at = add_samples(&inputs, data, data + size);
    (void)add_samples(&output, at, data + size);
    for (int method = SW_MATCH_ID; method <= SW_MATCH_NEAR; method++) {
        match((enum sw_match_method)method, &inputs, &output, size % 2 == 0 ? 0 : 3);
    }
    return 0;
}
