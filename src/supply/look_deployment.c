/* What settings deploy: images of containers, kinds of Kubernetes, resources of clouds, devices.
 * Source: Compose Specification; Kubernetes API, device plugins; Kustomize, images. */
#include "supply/ascii.h"
#include "supply/look_configuration.h"

#define PART_LONGEST 256 /* of a reference that is put together */

static bool ends_without_case(struct sw_str text, const char *ending)
{
    const size_t len = strlen(ending);
    return text.len >= len &&
           sw_ascii_equal(sw_str_n(text.ptr + text.len - len, len), sw_str(ending));
}

static struct sw_str key_of_parent(const struct sw_setting *node)
{
    return node->parent == NULL ? sw_str("") : node->parent->key;
}

/* --- images ----------------------------------------------------------------------------------- */

/* A member that is a part of a reference, with what stands before it. */
static sw_result put_part(
    struct sw_buf *out, const struct sw_setting *map, const char *key, const char *before)
{
    const struct sw_str text = sw_setting_text(sw_setting_get(map, key));
    return text.len == 0 || text.len > PART_LONGEST
               ? SW_OK
               : sw_buf_printf(out, "%s" SW_STR_FMT, before, SW_STR_ARG(text));
}

/* "registry", "repository", "tag" and "digest" of charts; "name", "newName" and "newTag" of the
 * images of Kustomize. */
static sw_result see_parts(struct sw_configuration *c, const struct sw_setting *map)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    const bool kustomize = sw_str_is(key_of_parent(map), "images");
    const char *own = sw_setting_get(map, "newName") != NULL ? "newName" : "name";
    const struct sw_setting *name = sw_setting_get(map, kustomize ? own : "repository");
    const size_t len = sw_setting_text(name).len;
    if (len == 0 || len > PART_LONGEST) {
        return SW_OK;
    }
    SW_TRY(kustomize ? SW_OK : put_part(&text, map, "registry", ""));
    SW_TRY(sw_buf_printf(&text, "%s" SW_STR_FMT, text.len > 0 ? "/" : "", SW_STR_ARG(name->text)));
    SW_TRY(put_part(&text, map, kustomize ? "newTag" : "tag", ":"));
    SW_TRY(put_part(&text, map, "digest", "@"));
    return sw_configuration_image(c, sw_buf_str(&text), name->line);
}

static bool names_image(const struct sw_setting *node)
{
    return ends_without_case(node->key, "image") || sw_str_is(node->key, "image_uri") ||
           sw_str_is(node->key, "imageUri") || sw_str_is(node->key, "container") ||
           (sw_str_is(node->key, "name") && ends_without_case(key_of_parent(node), "image"));
}

/* --- devices ---------------------------------------------------------------------------------- */

/* Keys that ask for a device by a value, and what the value begins with. */
static const struct {
    const char *key, *value, *name;
} devices[] = {
    {"runtime", "nvidia", "NVIDIA GPU"},
    {"driver", "nvidia", "NVIDIA GPU"},
    {"runtimeClassName", "nvidia", "NVIDIA GPU"},
    {"cloud.google.com/gke-accelerator", "nvidia-", "NVIDIA GPU"},
    {"cloud.google.com/gke-tpu-accelerator", "tpu-", "Google TPU"},
    {"nvidia.com/gpu.product", "", "NVIDIA GPU"},
};

/* Files of devices, and names of the Container Device Interface, in lists. */
static const struct {
    const char *start, *name;
} files[] = {
    {"/dev/kfd", "AMD GPU"},
    {"/dev/nvidia", "NVIDIA GPU"},
    {"nvidia.com/gpu=", "NVIDIA GPU"},
    {"amd.com/gpu=", "AMD GPU"},
    {"/dev/neuron", "AWS Neuron"},
};

static bool is_plain(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!sw_ascii_alnum(text.ptr[i]) && memchr("._-/:=", text.ptr[i], 6) == NULL) {
            return false;
        }
    }
    return text.len > 0 && text.len <= 64;
}

