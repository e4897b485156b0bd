/* CycloneDX 1.4 to 1.7 as tables (ECMA-424 and the schemas of its project): what is in a document.
 * What is said about it stands in bom_check_cyclonedx_said.c. Not looked into: cryptoProperties. */
#include "supply/bom_check_cyclonedx.h"
#include "supply/purl.h"
#include "supply/spdx_expression.h"
#include "supply/spdx_list.h"

/* --- words ------------------------------------------------------------------------------------ */

static const struct sw_shape_word types[] = {{"application", 14}, {"framework", 14},
    {"library", 14}, {"container", 14}, {"operating-system", 14}, {"device", 14}, {"firmware", 14},
    {"file", 14}, {"platform", 15}, {"device-driver", 15}, {"machine-learning-model", 15},
    {"data", 15}, {"cryptographic-asset", 16}, {NULL, 0}};
static const struct sw_shape_word scopes[] = {
    {"required", 14}, {"optional", 14}, {"excluded", 14}, {NULL, 0}};
static const struct sw_shape_word algorithms[] = {{"MD5", 14}, {"SHA-1", 14}, {"SHA-256", 14},
    {"SHA-384", 14}, {"SHA-512", 14}, {"SHA3-256", 14}, {"SHA3-384", 14}, {"SHA3-512", 14},
    {"BLAKE2b-256", 14}, {"BLAKE2b-384", 14}, {"BLAKE2b-512", 14}, {"BLAKE3", 14},
    {"Streebog-256", 17}, {"Streebog-512", 17}, {NULL, 0}};
static const struct sw_shape_word references[] = {{"vcs", 14}, {"issue-tracker", 14},
    {"website", 14}, {"advisories", 14}, {"bom", 14}, {"mailing-list", 14}, {"social", 14},
    {"chat", 14}, {"documentation", 14}, {"support", 14}, {"distribution", 14}, {"license", 14},
    {"build-meta", 14}, {"build-system", 14}, {"release-notes", 14}, {"other", 14},
    {"distribution-intake", 15}, {"security-contact", 15}, {"model-card", 15}, {"log", 15},
    {"configuration", 15}, {"evidence", 15}, {"formulation", 15}, {"attestation", 15},
    {"threat-model", 15}, {"adversary-model", 15}, {"risk-assessment", 15},
    {"vulnerability-assertion", 15}, {"exploitability-statement", 15}, {"pentest-report", 15},
    {"static-analysis-report", 15}, {"dynamic-analysis-report", 15},
    {"runtime-analysis-report", 15}, {"component-analysis-report", 15}, {"maturity-report", 15},
    {"certification-report", 15}, {"codified-infrastructure", 15}, {"quality-metrics", 15},
    {"poam", 15}, {"source-distribution", 16}, {"electronic-signature", 16},
    {"digital-signature", 16}, {"rfc-9116", 16}, {"patent", 17}, {"patent-family", 17},
    {"patent-assertion", 17}, {"citation", 17}, {NULL, 0}};
static const struct sw_shape_word aggregates[] = {{"complete", 14}, {"incomplete", 14},
    {"incomplete_first_party_only", 14}, {"incomplete_third_party_only", 14}, {"unknown", 14},
    {"not_specified", 14}, {"incomplete_first_party_proprietary_only", 15},
    {"incomplete_first_party_opensource_only", 15}, {"incomplete_third_party_proprietary_only", 15},
    {"incomplete_third_party_opensource_only", 15}, {NULL, 0}};
static const struct sw_shape_word phases[] = {{"design", 15}, {"pre-build", 15}, {"build", 15},
    {"post-build", 15}, {"operations", 15}, {"discovery", 15}, {"decommission", 15}, {NULL, 0}};
static const struct sw_shape_word acknowledgements[] = {
    {"declared", 16}, {"concluded", 16}, {NULL, 0}};
static const struct sw_shape_word license_types[] = {{"academic", 15}, {"appliance", 15},
    {"client-access", 15}, {"concurrent-user", 15}, {"core-points", 15}, {"custom-metric", 15},
    {"device", 15}, {"evaluation", 15}, {"named-user", 15}, {"node-locked", 15}, {"oem", 15},
    {"perpetual", 15}, {"processor-points", 15}, {"subscription", 15}, {"user", 15}, {"other", 15},
    {NULL, 0}};
static const struct sw_shape_word activities[] = {{"design", 16}, {"data-collection", 16},
    {"data-preparation", 16}, {"training", 16}, {"fine-tuning", 16}, {"validation", 16},
    {"deployment", 16}, {"inference", 16}, {"other", 16}, {NULL, 0}};
static const struct sw_shape_word energies[] = {{"coal", 16}, {"oil", 16}, {"natural-gas", 16},
    {"nuclear", 16}, {"wind", 16}, {"solar", 16}, {"geothermal", 16}, {"hydropower", 16},
    {"biofuel", 16}, {"unknown", 16}, {"other", 16}, {NULL, 0}};
static const struct sw_shape_word energy_units[] = {{"kWh", 16}, {NULL, 0}};
static const struct sw_shape_word carbon_units[] = {{"tCO2eq", 16}, {NULL, 0}};
static const struct sw_shape_word encodings[] = {{"base64", 14}, {NULL, 0}};
static const struct sw_shape_word identity_fields[] = {{"group", 15}, {"name", 15}, {"version", 15},
    {"purl", 15}, {"cpe", 15}, {"swid", 15}, {"hash", 15}, {"omniborId", 16}, {"swhid", 16},
    {NULL, 0}};
