/* A bill as SPDX 3.0.1, JSON-LD: profiles Core, Software, SimpleLicensing, AI and Dataset. What
 * must be there and is not known is NOASSERTION. */
#include "supply/bom_private.h"

#define CONTEXT "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
#define CREATION "_:creation"
#define NO_LICENCE "expandedlicensing_NoAssertionLicense"

struct writing {
    const struct sw_bom *bom;
    struct sw_json_writer *w;
    const char *base;      /* "urn:uuid:…#" */
    struct sw_names texts; /* scopes: agents, licences */
    bool unknown_agent;
    size_t relations;
    bool ai, dataset; /* there are such packages, and all of them have what the profile asks for */
    enum sw_code failed;
};

enum { AGENTS = 1, LICENCES = 2 };

static const char *id_of(struct writing *wr, const char *kind, size_t number)
{
    const char *id = sw_arena_printf(wr->bom->arena, "%s%s-%zu", wr->base, kind, number);
    if (id == NULL) {
        wr->failed = SW_E_NOMEM;
    }
    return id == NULL ? "" : id;
}

static void begin(struct writing *wr, const char *type, const char *id)
{
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "type", type);
    sw_jw_text(wr->w, "spdxId", id);
    sw_jw_text(wr->w, "creationInfo", CREATION);
}

static void write_list(struct writing *wr, const char *name, const char *text)
{
    sw_jw_array(wr->w, name);
    sw_jw_text(wr->w, NULL, text);
    sw_jw_array_end(wr->w);
}

/* --- agents and licences, each once ----------------------------------------------------------- */

static uint32_t number_of(struct writing *wr, uint32_t scope, struct sw_str text)
{
    uint32_t number = 0;
    enum sw_code code = sw_names_number(&wr->texts, scope, text, &number);
    wr->failed = code == SW_OK ? wr->failed : code;
    return number;
}

static const char *agent_of(struct writing *wr, const struct sw_bom_value *value)
{
    if (value == NULL) {
        wr->unknown_agent = true;
        return id_of(wr, "agent-unknown", 0);
    }
    return id_of(wr, "agent", number_of(wr, AGENTS, value->text));
}

static const char *licence_of(struct writing *wr, const struct sw_bom_value *value)
{
    if (value == NULL || !sw_bom_is_expression(wr->bom->arena, value->text)) {
        return NO_LICENCE;
    }
    return id_of(wr, "licence", number_of(wr, LICENCES, value->text));
}

static void write_texts(struct writing *wr)
{
    for (size_t i = 0; i < wr->texts.count; i++) {
        const struct sw_name *name = &wr->texts.names[i];
        const bool agent = name->scope == AGENTS;
        begin(wr, agent ? "Organization" : "simplelicensing_LicenseExpression",
            id_of(wr, agent ? "agent" : "licence", i));
        sw_jw_str(wr->w, agent ? "name" : "simplelicensing_licenseExpression", name->text);
        sw_jw_object_end(wr->w);
    }
    if (wr->unknown_agent) {
        begin(wr, "Organization", id_of(wr, "agent-unknown", 0));
        sw_jw_text(wr->w, "name", "NOASSERTION");
        sw_jw_text(wr->w, "comment", "Nothing says who supplies what refers to this.");
        sw_jw_object_end(wr->w);
    }
}

/* --- packages and files ----------------------------------------------------------------------- */

struct kind_row {
    const char *type, *purpose;
};

static const struct kind_row kinds[SW_BOM_KINDS] = {
    [SW_BOM_APPLICATION] = {"software_Package", "application"},
    [SW_BOM_FRAMEWORK] = {"software_Package", "framework"},
    [SW_BOM_LIBRARY] = {"software_Package", "library"},
    [SW_BOM_CONTAINER] = {"software_Package", "container"},
    [SW_BOM_PLATFORM] = {"software_Package", "platform"},
    [SW_BOM_OPERATING_SYSTEM] = {"software_Package", "operatingSystem"},
    [SW_BOM_DEVICE] = {"software_Package", "device"},
    [SW_BOM_DEVICE_DRIVER] = {"software_Package", "deviceDriver"},
    [SW_BOM_FIRMWARE] = {"software_Package", "firmware"},
    [SW_BOM_FILE] = {"software_File", "file"},
    [SW_BOM_MODEL] = {"ai_AIPackage", "model"},
    [SW_BOM_DATA] = {"dataset_DatasetPackage", "data"},
    [SW_BOM_CRYPTO] = {"software_Package", "other"},
    [SW_BOM_SERVICE] = {"software_Package", "other"},
};

