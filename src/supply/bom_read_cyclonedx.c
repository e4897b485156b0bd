/* CycloneDX taken in. */
#include "supply/bom_private.h"

struct reading {
    struct sw_bom *bom;
    enum sw_code failed;
};

static void note_failure(struct reading *r, enum sw_code code)
{
    if (r->failed == SW_OK) {
        r->failed = code;
    }
}

/* The text at a member, when it is one. */
static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static void set(struct reading *r, uint32_t number, enum sw_bom_field field, struct sw_str text)
{
    note_failure(r, sw_bom_set(r->bom, number, field, text, sw_str("")));
}

static void set_texts(
    struct reading *r, uint32_t number, enum sw_bom_field field, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        struct sw_str text;
        if (sw_json_str(item, &text)) {
            set(r, number, field, text);
        }
    }
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void read_hashes(struct reading *r, uint32_t number, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        struct sw_str alg = text_of(item, "alg");
        struct sw_str content = text_of(item, "content");
        if (alg.len > 0 && content.len > 0) {
            note_failure(r, sw_bom_add_hash(r->bom, number, alg, content));
        }
    }
}

static void read_licences(struct reading *r, uint32_t number, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        const struct sw_json *inner = sw_json_get(item, "license");
        const struct sw_json *holder = inner == NULL ? item : inner;
        const bool concluded = sw_json_is(sw_json_get(holder, "acknowledgement"), "concluded");
        struct sw_str text = text_of(holder, "id");
        text = text.len > 0 ? text : text_of(holder, "name");
        text = text.len > 0 ? text : text_of(item, "expression");
        set(r, number, concluded ? SW_BOM_LICENCE_CONCLUDED : SW_BOM_LICENCE_DECLARED, text);
    }
}

static void read_references(struct reading *r, uint32_t number, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        const struct sw_json *type = sw_json_get(item, "type");
        if (sw_json_is(type, "distribution")) {
            set(r, number, SW_BOM_DOWNLOAD, text_of(item, "url"));
            read_hashes(r, number, sw_json_get(item, "hashes"));
        } else if (sw_json_is(type, "license")) {
            set(r, number, SW_BOM_LICENCE_URL, text_of(item, "url"));
        }
    }
}

static void read_properties(struct reading *r, uint32_t number, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        enum sw_bom_field field;
        if (sw_bom_field_of_property(text_of(item, "name"), &field)) {
            set(r, number, field, text_of(item, "value"));
        }
    }
}

static void read_places(struct reading *r, uint32_t number, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        uint64_t line = 0;
        (void)sw_json_u64(sw_json_get(item, "line"), &line);
        const struct sw_bom_place place = {.file = text_of(item, "location"),
            .line = line > UINT32_MAX ? 0 : (uint32_t)line,
            .detail = text_of(item, "additionalContext")};
        note_failure(r, sw_bom_add_place(r->bom, number, &place));
    }
}

static void read_metrics(struct reading *r, uint32_t number, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        struct sw_str type = text_of(item, "type");
        struct sw_str value = text_of(item, "value");
        struct sw_str slice = text_of(item, "slice");
        const char *text =
            sw_arena_printf(r->bom->arena, SW_STR_FMT "\n" SW_STR_FMT "%s" SW_STR_FMT,
                SW_STR_ARG(type), SW_STR_ARG(value), slice.len > 0 ? "\n" : "", SW_STR_ARG(slice));
        note_failure(r, text == NULL ? SW_E_NOMEM : SW_OK);
        set(r, number, SW_BOM_METRIC, sw_str(text));
    }
}

static void read_card(struct reading *r, uint32_t number, const struct sw_json *card)
{
    const struct sw_json *p = sw_json_get(card, "modelParameters");
    const struct sw_json *c = sw_json_get(card, "considerations");
    set(r, number, SW_BOM_TASK, text_of(p, "task"));
    set(r, number, SW_BOM_FAMILY, text_of(p, "architectureFamily"));
    set(r, number, SW_BOM_ARCHITECTURE, text_of(p, "modelArchitecture"));
    set(r, number, SW_BOM_APPROACH, text_of(sw_json_get(p, "approach"), "type"));
    SW_JSON_EACH (item, sw_json_get(p, "datasets")) {
        struct sw_str ref = text_of(item, "ref");
        set(r, number, SW_BOM_DATASET, ref.len > 0 ? ref : text_of(item, "name"));
    }
    read_metrics(
        r, number, sw_json_get(sw_json_get(card, "quantitativeAnalysis"), "performanceMetrics"));
    set_texts(r, number, SW_BOM_USERS, sw_json_get(c, "users"));
    SW_JSON_EACH (risk, sw_json_get(c, "ethicalConsiderations")) {
        set(r, number, SW_BOM_ETHICS, text_of(risk, "name"));
    }
    set_texts(r, number, SW_BOM_USE, sw_json_get(c, "useCases"));
    set_texts(r, number, SW_BOM_LIMITATION, sw_json_get(c, "technicalLimitations"));
}

