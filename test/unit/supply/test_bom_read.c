#include "supply/bom.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#define NONE sw_str("")

static void read_text(struct sw_arena *arena, const char *text, struct sw_bom *out)
{
    struct sw_json *root = SW_ARENA_NEW(arena, struct sw_json);
    struct sw_error err = {0};
    assert_int_equal(sw_bom_parse(arena, sw_bytes(text, strlen(text)), root, &err), SW_OK);
    sw_bom_init(out, arena);
    if (sw_bom_read(out, root, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static enum sw_code refusal(const char *text)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_json root;
    struct sw_bom bom;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_bom_parse(&arena, sw_bytes(text, strlen(text)), &root, &err), SW_OK);
    sw_bom_init(&bom, &arena);
    enum sw_code code = sw_bom_read(&bom, &root, &err);
    assert_true(code == SW_OK || err.text[0] != '\0');
    return code;
}

static void has(const struct sw_bom_component *c, enum sw_bom_field field, const char *want)
{
    struct sw_str got = sw_bom_get(c, field);
    if (!sw_str_is(got, want)) {
        fail_msg("%s is '%.*s', not '%s'", sw_bom_field_name(field), SW_STR_ARG(got), want);
    }
}

/* --- what is read ----------------------------------------------------------------------------- */

static void cyclonedx_is_taken_in(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bom bom;
    sw_arena_init(&arena, 0);
    read_text(&arena,
        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"vulnerabilities\":[{}],"
        "\"metadata\":{\"timestamp\":\"2026-01-01T00:00:00Z\",\"tools\":[{\"name\":\"t\"}],"
        "\"component\":{\"type\":\"machine-learning-model\",\"bom-ref\":\"m\",\"group\":\"g\","
        "\"name\":\"n\",\"licenses\":[{\"license\":{\"id\":\"MIT\"}},{\"license\":{\"name\":\"x\","
        "\"acknowledgement\":\"concluded\"}}],\"pedigree\":{\"ancestors\":[{\"type\":"
        "\"machine-learning-model\",\"name\":\"base\"}]},\"modelCard\":{\"modelParameters\":{"
        "\"task\":\"t\",\"datasets\":[{\"ref\":\"d\"}]}},\"components\":[{\"type\":\"file\","
        "\"name\":\"f\"}]}},\"components\":[{\"type\":\"data\",\"bom-ref\":\"d\",\"name\":\"d\"}],"
        "\"services\":[{\"bom-ref\":\"s\",\"name\":\"s\",\"endpoints\":[\"https://h\"]}],"
        "\"dependencies\":[{\"ref\":\"m\",\"dependsOn\":[\"s\",\"d\",\"nobody\",7]}],"
        "\"compositions\":[{\"aggregate\":\"complete\",\"assemblies\":[\"m\"]}]}",
        &bom);
    assert_int_equal(bom.count, 5);
    assert_true(bom.timed && bom.vulnerabilities);
    assert_int_equal(bom.parts, SW_BOM_COMPLETE);
    assert_int_equal(bom.edge_count, 2);
    has(&bom.components[0], SW_BOM_NAME, "g/n");
    has(&bom.components[0], SW_BOM_LICENCE_DECLARED, "MIT");
    has(&bom.components[0], SW_BOM_LICENCE_CONCLUDED, "x");
    has(&bom.components[0], SW_BOM_DATASET, "d");
    assert_int_equal(bom.components[1].role, SW_BOM_ANCESTOR);
    assert_int_equal(bom.components[2].role, SW_BOM_INSIDE);
    has(&bom.components[4], SW_BOM_ENDPOINT, "https://h");
}

static void what_it_is_about_must_be_told(void **state)
{
    (void)state;
    assert_int_equal(refusal("{}"), SW_E_FORMAT);
    assert_int_equal(refusal("[1]"), SW_E_FORMAT);
    assert_int_equal(refusal("{\"bomFormat\":\"SPDX\"}"), SW_E_FORMAT);
    assert_int_equal(refusal("{\"@context\":1}"), SW_E_FORMAT);
    assert_int_equal(refusal("{\"@context\":1,\"@graph\":[]}"), SW_E_FORMAT);
    assert_int_equal(refusal("{\"bomFormat\":\"CycloneDX\"}"), SW_OK);
    assert_int_equal(refusal("{\"bomFormat\":\"CycloneDX\",\"metadata\":{\"component\":7},"
                             "\"components\":[1,{},{\"name\":[]}],\"services\":[[]]}"),
        SW_OK);
}

static void roots_that_lead_in_a_circle_end(void **state)
{
    (void)state;
    assert_int_equal(
        refusal("{\"@context\":1,\"@graph\":[{\"type\":\"SpdxDocument\",\"spdxId\":\"a\","
                "\"rootElement\":[\"b\"]},{\"type\":\"software_Sbom\",\"spdxId\":\"b\","
                "\"rootElement\":[\"a\"]}]}"),
        SW_E_FORMAT);
    assert_int_equal(
        refusal("{\"@context\":1,\"@graph\":[{\"type\":\"SpdxDocument\",\"spdxId\":\"a\","
                "\"rootElement\":[\"p\"]},{\"type\":\"software_Package\",\"spdxId\":\"p\"},"
                "{\"type\":\"Relationship\",\"from\":\"p\",\"to\":[\"p\"],\"relationshipType\":"
                "\"contains\"},{\"type\":\"Relationship\",\"from\":\"p\",\"to\":[\"p\"],"
                "\"relationshipType\":\"dependsOn\"}]}"),
        SW_OK);
}

/* --- there and back --------------------------------------------------------------------------- */

static uint32_t add(struct sw_bom *bom, enum sw_bom_kind kind, enum sw_bom_role role,
    const char *name, const char *version)
{
    uint32_t number;
    assert_int_equal(sw_bom_add(bom, kind, role, 0, &number), SW_OK);
    assert_int_equal(sw_bom_set(bom, number, SW_BOM_NAME, sw_str(name), NONE), SW_OK);
    assert_int_equal(sw_bom_set(bom, number, SW_BOM_VERSION, sw_str(version), NONE), SW_OK);
    return number;
}

static void sample(struct sw_arena *arena, struct sw_bom *bom)
{
    sw_bom_init(bom, arena);
    bom->timed = true;
    bom->tool = bom->tool_version = sw_str("t");
    (void)add(bom, SW_BOM_MODEL, SW_BOM_MAIN, "m", "1");
    (void)add(bom, SW_BOM_MODEL, SW_BOM_ANCESTOR, "base", "");
    uint32_t file = add(bom, SW_BOM_FILE, SW_BOM_INSIDE, "a b/c", "");
    uint32_t data = add(bom, SW_BOM_DATA, SW_BOM_PART, "d", "");
    uint32_t api = add(bom, SW_BOM_SERVICE, SW_BOM_PART, "api", "");
    assert_int_equal(sw_bom_name(bom, data, sw_str("data:d")), SW_OK);
    (void)!sw_bom_set(bom, 0, SW_BOM_DATASET, sw_str("data:d"), NONE);
    (void)!sw_bom_set(bom, 0, SW_BOM_SUPPLIER, sw_str("S"), NONE);
    (void)!sw_bom_set(bom, 0, SW_BOM_LICENCE_DECLARED, sw_str("MIT"), NONE);
    (void)!sw_bom_set(bom, 0, SW_BOM_LICENCE_CONCLUDED, sw_str("ISC OR MIT"), NONE);
    (void)!sw_bom_set(bom, 0, SW_BOM_TASK, sw_str("t"), NONE);
    (void)!sw_bom_set(bom, 0, SW_BOM_METRIC, sw_str("acc\n0.5"), NONE);
    (void)!sw_bom_set(bom, api, SW_BOM_ENDPOINT, sw_str("https://h"), NONE);
    (void)!sw_bom_add_hash(bom, file, sw_str("SHA-256"), sw_str("00"));
    (void)!sw_bom_depend(bom, 0, api);
    assert_int_equal(sw_bom_name_all(bom), SW_OK);
}

static void what_is_written_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const specs[] = {"1.7", "1.6", NULL};
    for (size_t i = 0; i < SW_COUNT(specs); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        struct sw_error err = {0};
        struct sw_bom bom;
        struct sw_bom again;
        struct sw_bom_diff diff;
        sw_arena_init(&arena, 0);
        sample(&arena, &bom);
        if (specs[i] != NULL && strcmp(specs[i], "1.6") == 0) {
            bom.components[0].values[5].text = sw_str("MIT"); /* an expression stands alone there */
        }
        enum sw_code code = specs[i] == NULL ? sw_bom_write_spdx(&bom, &text, &err)
                                             : sw_bom_write_cyclonedx(&bom, specs[i], &text, &err);
        assert_int_equal(code, SW_OK);
        read_text(&arena, sw_buf_cstr(&text), &again);
        assert_int_equal(again.count, bom.count);
        assert_int_equal(sw_bom_compare(&bom, &again, &arena, &diff), SW_OK);
        for (size_t k = 0; k < diff.count; k++) {
            print_message("%s: %.*s -> %.*s\n", diff.list[k].what, SW_STR_ARG(diff.list[k].from),
                SW_STR_ARG(diff.list[k].to));
        }
        assert_int_equal(diff.count, 0);
    }
}

