#include "supply/bom.h"
#include "supply/bom_private.h"

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#define NONE sw_str("")

struct fixture {
    struct sw_arena arena;
    struct sw_bom bom;
    struct sw_buf out;
};

static void begin(struct fixture *f, enum sw_bom_kind kind, const char *name)
{
    uint32_t main;
    *f = (struct fixture){0};
    sw_arena_init(&f->arena, 0);
    sw_bom_init(&f->bom, &f->arena);
    f->bom.tool = sw_str("sealwright");
    f->bom.tool_version = sw_str("1");
    assert_int_equal(sw_bom_add(&f->bom, kind, SW_BOM_MAIN, SW_BOM_NONE, &main), SW_OK);
    assert_int_equal(sw_bom_set(&f->bom, 0, SW_BOM_NAME, sw_str(name), sw_str("--name")), SW_OK);
}

static void end(struct fixture *f)
{
    sw_buf_release(&f->out);
    sw_arena_release(&f->arena);
}

static uint32_t add(
    struct fixture *f, enum sw_bom_kind kind, enum sw_bom_role role, const char *name)
{
    uint32_t number;
    assert_int_equal(sw_bom_add(&f->bom, kind, role, 0, &number), SW_OK);
    assert_int_equal(sw_bom_set(&f->bom, number, SW_BOM_NAME, sw_str(name), NONE), SW_OK);
    return number;
}

static const struct sw_json *cyclonedx(struct fixture *f, const char *spec)
{
    struct sw_error err = {0};
    struct sw_json *root = SW_ARENA_NEW(&f->arena, struct sw_json);
    sw_buf_clear(&f->out);
    assert_int_equal(sw_bom_name_all(&f->bom), SW_OK);
    assert_int_equal(sw_bom_write_cyclonedx(&f->bom, spec, &f->out, &err), SW_OK);
    assert_int_equal(sw_json_parse(&f->arena, sw_buf_bytes(&f->out), NULL, root, &err), SW_OK);
    return root;
}

static void is(const struct sw_json *root, const char *path, const char *want)
{
    struct sw_str text = NONE;
    if (!sw_json_str(sw_json_path(root, sw_str(path)), &text) || !sw_str_is(text, want)) {
        fail_msg("%s is '%.*s', not '%s'", path, SW_STR_ARG(text), want);
    }
}

/* --- references ------------------------------------------------------------------------------- */

static void references_are_unique(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, SW_BOM_APPLICATION, "a");
    for (int i = 0; i < 300; i++) {
        (void)add(&f, SW_BOM_LIBRARY, SW_BOM_PART, "same");
    }
    (void)add(&f, SW_BOM_LIBRARY, SW_BOM_PART, "same#5");
    (void)add(&f, SW_BOM_LIBRARY, SW_BOM_PART, "\xff\xfe");
    assert_int_equal(sw_bom_name_all(&f.bom), SW_OK);
    for (uint32_t i = 0; i < f.bom.count; i++) {
        uint32_t found;
        assert_true(f.bom.components[i].ref.len > 0);
        assert_true(sw_bom_find(&f.bom, f.bom.components[i].ref, &found));
        assert_int_equal(found, i);
    }
    end(&f);
}

static void any_text_becomes_a_reference_to_something(void **state)
{
    (void)state;
    static const struct {
        const char *text, *iri;
    } rows[] = {
        {"https://example.com/a?b=c#d", "https://example.com/a?b=c#d"},
        {"https://example.com:8080/a", "https://example.com:8080/a"},
        {"https://user:secret@example.com/a", "https://user%3Asecret%40example.com/a"},
        {"https://example.com:x/", "https://example.com%3Ax/"},
        {"LICENSE", "LICENSE"},
        {"a b<c>", "a%20b%3Cc%3E"},
        {"1:2", "1%3A2"},
        {"a#b#c", "a#b%23c"},
        {"50%", "50%25"},
        {"50%2f", "50%2f"},
        {"http://[::1]/", "http://%5B%3A%3A1%5D/"},
        {"\xff\n", "%FF%0A"},
        {"mailto:a@b", "mailto:a@b"},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_string_equal(sw_bom_iri(&arena, sw_str(rows[i].text)), rows[i].iri);
    }
}

/* --- licences --------------------------------------------------------------------------------- */

static void licences_are_expressions_or_references(void **state)
{
    (void)state;
    static const struct {
        const char *said, *want;
    } rows[] = {{"apache-2.0", "Apache-2.0"}, {" mit ", "MIT"}, {"llama2", "LicenseRef-llama2"},
        {"bigscience-openrail-m", "LicenseRef-bigscience-openrail-m"}, {"unknown", ""},
        {"Other", ""}, {"mit or isc", "ISC OR MIT"}, {"my own words", "LicenseRef-my-own-words"},
        {"", ""}};
    SW_CLEANUP(arena) struct sw_arena arena;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_str got = sw_bom_licence(&arena, sw_str(rows[i].said));
        if (!sw_str_is(got, rows[i].want)) {
            fail_msg("'%s' became '%.*s'", rows[i].said, SW_STR_ARG(got));
        }
    }
}

