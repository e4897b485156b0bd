#include "supply/bom.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

static void check(struct sw_arena *arena, const char *text, struct sw_bom_check *out)
{
    struct sw_json *root = SW_ARENA_NEW(arena, struct sw_json);
    struct sw_error err = {0};
    if (sw_bom_parse(arena, sw_bytes(text, strlen(text)), root, &err) != SW_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    assert_int_equal(sw_bom_validate(arena, root, out), SW_OK);
}

static void one_problem(const char *text, const char *pointer, const char *what)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bom_check out;
    sw_arena_init(&arena, 0);
    check(&arena, text, &out);
    if (out.count == 0) {
        fail_msg("taken: %s", text);
    }
    if (strcmp(out.problems[0].pointer, pointer) != 0 ||
        strstr(out.problems[0].what, what) == NULL) {
        fail_msg("%s: '%s: %s'", text, out.problems[0].pointer, out.problems[0].what);
    }
}

static void valid(const char *text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bom_check out;
    sw_arena_init(&arena, 0);
    check(&arena, text, &out);
    if (out.count > 0) {
        fail_msg("%s: '%s: %s'", text, out.problems[0].pointer, out.problems[0].what);
    }
}

/* --- CycloneDX -------------------------------------------------------------------------------- */

#define CDX(version, rest) "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"" version "\"" rest "}"
#define COMPONENT(version, rest) \
    CDX(version, ",\"components\":[{\"type\":\"library\",\"name\":\"a\"" rest "}]")

static void bills_of_all_versions_are_taken(void **state)
{
    (void)state;
    valid(CDX("1.4", ""));
    valid(CDX("1.5", ",\"metadata\":{\"tools\":[{\"name\":\"t\"}]}"));
    valid(CDX("1.6", ",\"metadata\":{\"tools\":{\"components\":[]}}"));
    valid(CDX("1.7", ",\"version\":1,\"serialNumber\":"
                     "\"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79\""));
    valid(COMPONENT(
        "1.4", ",\"purl\":\"pkg:npm/a@1\",\"licenses\":[{\"license\":{\"id\":\"MIT\"}}]"));
    valid(COMPONENT("1.7", ",\"licenses\":[{\"expression\":\"MIT OR ISC\"},"
                           "{\"license\":{\"name\":\"mine\"}}]"));
    valid(COMPONENT("1.6", ",\"bom-ref\":\"x\"") "\n");
    valid(COMPONENT("1.6", ",\"licenses\":[{\"license\":{\"id\":\"GPL-2.0+\"}}]"));
    valid(COMPONENT("1.6", ",\"licenses\":[{\"license\":{\"id\":\"LLVM-exception\"}}]"));
    valid(CDX("1.6", ",\"dependencies\":[{\"ref\":\"urn:cdx:x/1#y\"}]"));
    valid(COMPONENT("1.5", ",\"modelCard\":{\"modelParameters\":{\"datasets\":"
                           "[{\"type\":\"dataset\",\"name\":\"d\"}]}}"));
}