static const struct sw_shape_word techniques[] = {{"source-code-analysis", 15},
    {"binary-analysis", 15}, {"manifest-analysis", 15}, {"ast-fingerprint", 15},
    {"hash-comparison", 15}, {"instrumentation", 15}, {"dynamic-analysis", 15}, {"filename", 15},
    {"attestation", 15}, {"other", 15}, {NULL, 0}};
static const struct sw_shape_word approaches[] = {{"supervised", 15}, {"unsupervised", 15},
    {"reinforcement-learning", 15}, {"semi-supervised", 15}, {"self-supervised", 15}, {NULL, 0}};
static const struct sw_shape_word data_types[] = {{"source-code", 15}, {"configuration", 15},
    {"dataset", 15}, {"definition", 15}, {"other", 15}, {NULL, 0}};
static const struct sw_shape_word flows[] = {
    {"inbound", 14}, {"outbound", 14}, {"bi-directional", 14}, {"unknown", 14}, {NULL, 0}};
static const struct sw_shape_word tlp_words[] = {
    {"CLEAR", 17}, {"GREEN", 17}, {"AMBER", 17}, {"AMBER_AND_STRICT", 17}, {"RED", 17}, {NULL, 0}};
static const struct sw_shape_word formats[] = {{"CycloneDX", 14}, {NULL, 0}};

/* --- what a table cannot say ------------------------------------------------------------------ */

static void check_integer(struct sw_shape_walk *walk, const struct sw_json *value)
{
    int64_t number;
    if (!sw_json_i64(value, &number)) {
        sw_shape_problem(walk, "it is no whole number");
    }
}

static void check_quantity(struct sw_shape_walk *walk, const struct sw_json *value)
{
    if (value->type != SW_JSON_NUMBER) {
        sw_shape_problem(walk, "it is %s, not a number", sw_json_type_name(value->type));
    }
}

static void check_purl(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text;
    struct sw_purl purl;
    struct sw_error err = {0};
    if (sw_json_str(value, &text) && sw_purl_parse(walk->arena, text, &purl, &err) == SW_E_FORMAT) {
        sw_shape_problem(walk, "it is no package URL: %s", err.text);
    }
}

static void check_expression(struct sw_shape_walk *walk, const struct sw_json *value)
{
    const struct sw_spdx_expression *e;
    struct sw_str text;
    struct sw_error err = {0};
    if (sw_json_str(value, &text) && sw_spdx_parse(walk->arena, text, &e, &err) != SW_OK) {
        sw_shape_problem(walk, "it is no licence expression: %s", err.text);
    }
}

static bool is_listed(struct sw_str text)
{
    const struct sw_spdx_id *id = sw_spdx_license(text);
    id = id == NULL ? sw_spdx_exception(text) : id;
    return id != NULL && sw_str_equal(id->id, text);
}

/* The schema takes exceptions as well, and ids like "GPL-2.0+", which the list had once. */
static void check_listed(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    const bool once = memmem(text.ptr, text.len, "GPL-", 4) != NULL && sw_str_ends(text, "+");
    if (!is_listed(text) && !(once && is_listed(sw_str_n(text.ptr, text.len - 1)))) {
        sw_shape_problem(walk, "it is not on the SPDX License List");
    }
}

void sw_cdx_check_version(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text;
    if (walk->version >= 16 && sw_json_str(value, &text) && text.len > 4 * SW_BOM_VERSION_MAX) {
        sw_shape_problem(walk, "it is longer than 1024 characters");
    }
}

static void check_serial(struct sw_shape_walk *walk, const struct sw_json *value)
{
    static const unsigned parts[] = {8, 4, 4, 4, 12};
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    bool holds = sw_str_starts(text, "urn:uuid:") && text.len == 45;
    size_t at = 9;
    for (size_t i = 0; holds && i < SW_COUNT(parts); i++) {
        holds = (i == 0 || text.ptr[at - 1] == '-') &&
                sw_bom_is_hex(sw_str_n(text.ptr + at, parts[i]), parts[i]);
        at += parts[i] + 1;
    }
    for (size_t i = 0; holds && i < text.len; i++) {
        holds = text.ptr[i] < 'A' || text.ptr[i] > 'Z';
    }
    if (!holds) {
        sw_shape_problem(walk, "it is not 'urn:uuid:' and a UUID in small letters");
    }
}

static void check_hash(struct sw_shape_walk *walk, const struct sw_json *object)
{
    struct sw_str alg = sw_str("");
    struct sw_str content = sw_str("");
    (void)sw_json_str(sw_json_get(object, "alg"), &alg);
    (void)sw_json_str(sw_json_get(object, "content"), &content);
    const size_t digits = sw_bom_hash_digits(alg);
    if (digits > 0 && !sw_bom_is_hex(content, digits)) {
        sw_shape_problem(
            walk, "a hash of %.*s has %zu hexadecimal digits", (int)alg.len, alg.ptr, digits);
    }
}

