#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/inventory.h"

static const struct sw_sighting import = {.signal = "python-import",
    .source = SW_SOURCE_CODE,
    .grade = SW_GRADE_INFERRED,
    .scope = SW_SCOPE_RUNTIME,
    .confidence = 900};
static const struct sw_sighting lock = {.signal = "lock-file",
    .source = SW_SOURCE_PACKAGES,
    .grade = SW_GRADE_DECLARED,
    .scope = SW_SCOPE_RUNTIME,
    .confidence = 950};

static uint32_t lines;

static void see(struct sw_inventory *inv, enum sw_entity_kind kind, const char *name,
    const char *version, const char *purl, const struct sw_sighting *how, const char *file)
{
    const struct sw_entity_id id = {
        .kind = kind, .name = sw_str(name), .version = sw_str(version), .purl = sw_str(purl)};
    struct sw_sighting own = *how;
    own.file = sw_str(file);
    own.line = ++lines; /* the same place twice is one sighting */
    assert_int_equal(sw_inventory_see(inv, &id, &own), SW_OK);
}

static struct sw_inventory setup(struct sw_arena *arena)
{
    struct sw_inventory inv;
    sw_arena_init(arena, 0);
    sw_inventory_init(&inv, arena);
    return inv;
}

static void an_entity_is_there_once_however_often_it_is_seen(void **state)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_inventory inv = setup(&arena);
    for (size_t i = 0; i < 1000; i++) {
        see(&inv, SW_ENTITY_LIBRARY, "torch", "", "pkg:pypi/torch", &import, "b.py");
    }
    see(&inv, SW_ENTITY_LIBRARY, "torch", "2.4.0", "pkg:pypi/torch@2.4.0", &lock, "a.lock");
    see(&inv, SW_ENTITY_LIBRARY, "torch", "", "", &import, "c.py");
    see(&inv, SW_ENTITY_TOOL, "torch", "", "", &import, "c.py");
    assert_int_equal(sw_inventory_finish(&inv), SW_OK);
    assert_int_equal(inv.count, 2);
    const struct sw_entity *torch = &inv.entities[0];
    assert_true(sw_str_is(torch->id.purl, "pkg:pypi/torch@2.4.0"));
    assert_true(sw_str_is(torch->id.version, "2.4.0"));
    assert_int_equal(torch->seen, 1002);
    assert_int_equal(torch->sighting_count, SW_SIGHTINGS_KEPT);
    assert_true(sw_str_is(torch->sightings[0].file, "a.lock"));
    assert_int_equal(torch->grade, SW_GRADE_DECLARED);
}

static void versions_are_entities_of_their_own(void **state)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_inventory inv = setup(&arena);
    see(&inv, SW_ENTITY_LIBRARY, "ai", "2", "pkg:npm/ai@2", &lock, "x");
    see(&inv, SW_ENTITY_LIBRARY, "ai", "1", "pkg:npm/ai@1", &lock, "y");
    see(&inv, SW_ENTITY_LIBRARY, "ai", "1", "pkg:npm/%40x/ai@1", &lock, "y");
    see(&inv, SW_ENTITY_LIBRARY, "ai", "", "pkg:pypi/ai", &import, "y");
    assert_int_equal(sw_inventory_finish(&inv), SW_OK);
    assert_int_equal(inv.count, 4);
    assert_true(sw_str_is(inv.entities[0].id.purl, "pkg:npm/%40x/ai@1"));
    assert_true(sw_str_is(inv.entities[1].id.purl, "pkg:npm/ai@1"));
}

static void only_independent_sources_make_it_surer(void **state)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_inventory inv = setup(&arena);
    struct sw_sighting weak = import;
    weak.confidence = 500;
    see(&inv, SW_ENTITY_MODEL, "a", "", "", &weak, "x");
    see(&inv, SW_ENTITY_MODEL, "a", "", "", &weak, "y");
    see(&inv, SW_ENTITY_MODEL, "b", "", "", &weak, "x");
    weak.source = SW_SOURCE_CONFIGURATION;
    see(&inv, SW_ENTITY_MODEL, "b", "", "", &weak, "x");
    weak.confidence = SW_CONFIDENCE_MAX;
    see(&inv, SW_ENTITY_MODEL, "c", "", "", &weak, "x");
    assert_int_equal(sw_inventory_finish(&inv), SW_OK);
    assert_int_equal(inv.entities[0].confidence, 500);
    assert_int_equal(inv.entities[1].confidence, 750);
    assert_int_equal(inv.entities[2].confidence, 950); /* inferred is never certain */
}

