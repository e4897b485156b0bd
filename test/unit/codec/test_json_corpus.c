/* The 318 cases of JSONTestSuite: y_ must be accepted, n_ refused, i_ may go either way. Duplicate
 * names are the one deliberate difference: RFC 8259 section 4 asks that names be unique and leaves
 * open what a reader does with others, and here they are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "json_agree.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#define CASES 318

static void read_case(int dir, const char *name, struct sw_buf *out)
{
    SW_CLEANUP(fd) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    uint8_t chunk[4096];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        assert_true(n >= 0);
        if (n == 0) {
            return;
        }
        assert_int_equal(sw_buf_append(out, chunk, (size_t)n), SW_OK);
    }
}

static bool is_to_be_accepted(const char *name)
{
    static const char *const duplicates[] = {
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"};
    for (size_t i = 0; i < SW_COUNT(duplicates); i++) {
        if (strcmp(name, duplicates[i]) == 0) {
            return false;
        }
    }
    return name[0] == 'y';
}

/* True when the case behaves as its name says, at any size of the chunks. */
static bool behaves(const char *name, struct sw_bytes text)
{
    static const size_t chunk_sizes[] = {0, 1, 2, 7};
    for (size_t i = 0; i < SW_COUNT(chunk_sizes); i++) {
        bool accepted;
        const char *difference = json_disagreement(text, chunk_sizes[i], &accepted);
        if (difference != NULL) {
            print_error("%s: %s\n", name, difference);
            return false;
        }
        if (name[0] != 'i' && accepted != is_to_be_accepted(name)) {
            print_error("%s: %s\n", name, accepted ? "accepted" : "refused");
            return false;
        }
    }
    return true;
}

static void every_case_behaves_as_its_name_says(void **state)
{
    DIR *dir = opendir(SW_CORPORA "/json");
    if (dir == NULL) {
        print_message("skipped: there is no " SW_CORPORA "/json\n");
        skip();
    }
    size_t seen = 0;
    size_t wrong = 0;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (!sw_str_ends(sw_str(e->d_name), ".json")) {
            continue;
        }
        SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
        read_case(dirfd(dir), e->d_name, &text);
        wrong += !behaves(e->d_name, sw_buf_bytes(&text));
        seen++;
    }
    (void)closedir(dir);
    assert_int_equal(wrong, 0);
    assert_int_equal(seen, CASES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_behaves_as_its_name_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