static void what_breaks_cyclonedx_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pointer, *what;
    } rows[] = {
        {"{}", "", "neither CycloneDX nor SPDX 3"},
        {"[]", "", "neither CycloneDX nor SPDX 3"},
        {"{\"spdxVersion\":\"SPDX-2.3\"}", "", "SPDX 2"},
        {CDX("1.3", ""), "/specVersion", "only 1.4 to 1.7"},
        {CDX("2.0", ""), "/specVersion", "only 1.4 to 1.7"},
        {"{\"specVersion\":\"1.6\"}", "", "'bomFormat' is missing"},
        {CDX("1.6", ",\"owner\":1"), "/owner", "not part of the format"},
        {CDX("1.6", ",\"citations\":[]"), "/citations", "not part of this version"},
        {CDX("1.4", ",\"properties\":[]"), "/properties", "not part of this version"},
        {CDX("1.6", ",\"version\":0"), "/version", "whole number from 1"},
        {CDX("1.6", ",\"serialNumber\":\"urn:uuid:3E671687-395b-41f5-a30f-a58921a69b79\""),
            "/serialNumber", "UUID in small letters"},
        {CDX("1.6", ",\"components\":{}"), "/components", "not a list"},
        {CDX("1.6", ",\"components\":[1]"), "/components/0", "not an object"},
        {CDX("1.6", ",\"components\":[{\"name\":\"a\"}]"), "/components/0", "'type' is missing"},
        {CDX("1.6", ",\"components\":[{\"type\":\"service\",\"name\":\"a\"}]"),
            "/components/0/type", "'service' is none"},
        {CDX("1.4", ",\"components\":[{\"type\":\"data\",\"name\":\"a\"}]"), "/components/0/type",
            "'data' is none"},
        {COMPONENT("1.6", ",\"purl\":\"pkg:a b\""), "/components/0/purl", "no package URL"},
        {COMPONENT("1.6", ",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"ab\"}]"),
            "/components/0/hashes/0", "64 hexadecimal digits"},
        {COMPONENT("1.6", ",\"hashes\":[{\"alg\":\"SHA-2\",\"content\":\"ab\"}]"),
            "/components/0/hashes/0/alg", "none of the words"},
        {COMPONENT("1.6", ",\"licenses\":[{\"license\":{\"id\":\"mit\"}}]"),
            "/components/0/licenses/0/license/id", "SPDX License List"},
        {COMPONENT("1.6", ",\"licenses\":[{\"expression\":\"MIT AND\"}]"),
            "/components/0/licenses/0/expression", "no licence expression"},
        {COMPONENT("1.6", ",\"licenses\":[{}]"), "/components/0/licenses/0", "exactly one"},
        {COMPONENT("1.6", ",\"licenses\":[{\"expression\":\"MIT\"},{\"expression\":\"ISC\"}]"),
            "/components/0", "stands alone"},
        {COMPONENT("1.7", ",\"versionRange\":\"vers:npm/1\""), "/components/0", "external"},
        {COMPONENT("1.6", ",\"mime-type\":\"a b\""), "/components/0/mime-type", "media type"},
        {COMPONENT("1.6", ",\"mime-type\":\"a/b/c\""), "/components/0/mime-type", "media type"},
        {COMPONENT("1.6", ",\"mime-type\":\"/b\""), "/components/0/mime-type", "media type"},
        {CDX("1.6", ",\"services\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"a\"}]"),
            "/services/2", "stands there twice"},
        {CDX("1.6", ",\"components\":[{\"type\":\"file\",\"name\":\"a\",\"components\":["
                    "{\"type\":\"file\",\"name\":\"b\"},{\"type\":\"file\",\"name\":\"b\"}]}]"),
            "/components/0/components/1", "stands there twice"},
        {CDX("1.6", ",\"components\":[{\"type\":\"file\",\"name\":\"a\",\"bom-ref\":\"a\"}],"
                    "\"dependencies\":[{\"ref\":\"a\",\"dependsOn\":[\"a\",\"a\"]}]"),
            "/dependencies/0/dependsOn/1", "stands there twice"},
        {COMPONENT("1.6", ",\"bom-ref\":\"\""), "/components/0/bom-ref", "empty"},
        {COMPONENT("1.6", ",\"components\":[{\"type\":\"file\",\"name\":\"b\",\"bom-ref\":\"r\"},"
                          "{\"type\":\"file\",\"name\":\"c\",\"bom-ref\":\"r\"}]"),
            "/components/0/components/1/bom-ref", "something else, too"},
        {COMPONENT("1.6", ",\"externalReferences\":[{\"type\":\"vcs\",\"url\":\"a b\"}]"),
            "/components/0/externalReferences/0/url", "no reference"},
        {COMPONENT("1.6", ",\"evidence\":{\"identity\":{\"field\":\"name\",\"confidence\":2}}"),
            "/components/0/evidence/identity/confidence", "from 0 to 1"},
        {COMPONENT("1.6", ",\"a/b~c\":1"), "/components/0/a~1b~0c", "not part of the format"},
        {CDX("1.6", ",\"dependencies\":[{\"ref\":\"a\"}]"), "/dependencies/0/ref",
            "nothing here is called 'a'"},
        {CDX("1.6", ",\"metadata\":{\"timestamp\":\"2026-01-01\"}"), "/metadata/timestamp",
            "no time"},
        {CDX("1.7", ",\"citations\":[{\"timestamp\":\"2026-01-01T00:00:00Z\"}]"), "/citations/0",
            "exactly one"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        one_problem(rows[i].text, rows[i].pointer, rows[i].what);
    }
}