static void declared_and_concluded_stand_side_by_side_where_they_can(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, SW_BOM_MODEL, "m");
    (void)!sw_bom_set(&f.bom, 0, SW_BOM_LICENCE_DECLARED, sw_str("LicenseRef-x"), NONE);
    (void)!sw_bom_set(&f.bom, 0, SW_BOM_LICENCE_CONCLUDED, sw_str("MIT"), NONE);
    const struct sw_json *root = cyclonedx(&f, "1.7");
    is(root, "metadata.component.licenses.0.expression", "LicenseRef-x");
    is(root, "metadata.component.licenses.1.license.id", "MIT");
    root = cyclonedx(&f, "1.6");
    is(root, "metadata.component.licenses.0.expression", "LicenseRef-x");
    assert_null(sw_json_path(root, sw_str("metadata.component.licenses.1")));
    end(&f);
}

/* --- documents -------------------------------------------------------------------------------- */

static void services_are_no_components(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, SW_BOM_APPLICATION, "a");
    uint32_t api = add(&f, SW_BOM_SERVICE, SW_BOM_PART, "API");
    uint32_t lib = add(&f, SW_BOM_LIBRARY, SW_BOM_PART, "lib");
    (void)!sw_bom_depend(&f.bom, 0, api);
    (void)!sw_bom_depend(&f.bom, 0, lib);
    (void)!sw_bom_depend(&f.bom, 0, lib);
    const struct sw_json *root = cyclonedx(&f, "1.7");
    is(root, "services.0.name", "API");
    is(root, "components.0.name", "lib");
    assert_null(sw_json_path(root, sw_str("components.1")));
    assert_int_equal(sw_json_path(root, sw_str("dependencies.0.dependsOn"))->count, 2);
    end(&f);
}

static void values_cite_where_they_come_from(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, SW_BOM_MODEL, "m");
    const struct sw_json *root = cyclonedx(&f, "1.7");
    assert_null(sw_json_get(root, "citations")); /* without a time there can be none */
    f.bom.timed = true;
    root = cyclonedx(&f, "1.7");
    is(root, "citations.0.note", "--name");
    is(root, "citations.0.pointers.0", "/metadata/component/name");
    is(root, "citations.0.timestamp", "1970-01-01T00:00:00Z");
    root = cyclonedx(&f, "1.6");
    assert_null(sw_json_get(root, "citations"));
    end(&f);
}

static void equal_bills_have_equal_bytes_and_others_another_number(void **state)
{
    (void)state;
    struct fixture f;
    struct fixture g;
    begin(&f, SW_BOM_MODEL, "m");
    begin(&g, SW_BOM_MODEL, "m");
    (void)cyclonedx(&f, "1.7");
    (void)cyclonedx(&g, "1.7");
    assert_true(sw_bytes_equal(sw_buf_bytes(&f.out), sw_buf_bytes(&g.out)));
    struct sw_str first = NONE;
    struct sw_str second = NONE;
    (void)sw_json_str(sw_json_get(cyclonedx(&f, "1.7"), "serialNumber"), &first);
    (void)!sw_bom_set(&g.bom, 0, SW_BOM_VERSION, sw_str("2"), NONE);
    (void)sw_json_str(sw_json_get(cyclonedx(&g, "1.7"), "serialNumber"), &second);
    assert_int_equal(first.len, strlen("urn:uuid:") + 36);
    assert_false(sw_str_equal(first, second));
    end(&f);
    end(&g);
}

static void versions_that_no_document_can_hold_are_none(void **state)
{
    (void)state;
    struct fixture f;
    char text[SW_BOM_VERSION_MAX + 1];
    begin(&f, SW_BOM_MODEL, "m");
    memset(text, '1', sizeof(text));
    (void)!sw_bom_set(&f.bom, 0, SW_BOM_VERSION, sw_str_n(text, sizeof(text)), NONE);
    assert_null(sw_bom_value(&f.bom.components[0], SW_BOM_VERSION));
    end(&f);
}

static void spdx_wants_a_time_and_says_what_is_not_known(void **state)
{
    (void)state;
    struct fixture f;
    struct sw_error err = {0};
    struct sw_json root;
    begin(&f, SW_BOM_MODEL, "m");
    assert_int_equal(sw_bom_name_all(&f.bom), SW_OK);
    assert_int_equal(sw_bom_write_spdx(&f.bom, &f.out, &err), SW_E_USAGE);
    f.bom.timed = true;
    sw_buf_clear(&f.out);
    assert_int_equal(sw_bom_write_spdx(&f.bom, &f.out, &err), SW_OK);
    assert_int_equal(sw_json_parse(&f.arena, sw_buf_bytes(&f.out), NULL, &root, &err), SW_OK);
    is(&root, "@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
    is(&root, "@graph.5.type", "ai_AIPackage");
    is(&root, "@graph.5.software_packageVersion", "NOASSERTION");
    is(&root, "@graph.5.software_primaryPurpose", "model");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_are_unique),
        cmocka_unit_test(any_text_becomes_a_reference_to_something),
        cmocka_unit_test(licences_are_expressions_or_references),
        cmocka_unit_test(declared_and_concluded_stand_side_by_side_where_they_can),
        cmocka_unit_test(services_are_no_components),
        cmocka_unit_test(values_cite_where_they_come_from),
        cmocka_unit_test(equal_bills_have_equal_bytes_and_others_another_number),
        cmocka_unit_test(versions_that_no_document_can_hold_are_none),
        cmocka_unit_test(spdx_wants_a_time_and_says_what_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
