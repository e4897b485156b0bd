/* Who reads a log or a cluster is told nothing of the host, and who reads a host or a cluster no
 * pseudonym, whatever they ask for: a parser that was taken over asks. */
#include "supply/sources_worker.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

// clang-format off
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#define ANSWERED "it was answered"

/* Asks what the test had it ask, and says whether it got something. */
static sw_result ask_that(
    void *ctx, int fd, struct sw_bytes request, struct sw_buf *reply, struct sw_error *err)
{
    SW_CLEANUP(buf) struct sw_buf answer = SW_BUF_INIT;
    (void)fd;
    (void)request;
    (void)reply;
    SW_TRY(sw_worker_ask(sw_buf_bytes(ctx), &answer, err));
    return sw_fail(err, SW_E_UNSUPPORTED, "%s", answer.len > 0 ? ANSWERED : "with nothing");
}

static bool is_answered(enum source source, char kind, const char *rest)
{
    static const struct sw_host_options host = {0};
    const struct sw_discover_sources sources = {.host = &host};
    const struct sw_discover_options options = {0};
    struct sw_error err = {0};
    SW_CLEANUP(buf) struct sw_buf question = SW_BUF_INIT;
    SW_CLEANUP(looking)
    struct looking l = {
        .sources = &sources, .options = &options, .server = {.root = -1, .held = -1}};
    assert_int_equal(sw_buf_putc(&question, kind), SW_OK);
    if (kind == SW_HOST_READ) {
        assert_int_equal(sw_buf_put_u64be(&question, 4096), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&question, rest), SW_OK);
    assert_int_equal(sw_host_server_open(&l.server, &host, &err), SW_OK);
    assert_int_equal(sw_worker_new(&l.worker, ask_that, &question, NULL, &err), SW_OK);
    assert_int_equal(sw_buf_puts(&l.key, "a key of sixteen bytes"), SW_OK);
    const enum sw_code code = ask(&l, source, 0, -1, &err);
    if (code == SW_E_UNSUPPORTED) {
        assert_string_equal(err.text, ANSWERED);
        return true;
    }
    assert_int_equal(code, SW_E_REFUSED);
    assert_string_equal(err.text, "the parser answered nonsense: it asks for something");
    return false;
}

static void the_host_is_for_who_reads_the_host(void **state)
{
    static const struct {
        char question;
        const char *path;
    } rows[] = {{SW_HOST_READ, "/etc/passwd"}, {SW_HOST_LIST, "/etc"}, {SW_HOST_LINK, "/proc/self"},
        {SW_HOST_LINKS, "/proc/1/fd"}};
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        assert_true(is_answered(HOST, rows[i].question, rows[i].path));
        assert_false(is_answered(LOG, rows[i].question, rows[i].path));
        assert_false(is_answered(CLUSTER, rows[i].question, rows[i].path));
    }
    assert_false(is_answered(LOG, SW_HOST_HASH, "x"));
}

static void pseudonyms_are_for_who_reads_logs(void **state)
{
    (void)state;
    assert_true(is_answered(LOG, SW_LOG_PSEUDONYM, "somebody"));
    assert_false(is_answered(CLUSTER, SW_LOG_PSEUDONYM, "somebody"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_is_for_who_reads_the_host),
        cmocka_unit_test(pseudonyms_are_for_who_reads_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