static const struct {
    const char *cyclonedx, *spdx;
} algorithms[] = {{"SHA-256", "sha256"}, {"SHA-512", "sha512"}, {"SHA-384", "sha384"},
    {"SHA-1", "sha1"}, {"MD5", "md5"}, {"SHA3-256", "sha3_256"}, {"SHA3-384", "sha3_384"},
    {"SHA3-512", "sha3_512"}, {"BLAKE2b-256", "blake2b256"}, {"BLAKE2b-384", "blake2b384"},
    {"BLAKE2b-512", "blake2b512"}, {"BLAKE3", "blake3"}};

static const char *algorithm_of(struct sw_str name)
{
    for (size_t i = 0; i < SW_COUNT(algorithms); i++) {
        if (sw_str_is(name, algorithms[i].cyclonedx)) {
            return algorithms[i].spdx;
        }
    }
    return "other";
}

static void write_hashes(struct writing *wr, const struct sw_bom_component *c)
{
    if (c->hash_count == 0) {
        return;
    }
    sw_jw_array(wr->w, "verifiedUsing");
    for (size_t i = 0; i < c->hash_count; i++) {
        sw_jw_object(wr->w, NULL);
        sw_jw_text(wr->w, "type", "Hash");
        sw_jw_text(wr->w, "algorithm", algorithm_of(c->hashes[i].alg));
        sw_jw_str(wr->w, "hashValue", c->hashes[i].content);
        sw_jw_object_end(wr->w);
    }
    sw_jw_array_end(wr->w);
}

static void write_many(struct writing *wr, const struct sw_bom_component *c,
    enum sw_bom_field field, bool again, bool *open, const char *name)
{
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field != field) {
            continue;
        }
        if (!*open) {
            sw_jw_array(wr->w, name);
            *open = true;
        }
        sw_jw_str(wr->w, NULL, c->values[i].text);
    }
    if (*open && !again) {
        sw_jw_array_end(wr->w);
    }
}

static void write_metrics(struct writing *wr, const struct sw_bom_component *c)
{
    if (sw_bom_value(c, SW_BOM_METRIC) == NULL) {
        return;
    }
    sw_jw_array(wr->w, "ai_metric");
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_METRIC) {
            struct sw_bom_metric metric = sw_bom_metric_of(c->values[i].text);
            sw_jw_object(wr->w, NULL);
            sw_jw_text(wr->w, "type", "DictionaryEntry");
            sw_jw_str(wr->w, "key", metric.type);
            sw_jw_str(wr->w, "value", metric.value);
            sw_jw_object_end(wr->w);
        }
    }
    sw_jw_array_end(wr->w);
}

/* All texts of a field where SPDX has one place: a line each. */
static void write_joined(
    struct writing *wr, const struct sw_bom_component *c, enum sw_bom_field field, const char *name)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < c->value_count && wr->failed == SW_OK; i++) {
        if (c->values[i].field == field) {
            wr->failed = sw_buf_printf(
                &text, "%s" SW_STR_FMT, text.len == 0 ? "" : "\n", SW_STR_ARG(c->values[i].text));
        }
    }
    if (text.len > 0) {
        sw_jw_str(wr->w, name, sw_buf_str(&text));
    }
}