/* --- comparing -------------------------------------------------------------------------------- */

static void several_versions_of_one_thing_are_kept_apart(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bom a;
    struct sw_bom b;
    struct sw_bom_diff diff;
    sw_arena_init(&arena, 0);
    sw_bom_init(&a, &arena);
    sw_bom_init(&b, &arena);
    (void)add(&a, SW_BOM_APPLICATION, SW_BOM_MAIN, "x", "");
    (void)add(&b, SW_BOM_APPLICATION, SW_BOM_MAIN, "x", "");
    (void)add(&a, SW_BOM_LIBRARY, SW_BOM_PART, "l", "1");
    (void)add(&a, SW_BOM_LIBRARY, SW_BOM_PART, "l", "2");
    (void)add(&b, SW_BOM_LIBRARY, SW_BOM_PART, "l", "3");
    (void)add(&b, SW_BOM_LIBRARY, SW_BOM_PART, "l", "2");
    (void)add(&a, SW_BOM_LIBRARY, SW_BOM_PART, "k", "1");
    (void)add(&b, SW_BOM_LIBRARY, SW_BOM_PART, "k", "2");
    assert_int_equal(sw_bom_compare(&a, &b, &arena, &diff), SW_OK);
    assert_int_equal(diff.count, 3);
    assert_string_equal(diff.list[0].what, "version");
    assert_int_equal(diff.list[1].change, SW_BOM_REMOVED);
    assert_true(sw_str_is(sw_bom_get(diff.list[1].before, SW_BOM_VERSION), "1"));
    assert_int_equal(diff.list[2].change, SW_BOM_ADDED);
    assert_true(sw_str_is(sw_bom_get(diff.list[2].after, SW_BOM_VERSION), "3"));
}

