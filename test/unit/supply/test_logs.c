#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/host.h"
#include "supply/logs.h"

static void hosts_are_found_where_they_stand(void **state)
{
    static const struct {
        const char *text, *host;
    } rows[] = {
        {"api.openai.com", "api.openai.com"},
        {"API.OpenAI.com:443", "api.openai.com"},
        {"https://api.openai.com/v1?x=@y", "api.openai.com"},
        {"https://user:p@ss@api.openai.com:8443/v1", "api.openai.com"},
        {"http://evil.example/https://api.openai.com", "evil.example"},
        {"http://evil.example?@api.openai.com", "evil.example"},
        {"api.openai.com.", "api.openai.com"},
        {"10.0.0.1:443", ""},
        {"[::1]:443", ""},
        {"a b.com", ""},
        {"", ""},
        {"://", ""},
        {"@", ""},
    };
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        char text[256];
        const struct sw_str host = sw_log_host(sw_str(rows[i].text), text);
        if (!sw_str_is(host, rows[i].host)) {
            fail_msg("'%s' has the host '%.*s'", rows[i].text, SW_STR_ARG(host));
        }
    }
}

static void times_of_all_forms_are_understood(void **state)
{
    static const struct {
        const char *text;
        int64_t time; /* -1: none */
    } rows[] = {
        {"1700000000", 1700000000},
        {"1700000000.123", 1700000000},
        {"1700000000123", 1700000000},
        {"1700000000123456", 1700000000},
        {"2023-11-14T22:13:20Z", 1700000000},
        {"2023-11-14T22:13:20.5+00:00 host dnsmasq", 1700000000},
        {"2023-11-14 22:13:20", 1700000000},
        {"14/Nov/2023:22:13:20 +0000", 1700000000},
        {"14/Nov/2023:15:13:20 -0700", 1700000000},
        {"14/Nov/2023:22:13:20.655", 1700000000},
        {"14-Nov-2023 22:13:20.000 queries: info: ", 1700000000},
        {"2023-11-14", 1699920000},
        {"Nov 14 22:13:20", -1},
        {"14/Xyz/2023:22:13:20 +0000", -1},
        {"yesterday", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        int64_t time = -1;
        const bool known = sw_log_time(sw_str(rows[i].text), &time);
        if (known != (rows[i].time >= 0) || time != rows[i].time) {
            fail_msg("'%s' is %lld", rows[i].text, (long long)time);
        }
    }
}

/* Words end in '|' here, which stands for the NUL. */
static struct sw_str show(struct sw_arena *arena, const char *text)
{
    struct sw_str shown;
    char *line = sw_arena_strdup(arena, text);
    assert_non_null(line);
    for (size_t i = 0; line[i] != 0; i++) {
        line[i] = (char)(line[i] == '|' ? 0 : line[i]);
    }
    assert_int_equal(sw_host_command_show(arena, sw_str_n(line, strlen(text)), &shown), SW_OK);
    return shown;
}

static void a_command_is_shown_without_values(void **state)
{
    static const struct {
        const char *line, *shown;
    } rows[] = {
        {"/usr/bin/ollama|serve|", "ollama serve"},
        {"python3|/srv/serve.py|--api-key|hunter2|--token=hunter2|",
            "python3 serve.py --api-key --token"},
        {"mysql|-phunter2|hunter2|", "mysql -p"},
        {"x|--hunter2|--a1=b|-|--|---|", "x ---"},
        {"/usr/bin/hunter 2 secret: title|", ""},
        {"python3|-c|import os; k = 'hunter2'|", "python3 -c"},
        {"x|https://user:hunter2@host/|sk-ant-hunter2|", "x"},
        {"", ""},
        {"||||", ""},
    };
    SW_CLEANUP(arena) struct sw_arena arena;
    (void)state;
    sw_arena_init(&arena, 0);
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct sw_str shown = show(&arena, rows[i].line);
        if (!sw_str_is(shown, rows[i].shown)) {
            fail_msg("'%s' is shown as '%.*s'", rows[i].line, SW_STR_ARG(shown));
        }
    }
}

static void what_may_be_a_secret_is_no_word(void **state)
{
    static const char line[] =
        "ollama\0run\0--key\0SECRETAY\0llama3\0--token=a/b\0--tokenizer\0o/t\0"
        "-H\0--auth\0--model\0o/m";
    static const char *const wanted[] = {
        "ollama", "run", "--key", "llama3", "--tokenizer", "o/t", "-H", "--auth", "--model", "o/m"};
    SW_CLEANUP(arena) struct sw_arena arena;
    struct sw_words words = {0};
    (void)state;
    sw_arena_init(&arena, 0);
    assert_int_equal(sw_host_command_words(&arena, sw_str_n(line, sizeof(line)), &words), SW_OK);
    assert_int_equal(words.count, SW_COUNT(wanted));
    for (size_t i = 0; i < words.count; i++) {
        assert_true(sw_str_is(words.list[i], wanted[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_found_where_they_stand),
        cmocka_unit_test(times_of_all_forms_are_understood),
        cmocka_unit_test(a_command_is_shown_without_values),
        cmocka_unit_test(what_may_be_a_secret_is_no_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