static void write_ai(struct writing *wr, const struct sw_bom_component *c)
{
    bool models = false;
    bool domains = false;
    sw_jw_text(wr->w, "ai_autonomyType", "noAssertion");
    sw_jw_text(wr->w, "ai_useSensitivePersonalInformation", "noAssertion");
    write_many(wr, c, SW_BOM_FAMILY, true, &models, "ai_typeOfModel");
    write_many(wr, c, SW_BOM_ARCHITECTURE, false, &models, "ai_typeOfModel");
    write_many(wr, c, SW_BOM_TASK, false, &domains, "ai_domain");
    bool steps = false;
    write_many(wr, c, SW_BOM_PREPROCESSING, false, &steps, "ai_modelDataPreprocessing");
    write_joined(wr, c, SW_BOM_USE, "ai_informationAboutApplication");
    write_joined(wr, c, SW_BOM_TRAINING, "ai_informationAboutTraining");
    write_joined(wr, c, SW_BOM_LIMITATION, "ai_limitation");
    write_metrics(wr, c);
}

static void write_dataset(struct writing *wr, const struct sw_bom_component *c)
{
    write_list(wr, "dataset_datasetType", "noAssertion");
    sw_jw_text(wr->w, "dataset_hasSensitivePersonalInformation", "noAssertion");
    write_list(wr, "originatedBy", agent_of(wr, sw_bom_value(c, SW_BOM_OWNER)));
}

/* Where values come from, and what has no place of its own. */
static void write_comment(struct writing *wr, const struct sw_bom_component *c)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < c->value_count && wr->failed == SW_OK; i++) {
        const struct sw_bom_value *v = &c->values[i];
        const char *name = sw_bom_field_name(v->field);
        if (sw_bom_field_property(v->field) != NULL) {
            wr->failed = sw_buf_printf(
                &text, "%s%s: " SW_STR_FMT, text.len == 0 ? "" : "; ", name, SW_STR_ARG(v->text));
        }
        if (v->origin.len > 0 && wr->failed == SW_OK) {
            wr->failed = sw_buf_printf(&text, "%s%s from " SW_STR_FMT, text.len == 0 ? "" : "; ",
                name, SW_STR_ARG(v->origin));
        }
    }
    for (size_t i = 0; i < c->place_count && wr->failed == SW_OK; i++) {
        wr->failed = sw_buf_printf(&text, "%sseen in " SW_STR_FMT ":%u", text.len == 0 ? "" : "; ",
            SW_STR_ARG(c->places[i].file), c->places[i].line);
    }
    if (text.len > 0) {
        sw_jw_str(wr->w, "comment", sw_buf_str(&text));
    }
}

static void write_purl(struct writing *wr, const struct sw_bom_component *c)
{
    struct sw_str purl = sw_bom_get(c, SW_BOM_PURL);
    if (purl.len == 0) {
        return;
    }
    sw_jw_array(wr->w, "externalIdentifier");
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "type", "ExternalIdentifier");
    sw_jw_text(wr->w, "externalIdentifierType", "packageUrl");
    sw_jw_str(wr->w, "identifier", purl);
    sw_jw_object_end(wr->w);
    sw_jw_array_end(wr->w);
    sw_jw_str(wr->w, "software_packageUrl", purl);
}

static void write_endpoints(struct writing *wr, const struct sw_bom_component *c)
{
    if (sw_bom_value(c, SW_BOM_ENDPOINT) == NULL) {
        return;
    }
    sw_jw_array(wr->w, "externalRef");
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_ENDPOINT) {
            const char *url = sw_bom_iri(wr->bom->arena, c->values[i].text);
            sw_jw_object(wr->w, NULL);
            sw_jw_text(wr->w, "type", "ExternalRef");
            sw_jw_text(wr->w, "externalRefType", "other");
            sw_jw_text(wr->w, "comment", "endpoint");
            write_list(wr, "locator", url == NULL ? "" : url);
            sw_jw_object_end(wr->w);
        }
    }
    sw_jw_array_end(wr->w);
}

/* What a package of these profiles must have (AIPackage, DatasetPackage: external properties
 * restrictions). A time cannot be NOASSERTION: without it the profile is not claimed. */