/* --- SPDX ------------------------------------------------------------------------------------- */

#define CREATION                                                                                   \
    "{\"type\":\"CreationInfo\",\"@id\":\"_:c\",\"specVersion\":\"3.0.1\",\"createdBy\":[\"u:a\"]" \
    ","                                                                                            \
    "\"created\":\"2026-01-01T00:00:00Z\"}"
#define ELEMENT(type, id, rest) \
    "{\"type\":\"" type "\",\"spdxId\":\"" id "\",\"creationInfo\":\"_:c\"" rest "}"
#define SPDX(rest)                                                                           \
    "{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[" CREATION \
    "," ELEMENT("SoftwareAgent", "u:a", "") "," ELEMENT("SpdxDocument", "u:d", "") rest "]}"

static void what_breaks_spdx_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pointer, *what;
    } rows[] = {
        {"{\"@context\":\"x\",\"@graph\":[]}", "/@context", "not the context"},
        {"{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"}", "", "'@graph'"},
        {SPDX("," ELEMENT("SpdxDocument", "u:e", "")), "/@graph", "2 elements"},
        {SPDX(",{}"), "/@graph/3", "'type' is missing"},
        {SPDX(",{\"type\":\"Tool\"}"), "/@graph/3", "'spdxId' is missing"},
        {SPDX("," ELEMENT("Tool", "u:a", "")), "/@graph/3/spdxId", "something else, too"},
        {SPDX("," ELEMENT("Tool", "u:t", ",\"x\":1")), "/@graph/3/x", "not part of the format"},
        {SPDX("," ELEMENT("Relationship", "u:r",
             ",\"from\":\"u:a\",\"to\":[\"u:d\"],\"relationshipType\":\"likes\"")),
            "/@graph/3/relationshipType", "'likes' is none"},
        {SPDX("," ELEMENT("Relationship", "u:r",
             ",\"from\":\"u:a\",\"to\":[],\"relationshipType\":\"contains\"")),
            "/@graph/3/to", "empty"},
        {SPDX("," ELEMENT("Relationship", "u:r",
             ",\"from\":\"u:a\",\"to\":[\"u:x\"],\"relationshipType\":\"contains\"")),
            "/@graph/3/to/0", "nothing here is called 'u:x'"},
        {SPDX("," ELEMENT("dataset_DatasetPackage", "u:p", "")), "/@graph/3",
            "'dataset_datasetType' is missing"},
        {SPDX("," ELEMENT("software_File", "u:f",
             ",\"verifiedUsing\":[{\"type\":\"Hash\",\"algorithm\":\"sha512\",\"hashValue\":\"a\"}"
             "]")),
            "/@graph/3/verifiedUsing/0", "128 hexadecimal digits"},
        {SPDX("," ELEMENT("simplelicensing_LicenseExpression", "u:l",
             ",\"simplelicensing_licenseExpression\":\"x y\"")),
            "/@graph/3/simplelicensing_licenseExpression", "no licence expression"},
        {SPDX("," ELEMENT("ai_AIPackage", "u:p", "") "," ELEMENT(
             "software_Sbom", "u:s", ",\"profileConformance\":[\"ai\"]")),
            "/@graph/3", "which its profile wants"},
    };
    valid(SPDX(""));
    valid(SPDX("," ELEMENT("ai_AIPackage", "u:p", ",\"ai_autonomyType\":\"noAssertion\"")));
    valid(SPDX("," ELEMENT("expandedlicensing_CustomLicense", "u:v", ",\"anything\":1")));
    valid(SPDX("," ELEMENT(
        "security_Vulnerability", "u:v", ",\"security_publishedTime\":\"2026-01-01T00:00:00Z\"")));
    one_problem(SPDX("," ELEMENT("security_Vulnerability", "u:v", ",\"anything\":1")),
        "/@graph/3/anything", "not part of the format");
    one_problem(SPDX("," ELEMENT("ai_AIPackage", "u:p",
                    ",\"ai_energyConsumption\":{\"type\":\"ai_EnergyConsumption\","
                    "\"ai_trainingEnergyConsumption\":[{\"type\":"
                    "\"ai_EnergyConsumptionDescription\",\"ai_energyQuantity\":\"1.x\","
                    "\"ai_energyUnit\":\"other\"}]}")),
        "/@graph/3/ai_energyConsumption/ai_trainingEnergyConsumption/0/ai_energyQuantity",
        "no decimal number");
    one_problem(SPDX("," ELEMENT("dataset_DatasetPackage", "u:p",
                    ",\"dataset_datasetType\":[\"text\"],\"originatedBy\":[\"u:a\",\"u:a\"],"
                    "\"builtTime\":\"2026-01-01T00:00:00Z\",\"releaseTime\":\"2026-01-01T00:00:"
                    "00Z\","
                    "\"software_downloadLocation\":\"u:x\",\"software_primaryPurpose\":"
                    "\"data\"") "," ELEMENT("software_Sbom", "u:s",
                    ",\"profileConformance\":[\"dataset\"]")),
        "/@graph/3", "its profile wants one");
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        one_problem(rows[i].text, rows[i].pointer, rows[i].what);
    }
}

