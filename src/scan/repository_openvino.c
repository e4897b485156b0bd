/* The numbers of an OpenVINO network stand in a file beside it. doc/format/scan-repository.md. */
#include "scan/settings.h"

static sw_result check_network(struct sw_inspection *in, const struct sw_repository *repository,
    const struct sw_repository_file *file, uint64_t end)
{
    const char *name = sw_base_name(file->path);
    char bin[1024];
    size_t stem = strlen(name);
    stem -= sw_str_ends(sw_str(name), ".xml") ? 4 : 0;
    if (stem > sizeof(bin) - 8) {
        return SW_OK;
    }
    (void)snprintf(bin, sizeof(bin), "%.*s.bin", (int)stem, name);
    const struct sw_repository_file *weights =
        sw_repository_beside(repository, file->path, sw_str(bin));
    if (weights == NULL) {
        return sw_repository_found(in, file, "openvino-missing", SW_SEVERITY_MEDIUM, UINT64_MAX,
            "%s, which has the numbers of this network, is not there", bin);
    }
    if (weights->size >= end) {
        return SW_OK;
    }
    return sw_repository_found(in, file, "openvino-outside", SW_SEVERITY_HIGH, UINT64_MAX,
        "a layer takes its numbers up to byte %llu of %s, which has %llu", (unsigned long long)end,
        bin, (unsigned long long)weights->size);
}

sw_result sw_repository_check_openvino(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err)
{
    (void)err;
    for (size_t i = 0; i < repository->count; i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_json told;
        uint64_t end;
        const struct sw_repository_file *file = &repository->files[i];
        if (sw_repository_json(&arena, file, "openvino", &told) &&
            sw_json_u64(sw_json_get(&told, "end"), &end) && end > 0) {
            SW_TRY(check_network(in, repository, file, end));
        }
    }
    return SW_OK;
}
