/* The labelled pickles, zips and torch files that lie beside the project. */
#include "scan/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

/* What is not malicious, and why; every other file of the folder must be. */
static const struct {
    const char *name;
    enum sw_scan_verdict verdict;
    const char *format;
    enum sw_scan_status status;
} expected[] = {
    {"benign0_v0.pkl", SW_SCAN_CLEAN, "pickle", SW_SCAN_PARSED},
    {"benign0_v3.pkl", SW_SCAN_CLEAN, "pickle", SW_SCAN_PARSED},
    {"benign0_v4.pkl", SW_SCAN_CLEAN, "pickle", SW_SCAN_PARSED},
    {"new_pytorch_model.bin", SW_SCAN_CLEAN, "torch", SW_SCAN_PARSED},
    {"pytorch_model.bin", SW_SCAN_CLEAN, "torch-legacy", SW_SCAN_PARSED},
    /* a PNG's magic under the name of a torch file */
    {"bad_pytorch.pt", SW_SCAN_NOTES, "image", SW_SCAN_PLAIN},
    /* nothing here knows or can open these, so there is no evidence */
    {"not_a_pickle.bin", SW_SCAN_NO_EVIDENCE, "unknown", SW_SCAN_UNKNOWN},
    {"benign_password_protected.zip", SW_SCAN_NO_EVIDENCE, "zip", SW_SCAN_FAILED},
};

static const struct sw_scan_options usual = {.time_limit = SW_SCAN_TIME_LIMIT};

static const char data_dir[] = SW_CORPORA "/pickle/data";

static enum sw_scan_verdict scan(struct sw_arena *arena, const char *name,
    struct sw_scan_file *file, struct sw_scan_report *report)
{
    struct sw_error err = {0};
    const char *path = sw_arena_printf(arena, "%s/%s", data_dir, name);
    enum sw_code code = sw_scan_path(arena, path, &usual, report, &err);
    if (code != SW_OK) {
        fail_msg("%s: %s", name, err.text);
    }
    assert_int_equal(report->file_count, 1);
    *file = report->files[0];
    return report->verdict;
}

static void test_benign_files_are_what_the_table_says(void **state)
{
    if (!sw_dir_exists(data_dir)) {
        print_message("skipped: %s is not there\n", data_dir);
        skip();
    }
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_scan_file file;
        struct sw_scan_report report;
        enum sw_scan_verdict verdict = scan(&arena, expected[i].name, &file, &report);
        if (verdict != expected[i].verdict || file.status != expected[i].status ||
            strcmp(file.format, expected[i].format) != 0) {
            fail_msg("%s: %s, %s, %s", expected[i].name, sw_scan_verdict_name(verdict),
                sw_scan_status_name(file.status), file.format);
        }
    }
}

static bool is_expected(const char *name)
{
    for (size_t i = 0; i < SW_COUNT(expected); i++) {
        if (strcmp(expected[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void test_every_other_file_is_malicious(void **state)
{
    DIR *dir = opendir(data_dir);
    if (dir == NULL) {
        print_message("skipped: %s is not there\n", data_dir);
        skip();
    }
    size_t seen = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (entry->d_name[0] == '.' || is_expected(entry->d_name)) {
            continue;
        }
        SW_CLEANUP(arena) struct sw_arena arena;
        sw_arena_init(&arena, 0);
        struct sw_scan_file file;
        struct sw_scan_report report;
        enum sw_scan_verdict verdict = scan(&arena, entry->d_name, &file, &report);
        if (verdict != SW_SCAN_REFUSED) {
            fail_msg("%s: %s, %s", entry->d_name, sw_scan_verdict_name(verdict), file.format);
        }
        seen++;
    }
    (void)closedir(dir);
    assert_in_range(seen, 38, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_benign_files_are_what_the_table_says),
        cmocka_unit_test(test_every_other_file_is_malicious),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
