/* What a paper says, told by a process that may have been taken over. */
#include "supply/paper.h"

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#define README                                                                     \
    "---\nlicense: apache-2.0\nbase_model: [org/base, /home/me/base]\nlanguage:\n" \
    "- en\n- de\ndatasets: org/set\nmodel-index:\n- results:\n  - metrics:\n"      \
    "    - {type: acc, value: 0.5}\n---\n"

static struct sw_bytes bytes_of(const char *text)
{
    return sw_bytes(text, strlen(text));
}

static void write_bill(struct sw_arena *arena, const struct sw_paper *paper, struct sw_buf *out)
{
    struct sw_bom bom;
    uint32_t main;
    struct sw_error err = {0};
    sw_bom_init(&bom, arena);
    bom.format = "cyclonedx";
    assert_int_equal(sw_bom_add(&bom, SW_BOM_MODEL, SW_BOM_MAIN, SW_BOM_NONE, &main), SW_OK);
    assert_int_equal(sw_paper_apply(&bom, "README.md", paper), SW_OK);
    assert_int_equal(sw_bom_name_all(&bom), SW_OK);
    assert_int_equal(sw_bom_write_cyclonedx(&bom, "1.7", out, &err), SW_OK);
}

static void what_is_told_makes_the_same_bill(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf told = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf there = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf here = SW_BUF_INIT;
    struct sw_error err = {0};
    sw_arena_init(&arena, 0);
    struct sw_paper read = {.arena = &arena};
    struct sw_paper back = {.arena = &arena};
    assert_int_equal(sw_paper_read(&read, "README.md", bytes_of(README), &err), SW_OK);
    assert_int_equal(read.count, 7);
    assert_int_equal(read.said[0].line, 2);
    assert_int_equal(sw_paper_put(&read, &told), SW_OK);
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&told));
    assert_int_equal(sw_paper_take(&cur, &back), SW_OK);
    assert_int_equal(sw_cur_left(&cur), 0);
    write_bill(&arena, &read, &there);
    write_bill(&arena, &back, &here);
    assert_string_equal(sw_buf_cstr(&there), sw_buf_cstr(&here));
    assert_non_null(strstr(sw_buf_cstr(&here), "pkg:huggingface/org/base"));
    assert_null(strstr(sw_buf_cstr(&here), "/home/me"));
}

static void what_no_paper_can_say_is_not_taken(void **state)
{
    (void)state;
    static const struct {
        struct sw_paper_said said;
        bool good;
    } rows[] = {
        {{SW_PAPER_VALUE, SW_BOM_TASK, {"a", 1}, {"k", 1}, 7}, true},
        {{SW_PAPER_GAP, SW_BOM_GAP, {"a", 1}, {"", 0}, 0}, true},
        {{SW_PAPER_VALUE, SW_BOM_ROOT, {"a", 1}, {"k", 1}, 7}, false},
        {{SW_PAPER_VALUE, SW_BOM_SUPPLIER, {"a", 1}, {"k", 1}, 7}, false},
        {{SW_PAPER_VALUE, SW_BOM_DATASET, {"a", 1}, {"k", 1}, 7}, false},
        {{SW_PAPER_VALUE, (enum sw_bom_field)SW_BOM_FIELDS, {"a", 1}, {"k", 1}, 7}, false},
        {{(enum sw_paper_what)(SW_PAPER_GAP + 1), SW_BOM_TASK, {"a", 1}, {"k", 1}, 7}, false},
        {{SW_PAPER_BASE, SW_BOM_NAME, {"", 0}, {"k", 1}, 7}, false},
        {{SW_PAPER_BASE, SW_BOM_NAME, {"\xff", 1}, {"k", 1}, 7}, false},
        {{SW_PAPER_BASE, SW_BOM_NAME, {"a", 1}, {"\xff", 1}, 7}, false},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        SW_CLEANUP(buf) struct sw_buf told = SW_BUF_INIT;
        struct sw_paper_said said = rows[i].said;
        const struct sw_paper paper = {.said = &said, .count = 1};
        sw_arena_init(&arena, 0);
        struct sw_paper back = {.arena = &arena};
        assert_int_equal(sw_paper_put(&paper, &told), SW_OK);
        struct sw_cursor cur = sw_cursor(sw_buf_bytes(&told));
        if (sw_paper_take(&cur, &back) != (rows[i].good ? SW_OK : SW_E_FORMAT)) {
            fail_msg("row %zu", i);
        }
    }
}

/* Whether `count` of them, of `len` bytes each, are taken. */
static bool takes(enum sw_paper_what what, size_t len, size_t count)
{
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf told = SW_BUF_INIT;
    sw_arena_init(&arena, 0);
    char *text = SW_ARENA_ARRAY(&arena, char, len);
    struct sw_paper_said *said = SW_ARENA_ARRAY(&arena, struct sw_paper_said, count);
    struct sw_paper back = {.arena = &arena};
    assert_true(text != NULL && said != NULL);
    memset(text, 'a', len);
    for (size_t i = 0; i < count; i++) {
        said[i] = (struct sw_paper_said){what, SW_BOM_TASK, sw_str_n(text, len), {"k", 1}, 7};
    }
    const struct sw_paper paper = {.said = said, .count = count};
    assert_int_equal(sw_paper_put(&paper, &told), SW_OK);
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&told));
    enum sw_code code = sw_paper_take(&cur, &back);
    assert_true(code == SW_OK || code == SW_E_FORMAT);
    return code == SW_OK;
}

static void texts_and_names_are_bounded(void **state)
{
    (void)state;
    assert_true(takes(SW_PAPER_VALUE, 3 * SW_PAPER_TEXT_MAX + 2, 1)); /* a metric */
    assert_false(takes(SW_PAPER_VALUE, 65536, 1));
    for (size_t i = 0; i < 2; i++) {
        const enum sw_paper_what what = i == 0 ? SW_PAPER_BASE : SW_PAPER_DATASET;
        assert_true(takes(what, SW_PAPER_TEXT_MAX, 1));
        assert_false(takes(what, SW_PAPER_TEXT_MAX + 1, 1));
        assert_true(takes(what, 8, SW_PAPER_NAMES_MAX));
        assert_false(takes(what, 8, SW_PAPER_NAMES_MAX + 1));
    }
    assert_false(takes(SW_PAPER_GAP, SW_ERROR_TEXT_MAX + 1, 1));
}

static void one_paper_says_so_much_and_no_more(void **state)
{
    (void)state;
    SW_CLEANUP(arena) struct sw_arena arena;
    SW_CLEANUP(buf) struct sw_buf told = SW_BUF_INIT;
    sw_arena_init(&arena, 0);
    struct sw_paper back = {.arena = &arena};
    assert_int_equal(sw_buf_put_u64be(&told, SW_PAPER_SAID_MAX + 1), SW_OK);
    for (size_t i = 0; i <= SW_PAPER_SAID_MAX; i++) {
        assert_int_equal(sw_buf_append(&told, "\1\0\0\0\0\1a\0\0\0\0\0\0\0\1", 15), SW_OK);
    }
    struct sw_cursor cur = sw_cursor(sw_buf_bytes(&told));
    assert_int_equal(sw_paper_take(&cur, &back), SW_E_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_makes_the_same_bill),
        cmocka_unit_test(what_no_paper_can_say_is_not_taken),
        cmocka_unit_test(texts_and_names_are_bounded),
        cmocka_unit_test(one_paper_says_so_much_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
