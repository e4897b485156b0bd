#include "supply/component_private.h"

static struct sw_str text_of(const struct sw_json *object, const char *name)
{
    struct sw_str text = {"", 0};
    (void)sw_json_str(sw_json_get(object, name), &text);
    return text;
}

static bool is_one_of(struct sw_str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sw_str_is(text, list[i])) {
            return true;
        }
    }
    return false;
}

static sw_result set_purl_if_any(struct sw_arena *arena, struct sw_component *c, struct sw_str purl)
{
    return purl.len == 0 || c->text.len > 0 ? SW_OK : sw_component_set_purl(arena, c, purl);
}

/* Where a list with package URLs stands, and which of its members tell. */
struct url_list {
    const char *list, *kind, *url;
    const char *is; /* the kind that is a package URL */
};

/* A package with several URLs is each of them: the first one does not hide the others. */
static sw_result add_others(struct sw_arena *arena, const struct sw_json *json,
    const struct url_list *where, struct sw_str version, const struct sw_component *first,
    struct sw_components *out)
{
    SW_JSON_EACH (item, sw_json_get(json, where->list)) {
        struct sw_str url = text_of(item, where->url);
        struct sw_component other = {.ref = first->ref,
            .name = first->name,
            .version = version,
            .digests = first->digests,
            .digest_count = first->digest_count,
            .aside = first->aside};
        bool more = sw_json_is(sw_json_get(item, where->kind), where->is) && url.len > 0 &&
                    !sw_str_equal(url, first->text);
        if (more) {
            SW_TRY(sw_component_set_purl(arena, &other, url));
            SW_TRY(sw_components_add(arena, out, &other));
        }
    }
    return SW_OK;
}

/* --- CycloneDX -------------------------------------------------------------------------------- */

bool sw_component_is_cyclonedx(const struct sw_json *root, struct sw_str *version)
{
    static const char *const versions[] = {"1.4", "1.5", "1.6", "1.7"};
    struct sw_str text = text_of(root, "specVersion");
    if (!sw_json_is(sw_json_get(root, "bomFormat"), "CycloneDX")) {
        return false;
    }
    *version = is_one_of(text, versions, SW_COUNT(versions)) ? text : sw_str("");
    return true;
}

static sw_result cyclonedx_component(
    struct sw_arena *arena, const struct sw_json *json, struct sw_component *c)
{
    *c = (struct sw_component){.ref = text_of(json, "bom-ref"),
        .name = text_of(json, "name"),
        .version = text_of(json, "version")};
    struct sw_str group = text_of(json, "group");
    if (group.len > 0) {
        const char *name = sw_arena_printf(
            arena, SW_STR_FMT "/" SW_STR_FMT, SW_STR_ARG(group), SW_STR_ARG(c->name));
        SW_TRY_PTR(name);
        c->name = sw_str(name);
    }
    c->aside = sw_json_is(sw_json_get(json, "type"), "file");
    SW_JSON_EACH (hash, sw_json_get(json, "hashes")) {
        SW_TRY(sw_component_add_hash(arena, c, text_of(hash, "alg"), text_of(hash, "content")));
    }
    SW_TRY(set_purl_if_any(arena, c, text_of(json, "purl")));
    c->aside = c->aside && c->text.len == 0;
    return SW_OK;
}

/* A product has seldom advisories of its own; a model or a dataset is what they are about. */
static sw_result cyclonedx_subject(
    struct sw_arena *arena, const struct sw_json *json, struct sw_components *out)
{
    static const char *const counted[] = {"machine-learning-model", "data"};
    struct sw_component *root = &out->root;
    SW_TRY(cyclonedx_component(arena, json, root));
    root->aside = !is_one_of(text_of(json, "type"), counted, SW_COUNT(counted));
    return root->text.len > 0 || root->digest_count > 0 || !root->aside
               ? sw_components_add(arena, out, root)
               : SW_OK;
}

