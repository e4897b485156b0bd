/* A bill as CycloneDX 1.7 or 1.6 (ECMA-424). Hosted APIs and remote servers are services;
 * vulnerabilities have documents of their own. */
#include "supply/bom_private.h"

#include <stdlib.h>

#define TOOL_REF "tool:sealwright"

struct citation {
    struct sw_str origin;
    const char *pointer; /* JSON pointer (RFC 6901) */
    size_t order;
};

struct writing {
    const struct sw_bom *bom;
    struct sw_json_writer *w;
    const char *spec;
    const char *serial;
    bool cites;         /* 1.7, and there is a time, which a citation must have */
    struct sw_buf path; /* pointer to the component that is being written */
    struct citation *citations;
    size_t citation_count, citation_cap;
    enum sw_code failed; /* of what is gathered beside the writer */
};

static bool is_17(const struct writing *wr)
{
    return strcmp(wr->spec, "1.7") == 0;
}

static void note_failure(struct writing *wr, enum sw_code code)
{
    if (wr->failed == SW_OK) {
        wr->failed = code;
    }
}

/* --- where values come from ------------------------------------------------------------------- */

static enum sw_code add_citation(struct writing *wr, struct sw_str origin, const char *below)
{
    struct citation *moved = sw_arena_grow(wr->bom->arena, wr->citations, wr->citation_count,
        &wr->citation_cap, sizeof(*wr->citations));
    SW_TRY_PTR(moved);
    wr->citations = moved;
    const char *pointer = sw_arena_printf(wr->bom->arena, "%s%s", sw_buf_cstr(&wr->path), below);
    SW_TRY_PTR(pointer);
    moved[wr->citation_count] = (struct citation){origin, pointer, wr->citation_count};
    wr->citation_count++;
    return SW_OK;
}

static void cite(struct writing *wr, const struct sw_bom_value *value, const char *below)
{
    if (wr->cites && value != NULL && value->origin.len > 0) {
        note_failure(wr, add_citation(wr, value->origin, below));
    }
}

static void push(struct writing *wr, const char *member, size_t index)
{
    note_failure(wr, sw_buf_printf(&wr->path, "/%s/%zu", member, index));
}

