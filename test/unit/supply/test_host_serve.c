/* What a process that looks at a host is given, and what not. */
#include "supply/host_serve.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

/* Whether the file is given to who asks for it. */
static bool gives(struct sw_host_server *server, const char *path)
{
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    assert_int_equal(sw_buf_putc(&question, SW_HOST_READ), SW_OK);
    assert_int_equal(sw_buf_put_u64be(&question, 4096), SW_OK);
    assert_int_equal(sw_buf_puts(&question, path), SW_OK);
    assert_int_equal(sw_host_serve(server, sw_buf_bytes(&question), &answer, &err), SW_OK);
    return answer.len > 5 && answer.data[0] == 1;
}

static void nothing_of_our_own_is_given(void **state)
{
    (void)state;
    static const struct sw_host_options host = {0};
    struct sw_error err = {0};
    struct sw_host_server server = {.root = -1, .held = -1};
    char folder[] = "/tmp/sealwright-unit.XXXXXX";
    char link[64];
    char own[64];
    char thread[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(link, sizeof(link), "%s/stat", folder);
    (void)snprintf(own, sizeof(own), "/proc/%d/environ", (int)getpid());
    (void)snprintf(thread, sizeof(thread), "/proc/1/task/1/environ");
    assert_int_equal(symlink("/proc/self/auxv", link), 0);
    assert_int_equal(sw_host_server_open(&server, &host, &err), SW_OK);
    assert_true(gives(&server, "/etc/passwd"));
    assert_true(gives(&server, "/proc/1/stat"));
    assert_true(gives(&server, "/proc/net/tcp"));
    assert_false(gives(&server, "/proc/self/environ"));
    assert_false(gives(&server, "/proc/thread-self/environ"));
    assert_false(gives(&server, own));
    assert_false(gives(&server, thread));
    assert_false(gives(&server, link));
    assert_false(gives(&server, "/proc/1/mem"));
    assert_false(gives(&server, "/proc/kcore"));
    assert_false(gives(&server, "/dev/null"));
    sw_host_server_close(&server);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_of_our_own_is_given)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
