#include "supply/bom_private.h"

/* --- tables ----------------------------------------------------------------------------------- */

static const char *const kind_names[SW_BOM_KINDS] = {"application", "framework", "library",
    "container", "platform", "operating-system", "device", "device-driver", "firmware", "file",
    "machine-learning-model", "data", "cryptographic-asset", "service"};

const char *sw_bom_kind_name(enum sw_bom_kind kind)
{
    return kind_names[kind];
}

bool sw_bom_kind_of(struct sw_str name, enum sw_bom_kind *out)
{
    for (size_t i = 0; i < SW_BOM_KINDS; i++) {
        if (sw_str_is(name, kind_names[i])) {
            *out = (enum sw_bom_kind)i;
            return true;
        }
    }
    return false;
}

static const struct {
    const char *name;
    const char *property;
} fields[SW_BOM_FIELDS] = {
    [SW_BOM_NAME] = {"name", NULL},
    [SW_BOM_VERSION] = {"version", NULL},
    [SW_BOM_SUPPLIER] = {"supplier", NULL},
    [SW_BOM_DESCRIPTION] = {"description", NULL},
    [SW_BOM_PURL] = {"purl", NULL},
    [SW_BOM_LICENCE_DECLARED] = {"licence-declared", NULL},
    [SW_BOM_LICENCE_CONCLUDED] = {"licence-concluded", NULL},
    [SW_BOM_LICENCE_URL] = {"licence-url", NULL},
    [SW_BOM_DOWNLOAD] = {"download", NULL},
    [SW_BOM_RELEASED] = {"released", "sealwright:released"},
    [SW_BOM_ENDPOINT] = {"endpoint", NULL},
    [SW_BOM_TASK] = {"task", NULL},
    [SW_BOM_FAMILY] = {"architecture-family", NULL},
    [SW_BOM_ARCHITECTURE] = {"architecture", NULL},
    [SW_BOM_APPROACH] = {"approach", NULL},
    [SW_BOM_DATASET] = {"dataset", NULL},
    [SW_BOM_METRIC] = {"metric", NULL},
    [SW_BOM_LIMITATION] = {"limitation", NULL},
    [SW_BOM_USE] = {"use", NULL},
    [SW_BOM_USERS] = {"users", NULL},
    [SW_BOM_ETHICS] = {"ethical-consideration", NULL},
    [SW_BOM_TRAINING] = {"training", "sealwright:training"},
    [SW_BOM_PREPROCESSING] = {"preprocessing", "sealwright:preprocessing"},
    [SW_BOM_OWNER] = {"owner", NULL},
    [SW_BOM_STEWARD] = {"steward", NULL},
    [SW_BOM_CUSTODIAN] = {"custodian", NULL},
    [SW_BOM_CLASSIFICATION] = {"classification", NULL},
    [SW_BOM_LANGUAGE] = {"language", "sealwright:language"},
    [SW_BOM_LIBRARY_NAME] = {"library", "sealwright:library"},
    [SW_BOM_BASE_RELATION] = {"base-model-relation", "sealwright:base-model-relation"},
    [SW_BOM_TOKENIZER] = {"tokenizer", "sealwright:tokenizer"},
    [SW_BOM_PRECISION] = {"precision", "sealwright:precision"},
    [SW_BOM_ROOT] = {"model-root", "sealwright:model-root"},
    [SW_BOM_SIZE] = {"size", "sealwright:size"},
    [SW_BOM_SIZE_CATEGORY] = {"size-category", "sealwright:size-category"},
    [SW_BOM_KIND] = {"kind", "sealwright:kind"},
    [SW_BOM_FILENAME] = {"filename", "bsi:component:filename"},
    [SW_BOM_EXECUTABLE] = {"executable", "bsi:component:executable"},
    [SW_BOM_ARCHIVE] = {"archive", "bsi:component:archive"},
    [SW_BOM_STRUCTURED] = {"structured", "bsi:component:structured"},
    [SW_BOM_CARD] = {"card", "sealwright:card"},
    [SW_BOM_GAP] = {"gap", "sealwright:gap"},
};

const char *sw_bom_field_name(enum sw_bom_field field)
{
    return fields[field].name;
}

const char *sw_bom_field_property(enum sw_bom_field field)
{
    return fields[field].property;
}

bool sw_bom_field_of_property(struct sw_str name, enum sw_bom_field *out)
{
    for (size_t i = 0; i < SW_BOM_FIELDS; i++) {
        if (fields[i].property != NULL && sw_str_is(name, fields[i].property)) {
            *out = (enum sw_bom_field)i;
            return true;
        }
    }
    return false;
}