static void read_parties(
    struct reading *r, uint32_t number, enum sw_bom_field field, const struct sw_json *list)
{
    SW_JSON_EACH (party, list) {
        struct sw_str name = text_of(sw_json_get(party, "organization"), "name");
        set(r, number, field, name.len > 0 ? name : text_of(sw_json_get(party, "contact"), "name"));
    }
}

static void read_data(struct reading *r, uint32_t number, const struct sw_json *data)
{
    const struct sw_json *governance = sw_json_get(data, "governance");
    set(r, number, SW_BOM_CLASSIFICATION, text_of(data, "classification"));
    read_parties(r, number, SW_BOM_CUSTODIAN, sw_json_get(governance, "custodians"));
    read_parties(r, number, SW_BOM_STEWARD, sw_json_get(governance, "stewards"));
    read_parties(r, number, SW_BOM_OWNER, sw_json_get(governance, "owners"));
}

/* --- components ------------------------------------------------------------------------------- */

/* "group/name" */
static void read_name(struct reading *r, uint32_t number, const struct sw_json *object)
{
    struct sw_str group = text_of(object, "group");
    struct sw_str name = text_of(object, "name");
    if (group.len > 0) {
        const char *both = sw_arena_printf(
            r->bom->arena, SW_STR_FMT "/" SW_STR_FMT, SW_STR_ARG(group), SW_STR_ARG(name));
        note_failure(r, both == NULL ? SW_E_NOMEM : SW_OK);
        name = sw_str(both);
    }
    set(r, number, SW_BOM_NAME, name);
}

static void read_supplier(struct reading *r, uint32_t number, const struct sw_json *object)
{
    static const char *const places[] = {"supplier", "manufacturer", "provider"};
    struct sw_str name = sw_str("");
    for (size_t i = 0; i < SW_COUNT(places) && name.len == 0; i++) {
        name = text_of(sw_json_get(object, places[i]), "name");
    }
    name = name.len > 0 ? name : text_of(object, "publisher");
    set(r, number, SW_BOM_SUPPLIER, name.len > 0 ? name : text_of(object, "author"));
}

static void read_common(struct reading *r, uint32_t number, const struct sw_json *object)
{
    read_name(r, number, object);
    read_supplier(r, number, object);
    set(r, number, SW_BOM_VERSION, text_of(object, "version"));
    set(r, number, SW_BOM_DESCRIPTION, text_of(object, "description"));
    read_licences(r, number, sw_json_get(object, "licenses"));
    read_references(r, number, sw_json_get(object, "externalReferences"));
    read_properties(r, number, sw_json_get(object, "properties"));
    note_failure(r, sw_bom_name(r->bom, number, text_of(object, "bom-ref")));
}

static void read_component(
    struct reading *r, const struct sw_json *object, enum sw_bom_role role, uint32_t parent);

static void read_list(
    struct reading *r, const struct sw_json *list, enum sw_bom_role role, uint32_t parent)
{
    SW_JSON_EACH (item, list) {
        read_component(r, item, role, parent);
    }
}

static void read_evidence(struct reading *r, uint32_t number, const struct sw_json *evidence)
{
    const struct sw_json *identity = sw_json_get(evidence, "identity");
    const struct sw_json *first = sw_json_item(identity, 0);
    double confidence = 0;
    (void)sw_json_double(sw_json_get(first == NULL ? identity : first, "confidence"), &confidence);
    if (confidence > 0 && confidence <= 1) {
        r->bom->components[number].confidence = (unsigned)(confidence * 1000 + 0.5);
    }
    read_places(r, number, sw_json_get(evidence, "occurrences"));
}

static void fill_component(struct reading *r, uint32_t number, const struct sw_json *object)
{
    read_common(r, number, object);
    set(r, number, SW_BOM_PURL, text_of(object, "purl"));
    r->bom->components[number].excluded = sw_json_is(sw_json_get(object, "scope"), "excluded");
    read_hashes(r, number, sw_json_get(object, "hashes"));
    read_evidence(r, number, sw_json_get(object, "evidence"));
    read_card(r, number, sw_json_get(object, "modelCard"));
    read_data(r, number, sw_json_item(sw_json_get(object, "data"), 0));
    read_list(
        r, sw_json_get(sw_json_get(object, "pedigree"), "ancestors"), SW_BOM_ANCESTOR, number);
    read_list(r, sw_json_get(object, "components"), SW_BOM_INSIDE, number);
}