static void the_scope_is_that_which_matters_most(void **state)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_inventory inv = setup(&arena);
    struct sw_sighting test = import;
    test.scope = SW_SCOPE_TEST;
    see(&inv, SW_ENTITY_MODEL, "a", "", "", &test, "x");
    see(&inv, SW_ENTITY_MODEL, "b", "", "", &test, "x");
    see(&inv, SW_ENTITY_MODEL, "b", "", "", &import, "y");
    assert_int_equal(sw_inventory_finish(&inv), SW_OK);
    assert_int_equal(inv.entities[0].scope, SW_SCOPE_TEST);
    assert_false(sw_entity_counts(&inv.entities[0]));
    assert_int_equal(inv.entities[1].scope, SW_SCOPE_RUNTIME);
    assert_true(sw_entity_counts(&inv.entities[1]));
}

static void names_of_any_bytes_are_carried(void **state)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_inventory inv = setup(&arena);
    struct sw_error err = {0};
    struct sw_json_writer w;
    struct sw_json document;
    static char long_name[5000];
    memset(long_name, 'x', sizeof(long_name) - 1);
    see(&inv, SW_ENTITY_MODEL, "a\x1b[31m\xff\n", "", "", &import, "\xc3\x28.py");
    see(&inv, SW_ENTITY_MODEL, "a\x1b[31m\xff\n", "", "", &import, "z");
    see(&inv, SW_ENTITY_MODEL, long_name, "", "", &import, "z");
    assert_int_equal(sw_inventory_finish(&inv), SW_OK);
    assert_int_equal(inv.count, 2);
    assert_int_equal(inv.entities[0].seen, 2);
    sw_jw_init(&w, &text, 0);
    sw_jw_object(&w, NULL);
    sw_inventory_write(&w, &inv);
    sw_jw_object_end(&w);
    assert_int_equal(sw_jw_finish(&w), SW_OK);
    assert_int_equal(sw_json_parse(&arena, sw_buf_bytes(&text), NULL, &document, &err), SW_OK);
    assert_null(memchr(text.data, 0x1b, text.len));
}

static void what_is_written_reads_back(void **state)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf again = SW_BUF_INIT;
    struct sw_inventory inv = setup(&arena);
    struct sw_inventory back;
    struct sw_error err = {0};
    struct sw_json document;
    struct sw_buf *outs[] = {&text, &again};
    see(&inv, SW_ENTITY_LIBRARY, "torch", "2.4.0", "pkg:pypi/torch@2.4.0", &lock, "a.lock");
    see(&inv, SW_ENTITY_LIBRARY, "torch", "2.4.0", "pkg:pypi/torch@2.4.0", &import, "a.py");
    see(&inv, SW_ENTITY_SERVICE, "OpenAI", "", "", &import, "a.py");
    assert_int_equal(sw_inventory_finish(&inv), SW_OK);
    sw_inventory_init(&back, &arena);
    for (size_t i = 0; i < SW_COUNT(outs); i++) {
        struct sw_json_writer w;
        sw_jw_init(&w, outs[i], 2);
        sw_jw_object(&w, NULL);
        sw_inventory_write(&w, i == 0 ? &inv : &back);
        sw_jw_object_end(&w);
        assert_int_equal(sw_jw_finish(&w), SW_OK);
        if (i == 0) {
            assert_int_equal(
                sw_json_parse(&arena, sw_buf_bytes(&text), NULL, &document, &err), SW_OK);
            assert_int_equal(sw_inventory_read(&back, &document, &err), SW_OK);
        }
    }
    assert_true(sw_bytes_equal(sw_buf_bytes(&text), sw_buf_bytes(&again)));
}

static void what_is_no_inventory_is_refused(void **state)
{
    static const char *const bad[] = {"{}", "[]", "{\"entities\":{}}", "{\"entities\":[{}]}",
        "{\"entities\":[{\"kind\":\"model\",\"name\":\"x\",\"evidence\":[]}]}",
        "{\"entities\":[{\"kind\":\"modle\",\"name\":\"x\",\"evidence\":[{}]}]}",
        "{\"entities\":[{\"kind\":\"model\",\"name\":\"x\",\"evidence\":[{\"source\":\"code\","
        "\"grade\":\"inferred\",\"scope\":\"test\",\"confidence\":1.5}]}]}",
        "{\"entities\":[{\"kind\":\"model\",\"name\":\"x\",\"evidence\":[{\"source\":\"code\","
        "\"grade\":\"inferred\",\"scope\":\"test\",\"confidence\":1,\"line\":4294967296}]}]}"};
    for (size_t i = 0; i < SW_COUNT(bad); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_inventory inv = setup(&arena);
        struct sw_error err = {0};
        struct sw_json document;
        assert_int_equal(
            sw_json_parse(&arena, sw_bytes(bad[i], strlen(bad[i])), NULL, &document, &err), SW_OK);
        if (sw_inventory_read(&inv, &document, &err) != SW_E_FORMAT) {
            fail_msg("taken: %s", bad[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entity_is_there_once_however_often_it_is_seen),
        cmocka_unit_test(versions_are_entities_of_their_own),
        cmocka_unit_test(only_independent_sources_make_it_surer),
        cmocka_unit_test(the_scope_is_that_which_matters_most),
        cmocka_unit_test(names_of_any_bytes_are_carried),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(what_is_no_inventory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
