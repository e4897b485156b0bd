/* SPDX 3 taken in: elements by their names, then what relationships say of them. */
#include "supply/bom_private.h"

struct reading {
    struct sw_bom *bom;
    const struct sw_json *graph;
    struct sw_names names;           /* of elements */
    const struct sw_json **elements; /* by number */
    uint32_t *components;            /* by number; SW_BOM_NONE: it is none */
    bool *inside, *ancestor;         /* by number: of the main one */
    size_t count;
};

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

/* NOASSERTION says nothing. */
static struct sw_str said(const struct sw_json *object, const char *name)
{
    struct sw_str text = text_of(object, name);
    return sw_str_is(text, "NOASSERTION") ? sw_str("") : text;
}

static bool number_of(const struct reading *r, struct sw_str id, uint32_t *out)
{
    return sw_names_find(&r->names, 0, id, out);
}

static const struct sw_json *element_of(const struct reading *r, const struct sw_json *reference)
{
    struct sw_str id;
    uint32_t number;
    if (reference != NULL && reference->type == SW_JSON_OBJECT) {
        return reference;
    }
    return sw_json_str(reference, &id) && number_of(r, id, &number) ? r->elements[number] : NULL;
}

static sw_result index_elements(struct reading *r)
{
    struct sw_arena *arena = r->bom->arena;
    r->elements = SW_ARENA_ARRAY(arena, const struct sw_json *, r->graph->count);
    r->components = SW_ARENA_ARRAY(arena, uint32_t, r->graph->count);
    r->inside = SW_ARENA_ARRAY(arena, bool, r->graph->count);
    r->ancestor = SW_ARENA_ARRAY(arena, bool, r->graph->count);
    if (r->elements == NULL || r->components == NULL || r->inside == NULL || r->ancestor == NULL) {
        return SW_E_NOMEM;
    }
    sw_names_init(&r->names, arena);
    SW_JSON_EACH (item, r->graph) {
        struct sw_str id = text_of(item, "spdxId");
        uint32_t number;
        id = id.len > 0 ? id : text_of(item, "@id");
        if (id.len == 0 || number_of(r, id, &number)) {
            continue;
        }
        SW_TRY(sw_names_number(&r->names, 0, id, &number));
        r->elements[number] = item;
        r->components[number] = SW_BOM_NONE;
        r->count = number + 1;
    }
    return SW_OK;
}

/* --- elements --------------------------------------------------------------------------------- */

static bool kind_of(const struct sw_json *object, enum sw_bom_kind *out)
{
    static const struct {
        const char *type, *purpose;
        enum sw_bom_kind kind;
    } rows[] = {{"ai_AIPackage", NULL, SW_BOM_MODEL}, {"dataset_DatasetPackage", NULL, SW_BOM_DATA},
        {"software_File", NULL, SW_BOM_FILE}, {"software_Package", "library", SW_BOM_LIBRARY},
        {"software_Package", "framework", SW_BOM_FRAMEWORK},
        {"software_Package", "container", SW_BOM_CONTAINER},
        {"software_Package", "platform", SW_BOM_PLATFORM},
        {"software_Package", "operatingSystem", SW_BOM_OPERATING_SYSTEM},
        {"software_Package", "device", SW_BOM_DEVICE},
        {"software_Package", "deviceDriver", SW_BOM_DEVICE_DRIVER},
        {"software_Package", "firmware", SW_BOM_FIRMWARE},
        {"software_Package", "other", SW_BOM_SERVICE},
        {"software_Package", NULL, SW_BOM_APPLICATION}};
    const struct sw_json *type = sw_json_get(object, "type");
    const struct sw_json *purpose = sw_json_get(object, "software_primaryPurpose");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_json_is(type, rows[i].type) &&
            (rows[i].purpose == NULL || sw_json_is(purpose, rows[i].purpose))) {
            *out = rows[i].kind;
            return true;
        }
    }
    return false;
}

