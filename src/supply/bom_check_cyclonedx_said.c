/* CycloneDX 1.4 to 1.7 as tables: what is said about what is in a document: vulnerabilities,
 * release notes, annotations, how it was made, declarations, standards, patents, signatures. */
#include "supply/ascii.h"
#include "supply/bom_check_cyclonedx.h"

#define ALL_SET(name, shape)                                                      \
    {                                                                             \
        name, SW_SHAPE_OBJECT, SW_SHAPE_LIST | SW_SHAPE_SET, 0, shape, NULL, NULL \
    }

/* --- words ------------------------------------------------------------------------------------ */

static const struct sw_shape_word severities[] = {{"critical", 0}, {"high", 0}, {"medium", 0},
    {"low", 0}, {"info", 0}, {"none", 0}, {"unknown", 0}, {NULL, 0}};
static const struct sw_shape_word methods[] = {{"CVSSv2", 0}, {"CVSSv3", 0}, {"CVSSv31", 0},
    {"CVSSv4", 15}, {"OWASP", 0}, {"SSVC", 15}, {"other", 0}, {NULL, 0}};
static const struct sw_shape_word states[] = {{"resolved", 0}, {"resolved_with_pedigree", 0},
    {"exploitable", 0}, {"in_triage", 0}, {"false_positive", 0}, {"not_affected", 0}, {NULL, 0}};
static const struct sw_shape_word justifications[] = {{"code_not_present", 0},
    {"code_not_reachable", 0}, {"requires_configuration", 0}, {"requires_dependency", 0},
    {"requires_environment", 0}, {"protected_by_compiler", 0}, {"protected_at_runtime", 0},
    {"protected_at_perimeter", 0}, {"protected_by_mitigating_control", 0}, {NULL, 0}};
static const struct sw_shape_word responses[] = {{"can_not_fix", 0}, {"will_not_fix", 0},
    {"update", 0}, {"rollback", 0}, {"workaround_available", 0}, {NULL, 0}};
static const struct sw_shape_word statuses[] = {
    {"affected", 0}, {"unaffected", 0}, {"unknown", 0}, {NULL, 0}};
static const struct sw_shape_word task_types[] = {{"copy", 0}, {"clone", 0}, {"lint", 0},
    {"scan", 0}, {"merge", 0}, {"build", 0}, {"test", 0}, {"deliver", 0}, {"deploy", 0},
    {"release", 0}, {"clean", 0}, {"other", 0}, {NULL, 0}};
static const struct sw_shape_word access_modes[] = {{"read-only", 0}, {"read-write", 0},
    {"read-write-once", 0}, {"write-once", 0}, {"write-only", 0}, {NULL, 0}};
static const struct sw_shape_word volume_modes[] = {{"filesystem", 0}, {"block", 0}, {NULL, 0}};
static const struct sw_shape_word trigger_types[] = {
    {"manual", 0}, {"api", 0}, {"webhook", 0}, {"scheduled", 0}, {NULL, 0}};
static const struct sw_shape_word output_types[] = {{"artifact", 0}, {"attestation", 0}, {"log", 0},
    {"evidence", 0}, {"metrics", 0}, {"other", 0}, {NULL, 0}};
static const struct sw_shape_word patent_states[] = {{"pending", 0}, {"granted", 0}, {"revoked", 0},
    {"expired", 0}, {"lapsed", 0}, {"withdrawn", 0}, {"abandoned", 0}, {"suspended", 0},
    {"reinstated", 0}, {"opposed", 0}, {"terminated", 0}, {"invalidated", 0}, {"in-force", 0},
    {NULL, 0}};
static const struct sw_shape_word assertion_types[] = {{"ownership", 0}, {"license", 0},
    {"third-party-claim", 0}, {"standards-inclusion", 0}, {"prior-art", 0}, {"exclusive-rights", 0},
    {"non-assertion", 0}, {"research-or-evaluation", 0}, {NULL, 0}};
static const struct sw_shape_word signing[] = {{"RS256", 0}, {"RS384", 0}, {"RS512", 0},
    {"PS256", 0}, {"PS384", 0}, {"PS512", 0}, {"ES256", 0}, {"ES384", 0}, {"ES512", 0},
    {"Ed25519", 0}, {"Ed448", 0}, {"HS256", 0}, {"HS384", 0}, {"HS512", 0}, {NULL, 0}};
