#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void every_code_has_words_and_an_exit_status(void **state)
{
    (void)state;
    static const struct {
        enum sw_code code;
        int exit_status;
    } rows[] = {
        {SW_OK, 0},
        {SW_E_REFUSED, 1},
        {SW_E_FORMAT, 1},
        {SW_E_LIMIT, 1},
        {SW_E_USAGE, 2},
        {SW_E_NOEVIDENCE, 3},
        {SW_E_UNSUPPORTED, 3},
        {SW_E_NOENT, 4},
        {SW_E_IO, 4},
        {SW_E_BUSY, 4},
        {SW_E_NOMEM, 4},
        {SW_E_INTERRUPTED, 4},
        {SW_E_INTERNAL, 4},
    };
    assert_int_equal(SW_COUNT(rows), SW_E_INTERNAL + 1);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_int_equal(sw_code_exit(rows[i].code), rows[i].exit_status);
        assert_true(strlen(sw_code_text(rows[i].code)) > 3);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(sw_code_text(rows[i].code), sw_code_text(rows[j].code));
        }
    }
}

static void an_unknown_code_is_never_a_pass(void **state)
{
    (void)state;
    static const int codes[] = {-1, SW_E_INTERNAL + 1, 9999, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < SW_COUNT(codes); i++) {
        assert_int_equal(sw_code_exit((enum sw_code)codes[i]), 4);
        assert_string_equal(sw_code_text((enum sw_code)codes[i]), "unknown error");
    }
}

static void a_failure_carries_its_words(void **state)
{
    (void)state;
    struct sw_error err = {0};
    assert_int_equal(sw_fail(&err, SW_E_LIMIT, "%d is over %s", 7, "six"), SW_E_LIMIT);
    assert_int_equal(err.code, SW_E_LIMIT);
    assert_string_equal(err.text, "7 is over six");
    assert_int_equal(sw_fail(&err, SW_E_IO, "again: %s", err.text), SW_E_IO);
    assert_string_equal(err.text, "again: 7 is over six");
    assert_int_equal(sw_fail(NULL, SW_E_FORMAT, "nobody listens"), SW_E_FORMAT);
}

static void a_message_stays_on_one_safe_line(void **state)
{
    (void)state;
    struct sw_error err = {0};
    (void)sw_fail(&err, SW_E_IO, "cannot open '%s'", "a\nb\x1b[31m\xff\x7f");
    assert_string_equal(err.text, "cannot open 'a\\x0ab\\x1b[31m\\xff\\x7f'");
    (void)sw_fail_errno(&err, EACCES, "cannot open '%s'", "a\nb");
    assert_string_equal(err.text, "cannot open 'a\\x0ab': Permission denied");
    (void)sw_error_prefix(&err, SW_E_IO, "in '%s'", "\r");
    assert_string_equal(err.text, "in '\\x0d': cannot open 'a\\x0ab': Permission denied");
}

static void numbers_of_the_system_become_codes(void **state)
{
    (void)state;
    static const struct {
        int errnum;
        enum sw_code code;
        const char *text;
    } rows[] = {
        {ENOENT, SW_E_NOENT, "cannot do 'x': No such file or directory"},
        {ENOMEM, SW_E_NOMEM, "cannot do 'x': Cannot allocate memory"},
        {EACCES, SW_E_IO, "cannot do 'x': Permission denied"},
        {EIO, SW_E_IO, "cannot do 'x': Input/output error"},
        {ENOSPC, SW_E_IO, "cannot do 'x': No space left on device"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        struct sw_error err = {0};
        assert_int_equal(sw_fail_errno(&err, rows[i].errnum, "cannot do '%s'", "x"), rows[i].code);
        assert_int_equal(err.code, rows[i].code);
        assert_string_equal(err.text, rows[i].text);
        assert_int_equal(sw_fail_errno(NULL, rows[i].errnum, "unheard"), rows[i].code);
    }
}

static void a_prefix_goes_before_what_was_said(void **state)
{
    (void)state;
    struct sw_error err = {0};
    (void)sw_fail(&err, SW_E_FORMAT, "byte 3 is wrong");
    assert_int_equal(sw_error_prefix(&err, SW_E_FORMAT, "'%s'", "a.json"), SW_E_FORMAT);
    assert_string_equal(err.text, "'a.json': byte 3 is wrong");
    struct sw_error silent = {0};
    assert_int_equal(sw_error_prefix(&silent, SW_E_NOMEM, "'b'"), SW_E_NOMEM);
    assert_string_equal(silent.text, "'b': out of memory");
    assert_int_equal(silent.code, SW_E_NOMEM);
    assert_int_equal(sw_error_prefix(NULL, SW_E_BUSY, "'c'"), SW_E_BUSY);
}

/* A long name must not push out the reason, and what was cut says so. */
static void long_words_are_cut_visibly(void **state)
{
    (void)state;
    char name[3000];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    struct sw_error err = {0};
    (void)sw_fail(&err, SW_E_IO, "%s", name);
    assert_int_equal(strlen(err.text), SW_ERROR_TEXT_MAX - 1);
    assert_true(sw_str_ends(sw_str(err.text), "n..."));
    (void)sw_fail_errno(&err, EACCES, "cannot open '%s'", name);
    assert_true(strlen(err.text) < SW_ERROR_TEXT_MAX);
    assert_true(sw_str_ends(sw_str(err.text), "n...: Permission denied"));
    (void)sw_fail(&err, SW_E_FORMAT, "the reason");
    (void)sw_error_prefix(&err, SW_E_FORMAT, "%s", name);
    assert_true(sw_str_ends(sw_str(err.text), "n...: the reason"));
}

static void a_cut_never_splits_a_character(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        char name[2000] = "abc";
        size_t len = lead;
        while (len + 3 < sizeof(name)) {
            memcpy(name + len, "\xe2\x82\xac", 3);
            len += 3;
        }
        name[len] = '\0';
        struct sw_error err = {0};
        (void)sw_fail(&err, SW_E_IO, "%s", name);
        assert_null(strchr(err.text, '\\'));
        assert_true(sw_utf8_valid(sw_bytes(err.text, strlen(err.text))));
        (void)sw_fail_errno(&err, EIO, "%s", name);
        assert_null(strchr(err.text, '\\'));
        (void)sw_error_prefix(&err, SW_E_IO, "%s", name);
        assert_null(strchr(err.text, '\\'));
    }
}