static void pop(struct writing *wr, size_t len)
{
    if (len == 0) {
        sw_buf_clear(&wr->path);
        return;
    }
    wr->path.len = len;
    wr->path.data[len] = '\0';
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void write_value(
    struct writing *wr, const struct sw_bom_component *c, enum sw_bom_field field, const char *name)
{
    const struct sw_bom_value *value = sw_bom_value(c, field);
    if (value != NULL) {
        const char *below = sw_arena_printf(wr->bom->arena, "/%s", name);
        sw_jw_str(wr->w, name, value->text);
        cite(wr, value, below == NULL ? "" : below);
    }
}

/* The one member that has to be there. */
static void write_name(struct writing *wr, const struct sw_bom_component *c)
{
    if (sw_bom_value(c, SW_BOM_NAME) == NULL) {
        sw_jw_text(wr->w, "name", "");
    }
    write_value(wr, c, SW_BOM_NAME, "name");
}

static void write_named(struct sw_json_writer *w, const char *member, struct sw_str name)
{
    sw_jw_object(w, member);
    sw_jw_str(w, "name", name);
    sw_jw_object_end(w);
}

static void write_party(struct writing *wr, const struct sw_bom_component *c, const char *member)
{
    const struct sw_bom_value *value = sw_bom_value(c, SW_BOM_SUPPLIER);
    const char *below = sw_arena_printf(wr->bom->arena, "/%s/name", member);
    if (value != NULL) {
        write_named(wr->w, member, value->text);
        cite(wr, value, below == NULL ? "" : below);
    }
}

static void write_hashes(struct writing *wr, const struct sw_bom_component *c)
{
    if (c->hash_count == 0) {
        return;
    }
    sw_jw_array(wr->w, "hashes");
    for (size_t i = 0; i < c->hash_count; i++) {
        sw_jw_object(wr->w, NULL);
        sw_jw_str(wr->w, "alg", c->hashes[i].alg);
        sw_jw_str(wr->w, "content", c->hashes[i].content);
        sw_jw_object_end(wr->w);
    }
    sw_jw_array_end(wr->w);
}

/* --- licences --------------------------------------------------------------------------------- */

/* One of the list by its id, another expression as such, words as a name. */
static void write_licence(
    struct writing *wr, const struct sw_bom_value *value, const char *how, unsigned index)
{
    struct sw_json_writer *w = wr->w;
    const bool listed = sw_bom_is_listed(wr->bom->arena, value->text);
    const bool expression = !listed && sw_bom_is_expression(wr->bom->arena, value->text);
    const char *below = sw_arena_printf(wr->bom->arena, "/licenses/%u", index);
    sw_jw_object(w, NULL);
    if (expression) {
        sw_jw_str(w, "expression", value->text);
        sw_jw_text(w, "acknowledgement", how);
    } else {
        sw_jw_object(w, "license");
        sw_jw_str(w, listed ? "id" : "name", value->text);
        sw_jw_text(w, "acknowledgement", how);
        sw_jw_object_end(w);
    }
    sw_jw_object_end(w);
    cite(wr, value, below == NULL ? "" : below);
}

/* An expression stands alone in 1.6. */
static bool stands_alone(const struct writing *wr, const struct sw_bom_value *value)
{
    return !is_17(wr) && sw_bom_is_expression(wr->bom->arena, value->text) &&
           !sw_bom_is_listed(wr->bom->arena, value->text);
}

static void write_licences(struct writing *wr, const struct sw_bom_component *c)
{
    const struct sw_bom_value *declared = sw_bom_value(c, SW_BOM_LICENCE_DECLARED);
    const struct sw_bom_value *concluded = sw_bom_value(c, SW_BOM_LICENCE_CONCLUDED);
    unsigned index = 0;
    if (declared == NULL && concluded == NULL) {
        return;
    }
    sw_jw_array(wr->w, "licenses");
    if (declared != NULL) {
        write_licence(wr, declared, "declared", index++);
    }
    bool alone = declared != NULL && concluded != NULL &&
                 (stands_alone(wr, declared) || stands_alone(wr, concluded));
    if (concluded != NULL && !alone) {
        write_licence(wr, concluded, "concluded", index);
    }
    sw_jw_array_end(wr->w);
}

/* --- references ------------------------------------------------------------------------------- */

static void write_reference(
    struct writing *wr, const struct sw_bom_value *value, const char *type, unsigned *index)
{
    if (value == NULL) {
        return;
    }
    const char *url = sw_bom_iri(wr->bom->arena, value->text);
    const char *below = sw_arena_printf(wr->bom->arena, "/externalReferences/%u", (*index)++);
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "type", type);
    sw_jw_text(wr->w, "url", url == NULL ? "" : url);
    sw_jw_object_end(wr->w);
    cite(wr, value, below == NULL ? "" : below);
}

static void write_references(struct writing *wr, const struct sw_bom_component *c)
{
    const struct sw_bom_value *download = sw_bom_value(c, SW_BOM_DOWNLOAD);
    const struct sw_bom_value *licence = sw_bom_value(c, SW_BOM_LICENCE_URL);
    unsigned index = 0;
    if (download == NULL && licence == NULL) {
        return;
    }
    sw_jw_array(wr->w, "externalReferences");
    write_reference(wr, download, "distribution", &index);
    write_reference(wr, licence, "license", &index);
    sw_jw_array_end(wr->w);
}

/* --- evidence --------------------------------------------------------------------------------- */

static double share(unsigned of_thousand)
{
    return (double)of_thousand / 1000.0;
}

/* The surest sighting of each technique. */
static void write_methods(struct writing *wr, const struct sw_bom_component *c)
{
    sw_jw_array(wr->w, "methods");
    for (size_t i = 0; i < c->place_count; i++) {
        const struct sw_bom_place *place = &c->places[i];
        unsigned best = 0;
        bool before = false;
        for (size_t k = 0; k < c->place_count; k++) {
            bool same = c->places[k].technique == place->technique;
            before = before || (same && k < i);
            best = same && c->places[k].confidence > best ? c->places[k].confidence : best;
        }
        if (!before && place->technique != NULL) {
            sw_jw_object(wr->w, NULL);
            sw_jw_text(wr->w, "technique", place->technique);
            sw_jw_double(wr->w, "confidence", share(best));
            sw_jw_object_end(wr->w);
        }
    }
    sw_jw_array_end(wr->w);
}

