/* SPDX 3.0.1 as JSON-LD: the classes of Core, Software, AI, Dataset, SimpleLicensing, Security and
 * Build as tables. Of ExpandedLicensing and of extensions only what every element has is looked at.
 */
#include "supply/ascii.h"
#include "supply/bom_shape.h"
#include "supply/purl.h"
#include "supply/spdx_expression.h"

/* clang-format off */
#define END {NULL, 0, 0, 0, NULL, NULL, NULL}
#define ROW(name, kind) {name, SW_SHAPE_##kind, 0, 0, NULL, NULL, NULL}
#define ROW_IF(name, kind, flags, check) {name, SW_SHAPE_##kind, flags, 0, NULL, NULL, check}
#define NEED(name, kind) {name, SW_SHAPE_##kind, SW_SHAPE_REQUIRED, 0, NULL, NULL, NULL}
#define MANY(name, kind) {name, SW_SHAPE_##kind, SW_SHAPE_LIST, 0, NULL, NULL, NULL}
#define WORD(name, flags, words) {name, SW_SHAPE_WORD, flags, 0, NULL, words, NULL}
#define MANY_OF(name, shape) {name, SW_SHAPE_OBJECT, SW_SHAPE_LIST, 0, shape, NULL, NULL}
/* clang-format on */

#define FULL (SW_SHAPE_REQUIRED | SW_SHAPE_LIST | SW_SHAPE_FULL)

static const struct sw_shape_word presence[] = {
    {"yes", 0}, {"no", 0}, {"noAssertion", 0}, {NULL, 0}};
static const struct sw_shape_word completeness[] = {
    {"complete", 0}, {"incomplete", 0}, {"noAssertion", 0}, {NULL, 0}};
static const struct sw_shape_word risks[] = {
    {"serious", 0}, {"high", 0}, {"medium", 0}, {"low", 0}, {NULL, 0}};
static const struct sw_shape_word file_kinds[] = {{"file", 0}, {"directory", 0}, {NULL, 0}};
static const struct sw_shape_word levels[] = {
    {"red", 0}, {"amber", 0}, {"green", 0}, {"clear", 0}, {NULL, 0}};
static const struct sw_shape_word availability[] = {{"clickthrough", 0}, {"directDownload", 0},
    {"query", 0}, {"registration", 0}, {"scrapingScript", 0}, {NULL, 0}};
static const struct sw_shape_word dataset_types[] = {{"audio", 0}, {"categorical", 0}, {"graph", 0},
    {"image", 0}, {"noAssertion", 0}, {"numeric", 0}, {"other", 0}, {"sensor", 0},
    {"structured", 0}, {"syntactic", 0}, {"text", 0}, {"timeseries", 0}, {"timestamp", 0},
    {"video", 0}, {NULL, 0}};
static const struct sw_shape_word sbom_types[] = {{"analyzed", 0}, {"build", 0}, {"deployed", 0},
    {"design", 0}, {"runtime", 0}, {"source", 0}, {NULL, 0}};
static const struct sw_shape_word profiles[] = {{"ai", 0}, {"build", 0}, {"core", 0},
    {"dataset", 0}, {"expandedLicensing", 0}, {"extension", 0}, {"lite", 0}, {"security", 0},
    {"simpleLicensing", 0}, {"software", 0}, {NULL, 0}};
static const struct sw_shape_word purposes[] = {{"application", 0}, {"archive", 0}, {"bom", 0},
    {"configuration", 0}, {"container", 0}, {"data", 0}, {"device", 0}, {"deviceDriver", 0},
    {"diskImage", 0}, {"documentation", 0}, {"evidence", 0}, {"executable", 0}, {"file", 0},
    {"filesystemImage", 0}, {"firmware", 0}, {"framework", 0}, {"install", 0}, {"library", 0},
    {"manifest", 0}, {"model", 0}, {"module", 0}, {"operatingSystem", 0}, {"other", 0},
    {"patch", 0}, {"platform", 0}, {"requirement", 0}, {"source", 0}, {"specification", 0},
    {"test", 0}, {NULL, 0}};
static const struct sw_shape_word identifiers[] = {{"cpe22", 0}, {"cpe23", 0}, {"cve", 0},
    {"email", 0}, {"gitoid", 0}, {"other", 0}, {"packageUrl", 0}, {"securityOther", 0},
    {"swhid", 0}, {"swid", 0}, {"urlScheme", 0}, {NULL, 0}};
static const struct sw_shape_word hash_types[] = {
    {"Hash", 0}, {"PackageVerificationCode", 0}, {"software_ContentIdentifier", 0}, {NULL, 0}};