static const struct sw_shape_word edwards[] = {{"Ed25519", 0}, {"Ed448", 0}, {NULL, 0}};
static const struct sw_shape_word curves[] = {{"P-256", 0}, {"P-384", 0}, {"P-521", 0}, {NULL, 0}};

/* --- what a table cannot say ------------------------------------------------------------------ */

static size_t count_members(const struct sw_json *object, const char *const *names, size_t count)
{
    size_t there = 0;
    for (size_t i = 0; i < count; i++) {
        there += sw_json_get(object, names[i]) != NULL;
    }
    return there;
}

static void need_one(struct sw_shape_walk *walk, const struct sw_json *object,
    const char *const *names, size_t count)
{
    if (count_members(object, names, count) != 1) {
        sw_shape_problem(
            walk, "exactly one of '%s', '%s' and others has to be there", names[0], names[1]);
    }
}

static void check_quantity(struct sw_shape_walk *walk, const struct sw_json *value)
{
    if (value->type != SW_JSON_NUMBER) {
        sw_shape_problem(walk, "it is %s, not a number", sw_json_type_name(value->type));
    }
}

static void check_weakness(struct sw_shape_walk *walk, const struct sw_json *value)
{
    uint64_t number;
    if (!sw_json_u64(value, &number) || number == 0) {
        sw_shape_problem(walk, "it is no whole number from 1");
    }
}

/* "en" or "en-GB" */
static void check_locale(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    bool holds = text.len == 2 || (text.len == 5 && text.ptr[2] == '-');
    for (size_t i = 0; holds && i < text.len; i++) {
        const char c = text.ptr[i];
        holds = i == 2 || (i < 2 ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z');
    }
    if (!holds) {
        sw_shape_problem(walk, "it is no locale like 'en-GB'");
    }
}

static void check_range(struct sw_shape_walk *walk, const struct sw_json *value)
{
    const size_t most = walk->version >= 16 ? 4096 : 1024;
    struct sw_str text;
    if (sw_json_str(value, &text) && (text.len == 0 || text.len > 4 * most)) {
        sw_shape_problem(walk, "it is empty, or longer than %zu characters", most);
    }
}

static void check_affected(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "version", "range");
}

/* "CRE:616-305" */
static void check_cre(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    const bool named = sw_str_starts(text, "CRE:") && text.len > 6;
    size_t dashes = 0;
    bool holds = named && text.ptr[4] != '-' && text.ptr[text.len - 1] != '-';
    for (size_t i = 4; holds && i < text.len; i++) {
        dashes += text.ptr[i] == '-';
        holds = text.ptr[i] == '-' || sw_ascii_digit(text.ptr[i]);
    }
    if (!holds || dashes != 1) {
        sw_shape_problem(walk, "it is not like 'CRE:616-305'");
    }
}

static void check_annotator(struct sw_shape_walk *walk, const struct sw_json *object)
{
    static const char *const names[] = {"organization", "individual", "component", "service"};
    need_one(walk, object, names, SW_COUNT(names));
}

static void check_input(struct sw_shape_walk *walk, const struct sw_json *object)
{
    static const char *const names[] = {"resource", "parameters", "environmentVars", "data"};
    need_one(walk, object, names, SW_COUNT(names));
}

static void check_output(struct sw_shape_walk *walk, const struct sw_json *object)
{
    static const char *const names[] = {"resource", "environmentVars", "data"};
    need_one(walk, object, names, SW_COUNT(names));
}

static void check_resource(struct sw_shape_walk *walk, const struct sw_json *object)
{
    sw_cdx_one_of(walk, object, "ref", "externalReference");
}

static void check_signatory(struct sw_shape_walk *walk, const struct sw_json *object)
{
    static const char *const names[] = {"externalReference", "organization"};
    const bool vouched = count_members(object, names, SW_COUNT(names)) == 2;
    if ((sw_json_get(object, "signature") != NULL) == vouched) {
        sw_shape_problem(
            walk, "either 'signature', or 'externalReference' and 'organization' have to be there");
    }
}

