/* What a bill has of the elements that the G7's "Software Bill of Materials (SBOM) for Artificial
 * Intelligence - Minimum Elements" (12 May 2026) and BSI TR-03183-2 v2.1.0 (5.2) name. */
#include "supply/bom_private.h"

struct tally {
    uint64_t have, of;
};

struct row {
    const char *scheme, *cluster, *name;
    /* Of the document; NULL: of components, or of nobody. */
    bool (*holds)(const struct sw_bom *bom);
    /* Of each component of `kind`; SW_BOM_KINDS stands for all but files. */
    bool (*has)(const struct sw_bom_component *component);
    enum sw_bom_kind kind;
};

/* --- of the document -------------------------------------------------------------------------- */

static bool has_creator(const struct sw_bom *bom)
{
    return bom->creator.len > 0;
}

static bool has_serial(const struct sw_bom *bom)
{
    return bom->serial.len > 0;
}

static bool has_format(const struct sw_bom *bom)
{
    return bom->spec.len > 0;
}

static bool has_tool(const struct sw_bom *bom)
{
    return bom->tool.len > 0;
}

static bool has_tool_version(const struct sw_bom *bom)
{
    return bom->tool_version.len > 0 ||
           (bom->tool.len > 0 && memchr(bom->tool.ptr, ' ', bom->tool.len) != NULL);
}

static bool has_context(const struct sw_bom *bom)
{
    return bom->phase != NULL;
}

static bool has_time(const struct sw_bom *bom)
{
    return bom->timed;
}

static bool has_edges(const struct sw_bom *bom)
{
    return bom->edge_count > 0 || bom->components[0].first != SW_BOM_NONE;
}

static bool has_parts(const struct sw_bom *bom)
{
    return bom->count > 1;
}

static bool main_has(const struct sw_bom *bom, enum sw_bom_field field)
{
    return sw_bom_value(&bom->components[0], field) != NULL;
}

static bool main_name(const struct sw_bom *bom)
{
    return main_has(bom, SW_BOM_NAME);
}

static bool main_supplier(const struct sw_bom *bom)
{
    return main_has(bom, SW_BOM_SUPPLIER);
}

static bool main_version(const struct sw_bom *bom)
{
    return main_has(bom, SW_BOM_VERSION);
}

static bool main_released(const struct sw_bom *bom)
{
    return main_has(bom, SW_BOM_RELEASED);
}

static bool has_kind(const struct sw_bom *bom, enum sw_bom_kind first, enum sw_bom_kind last)
{
    for (size_t i = 0; i < bom->count; i++) {
        if (bom->components[i].kind >= first && bom->components[i].kind <= last) {
            return true;
        }
    }
    return false;
}

static bool has_software(const struct sw_bom *bom)
{
    return has_kind(bom, SW_BOM_FRAMEWORK, SW_BOM_OPERATING_SYSTEM);
}

static bool has_hardware(const struct sw_bom *bom)
{
    return has_kind(bom, SW_BOM_DEVICE, SW_BOM_DEVICE);
}

static bool has_no_vulnerabilities(const struct sw_bom *bom)
{
    return !bom->vulnerabilities;
}

static bool is_recent(const struct sw_bom *bom)
{
    static const char *const taken[] = {"1.6", "1.7", "2.0", "3.0.1", "3.1.0"};
    for (size_t i = 0; i < SW_COUNT(taken); i++) {
        if (sw_str_is(bom->spec, taken[i])) {
            return true;
        }
    }
    return false;
}

static bool tells_completeness(const struct sw_bom *bom)
{
    return bom->parts != SW_BOM_UNKNOWN || bom->dependencies != SW_BOM_UNKNOWN;
}

/* --- of components ---------------------------------------------------------------------------- */

#define HAS(name, field)                                       \
    static bool name(const struct sw_bom_component *component) \
    {                                                          \
        return sw_bom_value(component, (field)) != NULL;       \
    }

HAS(name_of, SW_BOM_NAME)
HAS(version_of, SW_BOM_VERSION)
HAS(supplier_of, SW_BOM_SUPPLIER)
HAS(description_of, SW_BOM_DESCRIPTION)
HAS(released_of, SW_BOM_RELEASED)
HAS(declared_of, SW_BOM_LICENCE_DECLARED)
HAS(concluded_of, SW_BOM_LICENCE_CONCLUDED)
HAS(download_of, SW_BOM_DOWNLOAD)
HAS(owner_of, SW_BOM_OWNER)
HAS(classification_of, SW_BOM_CLASSIFICATION)
HAS(trained_on, SW_BOM_DATASET)
HAS(filename_of, SW_BOM_FILENAME)
HAS(executable_of, SW_BOM_EXECUTABLE)
HAS(archive_of, SW_BOM_ARCHIVE)
HAS(structured_of, SW_BOM_STRUCTURED)
HAS(purl_of, SW_BOM_PURL)
HAS(metric_of, SW_BOM_METRIC)

