#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "temp_tree.h"

#include <errno.h>

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

static const struct sw_entry *find(const struct sw_tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (strcmp(tree->entries[i].name, name) == 0) {
            return &tree->entries[i];
        }
    }
    return NULL;
}

static enum sw_entry_kind kind_of(const struct sw_tree *tree, const char *name)
{
    const struct sw_entry *entry = find(tree, name);
    assert_non_null(entry);
    return entry->kind;
}

static void open_tree(struct sw_tree *tree, const struct sw_tree_options *options)
{
    struct sw_error err = {0};
    if (sw_tree_open(tree, dir.path, options, &err) != SW_OK) {
        fail_msg("%s", err.text);
    }
}

static void names_are_listed_in_the_order_of_their_bytes(void **state)
{
    (void)state;
    temp_tree_write(&dir, "sub/b", "12");
    temp_tree_write(&dir, "sub-a", "1");
    temp_tree_write(&dir, "sub/a/deep", "");
    temp_tree_write(&dir, "Z", "123");
    temp_tree_write(&dir, "\xc3\xa4", "1234");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    open_tree(&tree, NULL);
    static const char *const expected[] = {"Z", "sub-a", "sub/a/deep", "sub/b", "\xc3\xa4"};
    assert_int_equal(tree.count, SW_COUNT(expected));
    for (size_t i = 0; i < tree.count; i++) {
        assert_string_equal(tree.entries[i].name, expected[i]);
        assert_int_equal(tree.entries[i].kind, SW_ENTRY_FILE);
    }
    assert_int_equal(tree.bytes, 10);
    assert_int_equal(find(&tree, "sub/b")->size, 2);
    assert_null(tree.single);
}

static void a_single_file_is_named_dot(void **state)
{
    (void)state;
    temp_tree_write(&dir, "model.bin", "bytes");
    temp_tree_write(&dir, "other", "x");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    const char *path = temp_tree_path(&dir, "model.bin");
    assert_int_equal(sw_tree_open(&tree, path, NULL, NULL), SW_OK);
    assert_int_equal(tree.count, 1);
    assert_string_equal(tree.entries[0].name, ".");
    assert_string_equal(tree.single, "model.bin");
    assert_int_equal(tree.bytes, 5);
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_tree_open_file(&tree, &tree.entries[0], &fd, NULL), SW_OK);
    char text[6] = {0};
    assert_int_equal(sw_fd_pread(fd, "model.bin", 0, text, 5, NULL), SW_OK);
    assert_string_equal(text, "bytes");
}

static void a_link_that_the_user_named_is_followed(void **state)
{
    (void)state;
    temp_tree_write(&dir, "store/blob", "bytes");
    temp_tree_link(&dir, "store/blob", "file-link");
    temp_tree_link(&dir, "store", "dir-link");
    SW_CLEANUP(tree) struct sw_tree file = SW_TREE_INIT;
    assert_int_equal(sw_tree_open(&file, temp_tree_path(&dir, "file-link"), NULL, NULL), SW_OK);
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_tree_open_file(&file, &file.entries[0], &fd, NULL), SW_OK);
    SW_CLEANUP(tree) struct sw_tree below = SW_TREE_INIT;
    assert_int_equal(sw_tree_open(&below, temp_tree_path(&dir, "dir-link"), NULL, NULL), SW_OK);
    assert_int_equal(below.count, 1);
    assert_string_equal(below.entries[0].name, "blob");
}

static void links_are_listed_and_not_followed(void **state)
{
    (void)state;
    temp_tree_write(&dir, "real/file", "x");
    temp_tree_link(&dir, "real/file", "to-file");
    temp_tree_link(&dir, "real", "to-dir");
    temp_tree_link(&dir, ".", "real/loop");
    temp_tree_link(&dir, "nowhere", "dangling");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    open_tree(&tree, NULL);
    assert_int_equal(tree.count, 5);
    assert_int_equal(kind_of(&tree, "to-file"), SW_ENTRY_SYMLINK);
    assert_int_equal(kind_of(&tree, "to-dir"), SW_ENTRY_SYMLINK);
    assert_int_equal(kind_of(&tree, "real/loop"), SW_ENTRY_SYMLINK);
    assert_int_equal(kind_of(&tree, "dangling"), SW_ENTRY_SYMLINK);
    SW_CLEANUP(fd) int fd = -1;
    struct sw_entry forged = *find(&tree, "real/file");
    forged.name = "to-file";
    assert_int_not_equal(sw_tree_open_file(&tree, &forged, &fd, NULL), SW_OK);
    assert_int_equal(fd, -1);
}

