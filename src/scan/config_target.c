/* Settings that name what is called: Hydra and NeMo import whatever stands under `_target_`
 * (CVE-2025-23304), NeMo also under `target` and `cls`. */
#include "codec/codec.h"
#include "scan/inspect.h"

#define CONFIG_MAX ((uint64_t)4 << 20)

/* Modules whose classes a configuration may name: those that NeMo's own configurations name. */
static const char *const allowed[] = {
    "nemo",
    "nemo_text_processing",
    "torch",
    "torchaudio",
    "torchvision",
    "torchmetrics",
    "lightning",
    "pytorch_lightning",
    "megatron",
    "transformers",
    "omegaconf",
    "apex",
};

/* What in them runs or loads what it is given. */
static const char *const never[] = {
    "torch.load",
    "torch.hub",
    "torch.jit",
    "torch.package",
    "torch.serialization",
    "torch.utils.cpp_extension",
    "torch.utils.bottleneck",
    "torch.utils.collect_env",
    "torch.distributed",
    "torch.multiprocessing",
    "torch.classes",
    "torch.ops",
    "torch._",
    "omegaconf._",
    "pytorch_lightning.utilities",
    "lightning.pytorch.utilities",
};

static bool starts_with(struct sw_str text, const char *module)
{
    size_t len = strlen(module);
    return sw_str_starts(text, module) &&
           (module[len - 1] == '_' || text.len == len || text.ptr[len] == '.');
}

static bool is_allowed(struct sw_str target)
{
    bool known = false;
    for (size_t i = 0; i < SW_COUNT(allowed); i++) {
        known = known || starts_with(target, allowed[i]);
    }
    for (size_t i = 0; i < SW_COUNT(never); i++) {
        known = known && !starts_with(target, never[i]);
    }
    return known && memmem(target.ptr, target.len, "__", 2) == NULL;
}

/* "a.b": a word that some code could import. */
static bool is_dotted(struct sw_str text)
{
    bool dot = false;
    bool starts = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
        bool digit = c >= '0' && c <= '9';
        if (c == '.' && !starts) {
            dot = true;
            starts = true;
            continue;
        }
        if (!letter && (!digit || starts)) {
            return false;
        }
        starts = false;
    }
    return dot && !starts;
}

static sw_result check_member(struct sw_inspection *in, const struct sw_json_member *member)
{
    struct sw_str target;
    bool hydra = sw_str_is(member->name, "_target_");
    bool nemo = sw_str_is(member->name, "target") || sw_str_is(member->name, "cls");
    if (!hydra && !nemo) {
        return SW_OK;
    }
    if (!sw_json_str(&member->value, &target)) {
        return SW_OK;
    }
    bool computed = memmem(target.ptr, target.len, "${", 2) != NULL; /* OmegaConf looks it up */
    if (is_allowed(target) || (nemo && !computed && !is_dotted(target))) {
        return SW_OK;
    }
    int len = target.len > 256 ? 256 : (int)target.len;
    return sw_found(in, "config-target", hydra ? SW_SEVERITY_CRITICAL : SW_SEVERITY_HIGH,
        UINT64_MAX, "line %llu: %.*s names %.*s, which the loader imports and calls",
        (unsigned long long)member->value.where, (int)member->name.len, member->name.ptr, len,
        target.ptr);
}

/* The parser bounds the depth. */
static sw_result check_value(struct sw_inspection *in, const struct sw_json *value)
{
    SW_JSON_EACH (item, value) {
        SW_TRY(check_value(in, item));
    }
    SW_JSON_EACH_MEMBER (member, value) {
        SW_TRY(check_member(in, member));
        SW_TRY(check_value(in, &member->value));
    }
    return SW_OK;
}

static sw_result check_document(
    struct sw_inspection *in, const struct sw_source *source, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const struct sw_json_limits limits = {.max_bytes = CONFIG_MAX, .max_depth = 64};
    struct sw_json root;
    if (source->size > CONFIG_MAX) {
        return sw_fail(err, SW_E_LIMIT, "a configuration of over 4 MiB");
    }
    SW_TRY(sw_source_append(source, 0, source->size, &text, err));
    SW_TRY(sw_yaml_parse(in->arena, sw_buf_bytes(&text), &limits, &root, err));
    return check_value(in, &root);
}

sw_result sw_config_targets(
    struct sw_inspection *in, const struct sw_source *source, const char *name)
{
    struct sw_error err = {0};
    const char *outer = in->member;
    in->member = outer[0] == '\0' ? name : sw_arena_printf(in->arena, "%s!%s", outer, name);
    SW_TRY_PTR(in->member);
    enum sw_code code = check_document(in, source, &err);
    if (code != SW_OK && code != SW_E_NOMEM) {
        code = sw_give_up(in, "config-broken", SW_SEVERITY_LOW,
            "what it makes the loader call is not known: %s", err.text);
    }
    in->member = outer;
    return code;
}