static const struct sw_shape_word identifier_types[] = {{"ExternalIdentifier", 0}, {NULL, 0}};
static const struct sw_shape_word external_types[] = {{"ExternalRef", 0}, {NULL, 0}};
static const struct sw_shape_word entry_types[] = {{"DictionaryEntry", 0}, {NULL, 0}};
static const struct sw_shape_word algorithms[] = {{"adler32", 0}, {"blake2b256", 0},
    {"blake2b384", 0}, {"blake2b512", 0}, {"blake3", 0}, {"crystalsDilithium", 0},
    {"crystalsKyber", 0}, {"falcon", 0}, {"md2", 0}, {"md4", 0}, {"md5", 0}, {"md6", 0},
    {"other", 0}, {"sha1", 0}, {"sha224", 0}, {"sha256", 0}, {"sha384", 0}, {"sha3_224", 0},
    {"sha3_256", 0}, {"sha3_384", 0}, {"sha3_512", 0}, {"sha512", 0}, {NULL, 0}};
static const struct sw_shape_word relations[] = {{"affects", 0}, {"amendedBy", 0},
    {"ancestorOf", 0}, {"availableFrom", 0}, {"configures", 0}, {"contains", 0},
    {"coordinatedBy", 0}, {"copiedTo", 0}, {"delegatedTo", 0}, {"dependsOn", 0},
    {"descendantOf", 0}, {"describes", 0}, {"doesNotAffect", 0}, {"expandsTo", 0},
    {"exploitCreatedBy", 0}, {"fixedBy", 0}, {"fixedIn", 0}, {"foundBy", 0}, {"generates", 0},
    {"hasAddedFile", 0}, {"hasAssessmentFor", 0}, {"hasAssociatedVulnerability", 0},
    {"hasConcludedLicense", 0}, {"hasDataFile", 0}, {"hasDeclaredLicense", 0},
    {"hasDeletedFile", 0}, {"hasDependencyManifest", 0}, {"hasDistributionArtifact", 0},
    {"hasDocumentation", 0}, {"hasDynamicLink", 0}, {"hasEvidence", 0}, {"hasExample", 0},
    {"hasHost", 0}, {"hasInput", 0}, {"hasMetadata", 0}, {"hasOptionalComponent", 0},
    {"hasOptionalDependency", 0}, {"hasOutput", 0}, {"hasPrerequisite", 0},
    {"hasProvidedDependency", 0}, {"hasRequirement", 0}, {"hasSpecification", 0},
    {"hasStaticLink", 0}, {"hasTest", 0}, {"hasTestCase", 0}, {"hasVariant", 0}, {"invokedBy", 0},
    {"modifiedBy", 0}, {"other", 0}, {"packagedBy", 0}, {"patchedBy", 0}, {"publishedBy", 0},
    {"reportedBy", 0}, {"republishedBy", 0}, {"serializedInArtifact", 0}, {"testedOn", 0},
    {"trainedOn", 0}, {"underInvestigationFor", 0}, {"usesTool", 0}, {NULL, 0}};

static const struct sw_shape_word annotations[] = {{"other", 0}, {"review", 0}, {NULL, 0}};
static const struct sw_shape_word energy_units[] = {
    {"kilowattHour", 0}, {"megajoule", 0}, {"other", 0}, {NULL, 0}};
static const struct sw_shape_word severities[] = {
    {"critical", 0}, {"high", 0}, {"low", 0}, {"medium", 0}, {"none", 0}, {NULL, 0}};
static const struct sw_shape_word decisions[] = {
    {"act", 0}, {"attend", 0}, {"track", 0}, {"trackStar", 0}, {NULL, 0}};
static const struct sw_shape_word exploit_lists[] = {{"kev", 0}, {"other", 0}, {NULL, 0}};
static const struct sw_shape_word justifications[] = {{"componentNotPresent", 0},
    {"inlineMitigationsAlreadyExist", 0}, {"vulnerableCodeCannotBeControlledByAdversary", 0},
    {"vulnerableCodeNotInExecutePath", 0}, {"vulnerableCodeNotPresent", 0}, {NULL, 0}};
static const struct sw_shape_word content_types[] = {{"gitoid", 0}, {"swhid", 0}, {NULL, 0}};
static const struct sw_shape_word energy_types[] = {{"ai_EnergyConsumption", 0}, {NULL, 0}};
static const struct sw_shape_word quantity_types[] = {
    {"ai_EnergyConsumptionDescription", 0}, {NULL, 0}};