/* An organisation or a person. What both could be is none: the schema takes exactly one. */
static void check_party(struct sw_shape_walk *walk, const struct sw_json *value)
{
    static const char *const of_entity[] = {"address", "url", "contact"};
    static const char *const of_contact[] = {"email", "phone"};
    const bool entity = count_members(value, of_entity, SW_COUNT(of_entity)) > 0;
    const bool contact = count_members(value, of_contact, SW_COUNT(of_contact)) > 0;
    if (value->type == SW_JSON_OBJECT && !entity && !contact) {
        sw_shape_problem(walk, "it may be an organisation as well as a person");
        return;
    }
    sw_shape_object(walk, entity ? &sw_cdx_entity : &sw_cdx_contact, value);
}

static void check_asserter(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text;
    if (!sw_json_str(value, &text)) {
        check_party(walk, value);
        return;
    }
    if (text.len == 0) {
        sw_shape_problem(walk, "it is empty");
    }
}

static void check_variable(struct sw_shape_walk *walk, const struct sw_json *value)
{
    if (value->type != SW_JSON_STRING) {
        sw_shape_object(walk, &sw_cdx_property, value);
    }
}

static bool is_patent_sign(char c)
{
    return sw_ascii_alnum(c) || (c != '\0' && strchr("-/.() \t\n\r\f\v", c) != NULL);
}

/* Two to thirty signs; the first and the last are letters or digits. */
static void check_patent_number(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    bool holds = text.len >= 2 && text.len <= 30 && sw_ascii_alnum(text.ptr[0]) &&
                 sw_ascii_alnum(text.ptr[text.len - 1]);
    for (size_t i = 0; holds && i < text.len; i++) {
        holds = is_patent_sign(text.ptr[i]);
    }
    if (!holds) {
        sw_shape_problem(walk, "it is no number of a patent");
    }
}

static void check_jurisdiction(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    if (text.len != 2 || text.ptr[0] < 'A' || text.ptr[0] > 'Z' || text.ptr[1] < 'A' ||
        text.ptr[1] > 'Z') {
        sw_shape_problem(walk, "it is no code of two capital letters");
    }
}

static void check_day(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    int64_t time;
    (void)sw_json_str(value, &text);
    if (text.len != 10 || !sw_time_parse(text, &time)) {
        sw_shape_problem(walk, "it is no day like 2026-11-23");
    }
}

/* --- signatures: JSON Signature Format 0.82 --------------------------------------------------- */

static const struct sw_shape_row curve_key_rows[] = {NEED("kty", TEXT),
    WORD("crv", SW_SHAPE_REQUIRED, curves, 0), NEED("x", TEXT), NEED("y", TEXT), END};
static const struct sw_shape curve_key = {NULL, curve_key_rows, false, NULL};
static const struct sw_shape_row edwards_key_rows[] = {
    NEED("kty", TEXT), WORD("crv", SW_SHAPE_REQUIRED, edwards, 0), NEED("x", TEXT), END};
static const struct sw_shape edwards_key = {NULL, edwards_key_rows, false, NULL};
static const struct sw_shape_row rsa_key_rows[] = {
    NEED("kty", TEXT), NEED("n", TEXT), NEED("e", TEXT), END};
static const struct sw_shape rsa_key = {NULL, rsa_key_rows, false, NULL};

static void check_key(struct sw_shape_walk *walk, const struct sw_json *value)
{
    const struct sw_json *type = sw_json_get(value, "kty");
    const struct sw_shape *shape = sw_json_is(type, "EC")    ? &curve_key
                                   : sw_json_is(type, "OKP") ? &edwards_key
                                   : sw_json_is(type, "RSA") ? &rsa_key
                                                             : NULL;
    if (shape == NULL) {
        sw_shape_problem(walk, "it is no key of type EC, OKP or RSA");
        return;
    }
    sw_shape_object(walk, shape, value);
}

/* One of the words, or an address of one's own. */
static void check_algorithm(struct sw_shape_walk *walk, const struct sw_json *value)
{
    struct sw_str text = sw_str("");
    (void)sw_json_str(value, &text);
    for (size_t i = 0; signing[i].text != NULL; i++) {
        if (sw_str_is(text, signing[i].text)) {
            return;
        }
    }
    if (text.len < 3 || memchr(text.ptr, ':', text.len - 1) == NULL ||
        memchr(text.ptr, ' ', text.len) != NULL) {
        sw_shape_problem(walk, "it is neither an algorithm of JWA nor a URI");
    }
}