static void only_links_to_files_of_the_tree_are_followed(void **state)
{
    (void)state;
    static const struct sw_tree_options follow = {.follow_symlinks = true};
    temp_tree_write(&dir, "model/real/file", "123");
    temp_tree_write(&dir, "secret", "x");
    temp_tree_link(&dir, "real/file", "model/good");
    temp_tree_link(&dir, "../good", "model/real/chain");
    temp_tree_link(&dir, "real", "model/to-dir");
    temp_tree_link(&dir, "../secret", "model/out");
    temp_tree_link(&dir, "/etc/passwd", "model/absolute");
    temp_tree_link(&dir, "cycle-b", "model/cycle-a");
    temp_tree_link(&dir, "cycle-a", "model/cycle-b");
    temp_tree_link(&dir, "/proc/self/exe", "model/magic");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    assert_int_equal(sw_tree_open(&tree, temp_tree_path(&dir, "model"), &follow, NULL), SW_OK);
    assert_int_equal(kind_of(&tree, "good"), SW_ENTRY_FILE);
    assert_int_equal(find(&tree, "good")->size, 3);
    assert_int_equal(kind_of(&tree, "real/chain"), SW_ENTRY_FILE);
    static const char *const refused[] = {
        "to-dir", "out", "absolute", "cycle-a", "cycle-b", "magic"};
    for (size_t i = 0; i < SW_COUNT(refused); i++) {
        assert_int_equal(kind_of(&tree, refused[i]), SW_ENTRY_SYMLINK);
    }
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_tree_open_file(&tree, find(&tree, "good"), &fd, NULL), SW_OK);
}

static void special_files_are_listed_and_never_opened(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(temp_tree_path(&dir, "pipe"), 0600), 0);
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    open_tree(&tree, NULL);
    assert_int_equal(tree.count, 1);
    assert_int_equal(kind_of(&tree, "pipe"), SW_ENTRY_SPECIAL);
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_tree_open_file(&tree, &tree.entries[0], &fd, NULL), SW_E_IO);
}

static void names_that_are_not_utf8_are_listed_escaped(void **state)
{
    (void)state;
    temp_tree_write(&dir, "bad\xff", "x");
    temp_tree_write(&dir, "dir\xc0/file", "x");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    open_tree(&tree, NULL);
    assert_int_equal(tree.count, 2);
    assert_int_equal(kind_of(&tree, "bad\\xff"), SW_ENTRY_BAD_NAME);
    assert_int_equal(kind_of(&tree, "dir\\xc0"), SW_ENTRY_BAD_NAME);
}

static bool ignore_some(void *ctx, const char *name, bool is_dir)
{
    (void)ctx;
    return strcmp(name, is_dir ? "skipped" : "a/skipped") == 0;
}

static void ignored_entries_hide_what_is_below_them(void **state)
{
    (void)state;
    static const struct sw_tree_options options = {.ignore = ignore_some};
    temp_tree_write(&dir, "skipped/file", "x");
    temp_tree_write(&dir, "a/skipped", "x");
    temp_tree_write(&dir, "a/kept", "x");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    open_tree(&tree, &options);
    assert_int_equal(tree.count, 1);
    assert_string_equal(tree.entries[0].name, "a/kept");
}

static void a_directory_that_cannot_be_listed_is_an_entry(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("root reads every directory\n");
        skip();
    }
    temp_tree_write(&dir, "closed/file", "x");
    temp_tree_write(&dir, "open", "x");
    assert_int_equal(chmod(temp_tree_path(&dir, "closed"), 0), 0);
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    open_tree(&tree, NULL);
    assert_int_equal(kind_of(&tree, "closed"), SW_ENTRY_UNREADABLE);
    assert_int_equal(find(&tree, "closed")->errnum, EACCES);
    assert_int_equal(tree.count, 2);
    assert_int_equal(chmod(temp_tree_path(&dir, "closed"), 0700), 0);
}