static void what_is_said_about_components_is_looked_into(void **state)
{
    static const struct {
        const char *text, *pointer, *what;
    } rows[] = {
        {CDX("1.7", ",\"signature\":{}"), "/signature", "'algorithm' is missing"},
        {CDX("1.7", ",\"signature\":{\"signers\":[],\"chain\":[]}"), "/signature",
            "exactly one of"},
        {CDX("1.6", ",\"vulnerabilities\":[{\"cwes\":[0]}]"), "/vulnerabilities/0/cwes/0",
            "no whole number from 1"},
        {CDX("1.4", ",\"vulnerabilities\":[{\"ratings\":[{\"method\":\"CVSSv4\"}]}]"),
            "/vulnerabilities/0/ratings/0/method", "none of the words"},
        {CDX("1.6", ",\"annotations\":[{\"subjects\":[],\"annotator\":{},"
                    "\"timestamp\":\"2026-01-01T00:00:00Z\",\"text\":\"t\"}]"),
            "/annotations/0/annotator", "exactly one of"},
        {CDX("1.6", ",\"formulation\":[{\"workflows\":[{\"bom-ref\":\"a\",\"uid\":\"u\","
                    "\"taskTypes\":[\"dance\"]}]}]"),
            "/formulation/0/workflows/0/taskTypes/0", "none of the words"},
        {CDX("1.6", ",\"declarations\":{\"affirmation\":{\"signatories\":[{\"name\":\"n\"}]}}"),
            "/declarations/affirmation/signatories/0", "either 'signature'"},
        {CDX("1.6", ",\"declarations\":{\"claims\":[{\"target\":\"nobody\"}]}"),
            "/declarations/claims/0/target", "nothing here is called"},
        {CDX("1.6", ",\"definitions\":{\"standards\":[{\"requirements\":[{\"openCre\":"
                    "[\"CRE:1\"]}]}]}"),
            "/definitions/standards/0/requirements/0/openCre/0", "not like"},
        {CDX("1.6", ",\"definitions\":{\"patents\":[]}"), "/definitions/patents",
            "not part of this version"},
        {COMPONENT("1.6", ",\"releaseNotes\":{\"type\":\"major\",\"notes\":[{\"locale\":\"EN\","
                          "\"text\":{\"content\":\"\"}}]}"),
            "/components/0/releaseNotes/notes/0/locale", "no locale"},
    };
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        one_problem(rows[i].text, rows[i].pointer, rows[i].what);
    }
}

static void only_so_many_problems_are_kept_and_all_are_counted(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_bom_check out;
    sw_arena_init(&arena, 0);
    (void)!sw_buf_puts(
        &text, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[0");
    for (int i = 1; i < 5000; i++) {
        (void)!sw_buf_printf(&text, ",%d", i);
    }
    (void)!sw_buf_puts(&text, "]}");
    check(&arena, sw_buf_cstr(&text), &out);
    assert_int_equal(out.count, 5000);
    assert_int_equal(out.kept, SW_BOM_PROBLEMS_KEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bills_of_all_versions_are_taken),
        cmocka_unit_test(what_breaks_cyclonedx_is_told_with_its_place),
        cmocka_unit_test(what_breaks_spdx_is_told_with_its_place),
        cmocka_unit_test(what_is_said_about_components_is_looked_into),
        cmocka_unit_test(only_so_many_problems_are_kept_and_all_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