static bool is_media_word(struct sw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && c != '-' && c != '+' && c != '.') {
            return false;
        }
    }
    return text.len > 0;
}

static void check_media_type(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    const char *slash = text.len == 0 ? NULL : memchr(text.ptr, '/', text.len);
    const size_t at = slash == NULL ? 0 : (size_t)(slash - text.ptr);
    if (slash == NULL || !is_media_word(sw_str_n(text.ptr, at)) ||
        !is_media_word(sw_str_n(slash + 1, text.len - at - 1))) {
        sw_shape_problem(walk, "it is no media type in small letters");
    }
}

static void check_email(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    const char *at = text.len < 3 ? NULL : memchr(text.ptr + 1, '@', text.len - 2);
    if (at == NULL || memchr(text.ptr, ' ', text.len) != NULL) {
        sw_shape_problem(walk, "it is no e-mail address");
    }
}

void sw_cdx_one_of(
    struct sw_shape_walk *walk, const struct sw_json *object, const char *a, const char *b)
{
    if ((sw_json_get(object, a) == NULL) == (sw_json_get(object, b) == NULL)) {
        sw_shape_problem(walk, "exactly one of '%s' and '%s' has to be there", a, b);
    }
}

static void check_license(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "id", "name");
}

static void check_choice(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "license", "expression");
}

static void check_party(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "organization", "contact");
}

static void check_citation(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "pointers", "expressions");
    if (sw_json_get(object, "attributedTo") == NULL && sw_json_get(object, "process") == NULL) {
        sw_shape_problem(walk, "'attributedTo' or 'process' is missing");
    }
}

static void check_lifecycle(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "phase", "name");
}

/* 1.5 and 1.6: licences, or one expression alone. */
static void check_choices(struct sw_shape_walk *walk, const struct sw_json *owner)
{
    const struct sw_json *list = sw_json_get(owner, "licenses");
    if (walk->version < 15 || walk->version > 16 || list == NULL || list->count < 2) {
        return;
    }
    SW_JSON_EACH (item, list) {
        if (sw_json_get(item, "expression") != NULL) {
            sw_shape_problem(walk, "an expression stands alone among 'licenses'");
            return;
        }
    }
}

static void check_component(struct sw_shape_walk *walk, const struct sw_json *object)
{
    bool external = false;
    const bool ranged = sw_json_get(object, "versionRange") != NULL;
    (void)sw_json_bool(sw_json_get(object, "isExternal"), &external);
    check_choices(walk, object);
    if (ranged && sw_json_get(object, "version") != NULL) {
        sw_shape_problem(walk, "'version' and 'versionRange' exclude each other");
    }
    if (ranged && !external) {
        sw_shape_problem(walk, "only an external component has a 'versionRange'");
    }
}

/* --- small objects ---------------------------------------------------------------------------- */

/* Until 1.6 anything might stand in it. */
static void check_property(struct sw_shape_walk *walk, const struct sw_json *object)
{
    if (walk->version < 16) {
        return;
    }
    if (sw_json_get(object, "name") == NULL) {
        sw_shape_problem(walk, "'name' is missing");
    }
    SW_JSON_EACH_MEMBER (member, object) {
        size_t mark = sw_shape_enter(walk, member->name);
        if (!sw_str_is(member->name, "name") && !sw_str_is(member->name, "value")) {
            sw_shape_problem(walk, "it is not part of the format");
        }
        sw_shape_leave(walk, mark);
    }
}

static const struct sw_shape_row property_rows[] = {ROW("name", TEXT), ROW("value", TEXT), END};
const struct sw_shape sw_cdx_property = {NULL, property_rows, true, check_property};
static const struct sw_shape_row hash_rows[] = {
    WORD("alg", SW_SHAPE_REQUIRED, algorithms, 0), NEED("content", TEXT), END};
const struct sw_shape sw_cdx_hash = {NULL, hash_rows, false, check_hash};
static const struct sw_shape_row attachment_rows[] = {
    ROW("contentType", TEXT), WORD("encoding", 0, encodings, 0), NEED("content", TEXT), END};
const struct sw_shape sw_cdx_attachment = {NULL, attachment_rows, false, NULL};
static const struct sw_shape_row contact_rows[] = {ROW_SINCE("bom-ref", NAME, 15),
    ROW("name", TEXT), ROW_IF("email", TEXT, check_email), ROW("phone", TEXT), END};
const struct sw_shape sw_cdx_contact = {NULL, contact_rows, false, NULL};
static const struct sw_shape_row address_rows[] = {ROW("bom-ref", NAME), ROW("country", TEXT),
    ROW("region", TEXT), ROW("locality", TEXT), ROW("postOfficeBoxNumber", TEXT),
    ROW("postalCode", TEXT), ROW("streetAddress", TEXT), END};
static const struct sw_shape address = {NULL, address_rows, false, NULL};
static const struct sw_shape_row entity_rows[] = {ROW_SINCE("bom-ref", NAME, 15), ROW("name", TEXT),
    ONE_OF("address", &address, 16), MANY("url", IRI, 0), MANY_OF("contact", &sw_cdx_contact, 0),
    END};