static bool identifier_of(const struct sw_bom_component *c)
{
    return sw_bom_value(c, SW_BOM_PURL) != NULL || sw_bom_value(c, SW_BOM_ROOT) != NULL ||
           c->hash_count > 0;
}

/* Its own, that of all its files, or the root of them. */
static bool hash_of(const struct sw_bom_component *c)
{
    return c->hash_count > 0 || sw_bom_value(c, SW_BOM_ROOT) != NULL;
}

static bool sha512_of(const struct sw_bom_component *c)
{
    return sw_bom_hash_of(c, "SHA-512").len > 0;
}

static bool properties_of(const struct sw_bom_component *c)
{
    return sw_bom_value(c, SW_BOM_TASK) != NULL || sw_bom_value(c, SW_BOM_ARCHITECTURE) != NULL ||
           sw_bom_value(c, SW_BOM_FAMILY) != NULL;
}

static bool licence_of(const struct sw_bom_component *c)
{
    return declared_of(c) || concluded_of(c);
}

static bool reference_of(const struct sw_bom_component *c)
{
    return download_of(c) || sw_bom_value(c, SW_BOM_LICENCE_URL) != NULL;
}

/* --- the elements ----------------------------------------------------------------------------- */

#define ALL ((enum sw_bom_kind)SW_BOM_KINDS)
#define DOCUMENT(scheme, cluster, name, holds)  \
    {                                           \
        scheme, cluster, name, holds, NULL, ALL \
    }
#define EACH(scheme, cluster, name, kind, has) \
    {                                          \
        scheme, cluster, name, NULL, has, kind \
    }
#define PERSON(scheme, cluster, name)          \
    {                                          \
        scheme, cluster, name, NULL, NULL, ALL \
    }