static void roots_that_are_no_model_are_refused(void **state)
{
    (void)state;
    struct sw_tree tree = SW_TREE_INIT;
    struct sw_error err = {0};
    assert_int_equal(sw_tree_open(&tree, temp_tree_path(&dir, "none"), NULL, &err), SW_E_NOENT);
    assert_non_null(strstr(err.text, "none"));
    assert_int_equal(mkfifo(temp_tree_path(&dir, "pipe"), 0600), 0);
    assert_int_equal(sw_tree_open(&tree, temp_tree_path(&dir, "pipe"), NULL, &err), SW_E_REFUSED);
    temp_tree_link(&dir, "self", "self");
    assert_int_equal(sw_tree_open(&tree, temp_tree_path(&dir, "self"), NULL, &err), SW_E_IO);
    assert_int_equal(tree.root_fd, -1);
    assert_null(tree.root_path);
}

static void too_many_entries_or_levels_are_over_the_limit(void **state)
{
    (void)state;
    temp_tree_write(&dir, "1/2/3/file", "x");
    temp_tree_write(&dir, "one", "x");
    static const struct sw_tree_options few = {.max_entries = 1};
    static const struct sw_tree_options shallow = {.max_depth = 2};
    static const struct sw_tree_options enough = {.max_entries = 2, .max_depth = 3};
    struct sw_tree tree = SW_TREE_INIT;
    assert_int_equal(sw_tree_open(&tree, dir.path, &few, NULL), SW_E_LIMIT);
    assert_int_equal(sw_tree_open(&tree, dir.path, &shallow, NULL), SW_E_LIMIT);
    assert_int_equal(sw_tree_open(&tree, dir.path, &enough, NULL), SW_OK);
    assert_int_equal(tree.count, 2);
    sw_tree_release(&tree);
    static const struct sw_tree_options listed = {.max_depth = 2, .list_deeper = true};
    assert_int_equal(sw_tree_open(&tree, dir.path, &listed, NULL), SW_OK);
    bool told = false;
    for (size_t i = 0; i < tree.count; i++) {
        told = told || (tree.entries[i].kind == SW_ENTRY_UNREADABLE &&
                           tree.entries[i].errnum == ENAMETOOLONG);
    }
    assert_true(told);
    sw_tree_release(&tree);
}

static void a_file_that_was_replaced_after_listing_does_not_open(void **state)
{
    (void)state;
    temp_tree_write(&dir, "file", "one");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    open_tree(&tree, NULL);
    temp_tree_write(&dir, "new", "two");
    assert_int_equal(rename(temp_tree_path(&dir, "new"), temp_tree_path(&dir, "file")), 0);
    SW_CLEANUP(fd) int fd = -1;
    struct sw_error err = {0};
    assert_int_equal(sw_tree_open_file(&tree, &tree.entries[0], &fd, &err), SW_E_IO);
    assert_non_null(strstr(err.text, "changed"));
    assert_int_equal(fd, -1);
}

static void a_directory_that_becomes_a_link_is_not_entered(void **state)
{
    (void)state;
    temp_tree_write(&dir, "model/sub/file", "x");
    SW_CLEANUP(tree) struct sw_tree tree = SW_TREE_INIT;
    assert_int_equal(sw_tree_open(&tree, temp_tree_path(&dir, "model"), NULL, NULL), SW_OK);
    const char *sub = temp_tree_path(&dir, "model/sub");
    assert_int_equal(rename(sub, temp_tree_path(&dir, "moved")), 0);
    temp_tree_link(&dir, "../moved", "model/sub");
    SW_CLEANUP(fd) int fd = -1;
    assert_int_equal(sw_tree_open_file(&tree, &tree.entries[0], &fd, NULL), SW_E_IO);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_are_listed_in_the_order_of_their_bytes),
        TEST(a_single_file_is_named_dot),
        TEST(a_link_that_the_user_named_is_followed),
        TEST(links_are_listed_and_not_followed),
        TEST(only_links_to_files_of_the_tree_are_followed),
        TEST(special_files_are_listed_and_never_opened),
        TEST(names_that_are_not_utf8_are_listed_escaped),
        TEST(ignored_entries_hide_what_is_below_them),
        TEST(a_directory_that_cannot_be_listed_is_an_entry),
        TEST(roots_that_are_no_model_are_refused),
        TEST(too_many_entries_or_levels_are_over_the_limit),
        TEST(a_file_that_was_replaced_after_listing_does_not_open),
        TEST(a_directory_that_becomes_a_link_is_not_entered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