static sw_result fail_third(int step, int *reached)
{
    *reached = 1;
    SW_TRY(step == 1 ? SW_E_FORMAT : SW_OK);
    *reached = 2;
    SW_TRY_PTR(step == 2 ? NULL : reached);
    *reached = 3;
    return SW_OK;
}

static void try_passes_a_failure_up_at_once(void **state)
{
    (void)state;
    int reached = 0;
    assert_int_equal(fail_third(1, &reached), SW_E_FORMAT);
    assert_int_equal(reached, 1);
    assert_int_equal(fail_third(2, &reached), SW_E_NOMEM);
    assert_int_equal(reached, 2);
    assert_int_equal(fail_third(3, &reached), SW_OK);
    assert_int_equal(reached, 3);
}

static void what_was_taken_is_not_cleaned_up(void **state)
{
    (void)state;
    int kept = -1;
    int closed = -1;
    char *text = NULL;
    {
        SW_CLEANUP(fd) int a = open("/dev/null", O_RDONLY | O_CLOEXEC);
        SW_CLEANUP(fd) int b = open("/dev/null", O_RDONLY | O_CLOEXEC);
        SW_CLEANUP(fd) int none = -1;
        SW_CLEANUP(free) char *memory = test_malloc(4);
        assert_true(a >= 0 && b >= 0);
        closed = a;
        kept = SW_TAKE_FD(b);
        text = SW_TAKE(memory);
        assert_int_equal(b, -1);
        assert_null(memory);
        assert_int_equal(none, -1);
    }
    assert_int_equal(fcntl(closed, F_GETFD), -1);
    assert_int_equal(errno, EBADF);
    assert_true(fcntl(kept, F_GETFD) >= 0);
    assert_int_equal(close(kept), 0);
    test_free(text);
}

static void arithmetic_refuses_to_wrap(void **state)
{
    (void)state;
    uint64_t wide = 5;
    size_t size = 5;
    assert_true(sw_add_u64(UINT64_MAX - 1, 1, &wide));
    assert_true(wide == UINT64_MAX);
    assert_false(sw_add_u64(UINT64_MAX, 1, &wide));
    assert_true(wide == UINT64_MAX);
    assert_true(sw_mul_u64(UINT64_MAX / 2, 2, &wide));
    assert_true(wide == UINT64_MAX - 1);
    assert_false(sw_mul_u64(UINT64_MAX / 2 + 1, 2, &wide));
    assert_true(wide == UINT64_MAX - 1);
    assert_true(sw_add_size(SIZE_MAX, 0, &size));
    assert_false(sw_add_size(SIZE_MAX, 1, &size));
    assert_true(size == SIZE_MAX);
    assert_true(sw_mul_size(SIZE_MAX, 0, &size));
    assert_true(size == 0);
    assert_false(sw_mul_size(SIZE_MAX, 2, &size));
    assert_true(size == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_words_and_an_exit_status),
        cmocka_unit_test(an_unknown_code_is_never_a_pass),
        cmocka_unit_test(a_failure_carries_its_words),
        cmocka_unit_test(a_message_stays_on_one_safe_line),
        cmocka_unit_test(numbers_of_the_system_become_codes),
        cmocka_unit_test(a_prefix_goes_before_what_was_said),
        cmocka_unit_test(long_words_are_cut_visibly),
        cmocka_unit_test(a_cut_never_splits_a_character),
        cmocka_unit_test(try_passes_a_failure_up_at_once),
        cmocka_unit_test(what_was_taken_is_not_cleaned_up),
        cmocka_unit_test(arithmetic_refuses_to_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