static const struct row rows[] = {
    DOCUMENT("G7", "metadata", "author", has_creator),
    DOCUMENT("G7", "metadata", "version", has_serial),
    DOCUMENT("G7", "metadata", "data format and its version", has_format),
    PERSON("G7", "metadata", "author signature"), /* beside the document: a claim in the log */
    DOCUMENT("G7", "metadata", "tool name", has_tool),
    DOCUMENT("G7", "metadata", "tool version", has_tool_version),
    DOCUMENT("G7", "metadata", "generation context", has_context),
    DOCUMENT("G7", "metadata", "timestamp", has_time),
    DOCUMENT("G7", "metadata", "dependency relationship", has_edges),
    DOCUMENT("G7", "system", "name", main_name),
    DOCUMENT("G7", "system", "producer", main_supplier),
    DOCUMENT("G7", "system", "version", main_version),
    DOCUMENT("G7", "system", "components", has_parts),
    DOCUMENT("G7", "system", "timestamp", main_released),
    PERSON("G7", "system", "data flow"),
    PERSON("G7", "system", "data usage"),
    PERSON("G7", "system", "input and output properties"),
    PERSON("G7", "system", "intended application area"),
    EACH("G7", "models", "name", SW_BOM_MODEL, name_of),
    EACH("G7", "models", "identifier", SW_BOM_MODEL, identifier_of),
    EACH("G7", "models", "version", SW_BOM_MODEL, version_of),
    EACH("G7", "models", "producer", SW_BOM_MODEL, supplier_of),
    EACH("G7", "models", "description", SW_BOM_MODEL, description_of),
    EACH("G7", "models", "timestamp", SW_BOM_MODEL, released_of),
    EACH("G7", "models", "hash value and algorithm", SW_BOM_MODEL, hash_of),
    EACH("G7", "models", "properties", SW_BOM_MODEL, properties_of),
    EACH("G7", "models", "training data", SW_BOM_MODEL, trained_on),
    PERSON("G7", "models", "training process"),
    PERSON("G7", "models", "limitations"),
    EACH("G7", "models", "license", SW_BOM_MODEL, licence_of),
    EACH("G7", "models", "external references", SW_BOM_MODEL, reference_of),
    EACH("G7", "datasets", "name", SW_BOM_DATA, name_of),
    EACH("G7", "datasets", "description of the content", SW_BOM_DATA, description_of),
    EACH("G7", "datasets", "identifier", SW_BOM_DATA, identifier_of),
    EACH("G7", "datasets", "hash", SW_BOM_DATA, hash_of),
    EACH("G7", "datasets", "provenance", SW_BOM_DATA, owner_of),
    EACH("G7", "datasets", "sensitivity", SW_BOM_DATA, classification_of),
    PERSON("G7", "datasets", "dependencies"),
    EACH("G7", "datasets", "license", SW_BOM_DATA, licence_of),
    DOCUMENT("G7", "infrastructure", "software", has_software),
    DOCUMENT("G7", "infrastructure", "hardware", has_hardware),
    PERSON("G7", "security", "security controls"),
    PERSON("G7", "security", "security compliance"),
    PERSON("G7", "security", "cybersecurity policy information"),
    PERSON("G7", "security", "vulnerability referencing"),
    EACH("G7", "performance", "operational performance", SW_BOM_MODEL, metric_of),
    PERSON("G7", "performance", "security metrics"),
    DOCUMENT("BSI", "document", "CycloneDX from 1.6 or SPDX from 3.0.1", is_recent),
    DOCUMENT("BSI", "document", "creator, by e-mail address or URL", has_creator),
    DOCUMENT("BSI", "document", "timestamp", has_time),
    DOCUMENT("BSI", "document", "SBOM-URI", has_serial),
    DOCUMENT("BSI", "document", "no vulnerabilities inside", has_no_vulnerabilities),
    EACH("BSI", "components", "component creator", ALL, supplier_of),
    EACH("BSI", "components", "name", ALL, name_of),
    EACH("BSI", "components", "version", ALL, version_of),
    DOCUMENT("BSI", "components", "dependencies", has_edges),
    DOCUMENT("BSI", "components", "completeness of dependencies", tells_completeness),
    EACH("BSI", "components", "distribution licences", ALL, concluded_of),
    EACH("BSI", "components", "original licences", ALL, declared_of),
    EACH("BSI", "components", "other unique identifiers", ALL, purl_of),
    EACH("BSI", "components", "URI of the deployable form", ALL, download_of),
    PERSON("BSI", "components", "source code URI"),
    PERSON("BSI", "components", "effective licence"),
    EACH("BSI", "files", "filename", SW_BOM_FILE, filename_of),
    EACH("BSI", "files", "SHA-512 of the deployable component", SW_BOM_FILE, sha512_of),
    EACH("BSI", "files", "executable property", SW_BOM_FILE, executable_of),
    EACH("BSI", "files", "archive property", SW_BOM_FILE, archive_of),
    EACH("BSI", "files", "structured property", SW_BOM_FILE, structured_of),
};

static struct tally count(const struct sw_bom *bom, const struct row *row)
{
    struct tally t = {0, 0};
    for (size_t i = 0; i < bom->count; i++) {
        const struct sw_bom_component *c = &bom->components[i];
        const bool meant =
            row->kind == ALL ? c->kind != SW_BOM_FILE && !c->excluded : c->kind == row->kind;
        const bool counts = meant && c->role != SW_BOM_ANCESTOR; /* it is not in what is shipped */
        t.of += counts;
        t.have += counts && row->has(c);
    }
    return t;
}

static void judge(const struct sw_bom *bom, const struct row *row, struct sw_bom_element *out)
{
    *out = (struct sw_bom_element){
        .scheme = row->scheme, .cluster = row->cluster, .name = row->name, .state = SW_BOM_PERSON};
    if (row->holds != NULL) {
        out->state = row->holds(bom) ? SW_BOM_PRESENT : SW_BOM_ABSENT;
    } else if (row->has != NULL) {
        const struct tally t = count(bom, row);
        out->have = t.have;
        out->of = t.of;
        out->state = t.of > 0 && t.have == t.of ? SW_BOM_PRESENT : SW_BOM_ABSENT;
    }
}

sw_result sw_bom_score(const struct sw_bom *bom, struct sw_arena *arena,
    struct sw_bom_element **out, size_t *count_out)
{
    struct sw_bom_element *list = SW_ARENA_ARRAY(arena, struct sw_bom_element, SW_COUNT(rows));
    SW_TRY_PTR(list);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        judge(bom, &rows[i], &list[i]);
    }
    *out = list;
    *count_out = SW_COUNT(rows);
    return SW_OK;
}