static const struct sw_shape_row signer_rows[] = {
    {"algorithm", SW_SHAPE_TEXT, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_algorithm},
    ROW("keyId", TEXT), ROW_IF("publicKey", ANY, check_key), MANY("certificatePath", TEXT, 0),
    MANY("excludes", TEXT, 0), NEED("value", TEXT), END};
static const struct sw_shape signer = {NULL, signer_rows, false, NULL};
static const struct sw_shape_row several_rows[] = {
    MANY_OF("signers", &signer, 0), MANY_OF("chain", &signer, 0), END};
static const struct sw_shape several = {NULL, several_rows, false, NULL};

static void check_signature(struct sw_shape_walk *walk, const struct sw_json *object)
{
    static const char *const names[] = {"signers", "chain"};
    const size_t lists = count_members(object, names, SW_COUNT(names));
    if (lists == 0) {
        sw_shape_object(walk, &signer, object);
        return;
    }
    sw_cdx_one_of(walk, object, "signers", "chain");
    sw_shape_object(walk, &several, object);
}

static const struct sw_shape_row no_rows[] = {END};
const struct sw_shape sw_cdx_signature = {NULL, no_rows, true, check_signature};

/* --- release notes ---------------------------------------------------------------------------- */

static const struct sw_shape_row note_rows[] = {ROW_IF("locale", TEXT, check_locale),
    {"text", SW_SHAPE_OBJECT, SW_SHAPE_REQUIRED, 0, &sw_cdx_attachment, NULL, NULL}, END};
static const struct sw_shape note = {NULL, note_rows, false, NULL};
static const struct sw_shape_row release_rows[] = {NEED("type", TEXT), ROW("title", TEXT),
    ROW("featuredImage", IRI), ROW("socialImage", IRI), ROW("description", TEXT),
    ROW("timestamp", TIME), MANY("aliases", TEXT, 0), MANY("tags", TEXT, 0),
    MANY_OF("resolves", &sw_cdx_issue, 0), MANY_OF("notes", &note, 0),
    MANY_OF("properties", &sw_cdx_property, 0), END};
const struct sw_shape sw_cdx_release_notes = {NULL, release_rows, false, NULL};

/* --- vulnerabilities -------------------------------------------------------------------------- */

static const struct sw_shape_row source_rows[] = {ROW("url", TEXT), ROW("name", TEXT), END};
static const struct sw_shape source = {NULL, source_rows, false, NULL};
static const struct sw_shape_row also_rows[] = {
    NEED("id", TEXT), {"source", SW_SHAPE_OBJECT, SW_SHAPE_REQUIRED, 0, &source, NULL, NULL}, END};
static const struct sw_shape also = {NULL, also_rows, false, NULL};
static const struct sw_shape_row rating_rows[] = {ONE_OF("source", &source, 0),
    ROW_IF("score", ANY, check_quantity), WORD("severity", 0, severities, 0),
    WORD("method", 0, methods, 0), ROW("vector", TEXT), ROW("justification", TEXT), END};
static const struct sw_shape rating = {NULL, rating_rows, false, NULL};
static const struct sw_shape_row proof_rows[] = {ROW("reproductionSteps", TEXT),
    ROW("environment", TEXT), MANY_OF("supportingMaterial", &sw_cdx_attachment, 0), END};
static const struct sw_shape proof = {NULL, proof_rows, true, NULL};
static const struct sw_shape_row advisory_rows[] = {ROW("title", TEXT), NEED("url", IRI), END};
static const struct sw_shape advisory = {NULL, advisory_rows, false, NULL};
static const struct sw_shape_row credit_rows[] = {
    MANY_OF("organizations", &sw_cdx_entity, 0), MANY_OF("individuals", &sw_cdx_contact, 0), END};
static const struct sw_shape credit = {NULL, credit_rows, false, NULL};
static const struct sw_shape_row analysis_rows[] = {WORD("state", 0, states, 0),
    WORD("justification", 0, justifications, 0), WORD("response", SW_SHAPE_LIST, responses, 0),
    ROW("detail", TEXT), ROW_SINCE("firstIssued", TIME, 15), ROW_SINCE("lastUpdated", TIME, 15),
    END};
static const struct sw_shape analysis = {NULL, analysis_rows, false, NULL};
static const struct sw_shape_row affected_rows[] = {ROW_IF("version", TEXT, sw_cdx_check_version),
    ROW_IF("range", TEXT, check_range), WORD("status", 0, statuses, 0), END};
