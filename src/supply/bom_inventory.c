/* What discovery found, as parts of a bill. */
#include "supply/bom.h"

/* CREDENTIAL has no row: what a bill shows to others names no secrets. */
static const enum sw_bom_kind kinds[SW_ENTITY_KINDS] = {
    [SW_ENTITY_MODEL] = SW_BOM_MODEL,
    [SW_ENTITY_DATASET] = SW_BOM_DATA,
    [SW_ENTITY_LIBRARY] = SW_BOM_LIBRARY,
    [SW_ENTITY_TOOL] = SW_BOM_APPLICATION,
    [SW_ENTITY_SERVICE] = SW_BOM_SERVICE,
    [SW_ENTITY_AGENT] = SW_BOM_APPLICATION,
    [SW_ENTITY_MCP_SERVER] = SW_BOM_SERVICE,
    [SW_ENTITY_PROMPT] = SW_BOM_DATA,
    [SW_ENTITY_ENDPOINT] = SW_BOM_SERVICE,
    [SW_ENTITY_ACCELERATOR] = SW_BOM_DEVICE,
    [SW_ENTITY_CONTAINER] = SW_BOM_CONTAINER,
};

static const char *const techniques[SW_SIGHTING_SOURCES] = {
    [SW_SOURCE_PACKAGES] = "manifest-analysis",
    [SW_SOURCE_CODE] = "source-code-analysis",
    [SW_SOURCE_CONFIGURATION] = "manifest-analysis",
    [SW_SOURCE_FILES] = "binary-analysis",
    [SW_SOURCE_HOST] = "instrumentation",
    [SW_SOURCE_TRAFFIC] = "dynamic-analysis",
};

/* Their sightings tell the host as the detail. */
static bool tells_host(const struct sw_sighting *s)
{
    return strcmp(s->signal, "endpoint-host") == 0 && s->detail.len > 0;
}

static sw_result add_host(struct sw_bom *bom, uint32_t number, struct sw_str host)
{
    const struct sw_bom_component *c = &bom->components[number];
    const char *url = sw_arena_printf(bom->arena, "https://" SW_STR_FMT, SW_STR_ARG(host));
    SW_TRY_PTR(url);
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_ENDPOINT && sw_str_is(c->values[i].text, url)) {
            return SW_OK;
        }
    }
    return sw_bom_set(bom, number, SW_BOM_ENDPOINT, sw_str(url), sw_str(""));
}

static sw_result add_sightings(struct sw_bom *bom, uint32_t number, const struct sw_entity *entity)
{
    for (size_t i = 0; i < entity->sighting_count; i++) {
        const struct sw_sighting *s = &entity->sightings[i];
        const struct sw_bom_place place = {
            s->file, s->line, s->detail, techniques[s->source], s->confidence};
        SW_TRY(sw_bom_add_place(bom, number, &place));
        if (tells_host(s)) {
            SW_TRY(add_host(bom, number, s->detail));
        }
    }
    return SW_OK;
}

static sw_result add_digest(struct sw_bom *bom, uint32_t number, struct sw_str digest)
{
    const char *colon = digest.len == 0 ? NULL : memchr(digest.ptr, ':', digest.len);
    if (colon == NULL || !sw_str_starts(digest, "sha256:")) {
        return SW_OK;
    }
    size_t at = (size_t)(colon - digest.ptr) + 1;
    return sw_bom_add_hash(
        bom, number, sw_str("SHA-256"), sw_str_n(digest.ptr + at, digest.len - at));
}

/* Of a hosted model discovery's catalogue knows who makes it; who serves it, it does not. */
static sw_result add_maker(struct sw_bom *bom, uint32_t number, const struct sw_entity *entity)
{
    const bool hosted = entity->id.kind == SW_ENTITY_MODEL && entity->id.purl.len == 0;
    return hosted && entity->sighting_count > 0
               ? sw_bom_set(bom, number, SW_BOM_SUPPLIER, entity->sightings[0].detail,
                     sw_str("the catalogue of discovery"))
               : SW_OK;
}

static sw_result add_entity(struct sw_bom *bom, const struct sw_entity *entity)
{
    const struct sw_str none = sw_str("");
    uint32_t number;
    SW_TRY(sw_bom_add(bom, kinds[entity->id.kind], SW_BOM_PART, SW_BOM_NONE, &number));
    bom->components[number].excluded = !sw_entity_counts(entity);
    bom->components[number].confidence = entity->confidence;
    SW_TRY(sw_bom_set(bom, number, SW_BOM_NAME, entity->id.name, none));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_VERSION, entity->id.version, none));
    SW_TRY(sw_bom_set(bom, number, SW_BOM_PURL, entity->id.purl, none));
    SW_TRY(
        sw_bom_set(bom, number, SW_BOM_KIND, sw_str(sw_entity_kind_name(entity->id.kind)), none));
    SW_TRY(add_maker(bom, number, entity));
    SW_TRY(add_digest(bom, number, entity->id.digest));
    SW_TRY(add_sightings(bom, number, entity));
    return sw_bom_depend(bom, 0, number);
}

sw_result sw_bom_add_inventory(struct sw_bom *bom, const struct sw_inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        const struct sw_entity *entity = &inventory->entities[i];
        if (entity->id.kind != SW_ENTITY_CREDENTIAL) {
            SW_TRY(add_entity(bom, entity));
        }
    }
    return SW_OK;
}