/* Components have components; the reader of JSON bounds how deep. */
static sw_result cyclonedx_list(
    struct sw_arena *arena, const struct sw_json *list, struct sw_components *out)
{
    SW_JSON_EACH (json, list) {
        struct sw_component c;
        SW_TRY(cyclonedx_component(arena, json, &c));
        SW_TRY(sw_components_add(arena, out, &c));
        SW_TRY(cyclonedx_list(arena, sw_json_get(json, "components"), out));
    }
    return SW_OK;
}

sw_result sw_component_read_cyclonedx(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out)
{
    const struct sw_json *subject = sw_json_path(root, sw_str("metadata.component"));
    if (subject != NULL) {
        SW_TRY(cyclonedx_subject(arena, subject, out));
        SW_TRY(cyclonedx_list(arena, sw_json_get(subject, "components"), out));
    }
    return cyclonedx_list(arena, sw_json_get(root, "components"), out);
}

/* --- SPDX 2 ----------------------------------------------------------------------------------- */

bool sw_component_is_spdx2(const struct sw_json *root, struct sw_str *version)
{
    static const char *const versions[] = {"SPDX-2.2", "SPDX-2.3"};
    struct sw_str text = text_of(root, "spdxVersion");
    if (text.len == 0) {
        return false;
    }
    *version =
        is_one_of(text, versions, SW_COUNT(versions)) ? sw_str_n(text.ptr + 5, 3) : sw_str("");
    return true;
}

static sw_result spdx2_element(
    struct sw_arena *arena, const struct sw_json *json, const char *name, struct sw_component *c)
{
    *c = (struct sw_component){.ref = text_of(json, "SPDXID"),
        .name = text_of(json, name),
        .version = text_of(json, "versionInfo")};
    SW_JSON_EACH (sum, sw_json_get(json, "checksums")) {
        SW_TRY(sw_component_add_hash(
            arena, c, text_of(sum, "algorithm"), text_of(sum, "checksumValue")));
    }
    SW_JSON_EACH (reference, sw_json_get(json, "externalRefs")) {
        bool purl = sw_json_is(sw_json_get(reference, "referenceType"), "purl");
        SW_TRY(purl ? set_purl_if_any(arena, c, text_of(reference, "referenceLocator")) : SW_OK);
    }
    return SW_OK;
}

/* What the document is about: what it describes, if that is one thing and not all it lists. */
static struct sw_str spdx2_subject(const struct sw_json *root)
{
    struct sw_str id = {"", 0};
    size_t count = 0;
    SW_JSON_EACH (item, sw_json_get(root, "documentDescribes")) {
        count += sw_json_str(item, &id) ? 1 : 0;
    }
    if (count > 0) {
        return count == 1 ? id : sw_str("");
    }
    SW_JSON_EACH (item, sw_json_get(root, "relationships")) {
        if (sw_json_is(sw_json_get(item, "relationshipType"), "DESCRIBES") &&
            sw_json_is(sw_json_get(item, "spdxElementId"), "SPDXRef-DOCUMENT")) {
            id = text_of(item, "relatedSpdxElement");
            count++;
        }
    }
    return count == 1 ? id : sw_str("");
}

static const struct url_list references = {
    "externalRefs", "referenceType", "referenceLocator", "purl"};

static sw_result spdx2_packages(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out)
{
    const struct sw_json *packages = sw_json_get(root, "packages");
    struct sw_str about = spdx2_subject(root);
    SW_JSON_EACH (json, packages) {
        struct sw_component c;
        SW_TRY(spdx2_element(arena, json, "name", &c));
        bool subject = about.len > 0 && packages->count > 1 && sw_str_equal(about, c.ref);
        bool bare = c.text.len == 0 && c.digest_count == 0;
        c.aside = subject;
        out->root = subject ? c : out->root;
        SW_TRY(subject && bare ? SW_OK : sw_components_add(arena, out, &c));
        SW_TRY(add_others(arena, json, &references, text_of(json, "versionInfo"), &c, out));
    }
    return SW_OK;
}

sw_result sw_component_read_spdx2(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out)
{
    SW_TRY(spdx2_packages(arena, root, out));
    SW_JSON_EACH (json, sw_json_get(root, "files")) {
        struct sw_component c;
        SW_TRY(spdx2_element(arena, json, "fileName", &c));
        c.aside = true;
        SW_TRY(sw_components_add(arena, out, &c));
    }
    return SW_OK;
}