static void write_required(struct writing *wr, const struct sw_bom_component *c)
{
    struct sw_str version = sw_bom_get(c, SW_BOM_VERSION);
    struct sw_str download = sw_bom_get(c, SW_BOM_DOWNLOAD);
    struct sw_str released = sw_bom_get(c, SW_BOM_RELEASED);
    const bool must = c->kind == SW_BOM_MODEL || c->kind == SW_BOM_DATA;
    const struct sw_bom_value *supplier = sw_bom_value(c, SW_BOM_SUPPLIER);
    if (must || version.len > 0) {
        sw_jw_str(
            wr->w, "software_packageVersion", version.len > 0 ? version : sw_str("NOASSERTION"));
    }
    if (must || download.len > 0) {
        const char *url = download.len > 0 ? sw_bom_iri(wr->bom->arena, download) : "NOASSERTION";
        sw_jw_text(wr->w, "software_downloadLocation", url == NULL ? "" : url);
    }
    if (must || supplier != NULL) {
        sw_jw_text(wr->w, "suppliedBy", agent_of(wr, supplier));
    }
    if (released.len > 0) {
        sw_jw_str(wr->w, "releaseTime", released);
    }
    if (released.len > 0 && c->kind == SW_BOM_DATA) {
        sw_jw_str(wr->w, "builtTime", released);
    }
}

static void write_purposes(struct writing *wr, const struct sw_bom_component *c)
{
    const bool program = sw_str_is(sw_bom_get(c, SW_BOM_EXECUTABLE), "executable");
    const bool archive = sw_str_is(sw_bom_get(c, SW_BOM_ARCHIVE), "archive");
    sw_jw_text(wr->w, "software_primaryPurpose", kinds[c->kind].purpose);
    if (!program && !archive) {
        return;
    }
    sw_jw_array(wr->w, "software_additionalPurpose");
    if (program) {
        sw_jw_text(wr->w, NULL, "executable");
    }
    if (archive) {
        sw_jw_text(wr->w, NULL, "archive");
        sw_jw_text(wr->w, NULL, "container");
    }
    sw_jw_array_end(wr->w);
}

static void write_component(struct writing *wr, uint32_t number)
{
    const struct sw_bom_component *c = &wr->bom->components[number];
    struct sw_str description = sw_bom_get(c, SW_BOM_DESCRIPTION);
    begin(wr, kinds[c->kind].type, id_of(wr, "element", number));
    sw_jw_str(wr->w, "name", sw_bom_get(c, SW_BOM_NAME));
    if (description.len > 0) {
        sw_jw_str(wr->w, "description", description);
    }
    write_comment(wr, c);
    write_hashes(wr, c);
    write_purposes(wr, c);
    if (c->kind != SW_BOM_FILE) {
        write_required(wr, c);
        write_purl(wr, c);
        write_endpoints(wr, c);
    }
    if (c->kind == SW_BOM_MODEL) {
        write_ai(wr, c);
    }
    if (c->kind == SW_BOM_DATA) {
        write_dataset(wr, c);
    }
    sw_jw_object_end(wr->w);
}

/* --- relationships ---------------------------------------------------------------------------- */

static void begin_relation(struct writing *wr, uint32_t from, const char *type)
{
    begin(wr, "Relationship", id_of(wr, "relation", wr->relations++));
    sw_jw_text(wr->w, "relationshipType", type);
    sw_jw_text(wr->w, "from", id_of(wr, "element", from));
}

static void relate(struct writing *wr, uint32_t from, const char *type, const char *to)
{
    begin_relation(wr, from, type);
    write_list(wr, "to", to);
    sw_jw_object_end(wr->w);
}

static void write_children(
    struct writing *wr, uint32_t parent, enum sw_bom_role role, const char *type)
{
    const struct sw_bom_component *list = wr->bom->components;
    bool open = false;
    for (uint32_t i = list[parent].first; i != SW_BOM_NONE; i = list[i].next) {
        if (list[i].role != role) {
            continue;
        }
        if (!open) {
            begin_relation(wr, parent, type);
            sw_jw_array(wr->w, "to");
            open = true;
        }
        sw_jw_text(wr->w, NULL, id_of(wr, "element", i));
    }
    if (open) {
        sw_jw_array_end(wr->w);
        sw_jw_object_end(wr->w);
    }
}