static void read_component(
    struct reading *r, const struct sw_json *object, enum sw_bom_role role, uint32_t parent)
{
    enum sw_bom_kind kind = SW_BOM_APPLICATION;
    uint32_t number;
    if (r->failed != SW_OK || (object != NULL && object->type != SW_JSON_OBJECT)) {
        return;
    }
    (void)sw_bom_kind_of(text_of(object, "type"), &kind);
    enum sw_code code = sw_bom_add(r->bom, kind, role, parent, &number);
    note_failure(r, code);
    if (code == SW_OK) {
        fill_component(r, number, object);
    }
}

static void read_services(struct reading *r, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        uint32_t number;
        enum sw_code code = r->failed != SW_OK
                                ? r->failed
                                : sw_bom_add(r->bom, SW_BOM_SERVICE, SW_BOM_PART, 0, &number);
        note_failure(r, code);
        if (code == SW_OK) {
            read_common(r, number, item);
            set_texts(r, number, SW_BOM_ENDPOINT, sw_json_get(item, "endpoints"));
            read_services(r, sw_json_get(item, "services"));
        }
    }
}

/* --- the document ----------------------------------------------------------------------------- */

static void read_dependencies(struct reading *r, const struct sw_json *list)
{
    SW_JSON_EACH (item, list) {
        uint32_t from;
        uint32_t to;
        if (!sw_bom_find(r->bom, text_of(item, "ref"), &from)) {
            continue;
        }
        SW_JSON_EACH (on, sw_json_get(item, "dependsOn")) {
            struct sw_str ref;
            if (sw_json_str(on, &ref) && sw_bom_find(r->bom, ref, &to)) {
                note_failure(r, sw_bom_depend(r->bom, from, to));
            }
        }
    }
}

static bool is_about(const struct sw_json *list, struct sw_str ref)
{
    SW_JSON_EACH (item, list) {
        struct sw_str text;
        if (sw_json_str(item, &text) && sw_str_equal(text, ref)) {
            return true;
        }
    }
    return false;
}

static void read_compositions(struct reading *r, const struct sw_json *list)
{
    const struct sw_str main = r->bom->components[0].ref;
    SW_JSON_EACH (item, list) {
        struct sw_str word = text_of(item, "aggregate");
        const enum sw_bom_completeness how = sw_str_is(word, "complete")         ? SW_BOM_COMPLETE
                                             : sw_str_starts(word, "incomplete") ? SW_BOM_INCOMPLETE
                                                                                 : SW_BOM_UNKNOWN;
        if (is_about(sw_json_get(item, "assemblies"), main)) {
            r->bom->parts = how;
        }
        if (is_about(sw_json_get(item, "dependencies"), main)) {
            r->bom->dependencies = how;
        }
    }
}

static void read_metadata(struct reading *r, const struct sw_json *metadata)
{
    struct sw_bom *bom = r->bom;
    const struct sw_json *tools = sw_json_get(metadata, "tools");
    const struct sw_json *list = sw_json_get(tools, "components");
    const struct sw_json *tool = sw_json_item(list == NULL ? tools : list, 0);
    const struct sw_json *maker = sw_json_get(metadata, "manufacturer");
    struct sw_str url = sw_str("");
    bom->timed = sw_time_parse(text_of(metadata, "timestamp"), &bom->time);
    bom->tool = text_of(tool, "name");
    bom->tool_version = text_of(tool, "version");
    (void)sw_json_str(sw_json_item(sw_json_get(maker, "url"), 0), &url);
    bom->creator =
        url.len > 0 ? url : text_of(sw_json_item(sw_json_get(maker, "contact"), 0), "email");
    struct sw_str phase = text_of(sw_json_item(sw_json_get(metadata, "lifecycles"), 0), "phase");
    bom->phase = phase.len == 0 ? NULL : sw_arena_strndup(bom->arena, phase);
    const struct sw_json *main = sw_json_get(metadata, "component");
    const bool told = main != NULL && main->type == SW_JSON_OBJECT;
    read_component(r, told ? main : NULL, SW_BOM_MAIN, SW_BOM_NONE);
}

sw_result sw_bom_read_cyclonedx(struct sw_bom *bom, const struct sw_json *document)
{
    struct reading r = {.bom = bom};
    const struct sw_json *vulnerabilities = sw_json_get(document, "vulnerabilities");
    bom->format = "cyclonedx";
    bom->spec = text_of(document, "specVersion");
    bom->serial = text_of(document, "serialNumber");
    bom->vulnerabilities = vulnerabilities != NULL && vulnerabilities->count > 0;
    read_metadata(&r, sw_json_get(document, "metadata"));
    read_list(&r, sw_json_get(document, "components"), SW_BOM_PART, SW_BOM_NONE);
    read_services(&r, sw_json_get(document, "services"));
    SW_TRY(r.failed);
    if (bom->count == 0) {
        return SW_E_FORMAT;
    }
    read_dependencies(&r, sw_json_get(document, "dependencies"));
    read_compositions(&r, sw_json_get(document, "compositions"));
    return r.failed;
}
