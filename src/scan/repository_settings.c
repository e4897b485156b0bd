/* What settings make a loader do: code of this repository or of another one, classes of any module,
 * weights and services elsewhere. doc/format/scan-repository.md, "Settings". */
#include "scan/settings.h"

#define SAID_MAX 50 /* findings of one file */
#define DEPTH_MAX 16

struct settings {
    struct sw_inspection *in;
    const struct sw_repository *repository;
    const struct sw_repository_file *file;
    struct sw_json root;
    size_t said;
};

static sw_result say(struct settings *s, const char *rule, enum sw_severity severity,
    const struct sw_json *value, struct sw_str text, const char *what)
{
    if (s->said++ >= SAID_MAX && severity < SW_SEVERITY_HIGH) {
        return SW_OK;
    }
    text = sw_shown(text);
    return sw_repository_found(s->in, s->file, rule, severity,
        value == NULL ? UINT64_MAX : value->where, "\"" SW_STR_FMT "\" %s", SW_STR_ARG(text), what);
}

static bool has(struct sw_str text, const char *part)
{
    return text.len > 0 && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

/* --- code ------------------------------------------------------------------------------------- */

/* "module.Class", "package/module.Class": Transformers loads the file of all but the last part. */
static sw_result check_local_class(
    struct settings *s, const struct sw_json *value, struct sw_str text)
{
    char file[512];
    const char *dot = text.len == 0 ? NULL : memrchr(text.ptr, '.', text.len);
    size_t len = dot == NULL ? 0 : (size_t)(dot - text.ptr);
    if (len == 0 || len > 400 || has(text, "..") || text.ptr[0] == '/') {
        return say(s, "settings-code", SW_SEVERITY_HIGH, value, text,
            "is to be loaded as code, and names no module of this repository");
    }
    (void)snprintf(file, sizeof(file), "%.*s.py", (int)len, text.ptr);
    if (sw_repository_beside(s->repository, s->file->path, sw_str(file)) == NULL) {
        return say(s, "settings-code", SW_SEVERITY_HIGH, value, text,
            "is to be loaded as code, and its module is not in this repository");
    }
    return say(s, "settings-code", SW_SEVERITY_MEDIUM, value, text,
        "is code of this repository, which a loader runs with trust_remote_code");
}

static sw_result check_class(struct settings *s, const struct sw_json *value)
{
    struct sw_str text;
    if (value->type == SW_JSON_NULL) {
        return SW_OK;
    }
    if (!sw_json_str(value, &text)) {
        return say(s, "settings-code", SW_SEVERITY_HIGH, value, sw_str("auto_map"),
            "names a class in a way that cannot be judged");
    }
    if (has(text, "--")) {
        return say(s, "settings-code", SW_SEVERITY_CRITICAL, value, text,
            "is code of another repository, which a loader fetches and runs with "
            "trust_remote_code");
    }
    return check_local_class(s, value, text);
}

/* {"AutoModel": "module.Class"}, or a list of a slow and a fast tokenizer. */
static sw_result check_auto_map(struct settings *s, const struct sw_json *map)
{
    if (map->type == SW_JSON_ARRAY) {
        SW_JSON_EACH (item, map) {
            SW_TRY(check_class(s, item));
        }
        return SW_OK;
    }
    if (map->type != SW_JSON_OBJECT) {
        return check_class(s, map);
    }
    SW_JSON_EACH_MEMBER (member, map) {
        if (member->value.type != SW_JSON_ARRAY) {
            SW_TRY(check_class(s, &member->value));
            continue;
        }
        SW_JSON_EACH (item, &member->value) {
            SW_TRY(check_class(s, item));
        }
    }
    return SW_OK;
}

/* {"task": {"impl": "module.Class", "pt": [], …}} */
static sw_result check_pipelines(struct settings *s, const struct sw_json *pipelines)
{
    SW_JSON_EACH_MEMBER (member, pipelines) {
        const struct sw_json *impl = sw_json_get(&member->value, "impl");
        if (impl != NULL) {
            SW_TRY(check_class(s, impl));
        }
    }
    return SW_OK;
}

static sw_result check_trust(struct settings *s, const struct sw_json *value)
{
    bool trusts;
    if (sw_json_bool(value, &trusts) && !trusts) {
        return SW_OK;
    }
    return say(s, "settings-trust", SW_SEVERITY_MEDIUM, value, sw_str("trust_remote_code"),
        "is set: some loaders then run the code of a repository without being asked to");
}

/* --- what stands anywhere --------------------------------------------------------------------- */

/* Settings that loaders fetch from or send to. */
static bool is_address_name(struct sw_str name)
{
    return sw_str_is(name, "url") || sw_str_is(name, "urls") || sw_str_is(name, "base_url") ||
           sw_str_is(name, "endpoint") || sw_str_is(name, "endpoints") ||
           sw_str_ends(name, "_endpoint") || sw_str_ends(name, "_endpoints");
}

static sw_result check_address_value(struct settings *s, const struct sw_json *value)
{
    struct sw_str text;
    return sw_json_str(value, &text) && has(text, "://")
               ? say(s, "settings-address", SW_SEVERITY_LOW, value, text,
                     "is an address that a loader may fetch from")
               : SW_OK;
}

static sw_result check_address(struct settings *s, const struct sw_json_member *member)
{
    if (!is_address_name(member->name)) {
        return SW_OK;
    }
    SW_JSON_EACH (item, &member->value) {
        SW_TRY(check_address_value(s, item));
    }
    return check_address_value(s, &member->value);
}

static sw_result check_member(struct settings *s, const struct sw_json_member *member)
{
    if (sw_str_is(member->name, "auto_map")) {
        return check_auto_map(s, &member->value);
    }
    if (sw_str_is(member->name, "custom_pipelines")) {
        return check_pipelines(s, &member->value);
    }
    if (sw_str_is(member->name, "trust_remote_code")) {
        return check_trust(s, &member->value);
    }
    return check_address(s, member);
}

/* Settings of parts stand in settings: text_config, vision_config. */
static sw_result check_all(struct settings *s, const struct sw_json *value, unsigned depth)
{
    if (depth == DEPTH_MAX) {
        return say(s, "settings-broken", SW_SEVERITY_MEDIUM, value, sw_str(s->file->path),
            "nests deeper than settings do, and was not judged further");
    }
    SW_JSON_EACH (item, value) {
        if (item->type == SW_JSON_ARRAY || item->type == SW_JSON_OBJECT) {
            SW_TRY(check_all(s, item, depth + 1));
        }
    }
    SW_JSON_EACH_MEMBER (member, value) {
        SW_TRY(check_member(s, member));
        if (member->value.type == SW_JSON_ARRAY || member->value.type == SW_JSON_OBJECT) {
            SW_TRY(check_all(s, &member->value, depth + 1));
        }
    }
    return SW_OK;
}

/* --- sentence-transformers -------------------------------------------------------------------- */

/* Each module's `type` is imported by its name. */
static sw_result check_modules(struct settings *s)
{
    SW_JSON_EACH (item, &s->root) {
        const struct sw_json *type = sw_json_get(item, "type");
        struct sw_str text;
        if (type == NULL) {
            continue;
        }
        if (!sw_json_str(type, &text) || !sw_str_starts(text, "sentence_transformers.")) {
            SW_TRY(say(s, "settings-module", SW_SEVERITY_HIGH, type,
                type->type == SW_JSON_STRING ? type->text : sw_str("type"),
                "is imported by sentence-transformers, and is no class of it"));
        }
    }
    return SW_OK;
}

/* --- adapters --------------------------------------------------------------------------------- */

static bool is_local_path(struct sw_str text)
{
    return text.len > 0 && (text.ptr[0] == '/' || text.ptr[0] == '~' || text.ptr[0] == '.' ||
                               has(text, "\\") || (text.len > 2 && text.ptr[1] == ':'));
}

static sw_result check_base(struct settings *s)
{
    const struct sw_json *base = sw_json_get(&s->root, "base_model_name_or_path");
    struct sw_str text;
    if (base == NULL || !sw_json_str(base, &text) || text.len == 0) {
        return say(s, "adapter-base", SW_SEVERITY_LOW, base, sw_str("base_model_name_or_path"),
            "does not say which model this adapter is for");
    }
    if (has(text, "://")) {
        return say(s, "adapter-base", SW_SEVERITY_LOW, base, text,
            "is an address, from which the model under the adapter would come");
    }
    if (is_local_path(text)) {
        return say(s, "adapter-base", SW_SEVERITY_LOW, base, text,
            "is a path of another machine: what stands there here would be loaded");
    }
    return SW_OK;
}

/* Settings by which PEFT imports a class, or takes layers for others. */
static sw_result check_adapter_code(struct settings *s)
{
    static const struct {
        const char *name, *what;
    } rows[] = {
        {"auto_mapping", "names a class that PEFT imports"},
        {"megatron_core", "names a module that PEFT imports"},
        {"layer_replication", "repeats layers of the model under the adapter"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct sw_json *value = sw_json_get(&s->root, rows[i].name);
        bool usual = value == NULL || value->type == SW_JSON_NULL ||
                     sw_json_is(value, "megatron.core") || sw_json_is(value, "");
        if (!usual) {
            SW_TRY(say(s, "adapter-settings", i == 1 ? SW_SEVERITY_HIGH : SW_SEVERITY_LOW, value,
                sw_str(rows[i].name), rows[i].what));
        }
    }
    return SW_OK;
}

static bool is_adapter_tensor(const struct settings *s, struct sw_str name)
{
    /* PEFT also saves embeddings whole that have grown. */
    static const char *const parts[] = {"lora_A", "lora_B", "lora_embedding_A", "lora_embedding_B",
        "lora_magnitude_vector", "lora_bias", "lora_E", "modules_to_save", "original_module",
        "bias", "embed", "lm_head"};
    struct sw_str text;
    for (size_t i = 0; i < SW_COUNT(parts); i++) {
        if (has(name, parts[i])) {
            return true;
        }
    }
    SW_JSON_EACH (item, sw_json_get(&s->root, "modules_to_save")) {
        if (sw_json_str(item, &text) && text.len > 0 &&
            memmem(name.ptr, name.len, text.ptr, text.len) != NULL) {
            return true;
        }
    }
    return false;
}

/* What the settings say of ranks. */
struct ranks {
    bool known;
    bool multiples; /* parameters of experts have them side by side */
    uint64_t rank;
};

static struct ranks read_ranks(const struct settings *s)
{
    const struct sw_json *pattern = sw_json_get(&s->root, "rank_pattern");
    const struct sw_json *targets = sw_json_get(&s->root, "target_parameters");
    struct ranks r = {.multiples = targets != NULL && targets->type == SW_JSON_ARRAY};
    r.known = (pattern == NULL || pattern->type == SW_JSON_NULL || pattern->count == 0) &&
              sw_json_u64(sw_json_get(&s->root, "r"), &r.rank) && r.rank > 0;
    return r;
}

/* The rank is the first side of A and the second of B; patterns give some modules another one. */
static bool rank_fits(struct sw_str name, const struct sw_json *shape, const struct ranks *r)
{
    bool a = sw_str_ends(name, "lora_A.weight");
    bool b = sw_str_ends(name, "lora_B.weight");
    uint64_t side;
    if (!r->known || (!a && !b)) {
        return true;
    }
    return sw_json_u64(sw_json_item(shape, a ? 0 : 1), &side) &&
           (side == r->rank || (r->multiples && side % r->rank == 0));
}

static sw_result check_adapter_tensor(
    struct settings *s, const struct sw_json *item, const struct ranks *r)
{
    struct sw_str name;
    if (!sw_json_str(sw_json_item(item, 0), &name)) {
        return SW_OK;
    }
    if (!is_adapter_tensor(s, name)) {
        return say(s, "adapter-tensors", SW_SEVERITY_MEDIUM, NULL, name,
            "stands among the adapter's tensors, and is no part of a LoRA adapter");
    }
    if (!rank_fits(name, sw_json_item(item, 2), r)) {
        return say(s, "adapter-tensors", SW_SEVERITY_MEDIUM, NULL, name,
            "is not of the rank that adapter_config.json gives");
    }
    return SW_OK;
}

static sw_result check_adapter_tensors(struct settings *s, struct sw_arena *arena)
{
    struct sw_json tensors;
    const struct ranks ranks = read_ranks(s);
    const struct sw_repository_file *weights =
        sw_repository_beside(s->repository, s->file->path, sw_str("adapter_model.safetensors"));
    if (!sw_json_is(sw_json_get(&s->root, "peft_type"), "LORA") || weights == NULL ||
        !sw_repository_json(arena, weights, "tensors", &tensors)) {
        return SW_OK;
    }
    SW_JSON_EACH (item, &tensors) {
        SW_TRY(check_adapter_tensor(s, item, &ranks));
    }
    return SW_OK;
}

static sw_result check_adapter(struct settings *s, struct sw_arena *arena)
{
    SW_TRY(check_base(s));
    SW_TRY(check_adapter_code(s));
    return check_adapter_tensors(s, arena);
}

/* --- all -------------------------------------------------------------------------------------- */

/* Loaders read more than strict JSON: what stands in words that name code is refused unread. */
static sw_result check_broken(struct settings *s, struct sw_bytes text)
{
    static const char *const words[] = {
        "auto_map", "custom_pipelines", "trust_remote_code", "\\u00"};
    enum sw_severity severity = SW_SEVERITY_MEDIUM;
    for (size_t i = 0; i < SW_COUNT(words); i++) {
        severity = has(sw_str_of_bytes(text), words[i]) ? SW_SEVERITY_HIGH : severity;
    }
    return say(s, "settings-broken", severity, NULL, sw_str(s->file->path),
        "is no strict JSON, so readers may differ in what it says");
}

static sw_result check_file(struct settings *s, struct sw_bytes text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    const char *name = sw_base_name(s->file->path);
    enum sw_code code = sw_json_parse(&arena, text, NULL, &s->root, NULL);
    if (code == SW_E_NOMEM) {
        return code;
    }
    if (code != SW_OK) {
        return check_broken(s, text);
    }
    if (sw_is_shard_index(name)) {
        return SW_OK;
    }
    SW_TRY(check_all(s, &s->root, 0));
    if (strcmp(name, "modules.json") == 0) {
        return check_modules(s);
    }
    return strcmp(name, "adapter_config.json") == 0 ? check_adapter(s, &arena) : SW_OK;
}

sw_result sw_repository_check_settings(
    struct sw_inspection *in, const struct sw_repository *repository, struct sw_error *err)
{
    (void)err;
    for (size_t i = 0; i < repository->count; i++) {
        const struct sw_repository_file *file = &repository->files[i];
        const struct sw_fact *fact = sw_repository_fact(file, "json");
        if (fact != NULL && fact->member[0] == '\0') {
            struct settings s = {.in = in, .repository = repository, .file = file};
            SW_TRY(check_file(&s, fact->bytes));
        }
    }
    return SW_OK;
}