static void write_identity(struct writing *wr, const struct sw_bom_component *c)
{
    struct sw_str purl = sw_bom_get(c, SW_BOM_PURL);
    sw_jw_array(wr->w, "identity");
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "field", purl.len > 0 ? "purl" : "name");
    sw_jw_double(wr->w, "confidence", share(c->confidence));
    sw_jw_str(wr->w, "concludedValue", purl.len > 0 ? purl : sw_bom_get(c, SW_BOM_NAME));
    write_methods(wr, c);
    sw_jw_object_end(wr->w);
    sw_jw_array_end(wr->w);
}

static void write_occurrences(struct sw_json_writer *w, const struct sw_bom_component *c)
{
    sw_jw_array(w, "occurrences");
    for (size_t i = 0; i < c->place_count; i++) {
        sw_jw_object(w, NULL);
        sw_jw_str(w, "location", c->places[i].file);
        if (c->places[i].line > 0) {
            sw_jw_u64(w, "line", c->places[i].line);
        }
        if (c->places[i].detail.len > 0) {
            sw_jw_str(w, "additionalContext", c->places[i].detail);
        }
        sw_jw_object_end(w);
    }
    sw_jw_array_end(w);
}

static void write_evidence(struct writing *wr, const struct sw_bom_component *c)
{
    if (c->place_count == 0) {
        return;
    }
    sw_jw_object(wr->w, "evidence");
    write_identity(wr, c);
    write_occurrences(wr->w, c);
    sw_jw_object_end(wr->w);
}

/* --- model cards ------------------------------------------------------------------------------ */

/* Texts of a field that may be there several times, with commas between them: CycloneDX has one
 * place for it. */
static void write_joined(struct writing *wr, const struct sw_bom_component *c,
    enum sw_bom_field field, const char *name, const char *below)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == field) {
            note_failure(wr, sw_buf_puts(&text, text.len == 0 ? "" : ", "));
            note_failure(wr, sw_buf_put_str(&text, c->values[i].text));
        }
    }
    if (text.len > 0) {
        sw_jw_str(wr->w, name, sw_buf_str(&text));
        cite(wr, sw_bom_value(c, field), below);
    }
}

static void write_datasets(struct writing *wr, const struct sw_bom_component *c)
{
    unsigned index = 0;
    if (sw_bom_value(c, SW_BOM_DATASET) == NULL) {
        return;
    }
    sw_jw_array(wr->w, "datasets");
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_DATASET) {
            const char *below =
                sw_arena_printf(wr->bom->arena, "/modelCard/modelParameters/datasets/%u", index++);
            sw_jw_object(wr->w, NULL);
            sw_jw_str(wr->w, "ref", c->values[i].text);
            sw_jw_object_end(wr->w);
            cite(wr, &c->values[i], below == NULL ? "" : below);
        }
    }
    sw_jw_array_end(wr->w);
}

#define PARAMETERS "/modelCard/modelParameters"

static void write_parameters(struct writing *wr, const struct sw_bom_component *c)
{
    const struct sw_bom_value *approach = sw_bom_value(c, SW_BOM_APPROACH);
    sw_jw_object(wr->w, "modelParameters");
    if (approach != NULL) {
        sw_jw_object(wr->w, "approach");
        sw_jw_str(wr->w, "type", approach->text);
        sw_jw_object_end(wr->w);
        cite(wr, approach, PARAMETERS "/approach/type");
    }
    write_joined(wr, c, SW_BOM_TASK, "task", PARAMETERS "/task");
    write_joined(wr, c, SW_BOM_FAMILY, "architectureFamily", PARAMETERS "/architectureFamily");
    write_joined(wr, c, SW_BOM_ARCHITECTURE, "modelArchitecture", PARAMETERS "/modelArchitecture");
    write_datasets(wr, c);
    sw_jw_object_end(wr->w);
}

static void write_metric(struct sw_json_writer *w, struct sw_str text)
{
    struct sw_bom_metric metric = sw_bom_metric_of(text);
    sw_jw_object(w, NULL);
    sw_jw_str(w, "type", metric.type);
    sw_jw_str(w, "value", metric.value);
    if (metric.slice.len > 0) {
        sw_jw_str(w, "slice", metric.slice);
    }
    sw_jw_object_end(w);
}

static void write_metrics(struct writing *wr, const struct sw_bom_component *c)
{
    const struct sw_bom_value *first = sw_bom_value(c, SW_BOM_METRIC);
    if (first == NULL) {
        return;
    }
    sw_jw_object(wr->w, "quantitativeAnalysis");
    sw_jw_array(wr->w, "performanceMetrics");
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_METRIC) {
            write_metric(wr->w, c->values[i].text);
        }
    }
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
    cite(wr, first, "/modelCard/quantitativeAnalysis/performanceMetrics");
}

