#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "temp_tree.h"

#include "cli/steady.h"

#include <unistd.h>

static struct temp_tree dir;

static int make(void **state)
{
    (void)state;
    temp_tree_make(&dir);
    temp_tree_write(&dir, "a", "one");
    temp_tree_write(&dir, "sub/b", "two");
    return 0;
}

static int clean(void **state)
{
    (void)state;
    temp_tree_remove(&dir);
    return 0;
}

static void nothing(void)
{
}

static void write_same_length(void)
{
    temp_tree_write(&dir, "sub/b", "TWO");
}

static void add_last(void)
{
    temp_tree_write(&dir, "z", "");
}

static void add_first(void)
{
    temp_tree_write(&dir, "A", "");
}

static void take_away(void)
{
    assert_int_equal(unlink(temp_tree_path(&dir, "a")), 0);
}

static void replace_by_link(void)
{
    assert_int_equal(unlink(temp_tree_path(&dir, "a")), 0);
    assert_int_equal(symlink("sub/b", temp_tree_path(&dir, "a")), 0);
}

static void what_changes_between_two_passes_is_named(void **state)
{
    (void)state;
    static const struct {
        void (*change)(void);
        const char *named;
    } rows[] = {{nothing, NULL}, {write_same_length, "'sub/b' changed"}, {add_last, "'z' changed"},
        {add_first, "'A' changed"}, {take_away, "'a' changed"}, {replace_by_link, "'a' changed"}};
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        SW_CLEANUP(steady) struct sw_steady steady = SW_STEADY_INIT;
        struct sw_error err = {0};
        (void)make(NULL);
        assert_int_equal(sw_steady_begin(&steady, dir.path, false, NULL), SW_OK);
        rows[i].change();
        assert_int_equal(sw_steady_check(&steady, &err), rows[i].named == NULL ? SW_OK : SW_E_IO);
        assert_true(rows[i].named == NULL || strstr(err.text, rows[i].named) != NULL);
        (void)clean(NULL);
    }
}

static void what_was_not_begun_is_no_answer(void **state)
{
    (void)state;
    const struct sw_steady steady = SW_STEADY_INIT;
    assert_int_equal(sw_steady_check(&steady, NULL), SW_E_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_between_two_passes_is_named),
        cmocka_unit_test(what_was_not_begun_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