static void write_trained_on(struct writing *wr, uint32_t number)
{
    const struct sw_bom_component *c = &wr->bom->components[number];
    bool open = false;
    for (size_t i = 0; i < c->value_count; i++) {
        uint32_t to;
        if (c->values[i].field != SW_BOM_DATASET || !sw_bom_find(wr->bom, c->values[i].text, &to)) {
            continue;
        }
        if (!open) {
            begin_relation(wr, number, "trainedOn");
            sw_jw_array(wr->w, "to");
            open = true;
        }
        sw_jw_text(wr->w, NULL, id_of(wr, "element", to));
    }
    if (open) {
        sw_jw_array_end(wr->w);
        sw_jw_object_end(wr->w);
    }
}

static void write_relations(struct writing *wr, uint32_t number)
{
    const struct sw_bom_component *c = &wr->bom->components[number];
    const struct sw_bom_value *declared = sw_bom_value(c, SW_BOM_LICENCE_DECLARED);
    const struct sw_bom_value *concluded = sw_bom_value(c, SW_BOM_LICENCE_CONCLUDED);
    const bool model = c->kind == SW_BOM_MODEL || c->kind == SW_BOM_DATA;
    write_children(wr, number, SW_BOM_INSIDE, c->kind == SW_BOM_DATA ? "hasDataFile" : "contains");
    write_children(wr, number, SW_BOM_ANCESTOR, "descendantOf");
    write_trained_on(wr, number);
    if (model || declared != NULL) {
        relate(wr, number, "hasDeclaredLicense", licence_of(wr, declared));
    }
    if (model || concluded != NULL) {
        relate(wr, number, "hasConcludedLicense", licence_of(wr, concluded));
    }
}

