#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "temp_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct temp_tree dir;

static int make(void **state)
{
    (void)state;
    temp_tree_make(&dir);
    return 0;
}

static int clean(void **state)
{
    (void)state;
    temp_tree_remove(&dir);
    return 0;
}

static sw_result put(const char *path, const char *text, struct sw_error *err)
{
    return sw_output_write(path, sw_bytes(text, strlen(text)), 0644, 0, err);
}

static void assert_holds(const char *path, const char *expected)
{
    SW_CLEANUP(buf) struct sw_buf buf = SW_BUF_INIT;
    assert_int_equal(sw_file_read(path, 1 << 20, &buf, NULL), SW_OK);
    assert_string_equal(sw_buf_cstr(&buf), expected);
}

static void files_are_replaced_whole(void **state)
{
    (void)state;
    const char *path = temp_tree_path(&dir, "a");
    assert_int_equal(put(path, "a long first content", NULL), SW_OK);
    assert_int_equal(put(path, "short", NULL), SW_OK);
    assert_holds(path, "short");
}

static void a_link_stays_and_its_file_is_written(void **state)
{
    (void)state;
    char link[4096];
    char file[4096];
    (void)snprintf(link, sizeof(link), "%s", temp_tree_path(&dir, "link"));
    (void)snprintf(file, sizeof(file), "%s", temp_tree_path(&dir, "file"));
    assert_int_equal(symlink("file", link), 0);
    struct sw_error err = {0};
    assert_int_equal(put(link, "x", &err), SW_E_NOENT);
    assert_non_null(strstr(err.text, "a link"));
    assert_int_equal(put(file, "old", NULL), SW_OK);
    assert_int_equal(put(link, "new", NULL), SW_OK);
    struct stat st;
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_holds(file, "new");
    const struct sw_bytes bytes = sw_bytes("x", 1);
    assert_int_equal(sw_output_write(link, bytes, 0644, SW_WRITE_EXCLUSIVE, NULL), SW_E_REFUSED);
    assert_holds(file, "new");
}

/* A pipe stands for every device: nothing takes its place. */
static void a_pipe_is_written_to_and_stays(void **state)
{
    (void)state;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s", temp_tree_path(&dir, "pipe"));
    assert_int_equal(mkfifo(path, 0600), 0);
    struct sw_error err = {0};
    assert_int_equal(put(path, "to nobody", &err), SW_E_IO);
    assert_non_null(strstr(err.text, "nobody reads it"));
    SW_CLEANUP(fd) int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(put(path, "through", NULL), SW_OK);
    char text[8] = {0};
    assert_int_equal(read(fd, text, 7), 7);
    assert_string_equal(text, "through");
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
}

/* What else goes to standard output stays beside it. */
static void what_is_written_to_our_own_output_joins_it(void **state)
{
    (void)state;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s", temp_tree_path(&dir, "out"));
    SW_CLEANUP(fd) int kept = dup(STDOUT_FILENO);
    SW_CLEANUP(fd) int out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(kept >= 0 && out >= 0);
    (void)fflush(stdout);
    assert_int_equal(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
    const bool wrote = write(STDOUT_FILENO, "before ", 7) == 7;
    const enum sw_code code = put("/dev/stdout", "document ", NULL);
    const bool again = write(STDOUT_FILENO, "after", 5) == 5;
    assert_int_equal(dup2(kept, STDOUT_FILENO), STDOUT_FILENO);
    assert_true(wrote && again);
    assert_int_equal(code, SW_OK);
    assert_holds(path, "before document after");
}

static void a_directory_is_no_place(void **state)
{
    (void)state;
    struct sw_error err = {0};
    assert_int_equal(put(dir.path, "x", &err), SW_E_IO);
    assert_non_null(strstr(err.text, "cannot write"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_replaced_whole, make, clean),
        cmocka_unit_test_setup_teardown(a_link_stays_and_its_file_is_written, make, clean),
        cmocka_unit_test_setup_teardown(a_pipe_is_written_to_and_stays, make, clean),
        cmocka_unit_test_setup_teardown(what_is_written_to_our_own_output_joins_it, make, clean),
        cmocka_unit_test_setup_teardown(a_directory_is_no_place, make, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