static void write_texts(struct writing *wr, const struct sw_bom_component *c,
    enum sw_bom_field field, const char *name, const char *below)
{
    if (sw_bom_value(c, field) == NULL) {
        return;
    }
    sw_jw_array(wr->w, name);
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == field) {
            sw_jw_str(wr->w, NULL, c->values[i].text);
        }
    }
    sw_jw_array_end(wr->w);
    cite(wr, sw_bom_value(c, field), below);
}

/* Each is an object whose one member that is needed is a name. */
static void write_ethics(struct writing *wr, const struct sw_bom_component *c)
{
    const struct sw_bom_value *first = sw_bom_value(c, SW_BOM_ETHICS);
    if (first == NULL) {
        return;
    }
    sw_jw_array(wr->w, "ethicalConsiderations");
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_ETHICS) {
            write_named(wr->w, NULL, c->values[i].text);
        }
    }
    sw_jw_array_end(wr->w);
    cite(wr, first, "/modelCard/considerations/ethicalConsiderations");
}

static bool has_any(const struct sw_bom_component *c, const enum sw_bom_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_bom_value(c, fields[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static const enum sw_bom_field considered[] = {
    SW_BOM_USERS, SW_BOM_USE, SW_BOM_LIMITATION, SW_BOM_ETHICS};

static void write_considerations(struct writing *wr, const struct sw_bom_component *c)
{
    if (!has_any(c, considered, SW_COUNT(considered))) {
        return;
    }
    sw_jw_object(wr->w, "considerations");
    write_texts(wr, c, SW_BOM_USERS, "users", "/modelCard/considerations/users");
    write_texts(wr, c, SW_BOM_USE, "useCases", "/modelCard/considerations/useCases");
    write_texts(wr, c, SW_BOM_LIMITATION, "technicalLimitations",
        "/modelCard/considerations/technicalLimitations");
    write_ethics(wr, c);
    sw_jw_object_end(wr->w);
}

static bool has_card(const struct sw_bom_component *c)
{
    static const enum sw_bom_field fields[] = {SW_BOM_TASK, SW_BOM_FAMILY, SW_BOM_ARCHITECTURE,
        SW_BOM_APPROACH, SW_BOM_DATASET, SW_BOM_METRIC};
    return has_any(c, fields, SW_COUNT(fields)) || has_any(c, considered, SW_COUNT(considered));
}

static void write_card(struct writing *wr, const struct sw_bom_component *c)
{
    if (c->kind != SW_BOM_MODEL || !has_card(c)) {
        return;
    }
    sw_jw_object(wr->w, "modelCard");
    write_parameters(wr, c);
    write_metrics(wr, c);
    write_considerations(wr, c);
    sw_jw_object_end(wr->w);
}

/* --- data ------------------------------------------------------------------------------------- */

static void write_governors(struct writing *wr, const struct sw_bom_component *c,
    enum sw_bom_field field, const char *member)
{
    unsigned index = 0;
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field != field) {
            continue;
        }
        const char *below =
            sw_arena_printf(wr->bom->arena, "/data/0/governance/%s/%u", member, index);
        if (index++ == 0) {
            sw_jw_array(wr->w, member);
        }
        sw_jw_object(wr->w, NULL);
        write_named(wr->w, "organization", c->values[i].text);
        sw_jw_object_end(wr->w);
        cite(wr, &c->values[i], below == NULL ? "" : below);
    }
    if (index > 0) {
        sw_jw_array_end(wr->w);
    }
}

static void write_governance(struct writing *wr, const struct sw_bom_component *c)
{
    if (sw_bom_value(c, SW_BOM_OWNER) == NULL && sw_bom_value(c, SW_BOM_STEWARD) == NULL &&
        sw_bom_value(c, SW_BOM_CUSTODIAN) == NULL) {
        return;
    }
    sw_jw_object(wr->w, "governance");
    write_governors(wr, c, SW_BOM_CUSTODIAN, "custodians");
    write_governors(wr, c, SW_BOM_STEWARD, "stewards");
    write_governors(wr, c, SW_BOM_OWNER, "owners");
    sw_jw_object_end(wr->w);
}

static void write_data(struct writing *wr, const struct sw_bom_component *c)
{
    if (c->kind != SW_BOM_DATA) {
        return;
    }
    const bool prompt = sw_str_is(sw_bom_get(c, SW_BOM_KIND), "prompt");
    const struct sw_bom_value *classification = sw_bom_value(c, SW_BOM_CLASSIFICATION);
    sw_jw_array(wr->w, "data");
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "type", prompt ? "other" : "dataset");
    sw_jw_str(wr->w, "name", sw_bom_get(c, SW_BOM_NAME));
    if (classification != NULL) {
        sw_jw_str(wr->w, "classification", classification->text);
        cite(wr, classification, "/data/0/classification");
    }
    write_governance(wr, c);
    sw_jw_object_end(wr->w);
    sw_jw_array_end(wr->w);
}