static const struct sw_shape_word range_types[] = {{"PositiveIntegerRange", 0}, {NULL, 0}};
static const struct sw_shape_word map_types[] = {{"NamespaceMap", 0}, {NULL, 0}};
static const struct sw_shape_word import_types[] = {{"ExternalMap", 0}, {NULL, 0}};
static const struct sw_shape_word content_classes[] = {
    {"software_ContentIdentifier", 0}, {NULL, 0}};

/* --- what a table cannot say ------------------------------------------------------------------ */

static void check_hash(struct sw_shape_walk *walk, const struct sw_json *object)
{
    struct sw_str alg = sw_str("");
    struct sw_str value = sw_str("");
    (void)sw_json_str(sw_json_get(object, "algorithm"), &alg);
    (void)sw_json_str(sw_json_get(object, "hashValue"), &value);
    if (sw_json_is(sw_json_get(object, "type"), "Hash") && (alg.len == 0 || value.len == 0)) {
        sw_shape_problem(walk, "'algorithm' or 'hashValue' is missing");
        return;
    }
    const size_t digits = sw_bom_hash_digits(alg);
    if (digits > 0 && !sw_bom_is_hex(value, digits)) {
        sw_shape_problem(
            walk, "a hash of %.*s has %zu hexadecimal digits", (int)alg.len, alg.ptr, digits);
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

static void check_identifier(struct sw_shape_walk *walk, const struct sw_json *object)
{
    const struct sw_json *value = sw_json_get(object, "identifier");
    if (value != NULL && sw_json_is(sw_json_get(object, "externalIdentifierType"), "packageUrl")) {
        check_purl(walk, value);
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

/* An IRI with a scheme; blank nodes have other names. */
static void check_id(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    const char *colon = text.len < 3 ? NULL : memchr(text.ptr + 1, ':', text.len - 2);
    if (colon == NULL || sw_str_starts(text, "_:")) {
        sw_shape_problem(walk, "it is no IRI");
    }
}

/* SemVer; the one version that is read. */
static void check_spec(struct sw_shape_walk *walk, const struct sw_json *value)
{
    if (!sw_json_is(value, "3.0.1")) {
        sw_shape_problem(walk, "only 3.0.1 is read");
    }
}

/* Whole seconds, UTC (Core/DateTime). */
static void check_time(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    int64_t time;
    (void)sw_json_str(value, &text);
    if (text.len != 20 || text.ptr[19] != 'Z' || !sw_time_parse(text, &time)) {
        sw_shape_problem(walk, "it is not a time like 2026-11-23T01:02:03Z");
    }
}

/* A number, or its digits as text. */
static void check_decimal(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text;
    size_t i = 0;
    size_t digits = 0;
    if (value->type == SW_JSON_NUMBER) {
        return;
    }
    if (sw_json_str(value, &text)) {
        i = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
        for (; i < text.len && sw_ascii_digit(text.ptr[i]); i++) {
            digits++;
        }
        i += digits > 0 && i < text.len && text.ptr[i] == '.' ? 1 : 0;
        while (digits > 0 && i < text.len && sw_ascii_digit(text.ptr[i])) {
            i++;
        }
    }
    if (digits == 0 || i != text.len) {
        sw_shape_problem(walk, "it is no decimal number");
    }
}

static void check_place(struct sw_shape_walk *walk, const struct sw_json *value)
{
    uint64_t number;
    if (!sw_json_u64(value, &number) || number == 0) {
        sw_shape_problem(walk, "it is no whole number from 1");
    }
}

static void check_media_type(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    const char *slash = text.len < 3 ? NULL : memchr(text.ptr + 1, '/', text.len - 2);
    const size_t behind = slash == NULL ? 0 : (size_t)(text.ptr + text.len - slash) - 1;
    if (slash == NULL || text.ptr[0] == '/' || memchr(slash + 1, '/', behind) != NULL) {
        sw_shape_problem(walk, "it is no media type");
    }
}

/* --- classes ---------------------------------------------------------------------------------- */

static const struct sw_shape_row hash_rows[] = {WORD("type", SW_SHAPE_REQUIRED, hash_types),
    ROW("comment", TEXT), WORD("algorithm", 0, algorithms), ROW("hashValue", TEXT),
    MANY("packageVerificationCodeExcludedFile", TEXT), END};
static const struct sw_shape hash = {NULL, hash_rows, false, check_hash};
static const struct sw_shape_row identifier_rows[] = {
    WORD("type", SW_SHAPE_REQUIRED, identifier_types),
    WORD("externalIdentifierType", SW_SHAPE_REQUIRED, identifiers), NEED("identifier", TEXT),
    ROW("comment", TEXT), MANY("identifierLocator", TEXT), ROW("issuingAuthority", TEXT), END};
static const struct sw_shape identifier = {NULL, identifier_rows, false, check_identifier};
static const struct sw_shape_row external_rows[] = {WORD("type", SW_SHAPE_REQUIRED, external_types),
    ROW("comment", TEXT), ROW("contentType", TEXT), ROW("externalRefType", TEXT),
    MANY("locator", TEXT), END};
static const struct sw_shape external = {NULL, external_rows, false, NULL};
static const struct sw_shape_row entry_rows[] = {
    WORD("type", SW_SHAPE_REQUIRED, entry_types), NEED("key", TEXT), ROW("value", TEXT), END};
static const struct sw_shape entry = {NULL, entry_rows, false, NULL};

static const struct sw_shape_row creation_rows[] = {NEED("type", TEXT), ROW("@id", NAME),
    ROW_IF("specVersion", TEXT, SW_SHAPE_REQUIRED, check_spec),
    ROW_IF("created", TEXT, SW_SHAPE_REQUIRED, check_time), ROW("comment", TEXT),
    {"createdBy", SW_SHAPE_REFERENCE, FULL, 0, NULL, NULL, NULL}, MANY("createdUsing", REFERENCE),
    END};
static const struct sw_shape creation = {NULL, creation_rows, false, NULL};

static const struct sw_shape_row element_rows[] = {NEED("type", TEXT),
    ROW_IF("spdxId", TEXT, SW_SHAPE_REQUIRED, check_id), NEED("creationInfo", REFERENCE),
    ROW("name", TEXT), ROW("comment", TEXT), ROW("description", TEXT), ROW("summary", TEXT),
    MANY("extension", ANY), MANY_OF("externalIdentifier", &identifier),
    MANY_OF("externalRef", &external), MANY_OF("verifiedUsing", &hash), END};
static const struct sw_shape element = {NULL, element_rows, false, NULL};
static const struct sw_shape other = {NULL, element_rows, true, NULL};

static const struct sw_shape_row content_rows[] = {WORD("type", SW_SHAPE_REQUIRED, content_classes),
    ROW("comment", TEXT), WORD("software_contentIdentifierType", SW_SHAPE_REQUIRED, content_types),
    NEED("software_contentIdentifierValue", TEXT), END};
static const struct sw_shape content = {NULL, content_rows, false, NULL};
static const struct sw_shape_row quantity_rows[] = {WORD("type", SW_SHAPE_REQUIRED, quantity_types),
    ROW_IF("ai_energyQuantity", ANY, SW_SHAPE_REQUIRED, check_decimal),
    WORD("ai_energyUnit", SW_SHAPE_REQUIRED, energy_units), END};
static const struct sw_shape quantity = {NULL, quantity_rows, false, NULL};
static const struct sw_shape_row energy_rows[] = {WORD("type", SW_SHAPE_REQUIRED, energy_types),
    MANY_OF("ai_finetuningEnergyConsumption", &quantity),
    MANY_OF("ai_inferenceEnergyConsumption", &quantity),
    MANY_OF("ai_trainingEnergyConsumption", &quantity), END};
static const struct sw_shape energy = {NULL, energy_rows, false, NULL};
static const struct sw_shape_row map_rows[] = {
    WORD("type", SW_SHAPE_REQUIRED, map_types), NEED("namespace", TEXT), NEED("prefix", TEXT), END};
static const struct sw_shape map = {NULL, map_rows, false, NULL};
static const struct sw_shape_row import_rows[] = {WORD("type", SW_SHAPE_REQUIRED, import_types),
    NEED("externalSpdxId", TEXT), ROW("locationHint", TEXT), ROW("definingArtifact", REFERENCE),
    MANY_OF("verifiedUsing", &hash), END};
static const struct sw_shape import = {NULL, import_rows, false, NULL};
static const struct sw_shape_row range_rows[] = {WORD("type", SW_SHAPE_REQUIRED, range_types),
    ROW_IF("beginIntegerRange", ANY, SW_SHAPE_REQUIRED, check_place),
    ROW_IF("endIntegerRange", ANY, SW_SHAPE_REQUIRED, check_place), END};
static const struct sw_shape range = {NULL, range_rows, false, NULL};

static const struct sw_shape_row artifact_rows[] = {ROW_IF("builtTime", TEXT, 0, check_time),
    ROW_IF("releaseTime", TEXT, 0, check_time), ROW_IF("validUntilTime", TEXT, 0, check_time),
    MANY("originatedBy", REFERENCE), ROW("suppliedBy", REFERENCE), MANY("standardName", TEXT),
    MANY("supportLevel", TEXT), MANY("software_attributionText", TEXT),
    MANY_OF("software_contentIdentifier", &content), ROW("software_copyrightText", TEXT),
    WORD("software_primaryPurpose", 0, purposes),
    WORD("software_additionalPurpose", SW_SHAPE_LIST, purposes), END};
static const struct sw_shape artifact = {&element, artifact_rows, false, NULL};
static const struct sw_shape_row file_rows[] = {
    ROW("contentType", TEXT), WORD("software_fileKind", 0, file_kinds), END};
static const struct sw_shape file = {&artifact, file_rows, false, NULL};
static const struct sw_shape_row package_rows[] = {ROW("software_downloadLocation", TEXT),
    ROW("software_homePage", TEXT), ROW_IF("software_packageUrl", TEXT, 0, check_purl),
    ROW("software_packageVersion", TEXT), ROW("software_sourceInfo", TEXT), END};
static const struct sw_shape package = {&artifact, package_rows, false, NULL};
static const struct sw_shape_row ai_rows[] = {WORD("ai_autonomyType", 0, presence),
    MANY("ai_domain", TEXT), {"ai_energyConsumption", SW_SHAPE_OBJECT, 0, 0, &energy, NULL, NULL},
    MANY_OF("ai_hyperparameter", &entry), ROW("ai_informationAboutApplication", TEXT),
    ROW("ai_informationAboutTraining", TEXT), ROW("ai_limitation", TEXT),
    MANY_OF("ai_metric", &entry), MANY_OF("ai_metricDecisionThreshold", &entry),
    MANY("ai_modelDataPreprocessing", TEXT), MANY("ai_modelExplainability", TEXT),
    WORD("ai_safetyRiskAssessment", 0, risks), MANY("ai_standardCompliance", TEXT),
    MANY("ai_typeOfModel", TEXT), WORD("ai_useSensitivePersonalInformation", 0, presence), END};
static const struct sw_shape ai = {&package, ai_rows, false, NULL};
static const struct sw_shape_row dataset_rows[] = {WORD("dataset_datasetType", FULL, dataset_types),
    MANY("dataset_anonymizationMethodUsed", TEXT), WORD("dataset_confidentialityLevel", 0, levels),
    ROW("dataset_dataCollectionProcess", TEXT), MANY("dataset_dataPreprocessing", TEXT),
    WORD("dataset_datasetAvailability", 0, availability), ROW("dataset_datasetNoise", TEXT),
    ROW("dataset_datasetSize", COUNT), ROW("dataset_datasetUpdateMechanism", TEXT),
    WORD("dataset_hasSensitivePersonalInformation", 0, presence), ROW("dataset_intendedUse", TEXT),
    MANY("dataset_knownBias", TEXT), MANY_OF("dataset_sensor", &entry), END};
static const struct sw_shape dataset = {&package, dataset_rows, false, NULL};
static const struct sw_shape_row relation_rows[] = {NEED("from", REFERENCE),
    WORD("relationshipType", SW_SHAPE_REQUIRED, relations),
    {"to", SW_SHAPE_REFERENCE, FULL, 0, NULL, NULL, NULL}, WORD("completeness", 0, completeness),
    ROW_IF("startTime", TEXT, 0, check_time), ROW_IF("endTime", TEXT, 0, check_time),
    ROW("scope", TEXT), END};
static const struct sw_shape relation = {&element, relation_rows, false, NULL};
static const struct sw_shape_row collection_rows[] = {MANY("element", REFERENCE),
    MANY("rootElement", REFERENCE), WORD("profileConformance", SW_SHAPE_LIST, profiles),
    ROW("context", TEXT), WORD("software_sbomType", SW_SHAPE_LIST, sbom_types), END};
static const struct sw_shape collection = {&element, collection_rows, false, NULL};
static const struct sw_shape_row document_rows[] = {
    ROW("dataLicense", REFERENCE), MANY_OF("import", &import), MANY_OF("namespaceMap", &map), END};
static const struct sw_shape document_shape = {&collection, document_rows, false, NULL};
static const struct sw_shape_row licence_rows[] = {
    ROW_IF("simplelicensing_licenseExpression", TEXT, SW_SHAPE_REQUIRED, check_expression),
    ROW("simplelicensing_licenseListVersion", TEXT), MANY("simplelicensing_customIdToUri", ANY),
    END};
static const struct sw_shape licence = {&element, licence_rows, false, NULL};

static const struct sw_shape_row words_rows[] = {NEED("simplelicensing_licenseText", TEXT), END};
static const struct sw_shape words = {&element, words_rows, false, NULL};
static const struct sw_shape_row annotation_rows[] = {
    WORD("annotationType", SW_SHAPE_REQUIRED, annotations),
    ROW_IF("contentType", TEXT, 0, check_media_type), ROW("statement", TEXT),
    NEED("subject", REFERENCE), END};
static const struct sw_shape annotation = {&element, annotation_rows, false, NULL};
static const struct sw_shape_row snippet_rows[] = {
    {"software_byteRange", SW_SHAPE_OBJECT, 0, 0, &range, NULL, NULL},
    {"software_lineRange", SW_SHAPE_OBJECT, 0, 0, &range, NULL, NULL},
    NEED("software_snippetFromFile", REFERENCE), END};
static const struct sw_shape snippet = {&artifact, snippet_rows, false, NULL};
static const struct sw_shape_row build_rows[] = {ROW_IF("build_buildEndTime", TEXT, 0, check_time),
    ROW("build_buildId", TEXT), ROW_IF("build_buildStartTime", TEXT, 0, check_time),
    NEED("build_buildType", TEXT), MANY_OF("build_configSourceDigest", &hash),
    MANY("build_configSourceEntrypoint", TEXT), MANY("build_configSourceUri", TEXT),
    MANY_OF("build_environment", &entry), MANY_OF("build_parameter", &entry), END};
static const struct sw_shape build = {&element, build_rows, false, NULL};

/* Security: when something became known, and what each kind of assessment says. */
static const struct sw_shape_row known_rows[] = {
    ROW_IF("security_modifiedTime", TEXT, 0, check_time),
    ROW_IF("security_publishedTime", TEXT, 0, check_time),
    ROW_IF("security_withdrawnTime", TEXT, 0, check_time), END};
static const struct sw_shape vulnerability = {&artifact, known_rows, false, NULL};
static const struct sw_shape assessed = {&relation, known_rows, false, NULL};
static const struct sw_shape_row assessment_rows[] = {
    ROW("suppliedBy", REFERENCE), ROW("security_assessedElement", REFERENCE), END};
static const struct sw_shape assessment = {&assessed, assessment_rows, false, NULL};
static const struct sw_shape_row cvss2_rows[] = {
    ROW_IF("security_score", ANY, SW_SHAPE_REQUIRED, check_decimal),
    NEED("security_vectorString", TEXT), END};
static const struct sw_shape cvss2 = {&assessment, cvss2_rows, false, NULL};
static const struct sw_shape_row cvss_rows[] = {
    WORD("security_severity", SW_SHAPE_REQUIRED, severities), END};
static const struct sw_shape cvss = {&cvss2, cvss_rows, false, NULL};
static const struct sw_shape_row epss_rows[] = {
    ROW_IF("security_percentile", ANY, SW_SHAPE_REQUIRED, check_decimal),
    ROW_IF("security_probability", ANY, SW_SHAPE_REQUIRED, check_decimal), END};
static const struct sw_shape epss = {&assessment, epss_rows, false, NULL};
static const struct sw_shape_row exploited_rows[] = {
    WORD("security_catalogType", SW_SHAPE_REQUIRED, exploit_lists),
    NEED("security_exploited", TRUTH), NEED("security_locator", TEXT), END};
static const struct sw_shape exploited = {&assessment, exploited_rows, false, NULL};
static const struct sw_shape_row ssvc_rows[] = {
    WORD("security_decisionType", SW_SHAPE_REQUIRED, decisions), END};
static const struct sw_shape ssvc = {&assessment, ssvc_rows, false, NULL};
static const struct sw_shape_row vex_rows[] = {
    ROW("security_statusNotes", TEXT), ROW("security_vexVersion", TEXT), END};
static const struct sw_shape vex = {&assessment, vex_rows, false, NULL};
static const struct sw_shape_row vex_affected_rows[] = {NEED("security_actionStatement", TEXT),
    ROW_IF("security_actionStatementTime", TEXT, 0, check_time), END};
static const struct sw_shape vex_affected = {&vex, vex_affected_rows, false, NULL};
static const struct sw_shape_row vex_not_rows[] = {ROW("security_impactStatement", TEXT),
    ROW_IF("security_impactStatementTime", TEXT, 0, check_time),
    WORD("security_justificationType", 0, justifications), END};
static const struct sw_shape vex_not = {&vex, vex_not_rows, false, NULL};

static const struct {
    const char *type;
    const struct sw_shape *shape;
} classes[] = {{"SpdxDocument", &document_shape}, {"software_Sbom", &collection},
    {"Bom", &collection}, {"Bundle", &collection}, {"CreationInfo", &creation},
    {"software_Package", &package}, {"software_File", &file}, {"ai_AIPackage", &ai},
    {"dataset_DatasetPackage", &dataset}, {"Relationship", &relation},
    {"LifecycleScopedRelationship", &relation}, {"Organization", &element}, {"Person", &element},
    {"SoftwareAgent", &element}, {"Agent", &element}, {"Tool", &element},
    {"simplelicensing_LicenseExpression", &licence},
    {"simplelicensing_SimpleLicensingText", &words}, {"Annotation", &annotation},
    {"software_Snippet", &snippet}, {"build_Build", &build},
    {"security_Vulnerability", &vulnerability},
    {"security_CvssV2VulnAssessmentRelationship", &cvss2},
    {"security_CvssV3VulnAssessmentRelationship", &cvss},
    {"security_CvssV4VulnAssessmentRelationship", &cvss},
    {"security_EpssVulnAssessmentRelationship", &epss},
    {"security_ExploitCatalogVulnAssessmentRelationship", &exploited},
    {"security_SsvcVulnAssessmentRelationship", &ssvc},
    {"security_VexAffectedVulnAssessmentRelationship", &vex_affected},
    {"security_VexFixedVulnAssessmentRelationship", &vex},
    {"security_VexNotAffectedVulnAssessmentRelationship", &vex_not},
    {"security_VexUnderInvestigationVulnAssessmentRelationship", &vex}};

/* Those of profiles that are not looked into. */
static const char *const others[] = {"IndividualElement", "expandedlicensing_ConjunctiveLicenseSet",
    "expandedlicensing_CustomLicense", "expandedlicensing_CustomLicenseAddition",
    "expandedlicensing_DisjunctiveLicenseSet", "expandedlicensing_IndividualLicensingInfo",
    "expandedlicensing_ListedLicense", "expandedlicensing_ListedLicenseException",
    "expandedlicensing_OrLaterOperator", "expandedlicensing_WithAdditionOperator"};

/* An extension's own class is named by an IRI. */
static bool is_class(struct sw_str type)
{
    for (size_t i = 0; i < SW_COUNT(others); i++) {
        if (sw_str_is(type, others[i])) {
            return true;
        }
    }
    return type.len > 0 && memchr(type.ptr, ':', type.len) != NULL;
}

static void check_object(struct sw_shape_walk *walk, const struct sw_json *object)
{
    struct sw_str type = sw_str("");
    if (!sw_json_str(sw_json_get(object, "type"), &type)) {
        sw_shape_problem(walk, "'type' is missing");
        return;
    }
    for (size_t i = 0; i < SW_COUNT(classes); i++) {
        if (sw_str_is(type, classes[i].type)) {
            sw_shape_object(walk, classes[i].shape, object);
            return;
        }
    }
    if (!is_class(type)) {
        sw_shape_problem(
            walk, "'%.*s' is no class", (int)(type.len < 80 ? type.len : 80), type.ptr);
    }
    sw_shape_object(walk, &other, object);
}

/* --- the document ----------------------------------------------------------------------------- */

static void define_names(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str name;
    SW_JSON_EACH_MEMBER (member, value) {
        const bool names = sw_str_is(member->name, "spdxId") || sw_str_is(member->name, "@id") ||
                           sw_str_is(member->name, "externalSpdxId");
        size_t mark = sw_shape_enter(walk, member->name);
        if (names && sw_json_str(&member->value, &name)) {
            sw_shape_define(walk, name, false);
        }
        define_names(walk, &member->value);
        sw_shape_leave(walk, mark);
    }
    for (size_t i = 0; value->type == SW_JSON_ARRAY && i < value->count; i++) {
        size_t mark = sw_shape_enter_item(walk, i);
        define_names(walk, &value->items[i]);
        sw_shape_leave(walk, mark);
    }
}

/* Individuals of the model, and licences of the list. */
static bool is_known(struct sw_str name)
{
    static const char *const known[] = {"expandedlicensing_NoAssertionLicense",
        "expandedlicensing_NoneLicense", "NoAssertionElement", "NoneElement", "SpdxOrganization"};
    for (size_t i = 0; i < SW_COUNT(known); i++) {
        if (sw_str_is(name, known[i])) {
            return true;
        }
    }
    return sw_str_starts(name, "https://spdx.org/") || sw_str_starts(name, "http://spdx.org/");
}

static bool claims(const struct sw_json *object, const char *profile)
{
    SW_JSON_EACH (item, sw_json_get(object, "profileConformance")) {
        if (sw_json_is(item, profile)) {
            return true;
        }
    }
    return false;
}

/* What a profile asks for beyond its classes: only who claims it has to have it. */
static void check_profile(struct sw_shape_walk *walk, const struct sw_json *graph, const char *type,
    const char *const *needed, size_t count)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct sw_json *object = &graph->items[i];
        size_t mark = sw_shape_enter_item(walk, i);
        for (size_t k = 0; sw_json_is(sw_json_get(object, "type"), type) && k < count; k++) {
            if (sw_json_get(object, needed[k]) == NULL) {
                sw_shape_problem(walk, "'%s' is missing, which its profile wants", needed[k]);
            }
        }
        sw_shape_leave(walk, mark);
    }
}

/* Who made a dataset is told once (the Dataset profile's shapes: exactly one). */
static void check_makers(struct sw_shape_walk *walk, const struct sw_json *graph)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct sw_json *object = &graph->items[i];
        const struct sw_json *makers = sw_json_get(object, "originatedBy");
        size_t mark = sw_shape_enter_item(walk, i);
        if (sw_json_is(sw_json_get(object, "type"), "dataset_DatasetPackage") && makers != NULL &&
            makers->type == SW_JSON_ARRAY && makers->count != 1) {
            sw_shape_problem(
                walk, "'originatedBy' has %u items, and its profile wants one", makers->count);
        }
        sw_shape_leave(walk, mark);
    }
}