static struct sw_str algorithm_of(struct sw_str spdx)
{
    static const struct {
        const char *spdx, *cyclonedx;
    } rows[] = {{"sha256", "SHA-256"}, {"sha512", "SHA-512"}, {"sha384", "SHA-384"},
        {"sha1", "SHA-1"}, {"md5", "MD5"}, {"sha3_256", "SHA3-256"}, {"sha3_512", "SHA3-512"},
        {"sha3_384", "SHA3-384"}, {"blake2b256", "BLAKE2b-256"}, {"blake2b384", "BLAKE2b-384"},
        {"blake2b512", "BLAKE2b-512"}, {"blake3", "BLAKE3"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        if (sw_str_is(spdx, rows[i].spdx)) {
            return sw_str(rows[i].cyclonedx);
        }
    }
    return sw_str(""); /* CycloneDX has no such one */
}

static sw_result set_many(struct reading *r, uint32_t number, enum sw_bom_field field,
    const struct sw_json *object, const char *member)
{
    SW_JSON_EACH (item, sw_json_get(object, member)) {
        struct sw_str text;
        if (sw_json_str(item, &text)) {
            SW_TRY(sw_bom_set(r->bom, number, field, text, sw_str("")));
        }
    }
    return SW_OK;
}

static sw_result read_texts(struct reading *r, uint32_t number, const struct sw_json *object)
{
    static const struct {
        enum sw_bom_field field;
        const char *member;
    } rows[] = {{SW_BOM_NAME, "name"}, {SW_BOM_VERSION, "software_packageVersion"},
        {SW_BOM_DESCRIPTION, "description"}, {SW_BOM_DOWNLOAD, "software_downloadLocation"},
        {SW_BOM_PURL, "software_packageUrl"}, {SW_BOM_RELEASED, "releaseTime"},
        {SW_BOM_LIMITATION, "ai_limitation"}, {SW_BOM_USE, "ai_informationAboutApplication"},
        {SW_BOM_TRAINING, "ai_informationAboutTraining"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_TRY(sw_bom_set(r->bom, number, rows[i].field, said(object, rows[i].member), sw_str("")));
    }
    SW_TRY(set_many(r, number, SW_BOM_TASK, object, "ai_domain"));
    SW_TRY(set_many(r, number, SW_BOM_PREPROCESSING, object, "ai_modelDataPreprocessing"));
    return set_many(r, number, SW_BOM_ARCHITECTURE, object, "ai_typeOfModel");
}

static sw_result read_metrics(struct reading *r, uint32_t number, const struct sw_json *object)
{
    SW_JSON_EACH (item, sw_json_get(object, "ai_metric")) {
        struct sw_str key = text_of(item, "key");
        struct sw_str value = text_of(item, "value");
        const char *text = sw_arena_printf(
            r->bom->arena, SW_STR_FMT "\n" SW_STR_FMT, SW_STR_ARG(key), SW_STR_ARG(value));
        SW_TRY_PTR(text);
        SW_TRY(sw_bom_set(r->bom, number, SW_BOM_METRIC, sw_str(text), sw_str("")));
    }
    return SW_OK;
}

static sw_result read_endpoints(struct reading *r, uint32_t number, const struct sw_json *object)
{
    SW_JSON_EACH (item, sw_json_get(object, "externalRef")) {
        if (sw_json_is(sw_json_get(item, "comment"), "endpoint")) {
            SW_TRY(set_many(r, number, SW_BOM_ENDPOINT, item, "locator"));
        }
    }
    return SW_OK;
}

/* BSI TR-03183-2, 8.2: how SPDX says what a file is. */
static sw_result read_purposes(struct reading *r, uint32_t number, const struct sw_json *object)
{
    static const struct {
        const char *purpose;
        enum sw_bom_field field;
        const char *value;
    } rows[] = {{"executable", SW_BOM_EXECUTABLE, "executable"},
        {"archive", SW_BOM_ARCHIVE, "archive"}, {"container", SW_BOM_STRUCTURED, "structured"},
        {"firmware", SW_BOM_STRUCTURED, "unstructured"}};
    if (r->bom->components[number].kind == SW_BOM_FILE) {
        SW_TRY(sw_bom_set(r->bom, number, SW_BOM_FILENAME, text_of(object, "name"), sw_str("")));
    }
    SW_JSON_EACH (item, sw_json_get(object, "software_additionalPurpose")) {
        for (size_t i = 0; i < SW_COUNT(rows); i++) {
            if (sw_json_is(item, rows[i].purpose)) {
                SW_TRY(
                    sw_bom_set(r->bom, number, rows[i].field, sw_str(rows[i].value), sw_str("")));
            }
        }
    }
    return SW_OK;
}

/* A package URL may stand in either place. */
static sw_result read_identifier(struct reading *r, uint32_t number, const struct sw_json *object)
{
    SW_JSON_EACH (item, sw_json_get(object, "externalIdentifier")) {
        const struct sw_bom_component *c = &r->bom->components[number];
        if (sw_bom_value(c, SW_BOM_PURL) == NULL &&
            sw_json_is(sw_json_get(item, "externalIdentifierType"), "packageUrl")) {
            SW_TRY(
                sw_bom_set(r->bom, number, SW_BOM_PURL, text_of(item, "identifier"), sw_str("")));
        }
    }
    return SW_OK;
}

static sw_result read_element(struct reading *r, uint32_t number, const struct sw_json *object)
{
    struct sw_str supplier = said(element_of(r, sw_json_get(object, "suppliedBy")), "name");
    const struct sw_json *origin = sw_json_item(sw_json_get(object, "originatedBy"), 0);
    SW_TRY(read_texts(r, number, object));
    SW_TRY(read_identifier(r, number, object));
    SW_TRY(read_purposes(r, number, object));
    SW_TRY(read_metrics(r, number, object));
    SW_TRY(read_endpoints(r, number, object));
    SW_TRY(sw_bom_set(r->bom, number, SW_BOM_SUPPLIER, supplier, sw_str("")));
    SW_TRY(
        sw_bom_set(r->bom, number, SW_BOM_OWNER, said(element_of(r, origin), "name"), sw_str("")));
    SW_JSON_EACH (item, sw_json_get(object, "verifiedUsing")) {
        SW_TRY(sw_bom_add_hash(
            r->bom, number, algorithm_of(text_of(item, "algorithm")), text_of(item, "hashValue")));
    }
    return SW_OK;
}

static sw_result add_element(struct reading *r, uint32_t number, bool main)
{
    const struct sw_json *object = r->elements[number];
    enum sw_bom_kind kind;
    if (!kind_of(object, &kind) || r->components[number] != SW_BOM_NONE) {
        return SW_OK;
    }
    const enum sw_bom_role role = main                  ? SW_BOM_MAIN
                                  : r->inside[number]   ? SW_BOM_INSIDE
                                  : r->ancestor[number] ? SW_BOM_ANCESTOR
                                                        : SW_BOM_PART;
    SW_TRY(sw_bom_add(r->bom, kind, role, 0, &r->components[number]));
    SW_TRY(sw_bom_name(r->bom, r->components[number], r->names.names[number].text));
    return read_element(r, r->components[number], object);
}

/* --- the root --------------------------------------------------------------------------------- */

static const struct sw_json *find_type(const struct reading *r, const char *type)
{
    SW_JSON_EACH (item, r->graph) {
        if (sw_json_is(sw_json_get(item, "type"), type)) {
            return item;
        }
    }
    return NULL;
}

/* The document's root may be the bill, whose root is meant then. */
static bool find_main(const struct reading *r, uint32_t *out)
{
    const struct sw_json *holder = find_type(r, "SpdxDocument");
    enum sw_bom_kind kind;
    for (int step = 0; step < 3 && holder != NULL; step++) {
        struct sw_str id;
        const struct sw_json *root = sw_json_item(sw_json_get(holder, "rootElement"), 0);
        holder = element_of(r, root);
        if (holder != NULL && kind_of(holder, &kind)) {
            return sw_json_str(root, &id) && number_of(r, id, out);
        }
    }
    return false;
}

/* --- relationships ---------------------------------------------------------------------------- */

static sw_result relate_licence(struct reading *r, uint32_t from, const struct sw_json *relation)
{
    const bool declared =
        sw_json_is(sw_json_get(relation, "relationshipType"), "hasDeclaredLicense");
    const struct sw_json *to = element_of(r, sw_json_item(sw_json_get(relation, "to"), 0));
    return sw_bom_set(r->bom, from, declared ? SW_BOM_LICENCE_DECLARED : SW_BOM_LICENCE_CONCLUDED,
        text_of(to, "simplelicensing_licenseExpression"), sw_str(""));
}

static sw_result relate_each(struct reading *r, uint32_t from, const struct sw_json *relation)
{
    const struct sw_json *type = sw_json_get(relation, "relationshipType");
    const bool trained = sw_json_is(type, "trainedOn");
    SW_JSON_EACH (item, sw_json_get(relation, "to")) {
        struct sw_str id;
        uint32_t number;
        if (!sw_json_str(item, &id) || !number_of(r, id, &number) ||
            r->components[number] == SW_BOM_NONE) {
            continue;
        }
        SW_TRY(trained ? sw_bom_set(r->bom, from, SW_BOM_DATASET, id, sw_str(""))
                       : sw_bom_depend(r->bom, from, r->components[number]));
    }
    return SW_OK;
}

static sw_result relate(struct reading *r, const struct sw_json *relation)
{
    const struct sw_json *type = sw_json_get(relation, "relationshipType");
    uint32_t number;
    if (type == NULL || !number_of(r, text_of(relation, "from"), &number) ||
        r->components[number] == SW_BOM_NONE) {
        return SW_OK;
    }
    const uint32_t from = r->components[number];
    if (sw_json_is(type, "hasDeclaredLicense") || sw_json_is(type, "hasConcludedLicense")) {
        return relate_licence(r, from, relation);
    }
    if (sw_json_is(type, "dependsOn") || sw_json_is(type, "trainedOn")) {
        return relate_each(r, from, relation);
    }
    return SW_OK;
}

/* Which elements are parts or ancestors of the main one. */
static void mark(struct reading *r, uint32_t main, const struct sw_json *relation)
{
    const struct sw_json *type = sw_json_get(relation, "relationshipType");
    const bool inside = sw_json_is(type, "contains") || sw_json_is(type, "hasDataFile");
    const bool ancestor = sw_json_is(type, "descendantOf");
    uint32_t number;
    if ((!inside && !ancestor) || !number_of(r, text_of(relation, "from"), &number) ||
        number != main) {
        return;
    }
    SW_JSON_EACH (item, sw_json_get(relation, "to")) {
        struct sw_str id;
        if (sw_json_str(item, &id) && number_of(r, id, &number)) {
            r->inside[number] = r->inside[number] || inside;
            r->ancestor[number] = r->ancestor[number] || ancestor;
        }
    }
}

/* --- the document ----------------------------------------------------------------------------- */

static void read_creation(struct reading *r)
{
    const struct sw_json *creation = find_type(r, "CreationInfo");
    const struct sw_json *by = element_of(r, sw_json_item(sw_json_get(creation, "createdBy"), 0));
    const struct sw_json *tool =
        element_of(r, sw_json_item(sw_json_get(creation, "createdUsing"), 0));
    r->bom->timed = sw_time_parse(text_of(creation, "created"), &r->bom->time);
    r->bom->spec = text_of(creation, "specVersion");
    r->bom->tool = text_of(tool, "name");
    r->bom->creator = text_of(sw_json_item(sw_json_get(by, "externalIdentifier"), 0), "identifier");
    r->bom->serial = text_of(find_type(r, "SpdxDocument"), "spdxId");
}

sw_result sw_bom_read_spdx(struct sw_bom *bom, const struct sw_json *document)
{
    struct reading r = {.bom = bom, .graph = sw_json_get(document, "@graph")};
    uint32_t main;
    bom->format = "spdx";
    if (r.graph == NULL || r.graph->type != SW_JSON_ARRAY) {
        return SW_E_FORMAT;
    }
    SW_TRY(index_elements(&r));
    if (!find_main(&r, &main)) {
        return SW_E_FORMAT;
    }
    read_creation(&r);
    SW_JSON_EACH (item, r.graph) {
        mark(&r, main, item);
    }
    SW_TRY(add_element(&r, main, true));
    for (uint32_t i = 0; i < r.count; i++) {
        SW_TRY(add_element(&r, i, false));
    }
    SW_JSON_EACH (item, r.graph) {
        SW_TRY(relate(&r, item));
    }
    return SW_OK;
}
