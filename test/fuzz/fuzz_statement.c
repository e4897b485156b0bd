/* An in-toto statement. What is read and written again must read back the same, and be canonical.
 */
#include "claim/claim.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void expect_same(const struct sw_statement *a, const struct sw_statement *b)
{
    expect(a->subject_count == b->subject_count);
    expect(sw_str_equal(a->predicate_type, b->predicate_type));
    for (size_t i = 0; i < a->subject_count; i++) {
        expect(sw_str_equal(a->subjects[i].name, b->subjects[i].name));
        expect(sw_digest_equal(&a->subjects[i].digest, &b->subjects[i].digest));
    }
}

static void round_trip(struct sw_arena *arena, const struct sw_statement *statement)
{
    SW_CLEANUP(buf) struct sw_buf predicate = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf canonical = SW_BUF_INIT;
    struct sw_statement again;
    char *type = sw_arena_strndup(arena, statement->predicate_type);
    if (type == NULL || strlen(type) != statement->predicate_type.len ||
        sw_json_print(&predicate, statement->predicate, 0) != SW_OK) {
        return;
    }
    /* A number that no double holds has no canonical form. */
    if (sw_statement_write(&text, statement->subjects, statement->subject_count, type,
            sw_buf_bytes(&predicate), NULL) != SW_OK) {
        return;
    }
    expect(sw_statement_parse(arena, sw_buf_bytes(&text), &again, NULL) == SW_OK);
    expect_same(statement, &again);
    expect(sw_json_canonicalize(&canonical, sw_buf_bytes(&text), NULL) == SW_OK);
    expect(sw_bytes_equal(sw_buf_bytes(&canonical), sw_buf_bytes(&text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_statement statement;
    sw_arena_init(&arena, (size_t)64 << 20);
    if (sw_statement_parse(&arena, sw_bytes(data, size), &statement, NULL) == SW_OK) {
        expect(statement.subject_count > 0 && statement.predicate_type.len > 0);
        round_trip(&arena, &statement);
    }
    return 0;
}