static sw_result see_accelerator(
    struct sw_configuration *c, const char *name, const struct sw_setting *node)
{
    const bool keyed = node->key.len > 0;
    const bool plain = is_plain(node->text);
    const char *detail =
        sw_arena_printf(c->look->arena, SW_STR_FMT "%s" SW_STR_FMT, SW_STR_ARG(node->key),
            keyed && plain ? ": " : "", plain ? (int)node->text.len : 0, node->text.ptr);
    SW_TRY_PTR(detail);
    return sw_configuration_accelerator(c, sw_str(name), sw_str(detail), node->line);
}

/* "nvidia.com/gpu: 2" */
static sw_result see_resource_request(struct sw_configuration *c, const struct sw_setting *node)
{
    struct sw_str name = sw_str("NVIDIA GPU");
    if (!sw_catalogue_find(c->look->catalogue, SW_CATALOGUE_DEVICES, node->key, &name) &&
        !sw_str_starts(node->key, "nvidia.com/mig-")) {
        return SW_OK;
    }
    const char *own = sw_arena_strndup(c->look->arena, name);
    SW_TRY_PTR(own);
    return sw_str_is(node->text, "0") ? SW_OK : see_accelerator(c, own, node);
}

static sw_result see_device(struct sw_configuration *c, const struct sw_setting *node)
{
    for (size_t i = 0; i < SW_COUNT(devices); i++) {
        if (sw_str_is(node->key, devices[i].key) && sw_str_starts(node->text, devices[i].value)) {
            return see_accelerator(c, devices[i].name, node);
        }
    }
    for (size_t i = 0; node->key.len == 0 && i < SW_COUNT(files); i++) {
        if (sw_str_starts(node->text, files[i].start)) {
            return see_accelerator(c, files[i].name, node);
        }
    }
    return see_resource_request(c, node);
}

/* --- kinds and resources ---------------------------------------------------------------------- */

static sw_result see_kind(struct sw_configuration *c, const struct sw_setting *map)
{
    static const struct sw_signal signal = {
        "kubernetes-kind", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    const struct sw_str version = sw_setting_text(sw_setting_get(map, "apiVersion"));
    const struct sw_setting *kind = sw_setting_get(map, "kind");
    struct sw_entity_id id = {.kind = SW_ENTITY_TOOL};
    const char *slash = memchr(version.ptr, '/', version.len);
    if (kind == NULL || slash == NULL ||
        !sw_catalogue_find(c->look->catalogue, SW_CATALOGUE_GROUPS,
            sw_str_n(version.ptr, (size_t)(slash - version.ptr)), &id.name)) {
        return SW_OK;
    }
    return sw_look_see(c->look, &signal, &id, kind->line, sw_setting_text(kind));
}

/* CloudFormation. */
static sw_result see_resource(struct sw_configuration *c, const struct sw_setting *node)
{
    static const struct sw_signal signal = {
        "cloud-resource", SW_SOURCE_CONFIGURATION, SW_GRADE_DECLARED, 900};
    struct sw_entity_id id = {.kind = SW_ENTITY_SERVICE};
    if (!sw_str_is(node->key, "Type") || !sw_str_starts(node->text, "AWS::") ||
        !sw_catalogue_begins(c->look->catalogue, SW_CATALOGUE_RESOURCES, node->text, &id.name)) {
        return SW_OK;
    }
    return sw_look_see(c->look, &signal, &id, node->line, node->text);
}

sw_result sw_configuration_deployed(struct sw_configuration *c, const struct sw_setting *node)
{
    SW_TRY(names_image(node) ? sw_configuration_image(c, node->text, node->line) : SW_OK);
    SW_TRY(see_device(c, node));
    return see_resource(c, node);
}

sw_result sw_configuration_deployed_map(struct sw_configuration *c, const struct sw_setting *map)
{
    SW_TRY(see_parts(c, map));
    return see_kind(c, map);
}
