/* What an earlier run of discovery wrote down, told by a process that may have been taken over. */
#include "supply/documents.h"
#include "supply/wire.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#define ENTITIES                                                                      \
    "\"entities\":[{\"kind\":\"library\",\"name\":\"a\",\"version\":\"1\",\"scope\":" \
    "\"test\",\"purl\":\"pkg:npm/"                                                    \
    "a@1\"},{\"kind\":\"model\",\"name\":\"m\",\"scope\":\"runtime\"}]"

static enum sw_code read_one(struct sw_arena *arena, const char *text, struct sw_earlier *out)
{
    SW_CLEANUP(documents) struct sw_documents *documents = NULL;
    struct sw_error err = {0};
    const struct sw_document document = {sw_bytes(text, strlen(text)), "was.json"};
    assert_int_equal(sw_documents_new(UINT64_MAX, NULL, &documents, &err), SW_OK);
    const enum sw_code code = sw_documents_earlier(documents, &document, arena, out, &err);
    assert_true(code == SW_OK || err.text[0] != '\0');
    return code;
}

static void an_inventory_is_read(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_earlier read;
    sw_arena_init(&arena, 0);
    assert_int_equal(
        read_one(&arena, "{\"catalogue\":\"c\",\"all_packages\":true," ENTITIES "}", &read), SW_OK);
    assert_int_equal(read.count, 2);
    assert_int_equal(read.entities[0].kind, SW_ENTITY_LIBRARY);
    assert_int_equal(read.entities[0].scope, SW_SCOPE_TEST);
    assert_true(sw_str_is(read.entities[0].version, "1"));
    assert_true(sw_str_is(read.entities[0].purl, "pkg:npm/a@1"));
    assert_int_equal(read.entities[1].kind, SW_ENTITY_MODEL);
    assert_int_equal(read.entities[1].purl.len, 0);
    assert_true(sw_str_is(read.catalogue, "c"));
    assert_true(read.options_told && read.all_packages);
    assert_int_equal(read_one(&arena, "{" ENTITIES "}", &read), SW_OK);
    assert_false(read.options_told);
    assert_int_equal(read.catalogue.len, 0);
}

static void what_is_no_inventory_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "[]", "{}", "{\"entities\":{}}", "{\"entities\":[{}]}",
        "{\"entities\":[{\"kind\":\"thing\",\"name\":\"a\",\"scope\":\"test\"}]}",
        "{\"entities\":[{\"kind\":\"model\",\"name\":\"\",\"scope\":\"test\"}]}",
        "{\"entities\":[{\"kind\":\"model\",\"name\":\"a\"}]}"};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        struct sw_earlier read;
        sw_arena_init(&arena, 0);
        if (read_one(&arena, rows[i], &read) != SW_E_FORMAT) {
            fail_msg("%s", rows[i]);
        }
    }
}

static void what_no_inventory_can_say_is_not_taken(void **state)
{
    (void)state;
    static const struct {
        struct sw_earlier_entity entity;
        bool good;
    } rows[] = {
        {{SW_ENTITY_MODEL, SW_SCOPE_TEST, {"a", 1}, {"", 0}, {"", 0}}, true},
        {{(enum sw_entity_kind)SW_ENTITY_KINDS, SW_SCOPE_TEST, {"a", 1}, {"", 0}, {"", 0}}, false},
        {{SW_ENTITY_MODEL, (enum sw_scope)(SW_SCOPE_DOCUMENTATION + 1), {"a", 1}, {"", 0}, {"", 0}},
            false},
        {{SW_ENTITY_MODEL, SW_SCOPE_TEST, {"", 0}, {"", 0}, {"", 0}}, false},
        {{SW_ENTITY_MODEL, SW_SCOPE_TEST, {"a", 1}, {"\xff", 1}, {"", 0}}, false},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf told = SW_BUF_INIT;
        struct sw_earlier_entity entity = rows[i].entity;
        const struct sw_earlier earlier = {
            .entities = &entity, .count = 1, .catalogue = sw_str("")};
        struct sw_earlier back;
        sw_arena_init(&arena, 0);
        assert_int_equal(sw_earlier_put(&earlier, &told), SW_OK);
        struct sw_cursor cur = sw_cursor(sw_buf_bytes(&told));
        if (sw_earlier_take(&arena, &cur, &back) != (rows[i].good ? SW_OK : SW_E_FORMAT)) {
            fail_msg("row %zu", i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_inventory_is_read),
        cmocka_unit_test(what_is_no_inventory_is_refused),
        cmocka_unit_test(what_no_inventory_can_say_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