/* --- properties ------------------------------------------------------------------------------- */

struct properties {
    struct writing *wr;
    const struct sw_bom_component *component;
    bool open;
    unsigned index;
};

static void write_property(struct properties *p, const char *name, struct sw_str value)
{
    struct sw_json_writer *w = p->wr->w;
    if (!p->open) {
        sw_jw_array(w, "properties");
        p->open = true;
    }
    sw_jw_object(w, NULL);
    sw_jw_text(w, "name", name);
    sw_jw_str(w, "value", value);
    sw_jw_object_end(w);
    p->index++;
}

static void write_unknown(void *ctx, enum sw_bom_field field)
{
    write_property(ctx, "sealwright:unknown", sw_str(sw_bom_field_name(field)));
}

static void write_origin(struct properties *p, const struct sw_bom_value *value)
{
    const char *name =
        sw_arena_printf(p->wr->bom->arena, "sealwright:origin:%s", sw_bom_field_name(value->field));
    if (name == NULL) {
        note_failure(p->wr, SW_E_NOMEM);
        return;
    }
    write_property(p, name, value->origin);
}

/* Without citations properties say where values come from, each field and origin once. */
static void write_origins(struct properties *p)
{
    const struct sw_bom_component *c = p->component;
    for (size_t i = 0; i < c->value_count; i++) {
        const struct sw_bom_value *value = &c->values[i];
        const struct sw_bom_value *last = i == 0 ? NULL : &c->values[i - 1];
        bool again = last != NULL && last->field == value->field &&
                     sw_str_equal(last->origin, value->origin);
        if (!p->wr->cites && value->origin.len > 0 && !again) {
            write_origin(p, value);
        }
    }
}

static void write_properties(struct writing *wr, const struct sw_bom_component *c)
{
    struct properties p = {.wr = wr, .component = c};
    for (size_t i = 0; i < c->value_count; i++) {
        const char *name = sw_bom_field_property(c->values[i].field);
        if (name != NULL) {
            const char *below = sw_arena_printf(wr->bom->arena, "/properties/%u", p.index);
            write_property(&p, name, c->values[i].text);
            cite(wr, &c->values[i], below == NULL ? "" : below);
        }
    }
    sw_bom_unknown(c, write_unknown, &p);
    write_origins(&p);
    if (p.open) {
        sw_jw_array_end(wr->w);
    }
}

/* --- components ------------------------------------------------------------------------------- */

static void write_component(struct writing *wr, uint32_t number, const char *member);

/* Those of one role, as an array below `member` of the component that is being written. */
static void write_children(struct writing *wr, uint32_t parent, enum sw_bom_role role,
    const char *member, const char *path)
{
    const size_t len = wr->path.len;
    const struct sw_bom_component *list = wr->bom->components;
    size_t index = 0;
    for (uint32_t i = list[parent].first; i != SW_BOM_NONE; i = list[i].next) {
        if (list[i].role != role) {
            continue;
        }
        if (index == 0) {
            sw_jw_array(wr->w, member);
        }
        push(wr, path, index++);
        write_component(wr, i, NULL);
        pop(wr, len);
    }
    if (index > 0) {
        sw_jw_array_end(wr->w);
    }
}

static bool has_ancestors(const struct sw_bom *bom, uint32_t number)
{
    const struct sw_bom_component *list = bom->components;
    for (uint32_t i = list[number].first; i != SW_BOM_NONE; i = list[i].next) {
        if (list[i].role == SW_BOM_ANCESTOR) {
            return true;
        }
    }
    return false;
}

static void write_pedigree(struct writing *wr, uint32_t number)
{
    if (has_ancestors(wr->bom, number)) {
        sw_jw_object(wr->w, "pedigree");
        write_children(wr, number, SW_BOM_ANCESTOR, "ancestors", "pedigree/ancestors");
        sw_jw_object_end(wr->w);
    }
}