static const enum sw_bom_field every[] = {
    SW_BOM_VERSION, SW_BOM_SUPPLIER, SW_BOM_LICENCE_DECLARED, SW_BOM_LICENCE_CONCLUDED};
static const enum sw_bom_field of_model[] = {
    SW_BOM_DOWNLOAD, SW_BOM_RELEASED, SW_BOM_TASK, SW_BOM_ARCHITECTURE, SW_BOM_DATASET};
static const enum sw_bom_field of_data[] = {
    SW_BOM_DOWNLOAD, SW_BOM_RELEASED, SW_BOM_CLASSIFICATION, SW_BOM_OWNER};

static void tell_unknown(const struct sw_bom_component *component, const enum sw_bom_field *list,
    size_t count, void (*each)(void *ctx, enum sw_bom_field field), void *ctx)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_bom_value(component, list[i]) == NULL) {
            each(ctx, list[i]);
        }
    }
}

void sw_bom_unknown(const struct sw_bom_component *component,
    void (*each)(void *ctx, enum sw_bom_field field), void *ctx)
{
    if (component->role != SW_BOM_MAIN) {
        return;
    }
    tell_unknown(component, every, SW_COUNT(every), each, ctx);
    if (component->kind == SW_BOM_MODEL) {
        tell_unknown(component, of_model, SW_COUNT(of_model), each, ctx);
    }
    if (component->kind == SW_BOM_DATA) {
        tell_unknown(component, of_data, SW_COUNT(of_data), each, ctx);
    }
}

/* --- making ----------------------------------------------------------------------------------- */

void sw_bom_init(struct sw_bom *bom, struct sw_arena *arena)
{
    *bom = (struct sw_bom){.arena = arena, .format = "cyclonedx"};
    sw_names_init(&bom->refs, arena);
}

static void adopt(struct sw_bom *bom, uint32_t parent, uint32_t child)
{
    struct sw_bom_component *p = &bom->components[parent];
    if (p->first == SW_BOM_NONE) {
        p->first = child;
    }
    if (p->last != SW_BOM_NONE) {
        bom->components[p->last].next = child;
    }
    p->last = child;
}

sw_result sw_bom_add(struct sw_bom *bom, enum sw_bom_kind kind, enum sw_bom_role role,
    uint32_t parent, uint32_t *out)
{
    if (bom->count == SW_BOM_COMPONENTS_MAX) {
        return SW_E_LIMIT;
    }
    struct sw_bom_component *moved =
        sw_arena_grow(bom->arena, bom->components, bom->count, &bom->cap, sizeof(*bom->components));
    SW_TRY_PTR(moved);
    bom->components = moved;
    const uint32_t number = (uint32_t)bom->count++;
    const bool child = role == SW_BOM_INSIDE || role == SW_BOM_ANCESTOR;
    moved[number] = (struct sw_bom_component){.kind = kind,
        .role = role,
        .parent = child ? parent : SW_BOM_NONE,
        .first = SW_BOM_NONE,
        .last = SW_BOM_NONE,
        .next = SW_BOM_NONE};
    if (child) {
        adopt(bom, parent, number);
    }
    *out = number;
    return SW_OK;
}

static sw_result copy(struct sw_arena *arena, struct sw_str text, struct sw_str *out)
{
    const char *kept = sw_arena_strndup(arena, text);
    SW_TRY_PTR(kept);
    *out = sw_str_n(kept, text.len);
    return SW_OK;
}