static void check_profiles(struct sw_shape_walk *walk, const struct sw_json *graph)
{
    static const char *const ai_needs[] = {"suppliedBy", "software_downloadLocation",
        "software_packageVersion", "software_primaryPurpose", "releaseTime"};
    static const char *const dataset_needs[] = {"builtTime", "originatedBy", "releaseTime",
        "software_downloadLocation", "software_primaryPurpose"};
    bool wants_ai = false;
    bool wants_dataset = false;
    SW_JSON_EACH (object, graph) {
        wants_ai = wants_ai || claims(object, "ai");
        wants_dataset = wants_dataset || claims(object, "dataset");
    }
    if (wants_ai) {
        check_profile(walk, graph, "ai_AIPackage", ai_needs, SW_COUNT(ai_needs));
    }
    if (wants_dataset) {
        check_profile(
            walk, graph, "dataset_DatasetPackage", dataset_needs, SW_COUNT(dataset_needs));
        check_makers(walk, graph);
    }
}

static void check_graph(struct sw_shape_walk *walk, const struct sw_json *graph)
{
    size_t documents = 0;
    size_t mark = sw_shape_enter(walk, sw_str("@graph"));
    for (size_t i = 0; i < graph->count; i++) {
        size_t inner = sw_shape_enter_item(walk, i);
        documents += sw_json_is(sw_json_get(&graph->items[i], "type"), "SpdxDocument");
        check_object(walk, &graph->items[i]);
        sw_shape_leave(walk, inner);
    }
    check_profiles(walk, graph);
    if (documents != 1) {
        sw_shape_problem(walk, "there are %zu elements of type SpdxDocument, not one", documents);
    }
    sw_shape_leave(walk, mark);
}

void sw_bom_check_spdx(struct sw_shape_walk *walk, const struct sw_json *document)
{
    const struct sw_json *graph = sw_json_get(document, "@graph");
    walk->out->spec = sw_str("3.0.1");
    walk->inline_object = check_object;
    if (!sw_json_is(
            sw_json_get(document, "@context"), "https://spdx.org/rdf/3.0.1/spdx-context.jsonld")) {
        size_t mark = sw_shape_enter(walk, sw_str("@context"));
        sw_shape_problem(walk, "it is not the context of SPDX 3.0.1");
        sw_shape_leave(walk, mark);
    }
    if (graph == NULL || graph->type != SW_JSON_ARRAY) {
        sw_shape_problem(walk, "'@graph' is missing");
        return;
    }
    SW_JSON_EACH_MEMBER (member, document) {
        size_t mark = sw_shape_enter(walk, member->name);
        if (!sw_str_is(member->name, "@context") && !sw_str_is(member->name, "@graph")) {
            sw_shape_problem(walk, "it is not part of the format");
        }
        sw_shape_leave(walk, mark);
    }
    define_names(walk, document);
    check_graph(walk, graph);
    sw_shape_resolve(walk, is_known);
}