static void write_component(struct writing *wr, uint32_t number, const char *member)
{
    const struct sw_bom_component *c = &wr->bom->components[number];
    sw_jw_object(wr->w, member);
    sw_jw_text(wr->w, "type", sw_bom_kind_name(c->kind));
    sw_jw_str(wr->w, "bom-ref", c->ref);
    write_party(wr, c, "supplier");
    write_name(wr, c);
    write_value(wr, c, SW_BOM_VERSION, "version");
    write_value(wr, c, SW_BOM_DESCRIPTION, "description");
    if (c->excluded) {
        sw_jw_text(wr->w, "scope", "excluded");
    }
    write_hashes(wr, c);
    write_licences(wr, c);
    write_value(wr, c, SW_BOM_PURL, "purl");
    write_pedigree(wr, number);
    write_references(wr, c);
    write_children(wr, number, SW_BOM_INSIDE, "components", "components");
    write_evidence(wr, c);
    write_card(wr, c);
    write_data(wr, c);
    write_properties(wr, c);
    sw_jw_object_end(wr->w);
}

static void write_endpoints(struct writing *wr, const struct sw_bom_component *c)
{
    if (sw_bom_value(c, SW_BOM_ENDPOINT) == NULL) {
        return;
    }
    sw_jw_array(wr->w, "endpoints");
    for (size_t i = 0; i < c->value_count; i++) {
        if (c->values[i].field == SW_BOM_ENDPOINT) {
            const char *url = sw_bom_iri(wr->bom->arena, c->values[i].text);
            sw_jw_text(wr->w, NULL, url == NULL ? "" : url);
        }
    }
    sw_jw_array_end(wr->w);
}

/* A service has no evidence of its own: where it was seen are properties. */
static void write_service_properties(struct writing *wr, const struct sw_bom_component *c)
{
    struct properties p = {.wr = wr, .component = c};
    for (size_t i = 0; i < c->value_count; i++) {
        const char *name = sw_bom_field_property(c->values[i].field);
        if (name != NULL) {
            write_property(&p, name, c->values[i].text);
        }
    }
    for (size_t i = 0; i < c->place_count; i++) {
        const struct sw_bom_place *at = &c->places[i];
        const char *text = at->line == 0 ? sw_arena_strndup(wr->bom->arena, at->file)
                                         : sw_arena_printf(wr->bom->arena, SW_STR_FMT ":%u",
                                               SW_STR_ARG(at->file), at->line);
        note_failure(wr, text == NULL ? SW_E_NOMEM : SW_OK);
        write_property(&p, "sealwright:seen", sw_str(text == NULL ? "" : text));
    }
    if (c->excluded) {
        write_property(&p, "sealwright:scope", sw_str("excluded"));
    }
    write_origins(&p);
    if (p.open) {
        sw_jw_array_end(wr->w);
    }
}

static void write_service(struct writing *wr, uint32_t number)
{
    const struct sw_bom_component *c = &wr->bom->components[number];
    sw_jw_object(wr->w, NULL);
    sw_jw_str(wr->w, "bom-ref", c->ref);
    write_party(wr, c, "provider");
    write_name(wr, c);
    write_value(wr, c, SW_BOM_VERSION, "version");
    write_value(wr, c, SW_BOM_DESCRIPTION, "description");
    write_endpoints(wr, c);
    write_licences(wr, c);
    write_references(wr, c);
    write_service_properties(wr, c);
    sw_jw_object_end(wr->w);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void write_tool(struct writing *wr)
{
    struct sw_json_writer *w = wr->w;
    sw_jw_object(w, "tools");
    sw_jw_array(w, "components");
    sw_jw_object(w, NULL);
    sw_jw_text(w, "type", "application");
    sw_jw_text(w, "bom-ref", TOOL_REF);
    sw_jw_str(w, "name", wr->bom->tool);
    sw_jw_str(w, "version", wr->bom->tool_version);
    sw_jw_object_end(w);
    sw_jw_array_end(w);
    sw_jw_object_end(w);
}

/* BSI TR-03183-2, 5.2.1: the creator's e-mail address, or else a URL. */
static void write_creator(struct writing *wr)
{
    struct sw_str creator = wr->bom->creator;
    if (creator.len == 0) {
        return;
    }
    const bool url = memmem(creator.ptr, creator.len, "://", 3) != NULL;
    const char *text =
        url ? sw_bom_iri(wr->bom->arena, creator) : sw_arena_strndup(wr->bom->arena, creator);
    sw_jw_object(wr->w, "manufacturer");
    sw_jw_array(wr->w, url ? "url" : "contact");
    if (url) {
        sw_jw_text(wr->w, NULL, text == NULL ? "" : text);
    } else {
        sw_jw_object(wr->w, NULL);
        sw_jw_text(wr->w, "email", text == NULL ? "" : text);
        sw_jw_object_end(wr->w);
    }
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
}

static void write_time_origin(struct writing *wr)
{
    if (!wr->bom->timed || wr->bom->time_origin.len == 0) {
        return;
    }
    sw_jw_array(wr->w, "properties");
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "name", "sealwright:origin:timestamp");
    sw_jw_str(wr->w, "value", wr->bom->time_origin);
    sw_jw_object_end(wr->w);
    sw_jw_array_end(wr->w);
}