static void hashes_of_one_algorithm_have_no_order(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after; /* a letter a hash */
        const char *told;
    } rows[] = {{"ab", "ab", NULL}, {"ba", "abb", NULL}, {"ab", "a", "a"}, {"a", "ca", "a, c"},
        {"", "a", "SHA-512:a"}, {"a", "", ""}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_bom boms[2];
        struct sw_bom_diff diff;
        sw_arena_init(&arena, 0);
        for (size_t k = 0; k < 2; k++) {
            sw_bom_init(&boms[k], &arena);
            (void)add(&boms[k], SW_BOM_APPLICATION, SW_BOM_MAIN, "x", "");
            for (const char *at = k == 0 ? rows[i].before : rows[i].after; *at != '\0'; at++) {
                assert_int_equal(
                    sw_bom_add_hash(&boms[k], 0, sw_str("SHA-512"), sw_str_n(at, 1)), SW_OK);
            }
        }
        assert_int_equal(sw_bom_compare(&boms[0], &boms[1], &arena, &diff), SW_OK);
        assert_int_equal(diff.count, rows[i].told != NULL);
        assert_true(rows[i].told == NULL || sw_str_is(diff.list[0].to, rows[i].told));
    }
}

/* --- elements --------------------------------------------------------------------------------- */

static const struct sw_bom_element *element(const struct sw_bom_element *list, size_t count,
    const char *scheme, const char *cluster, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].scheme, scheme) == 0 && strcmp(list[i].cluster, cluster) == 0 &&
            strcmp(list[i].name, name) == 0) {
            return &list[i];
        }
    }
    fail_msg("%s %s %s is not there", scheme, cluster, name);
    return NULL;
}

static void elements_are_present_absent_or_for_a_person(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_bom bom;
    struct sw_bom_element *list;
    size_t n;
    sw_arena_init(&arena, 0);
    sample(&arena, &bom);
    assert_int_equal(sw_bom_score(&bom, &arena, &list, &n), SW_OK);
    assert_int_equal(element(list, n, "G7", "models", "license")->state, SW_BOM_PRESENT);
    assert_int_equal(element(list, n, "G7", "datasets", "license")->state, SW_BOM_ABSENT);
    assert_int_equal(element(list, n, "G7", "system", "data flow")->state, SW_BOM_PERSON);
    const struct sw_bom_element *sha512 =
        element(list, n, "BSI", "files", "SHA-512 of the deployable component");
    assert_int_equal(sha512->state, SW_BOM_ABSENT);
    assert_int_equal(sha512->of, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cyclonedx_is_taken_in),
        cmocka_unit_test(what_it_is_about_must_be_told),
        cmocka_unit_test(roots_that_lead_in_a_circle_end),
        cmocka_unit_test(what_is_written_reads_back_the_same),
        cmocka_unit_test(several_versions_of_one_thing_are_kept_apart),
        cmocka_unit_test(hashes_of_one_algorithm_have_no_order),
        cmocka_unit_test(elements_are_present_absent_or_for_a_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