static void write_edges(struct writing *wr)
{
    const struct sw_bom *bom = wr->bom;
    static const char *const words[] = {"noAssertion", "incomplete", "complete"};
    for (size_t i = 0; i < bom->edge_count; i++) {
        begin_relation(wr, bom->edges[i].from, "dependsOn");
        sw_jw_text(wr->w, "completeness", words[bom->dependencies]);
        write_list(wr, "to", id_of(wr, "element", bom->edges[i].to));
        sw_jw_object_end(wr->w);
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

static void write_creation(struct writing *wr)
{
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(wr->bom->time, time);
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "type", "CreationInfo");
    sw_jw_text(wr->w, "@id", CREATION);
    sw_jw_text(wr->w, "specVersion", "3.0.1");
    sw_jw_text(wr->w, "created", time);
    if (wr->bom->time_origin.len > 0) {
        const char *text = sw_arena_printf(
            wr->bom->arena, "created from " SW_STR_FMT, SW_STR_ARG(wr->bom->time_origin));
        sw_jw_text(wr->w, "comment", text == NULL ? "" : text);
    }
    write_list(wr, "createdBy", id_of(wr, "creator", 0));
    write_list(wr, "createdUsing", id_of(wr, "tool", 0));
    sw_jw_object_end(wr->w);
}

static void write_creators(struct writing *wr)
{
    const struct sw_bom *bom = wr->bom;
    const char *name = sw_arena_printf(bom->arena, SW_STR_FMT " " SW_STR_FMT, SW_STR_ARG(bom->tool),
        SW_STR_ARG(bom->tool_version));
    const bool person = bom->creator.len > 0;
    const bool url = person && memmem(bom->creator.ptr, bom->creator.len, "://", 3) != NULL;
    begin(wr, person ? "Organization" : "SoftwareAgent", id_of(wr, "creator", 0));
    if (person) {
        sw_jw_array(wr->w, "externalIdentifier");
        sw_jw_object(wr->w, NULL);
        sw_jw_text(wr->w, "type", "ExternalIdentifier");
        sw_jw_text(wr->w, "externalIdentifierType", url ? "urlScheme" : "email");
        sw_jw_str(wr->w, "identifier", bom->creator);
        sw_jw_object_end(wr->w);
        sw_jw_array_end(wr->w);
    } else {
        sw_jw_text(wr->w, "name", name == NULL ? "" : name);
    }
    sw_jw_object_end(wr->w);
    begin(wr, "Tool", id_of(wr, "tool", 0));
    sw_jw_text(wr->w, "name", name == NULL ? "" : name);
    sw_jw_object_end(wr->w);
}

static void judge_profiles(struct writing *wr)
{
    bool lacks_ai = false;
    bool lacks_data = false;
    for (size_t i = 0; i < wr->bom->count; i++) {
        const struct sw_bom_component *c = &wr->bom->components[i];
        const bool timed = sw_bom_value(c, SW_BOM_RELEASED) != NULL;
        wr->ai = wr->ai || c->kind == SW_BOM_MODEL;
        wr->dataset = wr->dataset || c->kind == SW_BOM_DATA;
        lacks_ai = lacks_ai || (c->kind == SW_BOM_MODEL && !timed);
        lacks_data = lacks_data || (c->kind == SW_BOM_DATA && !timed);
    }
    wr->ai = wr->ai && !lacks_ai;
    wr->dataset = wr->dataset && !lacks_data;
}

static void write_profiles(struct writing *wr)
{
    sw_jw_array(wr->w, "profileConformance");
    sw_jw_text(wr->w, NULL, "core");
    sw_jw_text(wr->w, NULL, "software");
    sw_jw_text(wr->w, NULL, "simpleLicensing");
    if (wr->ai) {
        sw_jw_text(wr->w, NULL, "ai");
    }
    if (wr->dataset) {
        sw_jw_text(wr->w, NULL, "dataset");
    }
    sw_jw_array_end(wr->w);
}

static void write_collections(struct writing *wr)
{
    const bool source = wr->bom->components[0].kind == SW_BOM_APPLICATION;
    begin(wr, "SpdxDocument", id_of(wr, "document", 0));
    sw_jw_str(wr->w, "name", sw_bom_get(&wr->bom->components[0], SW_BOM_NAME));
    write_profiles(wr);
    write_list(wr, "rootElement", id_of(wr, "sbom", 0));
    sw_jw_object_end(wr->w);
    begin(wr, "software_Sbom", id_of(wr, "sbom", 0));
    write_profiles(wr);
    write_list(wr, "software_sbomType", source ? "source" : "analyzed");
    write_list(wr, "rootElement", id_of(wr, "element", 0));
    sw_jw_array(wr->w, "element");
    for (size_t i = 0; i < wr->bom->count; i++) {
        sw_jw_text(wr->w, NULL, id_of(wr, "element", i));
    }
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
}

static sw_result write_once(const struct sw_bom *bom, const char *uuid, struct sw_buf *out)
{
    struct sw_json_writer w;
    struct writing wr = {.bom = bom, .w = &w};
    wr.base = sw_arena_printf(bom->arena, "urn:uuid:%s#", uuid);
    SW_TRY_PTR(wr.base);
    sw_names_init(&wr.texts, bom->arena);
    judge_profiles(&wr);
    sw_jw_init(&w, out, 2);
    sw_jw_object(&w, NULL);
    sw_jw_text(&w, "@context", CONTEXT);
    sw_jw_array(&w, "@graph");
    write_creation(&wr);
    write_creators(&wr);
    write_collections(&wr);
    for (uint32_t i = 0; i < bom->count; i++) {
        write_component(&wr, i);
    }
    for (uint32_t i = 0; i < bom->count; i++) {
        write_relations(&wr, i);
    }
    write_edges(&wr);
    write_texts(&wr);
    sw_jw_array_end(&w);
    sw_jw_object_end(&w);
    SW_TRY(wr.failed);
    SW_TRY(sw_jw_finish(&w));
    return sw_buf_putc(out, '\n');
}

sw_result sw_bom_write_spdx(const struct sw_bom *bom, struct sw_buf *out, struct sw_error *err)
{
    char uuid[SW_BOM_UUID_SIZE];
    SW_CLEANUP(buf) struct sw_buf draft = SW_BUF_INIT;
    if (!bom->timed) {
        return sw_fail(err, SW_E_USAGE,
            "an SPDX document must say when it was made: give --time (or --time now), or set "
            "SOURCE_DATE_EPOCH");
    }
    SW_TRY(write_once(bom, "00000000-0000-0000-0000-000000000000", &draft));
    sw_bom_uuid(sw_buf_bytes(&draft), uuid);
    return write_once(bom, uuid, out);
}