static const struct sw_shape affected = {NULL, affected_rows, false, check_affected};
static const struct sw_shape_row affect_rows[] = {
    NEED("ref", REFERENCE), MANY_OF("versions", &affected, 0), END};
static const struct sw_shape affect = {NULL, affect_rows, false, NULL};
static const struct sw_shape_row vulnerability_rows[] = {ROW("bom-ref", NAME), ROW("id", TEXT),
    ONE_OF("source", &source, 0), MANY_OF("references", &also, 0), MANY_OF("ratings", &rating, 0),
    {"cwes", SW_SHAPE_ANY, SW_SHAPE_LIST, 0, NULL, NULL, check_weakness}, ROW("description", TEXT),
    ROW("detail", TEXT), ROW("recommendation", TEXT), ROW_SINCE("workaround", TEXT, 15),
    ONE_OF("proofOfConcept", &proof, 15), MANY_OF("advisories", &advisory, 0), ROW("created", TIME),
    ROW("published", TIME), ROW("updated", TIME), ROW_SINCE("rejected", TIME, 15),
    ONE_OF("credits", &credit, 0), ROW_IF("tools", ANY, sw_cdx_check_tools),
    ONE_OF("analysis", &analysis, 0), SET_OF("affects", &affect, 0),
    MANY_OF("properties", &sw_cdx_property, 0), END};
const struct sw_shape sw_cdx_vulnerability = {NULL, vulnerability_rows, false, NULL};

/* --- annotations ------------------------------------------------------------------------------ */

static const struct sw_shape_row annotator_rows[] = {ONE_OF("organization", &sw_cdx_entity, 0),
    ONE_OF("individual", &sw_cdx_contact, 0), ONE_OF("component", &sw_cdx_component, 0),
    ONE_OF("service", &sw_cdx_service, 0), END};
static const struct sw_shape annotator = {NULL, annotator_rows, false, check_annotator};
static const struct sw_shape_row annotation_rows[] = {ROW("bom-ref", NAME),
    {"subjects", SW_SHAPE_REFERENCE, SW_SHAPE_REQUIRED | SW_SHAPE_LIST | SW_SHAPE_SET, 0, NULL,
        NULL, NULL},
    {"annotator", SW_SHAPE_OBJECT, SW_SHAPE_REQUIRED, 0, &annotator, NULL, NULL},
    NEED("timestamp", TIME), NEED("text", TEXT), ONE_OF("signature", &sw_cdx_signature, 0), END};
const struct sw_shape sw_cdx_annotation = {NULL, annotation_rows, false, NULL};

/* --- how it was made -------------------------------------------------------------------------- */

/* What is referred to need not be in the document: the samples of the specification do so, too. */
static const struct sw_shape_row resource_rows[] = {
    ROW("ref", NAME), ONE_OF("externalReference", &sw_cdx_reference, 0), END};
static const struct sw_shape resource = {NULL, resource_rows, false, check_resource};
static const struct sw_shape_row topology_rows[] = {
    NEED("ref", NAME), SET("dependsOn", NAME, 0), SET("provides", NAME, 16), END};
static const struct sw_shape topology = {NULL, topology_rows, false, NULL};
static const struct sw_shape_row parameter_rows[] = {
    ROW("name", TEXT), ROW("value", TEXT), ROW("dataType", TEXT), END};