const struct sw_shape sw_cdx_entity = {NULL, entity_rows, false, NULL};
static const struct sw_shape_row reference_rows[] = {NEED("url", IRI), ROW("comment", TEXT),
    WORD("type", SW_SHAPE_REQUIRED, references, 0), MANY_OF("hashes", &sw_cdx_hash, 0),
    MANY_OF("properties", &sw_cdx_property, 17), END};
const struct sw_shape sw_cdx_reference = {NULL, reference_rows, false, NULL};
static const struct sw_shape_row swid_rows[] = {NEED("tagId", TEXT), NEED("name", TEXT),
    ROW("version", TEXT), ROW("tagVersion", ANY), ROW("patch", TRUTH),
    ONE_OF("text", &sw_cdx_attachment, 0), ROW("url", IRI), END};
static const struct sw_shape swid = {NULL, swid_rows, false, NULL};

static const struct sw_shape_row graphic_rows[] = {
    ROW("name", TEXT), ONE_OF("image", &sw_cdx_attachment, 0), END};
static const struct sw_shape graphic = {NULL, graphic_rows, false, NULL};
static const struct sw_shape_row graphics_rows[] = {
    ROW("description", TEXT), MANY_OF("collection", &graphic, 0), END};
static const struct sw_shape graphics = {NULL, graphics_rows, false, NULL};

/* --- licences --------------------------------------------------------------------------------- */

static const struct sw_shape_row licensee_rows[] = {
    ONE_OF("organization", &sw_cdx_entity, 0), ONE_OF("individual", &sw_cdx_contact, 0), END};
static void check_licensee(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "organization", "individual");
}

static const struct sw_shape licensee = {NULL, licensee_rows, false, check_licensee};
static const struct sw_shape_row licensing_rows[] = {MANY("altIds", TEXT, 0),
    ONE_OF("licensor", &licensee, 0), ONE_OF("licensee", &licensee, 0),
    ONE_OF("purchaser", &licensee, 0), ROW("purchaseOrder", TEXT),
    WORD("licenseTypes", SW_SHAPE_LIST, license_types, 0), ROW("lastRenewal", TIME),
    ROW("expiration", TIME), END};
static const struct sw_shape licensing = {NULL, licensing_rows, false, NULL};
static const struct sw_shape_row detail_rows[] = {NEED("licenseIdentifier", TEXT),
    ROW("bom-ref", NAME), ONE_OF("text", &sw_cdx_attachment, 0), ROW("url", IRI), END};
static const struct sw_shape detail = {NULL, detail_rows, false, NULL};
static const struct sw_shape_row license_rows[] = {ROW_SINCE("bom-ref", NAME, 15),
    ROW_IF("id", TEXT, check_listed), ROW("name", TEXT),
    WORD("acknowledgement", 0, acknowledgements, 16), ONE_OF("text", &sw_cdx_attachment, 0),
    ROW("url", IRI), ONE_OF("licensing", &licensing, 15),
    MANY_OF("properties", &sw_cdx_property, 15), END};
static const struct sw_shape license = {NULL, license_rows, false, check_license};
static const struct sw_shape_row choice_rows[] = {ONE_OF("license", &license, 0),
    ROW_IF("expression", TEXT, check_expression), ROW_SINCE("bom-ref", NAME, 15),
    WORD("acknowledgement", 0, acknowledgements, 16), MANY_OF("expressionDetails", &detail, 17),
    ONE_OF("licensing", &licensing, 17), MANY_OF("properties", &sw_cdx_property, 17), END};
static const struct sw_shape choice = {NULL, choice_rows, false, check_choice};

/* --- evidence --------------------------------------------------------------------------------- */

static const struct sw_shape_row method_rows[] = {
    WORD("technique", SW_SHAPE_REQUIRED, techniques, 0), NEED("confidence", SHARE),
    ROW("value", TEXT), END};
static const struct sw_shape method = {NULL, method_rows, false, NULL};
static const struct sw_shape_row identity_rows[] = {
    WORD("field", SW_SHAPE_REQUIRED, identity_fields, 0), ROW("confidence", SHARE),
    ROW_SINCE("concludedValue", TEXT, 16), MANY_OF("methods", &method, 0), SET("tools", NAME, 0),
    END};
static const struct sw_shape identity = {NULL, identity_rows, false, NULL};
static const struct sw_shape_row occurrence_rows[] = {ROW("bom-ref", NAME), NEED("location", TEXT),
    ROW_SINCE("line", COUNT, 16), ROW_SINCE("offset", COUNT, 16), ROW_SINCE("symbol", TEXT, 16),
    ROW_SINCE("additionalContext", TEXT, 16), END};
static const struct sw_shape occurrence = {NULL, occurrence_rows, false, NULL};
static const struct sw_shape_row copyright_rows[] = {NEED("text", TEXT), END};
static const struct sw_shape copyright = {NULL, copyright_rows, false, NULL};
static const struct sw_shape_row frame_rows[] = {ROW("package", TEXT), NEED("module", TEXT),
    ROW("function", TEXT), MANY("parameters", TEXT, 0), ROW_IF("line", ANY, check_integer),
    ROW_IF("column", ANY, check_integer), ROW("fullFilename", TEXT), END};
