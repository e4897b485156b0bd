#include "scan/settings.h"

static const char *const names[] = {"config.json", "tokenizer_config.json",
    "generation_config.json", "adapter_config.json", "special_tokens_map.json", "added_tokens.json",
    "preprocessor_config.json", "processor_config.json", "modules.json", "configuration.json",
    "model_index.json", "chat_template.json", "video_preprocessor_config.json",
    "feature_extractor_config.json"};

const char *sw_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool sw_is_shard_index(const char *path)
{
    struct sw_str name = sw_str(path);
    return sw_str_ends(name, ".safetensors.index.json") || sw_str_ends(name, ".bin.index.json");
}

bool sw_is_settings(const char *path)
{
    const char *name = sw_base_name(path);
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return sw_is_shard_index(path);
}

/* An index that is too large is no way to run anything; settings may be. */
sw_result sw_settings_tell(struct sw_inspection *in, const char *path, struct sw_bytes text)
{
    bool index = sw_is_shard_index(path);
    if (text.len <= (index ? SW_SETTINGS_INDEX_MAX : SW_SETTINGS_MAX)) {
        return sw_tell(in, "json", text);
    }
    return sw_found(in, "settings-broken", index ? SW_SEVERITY_INFO : SW_SEVERITY_MEDIUM,
        UINT64_MAX, "%zu bytes are too many to be judged as settings", text.len);
}

const struct sw_repository_file *sw_repository_beside(
    const struct sw_repository *repository, const char *path, struct sw_str name)
{
    char full[4096];
    size_t dir = (size_t)(sw_base_name(path) - path);
    if (dir + name.len >= sizeof(full) || memchr(name.ptr, '\0', name.len) != NULL) {
        return NULL;
    }
    memcpy(full, path, dir);
    memcpy(full + dir, name.ptr, name.len);
    full[dir + name.len] = '\0';
    return sw_repository_find(repository, full);
}

bool sw_repository_json(struct sw_arena *arena, const struct sw_repository_file *file,
    const char *kind, struct sw_json *out)
{
    const struct sw_fact *fact = sw_repository_fact(file, kind);
    return fact != NULL && fact->member[0] == '\0' &&
           sw_json_parse(arena, fact->bytes, NULL, out, NULL) == SW_OK;
}
