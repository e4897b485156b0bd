/* What the parsers told of the numbers in tensors, for documents. */
#include "scan/scan.h"

/* Members of a file's "weights", in sums. */
static const char *const totals[] = {
    "tensors", "bytes", "nan", "inf", "outliers", "oddBlocks", "embedded"};

static void add_file(const struct sw_json *weights, uint64_t sums[SW_COUNT(totals)])
{
    for (size_t i = 0; i < SW_COUNT(totals); i++) {
        uint64_t value;
        if (sw_json_u64(sw_json_get(weights, totals[i]), &value) &&
            !sw_add_u64(sums[i], value, &sums[i])) {
            sums[i] = UINT64_MAX;
        }
    }
}

/* It came from a worker that a file may have taken over, so it may be anything. */
bool sw_scan_weights(struct sw_arena *arena, const struct sw_scan_file *file, struct sw_json *out)
{
    return file->weights.len > 0 &&
           sw_json_parse(arena, sw_bytes_of_str(file->weights), NULL, out, NULL) == SW_OK &&
           out->type == SW_JSON_OBJECT;
}

void sw_scan_weights_json(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    uint64_t sums[SW_COUNT(totals)] = {0};
    uint64_t files = 0;
    for (size_t i = 0; i < report->file_count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_json weights;
        if (sw_scan_weights(&arena, &report->files[i], &weights)) {
            files++;
            add_file(&weights, sums);
        }
    }
    sw_jw_object(w, "weights");
    sw_jw_u64(w, "files", files);
    for (size_t i = 0; i < SW_COUNT(totals); i++) {
        sw_jw_u64(w, totals[i], sums[i]);
    }
    sw_jw_object_end(w);
}