static const struct sw_shape frame = {NULL, frame_rows, false, NULL};
static const struct sw_shape_row callstack_rows[] = {MANY_OF("frames", &frame, 0), END};
static const struct sw_shape callstack = {NULL, callstack_rows, false, NULL};
static const struct sw_shape_row evidence_rows[] = {
    {"identity", SW_SHAPE_OBJECT, SW_SHAPE_EITHER, 15, &identity, NULL, NULL},
    MANY_OF("occurrences", &occurrence, 15), ONE_OF("callstack", &callstack, 15),
    MANY_OF("licenses", &choice, 0), MANY_OF("copyright", &copyright, 0), END};
static const struct sw_shape evidence = {NULL, evidence_rows, false, check_choices};

/* --- data and models -------------------------------------------------------------------------- */

static const struct sw_shape_row party_rows[] = {
    ONE_OF("organization", &sw_cdx_entity, 0), ONE_OF("contact", &sw_cdx_contact, 0), END};
static const struct sw_shape party = {NULL, party_rows, false, check_party};
static const struct sw_shape_row governance_rows[] = {MANY_OF("custodians", &party, 0),
    MANY_OF("stewards", &party, 0), MANY_OF("owners", &party, 0), END};
const struct sw_shape sw_cdx_governance = {NULL, governance_rows, false, NULL};
static const struct sw_shape_row contents_rows[] = {ONE_OF("attachment", &sw_cdx_attachment, 0),
    ROW("url", IRI), MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape contents = {NULL, contents_rows, false, NULL};
static const struct sw_shape_row data_rows[] = {ROW("bom-ref", NAME),
    WORD("type", SW_SHAPE_REQUIRED, data_types, 0), ROW("name", TEXT),
    ONE_OF("contents", &contents, 0), ROW("classification", TEXT),
    {"sensitiveData", SW_SHAPE_TEXT, SW_SHAPE_EITHER, 0, NULL, NULL, NULL},
    ONE_OF("graphics", &graphics, 0), ROW("description", TEXT),
    ONE_OF("governance", &sw_cdx_governance, 0), END};
static const struct sw_shape data = {NULL, data_rows, false, NULL};
static const struct sw_shape_row data_ref_rows[] = {ROW("ref", REFERENCE), END};
static const struct sw_shape data_ref = {NULL, data_ref_rows, false, NULL};

static void check_dataset(struct sw_shape_walk *walk, const struct sw_json *value)
{
    sw_shape_object(walk, sw_json_get(value, "type") == NULL ? &data_ref : &data, value);
}

static const struct sw_shape_row approach_rows[] = {WORD("type", 0, approaches, 0), END};
static const struct sw_shape approach = {NULL, approach_rows, false, NULL};
static const struct sw_shape_row io_rows[] = {ROW("format", TEXT), END};
static const struct sw_shape io = {NULL, io_rows, false, NULL};
static const struct sw_shape_row parameter_rows[] = {ONE_OF("approach", &approach, 0),
    ROW("task", TEXT), ROW("architectureFamily", TEXT), ROW("modelArchitecture", TEXT),
    {"datasets", SW_SHAPE_ANY, SW_SHAPE_LIST, 0, NULL, NULL, check_dataset},
    MANY_OF("inputs", &io, 0), MANY_OF("outputs", &io, 0), END};
static const struct sw_shape parameters = {NULL, parameter_rows, false, NULL};
static const struct sw_shape_row interval_rows[] = {
    ROW("lowerBound", TEXT), ROW("upperBound", TEXT), END};
static const struct sw_shape interval = {NULL, interval_rows, false, NULL};
static const struct sw_shape_row metric_rows[] = {ROW("type", TEXT), ROW("value", TEXT),
    ROW("slice", TEXT), ONE_OF("confidenceInterval", &interval, 0), END};
static const struct sw_shape metric = {NULL, metric_rows, false, NULL};
static const struct sw_shape_row analysis_rows[] = {
    MANY_OF("performanceMetrics", &metric, 0), ONE_OF("graphics", &graphics, 0), END};
static const struct sw_shape analysis = {NULL, analysis_rows, false, NULL};
static const struct sw_shape_row risk_rows[] = {
    ROW("name", TEXT), ROW("mitigationStrategy", TEXT), END};
static const struct sw_shape risk = {NULL, risk_rows, false, NULL};
static const struct sw_shape_row energy_rows[] = {
    {"value", SW_SHAPE_ANY, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_quantity},
    WORD("unit", SW_SHAPE_REQUIRED, energy_units, 0), END};
static const struct sw_shape energy = {NULL, energy_rows, false, NULL};
static const struct sw_shape_row carbon_rows[] = {
    {"value", SW_SHAPE_ANY, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_quantity},
    WORD("unit", SW_SHAPE_REQUIRED, carbon_units, 0), END};
static const struct sw_shape carbon = {NULL, carbon_rows, false, NULL};
static const struct sw_shape_row provider_rows[] = {ROW("bom-ref", NAME), ROW("description", TEXT),
    {"organization", SW_SHAPE_OBJECT, SW_SHAPE_REQUIRED, 0, &sw_cdx_entity, NULL, NULL},
    WORD("energySource", SW_SHAPE_REQUIRED, energies, 0),
    {"energyProvided", SW_SHAPE_OBJECT, SW_SHAPE_REQUIRED, 0, &energy, NULL, NULL},
    MANY_OF("externalReferences", &sw_cdx_reference, 0), END};
static const struct sw_shape provider = {NULL, provider_rows, false, NULL};
static const struct sw_shape_row consumption_rows[] = {
    WORD("activity", SW_SHAPE_REQUIRED, activities, 0),
    {"energyProviders", SW_SHAPE_OBJECT, SW_SHAPE_REQUIRED | SW_SHAPE_LIST, 0, &provider, NULL,
        NULL},
    {"activityEnergyCost", SW_SHAPE_OBJECT, SW_SHAPE_REQUIRED, 0, &energy, NULL, NULL},
    ONE_OF("co2CostEquivalent", &carbon, 0), ONE_OF("co2CostOffset", &carbon, 0),
    MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape consumption = {NULL, consumption_rows, false, NULL};
static const struct sw_shape_row environment_rows[] = {
    MANY_OF("energyConsumptions", &consumption, 0), MANY_OF("properties", &sw_cdx_property, 0),
    END};
static const struct sw_shape environment = {NULL, environment_rows, false, NULL};
static const struct sw_shape_row fairness_rows[] = {ROW("groupAtRisk", TEXT), ROW("benefits", TEXT),
    ROW("harms", TEXT), ROW("mitigationStrategy", TEXT), END};
static const struct sw_shape fairness = {NULL, fairness_rows, false, NULL};
static const struct sw_shape_row consideration_rows[] = {MANY("users", TEXT, 0),
    MANY("useCases", TEXT, 0), MANY("technicalLimitations", TEXT, 0),
    MANY("performanceTradeoffs", TEXT, 0), MANY_OF("ethicalConsiderations", &risk, 0),
    ONE_OF("environmentalConsiderations", &environment, 16),
    MANY_OF("fairnessAssessments", &fairness, 0), END};
static const struct sw_shape considerations = {NULL, consideration_rows, false, NULL};
static const struct sw_shape_row card_rows[] = {ROW("bom-ref", NAME),
    ONE_OF("modelParameters", &parameters, 0), ONE_OF("quantitativeAnalysis", &analysis, 0),
    ONE_OF("considerations", &considerations, 0), MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape card = {NULL, card_rows, false, NULL};

/* --- components and services ------------------------------------------------------------------ */

static const struct sw_shape_word issue_types[] = {
    {"defect", 14}, {"enhancement", 14}, {"security", 14}, {NULL, 0}};
static const struct sw_shape_word patch_types[] = {
    {"unofficial", 14}, {"monkey", 14}, {"backport", 14}, {"cherry-pick", 14}, {NULL, 0}};
static const struct sw_shape_row origin_rows[] = {ROW("name", TEXT), ROW("url", IRI), END};
static const struct sw_shape origin = {NULL, origin_rows, false, NULL};
static const struct sw_shape_row change_rows[] = {
    ONE_OF("text", &sw_cdx_attachment, 0), ROW("url", IRI), END};
static const struct sw_shape change = {NULL, change_rows, false, NULL};
static const struct sw_shape_row issue_rows[] = {WORD("type", SW_SHAPE_REQUIRED, issue_types, 0),
    ROW("id", TEXT), ROW("name", TEXT), ROW("description", TEXT), ONE_OF("source", &origin, 0),
    MANY("references", IRI, 0), END};
const struct sw_shape sw_cdx_issue = {NULL, issue_rows, false, NULL};
static const struct sw_shape_row patch_rows[] = {WORD("type", SW_SHAPE_REQUIRED, patch_types, 0),
    ONE_OF("diff", &change, 0), MANY_OF("resolves", &sw_cdx_issue, 0), END};
static const struct sw_shape patch = {NULL, patch_rows, false, NULL};
static const struct sw_shape_row action_rows[] = {
    ROW("timestamp", TIME), ROW("name", TEXT), ROW_IF("email", TEXT, check_email), END};
static const struct sw_shape action = {NULL, action_rows, false, NULL};
static const struct sw_shape_row commit_rows[] = {ROW("uid", TEXT), ROW("url", IRI),
    ONE_OF("author", &action, 0), ONE_OF("committer", &action, 0), ROW("message", TEXT), END};
static const struct sw_shape commit = {NULL, commit_rows, false, NULL};
static const struct sw_shape_row pedigree_rows[] = {MANY_OF("ancestors", &sw_cdx_component, 0),
    MANY_OF("descendants", &sw_cdx_component, 0), MANY_OF("variants", &sw_cdx_component, 0),
    MANY_OF("commits", &commit, 0), MANY_OF("patches", &patch, 0), ROW("notes", TEXT), END};
static const struct sw_shape pedigree = {NULL, pedigree_rows, false, NULL};
static const struct sw_shape_row component_rows[] = {WORD("type", SW_SHAPE_REQUIRED, types, 0),
    ROW_IF("mime-type", TEXT, check_media_type), ROW("bom-ref", NAME),
    ONE_OF("supplier", &sw_cdx_entity, 0), ONE_OF("manufacturer", &sw_cdx_entity, 16),
    MANY_OF("authors", &sw_cdx_contact, 16), ROW("author", TEXT), ROW("publisher", TEXT),
    ROW("group", TEXT), NEED("name", TEXT), ROW_IF("version", TEXT, sw_cdx_check_version),
    ROW_SINCE("versionRange", NAME, 17), ROW_SINCE("isExternal", TRUTH, 17),
    ROW("description", TEXT), WORD("scope", 0, scopes, 0), MANY_OF("hashes", &sw_cdx_hash, 0),
    MANY_OF("licenses", &choice, 0), ROW("copyright", TEXT),
    MANY_OF("patentAssertions", &sw_cdx_patent_assertion, 17), ROW("cpe", TEXT),
    ROW_IF("purl", TEXT, check_purl), MANY("omniborId", TEXT, 16), MANY("swhid", TEXT, 16),
    ONE_OF("swid", &swid, 0), ROW("modified", TRUTH), ONE_OF("pedigree", &pedigree, 0),
    MANY_OF("externalReferences", &sw_cdx_reference, 0), SET_OF("components", &sw_cdx_component, 0),
    ONE_OF("evidence", &evidence, 0), ONE_OF("releaseNotes", &sw_cdx_release_notes, 0),
    ONE_OF("modelCard", &card, 15), MANY_OF("data", &data, 15),
    ROW_SINCE("cryptoProperties", ANY, 16), MANY_OF("properties", &sw_cdx_property, 0),
    MANY("tags", TEXT, 16), ONE_OF("signature", &sw_cdx_signature, 0), END};
const struct sw_shape sw_cdx_component = {NULL, component_rows, false, check_component};

static const struct sw_shape_row service_data_rows[] = {WORD("flow", SW_SHAPE_REQUIRED, flows, 0),
    NEED("classification", TEXT), ROW_SINCE("name", TEXT, 15), ROW_SINCE("description", TEXT, 15),
    ONE_OF("governance", &sw_cdx_governance, 15), MANY("source", IRI, 15),
    MANY("destination", IRI, 15), END};
static const struct sw_shape service_data = {NULL, service_data_rows, false, NULL};
static const struct sw_shape_row service_rows[] = {ROW("bom-ref", NAME),
    ONE_OF("provider", &sw_cdx_entity, 0), ROW("group", TEXT), NEED("name", TEXT),
    ROW_IF("version", TEXT, sw_cdx_check_version), ROW("description", TEXT),
    MANY("endpoints", IRI, 0), ROW("authenticated", TRUTH), ROW("x-trust-boundary", TRUTH),
    ROW_SINCE("trustZone", TEXT, 15), MANY_OF("data", &service_data, 0),
    MANY_OF("licenses", &choice, 0), MANY_OF("patentAssertions", &sw_cdx_patent_assertion, 17),
    MANY_OF("externalReferences", &sw_cdx_reference, 0), SET_OF("services", &sw_cdx_service, 0),
    ONE_OF("releaseNotes", &sw_cdx_release_notes, 0), MANY_OF("properties", &sw_cdx_property, 0),
    MANY("tags", TEXT, 16), ONE_OF("signature", &sw_cdx_signature, 0), END};
const struct sw_shape sw_cdx_service = {NULL, service_rows, false, check_choices};

/* --- the document ----------------------------------------------------------------------------- */

static const struct sw_shape_row lifecycle_rows[] = {
    WORD("phase", 0, phases, 0), ROW("name", TEXT), ROW("description", TEXT), END};
static const struct sw_shape lifecycle = {NULL, lifecycle_rows, false, check_lifecycle};
static const struct sw_shape_row tool_rows[] = {ROW("vendor", TEXT), ROW("name", TEXT),
    ROW("version", TEXT), MANY_OF("hashes", &sw_cdx_hash, 0),
    MANY_OF("externalReferences", &sw_cdx_reference, 0), END};
static const struct sw_shape tool = {NULL, tool_rows, false, NULL};
static const struct sw_shape_row tools_rows[] = {
    SET_OF("components", &sw_cdx_component, 0), SET_OF("services", &sw_cdx_service, 0), END};
static const struct sw_shape tools = {NULL, tools_rows, false, NULL};

/* A list of the older kind, or what 1.5 made of it. */
void sw_cdx_check_tools(struct sw_shape_walk *walk, const struct sw_json *value)
{
    if (value->type == SW_JSON_OBJECT && walk->version >= 15) {
        sw_shape_object(walk, &tools, value);
        return;
    }
    if (value->type != SW_JSON_ARRAY) {
        sw_shape_problem(walk, "it is %s, not a list of tools", sw_json_type_name(value->type));
        return;
    }
    for (size_t i = 0; i < value->count; i++) {
        size_t mark = sw_shape_enter_item(walk, i);
        sw_shape_object(walk, &tool, &value->items[i]);
        sw_shape_leave(walk, mark);
    }
}

static const struct sw_shape_row distribution_rows[] = {WORD("tlp", 0, tlp_words, 0), END};
static const struct sw_shape distribution = {NULL, distribution_rows, false, NULL};
static const struct sw_shape_row metadata_rows[] = {ROW("timestamp", TIME),
    MANY_OF("lifecycles", &lifecycle, 15), ROW_IF("tools", ANY, sw_cdx_check_tools),
    ONE_OF("manufacturer", &sw_cdx_entity, 16), MANY_OF("authors", &sw_cdx_contact, 0),
    ONE_OF("component", &sw_cdx_component, 0), ONE_OF("manufacture", &sw_cdx_entity, 0),
    ONE_OF("supplier", &sw_cdx_entity, 0), MANY_OF("licenses", &choice, 0),
    MANY_OF("properties", &sw_cdx_property, 0),
    ONE_OF("distributionConstraints", &distribution, 17), END};
static const struct sw_shape metadata = {NULL, metadata_rows, false, check_choices};
static const struct sw_shape_row dependency_rows[] = {
    NEED("ref", REFERENCE), SET("dependsOn", REFERENCE, 0), SET("provides", REFERENCE, 16), END};
static const struct sw_shape dependency = {NULL, dependency_rows, false, NULL};
static const struct sw_shape_row composition_rows[] = {ROW_SINCE("bom-ref", NAME, 15),
    WORD("aggregate", SW_SHAPE_REQUIRED, aggregates, 0), SET("assemblies", REFERENCE, 0),
    SET("dependencies", REFERENCE, 0), SET("vulnerabilities", REFERENCE, 15),
    ONE_OF("signature", &sw_cdx_signature, 0), END};
static const struct sw_shape composition = {NULL, composition_rows, false, NULL};
static const struct sw_shape_row citation_rows[] = {ROW("bom-ref", NAME),
    {"pointers", SW_SHAPE_TEXT, SW_SHAPE_LIST | SW_SHAPE_FULL, 0, NULL, NULL, NULL},
    {"expressions", SW_SHAPE_TEXT, SW_SHAPE_LIST | SW_SHAPE_FULL, 0, NULL, NULL, NULL},
    NEED("timestamp", TIME), ROW("attributedTo", REFERENCE), ROW("process", REFERENCE),
    ROW("note", TEXT), ONE_OF("signature", &sw_cdx_signature, 0), END};
static const struct sw_shape citation = {NULL, citation_rows, false, check_citation};

static void check_number(struct sw_shape_walk *walk, const struct sw_json *value)
{
    uint64_t number;
    if (!sw_json_u64(value, &number) || number == 0) {
        sw_shape_problem(walk, "it is no whole number from 1");
    }
}

static const struct sw_shape_row bom_rows[] = {ROW("$schema", TEXT),
    WORD("bomFormat", SW_SHAPE_REQUIRED, formats, 0), NEED("specVersion", TEXT),
    ROW_IF("serialNumber", TEXT, check_serial), ROW_IF("version", ANY, check_number),
    ONE_OF("metadata", &metadata, 0), SET_OF("components", &sw_cdx_component, 0),
    SET_OF("services", &sw_cdx_service, 0), MANY_OF("externalReferences", &sw_cdx_reference, 0),
    SET_OF("dependencies", &dependency, 0), SET_OF("compositions", &composition, 0),
    SET_OF("vulnerabilities", &sw_cdx_vulnerability, 0),
    SET_OF("annotations", &sw_cdx_annotation, 15), SET_OF("formulation", &sw_cdx_formula, 15),
    ONE_OF("declarations", &sw_cdx_declarations, 16),
    ONE_OF("definitions", &sw_cdx_definitions, 16), SET_OF("citations", &citation, 17),
    MANY_OF("properties", &sw_cdx_property, 15), ONE_OF("signature", &sw_cdx_signature, 0), END};
static const struct sw_shape bom = {NULL, bom_rows, false, NULL};

/* Names are given all over a document, also where it is not looked into. The depth is that of the
 * parser. Below `formulation` one may stand several times, since it says there what is meant. */
static void define_names(struct sw_shape_walk *walk, const struct sw_json *value, bool freely)
{
    struct sw_str name;
    SW_JSON_EACH_MEMBER (member, value) {
        const bool free = freely || sw_str_is(member->name, "formulation");
        size_t mark = sw_shape_enter(walk, member->name);
        if (sw_str_is(member->name, "bom-ref") && sw_json_str(&member->value, &name)) {
            sw_shape_define(walk, name, freely);
        }
        define_names(walk, &member->value, free);
        sw_shape_leave(walk, mark);
    }
    for (size_t i = 0; value->type == SW_JSON_ARRAY && i < value->count; i++) {
        size_t mark = sw_shape_enter_item(walk, i);
        define_names(walk, &value->items[i], freely);
        sw_shape_leave(walk, mark);
    }
}

/* A BOM-Link leads to another document. */
static bool leads_outside(struct sw_str name)
{
    return sw_str_starts(name, "urn:cdx:");
}

void sw_bom_check_cyclonedx(struct sw_shape_walk *walk, const struct sw_json *document)
{
    static const struct {
        const char *text;
        unsigned number;
    } versions[] = {{"1.4", 14}, {"1.5", 15}, {"1.6", 16}, {"1.7", 17}};
    walk->out->spec = sw_str("");
    (void)sw_json_str(sw_json_get(document, "specVersion"), &walk->out->spec);
    for (size_t i = 0; i < SW_COUNT(versions); i++) {
        walk->version =
            sw_str_is(walk->out->spec, versions[i].text) ? versions[i].number : walk->version;
    }
    if (walk->version == 0) {
        size_t mark = sw_shape_enter(walk, sw_str("specVersion"));
        sw_shape_problem(walk, "only 1.4 to 1.7 are read");
        sw_shape_leave(walk, mark);
        return;
    }
    define_names(walk, document, false);
    sw_shape_object(walk, &bom, document);
    sw_shape_resolve(walk, leads_outside);
}
