/* Event streams: refused with their line, or a lineage that is sound. */
#include "step_input.h"

#include <fcntl.h>

static void add_samples(struct samples *samples, const char *prefix, size_t count)
{
    static char texts[64][8];
    static size_t used;
    for (size_t i = 0; i < count; i++) {
        char *text = texts[used++ % 64];
        (void)snprintf(text, sizeof(texts[0]), "%s%zu", prefix, i);
        /* Output and first input have the same contents, by other ids. */
        add_sample(samples, sw_bytes(text + 1, strlen(text + 1)), sw_str(text));
    }
}

static void write_stream(const char *path, const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    expect(fd >= 0);
    expect(sw_fd_write(fd, path, sw_bytes(data, size), NULL) == SW_OK);
    expect(close(fd) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct samples inputs[2];
    static struct samples output;
    struct sw_lineage_set sets[2];
    struct sw_match_source sources[2] = {source_of(&inputs[0]), source_of(&inputs[1])};
    char path[64];
    (void)snprintf(path, sizeof(path), "%s", scratch_path("events"));
    if (output.count == 0) {
        add_samples(&inputs[0], "a", 8);
        add_samples(&inputs[1], "b", 3);
        add_samples(&output, "o", 8);
    }
    write_stream(path, data, size);
    sets_of(inputs, 2, sets);
    struct sw_error err = {0};
    SW_CLEANUP(edges) struct sw_edges *edges = NULL;
    SW_CLEANUP(events) struct sw_events *events = NULL;
    struct sw_lineage_writer *writer = NULL;
    const char *lineage = scratch_path("lineage");
    expect(sw_edges_new(&edges, "/tmp", 0) == SW_OK);
    expect(sw_lineage_create(&writer, lineage, sets, 2, NULL, &err) == SW_OK);
    struct sw_events_request request = {.path = path,
        .inputs = sources,
        .sets = sets,
        .input_count = 2,
        .output = source_of(&output),
        .output_rows = output.count,
        .scratch = "/tmp",
        .edges = edges,
        .drops = writer};
    enum sw_code code = sw_events_read(&request, &events, &err);
    (void)unlink(path);
    if (code != SW_OK) {
        expect(code == SW_E_FORMAT || code == SW_E_REFUSED || code == SW_E_LIMIT);
        expect(strstr(err.text, "line ") != NULL);
        sw_lineage_abandon(writer);
    } else if (write_edges(edges, events, writer, inputs, &output)) {
        check_lineage(lineage);
    }
    (void)unlink(lineage);
    return 0;
}