static const struct sw_shape parameter = {NULL, parameter_rows, false, NULL};
static const struct sw_shape_row input_rows[] = {ONE_OF("source", &resource, 0),
    ONE_OF("target", &resource, 0), ONE_OF("resource", &resource, 0),
    ALL_SET("parameters", &parameter),
    {"environmentVars", SW_SHAPE_ANY, SW_SHAPE_LIST | SW_SHAPE_SET, 0, NULL, NULL, check_variable},
    ONE_OF("data", &sw_cdx_attachment, 0), MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape input = {NULL, input_rows, false, check_input};
static const struct sw_shape_row output_rows[] = {WORD("type", 0, output_types, 0),
    ONE_OF("source", &resource, 0), ONE_OF("target", &resource, 0),
    ONE_OF("resource", &resource, 0),
    {"environmentVars", SW_SHAPE_ANY, SW_SHAPE_LIST | SW_SHAPE_SET, 0, NULL, NULL, check_variable},
    ONE_OF("data", &sw_cdx_attachment, 0), MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape output = {NULL, output_rows, false, check_output};
static const struct sw_shape_row command_rows[] = {
    ROW("executed", TEXT), MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape command = {NULL, command_rows, false, NULL};
static const struct sw_shape_row step_rows[] = {ROW("name", TEXT), ROW("description", TEXT),
    MANY_OF("commands", &command, 0), MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape step = {NULL, step_rows, false, NULL};
static const struct sw_shape_row volume_rows[] = {ROW("uid", TEXT), ROW("name", TEXT),
    WORD("mode", 0, volume_modes, 0), ROW("path", TEXT), ROW("sizeAllocated", TEXT),
    ROW("persistent", TRUTH), ROW("remote", TRUTH), MANY_OF("properties", &sw_cdx_property, 0),
    END};
static const struct sw_shape volume = {NULL, volume_rows, false, NULL};
static const struct sw_shape_row condition_rows[] = {ROW("description", TEXT),
    ROW("expression", TEXT), MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape condition = {NULL, condition_rows, false, NULL};
static const struct sw_shape_row event_rows[] = {ROW("uid", TEXT), ROW("description", TEXT),
    ROW("timeReceived", TIME), ONE_OF("data", &sw_cdx_attachment, 0),
    ONE_OF("source", &resource, 0), ONE_OF("target", &resource, 0),
    MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape event = {NULL, event_rows, false, NULL};

/* What a workflow, a task, a trigger and a workspace have in common. */
static const struct sw_shape_row work_rows[] = {NEED("bom-ref", NAME), NEED("uid", TEXT),
    ROW("name", TEXT), ROW("description", TEXT), ALL_SET("resourceReferences", &resource),
    MANY_OF("properties", &sw_cdx_property, 0), END};
static const struct sw_shape work = {NULL, work_rows, false, NULL};
static const struct sw_shape_row workspace_rows[] = {MANY("aliases", TEXT, 0),
    WORD("accessMode", 0, access_modes, 0), ROW("mountPath", TEXT), ROW("managedDataType", TEXT),
    ROW("volumeRequest", TEXT), ONE_OF("volume", &volume, 0), END};
static const struct sw_shape workspace = {&work, workspace_rows, false, NULL};
static const struct sw_shape_row trigger_rows[] = {
    WORD("type", SW_SHAPE_REQUIRED, trigger_types, 0), ONE_OF("event", &event, 0),
    ALL_SET("conditions", &condition), ROW("timeActivated", TIME), ALL_SET("inputs", &input),
    ALL_SET("outputs", &output), END};
static const struct sw_shape trigger = {&work, trigger_rows, false, NULL};
static const struct sw_shape_row task_rows[] = {SET_WORDS("taskTypes", task_types, 0),
    ONE_OF("trigger", &trigger, 0), ALL_SET("steps", &step), ALL_SET("inputs", &input),
    ALL_SET("outputs", &output), ROW("timeStart", TIME), ROW("timeEnd", TIME),
    ALL_SET("workspaces", &workspace), ALL_SET("runtimeTopology", &topology), END};
static const struct sw_shape task = {&work, task_rows, false, NULL};
static const struct sw_shape_row workflow_rows[] = {
    ALL_SET("tasks", &task), ALL_SET("taskDependencies", &topology), END};
static const struct sw_shape workflow = {&task, workflow_rows, false, NULL};
static const struct sw_shape_row formula_rows[] = {ROW("bom-ref", NAME),
    ALL_SET("components", &sw_cdx_component), ALL_SET("services", &sw_cdx_service),
    ALL_SET("workflows", &workflow), MANY_OF("properties", &sw_cdx_property, 0), END};
const struct sw_shape sw_cdx_formula = {NULL, formula_rows, false, NULL};

/* --- declarations ----------------------------------------------------------------------------- */

static const struct sw_shape_row assessor_rows[] = {
    ROW("bom-ref", NAME), ROW("thirdParty", TRUTH), ONE_OF("organization", &sw_cdx_entity, 0), END};
static const struct sw_shape assessor = {NULL, assessor_rows, false, NULL};
static const struct sw_shape_row conformance_rows[] = {
    ROW("score", SHARE), ROW("rationale", TEXT), MANY("mitigationStrategies", REFERENCE, 0), END};
static const struct sw_shape conformance = {NULL, conformance_rows, false, NULL};
static const struct sw_shape_row confidence_rows[] = {
    ROW("score", SHARE), ROW("rationale", TEXT), END};
static const struct sw_shape confidence = {NULL, confidence_rows, false, NULL};
/* Standards, and claims that speak against, are often kept elsewhere. */
static const struct sw_shape_row mapping_rows[] = {ROW("requirement", NAME),
    MANY("claims", REFERENCE, 0), MANY("counterClaims", NAME, 0),
    ONE_OF("conformance", &conformance, 0), ONE_OF("confidence", &confidence, 0), END};
static const struct sw_shape mapping = {NULL, mapping_rows, false, NULL};
static const struct sw_shape_row attestation_rows[] = {ROW("summary", TEXT),
    ROW("assessor", REFERENCE), MANY_OF("map", &mapping, 0),
    ONE_OF("signature", &sw_cdx_signature, 0), END};
static const struct sw_shape attestation = {NULL, attestation_rows, false, NULL};
static const struct sw_shape_row claim_rows[] = {ROW("bom-ref", NAME), ROW("target", REFERENCE),
    ROW("predicate", TEXT), MANY("mitigationStrategies", REFERENCE, 0), ROW("reasoning", TEXT),
    MANY("evidence", REFERENCE, 0), MANY("counterEvidence", REFERENCE, 0),
    MANY_OF("externalReferences", &sw_cdx_reference, 0), ONE_OF("signature", &sw_cdx_signature, 0),
    END};
static const struct sw_shape claim = {NULL, claim_rows, false, NULL};
static const struct sw_shape_row contents_rows[] = {
    ONE_OF("attachment", &sw_cdx_attachment, 0), ROW("url", IRI), END};
static const struct sw_shape contents = {NULL, contents_rows, false, NULL};
static const struct sw_shape_row data_rows[] = {ROW("name", TEXT), ONE_OF("contents", &contents, 0),
    ROW("classification", TEXT), MANY("sensitiveData", TEXT, 0),
    ONE_OF("governance", &sw_cdx_governance, 0), END};
static const struct sw_shape data = {NULL, data_rows, false, NULL};
static const struct sw_shape_row evidence_rows[] = {ROW("bom-ref", NAME), ROW("propertyName", TEXT),
    ROW("description", TEXT), MANY_OF("data", &data, 0), ROW("created", TIME), ROW("expires", TIME),
    ONE_OF("author", &sw_cdx_contact, 0), ONE_OF("reviewer", &sw_cdx_contact, 0),
    ONE_OF("signature", &sw_cdx_signature, 0), END};
static const struct sw_shape evidence = {NULL, evidence_rows, false, NULL};
static const struct sw_shape_row target_rows[] = {MANY_OF("organizations", &sw_cdx_entity, 0),
    MANY_OF("components", &sw_cdx_component, 0), MANY_OF("services", &sw_cdx_service, 0), END};
static const struct sw_shape target = {NULL, target_rows, false, NULL};
static const struct sw_shape_row signatory_rows[] = {ROW("name", TEXT), ROW("role", TEXT),
    ONE_OF("signature", &sw_cdx_signature, 0), ONE_OF("organization", &sw_cdx_entity, 0),
    ONE_OF("externalReference", &sw_cdx_reference, 0), END};
static const struct sw_shape signatory = {NULL, signatory_rows, false, check_signatory};
static const struct sw_shape_row affirmation_rows[] = {ROW("statement", TEXT),
    MANY_OF("signatories", &signatory, 0), ONE_OF("signature", &sw_cdx_signature, 0), END};
static const struct sw_shape affirmation = {NULL, affirmation_rows, false, NULL};
static const struct sw_shape_row declaration_rows[] = {MANY_OF("assessors", &assessor, 0),
    MANY_OF("attestations", &attestation, 0), MANY_OF("claims", &claim, 0),
    MANY_OF("evidence", &evidence, 0), ONE_OF("targets", &target, 0),
    ONE_OF("affirmation", &affirmation, 0), ONE_OF("signature", &sw_cdx_signature, 0), END};
const struct sw_shape sw_cdx_declarations = {NULL, declaration_rows, false, NULL};

/* --- standards and patents -------------------------------------------------------------------- */

static const struct sw_shape_row requirement_rows[] = {ROW("bom-ref", NAME),
    ROW("identifier", TEXT), ROW("title", TEXT), ROW("text", TEXT), MANY("descriptions", TEXT, 0),
    {"openCre", SW_SHAPE_TEXT, SW_SHAPE_LIST, 0, NULL, NULL, check_cre}, ROW("parent", REFERENCE),
    MANY_OF("properties", &sw_cdx_property, 0), MANY_OF("externalReferences", &sw_cdx_reference, 0),
    END};
static const struct sw_shape requirement = {NULL, requirement_rows, false, NULL};
static const struct sw_shape_row level_rows[] = {ROW("bom-ref", NAME), ROW("identifier", TEXT),
    ROW("title", TEXT), ROW("description", TEXT), MANY("requirements", REFERENCE, 0), END};
static const struct sw_shape level = {NULL, level_rows, false, NULL};
static const struct sw_shape_row standard_rows[] = {ROW("bom-ref", NAME), ROW("name", TEXT),
    ROW("version", TEXT), ROW("description", TEXT), ROW("owner", TEXT),
    MANY_OF("requirements", &requirement, 0), MANY_OF("levels", &level, 0),
    MANY_OF("externalReferences", &sw_cdx_reference, 0), ONE_OF("signature", &sw_cdx_signature, 0),
    END};
static const struct sw_shape standard = {NULL, standard_rows, false, NULL};
static const struct sw_shape_row priority_rows[] = {
    {"applicationNumber", SW_SHAPE_TEXT, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_patent_number},
    {"jurisdiction", SW_SHAPE_TEXT, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_jurisdiction},
    {"filingDate", SW_SHAPE_TEXT, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_day}, END};
static const struct sw_shape priority = {NULL, priority_rows, false, NULL};
static const struct sw_shape_row family_rows[] = {ROW("bom-ref", NAME), NEED("familyId", TEXT),
    ONE_OF("priorityApplication", &priority, 0), MANY("members", REFERENCE, 0),
    MANY_OF("externalReferences", &sw_cdx_reference, 0), END};
static const struct sw_shape family = {NULL, family_rows, false, NULL};
static const struct sw_shape_row patent_rows[] = {ROW("bom-ref", NAME),
    {"patentNumber", SW_SHAPE_TEXT, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_patent_number},
    ROW_IF("applicationNumber", TEXT, check_patent_number),
    {"jurisdiction", SW_SHAPE_TEXT, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_jurisdiction},
    ONE_OF("priorityApplication", &priority, 0),
    ROW_IF("publicationNumber", TEXT, check_patent_number), ROW("title", TEXT),
    ROW("abstract", TEXT), ROW_IF("filingDate", TEXT, check_day),
    ROW_IF("grantDate", TEXT, check_day), ROW_IF("patentExpirationDate", TEXT, check_day),
    WORD("patentLegalStatus", SW_SHAPE_REQUIRED, patent_states, 0),
    {"patentAssignee", SW_SHAPE_ANY, SW_SHAPE_LIST, 0, NULL, NULL, check_party},
    MANY_OF("externalReferences", &sw_cdx_reference, 0), END};
static const struct sw_shape patent = {NULL, patent_rows, false, NULL};

static void check_patent(struct sw_shape_walk *walk, const struct sw_json *value)
{
    sw_shape_object(walk, sw_json_get(value, "familyId") == NULL ? &patent : &family, value);
}

static const struct sw_shape_row definition_rows[] = {MANY_OF("standards", &standard, 0),
    {"patents", SW_SHAPE_ANY, SW_SHAPE_LIST, 17, NULL, NULL, check_patent}, END};
const struct sw_shape sw_cdx_definitions = {NULL, definition_rows, false, NULL};
static const struct sw_shape_row assertion_rows[] = {ROW("bom-ref", NAME),
    WORD("assertionType", SW_SHAPE_REQUIRED, assertion_types, 0), MANY("patentRefs", REFERENCE, 0),
    {"asserter", SW_SHAPE_ANY, SW_SHAPE_REQUIRED, 0, NULL, NULL, check_asserter},
    ROW("notes", TEXT), END};
const struct sw_shape sw_cdx_patent_assertion = {NULL, assertion_rows, false, NULL};
