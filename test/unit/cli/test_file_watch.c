#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "temp_tree.h"

#include "cli/file_watch.h"

#include <sys/timerfd.h>
#include <unistd.h>

static struct temp_tree dir;

static int make(void **state)
{
    (void)state;
    temp_tree_make(&dir);
    temp_tree_write(&dir, "a", "one");
    return 0;
}

static int clean(void **state)
{
    (void)state;
    temp_tree_remove(&dir);
    return 0;
}

static void begin(struct sw_file_watch *watch, const char *path)
{
    const char *why = NULL;
    assert_int_equal(sw_file_watch_open(dir.path, path, watch, &why, NULL), SW_OK);
    const struct itimerspec soon = {{0, 1000000}, {0, 1000000}};
    assert_int_equal(timerfd_settime(watch->timer, 0, &soon, NULL), 0);
    sw_interrupt_watch(NULL);
}

static void end(void)
{
    sw_interrupt_release();
    sw_interrupt_forget();
}

/* Somebody who never hears of it would wait here for ever. */
static void what_could_not_be_dealt_with_is_told_again(void **state)
{
    (void)state;
    SW_CLEANUP(file_watch) struct sw_file_watch watch = {.wait = -1, .events = -1, .timer = -1};
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s", temp_tree_path(&dir, "a"));
    begin(&watch, path);
    watch.again = true;
    assert_true(sw_file_watch_wait(&watch));
    assert_false(watch.again);
    end();
}

static void a_change_is_told_without_events(void **state)
{
    (void)state;
    SW_CLEANUP(file_watch) struct sw_file_watch watch = {.wait = -1, .events = -1, .timer = -1};
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s", temp_tree_path(&dir, "a"));
    begin(&watch, path);
    if (watch.events >= 0) {
        (void)close(watch.events);
        watch.events = -1;
    }
    temp_tree_write(&dir, "a", "another");
    assert_true(sw_file_watch_wait(&watch));
    assert_int_equal(watch.seen.st_size, 7);
    end();
}

static void another_file_is_watched_as_well(void **state)
{
    (void)state;
    SW_CLEANUP(file_watch) struct sw_file_watch watch = {.wait = -1, .events = -1, .timer = -1};
    char path[4096];
    char more[4096];
    const char *paths[] = {more};
    const char *why = NULL;
    struct stat seen[1];
    (void)snprintf(path, sizeof(path), "%s", temp_tree_path(&dir, "a"));
    (void)snprintf(more, sizeof(more), "%s", temp_tree_path(&dir, "b"));
    begin(&watch, path);
    sw_file_watch_more(&watch, paths, 1, seen, &why);
    assert_null(why);
    assert_int_equal(seen[0].st_size, 0);
    temp_tree_write(&dir, "b", "new");
    assert_true(sw_file_watch_wait(&watch));
    assert_int_equal(seen[0].st_size, 3);
    assert_int_equal(watch.seen.st_size, 3); /* "one" */
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_could_not_be_dealt_with_is_told_again, make, clean),
        cmocka_unit_test_setup_teardown(a_change_is_told_without_events, make, clean),
        cmocka_unit_test_setup_teardown(another_file_is_watched_as_well, make, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