static void write_metadata(struct writing *wr)
{
    const struct sw_bom *bom = wr->bom;
    char time[SW_TIME_TEXT_SIZE];
    sw_jw_object(wr->w, "metadata");
    if (bom->timed) {
        sw_time_format(bom->time, time);
        sw_jw_text(wr->w, "timestamp", time);
    }
    if (bom->phase != NULL) {
        sw_jw_array(wr->w, "lifecycles");
        sw_jw_object(wr->w, NULL);
        sw_jw_text(wr->w, "phase", bom->phase);
        sw_jw_object_end(wr->w);
        sw_jw_array_end(wr->w);
    }
    write_tool(wr);
    write_creator(wr);
    note_failure(wr, sw_buf_puts(&wr->path, "/metadata/component"));
    write_component(wr, 0, "component");
    sw_buf_clear(&wr->path);
    write_time_origin(wr);
    sw_jw_object_end(wr->w);
}

static void write_parts(struct writing *wr, bool services)
{
    size_t index = 0;
    for (uint32_t i = 0; i < wr->bom->count; i++) {
        const struct sw_bom_component *c = &wr->bom->components[i];
        if (c->role != SW_BOM_PART || (c->kind == SW_BOM_SERVICE) != services) {
            continue;
        }
        if (index == 0) {
            sw_jw_array(wr->w, services ? "services" : "components");
        }
        push(wr, services ? "services" : "components", index++);
        services ? write_service(wr, i) : write_component(wr, i, NULL);
        sw_buf_clear(&wr->path);
    }
    if (index > 0) {
        sw_jw_array_end(wr->w);
    }
}

static int compare_edges(const void *a, const void *b)
{
    const struct sw_bom_edge *x = a;
    const struct sw_bom_edge *y = b;
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    return (x->to > y->to) - (x->to < y->to);
}

/* What depends on what, as far as it is known: who is not listed is not known to depend on nothing.
 */
static enum sw_code write_dependencies(struct writing *wr)
{
    const struct sw_bom *bom = wr->bom;
    struct sw_bom_edge *edges = SW_ARENA_ARRAY(bom->arena, struct sw_bom_edge, bom->edge_count);
    SW_TRY_PTR(edges);
    if (bom->edge_count == 0) {
        return SW_OK;
    }
    memcpy(edges, bom->edges, bom->edge_count * sizeof(*edges));
    qsort(edges, bom->edge_count, sizeof(*edges), compare_edges);
    sw_jw_array(wr->w, "dependencies");
    for (size_t i = 0; i < bom->edge_count; i++) {
        const bool first = i == 0 || edges[i].from != edges[i - 1].from;
        if (first && i > 0) {
            sw_jw_array_end(wr->w);
            sw_jw_object_end(wr->w);
        }
        if (first) {
            sw_jw_object(wr->w, NULL);
            sw_jw_str(wr->w, "ref", bom->components[edges[i].from].ref);
            sw_jw_array(wr->w, "dependsOn");
        }
        if (first || edges[i].to != edges[i - 1].to) {
            sw_jw_str(wr->w, NULL, bom->components[edges[i].to].ref);
        }
    }
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
    sw_jw_array_end(wr->w);
    return SW_OK;
}

static const char *const aggregates[] = {"unknown", "incomplete", "complete"};