sw_result sw_bom_set(struct sw_bom *bom, uint32_t component, enum sw_bom_field field,
    struct sw_str text, struct sw_str origin)
{
    struct sw_bom_component *c = &bom->components[component];
    if (text.len == 0 || (field == SW_BOM_VERSION && text.len > SW_BOM_VERSION_MAX)) {
        return SW_OK;
    }
    struct sw_bom_value *moved =
        sw_arena_grow(bom->arena, c->values, c->value_count, &c->value_cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    c->values = moved;
    struct sw_bom_value *value = &moved[c->value_count];
    *value = (struct sw_bom_value){.field = field, .key = bom->key, .line = bom->line};
    SW_TRY(copy(bom->arena, text, &value->text));
    SW_TRY(copy(bom->arena, origin, &value->origin));
    c->value_count++;
    return SW_OK;
}

sw_result sw_bom_add_hash(
    struct sw_bom *bom, uint32_t component, struct sw_str alg, struct sw_str content)
{
    struct sw_bom_component *c = &bom->components[component];
    struct sw_bom_hash *moved =
        sw_arena_grow(bom->arena, c->hashes, c->hash_count, &c->hash_cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    c->hashes = moved;
    SW_TRY(copy(bom->arena, alg, &moved[c->hash_count].alg));
    SW_TRY(copy(bom->arena, content, &moved[c->hash_count].content));
    c->hash_count++;
    return SW_OK;
}

sw_result sw_bom_add_place(struct sw_bom *bom, uint32_t component, const struct sw_bom_place *place)
{
    struct sw_bom_component *c = &bom->components[component];
    struct sw_bom_place *moved =
        sw_arena_grow(bom->arena, c->places, c->place_count, &c->place_cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    c->places = moved;
    moved[c->place_count++] = *place;
    return SW_OK;
}

sw_result sw_bom_depend(struct sw_bom *bom, uint32_t from, uint32_t to)
{
    struct sw_bom_edge *moved =
        sw_arena_grow(bom->arena, bom->edges, bom->edge_count, &bom->edge_cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    bom->edges = moved;
    moved[bom->edge_count++] = (struct sw_bom_edge){from, to};
    return SW_OK;
}

/* --- names ------------------------------------------------------------------------------------ */

sw_result sw_bom_name(struct sw_bom *bom, uint32_t component, struct sw_str wanted)
{
    struct sw_str ref = wanted;
    uint32_t number;
    for (uint64_t n = component; ref.len == 0 || sw_bom_find(bom, ref, &number); n++) {
        const char *next = sw_arena_printf(
            bom->arena, SW_STR_FMT "#%llu", SW_STR_ARG(wanted), (unsigned long long)n);
        SW_TRY_PTR(next);
        ref = sw_str(next);
    }
    SW_TRY(copy(bom->arena, ref, &ref));
    SW_TRY(sw_names_number(&bom->refs, 0, ref, &number));
    uint32_t *moved =
        sw_arena_grow(bom->arena, bom->named, number, &bom->named_cap, sizeof(*moved));
    SW_TRY_PTR(moved);
    bom->named = moved;
    moved[number] = component;
    bom->components[component].ref = ref;
    return SW_OK;
}

static sw_result natural_name(
    struct sw_bom *bom, const struct sw_bom_component *c, struct sw_str *out)
{
    struct sw_str purl = sw_bom_get(c, SW_BOM_PURL);
    if (purl.len > 0) {
        *out = purl;
        return SW_OK;
    }
    const char *name = sw_arena_percent(bom->arena, sw_bom_get(c, SW_BOM_NAME));
    const char *version = sw_arena_percent(bom->arena, sw_bom_get(c, SW_BOM_VERSION));
    if (name == NULL || version == NULL) {
        return SW_E_NOMEM;
    }
    const char *ref = sw_arena_printf(
        bom->arena, "%s:%s%s%s", kind_names[c->kind], name, version[0] == '\0' ? "" : "@", version);
    SW_TRY_PTR(ref);
    *out = sw_str(ref);
    return SW_OK;
}

sw_result sw_bom_name_all(struct sw_bom *bom)
{
    for (uint32_t i = 0; i < bom->count; i++) {
        struct sw_str wanted;
        if (bom->components[i].ref.len > 0) {
            continue;
        }
        SW_TRY(natural_name(bom, &bom->components[i], &wanted));
        SW_TRY(sw_bom_name(bom, i, wanted));
    }
    return SW_OK;
}

bool sw_bom_find(const struct sw_bom *bom, struct sw_str ref, uint32_t *out)
{
    uint32_t number;
    if (!sw_names_find(&bom->refs, 0, ref, &number)) {
        return false;
    }
    *out = bom->named[number];
    return true;
}

/* --- looking ---------------------------------------------------------------------------------- */

const struct sw_bom_value *sw_bom_value(
    const struct sw_bom_component *component, enum sw_bom_field field)
{
    for (size_t i = 0; i < component->value_count; i++) {
        if (component->values[i].field == field) {
            return &component->values[i];
        }
    }
    return NULL;
}

struct sw_str sw_bom_get(const struct sw_bom_component *component, enum sw_bom_field field)
{
    const struct sw_bom_value *value = sw_bom_value(component, field);
    return value == NULL ? sw_str("") : value->text;
}

struct sw_str sw_bom_hash_of(const struct sw_bom_component *component, const char *alg)
{
    for (size_t i = 0; i < component->hash_count; i++) {
        if (sw_str_is(component->hashes[i].alg, alg)) {
            return component->hashes[i].content;
        }
    }
    return sw_str("");
}
