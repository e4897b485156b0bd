/* Are the files of numbers that a model names there, and of the size that it needs? */
#include "codec/codec.h"
#include "scan/repository.h"

struct look {
    struct sw_inspection *in;
    const struct sw_repository *repository;
    const struct sw_repository_file *model;
    struct sw_arena *arena;
    struct sw_json_writer *settled;
};

/* The file at a path relative to the model's. */
static const struct sw_repository_file *find_beside(const struct look *look, struct sw_str path)
{
    const char *slash = strrchr(look->model->path, '/');
    int len = slash == NULL ? 0 : (int)(slash + 1 - look->model->path);
    const char *full =
        sw_arena_printf(look->arena, "%.*s" SW_STR_FMT, len, look->model->path, SW_STR_ARG(path));
    return full == NULL ? NULL : sw_repository_find(look->repository, full);
}

static sw_result look_at_group(struct look *look, const struct sw_json *group)
{
    struct sw_str kind = {0};
    uint64_t least = 0;
    uint64_t most = 0;
    uint64_t sum = 0;
    size_t missing = 0;
    bool good = sw_json_str(sw_json_item(group, 0), &kind) &&
                sw_json_u64(sw_json_item(group, 1), &least) &&
                sw_json_u64(sw_json_item(group, 2), &most);
    SW_JSON_EACH (item, sw_json_item(group, 3)) {
        struct sw_str path = {0};
        good = good && sw_json_str(item, &path);
        const struct sw_repository_file *file = find_beside(look, path);
        missing += file == NULL ? 1 : 0;
        good = good && sw_add_u64(sum, file == NULL ? 0 : file->size, &sum);
    }
    if (!good) {
        return SW_E_FORMAT;
    }
    if (missing > 0) {
        return sw_repository_found(look->in, look->model, "data-missing", SW_SEVERITY_MEDIUM,
            UINT64_MAX, "%zu of the files that hold its numbers are not there", missing);
    }
    if (sum < least || sum > most) {
        return sw_repository_found(look->in, look->model, "data-size", SW_SEVERITY_HIGH, UINT64_MAX,
            "the files that hold its numbers have %llu bytes where it needs %llu",
            (unsigned long long)sum, (unsigned long long)least);
    }
    SW_JSON_EACH (item, sw_json_item(group, 3)) {
        struct sw_str path = {0};
        (void)sw_json_str(item, &path);
        sw_jw_array(look->settled, NULL);
        sw_jw_u64(look->settled, NULL, find_beside(look, path)->index);
        sw_jw_str(look->settled, NULL, kind);
        sw_jw_array_end(look->settled);
    }
    return SW_OK;
}

static sw_result look_at_fact(struct look *look, const struct sw_fact *fact)
{
    struct sw_json groups;
    SW_TRY(sw_json_parse(look->arena, fact->bytes, NULL, &groups, NULL));
    SW_JSON_EACH (group, &groups) {
        SW_TRY(look_at_group(look, group));
    }
    return SW_OK;
}

sw_result sw_repository_check_data(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_json_writer settled;
    sw_arena_init(&arena, 0);
    sw_jw_init(&settled, &text, 0);
    sw_jw_array(&settled, NULL);
    for (size_t i = 0; i < repository->count; i++) {
        struct look look = {in, repository, &repository->files[i], &arena, &settled};
        const struct sw_fact *fact = sw_repository_fact(look.model, "data");
        enum sw_code code =
            fact == NULL || fact->member[0] != '\0' ? SW_OK : look_at_fact(&look, fact);
        if (code != SW_OK) {
            return sw_fail(err, code, "what %s says of its data", look.model->path);
        }
    }
    sw_jw_array_end(&settled);
    SW_TRY(sw_jw_finish(&settled));
    return text.len > 2 ? sw_tell(in, "settled", sw_buf_bytes(&text)) : SW_OK;
}