static void write_compositions(struct writing *wr)
{
    const struct sw_str main = wr->bom->components[0].ref;
    sw_jw_array(wr->w, "compositions");
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "aggregate", aggregates[wr->bom->parts]);
    sw_jw_array(wr->w, "assemblies");
    sw_jw_str(wr->w, NULL, main);
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "aggregate", aggregates[wr->bom->dependencies]);
    sw_jw_array(wr->w, "dependencies");
    sw_jw_str(wr->w, NULL, main);
    sw_jw_array_end(wr->w);
    sw_jw_object_end(wr->w);
    sw_jw_array_end(wr->w);
}

static int compare_citations(const void *a, const void *b)
{
    const struct citation *x = a;
    const struct citation *y = b;
    int order = sw_str_compare(x->origin, y->origin);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void write_citation(struct writing *wr, size_t from, size_t to)
{
    char time[SW_TIME_TEXT_SIZE];
    sw_time_format(wr->bom->time, time);
    sw_jw_object(wr->w, NULL);
    sw_jw_array(wr->w, "pointers");
    for (size_t i = from; i < to; i++) {
        sw_jw_text(wr->w, NULL, wr->citations[i].pointer);
    }
    sw_jw_array_end(wr->w);
    sw_jw_text(wr->w, "timestamp", time);
    sw_jw_text(wr->w, "attributedTo", TOOL_REF);
    sw_jw_str(wr->w, "note", wr->citations[from].origin);
    sw_jw_object_end(wr->w);
}

/* One for each origin. */
static void write_citations(struct writing *wr)
{
    if (wr->citation_count == 0) {
        return;
    }
    qsort(wr->citations, wr->citation_count, sizeof(*wr->citations), compare_citations);
    sw_jw_array(wr->w, "citations");
    for (size_t i = 0, next; i < wr->citation_count; i = next) {
        next = i + 1;
        while (next < wr->citation_count &&
               sw_str_equal(wr->citations[next].origin, wr->citations[i].origin)) {
            next++;
        }
        write_citation(wr, i, next);
    }
    sw_jw_array_end(wr->w);
}

static enum sw_code write_all(struct writing *wr)
{
    const char *schema =
        sw_arena_printf(wr->bom->arena, "http://cyclonedx.org/schema/bom-%s.schema.json", wr->spec);
    SW_TRY_PTR(schema);
    sw_jw_object(wr->w, NULL);
    sw_jw_text(wr->w, "$schema", schema);
    sw_jw_text(wr->w, "bomFormat", "CycloneDX");
    sw_jw_text(wr->w, "specVersion", wr->spec);
    sw_jw_text(wr->w, "serialNumber", wr->serial);
    sw_jw_u64(wr->w, "version", 1);
    write_metadata(wr);
    write_parts(wr, false);
    write_parts(wr, true);
    SW_TRY(write_dependencies(wr));
    write_compositions(wr);
    write_citations(wr);
    sw_jw_object_end(wr->w);
    SW_TRY(wr->failed);
    return sw_jw_finish(wr->w);
}

static sw_result write_once(
    const struct sw_bom *bom, const char *spec, const char *serial, struct sw_buf *out)
{
    struct sw_json_writer w;
    struct writing wr = {.bom = bom, .w = &w, .spec = spec, .serial = serial};
    wr.cites = bom->timed && is_17(&wr);
    sw_jw_init(&w, out, 2);
    enum sw_code code = write_all(&wr);
    sw_buf_release(&wr.path);
    return code == SW_OK ? sw_buf_putc(out, '\n') : code;
}

sw_result sw_bom_write_cyclonedx(
    const struct sw_bom *bom, const char *spec, struct sw_buf *out, struct sw_error *err)
{
    char uuid[SW_BOM_UUID_SIZE];
    SW_CLEANUP(buf) struct sw_buf draft = SW_BUF_INIT;
    if (strcmp(spec, "1.7") != 0 && strcmp(spec, "1.6") != 0) {
        return sw_fail(err, SW_E_USAGE, "CycloneDX is written as 1.7 or 1.6, not '%s'", spec);
    }
    /* The serial number is the digest of all the rest. */
    SW_TRY(write_once(bom, spec, "urn:uuid:00000000-0000-0000-0000-000000000000", &draft));
    sw_bom_uuid(sw_buf_bytes(&draft), uuid);
    const char *serial = sw_arena_printf(bom->arena, "urn:uuid:%s", uuid);
    SW_TRY_PTR(serial);
    return write_once(bom, spec, serial, out);
}
