#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/supply.h"

#include <sys/stat.h>
#include <unistd.h>

struct held {
    struct sw_arena arena;
    struct sw_inventory inventory;
    struct sw_discover_coverage coverage;
    struct sw_error err;
    char dir[64];
};

static void put(const struct held *h, const char *name, const char *text, size_t times)
{
    SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
    char path[256];
    for (size_t i = 0; i < times; i++) {
        assert_int_equal(sw_buf_put_str(&out, sw_str(text)), SW_OK);
    }
    (void)snprintf(path, sizeof(path), "%s/%s", h->dir, name);
    assert_int_equal(sw_file_write(path, sw_buf_bytes(&out), 0666, 0, NULL), SW_OK);
}

static int setup(void **state)
{
    struct held *h = calloc(1, sizeof(*h));
    assert_non_null(h);
    (void)snprintf(h->dir, sizeof(h->dir), "/tmp/sealwright-unit.XXXXXX");
    assert_non_null(mkdtemp(h->dir));
    sw_arena_init(&h->arena, 0);
    sw_inventory_init(&h->inventory, &h->arena);
    put(h, "a.py", "import openai\n", 1);
    put(h, "z.py", "import anthropic\n", 1);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    struct held *h = *state;
    static const char *const names[] = {"a.py", "m.py", "z.py", "link.py", "many.py"};
    char path[256];
    for (size_t i = 0; i < SW_COUNT(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", h->dir, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(h->dir), 0);
    sw_arena_release(&h->arena);
    free(h);
    return 0;
}

static enum sw_code look(struct held *h, const struct sw_discover_options *options)
{
    const char *const paths[] = {h->dir};
    enum sw_code code =
        sw_discover_confined(&h->inventory, paths, 1, options, &h->coverage, &h->err);
    return code == SW_OK ? sw_inventory_finish(&h->inventory) : code;
}

static void what_is_found_comes_back_as_it_was(void **state)
{
    SW_CLEANUP(buf) struct sw_buf there = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf here = SW_BUF_INIT;
    struct held *h = *state;
    struct sw_inventory inventory;
    struct sw_discover_coverage coverage = {0};
    const struct sw_discover_options options = {0};
    struct sw_json_writer w;
    put(h, "many.py", "import openai\nu = 'https://api.openai.com/v1'\n", 200);
    assert_int_equal(look(h, &options), SW_OK);
    sw_inventory_init(&inventory, &h->arena);
    assert_int_equal(sw_discover_path(&inventory, h->dir, &options, &coverage, &h->err), SW_OK);
    assert_int_equal(sw_inventory_finish(&inventory), SW_OK);
    sw_jw_init(&w, &there, 2);
    sw_jw_object(&w, NULL);
    sw_inventory_write_whole(&w, &h->inventory);
    sw_discover_write_coverage(&w, &h->coverage);
    sw_jw_object_end(&w);
    assert_int_equal(sw_jw_finish(&w), SW_OK);
    sw_jw_init(&w, &here, 2);
    sw_jw_object(&w, NULL);
    sw_inventory_write_whole(&w, &inventory);
    sw_discover_write_coverage(&w, &coverage);
    sw_jw_object_end(&w);
    assert_int_equal(sw_jw_finish(&w), SW_OK);
    assert_true(inventory.count >= 3);
    assert_string_equal((const char *)there.data, (const char *)here.data);
}

static void a_file_that_ends_the_process_is_left_out_and_told(void **state)
{
    struct held *h = *state;
    put(h, "m.py", "x = openai.f(model='gpt-4o', a=[1, 2, 3])\n", 500000);
    assert_int_equal(look(h, &(struct sw_discover_options){.file_ms = 50}), SW_OK);
    assert_int_equal(h->coverage.refused, 1);
    assert_int_equal(h->coverage.gap_count, 1);
    assert_true(sw_str_is(h->coverage.gaps[0].first, "m.py"));
    assert_non_null(strstr(h->coverage.gaps[0].why, "crashed"));
    assert_int_equal(h->inventory.count, 2); /* what stands before and behind it */
}

static void what_is_not_below_the_path_cannot_be_read(void **state)
{
    struct held *h = *state;
    if (strstr(sw_worker_confinement(), "landlock") == NULL) {
        skip();
    }
    char link[128];
    (void)snprintf(link, sizeof(link), "%s/link.py", h->dir);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    const char *const paths[] = {h->dir};
    assert_int_equal(sw_discover_confined(&h->inventory, paths, 1, &(struct sw_discover_options){0},
                         &h->coverage, &h->err),
        SW_OK);
    assert_string_equal(h->coverage.gaps[0].why, "symbolic links are not followed");
}

static void a_path_that_is_not_there_is_said(void **state)
{
    struct held *h = *state;
    const char *const paths[] = {"/nowhere/at/all"};
    const struct sw_discover_options options = {0};
    assert_int_equal(
        sw_discover_confined(&h->inventory, paths, 1, &options, &h->coverage, &h->err), SW_E_NOENT);
    assert_non_null(strstr(h->err.text, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_found_comes_back_as_it_was, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_file_that_ends_the_process_is_left_out_and_told, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_not_below_the_path_cannot_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_that_is_not_there_is_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
