#include "scan/repository.h"

/* Each is asked about every model; one that does not concern it finds nothing. */
static const sw_repository_check checks[] = {
    sw_repository_check_architecture,
    sw_repository_check_data,
    sw_repository_check_settings,
    sw_repository_check_index,
    sw_repository_check_tokenizer,
};

sw_result sw_repository_inspect(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err)
{
    in->format = "repository";
    in->status = SW_SCAN_PARSED;
    for (size_t i = 0; i < SW_COUNT(checks); i++) {
        SW_TRY(checks[i](in, repository, err));
    }
    return SW_OK;
}

const struct sw_repository_file *sw_repository_find(
    const struct sw_repository *repository, const char *path)
{
    size_t low = 0;
    size_t high = repository->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(repository->files[middle].path, path);
        if (order == 0) {
            return &repository->files[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

const struct sw_fact *sw_repository_fact(const struct sw_repository_file *file, const char *kind)
{
    for (size_t i = 0; file != NULL && i < file->fact_count; i++) {
        if (strcmp(file->facts[i].kind, kind) == 0) {
            return &file->facts[i];
        }
    }
    return NULL;
}

/* The file's place in the list travels as the member (sw_scan_finish). */
sw_result sw_repository_found(struct sw_inspection *in, const struct sw_repository_file *file,
    const char *rule, enum sw_severity severity, uint64_t offset, const char *fmt, ...)
{
    char words[1024];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    const char *outer = in->member;
    in->member = sw_arena_printf(in->arena, "%zu", file->index);
    SW_TRY_PTR(in->member);
    enum sw_code code = sw_found(in, rule, severity, offset, "%s", words);
    in->member = outer;
    return code;
}
