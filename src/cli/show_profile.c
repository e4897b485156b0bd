/* What the numbers of tensors are like: the table of `scan --profile`, and its JSON. */
#include "cli/show_scan.h"

static const char *number_text(char out[16], const struct sw_json *value)
{
    double number;
    if (!sw_json_double(value, &number)) {
        return "-";
    }
    (void)snprintf(out, 16, "%.4g", number);
    return out;
}

static const char *count_text(char out[32], const struct sw_json *value)
{
    uint64_t count;
    if (!sw_json_u64(value, &count)) {
        return "-";
    }
    (void)snprintf(out, 32, "%llu", (unsigned long long)count);
    return out;
}

/* "7.99 7.99 7.41 4.02": from the lowest byte to the highest. */
static void show_entropy(const struct sw_cli *cli, const struct sw_json *planes)
{
    SW_JSON_EACH (plane, planes) {
        double bits;
        if (sw_json_double(plane, &bits)) {
            sw_say(cli, SW_TONE_PLAIN, " %.2f", bits);
        }
    }
    sw_say(cli, SW_TONE_PLAIN, "\n");
}

static void show_tensor(const struct sw_cli *cli, const struct sw_json *tensor)
{
    static const char *const values[] = {"mean", "std", "min", "max"};
    static const char *const counts[] = {"zeros", "nan", "inf"};
    char text[32];
    struct sw_str name = sw_str("");
    struct sw_str dtype = sw_str("");
    (void)sw_json_str(sw_json_get(tensor, "name"), &name);
    (void)sw_json_str(sw_json_get(tensor, "dtype"), &dtype);
    sw_say(cli, SW_TONE_PLAIN, "  %-40.*s %-8.*s %12s", (int)name.len, name.ptr, (int)dtype.len,
        dtype.ptr, count_text(text, sw_json_get(tensor, "bytes")));
    for (size_t i = 0; i < SW_COUNT(values); i++) {
        sw_say(cli, SW_TONE_PLAIN, " %10s", number_text(text, sw_json_get(tensor, values[i])));
    }
    for (size_t i = 0; i < SW_COUNT(counts); i++) {
        sw_say(cli, SW_TONE_PLAIN, " %8s", count_text(text, sw_json_get(tensor, counts[i])));
    }
    show_entropy(cli, sw_json_get(tensor, "entropy"));
}

static void show_file(const struct sw_cli *cli, const char *path, const struct sw_json *weights)
{
    uint64_t tensors = 0;
    uint64_t listed = 0;
    (void)sw_json_u64(sw_json_get(weights, "tensors"), &tensors);
    (void)sw_json_u64(sw_json_get(weights, "listed"), &listed);
    sw_say(cli, SW_TONE_BOLD, "%s\n", path);
    sw_say(cli, SW_TONE_DIM, "  %-40s %-8s %12s %10s %10s %10s %10s %8s %8s %8s %s\n", "tensor",
        "type", "bytes", "mean", "std", "min", "max", "zeros", "NaN", "Inf",
        "entropy of each byte, lowest first");
    SW_JSON_EACH (tensor, sw_json_get(weights, "list")) {
        show_tensor(cli, tensor);
    }
    if (listed < tensors) {
        sw_say(cli, SW_TONE_DIM, "  and %llu more\n", (unsigned long long)(tensors - listed));
    }
}

void sw_show_profile(struct sw_cli *cli, const struct sw_scan_report *report)
{
    for (size_t i = 0; i < report->file_count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_json weights;
        if (sw_scan_weights(&arena, &report->files[i], &weights)) {
            show_file(cli, report->files[i].path, &weights);
        }
    }
}

void sw_profile_json(struct sw_json_writer *w, const struct sw_scan_report *report)
{
    sw_jw_array(w, "weights");
    for (size_t i = 0; i < report->file_count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_json weights;
        if (sw_scan_weights(&arena, &report->files[i], &weights)) {
            sw_jw_object(w, NULL);
            sw_jw_text(w, "path", report->files[i].path);
            SW_JSON_EACH_MEMBER (member, &weights) {
                char *name = sw_arena_strndup(&arena, member->name);
                sw_jw_json(w, name == NULL ? "" : name, &member->value);
            }
            sw_jw_object_end(w);
        }
    }
    sw_jw_array_end(w);
}