/* --- SPDX 3 ----------------------------------------------------------------------------------- */

bool sw_component_is_spdx3(const struct sw_json *root, struct sw_str *version)
{
    static const char context[] = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";
    struct sw_str text = text_of(root, "@context");
    if (!sw_str_starts(text, "https://spdx.org/rdf/3.")) {
        return false;
    }
    *version = sw_str_is(text, context) ? sw_str("3.0.1") : sw_str("");
    return true;
}

static sw_result spdx3_element(
    struct sw_arena *arena, const struct sw_json *json, struct sw_component *c)
{
    *c = (struct sw_component){.ref = text_of(json, "spdxId"),
        .name = text_of(json, "name"),
        .version = text_of(json, "software_packageVersion")};
    SW_JSON_EACH (hash, sw_json_get(json, "verifiedUsing")) {
        SW_TRY(sw_component_add_hash(
            arena, c, text_of(hash, "algorithm"), text_of(hash, "hashValue")));
    }
    SW_TRY(set_purl_if_any(arena, c, text_of(json, "software_packageUrl")));
    SW_JSON_EACH (id, sw_json_get(json, "externalIdentifier")) {
        bool purl = sw_json_is(sw_json_get(id, "externalIdentifierType"), "packageUrl");
        SW_TRY(purl ? set_purl_if_any(arena, c, text_of(id, "identifier")) : SW_OK);
    }
    return SW_OK;
}

static const struct url_list identifiers = {
    "externalIdentifier", "externalIdentifierType", "identifier", "packageUrl"};

sw_result sw_component_read_spdx3(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out)
{
    static const char *const kinds[] = {
        "software_Package", "ai_AIPackage", "dataset_DatasetPackage"};
    SW_JSON_EACH (json, sw_json_get(root, "@graph")) {
        struct sw_str type = text_of(json, "type");
        struct sw_component c;
        bool file = sw_str_is(type, "software_File");
        if (!file && !is_one_of(type, kinds, SW_COUNT(kinds))) {
            continue;
        }
        SW_TRY(spdx3_element(arena, json, &c));
        c.aside = file && c.text.len == 0;
        SW_TRY(sw_components_add(arena, out, &c));
        SW_TRY(add_others(
            arena, json, &identifiers, text_of(json, "software_packageVersion"), &c, out));
    }
    return SW_OK;
}

/* --- what discovery found ----------------------------------------------------------------------
 */

/* What `discover` prints, and the predicate of its claim (doc/claims/discovery.md). */
bool sw_component_is_discovery(const struct sw_json *root, struct sw_str *version)
{
    const struct sw_json *entities = sw_json_get(root, "entities");
    const struct sw_json *coverage = sw_json_get(root, "coverage");
    if (entities == NULL || entities->type != SW_JSON_ARRAY || coverage == NULL ||
        coverage->type != SW_JSON_OBJECT) {
        return false;
    }
    *version = sw_str("v1");
    return true;
}

/* Services, names of credentials and the like have neither a purl nor a digest: no advisory is
 * about them. A file is aside, as in a bill. */
sw_result sw_component_read_discovery(
    struct sw_arena *arena, const struct sw_json *root, struct sw_components *out)
{
    static const char sha256[] = "sha256:";
    SW_JSON_EACH (json, sw_json_get(root, "entities")) {
        struct sw_component c = {.ref = text_of(json, "name"),
            .name = text_of(json, "name"),
            .version = text_of(json, "version")};
        struct sw_str digest = text_of(json, "digest");
        if (sw_str_starts(digest, sha256)) {
            const size_t n = sizeof(sha256) - 1;
            SW_TRY(sw_component_add_hash(
                arena, &c, sw_str("sha256"), sw_str_n(digest.ptr + n, digest.len - n)));
        }
        SW_TRY(set_purl_if_any(arena, &c, text_of(json, "purl")));
        c.aside = c.text.len == 0;
        if (c.text.len > 0 || c.digest_count > 0) {
            SW_TRY(sw_components_add(arena, out, &c));
        }
    }
    return SW_OK;
}
